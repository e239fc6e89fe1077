/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replays: the operations of a recording through any number of configurations
 * (strategy x hypervisor x parameters) at once.
 *
 * Without a load the replay is open-loop: operations happen at their recorded times,
 * however long earlier ones took under the strategy.  Results depend on the operations and the
 * configuration alone, never on threads or wall-clock time.
 */
#ifndef IOMMU_REPLAY_REPLAY_H
#define IOMMU_REPLAY_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <iommu-replay/error.h>
#include <iommu-replay/explain.h>
#include <iommu-replay/hypervisor.h>
#include <iommu-replay/iommu.h>
#include <iommu-replay/load.h>
#include <iommu-replay/recording.h>
#include <iommu-replay/strategy.h>
#include <iommu-replay/timeline.h>

enum ir_queue_type {
	IR_QUEUE_DEFAULT,	/* single where RPCIT is needed after mapping, else per-cpu */
	IR_QUEUE_NONE,
	IR_QUEUE_SINGLE,
	IR_QUEUE_PER_CPU,
};

enum ir_api {
	IR_API_DMA,		/* DMA API calls: IOVAs are allocated by the model */
	IR_API_IOMMU,		/* IOMMU API calls: the recorded IOVAs, no queue, unmap syncs */
};

enum ir_timer_mode {
	IR_TIMER_SIMULATED,
	IR_TIMER_RECORDED,	/* fires at IR_OP_FLUSH_TIMER */
};

/* The kernel interface with which QEMU pins memory. */
enum ir_backend {
	IR_BACKEND_DEFAULT,	/* type1 where the hypervisor has a backend, else none */
	IR_BACKEND_TYPE1,	/* vfio_iommu_type1: counts entries; a limit of 65535 by default */
	IR_BACKEND_IOMMUFD,	/* no count, so that entries never run out */
};

/* How long an RPCIT keeps its CPU busy. */
enum ir_latency_mode {
	IR_LATENCY_AUTO,	/* fitted to the recorded RPCITs; if there are none, no time */
	IR_LATENCY_RECORDED,	/* as long as the RPCIT of the same recorded mapping, else as fitted */
	IR_LATENCY_GIVEN,	/* given by the caller; 0: no time, strictly serial */
};

/* The origin of a parameter's value. */
enum ir_source {
	IR_FROM_DEFAULT,	/* what the kernel or hypervisor would choose */
	IR_FROM_RECORDING,
	IR_FROM_USER,
};

const char *ir_source_name(enum ir_source source);
/** ir_queue_type_name - as in --queue and in reports */
const char *ir_queue_type_name(enum ir_queue_type type);
/** ir_share_name - "device" or "guest" */
const char *ir_share_name(enum ir_share share);
/** ir_backend_name - NULL: none */
const char *ir_backend_name(enum ir_backend backend);
const char *ir_latency_mode_name(enum ir_latency_mode mode);

#define IR_MAX_COPIES 64u	/* of the recording's devices */

/* The user's settings.  Zero means "default" in every field. */
struct ir_params {
	const struct ir_iommu *iommu;	/* NULL: the recorded machine's */
	struct ir_hypervisor_params hypervisor;
	bool has_entry_limit;		/* the limits were given; 0 means none */
	bool has_pinned_limit;
	bool has_tlb_refresh;		/* it was given, even if 0 */
	bool has_share;			/* share was given; else the hypervisor's */
	enum ir_share share;
	enum ir_backend backend;	/* IR_BACKEND_DEFAULT: none */
	enum ir_queue_type queue;
	uint32_t queue_size;		/* slots of a ring; holds one less */
	uint32_t queue_timeout_ms;
	uint64_t aperture;		/* bytes */
	uint64_t initial_pages;
	bool has_initial_pages;		/* initial_pages was given, even if 0 */
	uint32_t cpus;
	uint32_t hz;
	uint32_t devices;		/* copies of the recording's devices in one guest */
	enum ir_api api;
	enum ir_timer_mode timer;
	/* Domains are of type DMA (strict) for as long as those of the recorded machine were. */
	bool recorded_types;
	enum ir_latency_mode latency;
	uint64_t rpcit_base_ns;		/* IR_LATENCY_GIVEN: how long an RPCIT keeps its CPU busy, */
	uint64_t rpcit_page_ns;		/* and for each page it covers that changed */
	bool has_all;			/* a flush of everything has a duration of its own: */
	uint64_t all_base_ns;		/* a base, */
	uint64_t all_page_ns;		/* and a time for each page that is mapped then */
};

