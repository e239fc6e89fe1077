// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arm SMMUv3 without range invalidation (before SMMUv3.2): a command for each page of the
 * range (__arm_smmu_tlb_inv_range(), drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c, Linux
 * 6.12).  SYNC commands are not counted.
 */
#include "iommu/cover.h"

static struct ir_cover granule_cover(uint64_t first, uint64_t last, bool shadowed)
{
	(void)shadowed;
	return ir_cover_exact(first, last, last - first + 1, IR_INVALIDATION_PAGE);
}

const struct ir_iommu ir_iommu_smmuv3_granule = {
	.name = "smmuv3-granule",
	.title = "SMMUv3 without range commands",
	.summary = "a command for each page, and one for an address space; maps are not flushed",
	.origin = "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c, Linux 6.12",
	.word = "invalidation",
	.entry = IR_ENTRY_PAGE,
	.everything = IR_INVALIDATION_DOMAIN,
	.strict = true,
	.strict_shadowed = true,
	.cover = granule_cover,
};
