// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads forward through a file or memory; reading beyond the end sets .failed. */
#include "base/cursor.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"

#define WINDOW 65536
#define MAX_TAKE (UINT32_C(16) << 20)

void ir_cursor_file(struct ir_cursor *cur, struct ir_file *file, uint64_t pos, uint64_t end,
		    bool big)
{
	memset(cur, 0, sizeof(*cur));
	cur->file = file;
	cur->pos = pos;
	cur->end = end;
	cur->big = big;
	cur->failed = pos > end;
}

void ir_cursor_memory(struct ir_cursor *cur, unsigned char *data, size_t len, bool big)
{
	memset(cur, 0, sizeof(*cur));
	cur->window = data;
	cur->window_len = len;
	cur->end = len;
	cur->big = big;
}

void ir_cursor_release(struct ir_cursor *cur)
{
	if (cur->file)
		free(cur->window);
	cur->window = NULL;
	cur->window_len = 0;
}

/* Have at least @len bytes of the file from ->pos on in the window. */
static bool fill_window(struct ir_cursor *cur, size_t len)
{
	size_t want = len > WINDOW ? len : WINDOW;
	ssize_t got;

	if (cur->window_size < want) {
		unsigned char *window = realloc(cur->window, want);

		if (!window) {
			ir_file_fail(cur->file, -ENOMEM);
			return false;
		}
		cur->window = window;
		cur->window_size = want;
	}
	if (want > cur->end - cur->pos)
		want = (size_t)(cur->end - cur->pos);
	got = ir_file_read(cur->file, cur->pos, cur->window, want);
	cur->window_pos = cur->pos;
	cur->window_len = got > 0 ? (size_t)got : 0;
	return cur->window_len >= len;
}

static const unsigned char *peek(struct ir_cursor *cur, uint64_t len)
{
	uint64_t in_window;

	if (cur->failed || len > cur->end - cur->pos || len > MAX_TAKE) {
		cur->failed = true;
		return NULL;
	}
	in_window = cur->pos - cur->window_pos;
	if (cur->pos < cur->window_pos || in_window > cur->window_len ||
	    cur->window_len - in_window < len) {
		if (!cur->file || !fill_window(cur, (size_t)len)) {
			cur->failed = true;
			return NULL;
		}
		in_window = 0;
	}
	return cur->window + in_window;
}

const unsigned char *ir_cursor_take_more(struct ir_cursor *cur, uint64_t len)
{
	const unsigned char *p = peek(cur, len);

	if (p)
		cur->pos += len;
	return p;
}

void ir_cursor_skip(struct ir_cursor *cur, uint64_t len)
{
	if (len > ir_cursor_left(cur))
		cur->failed = true;
	else
		cur->pos += len;
}

const char *ir_cursor_string(struct ir_cursor *cur, size_t max)
{
	const unsigned char *p, *end;

	if (max > ir_cursor_left(cur))
		max = (size_t)ir_cursor_left(cur);
	p = peek(cur, max);
	end = p ? memchr(p, '\0', max) : NULL;
	if (!end) {
		cur->failed = true;
		return NULL;
	}
	cur->pos += (uint64_t)(end - p) + 1;
	return (const char *)p;
}

uint16_t ir_cursor_u16(struct ir_cursor *cur)
{
	const unsigned char *p = ir_cursor_take(cur, 2);

	return p ? ir_load16(p, cur->big) : 0;
}

uint32_t ir_cursor_u32(struct ir_cursor *cur)
{
	const unsigned char *p = ir_cursor_take(cur, 4);

	return p ? ir_load32(p, cur->big) : 0;
}

uint64_t ir_cursor_u64(struct ir_cursor *cur)
{
	const unsigned char *p = ir_cursor_take(cur, 8);

	return p ? ir_load64(p, cur->big) : 0;
}
