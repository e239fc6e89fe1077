/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The holders of the pages of interest, and their times.
 *
 * Operations have the device, the range and the times of a mapping; their events have the
 * caller, the direction and the function.  Both come in time order, the operations later.
 * A fault is decided at the first operation that is later than the access can have been:
 * until then, its page is in the state of that time.
 */
#ifndef IR_FAULTS_HOLDERS_H
#define IR_FAULTS_HOLDERS_H

#include "faults/find.h"
#include "faults/pages.h"
#include "events/event.h"

#define LIVE UINT64_MAX		/* unmapped_ns: not yet */

/* A piece of a mapping that has a page of interest. */
struct ir_holder {
	struct ir_holder *older;	/* on the same page; or the next free one */
	struct ir_holder *next, **link;	/* in a list of struct ir_device_holders; link NULL: in none */
	uint64_t iova, size;		/* of the piece, bytes */
	uint64_t whole_iova, whole_size;
	uint64_t mapped_ns;		/* 0: before the recording */
	uint64_t unmapped_ns;		/* LIVE */
	uint64_t flushed_ns;		/* first flush of it after the unmap; 0: no event shows one */
	uint32_t segments;
	uint32_t site;
	uint32_t number;		/* of the mapping, while it is live */
	uint32_t map_pid, unmap_pid;
	uint16_t map_cpu, unmap_cpu;
	uint16_t device;		/* of the recording */
	int8_t direction;		/* enum ir_dma_direction, -1: not recorded */
	uint8_t map_function, unmap_function;	/* enum ir_dma_function */
	bool map_known, unmap_known;	/* whose pid it was */
	bool pinned;			/* a fault refers to it */
	bool before;			/* mapped before the recording */
	bool implied;			/* its unmap is not in the recording */
	bool detached;			/* it ended with its domain */
};

/* The state of a fault's page while the access can have happened. */
struct ir_held {
	struct ir_holder **holders;	/* newest first; the last one may have ended before */
	uint32_t nr;
	bool cut;			/* there were more */
	struct ir_holder *in_front, *behind;	/* live on the next pages; NULL */
};

struct ir_holders {
	struct finding *f;
	struct ir_pages pages;
	struct ir_held *held;		/* of each of f->reports */
	uint32_t *device_names;		/* by number of the recording's devices */
	/* The rest is how it gets there; see holders.c. */
	struct ir_holders_work *work;
};

/** ir_holders_find - pass 2; 0 or a negative errno with the error set */
int ir_holders_find(struct ir_holders *h, struct finding *f);
void ir_holders_release(struct ir_holders *h);

#endif
