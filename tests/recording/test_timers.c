// SPDX-License-Identifier: GPL-2.0-or-later
/* Facts from recorded timers of flush queues: jiffies, their phase, lateness, owners. */
#include "test_util.h"
#include "base/timer.h"
#include "recording/timers.h"

static struct ir_timer_samples s;

/* @n timers of @ms, armed at odd times, that fire @late_ns after they expired. */
static void sample(unsigned int n, uint32_t ms, uint32_t hz, uint64_t phase, uint64_t late_ns)
{
	uint64_t now = 10 * SEC, seed = 7;

	ir_timers_free(&s);
	for (unsigned int i = 0; i < n; i++) {
		now += random_below(&seed, 100 * MS);
		ir_timers_armed(&s, now);
		ir_timers_armed(&s, now + 1000);	/* it is on already */
		now = ir_timer_expiry(now, ms, hz, phase) + late_ns;
		ir_timers_fired(&s, now);
	}
}

static void test_too_few_tell_nothing(void **state)
{
	struct ir_timer_estimate est;

	(void)state;
	sample(0, 1000, 250, 0, 0);
	est = ir_timers_estimate(&s, 0, 250);
	assert_int_equal(est.hz, 0);
	assert_false(est.late_known);
	sample(3, 1000, 250, 0, 0);
	assert_false(ir_timers_estimate(&s, 0, 250).late_known);
	sample(4, 1000, 250, 0, 0);
	assert_true(ir_timers_estimate(&s, 0, 250).late_known);
}

/* Delays shorter than any of the kernel's timeouts are of something else. */
static void test_no_timeout(void **state)
{
	struct ir_timer_estimate est;

	(void)state;
	ir_timers_free(&s);
	for (uint64_t i = 1; i < 20; i++) {
		ir_timers_armed(&s, i * SEC);
		ir_timers_fired(&s, i * SEC + 5 * MS);
	}
	est = ir_timers_estimate(&s, 0, 250);
	assert_int_equal(est.hz, 0);
	assert_false(est.late_known);
}

/* A flush that nothing armed is no sample, and no more are kept than there is room for. */
static void test_samples(void **state)
{
	(void)state;
	ir_timers_free(&s);
	ir_timers_fired(&s, SEC);
	assert_int_equal(s.n, 0);
	/* It is on: a later unmap does not arm it. */
	ir_timers_armed(&s, 2 * SEC);
	ir_timers_armed(&s, 3 * SEC);
	ir_timers_fired(&s, 4 * SEC);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.at[0].armed_ns, 2 * SEC);
	assert_int_equal(s.at[0].fired_ns, 4 * SEC);
	assert_int_equal(s.left_out, 0);
	sample(IR_TIMER_SAMPLES + 10, 1000, 250, 0, 0);
	assert_int_equal(s.n, IR_TIMER_SAMPLES);
	assert_int_equal(s.left_out, 10);
}

/* The wheel's granularity shows how long a jiffy is, and where they begin. */
static void test_jiffies(void **state)
{
	static const uint32_t rates[] = { 100, 250, 1000 };
	static struct ir_stall stalls[200];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		uint64_t grain = ir_timer_grain(1000, rates[i]), phase = grain / 128 * 41;	/* between two that are tried */
		struct ir_timer_estimate est;

		sample(200, 1000, rates[i], phase, 100000);
		est = ir_timers_estimate(&s, 0, 250);
		assert_int_equal(est.hz, rates[i]);
		assert_true(est.phase_ns <= phase + grain / 32 && est.phase_ns + grain / 32 >= phase);
		assert_true(est.late_known && est.late_ns < grain / 16 + 200000);
		/* No timer was early, but for the few that were armed when a jiffy may have begun already or not. */
		assert_true(ir_timers_stalls(&s, &est, rates[i], stalls) > 195);
	}
}

/*
 * Two of four fit any length of a jiffy by chance, the others were late: which it is remains open, and
 * the default's phase is taken.
 */
