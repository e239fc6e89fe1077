// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report: a JSON report, rendered again as its command would have done it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/document.h"
#include "io/file.h"
#include "io/kind.h"
#include "base/message.h"
#include "base/numbers.h"
#include "render/verify.h"
#include "report/json.h"
#include "sweep/frontier.h"
#include "sweep/stored.h"

/* Of a batch: no table has them. */
static void note_failed(const struct ir_report *report, const char *name)
{
	size_t n = json_array_size(json_object_get(ir_report_root(report), "failed"));

	if (n)
		message("note: %s: %s cell%s failed and ha%s no results; its member \"failed\" says why", name,
			ir_count_text(n).s, ir_plural(n), n == 1 ? "s" : "ve");
}

static struct ir_report *read_report(const char *path)
{
	const char *name = strcmp(path, "-") ? path : "standard input";
	struct ir_report *report = NULL;
	struct ir_error err = { "" };
	size_t size = 0;
	char *text = file_read(path, IR_REPORT_MAX_SIZE, "a report", &size);

	if (text) {
		report = ir_report_read(name, text, size, &err);
		if (!report)
			message("%s", err.text);
		else if (!ir_report_has_digest(report))
			message("note: %s has no digest: an older version wrote it, and damage in it "
				"may go unnoticed", name);
		if (report)
			note_failed(report, name);
	}
	free(text);
	return report;
}

/* The entries as verify has them: see struct verified. */
static struct verified *as_verified(struct ir_report_entry *entries, size_t n)
{
	struct verified *all = calloc(n, sizeof(*all));

	for (size_t i = 0; all && i < n; i++) {
		all[i].report = *entries[i].verify;
		all[i].config = *entries[i].configs;
		entries[i].verify = &all[i].report;
	}
	return all;
}

/* The command that wrote it. */
static bool is_info(const struct ir_report_entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (entries[i].nr_results)
			return false;
	return true;
}

static bool is_verify(const struct ir_report_entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (entries[i].nr_results != 1 || !entries[i].verify)
			return false;
	return true;
}

static bool is_faults(const struct ir_report_entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (entries[i].nr_results || !entries[i].faults)
			return false;
	return true;
}

/* Hand the entries to a document, with the renderers of the command that wrote them. */
static int render_entries(const struct settings *settings, const struct ir_report *report,
			  struct ir_report_entry *entries, size_t n)
{
	const struct renderer *renderer = renderer_of(settings);
	bool verify = !is_faults(entries, n) && !is_info(entries, n) && is_verify(entries, n);
	int (*draw)(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n) =
		is_faults(entries, n) ? renderer->faults : is_info(entries, n) ? renderer->info :
		verify ? renderer->verify : renderer->report;
	struct verified *verified = NULL;
	struct document doc;
	int status;

	if (!draw) {
		message("%s: %s shows results of run, of which the report has none", settings->operands[0],
			renderer->name);
		return STATUS_USAGE;
	}
	status = document_open(&doc, settings);
	if (status)
		return status;
	doc.report = report;
	doc.entries = entries;
	doc.n = n;
	doc.render = draw;
	if (verify) {
		verified = as_verified(entries, n);
		if (!verified) {
			message("out of memory");
			output_abort(&doc.out);
			return STATUS_ERROR;
		}
	}
	status = document_finish(&doc, STATUS_DONE);
	free(verified);
	return status;
}

/* A report of sweep: with its tables of values and its answers. */
static int render_sweep(const struct settings *settings, const struct ir_report *report)
{
	struct stored_sweep stored;
	struct rendering r;
	struct output out;
	struct ir_error err = { "" };
	char *text = NULL;
	int rc = stored_sweep_read(&stored, settings, report, &err);

	if (rc) {
		message("%s: %s", settings->operands[0], err.text);
		stored_sweep_free(&stored);
		return STATUS_ERROR;
	}
	rc = output_open(&out, settings->output, settings->operands, settings->nr_operands, &err);
	if (rc) {
		message("%s", err.text);
		stored_sweep_free(&stored);
		return rc == -EINVAL ? STATUS_USAGE : STATUS_ERROR;
	}
	if (stored.is_frontier) {
		text = frontier_stored_text(&stored.sweep, report, &out);
	} else if (rendering_begin(&r, settings, &out)) {
		r.canvas.report = report;
		text = rendering_end(&r, renderer_of(settings)->sweep(&r.canvas, &stored.sweep));
	}
	stored_sweep_free(&stored);
	return output_finish(&out, text);
}

static int render_report(const struct settings *settings, const struct ir_report *report)
{
	size_t n;
	const struct ir_report_entry *entries = ir_report_entries(report, &n);
	struct ir_report_entry *copy;
	int status;

	if (!n) {
		message("%s: the report is empty: it has no recording", settings->operands[0]);
		return STATUS_ERROR;
	}
	if (stored_sweep_is(report) && renderer_of(settings)->sweep)
		return render_sweep(settings, report);
	copy = malloc(n * sizeof(*copy));
	if (!copy) {
		message("out of memory");
		return STATUS_ERROR;
	}
	memcpy(copy, entries, n * sizeof(*copy));
	status = render_entries(settings, report, copy, n);
	free(copy);
	return status;
}

int cmd_report(const struct settings *settings)
{
	struct ir_report *report = read_report(settings->operands[0]);
	int status;

	if (!report) {
		const char *meant = kind_command(settings->operands[0]);

		if (meant && strcmp(meant, "report"))
			message("it is no report; try: " PROGRAM " %s %s", meant, settings->operands[0]);
		return STATUS_ERROR;
	}
	status = render_report(settings, report);
	ir_report_free(report);
	return status;
}
