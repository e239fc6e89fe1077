// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that is used again while stale translations reach it. */
#include "test_util.h"
#include "guest/reuse.h"

static void test_not_reused(void **state)
{
	struct ir_reuse r = { .nr = 0 };

	(void)state;
	ir_reuse_use(&r, 7, 5);		/* nothing reaches it */
	ir_reuse_note_stale(&r, 7);
	ir_reuse_end(&r, 7, 10, 20);
	assert_int_equal(r.pages, 0);
	assert_true(r.page_ns == 0);
	assert_int_equal(r.nr, 0);
	ir_reuse_free(&r);
}

static void test_reused(void **state)
{
	struct ir_reuse r = { .nr = 0 };

	(void)state;
	ir_reuse_note_stale(&r, 7);
	ir_reuse_use(&r, 7, 12);
	ir_reuse_use(&r, 7, 15);	/* it counts from the first use on */
	ir_reuse_end(&r, 7, 10, 20);
	assert_int_equal(r.pages, 1);
	assert_true(r.page_ns == 8);
	assert_int_equal(r.reused_now, 0);
	ir_reuse_free(&r);
}

/* One unmapped before the use, the other after it. */
static void test_two_translations(void **state)
{
	struct ir_reuse r = { .nr = 0 };

	(void)state;
	ir_reuse_note_stale(&r, 7);		/* at 10 */
	ir_reuse_use(&r, 7, 12);
	ir_reuse_note_stale(&r, 7);		/* at 14 */
	ir_reuse_end(&r, 7, 14, 20);
	assert_int_equal(r.pages, 0);
	ir_reuse_end(&r, 7, 10, 22);
	assert_int_equal(r.pages, 1);
	assert_true(r.page_ns == 10);
	assert_int_equal(r.nr, 0);
	ir_reuse_free(&r);
}

/* Many pages that come and go: none is lost, none is left over. */
static void test_many(void **state)
{
	struct ir_reuse r = { .nr = 0 };
	uint64_t now = 1;

	(void)state;
	for (uint64_t i = 0; i < 20000; i++)
		ir_reuse_note_stale(&r, i * 512);
	for (uint64_t i = 0; i < 20000; i += 2)
		ir_reuse_use(&r, i * 512, ++now);
	for (uint64_t i = 0; i < 20000; i++)
		ir_reuse_end(&r, (i * 7919 % 20000) * 512, 1, ++now);
	assert_int_equal(r.pages, 10000);
	assert_int_equal(r.nr, 0);
	assert_int_equal(r.reused_now, 0);
	assert_false(r.failed);
	ir_reuse_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_reused),
		cmocka_unit_test(test_reused),
		cmocka_unit_test(test_two_translations),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
