// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Domain type DMA-FQ on IOMMUs other than s390's: a shortage is not reported to the guest,
 * which cannot retry.
 */
#include "strategy/common.h"

static int notify_map(struct ir_domain *domain, uint64_t iova, uint64_t size)
{
	if (ir_tlb_refresh(domain))
		ir_rpcit(domain, iova, size, IR_CAUSE_SYNC_MAP);
	return 0;
}

const struct ir_strategy ir_lazy = {
	.name = "lazy",
	.summary = "unmaps are queued and flushed together; for IOMMUs other than s390's",
	.origin = "Linux 5.15, domain type DMA-FQ",
	.unmap = IR_UNMAP_QUEUED,
	.iotlb_sync_map = notify_map,
	.iotlb_sync = ir_ranged_sync,
	.flush_iotlb_all = ir_global_flush,
	.not_s390 = true,
	.same_as = &ir_sync_map_retry,
	.same_where = IR_SAME_UNTIL_SHORT,
	.maps_by_rpcit = true,
};
