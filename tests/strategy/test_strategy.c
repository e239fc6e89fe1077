// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The strategies over dma-iommu: which RPCITs a sequence of maps and unmaps
 * costs, and what happens when the host runs out of mappings.
 *
 * Rules used throughout (the model's sections 2, 4 and 5.1): with a limit of L a
 * kvm host reports insufficient resources as soon as L pages are in the shadow,
 * so L - 1 pages go without trouble; sizes of 3 pages take 4 pages of IOVA space.
 */
#include "test_util.h"

#define MANY	1000	/* a limit that these tests do not reach */

static void finish(struct ir_guest *g)
{
	ir_guest_finish(g);
	assert_false(ir_guest_failed(g));
	ir_guest_free(g);
}

/* One page mapped and unmapped, with resources for it. */
static void test_cost_of_one_mapping(void **state)
{
	static const struct {
		const char *strategy;
		struct rpcits kvm, lpar;
	} want[] = {
		{ "strict", { .sync_map = 1, .sync = 1 }, { .sync = 1 } },
		{ "lazy-ignore", { .sync_map = 1 }, { 0 } },
		{ "fq-flush", { .sync_map = 1 }, { 0 } },
		{ "sync-map-retry", { .sync_map = 1 }, { 0 } },
		{ "map-inline", { .sync_map = 1 }, { 0 } },
		{ "driver-lazy", { .sync_map = 1 }, { 0 } },
		{ "legacy", { .sync_map = 1 }, { 0 } },
		{ "legacy-strict", { .sync_map = 1, .sync = 1 }, { .sync = 1 } },
		{ "lazy", { .sync_map = 1 }, { 0 } },
		{ "identity", { 0 }, { 0 } },
		{ "null", { 0 }, { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct ir_guest *kvm = guest_on("kvm", want[i].strategy, kvm_par(MANY));
		struct ir_guest *lpar = guest_on("lpar", want[i].strategy, lpar_par());
		uint64_t pages = !ir_strategy_find(want[i].strategy)->identity;

		map(kvm, 0, 1);
		unmap(kvm, 0);
		map(lpar, 0, 1);
		unmap(lpar, 0);
		assert_rpcits(kvm, want[i].kvm);
		assert_rpcits(lpar, want[i].lpar);
		assert_kernel(kvm, (struct kernel_counters){
			.mapped = pages, .unmapped = pages, .sync_map = want[i].kvm.sync_map,
			.sync = want[i].kvm.sync });
		assert_kernel(lpar, (struct kernel_counters){
			.mapped = pages, .unmapped = pages, .sync = want[i].lpar.sync });
		assert_maps(kvm, (struct map_counts){ .attempted = 1, .succeeded = 1 });
		assert_maps(lpar, (struct map_counts){ .attempted = 1, .succeeded = 1 });
		finish(kvm);
		finish(lpar);
	}
}

/* Strict: nothing is ever exposed, queued or left in the host. */
static void test_strict(void **state)
{
	struct ir_guest *g = guest_on("kvm", "strict", kvm_par(MANY));

	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		g->now_ns += MS;
		map(g, i, 3);
	}
	for (uint32_t i = 0; i < 100; i++) {
		g->now_ns += MS;
		unmap(g, i);
		assert_int_equal(available(g), MANY - 3 * (99 - i));
	}
	assert_int_equal(iova_pages(g), 0);
	assert_int_equal(ir_guest_timer_ns(g), UINT64_MAX);
	assert_rpcits(g, (struct rpcits){ .sync_map = 100, .sync = 100 });
	ir_guest_finish(g);
	assert_int_equal(g->res.exposure.pages, 0);
	assert_int_equal(g->res.peaks.lazy_pages, 0);
	assert_int_equal(g->res.peaks.live_pages, 300);
	assert_int_equal(g->res.peaks.host_pages, 300);
	assert_int_equal(g->res.peaks.iova_pages, 400);
	assert_int_equal(g->res.peaks.queue_depth, 0);
	ir_guest_free(g);
}

/* Strict and out of resources: as sync-map-retry, and a retry frees nothing. */
static void test_strict_out_of_resources(void **state)
{
	struct ir_guest *g = guest_on("kvm", "strict", kvm_par(4));

	(void)state;
	map(g, 0, 3);
	map(g, 1, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 2, .retry = 1, .sync = 1 });
	assert_int_equal(counted(g)->rpcit.insufficient, 2);
	assert_maps(g, (struct map_counts){ .attempted = 2, .succeeded = 1, .map_failed = 1 });
	assert_int_equal(iova_pages(g), 4);
	assert_int_equal(available(g), 1);
	finish(g);
}

/*
 * Limit 4.  Two pages are mapped and unmapped: still in the shadow, 2 left.  Then
 * two single pages: the second one takes the last entry, RPCIT says insufficient,
 * one global RPCIT finds the two unmapped pages and the map succeeds.  The queued
 * IOVA stays queued: 2 + 1 + 1 pages of IOVA space.  The kernel's global counter
 * knows nothing of it.
 */
static void test_retry_frees_lazy_pages(void **state)
{
	struct ir_guest *g = guest_on("kvm", "sync-map-retry", kvm_par(4));

	(void)state;
	map(g, 0, 2);
	unmap(g, 0);
	assert_int_equal(available(g), 2);
	map(g, 1, 1);
	assert_int_equal(available(g), 1);
	assert_int_equal(counted(g)->rpcit.insufficient, 0);
	map(g, 2, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 3, .retry = 1 });
	assert_int_equal(counted(g)->rpcit.insufficient, 1);
	assert_maps(g, (struct map_counts){ .attempted = 3, .succeeded = 3 });
	assert_kernel(g, (struct kernel_counters){ .mapped = 4, .unmapped = 2, .sync_map = 3 });
	assert_int_equal(available(g), 2);
	assert_int_equal(iova_pages(g), 4);
	/* the pages are no longer exposed, though their IOVA is still queued */
	assert_int_equal(g->totals.lazy_pages, 0);
	finish(g);
}

