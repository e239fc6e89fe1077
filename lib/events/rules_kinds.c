// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of event kinds that a rule may make, with their roles. */
#include <string.h>

#include "events/rules_kinds.h"

#define DMA_MAPPING_ERROR UINT64_MAX	/* include/linux/dma-mapping.h */
#define NO_DIRECTION (-1)		/* it is not recorded */
#define ZPCI_PTE_INVALID 0x400		/* arch/s390/include/asm/pci_dma.h, Linux 6.1 */

static const struct ir_rule_kind kinds[] = {
	{ "map", IR_EV_MAP, IR_EVF_WHOLE, { "iova", "size", "?paddr", "?device" }, 0, 0,
	  "a mapping became valid in the I/O page table; the whole of it" },
	{ "map-part", IR_EV_MAP, 0, { "iova", "size", "?paddr", "?device" }, 0, 0,
	  "a physically contiguous piece became valid; pieces that follow each other are one mapping" },
	{ "map-failed", IR_EV_MAP_FAILED, 0, { "?iova", "?size", "?paddr", "?device" },
	  DMA_MAPPING_ERROR, 0, "an attempt to map failed" },
	{ "unmap", IR_EV_UNMAP, 0, { "iova", "size", "?device" }, 0, 0,
	  "a range became invalid; ends a mapping, or undoes a failed one" },
	{ "map-begin", IR_EV_S390_MAP_PAGE, 0, { "?size", "?domain" }, 0, 0,
	  "a mapping is about to be made; its pieces follow on the same CPU" },
	{ "unmap-begin", IR_EV_S390_UNMAP_PAGE, 0, { "?iova", "?size", "?domain" }, 0, 0,
	  "the driver gave a mapping back; an s390-unmap without it undoes a failed map" },
	{ "s390-map-part", IR_EV_S390_UPDATE_TRANS, 0, { "iova", "size", "?paddr", "?domain" }, 0, 0,
	  "map-part, in the former s390 DMA API (before Linux 6.7)" },
	{ "s390-unmap", IR_EV_S390_UPDATE_TRANS, 0, { "iova", "size", "?paddr", "?domain" }, 0,
	  ZPCI_PTE_INVALID, "unmap, in the former s390 DMA API" },
	{ "dma-map", IR_EV_DMA_MAP, 0, { "iova", "size", "?paddr", "?device" }, 0, NO_DIRECTION,
	  "completes the mapping that begins at iova, names its device; iova -1: it failed" },
	{ "dma-unmap", IR_EV_DMA_UNMAP, 0, { "iova", "?size", "?device" }, 0, NO_DIRECTION,
	  "follows an unmap and names its device" },
	{ "rpcit", IR_EV_RPCIT, 0, { "addr", "size", "?fn" }, 0, 0,
	  "RPCIT issued: the recorded truth, and the aperture" },
	{ "rpcit-return", IR_EV_RPCIT_RET, 0, { "ret" }, 0, 0,
	  "its result: 0, -12 (insufficient resources), or another error" },
	{ "flush-timer", IR_EV_FQ_TIMEOUT, 0, { "?timer" }, 0, 0,
	  "the flush queue's timer fired" },
	{ "flush-queue", IR_EV_FQ_FLUSH, 0, { "?domain" }, 0, 0, "a flush queue was flushed" },
	{ "flush-all", IR_EV_FLUSH_ALL, 0, { "?domain" }, 0, 0,
	  "the IOMMU driver flushed a whole domain" },
	{ "flush-range", IR_EV_TLB_SYNC, 0, { "iova", "size", "?domain" }, 0, 0,
	  "the IOMMU driver flushed a range" },
	{ "sync-map", IR_EV_SYNC_MAP, 0, { "iova", "size", "?domain" }, 0, 0,
	  "a mapping is complete: iotlb_sync_map was called, which flushes or not" },
	{ "flush-map", IR_EV_MAP_FLUSH, 0, { "iova", "size", "?domain" }, 0, 0,
	  "the IOMMU driver flushed what was mapped" },
	{ "flush-piece", IR_EV_MAP_PIECE, 0, { "iova", "size" }, 0, 0,
	  "a piece of a flush; the first one of what was mapped shows that maps are flushed" },
	{ "flush-command", IR_EV_COMMAND, 0, { "iova", "size", "?domain" }, 0, 0,
	  "a flush of a range after a map or an unmap; with it, flush-range and flush-map do not count" },
	{ "flush-command-all", IR_EV_COMMAND_ALL, 0, { "?domain" }, 0, 0,
	  "a flush of everything; with it, flush-all does not count" },
	{ "flush-return", IR_EV_FLUSH_RET, 0, { "?ret" }, 0, 0,
	  "the function of flush-range, flush-map or flush-all that was called last returns: how long it took" },
	{ "device-attach", IR_EV_DEVICE_ATTACH, 0, { "device" }, 0, 0,
	  "a device has a new domain: its mappings end" },
	{ "device-detach", IR_EV_DEVICE_DETACH, 0, { "device" }, 0, 0,
	  "a device is gone: its mappings end" },
	{ "iova-alloc", IR_EV_IOVA_ALLOC, 0, { "pages", "?limit-pfn", "?allocator" }, 0, 0,
	  "an IOVA range was asked for" },
	{ "iova-alloc-return", IR_EV_IOVA_ALLOC_RET, 0, { "pfn" }, 0, 0,
	  "what the allocator gave" },
	{ "iova-free", IR_EV_IOVA_FREE, 0, { "pfn", "pages", "?allocator" }, 0, 0,
	  "an IOVA range was given back" },
	{ "ignore", IR_EV_KINDS, 0, { NULL }, 0, 0, "nothing, whatever it means without this rule" },
	{ .name = NULL },
};

const struct ir_rule_kind *ir_rule_kinds(void)
{
	return kinds;
}

/* Indices of value[] in struct ir_event: addr, size, paddr, aux, ret. */
static const struct { const char *name; int index; } roles[] = {
	{ "iova", 0 }, { "addr", 0 }, { "pfn", 0 }, { "limit-pfn", 0 },
	{ "size", 1 }, { "pages", 1 },
	{ "paddr", 2 },
	{ "domain", 3 }, { "fn", 3 }, { "timer", 3 }, { "allocator", 3 },
	{ "ret", 4 },
	{ "device", IR_ROLE_DEVICE },
};

int ir_rule_role(const char *name)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (!strcmp(roles[i].name, name))
			return roles[i].index;
	return -1;
}
