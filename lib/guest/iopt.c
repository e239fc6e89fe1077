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
	uint64_t used;		/* which ways have children (leaf: none) */
	uint64_t first;		/* leaf: page number of its first page */
};

struct inner {
	struct node n;
	struct node *child[WAYS];
};

struct entry {
	uint64_t guest;
	uint64_t shadow;
	uint64_t since;		/* unmapped at; only if exposed */
};

struct leaf {
	struct node n;
	uint64_t valid;		/* pages whose guest entry is not 0, */
	uint64_t shadowed;	/* whose shadow entry is not 0, */
	uint64_t exposed;	/* whose old entry the device may still use */
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
__attribute__((noinline))
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
static inline void leave_leaf(struct ir_iopt *iopt)
{
	struct leaf *l = iopt->last;

	if (!l)
		return;
	iopt->last = NULL;
	settle_above(l);
	if (l->valid | l->shadowed)
		return;
	if (*leaf_slot(iopt, l->n.first) == l)
		*leaf_slot(iopt, l->n.first) = NULL;
	node_release(iopt, &l->n, l->n.first);
}

/* The leaf of a page, from the root on; with @create NULL only if there is no memory. */
__attribute__((noinline))
static struct leaf *descend(struct ir_iopt *iopt, uint64_t pfn, bool create)
{
	struct node *n = &iopt->root.n;

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
	return (struct leaf *)n;
}

/* As descend(), for a page that is not in the leaf used last; its leaf is that then. */
__attribute__((noinline))
static struct leaf *find_leaf(struct ir_iopt *iopt, uint64_t pfn, bool create)
{
	struct leaf **slot = leaf_slot(iopt, pfn), *l;

