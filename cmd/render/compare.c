// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The results of compare: on a terminal, in Markdown, as JSON and as CSV.
 */
#include <errno.h>
#include <inttypes.h>
#include <iommu-replay/report.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/compare.h"
#include "render/cells.h"
#include "io/texts.h"
#include "io/json_text.h"
#include "render/view.h"
#include "report/columns.h"
#include "base/numbers.h"

#define COMPARE_SCHEMA "iommu-replay-compare/1"
#define CELL 64
#define MOST 10		/* differences in the table; all with --verbose */

static const char *const kind_names[] = {
	[IR_DIFFERENCE_CHANGED] = "changed",
	[IR_DIFFERENCE_SAME] = "same",
	[IR_DIFFERENCE_MISSING_FIGURE] = "missing-figure",
	[IR_DIFFERENCE_NEW_FIGURE] = "new-figure",
	[IR_DIFFERENCE_MISSING_ROW] = "missing-row",
	[IR_DIFFERENCE_NEW_ROW] = "new-row",
};

static bool has_both(const struct ir_difference *d)
{
	return d->baseline.type != IR_FIGURE_NONE && d->value.type != IR_FIGURE_NONE;
}

static double real_value(struct ir_figure figure)
{
	return figure.type == IR_FIGURE_REAL ? figure.real : (double)figure.integer;
}

/* The absolute change; of two integers an exact one, unless it is beyond their range. */
static struct ir_figure change_of(const struct ir_difference *d)
{
	struct ir_figure change = { .type = IR_FIGURE_NONE };

	if (!has_both(d))
		return change;
	change.type = IR_FIGURE_INTEGER;
	if (d->baseline.type == IR_FIGURE_INTEGER && d->value.type == IR_FIGURE_INTEGER &&
	    !__builtin_sub_overflow(d->value.integer, d->baseline.integer, &change.integer))
		return change;
	change.type = IR_FIGURE_REAL;
	change.real = real_value(d->value) - real_value(d->baseline);
	return change;
}

/* In per cent of the baseline; false: of nothing there is no share. */
static bool share_of(const struct ir_difference *d, double *share)
{
	double base = fabs(real_value(d->baseline));
	struct ir_figure change = change_of(d);

	if (change.type == IR_FIGURE_NONE || !(base > 0))
		return false;
	*share = 100 * real_value(change) / base;
	return isfinite(*share);
}

/* In the units of the tables of run; @time: it is in nanoseconds. */
static void figure_text(char *text, size_t size, struct ir_figure figure, bool time, bool sign)
{
	uint64_t magnitude = figure.integer < 0 ? -(uint64_t)figure.integer : (uint64_t)figure.integer;
	size_t at;

	switch (figure.type) {
	case IR_FIGURE_NONE:
		snprintf(text, size, "-");
		break;
	case IR_FIGURE_INTEGER:
		snprintf(text, size, "%s%s", figure.integer < 0 ? "-" : sign ? "+" : "",
			 time ? ir_time_text(magnitude, IR_PLAIN).s : ir_count_text(magnitude).s);
		break;
	case IR_FIGURE_REAL:
		at = sign && figure.real >= 0 && size ? 1 : 0;
		if (at)
			*text = '+';
		ir_real_text(text + at, size - at, figure.real, sign ? 6 : 9);
		break;
	}
}

/* For each of a difference's failed conditions its text, @separator between. */
static void write_conditions(FILE *out, const struct compared *c, const struct ir_difference *d)
{
	const char *separator = "";

	for (size_t i = 0; i < c->options->nr_conditions; i++) {
		if (!(d->conditions >> i & 1))
			continue;
		fprintf(out, "%s%s", separator, c->options->conditions[i].text);
		separator = "; ";
	}
}

/* For people. */

