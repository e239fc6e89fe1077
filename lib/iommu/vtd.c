// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intel VT-d: one page-selective descriptor for an aligned block of up to 2^18 pages
 * (the maximum address mask of QEMU and of most machines), else the whole domain.
 *
 * Under caching mode (a vIOMMU) maps are flushed too, and QEMU walks the flushed part of
 * the guest's page table and maps each leaf of 4 KiB in the host.
 */
#include "iommu/cover.h"

/* VTD_MAMV, hw/i386/intel_iommu_internal.h, QEMU 10.0 */
#define MAX_ADDRESS_MASK 18

static struct ir_cover vtd_cover(uint64_t first, uint64_t last, bool shadowed)
{
	struct ir_cover c = ir_cover_block(first, last);

	(void)shadowed;
	if ((c.last - c.first) >> MAX_ADDRESS_MASK)
		c = (struct ir_cover){ 1, IR_INVALIDATION_DOMAIN, 0, UINT64_MAX };
	return c;
}

const struct ir_iommu ir_iommu_vtd = {
	.name = "vtd",
	.title = "VT-d",
	.summary = "one descriptor for an aligned block of pages, over 2^18 pages the whole domain; "
		   "maps are flushed in caching mode only",
	.origin = "drivers/iommu/intel/cache.c, Linux 6.12; hw/i386/intel_iommu.c, QEMU 10.0",
	.word = "invalidation",
	.entry = IR_ENTRY_PAGE,
	.everything = IR_INVALIDATION_DOMAIN,
	.flushes_maps = true,
	.strict_shadowed = true,	/* "IOMMU batching disallowed due to virtualization" */
	.cover = vtd_cover,
};
