// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The IOVA allocator against sequences worked out by hand, and its tree against
 * a page-by-page search.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "guest/iova_state.h"
#include "test_util.h"

#define MS	UINT64_C(1000000)

static struct ir_iova_domain *make(uint64_t start, uint64_t limit, unsigned int cpus)
{
	struct ir_iova_config config = { .start_pfn = start, .limit_pfn = limit, .cpus = cpus };
	struct ir_iova_domain *d = ir_iova_new(&config);

	assert_non_null(d);
	return d;
}

/* One allocation that may not flush the caches, within the domain's own limit */
static uint64_t try_alloc(struct ir_iova_domain *d, uint64_t pages)
{
	return ir_iova_alloc_fast(d, 0, pages, d->config.limit_pfn, false).pfn;
}

static void alloc_singles(struct ir_iova_domain *d, uint64_t *pfn, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		pfn[i] = ir_iova_alloc(d, 0, 1, 0);
		assert_true(pfn[i] != 0);
	}
}

static void free_singles(struct ir_iova_domain *d, const uint64_t *pfn, unsigned int n,
			 uint64_t now_ns)
{
	for (unsigned int i = 0; i < n; i++)
		ir_iova_free(d, 0, pfn[i], 1, now_ns);
}

static void test_top_down(void **state)
{
	struct ir_iova_domain *d = make(997, 1000, 1);

	(void)state;
	/* the limit is inclusive, and so is the start */
	for (uint64_t pfn = 1000; pfn >= 997; pfn--)
		assert_int_equal(ir_iova_alloc(d, 0, 1, 0), pfn);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 0);
	assert_false(ir_iova_failed(d));
	ir_iova_destroy(d);
}

static void test_page_zero(void **state)
{
	struct ir_iova_domain *d = make(0, 1, 1);

	(void)state;
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 1);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 0);
	ir_iova_destroy(d);
}

static void test_alignment(void **state)
{
	struct ir_iova_domain *d = make(1, 0xffff, 1);

	(void)state;
	assert_int_equal(ir_iova_alloc(d, 0, 8, 0), 0xfff8);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 0xfff7);
	/* 3 pages count as 4: 0xfff7 - 4 = 0xfff3, aligned down to 4 */
	assert_int_equal(ir_iova_alloc(d, 0, 3, 0), 0xfff0);
	/* 33 pages are not rounded up, but aligned to 64: 0xfff0 - 33 = 0xffcf */
	assert_int_equal(ir_iova_alloc(d, 0, 33, 0), 0xffc0);
	/* that took [0xffc0, 0xffe0] only; but the search goes on below it */
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 0xffbf);
	ir_iova_destroy(d);
}

static void test_cached_node(void **state)
{
	struct ir_iova_domain *d = make(1, 299, 1);

	(void)state;
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 299);
	/* 299 - 64 = 235, aligned down: 192..255; 256..298 stay free above it */
	assert_int_equal(ir_iova_alloc(d, 0, 64, 0), 192);
	/* the search begins at the last range taken: it does not see them... */
	for (uint64_t pfn = 191; pfn >= 1; pfn--)
		assert_int_equal(ir_iova_alloc(d, 0, 1, 0), pfn);
	/* ...before nothing is left below, and then from the limit */
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 298);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 297);
	ir_iova_destroy(d);
}

static void test_cached_node_moves_up(void **state)
{
	struct ir_iova_domain *d = make(1, 319, 1);

	(void)state;
	assert_int_equal(ir_iova_alloc(d, 0, 64, 0), 256);
	assert_int_equal(ir_iova_alloc(d, 0, 64, 0), 192);
	assert_int_equal(ir_iova_alloc(d, 0, 64, 0), 128);
	/* above the last range taken: the cached node moves up behind it, here to the end */
	ir_iova_free(d, 0, 256, 64, 0);
	assert_int_equal(ir_iova_alloc(d, 0, 64, 0), 256);
	/* below the last range taken: it stays, and the search down from 256 finds the hole */
	ir_iova_free(d, 0, 128, 64, 0);
	assert_int_equal(ir_iova_alloc(d, 0, 64, 0), 128);
	/* 192 is above 128: the cached node becomes 256, the hole right below it */
	ir_iova_free(d, 0, 192, 64, 0);
	assert_int_equal(ir_iova_alloc(d, 0, 64, 0), 192);
	ir_iova_destroy(d);
}

