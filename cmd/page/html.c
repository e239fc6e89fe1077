// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HTML: the frame of a page, lines and tables.
 */
#include "page/html.h"

#include <string.h>

#include "page/assets.h"
#include "report/chart.h"
#include "report/markup.h"

static void write_asset(FILE *out, const unsigned char *text)
{
	fputs((const char *)text, out);
}

void html_begin(FILE *out, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>", out);
	ir_markup_text(out, title);
	fputs("</title>\n<style>\n", out);
	write_asset(out, asset_uplot_css);
	write_asset(out, asset_page_css);
	ir_chart_css(out);
	fputs("\n</style>\n</head>\n<body>\n<main>\n<h1>", out);
	ir_markup_text(out, title);
	fputs("</h1>\n", out);
}

void html_end(FILE *out)
{
	fprintf(out, "<footer>iommu-replay %s</footer>\n</main>\n</body>\n</html>\n", ir_version());
}

const char *html_class(enum view_mark mark)
{
	switch (mark) {
	case VIEW_BAD:
		return " class=\"bad\"";
	case VIEW_LIMIT:
		return " class=\"limit\"";
	case VIEW_NOTE:
		return " class=\"note\"";
	default:
		return "";
	}
}

void html_item(void *arg, const char *label, const char *text, enum view_mark mark)
{
	FILE *out = arg;

	label += strspn(label, " ");
	fprintf(out, "<dt%s>", html_class(mark));
	ir_markup_text(out, label);
	fprintf(out, "</dt><dd%s>", html_class(mark));
	ir_markup_text(out, text);
	fputs("</dd>\n", out);
}

/* The same as a list of its own, between tables. */
void html_line(void *arg, const char *label, const char *text, enum view_mark mark)
{
	FILE *out = arg;

	fputs("<dl class=\"line\">", out);
	html_item(out, label, text, mark);
	fputs("</dl>\n", out);
}

int html_table(const struct canvas *canvas, const struct plain_column *columns,
		      size_t nr_columns, const char *const *cells, size_t rows)
{
	FILE *out = canvas->out;

	fputs("<div class=\"wide\"><table class=\"plain\">\n<thead><tr>", out);
	for (size_t i = 0; i < nr_columns; i++)
		fprintf(out, "<th%s>%s</th>", columns[i].right ? "" : " class=\"text\"",
			columns[i].title);
	fputs("</tr></thead>\n<tbody>\n", out);
	for (size_t r = 0; r < rows; r++) {
		fputs("<tr>", out);
		for (size_t i = 0; i < nr_columns; i++) {
			fputs(columns[i].right ? "<td>" : "<td class=\"text\">", out);
			ir_markup_text(out, cells[r * nr_columns + i]);
			fputs("</td>", out);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody>\n</table></div>\n", out);
	return 0;
}
