/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside a load.
 *
 *   load.c      reads events and operations of a recording
 *   steps.c     what lay between operations: work, waiting, flushes
 *   interrupts.c  gives interrupts the time that they took from the work that they came into
 *   streams.c   who made the mappings; streams that come by a clock
 *   loop.c      replays the steps, given how long each flush takes
 *   turns.h     which CPU has the next event
 *   pending.c   interrupts of a CPU that will come, by time
 *   recorded.c  replays with the recorded flushes, which serve all configurations
 *   retime.c    flushes of a replay; operations at the times that follow from them
 *   predict.c   the figures of one configuration, with their bounds
 *
 * Words: a step is an operation with what its CPU did before it.  A CPU has task steps,
 * which follow each other, and interrupt steps, which the device or a clock starts and
 * which interrupt tasks.  A gap is the time between two task steps of a CPU.
 *
 * All times are in nanoseconds; those that were recorded are on the recording's clock.
 */
#ifndef IR_LOAD_PRIV_H
#define IR_LOAD_PRIV_H

#include <iommu-replay/load.h>
#include <iommu-replay/op.h>
#include <iommu-replay/recording.h>
#include <stddef.h>


#define NO_STEP	UINT32_MAX

/* An event, as far as its time matters. */
struct activity {
	uint64_t time_ns;
	uint64_t addr;		/* IR_EV_RPCIT */
	uint32_t pid;		/* IR_EV_SWITCH: the one that goes */
	uint32_t aux;		/* IR_EV_SWITCH: the PID that comes; IR_EV_IDLE: 1 begins, 0 ends */
	uint16_t cpu;
	uint8_t kind;		/* enum ir_event_kind */
	bool irq;
	bool global;		/* IR_EV_RPCIT: longer than any mapping */
};

enum wait {
	WAIT_NONE,		/* the CPU worked all the time */
	WAIT_STEP,		/* the task waited for an unmap to be done: .cause */
	WAIT_CLOCK,		/* until something else woke it: .wake_ns; before that, perhaps, for .cause */
};

/* The work that an interrupt came into. */
enum during {
	DURING_STEP,		/* .host; or in a flush of none */
	DURING_IDLE,
	DURING_BEFORE,		/* work of a gap before it waited, or of one without a wait */
	DURING_AFTER,		/* work after the wait */
};

enum arrival {
	ARRIVES_IN_TURN,	/* a task step */
	ARRIVES_FROM_DEVICE,	/* .device_ns after the end of its mapping's step */
	ARRIVES_BEHIND,		/* .device_ns after the end of the interrupt step before it, whose .follower it is */
	ARRIVES_BY_CLOCK,	/* when it was recorded */
};

struct step {
	uint64_t start_ns, end_ns;	/* as recorded */
	uint64_t before_ns;	/* work of the gap before it waited */
	uint64_t after_ns;	/* work from the end of what it waited for to the step */
	uint64_t wake_ns;	/* when the idle time ended */
	uint64_t wait_ns;	/* how long that was */
	uint64_t between_ns;	/* WAIT_CLOCK: of before_ns, from the end of .cause to the wait */
	uint64_t tail_ns;	/* WAIT_STEP: from the end of the cause to the end of idle time */
	int64_t device_ns;
	/* If the idle time is not known, as much of the gap as can be. */
	uint64_t after_last_ns;	/* likewise, from the end of .last */
	uint32_t late_ns;	/* an interrupt step: it may have had to wait so long, for a flush or another interrupt */
	uint32_t follower;	/* of an interrupt step, NO_STEP */
	uint32_t last;		/* the last unmap of this CPU's mappings in the gap, NO_STEP */
	uint32_t cause;
	uint32_t host;		/* of an interrupt step: the step that it came into, NO_STEP */
	uint32_t op;		/* number of the operation */
	uint32_t map;		/* an unmap: its mapping's step; a map: its unmap's; or NO_STEP */
	uint32_t stream;
	uint32_t live;		/* mappings of the stream: of an unmap, behind it; of a map that waited for one, when it went on */
	uint32_t own_ns;	/* of the step, without its flushes */
	uint32_t around_ns;	/* of that, before and behind an interrupt's step */
	uint32_t entry_ns;	/* of that, before it */
	uint32_t ranged_ns, global_ns;	/* recorded flushes, without waiting; 0: none, or not known */
	uint32_t waited_ns;	/* what they waited for other CPUs */
	uint32_t pid;
	uint16_t cpu;
	uint16_t probes, tracepoints;	/* events recorded in the step and before it */
	uint8_t ranged, global;	/* recorded flushes */
	bool hidden;		/* there was one whose duration was not recorded: it is in what the CPU worked */
	uint8_t kind;		/* enum ir_op_kind */
	uint8_t wait, arrival;
	uint8_t during;		/* of an interrupt step: enum during */
	bool irq;		/* runs as an interrupt: may be a thread that unmaps for others */
	bool joins;		/* in the interrupt of the step before it */
	bool woke;		/* ended idle time: of an interrupt step */
	bool thread;
	bool disturbed;		/* an interrupt came in one of its flushes */
	uint8_t interrupts;	/* that it is the host of */
	bool is_open;		/* its stream is */
	bool may_rest;		/* its stream may: .may_rest */
};

