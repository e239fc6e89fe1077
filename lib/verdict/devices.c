// SPDX-License-Identifier: GPL-2.0-or-later
/* Results by device: each is a result of its own; of the parameters only inferred limits can differ. */
#include "verdict/fold.h"

#include <errno.h>
#include <stdlib.h>

/* The place of a device's figures; the last number is of those without a name. */
static size_t figures_place(const struct ir_report_entry *entry, size_t device)
{
	return device == entry->info->nr_devices ? 0 : device;
}

/* Some are named and do nothing: those that were not asked for, or have no IOMMU. */
static bool is_there(const struct ir_report_entry *entry, size_t device)
{
	const struct ir_result *result = entry->devices + figures_place(entry, device);

	for (size_t i = 0; i < entry->nr_results; i++, result += entry->info->nr_devices)
		if (result->maps.attempted || result->rpcit.total)
			return true;
	return false;
}

size_t ir_report_device(const struct ir_report_entry *entry, size_t device)
{
	if (!entry->devices || !entry->nr_results || entry->info->nr_devices < 2)
		return 0;
	for (device += !device; device <= entry->info->nr_devices; device++)
		if (is_there(entry, device))
			return device;
	return 0;
}

int ir_report_device_entry(const struct ir_report_entry *entry, size_t device,
			   struct ir_report_entry *of)
{
	struct ir_result *results = calloc(entry->nr_results + 1, sizeof(*results));

	*of = *entry;
	of->results = results;
	of->devices = NULL;
	of->verify = NULL;
	if (!results)
		return -ENOMEM;
	for (size_t i = 0; i < entry->nr_results; i++)
		results[i] = entry->devices[i * entry->info->nr_devices + figures_place(entry, device)];
	return 0;
}

const char *ir_report_device_name(const struct ir_report_entry *entry, size_t device)
{
	return entry->info->devices[figures_place(entry, device)];
}

static uint64_t own_limit(const struct ir_effective *p)
{
	return p->hypervisor.entry_limit ? p->hypervisor.entry_limit : p->hypervisor.pinned_limit;
}

uint64_t ir_limit_each(const struct ir_report_entry *entry, size_t result, uint64_t *devices)
{
	const struct ir_effective *p = &entry->results[result].parameters;
	size_t nr = entry->info->nr_devices;
	uint64_t sum = 0, copies = p->devices ? p->devices : 1;	/* 0: of an older report */

	*devices = 0;
	if (p->share == IR_SHARE_DEVICE)
		for (size_t d = ir_report_device(entry, 0); d; d = ir_report_device(entry, d + 1)) {
			++*devices;
			sum += own_limit(&entry->devices[result * nr + d % nr].parameters);
		}
	if (p->limits_differ && sum) {
		*devices = 1;
		return sum * copies;
	}
	*devices += !*devices;
	if (p->share == IR_SHARE_DEVICE)
		*devices *= copies;
	return own_limit(p);
}

uint64_t ir_limit_of(const struct ir_report_entry *entry, size_t result)
{
	uint64_t devices, limit = ir_limit_each(entry, result, &devices);

	return limit > UINT64_MAX / devices ? UINT64_MAX : limit * devices;
}
