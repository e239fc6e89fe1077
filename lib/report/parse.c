// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parses a report and checks its outermost structure, its schema and its digest.  All
 * readers of reports begin here.
 */
#include "report/json.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"

static int check_result(const json_t *result, size_t r, size_t i, struct ir_error *err)
{
	static const char *const texts[] = { "strategy", "hypervisor" };

	for (size_t t = 0; t < 2; t++)
		if (!json_is_string(json_object_get(result, texts[t])))
			return ir_error_set(err, -EINVAL, "not a report: recordings[%zu]."
					    "results[%zu] has no text \"%s\"", r, i, texts[t]);
	if (!json_is_object(json_object_get(result, "parameters")))
		return ir_error_set(err, -EINVAL, "not a report: recordings[%zu].results[%zu] has "
				    "no object \"parameters\"", r, i);
	return 0;
}

static int check_entry(const json_t *entry, size_t r, struct ir_error *err)
{
	const json_t *recording = json_object_get(entry, "recording");
	const json_t *results = json_object_get(entry, "results"), *result;
	size_t i;

	if (!json_is_string(json_object_get(recording, "file")))
		return ir_error_set(err, -EINVAL, "not a report: recordings[%zu].recording has no "
				    "text \"file\"", r);
	if (!json_is_array(results))
		return ir_error_set(err, -EINVAL, "not a report: recordings[%zu] has no list "
				    "\"results\"", r);
	json_array_foreach(results, i, result)
		if (check_result(result, r, i, err))
			return -EINVAL;
	return 0;
}

/* How each line of a batch's results begins. */
#define BATCH_LINE "{\"schema\":\"iommu-replay-batch/"

static int check_document(const json_t *root, struct ir_error *err)
{
	const char *schema = json_string_value(json_object_get(root, "schema"));
	const json_t *recordings = json_object_get(root, "recordings"), *entry;
	size_t r;

	if (!schema)
		return ir_error_set(err, -EINVAL, "not a report: it has no text \"schema\"");
	if (strcmp(schema, IR_REPORT_SCHEMA))
		return ir_error_set(err, -EINVAL, "its schema is \"%.60s\", which is not known here; "
				    "expected \"%s\"", schema, IR_REPORT_SCHEMA);
	if (!json_is_array(recordings))
		return ir_error_set(err, -EINVAL, "not a report: it has no list \"recordings\"");
	json_array_foreach(recordings, r, entry)
		if (check_entry(entry, r, err))
			return -EINVAL;
	return 0;
}

json_t *ir_report_parse(const char *name, const char *text, size_t len, enum ir_seal *seal,
			struct ir_error *err)
{
	struct ir_error why = { "" };
	json_error_t json;
	json_t *root;

	if (!len) {
		ir_error_set(err, -EINVAL, "%s: the file is empty; make the report again", name);
		return NULL;
	}
	if (len >= strlen(BATCH_LINE) && !memcmp(text, BATCH_LINE, strlen(BATCH_LINE))) {
		ir_error_set(err, -EINVAL, "%s: has results of a batch; \"iommu-replay merge --format json\" makes "
			     "a report of them", name);
		return NULL;
	}
	/* Depth is bounded by jansson; so is the size, by the caller's text. */
	root = ir_json_load(text, len, &json);
	if (!root) {
		ir_error_set(err, -EINVAL, "%s:%d:%d: not JSON: %s", name, json.line, json.column,
			     json.text);
		return NULL;
	}
	if (check_document(root, &why)) {
		ir_error_set(err, -EINVAL, "%s: %s", name, why.text);
		json_decref(root);
		return NULL;
	}
	*seal = ir_json_seal_check(root);
	if (*seal == IR_SEAL_BROKEN) {
		ir_error_set(err, -EINVAL, "%s: its digest is wrong: it was changed or damaged after it "
			     "was written; make it again, or take its member \"digest\" out if the "
			     "change was meant", name);
		json_decref(root);
		return NULL;
	}
	return root;
}
