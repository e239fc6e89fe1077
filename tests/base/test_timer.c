// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The timer wheel.  From kernel/time/timer.c, Linux 6.12 (calc_wheel_index(),
 * calc_index(), LVL_START()): a timer of fewer than 63 jiffies goes to level 0,
 * fewer than 63 * 8 to level 1, and so on, eight times as many per level; on
 * level n it fires at the next multiple of 8^n jiffies after its expiry, never
 * at the expiry itself.
 */
#include "test_util.h"
#include "base/timer.h"

/* When a timer fires that is armed @j jiffies and a bit after 0, in jiffies. */
static uint64_t fires(uint64_t j, uint32_t ms, uint32_t hz)
{
	uint64_t tick = SEC / hz;
	uint64_t at = ir_timer_expiry(j * tick + tick / 3, ms, hz, 0);

	assert_int_equal(at % tick, 0);
	return at / tick;
}

/* 10 ms at HZ 250 are 2.5 jiffies, rounded up to 3 by msecs_to_jiffies(). */
static void test_per_cpu_queue(void **state)
{
	(void)state;
	for (uint64_t j = 0; j < 20; j++)
		assert_int_equal(fires(j, 10, 250), j + 4);
	/* at HZ 100 it is one jiffy: between 10 and 20 ms after the call */
	for (uint64_t j = 0; j < 20; j++)
		assert_int_equal(fires(j, 10, 100), j + 2);
}

/* 1000 ms: 100 or 250 jiffies, level 1, so the next multiple of 8 above the expiry. */
static void test_single_queue(void **state)
{
	(void)state;
	assert_int_equal(fires(0, 1000, 100), 104);
	assert_int_equal(fires(3, 1000, 100), 104);	/* expiry 103 */
	assert_int_equal(fires(4, 1000, 100), 112);	/* 104 exactly: the one after */
	assert_int_equal(fires(11, 1000, 100), 112);
	assert_int_equal(fires(12, 1000, 100), 120);
	assert_int_equal(fires(0, 1000, 250), 256);
	assert_int_equal(fires(5, 1000, 250), 256);
	assert_int_equal(fires(6, 1000, 250), 264);
}

/* At HZ 1000 a jiffy is a millisecond, so @ms are jiffies. */
static void test_borders_of_levels(void **state)
{
	uint64_t gran = 1;

	(void)state;
	assert_int_equal(fires(0, 62, 1000), 63);	/* the last of level 0 */
	assert_int_equal(fires(0, 63, 1000), 64);	/* level 1: 63 -> 64 */
	assert_int_equal(fires(0, 64, 1000), 72);
	assert_int_equal(fires(0, 503, 1000), 504);	/* the last of level 1 */
	assert_int_equal(fires(0, 504, 1000), 512);	/* level 2 */
	assert_int_equal(fires(0, 512, 1000), 576);
	for (unsigned int level = 1; level < 8; level++) {
		uint64_t begin = 63 * gran;	/* LVL_START(level) */

		/* the jiffy before belongs to the level below, with its granularity */
		assert_int_equal(fires(0, (uint32_t)begin - 1, 1000),
				 ((begin - 1) / gran + 1) * gran);
		gran *= 8;
		assert_int_equal(fires(0, (uint32_t)begin, 1000), (begin / gran + 1) * gran);
	}
}

/*
 * A level begins with 63 jiffies of its granularity, not with 64: one that is armed
 * at jiffy 1 fires at a multiple of 8.
 */
static void test_a_level_has_63_jiffies(void **state)
{
	(void)state;
	assert_int_equal(fires(1, 62, 1000), 64);	/* expiry 63, to the jiffy */
	assert_int_equal(fires(1, 63, 1000), 72);	/* expiry 64, level 1: the next multiple of 8 */
	assert_int_equal(fires(8, 503, 1000), 512);	/* expiry 511, still level 1 */
	assert_int_equal(fires(9, 503, 1000), 520);
	assert_int_equal(fires(8, 504, 1000), 576);	/* expiry 512, level 2: a multiple of 64 */
}

/* Never early, never more than one granule late. */
static void test_never_early(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		uint32_t hz = i % 2 ? 250 : 100;
		uint64_t now = random_below(&seed, 1000 * SEC);
		uint32_t ms = (uint32_t)(1 + random_below(&seed, 60000));
		uint64_t at = ir_timer_expiry(now, ms, hz, now / 3);
		uint64_t jiffy = SEC / hz;
		/* 1/8 of the delay, at most a granule of 8/63 of it, and two jiffies of rounding */
		uint64_t late = ms * MS / 7 + 2 * jiffy;

		/* "now" is within a jiffy that has begun: up to one jiffy of the delay is gone */
		assert_true(at > now + ms * MS - jiffy);
		assert_true(at <= now + ms * MS + late);
	}
}

/* A delay of 0 fires with the next jiffy; a large clock does not overflow. */
static void test_extremes(void **state)
{
	(void)state;
	assert_int_equal(fires(7, 0, 100), 8);
	assert_int_equal(fires(UINT64_C(1) << 36, 10, 250), (UINT64_C(1) << 36) + 4);
	assert_int_equal(fires(0, 1, 1), 2);
	assert_int_equal(fires(0, 1, 10000), 11);
}

/*
 * Jiffies that begin elsewhere move everything with them: the wheel knows no
 * other clock.  That holds for a call before @phase as well.
 */
static void test_phase(void **state)
{
	uint64_t seed = 9;

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		uint32_t hz = i % 2 ? 250 : 100;
		uint32_t ms = (uint32_t)(1 + random_below(&seed, 3000));
		uint64_t grain = ir_timer_grain(ms, hz);
		uint64_t now = random_below(&seed, 10 * SEC);
		uint64_t phase = random_below(&seed, 100 * SEC);

		assert_int_equal(ir_timer_expiry(now + phase, ms, hz, phase),
				 ir_timer_expiry(now, ms, hz, 0) + phase);
		/* every multiple of the grain away from it is as good a phase */
		assert_int_equal(ir_timer_expiry(now + phase, ms, hz, phase + 1000 * grain),
				 ir_timer_expiry(now, ms, hz, 0) + phase);
	}
	/* one jiffy before a multiple of 8: expiry at the 99th after it, fires at the 104th */
	assert_int_equal(ir_timer_expiry(0, 1000, 100, 10 * MS), 10 * MS + 104 * 10 * MS);
	assert_int_equal(ir_timer_grain(1000, 100), 80 * MS);
	assert_int_equal(ir_timer_grain(1000, 250), 32 * MS);
	assert_int_equal(ir_timer_grain(10, 250), 4 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_per_cpu_queue),
		cmocka_unit_test(test_single_queue),
		cmocka_unit_test(test_borders_of_levels),
		cmocka_unit_test(test_a_level_has_63_jiffies),
		cmocka_unit_test(test_never_early),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_phase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
