// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's operations but for map and unmap: attaches and detaches devices, preloads pages from
 * before the recording, runs timers, and fills the result.  Input: operations in time order; the
 * caller keeps now_ns.
 */
#include <stdlib.h>
#include <string.h>

#include "guest/guest.h"
#include "guest/actors.h"
#include "guest/explain.h"
#include "guest/guard.h"
#include "guest/timeline.h"
#include "iommu/s390.h"

/* For one device, or for all of them (0). */
static void *open_hypervisor(struct ir_guest *g, uint16_t device)
{
	struct ir_hypervisor_params params = g->par.hypervisor;

	if (g->cfg.limits)
		params.entry_limit = g->cfg.limits[device];
	return g->guard ? ir_guard_open(g->guard, &params) : g->cfg.hypervisor->open(&params);
}

static const struct ir_dma_ops *dma_ops(const struct ir_guest *g)
{
	if (g->par.api == IR_API_IOMMU)
		return &ir_fixed_iova_ops;
	return g->cfg.strategy->dma_api == IR_DMA_S390 ? &ir_s390_dma_ops : &ir_dma_iommu_ops;
}

struct ir_guest *ir_guest_new(const struct ir_guest_config *cfg)
{
	struct ir_guest *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->cfg = *cfg;
	g->par = *cfg->par;
	g->first_pfn = g->par.aperture_start >> IR_PAGE_SHIFT;
	g->last_pfn = (g->par.aperture_start + g->par.aperture - 1) >> IR_PAGE_SHIFT;
	g->cfg.everything += !cfg->everything;
	if (!g->par.iommu)
		g->par.iommu = ir_iommu_find("s390");
	g->alloc_waits = dma_ops(g) == &ir_s390_dma_ops;
	g->sites.list = cfg->sites;
	g->free_map = IR_NO_MAPPING;
	g->due.next_ns = g->next_wake_ns = UINT64_MAX;
	g->timers_on = ir_bitmap_new(UINT16_MAX + 1);
	if (ir_guard_needed(cfg->strategy, cfg->hypervisor))
		g->guard = ir_guard_new(g);
	if (!g->timers_on || (ir_guard_needed(cfg->strategy, cfg->hypervisor) && !g->guard)) {
		ir_guest_free(g);
		return NULL;
	}
	if (g->par.share == IR_SHARE_DEVICE)
		return g;
	g->hv = open_hypervisor(g, 0);
	if (!g->hv) {
		ir_guest_free(g);
		return NULL;
	}
	return g;
}

void ir_guest_look(struct ir_guest *g)
{
	const struct ir_hypervisor *hv = g->cfg.hypervisor;

	g->plain = !g->general && !g->guard && !g->sites.list && !g->cfg.timeline && !g->cfg.explanation &&
		!g->cfg.observer && !g->cfg.flushed && !g->par.iommu->requests &&
		!ir_entries_counted(g) && !g->cfg.strategy->identity;
	g->at_once = g->plain && hv->room && !hv->refuses && g->cfg.strategy->maps_by_rpcit &&
		g->par.hypervisor.tlb_refresh && ir_iommu_is_s390(g->par.iommu);
}

static void *strategy_memory(const struct ir_guest *g)
{
	return g->guard ? ir_guard_alloc(g->guard) : calloc(1, g->cfg.strategy->domain_size);
}

static void domain_free(struct ir_domain *d)
{
	if (!d)
		return;
	if (d->priv)
		d->ops->exit(d);
	ir_iopt_free(d->iopt);
	ir_exposure_free(&d->totals.exposure);
	if (d->hv && d->hv != d->guest->hv)
		d->guest->cfg.hypervisor->close(d->hv);
	if (d->guest->guard)
		ir_guard_free_memory(d->strategy_priv);
	else
		free(d->strategy_priv);
	free(d);
}

void ir_guest_free(struct ir_guest *g)
{
	if (!g)
		return;
	for (uint32_t i = 0; i < g->nr_domains; i++)
		domain_free(g->domains[i]);
	free(g->domains);
	if (g->hv)
		g->cfg.hypervisor->close(g->hv);
	ir_guard_free(g->guard);
	free(g->maps);
	free(g->map_since);
	ir_reuse_free(&g->reuse);
	ir_exposure_free(&g->totals.reach);
	ir_due_free(&g->due);
	ir_bitmap_free(g->timers_on);
	ir_exposure_free(&g->totals.exposure);
	free(g);
}

