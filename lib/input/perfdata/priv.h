/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the parts of the perf.data reader.  The format is that of
 * tools/perf/Documentation/perf.data-file-format.txt and
 * include/uapi/linux/perf_event.h, Linux 6.12.
 *
 *	perfdata.c	opening, handing out events
 *	header.c	file header, sections, features
 *	tracing.c	the tracing data: event formats
 *	attr.c		attributes: which events there are, layout of their samples
 *	stream.c	the records, also where some are damaged
 *	records.c	where records begin
 *	unpack.c	compressed records
 *	sample.c	samples and lost events
 *	untraced.c	samples of events that are no trace events
 *	sites.c	call chains, and where the kernel's code was
 *	order.c		events into time order
 *
 * The stream finds a record, a sample's raw data goes into the queue, and events that
 * leave the queue are decoded and returned.  The attributes define the layout of a
 * sample; its raw data is a trace record with the same header as in trace.dat, so
 * formats.c decodes it.
 */
#ifndef IR_TRACE_PERFDATA_PRIV_H
#define IR_TRACE_PERFDATA_PRIV_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/cursor.h"
#include "base/decompress.h"
#include "base/seed.h"
#include "events/formats.h"
#include "events/reader.h"

/* Numbers in a file beyond these are damage, not a big machine. */
#define PD_MAX_CPUS	8192u		/* CONFIG_NR_CPUS of x86 */
#define PD_MAX_ATTRS	4096u
#define PD_MAX_IDS	(1u << 20)	/* one for each event on each CPU */
#define PD_MAX_LOST	(UINT64_C(1) << 40)	/* a count beyond this was never counted */

/* perf_event_type and perf_user_event_type, tools/lib/perf/include/perf/event.h, Linux 6.16 */
enum {
	PD_RECORD_MMAP			= 1,
	PD_RECORD_LOST			= 2,
	PD_RECORD_COMM			= 3,
	PD_RECORD_EXIT			= 4,
	PD_RECORD_SAMPLE		= 9,
	PD_RECORD_MMAP2			= 10,
	PD_RECORD_LOST_SAMPLES		= 13,
	PD_RECORD_KERNEL_LAST		= 22,
	PD_RECORD_USER_FIRST		= 64,
	PD_RECORD_HEADER_ATTR		= 64,
	PD_RECORD_HEADER_TRACING_DATA	= 66,
	PD_RECORD_HEADER_BUILD_ID	= 67,
	PD_RECORD_FINISHED_ROUND	= 68,
	PD_RECORD_AUXTRACE		= 71,
	PD_RECORD_HEADER_FEATURE	= 80,
	PD_RECORD_COMPRESSED		= 81,
	PD_RECORD_COMPRESSED2		= 83,
	PD_RECORD_USER_LAST		= 86,
};

#define PD_RECORD_HEADER 8u	/* type (32 bits), misc (16), size (16) */
#define PD_TYPE_TRACEPOINT 2	/* perf_type_id */

/* PERF_SAMPLE_* behind the fields of fixed size, in this order */
enum { PD_SAMPLE_READ = 1 << 4, PD_SAMPLE_CALLCHAIN = 1 << 5, PD_SAMPLE_RAW = 1 << 10 };

/* The fields of a perf_event_attr that are used. */
struct pd_attr {
	uint64_t config;	/* of a tracepoint: its id */
	uint64_t sample_type;
	uint64_t read_format;
	uint32_t type;
	int32_t clockid;
	bool sample_id_all;	/* other records end with id, time and CPU, too */
	bool use_clockid;
	bool sampled;		/* not every event was recorded */
	bool counted;		/* none was: a member of a group whose leader is sampled */
	/* Offsets of a sample's fields from the start of its record; 0: not there. */
	uint16_t time_pos;
	uint16_t cpu_pos;
	uint16_t id_pos;
	uint16_t period_pos;
	uint16_t fixed_len;	/* up to what has a variable size */
	bool traced;		/* a tracepoint, with its data */
	bool variable;		/* there are counters or a call chain before the data */
	/* The same in other records, from their end. */
	uint16_t end_time_pos;
	uint16_t end_cpu_pos;
	char name[64];		/* as perf wrote it; empty: it did not */
	uint64_t samples;	/* not of tracepoints: how many came */
};

