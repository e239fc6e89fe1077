// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The faults of a recording: what is known of all, then each with its verdict, then
 * how many there are of each kind, device and call site.
 */
#include "io/texts.h"
#include "render/faults.h"

#include <inttypes.h>
#include <iommu-replay/faults.h>
#include <stdlib.h>
#include <string.h>

#include "render/cells.h"
#include "render/view.h"
#include "base/numbers.h"

#define SHOWN 200u	/* in tables; JSON and CSV have all */

static void seconds_text(char *text, size_t size, uint64_t ns)
{
	snprintf(text, size, "%" PRIu64 ".%06" PRIu64, ns / 1000000000, ns / 1000 % 1000000);
}

static void text_cell(struct cells *cells, const char *text)
{
	cell(cells, "%s", text ? text : "-");
}

static int draw_list(const struct drawing *d, const struct ir_faults *faults)
{
	static const struct plain_column columns[] = {
		{ "time s", true }, { "device", false }, { "address", true }, { "access", false },
		{ "kind", false }, { "verdict", false },
	};
	size_t shown = faults->nr < SHOWN ? faults->nr : SHOWN;
	struct cells cells;
	char time[32];

	if (!shown)
		return 0;
	cells_init(&cells, sizeof(columns) / sizeof(columns[0]), shown);
	for (size_t i = 0; i < shown; i++) {
		const struct ir_fault *fault = &faults->faults[i];
		const char *access = ir_fault_access_name(fault->access);

		seconds_text(time, sizeof(time), fault->time_ns);
		cell(&cells, "%s", time);
		text_cell(&cells, fault->device);
		cell(&cells, "0x%" PRIx64, fault->address);
		cell(&cells, "%s", access ? access : "-");
		cell(&cells, "%s", ir_fault_kind_name(fault->kind));
		text_cell(&cells, fault->verdict);
	}
	return cells_draw(&cells, d, columns);
}

static int draw_counts(const struct drawing *d, const char *title,
		       const struct ir_fault_count *counts, size_t nr)
{
	const struct plain_column columns[] = { { "faults", true }, { title, false } };
	struct cells cells;

	if (!nr)
		return 0;
	if (nr > SHOWN)
		nr = SHOWN;
	cells_init(&cells, 2, nr);
	for (size_t i = 0; i < nr; i++) {
		cell(&cells, "%" PRIu64, counts[i].count);
		text_cell(&cells, counts[i].name);
	}
	return cells_draw(&cells, d, columns);
}

static int draw_kinds(const struct drawing *d, const struct ir_faults *faults)
{
	struct ir_fault_count counts[IR_FAULT_KINDS];
	size_t nr = 0;

	for (int k = 0; k < IR_FAULT_KINDS; k++)
		if (faults->by_kind[k])
			counts[nr++] = (struct ir_fault_count){
				ir_fault_kind_name((enum ir_fault_kind)k), faults->by_kind[k],
			};
	return draw_counts(d, "kind", counts, nr);
}

static void draw_head(const struct drawing *d, const struct ir_faults *faults)
{
	draw_line(d, "faults", VIEW_PLAIN, "%zu; %" PRIu64 " io_page_fault events, %" PRIu64
		  " console lines, %" PRIu64 " faults in the log", faults->nr, faults->events,
		  faults->console_lines, faults->log_lines);
	draw_line(d, "access", VIEW_PLAIN, "at most %s before its report",
		  ir_time_text(faults->delay_ns, IR_PLAIN).s);
	if (faults->clock) {
		draw_line(d, "log's clock", faults->clock_error_ns > 100000000 ? VIEW_BAD : VIEW_PLAIN,
			  "%s, good to %s", faults->clock, ir_time_text(faults->clock_error_ns, IR_PLAIN).s);
	}
}

static const char *is_are(uint64_t n)
{
	return n == 1 ? " is" : "s are";
}

