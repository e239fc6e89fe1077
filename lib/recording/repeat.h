/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a recording needs another pass, and what this pass must know: see repeat.c. */
#ifndef IR_RECORDING_REPEAT_H
#define IR_RECORDING_REPEAT_H

#include "recording/priv.h"

/** ir_should_restart - whether restarting the first pass is better than reading it to its end */
bool ir_should_restart(const struct ir_recording *rec);
/** ir_needs_another_pass - 1 if another pass would find more, 0, or -ENOMEM; keeps the results of this one */
int ir_needs_another_pass(struct ir_recording *rec);
/** ir_forget_passes - drop the results of all passes: the next one is a first pass again */
void ir_forget_passes(struct ir_recording *rec);

#endif