static void test_magazine_is_lifo(void **state)
{
	struct ir_iova_domain *d = make(1, 1000, 2);
	uint64_t pfn[3];

	(void)state;
	alloc_singles(d, pfn, 3);
	free_singles(d, pfn, 3, 0);
	/* another CPU has magazines of its own: the tree, where 998..1000 are taken still */
	assert_int_equal(ir_iova_alloc(d, 1, 1, 0), 997);
	/* another order has its own too */
	assert_int_equal(ir_iova_alloc(d, 0, 2, 0), 994);
	assert_int_equal(ir_iova_alloc(d, 2, 1, 0), pfn[2]);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), pfn[1]);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), pfn[0]);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 993);
	ir_iova_destroy(d);
}

static void test_swap_with_prev(void **state)
{
	struct ir_iova_domain *d = make(1, 1000, 1);
	uint64_t pfn[130];

	(void)state;
	alloc_singles(d, pfn, 130);
	/* 0..126 fill one magazine; the other, empty, takes its place for 127..129 */
	free_singles(d, pfn, 130, 0);
	for (unsigned int i = 129; i >= 126; i--)
		assert_int_equal(ir_iova_alloc(d, 0, 1, 0), pfn[i]);
	/* the full one is loaded again and has lost one entry: what comes back goes on its top */
	ir_iova_free(d, 0, pfn[129], 1, 0);
	ir_iova_free(d, 0, pfn[128], 1, 0);
	/* 129 made it full, so 128 went to the other one */
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), pfn[128]);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), pfn[129]);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), pfn[125]);
	ir_iova_destroy(d);
}

static void test_depot(void **state)
{
	struct ir_iova_domain *d = make(1, 1000, 2);
	uint64_t pfn[255];

	(void)state;
	alloc_singles(d, pfn, 255);
	free_singles(d, pfn, 254, 0);
	assert_int_equal(d->rcache[0].depot_size, 0);
	/* both are full: the loaded one (127..253) goes to the depot, 254 to an empty one */
	ir_iova_free(d, 0, pfn[254], 1, 0);
	assert_int_equal(d->rcache[0].depot_size, 1);
	/* a CPU without any entry takes a magazine of the depot, all of it */
	for (unsigned int i = 253; i >= 127; i--)
		assert_int_equal(ir_iova_alloc(d, 1, 1, 0), pfn[i]);
	assert_int_equal(d->rcache[0].depot_size, 0);
	assert_int_equal(ir_iova_alloc(d, 1, 1, 0), 1000 - 255);
	/* the first CPU still has 254 and 0..126 */
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), pfn[254]);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), pfn[126]);
	ir_iova_destroy(d);
}

static void test_depot_is_lifo(void **state)
{
	struct ir_iova_domain *d = make(1, 1000, 2);
	uint64_t pfn[382];

	(void)state;
	alloc_singles(d, pfn, 382);
	/* free 255 pushes 127..253, free 382 pushes 254..380 */
	free_singles(d, pfn, 382, 0);
	assert_int_equal(d->rcache[0].depot_size, 2);
	assert_int_equal(ir_iova_alloc(d, 1, 1, 0), pfn[380]);
	for (unsigned int i = 379; i >= 254; i--)
		assert_int_equal(ir_iova_alloc(d, 1, 1, 0), pfn[i]);
	assert_int_equal(ir_iova_alloc(d, 1, 1, 0), pfn[253]);
	ir_iova_destroy(d);
}

/*
 * 636 single pages fill [1, 636].  Freed in order, the frees 255, 382, 509 and
 * 636 push a magazine each; one CPU is online, so trimming leaves one.
 */
