/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fitting: which entry limits agree with the shortages of a recording.
 *
 * A larger limit never causes more shortages, so the limits that cause exactly as many
 * as were recorded form an interval.  Bisection over replays finds its ends.
 */
#ifndef IOMMU_REPLAY_FIT_H
#define IOMMU_REPLAY_FIT_H

#include <iommu-replay/replay.h>

struct ir_fit {
	bool tried;
	uint64_t shortages;	/* recorded; 0: nothing to fit, and the rest is 0, too */
	/* Limits with as many shortages; low > high: there are none, and both are the closest. */
	uint64_t low, high;
	uint64_t at_low;	/* shortages with low: at most as many as recorded */
	uint64_t at_high;	/* shortages with high: at least as many as recorded */
	/* Limits with which the host was full at the places of most shortages; 0: not known. */
	uint64_t place_low, place_high;
	uint32_t agree, places;	/* shortages that agree with these limits, of so many compared */
};

/**
 * ir_fit_limit - the entry limits that fit
 * @config: the recorded machine's; its entry limit is not used
 * @options: jobs and interrupted count; may be NULL
 *
 * Returns 0, a negative errno with @err set, -EINTR if interrupted.
 */
int ir_fit_limit(struct ir_recording *rec, const struct ir_config *config,
		 const struct ir_replay_options *options, struct ir_fit *fit,
		 struct ir_error *err);

#endif
