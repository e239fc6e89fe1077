/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Explanations: who held the host's entries, or the IOVAs, when a replay ran short.
 *
 * Holders are grouped by device, by call site (or task, if the recording was opened
 * with options.tasks), and by state: live, or unmapped and not yet flushed.
 */
#ifndef IOMMU_REPLAY_EXPLAIN_H
#define IOMMU_REPLAY_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ir_shortage_kind {
	IR_SHORTAGE_RESOURCES,	/* the flush of a new mapping reported insufficient resources */
	IR_SHORTAGE_IOVA,	/* a map failed: no IOVA */
	IR_SHORTAGE_FAILED,	/* a map failed: its flush failed, after a retry if there was one */
	IR_SHORTAGE_UNBACKED,	/* a map succeeded without all of its entries */
	IR_SHORTAGE_KINDS
};

/** ir_shortage_kind_name - "insufficient", "iova_exhausted", ... */
const char *ir_shortage_kind_name(enum ir_shortage_kind kind);

/* A holder.  In the summary of several shortages, pages and page_ns are sums over them. */
struct ir_entry_holder {
	uint16_t device;	/* as in operations */
	uint32_t site;		/* of the recording's sites */
	bool lazy;		/* unmapped, not flushed; else mapped */
	uint64_t pages;
	uint64_t oldest_ns;	/* since its oldest page was mapped (lazy: unmapped), or since the recording began */
	double page_ns;		/* sum of that time over all pages: page_ns / pages is the mean */
};

#define IR_MOMENT_HOLDERS	3	/* the largest ones */
#define IR_EXPLAIN_MOMENTS	16	/* shortages that are kept one by one: the first ones */
#define IR_EXPLAIN_HOLDERS	256	/* counted separately */

/* One shortage. */
struct ir_shortage {
	uint64_t time_ns;
	uint64_t pages;		/* of the mapping that ran short */
	uint64_t live_pages, lazy_pages;	/* held by mappings of the recording */
	uint64_t other_pages;	/* held by mappings made before it, or being made */
	uint16_t device;	/* of the mapping that ran short */
	uint32_t site;		/* likewise */
	uint8_t kind;		/* enum ir_shortage_kind */
	uint8_t nr_holders;
	struct ir_entry_holder holders[IR_MOMENT_HOLDERS];	/* the largest first */
};

struct ir_explanation {
	uint64_t count[IR_SHORTAGE_KINDS];
	uint64_t first_ns, last_ns;	/* of all of them */
	uint64_t examined;	/* shortages that the figures below cover */
	uint64_t live_pages, lazy_pages, other_pages;	/* sums over these */
	struct ir_entry_holder holders[IR_EXPLAIN_HOLDERS];	/* the largest first; the rest is left out */
	size_t nr_holders;
	struct ir_shortage moments[IR_EXPLAIN_MOMENTS];
	size_t nr_moments;
};

/** ir_explanation_total - how many shortages and failures there were */
uint64_t ir_explanation_total(const struct ir_explanation *x);

#endif
