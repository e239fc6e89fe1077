/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the IOVA allocator: shared by iova_alloc.c, iova_rcache.c, iova_tree.c and the checks
 * that hold the allocator against recorded calls of a real kernel.
 *
 * The kernel keeps taken ranges in a red-black tree and looks for room from range
 * to range.  What it finds depends only on which pages are taken, so here they
 * are a bitmap; the caller that frees a range passes its length.
 *
 * Invariants
 *  - a range in a magazine stays in the tree: the tree sees it as taken;
 *  - only full magazines are in a depot;
 *  - a magazine entry of 0 (no page is ever 0) is a range that exists but whose
 *    address is not known.  Only ir_iova_set_fill() and ir_iova_set_depot()
 *    make such entries.
 */
#ifndef IR_GUEST_IOVA_STATE_H
#define IR_GUEST_IOVA_STATE_H

#include "guest/iova.h"
#include "base/bitmap.h"
#include "base/iova_order.h"
#include "guest/percpu.h"

/* drivers/iommu/iova.c (6.12): IOVA_MAG_SIZE, IOVA_DEPOT_DELAY */
enum { IR_IOVA_MAG_SIZE = 127 };
#define IR_IOVA_DEPOT_DELAY_NS	UINT64_C(100000000)
/* drivers/iommu/iova.c (6.1): MAX_GLOBAL_MAGS */
enum { IR_IOVA_FIXED_DEPOT = 32 };
/* iova_domain.dma_32bit_pfn with 4 KiB pages: the first page above 4 GiB */
#define IR_IOVA_32BIT_PFN	(UINT64_C(1) << 20)

struct ir_iova_mag {
	struct ir_iova_mag *next;	/* in a depot or in the list of spare ones */
	unsigned int size;
	uint64_t pfns[IR_IOVA_MAG_SIZE];
};

/* The magazines of one CPU and order; NULL is an empty one not needed so far */
struct ir_iova_cpu_cache {
	struct ir_iova_mag *loaded;
	struct ir_iova_mag *prev;
};

/* The magazines of one CPU, by order. */
struct ir_iova_cpu_caches {
	struct ir_iova_cpu_cache order[IR_IOVA_ORDERS];
};

struct ir_iova_rcache {
	struct ir_iova_mag *depot;	/* the one pushed last comes first */
	unsigned int depot_size;
	uint64_t work_at;		/* the pending work item, or UINT64_MAX */
};

struct ir_iova_domain {
	struct ir_iova_config config;
	struct ir_bitmap *taken;	/* the tree's pages, by number */
	uint64_t pfns;			/* how many it can have */
	/* The first pages of the ranges of cached_node and cached32_node; UINT64_MAX: the anchor. */
	uint64_t cached_pfn;
	uint64_t cached32_pfn;
	uint64_t max32_alloc_size;
	bool try_32bit;			/* dev->iommu->pci_32bit_workaround */
	bool failed;
	uint64_t cached;		/* entries in all magazines */
	uint64_t work_at;		/* the first pending work item, or UINT64_MAX */
	struct ir_iova_rcache rcache[IR_IOVA_ORDERS];
	struct ir_percpu cpu_caches;	/* the set: those that may have entries */
	struct ir_iova_mag *spare;
};

enum ir_iova_source { IR_IOVA_NONE, IR_IOVA_MAGAZINE, IR_IOVA_TREE };

/** struct ir_iova_got - where an allocation came from; pfn 0 in a magazine: not known */
struct ir_iova_got {
	enum ir_iova_source source;
	uint64_t pfn;
};

/**
 * ir_iova_alloc_fast - what alloc_iova_fast() does
 * @limit: highest page frame allowed, inclusive
 * @flush_rcache: give everything cached back to the tree and try again on failure
 */
struct ir_iova_got ir_iova_alloc_fast(struct ir_iova_domain *d, unsigned int cpu, uint64_t pages,
				      uint64_t limit, bool flush_rcache);
/** ir_iova_tree_get - alloc_iova(): take @pages, already rounded, at most at @limit; 0: none */
uint64_t ir_iova_tree_get(struct ir_iova_domain *d, uint64_t pages, uint64_t limit);
/** ir_iova_tree_take - take a free range; returns @pfn, or 0 if there is no memory */
uint64_t ir_iova_tree_take(struct ir_iova_domain *d, uint64_t pfn, uint64_t pages);
bool ir_iova_tree_is_free(const struct ir_iova_domain *d, uint64_t lo, uint64_t hi);
/** ir_iova_tree_put - give a range of the tree back to it; nothing if @pfn is not taken */
void ir_iova_tree_put(struct ir_iova_domain *d, uint64_t pfn, uint64_t pages);
/** ir_iova_reserve - take [lo, hi] as reserve_iova() does; false if it overlaps or on no memory */
bool ir_iova_reserve(struct ir_iova_domain *d, uint64_t lo, uint64_t hi);

