// SPDX-License-Identifier: GPL-2.0-or-later
#include "page/board.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/columns.h"
#include "report/markup.h"

#define ZERO "<span class=\"none\">\xe2\x80\x93</span>"
#define CROSS "\xe2\x9c\x95 "

static const char *word_of(const struct ir_column *column)
{
	return column->word ? column->word : column->title;
}

/* A column's meaning: @begin and @end stand around names. */
static void help_text(FILE *out, const char *help, const char *begin, const char *end)
{
	char *copy = strdup(help ? help : ""), *rest = copy, *part;

	if (!copy)
		ir_markup_text(out, NULL);	/* spoils the stream */
	for (bool name = false; (part = strsep(&rest, "`")); name = !name) {
		fputs(name ? begin : "", out);
		ir_markup_text(out, part);
		fputs(name ? end : "", out);
	}
	free(copy);
}

static bool has_cause(const struct ir_rows *rows, int cause)
{
	for (size_t i = 0; i < rows->nr; i++)
		if (rows->row[i].result->rpcit.by_cause[cause])
			return true;
	return false;
}

void board_key(FILE *out, const struct ir_rows *rows)
{
	fputs("<p class=\"key\">", out);
	for (int i = 0; i < IR_CAUSES; i++)
		if (has_cause(rows, i))
			fprintf(out, "<span><i class=\"swatch %s\"></i>%s</span> ", ir_cause_name((enum ir_cause)i),
				html_cause_word((enum ir_cause)i));
	fputs("<span><svg width=\"64\" height=\"14\" aria-hidden=\"true\"><line class=\"thin-line\" x1=\"36\" x2=\"58\" y1=\"7\" "
	      "y2=\"7\"/><line class=\"thin-line\" x1=\"58\" x2=\"58\" y1=\"2\" y2=\"12\"/><line class=\"wide-line\" x1=\"5\" "
	      "x2=\"36\" y1=\"7\" y2=\"7\"/><circle class=\"ring\" cx=\"5\" cy=\"7\" r=\"4.5\"/></svg> median, 99th percentile, "
	      "maximum</span> <span>\xe2\x96\xb8 \xe2\x89\xa5 cut off by the recording\xe2\x80\x99s end</span> "
	      "<span><b class=\"cross\">\xe2\x9c\x95</b> maps fail</span></p>\n", out);
}

static void flushes_cell(FILE *out, const struct ir_row *row, const struct scales *scales)
{
	fputs("<td class=\"c-flushes\" data-label=\"Flushes\"><div><div class=\"bar-line\">", out);
	svg_bar(out, row->result, scales->most_flushes);
	fprintf(out, "<b>%s</b></div><small class=\"counts\">",
		row->flushes ? ir_count_text(row->flushes).s : "none");
	for (int i = 0; i < IR_CAUSES; i++)
		if (row->result->rpcit.by_cause[i])
			fprintf(out, "<span><i class=\"swatch %s\"></i>%s %s</span>", ir_cause_name((enum ir_cause)i),
				ir_count_text(row->result->rpcit.by_cause[i]).s,
				html_cause_word((enum ir_cause)i));
	fputs("</small></div></td>\n", out);
}

static double run_ns(const struct ir_recording_info *info)
{
	return (double)ir_active_ns(info) * (info->cpus ? info->cpus : 1);
}

static void time_cell(FILE *out, const struct ir_rows *rows, const struct ir_row *row)
{
	if (!rows->timed)
		return;
	fputs("<td class=\"right c-time\" data-label=\"Flush time\"><div><b>", out);
	if (row->flush_ns)	/* "<0.1%" */
		ir_markup_text(out, ir_share_text((double)row->flush_ns, run_ns(rows->entry->info)).s);
	else
		fputs("none", out);
	fprintf(out, "</b> <small>%s</small></div></td>\n",
		row->flush_ns ? ir_time_text(row->flush_ns, IR_TYPESET).s : "");
}

