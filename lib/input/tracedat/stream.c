// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace.dat: the data of one CPU.  Uncompressed data is read in blocks of whole
 * sub-buffers, compressed data a chunk at a time; what is in memory of a CPU is
 * one such block.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "input/tracedat/priv.h"

#define CHUNK_HEADER 8u
#define MAX_MISSED (UINT64_C(1) << 40)	/* a count beyond this was never counted */

int td_add_instance(struct tracedat *td, uint32_t page_size, const char *clock, bool compressed)
{
	struct td_instance *list, *in;

	if (td->nr_instances == TD_MAX_INSTANCES) {
		td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
		return -E2BIG;
	}
	list = realloc(td->instances, (td->nr_instances + 1) * sizeof(*list));
	if (!list)
		return -ENOMEM;
	td->instances = list;
	in = &list[td->nr_instances];
	memset(in, 0, sizeof(*in));
	in->compressed = compressed;
	in->layout.size = page_size;
	if (clock && *clock) {
		in->clock = strdup(clock);
		if (!in->clock)
			return -ENOMEM;
	}
	return (int)td->nr_instances++;
}

int td_add_stream(struct tracedat *td, uint32_t instance, uint32_t cpu, uint64_t pos,
		  uint64_t size)
{
	struct td_stream *list, *st;
	uint64_t have;

	if (cpu >= td->cpu_count && cpu < TD_MAX_CPUS)
		td->cpu_count = cpu + 1;
	if (!size)
		return 0;
	if (cpu >= TD_MAX_CPUS * 2 || td->nr_streams == TD_MAX_CPUS * 4 ||
	    pos > UINT64_MAX - size) {
		td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
		return 0;
	}
	have = pos < td->size ? td->size - pos : 0;
	td_promise(td, pos + size);
	if (!(td->nr_streams & (td->nr_streams - 1))) {	/* room doubles at each power of two */
		size_t room = td->nr_streams ? td->nr_streams * 2 : 1;

		list = realloc(td->streams, room * sizeof(*list));
		if (!list)
			return -ENOMEM;
		td->streams = list;
	}
	st = &td->streams[td->nr_streams++];
	memset(st, 0, sizeof(*st));
	st->instance = instance;
	st->cpu = cpu;
	st->pos = pos;
	st->end = pos + (have < size ? have : size);
	st->cut = have < size;
	st->compressed = td->instances[instance].compressed;
	return 0;
}

void td_stream_release(struct td_stream *st)
{
	free(st->block);
	st->block = NULL;
}

static void skip_corrupt(struct tracedat *td, struct td_stream *st, uint64_t bytes)
{
	td_damage(td, IR_DAMAGE_CORRUPT_BYTES, bytes);
	st->gap = true;
}

static bool grow_buffer(unsigned char **buf, size_t *size, size_t want)
{
	unsigned char *p;

	if (*size >= want)
		return true;
	p = realloc(*buf, want);
	if (!p)
		return false;
	*buf = p;
	*size = want;
	return true;
}

/* A block of uncompressed data; 1, 0 at the end or a negative errno. */
static int fill_raw(struct tracedat *td, struct td_stream *st, const struct ir_subbuf_layout *lay)
{
	uint64_t left = st->end - st->pos;
	size_t want = td->block > lay->size ? td->block : lay->size;
	ssize_t got;

	if (!left)
		return 0;
	if (want > left)
		want = (size_t)left;
	if (!grow_buffer(&st->block, &st->block_size, want))
		return -ENOMEM;
	got = ir_file_read(td->file, st->pos, st->block, want);
	if (got < 0)
		return (int)got;
	if ((size_t)got < want) {	/* the file became shorter while it was read */
		td_damage(td, IR_DAMAGE_TRUNCATED, left - (size_t)got);
		st->end = st->pos + (size_t)got;
		st->cut = true;
	}
	st->pos += (size_t)got;
	st->block_pos = 0;
	st->block_len = (size_t)got;
	return got > 0;
}

/*
 * Decompress what is in td->packed behind what is left of the block.  The room
 * grows until it suffices: some writers leave the size out.
 */
static int unpack_chunk(struct tracedat *td, struct td_stream *st, size_t in_len, uint32_t plain,
			uint32_t max, size_t *used)
{
	size_t room = plain && plain <= max ? plain : 65536, made;
	int ret;

	for (;;) {
		if (!grow_buffer(&st->block, &st->block_size, st->block_len + room))
			return -ENOMEM;
		ret = ir_decompress(&td->decomp, td->packed, in_len, st->block + st->block_len,
				    st->block_size - st->block_len, used, &made);
		if (ret != -E2BIG || room >= max)
			break;
		room = room * 4 < max ? room * 4 : max;
	}
	if (ret)
		return ret == -ENOMEM ? ret : -EBADMSG;
	if (made != plain)
		ret = 1;
	st->block_len += made;
	return ret;
}

