// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * merge: files of results put together, in the canonical order; as lines again,
 * or as one report.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "base/message.h"
#include "base/text.h"
#include "io/output.h"
#include "io/texts.h"
#include "report/json.h"
#include "batch/results.h"
#include "batch/summary.h"
#include "formats/renderers.h"
#include "render/origin.h"

/* The place of a cell's line. */
struct line_place {
	const struct results *results;	/* NULL: nowhere */
	size_t line;
};

struct merge {
	const struct settings *settings;
	struct results *files;
	size_t nr_files;
	struct line_place *cells;
	size_t nr_cells;
	size_t missing, failed, left_out;
	struct output out;
};

static char *text_of(const struct line_place *where, struct ir_error *err)
{
	return results_text(where->results, where->line, err);
}

static const struct result_line *line_of(const struct line_place *where)
{
	return &where->results->lines[where->line];
}

/* Two lines of one cell: equal ones are one, and one that is done is better than a failed one. */
static int choose_line(struct line_place *have, const struct line_place *other, struct ir_error *err)
{
	const struct result_line *a = line_of(have), *b = line_of(other);
	char *x, *y;
	int rc = 0;

	if (a->done != b->done || (!a->done && !b->done)) {
		if (b->done)
			*have = *other;
		return 0;
	}
	x = text_of(have, err);
	y = x ? text_of(other, err) : NULL;
	if (!y)
		rc = -EIO;
	else if (strcmp(x, y))
		rc = ir_error_set(err, -EINVAL, "%s and %s differ in cell %zu: they are not of the same "
				  "batch and recordings", have->results->path, other->results->path,
				  (size_t)a->cell);
	free(x);
	free(y);
	return rc;
}

static int add_line(struct merge *m, const struct results *file, size_t i, struct ir_error *err)
{
	const struct result_line *first = &m->files[0].lines[0], *line = &file->lines[i];
	struct line_place here = { file, i };

	if (strcmp(line->batch, first->batch) || line->cells != m->nr_cells)
		return ir_error_set(err, -EINVAL, "%s: line %zu is of another batch than the first of "
				    "%s", file->path, i + 1, m->files[0].path);
	if (m->cells[line->cell].results)
		return choose_line(&m->cells[line->cell], &here, err);
	m->cells[line->cell] = here;
	return 0;
}

/* Nothing is merged that is known to be damaged. */
static int check_file(const struct results *file, struct ir_error *err)
{
	if (file->damaged)
		return ir_error_set(err, -EINVAL, "%s: line %zu is damaged (%zu in all); batch --resume "
				    "does %s again", file->path, file->first_damaged, file->damaged,
				    file->damaged == 1 ? "it" : "them");
	if (file->torn)
		return ir_error_set(err, -EINVAL, "%s: its last line is incomplete; batch --resume does "
				    "it again", file->path);
	if (file->unverified)
		message("note: %s: %zu line%s no digest: an older version wrote %s, and damage may go "
			"unnoticed", file->path, file->unverified,
			file->unverified == 1 ? " has" : "s have",
			file->unverified == 1 ? "it" : "them");
	return 0;
}

static int read_files(struct merge *m, struct ir_error *err)
{
	int rc = 0;

	m->files = memory_checked(calloc(m->settings->nr_operands, sizeof(*m->files)));
	for (size_t i = 0; i < m->settings->nr_operands && !rc; i++) {
		rc = results_read(&m->files[m->nr_files++], m->settings->operands[i], err);
		if (!rc)
			rc = check_file(&m->files[i], err);
	}
	/* One without a line is that of a shard without cells; it may not come first. */
	for (size_t i = 0; i < m->nr_files && !rc; i++) {
		struct results swap = m->files[0];

		if (m->files[0].nr_lines)
			break;
		m->files[0] = m->files[i];
		m->files[i] = swap;
	}
	if (!rc && !m->files[0].nr_lines)
		rc = ir_error_set(err, -EINVAL, "%s: there are no results", m->files[0].path);
	return rc;
}

