// SPDX-License-Identifier: GPL-2.0-or-later
/* trace.dat: recognises and opens the file, and merges the events of all CPUs by time. */
#include "input/tracedat/tracedat.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "input/tracedat/priv.h"

static const unsigned char magic[10] = "\x17\x08\x44tracing";

#define MAX_VERSION 8	/* bytes of the version, with its terminator */

static int tracedat_bid(const unsigned char *start, size_t len)
{
	if (len < sizeof(magic) || memcmp(start, magic, sizeof(magic)))
		return 0;
	return (int)sizeof(magic) * 8;
}

static int compare_place(const void *a, const void *b)
{
	const struct td_stream *left = a, *right = b;

	return left->pos < right->pos ? -1 : left->pos > right->pos;
}

static int compare_cpu(const void *a, const void *b)
{
	const struct td_stream *left = a, *right = b;

	if (left->instance != right->instance)
		return left->instance < right->instance ? -1 : 1;
	if (left->cpu != right->cpu)
		return left->cpu < right->cpu ? -1 : 1;
	return compare_place(a, b);
}

/*
 * No byte belongs to two CPUs.  If a damaged size makes two streams overlap, the first
 * ends where the other begins; so all streams together are never larger than the file.
 */
static void separate_streams(struct tracedat *td)
{
	uint32_t i;

	qsort(td->streams, td->nr_streams, sizeof(*td->streams), compare_place);
	for (i = 0; i + 1 < td->nr_streams; i++) {
		if (td->streams[i].end <= td->streams[i + 1].pos)
			continue;
		td->streams[i].end = td->streams[i + 1].pos;
		td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
	}
	qsort(td->streams, td->nr_streams, sizeof(*td->streams), compare_cpu);
	for (i = 0; i < td->nr_streams; i++) {
		struct td_stream *st = &td->streams[i];

		td->instances[st->instance].bytes += st->end - st->pos;
	}
}

static bool is_page_size(uint32_t size)
{
	return size >= IR_SUBBUF_MIN && size <= IR_SUBBUF_MAX && !(size & (size - 1));
}

/* Now that all metadata is read, the instances can have their layouts. */
static int finish_instances(struct tracedat *td)
{
	struct td_instance *main_one = NULL;
	uint32_t i;

	for (i = 0; i < td->nr_instances; i++) {
		struct td_instance *in = &td->instances[i];
		uint32_t size = in->layout.size;

		in->layout = td->layout;
		if (is_page_size(size))
			in->layout.size = size;
		else if (in->bytes)
			td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
		if (!main_one || in->bytes > main_one->bytes)
			main_one = in;
	}
	/* Version 7 has a clock for each instance. */
	if (main_one && main_one->clock) {
		free(td->rd->info.clock);
		td->rd->info.clock = strdup(main_one->clock);
		if (!td->rd->info.clock)
			return -ENOMEM;
	}
	return 0;
}

/*
 * The merge is a tree of losers: node i (from 1 on) has the children 2i and
 * 2i+1, the streams are the leaves nr_streams and up, and each node keeps the
 * later one of the two that were compared there.  When the winner advances it is
 * compared with the losers on the way from its leaf to the root; their places are known
 * before they are compared, without a branch that mispredicts.
 */
static bool comes_before(struct td_entry a, struct td_entry b)
{
	return (a.time < b.time) | ((a.time == b.time) & (a.stream < b.stream));
}

/* Swaps the two if @loser comes before @winner. */
static void order_pair(struct td_entry *loser, struct td_entry *winner)
{
	struct td_entry a = *winner, b = *loser;
	bool swap = comes_before(b, a);

	winner->time = swap ? b.time : a.time;
	winner->stream = swap ? b.stream : a.stream;
	loser->time = swap ? a.time : b.time;
	loser->stream = swap ? a.stream : b.stream;
}

/*
 * Until when the winner stays before all others: the earliest of those is among the losers on
 * its way from the leaf to the root.
 */
