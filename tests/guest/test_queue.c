// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flush queues of a domain: queue_iova() and fq_flush_timeout() of
 * drivers/iommu/dma-iommu.c, Linux 6.12.  Every page here is of a mapping of its
 * own, so IOVA space held is the live mappings plus the queued ones.
 */
#include "test_util.h"

static struct ir_guest *queue_guest(enum ir_queue_type type, uint32_t size, uint32_t timeout_ms,
				    uint32_t cpus)
{
	struct ir_effective par = kvm_par(60000);

	par.queue = type;
	par.queue_size = size;
	par.queue_timeout_ms = timeout_ms;
	par.cpus = cpus;
	return guest_on("kvm", "sync-map-retry", par);
}

static void finish(struct ir_guest *g)
{
	ir_guest_finish(g);
	assert_false(ir_guest_failed(g));
	ir_guest_free(g);
}

static void map_and_unmap(struct ir_guest *g, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		map(g, 0, 1);
		unmap(g, 0);
	}
}

static uint64_t full(const struct ir_guest *g)
{
	return counted(g)->rpcit.by_cause[IR_CAUSE_QUEUE_FULL];
}

static uint64_t timeouts(const struct ir_guest *g)
{
	return counted(g)->rpcit.by_cause[IR_CAUSE_QUEUE_TIMEOUT];
}

/*
 * A ring of 256 holds 255: the 256th unmap finds it full, flushes, and the 255
 * are free; its own entry is queued after that flush began, so it stays.
 */
static void test_per_cpu_256(void **state)
{
	struct ir_guest *g = queue_guest(IR_QUEUE_PER_CPU, 256, 10, 2);

	(void)state;
	map_and_unmap(g, 255);
	assert_int_equal(full(g), 0);
	assert_int_equal(iova_pages(g), 255);
	map_and_unmap(g, 1);
	assert_int_equal(full(g), 1);
	assert_int_equal(iova_pages(g), 1);
	/* 254 more fit beside the one that stayed */
	map_and_unmap(g, 254);
	assert_int_equal(full(g), 1);
	assert_int_equal(iova_pages(g), 255);
	map_and_unmap(g, 1);
	assert_int_equal(full(g), 2);
	assert_int_equal(g->res.peaks.queue_depth, 255);
	assert_int_equal(counted(g)->kernel.global_rpcits, 2);
	finish(g);
}

/* Every CPU that unmaps has a ring; one CPU's flush serves all, lazily. */
static void test_rings_of_two_cpus(void **state)
{
	struct ir_guest *g = queue_guest(IR_QUEUE_PER_CPU, 256, 10, 2);

	(void)state;
	g->cpu = 1;
	map_and_unmap(g, 100);
	g->cpu = 0;
	map_and_unmap(g, 255);
	assert_int_equal(full(g), 0);
	assert_int_equal(iova_pages(g), 355);
	map_and_unmap(g, 1);	/* flushes the domain; frees its own ring */
	assert_int_equal(full(g), 1);
	assert_int_equal(iova_pages(g), 101);
	/* the last page was invalid before that flush: its IOVA waits, the page does not */
	assert_int_equal(g->totals.lazy_pages, 0);
	g->cpu = 1;
	map_and_unmap(g, 1);	/* finds its 100 entries flushed meanwhile */
	assert_int_equal(full(g), 1);
	assert_int_equal(iova_pages(g), 2);
	assert_int_equal(g->res.peaks.queue_depth, 255);
	finish(g);
}

/* One ring for all CPUs. */
static void test_single_queue(void **state)
{
	struct ir_guest *g = queue_guest(IR_QUEUE_SINGLE, 5, 1000, 2);

	(void)state;
	map_and_unmap(g, 2);
	g->cpu = 1;
	map_and_unmap(g, 2);
	assert_int_equal(full(g), 0);
	map_and_unmap(g, 1);
	assert_int_equal(full(g), 1);
	assert_int_equal(iova_pages(g), 1);
	assert_int_equal(g->res.peaks.queue_depth, 4);
	finish(g);
}

