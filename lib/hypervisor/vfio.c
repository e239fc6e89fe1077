// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QEMU with vfio behind an emulated VT-d, AMD-Vi or virtio-iommu.  What the guest flushes
 * or asks for is mapped in the host, as far as vfio_iommu_type1's limit allows.  QEMU
 * ignores the error of what is refused, remembers it as mapped, and does not ask again
 * before it was unmapped (vtd_page_walk_one(), hw/i386/intel_iommu.c; vfio_iommu_map_notify(),
 * hw/vfio/listener.c; QEMU 10.2).
 */
#include <stdlib.h>

#include <iommu-replay/hypervisor.h>

struct vfio {
	bool limited;
	uint64_t avail;		/* entries still allowed */
};

static void *vfio_open(const struct ir_hypervisor_params *params)
{
	struct vfio *v = malloc(sizeof(*v));

	if (v)
		*v = (struct vfio){
			.limited = params->entry_limit != 0,
			.avail = params->entry_limit,
		};
	return v;
}

/* One walk, in the order of addresses: what an invalid page gives back, a later one may take. */
static enum ir_rpcit_status vfio_flush(void *hv, struct ir_iopt *iopt, uint64_t first,
				       uint64_t last)
{
	struct vfio *v = hv;
	struct ir_iopt_limit limit = { .room = v->avail, .charged = IR_STALE_FRESH };

	if (v->limited) {
		ir_iopt_refresh_limited(iopt, first, last, &limit);
		v->avail = limit.room;
	} else {
		ir_iopt_refresh_range(iopt, first, last);
	}
	return IR_RPCIT_OK;
}

static uint64_t vfio_available(const void *hv)
{
	const struct vfio *v = hv;

	return v->limited ? v->avail : UINT64_MAX;
}

static uint64_t vfio_take(void *hv, uint64_t n)
{
	struct vfio *v = hv;

	if (v->limited && n > v->avail)
		n = v->avail;
	v->avail -= v->limited ? n : 0;
	return n;
}

static void vfio_give(void *hv, uint64_t n)
{
	struct vfio *v = hv;

	v->avail += v->limited ? n : 0;
}

const struct ir_hypervisor ir_vfio = {
	.name = "vfio",
	.summary = "QEMU with vfio behind an emulated IOMMU; a limit of entries for each device, "
		   "whose shortage is not reported to the guest",
	.origin = "QEMU 10.2, hw/i386/intel_iommu.c, hw/i386/amd_iommu.c, hw/virtio/virtio-iommu.c; "
		  "vfio_iommu_type1 dma_entry_limit",
	/* U16_MAX: drivers/vfio/vfio_iommu_type1.c, Linux 6.12 */
	.defaults = { .entry_limit = 65535, .tlb_refresh = 1 },
	.has_entry_limit = true,
	.serialises = true,	/* QEMU holds its big lock */
	.shadows = true,
	.has_backend = true,
	.refuses = true,
	.open = vfio_open,
	.close = free,
	.rpcit = vfio_flush,
	.available = vfio_available,
	.take = vfio_take,
	.give = vfio_give,
};
