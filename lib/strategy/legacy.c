// SPDX-License-Identifier: GPL-2.0-or-later
/* The former s390 DMA API, lazy: unmapped pages wait in a second bitmap. */
#include <errno.h>

#include "strategy/common.h"

/*
 * After a successful global RPCIT everything lazy is free, and the map counts
 * as done without asking again; if it fails, the first error stands.
 * (__dma_purge_tlb(), arch/s390/pci/pci_dma.c, Linux 6.1)
 */
static int legacy_sync_map(struct ir_domain *domain, uint64_t iova, uint64_t size)
{
	int rc;

	if (!ir_tlb_refresh(domain))
		return 0;
	rc = ir_rpcit(domain, iova, size, IR_CAUSE_SYNC_MAP);
	if (rc != -ENOMEM)
		return rc;
	if (ir_rpcit_global(domain, IR_CAUSE_RETRY))
		return rc;
	ir_queue_release(domain);
	return 0;
}

const struct ir_strategy ir_legacy = {
	.name = "legacy",
	.summary = "next-fit IOVA bitmap; a global RPCIT when it wraps around or resources run out",
	.origin = "Linux before 6.7, arch/s390/pci/pci_dma.c",
	.dma_api = IR_DMA_S390,
	.unmap = IR_UNMAP_QUEUED,
	.iotlb_sync_map = legacy_sync_map,
	.iotlb_sync = ir_ranged_sync,
	.flush_iotlb_all = ir_global_flush,
	.s390_only = true,
	.maps_by_rpcit = true,
};
