// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Call sites for people: drivers first, then the sites, the foremost ones.  What a
 * table leaves out is summed up in its last row, so that the rows add up.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "render/render.h"
#include "base/memory.h"
#include "report/columns.h"
#include "report/sites.h"

#define SHOWN		10	/* rows of a list; all of them with --verbose */
#define SHOWN_FRAMES	8	/* of a chain, from the call site on */
#define MAX_COLUMNS	16

/* A table that grows row by row; texts are its own. */
struct sheet {
	struct plain_column columns[MAX_COLUMNS];
	size_t nr_columns;
	char **cells;
	size_t nr, room;
	bool failed;
};

static void sheet_free(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->nr; i++)
		free(sheet->cells[i]);
	free(sheet->cells);
}

static void put(struct sheet *sheet, const char *text)
{
	if (sheet->nr == sheet->room) {
		size_t room = sheet->room ? sheet->room * 2 : 64;
		char **grown = reallocarray(sheet->cells, room, sizeof(char *));

		if (!grown) {
			sheet->failed = true;
			return;
		}
		sheet->cells = grown;
		sheet->room = room;
	}
	sheet->cells[sheet->nr] = view_clean(text);
	if (sheet->cells[sheet->nr])
		sheet->nr++;
	else
		sheet->failed = true;
}

static void put_value(struct sheet *sheet, struct ir_value value, enum ir_unit unit)
{
	char text[48] = "-";

	switch (value.type) {
	case IR_VALUE_TEXT:
		put(sheet, value.text);
		return;
	case IR_VALUE_COUNT:
		if (value.count && unit == IR_UNIT_NS)
			view_duration(text, sizeof(text), value.count);
		else if (value.count)
			snprintf(text, sizeof(text), "%" PRIu64, value.count);
		break;
	case IR_VALUE_REAL:
		if (value.real > 0)
			ir_real_text(text, sizeof(text), value.real, 3);
		break;
	default:
		break;
	}
	put(sheet, text);
}

/* Figures in which nothing is, in any of the rows, are left out. */
static bool is_shown(const struct ir_site_figure *figure, const struct ir_site_row *sum,
		     enum ir_site_grouping grouping)
{
	struct ir_value value;

	if (!figure->title || (grouping != IR_BY_SITE && !strcmp(figure->key, "driver")))
		return false;
	value = ir_site_value(figure, sum);
	return figure->unit != IR_UNIT_FAILURES || value.type != IR_VALUE_COUNT || value.count;
}

static void put_columns(struct sheet *sheet, const struct ir_site_figure *figures,
			const struct ir_site_row *sum, enum ir_site_grouping grouping)
{
	for (; figures->key && sheet->nr_columns < MAX_COLUMNS; figures++) {
		bool name = !strcmp(figures->key, "site");

		if (is_shown(figures, sum, grouping))
			sheet->columns[sheet->nr_columns++] = (struct plain_column){
				!name || grouping == IR_BY_SITE ? figures->title :
				grouping == IR_BY_DRIVER ? "driver" : "task",
				!name && strcmp(figures->key, "driver"),
			};
	}
}

static void put_row(struct sheet *sheet, const struct ir_site_figure *figures,
		    const struct ir_site_row *row, const struct ir_site_row *sum,
		    enum ir_site_grouping grouping)
{
	for (; figures->key; figures++)
		if (is_shown(figures, sum, grouping))
			put_value(sheet, ir_site_value(figures, row), figures->unit);
}

/* The rows of one result; @label: its name in a column of its own, or NULL. */
static void put_rows(struct sheet *sheet, const struct ir_site_figure *figures, const char *label,
		     const struct ir_site_row *rows, size_t nr, const struct ir_site_row *sum,
		     enum ir_site_grouping grouping, bool all)
{
	size_t shown = all || nr <= SHOWN ? nr : SHOWN - 1;
	struct ir_site_row rest = { .name = NULL };
	char text[48];

	for (size_t i = 0; i < shown; i++) {
		if (label)
			put(sheet, i ? "" : label);
		put_row(sheet, figures, &rows[i], sum, grouping);
	}
	if (shown == nr)
		return;
	for (size_t i = shown; i < nr; i++)
		ir_site_add(&rest, &rows[i]);
	snprintf(text, sizeof(text), "(%zu more: --verbose)", nr - shown);
	rest.name = text;
	if (label)
		put(sheet, "");
	put_row(sheet, figures, &rest, sum, grouping);
}

static int draw_sheet(const struct drawing *drawing, struct sheet *sheet)
{
	int rc = sheet->failed ? -ENOMEM : 0;

	if (!rc && sheet->nr) {
		fputc('\n', drawing->canvas->out);
		rc = drawing->table(drawing->canvas, sheet->columns, sheet->nr_columns,
				    (const char *const *)sheet->cells, sheet->nr / sheet->nr_columns);
	}
	sheet_free(sheet);
	return rc;
}

static void sum_up(struct ir_site_row *sum, const struct ir_site_row *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		ir_site_add(sum, &rows[i]);
}

static int draw_recorded(const struct drawing *drawing, const struct ir_report_entry *entry,
			 enum ir_site_grouping grouping)
{
	struct ir_site_row sum = { .name = "" };
	struct sheet sheet = { .nr = 0 };
	size_t nr;
	struct ir_site_row *rows = ir_site_rows(entry, IR_RECORDING_ROWS, grouping, &nr);