/* Try @len bytes from @pos on as one chunk: 0 intact, 1 but of another size, -errno. */
static int try_chunk(struct tracedat *td, struct td_stream *st, uint64_t pos, size_t len,
		     uint32_t plain, uint32_t max, size_t *used)
{
	ssize_t got;

	if (!grow_buffer(&td->packed, &td->packed_size, len))
		return -ENOMEM;
	got = ir_file_read(td->file, pos, td->packed, len);
	if (got < 0)
		return (int)got;
	if ((size_t)got < len)
		return -EBADMSG;
	return unpack_chunk(td, st, len, plain, max, used);
}

/*
 * The chunk at st->pos.  Its header gives two sizes; if they are wrong the data
 * may still be intact: trace-cmd 3.3.1 wrote zeros on big-endian machines.
 * Returns 1, -EBADMSG for one that cannot be read, or another errno.
 */
static int read_chunk(struct tracedat *td, struct td_stream *st,
		      const struct ir_subbuf_layout *lay, uint32_t *packed)
{
	uint64_t left = st->end - st->pos - CHUNK_HEADER;
	uint32_t max = td_max_chunk(lay), plain;
	unsigned char head[CHUNK_HEADER];
	ssize_t got = ir_file_read(td->file, st->pos, head, sizeof(head));
	size_t len, used = 0;
	int ret = -EBADMSG;

	*packed = 0;
	if (got != (ssize_t)sizeof(head))
		return got < 0 ? (int)got : -EBADMSG;
	*packed = ir_load32(head, td->big);
	plain = ir_load32(head + 4, td->big);
	if (*packed && *packed <= left && *packed <= max)
		ret = try_chunk(td, st, st->pos + CHUNK_HEADER, *packed, plain, max, &used);
	else
		*packed = 0;
	if (ret == -EBADMSG) {
		len = left < max ? (size_t)left : max;
		ret = try_chunk(td, st, st->pos + CHUNK_HEADER, len, plain, max, &used);
	}
	if (ret < 0)
		return ret;
	if (ret || used != *packed)
		td_damage(td, IR_DAMAGE_REPAIRED_CHUNKS, 1);
	st->pos += CHUNK_HEADER + used;
	st->chunks_seen++;
	return 1;
}

uint64_t td_chunk_probe(struct tracedat *td, const struct ir_subbuf_layout *lay, uint64_t pos,
			uint64_t end)
{
	struct td_stream st = { .pos = pos, .end = end };
	uint64_t repaired = td->damage->count[IR_DAMAGE_REPAIRED_CHUNKS];
	uint32_t packed;
	int ret;

	if (pos > end || end - pos <= CHUNK_HEADER)
		return 0;
	ret = read_chunk(td, &st, lay, &packed);
	if (ret == -ENOMEM)
		ir_file_fail(td->file, ret);
	td->damage->count[IR_DAMAGE_REPAIRED_CHUNKS] = repaired;	/* counted when read */
	td_stream_release(&st);
	return ret > 0 ? st.pos - pos : 0;
}

/* Pass over a chunk that does not decompress, if its header leads anywhere. */
static void skip_chunk(struct tracedat *td, struct td_stream *st, uint32_t packed)
{
	uint64_t bytes = st->end - st->pos;

	if (packed && packed <= bytes - CHUNK_HEADER)
		bytes = CHUNK_HEADER + packed;
	else if (st->cut)
		bytes = st->end - st->pos;
	/* The last chunk of a cut file is no bad one, just not all there. */
	if (packed || !st->cut)
		td_damage(td, IR_DAMAGE_BAD_CHUNKS, 1);
	skip_corrupt(td, st, bytes);
	st->pos += bytes;
	st->chunks_seen++;
	/* Half a sub-buffer is of no use without its other half. */
	if (st->block_len > st->block_pos)
		skip_corrupt(td, st, st->block_len - st->block_pos);
	st->block_len = 0;
	st->block_pos = 0;
}

static void begin_chunks(struct tracedat *td, struct td_stream *st)
{
	unsigned char head[4];

	st->begun = true;
	if (st->end - st->pos < sizeof(head) ||
	    ir_file_read(td->file, st->pos, head, sizeof(head)) != (ssize_t)sizeof(head)) {
		st->pos = st->end;
		return;
	}
	st->chunks = ir_load32(head, td->big);
	st->pos += sizeof(head);
}

static void end_chunks(struct tracedat *td, struct td_stream *st)
{
	if (st->pos < st->end)
		skip_corrupt(td, st, st->end - st->pos);
	st->pos = st->end;
	if (st->chunks != st->chunks_seen && !st->cut)
		td_damage(td, IR_DAMAGE_REPAIRED_CHUNKS, 1);
	st->chunks = st->chunks_seen;
}

