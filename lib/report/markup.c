// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text in HTML and SVG.
 */
#include "report/markup.h"

#include <stdlib.h>

#include "report/columns.h"
#include "base/memory.h"

void ir_markup_text(FILE *out, const char *text)
{
	char *clean = text ? ir_text_utf8(text) : NULL;

	if (!clean) {
		ir_memory_fail(out);
		return;
	}
	for (const char *c = clean; *c; c++) {
		switch (*c) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		case '\t':
		case '\n':
		case '\r':
			fputc(' ', out);
			break;
		default:
			if ((unsigned char)*c < 0x20 || *c == 0x7f)
				fputs("\xef\xbf\xbd", out);
			else
				fputc(*c, out);
		}
	}
	free(clean);
}
