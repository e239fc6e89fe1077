// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include <iommu-replay/op.h>
#include "guest/iopt.h"

#define WAYS_SHIFT	6
#define WAYS		64u
#define HEIGHT		8u	/* inner levels: 6 * (8 + 1) = 54 bits of page number, IOVAs have 52 */

#define RECENT		128u
#define VALID		UINT64_C(1)	/* in an entry, beside the page-aligned address */

/* Leaves and inner nodes begin alike. */
struct node {
	struct node *parent;
	uint64_t stale;		/* which ways have stale pages (leaf: which pages are) */
	uint64_t used;		/* which ways have entries */
	uint64_t first;		/* leaf: page number of its first page */
};

struct inner {
	struct node n;
	struct node *child[WAYS];
};

struct entry {
	uint64_t guest;
	uint64_t shadow;
	uint64_t since;		/* unmapped at, +1; 0: the device's entry is not outdated */
};

struct leaf {
	struct node n;
	struct entry entry[WAYS];
	uint32_t site[];	/* WAYS of them if there are sites: whose mapping that was */
};

struct ir_iopt {
	struct ir_iopt_totals *totals;
	bool shadows;
	struct inner root;
	/*
	 * The leaf used last, mostly also the next one.  What changes in it is
	 * told to the nodes above only before they are asked, or another leaf is
	 * used: it may be stale without their knowing, and it may be empty.
	 */
	struct leaf *last;
	struct leaf *recent[RECENT];	/* used lately, by leaf_slot(): no need to begin at the root */
	uint64_t changes;
	struct node *spare_inner, *spare_leaf;	/* chained by parent */
};

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
	for (uint64_t ways = in->n.used; ways; ways &= ways - 1) {
		struct node *c = in->child[__builtin_ctzll(ways)];

		if (height > 1)
			free_below((struct inner *)c, height - 1);
		free(c);
	}
}

static void free_chain(struct node *n)
{
	while (n) {
		struct node *next = n->parent;

		free(n);
		n = next;
	}
}

void ir_iopt_free(struct ir_iopt *iopt)
{
	if (!iopt)
		return;
	free_below(&iopt->root, HEIGHT);
	free_chain(iopt->spare_inner);
	free_chain(iopt->spare_leaf);
	free(iopt);
}

static unsigned int way_of(uint64_t pfn, unsigned int height)
{
	return (unsigned int)(pfn >> (height * WAYS_SHIFT)) % WAYS;
}

static size_t leaf_size(const struct ir_iopt *iopt)
{
	return sizeof(struct leaf) + (iopt->totals->sites ? WAYS * sizeof(uint32_t) : 0);
}

static struct node *node_get(struct node **spare, size_t size)
{
	struct node *n = *spare;

	if (!n)
		return calloc(1, size);
	*spare = n->parent;
	n->parent = NULL;	/* all else was left zero */
	return n;
}

/* Nothing is in use below @n any more: take it and its empty ancestors out. */
static void node_release(struct ir_iopt *iopt, struct node *n, uint64_t pfn)
{
	for (unsigned int height = 1; n->parent && !n->used; height++) {
		struct node *parent = n->parent;
		struct node **spare = height > 1 ? &iopt->spare_inner : &iopt->spare_leaf;
		unsigned int way = way_of(pfn, height);

		((struct inner *)parent)->child[way] = NULL;
		parent->used &= ~(UINT64_C(1) << way);
		n->parent = *spare;
		*spare = n;
		n = parent;
	}
}

/* Have the nodes above a leaf know whether it has stale pages. */
static void settle_above(const struct leaf *l)
{
	struct node *n = l->n.parent;
	bool stale = l->n.stale != 0;

	for (unsigned int height = 1; n; height++, n = n->parent) {
		uint64_t bit = UINT64_C(1) << way_of(l->n.first, height);

		if (((n->stale & bit) != 0) == stale)
			return;
		n->stale ^= bit;
		if (!stale && n->stale)
			return;
	}
}

static struct leaf **leaf_slot(struct ir_iopt *iopt, uint64_t pfn)
{
	return &iopt->recent[pfn / WAYS % RECENT];
}

