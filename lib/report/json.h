/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report as JSON, inside: written, and read again.
 */
#ifndef IR_REPORT_JSON_H
#define IR_REPORT_JSON_H

#include <iommu-replay/report.h>
#include <jansson.h>

/**
 * ir_json_count - a count, as a number; above INT64_MAX, which readers of JSON do not
 * take for a number without changing it, as a text of its decimal digits
 */
json_t *ir_json_count(uint64_t count);
/** ir_json_read_count - what ir_json_count() made; false: anything else */
bool ir_json_read_count(const json_t *json, uint64_t *count);
/* How all JSON of reports is written, but for its indentation. */
#define IR_JSON_FLAGS JSON_REAL_PRECISION(15)

/** ir_json_document - the whole document; NULL: no memory */
json_t *ir_json_document(const struct ir_report_entry *entries, size_t n);
/** ir_json_recording - the description of an entry's recording; NULL: no memory */
json_t *ir_json_recording(const struct ir_report_entry *entry);
/** ir_json_result - one of its results; NULL: no memory */
json_t *ir_json_result(const struct ir_report_entry *entry, size_t i);
/** ir_json_text - seal a document and write it as all reports are; for free(), NULL: no memory */
char *ir_json_text(json_t *document);

/* What the member "digest" of a stored object shows. */
enum ir_seal {
	IR_SEAL_GOOD,		/* the object is as it was written */
	IR_SEAL_NONE,		/* an older version wrote it, without a digest */
	IR_SEAL_BROKEN,		/* it was changed since */
};

/** ir_json_seal - set the member "digest" to that of all other members; 0, or -1: no memory */
int ir_json_seal(json_t *object);
/** ir_json_seal_check - compare the member "digest" with the object */
enum ir_seal ir_json_seal_check(const json_t *object);

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

/** ir_timeline_write - set members "timeline" and "histograms" of a result; 0, or -1: no memory */
int ir_timeline_write(json_t *result, const struct ir_timeline *timeline,
		      const struct ir_recording_info *info);
/**
 * ir_timeline_read - the same members, read again
 * @timeline: set; NULL if the result has none
 *
 * Returns 0, or a negative errno with @err set.
 */
int ir_timeline_read(const json_t *result, const struct ir_recording_info *info,
		     struct ir_timeline **timeline, struct ir_error *err);

#endif
