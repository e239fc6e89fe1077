// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest of QEMU with vfio behind an emulated IOMMU, at its entry limit: what one entry is,
 * which mappings are refused, and until when (hw/i386/intel_iommu.c, hw/i386/amd_iommu.c,
 * hw/virtio/virtio-iommu.c, hw/vfio/listener.c, QEMU 10.0).
 */
#include "test_util.h"

/* A ring of 2 holds one entry: with a queue, every second unmap flushes the domain. */
static struct ir_guest *vfio_guest(const char *iommu, const char *strategy, uint64_t limit)
{
	struct ir_effective par = kvm_par(limit);

	par.iommu = ir_iommu_find(iommu);
	assert_non_null(par.iommu);
	par.queue = IR_QUEUE_PER_CPU;
	par.queue_size = 2;
	par.queue_timeout_ms = 10;
	return guest_on("vfio", strategy, par);
}

static void finish(struct ir_guest *g)
{
	assert_false(ir_guest_failed(g));
	ir_guest_free(g);
}

static uint64_t refused(const struct ir_guest *g)
{
	return counted(g)->entries.refused;
}

/* One piece at this physical page. */
static void map_at(struct ir_guest *g, uint32_t mapping, uint64_t frame, uint64_t pages)
{
	struct ir_segment seg = { .paddr = frame << IR_PAGE_SHIFT, .pages = pages };
	struct ir_op op = { .kind = IR_OP_MAP, .mapping = new_number(g, mapping) };

	ir_guest_map(g, &op, op.mapping, &seg, 1);
}

static uint64_t held_by(const char *iommu, uint64_t frame, uint64_t pages)
{
	struct ir_guest *g = vfio_guest(iommu, "strict", 1000);
	uint64_t held;

	map_at(g, 1, frame, pages);
	held = 1000 - available(g);
	unmap(g, 1);
	assert_int_equal(available(g), 1000);
	finish(g);
	return held;
}

/* Mappings are at the top of the aperture, aligned to the power of two of their size. */
static void test_entry_is_a_leaf(void **state)
{
	(void)state;
	/* VT-d: 4 KiB each, whatever is contiguous */
	assert_int_equal(held_by("vtd", 64, 16), 16);
	assert_int_equal(held_by("vtd", 1 << 18, 512), 512);
	/* AMD-Vi: powers of two that IOVA, physical address and size allow */
	assert_int_equal(held_by("amd", 64, 16), 1);
	assert_int_equal(held_by("amd", 66, 16), 8);
	assert_int_equal(held_by("amd", 65, 16), 1 + 7 + 8);
	assert_int_equal(held_by("amd", 64, 12), 2);
	/* virtio-iommu: a request's IOVAs, whatever the physical address; a request is of one size */
	assert_int_equal(held_by("virtio", 64, 16), 1);
	assert_int_equal(held_by("virtio", 64, 12), 2);
}

/* The map succeeds all the same, and a retry has no reason: all lazy strategies are one. */
static void test_guest_is_not_told(void **state)
{
	static const char *const strategies[] = { "lazy", "lazy-ignore", "sync-map-retry", "fq-flush" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct ir_guest *g = vfio_guest("vtd", strategies[i], 10);

		map(g, 1, 8);
		map(g, 2, 8);
		assert_rpcits(g, (struct rpcits){ .sync_map = 2 });
		assert_maps(g, (struct map_counts){ .attempted = 2, .succeeded = 2, .unbacked = 1,
						    .unbacked_pages = 6 });
		assert_int_equal(refused(g), 6);
		assert_int_equal(available(g), 0);
		assert_int_equal(counted(g)->rpcit.insufficient, 0);
		finish(g);
	}
}

/* QEMU takes a refused page for mapped: neither another's flush nor room makes it ask again. */
static void test_refused_until_unmapped(void **state)
{
	struct ir_guest *g = vfio_guest("vtd", "lazy", 10);

	(void)state;
	map(g, 1, 4);
	map(g, 2, 6);
	map(g, 3, 4);
	assert_int_equal(refused(g), 4);
	unmap(g, 1);
	unmap(g, 2);	/* the ring is full: the whole domain is walked, 4 are free again */
	assert_int_equal(counted(g)->rpcit.by_cause[IR_CAUSE_QUEUE_FULL], 1);
	assert_int_equal(available(g), 10);
	for (uint64_t pfn = LAST - 40; pfn <= LAST; pfn++)
		assert_false(shadow_has(g, pfn));
	map(g, 1, 4);
	assert_int_equal(available(g), 6);
	assert_int_equal(refused(g), 4);
	/* Unmapped and flushed it gives nothing back, for it had nothing. */
	unmap(g, 3);
	assert_int_equal(available(g), 6);
	map(g, 3, 4);
	assert_int_equal(available(g), 2);
	assert_int_equal(refused(g), 4);
	finish(g);
}

/* The pages that there was room for are held, the others of the same mapping are not. */
static void test_unmap_of_partly_refused(void **state)
{
	struct ir_guest *g = vfio_guest("vtd", "strict", 10);

	(void)state;
	map(g, 1, 8);
	map(g, 2, 8);
	assert_int_equal(available(g), 0);
	unmap(g, 2);
	assert_int_equal(available(g), 2);
	unmap(g, 1);
	assert_int_equal(available(g), 10);
	assert_int_equal(refused(g), 6);
	finish(g);
}

