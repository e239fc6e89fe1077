/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings: a file of trace events, read as operations.
 *
 * Opening a recording reads it from end to end (the survey), once or in a few passes:
 * this finds everything that a replay must know before its first operation, counts the
 * events and the damage, and stores the operations in compressed form (some 30
 * bytes each): in memory up to a bound, then in an unnamed temporary file
 * in $TMPDIR or /var/tmp.  ir_recording_read() returns them, again after each
 * ir_recording_rewind().
 *
 * Operations are in time order; at equal times a CPU keeps its order in the file,
 * and a lower CPU number, in an earlier buffer instance, comes first.
 */
#ifndef IOMMU_REPLAY_RECORDING_H
#define IOMMU_REPLAY_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <iommu-replay/damage.h>
#include <iommu-replay/error.h>
#include <iommu-replay/events.h>
#include <iommu-replay/op.h>
#include <iommu-replay/sites.h>

struct ir_recording;

struct ir_event_total {
	const char *name;	/* "iommu:map" */
	uint64_t count;
};

#define IR_WINDOW_OPEN (UINT64_C(1) << 62)	/* window_to_ns: to the end */

/* Counts of operations; pages as the kernel's own counters have them. */

struct ir_op_totals {
	uint64_t map;		/* mappings that reached the page table, undone ones included */
	uint64_t map_pages;
	uint64_t segments;	/* physically contiguous pieces */
	uint64_t unmap;
	uint64_t unmap_pages;
	uint64_t failed_map;	/* attempts that failed: undone ones, and those without an IOVA */
	uint64_t undone_map;	/* of these, the undone ones */
};

/* RPCITs that the recorded machine issued, if it had probes on them. */
struct ir_recorded_rpcit {
	bool present;
	uint64_t total;
	uint64_t global;	/* over the whole aperture */
	uint64_t ranged;
	uint64_t insufficient;	/* returned -ENOMEM */
	uint64_t failed;	/* returned another error */
	uint64_t sync;		/* over exactly what was just unmapped */
	bool has_results;	/* return values were recorded */
};

/* Flushes that a recorded machine with another IOMMU than s390's made, if they were recorded. */
struct ir_recorded_flushes {
	bool present;
	uint64_t queue_full;	/* of the whole domain */
	uint64_t queue_timeout;
	uint64_t range;		/* of what was unmapped */
	uint64_t map;		/* of what was mapped: a hypervisor shadows the page table */
	uint64_t missed;	/* maps and unmaps that must have been flushed as the others were, without a recorded flush */
};

/* A range of IOVAs that was free when the recording began, among taken ones. */
struct ir_start_iova {
	uint64_t pfn;
	uint32_t pages;		/* a power of two */
	uint32_t cpu;
	bool in_magazine;	/* of that CPU; else in the tree */
};

/*
 * The host's entries when the RPCIT of a mapping reported insufficient resources, in
 * pages.  Pages of this mapping do not count, and of the pages that were mapped before the
 * recording only those that the recording unmaps.  min and max differ by what other CPUs
 * were mapping at that moment, and by what was unmapped during a flush, perhaps too late
 * for it.
 */
struct ir_held_pages {
	int64_t live;		/* mapped pages alone */
	int64_t min, max;	/* with unmapped pages that are not flushed */
};

struct ir_recorded_shortage {
	uint64_t time_ns;
	struct ir_held_pages own;	/* of its device */
	struct ir_held_pages all;	/* of all devices */
	uint32_t pages;		/* of the mapping */
	uint16_t device;
	bool flushed;		/* by then, all that was unmapped before the recording was flushed */
};

/* A larger number of pages mapped before a recording (4 GiB) is treated as damage. */
#define IR_MAX_INITIAL_PAGES (1u << 20)

/*
 * The machine ran no timer from one's expiry, or from the timer before that, until this one fired.  Whoever
 * expires meanwhile fires at the end as well: on an emulated or busy host that may be
 * some 100 ms, of which the kernel knows nothing.
 */
struct ir_stall {
	uint64_t from_ns, until_ns;	/* recording's clock */
	/*
	 * With several devices: whose timer that was, else 0; and when it expired.  From then on timers of this
	 * device did not run, even if those of others did, on other CPUs.
	 */
	uint16_t device;
	uint64_t expiry_ns;
};

