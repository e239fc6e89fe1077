// SPDX-License-Identifier: GPL-2.0-or-later
/* perf.data: recognises and opens the file, and returns its events in time order. */
#include "input/perfdata/perfdata.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"
#include "input/perfdata/priv.h"

#define MAGIC_SIZE	8u
#define PIPE_HEADER	16u
#define FILE_HEADER	104u

/* The same 64-bit number in both byte orders. */
static const char magic_little[] = "PERFILE2", magic_big[] = "2ELIFREP", magic_old[] = "PERFFILE";

static bool begins_with(const unsigned char *start, const char *magic)
{
	return !memcmp(start, magic, MAGIC_SIZE);
}

static int perfdata_bid(const unsigned char *start, size_t len)
{
	if (len < MAGIC_SIZE || (!begins_with(start, magic_little) &&
				 !begins_with(start, magic_big) && !begins_with(start, magic_old)))
		return 0;
	return (int)MAGIC_SIZE * 8;
}

/* clockid_t: include/uapi/linux/time.h; names as in trace.dat where it has them too. */
static const char *clock_name(int64_t id)
{
	switch (id) {
	case 0: return "realtime";
	case 1: return "mono";
	case 4: return "mono_raw";
	case 7: return "boot";
	case 11: return "tai";
	default: return "unknown";
	}
}

/* Without a clock of its own choice an event has perf's. */
static int parse_clock(struct perfdata *pd)
{
	const char *name = "perf";

	if (pd->attrs.nr && pd->attrs.list[0].use_clockid)
		name = clock_name(pd->attrs.list[0].clockid);
	else if (pd->has_clockid && !pd->attrs.nr)
		name = clock_name(pd->clockid);
	pd->rd->info.clock = strdup(name);
	return pd->rd->info.clock ? 0 : -ENOMEM;
}

static void fill_reader_info(struct perfdata *pd)
{
	struct ir_reader_info *info = &pd->rd->info;

	snprintf(pd->format, sizeof(pd->format), "perf.data (%s%s)", pd->pipe ? "pipe" : "file",
		 pd->zstd ? ", zstd" : "");
	info->format = pd->format;
	info->why = pd->big ? "begins with \"2ELIFREP\"" : "begins with \"PERFILE2\"";
	info->byte_order = pd->big ? "big" : "little";
}

/*
 * A pipe's header is followed by the first record; a file's by numbers that do
 * not look like one.  The size of the header must agree.
 */
static bool is_pipe(struct perfdata *pd, const unsigned char *head, size_t len)
{
	uint64_t size = ir_load64(head + MAGIC_SIZE, pd->big);
	bool seen = size == PIPE_HEADER;

	if (len >= PIPE_HEADER + PD_RECORD_HEADER)
		seen = pd_known_record(head + PIPE_HEADER, pd->big);
	if (size != (seen ? PIPE_HEADER : FILE_HEADER))
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
	return seen;
}

/*
 * perf inject -o - of a file with trace events begins as a pipe does, and goes on as
 * a file's tracing data does (perf 6.12).
 */
static bool was_injected(const struct perfdata *pd, const unsigned char *head, size_t len)
{
	static const char formats[] = "\x17\x08\x44tracing";

	return ir_load64(head + MAGIC_SIZE, pd->big) == PIPE_HEADER &&
		len >= PIPE_HEADER + sizeof(formats) - 1 &&
		!memcmp(head + PIPE_HEADER, formats, sizeof(formats) - 1);
}

static int read_header(struct perfdata *pd, struct ir_error *err)
{
	const char *path = ir_file_path(pd->file);
	unsigned char head[FILE_HEADER];
	ssize_t len = ir_file_read(pd->file, 0, head, sizeof(head));

	if (len < (ssize_t)PIPE_HEADER)
		return ir_error_set(err, len < 0 ? (int)len : -EBADMSG,
				    "%s: offset 8: the file header is cut, record or copy it again",
				    path);
	if (begins_with(head, magic_old))
		return ir_error_set(err, -ENOTSUP,
				    "%s: perf.data version 1, of before Linux 3.4; record again with a newer perf",
				    path);
	pd->big = begins_with(head, magic_big);
	if (ir_formats_init(&pd->formats, pd->rd, pd->big, 8))
		return ir_error_set(err, -ENOMEM, "%s: out of memory", path);
	if (was_injected(pd, head, (size_t)len))
		return ir_error_set(err, -EBADMSG,
				    "%s: perf inject wrote it to a pipe and left out what a pipe needs: event formats are where the first record should be, and perf cannot read it either; give perf inject -o a file",
				    path);
	pd->pipe = is_pipe(pd, head, (size_t)len);
	if (!pd->pipe)
		return pd_open_file(pd, head, (size_t)len, err);
	ir_cursor_file(&pd->cur, pd->file, PIPE_HEADER, pd->size, pd->big);
	return 0;
}