struct pd_id {
	uint64_t id;
	uint32_t attr;		/* + 1; 0: free slot */
};

struct pd_attrs {
	struct pd_attr *list;
	uint32_t nr;
	uint32_t id_pos;	/* where samples have their id; 0: all are of the first one */
	struct pd_id *ids;	/* open hash */
	uint32_t nr_ids;
	uint32_t slots;		/* a power of two: 1 << bits */
	unsigned int bits;
	uint64_t seed;		/* of the hash */
};

/* An event that waits for its turn. */
struct pd_entry {
	uint64_t time;
	uint32_t pos;		/* of the raw data */
	uint32_t len;		/* of it; of a lost marker: the count, low half */
	uint32_t site;		/* number of its call chain, 0: none; and high half */
	uint16_t cpu;
	uint16_t wanted;	/* decoder; 0: lost marker */
};

/* Entries of rising times, one after the other. */
struct pd_run {
	uint64_t time;		/* of the first one, in the heap */
	uint32_t at, end;	/* from .at on, up to .end */
};

/* The place of an entry, until some are released. */
struct pd_place {
	uint64_t generation;
	size_t entry;
};

struct pd_queue {
	struct pd_entry *entries;	/* in the order of the file; those that went out, too */
	size_t nr, room;
	unsigned char *bytes;		/* raw data of the entries, in the same order */
	size_t nr_bytes, room_bytes;
	size_t gone, gone_bytes;	/* of released ones */
	struct pd_run *runs;		/* of these, in the order of the file */
	size_t nr_runs, room_runs;
	size_t open;		/* from here on: one more run, which is being added to */
	uint64_t last_time;	/* its last entry's; 0: it is empty */
	size_t fresh;		/* from here on: entries that came after the last release */
	uint64_t generation;	/* how often that was */
	bool disorder;		/* a fresh one's time was changed */
	struct pd_run first;	/* of released ones: the run whose turn it is, */
	uint64_t other;		/* before this time, which the earliest of the others has */
	struct pd_run *heap;	/* these, the earliest in front */
	size_t nr_heap, room_heap;
	uint64_t limit;		/* the previous round's latest time */
};

/* For telling damaged times: the last event of a CPU in the order of the file. */
struct pd_cpu {
	uint64_t time;		/* 0: there was none */
	uint64_t before;	/* time of the one before it */
	struct pd_place place;	/* if it is suspect */
	bool suspect;		/* long after the one before it: the next one will show */
};

struct pd_unpack {
	struct ir_decompressor dec;
	const unsigned char *in;	/* compressed bytes of the current record */
	size_t in_len, in_pos;
	unsigned char *out;		/* records, the last one perhaps in part */
	size_t out_len, out_pos;
	bool more;			/* the output was filled up: there may be more of it */
	bool lost;			/* unusable until a frame begins */
};

struct perfdata {
	struct ir_reader *rd;
	struct ir_file *file;
	struct ir_damage *damage;
	uint64_t size;		/* of the file */
	uint64_t promised;	/* where it should end, by its headers */
	bool big;
	bool pipe;
	bool zstd;
	bool directory;		/* perf record --threads: the samples are in other files */
	char format[32];

	struct ir_formats formats;
	bool has_formats;
	struct pd_attrs attrs;
	uint64_t first_time, last_time;	/* SAMPLE_TIME; 0: not recorded */
	uint32_t cpus_available;	/* NRCPUS; 0: not recorded */
	uint32_t clockid;		/* CLOCK_DATA */
	bool has_clockid;

	struct ir_cursor cur;	/* over the data */
	struct pd_unpack unpack;
	struct pd_queue queue;
	struct pd_cpu *cpus;	/* PD_MAX_CPUS of them */
	uint32_t nr_cpus;	/* highest seen + 1 */
	uint32_t last_cpu;	/* of the last sample in the file */
	uint64_t file_time;	/* the same */
	uint64_t max_time;	/* of all samples so far */
	uint64_t out_time;	/* of the event returned last */
	uint64_t reported_lost;	/* LOST records */
	uint64_t reported_lost_samples;	/* LOST_SAMPLES records */
	uint64_t rounds;
	uint64_t samples;
	uint32_t last_type;	/* of the last record */
	bool gap;		/* something was skipped since the last event */
	bool cut;		/* the file ends in the middle of something */
	bool ended;
	bool finished;
};

