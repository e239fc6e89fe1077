/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens recordings and reads their events, whatever the format.
 *
 * Each format is a directory here whose files end in one ops struct (struct
 * ir_reader_ops, events/reader.h); readers[] of open.c lists them.  The content
 * decides: every reader bids on the first bytes of the file, the highest bid
 * opens it.  To add a format: write the ops, add a line to readers[].
 */
#ifndef IR_INPUT_OPEN_H
#define IR_INPUT_OPEN_H

#include "events/reader.h"

/** ir_reader_at - reader number @i of those that are known; NULL: no more */
const struct ir_reader_ops *ir_reader_at(size_t i);
/**
 * ir_reader_open - recognise and open a recording
 * @file: the opened file; stays the caller's, must outlive the reader
 * @damage: where damage is counted; stays the caller's
 *
 * Returns NULL with @err set: not a recording, or none of it can be read.
 */
struct ir_reader *ir_reader_open(struct ir_file *file, struct ir_damage *damage,
				 struct ir_error *err);
/* Requests to a reader beside events; zero: none. */
struct ir_reader_options {
	const struct ir_events *events;	/* what probes mean; NULL: built-in rules */
	struct ir_chains *chains;	/* where call chains go; NULL: not requested */
	struct ir_tasks *tasks;		/* where names of tasks go; NULL: not requested */
	enum ir_reader_faults faults;
	bool idle;			/* when CPUs are idle is wanted */
};

/** ir_reader_open_with - the same with options; what they name must outlive the reader */
struct ir_reader *ir_reader_open_with(struct ir_file *file, const struct ir_reader_options *options,
				      struct ir_damage *damage, struct ir_error *err);
/**
 * ir_open_log - open a kernel's log, which is a text but no recording
 * @interrupted: stop to read a pipe when it becomes non-zero; may be NULL
 *
 * It is unpacked, and what mail, editors and terminals did to it is undone, as with
 * recordings.  NULL with @err set: it cannot be opened or unpacked.
 */
struct ir_file *ir_open_log(const char *path, const volatile int *interrupted, struct ir_error *err);
/* The rest of ir_reader_next_block(), for the end, and for blocks that end in a special event. */
int ir_reader_end_block(struct ir_reader *rd, int n, struct ir_event *evs, int max,
			struct ir_error *err);
/**
 * ir_reader_next_block - the next events, at most @max: how many, 0 at the end, negative errno
 *
 * The end is an error if anything could not be read on the way (ir_file_fail()).
 * Later times than IR_TIME_MAX, of 292 years, are damage, and become IR_TIME_MAX.
 * Texts of events last until the next call.
 */
static inline int ir_reader_next_block(struct ir_reader *rd, struct ir_event *evs, int max,
				       struct ir_error *err)
{
	int n = rd->ops->next_block(rd, evs, max, err);

	/* Events are in the order of time: none is later than the last one. */
	if (n <= 0 || evs[n - 1].kind == IR_EV_LOST || evs[n - 1].kind > IR_EV_KINDS ||
	    evs[n - 1].time_ns > IR_TIME_MAX)
		n = ir_reader_end_block(rd, n, evs, max, err);
	return n;
}
/** ir_reader_next - the next event alone; a block takes some 20 instructions less for each */
static inline int ir_reader_next(struct ir_reader *rd, struct ir_event *ev, struct ir_error *err)
{
	return ir_reader_next_block(rd, ev, 1, err);
}
/** ir_reader_close - free the reader and its info; NULL is fine */
void ir_reader_close(struct ir_reader *rd);

#endif
