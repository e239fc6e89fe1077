// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The domain whose timer comes next: a heap of the domains that have one, by time.
 *
 * A domain's time in the heap may be earlier than that of its timer, never later.  next_ns is the
 * time of the one on top, whenever a function returns.
 */
#include <errno.h>
#include <stdlib.h>

#include "guest/guest.h"

#define NOT_IN_HEAP UINT32_MAX

static bool is_due_before(const struct ir_domain *x, const struct ir_domain *y)
{
	return x->due_ns != y->due_ns ? x->due_ns < y->due_ns : x->device < y->device;
}

static void update_next(struct ir_due *due)
{
	due->next_ns = due->nr ? due->heap[0]->due_ns : UINT64_MAX;
}

static void place_at(struct ir_due *due, uint32_t i, struct ir_domain *d)
{
	due->heap[i] = d;
	d->due_at = i;
}

static void sift_up(struct ir_due *due, uint32_t i, struct ir_domain *d)
{
	for (; i && is_due_before(d, due->heap[(i - 1) / 2]); i = (i - 1) / 2)
		place_at(due, i, due->heap[(i - 1) / 2]);
	place_at(due, i, d);
}

static void sift_down(struct ir_due *due, uint32_t i, struct ir_domain *d)
{
	uint32_t child;

	for (; (child = 2 * i + 1) < due->nr; i = child) {
		if (child + 1 < due->nr && is_due_before(due->heap[child + 1], due->heap[child]))
			child++;
		if (!is_due_before(due->heap[child], d))
			break;
		place_at(due, i, due->heap[child]);
	}
	place_at(due, i, d);
}

static void heap_remove(struct ir_due *due, struct ir_domain *d)
{
	struct ir_domain *moved = due->heap[--due->nr];
	uint32_t i = d->due_at;

	d->due_at = NOT_IN_HEAP;
	if (moved == d)
		return;
	if (i && is_due_before(moved, due->heap[(i - 1) / 2]))
		sift_up(due, i, moved);
	else
		sift_down(due, i, moved);
}

void ir_due_init(struct ir_domain *d)
{
	d->due_ns = UINT64_MAX;
	d->due_at = NOT_IN_HEAP;
}

static bool grow_heap(struct ir_due *due)
{
	uint32_t room = due->room ? due->room * 2 : 4;
	struct ir_domain **heap, **taken;

	heap = realloc(due->heap, room * sizeof(*heap));
	if (!heap)
		return false;
	due->heap = heap;
	taken = realloc(due->taken, room * sizeof(*taken));
	if (!taken)
		return false;
	due->taken = taken;
	due->room = room;
	return true;
}

int ir_due_set(struct ir_due *due, struct ir_domain *d, uint64_t when_ns)
{
	if (d->due_at != NOT_IN_HEAP)
		heap_remove(due, d);
	d->due_ns = when_ns;
	if (when_ns != UINT64_MAX && due->nr == due->room && !grow_heap(due)) {
		d->due_ns = UINT64_MAX;
		update_next(due);
		return -ENOMEM;
	}
	if (when_ns != UINT64_MAX)
		sift_up(due, due->nr++, d);
	update_next(due);
	return 0;
}

static int by_device(const void *a, const void *b)
{
	const struct ir_domain *const *x = a, *const *y = b;

	return (*x)->device < (*y)->device ? -1 : (*x)->device > (*y)->device;
}

uint32_t ir_due_pop(struct ir_due *due, uint64_t now_ns)
{
	uint32_t n = 0;

	while (due->nr && due->heap[0]->due_ns <= now_ns) {
		struct ir_domain *d = due->heap[0];

		heap_remove(due, d);
		d->due_ns = UINT64_MAX;
		due->taken[n++] = d;
	}
	update_next(due);
	if (n > 1)
		qsort(due->taken, n, sizeof(*due->taken), by_device);
	return n;
}

void ir_due_free(struct ir_due *due)
{
	free(due->heap);
	free(due->taken);
}

void ir_guest_timer_start(struct ir_domain *d)
{
	if (ir_bitmap_set(d->guest->timers_on, d->device, d->device))
		d->guest->totals.failed = true;
}

void ir_guest_timer_stop(struct ir_domain *d)
{
	if (ir_bitmap_clear(d->guest->timers_on, d->device, d->device))
		d->guest->totals.failed = true;
}
