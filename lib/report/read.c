// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a report into the structures that it was written from, so that all renderers
 * can show it.  The file is not trusted.
 *
 * Members that a report of another version lacks stay zero; unknown members are
 * ignored.
 */
#include "report/json.h"
#include "report/json_count.h"
#include "report/timeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/read_priv.h"

struct ir_report {
	json_t *root;			/* owns all texts */
	struct ir_read_entry *own;
	struct ir_report_entry *entries;
	size_t nr;
	struct ir_read_names *names;
	enum ir_seal seal;
	struct ir_report_origin origin;
};

static int no_memory(struct ir_error *err)
{
	return ir_error_set(err, -ENOMEM, "out of memory");
}

static int read_events(struct ir_read_entry *e, json_t *events, struct ir_error *err)
{
	const char *name;
	json_t *count;

	e->events = calloc(json_object_size(events) + 1, sizeof(*e->events));
	if (!e->events)
		return no_memory(err);
	json_object_foreach(events, name, count) {
		struct ir_event_total *total = &e->events[e->info.nr_events++];

		total->name = name;
		if (!ir_json_read_count(count, &total->count))
			return ir_error_set(err, -EINVAL, "events: \"%.60s\" is not a count", name);
	}
	e->info.events = e->events;
	return 0;
}

/* The first one is not named. */
static int read_devices(struct ir_read_entry *e, const json_t *devices, struct ir_error *err)
{
	size_t n = json_array_size(devices);

	e->devices = calloc(n + 1, sizeof(*e->devices));
	if (!e->devices)
		return no_memory(err);
	for (size_t i = 0; i < n; i++) {
		e->devices[i + 1] = json_string_value(json_array_get(devices, i));
		if (!e->devices[i + 1])
			return ir_error_set(err, -EINVAL, "devices[%zu] is not a text", i);
	}
	e->info.devices = e->devices;
	e->info.nr_devices = n + 1;
	return 0;
}

/* Members of recordings, results, or both; those of columns are checked with these. */
static int check_outlines(const json_t *object, struct ir_error *err)
{
	static const char *const lists[] = { "devices", "sites", "drivers", NULL };
	static const char *const objects[] = { "events", "verify", "timeline", "shortages", "faults", NULL };
	int rc = ir_read_outline(object, lists, JSON_ARRAY, err);

	return rc ? rc : ir_read_outline(object, objects, JSON_OBJECT, err);
}

static int read_recording(struct ir_read_entry *e, const json_t *recording, struct ir_error *err)
{
	int rc = check_outlines(recording, err);

	if (!rc)
		rc = ir_read_columns(ir_recording_columns, ir_column_put, NULL, recording, &e->fields,
				     0, err);
	if (!rc)
		rc = read_events(e, json_object_get(recording, "events"), err);
	if (!rc)
		rc = read_devices(e, json_object_get(recording, "devices"), err);
	if (!rc)
		rc = ir_read_sites(e, recording, err);
	return rc;
}

static int read_verify(struct ir_read_entry *e, const json_t *result, size_t i, struct ir_error *err)
{
	const json_t *verify = json_object_get(result, "verify");
	struct ir_verify *v = &e->fields.verify[i].verify;

	if (!e->entry.verify)
		return 0;
	v->comparable = e->info.rpcit.present || e->info.flushes.present;
	/* Only verify does as the recorded machine did. */
	e->fields.configs[i].params.recorded_types = true;
	return ir_read_columns(ir_verify_columns, ir_verify_column_put, NULL, verify, &e->fields, i,
			       err);
}

static int read_result(struct ir_report *report, struct ir_read_entry *e, const json_t *result, size_t i,
		       struct ir_error *err)
{
	int rc = check_outlines(result, err);

	if (!rc)
		rc = ir_read_names(&report->names, result, &e->fields.configs[i],
				   &e->fields.results[i].parameters, err);
	if (!rc)
		rc = ir_read_columns(ir_result_columns, ir_column_put, NULL, result, &e->fields, i,
				     err);
	if (!rc)
		rc = read_verify(e, result, i, err);
	if (!rc)
		rc = ir_timeline_read(result, &e->info, &e->timelines[i], err);
	return rc;
}

/* Whether all results have this member, which only some commands write. */
static bool all_have(const json_t *results, const char *key)
{
	const json_t *result;
	size_t i;

	json_array_foreach(results, i, result)
		if (!json_is_object(json_object_get(result, key)))
			return false;
	return json_array_size(results);
}

