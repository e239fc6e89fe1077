// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The conversion to dma-iommu without any handling: iotlb_sync_map returned
 * void, so that a page which the hypervisor could not establish was not noticed.
 */
#include "strategy/common.h"

static int ignore_sync_map(struct ir_domain *domain, uint64_t iova, uint64_t size)
{
	if (ir_tlb_refresh(domain))
		ir_rpcit(domain, iova, size, IR_CAUSE_SYNC_MAP);
	return 0;
}

const struct ir_strategy ir_lazy_ignore = {
	.name = "lazy-ignore",
	.summary = "the result of an RPCIT is ignored; pages may remain unbacked",
	.origin = "dma-iommu conversion without the handling of insufficient resources, 2022",
	.unmap = IR_UNMAP_QUEUED,
	.iotlb_sync_map = ignore_sync_map,
	.iotlb_sync = ir_ranged_sync,
	.flush_iotlb_all = ir_global_flush,
	.s390_only = true,
	.same_as = &ir_sync_map_retry,
	.same_where = IR_SAME_UNTIL_SHORT,
	.maps_by_rpcit = true,
};
