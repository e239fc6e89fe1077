// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Comparing: figure by figure, what changed and whether it fails.
 */
#include "report/compare/priv.h"
#include "report/json_count.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct comparing {
	struct ir_compare_report *baseline, *news;
	struct ir_compare_row **sorted_baseline, **sorted_news;
	const struct ir_compare_options *options;
	struct ir_comparison *to;
	size_t room;		/* for differences */
	struct ir_error *err;
};

static int no_memory(struct ir_error *err)
{
	return ir_error_set(err, -ENOMEM, "out of memory");
}

static bool is_ignored(const struct comparing *c, const char *key)
{
	for (size_t i = 0; i < c->options->nr_ignored; i++)
		if (ir_compare_covers(c->options->ignored[i], key))
			return true;
	return false;
}

static struct ir_figure figure_of(const json_t *value)
{
	struct ir_figure figure = { .type = IR_FIGURE_NONE };
	uint64_t count;

	if (json_is_real(value)) {
		figure.type = IR_FIGURE_REAL;
		figure.real = json_real_value(value);
	} else if (json_is_string(value)) {	/* a count that no integer of JSON has room for */
		figure.type = ir_json_read_count(value, &count) ? IR_FIGURE_REAL : IR_FIGURE_NONE;
		figure.real = (double)count;
	} else if (value) {
		figure.type = IR_FIGURE_INTEGER;
		figure.integer = json_is_boolean(value) ? json_is_true(value) :
			(int64_t)json_integer_value(value);
	}
	return figure;
}

static bool same_value(struct ir_figure a, struct ir_figure b)
{
	double x, y;

	if (a.type == IR_FIGURE_INTEGER && b.type == IR_FIGURE_INTEGER)
		return a.integer == b.integer;
	x = a.type == IR_FIGURE_REAL ? a.real : (double)a.integer;
	y = b.type == IR_FIGURE_REAL ? b.real : (double)b.integer;
	return !(x < y || x > y);
}

/* Adds a difference of this row; NULL: no memory. */
static struct ir_difference *add_difference(struct comparing *c, enum ir_difference_kind kind,
					    const struct ir_compare_row *row)
{
	struct ir_comparison *to = c->to;
	const json_t *result = row->result;

	if (to->nr_differences == c->room) {
		size_t room = c->room ? 2 * c->room : 64;
		struct ir_difference *grown = reallocarray(to->differences, room, sizeof(*grown));

		if (!grown) {
			no_memory(c->err);
			return NULL;
		}
		to->differences = grown;
		c->room = room;
	}
	to->differences[to->nr_differences] = (struct ir_difference){
		.kind = kind,
		.recording = row->name,
		.strategy = json_string_value(json_object_get(result, "strategy")),
		.hypervisor = json_string_value(json_object_get(result, "hypervisor")),
		.parameters = row->label,
	};
	return &to->differences[to->nr_differences++];
}

/* The conditions that fail, a bit each. */
static uint64_t failed_conditions(const struct comparing *c, const char *key, struct ir_figure baseline,
				  struct ir_figure value)
{
	uint64_t failed = 0;

	for (size_t i = 0; i < c->options->nr_conditions; i++) {
		const struct ir_condition *condition = &c->options->conditions[i];

		if (!ir_compare_covers(condition->key, key))
			continue;
		/* A condition on a missing figure fails. */
		if (value.type == IR_FIGURE_NONE ? !c->options->allow_missing :
		    ir_condition_fails(condition, baseline, value))
			failed |= UINT64_C(1) << i;
	}
	return failed;
}

static bool fails_gate(const struct comparing *c, enum ir_difference_kind kind, uint64_t failed)
{
	if (c->options->nr_conditions)
		return failed;
	return kind == IR_DIFFERENCE_CHANGED ||
		(kind == IR_DIFFERENCE_MISSING_FIGURE && !c->options->allow_missing);
}

/* @row has the names; a figure that is absent on one side is NULL there. */
static int compare_figure(struct comparing *c, const struct ir_compare_row *row, const char *key,
			  const json_t *was, const json_t *is)
{
	struct ir_figure baseline = figure_of(was), value = figure_of(is);
	enum ir_difference_kind kind = !is ? IR_DIFFERENCE_MISSING_FIGURE :
		!was ? IR_DIFFERENCE_NEW_FIGURE :
		same_value(baseline, value) ? IR_DIFFERENCE_SAME : IR_DIFFERENCE_CHANGED;
	struct ir_difference *difference;
	uint64_t failed;

	if (is_ignored(c, key)) {
		c->to->ignored++;
		return 0;
	}
	c->to->figures += was && is;
	failed = failed_conditions(c, key, baseline, value);
	if (kind == IR_DIFFERENCE_SAME && !failed)
		return 0;
	difference = add_difference(c, kind, row);
	if (!difference)
		return -ENOMEM;
	difference->key = key;
	difference->baseline = baseline;
	difference->value = value;
	difference->conditions = failed;
	difference->failed = fails_gate(c, kind, failed);
	c->to->failed += difference->failed;
	return 0;
}

/* The key as a text that lives as long as the report. */
static const char *key_in_report(const struct ir_compare_report *report, const char *key)
{
	return json_object_iter_key(json_object_iter_at(report->keys, key));
}

