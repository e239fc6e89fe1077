/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IR_TRACE_MARKERS_H
#define IR_TRACE_MARKERS_H

#include "recording/priv.h"

/** ir_markers_read - what a marker says: pages before the recording, RPCITs that the kernel counted */
void ir_markers_read(struct ir_recording *rec, const struct ir_event *ev);
/** ir_markers_pass - an operation comes while those of the events before a late marker may still come */
void ir_markers_pass(struct ir_recording *rec, const struct ir_op *op);
/** ir_markers_end - no operation comes any more.  A late marker's counters were read somewhat before it. */
void ir_markers_end(struct ir_recording *rec);

#endif
