// SPDX-License-Identifier: GPL-2.0-or-later
/* Maps and unmaps ranges of pages, as the DMA API and drivers/iommu/iommu.c do.  The caller keeps now_ns. */
#include "guest/actors.h"
#include "guest/guest.h"
#include "guest/iopt_page.h"
#include "guest/timeline.h"

/* The end of map_pages, for a lone piece, and iotlb_sync_map. */
__attribute__((noinline))
static int sync_range(struct ir_domain *d, uint64_t pfn, uint64_t pages, uint32_t nr)
{
	const struct ir_strategy *st = d->guest->cfg.strategy;
	int rc = nr == 1 && st->map_pages ? st->map_pages(d, pfn << IR_PAGE_SHIFT, pages) : 0;

	return rc || !st->iotlb_sync_map ? rc : st->iotlb_sync_map(d, pfn << IR_PAGE_SHIFT, pages << IR_PAGE_SHIFT);
}

/* As sync_range(), where the host's limit counts what it takes of the mapping: so many entries. */
__attribute__((noinline))
static int sync_counted(struct ir_domain *d, uint64_t pfn, uint64_t pages, const struct ir_segment *segs,
			uint32_t nr, uint32_t *entries)
{
	struct ir_serving serving = { .segs = segs, .pfn = pfn, .nr = nr };
	int rc;

	d->serving = &serving;
	rc = sync_range(d, pfn, pages, nr);
	if (d->serving == &serving)
		d->serving = NULL;
	*entries = serving.taken;
	return rc;
}

/*
 * drivers/iommu/iommu.c, __iommu_map() for each piece, then iotlb_sync_map; Linux 6.12.  Of a lone piece
 * map_pages ends just before that: an RPCIT in it is the recorded one, at its time.
 */
IR_SPECIALISED int map_range(struct ir_domain *d, const struct ir_op *op, uint64_t pfn,
			     const struct ir_segment *segs, uint32_t nr, const bool plain,
			     uint64_t *mapped, uint32_t *entries)
{
	struct ir_guest *g = d->guest;
	const struct ir_strategy *st = g->cfg.strategy;
	const struct ir_recorded_times times = { op->rpcit_ns, op->retry_ns };
	bool requests = !plain && g->par.iommu->requests;
	uint64_t begin_ns = g->now_ns, sync_ns = begin_ns + op->sync_ns;
	int rc;

	*mapped = *entries = 0;
	for (uint32_t i = 0; i < nr; i++) {
		uint64_t at = pfn + *mapped, pages = segs[i].pages;

		/* One after the other, as they were until the sync: a walk for another CPU sees those that are there. */
		if (i && g->cfg.hypervisor->shadows)
			ir_actors_wait(g, begin_ns + segs[i].after_ns);
		if (!g->by_free)
			ir_reuse_use_all(&g->reuse, segs[i].paddr >> IR_PAGE_SHIFT, pages, g->now_ns);
		ir_iopt_map(d->iopt, at, pages, segs[i].paddr);
		*mapped += pages;
		if (requests)
			*entries += ir_requests_map(d, at, &segs[i]);
		if (nr > 1 && st->map_pages) {
			rc = st->map_pages(d, at << IR_PAGE_SHIFT, pages);
			if (rc)
				return rc;
		}
	}
	if (!st->iotlb_sync_map && (nr > 1 || !st->map_pages))
		return 0;
	ir_actors_wait(g, sync_ns);
	g->recorded = times;
	if (!plain && ir_entries_counted(g) && !requests)
		rc = sync_counted(d, pfn, *mapped, segs, nr, entries);
	else
		rc = sync_range(d, pfn, *mapped, nr);
	g->recorded = (struct ir_recorded_times){ 0 };
	return rc;
}

/* The two of them; the first one for the one piece that @op has. */
__attribute__((noinline))
static int map_plain_range(struct ir_domain *d, const struct ir_op *op, uint64_t pfn, uint64_t *mapped,
			   uint32_t *entries)
{
	const struct ir_segment whole = { .paddr = op->paddr, .pages = op->seg_pages };

	return map_range(d, op, pfn, &whole, 1, true, mapped, entries);
}

__attribute__((noinline))
static int map_any_range(struct ir_domain *d, const struct ir_op *op, uint64_t pfn,
			 const struct ir_segment *segs, uint32_t nr, uint64_t *mapped, uint32_t *entries)
{
	return map_range(d, op, pfn, segs, nr, false, mapped, entries);
}

/*
 * The common case of map_range(), in a third of its instructions: one page, where nothing was, an
 * RPCIT that succeeds, and nothing else happens before it is done.  False: it is not the common
 * case, and no figure has changed.
 */
