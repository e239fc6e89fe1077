// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Issues RPCITs: counts them, takes their time and calls the hypervisor.  Has the functions that
 * strategies may call.
 */
#include <errno.h>

#include "guest/explain.h"
#include "guest/actors.h"
#include "guest/guard.h"
#include "guest/timeline.h"

const char *ir_cause_name(enum ir_cause cause)
{
	static const char *const names[IR_CAUSES] = {
		[IR_CAUSE_SYNC_MAP] = "sync_map",
		[IR_CAUSE_SYNC] = "sync",
		[IR_CAUSE_QUEUE_FULL] = "queue_full",
		[IR_CAUSE_QUEUE_TIMEOUT] = "queue_timeout",
		[IR_CAUSE_RETRY] = "retry",
		[IR_CAUSE_WRAP] = "wrap",
	};

	return (unsigned int)cause < IR_CAUSES ? names[cause] : "unknown";
}

bool ir_tlb_refresh(const struct ir_domain *d)
{
	return d->guest->par.hypervisor.tlb_refresh != 0;
}

void *ir_domain_priv(struct ir_domain *d)
{
	return d->strategy_priv;
}

/*
 * Pages that were left out because there was no room: of a whole table without looking
 * at it, as a strategy may flush it with each map.
 */
static uint64_t count_left_out(struct ir_domain *d, uint64_t first, uint64_t last)
{
	const struct ir_iopt_totals *t = &d->totals;

	if (last - first >= (d->guest->par.aperture >> IR_PAGE_SHIFT) - 1)
		return t->live_pages + t->lazy_pages - t->shadow_pages;
	return ir_iopt_count_stale(d->iopt, first, last).valid;
}

IR_SPECIALISED enum ir_rpcit_status refresh(struct ir_domain *d, uint64_t first, uint64_t last,
					    const bool plain)
{
	struct ir_guest *g = d->guest;
	enum ir_rpcit_status status;
	uint64_t refused = 0;

	d->totals.now_ns = g->now_ns;
	if (!plain && ir_entries_counted(g)) {
		ir_iopt_refresh_range(d->iopt, first, last);
		return IR_RPCIT_OK;
	}
	status = g->cfg.hypervisor->rpcit(d->hv, d->iopt, first, last);
	/* Also pages that the walk left out before others gave their entries back. */
	if (g->cfg.hypervisor->refuses)
		refused = ir_iopt_refuse(d->iopt, first, last);
	else if (status == IR_RPCIT_INSUFFICIENT || status == IR_RPCIT_INSUFFICIENT_PINNED)
		refused = count_left_out(d, first, last);
	if (refused)
		ir_count(d, entries.refused, refused);
	if (g->cfg.hypervisor->has_entry_limit)
		ir_note_charged(d, g->cfg.hypervisor->available(d->hv));
	return status;
}

enum ir_rpcit_status ir_refresh(struct ir_domain *d, uint64_t first, uint64_t last)
{
	return refresh(d, first, last, false);
}

/* As ir_refresh(), and charges the host's limit with the entries of the mapping being synced. */
IR_SPECIALISED enum ir_rpcit_status charge_and_refresh(struct ir_domain *d, uint64_t first, uint64_t last,
						       struct ir_serving *s, const bool plain)
{
	if (!plain && s)
		ir_entries_take(d, s);
	return refresh(d, first, last, plain);
}

/* The time of the recorded RPCIT that corresponds to this one, once; 0: there is none. */
static uint64_t consume_recorded_time(struct ir_guest *g, enum ir_cause cause)
{
	uint32_t *times = cause == IR_CAUSE_RETRY ? &g->recorded.retry_ns : &g->recorded.rpcit_ns;
	uint64_t ns = g->par.latency == IR_LATENCY_RECORDED ? *times : 0;

	*times = 0;
	return ns;
}

/* The pages that a flush of everything walks. */
static uint64_t mapped_pages(const struct ir_domain *d)
{
	return d->guest->cfg.hypervisor->shadows ? d->totals.shadow_pages : d->totals.live_pages;
}

/* Another CPU may hold the hypervisor. */
static bool hypervisor_may_be_busy(const struct ir_guest *g)
{
	return g->cfg.hypervisor->serialises && g->par.cpus > 1;
}

