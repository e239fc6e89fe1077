/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The next command to try after a run. */
#ifndef IR_VERDICT_TRY_NEXT_H
#define IR_VERDICT_TRY_NEXT_H

#include "verdict/priv.h"

/** ir_write_try_next - a sentence and a command line, marked as one */
void ir_write_try_next(const struct ir_verdict_text *s);

#endif
