/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Live mappings, found by the IOVA they begin at.  Several may begin at the same
 * one: devices have domains of their own.
 */
#ifndef IR_TRACE_LIVE_H
#define IR_TRACE_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IR_LIVE_NONE	UINT32_MAX

struct ir_live {
	uint64_t iova;
	uint64_t pages;
	uint64_t remaining;	/* pages not yet unmapped */
	uint64_t head;		/* its first record in the assembler's window */
	uint32_t number;	/* mapping number, once handed out */
	uint32_t next;		/* in its hash chain, or the free list */
	uint32_t prev;		/* in its hash chain, IR_LIVE_NONE: the first */
	uint16_t device;
	bool emitted;		/* its map operation has left the window */
	bool ended;		/* its unmap was seen, or its domain's end */
	bool gone;		/* the latter: no unmap follows */
};

struct ir_live_table {
	struct ir_live *pool;
	uint32_t *buckets;
	uint32_t room;		/* of the pool; twice as many buckets */
	uint32_t used;		/* pool entries ever used */
	uint32_t count;
	uint32_t free;
};

/** ir_live_add - a new mapping; returns its index, IR_LIVE_NONE without memory */
uint32_t ir_live_add(struct ir_live_table *t, uint64_t iova, uint64_t pages);
/** ir_live_find - the first mapping at @iova whose unmap was not seen, or IR_LIVE_NONE */
uint32_t ir_live_find(const struct ir_live_table *t, uint64_t iova);
/** ir_live_find_next - the next one at the same IOVA */
uint32_t ir_live_find_next(const struct ir_live_table *t, uint32_t index);
/** ir_live_end - its unmap was seen: it is found no more, but still there */
void ir_live_end(struct ir_live_table *t, uint32_t index);
/** ir_live_drop - forget a mapping */
void ir_live_drop(struct ir_live_table *t, uint32_t index);
void ir_live_clear(struct ir_live_table *t);

#endif