static struct ir_iova_domain *make_full_depot(uint64_t *pfn)
{
	struct ir_iova_domain *d = make(1, 636, 1);

	alloc_singles(d, pfn, 636);
	assert_int_equal(ir_iova_work_time(d), UINT64_MAX);
	free_singles(d, pfn, 254, 1 * MS);
	assert_int_equal(ir_iova_work_time(d), UINT64_MAX);
	/* the first push arms the work item, later ones leave it alone */
	free_singles(d, pfn + 254, 1, 2 * MS);
	assert_int_equal(ir_iova_work_time(d), 102 * MS);
	free_singles(d, pfn + 255, 381, 3 * MS);
	assert_int_equal(ir_iova_work_time(d), 102 * MS);
	assert_int_equal(d->rcache[0].depot_size, 4);
	return d;
}

static void test_trimming(void **state)
{
	uint64_t pfn[636];
	struct ir_iova_domain *d = make_full_depot(pfn);

	(void)state;
	/* nothing is free before: single pages are cached, 64 pages are not */
	assert_int_equal(try_alloc(d, 64), 0);
	ir_iova_work(d, 101 * MS);
	assert_int_equal(d->rcache[0].depot_size, 4);
	ir_iova_work(d, 102 * MS);
	assert_int_equal(d->rcache[0].depot_size, 3);
	assert_int_equal(ir_iova_work_time(d), 202 * MS);
	/* the magazine pushed last had pfn[508..634], that is [2, 128]; 64-aligned: 64 */
	assert_int_equal(try_alloc(d, 64), 64);
	assert_int_equal(try_alloc(d, 64), 0);
	ir_iova_work(d, 202 * MS);
	ir_iova_work(d, 302 * MS);
	assert_int_equal(d->rcache[0].depot_size, 1);
	/* as many as CPUs are online stay; the run that finds so is the last */
	assert_int_equal(ir_iova_work_time(d), 402 * MS);
	ir_iova_work(d, 402 * MS);
	assert_int_equal(d->rcache[0].depot_size, 1);
	assert_int_equal(ir_iova_work_time(d), UINT64_MAX);
	ir_iova_destroy(d);
}

/* Without calls of ir_iova_work() the result is the same, one magazine for each 100 ms */
static void test_trimming_late(void **state)
{
	uint64_t pfn[636];
	struct ir_iova_domain *d = make_full_depot(pfn);

	(void)state;
	assert_int_equal(ir_iova_alloc(d, 0, 1, 250 * MS), pfn[635]);
	assert_int_equal(d->rcache[0].depot_size, 2);
	assert_int_equal(ir_iova_work_time(d), 302 * MS);
	ir_iova_free(d, 0, pfn[635], 1, 10000 * MS);
	assert_int_equal(d->rcache[0].depot_size, 1);
	assert_int_equal(ir_iova_work_time(d), UINT64_MAX);
	ir_iova_destroy(d);
}

static void test_fixed_depot(void **state)
{
	/* two magazines of the CPU and 32 in the depot, and one more */
	enum { FULL = 127 * 34, ALL = FULL + 1 };
	struct ir_iova_config config = { .start_pfn = 1, .limit_pfn = ALL, .cpus = 1,
					 .depot = IR_IOVA_DEPOT_FIXED };
	struct ir_iova_domain *d = ir_iova_new(&config);
	uint64_t *pfn = calloc(ALL, sizeof(*pfn));

	(void)state;
	assert_non_null(d);
	assert_non_null(pfn);
	alloc_singles(d, pfn, ALL);
	free_singles(d, pfn, FULL, 0);
	assert_int_equal(d->rcache[0].depot_size, 32);
	assert_int_equal(try_alloc(d, 64), 0);
	/*
	 * pfn[i] is ALL - i.  The loaded magazine has the last 127 freed, pages
	 * 2..128: the depot has no place for it, so they go to the tree.  Of
	 * them only 64..127 is 64 aligned pages.
	 */
	free_singles(d, pfn + FULL, 1, 0);
	assert_int_equal(d->rcache[0].depot_size, 32);
	assert_int_equal(try_alloc(d, 64), 64);
	assert_int_equal(try_alloc(d, 64), 0);
	/*
	 * Nothing is trimmed.  The page freed last is alone in the new magazine;
	 * the other one still has the first 127, only loaded ones go to the depot.
	 */
	assert_int_equal(ir_iova_work_time(d), UINT64_MAX);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), pfn[FULL]);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), pfn[126]);
	free(pfn);
	ir_iova_destroy(d);
}

