/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults of an IOMMU: which mapping held the address that a device was denied.
 *
 * A fault is known from its trace event (iommu:io_page_fault), from a line of the
 * kernel's log, or from that line as a trace event (printk:console).  One that was
 * reported in several ways is one fault.
 *
 * A report comes after the access.  The access happened at most
 * .uncertainty_ns before .time_ns; with a log whose clock is not the recording's,
 * it may also be that much after it.  Each state of the address in that time in which
 * the access faults is a candidate: a mapping that had ended, one with the wrong
 * direction, no mapping.  If there is one candidate, its mapping is in .mapping.  If
 * there are several, the kind is IR_FAULT_UNCERTAIN, and .mapping is NULL.
 */
#ifndef IOMMU_REPLAY_FAULTS_H
#define IOMMU_REPLAY_FAULTS_H

#include <iommu-replay/error.h>
#include <iommu-replay/recording.h>
#include <iommu-replay/replay.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ir_fault_kind {
	IR_FAULT_UNMAPPED,		/* it was mapped, and unmapped before the access */
	IR_FAULT_NEVER_MAPPED,		/* no mapping in the recording had the address */
	IR_FAULT_WRONG_DIRECTION,	/* it was mapped, for the other direction only */
	IR_FAULT_OTHER_DOMAIN,		/* mappings that had it are of another domain */
	IR_FAULT_UNCERTAIN,		/* the recording does not decide */
	IR_FAULT_KINDS
};

enum ir_fault_access { IR_ACCESS_UNKNOWN, IR_ACCESS_READ, IR_ACCESS_WRITE };

enum ir_fault_source {	/* bits */
	IR_FAULT_EVENT		= 1 << 0,
	IR_FAULT_LOG		= 1 << 1,
	IR_FAULT_CONSOLE	= 1 << 2,
};

/* The report's statement about the entry of the page table. */
enum ir_fault_entry { IR_ENTRY_UNKNOWN, IR_ENTRY_NOT_PRESENT, IR_ENTRY_NOT_PERMITTED };

/* A task that mapped or unmapped. */
struct ir_fault_by {
	const char *task;		/* NULL: not known */
	const char *function;		/* "dma_map_page"; NULL: no event shows it */
	uint32_t pid;
	uint32_t cpu;
};

/* A mapping, and the piece of it that held the address. */
struct ir_fault_mapping {
	uint64_t iova, size;		/* the piece: what one iommu:map event mapped */
	uint64_t whole_iova, whole_size;	/* the whole mapping */
	uint32_t segments;		/* pieces of the whole */
	uint32_t site;			/* call site, a number in info->sites */
	const char *device;		/* NULL: not named */
	const char *direction;		/* "TO_DEVICE"; NULL: not recorded */
	uint64_t mapped_ns;		/* 0: before the recording */
	uint64_t unmapped_ns;		/* 0: not in the recording */
	struct ir_fault_by mapped_by, unmapped_by;
	uint64_t flushed_ns;		/* first flush of it after the unmap; 0: none is in the recording */
	bool is_before;			/* it was mapped before the recording began */
};

struct ir_fault_candidate {
	enum ir_fault_kind kind;
	const struct ir_fault_mapping *mapping;	/* NULL: never mapped */
	uint64_t before_ns;		/* how long before the report at least */
	const char *reason;
};

enum ir_fault_side { IR_SIDE_NONE, IR_SIDE_OVERRUN, IR_SIDE_UNDERRUN };

struct ir_fault {
	uint64_t time_ns;		/* of the report, on the recording's clock */
	uint64_t uncertainty_ns;
	unsigned int sources;		/* enum ir_fault_source */
	const char *device;		/* as the report names it; NULL: it does not */
	const char *iommu;		/* "amd", "vtd", "smmuv3", ...; NULL: not known */
	uint64_t address;
	bool page_only;			/* of the address only the page is known */
	enum ir_fault_access access;
	enum ir_fault_entry entry;
	enum ir_fault_kind kind;
	const struct ir_fault_mapping *mapping;	/* NULL: none, or not certain */
	const struct ir_fault_candidate *candidates;
	size_t nr_candidates;
	/* A mapping that was live on the page in front of the address or behind it. */
	enum ir_fault_side side;
	const struct ir_fault_mapping *neighbour;
	const char *verdict;		/* one sentence */
};

