// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The I/O page table's operations: map, unmap, refresh, and the exposure that
 * lies between the two last ones.
 */
#include "guest/iopt_page.h"

static void end_exposure_of_site(struct ir_site_result *r, uint64_t ns, uint64_t pages)
{
	if (!ns)
		return;
	r->exposed_pages += pages;
	r->exposed_page_seconds += (double)ns * (double)pages / 1e9;
	if (ns > r->exposed_max_ns)
		r->exposed_max_ns = ns;
}

/* The device can no longer use the old entries of these pages. */
static void end_exposures(struct ir_iopt_totals *t, struct leaf *l, uint64_t set)
{
	l->exposed &= ~set;
	for (; set; set &= set - 1) {
		unsigned int i = lowest_bit(set);
		uint64_t since = l->entry[i].since & ~READ_ONLY, ns = t->now_ns - since;

		ir_exposure_add(&t->exposure, ns, 1);
		if (since == l->entry[i].since)
			t->exposure.write_page_ns += (double)ns;
		if (t->reuse)
			ir_reuse_end(t->reuse, l->entry[i].shadow >> IR_PAGE_SHIFT, since, t->now_ns);
		if (t->sites)
			end_exposure_of_site(&t->sites->list[l->site[i]], ns, 1);
	}
}

/* As end_exposures(), of a block. */
static void end_block_exposure(struct ir_iopt_totals *t, struct block *b, uint64_t pages)
{
	uint64_t since = b->since & ~READ_ONLY, ns = t->now_ns - since;

	if (!b->exposed)
		return;
	b->exposed = false;
	ir_exposure_add(&t->exposure, ns, pages);
	if (since == b->since)
		t->exposure.write_page_ns += (double)ns * (double)pages;
	for (uint64_t i = 0; t->reuse && pages <= MOST_REUSED && i < pages; i++)
		ir_reuse_end(t->reuse, (b->shadow >> IR_PAGE_SHIFT) + i, since, t->now_ns);
	if (t->sites)
		end_exposure_of_site(&t->sites->list[b->site], ns, pages);
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
	uint64_t fresh = set & l->valid & ~l->shadowed, pages = count_bits(set), valid;

	if (fresh == set)	/* mostly, after mapping */
		return (struct ir_iopt_stale){ .valid = pages, .fresh = pages };
	valid = count_bits(set & l->valid);
	return (struct ir_iopt_stale){
		.valid = valid, .fresh = count_bits(fresh), .invalid = pages - valid,
	};
}

static inline void add_stale(struct ir_iopt_stale *sum, const struct ir_iopt_stale *n)
{
	sum->valid += n->valid;
	sum->fresh += n->fresh;
	sum->invalid += n->invalid;
}

/* @rise: how far the number of shadow entries rose on the way */
static inline void count_refreshed(struct ir_iopt *iopt, const struct ir_iopt_stale *n,
				   uint64_t rise)
{
	iopt->changes += n->valid + n->invalid;
	if (n->invalid && iopt->totals->whole)
		update_reach(iopt->totals->whole, iopt->totals->now_ns);
	for (struct ir_iopt_totals *t = iopt->totals; t; t = t->whole) {
		t->lazy_pages -= n->invalid;
		if (!iopt->shadows)
			continue;
		ir_raise_peak(t->shadow_pages + rise, &t->peak_shadow_pages);
		t->shadow_pages += n->fresh - n->invalid;
	}
}

/* The shadow entries of these stale pages become those of the guest. */
static inline void refresh(struct ir_iopt *iopt, struct leaf *l, uint64_t set,
			   struct ir_iopt_stale *done)
{
	struct ir_iopt_stale n = stale_pages(l, set);
	uint64_t rise = n.fresh && n.invalid ? highest_rise(l, set) : n.fresh;

	if (set & l->exposed)
		end_exposures(iopt->totals, l, set & l->exposed);
	l->shadowed = (l->shadowed & ~set) | (set & l->valid);
	l->stale &= ~set;
	for (; set; set &= set - 1)
		l->entry[lowest_bit(set)].shadow = l->entry[lowest_bit(set)].guest;
	count_refreshed(iopt, &n, rise);
	add_stale(done, &n);
}

