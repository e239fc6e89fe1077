/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replays of a load with its recorded flushes, each made once. */
#ifndef IR_LOAD_RECORDED_H
#define IR_LOAD_RECORDED_H

#include "load/loop.h"

struct ir_recorded_loops;

/** ir_recorded_loops_new - of a load; NULL: no memory.  ir_recorded_loops_free() frees it */
struct ir_recorded_loops *ir_recorded_loops_new(void);
void ir_recorded_loops_free(struct ir_recorded_loops *loops);
/**
 * ir_loop_run_recorded - as ir_loop_run() with the flushes as recorded, @config otherwise
 *
 * Several threads may call it for the same load.
 */
int ir_loop_run_recorded(const struct ir_load *load, const struct ir_loop_config *config,
			 struct ir_loop_result *result);

#endif
