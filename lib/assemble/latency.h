/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long an RPCIT takes, from recorded rpcit/rpcit_ret pairs: a base and a
 * part per page of its range.  The caller leaves out those during which an
 * interrupt was recorded; an interrupt without events is not seen, so the median
 * of each size counts.  Global RPCITs have a median of their own: what they cost
 * depends on the size of the shadow, not on their range.
 */
#ifndef IR_TRACE_LATENCY_H
#define IR_TRACE_LATENCY_H

#include <stdint.h>

#define IR_LATENCY_SIZES	32	/* distinct range sizes */
#define IR_LATENCY_SAMPLES	256	/* of each size */
#define IR_LATENCY_GLOBAL	UINT64_MAX	/* pages of a global one */

struct ir_latency_size {
	uint64_t pages;
	uint64_t count;		/* also those beyond the samples */
	uint32_t n;
	uint32_t ns[IR_LATENCY_SAMPLES];
};

struct ir_latency {
	uint32_t nr_sizes;
	struct ir_latency_size size[IR_LATENCY_SIZES];
	struct ir_latency_size global;
};

/* The rest of ir_latency_add(): it becomes a sample, or is of another size than the first one seen. */
void ir_latency_add_sample(struct ir_latency *l, uint64_t pages, uint64_t ns);

/** ir_latency_add - one undisturbed RPCIT took this long */
static inline void ir_latency_add(struct ir_latency *l, uint64_t pages, uint64_t ns)
{
	struct ir_latency_size *s = &l->size[0];

	if (l->nr_sizes && s->pages == pages && s->n == IR_LATENCY_SAMPLES && ns <= UINT32_MAX)
		s->count++;
	else
		ir_latency_add_sample(l, pages, ns);
}

/** ir_latency_fit - base and per-page part; both 0: nothing was recorded */
void ir_latency_fit(struct ir_latency *l, uint64_t *base_ns, uint64_t *page_ns);
/** ir_latency_global - the median of global ones; 0: none was recorded */
uint64_t ir_latency_global(struct ir_latency *l);

#endif
