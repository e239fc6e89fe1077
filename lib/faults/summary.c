// SPDX-License-Identifier: GPL-2.0-or-later
/* Counts the faults of each kind, device and call site. */
#include "faults/result.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int by_count(const void *a, const void *b)
{
	const struct ir_fault_count *l = a, *r = b;

	if (l->count != r->count)
		return l->count > r->count ? -1 : 1;
	return strcmp(l->name, r->name);
}

/* Counts by number of a name become a sorted list; *@counts is freed. */
static const struct ir_fault_count *make_list(struct result *result, const struct ir_names *names,
					      uint64_t *counts, size_t *nr)
{
	struct ir_fault_count *list;
	size_t used = 0;

	*nr = 0;
	for (size_t i = 1; i < names->nr; i++)
		used += counts[i] != 0;
	list = used ? ir_arena_alloc(&result->arena, used * sizeof(*list)) : NULL;
	for (size_t i = 1; i < names->nr && list; i++)
		if (counts[i])
			list[(*nr)++] = (struct ir_fault_count){ names->list[i], counts[i] };
	if (list)
		qsort(list, *nr, sizeof(*list), by_count);
	free(counts);
	return list;
}

/* The owner of a mapping: the call site, or the function and the task. */
static uint32_t site_of(struct result *result, const struct finding *f,
			const struct ir_fault_mapping *m)
{
	const struct ir_site_table *sites = f->info->sites;
	char text[128];

	if (sites && m->site >= IR_SITES_FIRST && m->site < sites->nr)
		return ir_names_number(&result->names, sites->sites[m->site].name,
				       strlen(sites->sites[m->site].name));
	if (!m->mapped_by.function && !m->mapped_by.task)
		return 0;
	snprintf(text, sizeof(text), "%s%s%s", m->mapped_by.function ? m->mapped_by.function : "mapped",
		 m->mapped_by.task ? " by " : "", m->mapped_by.task ? m->mapped_by.task : "");
	return ir_names_number(&result->names, text, strlen(text));
}

int ir_summary(struct result *result, const struct finding *f)
{
	struct ir_faults *faults = &result->faults;
	uint32_t *devices = calloc(faults->nr + 1, sizeof(*devices));
	uint32_t *sites = calloc(faults->nr + 1, sizeof(*sites));
	uint64_t *device_counts = NULL, *site_counts = NULL;

	for (size_t i = 0; devices && sites && i < faults->nr; i++) {
		const struct ir_fault *fault = &faults->faults[i];

		faults->by_kind[fault->kind]++;
		if (fault->device)
			devices[i] = ir_names_find(&result->names, fault->device,
						   strlen(fault->device));
		if (fault->mapping)
			sites[i] = site_of(result, f, fault->mapping);
	}
	device_counts = calloc(result->names.nr + 1, sizeof(*device_counts));
	site_counts = calloc(result->names.nr + 1, sizeof(*site_counts));
	if (!devices || !sites || !device_counts || !site_counts) {
		free(devices);
		free(sites);
		free(device_counts);
		free(site_counts);
		return -ENOMEM;
	}
	for (size_t i = 0; i < faults->nr; i++) {
		device_counts[devices[i]]++;
		site_counts[sites[i]]++;
	}
	free(devices);
	free(sites);
	faults->by_device = make_list(result, &result->names, device_counts, &faults->nr_devices);
	faults->by_site = make_list(result, &result->names, site_counts, &faults->nr_sites);
	return result->arena.no_memory || result->names.no_memory ? -ENOMEM : 0;
}
