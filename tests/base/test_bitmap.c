// SPDX-License-Identifier: GPL-2.0-or-later
/* The sparse bitmap against a plain array, and at its edges. */
#include "test_util.h"

static struct ir_bitmap *make(uint64_t bits)
{
	struct ir_bitmap *map = ir_bitmap_new(bits);

	assert_non_null(map);
	return map;
}

static void assign(struct ir_bitmap *map, uint64_t first, uint64_t last, bool value)
{
	assert_int_equal(ir_bitmap_assign(map, first, last, value), 0);
}

static uint64_t next_in_array(const uint8_t *bits, uint64_t n, uint64_t from, bool value)
{
	for (; from < n; from++)
		if (bits[from] == value)
			return from;
	return IR_BITMAP_NONE;
}

/* Every bit, and the ends of every run, both ways. */
static void compare(const struct ir_bitmap *map, const uint8_t *bits, uint64_t n)
{
	for (unsigned int value = 0; value < 2; value++) {
		uint64_t next = IR_BITMAP_NONE;

		assert_int_equal(ir_bitmap_next(map, n, value), IR_BITMAP_NONE);
		for (uint64_t i = n; i-- > 0;) {
			if (bits[i] == value)
				next = i;
			assert_int_equal(ir_bitmap_next(map, i, value), next);
		}
	}
}

/* Page by page, from the top. */
static uint64_t fit_in_array(const uint8_t *bits, uint64_t first, uint64_t last, uint64_t size)
{
	uint64_t align = 1;

	while (align < size)
		align *= 2;
	for (uint64_t at = last / align * align; at + 1 > first; at -= align) {
		uint64_t i = 0;

		while (i < size && !bits[at + i])
			i++;
		if (i == size)
			return at;
		if (at < align)
			break;
	}
	return IR_BITMAP_NONE;
}

/* Page by page, from below. */
static uint64_t run_in_array(const uint8_t *bits, uint64_t n, uint64_t from, uint64_t size)
{
	uint64_t have = 0;

	for (uint64_t i = from; i < n; i++) {
		have = bits[i] ? 0 : have + 1;
		if (have == size)
			return i + 1 - size;
	}
	return IR_BITMAP_NONE;
}

static void find_room(struct ir_bitmap *map, const uint8_t *bits, uint64_t n, uint64_t *seed,
		      uint64_t longest)
{
	uint64_t size = 1 + random_below(seed, random_below(seed, 2) ? longest : 64);
	uint64_t first = random_below(seed, n), last = random_below(seed, n);

	if (random_below(seed, 2))
		first = 0;
	if (size > n)
		size = n;
	if (last > n - size)
		last = n - size;
	if (first <= last)
		assert_int_equal(ir_bitmap_fit(map, first, last, size),
				 fit_in_array(bits, first, last, size));
	assert_int_equal(ir_bitmap_run(map, first, size), run_in_array(bits, n, first, size));
}

/* Some bits from @first on are claimed, if they can be: whether there is a way to see it or not. */
static bool claim(struct ir_bitmap *map, uint8_t *bits, uint64_t n, uint64_t first)
{
	uint64_t last = first + first % 3 < n ? first + first % 3 : n - 1;

	if (!ir_bitmap_claim(map, first, last))
		return false;
	assert_int_equal(next_in_array(bits, last + 1, first, true), IR_BITMAP_NONE);
	memset(bits + first, 1, last - first + 1);
	return true;
}

static void run_random(uint64_t n, unsigned int steps, uint64_t seed, uint64_t longest)
{
	struct ir_bitmap *map = make(n);
	uint8_t *bits = calloc(n, 1);
	unsigned int claimed = 0;

	assert_non_null(bits);
	for (unsigned int step = 0; step < steps; step++) {
		uint64_t first = random_below(&seed, n);
		uint64_t len = 1 + random_below(&seed, longest);
		uint64_t last = first + len - 1 < n ? first + len - 1 : n - 1;
		bool value = random_below(&seed, 2) != 0;
		uint64_t from = random_below(&seed, n + 2);

		assign(map, first, last, value);
		memset(bits + first, value, last - first + 1);
		claimed += claim(map, bits, n, first);
		assert_int_equal(ir_bitmap_next_set(map, from),
				 next_in_array(bits, n, from, true));
		assert_int_equal(ir_bitmap_next_clear(map, from),
				 next_in_array(bits, n, from, false));
		find_room(map, bits, n, &seed, longest);
		if (step % 512 == 511)
			compare(map, bits, n);
	}
	compare(map, bits, n);
	assert_true(claimed > 0);
	free(bits);
	ir_bitmap_free(map);
}

