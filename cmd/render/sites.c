// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Call sites for people: drivers first, then the sites, the foremost ones.  What a
 * table leaves out is summed up in its last row, so that the rows add up.  And who
 * held the entries at shortages.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "render/render.h"
#include "io/texts.h"
#include "iommu/s390.h"
#include "report/columns.h"
#include "report/explain.h"
#include "report/sites.h"
#include "base/numbers.h"
#include "verdict/verdict.h"

#define SHOWN		10	/* rows of a list; all of them with --verbose */
#define SHOWN_FRAMES	8	/* of a chain, from the call site on */
#define MAX_COLUMNS	16

/* A table that grows row by row; texts are its own. */
struct sheet {
	struct plain_column columns[MAX_COLUMNS];
	size_t nr_columns;
	char **cells;
	size_t nr, room;
	uint64_t cut_ns;	/* the longest exposure, if the recording's end cut it off */
	bool failed;
};

static void sheet_free(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->nr; i++)
		free(sheet->cells[i]);
	free(sheet->cells);
}

static void put_cell(struct sheet *sheet, const char *text)
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
	sheet->cells[sheet->nr++] = text_clean(text);
}

static void put_value(struct sheet *sheet, struct ir_value value, enum ir_unit unit)
{
	char text[64] = "-";

	switch (value.type) {
	case IR_VALUE_TEXT:
		put_cell(sheet, value.text);
		return;
	case IR_VALUE_COUNT:
		if (value.count && unit == IR_UNIT_NS)
			snprintf(text, sizeof(text), "%s%s", value.count == sheet->cut_ns ? ">=" : "",
				 ir_time_text(value.count, IR_PLAIN).s);
		else if (value.count)
			snprintf(text, sizeof(text), "%s", ir_count_text(value.count).s);
		break;
	case IR_VALUE_REAL:
		if (value.real >= 1000)
			snprintf(text, sizeof(text), "%s", ir_count_text((uint64_t)(value.real + .5)).s);
		else if (value.real > 0)
			ir_real_text(text, sizeof(text), value.real, 3);
		break;
	default:
		break;
	}
	put_cell(sheet, text);
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
			put_cell(sheet, i ? "" : label);
		put_row(sheet, figures, &rows[i], sum, grouping);
	}
	if (shown == nr)
		return;
	for (size_t i = shown; i < nr; i++)
		ir_site_add(&rest, &rows[i]);
	snprintf(text, sizeof(text), "(%zu more: --verbose)", nr - shown);
	rest.name = text;
	if (label)
		put_cell(sheet, "");
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

/* "fio 62%, nc 38% of 13,178 pages": the largest, in words. */
static int draw_makers(const struct drawing *drawing, const struct ir_site_row *rows, size_t nr,
		       const struct ir_site_row *sum)
{
	struct ir_memory memory;
	FILE *out;
	char *text;

	if (!sum->pages)
		return 0;
	out = text_begin(&memory);
	for (size_t i = 0; i < nr && i < 3; i++)
		fprintf(out, "%s%s %s", i ? ", " : "", rows[i].name ? rows[i].name : "(unknown)",
			nr == 1 ? "all" : ir_share_text((double)rows[i].pages, (double)sum->pages).s);
	fprintf(out, "%s %s page%s", nr == 1 ? "" : " of", ir_count_text(sum->pages).s, ir_plural(sum->pages));
	text = text_end(&memory);
	draw_line(drawing, "mapped by", VIEW_PLAIN, "%s", text);
	free(text);
	return 0;
}

static int draw_recorded(const struct drawing *drawing, const struct ir_report_entry *entry,
			 enum ir_site_grouping grouping)
{
	struct ir_site_row sum = { .name = "" };
	struct sheet sheet = { .nr = 0 };
	size_t nr;
	int rc;
	struct ir_site_row *rows = ir_site_rows(entry, IR_RECORDING_ROWS, grouping, &nr);

	if (!rows)
		return -ENOMEM;
	sum_up(&sum, rows, nr);
	put_columns(&sheet, ir_site_recorded, &sum, grouping);
	put_rows(&sheet, ir_site_recorded, NULL, rows, nr, &sum, grouping,
		 drawing->canvas->verbose);
	rc = grouping == IR_BY_SITE ? 0 : draw_makers(drawing, rows, nr, &sum);
	free(rows);
	sheet.failed |= rc < 0;
	return draw_sheet(drawing, &sheet);
}