/** ir_iova_search_below - the tree's next search begins below this taken range */
void ir_iova_search_below(struct ir_iova_domain *d, uint64_t lo, uint64_t hi);

/** ir_iova_rcache_init - no magazines yet */
void ir_iova_rcache_init(struct ir_iova_domain *d);
void ir_iova_rcache_fini(struct ir_iova_domain *d);
bool ir_iova_rcache_get(struct ir_iova_domain *d, unsigned int cpu, unsigned int order,
			uint64_t limit, uint64_t *pfn);
/** ir_iova_rcache_insert - false if there is no memory for another magazine */
bool ir_iova_rcache_insert(struct ir_iova_domain *d, unsigned int cpu, unsigned int order,
			   uint64_t pfn, uint64_t now_ns);
/** ir_iova_rcache_flush - every magazine of every CPU and depot back to the tree */
void ir_iova_rcache_flush(struct ir_iova_domain *d);
/** ir_iova_rcache_trim - the work items that are due */
void ir_iova_rcache_trim(struct ir_iova_domain *d, uint64_t now_ns);

static inline void ir_iova_rcache_work(struct ir_iova_domain *d, uint64_t now_ns)
{
	if (now_ns >= d->work_at)
		ir_iova_rcache_trim(d, now_ns);
}

/** ir_iova_cpu_cache - the magazines of a CPU; NULL: it has none */
static inline struct ir_iova_cpu_cache *ir_iova_cpu_cache(const struct ir_iova_domain *d,
							  unsigned int cpu, unsigned int order)
{
	struct ir_iova_cpu_caches *cc = ir_percpu_find(&d->cpu_caches, cpu);

	return cc ? &cc->order[order] : NULL;
}

/*
 * The usual cases, in few instructions: the CPU's loaded magazine has an entry, or has some and room
 * for one more.  0 or false: they are for ir_iova_alloc() and ir_iova_free().
 */

static inline struct ir_iova_mag *ir_iova_loaded(const struct ir_iova_domain *d, unsigned int cpu,
						 uint64_t pages, uint64_t now_ns)
{
	unsigned int order = ir_iova_order(pages);
	const struct ir_iova_cpu_cache *cc;

	if (order >= IR_IOVA_ORDERS || now_ns >= d->work_at || cpu >= d->config.cpus)
		return NULL;
	cc = ir_iova_cpu_cache(d, cpu, order);
	return cc ? cc->loaded : NULL;
}

static inline uint64_t ir_iova_quick_alloc(struct ir_iova_domain *d, unsigned int cpu, uint64_t pages,
					   uint64_t now_ns)
{
	struct ir_iova_mag *mag = d->try_32bit ? NULL : ir_iova_loaded(d, cpu, pages, now_ns);

	/* Without 1, so that an address that is not known is none of these. */
	if (!mag || !mag->size || mag->pfns[mag->size - 1] - 1 > d->config.limit_pfn - ir_iova_round(pages))
		return 0;
	d->cached--;
	return mag->pfns[--mag->size];
}

static inline bool ir_iova_quick_free(struct ir_iova_domain *d, unsigned int cpu, uint64_t pfn,
				      uint64_t pages, uint64_t now_ns)
{
	struct ir_iova_mag *mag = ir_iova_loaded(d, cpu, pages, now_ns);

	if (!mag || !mag->size || mag->size == IR_IOVA_MAG_SIZE || !pfn)
		return false;
	d->cached++;
	mag->pfns[mag->size++] = pfn;
	return true;
}

/* Only for checks against a recording: a start that is not empty. */

/** ir_iova_set_fill - entries of unknown address in a CPU's magazines; false on no memory */
bool ir_iova_set_fill(struct ir_iova_domain *d, unsigned int cpu, unsigned int order,
		      unsigned int loaded, unsigned int prev);
/** ir_iova_set_depot - replace the depot by full magazines of unknown addresses */
bool ir_iova_set_depot(struct ir_iova_domain *d, unsigned int order, unsigned int magazines);
/**
 * ir_iova_correct - replace @got by @pfn, which the kernel really allocated
 *
 * In magazines the two addresses change places; in the tree the range moves, and
 * the cached node with it.  False if @pfn is taken or on no memory.
 */
bool ir_iova_correct(struct ir_iova_domain *d, struct ir_iova_got got, uint64_t pfn,
		     uint64_t pages);

#endif
