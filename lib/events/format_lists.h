/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of event formats, as trace.dat of version 6 and the tracing data of
 * perf.data have them: sizes and texts, one behind the other.
 */
#ifndef IR_TRACE_FORMAT_LISTS_H
#define IR_TRACE_FORMAT_LISTS_H

#include "base/cursor.h"
#include "events/formats.h"

/** ir_format_list_ftrace - a count, and so many texts; 0, -EBADMSG (cut or senseless), -ENOMEM */
int ir_format_list_ftrace(struct ir_formats *fm, struct ir_cursor *cur);
/** ir_format_list_systems - the same for each event system, with its name in front */
int ir_format_list_systems(struct ir_formats *fm, struct ir_cursor *cur);

#endif
