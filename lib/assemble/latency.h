/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long an RPCIT takes, from recorded rpcit/rpcit_ret pairs: a base and a
 * part per page of its range.  Interrupts that came in between make single ones
 * longer, so the median of each size counts.  Global RPCITs are left out: what
 * they cost depends on what is stale, not on their range.
 */
#ifndef IR_TRACE_LATENCY_H
#define IR_TRACE_LATENCY_H

#include <stdint.h>

#define IR_LATENCY_SIZES	32	/* distinct range sizes */
#define IR_LATENCY_SAMPLES	256	/* of each size */

struct ir_latency {
	uint32_t nr_sizes;
	struct ir_latency_size {
		uint64_t pages;
		uint64_t count;		/* also those beyond the samples */
		uint32_t n;
		uint32_t ns[IR_LATENCY_SAMPLES];
	} size[IR_LATENCY_SIZES];
};

/** ir_latency_add - one RPCIT took this long */
void ir_latency_add(struct ir_latency *l, uint64_t pages, uint64_t ns);
/** ir_latency_fit - base and per-page part; both 0: nothing was recorded */
void ir_latency_fit(struct ir_latency *l, uint64_t *base_ns, uint64_t *page_ns);

#endif
