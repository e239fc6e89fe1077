// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations at the times of a prediction: none is lost, whichever CPU falls behind. */
#include <stdio.h>

#include <iommu-replay/load.h>
#include "test_path.h"
#include "test_util.h"

#define PAGES	64u

/* Pages are mapped and unmapped at random, each time on one of two CPUs; returns how often. */
static uint64_t make_recording(void)
{
	static const char *const text[] = {
		"map: IOMMU: iova=0x%016llx - 0x%016llx paddr=0x0000000040000000 size=4096\n",
		"unmap: IOMMU: iova=0x%016llx - 0x%016llx size=4096 unmapped_size=4096\n",
	};
	FILE *out = fopen(path, "w");
	bool live[PAGES] = { false };
	uint64_t random = 4711;
	unsigned int us = 0, n;

	assert_non_null(out);
	fputs("# tracer: nop\n#\n", out);
	for (n = 0; n < 3000; n++) {
		unsigned int page = (unsigned int)random_below(&random, PAGES);
		unsigned long long iova = (0x180000ULL + page) << 12;

		us += (unsigned int)random_below(&random, 300);
		fprintf(out, "  fio-100     [%03u] .....   100.%06u: ", (unsigned int)random_below(&random, 2), us);
		fprintf(out, text[live[page]], iova, iova + 4096);
		live[page] = !live[page];
	}
	assert_int_equal(fclose(out), 0);
	return n;
}

/* CPUs that wait for flushes of their own: an unmap would overtake its map on the other one. */
static void test_each_operation_is_replayed(void **state)
{
	struct ir_config config = {
		.strategy = ir_strategy_find("strict"), .hypervisor = ir_hypervisor_find("kvm"),
		.params = { .latency = IR_LATENCY_GIVEN, .rpcit_base_ns = 20000 },
	};
	struct ir_replay_options options = { .jobs = 1 };
	struct ir_error err = { "" };
	struct ir_recording *rec;
	struct ir_result result;
	struct ir_load *load;
	uint64_t n = make_recording();

	(void)state;
	rec = ir_recording_open(path, NULL, &err);
	assert_non_null(rec);
	load = ir_load_new(rec, &(struct ir_load_options){ .interrupted = NULL }, &err);
	assert_non_null(load);
	options.load = load;
	assert_int_equal(ir_replay(rec, &config, 1, &options, &result, &err), 0);
	assert_int_equal(result.rpcit.total, n);
	assert_int_equal(result.maps.attempted, result.rpcit.by_cause[IR_CAUSE_SYNC_MAP]);
	ir_load_free(load);
	ir_recording_close(rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_operation_is_replayed),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
