/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replays of a load: each configuration on its own, at the times that follow from it. */
#ifndef IR_REPLAY_CLOSED_H
#define IR_REPLAY_CLOSED_H

#include "replay/round.h"

struct ir_budget;

/** ir_replay_closed - a round of ir_replay() with options->load; the same results and errors */
int ir_replay_closed(const struct ir_round *round, struct ir_budget *budget, unsigned int threads,
		     struct ir_error *err);

#endif