/* How many faults there are of something. */
struct ir_fault_count {
	const char *name;
	uint64_t count;
};

struct ir_faults {
	const struct ir_fault *faults;	/* by time */
	size_t nr;
	uint64_t by_kind[IR_FAULT_KINDS];
	const struct ir_fault_count *by_device;	/* most faults first */
	size_t nr_devices;
	const struct ir_fault_count *by_site;	/* of mapping's call site, else function and task */
	size_t nr_sites;
	uint64_t events, console_lines, log_lines;	/* reports that were read */
	uint64_t outside;		/* faults of the log from before or after the recording */
	uint64_t suppressed;		/* lines that the kernel left out, by the log's own count */
	bool may_be_missing;		/* reports are rate-limited, and some may be missing */
	uint64_t bad_lines;		/* that look like a fault and cannot be read */
	bool log_given;
	uint64_t log_cut;		/* bytes of it that are cut or damaged; 1: not known how many */
	bool undated;			/* the log has lines, and none with a time; not in reports */
	uint64_t delay_ns;		/* how long before its report an access may be */
	const char *clock;		/* how the log's clock was aligned; NULL: no log */
	uint64_t clock_error_ns;	/* at worst */
	uint64_t unexamined;		/* faults beyond IR_FAULTS_MAX */
};

#define IR_FAULTS_MAX	(1u << 21)	/* that are examined */

struct ir_fault_options {
	const char *log;		/* a kernel log beside the recording, also compressed, "-": standard input; NULL: none */
	/* "0000:00:10.0,0000:00:10.1": devices of one IOMMU group; may be NULL */
	const char *const *groups;
	size_t nr_groups;
	uint64_t delay_ns;		/* 0: as the recording shows */
	const volatile int *interrupted;	/* stop to read the log when it becomes non-zero; may be NULL */
};

/**
 * ir_faults_find - find the faults of a recording, and who held their addresses
 * @rec: opened; its operations have to be rewound afterwards
 *
 * Reads the recording twice.  Memory grows with the faults, not with the
 * recording.  NULL with @err set: the log cannot be read, or no memory.
 */
struct ir_faults *ir_faults_find(struct ir_recording *rec, const struct ir_fault_options *options,
				 struct ir_error *err);
void ir_faults_free(struct ir_faults *faults);

/*
 * How many of the recorded faults a strategy would have hidden and shown.  A device that uses a page
 * after its unmap reaches it until the replay flushes it: the fault is hidden then, else
 * shown.  Other kinds of faults are shown by every strategy.
 */
struct ir_fault_exposure {
	uint64_t shown;
	uint64_t hidden;
	uint64_t undecided;	/* uncertain faults, and mappings that failed in the replay */
};

/* Watches one replay on behalf of ir_fault_exposure. */
struct ir_fault_watch;

/**
 * ir_fault_watch_new - watch a replay of the recording whose faults these are
 * @faults, @info: outlive it
 *
 * NULL: no memory.
 */
struct ir_fault_watch *ir_fault_watch_new(const struct ir_faults *faults,
					  const struct ir_recording_info *info);
/** ir_fault_watch_observer - for struct ir_config of that replay alone */
const struct ir_observer *ir_fault_watch_observer(const struct ir_fault_watch *watch);
/** ir_fault_watch_result - after the replay */
void ir_fault_watch_result(struct ir_fault_watch *watch, struct ir_fault_exposure *exposure);
void ir_fault_watch_free(struct ir_fault_watch *watch);

/** ir_fault_kind_name - "unmapped", "never_mapped", ... */
const char *ir_fault_kind_name(enum ir_fault_kind kind);
/** ir_fault_access_name - "read", "write"; NULL: not known */
const char *ir_fault_access_name(enum ir_fault_access access);
/** ir_fault_source_name - the most precise of several: "event", "console", "log" */
const char *ir_fault_source_name(unsigned int sources);

#endif
