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
 * What is kept in memory is two rounds.  A file without rounds, or with
 * enormous ones, would be kept whole: from WINDOW_EVENTS events or WINDOW_BYTES
 * of their data on, the earlier half goes out.
 *
 * An event that is earlier than one that went out already (a damaged time, or
 * more disorder than the window holds) gets the time of that one, and is counted
 * as time_backwards.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "trace/perfdata_priv.h"

#define WINDOW_EVENTS	((size_t)1 << 20)
#define WINDOW_BYTES	((size_t)96 << 20)
#define FIRST_EVENTS	1024
#define FIRST_BYTES	65536

/* A gap that no buffer spans: a later time is not believed to end a round. */
#define MAX_PAUSE	(UINT64_C(1) << 42)

void pd_queue_release(struct pd_queue *q)
{
	free(q->entries);
	free(q->spare);
	free(q->bytes);
	free(q->spare_bytes);
	memset(q, 0, sizeof(*q));
}

static int grow_entries(struct pd_queue *q)
{
	size_t room = q->room ? q->room * 2 : FIRST_EVENTS;
	struct pd_entry *entries = realloc(q->entries, room * sizeof(*entries));
	struct pd_entry *spare;

	if (!entries)
		return -ENOMEM;
	q->entries = entries;
	spare = malloc(room * sizeof(*spare));
	if (!spare)
		return -ENOMEM;
	free(q->spare);
	q->spare = spare;
	q->room = room;
	return 0;
}

static int grow_bytes(unsigned char **bytes, size_t *room, size_t want)
{
	size_t size = *room ? *room : FIRST_BYTES;
	unsigned char *p;

	if (want <= *room)
		return 0;
	while (size < want)
		size *= 2;
	p = realloc(*bytes, size);
	if (!p)
		return -ENOMEM;
	*bytes = p;
	*room = size;
	return 0;
}

/* Put together what is still waiting, when the others have gone. */
static int close_ranks(struct pd_queue *q)
{
	size_t used = 0, left = q->nr - q->next, i;
	struct pd_entry *e = q->entries;
	unsigned char *bytes;

	memmove(e, e + q->next, left * sizeof(*e));
	for (i = 0; i < left; i++)
		used += e[i].wanted ? e[i].len : 0;
	if (grow_bytes(&q->spare_bytes, &q->room_spare_bytes, used))
		return -ENOMEM;
	for (used = 0, i = 0; i < left; i++) {
		if (!e[i].wanted)
			continue;
		memcpy(q->spare_bytes + used, q->bytes + e[i].pos, e[i].len);
		e[i].pos = (uint32_t)used;
		used += e[i].len;
	}
	bytes = q->bytes;
	q->bytes = q->spare_bytes;
	q->spare_bytes = bytes;
	i = q->room_bytes;
	q->room_bytes = q->room_spare_bytes;
	q->room_spare_bytes = i;
	q->nr_bytes = used;
	q->nr = left;
	q->next = q->ready = 0;
	q->generation++;
	return 0;
}

int pd_queue_add(struct pd_queue *q, const struct pd_entry *entry, const unsigned char *raw,
		 size_t len)
{
	struct pd_entry *e;

	if (q->next && close_ranks(q))
		return -ENOMEM;
	if (q->nr == q->room && grow_entries(q))
		return -ENOMEM;
	e = &q->entries[q->nr];
	*e = *entry;
	if (e->wanted) {
		if (grow_bytes(&q->bytes, &q->room_bytes, q->nr_bytes + len))
			return -ENOMEM;
		e->pos = (uint32_t)q->nr_bytes;	/* less than 2 * WINDOW_BYTES */
		e->len = (uint32_t)len;
		memcpy(q->bytes + q->nr_bytes, raw, len);
		q->nr_bytes += len;
	}
	q->nr++;
	return 0;
}

/* Where the rising times that begin at @from end. */
static size_t run_end(const struct pd_entry *e, size_t from, size_t nr)
{
	while (++from < nr && e[from - 1].time <= e[from].time)
		;
	return from;
}

/* [@start, @mid) and [@mid, @end) into one; the first wins at equal times. */
static void merge(struct pd_entry *to, const struct pd_entry *from, size_t start, size_t mid,
		  size_t end)
{
	size_t a = start, b = mid, n = start;

	while (a < mid && b < end) {
		if (from[b].time < from[a].time)
			to[n++] = from[b++];
		else
			to[n++] = from[a++];
	}
	memcpy(to + n, from + a, (mid - a) * sizeof(*to));
	n += mid - a;
	memcpy(to + n, from + b, (end - b) * sizeof(*to));
}

/* Merge neighbouring runs until one is left: there is about one a CPU. */
static void sort(struct pd_queue *q)
{
	struct pd_entry *swap;
	size_t start, mid, end;

	q->generation++;
	while (q->next < q->nr && run_end(q->entries, q->next, q->nr) < q->nr) {
		for (start = q->next; start < q->nr; start = end) {
			mid = run_end(q->entries, start, q->nr);
			end = mid < q->nr ? run_end(q->entries, mid, q->nr) : mid;
			merge(q->spare, q->entries, start, mid, end);
		}
		swap = q->entries;
		q->entries = q->spare;
		q->spare = swap;
	}
}

/* The first of the sorted entries that is later than @time. */
static size_t first_after(const struct pd_queue *q, uint64_t time)
{
	size_t low = q->next, high = q->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (q->entries[mid].time <= time)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void pd_queue_round(struct pd_queue *q)
{
	size_t last = q->nr;

	if (q->next == q->nr)
		return;
	sort(q);
	q->ready = first_after(q, q->limit);
	last--;
	while (last > q->next && last + 8 > q->nr &&
	       q->entries[last].time - q->entries[last - 1].time > MAX_PAUSE)
		last--;
	if (q->entries[last].time > q->limit)
		q->limit = q->entries[last].time;
}

void pd_queue_end(struct pd_queue *q)
{
	sort(q);
	q->ready = q->nr;
}

void pd_queue_relieve(struct pd_queue *q)
{
	if (q->nr - q->next < WINDOW_EVENTS && q->nr_bytes < WINDOW_BYTES)
		return;
	sort(q);
	q->ready = q->next + (q->nr - q->next + 1) / 2;
}

const struct pd_entry *pd_queue_next(struct pd_queue *q)
{
	return q->next < q->ready ? &q->entries[q->next++] : NULL;
}
