// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "base/bitmap.h"

#define WAYS_SHIFT	6
#define WAYS		(1u << WAYS_SHIFT)
#define LEAF_SHIFT	(2 * WAYS_SHIFT)	/* bits in a leaf: 64 words of 64 */
#define NO_LEAF		(UINT64_C(1) << 63)

/*
 * Way i of a node has no bit set if any lacks bit i, all bits set if full has
 * it; only else is there a child (or, in a leaf, is the word looked at).
 *
 * The place where a search found no room is kept, so that the next one does not look there again:
 * no_room and no_run are 0 after a bit of the node was cleared.  A leaf does not know the
 * nodes above it; they are updated when another leaf is used, or before they are read.
 */
struct node {
	uint64_t any;
	uint64_t full;
	uint64_t no_room;	/* sizes from this on have no aligned place; 0: not known */
	uint64_t no_run;	/* there are not so many clear bits in a row; 0: not known */
	bool cleared;		/* a leaf: bits were cleared, and the nodes above are not updated */
	union {
		struct node *child[WAYS];
		uint64_t word[WAYS];
	};
};

struct ir_bitmap {
	uint64_t bits;
	unsigned int height;	/* levels above the leaves */
	struct node *root;
	struct node *spare;	/* free nodes, chained by child[0] */
	struct node *leaf;	/* the one used last, or NULL */
	uint64_t leaf_first;	/* its first bit; NO_LEAF, which is not near any bit: there is none */
};

static struct node *node_get(struct ir_bitmap *map)
{
	struct node *n = map->spare;

	if (!n)
		return calloc(1, sizeof(*n));
	map->spare = n->child[0];
	*n = (struct node){ 0 };
	return n;
}

static void node_put(struct ir_bitmap *map, struct node *n)
{
	n->child[0] = map->spare;
	map->spare = n;
}

/* Bits below one way of a node at this height, as a shift. */
static unsigned int way_shift(unsigned int height)
{
	return height ? LEAF_SHIFT + (height - 1) * WAYS_SHIFT : WAYS_SHIFT;
}

static void forget_leaf(struct ir_bitmap *map)
{
	map->leaf = NULL;
	map->leaf_first = NO_LEAF;
}

/* Only mixed ways have children. */
static void node_drop(struct ir_bitmap *map, struct node *n, unsigned int height)
{
	if (n == map->leaf)
		forget_leaf(map);
	for (uint64_t ways = height ? n->any & ~n->full : 0; ways; ways &= ways - 1)
		node_drop(map, n->child[__builtin_ctzll(ways)], height - 1);
	node_put(map, n);
}

struct ir_bitmap *ir_bitmap_new(uint64_t bits)
{
	struct ir_bitmap *map = calloc(1, sizeof(*map));

	if (!map)
		return NULL;
	map->bits = bits;
	map->leaf_first = NO_LEAF;
	while (LEAF_SHIFT + map->height * WAYS_SHIFT < 60 &&
	       (UINT64_C(1) << (LEAF_SHIFT + map->height * WAYS_SHIFT)) < bits)
		map->height++;
	map->root = node_get(map);
	if (!map->root) {
		free(map);
		return NULL;
	}
	return map;
}

void ir_bitmap_free(struct ir_bitmap *map)
{
	if (!map)
		return;
	node_drop(map, map->root, map->height);
	while (map->spare) {
		struct node *n = map->spare;

		map->spare = n->child[0];
		free(n);
	}
	free(map);
}

static inline uint64_t mask_between(unsigned int lo, unsigned int hi)
{
	return (~UINT64_C(0) << lo) & (~UINT64_C(0) >> (WAYS - 1 - hi));
}

static inline void way_mark(struct node *n, unsigned int i, bool any, bool full)
{
	uint64_t bit = UINT64_C(1) << i;

	n->any = (n->any & ~bit) | (uint64_t)any << i;
	n->full = (n->full & ~bit) | (uint64_t)full << i;
}

