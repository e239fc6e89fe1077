// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streams: who makes mappings (device, CPU, task), how many at a time, and whether they
 * come because others ended, or by a clock.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/seed.h"
#include "load/priv.h"

#define LEAST_BITS 6
#define FEW	16	/* waits whose lengths have to agree */

/* Streams by device, CPU and task: lists of those that share a bucket. */
struct table {
	struct ir_load *load;
	uint32_t *buckets;	/* as many as there is room for streams: 1 << bits */
	unsigned int bits;
	uint64_t seed;
};

static uint32_t *bucket_of(const struct table *t, const struct stream *st)
{
	uint64_t key = ((uint64_t)st->pid << 17 | (uint64_t)st->cpu << 1 | st->irq) ^
		(uint64_t)st->device << 48;

	return &t->buckets[ir_seed_hash(t->seed, key, t->bits)];
}

static void insert_stream(struct table *t, uint32_t number)
{
	struct stream *st = &t->load->streams[number];
	uint32_t *first = bucket_of(t, st);

	st->next = *first;
	*first = number;
}

/* Room for twice as many; false: no memory. */
static bool grow_table(struct table *t)
{
	unsigned int bits = t->buckets ? t->bits + 1 : LEAST_BITS;
	size_t room = (size_t)1 << bits;
	struct stream *streams = reallocarray(t->load->streams, room, sizeof(*streams));
	uint32_t *buckets;

	if (!streams)
		return false;
	t->load->streams = streams;
	buckets = malloc(room * sizeof(*buckets));
	if (!buckets)
		return false;
	memset(buckets, 0xff, room * sizeof(*buckets));	/* NO_STEP */
	free(t->buckets);
	t->buckets = buckets;
	t->bits = bits;
	for (uint32_t i = 0; i < t->load->nr_streams; i++)
		insert_stream(t, i);
	return true;
}

/* An interrupt has no task of its own.  NO_STEP: no memory. */
static uint32_t stream_of(struct table *t, const struct step *s)
{
	struct ir_load *load = t->load;
	struct stream key = {
		.pid = s->irq ? 0 : s->pid, .device = load->ops[s->op].device, .cpu = s->cpu, .irq = s->irq,
	};

	for (uint32_t i = t->buckets ? *bucket_of(t, &key) : NO_STEP; i != NO_STEP; i = load->streams[i].next) {
		const struct stream *st = &load->streams[i];

		if (st->pid == key.pid && st->cpu == key.cpu && st->device == key.device && st->irq == key.irq)
			return i;
	}
	if ((!t->buckets || load->nr_streams >> t->bits) && !grow_table(t))
		return NO_STEP;
	load->streams[load->nr_streams] = key;
	insert_stream(t, load->nr_streams);
	return load->nr_streams++;
}

static void count_map(struct stream *st, const struct step *s)
{
	st->maps++;
	st->clock_waits += s->wait == WAIT_CLOCK;
	st->step_waits += s->wait == WAIT_STEP;
}

/* Means over a stream's maps: sums until now. */
static void sum_gaps(struct ir_load *load, uint64_t *waited, uint64_t *others)
{
	for (uint32_t i = 0; i < load->nr_steps; i++) {
		const struct step *s = &load->steps[i];
		struct stream *st = s->stream != NO_STEP ? &load->streams[s->stream] : NULL;

		if (!st || s->irq || s->wait == WAIT_CLOCK)
			continue;
		if (s->wait == WAIT_STEP) {
			st->asleep_ns += s->before_ns;
			st->awake_ns += s->after_ns;
			waited[s->stream]++;
		} else {
			st->gap_ns += s->before_ns;
			others[s->stream]++;
		}
	}
}

/* How a stream's task goes on, where it need not wait and where it has to. */
static int find_gaps(struct ir_load *load)
{
	uint64_t *waited = calloc((size_t)load->nr_streams + 1, sizeof(*waited));
	uint64_t *others = calloc((size_t)load->nr_streams + 1, sizeof(*others));

	if (waited && others)
		sum_gaps(load, waited, others);
	for (uint32_t i = 0; waited && others && i < load->nr_streams; i++) {
		struct stream *st = &load->streams[i];

		if (!waited[i] || !others[i])
			continue;
		st->asleep_ns /= waited[i];
		st->awake_ns /= waited[i];
		st->gap_ns /= others[i];
		st->counts = !st->is_open && st->most > 1;
	}
	free(waited);
	free(others);
	return waited && others ? 0 : -ENOMEM;
}

/* Whether the step's mapping is live behind it: failed ones are not. */
static bool is_live_map(const struct ir_load *load, const struct step *s)
{
	return s->kind == IR_OP_MAP && !(load->ops[s->op].flags & IR_OPF_FAILED);
}

static uint64_t quartile_range(uint64_t *values, size_t n)
{
	qsort(values, n, sizeof(*values), ir_compare_ns);
	return values[n * 3 / 4] - values[n / 4];
}

/*
 * Idle time is not known.  Of a task with one mapping at a time, that waits for
 * completions, the time from a completion to the next map varies less than that between
 * maps, which the device's time is a part of; of one that waits for a clock, more.
 */
