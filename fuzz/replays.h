/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the targets that replay recordings: any configuration, and what must hold of its results. */
#ifndef IR_FUZZ_REPLAYS_H
#define IR_FUZZ_REPLAYS_H

#include <stdint.h>
#include <iommu-replay/recording.h>

/** fuzz_compare - all operations of both, which must be the same */
void fuzz_compare(struct ir_recording *a, struct ir_recording *b);
/**
 * fuzz_replay - a replay with @n configurations, at most 6
 * @choices: strategy, hypervisor, queue, limits and all else follow from it; not 0
 *
 * An error is fine if it has a message.
 */
void fuzz_replay(struct ir_recording *rec, uint32_t choices, unsigned int n);
/** fuzz_verify - as `iommu-replay verify` does, without a strategy */
void fuzz_verify(struct ir_recording *rec);

#endif
