// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The engine: operations at their times, on CPUs that an RPCIT keeps busy.  Each
 * test feeds operations made by hand and looks at the RPCITs and at the result.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <sys/resource.h>

#include "replay/engine.h"

#define MS	UINT64_C(1000000)
#define SEC	(1000 * MS)
#define TAKES	1000u		/* ns an RPCIT takes */

struct log {
	struct ir_rpcit rpcit[64];	/* in the order in which they were done */
	size_t nr;
	uint64_t iova[4096];		/* of mappings, in the order of their allocation */
	size_t nr_iovas;
};

struct run {
	struct log log;
	struct ir_observer observer;
	struct ir_recording_info info;
	struct ir_config config;
	struct ir_engine *engine;
	struct ir_result result;
};

static void note_rpcit(void *arg, const struct ir_rpcit *rpcit)
{
	struct log *log = arg;

	if (log->nr < sizeof(log->rpcit) / sizeof(log->rpcit[0]))
		log->rpcit[log->nr] = *rpcit;
	log->nr++;
}

static void note_mapped(void *arg, const struct ir_op *op, uint64_t iova)
{
	struct log *log = arg;

	(void)op;
	if (log->nr_iovas < sizeof(log->iova) / sizeof(log->iova[0]))
		log->iova[log->nr_iovas++] = iova;
}

/* A recording of @duration_ns from time 0 on, with 4 CPUs and no marks of its own. */
static struct run *run_new(const char *strategy, const char *hypervisor, uint64_t duration_ns)
{
	struct run *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->observer = (struct ir_observer){ .rpcit = note_rpcit, .mapped = note_mapped,
					    .arg = &r->log };
	r->info = (struct ir_recording_info){ .cpus = 4, .duration_ns = duration_ns,
					      .max_mappings = 4096, .arch = "s390x" };
	r->config = (struct ir_config){
		.strategy = ir_strategy_find(strategy),
		.hypervisor = ir_hypervisor_find(hypervisor),
		.observer = &r->observer,
		.params = { .hz = 100, .latency = IR_LATENCY_GIVEN,
			    .rpcit_base_ns = TAKES },
	};
	return r;
}

static void begin(struct run *r)
{
	r->engine = ir_engine_new(&r->config, &r->info, NULL, NULL, NULL);
	assert_non_null(r->engine);
}

static void map_pages(struct run *r, uint64_t time_ns, uint16_t cpu, uint32_t mapping,
		      uint32_t pages)
{
	struct ir_op op = { .kind = IR_OP_MAP, .time_ns = time_ns, .cpu = cpu, .mapping = mapping,
			    .pages = pages, .seg_pages = pages, .segments = 1,
			    .paddr = (uint64_t)mapping << 32 };

	ir_engine_run(r->engine, &op, 1);
}

static void map(struct run *r, uint64_t time_ns, uint16_t cpu, uint32_t mapping)
{
	map_pages(r, time_ns, cpu, mapping, 1);
}

static void unmap_pages(struct run *r, uint64_t time_ns, uint16_t cpu, uint32_t mapping,
			uint32_t pages)
{
	struct ir_op op = { .kind = IR_OP_UNMAP, .time_ns = time_ns, .cpu = cpu,
			    .mapping = mapping, .pages = pages };

	ir_engine_run(r->engine, &op, 1);
}

static void unmap(struct run *r, uint64_t time_ns, uint16_t cpu, uint32_t mapping)
{
	unmap_pages(r, time_ns, cpu, mapping, 1);
}

static void end(struct run *r)
{
	assert_int_equal(ir_engine_finish(r->engine, &r->result, NULL, NULL), 0);
	ir_engine_free(r->engine);
	r->engine = NULL;
}

static void assert_rpcit(const struct run *r, size_t i, uint64_t time_ns, uint32_t cpu,
			 enum ir_cause cause)
{
	assert_true(i < r->log.nr);
	assert_int_equal(r->log.rpcit[i].time_ns, time_ns);
	assert_int_equal(r->log.rpcit[i].cpu, cpu);
	assert_int_equal(r->log.rpcit[i].cause, cause);
}

