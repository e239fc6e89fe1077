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
	X(IR_DAMAGE_LOST_EVENTS,	LOSS,	 "lost_events",		"events that the tracer says it dropped") \
	X(IR_DAMAGE_LOST_GAPS,		LOSS,	 "lost_gaps",		"places where the tracer dropped events without saying how many") \
	X(IR_DAMAGE_CORRUPT_BYTES,	CORRUPT, "corrupt_bytes",	"bytes of event data that could not be understood and were skipped") \
	X(IR_DAMAGE_TRUNCATED,		CORRUPT, "truncated",		"bytes that the file's own headers promise and the file does not have, or the last line of a text that is not whole") \
	X(IR_DAMAGE_APPENDED,		CORRUPT, "appended_bytes",	"bytes of another recording behind the end of this one, which are not read; tail -c BYTES FILE has them") \
	X(IR_DAMAGE_BAD_SECTIONS,	CORRUPT, "bad_sections",	"sections, options or headers of the file that make no sense") \
	X(IR_DAMAGE_BAD_CHUNKS,		CORRUPT, "bad_chunks",		"compressed chunks that do not decompress") \
	X(IR_DAMAGE_REPAIRED_CHUNKS,	INFO,	 "repaired_chunks",	"compressed chunks whose header was wrong and whose data is intact") \
	X(IR_DAMAGE_BAD_FORMATS,	CORRUPT, "bad_formats",		"event formats that lack a field or do not parse") \
	X(IR_DAMAGE_BAD_EVENTS,		CORRUPT, "bad_events",		"events too short for their fields, or with impossible values") \
	X(IR_DAMAGE_TIME_BACKWARDS,	CORRUPT, "time_backwards",	"events earlier than their predecessor on the same CPU") \
	X(IR_DAMAGE_UNPAIRED_CALLS,	LOSS,	 "unpaired_calls",	"calls of which only the entry or only the return was recorded; left out") \
	X(IR_DAMAGE_UNKNOWN_UNMAPS,	INFO,	 "unknown_unmaps",	"unmaps of mappings made before the recording began, or in a gap") \
	X(IR_DAMAGE_UNKNOWN_PAGES,	INFO,	 "unknown_unmap_pages",	"pages of these") \
	X(IR_DAMAGE_OVERLAPPING_MAPS,	INFO,	 "overlapping_maps",	"mappings over live ones: several domains without names, or lost unmaps") \
	X(IR_DAMAGE_PARTIAL_UNMAPS,	INFO,	 "partial_unmaps",	"unmaps of a part of a mapping, or of several at once") \
	X(IR_DAMAGE_AMBIGUOUS_DEVICES,	INFO,	 "ambiguous_devices",	"unmaps whose device could not be told apart") \
	X(IR_DAMAGE_UNNAMED_MAPS,	INFO,	 "unnamed_maps",	"mappings without a device name in a recording that names devices") \
	X(IR_DAMAGE_ASSUMED_GROUPS,	INFO,	 "assumed_groups",	"scatter lists put together by adjacency alone") \
	X(IR_DAMAGE_ASSUMED_FAILURES,	INFO,	 "assumed_failed_maps",	"map and unmap pairs taken for a failed map by their shape alone") \
	X(IR_DAMAGE_UNSIZED_FAILURES,	INFO,	 "unsized_failed_maps",	"failed maps whose size the recording does not tell; replayed as one page") \
	X(IR_DAMAGE_FOREIGN_LINES,	INFO,	 "foreign_lines",	"lines of a text that are no events: a kernel's log, other tracers, mail") \
	X(IR_DAMAGE_JOINED_LINES,	INFO,	 "joined_lines",	"events of a text that were broken into several lines and put together again") \
	X(IR_DAMAGE_UNKNOWN_FLAGS,	INFO,	 "unknown_flags",	"events of a text with a flag letter that is not known: not told whether in an interrupt") \
	X(IR_DAMAGE_CUT_CHAINS,		INFO,	 "cut_call_chains",	"call chains of which only the innermost 64 frames were kept") \
	X(IR_DAMAGE_DROPPED_CHAINS,	INFO,	 "dropped_call_chains",	"call chains beyond the 65535 that are told apart; what has them has no call site") \
	X(IR_DAMAGE_LIMIT_CPUS,		LIMIT,	 "limit_cpus",		"CPUs beyond the 8192 of a trace.dat file that are read") \
	X(IR_DAMAGE_LIMIT_DEVICES,	LIMIT,	 "limit_devices",	"events of devices beyond the 65535 that are told apart; they count for no device") \
	X(IR_DAMAGE_LIMIT_EVENT_NAMES,	LIMIT,	 "limit_event_names",	"events of types beyond the 4096 of a text that are told apart; left out") \
	X(IR_DAMAGE_LIMIT_TIMERS,	INFO,	 "limit_timers",	"firings of flush-queue timers, and unmaps of devices, beyond the 32 whose owners are looked for") \
	X(IR_DAMAGE_LIMIT_DOMAINS,	INFO,	 "limit_domains",	"unmaps of devices beyond the 256, and domains beyond the 4096, whose type is looked for") \
	X(IR_DAMAGE_LIMIT_START_IOVAS,	INFO,	 "limit_start_iovas",	"IOVAs free at the start that are not used, as they are more than 4096: at least")

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
/** ir_severity_name - "info", "loss" or "corrupt" */
const char *ir_severity_name(enum ir_severity severity);
/** ir_damage_complete - true if nothing was lost and nothing is corrupt */
bool ir_damage_complete(const struct ir_damage *damage);

#endif
