// SPDX-License-Identifier: GPL-2.0-or-later
/* Results by device: each is a result of its own; of the parameters only inferred limits can differ. */
#include "iommu/s390.h"
#include "report/columns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

const struct ir_iommu *ir_report_iommu(const struct ir_report_entry *entry)
{
	if (!entry->nr_results)
		return ir_iommu_recorded(entry->info, NULL);
	/* Older versions had one IOMMU only and did not name it. */
	return entry->results[0].parameters.iommu ? entry->results[0].parameters.iommu :
		ir_iommu_find("s390");
}

static bool any_closed(const struct ir_report_entry *entry)
{
	for (size_t i = 0; i < entry->nr_results; i++)
		if (entry->results[i].time.closed)
			return true;
	return false;
}

bool ir_column_shown(const struct ir_column *column, const struct ir_report_entry *entry)
{
	bool s390 = ir_iommu_is_s390(ir_report_iommu(entry));

	if (column->title && column->where == IR_SHOWN_CLOSED)
		return any_closed(entry);
	return column->title && (column->where == IR_SHOWN_ALWAYS ||
				 column->where == (s390 ? IR_SHOWN_ON_S390 : IR_SHOWN_ELSEWHERE));
}

bool ir_column_of_device(const struct ir_column *column)
{
	static const char *const shares[] = {
		"lower_bound", "rpcit.", "invalidations.", "entries.", "kernel_counters.", "maps.",
		"peaks.", "exposure.", "parameters.entry_limit", "parameters.limit_shortages",
		"parameters.limit_agree",
	};
	/* Of memory, and of a moment, which devices share. */
	static const char *const wholes[] = {
		"exposure.reused_", "exposure.reachable_p", "exposure.subpage_",
	};

	for (size_t i = 0; i < sizeof(wholes) / sizeof(wholes[0]); i++)
		if (!strncmp(column->key, wholes[i], strlen(wholes[i])))
			return false;
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		if (!strncmp(column->key, shares[i], strlen(shares[i])))
			return true;
	return false;
}
