/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop: steps of a load one after the other, each as soon as what it waited for has
 * happened.
 *
 * Resources: each CPU runs one thing at a time, interrupts before its task; a step's
 * flushes keep it.  The hypervisor, if it serialises, serves flushes in the order in which
 * they are asked for.  The device takes as long as it did.
 */
#ifndef IR_LOAD_LOOP_H
#define IR_LOAD_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct ir_load;

/* The flushes of a step in one configuration. */
struct ir_step_flushes {
	uint32_t pages;		/* of all ranged ones, which changed */
	uint32_t global_pages;	/* of those of everything */
	uint8_t ranged, global;
};

/* A flush that belongs to no step: a timer's. */
struct ir_other_flush {
	uint64_t time_ns;
	uint32_t pages;
	uint16_t cpu;
};

/* Idle time that is not known: which tasks wait for a clock.  If it is known: which waits for one are pauses. */
enum ir_clocked {
	IR_CLOCKED_LIKELY,	/* of open streams */
	IR_CLOCKED_ALL,		/* all with one mapping at a time */
	IR_CLOCKED_NONE,	/* ... and all that may be are pauses */
};

struct ir_loop_config {
	const struct ir_step_flushes *flushes;	/* by step; NULL: as recorded */
	const struct ir_other_flush *others;	/* by time */
	uint32_t nr_others;
	bool serialised;
	bool priced;		/* flushes cost what is given below, recorded ones, too */
	double base_ns, page_ns;	/* .priced */
	bool all_priced;	/* flushes of everything cost all_ns */
	double all_ns;
	bool untraced;		/* without what tracing cost */
	bool as_idle_as_can_be;	/* idle time that is not known: all that can be; else none */
	enum ir_clocked clocked;
	double event_ns;	/* cost of a probe's event */
	double extra_ns;	/* of a flush that was not recorded, or was and is not there: more code */
};

struct ir_loop_result {
	uint64_t end_ns;	/* of the last step */
	uint64_t server_ns;	/* the hypervisor was busy */
	uint64_t flush_ns;	/* of all flushes, without waiting */
	uint64_t busy_ns;	/* of the CPU that was busy longest, without waiting for the hypervisor */
	uint64_t busy_flush_ns;	/* of that, in flushes */
	uint64_t busy_arrivals_ns;	/* it waited for work that comes by a clock */
	uint64_t cpu_ns;	/* of all CPUs, with that */
	uint64_t waited_ns;	/* all CPUs, for the hypervisor */
	uint64_t idle_waits, clock_waits;	/* ns that tasks waited for completions, for a clock */
};

/**
 * ir_loop_run - replay
 * @start_ns, @done_ns: room for the times of each step, or NULL
 *
 * 0, -ENOMEM or -EINTR.
 */
int ir_loop_run(const struct ir_load *load, const struct ir_loop_config *config,
		uint64_t *start_ns, uint64_t *done_ns, struct ir_loop_result *result);

#endif