static void note_rival(struct tracedat *td)
{
	struct td_entry rival = { .time = TD_ENDED, .stream = UINT64_MAX };

	for (uint64_t i = (td->nr_streams + td->winner.stream) / 2; i; i /= 2)
		if (comes_before(td->losers[i], rival))
			rival = td->losers[i];
	td->until = rival.time;
	if (rival.time != TD_ENDED)	/* of the same time, the lower stream is first */
		td->until += td->winner.stream < rival.stream;
}

static void replay_winner(struct tracedat *td)
{
	struct td_entry winner = td->winner;
	uint64_t i;

	for (i = (td->nr_streams + winner.stream) / 2; i; i /= 2)
		order_pair(&td->losers[i], &winner);
	td->winner = winner;
	note_rival(td);
}

/* Every stream to its first record. */
static int start_streams(struct tracedat *td)
{
	uint32_t nr = td->nr_streams, i;
	struct td_entry *winners;
	int ret = 0;

	/* A power of two, as sub-buffers are: a block is whole ones. */
	td->block = TD_BLOCK_MAX;
	while (td->block > TD_BLOCK_MIN && td->block * nr > TD_BLOCKS)
		td->block /= 2;
	td->winner.time = TD_ENDED;
	td->losers = calloc((size_t)nr + 1, sizeof(*td->losers));
	winners = calloc((size_t)nr * 2 + 1, sizeof(*winners));
	if (!td->losers || !winners)
		ret = -ENOMEM;
	for (i = 0; i < nr && ret >= 0; i++) {
		ret = td_stream_advance(td, &td->streams[i]);
		winners[nr + i].time = ret > 0 ? td->streams[i].sb.time : TD_ENDED;
		winners[nr + i].stream = i;
	}
	for (i = nr; i-- > 1 && ret >= 0;) {
		winners[i] = winners[2 * i];
		td->losers[i] = winners[2 * i + 1];
		order_pair(&td->losers[i], &winners[i]);
	}
	if (nr && ret >= 0) {
		td->winner = winners[1];
		note_rival(td);
	}
	free(winners);
	return ret < 0 ? ret : 0;
}

/*
 * Byte order, long and page size.  If the page size is valid only in the other byte
 * order, the damaged field is the byte order.
 */
static void parse_basics(struct tracedat *td, const unsigned char *p)
{
	td->big = p[0] == 1;
	if (p[0] > 1 || !is_page_size(ir_load32(p + 2, td->big))) {
		td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
		if (is_page_size(ir_load32(p + 2, !td->big)))
			td->big = !td->big;
	}
	td->long_size = p[1];
	if (td->long_size != 4 && td->long_size != 8) {
		td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
		td->long_size = 8;
	}
	td->page_size = ir_load32(p + 2, td->big);
	if (!is_page_size(td->page_size))
		td->page_size = 4096;
	ir_subbuf_default(&td->layout, td->big, td->long_size, td->page_size);
}

/* Everything in front of the first version-specific byte; returns its offset. */
static int read_start(struct tracedat *td, struct ir_error *err)
{
	const char *path = ir_file_path(td->file);
	unsigned char head[sizeof(magic) + MAX_VERSION + 6];
	ssize_t len = ir_file_read(td->file, 0, head, sizeof(head));
	unsigned char *version = head + sizeof(magic), *end = NULL;

	if (len > (ssize_t)sizeof(magic))
		end = memchr(version, '\0', (size_t)len - sizeof(magic));
	if (!end || end + 7 > head + len)
		return ir_error_set(err, -EBADMSG,
				    "%s: offset 10: the file header is cut, record or copy it again",
				    path);
	if (strcmp((char *)version, "6") && strcmp((char *)version, "7"))
		return ir_error_set(err, -ENOTSUP,
				    "%s: offset 10: trace.dat version \"%s\", known are 6 and 7; convert it with trace-cmd convert",
				    path, version);
	td->version = (unsigned int)(*version - '0');
	parse_basics(td, end + 1);
	return (int)(end + 7 - head);
}

