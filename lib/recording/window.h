/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A recording as if it had been begun later, and ended earlier. */
#ifndef IR_RECORDING_WINDOW_H
#define IR_RECORDING_WINDOW_H

#include "recording/priv.h"

static inline bool ir_has_window(const struct ir_recording *rec)
{
	return rec->options.window_to_ns;
}

/** ir_window_has - the event lies in the window that the options give */
bool ir_window_has(struct ir_recording *rec, const struct ir_event *ev);
/** ir_window_span - the recording's time is that of the window, as far as there are events */
void ir_window_span(struct ir_recording *rec);

#endif