/* A CPU does one thing after the other; what comes while its RPCIT lasts waits for it. */
static void test_a_busy_cpu_keeps_the_order(void **state)
{
	struct run *r = run_new("strict", "zvm", 10 * MS);

	(void)state;
	begin(r);
	map(r, 0, 0, 0);
	unmap(r, 10, 0, 0);
	map(r, 20, 0, 1);
	end(r);
	assert_int_equal(r->log.nr, 3);
	assert_rpcit(r, 0, 0, 0, IR_CAUSE_SYNC_MAP);
	assert_rpcit(r, 1, TAKES, 0, IR_CAUSE_SYNC);
	assert_rpcit(r, 2, 2 * TAKES, 0, IR_CAUSE_SYNC_MAP);
	assert_int_equal(r->result.overrun_ns, 0);
	free(r);
}

/* CPUs that wait for the same time go on in the order in which they began to wait. */
static void test_equal_wake_ups_keep_their_order(void **state)
{
	static const uint16_t cpus[] = { 2, 0, 3, 1 };
	struct run *r = run_new("sync-map-retry", "zvm", 10 * MS);

	(void)state;
	begin(r);
	for (uint32_t i = 0; i < 4; i++)
		map(r, 500, cpus[i], i);
	end(r);
	assert_int_equal(r->log.nr, 4);
	for (size_t i = 0; i < 4; i++)
		assert_rpcit(r, i, 500, cpus[i], IR_CAUSE_SYNC_MAP);
	free(r);
}

/*
 * A CPU whose RPCIT ends in the moment in which a timer is due goes on before the
 * timer fires.  It then unmaps: that is still flushed by this timer.  Else the
 * unmap would arm the timer once more.
 */
static void test_an_actor_goes_before_a_timer_of_the_same_time(void **state)
{
	struct run *r = run_new("sync-map-retry", "zvm", 4 * SEC);
	uint64_t due = 1040 * MS;	/* armed at jiffy 2: expiry 102, fires at 104 */

	(void)state;
	r->config.params.queue = IR_QUEUE_SINGLE;
	begin(r);
	map(r, 0, 0, 0);
	map(r, 1 * MS, 0, 1);
	unmap(r, 20 * MS, 0, 0);
	map(r, due - TAKES, 0, 2);
	unmap(r, due - TAKES / 2, 0, 1);	/* waits for its CPU until the timer is due */
	end(r);
	assert_int_equal(r->result.rpcit.by_cause[IR_CAUSE_QUEUE_TIMEOUT], 1);
	assert_rpcit(r, 3, due, 0, IR_CAUSE_QUEUE_TIMEOUT);
	free(r);
}

/*
 * A ring of two slots is full with one entry, so each unmap flushes it with the
 * ring's lock held.  Others wait, and get the lock in the moment in which it is
 * given back, in the order in which they asked for it.
 */
static void test_a_lock_is_handed_over_at_once_and_in_turn(void **state)
{
	struct run *r = run_new("sync-map-retry", "zvm", 1 * MS);

	(void)state;
	r->config.params.queue = IR_QUEUE_SINGLE;
	r->config.params.queue_size = 2;
	begin(r);
	for (uint32_t i = 0; i < 4; i++)
		map(r, 10000 * i, 0, i);
	unmap(r, 100000, 0, 0);
	unmap(r, 200000, 0, 1);		/* holds the lock until its flush is done */
	unmap(r, 200100, 2, 2);
	unmap(r, 200200, 1, 3);
	end(r);
	assert_int_equal(r->result.rpcit.by_cause[IR_CAUSE_QUEUE_FULL], 3);
	assert_rpcit(r, 4, 200000, 0, IR_CAUSE_QUEUE_FULL);
	assert_rpcit(r, 5, 200000 + TAKES, 2, IR_CAUSE_QUEUE_FULL);
	assert_rpcit(r, 6, 200000 + 2 * TAKES, 1, IR_CAUSE_QUEUE_FULL);
	free(r);
}