/* Notes on faults that the list lacks, with the reason. */
static void draw_notes(const struct drawing *d, const struct ir_faults *faults)
{
	if (faults->nr > SHOWN)
		draw_line(d, "note", VIEW_NOTE, "%zu fault%s not shown; JSON and CSV have all",
			  faults->nr - SHOWN, is_are(faults->nr - SHOWN));
	if (faults->unexamined)
		draw_line(d, "warning", VIEW_BAD, "%" PRIu64 " further fault%s not examined",
			  faults->unexamined, faults->unexamined == 1 ? " was" : "s were");
	if (faults->outside)
		draw_line(d, "note", VIEW_NOTE,
			  "%" PRIu64 " fault%s of the log %s from before or after the recording",
			  faults->outside, faults->outside == 1 ? "" : "s", faults->outside == 1 ? "is" : "are");
	if (faults->suppressed)
		draw_line(d, "warning", VIEW_BAD,
			  "the kernel left out %" PRIu64 " line%s of its log (callbacks suppressed)",
			  faults->suppressed, faults->suppressed == 1 ? "" : "s");
	else if (faults->may_be_missing)
		draw_line(d, "note", VIEW_NOTE, "the kernel limits how many faults it logs: some may be missing");
	if (faults->bad_lines)
		draw_line(d, "warning", VIEW_BAD, "%" PRIu64 " line%s and cannot be read",
			  faults->bad_lines, faults->bad_lines == 1 ? " looks like a fault" : "s look like faults");
	if (faults->log_cut)
		draw_line(d, "warning", VIEW_BAD, "the log is cut or damaged: not all of it could be read");
	if (!faults->nr && (faults->clock || faults->log_given))
		draw_line(d, "note", VIEW_NOTE, "no fault was found, neither in the recording nor in the log");
	else if (!faults->nr)
		draw_line(d, "note", VIEW_NOTE, "no fault was found; a log is given with --log, and record-dma "
			  "--faults records what is needed");
}

int draw_faults(const struct drawing *d, const struct ir_report_entry *entry)
{
	const struct ir_faults *faults = entry->faults;
	int rc;

	view_recording(entry, d->emit, d->arg);
	if (!entry->info->complete)
		draw_line(d, "warning", VIEW_BAD, "the input is incomplete: maps and unmaps may be missing");
	draw_head(d, faults);
	rc = draw_list(d, faults);
	if (!rc)
		rc = draw_kinds(d, faults);
	if (!rc)
		rc = draw_counts(d, "device", faults->by_device, faults->nr_devices);
	if (!rc)
		rc = draw_counts(d, "mapped by", faults->by_site, faults->nr_sites);
	draw_notes(d, faults);
	return rc;
}

/* In quotes if it needs them; a spreadsheet must take nothing for a formula. */
static void csv_text(FILE *out, const char *text)
{
	char *clean = text_clean(text);

	if (!clean)
		return;
	fputc('"', out);
	if (strchr("=+-@\t", clean[0]) && clean[0])
		fputc('\'', out);
	for (const char *p = clean; *p; p++) {
		if (*p == '"')
			fputc('"', out);
		fputc(*p, out);
	}
	fputc('"', out);
	free(clean);
}

static void csv_mapping(FILE *out, const struct ir_fault *fault)
{
	const struct ir_fault_mapping *m = fault->mapping;

	if (!m) {
		fputs(",,,,,,,,", out);
		return;
	}
	fprintf(out, "0x%" PRIx64 ",%" PRIu64 ",", m->iova, m->size);
	csv_text(out, m->device);
	fprintf(out, ",%s,%" PRIu64 ",", m->direction ? m->direction : "", m->mapped_ns);
	csv_text(out, m->mapped_by.task);
	if (m->unmapped_ns)
		fprintf(out, ",%" PRIu64 ",", m->unmapped_ns);
	else
		fputs(",,", out);
	csv_text(out, m->unmapped_by.task);
	fputc(',', out);
	if (m->unmapped_ns && m->unmapped_ns <= fault->time_ns)
		fprintf(out, "%" PRIu64, fault->time_ns - m->unmapped_ns);
}

int render_faults_csv(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n)
{
	FILE *out = canvas->out;

	fputs("file,time_ns,time_uncertainty_ns,source,device,address,access,kind,"
	      "mapping.iova,mapping.size,mapping.device,mapping.direction,mapping.mapped_ns,"
	      "mapping.mapped_by,mapping.unmapped_ns,mapping.unmapped_by,"
	      "mapping.unmapped_before_ns,candidates,verdict\n", out);
	for (size_t e = 0; e < n; e++) {
		const struct ir_faults *faults = entries[e].faults;

		for (size_t i = 0; i < faults->nr; i++) {
			const struct ir_fault *fault = &faults->faults[i];
			const char *access = ir_fault_access_name(fault->access);

			csv_text(out, entries[e].info->file);
			fprintf(out, ",%" PRIu64 ",%" PRIu64 ",%s,", fault->time_ns,
				fault->uncertainty_ns, ir_fault_source_name(fault->sources));
			csv_text(out, fault->device);
			fprintf(out, ",0x%" PRIx64 ",%s,%s,", fault->address, access ? access : "",
				ir_fault_kind_name(fault->kind));
			csv_mapping(out, fault);
			fprintf(out, ",%zu,", fault->nr_candidates);
			csv_text(out, fault->verdict);
			fputc('\n', out);
		}
	}
	return 0;
}
