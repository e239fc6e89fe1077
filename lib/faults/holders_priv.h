/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the search for holders.
 *
 *   holders.c  operations make and end holders; faults find theirs
 *   notes.c    from events: the caller, the direction, the function
 */
#ifndef IR_FAULTS_HOLDERS_PRIV_H
#define IR_FAULTS_HOLDERS_PRIV_H

#include "faults/holders.h"

#define CHUNK		1024u		/* holders allocated at once */

/* A map or unmap event that may be of a page of interest, until its operation came. */
struct note {
	uint64_t time_ns;
	uint64_t addr;
	uint64_t size;
	uint32_t pid;
	uint16_t cpu;
	uint16_t device;
	uint16_t kind;			/* enum ir_event_kind */
	uint8_t function;
	int8_t direction;
};

struct chunk {
	struct chunk *next;
	struct ir_holder holders[CHUNK];
};

/* dma_unmap_sg has no address, and comes before its unmap. */
struct cpu_state {
	uint32_t pid;
	bool unmap_sg;
};

struct ir_holders_work {
	struct note *notes;		/* a queue: nr_notes of them from at_note on */
	size_t at_note, nr_notes, room_notes;
	struct chunk *chunks;
	size_t used;			/* of the first chunk */
	struct ir_holder *free;
	uint32_t *order;		/* faults by when they can be decided */
	size_t decided;
	uint32_t *next_orphan;		/* by fault, plus one */
	uint64_t horizon_ns;		/* how long an ended mapping may be needed */
	struct cpu_state *cpus;
	uint32_t nr_cpus;
	uint64_t *detached_ns;		/* by device of the recording */
	uint64_t *flushed_ns;		/* everything, by device */
	uint64_t flushed_all_ns;	/* the device is not known */
	struct ir_op map;		/* whose pieces come now */
	bool no_memory;
};

/** ir_notes_event - note an event of a page of interest; for struct ir_pass */
int ir_notes_event(void *holders, const struct ir_event *ev);
/** ir_notes_apply - fill in from the notes before @time_ns */
void ir_notes_apply(struct ir_holders *h, uint64_t time_ns);

#endif