static struct ir_iopt_stale stale_block(const struct block *b, uint64_t pages)
{
	unsigned int kind = block_kind(b);

	return (struct ir_iopt_stale){
		.valid = kind & (IR_STALE_FRESH | IR_STALE_REPLACED) ? pages : 0,
		.fresh = kind & IR_STALE_FRESH ? pages : 0,
		.invalid = kind & IR_STALE_INVALID ? pages : 0,
	};
}

/* As refresh(), for a block.  The nodes above are not updated yet. */
static void refresh_block(struct ir_iopt *iopt, struct block *b, uint64_t pages,
			  struct ir_iopt_stale *done)
{
	struct ir_iopt_stale n = stale_block(b, pages);

	end_block_exposure(iopt->totals, b, pages);
	b->shadow = b->guest;
	count_refreshed(iopt, &n, n.fresh);
	add_stale(done, &n);
}

/* Ends the staleness of pages whose guest entry equals the shadow's again. */
static void clear_equal_stale(struct ir_iopt *iopt, struct leaf *l, uint64_t set)
{
	for (; set; set &= set - 1) {
		const struct entry *e = &l->entry[lowest_bit(set)];

		if (e->guest == e->shadow) {
			end_exposures(iopt->totals, l, set & -set & l->exposed);
			l->stale &= ~(set & -set);
		}
	}
}

/* Their guest entries change, so that the host may accept them again. */
static void forget_refused(struct ir_iopt *iopt, struct leaf *l, uint64_t set)
{
	iopt->refused -= count_bits(set & l->refused);
	l->refused &= ~set;
}