IR_SPECIALISED bool map_page_at_once(struct ir_domain *d, const struct ir_op *op, uint64_t pfn)
{
	struct ir_guest *g = d->guest;
	bool recorded = g->par.latency == IR_LATENCY_RECORDED;
	uint64_t start = g->now_ns, takes = 0, begin_ns = start;

	if (op->pages != 1 || *d->room < 2)
		return false;
	if (g->actors) {
		start += op->sync_ns;
		takes = recorded ? op->rpcit_ns : 0;
		if (g->cfg.hypervisor->serialises && g->hv_free_ns > start)
			start = g->hv_free_ns;
		if (!takes)
			takes = g->par.rpcit_base_ns + g->par.rpcit_page_ns;
		if (!ir_actors_alone(g, start + takes))
			return false;
	}
	if (!map_page_shadowed(d->iopt, pfn, op->paddr | VALID))
		return false;
	if (!g->by_free && g->reuse.nr)
		ir_reuse_use(&g->reuse, op->paddr >> IR_PAGE_SHIFT, begin_ns);
	ir_guest_note_lazy(d);
	--*d->room;
	ir_note_charged(d, *d->room);
	if (g->actors) {
		g->hv_free_ns = start + (recorded ? g->par.rpcit_base_ns : takes);
		g->now_ns = start + takes;
	}
	d->at_once++;
	return true;
}

IR_SPECIALISED void unmap_range(struct ir_domain *d, uint64_t pfn, uint64_t pages, bool read_only,
				uint32_t entries, uint32_t requests, const bool plain)
{
	struct ir_guest *g = d->guest;

	if (!plain && g->cfg.strategy->identity)
		return;
	d->totals.now_ns = g->now_ns;
	d->totals.read_only = read_only;
	if (pages != 1 || !unmap_page(d->iopt, pfn))
		ir_iopt_unmap(d->iopt, pfn, pages);
	ir_guest_grew(d);
	ir_count(d, kernel.unmapped_pages, pages);
	if (!plain && g->par.iommu->requests)
		ir_requests_unmap(d, pfn, pages, requests);
	if (!plain && entries)
		ir_entries_unmapped(d, entries);
	d->ops->unmapped(d, pfn, pages);
	ir_guest_note_peaks(d);
}

/* A mapping for which there was no IOVA. */
__attribute__((noinline))
static void count_exhausted(struct ir_domain *d, uint64_t pages)
{
	d->guest->ran_short = true;
	ir_count(d, maps.iova_exhausted, 1);
	if (ir_guest_site(d->guest))
		ir_guest_site(d->guest)->iova_exhausted++;
	ir_guest_note_failure(d, IR_FAILURE_IOVA_EXHAUSTED, pages);
}

/* The strategy failed the mapping, of which so many pages in so many pieces are mapped. */
__attribute__((noinline))
static void undo_map(struct ir_domain *d, uint64_t pfn, uint64_t pages, uint64_t mapped, uint32_t nr,
		     bool linked)
{
	struct ir_guest *g = d->guest;

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
	d->ops->undo(d, pfn, pages, nr, linked);
	ir_guest_note_peaks(d);
}

/* A mapping is attempted: counted for the call site and the timeline, if there are any. */
static void note_attempt(struct ir_guest *g, uint64_t pages)
{
	struct ir_site_result *site = ir_guest_site(g);

	if (site) {
		site->mappings++;
		site->pages += pages;
	}
	if (g->cfg.timeline)
		ir_timeline_map(g->cfg.timeline, g->now_ns, pages);
}