/* The batch's size is in its lines; it is bounded, so that a damaged file cannot claim all memory. */
static int place_lines(struct merge *m, struct ir_error *err)
{
	int rc = 0;

	m->nr_cells = m->files[0].lines[0].cells;
	m->cells = m->nr_cells <= 100000000 ? calloc(m->nr_cells, sizeof(*m->cells)) : NULL;
	if (!m->cells)
		return ir_error_set(err, -ENOMEM, "%s: a batch of %zu cells is too large",
				    m->files[0].path, m->nr_cells);
	for (size_t f = 0; f < m->nr_files; f++)
		for (size_t i = 0; i < m->files[f].nr_lines && !rc; i++)
			rc = add_line(m, &m->files[f], i, err);
	for (size_t i = 0; i < m->nr_cells && !rc; i++) {
		if (!m->cells[i].results) {
			m->missing++;
			continue;
		}
		m->failed += !line_of(&m->cells[i])->done;
		m->left_out += line_of(&m->cells[i])->left_out;
	}
	return rc;
}

static int write_lines(struct merge *m, struct ir_error *err)
{
	for (size_t i = 0; i < m->nr_cells && output_check(&m->out); i++) {
		char *text;

		if (!m->cells[i].results)
			continue;
		text = text_of(&m->cells[i], err);
		if (!text)
			return -EIO;
		output_write(&m->out, text);
		free(text);
	}
	return 0;
}

/* A line as an object; NULL with @err set. */
static json_t *object_of(const struct line_place *where, struct ir_error *err)
{
	char *text = text_of(where, err);
	json_t *object = text ? json_loads(text, 0, NULL) : NULL;

	if (text && !object)
		ir_error_set(err, -ENOMEM, "out of memory");
	free(text);
	return object;
}

static int check_input(const struct merge *m, size_t cell, const json_t *before, const json_t *line,
		       struct ir_error *err)
{
	const json_t *a = json_object_get(before, "input"), *b = json_object_get(line, "input");
	const char *file = json_string_value(json_object_get(json_object_get(line, "recording"),
							     "file"));

	if (json_equal(a, b))
		return 0;
	return ir_error_set(err, -EINVAL, "%s: %.200s is not the same recording in cell %zu as in the "
			    "cells before", m->cells[cell].results->path, file ? file : "?", cell);
}

/* One report of all lines, recording by recording, with the failed ones beside them. */
static json_t *make_report(const struct merge *m, struct ir_error *err)
{
	json_t *recordings = json_array(), *failed = json_array(), *results = NULL, *before = NULL;
	int rc = 0;

	for (size_t i = 0; i < m->nr_cells && !rc; i++) {
		json_t *line, *recording;

		if (!m->cells[i].results || line_of(&m->cells[i])->left_out)
			continue;
		line = object_of(&m->cells[i], err);
		if (!line) {
			rc = -EIO;
			continue;
		}
		if (!line_of(&m->cells[i])->done) {
			json_array_append_new(failed, json_pack("{s:O, s:O, s:O}",
				"recording", json_object_get(line, "recording"),
				"result", json_object_get(line, "result"),
				"error", json_object_get(line, "error")));
			json_decref(line);
			continue;
		}
		recording = json_object_get(line, "recording");
		if (before && json_equal(json_object_get(json_object_get(before, "recording"), "file"),
					 json_object_get(recording, "file"))) {
			rc = check_input(m, i, before, line, err);
		} else {
			results = json_array();
			json_array_append_new(recordings, json_pack("{s:O, s:O}", "recording",
				recording, "results", results));
			json_decref(results);
		}
		json_array_append(results, json_object_get(line, "result"));
		json_decref(before);
		before = line;
	}
	json_decref(before);
	if (!rc)
		return json_pack("{s:s, s:{s:s}, s:s, s:o, s:o}", "schema", IR_REPORT_SCHEMA, "tool",
				 "version", ir_version(), "digest", "", "recordings", recordings,
				 "failed", failed);
	json_decref(recordings);
	json_decref(failed);
	return NULL;
}

static int write_report(struct merge *m, struct ir_error *err)
{
	json_t *document = make_report(m, err);
	char *text;

	if (!document)
		return -EINVAL;
	text = text_checked(ir_json_text(document));
	json_decref(document);
	output_write(&m->out, text);
	free(text);
	return 0;
}

/* Call sites are many: they stand in the reports alone, which the summary names. */
static void report_missing_sites(const struct drawing *drawing, const struct merged *merged)
{
	for (size_t i = 0; i < merged->n; i++) {
		if (!merged->entries[i].sites)
			continue;
		draw_line(drawing, "call sites", VIEW_PLAIN,
			  "in the report of each recording: --verbose shows them");
		return;
	}
}