static void failed_cell(FILE *out, const struct ir_rows *rows, const struct ir_row *row)
{
	const struct ir_result *r = row->result;
	const char *separator = "";

	if (!row->failures) {
		fputs("<td class=\"c-failed\" data-label=\"Failed maps\"><span class=\"none\">none</span></td>\n", out);
		return;
	}
	fprintf(out, "<td class=\"c-failed bad\" data-label=\"Failed maps\"><div><b>" CROSS "%s</b><small>",
		ir_count_text(row->failures).s);
	ir_markup_text(out, ir_share_text((double)row->failures, (double)rows->attempted).s);
	fputs(" of maps, ", out);
	if (r->maps.map_failed)
		fprintf(out, "%sfailed", separator), separator = ", ";
	if (r->maps.iova_exhausted)
		fprintf(out, "%sno address", separator), separator = ", ";
	if (r->maps.unbacked)
		fprintf(out, "%sunbacked", separator);
	fputs("</small></div></td>\n", out);
}

static void write_time(FILE *out, uint64_t ns, bool cut)
{
	fprintf(out, "%s%s", cut ? "\xe2\x89\xa5\xc2\xa0" : "", ir_time_text(ns, IR_TYPESET).s);
}

static void exposure_cell(FILE *out, const struct ir_row *row, const struct scales *scales)
{
	const struct ir_result *r = row->result;

	fputs("<td data-label=\"Exposure\"><div>", out);
	if (!r->exposure.max_ns) {
		fputs("<small>none</small></div></td>\n", out);
		return;
	}
	svg_range(out, &scales->exposure, row);
	fputs("<small>p50 ", out);
	write_time(out, r->exposure.p50_ns, row->cut.p50);
	fputs(" \xc2\xb7 p99 <b>", out);
	write_time(out, r->exposure.p99_ns, row->cut.p99);
	fputs("</b> \xc2\xb7 max ", out);
	write_time(out, r->exposure.max_ns, row->cut.max);
	fputs("</small></div></td>\n", out);
}

static void write_time_note(FILE *out, const struct ir_rows *rows)
{
	const struct ir_recording_info *info = rows->entry->info;

	fputs("<p class=\"note\">Flush time is an estimate from ", out);
	switch (ir_durations_of(rows)) {
	case IR_DURATIONS_GIVEN:
		fputs("the durations given", out);
		break;
	case IR_DURATIONS_OF_EACH:
		fputs("what recorded flushes took", out);
		break;
	case IR_DURATIONS_FITTED:
		fprintf(out, "what recorded flushes took (%s each)",
			ir_time_text(info->machine.rpcit_base_ns, IR_TYPESET).s);
		break;
	}
	fprintf(out, ", as a share of the %s between the first and the last operation%s.</p>\n",
		ir_time_text(ir_active_ns(info), IR_TYPESET).s, info->cpus > 1 ? ", of all CPUs" : "");
}

