/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results of one pass over a recording for the next one: kinds of events, owners, devices, names. */
#ifndef IR_RECORDING_LEARN_H
#define IR_RECORDING_LEARN_H

#include "recording/priv.h"

/** ir_learn_restart - whether restarting the first pass is better than reading it to its end */
bool ir_learn_restart(const struct ir_recording *rec);
/** ir_learn - keep the results of a pass: 1 if another pass would find more, 0, or -ENOMEM */
int ir_learn(struct ir_recording *rec);
/** ir_learn_forget - drop the results of all passes: the next one is a first pass again */
void ir_learn_forget(struct ir_recording *rec);

#endif