/* "FILE, fq-flush, kvm entry_limit=64" */
static void draw_row_name(const struct drawing *drawing, const struct ir_difference *d,
			  const char *label, enum view_mark mark, const char *more)
{
	const char *blank = *d->parameters ? " " : "";

	if (d->strategy)
		draw_line(drawing, label, mark, "%s, %s, %s%s%s%s", d->recording, d->strategy,
			  d->hypervisor, blank, d->parameters, more);
	else
		draw_line(drawing, label, mark, "%s%s", d->recording, more);
}

/* Shown in a table; new figures that fail nothing are summed up below instead. */
static bool in_table(const struct ir_difference *d)
{
	return d->key && (d->kind != IR_DIFFERENCE_NEW_FIGURE || d->failed);
}

static bool same_row(const struct ir_difference *a, const struct ir_difference *b)
{
	return b->key && a->recording == b->recording && a->strategy == b->strategy &&
		a->parameters == b->parameters;
}

#define COLUMNS 5

static char *failed_text(const struct compared *c, const struct ir_difference *d)
{
	struct ir_memory memory;
	FILE *out = text_begin(&memory);
	char *text, *clean;

	if (d->conditions)
		write_conditions(out, c, d);
	else
		fputs(d->failed ? "failed" : "", out);
	text = text_end(&memory);
	clean = text_clean(text);
	free(text);
	return clean;
}

static void fill_cells(const struct compared *c, const struct ir_difference *d, char **cells)
{
	char was[CELL], is[CELL], change[CELL], per_cent[IR_REAL_TEXT];
	double share;

	figure_text(was, sizeof(was), d->baseline, cell_is_time(d->key), false);
	figure_text(is, sizeof(is), d->value, cell_is_time(d->key), false);
	figure_text(change, sizeof(change), change_of(d), cell_is_time(d->key), true);
	cells[0] = text_clean(d->key);
	cells[1] = text_format("%s", was);
	cells[2] = text_format("%s", is);
	if (d->kind == IR_DIFFERENCE_SAME)
		cells[3] = text_format("-");
	else if (d->kind == IR_DIFFERENCE_MISSING_FIGURE)
		cells[3] = text_format("missing");
	else if (d->kind == IR_DIFFERENCE_NEW_FIGURE)
		cells[3] = text_format("new");
	else if (share_of(d, &share))
		cells[3] = text_format("%s (%s%s%%)", change, share < 0 ? "" : "+",
				       ir_real_text(per_cent, sizeof(per_cent), share, 3));
	else
		cells[3] = text_format("%s", change);
	cells[4] = failed_text(c, d);
}

static int draw_figures(const struct drawing *drawing, const struct compared *c,
			const struct ir_difference *first, size_t n)
{
	static const struct plain_column columns[COLUMNS] = {
		{ "figure", false }, { "baseline", true }, { "new", true }, { "change", true },
		{ "fails", false },
	};
	char **cells = calloc(COLUMNS * n + 1, sizeof(*cells));
	size_t used = 0;
	int rc = cells ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && !rc; i++)
		if (in_table(&first[i]))
			fill_cells(c, &first[i], cells + COLUMNS * used++);
	if (!rc && used) {
		draw_row_name(drawing, first, first->strategy ? "result" : "recording", VIEW_PLAIN, "");
		fputc('\n', drawing->canvas->out);
		rc = drawing->table(drawing->canvas, columns, COLUMNS,
				    (const char *const *)cells, used);
		fputc('\n', drawing->canvas->out);
	}
	for (size_t i = 0; cells && i < COLUMNS * used; i++)
		free(cells[i]);
	free(cells);
	return rc;
}

/* How much a difference matters: failed conditions, then the largest share. */
static double weight_of(const struct ir_difference *d)
{
	double share;

	if (d->kind == IR_DIFFERENCE_MISSING_FIGURE)
		return HUGE_VAL;
	return share_of(d, &share) ? fabs(share) : fabs(real_value(change_of(d))) > 0 ? 1e12 : 0;
}

