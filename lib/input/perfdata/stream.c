// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf.data: from record to record.  Each begins with its type and size.  If these are
 * invalid, the next valid ones are searched for; the bytes in between are counted, and a
 * marker in the events shows that some may be missing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "input/perfdata/priv.h"
#include "events/tasks.h"

/* PERF_RECORD_COMM, include/uapi/linux/perf_event.h: header, process, thread, name. */
#define COMM_TID	12u
#define COMM_NAME	16u

#define SEARCH_STEP	65536u
#define SEARCH_BLOCK	(4 * SEARCH_STEP)	/* three whole records behind a step */
#define COMPRESSED2_HEAD	16u		/* header and size of the data */
#define COMPRESSED2_MAX		65519u		/* PERF_SAMPLE_MAX_SIZE less head and 1 */

/* A read that did not get what is there: the file became shorter, or an error. */
static int read_failed(struct perfdata *pd)
{
	unsigned char byte;
	ssize_t got = ir_file_read(pd->file, pd->cur.pos, &byte, 1);

	if (got < 0)
		return (int)got;
	pd_damage(pd, IR_DAMAGE_TRUNCATED, pd->cur.end - pd->cur.pos);
	pd->cut = true;
	pd->cur.pos = pd->cur.end;
	return 0;
}

static void skip_corrupt(struct perfdata *pd, uint64_t bytes)
{
	pd_damage(pd, IR_DAMAGE_CORRUPT_BYTES, bytes);
	pd->cur.pos += bytes;
	pd->gap = true;
}

/* To the next record behind cur.pos; 0 or -errno. */
static int skip_to_record(struct perfdata *pd)
{
	unsigned char *buf = malloc(SEARCH_BLOCK);
	size_t from = 1, at, step;
	ssize_t len;

	if (!buf)
		return -ENOMEM;
	do {
		uint64_t left = pd->cur.end - pd->cur.pos;

		len = ir_file_read(pd->file, pd->cur.pos, buf,
				   left < SEARCH_BLOCK ? (size_t)left : SEARCH_BLOCK);
		if (len <= 0)
			break;
		step = (size_t)len < left ? SEARCH_STEP : (size_t)len;
		at = pd_find_record(buf, (size_t)len, from, pd->big);
		from = 0;
		skip_corrupt(pd, at < step ? at : step);
	} while (at >= step && pd->cur.pos < pd->cur.end);
	free(buf);
	if (len < 0)
		return (int)len;
	return len ? 0 : read_failed(pd);
}

/*
 * The whole size of a COMPRESSED2 record, and that of its data.  The size in the
 * header is rounded up to 8 and has 16 bits only; perf of Linux 6.16 lets it
 * overflow, and does not pad the record then: record__pushfn() of
 * tools/perf/builtin-record.c.  If its data was more than one record holds, the
 * first one has the size of all of them together, and of the others only the size in
 * the header is valid.
 */
static uint32_t compressed2_sizes(uint32_t size, uint64_t stated, uint32_t *data)
{
	uint64_t padded = (COMPRESSED2_HEAD + stated + 7) & ~UINT64_C(7);
	bool fits = stated && stated < UINT32_MAX;

	if (fits && padded == size) {
		*data = (uint32_t)stated;
		return size;
	}
	if (fits && padded > UINT16_MAX && (padded & UINT16_MAX) == size) {
		*data = stated < COMPRESSED2_MAX ? (uint32_t)stated : COMPRESSED2_MAX;
		return COMPRESSED2_HEAD + *data;
	}
	*data = size > COMPRESSED2_HEAD ? size - COMPRESSED2_HEAD : 0;
	return size;
}

static int begin_compressed(struct perfdata *pd, const unsigned char *data, uint32_t len)
{
	pd->zstd = true;
	return pd_unpack_begin(pd, data, len);
}

static int handle_attr(struct perfdata *pd, const unsigned char *rec, uint32_t size)
{
	uint32_t len = size >= 16 ? ir_load32(rec + 12, pd->big) : 0;
	int ret = -EBADMSG, attr;

	if (len && len <= size - PD_RECORD_HEADER) {
		rec += PD_RECORD_HEADER;
		size -= PD_RECORD_HEADER + len;
		attr = pd_attr_add(pd, rec, len);
		ret = attr < 0 ? attr : 0;
		for (rec += len; !ret && size >= 8; rec += 8, size -= 8)
			ret = pd_attr_id(pd, (uint32_t)attr, ir_load64(rec, pd->big));
	}
	if (ret && ret != -ENOMEM) {
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
		ret = 0;
	}
	return ret;
}

