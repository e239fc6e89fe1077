// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Streams: who makes mappings (device, CPU, task), how many at a time, and whether they
 * come because others ended, or by a clock.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "load/priv.h"

#define BUCKETS	1024u	/* a power of two */

struct table {
	struct ir_load *load;
	uint32_t bucket[BUCKETS];
	uint32_t room;
};

static uint32_t bucket_of(const struct step *s, uint16_t device)
{
	uint64_t key = ((uint64_t)s->pid << 17 | (uint64_t)s->cpu << 1 | s->irq) ^
		(uint64_t)device << 48;

	return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 54) & (BUCKETS - 1);
}

/* An interrupt has no task of its own. */
static uint32_t stream_of(struct table *t, const struct step *s)
{
	struct ir_load *load = t->load;
	uint16_t device = load->ops[s->op].device;
	uint32_t pid = s->irq ? 0 : s->pid, *first, i;
	struct step key = *s;
	struct stream *grown;

	key.pid = pid;
	first = &t->bucket[bucket_of(&key, device)];
	for (i = *first; i != NO_STEP; i = load->streams[i].next) {
		const struct stream *st = &load->streams[i];

		if (st->pid == pid && st->cpu == s->cpu && st->device == device && st->irq == s->irq)
			return i;
	}
	if (load->nr_streams == t->room) {
		t->room = t->room ? 2 * t->room : 64;
		grown = realloc(load->streams, t->room * sizeof(*grown));
		if (!grown)
			return NO_STEP;
		load->streams = grown;
	}
	load->streams[load->nr_streams] = (struct stream){
		.pid = pid, .device = device, .cpu = s->cpu, .irq = s->irq, .next = *first,
	};
	*first = load->nr_streams;
	return load->nr_streams++;
}

static void count(struct stream *st, const struct step *s)
{
	st->maps++;
	st->clock_waits += s->wait == WAIT_CLOCK;
	st->step_waits += s->wait == WAIT_STEP;
	st->last_map_ns = s->start_ns;
}

/* Counting stops at what failed: it is not mapped any more. */
static bool lives(const struct ir_load *load, const struct step *s)
{
	return s->kind == IR_OP_MAP && !(load->ops[s->op].flags & IR_OPF_FAILED);
}

static uint64_t spread(uint64_t *values, size_t n)
{
	qsort(values, n, sizeof(*values), ir_compare_ns);
	return values[n * 3 / 4] - values[n / 4];
}

/*
 * Idle time is not known.  Of a task with one mapping at a time, that waits for
 * completions, the time from a completion to the next map varies less than that between
 * maps, which the device's time is a part of; of one that waits for a clock, more.
 */
static int guess_open(struct ir_load *load, uint32_t number)
{
	struct stream *st = &load->streams[number];
	uint64_t *between = malloc(((size_t)st->maps + 1) * sizeof(*between));
	uint64_t *behind = malloc(((size_t)st->maps + 1) * sizeof(*behind)), last_ns = 0;
	size_t n = 0;

	for (uint32_t i = 0; between && behind && i < load->nr_steps; i++) {
		const struct step *s = &load->steps[i];

		if (s->stream != number)
			continue;
		if (last_ns && s->last != NO_STEP) {
			between[n] = s->start_ns - last_ns;
			behind[n++] = s->after_last_ns;
		}
		last_ns = s->start_ns;
	}
	if (between && behind && n)
		st->is_open = spread(between, n) < spread(behind, n) / 2;
	free(between);
	free(behind);
	return between && behind ? 0 : -ENOMEM;
}

int ir_load_streams(struct ir_load *load)
{
	struct table t = { .load = load };

	memset(t.bucket, 0xff, sizeof(t.bucket));
	for (uint32_t i = 0; i < load->nr_steps; i++) {
		struct step *s = &load->steps[i];
		struct stream *st;

		if (s->kind == IR_OP_UNMAP && s->map != NO_STEP)
			load->streams[load->steps[s->map].stream].live--;
		if (s->kind != IR_OP_MAP && s->kind != IR_OP_FAILED_MAP)
			continue;
		s->stream = stream_of(&t, s);
		if (s->stream == NO_STEP)
			return -ENOMEM;
		st = &load->streams[s->stream];
		count(st, s);
		st->alone += !st->live;
		st->live += lives(load, s);
		if (st->live > st->most)
			st->most = st->live;
	}
	for (uint32_t i = 0; i < load->nr_streams; i++) {
		struct stream *st = &load->streams[i];

		st->live = 0;
		st->is_open = st->clock_waits > st->step_waits;
		st->is_alone = st->alone > st->maps / 10 * 9;
		if (!load->info.idle_known && !st->irq && st->is_alone && guess_open(load, i))
			return -ENOMEM;
		load->info.open_streams += st->is_open;
	}
	load->info.streams = load->nr_streams;
	for (uint32_t i = 0; i < load->nr_steps; i++)
		if (load->steps[i].stream != NO_STEP)
			load->steps[i].is_open = load->streams[load->steps[i].stream].is_open;
	return 0;
}
