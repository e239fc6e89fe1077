// SPDX-License-Identifier: GPL-2.0-or-later
#include "load/pending.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

static bool is_earlier(const struct pending *x, const struct pending *y)
{
	return x->time_ns != y->time_ns ? x->time_ns < y->time_ns : x->step < y->step;
}

int ir_pending_push(struct pending_heap *heap, struct pending new)
{
	uint32_t i = heap->nr;

	if (heap->nr == heap->room) {
		uint32_t room = heap->room ? 2 * heap->room : 64;
		struct pending *grown = reallocarray(heap->list, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		heap->list = grown;
		heap->room = room;
	}
	heap->nr++;
	for (; i && is_earlier(&new, &heap->list[(i - 1) / 2]); i = (i - 1) / 2)
		heap->list[i] = heap->list[(i - 1) / 2];
	heap->list[i] = new;
	return 0;
}

struct pending ir_pending_pop(struct pending_heap *heap)
{
	struct pending top = heap->list[0], moved = heap->list[--heap->nr];
	uint32_t i = 0, child;

	for (; (child = 2 * i + 1) < heap->nr; i = child) {
		if (child + 1 < heap->nr && is_earlier(&heap->list[child + 1], &heap->list[child]))
			child++;
		if (!is_earlier(&heap->list[child], &moved))
			break;
		heap->list[i] = heap->list[child];
	}
	if (heap->nr)
		heap->list[i] = moved;
	return top;
}