/* All results in one table, each with its label. */
static int draw_replayed(const struct drawing *drawing, const struct ir_report_entry *entry,
			 enum ir_site_grouping grouping)
{
	struct sheet sheet = { .columns = { { "strategy", false } }, .nr_columns = 1 };
	struct ir_site_row sum = { .name = "" };
	struct ir_site_row *rows;
	size_t nr;

	for (size_t i = 0; i < entry->nr_results; i++) {
		rows = ir_site_rows(entry, i, grouping, &nr);
		if (!rows)
			return -ENOMEM;
		sum_up(&sum, rows, nr);
		free(rows);
	}
	put_columns(&sheet, ir_site_replayed, &sum, grouping);
	for (size_t i = 0; !ir_iommu_is_s390(ir_report_iommu(entry)) && i < sheet.nr_columns; i++)
		if (!strcmp(sheet.columns[i].title, "RPCITs"))
			sheet.columns[i].title = "flushes";
	for (size_t i = 0; i < entry->nr_results; i++) {
		char *label = ir_result_label(entry, i);

		rows = label ? ir_site_rows(entry, i, grouping, &nr) : NULL;
		if (!rows) {
			free(label);
			sheet_free(&sheet);
			return -ENOMEM;
		}
		sheet.cut_ns = ir_cut_of(&entry->results[i]).max ? entry->results[i].exposure.max_ns : 0;
		put_rows(&sheet, ir_site_replayed, label, rows, nr, &sum, grouping,
			 drawing->canvas->verbose);
		free(rows);
		free(label);
	}
	return draw_sheet(drawing, &sheet);
}

