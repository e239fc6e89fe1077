// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verdicts: each rule of a sentence, which results are one row, and their order.
 */
#include "verdict/verdict_util.h"

/* Frees the table. */
static void assert_verdict(struct table *t, const char *expected)
{
	char *text = ir_verdict_entry(&t->entry);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
	free(t);
}

static void test_failures(void **state)
{
	struct table *t = table();

	(void)state;
	add(t, "strict", 2000, 5, 0, 0, 0);
	add(t, "legacy", 1001, 12, 100, 10, 20);
	assert_verdict(t, "Both strategies fail maps. strict fails fewest: 5 of 1,000.");

	t = table();
	add(t, "strict", 2000, 5, 0, 0, 0);
	add(t, "legacy", 1001, 5, 100, 10, 20);
	assert_verdict(t, "Both strategies fail maps. legacy fails 5 of 1,000, none fails fewer.");

	t = table();
	add(t, "strict", 2000, 0, 0, 0, 0);
	add(t, "legacy", 1001, 12, 100, 10, 20);
	assert_verdict(t, "legacy fails maps. strict flushes 2,000 times, and leaves no unmapped page reachable.");

	t = table();
	add(t, "strict", 2000, 5, 0, 0, 0);
	add(t, "legacy", 1001, 0, 100, 10, 20);
	add(t, "fq-flush", 1500, 0, 100, 10, 20);
	assert_verdict(t, "One of three strategies fails maps. Of the others, legacy flushes least, and unmapped "
			  "pages stay reachable for at most 20.0 ms.");
}

static void test_no_maps(void **state)
{
	struct table *t = table();

	(void)state;
	add(t, "strict", 0, 0, 0, 0, 0);
	t->results[0].maps.attempted = 0;
	t->info.window_from_ns = 1000;
	t->info.window_to_ns = 2000;
	assert_verdict(t, "There are no maps in this part of the recording.");
	t = table();
	add(t, "strict", 0, 0, 0, 0, 0);
	t->results[0].maps.attempted = 0;
	assert_verdict(t, "The recording has no maps.");
}

static void test_cost(void **state)
{
	struct table *t = table();

	(void)state;
	/* Within 1% of the maps the exposure decides. */
	add(t, "legacy", 1000, 0, 100, 500, 600);
	add(t, "sync-map-retry", 1010, 0, 100, 10, 20);
	assert_verdict(t, "No strategy fails a map. sync-map-retry flushes about as little as any (1,010 times), "
			  "and unmapped pages stay reachable for at most 20.0 ms.");
	/* Of two with the same number none flushes least. */
	t = table();
	add(t, "legacy", 1000, 0, 100, 500, 600);
	add(t, "sync-map-retry", 1000, 0, 100, 300, 400);
	assert_verdict(t, "No strategy fails a map. sync-map-retry flushes as little as any (1,000 times), and unmapped pages "
			  "stay reachable for at most 400 ms.");
	t = table();
	add(t, "legacy", 1000, 0, 100, 500, 600);
	add(t, "sync-map-retry", 1011, 0, 100, 300, 400);
	assert_verdict(t, "No strategy fails a map. legacy flushes least, and unmapped pages stay reachable for at "
			  "most 600 ms.");
	t = table();
	add(t, "legacy", 0, 0, 0, 0, 0);
	add(t, "strict", 5, 0, 0, 0, 0);
	assert_verdict(t, "No strategy fails a map. legacy needs no flush, and leaves no unmapped page reachable.");
}

/* Its figures of exposure are zero: they do not include what is always reachable. */
static void test_identity(void **state)
{
	struct table *t = table();

	(void)state;
	add(t, "identity", 0, 0, 0, 0, 0);
	t->strategies[0].identity = true;
	assert_verdict(t, "No map fails. identity needs no flush, but a device can reach all memory at any time.");
	t = table();
	add(t, "identity", 0, 0, 0, 0, 0);
	add(t, "null", 0, 0, 0, 0, 0);	/* not identical */
	add(t, "lazy", 10, 0, 100, 5, 7);
	t->strategies[0].identity = true;
	assert_verdict(t, "No strategy fails a map. identity needs no flush, but a device can reach all memory at any time; "
			  "null leaves no unmapped page reachable.");
	t = table();
	add(t, "identity", 0, 0, 0, 0, 0);
	add(t, "lazy", 20, 0, 100, 5, 7);
	t->strategies[0].identity = true;
	assert_verdict(t, "No strategy fails a map. identity needs no flush, but a device can reach all memory at any time; "
			  "lazy leaves unmapped pages reachable for 5.00 ms (99th percentile), for 20 flushes.");
}

