/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One more pass over a recording that was opened: its events and its operations
 * together, as they are read.
 *
 * A pass uses the results of opening the recording, so that its operations are those of
 * ir_recording_read().  It does not count damage.
 */
#ifndef IR_RECORDING_PASS_H
#define IR_RECORDING_PASS_H

#include <iommu-replay/recording.h>
#include "events/event.h"
#include "events/reader.h"
#include "events/tasks.h"

struct ir_pass {
	enum ir_reader_faults faults;	/* IR_FAULTS_ONLY: there are no operations */
	bool idle;			/* when CPUs are idle, too */
	struct ir_tasks *tasks;		/* where names of tasks go; NULL: not requested */
	/*
	 * Each event, in time order; then the operations that are certain by then, in
	 * time order, too.  They come some time after their events, but none comes
	 * after an event that it needs.  Return 0, or a negative errno to end the pass.
	 */
	int (*event)(void *arg, const struct ir_event *ev);
	int (*op)(void *arg, const struct ir_op *op);
	void *arg;
};

/**
 * ir_recording_pass - read all of it
 *
 * Not between ir_recording_rewind() and the last ir_recording_read().  0 or a
 * negative errno with @err set.
 */
int ir_recording_pass(struct ir_recording *rec, const struct ir_pass *pass, struct ir_error *err);

#endif
