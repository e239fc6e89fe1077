// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables on a terminal.
 *
 * Equal results are one row; their other names stand below it.
 * The result columns come in groups.  If they do not fit into the width,
 * columns that are zero throughout are left out, and named below the table; if
 * that is not enough, further tables follow, each with the strategies' names
 * again.  So nothing is wrapped or cut.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "report/columns.h"
#include "verdict/fold.h"
#include "io/texts.h"
#include "render/faults.h"
#include "render/plain.h"
#include "render/renderer.h"
#include "render/verify.h"
#include "render/words.h"
#include "base/free.h"

#define GAP 2			/* between columns */
#define MAX_COLUMNS 32
#define CELL 48

/* The columns of one group of results, and how wide each is. */
struct layout {
	const struct canvas *canvas;
	const struct ir_report_entry *entry;
	const struct ir_rows *rows;
	size_t column[MAX_COLUMNS];	/* index into ir_result_columns; [0] is the row's name */
	size_t width[MAX_COLUMNS];
	bool zero[MAX_COLUMNS];		/* nothing but "-" in it */
	size_t nr;
};

/* The name of a row: its @member's; twins have a mark before it. */
static char *row_name(const struct layout *layout, const struct ir_row *row, size_t member)
{
	char *name = text_checked(ir_row_name(layout->rows, row, member)), *clean = text_clean(name), *text;
	bool bound = layout->entry->results[row->members[member]].lower_bound;

	text = text_format("%s%s%s", member ? "  = " : "", clean, bound ? " *" : "");
	free(name);
	free(clean);
	return text;
}

static size_t names_width(const struct layout *layout, size_t width)
{
	for (size_t r = 0; r < layout->rows->nr; r++) {
		for (size_t m = 0; m < layout->rows->row[r].nr_members; m++) {
			char *name = row_name(layout, &layout->rows->row[r], m);

			if (strlen(name) > width)
				width = strlen(name);
			free(name);
		}
	}
	return width;
}

static void measure_columns(struct layout *layout)
{
	char text[CELL];

	layout->nr = 0;
	for (size_t i = 0; ir_result_columns[i].key && layout->nr < MAX_COLUMNS; i++) {
		bool zero = true;
		size_t width;

		if (!ir_column_shown(&ir_result_columns[i], layout->entry))
			continue;
		width = strlen(ir_result_columns[i].title);
		for (size_t r = 0; r < layout->rows->nr && layout->nr; r++) {
			view_cell(layout->entry, layout->rows->row[r].members[0], i, text, sizeof(text));
			zero = zero && !strcmp(text, "-");
			if (strlen(text) > width)
				width = strlen(text);
		}
		if (!layout->nr) {
			zero = false;
			width = names_width(layout, width);
		}
		layout->column[layout->nr] = i;
		layout->zero[layout->nr] = zero;
		layout->width[layout->nr++] = width;
	}
}

static const char *group_of(const struct layout *layout, size_t i)
{
	const char *group = ir_result_columns[layout->column[i]].group;

	return group ? group : "";
}

/* The end of the group that column @i is in. */
static size_t group_end(const struct layout *layout, size_t i)
{
	size_t end = i + 1;

	while (end < layout->nr && !strcmp(group_of(layout, i), group_of(layout, end)))
		end++;
	return end;
}

static size_t total_width(const struct layout *layout, size_t from, size_t to)
{
	size_t width = layout->width[0];

	for (size_t i = from; i < to; i++)
		width += GAP + layout->width[i];
	return width;
}

/* How far a table reaches that starts with column @from: whole groups if one fits, else columns. */
static size_t table_end(const struct layout *layout, size_t from)
{
	size_t end = from, next;

	while (end < layout->nr) {
		next = group_end(layout, end);
		if (total_width(layout, from, next) > layout->canvas->width)
			break;
		end = next;
	}
	if (end > from)
		return end;
	for (end = from + 1; end < layout->nr; end++)
		if (total_width(layout, from, end + 1) > layout->canvas->width)
			break;
	return end < group_end(layout, from) ? end : group_end(layout, from);
}

