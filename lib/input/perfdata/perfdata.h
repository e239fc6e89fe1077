/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader of perf.data: the file form, and what perf record -o - writes to a pipe. */
#ifndef IR_TRACE_PERFDATA_H
#define IR_TRACE_PERFDATA_H

#include "events/reader.h"

extern const struct ir_reader_ops ir_perfdata_ops;

#endif
