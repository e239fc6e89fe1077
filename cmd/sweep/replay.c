// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes and replays configurations of a sweep, and judges a result. */
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "io/input.h"
#include "sweep/priv.h"

/*
 * Guests alive at once.  One takes a third of a megabyte and more with larger
 * recordings; with fewer, the operations would be read more often.
 */
#define CELLS_AT_ONCE 256

bool sweep_suffices(const struct settings *settings, const struct ir_result *result)
{
	return sweep_failures(result) <= settings->max_failures &&
		(!settings->has_max_rpcits || result->rpcit.total <= settings->max_rpcits);
}

struct replaying {
	const struct sweep *sweep;
	uint64_t first, some, n;	/* configurations: before these, of these, in all */
};

static void on_replaying(void *arg, uint64_t done, uint64_t total)
{
	const struct replaying *r = arg;
	char label[48];

	snprintf(label, sizeof(label), "replaying %s", basename(r->sweep->path));
	if (total)
		progress_show(label, r->first * total + r->some * done, r->n * total);
	else
		progress_show(label, done, 0);
}

int sweep_replay(const struct sweep *sweep, const struct ir_config *configs, size_t n,
		 const uint64_t *most_failures, struct ir_result *results, struct ir_error *err)
{
	struct replaying replaying = { .sweep = sweep, .n = n };
	struct ir_replay_options options = {
		.jobs = sweep->settings->jobs,
		.progress = on_replaying,
		.progress_arg = &replaying,
		.interrupted = interrupts_flag(),
		.most_failures = most_failures,
		.load = sweep->load,
	};
	int rc = 0;

	for (size_t first = 0; first < n && !rc; first += CELLS_AT_ONCE) {
		size_t some = n - first < CELLS_AT_ONCE ? n - first : CELLS_AT_ONCE;

		replaying.first = first;
		replaying.some = some;
		rc = ir_replay(sweep->rec, configs + first, some, &options, results + first, err);
	}
	progress_clear();
	return rc;
}

struct ir_config sweep_config(const struct settings *settings, size_t hypervisor, size_t strategy)
{
	struct ir_config config = {
		.strategy = settings->strategies[strategy],
		.params = settings->params,
	};

	hypervisor_apply(&settings->hypervisors[hypervisor], &config);
	return config;
}
