// SPDX-License-Identifier: GPL-2.0-or-later
#include "batch/shares.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/input.h"

struct ir_recording_options shares_recording(const struct settings *settings)
{
	return (struct ir_recording_options){
		.device = settings->device, .sites = settings->sites,
		.tasks = settings->by == BY_COMM, .vmlinux = settings->vmlinux,
		.modules = settings->modules, .kallsyms = settings->kallsyms,
		.max_memory = settings->max_memory,
	};
}

int shares_open(struct shares *shares, const struct settings *settings,
		const struct ir_recording_info *info, size_t n)
{
	size_t sites = info->sites ? info->sites->nr : 0;

	*shares = (struct shares){ .info = info, .n = n };
	if (input_devices(&(struct input){ .info = info }, n, &shares->devices) != STATUS_DONE)
		return -ENOMEM;
	if (sites)
		shares->sites = calloc(n * sites, sizeof(*shares->sites));
	if (settings->timeline)
		shares->timelines = calloc(n, sizeof(struct ir_timeline *));
	return (sites && !shares->sites) || (settings->timeline && !shares->timelines) ? -ENOMEM : 0;
}

static void free_timelines(struct shares *shares, size_t first, size_t n)
{
	for (size_t i = first; shares->timelines && i < first + n; i++) {
		ir_timeline_free(shares->timelines[i]);
		shares->timelines[i] = NULL;
	}
}

/* The room, from the @i-th result on. */
static struct shares shares_from(const struct shares *shares, size_t i)
{
	return (struct shares){
		.devices = shares->devices ? shares->devices + i * shares->info->nr_devices : NULL,
		.sites = shares->sites ? shares->sites + i * shares->info->sites->nr : NULL,
		.timelines = shares->timelines ? shares->timelines + i : NULL,
	};
}

void shares_request(struct shares *shares, size_t first, size_t n, struct ir_replay_options *options)
{
	struct shares these = shares_from(shares, first);

	free_timelines(shares, first, n);
	if (these.sites)
		memset(these.sites, 0, n * shares->info->sites->nr * sizeof(*these.sites));
	options->devices = these.devices;
	options->sites = these.sites;
	options->timelines = these.timelines;
}

void shares_put(const struct shares *shares, size_t i, struct ir_report_entry *entry)
{
	struct shares these = shares_from(shares, i);

	entry->devices = these.devices;
	entry->sites = these.sites;
	entry->timelines = these.timelines;
}

void shares_free(struct shares *shares)
{
	free_timelines(shares, 0, shares->n);
	free(shares->devices);
	free(shares->sites);
	free((void *)shares->timelines);
	*shares = (struct shares){ .n = 0 };
}
