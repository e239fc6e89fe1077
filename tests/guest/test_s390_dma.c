// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The former DMA API of s390: dma_alloc_address(), dma_free_address() and
 * __dma_purge_tlb() of arch/s390/pci/pci_dma.c, and iommu_area_alloc() of
 * lib/iommu-helper.c, Linux 6.1.  The latter never hands out the last page of the
 * bitmap ("size -= 1"): an aperture of 8 pages has 7.
 */
#include "test_util.h"

static struct ir_guest *legacy_guest(const char *strategy, uint64_t entry_limit, uint64_t pages)
{
	struct ir_effective par = kvm_par(entry_limit);

	par.queue = IR_QUEUE_NONE;
	par.aperture = pages << IR_PAGE_SHIFT;
	return guest_on("kvm", strategy, par);
}

static void finish(struct ir_guest *g)
{
	ir_guest_finish(g);
	assert_false(ir_guest_failed(g));
	ir_guest_free(g);
}

/* An IOVA of the domain's bitmap without the page table: for ranges too large to map here. */
static uint64_t alloc(struct ir_guest *g, uint64_t pages)
{
	return g->domains[0]->ops->alloc(g->domains[0], pages, 0);
}

/*
 * Next-fit, no rounding: addresses ascend and no unmapped one is used again
 * before the end is reached; then one global RPCIT, and it starts anew.
 */
static void test_next_fit_and_wrap(void **state)
{
	struct ir_guest *g = legacy_guest("legacy", 1000, 8);

	(void)state;
	for (uint32_t i = 0; i < 7; i++) {
		map(g, i, 1);
		assert_true(guest_has(g, START + i));
		unmap(g, i);
		assert_int_equal(iova_pages(g), i + 1);
		assert_int_equal(g->totals.lazy_pages, i + 1);
	}
	assert_rpcits(g, (struct rpcits){ .sync_map = 7 });
	map(g, 7, 1);
	assert_true(guest_has(g, START));
	assert_false(guest_has(g, START + 7));
	assert_rpcits(g, (struct rpcits){ .sync_map = 8, .wrap = 1 });
	assert_maps(g, (struct map_counts){ .attempted = 8, .succeeded = 8 });
	assert_int_equal(iova_pages(g), 1);
	assert_int_equal(g->totals.lazy_pages, 0);
	assert_int_equal(available(g), 999);
	finish(g);
}

/* Three pages take three, right behind each other; a range is never cut in two. */
static void test_no_rounding(void **state)
{
	struct ir_guest *g = legacy_guest("legacy", 1000, 9);

	(void)state;
	map(g, 0, 3);
	map(g, 1, 3);
	assert_int_equal(iova_pages(g), 6);
	assert_true(guest_has(g, START + 5) && !guest_has(g, START + 6));
	unmap(g, 0);
	map(g, 2, 3);	/* 2 usable pages remain: wrap, then the first three */
	assert_true(guest_has(g, START) && guest_has(g, START + 2));
	assert_rpcits(g, (struct rpcits){ .sync_map = 3, .wrap = 1 });
	assert_int_equal(g->res.peaks.iova_pages, 6);
	/* the search goes on behind the last one: behind page 3 there are pages 6 and 7 */
	map(g, 3, 2);
	assert_true(guest_has(g, START + 6) && guest_has(g, START + 7));
	assert_int_equal(counted(g)->rpcit.by_cause[IR_CAUSE_WRAP], 1);
	finish(g);
}

/* Nothing lazy to free: the wrap's RPCIT was in vain, the map fails. */
static void test_exhausted(void **state)
{
	struct ir_guest *g = legacy_guest("legacy", 1000, 8);

	(void)state;
	for (uint32_t i = 0; i < 7; i++)
		map(g, i, 1);
	map(g, 7, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 7, .wrap = 1 });
	assert_maps(g, (struct map_counts){ .attempted = 8, .succeeded = 7, .iova_exhausted = 1 });
	/* every further attempt flushes again */
	map(g, 8, 1);
	assert_int_equal(counted(g)->rpcit.by_cause[IR_CAUSE_WRAP], 2);
	unmap(g, 3);
	map(g, 9, 1);
	assert_true(guest_has(g, START + 3));
	assert_maps(g, (struct map_counts){ .attempted = 10, .succeeded = 8, .iova_exhausted = 2 });
	finish(g);
}