static void draw_symbol_origin(const struct drawing *drawing, const struct ir_site_table *table)
{
	size_t sites = table->nr - IR_SITES_FIRST;

	draw_line(drawing, table->tasks ? "tasks" : "call sites", VIEW_PLAIN, "%zu%s%s", sites,
		  sites && table->symbols ? "; names from " : "",
		  sites && table->symbols ? table->symbols : "");
	if (table->hint)
		draw_line(drawing, "note", VIEW_NOTE, "%s", table->hint);
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

/* The callers of a call site. */
static int draw_chain(const struct drawing *drawing, const struct ir_site *site)
{
	struct ir_memory memory;
	FILE *out = text_begin(&memory);
	char *text;
	uint32_t end = site->caller + SHOWN_FRAMES;

	for (uint32_t i = site->caller; i < site->nr_frames && i < end; i++) {
		fputs(i > site->caller ? " <- " : "", out);
		write_frame(out, &site->frames[i]);
	}
	if (end < site->nr_frames)
		fprintf(out, " <- %" PRIu32 " more", site->nr_frames - end);
	if (site->chains > 1)
		fprintf(out, "; the most frequent of %" PRIu32 " chains", site->chains);
	text = text_end(&memory);
	draw_line(drawing, "chain", VIEW_PLAIN, "%s", text);
	free(text);
	return 0;
}

static int draw_chains(const struct drawing *drawing, const struct ir_site_table *table)
{
	int rc = 0;

	for (size_t i = IR_SITES_FIRST; i < table->nr && drawing->canvas->verbose && !table->tasks && !rc; i++)
		rc = draw_chain(drawing, &table->sites[i]);
	return rc;
}

/*
 * The largest holders of the entries, or the IOVAs, when a replay ran short, in words.
 */

#define HOLDERS		3
#define HOLDERS_VERBOSE	10

static size_t holders_shown(const struct drawing *d)
{
	return d->canvas->verbose ? HOLDERS_VERBOSE : HOLDERS;
}

static const char *site_name(const struct ir_report_entry *entry, uint32_t site)
{
	const struct ir_site_table *table = entry->info->sites;

	return table && site < table->nr ? table->sites[site].name : "(unknown)";
}

static const char *device_name(const struct ir_report_entry *entry, uint16_t device)
{
	return device && device < entry->info->nr_devices ? entry->info->devices[device] : NULL;
}

static bool same_time(uint64_t a, uint64_t b)
{
	return !strcmp(ir_time_text(a, IR_PLAIN).s, ir_time_text(b, IR_PLAIN).s);
}

static bool same_holder(const struct ir_report_entry *entry, const struct ir_explanation *x, size_t i,
			const struct ir_explanation *y)
{
	const struct ir_entry_holder *a = &x->holders[i], *b = &y->holders[i];
	uint64_t pages = ir_explanation_mean(x, a->pages);

	if (pages != ir_explanation_mean(y, b->pages))
		return false;
	return !pages || (a->device == b->device && a->lazy == b->lazy && same_time(a->oldest_ns, b->oldest_ns) &&
			  !strcmp(site_name(entry, a->site), site_name(entry, b->site)) &&
			  same_time(ir_holder_mean_ns(a), ir_holder_mean_ns(b)));
}

/* Whether all that is shown of them is the same. */
static bool same_words(const struct ir_report_entry *entry, const struct ir_explanation *x,
		       const struct ir_explanation *y, size_t shown)
{
	bool same = !memcmp(x->count, y->count, sizeof(x->count)) && x->examined == y->examined &&
		same_time(x->first_ns - entry->info->start_ns, y->first_ns - entry->info->start_ns) &&
		same_time(x->last_ns - entry->info->start_ns, y->last_ns - entry->info->start_ns) &&
		ir_explanation_mean(x, x->live_pages) == ir_explanation_mean(y, y->live_pages) &&
		ir_explanation_mean(x, x->lazy_pages) == ir_explanation_mean(y, y->lazy_pages) &&
		ir_explanation_mean(x, x->other_pages) == ir_explanation_mean(y, y->other_pages);

	for (size_t i = 0; i < shown && same; i++)
		same = i < x->nr_holders && i < y->nr_holders ? same_holder(entry, x, i, y) :
			x->nr_holders == y->nr_holders;
	return same;
}

/* The same shortages, with the same holders. */
static bool is_same(const struct drawing *d, const struct ir_report_entry *entry, size_t a, size_t b)
{
	return ir_same_host(entry, a, b) &&
		same_words(entry, &entry->explanations[a], &entry->explanations[b], holders_shown(d));
}

static bool drawn_before(const struct drawing *d, const struct ir_report_entry *entry, size_t result)
{
	for (size_t i = 0; i < result; i++)
		if (is_same(d, entry, i, result))
			return true;
	return false;
}

/* "fq-flush, sync-map-retry": the strategies to which the same happened. */
static void write_names(FILE *out, const struct drawing *d, const struct ir_report_entry *entry, size_t result)
{
	bool several = !ir_same_host(entry, 0, entry->nr_results - 1);

	fputs(entry->configs[result].strategy->name, out);
	for (size_t i = result + 1; i < entry->nr_results; i++)
		if (is_same(d, entry, i, result))
			fprintf(out, ", %s", entry->configs[i].strategy->name);
	if (several) {
		fputs(" on ", out);
		ir_host_words(entry, result, out);
	}
}

static void write_counts(FILE *out, const struct ir_report_entry *entry,
			 const struct ir_explanation *x)
{
	const char *separator = ": ";
	struct ir_short first, last;

	for (int kind = 0; kind < IR_SHORTAGE_KINDS; kind++) {
		uint64_t n = x->count[kind];

		if (!n)
			continue;
		fprintf(out, "%s%s ", separator, ir_count_text(n).s);
		if (*separator == ':')
			fprintf(out, "map%s ", ir_plural(n));
		switch ((enum ir_shortage_kind)kind) {
		case IR_SHORTAGE_RESOURCES:
			fputs("met a host that was full", out);
			break;
		case IR_SHORTAGE_IOVA:
			fputs("failed without an IOVA", out);
			break;
		case IR_SHORTAGE_FAILED:
			fputs("failed", out);
			break;
		default:
			fprintf(out, "%s left unbacked", n == 1 ? "was" : "were");
		}
		separator = ", ";
	}
	first = ir_time_text(x->first_ns - entry->info->start_ns, IR_PLAIN);
	last = ir_time_text(x->last_ns - entry->info->start_ns, IR_PLAIN);
	if (ir_explanation_total(x) == 1)
		fprintf(out, ", at %s", first.s);
	else
		fprintf(out, ", from %s to %s", first.s, last.s);
	if (x->examined == 1 && ir_explanation_total(x) > 1)
		fputs("; the first was examined", out);
	else if (x->examined < ir_explanation_total(x))
		fprintf(out, "; the first %s were examined", ir_count_text(x->examined).s);
}

static void draw_holder(const struct drawing *d, const struct ir_report_entry *entry,
			const struct ir_explanation *x, const struct ir_entry_holder *h, uint64_t all)
{
	const char *device = entry->info->nr_devices > 2 ? device_name(entry, h->device) : NULL;
	struct ir_short mean, oldest;
	uint64_t pages = ir_explanation_mean(x, h->pages);

	mean = ir_time_text(ir_holder_mean_ns(h), IR_PLAIN);
	oldest = ir_time_text(h->oldest_ns, IR_PLAIN);
	if (!pages)
		return;
	draw_line(d, "", VIEW_PLAIN, "%s%s%s: %s page%s (%s) %s, for %s on average, the oldest for %s",
		  device ? device : "", device ? ", " : "", site_name(entry, h->site), ir_count_text(pages).s,
		  ir_plural(pages), ir_share_text((double)pages, (double)all).s,
		  h->lazy ? "unmapped and not yet flushed" : "mapped", mean.s, oldest.s);
}

/* On average of the examined shortages. */
static uint64_t held_pages(const struct ir_explanation *x)
{
	return ir_explanation_mean(x, x->live_pages) + ir_explanation_mean(x, x->lazy_pages) +
		ir_explanation_mean(x, x->other_pages);
}

static void draw_holders(const struct drawing *d, const struct ir_report_entry *entry,
			 const struct ir_explanation *x)
{
	uint64_t other = ir_explanation_mean(x, x->other_pages), all = held_pages(x);
	size_t shown = holders_shown(d);

	if (!x->examined)
		return;
	for (size_t i = 0; i < x->nr_holders && i < shown; i++)
		draw_holder(d, entry, x, &x->holders[i], all);
	if (other)
		draw_line(d, "", VIEW_PLAIN, "mapped before the recording, or being mapped: %s page%s (%s)",
			  ir_count_text(other).s, ir_plural(other), ir_share_text((double)other, (double)all).s);
}

/*
 * QEMU does not give an entry back when an IOVA is used again without a flush
 * (iommu-replay-strategies(7)).
 */
static void draw_lost(const struct drawing *d, const struct ir_result *result,
		      const struct ir_explanation *x)
{
	uint64_t limit = result->parameters.hypervisor.entry_limit, held;

	if (!x->examined || !x->count[IR_SHORTAGE_RESOURCES])
		return;
	held = held_pages(x);
	if (limit > held + limit / 10)
		draw_line(d, "", VIEW_BAD, "no mapping: %s entr%s (%s of the limit); the hypervisor "
			  "lost %s as IOVAs were used again without a flush", ir_count_text(limit - held).s,
			  limit - held == 1 ? "y" : "ies", ir_share_text((double)(limit - held), (double)limit).s,
			  limit - held == 1 ? "it" : "them");
}

/* Most shortages are those of IOVAs. */
static bool is_of_iovas(const struct ir_explanation *x)
{
	return x->count[IR_SHORTAGE_IOVA] * 2 > ir_explanation_total(x);
}

/* Pages that are unbacked, or whose map waits for its flush, are mapped and hold none of the entries. */
static bool wanted_more(const struct ir_explanation *x, uint64_t limit)
{
	return x->count[IR_SHORTAGE_UNBACKED] + x->count[IR_SHORTAGE_RESOURCES] && !is_of_iovas(x) &&
		limit && held_pages(x) > limit;
}

static int draw_shortages(const struct drawing *d, const struct ir_report_entry *entry)
{
	bool any = false;

	for (size_t i = 0; entry->explanations && i < entry->nr_results; i++) {
		const struct ir_explanation *x = &entry->explanations[i];
		struct ir_memory memory;
		FILE *out;
		char *text;

		if (!ir_explanation_total(x) || drawn_before(d, entry, i))
			continue;
		out = text_begin(&memory);
		write_names(out, d, entry, i);
		write_counts(out, entry, x);
		text = text_end(&memory);
		if (wanted_more(x, entry->results[i].parameters.hypervisor.entry_limit))
			draw_line(d, "shortages", VIEW_NOTE, "%s; then %s pages wanted the host's %s entr%s", text,
				  ir_count_text(held_pages(x)).s,
				  ir_count_text(entry->results[i].parameters.hypervisor.entry_limit).s,
				  entry->results[i].parameters.hypervisor.entry_limit == 1 ? "y" : "ies");
		else
			draw_line(d, "shortages", VIEW_NOTE, "%s; then the %s were held by", text,
				  is_of_iovas(x) ? "IOVAs" : "host's entries");
		free(text);
		draw_holders(d, entry, x);
		draw_lost(d, &entry->results[i], x);
		any = true;
	}
	if (entry->explanations && !any)
		draw_line(d, "shortages", VIEW_PLAIN, "none: no strategy ran short of entries or IOVAs");
	return 0;
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
	draw_symbol_origin(drawing, table);
	if (table->nr <= IR_SITES_FIRST)
		return 0;
	rc = draw_chains(drawing, table);
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
	draw_symbol_origin(drawing, table);
	if (table->nr <= IR_SITES_FIRST)
		return 0;	/* one row, of what is not known */
	rc = draw_chains(drawing, table);
	return rc ? rc : draw_lists(drawing, entry, draw_replayed);
}
