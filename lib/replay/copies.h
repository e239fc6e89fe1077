/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operations of a recording as those of several machines' devices in one guest:
 * each copy has devices and mappings of its own, and comes a little later than the one
 * before it, so that they do not all do the same thing at the same moment.
 *
 * Memory grows with the operations of the time between the first copy and the last.
 */
#ifndef IR_REPLAY_COPIES_H
#define IR_REPLAY_COPIES_H

#include <iommu-replay/op.h>
#include <iommu-replay/recording.h>
#include <stdbool.h>
#include <stddef.h>

/* From one copy to the next: no multiple of a jiffy, and short beside a queue's timeout. */
#define IR_COPY_SHIFT_NS UINT64_C(7300000)

struct ir_copies;

/** ir_copies_new - @n copies of what comes; NULL: no memory */
struct ir_copies *ir_copies_new(const struct ir_recording_info *info, uint32_t n);
void ir_copies_free(struct ir_copies *c);
/** ir_copies_add - further operations; false: no memory */
bool ir_copies_add(struct ir_copies *c, const struct ir_op *ops, size_t n);
/**
 * ir_copies_next - the next operation of any copy, in time order
 * @last: no more are added
 *
 * The pieces of a mapping follow it without others between them.  False: more have to
 * be added first, or there are no more.
 */
bool ir_copies_next(struct ir_copies *c, bool last, struct ir_op *op);

#endif