/* While the timer's flush lasts, an unmap is queued behind it: the flush does not free it. */
static void test_entries_are_stamped_with_started_flushes(void **state)
{
	struct run *r = run_new("sync-map-retry", "zvm", 4 * SEC);
	uint64_t due = 1040 * MS;

	(void)state;
	r->config.params.queue = IR_QUEUE_SINGLE;
	begin(r);
	map(r, 0, 0, 0);
	map(r, 1 * MS, 1, 1);
	unmap(r, 20 * MS, 0, 0);
	unmap(r, due + TAKES / 2, 1, 1);	/* the flush has started and is not finished */
	/* The timer's CPU hands out what its flush has freed, and not what the last unmap left. */
	map(r, due + 2 * TAKES, 0, 2);
	map(r, due + 4 * TAKES, 0, 3);
	end(r);
	assert_int_equal(r->result.rpcit.by_cause[IR_CAUSE_QUEUE_TIMEOUT], 2);
	assert_int_equal(r->log.nr_iovas, 4);
	assert_int_equal(r->log.iova[2], r->log.iova[0]);
	assert_int_not_equal(r->log.iova[3], r->log.iova[1]);
	free(r);
}

/*
 * QEMU serves one RPCIT at a time: of three CPUs that ask at once the last one
 * has waited for two.  z/VM serves each CPU at once.
 */
static void test_a_hypervisor_that_serialises_is_busy(void **state)
{
	static const struct {
		const char *hypervisor;
		uint64_t ends_ns;
	} cases[] = { { "kvm", 3 * TAKES }, { "kvm-aperture", 3 * TAKES }, { "zvm", TAKES } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run *r = run_new("sync-map-retry", cases[i].hypervisor, 0);

		begin(r);
		for (uint32_t cpu = 0; cpu < 3; cpu++)
			map(r, 0, (uint16_t)cpu, cpu);
		end(r);
		assert_int_equal(r->result.overrun_ns, cases[i].ends_ns);
		free(r);
	}
}

/* Pages that an RPCIT establishes take time, too, and the hypervisor is busy with them. */
static void test_a_hypervisor_is_busy_with_pages(void **state)
{
	struct run *r = run_new("sync-map-retry", "kvm", 0);

	(void)state;
	r->config.params.rpcit_page_ns = 100;
	begin(r);
	map_pages(r, 0, 0, 0, 4);
	map_pages(r, 0, 1, 1, 2);
	end(r);
	assert_int_equal(r->result.overrun_ns, TAKES + 4 * 100 + TAKES + 2 * 100);
	free(r);
}

/*
 * The map waits for its CPU, which is busy, and another CPU unmaps it already: it
 * is mapped when its turn comes, and unmapped again at once.
 */
static void test_an_unmap_waits_for_its_map_to_begin(void **state)
{
	struct run *r = run_new("strict", "zvm", 1 * MS);

	(void)state;
	begin(r);
	map(r, 0, 0, 0);
	map(r, 100, 0, 1);	/* begins at TAKES */
	unmap(r, 200, 1, 1);
	end(r);
	assert_int_equal(r->result.maps.succeeded, 2);
	assert_int_equal(r->result.skipped_unmaps, 0);
	assert_int_equal(r->result.kernel.mapped_pages, 2);
	assert_int_equal(r->result.kernel.unmapped_pages, 1);
	assert_int_equal(r->log.nr, 3);
	assert_rpcit(r, 1, TAKES, 0, IR_CAUSE_SYNC_MAP);
	assert_rpcit(r, 2, 2 * TAKES, 0, IR_CAUSE_SYNC);
	free(r);
}

/* The same while the map waits for its own RPCIT. */
static void test_an_unmap_waits_for_its_map_to_end(void **state)
{
	struct run *r = run_new("strict", "zvm", 1 * MS);

	(void)state;
	begin(r);
	map(r, 0, 0, 0);
	unmap(r, 200, 1, 0);
	end(r);
	assert_int_equal(r->result.kernel.mapped_pages, 1);
	assert_int_equal(r->result.kernel.unmapped_pages, 1);
	assert_int_equal(r->log.nr, 2);
	assert_rpcit(r, 1, TAKES, 0, IR_CAUSE_SYNC);
	free(r);
}

/*
 * The depot has no bound, and is trimmed, from Linux 6.7 on: what a thousand
 * mappings gave back is handed out in another order a second later.
 */
