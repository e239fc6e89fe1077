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

#endif
