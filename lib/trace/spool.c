// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An operation is a head of fixed size and up to eight numbers of 0 to 8 bytes
 * each, whose lengths are in the head.  Numbers are differences from the
 * operation before, as far as that makes them small: some 20 bytes together.
 */
#include "trace/spool.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trace/temp.h"

#define CHUNK	(UINT64_C(1) << 20)	/* written to and read from the file at once */

struct head {
	uint32_t lengths;	/* four bits for each number */
	uint16_t cpu;
	uint8_t kind;
	uint8_t flags;
};

#define NUMBERS		8
/* A number is stored and loaded as 8 bytes, of which its length counts. */
#define MAX_ENCODED	(sizeof(struct head) + (NUMBERS + 1) * 8)

struct ir_spool {
	unsigned char *buf;
	size_t room;
	size_t used;		/* bytes in buf */
	size_t at;		/* next one to read */
	size_t memory;
	int fd;			/* -1: all is in buf */
	uint64_t size, pos;	/* of the file, and where reading is */
	bool complete;		/* all of it has been written */
	struct ir_op last;
};

struct ir_spool *ir_spool_new(size_t memory)
{
	struct ir_spool *sp = calloc(1, sizeof(*sp));

	if (sp) {
		sp->memory = memory;
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

/* Small differences of either sign become small numbers. */
static inline uint64_t zigzag(uint64_t diff)
{
	return diff << 1 ^ (uint64_t)((int64_t)diff >> 63);
}

static inline uint64_t unzigzag(uint64_t number)
{
	return number >> 1 ^ -(number & 1);
}

/* Addresses are mostly those of pages: their low bits go to the top. */
static inline uint64_t page_first(uint64_t addr)
{
	return addr >> IR_PAGE_SHIFT | addr << (64 - IR_PAGE_SHIFT);
}

static inline uint64_t page_last(uint64_t addr)
{
	return addr << IR_PAGE_SHIFT | addr >> (64 - IR_PAGE_SHIFT);
}

static inline uint64_t pair(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

/* How many pieces, and how long the first, mostly says the kind. */
static inline uint64_t pieces(uint8_t kind, uint32_t segments, uint32_t seg_pages, uint32_t pages)
{
	return kind == IR_OP_MAP ? pair(segments ^ 1, seg_pages ^ pages) : pair(segments, seg_pages);
}

static size_t encode(struct ir_op *last, unsigned char *to, const struct ir_op *op)
{
	struct head head = { .cpu = op->cpu, .kind = op->kind, .flags = op->flags };
	const uint64_t numbers[NUMBERS] = {
		op->time_ns - last->time_ns,
		zigzag(page_first(op->iova) - page_first(last->iova)),
		op->mapping,
		page_first(op->paddr),
		op->sync_ns,
		pair(op->site, op->rpcit_ns),
		pair(op->device, op->pages) ^ pair(last->device, last->pages),
		pieces(op->kind, op->segments, op->seg_pages, op->pages),
	};
	unsigned char *at = to + sizeof(head);

	for (unsigned int i = 0; i < NUMBERS; i++) {
		uint64_t number = htole64(numbers[i]);
		unsigned int len;

		if (!number)
			continue;
		len = 8 - (unsigned int)__builtin_clzll(numbers[i]) / 8;
		memcpy(at, &number, sizeof(number));
		at += len;
		head.lengths |= len << 4 * i;
	}
	memcpy(to, &head, sizeof(head));
	*last = *op;
	return (size_t)(at - to);
}

static size_t decode(struct ir_op *op, const unsigned char *from, struct ir_op *last)
{
	static const uint64_t masks[16] = {	/* the bytes that count, by length */
		0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff,
		0xffffffffffffff, 0xffffffffffffffff,
	};
	const unsigned char *at = from + sizeof(struct head);
	uint64_t numbers[NUMBERS], rest;
	struct head head;

	memcpy(&head, from, sizeof(head));
	/* Without a branch: which numbers there are varies. */
	for (unsigned int i = 0; i < NUMBERS; i++) {
		unsigned int len = head.lengths >> 4 * i & 15;

		memcpy(&numbers[i], at, sizeof(numbers[i]));
		numbers[i] = le64toh(numbers[i]) & masks[len];
		at += len;
	}
	last->time_ns += numbers[0];
	last->iova = page_last(page_first(last->iova) + unzigzag(numbers[1]));
	last->mapping = (uint32_t)numbers[2];
	last->paddr = page_last(numbers[3]);
	last->sync_ns = (uint32_t)numbers[4];
	last->rpcit_ns = (uint32_t)numbers[5];
	last->site = (uint32_t)(numbers[5] >> 32);
	last->device ^= (uint16_t)(numbers[6] >> 32);
	last->pages ^= (uint32_t)numbers[6];
	rest = pieces(head.kind, (uint32_t)(numbers[7] >> 32), (uint32_t)numbers[7], last->pages);
	last->segments = (uint32_t)(rest >> 32);
	last->seg_pages = (uint32_t)rest;
	last->cpu = head.cpu;
	last->kind = head.kind;
	last->flags = head.flags;
	*op = *last;
	return (size_t)(at - from);
}

static int resize(struct ir_spool *sp, size_t room)
{
	unsigned char *buf = realloc(sp->buf, room);

	if (!buf)
		return -ENOMEM;
	sp->buf = buf;
	sp->room = room;
	return 0;
}

static int write_out(struct ir_spool *sp)
{
	int rc = ir_temp_write(sp->fd, sp->buf, sp->used);

	sp->size += sp->used;
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
		return resize(sp, sp->room ? sp->room * 2 : CHUNK);
	sp->fd = ir_temp_open();
	if (sp->fd < 0)
		return sp->fd;
	rc = write_out(sp);
	return rc ? rc : resize(sp, CHUNK);
}

int ir_spool_add(struct ir_spool *sp, const struct ir_op *op)
{
	if (sp->room - sp->used < MAX_ENCODED) {
		int rc = make_room(sp);

		if (rc)
			return rc;
	}
	sp->used += encode(&sp->last, sp->buf + sp->used, op);
	return 0;
}

int ir_spool_rewind(struct ir_spool *sp)
{
	int rc = 0;

	sp->last = (struct ir_op){ 0 };
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
	size_t left = sp->used - sp->at, want = sp->room - left - sizeof(uint64_t);

	memmove(sp->buf, sp->buf + sp->at, left);
	sp->at = 0;
	sp->used = left;
	if (want > sp->size - sp->pos)
		want = (size_t)(sp->size - sp->pos);
	while (want) {
		ssize_t n = pread(sp->fd, sp->buf + sp->used, want, (off_t)sp->pos);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		sp->used += (size_t)n;
		sp->pos += (uint64_t)n;
		want -= (size_t)n;
	}
	return 0;
}

ssize_t ir_spool_read(struct ir_spool *sp, struct ir_op *ops, size_t max)
{
	size_t n;

	for (n = 0; n < max; n++) {
		if (sp->used - sp->at < MAX_ENCODED && sp->pos < sp->size) {
			int rc = fill(sp);

			if (rc)
				return rc;
		}
		if (sp->at == sp->used)
			break;
		sp->at += decode(&ops[n], sp->buf + sp->at, &sp->last);
	}
	return (ssize_t)n;
}