/*
 * With actors: an RPCIT keeps its CPU busy, and the hypervisor too where that serves
 * one at a time.
 *
 * A global one that was not recorded costs no more than its pages: what the recorded
 * ones cost beyond that is in the times of the recorded operations, which waited for
 * them, and would be counted twice.
 */
IR_SPECIALISED enum ir_rpcit_status refresh_timed(struct ir_domain *d, uint64_t first, uint64_t last,
						  bool global, enum ir_cause cause, struct ir_serving *s,
						  const bool plain)
{
	struct ir_guest *g = d->guest;
	/* The recorded machine retried: its RPCIT ran short, too. */
	bool ran_short = g->recorded.retry_ns != 0;
	uint64_t before, start = g->now_ns, takes = consume_recorded_time(g, cause), own;
	enum ir_rpcit_status status;

	if (g->cfg.hypervisor->serialises && g->hv_free_ns > start)
		start = g->hv_free_ns;
	ir_guest_note_lazy(d);
	if (!plain)
		ir_guest_sample(g);
	g->hv_free_ns = start + g->par.rpcit_base_ns;
	ir_actors_wait(g, start);
	before = ir_iopt_changes(d->iopt);
	status = charge_and_refresh(d, first, last, s, plain);
	own = g->par.rpcit_base_ns + (ir_iopt_changes(d->iopt) - before) * g->par.rpcit_page_ns;
	/*
	 * A recorded time may have been spent waiting for the hypervisor, which another
	 * CPU held.  One that runs short only here does not wait for that before its retry.
	 */
	if (!takes || (!global && status != IR_RPCIT_OK && !ran_short && hypervisor_may_be_busy(g)))
		takes = own;
	if (g->hv_free_ns < start + takes && g->par.latency != IR_LATENCY_RECORDED)
		g->hv_free_ns = start + takes;
	ir_actors_wait(g, start + takes);
	return status;
}

