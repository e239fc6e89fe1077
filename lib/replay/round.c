// SPDX-License-Identifier: GPL-2.0-or-later
#include "replay/round.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/guard.h"

/* An observer sees its own configuration's replay, and plug-ins may keep a state of their own. */
static bool may_share(const struct ir_config *c)
{
	return !c->observer && !ir_guard_needed(c->strategy, c->hypervisor);
}

static const struct ir_strategy *representative(const struct ir_strategy *strategy)
{
	return strategy->same_until_short ? strategy->same_until_short : strategy;
}

static bool same_replay(const struct ir_config *a, const struct ir_config *b)
{
	return may_share(a) && may_share(b) && representative(a->strategy) == representative(b->strategy) &&
		a->hypervisor == b->hypervisor && !memcmp(&a->params, &b->params, sizeof(a->params));
}

/* The first configuration that is like the @i-th; @i: itself. */
static size_t first_like(const struct ir_round *round, size_t i)
{
	size_t first = 0;

	while (first < i && !same_replay(&round->configs[first], &round->configs[i]))
		first++;
	return first;
}

int ir_round_init(struct ir_round *round, bool share)
{
	round->failed = calloc(round->nr_configs, sizeof(*round->failed));
	round->which = calloc(round->nr_configs, sizeof(*round->which));
	round->n = round->done = 0;
	if (!round->failed || !round->which)
		return -ENOMEM;
	for (size_t i = 0; i < round->nr_configs; i++)
		if (!share || first_like(round, i) == i)
			round->which[round->n++] = i;
	return 1;
}

void ir_round_release(struct ir_round *round)
{
	free(round->failed);
	free(round->which);
}

/* All that a replay gives. */
static int copy_results(const struct ir_round *round, size_t from, size_t to)
{
	const struct ir_replay_options *o = round->options;
	size_t devices = round->info->nr_devices;

	round->results[to] = round->results[from];
	if (!o)
		return 0;
	if (o->devices)
		memcpy(o->devices + to * devices, o->devices + from * devices,
		       devices * sizeof(*o->devices));
	if (o->sites && round->info->sites) {
		size_t nr = round->info->sites->nr;

		memcpy(o->sites + to * nr, o->sites + from * nr, nr * sizeof(*o->sites));
	}
	if (o->explanations)
		o->explanations[to] = o->explanations[from];
	if (!o->timelines)
		return 0;
	o->timelines[to] = malloc(sizeof(*o->timelines[to]));
	if (!o->timelines[to])
		return -ENOMEM;
	*o->timelines[to] = *o->timelines[from];
	return 0;
}

int ir_round_next(struct ir_round *round)
{
	bool all = round->done + round->n == round->nr_configs;

	round->done += round->n;
	round->n = 0;
	for (size_t i = 0; i < round->nr_configs && !all; i++) {
		size_t first = first_like(round, i);

		if (first == i)
			continue;
		if (round->failed[first]) {
			round->which[round->n++] = i;
		} else {
			round->done++;
			if (copy_results(round, first, i))
				return -ENOMEM;
		}
	}
	return round->n != 0;
}

void ir_round_progress(const struct ir_round *round, uint64_t done, uint64_t total)
{
	const struct ir_replay_options *o = round->options;

	if (done > total)
		done = total;
	if (o && o->progress)
		o->progress(o->progress_arg,
			    (total * round->done + done * round->n) / round->nr_configs, total);
}
