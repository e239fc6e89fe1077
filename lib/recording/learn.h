/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results of one pass over a recording for the next one: kinds of events, owners, devices, names. */
#ifndef IR_RECORDING_LEARN_H
#define IR_RECORDING_LEARN_H

#include "recording/priv.h"

/** ir_learn_restart - whether a first pass is better begun anew now than read to its end */
bool ir_learn_restart(const struct ir_recording *rec);
/** ir_learn - keep what a pass found: 1 if another one would give something else, 0, or -ENOMEM */
int ir_learn(struct ir_recording *rec);
/** ir_learn_forget - nothing was learned: the next pass is as the first one */
void ir_learn_forget(struct ir_recording *rec);

#endif
