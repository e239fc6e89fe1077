// SPDX-License-Identifier: GPL-2.0-or-later
/* The search for faults and for those who held their addresses, step by step. */
#include "faults/find.h"

#include <errno.h>
#include <stdlib.h>

#include "faults/result.h"

static void release_finding(struct finding *f)
{
	ir_names_release(&f->names);
	ir_tasks_release(&f->tasks);
	free(f->groups.list);
	free(f->reports.list);
	free(f->log.list);
	free(f->trace_marks.list);
	free(f->log_marks.list);
	free(f->anchors.list);
}

static void fill_result(struct result *result, const struct finding *f)
{
	struct ir_faults *faults = &result->faults;

	faults->events = f->nr_events;
	faults->console_lines = f->nr_console;
	faults->log_lines = f->nr_log;
	faults->outside = f->outside;
	faults->suppressed = f->suppressed;
	faults->bad_lines = f->bad_lines;
	faults->log_given = f->options->log;
	faults->log_cut = f->log_cut;
	faults->undated = f->nr_lines && f->stamp == IR_STAMP_NONE;
	faults->unexamined = f->reports.beyond + f->log.beyond;
	faults->clock = f->clock;
	faults->clock_error_ns = f->clock_error_ns;
	/* Events are not limited, lines are: by 10 in 5 s a device or less. */
	faults->may_be_missing = !f->nr_events && (f->nr_log || f->nr_console);
}

static int find_faults(struct finding *f, struct result *result)
{
	struct ir_holders holders = { .f = NULL };
	int rc = ir_groups_options(f);

	/* Streams are resolved to devices of these names. */
	for (size_t i = 1; i < f->info->nr_devices; i++)
		ir_names_number(&f->names, f->info->devices[i], strlen(f->info->devices[i]));
	if (!rc)
		rc = ir_reports_read(f);
	if (!rc)
		rc = ir_clock_align(f);
	if (!rc)
		rc = ir_merge(f);
	ir_groups_finish(f);
	if (!rc)
		rc = ir_holders_find(&holders, f);
	if (!rc)
		rc = ir_verdict_all(result, f, &holders);
	if (!rc)
		rc = ir_summary(result, f);
	if (holders.f)
		ir_holders_release(&holders);
	return rc;
}

struct ir_faults *ir_faults_find(struct ir_recording *rec, const struct ir_fault_options *options,
				 struct ir_error *err)
{
	static const struct ir_fault_options none;
	struct result *result = calloc(1, sizeof(*result));
	const struct ir_recording_info *info = ir_recording_info(rec);
	struct finding f = {
		.rec = rec, .info = info, .options = options ? options : &none, .err = err,
		.start_ns = info->start_ns, .end_ns = info->start_ns + info->duration_ns,
	};
	int rc;

	if (!result) {
		ir_error_set(err, -ENOMEM, "%s: out of memory", info->file);
		return NULL;
	}
	ir_names_init(&f.names);
	ir_names_init(&result->names);
	ir_tasks_init(&f.tasks);
	rc = find_faults(&f, result);
	fill_result(result, &f);
	release_finding(&f);
	if (!rc)
		return &result->faults;
	if (rc == -ENOMEM)
		ir_error_set(err, rc, "%s: out of memory", info->file);
	ir_faults_free(&result->faults);
	return NULL;
}

void ir_faults_free(struct ir_faults *faults)
{
	struct result *result = (struct result *)faults;

	if (!faults)
		return;
	free(result->list);
	ir_arena_release(&result->arena);
	ir_names_release(&result->names);
	free(result);
}

const char *ir_fault_kind_name(enum ir_fault_kind kind)
{
	static const char *const names[IR_FAULT_KINDS] = {
		[IR_FAULT_UNMAPPED] = "unmapped",
		[IR_FAULT_NEVER_MAPPED] = "never_mapped",
		[IR_FAULT_WRONG_DIRECTION] = "wrong_direction",
		[IR_FAULT_OTHER_DOMAIN] = "other_domain",
		[IR_FAULT_UNCERTAIN] = "uncertain",
	};

	return kind < IR_FAULT_KINDS ? names[kind] : names[IR_FAULT_UNCERTAIN];
}

const char *ir_fault_access_name(enum ir_fault_access access)
{
	return access == IR_ACCESS_READ ? "read" : access == IR_ACCESS_WRITE ? "write" : NULL;
}

const char *ir_fault_source_name(unsigned int sources)
{
	return sources & IR_FAULT_EVENT ? "event" : sources & IR_FAULT_CONSOLE ? "console" : "log";
}