static inline void pd_damage(struct perfdata *pd, enum ir_damage_kind kind, uint64_t n)
{
	pd->damage->count[kind] += n;
}

#define PD_MAX_PROMISE (UINT64_C(1) << 40)	/* what lies further out is no cut file */

/** pd_promise - note that the file should have bytes up to @end; missing ones count once */
static inline void pd_promise(struct perfdata *pd, uint64_t end)
{
	if (end > pd->size && end - pd->size > PD_MAX_PROMISE)
		pd_damage(pd, IR_DAMAGE_BAD_SECTIONS, 1);
	else if (end > pd->promised)
		pd->promised = end;
}

/* header.c */

/** pd_open_file - header, attributes, features, and a cursor over the data; 0 or -errno */
int pd_open_file(struct perfdata *pd, const unsigned char *head, size_t len, struct ir_error *err);
/** pd_feature - take what is of use from a feature section, or the record of one; 0 or -ENOMEM */
int pd_feature(struct perfdata *pd, uint64_t nr, struct ir_cursor *cur);

/* tracing.c */

/**
 * pd_read_tracing - the event formats, from bytes @pos to @end of the file
 * @used: how many bytes were read
 *
 * 0, -EBADMSG (what was read up to there counts), or -ENOMEM.
 */
int pd_read_tracing(struct perfdata *pd, uint64_t pos, uint64_t end, uint64_t *used);
/** pd_find_tracing - look for them in all of the file from @pos on; 0: not there */
uint64_t pd_find_tracing(struct perfdata *pd, uint64_t pos);

/* attr.c */

/** pd_attr_add - parse one of @len bytes; its number, -EBADMSG or -ENOMEM */
int pd_attr_add(struct perfdata *pd, const unsigned char *p, size_t len);
/** pd_attr_id - give an attribute one more id; 0, -E2BIG or -ENOMEM */
int pd_attr_id(struct perfdata *pd, uint32_t attr, uint64_t id);
/** pd_attr_slot - the slot of an id, or the free one where it belongs; there must be slots */
static inline uint32_t pd_attr_slot(const struct pd_attrs *attrs, uint64_t id)
{
	uint32_t slot = ir_seed_hash(attrs->seed, id, attrs->bits);

	while (attrs->ids[slot].attr && attrs->ids[slot].id != id)
		slot = (slot + 1) & (attrs->slots - 1);
	return slot;
}
void pd_attrs_release(struct pd_attrs *attrs);

/* records.c */

/** pd_known_record - could a record begin with these 8 bytes? */
bool pd_known_record(const unsigned char *p, bool big);
/**
 * pd_find_record - where in @len bytes a record begins; at least @from
 *
 * A record is believed if two more follow it.  What lies beyond @len is taken
 * to be right.  Returns @len if there is none.
 */
size_t pd_find_record(const unsigned char *data, size_t len, size_t from, bool big);

/* stream.c */

/** pd_pump - take in one more record, or a part of a compressed one: 1, 0 at the end, -errno */
int pd_pump(struct perfdata *pd);

/* unpack.c */

/** pd_unpack_begin - the compressed bytes of a record; they stay the caller's; 0 or -ENOMEM */
int pd_unpack_begin(struct perfdata *pd, const unsigned char *data, size_t len);
/** pd_unpack_record - the next whole record of what is unpacked, or NULL */
const unsigned char *pd_unpack_record(struct perfdata *pd, uint32_t *size);
/** pd_unpack_more - unpack some more; false: no input is left */
bool pd_unpack_more(struct perfdata *pd);
/** pd_unpack_end - account for what is left over at the end of the file */
void pd_unpack_end(struct perfdata *pd);
void pd_unpack_release(struct pd_unpack *un);

/* sample.c: 0 or -ENOMEM, damage is counted. */

/**
 * pd_samples - take in what are whole samples at the beginning of @len bytes
 * @used: of how many bytes
 */
int pd_samples(struct perfdata *pd, const unsigned char *data, size_t len, size_t *used);
int pd_lost(struct perfdata *pd, const unsigned char *rec, uint32_t size);
void pd_exit(struct perfdata *pd, const unsigned char *rec, uint32_t size);
int pd_lost_samples(struct perfdata *pd, const unsigned char *rec, uint32_t size);
/** pd_mark_gap - a marker where an unknown number of events is gone */
int pd_mark_gap(struct perfdata *pd);

