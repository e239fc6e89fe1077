// SPDX-License-Identifier: GPL-2.0-or-later
/* Every unmap is flushed at once: iommu.strict=1, or a domain of type DMA. */
#include "strategy/common.h"

const struct ir_strategy ir_strict = {
	.name = "strict",
	.summary = "one RPCIT per map and per unmap, nothing is queued",
	.origin = "Linux 6.7, domain type DMA",
	.unmap = IR_UNMAP_STRICT,
	.iotlb_sync_map = ir_retry_sync_map,
	.iotlb_sync = ir_ranged_sync,
	.flush_iotlb_all = ir_global_flush,
	.maps_by_rpcit = true,
};
