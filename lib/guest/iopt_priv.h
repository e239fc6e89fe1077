/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the I/O page table: a radix tree of 64 ways.
 *
 * A way of an inner node at height h covers 64^h pages.  It is empty, or it leads
 * to a block: one entry for all its pages, whose addresses follow each other in
 * the guest's table and in the shadow; or to a node of the level below, at height
 * 1 a leaf with an entry for each of 64 pages.  A mapping of 16 GiB is some blocks.
 *
 * Stale pages are of three kinds (IR_STALE_...).  An inner node has a word for each
 * kind: which ways have such pages.  So the next page of some kind is found in
 * O(height), also where many others lie before it.
 *
 * Invariants
 *  - a way is in use only while one of its entries is;
 *  - a block's pages are all of one kind, or none of them is stale;
 *  - a page that the host has refused has a guest entry and no shadow entry, and is
 *    not stale: it stays refused until its guest entry changes;
 *  - the kinds of an inner node's way are those of the level below, except for the two
 *    leaves used last: see ir_iopt_sync_leaves();
 *  - the tree begins at the lowest node that covers all pages ever used.
 *
 *   iopt_tree.c  nodes, leaves and blocks: find, make, split, release
 *   iopt_seek.c  the search for stale pages
 *   iopt_ops.c   the operations: map, unmap, refresh, exposure
 */
#ifndef IR_GUEST_IOPT_PRIV_H
#define IR_GUEST_IOPT_PRIV_H

#include <iommu-replay/op.h>
#include "guest/iopt.h"

#define WAYS_SHIFT	6
#define WAYS		64u
#define HEIGHT		8u	/* of the highest inner node: 6 * (8 + 1) = 54 bits, IOVAs have 52 */
#define RECENT		128u	/* leaves that are found without a descent */
#define KINDS		3u	/* of stale pages */
#define VALID		UINT64_C(1)	/* in an entry, beside the page-aligned address */
#define READ_ONLY	(UINT64_C(1) << 63)	/* in a time: the device was not to write there */
#define MOST_REUSED	4096u	/* pages of a block whose use is followed */

/* Leaves and inner nodes begin alike. */
struct node {
	struct inner *parent;	/* NULL: the top; in a list of spare ones, the next */
	uint64_t first;		/* a page below it; leaf: its first page */
};

struct block {
	uint64_t guest;		/* entries of the first page, 0: invalid */
	uint64_t shadow;
	uint64_t since;		/* unmapped at, and READ_ONLY; only if exposed */
	uint32_t site;		/* whose mapping that was */
	bool exposed;		/* the device may still use the old entries */
	bool refused;		/* the host has refused all its pages */
};

union way {
	struct node *node;
	struct block *block;
};

struct inner {
	struct node n;
	uint64_t used;		/* ways that are not empty */
	uint64_t block;		/* of these, those that are blocks */
	uint64_t kind[KINDS];	/* ways with stale pages of each kind */
	union way way[WAYS];
};

struct entry {
	uint64_t guest;
	uint64_t shadow;
	uint64_t since;		/* unmapped at, and READ_ONLY; only if exposed */
};

struct leaf {
	struct node n;
	uint64_t stale;		/* pages whose entries differ, */
	uint64_t valid;		/* whose guest entry is not 0, */
	uint64_t shadowed;	/* whose shadow entry is not 0, */
	uint64_t exposed;	/* whose old entry the device may still use, */
	uint64_t refused;	/* valid ones that the host has refused: not stale */
	struct entry entry[WAYS];
	uint32_t site[];	/* WAYS of them if there are sites: whose mapping that was */
};

struct ir_iopt {
	struct ir_iopt_totals *totals;
	bool shadows;
	struct inner *top;	/* NULL: nothing was ever mapped */
	unsigned int top_height;
	/*
	 * The leaf used last, mostly also the next one, and the one before it: mostly pages are
	 * mapped in one and unmapped in the other.  The nodes above are updated only before
	 * they are read, or when a third leaf is used: until then these leaves may have stale pages
	 * that they do not show, and may be empty.
	 */
	struct leaf *last, *before;
	struct leaf **recent;	/* used lately, by page; NULL: there are few leaves */
	uint32_t nr_leaves;
	uint64_t changes;
	uint64_t refused;	/* pages that the host has refused and that are still valid */
	struct node *spare_inner, *spare_leaf;
};