static int by_weight(const void *a, const void *b)
{
	const struct ir_difference *x = *(const struct ir_difference *const *)a;
	const struct ir_difference *y = *(const struct ir_difference *const *)b;
	double wx = weight_of(x), wy = weight_of(y);

	if (!x->conditions != !y->conditions)
		return x->conditions ? -1 : 1;
	if (x->failed != y->failed)
		return x->failed ? -1 : 1;
	if (wx < wy || wx > wy)
		return wx > wy ? -1 : 1;
	return x < y ? -1 : x > y;	/* in the reports' order */
}

static char *row_text(const struct ir_difference *d)
{
	char *text, *clean;

	text = d->strategy ?
		text_format("%s, %s, %s%s%s", d->recording, d->strategy, d->hypervisor,
			    *d->parameters ? " " : "", d->parameters) : text_format("%s", d->recording);
	clean = text_clean(text);
	free(text);
	return clean;
}

/* The differences that matter most, in one table. */
static int draw_most(const struct drawing *drawing, const struct compared *c,
		     const struct ir_difference **list, size_t n)
{
	static const struct plain_column columns[COLUMNS + 1] = {
		{ "figure", false }, { "baseline", true }, { "new", true }, { "change", true },
		{ "fails", false }, { "of", false },
	};
	char *cells[MOST * (COLUMNS + 1)];
	int rc;

	qsort(list, n, sizeof(*list), by_weight);
	for (size_t i = 0; i < MOST; i++) {
		fill_cells(c, list[i], cells + (COLUMNS + 1) * i);
		cells[(COLUMNS + 1) * i + COLUMNS] = row_text(list[i]);
	}
	rc = drawing->table(drawing->canvas, columns, COLUMNS + 1, (const char *const *)cells, MOST);
	if (!rc) {
		fputc('\n', drawing->canvas->out);
		draw_line(drawing, "note", VIEW_NOTE, "%zu more differences are not shown; --verbose has all",
			  n - MOST);
	}
	for (size_t i = 0; i < MOST * (COLUMNS + 1); i++)
		free(cells[i]);
	return rc;
}

/* The differences for a table; for free(), NULL: no memory. */
static const struct ir_difference **list_differences(const struct ir_comparison *result, size_t *n)
{
	const struct ir_difference **list = calloc(result->nr_differences + 1, sizeof(list[0]));

	*n = 0;
	for (size_t i = 0; list && i < result->nr_differences; i++)
		if (in_table(&result->differences[i]))
			list[(*n)++] = &result->differences[i];
	return list;
}

static void draw_missing(const struct drawing *drawing, const struct ir_difference *d)
{
	char *more = NULL;
	int len = asprintf(&more, " is not in NEW%s%s", d->note ? "; nearest: " : "",
			   d->note ? d->note : "");

	if (len < 0) {
		ir_memory_fail(drawing->canvas->out);
		return;
	}
	draw_row_name(drawing, d, "missing", d->failed ? VIEW_BAD : VIEW_NOTE, more);
	free(more);
}

/* "exposure.p50_ns (96 times), ...": figures that only the new report has. */
static void draw_new_figures(const struct drawing *drawing, const struct compared *c)
{
	const struct ir_comparison *result = c->result;
	const char *key;

	for (size_t k = 0; (key = ir_compare_key(c->news, k)); k++) {
		size_t n = 0;

		for (size_t i = 0; i < result->nr_differences; i++) {
			const struct ir_difference *d = &result->differences[i];

			n += d->kind == IR_DIFFERENCE_NEW_FIGURE && !d->failed &&
				!strcmp(d->key, key);
		}
		if (n)
			draw_line(drawing, "new figure", VIEW_NOTE, "%s, in %zu row%s", key, n, ir_plural(n));
	}
}

