// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bare IOMMU API (VFIO and others): the caller chose the IOVA, nothing is
 * allocated or queued, and iommu_unmap() always syncs (drivers/iommu/iommu.c,
 * Linux 6.12).
 */
#include <errno.h>
#include <stdlib.h>

#include "guest/guest.h"

/* There is nothing to keep. */
static int fixed_init(struct ir_domain *d)
{
	d->priv = malloc(1);
	return d->priv ? 0 : -ENOMEM;
}

static void fixed_exit(struct ir_domain *d)
{
	free(d->priv);
}

static uint64_t fixed_alloc(struct ir_domain *d, uint64_t pages, uint64_t fixed)
{
	uint64_t first = d->guest->par.aperture_start;
	uint64_t last = first + d->guest->par.aperture - 1;

	if (fixed < first || fixed > last || pages > (last - fixed + 1) >> IR_PAGE_SHIFT)
		return IR_NO_PFN;
	ir_guest_hold(d, pages);
	return fixed >> IR_PAGE_SHIFT;
}

static void fixed_unmapped(struct ir_domain *d, uint64_t pfn, uint64_t pages)
{
	const struct ir_strategy *st = d->guest->cfg.strategy;
	struct ir_gather gather = {
		.start = pfn << IR_PAGE_SHIFT,
		.end = ((pfn + pages) << IR_PAGE_SHIFT) - 1,
	};

	ir_guest_unhold(d, pages);
	if (st->iotlb_sync)
		st->iotlb_sync(d, &gather);
}

static void fixed_undo(struct ir_domain *d, uint64_t pfn, uint64_t pages, uint32_t pieces,
			bool linked)
{
	(void)pieces;
	(void)linked;
	fixed_unmapped(d, pfn, pages);
}

const struct ir_dma_ops ir_fixed_iova_ops = {
	.init = fixed_init,
	.exit = fixed_exit,
	.alloc = fixed_alloc,
	.undo = fixed_undo,
	.unmapped = fixed_unmapped,
};
