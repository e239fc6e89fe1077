/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text recordings: what /sys/kernel/tracing/trace and trace_pipe, `trace-cmd
 * report` and `perf script` print.  See priv.h for how it is read.
 *
 * A text does not have the context of an event, unless it has the latency
 * columns (IR_EVF_NO_CONTEXT); the architecture and the kernel, unless perf
 * wrote its header; times beyond the digits that were printed; the byte order
 * of a list that a tool printed byte by byte (see list.c).
 */
#ifndef IR_TRACE_TEXT_H
#define IR_TRACE_TEXT_H

#include "events/reader.h"

extern const struct ir_reader_ops ir_text_ops;

#endif
