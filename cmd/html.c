// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HTML: the report as a web page.
 */
#include "html.h"

#include <inttypes.h>
#include <string.h>

#include "assets.h"
#include "render.h"
#include "report/chart.h"
#include "report/columns.h"
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

static const char *mark_class(enum view_mark mark)
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
	fprintf(out, "<dt%s>", mark_class(mark));
	ir_markup_text(out, label);
	fprintf(out, "</dt><dd%s>", mark_class(mark));
	ir_markup_text(out, text);
	fputs("</dd>\n", out);
}

/* The headings over several columns, and those of each. */
static void table_head(FILE *out)
{
	const struct ir_column *column, *next;

	fputs("<thead>\n<tr>", out);
	for (column = ir_result_columns; column->key; column = next) {
		unsigned int span = 0;

		for (next = column; next->key; next++) {
			if (next->title && next->group != column->group &&
			    (!next->group || !column->group || strcmp(next->group, column->group)))
				break;
			span += next->title != NULL;
		}
		if (!column->title)
			next = column + 1;
		else
			fprintf(out, "<th colspan=\"%u\">%s</th>", span,
				column->group ? column->group : "");
	}
	fputs("</tr>\n<tr>", out);
	for (column = ir_result_columns; column->key; column++)
		if (column->title)
			fprintf(out, "<th>%s</th>", column->title);
	fputs("</tr>\n</thead>\n", out);
}

static void table_row(FILE *out, const struct ir_report_entry *entry, size_t number, size_t result)
{
	bool first = true;
	char text[48];

	fputs("<tr>", out);
	for (size_t i = 0; ir_result_columns[i].key; i++) {
		enum view_mark mark;

		if (!ir_result_columns[i].title)
			continue;
		mark = view_cell(entry, result, i, text, sizeof(text));
		fprintf(out, "<%s%s>", first ? "th" : "td", mark_class(mark));
		if (first && entry->timelines)
			fprintf(out, "<a href=\"#plot-%zu-%zu\">", number, result);
		ir_markup_text(out, text);
		if (first && entry->timelines)
			fputs("</a>", out);
		fprintf(out, "</%s>", first ? "th" : "td");
		first = false;
	}
	fputs("</tr>\n", out);
}

static void write_results(FILE *out, const struct ir_report_entry *entry, size_t number)
{
	for (size_t first = 0, end; first < entry->nr_results; first = end) {
		end = view_group_end(entry, first);
		fputs("<dl>\n", out);
		view_hypervisor(entry, first, end, html_item, out);
		fputs("</dl>\n<div class=\"wide\"><table class=\"results\">\n", out);
		table_head(out);
		fputs("<tbody>\n", out);
		for (size_t r = first; r < end; r++)
			table_row(out, entry, number, r);
		fputs("</tbody>\n</table></div>\n", out);
	}
}

static void write_courses(FILE *out, const struct ir_report_entry *entry, size_t number)
{
	for (size_t r = 0; r < entry->nr_results && entry->timelines; r++) {
		fprintf(out, "<section class=\"course\" id=\"plot-%zu-%zu\">\n<h3>", number, r);
		ir_markup_text(out, entry->configs[r].strategy->name);
		fputs(" <small>on ", out);
		ir_markup_text(out, entry->configs[r].hypervisor->name);
		fputs("</small></h3>\n", out);
		html_plots(out, entry, r);
		fputs("</section>\n", out);
	}
}

static void write_entry(FILE *out, const struct ir_report_entry *entry, size_t number)
{
	fputs("<section>\n<h2>", out);
	ir_markup_text(out, basename(entry->info->file));
	fputs("</h2>\n<dl>\n", out);
	view_recording(entry, html_item, out);
	fputs("</dl>\n", out);
	write_results(out, entry, number);
	fputs("<dl>\n", out);
	view_notes(entry, html_item, out);
	if (entry->nr_results && !entry->timelines)
		html_item(out, "note", "there are no plots: the report was made without --timeline",
			  VIEW_NOTE);
	fputs("</dl>\n", out);
	write_courses(out, entry, number);
	fputs("</section>\n", out);
}

static void write_scripts(FILE *out, const struct ir_report_entry *entries, size_t n)
{
	const char *separator = "";

	fputs("<script type=\"application/json\" id=\"plot-data\">[", out);
	for (size_t e = 0; e < n; e++) {
		for (size_t r = 0; entries[e].timelines && r < entries[e].nr_results; r++) {
			fprintf(out, "%s\n{\"id\":\"plot-%zu-%zu\",\"recording\":%zu,", separator, e,
				r, e);
			html_plot_data(out, &entries[e], r);
			fputc('}', out);
			separator = ",";
		}
	}
	fputs("\n]</script>\n<script>\n", out);
	write_asset(out, asset_uplot_js);
	fputs("\n</script>\n<script>\n", out);
	write_asset(out, asset_page_js);
	fputs("</script>\n", out);
}

int render_html(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	bool plots = false;

	html_begin(canvas->out, n == 1 ? basename(entries[0].info->file) : "iommu-replay");
	for (size_t e = 0; e < n; e++) {
		write_entry(canvas->out, &entries[e], e);
		plots |= entries[e].timelines != NULL;
	}
	if (plots)
		write_scripts(canvas->out, entries, n);
	html_end(canvas->out);
	return 0;
}
