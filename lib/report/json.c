// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON: the document of iommu-replay-report(5).  The dots of a column's key
 * are the nesting of its object; jansson keeps the order in which keys come.
 */
#include "report/json.h"
#include "report/json_count.h"
#include "report/timeline.h"

#include "report/columns.h"
#include "report/explain.h"
#include "report/faults.h"
#include "report/sites.h"
#include "verdict/verdict.h"
#include "base/free.h"
#include "base/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static json_t *json_text(const char *text)
{
	char *clean = ir_text_utf8(text);
	json_t *string = clean ? json_string(clean) : NULL;

	free(clean);
	return string;
}

static json_t *json_value(struct ir_value value)
{
	switch (value.type) {
	case IR_VALUE_TEXT:
		return json_text(value.text);
	case IR_VALUE_COUNT:
		return ir_json_count(value.count);
	case IR_VALUE_REAL:
		return ir_json_real(value.real);
	case IR_VALUE_TRUTH:
		return json_boolean(value.truth);
	case IR_VALUE_NULL:
	case IR_VALUE_ABSENT:
		break;
	}
	return json_null();
}

/*
 * Set @key, "a.b.c", making the objects on the way.  An absent value makes the
 * object that would hold it null.  Takes @value over.  0, or -1: no memory.
 */
static int set_key(json_t *object, const char *key, json_t *value, bool absent)
{
	char part[64];
	const char *dot;

	if (!value)
		return -1;
	while ((dot = strchr(key, '.'))) {
		size_t len = (size_t)(dot - key);
		json_t *next;

		if (len >= sizeof(part))
			break;
		memcpy(part, key, len);
		part[len] = '\0';
		key = dot + 1;
		if (absent && !strchr(key, '.'))
			return json_object_set_new(object, part, value);
		next = json_object_get(object, part);
		/* An object that is null has no members. */
		if (json_is_null(next)) {
			json_decref(value);
			return 0;
		}
		if (!next) {
			next = json_object();
			if (json_object_set_new(object, part, next)) {
				json_decref(value);
				return -1;
			}
		}
		object = next;
	}
	return json_object_set_new(object, key, value);
}

static json_t *json_events(const struct ir_recording_info *info)
{
	json_t *events = json_object();

	for (size_t i = 0; events && i < info->nr_events; i++) {
		char *name = ir_text_utf8(info->events[i].name);
		uint64_t count = info->events[i].count, other;
		json_t *same = name ? json_object_get(events, name) : NULL;
		int rc = -1;

		/* Two names may differ in broken bytes only. */
		if (same && ir_json_read_count(same, &other))
			count += other;
		if (name)
			rc = json_object_set_new(events, name, ir_json_count(count));
		free(name);
		if (rc) {
			json_decref(events);
			return NULL;
		}
	}
	return events;
}

static json_t *json_devices(const struct ir_recording_info *info)
{
	json_t *devices = json_array();

	for (size_t i = 1; devices && i < info->nr_devices; i++) {
		if (json_array_append_new(devices, json_text(info->devices[i]))) {
			json_decref(devices);
			return NULL;
		}
	}
	return devices;
}

