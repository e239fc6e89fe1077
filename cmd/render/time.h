/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Throughput in tables. */
#ifndef CMD_RENDER_TIME_H
#define CMD_RENDER_TIME_H

#include "render/view_line.h"
#include "report/columns.h"

/** view_ratio_cell - a ratio with its bounds; leaves @text as it is if there is none */
enum view_mark view_ratio_cell(const struct ir_report_entry *entry, size_t result,
			       struct ir_value value, char *text, size_t size);
/** view_time - what the throughputs rest on; nothing if there are none */
void view_time(const struct ir_report_entry *entry, view_line emit, void *arg);

#endif
