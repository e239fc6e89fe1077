/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timelines while they grow.  The guest passes its current values and its events;
 * time never goes back.
 */
#ifndef IR_REPLAY_TIMELINE_H
#define IR_REPLAY_TIMELINE_H

#include <iommu-replay/timeline.h>

/**
 * ir_timeline_new - a timeline from @start_ns on
 * @duration_ns: how long it is likely to be; sets the length of the first buckets
 *
 * Returns NULL if there is no memory.
 */
struct ir_timeline *ir_timeline_new(uint64_t start_ns, uint64_t duration_ns);
/** ir_timeline_restart - forget the values that it has had, while the guest is prepared */
void ir_timeline_restart(struct ir_timeline *t);
/** ir_timeline_values - what the tracks' values are at @now_ns */
void ir_timeline_values(struct ir_timeline *t, uint64_t now_ns, const uint64_t values[IR_TRACKS]);
/** ir_timeline_rpcit - an RPCIT was issued at @now_ns and done */
void ir_timeline_rpcit(struct ir_timeline *t, uint64_t now_ns, enum ir_cause cause, int result);
/** ir_timeline_map - a map of so many pages is attempted at @now_ns */
void ir_timeline_map(struct ir_timeline *t, uint64_t now_ns, uint64_t pages);
void ir_timeline_failure(struct ir_timeline *t, const struct ir_timeline_failure *failure);
/** ir_histogram_bucket - where a value belongs; 0 goes with 1 */
unsigned int ir_histogram_bucket(uint64_t value);

#endif
