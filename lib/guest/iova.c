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
	d->cached_node = IR_IOVA_ANCHOR;
	d->cached32_node = IR_IOVA_ANCHOR;
	d->max32_alloc_size = IR_IOVA_32BIT_PFN;
	d->try_32bit = config->dma32_first;
	if (!ir_iova_tree_init(&d->tree, d->config.start_pfn) || !ir_iova_rcache_init(d)) {
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
	ir_iova_tree_fini(&d->tree);
	free(d);
}

/* The cached nodes are where the next search begins: the last range taken... */
static void cache_inserted(struct ir_iova_domain *d, uint32_t node)
{
	if (d->tree.nodes[node].hi < IR_IOVA_32BIT_PFN)
		d->cached32_node = node;
	else
		d->cached_node = node;
}

/* ...moved up past every range freed at or above it */
static void cache_removed(struct ir_iova_domain *d, uint32_t node)
{
	const struct ir_iova_node *nodes = d->tree.nodes;
	const struct ir_iova_node *n = &nodes[node];

	if (node == d->cached32_node ||
	    (n->hi < IR_IOVA_32BIT_PFN && n->lo >= nodes[d->cached32_node].lo))
		d->cached32_node = n->next;
	if (n->lo < IR_IOVA_32BIT_PFN)
		d->max32_alloc_size = IR_IOVA_32BIT_PFN;
	if (n->lo >= nodes[d->cached_node].lo)
		d->cached_node = n->next;
}

static uint64_t take(struct ir_iova_domain *d, uint64_t pfn, uint64_t pages)
{
	uint32_t node = ir_iova_tree_insert(&d->tree, pfn, pfn + pages - 1);

	if (node == IR_IOVA_NIL) {
		d->failed = true;
		return 0;
	}
	cache_inserted(d, node);
	return pfn;
}

/*
 * alloc_iova(): below the cached node first, then, once, between it and the
 * limit.  @pages is what will be taken, already rounded.
 */
static uint64_t tree_get(struct ir_iova_domain *d, uint64_t pages, uint64_t limit)
{
	uint64_t ceiling = limit + 1;
	bool is_32bit = ceiling <= IR_IOVA_32BIT_PFN;
	const struct ir_iova_node *from;
	uint64_t pfn;

	/* a smaller request failed since the last free: this one would too */
	if (is_32bit && pages >= d->max32_alloc_size)
		return 0;
	from = &d->tree.nodes[is_32bit ? d->cached32_node : d->cached_node];
	if (ir_iova_tree_fit(&d->tree, d->config.start_pfn,
			     from->lo < ceiling ? from->lo : ceiling, pages, &pfn))
		return take(d, pfn, pages);
	if (from->hi < ceiling && ir_iova_tree_fit(&d->tree, from->hi + 1, ceiling, pages, &pfn))
		return take(d, pfn, pages);
	/* 6.1 to 6.12 set it even if the search was not limited to 32 bits */
	d->max32_alloc_size = pages;
	return 0;
}

void ir_iova_tree_put(struct ir_iova_domain *d, uint64_t pfn)
{
	uint32_t node = ir_iova_tree_find(&d->tree, pfn);

	if (node == IR_IOVA_NIL || node == IR_IOVA_ANCHOR)
		return;
	cache_removed(d, node);
	ir_iova_tree_remove(&d->tree, node);
}

/* A division is worth avoiding. */
static inline unsigned int cpu_of(const struct ir_iova_domain *d, unsigned int cpu)
{
	return cpu < d->config.cpus ? cpu : cpu % d->config.cpus;
}

