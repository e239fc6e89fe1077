/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replays of a load: each configuration on its own, at the times that follow from it. */
#ifndef IR_REPLAY_CLOSED_H
#define IR_REPLAY_CLOSED_H

#include <iommu-replay/replay.h>

struct ir_budget;

/** ir_replay_closed - ir_replay() with options->load; the same results and errors */
int ir_replay_closed(const struct ir_recording_info *info, const struct ir_config *configs, size_t n,
		     const struct ir_replay_options *options, struct ir_budget *budget,
		     unsigned int threads, struct ir_result *results, struct ir_error *err);

#endif
