// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * SVG: the verdict and the strategies compared as one picture, for documents that show
 * images, such as a README.  It has no date, so that the same report gives the same file.
 *
 * Colours are those of the page's style sheet, written out, as not everything that draws
 * SVG knows variables.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "page/assets.h"
#include "page/svg.h"
#include "report/markup.h"

#define WIDTH 880
#define MARGIN 16
#define LINE_LENGTH 116		/* of the verdict, in characters */
#define TWINS_LENGTH 34
#define BAR_X 230		/* columns: names, bars with their totals, failed maps, exposure */
#define BAR_WIDTH 210
#define CAUSES_END 545
#define FAILED_X 620
#define RANGE_X 650
#define RANGE_WIDTH 200
#define ROW 44

struct pen {
	FILE *out;
	double y;	/* the next line's top */
	size_t begin;	/* of the names of recordings, ir_names_begin() */
};

/* The value of a variable of the style sheet; the first is the light one. */
static void write_colour(FILE *out, const char *name, bool dark)
{
	const char *css = (const char *)asset_page_css, *at;
	char key[48];

	snprintf(key, sizeof(key), "--%.40s: ", name);
	at = strstr(css, key);
	if (at && dark)
		at = strstr(at + 1, key);
	if (!at)
		return;
	at += strlen(key);
	fprintf(out, "%.*s", (int)strcspn(at, ";"), at);
}

static void write_rule(FILE *out, bool dark, const char *selector, const char *property, const char *name)
{
	fprintf(out, "%s{%s:", selector, property);
	write_colour(out, name, dark);
	fputs("}\n", out);
}

static void write_colours(FILE *out, bool dark)
{
	write_rule(out, dark, ".page,.ring", "fill", "page");
	write_rule(out, dark, "text", "fill", "muted");
	write_rule(out, dark, ".text", "fill", "text");
	write_rule(out, dark, ".bad", "fill", "bad");
	write_rule(out, dark, ".track", "fill", "soft");
	write_rule(out, dark, ".rule", "stroke", "rule");
	write_rule(out, dark, ".grid", "stroke", "grid");
	write_rule(out, dark, ".wide-line,.thin-line,.ring", "stroke", "exposed");
	write_rule(out, dark, ".arrow", "fill", "exposed");
	for (int i = 0; i < IR_CAUSES; i++) {
		const char *name = ir_cause_name((enum ir_cause)i);
		char selector[48], key[32];

		snprintf(selector, sizeof(selector), ".%.30s", name);
		snprintf(key, sizeof(key), "%.30s", name);
		for (char *c = key; *c; c++)
			*c = *c == '_' ? '-' : *c;
		write_rule(out, dark, selector, "fill", key);
	}
}

static void write_style(FILE *out)
{
	fputs("<style>\ntext{font:12px system-ui,\"Liberation Sans\",sans-serif;font-variant-numeric:tabular-nums}\n"
	      ".title{font-size:20px;font-weight:600}.lead{font-size:14px}.name{font-size:14px;font-weight:600}\n"
	      ".wide-line{stroke-width:7}.thin-line{stroke-width:2}.ring{stroke-width:2.5}.end{text-anchor:end}\n"
	      ".middle{text-anchor:middle}svg{overflow:visible}.fails{opacity:.5}\n", out);
	write_colours(out, false);
	fputs("@media (prefers-color-scheme:dark){\n", out);
	write_colours(out, true);
	fputs("}\n</style>\n", out);
}

