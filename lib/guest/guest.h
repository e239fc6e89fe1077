/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulated guest: one Linux with its devices, each in an IOMMU domain of
 * its own, under one hypervisor, with one strategy.
 *
 *   operations.c devices, timers, results; nothing knows files here
 *   map.c        map, unmap
 *   peaks.c      peaks, and values for the timeline
 *   rpcit.c      the RPCIT instruction, and what strategies may call
 *   dma_iommu.c  drivers/iommu/dma-iommu.c: IOVAs, flush queues (Linux 6.7 and later on s390)
 *   s390_dma.c   arch/s390/pci/pci_dma.c: the former DMA API
 *   fixed_iova.c the bare IOMMU API: the caller chooses the IOVA
 *
 * Time is g->now_ns, in the recording's clock.  The engine sets it before each operation and
 * timer; actors.c moves it while an actor waits.
 */
#ifndef IR_GUEST_GUEST_H
#define IR_GUEST_GUEST_H

#include <iommu-replay/op.h>
#include <iommu-replay/replay.h>
#include "base/bitmap.h"
#include "guest/iopt.h"
#include "guest/iova.h"
#include "guest/mapping.h"

struct ir_guest;

/*
 * The memory of a replay: for each device (its tables, allocator, histogram; most of them
 * are used by one CPU), each entry of an I/O page table, each mapping.
 */
#define IR_DEVICE_BYTES		6144	/* without its page table, */
#define IR_TABLE_BYTES		2048	/* of which the smallest one takes so much */
#define IR_ENTRY_BYTES		28
#define IR_MAPPING_BYTES	32

#define IR_NO_PFN UINT64_MAX

/* How a domain allocates and frees IOVAs: one for each API. */
struct ir_dma_ops {
	int (*init)(struct ir_domain *d);
	void (*exit)(struct ir_domain *d);
	/*
	 * Take over the recorded state of the IOVAs at the start, and pass @pages of
	 * those in use to @give, one by one; NULL or false: it cannot.
	 */
	bool (*start)(struct ir_domain *d, const struct ir_recorded_machine *m, uint64_t pages,
		      void (*give)(struct ir_domain *d, uint64_t pfn));
	/* A range for a mapping; IR_NO_PFN: none left.  @fixed is the recorded one. */
	uint64_t (*alloc)(struct ir_domain *d, uint64_t pages, uint64_t fixed);
	/* The map of so many pieces failed after alloc; its entries are invalid again. */
	void (*undo)(struct ir_domain *d, uint64_t pfn, uint64_t pages, uint32_t pieces,
		     bool linked);
	/* The entries are invalid now. */
	void (*unmapped)(struct ir_domain *d, uint64_t pfn, uint64_t pages);
	/* Flush the queue and free what that flushed (ir_queue_flush()). */
	void (*flush)(struct ir_domain *d, enum ir_cause cause);
	/* Free what is queued, flushed or not (ir_queue_release()). */
	void (*release)(struct ir_domain *d);
	/* The earliest timer, UINT64_MAX: none; and what happens then. */
	uint64_t (*timer_ns)(const struct ir_domain *d);
	void (*timer)(struct ir_domain *d);
	/*
	 * The recorded machine's flush-queue timer fired and flushed @sync_ns later; its RPCIT took
	 * @rpcit_ns, 0: not known.
	 */
	void (*flush_timer)(struct ir_domain *d, uint32_t rpcit_ns, uint32_t sync_ns);
	/* Since when a timer that is on and may be the recorded one is on; UINT64_MAX: there is none. */
	uint64_t (*timer_since)(const struct ir_domain *d);
};

extern const struct ir_dma_ops ir_dma_iommu_ops, ir_s390_dma_ops, ir_fixed_iova_ops;

