// SPDX-License-Identifier: GPL-2.0-or-later
/* Names with numbers: a list, and a hash table with open addressing. */
#include "faults/names.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define MAX_NAMES	65536u
#define MAX_LENGTH	255u

void ir_names_init(struct ir_names *names)
{
	*names = (struct ir_names){ .list = NULL };
	if (getrandom(&names->seed, sizeof(names->seed), GRND_NONBLOCK) < 0)
		names->seed = (uintptr_t)names;
}

void ir_names_release(struct ir_names *names)
{
	for (size_t i = 1; i < names->nr; i++)
		free(names->list[i]);
	free(names->list);
	free(names->slots);
	*names = (struct ir_names){ .list = NULL };
}

static char printable(char c)
{
	return c >= ' ' && c <= '~' ? c : '?';
}

/* The slot of a name, or the free one where it belongs. */
static size_t find_slot(const struct ir_names *names, const char *name, size_t len)
{
	uint64_t h = names->seed;
	size_t i;

	for (size_t k = 0; k < len; k++)
		h = (h ^ (unsigned char)printable(name[k])) * UINT64_C(0x100000001b3);
	h = (h ^ h >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	for (i = (size_t)(h >> 32) & (names->nr_slots - 1); names->slots[i];
	     i = (i + 1) & (names->nr_slots - 1)) {
		const char *known = names->list[names->slots[i]];
		size_t k = 0;

		while (k < len && known[k] == printable(name[k]))
			k++;
		if (k == len && !known[k])
			break;
	}
	return i;
}

static bool grow(struct ir_names *names)
{
	size_t room = names->nr_slots ? 2 * names->nr_slots : 64;
	uint32_t *slots = calloc(room, sizeof(*slots));
	char **list = realloc(names->list, room / 2 * sizeof(*list));

	if (list)
		names->list = list;
	if (!slots || !list) {
		names->no_memory = true;
		free(slots);
		return false;
	}
	free(names->slots);
	names->slots = slots;
	names->nr_slots = room;
	if (!names->nr) {
		list[0] = NULL;
		names->nr = 1;
	}
	for (size_t i = 1; i < names->nr; i++)
		slots[find_slot(names, list[i], strlen(list[i]))] = (uint32_t)i;
	return true;
}

uint32_t ir_names_number(struct ir_names *names, const char *name, size_t len)
{
	size_t slot;
	char *copy;

	len = strnlen(name, len);
	if (!len || len > MAX_LENGTH || names->nr == MAX_NAMES)
		return 0;
	if (2 * (names->nr + 1) > names->nr_slots && !grow(names))
		return 0;
	slot = find_slot(names, name, len);
	if (names->slots[slot])
		return names->slots[slot];
	copy = malloc(len + 1);
	if (!copy) {
		names->no_memory = true;
		return 0;
	}
	for (size_t i = 0; i < len; i++)
		copy[i] = printable(name[i]);
	copy[len] = '\0';
	names->list[names->nr] = copy;
	names->slots[slot] = (uint32_t)names->nr;
	return (uint32_t)names->nr++;
}

uint32_t ir_names_find(const struct ir_names *names, const char *name, size_t len)
{
	return names->nr_slots && len && len <= MAX_LENGTH ?
		names->slots[find_slot(names, name, len)] : 0;
}