/* Before another leaf is used. */
static void leave_leaf(struct ir_iopt *iopt)
{
	struct leaf *l = iopt->last;

	if (!l)
		return;
	iopt->last = NULL;
	settle_above(l);
	if (l->n.used)
		return;
	if (*leaf_slot(iopt, l->n.first) == l)
		*leaf_slot(iopt, l->n.first) = NULL;
	node_release(iopt, &l->n, l->n.first);
}

/* The leaf of a page, if it is not the last one; with @create NULL only if there is no memory. */
__attribute__((noinline))
static struct leaf *find_leaf(struct ir_iopt *iopt, uint64_t pfn, bool create)
{
	struct leaf **slot = leaf_slot(iopt, pfn);
	struct node *n = &iopt->root.n;

	leave_leaf(iopt);
	if (*slot && (pfn ^ (*slot)->n.first) < WAYS) {
		iopt->last = *slot;
		return iopt->last;
	}
	for (unsigned int height = HEIGHT; height; height--) {
		struct inner *in = (struct inner *)n;
		unsigned int way = way_of(pfn, height);
		struct node *c = in->child[way];

		if (!c) {
			if (!create)
				return NULL;
			c = height > 1 ? node_get(&iopt->spare_inner, sizeof(struct inner))
				       : node_get(&iopt->spare_leaf, leaf_size(iopt));
			if (!c) {
				iopt->totals->failed = true;
				return NULL;
			}
			c->parent = n;
			c->first = pfn - pfn % WAYS;
			in->child[way] = c;
			n->used |= UINT64_C(1) << way;
		}
		n = c;
	}
	*slot = iopt->last = (struct leaf *)n;
	return iopt->last;
}

static inline bool in_last_leaf(const struct ir_iopt *iopt, uint64_t pfn)
{
	return iopt->last && (pfn ^ iopt->last->n.first) < WAYS;
}

static inline struct leaf *leaf_of(struct ir_iopt *iopt, uint64_t pfn, bool create)
{
	return in_last_leaf(iopt, pfn) ? iopt->last : find_leaf(iopt, pfn, create);
}

static void peak(uint64_t value, uint64_t *top)
{
	if (value > *top)
		*top = value;
}

static void end_exposure_of_site(struct ir_site_result *r, uint64_t ns)
{
	if (!ns)
		return;
	r->exposed_pages++;
	r->exposed_page_seconds += (double)ns / 1e9;
	if (ns > r->exposed_max_ns)
		r->exposed_max_ns = ns;
}

__attribute__((noinline))
static void count_exposure(struct ir_iopt_totals *t, struct leaf *l, unsigned int i)
{
	ir_exposure_add(&t->exposure, t->now_ns - (l->entry[i].since - 1), 1);
	if (t->sites)
		end_exposure_of_site(&t->sites->list[l->site[i]], t->now_ns - (l->entry[i].since - 1));
	l->entry[i].since = 0;
}

/* The device can no longer use the page's old entry. */
static inline void end_exposure(struct ir_iopt_totals *t, struct leaf *l, unsigned int i)
{
	if (l->entry[i].since)
		count_exposure(t, l, i);
}

static void set_shadow(struct ir_iopt *iopt, struct leaf *l, unsigned int i, uint64_t entry)
{
	struct entry *e = &l->entry[i];

	iopt->changes++;
	end_exposure(iopt->totals, l, i);
	if (!e->shadow && entry) {
		for (struct ir_iopt_totals *t = iopt->totals; t; t = t->whole) {
			t->shadow_pages += iopt->shadows;
			peak(t->shadow_pages, &t->peak_shadow_pages);
		}
	} else if (e->shadow && !entry) {
		for (struct ir_iopt_totals *t = iopt->totals; t; t = t->whole) {
			t->shadow_pages -= iopt->shadows;
			t->lazy_pages -= !e->guest;
		}
	}
	e->shadow = entry;
}

/* After a change of entry i: stale or not, in use or not. */
static inline void settle(struct leaf *l, unsigned int i)
{
	const struct entry *e = &l->entry[i];
	uint64_t rest = ~(UINT64_C(1) << i);

	l->n.stale = (l->n.stale & rest) | (uint64_t)(e->guest != e->shadow) << i;
	l->n.used = (l->n.used & rest) | (uint64_t)((e->guest | e->shadow) != 0) << i;
}

