/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time: what a strategy costs the workload (iommu-replay-throughput(7)).
 *
 * A load is what a recording shows about waiting: how long CPUs worked between
 * operations, which completion a task waited for, how long the device took, and how
 * long each recorded flush took.  With a load, ir_replay() predicts how much longer
 * or shorter the same work takes under each configuration.
 */
#ifndef IOMMU_REPLAY_LOAD_H
#define IOMMU_REPLAY_LOAD_H

#include <stdbool.h>
#include <stdint.h>
#include <iommu-replay/error.h>
#include <iommu-replay/strategy.h>

struct ir_load;
struct ir_recording;

/* The resource that limits the throughput. */
enum ir_bottleneck {
	IR_BOTTLENECK_NONE,		/* not known */
	IR_BOTTLENECK_CPU,		/* a CPU that is busy, or assumed to be busy, all the time */
	IR_BOTTLENECK_HYPERVISOR,	/* it serves one flush at a time */
	IR_BOTTLENECK_DEVICE,		/* CPUs wait for completions */
	IR_BOTTLENECK_WORKLOAD,		/* work comes by a clock, or from a network */
	IR_BOTTLENECKS
};

/** ir_bottleneck_name - "cpu", ...; NULL: IR_BOTTLENECK_NONE */
const char *ir_bottleneck_name(enum ir_bottleneck bottleneck);

/* Operations (mappings) a second, for the same work. */
struct ir_throughput {
	double ratio;			/* predicted to recorded operations a second */
	double low, high;		/* bounds of the ratio; 1 % below and above it if one CPU ran, and nothing had to be assumed */
	double per_second;		/* predicted operations */
	double recorded_per_second;
};

/* The assumptions of a prediction; each is true if it was used. */
struct ir_time_assumptions {
	bool device_times;	/* device times and placement do not depend on the strategy */
	bool no_iotlb_misses;	/* IOTLB misses cost nothing */
	bool idle_unknown;	/* CPUs were busy between operations */
	bool event_cost_unknown;	/* tracing cost nothing */
	bool event_cost_as_given;	/* by the user; no recording measured it */
	bool tracepoint_cost_guessed;	/* a tracepoint costs half of what a probe costs */
	bool peers_do_not_adapt;	/* work that comes by a clock or from a network comes as recorded */
	bool serialised;	/* the hypervisor serves one flush at a time */
	bool price_from_ranged;	/* a flush of everything costs what one of a range does */
};

/* Time of one configuration. */
struct ir_time {
	bool known;			/* how long a flush takes; else all is zero */
	uint64_t flush_ns;		/* of all flushes, from issuing to the end, without waiting for others */
	double flush_share;		/* of the time of the CPUs that had operations */
	uint64_t by_cause[IR_CAUSES];	/* of flush_ns */
	bool closed;			/* the load was replayed: what follows is there */
	uint64_t cpu_ns;		/* CPU time of an operation, all of it */
	uint64_t p50_ns, p99_ns;	/* from a mapping's begin to its end, */
	uint64_t recorded_p50_ns, recorded_p99_ns;	/* as it was */
	enum ir_bottleneck bottleneck;
	bool idle_known;
	struct ir_throughput throughput;
	double replayed;	/* operations a second of the recorded flushes' replay to those recorded */
	bool has_untraced;		/* the cost of an event is known */
	struct ir_throughput untraced;	/* both without tracing */
	uint64_t event_cost_ns;		/* of a probe's event, that these are without */
	struct ir_time_assumptions assumptions;
};

struct ir_load_options {
	bool event_cost_given;		/* else taken from a marker in the recording, if it has one */
	uint64_t event_cost_ns;		/* of a probe's event */
	const volatile int *interrupted;	/* stop when it becomes non-zero, replays with the load as well; may be NULL */
};

struct ir_load_info {
	bool idle_known;		/* the recording shows when CPUs were idle */
	bool event_cost_known;
	bool event_cost_recorded;	/* by a marker */
	uint64_t event_cost_ns;		/* of a probe's event */
	uint64_t tracepoint_cost_ns;	/* of an event of the kernel's own */
	uint64_t streams, open_streams;	/* of mappings: device, CPU, task; those that come by a clock */
	uint64_t flushes;		/* whose duration was recorded */
	uint64_t flush_ns;		/* mean of one of a range, without waiting for other CPUs */
	uint64_t global_ns;		/* median of one of everything; 0: none was recorded */
	double recorded_per_second;	/* mappings, from the first operation to the last */
};

/**
 * ir_load_new - read a recording's facts about time
 * @rec: stays the caller's; is rewound first, and read to its end
 * @options: may be NULL
 *
 * All operations are kept in memory, some 200 bytes each.  Returns NULL with @err set if
 * there are no mappings, if they need more than the recording's max_memory, if it was
 * interrupted, or if the recording cannot be read.
 */
struct ir_load *ir_load_new(struct ir_recording *rec, const struct ir_load_options *options,
			    struct ir_error *err);
/** ir_load_free - NULL is fine */
void ir_load_free(struct ir_load *load);
/** ir_load_info - valid as long as the load is */
const struct ir_load_info *ir_load_info(const struct ir_load *load);

#endif
