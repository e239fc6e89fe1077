/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timelines: the course of one replay, in bounded memory.
 *
 * Time is cut into buckets of equal length.  A bucket has the lowest and the
 * highest value of each track, and counts of events.  When the buckets do not reach
 * far enough, each two of them become one of twice the length, so that a recording of
 * any length fits; only the place within a bucket is lost.
 *
 * Values are those between operations and RPCITs; intermediate values while an RPCIT
 * walks the page table do not count.
 */
#ifndef IOMMU_REPLAY_TIMELINE_H
#define IOMMU_REPLAY_TIMELINE_H

#include <stddef.h>
#include <stdint.h>
#include <iommu-replay/strategy.h>

#define IR_TIMELINE_BUCKETS	1024	/* even: two become one */
#define IR_TIMELINE_FAILURES	256	/* listed; all are counted */
#define IR_HISTOGRAM_BUCKETS	64	/* bucket i: values from 2^i to 2^(i+1) - 1 */

/* Values that rise and fall. */
enum ir_track {
	IR_TRACK_HOST_PAGES,	/* in the hypervisor's shadow */
	IR_TRACK_LIVE_PAGES,	/* valid in the guest's page tables */
	IR_TRACK_LAZY_PAGES,	/* unmapped, and still within the device's reach */
	IR_TRACK_QUEUE_ENTRIES,	/* unmaps in all flush queues together */
	IR_TRACKS
};

/** ir_track_name - the name in reports, e.g. "host_pages" */
const char *ir_track_name(enum ir_track track);

enum ir_failure {
	IR_FAILURE_IOVA_EXHAUSTED,
	IR_FAILURE_MAP_FAILED,
	IR_FAILURE_UNBACKED,
	IR_FAILURES
};

/** ir_failure_name - the name in reports, e.g. "map_failed" */
const char *ir_failure_name(enum ir_failure failure);

struct ir_timeline_bucket {
	uint64_t min[IR_TRACKS];
	uint64_t max[IR_TRACKS];
	uint64_t rpcit[IR_CAUSES];
	uint64_t maps;			/* attempted */
	uint64_t insufficient;		/* RPCITs that reported insufficient resources */
	uint64_t failures[IR_FAILURES];
};

/* A map that failed. */
struct ir_timeline_failure {
	uint64_t time_ns;
	uint64_t pages;			/* of the mapping; unbacked: those without backing */
	uint32_t cpu;
	uint16_t device;		/* index into ir_recording_info.devices */
	enum ir_failure kind;
};

struct ir_timeline {
	uint64_t start_ns;
	uint64_t bucket_ns;		/* length of a bucket */
	size_t nr_buckets;		/* in use, at least one */
	struct ir_timeline_bucket buckets[IR_TIMELINE_BUCKETS];
	uint64_t last[IR_TRACKS];	/* the tracks' values at the end */
	/* The first ones, in the order of time. */
	struct ir_timeline_failure failures[IR_TIMELINE_FAILURES];
	size_t nr_failures;
	uint64_t failed;		/* all, those not listed included */
	uint64_t map_pages[IR_HISTOGRAM_BUCKETS];	/* attempted maps by their size in pages */
	uint64_t exposure[IR_HISTOGRAM_BUCKETS];	/* pages by their exposure in nanoseconds */
};

/** ir_timeline_free - what ir_replay() made; NULL is fine */
void ir_timeline_free(struct ir_timeline *timeline);

#endif