static void allocate_twice(struct run *r, const char *kernel)
{
	r->info.kernel = kernel;
	r->config.params.rpcit_base_ns = r->config.params.rpcit_page_ns = 0;
	r->config.params.cpus = 1;
	begin(r);
	for (uint32_t i = 0; i < 1000; i++)
		map(r, 0, 0, i);
	for (uint32_t i = 0; i < 1000; i++)
		unmap(r, 1000, 0, i);
	for (uint32_t i = 0; i < 1000; i++)
		map(r, SEC + i, 0, i);
	end(r);
	assert_int_equal(r->log.nr_iovas, 2000);
}

static bool depot_is_trimmed(const char *kernel)
{
	struct run *r = run_new("strict", "zvm", 2 * SEC), *old = run_new("strict", "zvm", 2 * SEC);
	bool same;

	allocate_twice(old, "6.1.0-50-s390x");
	allocate_twice(r, kernel);
	same = !memcmp(r->log.iova, old->log.iova, 2000 * sizeof(r->log.iova[0]));
	free(r);
	free(old);
	return !same;
}

static void test_depot_of_kernels(void **state)
{
	(void)state;
	assert_false(depot_is_trimmed("5.10.0"));
	assert_false(depot_is_trimmed("6.6.99"));
	assert_true(depot_is_trimmed("6.7.0"));
	assert_true(depot_is_trimmed("6.7"));
	assert_true(depot_is_trimmed("6.12.107+deb13-s390x"));
	assert_true(depot_is_trimmed("7.0"));
	assert_true(depot_is_trimmed(NULL));
}

/* Without memory for a stack to wait on the replay goes on to its end, and has failed. */
static void test_no_stack_to_wait_on(void **state)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	(void)state;
	skip();		/* they need memory themselves */
#else
	struct run *r = run_new("strict", "zvm", 10 * MS);
	struct rlimit was, none;
	struct ir_error err;
	struct ir_op ops[3];

	(void)state;
	/* The last one after the others' flushes. */
	for (uint16_t i = 0; i < 3; i++)
		ops[i] = (struct ir_op){ .kind = IR_OP_MAP, .time_ns = i < 2 ? UINT64_C(10) + i : 1 * MS,
					 .cpu = 1 + i, .mapping = 1 + i, .pages = 1, .seg_pages = 1,
					 .segments = 1 };
	begin(r);
	map(r, 0, 0, 0);
	assert_int_equal(getrlimit(RLIMIT_AS, &was), 0);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = was.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
	ir_engine_run(r->engine, ops, 3);
	assert_int_equal(setrlimit(RLIMIT_AS, &was), 0);
	assert_int_equal(ir_engine_finish(r->engine, &r->result, NULL, &err), -ENOMEM);
	ir_engine_free(r->engine);
	free(r);
#endif
}

/* Stacks are mappings of their own. */
static unsigned int nr_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned int n = 0;
	int c;

	assert_non_null(maps);
	while ((c = getc(maps)) != EOF)
		n += c == '\n';
	fclose(maps);
	return n;
}

/* However often a timer's flush waits for its RPCIT, it does not take a stack more each time. */
static void test_stacks_are_used_again(void **state)
{
	enum { TIMERS = 500 };
	struct run *r = run_new("sync-map-retry", "kvm", (TIMERS + 1) * 2 * SEC);
	unsigned int before = 0;

	(void)state;
	begin(r);
	for (uint32_t i = 0; i < TIMERS; i++) {
		map(r, i * 2 * SEC, 0, i);
		unmap(r, i * 2 * SEC + MS, 0, i);
		if (i == 10)
			before = nr_mappings();
	}
	assert_in_range(nr_mappings(), 0, before + 10);
	end(r);
	assert_int_equal(r->result.rpcit.by_cause[IR_CAUSE_QUEUE_TIMEOUT], TIMERS);
	free(r);
}

/*
 * While CPU 0 maps the first of two pieces, CPU 1 runs short.  Its global RPCIT gives 4 entries back and finds
 * that piece, so that the next map has 3; with the second piece, which is not there yet, they would not do.
 */
