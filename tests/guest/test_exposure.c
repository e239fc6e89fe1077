// SPDX-License-Identifier: GPL-2.0-or-later
/* The exposure histogram: exact sums, percentiles within their bound. */
#include "test_util.h"

static struct ir_exposure *make(void)
{
	struct ir_exposure *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	return e;
}

static void destroy(struct ir_exposure *e)
{
	assert_false(e->failed);
	ir_exposure_free(e);
	free(e);
}

static void test_nothing(void **state)
{
	struct ir_exposure *e = make();

	(void)state;
	assert_int_equal(ir_exposure_percentile(e, 50), 0);
	ir_exposure_add(e, 0, 100);	/* flushed in the same instant: no exposure */
	assert_int_equal(e->pages, 0);
	assert_int_equal(e->max_ns, 0);
	assert_true(e->page_ns == 0);
	assert_int_equal(ir_exposure_percentile(e, 99), 0);
	destroy(e);
}

/* Below 64 ns, and for powers of two up to there, there is nothing to round. */
static void test_small_are_exact(void **state)
{
	struct ir_exposure *e = make();

	(void)state;
	for (uint64_t ns = 1; ns <= 50; ns++)
		ir_exposure_add(e, ns, 2);
	assert_int_equal(e->pages, 100);
	assert_int_equal(e->max_ns, 50);
	assert_true(e->page_ns == 2 * 50 * 51 / 2);
	assert_int_equal(ir_exposure_percentile(e, 1), 1);
	assert_int_equal(ir_exposure_percentile(e, 2), 1);
	assert_int_equal(ir_exposure_percentile(e, 3), 2);
	assert_int_equal(ir_exposure_percentile(e, 50), 25);
	assert_int_equal(ir_exposure_percentile(e, 99), 50);
	assert_int_equal(ir_exposure_percentile(e, 100), 50);
	destroy(e);
}

/* One value: every percentile is that value, because none is above the maximum. */
static void test_one_value(void **state)
{
	static const uint64_t values[] = {
		1, 63, 64, 65, 127, 128, 1000003, 1040 * MS, UINT64_MAX,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct ir_exposure *e = make();

		ir_exposure_add(e, values[i], 7);
		assert_int_equal(e->pages, 7);
		assert_int_equal(e->max_ns, values[i]);
		assert_int_equal(ir_exposure_percentile(e, 1), values[i]);
		assert_int_equal(ir_exposure_percentile(e, 99), values[i]);
		destroy(e);
	}
}

static int compare_u64(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

#define SAMPLES	20000u

static void check_percentiles(const uint64_t *sorted, const struct ir_exposure *e)
{
	for (unsigned int percent = 1; percent <= 100; percent++) {
		/* the smallest value that so many of the pages do not exceed */
		uint64_t truth = sorted[(SAMPLES * percent + 99) / 100 - 1];
		uint64_t got = ir_exposure_percentile(e, percent);

		assert_true(got >= truth);
		assert_true(got - truth <= truth / 64);
	}
}

/* Values of all magnitudes: never below the true one, never more than 1/64 above. */
static void test_percentile_bound(void **state)
{
	uint64_t *v = malloc(SAMPLES * sizeof(*v));
	uint64_t seed = 11;

	(void)state;
	assert_non_null(v);
	for (unsigned int round = 0; round < 4; round++) {
		struct ir_exposure *e = make();
		double sum = 0;

		for (unsigned int i = 0; i < SAMPLES; i++) {
			/* below 2^36 ns (about a minute) the sum is exact in a double */
			v[i] = 1 + (next_random(&seed) >> 28 >> random_below(&seed, 34));
			sum += (double)v[i];
			ir_exposure_add(e, v[i], 1);
		}
		qsort(v, SAMPLES, sizeof(*v), compare_u64);
		assert_int_equal(e->pages, SAMPLES);
		assert_int_equal(e->max_ns, v[SAMPLES - 1]);
		assert_true(e->page_ns == sum);
		check_percentiles(v, e);
		destroy(e);
	}
	free(v);
}

/* Percentiles weigh pages, not calls: 99 pages at 10 ns and one at 1000. */
static void test_weights(void **state)
{
	struct ir_exposure *e = make();

	(void)state;
	ir_exposure_add(e, 1000, 1);
	ir_exposure_add(e, 10, 99);
	assert_int_equal(ir_exposure_percentile(e, 99), 10);
	assert_int_equal(ir_exposure_percentile(e, 100), 1000);
	assert_true(e->page_ns == 1000 + 990);
	destroy(e);
}

/* A hundred times more pages than 64 bits of percent would bear. */
static void test_huge_counts(void **state)
{
	struct ir_exposure *e = make();

	(void)state;
	ir_exposure_add(e, 5, UINT64_C(1) << 61);
	ir_exposure_add(e, 50, UINT64_C(1) << 61);
	assert_int_equal(ir_exposure_percentile(e, 50), 5);
	assert_int_equal(ir_exposure_percentile(e, 51), 50);
	destroy(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_small_are_exact),
		cmocka_unit_test(test_one_value),
		cmocka_unit_test(test_percentile_bound),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_huge_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