static void test_exposure(void **state)
{
	struct table *t = table();

	(void)state;
	add(t, "legacy", 1000, 0, 100, 100, 301);
	add(t, "strict", 3000, 0, 100, 60, 70);
	assert_verdict(t, "No strategy fails a map. legacy flushes least; 99% of unmapped pages are out of reach "
			  "within 100 ms, the last after 301 ms.");
	t = table();
	add(t, "legacy", 1000, 0, 1000, 100, 301)->exposure.reachable_at_end = 10;
	add(t, "strict", 3000, 0, 0, 0, 0);
	assert_verdict(t, "No strategy fails a map. legacy flushes least; 99% of unmapped pages are out of reach "
			  "within 100 ms, the last not before the recording ends; strict leaves none reachable, for "
			  "3.0 times the flushes.");
	t = table();
	add(t, "legacy", 1000, 0, 1000, 100, 301)->exposure.reachable_at_end = 11;
	add(t, "strict", 2000, 0, 100, 50, 50);
	assert_verdict(t, "No strategy fails a map. legacy flushes least, and leaves 11 pages reachable until the "
			  "recording ends; strict cuts the 99th percentile from >= 100 ms to 50.0 ms, for twice the "
			  "flushes.");
	t = table();
	add(t, "legacy", 0, 0, 1000, 100, 200);
	add(t, "strict", 2000, 0, 0, 0, 0);
	assert_verdict(t, "No strategy fails a map. legacy needs no flush, and unmapped pages stay reachable for at "
			  "most 200 ms; strict leaves none reachable, for 2,000 flushes.");
}

static void test_twins(void **state)
{
	struct table *t = table();
	struct ir_rows rows;

	(void)state;
	add(t, "fq-flush", 1000, 0, 100, 10, 20);
	add(t, "map-inline", 1000, 0, 100, 10, 20)->peaks.queue_depth = 7;
	add(t, "sync-map-retry", 1000, 0, 100, 10, 20)->peaks.iova_pages = 9;
	assert_int_equal(ir_rows_make(&rows, &t->entry, 0, 3), 0);
	assert_int_equal(rows.nr, 1);
	assert_int_equal(rows.row[0].nr_members, 3);
	assert_int_equal(rows.row[0].members[0], 2);	/* what kernels do comes first */
	ir_rows_free(&rows);
	add(t, "strict", 1000, 0, 100, 10, 20);
	add(t, "legacy", 1000, 0, 100, 10, 20)->peaks.lazy_pages = 1;
	assert_int_equal(ir_rows_make(&rows, &t->entry, 0, 5), 0);
	assert_int_equal(rows.nr, 2);	/* peaks of lazily unmapped pages split */
	ir_rows_free(&rows);
	t->entry.nr_results = 3;
	assert_verdict(t, "No strategy fails a map. sync-map-retry (identical here: fq-flush, map-inline) flushes "
			  "1,000 times, and unmapped pages stay reachable for at most 20.0 ms.");
	t = table();
	for (int i = 0; i < 4; i++)
		add(t, i == 0 ? "strict" : i == 1 ? "legacy" : i == 2 ? "lazy-ignore" : "other", 7, 0, 0, 0, 0);
	assert_verdict(t, "No strategy fails a map. strict (and three identical here) flushes 7 times, and leaves no "
			  "unmapped page reachable.");
}

/* The same strategy with the same queue again is no other strategy. */
static void test_again(void **state)
{
	struct table *t = table();
	struct ir_rows rows;

	(void)state;
	add(t, "strict", 2000, 0, 0, 0, 0);
	add(t, "strict", 2000, 0, 0, 0, 0);
	add(t, "legacy-strict", 2000, 0, 0, 0, 0);
	assert_int_equal(ir_rows_make(&rows, &t->entry, 0, 3), 0);
	assert_int_equal(rows.row[0].nr_members, 2);
	assert_int_equal(rows.row[0].nr_results, 3);
	assert_int_equal(rows.row[0].members[1], 2);
	ir_rows_free(&rows);
	assert_verdict(t, "No strategy fails a map. strict (identical here: legacy-strict) flushes 2,000 times, and leaves "
			  "no unmapped page reachable.");
}

static void test_order(void **state)
{
	static const char *const expected[] = { "c", "b", "a", "d", "f", "e" };
	struct table *t = table();
	struct ir_rows rows;

	(void)state;
	add(t, "a", 1010, 0, 10, 30, 30);
	add(t, "b", 1000, 0, 10, 20, 20);
	add(t, "c", 1005, 0, 10, 10, 10);
	add(t, "d", 1011, 0, 10, 5, 5);
	add(t, "e", 900, 20, 10, 5, 5);
	add(t, "f", 1900, 10, 10, 5, 5);
	assert_int_equal(ir_rows_make(&rows, &t->entry, 0, 6), 0);
	assert_int_equal(rows.nr_safe, 4);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(t->configs[rows.row[i].members[0]].strategy->name, expected[i]);
	ir_rows_free(&rows);
	free(t);
}

