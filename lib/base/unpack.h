/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that were compressed as a whole, with any name: gzip, zstd, xz. */
#ifndef IR_BASE_UNPACK_H
#define IR_BASE_UNPACK_H

#include "base/file.h"

/**
 * ir_unpack - replace a compressed file by a temporary copy that is not
 * @start: the file's first @len bytes
 *
 * A damaged or cut file is unpacked as far as possible; ir_file_cut() is true then.
 * Returns 1 if it was unpacked, 0 if it is not compressed in a known format, or a
 * negative errno with @err set.
 */
int ir_unpack(struct ir_file *file, const void *start, size_t len, struct ir_error *err);

/**
 * ir_unpacked_open - open a file, or a temporary copy of it that is not compressed
 *
 * Returns a descriptor, or a negative errno with @err set: also if not all can be unpacked.
 */
int ir_unpacked_open(const char *path, struct ir_error *err);

#endif
