// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions of the kernel that lie between a driver and an event: tracing, the
 * IOMMU core and drivers, the DMA API, and the block layer's part of it.  All of
 * these are built in; a frame in a module is never one of them.
 *
 * Names as in Linux 6.1, 6.12 and 7.2: kernel/dma/, drivers/iommu/, block/blk-mq-dma.c,
 * arch/s390/pci/pci_dma.c, kernel/trace/, include/trace/.
 */
#include <string.h>

#include "symbols/plumbing.h"

/* Prefixes of names, without the underscores in front of them: what drivers call, and what tracing adds. */
static const char *const mapping[] = {
	/* kernel/dma/: mapping.c, pool.c, swiotlb.c; mm/dmapool.c */
	"dma_map_", "dma_unmap_", "dma_alloc_", "dma_free_", "dma_iova_", "dma_direct_",
	"dma_pool_", "dma_common_", "dma_vmap_", "dma_vunmap_", "dma_mmap_",
	"dmam_", "swiotlb_", "pool_alloc_page", "pool_initialise_page", "debug_dma_",
	/* drivers/iommu/ */
	"iommu_", "intel_iommu_", "intel_map_", "amd_iommu_", "arm_smmu_", "arm_lpae_", "domain_mapping",
	"domain_map", "s390_iommu_", "s390_domain_", "s390_map_pages", "viommu_", "pt_iommu_",
	"generic_pt_", "apple_dart_", "io_pgtable_",
	/* arch/s390/pci/ before Linux 6.7 */
	"s390_dma_", "dma_update_", "dma_purge_", "zpci_", "clp_",
	/* block/blk-mq-dma.c, from Linux 6.16 on */
	"blk_dma_", "blk_rq_dma_", "blk_rq_map_iter_init", "blk_rq_integrity_dma_",
};

static const char *const tracing[] = {
	"traceiter_", "trace_", "perf_trace_", "perf_tp_", "perf_call_bpf", "bpf_trace_",
	"probestub_", "ftrace_", "arch_ftrace_", "stack_trace_", "kprobe_", "kretprobe_", "fprobe_",
	"rethook_", "arch_rethook_", "optimized_callback", "event_triggers_", "synth_event_",
	"fexit_", "fentry_", "bpf_trampoline_",
};

static bool has_prefix(const char *function, const char *const *prefixes, size_t nr)
{
	function += strspn(function, "_");
	for (size_t i = 0; i < nr; i++)
		if (!strncmp(function, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

#define HAS_PREFIX(function, prefixes) \
	has_prefix(function, prefixes, sizeof(prefixes) / sizeof(*(prefixes)))

bool ir_is_mapping(const char *function)
{
	return HAS_PREFIX(function, mapping);
}

bool ir_is_plumbing(const char *function)
{
	return ir_is_mapping(function) || HAS_PREFIX(function, tracing);
}