/* Two rows never look alike. */
static void test_labels(void **state)
{
	struct table *t = table();
	struct ir_rows rows;
	char *names[2], *labels[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct ir_result *r = add(t, "fq-flush", 1000 + i, 0, 0, 0, 0);

		r->parameters.queue = IR_QUEUE_SINGLE;
		r->parameters.queue_size = i ? 256 : 32768;
		r->parameters.queue_timeout_ms = 10;
		r->parameters.hypervisor.entry_limit = 2048;
	}
	assert_int_equal(ir_rows_make(&rows, &t->entry, 0, 2), 0);
	for (size_t i = 0; i < 2; i++)
		names[i] = ir_row_name(&rows, &rows.row[i], 0);
	assert_string_equal(names[0], "fq-flush (32,768 slots)");
	assert_string_equal(names[1], "fq-flush (256 slots)");
	ir_rows_free(&rows);
	t->results[1].parameters.hypervisor.entry_limit = 64;
	assert_int_equal(ir_group_end(&t->entry, 0), 1);
	for (size_t i = 0; i < 2; i++)
		labels[i] = ir_result_label(&t->entry, i);
	assert_string_equal(labels[0], "fq-flush on kvm with 2,048 host mappings");
	assert_string_equal(labels[1], "fq-flush on kvm with 64 host mappings");
	for (size_t i = 0; i < 2; i++) {
		free(names[i]);
		free(labels[i]);
	}
	assert_verdict(t, "On kvm with 2,048 host mappings: No map fails. fq-flush flushes 1,000 times, and leaves no "
			  "unmapped page reachable. On kvm with 64 host mappings: No map fails. fq-flush flushes 1,001 "
			  "times, and leaves no unmapped page reachable.");
}

static void test_incomplete(void **state)
{
	struct table *t = table();

	(void)state;
	t->info.complete = false;
	add(t, "strict", 2000, 0, 0, 0, 0);
	assert_verdict(t, "Incomplete: figures may be too low. No map fails. strict flushes 2,000 times, and leaves no "
			  "unmapped page reachable.");
}

static void test_several(void **state)
{
	struct table *t = table(), *u = table();
	struct ir_report_entry entries[2];
	char *text;

	(void)state;
	add(t, "strict", 2000, 0, 0, 0, 0);
	add(t, "legacy", 1000, 5, 0, 0, 0);
	add(u, "strict", 2000, 0, 0, 0, 0);
	add(u, "legacy", 1000, 0, 0, 0, 0);
	entries[0] = t->entry;
	entries[1] = u->entry;
	text = ir_verdict_document(entries, 2);
	assert_string_equal(text, "One of two strategies fails maps in at least one of two recordings. legacy in one (a). "
				  "strict never does.");
	free(text);
	free(t);
	free(u);
}

/* Two timeouts, which strict does not have: a strategy with each of its queues counts, strict once. */
static void test_several_queues(void **state)
{
	static const uint32_t timeouts[] = { 100, 1000 };
	struct table *t[2] = { table(), table() };
	struct ir_report_entry entries[2];
	char *text;

	(void)state;
	for (int i = 0; i < 2; i++) {
		for (int k = 0; k < 2; k++) {
			struct ir_result *r;

			add(t[i], "strict", 2000, 0, 0, 0, 0);
			r = add(t[i], "lazy", 1000 + 100 * (uint64_t)k, 0, 10, 100, 100);
			r->parameters.queue = IR_QUEUE_SINGLE;
			r->parameters.queue_timeout_ms = timeouts[k];
		}
		entries[i] = t[i]->entry;
	}
	t[1]->results[3].maps.map_failed = 5;
	text = ir_verdict_document(entries, 2);
	assert_string_equal(text, "One of three combinations of strategy and queue fails maps in at least one of two recordings. "
				  "lazy (1,000 ms) in one (a). lazy (100 ms) and strict never do.");
	free(text);
	text = ir_verdict_entry(&entries[1]);
	assert_non_null(strstr(text, "One of three combinations of strategy and queue fails maps. Of the others, "));
	free(text);
	assert_int_equal(ir_strategies_of(&entries[0], 0, 4), 2);
	assert_int_equal(ir_strategies_of(&entries[0], 0, 0), 0);
	free(t[0]);
	free(t[1]);
}

static void last_line(void *arg, const char *label, const char *text)
{
	char *copy = strdup(text);

	if (!strcmp(label, "Try next")) {
		assert_string_equal(ir_marked_plain(copy), (const char *)arg);
	}
	free(copy);
}

