/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strategies: when an IOMMU driver flushes changed mappings.
 *
 * The callbacks are those of Linux's iommu_domain_ops (include/linux/iommu.h,
 * 6.12), with the same names and meaning, so that a patch and its strategy can
 * be read side by side.  A callback that is NULL does nothing and succeeds, but
 * a strategy that queues needs flush_iotlb_all.
 *
 * A callback must return, within the time and the stack that iommu-replay-plugin(7)
 * states.  The return values, requests and writes of a plug-in's callbacks are checked;
 * a violation ends the replay with a message that names it.
 *
 * To add a strategy: one file that ends in its const struct ir_strategy, and
 * one line in ir_strategies[] of registry.c; or a plug-in (plugin.h), which can
 * do whatever a built-in one can.
 */
#ifndef IOMMU_REPLAY_STRATEGY_H
#define IOMMU_REPLAY_STRATEGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An IOMMU domain of the simulated guest; opaque to strategies. */
struct ir_domain;
struct ir_plugin_info;

/* Why an RPCIT is issued.  Every RPCIT has exactly one cause. */
enum ir_cause {
	IR_CAUSE_SYNC_MAP,	/* after mapping */
	IR_CAUSE_SYNC,		/* after unmapping */
	IR_CAUSE_QUEUE_FULL,	/* global: the flush queue was full */
	IR_CAUSE_QUEUE_TIMEOUT,	/* global: the flush queue's timer fired */
	IR_CAUSE_RETRY,		/* because another RPCIT reported insufficient resources */
	IR_CAUSE_WRAP,		/* global: the IOVA bitmap wrapped around (former s390 DMA API) */
	IR_CAUSES
};

/** ir_cause_name - the name in reports, e.g. "queue_full"; "unknown" for what is no cause */
const char *ir_cause_name(enum ir_cause cause);

/* A range of unmapped pages, as struct iommu_iotlb_gather. */
struct ir_gather {
	uint64_t start;		/* first byte */
	uint64_t end;		/* last byte, inclusive */
};

/* The way of an unmapped buffer's IOVA. */
enum ir_unmap_mode {
	IR_UNMAP_QUEUED,	/* into a flush queue (DMA-FQ); the queue calls flush_iotlb_all */
	IR_UNMAP_STRICT,	/* iotlb_sync, then free (DMA) */
	IR_UNMAP_DIRECT,	/* free at once, nothing is flushed */
};

/* The implementation of the DMA API that calls the driver. */
enum ir_dma_api {
	IR_DMA_IOMMU,		/* drivers/iommu/dma-iommu.c (s390: 6.7 and later) */
	IR_DMA_S390,		/* arch/s390/pci/pci_dma.c (before 6.7) */
};

/* What two strategies have to have for the same results. */
enum ir_same {
	IR_SAME_UNTIL_SHORT	= 1 << 0,	/* no RPCIT fails, and each map finds an IOVA */
	IR_SAME_ONE_PIECE	= 1 << 1,	/* no mapping has several pieces */
	IR_SAME_ONE_PAGE	= 1 << 2,	/* nor several pages, initial ones included */
	IR_SAME_SINCE_6_7	= 1 << 3,	/* the recorded machine does not have the former s390 DMA API */
};

struct ir_strategy {
	const char *name;
	const char *summary;	/* one line */
	const char *origin;	/* which kernel or patch does this */
	enum ir_dma_api dma_api;
	enum ir_unmap_mode unmap;
	/*
	 * The page-table entries of one physically contiguous piece have just become valid; if
	 * it is the mapping's only one, iotlb_sync_map follows at the same time.  0 or a negative
	 * errno, which fails the map.
	 */
	int (*map_pages)(struct ir_domain *domain, uint64_t iova, uint64_t pgcount);
	/* All pieces of a mapping are valid.  0 or a negative errno, which undoes the map. */
	int (*iotlb_sync_map)(struct ir_domain *domain, uint64_t iova, uint64_t size);
	/* Entries have become invalid and their IOVAs are about to be used again. */
	void (*iotlb_sync)(struct ir_domain *domain, const struct ir_gather *gather);
	/* Flush everything in the domain; @cause is for the statistics.  Must not call ir_queue_flush(). */
	void (*flush_iotlb_all)(struct ir_domain *domain, enum ir_cause cause);
	/* Size of the strategy's own data in each domain, zeroed at first: ir_domain_priv(). */
	size_t domain_size;
	bool not_in_all;	/* "all" leaves it out: it measures the program, not a driver */
	const struct ir_plugin_info *plugin;	/* set when it is loaded; NULL: built in */
	bool s390_only;		/* "all" leaves it out on other IOMMUs, where it is the same as lazy */
	bool not_s390;		/* "all" leaves it out on s390 */
	bool identity;		/* no page table: the device reaches all memory, nothing is flushed */
	/*
	 * This one has the same results as @same_as, and may be replayed as that one, where
	 * @same_where holds.  NULL: there is no such one.  A plug-in's is ignored.
	 */
	const struct ir_strategy *same_as;
	unsigned int same_where;	/* all of enum ir_same that are set */
	/*
	 * A map whose RPCITs succeed is just them, with IR_CAUSE_SYNC_MAP: map_pages one for each
	 * piece, iotlb_sync_map one for the mapping, none if ir_tlb_refresh() is false.  It may be
	 * done without calling them.  A plug-in's is ignored.
	 */
	bool maps_by_rpcit;
};

/*
 * Functions that a strategy may call.
 */

/**
 * ir_rpcit - issue one RPCIT per device of the domain over a range
 * @iova, @size: bytes; clamped to the aperture.  A range outside of it issues nothing.
 *
 * Returns 0, -ENOMEM (insufficient resources) or -EIO, as zpci_refresh_trans()
 * (arch/s390/pci/pci_insn.c, Linux 6.12) does.
 */
int ir_rpcit(struct ir_domain *domain, uint64_t iova, uint64_t size, enum ir_cause cause);
/** ir_rpcit_global - one RPCIT per device over the whole aperture; returns what ir_rpcit() does */
int ir_rpcit_global(struct ir_domain *domain, enum ir_cause cause);
/** ir_tlb_refresh - whether the hypervisor wants an RPCIT after mapping (zdev->tlb_refresh) */
bool ir_tlb_refresh(const struct ir_domain *domain);
/**
 * ir_queue_flush - flush the domain's queue: one flush_iotlb_all, then free every
 * IOVA that was queued before it
 */
void ir_queue_flush(struct ir_domain *domain, enum ir_cause cause);
/** ir_queue_release - free every IOVA in the domain's flush queues, flushed or not */
void ir_queue_release(struct ir_domain *domain);

/** ir_domain_priv - the domain's domain_size bytes; NULL if that is 0 */
void *ir_domain_priv(struct ir_domain *domain);

/* The built-in strategies, in the order of the reports; ends with NULL. */
extern const struct ir_strategy *const ir_strategies[];
/** ir_strategy_find - by name, or NULL */
const struct ir_strategy *ir_strategy_find(const char *name);

#endif
