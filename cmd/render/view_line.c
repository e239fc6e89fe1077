// SPDX-License-Identifier: GPL-2.0-or-later
#include "render/view_line.h"

#include <stdlib.h>

void line_begin(struct line *line)
{
	line->out = text_begin(&line->memory);
}

void line_end(struct line *line, view_line emit, void *arg, const char *label, enum view_mark mark)
{
	char *text = text_end(&line->memory), *clean = text_clean(text);

	emit(arg, label, clean, mark);
	free(clean);
	free(text);
}
