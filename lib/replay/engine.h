/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine: operations into one simulated guest, at their times. */
#ifndef IR_REPLAY_ENGINE_H
#define IR_REPLAY_ENGINE_H

#include <iommu-replay/replay.h>
#include <iommu-replay/timeline.h>

struct ir_engine;

/**
 * ir_engine_new - a guest at the recording's start
 * @sites: room for the figures of each call site, or NULL
 * @timeline: where to note its course; NULL: nowhere
 *
 * NULL: no memory.
 */
struct ir_engine *ir_engine_new(const struct ir_config *config, const struct ir_recording_info *info,
				struct ir_site_result *sites, struct ir_timeline *timeline);
/** ir_engine_run - the next operations; the array may be shared with other engines */
void ir_engine_run(struct ir_engine *e, const struct ir_op *ops, size_t n);
/**
 * ir_engine_finish - no more operations; 0 with *@result filled, or -ENOMEM
 * @devices: room for the share of each device of the recording, or NULL
 */
int ir_engine_finish(struct ir_engine *e, struct ir_result *result, struct ir_result *devices);
void ir_engine_free(struct ir_engine *e);

#endif