/* Short ranges keep it patchy, long ones make and break whole subtrees. */
static void test_random(void **state)
{
	(void)state;
	run_random(300, 4096, 1, 40);
	run_random(4096, 4096, 2, 200);		/* exactly one leaf of 64 x 64 */
	run_random(4097, 4096, 3, 5000);
	run_random(300007, 4096, 4, 20000);
	run_random(300007, 2048, 5, 300007);
}

/*
 * Nearly full, as where room is looked for in vain: what one search found out must not
 * hide what is cleared later.
 */
static void test_random_when_nearly_full(void **state)
{
	enum { BITS = 70000 };
	struct ir_bitmap *map = make(BITS);
	uint8_t *bits = calloc(BITS, 1);
	uint64_t seed = 6;

	(void)state;
	assert_non_null(bits);
	for (uint64_t i = 0; i < BITS; i += 3) {
		assign(map, i, i, true);
		bits[i] = true;
	}
	for (unsigned int step = 0; step < 20000; step++) {
		uint64_t size = 1 + random_below(&seed, 5), first = random_below(&seed, BITS - 8);
		uint64_t at = random_below(&seed, 4) ? first : 0;
		bool value = random_below(&seed, 8) != 0;

		assert_int_equal(ir_bitmap_run(map, at, size), run_in_array(bits, BITS, at, size));
		assert_int_equal(ir_bitmap_fit(map, 0, BITS - size, size),
				 fit_in_array(bits, 0, BITS - size, size));
		first = step % 2 ? first : ir_bitmap_run(map, 0, 2);
		if (first == IR_BITMAP_NONE)
			first = 17;
		size = value ? 1 : 1 + random_below(&seed, 3);
		assign(map, first, first + size - 1, value);
		memset(bits + first, value, size);
	}
	free(bits);
	ir_bitmap_free(map);
}

/* Set and cleared in one leaf, without a search in between: the nodes above must know. */
static void test_room_after_a_search_in_vain(void **state)
{
	enum { BITS = 600000 };	/* two whole subtrees, and a part of one */
	struct ir_bitmap *map = make(BITS);

	(void)state;
	for (uint64_t i = 0; i < BITS; i += 2)
		assign(map, i, i, true);
	for (uint64_t at = 1000; at < BITS; at += 90000) {
		assert_int_equal(ir_bitmap_run(map, 0, 2), IR_BITMAP_NONE);
		assert_int_equal(ir_bitmap_fit(map, 0, BITS - 2, 2), IR_BITMAP_NONE);
		assign(map, at + 1, at + 1, true);
		assign(map, at, at + 1, false);
		assert_int_equal(ir_bitmap_run(map, 0, 2), at - 1);
		assert_int_equal(ir_bitmap_fit(map, 0, BITS - 2, 2), at);
		assign(map, at, at, true);
	}
	ir_bitmap_free(map);
}

/* A row of clear bits over words, leaves and subtrees. */
static void test_long_runs(void **state)
{
	static const uint64_t edges[] = { 64, 4096, 262144 };
	enum { BITS = 600000 };
	struct ir_bitmap *map = make(BITS);

	(void)state;
	assign(map, 0, BITS - 1, true);
	assert_int_equal(ir_bitmap_run(map, 0, 1), IR_BITMAP_NONE);
	for (size_t i = 0; i < 3; i++) {
		uint64_t edge = edges[i];

		assign(map, edge - 5, edge + 4, false);
		assert_int_equal(ir_bitmap_run(map, 0, 10), edge - 5);
		assert_int_equal(ir_bitmap_run(map, 0, 11), IR_BITMAP_NONE);
		assert_int_equal(ir_bitmap_run(map, edge - 3, 8), edge - 3);
		assert_int_equal(ir_bitmap_run(map, edge - 3, 9), IR_BITMAP_NONE);
		assign(map, edge + 5, edge + 5, false);
		assert_int_equal(ir_bitmap_run(map, 0, 11), edge - 5);
		assign(map, edge - 5, edge + 5, true);
	}
	assign(map, 4000, 500000, false);
	assert_int_equal(ir_bitmap_run(map, 0, 496001), 4000);
	assert_int_equal(ir_bitmap_run(map, 0, 496002), IR_BITMAP_NONE);
	/* Not behind the end. */
	assign(map, BITS - 3, BITS - 1, false);
	assert_int_equal(ir_bitmap_run(map, 500001, 3), BITS - 3);
	assert_int_equal(ir_bitmap_run(map, 500001, 4), IR_BITMAP_NONE);
	assert_int_equal(ir_bitmap_run(map, BITS, 1), IR_BITMAP_NONE);
	assert_int_equal(ir_bitmap_run(map, 0, BITS + 1), IR_BITMAP_NONE);
	ir_bitmap_free(map);
}