/* The place of some pages of a kind: a leaf, or a block, or nothing. */
struct spot {
	struct leaf *leaf;
	struct inner *in;	/* the block's node, its height, */
	unsigned int height;
	unsigned int way;	/* and the block's way in it */
	uint64_t set;		/* pages of the leaf */
};

static inline unsigned int way_of(uint64_t pfn, unsigned int height)
{
	return (unsigned int)(pfn >> (height * WAYS_SHIFT)) % WAYS;
}

static inline uint64_t bit_of(unsigned int way)
{
	return UINT64_C(1) << way;
}

/* The pages that a way of a node at this height covers. */
static inline uint64_t way_pages(unsigned int height)
{
	return UINT64_C(1) << (height * WAYS_SHIFT);
}

static inline unsigned int lowest_bit(uint64_t set)
{
	return (unsigned int)__builtin_ctzll(set);
}

static inline struct block *block_at(const struct spot *s)
{
	return s->in->way[s->way].block;
}

/* It is mostly one page, or none.  Not every machine can count bits, and a call costs more. */
static inline uint64_t count_bits(uint64_t set)
{
	if (!(set & (set - 1)))
		return set != 0;
	set -= set >> 1 & 0x5555555555555555u;
	set = (set & 0x3333333333333333u) + (set >> 2 & 0x3333333333333333u);
	return ((set + (set >> 4)) & 0x0f0f0f0f0f0f0f0fu) * 0x0101010101010101u >> 56;
}

/* @n pages from number @i on. */
static inline uint64_t bit_range(unsigned int i, uint64_t n)
{
	return ~UINT64_C(0) >> (WAYS - n) << i;
}

/* The pages of a leaf up to @last, which is in the leaf or behind it. */
static inline uint64_t bits_up_to(const struct leaf *l, uint64_t last)
{
	uint64_t n = last - l->n.first;

	return n < WAYS ? ~UINT64_C(0) >> (WAYS - 1 - n) : ~UINT64_C(0);
}

/* The whole guest's lazy pages are about to change. */
static inline void update_reach(struct ir_iopt_totals *whole, uint64_t now_ns)
{
	if (now_ns <= whole->reach_ns)
		return;
	ir_exposure_add(&whole->reach, whole->lazy_pages, now_ns - whole->reach_ns);
	whole->reach_ns = now_ns;
}

/* A page is unmapped, and the device may still use its old entry. */
static inline void begin_exposure(const struct ir_iopt_totals *t, struct leaf *l, unsigned int i)
{
	struct entry *e = &l->entry[i];

	l->exposed |= bit_of(i);
	e->guest = 0;
	e->since = t->now_ns | (t->read_only ? READ_ONLY : 0);
	if (t->reuse)
		ir_reuse_note_stale(t->reuse, e->shadow >> IR_PAGE_SHIFT);
	if (t->sites)
		l->site[i] = t->sites->site;
}

static inline bool node_covers(const struct inner *in, unsigned int height, uint64_t pfn)
{
	return !((pfn ^ in->n.first) >> ((height + 1) * WAYS_SHIFT));
}

/* The first page of a block. */
static inline uint64_t block_first(const struct spot *s)
{
	uint64_t mask = (way_pages(s->height) << WAYS_SHIFT) - 1;

	return (s->in->n.first & ~mask) + ((uint64_t)s->way << (s->height * WAYS_SHIFT));
}

static inline unsigned int block_kind(const struct block *b)
{
	if (b->guest == b->shadow || b->refused)
		return 0;
	if (!b->guest)
		return IR_STALE_INVALID;
	return b->shadow ? IR_STALE_REPLACED : IR_STALE_FRESH;
}