	leave_leaf(iopt);
	l = *slot;
	if (!l || (pfn ^ l->n.first) >= WAYS) {
		l = descend(iopt, pfn, create);
		if (!l)
			return NULL;
		*slot = l;
	}
	iopt->last = l;
	return l;
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

/* Mostly it is one page, or none.  Not every machine can count bits, and a call costs more. */
static inline uint64_t count(uint64_t set)
{
	if (!(set & (set - 1)))
		return set != 0;
	set -= set >> 1 & 0x5555555555555555u;
	set = (set & 0x3333333333333333u) + (set >> 2 & 0x3333333333333333u);
	return ((set + (set >> 4)) & 0x0f0f0f0f0f0f0f0fu) * 0x0101010101010101u >> 56;
}

/* @n pages from number @i on. */
static inline uint64_t set_of(unsigned int i, uint64_t n)
{
	return ~UINT64_C(0) >> (WAYS - n) << i;
}

/* The pages of a leaf up to @last, which is in the leaf or behind it. */
static inline uint64_t up_to(const struct leaf *l, uint64_t last)
{
	uint64_t n = last - l->n.first;

	return n < WAYS ? ~UINT64_C(0) >> (WAYS - 1 - n) : ~UINT64_C(0);
}

static inline unsigned int lowest(uint64_t set)
{
	return (unsigned int)__builtin_ctzll(set);
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

/* The device can no longer use the old entries of these pages. */
static void end_exposures(struct ir_iopt_totals *t, struct leaf *l, uint64_t set)
{
	l->exposed &= ~set;
	for (; set; set &= set - 1) {
		unsigned int i = lowest(set);
		uint64_t ns = t->now_ns - l->entry[i].since;

		ir_exposure_add(&t->exposure, ns, 1);
		if (t->sites)
			end_exposure_of_site(&t->sites->list[l->site[i]], ns);
	}
}

/* How far the number of shadow entries rises on the way, page by page. */
static uint64_t highest_rise(const struct leaf *l, uint64_t set)
{
	int64_t rise = 0, top = 0;

	for (; set; set &= set - 1) {
		uint64_t page = set & -set;

		rise += page & l->valid ? !(page & l->shadowed) : -1;
		if (rise > top)
			top = rise;
	}
	return (uint64_t)top;
}

static inline struct ir_iopt_stale stale_pages(const struct leaf *l, uint64_t set)
{
	uint64_t fresh = set & l->valid & ~l->shadowed, pages = count(set), valid;

	if (fresh == set)	/* mostly, after mapping */
		return (struct ir_iopt_stale){ .valid = pages, .fresh = pages };
	valid = count(set & l->valid);
	return (struct ir_iopt_stale){
		.valid = valid, .fresh = count(fresh), .invalid = pages - valid,
	};
}

static inline void add_stale(struct ir_iopt_stale *sum, const struct ir_iopt_stale *n)
{
	sum->valid += n->valid;
	sum->fresh += n->fresh;
	sum->invalid += n->invalid;
}

/* The shadow entries of these stale pages become those of the guest. */
static inline void refresh(struct ir_iopt *iopt, struct leaf *l, uint64_t set,
			   struct ir_iopt_stale *done)
{
	struct ir_iopt_stale n = stale_pages(l, set);
	uint64_t rise = n.fresh && n.invalid ? highest_rise(l, set) : n.fresh;

	iopt->changes += n.valid + n.invalid;
	if (set & l->exposed)
		end_exposures(iopt->totals, l, set & l->exposed);
	l->shadowed = (l->shadowed & ~set) | (set & l->valid);
	l->n.stale &= ~set;
	for (; set; set &= set - 1)
		l->entry[lowest(set)].shadow = l->entry[lowest(set)].guest;
	for (struct ir_iopt_totals *t = iopt->totals; t; t = t->whole) {
		t->lazy_pages -= n.invalid;
		if (!iopt->shadows)
			continue;
		peak(t->shadow_pages + rise, &t->peak_shadow_pages);
		t->shadow_pages += n.fresh - n.invalid;
	}
	add_stale(done, &n);
}

/* Pages that had a shadow entry before: it may be the right one again. */
static void compare(struct ir_iopt *iopt, struct leaf *l, uint64_t set)
{
	for (; set; set &= set - 1) {
		const struct entry *e = &l->entry[lowest(set)];

		if (e->guest == e->shadow) {
			end_exposures(iopt->totals, l, set & -set & l->exposed);
			l->n.stale &= ~(set & -set);
		}
	}
}

/* @n pages of a leaf from the one numbered @first on; @entry is the first one's. */
static inline void map_pages(struct ir_iopt *iopt, struct leaf *l, unsigned int first, uint64_t n,
		      uint64_t entry)
{
	struct ir_iopt_totals *t = iopt->totals;
	uint64_t set = set_of(first, n), fresh = set & ~l->valid;

	t->live_pages += count(fresh);
	for (uint64_t i = 0; i < n; i++)
		l->entry[first + i].guest = entry + i * IR_PAGE_SIZE;
	l->valid |= set;
	l->n.stale |= set;
	if (set & l->shadowed) {
		t->lazy_pages -= count(fresh & l->shadowed);
		compare(iopt, l, set & l->shadowed);
	}
	/* Without a shadow: what the device has in its TLB stays there until an RPCIT. */
	if (!iopt->shadows && set & ~l->shadowed)
		refresh(iopt, l, set & ~l->shadowed, &(struct ir_iopt_stale){ 0 });
}

static inline void unmap_pages(struct ir_iopt *iopt, struct leaf *l, uint64_t set)
{
	struct ir_iopt_totals *t = iopt->totals;
	uint64_t lazy;

	set &= l->valid;
	lazy = set & l->shadowed;
	t->live_pages -= count(set);
	t->lazy_pages += count(lazy);
	l->valid &= ~set;
	l->n.stale = (l->n.stale & ~set) | lazy;
	for (; set; set &= set - 1)
		l->entry[lowest(set)].guest = 0;
	for (set = lazy & ~l->exposed; set; set &= set - 1) {
		l->entry[lowest(set)].since = t->now_ns;
		if (t->sites)
			l->site[lowest(set)] = t->sites->site;
	}
	l->exposed |= lazy;
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
		map_pages(iopt, l, (unsigned int)(pfn % WAYS), n, paddr | VALID);
		paddr += n * IR_PAGE_SIZE;
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

		if (l)
			unmap_pages(iopt, l, set_of((unsigned int)(pfn % WAYS), n));
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
		unmap_pages(iopt, (struct leaf *)c, ~UINT64_C(0));
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

/* The first leaf with stale pages behind the way that leads to @pfn, of @n and all above it. */
static struct leaf *stale_behind(struct node *n, unsigned int height, uint64_t pfn)
{
	uint64_t ways = 0;

	for (; n; n = n->parent, height++) {
		ways = n->stale & (~UINT64_C(1) << way_of(pfn, height));
		if (ways)
			break;
	}
	if (!n)
		return NULL;
	for (; height; height--, ways = n->stale)
		n = ((struct inner *)n)->child[lowest(ways)];
	return (struct leaf *)n;
}

/* The first leaf with stale pages at or behind @pfn, which is not in the leaf used last. */
static struct leaf *stale_from(struct ir_iopt *iopt, uint64_t pfn)
{
	struct node *n = &iopt->root.n;
	unsigned int height = HEIGHT;

	if (iopt->last)
		settle_above(iopt->last);
	for (; height && n->stale >> way_of(pfn, height) & 1; height--)
		n = ((struct inner *)n)->child[way_of(pfn, height)];
	if (height)
		return stale_behind(n, height, pfn);
	return n->stale >> way_of(pfn, 0) ? (struct leaf *)n : stale_behind(n->parent, 1, pfn);
}

/* seek_stale() where the leaf used last has none of them. */
__attribute__((noinline))
static uint64_t seek_elsewhere(struct ir_iopt *iopt, uint64_t pfn, uint64_t last)
{
	struct leaf *l = iopt->last;

	if (l && pfn - l->n.first <= WAYS)	/* in it, or what comes next */
		l = stale_behind(l->n.parent, 1, l->n.first);
	else
		l = stale_from(iopt, pfn);
	if (!l || l->n.first > last)
		return 0;
	leave_leaf(iopt);
	iopt->last = l;
	return l->n.stale & up_to(l, last) &
		(l->n.first > pfn ? ~UINT64_C(0) : ~UINT64_C(0) << pfn % WAYS);
}

/*
 * Make the leaf with the first stale page of [@pfn, @last] the one used last, and
 * return all those in it; 0: there is none.  Mostly all of the range is in the
 * leaf used last already.
 */
static inline uint64_t seek_stale(struct ir_iopt *iopt, uint64_t pfn, uint64_t last)
{
	const struct leaf *l = iopt->last;

	if (l && pfn - l->n.first < WAYS) {
		uint64_t stale = l->n.stale & ~UINT64_C(0) << pfn % WAYS;

		if (stale || last - l->n.first < WAYS)
			return stale & up_to(l, last);
	}
	return seek_elsewhere(iopt, pfn, last);
}

uint64_t ir_iopt_next_stale(struct ir_iopt *iopt, uint64_t pfn, uint64_t last)
{
	uint64_t stale = seek_stale(iopt, pfn, last);

	return stale ? iopt->last->n.first + lowest(stale) : UINT64_MAX;
}

/* As seek_stale(), behind the leaf used last. */
static inline uint64_t seek_further(struct ir_iopt *iopt, uint64_t last)
{
	uint64_t next = iopt->last->n.first + WAYS;

	return next <= last ? seek_elsewhere(iopt, next, last) : 0;
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

struct ir_iopt_stale ir_iopt_refresh_range(struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	struct ir_iopt_stale done = { 0 };

	for (uint64_t stale = seek_stale(iopt, first, last); stale; stale = seek_further(iopt, last))
		refresh(iopt, iopt->last, stale, &done);
	return done;
}

void ir_iopt_refresh(struct ir_iopt *iopt, uint64_t pfn)
{
	ir_iopt_refresh_range(iopt, pfn, pfn);
}

struct ir_iopt_stale ir_iopt_count_stale(struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	struct ir_iopt_stale sum = { 0 };

	for (uint64_t stale = seek_stale(iopt, first, last); stale;
	     stale = seek_further(iopt, last)) {
		struct ir_iopt_stale n = stale_pages(iopt->last, stale);

		add_stale(&sum, &n);
	}
	return sum;
}

uint64_t ir_iopt_changes(const struct ir_iopt *iopt)
{
	return iopt->changes;
}

void ir_iopt_end_exposures(struct ir_iopt *iopt)
{
	for (uint64_t stale = seek_stale(iopt, 0, UINT64_MAX - 1); stale;
	     stale = seek_further(iopt, UINT64_MAX - 1))
		end_exposures(iopt->totals, iopt->last, stale & iopt->last->exposed);
}