static void test_a_walk_sees_the_pieces_that_are_there(void **state)
{
	struct run *r = run_new("sync-map-retry", "kvm", 10 * MS);
	struct ir_op pieces[] = {
		{ .kind = IR_OP_MAP, .time_ns = 10000, .mapping = 1, .pages = 2, .seg_pages = 1, .segments = 2,
		  .sync_ns = 200000 },
		{ .kind = IR_OP_SEGMENT, .time_ns = 110000, .seg_pages = 1 },
	};

	(void)state;
	r->config.params.has_entry_limit = true;
	r->config.params.hypervisor.entry_limit = 6;
	begin(r);
	map_pages(r, 0, 1, 0, 4);
	unmap_pages(r, 5000, 1, 0, 4);
	ir_engine_run(r->engine, pieces, 2);
	map_pages(r, 50000, 1, 2, 2);
	map_pages(r, 60000, 1, 3, 2);
	unmap_pages(r, 150000, 1, 3, 2);
	end(r);
	assert_int_equal(r->result.maps.map_failed, 0);
	assert_int_equal(r->result.rpcit.insufficient, 2);
	assert_rpcit(r, 1, 50000, 1, IR_CAUSE_SYNC_MAP);
	assert_rpcit(r, 2, 50000 + TAKES, 1, IR_CAUSE_RETRY);
	assert_rpcit(r, 3, 60000, 1, IR_CAUSE_SYNC_MAP);
	assert_rpcit(r, 4, 210000, 0, IR_CAUSE_SYNC_MAP);
	assert_rpcit(r, 5, 210000 + TAKES, 0, IR_CAUSE_RETRY);
	free(r);
}

/*
 * An unmap may come behind the detach that ended its mapping: it is nothing then, and not the unmap of the next
 * mapping.  If none comes, the next mapping may have the place of the one that ended.
 */
static void test_an_unmap_behind_its_detach(void **state)
{
	struct run *r = run_new("strict", "kvm", 10 * MS);
	const struct ir_op detach = { .kind = IR_OP_DETACH, .time_ns = 100000, .mapping = IR_NO_MAPPING };

	(void)state;
	begin(r);
	map(r, 0, 0, 0);
	map(r, 50000, 0, 1);
	ir_engine_run(r->engine, &detach, 1);
	unmap(r, 200000, 1, 0);
	map(r, 300000, 0, 2);
	map(r, 350000, 0, 1);
	unmap(r, 400000, 0, 2);
	unmap(r, 450000, 0, 1);
	end(r);
	assert_int_equal(r->result.kernel.unmapped_pages, 2);
	assert_in_range(r->log.nr, 4, 64);
	assert_rpcit(r, r->log.nr - 4, 300000, 0, IR_CAUSE_SYNC_MAP);
	assert_rpcit(r, r->log.nr - 3, 350000, 0, IR_CAUSE_SYNC_MAP);
	assert_rpcit(r, r->log.nr - 2, 400000, 0, IR_CAUSE_SYNC);
	assert_rpcit(r, r->log.nr - 1, 450000, 0, IR_CAUSE_SYNC);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_stack_to_wait_on),
		cmocka_unit_test(test_stacks_are_used_again),
		cmocka_unit_test(test_a_busy_cpu_keeps_the_order),
		cmocka_unit_test(test_equal_wake_ups_keep_their_order),
		cmocka_unit_test(test_an_actor_goes_before_a_timer_of_the_same_time),
		cmocka_unit_test(test_a_lock_is_handed_over_at_once_and_in_turn),
		cmocka_unit_test(test_entries_are_stamped_with_started_flushes),
		cmocka_unit_test(test_a_hypervisor_that_serialises_is_busy),
		cmocka_unit_test(test_a_hypervisor_is_busy_with_pages),
		cmocka_unit_test(test_an_unmap_waits_for_its_map_to_begin),
		cmocka_unit_test(test_an_unmap_waits_for_its_map_to_end),
		cmocka_unit_test(test_depot_of_kernels),
		cmocka_unit_test(test_a_walk_sees_the_pieces_that_are_there),
		cmocka_unit_test(test_an_unmap_behind_its_detach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