/* Space enough, but not in one piece. */
static void test_fragmented(void **state)
{
	struct ir_guest *g = legacy_guest("legacy", 1000, 8);

	(void)state;
	for (uint32_t i = 0; i < 7; i++)
		map(g, i, 1);
	for (uint32_t i = 0; i < 7; i += 2)
		unmap(g, i);
	map(g, 10, 2);
	assert_int_equal(counted(g)->maps.iova_exhausted, 1);
	assert_int_equal(iova_pages(g), 3);	/* the four lazy ones are free now */
	map(g, 11, 1);
	assert_true(guest_has(g, START));
	finish(g);
}

/* The wrap's RPCIT itself runs out of resources: no address is used again, the map fails. */
static void test_wrap_fails(void **state)
{
	struct ir_guest *g = legacy_guest("legacy", 6, 8);

	(void)state;
	preload(g, IR_NO_MAPPING, 6);	/* all entries there are */
	assert_int_equal(available(g), 0);
	map(g, 0, 2);
	assert_rpcits(g, (struct rpcits){ .wrap = 1 });
	assert_int_equal(counted(g)->rpcit.insufficient, 1);
	assert_maps(g, (struct map_counts){ .attempted = 1, .iova_exhausted = 1 });
	finish(g);
}

/*
 * Limit 4: three lazily unmapped pages, the fourth takes the last entry.  The
 * global RPCIT succeeds: all lazy pages are free, and the map counts as done
 * without asking again.
 */
static void test_out_of_resources(void **state)
{
	struct ir_guest *g = legacy_guest("legacy", 4, 100);

	(void)state;
	map(g, 0, 3);
	unmap(g, 0);
	assert_int_equal(iova_pages(g), 3);
	map(g, 1, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 2, .retry = 1 });
	assert_int_equal(counted(g)->rpcit.insufficient, 1);
	assert_maps(g, (struct map_counts){ .attempted = 2, .succeeded = 2 });
	assert_int_equal(iova_pages(g), 1);
	assert_int_equal(available(g), 3);
	assert_true(guest_has(g, START + 3));
	/* lazy pages are free, but next-fit goes on behind */
	map(g, 2, 1);
	assert_true(guest_has(g, START + 4));
	finish(g);
}

/*
 * Live pages alone exceed the limit: the global RPCIT fails too, the map fails
 * with the first error.  The entry is invalid again without an RPCIT (lazy), the
 * address is lazy as well, and a mapping that did not happen is not counted.
 */
static void test_map_fails(void **state)
{
	struct ir_guest *g = legacy_guest("legacy", 4, 100);

	(void)state;
	map(g, 0, 3);
	map(g, 1, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 2, .retry = 1 });
	assert_int_equal(counted(g)->rpcit.insufficient, 2);
	assert_maps(g, (struct map_counts){ .attempted = 2, .succeeded = 1, .map_failed = 1 });
	assert_int_equal(counted(g)->kernel.mapped_pages, 3);
	assert_int_equal(counted(g)->kernel.unmapped_pages, 0);
	assert_int_equal(iova_pages(g), 4);
	assert_false(guest_has(g, START + 3));
	assert_true(shadow_has(g, START + 3));
	assert_int_equal(available(g), 0);
	finish(g);
}

/* Strict: an RPCIT for every unmap, addresses are free at once, a wrap costs nothing. */
static void test_strict(void **state)
{
	struct ir_guest *g = legacy_guest("legacy-strict", 1000, 8);

	(void)state;
	for (uint32_t i = 0; i < 7; i++) {
		map(g, i, 1);
		assert_true(guest_has(g, START + i));
		unmap(g, i);
		assert_int_equal(iova_pages(g), 0);
		assert_int_equal(g->totals.lazy_pages, 0);
	}
	map(g, 7, 1);
	assert_true(guest_has(g, START));
	assert_rpcits(g, (struct rpcits){ .sync_map = 8, .sync = 7 });
	finish(g);
}

/* Strict and out of resources: fails at once, without a second RPCIT of any kind. */
static void test_strict_fails(void **state)
{
	struct ir_guest *g = legacy_guest("legacy-strict", 4, 100);

	(void)state;
	map(g, 0, 3);
	map(g, 1, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 2 });
	assert_int_equal(counted(g)->rpcit.insufficient, 1);
	assert_maps(g, (struct map_counts){ .attempted = 2, .succeeded = 1, .map_failed = 1 });
	assert_int_equal(counted(g)->kernel.mapped_pages, 3);
	assert_int_equal(iova_pages(g), 3);
	finish(g);
}

