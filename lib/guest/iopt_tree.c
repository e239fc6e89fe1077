// SPDX-License-Identifier: GPL-2.0-or-later
/* The tree of the I/O page table: nodes, leaves and blocks. */
#include <stdlib.h>

#include "guest/iopt_priv.h"

struct ir_iopt *ir_iopt_new(struct ir_iopt_totals *totals, bool shadows)
{
	struct ir_iopt *iopt = calloc(1, sizeof(*iopt));

	if (iopt) {
		iopt->totals = totals;
		iopt->shadows = shadows;
	}
	return iopt;
}

static void free_below(struct inner *in, unsigned int height)
{
	for (uint64_t ways = in->used; ways; ways &= ways - 1) {
		unsigned int way = lowest_bit(ways);

		if (in->block & bit_of(way)) {
			free(in->way[way].block);
			continue;
		}
		if (height > 1)
			free_below((struct inner *)in->way[way].node, height - 1);
		free(in->way[way].node);
	}
}

static void free_chain(struct node *n)
{
	while (n) {
		struct node *next = (struct node *)n->parent;

		free(n);
		n = next;
	}
}

void ir_iopt_free(struct ir_iopt *iopt)
{
	if (!iopt)
		return;
	if (iopt->top)
		free_below(iopt->top, iopt->top_height);
	free(iopt->top);
	free(iopt->recent);
	free_chain(iopt->spare_inner);
	free_chain(iopt->spare_leaf);
	free(iopt);
}

/*
 * Nodes.
 */

static void *get_memory(struct ir_iopt *iopt, size_t size)
{
	void *memory = ir_budget_take(iopt->totals->budget, size + IR_MALLOC_BYTES) ?
		calloc(1, size) : NULL;

	if (!memory)
		iopt->totals->failed = true;
	return memory;
}

static void free_block(struct ir_iopt *iopt, struct block *b)
{
	ir_budget_give(iopt->totals->budget, sizeof(*b) + IR_MALLOC_BYTES);
	free(b);
}

static struct node *node_get(struct ir_iopt *iopt, struct node **spare, size_t size)
{
	struct node *n = *spare;

	if (!n)
		return get_memory(iopt, size);
	*spare = (struct node *)n->parent;
	n->parent = NULL;	/* all else was left zero */
	return n;
}

static struct inner *inner_new(struct ir_iopt *iopt, uint64_t pfn)
{
	struct inner *in = (struct inner *)node_get(iopt, &iopt->spare_inner, sizeof(*in));

	if (in)
		in->n.first = pfn;
	return in;
}

static struct leaf *leaf_new(struct ir_iopt *iopt, uint64_t pfn)
{
	size_t sites = iopt->totals->sites ? WAYS * sizeof(uint32_t) : 0;
	struct leaf *l = (struct leaf *)node_get(iopt, &iopt->spare_leaf, sizeof(*l) + sites);

	if (l) {
		l->n.first = pfn - pfn % WAYS;
		iopt->nr_leaves++;
	}
	return l;
}

static void put_spare(struct node **spare, struct node *n)
{
	n->parent = (struct inner *)*spare;
	*spare = n;
}

/* Nothing is in use below a node any more: take it and its empty ancestors out. */
static void release_inner(struct ir_iopt *iopt, struct inner *in, unsigned int height)
{
	while (!in->used && in->n.parent) {
		struct inner *parent = in->n.parent;

		height++;
		parent->used &= ~bit_of(way_of(in->n.first, height));
		parent->way[way_of(in->n.first, height)].node = NULL;
		put_spare(&iopt->spare_inner, &in->n);
		in = parent;
	}
}

static void release_leaf(struct ir_iopt *iopt, struct leaf *l)
{
	struct inner *in = l->n.parent;
	unsigned int way = way_of(l->n.first, 1);

	in->used &= ~bit_of(way);
	in->way[way].node = NULL;
	put_spare(&iopt->spare_leaf, &l->n);
	iopt->nr_leaves--;
	release_inner(iopt, in, 1);
}

/*
 * Kinds of stale pages.
 */