static void test_jiffies_undecided(void **state)
{
	struct ir_timer_estimate est;

	(void)state;
	sample(4, 1000, 250, 0, 100000);
	s.at[1].fired_ns += 45 * MS;
	est = ir_timers_estimate(&s, 0, 250);
	assert_int_equal(est.hz, 0);
	assert_true(est.phase_known && est.late_known);
	assert_true(est.late_ns < MS);
	assert_int_equal(ir_timers_estimate(&s, 250, 100).hz, 250);
	/* More decide. */
	sample(12, 1000, 250, 0, 100000);
	s.at[1].fired_ns += 45 * MS;
	assert_int_equal(ir_timers_estimate(&s, 0, 100).hz, 250);
}

/* A known HZ of the kernel is not replaced by an estimate. */
static void test_known_jiffies(void **state)
{
	struct ir_timer_estimate est;

	(void)state;
	sample(200, 1000, 100, 0, 100000);
	assert_int_equal(ir_timers_estimate(&s, 0, 250).hz, 100);
	est = ir_timers_estimate(&s, 250, 100);
	assert_true(est.hz == 250 || est.hz == 0);
	sample(200, 1000, 250, 0, 100000);
	assert_int_equal(ir_timers_estimate(&s, 250, 100).hz, 250);
}

/* If timers are late by different times, only their mean is known. */
static void test_lateness(void **state)
{
	struct ir_timer_estimate est;
	uint64_t seed = 5, sum = 0;
	unsigned int n = 0;

	(void)state;
	sample(0, 10, 250, 0, 0);
	for (uint64_t i = 1; i <= 100; i++) {
		uint64_t armed = i * SEC, late = random_below(&seed, 40 * MS);

		ir_timers_armed(&s, armed);
		ir_timers_fired(&s, ir_timer_expiry(armed, 10, 250, 0) + late);
		if (i == 1)	/* may have been armed before the recording */
			continue;
		sum += late;
		n++;
	}
	est = ir_timers_estimate(&s, 250, 100);
	assert_int_equal(est.hz, 0);
	assert_true(est.late_known);
	assert_int_equal(est.late_ns, sum / n);
	/* A machine that stood still says nothing about timers. */
	ir_timers_armed(&s, 200 * SEC);
	ir_timers_fired(&s, 230 * SEC);
	assert_int_equal(ir_timers_estimate(&s, 250, 100).late_ns, sum / n);
}

/* A lateness of less than a jiffy is not spread over whole ones. */
static void test_rest_of_lateness(void **state)
{
	struct ir_timer_estimate est;

	(void)state;
	sample(0, 10, 250, 0, 0);
	for (uint64_t i = 0; i < 101; i++) {
		uint64_t armed = i * SEC + MS;

		ir_timers_armed(&s, armed);
		ir_timers_fired(&s, ir_timer_expiry(armed, 10, 250, 0) + MS / 2 + (i % 2 ? 4 * MS : 0));
	}
	est = ir_timers_estimate(&s, 250, 100);
	assert_int_equal(est.phase_ns, MS / 2);	/* a jiffy may well begin then, as none fired earlier */
	assert_int_equal(est.late_ns, 2 * MS);
	assert_int_equal(est.rest_ns, 0);
	s.at[20].fired_ns += MS;
	est = ir_timers_estimate(&s, 250, 100);
	assert_int_equal(est.late_ns, 2 * MS + MS / 100);
	assert_int_equal(est.rest_ns, MS / 100);
}

/* Timers that are late by up to 20 ms, or early now and then: jiffies begin so that no more are early. */
static void test_phase_of_late_timers(void **state)
{
	struct ir_timer_estimate est;
	uint64_t seed = 7;

	(void)state;
	sample(0, 10, 250, 0, 0);
	for (uint64_t i = 1; i <= 400; i++) {
		uint64_t armed = i * SEC + random_below(&seed, 4 * MS);

		ir_timers_armed(&s, armed);
		ir_timers_fired(&s, ir_timer_expiry(armed, 10, 250, 13 * MS / 10) + random_below(&seed, 20 * MS) -
				(i % 100 == 50 ? 22 * MS : 0));
	}
	est = ir_timers_estimate(&s, 250, 100);
	assert_false(est.phase_known);
	assert_true(est.phase_ns >= 12 * MS / 10 && est.phase_ns <= 14 * MS / 10);
	assert_true(est.late_ns > 9 * MS && est.late_ns < 11 * MS);
	assert_true(est.rest_ns > 3 * MS / 2 && est.rest_ns < 5 * MS / 2);
}