/* The conditions that decided. */
static void draw_gate(const struct drawing *drawing, const struct compared *c)
{
	const struct ir_compare_options *options = c->options;

	for (size_t i = 0; i < options->nr_conditions; i++)
		draw_line(drawing, "fails if", VIEW_PLAIN, "%s", options->conditions[i].text);
	for (size_t i = 0; i < options->nr_ignored; i++)
		draw_line(drawing, "ignored", VIEW_PLAIN, "%s", options->ignored[i]);
	if (c->result->unmatched)
		draw_line(drawing, "note", VIEW_NOTE, "parameters that only one of the reports has, and "
			  "which were not compared: %s", c->result->unmatched);
}

void compare_verdict(const struct drawing *drawing, const struct compared *c)
{
	const struct ir_comparison *result = c->result;
	size_t changed = 0, rows = 0;

	for (size_t i = 0; i < result->nr_differences; i++) {
		changed += result->differences[i].kind == IR_DIFFERENCE_CHANGED;
		rows += !result->differences[i].key;
	}
	if (result->disjoint)
		draw_line(drawing, "verdict", VIEW_BAD, "FAILED: the reports have no result in common");
	else if (!result->nr_differences)
		draw_line(drawing, "verdict", VIEW_PLAIN, "passed: no change in %zu figure%s of %zu "
			  "result%s and %zu recording%s", result->figures, ir_plural(result->figures),
			  result->rows, ir_plural(result->rows), result->recordings,
			  ir_plural(result->recordings));
	else
		draw_line(drawing, "verdict", c->passed ? VIEW_PLAIN : VIEW_BAD,
			  "%s: %zu of %zu figures changed in %zu result%s and %zu recording%s; %zu row%s "
			  "without counterpart; %zu failure%s",
			  c->passed ? "passed" : "FAILED", changed, result->figures,
			  result->rows, ir_plural(result->rows), result->recordings,
			  ir_plural(result->recordings), rows, ir_plural(rows), result->failed,
			  ir_plural(result->failed));
}

int compare_draw(const struct drawing *drawing, const struct compared *c)
{
	const struct ir_comparison *result = c->result;
	const struct ir_difference *d = result->differences, **list;
	size_t n = result->nr_differences, shown;
	bool all;
	int rc = 0;

	list = list_differences(result, &shown);
	if (!list)
		return -ENOMEM;
	all = shown <= MOST || c->settings->verbose;
	if (!all)
		rc = draw_most(drawing, c, list, shown);
	free(list);
	for (size_t first = 0, end; all && first < n && !rc; first = end) {
		end = first + 1;
		if (!d[first].key)
			continue;
		while (end < n && same_row(&d[first], &d[end]))
			end++;
		rc = draw_figures(drawing, c, &d[first], end - first);
	}
	for (size_t i = 0; i < n; i++)
		if (d[i].kind == IR_DIFFERENCE_MISSING_ROW)
			draw_missing(drawing, &d[i]);
	for (size_t i = 0; i < n; i++)
		if (d[i].kind == IR_DIFFERENCE_NEW_ROW)
			draw_row_name(drawing, &d[i], "new", VIEW_NOTE, " is not in BASELINE");
	draw_new_figures(drawing, c);
	draw_gate(drawing, c);
	compare_verdict(drawing, c);
	return rc;
}

/* For programs. */

static json_t *json_figure(struct ir_figure figure)
{
	switch (figure.type) {
	case IR_FIGURE_INTEGER:
		return json_integer((json_int_t)figure.integer);
	case IR_FIGURE_REAL:
		return isfinite(figure.real) ? json_real(figure.real) : json_null();
	case IR_FIGURE_NONE:
		break;
	}
	return json_null();
}

static json_t *json_difference(const struct compared *c, const struct ir_difference *d)
{
	json_t *conditions = json_array();
	double share;

	for (size_t i = 0; i < c->options->nr_conditions; i++)
		if (d->conditions >> i & 1)
			json_array_append_new(conditions, json_text(c->options->conditions[i].text));
	return json_pack("{s:s, s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o}",
			 "kind", kind_names[d->kind], "recording", d->recording,
			 "strategy", json_text(d->strategy),
			 "hypervisor", json_text(d->hypervisor),
			 "parameters", d->parameters, "key", json_text(d->key),
			 "baseline", json_figure(d->baseline), "new", json_figure(d->value),
			 "change", json_figure(change_of(d)),
			 "change_percent", share_of(d, &share) ? json_real(share) : json_null(),
			 "failed", d->failed, "conditions", conditions,
			 "note", json_text(d->note));
}

