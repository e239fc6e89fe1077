/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results of one recording, put together one by one. */
#ifndef VERDICT_UTIL_H
#define VERDICT_UTIL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "verdict/verdict.h"

#define MAX 8
#define MS UINT64_C(1000000)
#define S UINT64_C(1000000000)

/* Results that are put together one by one. */
struct table {
	struct ir_recording_info info;
	struct ir_strategy strategies[MAX];
	struct ir_hypervisor kvm;
	struct ir_config configs[MAX];
	struct ir_result results[MAX];
	struct ir_report_entry entry;
};

static struct table *table(void)
{
	struct table *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->info = (struct ir_recording_info){
		.file = "dir/a.dat", .complete = true, .duration_ns = 20 * S, .cpus = 1,
		.last_operation_ns = 10 * S, .nr_devices = 1, .ops = { .map = 1000, .map_pages = 1000 },
	};
	t->kvm = (struct ir_hypervisor){ .name = "kvm", .has_entry_limit = true };
	t->entry = (struct ir_report_entry){
		.info = &t->info, .configs = t->configs, .results = t->results,
	};
	return t;
}

/* @exposed: pages, 0: none; @p99 and @max in milliseconds. */
static struct ir_result *add(struct table *t, const char *name, uint64_t total, uint64_t failed,
			     uint64_t exposed, uint64_t p99, uint64_t max)
{
	size_t i = t->entry.nr_results++;
	struct ir_result *r = &t->results[i];

	assert_true(i < MAX);
	t->strategies[i].name = name;
	t->configs[i] = (struct ir_config){ .strategy = &t->strategies[i], .hypervisor = &t->kvm };
	r->rpcit.total = total;
	r->maps.attempted = 1000;
	r->maps.map_failed = failed;
	r->maps.succeeded = 1000 - failed;
	r->exposure.pages = exposed;
	r->exposure.p50_ns = r->exposure.p99_ns = p99 * MS;
	r->exposure.max_ns = max * MS;
	r->parameters.queue = IR_QUEUE_NONE;
	return r;
}

static inline void limits(struct ir_effective *p, uint64_t entries, uint64_t pinned)
{
	p->hypervisor.entry_limit = entries;
	p->hypervisor.pinned_limit = pinned;
}

#define LINES 8

struct lines {
	const char *label[LINES];
	char *text[LINES];
	size_t nr;
};

static inline void take(void *arg, const char *label, const char *text)
{
	struct lines *lines = arg;

	assert_true(lines->nr < LINES);
	assert_non_null(text);
	lines->label[lines->nr] = label;
	lines->text[lines->nr++] = ir_marked_plain(strdup(text));
}

/* The line with this label, NULL: there is none. */
static inline void assert_line(struct table *t, enum ir_typography typography, const char *label, const char *expected)
{
	struct lines lines = { .nr = 0 };
	const char *got = NULL;
	struct ir_rows rows;

	assert_int_equal(ir_rows_make(&rows, &t->entry, 0, t->entry.nr_results), 0);
	ir_words(&rows, typography, take, &lines);
	for (size_t i = 0; i < lines.nr; i++)
		if (!strcmp(lines.label[i], label))
			got = lines.text[i];
	if (expected ? !got || strcmp(got, expected) != 0 : got != NULL)
		fail_msg("%s: \"%s\"", label, got ? got : "(none)");
	for (size_t i = 0; i < lines.nr; i++)
		free(lines.text[i]);
	ir_rows_free(&rows);
}

#endif
