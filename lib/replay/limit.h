/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recorded host's limit of mappings, from the shortages that were recorded.
 *
 * When an RPCIT reports insufficient resources, the host holds exactly its limit.  So
 * each recorded shortage gives a range for the limit: at least the pages held before that
 * mapping, at most these plus the mapping's.  The limit is where most ranges overlap.
 */
#ifndef IR_REPLAY_LIMIT_H
#define IR_REPLAY_LIMIT_H

#include <iommu-replay/replay.h>

/* The limits that agree with most shortages. */
struct ir_limit {
	uint64_t low, high;	/* inclusive; 0: nothing shows a limit */
	uint32_t agree;		/* shortages that any of these explains, */
	uint32_t shortages;	/* of so many */
};

/** ir_limit_several - may there be limits of several devices */
static inline bool ir_limit_several(const struct ir_recording_info *info)
{
	return info->nr_devices > 2 && !info->device;
}

/*
 * Pages that were mapped before the recording and that no event shows.  A single device, or one
 * that was asked for, has them all.  Several are taken to have had equally many pages, those
 * that the recording unmaps included, as far as these allow.
 */
struct ir_initial {
	uint64_t unknown;	/* of all devices */
	uint64_t level;		/* several: each one has so many, with those that the recording unmaps, or these */
	uint16_t more;		/* devices up to this one that have no more than .level have one more */
};

/** ir_limit_initial - how @initial_pages, those included that the recording unmaps, are shared out */
struct ir_initial ir_limit_initial(const struct ir_recording_info *info, uint64_t initial_pages);
/** ir_limit_initial_of - a device's share of the unknown ones */
uint64_t ir_limit_initial_of(const struct ir_recording_info *info, const struct ir_initial *initial,
			     uint16_t device);
/**
 * ir_limit_infer - from all shortages of a device
 * @share: whose a limit is; with IR_SHARE_GUEST it is that of all devices, and @device
 * is ignored
 * @device: 0: the one with most shortages
 */
struct ir_limit ir_limit_infer(const struct ir_recording_info *info, const struct ir_initial *initial,
			       enum ir_share share, uint16_t device);

/* Limits for each device, or one for all: two explanations of the same shortages. */
struct ir_limits {
	struct ir_limit own;	/* each device's own: all of them agree, of all; the range of one */
	bool differ;		/* and devices have different ones */
	struct ir_limit all;	/* one for all devices */
	bool compared;		/* else there is one device, or shortages are of none in particular */
	enum ir_share share;	/* IR_SHARE_GUEST: limits of their own do not explain them, that does */
};

/** ir_limit_compare - decide between one limit for each device and one for all of them */
void ir_limit_compare(const struct ir_recording_info *info, uint64_t initial_pages,
		      struct ir_limits *limits);
/**
 * ir_limit_of_device - a device's own limit
 * @others: the limit of a device that never ran short
 * @otherwise: its limit if it held as many pages as @others
 */
uint64_t ir_limit_of_device(const struct ir_recording_info *info, const struct ir_initial *initial,
			    uint16_t device, uint64_t others, uint64_t otherwise);
/** ir_limit_value - the one to replay with */
static inline uint64_t ir_limit_value(const struct ir_limit *limit)
{
	return limit->low + (limit->high - limit->low + 1) / 2;
}

/**
 * ir_limit_initial_lazy - former DMA API: pages that were unmapped before the recording
 * and that the host, with @limit (0: none), still held when it began
 */
uint64_t ir_limit_initial_lazy(const struct ir_recording_info *info, uint64_t initial_pages,
			       uint64_t limit);

#endif
