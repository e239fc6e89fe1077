// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The entry points of the IOVA allocator.  Behaviour after
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

/* A division is worth avoiding. */
static inline unsigned int cpu_of(const struct ir_iova_domain *d, unsigned int cpu)
{
	return cpu < d->config.cpus ? cpu : cpu % d->config.cpus;
}

/* Takes or gives IOVAs that no magazine has. */
__attribute__((noinline))
static struct ir_iova_got alloc_slow(struct ir_iova_domain *d, uint64_t taken, uint64_t limit,
				     bool flush_rcache)
{
	uint64_t pfn = ir_iova_tree_get(d, taken, limit);

	if (!pfn && flush_rcache) {
		ir_iova_rcache_flush(d);
		pfn = ir_iova_tree_get(d, taken, limit);
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

static void replace_in_magazine(struct ir_iova_mag *mag, uint64_t pfn, uint64_t by)
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
		replace_in_magazine(cc->loaded, pfn, by);
		replace_in_magazine(cc->prev, pfn, by);
	}
	for (mag = d->rcache[order].depot; mag; mag = mag->next)
		replace_in_magazine(mag, pfn, by);
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
	return ir_iova_tree_is_free(d, pfn, pfn + taken - 1) && ir_iova_tree_take(d, pfn, taken);
}
