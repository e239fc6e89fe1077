/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Around: the operations before and after the first difference between a replay and the
 * recorded machine, which help to find its cause.
 *
 * Rows are operations, with recorded and predicted RPCITs among them, in the
 * order of time.  A recorded RPCIT and its predicted counterpart share a row.
 */
#ifndef CMD_AROUND_H
#define CMD_AROUND_H

#include <iommu-replay/report.h>

struct around_row {
	uint64_t time_ns;
	uint32_t cpu;
	bool is_op;
	bool difference;		/* the first one is in this row */
	bool flush;			/* of the queue */
	struct ir_op op;		/* if is_op */
	struct ir_verify_rpcit recorded;	/* else at least one of these is present */
	struct ir_verify_rpcit predicted;
	uint64_t number;		/* of its CPU's RPCITs, or its device's flushes */
	uint16_t device;
	uint64_t order;			/* among rows of equal times */
};

struct around {
	struct around_row *rows;	/* for free() */
	size_t nr;
};

/**
 * around_operation - which operation the first difference belongs to
 *
 * Fills operation and has_operation.  Returns 0 or a negative errno with @err set.
 */
int around_operation(struct ir_recording *rec, struct ir_report_verify *report,
		     struct ir_error *err);
/**
 * around_rows - what happened around the first difference
 * @config: as it was given to ir_verify(); replays once more
 * @interrupted: as struct ir_replay_options has it
 * @around: filled
 *
 * Returns 0 or a negative errno with @err set.
 */
int around_rows(struct ir_recording *rec, const struct ir_config *config,
		const struct ir_verify *verify, const volatile int *interrupted, struct around *around,
		struct ir_error *err);

#endif