	if (!rows)
		return -ENOMEM;
	sum_up(&sum, rows, nr);
	put_columns(&sheet, ir_site_recorded, &sum, grouping);
	put_rows(&sheet, ir_site_recorded, NULL, rows, nr, &sum, grouping,
		 drawing->canvas->verbose);
	free(rows);
	return draw_sheet(drawing, &sheet);
}

/* All results in one table: it says which strategy, and which hypervisor if there are several. */
static int draw_replayed(const struct drawing *drawing, const struct ir_report_entry *entry,
			 enum ir_site_grouping grouping)
{
	struct sheet sheet = { .columns = { { "strategy", false } }, .nr_columns = 1 };
	struct ir_site_row sum = { .name = "" };
	struct ir_site_row *rows;
	bool several = false;
	size_t nr;

	for (size_t i = 0; i < entry->nr_results; i++) {
		several |= entry->configs[i].strategy == entry->configs[0].strategy && i;
		rows = ir_site_rows(entry, i, grouping, &nr);
		if (!rows)
			return -ENOMEM;
		sum_up(&sum, rows, nr);
		free(rows);
	}
	put_columns(&sheet, ir_site_replayed, &sum, grouping);
	for (size_t i = 0; i < entry->nr_results; i++) {
		char label[128];

		snprintf(label, sizeof(label), "%s%s%s", entry->configs[i].strategy->name,
			 several ? " on " : "", several ? entry->configs[i].hypervisor->name : "");
		rows = ir_site_rows(entry, i, grouping, &nr);
		if (!rows) {
			sheet_free(&sheet);
			return -ENOMEM;
		}
		put_rows(&sheet, ir_site_replayed, label, rows, nr, &sum, grouping,
			 drawing->canvas->verbose);
		free(rows);
	}
	return draw_sheet(drawing, &sheet);
}

static void say_names(const struct drawing *drawing, const struct ir_site_table *table)
{
	size_t sites = table->nr - IR_SITES_FIRST;

	say(drawing, table->tasks ? "tasks" : "call sites", VIEW_PLAIN, "%zu%s%s", sites,
	    sites && table->symbols ? "; names from " : "",
	    sites && table->symbols ? table->symbols : "");
	if (table->hint)
		say(drawing, "note", VIEW_NOTE, "%s", table->hint);
}

static void write_frame(FILE *out, const struct ir_frame *frame)
{
	if (frame->symbol)
		fprintf(out, "%s+0x%" PRIx64, frame->symbol, frame->offset);
	else
		fprintf(out, "0x%" PRIx64, frame->address);
	if (frame->module)
		fprintf(out, " [%s]", frame->module);
}

/* Who called the call site. */
static int say_chain(const struct drawing *drawing, const struct ir_site *site)
{
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);
	char *text;
	uint32_t end = site->caller + SHOWN_FRAMES;

	if (!out)
		return -ENOMEM;
	for (uint32_t i = site->caller; i < site->nr_frames && i < end; i++) {
		fputs(i > site->caller ? " <- " : "", out);
		write_frame(out, &site->frames[i]);
	}
	if (end < site->nr_frames)
		fprintf(out, " <- %" PRIu32 " more", site->nr_frames - end);
	if (site->chains > 1)
		fprintf(out, "; the most frequent of %" PRIu32 " chains", site->chains);
	text = ir_memory_close(&memory);
	if (!text)
		return -ENOMEM;
	say(drawing, "chain", VIEW_PLAIN, "%s", text);
	free(text);
	return 0;
}

static int say_chains(const struct drawing *drawing, const struct ir_site_table *table)
{
	int rc = 0;

	for (size_t i = IR_SITES_FIRST; i < table->nr && drawing->canvas->verbose && !table->tasks && !rc; i++)
		rc = say_chain(drawing, &table->sites[i]);
	return rc;
}

/* One list, or two: drivers first, then the sites. */
static int draw_lists(const struct drawing *drawing, const struct ir_report_entry *entry,
		      int (*draw)(const struct drawing *drawing, const struct ir_report_entry *entry,
				  enum ir_site_grouping grouping))
{
	int rc;

	if (entry->info->sites->tasks)
		return draw(drawing, entry, IR_BY_TASK);
	rc = draw(drawing, entry, IR_BY_DRIVER);
	return rc || drawing->canvas->drivers ? rc : draw(drawing, entry, IR_BY_SITE);
}

int draw_recorded_sites(const struct drawing *drawing, const struct ir_report_entry *entry)
{
	const struct ir_site_table *table = entry->info->sites;
	int rc;

	if (!table)
		return 0;
	say_names(drawing, table);
	rc = say_chains(drawing, table);
	return rc ? rc : draw_lists(drawing, entry, draw_recorded);
}

int draw_replayed_sites(const struct drawing *drawing, const struct ir_report_entry *entry)
{
	const struct ir_site_table *table = entry->info->sites;
	int rc;

	if (entry->explanations) {
		fputc('\n', drawing->canvas->out);
		rc = draw_shortages(drawing, entry);
		if (rc)
			return rc;
	}
	if (!table || !entry->sites)
		return 0;
	fputc('\n', drawing->canvas->out);
	say_names(drawing, table);
	rc = say_chains(drawing, table);
	return rc ? rc : draw_lists(drawing, entry, draw_replayed);
}