static void write_words(const struct pen *p, double x, double y, const char *class, const char *text)
{
	fprintf(p->out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
	ir_markup_text(p->out, text);
	fputs("</text>\n", p->out);
}

/* The bytes of the first characters of a text, at most @most of them, that end before a space or are all. */
static size_t fitting_length(const char *text, size_t most)
{
	size_t end = 0, chars = 0;

	for (size_t i = 0; ; i++) {
		if (!text[i] || (text[i] == ' ' && chars))
			end = i;
		if (!text[i] || (chars > most && end))
			return end;
		chars += (text[i] & 0xc0) != 0x80;
	}
}

static void write_paragraph(struct pen *p, const char *class, double height, const char *text)
{
	while (text && *text) {
		size_t len = fitting_length(text, LINE_LENGTH);
		char *line = strndup(text, len);

		if (line)
			write_words(p, MARGIN, p->y + height * .75, class, line);
		else
			ir_memory_fail(p->out);
		free(line);
		p->y += height;
		text += len;
		text += strspn(text, " ");
	}
}

static void draw_heading(struct pen *p, const struct ir_rows *rows)
{
	const struct ir_report_entry *entry = rows->entry;
	char *host = ir_host_text(entry, rows->first), *text = NULL;

	fprintf(p->out, "<text class=\"text title\" x=\"%d\" y=\"%.1f\">", MARGIN, p->y + 20);
	html_name_from(p->out, entry->info->file, p->begin);
	fputs("</text>\n", p->out);
	if (host && asprintf(&text, "%s: %s map%s in %s", host, ir_count_text(rows->attempted).s,
			     rows->attempted == 1 ? "" : "s", ir_time_text(ir_active_ns(entry->info), IR_TYPESET).s) >= 0)
		write_words(p, MARGIN, p->y + 42, "", text);
	else
		ir_memory_fail(p->out);
	free(text);
	free(host);
	p->y += 56;
	text = ir_verdict(rows, IR_TYPESET);
	if (!text)
		ir_memory_fail(p->out);
	write_paragraph(p, "text lead", 20, ir_marked_plain(text));
	free(text);
	p->y += 12;
}

static void draw_column_heads(struct pen *p, const struct log_axis *axis)
{
	double y = p->y + 12;

	write_words(p, MARGIN, y, "", "Strategy");
	write_words(p, BAR_X, y, "", "Flushes");
	write_words(p, FAILED_X, y, "end", "Failed maps");
	write_words(p, RANGE_X, y, "", "Exposure of unmapped pages");
	for (int e = axis->from; e <= axis->to && axis->to > axis->from; e += log_axis_step(axis)) {
		double x = RANGE_X + RANGE_WIDTH * (double)(e - axis->from) / (axis->to - axis->from);

		write_words(p, x, y + 17, e == axis->to ? "end" : "middle", log_axis_name(axis, e).s);
	}
	p->y += 36;
}

/* "= fq-flush, map-inline", or how many they are. */
static void write_twins(const struct pen *p, const struct ir_rows *rows, const struct ir_row *row)
{
	struct ir_memory memory;
	FILE *out = row->nr_members > 1 ? ir_memory_open(&memory) : NULL;
	char *text;

	for (size_t m = 1; out && m < row->nr_members; m++) {
		char *name = ir_row_name(rows, row, m);

		fprintf(out, "%s%s", m > 1 ? ", " : "= ", name ? name : "");
		free(name);
	}
	text = out ? ir_memory_close(&memory) : NULL;
	if (text && strlen(text) > TWINS_LENGTH)
		snprintf(text, strlen(text), "= %zu others", row->nr_members - 1);
	if (text)
		write_words(p, MARGIN, p->y + 34, "", text);
	free(text);
}

static void draw_causes(const struct pen *p, const struct ir_row *row)
{
	double x = BAR_X;

	for (int i = 0; i < IR_CAUSES; i++) {
		char text[80];

		if (!row->result->rpcit.by_cause[i])
			continue;
		snprintf(text, sizeof(text), "%s %s", ir_count_text(row->result->rpcit.by_cause[i]).s,
			 html_cause_word((enum ir_cause)i));
		if (x + 13 + 6.4 * (double)strlen(text) > CAUSES_END) {
			write_words(p, x, p->y + 34, "", "\xe2\x80\xa6");
			break;
		}
		fprintf(p->out, "<rect class=\"%s\" x=\"%.0f\" y=\"%.1f\" width=\"9\" height=\"9\" rx=\"2\"/>\n",
			ir_cause_name((enum ir_cause)i), x, p->y + 25);
		write_words(p, x + 13, p->y + 34, "", text);
		x += 27 + 6.4 * (double)strlen(text);
	}
}

static void draw_row(struct pen *p, const struct ir_rows *rows, const struct ir_row *row,
		     const struct scales *scales)
{
	char *name = ir_row_name(rows, row, 0), text[80];

	fprintf(p->out, "<line class=\"rule\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>\n", MARGIN,
		WIDTH - MARGIN, p->y - 2, p->y - 2);
	if (name)
		write_words(p, MARGIN, p->y + 17, "text name", name);
	else
		ir_memory_fail(p->out);
	free(name);
	write_twins(p, rows, row);
	fprintf(p->out, "<svg%s x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"14\">", row->failures ? " class=\"fails\"" : "",
		BAR_X, p->y + 6, BAR_WIDTH);
	svg_bar(p->out, row->result, scales->most_flushes);
	fputs("</svg>\n", p->out);
	write_words(p, BAR_X + BAR_WIDTH + 8, p->y + 18, "text name",
		    row->flushes ? ir_count_text(row->flushes).s : "none");
	draw_causes(p, row);
	snprintf(text, sizeof(text), "%s%s", row->failures ? "\xe2\x9c\x95 " : "",
		 row->failures ? ir_count_text(row->failures).s : "none");
	write_words(p, FAILED_X, p->y + 17, row->failures ? "bad name end" : "end", text);
	if (row->failures) {
		snprintf(text, sizeof(text), "%s of maps",
			 ir_share_text((double)row->failures, (double)rows->attempted).s);
		write_words(p, FAILED_X, p->y + 34, "bad end", text);
	}
	fprintf(p->out, "<svg%s x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"18\">", row->failures ? " class=\"fails\"" : "",
		RANGE_X, p->y + 4, RANGE_WIDTH);
	svg_range(p->out, &scales->exposure, row);
	fputs("</svg>\n", p->out);
	if (!row->result->exposure.max_ns)
		write_words(p, RANGE_X, p->y + 17, "", "none");
	p->y += ROW;
}

static void draw_legend(struct pen *p, const struct scales *scales)
{
	double y = p->y + 14;

	p->y += 30;
	if (scales->exposure.from == scales->exposure.to)
		return;
	fprintf(p->out, "<line class=\"thin-line\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><line class=\"thin-line\" "
		"x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><line class=\"wide-line\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" "
		"y2=\"%.1f\"/><circle class=\"ring\" cx=\"%d\" cy=\"%.1f\" r=\"4.5\"/>\n", MARGIN + 36, MARGIN + 58, y, y,
		MARGIN + 58, MARGIN + 58, y - 5, y + 5, MARGIN + 5, MARGIN + 36, y, y, MARGIN + 5, y);
	write_words(p, MARGIN + 70, y + 4, "", "median, 99th percentile, maximum of exposure; \xe2\x96\xb8 cut off by the "
		    "recording\xe2\x80\x99s end; \xe2\x9c\x95 maps fail");
}

static void draw_group(struct pen *p, const struct ir_rows *rows)
{
	struct scales scales;

	draw_heading(p, rows);
	if (!rows->attempted)
		return;
	scales_begin(&scales);
	scales_include(&scales, rows);
	draw_column_heads(p, &scales.exposure);
	for (size_t i = 0; i < rows->nr; i++)
		draw_row(p, rows, &rows->row[i], &scales);
	draw_legend(p, &scales);
}

static int render_report(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	struct ir_memory memory;
	struct pen pen = {
		.out = ir_memory_open(&memory), .y = 12, .begin = ir_names_begin(entries, n),
	};
	char *body;
	int rc = pen.out ? 0 : -ENOMEM;

	for (size_t e = 0; e < n && pen.out; e++) {
		for (size_t first = 0, end; first < entries[e].nr_results && !rc; first = end) {
			struct ir_rows rows = { .nr = 0 };

			end = ir_group_end(&entries[e], first);
			rc = ir_rows_make(&rows, &entries[e], first, end);
			if (!rc)
				draw_group(&pen, &rows);
			ir_rows_free(&rows);
			pen.y += 12;
		}
	}
	body = pen.out ? ir_memory_close(&memory) : NULL;
	if (!body || rc) {
		free(body);
		return rc ? rc : -ENOMEM;
	}
	fprintf(canvas->out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" width=\"%d\" height=\"%.0f\" "
		"role=\"img\" aria-label=\"Flush strategies compared\">\n", WIDTH, pen.y, WIDTH, pen.y);
	write_style(canvas->out);
	fprintf(canvas->out, "<rect class=\"page\" width=\"%d\" height=\"%.0f\"/>\n%s</svg>\n", WIDTH, pen.y, body);
	free(body);
	return 0;
}

const struct renderer renderer_svg = { .name = "svg", .report = render_report };