/* The default single queue: 32767 entries, then one flush. */
static void test_single_queue_32768(void **state)
{
	struct ir_guest *g = queue_guest(IR_QUEUE_SINGLE, 32768, 1000, 1);

	(void)state;
	map_and_unmap(g, 32767);
	assert_int_equal(full(g), 0);
	assert_int_equal(available(g), 60000 - 32767);
	map_and_unmap(g, 1);
	assert_int_equal(full(g), 1);
	assert_int_equal(available(g), 60000);	/* its own page was flushed, too */
	ir_guest_finish(g);
	assert_int_equal(g->res.peaks.queue_depth, 32767);
	assert_int_equal(g->res.peaks.host_pages, 32768);
	ir_guest_free(g);
}

/* One entry is one unmap, whatever its size. */
static void test_entries_not_pages(void **state)
{
	struct ir_guest *g = queue_guest(IR_QUEUE_SINGLE, 4, 1000, 1);

	(void)state;
	for (uint32_t i = 0; i < 3; i++) {
		map(g, i, 1000);
		unmap(g, i);
	}
	assert_int_equal(full(g), 0);
	assert_int_equal(g->res.peaks.queue_depth, 3);
	map(g, 3, 1);
	unmap(g, 3);
	assert_int_equal(full(g), 1);
	assert_int_equal(iova_pages(g), 1);
	finish(g);
}

/*
 * 1000 ms at HZ 100: armed by the first unmap at 20 ms (jiffy 2), expiry at jiffy
 * 102, on level 1 of the wheel, so it fires at jiffy 104.  Later unmaps do not
 * move it.  Then everything is flushed and free, and no timer runs.
 */
static void test_timer(void **state)
{
	struct ir_guest *g = queue_guest(IR_QUEUE_SINGLE, 32768, 1000, 1);

	(void)state;
	assert_int_equal(ir_guest_timer_ns(g), UINT64_MAX);
	g->now_ns = 20 * MS;
	map_and_unmap(g, 3);
	assert_int_equal(ir_guest_timer_ns(g), 1040 * MS);
	g->now_ns = 900 * MS;
	map_and_unmap(g, 1);
	assert_int_equal(ir_guest_timer_ns(g), 1040 * MS);
	assert_int_equal(iova_pages(g), 4);

	g->now_ns = 1039 * MS;
	ir_guest_timers(g);	/* not yet */
	assert_int_equal(timeouts(g), 0);
	g->now_ns = 1040 * MS;
	ir_guest_timers(g);
	assert_int_equal(timeouts(g), 1);
	assert_int_equal(iova_pages(g), 0);
	assert_int_equal(available(g), 60000);
	assert_int_equal(ir_guest_timer_ns(g), UINT64_MAX);
	assert_int_equal(counted(g)->kernel.global_rpcits, 1);

	/* armed again by the next unmap only */
	g->now_ns = 2000 * MS;
	map(g, 0, 1);
	assert_int_equal(ir_guest_timer_ns(g), UINT64_MAX);
	unmap(g, 0);
	assert_int_equal(ir_guest_timer_ns(g), 3040 * MS);	/* jiffy 300 -> 304 */

	/* three pages were exposed for 1020 ms, one for 140 */
	ir_guest_finish(g);
	assert_int_equal(g->res.exposure.pages, 4);
	assert_int_equal(g->res.exposure.max_ns, 1020 * MS);
	assert_true(g->res.exposure.page_seconds > 3.1999 && g->res.exposure.page_seconds < 3.2001);
	ir_guest_free(g);
}

/* The timer frees what is flushed in every ring, not only its CPU's. */
static void test_timer_frees_all_rings(void **state)
{
	struct ir_guest *g = queue_guest(IR_QUEUE_PER_CPU, 256, 10, 4);

	(void)state;
	for (unsigned int cpu = 0; cpu < 4; cpu++) {
		g->cpu = cpu;
		map_and_unmap(g, 10);
	}
	assert_int_equal(ir_guest_timer_ns(g), 20 * MS);	/* 1 jiffy, and the next */
	g->now_ns = 20 * MS;
	ir_guest_timers(g);
	assert_int_equal(timeouts(g), 1);
	assert_int_equal(iova_pages(g), 0);
	finish(g);
}