/* Facts about the machine from the recording; zero: not recorded. */
struct ir_recorded_machine {
	uint64_t aperture_start;	/* bytes; from the first global RPCIT */
	uint64_t aperture_size;
	uint64_t mapped_pages;		/* kernel counters at the start, from a marker */
	uint64_t unmapped_pages;
	bool has_marker;
	uint64_t found_pages;		/* mapped before the recording, known from their unmaps */
	const uint64_t *found_of;	/* of these, each device's; NULL: not known */
	/*
	 * Former DMA API: the first mapped_pages pages of the IOVA space were allocated
	 * before the recording; true: the page was mapped again later, so it had been
	 * unmapped.  mapped_pages elements, or NULL: not known.
	 */
	const bool *reused;
	/*
	 * dma-iommu: all IOVAs from this page on were allocated at the start, except
	 * those listed, which are in the order in which they were allocated later.
	 */
	uint64_t taken_pfn;		/* 0: not recorded */
	const struct ir_start_iova *start_iovas;
	size_t nr_start_iovas;
	uint32_t hz;			/* jiffies a second, from the times of timers or from who built the kernel */
	uint64_t timer_phase_ns;	/* where jiffies begin on the clock */
	bool has_timer_phase;		/* false: that is only where they may begin, as no timer is early then */
	uint64_t timer_late_ns;		/* mean time from a timer's expiry to its flush */
	uint64_t timer_rest_ns;		/* of that, the mean of what is less than a jiffy */
	bool has_timer_late;
	/* When it ran no timers, in time order, apart from each other: of its first 65,536 timers. */
	const struct ir_stall *stalls;
	size_t nr_stalls;
	uint64_t timer_flushes;		/* of flush queues, recorded */
	bool queued_before;		/* a single queue's timer was running when the recording began */
	/*
	 * Duration of RPCITs during which their CPU had no other event: a base plus a time for
	 * each page of the range; and the median of those over the whole aperture.  0: not
	 * recorded.
	 */
	uint64_t rpcit_base_ns;
	uint64_t rpcit_page_ns;
	uint64_t rpcit_global_ns;
	/* RPCITs by the kernel's counters, without those of retries; 0: not recorded. */
	uint64_t counted_rpcits;
	const struct ir_recorded_shortage *shortages;	/* the first ones, in their order */
	size_t nr_shortages;
	const uint32_t *shortages_of;	/* how many of these each device had; NULL: not known */
	/*
	 * For each device the largest number of pages that the host held while an RPCIT
	 * succeeded, counted as in struct ir_held_pages; NULL: not known.
	 */
	const int64_t *held_pages;
	bool s390_dma_api;		/* former s390 DMA API (before Linux 6.7) */
};

struct ir_recording_info {
	const char *file;
	const char *format;	/* "trace.dat v7 (zstd)" */
	const char *why;	/* what the format was recognised by */
	const char *byte_order;	/* "big", "little" */
	const char *kernel;	/* NULL: not recorded; likewise below */
	const char *arch;
	const char *clock;
	uint32_t cpus;
	uint64_t start_ns;	/* first event of interest; without operations, the first event that is no marker */
	uint64_t window_from_ns, window_to_ns;	/* as options have them; both 0: all of it */
	uint64_t last_operation_ns;	/* time of the last map, unmap or failed map; 0: none */
	uint64_t duration_ns;	/* to the last event or marker; perf: exit of a process; likewise */
	const char *hint;	/* why there are no operations, and what to do; NULL: there are some */
	const struct ir_event_total *events;	/* by name */
	size_t nr_events;
	const char *const *devices;	/* devices[0] is NULL: not named */
	size_t nr_devices;
	uint16_t device;	/* number of options.device, the only one with operations; 0: all devices */
	const char *device_name;	/* options.device; NULL: all devices */
	struct ir_op_totals ops;
	uint32_t max_mappings;	/* mapping numbers are below this */
	uint64_t max_live_pages;
	/* Successful maps of the DMA API, and those whose DMA address is the physical one. */
	uint64_t dma_maps, dma_direct;
	uint64_t dma_sized;		/* dma_maps whose size in bytes is recorded */
	uint64_t subpage_bytes;		/* bytes of their pages beyond that size */
	uint64_t page_frees;		/* how often memory was freed, if that was recorded */
	uint64_t dma_directions;	/* dma_maps whose direction is recorded */
	/* Most entries of live mappings in an I/O page table, which may be ranges: estimated. */
	uint64_t max_live_entries;
	uint64_t max_memory;	/* as options->max_memory, never 0 */
	struct ir_recorded_rpcit rpcit;
	struct ir_recorded_flushes flushes;
	struct ir_recorded_machine machine;
	const char *events_file;	/* of options->events; NULL: none */
	uint64_t user_events;	/* types of events in the recording that options->events names */
	const struct ir_site_table *sites;	/* NULL: was not asked for */
	struct ir_damage damage;
	bool complete;		/* ir_damage_complete() */
	/*
	 * If not complete: the time of the first loss (start_ns if that is not known), and
	 * for each device whether operations of it may be missing.  A device that was
	 * removed before the loss and did not come back misses none.
	 */
	uint64_t lost_ns;
	const bool *devices_lost;	/* NULL: complete */
	/*
	 * The devices of all recorded RPCITs and flushes are known: with
	 * options.device, rpcit and flushes above are those of that device alone.
	 */
	bool rpcits_by_device;
	/* Domains of type DMA (strict) at some time and with a queue at another, by their RPCITs. */
	bool types_vary;
};