static inline void word_clear(struct node *n, unsigned int i, uint64_t bits)
{
	uint64_t way = UINT64_C(1) << i;

	n->word[i] &= ~bits;
	n->full &= ~way;
	if (!n->word[i])
		n->any &= ~way;
	n->no_room = n->no_run = 0;
	n->cleared = true;
}

static inline void word_assign(struct node *n, unsigned int i, uint64_t bits, bool value)
{
	uint64_t way = UINT64_C(1) << i;

	if (!value) {
		word_clear(n, i, bits);
		return;
	}
	n->word[i] |= bits;
	n->any |= way;
	if (n->word[i] == ~UINT64_C(0))
		n->full |= way;
}

static void leaf_assign(struct node *n, uint64_t first, uint64_t last, bool value)
{
	unsigned int lo = (unsigned int)(first >> WAYS_SHIFT), hi = (unsigned int)(last >> WAYS_SHIFT);

	if (lo == hi) {
		word_assign(n, lo, mask_between(first % WAYS, last % WAYS), value);
		return;
	}
	word_assign(n, lo, mask_between(first % WAYS, WAYS - 1), value);
	while (++lo < hi)
		word_assign(n, lo, ~UINT64_C(0), value);
	word_assign(n, hi, mask_between(0, last % WAYS), value);
}

/* A child that stands for a uniform way, so that a part of it can change. */
static struct node *way_split(struct ir_bitmap *map, struct node *n, unsigned int i,
			      unsigned int child_height)
{
	struct node *c = node_get(map);

	if (!c)
		return NULL;
	if (n->full & (UINT64_C(1) << i)) {
		c->any = c->full = ~UINT64_C(0);
		if (!child_height)
			for (unsigned int w = 0; w < WAYS; w++)
				c->word[w] = ~UINT64_C(0);
	}
	n->child[i] = c;
	return c;
}

/* @first and @last are relative to the node's first bit. */
static int node_assign(struct ir_bitmap *map, struct node *n, unsigned int height,
		       uint64_t first, uint64_t last, bool value)
{
	unsigned int shift = way_shift(height);
	uint64_t mask = (UINT64_C(1) << shift) - 1;

	if (!height) {
		leaf_assign(n, first, last, value);
		map->leaf = n;
		return 0;
	}
	if (!value)
		n->no_room = n->no_run = 0;
	for (uint64_t way = first >> shift; way <= last >> shift; way++) {
		unsigned int i = (unsigned int)way;
		uint64_t lo = way == first >> shift ? first & mask : 0;
		uint64_t hi = way == last >> shift ? last & mask : mask;
		struct node *c = n->child[i];
		int rc = 0;

		if ((lo != 0 || hi != mask) &&
		    (value ? !(n->full >> i & 1) : (n->any >> i & 1) != 0)) {
			if (!c)
				c = way_split(map, n, i, height - 1);
			if (!c)
				return -ENOMEM;
			rc = node_assign(map, c, height - 1, lo, hi, value);
			way_mark(n, i, c->any != 0, c->full == ~UINT64_C(0));
		} else if (lo == 0 && hi == mask) {
			way_mark(n, i, value, value);
		}
		if (c && (!(n->any >> i & 1) || (n->full >> i & 1))) {
			node_drop(map, c, height - 1);
			n->child[i] = NULL;
		}
		if (rc)
			return rc;
	}
	return 0;
}

static inline bool in_last_leaf(const struct ir_bitmap *map, uint64_t bit)
{
	return bit - map->leaf_first < UINT64_C(1) << LEAF_SHIFT;
}

/* The bits are mostly in one word of the leaf used last. */
static inline bool in_last_word(const struct ir_bitmap *map, uint64_t first, uint64_t last)
{
	return first >> WAYS_SHIFT == last >> WAYS_SHIFT && in_last_leaf(map, first);
}

static inline unsigned int way_in_leaf(uint64_t bit)
{
	return (unsigned int)(bit >> WAYS_SHIFT) % WAYS;
}