static void test_exhaustion_flushes_caches(void **state)
{
	struct ir_iova_domain *d = make(512, 1023, 4);
	uint64_t pfn[512];

	(void)state;
	alloc_singles(d, pfn, 512);
	/* entries in two CPUs' magazines and in a depot: 300 on CPU 0, 212 on CPU 3 */
	free_singles(d, pfn, 300, 0);
	for (unsigned int i = 300; i < 512; i++)
		ir_iova_free(d, 3, pfn[i], 1, 0);
	assert_int_equal(d->rcache[0].depot_size, 1);
	/* 512 pages are not cached: all of them must come back for it */
	assert_int_equal(ir_iova_alloc_fast(d, 1, 512, 1023, false).source, IR_IOVA_NONE);
	assert_int_equal(ir_iova_alloc(d, 1, 512, 0), 512);
	assert_int_equal(d->rcache[0].depot_size, 0);
	/* now there is nothing to flush; it ends after one retry */
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 0);
	ir_iova_free(d, 2, 512, 512, 0);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 1023);
	ir_iova_destroy(d);
}

static void test_large_sizes_are_not_cached(void **state)
{
	struct ir_iova_domain *d = make(1, 1023, 2);

	(void)state;
	/* 32 pages: cached by the CPU that frees */
	assert_int_equal(ir_iova_alloc(d, 0, 32, 0), 992);
	ir_iova_free(d, 1, 992, 32, 0);
	assert_int_equal(ir_iova_alloc(d, 0, 32, 0), 960);
	/* a size of 17 is of the same order */
	assert_int_equal(ir_iova_alloc(d, 1, 17, 0), 992);
	/* 33 pages: back to the tree at once, for everyone */
	assert_int_equal(ir_iova_alloc(d, 0, 33, 0), 896);
	ir_iova_free(d, 1, 896, 33, 0);
	assert_int_equal(ir_iova_alloc(d, 0, 64, 0), 896);
	ir_iova_destroy(d);
}

static void test_dma32_first(void **state)
{
	struct ir_iova_config config = { .start_pfn = 1, .limit_pfn = 0x1fffff, .cpus = 1,
					 .dma32_first = true };
	struct ir_iova_domain *d = ir_iova_new(&config);

	(void)state;
	assert_non_null(d);
	/* half of the space below 4 GiB, aligned */
	assert_int_equal(ir_iova_alloc(d, 0, 0x80000, 0), 0x80000);
	/* the other half lacks page 0: above 4 GiB */
	assert_int_equal(ir_iova_alloc(d, 0, 0x80000, 0), 0x180000);
	/* and from now on always, although pages are free below 4 GiB */
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 0x17ffff);
	ir_iova_destroy(d);

	config.dma32_first = false;
	d = ir_iova_new(&config);
	assert_non_null(d);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 0x1fffff);
	ir_iova_destroy(d);
}

/* A first attempt below 4 GiB must not empty the caches */
static void test_dma32_attempt_keeps_caches(void **state)
{
	struct ir_iova_config config = { .start_pfn = 0xffffe, .limit_pfn = 0x1fffff, .cpus = 1,
					 .dma32_first = true };
	struct ir_iova_domain *d = ir_iova_new(&config);

	(void)state;
	assert_non_null(d);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 0xfffff);
	ir_iova_free(d, 0, 0xfffff, 1, 0);
	assert_int_equal(ir_iova_alloc(d, 0, 2, 0), 0x1ffffe);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 0xfffff);
	ir_iova_destroy(d);
}

