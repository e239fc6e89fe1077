// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a report for comparison.  The file is not trusted: parse.c has checked only its
 * outermost structure.
 */
#include "report/compare/priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/json.h"
#include "report/json_count.h"

#define MAX_KEY 512		/* a device's name is in it */
#define MAX_DEPTH 8
#define MAX_KEYS (1 << 16)	/* different ones of a report: many devices have many */

static int no_memory(struct ir_error *err)
{
	return ir_error_set(err, -ENOMEM, "out of memory");
}

bool ir_compare_covers(const char *name, const char *key)
{
	size_t len = strlen(name);

	return !strncmp(name, key, len) && (!key[len] || key[len] == '.');
}

/*
 * Collects the figures of a row: of a result everything but what identifies it, and
 * what verify found where, and the course; of a recording what was made of it, not when.
 */
static bool is_figure(const char *key)
{
	static const char *const not_of_results[] = {
		"parameters", "lower_bound", "lower_bound_since_ns", "verify.first_difference",
		"verify.tolerance", "verify.tolerance_percent", "verify.sources", "timeline",
		"histograms",
	};
	static const char *const of_recordings[] = {
		"recording.operations", "recording.max_live_pages", "recording.recorded_rpcit",
		"recording.recorded_flushes", "recording.damage", "recording.complete",
	};

	if (!strncmp(key, "recording.", strlen("recording."))) {
		for (size_t i = 0; i < sizeof(of_recordings) / sizeof(of_recordings[0]); i++)
			if (ir_compare_covers(of_recordings[i], key))
				return true;
		return false;
	}
	for (size_t i = 0; i < sizeof(not_of_results) / sizeof(not_of_results[0]); i++)
		if (ir_compare_covers(not_of_results[i], key))
			return false;
	return true;
}

/* The path of a figure so far; @own: where the part that names its kind begins. */
struct path {
	char key[MAX_KEY];
	size_t own;
};

/* All numbers below @object, whose path has @used bytes. */
static int flatten_numbers(json_t *object, struct path *path, size_t used, int depth, json_t *flat,
			   struct ir_error *err)
{
	const char *key;
	uint64_t count;
	json_t *value;
	int rc = 0;

	json_object_foreach(object, key, value) {
		size_t len = strlen(key);

		if (depth == MAX_DEPTH || used + len + 2 > MAX_KEY)
			return ir_error_set(err, -EINVAL, "not a report: \"%.60s\" is nested too "
					    "deeply, or its name is too long", key);
		memcpy(path->key + used, key, len + 1);
		if (json_is_object(value)) {
			memcpy(path->key + used + len, ".", 2);
			rc = flatten_numbers(value, path, used + len + 1, depth + 1, flat, err);
		} else if ((json_is_number(value) || json_is_boolean(value) ||
			    ir_json_read_count(value, &count)) &&
			   is_figure(path->key + path->own) &&
			   json_object_set(flat, path->key, value)) {
			rc = no_memory(err);
		}
		if (rc)
			return rc;
	}
	return 0;
}

/*
 * The shares of devices: figures "devices.NAME.rpcit.total", so that they are of
 * the same row, and a condition on the whole is not one on each of them.  A single
 * one is the whole.
 */
static int flatten_shares(const json_t *shares, json_t *flat, struct ir_error *err)
{
	json_t *share;
	size_t i;

	if (json_array_size(shares) < 2)
		return 0;
	json_array_foreach(shares, i, share) {
		const char *name = json_string_value(json_object_get(share, "device"));
		struct path path;
		int len, rc;

		len = snprintf(path.key, sizeof(path.key), "devices.%s.", name ? name : "-");
		if (len < 0 || (size_t)len >= sizeof(path.key))
			return ir_error_set(err, -EINVAL, "not a report: the device's name \"%.60s\" is "
					    "too long", name);
		path.own = (size_t)len;
		rc = flatten_numbers(share, &path, path.own, 0, flat, err);
		if (rc)
			return rc;
	}
	return 0;
}

json_t *ir_compare_figures(const struct ir_compare_row *row, struct ir_error *err)
{
	const char *prefix = row->result ? "" : "recording.";
	json_t *flat = json_object();
	struct path path = { .own = 0 };

	if (!flat) {
		no_memory(err);
		return NULL;
	}
	memcpy(path.key, prefix, strlen(prefix) + 1);
	if (flatten_numbers(row->result ? row->result : row->recording, &path, strlen(prefix), 0,
			    flat, err) ||
	    (row->result && flatten_shares(json_object_get(row->result, "devices"), flat, err))) {
		json_decref(flat);
		return NULL;
	}
	return flat;
}

/* "a//./b" is "a/b"; for free(). */
static char *normal_path(const char *path)
{
	char *normal = strdup(path), *out = normal;

	if (normal && *path == '/')
		*out++ = '/';
	for (const char *in = path; normal && *in; ) {
		size_t len = strcspn(in, "/");

		if (len && !(len == 1 && *in == '.')) {
			if (out > normal && out[-1] != '/')
				*out++ = '/';
			memcpy(out, in, len);
			out += len;
		}
		in += len + (in[len] == '/');
	}
	if (normal)
		*out = '\0';
	return normal;
}

