// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The set of taken page ranges: see iova_tree.h.
 *
 * drivers/iommu/iova.c (6.12) keeps a red-black tree and walks it downwards
 * range by range.  Here the walk is a descent over "biggest aligned block below
 * this node": the place found is the same, the time is not linear.
 */
#include "guest/iova_tree.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

static unsigned int floor_log2(uint64_t value)
{
	return 63u - (unsigned int)__builtin_clzll(value);
}

static unsigned int ceil_log2(uint64_t value)
{
	return value <= 1 ? 0 : floor_log2(value - 1) + 1;
}

/* Does an aligned block of 1 << order pages lie in [begin, end)?  begin < end. */
static bool block_fits(uint64_t begin, uint64_t end, unsigned int order)
{
	uint64_t block = UINT64_C(1) << order;

	return end >= block && ((end - block) & ~(block - 1)) >= begin;
}

/* 1 + order of the biggest aligned block in [begin, end), 0 if it is empty */
static uint8_t hole_fit(uint64_t begin, uint64_t end)
{
	unsigned int order;

	if (end <= begin)
		return 0;
	order = floor_log2(end - begin);
	/*
	 * A hole of 2^n pages or more always holds an aligned block of
	 * 2^(n-1), wherever it begins.
	 */
	if (order && !block_fits(begin, end, order))
		order--;
	return (uint8_t)(order + 1);
}

static uint64_t hole_begin(const struct ir_iova_tree *t, uint32_t node)
{
	uint32_t prev = t->nodes[node].prev;
	uint64_t begin = prev == IR_IOVA_NIL ? 0 : t->nodes[prev].hi + 1;

	return begin > t->start ? begin : t->start;
}

static uint8_t best_of(const struct ir_iova_tree *t, uint32_t node)
{
	const struct ir_iova_node *n = &t->nodes[node];
	uint8_t best = n->fit;

	if (t->nodes[n->left].best > best)
		best = t->nodes[n->left].best;
	if (t->nodes[n->right].best > best)
		best = t->nodes[n->right].best;
	return best;
}

/* Something changed at @node: its ancestors learn of it, up to where it is not news. */
static void update_best(struct ir_iova_tree *t, uint32_t node)
{
	for (; node != IR_IOVA_NIL; node = t->nodes[node].parent) {
		uint8_t best = best_of(t, node);

		if (t->nodes[node].best == best)
			return;
		t->nodes[node].best = best;
	}
}

static void refit(struct ir_iova_tree *t, uint32_t node)
{
	t->nodes[node].fit = hole_fit(hole_begin(t, node), t->nodes[node].lo);
	update_best(t, node);
}

static void set_child(struct ir_iova_tree *t, uint32_t parent, uint32_t old, uint32_t child)
{
	if (parent == IR_IOVA_NIL)
		t->root = child;
	else if (t->nodes[parent].left == old)
		t->nodes[parent].left = child;
	else
		t->nodes[parent].right = child;
	if (child != IR_IOVA_NIL)
		t->nodes[child].parent = parent;
}

/* Put @node where its parent is, the parent below it */
static void rotate_up(struct ir_iova_tree *t, uint32_t node)
{
	struct ir_iova_node *n = &t->nodes[node];
	uint32_t down = n->parent;
	struct ir_iova_node *p = &t->nodes[down];
	uint32_t moved;

	set_child(t, p->parent, down, node);
	if (p->left == node) {
		moved = n->right;
		n->right = down;
		p->left = moved;
	} else {
		moved = n->left;
		n->left = down;
		p->right = moved;
	}
	p->parent = node;
	if (moved != IR_IOVA_NIL)
		t->nodes[moved].parent = down;
	p->best = best_of(t, down);
	n->best = best_of(t, node);
}

static uint32_t next_random(struct ir_iova_tree *t)
{
	uint32_t x = t->random;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	t->random = x;
	return x;
}

static uint32_t node_new(struct ir_iova_tree *t)
{
	struct ir_iova_node *nodes;
	uint32_t node = t->free;
	uint32_t capacity;

	if (node != IR_IOVA_NIL) {
		t->free = t->nodes[node].next;
		return node;
	}
	if (t->used == t->capacity) {
		if (t->capacity > UINT32_MAX / 2)
			return IR_IOVA_NIL;
		capacity = t->capacity * 2;
		nodes = realloc(t->nodes, (size_t)capacity * sizeof(*nodes));
		if (!nodes)
			return IR_IOVA_NIL;
		t->nodes = nodes;
		t->capacity = capacity;
	}
	return t->used++;
}

bool ir_iova_tree_init(struct ir_iova_tree *t, uint64_t start)
{
	*t = (struct ir_iova_tree){
		.nodes = malloc(FIRST_CAPACITY * sizeof(*t->nodes)),
		.root = IR_IOVA_ANCHOR,
		.used = IR_IOVA_ANCHOR + 1,
		.capacity = FIRST_CAPACITY,
		.random = 0x9e3779b9u,
		.start = start,
	};
	if (!t->nodes)
		return false;
	t->nodes[IR_IOVA_NIL] = (struct ir_iova_node){ .lo = 0 };
	t->nodes[IR_IOVA_ANCHOR] = (struct ir_iova_node){ .lo = UINT64_MAX, .hi = UINT64_MAX };
	refit(t, IR_IOVA_ANCHOR);
	return true;
}

void ir_iova_tree_fini(struct ir_iova_tree *t)
{
	free(t->nodes);
	t->nodes = NULL;
}