/* The effective values, all set, and where each came from. */
struct ir_effective {
	const struct ir_iommu *iommu;
	const char *iommu_why;		/* the evidence for it, in words */
	struct ir_hypervisor_params hypervisor;
	/*
	 * If the entry limit was inferred: how many of the recorded shortages agree with it, of
	 * how many.  With @limits_differ each device has its own limit, which is in the
	 * device's share of the result; here is that of the device with most shortages.
	 */
	uint32_t limit_agree, limit_shortages;
	bool limits_differ;
	enum ir_share share;		/* whose the limits are */
	/*
	 * The same for the scope of limits that was not chosen (@share is IR_SHARE_DEVICE: one
	 * limit for all devices): shortages that agree with @other_limit; 0: no single limit.
	 */
	uint32_t other_agree;
	uint64_t other_limit;
	enum ir_backend backend;
	enum ir_queue_type queue;
	uint32_t queue_size;
	uint32_t queue_timeout_ms;
	uint64_t aperture_start;
	uint64_t aperture;
	uint64_t initial_pages;
	/*
	 * If several devices were recorded: how many devices share the initial pages whose
	 * device no event shows, so that with those that unmaps show all have equally many, as
	 * far as that is possible (1: that of options.device gets all); 0: none.
	 */
	uint32_t initial_devices;
	uint64_t initial_lazy_pages;	/* former DMA API: unmapped before, not yet flushed */
	uint64_t initial_flushed_pages;	/* likewise, flushed: their IOVAs were handed out */
	uint32_t cpus;
	uint32_t hz;
	uint32_t devices;		/* at least 1 */
	uint64_t timer_phase_ns;	/* where jiffies begin on the recording's clock */
	uint64_t timer_late_ns;		/* from a timer's expiry to its flush, in the recording on average */
	uint64_t timer_rest_ns;		/* likewise, where the machine ran timers (struct ir_stall) */
	enum ir_api api;
	enum ir_timer_mode timer;
	bool timer_missing;	/* recorded timers were requested, but the recording has none */
	enum ir_latency_mode latency;
	uint64_t rpcit_base_ns;
	uint64_t rpcit_page_ns;
	bool has_all;
	uint64_t all_base_ns, all_page_ns;	/* as in struct ir_params */
	uint64_t all_ns;		/* mean duration of a flush of everything in this replay */
	struct {
		enum ir_source own[IR_HYPERVISOR_OWN];
		enum ir_source entry_limit, pinned_limit, tlb_refresh, share, backend, queue, queue_size,
			queue_timeout, aperture, initial_pages, cpus, hz, devices, timer_phase, timer_late,
			rpcit_latency, all_latency, iommu;
	} from;
};

/* One RPCIT of a replay. */
struct ir_rpcit {
	uint64_t time_ns;	/* issued */
	uint64_t iova;		/* bytes */
	uint64_t size;
	uint32_t cpu;
	uint16_t device;
	bool global;
	enum ir_cause cause;
	int result;		/* 0, -ENOMEM or -EIO */
};

/* Callbacks of one replay; the thread that runs it calls them. */
struct ir_observer {
	/* The replay has issued an RPCIT, and it is done. */
	void (*rpcit)(void *arg, const struct ir_rpcit *rpcit);
	/* The recorded machine issued an RPCIT (the recording was opened with options.rpcits). */
	void (*recorded)(void *arg, const struct ir_op *op);
	/* A mapping got an IOVA, in bytes, UINT64_MAX: none. */
	void (*mapped)(void *arg, const struct ir_op *op, uint64_t iova);
	void *arg;
};

/* Members after the first two may be zero: the defaults of the kernel and the hypervisor. */
struct ir_config {
	const struct ir_strategy *strategy;
	const struct ir_hypervisor *hypervisor;
	struct ir_params params;
	const struct ir_observer *observer;	/* may be NULL */
};