/* Sets the kinds that one way of node @in has, in @in and in the nodes above it. */
static void update_kinds(struct inner *in, unsigned int height, uint64_t pfn, unsigned int kinds)
{
	for (; in; in = in->n.parent, height++) {
		uint64_t bit = bit_of(way_of(pfn, height));
		unsigned int before = 0, after = 0;

		for (unsigned int k = 0; k < KINDS; k++) {
			before |= (unsigned int)(in->kind[k] != 0) << k;
			in->kind[k] = kinds >> k & 1 ? in->kind[k] | bit : in->kind[k] & ~bit;
			after |= (unsigned int)(in->kind[k] != 0) << k;
		}
		if (before == after)
			return;
		kinds = after;
	}
}

/* Whether the leaf's node has the leaf's kinds already. */
static inline bool kinds_are_current(const struct leaf *l, unsigned int kinds)
{
	const struct inner *in = l->n.parent;
	unsigned int way = way_of(l->n.first, 1);

	return ((in->kind[0] >> way & 1) | (in->kind[1] >> way & 1) << 1 |
		(in->kind[2] >> way & 1) << 2) == kinds;
}

static struct leaf **recent_slot(const struct ir_iopt *iopt, uint64_t pfn)
{
	return iopt->recent ? &iopt->recent[pfn / WAYS % RECENT] : NULL;
}

/* It is none of those used last any more. */
static void sync_leaf(struct ir_iopt *iopt, struct leaf *l)
{
	unsigned int kinds = leaf_kinds(l);
	struct leaf **slot;

	if (!kinds_are_current(l, kinds))
		update_kinds(l->n.parent, 1, l->n.first, kinds);
	if (l->valid | l->shadowed)
		return;
	slot = recent_slot(iopt, l->n.first);
	if (slot && *slot == l)
		*slot = NULL;
	release_leaf(iopt, l);
}

void ir_iopt_sync_before(struct ir_iopt *iopt)
{
	struct leaf *l = iopt->before;

	iopt->before = NULL;
	if (l)
		sync_leaf(iopt, l);
}

/* Another leaf is about to be the one used last. */
static void retire_last(struct ir_iopt *iopt)
{
	ir_iopt_sync_before(iopt);
	iopt->before = iopt->last;
	iopt->last = NULL;
}

void ir_iopt_sync_leaves(struct ir_iopt *iopt)
{
	retire_last(iopt);
	ir_iopt_sync_before(iopt);
}

void ir_iopt_update_kinds(struct ir_iopt *iopt)
{
	ir_iopt_sync_before(iopt);
	if (iopt->last)
		update_kinds(iopt->last->n.parent, 1, iopt->last->n.first, leaf_kinds(iopt->last));
}

/*
 * The way down.
 */

/* Adds a node above the top; false: no memory. */
static bool raise_top(struct ir_iopt *iopt)
{
	struct inner *top = iopt->top, *in = NULL;
	unsigned int kinds = 0, way;

	if (iopt->top_height < HEIGHT)
		in = inner_new(iopt, top->n.first);
	if (!in) {
		iopt->totals->failed = true;
		return false;
	}
	way = way_of(top->n.first, ++iopt->top_height);
	in->used = bit_of(way);
	in->way[way].node = &top->n;
	for (unsigned int k = 0; k < KINDS; k++)
		kinds |= (unsigned int)(top->kind[k] != 0) << k;
	top->n.parent = in;
	iopt->top = in;
	update_kinds(in, iopt->top_height, in->n.first, kinds);
	return true;
}

/* Makes a top that covers the page and is at least so high; false: no memory. */
static bool ensure_top(struct ir_iopt *iopt, uint64_t pfn, unsigned int height)
{
	if (!iopt->top) {
		iopt->top = inner_new(iopt, pfn);
		iopt->top_height = height;
		return iopt->top;
	}
	if (!iopt->top->used) {		/* it may be for anything */
		iopt->top->n.first = pfn;
		iopt->top_height = height;
	}
	while (iopt->top_height < height || !node_covers(iopt->top, iopt->top_height, pfn))
		if (!raise_top(iopt))
			return false;
	return true;
}