static void assert_try_next(struct table *t, const char *expected)
{
	struct ir_rows rows;

	assert_int_equal(ir_rows_make(&rows, &t->entry, 0, t->entry.nr_results), 0);
	ir_words(&rows, IR_PLAIN, last_line, (void *)(uintptr_t)expected);
	ir_rows_free(&rows);
	free(t);
}

static void test_try_next(void **state)
{
	struct table *t = table();
	struct ir_result *r;

	(void)state;
	t->info.complete = false;
	/* info has no --aperture, and min-aperture needs none: only other commands repeat it. */
	add(t, "strict", 2000, 3, 0, 0, 0)->parameters.from.aperture = IR_FROM_USER;
	assert_try_next(t, "Record again, with larger buffers: parts of the recording are lost or damaged. iommu-replay "
			   "info dir/a.dat");
	t = table();
	r = add(t, "strict", 2000, 0, 0, 0, 0);
	r->maps.iova_exhausted = 1;
	r->parameters.from.aperture = IR_FROM_USER;
	assert_try_next(t, "How much address space is enough? iommu-replay sweep --find min-aperture dir/a.dat");
	t = table();
	r = add(t, "strict", 2000, 1, 0, 0, 0);
	r->parameters.hypervisor.entry_limit = 64;
	r->parameters.from.aperture = IR_FROM_USER;
	r->parameters.aperture = 4096;
	assert_try_next(t, "How many host mappings are enough? iommu-replay sweep --find min-entry-limit --vary "
			   "entry-limit=64:65535:x2 --aperture 4096 dir/a.dat");
	t = table();
	t->info.file = "it's.dat";
	add(t, "strict", 2000, 1, 0, 0, 0)->parameters.hypervisor.entry_limit = 64;
	assert_try_next(t, "How many host mappings are enough? iommu-replay sweep --find min-entry-limit --vary "
			   "entry-limit=64:65535:x2 'it'\\''s.dat'");
	t = table();
	r = add(t, "fq-flush", 2000, 0, 9, 800, 900);
	r->parameters.queue = IR_QUEUE_SINGLE;
	r->parameters.queue_timeout_ms = 1000;
	assert_try_next(t, "No limit was reached. What would another timeout of the queue change? iommu-replay sweep "
			   "--vary queue-timeout=10:1000:x2 dir/a.dat");
	t = table();
	t->info.rpcit.present = true;
	add(t, "strict", 2000, 0, 0, 0, 0);
	assert_try_next(t, "How far can the model be trusted? iommu-replay verify dir/a.dat");
}

static void test_numbers(void **state)
{
	(void)state;
	assert_string_equal(ir_count_text(0).s, "0");
	assert_string_equal(ir_count_text(999).s, "999");
	assert_string_equal(ir_count_text(1234567).s, "1,234,567");
	assert_string_equal(ir_rate_text(1234567.5).s, "1,234,568");
	assert_string_equal(ir_rate_text(0).s, "0");
	assert_string_equal(ir_rate_text(1e300).s, "1e+300");
	assert_string_equal(ir_rate_text(-1).s, "-1");
	assert_string_equal(ir_time_text(931 * MS, IR_PLAIN).s, "931 ms");
	assert_string_equal(ir_time_text(1020 * MS, IR_PLAIN).s, "1.02 s");
	assert_string_equal(ir_time_text(999600, IR_PLAIN).s, "1.00 ms");
	assert_string_equal(ir_time_text(7, IR_PLAIN).s, "7 ns");
	assert_string_equal(ir_time_text(10400, IR_TYPESET).s, "10.4\u00a0\u00b5s");
	assert_string_equal(ir_share_text(28, 1000).s, "2.8%");
	assert_string_equal(ir_share_text(25, 100).s, "25%");
	assert_string_equal(ir_share_text(1, 10000).s, "<0.1%");
	assert_string_equal(ir_share_text(9999, 10000).s, ">99%");
	assert_string_equal(ir_share_text(0, 10).s, "0%");
	assert_string_equal(ir_share_text(10, 10).s, "100%");
	assert_string_equal(ir_ratio_text(1.984).s, "1.98");
	assert_string_equal(ir_ratio_text(3.04).s, "3.0");
	assert_string_equal(ir_ratio_text(12.3).s, "12");
	assert_string_equal(ir_bytes_text(UINT64_C(2) << 30, IR_PLAIN).s, "2 GiB");
	assert_string_equal(ir_bytes_text(1500, IR_PLAIN).s, "1,500 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_no_maps),
		cmocka_unit_test(test_cost),
		cmocka_unit_test(test_exposure),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_several_queues),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_try_next),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
