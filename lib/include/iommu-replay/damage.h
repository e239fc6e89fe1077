/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Damage: named counters of everything that is wrong with a recording, or that a
 * replay cannot use.  A reader never skips anything silently: it adds to one of
 * these counters and continues.
 *
 * To add a kind: one line in IR_DAMAGE_LIST, which reports follow, and
 * iommu-replay-report(5) after scripts/man-figures.
 */
#ifndef IOMMU_REPLAY_DAMAGE_H
#define IOMMU_REPLAY_DAMAGE_H

#include <stdbool.h>
#include <stdint.h>

enum ir_severity {
	IR_SEVERITY_INFO,	/* how the recording was made; nothing is missing */
	IR_SEVERITY_LOSS,	/* the recording machine could not keep everything */
	IR_SEVERITY_CORRUPT,	/* the file is not what was written */
	IR_SEVERITY_LIMIT,	/* the file is sound, but exceeds a limit of this program */
};

/*		 id			severity	name			meaning */
#define IR_DAMAGE_LIST(X) \
	X(IR_DAMAGE_LOST_EVENTS,	LOSS,	 "lost_events",		"events that the tracer dropped, by its own count") \
	X(IR_DAMAGE_LOST_GAPS,		LOSS,	 "lost_gaps",		"places where the tracer dropped an unknown number of events") \
	X(IR_DAMAGE_TASK_EVENTS,	LOSS,	 "task_events",		"kinds of events that perf recorded in the tasks of one command only (without -a): those in interrupts of other tasks are missing") \
	X(IR_DAMAGE_CORRUPT_BYTES,	CORRUPT, "corrupt_bytes",	"bytes of event data that could not be decoded and were skipped") \
	X(IR_DAMAGE_TRUNCATED,		CORRUPT, "truncated",		"bytes that are missing according to the headers of the file, or a last line of a text that is cut off") \
	X(IR_DAMAGE_APPENDED,		CORRUPT, "appended_bytes",	"bytes of another recording after the end of this one, which are not read; tail -c BYTES FILE prints them") \
	X(IR_DAMAGE_BAD_SECTIONS,	CORRUPT, "bad_sections",	"invalid sections, options or headers of the file") \
	X(IR_DAMAGE_BAD_CHUNKS,		CORRUPT, "bad_chunks",		"compressed chunks that cannot be decompressed") \
	X(IR_DAMAGE_REPAIRED_CHUNKS,	INFO,	 "repaired_chunks",	"compressed chunks with a wrong header and intact data") \
	X(IR_DAMAGE_BAD_FORMATS,	CORRUPT, "bad_formats",		"event formats that lack a field or cannot be parsed") \
	X(IR_DAMAGE_BAD_EVENTS,		CORRUPT, "bad_events",		"events too short for their fields, or with impossible values") \
	X(IR_DAMAGE_TIME_BACKWARDS,	CORRUPT, "time_backwards",	"events earlier than their predecessor on the same CPU") \
	X(IR_DAMAGE_UNPAIRED_CALLS,	LOSS,	 "unpaired_calls",	"calls of which only the entry or only the return was recorded, which are ignored") \
	X(IR_DAMAGE_UNKNOWN_UNMAPS,	INFO,	 "unknown_unmaps",	"unmaps of mappings made before the recording began, or in a gap") \
	X(IR_DAMAGE_UNKNOWN_PAGES,	INFO,	 "unknown_unmap_pages",	"pages of these unmaps") \
	X(IR_DAMAGE_OVERLAPPING_MAPS,	INFO,	 "overlapping_maps",	"mappings over live ones: several domains without names, or lost unmaps") \
	X(IR_DAMAGE_PARTIAL_UNMAPS,	INFO,	 "partial_unmaps",	"unmaps of a part of a mapping or of several mappings") \
	X(IR_DAMAGE_AMBIGUOUS_DEVICES,	INFO,	 "ambiguous_devices",	"unmaps whose device could not be determined") \
	X(IR_DAMAGE_UNNAMED_MAPS,	INFO,	 "unnamed_maps",	"mappings without a device name in a recording that has device names") \
	X(IR_DAMAGE_ASSUMED_GROUPS,	INFO,	 "assumed_groups",	"scatter lists whose segments were joined only because they are adjacent") \
	X(IR_DAMAGE_ASSUMED_FAILURES,	INFO,	 "assumed_failed_maps",	"pairs of a map and an unmap that are assumed to be a failed map") \
	X(IR_DAMAGE_UNSIZED_FAILURES,	INFO,	 "unsized_failed_maps",	"failed maps without a recorded size, which are replayed as one page") \
	X(IR_DAMAGE_FOREIGN_LINES,	INFO,	 "foreign_lines",	"lines of a text that are not events: a kernel's log, other tracers, mail") \
	X(IR_DAMAGE_JOINED_LINES,	INFO,	 "joined_lines",	"events of a text that were divided into several lines and were joined") \
	X(IR_DAMAGE_UNKNOWN_FLAGS,	INFO,	 "unknown_flags",	"events of a text with an unknown flag letter, so that their context is not known") \
	X(IR_DAMAGE_CUT_CHAINS,		INFO,	 "cut_call_chains",	"call chains of which only the innermost 64 frames were kept") \
	X(IR_DAMAGE_DROPPED_CHAINS,	INFO,	 "dropped_call_chains",	"call chains beyond the limit of 65535 different ones; their mappings have no call site") \
	X(IR_DAMAGE_LIMIT_CPUS,		LIMIT,	 "limit_cpus",		"CPUs beyond the limit of 8192 in a trace.dat or perf.data file, which are not read") \
	X(IR_DAMAGE_LIMIT_DEVICES,	LIMIT,	 "limit_devices",	"events of devices beyond the limit of 65535, which count for no device") \
	X(IR_DAMAGE_LIMIT_EVENT_NAMES,	LIMIT,	 "limit_event_names",	"events of a text with names beyond the limit of 4096, which are ignored") \
	X(IR_DAMAGE_LIMIT_TIMERS,	INFO,	 "limit_timers",	"expirations of flush-queue timers, or unmaps of devices, beyond 32, whose owner is not determined") \
	X(IR_DAMAGE_LIMIT_LATE,	INFO,	 "limit_late_timers",	"expirations of flush-queue timers beyond 65536, whose lateness is not determined") \
	X(IR_DAMAGE_LIMIT_DOMAINS,	INFO,	 "limit_domains",	"unmaps of devices beyond 256, or domains beyond 4096, whose type is not determined") \
	X(IR_DAMAGE_LIMIT_START_IOVAS,	INFO,	 "limit_start_iovas",	"IOVAs that were free at the start, at least; those beyond 4096 are not used")

enum ir_damage_kind {
#define IR_DAMAGE_ENUM(id, severity, name, meaning) id,
	IR_DAMAGE_LIST(IR_DAMAGE_ENUM)
#undef IR_DAMAGE_ENUM
	IR_DAMAGE_KINDS
};

struct ir_damage {
	uint64_t count[IR_DAMAGE_KINDS];
};

/** ir_damage_name - the counter's name in reports, e.g. "lost_events" */
const char *ir_damage_name(enum ir_damage_kind kind);
/** ir_damage_meaning - one line for people */
const char *ir_damage_meaning(enum ir_damage_kind kind);
/** ir_damage_severity - how bad it is */
enum ir_severity ir_damage_severity(enum ir_damage_kind kind);
/** ir_severity_name - "info", "loss", "corrupt" or "limit" */
const char *ir_severity_name(enum ir_severity severity);
/** ir_damage_complete - true if all counters are zero but those of IR_SEVERITY_INFO */
bool ir_damage_complete(const struct ir_damage *damage);

#endif
