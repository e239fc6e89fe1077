// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stores an operation in three words of 64 bits, and more for members that few operations
 * have: mostly 24 or 32 bytes.  If its times or addresses are too far apart for that, a
 * marker word and the whole struct are stored.
 */
#include "recording/spool.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/temp.h"

#define CHUNK	(UINT64_C(256) << 10)	/* written to and read from the file at once */

/* The parts behind the three words, in this order, or instead of them. */
enum {
	HAS_TIMES	= 1 << 0,	/* sync_ns, rpcit_ns */
	HAS_REST	= 1 << 1,	/* struct rest: what few operations have */
	WHOLE		= 1 << 2,
	FORM_BITS	= 3
};

struct rest {
	uint32_t pages, seg_pages, segments, site, retry_ns;
};

#define WORDS(type)	((sizeof(type) + 7) / 8)
#define USUAL_WORDS	3
#define MAX_WORDS	(1 + WORDS(struct ir_op))
#define HALF		(UINT32_C(1) << 31)	/* added to differences: they have no sign then */

/* The operation before. */
struct before {
	uint64_t time_ns;
	uint64_t iova;		/* number of its page */
};

struct ir_spool {
	uint64_t *buf;
	size_t room;		/* words in buf */
	size_t used;		/* of these */
	size_t full;		/* with so many used there may be no room for another operation */
	size_t at;		/* next one to read */
	size_t memory;		/* words */
	int fd;			/* -1: all is in buf */
	uint64_t size, pos;	/* of the file, and where reading is; bytes */
	bool complete;		/* all of it has been written */
	struct before before;
};

struct ir_spool *ir_spool_new(size_t memory)
{
	struct ir_spool *sp = calloc(1, sizeof(*sp));

	if (sp) {
		sp->memory = memory / sizeof(*sp->buf);
		sp->fd = -1;
	}
	return sp;
}

void ir_spool_free(struct ir_spool *sp)
{
	if (!sp)
		return;
	if (sp->fd >= 0)
		close(sp->fd);
	free(sp->buf);
	free(sp);
}

/* The number of a page; what is no page's address becomes a very large one. */
static inline uint64_t page_number(uint64_t addr)
{
	return addr >> IR_PAGE_SHIFT | addr << (64 - IR_PAGE_SHIFT);
}

static inline uint64_t page_address(uint64_t number)
{
	return number << IR_PAGE_SHIFT | number >> (64 - IR_PAGE_SHIFT);
}

/* Not of a mapping of one piece, and of what has none. */
static inline bool has_rest(const struct ir_op *op)
{
	if (op->site || op->retry_ns || op->pages > UINT16_MAX)
		return true;
	if (op->kind == IR_OP_MAP)
		return op->segments != 1 || op->seg_pages != op->pages;
	return op->segments || op->seg_pages;
}

static size_t encode_whole(uint64_t *to, const struct ir_op *op)
{
	to[0] = WHOLE;
	memcpy(to + 1, op, sizeof(*op));
	return MAX_WORDS;
}

/*
 * Returns how many words that is.  The first three are, from the lowest bit:
 *
 *	FORM_BITS of the above, time since the operation before; its page's number
 *	from that of the operation before (32)
 *	number of the physical page (32), mapping (32)
 *	cpu (16), device (16), kind (8), flags (8), pages (16)
 *
 * Members that are neighbours in struct ir_op are neighbours here: the compiler moves them at once.
 */
static inline size_t encode(const struct before *before, uint64_t *to, const struct ir_op *op)
{
	uint64_t time = op->time_ns - before->time_ns, paddr = page_number(op->paddr);
	uint64_t iova = page_number(op->iova) - before->iova + HALF;
	uint64_t *at = to + USUAL_WORDS, form = 0;

	if ((iova | paddr | time << FORM_BITS | time) >> 32)
		return encode_whole(to, op);
	if (op->sync_ns | op->rpcit_ns) {
		form |= HAS_TIMES;
		*at++ = (uint64_t)op->rpcit_ns << 32 | op->sync_ns;
	}
	if (has_rest(op)) {
		const struct rest rest = { op->pages, op->seg_pages, op->segments, op->site,
					     op->retry_ns };

		form |= HAS_REST;
		memcpy(at, &rest, sizeof(rest));
		at += WORDS(rest);
	}
	to[0] = iova << 32 | time << FORM_BITS | form;
	to[1] = (uint64_t)op->mapping << 32 | paddr;
	to[2] = (uint64_t)op->pages << 48 | (uint64_t)op->flags << 40 | (uint64_t)op->kind << 32 |
		(uint32_t)op->device << 16 | op->cpu;
	return (size_t)(at - to);
}