bool ir_guest_failed(const struct ir_guest *g)
{
	bool failed = g->totals.failed || g->totals.exposure.failed || g->totals.reach.failed ||
		g->reuse.failed;

	for (uint32_t i = 0; i < g->nr_domains; i++)
		failed |= g->domains[i] && (g->domains[i]->totals.failed ||
					    g->domains[i]->totals.exposure.failed);
	return failed;
}

static bool grow_map_since(struct ir_guest *g, uint32_t room)
{
	uint64_t *since = realloc(g->map_since, room * sizeof(*since));

	if (since)
		g->map_since = since;
	else
		g->totals.failed = true;
	return since;
}

uint32_t ir_guest_add_number(struct ir_guest *g)
{
	if (g->nr_maps == g->room_maps) {
		uint32_t room = g->room_maps ? g->room_maps * 2 : 1024;
		struct ir_mapping *grown = NULL;

		if (ir_budget_take(g->cfg.budget, (room - g->room_maps) * sizeof(*grown)))
			grown = realloc(g->maps, room * sizeof(*grown));
		if (!grown) {
			g->totals.failed = true;
			return IR_NO_MAPPING;
		}
		g->maps = grown;
		if (g->cfg.explanation && !grow_map_since(g, room))
			return IR_NO_MAPPING;
		g->room_maps = room;
	}
	g->maps[g->nr_maps] = (struct ir_mapping){ .state = MAP_NONE };
	return g->nr_maps++;
}

static struct ir_domain *domain_new(struct ir_guest *g, uint16_t device)
{
	struct ir_domain *d = ir_budget_take(g->cfg.budget, IR_DEVICE_BYTES) ?
		calloc(1, sizeof(*d)) : NULL;
	size_t own = g->cfg.strategy->domain_size;

	if (!d)
		return NULL;
	d->guest = g;
	d->device = device;
	d->ops = dma_ops(g);
	ir_due_init(d);
	d->totals.whole = &g->totals;
	d->totals.budget = g->cfg.budget;
	d->totals.reuse = &g->reuse;
	d->totals.sites = g->sites.list ? &g->sites : NULL;
	d->iopt = ir_iopt_new(&d->totals, g->cfg.hypervisor->shadows);
	d->hv = g->hv ? g->hv : open_hypervisor(g, d->device);
	if (g->cfg.hypervisor->has_entry_limit)
		d->limit = g->cfg.limits ? g->cfg.limits[g->hv ? 0 : device] : g->par.hypervisor.entry_limit;
	if (d->hv && !g->guard && g->cfg.hypervisor->room)
		d->room = g->cfg.hypervisor->room(d->hv);
	if (own)
		d->strategy_priv = strategy_memory(g);
	if (!d->iopt || !d->hv || (own && !d->strategy_priv)) {
		domain_free(d);
		return NULL;
	}
	return d;
}

struct ir_domain *ir_guest_attach(struct ir_guest *g, uint16_t device)
{
	struct ir_domain *d;

	if (device >= g->nr_domains) {
		uint32_t least = (uint32_t)device + 1, twice = 2 * g->nr_domains;
		uint32_t nr = least > twice ? least : twice;
		struct ir_domain **grown = realloc(g->domains, nr * sizeof(struct ir_domain *));

		if (!grown) {
			g->totals.failed = true;
			return NULL;
		}
		for (uint32_t i = g->nr_domains; i < nr; i++)
			grown[i] = NULL;
		g->domains = grown;
		g->nr_domains = nr;
	}
	if (!g->domains[device])
		g->domains[device] = domain_new(g, device);
	d = g->domains[device];
	if (d && !d->priv && d->ops->init(d)) {
		if (d->priv)
			d->ops->exit(d);
		d->priv = NULL;
		d = NULL;
	}
	if (!d)
		g->totals.failed = true;
	return d;
}

/* The host holds what was mapped before: how, is not known; @pages follow each other. */
static uint32_t preload_entries(struct ir_domain *d, uint64_t pfn, uint64_t pages)
{
	struct ir_segment seg = { .pages = pages };
	struct ir_serving serving = { .segs = &seg, .pfn = pfn, .nr = 1 };

	if (ir_entries_counted(d->guest))
		ir_entries_take(d, &serving);
	ir_refresh(d, pfn, pfn + pages - 1);
	return serving.taken;
}

static uint64_t preload_alloc(struct ir_domain *d, uint64_t pages, uint64_t fixed)
{
	uint64_t pfn;

	d->guest->preloading = true;
	pfn = d->ops->alloc(d, pages, fixed);
	d->guest->preloading = false;
	return pfn;
}

