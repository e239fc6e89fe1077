/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the parts of the trace.dat reader.  The format is that of
 * trace-cmd.dat.v6(5) and trace-cmd.dat.v7(5).
 *
 *	tracedat.c	opening, the merge of all CPUs by time
 *	v6.c	version 6: one header, read from front to back
 *	v7.c	version 7: the chain of options
 *	sections.c	version 7: sections and options
 *	salvage.c	version 7 whose options are lost: what can be found
 *	meta.c	header page, event formats, options: same in both
 *	stream.c	the data of one CPU: blocks, chunks, sub-buffers
 *
 * All of a recording's buffer instances are read, each CPU of each being a
 * stream.  Events of all streams come out in one order: by time; at equal
 * times the lower instance first (the top one is the lowest), then the lower
 * CPU; within a stream the order is that of the file.
 */
#ifndef IR_TRACE_TRACEDAT_PRIV_H
#define IR_TRACE_TRACEDAT_PRIV_H

#include <stdbool.h>
#include <stdint.h>
#include "base/cursor.h"
#include "base/decompress.h"
#include "events/formats.h"
#include "events/reader.h"
#include "input/tracedat/subbuffer.h"

/* Numbers in a file beyond these are damage, not a big machine. */
#define TD_MAX_CPUS		8192u	/* CONFIG_NR_CPUS goes to 8192 on x86, 512 on s390 */
#define TD_MAX_INSTANCES	256u
#define TD_MAX_OPTIONS		65536u
#define TD_MAX_OPTION_SECTIONS	256u
#define TD_MAX_SECTION		(UINT64_C(64) << 20)	/* formats of all events: 3 MiB */

/* One read of uncompressed CPU data; less of each if there are many, so that all stay in a cache. */
#define TD_BLOCK_MIN		16384u
#define TD_BLOCK_MAX		65536u
#define TD_BLOCKS		(2u << 20)

/* Decompressed size of a chunk; trace-cmd makes them of 10 pages. */
static inline uint32_t td_max_chunk(const struct ir_subbuf_layout *lay)
{
	return lay->size * 64u > (1u << 20) ? lay->size * 64u : (1u << 20);
}

struct td_instance {
	struct ir_subbuf_layout layout;
	bool compressed;
	char *clock;		/* NULL: not recorded */
	uint64_t bytes;		/* of all its CPUs */
};

struct td_stream {
	uint32_t instance;
	uint32_t cpu;
	uint64_t pos;		/* in the file: what is read next */
	uint64_t end;
	uint32_t chunks;	/* how many the header promises */
	uint32_t chunks_seen;
	bool begun;
	bool compressed;

	unsigned char *block;	/* decompressed or read sub-buffers */
	size_t block_size;
	size_t block_len;
	size_t block_pos;	/* the next sub-buffer */

	struct ir_subbuf sb;
	uint64_t last_time;
	uint64_t first_other, last_other;	/* records that are not wanted; 0: there was none */
	uint64_t lost;		/* of the pending marker */
	unsigned int wanted;	/* decoder of the current record, 0: it is a marker */
	bool passed_over;	/* the last record: a call chain behind it is not the last wanted one's */
	bool gap;		/* something was skipped since the last sub-buffer */
	bool cut;		/* the file ends before the data does */
	bool ended;		/* nothing comes any more, a last marker was given */
};

/* A stream in the merge, by the time of its current record. */
struct td_entry {
	uint64_t time;		/* TD_ENDED: it has none any more */
	uint64_t stream;	/* streams are sorted by instance and CPU */
};

#define TD_ENDED UINT64_MAX	/* later than IR_SUBBUF_LAST_TIME and all deltas of a sub-buffer */

struct tracedat {
	struct ir_reader *rd;
	struct ir_file *file;
	struct ir_damage *damage;
	uint64_t size;		/* of the file */
	uint64_t promised;	/* where it should end, by its headers */
	unsigned int version;
	unsigned int long_size;
	uint32_t page_size;
	bool big;
	bool latency;		/* the file holds ASCII text instead of events */
	char format[48];

	struct ir_decompressor decomp;
	unsigned char *packed;	/* compressed bytes of the chunk being read */
	size_t packed_size;
	char compression[16];

	struct ir_subbuf_layout layout;
	struct ir_formats formats;
	uint32_t cpu_count;
	uint32_t tsc_mult;	/* TSC2NSEC, 0: times are nanoseconds */
	uint32_t tsc_shift;
	uint64_t stat_lost;	/* all CPUSTAT options: events the tracer dropped */
	uint64_t reported_lost;	/* of these, reported by sub-buffers */

	struct td_instance *instances;
	uint32_t nr_instances;
	struct td_stream *streams;
	uint32_t nr_streams;
	size_t block;		/* bytes of one read */
	struct td_entry *losers;
	struct td_entry winner;	/* of all streams: the one that comes next */
	uint64_t until;		/* records of it before this time come before all others */
	bool popped;		/* the winner was returned */
	uint64_t visited[TD_MAX_OPTION_SECTIONS];	/* v7: options sections that were read */
	uint32_t nr_visited;
	uint32_t parsed;	/* v7: bit 1 << id of metadata sections that were read */
	bool finished;
};