/*
 * Within the leaf used last, if that leaves the nodes above as they are.  When
 * it becomes empty it stays in the tree, and the nodes above are not updated yet:
 * mostly it is used again at once.
 */
static bool assign_in_leaf(struct ir_bitmap *map, uint64_t first, uint64_t last, bool value)
{
	struct node *n = map->leaf;

	if (!in_last_leaf(map, first) || !in_last_leaf(map, last))
		return false;
	leaf_assign(n, first - map->leaf_first, last - map->leaf_first, value);
	return n->full != ~UINT64_C(0);
}

/* There may be room in the leaf used last again. */
static void forget_no_room(struct ir_bitmap *map)
{
	struct node *n = map->root;

	for (unsigned int height = map->height; height; height--) {
		uint64_t below = map->leaf_first >> way_shift(height);

		n->no_room = n->no_run = 0;
		n = n->child[below % WAYS];
	}
	n->cleared = false;
}

/* Before another leaf is used. */
static void leave_leaf(struct ir_bitmap *map)
{
	if (map->leaf && map->leaf->cleared)
		forget_no_room(map);
	if (map->leaf && !map->leaf->any)
		node_assign(map, map->root, map->height, map->leaf_first, map->leaf_first, false);
	forget_leaf(map);
}

__attribute__((noinline))
static int assign_slow(struct ir_bitmap *map, uint64_t first, uint64_t last, bool value)
{
	int rc;

	if (assign_in_leaf(map, first, last, value))
		return 0;
	leave_leaf(map);
	rc = node_assign(map, map->root, map->height, first, last, value);
	map->leaf_first = first >> LEAF_SHIFT << LEAF_SHIFT;
	if (!map->leaf || !in_last_leaf(map, last))	/* it may have been in several */
		forget_leaf(map);
	return rc;
}

int ir_bitmap_set(struct ir_bitmap *map, uint64_t first, uint64_t last)
{
	if (in_last_word(map, first, last)) {
		word_assign(map->leaf, way_in_leaf(first), mask_between(first % WAYS, last % WAYS), true);
		if (map->leaf->full != ~UINT64_C(0))
			return 0;
	}
	return assign_slow(map, first, last, true);
}

int ir_bitmap_clear(struct ir_bitmap *map, uint64_t first, uint64_t last)
{
	if (!in_last_word(map, first, last))
		return assign_slow(map, first, last, false);
	word_clear(map->leaf, way_in_leaf(first), mask_between(first % WAYS, last % WAYS));
	return 0;
}

bool ir_bitmap_claim(struct ir_bitmap *map, uint64_t first, uint64_t last)
{
	uint64_t *word, bits = mask_between(first % WAYS, last % WAYS);

	if (!in_last_word(map, first, last))
		return false;
	word = &map->leaf->word[way_in_leaf(first)];
	/* If a word becomes full, the nodes above may need an update. */
	if (*word & bits || (*word | bits) == ~UINT64_C(0))
		return false;
	*word |= bits;
	map->leaf->any |= UINT64_C(1) << way_in_leaf(first);
	return true;
}

static uint64_t node_next(const struct node *n, unsigned int height, uint64_t from, bool value)
{
	unsigned int shift = way_shift(height);
	unsigned int start = (unsigned int)(from >> shift);
	uint64_t ways = (value ? n->any : ~n->full) & (~UINT64_C(0) << start);

	for (; ways; ways &= ways - 1) {
		unsigned int i = (unsigned int)__builtin_ctzll(ways);
		uint64_t base = (uint64_t)i << shift;
		uint64_t lo = i == start ? from - base : 0;
		uint64_t found;

		if (!height) {
			uint64_t word = (value ? n->word[i] : ~n->word[i]) & (~UINT64_C(0) << lo);

			if (word)
				return base + (unsigned int)__builtin_ctzll(word);
			continue;
		}
		if (!n->child[i])	/* uniform, and of the value looked for */
			return base + lo;
		found = node_next(n->child[i], height - 1, lo, value);
		if (found != IR_BITMAP_NONE)
			return base + found;
	}
	return IR_BITMAP_NONE;
}