/* A device's domain.  A detached device keeps its figures; its next domain begins empty. */
struct ir_domain {
	struct ir_guest *guest;
	void *hv;		/* the hypervisor's state: the device's own, or guest->hv */
	uint64_t *room;		/* its entries left, as the hypervisor's room() has them; NULL: not known */
	uint64_t limit;		/* of entries; 0: none */
	const struct ir_dma_ops *ops;
	struct ir_iopt *iopt;
	uint16_t device;
	bool strict;		/* type DMA with every strategy: each unmap is synced */
	uint64_t iova_pages;	/* IOVA space held now (ir_guest_hold()) */
	uint64_t due_ns;	/* its timer is not due before; in the heap of struct ir_due */
	uint32_t due_at;
	uint32_t epoch;		/* how often it was detached */
	bool grown;		/* is in the guest's list of those that have more than at the last look */
	struct ir_domain *next_grown;
	void *priv;		/* the API's; NULL: the device is detached */
	void *strategy_priv;	/* the strategy's own data; NULL: it has none */
	struct ir_serving *serving;	/* the mapping that is about to be synced; NULL: none */
	uint64_t entries;	/* held by the host, where they are not pages; those included of */
	uint64_t lazy_entries;	/* what is unmapped and not yet flushed */
	uint64_t charged;	/* pages that its own limit counts, those lost included */
	struct ir_iopt_totals totals;
	struct ir_result res;	/* the device's share of the guest's */
	uint64_t at_once;	/* maps that map_page_at_once() did: most counters have these only in the end */
};

/* Count for the domain's device; ir_guest_sum_up() does so for the whole guest. */
#define ir_count(d, counter, n) ((d)->res.counter += (n))

/* How long RPCITs took on the recorded machine; 0: there was none, or it is not known. */
struct ir_recorded_times {
	uint32_t rpcit_ns;	/* the first one */
	uint32_t retry_ns;	/* the global one of a retry */
};

struct ir_segment {
	uint64_t paddr;
	uint64_t pages;
	uint64_t after_ns;	/* how long behind the first piece it was mapped */
};

/* A mapping that the host is to take, where its limit counts leaves or requests. */
struct ir_serving {
	const struct ir_segment *segs;
	uint64_t pfn;
	uint32_t nr;
	uint32_t taken;		/* entries: the result */
};

struct ir_guest_config {
	const struct ir_strategy *strategy;
	const struct ir_hypervisor *hypervisor;
	const struct ir_effective *par;
	const uint64_t *limits;		/* of entries, by device number; NULL: par's for each */
	const struct ir_stall *stalls;	/* of the recorded machine, as far as they hold here */
	size_t nr_stalls;
	enum ir_iova_depot depot;
	uint64_t everything;		/* commands of a flush of everything; 0: one */
	bool dma32_first;
	const struct ir_observer *observer;
	struct ir_site_result *sites;	/* as struct ir_replay_options has them */
	struct ir_timeline *timeline;	/* NULL: not requested */
	struct ir_explanation *explanation;	/* of shortages; NULL: not requested */
	uint32_t recorded_devices;	/* whose copies explanations count as them; 0: there are no copies */
	struct ir_budget *budget;	/* of memory; NULL: none */
	/*
	 * Called for each flush that is done: the number of the operation that waited for
	 * it, IR_NO_OP: none; how many pages it changed.  NULL: not used.
	 */
	void (*flushed)(void *arg, uint32_t op, const struct ir_rpcit *rpcit, uint64_t changed);
	void *flushed_arg;
};

#define IR_NO_OP	UINT32_MAX

struct ir_actors;
struct ir_guard;

/* Domains with a timer, the next one on top. */
struct ir_due {
	struct ir_domain **heap;
	struct ir_domain **taken;	/* by ir_due_pop() */
	uint32_t nr, room;
	uint64_t next_ns;		/* of the one on top; UINT64_MAX: none */
};