static void test_magazine_respects_the_limit(void **state)
{
	struct ir_iova_domain *d = make(1, 0x1fffff, 1);
	uint64_t low[2], high[2];
	unsigned int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		low[i] = ir_iova_alloc_fast(d, 0, 1, 0xfffff, false).pfn;
		high[i] = ir_iova_alloc_fast(d, 0, 1, 0x1fffff, false).pfn;
	}
	assert_int_equal(low[0], 0xfffff);
	assert_int_equal(high[0], 0x1fffff);
	for (i = 0; i < 2; i++) {
		ir_iova_free(d, 0, low[i], 1, 0);
		ir_iova_free(d, 0, high[i], 1, 0);
	}
	/* low0 high0 low1 high1: the top-most below the limit, and high1 takes its place */
	assert_int_equal(ir_iova_alloc_fast(d, 0, 1, 0xfffff, false).pfn, low[1]);
	assert_int_equal(ir_iova_alloc_fast(d, 0, 1, 0xfffff, false).pfn, low[0]);
	/* high1 high0; none below: the tree */
	assert_int_equal(ir_iova_alloc_fast(d, 0, 1, 0xfffff, false).pfn, 0xffffd);
	assert_int_equal(ir_iova_alloc_fast(d, 0, 1, 0x1fffff, false).pfn, high[0]);
	assert_int_equal(ir_iova_alloc_fast(d, 0, 1, 0x1fffff, false).pfn, high[1]);
	ir_iova_destroy(d);
}

static void test_odd_calls(void **state)
{
	struct ir_iova_config config = { .start_pfn = 5, .limit_pfn = 4, .cpus = 1 };
	struct ir_iova_domain *d = ir_iova_new(&config);

	(void)state;
	assert_non_null(d);
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 0);
	assert_int_equal(ir_iova_alloc(d, 0, 0, 0), 0);
	assert_int_equal(ir_iova_alloc(d, 0, UINT64_MAX, 0), 0);
	assert_int_equal(ir_iova_alloc(d, 0, (UINT64_C(1) << 63) + 1, 0), 0);
	ir_iova_destroy(d);

	d = make(1, UINT64_MAX, 1);
	/* frees of what nobody holds */
	ir_iova_free(d, 7, 0, 1, 0);
	ir_iova_free(d, 7, 12345, 64, 0);
	ir_iova_free(d, 7, UINT64_MAX, UINT64_MAX, UINT64_MAX);
	assert_true(ir_iova_alloc(d, 0, UINT64_C(1) << 51, 0) != 0);
	assert_false(ir_iova_failed(d));
	ir_iova_destroy(d);
	ir_iova_destroy(NULL);

	config.cpus = UINT32_MAX;
	assert_null(ir_iova_new(&config));
}

static void test_reserve(void **state)
{
	struct ir_iova_domain *d = make(1, 100, 1);

	(void)state;
	assert_true(ir_iova_reserve(d, 90, 100));
	assert_false(ir_iova_reserve(d, 80, 90));
	assert_false(ir_iova_reserve(d, 95, 96));
	assert_true(ir_iova_reserve(d, 89, 89));
	assert_int_equal(ir_iova_alloc(d, 0, 1, 0), 88);
	ir_iova_destroy(d);
}

/* --- the tree against a search page by page --- */

enum { SPAN = 2048, BASE = (1 << 20) - SPAN / 2, LIVE = 96 };

struct naive {
	bool taken[SPAN];
	/* the ranges behind the cached nodes; lo of BASE + SPAN: the end */
	uint64_t cached_lo[2], cached_hi[2];	/* 0: 64 bit, 1: 32 bit */
	uint64_t refused;	/* 32-bit searches of this size and more are not even tried */
	uint64_t lo[LIVE], size[LIVE];		/* size 0: not live */
};

