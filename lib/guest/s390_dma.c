// SPDX-License-Identifier: GPL-2.0-or-later
/* The former DMA API of s390: arch/s390/pci/pci_dma.c, Linux 6.1. */
#include <errno.h>
#include <stdlib.h>

#include "guest/guest.h"
#include "guest/actors.h"

/*
 * No range crosses a multiple of this from the aperture's start: the default
 * segment boundary of a PCI device is 4 GiB (drivers/pci/probe.c, Linux 6.1).
 */
#define BOUNDARY_PAGES	(UINT64_C(1) << (32 - IR_PAGE_SHIFT))

struct s390_dma {
	uint64_t start_pfn;
	uint64_t nr_pages;
	uint64_t next;			/* where the next search begins */
	uint64_t lazy_pages;
	struct ir_bitmap *used;		/* zdev->iommu_bitmap */
	struct ir_bitmap *lazy;		/* zdev->lazy_bitmap: unmapped, not yet flushed */
	struct ir_lock lock;		/* zdev->iommu_bitmap_lock, held while a wrap flushes */
};

static void s390_exit(struct ir_domain *d)
{
	struct s390_dma *s = d->priv;

	ir_bitmap_free(s->used);
	ir_bitmap_free(s->lazy);
	free(s);
}

static int s390_init(struct ir_domain *d)
{
	const struct ir_effective *par = &d->guest->par;
	struct s390_dma *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	d->priv = s;
	s->start_pfn = par->aperture_start >> IR_PAGE_SHIFT;
	s->nr_pages = par->aperture >> IR_PAGE_SHIFT;
	s->used = ir_bitmap_new(s->nr_pages);
	s->lazy = ir_bitmap_new(s->nr_pages);
	return s->used && s->lazy ? 0 : -ENOMEM;
}

static void mark_pages(struct ir_domain *d, struct ir_bitmap *map, uint64_t first, uint64_t pages,
		       bool value)
{
	if (ir_bitmap_assign(map, first, first + pages - 1, value))
		d->guest->totals.failed = true;
}

/*
 * The first free area at or after @from.  The bitmap's last page is never handed
 * out (iommu_area_alloc(), lib/iommu-helper.c, Linux 6.1).
 */
static uint64_t find_area(const struct ir_domain *d, uint64_t from, uint64_t pages)
{
	const struct s390_dma *s = d->priv;
	uint64_t at = from, shift = s->start_pfn;

	for (;;) {
		at = ir_bitmap_run(s->used, at, pages);
		if (at == IR_BITMAP_NONE || pages >= s->nr_pages || at > s->nr_pages - 1 - pages)
			return IR_BITMAP_NONE;
		if (pages > BOUNDARY_PAGES || (shift + at) % BOUNDARY_PAGES + pages <= BOUNDARY_PAGES)
			return at;
		at += BOUNDARY_PAGES - (shift + at) % BOUNDARY_PAGES;
	}
}

static void release_locked(struct ir_domain *d)
{
	struct s390_dma *s = d->priv;
	uint64_t first, end;

	if (!s->lazy_pages)
		return;
	for (first = ir_bitmap_next_set(s->lazy, 0); first != IR_BITMAP_NONE;
	     first = ir_bitmap_next_set(s->lazy, end)) {
		end = ir_bitmap_next_clear(s->lazy, first);
		if (end == IR_BITMAP_NONE)
			end = s->nr_pages;
		mark_pages(d, s->used, first, end - first, false);
	}
	mark_pages(d, s->lazy, 0, s->nr_pages, false);
	ir_guest_unhold(d, s->lazy_pages);
	s->lazy_pages = 0;
}

static void s390_release(struct ir_domain *d)
{
	struct s390_dma *s = d->priv;

	ir_lock_take(d->guest, &s->lock);
	release_locked(d);
	ir_lock_drop(d->guest, &s->lock);
}

/* dma_alloc_address(), its lock held. */
static uint64_t alloc_locked(struct ir_domain *d, uint64_t pages)
{
	struct s390_dma *s = d->priv;
	uint64_t at = find_area(d, s->next, pages);

	if (at == IR_BITMAP_NONE) {
		if (d->guest->preloading)
			return IR_NO_PFN;
		if (d->guest->cfg.strategy->unmap == IR_UNMAP_QUEUED) {
			/* Flush before any address is used again. */
			if (ir_rpcit_global(d, IR_CAUSE_WRAP))
				return IR_NO_PFN;
			release_locked(d);
		}
		at = find_area(d, 0, pages);
		if (at == IR_BITMAP_NONE)
			return IR_NO_PFN;
	}
	mark_pages(d, s->used, at, pages, true);
	ir_guest_hold(d, pages);
	s->next = at + pages;
	return s->start_pfn + at;
}

static uint64_t s390_alloc(struct ir_domain *d, uint64_t pages, uint64_t fixed)
{
	struct s390_dma *s = d->priv;
	uint64_t pfn;

	(void)fixed;
	ir_lock_take(d->guest, &s->lock);
	pfn = alloc_locked(d, pages);
	ir_lock_drop(d->guest, &s->lock);
	return pfn;
}

/* dma_free_address() */
static void free_address(struct ir_domain *d, uint64_t pfn, uint64_t pages)
{
	struct s390_dma *s = d->priv;

	ir_lock_take(d->guest, &s->lock);
	if (d->guest->cfg.strategy->unmap == IR_UNMAP_QUEUED) {
		mark_pages(d, s->lazy, pfn - s->start_pfn, pages, true);
		s->lazy_pages += pages;
	} else {
		mark_pages(d, s->used, pfn - s->start_pfn, pages, false);
		ir_guest_unhold(d, pages);
	}
	ir_lock_drop(d->guest, &s->lock);
}

/* An RPCIT in strict mode only (__dma_purge_tlb()). */
static void purge_tlb(struct ir_domain *d, uint64_t pfn, uint64_t pages)
{
	const struct ir_strategy *st = d->guest->cfg.strategy;
	struct ir_gather gather = {
		.start = pfn << IR_PAGE_SHIFT,
		.end = ((pfn + pages) << IR_PAGE_SHIFT) - 1,
	};

	if (st->unmap != IR_UNMAP_QUEUED && st->iotlb_sync)
		st->iotlb_sync(d, &gather);
}

/* A scatter list is undone through dma_update_trans(), a single page without. */
static void s390_undo(struct ir_domain *d, uint64_t pfn, uint64_t pages, uint32_t pieces,
			bool linked)
{
	(void)linked;
	if (pieces > 1)
		purge_tlb(d, pfn, pages);
	free_address(d, pfn, pages);
}

static void s390_unmapped(struct ir_domain *d, uint64_t pfn, uint64_t pages)
{
	purge_tlb(d, pfn, pages);
	free_address(d, pfn, pages);
}

const struct ir_dma_ops ir_s390_dma_ops = {
	.init = s390_init,
	.exit = s390_exit,
	.alloc = s390_alloc,
	.undo = s390_undo,
	.unmapped = s390_unmapped,
	.release = s390_release,
};