void board_compared(FILE *out, const struct ir_rows *rows, const struct scales *scales)
{
	const struct ir_recording_info *info = rows->entry->info;
	bool timed = rows->timed, s390 = info->rpcit.present;

	fprintf(out, "<table class=\"board\"><thead><tr><th>Strategy</th><th class=\"c-flushes\">Flushes%s, by cause</th>%s"
		"<th class=\"c-failed\">Failed maps</th><th>Exposure after unmap", s390 ? " (RPCITs)" : "",
		timed ? "<th class=\"right c-time\">Flush time</th>" : "");
	if (scales->exposure.to > scales->exposure.from)
		svg_ticks(out, &scales->exposure);
	fputs("</th></tr></thead>\n<tbody>\n", out);
	for (size_t i = 0; i < rows->nr; i++) {
		if (i == rows->nr_safe && i)
			fprintf(out, "<tr class=\"apart\"><td colspan=\"%d\">These fail maps. What is not mapped cannot be "
				"unmapped or exposed, so do not compare their other figures with those above.</td></tr>\n",
				timed ? 5 : 4);
		fprintf(out, "<tr%s><th scope=\"row\">", rows->row[i].failures ? " class=\"fails\"" : "");
		html_row_name(out, rows, &rows->row[i]);
		fputs("</th>\n", out);
		flushes_cell(out, &rows->row[i], scales);
		time_cell(out, rows, &rows->row[i]);
		failed_cell(out, rows, &rows->row[i]);
		exposure_cell(out, &rows->row[i], scales);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
	if (timed)
		write_time_note(out, rows);
}

/* All figures. */

/* Whether a column with a heading, other than the row's name, has a value that is not zero. */
static bool is_zero(const struct ir_rows *rows, size_t column)
{
	for (size_t i = 0; i < rows->nr; i++) {
		struct ir_value value = ir_column_value(&ir_result_columns[column], rows->entry,
							rows->row[i].members[0]);

		if ((value.type == IR_VALUE_COUNT && value.count) || (value.type == IR_VALUE_REAL && value.real > 0))
			return false;
	}
	return true;
}

static bool is_drawn(const struct ir_rows *rows, size_t column)
{
	const struct ir_column *c = &ir_result_columns[column];

	return c->group && ir_column_shown(c, rows->entry) && !is_zero(rows, column);
}

/* The first of its group among those that are drawn. */
static bool begins_group(const struct ir_rows *rows, size_t column)
{
	for (size_t i = column; i-- > 0;)
		if (is_drawn(rows, i))
			return strcmp(ir_result_columns[i].group, ir_result_columns[column].group) != 0;
	return true;
}

static void group_heads(FILE *out, const struct ir_rows *rows)
{
	fputs("<tr><th></th>", out);
	for (size_t i = 0; ir_result_columns[i].key; i++) {
		size_t span = 0;

		if (!is_drawn(rows, i) || !begins_group(rows, i))
			continue;
		for (size_t k = i; ir_result_columns[k].key; k++)
			span += is_drawn(rows, k) && !strcmp(ir_result_columns[k].group, ir_result_columns[i].group);
		fprintf(out, "<th colspan=\"%zu\" class=\"first\">%s</th>", span, ir_result_columns[i].group);
	}
	fputs("</tr>\n", out);
}

static void column_heads(FILE *out, const struct ir_rows *rows)
{
	fputs("<tr><th>Strategy</th>", out);
	for (size_t i = 0; ir_result_columns[i].key; i++) {
		const struct ir_column *column = &ir_result_columns[i];

		if (!is_drawn(rows, i))
			continue;
		fprintf(out, "<th%s><abbr title=\"", begins_group(rows, i) ? " class=\"first\"" : "");
		help_text(out, column->help, "", "");
		fprintf(out, "\">%s</abbr><code>%s</code></th>", word_of(column), column->title);
	}
	fputs("</tr>\n", out);
}

static void queue_words(FILE *out, const struct ir_effective *p)
{
	if (p->queue == IR_QUEUE_NONE)
		fputs("<small>no queue</small>", out);
	else
		fprintf(out, "<small>%s queue, %s slots, %s ms</small>", ir_queue_type_name(p->queue),
			ir_count_text(p->queue_size).s, ir_count_text(p->queue_timeout_ms).s);
}

static void figure_cell(FILE *out, const struct ir_rows *rows, const struct ir_row *row, size_t column)
{
	const struct ir_column *c = &ir_result_columns[column];
	enum view_mark mark;
	char text[64];

	mark = view_cell(rows->entry, row->members[0], column, text, sizeof(text));
	fprintf(out, "<td class=\"%s%s\">", begins_group(rows, column) ? "first " : "",
		mark == VIEW_BAD ? "bad" : mark == VIEW_LIMIT ? "at-limit" : "");
	if (!strcmp(text, "-")) {
		fputs(ZERO "</td>", out);
		return;
	}
	fputs(mark == VIEW_BAD ? CROSS : "", out);
	if (c->unit == IR_UNIT_NS)
		write_time(out, ir_column_value(c, rows->entry, row->members[0]).count, text[0] == '>');
	else
		ir_markup_text(out, text);
	fputs("</td>", out);
}

void board_figures(FILE *out, const struct ir_rows *rows)
{
	const char *separator = " Zero for all and left out: ";

	fputs("<div class=\"wide\" tabindex=\"0\"><table class=\"full\"><thead>\n", out);
	group_heads(out, rows);
	column_heads(out, rows);
	fputs("</thead>\n<tbody>\n", out);
	for (size_t r = 0; r < rows->nr; r++) {
		fputs("<tr><th scope=\"row\">", out);
		html_row_name(out, rows, &rows->row[r]);
		queue_words(out, &rows->row[r].result->parameters);
		fputs("</th>", out);
		for (size_t i = 0; ir_result_columns[i].key; i++)
			if (is_drawn(rows, i))
				figure_cell(out, rows, &rows->row[r], i);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n<p class=\"note\">\xe2\x80\x93 is zero, or no exposure.", out);
	for (size_t i = 0; ir_result_columns[i].key; i++) {
		const struct ir_column *c = &ir_result_columns[i];

		if (!c->group || !ir_column_shown(c, rows->entry) || !is_zero(rows, i))
			continue;
		fprintf(out, "%s%s", separator, word_of(c));
		separator = ", ";
	}
	fprintf(out, "%s Small names below the heads are those of the text table and of the manual.</p>\n",
		*separator == ',' ? "." : "");
}

void board_glossary(FILE *out, const struct ir_report_entry *entry)
{
	html_begin_details(out, "What the columns mean");
	fputs("<dl>\n", out);
	for (const struct ir_column *c = ir_result_columns; c->key; c++) {
		if (!c->group || !ir_column_shown(c, entry))
			continue;
		fprintf(out, "<dt>%s <code>%s</code></dt><dd>", word_of(c), c->title);
		help_text(out, c->help, "<code>", "</code>");
		fputs("</dd>\n", out);
	}
	fputs("</dl></details>\n", out);
}

/* Recordings and strategies. */

/* A column of the matrix: results with the same place in all recordings, alike in each. */
struct matrix_column {
	size_t *members;	/* places */
	size_t nr;
	size_t failing;		/* recordings */
	double flushes;
};

static size_t row_with(const struct ir_rows *rows, size_t place)
{
	for (size_t i = 0; i < rows->nr; i++)
		for (size_t m = 0; m < rows->row[i].nr_results; m++)
			if (rows->row[i].members[m] == rows->first + place)
				return i;
	return 0;
}

static bool same_members(const struct ir_rows *rows, size_t n, size_t a, size_t b)
{
	for (size_t r = 0; r < n; r++)
		if (row_with(&rows[r], a) != row_with(&rows[r], b))
			return false;
	return true;
}

static int by_failures(const void *a, const void *b)
{
	const struct matrix_column *x = a, *y = b;

	if (x->failing != y->failing)
		return x->failing < y->failing ? -1 : 1;
	if (x->flushes < y->flushes || x->flushes > y->flushes)
		return x->flushes < y->flushes ? -1 : 1;
	return x->members[0] < y->members[0] ? -1 : x->members[0] > y->members[0];
}

static void matrix_cell(FILE *out, const struct ir_rows *rows, const struct ir_row *row)
{
	double ratio = rows->attempted ? (double)row->flushes / (double)rows->attempted : 0;

	if (row->failures) {
		fprintf(out, "<td class=\"fails\"><b>" CROSS "%s</b><small>", ir_count_text(row->failures).s);
		ir_markup_text(out, ir_share_text((double)row->failures, (double)rows->attempted).s);
		fputs(" of maps</small></td>", out);
		return;
	}
	fprintf(out, "<td style=\"background:rgba(var(--heat),%.2f)\">%.2f<small>",
		0.06 + 0.34 * fmin(1, fmax(0, ratio - 1)), ratio);
	if (row->result->exposure.p99_ns)
		write_time(out, row->result->exposure.p99_ns, row->cut.p99);
	else
		fputs(row->identity ? "all memory" : "\xe2\x80\x93", out);
	fputs("</small></td>", out);
}

static void matrix_head(FILE *out, const struct ir_rows *rows, const struct matrix_column *column)
{
	/* By the rank of their names, as the first recording has them. */
	const struct ir_row *row = &rows->row[row_with(rows, column->members[0])];
	size_t said = 0;

	fputs("<th>", out);
	for (size_t m = 0; m < row->nr_members; m++) {
		for (size_t i = 0; i < column->nr; i++) {
			char *name;

			if (row->members[m] != rows->first + column->members[i])
				continue;
			name = ir_row_name(rows, row, m);
			fputs(said ? "<small>= " : "<b>", out);
			ir_markup_text(out, name);
			fputs(said++ ? "</small>" : "</b>", out);
			free(name);
		}
	}
	fputs("</th>", out);
}

static void write_matrix(FILE *out, const struct ir_rows *rows, size_t n, const struct matrix_column *columns,
			 size_t nr, const struct ir_report_entry *entries, size_t begin)
{
	fputs("<p class=\"key\"><span><i class=\"swatch\" style=\"background:rgba(var(--heat),.06);outline:1px solid "
	      "var(--rule)\"></i>1.00 flush per map</span> <span><i class=\"swatch\" style=\"background:rgba(var(--heat),.4)\">"
	      "</i>2.00 and more</span> <span><b class=\"cross\">\xe2\x9c\x95</b> maps fail: how many</span> <span>small: 99th "
	      "percentile of exposure (\xe2\x80\x93 none)</span></p>\n"
	      "<div class=\"wide\" tabindex=\"0\"><table class=\"matrix\"><thead><tr><th>Recording</th>", out);
	for (size_t c = 0; c < nr; c++)
		matrix_head(out, &rows[0], &columns[c]);
	fputs("</tr></thead>\n<tbody>\n", out);
	for (size_t r = 0; r < n; r++) {
		const struct ir_recording_info *info = rows[r].entry->info;

		fprintf(out, "<tr><th scope=\"row\"><a href=\"#r%zu\">",
			(size_t)(rows[r].entry - entries));
		html_name_from(out, info->file, begin);
		fprintf(out, "</a><small>%s map%s, %s</small></th>", ir_count_text(rows[r].attempted).s,
			rows[r].attempted == 1 ? "" : "s",
			ir_time_text(info->duration_ns, IR_TYPESET).s);
		for (size_t c = 0; c < nr; c++)
			matrix_cell(out, &rows[r], &rows[r].row[row_with(&rows[r], columns[c].members[0])]);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

int board_matrix(FILE *out, const struct ir_rows *rows, size_t n, const struct ir_report_entry *entries,
		 size_t begin)
{
	size_t nr = rows[0].end - rows[0].first, used = 0;
	struct matrix_column *columns = calloc(nr + 1, sizeof(*columns));
	size_t *members = calloc(nr * nr + 1, sizeof(*members));

	for (size_t i = 0; columns && members && i < nr; i++) {
		size_t c = 0;

		while (c < used && !same_members(rows, n, columns[c].members[0], i))
			c++;
		if (c < used) {
			columns[c].members[columns[c].nr++] = i;
			continue;
		}
		columns[used] = (struct matrix_column){ .members = members + used * nr, .nr = 1 };
		columns[used].members[0] = i;
		for (size_t r = 0; r < n; r++) {
			const struct ir_row *row = &rows[r].row[row_with(&rows[r], i)];

			columns[used].failing += row->failures > 0;
			columns[used].flushes += (double)row->flushes;
		}
		used++;
	}
	if (columns && members) {
		qsort(columns, used, sizeof(*columns), by_failures);
		write_matrix(out, rows, n, columns, used, entries, begin);
	}
	nr = columns && members;
	free(columns);
	free(members);
	return nr ? 0 : -ENOMEM;
}
