// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verification of recordings made by hand: which difference is the first one, what
 * tolerances allow, and which strategy a recording shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <iommu-replay/verify.h>
#include "test_path.h"

static FILE *out;

/* The text of ftrace, microseconds after 100 s. */
static void text_begin(void)
{
	out = fopen(path, "w");
	assert_non_null(out);
	fputs("# tracer: nop\n#\n", out);
}

static void text_map(unsigned int us, unsigned int cpu, uint64_t page)
{
	fprintf(out, "  fio-%u     [%03u] .....   100.%06u: map: IOMMU: iova=0x%016llx - 0x%016llx "
		"paddr=0x0000000040000000 size=4096\n", 100 + cpu, cpu, us,
		(unsigned long long)page << 12, (unsigned long long)(page + 1) << 12);
}

static void text_rpcit(unsigned int us, unsigned int cpu, uint64_t page, uint64_t pages)
{
	fprintf(out, "  fio-%u     [%03u] .....   100.%06u: rpcit: (zpci_refresh_trans+0x0/0x100) "
		"fn=0x7 addr=0x%llx range=0x%llx\n", 100 + cpu, cpu, us,
		(unsigned long long)page << 12, (unsigned long long)pages << 12);
}

static struct ir_verify verify_text(const char *strategy, const char *hypervisor)
{
	const struct ir_recording_options options = { .rpcits = true };
	const struct ir_config config = {
		.strategy = ir_strategy_find(strategy),
		.hypervisor = ir_hypervisor_find(hypervisor),
	};
	struct ir_recording *rec;
	struct ir_result result;
	struct ir_verify verify;
	struct ir_error err = { "" };

	assert_int_equal(fclose(out), 0);
	rec = ir_recording_open(path, &options, &err);
	if (!rec)
		fail_msg("%s", err.text);
	assert_int_equal(ir_verify(rec, &config, NULL, &result, &verify, &err), 0);
	ir_recording_close(rec);
	return verify;
}

/* Recorded RPCITs without a predicted one, on several CPUs: the earliest is the difference. */
static void test_the_earliest_recorded_one_is_left_over(void **state)
{
	struct ir_verify v;

	(void)state;
	text_begin();
	for (unsigned int cpu = 0; cpu < 4; cpu++)
		text_map(cpu, cpu, 0x100 + 2 * cpu);
	text_rpcit(13, 1, 0x102, 1);
	text_rpcit(14, 2, 0x104, 1);
	text_rpcit(15, 0, 0x100, 1);
	text_rpcit(16, 1, 0x102, 1);
	text_rpcit(17, 3, 0x106, 1);
	v = verify_text("sync-map-retry", "lpar");
	assert_true(v.comparable);
	assert_false(v.same_sequence);
	assert_true(v.want.present);
	assert_false(v.got.present);
	assert_int_equal(v.want.cpu, 1);
	assert_int_equal(v.want.time_ns, UINT64_C(100000013000));
}

/* Predicted ones without a recorded one, likewise. */
static void test_the_earliest_predicted_one_is_left_over(void **state)
{
	struct ir_verify v;

	(void)state;
	text_begin();
	text_map(1, 3, 0x106);
	text_rpcit(2, 3, 0x106, 1);	/* the only one that is both recorded and predicted */
	text_map(5, 2, 0x104);
	text_map(6, 0, 0x100);
	text_map(7, 1, 0x102);
	v = verify_text("sync-map-retry", "kvm");
	assert_false(v.same_sequence);
	assert_int_equal(v.compared, 1);
	assert_false(v.want.present);
	assert_true(v.got.present);
	assert_int_equal(v.got.cpu, 2);
	assert_int_equal(v.got.time_ns, UINT64_C(100000005000));
}

/* One of another size is a difference where it is met, not at the end. */
static void test_the_first_one_that_differs(void **state)
{
	struct ir_verify v;

	(void)state;
	text_begin();
	text_map(1, 0, 0x100);
	text_rpcit(2, 0, 0x100, 1);
	text_map(3, 0, 0x200);
	text_rpcit(4, 0, 0x200, 2);
	text_map(5, 0, 0x300);
	v = verify_text("sync-map-retry", "kvm");
	assert_false(v.same_sequence);
	assert_int_equal(v.compared, 2);
	assert_true(v.want.present && v.got.present);
	assert_int_equal(v.want.pages, 2);
	assert_int_equal(v.got.pages, 1);
	assert_false(v.difference_in_queue);
}

