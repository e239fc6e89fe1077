// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CSV: a header line, then one line a result; where there are several devices, a
 * line for the share of each follows, with its name in the column "device".
 * Lines end in a newline alone, as tools on Linux expect.
 */
#include "report/columns.h"
#include "base/memory.h"
#include "report/sites.h"
#include "base/free.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A text that a spreadsheet would take for a formula, and what the mark itself could be
 * taken for: a text that begins with one of these gets the mark.  "-" alone, which
 * is the name of what has none, is no formula.
 */
static bool needs_mark(const char *text)
{
	return *text && strchr("=+-@\t\r'", *text) && strcmp(text, "-") != 0;
}

void ir_csv_text(FILE *out, const char *text)
{
	bool mark = needs_mark(text);

	if (!strpbrk(text, ",\"\r\n")) {
		fprintf(out, "%s%s", mark ? "'" : "", text);
		return;
	}
	fputs(mark ? "\"'" : "\"", out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void write_text(FILE *out, const char *text)
{
	char *clean = ir_text_utf8(text);

	if (!clean) {
		ir_memory_fail(out);
		return;
	}
	ir_csv_text(out, clean);
	free(clean);
}

static void write_value(FILE *out, struct ir_value value)
{
	char real[IR_REAL_TEXT];

	switch (value.type) {
	case IR_VALUE_NULL:
	case IR_VALUE_ABSENT:
		break;
	case IR_VALUE_TEXT:
		write_text(out, value.text);
		break;
	case IR_VALUE_COUNT:
		fprintf(out, "%" PRIu64, value.count);
		break;
	case IR_VALUE_REAL:
		if (isfinite(value.real))
			fputs(ir_real_text(real, sizeof(real), value.real, 15), out);
		break;
	case IR_VALUE_TRUTH:
		fputs(value.truth ? "true" : "false", out);
		break;
	}
}

/* Parameters that only some rows have share a column: "a=1 b=2". */
static void write_own(FILE *out, const struct ir_column *column,
		      const struct ir_report_entry *entry, size_t result)
{
	struct ir_memory memory;
	FILE *list = ir_memory_open(&memory);
	struct ir_value value;
	const char *name;
	char *text;

	if (!list) {
		ir_memory_fail(out);
		return;
	}
	for (size_t i = 0; ir_column_own(column, entry, result, i, &name, &value); i++) {
		fprintf(list, "%s%s=", i ? " " : "", name);
		write_value(list, value);
	}
	text = ir_memory_close(&memory);
	if (text)
		write_text(out, text);
	else
		ir_memory_fail(out);
	free(text);
}

static void write_column(FILE *out, const struct ir_column *column,
			 const struct ir_report_entry *entry, size_t result)
{
	if (column->kind == IR_COLUMN_VALUE)
		write_value(out, ir_column_value(column, entry, result));
	else
		write_own(out, column, entry, result);
}

static void write_columns(FILE *out, const struct ir_column *columns, const char *prefix,
			  bool (*wanted)(const struct ir_column *column),
			  const struct ir_report_entry *entry, size_t result, bool *first)
{
	for (const struct ir_column *column = columns; column->key; column++) {
		if (column->kind == IR_COLUMN_EVENTS || column->kind == IR_COLUMN_DEVICES)
			continue;
		if (!*first)
			fputc(',', out);
		*first = false;
		if (entry && (!wanted || wanted(column)))
			write_column(out, column, entry, result);
		else if (!entry)
			fprintf(out, "%s%s", prefix, column->key);
	}
}

static bool applies_to_devices(const struct ir_column *column)
{
	return ir_column_of_device(column) || !strcmp(column->key, "strategy") ||
		!strcmp(column->key, "hypervisor") || !strncmp(column->key, "parameters.", 11);
}

static bool no_column(const struct ir_column *column)
{
	(void)column;
	return false;
}

/* The columns that all lines of a document have. */
struct shape {
	bool results;		/* else only the recording */
	bool verified;		/* all results, or none */
	bool sites;		/* a line for each call site */
};

static void write_figures(FILE *out, const struct shape *shape, bool heading,
			  const struct ir_site_row *row)
{
	const struct ir_site_figure *figure = shape->results ? ir_site_replayed : ir_site_recorded;

	for (; figure->key; figure++) {
		fputc(',', out);
		if (row)
			write_value(out, ir_site_value(figure, row));
		else if (heading)
			fprintf(out, "sites.%s", figure->key);
	}
}

/* One line; the header's if @entry is NULL, else of a device or a call site if there is one. */
static void write_line(FILE *out, const struct shape *shape, const struct ir_report_entry *entry,
		       size_t result, const char *device, const struct ir_site_row *row)
{
	bool first = true;

	write_columns(out, ir_recording_columns, "recording.", NULL, entry, result, &first);
	if (shape->results) {
		fputc(',', out);
		if (!entry)
			fputs("device", out);
		else if (device)
			write_text(out, device);
		write_columns(out, ir_result_columns, "", device ? applies_to_devices : NULL, entry, result,
			      &first);
	}
	if (shape->verified)
		write_columns(out, ir_verify_columns, "verify.",
			      device || (entry && !entry->verify) ? no_column : NULL, entry, result,
			      &first);
	if (shape->sites)
		write_figures(out, shape, !entry, row);
	fputc('\n', out);
}

/* The lines of the devices, if there are several. */
static bool write_devices(FILE *out, const struct shape *shape, const struct ir_report_entry *entry,
			  size_t result)
{
	size_t d = ir_report_device(entry, 0);

	if (!d || !ir_report_device(entry, d + 1))
		return true;
	for (; d; d = ir_report_device(entry, d + 1)) {
		const char *name = ir_report_device_name(entry, d);
		struct ir_report_entry of;
		int rc = ir_report_device_entry(entry, d, &of);

		if (!rc)
			write_line(out, shape, &of, result, name ? name : "-", NULL);
		ir_free(of.results);
		if (rc)
			return false;
	}
	return true;
}

/* All lines of a result, or of a recording without one. */
static bool write_result(FILE *out, const struct shape *shape, const struct ir_report_entry *entry,
			 size_t result)
{
	struct ir_site_row *rows;
	size_t nr;

	/* Others of the same document may have sites. */
	if (!shape->sites || !(shape->results ? entry->sites != NULL : entry->info->sites != NULL)) {
		write_line(out, shape, entry, result, NULL, NULL);
		return !shape->results || write_devices(out, shape, entry, result);
	}
	rows = ir_site_rows(entry, shape->results ? result : IR_RECORDING_ROWS, IR_BY_SITE, &nr);
	for (size_t i = 0; rows && i < nr; i++)
		write_line(out, shape, entry, result, NULL, &rows[i]);
	free(rows);
	return rows;
}

char *ir_report_csv(const struct ir_report_entry *entries, size_t n)
{
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);
	struct shape shape = {
		.results = n && entries[0].nr_results,
		.verified = n && entries[0].verify,
		.sites = n && entries[0].info->sites &&
			(entries[0].sites || !entries[0].nr_results),
	};

	if (!out)
		return NULL;
	write_line(out, &shape, NULL, 0, NULL, NULL);
	for (size_t i = 0; i < n; i++)
		for (size_t r = 0; r < (shape.results ? entries[i].nr_results : 1); r++)
			if (!write_result(out, &shape, &entries[i], r))
				ir_memory_fail(out);
	return ir_memory_close(&memory);
}