struct ir_iova_got ir_iova_alloc_fast(struct ir_iova_domain *d, unsigned int cpu, uint64_t pages,
				      uint64_t limit, bool flush_rcache)
{
	struct ir_iova_got got = { .source = IR_IOVA_NONE };
	unsigned int order = ir_iova_order(pages);
	uint64_t taken = ir_iova_round(pages);

	if (!pages)
		return got;
	if (limit > HIGHEST_PFN)
		limit = HIGHEST_PFN;
	if (order < IR_IOVA_ORDERS && limit + 1 >= taken &&
	    ir_iova_rcache_get(d, cpu_of(d, cpu), order, limit + 1 - taken, &got.pfn)) {
		got.source = IR_IOVA_MAGAZINE;
		return got;
	}
	got.pfn = tree_get(d, taken, limit);
	if (!got.pfn && flush_rcache) {
		ir_iova_rcache_flush(d);
		got.pfn = tree_get(d, taken, limit);
	}
	if (got.pfn)
		got.source = IR_IOVA_TREE;
	return got;
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
	if (got.source != IR_IOVA_NONE)
		d->pages += ir_iova_round(pages);
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
	d->pages -= taken < d->pages ? taken : d->pages;
	if (order < IR_IOVA_ORDERS &&
	    ir_iova_rcache_insert(d, cpu_of(d, cpu), order, pfn, now_ns))
		return;
	ir_iova_tree_put(d, pfn);
}

uint64_t ir_iova_work_time(const struct ir_iova_domain *d)
{
	return d->work_at;
}

void ir_iova_work(struct ir_iova_domain *d, uint64_t now_ns)
{
	ir_iova_rcache_work(d, now_ns);
}

uint64_t ir_iova_pages(const struct ir_iova_domain *d)
{
	return d->pages;
}

bool ir_iova_failed(const struct ir_iova_domain *d)
{
	return d->failed;
}

static bool range_is_free(const struct ir_iova_domain *d, uint64_t lo, uint64_t hi)
{
	uint32_t above = ir_iova_tree_above(&d->tree, lo);
	uint32_t below = d->tree.nodes[above].prev;

	return lo <= hi && d->tree.nodes[above].lo > hi &&
	       (below == IR_IOVA_NIL || d->tree.nodes[below].hi < lo);
}

bool ir_iova_reserve(struct ir_iova_domain *d, uint64_t lo, uint64_t hi)
{
	if (hi > HIGHEST_PFN || !range_is_free(d, lo, hi))
		return false;
	if (ir_iova_tree_insert(&d->tree, lo, hi) == IR_IOVA_NIL) {
		d->failed = true;
		return false;
	}
	return true;
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
	struct ir_iova_rcache *rc = &d->rcache[order];
	struct ir_iova_mag *mag;
	unsigned int cpu;

	for (cpu = 0; cpu < d->config.cpus; cpu++) {
		replace_in(rc->cpu[cpu].loaded, pfn, by);
		replace_in(rc->cpu[cpu].prev, pfn, by);
	}
	for (mag = rc->depot; mag; mag = mag->next)
		replace_in(mag, pfn, by);
}

bool ir_iova_correct(struct ir_iova_domain *d, struct ir_iova_got got, uint64_t pfn,
		     uint64_t pages)
{
	uint64_t taken = ir_iova_round(pages);
	uint32_t node;

	if (!pfn || !pages || pfn > HIGHEST_PFN || taken > HIGHEST_PFN)
		return false;
	if (got.source == IR_IOVA_MAGAZINE) {
		if (ir_iova_order(pages) < IR_IOVA_ORDERS)
			replace_cached(d, ir_iova_order(pages), pfn, got.pfn);
		return true;
	}
	if (got.source == IR_IOVA_TREE) {
		node = ir_iova_tree_find(&d->tree, got.pfn);
		if (node != IR_IOVA_NIL && node != IR_IOVA_ANCHOR) {
			cache_removed(d, node);
			ir_iova_tree_remove(&d->tree, node);
		}
	}
	return range_is_free(d, pfn, pfn + taken - 1) && take(d, pfn, taken);
}

void ir_iova_search_below(struct ir_iova_domain *d, uint64_t pfn)
{
	uint32_t node = ir_iova_tree_above(&d->tree, pfn);

	if (node != IR_IOVA_NIL && node != IR_IOVA_ANCHOR)
		cache_inserted(d, node);
}