static void fill_leaf(struct leaf *l, const struct block *b, bool sites)
{
	uint64_t all = ~UINT64_C(0);

	for (unsigned int i = 0; i < WAYS; i++) {
		l->entry[i].guest = b->guest ? b->guest + i * IR_PAGE_SIZE : 0;
		l->entry[i].shadow = b->shadow ? b->shadow + i * IR_PAGE_SIZE : 0;
		l->entry[i].since = b->since;
		if (sites)
			l->site[i] = b->site;
	}
	l->valid = b->guest ? all : 0;
	l->shadowed = b->shadow ? all : 0;
	l->exposed = b->exposed ? all : 0;
	l->stale = block_kind(b) ? all : 0;
	l->refused = b->refused ? all : 0;
}

/* As many blocks of a 64th each; false: no memory, and nothing is done. */
static bool fill_inner(struct ir_iopt *iopt, struct inner *in, unsigned int height,
		       const struct block *b)
{
	uint64_t bytes = way_pages(height) << IR_PAGE_SHIFT;
	struct block *part[WAYS];
	unsigned int n = 0;

	while (n < WAYS && (part[n] = get_memory(iopt, sizeof(*b))))
		n++;
	if (n < WAYS) {
		while (n)
			free_block(iopt, part[--n]);
		return false;
	}
	for (unsigned int i = 0; i < WAYS; i++) {
		*part[i] = *b;
		part[i]->guest += b->guest ? i * bytes : 0;
		part[i]->shadow += b->shadow ? i * bytes : 0;
		in->way[i].block = part[i];
	}
	in->used = in->block = ~UINT64_C(0);
	for (unsigned int k = 0; k < KINDS; k++)
		in->kind[k] = block_kind(b) >> k & 1 ? ~UINT64_C(0) : 0;
	return true;
}

/* A node that says the same as a block; NULL: no memory. */
static struct node *inner_of_block(struct ir_iopt *iopt, const struct spot *s)
{
	struct inner *in = inner_new(iopt, block_first(s));

	if (!in)
		return NULL;
	if (!fill_inner(iopt, in, s->height - 1, block_at(s))) {
		put_spare(&iopt->spare_inner, &in->n);
		return NULL;
	}
	return &in->n;
}

static struct node *leaf_of_block(struct ir_iopt *iopt, const struct spot *s)
{
	struct leaf *l = leaf_new(iopt, block_first(s));

	if (!l)
		return NULL;
	fill_leaf(l, block_at(s), iopt->totals->sites);
	return &l->n;
}

bool ir_iopt_block_split(struct ir_iopt *iopt, const struct spot *s)
{
	struct node *n = s->height > 1 ? inner_of_block(iopt, s) : leaf_of_block(iopt, s);

	if (!n)
		return false;
	free_block(iopt, block_at(s));
	n->parent = s->in;
	s->in->way[s->way].node = n;
	s->in->block &= ~bit_of(s->way);
	return true;
}

/* A node or leaf in an empty way; NULL: no memory. */
static struct node *new_child(struct ir_iopt *iopt, struct inner *in, unsigned int height,
			      uint64_t pfn)
{
	struct inner *i = height > 1 ? inner_new(iopt, pfn) : NULL;
	struct leaf *l = height > 1 ? NULL : leaf_new(iopt, pfn);
	struct node *n = i ? &i->n : l ? &l->n : NULL;
	unsigned int way = way_of(pfn, height);

	if (!n)
		return NULL;
	n->parent = in;
	in->way[way].node = n;
	in->used |= bit_of(way);
	return n;
}

/* The leaf of a page, from the top on. */
static struct leaf *descend(struct ir_iopt *iopt, uint64_t pfn, bool make)
{
	struct inner *in = iopt->top;
	unsigned int height;

	if (!in || !node_covers(in, iopt->top_height, pfn)) {
		if (!make || !ensure_top(iopt, pfn, 1))
			return NULL;
		in = iopt->top;
	}
	for (height = iopt->top_height;; height--) {
		struct spot s = { .in = in, .height = height, .way = way_of(pfn, height) };
		struct node *n;

		if (!(in->used & bit_of(s.way))) {
			if (!make || !new_child(iopt, in, height, pfn)) {
				release_inner(iopt, in, height);
				return NULL;
			}
		} else if (in->block & bit_of(s.way) && !ir_iopt_block_split(iopt, &s)) {
			return NULL;
		}
		n = in->way[s.way].node;
		if (height == 1)
			return (struct leaf *)n;
		in = (struct inner *)n;
	}
}

