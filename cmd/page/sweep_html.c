// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A sweep as a page: the curves as pictures, then what the table says.  One
 * file, no scripts, nothing from the network.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page/html.h"
#include "report/markup.h"
#include "render/sweep.h"
#include "render/view.h"

/* Lists here are of one item each: tables stand between them. */
static void sweep_item(void *arg, const char *label, const char *text, enum view_mark mark)
{
	FILE *out = arg;

	fputs("<dl>\n", out);
	html_item(out, label, text, mark);
	fputs("</dl>\n", out);
}

static void sweep_cell(FILE *out, const char *element, bool right, const char *text)
{
	fprintf(out, "<%s%s>", element, right ? "" : " class=\"text\"");
	ir_markup_text(out, text);
	fprintf(out, "</%s>", element);
}

static int sweep_table(const struct canvas *canvas, const struct plain_column *columns,
		      size_t nr_columns, const char *const *cells, size_t rows)
{
	FILE *out = canvas->out;

	fputs("<div class=\"wide\"><table class=\"sweep\">\n<thead><tr>", out);
	for (size_t i = 0; i < nr_columns; i++)
		sweep_cell(out, "th", columns[i].right, columns[i].title);
	fputs("</tr></thead>\n<tbody>\n", out);
	for (size_t r = 0; r < rows; r++) {
		fputs("<tr>", out);
		for (size_t i = 0; i < nr_columns; i++)
			sweep_cell(out, "td", columns[i].right, cells[r * nr_columns + i]);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
	return 0;
}

int sweep_html(const struct canvas *canvas, const struct sweep *sweep)
{
	struct drawing drawing = {
		.canvas = canvas, .emit = sweep_item, .arg = canvas->out, .table = sweep_table,
	};
	int rc = 0;

	html_begin(canvas->out, sweep->info->file, NULL);
	if (!rc)
		rc = sweep_draw(sweep, &drawing);
	html_end(canvas->out);
	return rc;
}
