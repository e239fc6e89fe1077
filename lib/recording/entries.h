/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts what the recorded machine's host held whenever an RPCIT reported insufficient
 * resources, from the operations alone.
 *
 * A host's shadow holds what is mapped, and what was unmapped and not flushed since.  A
 * mapping is held from the end of its RPCIT on, an unmapped one until a global RPCIT is
 * done: that of the queue's timer, or the retry of a shortage.
 *
 * Invariants
 *  - what takes effect later is in late[], and everything before it has taken effect;
 *  - nothing of it takes effect before next_ns;
 *  - of what was mapped before the recording, what it unmaps is counted from the start
 *    (ir_entries_end() adds it), and the rest never.
 */
#ifndef IR_RECORDING_ENTRIES_H
#define IR_RECORDING_ENTRIES_H

#include <iommu-replay/op.h>
#include <iommu-replay/recording.h>

#define IR_SHORTAGES	4096	/* that are kept */
#define IR_ENTRIES_LATE	64	/* effects still to come: some for each CPU */
#define IR_ENTRIES_FLUSHES 8	/* of a device that last at once and are told apart */

/* A change that takes effect when an RPCIT is done. */
struct ir_entries_late {
	uint64_t issued_ns;
	uint64_t time_ns;
	uint64_t order;		/* at the same time the one that came first is first */
	uint32_t pages;		/* mapped; 0: the end of a flush of all that is unmapped */
	uint32_t mapping;
	uint16_t device;
	bool ran_short;
	bool stays;		/* else it was undone, */
	bool queued;		/* through the queue */
	uint16_t cpu;
	uint32_t undone;	/* of a flush: pages of the mapping that ran short, which is undone after it */
	bool seen;		/* of one that ran short: */
	struct ir_held_pages all, own;	/* the least and the most since it was issued */
};

/* A mapping that is undone after its retry, which that CPU does before anything else but interrupts. */
struct ir_entries_undo {
	uint32_t pages;
	uint16_t device, cpu;
};

/* Pages unmapped before this flush began and after the one before it did. */
struct ir_entries_going {
	uint64_t flush;		/* the order of its end in late[] */
	int64_t pages;
};

struct ir_entries_device {
	int64_t live;
	int64_t lazy;		/* unmapped since the last flush, and not while it lasted */
	int64_t unsure;		/* unmapped while it lasted, or may be held though it ran short */
	struct ir_entries_going going[IR_ENTRIES_FLUSHES];	/* by their beginnings; the last is of several if they are full */
	unsigned int nr_going;
	unsigned int flushes;	/* under way */
	int64_t found;		/* mapped before the recording, unmapped in it */
	int64_t most;		/* held at least at once, without @found */
	bool flushed;		/* since the recording began */
	uint64_t last_iova;	/* former DMA API: of the last mapping */
};

struct ir_entries {
	struct ir_entries_device *devices;
	size_t nr_devices;
	struct ir_entries_late late[IR_ENTRIES_LATE];
	unsigned int nr_late;
	unsigned int nr_short;	/* of them */
	struct ir_entries_undo undo[IR_ENTRIES_LATE];
	unsigned int nr_undo;
	uint64_t next_ns;	/* 0: something must, as late[] is full, or nothing is known yet */
	uint64_t order;
	struct ir_recorded_shortage *list;
	size_t nr, room;
	bool next_fit;		/* addresses rise until they wrap, which flushes all */
};

/** ir_entries_op - one more operation, in their order; the next is not before @next_ns; 0 or -ENOMEM */
int ir_entries_op(struct ir_entries *e, const struct ir_op *op, uint64_t next_ns);
/** ir_entries_end - after the last one; 0 or -ENOMEM */
int ir_entries_end(struct ir_entries *e);
void ir_entries_free(struct ir_entries *e);

#endif