static void fill_reader_info(struct tracedat *td)
{
	struct ir_reader_info *info = &td->rd->info;

	if (td->version == 7)
		snprintf(td->format, sizeof(td->format), "trace.dat v7 (%s)", td->compression);
	else
		snprintf(td->format, sizeof(td->format), "trace.dat v%u", td->version);
	info->format = td->format;
	info->why = td->version == 7 ? "begins with 17 08 44 \"tracing\" \"7\"" :
				       "begins with 17 08 44 \"tracing\" \"6\"";
	info->byte_order = td->big ? "big" : "little";
	info->cpus = td->cpu_count;
}

static int open_parts(struct tracedat *td, struct ir_error *err)
{
	const char *path = ir_file_path(td->file);
	int pos = read_start(td, err), ret;

	if (pos < 0)
		return pos;
	ret = ir_formats_init(&td->formats, td->rd, td->big, td->long_size);
	if (ret)
		return ir_error_set(err, ret, "%s: out of memory", path);
	ret = td->version == 7 ? td_open_v7(td, (uint64_t)pos, err) :
				 td_open_v6(td, (uint64_t)pos, err);
	if (td->promised > td->size)
		td_damage(td, IR_DAMAGE_TRUNCATED, td->promised - td->size);
	td->rd->end = td->promised;
	if (ret)
		return ret;
	if (td->latency && !td->nr_streams)
		return ir_error_set(err, -ENOTSUP,
				    "%s: holds the text of a latency tracer, not events; record with trace-cmd record -e",
				    path);
	if (td->nr_streams)
		separate_streams(td);
	ret = finish_instances(td);
	fill_reader_info(td);
	if (!ret)
		ret = start_streams(td);
	if (ret)
		return ir_error_set(err, ret, "%s: cannot read the CPU data: %s", path,
				    strerror(-ret));
	return 0;
}

static int tracedat_open(struct ir_reader *rd, struct ir_error *err)
{
	struct tracedat *td = calloc(1, sizeof(*td));

	if (!td)
		return ir_error_set(err, -ENOMEM, "%s: out of memory", ir_file_path(rd->file));
	rd->priv = td;
	td->rd = rd;
	td->file = rd->file;
	td->damage = rd->damage;
	td->size = ir_file_size(rd->file);
	return open_parts(td, err);
}

__extension__ typedef unsigned __int128 u128;

static uint64_t to_ns(const struct tracedat *td, uint64_t time)
{
	if (!td->tsc_mult)
		return time;
	return (uint64_t)(((u128)time * td->tsc_mult) >> td->tsc_shift);
}

/* Times of events that are not returned. */
static void note_others(struct tracedat *td)
{
	struct ir_reader_info *info = &td->rd->info;

	for (uint32_t i = 0; i < td->nr_streams; i++) {
		uint64_t first = to_ns(td, td->streams[i].first_other);
		uint64_t last = to_ns(td, td->streams[i].last_other);

		if (first && (!info->last_ns || first < info->first_ns))
			info->first_ns = first;
		if (last > info->last_ns)
			info->last_ns = last;
	}
}

/* Lost events that no sub-buffer reports, and the table of all events. */
static int finish_reading(struct tracedat *td, struct ir_error *err)
{
	int ret = ir_formats_finish(&td->formats);

	if (ret)
		return ir_error_set(err, ret, "%s: out of memory", ir_file_path(td->file));
	/*
	 * CPUSTAT counts all of them; sub-buffers only know of those lost
	 * between two of them, and not of what was overwritten before the first.
	 */
	if (!td->finished && td->stat_lost > td->reported_lost)
		td_damage(td, IR_DAMAGE_LOST_EVENTS, td->stat_lost - td->reported_lost);
	note_others(td);
	td->finished = true;
	return 0;
}

/* The stream whose record was handed out last is at its next one, if @more: others may come first. */
static void replace_winner(struct tracedat *td, const struct td_stream *st, bool more)
{
	td->winner.time = more ? st->sb.time : TD_ENDED;
	/* With many CPUs the others push it out of the cache until it is this one's turn. */
	__builtin_prefetch((const void *)((uintptr_t)st->sb.next + 64));
	replay_winner(td);
}

