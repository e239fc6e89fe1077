// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf.data: events into time order.
 *
 * perf reads one CPU's buffer after the other, so the file has runs of rising
 * times.  When it has been through all of them it writes FINISHED_ROUND.  What
 * is written after that can be earlier than events of the round just finished
 * (a buffer read first got more while the others were read), but not earlier
 * than all events of the round before it: tools/perf/util/ordered-events.c,
 * Linux 6.12.  So at the end of each round everything goes out, in order, that
 * is not later than the latest event of the previous round.  At equal times the
 * order is that of the file.
 *
 * The runs are noted as they come, and merged by a heap while events are handed
 * out, so an event moves only where room is made: what has gone is closed up.
 *
 * Two rounds are kept in memory.  A file without rounds, or with
 * enormous ones, would be kept whole: from PD_WINDOW_EVENTS events or PD_WINDOW_BYTES
 * of their data on, the earlier half goes out.
 *
 * An event that is earlier than one that went out already (a damaged time, or
 * more disorder than the window holds) gets the time of that one, and is counted
 * as time_backwards.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "input/perfdata/priv.h"

#define FIRST_ROOM	1024

/* A gap that no buffer spans: a later time is not believed to end a round. */
#define MAX_PAUSE	(UINT64_C(1) << 42)
#define MAX_STRAYS	8	/* so many latest times are looked at */

void pd_queue_release(struct pd_queue *q)
{
	free(q->entries);
	free(q->bytes);
	free(q->runs);
	free(q->heap);
	memset(q, 0, sizeof(*q));
}

/* As realloc(), for @want elements of @size bytes each, with room to grow. */
static void *grow_list(void *list, size_t *room, size_t want, size_t size)
{
	size_t more = *room ? *room : FIRST_ROOM;

	while (more < want)
		more *= 2;
	list = realloc(list, more * size);
	if (list)
		*room = more;
	return list;
}

static int add_run(struct pd_queue *q, size_t at, size_t end)
{
	struct pd_run *runs = q->runs;

	if (q->nr_runs == q->room_runs) {
		runs = grow_list(runs, &q->room_runs, q->nr_runs + 1, sizeof(*runs));
		if (!runs)
			return -ENOMEM;
		q->runs = runs;
	}
	runs[q->nr_runs++] = (struct pd_run){ .at = (uint32_t)at, .end = (uint32_t)end };
	return 0;
}

int pd_queue_close_run(struct pd_queue *q)
{
	if (q->open < q->nr && add_run(q, q->open, q->nr))
		return -ENOMEM;
	q->open = q->nr;
	q->last_time = 0;
	return 0;
}

/* The beginning of an entry's raw data; also of the one behind the last. */
static size_t bytes_at(const struct pd_queue *q, size_t entry)
{
	return entry < q->nr ? q->entries[entry].pos : q->nr_bytes;
}

/* Move entries @from up to @end, and their bytes, to where others end, which are moved on. */
static void move_down(struct pd_queue *q, size_t from, size_t end, size_t *to, size_t *to_byte)
{
	size_t start = bytes_at(q, from), len = bytes_at(q, end) - start;

	if (len)
		memmove(q->bytes + *to_byte, q->bytes + start, len);
	for (; from < end; from++) {
		q->entries[*to] = q->entries[from];
		q->entries[(*to)++].pos += (uint32_t)*to_byte - (uint32_t)start;
	}
	*to_byte += len;
}

/* Moves waiting samples together; none is ready to be returned. */
static void compact_queue(struct pd_queue *q)
{
	size_t fresh = q->nr - q->fresh, nr = 0, bytes = 0;

	for (size_t i = 0; i < q->nr_runs; i++) {
		struct pd_run *run = &q->runs[i];
		size_t at = nr;

		move_down(q, run->at, run->end, &nr, &bytes);
		run->at = (uint32_t)at;
		run->end = (uint32_t)nr;
	}
	move_down(q, q->open, q->nr, &nr, &bytes);
	q->open = nr - (q->nr - q->open);
	q->nr = nr;
	q->nr_bytes = bytes;
	q->gone = q->gone_bytes = 0;
	q->fresh = nr - fresh;
}

int pd_queue_make_room(struct pd_queue *q, size_t len)
{
	const bool out = q->first.at == q->first.end && !q->nr_heap;
	void *p;

	if (out && (q->gone * 2 >= q->room || q->gone_bytes * 2 >= q->room_bytes))
		compact_queue(q);
	if (q->nr == q->room) {
		p = grow_list(q->entries, &q->room, q->nr + 1, sizeof(*q->entries));
		if (!p)
			return -ENOMEM;
		q->entries = p;
	}
	if (q->room_bytes - q->nr_bytes < len) {
		p = grow_list(q->bytes, &q->room_bytes, q->nr_bytes + len, 1);
		if (!p)
			return -ENOMEM;
		q->bytes = p;
	}
	return 0;
}

struct pd_entry *pd_queue_at(struct pd_queue *q, const struct pd_place *place)
{
	size_t nr = q->fresh + place->entry;

	return place->generation == q->generation && nr < q->nr ? &q->entries[nr] : NULL;
}

void pd_queue_change(struct pd_queue *q, struct pd_entry *entry, uint64_t time)
{
	entry->time = time;
	q->disorder = true;
}

static int compare_places(const void *a, const void *b)
{
	const struct pd_run *left = a, *right = b;

	return left->at < right->at ? -1 : left->at > right->at;
}

