/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recorded RPCITs, counted.  Which range is the whole aperture is not in a
 * recording; it is the range that belongs to no single mapping and covers all
 * of them, known for certain only at the end.
 */
#ifndef IR_TRACE_RPCITS_H
#define IR_TRACE_RPCITS_H

#include <iommu-replay/recording.h>

#define IR_RPCIT_RANGES	64	/* distinct ranges without a mapping that are kept apart */

struct ir_rpcits {
	uint64_t total;
	uint64_t insufficient;
	uint64_t failed;
	uint64_t sync;		/* over exactly what was just unmapped */
	bool has_results;
	uint64_t lowest;	/* of all mappings: first byte */
	uint64_t highest;	/* last byte; 0: no mapping yet */
	struct ir_rpcit_range {
		uint64_t addr, size, count;
	} ranges[IR_RPCIT_RANGES];
	unsigned int nr_ranges;
};

/** ir_rpcits_note_mapping - widen what a global RPCIT must cover */
static inline void ir_rpcits_note_mapping(struct ir_rpcits *r, uint64_t iova, uint64_t size)
{
	if (!size)
		return;
	if (!r->highest || iova < r->lowest)
		r->lowest = iova;
	if (iova + size - 1 > r->highest)
		r->highest = iova + size - 1;
}

/**
 * ir_rpcits_unmatched - an RPCIT that belongs to no single mapping; true: looks global
 * @counted: it is one of those that are counted
 */
bool ir_rpcits_unmatched(struct ir_rpcits *r, uint64_t addr, uint64_t size, bool counted);
/** ir_rpcits_result - the return value of one */
void ir_rpcits_result(struct ir_rpcits *r, int64_t ret);
/** ir_rpcits_sum_up - totals, and the aperture (size 0: no global RPCIT) */
void ir_rpcits_sum_up(const struct ir_rpcits *r, struct ir_recorded_rpcit *sum,
		      uint64_t *start, uint64_t *size);

#endif