bool ir_guest_preload(struct ir_guest *g, uint16_t device, uint32_t mapping, uint64_t pages,
		      uint64_t fixed)
{
	struct ir_domain *d = ir_guest_domain(g, device);
	bool identity = g->cfg.strategy->identity;
	uint64_t pfn = d && !identity ? preload_alloc(d, pages, fixed) : IR_NO_PFN;
	uint32_t entries = 0;

	if (pfn != IR_NO_PFN) {
		ir_iopt_map(d->iopt, pfn, pages, 0);
		entries = preload_entries(d, pfn, pages);
		ir_guest_note_peaks(d);
	}
	if (d && mapping < g->nr_maps) {
		g->maps[mapping] = (struct ir_mapping){
			.pfn = pfn, .pages = (uint32_t)pages, .device = device,
			.state = pfn != IR_NO_PFN || identity ? MAP_LIVE : MAP_FAILED,
			.epoch = d->epoch, .entries = entries,
		};
		if (g->map_since)
			g->map_since[mapping] = g->start_ns;	/* or earlier: it is not known */
	}
	return pfn != IR_NO_PFN || identity;
}

static void preload_at(struct ir_domain *d, uint64_t pfn)
{
	ir_iopt_map(d->iopt, pfn, 1, 0);
	preload_entries(d, pfn, 1);
}

bool ir_guest_preload_start(struct ir_guest *g, uint16_t device,
			    const struct ir_recorded_machine *m, uint64_t pages)
{
	struct ir_domain *d = ir_guest_domain(g, device);

	return d && d->ops->start && d->ops->start(d, m, pages, preload_at);
}

bool ir_guest_preload_lazy(struct ir_guest *g, uint16_t device)
{
	struct ir_domain *d = ir_guest_domain(g, device);
	uint64_t pfn = d ? preload_alloc(d, 1, 0) : IR_NO_PFN;

	if (pfn == IR_NO_PFN)
		return false;
	ir_iopt_map(d->iopt, pfn, 1, 0);
	ir_refresh(d, pfn, pfn);
	ir_iopt_unmap(d->iopt, pfn, 1);
	ir_guest_grew(d);
	if (g->cfg.strategy->unmap != IR_UNMAP_QUEUED)
		ir_refresh(d, pfn, pfn);
	d->ops->undo(d, pfn, 1, 1, false);
	return true;
}

bool ir_guest_preload_flushed(struct ir_guest *g, uint16_t device)
{
	struct ir_domain *d = ir_guest_domain(g, device);
	uint64_t pfn = d ? preload_alloc(d, 1, 0) : IR_NO_PFN;

	if (pfn == IR_NO_PFN)
		return false;
	d->ops->undo(d, pfn, 1, 1, false);
	if (d->ops->release)
		d->ops->release(d);
	return true;
}

/* Of @nr devices from @device on, that whose timer has been on for longest; NULL: none is. */
static struct ir_domain *longest_waiting(struct ir_guest *g, uint16_t device, uint32_t nr)
{
	struct ir_domain *longest = NULL;
	uint64_t least = UINT64_MAX;

	for (uint64_t i = ir_bitmap_next_set(g->timers_on, device); i < g->nr_domains && i - device < nr;
	     i = ir_bitmap_next_set(g->timers_on, i + 1)) {
		struct ir_domain *d = g->domains[i];
		uint64_t since = d && d->priv && d->ops->timer_since ? d->ops->timer_since(d) : UINT64_MAX;

		if (since >= least)
			continue;
		least = since;
		longest = d;
	}
	return longest;
}

void ir_guest_flush_timer(struct ir_guest *g, uint16_t device, uint32_t nr, uint32_t rpcit_ns, uint32_t sync_ns)
{
	struct ir_domain *d;

	if (g->cfg.strategy->unmap != IR_UNMAP_QUEUED)
		return;
	d = nr == 1 ? ir_guest_domain(g, device) : longest_waiting(g, device, nr);
	g->sites.site = IR_SITE_TIMER;
	if (d && d->priv && d->ops->flush_timer)
		d->ops->flush_timer(d, rpcit_ns, sync_ns);
}