/* Few leaves are found soon enough; a guest may have many tables of that size. */
static void alloc_recent(struct ir_iopt *iopt)
{
	if (!iopt->recent && iopt->nr_leaves > 2)
		iopt->recent = calloc(RECENT, sizeof(*iopt->recent));
}

__attribute__((noinline))
struct leaf *ir_iopt_find_leaf(struct ir_iopt *iopt, uint64_t pfn, bool make)
{
	struct leaf **slot = recent_slot(iopt, pfn), *l;

	retire_last(iopt);
	l = slot ? *slot : NULL;
	if (!l || (pfn ^ l->n.first) >= WAYS) {
		l = descend(iopt, pfn, make);
		if (!l)
			return NULL;
		if (!slot)
			alloc_recent(iopt);
		slot = recent_slot(iopt, pfn);
		if (slot)
			*slot = l;
	}
	iopt->last = l;
	return l;
}

/* The lowest way of @pfn: empty, a block, or, with s->leaf, a leaf.  False: the tree does not cover it. */
static bool find_way(const struct ir_iopt *iopt, uint64_t pfn, struct spot *s)
{
	unsigned int height = iopt->top_height;
	struct inner *in = iopt->top;

	if (!in || !node_covers(in, height, pfn))
		return false;
	for (;; height--) {
		*s = (struct spot){ .in = in, .height = height, .way = way_of(pfn, height) };
		if (!(in->used & ~in->block & bit_of(s->way)))
			return true;
		if (height == 1)
			break;
		in = (struct inner *)in->way[s->way].node;
	}
	s->leaf = (struct leaf *)in->way[s->way].node;
	return true;
}

struct entry ir_iopt_look_up(struct ir_iopt *iopt, uint64_t pfn)
{
	const struct block *b;
	uint64_t offset;
	struct spot s;

	if (in_last_leaf(iopt, pfn))
		return iopt->last->entry[pfn % WAYS];
	if (!find_way(iopt, pfn, &s))
		return (struct entry){ 0 };
	if (s.leaf)
		return s.leaf->entry[pfn % WAYS];
	if (!(s.in->used & bit_of(s.way)))
		return (struct entry){ 0 };
	b = block_at(&s);
	offset = (pfn - block_first(&s)) << IR_PAGE_SHIFT;
	return (struct entry){
		.guest = b->guest ? b->guest + offset : 0,
		.shadow = b->shadow ? b->shadow + offset : 0,
		.since = b->since,
	};
}

uint64_t ir_iopt_refused_in(const struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	uint64_t n = 0, end, set;
	struct spot s;

	for (uint64_t pfn = first; iopt->refused && pfn <= last && find_way(iopt, pfn, &s); pfn = end + 1) {
		end = block_first(&s) + way_pages(s.height) - 1;
		if (end > last)
			end = last;
		set = ~UINT64_C(0) << pfn % WAYS & ~UINT64_C(0) >> (WAYS - 1 - end % WAYS);
		if (s.leaf)
			n += (unsigned int)__builtin_popcountll(s.leaf->refused & set);
		else if (s.in->used & bit_of(s.way) && block_at(&s)->refused)
			n += end - pfn + 1;
	}
	return n;
}

/*
 * Blocks.
 */

/* The largest block that can begin at @pfn and has no more than @pages, as a height. */
static unsigned int largest_block(uint64_t pfn, uint64_t pages)
{
	unsigned int height = 1;

	while (height < HEIGHT && !(pfn & (way_pages(height + 1) - 1)) &&
	       pages >= way_pages(height + 1))
		height++;
	return height;
}