/* A flush because of a full queue leaves the timer running, as the kernel does. */
static void test_full_does_not_stop_the_timer(void **state)
{
	struct ir_guest *g = queue_guest(IR_QUEUE_SINGLE, 4, 1000, 1);

	(void)state;
	map_and_unmap(g, 1);
	g->now_ns = 500 * MS;
	map_and_unmap(g, 3);
	assert_int_equal(full(g), 1);
	assert_int_equal(ir_guest_timer_ns(g), 1040 * MS);
	g->now_ns = 1040 * MS;
	ir_guest_timers(g);
	assert_int_equal(timeouts(g), 1);
	assert_int_equal(iova_pages(g), 0);
	finish(g);
}

/* fq-flush under pressure flushes the queue; what was queued goes, the timer stays. */
static void test_fq_flush_and_timer(void **state)
{
	struct ir_guest *g = guest_on("kvm", "fq-flush", kvm_par(4));

	(void)state;
	map(g, 0, 3);
	unmap(g, 0);
	map(g, 1, 1);
	assert_int_equal(counted(g)->rpcit.by_cause[IR_CAUSE_RETRY], 1);
	assert_int_equal(iova_pages(g), 1);
	assert_int_equal(ir_guest_timer_ns(g), 1040 * MS);
	g->now_ns = 1040 * MS;
	ir_guest_timers(g);	/* an empty queue is flushed all the same */
	assert_int_equal(timeouts(g), 1);
	finish(g);
}

/* A retry's global RPCIT does not touch the queue: it still fills up. */
static void test_retry_leaves_the_queue(void **state)
{
	struct ir_effective par = kvm_par(3);
	struct ir_guest *g;

	(void)state;
	par.queue_size = 4;
	g = guest_on("kvm", "sync-map-retry", par);
	map_and_unmap(g, 2);	/* 1 left */
	map_and_unmap(g, 1);	/* takes it: retry, which frees 2 */
	assert_rpcits(g, (struct rpcits){ .sync_map = 3, .retry = 1 });
	assert_int_equal(iova_pages(g), 3);
	map_and_unmap(g, 1);	/* 3 entries are queued: full, though 2 are not lazy any more */
	assert_rpcits(g, (struct rpcits){ .sync_map = 4, .retry = 1, .full = 1 });
	assert_int_equal(iova_pages(g), 1);
	finish(g);
}

/* No IOVA left: the map fails, and no queue is drained for it. */
static void test_iova_exhausted(void **state)
{
	struct ir_effective par = kvm_par(60000);
	struct ir_guest *g;

	(void)state;
	par.aperture = 8 << IR_PAGE_SHIFT;
	g = guest_on("kvm", "sync-map-retry", par);
	map_and_unmap(g, 8);
	assert_int_equal(iova_pages(g), 8);
	map(g, 0, 1);
	assert_maps(g, (struct map_counts){ .attempted = 9, .succeeded = 8, .iova_exhausted = 1 });
	assert_rpcits(g, (struct rpcits){ .sync_map = 8 });
	assert_kernel(g, (struct kernel_counters){ .mapped = 8, .unmapped = 8, .sync_map = 8 });
	unmap(g, 0);
	assert_int_equal(counted(g)->skipped_unmaps, 1);
	/* the timer makes room again */
	g->now_ns = ir_guest_timer_ns(g);
	ir_guest_timers(g);
	map(g, 0, 1);
	assert_int_equal(counted(g)->maps.iova_exhausted, 1);
	finish(g);
}

/*
 * kvm-aperture: as many IOVAs as entries.  The eighth page takes the last entry,
 * for which a retry helps; the ninth finds all eight IOVAs queued, and for that
 * nothing helps but the queue's own flush.
 */
