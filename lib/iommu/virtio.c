// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virtio-iommu: each call of map_pages and unmap_pages queues a request; a flush kicks the
 * device, which serves all requests in their order.  Kicks are not counted.  QEMU cuts a
 * MAP request into aligned powers of two for vfio (virtio_iommu_notify_map_unmap(),
 * hw/virtio/virtio-iommu.c, QEMU 10.0).
 */
#include "iommu/cover.h"

static struct ir_cover virtio_cover(uint64_t first, uint64_t last, bool shadowed)
{
	(void)first;
	(void)last;
	(void)shadowed;
	return (struct ir_cover){ 0, IR_INVALIDATION_REQUEST, 0, UINT64_MAX };
}

const struct ir_iommu ir_iommu_virtio = {
	.name = "virtio",
	.title = "virtio-iommu",
	.summary = "MAP and UNMAP requests, served in their order; a flush is a kick",
	.origin = "drivers/iommu/virtio-iommu.c, Linux 6.12; hw/virtio/virtio-iommu.c, QEMU 10.0",
	.word = "invalidation",
	.entry = IR_ENTRY_REQUEST,
	.everything = IR_INVALIDATION_REQUEST,
	.flushes_maps = true,
	.requests = true,
	.cover = virtio_cover,
};
