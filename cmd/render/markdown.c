// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Markdown: the tables of a report as GitHub and GitLab draw them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/columns.h"
#include "verdict/fold.h"
#include "io/texts.h"
#include "render/faults.h"
#include "render/renderer.h"
#include "render/verify.h"
#include "render/words.h"
#include "base/free.h"

/* Names from a recording must not become mark-up; marks of a verdict do. */
static void write_escaped(FILE *out, const char *text)
{
	const char *end = "";

	for (; *text; text++) {
		if (*text == IR_MARK_END) {
			fputs(end, out);
			end = "";
		} else if ((unsigned char)*text <= IR_MARK_CODE) {
			end = *text == IR_MARK_CODE ? "`" : "**";
			fputs(end, out);
		} else {
			if (*end != '`' && strchr("\\`*_{}[]<>#|~", *text))
				fputc('\\', out);
			fputc(*text, out);
		}
	}
}

/* A list item: a view_line of a FILE. */
static void markdown_item(void *arg, const char *label, const char *text, enum view_mark mark)
{
	FILE *out = arg;
	const char *strong = mark == VIEW_BAD ? "**" : "";

	if (!text) {
		ir_memory_fail(out);
		return;
	}
	label += strspn(label, " ");
	if (*label)
		fprintf(out, "* %s%s%s: ", strong, label, strong);
	else
		fputs("* ", out);
	write_escaped(out, text);
	fputc('\n', out);
}

static int markdown_table(const struct canvas *canvas, const struct plain_column *columns,
		   size_t nr_columns, const char *const *cells, size_t rows)
{
	FILE *out = canvas->out;

	fputc('|', out);
	for (size_t i = 0; i < nr_columns; i++)
		fprintf(out, " %s |", columns[i].title);
	fputs("\n|", out);
	for (size_t i = 0; i < nr_columns; i++)
		fputs(columns[i].right ? " ---: |" : " --- |", out);
	fputc('\n', out);
	for (size_t r = 0; r < rows; r++) {
		fputc('|', out);
		for (size_t i = 0; i < nr_columns; i++) {
			fputc(' ', out);
			write_escaped(out, cells[r * nr_columns + i]);
			fputs(" |", out);
		}
		fputc('\n', out);
	}
	return 0;
}

/* The first of its names, and the others behind it. */
static void write_name(FILE *out, const struct ir_rows *rows, const struct ir_row *row)
{
	for (size_t m = 0; m < row->nr_members; m++) {
		char *name = text_checked(ir_row_name(rows, row, m));

		fputs(!m ? "" : m == 1 ? " (= " : ", ", out);
		write_escaped(out, name);
		free(name);
	}
	fputs(row->nr_members > 1 ? ")" : "", out);
	fputs(row->result->lower_bound ? " \\*" : "", out);
}

static void write_rows(FILE *out, const struct ir_rows *rows)
{
	const struct ir_column *column;
	char text[48];

	fputs("\n|", out);
	for (column = ir_result_columns; column->key; column++)
		if (ir_column_shown(column, rows->entry))
			fprintf(out, " %s |", column->title);
	fputs("\n|", out);
	for (column = ir_result_columns; column->key; column++)
		if (ir_column_shown(column, rows->entry))
			fputs(column->group ? " ---: |" : " --- |", out);
	fputc('\n', out);
	for (size_t r = 0; r < rows->nr; r++) {
		fputs("| ", out);
		write_name(out, rows, &rows->row[r]);
		fputs(" |", out);
		for (size_t i = 0; ir_result_columns[i].key; i++) {
			if (!ir_column_shown(&ir_result_columns[i], rows->entry) || !ir_result_columns[i].group)
				continue;
			view_cell(rows->entry, rows->row[r].members[0], i, text, sizeof(text));
			fputc(' ', out);
			write_escaped(out, text);
			fputs(" |", out);
		}
		fputc('\n', out);
	}
	fputc('\n', out);
}

enum words { WITHOUT_WORDS, WITH_WORDS };

static int write_results(const struct drawing *d, const struct ir_report_entry *entry, size_t first,
			 size_t end, enum words words)
{
	struct ir_rows rows;
	int rc = ir_rows_make(&rows, entry, first, end);

	if (!rc) {
		write_rows(d->canvas->out, &rows);
		if (words == WITH_WORDS)
			draw_words(d, &rows);
	}
	ir_rows_free(&rows);
	return rc;
}

static int write_devices(const struct drawing *drawing, const struct ir_report_entry *entry,
			 size_t first, size_t end)
{
	size_t d = ir_report_device(entry, 0);
	FILE *out = drawing->canvas->out;
	int rc = 0;

	if (!d || !ir_report_device(entry, d + 1))
		return 0;
	for (; d && !rc; d = ir_report_device(entry, d + 1)) {
		struct ir_report_entry of;

		rc = ir_report_device_entry(entry, d, &of);
		if (!rc) {
			view_device(entry, &of, first, ir_report_device_name(entry, d), markdown_item, out);
			rc = write_results(drawing, &of, first, end, WITHOUT_WORDS);
		}
		ir_free(of.results);
	}
	return rc;
}

static int render_report(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	const struct drawing drawing = { canvas, markdown_item, canvas->out, markdown_table };
	FILE *out = canvas->out;

	for (size_t e = 0; e < n; e++) {
		const struct ir_report_entry *entry = &entries[e];

		fprintf(out, "%s## Replay\n\n", e ? "\n" : "");
		view_recording(entry, markdown_item, out);
		for (size_t first = 0, end; first < entry->nr_results; first = end) {
			end = ir_group_end(entry, first);
			view_hypervisor(entry, first, end, markdown_item, out);
			if (write_results(&drawing, entry, first, end, WITH_WORDS) ||
			    write_devices(&drawing, entry, first, end))
				return -ENOMEM;
		}
		if (draw_replayed_sites(&drawing, entry))
			return -ENOMEM;
		view_notes(entry, markdown_item, out);
		if (draw_verdict(&drawing, entry))
			return -ENOMEM;
	}
	return draw_verdict_all(&drawing, entries, n);
}

static struct drawing list_drawing(const struct canvas *canvas)
{
	return (struct drawing){ canvas, markdown_item, canvas->out, markdown_table };
}

static int render_each(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n,
		       const char *title, draw_entry draw)
{
	const struct drawing drawing = list_drawing(canvas);
	int rc = 0;

	for (size_t e = 0; e < n && !rc; e++) {
		fprintf(canvas->out, "%s## %s\n\n", e ? "\n" : "", title);
		rc = draw(&drawing, &entries[e]);
	}
	return rc;
}

static int render_info(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return render_each(canvas, entries, n, "Recording", draw_info);
}

static int render_verify(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return render_each(canvas, entries, n, "Verification", draw_verify);
}

static int render_faults(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	return render_each(canvas, entries, n, "Faults", draw_faults);
}

static int render_sweep(const struct canvas *canvas, const struct sweep *of)
{
	const struct drawing drawing = list_drawing(canvas);

	fputs("## Sweep\n\n", canvas->out);
	return sweep_draw(of, &drawing);
}

static int render_compare(const struct canvas *canvas, const struct compared *of)
{
	const struct drawing drawing = list_drawing(canvas);

	fputs("## Comparison\n\n", canvas->out);
	return compare_draw(&drawing, of);
}

const struct renderer renderer_markdown = {
	.name = "md", .report = render_report, .info = render_info, .verify = render_verify,
	.faults = render_faults, .sweep = render_sweep, .compare = render_compare, .drawing = list_drawing,
};
