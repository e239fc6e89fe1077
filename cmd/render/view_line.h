/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of a view, written piece by piece, and helpers for their content. */
#ifndef CMD_VIEW_LINE_H
#define CMD_VIEW_LINE_H

#include <stdbool.h>
#include <stdio.h>

#include "io/texts.h"

enum view_mark {
	VIEW_PLAIN,
	VIEW_LIMIT,	/* a limit was reached */
	VIEW_BAD,	/* a failure, or incomplete input */
	VIEW_NOTE,
};

/* A line "label  text"; @text is valid during the call only; NULL: there was no memory for it. */
typedef void (*view_line)(void *arg, const char *label, const char *text, enum view_mark mark);

struct line {
	FILE *out;
	struct ir_memory memory;
};

/** line_begin - write to line->out */
void line_begin(struct line *line);
/** line_end - emit what was written */
void line_end(struct line *line, view_line emit, void *arg, const char *label, enum view_mark mark);

#endif