/*
 * Limit 4, three pages live.  The fourth takes the last entry: insufficient, and
 * the global RPCIT finds nothing to free: insufficient again, the map fails.  It is
 * undone: entry invalid, iotlb_sync at once even in lazy mode, the IOVA goes back
 * without a queue.  The kernel counts the page as mapped and as unmapped.
 */
static void test_retry_fails(void **state)
{
	struct ir_guest *g = guest_on("kvm", "sync-map-retry", kvm_par(4));

	(void)state;
	map(g, 0, 3);
	map(g, 1, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 2, .retry = 1, .sync = 1 });
	assert_int_equal(counted(g)->rpcit.insufficient, 2);
	assert_maps(g, (struct map_counts){ .attempted = 2, .succeeded = 1, .map_failed = 1 });
	assert_kernel(g, (struct kernel_counters){ .mapped = 4, .unmapped = 1, .sync_map = 2,
						   .sync = 1 });
	assert_int_equal(iova_pages(g), 4);
	assert_int_equal(available(g), 1);
	assert_int_equal(g->res.peaks.queue_depth, 0);
	assert_int_equal(ir_guest_timer_ns(g), UINT64_MAX);

	unmap(g, 1);	/* recorded, but this map failed */
	assert_int_equal(counted(g)->skipped_unmaps, 1);
	assert_int_equal(counted(g)->kernel.unmapped_pages, 1);

	/* the three pages go: now there is something for the next retry to find */
	unmap(g, 0);
	map(g, 2, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 3, .retry = 2, .sync = 1 });
	assert_maps(g, (struct map_counts){ .attempted = 3, .succeeded = 2, .map_failed = 1 });
	assert_int_equal(available(g), 3);
	finish(g);
}

/*
 * As above, by dma_iova_link(): it is unmapped as any other, through the queue, and its IOVA waits
 * for the flush.  A strict domain flushes it.
 */