static json_t *json_side(const char *name, const struct ir_compare_report *report)
{
	return json_pack("{s:o, s:o}", "file", json_text(name),
			 "version", json_text(ir_compare_version(report)));
}

static json_t *json_document(const struct compared *c)
{
	const struct ir_comparison *result = c->result;
	json_t *conditions = json_array(), *ignored = json_array(), *differences = json_array();

	for (size_t i = 0; i < c->options->nr_conditions; i++)
		json_array_append_new(conditions, json_text(c->options->conditions[i].text));
	for (size_t i = 0; i < c->options->nr_ignored; i++)
		json_array_append_new(ignored, json_text(c->options->ignored[i]));
	for (size_t i = 0; i < result->nr_differences; i++)
		json_array_append_new(differences, json_difference(c, &result->differences[i]));
	return json_pack("{s:s, s:{s:s}, s:o, s:o, s:b, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o}",
			 "schema", COMPARE_SCHEMA, "tool", "version", ir_version(),
			 "baseline", json_side(c->baseline_name, c->baseline),
			 "new", json_side(c->new_name, c->news), "passed", c->passed,
			 "recordings", (json_int_t)result->recordings,
			 "results", (json_int_t)result->rows,
			 "figures", (json_int_t)result->figures,
			 "failed", (json_int_t)result->failed,
			 "fail_if", conditions, "ignored", ignored,
			 "unmatched_parameters", json_text(result->unmatched),
			 "differences", differences);
}

int compare_json(const struct canvas *canvas, const struct compared *c)
{
	json_t *document = json_document(c);
	/* A write that fails shows as an error of the stream. */
	json_dumpf(document, canvas->out, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
	fputc('\n', canvas->out);
	json_decref(document);
	return 0;
}

static void csv_field(FILE *out, const char *text)
{
	if (text)
		ir_csv_text(out, text);
	fputc(',', out);
}

static void csv_figure(FILE *out, struct ir_figure figure)
{
	char text[IR_REAL_TEXT];

	if (figure.type == IR_FIGURE_INTEGER)
		fprintf(out, "%" PRId64, figure.integer);
	else if (figure.type == IR_FIGURE_REAL)
		fputs(ir_real_text(text, sizeof(text), figure.real, 15), out);
	fputc(',', out);
}

int compare_csv(const struct canvas *canvas, const struct compared *c)
{
	FILE *out = canvas->out;

	fputs("kind,recording,strategy,hypervisor,parameters,key,baseline,new,change,"
	      "change_percent,failed,conditions,note\n", out);
	for (size_t i = 0; i < c->result->nr_differences; i++) {
		const struct ir_difference *d = &c->result->differences[i];
		struct ir_memory memory;
		FILE *list = text_begin(&memory);
		char *conditions, text[IR_REAL_TEXT];
		double share;

		write_conditions(list, c, d);
		conditions = text_end(&memory);
		csv_field(out, kind_names[d->kind]);
		csv_field(out, d->recording);
		csv_field(out, d->strategy);
		csv_field(out, d->hypervisor);
		csv_field(out, d->parameters);
		csv_field(out, d->key);
		csv_figure(out, d->baseline);
		csv_figure(out, d->value);
		csv_figure(out, change_of(d));
		if (share_of(d, &share))
			fputs(ir_real_text(text, sizeof(text), share, 15), out);
		fprintf(out, ",%s,", d->failed ? "true" : "false");
		csv_field(out, conditions);
		if (d->note)
			ir_csv_text(out, d->note);
		fputc('\n', out);
		free(conditions);
	}
	return 0;
}