/* Strict with all addresses taken: no RPCIT could help. */
static void test_strict_exhausted(void **state)
{
	struct ir_guest *g = legacy_guest("legacy-strict", 1000, 4);

	(void)state;
	map(g, 0, 3);
	map(g, 1, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 1 });
	assert_maps(g, (struct map_counts){ .attempted = 2, .succeeded = 1, .iova_exhausted = 1 });
	finish(g);
}

/* LPAR: maps need no RPCIT, so unmapped pages wait for the wrap. */
static void test_lpar(void **state)
{
	struct ir_effective par = lpar_par();
	struct ir_guest *g;

	(void)state;
	par.queue = IR_QUEUE_NONE;
	par.aperture = 8 << IR_PAGE_SHIFT;
	g = guest_on("lpar", "legacy", par);
	for (uint32_t i = 0; i < 14; i++) {
		g->now_ns = i * 1000;
		map(g, 0, 1);
		unmap(g, 0);
	}
	g->now_ns = 14000;
	map(g, 0, 1);
	assert_rpcits(g, (struct rpcits){ .wrap = 2 });
	ir_guest_finish(g);
	assert_int_equal(g->res.exposure.pages, 14);
	assert_int_equal(g->res.exposure.max_ns, 7000);	/* the first of seven */
	ir_guest_free(g);
}

/*
 * No range crosses a multiple of 4 GiB of the IOVA (the default segment boundary
 * of a PCI device): it moves up to the boundary, and next-fit leaves the gap.
 */
static void test_boundary(void **state)
{
	const uint64_t four_gib = UINT64_C(1) << 20;	/* in pages; START is a multiple */
	struct ir_guest *g = legacy_guest("legacy", 1000, 3 * four_gib);

	(void)state;
	map(g, 0, 1);
	assert_int_equal(alloc(g, four_gib - 3), START + 1);
	assert_int_equal(alloc(g, 4), START + four_gib);
	assert_int_equal(alloc(g, 1), START + four_gib + 4);
	/* up to the boundary and from it on is allowed */
	assert_int_equal(alloc(g, four_gib - 5), START + four_gib + 5);
	assert_int_equal(alloc(g, 1), START + 2 * four_gib);
	/* a whole 4 GiB fits only between two boundaries, and there is none free any more */
	assert_int_equal(alloc(g, four_gib), IR_NO_PFN);
	/* the gap of two is found after the wrap that this attempt was; one of them is left */
	assert_int_equal(counted(g)->rpcit.by_cause[IR_CAUSE_WRAP], 1);
	finish(g);
}

/* Boundaries are multiples of the IOVA, not of the aperture's start. */
static void test_boundary_of_iova(void **state)
{
	const uint64_t half = UINT64_C(1) << 19;
	struct ir_effective par = kvm_par(1000);
	struct ir_guest *g;

	(void)state;
	par.aperture_start = (START + half) << IR_PAGE_SHIFT;
	par.aperture = (8 * half) << IR_PAGE_SHIFT;
	g = guest_on("kvm", "legacy", par);
	map(g, 0, 1);
	assert_int_equal(alloc(g, half - 2), START + half + 1);
	assert_int_equal(alloc(g, 2), START + 2 * half);
	finish(g);
}

/* next-fit is not moved by a wrap that finds nothing: it goes on where it was. */
static void test_next_after_failure(void **state)
{
	struct ir_guest *g = legacy_guest("legacy", 1000, 100);

	(void)state;
	for (uint32_t i = 0; i < 5; i++)
		map(g, i, 1);
	unmap(g, 0);
	map(g, 10, 99);		/* never fits; the wrap frees page 0 */
	assert_int_equal(counted(g)->maps.iova_exhausted, 1);
	map(g, 11, 1);
	assert_true(guest_has(g, START + 5));
	assert_false(guest_has(g, START));
	finish(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next_fit_and_wrap),
		cmocka_unit_test(test_no_rounding),
		cmocka_unit_test(test_exhausted),
		cmocka_unit_test(test_fragmented),
		cmocka_unit_test(test_wrap_fails),
		cmocka_unit_test(test_out_of_resources),
		cmocka_unit_test(test_map_fails),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_strict_fails),
		cmocka_unit_test(test_strict_exhausted),
		cmocka_unit_test(test_lpar),
		cmocka_unit_test(test_boundary),
		cmocka_unit_test(test_boundary_of_iova),
		cmocka_unit_test(test_next_after_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