static int result_of(enum ir_rpcit_status status)
{
	switch (status) {
	case IR_RPCIT_OK:
		return 0;
	case IR_RPCIT_INSUFFICIENT:
	case IR_RPCIT_INSUFFICIENT_PINNED:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

/* Notifies observers of a finished RPCIT. */
static void notify_observers(const struct ir_guest *g, const struct ir_rpcit *rpcit, uint64_t changed)
{
	const struct ir_observer *observer = g->cfg.observer;

	if (g->cfg.timeline)
		ir_timeline_rpcit(g->cfg.timeline, g->now_ns, rpcit->cause, rpcit->result);
	if (g->cfg.flushed)
		g->cfg.flushed(g->cfg.flushed_arg, g->op, rpcit, changed);
	if (observer && observer->rpcit)
		observer->rpcit(observer->arg, rpcit);
}

/* The commands that a flush of the range takes; returns the pages that they reach. */
static inline struct ir_cover flush_commands(struct ir_domain *d, uint64_t first, uint64_t last, bool global,
				      enum ir_cause cause)
{
	const struct ir_effective *par = &d->guest->par;
	const struct ir_iommu *iommu = par->iommu;
	struct ir_cover c;

	if (global)
		c = (struct ir_cover){ iommu->requests ? 0 : d->guest->cfg.everything, iommu->everything,
				       first, last };
	else
		c = iommu->cover(first, last, par->hypervisor.tlb_refresh);
	if (c.first < d->guest->first_pfn)
		c.first = d->guest->first_pfn;
	if (c.last > d->guest->last_pfn)
		c.last = d->guest->last_pfn;
	ir_count(d, invalidations.total, c.commands);
	ir_count(d, invalidations.by_cause[cause], c.commands);
	ir_count(d, invalidations.by_kind[c.kind], c.commands);
	return c;
}

IR_SPECIALISED int issue_flush(struct ir_domain *d, uint64_t first, uint64_t last, bool global,
			       enum ir_cause cause, const bool plain)
{
	struct ir_guest *g = d->guest;
	struct ir_site_result *site;
	struct ir_serving *serving = plain ? NULL : d->serving;
	struct ir_cover c = flush_commands(d, first, last, global, cause);
	uint64_t issued_ns = g->now_ns, before = ir_iopt_changes(d->iopt);
	int result;

	if (!plain)
		d->serving = NULL;
	ir_count(d, rpcit.total, 1);
	ir_count(d, rpcit.by_cause[cause], 1);
	if (global) {
		ir_count(d, rpcit.global, 1);
		g->walked_pages += mapped_pages(d);
	} else {
		ir_count(d, rpcit.ranged, 1);
	}
	if (!plain && d->lazy_entries && (global || cause == IR_CAUSE_SYNC))
		ir_entries_flushed(d);
	result = result_of(g->actors ? refresh_timed(d, c.first, c.last, global, cause, serving, plain)
				     : charge_and_refresh(d, c.first, c.last, serving, plain));
	g->ran_short |= result != 0;
	if (result == -ENOMEM)
		ir_count(d, rpcit.insufficient, 1);
	if (plain)
		return result;
	if (result == -ENOMEM && g->cfg.explanation && cause == IR_CAUSE_SYNC_MAP)
		ir_explain_shortage(d, IR_SHORTAGE_RESOURCES, last - first + 1);
	site = ir_guest_site(g);
	if (site) {
		site->rpcits++;
		site->insufficient += result == -ENOMEM;
	}
	ir_guest_sample(g);
	if (g->cfg.timeline || g->cfg.observer || g->cfg.flushed)
		notify_observers(g, &(struct ir_rpcit){
			.time_ns = issued_ns, .iova = first << IR_PAGE_SHIFT,
			.size = (last - first + 1) << IR_PAGE_SHIFT, .cpu = g->cpu,
			.device = d->device, .global = global, .cause = cause, .result = result,
		}, ir_iopt_changes(d->iopt) - before);
	return result;
}

IR_SPECIALISED int issue_rpcit(struct ir_domain *d, uint64_t iova, uint64_t size, enum ir_cause cause,
			       const bool plain)
{
	if (!size)
		return 0;
	if (cause == IR_CAUSE_SYNC_MAP)
		ir_count(d, kernel.sync_map_rpcits, 1);
	else if (cause == IR_CAUSE_SYNC)
		ir_count(d, kernel.sync_rpcits, 1);
	return issue_flush(d, iova >> IR_PAGE_SHIFT, (iova + size - 1) >> IR_PAGE_SHIFT, false, cause,
			   plain);
}

/* With a plug-in.  Apart, so that what is built in does not pay for it. */
__attribute__((noinline))
static int guarded_rpcit(struct ir_domain *d, uint64_t iova, uint64_t size, enum ir_cause cause)
{
	return ir_guard_rpcit(d, &iova, &size, cause) ? issue_rpcit(d, iova, size, cause, false) : -EIO;
}

int ir_rpcit(struct ir_domain *d, uint64_t iova, uint64_t size, enum ir_cause cause)
{
	if (d->guest->plain)
		return issue_rpcit(d, iova, size, cause, true);
	return d->guest->guard ? guarded_rpcit(d, iova, size, cause) :
				 issue_rpcit(d, iova, size, cause, false);
}

int ir_rpcit_global(struct ir_domain *d, enum ir_cause cause)
{
	if (d->guest->guard && !ir_guard_cause(d, "ir_rpcit_global", cause))
		return -EIO;
	return issue_flush(d, d->guest->first_pfn, d->guest->last_pfn, true, cause, false);
}

/* The kernel counts here, which the retry in iotlb_sync_map does not go through. */
void ir_flush_iotlb_all(struct ir_domain *d, enum ir_cause cause)
{
	const struct ir_strategy *st = d->guest->cfg.strategy;

	if (!st->flush_iotlb_all)
		return;
	ir_count(d, kernel.global_rpcits, 1);
	st->flush_iotlb_all(d, cause);
}

void ir_queue_flush(struct ir_domain *d, enum ir_cause cause)
{
	if (d->guest->guard && !ir_guard_cause(d, "ir_queue_flush", cause))
		return;
	if (d->ops->flush)
		d->ops->flush(d, cause);
	else
		ir_flush_iotlb_all(d, cause);
}

void ir_queue_release(struct ir_domain *d)
{
	if (d->ops->release)
		d->ops->release(d);
}