static inline void td_damage(struct tracedat *td, enum ir_damage_kind kind, uint64_t n)
{
	td->damage->count[kind] += n;
}

#define TD_MAX_PROMISE (UINT64_C(1) << 40)	/* what lies further out is no cut file */

/**
 * td_promise - note that the file should have bytes up to @end
 *
 * Missing data is counted once for the whole file: the headers of a cut file
 * promise the same bytes several times.
 */
static inline void td_promise(struct tracedat *td, uint64_t end)
{
	if (end > td->size && end - td->size > TD_MAX_PROMISE)
		td_damage(td, IR_DAMAGE_BAD_SECTIONS, 1);
	else if (end > td->promised)
		td->promised = end;
}

/* meta.c */

/** td_read_header_info - header_page and header_event; -EBADMSG: not there */
int td_read_header_info(struct tracedat *td, struct ir_cursor *cur);
/** td_read_ftrace_formats, td_read_event_formats - -EBADMSG: cut or senseless */
int td_read_ftrace_formats(struct tracedat *td, struct ir_cursor *cur);
int td_read_event_formats(struct tracedat *td, struct ir_cursor *cur);
/** td_kallsyms - keep the text at @pos; only if call chains are wanted */
void td_kallsyms(struct tracedat *td, uint64_t pos, uint64_t len);
/** td_cmdlines - the names of tasks in the text at @pos; only if they are wanted */
void td_cmdlines(struct tracedat *td, uint64_t pos, uint64_t len);
/** td_common_option - an option that both versions have; unknown ones are skipped */
int td_common_option(struct tracedat *td, unsigned int id, const unsigned char *data, uint32_t len);

enum {
	TD_OPTION_DONE		= 0,
	TD_OPTION_CPUSTAT	= 2,
	TD_OPTION_BUFFER	= 3,
	TD_OPTION_TRACECLOCK	= 4,
	TD_OPTION_UNAME		= 5,
	TD_OPTION_CPUCOUNT	= 8,
	TD_OPTION_TSC2NSEC	= 14,
	TD_OPTION_STRINGS	= 15,
	TD_OPTION_HEADER_INFO	= 16,
	TD_OPTION_FTRACE_EVENTS	= 17,
	TD_OPTION_EVENT_FORMATS	= 18,
	TD_OPTION_KALLSYMS	= 19,
	TD_OPTION_PRINTK	= 20,
	TD_OPTION_CMDLINES	= 21,
	TD_OPTION_BUFFER_TEXT	= 22,
};

/* v6.c, v7.c: everything up to the data of the CPUs. */
int td_open_v6(struct tracedat *td, uint64_t pos, struct ir_error *err);
int td_open_v7(struct tracedat *td, uint64_t pos, struct ir_error *err);

/* v7 sections, also for salvage. */
struct td_section {
	uint64_t pos;		/* of the data, behind the header */
	uint64_t size;		/* clamped to the file */
	uint64_t missing;	/* what the file lacks of it */
	uint16_t id;
	bool compressed;
};

#define TD_SECTION_HEADER 16u

/** td_section_at - read a section header; false: none can be there */
bool td_section_at(struct tracedat *td, uint64_t pos, struct td_section *sec);
/** td_section_parse - a metadata section, by its id; others are passed over */
int td_section_parse(struct tracedat *td, const struct td_section *sec);
/** td_v7_options - one options section; @next: offset of the next one or 0 */
int td_v7_options(struct tracedat *td, const struct td_section *sec, uint64_t *next);
/** td_salvage - look for sections from @pos on, and take the ones not read yet; 0 or -ENOMEM */
int td_salvage(struct tracedat *td, uint64_t pos);

/* stream.c */

/** td_add_instance - its number, or a negative errno */
int td_add_instance(struct tracedat *td, uint32_t page_size, const char *clock, bool compressed);
/** td_add_stream - the data of a CPU; what lies beyond the file is counted; 0 or -ENOMEM */
int td_add_stream(struct tracedat *td, uint32_t instance, uint32_t cpu, uint64_t pos,
		  uint64_t size);

/** td_stream_next - to the next wanted record of the sub-buffer; false: there is none */
static inline bool td_stream_next(struct tracedat *td, struct td_stream *st, bool big)
{
	while (ir_subbuf_next(&st->sb, big)) {
		st->wanted = ir_formats_wanted(&td->formats, st->sb.rec, big);
		if (st->wanted && !st->passed_over)
			return true;
		st->passed_over = !st->wanted || st->wanted == td->formats.stack;
		if (!st->passed_over)
			return true;
		if (!st->first_other)
			st->first_other = st->sb.time;
		st->last_other = st->sb.time;
	}
	return false;
}

/** td_stream_advance - to the next wanted record or marker: 1, 0 at the end, -errno */
int td_stream_advance(struct tracedat *td, struct td_stream *st);
void td_stream_release(struct td_stream *st);
/** td_chunk_probe - the size of a compressed chunk at @pos with its header; 0: none there */
uint64_t td_chunk_probe(struct tracedat *td, const struct ir_subbuf_layout *lay, uint64_t pos,
			uint64_t end);

#endif
