// SPDX-License-Identifier: GPL-2.0-or-later
#include "formats/document.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/input.h"
#include "base/message.h"
#include "base/free.h"

/* The last part of a path; @dir: what is before it. */
static const char *split_path(const char *path, struct stat *dir)
{
	const char *name = strrchr(path, '/');
	char *before = name ? strndup(path, (size_t)(name - path) + 1) : strdup(".");

	if (!before || stat(before, dir))
		*dir = (struct stat){ .st_ino = 0 };
	free(before);
	return name ? name + 1 : path;
}

/* Whether one of two open outputs would replace the other. */
static bool same_place(const struct output *a, const struct output *b)
{
	struct stat in_a, in_b;

	if (!a->target || !b->target)
		return a->stream == b->stream;
	return !strcmp(split_path(a->target, &in_a), split_path(b->target, &in_b)) &&
		in_a.st_dev == in_b.st_dev && in_a.st_ino == in_b.st_ino;
}

static int open_perfetto(struct document *doc, struct ir_error *err)
{
	const struct settings *settings = doc->settings;
	int rc = output_open(&doc->perfetto, settings->perfetto, settings->operands,
			     settings->nr_operands, err);

	if (rc || !same_place(&doc->perfetto, &doc->out))
		return rc;
	output_abort(&doc->perfetto);
	return ir_error_set(err, -EINVAL, "--perfetto: %.400s: the report goes there, too",
			    settings->perfetto);
}

int document_open(struct document *doc, const struct settings *settings)
{
	struct ir_error err = { "" };
	int rc;

	*doc = (struct document){ .settings = settings };
	origin_make(&doc->origin, settings);
	rc = output_open(&doc->out, settings->output, settings->operands, settings->nr_operands,
			 &err);
	if (!rc && settings->perfetto) {
		rc = open_perfetto(doc, &err);
		if (rc)
			output_abort(&doc->out);
	}
	if (!rc)
		return STATUS_DONE;
	message("%s", err.text);
	return rc == -EINVAL ? STATUS_USAGE : STATUS_ERROR;
}

void document_free_results(const struct ir_report_entry *entry)
{
	for (size_t i = 0; entry->timelines && i < entry->nr_results; i++)
		ir_timeline_free(entry->timelines[i]);
	ir_free(entry->timelines);
	ir_free(entry->results);
	ir_free(entry->devices);
	ir_free(entry->sites);
	ir_free(entry->explanations);
	ir_faults_free((struct ir_faults *)(uintptr_t)entry->faults);
	ir_free(entry->fault_exposure);
}

int document_add(struct document *doc, const struct ir_report_entry *entry)
{
	struct ir_recording_info *copy = input_keep(entry->info);
	struct ir_report_entry *grown = doc->entries;

	if (doc->n == doc->room) {
		size_t room = doc->room ? 2 * doc->room : 8;

		grown = reallocarray(doc->entries, room, sizeof(*grown));
		if (grown) {
			doc->entries = grown;
			doc->room = room;
		}
	}
	if (!copy || !grown) {
		input_keep_free(copy);
		document_free_results(entry);
		message("out of memory");
		return STATUS_ERROR;
	}
	doc->entries[doc->n] = *entry;
	doc->entries[doc->n].origin = &doc->origin.report;
	doc->entries[doc->n++].info = copy;
	return STATUS_DONE;
}

/* Through memory, so that errors of the disk differ from those of the renderer. */
static char *render_document(struct document *doc)
{
	struct rendering r;

	if (!rendering_begin(&r, doc->settings, &doc->out))
		return NULL;
	r.canvas.report = doc->report;
	return rendering_end(&r, doc->render(&r.canvas, doc->entries, doc->n));
}

/* If a recording is missing from the report, an existing file is not changed. */
static bool is_unfinished(const struct document *doc, int status)
{
	if (!doc->report && doc->n < doc->settings->nr_operands)
		return true;
	return status == STATUS_ERROR || status == STATUS_USAGE || status == STATUS_INTERRUPTED;
}

static int write_document(struct document *doc, int status)
{
	const char *path = doc->out.target ? doc->out.name : NULL;

	if (!doc->n || (path && is_unfinished(doc, status))) {
		output_abort(&doc->out);
		if (path)
			message("%s: not written", path);
		return status;
	}
	return worst_status(status, output_finish(&doc->out, render_document(doc)));
}

/* As for the report: after an input error an existing file is not changed. */
static int write_perfetto(struct document *doc, int status)
{
	struct ir_error err = { "" };
	int rc;

	if (!doc->settings->perfetto)
		return status;
	if (!doc->n || (doc->perfetto.target && is_unfinished(doc, status))) {
		output_abort(&doc->perfetto);
		message("%s: not written", doc->settings->perfetto);
		return status;
	}
	errno = 0;
	ir_report_perfetto(doc->perfetto.stream, doc->entries, doc->n);
	output_check(&doc->perfetto);
	rc = output_commit(&doc->perfetto, &err);
	if (!rc)
		return status;
	if (rc != -EPIPE)
		message("%s", err.text);
	return worst_status(status, STATUS_ERROR);
}

int document_finish(struct document *doc, int status)
{
	status = write_perfetto(doc, status);
	status = write_document(doc, status);
	for (size_t i = 0; i < doc->n && !doc->report; i++) {
		input_keep_free((struct ir_recording_info *)(uintptr_t)doc->entries[i].info);
		document_free_results(&doc->entries[i]);
	}
	if (!doc->report)
		free(doc->entries);
	doc->entries = NULL;
	doc->n = 0;
	return status;
}

void document_interrupted(void *arg)
{
	struct document *doc = arg;

	message("interrupted; %zu of %zu recordings were finished", doc->n,
		doc->settings->nr_operands);
	exit(document_finish(doc, STATUS_INTERRUPTED));
}
