/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frontier of a recording: of all strategies, each with several queue sizes and
 * timeouts, those for which no other one has both fewer flushes and less exposure.
 *
 * A combination is one replay.  strict, with little or no exposure, is at one end, and
 * identity, which never flushes and exposes all memory, at the other.  Combinations whose
 * maps fail are left out.  Each hypervisor has a frontier of its own.
 */
#ifndef CMD_RENDER_FRONTIER_H
#define CMD_RENDER_FRONTIER_H

#include "render/sweep.h"
#include "verdict/verdict.h"

struct frontier {
	const struct sweep *sweep;
	const struct ir_report *report;	/* whose combinations these are; NULL: they were replayed */
	struct ir_config *configs;
	struct ir_result *results;
	size_t *host;		/* of each, the number of its hypervisor */
	size_t n;
	size_t *best;		/* combinations of the frontier, the fewest flushes first */
	size_t nr_best, failing;
};

/** frontier_flushes - of a combination */
uint64_t frontier_flushes(const struct frontier *f, size_t i);
/** frontier_exposure - page-seconds; HUGE_VAL: all memory, always (identity) */
double frontier_exposure(const struct frontier *f, size_t i);
/** frontier_page_seconds - a finite one as text: three digits, or an integer */
struct ir_short frontier_page_seconds(double value);
/** frontier_twin - the first from @from on with the same queue and the same results; f->n: none */
size_t frontier_twin(const struct frontier *f, size_t i, size_t from);
/** frontier_queue - "64 slots, 10 ms", or "" without a queue */
struct ir_short frontier_queue(const struct frontier *f, size_t i, enum ir_typography typography);
/**
 * frontier_pick - the compromise under hypervisor @h; f->n: there is none
 *
 * The least exposed of those whose flushes beyond the fewest are at most a tenth of
 * those that the least exposed of all has beyond them.
 */
size_t frontier_pick(const struct frontier *f, size_t h);
/** frontier_verdict - under hypervisor @h, a marked text for free(); NULL: no memory */
char *frontier_verdict(const struct frontier *f, size_t h, enum ir_typography typography);
/** frontier_words - how to replay the pick, and to try next */
void frontier_words(const struct frontier *f, size_t h, ir_words_line emit, void *arg);
/** frontier_draw - verdicts and a table; 0 or -ENOMEM */
int frontier_draw(const struct frontier *f, const struct drawing *d);
enum frontier_rows {
	FRONTIER_ALONE,	/* combinations that no other beats */
	FRONTIER_ALL,	/* all that were tried */
};

/** frontier_table - as a table: 0 or -ENOMEM */
int frontier_table(const struct frontier *f, enum frontier_rows rows, const struct drawing *d);

#endif
