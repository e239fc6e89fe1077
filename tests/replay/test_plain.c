// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plain replays take short ways (lib/guest/guest.h).  A replay that somebody watches does not, and has
 * the same results: random operations of several CPUs and devices, with each strategy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "test_util.h"
#include "replay/engine.h"

enum { OPS = 6000, LIVE = 200, DEVICES = 3, MOST_AT_ONCE = 256 };

struct setting {
	const char *hypervisor;
	uint64_t entry_limit;
	uint64_t takes_ns;		/* an RPCIT; 0: no time */
	uint64_t gap_ns;		/* between operations, at most */
	bool guest_share, recorded;	/* one limit; some RPCITs take as long as recorded ones */
	size_t most_at_once;		/* operations in a block; 0: MOST_AT_ONCE */
	uint32_t copies;		/* of the devices; 0: one */
};

/* Mappings of mostly one page, near each other in time or not. */
static size_t make_ops(struct ir_op *ops, uint64_t gap_ns, uint64_t seed)
{
	bool live[LIVE] = { false };
	uint64_t now = 1000, pages[LIVE];
	uint16_t devices[LIVE];
	size_t n = 0;

	while (n < OPS) {
		uint32_t i = (uint32_t)random_below(&seed, LIVE);

		now += random_below(&seed, 3) ? random_below(&seed, gap_ns) : 0;
		if (!live[i]) {
			pages[i] = random_below(&seed, 6) ? 1 : 1 + random_below(&seed, 9);
			devices[i] = (uint16_t)(1 + random_below(&seed, DEVICES));
		}
		ops[n++] = (struct ir_op){
			.kind = live[i] ? IR_OP_UNMAP : IR_OP_MAP, .time_ns = now, .mapping = i,
			.pages = (uint32_t)pages[i], .seg_pages = live[i] ? 0 : (uint32_t)pages[i],
			.segments = !live[i], .cpu = (uint16_t)random_below(&seed, 4),
			.device = devices[i], .paddr = random_below(&seed, 300) << IR_PAGE_SHIFT,
			.flags = random_below(&seed, 5) ? 0 : IR_OPF_IRQ,
			.sync_ns = live[i] ? 0 : (uint32_t)random_below(&seed, 500),
			.rpcit_ns = live[i] || random_below(&seed, 2) ? 0 : (uint32_t)random_below(&seed, 9000),
		};
		live[i] = !live[i];
	}
	return n;
}

/* A block of operations that is gone afterwards, or one that stays. */
static void run_some(struct ir_engine *e, const struct ir_op *ops, size_t n, bool gone)
{
	struct ir_op *block;

	if (!gone) {
		ir_engine_run(e, ops, n);
		return;
	}
	block = malloc(n * sizeof(*block));
	assert_non_null(block);
	memcpy(block, ops, n * sizeof(*block));
	ir_engine_run(e, block, n);
	memset(block, 0x11, n * sizeof(*block));
	free(block);
}

static void replay(const struct setting *s, const struct ir_strategy *strategy, const struct ir_op *ops,
		   size_t n, const struct ir_observer *observer, struct ir_result *devices,
		   struct ir_result *result)
{
	const char *names[DEVICES + 1] = { "", "a", "b", "c" };
	struct ir_recording_info info = {
		.cpus = 4, .duration_ns = ops[n - 1].time_ns, .max_mappings = LIVE, .arch = "s390x",
		.nr_devices = DEVICES + 1, .devices = names,
	};
	struct ir_config config = {
		.strategy = strategy, .hypervisor = ir_hypervisor_find(s->hypervisor), .observer = observer,
		.params = {
			.hz = 100, .queue_timeout_ms = 30, .queue_size = 256,
			.latency = s->recorded ? IR_LATENCY_RECORDED : IR_LATENCY_GIVEN,
			.rpcit_base_ns = s->takes_ns, .rpcit_page_ns = s->takes_ns / 10,
			.has_entry_limit = true, .hypervisor.entry_limit = s->entry_limit,
			.devices = s->copies ? s->copies : 1, .has_share = true, .share = s->guest_share ? IR_SHARE_GUEST : IR_SHARE_DEVICE,
		},
	};
	struct ir_engine *e = ir_engine_new(&config, &info, NULL, NULL, NULL);
	uint64_t seed = 9;

	assert_non_null(e);
	for (size_t at = 0; at < n;) {
		size_t some = 1 + random_below(&seed, s->most_at_once ? s->most_at_once : MOST_AT_ONCE);

		if (some > n - at)
			some = n - at;
		run_some(e, ops + at, some, !observer);
		at += some;
	}
	assert_int_equal(ir_engine_finish(e, result, devices, NULL), 0);
	ir_engine_free(e);
}

/* The figures; the parameters in front of them have pointers. */
static void assert_same(const struct ir_result *a, const struct ir_result *b)
{
	const size_t from = offsetof(struct ir_result, rpcit);

	assert_memory_equal((const char *)a + from, (const char *)b + from, sizeof(*a) - from);
}