/* Of leaves and requests, too. */
static void test_refused_leaves(void **state)
{
	static const char *const iommus[] = { "amd", "virtio" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct ir_guest *g = vfio_guest(iommus[i], "lazy", 3);

		map_at(g, 1, 1 << 10, 16);
		map_at(g, 2, 1 << 11, 16);
		map_at(g, 3, 1 << 12, 16);
		map_at(g, 4, 1 << 13, 16);
		assert_int_equal(refused(g), 1);
		assert_int_equal(counted(g)->maps.unbacked_pages, 16);
		assert_int_equal(counted(g)->maps.map_failed, 0);
		unmap(g, 4);
		/* An UNMAP is served with the next request, before it; AMD-Vi waits for a flush. */
		unmap(g, 1);
		assert_int_equal(available(g), 1);
		map_at(g, 1, 1 << 10, 16);
		assert_int_equal(refused(g), 1);
		finish(g);
	}
}

/* virtio-iommu: requests are served in their order, so no flush is waited for. */
static void test_requests_in_order(void **state)
{
	struct ir_guest *g = vfio_guest("virtio", "lazy", 1);

	(void)state;
	map_at(g, 1, 64, 16);
	unmap(g, 1);
	map_at(g, 2, 128, 16);
	assert_int_equal(refused(g), 0);
	assert_int_equal(counted(g)->rpcit.by_cause[IR_CAUSE_QUEUE_FULL], 0);
	finish(g);
	g = vfio_guest("amd", "lazy", 1);
	map_at(g, 1, 64, 16);
	unmap(g, 1);
	map_at(g, 2, 128, 16);
	assert_int_equal(refused(g), 1);
	finish(g);
}

/*
 * One walk in the order of addresses: a page that comes before those that are given back is
 * refused, and stays so although there is room when the walk ends.
 */
static void test_order_of_a_walk(void **state)
{
	struct ir_guest *g = vfio_guest("vtd", "lazy", 4);
	struct ir_domain *d;

	(void)state;
	map(g, 1, 4);		/* at the top */
	d = g->domains[0];
	unmap(g, 1);		/* queued, the host still has it */
	/* Another CPU's mapping, valid in the table below, which is not synced yet. */
	ir_iopt_map(d->iopt, LAST - 19, 2, UINT64_C(1) << 40);
	ir_refresh(d, START, LAST);
	assert_int_equal(refused(g), 2);
	assert_int_equal(available(g), 4);
	ir_refresh(d, LAST - 19, LAST - 18);	/* its own sync */
	assert_int_equal(refused(g), 2);
	assert_int_equal(available(g), 4);
	assert_false(shadow_has(g, LAST - 19));
	finish(g);

	/* Above those that are given back there is room. */
	g = vfio_guest("vtd", "lazy", 4);
	map(g, 1, 16);
	assert_int_equal(refused(g), 12);
	map(g, 2, 1);
	unmap(g, 1);
	d = g->domains[0];
	ir_iopt_unmap(d->iopt, LAST - 16, 1);
	ir_iopt_map(d->iopt, LAST, 1, UINT64_C(1) << 40);
	ir_refresh(d, START, LAST);
	assert_int_equal(refused(g), 13);
	assert_int_equal(available(g), 3);
	finish(g);
}

/* A flush of everything may be cut into several commands; it is one flush all the same. */
static void test_everything_is_cut(void **state)
{
	struct ir_guest *g = vfio_guest("amd", "lazy", 100);

	(void)state;
	g->cfg.everything = 63;
	map(g, 1, 4);
	map(g, 2, 4);
	unmap(g, 1);
	unmap(g, 2);
	assert_rpcits(g, (struct rpcits){ .sync_map = 2, .full = 1 });
	assert_int_equal(counted(g)->invalidations.by_kind[IR_INVALIDATION_ALL], 63);
	assert_int_equal(counted(g)->invalidations.total, 2 + 63);
	finish(g);
}

/* iommufd counts nothing. */
static void test_no_limit(void **state)
{
	struct ir_guest *g = vfio_guest("vtd", "strict", 0);

	(void)state;
	map(g, 1, 4096);
	assert_int_equal(refused(g), 0);
	assert_true(shadow_has(g, LAST));
	finish(g);
}

/* One UNMAP request removes what one MAP request mapped: runs of pages whose frames fit no larger size. */
static void test_requests_of_unmap(void **state)
{
	struct ir_segment run = { .pages = 15 }, single[15];

	(void)state;
	for (uint64_t i = 0; i < 15; i++)
		single[i] = (struct ir_segment){ .pages = 1, .paddr = (100 + 2 * i) << IR_PAGE_SHIFT };
	assert_int_equal(ir_requests_of_unmap(16, single, 15), 4);	/* 8, 4, 2, 1 pages */
	run.paddr = UINT64_C(1) << IR_PAGE_SHIFT;			/* mapped as 15 pages of 4 KiB */
	assert_int_equal(ir_requests_of_unmap(16, &run, 1), 1);
	run.paddr = UINT64_C(2) << IR_PAGE_SHIFT;			/* as 7 of 8 KiB, and one */
	assert_int_equal(ir_requests_of_unmap(16, &run, 1), 2);
	run.paddr = UINT64_C(32) << IR_PAGE_SHIFT;
	assert_int_equal(ir_requests_of_unmap(16, &run, 1), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entry_is_a_leaf),
		cmocka_unit_test(test_guest_is_not_told),
		cmocka_unit_test(test_refused_until_unmapped),
		cmocka_unit_test(test_unmap_of_partly_refused),
		cmocka_unit_test(test_refused_leaves),
		cmocka_unit_test(test_requests_in_order),
		cmocka_unit_test(test_requests_of_unmap),
		cmocka_unit_test(test_order_of_a_walk),
		cmocka_unit_test(test_everything_is_cut),
		cmocka_unit_test(test_no_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