/*
 * From the expiry of a timer, 16 ms after it was armed at 1 ms, until it fired the machine ran none.  The second one fired
 * before it could, and the third one was armed before the second had fired: it is another device's.
 */
static void test_stalls(void **state)
{
	struct ir_timer_estimate est = { .late_known = true };
	struct ir_stall stalls[8];

	(void)state;
	ir_timers_free(&s);
	for (uint64_t i = 1; i <= 4; i++) {
		ir_timers_armed(&s, i * SEC + MS);
		ir_timers_fired(&s, i * SEC + 216 * MS);
	}
	ir_timers_armed(&s, 5 * SEC + MS);
	ir_timers_fired(&s, 5 * SEC + 12 * MS);
	ir_timers_armed(&s, 4 * SEC + 900 * MS);
	ir_timers_fired(&s, 5 * SEC + 20 * MS);
	assert_int_equal(ir_timers_stalls(&s, &est, 250, stalls), 5);
	for (uint64_t i = 1; i <= 4; i++) {
		assert_int_equal(stalls[i - 1].from_ns, i * SEC + 16 * MS);
		assert_int_equal(stalls[i - 1].until_ns, i * SEC + 216 * MS);
	}
	assert_int_equal(stalls[4].from_ns, 5 * SEC + 12 * MS);
	assert_int_equal(stalls[4].until_ns, 5 * SEC + 20 * MS);
	est.late_known = false;
	assert_int_equal(ir_timers_stalls(&s, &est, 250, stalls), 0);
}

/* A second is no stall, but a firing that was not recorded, unless all are. */
static void test_long_stalls(void **state)
{
	struct ir_timer_estimate est = { .late_known = true };
	struct ir_stall stalls[4];

	(void)state;
	ir_timers_free(&s);
	for (uint64_t i = 1; i <= 4; i++) {
		ir_timers_armed(&s, 10 * i * SEC + MS);
		ir_timers_fired(&s, 10 * i * SEC + (i == 2 ? 2016 : 216) * MS);
	}
	assert_int_equal(ir_timers_stalls(&s, &est, 250, stalls), 3);
	assert_true(ir_timers_estimate(&s, 250, 250).late_ns < 300 * MS);
	s.all_recorded = true;
	assert_int_equal(ir_timers_stalls(&s, &est, 250, stalls), 4);
	assert_int_equal(stalls[1].from_ns, 20 * SEC + 16 * MS);
	assert_int_equal(stalls[1].until_ns, 22 * SEC + 16 * MS);
	assert_true(ir_timers_estimate(&s, 250, 250).late_ns > 700 * MS);
}

