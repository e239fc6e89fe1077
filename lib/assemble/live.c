// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "base/seed.h"
#include "assemble/live.h"

/* The mappings of the former buckets, from the last one of each on: those at one IOVA stay in their order. */
static void link_again(struct ir_live_table *t, const uint32_t *buckets, uint32_t nr)
{
	for (uint32_t b = 0; b < nr; b++) {
		uint32_t i = buckets[b], prev;

		while (i != IR_LIVE_NONE && t->pool[i].next != IR_LIVE_NONE)
			i = t->pool[i].next;
		for (; i != IR_LIVE_NONE; i = prev) {
			prev = t->pool[i].prev;
			ir_live_link(t, i);
		}
	}
}

static bool grow(struct ir_live_table *t)
{
	uint32_t room = t->room ? t->room * 2 : 1024, former = 2 * t->room, *old, *buckets;
	struct ir_live *pool;

	if (room > UINT32_C(1) << 30)
		return false;
	pool = realloc(t->pool, room * sizeof(*pool));
	if (!pool)
		return false;
	t->pool = pool;
	buckets = malloc((size_t)room * 2 * sizeof(*buckets));
	if (!buckets)
		return false;
	if (!t->room)
		t->seed = ir_seed();
	t->room = room;
	t->bits = (unsigned int)__builtin_ctz(room) + 1;
	for (uint32_t i = 0; i < room * 2; i++)
		buckets[i] = IR_LIVE_NONE;
	old = t->buckets;
	t->buckets = buckets;
	link_again(t, old, former);
	free(old);
	return true;
}

/*
 * The lists of devices.
 */

static bool grow_devices(struct ir_live_table *t, uint16_t device)
{
	uint32_t nr = t->nr_devices ? t->nr_devices : 16, *grown;

	if (device < t->nr_devices)
		return true;
	while (nr <= device)
		nr *= 2;
	grown = realloc(t->first_of, nr * sizeof(*grown));
	if (!grown)
		return false;
	for (uint32_t i = t->nr_devices; i < nr; i++)
		grown[i] = IR_LIVE_NONE;
	t->first_of = grown;
	t->nr_devices = nr;
	return true;
}

static void link_device(struct ir_live_table *t, uint32_t i)
{
	struct ir_live *l = &t->pool[i];
	uint32_t *first = &t->first_of[l->device];

	l->next_of = *first;
	l->prev_of = IR_LIVE_NONE;
	if (*first != IR_LIVE_NONE)
		t->pool[*first].prev_of = i;
	*first = i;
}

static void unlink_device(struct ir_live_table *t, const struct ir_live *l)
{
	if (l->prev_of == IR_LIVE_NONE)
		t->first_of[l->device] = l->next_of;
	else
		t->pool[l->prev_of].next_of = l->next_of;
	if (l->next_of != IR_LIVE_NONE)
		t->pool[l->next_of].prev_of = l->prev_of;
}

bool ir_live_set_device(struct ir_live_table *t, uint32_t index, uint16_t device)
{
	struct ir_live *l = &t->pool[index];

	if (!t->first_of || l->ended) {
		l->device = device;
		return true;
	}
	if (!grow_devices(t, device))
		return false;
	unlink_device(t, l);
	l->device = device;
	link_device(t, index);
	return true;
}

static bool build_device_lists(struct ir_live_table *t)
{
	if (!grow_devices(t, 0))
		return false;
	for (uint32_t i = 0; i < t->used; i++) {
		struct ir_live *l = &t->pool[i];

		/* A free entry has ended, too. */
		if (l->ended)
			continue;
		if (!grow_devices(t, l->device))
			return false;
		link_device(t, i);
	}
	return true;
}

uint32_t ir_live_first_of_device(struct ir_live_table *t, uint16_t device, bool *failed)
{
	if (!t->first_of && !build_device_lists(t)) {
		*failed = true;
		free(t->first_of);
		t->first_of = NULL;
		t->nr_devices = 0;
	}
	return device < t->nr_devices ? t->first_of[device] : IR_LIVE_NONE;
}

uint32_t ir_live_add(struct ir_live_table *t, uint64_t iova, uint64_t pages)
{
	uint32_t i;

	if (t->count < t->used) {
		i = t->free;
		t->free = t->pool[i].next;
	} else {
		if (t->used == t->room && !grow(t))
			return IR_LIVE_NONE;
		i = t->used++;
	}
	t->count++;
	t->pool[i] = (struct ir_live){ .iova = iova, .pages = pages, .remaining = pages };
	ir_live_link(t, i);
	if (t->first_of)
		link_device(t, i);
	return i;
}

static uint32_t first_at(const struct ir_live_table *t, uint32_t i, uint64_t iova)
{
	while (i != IR_LIVE_NONE && t->pool[i].iova != iova)
		i = t->pool[i].next;
	return i;
}

uint32_t ir_live_find(const struct ir_live_table *t, uint64_t iova)
{
	return t->room ? first_at(t, t->buckets[ir_live_bucket(t, iova)], iova) : IR_LIVE_NONE;
}

uint32_t ir_live_find_next(const struct ir_live_table *t, uint32_t index)
{
	return first_at(t, t->pool[index].next, t->pool[index].iova);
}

void ir_live_end(struct ir_live_table *t, uint32_t index)
{
	struct ir_live *l = &t->pool[index];

	ir_live_unlink(t, l);
	if (t->first_of)
		unlink_device(t, l);
	l->ended = true;
}

void ir_live_free(struct ir_live_table *t, uint32_t index)
{
	if (!t->pool[index].ended)
		ir_live_end(t, index);
	t->pool[index].gone = false;
	t->pool[index].next = t->free;
	t->free = index;
	t->count--;
}

void ir_live_clear(struct ir_live_table *t)
{
	free(t->pool);
	free(t->buckets);
	free(t->first_of);
	*t = (struct ir_live_table){ 0 };
}
