// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * compare: a report against a baseline.  What changed decides the exit status.
 */
#include <errno.h>
#include <iommu-replay/report.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "base/message.h"
#include "base/names.h"
#include "base/memory.h"
#include "formats/renderers.h"

/* The options, parsed. */
struct gate {
	struct ir_condition *conditions;
	char **ignored;
	size_t nr_ignored;
};

static int wrong_usage(const struct settings *settings, const char *text)
{
	message("%s", text);
	fprintf(stderr, "Try '" PROGRAM " %s --help'.\n", settings->command->name);
	return STATUS_USAGE;
}

static int no_memory(void)
{
	message("out of memory");
	return STATUS_ERROR;
}

static int parse_conditions(const struct settings *settings, struct gate *gate)
{
	struct ir_error err = { "" }, full = { "" };

	gate->conditions = calloc(settings->fail_if.nr + 1, sizeof(*gate->conditions));
	if (!gate->conditions)
		return no_memory();
	if (settings->fail_if.nr > IR_COMPARE_MAX_CONDITIONS)
		return wrong_usage(settings, "--fail-if: too many of them");
	for (size_t i = 0; i < settings->fail_if.nr; i++) {
		if (!ir_condition_parse(settings->fail_if.text[i], &gate->conditions[i], &err))
			continue;
		ir_error_set(&full, -EINVAL, "--fail-if: %.480s", err.text);
		return wrong_usage(settings, full.text);
	}
	return STATUS_DONE;
}

/* The lists of all --ignore options in one. */
static int parse_ignored(const struct settings *settings, struct gate *gate)
{
	size_t n = 0;

	for (size_t i = 0; i < settings->ignore.nr; i++)
		for (const char *c = settings->ignore.text[i] - 1; c; c = strchr(c + 1, ','))
			n++;
	gate->ignored = calloc(n + 1, sizeof(*gate->ignored));
	if (!gate->ignored)
		return no_memory();
	for (size_t i = 0; i < settings->ignore.nr; i++) {
		const char *at = settings->ignore.text[i];

		for (;; at++) {
			size_t len = strcspn(at, ",");

			if (!len)
				return wrong_usage(settings, "--ignore: a name is missing");
			gate->ignored[gate->nr_ignored] = strndup(at, len);
			if (!gate->ignored[gate->nr_ignored++])
				return no_memory();
			at += len;
			if (!*at)
				break;
		}
	}
	return STATUS_DONE;
}

static void free_gate(struct gate *gate)
{
	for (size_t i = 0; i < gate->nr_ignored; i++)
		free(gate->ignored[i]);
	free(gate->ignored);
	free(gate->conditions);
}

static struct ir_compare_report *read_report(const char *path)
{
	const char *name = strcmp(path, "-") ? path : "standard input";
	struct ir_compare_report *report = NULL;
	struct ir_error err = { "" };
	size_t size = 0;
	char *text = file_read(path, IR_REPORT_MAX_SIZE, "a report", &size);

	if (text) {
		report = ir_compare_read(name, text, size, &err);
		if (!report)
			message("%s", err.text);
		else if (!ir_compare_has_digest(report))
			message("note: %s has no digest: an older version wrote it, and damage in it "
				"may go unnoticed", name);
	}
	free(text);
	return report;
}

/* The names that an option can have, each once; ends with NULL. */
struct known {
	const char **names;
	size_t nr;
};

static const char *known_name(const void *arg, size_t i)
{
	return ((const struct known *)arg)->names[i];
}

static void add_known(struct known *known, const char *name)
{
	for (size_t i = 0; i < known->nr; i++)
		if (!strcmp(known->names[i], name))
			return;
	known->names[known->nr++] = name;
}

/* Figures of both reports, and with @with_parameters those, too.  False: no memory. */
static bool collect_known(struct known *known, struct ir_compare_report *const reports[2],
			  bool with_parameters)
{
	const char *name;
	size_t n = 1;

	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; ir_compare_key(reports[side], i); i++)
			n++;
		for (size_t i = 0; ir_compare_parameter(reports[side], i); i++)
			n++;
	}
	*known = (struct known){ .names = calloc(n, sizeof(*known->names)) };
	for (int side = 0; known->names && side < 2; side++) {
		for (size_t i = 0; (name = ir_compare_key(reports[side], i)); i++)
			add_known(known, name);
		for (size_t i = 0; with_parameters && (name = ir_compare_parameter(reports[side], i)); i++)
			add_known(known, name);
	}
	return known->names;
}

static bool is_known(const struct known *known, const char *name)
{
	for (size_t i = 0; i < known->nr; i++)
		if (ir_compare_covers(name, known->names[i]))
			return true;
	return false;
}

static int wrong_name(const struct known *known, const char *option, const char *name)
{
	struct ir_error err = { "" }, full = { "" };

	name_unknown(&err, "figure", name, strlen(name), known_name, known);
	ir_error_set(&full, -EINVAL, "%s: %.400s", option, err.text);
	message("%s", full.text);
	return STATUS_USAGE;
}