static void test_empty_and_full(void **state)
{
	static const uint64_t sizes[] = {
		1, 2, 63, 64, 65, 4095, 4096, 4097, 262143, 262144, 262145,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t n = sizes[i];
		struct ir_bitmap *map = make(n);

		assert_int_equal(ir_bitmap_next_clear(map, 0), 0);
		assert_int_equal(ir_bitmap_next_set(map, 0), IR_BITMAP_NONE);
		assign(map, 0, n - 1, true);
		/* no clear bit may be found behind the last one */
		assert_int_equal(ir_bitmap_next_clear(map, 0), IR_BITMAP_NONE);
		assert_int_equal(ir_bitmap_next_clear(map, n - 1), IR_BITMAP_NONE);
		assert_int_equal(ir_bitmap_next_set(map, n - 1), n - 1);
		assert_int_equal(ir_bitmap_next_set(map, n), IR_BITMAP_NONE);
		assign(map, n - 1, n - 1, false);
		assert_int_equal(ir_bitmap_next_clear(map, 0), n - 1);
		assign(map, 0, n - 1, false);
		assert_int_equal(ir_bitmap_next_set(map, 0), IR_BITMAP_NONE);
		ir_bitmap_free(map);
	}
}

static void test_first_and_last_bit(void **state)
{
	struct ir_bitmap *map = make(1000);

	(void)state;
	assign(map, 0, 0, true);
	assign(map, 999, 999, true);
	assert_int_equal(ir_bitmap_next_set(map, 0), 0);
	assert_int_equal(ir_bitmap_next_set(map, 1), 999);
	assert_int_equal(ir_bitmap_next_clear(map, 0), 1);
	assert_int_equal(ir_bitmap_next_clear(map, 999), IR_BITMAP_NONE);
	assert_int_equal(ir_bitmap_next_set(map, 1000), IR_BITMAP_NONE);
	assert_int_equal(ir_bitmap_next_set(map, UINT64_MAX), IR_BITMAP_NONE);
	ir_bitmap_free(map);
}

/* An aperture of all IOVAs: full, a hole of one bit, full again. */
static void test_large(void **state)
{
	const uint64_t n = UINT64_C(1) << 52;
	struct ir_bitmap *map = make(n);

	(void)state;
	assign(map, 0, n - 1, true);
	assert_int_equal(ir_bitmap_next_clear(map, 0), IR_BITMAP_NONE);
	assign(map, n / 3, n / 3, false);
	assert_int_equal(ir_bitmap_next_clear(map, 0), n / 3);
	assert_int_equal(ir_bitmap_next_set(map, n / 3), n / 3 + 1);
	assert_int_equal(ir_bitmap_next_clear(map, n / 3 + 1), IR_BITMAP_NONE);
	assign(map, n / 3, n / 3, true);
	assert_int_equal(ir_bitmap_next_clear(map, 0), IR_BITMAP_NONE);
	assign(map, 1, n - 2, false);
	assert_int_equal(ir_bitmap_next_set(map, 0), 0);
	assert_int_equal(ir_bitmap_next_set(map, 1), n - 1);
	assert_int_equal(ir_bitmap_next_clear(map, 1), 1);
	assert_int_equal(ir_bitmap_next_clear(map, n - 1), IR_BITMAP_NONE);
	ir_bitmap_free(map);
}

/* Random ranges of a large map, seen as the sorted list of what they leave set. */
static void test_large_random(void **state)
{
	const uint64_t n = UINT64_C(1) << 60, block = n / 512;
	struct ir_bitmap *map = make(n);
	uint8_t bits[512] = { 0 };
	uint64_t seed = 6;

	(void)state;
	for (unsigned int step = 0; step < 2000; step++) {
		uint64_t a = random_below(&seed, 512), b = random_below(&seed, 512);
		uint64_t first = a < b ? a : b, last = a < b ? b : a;
		bool value = random_below(&seed, 2) != 0;
		uint64_t found = next_in_array(bits, 512, a, !value);

		/* what is of the other value is found at its block's begin */
		if (found != IR_BITMAP_NONE)
			found = found == a ? a * block + 7 : found * block;
		assert_int_equal(ir_bitmap_next(map, a * block + 7, !value), found);
		assign(map, first * block, (last + 1) * block - 1, value);
		memset(bits + first, value, last - first + 1);
	}
	ir_bitmap_free(map);
}

static void test_free_null(void **state)
{
	(void)state;
	ir_bitmap_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_random_when_nearly_full),
		cmocka_unit_test(test_room_after_a_search_in_vain),
		cmocka_unit_test(test_long_runs),
		cmocka_unit_test(test_empty_and_full),
		cmocka_unit_test(test_first_and_last_bit),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_large_random),
		cmocka_unit_test(test_free_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