/* The header features that perf writes into a pipe. */
static int handle_feature(struct perfdata *pd, const unsigned char *rec, uint32_t size)
{
	unsigned char copy[1024];	/* useful ones are short; a cursor needs them writable */
	struct ir_cursor cur;

	if (size < 16)
		return 0;
	size -= 16;
	if (size > sizeof(copy))
		size = sizeof(copy);
	memcpy(copy, rec + 16, size);
	ir_cursor_memory(&cur, copy, size, pd->big);
	return pd_feature(pd, ir_load64(rec + 8, pd->big), &cur);
}

/* Records whose data follows them, being too much for their 16-bit size. */
static int skip_following(struct perfdata *pd, uint64_t len)
{
	if (len <= ir_cursor_left(&pd->cur)) {
		ir_cursor_skip(&pd->cur, len);
		return 0;
	}
	if (pd->cur.end == pd->size && len - ir_cursor_left(&pd->cur) <= PD_MAX_PROMISE) {
		pd_damage(pd, IR_DAMAGE_TRUNCATED, len - ir_cursor_left(&pd->cur));
		pd->cut = true;
		pd->cur.pos = pd->cur.end;
		return 0;
	}
	pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);	/* no such size: find the next record */
	return 0;
}

static int handle_tracing(struct perfdata *pd, uint64_t stated)
{
	uint64_t used = 0, start = pd->cur.pos;
	int ret = 0;

	if (!pd->has_formats) {
		ret = pd_read_tracing(pd, start, pd->cur.end, &used);
		if (ret == -ENOMEM)
			return ret;
	}
	/* A record that could be read to its last byte has the right size. */
	if (!ret && used && ((used + 7) & ~UINT64_C(7)) != stated) {
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
		stated = (used + 7) & ~UINT64_C(7);
	} else if (ret && stated <= ir_cursor_left(&pd->cur)) {
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
	}
	return skip_following(pd, stated);
}

/* Records that may also be in a compressed one. */
static int handle_plain(struct perfdata *pd, const unsigned char *rec, uint32_t size)
{
	size_t used;

	switch (ir_load32(rec, pd->big)) {
	case PD_RECORD_SAMPLE:
		return pd_samples(pd, rec, size, &used);
	case PD_RECORD_LOST:
		return pd_lost(pd, rec, size);
	case PD_RECORD_EXIT:
		pd_exit(pd, rec, size);
		return 0;
	case PD_RECORD_LOST_SAMPLES:
		return pd_lost_samples(pd, rec, size);
	case PD_RECORD_FINISHED_ROUND:
		pd->rounds++;
		return pd_queue_round(&pd->queue);
	case PD_RECORD_COMM:
		if (pd->rd->tasks && size > COMM_NAME)
			ir_tasks_add(pd->rd->tasks, ir_load32(rec + COMM_TID, pd->big),
				     (const char *)rec + COMM_NAME, size - COMM_NAME);
		return 0;
	case PD_RECORD_MMAP:
	case PD_RECORD_MMAP2:
		if (pd->rd->chains)
			pd_mmap(pd, rec, size);
		return 0;
	default:
		return 0;
	}
}

/* @rec is in the cursor's window: nothing is read before it has been used. */
static int handle_record(struct perfdata *pd, const unsigned char *rec, uint32_t size, uint32_t data)
{
	pd->last_type = ir_load32(rec, pd->big);
	switch (pd->last_type) {
	case PD_RECORD_COMPRESSED:
		return begin_compressed(pd, rec + PD_RECORD_HEADER, data);
	case PD_RECORD_COMPRESSED2:
		return begin_compressed(pd, rec + COMPRESSED2_HEAD, data);
	case PD_RECORD_AUXTRACE:
		return size >= 16 ? skip_following(pd, ir_load64(rec + 8, pd->big)) : 0;
	case PD_RECORD_HEADER_TRACING_DATA:
		return pd->pipe && size >= 12 ? handle_tracing(pd, ir_load32(rec + 8, pd->big)) : 0;
	case PD_RECORD_HEADER_ATTR:
		return pd->pipe ? handle_attr(pd, rec, size) : 0;
	case PD_RECORD_HEADER_BUILD_ID:
		if (pd->rd->chains)
			pd_build_id(pd, rec, size);
		return 0;
	case PD_RECORD_HEADER_FEATURE:
		return pd->pipe ? handle_feature(pd, rec, size) : 0;
	default:
		return handle_plain(pd, rec, size);
	}
}