/* Collect names of numbers, or of parameters; what is new goes to the end. */
static int collect_names(json_t *set, const char *prefix, json_t *names, struct ir_error *err)
{
	const char *key;
	json_t *value;
	char full[MAX_KEY];

	json_object_foreach(names, key, value) {
		if (strlen(prefix) + strlen(key) >= sizeof(full))
			return ir_error_set(err, -EINVAL, "not a report: the name \"%.60s\" is too "
					    "long", key);
		memcpy(full, prefix, strlen(prefix));
		memcpy(full + strlen(prefix), key, strlen(key) + 1);
		if (json_object_get(set, full))
			continue;
		if (json_object_size(set) == MAX_KEYS)
			return ir_error_set(err, -EINVAL, "not a report: it has more than %d "
					    "different figures", MAX_KEYS);
		if (json_object_set_new(set, full, json_null()))
			return no_memory(err);
	}
	return 0;
}

static const char **names_of(json_t *set)
{
	const char **names = calloc(json_object_size(set) + 1, sizeof(*names)), *key;
	json_t *value;
	size_t n = 0;

	json_object_foreach(set, key, value)
		if (names)
			names[n++] = key;
	return names;
}

static int add_row(struct ir_compare_report *report, json_t *recording, json_t *result,
		   struct ir_error *err)
{
	struct ir_compare_row *row = &report->rows[report->nr_rows];
	json_t *figures;
	int rc;

	*row = (struct ir_compare_row){ .recording = recording, .result = result };
	row->path = normal_path(json_string_value(json_object_get(recording, "file")));
	if (!row->path)
		return no_memory(err);
	report->nr_rows++;
	figures = ir_compare_figures(row, err);
	if (!figures)
		return -EINVAL;
	rc = collect_names(report->keys, "", figures, err);
	json_decref(figures);
	if (!rc && result)
		rc = collect_names(report->parameters, "parameters.",
				   json_object_get(result, "parameters"), err);
	return rc;
}

static int read_entry(struct ir_compare_report *report, const json_t *entry, struct ir_error *err)
{
	json_t *recording = json_object_get(entry, "recording"), *result;
	size_t i;
	int rc;

	rc = add_row(report, recording, NULL, err);
	json_array_foreach(json_object_get(entry, "results"), i, result)
		if (!rc)
			rc = add_row(report, recording, result, err);
	return rc;
}

static int read_rows(struct ir_compare_report *report, struct ir_error *err)
{
	const json_t *recordings = json_object_get(report->root, "recordings"), *entry;
	size_t n = json_array_size(recordings), r;
	int rc = 0;

	if (!n)
		return ir_error_set(err, -EINVAL, "the report is empty: there is nothing to compare");
	json_array_foreach(recordings, r, entry)
		n += json_array_size(json_object_get(entry, "results"));
	report->rows = calloc(n, sizeof(*report->rows));
	if (!report->rows)
		return no_memory(err);
	json_array_foreach(recordings, r, entry) {
		rc = read_entry(report, entry, err);
		if (rc)
			return rc;
	}
	report->key_names = names_of(report->keys);
	report->parameter_names = names_of(report->parameters);
	return report->key_names && report->parameter_names ? 0 : no_memory(err);
}

struct ir_compare_report *ir_compare_read(const char *name, const char *text, size_t len,
					  struct ir_error *err)
{
	struct ir_compare_report *report = calloc(1, sizeof(*report));
	struct ir_error why = { "" };

	if (report) {
		report->name = strdup(name);
		report->keys = json_object();
		report->parameters = json_object();
	}
	if (!report || !report->name || !report->keys || !report->parameters) {
		no_memory(err);
		goto fail;
	}
	report->root = ir_report_parse(name, text, len, &report->seal, err);
	if (!report->root)
		goto fail;
	if (read_rows(report, &why)) {
		ir_error_set(err, -EINVAL, "%s: %s", name, why.text);
		goto fail;
	}
	return report;
fail:
	ir_compare_report_free(report);
	return NULL;
}

void ir_compare_report_free(struct ir_compare_report *report)
{
	if (!report)
		return;
	for (size_t i = 0; i < report->nr_rows; i++) {
		free(report->rows[i].path);
		free(report->rows[i].name);
		free(report->rows[i].identity);
		free(report->rows[i].label);
	}
	free(report->rows);
	free(report->key_names);
	free(report->parameter_names);
	json_decref(report->keys);
	json_decref(report->parameters);
	json_decref(report->root);
	free(report->name);
	free(report);
}

bool ir_compare_has_digest(const struct ir_compare_report *report)
{
	return report->seal == IR_SEAL_GOOD;
}

const char *ir_compare_version(const struct ir_compare_report *report)
{
	return json_string_value(json_object_get(json_object_get(report->root, "tool"), "version"));
}

const char *ir_compare_key(const struct ir_compare_report *report, size_t i)
{
	return report->key_names[i];
}

const char *ir_compare_parameter(const struct ir_compare_report *report, size_t i)
{
	return report->parameter_names[i];
}