/* Behind the last wanted record of its sub-buffer: to the next sub-buffer. */
static int leave_subbuffer(struct tracedat *td, struct td_stream *st, struct ir_error *err)
{
	int ret = td_stream_advance(td, st);

	if (ret < 0)
		return ir_error_set(err, ret, "%s: offset %" PRIu64 ": cannot read: %s",
				    ir_file_path(td->file), st->pos, strerror(-ret));
	if (!ret || st->sb.time >= td->until)
		replace_winner(td, st, ret);
	return 0;
}

/*
 * Move on the stream whose record was handed out last; 1: it is still the first one.  As long as it
 * is, no loser moves: with 2 CPUs that saves 20 instructions in three of four events, with 256 it
 * saves 100.
 */
static inline int advance_winner(struct tracedat *td, struct td_stream *st, bool big, struct ir_error *err)
{
	if (!td_stream_next(td, st, big))
		return leave_subbuffer(td, st, err);
	if (st->sb.time < td->until)
		return 1;
	replace_winner(td, st, true);
	return 0;
}

static void fill_lost(const struct td_stream *st, struct ir_event *ev)
{
	memset(ev, 0, sizeof(*ev));
	ev->kind = IR_EV_LOST;
	ev->flags = IR_EVF_NO_CONTEXT;
	ev->size = st->lost;
}

/* As tracedat_next_block(), made for each byte order. */
static inline __attribute__((always_inline))
int next_block(struct tracedat *td, struct ir_event *evs, int max, bool big, struct ir_error *err)
{
	struct ir_event *ev = evs, *end = evs + max;
	int ret = 0;

	if (td->popped)
		ret = advance_winner(td, &td->streams[td->winner.stream], big, err);
	while (ret >= 0 && td->winner.time != TD_ENDED) {
		struct td_stream *st = &td->streams[td->winner.stream];

		do {
			enum ir_decoded made = IR_DECODED_LAST;

			if (st->wanted)
				made = ir_formats_decode(&td->formats, st->wanted, big, st->sb.rec,
							 st->sb.rec_len, ev);
			else
				fill_lost(st, ev);
			if (made != IR_DECODED_BAD) {
				ev->time_ns = to_ns(td, st->sb.time);
				ev->cpu = st->cpu;
				if (++ev == end || made == IR_DECODED_LAST) {
					td->popped = true;
					return (int)(ev - evs);
				}
			}
			ret = advance_winner(td, st, big, err);
		} while (ret > 0);
	}
	/* Events that were read before an error come first: it is tried again after them. */
	td->popped = ret < 0;
	if (ev > evs)
		return (int)(ev - evs);
	return ret < 0 ? ret : finish_reading(td, err);
}

static int tracedat_next_block(struct ir_reader *rd, struct ir_event *evs, int max,
			       struct ir_error *err)
{
	struct tracedat *td = rd->priv;

	/* A test of the byte order for each field would cost 14 instructions an event. */
	return td->big ? next_block(td, evs, max, true, err) : next_block(td, evs, max, false, err);
}

static void tracedat_close(struct ir_reader *rd)
{
	struct tracedat *td = rd->priv;
	uint32_t i;

	if (!td)
		return;
	for (i = 0; i < td->nr_streams; i++)
		td_stream_release(&td->streams[i]);
	for (i = 0; i < td->nr_instances; i++)
		free(td->instances[i].clock);
	free(td->streams);
	free(td->instances);
	free(td->losers);
	free(td->packed);
	ir_decompressor_release(&td->decomp);
	ir_formats_release(&td->formats);
	free(td);
	rd->info.format = NULL;
	rd->priv = NULL;
}

const struct ir_reader_ops ir_tracedat_ops = {
	.name	= "trace.dat",
	.summary = "files of trace-cmd, version 6 or 7, compressed or not",
	.bid	= tracedat_bid,
	.open	= tracedat_open,
	.next_block = tracedat_next_block,
	.close	= tracedat_close,
};
