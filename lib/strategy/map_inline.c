// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The RPCIT inside map_pages: no new callback has to return an error, but a
 * scatter list of k contiguous pieces costs k RPCITs.
 */
#include "strategy/common.h"

static int inline_map_pages(struct ir_domain *domain, uint64_t iova, uint64_t pgcount)
{
	return ir_retry_sync_map(domain, iova, pgcount << IR_PAGE_SHIFT);
}

const struct ir_strategy ir_map_inline = {
	.name = "map-inline",
	.summary = "as sync-map-retry, but one RPCIT per contiguous piece, inside map_pages",
	.origin = "proposed in the discussion of December 2022",
	.unmap = IR_UNMAP_QUEUED,
	.map_pages = inline_map_pages,
	.iotlb_sync = ir_ranged_sync,
	.flush_iotlb_all = ir_global_flush,
	.s390_only = true,
	.same_as = &ir_sync_map_retry,
	.same_where = IR_SAME_ONE_PIECE,
	.maps_by_rpcit = true,
};
