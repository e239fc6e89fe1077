// SPDX-License-Identifier: GPL-2.0-or-later
/* How often each event came, by name, when all of a recording was read. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events/event_counts.h"
#include "events/formats.h"

/* Whether an events file names it; @full is "system:name". */
static bool is_users(const struct ir_reader *rd, const char *full)
{
	const char *colon = strchr(full, ':');
	char system[256];

	if (!rd->events || !rd->events->nr_user || !colon || colon - full >= (ptrdiff_t)sizeof(system))
		return false;
	memcpy(system, full, (size_t)(colon - full));
	system[colon - full] = '\0';
	return ir_rules_find_user(rd->events, system, colon + 1) != NULL;
}

int ir_formats_finish(struct ir_formats *fm)
{
	struct ir_reader_info *info = &fm->rd->info;
	struct ir_event_count *list;
	char number[8];

	if (info->events)
		return 0;
	list = calloc(fm->nr_list + 1, sizeof(*list));
	if (!list || fm->nowhere.count) {
		free(list);
		return -ENOMEM;
	}
	info->events = list;
	for (uint32_t i = 0; i < fm->nr_list; i++) {
		const struct ir_format *f = &fm->list[i];
		struct ir_event_count *c = &list[info->nr_events];

		if (!f->count)
			continue;
		snprintf(number, sizeof(number), "%u", f->id & 0xffffu);
		c->name = f->name ? strdup(f->name) : ir_formats_full_name("unknown", number);
		if (!c->name)
			return -ENOMEM;
		fm->rd->user_events += is_users(fm->rd, c->name);
		c->count = f->count;
		info->nr_events++;
	}
	info->nr_events = ir_event_counts_merge(list, info->nr_events);
	return 0;
}
