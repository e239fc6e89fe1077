// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An operation is three words of 64 bits, and more for what few of them have:
 * mostly 24 or 32 bytes.  One whose times or addresses are too far apart for
 * that is stored as it is, behind a word that says so.
 */
#include "trace/spool.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace/temp.h"

#define CHUNK	(UINT64_C(256) << 10)	/* written to and read from the file at once */

/* What comes behind the three words, in this order; or instead of them. */
enum {
	HAS_TIMES	= 1 << 0,	/* sync_ns, rpcit_ns */
	HAS_REST	= 1 << 1,	/* struct rest */
	WHOLE		= 1 << 2,
	FORM_BITS	= 3
};

struct usual {
	uint32_t time;		/* since the operation before; below it are FORM_BITS of the above */
	uint32_t iova;		/* number of its page, from that of the operation before */
	uint32_t paddr;		/* number of its page */
	uint32_t mapping;
	uint16_t cpu, device;
	uint8_t kind, flags;
	uint16_t pages;
};

struct rest {
	uint32_t pages, seg_pages, segments, site;
};

#define WORDS(type)	((sizeof(type) + 7) / 8)
#define MAX_WORDS	(1 + WORDS(struct ir_op))
#define HALF		(UINT32_C(1) << 31)	/* added to differences: they have no sign then */

struct ir_spool {
	uint64_t *buf;
	size_t room;		/* words in buf */
	size_t used;		/* of these */
	size_t at;		/* next one to read */
	size_t memory;		/* words */
	int fd;			/* -1: all is in buf */
	uint64_t size, pos;	/* of the file, and where reading is; bytes */
	bool complete;		/* all of it has been written */
	uint64_t time_ns;	/* of the operation before */
	uint64_t iova;
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

/* Of a mapping of one piece, and of what has none. */
static inline bool has_rest(const struct ir_op *op)
{
	uint32_t map = op->kind == IR_OP_MAP;

	return (op->segments ^ map) | (op->seg_pages ^ (map ? op->pages : 0)) | op->site |
		op->pages >> 16;
}

static size_t encode_whole(uint64_t *to, const struct ir_op *op)
{
	const struct usual usual = { .time = WHOLE };

	memcpy(to, &usual, sizeof(usual));
	memcpy(to + 1, op, sizeof(*op));	/* only the first of these words stays */
	return MAX_WORDS;
}

/* Returns how many words that is. */
static inline size_t encode(const struct ir_spool *sp, uint64_t *to, const struct ir_op *op)
{
	uint64_t time = op->time_ns - sp->time_ns, paddr = page_number(op->paddr);
	uint64_t iova = page_number(op->iova) - page_number(sp->iova) + HALF;
	struct usual usual = {
		.time = (uint32_t)time << FORM_BITS,
		.iova = (uint32_t)iova, .paddr = (uint32_t)paddr, .mapping = op->mapping,
		.cpu = op->cpu, .device = op->device, .kind = op->kind, .flags = op->flags,
		.pages = (uint16_t)op->pages,
	};
	uint64_t *at = to + WORDS(usual);

	if ((iova | paddr | time << FORM_BITS | time) >> 32)
		return encode_whole(to, op);
	if (op->sync_ns | op->rpcit_ns) {
		usual.time |= HAS_TIMES;
		*at++ = (uint64_t)op->rpcit_ns << 32 | op->sync_ns;
	}
	if (has_rest(op)) {
		const struct rest rest = { op->pages, op->seg_pages, op->segments, op->site };

		usual.time |= HAS_REST;
		memcpy(at, &rest, sizeof(rest));
		at += WORDS(rest);
	}
	memcpy(to, &usual, sizeof(usual));
	return (size_t)(at - to);
}

static inline size_t decode(const struct ir_spool *sp, struct ir_op *op, const uint64_t *from)
{
	const uint64_t *at = from + WORDS(struct usual);
	struct usual usual;
	uint32_t map;

	memcpy(&usual, from, sizeof(usual));
	if (usual.time & WHOLE) {
		memcpy(op, from + 1, sizeof(*op));
		return MAX_WORDS;
	}
	map = usual.kind == IR_OP_MAP;
	*op = (struct ir_op){
		.time_ns = sp->time_ns + (usual.time >> FORM_BITS),
		.iova = page_address(page_number(sp->iova) + usual.iova - HALF),
		.paddr = (uint64_t)usual.paddr << IR_PAGE_SHIFT,
		.pages = usual.pages, .seg_pages = map ? usual.pages : 0, .segments = map,
		.mapping = usual.mapping, .cpu = usual.cpu, .device = usual.device,
		.kind = usual.kind, .flags = usual.flags,
	};
	if (usual.time & HAS_TIMES) {
		op->sync_ns = (uint32_t)*at;
		op->rpcit_ns = (uint32_t)(*at++ >> 32);
	}
	if (usual.time & HAS_REST) {
		struct rest rest;

		memcpy(&rest, at, sizeof(rest));
		op->pages = rest.pages;
		op->seg_pages = rest.seg_pages;
		op->segments = rest.segments;
		op->site = rest.site;
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

int ir_spool_add(struct ir_spool *sp, const struct ir_op *op)
{
	if (sp->room - sp->used < MAX_WORDS) {
		int rc = make_room(sp);

		if (rc)
			return rc;
	}
	sp->used += encode(sp, sp->buf + sp->used, op);
	sp->time_ns = op->time_ns;
	sp->iova = op->iova;
	return 0;
}

int ir_spool_rewind(struct ir_spool *sp)
{
	int rc = 0;

	sp->time_ns = sp->iova = 0;
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
static int fill(struct ir_spool *sp)
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

ssize_t ir_spool_read(struct ir_spool *sp, struct ir_op *ops, size_t max)
{
	size_t n;

	for (n = 0; n < max; n++) {
		if (sp->used - sp->at < MAX_WORDS && sp->pos < sp->size) {
			int rc = fill(sp);

			if (rc)
				return rc;
		}
		if (sp->at == sp->used)
			break;
		sp->at += decode(sp, &ops[n], sp->buf + sp->at);
		sp->time_ns = ops[n].time_ns;
		sp->iova = ops[n].iova;
	}
	return (ssize_t)n;
}
