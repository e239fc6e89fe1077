// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tree of the IOVA allocator: which page frames are taken, and where the next
 * search begins.  Behaviour after drivers/iommu/iova.c, Linux 6.12.
 */
#include "guest/iova_state.h"

/* The cached nodes are where the next search begins: the last range taken... */
void ir_iova_search_below(struct ir_iova_domain *d, uint64_t lo, uint64_t hi)
{
	if (hi < IR_IOVA_32BIT_PFN)
		d->cached32_pfn = lo;
	else
		d->cached_pfn = lo;
}

/* ...moved up past every range freed at or above it: to where the next one begins */
static void cache_removed(struct ir_iova_domain *d, uint64_t lo, uint64_t hi)
{
	bool move32 = lo == d->cached32_pfn || (hi < IR_IOVA_32BIT_PFN && lo >= d->cached32_pfn);
	bool move = lo >= d->cached_pfn;
	uint64_t next;

	if (lo < IR_IOVA_32BIT_PFN)
		d->max32_alloc_size = IR_IOVA_32BIT_PFN;
	if (!move32 && !move)
		return;
	next = ir_bitmap_next_set(d->taken, hi + 1);
	if (move32)
		d->cached32_pfn = next;
	if (move)
		d->cached_pfn = next;
}

/* False if there is no memory. */
static bool mark_taken(struct ir_iova_domain *d, uint64_t lo, uint64_t hi, bool value)
{
	if (ir_bitmap_assign(d->taken, lo, hi, value))
		d->failed = true;
	return !d->failed;
}

uint64_t ir_iova_tree_take(struct ir_iova_domain *d, uint64_t pfn, uint64_t pages)
{
	if (!mark_taken(d, pfn, pfn + pages - 1, true))
		return 0;
	ir_iova_search_below(d, pfn, pfn + pages - 1);
	return pfn;
}

/* The highest room in [floor, ceiling); 0: none */
static uint64_t find_room(struct ir_iova_domain *d, uint64_t floor, uint64_t ceiling,
			  uint64_t pages)
{
	uint64_t pfn;

	if (ceiling <= floor || ceiling - floor < pages)
		return 0;
	pfn = ir_bitmap_fit(d->taken, floor, ceiling - pages, pages);
	return pfn == IR_BITMAP_NONE ? 0 : pfn;
}

/* The highest aligned place below @ceiling, where that is free: mostly, as addresses fall.  0: it is not. */
static uint64_t take_below(struct ir_iova_domain *d, uint64_t ceiling, uint64_t pages)
{
	uint64_t pfn = (ceiling - pages) & ~(pages - 1);

	if ((pages & (pages - 1)) || ceiling < d->config.start_pfn + pages || ceiling > d->pfns ||
	    pfn < d->config.start_pfn || !ir_bitmap_claim(d->taken, pfn, pfn + pages - 1))
		return 0;
	ir_iova_search_below(d, pfn, pfn + pages - 1);
	return pfn;
}

/*
 * alloc_iova(): below the cached node first, then, once, between it and the
 * limit.  @pages is what will be taken, already rounded.
 */
uint64_t ir_iova_tree_get(struct ir_iova_domain *d, uint64_t pages, uint64_t limit)
{
	uint64_t ceiling = limit + 1;
	bool is_32bit = ceiling <= IR_IOVA_32BIT_PFN;
	uint64_t from, pfn;

	/* a smaller request failed since the last free: this one would too */
	if (is_32bit && pages >= d->max32_alloc_size)
		return 0;
	from = is_32bit ? d->cached32_pfn : d->cached_pfn;
	pfn = take_below(d, from < ceiling ? from : ceiling, pages);
	if (pfn)
		return pfn;
	pfn = find_room(d, d->config.start_pfn, from < ceiling ? from : ceiling, pages);
	if (!pfn)
		pfn = find_room(d, from, ceiling, pages);
	if (pfn)
		return ir_iova_tree_take(d, pfn, pages);
	/* 6.1 to 6.12 set it even if the search was not limited to 32 bits */
	d->max32_alloc_size = pages;
	return 0;
}

static bool is_taken(const struct ir_iova_domain *d, uint64_t pfn)
{
	return pfn < d->pfns && ir_bitmap_any(d->taken, pfn, pfn);
}

void ir_iova_tree_put(struct ir_iova_domain *d, uint64_t pfn, uint64_t pages)
{
	if (!is_taken(d, pfn) || pages > d->pfns - pfn)
		return;
	cache_removed(d, pfn, pfn + pages - 1);
	mark_taken(d, pfn, pfn + pages - 1, false);
}

bool ir_iova_tree_is_free(const struct ir_iova_domain *d, uint64_t lo, uint64_t hi)
{
	return lo <= hi && hi < d->pfns && !ir_bitmap_any(d->taken, lo, hi);
}

bool ir_iova_reserve(struct ir_iova_domain *d, uint64_t lo, uint64_t hi)
{
	return ir_iova_tree_is_free(d, lo, hi) && mark_taken(d, lo, hi, true);
}
