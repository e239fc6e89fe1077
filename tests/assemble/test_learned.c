// SPDX-License-Identifier: GPL-2.0-or-later
/* Facts from a recording: the duration of an RPCIT, the owners of functions and domains. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "assemble/latency.h"
#include "assemble/owners.h"

static void assert_fit(struct ir_latency *l, uint64_t base_ns, uint64_t page_ns)
{
	uint64_t base, page;

	ir_latency_fit(l, &base, &page);
	assert_int_equal(base, base_ns);
	assert_int_equal(page, page_ns);
	free(l);
}

static struct ir_latency *latency(void)
{
	struct ir_latency *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	return l;
}

/* 1000 ns and 50 for each page, whichever sizes there are, and however often. */
static void test_base_and_page(void **state)
{
	struct ir_latency *l = latency();

	(void)state;
	assert_fit(latency(), 0, 0);
	for (unsigned int i = 0; i < 300; i++)
		ir_latency_add(l, 1 + i % 5, 1000 + 50 * (1 + i % 5));
	assert_fit(l, 1000, 50);
}

/* A stalled machine makes a few very long: they do not count, nor does what is no duration. */
static void test_outliers(void **state)
{
	struct ir_latency *l = latency();

	(void)state;
	for (unsigned int i = 0; i < 101; i++) {
		ir_latency_add(l, 1, i % 10 ? 1050 : 4000000);
		ir_latency_add(l, 11, i % 10 ? 1550 : 4000000);
		ir_latency_add(l, 6, UINT64_C(1) << 40);
	}
	assert_fit(l, 1000, 50);
}

/* One size tells no price of a page; longer ranges that are faster are no negative one. */
static void test_no_slope(void **state)
{
	struct ir_latency *l = latency();

	(void)state;
	ir_latency_add(l, 8, 700);
	assert_fit(l, 700, 0);
	l = latency();
	ir_latency_add(l, 1, 900);
	ir_latency_add(l, 100, 500);
	assert_fit(l, 700, 0);
}

/* All of it is per page: the base is 1, as 0 means that nothing is known. */
static void test_no_base(void **state)
{
	struct ir_latency *l = latency();

	(void)state;
	ir_latency_add(l, 1, 10);
	ir_latency_add(l, 10, 1000);
	assert_fit(l, 1, 91);
}

/* Of more sizes than are looked at the first ones count; of each so many. */
static void test_bounds(void **state)
{
	struct ir_latency *l = latency();

	(void)state;
	for (unsigned int pages = 1; pages <= IR_LATENCY_SIZES; pages++)
		for (unsigned int i = 0; i < IR_LATENCY_SAMPLES; i++)
			ir_latency_add(l, pages, 500 + 10 * pages);
	for (unsigned int i = 0; i < 1000; i++) {
		ir_latency_add(l, IR_LATENCY_SIZES + 1, 99999);
		ir_latency_add(l, 1, 99999);	/* it has its samples already */
	}
	assert_int_equal(l->nr_sizes, IR_LATENCY_SIZES);
	assert_int_equal(l->size[0].n, IR_LATENCY_SAMPLES);
	assert_int_equal(l->size[0].count, IR_LATENCY_SAMPLES + 1000);
	assert_fit(l, 500, 10);
}

static void test_owners(void **state)
{
	struct ir_owners *o = calloc(1, sizeof(*o)), *other;

	(void)state;
	assert_non_null(o);
	assert_int_equal(ir_owner_device(o, IR_OWNER_FUNCTION, 7), 0);
	ir_owner_set_device(o, IR_OWNER_FUNCTION, 7, 2);
	ir_owner_set_device(o, IR_OWNER_DOMAIN, 7, 3);	/* the same number of another kind */
	ir_owner_set_device(o, IR_OWNER_FUNCTION, 8, 0);	/* nothing is learned */
	assert_int_equal(ir_owner_device(o, IR_OWNER_FUNCTION, 7), 2);
	assert_int_equal(ir_owner_device(o, IR_OWNER_DOMAIN, 7), 3);
	assert_int_equal(ir_owners_count(o, IR_OWNER_FUNCTION), 1);
	ir_owner_set_device(o, IR_OWNER_FUNCTION, 7, 5);	/* the last one is right */
	assert_int_equal(ir_owner_device(o, IR_OWNER_FUNCTION, 7), 5);

	other = malloc(sizeof(*other));
	assert_non_null(other);
	*other = *o;
	assert_true(ir_owners_equal(o, other));
	ir_owner_set_device(other, IR_OWNER_FUNCTION, 7, 6);
	assert_false(ir_owners_equal(o, other));
	*other = *o;
	ir_owner_find(other, IR_OWNER_ZDEV, 1);
	assert_false(ir_owners_equal(o, other));
	ir_owner_find(o, IR_OWNER_ZDEV, 2);
	assert_false(ir_owners_equal(o, other));
	free(other);
	free(o);
}

/* There is room for so many; more are not known, and that is. */
static void test_too_many_owners(void **state)
{
	struct ir_owners *o = calloc(1, sizeof(*o));

	(void)state;
	assert_non_null(o);
	for (uint64_t key = 0; key < IR_OWNERS; key++)
		ir_owner_set_device(o, IR_OWNER_DOMAIN, key, (uint16_t)(key % 9 + 1));
	assert_false(o->full);
	assert_int_equal(ir_owner_device(o, IR_OWNER_DOMAIN, IR_OWNERS - 1),
			 (IR_OWNERS - 1) % 9 + 1);
	assert_int_equal(ir_owner_device(o, IR_OWNER_DOMAIN, IR_OWNERS), 0);
	assert_true(o->full);
	ir_owner_set_device(o, IR_OWNER_DOMAIN, IR_OWNERS, 4);
	assert_int_equal(ir_owner_device(o, IR_OWNER_DOMAIN, IR_OWNERS), 0);
	assert_int_equal(ir_owner_device(o, IR_OWNER_DOMAIN, 0), 1);
	free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base_and_page),
		cmocka_unit_test(test_outliers),
		cmocka_unit_test(test_no_slope),
		cmocka_unit_test(test_no_base),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_owners),
		cmocka_unit_test(test_too_many_owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
