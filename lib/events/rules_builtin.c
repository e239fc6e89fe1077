// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The built-in rules: probes by the names that recording scripts for this
 * program give them.  The files in scripts/events/ say the same and show where
 * such a probe is set.
 */
#include "events/rules.h"

/* An end that is the last byte, a first page that is not used from its start. */
static const struct ir_rule_text builtin[] = {
	{ .event = "rpcit", .is = "rpcit",
	  .meaning = "RPCIT issued (zpci_refresh_trans): the recorded truth, and the aperture",
	  .fields = { { "fn", "fn", 0 }, { "addr", "addr", 0 }, { "size", "range", 0 } } },
	{ .event = "rpcit_ret", .is = "rpcit-return",
	  .meaning = "its result: insufficient resources, failure",
	  .fields = { { "ret", "ret", 0 } } },
	{ .event = "fq_timeout", .is = "flush-timer",
	  .meaning = "the flush queue's timer fired (fq_flush_timeout)",
	  .fields = { { "timer", "timer?", 0 } } },
	{ .event = "fq_flush", .is = "flush-queue",
	  .meaning = "a flush queue was flushed (fq_flush_iotlb)",
	  .fields = { { "domain", "cookie", 0 } } },
	{ .event = "intel_flush_all", .is = "flush-all",
	  .meaning = "VT-d: a whole domain was flushed (intel_flush_iotlb_all)",
	  .fields = { { "domain", "domain", 0 } } },
	{ .event = "intel_tlb_sync", .is = "flush-range",
	  .meaning = "VT-d: a range was flushed (intel_iommu_tlb_sync)",
	  .fields = { { "domain", "domain", 0 }, { "iova", "start", 0 },
		      { "size", "end - start + 1", 0 } } },
	{ .event = "intel_sync_map", .is = "sync-map",
	  .meaning = "VT-d: a mapping is complete (intel_iommu_iotlb_sync_map)",
	  .fields = { { "domain", "domain", 0 }, { "iova", "iova", 0 }, { "size", "size", 0 } } },
	{ .event = "amd_flush_all", .is = "flush-all",
	  .meaning = "AMD-Vi: a whole domain was flushed (amd_iommu_flush_iotlb_all)",
	  .fields = { { "domain", "domain", 0 } } },
	{ .event = "amd_sync", .is = "flush-range",
	  .meaning = "AMD-Vi: a range was flushed (amd_iommu_iotlb_sync)",
	  .fields = { { "domain", "domain", 0 }, { "iova", "start", 0 },
		      { "size", "end - start + 1", 0 } } },
	{ .event = "amd_sync_map", .is = "sync-map",
	  .meaning = "AMD-Vi: a mapping is complete (amd_iommu_iotlb_sync_map)",
	  .fields = { { "domain", "domain", 0 }, { "iova", "iova", 0 }, { "size", "size", 0 } } },
	/*
	 * The third argument is a size in Linux 6.12, one less in 6.1's iotlb_sync, and the last byte
	 * in 7.2.  A flush of everything counts as amd_flush_all, and has a size of 0 here.
	 */
	{ .event = "amd_flush_pages", .is = "flush-command",
	  .meaning = "AMD-Vi: a range was flushed, after mapping too with NpCache "
		     "(amd_iommu_domain_flush_pages)",
	  .fields = { { "iova", "address", 0 },
		      { "size", "((size >> 52) == 0) * "
				"(size + (size & 1) * (1 - (size >= address) * address))", 0 } } },
	{ .event = "amd_flush_pages_inner", .is = "flush-piece",
	  .meaning = "AMD-Vi: a piece of such a range (__domain_flush_pages)",
	  .fields = { { "iova", "address", 0 }, { "size", "size", 0 } } },
	{ .event = "smmu_sync", .is = "flush-range",
	  .meaning = "SMMUv3: a range was flushed (arm_smmu_iotlb_sync)",
	  .fields = { { "domain", "domain", 0 }, { "iova", "start", 0 },
		      { "size", "end - start + 1", 0 } } },
	{ .event = "smmu_inv_range", .is = "flush-command",
	  .meaning = "SMMUv3: the same (__arm_smmu_tlb_inv_range)",
	  .fields = { { "iova", "iova?", 0 }, { "size", "size?", 0 } } },
	{ .event = "smmu_flush_all", .is = "flush-all",
	  .meaning = "SMMUv3: a whole domain was flushed (arm_smmu_flush_iotlb_all)",
	  .fields = { { "domain", "domain", 0 } } },
	{ .event = "smmu_inv_context", .is = "flush-command-all",
	  .meaning = "SMMUv3: the same (arm_smmu_tlb_inv_context)",
	  .fields = { { "domain", "domain?", 0 } } },
	{ .event = "viommu_sync_map", .is = "flush-map",
	  .meaning = "virtio-iommu: the device was kicked after mapping (viommu_iotlb_sync_map)",
	  .fields = { { "domain", "domain?", 0 }, { "iova", "iova", 0 }, { "size", "size", 0 } } },
	{ .event = "viommu_sync", .is = "flush-range",
	  .meaning = "virtio-iommu: the device was kicked after unmapping (viommu_iotlb_sync)",
	  .fields = { { "domain", "domain", 0 }, { "iova", "start", 0 },
		      { "size", "end - start + 1", 0 } } },
	{ .event = "viommu_flush_all", .is = "flush-all",
	  .meaning = "virtio-iommu: the device was kicked for the queue (viommu_flush_iotlb_all)",
	  .fields = { { "domain", "domain", 0 } } },
	{ .event = "s390_map_page", .is = "map-begin",
	  .meaning = "former s390 DMA API (before 6.7): one mapping (s390_dma_map_pages)",
	  .fields = { { "domain", "dev", 0 }, { "size", "size + (offset & 4095)", 0 } } },
	{ .event = "s390_map_sg_one", .is = "map-begin",
	  .meaning = "the same: one piece of a scatter list (__s390_dma_map_sg)",
	  .fields = { { "domain", "dev", 0 }, { "size", "size", 0 } } },
	{ .event = "s390_unmap_page", .is = "unmap-begin",
	  .meaning = "the same: a mapping was given back (s390_dma_unmap_pages)",
	  .fields = { { "domain", "dev", 0 }, { "iova", "dma_addr", 0 }, { "size", "size", 0 } } },
	{ .event = "s390_update_trans", .is = "s390-unmap", .when = "flags & 0x400",
	  .meaning = "the same: page-table entries became invalid (__dma_update_trans)",
	  .fields = { { "domain", "zdev", 0 }, { "paddr", "pa", 0 }, { "iova", "dma_addr", 0 },
		      { "size", "size", 0 } } },
	{ .event = "s390_update_trans", .is = "s390-map-part",
	  .meaning = "the same: page-table entries became valid",
	  .fields = { { "domain", "zdev", 0 }, { "paddr", "pa", 0 }, { "iova", "dma_addr", 0 },
		      { "size", "size", 0 } } },
	{ .event = "iova_alloc", .is = "iova-alloc",
	  .meaning = "an IOVA range was asked for (alloc_iova_fast)",
	  .fields = { { "allocator", "iovad", 0 }, { "pages", "pages", 0 },
		      { "limit-pfn", "limit_pfn", 0 } } },
	{ .event = "iova_alloc_ret", .is = "iova-alloc-return",
	  .meaning = "what the allocator gave",
	  .fields = { { "pfn", "pfn", 0 } } },
	{ .event = "iova_free", .is = "iova-free",
	  .meaning = "an IOVA range was given back (free_iova_fast)",
	  .fields = { { "allocator", "iovad", 0 }, { "pfn", "pfn", 0 }, { "pages", "pages", 0 } } },
};

int ir_rules_add_builtin(struct ir_events *ev)
{
	int rc = 0;

	for (size_t i = 0; i < sizeof(builtin) / sizeof(builtin[0]) && !rc; i++)
		rc = ir_rules_add(ev, &builtin[i], NULL);
	return rc;
}

struct ir_events *ir_rules_builtin(void)
{
	struct ir_events *ev = ir_rules_new(NULL);

	if (ev && ir_rules_add_builtin(ev)) {
		ir_events_free(ev);
		return NULL;
	}
	if (ev)
		ir_rules_finish(ev);
	return ev;
}