/* Are there trace events?  Those that were only counted, not recorded, are gone. */
static bool has_tracepoints(struct perfdata *pd)
{
	uint32_t nr = 0, i;

	for (i = 0; i < pd->attrs.nr; i++) {
		if (pd->attrs.list[i].type != PD_TYPE_TRACEPOINT)
			continue;
		nr++;
		if (pd->attrs.list[i].counted)
			pd_damage(pd, IR_DAMAGE_LOST_GAPS, 1);
	}
	return nr;
}

/* Why a recording is of no use at all, if it is not. */
static int check_parts(struct perfdata *pd, struct ir_error *err)
{
	const char *path = ir_file_path(pd->file);

	if (pd->directory && !pd->samples)
		return ir_error_set(err, -ENOTSUP,
				    "%s: is a part of a directory with one file a thread; record without --threads",
				    path);
	if (pd->attrs.nr && !has_tracepoints(pd)) {
		pd->rd->info.untraced = true;
		pd->rd->info.hint = "has no trace events; record with perf record -a -e iommu:map -e iommu:unmap";
		return 0;
	}
	if (!pd->has_formats && !pd->pipe)
		return ir_error_set(err, -EBADMSG,
				    "%s: has no event formats, which perf writes when it ends: it was killed, or the file is cut; stop perf with SIGINT, or copy it again",
				    path);
	if (!pd->has_formats || !pd->attrs.nr)
		return ir_error_set(err, -EBADMSG,
				    "%s: offset %" PRIu64 ": has no %s; the file is cut or damaged before its first event, record or copy it again",
				    path, pd->cur.pos, pd->attrs.nr ? "event formats" : "attributes");
	return 0;
}

static int pump_failed(struct perfdata *pd, int code, struct ir_error *err)
{
	return ir_error_set(err, code, "%s: offset %" PRIu64 ": cannot read: %s",
			    ir_file_path(pd->file), pd->cur.pos, strerror(-code));
}

/* A pipe's metadata is in records, too: everything up to the first sample. */
static int read_ahead(struct perfdata *pd, struct ir_error *err)
{
	int ret;

	do {
		ret = pd_pump(pd);
	} while (ret > 0 && !pd->samples);
	return ret < 0 ? pump_failed(pd, ret, err) : 0;
}

static int perfdata_open(struct ir_reader *rd, struct ir_error *err)
{
	struct perfdata *pd = calloc(1, sizeof(*pd));
	int ret;

	if (!pd)
		return ir_error_set(err, -ENOMEM, "%s: out of memory", ir_file_path(rd->file));
	rd->priv = pd;
	pd->rd = rd;
	pd->file = rd->file;
	pd->damage = rd->damage;
	pd->size = ir_file_size(rd->file);
	pd->cpus = calloc(PD_MAX_CPUS, sizeof(*pd->cpus));
	if (!pd->cpus)
		return ir_error_set(err, -ENOMEM, "%s: out of memory", ir_file_path(rd->file));
	ret = read_header(pd, err);
	if (!ret)
		ret = read_ahead(pd, err);
	if (!ret)
		ret = check_parts(pd, err);
	if (ret)
		return ret;
	if (parse_clock(pd))
		return ir_error_set(err, -ENOMEM, "%s: out of memory", ir_file_path(rd->file));
	fill_reader_info(pd);
	return 0;
}

/* perf ends a round before it ends itself; a pipe whose last record is data was cut. */
static bool ends_early(const struct perfdata *pd)
{
	return pd->pipe && pd->rounds &&
	       (pd->last_type == PD_RECORD_SAMPLE || pd->last_type == PD_RECORD_COMPRESSED ||
		pd->last_type == PD_RECORD_COMPRESSED2);
}

