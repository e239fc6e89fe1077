// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * faults: each fault of an IOMMU in a recording, and which mapping held its address.
 */
#include <inttypes.h>
#include <iommu-replay/compare.h>
#include <iommu-replay/faults.h>
#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "base/message.h"
#include "base/names.h"
#include "io/input.h"
#include "formats/document.h"

/* The keys of --fail-if: the total, the kinds, and lines that are missing. */
static const char *figure_name(const void *arg, size_t i)
{
	(void)arg;
	if (!i)
		return "total";
	if (i <= IR_FAULT_KINDS)
		return ir_fault_kind_name((enum ir_fault_kind)(i - 1));
	return i == IR_FAULT_KINDS + 1 ? "suppressed" : NULL;
}

static uint64_t figure_value(const struct ir_faults *faults, size_t i)
{
	if (!i)
		return faults->nr;
	return i <= IR_FAULT_KINDS ? faults->by_kind[i - 1] : faults->suppressed;
}

/* Its number; with @err set: there is no such figure. */
static size_t find_figure(const char *key, struct ir_error *err)
{
	const char *name;

	for (size_t i = 0; (name = figure_name(NULL, i)); i++)
		if (!strcmp(name, key))
			return i;
	name_unknown(err, "figure", key, strlen(key), figure_name, NULL);
	return 0;
}

static int parse_conditions(const struct settings *settings, struct ir_condition *conditions)
{
	for (size_t i = 0; i < settings->fail_if.nr; i++) {
		struct ir_error err = { "" };

		if (!ir_condition_parse(settings->fail_if.text[i], &conditions[i], &err)) {
			find_figure(conditions[i].key, &err);
			if (!err.text[0] && conditions[i].of != IR_CONDITION_VALUE)
				ir_error_set(&err, -1, "\"%.60s\": there is no baseline to count a change from",
					     conditions[i].text);
		}
		if (err.text[0]) {
			message("--fail-if: %s", err.text);
			return STATUS_USAGE;
		}
	}
	return STATUS_DONE;
}

static bool condition_holds(const struct ir_condition *c, uint64_t value)
{
	/* Numbers of faults are whole; a limit may have digits behind the point. */
	double limit = (double)c->number / (double)c->scale * (c->negative ? -1 : 1);
	double left = (double)value;

	switch (c->op) {
	case IR_CONDITION_GT:
		return left > limit;
	case IR_CONDITION_GE:
		return left >= limit;
	case IR_CONDITION_LT:
		return left < limit;
	case IR_CONDITION_LE:
		return left <= limit;
	case IR_CONDITION_NE:
		return left < limit || left > limit;
	case IR_CONDITION_EQ:
		break;
	}
	return !(left < limit) && !(left > limit);
}

static int check_conditions(const struct settings *settings, const struct ir_condition *conditions,
			    const struct ir_faults *faults)
{
	struct ir_error err = { "" };
	int status = STATUS_DONE;

	for (size_t i = 0; i < settings->fail_if.nr; i++) {
		uint64_t value = figure_value(faults, find_figure(conditions[i].key, &err));

		if (!condition_holds(&conditions[i], value))
			continue;
		message("%s: failed: %s (%" PRIu64 ")", settings->operands[0], conditions[i].text,
			value);
		status = STATUS_GATE;
	}
	return status;
}

static int find_faults(struct document *doc, const struct ir_condition *conditions)
{
	const struct settings *settings = doc->settings;
	const struct ir_fault_options options = {
		.log = settings->log, .groups = settings->groups.text,
		.nr_groups = settings->groups.nr, .delay_ns = settings->delay_ns,
		.interrupted = interrupts_flag(),
	};
	struct ir_error err = { "" };
	struct ir_faults *faults;
	struct input input;
	int status = input_open(&input, settings, settings->operands[0], document_interrupted, doc);

	if (!input.rec)
		return status;
	faults = ir_faults_find(input.rec, &options, &err);
	progress_clear();
	if (faults) {
		/* Before the document frees it. */
		int gate = check_conditions(settings, conditions, faults);

		input_check_log(settings, faults);
		input_check_groups(&input, settings, faults);
		status = worst_status(status, gate);
		status = worst_status(status, document_add(doc, &(struct ir_report_entry){
			.info = input.info, .faults = faults,
		}));
	} else {
		message("%s", err.text);
		status = *interrupts_flag() ? STATUS_INTERRUPTED : worst_status(status, STATUS_ERROR);
	}
	input_close(&input);
	return status;
}

int cmd_faults(const struct settings *settings)
{
	struct ir_condition *conditions = calloc(settings->fail_if.nr + 1, sizeof(*conditions));
	struct document doc;
	int status;

	if (!conditions) {
		message("out of memory");
		return STATUS_ERROR;
	}
	status = parse_conditions(settings, conditions);
	if (status == STATUS_DONE)
		status = document_open(&doc, settings);
	if (status != STATUS_DONE) {
		free(conditions);
		return status;
	}
	doc.render = renderer_of(settings)->faults;
	status = document_finish(&doc, find_faults(&doc, conditions));
	free(conditions);
	return status;
}