static void run_setting(const struct setting *s, uint64_t seed)
{
	static const struct ir_observer watching;	/* it looks at nothing */
	struct ir_op *ops = calloc(OPS, sizeof(*ops));
	size_t n;

	assert_non_null(ops);
	n = make_ops(ops, s->gap_ns, seed);
	for (size_t i = 0; ir_strategies[i]; i++) {
		/* Cleared: padding is compared, too. */
		struct ir_result *results = calloc(2 * (DEVICES + 2), sizeof(*results));

		assert_non_null(results);
		replay(s, ir_strategies[i], ops, n, NULL, results + 1, results);
		replay(s, ir_strategies[i], ops, n, &watching, results + DEVICES + 3, results + DEVICES + 2);
		for (size_t d = 0; d < DEVICES + 2; d++)
			assert_same(&results[d], &results[DEVICES + 2 + d]);
		assert_true(results->maps.attempted > n / 3);
		free(results);
	}
	free(ops);
}

static void test_far_apart(void **state)
{
	(void)state;
	run_setting(&(struct setting){ .hypervisor = "kvm", .takes_ns = 1000, .gap_ns = 100000 }, 1);
	run_setting(&(struct setting){ .hypervisor = "kvm", .entry_limit = 150, .takes_ns = 1000, .gap_ns = 100000, .recorded = true }, 2);
	run_setting(&(struct setting){ .hypervisor = "kvm", .entry_limit = 330, .takes_ns = 1000, .gap_ns = 100000, .guest_share = true }, 3);
}

static void test_close(void **state)
{
	(void)state;
	run_setting(&(struct setting){ .hypervisor = "kvm", .takes_ns = 3000, .gap_ns = 4000 }, 4);
	run_setting(&(struct setting){ .hypervisor = "kvm", .entry_limit = 150, .takes_ns = 3000, .gap_ns = 4000, .recorded = true }, 5);
	run_setting(&(struct setting){ .hypervisor = "kvm", .entry_limit = 330, .takes_ns = 3000, .gap_ns = 4000, .guest_share = true }, 6);
	run_setting(&(struct setting){ .hypervisor = "kvm-aperture", .entry_limit = 150, .takes_ns = 3000, .gap_ns = 4000 }, 7);
}

static void test_no_time(void **state)
{
	(void)state;
	run_setting(&(struct setting){ .hypervisor = "kvm", .entry_limit = 150, .gap_ns = 100000 }, 8);
	run_setting(&(struct setting){ .hypervisor = "kvm", .entry_limit = 330, .gap_ns = 100000, .guest_share = true }, 9);
}

static void test_other_hypervisors(void **state)
{
	(void)state;
	run_setting(&(struct setting){ .hypervisor = "zvm", .takes_ns = 1000, .gap_ns = 20000 }, 10);
	run_setting(&(struct setting){ .hypervisor = "hardware", .takes_ns = 1000, .gap_ns = 20000 }, 11);
}

/* A mapping that waits does not need its operation any more: the block, or the copy of a device's, is another one by then. */
static void test_gone_operations(void **state)
{
	(void)state;
	run_setting(&(struct setting){ .hypervisor = "kvm-aperture", .entry_limit = 100, .takes_ns = 3000, .gap_ns = 4000, .most_at_once = 2 }, 12);
	run_setting(&(struct setting){ .hypervisor = "kvm-aperture", .entry_limit = 100, .takes_ns = 3000, .gap_ns = 4000, .copies = 2 }, 13);
}

/* Nothing is flushed before the end: what is unmapped stays reachable, and holds its IOVA. */
static void test_peaks(void **state)
{
	const struct setting s = { .hypervisor = "kvm", .takes_ns = 1000 };
	struct ir_op ops[2 * LIVE];
	struct ir_result result, devices[DEVICES + 1];

	(void)state;
	for (uint32_t i = 0; i < 2 * LIVE; i++)
		ops[i] = (struct ir_op){
			.kind = i < LIVE ? IR_OP_MAP : IR_OP_UNMAP, .time_ns = 10000 * (i + 1), .pages = 1,
			.seg_pages = i < LIVE, .segments = i < LIVE, .mapping = i % LIVE, .device = 1,
			.paddr = (uint64_t)i << IR_PAGE_SHIFT,
		};
	replay(&s, ir_strategy_find("sync-map-retry"), ops, 2 * LIVE, NULL, devices, &result);
	for (unsigned int i = 0; i < 2; i++) {
		const struct ir_result *r = i ? &devices[1] : &result;

		assert_int_equal(r->peaks.live_pages, LIVE);
		assert_int_equal(r->peaks.host_pages, LIVE);
		assert_int_equal(r->peaks.lazy_pages, LIVE);
		assert_int_equal(r->peaks.iova_pages, LIVE);
		assert_int_equal(r->peaks.queue_depth, LIVE);
		assert_int_equal(r->rpcit.total, LIVE);
		assert_int_equal(r->exposure.reachable_at_end, LIVE);
	}
	/* Here each unmap gives its IOVA back. */
	replay(&s, ir_strategy_find("strict"), ops, 2 * LIVE, NULL, devices, &result);
	assert_int_equal(result.peaks.iova_pages, LIVE);
	assert_int_equal(devices[1].peaks.iova_pages, LIVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_far_apart),
		cmocka_unit_test(test_close),
		cmocka_unit_test(test_no_time),
		cmocka_unit_test(test_other_hypervisors),
		cmocka_unit_test(test_gone_operations),
		cmocka_unit_test(test_peaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
