/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The common cases of one page, which most operations are: mapped where nothing was,
 * refreshed after that, unmapped once the device could use it.  They do what the general
 * operations of iopt_ops.c would do; false: that is for these to do.
 */
#ifndef IR_GUEST_IOPT_PAGE_H
#define IR_GUEST_IOPT_PAGE_H

#include "guest/iopt_priv.h"

/* Neither the guest nor the shadow has an entry there.  Without a shadow, the device uses it at once. */
static inline bool map_page(struct ir_iopt *iopt, uint64_t pfn, uint64_t entry)
{
	struct leaf *l = leaf_of(iopt, pfn, true);
	uint64_t page = bit_of(pfn % WAYS);

	if (!l || (l->valid | l->shadowed) & page)
		return false;
	l->entry[pfn % WAYS].guest = entry;
	l->valid |= page;
	if (iopt->shadows) {
		l->stale |= page;
	} else {
		l->entry[pfn % WAYS].shadow = entry;
		l->shadowed |= page;
		iopt->changes++;
	}
	for (struct ir_iopt_totals *t = iopt->totals; t; t = t->whole)
		ir_raise_peak(++t->live_pages, &t->peak_live_pages);
	return true;
}

/* As map_page(), and the shadow takes the entry over at once: map_page(), then refresh_page(). */
static inline bool map_page_shadowed(struct ir_iopt *iopt, uint64_t pfn, uint64_t entry)
{
	struct leaf *l = leaf_of(iopt, pfn, true);
	uint64_t page = bit_of(pfn % WAYS);

	if (!l || !iopt->shadows || (l->valid | l->shadowed) & page)
		return false;
	l->entry[pfn % WAYS].guest = l->entry[pfn % WAYS].shadow = entry;
	l->valid |= page;
	l->shadowed |= page;
	iopt->changes++;
	for (struct ir_iopt_totals *t = iopt->totals; t; t = t->whole) {
		ir_raise_peak(++t->live_pages, &t->peak_live_pages);
		ir_raise_peak(++t->shadow_pages, &t->peak_shadow_pages);
	}
	return true;
}

/* The page is in the leaf used last, and not stale, or the shadow has no entry of it yet. */
static inline bool refresh_page(struct ir_iopt *iopt, uint64_t pfn, struct ir_iopt_stale *done)
{
	struct leaf *l = iopt->last;
	uint64_t page = bit_of(pfn % WAYS);

	if (!in_last_leaf(iopt, pfn) || !iopt->shadows)
		return false;
	if (!(l->stale & page))
		return true;
	if (!(l->valid & ~l->shadowed & page))
		return false;
	l->entry[pfn % WAYS].shadow = l->entry[pfn % WAYS].guest;
	l->shadowed |= page;
	l->stale &= ~page;
	iopt->changes++;
	for (struct ir_iopt_totals *t = iopt->totals; t; t = t->whole)
		ir_raise_peak(++t->shadow_pages, &t->peak_shadow_pages);
	done->valid = done->fresh = 1;
	return true;
}

/* The shadow has an entry, so the device still uses it. */
static inline bool unmap_page(struct ir_iopt *iopt, uint64_t pfn)
{
	struct ir_iopt_totals *t = iopt->totals;
	struct leaf *l = leaf_of(iopt, pfn, false);
	unsigned int i = (unsigned int)(pfn % WAYS);

	if (!l || !(l->valid & l->shadowed & ~l->exposed & bit_of(i)))
		return false;
	l->valid &= ~bit_of(i);
	l->stale |= bit_of(i);
	begin_exposure(t, l, i);
	if (t->whole)
		update_reach(t->whole, t->now_ns);
	for (; t; t = t->whole) {
		t->live_pages--;
		t->lazy_pages++;
	}
	return true;
}

#endif
