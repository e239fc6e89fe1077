/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader of trace-cmd's trace.dat, file versions 6 and 7. */
#ifndef IR_TRACE_TRACEDAT_H
#define IR_TRACE_TRACEDAT_H

#include "events/reader.h"

extern const struct ir_reader_ops ir_tracedat_ops;

#endif