/* untraced.c */

/** pd_attr_name - what perf calls an attribute; @len bytes, or up to a zero */
void pd_attr_name(struct perfdata *pd, uint32_t attr, const unsigned char *name, size_t len);
/** pd_note_time - the time of an event that is not returned */
void pd_note_time(struct perfdata *pd, uint64_t time);
/** pd_untraced - a sample of an event that is no trace event */
void pd_untraced(struct perfdata *pd, const struct pd_attr *attr, const unsigned char *rec,
		 uint32_t size);
/** pd_count_untraced - add them to info->events, at the end; 0 or -ENOMEM */
int pd_count_untraced(struct perfdata *pd);

/* sites.c: used only if call chains were requested. */

/** pd_chain - the number of a call chain: @nr entries of 64 bits */
uint32_t pd_chain(struct perfdata *pd, const unsigned char *p, uint32_t nr);
/** pd_mmap - MMAP and MMAP2 records: those of the kernel and of modules are kept */
void pd_mmap(struct perfdata *pd, const unsigned char *rec, uint32_t size);
/** pd_build_id - a BUILD_ID record, which the feature consists of, too */
void pd_build_id(struct perfdata *pd, const unsigned char *rec, uint32_t size);
/** pd_build_ids - all of the feature */
void pd_build_ids(struct perfdata *pd, struct ir_cursor *cur);

/* order.c: the rule is explained there. */

#define PD_WINDOW_EVENTS ((size_t)1 << 20)
#define PD_WINDOW_BYTES	((size_t)96 << 20)	/* positions have 32 bits, and room for twice as many */

/* The rest of pd_queue_add(): more room, and one run is whole. */
int pd_queue_make_room(struct pd_queue *q, size_t len);
int pd_queue_close_run(struct pd_queue *q);

/**
 * pd_queue_add - one more entry, with room for @len bytes of raw data
 *
 * The caller fills in .len and what follows it, and the bytes at .pos.  NULL: out of memory.
 */
static inline struct pd_entry *pd_queue_add(struct pd_queue *q, uint64_t time, uint32_t len)
{
	struct pd_entry *e;

	if ((q->nr == q->room || q->room_bytes - q->nr_bytes < len) && pd_queue_make_room(q, len))
		return NULL;
	if (time < q->last_time && pd_queue_close_run(q))
		return NULL;
	q->last_time = time;
	e = &q->entries[q->nr++];
	e->time = time;
	e->pos = (uint32_t)q->nr_bytes;
	q->nr_bytes += len;
	return e;
}

/** pd_queue_last - where the entry is that was added last */
static inline struct pd_place pd_queue_last(const struct pd_queue *q)
{
	return (struct pd_place){ q->generation, q->nr - 1 - q->fresh };
}

/** pd_queue_at - an entry added since the last release; NULL: an older one */
struct pd_entry *pd_queue_at(struct pd_queue *q, const struct pd_place *place);
/** pd_queue_change - the time of such an entry is wrong */
void pd_queue_change(struct pd_queue *q, struct pd_entry *entry, uint64_t time);
/** pd_queue_round - a round is finished: release the entries that no later event can precede; 0 or -ENOMEM */
int pd_queue_round(struct pd_queue *q);
/** pd_queue_end - no more will come: release all; 0 or -ENOMEM */
int pd_queue_end(struct pd_queue *q);

/** pd_queue_full - has it become too big? */
static inline bool pd_queue_full(const struct pd_queue *q)
{
	return q->nr - q->gone >= PD_WINDOW_EVENTS || q->nr_bytes - q->gone_bytes >= PD_WINDOW_BYTES;
}

/** pd_queue_relieve - release the earlier half; 0 or -ENOMEM */
int pd_queue_relieve(struct pd_queue *q);

/* The rest of pd_queue_next(): another run's turn. */
const struct pd_entry *pd_queue_switch(struct pd_queue *q);

/** pd_queue_next - the next released one, or NULL; valid until one is added */
static inline const struct pd_entry *pd_queue_next(struct pd_queue *q)
{
	struct pd_run *run = &q->first;

	if (run->at < run->end && q->entries[run->at].time < q->other)
		return &q->entries[run->at++];
	return pd_queue_switch(q);
}
void pd_queue_release(struct pd_queue *q);

#endif