static void map_entry(struct ir_iopt *iopt, struct leaf *l, unsigned int i, uint64_t entry)
{
	struct ir_iopt_totals *t = iopt->totals;

	if (!l->entry[i].guest) {
		t->live_pages++;
		if (l->entry[i].shadow)
			t->lazy_pages--;
	}
	l->entry[i].guest = entry;
	/* Without a shadow: what the device has in its TLB stays there until an RPCIT. */
	if (!iopt->shadows && !l->entry[i].shadow)
		set_shadow(iopt, l, i, entry);
	else if (entry == l->entry[i].shadow)
		end_exposure(t, l, i);
	settle(l, i);
}

static void unmap_entry(struct ir_iopt *iopt, struct leaf *l, unsigned int i)
{
	struct ir_iopt_totals *t = iopt->totals;

	if (!l->entry[i].guest)
		return;
	l->entry[i].guest = 0;
	t->live_pages--;
	if (l->entry[i].shadow) {
		t->lazy_pages++;
		if (!l->entry[i].since) {
			l->entry[i].since = t->now_ns + 1;
			if (t->sites)
				l->site[i] = t->sites->site;
		}
	}
	settle(l, i);
}

/* How many of @pages are in the leaf of the first one. */
static uint64_t in_one_leaf(uint64_t pfn, uint64_t pages)
{
	uint64_t room = WAYS - pfn % WAYS;

	return pages < room ? pages : room;
}

/* Tell the whole guest's totals what has changed in the device's since they were @was. */
static void add_to_whole(const struct ir_iopt_totals *t, uint64_t live_was, uint64_t lazy_was)
{
	if (!t->whole)
		return;
	t->whole->live_pages += t->live_pages - live_was;
	t->whole->lazy_pages += t->lazy_pages - lazy_was;
	peak(t->whole->live_pages, &t->whole->peak_live_pages);
}

void ir_iopt_map(struct ir_iopt *iopt, uint64_t pfn, uint64_t pages, uint64_t paddr)
{
	struct ir_iopt_totals *t = iopt->totals;
	uint64_t live = t->live_pages, lazy = t->lazy_pages;

	while (pages) {
		struct leaf *l = leaf_of(iopt, pfn, true);
		uint64_t n = in_one_leaf(pfn, pages);

		if (!l)
			break;
		for (uint64_t i = 0; i < n; i++, paddr += IR_PAGE_SIZE)
			map_entry(iopt, l, (unsigned int)((pfn + i) % WAYS), paddr | VALID);
		pfn += n;
		pages -= n;
	}
	peak(t->live_pages, &t->peak_live_pages);
	add_to_whole(t, live, lazy);
}

void ir_iopt_unmap(struct ir_iopt *iopt, uint64_t pfn, uint64_t pages)
{
	uint64_t live = iopt->totals->live_pages, lazy = iopt->totals->lazy_pages;

	while (pages) {
		struct leaf *l = leaf_of(iopt, pfn, false);
		uint64_t n = in_one_leaf(pfn, pages);

		for (uint64_t i = 0; l && i < n; i++)
			unmap_entry(iopt, l, (unsigned int)((pfn + i) % WAYS));
		pfn += n;
		pages -= n;
	}
	add_to_whole(iopt->totals, live, lazy);
}

static void clear_below(struct ir_iopt *iopt, struct inner *in, unsigned int height)
{
	for (uint64_t ways = in->n.used; ways; ways &= ways - 1) {
		struct node *c = in->child[__builtin_ctzll(ways)];

		if (height > 1) {
			clear_below(iopt, (struct inner *)c, height - 1);
			continue;
		}
		for (uint64_t used = c->used; used; used &= used - 1)
			unmap_entry(iopt, (struct leaf *)c, (unsigned int)__builtin_ctzll(used));
		settle_above((struct leaf *)c);
	}
}

/*
 * Leaves that nothing is left in stay where they are until their pages are used
 * again: the tree is being walked.
 */