static int read_results(struct ir_report *report, struct ir_read_entry *e, const json_t *results,
			struct ir_error *err)
{
	size_t n = json_array_size(results), i;
	struct ir_error why = { "" };
	const json_t *result;
	int rc;

	e->fields.configs = calloc(n + 1, sizeof(*e->fields.configs));
	e->fields.results = calloc(n + 1, sizeof(*e->fields.results));
	e->fields.verify = calloc(n + 1, sizeof(*e->fields.verify));
	e->timelines = calloc(n + 1, sizeof(*e->timelines));
	if (!e->fields.configs || !e->fields.results || !e->fields.verify || !e->timelines)
		return no_memory(err);
	e->entry = (struct ir_report_entry){
		.info = &e->info, .configs = e->fields.configs, .results = e->fields.results,
		.nr_results = n,
		.verify = all_have(results, "verify") ? e->fields.verify : NULL,
		.timelines = all_have(results, "timeline") ? e->timelines : NULL,
	};
	json_array_foreach(results, i, result) {
		rc = read_result(report, e, result, i, &why);
		if (rc)
			return ir_error_set(err, rc, "results[%zu]: %.400s", i, why.text);
	}
	rc = ir_read_shares(e, results, err);
	if (!rc)
		rc = ir_read_explanations(e, results, err);
	return rc ? rc : ir_read_site_results(e, results, err);
}

static int read_entry(struct ir_report *report, struct ir_read_entry *e, const json_t *entry,
		      struct ir_error *err)
{
	struct ir_error why = { "" };
	int rc;

	e->fields.info = &e->info;
	rc = read_recording(e, json_object_get(entry, "recording"), &why);
	if (rc)
		return ir_error_set(err, rc, "recording: %.400s", why.text);
	rc = read_results(report, e, json_object_get(entry, "results"), err);
	return rc ? rc : ir_read_faults(e, entry, err);
}

static int read_entries(struct ir_report *report, const char *name, struct ir_error *err)
{
	const json_t *recordings = json_object_get(report->root, "recordings"), *entry;
	size_t n = json_array_size(recordings), i;
	struct ir_error why = { "" };

	report->own = calloc(n + 1, sizeof(*report->own));
	report->entries = calloc(n + 1, sizeof(*report->entries));
	if (!report->own || !report->entries)
		return no_memory(err);
	report->nr = n;
	json_array_foreach(recordings, i, entry) {
		int rc = read_entry(report, &report->own[i], entry, &why);

		if (rc)
			return ir_error_set(err, rc, "%s: recordings[%zu].%.400s", name, i, why.text);
		report->entries[i] = report->own[i].entry;
		report->entries[i].origin = &report->origin;
	}
	return 0;
}

struct ir_report *ir_report_read(const char *name, const char *text, size_t len,
				 struct ir_error *err)
{
	struct ir_report *report = calloc(1, sizeof(*report));

	if (!report) {
		no_memory(err);
		return NULL;
	}
	report->root = ir_report_parse(name, text, len, &report->seal, err);
	if (report->root) {
		const json_t *tool = json_object_get(report->root, "tool");

		report->origin.command_line = json_string_value(json_object_get(tool, "command_line"));
		report->origin.date = json_string_value(json_object_get(tool, "date"));
	}
	if (!report->root || read_entries(report, name, err)) {
		ir_report_free(report);
		return NULL;
	}
	return report;
}

void ir_report_free(struct ir_report *report)
{
	if (!report)
		return;
	for (size_t i = 0; report->own && i < report->nr; i++) {
		struct ir_read_entry *e = &report->own[i];

		for (size_t r = 0; e->timelines && r < e->entry.nr_results; r++)
			ir_timeline_free(e->timelines[r]);
		free(e->timelines);
		free(e->explanations);
		ir_read_faults_free(e->faults);
		free(e->fault_exposures);
		free(e->events);
		free(e->devices);
		free(e->shares);
		free(e->sites);
		free(e->frames);
		free(e->site_results);
		free(e->fields.configs);
		free(e->fields.results);
		free(e->fields.verify);
	}
	ir_read_names_free(report->names);
	free(report->own);
	free(report->entries);
	json_decref(report->root);
	free(report);
}

const struct ir_report_entry *ir_report_entries(const struct ir_report *report, size_t *n)
{
	*n = report->nr;
	return report->entries;
}

bool ir_report_has_digest(const struct ir_report *report)
{
	return report->seal == IR_SEAL_GOOD;
}

const json_t *ir_report_root(const struct ir_report *report)
{
	return report->root;
}

char *ir_report_document(const struct ir_report *report)
{
	return ir_json_text(report->root);
}