struct ir_guest {
	struct ir_guest_config cfg;
	struct ir_effective par;
	uint64_t first_pfn, last_pfn;	/* of the aperture */
	void *hv;			/* shared by all devices; NULL: each has its own */
	struct ir_domain **domains;	/* by device number; NULL until used */
	uint32_t nr_domains;
	struct ir_domain *grown;	/* whose peaks may have risen */
	struct ir_due due;
	struct ir_bitmap *timers_on;	/* devices whose queue's timer is on, however it is fired */
	struct ir_mapping *maps;	/* by number */
	uint64_t *map_since;		/* when each was made; NULL: no explanation is requested */
	uint64_t explained;		/* what that has cost */
	uint32_t nr_maps, room_maps, free_map;
	uint64_t now_ns;
	unsigned int cpu;		/* whose code runs, */
	bool irq;			/* and in which context; with actors, as long as that has not waited */
	bool preloading;		/* before the recording: nothing is flushed */
	bool ran_short;			/* an RPCIT failed, for any reason, or a map found no IOVA */
	uint64_t next_op_ns;		/* with actors: the next operation comes then, or later */
	uint64_t next_wake_ns;		/* and the next one that waits goes on then; UINT64_MAX: none waits */
	uint64_t hv_free_ns;		/* the hypervisor is busy with an RPCIT until then */
	struct ir_recorded_times recorded;	/* of what is being worked on */
	uint32_t op;			/* its number, IR_NO_OP: it is no operation, or none has one */
	struct ir_actors *actors;	/* NULL: an RPCIT takes no time */
	struct ir_guard *guard;		/* NULL: strategy and hypervisor are built in */
	bool alloc_waits;		/* an IOVA may have to be waited for (s390_dma.c) */
	bool plain, at_once;		/* as ir_guest_look() finds it */
	bool general;			/* it is neither, to be compared with one that is */
	struct ir_iopt_totals totals;
	uint64_t walked_pages;		/* mapped at flushes of everything, of all these */
	uint64_t entries;		/* as those of a domain, of all domains */
	uint64_t charged;		/* likewise */
	struct ir_site_account sites;
	uint64_t queue_entries;		/* of all flush queues */
	uint64_t iova_pages;		/* of all domains */
	struct ir_reuse reuse;
	bool by_free;			/* memory is used again when it is freed, not when it is mapped */
	uint64_t start_ns;
	struct ir_result res;
};

/*
 * Most replays are plain: nobody watches them, everything is built in, and the host's limit, if it
 * has one, counts pages.  Functions with a parameter @plain are compiled twice: where it is true,
 * the checks that it makes needless are left out.
 */
#define IR_SPECIALISED static inline __attribute__((always_inline))

/**
 * ir_guest_look - find out whether it is so by now
 *
 * To be called when somebody may have begun to watch, before the next operation.
 */
void ir_guest_look(struct ir_guest *g);
/** ir_guest_new - a guest without mappings; NULL: no memory */
struct ir_guest *ir_guest_new(const struct ir_guest_config *cfg);
void ir_guest_free(struct ir_guest *g);
/* As ir_guest_new_number(), where none is free. */
uint32_t ir_guest_add_number(struct ir_guest *g);
/** ir_guest_preload - a mapping made before the recording; no RPCIT is counted; false: no IOVA */
bool ir_guest_preload(struct ir_guest *g, uint16_t device, uint32_t mapping, uint64_t pages,
		      uint64_t fixed);
/**
 * ir_guest_preload_start - map @pages as before the recording, at IOVAs that it leaves
 * open, with the allocator in the recorded state; false: that is not recorded
 */
bool ir_guest_preload_start(struct ir_guest *g, uint16_t device,
			    const struct ir_recorded_machine *m, uint64_t pages);
/** ir_guest_preload_lazy - a page mapped and unmapped again before; likewise */
bool ir_guest_preload_lazy(struct ir_guest *g, uint16_t device);
/** ir_guest_preload_flushed - and flushed before; before those that were not */
bool ir_guest_preload_flushed(struct ir_guest *g, uint16_t device);
/**
 * ir_guest_map - one DMA mapping, @op, with its pieces
 *
 * @mapping: its number in this guest
 * @segs: NULL: the one piece that @op has; then @op is not read any more once something is waited for
 *
 * An attempt that failed on the recorded machine (no number) is undone at once if
 * it succeeds here: no unmap will follow.
 */
