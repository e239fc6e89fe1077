// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guest's operations: maps and unmaps ranges, attaches and detaches devices, preloads pages from
 * before the recording, and fills the result.  Input: operations in time order; the caller keeps now_ns.
 */
#include <stdlib.h>
#include <string.h>

#include "guest/guest.h"
#include "guest/actors.h"
#include "guest/explain.h"
#include "guest/guard.h"
#include "guest/mapping.h"
#include "guest/timeline.h"

/* For one device, or for all of them (0). */
static void *open_hypervisor(struct ir_guest *g, uint16_t device)
{
	struct ir_hypervisor_params params = g->par.hypervisor;

	if (g->cfg.limits)
		params.entry_limit = g->cfg.limits[device];
	return g->guard ? ir_guard_open(g->guard, &params) : g->cfg.hypervisor->open(&params);
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
	g->sites.list = cfg->sites;
	g->free_map = IR_NO_MAPPING;
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

uint32_t ir_guest_new_number(struct ir_guest *g)
{
	uint32_t number = g->free_map;

	if (number != IR_NO_MAPPING) {
		g->free_map = g->maps[number].next_free;
		return number;
	}
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

static void free_number(struct ir_guest *g, uint32_t number)
{
	g->maps[number].state = MAP_NONE;
	g->maps[number].next_free = g->free_map;
	g->free_map = number;
}

static const struct ir_dma_ops *dma_ops(const struct ir_guest *g)
{
	if (g->par.api == IR_API_IOMMU)
		return &ir_fixed_iova_ops;
	return g->cfg.strategy->dma_api == IR_DMA_S390 ? &ir_s390_dma_ops : &ir_dma_iommu_ops;
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
	if (own)
		d->strategy_priv = strategy_memory(g);
	if (!d->iopt || !d->hv || (own && !d->strategy_priv)) {
		domain_free(d);
		return NULL;
	}
	return d;
}

/* As domain_of(), for one that has no domain. */
static struct ir_domain *attach_device(struct ir_guest *g, uint16_t device)
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

static inline struct ir_domain *domain_of(struct ir_guest *g, uint16_t device)
{
	if (device < g->nr_domains && g->domains[device] && g->domains[device]->priv)
		return g->domains[device];
	return attach_device(g, device);
}

/* iotlb_sync_map, where the host's limit counts what it takes of the mapping: so many entries. */
__attribute__((noinline))
static int sync_counted(struct ir_domain *d, uint64_t pfn, uint64_t pages, const struct ir_segment *segs,
			uint32_t nr, uint32_t *entries)
{
	struct ir_serving serving = { .segs = segs, .pfn = pfn, .nr = nr };
	int rc;

	d->serving = &serving;
	rc = d->guest->cfg.strategy->iotlb_sync_map(d, pfn << IR_PAGE_SHIFT, pages << IR_PAGE_SHIFT);
	if (d->serving == &serving)
		d->serving = NULL;
	*entries = serving.taken;
	return rc;
}

/* drivers/iommu/iommu.c, __iommu_map() for each piece, then iotlb_sync_map; Linux 6.12. */
static inline int map_range(struct ir_domain *d, const struct ir_op *op, uint64_t pfn,
			    const struct ir_segment *segs, uint32_t nr, uint64_t *mapped,
			    uint32_t *entries)
{
	const struct ir_strategy *st = d->guest->cfg.strategy;
	bool requests = d->guest->par.iommu->requests;
	uint64_t begin_ns = d->guest->now_ns;
	int rc;

	*mapped = *entries = 0;
	for (uint32_t i = 0; i < nr; i++) {
		uint64_t at = pfn + *mapped;

		if (requests && i)	/* one after the other, as they were until the sync */
			ir_actors_wait(d->guest, begin_ns + segs[i].after_ns);
		if (!d->guest->by_free)
			ir_reuse_use_all(&d->guest->reuse, segs[i].paddr >> IR_PAGE_SHIFT,
					 segs[i].pages, d->guest->now_ns);
		ir_iopt_map(d->iopt, at, segs[i].pages, segs[i].paddr);
		*mapped += segs[i].pages;
		if (requests)
			*entries += ir_requests_map(d, at, &segs[i]);
		if (st->map_pages) {
			rc = st->map_pages(d, at << IR_PAGE_SHIFT, segs[i].pages);
			if (rc)
				return rc;
		}
	}
	if (!st->iotlb_sync_map)
		return 0;
	ir_actors_wait(d->guest, begin_ns + op->sync_ns);
	d->guest->recorded = (struct ir_recorded_times){ op->rpcit_ns, op->retry_ns };
	if (ir_entries_counted(d->guest) && !requests)
		rc = sync_counted(d, pfn, *mapped, segs, nr, entries);
	else
		rc = st->iotlb_sync_map(d, pfn << IR_PAGE_SHIFT, *mapped << IR_PAGE_SHIFT);
	d->guest->recorded = (struct ir_recorded_times){ 0 };
	return rc;
}

static inline void unmap_range(struct ir_domain *d, uint64_t pfn, uint64_t pages, bool read_only,
			       uint32_t entries, uint32_t requests)
{
	struct ir_guest *g = d->guest;

	if (g->cfg.strategy->identity)
		return;
	d->totals.now_ns = g->now_ns;
	d->totals.read_only = read_only;
	ir_iopt_unmap(d->iopt, pfn, pages);
	ir_guest_grew(d);
	ir_count(d, kernel.unmapped_pages, pages);
	if (g->par.iommu->requests)
		ir_requests_unmap(d, pfn, pages, requests);
	if (entries)
		ir_entries_unmapped(d, entries);
	d->ops->unmapped(d, pfn, pages);
	ir_guest_note_peaks(d);
}

static uint64_t try_map(struct ir_guest *g, struct ir_domain *d, const struct ir_op *op,
			const struct ir_segment *segs, uint32_t nr, uint64_t pages,
			uint32_t *entries)
{
	struct ir_site_result *site = ir_guest_site(g);
	uint64_t pfn, mapped;

	ir_count(d, maps.attempted, 1);
	if (site) {
		site->mappings++;
		site->pages += pages;
	}
	if (g->cfg.timeline)
		ir_timeline_map(g->cfg.timeline, g->now_ns, pages);
	if (g->totals.failed)
		return IR_NO_PFN;
	if (g->cfg.strategy->identity) {
		ir_count(d, maps.succeeded, 1);
		return segs->paddr >> IR_PAGE_SHIFT;
	}
	pfn = d->ops->alloc(d, pages, op->iova);
	if (g->cfg.observer && g->cfg.observer->mapped)
		g->cfg.observer->mapped(g->cfg.observer->arg, op,
					pfn == IR_NO_PFN ? UINT64_MAX : pfn << IR_PAGE_SHIFT);
	if (pfn == IR_NO_PFN) {
		ir_count(d, maps.iova_exhausted, 1);
		if (ir_guest_site(g))
			ir_guest_site(g)->iova_exhausted++;
		ir_guest_note_failure(d, IR_FAILURE_IOVA_EXHAUSTED, pages);
		return IR_NO_PFN;
	}
	ir_guest_note_peaks(d);
	d->totals.now_ns = g->now_ns;
	if (map_range(d, op, pfn, segs, nr, &mapped, entries)) {
		ir_count(d, maps.map_failed, 1);
		if (ir_guest_site(g))
			ir_guest_site(g)->map_failed++;
		ir_guest_note_failure(d, IR_FAILURE_MAP_FAILED, pages);
		d->totals.now_ns = g->now_ns;
		ir_iopt_unmap(d->iopt, pfn, mapped);
		ir_guest_grew(d);
		/* The former DMA API counts a mapping when it is done, iommu_map when it begins. */
		if (d->ops != &ir_s390_dma_ops) {
			ir_count(d, kernel.mapped_pages, mapped);
			ir_count(d, kernel.unmapped_pages, mapped);
		}
		d->ops->undo(d, pfn, pages, nr);
		ir_guest_note_peaks(d);
		return IR_NO_PFN;
	}
	ir_count(d, kernel.mapped_pages, mapped);
	ir_count(d, maps.succeeded, 1);
	ir_guest_count_unbacked(d, pfn, pages);
	ir_guest_sample(g);
	return pfn;
}

void ir_guest_map(struct ir_guest *g, const struct ir_op *op, uint32_t mapping,
		  const struct ir_segment *segs, uint32_t nr)
{
	struct ir_domain *d = domain_of(g, op->device);
	struct ir_mapping *m;
	uint64_t pages = segs->pages, pfn;
	uint32_t entries = 0;

	if (!d)
		return;
	g->sites.site = op->site;
	for (uint32_t i = 1; i < nr; i++)
		pages += segs[i].pages;
	if (mapping < g->nr_maps) {
		m = &g->maps[mapping];
		m->pages = (uint32_t)pages;
		m->device = op->device;
		m->state = MAP_PENDING;
		m->site = op->site;
		if (g->map_since)
			g->map_since[mapping] = g->now_ns;
		m->read_only = op->flags & IR_OPF_READ_ONLY;
	}
	pfn = try_map(g, d, op, segs, nr, pages, &entries);
	if (mapping >= g->nr_maps) {
		ir_count(d, replayed_failures, 1);
		if (pfn != IR_NO_PFN)
			unmap_range(d, pfn, pages, op->flags & IR_OPF_READ_ONLY, entries, 0);
		return;
	}
	m = &g->maps[mapping];	/* more may have come meanwhile */
	m->pfn = pfn;
	m->entries = entries;
	m->requests = g->par.iommu->requests ? ir_requests_of_unmap(pfn, segs, nr) : 0;
	m->state = pfn != IR_NO_PFN ? MAP_LIVE : MAP_FAILED;
	m->epoch = d->epoch;
	d->live_maps++;
	if (m->unmap_waits) {
		m->unmap_waits = false;
		ir_guest_unmap(g, mapping);
	}
}

void ir_guest_unmap(struct ir_guest *g, uint32_t mapping)
{
	struct ir_mapping *m;
	struct ir_domain *d;

	if (mapping >= g->nr_maps)
		return;
	m = &g->maps[mapping];
	if (m->state == MAP_NONE || m->state == MAP_PENDING) {
		m->unmap_waits = true;
		return;
	}
	d = g->domains[m->device];
	if (m->epoch != d->epoch)
		return;
	g->sites.site = m->site;
	d->live_maps--;
	if (m->state == MAP_FAILED)
		ir_count(d, skipped_unmaps, 1);
	else
		unmap_range(d, m->pfn, m->pages, m->read_only, m->entries, m->requests);
	free_number(g, mapping);
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
	struct ir_domain *d = domain_of(g, device);
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
			g->map_since[mapping] = 0;
		d->live_maps++;
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
	struct ir_domain *d = domain_of(g, device);

	return d && d->ops->start && d->ops->start(d, m, pages, preload_at);
}

bool ir_guest_preload_lazy(struct ir_guest *g, uint16_t device)
{
	struct ir_domain *d = domain_of(g, device);
	uint64_t pfn = d ? preload_alloc(d, 1, 0) : IR_NO_PFN;

	if (pfn == IR_NO_PFN)
		return false;
	ir_iopt_map(d->iopt, pfn, 1, 0);
	ir_refresh(d, pfn, pfn);
	ir_iopt_unmap(d->iopt, pfn, 1);
	ir_guest_grew(d);
	if (g->cfg.strategy->unmap != IR_UNMAP_QUEUED)
		ir_refresh(d, pfn, pfn);
	d->ops->undo(d, pfn, 1, 1);
	return true;
}

bool ir_guest_preload_flushed(struct ir_guest *g, uint16_t device)
{
	struct ir_domain *d = domain_of(g, device);
	uint64_t pfn = d ? preload_alloc(d, 1, 0) : IR_NO_PFN;

	if (pfn == IR_NO_PFN)
		return false;
	d->ops->undo(d, pfn, 1, 1);
	if (d->ops->release)
		d->ops->release(d);
	return true;
}

void ir_guest_flush_timer(struct ir_guest *g, uint16_t device, uint32_t rpcit_ns, uint32_t sync_ns)
{
	bool all = device == IR_DEVICES_ALL;
	uint64_t next = all ? ir_bitmap_next_set(g->timers_on, 0) : device;

	if (g->cfg.strategy->unmap != IR_UNMAP_QUEUED || (!all && !domain_of(g, device)))
		return;
	g->sites.site = IR_SITE_TIMER;
	while (next < g->nr_domains) {
		struct ir_domain *d = g->domains[next];

		if (d && d->priv && d->ops->flush_timer)
			d->ops->flush_timer(d, rpcit_ns, sync_ns);
		next = all ? ir_bitmap_next_set(g->timers_on, next + 1) : g->nr_domains;
	}
}

/*
 * Mappings that ended with their domains have their numbers until there are as many
 * of them as others: the table is gone through once for each of them at most.
 */
static void free_gone_numbers(struct ir_guest *g)
{
	if (g->gone_maps < g->nr_maps / 2 + 1)
		return;
	for (uint32_t i = 0; i < g->nr_maps; i++) {
		const struct ir_mapping *m = &g->maps[i];

		if ((m->state == MAP_LIVE || m->state == MAP_FAILED) &&
		    m->epoch != g->domains[m->device]->epoch)
			free_number(g, i);
	}
	g->gone_maps = 0;
}

void ir_guest_detach(struct ir_guest *g, uint16_t device)
{
	struct ir_domain *d = device < g->nr_domains ? g->domains[device] : NULL;

	if (!d || !d->priv)
		return;
	ir_guest_note_all_peaks(g);
	d->epoch++;
	g->gone_maps += d->live_maps;
	d->live_maps = 0;
	free_gone_numbers(g);
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
	struct ir_domain *d = domain_of(g, device);

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

void ir_guest_finish(struct ir_guest *g)
{
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