/* If a time was changed, a run may have become several. */
static int split_runs(struct pd_queue *q)
{
	const struct pd_entry *e = q->entries;

	for (size_t i = 0; i < q->nr_runs; i++) {
		uint32_t at = q->runs[i].at, end = q->runs[i].end;

		while (++at < end && e[at - 1].time <= e[at].time)
			;
		if (at < end && add_run(q, at, end))
			return -ENOMEM;
		q->runs[i].end = at;
	}
	qsort(q->runs, q->nr_runs, sizeof(*q->runs), compare_places);
	q->disorder = false;
	return 0;
}

/* All that is there in runs. */
static int make_runs(struct pd_queue *q)
{
	if (pd_queue_close_run(q) || (q->disorder && split_runs(q)))
		return -ENOMEM;
	q->fresh = q->nr;
	q->generation++;
	return 0;
}

/* The first entry of a run that is later than @time. */
static uint32_t first_after(const struct pd_queue *q, const struct pd_run *run, uint64_t time)
{
	uint32_t low = run->at, high = run->end;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (q->entries[mid].time <= time)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static inline bool is_before(const struct pd_run *a, const struct pd_run *b)
{
	return a->time < b->time || (a->time == b->time && a->at < b->at);
}

/* The heap has its earliest run in front, but that @run belongs where @at is free. */
static void sift_down(struct pd_run *heap, size_t nr, size_t at, struct pd_run run)
{
	size_t child;

	while ((child = 2 * at + 1) < nr) {
		child += child + 1 < nr && is_before(&heap[child + 1], &heap[child]);
		if (!is_before(&heap[child], &run))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = run;
}

/* Puts the current run, if it has more entries, among the others, and takes the earliest run. */
static void select_next_run(struct pd_queue *q)
{
	struct pd_run last = q->first;

	if (last.at < last.end)
		last.time = q->entries[last.at].time;
	else if (q->nr_heap)
		last = q->heap[--q->nr_heap];
	else
		return;
	if (q->nr_heap && is_before(&q->heap[0], &last)) {
		q->first = q->heap[0];
		sift_down(q->heap, q->nr_heap, 0, last);
	} else {
		q->first = last;
	}
	q->other = q->nr_heap ? q->heap[0].time : UINT64_MAX;
}

const struct pd_entry *pd_queue_switch(struct pd_queue *q)
{
	select_next_run(q);
	return q->first.at < q->first.end ? &q->entries[q->first.at++] : NULL;
}

/* Moves entries up to time @until into the heap. */
static int release_until(struct pd_queue *q, uint64_t until)
{
	struct pd_run *heap = q->heap;
	size_t kept = 0;

	if (q->nr_heap + q->nr_runs > q->room_heap) {
		heap = grow_list(heap, &q->room_heap, q->nr_heap + q->nr_runs, sizeof(*heap));
		if (!heap)
			return -ENOMEM;
		q->heap = heap;
	}
	for (size_t i = 0; i < q->nr_runs; i++) {
		const struct pd_run *run = &q->runs[i];
		uint32_t stop = first_after(q, run, until);

		if (stop > run->at)
			heap[q->nr_heap++] = (struct pd_run){ q->entries[run->at].time, run->at, stop };
		q->gone += stop - run->at;
		q->gone_bytes += bytes_at(q, stop) - bytes_at(q, run->at);
		if (stop < run->end)
			q->runs[kept++] = (struct pd_run){ .at = stop, .end = run->end };
	}
	q->nr_runs = kept;
	for (size_t i = q->nr_heap / 2; i-- > 0; )
		sift_down(heap, q->nr_heap, i, heap[i]);
	select_next_run(q);
	return 0;
}

/* The latest time that is no stray. */
static uint64_t latest_time(const struct pd_queue *q)
{
	uint64_t top[MAX_STRAYS] = { 0 }, time;
	size_t nr = 0, n = 0, i;

	for (size_t r = 0; r < q->nr_runs; r++) {
		const struct pd_run *run = &q->runs[r];

		for (size_t at = run->end; at-- > run->at; ) {
			time = q->entries[at].time;
			if (nr == MAX_STRAYS && time <= top[nr - 1])
				break;
			nr += nr < MAX_STRAYS;
			for (i = nr - 1; i && top[i - 1] < time; i--)
				top[i] = top[i - 1];
			top[i] = time;
		}
	}
	while (n + 1 < nr && top[n] - top[n + 1] > MAX_PAUSE)
		n++;
	return top[n];
}

int pd_queue_round(struct pd_queue *q)
{
	uint64_t until = q->limit, time;

	if (make_runs(q))
		return -ENOMEM;
	time = latest_time(q);
	if (time > q->limit)
		q->limit = time;
	return release_until(q, until);
}

int pd_queue_end(struct pd_queue *q)
{
	return make_runs(q) ? -ENOMEM : release_until(q, UINT64_MAX);
}

static size_t count_until(const struct pd_queue *q, uint64_t time)
{
	size_t nr = 0;

	for (size_t i = 0; i < q->nr_runs; i++)
		nr += first_after(q, &q->runs[i], time) - q->runs[i].at;
	return nr;
}

int pd_queue_relieve(struct pd_queue *q)
{
	uint64_t low = 0, high = UINT64_MAX;

	if (make_runs(q))
		return -ENOMEM;
	while (low < high) {	/* the time of the one in the middle */
		uint64_t mid = low + (high - low) / 2;

		if (count_until(q, mid) < (q->nr - q->gone + 1) / 2)
			low = mid + 1;
		else
			high = mid;
	}
	return release_until(q, low);
}