/* How much of a heading fits: all of it, or its first words. */
static size_t heading_length(const char *name, size_t width)
{
	size_t len = strlen(name);

	while (len > width) {
		while (len && name[len - 1] != ' ')
			len--;
		while (len && name[len - 1] == ' ')
			len--;
	}
	/* "invalidations by cause" ends before "by" rather than behind it. */
	if (len > 3 && name[len] && !strncmp(name + len - 3, " by", 3))
		len -= 3;
	return len;
}

/* The line over the headings: "-- peak pages --" over its columns. */
static void print_groups(const struct layout *layout, size_t from, size_t to)
{
	FILE *out = layout->canvas->out;
	size_t i = from;

	fprintf(out, "%*s", (int)layout->width[0], "");
	while (i < to) {
		size_t end = group_end(layout, i), width = 0, len, left, blank;
		const char *name = group_of(layout, i);

		if (end > to)
			end = to;
		for (size_t c = i; c < end; c++)
			width += layout->width[c] + (c > i ? GAP : 0);
		len = heading_length(name, width);
		blank = len + 2 <= width;
		left = (width - len - 2 * blank) / 2;
		fprintf(out, "%*s", GAP, "");
		for (size_t c = 0; c < left; c++)
			fputc('-', out);
		fprintf(out, "%*s%.*s%*s", (int)blank, "", (int)len, name, (int)blank, "");
		for (size_t c = left + len + 2 * blank; c < width; c++)
			fputc('-', out);
		i = end;
	}
	fputc('\n', out);
}

static int fill_row(struct libscols_line *line, const struct layout *layout, size_t result,
		    size_t cell, size_t i)
{
	char text[CELL];
	enum view_mark mark = view_cell(layout->entry, result, layout->column[i], text,
					sizeof(text));
	const char *color = terminal_color(mark);

	if (scols_line_set_data(line, cell, text))
		return -ENOMEM;
	if (color && scols_cell_set_color(scols_line_get_cell(line, cell), color))
		return -ENOMEM;
	return 0;
}

/* A row, and the names of its twins below it. */
static int add_row(struct libscols_table *table, const struct layout *layout, size_t r, size_t from,
		   size_t to)
{
	const struct ir_row *row = &layout->rows->row[r];
	int rc = 0;

	for (size_t m = 0; m < row->nr_members && !rc; m++) {
		struct libscols_line *line = scols_table_new_line(table, NULL);
		char *name = line ? row_name(layout, row, m) : NULL;

		rc = !name || scols_line_set_data(line, 0, name) ? -ENOMEM : 0;
		for (size_t i = from; i < to && !rc && !m; i++)
			rc = fill_row(line, layout, row->members[0], i - from + 1, i);
		free(name);
	}
	return rc;
}

static int print_part(const struct layout *layout, size_t from, size_t to)
{
	struct libscols_table *table = terminal_table(layout->canvas);
	int rc = table ? 0 : -ENOMEM;

	if (rc)
		return rc;
	/* The widths are measured already: nothing is to be cut. */
	scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER);
	for (size_t i = 0; i < layout->nr && !rc; i++) {
		if (i && (i < from || i >= to))
			continue;
		if (!scols_table_new_column(table, ir_result_columns[layout->column[i]].title, 0,
					    i ? SCOLS_FL_RIGHT : 0))
			rc = -ENOMEM;
	}
	for (size_t r = 0; r < layout->rows->nr && !rc; r++)
		rc = add_row(table, layout, r, from, to);
	if (!rc) {
		print_groups(layout, from, to);
		if (scols_print_table(table))
			rc = -ENOMEM;
	}
	scols_unref_table(table);
	return rc;
}

/* Leave out the columns that are zero throughout; their titles go to @names. */
static void drop_zero_columns(struct layout *layout, char *names, size_t size)
{
	size_t kept = 0, used = 0;

	for (size_t i = 0; i < layout->nr; i++) {
		if (layout->zero[i]) {
			int n = snprintf(names + used, size - used, "%s%s", used ? ", " : "",
					 ir_result_columns[layout->column[i]].title);

			used += n > 0 ? (size_t)n : 0;
			if (used >= size)
				used = size - 1;
			continue;
		}
		layout->column[kept] = layout->column[i];
		layout->width[kept++] = layout->width[i];
	}
	layout->nr = kept;
}

