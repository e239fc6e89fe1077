/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages of interest: those that faulted, and the ones in front of them and behind.
 *
 * A sorted list, and a hash table from blocks of 16 pages to the first of a block
 * in the list: a mapping of few pages, which most are, costs one look.
 */
#ifndef IR_FAULTS_PAGES_H
#define IR_FAULTS_PAGES_H

#include <stddef.h>
#include <stdint.h>

struct ir_holder;

struct ir_page {
	uint64_t pfn;
	struct ir_holder *newest;	/* of those that mapped it; linked to older ones */
	uint32_t nr;			/* of them */
	uint32_t prune_at;		/* how many are too many */
	uint32_t orphans;		/* faults that found no holder, 0: none; see holders.c */
	uint32_t dropped;		/* times a holder was dropped that a fault may need */
};

struct ir_pages {
	struct ir_page *list;		/* by pfn */
	size_t nr;
	uint32_t *slots;		/* position of a block's first page, plus one; 0: free */
	size_t nr_slots;		/* a power of two */
	uint64_t seed;
};

#define IR_PAGES_NONE SIZE_MAX

/**
 * ir_pages_make - an index of pages
 * @pfns: @nr of them, in any order, some perhaps more than once; they are sorted
 *
 * 0 or -ENOMEM.
 */
int ir_pages_make(struct ir_pages *pages, uint64_t *pfns, size_t nr, uint64_t seed);
void ir_pages_release(struct ir_pages *pages);
/** ir_pages_first - position of the first page from @first to @last, IR_PAGES_NONE */
size_t ir_pages_first(const struct ir_pages *pages, uint64_t first, uint64_t last);

#endif