/* The report as people, or spreadsheets, read it; tables and Markdown begin with a summary. */
static int render_report(struct merge *m, const struct ir_report *report, struct ir_error *err)
{
	const struct renderer *renderer = renderer_of(m->settings);
	struct merged merged = {
		.cells = m->nr_cells, .failed = m->failed, .missing = m->missing,
		.left_out = m->left_out,
	};
	struct rendering r;
	char *text = NULL;
	int rc = 0;

	merged.entries = ir_report_entries(report, &merged.n);
	if (rendering_begin(&r, m->settings, &m->out)) {
		r.canvas.report = report;
		if (renderer->drawing) {
			struct drawing drawing = renderer->drawing(&r.canvas);

			rc = batch_summary(&drawing, &merged);
			if (!rc && !m->settings->verbose)
				report_missing_sites(&drawing, &merged);
		}
		if (!rc && (!renderer->drawing || m->settings->verbose)) {
			if (renderer->drawing)
				fputc('\n', r.canvas.out);
			rc = renderer->report(&r.canvas, merged.entries, merged.n);
		}
		text = rendering_end(&r, rc);
	}
	if (!text)
		return ir_error_set(err, -ENOMEM, "out of memory");
	output_write(&m->out, text);
	free(text);
	return 0;
}

/* A page names the command that made it, and the time; results and their JSON do not. */
static void put_origin(const struct merge *m, json_t *document)
{
	json_t *tool = json_object_get(document, "tool");
	struct origin origin;
	char *line;

	origin_make(&origin, m->settings);
	line = text_checked(ir_text_utf8(origin.report.command_line));
	json_object_set_new(tool, "command_line", json_string(line));
	json_object_set_new(tool, "date", json_string(origin.date));
	free(line);
}

static int write_rendered(struct merge *m, struct ir_error *err)
{
	json_t *document = make_report(m, err);
	struct ir_report *report;
	char *text;
	int rc;

	if (!document)
		return -EINVAL;
	put_origin(m, document);
	text = text_checked(ir_json_text(document));
	json_decref(document);
	report = ir_report_read("the merged report", text, strlen(text), err);
	free(text);
	rc = report ? render_report(m, report, err) : -EINVAL;
	ir_report_free(report);
	return rc;
}

static int write_out(struct merge *m, struct ir_error *err)
{
	bool lines = m->settings->format == RENDERER_LINES;
	int rc = lines ? write_lines(m, err) :
		!strcmp(renderer_of(m->settings)->name, "json") ? write_report(m, err) :
		write_rendered(m, err);

	if (rc) {
		output_abort(&m->out);
		return rc;
	}
	return output_commit(&m->out, err);
}

static int check_missing(const struct merge *m)
{
	if (!m->missing)
		return STATUS_DONE;
	message("%zu of %zu cells are missing%s", m->missing, m->nr_cells,
		m->settings->allow_missing ? "" : "; --allow-missing writes the others");
	return m->settings->allow_missing ? STATUS_DONE : STATUS_ERROR;
}

static int merge_files(struct merge *m)
{
	struct ir_error err = { "" };
	int rc = read_files(m, &err), status;

	if (!rc)
		rc = place_lines(m, &err);
	if (!rc) {
		status = check_missing(m);
		if (status)
			return status;
		rc = output_open(&m->out, m->settings->output, m->settings->operands,
				 m->settings->nr_operands, &err);
		if (rc == -EINVAL) {
			message("%s", err.text);
			return STATUS_USAGE;
		}
	}
	if (!rc)
		rc = write_out(m, &err);
	if (rc) {
		if (rc != -EPIPE)
			message("%s", err.text);
		return STATUS_ERROR;
	}
	if (m->failed)
		message("%zu of %zu cells failed", m->failed, m->nr_cells);
	return m->failed ? STATUS_GATE : STATUS_DONE;
}

int cmd_merge(const struct settings *settings)
{
	struct merge m = { .settings = settings };
	int status = merge_files(&m);

	for (size_t i = 0; i < m.nr_files; i++)
		results_close(&m.files[i]);
	free(m.files);
	free(m.cells);
	return status;
}