void ir_guest_map(struct ir_guest *g, const struct ir_op *op, uint32_t mapping,
		  const struct ir_segment *segs, uint32_t nr);
void ir_guest_unmap(struct ir_guest *g, uint32_t mapping);
/**
 * ir_guest_detach - a device's domain is gone
 *
 * Its mappings end without an unmap, what is queued is freed without a flush, and
 * the hypervisor drops the device's shadow.  No RPCIT is issued: the device is told
 * to stop before its page table is freed (s390_iommu_detach_device(),
 * drivers/iommu/s390-iommu.c; iommu_put_dma_cookie(), drivers/iommu/dma-iommu.c;
 * Linux 6.12).
 */
void ir_guest_detach(struct ir_guest *g, uint16_t device);
/** ir_guest_domain_type - from now on the device's domain is strict, or as the strategy has it */
void ir_guest_domain_type(struct ir_guest *g, uint16_t device, bool strict);
/**
 * ir_guest_flush_timer - the recorded timer of a device fired
 *
 * If timers are simulated, it counts only if it was started before the recording began.
 *
 * @device, @nr: of which of @nr devices from this one on is not known, unless it is 1: it is the timer that
 *               has been on for longest, as all wait equally long
 * @rpcit_ns: how long its RPCIT took, 0: not known
 * @sync_ns: how much later its flush was
 */
void ir_guest_flush_timer(struct ir_guest *g, uint16_t device, uint32_t nr, uint32_t rpcit_ns,
			  uint32_t sync_ns);
/** ir_guest_timers - run what is due now */
void ir_guest_timers(struct ir_guest *g);
/** ir_guest_start - the recording begins; what was preloaded is there by then */
void ir_guest_start(struct ir_guest *g, uint64_t start_ns);
/** ir_guest_sum_up - let the guest's counters be the sum of its devices', which count */
void ir_guest_sum_up(struct ir_guest *g);
/** ir_guest_finish - close the books: what is still exposed counts until now */
void ir_guest_finish(struct ir_guest *g);
/** ir_guest_device_result - a device's share of the results, after ir_guest_finish() */
void ir_guest_device_result(const struct ir_guest *g, uint16_t device, struct ir_result *result);

/* peaks.c */

/** ir_guest_note_all_peaks - of all domains */
void ir_guest_note_all_peaks(struct ir_guest *g);
/** ir_guest_note_failure - a mapping of so many pages failed, for the timeline */
void ir_guest_note_failure(const struct ir_domain *d, enum ir_failure kind, uint64_t pages);
/** ir_guest_note_lazy - the lazy pages of this moment count for the peak */
static inline void ir_guest_note_lazy(struct ir_domain *d)
{
	ir_raise_peak(d->totals.lazy_pages, &d->totals.peak_lazy_pages);
	ir_raise_peak(d->guest->totals.lazy_pages, &d->guest->totals.peak_lazy_pages);
}

/** ir_guest_update_peaks - so do these, and the pages of IOVA space */
static inline void ir_guest_update_peaks(struct ir_domain *d)
{
	ir_raise_peak(d->iova_pages, &d->res.peaks.iova_pages);
	ir_raise_peak(d->guest->iova_pages, &d->guest->res.peaks.iova_pages);
	ir_guest_note_lazy(d);
}

/** ir_guest_note_values - the current values, for the timeline */
void ir_guest_note_values(struct ir_guest *g);
/** ir_guest_begin_timeline - it begins with the current values, if there is one and no time has passed */
void ir_guest_begin_timeline(struct ir_guest *g);
/** ir_guest_failed - our own memory ran out: the result is void */
bool ir_guest_failed(const struct ir_guest *g);

/* due.c */

