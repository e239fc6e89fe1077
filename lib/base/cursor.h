/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cursor: reading forward through a part of a recording, which is either in
 * the file or in memory (a decompressed section).  Every read is checked
 * against the end; after the first one that does not fit, ->failed stays set
 * and all further reads give NULL or 0, so that a parser may check once.
 */
#ifndef IR_TRACE_CURSOR_H
#define IR_TRACE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/file.h"

struct ir_cursor {
	struct ir_file *file;		/* NULL: all of it is in window */
	unsigned char *window;
	size_t window_size;		/* allocated, if the cursor reads a file */
	size_t window_len;		/* filled */
	uint64_t window_pos;		/* of the window's first byte */
	uint64_t pos;
	uint64_t end;
	bool big;
	bool failed;
};

/** ir_cursor_file - over bytes @pos to @end of a file; release it afterwards */
void ir_cursor_file(struct ir_cursor *cur, struct ir_file *file, uint64_t pos, uint64_t end,
		    bool big);
/** ir_cursor_memory - over @len bytes, which stay the caller's */
void ir_cursor_memory(struct ir_cursor *cur, unsigned char *data, size_t len, bool big);
void ir_cursor_release(struct ir_cursor *cur);

/* The rest of ir_cursor_take(): the window must be filled, or there is no more. */
const unsigned char *ir_cursor_take_more(struct ir_cursor *cur, uint64_t len);
/**
 * ir_cursor_take - the next @len bytes, in one piece
 *
 * At most 16 MiB.  Valid until the next call; NULL if there are not so many.
 */
static inline const unsigned char *ir_cursor_take(struct ir_cursor *cur, uint64_t len)
{
	uint64_t at = cur->pos - cur->window_pos;	/* huge if before it */

	if (cur->failed || at > cur->window_len || len > cur->window_len - at ||
	    len > cur->end - cur->pos)
		return ir_cursor_take_more(cur, len);
	cur->pos += len;
	return cur->window + at;
}
/** ir_cursor_at_hand - what the next calls give without reading the file: @len bytes, perhaps 0 */
static inline const unsigned char *ir_cursor_at_hand(const struct ir_cursor *cur, size_t *len)
{
	uint64_t at = cur->pos - cur->window_pos, left = cur->end - cur->pos;

	*len = 0;
	if (cur->failed || at >= cur->window_len)
		return NULL;
	*len = cur->window_len - (size_t)at;
	if (*len > left)
		*len = (size_t)left;
	return cur->window + at;
}
/** ir_cursor_skip - pass over @len bytes without reading them */
void ir_cursor_skip(struct ir_cursor *cur, uint64_t len);
/** ir_cursor_string - a terminated string of at most @max bytes; valid as above */
const char *ir_cursor_string(struct ir_cursor *cur, size_t max);

uint16_t ir_cursor_u16(struct ir_cursor *cur);
uint32_t ir_cursor_u32(struct ir_cursor *cur);
uint64_t ir_cursor_u64(struct ir_cursor *cur);

static inline uint64_t ir_cursor_left(const struct ir_cursor *cur)
{
	return cur->failed ? 0 : cur->end - cur->pos;
}

#endif