static void test_a_linked_map_fails(void **state)
{
	static const char *const strategies[] = { "sync-map-retry", "strict" };

	(void)state;
	for (unsigned int strict = 0; strict < 2; strict++) {
		struct ir_guest *g = guest_on("kvm", strategies[strict], kvm_par(4));
		struct ir_segment seg = { .paddr = UINT64_C(1) << 40, .pages = 1 };
		struct ir_op op = { .kind = IR_OP_MAP, .mapping = new_number(g, 1),
				    .flags = IR_OPF_LINKED };

		map(g, 0, 3);
		ir_guest_map(g, &op, op.mapping, &seg, 1);
		assert_rpcits(g, (struct rpcits){ .sync_map = 2, .retry = 1, .sync = strict });
		assert_maps(g, (struct map_counts){ .attempted = 2, .succeeded = 1, .map_failed = 1 });
		assert_kernel(g, (struct kernel_counters){ .mapped = 4, .unmapped = 1, .sync_map = 2,
							   .sync = strict });
		assert_int_equal(available(g), strict);
		assert_int_equal(iova_pages(g), strict ? 4 : 5);
		assert_int_equal(g->res.peaks.queue_depth, !strict);
		assert_true((ir_guest_timer_ns(g) == UINT64_MAX) == strict);
		finish(g);
	}
}

/* A failed map gives its IOVA back at once: the next one of its size gets the same. */
static void test_failed_map_returns_iova(void **state)
{
	struct ir_guest *g = guest_on("kvm", "sync-map-retry", kvm_par(2));

	(void)state;
	map(g, 0, 1);			/* LAST */
	for (uint32_t i = 1; i < 500; i++) {
		map(g, i, 1);
		assert_int_equal(iova_pages(g), 1);
	}
	unmap(g, 0);
	map(g, 500, 1);
	assert_true(guest_has(g, LAST - 1));
	assert_int_equal(g->res.peaks.iova_pages, 2);
	assert_int_equal(counted(g)->maps.map_failed, 499);
	finish(g);
}

/*
 * The result is not used.  Limit 4, three live; of two more pages the first
 * takes the last entry, the second stays out: the map succeeds, one page of it is
 * unbacked.  A map that takes exactly the last entry reports insufficient, too,
 * but lacks nothing.
 */
static void test_lazy_ignore(void **state)
{
	struct ir_guest *g = guest_on("kvm", "lazy-ignore", kvm_par(4));
	struct ir_guest *exact = guest_on("kvm", "lazy-ignore", kvm_par(4));

	(void)state;
	map(g, 0, 3);
	map(g, 1, 2);
	assert_rpcits(g, (struct rpcits){ .sync_map = 2 });
	assert_int_equal(counted(g)->rpcit.insufficient, 1);
	assert_maps(g, (struct map_counts){ .attempted = 2, .succeeded = 2, .unbacked = 1,
					    .unbacked_pages = 1 });
	map(g, 2, 2);	/* nothing is left at all */
	assert_maps(g, (struct map_counts){ .attempted = 3, .succeeded = 3, .unbacked = 2,
					    .unbacked_pages = 3 });
	assert_kernel(g, (struct kernel_counters){ .mapped = 7, .sync_map = 3 });
	finish(g);

	map(exact, 0, 3);
	map(exact, 1, 1);
	assert_int_equal(counted(exact)->rpcit.insufficient, 1);
	assert_maps(exact, (struct map_counts){ .attempted = 2, .succeeded = 2 });
	finish(exact);
}

/*
 * As test_retry_frees_lazy_pages(), but the queue is flushed: one flush_iotlb_all,
 * which the kernel counts as global, and the queued IOVA is free: 1 + 1 pages.
 */
static void test_fq_flush(void **state)
{
	struct ir_guest *g = guest_on("kvm", "fq-flush", kvm_par(4));

	(void)state;
	map(g, 0, 2);
	unmap(g, 0);
	map(g, 1, 1);
	map(g, 2, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 3, .retry = 1 });
	assert_maps(g, (struct map_counts){ .attempted = 3, .succeeded = 3 });
	assert_kernel(g, (struct kernel_counters){ .mapped = 4, .unmapped = 2, .global = 1,
						   .sync_map = 3 });
	assert_int_equal(iova_pages(g), 2);
	assert_int_equal(available(g), 2);
	finish(g);
}

/* Live pages alone exceed the limit: the result of the flush is ignored as well. */
static void test_fq_flush_unbacked(void **state)
{
	struct ir_guest *g = guest_on("kvm", "fq-flush", kvm_par(4));

	(void)state;
	map(g, 0, 3);
	map(g, 1, 2);
	assert_rpcits(g, (struct rpcits){ .sync_map = 2, .retry = 1 });
	assert_int_equal(counted(g)->rpcit.insufficient, 2);
	assert_maps(g, (struct map_counts){ .attempted = 2, .succeeded = 2, .unbacked = 1,
					    .unbacked_pages = 1 });
	finish(g);
}