static int guess_open(struct ir_load *load, struct stream *st, const uint32_t *steps)
{
	uint64_t *between = malloc(((size_t)st->maps + 1) * sizeof(*between));
	uint64_t *behind = malloc(((size_t)st->maps + 1) * sizeof(*behind)), last_ns = 0;
	size_t n = 0;

	for (uint32_t i = 0; between && behind && i < st->maps; i++) {
		const struct step *s = &load->steps[steps[i]];

		if (last_ns && s->last != NO_STEP) {
			between[n] = s->start_ns - last_ns;
			behind[n++] = s->after_last_ns;
		}
		last_ns = s->start_ns;
	}
	if (between && behind && n)
		st->is_open = quartile_range(between, n) < quartile_range(behind, n) / 2;
	free(between);
	free(behind);
	return between && behind ? 0 : -ENOMEM;
}

/*
 * Idle time is known.  The waits of a task that pauses for some time, whenever that is,
 * vary less than the time from wake to wake, which what it did is a part of; of one that
 * waits for the next tick of a clock, for a rate or a packet, they vary as much or more.
 */
static int guess_rests(const struct ir_load *load, struct stream *st, const uint32_t *steps)
{
	uint64_t *between = malloc(((size_t)st->maps + 1) * sizeof(*between));
	uint64_t *waits = malloc(((size_t)st->maps + 1) * sizeof(*waits)), last_ns = 0;
	size_t n = 0;

	for (uint32_t i = 0; between && waits && i < st->maps; i++) {
		const struct step *s = &load->steps[steps[i]];

		if (s->wait != WAIT_CLOCK)
			continue;
		if (last_ns) {
			between[n] = s->wake_ns - last_ns;
			waits[n++] = s->wait_ns;
		}
		last_ns = s->wake_ns;
	}
	st->may_rest = true;
	if (between && waits && n >= FEW) {
		uint64_t of_waits = quartile_range(waits, n), of_wakes = quartile_range(between, n);

		st->rests = of_waits < of_wakes / 2;
		st->may_rest = !st->rests && of_wakes >= of_waits / 2;
	}
	free(between);
	free(waits);
	return between && waits ? 0 : -ENOMEM;
}

/* The steps of each stream, one stream behind the other, in st->maps places; NULL: no memory. */
static uint32_t *steps_by_stream(const struct ir_load *load)
{
	uint32_t *steps = malloc(((size_t)load->nr_steps + 1) * sizeof(*steps));
	uint32_t *next = malloc(((size_t)load->nr_streams + 1) * sizeof(*next)), at = 0;

	for (uint32_t i = 0; steps && next && i < load->nr_streams; i++) {
		next[i] = at;
		at += load->streams[i].maps;
	}
	for (uint32_t i = 0; steps && next && i < load->nr_steps; i++)
		if (load->steps[i].stream != NO_STEP)
			steps[next[load->steps[i].stream]++] = i;
	if (!next) {
		free(steps);
		return NULL;
	}
	free(next);
	return steps;
}

/* Finds the streams that come by a clock. */
static int find_open(struct ir_load *load)
{
	uint32_t *steps = steps_by_stream(load), at = 0;
	int rc = 0;

	if (!steps)
		return -ENOMEM;
	for (uint32_t i = 0; !rc && i < load->nr_streams; i++) {
		struct stream *st = &load->streams[i];

		st->live = 0;
		st->is_open = st->clock_waits > st->step_waits;
		st->is_alone = st->alone > st->maps / 10 * 9;
		if (!load->info.idle_known && !st->irq && st->is_alone)
			rc = guess_open(load, st, steps + at);
		if (load->info.idle_known && !st->irq && st->is_open)
			rc = guess_rests(load, st, steps + at);
		st->is_open &= !st->rests;
		load->may_rest |= st->may_rest;
		at += st->maps;
		load->info.open_streams += st->is_open;
	}
	free(steps);
	return rc;
}

int ir_load_streams(struct ir_load *load)
{
	struct table t = { .load = load, .seed = ir_seed() };

	for (uint32_t i = 0; i < load->nr_steps; i++) {
		struct step *s = &load->steps[i];
		struct stream *st;

		if (s->kind == IR_OP_UNMAP && s->map != NO_STEP)
			s->live = --load->streams[load->steps[s->map].stream].live;
		if (s->kind != IR_OP_MAP && s->kind != IR_OP_FAILED_MAP)
			continue;
		s->stream = stream_of(&t, s);
		if (s->stream == NO_STEP) {
			free(t.buckets);
			return -ENOMEM;
		}
		st = &load->streams[s->stream];
		count_map(st, s);
		if (s->wait == WAIT_STEP)
			s->live = load->steps[s->cause].live;
		st->alone += !st->live;
		st->live += is_live_map(load, s);
		if (st->live > st->most)
			st->most = st->live;
	}
	free(t.buckets);
	if (find_open(load))
		return -ENOMEM;
	load->info.streams = load->nr_streams;
	for (uint32_t i = 0; i < load->nr_steps; i++)
		if (load->steps[i].stream != NO_STEP) {
			load->steps[i].is_open = load->streams[load->steps[i].stream].is_open;
			load->steps[i].may_rest = load->streams[load->steps[i].stream].may_rest;
		}
	return find_gaps(load);
}
