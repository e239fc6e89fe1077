// SPDX-License-Identifier: GPL-2.0-or-later
#include "render/view_line.h"

#include <stdlib.h>

#include "base/text.h"

char *view_clean(const char *text)
{
	return ir_text_clean(text);
}

/* Without memory the line is emitted without its text at once. */
bool line_begin(struct line *line, view_line emit, void *arg)
{
	line->out = ir_memory_open(&line->memory);
	if (!line->out)
		emit(arg, "", NULL, VIEW_PLAIN);
	return line->out;
}

void line_end(struct line *line, view_line emit, void *arg, const char *label, enum view_mark mark)
{
	char *text = ir_memory_close(&line->memory);
	char *clean = text ? view_clean(text) : NULL;

	emit(arg, label, clean, mark);
	free(clean);
	free(text);
}