static void test_equal_sequences(void **state)
{
	struct ir_verify v;

	(void)state;
	text_begin();
	for (unsigned int i = 0; i < 200; i++) {
		text_map(10 * i, i % 3, 0x100 + 2 * i);
		text_rpcit(10 * i + 1, i % 3, 0x100 + 2 * i, 1);
	}
	v = verify_text("sync-map-retry", "kvm");
	assert_true(v.same_sequence);
	assert_int_equal(v.compared, 200);
	assert_int_equal(v.predicted.total, 200);
	assert_int_equal(v.recorded.total, 200);
	assert_int_equal(v.recorded.queue_full, IR_NOT_KNOWN);
	assert_true(ir_verify_equal(&v, 0, 0));
}

/* Totals may be off by so many, or so many per cent of the recorded value, whichever is more. */
static void test_tolerances(void **state)
{
	struct ir_verify v = { .recorded = { .total = 200 }, .predicted = { .total = 190 } };

	(void)state;
	for (unsigned int i = 1; i < IR_VERIFY_TOTALS; i++)
		((uint64_t *)&v.recorded)[i] = IR_NOT_KNOWN;
	v.predicted.global = 77;	/* not recorded: not compared */
	assert_false(ir_verify_equal(&v, 9, 0));
	assert_true(ir_verify_equal(&v, 10, 0));
	assert_false(ir_verify_equal(&v, 0, 4.9));
	assert_true(ir_verify_equal(&v, 0, 5));
	assert_true(ir_verify_equal(&v, 10, 1));
	assert_true(ir_verify_equal(&v, 1, 5));
	v.predicted.total = 210;	/* the other way round */
	assert_false(ir_verify_equal(&v, 9, 4.9));
	assert_true(ir_verify_equal(&v, 10, 0));
	v.recorded.queue_timeout = 1;	/* each of them counts */
	assert_false(ir_verify_equal(&v, 0, 5));
	assert_true(ir_verify_equal(&v, 10, 0));
	/* Exactly as many as allowed, by shares that no double is. */
	v.recorded.queue_timeout = IR_NOT_KNOWN;
	v.recorded.total = 25000;
	v.predicted.total = 25575;
	assert_true(ir_verify_equal(&v, 0, 2.3));
	assert_false(ir_verify_equal(&v, 0, 2.2999));
	v.recorded.total = 1000000000;
	v.predicted.total = 1000000000 - 2900001;
	assert_false(ir_verify_equal(&v, 0, 0.29));
	v.predicted.total++;
	assert_true(ir_verify_equal(&v, 0, 0.29));
}

static const char *guess(uint64_t syncs, uint64_t unmaps, uint64_t undone, bool s390_dma_api)
{
	struct ir_recording_info info = {
		.rpcit = { .present = true, .sync = syncs },
		.ops = { .unmap = unmaps, .undone_map = undone },
		.machine.s390_dma_api = s390_dma_api,
	};

	return ir_verify_guess(&info)->name;
}

/* More than half of the unmaps were flushed on their own, undone maps aside: a strict machine. */
static void test_guess(void **state)
{
	struct ir_recording_info vtd = { .flushes = { .present = true, .range = 9 },
					 .ops = { .unmap = 10 } };

	(void)state;
	assert_string_equal(guess(0, 0, 0, false), "sync-map-retry");
	assert_string_equal(guess(50, 100, 0, false), "sync-map-retry");
	assert_string_equal(guess(51, 100, 0, false), "strict");
	assert_string_equal(guess(51, 100, 51, false), "sync-map-retry");
	assert_string_equal(guess(52, 100, 51, false), "strict");
	assert_string_equal(guess(0, 100, 0, true), "legacy");
	assert_string_equal(guess(100, 100, 0, true), "legacy-strict");
	assert_string_equal(ir_verify_guess(&vtd)->name, "strict");
	/* A strategy with a queue follows strict domains, too. */
	vtd.types_vary = true;
	assert_string_equal(ir_verify_guess(&vtd)->name, "sync-map-retry");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_earliest_recorded_one_is_left_over),
		cmocka_unit_test(test_the_earliest_predicted_one_is_left_over),
		cmocka_unit_test(test_the_first_one_that_differs),
		cmocka_unit_test(test_equal_sequences),
		cmocka_unit_test(test_tolerances),
		cmocka_unit_test(test_guess),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
