/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine: runs operations in one simulated guest, at their times. */
#ifndef IR_REPLAY_ENGINE_H
#define IR_REPLAY_ENGINE_H

#include <iommu-replay/replay.h>
#include <iommu-replay/timeline.h>

struct ir_budget;
struct ir_engine;

/**
 * ir_engine_new - a guest at the recording's start
 * @sites: room for the figures of each call site, or NULL
 * @timeline: where to note its course; NULL: nowhere
 *
 * @budget: of memory, shared with other engines; NULL: none
 *
 * NULL: no memory.
 */
struct ir_engine *ir_engine_new(const struct ir_config *config, const struct ir_recording_info *info,
				struct ir_site_result *sites, struct ir_timeline *timeline,
				struct ir_budget *budget);
/** ir_engine_explain - explain each shortage in @x, which is zeroed; before any operation */
void ir_engine_explain(struct ir_engine *e, struct ir_explanation *x);
/** ir_engine_run - the next operations; the array may be shared with other engines */
void ir_engine_run(struct ir_engine *e, const struct ir_op *ops, size_t n);
/** ir_engine_run_numbered - the same; @numbers: of each operation, for ir_engine_flushed */
void ir_engine_run_numbered(struct ir_engine *e, const struct ir_op *ops, const uint32_t *numbers,
			    size_t n);
/* A flush is done: the number of its operation, UINT32_MAX: of none; pages that it changed. */
typedef void (*ir_engine_flushed)(void *arg, uint32_t number, const struct ir_rpcit *rpcit,
				  uint64_t changed);
/** ir_engine_watch_flushes - call @flushed for each flush; before the first ir_engine_run() */
void ir_engine_watch_flushes(struct ir_engine *e, ir_engine_flushed flushed, void *arg);
/**
 * ir_engine_interrupts - stop when *@interrupted is not 0
 *
 * It is checked after a plug-in's callback and before operations on many pages.  Others are short:
 * the caller of ir_engine_run() checks it after each block.
 */
void ir_engine_interrupts(struct ir_engine *e, const volatile int *interrupted);
/**
 * ir_engine_finish - no more operations
 * @devices: room for the share of each device of the recording, or NULL
 *
 * Returns 0 with *@result filled, or with @err set -ENOMEM, -EPROTO (a fault of a
 * plug-in), -EINTR.
 */
int ir_engine_finish(struct ir_engine *e, struct ir_result *result, struct ir_result *devices,
		     struct ir_error *err);
/** ir_engine_ran_short - whether an RPCIT failed so far, or a map found no IOVA */
bool ir_engine_ran_short(const struct ir_engine *e);
/** ir_engine_failures - maps that failed so far, or left pages unbacked */
uint64_t ir_engine_failures(struct ir_engine *e);
void ir_engine_free(struct ir_engine *e);

#endif