IR_SPECIALISED uint64_t try_map(struct ir_domain *d, const struct ir_op *op,
				const struct ir_segment *segs, uint32_t nr, uint64_t pages,
				const bool plain, uint32_t *entries)
{
	struct ir_guest *g = d->guest;
	uint64_t pfn, mapped;
	bool linked;

	ir_count(d, maps.attempted, 1);
	if (!plain)
		note_attempt(g, pages);
	if (g->totals.failed)
		return IR_NO_PFN;
	if (!plain && g->cfg.strategy->identity) {
		ir_count(d, maps.succeeded, 1);
		return segs->paddr >> IR_PAGE_SHIFT;
	}
	pfn = d->ops->alloc(d, pages, op->iova);
	if (!plain && g->cfg.observer && g->cfg.observer->mapped)
		g->cfg.observer->mapped(g->cfg.observer->arg, op,
					pfn == IR_NO_PFN ? UINT64_MAX : pfn << IR_PAGE_SHIFT);
	if (pfn == IR_NO_PFN) {
		count_exhausted(d, pages);
		return IR_NO_PFN;
	}
	ir_guest_note_peaks(d);
	if (plain && g->at_once && map_page_at_once(d, op, pfn))
		return pfn;
	d->totals.now_ns = g->now_ns;
	linked = op->flags & IR_OPF_LINKED;	/* it may be another one when that has waited */
	if (plain ? map_plain_range(d, op, pfn, &mapped, entries) :
		    map_any_range(d, op, pfn, segs, nr, &mapped, entries)) {
		undo_map(d, pfn, pages, mapped, nr, linked);
		return IR_NO_PFN;
	}
	ir_count(d, kernel.mapped_pages, mapped);
	ir_count(d, maps.succeeded, 1);
	ir_guest_count_unbacked(d, pfn, pages);
	if (!plain)
		ir_guest_sample(g);
	return pfn;
}

/* @plain: @segs is not used, and nothing has to be noted before the mapping is made. */
IR_SPECIALISED void map(struct ir_guest *g, const struct ir_op *op, uint32_t mapping,
			const struct ir_segment *segs, uint32_t nr, const bool plain)
{
	struct ir_domain *d = ir_guest_domain(g, op->device);
	bool read_only = op->flags & IR_OPF_READ_ONLY;
	uint64_t pages = plain ? op->seg_pages : segs->pages, pfn;
	uint32_t entries = 0, site = op->site;
	struct ir_mapping *m;

	if (!d)
		return;
	g->sites.site = site;
	for (uint32_t i = 1; !plain && i < nr; i++)
		pages += segs[i].pages;
	if (!plain && g->map_since && mapping < g->nr_maps)
		g->map_since[mapping] = g->now_ns;
	pfn = try_map(d, op, segs, nr, pages, plain, &entries);
	if (mapping >= g->nr_maps) {
		ir_count(d, replayed_failures, 1);
		if (pfn != IR_NO_PFN)
			unmap_range(d, pfn, pages, read_only, entries, 0, plain);
		return;
	}
	m = &g->maps[mapping];
	m->pfn = pfn;
	m->pages = (uint32_t)pages;
	m->device = d->device;
	m->site = site;
	m->read_only = read_only;
	m->entries = entries;
	m->requests = !plain && g->par.iommu->requests ? ir_requests_of_unmap(pfn, segs, nr) : 0;
	m->state = pfn != IR_NO_PFN ? MAP_LIVE : MAP_FAILED;
	m->epoch = d->epoch;
	if (m->unmap_waits) {	/* it came while something was waited for */
		m->unmap_waits = false;
		ir_guest_unmap(g, mapping);
	}
}

__attribute__((noinline))
static void map_any(struct ir_guest *g, const struct ir_op *op, uint32_t mapping,
		    const struct ir_segment *segs, uint32_t nr)
{
	const struct ir_segment whole = { .paddr = op->paddr, .pages = op->seg_pages };
	const struct ir_op kept = *op;

	if (segs)
		map(g, op, mapping, segs, nr, false);
	else if (g->plain)
		map(g, &kept, mapping, NULL, 1, true);
	else
		map(g, &kept, mapping, &whole, 1, false);
}

void ir_guest_map(struct ir_guest *g, const struct ir_op *op, uint32_t mapping,
		  const struct ir_segment *segs, uint32_t nr)
{
	if (!segs && g->plain && !g->alloc_waits)
		map(g, op, mapping, NULL, 1, true);
	else
		map_any(g, op, mapping, segs, nr);
}

IR_SPECIALISED void unmap(struct ir_guest *g, uint32_t mapping, const bool plain)
{
	struct ir_mapping *m;
	struct ir_domain *d;

	if (mapping >= g->nr_maps)
		return;
	m = &g->maps[mapping];
	if (m->state == MAP_NONE) {
		m->unmap_waits = true;
		return;
	}
	d = g->domains[m->device];
	if (m->epoch != d->epoch) {	/* it ended with its domain before */
		ir_guest_free_number(g, mapping);
		return;
	}
	g->sites.site = m->site;
	if (m->state == MAP_FAILED)
		ir_count(d, skipped_unmaps, 1);
	else
		unmap_range(d, m->pfn, m->pages, m->read_only, m->entries, m->requests, plain);
	ir_guest_free_number(g, mapping);
}

void ir_guest_unmap(struct ir_guest *g, uint32_t mapping)
{
	if (g->plain)
		unmap(g, mapping, true);
	else
		unmap(g, mapping, false);
}
