// SPDX-License-Identifier: GPL-2.0-or-later
/* The DMA API over IOMMU domains: drivers/iommu/dma-iommu.c, Linux 6.7 to 7.2. */
#include <errno.h>
#include <stdlib.h>

#include "guest/fq.h"
#include "guest/guest.h"
#include "guest/iova_state.h"
#include "base/timer.h"
#include "guest/actors.h"

struct ring {
	struct ir_fq_ring fq;
	struct ir_lock lock;
};

struct dma_iommu {
	struct ir_iova_domain *iova;
	bool queued;			/* there is a queue: */
	struct ir_percpu rings;		/* one, or one for each CPU; the set: those to be looked at */
	uint64_t flush_started;
	uint64_t flush_finished;
	bool timer_on;
	bool timer_fired;		/* at least once */
	uint64_t armed_ns;		/* when it was started last */
	uint64_t timer_ns;
	unsigned int timer_cpu;		/* where it was armed, and fires */
	size_t own_stall;		/* of those recorded, the next one of this device */
};

static struct dma_iommu *cookie(const struct ir_domain *d)
{
	return d->priv;
}

static void dma_iommu_exit(struct ir_domain *d)
{
	struct dma_iommu *c = cookie(d);

	for (uint32_t i = 0; i < c->rings.cpus; i++) {
		const struct ring *r = ir_percpu_find(&c->rings, i);

		if (!r)
			continue;
		d->guest->queue_entries -= r->fq.count;
		free(r->fq.entries);
	}
	ir_percpu_free(&c->rings);
	ir_iova_destroy(c->iova);
	free(c);
}

static int dma_iommu_init(struct ir_domain *d)
{
	const struct ir_guest *g = d->guest;
	struct dma_iommu *c = calloc(1, sizeof(*c));
	struct ir_iova_config config = {
		.start_pfn = g->first_pfn,
		.limit_pfn = g->last_pfn,
		.cpus = g->par.cpus,
		.depot = g->cfg.depot,
		.dma32_first = g->cfg.dma32_first,
		.hz = g->par.hz,
		.phase_ns = g->par.timer_phase_ns,
	};

	if (!c)
		return -ENOMEM;
	d->priv = c;
	c->iova = ir_iova_new(&config);
	c->queued = g->cfg.strategy->unmap == IR_UNMAP_QUEUED && g->par.queue != IR_QUEUE_NONE;
	c->rings.size = sizeof(struct ring);
	return c->iova ? 0 : -ENOMEM;
}

/*
 * The allocator's state when the recording began, moved to this guest's aperture.
 *
 * The tree hands out addresses from the top down, so that what was taken lies at
 * the same distance from the end of an aperture of any size.  If the recording does
 * not tell its aperture, nothing is moved, and above the pages that are known to be
 * mapped all is free.
 */
struct start_state {
	const struct ir_recorded_machine *m;
	uint64_t move;		/* added to each recorded page number, modulo 2^64 */
	uint64_t taken;		/* from here, moved, */
	uint64_t last;		/* to here all is taken, but for m->start_iovas */
	bool aperture_known;		/* the recording has its aperture */
};

/* The next free range at or above @pfn, a page number before it is moved. */
static const struct ir_start_iova *next_free_range(const struct ir_recorded_machine *m, uint64_t pfn)
{
	const struct ir_start_iova *next = NULL;

	for (size_t i = 0; i < m->nr_start_iovas; i++)
		if (m->start_iovas[i].pfn >= pfn && (!next || m->start_iovas[i].pfn < next->pfn))
			next = &m->start_iovas[i];
	return next;
}

/* How many pages are free between @taken and @last; UINT64_MAX: some lie elsewhere. */
static uint64_t free_at_start(const struct start_state *s, uint64_t last)
{
	uint64_t unused = 0;

	for (size_t i = 0; i < s->m->nr_start_iovas; i++) {
		const struct ir_start_iova *f = &s->m->start_iovas[i];
		uint64_t pfn = f->pfn + s->move;

		if (pfn < s->taken || pfn + f->pages - 1 > last)
			return UINT64_MAX;
		unused += f->pages;
	}
	return unused;
}

/* False: the recording does not show it, or this aperture has no room for it. */
static bool find_start_state(const struct ir_guest *g, const struct ir_recorded_machine *m,
			     uint64_t pages, struct start_state *s)
{
	uint64_t last = g->last_pfn, unused;

	*s = (struct start_state){
		.m = m, .taken = m->taken_pfn, .last = last, .aperture_known = m->aperture_size,
	};
	if (!m->taken_pfn)
		return false;
	if (s->aperture_known) {
		s->move = last - ((m->aperture_start + m->aperture_size - 1) >> IR_PAGE_SHIFT);
		s->taken += s->move;
	}
	if (s->taken <= g->first_pfn || s->taken > last)
		return false;
	unused = free_at_start(s, last);
	return unused <= last - s->taken && pages <= last - s->taken + 1 - unused;
}

