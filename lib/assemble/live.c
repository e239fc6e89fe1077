// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "assemble/live.h"

static uint32_t bucket_of(const struct ir_live_table *t, uint64_t iova)
{
	uint64_t h = (iova >> 12) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)(h >> 32) & (t->room * 2 - 1);
}

static void link_in(struct ir_live_table *t, uint32_t i)
{
	uint32_t *bucket = &t->buckets[bucket_of(t, t->pool[i].iova)];

	t->pool[i].next = *bucket;
	t->pool[i].prev = IR_LIVE_NONE;
	if (*bucket != IR_LIVE_NONE)
		t->pool[*bucket].prev = i;
	*bucket = i;
}

static bool grow(struct ir_live_table *t)
{
	uint32_t room = t->room ? t->room * 2 : 1024;
	struct ir_live *pool;
	uint32_t *buckets;

	if (room > UINT32_C(1) << 30)
		return false;
	pool = realloc(t->pool, room * sizeof(*pool));
	if (!pool)
		return false;
	t->pool = pool;
	buckets = malloc((size_t)room * 2 * sizeof(*buckets));
	if (!buckets)
		return false;
	free(t->buckets);
	t->buckets = buckets;
	t->room = room;
	for (uint32_t i = 0; i < room * 2; i++)
		buckets[i] = IR_LIVE_NONE;
	/* Growing happens only when the free list is empty: every entry is a mapping. */
	for (uint32_t i = 0; i < t->used; i++)
		if (!t->pool[i].ended)
			link_in(t, i);
	return true;
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
	link_in(t, i);
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
	return t->room ? first_at(t, t->buckets[bucket_of(t, iova)], iova) : IR_LIVE_NONE;
}

uint32_t ir_live_find_next(const struct ir_live_table *t, uint32_t index)
{
	return first_at(t, t->pool[index].next, t->pool[index].iova);
}

void ir_live_end(struct ir_live_table *t, uint32_t index)
{
	struct ir_live *l = &t->pool[index];

	if (l->prev == IR_LIVE_NONE)
		t->buckets[bucket_of(t, l->iova)] = l->next;
	else
		t->pool[l->prev].next = l->next;
	if (l->next != IR_LIVE_NONE)
		t->pool[l->next].prev = l->prev;
	l->ended = true;
}

void ir_live_drop(struct ir_live_table *t, uint32_t index)
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
	*t = (struct ir_live_table){ 0 };
}