/* @n pages of a leaf from the one numbered @first on; @entry is the first one's. */
static inline void map_pages(struct ir_iopt *iopt, struct leaf *l, unsigned int first, uint64_t n,
		      uint64_t entry)
{
	struct ir_iopt_totals *t = iopt->totals;
	uint64_t set = bit_range(first, n), fresh = set & ~l->valid;

	t->live_pages += count_bits(fresh);
	for (uint64_t i = 0; i < n; i++)
		l->entry[first + i].guest = entry + i * IR_PAGE_SIZE;
	if (set & l->refused)
		forget_refused(iopt, l, set);
	l->valid |= set;
	l->stale |= set;
	if (set & l->shadowed) {
		t->lazy_pages -= count_bits(fresh & l->shadowed);
		clear_equal_stale(iopt, l, set & l->shadowed);
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
	if (set & l->refused)
		forget_refused(iopt, l, set);
	lazy = set & l->shadowed;
	t->live_pages -= count_bits(set);
	t->lazy_pages += count_bits(lazy);
	l->valid &= ~set;
	l->stale = (l->stale & ~set) | lazy;
	for (; set; set &= set - 1)
		l->entry[lowest_bit(set)].guest = 0;
	for (set = lazy & ~l->exposed; set; set &= set - 1)
		begin_exposure(t, l, lowest_bit(set));
}

static void forget_refused_block(struct ir_iopt *iopt, struct block *b, uint64_t pages)
{
	iopt->refused -= b->refused ? pages : 0;
	b->refused = false;
}

/* As map_pages(), a block; @entry is its first page's. */
static void map_block(struct ir_iopt *iopt, const struct spot *s, uint64_t pages, uint64_t entry)
{
	struct ir_iopt_totals *t = iopt->totals;
	struct block *b = s->in->used & bit_of(s->way) ? block_at(s) : ir_iopt_block_new(iopt, s);

	if (!b)
		return;
	if (!b->guest) {
		t->live_pages += pages;
		t->lazy_pages -= b->shadow ? pages : 0;
	}
	forget_refused_block(iopt, b, pages);
	b->guest = entry;
	if (b->guest == b->shadow)	/* it is the right one again */
		end_block_exposure(t, b, pages);
	if (!iopt->shadows && !b->shadow)
		refresh_block(iopt, b, pages, &(struct ir_iopt_stale){ 0 });
	ir_iopt_block_changed(iopt, s);
}

/* As unmap_pages(), for a block.  The nodes above are not updated yet. */
static void unmap_block(struct ir_iopt *iopt, struct block *b, uint64_t pages)
{
	struct ir_iopt_totals *t = iopt->totals;

	if (!b->guest)
		return;
	t->live_pages -= pages;
	forget_refused_block(iopt, b, pages);
	b->guest = 0;
	if (!b->shadow)
		return;
	t->lazy_pages += pages;
	if (b->exposed)
		return;
	b->exposed = true;
	b->since = t->now_ns | (t->read_only ? READ_ONLY : 0);
	for (uint64_t i = 0; t->reuse && pages <= MOST_REUSED && i < pages; i++)
		ir_reuse_note_stale(t->reuse, (b->shadow >> IR_PAGE_SHIFT) + i);
	if (t->sites)
		b->site = t->sites->site;
}

/* How many of @pages are in the leaf of the first one. */
static uint64_t pages_in_leaf(uint64_t pfn, uint64_t pages)
{
	uint64_t room = WAYS - pfn % WAYS;

	return pages < room ? pages : room;
}

/* Adds the changes of the device's totals since @live_was and @lazy_was to the whole guest's. */
static void update_whole(const struct ir_iopt_totals *t, uint64_t live_was, uint64_t lazy_was)
{
	if (!t->whole)
		return;
	if (t->lazy_pages != lazy_was)
		update_reach(t->whole, t->now_ns);
	t->whole->live_pages += t->live_pages - live_was;
	t->whole->lazy_pages += t->lazy_pages - lazy_was;
	ir_raise_peak(t->whole->live_pages, &t->whole->peak_live_pages);
}

/* Map what fits in one leaf or block; returns how many pages that are, 0: no memory. */
static uint64_t map_first_node(struct ir_iopt *iopt, uint64_t pfn, uint64_t pages, uint64_t entry)
{
	uint64_t n = pages_in_leaf(pfn, pages), blocked;
	struct leaf *l;
	struct spot s;

	if (n == WAYS && !in_last_leaf(iopt, pfn)) {
		blocked = ir_iopt_block_place(iopt, pfn, pages, &s);
		if (blocked) {
			map_block(iopt, &s, blocked, entry);
			return iopt->totals->failed ? 0 : blocked;
		}
	}
	l = leaf_of(iopt, pfn, true);
	if (!l)
		return 0;
	map_pages(iopt, l, (unsigned int)(pfn % WAYS), n, entry);
	return n;
}

/* Apart, so that one page does not pay for it; likewise below. */
__attribute__((noinline))
static void map_range(struct ir_iopt *iopt, uint64_t pfn, uint64_t pages, uint64_t paddr)
{
	struct ir_iopt_totals *t = iopt->totals;
	uint64_t live = t->live_pages, lazy = t->lazy_pages, n;

	for (; pages; pages -= n) {
		n = map_first_node(iopt, pfn, pages, paddr | VALID);
		if (!n)
			break;
		paddr += n * IR_PAGE_SIZE;
		pfn += n;
	}
	ir_raise_peak(t->live_pages, &t->peak_live_pages);
	update_whole(t, live, lazy);
}

void ir_iopt_map(struct ir_iopt *iopt, uint64_t pfn, uint64_t pages, uint64_t paddr)
{
	if (pages != 1 || !map_page(iopt, pfn, paddr | VALID))
		map_range(iopt, pfn, pages, paddr);
}

/* As map_first_node(); pages that are not mapped are skipped. */
static uint64_t unmap_first_node(struct ir_iopt *iopt, uint64_t pfn, uint64_t pages)
{
	uint64_t n = pages_in_leaf(pfn, pages), blocked;
	struct leaf *l;
	struct spot s;

	if (n == WAYS && !in_last_leaf(iopt, pfn)) {
		blocked = ir_iopt_block_find(iopt, pfn, pages, &s);
		if (blocked) {
			if (s.in) {
				unmap_block(iopt, block_at(&s), blocked);
				ir_iopt_block_changed(iopt, &s);
			}
			return blocked;
		}
	}
	l = leaf_of(iopt, pfn, false);
	if (l)
		unmap_pages(iopt, l, bit_range((unsigned int)(pfn % WAYS), n));
	return n;
}

__attribute__((noinline))
static void unmap_range(struct ir_iopt *iopt, uint64_t pfn, uint64_t pages)
{
	uint64_t live = iopt->totals->live_pages, lazy = iopt->totals->lazy_pages, n;

	for (; pages; pages -= n, pfn += n)
		n = unmap_first_node(iopt, pfn, pages);
	update_whole(iopt->totals, live, lazy);
}

void ir_iopt_unmap(struct ir_iopt *iopt, uint64_t pfn, uint64_t pages)
{
	if (pages != 1 || !unmap_page(iopt, pfn))
		unmap_range(iopt, pfn, pages);
}

static void clear_leaf(struct ir_iopt *iopt, struct leaf *l)
{
	unmap_pages(iopt, l, ~UINT64_C(0));
}

void ir_iopt_clear(struct ir_iopt *iopt)
{
	uint64_t live = iopt->totals->live_pages, lazy = iopt->totals->lazy_pages;

	ir_iopt_visit(iopt, clear_leaf, unmap_block);
	update_whole(iopt->totals, live, lazy);
}

/*
 * Stale pages.
 */

/* next_stale_spot() where the leaf used last has none of them. */
__attribute__((noinline))
static bool seek_in_tree(struct ir_iopt *iopt, uint64_t pfn, uint64_t last, unsigned int kinds,
			 struct spot *s)
{
	struct leaf *l = iopt->last;

	/* In it, or what comes next? */
	if (!(l && pfn - l->n.first <= WAYS ? ir_iopt_seek_behind_last(iopt, kinds, s)
					     : ir_iopt_seek(iopt, pfn, kinds, s)))
		return false;
	l = s->leaf;
	if (!l)
		return block_first(s) <= last;
	if (l->n.first > last)
		return false;
	ir_iopt_sync_leaves(iopt);
	iopt->last = l;
	s->set = leaf_stale(l, kinds) & bits_up_to(l, last) &
		(l->n.first > pfn ? ~UINT64_C(0) : ~UINT64_C(0) << pfn % WAYS);
	return s->set;
}

/*
 * The first leaf or block with pages of these kinds in [@pfn, @last]; of a leaf, which
 * becomes the one used last, all those pages.  Mostly all of the range is in the leaf
 * used last already.
 */
static inline bool next_stale_spot(struct ir_iopt *iopt, uint64_t pfn, uint64_t last, unsigned int kinds,
				   struct spot *s)
{
	struct leaf *l = iopt->last;

	if (l && pfn - l->n.first < WAYS) {
		uint64_t stale = leaf_stale(l, kinds) & ~UINT64_C(0) << pfn % WAYS;

		if (stale || last - l->n.first < WAYS) {
			s->leaf = l;
			s->set = stale & bits_up_to(l, last);
			return s->set;
		}
	}
	return seek_in_tree(iopt, pfn, last, kinds, s);
}

/* The last page of what was found. */
static inline uint64_t spot_last(const struct spot *s)
{
	return s->leaf ? s->leaf->n.first + WAYS - 1 : block_first(s) + way_pages(s->height) - 1;
}

/* All pages of a block are in the range. */
static bool is_whole(const struct spot *s, uint64_t pfn, uint64_t last)
{
	return block_first(s) >= pfn && spot_last(s) <= last;
}

uint64_t ir_iopt_next_stale_of(struct ir_iopt *iopt, uint64_t pfn, uint64_t last,
			       unsigned int kinds)
{
	struct spot s;

	if (!next_stale_spot(iopt, pfn, last, kinds, &s))
		return UINT64_MAX;
	if (s.leaf)
		return s.leaf->n.first + lowest_bit(s.set);
	return block_first(&s) > pfn ? block_first(&s) : pfn;
}

uint64_t ir_iopt_next_stale(struct ir_iopt *iopt, uint64_t pfn, uint64_t last)
{
	return ir_iopt_next_stale_of(iopt, pfn, last, IR_STALE_ANY);
}

uint64_t ir_iopt_guest(struct ir_iopt *iopt, uint64_t pfn)
{
	return ir_iopt_look_up(iopt, pfn).guest;
}

uint64_t ir_iopt_shadow(struct ir_iopt *iopt, uint64_t pfn)
{
	return ir_iopt_look_up(iopt, pfn).shadow;
}

/* A block that is to be refreshed as a whole; @s leads to nothing afterwards. */
static void refresh_spot(struct ir_iopt *iopt, const struct spot *s, struct ir_iopt_stale *done)
{
	if (s->leaf) {
		refresh(iopt, s->leaf, s->set, done);
		return;
	}
	refresh_block(iopt, block_at(s), way_pages(s->height), done);
	ir_iopt_block_changed(iopt, s);
}

__attribute__((noinline))
static struct ir_iopt_stale refresh_range(struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	struct ir_iopt_stale done = { 0 };
	uint64_t pfn = first, end;
	struct spot s;

	while (next_stale_spot(iopt, pfn, last, IR_STALE_ANY, &s)) {
		if (!s.leaf && !is_whole(&s, pfn, last)) {
			if (!ir_iopt_block_split(iopt, &s))
				break;
			continue;
		}
		end = spot_last(&s);
		refresh_spot(iopt, &s, &done);
		if (end >= last)
			break;
		pfn = end + 1;
	}
	return done;
}

struct ir_iopt_stale ir_iopt_refresh_range(struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	struct ir_iopt_stale done = { 0 };
	uint64_t set;

	if (!in_last_leaf(iopt, first) || !in_last_leaf(iopt, last))
		return refresh_range(iopt, first, last);
	if (first == last && refresh_page(iopt, first, &done))
		return done;
	set = iopt->last->stale & bit_range((unsigned int)(first % WAYS), last - first + 1);
	if (set)
		refresh(iopt, iopt->last, set, &done);
	return done;
}

void ir_iopt_refresh(struct ir_iopt *iopt, uint64_t pfn)
{
	ir_iopt_refresh_range(iopt, pfn, pfn);
}

/* Takes a leaf's pages one after the other, as long as there is room. */
static uint64_t select_with_room(const struct leaf *l, uint64_t set, uint64_t charged, uint64_t room)
{
	uint64_t chosen = 0;

	for (; set; set &= set - 1) {
		uint64_t page = set & -set;

		if (page & charged) {
			if (!room)
				continue;
			room--;
		} else if (!(page & l->valid)) {
			room++;
		}
		chosen |= page;
	}
	return chosen;
}

/* Refresh what there is room for; false: a block is too large for it, or only a part is in the range. */
static bool refresh_limited(struct ir_iopt *iopt, struct spot *s, struct ir_iopt_limit *limit,
			    uint64_t pfn, uint64_t last)
{
	struct ir_iopt_stale done = { 0 };
	uint64_t charged;

	if (s->leaf) {
		/* Without room, what was found gives some to those behind it. */
		s->set = s->leaf->stale & bits_up_to(s->leaf, last) & ~UINT64_C(0) << lowest_bit(s->set);
		charged = s->set & leaf_stale(s->leaf, limit->charged);
		if (count_bits(charged) > limit->room)
			s->set = select_with_room(s->leaf, s->set, charged, limit->room);
	} else if (!is_whole(s, pfn, last) || (block_kind(block_at(s)) & limit->charged &&
					       way_pages(s->height) > limit->room)) {
		return false;
	}
	refresh_spot(iopt, s, &done);
	limit->room += done.invalid;
	if (limit->charged & IR_STALE_FRESH)
		limit->room -= done.fresh;
	if (limit->charged & IR_STALE_REPLACED)
		limit->room -= done.valid - done.fresh;
	return true;
}

void ir_iopt_refresh_limited(struct ir_iopt *iopt, uint64_t first, uint64_t last,
			     struct ir_iopt_limit *limit)
{
	uint64_t pfn = first, end;
	struct spot s;

	/* Without room, what would take some is not looked at. */
	while (next_stale_spot(iopt, pfn, last, limit->room ? IR_STALE_ANY
						      : IR_STALE_ANY & ~limit->charged, &s)) {
		end = spot_last(&s);
		if (!refresh_limited(iopt, &s, limit, pfn, last)) {
			if (!ir_iopt_block_split(iopt, &s))
				break;
			continue;
		}
		if (end >= last)
			break;
		pfn = end + 1;
	}
}

uint64_t ir_iopt_refuse(struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	uint64_t pfn = first, was = iopt->refused, end, n;
	struct spot s;

	while (next_stale_spot(iopt, pfn, last, IR_STALE_FRESH, &s)) {
		end = spot_last(&s);
		if (s.leaf) {
			s.leaf->refused |= s.set;
			s.leaf->stale &= ~s.set;
			iopt->refused += count_bits(s.set);
		} else if (is_whole(&s, pfn, last)) {
			n = way_pages(s.height);
			block_at(&s)->refused = true;
			iopt->refused += n;
			ir_iopt_block_changed(iopt, &s);
		} else if (ir_iopt_block_split(iopt, &s)) {
			continue;
		} else {
			break;
		}
		if (end >= last)
			break;
		pfn = end + 1;
	}
	return iopt->refused - was;
}

uint64_t ir_iopt_refused(const struct ir_iopt *iopt)
{
	return iopt->refused;
}

struct ir_iopt_stale ir_iopt_count_stale(struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	struct ir_iopt_stale sum = { 0 }, n;
	uint64_t pfn = first, end, from;
	struct spot s;

	while (next_stale_spot(iopt, pfn, last, IR_STALE_ANY, &s)) {
		end = spot_last(&s);
		if (s.leaf) {
			n = stale_pages(s.leaf, s.set);
		} else {
			from = block_first(&s) > pfn ? block_first(&s) : pfn;
			n = stale_block(block_at(&s), (end < last ? end : last) - from + 1);
		}
		add_stale(&sum, &n);
		if (end >= last)
			break;
		pfn = end + 1;
	}
	return sum;
}

uint64_t ir_iopt_left_out(struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	const struct leaf *l = iopt->last;

	/* Mostly none, in the leaf used last. */
	if (in_last_leaf(iopt, first) && in_last_leaf(iopt, last) &&
	    !((l->stale | l->refused) & bit_range((unsigned int)(first % WAYS), last - first + 1)))
		return 0;
	return ir_iopt_refused_in(iopt, first, last) + ir_iopt_count_stale(iopt, first, last).valid;
}

uint64_t ir_iopt_changes(const struct ir_iopt *iopt)
{
	return iopt->changes;
}

void ir_iopt_end_exposures(struct ir_iopt *iopt)
{
	uint64_t pfn = 0;
	struct spot s;

	while (next_stale_spot(iopt, pfn, UINT64_MAX - 1, IR_STALE_REPLACED | IR_STALE_INVALID, &s)) {
		if (s.leaf)
			end_exposures(iopt->totals, s.leaf, s.set & s.leaf->exposed);
		else
			end_block_exposure(iopt->totals, block_at(&s), way_pages(s.height));
		pfn = spot_last(&s) + 1;
	}
}

static void visit_leaf(const struct ir_iopt *iopt, const struct spot *s,
		       void (*visit)(void *arg, uint32_t site, uint64_t pages, uint64_t since_ns),
		       void *arg)
{
	for (uint64_t set = s->set & s->leaf->exposed; set; set &= set - 1) {
		unsigned int i = lowest_bit(set);

		visit(arg, iopt->totals->sites ? s->leaf->site[i] : 0, 1,
		      s->leaf->entry[i].since & ~READ_ONLY);
	}
}

void ir_iopt_visit_exposed(struct ir_iopt *iopt,
			   void (*visit)(void *arg, uint32_t site, uint64_t pages, uint64_t since_ns),
			   void *arg)
{
	uint64_t pfn = 0;
	struct spot s;

	while (next_stale_spot(iopt, pfn, UINT64_MAX - 1, IR_STALE_REPLACED | IR_STALE_INVALID, &s)) {
		if (s.leaf)
			visit_leaf(iopt, &s, visit, arg);
		else if (block_at(&s)->exposed)
			visit(arg, iopt->totals->sites ? block_at(&s)->site : 0, way_pages(s.height),
			      block_at(&s)->since & ~READ_ONLY);
		pfn = spot_last(&s) + 1;
	}
}
