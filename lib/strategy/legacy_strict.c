// SPDX-License-Identifier: GPL-2.0-or-later
/* The former s390 DMA API with s390_iommu=strict: an RPCIT per unmap, no retry. */
#include "strategy/common.h"

static int strict_sync_map(struct ir_domain *domain, uint64_t iova, uint64_t size)
{
	if (!ir_tlb_refresh(domain))
		return 0;
	return ir_rpcit(domain, iova, size, IR_CAUSE_SYNC_MAP);
}

const struct ir_strategy ir_legacy_strict = {
	.name = "legacy-strict",
	.summary = "one RPCIT per map and per unmap; insufficient resources fail the map",
	.origin = "Linux before 6.7 with s390_iommu=strict",
	.dma_api = IR_DMA_S390,
	.unmap = IR_UNMAP_STRICT,
	.iotlb_sync_map = strict_sync_map,
	.iotlb_sync = ir_ranged_sync,
	.flush_iotlb_all = ir_global_flush,
	.s390_only = true,
	.same_as = &ir_strict,	/* but for the places of IOVAs, and how much longer mappings take of them */
	.same_where = IR_SAME_UNTIL_SHORT | IR_SAME_ONE_PAGE | IR_SAME_SINCE_6_7,
	.maps_by_rpcit = true,
};