static bool fill_magazines(struct ir_domain *d, const struct start_state *s)
{
	/* The first one handed out is on top. */
	for (size_t i = s->m->nr_start_iovas; i-- > 0;) {
		const struct ir_start_iova *f = &s->m->start_iovas[i];
		uint64_t pfn = f->pfn + s->move;

		if (f->in_magazine &&
		    (!ir_iova_reserve(cookie(d)->iova, pfn, pfn + f->pages - 1) ||
		     !ir_iova_rcache_insert(cookie(d)->iova, f->cpu % d->guest->par.cpus,
					    ir_iova_order(f->pages), pfn, d->guest->now_ns)))
			return false;
	}
	return true;
}

static bool dma_iommu_start(struct ir_domain *d, const struct ir_recorded_machine *m,
			    uint64_t pages, void (*give)(struct ir_domain *d, uint64_t pfn))
{
	uint64_t at, lowest = 0, end_of_lowest = 0;
	struct start_state s;

	if (!find_start_state(d->guest, m, pages, &s))
		return false;
	for (at = s.taken; at <= s.last && (s.aperture_known || pages);) {
		const struct ir_start_iova *f = next_free_range(m, at - s.move);
		uint64_t gap = f ? f->pfn + s.move : s.last + 1, end = gap;

		if (!s.aperture_known && end - at > pages)
			end = at + pages;
		if (end > at && !ir_iova_reserve(cookie(d)->iova, at, end - 1))
			return false;
		if (!lowest && (end > at || f->in_magazine)) {
			lowest = at;
			end_of_lowest = end > at ? end : gap + f->pages;
		}
		for (; pages && at < end; pages--) {
			give(d, at++);
			ir_guest_hold(d, 1);
		}
		at = f ? gap + f->pages : gap;
	}
	if (!fill_magazines(d, &s))
		return false;
	if (lowest)
		ir_iova_search_below(cookie(d)->iova, lowest, end_of_lowest - 1);
	return true;
}

static uint64_t dma_iommu_alloc(struct ir_domain *d, uint64_t pages, uint64_t fixed)
{
	struct ir_guest *g = d->guest;
	uint64_t pfn = ir_iova_quick_alloc(cookie(d)->iova, g->cpu, pages, g->now_ns);

	(void)fixed;
	if (!pfn) {
		pfn = ir_iova_alloc(cookie(d)->iova, g->cpu, pages, g->now_ns);
		if (ir_iova_failed(cookie(d)->iova))
			g->totals.failed = true;
		if (!pfn)
			return IR_NO_PFN;
	}
	ir_guest_hold(d, ir_iova_round(pages));
	return pfn;
}

static inline void free_iova(struct ir_domain *d, uint64_t pfn, uint64_t pages)
{
	struct ir_iova_domain *iova = cookie(d)->iova;
	struct ir_guest *g = d->guest;

	ir_guest_unhold(d, ir_iova_round(pages));
	if (ir_iova_quick_free(iova, g->cpu, pfn, pages, g->now_ns))
		return;
	ir_iova_free(iova, g->cpu, pfn, pages, g->now_ns);
	ir_guest_timer_armed(d, ir_iova_work_time(iova));
}

static void sync_range(struct ir_domain *d, uint64_t pfn, uint64_t pages)
{
	const struct ir_strategy *st = d->guest->cfg.strategy;
	struct ir_gather gather = {
		.start = pfn << IR_PAGE_SHIFT,
		.end = ((pfn + pages) << IR_PAGE_SHIFT) - 1,
	};

	if (st->iotlb_sync)
		st->iotlb_sync(d, &gather);
}

static inline void fq_ring_free(struct ir_domain *d, struct ir_fq_ring *ring, uint64_t finished)
{
	struct ir_fq_entry e;

	while (ir_fq_take(ring, finished, &e)) {
		d->guest->queue_entries--;
		free_iova(d, e.pfn, e.pages);
	}
}

static void fq_flush_iotlb(struct ir_domain *d, enum ir_cause cause)
{
	struct dma_iommu *c = cookie(d);

	c->flush_started++;
	ir_flush_iotlb_all(d, cause);
	c->flush_finished++;
}

