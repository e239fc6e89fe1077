/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The set of taken page ranges of one IOVA allocator: ordered, disjoint, and
 * able to find the highest aligned hole below a ceiling.
 *
 * Invariants
 *  - ranges are inclusive, disjoint and linked in address order;
 *  - node IR_IOVA_ANCHOR lies above every address, is never removed, and is the
 *    end of the list; node IR_IOVA_NIL stands for "no node";
 *  - a node knows the biggest aligned power of two that fits the hole right
 *    below it, and the biggest one in its subtree, so that full regions are
 *    skipped without visiting them;
 *  - nodes live in one growing array and are named by index: nothing is
 *    allocated while the number of ranges stays below its peak.
 *
 * A treap (a binary search tree that is a heap in random priorities); the
 * priorities come from a fixed seed, so equal calls build equal trees.
 */
#ifndef IR_GUEST_IOVA_TREE_H
#define IR_GUEST_IOVA_TREE_H

#include <stdbool.h>
#include <stdint.h>

#define IR_IOVA_NIL	0u
#define IR_IOVA_ANCHOR	1u

/** struct ir_iova_node - one taken range [lo, hi] */
struct ir_iova_node {
	uint64_t lo;
	uint64_t hi;
	uint32_t left;
	uint32_t right;
	uint32_t parent;
	uint32_t prev;		/* next lower range, or NIL */
	uint32_t next;		/* next higher range; also links the free nodes */
	uint32_t priority;
	uint8_t fit;		/* 1 + order of the biggest aligned block in the hole below, or 0 */
	uint8_t best;		/* the largest fit in this subtree */
};

/** struct ir_iova_tree - the set; callers read nodes[] and write nothing */
struct ir_iova_tree {
	struct ir_iova_node *nodes;
	uint32_t root;
	uint32_t used;		/* nodes ever taken from the array */
	uint32_t capacity;
	uint32_t free;		/* list of nodes given back */
	uint32_t random;
	uint64_t start;		/* no hole begins below this page */
};

/** ir_iova_tree_init - an empty set above @start; false if there is no memory */
bool ir_iova_tree_init(struct ir_iova_tree *t, uint64_t start);
void ir_iova_tree_fini(struct ir_iova_tree *t);
/** ir_iova_tree_find - the range that contains @pfn, or NIL */
uint32_t ir_iova_tree_find(const struct ir_iova_tree *t, uint64_t pfn);
/** ir_iova_tree_above - the lowest range that begins at @pfn or above */
uint32_t ir_iova_tree_above(const struct ir_iova_tree *t, uint64_t pfn);
/**
 * ir_iova_tree_insert - add a range that overlaps none of the set
 *
 * Returns the new node, or NIL if there is no memory.
 */
uint32_t ir_iova_tree_insert(struct ir_iova_tree *t, uint64_t lo, uint64_t hi);
void ir_iova_tree_remove(struct ir_iova_tree *t, uint32_t node);
/**
 * ir_iova_tree_fit - the highest hole for @size pages in [floor, ceiling)
 * @size: at least 1; the place is aligned to it, rounded up to a power of two
 * @pfn: receives the first page
 *
 * O(log n) for powers of two.  Other sizes may look at holes that turn out to
 * be too small, each at most once.
 */
bool ir_iova_tree_fit(const struct ir_iova_tree *t, uint64_t floor, uint64_t ceiling,
		      uint64_t size, uint64_t *pfn);

#endif