void ir_iopt_clear(struct ir_iopt *iopt)
{
	uint64_t live = iopt->totals->live_pages, lazy = iopt->totals->lazy_pages;

	leave_leaf(iopt);
	clear_below(iopt, &iopt->root, HEIGHT);
	add_to_whole(iopt->totals, live, lazy);
}

/* The first stale page of a node's subtree at or after @pfn. */
static uint64_t next_stale(struct node *n, unsigned int height, uint64_t pfn)
{
	unsigned int start = way_of(pfn, height);
	uint64_t ways = n->stale & (~UINT64_C(0) << start);

	if (!height)
		return ways ? n->first + (unsigned int)__builtin_ctzll(ways) : UINT64_MAX;
	for (; ways; ways &= ways - 1) {
		unsigned int way = (unsigned int)__builtin_ctzll(ways);
		uint64_t below = UINT64_C(1) << (height * WAYS_SHIFT);
		uint64_t base = (pfn & ~(below * WAYS - 1)) + way * below;
		uint64_t found = next_stale(((struct inner *)n)->child[way], height - 1,
					    way == start ? pfn : base);

		if (found != UINT64_MAX)
			return found;
	}
	return UINT64_MAX;
}

__attribute__((noinline))
static uint64_t next_stale_of_all(struct ir_iopt *iopt, uint64_t pfn, uint64_t last)
{
	uint64_t found;

	if (iopt->last)
		settle_above(iopt->last);
	found = next_stale(&iopt->root.n, HEIGHT, pfn);
	return found <= last ? found : UINT64_MAX;
}

/* Mostly all of the range is in the leaf used last: no need to begin at the root. */
uint64_t ir_iopt_next_stale(struct ir_iopt *iopt, uint64_t pfn, uint64_t last)
{
	const struct leaf *l = iopt->last;
	uint64_t ways;

	if (!in_last_leaf(iopt, pfn))
		return next_stale_of_all(iopt, pfn, last);
	ways = l->n.stale >> pfn % WAYS;
	if (ways) {
		pfn += (unsigned int)__builtin_ctzll(ways);
		return pfn <= last ? pfn : UINT64_MAX;
	}
	return in_last_leaf(iopt, last) ? UINT64_MAX : next_stale_of_all(iopt, pfn, last);
}

uint64_t ir_iopt_guest(struct ir_iopt *iopt, uint64_t pfn)
{
	struct leaf *l = leaf_of(iopt, pfn, false);

	return l ? l->entry[pfn % WAYS].guest : 0;
}

uint64_t ir_iopt_shadow(struct ir_iopt *iopt, uint64_t pfn)
{
	struct leaf *l = leaf_of(iopt, pfn, false);

	return l ? l->entry[pfn % WAYS].shadow : 0;
}

void ir_iopt_refresh(struct ir_iopt *iopt, uint64_t pfn)
{
	struct leaf *l = leaf_of(iopt, pfn, false);
	unsigned int i = (unsigned int)(pfn % WAYS);

	if (!l || l->entry[i].guest == l->entry[i].shadow)
		return;
	set_shadow(iopt, l, i, l->entry[i].guest);
	settle(l, i);
}

uint64_t ir_iopt_changes(const struct ir_iopt *iopt)
{
	return iopt->changes;
}

void ir_iopt_end_exposures(struct ir_iopt *iopt)
{
	for (uint64_t pfn = ir_iopt_next_stale(iopt, 0, UINT64_MAX - 1); pfn != UINT64_MAX;
	     pfn = ir_iopt_next_stale(iopt, pfn + 1, UINT64_MAX - 1)) {
		struct leaf *l = leaf_of(iopt, pfn, false);

		if (l)
			end_exposure(iopt->totals, l, (unsigned int)(pfn % WAYS));
	}
}

uint64_t ir_iopt_count_unbacked(struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	uint64_t n = 0;

	for (uint64_t pfn = ir_iopt_next_stale(iopt, first, last); pfn != UINT64_MAX;
	     pfn = pfn < last ? ir_iopt_next_stale(iopt, pfn + 1, last) : UINT64_MAX)
		n += ir_iopt_guest(iopt, pfn) != 0;
	return n;
}
