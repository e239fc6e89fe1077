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

/* Holders of a device, so that a detach or a flush looks at no others. */
struct ir_device_holders {
	struct ir_holder *live;
	struct ir_holder *unflushed;	/* unmapped */
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
	struct ir_device_holders *devices;	/* by device of the recording; all in [0] if it has one */
	struct ir_op map;		/* whose pieces come now */
	bool no_memory;
};

/** ir_notes_event - note an event of a page of interest; for struct ir_pass */
int ir_notes_event(void *holders, const struct ir_event *ev);
/** ir_notes_apply - fill in from the notes before @time_ns */
void ir_notes_apply(struct ir_holders *h, uint64_t time_ns);

/** ir_holder_list - put @holder into the list where it belongs now */
void ir_holder_list(struct ir_holders *h, struct ir_holder *holder);

#endif
