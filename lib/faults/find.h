/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the search for faults and for those who held their addresses.
 *
 *   find.c     the steps, one after the other
 *   reports.c  1. the recording's reports of faults, and those of a log beside it
 *   clock.c    2. when a line of the log was, on the recording's clock
 *   merge.c    3. several reports of one fault become one
 *   groups.c   which devices share a domain
 *   pages.c    4. which pages are of interest: a hash table of small blocks
 *   holders.c  5. one pass over the operations: who held these pages when (and notes.c)
 *   verdict.c  6. what may have happened to each fault, in words
 *   log*.c     messages of the drivers
 *   split.c    a line of a log: its message and its time, by stamp.c and stamp_json.c
 *   wrapped.c  lines of a log that a mail program broke
 *
 * Pass 1 of the recording finds the reports, pass 2 follows the pages of interest:
 * the faults' own and their neighbours.  All memory is for faults, pages and what
 * overlaps the time of a fault.
 *
 * Circle: find.c calls the steps in turn, and all steps share the types that are
 * declared here; a step calls nothing of find.c but the names of its enums.
 */
#ifndef IR_FAULTS_FIND_H
#define IR_FAULTS_FIND_H

#include <iommu-replay/faults.h>
#include "faults/log.h"
#include "faults/names.h"
#include "faults/wrapped.h"
#include "events/tasks.h"

#define NS_PER_MS	UINT64_C(1000000)

/*
 * How long before its report an access may be.  Threads that read an IOMMU's
 * event log run within some 10 to 100 us on hardware; a virtual machine added at most
 * 10 ms in measurements.  The first value is assumed; the second is the most that is
 * searched if the recording proves that the first was too short.
 */
#define DELAY_NS	(1 * NS_PER_MS)
#define MAX_DELAY_NS	(10 * NS_PER_MS)

/* One report of a fault. */
struct report {
	uint64_t time_ns;		/* of the recording's clock, but in a log: of the log's */
	uint64_t address;
	uint64_t error_ns;		/* how far the time may be off, either way */
	const char *iommu;		/* NULL: not recorded */
	uint32_t device;		/* number in names, 0: not recorded */
	uint8_t sources;		/* enum ir_fault_source */
	uint8_t access;
	uint8_t entry;
	bool page_only;
	bool merged;			/* it is part of another one */
	/* In a log: */
	uint64_t line_ns;		/* time of its line */
	uint64_t coarse_ns;		/* the time is off by up to half of that, either way */
	enum ir_stamp stamp;
	uint32_t boot;			/* of the log's boots */
};

struct reports {
	struct report *list;
	size_t nr, room;
	uint64_t beyond;		/* not kept: there are too many */
};

/* A line that may be in both the recording and the log. */
struct mark {
	uint64_t hash;
	uint64_t time_ns;
	uint32_t boot;
};

struct marks {
	struct mark *list;
	size_t nr, room;
};

/* The log's clock showed .log_ns when the recording's showed .trace_ns. */
struct anchor {
	uint64_t log_ns;
	uint64_t trace_ns;
	uint32_t boot;			/* of the log's boots */
};

struct anchors {
	struct anchor *list;		/* by log_ns */
	size_t nr, room;
	bool monotonic;			/* lines had times of CLOCK_MONOTONIC, which need not be the log's clock */
};

/* Groups of devices that share a domain: a number for each device that is in one. */
struct groups {
	struct {
		uint32_t device;	/* number in names */
		uint32_t group;
	} *list;
	size_t nr, room;
};

struct finding {
	struct ir_recording *rec;
	const struct ir_recording_info *info;
	const struct ir_fault_options *options;
	struct ir_error *err;
	struct ir_names names;		/* of devices, in reports, groups and operations */
	struct ir_tasks tasks;
	struct groups groups;
	struct reports reports;		/* of the recording, then of all */
	struct reports log;
	struct marks trace_marks, log_marks;
	struct anchors anchors;
	struct ir_log_wrapped *held;	/* of the log */
	struct ir_log_parser parser;	/* of the log, and of the recording's lines after it */
	uint64_t nr_events, nr_console, nr_log;
	enum ir_stamp stamp;		/* of the log: the best that a line has */
	const char *clock;		/* how it was aligned */
	uint64_t clock_error_ns;
	uint64_t outside;
	uint64_t bad_lines, suppressed;
	uint64_t log_cut;		/* its bytes that could not be read */
	uint64_t nr_lines;		/* of the log */
	uint64_t start_ns, end_ns;	/* of the recording */
};

/* reports.c */

/** ir_reports_read - pass 1, and the log; 0 or a negative errno with the error set */
int ir_reports_read(struct finding *f);
/** ir_reports_sort - by time */
void ir_reports_sort(struct reports *reports);

/* clock.c */

/** ir_clock_anchor - add a point at which both clocks are known; 0 or -ENOMEM */
int ir_clock_anchor(struct anchors *anchors, const struct anchor *anchor);

/** ir_clock_align - the times of the log's reports become the recording's; 0 or -ENOMEM */
int ir_clock_align(struct finding *f);

/* merge.c */

/** ir_merge - all reports, each fault once, by time, in f->reports; 0 or -ENOMEM */
int ir_merge(struct finding *f);

/* groups.c */

enum relation { RELATION_UNKNOWN, RELATION_SAME, RELATION_OTHER };

/** ir_groups_options - those of --group; 0 or a negative errno with the error set */
int ir_groups_options(struct finding *f);
/** ir_groups_line - a line of a log, or a marker, if it is about a group */
void ir_groups_line(struct finding *f, const struct ir_log_text *text);
/** ir_groups_finish - after the last line, before the first question */
void ir_groups_finish(struct finding *f);
/** ir_groups_relation - whether two devices share a domain */
enum relation ir_groups_relation(const struct finding *f, uint32_t a, uint32_t b);

#endif
