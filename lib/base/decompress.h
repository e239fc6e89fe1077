/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decompression of one zlib stream or zstd frame at a time.  Both
 * contain their own end, so a chunk can be read even if its container has a wrong size
 * for it.
 */
#ifndef IR_TRACE_DECOMPRESS_H
#define IR_TRACE_DECOMPRESS_H

#include <stddef.h>

enum ir_compression {
	IR_COMPRESSION_NONE,
	IR_COMPRESSION_ZLIB,
	IR_COMPRESSION_ZSTD,
	IR_COMPRESSION_UNKNOWN,
};

struct ir_decompressor {
	enum ir_compression kind;
	void *state;
};

/** ir_decompressor_init - 0 or -ENOMEM; for NONE and UNKNOWN nothing is needed */
int ir_decompressor_init(struct ir_decompressor *dec, enum ir_compression kind);
void ir_decompressor_release(struct ir_decompressor *dec);

/**
 * ir_decompress - one stream or frame
 * @in: @in_len bytes, of which it may take fewer
 * @out: room for @out_len bytes
 * @used: how many of @in it took
 * @made: how many of @out it filled
 *
 * 0, -EBADMSG (not intact), or -E2BIG (does not fit in @out).
 */
int ir_decompress(struct ir_decompressor *dec, const void *in, size_t in_len, void *out,
		  size_t out_len, size_t *used, size_t *made);

/**
 * ir_packed_by - whether a file is compressed as a whole, by its first @len bytes
 *
 * Returns the name of the tool that unpacks it with -dc, NULL if it is not.
 */
const char *ir_packed_by(const void *start, size_t len);

#endif