uint64_t ir_bitmap_next(const struct ir_bitmap *map, uint64_t from, bool value)
{
	uint64_t found;

	if (from >= map->bits)
		return IR_BITMAP_NONE;
	if (in_last_leaf(map, from)) {
		found = node_next(map->leaf, 0, from - map->leaf_first, value);
		if (found != IR_BITMAP_NONE && map->leaf_first + found < map->bits)
			return map->leaf_first + found;
	}
	found = node_next(map->root, map->height, from, value);
	return found < map->bits ? found : IR_BITMAP_NONE;
}

static inline bool leaf_any(const struct node *n, uint64_t first, uint64_t last)
{
	unsigned int lo = (unsigned int)(first >> WAYS_SHIFT), hi = (unsigned int)(last >> WAYS_SHIFT);

	if (lo == hi)
		return n->word[lo] & mask_between(first % WAYS, last % WAYS);
	return (n->word[lo] & mask_between(first % WAYS, WAYS - 1)) ||
		(n->word[hi] & mask_between(0, last % WAYS)) ||
		(hi - lo > 1 && n->any & mask_between(lo + 1, hi - 1));
}

__attribute__((noinline))
static bool range_has_set(const struct ir_bitmap *map, uint64_t first, uint64_t last)
{
	const struct node *n = map->root;
	uint64_t lo = first, hi = last;

	if (in_last_leaf(map, first) && in_last_leaf(map, last))
		return leaf_any(map->leaf, first - map->leaf_first, last - map->leaf_first);
	for (unsigned int height = map->height; height; height--) {
		unsigned int shift = way_shift(height), way = (unsigned int)(lo >> shift);

		if (hi >> shift != way || last >= map->bits)
			return ir_bitmap_next_set(map, first) <= last;
		if (!n->child[way])
			return n->any >> way & 1;
		n = n->child[way];
		lo &= (UINT64_C(1) << shift) - 1;
		hi &= (UINT64_C(1) << shift) - 1;
	}
	return leaf_any(n, lo, hi);
}

bool ir_bitmap_any(const struct ir_bitmap *map, uint64_t first, uint64_t last)
{
	if (in_last_word(map, first, last))
		return map->leaf->word[way_in_leaf(first)] & mask_between(first % WAYS, last % WAYS);
	return range_has_set(map, first, last);
}

/* A search: for so many clear bits, at a multiple of 1 << order. */
struct room {
	uint64_t size;
	unsigned int order;
};

/* The multiples of 1 << @order at which a run of @n set bits begins. */
static uint64_t run_starts(uint64_t bits, uint64_t n, unsigned int order)
{
	static const uint64_t multiples[] = {
		~UINT64_C(0), 0x5555555555555555, 0x1111111111111111, 0x0101010101010101,
		0x0001000100010001, 0x0000000100000001, 1,
	};

	for (uint64_t have = 1; have < n;) {
		uint64_t more = have < n - have ? have : n - have;

		bits &= bits >> more;
		have += more;
	}
	return bits & multiples[order];
}

static unsigned int highest_bit(uint64_t bits)
{
	return 63 - (unsigned int)__builtin_clzll(bits);
}

/* Whether the first @n bits of a way are clear; @n is less than all of them. */
static bool way_begins_clear(const struct node *n, unsigned int height, unsigned int way,
			     uint64_t bits)
{
	if (!bits || !(n->any >> way & 1))
		return true;
	if (n->full >> way & 1)
		return false;
	if (!height)
		return !(n->word[way] & mask_between(0, (unsigned int)bits - 1));
	return node_next(n->child[way], height - 1, 0, true) >= bits;
}

