// SPDX-License-Identifier: GPL-2.0-or-later
/* s390: RPCIT, which refreshes exactly a range. */
#include "iommu/cover.h"
#include "iommu/s390.h"

static struct ir_cover s390_cover(uint64_t first, uint64_t last, bool shadowed)
{
	(void)shadowed;
	return ir_cover_exact(first, last, 1, IR_INVALIDATION_RANGE);
}

const struct ir_iommu ir_iommu_s390 = {
	.name = "s390",
	.title = "s390",
	.summary = "RPCIT for exactly the range; a shortage in the hypervisor is reported to the guest",
	.origin = "arch/s390/pci/pci_insn.c, drivers/iommu/s390-iommu.c, Linux 6.12",
	.word = "RPCIT",
	.entry = IR_ENTRY_PAGE,
	.everything = IR_INVALIDATION_ALL,
	.flushes_maps = true,
	.single_queue = true,
	.cover = s390_cover,
};

bool ir_iommu_is_s390(const struct ir_iommu *iommu)
{
	return iommu == &ir_iommu_s390;
}
