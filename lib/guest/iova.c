// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The IOVA allocator: its tree side and its entry points.  Behaviour after
 * drivers/iommu/iova.c and iommu_dma_alloc_iova() of drivers/iommu/dma-iommu.c,
 * Linux 6.12; the depot of a fixed size after 6.1.
 */
#include "guest/iova_state.h"

#include <stdlib.h>

/* Keeps page frame + 1 and every sum of two of them far from overflow */
#define HIGHEST_PFN	((UINT64_C(1) << 52) - 1)
/* NR_CPUS of no kernel is larger; guards the sizes of our arrays */
enum { MAX_CPUS = 65536 };

struct ir_iova_domain *ir_iova_new(const struct ir_iova_config *config)
{
	struct ir_iova_domain *d;

	if (config->cpus > MAX_CPUS)
		return NULL;
	d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	d->config = *config;
	if (!d->config.start_pfn)
		d->config.start_pfn = 1;
	if (d->config.limit_pfn > HIGHEST_PFN)
		d->config.limit_pfn = HIGHEST_PFN;
	if (!d->config.cpus)
		d->config.cpus = 1;
	if (!d->config.online_cpus)
		d->config.online_cpus = d->config.cpus;
	d->pfns = d->config.limit_pfn + 1;
	d->taken = ir_bitmap_new(d->pfns);
	d->cached_pfn = UINT64_MAX;
	d->cached32_pfn = UINT64_MAX;
	d->max32_alloc_size = IR_IOVA_32BIT_PFN;
	d->try_32bit = config->dma32_first;
	ir_iova_rcache_init(d);
	if (!d->taken) {
		ir_iova_destroy(d);
		return NULL;
	}
	return d;
}

void ir_iova_destroy(struct ir_iova_domain *d)
{
	if (!d)
		return;
	ir_iova_rcache_fini(d);
	ir_bitmap_free(d->taken);
	free(d);
}

/* The cached nodes are where the next search begins: the last range taken... */
void ir_iova_search_below(struct ir_iova_domain *d, uint64_t lo, uint64_t hi)
{
	if (hi < IR_IOVA_32BIT_PFN)
		d->cached32_pfn = lo;
	else
		d->cached_pfn = lo;
}

/* ...moved up past every range freed at or above it: to where the next one begins */
static void cache_removed(struct ir_iova_domain *d, uint64_t lo, uint64_t hi)
{
	bool move32 = lo == d->cached32_pfn || (hi < IR_IOVA_32BIT_PFN && lo >= d->cached32_pfn);
	bool move = lo >= d->cached_pfn;
	uint64_t next;

	if (lo < IR_IOVA_32BIT_PFN)
		d->max32_alloc_size = IR_IOVA_32BIT_PFN;
	if (!move32 && !move)
		return;
	next = ir_bitmap_next(d->taken, hi + 1, true);
	if (move32)
		d->cached32_pfn = next;
	if (move)
		d->cached_pfn = next;
}

/* False if there is no memory. */
static bool mark(struct ir_iova_domain *d, uint64_t lo, uint64_t hi, bool value)
{
	if (ir_bitmap_assign(d->taken, lo, hi, value))
		d->failed = true;
	return !d->failed;
}

static uint64_t take(struct ir_iova_domain *d, uint64_t pfn, uint64_t pages)
{
	if (!mark(d, pfn, pfn + pages - 1, true))
		return 0;
	ir_iova_search_below(d, pfn, pfn + pages - 1);
	return pfn;
}

/* The highest room in [floor, ceiling); 0: none */
static uint64_t find_room(struct ir_iova_domain *d, uint64_t floor, uint64_t ceiling,
			  uint64_t pages)
{
	uint64_t pfn;

	if (ceiling <= floor || ceiling - floor < pages)
		return 0;
	pfn = ir_bitmap_fit(d->taken, floor, ceiling - pages, pages);
	return pfn == IR_BITMAP_NONE ? 0 : pfn;
}

/*
 * alloc_iova(): below the cached node first, then, once, between it and the
 * limit.  @pages is what will be taken, already rounded.
 */
static uint64_t tree_get(struct ir_iova_domain *d, uint64_t pages, uint64_t limit)
{
	uint64_t ceiling = limit + 1;
	bool is_32bit = ceiling <= IR_IOVA_32BIT_PFN;
	uint64_t from, pfn;

	/* a smaller request failed since the last free: this one would too */
	if (is_32bit && pages >= d->max32_alloc_size)
		return 0;
	from = is_32bit ? d->cached32_pfn : d->cached_pfn;
	pfn = find_room(d, d->config.start_pfn, from < ceiling ? from : ceiling, pages);
	if (!pfn)
		pfn = find_room(d, from, ceiling, pages);
	if (pfn)
		return take(d, pfn, pages);
	/* 6.1 to 6.12 set it even if the search was not limited to 32 bits */
	d->max32_alloc_size = pages;
	return 0;
}

static bool is_taken(const struct ir_iova_domain *d, uint64_t pfn)
{
	return pfn < d->pfns && ir_bitmap_any(d->taken, pfn, pfn);
}

void ir_iova_tree_put(struct ir_iova_domain *d, uint64_t pfn, uint64_t pages)
{
	if (!is_taken(d, pfn) || pages > d->pfns - pfn)
		return;
	cache_removed(d, pfn, pfn + pages - 1);
	mark(d, pfn, pfn + pages - 1, false);
}