struct stream {
	uint32_t pid;
	uint16_t device, cpu;
	bool irq;
	bool is_open;
	bool rests;		/* its waits for a clock are pauses of one length, whenever they begin */
	bool may_rest;		/* it is open, and yet they may be */
	bool is_alone;		/* mostly no mapping of it is live when the next one begins */
	uint32_t alone;		/* maps of which that is true */
	uint32_t live, most;	/* mappings at a time */
	uint32_t maps;
	uint32_t clock_waits, step_waits;
	bool counts;		/* it waits until fewer are live: some maps waited for an unmap, others needed not */
	uint64_t asleep_ns, awake_ns;	/* means of those that waited: work before, and from what they waited for */
	uint64_t gap_ns;	/* of those that did not: work from map to map */
	uint32_t next;		/* in its bucket */
};

struct ir_load {
	struct ir_load_info info;
	uint16_t cpus;		/* CPU numbers of steps are below this */
	struct ir_op *ops;	/* all operations, with segments */
	size_t nr_ops, room_ops;
	struct step *steps;	/* by time */
	uint32_t nr_steps;
	uint32_t *step_of;	/* by operation, NO_STEP */
	struct stream *streams;
	uint32_t nr_streams;
	uint64_t first_ns, last_ns;	/* from the first step to the end of the last */
	uint64_t maps;
	uint64_t idle_ns;	/* of the CPUs that have steps, between first_ns and last_ns */
	uint64_t entry_ns;	/* of an interrupt, until its step: mean of those that came into flushes */
	uint64_t request_ns;	/* work from a map to its request to the device */
	uint32_t busy_cpus;	/* CPUs that have steps */
	uint64_t path_ns;	/* from iommu:map to its flush: code around a flush, at most */
	uint64_t mean_pages;	/* of flushes of a range */
	uint64_t least_flush_ns;	/* the shortest one recorded */
	bool may_rest;		/* a stream may: .may_rest */
	bool tracepoint_known;	/* info.tracepoint_cost_ns was measured */
	double page_ns;
	double unsteady;	/* of the recorded throughput: two standard errors, relative */
	struct ir_recorded_loops *recorded;
	const volatile int *interrupted;	/* or NULL */
};

/* steps.c */

/** ir_load_steps - fill load->steps and what follows from them; 0 or -ENOMEM */
int ir_load_steps(struct ir_load *load, const struct activity *events, size_t n, bool switches);

/** ir_compare_ns - of two uint64_t, for qsort() */
int ir_compare_ns(const void *x, const void *y);

/* interrupts.c */

/** ir_load_interrupts - where idle time is known; 0 or -ENOMEM */
int ir_load_interrupts(struct ir_load *load);

/* streams.c */

/** ir_load_streams - streams of the mappings, and which are open; 0 or -ENOMEM */
int ir_load_streams(struct ir_load *load);

#endif