static int print_rows(const struct canvas *canvas, const struct ir_rows *rows)
{
	struct layout layout = { .canvas = canvas, .entry = rows->entry, .rows = rows };
	char zero[256] = "";
	int rc = 0;

	measure_columns(&layout);
	if (total_width(&layout, 1, layout.nr) > canvas->width)
		drop_zero_columns(&layout, zero, sizeof(zero));
	for (size_t from = 1; from < layout.nr && !rc; ) {
		size_t to = table_end(&layout, from);

		fputc('\n', canvas->out);
		rc = print_part(&layout, from, to);
		from = to;
	}
	if (*zero)
		print_line((void *)(uintptr_t)canvas, "all zero", zero, VIEW_PLAIN);
	return rc;
}

/* @d: what explains them is drawn as well; NULL: not. */
static int print_results(const struct canvas *canvas, const struct ir_report_entry *entry,
			 size_t first, size_t end, const struct drawing *d)
{
	struct ir_rows rows;
	int rc = ir_rows_make(&rows, entry, first, end);

	if (!rc)
		rc = print_rows(canvas, &rows);
	if (!rc && d) {
		fputc('\n', canvas->out);
		draw_words(d, &rows);
	}
	ir_rows_free(&rows);
	return rc;
}

/* With several devices: the share of each in these results. */
static int print_devices(const struct canvas *canvas, const struct ir_report_entry *entry,
			 size_t first, size_t end)
{
	size_t d = ir_report_device(entry, 0);
	int rc = 0;

	if (!d || !ir_report_device(entry, d + 1))
		return 0;
	for (; d && !rc; d = ir_report_device(entry, d + 1)) {
		struct ir_report_entry of;

		rc = ir_report_device_entry(entry, d, &of);
		if (!rc) {
			fputc('\n', canvas->out);
			view_device(entry, &of, first, ir_report_device_name(entry, d), print_line,
				    (void *)(uintptr_t)canvas);
			rc = print_results(canvas, &of, first, end, NULL);
		}
		ir_free(of.results);
	}
	return rc;
}

static int render_report(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	void *arg = (void *)(uintptr_t)canvas;
	const struct drawing drawing = { canvas, print_line, arg, print_plain };
	int rc = 0;

	for (size_t e = 0; e < n && !rc; e++) {
		const struct ir_report_entry *entry = &entries[e];

		if (e)
			fputc('\n', canvas->out);
		view_recording(entry, print_line, arg);
		for (size_t first = 0, end; first < entry->nr_results && !rc; first = end) {
			end = ir_group_end(entry, first);
			if (first)
				fputc('\n', canvas->out);
			view_hypervisor(entry, first, end, print_line, arg);
			rc = print_results(canvas, entry, first, end, &drawing);
			if (!rc)
				rc = print_devices(canvas, entry, first, end);
		}
		if (!rc)
			rc = draw_replayed_sites(&drawing, entry);
		fputc('\n', canvas->out);
		view_notes(entry, print_line, arg);
		if (!rc)
			rc = draw_verdict(&drawing, entry);
	}
	return rc ? rc : draw_verdict_all(&drawing, entries, n);
}

static struct drawing line_drawing(const struct canvas *canvas)
{
	return (struct drawing){ canvas, print_line, (void *)(uintptr_t)canvas, print_plain };
}

static int render_each(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n,
		       draw_entry draw)
{
	const struct drawing drawing = line_drawing(canvas);
	int rc = 0;

	for (size_t e = 0; e < n && !rc; e++) {
		if (e)
			fputc('\n', canvas->out);
		rc = draw(&drawing, &entries[e]);
	}
	return rc;
}

static int render_info(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return render_each(canvas, entries, n, draw_info);
}

static int render_verify(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return render_each(canvas, entries, n, draw_verify);
}

static int render_faults(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return render_each(canvas, entries, n, draw_faults);
}

static int render_sweep(const struct canvas *canvas, const struct sweep *of)
{
	const struct drawing drawing = line_drawing(canvas);

	return sweep_draw(of, &drawing);
}

static int render_compare(const struct canvas *canvas, const struct compared *of)
{
	const struct drawing drawing = line_drawing(canvas);

	return compare_draw(&drawing, of);
}

const struct renderer renderer_table = {
	.name = "table", .report = render_report, .info = render_info, .verify = render_verify,
	.faults = render_faults, .sweep = render_sweep, .compare = render_compare, .drawing = line_drawing, .terminal = true,
};