static void test_kvm_aperture(void **state)
{
	struct ir_effective par = kvm_par(8);
	struct ir_guest *g;

	(void)state;
	par.aperture = 8 << IR_PAGE_SHIFT;
	g = guest_on("kvm-aperture", "sync-map-retry", par);
	map_and_unmap(g, 7);
	assert_rpcits(g, (struct rpcits){ .sync_map = 7 });
	map_and_unmap(g, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 8, .retry = 1 });
	assert_int_equal(available(g), 7);
	map(g, 0, 1);
	assert_maps(g, (struct map_counts){ .attempted = 9, .succeeded = 8, .iova_exhausted = 1 });
	assert_rpcits(g, (struct rpcits){ .sync_map = 8, .retry = 1 });
	finish(g);
}

/*
 * The recorded machine ran no timers from 20 to 70 ms and from 100 to 150 ms.  What expires meanwhile, the first
 * moment included, fires at the end; the rest a moment after the tick.  A timer of 10 ms is
 * armed at once each time, and expires at the second tick of 10 ms.
 */
static void test_stalls(void **state)
{
	static const struct ir_stall stalls[] = {
		{ 20 * MS, 70 * MS, 0, 20 * MS }, { 100 * MS, 150 * MS, 0, 100 * MS },
	};
	static const uint64_t fires[] = { 70 * MS, 90 * MS + MS / 2, 150 * MS, 170 * MS + MS / 2, 190 * MS + MS / 2 };
	struct ir_effective par = lpar_par();
	struct ir_guest *g;

	(void)state;
	par.timer_rest_ns = MS / 2;
	g = guest_on("lpar", "sync-map-retry", par);
	g->cfg.stalls = stalls;
	g->cfg.nr_stalls = 2;
	for (uint32_t i = 0; i < 5; i++) {
		map(g, i, 1);
		unmap(g, i);
		assert_int_equal(ir_guest_timer_ns(g), fires[i]);
		g->now_ns = ir_guest_timer_ns(g);
		ir_guest_timers(g);
	}
	finish(g);
}

/* The time at which the timer fires that the device arms at @armed_ns. */
static uint64_t fires_on(const struct ir_stall *stalls, size_t nr, uint16_t device, uint64_t armed_ns)
{
	struct ir_effective par = lpar_par();
	struct ir_guest *g;
	uint64_t fires;

	par.timer_rest_ns = MS / 2;
	g = guest_on("lpar", "sync-map-retry", par);
	g->cfg.stalls = stalls;
	g->cfg.nr_stalls = nr;
	g->now_ns = armed_ns;
	map_on(g, device, 0, 1);
	unmap(g, 0);
	fires = ir_guest_timer_ns(g);
	finish(g);
	return fires;
}

/*
 * The timer of device 1 expired at 20 ms and fired at 70 ms, while that of device 2 expired at 30 ms and fired at
 * 50 ms, on another CPU.
 */
static void test_stalls_of_devices(void **state)
{
	static const struct ir_stall stalls[] = { { 30 * MS, 50 * MS, 2, 30 * MS }, { 50 * MS, 70 * MS, 1, 20 * MS } };
	static const struct ir_stall of_none[] = { { 50 * MS, 70 * MS, 0, 20 * MS } };

	(void)state;
	assert_int_equal(fires_on(stalls, 2, 1, 0), 70 * MS);
	assert_int_equal(fires_on(stalls, 2, 2, 0), 20 * MS + MS / 2);
	assert_int_equal(fires_on(stalls, 2, 2, 10 * MS), 50 * MS);
	assert_int_equal(fires_on(stalls, 2, 3, 10 * MS), 50 * MS);
	assert_int_equal(fires_on(stalls, 2, 3, 40 * MS), 70 * MS);
	assert_int_equal(fires_on(stalls, 2, 1, 50 * MS), 70 * MS + MS / 2);
	assert_int_equal(fires_on(of_none, 1, 0, 0), 20 * MS + MS / 2);
}