/* A timer may have fired and been armed again while events were lost; it never fires if its queue is gone. */
static void test_no_stalls_where_nothing_is_known(void **state)
{
	static struct ir_timer_owners o;
	struct ir_timer_estimate est = { .late_known = true };
	struct ir_stall stalls[8];

	(void)state;
	ir_timers_free(&s);
	ir_timers_lost(&s);	/* it was not armed yet */
	for (uint64_t i = 1; i <= 4; i++) {
		ir_timers_armed(&s, i * SEC + MS);
		if (i == 2)
			ir_timers_lost(&s);
		if (i == 3)
			ir_timers_gone(&s);
		ir_timers_armed(&s, i * SEC + 101 * MS);
		ir_timers_fired(&s, i * SEC + 216 * MS);
		ir_timer_owners_unmap(&o, 1, i * SEC + MS);
		if (i == 2)
			ir_timer_owners_lost(&o);
		if (i == 3)
			ir_timer_owners_gone(&o, 1);
		ir_timer_owners_gone(&o, 2);
		ir_timer_owners_gone(&o, IR_TIMER_OWNERS);
		ir_timer_owners_unmap(&o, 1, i * SEC + 101 * MS);
		ir_timer_owners_fired(&o, 0, 1, i * SEC + 216 * MS);
	}
	ir_timers_armed(&s, 5 * SEC + MS);
	ir_timers_lost(&s);	/* it cannot have fired there: the next one would be on */
	ir_timers_fired(&s, 5 * SEC + 25 * MS);
	assert_int_equal(ir_timers_stalls(&s, &est, 250, stalls), 4);
	assert_int_equal(stalls[3].from_ns, 5 * SEC + 16 * MS);
	assert_int_equal(stalls[0].from_ns, SEC + 16 * MS);
	assert_int_equal(stalls[1].from_ns, 3 * SEC + 116 * MS);
	assert_int_equal(stalls[2].from_ns, 4 * SEC + 16 * MS);
	/* Without the device's first one. */
	assert_int_equal(ir_timers_stalls(&o.samples, &est, 250, stalls), 2);
	assert_int_equal(stalls[0].from_ns, 3 * SEC + 116 * MS);
	assert_int_equal(stalls[1].from_ns, 4 * SEC + 16 * MS);
	ir_timers_free(&o.samples);
}

/* A timer of device 2 fires while one of device 1 is late: that one is late all the same. */
static void test_stalls_of_several(void **state)
{
	struct ir_timer_owners o = { .nr_timers = 0 };
	struct ir_timer_estimate est = { .late_known = true };
	struct ir_stall stalls[8];

	(void)state;
	for (uint64_t i = 1; i <= 4; i++) {
		ir_timer_owners_unmap(&o, 1, i * SEC + MS);
		ir_timer_owners_unmap(&o, 2, i * SEC + 9 * MS);
		ir_timer_owners_fired(&o, 0, 2, i * SEC + 40 * MS);
		ir_timer_owners_fired(&o, 0, 1, i * SEC + (i == 4 ? 1039 : 60) * MS);
	}
	assert_int_equal(ir_timers_stalls(&o.samples, &est, 250, stalls), 6);
	assert_int_equal(stalls[0].device, 2);
	assert_int_equal(stalls[0].from_ns, 2 * SEC + 24 * MS);
	assert_int_equal(stalls[0].expiry_ns, 2 * SEC + 24 * MS);
	assert_int_equal(stalls[1].device, 1);
	assert_int_equal(stalls[1].from_ns, 2 * SEC + 40 * MS);
	assert_int_equal(stalls[1].expiry_ns, 2 * SEC + 16 * MS);
	/* More than a second: from its own expiry on nothing is known. */
	assert_int_equal(stalls[5].from_ns, 4 * SEC + 40 * MS);
	assert_int_equal(stalls[5].expiry_ns, 4 * SEC + 40 * MS);
	ir_timers_free(&o.samples);
}

/* Two devices, each armed while the other's timer is on. */
static void test_lateness_of_several(void **state)
{
	static struct ir_timer_owners o;
	struct ir_timer_estimate est;

	(void)state;
	for (uint64_t i = 1; i <= 40; i++) {
		ir_timer_owners_unmap(&o, 1, i * SEC + MS);
		ir_timer_owners_unmap(&o, 2, i * SEC + 9 * MS);
		ir_timer_owners_fired(&o, 0x1000, 0, i * SEC + 16 * MS + MS / 2);
		ir_timer_owners_fired(&o, 0, 2, i * SEC + (i == 20 ? 101 : 24) * MS + MS / 2);
	}
	assert_int_equal(o.samples.n, 78);	/* without the first ones */
	est = ir_timers_estimate(&o.samples, 250, 100);
	assert_true(est.late_known);
	assert_int_equal(est.late_ns, MS);	/* 76 that are in time and one of 77 ms, */
	assert_int_equal(est.rest_ns, MS / 77);	/* of which 1 is less than a jiffy */
	ir_timers_free(&o.samples);
}