/* Two pages wait for a retry: the second one finds its missing page in the second walk. */
static void test_fq_flush_backs_the_rest(void **state)
{
	struct ir_guest *g = guest_on("kvm", "fq-flush", kvm_par(4));

	(void)state;
	map(g, 0, 3);
	unmap(g, 0);
	map(g, 1, 2);	/* one entry is left: half of it is mapped before the flush */
	assert_rpcits(g, (struct rpcits){ .sync_map = 2, .retry = 1 });
	assert_maps(g, (struct map_counts){ .attempted = 2, .succeeded = 2 });
	assert_int_equal(available(g), 2);
	assert_int_equal(iova_pages(g), 2);
	finish(g);
}

/* A scatter list of k runs: k RPCITs in map_pages, one in iotlb_sync_map. */
static void test_pieces(void **state)
{
	struct ir_guest *in = guest_on("kvm", "map-inline", kvm_par(MANY));
	struct ir_guest *g = guest_on("kvm", "sync-map-retry", kvm_par(MANY));

	(void)state;
	map_pieces(in, 0, 5);
	map_pieces(g, 0, 5);
	unmap(in, 0);
	unmap(g, 0);
	assert_rpcits(in, (struct rpcits){ .sync_map = 5 });
	assert_rpcits(g, (struct rpcits){ .sync_map = 1 });
	assert_kernel(in, (struct kernel_counters){ .mapped = 5, .unmapped = 5, .sync_map = 5 });
	assert_kernel(g, (struct kernel_counters){ .mapped = 5, .unmapped = 5, .sync_map = 1 });
	assert_maps(in, (struct map_counts){ .attempted = 1, .succeeded = 1 });
	assert_int_equal(iova_pages(in), 8);	/* one range, one entry in the queue */
	assert_int_equal(in->res.peaks.queue_depth, 1);
	finish(in);
	finish(g);
}

/*
 * Limit 4, two pages lazily unmapped: 2 left.  Piece 1 leaves 1; piece 2 takes the
 * last: one retry frees two; piece 3 goes without.
 */
static void test_map_inline_retries_per_piece(void **state)
{
	struct ir_guest *g = guest_on("kvm", "map-inline", kvm_par(4));

	(void)state;
	map(g, 0, 2);
	unmap(g, 0);
	map_pieces(g, 1, 3);
	assert_rpcits(g, (struct rpcits){ .sync_map = 4, .retry = 1 });
	assert_maps(g, (struct map_counts){ .attempted = 2, .succeeded = 2 });
	assert_int_equal(available(g), 1);
	finish(g);
}

/* Two live: piece 1 leaves 1, piece 2 fails for good, piece 3 is never tried. */
static void test_map_inline_fails(void **state)
{
	struct ir_guest *g = guest_on("kvm", "map-inline", kvm_par(4));

	(void)state;
	map(g, 0, 2);
	map_pieces(g, 1, 3);
	assert_rpcits(g, (struct rpcits){ .sync_map = 3, .retry = 1, .sync = 1 });
	assert_maps(g, (struct map_counts){ .attempted = 2, .succeeded = 1, .map_failed = 1 });
	assert_kernel(g, (struct kernel_counters){ .mapped = 4, .unmapped = 2, .sync_map = 3,
						   .sync = 1 });
	assert_int_equal(available(g), 2);
	assert_int_equal(iova_pages(g), 2);
	assert_int_equal(g->totals.live_pages, 2);
	finish(g);
}

/*
 * driver-lazy: the IOVA is used again at once.  Under kvm every reuse replaces a
 * shadow entry and leaks one: limit 4, after the third use of the page 1 is left.
 * The fourth one runs out, though a single page is mapped; the global RPCIT finds
 * nothing invalid, the map fails.
 */
static void test_driver_lazy_leaks(void **state)
{
	struct ir_guest *g = guest_on("kvm", "driver-lazy", kvm_par(4));

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		map(g, i, 1);
		assert_true(guest_has(g, LAST));
		assert_int_equal(available(g), 3 - i);
		assert_int_equal(iova_pages(g), 1);
		unmap(g, i);
		assert_int_equal(iova_pages(g), 0);
	}
	assert_rpcits(g, (struct rpcits){ .sync_map = 3 });
	map(g, 3, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 4, .retry = 1 });
	assert_maps(g, (struct map_counts){ .attempted = 4, .succeeded = 3, .map_failed = 1 });
	assert_int_equal(g->totals.peak_shadow_pages, 1);
	finish(g);
}

