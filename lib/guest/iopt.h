/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's I/O page table, and beside each entry the hypervisor's shadow of
 * it (or, without a shadow, what the device may have in its TLB).
 *
 * A page is stale when the two differ; the tree knows where stale pages are, so
 * an RPCIT costs what is stale in its range, not the range.  A page is lazy when
 * the guest's entry is invalid and the shadow's is not: the device still
 * reaches it.  That lasts from the unmap to the refresh: the exposure.
 *
 * Invariants: a node exists only while one of its entries is in use; stale bits
 * of inner nodes are the "any" of the level below.  The two leaves used last are exempt
 * until a third one is used or the inner nodes are read.
 */
#ifndef IR_GUEST_IOPT_H
#define IR_GUEST_IOPT_H

#include <stdbool.h>
#include <stdint.h>
#include <iommu-replay/hypervisor.h>
#include <iommu-replay/sites.h>
#include "base/budget.h"
#include "guest/exposure.h"
#include "guest/reuse.h"

/* Figures of call sites, and the call site that the guest works for now. */
struct ir_site_account {
	struct ir_site_result *list;	/* by number; NULL: not requested */
	uint32_t site;			/* whose mapping is being worked on */
};

/*
 * Counters of the tables of one device, or of a whole guest: a device's
 * totals are also added to those at @whole, but for the exposure, which is put
 * together at the end.
 */
struct ir_iopt_totals {
	struct ir_iopt_totals *whole;	/* NULL: none */
	uint64_t live_pages;	/* valid in the guest's tables */
	uint64_t lazy_pages;
	uint64_t shadow_pages;
	uint64_t peak_live_pages;
	uint64_t peak_lazy_pages;
	uint64_t peak_shadow_pages;
	struct ir_exposure exposure;
	/* Of a whole guest alone: for how long so many lazy pages were reachable at once. */
	struct ir_exposure reach;
	uint64_t reach_ns;	/* it is as of then */
	struct ir_reuse *reuse;	/* NULL: not requested */
	bool read_only;		/* the pages being unmapped were mapped DMA_TO_DEVICE */
	uint64_t now_ns;	/* kept by the engine */
	bool failed;		/* our own memory ran out: results are void */
	struct ir_budget *budget;	/* of memory; NULL: none */
	struct ir_site_account *sites;	/* NULL: not requested; set before any table */
};

/* Raises *@peak to @value if that is more. */
static inline void ir_raise_peak(uint64_t value, uint64_t *peak)
{
	if (value > *peak)
		*peak = value;
}

/** ir_iopt_new - an empty table; @shadows: as struct ir_hypervisor has it; NULL: no memory */
struct ir_iopt *ir_iopt_new(struct ir_iopt_totals *totals, bool shadows);
void ir_iopt_free(struct ir_iopt *iopt);
/** ir_iopt_map - make @pages entries valid, @paddr and following */
void ir_iopt_map(struct ir_iopt *iopt, uint64_t pfn, uint64_t pages, uint64_t paddr);
/** ir_iopt_unmap - make entries invalid */
void ir_iopt_unmap(struct ir_iopt *iopt, uint64_t pfn, uint64_t pages);
/**
 * ir_iopt_clear - make all entries invalid: the table itself is freed
 *
 * Entries that the shadow has become stale, as with ir_iopt_unmap().
 */
void ir_iopt_clear(struct ir_iopt *iopt);
/** ir_iopt_changes - how many shadow entries were changed so far */
uint64_t ir_iopt_changes(const struct ir_iopt *iopt);
/**
 * ir_iopt_refuse - the host has refused what is valid in [first, last] and not in the shadow
 *
 * These pages are no longer stale; each stays so until its guest entry changes.  Returns
 * how many they are.
 */
uint64_t ir_iopt_refuse(struct ir_iopt *iopt, uint64_t first, uint64_t last);
/** ir_iopt_refused - how many valid pages the host has refused */
uint64_t ir_iopt_refused(const struct ir_iopt *iopt);
/** ir_iopt_refused_in - how many of these are in [first, last]: without a look at each page */
uint64_t ir_iopt_refused_in(const struct ir_iopt *iopt, uint64_t first, uint64_t last);
/** ir_iopt_left_out - how many valid pages of [first, last] are missing or different in the shadow */
uint64_t ir_iopt_left_out(struct ir_iopt *iopt, uint64_t first, uint64_t last);
/** ir_iopt_visit_exposed - pages that the device still reaches; @site: 0 without sites */
void ir_iopt_visit_exposed(struct ir_iopt *iopt,
			   void (*visit)(void *arg, uint32_t site, uint64_t pages, uint64_t since_ns),
			   void *arg);
/** ir_iopt_end_exposures - count what is still exposed as if it ended now */
void ir_iopt_end_exposures(struct ir_iopt *iopt);

#endif
