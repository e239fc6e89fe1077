// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "iommu/s390: flush queued IOVAs on RPCIT out of resource indication", series
 * v2, patch 7 of 7, December 2022: flushes the queue and ignores the result.
 */
#include <errno.h>

#include "strategy/common.h"

static int flush_sync_map(struct ir_domain *domain, uint64_t iova, uint64_t size)
{
	if (!ir_tlb_refresh(domain))
		return 0;
	if (ir_rpcit(domain, iova, size, IR_CAUSE_SYNC_MAP) == -ENOMEM)
		ir_queue_flush(domain, IR_CAUSE_RETRY);
	return 0;
}

const struct ir_strategy ir_fq_flush = {
	.name = "fq-flush",
	.summary = "on insufficient resources the flush queue is flushed; the result of that is ignored",
	.origin = "series v2, patch 7/7, December 2022",
	.unmap = IR_UNMAP_QUEUED,
	.iotlb_sync_map = flush_sync_map,
	.iotlb_sync = ir_ranged_sync,
	.flush_iotlb_all = ir_global_flush,
	.s390_only = true,
	.same_as = &ir_sync_map_retry,
	.same_where = IR_SAME_UNTIL_SHORT,
	.maps_by_rpcit = true,
};