/* z/VM gives a replaced page back: the same goes on for ever. */
static void test_driver_lazy_on_zvm(void **state)
{
	struct ir_effective par = kvm_par(0);
	struct ir_guest *g;

	(void)state;
	par.hypervisor.pinned_limit = 4;
	g = guest_on("zvm", "driver-lazy", par);
	for (uint32_t i = 0; i < 50; i++) {
		map(g, i, 1);
		assert_int_equal(available(g), 3);
		unmap(g, i);
	}
	assert_rpcits(g, (struct rpcits){ .sync_map = 50 });
	finish(g);
}

/* Nothing is flushed until resources run out: then one global RPCIT frees all of it. */
static void test_driver_lazy_retry(void **state)
{
	struct ir_guest *g = guest_on("kvm", "driver-lazy", kvm_par(6));

	(void)state;
	map(g, 0, 1);
	map(g, 1, 2);
	map(g, 2, 1);
	unmap(g, 0);
	unmap(g, 1);
	assert_int_equal(available(g), 2);
	assert_int_equal(g->totals.lazy_pages, 3);
	map(g, 3, 4);	/* 2 pages fit, 2 do not; 3 lazy ones come back */
	assert_rpcits(g, (struct rpcits){ .sync_map = 4, .retry = 1 });
	assert_maps(g, (struct map_counts){ .attempted = 4, .succeeded = 4 });
	assert_int_equal(available(g), 1);
	assert_int_equal(g->totals.lazy_pages, 0);
	finish(g);
}

/* tlb_refresh is a parameter: 0 makes maps cheap whatever the hypervisor is. */
static void test_without_tlb_refresh(void **state)
{
	static const char *const names[] = {
		"strict", "lazy-ignore", "fq-flush", "sync-map-retry", "map-inline", "driver-lazy",
		"legacy", "legacy-strict",
	};
	struct ir_effective par = lpar_par();

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct ir_guest *g = guest_on("lpar", names[i], par);

		for (uint32_t m = 0; m < 200; m++)
			map_pieces(g, m, 3);
		assert_rpcits(g, (struct rpcits){ 0 });
		assert_maps(g, (struct map_counts){ .attempted = 200, .succeeded = 200 });
		finish(g);
	}
}

/* The bare IOMMU API: the caller's IOVA, no queue, and an unmap always syncs. */
static void test_iommu_api(void **state)
{
	struct ir_effective par = kvm_par(4);
	struct ir_guest *g;

	(void)state;
	par.api = IR_API_IOMMU;
	par.queue = IR_QUEUE_NONE;
	g = guest_on("kvm", "sync-map-retry", par);
	map_fixed(g, 0, START + 77, 2);
	assert_true(guest_has(g, START + 77) && guest_has(g, START + 78));
	assert_int_equal(iova_pages(g), 2);
	unmap(g, 0);
	assert_false(shadow_has(g, START + 77));
	assert_rpcits(g, (struct rpcits){ .sync_map = 1, .sync = 1 });

	/* three live, one too many: the retry, the failure and the undoing are the same */
	map_fixed(g, 1, START + 10, 3);
	map_fixed(g, 2, START + 20, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 3, .sync = 2, .retry = 1 });
	assert_maps(g, (struct map_counts){ .attempted = 3, .succeeded = 2, .map_failed = 1 });
	assert_int_equal(iova_pages(g), 3);

	map_fixed(g, 3, START - 1, 1);		/* outside the aperture */
	map_fixed(g, 4, LAST, 2);
	assert_int_equal(counted(g)->maps.iova_exhausted, 2);
	map_fixed(g, 5, LAST, 1);
	assert_int_equal(counted(g)->maps.map_failed, 2);
	finish(g);
}