/** ir_due_init - a new domain has no timer */
void ir_due_init(struct ir_domain *d);
/** ir_due_set - its timer is due then, UINT64_MAX: it has none; 0 or -ENOMEM */
int ir_due_set(struct ir_due *due, struct ir_domain *d, uint64_t when_ns);
/** ir_due_pop - move the domains that are due from the heap to due->taken, by device; how many */
uint32_t ir_due_pop(struct ir_due *due, uint64_t now_ns);
void ir_due_free(struct ir_due *due);

/** ir_guest_timer_ns - when the next timer is due; UINT64_MAX: none is armed */
static inline uint64_t ir_guest_timer_ns(const struct ir_guest *g)
{
	return g->due.next_ns;
}

/** ir_guest_timer_armed - a timer of the domain was armed for @when_ns */
static inline void ir_guest_timer_armed(struct ir_domain *d, uint64_t when_ns)
{
	if (when_ns < d->due_ns && ir_due_set(&d->guest->due, d, when_ns))
		d->guest->totals.failed = true;
}

/** ir_guest_timer_start, ir_guest_timer_stop - the timer of the domain's queue is on, or off */
void ir_guest_timer_start(struct ir_domain *d);
void ir_guest_timer_stop(struct ir_domain *d);

/* The domain, or with it the guest, has more than ever of something that peaks are kept of. */
static inline bool ir_guest_exceeds(const struct ir_domain *d)
{
	const struct ir_guest *g = d->guest;

	return d->iova_pages > d->res.peaks.iova_pages || g->iova_pages > g->res.peaks.iova_pages ||
		d->totals.lazy_pages > d->totals.peak_lazy_pages ||
		g->totals.lazy_pages > g->totals.peak_lazy_pages;
}

/** ir_guest_grew - the domain has more of what peaks are kept of: its peaks may rise at the next look */
static inline void ir_guest_grew(struct ir_domain *d)
{
	if (d->grown || !ir_guest_exceeds(d))
		return;
	d->grown = true;
	d->next_grown = d->guest->grown;
	d->guest->grown = d;
}

/** ir_guest_hold - the domain holds so many more pages of IOVA space, */
static inline void ir_guest_hold(struct ir_domain *d, uint64_t pages)
{
	d->iova_pages += pages;
	d->guest->iova_pages += pages;
	ir_guest_grew(d);
}

/** ir_guest_unhold - and so many less */
static inline void ir_guest_unhold(struct ir_domain *d, uint64_t pages)
{
	d->iova_pages -= pages;
	d->guest->iova_pages -= pages;
}

/** ir_guest_sample - the values of this moment, for the timeline if there is one */
static inline void ir_guest_sample(struct ir_guest *g)
{
	if (g->cfg.timeline)
		ir_guest_note_values(g);
}

/** ir_guest_cpu - where the guest does what CPU @recorded did; it has that one, mostly */
static inline unsigned int ir_guest_cpu(const struct ir_guest *g, unsigned int recorded)
{
	return recorded < g->par.cpus ? recorded : recorded % g->par.cpus;
}

/** ir_guest_site - the figures of the call site that is being worked for; NULL: not requested */
static inline struct ir_site_result *ir_guest_site(struct ir_guest *g)
{
	return g->sites.list ? &g->sites.list[g->sites.site] : NULL;
}

/**
 * ir_guest_new_number - a number for a new mapping, free again after its unmap
 *
 * IR_NO_MAPPING if there is no memory (ir_guest_failed()).
 */
static inline uint32_t ir_guest_new_number(struct ir_guest *g)
{
	uint32_t number = g->free_map;

	if (number == IR_NO_MAPPING)
		return ir_guest_add_number(g);
	g->free_map = g->maps[number].next_free;
	return number;
}

/** ir_guest_free_number - its mapping has ended */
static inline void ir_guest_free_number(struct ir_guest *g, uint32_t number)
{
	g->maps[number].state = MAP_NONE;
	g->maps[number].next_free = g->free_map;
	g->free_map = number;
}