/* Results of one configuration.  Counts, unless the name says a unit. */
struct ir_result {
	struct ir_effective parameters;
	struct {
		uint64_t total;
		uint64_t insufficient;	/* RPCITs that reported insufficient resources */
		uint64_t by_cause[IR_CAUSES];
		uint64_t global;	/* over the whole aperture */
		uint64_t ranged;
	} rpcit;
	/* The IOMMU's commands (ir_iommu.cover); a flush above may take several. */
	struct {
		uint64_t total;
		uint64_t by_cause[IR_CAUSES];
		uint64_t by_kind[IR_INVALIDATION_KINDS];
	} invalidations;
	/* Entries of the host, in the unit of its limit (ir_iommu.entry). */
	struct {
		uint64_t peak;		/* held at once */
		uint64_t refused;	/* kept out by the limit, once for each walk */
	} entries;
	/* As the kernel's /sys/kernel/debug/pci/.../statistics would show them (6.7 and later). */
	struct {
		uint64_t mapped_pages;
		uint64_t unmapped_pages;
		uint64_t global_rpcits;	/* without those of a retry in iotlb_sync_map */
		uint64_t sync_map_rpcits;
		uint64_t sync_rpcits;
	} kernel;
	struct {
		uint64_t attempted;
		uint64_t succeeded;
		uint64_t iova_exhausted;	/* failed: no IOVA */
		uint64_t map_failed;		/* failed: RPCIT failed, undone */
		uint64_t unbacked;		/* succeeded, but the device would fault on some pages */
		uint64_t unbacked_pages;
	} maps;
	struct {
		uint64_t live_pages;
		uint64_t lazy_pages;	/* unmapped, not yet flushed */
		uint64_t host_pages;	/* in the hypervisor's shadow */
		uint64_t iova_pages;	/* IOVA space held by mappings and queues */
		uint64_t queue_depth;	/* entries of the fullest ring */
	} peaks;
	/*
	 * Pages that a device could still reach after their unmap.  reused_ and reachable_
	 * figures exist for the whole machine only, not for each device.
	 */
	struct {
		uint64_t pages;
		double page_seconds;
		/* Of pages that the device may write to; pages without a recorded direction count. */
		double writable_page_seconds;
		/* Mapped again, or freed if that is recorded, while still reachable: a lower bound. */
		uint64_t reused_pages;
		double reused_page_seconds;
		uint64_t reachable_p50, reachable_p99;	/* pages, of the time */
		/* Of the recording: bytes of mapped pages beyond the size that was requested. */
		uint64_t subpage_bytes;
		bool has_sizes;		/* the recording has sizes in bytes: subpage_bytes is known, */
		bool has_directions;	/* and directions: writable_page_seconds is */
		uint64_t p50_ns;
		uint64_t p99_ns;
		uint64_t max_ns;
		uint64_t reachable_at_end;	/* pages: their exposure counts until the end only */
	} exposure;
	struct ir_time time;
	uint64_t replayed_failures;	/* recorded failed attempts, replayed as attempts */
	uint64_t skipped_unmaps;	/* unmaps of mappings that failed in this replay */
	uint64_t overrun_ns;		/* how long RPCITs continued after the recording's end */
	bool lower_bound;		/* events were lost: counts may be too low from then on, */
	uint64_t lower_bound_ns;	/* on the recording's clock */
};

struct ir_replay_options {
	unsigned int jobs;	/* threads; 0: all processors */
	void (*progress)(void *arg, uint64_t ops_done, uint64_t ops_total);
	void *progress_arg;
	const volatile int *interrupted;	/* stop when it becomes non-zero; may be NULL */
	/*
	 * Replay a configuration no further when more of its maps than this failed or left pages
	 * unbacked: its result is that of the part which was replayed.  NULL: all of it, also with @load.
	 */
	const uint64_t *most_failures;
	/*
	 * Each device's share of each result: room for as many as the recording has
	 * devices (info->nr_devices, the first one without a name), configuration by
	 * configuration; NULL: not requested.  Counts add up to the whole, peaks do not,
	 * and overrun_ns exists for the whole only.  With several copies (params.devices)
	 * the shares are those of the first copy.
	 */
	struct ir_result *devices;
	/*
	 * Figures of each call site, for a recording that was opened with sites:
	 * zeroed room for n times info->sites->nr, configuration by configuration.
	 * NULL: not requested.
	 */
	struct ir_site_result *sites;
	/*
	 * Room for a timeline of each configuration, all NULL; NULL: not requested.
	 * The timelines made are the caller's (ir_timeline_free()), also after an error.
	 */
	struct ir_timeline **timelines;
	/* Zeroed room for @n: who held what at shortages.  NULL: not requested.  Needs sites. */
	struct ir_explanation *explanations;
	/*
	 * Facts about time from the recording (ir_load_new()), to predict what each
	 * configuration costs: result->time.  Operations then happen when they would have,
	 * with the configuration's flushes, unless @recorded_times.  NULL: at recorded times.
	 */
	const struct ir_load *load;
	bool recorded_times;
};

/**
 * ir_config_check - check a configuration for contradictions
 *
 * Returns 0, or -EINVAL with @err set.
 */
int ir_config_check(const struct ir_config *config, struct ir_error *err);
/**
 * ir_replay - replay a recording under all configurations
 * @rec: is rewound first
 * @results: room for @n
 *
 * Returns 0, a negative errno with @err set, -EINTR if interrupted.
 */
int ir_replay(struct ir_recording *rec, const struct ir_config *configs, size_t n,
	      const struct ir_replay_options *options, struct ir_result *results,
	      struct ir_error *err);

#endif
