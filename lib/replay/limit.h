/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recorded host's limit of mappings, from the shortages that were recorded.
 *
 * When an RPCIT reports insufficient resources, the host holds exactly its limit.  So
 * each recorded shortage gives a range: more than what was held before that mapping, at
 * most that and the mapping.  The limit is where most of these ranges meet.
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

/**
 * ir_limit_infer - from all shortages of a device
 * @initial_pages: mapped before the recording, those included that it unmaps
 * @share: whose a limit is; with IR_SHARE_GUEST it is that of all devices, and @device
 * is ignored
 * @device: 0: the one with most shortages
 */
struct ir_limit ir_limit_infer(const struct ir_recording_info *info, uint64_t initial_pages,
			       enum ir_share share, uint16_t device);
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
