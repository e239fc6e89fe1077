// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf.data: compressed records.  The contents of all COMPRESSED records are
 * one zstd stream, flushed at the end of each; unpacked, it is a sequence of
 * records like any other, and a record may begin in one and end in the next:
 * tools/perf/util/zstd.c and tool.c, Linux 6.16.
 *
 * The amount unpacked at a time is bounded, however much a few bytes may expand to.
 * zstd itself keeps a window, of at most 128 MiB (its own limit).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>
#include "base/bytes.h"
#include "input/perfdata/priv.h"

#define OUT_ROOM	((size_t)256 << 10)	/* a record of 64 KiB, and a block of zstd */

static const unsigned char frame_magic[4] = "\x28\xb5\x2f\xfd";

void pd_unpack_release(struct pd_unpack *un)
{
	ir_decompressor_release(&un->dec);
	free(un->out);
	memset(un, 0, sizeof(*un));
}

/* Nothing can be unpacked any more until a new frame begins. */
static void lose_frame(struct perfdata *pd)
{
	struct pd_unpack *un = &pd->unpack;

	pd_damage(pd, IR_DAMAGE_BAD_CHUNKS, 1);
	pd_damage(pd, IR_DAMAGE_CORRUPT_BYTES, un->in_len - un->in_pos);
	un->in_pos = un->in_len;
	un->more = false;
	un->lost = true;
	pd->gap = true;
}

int pd_unpack_begin(struct perfdata *pd, const unsigned char *data, size_t len)
{
	struct pd_unpack *un = &pd->unpack;

	if (!un->out) {
		un->out = malloc(OUT_ROOM);
		if (!un->out || ir_decompressor_init(&un->dec, IR_COMPRESSION_ZSTD))
			return -ENOMEM;
	}
	un->in = data;
	un->in_len = len;
	un->in_pos = 0;
	if (!un->lost)
		return 0;
	if (len < sizeof(frame_magic) || memcmp(data, frame_magic, sizeof(frame_magic)) != 0) {
		lose_frame(pd);
		return 0;
	}
	ZSTD_initDStream(un->dec.state);
	un->lost = false;
	/* The beginning of the record that was cut off is of no use any more. */
	pd_damage(pd, IR_DAMAGE_CORRUPT_BYTES, un->out_len - un->out_pos);
	un->out_pos = un->out_len = 0;
	return 0;
}

/* Pass over unpacked bytes that make no sense. */
static void skip_to_frame(struct perfdata *pd)
{
	struct pd_unpack *un = &pd->unpack;
	size_t len = un->out_len - un->out_pos, at;

	at = pd_find_record(un->out + un->out_pos, len, 1, pd->big);
	pd_damage(pd, IR_DAMAGE_CORRUPT_BYTES, at);
	un->out_pos += at;
	pd->gap = true;
}

const unsigned char *pd_unpack_record(struct perfdata *pd, uint32_t *size)
{
	struct pd_unpack *un = &pd->unpack;

	while (un->out_len - un->out_pos >= PD_RECORD_HEADER) {
		const unsigned char *rec = un->out + un->out_pos;

		if (!pd_known_record(rec, pd->big)) {
			skip_to_frame(pd);
			continue;
		}
		*size = ir_load16(rec + 6, pd->big);
		if (*size > un->out_len - un->out_pos)
			return NULL;
		un->out_pos += *size;
		return rec;
	}
	return NULL;
}

bool pd_unpack_more(struct perfdata *pd)
{
	struct pd_unpack *un = &pd->unpack;
	ZSTD_inBuffer in = { un->in, un->in_len, un->in_pos };
	ZSTD_outBuffer out = { un->out, OUT_ROOM, 0 };
	size_t ret;

	if (un->in_pos == un->in_len && !un->more)
		return false;
	out.pos = un->out_len - un->out_pos;
	if (un->out_pos)
		memmove(un->out, un->out + un->out_pos, out.pos);
	un->out_pos = 0;
	un->out_len = out.pos;
	ret = ZSTD_decompressStream(un->dec.state, &out, &in);
	if (ZSTD_isError(ret)) {
		if (ZSTD_getErrorCode(ret) == ZSTD_error_memory_allocation)
			ir_file_fail(pd->file, -ENOMEM);
		lose_frame(pd);
		return true;
	}
	if (in.pos == un->in_pos && out.pos == un->out_len && in.pos < in.size) {
		lose_frame(pd);	/* cannot be, but must end */
		return true;
	}
	un->more = out.pos == out.size;
	un->in_pos = in.pos;
	un->out_len = out.pos;
	return true;
}

void pd_unpack_end(struct perfdata *pd)
{
	struct pd_unpack *un = &pd->unpack;
	size_t left = un->out_len - un->out_pos;

	un->out_pos = un->out_len;
	if (!left)
		return;
	if (!pd->cut)
		pd_damage(pd, IR_DAMAGE_CORRUPT_BYTES, left);
	pd->gap = true;
}