void ir_guest_detach(struct ir_guest *g, uint16_t device)
{
	struct ir_domain *d = device < g->nr_domains ? g->domains[device] : NULL;

	if (!d || !d->priv)
		return;
	ir_guest_note_all_peaks(g);
	d->epoch++;
	d->totals.now_ns = g->now_ns;
	d->lazy_entries = d->entries;
	if (d->entries)
		ir_entries_flushed(d);
	ir_iopt_clear(d->iopt);
	if (g->cfg.hypervisor->disable)
		g->cfg.hypervisor->disable(d->hv, d->iopt);
	else
		ir_refresh(d, g->first_pfn, g->last_pfn);
	if (g->guard)
		ir_guard_check_disabled(d);
	d->ops->exit(d);
	ir_due_set(&g->due, d, UINT64_MAX);
	ir_guest_timer_stop(d);
	ir_guest_unhold(d, d->iova_pages);
	if (d->strategy_priv)	/* the next domain begins anew */
		memset(d->strategy_priv, 0, g->cfg.strategy->domain_size);
	d->priv = NULL;
	d->strict = false;
	ir_guest_sample(g);
}

void ir_guest_domain_type(struct ir_guest *g, uint16_t device, bool strict)
{
	struct ir_domain *d = ir_guest_domain(g, device);

	if (d)
		d->strict = strict;
}

void ir_guest_timers(struct ir_guest *g)
{
	uint32_t n = ir_due_pop(&g->due, g->now_ns);

	g->sites.site = IR_SITE_TIMER;
	for (uint32_t i = 0; i < n; i++) {
		struct ir_domain *d = g->due.taken[i];

		if (d->ops->timer_ns(d) <= g->now_ns)
			d->ops->timer(d);
		if (ir_due_set(&g->due, d, d->ops->timer_ns(d)))
			g->totals.failed = true;
	}
	ir_guest_note_all_peaks(g);
}

/* The fine histogram that the percentiles are from, by powers of two. */
static void add_exposure(const struct ir_exposure *e, struct ir_timeline *t)
{
	for (unsigned int i = 0; i < IR_EXPOSURE_BUCKETS; i++)
		t->exposure[ir_histogram_bucket(ir_exposure_bucket_last(i))] +=
			ir_exposure_count(e, i);
}

static void fill_peaks(const struct ir_guest *g, const struct ir_iopt_totals *t,
		       struct ir_result *res)
{
	if (!ir_entries_counted(g) && res->entries.peak < t->peak_shadow_pages)
		res->entries.peak = t->peak_shadow_pages;
	res->peaks.live_pages = t->peak_live_pages;
	res->peaks.lazy_pages = t->peak_lazy_pages;
	res->peaks.host_pages = t->peak_shadow_pages;
}

static void fill_exposure(const struct ir_exposure *e, struct ir_result *res)
{
	res->exposure.pages = e->pages;
	res->exposure.page_seconds = e->page_ns / 1e9;
	res->exposure.writable_page_seconds = e->write_page_ns / 1e9;
	res->exposure.p50_ns = ir_exposure_percentile(e, 50);
	res->exposure.p99_ns = ir_exposure_percentile(e, 99);
	res->exposure.max_ns = e->max_ns;
}

void ir_guest_start(struct ir_guest *g, uint64_t start_ns)
{
	g->start_ns = g->totals.reach_ns = g->reuse.last_ns = start_ns;
}

/* Figures of the whole guest that devices do not have. */
static void fill_reach(struct ir_guest *g)
{
	uint64_t total = g->now_ns - g->start_ns, last = g->now_ns - g->totals.reach_ns;

	if (g->now_ns > g->totals.reach_ns)
		ir_exposure_add(&g->totals.reach, g->totals.lazy_pages, last);
	g->totals.reach_ns = g->now_ns;
	g->res.exposure.reachable_p50 = ir_exposure_level(&g->totals.reach, total, 50);
	g->res.exposure.reachable_p99 = ir_exposure_level(&g->totals.reach, total, 99);
}

/* Each map_page_at_once() mapped a page, with one RPCIT over it that succeeded. */
static void count_at_once(struct ir_domain *d)
{
	uint64_t n = d->at_once;

	d->at_once = 0;
	ir_count(d, maps.succeeded, n);
	ir_count(d, kernel.mapped_pages, n);
	ir_count(d, kernel.sync_map_rpcits, n);
	ir_count(d, invalidations.total, n);
	ir_count(d, invalidations.by_cause[IR_CAUSE_SYNC_MAP], n);
	ir_count(d, invalidations.by_kind[IR_INVALIDATION_RANGE], n);
	ir_count(d, rpcit.total, n);
	ir_count(d, rpcit.by_cause[IR_CAUSE_SYNC_MAP], n);
	ir_count(d, rpcit.ranged, n);
}

