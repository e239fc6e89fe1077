// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CSV: a header line, then one line a result; where there are several devices, a
 * line for the share of each follows, with its name in the column "device".
 * Quoting is that of RFC 4180; lines end in a newline alone, as tools on Linux
 * expect.
 */
#include "report/columns.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_text(FILE *out, const char *text)
{
	char *clean = ir_text_utf8(text);

	if (!clean)
		return;		/* the stream has no memory either, and says so when closed */
	if (!strpbrk(clean, ",\"\r\n")) {
		fputs(clean, out);
	} else {
		fputc('"', out);
		for (const char *c = clean; *c; c++) {
			if (*c == '"')
				fputc('"', out);
			fputc(*c, out);
		}
		fputc('"', out);
	}
	free(clean);
}

static void write_value(FILE *out, struct ir_value value)
{
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
			fprintf(out, "%.15g", value.real);
		break;
	case IR_VALUE_TRUTH:
		fputs(value.truth ? "true" : "false", out);
		break;
	}
}

/* Parameters that only some rows have share a column: "a=1 b=2". */
static void write_column(FILE *out, const struct ir_column *column,
			 const struct ir_report_entry *entry, size_t result)
{
	struct ir_value value;
	const char *name;

	if (column->kind == IR_COLUMN_VALUE) {
		write_value(out, ir_column_value(column, entry, result));
		return;
	}
	for (size_t i = 0; ir_column_own(column, entry, result, i, &name, &value); i++) {
		fprintf(out, "%s%s=", i ? " " : "", name);
		write_value(out, value);
	}
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

static bool of_whole(const struct ir_column *column)
{
	return ir_column_of_device(column) || !strcmp(column->key, "strategy") ||
		!strcmp(column->key, "hypervisor") || !strncmp(column->key, "parameters.", 11);
}

static bool nothing(const struct ir_column *column)
{
	(void)column;
	return false;
}

/*
 * One line; the header's if @entry is NULL, else of a device if there is a name.  A
 * document has verified results only, or none.
 */
static void write_line(FILE *out, const struct ir_report_entry *entry, size_t result,
		       const char *device, bool verified)
{
	bool first = true;

	write_columns(out, ir_recording_columns, "recording.", NULL, entry, result, &first);
	fputc(',', out);
	if (!entry)
		fputs("device", out);
	else if (device)
		write_text(out, device);
	write_columns(out, ir_result_columns, "", device ? of_whole : NULL, entry, result, &first);
	if (verified)
		write_columns(out, ir_verify_columns, "verify.", device ? nothing : NULL, entry,
			      result, &first);
	fputc('\n', out);
}

/* The lines of the devices, if there are several.  0 or -ENOMEM. */
static int write_devices(FILE *out, const struct ir_report_entry *entry, size_t result,
			 bool verified)
{
	size_t d = ir_report_device(entry, 0);

	if (!d || !ir_report_device(entry, d + 1))
		return 0;
	for (; d; d = ir_report_device(entry, d + 1)) {
		const char *name = ir_report_device_name(entry, d);
		struct ir_report_entry of;
		int rc = ir_report_device_entry(entry, d, &of);

		if (!rc)
			write_line(out, &of, result, name ? name : "-", verified);
		free((void *)(uintptr_t)of.results);
		if (rc)
			return rc;
	}
	return 0;
}

char *ir_report_csv(const struct ir_report_entry *entries, size_t n)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	bool failed = false, verified = n && entries[0].verify;

	if (!out)
		return NULL;
	write_line(out, NULL, 0, NULL, verified);
	for (size_t i = 0; i < n; i++)
		for (size_t r = 0; r < entries[i].nr_results; r++) {
			write_line(out, &entries[i], r, NULL, verified);
			failed |= write_devices(out, &entries[i], r, verified) != 0;
		}
	failed |= ferror(out) != 0;
	if (fclose(out) || failed) {
		free(text);
		return NULL;
	}
	return text;
}