static json_t *json_own(const struct ir_column *column, const struct ir_report_entry *entry,
			size_t result)
{
	json_t *object = json_object();
	struct ir_value value;
	const char *name;

	for (size_t i = 0; object && ir_column_own(column, entry, result, i, &name, &value); i++) {
		if (json_object_set_new(object, name, json_value(value))) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

/* Adds the columns for which @wanted is true (NULL: all) to @object, which it owns from now on. */
static json_t *add_columns(json_t *object, const struct ir_column *columns,
			   bool (*wanted)(const struct ir_column *column),
			   const struct ir_report_entry *entry, size_t result)
{
	if (!object)
		return NULL;
	for (const struct ir_column *column = columns; column->key; column++) {
		struct ir_value value = { .type = IR_VALUE_NULL };
		json_t *json = NULL;

		if (wanted && !wanted(column))
			continue;

		switch (column->kind) {
		case IR_COLUMN_VALUE:
			value = ir_column_value(column, entry, result);
			json = json_value(value);
			break;
		case IR_COLUMN_EVENTS:
			json = json_events(entry->info);
			break;
		case IR_COLUMN_DEVICES:
			json = json_devices(entry->info);
			break;
		case IR_COLUMN_OWN:
		case IR_COLUMN_OWN_SOURCES:
			json = json_own(column, entry, result);
			break;
		}
		if (set_key(object, column->key, json, value.type == IR_VALUE_ABSENT)) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static json_t *json_columns(const struct ir_column *columns, const struct ir_report_entry *entry,
			    size_t result)
{
	return add_columns(json_object(), columns, NULL, entry, result);
}

static json_t *json_share(const struct ir_report_entry *entry, size_t device, size_t result)
{
	const char *name = ir_report_device_name(entry, device);
	struct ir_report_entry of;
	json_t *object = NULL;

	if (!ir_report_device_entry(entry, device, &of)) {
		object = json_pack("{s:o}", "device", name ? json_text(name) : json_null());
		object = add_columns(object, ir_result_columns, ir_column_of_device, &of, result);
	}
	ir_free(of.results);
	return object;
}

/* Each device's share of a result. */
static json_t *json_shares(const struct ir_report_entry *entry, size_t result)
{
	json_t *shares = json_array();

	for (size_t d = ir_report_device(entry, 0); shares && d;
	     d = ir_report_device(entry, d + 1)) {
		if (json_array_append_new(shares, json_share(entry, d, result))) {
			json_decref(shares);
			return NULL;
		}
	}
	return shares;
}

/*
 * Call sites.
 */

static json_t *json_or_null(const char *text)
{
	return text ? json_text(text) : json_null();
}

/* In hexadecimal, as a text: half of all kernel addresses are too large for a number. */
static json_t *json_address(uint64_t address)
{
	char text[24];

	if (!address)
		return json_null();
	snprintf(text, sizeof(text), "0x%" PRIx64, address);
	return json_string(text);
}

static json_t *json_frames(const struct ir_site *site)
{
	json_t *list = json_array();
	int rc = 0;

	for (uint32_t i = 0; i < site->nr_frames; i++) {
		const struct ir_frame *f = &site->frames[i];
		json_t *frame = json_object();

		rc |= json_object_set_new(frame, "function", json_or_null(f->symbol));
		rc |= json_object_set_new(frame, "offset", ir_json_count(f->offset));
		rc |= json_object_set_new(frame, "module", json_or_null(f->module));
		rc |= json_object_set_new(frame, "address", json_address(f->address));
		rc |= json_array_append_new(list, frame);
	}
	if (rc) {
		json_decref(list);
		return NULL;
	}
	return list;
}

/* Only a recording's own rows have it: the chain that most mappings came through. */
static int set_chain(json_t *object, const struct ir_site *site)
{
	int rc = json_object_set_new(object, "function", json_or_null(site->function));

	rc |= json_object_set_new(object, "chains", ir_json_count(site->chains));
	rc |= json_object_set_new(object, "caller", ir_json_count(site->caller));
	rc |= json_object_set_new(object, "frames", json_frames(site));
	return rc;
}

static json_t *json_row(const struct ir_site_row *row, bool recorded)
{
	const struct ir_site_figure *figure = recorded ? ir_site_recorded : ir_site_replayed;
	json_t *object = json_object();
	int rc = 0;

	/* The name comes first; functions of modules may share it. */
	if (row->site) {
		rc |= json_object_set_new(object, "site", json_text(row->name));
		rc |= json_object_set_new(object, "address", json_address(row->site->address));
	}
	rc |= json_object_set_new(object, "driver",
				  json_or_null(row->site ? row->driver : row->name));
	for (; figure->key; figure++)
		if (strcmp(figure->key, "site") && strcmp(figure->key, "driver"))
			rc |= set_key(object, figure->key, json_value(ir_site_value(figure, row)),
				      false);
	if (recorded && row->site)
		rc |= set_chain(object, row->site);
	if (rc) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static int set_rows(json_t *object, const char *key, const struct ir_report_entry *entry,
		    size_t result, enum ir_site_grouping grouping)
{
	size_t nr;
	struct ir_site_row *rows = ir_site_rows(entry, result, grouping, &nr);
	json_t *list = rows ? json_array() : NULL;
	int rc = list ? 0 : -1;

	for (size_t i = 0; i < nr && !rc; i++)
		rc = json_array_append_new(list, json_row(&rows[i], result == IR_RECORDING_ROWS));
	free(rows);
	if (rc) {
		json_decref(list);
		return rc;
	}
	return json_object_set_new(object, key, list);
}

/* Sites and drivers of a result, or of the recording. */
static int set_sites(json_t *object, const struct ir_report_entry *entry, size_t result)
{
	if (!entry->info->sites || (result != IR_RECORDING_ROWS && !entry->sites))
		return 0;
	if (result == IR_RECORDING_ROWS &&
	    (json_object_set_new(object, "sites_by",
				 json_string(entry->info->sites->tasks ? "comm" : "site")) ||
	     json_object_set_new(object, "symbols", json_or_null(entry->info->sites->symbols)) ||
	     json_object_set_new(object, "hint", json_or_null(entry->info->sites->hint))))
		return -1;
	return set_rows(object, "drivers", entry, result, IR_BY_DRIVER) ||
	       set_rows(object, "sites", entry, result, IR_BY_SITE) ? -1 : 0;
}

json_t *ir_json_recording(const struct ir_report_entry *entry)
{
	json_t *object = json_columns(ir_recording_columns, entry, 0);

	if (object && set_sites(object, entry, IR_RECORDING_ROWS)) {
		json_decref(object);
		return NULL;
	}
	return object;
}

json_t *ir_json_result(const struct ir_report_entry *entry, size_t i)
{
	json_t *object = json_columns(ir_result_columns, entry, i);

	if (object && ir_report_device(entry, 0) &&
	    json_object_set_new(object, "devices", json_shares(entry, i))) {
		json_decref(object);
		return NULL;
	}
	if (object && entry->verify &&
	    json_object_set_new(object, "verify", json_columns(ir_verify_columns, entry, i))) {
		json_decref(object);
		return NULL;
	}
	if (object && entry->fault_exposure &&
	    json_object_set_new(object, "faults", ir_fault_exposure_json(&entry->fault_exposure[i]))) {
		json_decref(object);
		return NULL;
	}
	if (object && entry->explanations &&
	    json_object_set_new(object, "shortages", ir_explanation_json(entry, i))) {
		json_decref(object);
		return NULL;
	}
	if (object && (set_sites(object, entry, i) ||
		       (entry->timelines &&
			ir_timeline_write(object, entry->timelines[i], entry->info)))) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* A text that is taken over; NULL: there was no memory for it. */
static int set_text(json_t *object, const char *key, char *text)
{
	int rc = text ? json_object_set_new(object, key, json_text(text)) : -1;

	free(text);
	return rc;
}

static json_t *json_tool(const struct ir_report_origin *origin)
{
	json_t *tool = json_pack("{s:s}", "version", ir_version());
	int rc = tool ? 0 : -1;

	if (origin && origin->command_line)
		rc |= json_object_set_new(tool, "command_line", json_text(origin->command_line));
	if (origin && origin->date)
		rc |= json_object_set_new(tool, "date", json_text(origin->date));
	if (!rc)
		return tool;
	json_decref(tool);
	return NULL;
}

static json_t *json_entry(const struct ir_report_entry *entry)
{
	json_t *object = json_object(), *results = json_array();
	int rc = 0;

	rc |= json_object_set_new(object, "recording", ir_json_recording(entry));
	for (size_t i = 0; i < entry->nr_results; i++)
		rc |= json_array_append_new(results, ir_json_result(entry, i));
	rc |= json_object_set_new(object, "results", results);
	if (entry->nr_results)
		rc |= set_text(object, "verdict", ir_verdict_entry(entry));
	if (entry->faults)
		rc |= ir_faults_write(object, entry->faults, entry->info);
	if (rc) {
		json_decref(object);
		return NULL;
	}
	return object;
}

json_t *ir_json_document(const struct ir_report_entry *entries, size_t n)
{
	json_t *document, *recordings = json_array();
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		rc |= json_array_append_new(recordings, json_entry(&entries[i]));
	/* The digest's place is here; ir_json_text() fills it in. */
	document = json_pack("{s:s, s:o, s:s, s:o}", "schema", IR_REPORT_SCHEMA,
			     "tool", json_tool(n ? entries[0].origin : NULL), "digest", "",
			     "recordings", recordings);
	if (document && n && entries[0].nr_results)
		rc |= set_text(document, "verdict", ir_verdict_document(entries, n));
	if (!rc)
		return document;
	json_decref(document);
	return NULL;
}

char *ir_json_text(json_t *document)
{
	char *text = NULL, *with_newline;
	size_t len;

	if (!ir_json_seal(document))
		text = ir_json_dump(document, JSON_INDENT(2) | IR_JSON_FLAGS);
	if (!text)
		return NULL;
	len = strlen(text);
	with_newline = realloc(text, len + 2);
	if (!with_newline) {
		free(text);
		return NULL;
	}
	memcpy(with_newline + len, "\n", 2);
	return with_newline;
}

char *ir_report_json(const struct ir_report_entry *entries, size_t n)
{
	json_t *document = ir_json_document(entries, n);
	char *text = document ? ir_json_text(document) : NULL;

	json_decref(document);
	return text;
}