uint64_t ir_iopt_block_place(struct ir_iopt *iopt, uint64_t pfn, uint64_t pages, struct spot *s)
{
	unsigned int target = largest_block(pfn, pages);
	struct inner *in;

	ir_iopt_sync_leaves(iopt);
	if (!ensure_top(iopt, pfn, target))
		return 0;
	in = iopt->top;
	for (unsigned int height = iopt->top_height;; height--) {
		*s = (struct spot){ .in = in, .height = height, .way = way_of(pfn, height) };
		if (!(in->used & bit_of(s->way))) {
			if (height <= target)
				return way_pages(height);
			if (!new_child(iopt, in, height, pfn)) {
				release_inner(iopt, in, height);
				return 0;
			}
		} else if (in->block & bit_of(s->way)) {
			if (height <= target)
				return way_pages(height);
			if (!ir_iopt_block_split(iopt, s))
				return 0;
		}
		if (height == 1)
			return 0;
		in = (struct inner *)in->way[s->way].node;
	}
}

uint64_t ir_iopt_block_find(struct ir_iopt *iopt, uint64_t pfn, uint64_t pages, struct spot *s)
{
	unsigned int target = largest_block(pfn, pages);
	struct inner *in;

	ir_iopt_sync_leaves(iopt);
	in = iopt->top;
	if (!in || !node_covers(in, iopt->top_height, pfn)) {
		*s = (struct spot){ .in = NULL };
		/* Up to where the top begins, if it does. */
		if (in) {
			uint64_t mask = (way_pages(iopt->top_height) << WAYS_SHIFT) - 1;
			uint64_t begin = in->n.first & ~mask;

			if (begin > pfn && begin - pfn < pages)
				return begin - pfn;
		}
		return pages;
	}
	for (unsigned int height = iopt->top_height;; height--) {
		*s = (struct spot){ .in = in, .height = height, .way = way_of(pfn, height) };
		if (!(in->used & bit_of(s->way))) {
			uint64_t rest = way_pages(height) - (pfn & (way_pages(height) - 1));

			s->in = NULL;
			return rest < pages ? rest : pages;
		}
		if (in->block & bit_of(s->way)) {
			if (height <= target)
				return way_pages(height);
			if (!ir_iopt_block_split(iopt, s))
				return 0;
		}
		if (height == 1)
			return 0;
		in = (struct inner *)in->way[s->way].node;
	}
}

struct block *ir_iopt_block_new(struct ir_iopt *iopt, const struct spot *s)
{
	struct block *b = get_memory(iopt, sizeof(*b));

	if (!b) {
		release_inner(iopt, s->in, s->height);
		return NULL;
	}
	s->in->way[s->way].block = b;
	s->in->used |= bit_of(s->way);
	s->in->block |= bit_of(s->way);
	return b;
}

void ir_iopt_block_changed(struct ir_iopt *iopt, const struct spot *s)
{
	struct block *b = block_at(s);

	update_kinds(s->in, s->height, block_first(s), block_kind(b));
	if (b->guest | b->shadow)
		return;
	s->in->way[s->way].block = NULL;
	s->in->used &= ~bit_of(s->way);
	s->in->block &= ~bit_of(s->way);
	free_block(iopt, b);
	release_inner(iopt, s->in, s->height);
}

/*
 * All of it.
 */

static void visit_below(struct ir_iopt *iopt, struct inner *in, unsigned int height,
			void (*leaf)(struct ir_iopt *iopt, struct leaf *l),
			void (*block)(struct ir_iopt *iopt, struct block *b, uint64_t pages))
{
	for (uint64_t ways = in->used; ways; ways &= ways - 1) {
		struct spot s = { .in = in, .height = height, .way = lowest_bit(ways) };

		if (in->block & bit_of(s.way)) {
			block(iopt, block_at(&s), way_pages(height));
			ir_iopt_block_changed(iopt, &s);
		} else if (height > 1) {
			visit_below(iopt, (struct inner *)in->way[s.way].node, height - 1, leaf,
				    block);
		} else {
			iopt->last = (struct leaf *)in->way[s.way].node;
			leaf(iopt, iopt->last);
			ir_iopt_sync_leaves(iopt);
		}
	}
}

void ir_iopt_visit(struct ir_iopt *iopt, void (*leaf)(struct ir_iopt *iopt, struct leaf *l),
		   void (*block)(struct ir_iopt *iopt, struct block *b, uint64_t pages))
{
	ir_iopt_sync_leaves(iopt);
	if (iopt->top)
		visit_below(iopt, iopt->top, iopt->top_height, leaf, block);
}
