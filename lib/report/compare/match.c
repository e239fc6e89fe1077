// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the rows of two reports that belong together.
 */
#include "report/compare/priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"

#define MAX_DIRECTORIES 64	/* in the names of recordings */

static int no_memory(struct ir_error *err)
{
	return ir_error_set(err, -ENOMEM, "out of memory");
}

/* The end of a path: the last @n parts of it, or all. */
static const char *path_end(const char *path, size_t n)
{
	const char *at = path + strlen(path);

	while (at > path) {
		if (at[-1] == '/' && !--n)
			break;
		at--;
	}
	return at;
}

/* How many parts of a path are looked at: 1, unless its file's name is in @depths. */
static size_t depth_of(const json_t *depths, const char *path)
{
	const json_t *depth = json_object_get(depths, path_end(path, 1));

	return depth ? (size_t)json_integer_value(depth) : 1;
}

/*
 * One round: where two recordings of a report still have the same name, look at
 * one part more.  1 if there were any, 0, or -ENOMEM.
 */
static int deepen_names(const struct ir_compare_report *report, json_t *depths)
{
	json_t *seen = json_object(), *deeper = json_object();
	const char *name;
	json_t *depth;
	int rc = seen && deeper ? 0 : -ENOMEM;

	for (size_t i = 0; i < report->nr_rows && !rc; i++) {
		const char *path = report->rows[i].path, *other;
		size_t n = depth_of(depths, path);

		if (report->rows[i].result)
			continue;
		other = json_string_value(json_object_get(seen, path_end(path, n)));
		if (!other)
			rc = json_object_set_new(seen, path_end(path, n), json_string(path));
		else if (strcmp(other, path))
			rc = json_object_set_new(deeper, path_end(path, 1),
						 json_integer((json_int_t)n + 1));
	}
	json_object_foreach(deeper, name, depth)
		if (!rc)
			rc = json_object_set(depths, name, depth);
	if (!rc)
		rc = json_object_size(deeper) > 0;
	json_decref(seen);
	json_decref(deeper);
	return rc < 0 ? -ENOMEM : rc;
}

/* How many directories make names of recordings unique, in both reports. */
static json_t *find_depths(const struct ir_compare_report *a, const struct ir_compare_report *b)
{
	json_t *depths = json_object();
	int more = 1;

	for (int round = 0; depths && more > 0 && round < MAX_DIRECTORIES; round++) {
		int first = deepen_names(a, depths), second = deepen_names(b, depths);

		more = first < 0 || second < 0 ? -1 : first || second;
	}
	if (more >= 0)
		return depths;
	json_decref(depths);
	return NULL;
}

static bool is_ignored(const struct ir_compare_options *options, const char *key)
{
	for (size_t i = 0; i < options->nr_ignored; i++)
		if (ir_compare_covers(options->ignored[i], key))
			return true;
	return false;
}

bool ir_compare_is_evidence(const char *name)
{
	static const char *const evidence[] = {
		"parameters.sources", "parameters.limit_shortages", "parameters.limit_agree",
		"parameters.other_limit", "parameters.other_agree",
	};

	for (size_t i = 0; i < sizeof(evidence) / sizeof(evidence[0]); i++)
		if (!strcmp(name, evidence[i]))
			return true;
	return false;
}

/* A row's parameters that both reports have and that are not ignored; NULL: no memory. */
static json_t *matched_parameters(const struct ir_compare_row *row,
				  const struct ir_compare_report *a,
				  const struct ir_compare_report *b,
				  const struct ir_compare_options *options)
{
	const json_t *all = json_object_get(row->result, "parameters");
	const size_t skip = strlen("parameters.");
	json_t *matched = json_object();

	for (size_t i = 0; matched && a->parameter_names[i]; i++) {
		const char *name = a->parameter_names[i];
		json_t *value = json_object_get(all, name + skip);

		if (!value || ir_compare_is_evidence(name) ||
		    !json_object_get(b->parameters, name) || is_ignored(options, name))
			continue;
		if (json_object_set(matched, name + skip, value)) {
			json_decref(matched);
			return NULL;
		}
	}
	return matched;
}