/** ir_guest_drop_number - no unmap of its mapping comes any more; it is free if that ended with its domain */
static inline void ir_guest_drop_number(struct ir_guest *g, uint32_t number)
{
	const struct ir_mapping *m = &g->maps[number];

	if ((m->state == MAP_LIVE || m->state == MAP_FAILED) && m->epoch != g->domains[m->device]->epoch)
		ir_guest_free_number(g, number);
}

/* As ir_guest_domain(), of one that has no domain. */
struct ir_domain *ir_guest_attach(struct ir_guest *g, uint16_t device);
/** ir_guest_domain - a device's domain, attached if need be; NULL: no memory */
static inline struct ir_domain *ir_guest_domain(struct ir_guest *g, uint16_t device)
{
	if (device < g->nr_domains && g->domains[device] && g->domains[device]->priv)
		return g->domains[device];
	return ir_guest_attach(g, device);
}

/** ir_guest_note_peaks - after an operation of @d; with actors, others may have gone on meanwhile */
static inline void ir_guest_note_peaks(struct ir_domain *d)
{
	struct ir_guest *g = d->guest;

	if (!g->actors) {
		ir_guest_update_peaks(d);
		ir_guest_sample(g);
	} else if (g->grown || g->cfg.timeline) {
		ir_guest_note_all_peaks(g);
	}
}

/* entries.c: leaves and requests, where the host's limit counts these */

/** ir_entries_counted - the host's limit counts leaves or requests, not pages */
static inline bool ir_entries_counted(const struct ir_guest *g)
{
	return g->par.iommu->entry != IR_ENTRY_PAGE && g->cfg.hypervisor->take;
}

/** ir_entries_take - the host takes a mapping's entries; pages of those left out are refused */
void ir_entries_take(struct ir_domain *d, struct ir_serving *s);
/** ir_entries_unmapped - a mapping with so many entries is unmapped */
void ir_entries_unmapped(struct ir_domain *d, uint32_t taken);
/** ir_entries_flushed - what was unmapped is flushed: the host gives its entries back */
void ir_entries_flushed(struct ir_domain *d);
/** ir_requests_map - the requests of one piece; returns how many entries the host takes for it */
uint32_t ir_requests_map(struct ir_domain *d, uint64_t pfn, const struct ir_segment *seg);
/**
 * ir_requests_of_unmap - how many requests the unmap of a mapping of these pieces will take
 *
 * An UNMAP request cannot cut what a MAP request mapped, but removes all of it.
 */
uint32_t ir_requests_of_unmap(uint64_t pfn, const struct ir_segment *segs, uint32_t nr);
/** ir_requests_unmap - count those of an unmap; @requests: 0: not known */
void ir_requests_unmap(struct ir_domain *d, uint64_t pfn, uint64_t pages, uint32_t requests);
/** ir_guest_count_unbacked - count the pages of a mapping on which the device would fault */
void ir_guest_count_unbacked(struct ir_domain *d, uint64_t pfn, uint64_t pages);

/** ir_flush_iotlb_all - the strategy's, counted as the kernel does */
void ir_flush_iotlb_all(struct ir_domain *d, enum ir_cause cause);
/**
 * ir_note_charged - if the limit counts pages: those that are charged to it now, @left of it are not
 *
 * QEMU does not give back the entry of a page that was replaced, so that these may be more than
 * the host holds.
 */
static inline void ir_note_charged(struct ir_domain *d, uint64_t left)
{
	struct ir_guest *g = d->guest;
	bool shared = d->hv == g->hv;
	uint64_t used;

	if (!d->limit)
		return;
	used = left < d->limit ? d->limit - left : 0;
	g->charged += used - (shared ? g->charged : d->charged);
	if (!shared) {
		d->charged = used;
		ir_raise_peak(used, &d->res.entries.peak);
	}
	ir_raise_peak(g->charged, &g->res.entries.peak);
}

/** ir_refresh - RPCIT over pages, without statistics */
enum ir_rpcit_status ir_refresh(struct ir_domain *d, uint64_t first, uint64_t last);

#endif
