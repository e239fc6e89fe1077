// SPDX-License-Identifier: GPL-2.0-or-later
/* Event names: how often each came, and which are used. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/text/priv.h"
#include "events/event_counts.h"

#define SLOTS		(4 * TEXT_MAX_NAMES)

int ir_text_names_init(struct text_names *names, struct ir_reader *rd)
{
	names->rd = rd;
	names->nr = 0;
	names->list = calloc(TEXT_MAX_NAMES, sizeof(*names->list));
	names->slots = calloc(SLOTS, sizeof(*names->slots));
	return names->list && names->slots ? 0 : -ENOMEM;
}

void ir_text_names_release(struct text_names *names)
{
	for (uint32_t i = 0; names->list && i < names->nr; i++) {
		free(names->list[i].key);
		free(names->list[i].spec);
	}
	free(names->list);
	free(names->slots);
	memset(names, 0, sizeof(*names));
}

static uint32_t hash_name(const char *name, size_t len)
{
	uint32_t hash = 2166136261u;	/* FNV-1a */

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)name[i]) * 16777619u;
	return hash ^ (hash >> 15);
}

/* How to read "iommu:map" or "map"; false: no memory. */
static bool find_spec(struct ir_reader *rd, struct text_name *entry)
{
	char *colon = strchr(entry->key, ':');
	struct text_want want;

	if (colon)
		*colon = '\0';
	want = ir_text_spec(rd, colon ? entry->key : NULL, colon ? colon + 1 : entry->key);
	if (colon)
		*colon = ':';
	entry->spec = want.spec;
	entry->group = want.group;
	entry->ignored = want.ignored;
	entry->marker = ir_text_spec_is_marker(entry->spec);
	return entry->spec || !want.wanted;
}

struct text_name *ir_text_names_get(struct text_names *names, const char *name, size_t len)
{
	uint32_t slot = hash_name(name, len) & (SLOTS - 1);
	struct text_name *entry;

	while (names->slots[slot]) {
		entry = &names->list[names->slots[slot] - 1];
		if (entry->len == len && !memcmp(entry->key, name, len))
			return entry;
		slot = (slot + 1) & (SLOTS - 1);
	}
	if (names->nr == TEXT_MAX_NAMES) {
		names->rd->damage->count[IR_DAMAGE_LIMIT_EVENT_NAMES]++;
		return NULL;
	}
	entry = &names->list[names->nr];
	entry->key = strndup(name, len);
	if (!entry->key) {
		ir_file_fail(names->rd->file, -ENOMEM);
		return NULL;
	}
	entry->len = len;
	if (!find_spec(names->rd, entry)) {
		free(entry->key);
		entry->key = NULL;
		return NULL;
	}
	names->slots[slot] = (uint16_t)++names->nr;
	return entry;
}

/* With the system, which most texts leave out. */
static char *full_name(const struct text_name *entry)
{
	const char *system = entry->spec ? ir_text_spec_system(entry->spec) : NULL;
	char *name;

	if (!system || strchr(entry->key, ':'))
		return strdup(entry->key);
	if (asprintf(&name, "%s:%s", system, entry->key) < 0)
		return NULL;
	return name;
}

int ir_text_names_finish(const struct text_names *names, struct ir_reader_info *info)
{
	info->events = calloc(names->nr + 1, sizeof(*info->events));
	if (!info->events)
		return -ENOMEM;
	for (uint32_t i = 0; i < names->nr; i++) {
		struct ir_event_count *c = &info->events[info->nr_events];

		c->name = full_name(&names->list[i]);
		if (!c->name)
			return -ENOMEM;
		c->count = names->list[i].count;
		info->nr_events++;
	}
	info->nr_events = ir_event_counts_merge(info->events, info->nr_events);
	return 0;
}