/* Room that takes one way or more. */
static uint64_t fit_ways(const struct node *n, unsigned int height, uint64_t first, uint64_t last,
			 const struct room *r)
{
	unsigned int shift = way_shift(height);
	uint64_t whole = r->size >> shift, rest = r->size & ((UINT64_C(1) << shift) - 1);
	uint64_t ways = run_starts(~n->any, whole, r->order - shift);

	for (; ways; ways &= ~(UINT64_C(1) << highest_bit(ways))) {
		uint64_t place = (uint64_t)highest_bit(ways) << shift;

		if (place < first)
			break;
		if (place <= last &&
		    way_begins_clear(n, height, highest_bit(ways) + (unsigned int)whole, rest))
			return place;
	}
	return IR_BITMAP_NONE;
}

/* Room within a word of a leaf. */
static inline uint64_t fit_words(struct node *n, uint64_t first, uint64_t last, const struct room *r)
{
	unsigned int lo = (unsigned int)(first >> WAYS_SHIFT), hi = (unsigned int)(last >> WAYS_SHIFT);
	uint64_t ways = ~n->full & mask_between(lo, hi);

	if (n->no_room && r->size >= n->no_room)
		return IR_BITMAP_NONE;
	for (; ways; ways &= ~(UINT64_C(1) << highest_bit(ways))) {
		unsigned int way = highest_bit(ways);
		uint64_t places = run_starts(~n->word[way], r->size, r->order) &
			mask_between(way == lo ? first % WAYS : 0, way == hi ? last % WAYS : WAYS - 1);

		if (places)
			return ((uint64_t)way << WAYS_SHIFT) + highest_bit(places);
	}
	if (!first && last >> r->order == ((UINT64_C(1) << LEAF_SHIFT) - 1) >> r->order)
		n->no_room = r->size;
	return IR_BITMAP_NONE;
}

/* @first and @last are relative to the node's first bit. */
static uint64_t node_fit(struct node *n, unsigned int height, uint64_t first, uint64_t last,
			 const struct room *r)
{
	unsigned int shift = way_shift(height);
	uint64_t mask = (UINT64_C(1) << shift) - 1, ways;

	if (r->order > shift)
		return fit_ways(n, height, first, last, r);
	if (!height)
		return fit_words(n, first, last, r);
	if (n->no_room && r->size >= n->no_room)
		return IR_BITMAP_NONE;
	ways = ~n->full & mask_between((unsigned int)(first >> shift), (unsigned int)(last >> shift));
	for (; ways; ways &= ~(UINT64_C(1) << highest_bit(ways))) {
		unsigned int way = highest_bit(ways);
		uint64_t base = (uint64_t)way << shift, place;
		uint64_t lo = base < first ? first - base : 0;
		uint64_t hi = last - base < mask ? last - base : mask;

		if (n->any >> way & 1)
			place = node_fit(n->child[way], height - 1, lo, hi, r);
		else
			place = hi >> r->order << r->order;
		if (place != IR_BITMAP_NONE && place >= lo)
			return base + place;
	}
	if (!first && last >> r->order == (mask << WAYS_SHIFT | (WAYS - 1)) >> r->order)
		n->no_room = r->size;
	return IR_BITMAP_NONE;
}

uint64_t ir_bitmap_fit(struct ir_bitmap *map, uint64_t first, uint64_t last, uint64_t size)
{
	struct room r = { .size = size, .order = size > 1 ? highest_bit(size - 1) + 1 : 0 };
	uint64_t place;

	if (first > last || r.order > LEAF_SHIFT + map->height * WAYS_SHIFT)
		return IR_BITMAP_NONE;
	if (in_last_leaf(map, last) && r.order <= WAYS_SHIFT) {
		uint64_t base = map->leaf_first;

		place = fit_words(map->leaf, first > base ? first - base : 0, last - base, &r);
		if (place != IR_BITMAP_NONE)
			return base + place;
		if (first >= base)
			return IR_BITMAP_NONE;
		last = base - 1;
	}
	leave_leaf(map);
	return node_fit(map->root, map->height, first, last, &r);
}