/* The pages of these kinds in a leaf. */
static inline uint64_t leaf_stale(const struct leaf *l, unsigned int kinds)
{
	uint64_t set = 0;

	if (kinds == IR_STALE_ANY)
		return l->stale;
	if (kinds & IR_STALE_FRESH)
		set |= l->stale & l->valid & ~l->shadowed;
	if (kinds & IR_STALE_REPLACED)
		set |= l->stale & l->valid & l->shadowed;
	if (kinds & IR_STALE_INVALID)
		set |= l->stale & ~l->valid;
	return set;
}

/* The kinds that a leaf has. */
static inline unsigned int leaf_kinds(const struct leaf *l)
{
	uint64_t valid = l->stale & l->valid;

	return (valid & ~l->shadowed ? IR_STALE_FRESH : 0u) |
		(valid & l->shadowed ? IR_STALE_REPLACED : 0u) |
		(l->stale & ~l->valid ? IR_STALE_INVALID : 0u);
}

/* Before others are used: updates the nodes above the leaves used last, and releases empty ones. */
void ir_iopt_sync_leaves(struct ir_iopt *iopt);
/* The same for the one before the last, */
void ir_iopt_sync_before(struct ir_iopt *iopt);
/* and the nodes above the last, which stays that. */
void ir_iopt_update_kinds(struct ir_iopt *iopt);

static inline bool in_last_leaf(const struct ir_iopt *iopt, uint64_t pfn)
{
	return iopt->last && (pfn ^ iopt->last->n.first) < WAYS;
}

/*
 * The leaf of a page, which becomes the leaf used last.  A block there is split.
 * NULL: there is none, with @make only if there is no memory.
 */
struct leaf *ir_iopt_find_leaf(struct ir_iopt *iopt, uint64_t pfn, bool make);

static inline struct leaf *leaf_of(struct ir_iopt *iopt, uint64_t pfn, bool make)
{
	struct leaf *l = iopt->before;

	if (in_last_leaf(iopt, pfn))
		return iopt->last;
	if (!l || (pfn ^ l->n.first) >= WAYS)
		return ir_iopt_find_leaf(iopt, pfn, make);
	iopt->before = iopt->last;
	iopt->last = l;
	return l;
}

/* The entries of a page. */
struct entry ir_iopt_look_up(struct ir_iopt *iopt, uint64_t pfn);

/*
 * The place for a block at @pfn, of at most @pages.  A block that is there is one of
 * the spot's; none has been made.  Returns how many pages it has; 0: there is a leaf,
 * or no memory.
 */
uint64_t ir_iopt_block_place(struct ir_iopt *iopt, uint64_t pfn, uint64_t pages, struct spot *s);
/*
 * Finds the block at @pfn: in @s, with as many pages as are returned; or, with
 * s->in NULL, so many pages without entries.  0: a leaf, or no memory.  Larger blocks
 * are split, so that no more than @pages are returned.
 */
uint64_t ir_iopt_block_find(struct ir_iopt *iopt, uint64_t pfn, uint64_t pages, struct spot *s);
/* Put an empty block there; NULL: no memory. */
struct block *ir_iopt_block_new(struct ir_iopt *iopt, const struct spot *s);
/* The block has changed: updates the nodes above.  An empty block is released. */
void ir_iopt_block_changed(struct ir_iopt *iopt, const struct spot *s);
/* Replace the block by an equivalent node or leaf; false: no memory. */
bool ir_iopt_block_split(struct ir_iopt *iopt, const struct spot *s);

/* The first leaf or block at or behind @pfn with pages of these kinds; false: none. */
bool ir_iopt_seek(struct ir_iopt *iopt, uint64_t pfn, unsigned int kinds, struct spot *s);
/* As this one, behind the leaf used last. */
bool ir_iopt_seek_behind_last(struct ir_iopt *iopt, unsigned int kinds, struct spot *s);

/* Go through all leaves and blocks, which may change; empty ones are released. */
void ir_iopt_visit(struct ir_iopt *iopt, void (*leaf)(struct ir_iopt *iopt, struct leaf *l),
		   void (*block)(struct ir_iopt *iopt, struct block *b, uint64_t pages));

#endif