/* Rings that are empty and not in use are not looked at again before something is queued. */
static void free_flushed(struct ir_domain *d)
{
	struct dma_iommu *c = cookie(d);

	for (uint32_t i = ir_percpu_next(&c->rings, 0); i != UINT32_MAX;
	     i = ir_percpu_next(&c->rings, i + 1)) {
		struct ring *r = ir_percpu_find(&c->rings, i);

		ir_lock_take(d->guest, &r->lock);
		fq_ring_free(d, &r->fq, c->flush_finished);
		ir_lock_drop(d->guest, &r->lock);
		if (!r->fq.count && !r->lock.held)
			ir_percpu_remove(&c->rings, i);
	}
}

/* The first stall that ends after @time_ns. */
static size_t next_stall(const struct ir_guest *g, uint64_t time_ns)
{
	size_t first = 0, end = g->cfg.nr_stalls;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (g->cfg.stalls[middle].until_ns <= time_ns)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

/*
 * The end of the stall of this device's own timer that has @expiry_ns, which is later than the one before;
 * 0: there is none.
 */
static uint64_t end_of_own_stall(const struct ir_domain *d, uint64_t expiry_ns)
{
	const struct ir_guest_config *cfg = &d->guest->cfg;
	size_t *i = &cookie(d)->own_stall;

	while (*i < cfg->nr_stalls && (cfg->stalls[*i].device != d->device || cfg->stalls[*i].until_ns <= expiry_ns))
		++*i;
	return d->device && *i < cfg->nr_stalls && cfg->stalls[*i].expiry_ns <= expiry_ns ?
		cfg->stalls[*i].until_ns : 0;
}

/*
 * When a timer fires that expires at @expiry_ns.  Timers run at the tick, a moment after it; and not where
 * the recorded machine ran none.
 */
static uint64_t firing_ns(const struct ir_domain *d, uint64_t expiry_ns)
{
	const struct ir_guest *g = d->guest;
	size_t next = next_stall(g, expiry_ns);
	uint64_t own = end_of_own_stall(d, expiry_ns);

	if (own)
		return own;
	if (next < g->cfg.nr_stalls && g->cfg.stalls[next].from_ns <= expiry_ns)
		return g->cfg.stalls[next].until_ns;
	return expiry_ns + g->par.timer_rest_ns;
}

static void arm_timer(struct ir_domain *d)
{
	struct dma_iommu *c = cookie(d);
	struct ir_guest *g = d->guest;

	if (c->timer_on)
		return;
	c->timer_on = true;
	c->armed_ns = g->now_ns;
	ir_guest_timer_start(d);
	c->timer_cpu = g->cpu;
	c->timer_ns = UINT64_MAX;
	if (g->par.timer == IR_TIMER_SIMULATED) {
		c->timer_ns = firing_ns(d, ir_timer_expiry(g->now_ns, g->par.queue_timeout_ms, g->par.hz,
							   g->par.timer_phase_ns));
		ir_guest_timer_armed(d, c->timer_ns);
	}
}

/* queue_iova() */
static void queue_iova(struct ir_domain *d, uint64_t pfn, uint64_t pages)
{
	struct dma_iommu *c = cookie(d);
	struct ir_guest *g = d->guest;
	uint32_t i = g->par.queue == IR_QUEUE_SINGLE ? 0 : g->cpu;
	struct ring *r = ir_percpu_get(&c->rings, i);
	struct ir_fq_ring *ring;

	if (!r) {
		g->totals.failed = true;
		return;
	}
	ring = &r->fq;
	ir_percpu_add(&c->rings, i);
	ir_lock_take(g, &r->lock);
	fq_ring_free(d, ring, c->flush_finished);
	if (ring->count >= g->par.queue_size - 1) {
		fq_flush_iotlb(d, IR_CAUSE_QUEUE_FULL);
		fq_ring_free(d, ring, c->flush_finished);
	}
	if (ir_fq_add(ring, (struct ir_fq_entry){ pfn, pages, c->flush_started }))
		g->totals.failed = true;
	g->queue_entries++;
	if (ring->count > d->res.peaks.queue_depth)
		d->res.peaks.queue_depth = ring->count;
	if (ring->count > g->res.peaks.queue_depth)
		g->res.peaks.queue_depth = ring->count;
	ir_lock_drop(g, &r->lock);
	arm_timer(d);
}

static void dma_iommu_unmapped(struct ir_domain *d, uint64_t pfn, uint64_t pages)
{
	if (cookie(d)->queued && !d->strict) {
		queue_iova(d, pfn, pages);
		return;
	}
	if (d->strict || d->guest->cfg.strategy->unmap != IR_UNMAP_DIRECT)
		sync_range(d, pfn, pages);
	free_iova(d, pfn, pages);
}

/*
 * The IOVA goes straight back, not through the queue, also in lazy mode; but dma_iova_destroy() queues
 * what was linked, as for every unmap (drivers/iommu/dma-iommu.c, block/blk-mq-dma.c, Linux 7.2).
 */
static void dma_iommu_undo(struct ir_domain *d, uint64_t pfn, uint64_t pages, uint32_t pieces,
			   bool linked)
{
	(void)pieces;
	if (linked) {
		dma_iommu_unmapped(d, pfn, pages);
		return;
	}
	sync_range(d, pfn, pages);
	free_iova(d, pfn, pages);
}

static void dma_iommu_flush(struct ir_domain *d, enum ir_cause cause)
{
	fq_flush_iotlb(d, cause);
	free_flushed(d);
}

static void dma_iommu_release(struct ir_domain *d)
{
	struct dma_iommu *c = cookie(d);

	for (uint32_t i = ir_percpu_next(&c->rings, 0); i != UINT32_MAX;
	     i = ir_percpu_next(&c->rings, i + 1)) {
		struct ring *r = ir_percpu_find(&c->rings, i);

		fq_ring_free(d, &r->fq, UINT64_MAX);
	}
}

static uint64_t dma_iommu_timer_ns(const struct ir_domain *d)
{
	const struct dma_iommu *c = cookie(d);
	uint64_t work = ir_iova_work_time(c->iova);

	return c->timer_on && c->timer_ns < work ? c->timer_ns : work;
}

/* fq_flush_timeout() */
static void fq_timeout(struct ir_guest *g, const struct ir_work *work)
{
	struct ir_domain *d = work->domain;

	g->sites.site = IR_SITE_TIMER;
	g->recorded = (struct ir_recorded_times){ .rpcit_ns = work->rpcit_ns };
	cookie(d)->timer_on = false;
	ir_guest_timer_stop(d);
	ir_actors_wait(g, g->now_ns + work->sync_ns);
	dma_iommu_flush(d, IR_CAUSE_QUEUE_TIMEOUT);
	g->recorded = (struct ir_recorded_times){ 0 };
}

/* A timer fires in a soft interrupt of the CPU that armed it. */
static void fire_timer(struct ir_domain *d, uint32_t rpcit_ns, uint32_t sync_ns)
{
	struct ir_work work = {
		.run = fq_timeout, .domain = d, .rpcit_ns = rpcit_ns, .sync_ns = sync_ns,
	};

	cookie(d)->timer_fired = true;
	cookie(d)->timer_ns = UINT64_MAX;
	ir_actors_run(d->guest, cookie(d)->timer_cpu, true, &work);
}

static void dma_iommu_timer(struct ir_domain *d)
{
	struct dma_iommu *c = cookie(d);
	struct ir_guest *g = d->guest;

	if (ir_iova_work_time(c->iova) <= g->now_ns)
		ir_iova_work(c->iova, g->now_ns);
	if (c->timer_on && c->timer_ns <= g->now_ns)
		fire_timer(d, 0, 0);
}

/*
 * Timers never fire early: where the recorded one fired before the first one here can, it
 * had been started before the recording began, perhaps by unmaps of that time alone.
 */
static bool started_before(const struct ir_domain *d)
{
	const struct dma_iommu *c = cookie(d);
	const struct ir_guest *g = d->guest;

	return c->queued && !d->strict && !c->timer_fired &&
	       (!c->timer_on ||
		g->now_ns - c->armed_ns < g->par.queue_timeout_ms * UINT64_C(1000000));
}

static bool may_be_recorded(const struct ir_domain *d)
{
	return (d->guest->par.timer == IR_TIMER_RECORDED && cookie(d)->timer_on) || started_before(d);
}

static void dma_iommu_flush_timer(struct ir_domain *d, uint32_t rpcit_ns, uint32_t sync_ns)
{
	if (may_be_recorded(d))
		fire_timer(d, rpcit_ns, sync_ns);
}

static uint64_t dma_iommu_timer_since(const struct ir_domain *d)
{
	return may_be_recorded(d) ? cookie(d)->armed_ns : UINT64_MAX;
}

const struct ir_dma_ops ir_dma_iommu_ops = {
	.init = dma_iommu_init,
	.exit = dma_iommu_exit,
	.start = dma_iommu_start,
	.alloc = dma_iommu_alloc,
	.undo = dma_iommu_undo,
	.unmapped = dma_iommu_unmapped,
	.flush = dma_iommu_flush,
	.release = dma_iommu_release,
	.timer_ns = dma_iommu_timer_ns,
	.timer = dma_iommu_timer,
	.flush_timer = dma_iommu_flush_timer,
	.timer_since = dma_iommu_timer_since,
};
