/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shares: what lines of a batch have besides results: the shares of devices and
 * call sites in them, and their courses over time.  Room for some results of one
 * recording, used again for the next ones.
 */
#ifndef CMD_SHARES_H
#define CMD_SHARES_H

#include <iommu-replay/report.h>

#include "base/cmd.h"

struct shares {
	const struct ir_recording_info *info;
	size_t n;
	struct ir_result *devices;		/* NULL: not recorded apart */
	struct ir_site_result *sites;		/* NULL: not requested */
	struct ir_timeline **timelines;		/* NULL: not requested */
};

/** shares_recording - the options that a recording is opened with */
struct ir_recording_options shares_recording(const struct settings *settings);
/**
 * shares_open - room for those of @n results
 * @info: outlives the shares
 * @shares: to be passed to shares_free(), also after an error
 *
 * Returns 0 or -ENOMEM.
 */
int shares_open(struct shares *shares, const struct settings *settings,
		const struct ir_recording_info *info, size_t n);
/** shares_request - empty the room of @n results from @first on, and have a replay fill it */
void shares_request(struct shares *shares, size_t first, size_t n, struct ir_replay_options *options);
/** shares_put - to the entry of the @i-th result alone */
void shares_put(const struct shares *shares, size_t i, struct ir_report_entry *entry);
void shares_free(struct shares *shares);

#endif
