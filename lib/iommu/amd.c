// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AMD-Vi: one command for an aligned block of pages.  With NpCache, which QEMU sets, the
 * driver cuts a range into naturally aligned pieces, so that no other page is walked
 * (amd_iommu_domain_flush_pages(), drivers/iommu/amd/iommu.c, Linux 6.12), and maps are
 * flushed too.
 */
#include "iommu/cover.h"

static struct ir_cover amd_cover(uint64_t first, uint64_t last, bool shadowed)
{
	if (!shadowed)
		return ir_cover_block(first, last);
	return ir_cover_exact(first, last, ir_pow2_pieces(first, last), IR_INVALIDATION_PAGE);
}

const struct ir_iommu ir_iommu_amd = {
	.name = "amd",
	.title = "AMD-Vi",
	.summary = "one command for an aligned block of pages; with NpCache naturally aligned pieces, "
		   "and maps are flushed",
	.origin = "drivers/iommu/amd/iommu.c, Linux 6.12; hw/i386/amd_iommu.c, QEMU 10.2",
	.word = "invalidation",
	.entry = IR_ENTRY_LEAF,
	.everything = IR_INVALIDATION_ALL,
	.cuts_everything = 63,	/* a power of two for each bit of CMD_INV_IOMMU_ALL_PAGES_ADDRESS, Linux 6.1 */
	.flushes_maps = true,
	.strict_shadowed = true,	/* as VT-d, with NpCache */
	.cover = amd_cover,
};
