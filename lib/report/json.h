/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report as JSON, inside: written, and read again.
 */
#ifndef IR_REPORT_JSON_H
#define IR_REPORT_JSON_H

#include <iommu-replay/report.h>
#include <jansson.h>

#include "report/digest.h"

/** ir_json_document - the whole document; NULL: no memory */
json_t *ir_json_document(const struct ir_report_entry *entries, size_t n);
/** ir_json_recording - the description of an entry's recording; NULL: no memory */
json_t *ir_json_recording(const struct ir_report_entry *entry);
/** ir_json_result - one of its results; NULL: no memory */
json_t *ir_json_result(const struct ir_report_entry *entry, size_t i);
/** ir_json_text - seal a document and write it as all reports are; for free(), NULL: no memory */
char *ir_json_text(json_t *document);

/**
 * ir_report_parse - the text of a report, whose outlines are checked
 * @name: for messages
 *
 * There is a schema that is known here, a list of recordings, each with a file
 * and a list of results, each with its strategy, hypervisor and parameters; and
 * the document's digest is right, or it has none (@seal).
 * Returns NULL with @err set.
 */
json_t *ir_report_parse(const char *name, const char *text, size_t len, enum ir_seal *seal,
			struct ir_error *err);
/** ir_report_root - the whole document, for members that only a command knows; the report's own */
const json_t *ir_report_root(const struct ir_report *report);

#endif
