/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IOVA allocator of drivers/iommu/iova.c: a top-down first-fit tree with
 * per-CPU magazines and a depot in front of it.  Unit: pages of 4096 bytes
 * (page frame numbers).  Page 0 is never allocated; 0 means "none".
 *
 * Deterministic: the same calls in the same order give the same addresses.
 */
#ifndef IR_GUEST_IOVA_H
#define IR_GUEST_IOVA_H

#include <stdbool.h>
#include <stdint.h>

enum ir_iova_depot {
	IR_IOVA_DEPOT_TRIMMED,	/* Linux 6.7 and later: a list without bound, trimmed every 100 ms */
	IR_IOVA_DEPOT_FIXED,	/* before: at most 32 magazines, what is over goes to the tree */
};

struct ir_iova_config {
	uint64_t start_pfn;	/* lowest page frame to allocate (0 means 1) */
	uint64_t limit_pfn;	/* highest one, inclusive */
	unsigned int cpus;	/* possible CPUs, each with its magazines; 1 to 65536 */
	unsigned int online_cpus;	/* 0: as many as cpus */
	enum ir_iova_depot depot;
	bool dma32_first;	/* PCI devices without forcedac: below 4 GiB until that fails once */
	uint32_t hz;		/* jiffies a second, for the trimming's timer; 0: it is exact */
	uint64_t phase_ns;	/* where they begin, see ir_timer_expiry() */
};

struct ir_iova_domain;

/** ir_iova_new - an empty allocator; NULL if there is no memory, or for too many CPUs */
struct ir_iova_domain *ir_iova_new(const struct ir_iova_config *config);
void ir_iova_destroy(struct ir_iova_domain *d);
/**
 * ir_iova_alloc - what iommu_dma_alloc_iova() does
 * @cpu: the CPU that allocates, taken modulo config.cpus
 * @pages: rounded up to a power of two when it fits the magazines
 * @now_ns: time of the call, for the depot's trimming
 *
 * Returns the first page frame, or 0 when there is none (or no memory of our
 * own: ir_iova_failed()).
 */
uint64_t ir_iova_alloc(struct ir_iova_domain *d, unsigned int cpu, uint64_t pages, uint64_t now_ns);
/** ir_iova_free - what free_iova_fast() does; @pages as given to ir_iova_alloc() */
void ir_iova_free(struct ir_iova_domain *d, unsigned int cpu, uint64_t pfn, uint64_t pages,
		  uint64_t now_ns);
/**
 * ir_iova_work_time - when the next depot trimming is due, UINT64_MAX if none
 *
 * Never before 100 ms after a magazine went to the depot.  ir_iova_alloc() and ir_iova_free()
 * do what is overdue first, so the addresses do not depend on who watches the clock.
 */
uint64_t ir_iova_work_time(const struct ir_iova_domain *d);
/** ir_iova_work - the delayed work item, to be called when its time has come */
void ir_iova_work(struct ir_iova_domain *d, uint64_t now_ns);
/** ir_iova_failed - true once our own memory ran out; results are void then */
bool ir_iova_failed(const struct ir_iova_domain *d);

#endif