uint32_t ir_iova_tree_find(const struct ir_iova_tree *t, uint64_t pfn)
{
	uint32_t node = t->root;

	while (node != IR_IOVA_NIL) {
		const struct ir_iova_node *n = &t->nodes[node];

		if (pfn < n->lo)
			node = n->left;
		else if (pfn > n->hi)
			node = n->right;
		else
			break;
	}
	return node;
}

uint32_t ir_iova_tree_above(const struct ir_iova_tree *t, uint64_t pfn)
{
	uint32_t above = IR_IOVA_ANCHOR;
	uint32_t node = t->root;

	while (node != IR_IOVA_NIL) {
		if (t->nodes[node].lo >= pfn) {
			above = node;
			node = t->nodes[node].left;
		} else {
			node = t->nodes[node].right;
		}
	}
	return above;
}

uint32_t ir_iova_tree_insert(struct ir_iova_tree *t, uint64_t lo, uint64_t hi)
{
	uint32_t node = node_new(t);
	uint32_t parent = IR_IOVA_NIL;
	uint32_t at = t->root;
	uint32_t next, prev;

	if (node == IR_IOVA_NIL)
		return node;
	while (at != IR_IOVA_NIL) {
		parent = at;
		at = lo < t->nodes[at].lo ? t->nodes[at].left : t->nodes[at].right;
	}
	/* the anchor is the highest of all, so a range always has a next one */
	if (lo < t->nodes[parent].lo) {
		next = parent;
		prev = t->nodes[parent].prev;
		t->nodes[parent].left = node;
	} else {
		prev = parent;
		next = t->nodes[parent].next;
		t->nodes[parent].right = node;
	}
	t->nodes[node] = (struct ir_iova_node){
		.lo = lo,
		.hi = hi,
		.parent = parent,
		.prev = prev,
		.next = next,
		.priority = next_random(t),
	};
	t->nodes[next].prev = node;
	if (prev != IR_IOVA_NIL)
		t->nodes[prev].next = node;
	while (t->nodes[node].parent != IR_IOVA_NIL &&
	       t->nodes[t->nodes[node].parent].priority < t->nodes[node].priority)
		rotate_up(t, node);
	refit(t, node);
	refit(t, next);
	return node;
}

void ir_iova_tree_remove(struct ir_iova_tree *t, uint32_t node)
{
	struct ir_iova_node *n = &t->nodes[node];

	/* with one child or none left, the node can be cut out */
	while (n->left != IR_IOVA_NIL && n->right != IR_IOVA_NIL)
		rotate_up(t, t->nodes[n->left].priority > t->nodes[n->right].priority ?
				     n->left : n->right);
	set_child(t, n->parent, node, n->left != IR_IOVA_NIL ? n->left : n->right);
	if (n->prev != IR_IOVA_NIL)
		t->nodes[n->prev].next = n->next;
	t->nodes[n->next].prev = n->prev;
	update_best(t, n->parent);
	refit(t, n->next);
	n->next = t->free;
	t->free = node;
}

static uint32_t highest_fitting(const struct ir_iova_tree *t, uint32_t node, uint8_t fit)
{
	for (;;) {
		const struct ir_iova_node *n = &t->nodes[node];

		if (t->nodes[n->right].best >= fit)
			node = n->right;
		else if (n->fit >= fit)
			return node;
		else
			node = n->left;
	}
}

/* The highest node below @node whose hole has at least @fit, or NIL */
static uint32_t lower_fitting(const struct ir_iova_tree *t, uint32_t node, uint8_t fit)
{
	uint32_t from;

	if (t->nodes[t->nodes[node].left].best >= fit)
		return highest_fitting(t, t->nodes[node].left, fit);
	for (from = node, node = t->nodes[node].parent; node != IR_IOVA_NIL;
	     from = node, node = t->nodes[node].parent) {
		if (t->nodes[node].right != from)
			continue;
		if (t->nodes[node].fit >= fit)
			return node;
		if (t->nodes[t->nodes[node].left].best >= fit)
			return highest_fitting(t, t->nodes[node].left, fit);
	}
	return IR_IOVA_NIL;
}

bool ir_iova_tree_fit(const struct ir_iova_tree *t, uint64_t floor, uint64_t ceiling,
		      uint64_t size, uint64_t *pfn)
{
	unsigned int order;
	uint32_t node;
	uint8_t fit;

	if (floor < t->start)
		floor = t->start;
	if (!size || ceiling <= floor || ceiling - floor < size)
		return false;
	order = ceil_log2(size);
	if (order > 63)
		return false;
	/*
	 * A size that is no power of two is more than half of its alignment: its
	 * hole has an aligned block of that half, which is all a node can tell.
	 */
	fit = (uint8_t)(size == UINT64_C(1) << order ? order + 1 : order);
	for (node = ir_iova_tree_above(t, ceiling); node != IR_IOVA_NIL;
	     node = lower_fitting(t, node, fit)) {
		uint64_t begin = hole_begin(t, node);
		uint64_t end = t->nodes[node].lo < ceiling ? t->nodes[node].lo : ceiling;
		uint64_t place;

		if (end <= floor)
			return false;
		if (end >= size) {
			place = (end - size) & ~((UINT64_C(1) << order) - 1);
			if (place >= begin && place >= floor) {
				*pfn = place;
				return true;
			}
		}
		if (begin <= floor)
			return false;
	}
	return false;
}
