/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exposure: how long unmapped pages stayed within the device's reach.  A
 * histogram with 64 buckets for each power of two, so a percentile is at most
 * 1/64 above the true value; count, sum and maximum are exact.
 */
#ifndef IR_GUEST_EXPOSURE_H
#define IR_GUEST_EXPOSURE_H

#include <stdbool.h>
#include <stdint.h>

#define IR_EXPOSURE_SUB		64
#define IR_EXPOSURE_GROUPS	59
#define IR_EXPOSURE_BUCKETS	(IR_EXPOSURE_GROUPS * IR_EXPOSURE_SUB)

struct ir_exposure {
	uint64_t pages;
	double page_ns;
	double write_page_ns;	/* of pages that the device may write to */
	uint64_t max_ns;
	uint64_t *group[IR_EXPOSURE_GROUPS];	/* 64 buckets each; NULL: all are 0 */
	bool failed;		/* no memory for one: percentiles are void */
};

/* Values below 64 have a bucket each; above, the six bits after the first one count. */
static inline unsigned int ir_exposure_bucket(uint64_t ns)
{
	unsigned int top;

	if (ns < IR_EXPOSURE_SUB)
		return (unsigned int)ns;
	top = 63 - (unsigned int)__builtin_clzll(ns);
	return (top - 5) * IR_EXPOSURE_SUB + (unsigned int)((ns >> (top - 6)) & (IR_EXPOSURE_SUB - 1));
}

/** ir_exposure_add_group - count in a group that does not exist */
void ir_exposure_add_group(struct ir_exposure *e, unsigned int bucket, uint64_t pages);

/** ir_exposure_add - @pages pages were exposed for @ns; 0 is no exposure */
static inline void ir_exposure_add(struct ir_exposure *e, uint64_t ns, uint64_t pages)
{
	unsigned int bucket = ir_exposure_bucket(ns);
	uint64_t *group = e->group[bucket / IR_EXPOSURE_SUB];

	if (!ns)
		return;
	e->pages += pages;
	e->page_ns += (double)ns * (double)pages;
	if (ns > e->max_ns)
		e->max_ns = ns;
	if (group)
		group[bucket % IR_EXPOSURE_SUB] += pages;
	else
		ir_exposure_add_group(e, bucket, pages);
}

/** ir_exposure_count - what a bucket has counted */
static inline uint64_t ir_exposure_count(const struct ir_exposure *e, unsigned int bucket)
{
	const uint64_t *group = e->group[bucket / IR_EXPOSURE_SUB];

	return group ? group[bucket % IR_EXPOSURE_SUB] : 0;
}

/** ir_exposure_merge - what @from has counted is added to @e */
void ir_exposure_merge(struct ir_exposure *e, const struct ir_exposure *from);
void ir_exposure_free(struct ir_exposure *e);
/** ir_exposure_bucket_last - the longest time that a bucket counts, in nanoseconds */
uint64_t ir_exposure_bucket_last(unsigned int bucket);
/** ir_exposure_percentile - the time that @percent % of the pages did not exceed */
uint64_t ir_exposure_percentile(const struct ir_exposure *e, unsigned int percent);
/**
 * ir_exposure_level - the same of values that are weighed by time
 * @total: the weight of all, those of 0 included, which are not in @e
 */
uint64_t ir_exposure_level(const struct ir_exposure *e, uint64_t total, unsigned int percent);

#endif