/* A gate on something that does not exist would never fail. */
static int check_known(const struct settings *settings, const struct gate *gate,
		       struct ir_compare_report *const reports[2])
{
	struct known figures, all;
	int status = STATUS_DONE;

	if (!collect_known(&figures, reports, false))
		return no_memory();
	if (!collect_known(&all, reports, true)) {
		free(figures.names);
		return no_memory();
	}
	for (size_t i = 0; i < settings->fail_if.nr && status == STATUS_DONE; i++)
		if (!is_known(&figures, gate->conditions[i].key))
			status = wrong_name(&figures, "--fail-if", gate->conditions[i].key);
	for (size_t i = 0; i < gate->nr_ignored && status == STATUS_DONE; i++)
		if (!is_known(&all, gate->ignored[i]))
			status = wrong_name(&all, "--ignore", gate->ignored[i]);
	free(figures.names);
	free(all.names);
	return status;
}

/* A condition on ignored figures would not, either. */
static int check_contradiction(const struct settings *settings, const struct gate *gate)
{
	struct ir_error err = { "" };

	for (size_t i = 0; i < settings->fail_if.nr; i++) {
		for (size_t j = 0; j < gate->nr_ignored; j++) {
			if (!ir_compare_covers(gate->ignored[j], gate->conditions[i].key))
				continue;
			ir_error_set(&err, -EINVAL, "--fail-if: %s is ignored by --ignore %.60s",
				     gate->conditions[i].key, gate->ignored[j]);
			return wrong_usage(settings, err.text);
		}
	}
	return STATUS_DONE;
}

static int write_out(struct output *out, const struct compared *compared)
{
	struct rendering r;
	char *text = NULL;
	int status;

	if (rendering_begin(&r, compared->settings, out))
		text = rendering_end(&r, renderer_of(compared->settings)->compare(&r.canvas, compared));
	status = output_finish(out, text);
	return status || compared->passed ? status : STATUS_GATE;
}

/* The verdict is not on the terminal: say it on standard error. */
static void report_failure(const struct settings *settings, const struct ir_comparison *result)
{
	if (result->disjoint)
		message("%s: it has no result in common with %s", settings->operands[1], settings->operands[0]);
	else
		message("%s: %zu of %zu difference%s fail%s", settings->operands[1], result->failed,
			result->nr_differences, ir_plural(result->nr_differences), result->failed == 1 ? "s" : "");
}

static int run_comparison(const struct settings *settings, const struct gate *gate,
			  struct ir_compare_report *const reports[2], struct output *out)
{
	struct ir_compare_options options = {
		.conditions = gate->conditions, .nr_conditions = settings->fail_if.nr,
		.ignored = (const char *const *)gate->ignored, .nr_ignored = gate->nr_ignored,
		.allow_missing = settings->allow_missing,
	};
	struct ir_comparison result;
	struct compared compared = {
		.settings = settings, .options = &options, .result = &result,
		.baseline_name = settings->operands[0], .new_name = settings->operands[1],
		.baseline = reports[0], .news = reports[1],
	};
	struct ir_error err = { "" };
	int status;

	if (ir_compare(reports[0], reports[1], &options, &result, &err)) {
		message("%s", err.text);
		output_abort(out);
		status = STATUS_ERROR;
	} else {
		/* Without a common result nothing that matters was compared. */
		compared.passed = !result.failed && !result.disjoint;
		status = write_out(out, &compared);
		if (status == STATUS_GATE && (out->name == settings->output ||
					      !renderer_of(settings)->terminal))
			report_failure(settings, &result);
	}
	ir_comparison_free(&result);
	return status;
}

static int compare_reports(const struct settings *settings, const struct gate *gate)
{
	struct ir_compare_report *reports[2] = { NULL, NULL };
	struct ir_error err = { "" };
	int status = STATUS_ERROR, rc;
	struct output out;

	reports[0] = read_report(settings->operands[0]);
	if (reports[0])
		reports[1] = read_report(settings->operands[1]);
	if (reports[1])
		status = check_known(settings, gate, reports);
	if (reports[1] && status == STATUS_DONE) {
		rc = output_open(&out, settings->output, settings->operands, settings->nr_operands,
				 &err);
		if (rc) {
			message("%s", err.text);
			status = rc == -EINVAL ? STATUS_USAGE : STATUS_ERROR;
		} else {
			status = run_comparison(settings, gate, reports, &out);
		}
	}
	ir_compare_report_free(reports[0]);
	ir_compare_report_free(reports[1]);
	return status;
}

int cmd_compare(const struct settings *settings)
{
	struct gate gate = { .conditions = NULL };
	int status;

	if (!strcmp(settings->operands[0], "-") && !strcmp(settings->operands[1], "-"))
		return wrong_usage(settings, "compare: only one of the reports can be standard input");
	status = parse_conditions(settings, &gate);
	if (status == STATUS_DONE)
		status = parse_ignored(settings, &gate);
	if (status == STATUS_DONE)
		status = check_contradiction(settings, &gate);
	if (status == STATUS_DONE)
		status = compare_reports(settings, &gate);
	free_gate(&gate);
	return status;
}