/* The end of the data: the queue lets go of all there is. */
static int end_data(struct perfdata *pd)
{
	if (ends_early(pd)) {
		pd_damage(pd, IR_DAMAGE_TRUNCATED, PD_RECORD_HEADER);
		pd->cut = true;
	}
	pd_unpack_end(pd);
	if (pd->gap || pd->cut) {
		pd->file_time = pd->max_time;
		if (pd_mark_gap(pd))
			return -ENOMEM;
	}
	pd->ended = true;
	return pd_queue_end(&pd->queue);
}

/* Reads one more record: 1, 0 if there is none, -errno. */
static int read_on(struct perfdata *pd)
{
	int ret = pd->ended ? 0 : pd_pump(pd);

	if (ret < 0 || pd->ended)
		return ret;
	if (!ret)
		ret = end_data(pd);
	else
		ret = pd_queue_full(&pd->queue) ? pd_queue_relieve(&pd->queue) : 0;
	return ret ? ret : 1;
}

static void fill_lost(const struct pd_entry *entry, struct ir_event *ev)
{
	memset(ev, 0, sizeof(*ev));
	ev->kind = IR_EV_LOST;
	ev->flags = IR_EVF_NO_CONTEXT;
	ev->size = (uint64_t)entry->site << 32 | entry->len;
}

static int finish_reading(struct perfdata *pd, struct ir_error *err)
{
	struct ir_reader_info *info = &pd->rd->info;

	if (!pd->finished && (ir_formats_finish(&pd->formats) || pd_count_untraced(pd)))
		return ir_error_set(err, -ENOMEM, "%s: out of memory", ir_file_path(pd->file));
	pd->finished = true;
	if (pd->nr_cpus > info->cpus)
		info->cpus = pd->nr_cpus;
	fill_reader_info(pd);
	return 0;
}

/* Completes an entry that leaves the queue. */
static inline enum ir_decoded fill_event(struct perfdata *pd, const struct pd_entry *entry, bool big,
					 struct ir_event *ev)
{
	enum ir_decoded made = IR_DECODED_LAST;

	if (!entry->wanted) {
		fill_lost(entry, ev);
	} else {
		made = ir_formats_decode(&pd->formats, entry->wanted, big, pd->queue.bytes + entry->pos,
					 entry->len, ev);
		if (made == IR_DECODED_BAD)
			return made;
		ev->site = entry->site;
	}
	if (entry->time >= pd->out_time)
		pd->out_time = entry->time;
	else if (entry->wanted)
		pd_damage(pd, IR_DAMAGE_TIME_BACKWARDS, 1);
	ev->time_ns = pd->out_time;
	ev->cpu = entry->cpu;
	return made;
}

/* As perfdata_next_block(), made for each byte order. */
static inline __attribute__((always_inline))
int next_block(struct perfdata *pd, struct ir_event *evs, int max, bool big, struct ir_error *err)
{
	int n = 0, ret;

	for (;;) {
		const struct pd_entry *entry;

		while ((entry = pd_queue_next(&pd->queue))) {
			enum ir_decoded made = fill_event(pd, entry, big, &evs[n]);

			n += made != IR_DECODED_BAD;
			if (made == IR_DECODED_LAST || n == max)
				return n;
		}
		if (n)
			return n;
		ret = read_on(pd);
		if (ret < 0)
			return pump_failed(pd, ret, err);
		if (!ret)
			return finish_reading(pd, err);
	}
}

static int perfdata_next_block(struct ir_reader *rd, struct ir_event *evs, int max, struct ir_error *err)
{
	struct perfdata *pd = rd->priv;

	return pd->formats.big ? next_block(pd, evs, max, true, err) : next_block(pd, evs, max, false, err);
}

static void perfdata_close(struct ir_reader *rd)
{
	struct perfdata *pd = rd->priv;

	if (!pd)
		return;
	ir_cursor_release(&pd->cur);
	pd_unpack_release(&pd->unpack);
	pd_queue_release(&pd->queue);
	pd_attrs_release(&pd->attrs);
	ir_formats_release(&pd->formats);
	free(pd->cpus);
	free(pd);
	rd->info.format = NULL;
	rd->priv = NULL;
}

const struct ir_reader_ops ir_perfdata_ops = {
	.name	= "perf.data",
	.summary = "files of perf record, also in the format for pipes, compressed or not",
	.bid	= perfdata_bid,
	.open	= perfdata_open,
	.next_block = perfdata_next_block,
	.close	= perfdata_close,
};
