/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verification: a replay with the parameters of the recorded machine, compared with
 * what that machine did.
 *
 * Totals are compared by kind and outcome.  The RPCITs themselves are compared
 * one by one: those of mappings and retries in their order on each CPU, flushes
 * of queues in their order on the machine (the operations do not determine on which
 * CPU a timer fires).  The comparison stops at the first difference, because all later
 * RPCITs are shifted against the recording.
 */
#ifndef IOMMU_REPLAY_VERIFY_H
#define IOMMU_REPLAY_VERIFY_H

#include <iommu-replay/replay.h>

/* The figures compared; UINT64_MAX: not known (not recorded, or that machine has none). */
struct ir_verify_totals {
	uint64_t total;
	uint64_t global;
	uint64_t ranged;
	uint64_t insufficient;
	uint64_t map_failed;
	uint64_t iova_exhausted;
	uint64_t queue_full;	/* flushes by cause, where the recording has the cause */
	uint64_t queue_timeout;
};

/* Numbers of the totals, for ir_verify_key() and ir_verify_value(). */
enum ir_verify_total {
	IR_VERIFY_TOTAL,
	IR_VERIFY_GLOBAL,
	IR_VERIFY_RANGED,
	IR_VERIFY_INSUFFICIENT,
	IR_VERIFY_FLUSHES,		/* those before count RPCITs or flushes */
	IR_VERIFY_MAP_FAILED = IR_VERIFY_FLUSHES,
	IR_VERIFY_IOVA_EXHAUSTED,
	IR_VERIFY_QUEUE_FULL,
	IR_VERIFY_QUEUE_TIMEOUT,
	IR_VERIFY_TOTALS
};

#define IR_NOT_KNOWN UINT64_MAX

/** ir_verify_key - the name of the n-th total, "total" first */
const char *ir_verify_key(unsigned int n);
/** ir_verify_value - the n-th total */
uint64_t ir_verify_value(const struct ir_verify_totals *totals, unsigned int n);

/* One side of a difference. */
struct ir_verify_rpcit {
	bool present;
	uint64_t time_ns;
	uint32_t cpu;
	bool global;
	uint64_t iova;
	uint64_t pages;
	bool insufficient;
};

struct ir_verify {
	struct ir_verify_totals predicted;
	struct ir_verify_totals recorded;
	/*
	 * How many RPCITs or flushes the recording's probe missed at least: by the kernel's
	 * counters, or because nearly all other maps and unmaps have theirs.  A predicted total
	 * that is higher by up to this many counts as equal.  0 with tracepoints, which miss none.
	 */
	uint64_t missed;
	bool comparable;		/* the recording has RPCITs or flushes at all */
	uint64_t compared;		/* RPCITs that were compared one by one */
	bool same_sequence;		/* no difference was found */
	bool difference_in_queue;	/* in the flushes of the queue, not on a CPU */
	struct ir_verify_rpcit want;	/* the first difference: recorded, */
	struct ir_verify_rpcit got;	/* and predicted */
	uint64_t iovas;			/* mappings whose IOVA was recorded, */
	uint64_t iovas_equal;		/* and those given the same one by the model */
};

/**
 * ir_verify - replay and compare
 * @rec: opened with options.rpcits
 * @config: its observer is not used
 * @options: its devices and interrupted are used; NULL: neither
 * @result: the replay's result, as from ir_replay()
 *
 * Returns 0, or a negative errno with @err set, -EINTR if interrupted.
 */
int ir_verify(struct ir_recording *rec, const struct ir_config *config,
	      const struct ir_replay_options *options, struct ir_result *result,
	      struct ir_verify *verify, struct ir_error *err);
/**
 * ir_verify_equal - do all known totals agree
 * @tolerance: how far each may be off
 * @percent: as a share of the recorded value, whichever is more
 */
bool ir_verify_equal(const struct ir_verify *verify, uint64_t tolerance, double percent);
/**
 * ir_verify_guess - the strategy that the recorded machine had, as far as the
 * recording shows it
 */
const struct ir_strategy *ir_verify_guess(const struct ir_recording_info *info);

#endif