/* Timers as recorded: none of our own, a flush when the recording says so. */
static void test_recorded_timer(void **state)
{
	struct ir_effective par = kvm_par(1000);
	struct ir_guest *g;

	(void)state;
	par.timer = IR_TIMER_RECORDED;
	g = guest_on("kvm", "sync-map-retry", par);
	ir_guest_flush_timer(g, 0, 4, 0, 0);	/* nothing is there yet */
	map(g, 0, 1);
	ir_guest_flush_timer(g, 0, 4, 0, 0);	/* no timer was armed */
	assert_int_equal(timeouts(g), 0);
	unmap(g, 0);
	assert_int_equal(ir_guest_timer_ns(g), UINT64_MAX);
	g->now_ns = 10 * SEC;
	ir_guest_timers(g);
	assert_int_equal(timeouts(g), 0);
	ir_guest_flush_timer(g, 0, 1, 0, 0);
	assert_int_equal(timeouts(g), 1);
	assert_int_equal(iova_pages(g), 0);
	ir_guest_flush_timer(g, 0, 1, 0, 0);	/* no timer is on */
	assert_int_equal(timeouts(g), 1);
	finish(g);
}

/* Timers that unmaps before the recording started fire as recorded, in either mode, and only they. */
static void test_timer_from_before(void **state)
{
	static const struct {
		enum ir_timer_mode mode;
		bool unmaps;		/* before the timer fires */
		uint64_t fires_ms, again_ms;
		uint64_t first, second;	/* flushes by then */
	} rows[] = {
		{ IR_TIMER_SIMULATED, false, 400, 900, 1, 1 },
		{ IR_TIMER_SIMULATED, true, 400, 900, 1, 1 },
		{ IR_TIMER_SIMULATED, true, 1000, 1500, 0, 1 },	/* it may have been started by the unmap */
		{ IR_TIMER_RECORDED, false, 400, 900, 1, 2 },
		{ IR_TIMER_RECORDED, true, 400, 900, 1, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ir_effective par = kvm_par(1000);
		struct ir_guest *g;

		par.timer = rows[i].mode;
		g = guest_on("kvm", "sync-map-retry", par);
		map(g, 0, 1);
		map(g, 1, 1);
		if (rows[i].unmaps)
			unmap(g, 0);
		g->now_ns = rows[i].fires_ms * MS;
		ir_guest_flush_timer(g, 0, 1, 0, 0);
		assert_int_equal(timeouts(g), rows[i].first);
		unmap(g, 1);
		g->now_ns = rows[i].again_ms * MS;
		ir_guest_timers(g);
		ir_guest_flush_timer(g, 0, 1, 0, 0);
		assert_int_equal(timeouts(g), rows[i].second);
		finish(g);
	}
}

/* A strict domain has no queue, and so no timer. */
static void test_timer_from_before_strict(void **state)
{
	struct ir_guest *g = guest_on("kvm", "strict", kvm_par(1000));

	(void)state;
	ir_guest_flush_timer(g, 0, 1, 0, 0);
	map(g, 0, 1);
	ir_guest_flush_timer(g, 0, 1, 0, 0);
	assert_int_equal(timeouts(g), 0);
	finish(g);
}

/* A recorded timer belongs to one device; if it is not known which, to the one that waits longest. */
static void test_recorded_timer_of_a_device(void **state)
{
	struct ir_effective par = kvm_par(1000);
	struct ir_guest *g;

	(void)state;
	par.timer = IR_TIMER_RECORDED;
	g = guest_on("kvm", "sync-map-retry", par);
	for (uint16_t device = 1; device < 5; device++) {
		map_on(g, device, device, 1);
		g->now_ns = (10 - device) * MS;
		unmap(g, device);
	}
	ir_guest_flush_timer(g, 2, 1, 0, 0);
	assert_int_equal(timeouts(g), 1);
	assert_int_equal(available(g), 997);
	ir_guest_flush_timer(g, 9, 1, 0, 0);	/* its unmaps were before the recording */
	assert_int_equal(timeouts(g), 2);
	ir_guest_flush_timer(g, 0, 4, 0, 0);	/* of devices 1 and 3 the second one was armed first */
	assert_int_equal(timeouts(g), 3);
	ir_guest_flush_timer(g, 3, 1, 0, 0);
	assert_int_equal(timeouts(g), 3);
	ir_guest_flush_timer(g, 0, 4, 0, 0);
	ir_guest_flush_timer(g, 0, 4, 0, 0);	/* the fourth device is none of them */
	assert_int_equal(timeouts(g), 4);
	assert_int_equal(available(g), 999);
	finish(g);
}

/* Devices have timers of their own; the guest's next one is the earliest. */
static void test_timers_of_two_devices(void **state)
{
	struct ir_guest *g = guest_on("kvm", "sync-map-retry", kvm_par(1000));

	(void)state;
	map_on(g, 1, 1, 1);
	map_on(g, 2, 2, 1);
	unmap(g, 2);
	g->now_ns = 500 * MS;
	unmap(g, 1);
	assert_int_equal(ir_guest_timer_ns(g), 1040 * MS);
	g->now_ns = 1040 * MS;
	ir_guest_timers(g);
	assert_int_equal(timeouts(g), 1);
	/* jiffy 50 + 100 = 150, the next multiple of 8 is 152 */
	assert_int_equal(ir_guest_timer_ns(g), 1520 * MS);
	g->now_ns = 1520 * MS;
	ir_guest_timers(g);
	assert_int_equal(timeouts(g), 2);
	assert_int_equal(ir_guest_timer_ns(g), UINT64_MAX);
	finish(g);
}

/* LPAR: per-cpu queues of 256, maps for nothing; exposure ends with the flush. */
static void test_lpar(void **state)
{
	struct ir_guest *g = guest_on("lpar", "sync-map-retry", lpar_par());

	(void)state;
	for (uint32_t i = 0; i < 255; i++) {
		g->now_ns = i * 1000;
		map_and_unmap(g, 1);
	}
	assert_rpcits(g, (struct rpcits){ 0 });
	assert_int_equal(g->totals.lazy_pages, 255);
	map_and_unmap(g, 1);
	assert_rpcits(g, (struct rpcits){ .full = 1 });
	ir_guest_finish(g);
	/* the 255th was unmapped and flushed in the same instant, like the 256th: no exposure */
	assert_int_equal(g->res.exposure.pages, 254);
	assert_int_equal(g->res.exposure.max_ns, 254000);
	assert_int_equal(g->res.peaks.lazy_pages, 255);
	assert_int_equal(g->res.peaks.host_pages, 0);
	assert_int_equal(counted(g)->rpcit.insufficient, 0);
	ir_guest_free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_per_cpu_256),
		cmocka_unit_test(test_rings_of_two_cpus),
		cmocka_unit_test(test_single_queue),
		cmocka_unit_test(test_single_queue_32768),
		cmocka_unit_test(test_entries_not_pages),
		cmocka_unit_test(test_timer),
		cmocka_unit_test(test_timer_frees_all_rings),
		cmocka_unit_test(test_full_does_not_stop_the_timer),
		cmocka_unit_test(test_fq_flush_and_timer),
		cmocka_unit_test(test_retry_leaves_the_queue),
		cmocka_unit_test(test_iova_exhausted),
		cmocka_unit_test(test_kvm_aperture),
		cmocka_unit_test(test_stalls),
		cmocka_unit_test(test_stalls_of_devices),
		cmocka_unit_test(test_recorded_timer),
		cmocka_unit_test(test_timer_from_before),
		cmocka_unit_test(test_timer_from_before_strict),
		cmocka_unit_test(test_recorded_timer_of_a_device),
		cmocka_unit_test(test_timers_of_two_devices),
		cmocka_unit_test(test_lpar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
