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

/* What holds for all of the recording, of enum ir_same.  Timelines look at a guest where its DMA API does. */
static unsigned int same_where(const struct ir_round *round)
{
	const struct ir_recording_info *info = round->info;
	unsigned int where = 0;

	if (info->ops.segments == info->ops.map)
		where |= IR_SAME_ONE_PIECE;
	if (info->ops.map_pages == info->ops.map && info->ops.unmap_pages == info->ops.unmap &&
	    info->ops.failed_map == info->ops.undone_map && !(round->options && round->options->timelines))
		where |= IR_SAME_ONE_PAGE;
	if (!info->machine.s390_dma_api)
		where |= IR_SAME_SINCE_6_7;
	return where;
}

/* The one that has the same results in any replay of this recording. */
static const struct ir_strategy *twin(const struct ir_round *round, const struct ir_strategy *strategy)
{
	return strategy->same_as && !(strategy->same_where & ~same_where(round)) ? strategy->same_as : strategy;
}

static const struct ir_strategy *twin_until_short(const struct ir_round *round, const struct ir_strategy *strategy)
{
	unsigned int where = same_where(round) | IR_SAME_UNTIL_SHORT;

	return strategy->same_as && !(strategy->same_where & ~where) ? strategy->same_as : strategy;
}

/* The first configuration that is like the @i-th, where strategies of one @twin_of are the same; @i: itself. */
static size_t first_like(const struct ir_round *round, size_t i,
			 const struct ir_strategy *(*twin_of)(const struct ir_round *, const struct ir_strategy *))
{
	const struct ir_config *b = &round->configs[i];
	size_t first;

	for (first = 0; first < i && may_share(b); first++) {
		const struct ir_config *a = &round->configs[first];

		if (may_share(a) && twin_of(round, a->strategy) == twin_of(round, b->strategy) &&
		    a->hypervisor == b->hypervisor && !memcmp(&a->params, &b->params, sizeof(a->params)))
			return first;
	}
	return i;
}

int ir_round_init(struct ir_round *round, bool share)
{
	round->failed = calloc(round->nr_configs, sizeof(*round->failed));
	round->ready = calloc(round->nr_configs, sizeof(*round->ready));
	round->which = calloc(round->nr_configs, sizeof(*round->which));
	round->n = round->done = 0;
	if (!round->failed || !round->ready || !round->which)
		return -ENOMEM;
	for (size_t i = 0; i < round->nr_configs; i++)
		if (!share || first_like(round, i, twin_until_short) == i)
			round->which[round->n++] = i;
	return 1;
}

void ir_round_release(struct ir_round *round)
{
	free(round->failed);
	free(round->ready);
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

/* The configuration whose results are those of the @i-th; @i: it has to be replayed. */
static size_t source_of(const struct ir_round *round, size_t i)
{
	size_t first = first_like(round, i, twin_until_short);

	return round->failed[first] ? first_like(round, i, twin) : first;
}

int ir_round_next(struct ir_round *round)
{
	for (size_t i = 0; i < round->n; i++)
		round->ready[round->which[i]] = true;
	round->done += round->n;
	round->n = 0;
	for (size_t i = 0; i < round->nr_configs; i++) {
		size_t from;

		if (round->ready[i])
			continue;
		from = source_of(round, i);
		if (from == i) {
			round->which[round->n++] = i;
		} else if (round->ready[from]) {
			if (copy_results(round, from, i))
				return -ENOMEM;
			round->ready[i] = true;
			round->done++;
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
