// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * info: what is in a recording, and how much of it can be relied upon.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "document.h"
#include "input.h"
#include "view.h"

const struct choice info_formats[] = {
	{ "table", FORMAT_TABLE },
	{ "json", FORMAT_JSON },
	{ NULL, 0 },
};

/* Number @i of a list of events, or of the damage counters that are not zero. */
static bool event_row(const struct ir_recording_info *info, size_t i, uint64_t *count,
		      const char **name, const char **meaning)
{
	if (i >= info->nr_events)
		return false;
	*count = info->events[i].count;
	*name = info->events[i].name;
	*meaning = NULL;
	return true;
}

static bool damage_row(const struct ir_recording_info *info, size_t i, uint64_t *count,
		       const char **name, const char **meaning)
{
	for (int k = 0; k < IR_DAMAGE_KINDS; k++) {
		if (!info->damage.count[k] || i--)
			continue;
		*count = info->damage.count[k];
		*name = ir_damage_name((enum ir_damage_kind)k);
		*meaning = ir_damage_meaning((enum ir_damage_kind)k);
		return true;
	}
	return false;
}

typedef bool (*row_function)(const struct ir_recording_info *info, size_t i, uint64_t *count,
			     const char **name, const char **meaning);

static int print_counts(const struct canvas *canvas, const struct ir_recording_info *info,
			const char *title, row_function row)
{
	const struct plain_column columns[] = { { "count", true }, { title, false },
						{ "meaning", false } };
	const char *name, *meaning = NULL;
	size_t rows = 0, nr_columns;
	uint64_t count;
	char **cells;
	int rc = 0;

	while (row(info, rows, &count, &name, &meaning))
		rows++;
	if (!rows)
		return 0;
	nr_columns = meaning ? 3 : 2;
	cells = calloc(rows * nr_columns, sizeof(*cells));
	if (!cells)
		return -1;
	for (size_t i = 0; i < rows && !rc; i++) {
		row(info, i, &count, &name, &meaning);
		if (asprintf(&cells[i * nr_columns], "%" PRIu64, count) < 0)
			cells[i * nr_columns] = NULL;
		cells[i * nr_columns + 1] = view_clean(name);
		if (meaning)
			cells[i * nr_columns + 2] = view_clean(meaning);
		for (size_t c = 0; c < nr_columns; c++)
			if (!cells[i * nr_columns + c])
				rc = -1;
	}
	if (!rc) {
		fputc('\n', canvas->out);
		rc = print_plain(canvas, columns, nr_columns, (const char *const *)cells, rows);
	}
	for (size_t i = 0; i < rows * nr_columns; i++)
		free(cells[i]);
	free(cells);
	return rc;
}

int render_info(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	void *arg = (void *)(uintptr_t)canvas;
	int rc = 0;

	for (size_t e = 0; e < n && !rc; e++) {
		const struct ir_recording_info *info = entries[e].info;

		if (e)
			fputc('\n', canvas->out);
		view_recording(&entries[e], print_line, arg);
		view_origin(&entries[e], print_line, arg);
		if (info->complete)
			print_line(arg, "input", "complete: nothing lost, nothing damaged",
				   VIEW_PLAIN);
		else
			print_line(arg, "warning", "the input is incomplete", VIEW_BAD);
		rc = print_counts(canvas, info, "event", event_row);
		if (!rc)
			rc = print_counts(canvas, info, "damage", damage_row);
	}
	return rc;
}

int cmd_info(const struct settings *settings)
{
	struct document doc;
	int status = document_open(&doc, settings);

	if (status)
		return status;
	doc.table = render_info;
	for (size_t i = 0; i < settings->nr_operands; i++) {
		struct input input;
		int opened = input_open(&input, settings, settings->operands[i],
					document_interrupted, &doc);

		/* What is wrong with a recording is what one asks info about: it is shown. */
		if (input.rec)
			opened = worse(opened, document_add(&doc, &(struct ir_report_entry){
				.info = input.info,
			}));
		input_close(&input);
		status = worse(status, opened);
		if (*interrupts_flag()) {
			status = STATUS_INTERRUPTED;
			break;
		}
	}
	return document_finish(&doc, status);
}