/* An attempt that failed when it was recorded: tried, and undone at once if it works here. */
static void test_recorded_failure(void **state)
{
	struct ir_guest *g = guest_on("kvm", "strict", kvm_par(MANY));

	(void)state;
	map(g, IR_NO_MAPPING, 2);
	assert_int_equal(counted(g)->replayed_failures, 1);
	assert_maps(g, (struct map_counts){ .attempted = 1, .succeeded = 1 });
	assert_kernel(g, (struct kernel_counters){ .mapped = 2, .unmapped = 2, .sync_map = 1,
						   .sync = 1 });
	assert_int_equal(g->totals.live_pages, 0);
	assert_int_equal(iova_pages(g), 0);
	finish(g);
}

/* Two devices: tables and IOVAs of their own, one limit. */
static void test_two_devices(void **state)
{
	struct ir_guest *g = guest_on("kvm", "sync-map-retry", kvm_par(4));

	(void)state;
	map_on(g, 1, 0, 2);
	map_on(g, 2, 1, 1);
	assert_int_equal(available(g), 1);
	assert_true(ir_iopt_guest(g->domains[1]->iopt, LAST - 1) != 0);
	assert_true(ir_iopt_guest(g->domains[2]->iopt, LAST) != 0);
	/* device 1's unmapped pages are of no use to device 2: its global RPCIT is its own */
	unmap(g, 0);
	map_on(g, 2, 2, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 3, .retry = 1, .sync = 1 });
	assert_maps(g, (struct map_counts){ .attempted = 3, .succeeded = 2, .map_failed = 1 });
	map_on(g, 1, 3, 1);	/* device 1 can help itself: 2 freed, 1 taken */
	assert_maps(g, (struct map_counts){ .attempted = 4, .succeeded = 3, .map_failed = 1 });
	assert_int_equal(available(g), 2);
	finish(g);
}

/* Mapped before the recording: occupies entries and IOVAs, costs nothing. */
static void test_preload(void **state)
{
	struct ir_guest *g = guest_on("kvm", "sync-map-retry", kvm_par(4));

	(void)state;
	preload(g, 7, 2);
	preload(g, IR_NO_MAPPING, 1);
	assert_int_equal(available(g), 1);
	assert_int_equal(iova_pages(g), 3);
	assert_rpcits(g, (struct rpcits){ 0 });
	assert_kernel(g, (struct kernel_counters){ 0 });
	assert_maps(g, (struct map_counts){ 0 });
	map(g, 0, 1);
	assert_int_equal(counted(g)->maps.map_failed, 1);
	unmap(g, 7);		/* its unmap is in the recording */
	map(g, 1, 1);
	assert_int_equal(counted(g)->maps.succeeded, 1);
	finish(g);
}

/* An aperture without a page in it (a damaged recording): every map fails, nothing else. */
static void test_empty_aperture(void **state)
{
	struct ir_effective par = kvm_par(MANY);

	(void)state;
	par.aperture = 0;
	for (const struct ir_strategy *const *st = ir_strategies; *st; st++) {
		struct ir_guest *g = guest_on("kvm", (*st)->name, par);

		map(g, 0, 1);
		unmap(g, 0);
		assert_maps(g, (struct map_counts){ .attempted = 1,
			.iova_exhausted = !(*st)->identity, .succeeded = (*st)->identity });
		finish(g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cost_of_one_mapping),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_strict_out_of_resources),
		cmocka_unit_test(test_retry_frees_lazy_pages),
		cmocka_unit_test(test_retry_fails),
		cmocka_unit_test(test_a_linked_map_fails),
		cmocka_unit_test(test_failed_map_returns_iova),
		cmocka_unit_test(test_lazy_ignore),
		cmocka_unit_test(test_fq_flush),
		cmocka_unit_test(test_fq_flush_unbacked),
		cmocka_unit_test(test_fq_flush_backs_the_rest),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_map_inline_retries_per_piece),
		cmocka_unit_test(test_map_inline_fails),
		cmocka_unit_test(test_driver_lazy_leaks),
		cmocka_unit_test(test_driver_lazy_on_zvm),
		cmocka_unit_test(test_driver_lazy_retry),
		cmocka_unit_test(test_without_tlb_refresh),
		cmocka_unit_test(test_iommu_api),
		cmocka_unit_test(test_recorded_failure),
		cmocka_unit_test(test_two_devices),
		cmocka_unit_test(test_preload),
		cmocka_unit_test(test_empty_aperture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
