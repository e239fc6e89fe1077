// SPDX-License-Identifier: GPL-2.0-or-later
/* Puts events into time order within a window; equal times keep the order of the file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input/text/priv.h"

int ir_text_window_init(struct text_window *w)
{
	memset(w, 0, sizeof(*w));
	w->ring = malloc(TEXT_WINDOW * sizeof(*w->ring));
	w->heap = malloc(TEXT_WINDOW * sizeof(*w->heap));
	return w->ring && w->heap ? 0 : -ENOMEM;
}

void ir_text_window_release(struct text_window *w)
{
	free(w->ring);
	free(w->heap);
	memset(w, 0, sizeof(*w));
}

static bool is_before(const struct text_entry *a, const struct text_entry *b)
{
	if (a->ev.time_ns != b->ev.time_ns)
		return a->ev.time_ns < b->ev.time_ns;
	return a->nr < b->nr;
}

static struct text_entry *ring_at(struct text_window *w, uint32_t i)
{
	return &w->ring[(w->first + i) & (TEXT_WINDOW - 1)];
}

static void heap_push(struct text_window *w, const struct text_entry *entry)
{
	uint32_t i = w->nr_heap++;

	while (i && is_before(entry, &w->heap[(i - 1) / 2])) {
		w->heap[i] = w->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	w->heap[i] = *entry;
}

static void heap_drop_first(struct text_window *w)
{
	const struct text_entry *moving = &w->heap[--w->nr_heap];
	uint32_t i = 0, child;

	while ((child = 2 * i + 1) < w->nr_heap) {
		if (child + 1 < w->nr_heap && is_before(&w->heap[child + 1], &w->heap[child]))
			child++;
		if (!is_before(&w->heap[child], moving))
			break;
		w->heap[i] = w->heap[child];
		i = child;
	}
	w->heap[i] = *moving;
}

bool ir_text_window_push(struct text_window *w, const struct ir_event *ev)
{
	bool in_time = ev->time_ns >= w->last_time;
	struct text_entry entry;

	if (in_time && (!w->nr_ring || ev->time_ns >= ring_at(w, w->nr_ring - 1)->ev.time_ns)) {
		struct text_entry *last = ring_at(w, w->nr_ring++);

		last->ev = *ev;
		last->nr = w->nr++;
		return true;
	}
	entry.ev = *ev;
	entry.nr = w->nr++;
	if (!in_time)
		entry.ev.time_ns = w->last_time;
	heap_push(w, &entry);
	return in_time;
}

bool ir_text_window_pop(struct text_window *w, struct ir_event *ev)
{
	if (w->nr_heap && (!w->nr_ring || is_before(&w->heap[0], ring_at(w, 0)))) {
		*ev = w->heap[0].ev;
		heap_drop_first(w);
	} else if (w->nr_ring) {
		*ev = ring_at(w, 0)->ev;
		w->first = (w->first + 1) & (TEXT_WINDOW - 1);
		w->nr_ring--;
	} else {
		return false;
	}
	w->last_time = ev->time_ns;
	return true;
}