/* The next chunk, behind what is left of the block: 1, 0 at the end, -errno. */
static int fill_chunk(struct tracedat *td, struct td_stream *st,
		      const struct ir_subbuf_layout *lay)
{
	uint32_t packed;
	int ret;

	if (!st->begun)
		begin_chunks(td, st);
	if (st->block_pos) {
		memmove(st->block, st->block + st->block_pos, st->block_len - st->block_pos);
		st->block_len -= st->block_pos;
		st->block_pos = 0;
	}
	while (st->end - st->pos > CHUNK_HEADER) {
		ret = read_chunk(td, st, lay, &packed);
		if (ret != -EBADMSG)
			return ret;
		skip_chunk(td, st, packed);
	}
	end_chunks(td, st);
	return 0;
}

/*
 * The next sub-buffer in memory: its bytes, up to lay->size of them; 0 at the
 * end or a negative errno.
 */
static int next_page(struct tracedat *td, struct td_stream *st,
		     const struct ir_subbuf_layout *lay, const unsigned char **page)
{
	size_t have = st->block_len - st->block_pos;
	int ret;

	while (have < lay->size) {
		ret = st->compressed ? fill_chunk(td, st, lay) : fill_raw(td, st, lay);
		if (ret < 0)
			return ret;
		have = st->block_len - st->block_pos;
		if (!ret)
			break;
	}
	if (have > lay->size)
		have = lay->size;
	if (have)
		*page = st->block + st->block_pos;
	st->block_pos += have;
	return (int)have;
}

/*
 * Times of a CPU only rise, and no record is later than the next sub-buffer.
 * A time that breaks this comes from damaged bytes: one that is too late must
 * not drag all later events along, so the next sub-buffer's time, if it is at
 * hand, decides who is wrong.
 */
static void check_time(struct tracedat *td, struct td_stream *st,
		       const struct ir_subbuf_layout *lay)
{
	struct ir_subbuf *sb = &st->sb;
	uint64_t next = 0;

	if (st->block_len - st->block_pos >= lay->data_offset)
		next = ir_subbuf_time(lay, st->block + st->block_pos);
	if (next > IR_SUBBUF_LAST_TIME)
		next = 0;
	if (sb->time < st->last_time || sb->time > IR_SUBBUF_LAST_TIME ||
	    (next && sb->time > next && st->last_time && st->last_time <= next)) {
		td_damage(td, IR_DAMAGE_TIME_BACKWARDS, 1);
		sb->time = st->last_time;
	}
	if (next >= sb->time)
		sb->limit = next;
}

/* Checks a sub-buffer after its last record. */
static void end_subbuf(struct tracedat *td, struct td_stream *st)
{
	td_damage(td, IR_DAMAGE_TIME_BACKWARDS, st->sb.beyond);
	st->sb.beyond = 0;
	if (st->sb.corrupt)
		skip_corrupt(td, st, st->sb.corrupt);
	st->sb.corrupt = 0;
	st->last_time = st->sb.time;
}

static void count_missed(struct tracedat *td, struct td_stream *st)
{
	st->lost = st->sb.missed <= MAX_MISSED ? st->sb.missed : 0;
	if (!st->lost) {
		td_damage(td, IR_DAMAGE_LOST_GAPS, 1);
		return;
	}
	td_damage(td, IR_DAMAGE_LOST_EVENTS, st->lost);
	td->reported_lost += st->lost;
}

/* To the next sub-buffer: 1, 2 if a marker comes first, 0 at the end, -errno. */
static int next_subbuf(struct tracedat *td, struct td_stream *st)
{
	const struct ir_subbuf_layout *lay = &td->instances[st->instance].layout;
	const unsigned char *page = NULL;
	bool marker = false;
	int len;

	len = next_page(td, st, lay, &page);
	if (len <= 0)
		return len;
	if (ir_subbuf_start(&st->sb, lay, page, (size_t)len) == IR_SUBBUF_MISSED) {
		count_missed(td, st);
		marker = true;
	}
	if (st->sb.cut) {
		st->gap = true;
		if (!st->cut)
			td_damage(td, IR_DAMAGE_CORRUPT_BYTES, st->sb.cut);
	}
	if (st->sb.next < st->sb.end || marker)
		check_time(td, st, lay);
	else
		st->sb.time = st->last_time;	/* empty: its time means nothing */
	if (st->gap && !st->sb.cut && st->sb.next < st->sb.end) {
		if (!marker)
			st->lost = 0;
		marker = true;
		st->gap = false;
	}
	return marker ? 2 : 1;
}

int td_stream_advance(struct tracedat *td, struct td_stream *st)
{
	int ret;

	for (;;) {
		if (td_stream_next(td, st, td->big))
			return 1;
		end_subbuf(td, st);
		ret = next_subbuf(td, st);
		if (ret < 0)
			return ret;
		st->wanted = 0;
		if (ret == 2)
			return 1;
		if (ret == 1)
			continue;

		/* The end.  Missing data there is counted once. */
		td_stream_release(st);
		if (st->ended || !(st->gap || st->cut))
			return 0;
		st->ended = true;
		st->lost = 0;
		return 1;
	}
}