/* A search for so many clear bits in a row, of which @open lie before this place. */
struct run {
	uint64_t size, open;
};

/* @bits more that are clear, up to @end: the row's start if it is long enough. */
static inline uint64_t run_grow(struct run *r, uint64_t bits, uint64_t end)
{
	r->open += bits;
	return r->open >= r->size ? end - r->open : IR_BITMAP_NONE;
}

/* From bit @from of a word on, whose first bit is @base. */
static uint64_t word_run(uint64_t word, uint64_t base, unsigned int from, struct run *r)
{
	while (from < WAYS) {
		uint64_t rest = word >> from, place;
		unsigned int clear = rest ? (unsigned int)__builtin_ctzll(rest) : WAYS - from;

		from += clear;
		place = run_grow(r, clear, base + from);
		if (place != IR_BITMAP_NONE || from == WAYS)
			return place;
		r->open = 0;
		rest = ~word >> from;
		if (!rest)
			break;
		from += (unsigned int)__builtin_ctzll(rest);
	}
	return IR_BITMAP_NONE;
}

/* The highest bit that is set; there is one. */
static uint64_t node_last(const struct node *n, unsigned int height)
{
	unsigned int shift = way_shift(height), way = highest_bit(n->any);
	uint64_t base = (uint64_t)way << shift;

	if (n->full >> way & 1)
		return base + (UINT64_C(1) << shift) - 1;
	return base + (height ? node_last(n->child[way], height - 1) : highest_bit(n->word[way]));
}

/* The node has no row of that length, but one may begin before it, or in it. */
static uint64_t pass_node(const struct node *n, unsigned int height, uint64_t base, uint64_t from,
			  struct run *r)
{
	uint64_t size = UINT64_C(1) << (way_shift(height) + WAYS_SHIFT), last = node_last(n, height);
	uint64_t head, place;

	if (from > last)
		return run_grow(r, size - from, base + size);
	head = node_next(n, height, from, true);
	place = run_grow(r, head - from, base + head);
	if (place == IR_BITMAP_NONE)
		r->open = size - 1 - last;
	return place;
}

/* @base is the node's first bit, @from relative to it. */
static uint64_t node_run(struct node *n, unsigned int height, uint64_t base, uint64_t from,
			 struct run *r)
{
	unsigned int shift = way_shift(height);
	uint64_t mask = (UINT64_C(1) << shift) - 1;

	if (n->no_run && r->size >= n->no_run && n->any)
		return pass_node(n, height, base, from, r);
	for (unsigned int way = (unsigned int)(from >> shift); way < WAYS; way++) {
		uint64_t at = base + ((uint64_t)way << shift), place = IR_BITMAP_NONE;
		uint64_t lo = way == from >> shift ? from & mask : 0;

		if (n->full >> way & 1)
			r->open = 0;
		else if (!(n->any >> way & 1))
			place = run_grow(r, mask + 1 - lo, at + mask + 1);
		else if (height)
			place = node_run(n->child[way], height - 1, at, lo, r);
		else
			place = word_run(n->word[way], at, (unsigned int)lo, r);
		if (place != IR_BITMAP_NONE)
			return place;
	}
	if (!from)
		n->no_run = r->size;
	return IR_BITMAP_NONE;
}

uint64_t ir_bitmap_run(struct ir_bitmap *map, uint64_t from, uint64_t size)
{
	struct run r = { .size = size };
	uint64_t place;

	if (from >= map->bits || size > map->bits - from)
		return IR_BITMAP_NONE;
	if (in_last_leaf(map, from)) {
		place = node_run(map->leaf, 0, map->leaf_first, from - map->leaf_first, &r);
		if (place != IR_BITMAP_NONE)
			return place <= map->bits - size ? place : IR_BITMAP_NONE;
		r.open = 0;
	}
	leave_leaf(map);
	place = node_run(map->root, map->height, 0, from, &r);
	return place != IR_BITMAP_NONE && place <= map->bits - size ? place : IR_BITMAP_NONE;
}
