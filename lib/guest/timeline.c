// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/timeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *ir_track_name(enum ir_track track)
{
	static const char *const names[IR_TRACKS] = {
		[IR_TRACK_HOST_PAGES] = "host_pages",
		[IR_TRACK_LIVE_PAGES] = "live_pages",
		[IR_TRACK_LAZY_PAGES] = "lazy_pages",
		[IR_TRACK_QUEUE_ENTRIES] = "queue_entries",
	};

	return names[track];
}

const char *ir_failure_name(enum ir_failure failure)
{
	static const char *const names[IR_FAILURES] = {
		[IR_FAILURE_IOVA_EXHAUSTED] = "iova_exhausted",
		[IR_FAILURE_MAP_FAILED] = "map_failed",
		[IR_FAILURE_UNBACKED] = "unbacked",
	};

	return names[failure];
}

struct ir_timeline *ir_timeline_new(uint64_t start_ns, uint64_t duration_ns)
{
	struct ir_timeline *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->start_ns = start_ns;
	t->bucket_ns = duration_ns / IR_TIMELINE_BUCKETS + 1;
	return t;
}

void ir_timeline_free(struct ir_timeline *timeline)
{
	free(timeline);
}

static void join_buckets(struct ir_timeline_bucket *to, const struct ir_timeline_bucket *a,
			 const struct ir_timeline_bucket *b)
{
	struct ir_timeline_bucket sum = *a;

	for (int i = 0; i < IR_TRACKS; i++) {
		if (b->min[i] < sum.min[i])
			sum.min[i] = b->min[i];
		if (b->max[i] > sum.max[i])
			sum.max[i] = b->max[i];
	}
	for (int i = 0; i < IR_CAUSES; i++)
		sum.rpcit[i] += b->rpcit[i];
	sum.insufficient += b->insufficient;
	sum.maps += b->maps;
	for (int i = 0; i < IR_FAILURES; i++)
		sum.failures[i] += b->failures[i];
	*to = sum;
}

/* Buckets of twice the length.  The last one may have been alone. */
static void halve_buckets(struct ir_timeline *t)
{
	size_t pairs = t->nr_buckets / 2;

	for (size_t i = 0; i < pairs; i++)
		join_buckets(&t->buckets[i], &t->buckets[2 * i], &t->buckets[2 * i + 1]);
	if (t->nr_buckets % 2)
		t->buckets[pairs] = t->buckets[2 * pairs];
	t->nr_buckets = pairs + t->nr_buckets % 2;
	t->bucket_ns *= 2;
}

/* The current bucket; those on the way to it go on with the values of the last one. */
static struct ir_timeline_bucket *bucket_at(struct ir_timeline *t, uint64_t now_ns,
					    const uint64_t values[IR_TRACKS])
{
	uint64_t since = now_ns > t->start_ns ? now_ns - t->start_ns : 0;

	while (since / t->bucket_ns >= IR_TIMELINE_BUCKETS)
		halve_buckets(t);
	while (t->nr_buckets <= since / t->bucket_ns) {
		struct ir_timeline_bucket *next = &t->buckets[t->nr_buckets++];

		memset(next, 0, sizeof(*next));
		memcpy(next->min, values, sizeof(next->min));
		memcpy(next->max, values, sizeof(next->max));
	}
	return &t->buckets[t->nr_buckets - 1];
}

void ir_timeline_restart(struct ir_timeline *t)
{
	t->nr_buckets = 0;
}

void ir_timeline_values(struct ir_timeline *t, uint64_t now_ns, const uint64_t values[IR_TRACKS])
{
	struct ir_timeline_bucket *b = bucket_at(t, now_ns, t->nr_buckets ? t->last : values);

	for (int i = 0; i < IR_TRACKS; i++) {
		if (values[i] < b->min[i])
			b->min[i] = values[i];
		if (values[i] > b->max[i])
			b->max[i] = values[i];
	}
	memcpy(t->last, values, sizeof(t->last));
}

void ir_timeline_rpcit(struct ir_timeline *t, uint64_t now_ns, enum ir_cause cause, int result)
{
	struct ir_timeline_bucket *b = bucket_at(t, now_ns, t->last);

	b->rpcit[cause]++;
	b->insufficient += result == -ENOMEM;
}

unsigned int ir_histogram_bucket(uint64_t value)
{
	return value ? 63 - (unsigned int)__builtin_clzll(value) : 0;
}

void ir_timeline_map(struct ir_timeline *t, uint64_t now_ns, uint64_t pages)
{
	bucket_at(t, now_ns, t->last)->maps++;
	t->map_pages[ir_histogram_bucket(pages)]++;
}

void ir_timeline_failure(struct ir_timeline *t, const struct ir_timeline_failure *failure)
{
	bucket_at(t, failure->time_ns, t->last)->failures[failure->kind]++;
	if (t->nr_failures < IR_TIMELINE_FAILURES)
		t->failures[t->nr_failures++] = *failure;
	t->failed++;
}
