// SPDX-License-Identifier: GPL-2.0-or-later
/* An interrupted replay has no results, whatever its threads had done; nor has a prediction. */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>

#include <iommu-replay/load.h>
#include <iommu-replay/plugin.h>
#include <iommu-replay/replay.h>
#include "test_path.h"
#include "test_util.h"

#define MAPS	5000u	/* two blocks of operations */

static volatile int interrupted;
static bool all_read;

static void make_recording(void)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs("# tracer: nop\n#\n", out);
	for (unsigned int i = 0; i < MAPS; i++)
		fprintf(out, "  fio-100     [000] .....   1.%06u: map: IOMMU: iova=0x%016" PRIx64 " - 0x%016"
			PRIx64 " paddr=0x1000 size=4096\n", i, (UINT64_C(0x180000) + i) << 12,
			(UINT64_C(0x180001) + i) << 12);
	assert_int_equal(fclose(out), 0);
}

static void note_progress(void *arg, uint64_t done, uint64_t total)
{
	(void)arg;
	if (done >= total)
		__atomic_store_n(&all_read, true, __ATOMIC_RELEASE);
}

/* Interrupts when all operations were read, so that only the threads have still something to do. */
static void interrupt(void *arg, const struct ir_op *op, uint64_t iova)
{
	struct timespec tick = { .tv_nsec = 50000000 };

	(void)arg;
	(void)op;
	(void)iova;
	if (interrupted)
		return;
	while (!__atomic_load_n(&all_read, __ATOMIC_ACQUIRE))
		sched_yield();
	nanosleep(&tick, NULL);	/* the reader sees the end; if it does not, the outcome is the same */
	interrupted = 1;
}

static void test_after_reading(void **state)
{
	const struct ir_observer observer = { .mapped = interrupt };
	struct ir_config configs[2] = {
		{ .strategy = ir_strategy_find("strict"), .hypervisor = ir_hypervisor_find("kvm"),
		  .observer = &observer },
		{ .strategy = ir_strategy_find("legacy"), .hypervisor = ir_hypervisor_find("kvm") },
	};
	struct ir_replay_options options = {
		.jobs = 2, .progress = note_progress, .interrupted = &interrupted,
	};
	struct ir_result results[2];
	struct ir_error err = { "" };
	struct ir_recording *rec;

	(void)state;
	make_recording();
	rec = ir_recording_open(path, NULL, &err);
	assert_non_null(rec);
	assert_int_equal(ir_replay(rec, configs, 2, &options, results, &err), -EINTR);
	assert_string_equal(err.text, "interrupted");
	ir_recording_close(rec);
}

/* The flag of a load ends the loop of its predictions: the replays before it have none here. */
static void test_prediction(void **state)
{
	const struct ir_config config = {
		.strategy = ir_strategy_find("strict"), .hypervisor = ir_hypervisor_find("kvm"),
		.params = { .latency = IR_LATENCY_GIVEN, .rpcit_base_ns = 1000 },
	};
	volatile int flag = 0;
	const struct ir_load_options load_options = { .interrupted = &flag };
	struct ir_replay_options options = { .jobs = 1 };
	struct ir_result result;
	struct ir_error err = { "" };
	struct ir_recording *rec;
	struct ir_load *load;

	(void)state;
	make_recording();
	rec = ir_recording_open(path, NULL, &err);
	assert_non_null(rec);
	load = ir_load_new(rec, &load_options, &err);
	assert_non_null(load);
	options.load = load;
	assert_int_equal(ir_replay(rec, &config, 1, &options, &result, &err), 0);
	flag = 1;
	assert_int_equal(ir_replay(rec, &config, 1, &options, &result, &err), -EINTR);
	assert_string_equal(err.text, "interrupted");
	ir_load_free(load);
	ir_recording_close(rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_after_reading),
		cmocka_unit_test(test_prediction),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
