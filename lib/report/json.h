/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON reports, inside: as values, for documents that hold more than a report does. */
#ifndef IR_REPORT_JSON_H
#define IR_REPORT_JSON_H

#include <iommu-replay/report.h>
#include <jansson.h>

/* How all JSON of reports is written, but for its indentation. */
#define IR_JSON_FLAGS JSON_REAL_PRECISION(15)

/** ir_json_document - the whole document; NULL: no memory */
json_t *ir_json_document(const struct ir_report_entry *entries, size_t n);
/** ir_json_recording - the description of an entry's recording; NULL: no memory */
json_t *ir_json_recording(const struct ir_report_entry *entry);
/** ir_json_result - one of its results; NULL: no memory */
json_t *ir_json_result(const struct ir_report_entry *entry, size_t i);
/** ir_json_text - a document as all reports are written; for free(), NULL: no memory */
char *ir_json_text(const json_t *document);

#endif
