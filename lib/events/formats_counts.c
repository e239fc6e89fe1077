// SPDX-License-Identifier: GPL-2.0-or-later
/* How often each event came, by name, when all of a recording was read. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events/formats.h"

static int compare_counts(const void *a, const void *b)
{
	const struct ir_event_count *left = a, *right = b;

	return strcmp(left->name, right->name);
}

/* Two ids of one name (a probe that was defined anew) become one line. */
static size_t merge_counts(struct ir_event_count *list, size_t nr)
{
	size_t i, used = 0;

	for (i = 0; i < nr; i++) {
		if (used && !strcmp(list[used - 1].name, list[i].name)) {
			list[used - 1].count += list[i].count;
			free(list[i].name);
		} else {
			list[used++] = list[i];
		}
	}
	return used;
}

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
	qsort(list, info->nr_events, sizeof(*list), compare_counts);
	info->nr_events = merge_counts(list, info->nr_events);
	return 0;
}