static bool naive_search(const struct naive *n, uint64_t floor, uint64_t ceiling, uint64_t size,
			 uint64_t *pfn)
{
	uint64_t align = 1;

	while (align < size)
		align *= 2;
	if (ceiling < floor + size)
		return false;
	for (uint64_t at = (ceiling - size) / align * align; at >= floor; at -= align) {
		uint64_t i = 0;

		while (i < size && !n->taken[at + i - BASE])
			i++;
		if (i == size) {
			*pfn = at;
			return true;
		}
	}
	return false;
}

/* The range that begins next above @pfn, or the end */
static void naive_next(const struct naive *n, uint64_t pfn, uint64_t *lo, uint64_t *hi)
{
	*lo = UINT64_MAX;
	*hi = UINT64_MAX;
	for (unsigned int i = 0; i < LIVE; i++) {
		if (n->size[i] && n->lo[i] > pfn && n->lo[i] < *lo) {
			*lo = n->lo[i];
			*hi = n->lo[i] + n->size[i] - 1;
		}
	}
}

static uint64_t naive_alloc(struct naive *n, unsigned int slot, uint64_t size, uint64_t limit)
{
	bool low = limit < IR_IOVA_32BIT_PFN;
	uint64_t ceiling = limit + 1;
	uint64_t pfn;

	if (low && size >= n->refused)
		return 0;
	if (!naive_search(n, BASE, n->cached_lo[low] < ceiling ? n->cached_lo[low] : ceiling, size,
			  &pfn) &&
	    !(n->cached_hi[low] < ceiling &&
	      naive_search(n, n->cached_hi[low] + 1, ceiling, size, &pfn))) {
		n->refused = size;
		return 0;
	}
	memset(n->taken + (pfn - BASE), true, size);
	n->lo[slot] = pfn;
	n->size[slot] = size;
	low = pfn + size - 1 < IR_IOVA_32BIT_PFN;
	n->cached_lo[low] = pfn;
	n->cached_hi[low] = pfn + size - 1;
	return pfn;
}

static void naive_free(struct naive *n, unsigned int slot)
{
	uint64_t lo = n->lo[slot], hi = lo + n->size[slot] - 1;

	memset(n->taken + (lo - BASE), false, n->size[slot]);
	n->size[slot] = 0;
	if (lo < IR_IOVA_32BIT_PFN)
		n->refused = UINT64_MAX;
	if (lo == n->cached_lo[1] || (hi < IR_IOVA_32BIT_PFN && lo >= n->cached_lo[1]))
		naive_next(n, lo, &n->cached_lo[1], &n->cached_hi[1]);
	if (lo >= n->cached_lo[0])
		naive_next(n, lo, &n->cached_lo[0], &n->cached_hi[0]);
}

static void run_against_naive_search(uint64_t biggest)
{
	struct ir_iova_domain *d = make(BASE, BASE + SPAN - 1, 1);
	static struct naive n;
	uint64_t random = 1;
	unsigned int failed = 0;

	memset(&n, 0, sizeof(n));
	n.cached_lo[0] = n.cached_lo[1] = n.cached_hi[0] = n.cached_hi[1] = UINT64_MAX;
	n.refused = UINT64_MAX;
	for (unsigned int i = 0; i < 200000; i++) {
		unsigned int slot;
		uint64_t limit, size, expected;

		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		slot = (unsigned int)(random >> 33) % LIVE;
		if (n.size[slot]) {
			ir_iova_tree_put(d, n.lo[slot], n.size[slot]);
			naive_free(&n, slot);
			continue;
		}
		/* nothing is freed to the magazines here, so all sizes come from the tree */
		size = ir_iova_round((random >> 40) % biggest + 1);
		limit = BASE + SPAN - 1 - ((random >> 50) % 4) * (SPAN / 4);
		expected = naive_alloc(&n, slot, size, limit);
		failed += !expected;
		assert_int_equal(ir_iova_alloc_fast(d, 0, size, limit, false).pfn, expected);
	}
	/* the test is only worth something if the space was tight at times */
	assert_true(failed > 1000);
	ir_iova_destroy(d);
}

