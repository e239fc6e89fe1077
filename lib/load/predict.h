/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the flushes that a replay made to the time that the load takes with them.
 */
#ifndef IR_LOAD_PREDICT_H
#define IR_LOAD_PREDICT_H

#include <iommu-replay/load.h>
#include <iommu-replay/replay.h>
#include <stddef.h>

#include "load/loop.h"

/* The flushes of a replay; those of operations by step. */
struct ir_flush_log {
	const struct ir_load *load;
	struct ir_step_flushes *steps;
	struct ir_other_flush *others;
	uint32_t nr_others, room_others;
	bool no_memory;
};

/** ir_flush_log_init - empty; 0 or -ENOMEM.  ir_flush_log_release() frees it */
int ir_flush_log_init(struct ir_flush_log *log, const struct ir_load *load);
void ir_flush_log_release(struct ir_flush_log *log);
/** ir_flush_log_add - one more; @number: of its operation in ir_load_ops(), IR_NO_OP: of none */
void ir_flush_log_add(void *log, uint32_t number, const struct ir_rpcit *rpcit, uint64_t changed);

/**
 * ir_load_ops - the operations of the recording, with segments, and their numbers
 * @numbers: 0, 1, ... for free(); the operations are the load's
 *
 * 0 or -ENOMEM.
 */
int ir_load_ops(const struct ir_load *load, const struct ir_op **ops, uint32_t **numbers, size_t *n);
/** ir_load_elapsed - how long the load takes by a prediction, in nanoseconds */
uint64_t ir_load_elapsed(const struct ir_load *load, const struct ir_time *time);
/** ir_load_cpus - CPUs that had operations */
uint32_t ir_load_cpus(const struct ir_load *load);

/* Operations at the times that a loop found for them. */
struct ir_retimed {
	struct ir_op *ops;
	uint32_t *numbers;	/* of each in ir_load_ops() */
	size_t nr;
	struct ir_recording_info info;	/* that of the recording, but for what the times change */
};

/**
 * ir_load_retime - the operations in the order and at the times of a prediction
 * @log: flushes of a replay at other times, mostly the recorded ones
 *
 * 0 or -ENOMEM; ir_retimed_release() frees it in either case.
 */
int ir_load_retime(const struct ir_load *load, const struct ir_flush_log *log,
		   const struct ir_effective *par, bool serialises,
		   const struct ir_recording_info *info, struct ir_retimed *retimed);
void ir_retimed_release(struct ir_retimed *retimed);

/** ir_loop_config_of - the likely replay of a configuration's flushes; bounds come from variations of it */
struct ir_loop_config ir_loop_config_of(const struct ir_load *load, const struct ir_flush_log *log,
					const struct ir_effective *par, bool serialises);
/**
 * ir_load_predict - the figures of struct ir_time that a load gives
 * @serialises: the hypervisor serves one flush at a time
 *
 * 0 or -ENOMEM.
 */
int ir_load_predict(const struct ir_load *load, const struct ir_flush_log *log,
		    const struct ir_effective *par, bool serialises, struct ir_time *time);

/**
 * ir_time_flushes - how long the flushes of a result take: the first part of result->time
 * @elapsed_ns, @cpus: what flush_share is a share of
 * @load: NULL: as the recording's own fit has it
 */
void ir_time_flushes(const struct ir_recording_info *info, const struct ir_load *load,
		     uint64_t elapsed_ns, uint32_t cpus, struct ir_result *result);

#endif
