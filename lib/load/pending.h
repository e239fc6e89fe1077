/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupts of a CPU that will arrive or have arrived, by time. */
#ifndef IR_LOAD_PENDING_H
#define IR_LOAD_PENDING_H

#include <stdint.h>

struct pending {
	uint64_t time_ns;
	uint32_t step;		/* NO_STEP: a flush of none */
	uint32_t other;		/* that flush's number */
};

/* All 0: empty.  The owner frees .list. */
struct pending_heap {
	struct pending *list;	/* the first one at [0]; at equal times that of the lower step */
	uint32_t nr, room;
};

/** ir_pending_push - add; 0 or -ENOMEM.  O(log n) */
int ir_pending_push(struct pending_heap *heap, struct pending new);

/** ir_pending_pop - take the first one of a heap that is not empty.  O(log n) */
struct pending ir_pending_pop(struct pending_heap *heap);

#endif
