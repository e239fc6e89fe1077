// SPDX-License-Identifier: GPL-2.0-or-later
/* The ring of a flush queue by itself; how domains use it is in test_strategy.c. */
#include "test_util.h"
#include "guest/fq.h"

static void add(struct ir_fq_ring *ring, uint64_t pfn, uint64_t counter)
{
	assert_int_equal(ir_fq_add(ring, (struct ir_fq_entry){ pfn, pfn + 1, counter }), 0);
}

static void assert_takes(struct ir_fq_ring *ring, uint64_t finished, uint64_t pfn)
{
	struct ir_fq_entry e;

	assert_true(ir_fq_take(ring, finished, &e));
	assert_int_equal(e.pfn, pfn);
	assert_int_equal(e.pages, pfn + 1);
}

static void assert_takes_none(struct ir_fq_ring *ring, uint64_t finished)
{
	struct ir_fq_entry e;
	uint32_t count = ring->count;

	assert_false(ir_fq_take(ring, finished, &e));
	assert_int_equal(ring->count, count);
}

static void test_empty(void **state)
{
	struct ir_fq_ring ring = { 0 };

	(void)state;
	assert_takes_none(&ring, 0);
	assert_takes_none(&ring, UINT64_MAX);
	assert_null(ring.entries);	/* nothing is allocated before it is used */
}

/*
 * An entry stamped with the number of started flushes may go once a flush that
 * began later is finished: counter < finished, not <=.
 */
static void test_counters(void **state)
{
	struct ir_fq_ring ring = { 0 };

	(void)state;
	add(&ring, 100, 0);
	add(&ring, 101, 0);
	add(&ring, 102, 1);
	assert_takes_none(&ring, 0);
	assert_takes(&ring, 1, 100);
	assert_takes(&ring, 1, 101);
	assert_takes_none(&ring, 1);
	assert_int_equal(ring.count, 1);
	assert_takes(&ring, 2, 102);
	assert_takes_none(&ring, UINT64_MAX);
	free(ring.entries);
}

/* The oldest blocks those behind it, as the kernel's loop from the head does. */
static void test_head_blocks(void **state)
{
	struct ir_fq_ring ring = { 0 };

	(void)state;
	add(&ring, 100, 5);
	add(&ring, 101, 0);
	assert_takes_none(&ring, 3);
	assert_takes(&ring, 6, 100);
	assert_takes(&ring, 3, 101);
	free(ring.entries);
}

/* Growing in any position of the head keeps the order; room stays a power of two. */
static void test_growth(void **state)
{
	(void)state;
	for (uint64_t shift = 0; shift < 300; shift += 37) {
		struct ir_fq_ring ring = { 0 };
		uint64_t in = 0, out = 0;

		while (in < shift) {	/* move the head along an almost empty ring */
			add(&ring, in++, 0);
			assert_takes(&ring, 1, out++);
		}
		for (unsigned int i = 0; i < 2000; i++) {
			add(&ring, in++, 0);
			assert_true(ring.room >= ring.count);
			assert_int_equal(ring.room & (ring.room - 1), 0);
			if (i % 3 == 0)
				assert_takes(&ring, 1, out++);
		}
		assert_int_equal(ring.count, in - out);
		while (out < in)
			assert_takes(&ring, 1, out++);
		assert_int_equal(ring.count, 0);
		free(ring.entries);
	}
}

/* A ring of a bounded depth needs bounded memory, however long it is used. */
static void test_no_growth_without_need(void **state)
{
	struct ir_fq_ring ring = { 0 };
	uint64_t in = 0, out = 0;

	(void)state;
	while (in < 200)
		add(&ring, in++, 0);
	while (in < 100000) {
		add(&ring, in++, 0);
		assert_takes(&ring, 1, out++);
	}
	assert_int_equal(ring.room, 256);
	free(ring.entries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_head_blocks),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_no_growth_without_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
