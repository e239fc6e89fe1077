/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Live mappings, found by the IOVA they begin at.  Several may begin at the same
 * one: devices have domains of their own.
 *
 * From the first call of ir_live_first_of_device() on they are also in a list for each device.
 */
#ifndef IR_TRACE_LIVE_H
#define IR_TRACE_LIVE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/seed.h"

#define IR_LIVE_NONE	UINT32_MAX

struct ir_live {
	uint64_t iova;
	uint64_t pages;
	uint64_t remaining;	/* pages not yet unmapped */
	uint64_t head;		/* its first record in the assembler's window */
	uint32_t number;	/* mapping number, once assigned */
	uint32_t next;		/* in its hash chain, or the free list */
	uint32_t prev;		/* in its hash chain, IR_LIVE_NONE: the first */
	uint32_t bucket;	/* the chain's */
	uint32_t next_of, prev_of;	/* the same in the list of its device */
	uint16_t device;
	bool emitted;		/* its map operation has left the window */
	bool ended;		/* its unmap was seen, or its domain's end */
	bool gone;		/* the latter: no unmap follows */
	bool assumed;		/* its pieces were grouped by adjacency alone, and it was emitted */
};

struct ir_live_table {
	struct ir_live *pool;
	uint32_t *buckets;
	uint64_t seed;
	unsigned int bits;	/* of a bucket's number */
	uint32_t room;		/* of the pool; twice as many buckets */
	uint32_t used;		/* pool entries ever used */
	uint32_t count;
	uint32_t free;
	uint32_t *first_of;	/* of each device; NULL before the first ir_live_first_of_device() */
	uint32_t nr_devices;
};

static inline uint32_t ir_live_bucket(const struct ir_live_table *t, uint64_t iova)
{
	return ir_seed_hash(t->seed, iova >> 12, t->bits);
}

/* Entry @i becomes the first of its bucket, */
static inline void ir_live_link(struct ir_live_table *t, uint32_t i)
{
	struct ir_live *l = &t->pool[i];
	uint32_t *bucket;

	l->bucket = ir_live_bucket(t, l->iova);
	bucket = &t->buckets[l->bucket];
	l->next = *bucket;
	l->prev = IR_LIVE_NONE;
	if (*bucket != IR_LIVE_NONE)
		t->pool[*bucket].prev = i;
	*bucket = i;
}

/* or leaves it. */
static inline void ir_live_unlink(struct ir_live_table *t, const struct ir_live *l)
{
	if (l->prev == IR_LIVE_NONE)
		t->buckets[l->bucket] = l->next;
	else
		t->pool[l->prev].next = l->next;
	if (l->next != IR_LIVE_NONE)
		t->pool[l->next].prev = l->prev;
}

/** ir_live_add - a new mapping; returns its index, IR_LIVE_NONE without memory */
uint32_t ir_live_add(struct ir_live_table *t, uint64_t iova, uint64_t pages);
/** ir_live_find - the first mapping at @iova whose unmap was not seen, or IR_LIVE_NONE */
uint32_t ir_live_find(const struct ir_live_table *t, uint64_t iova);
/** ir_live_find_next - the next one at the same IOVA */
uint32_t ir_live_find_next(const struct ir_live_table *t, uint32_t index);
/** ir_live_set_device - the mapping is @device's; false: no memory */
bool ir_live_set_device(struct ir_live_table *t, uint32_t index, uint16_t device);
/**
 * ir_live_first_of_device - a mapping of the device whose unmap was not seen, or IR_LIVE_NONE
 *
 * The next one is its next_of.  The first call costs as many steps as there are
 * mappings; *@failed: there was no memory for it.
 */
uint32_t ir_live_first_of_device(struct ir_live_table *t, uint16_t device, bool *failed);
/** ir_live_end - its unmap was seen: it is found no more, but still there */
void ir_live_end(struct ir_live_table *t, uint32_t index);
/** ir_live_free - forget a mapping */
void ir_live_free(struct ir_live_table *t, uint32_t index);
void ir_live_clear(struct ir_live_table *t);

#endif
