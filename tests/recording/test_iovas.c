// SPDX-License-Identifier: GPL-2.0-or-later
/* The IOVA allocator's state at the recording's start, inferred from mappings. */
#include "test_util.h"
#include "recording/iovas.h"

static struct ir_iova_survey *s;

static int begin(void **state)
{
	(void)state;
	s = calloc(1, sizeof(*s));
	return s ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	ir_iovas_clear(s);
	free(s);
	return 0;
}

static void map_on_cpu(uint16_t cpu, uint64_t pfn, uint32_t pages)
{
	const struct ir_op op = { .cpu = cpu, .iova = pfn << IR_PAGE_SHIFT, .pages = pages };

	assert_int_equal(ir_iovas_map(s, &op), 0);
}

static void map_pfn(uint64_t pfn, uint32_t pages)
{
	map_on_cpu(0, pfn, pages);
}

static void assert_free(size_t i, uint64_t pfn, uint32_t pages, bool in_magazine)
{
	assert_true(i < s->nr_free);
	assert_int_equal(s->free[i].pfn, pfn);
	assert_int_equal(s->free[i].pages, pages);
	assert_int_equal(s->free[i].in_magazine, in_magazine);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_int_equal(ir_iovas_taken(s), 0);
	map_pfn(0, 1);	/* page 0 is no address */
	assert_int_equal(ir_iovas_taken(s), 0);
	assert_int_equal(s->nr_free, 0);
}

/* Without one below all others only the lowest is known to be at the edge. */
static void test_magazines_alone(void **state)
{
	(void)state;
	map_pfn(1000, 1);
	map_pfn(1002, 1);
	map_pfn(1000, 1);
	assert_int_equal(s->nr_free, 2);
	assert_free(0, 1000, 1, true);
	assert_free(1, 1002, 1, true);
	assert_int_equal(ir_iovas_taken(s), 1000);
}

/* The first one below all before is from the tree, and so is what lies below it. */
static void test_tree(void **state)
{
	(void)state;
	map_pfn(1000, 1);
	map_pfn(900, 1);
	map_pfn(899, 1);
	assert_int_equal(s->nr_free, 1);
	assert_int_equal(ir_iovas_taken(s), 901);
	/* Above it, and its CPU was at the tree for this size: a gap there. */
	map_pfn(950, 1);
	assert_free(1, 950, 1, false);
	/* Of another size, or another CPU: in a magazine. */
	map_pfn(960, 2);
	assert_free(2, 960, 2, true);
	map_on_cpu(1, 970, 1);
	assert_free(3, 970, 1, true);
	assert_int_equal(s->free[3].cpu, 1);
	/* Larger ranges are in no magazine. */
	map_pfn(1024, 64);
	assert_free(4, 1024, 64, false);
}

/* Between ranges from the tree lies what the recording left, which was free anyway. */
static void test_gap_of_the_recording(void **state)
{
	(void)state;
	map_pfn(1000, 1);
	map_pfn(992, 2);
	map_pfn(984, 2);
	map_pfn(988, 2);
	assert_int_equal(s->nr_free, 1);
	assert_int_equal(ir_iovas_taken(s), 994);
}

/* Sizes up to 32 pages are rounded up, as the allocator does. */
static void test_rounded(void **state)
{
	(void)state;
	map_pfn(1024, 5);
	assert_free(0, 1024, 8, true);
	map_pfn(1029, 1);	/* within: was handed out */
	assert_int_equal(s->nr_free, 1);
}

/* A range put together by the tree: what was not handed out before was free at the start. */
static void test_gaps_within_a_range(void **state)
{
	(void)state;
	map_pfn(1001, 1);
	map_pfn(1003, 1);
	map_pfn(900, 1);
	map_pfn(1000, 4);
	assert_int_equal(s->nr_free, 4);
	assert_free(2, 1000, 1, false);
	assert_free(3, 1002, 1, false);
	/* Each once. */
	map_pfn(1000, 4);
	map_pfn(1001, 1);
	assert_int_equal(s->nr_free, 4);
	/* Not those below the first range from the tree. */
	map_pfn(900 - 7, 8);
	assert_int_equal(s->nr_free, 4);
}

/* Too many are counted, and nothing is told. */
static void test_too_many(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < IR_START_IOVAS; i++)
		map_pfn(100000 + 2 * i, 1);
	assert_int_equal(s->left_out, 0);
	assert_int_equal(ir_iovas_taken(s), 100000);
	map_pfn(200000, 1);
	assert_int_equal(s->left_out, IR_START_IOVAS + 1);
	assert_int_equal(ir_iovas_taken(s), 0);
	map_pfn(300000, 1);
	assert_int_equal(s->nr_free, IR_START_IOVAS);
}

static void test_too_many_gaps(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < IR_START_IOVAS; i++)
		map_pfn(100000 + 2 * i, 1);
	map_pfn(100000, 4);
	assert_int_equal(s->left_out, IR_START_IOVAS + 1);
	assert_int_equal(ir_iovas_taken(s), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_nothing),
		TEST(test_magazines_alone),
		TEST(test_tree),
		TEST(test_gap_of_the_recording),
		TEST(test_rounded),
		TEST(test_gaps_within_a_range),
		TEST(test_too_many),
		TEST(test_too_many_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
