/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interface of a reader: the callbacks that one container format (trace.dat, perf.data,
 * text) implements, and the state that all formats share.  input/open.h opens one.
 *
 * A reader trusts nothing in the file: sizes are checked before pointers, what
 * cannot be read is added to the damage and skipped.
 */
#ifndef IR_EVENTS_READER_H
#define IR_EVENTS_READER_H

#include <iommu-replay/damage.h>
#include <iommu-replay/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "events/event.h"
#include "base/file.h"
#include "events/rules.h"

struct ir_chains;
struct ir_reader;
struct ir_tasks;

/* Faults of an IOMMU and lines of the kernel's log, among the events. */
enum ir_reader_faults {
	IR_FAULTS_IGNORED,	/* they are only counted */
	IR_FAULTS_TOO,		/* they are events as others */
	IR_FAULTS_ONLY,		/* with markers and attached devices; all others are ignored */
};

/* How often an event of each name is in the recording, interesting or not. */
struct ir_event_count {
	char *name;		/* "iommu:map" */
	uint64_t count;
};

/* Facts about the recording that a reader found.  Strings may be NULL: not recorded. */
struct ir_reader_info {
	const char *format;	/* "trace.dat v7 (zstd)" */
	const char *why;	/* what was recognised in the content */
	const char *byte_order;	/* "big" or "little" */
	char *kernel;		/* "6.12.107+deb13-s390x" */
	char *arch;		/* "s390x" */
	char *clock;		/* "mono" */
	uint32_t cpus;		/* CPU buffers, with or without events */
	char **devices;		/* names; devices[0] is NULL: not named */
	size_t nr_devices;	/* with the first one; grows while reading */
	struct ir_event_count *events;	/* complete when the end was reached */
	size_t nr_events;
	uint64_t first_ns, last_ns;	/* of all its events but markers, also unused ones; last_ns 0: not recorded */
	const char *hint;	/* what to do, if it holds something else than it should; NULL: nothing */
	uint64_t end_ns;	/* it lasted at least until then, by other evidence than events; 0: not known */
	bool untraced;		/* has no trace events at all, but others */
	uint64_t seen_kinds;	/* bit (1 << enum ir_event_kind): the recording has a format for it */
};

struct ir_reader_ops {
	const char *name;
	const char *summary;	/* the files that it reads, in one line; NULL: not described */
	/*
	 * How many bits of the first @len bytes matched this format; 0: not
	 * this one.  @len is at most IR_READER_PEEK.  With IR_READER_CERTAIN or
	 * more no other reader bids.
	 */
	int (*bid)(const unsigned char *start, size_t len);
	/*
	 * Open the file.  The reader uses @file until close and does not own
	 * it; damage goes to @damage.  0 or a negative errno with @err set.
	 */
	int (*open)(struct ir_reader *rd, struct ir_error *err);
	/*
	 * The next events in time order, at most @max (at least 1): how many, 0 at the end, or a
	 * negative errno.  An event of lost events, of a kind above IR_EV_KINDS, or with a text
	 * is the last one of its block.
	 */
	int (*next_block)(struct ir_reader *rd, struct ir_event *evs, int max, struct ir_error *err);
	void (*close)(struct ir_reader *rd);
};

#define IR_READER_CERTAIN 64
#define IR_READER_PEEK 65536	/* a text may have a mail's headers in front */

struct ir_reader {
	const struct ir_reader_ops *ops;
	struct ir_file *file;
	uint64_t seed;			/* of the table of devices */
	struct ir_damage *damage;	/* owned by the caller of ir_reader_open() */
	const struct ir_events *events;	/* what probes mean; NULL: nothing */
	struct ir_events *builtin;	/* the same, if the reader owns it */
	struct ir_calls *calls;		/* calls under way, of which one event has only a part */
	struct ir_error complaint;	/* about the events file: it does not fit the recording */
	uint64_t user_events;		/* types of events that the file names and the recording has */
	struct ir_reader_info info;
	void *priv;			/* the format's own */
	struct ir_chains *chains;	/* where call chains go; NULL: not requested */
	struct ir_tasks *tasks;		/* where names of tasks go; NULL: not requested */
	enum ir_reader_faults faults;
	bool idle;			/* idle times of CPUs are requested */
	uint64_t end;			/* the recording's end as in its headers; 0: they lack it */
	uint16_t *device_hash;		/* device numbers by name, 0 = free slot */
	size_t device_slots;		/* a power of two */
	size_t last_device_len;		/* the name looked up last: mostly it comes again */
	uint16_t last_device;
};

/** ir_reader_wants - false: events of @kind are only counted, as the caller does not need them */
bool ir_reader_wants(const struct ir_reader *rd, enum ir_event_kind kind);
/**
 * ir_reader_device - the number of a device name, new or known
 * @name: @len bytes, not terminated
 *
 * Returns 0 if the name is empty or not printable, if there are too many names (65535),
 * and without memory, which ir_reader_next_block() then reports at the end.
 */
uint16_t ir_reader_device(struct ir_reader *rd, const char *name, size_t len);
/** ir_reader_device_number - the same for a device that has an address for a name */
uint16_t ir_reader_device_number(struct ir_reader *rd, uint64_t number);
/**
 * ir_reader_unfit_event - an event of the recording is not as the events file describes it
 * @what: "kprobes:my_map has no field ..."
 *
 * Opening or reading fails with the message of the first complaint.
 */
void ir_reader_unfit_event(struct ir_reader *rd, const struct ir_rule_group *g, const char *what);

#endif