/* A division is worth avoiding. */
static inline unsigned int cpu_of(const struct ir_iova_domain *d, unsigned int cpu)
{
	return cpu < d->config.cpus ? cpu : cpu % d->config.cpus;
}

/* What no magazine has. */
__attribute__((noinline))
static struct ir_iova_got alloc_slow(struct ir_iova_domain *d, uint64_t taken, uint64_t limit,
				     bool flush_rcache)
{
	uint64_t pfn = tree_get(d, taken, limit);

	if (!pfn && flush_rcache) {
		ir_iova_rcache_flush(d);
		pfn = tree_get(d, taken, limit);
	}
	return (struct ir_iova_got){ pfn ? IR_IOVA_TREE : IR_IOVA_NONE, pfn };
}

struct ir_iova_got ir_iova_alloc_fast(struct ir_iova_domain *d, unsigned int cpu, uint64_t pages,
				      uint64_t limit, bool flush_rcache)
{
	unsigned int order = ir_iova_order(pages);
	uint64_t taken = ir_iova_round(pages), pfn;

	if (!pages)
		return (struct ir_iova_got){ .source = IR_IOVA_NONE };
	if (limit > d->config.limit_pfn)
		limit = d->config.limit_pfn;
	if (order < IR_IOVA_ORDERS && limit + 1 >= taken &&
	    ir_iova_rcache_get(d, cpu_of(d, cpu), order, limit + 1 - taken, &pfn))
		return (struct ir_iova_got){ IR_IOVA_MAGAZINE, pfn };
	return alloc_slow(d, taken, limit, flush_rcache);
}

uint64_t ir_iova_alloc(struct ir_iova_domain *d, unsigned int cpu, uint64_t pages, uint64_t now_ns)
{
	struct ir_iova_got got = { .source = IR_IOVA_NONE };

	ir_iova_rcache_work(d, now_ns);
	if (d->try_32bit && d->config.limit_pfn >= IR_IOVA_32BIT_PFN) {
		got = ir_iova_alloc_fast(d, cpu, pages, IR_IOVA_32BIT_PFN - 1, false);
		/* pci_32bit_workaround: the first failure is the last attempt (6.4) */
		if (got.source == IR_IOVA_NONE)
			d->try_32bit = false;
	}
	if (got.source == IR_IOVA_NONE)
		got = ir_iova_alloc_fast(d, cpu, pages, d->config.limit_pfn, true);
	return got.pfn;
}

void ir_iova_free(struct ir_iova_domain *d, unsigned int cpu, uint64_t pfn, uint64_t pages,
		  uint64_t now_ns)
{
	unsigned int order = ir_iova_order(pages);
	uint64_t taken = ir_iova_round(pages);

	if (!pfn || !pages)
		return;
	ir_iova_rcache_work(d, now_ns);
	if (order < IR_IOVA_ORDERS &&
	    ir_iova_rcache_insert(d, cpu_of(d, cpu), order, pfn, now_ns))
		return;
	ir_iova_tree_put(d, pfn, taken);
}

uint64_t ir_iova_work_time(const struct ir_iova_domain *d)
{
	return d->work_at;
}

void ir_iova_work(struct ir_iova_domain *d, uint64_t now_ns)
{
	ir_iova_rcache_work(d, now_ns);
}

bool ir_iova_failed(const struct ir_iova_domain *d)
{
	return d->failed;
}

static bool range_is_free(const struct ir_iova_domain *d, uint64_t lo, uint64_t hi)
{
	return lo <= hi && hi < d->pfns && !ir_bitmap_any(d->taken, lo, hi);
}

bool ir_iova_reserve(struct ir_iova_domain *d, uint64_t lo, uint64_t hi)
{
	return range_is_free(d, lo, hi) && mark(d, lo, hi, true);
}

static void replace_in(struct ir_iova_mag *mag, uint64_t pfn, uint64_t by)
{
	unsigned int i;

	for (i = 0; mag && i < mag->size; i++) {
		if (mag->pfns[i] == pfn)
			mag->pfns[i] = by;
	}
}

static void replace_cached(struct ir_iova_domain *d, unsigned int order, uint64_t pfn, uint64_t by)
{
	const struct ir_iova_cpu_cache *cc;
	struct ir_iova_mag *mag;
	unsigned int cpu;

	for (cpu = 0; cpu < d->config.cpus; cpu++) {
		cc = ir_iova_cpu_cache(d, cpu, order);
		if (!cc)
			continue;
		replace_in(cc->loaded, pfn, by);
		replace_in(cc->prev, pfn, by);
	}
	for (mag = d->rcache[order].depot; mag; mag = mag->next)
		replace_in(mag, pfn, by);
}

bool ir_iova_correct(struct ir_iova_domain *d, struct ir_iova_got got, uint64_t pfn,
		     uint64_t pages)
{
	uint64_t taken = ir_iova_round(pages);

	if (!pfn || !pages || pfn > HIGHEST_PFN || taken > HIGHEST_PFN)
		return false;
	if (got.source == IR_IOVA_MAGAZINE) {
		if (ir_iova_order(pages) < IR_IOVA_ORDERS)
			replace_cached(d, ir_iova_order(pages), pfn, got.pfn);
		return true;
	}
	if (got.source == IR_IOVA_TREE)
		ir_iova_tree_put(d, got.pfn, taken);
	return range_is_free(d, pfn, pfn + taken - 1) && take(d, pfn, taken);
}