/*
 * The file ends within a record, @missing bytes early; what is there of compressed
 * data, @data bytes if it were all there, can be used.
 */
static int handle_cut(struct perfdata *pd, uint32_t type, uint64_t missing, uint32_t data)
{
	uint64_t left = ir_cursor_left(&pd->cur);
	const unsigned char *rec;
	uint32_t head, have;
	int ret;

	if (pd->pipe)	/* a file's header had it already */
		pd_damage(pd, IR_DAMAGE_TRUNCATED, missing);
	pd->cut = true;
	pd->last_type = 0;
	head = type == PD_RECORD_COMPRESSED ? PD_RECORD_HEADER : COMPRESSED2_HEAD;
	if ((type != PD_RECORD_COMPRESSED && type != PD_RECORD_COMPRESSED2) || left <= head) {
		pd->cur.pos = pd->cur.end;
		return 1;
	}
	rec = ir_cursor_take(&pd->cur, left);
	if (!rec)
		return read_failed(pd);
	have = (uint32_t)left - head;
	ret = begin_compressed(pd, rec + head, have < data ? have : data);
	return ret ? ret : 1;
}

/* One more record of the file: 1, 0 at the end, -errno. */
static int next_record(struct perfdata *pd)
{
	struct ir_cursor *cur = &pd->cur;
	const unsigned char *rec;
	uint32_t type, size, data = 0;
	uint64_t left = ir_cursor_left(cur), start = cur->pos;
	int ret;

	if (!left)
		return 0;
	if (left < PD_RECORD_HEADER) {
		if (!pd->cut && !pd->pipe)
			pd_damage(pd, IR_DAMAGE_CORRUPT_BYTES, left);
		return handle_cut(pd, 0, PD_RECORD_HEADER - left, 0);
	}
	rec = ir_cursor_take(cur, PD_RECORD_HEADER);
	if (!rec)
		return read_failed(pd);
	type = ir_load32(rec, pd->big);
	size = ir_load16(rec + 6, pd->big);
	ret = pd_known_record(rec, pd->big);
	cur->pos = start;
	if (type == PD_RECORD_COMPRESSED && size > PD_RECORD_HEADER)
		data = size - PD_RECORD_HEADER;
	if (ret && type == PD_RECORD_COMPRESSED2 && left >= COMPRESSED2_HEAD) {
		rec = ir_cursor_take(cur, COMPRESSED2_HEAD);
		if (!rec)
			return read_failed(pd);
		cur->pos = start;
		size = compressed2_sizes(size, ir_load64(rec + 8, pd->big), &data);
	}
	if (ret && size > left && cur->end == pd->size && size - left < UINT16_MAX)
		return handle_cut(pd, type, size - left, data);
	if (!ret || size < PD_RECORD_HEADER || size > left) {
		ret = skip_to_record(pd);
		return ret ? ret : 1;
	}
	rec = ir_cursor_take(cur, size);
	if (!rec)
		return read_failed(pd);
	ret = handle_record(pd, rec, size, data);
	return ret ? ret : 1;
}

/*
 * Nearly all records are samples: those that were read already go by this short
 * way, until something else comes.  1 if there were any, 0, -errno.
 */
static int next_samples(struct perfdata *pd)
{
	struct pd_unpack *un = &pd->unpack;
	const unsigned char *data = un->out;
	size_t len, used;
	int ret;

	if (!pd->samples)	/* opening ends with the first one */
		return 0;
	if (pd->zstd) {
		len = un->out_len - un->out_pos;
		data = len ? data + un->out_pos : NULL;
	} else {
		data = ir_cursor_at_hand(&pd->cur, &len);
	}
	if (!data)
		return 0;
	ret = pd_samples(pd, data, len, &used);
	if (pd->zstd) {
		un->out_pos += used;
	} else if (used) {
		pd->cur.pos += used;
		pd->last_type = PD_RECORD_SAMPLE;
	}
	return ret ? ret : used > 0;
}

int pd_pump(struct perfdata *pd)
{
	const unsigned char *rec;
	uint32_t size;
	int ret;

	if (pd->gap) {
		ret = pd_mark_gap(pd);
		if (ret)
			return ret;
	}
	ret = next_samples(pd);
	if (ret)
		return ret;
	if (!pd->zstd)
		return next_record(pd);
	rec = pd_unpack_record(pd, &size);
	if (rec) {
		ret = handle_plain(pd, rec, size);
		return ret ? ret : 1;
	}
	return pd_unpack_more(pd) ? 1 : next_record(pd);
}
