// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * No flush queue: the driver ignores iotlb_sync in lazy domains, the IOVA is
 * free again at once, and the hypervisor learns of it when the range is used
 * again or when resources run out.
 */
#include "strategy/common.h"

const struct ir_strategy ir_driver_lazy = {
	.name = "driver-lazy",
	.summary = "no queue and no RPCIT for unmaps; IOVAs are reused at once",
	.origin = "proposed in the discussion of December 2022",
	.unmap = IR_UNMAP_DIRECT,
	.iotlb_sync_map = ir_retry_sync_map,
	.flush_iotlb_all = ir_global_flush,
	.s390_only = true,
	.maps_by_rpcit = true,
};
