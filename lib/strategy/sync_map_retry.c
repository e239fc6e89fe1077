// SPDX-License-Identifier: GPL-2.0-or-later
/* The merged version: iotlb_sync_map may fail, after one global RPCIT. */
#include "strategy/common.h"

const struct ir_strategy ir_sync_map_retry = {
	.name = "sync-map-retry",
	.summary = "on insufficient resources one global RPCIT; if that fails too, the map fails",
	.origin = "Linux 6.7, domain type DMA-FQ",
	.unmap = IR_UNMAP_QUEUED,
	.iotlb_sync_map = ir_retry_sync_map,
	.iotlb_sync = ir_ranged_sync,
	.flush_iotlb_all = ir_global_flush,
	.s390_only = true,
	.maps_by_rpcit = true,
};