static void test_tree_against_naive_search(void **state)
{
	(void)state;
	run_against_naive_search(64);
	run_against_naive_search(300);
}

/* As the guest does. */
static uint64_t quick_or_general(struct ir_iova_domain *d, unsigned int cpu, uint64_t pages, uint64_t now_ns)
{
	uint64_t pfn = ir_iova_quick_alloc(d, cpu, pages, now_ns);

	return pfn ? pfn : ir_iova_alloc(d, cpu, pages, now_ns);
}

/* The quick ways, and none: the same addresses, for CPUs that are there and one that is not. */
static void run_quick(bool dma32_first, uint64_t limit)
{
	enum { RANGES = 2000, CPUS = 3 };
	struct ir_iova_config config = {
		.start_pfn = 1, .limit_pfn = limit, .cpus = CPUS, .depot = IR_IOVA_DEPOT_TRIMMED,
		.dma32_first = dma32_first, .hz = 250,
	};
	struct ir_iova_domain *quick = ir_iova_new(&config), *general = ir_iova_new(&config);
	uint64_t seed = 5, pfns[RANGES] = { 0 }, sizes[RANGES], now = 0, taken = 0;

	assert_non_null(quick);
	assert_non_null(general);
	for (int i = 0; i < 300000; i++) {
		/* Sometimes many in a row are mapped, or freed. */
		bool map = random_below(&seed, 4) < (i / 3000 % 2 ? 3u : 1u);
		unsigned int at = (unsigned int)random_below(&seed, RANGES);
		unsigned int cpu = (unsigned int)random_below(&seed, CPUS + 1);

		now += random_below(&seed, 100000);
		if (map == (pfns[at] != 0))
			continue;
		if (map) {
			sizes[at] = random_below(&seed, 8) ? 1 : 1 + random_below(&seed, 70);
			pfns[at] = quick_or_general(quick, cpu, sizes[at], now);
			assert_int_equal(pfns[at], ir_iova_alloc(general, cpu, sizes[at], now));
			taken += pfns[at] != 0;
			continue;
		}
		if (!ir_iova_quick_free(quick, cpu, pfns[at], sizes[at], now))
			ir_iova_free(quick, cpu, pfns[at], sizes[at], now);
		ir_iova_free(general, cpu, pfns[at], sizes[at], now);
		pfns[at] = 0;
		assert_int_equal(ir_iova_work_time(quick), ir_iova_work_time(general));
	}
	assert_true(taken > 50000);
	ir_iova_destroy(quick);
	ir_iova_destroy(general);
}

static void test_quick_ways(void **state)
{
	(void)state;
	run_quick(false, 1 << 19);
	run_quick(false, 1 << 11);	/* it is full now and then */
	run_quick(true, IR_IOVA_32BIT_PFN * 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_top_down),
		cmocka_unit_test(test_page_zero),
		cmocka_unit_test(test_alignment),
		cmocka_unit_test(test_cached_node),
		cmocka_unit_test(test_cached_node_moves_up),
		cmocka_unit_test(test_magazine_is_lifo),
		cmocka_unit_test(test_swap_with_prev),
		cmocka_unit_test(test_depot),
		cmocka_unit_test(test_depot_is_lifo),
		cmocka_unit_test(test_trimming),
		cmocka_unit_test(test_trimming_late),
		cmocka_unit_test(test_fixed_depot),
		cmocka_unit_test(test_exhaustion_flushes_caches),
		cmocka_unit_test(test_large_sizes_are_not_cached),
		cmocka_unit_test(test_dma32_first),
		cmocka_unit_test(test_dma32_attempt_keeps_caches),
		cmocka_unit_test(test_magazine_respects_the_limit),
		cmocka_unit_test(test_odd_calls),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_tree_against_naive_search),
		cmocka_unit_test(test_quick_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
