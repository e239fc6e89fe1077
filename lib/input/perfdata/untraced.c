// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf.data: samples of events that are no trace events, as of hardware counters.
 * They are only counted, by the name that perf gave the event or else by its type.
 *
 * Names: PERF_COUNT_HW_* and PERF_COUNT_SW_* of include/uapi/linux/perf_event.h,
 * Linux 6.12, as perf list prints them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "input/perfdata/priv.h"

static const char *const hardware[] = {
	"cycles", "instructions", "cache-references", "cache-misses", "branches", "branch-misses",
	"bus-cycles", "stalled-cycles-frontend", "stalled-cycles-backend", "ref-cycles",
};

static const char *const software[] = {
	"cpu-clock", "task-clock", "page-faults", "context-switches", "cpu-migrations",
	"minor-faults", "major-faults", "alignment-faults", "emulation-faults", "dummy",
	"bpf-output", "cgroup-switches",
};

static const struct {
	const char *const *names;
	size_t nr;
} types[] = {	/* by perf_type_id */
	{ hardware, sizeof(hardware) / sizeof(hardware[0]) },
	{ software, sizeof(software) / sizeof(software[0]) },
};

#define NR_TYPES (sizeof(types) / sizeof(types[0]))

void pd_attr_name(struct perfdata *pd, uint32_t attr, const unsigned char *name, size_t len)
{
	struct pd_attr *at = &pd->attrs.list[attr];

	len = strnlen((const char *)name, len < sizeof(at->name) - 1 ? len : sizeof(at->name) - 1);
	for (size_t i = 0; i < len; i++)
		at->name[i] = name[i] > ' ' && name[i] <= '~' ? (char)name[i] : '?';
	at->name[len] = '\0';
}

void pd_note_time(struct perfdata *pd, uint64_t time)
{
	struct ir_reader_info *info = &pd->rd->info;

	if (!info->last_ns || time < info->first_ns)
		info->first_ns = time;
	if (time > info->last_ns)
		info->last_ns = time;
}

void pd_untraced(struct perfdata *pd, const struct pd_attr *attr, const unsigned char *rec,
		 uint32_t size)
{
	struct pd_attr *at = &pd->attrs.list[attr - pd->attrs.list];
	uint64_t time = 0;
	uint32_t cpu = 0;

	at->samples++;
	if (at->cpu_pos && size >= at->cpu_pos + 4u)
		cpu = ir_load32(rec + at->cpu_pos, pd->big);
	if (at->time_pos && size >= at->time_pos + 8u)
		time = ir_load64(rec + at->time_pos, pd->big);
	if (cpu < (pd->cpus_available ? pd->cpus_available : PD_MAX_CPUS) && cpu >= pd->nr_cpus)
		pd->nr_cpus = cpu + 1;
	if (time && time != UINT64_MAX)
		pd_note_time(pd, time);
}

static char *name_of(const struct pd_attr *at)
{
	char *name;

	if (at->name[0])
		return strdup(at->name);
	if (at->type < NR_TYPES && at->config < types[at->type].nr)
		return strdup(types[at->type].names[at->config]);
	if (asprintf(&name, "type-%" PRIu32 "-config-0x%" PRIx64, at->type, at->config) < 0)
		return NULL;
	return name;
}

static struct ir_event_count *find_count(struct ir_reader_info *info, const char *name)
{
	for (size_t i = 0; i < info->nr_events; i++)
		if (!strcmp(info->events[i].name, name))
			return &info->events[i];
	return NULL;
}

int pd_count_untraced(struct perfdata *pd)
{
	struct ir_reader_info *info = &pd->rd->info;
	struct ir_event_count *list, *known;

	list = realloc(info->events, (info->nr_events + pd->attrs.nr + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	info->events = list;
	for (uint32_t i = 0; i < pd->attrs.nr; i++) {
		const struct pd_attr *at = &pd->attrs.list[i];
		char *name;

		if (!at->samples)
			continue;
		name = name_of(at);
		if (!name)
			return -ENOMEM;
		known = find_count(info, name);
		if (known) {
			known->count += at->samples;
			free(name);
			continue;
		}
		info->events[info->nr_events++] = (struct ir_event_count){ name, at->samples };
	}
	return 0;
}
