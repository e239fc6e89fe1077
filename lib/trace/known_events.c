// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The events that recordings are read for.
 *
 * Facts: include/trace/events/iommu.h and include/trace/events/dma.h, Linux
 * 6.12 and 7.2.  Probes have the names that their maker gave them; those here
 * are the names that scripts for this program use.
 */
#include "trace/known_events.h"

#include <stddef.h>

static const struct ir_known_event known_events[] = {
	{ "iommu", "map", "a physically contiguous piece became valid in the I/O page table" },
	{ "iommu", "unmap", "a range became invalid; ends a mapping, or undoes a failed one" },
	{ "iommu", "attach_device_to_domain", "names a device" },
	{ "iommu", "detach_device_from_domain", "a device is gone" },
	{ "iommu", "add_device_to_group", "names a device" },
	{ "iommu", "remove_device_from_group", "a device is gone" },

	{ "dma", "dma_map_page",
	  "one mapping of one piece; tells device and failure (dma_addr ~0)" },
	{ "dma", "dma_map_phys", "the same, in newer kernels (7.2)" },
	{ "dma", "dma_map_resource", "the same, for device memory" },
	{ "dma", "dma_map_sg", "one mapping of several pieces: a scatter list" },
	{ "dma", "dma_map_sg_err", "a scatter list that could not be mapped" },
	{ "dma", "dma_alloc", "coherent memory: a mapping that lives long" },
	{ "dma", "dma_alloc_pages", "the same" },
	{ "dma", "dma_alloc_sgt", "the same, of several pieces" },
	{ "dma", "dma_unmap_page", "the driver gave a mapping back" },
	{ "dma", "dma_unmap_phys", "the same, in newer kernels (7.2)" },
	{ "dma", "dma_unmap_resource", "the same, for device memory" },
	{ "dma", "dma_unmap_sg", "the same, for a scatter list; has no DMA address" },
	{ "dma", "dma_free", "coherent memory given back" },
	{ "dma", "dma_free_pages", "the same" },
	{ "dma", "dma_free_sgt", "the same" },

	{ "probe", "rpcit",
	  "RPCIT issued (zpci_refresh_trans): the recorded truth, and the aperture" },
	{ "probe", "rpcit_ret", "its result: insufficient resources, failure" },
	{ "probe", "fq_timeout", "the flush queue's timer fired" },
	{ "probe", "fq_flush", "a flush queue was flushed" },
	{ "probe", "intel_flush_all", "VT-d: a whole domain was flushed" },
	{ "probe", "intel_tlb_sync", "VT-d: a range was flushed" },
	{ "probe", "s390_map_page", "former s390 DMA API (before 6.7): one mapping" },
	{ "probe", "s390_map_sg_one", "the same: one piece of a scatter list" },
	{ "probe", "s390_unmap_page", "the same: a mapping was given back" },
	{ "probe", "s390_update_trans", "the same: page-table entries became valid or invalid" },
	{ "probe", "iova_alloc", "an IOVA range was asked for" },
	{ "probe", "iova_alloc_ret", "what the allocator gave" },
	{ "probe", "iova_free", "an IOVA range was given back" },

	{ "ftrace", "print", "markers: the kernel's counters at both ends of a measured window" },
	{ NULL, NULL, NULL },
};

const struct ir_known_event *ir_known_events(void)
{
	return known_events;
}