struct ir_recording_options {
	const char *device;	/* only this device's operations; NULL: all */
	/* Called regularly while reading, also by ir_faults_find(); may be NULL.  @done of @total bytes, 0: not known. */
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	void *progress_arg;
	bool rpcits;		/* include recorded RPCITs in the operations */
	bool survey_only;	/* only ir_recording_info() will be used: there will be no operations */
	size_t spool_memory;	/* bytes of operations to keep in memory; 0: the default, 4 MiB */
	/*
	 * Rules for events that are not known by their names.  Owned by the caller; must
	 * outlive the recording.  NULL: only events known by their names are used.
	 */
	const struct ir_events *events;
	bool sites;		/* find who made the mappings: info->sites, and the site of each operation */
	/*
	 * Only events between these times, counted from the recording's first event.  Earlier
	 * mappings are known only if they are unmapped in the window; markers are used only
	 * if the window begins at 0.  window_to_ns is IR_WINDOW_OPEN for the end of the recording,
	 * and 0 for the whole recording, whatever window_from_ns is.
	 */
	uint64_t window_from_ns, window_to_ns;
	bool tasks;		/* with sites: sites are the tasks that ran, by name, instead of call sites */
	/* Sources of names of functions besides the recording itself; NULL: not given. */
	const char *vmlinux;	/* the recorded kernel's, an ELF file with symbols */
	const char *modules;	/* a directory with its modules */
	const char *kallsyms;	/* a copy of its /proc/kallsyms, of the recorded boot */
	/*
	 * Bytes that the recording, or a replay of it, may take for what grows with devices,
	 * mappings and pages (iommu-replay-promises(7)); what would exceed it fails.
	 * 0: three quarters of what the machine, the process' limits and its control group allow.
	 */
	uint64_t max_memory;
};

/** ir_recorded_strict - were most unmaps flushed at once, as in a domain of type DMA */
bool ir_recorded_strict(const struct ir_recording_info *info);
/** ir_default_hz - the default of jiffies a second for a machine like the recorded one */
uint32_t ir_default_hz(const struct ir_recording_info *info);

/**
 * ir_recording_open - open and survey a recording
 * @path: a file, or "-" for standard input
 * @options: may be NULL
 *
 * Returns NULL with @err set if nothing can be read, or if an event lacks a
 * field that @options->events names.  Other damage is not an error: see
 * info->damage and info->complete.
 */
struct ir_recording *ir_recording_open(const char *path,
				       const struct ir_recording_options *options,
				       struct ir_error *err);
/** ir_recording_close - NULL is fine */
void ir_recording_close(struct ir_recording *rec);
/** ir_recording_info - valid until ir_recording_close() */
const struct ir_recording_info *ir_recording_info(const struct ir_recording *rec);
/**
 * ir_recording_read - the next operations
 * @ops: room for @max of them (at least 1)
 *
 * Returns how many, 0 at the end, or a negative errno with @err set.  The
 * pieces of one mapping may be split over two calls.
 */
ssize_t ir_recording_read(struct ir_recording *rec, struct ir_op *ops, size_t max,
			  struct ir_error *err);
/** ir_recording_rewind - the next read starts at the first operation; 0 or a negative errno with @err set */
int ir_recording_rewind(struct ir_recording *rec, struct ir_error *err);

#endif
