/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A document: the reports of one run of the program, one for each recording,
 * collected and then written in one piece.
 */
#ifndef CMD_DOCUMENT_H
#define CMD_DOCUMENT_H

#include <iommu-replay/report.h>

#include "base/cmd.h"
#include "io/output.h"
#include "render/origin.h"
#include "formats/renderers.h"

struct document {
	const struct settings *settings;
	/* The function of the settings' renderer that draws them. */
	int (*render)(const struct canvas *canvas, const struct ir_report_entry *entries, size_t n);
	const struct ir_report *report;	/* whose the entries are; NULL: the document's own */
	struct origin origin;
	struct output out;
	struct output perfetto;	/* with settings->perfetto */
	struct ir_report_entry *entries;
	size_t n;
	size_t room;
};

/** document_open - STATUS_DONE, or the exit status; the error is printed */
int document_open(struct document *doc, const struct settings *settings);
/** document_free_results - what document_add() would take over */
void document_free_results(const struct ir_report_entry *entry);
/**
 * document_add - one more recording
 * @entry: info is copied; configs and verify outlive the document; results, devices,
 *         sites and timelines are malloc()ed, faults are from the library;
 *         all are and taken over in any case
 *
 * Returns the exit status so far.
 */
int document_add(struct document *doc, const struct ir_report_entry *entry);
/**
 * document_finish - write and free it
 * @status: the exit status so far
 *
 * After an input error or an interruption, what could be reported is still
 * printed, but a file is left as it was.  Returns the program's exit status.
 */
int document_finish(struct document *doc, int status);
/** document_interrupted - finish with what is there, and end the program */
void document_interrupted(void *doc) __attribute__((noreturn));

#endif