static int compare_rows(struct comparing *c, const struct ir_compare_row *row,
			const struct ir_compare_row *other)
{
	json_t *was = ir_compare_figures(row, c->err);
	json_t *is = was ? ir_compare_figures(other, c->err) : NULL;
	const char *key;
	json_t *value;
	int rc = is ? 0 : -ENOMEM;

	json_object_foreach(was, key, value)
		if (!rc)
			rc = compare_figure(c, row, key_in_report(c->baseline, key), value,
					    json_object_get(is, key));
	json_object_foreach(is, key, value)
		if (!rc && !json_object_get(was, key))
			rc = compare_figure(c, row, key_in_report(c->news, key), NULL, value);
	if (row->result)
		c->to->rows++;
	else
		c->to->recordings++;
	json_decref(was);
	json_decref(is);
	return rc;
}

/* In the baseline only: nothing of it can be shown to hold. */
static int missing_row(struct comparing *c, const struct ir_compare_row *row)
{
	struct ir_difference *difference = add_difference(c, IR_DIFFERENCE_MISSING_ROW, row);

	if (!difference)
		return -ENOMEM;
	difference->failed = !c->options->allow_missing;
	c->to->failed += difference->failed;
	return ir_compare_unmatched_note(c->baseline, c->sorted_news, c->news->nr_rows, row, c->options,
					 &difference->note);
}

/* In the new report only: no figure can have changed, but its values can be judged. */
static int new_row(struct comparing *c, const struct ir_compare_row *row)
{
	json_t *figures = ir_compare_figures(row, c->err), *value;
	const struct ir_figure none = { .type = IR_FIGURE_NONE };
	const char *key;
	int rc = figures && add_difference(c, IR_DIFFERENCE_NEW_ROW, row) ? 0 : -ENOMEM;

	json_object_foreach(figures, key, value)
		if (!rc && !is_ignored(c, key) && failed_conditions(c, key, none, figure_of(value)))
			rc = compare_figure(c, row, key_in_report(c->news, key), NULL, value);
	json_decref(figures);
	return rc;
}

static int compare_all(struct comparing *c)
{
	int rc = 0;

	/* Rows are matched first: notes on missing rows need the unmatched ones. */
	for (size_t i = 0; i < c->baseline->nr_rows; i++) {
		struct ir_compare_row *row = &c->baseline->rows[i], *other;

		other = row->done ? NULL : ir_compare_find(c->sorted_news, c->news->nr_rows, row);
		if (other)
			other->done = true;
	}
	for (size_t i = 0; i < c->baseline->nr_rows && !rc; i++) {
		struct ir_compare_row *row = &c->baseline->rows[i], *other;

		if (row->done)
			continue;
		other = ir_compare_find(c->sorted_news, c->news->nr_rows, row);
		rc = other ? compare_rows(c, row, other) : missing_row(c, row);
	}
	for (size_t i = 0; i < c->news->nr_rows && !rc; i++)
		if (!c->news->rows[i].done)
			rc = new_row(c, &c->news->rows[i]);
	return rc;
}

/* Parameters that only one of the reports has. */
static int list_unmatched(struct comparing *c)
{
	const struct ir_compare_report *sides[] = { c->baseline, c->news };
	size_t skip = strlen("parameters.");
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);

	if (!out)
		return no_memory(c->err);
	for (int i = 0; i < 2; i++)
		for (const char **name = sides[i]->parameter_names; *name; name++)
			if (!ir_compare_is_evidence(*name) &&
			    !json_object_get(sides[!i]->parameters, *name))
				fprintf(out, "%s%s", ftell(out) ? ", " : "", *name + skip);
	c->to->unmatched = ir_memory_close(&memory);
	if (!c->to->unmatched)
		return no_memory(c->err);
	if (!*c->to->unmatched) {
		free(c->to->unmatched);
		c->to->unmatched = NULL;
	}
	return 0;
}

static bool has_results(const struct ir_compare_report *report)
{
	for (size_t i = 0; i < report->nr_rows; i++)
		if (report->rows[i].result)
			return true;
	return false;
}

int ir_compare(struct ir_compare_report *baseline, struct ir_compare_report *news,
	       const struct ir_compare_options *options, struct ir_comparison *comparison,
	       struct ir_error *err)
{
	static const struct ir_compare_options none;
	struct comparing c = {
		.baseline = baseline, .news = news, .options = options ? options : &none, .to = comparison,
		.err = err,
	};
	int rc;

	options = c.options;
	*comparison = (struct ir_comparison){ .rows = 0 };
	if (options->nr_conditions > IR_COMPARE_MAX_CONDITIONS)
		return ir_error_set(err, -EINVAL, "more than %d conditions",
				    IR_COMPARE_MAX_CONDITIONS);
	rc = ir_compare_match(baseline, news, options, &c.sorted_baseline, &c.sorted_news, err);
	if (!rc)
		rc = compare_all(&c);
	/* A common recording alone shows nothing of what was replayed. */
	comparison->disjoint = !comparison->rows &&
		(!comparison->recordings || has_results(baseline) || has_results(news));
	/* One without results has no parameters, either. */
	if (!rc && has_results(baseline) && has_results(news))
		rc = list_unmatched(&c);
	free(c.sorted_baseline);
	free(c.sorted_news);
	return rc;
}

void ir_comparison_free(struct ir_comparison *comparison)
{
	for (size_t i = 0; i < comparison->nr_differences; i++)
		free(comparison->differences[i].note);
	free(comparison->differences);
	free(comparison->unmatched);
	*comparison = (struct ir_comparison){ .rows = 0 };
}