/* Two timers, two devices: after some firings only one device fits each. */
static void test_owners(void **state)
{
	struct ir_timer_owners o = { .nr_timers = 0 };

	(void)state;
	assert_int_equal(ir_timer_owner(&o, 0x1000), 0);
	ir_timer_owners_fired(&o, 0x1000, 0, SEC);		/* nothing was unmapped */
	assert_int_equal(ir_timer_owner(&o, 0x1000), 0);
	ir_timer_owners_unmap(&o, 1, SEC);
	ir_timer_owners_fired(&o, 0x1000, 0, SEC + 7 * MS);	/* sooner than any timeout */
	assert_int_equal(ir_timer_owner(&o, 0x1000), 0);
	for (uint64_t i = 2; i < 10; i++) {
		ir_timer_owners_unmap(&o, 1, i * SEC);
		ir_timer_owners_unmap(&o, 1, i * SEC + 1);
		ir_timer_owners_unmap(&o, 2, i * SEC + 15 * MS);
		ir_timer_owners_fired(&o, 0x1000, 0, i * SEC + 12 * MS);	/* too soon for device 2 */
		ir_timer_owners_fired(&o, 0x2000, 0, i * SEC + 30 * MS);
	}
	ir_timer_owners_fired(&o, 0, 0, 20 * SEC);		/* without an address: whose is not asked */
	assert_int_equal(ir_timer_owner(&o, 0x1000), 1);
	assert_int_equal(ir_timer_owner(&o, 0x2000), 2);
	assert_int_equal(ir_timer_owner(&o, 0x3000), 0);
	assert_int_equal(o.left_out, 0);
	ir_timers_free(&o.samples);
}

/* If two devices fit a timer, the one that another timer is known to belong to is not its device. */
static void test_one_timer_for_each_device(void **state)
{
	struct ir_timer_owners o = { .nr_timers = 0 };

	(void)state;
	ir_timer_owners_unmap(&o, 1, SEC);
	ir_timer_owners_fired(&o, 0x1000, 0, SEC + 12 * MS);
	ir_timer_owners_unmap(&o, 1, 2 * SEC);
	ir_timer_owners_unmap(&o, 2, 2 * SEC + MS);
	ir_timer_owners_fired(&o, 0x2000, 0, 2 * SEC + 15 * MS);
	ir_timer_owners_fired(&o, 0x1000, 0, 2 * SEC + 16 * MS);
	assert_int_equal(ir_timer_owner(&o, 0x1000), 1);
	assert_int_equal(ir_timer_owner(&o, 0x2000), 2);
	/* More firings than those of another timer are more than that. */
	ir_timer_owners_unmap(&o, 1, 3 * SEC);
	ir_timer_owners_fired(&o, 0x2000, 0, 3 * SEC + 12 * MS);
	ir_timer_owners_unmap(&o, 1, 4 * SEC);
	ir_timer_owners_unmap(&o, 2, 4 * SEC + MS);
	ir_timer_owners_fired(&o, 0x2000, 0, 4 * SEC + 15 * MS);
	assert_int_equal(ir_timer_owner(&o, 0x2000), 2);
	ir_timers_free(&o.samples);
}

/* Of timers that fire in turn one at most is a device's; that of a later domain of it fires behind the others. */
static void test_one_device_for_each_timer(void **state)
{
	static const struct { uint64_t timer, s; } fired[] = {
		{ 0x1000, 1 }, { 0x1000, 2 }, { 0x2000, 3 }, { 0x1000, 4 }, { 0x4000, 5 }, { 0x5000, 6 },
		{ 0x4000, 7 }, { 0x5000, 8 },
	};
	struct ir_timer_owners o = { .nr_timers = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(fired) / sizeof(fired[0]); i++) {
		ir_timer_owners_unmap(&o, 1, fired[i].s * SEC);
		ir_timer_owners_fired(&o, fired[i].timer, 0, fired[i].s * SEC + 12 * MS);
	}
	assert_int_equal(ir_timer_owner(&o, 0x1000), 1);
	assert_int_equal(ir_timer_owner(&o, 0x2000), 0);
	assert_int_equal(ir_timer_owner(&o, 0x4000), 1);
	assert_int_equal(ir_timer_owner(&o, 0x5000), 0);
	ir_timers_free(&o.samples);
}

