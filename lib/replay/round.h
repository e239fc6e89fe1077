/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rounds of a replay.  Some strategies have the same results until an RPCIT or a map fails:
 * one of them is replayed first, and if nothing failed, its results are those of the others,
 * too.  Else the others are replayed in a second round, but for those that are the same
 * whatever happens in this recording (enum ir_same).
 */
#ifndef IR_REPLAY_ROUND_H
#define IR_REPLAY_ROUND_H

#include <iommu-replay/replay.h>

/* The request of ir_replay(), and the part of it that is to be done now. */
struct ir_round {
	const struct ir_recording_info *info;
	const struct ir_config *configs;
	size_t nr_configs;
	const struct ir_replay_options *options;	/* may be NULL */
	struct ir_result *results;
	bool *failed;		/* by configuration: an RPCIT failed, or a map found no IOVA */
	bool *ready;		/* by configuration: it has its results */
	size_t *which;		/* the configurations to be replayed now, */
	size_t n;		/* so many; */
	size_t done;		/* so many have their results already */
};

/**
 * ir_round_init - the first round
 * @share: replay one configuration for all that may do the same; else all of them
 *
 * Returns 1, or -ENOMEM; ir_round_release() frees it in either case.
 */
int ir_round_init(struct ir_round *round, bool share);
void ir_round_release(struct ir_round *round);
/**
 * ir_round_next - after a round: give others its results, where they are theirs
 *
 * Returns 1 if some are left, which are then to be replayed; 0 or -ENOMEM.
 */
int ir_round_next(struct ir_round *round);
/** ir_round_progress - call the progress callback: @done of @total of this round, as a share of all */
void ir_round_progress(const struct ir_round *round, uint64_t done, uint64_t total);

#endif
