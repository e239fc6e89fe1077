// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arm SMMUv3 with range invalidation (SMMUv3.2): a command covers a number of 5 bits times
 * a power of two of pages, from the lowest bits of the range's size on
 * (__arm_smmu_tlb_inv_range(), drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c, Linux 6.12).
 * SYNC commands are not counted.
 */
#include "iommu/cover.h"

#define RANGE_PAGES UINT64_C(31)	/* CMDQ_TLBI_RANGE_NUM_MAX, arm-smmu-v3.h, Linux 6.12 */

static struct ir_cover smmuv3_cover(uint64_t first, uint64_t last, bool shadowed)
{
	uint64_t pages = last - first + 1, n = 0;

	(void)shadowed;
	while (pages) {
		unsigned int scale = (unsigned int)__builtin_ctzll(pages);

		pages -= (pages >> scale & RANGE_PAGES) << scale;
		n++;
	}
	return ir_cover_exact(first, last, n, IR_INVALIDATION_RANGE);
}

const struct ir_iommu ir_iommu_smmuv3 = {
	.name = "smmuv3",
	.title = "SMMUv3",
	.summary = "range commands, and one for an address space; maps are not flushed",
	.origin = "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c, Linux 6.12",
	.word = "invalidation",
	.entry = IR_ENTRY_PAGE,
	.everything = IR_INVALIDATION_DOMAIN,
	.strict = true,		/* CONFIG_IOMMU_DEFAULT_DMA_STRICT is arm64's default */
	.strict_shadowed = true,
	.cover = smmuv3_cover,
};
