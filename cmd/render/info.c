// SPDX-License-Identifier: GPL-2.0-or-later
/* Draws the content of a recording on a terminal and in Markdown. */
#include <stdlib.h>
#include <string.h>

#include "base/numbers.h"
#include "io/texts.h"
#include "render/render.h"
#include "render/view.h"

#define MAX_CELLS 4

/* Row @i of the list of events, or of the damage counters that are not zero: how many cells, 0: no more. */
static size_t event_row(const struct ir_recording_info *info, size_t i, uint64_t *count,
			const char *cells[MAX_CELLS])
{
	if (i >= info->nr_events)
		return 0;
	*count = info->events[i].count;
	cells[1] = info->events[i].name;
	return 2;
}

static size_t damage_row(const struct ir_recording_info *info, size_t i, uint64_t *count,
			 const char *cells[MAX_CELLS])
{
	for (int k = 0; k < IR_DAMAGE_KINDS; k++) {
		enum ir_damage_kind kind = (enum ir_damage_kind)k;

		if (!info->damage.count[k] || i--)
			continue;
		*count = info->damage.count[k];
		cells[1] = ir_damage_name(kind);
		cells[2] = ir_severity_name(ir_damage_severity(kind));
		cells[3] = ir_damage_meaning(kind);
		return 4;
	}
	return 0;
}

typedef size_t (*row_function)(const struct ir_recording_info *info, size_t i, uint64_t *count,
			       const char *cells[MAX_CELLS]);

/* The cells of one row, for free(). */
static void fill_row(const struct ir_recording_info *info, row_function row, size_t i, char **cells)
{
	const char *texts[MAX_CELLS] = { NULL };
	uint64_t count = 0;
	size_t n = row(info, i, &count, texts);

	cells[0] = text_checked(strdup(ir_count_text(count).s));
	for (size_t c = 1; c < n; c++)
		cells[c] = text_clean(texts[c]);
}

static int print_counts(const struct drawing *drawing, const struct ir_recording_info *info,
			const char *title, row_function row)
{
	const struct plain_column columns[MAX_CELLS] = {
		{ "count", true }, { title, false }, { "severity", false }, { "meaning", false },
	};
	const char *texts[MAX_CELLS];
	size_t rows = 0, nr_columns, n;
	uint64_t count;
	char **cells;
	int rc = 0;

	for (nr_columns = 0; (n = row(info, rows, &count, texts)); rows++)
		nr_columns = n;
	if (!rows)
		return 0;
	cells = calloc(rows * nr_columns, sizeof(*cells));
	if (!cells)
		return -1;
	for (size_t i = 0; i < rows; i++)
		fill_row(info, row, i, cells + i * nr_columns);
	fputc('\n', drawing->canvas->out);
	rc = drawing->table(drawing->canvas, columns, nr_columns, (const char *const *)cells, rows);
	for (size_t i = 0; i < rows * nr_columns; i++)
		free(cells[i]);
	free(cells);
	return rc;
}

int draw_info(const struct drawing *drawing, const struct ir_report_entry *entry)
{
	const struct ir_recording_info *info = entry->info;
	int rc;

	view_recording(entry, drawing->emit, drawing->arg);
	view_origin(entry, drawing->emit, drawing->arg);
	if (info->complete)
		drawing->emit(drawing->arg, "input", "complete: nothing lost, nothing damaged",
			      VIEW_PLAIN);
	else
		view_incomplete(info, drawing->emit, drawing->arg);
	if (info->hint)
		view_no_mapping(info, drawing->emit, drawing->arg);
	rc = draw_recorded_sites(drawing, entry);
	if (!rc)
		rc = print_counts(drawing, info, "event", event_row);
	if (!rc)
		rc = print_counts(drawing, info, "damage", damage_row);
	return rc;
}
