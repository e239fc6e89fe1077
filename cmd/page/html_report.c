// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HTML: the reports as web pages.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "page/assets.h"
#include "render/faults.h"
#include "page/html.h"
#include "page/html_plots.h"
#include "render/renderer.h"
#include "render/verify.h"
#include "report/columns.h"
#include "verdict/fold.h"
#include "report/markup.h"

#define OPEN_DEVICES 8		/* the tables of more are to be unfolded */

/* The headings over several columns, and those of each. */
static void table_head(FILE *out, const struct ir_report_entry *entry)
{
	const struct ir_column *column, *next;

	fputs("<thead>\n<tr>", out);
	for (column = ir_result_columns; column->key; column = next) {
		unsigned int span = 0;

		for (next = column; next->key; next++) {
			if (ir_column_shown(next, entry) && next->group != column->group &&
			    (!next->group || !column->group || strcmp(next->group, column->group)))
				break;
			span += ir_column_shown(next, entry);
		}
		if (!ir_column_shown(column, entry))
			next = column + 1;
		else
			fprintf(out, "<th colspan=\"%u\">%s</th>", span,
				column->group ? column->group : "");
	}
	fputs("</tr>\n<tr>", out);
	for (column = ir_result_columns; column->key; column++)
		if (ir_column_shown(column, entry))
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

		if (!ir_column_shown(&ir_result_columns[i], entry))
			continue;
		mark = view_cell(entry, result, i, text, sizeof(text));
		fprintf(out, "<%s%s>", first ? "th" : "td", html_class(mark));
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

static void write_table(FILE *out, const struct ir_report_entry *entry, size_t number, size_t first,
			size_t end)
{
	fputs("<div class=\"wide\"><table class=\"results\">\n", out);
	table_head(out, entry);
	fputs("<tbody>\n", out);
	for (size_t r = first; r < end; r++)
		table_row(out, entry, number, r);
	fputs("</tbody>\n</table></div>\n", out);
}

/* Where there are several devices: what each of them has of these results. */
static int write_devices(FILE *out, const struct ir_report_entry *entry, size_t number, size_t first,
			 size_t end)
{
	size_t d = ir_report_device(entry, 0), n = 0;
	int rc = 0;

	if (!d || !ir_report_device(entry, d + 1))
		return 0;
	for (size_t i = d; i; i = ir_report_device(entry, i + 1))
		n++;
	fprintf(out, "<details%s><summary>by device (%zu)</summary>\n",
		n > OPEN_DEVICES ? "" : " open", n);
	for (; d && !rc; d = ir_report_device(entry, d + 1)) {
		struct ir_report_entry of;

		rc = ir_report_device_entry(entry, d, &of);
		if (!rc) {
			of.timelines = NULL;	/* are of the whole */
			view_device(entry, &of, first, ir_report_device_name(entry, d), html_line, out);
			write_table(out, &of, number, first, end);
		}
		free((void *)(uintptr_t)of.results);
	}
	fputs("</details>\n", out);
	return rc;
}

static int write_results(FILE *out, const struct ir_report_entry *entry, size_t number)
{
	int rc = 0;

	for (size_t first = 0, end; first < entry->nr_results && !rc; first = end) {
		end = ir_group_end(entry, first);
		fputs("<dl>\n", out);
		view_hypervisor(entry, first, end, html_item, out);
		fputs("</dl>\n", out);
		write_table(out, entry, number, first, end);
		rc = write_devices(out, entry, number, first, end);
	}
	return rc;
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

static int write_replay(const struct canvas *canvas, const struct ir_report_entry *entry,
			size_t number)
{
	const struct drawing drawing = { canvas, html_line, canvas->out, html_table };
	FILE *out = canvas->out;
	int rc;

	fputs("<dl>\n", out);
	view_recording(entry, html_item, out);
	fputs("</dl>\n", out);
	rc = write_results(out, entry, number);
	if (!rc)
		rc = draw_replayed_sites(&drawing, entry);
	fputs("<dl>\n", out);
	view_notes(entry, html_item, out);
	if (!entry->timelines)
		html_item(out, "note", "there are no plots: the report was made without --timeline",
			  VIEW_NOTE);
	fputs("</dl>\n", out);
	write_courses(out, entry, number);
	return rc;
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
	fputs((const char *)asset_uplot_js, out);
	fputs("\n</script>\n<script>\n", out);
	fputs((const char *)asset_page_js, out);
	fputs("</script>\n", out);
}

typedef int (*write_entry)(const struct canvas *canvas, const struct ir_report_entry *entry,
			   size_t number);

/* A section for each recording, by @write, or with its lines and tables by @draw. */
static int write_page(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n,
		      write_entry write, draw_entry draw)
{
	const struct drawing drawing = { canvas, html_line, canvas->out, html_table };
	FILE *out = canvas->out;
	bool plots = false;
	int rc = 0;

	html_begin(out, n == 1 ? basename(entries[0].info->file) : "iommu-replay");
	for (size_t e = 0; e < n && !rc; e++) {
		fputs("<section>\n<h2>", out);
		ir_markup_text(out, basename(entries[e].info->file));
		fputs("</h2>\n", out);
		rc = write ? write(canvas, &entries[e], e) : draw(&drawing, &entries[e]);
		fputs("</section>\n", out);
		plots |= write && entries[e].timelines;
	}
	if (plots)
		write_scripts(out, entries, n);
	html_end(out);
	return rc;
}

static int report(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return write_page(canvas, entries, n, write_replay, NULL);
}

static int info(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return write_page(canvas, entries, n, NULL, draw_info);
}

static int verify(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return write_page(canvas, entries, n, NULL, draw_verify);
}

static int faults(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return write_page(canvas, entries, n, NULL, draw_faults);
}

static int compare(const struct canvas *canvas, const struct compared *of)
{
	const struct drawing drawing = { canvas, html_line, canvas->out, html_table };
	int rc;

	html_begin(canvas->out, "What changed");
	rc = compare_draw(&drawing, of);
	html_end(canvas->out);
	return rc;
}

const struct renderer renderer_html = {
	.name = "html", .report = report, .info = info, .verify = verify, .faults = faults,
	.sweep = sweep_html, .compare = compare, .timelines = true,
};
