// SPDX-License-Identifier: GPL-2.0-or-later
/* Decompresses zlib and zstd blocks, and recognises compressed files. */
#include "base/decompress.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

int ir_decompressor_init(struct ir_decompressor *dec, enum ir_compression kind)
{
	dec->kind = kind;
	dec->state = NULL;
	if (kind == IR_COMPRESSION_ZSTD) {
		dec->state = ZSTD_createDCtx();
		return dec->state ? 0 : -ENOMEM;
	}
	if (kind == IR_COMPRESSION_ZLIB) {
		z_stream *strm = calloc(1, sizeof(*strm));

		if (!strm || inflateInit(strm) != Z_OK) {
			free(strm);
			return -ENOMEM;
		}
		dec->state = strm;
	}
	return 0;
}

void ir_decompressor_release(struct ir_decompressor *dec)
{
	if (dec->state && dec->kind == IR_COMPRESSION_ZSTD)
		ZSTD_freeDCtx(dec->state);
	if (dec->state && dec->kind == IR_COMPRESSION_ZLIB) {
		inflateEnd(dec->state);
		free(dec->state);
	}
	dec->state = NULL;
}

static int error_code(size_t result)
{
	switch (ZSTD_getErrorCode(result)) {
	case ZSTD_error_dstSize_tooSmall:
		return -E2BIG;
	case ZSTD_error_memory_allocation:
		return -ENOMEM;
	default:
		return -EBADMSG;
	}
}

/* One-shot: the output is the window, so a frame cannot ask for memory. */
static int unzstd(struct ir_decompressor *dec, const void *in, size_t in_len, void *out,
		  size_t out_len, size_t *used, size_t *made)
{
	unsigned long long content;
	size_t n;

	*used = ZSTD_findFrameCompressedSize(in, in_len);
	if (ZSTD_isError(*used))
		return -EBADMSG;
	content = ZSTD_getFrameContentSize(in, *used);
	if (content != ZSTD_CONTENTSIZE_UNKNOWN && content > out_len)
		return content == ZSTD_CONTENTSIZE_ERROR ? -EBADMSG : -E2BIG;
	n = ZSTD_decompressDCtx(dec->state, out, out_len, in, *used);
	if (ZSTD_isError(n))
		return error_code(n);
	*made = n;
	return 0;
}

static int unzlib(struct ir_decompressor *dec, const void *in, size_t in_len, void *out,
		  size_t out_len, size_t *used, size_t *made)
{
	z_stream *strm = dec->state;
	int ret;

	if (in_len > UINT_MAX || out_len > UINT_MAX || inflateReset(strm) != Z_OK)
		return -EBADMSG;
	strm->next_in = (z_const Bytef *)in;
	strm->avail_in = (uInt)in_len;
	strm->next_out = out;
	strm->avail_out = (uInt)out_len;
	ret = inflate(strm, Z_FINISH);
	if (ret == Z_MEM_ERROR)
		return -ENOMEM;
	*used = strm->total_in;
	*made = strm->total_out;
	if (ret == Z_STREAM_END)
		return 0;
	return ret == Z_BUF_ERROR && !strm->avail_out ? -E2BIG : -EBADMSG;
}

int ir_decompress(struct ir_decompressor *dec, const void *in, size_t in_len, void *out,
		  size_t out_len, size_t *used, size_t *made)
{
	*used = 0;
	*made = 0;
	if (!dec->state)
		return -EBADMSG;
	if (dec->kind == IR_COMPRESSION_ZSTD)
		return unzstd(dec, in, in_len, out, out_len, used, made);
	return unzlib(dec, in, in_len, out, out_len, used, made);
}

/* RFC 1952, RFC 8878, and the formats' own descriptions. */
const char *ir_packed_by(const void *start, size_t len)
{
	static const struct {
		const char *tool, *magic;
		size_t len;
	} known[] = {
		{ "gzip", "\x1f\x8b\x08", 3 },
		{ "xz", "\xfd" "7zXZ\0", 6 },
		{ "zstd", "\x28\xb5\x2f\xfd", 4 },
		{ "bzip2", "BZh", 3 },
		{ "lz4", "\x04\x22\x4d\x18", 4 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (len >= known[i].len && !memcmp(start, known[i].magic, known[i].len))
			return known[i].tool;
	return NULL;
}
