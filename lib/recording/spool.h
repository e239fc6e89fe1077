/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations in small space, so that a recording is decoded once however often
 * it is replayed: in memory as far as there is room, then in a temporary file.
 */
#ifndef IR_TRACE_SPOOL_H
#define IR_TRACE_SPOOL_H

#include <stddef.h>
#include <sys/types.h>
#include <iommu-replay/op.h>

struct ir_spool;

/** ir_spool_new - nothing in it; with more than @memory bytes it goes to a file; NULL: no memory */
struct ir_spool *ir_spool_new(size_t memory);
void ir_spool_free(struct ir_spool *sp);
/** ir_spool_add - @n more operations; 0, -ENOMEM, or why the file cannot be written */
int ir_spool_add(struct ir_spool *sp, const struct ir_op *ops, size_t n);
/** ir_spool_rewind - the next ir_spool_read() begins at the first operation; nothing is added any more */
int ir_spool_rewind(struct ir_spool *sp);
/** ir_spool_read - the next operations; how many, 0 at the end, or a negative errno */
ssize_t ir_spool_read(struct ir_spool *sp, struct ir_op *ops, size_t max);

#endif