/* Other events may name the device, whichever fits. */
static void test_known_owner(void **state)
{
	struct ir_timer_owners o = { .nr_timers = 0 };

	(void)state;
	for (uint64_t i = 1; i <= 2; i++) {
		ir_timer_owners_unmap(&o, 1, i * SEC);
		ir_timer_owners_unmap(&o, 2, i * SEC + MS);
		ir_timer_owners_fired(&o, 0x1000, 2, i * SEC + 15 * MS);
		ir_timer_owners_fired(&o, 0x2000, IR_TIMER_OWNERS, i * SEC + 16 * MS);	/* not kept apart */
	}
	assert_int_equal(ir_timer_owner(&o, 0x1000), 2);
	assert_int_equal(ir_timer_owner(&o, 0x2000), 0);
	assert_int_equal(o.samples.n, 1);
	assert_int_equal(o.samples.at[0].device, 2);
	ir_timers_free(&o.samples);
}

/* Unmaps that were flushed on their own armed no timer, however many there were and when. */
static void test_strict_devices_own_no_timer(void **state)
{
	struct ir_timer_owners o = { .nr_timers = 0 };

	(void)state;
	for (uint64_t i = 1; i < 10; i++) {
		ir_timer_owners_unmap(&o, 1, i * SEC);
		ir_timer_owners_unmap(&o, 2, i * SEC + MS);
		ir_timer_owners_synced(&o, 1, 0);
		ir_timer_owners_fired(&o, 0x1000, 0, i * SEC + 12 * MS);
	}
	assert_int_equal(ir_timer_owner(&o, 0x1000), 2);
	/* The rest behind the last one may have been queued: from its time on, which may be to come. */
	ir_timer_owners_unmap(&o, 1, 20 * SEC);
	ir_timer_owners_synced(&o, 1, 20 * SEC + 5 * MS);
	ir_timer_owners_fired(&o, 0x3000, 0, 20 * SEC + 12 * MS);
	ir_timer_owners_synced(&o, 1, 20 * SEC + 15 * MS);
	ir_timer_owners_fired(&o, 0x3000, 0, 20 * SEC + 12 * MS);
	assert_int_equal(ir_timer_owner(&o, 0x3000), 0);
	ir_timer_owners_fired(&o, 0x3000, 0, 20 * SEC + 27 * MS);
	assert_int_equal(ir_timer_owner(&o, 0x3000), 1);
	ir_timers_free(&o.samples);
}

static void test_too_many_owners(void **state)
{
	struct ir_timer_owners o = { .nr_timers = 0 };

	(void)state;
	ir_timer_owners_unmap(&o, IR_TIMER_OWNERS, SEC);
	assert_int_equal(o.left_out, 1);
	for (uint64_t i = 1; i <= IR_TIMER_OWNERS + 3; i++)
		ir_timer_owners_fired(&o, i << 12, 0, SEC);
	assert_int_equal(o.left_out, 4);
	assert_int_equal(o.nr_timers, IR_TIMER_OWNERS);
	ir_timers_free(&o.samples);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_too_few_tell_nothing),
		cmocka_unit_test(test_no_timeout),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_stalls),
		cmocka_unit_test(test_long_stalls),
		cmocka_unit_test(test_no_stalls_where_nothing_is_known),
		cmocka_unit_test(test_stalls_of_several),
		cmocka_unit_test(test_jiffies),
		cmocka_unit_test(test_jiffies_undecided),
		cmocka_unit_test(test_known_jiffies),
		cmocka_unit_test(test_lateness),
		cmocka_unit_test(test_rest_of_lateness),
		cmocka_unit_test(test_phase_of_late_timers),
		cmocka_unit_test(test_lateness_of_several),
		cmocka_unit_test(test_owners),
		cmocka_unit_test(test_one_timer_for_each_device),
		cmocka_unit_test(test_one_device_for_each_timer),
		cmocka_unit_test(test_known_owner),
		cmocka_unit_test(test_strict_devices_own_no_timer),
		cmocka_unit_test(test_too_many_owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