/* The counters of a device; what else a result has is not a sum. */
static void add_counters(struct ir_result *sum, const struct ir_result *r)
{
	for (unsigned int i = 0; i < IR_CAUSES; i++) {
		sum->rpcit.by_cause[i] += r->rpcit.by_cause[i];
		sum->invalidations.by_cause[i] += r->invalidations.by_cause[i];
	}
	for (unsigned int i = 0; i < IR_INVALIDATION_KINDS; i++)
		sum->invalidations.by_kind[i] += r->invalidations.by_kind[i];
	sum->rpcit.total += r->rpcit.total;
	sum->rpcit.insufficient += r->rpcit.insufficient;
	sum->rpcit.global += r->rpcit.global;
	sum->rpcit.ranged += r->rpcit.ranged;
	sum->invalidations.total += r->invalidations.total;
	sum->entries.refused += r->entries.refused;
	sum->kernel.mapped_pages += r->kernel.mapped_pages;
	sum->kernel.unmapped_pages += r->kernel.unmapped_pages;
	sum->kernel.global_rpcits += r->kernel.global_rpcits;
	sum->kernel.sync_map_rpcits += r->kernel.sync_map_rpcits;
	sum->kernel.sync_rpcits += r->kernel.sync_rpcits;
	sum->maps.attempted += r->maps.attempted;
	sum->maps.succeeded += r->maps.succeeded;
	sum->maps.iova_exhausted += r->maps.iova_exhausted;
	sum->maps.map_failed += r->maps.map_failed;
	sum->maps.unbacked += r->maps.unbacked;
	sum->maps.unbacked_pages += r->maps.unbacked_pages;
	sum->replayed_failures += r->replayed_failures;
	sum->skipped_unmaps += r->skipped_unmaps;
}

void ir_guest_sum_up(struct ir_guest *g)
{
	struct ir_result *sum = &g->res;

	memset(&sum->rpcit, 0, sizeof(sum->rpcit));
	memset(&sum->invalidations, 0, sizeof(sum->invalidations));
	memset(&sum->kernel, 0, sizeof(sum->kernel));
	memset(&sum->maps, 0, sizeof(sum->maps));
	sum->entries.refused = sum->replayed_failures = sum->skipped_unmaps = 0;
	for (uint32_t i = 0; i < g->nr_domains; i++) {
		if (!g->domains[i])
			continue;
		count_at_once(g->domains[i]);
		add_counters(sum, &g->domains[i]->res);
	}
}

void ir_guest_finish(struct ir_guest *g)
{
	ir_guest_sum_up(g);
	if (g->par.has_all && g->res.rpcit.global)
		g->par.all_ns += g->walked_pages * g->par.all_page_ns / g->res.rpcit.global;
	fill_reach(g);
	ir_guest_note_all_peaks(g);
	for (uint32_t i = 0; i < g->nr_domains; i++) {
		struct ir_domain *d = g->domains[i];

		if (!d)
			continue;
		d->totals.now_ns = g->now_ns;
		if (g->guard)
			ir_guard_check_memory(d);
		d->res.exposure.reachable_at_end = d->totals.lazy_pages;
		g->res.exposure.reachable_at_end += d->totals.lazy_pages;
		ir_iopt_end_exposures(d->iopt);
		ir_exposure_merge(&g->totals.exposure, &d->totals.exposure);
		d->res.parameters = g->par;
		fill_peaks(g, &d->totals, &d->res);
		fill_exposure(&d->totals.exposure, &d->res);
	}
	g->res.parameters = g->par;
	fill_peaks(g, &g->totals, &g->res);
	fill_exposure(&g->totals.exposure, &g->res);
	g->res.exposure.reused_pages = g->reuse.pages;
	g->res.exposure.reused_page_seconds = g->reuse.page_ns / 1e9;
	if (g->cfg.explanation)
		ir_explain_finish(g->cfg.explanation);
	ir_guest_sample(g);
	if (g->cfg.timeline)
		add_exposure(&g->totals.exposure, g->cfg.timeline);
}

void ir_guest_device_result(const struct ir_guest *g, uint16_t device, struct ir_result *result)
{
	if (device < g->nr_domains && g->domains[device])
		*result = g->domains[device]->res;
	else
		*result = (struct ir_result){ .parameters = g->par };
}
