/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Infers the IOVA allocator's state at the recording's start from recorded mappings.
 *
 * The tree allocates addresses from the top down, each new one below all before.
 * An address that was not freed during the recording and yet lies above the
 * lowest one so far was free at the start: in a magazine, if its CPU had not been
 * sent to the tree for that size before, else in a gap of the tree.
 */
#ifndef IR_TRACE_IOVAS_H
#define IR_TRACE_IOVAS_H

#include <iommu-replay/op.h>
#include <iommu-replay/recording.h>
#include "base/bitmap.h"

#define IR_START_IOVAS	4096	/* that are kept apart */
#define IR_KNOWN_IOVAS	4096	/* a power of two */

struct ir_iova_survey {
	struct ir_bitmap *seen;		/* pages allocated in the recording */
	uint64_t known[IR_KNOWN_IOVAS];	/* some of these: mostly a mapping begins at one again */
	struct ir_start_iova free[IR_START_IOVAS];
	size_t nr_free;
	uint8_t *to_tree;		/* by CPU: which orders were sent to the tree */
	uint32_t nr_cpus;
	uint64_t lowest_seen;		/* first page of all so far, 0: none */
	uint64_t lowest;		/* of the first range from the tree, 0: none yet */
	uint64_t end_of_lowest;		/* and the page behind it */
	bool off;			/* too many: nothing is inferred */
	uint64_t left_out;		/* that were too many */
};

/** ir_iovas_map - a mapping was made; 0 or -ENOMEM */
int ir_iovas_map(struct ir_iova_survey *s, const struct ir_op *op);
/** ir_iovas_taken - from this page on all was taken at the start; 0: not recorded */
uint64_t ir_iovas_taken(const struct ir_iova_survey *s);
void ir_iovas_clear(struct ir_iova_survey *s);

#endif