static inline size_t decode(const struct before *before, struct ir_op *op, const uint64_t *from)
{
	const uint64_t *at = from + USUAL_WORDS;
	bool map;

	if (from[0] & WHOLE) {
		memcpy(op, from + 1, sizeof(*op));
		return MAX_WORDS;
	}
	map = (uint8_t)(from[2] >> 32) == IR_OP_MAP;
	*op = (struct ir_op){
		.time_ns = before->time_ns + ((uint32_t)from[0] >> FORM_BITS),
		.iova = page_address(before->iova + (from[0] >> 32) - HALF),
		.paddr = (from[1] & UINT32_MAX) << IR_PAGE_SHIFT,
		.mapping = (uint32_t)(from[1] >> 32),
		.cpu = (uint16_t)from[2], .device = (uint16_t)(from[2] >> 16),
		.pages = (uint16_t)(from[2] >> 48), .segments = map,
		.kind = (uint8_t)(from[2] >> 32), .flags = (uint8_t)(from[2] >> 40),
	};
	op->seg_pages = map ? op->pages : 0;
	if (from[0] & HAS_TIMES) {
		op->sync_ns = (uint32_t)*at;
		op->rpcit_ns = (uint32_t)(*at++ >> 32);
	}
	if (from[0] & HAS_REST) {
		struct rest rest;

		memcpy(&rest, at, sizeof(rest));
		op->pages = rest.pages;
		op->seg_pages = rest.seg_pages;
		op->segments = rest.segments;
		op->site = rest.site;
		op->retry_ns = rest.retry_ns;
		at += WORDS(rest);
	}
	return (size_t)(at - from);
}

static int resize(struct ir_spool *sp, size_t room)
{
	uint64_t *buf = realloc(sp->buf, room * sizeof(*buf));

	if (!buf)
		return -ENOMEM;
	sp->buf = buf;
	sp->room = room;
	sp->full = room - MAX_WORDS + 1;
	return 0;
}

static int write_out(struct ir_spool *sp)
{
	size_t bytes = sp->used * sizeof(*sp->buf);
	int rc = ir_temp_write(sp->fd, sp->buf, bytes);

	sp->size += bytes;
	sp->used = 0;
	return rc;
}

/* The buffer is full: a larger one, or the file. */
static int make_room(struct ir_spool *sp)
{
	int rc;

	if (sp->fd >= 0)
		return write_out(sp);
	if (sp->room < sp->memory || !sp->room)
		return resize(sp, sp->room ? sp->room * 2 : CHUNK / sizeof(*sp->buf));
	sp->fd = ir_temp_open();
	if (sp->fd < 0)
		return sp->fd;
	rc = write_out(sp);
	return rc ? rc : resize(sp, CHUNK / sizeof(*sp->buf));
}

int ir_spool_add(struct ir_spool *sp, const struct ir_op *ops, size_t n)
{
	struct before before = sp->before;

	for (size_t i = 0; i < n; i++) {
		if (sp->used >= sp->full) {
			int rc = make_room(sp);

			if (rc)
				return rc;
		}
		sp->used += encode(&before, sp->buf + sp->used, &ops[i]);
		before = (struct before){ ops[i].time_ns, page_number(ops[i].iova) };
	}
	sp->before = before;
	return 0;
}

int ir_spool_rewind(struct ir_spool *sp)
{
	int rc = 0;

	sp->before = (struct before){ 0 };
	sp->at = 0;
	sp->pos = 0;
	if (sp->fd < 0)
		return 0;
	if (!sp->complete)
		rc = write_out(sp);
	sp->complete = true;
	sp->used = 0;
	return rc;
}

/* Have a whole operation in the buffer, if there is one in the file. */
static int read_in(struct ir_spool *sp)
{
	size_t left = sp->used - sp->at;
	uint64_t want = (sp->room - left) * sizeof(*sp->buf), got = 0;

	memmove(sp->buf, sp->buf + sp->at, left * sizeof(*sp->buf));
	if (want > sp->size - sp->pos)
		want = sp->size - sp->pos;
	while (got < want) {
		ssize_t n = pread(sp->fd, (char *)(sp->buf + left) + got, want - got,
				  (off_t)(sp->pos + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		got += (uint64_t)n;
	}
	sp->at = 0;
	sp->used = left + want / sizeof(*sp->buf);
	sp->pos += want;
	return 0;
}

/* The operations that are in the buffer for certain: it may have the beginning of another one. */
static size_t decode_buffered(struct ir_spool *sp, struct ir_op *ops, size_t max)
{
	size_t end = sp->pos < sp->size ? sp->used - MAX_WORDS + 1 : sp->used, n;
	const uint64_t *at = sp->buf + sp->at, *last = sp->buf + end;
	struct before before = sp->before;

	for (n = 0; n < max && at < last; n++) {
		at += decode(&before, &ops[n], at);
		before = (struct before){ ops[n].time_ns, page_number(ops[n].iova) };
	}
	sp->before = before;
	sp->at = (size_t)(at - sp->buf);
	return n;
}

ssize_t ir_spool_read(struct ir_spool *sp, struct ir_op *ops, size_t max)
{
	size_t n = 0;

	while (n < max) {
		if (sp->used - sp->at < MAX_WORDS && sp->pos < sp->size) {
			int rc = read_in(sp);

			if (rc)
				return rc;
		}
		if (sp->at == sp->used)
			break;
		n += decode_buffered(sp, ops + n, max - n);
	}
	return (ssize_t)n;
}