static char *row_identity(const struct ir_compare_row *row, const struct ir_compare_report *a,
			  const struct ir_compare_report *b,
			  const struct ir_compare_options *options)
{
	json_t *parts, *parameters;
	char *text = NULL;

	if (!row->result) {
		parts = json_pack("[s]", row->name);
	} else {
		parameters = matched_parameters(row, a, b, options);
		parts = parameters ? json_pack("[s, O, O, o]", row->name,
					       json_object_get(row->result, "strategy"),
					       json_object_get(row->result, "hypervisor"),
					       parameters) : NULL;
	}
	if (parts)
		text = ir_json_dump(parts, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(parts);
	return text;
}

static int by_identity(const void *a, const void *b)
{
	const struct ir_compare_row *const *x = a, *const *y = b;

	return strcmp((*x)->identity, (*y)->identity);
}

/*
 * The same recording twice in a report, with results of its own each time, is
 * fine, and so is a result twice: sizes of a queue make no two replays of a
 * strategy that has none.
 */
static bool same_figures(const struct ir_compare_row *a, const struct ir_compare_row *b)
{
	json_t *x = ir_compare_figures(a, NULL), *y = ir_compare_figures(b, NULL);
	bool same = x && y && json_equal(x, y);

	json_decref(x);
	json_decref(y);
	return same;
}

static const char *text_of(const struct ir_compare_row *row, const char *key)
{
	return json_string_value(json_object_get(row->result, key));
}

static int check_ambiguous(const struct ir_compare_report *report, struct ir_compare_row **sorted,
			   struct ir_error *err)
{
	for (size_t i = 1; i < report->nr_rows; i++) {
		struct ir_compare_row *row = sorted[i];

		if (strcmp(sorted[i - 1]->identity, row->identity))
			continue;
		if (row->result && !same_figures(sorted[i - 1], row))
			return ir_error_set(err, -EINVAL, "%.100s: ambiguous: two results of %.100s "
					    "with %.40s and %.40s have the same parameters, and differ",
					    report->name, row->name, text_of(row, "strategy"),
					    text_of(row, "hypervisor"));
		if (!row->result && !same_figures(sorted[i - 1], row))
			return ir_error_set(err, -EINVAL, "%.100s: ambiguous: it describes %.100s "
					    "twice, and differently", report->name, row->name);
		row->done = true;
	}
	return 0;
}

/* Whether these two are of one recording, strategy and hypervisor. */
static bool same_group(const struct ir_compare_row *a, const struct ir_compare_row *b)
{
	return a->result && b->result && !strcmp(a->name, b->name) &&
		!strcmp(text_of(a, "strategy"), text_of(b, "strategy")) &&
		!strcmp(text_of(a, "hypervisor"), text_of(b, "hypervisor"));
}

static const json_t *row_parameter(const struct ir_compare_row *row, const char *name)
{
	return json_object_get(json_object_get(row->result, "parameters"),
			       name + strlen("parameters."));
}

static void print_value(FILE *out, const json_t *value)
{
	char *text = value ? ir_json_dump(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	if (json_is_string(value))
		fputs(json_string_value(value), out);
	else
		fputs(text ? text : "?", out);
	free(text);
}

/* Whether a parameter matters and has several values in a group.  A group's rows are neighbours. */
static bool parameter_varies(struct ir_compare_row *const *group, size_t n, const json_t *other,
			     const char *name)
{
	if (ir_compare_is_evidence(name) || !json_object_get(other, name))
		return false;
	for (size_t i = 1; i < n; i++)
		if (!json_equal(row_parameter(group[0], name), row_parameter(group[i], name)))
			return true;
	return false;
}

/* @names: which parameters to show; ends with NULL. */
static char *row_label(const struct ir_compare_row *row, const char *const *names)
{
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);

	if (!out)
		return NULL;
	for (size_t i = 0; names[i]; i++) {
		fprintf(out, "%s%s=", i ? " " : "", names[i] + strlen("parameters."));
		print_value(out, row_parameter(row, names[i]));
	}
	return ir_memory_close(&memory);
}

static int label_group(const struct ir_compare_report *report, const json_t *other,
		       struct ir_compare_row **group, size_t n, const char **names)
{
	size_t used = 0;

	for (size_t i = 0; n > 1 && report->parameter_names[i]; i++)
		if (parameter_varies(group, n, other, report->parameter_names[i]))
			names[used++] = report->parameter_names[i];
	names[used] = NULL;
	for (size_t i = 0; i < n; i++) {
		group[i]->label = row_label(group[i], names);
		if (!group[i]->label)
			return -ENOMEM;
	}
	return 0;
}

static int make_labels(const struct ir_compare_report *report, const json_t *other,
		       struct ir_compare_row **sorted, struct ir_error *err)
{
	const char **names = calloc(json_object_size(report->parameters) + 1, sizeof(*names));
	int rc = names ? 0 : -ENOMEM;

	for (size_t first = 0, end; first < report->nr_rows && !rc; first = end) {
		for (end = first + 1; end < report->nr_rows; end++)
			if (!same_group(sorted[first], sorted[end]))
				break;
		rc = label_group(report, other, sorted + first, end - first, names);
	}
	free(names);
	return rc ? no_memory(err) : 0;
}

static void free_names(struct ir_compare_row *row)
{
	free(row->name);
	free(row->identity);
	free(row->label);
	row->name = NULL;
	row->identity = NULL;
	row->label = NULL;
	row->done = false;
}

static struct ir_compare_row **sort_rows(struct ir_compare_report *report,
					 const struct ir_compare_report *other,
					 const json_t *depths,
					 const struct ir_compare_options *options,
					 struct ir_error *err)
{
	struct ir_compare_row **sorted = calloc(report->nr_rows, sizeof(struct ir_compare_row *));
	int rc = sorted ? 0 : no_memory(err);

	for (size_t i = 0; i < report->nr_rows && !rc; i++) {
		struct ir_compare_row *row = sorted[i] = &report->rows[i];

		free_names(row);
		row->name = strdup(path_end(row->path, depth_of(depths, row->path)));
		if (row->name)
			row->identity = row_identity(row, report, other, options);
		if (!row->identity)
			rc = no_memory(err);
	}
	if (!rc) {
		qsort(sorted, report->nr_rows, sizeof(sorted[0]), by_identity);
		rc = check_ambiguous(report, sorted, err);
	}
	if (!rc)
		rc = make_labels(report, other->parameters, sorted, err);
	if (!rc)
		return sorted;
	free(sorted);
	return NULL;
}

int ir_compare_match(struct ir_compare_report *a, struct ir_compare_report *b,
		     const struct ir_compare_options *options, struct ir_compare_row ***sorted_a,
		     struct ir_compare_row ***sorted_b, struct ir_error *err)
{
	json_t *depths = find_depths(a, b);

	*sorted_a = NULL;
	*sorted_b = NULL;
	if (!depths)
		return no_memory(err);
	*sorted_a = sort_rows(a, b, depths, options, err);
	if (*sorted_a)
		*sorted_b = sort_rows(b, a, depths, options, err);
	json_decref(depths);
	return *sorted_b ? 0 : -EINVAL;
}

struct ir_compare_row *ir_compare_find(struct ir_compare_row **sorted, size_t n,
				       const struct ir_compare_row *row)
{
	struct ir_compare_row **found = bsearch(&row, sorted, n, sizeof(sorted[0]), by_identity);

	/* Of several that are alike, all but the first one are done with. */
	while (found && found > sorted && !strcmp(found[-1]->identity, row->identity))
		found--;
	return found ? *found : NULL;
}

#define MAX_GROUP 1000

/* The only row of the group without counterpart; NULL: none, several, or too many to search. */
static const struct ir_compare_row *only_unmatched(struct ir_compare_row *const *sorted, size_t n,
						   const struct ir_compare_row *row)
{
	const struct ir_compare_row *found = NULL;
	size_t low = 0, high = n, first;

	/* The group is where the row would be. */
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(sorted[mid]->identity, row->identity) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	first = low;
	while (first && low - first <= MAX_GROUP && same_group(sorted[first - 1], row))
		first--;
	for (size_t i = first; i < n && same_group(sorted[i], row); i++) {
		if (sorted[i]->done && i - first < MAX_GROUP)
			continue;
		if (found || i - first >= MAX_GROUP)
			return NULL;
		found = sorted[i];
	}
	return found;
}

int ir_compare_unmatched_note(const struct ir_compare_report *report, struct ir_compare_row *const *sorted,
			      size_t n, const struct ir_compare_row *row,
			      const struct ir_compare_options *options, char **note)
{
	const struct ir_compare_row *other = row->result ? only_unmatched(sorted, n, row) : NULL;
	struct ir_memory memory;
	FILE *out;

	*note = NULL;
	if (!other)
		return 0;
	out = ir_memory_open(&memory);
	if (!out)
		return -ENOMEM;
	for (size_t i = 0; report->parameter_names[i]; i++) {
		const char *name = report->parameter_names[i];
		const json_t *was = row_parameter(row, name), *is = row_parameter(other, name);

		if (ir_compare_is_evidence(name) || !was || !is || json_equal(was, is) ||
		    is_ignored(options, name))
			continue;
		fprintf(out, "%s%s was ", ftell(out) ? ", " : "", name + strlen("parameters."));
		print_value(out, was);
		fputs(" and is ", out);
		print_value(out, is);
	}
	*note = ir_memory_close(&memory);
	if (!*note)
		return -ENOMEM;
	if (!**note) {
		free(*note);
		*note = NULL;
	}
	return 0;
}
