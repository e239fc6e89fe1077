// SPDX-License-Identifier: GPL-2.0-or-later
/* perf.data: what can be wrong with it, and what is found nevertheless. */
#include "input/perfdata/test_perfdata.h"

/* Compressed data that is damaged cannot be taken up again; what follows it can. */
static void test_compressed_damage(void **state)
{
	const struct kind *k = &usual_little;
	size_t data = begin_file(&file, k), at;

	(void)state;
	make_plain(k, 40);
	at = file.len;
	compress_into(&file, &plain, 81, 960);
	memset(file.data + at + 8, 0xff, 4);	/* the first frame's magic */
	make_plain(k, 20);
	compress_into(&file, &plain, 81, 960);
	put_round(&file);
	end_file(&file, data);
	read_back();
	assert_int_equal(res.status, 0);
	assert_int_equal(res.damage.count[IR_DAMAGE_BAD_CHUNKS], 4);
	assert_true(res.damage.count[IR_DAMAGE_CORRUPT_BYTES] > 0);
	assert_int_equal(res.maps + res.unmaps, 20);
	assert_int_equal(res.ev[0].kind, IR_EV_LOST);
}

/* A record whose header makes no sense is passed over, with a marker in its place. */
static void test_bad_record(void **state)
{
	size_t at[3], data;

	(void)state;
	for (int big = 0; big < 2; big++) {
		make_three(big ? &usual_big : &usual_little, at, &data);
		memset(file.data + at[1], 0x77, 4);
		read_back();
		assert_damage(IR_DAMAGE_CORRUPT_BYTES, at[2] - at[1]);
		assert_int_equal(res.nr, 3);
		assert_event(0, 100, 0, false, 0);
		assert_int_equal(res.ev[1].kind, IR_EV_LOST);
		assert_int_equal(res.ev[1].size, 0);
		assert_event(2, 102, 0, false, 0x2000);

		make_three(big ? &usual_big : &usual_little, at, &data);
		set16(&file, at[1] + 6, 0);
		read_back();
		assert_damage(IR_DAMAGE_CORRUPT_BYTES, at[2] - at[1]);
	}
}

/* Sizes inside of a sample that do not fit, ids that nobody has, CPUs that there are not. */
static void test_bad_samples(void **state)
{
	struct kind k = { false, 136, ALL, 4 | 8, 1 };
	size_t read_at = 8 + 9 * 8, at[3], data;

	(void)state;
	for (unsigned int what = 0; what < 6; what++) {
		for (uint64_t v = UINT64_C(1) << 63; v > 1000; v >>= 1) {
			make_three(&k, at, &data);
			if (what == 0)		/* how many counters */
				set64(&file, at[1] + read_at, v);
			else if (what == 1)	/* how many callers */
				set64(&file, at[1] + read_at + 8, v);
			else if (what == 2)	/* id */
				set64(&file, at[1] + 8, v);
			else if (what == 3)	/* CPU */
				set64(&file, at[1] + 8 + 7 * 8, v & 0xffffffff ? v : 4);
			else if (what == 4)	/* size of the raw data */
				set64(&file, at[1] + read_at + 16, v & 0xffffffff ? v : 1000);
			else			/* another event's id in it */
				set16(&file, at[1] + read_at + 20, 999);
			read_back();
			assert_damage(IR_DAMAGE_BAD_EVENTS, 1);
			assert_int_equal(res.nr, 2);
		}
	}
}

/* A time that is years off does not drag the others along. */
static void test_bad_time(void **state)
{
	size_t at[3], data;

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		make_three(&usual_little, at, &data);
		set64(&file, at[i] + 32, UINT64_C(1) << 60);
		read_back();
		assert_int_equal(res.nr, 3);
		if (i == 2)	/* nothing comes to show that it is wrong */
			continue;
		assert_damage(IR_DAMAGE_TIME_BACKWARDS, 1);
		assert_true(res.ev[2].time_ns == 102);
	}
}

/* Killed before it wrote the header's end: the formats are not there. */
static void test_killed(void **state)
{
	size_t at[3], data;

	(void)state;
	make_three(&usual_big, at, &data);
	file.len = at[2];
	set64(&file, 48, 0);
	read_back();
	assert_int_equal(res.status, -1);
}

/* Sizes in the header that are wrong, with all else there. */
static void test_bad_header(void **state)
{
	static const unsigned int fields[] = { 8, 16, 24, 32, 40, 48, 72 };
	size_t at[3], data;

	(void)state;
	for (int big = 0; big < 2; big++)
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
			static const uint64_t values[] = {
				0, 1, 8, 100000, UINT64_MAX, UINT64_C(1) << 40
			};

			for (size_t v = 0; v < 6; v++) {
				make_three(big ? &usual_big : &usual_little, at, &data);
				set64(&file, fields[i], values[v]);
				read_back();
				if (res.status >= 0)
					assert_false(ir_damage_complete(&res.damage));
				if (fields[i] == 48)	/* the size of the data: found again */
					assert_int_equal(res.maps, 3);
			}
		}
}

/* Cut anywhere: never silent, and in a pipe all that is there is found. */
static void test_cut(void **state)
{
	const struct kind *k = &usual_big;
	size_t at[3], data, full;

	(void)state;
	make_three(k, at, &data);
	full = file.len;
	for (size_t len = 0; len < full; len++) {
		if (len < 16)
			continue;
		file.len = len;
		read_back();
		if (res.status >= 0)
			assert_false(ir_damage_complete(&res.damage));
	}
	begin_pipe(&file, k);
	for (unsigned int i = 0; i < 3; i++) {
		at[i] = file.len;
		put_sample(&file, k, 0, 100 + i, false, (uint64_t)i << 12, 0);
	}
	put_round(&file);
	full = file.len;
	for (size_t len = 16; len < full; len++) {
		file.len = len;
		read_back();
		if (len > at[0])
			assert_int_equal(res.status, 0);
		if (len <= at[0])
			continue;
		assert_false(ir_damage_complete(&res.damage));
		assert_int_equal(res.maps, (len >= at[1]) + (len >= at[2]) + (len >= full - 8));
	}
}

/* Every byte, changed in a few ways. */
static void test_changed(void **state)
{
	size_t at[3], data;

	(void)state;
	for (unsigned int pipe = 0; pipe < 2; pipe++) {
		if (pipe) {
			begin_pipe(&file, &usual_little);
			for (unsigned int i = 0; i < 3; i++)
				put_sample(&file, &usual_little, 0, 100 + i, false, 0, 0);
			put_round(&file);
		} else {
			make_three(&usual_little, at, &data);
		}
		for (size_t i = 0; i < file.len; i++) {
			unsigned char old = file.data[i];

			file.data[i] = (unsigned char)(old ^ (1u << i % 8));
			read_back();
			file.data[i] = old;
		}
	}
}

static void test_refused(void **state)
{
	size_t at[3], data;

	(void)state;
	make_three(&usual_little, at, &data);
	memcpy(file.data, "PERFFILE", 8);
	read_back();
	assert_int_equal(res.status, -1);
	make_three(&usual_little, at, &data);
	file.data[104 + 64] = 1;	/* both attributes: software events */
	file.data[104 + 64 + 136 + 16] = 1;
	read_back();
	assert_int_equal(res.status, 0);	/* it can be read, and has no events of ours */
	assert_int_equal(res.nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compressed_damage),
		cmocka_unit_test(test_bad_record),
		cmocka_unit_test(test_bad_samples),
		cmocka_unit_test(test_bad_time),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_bad_header),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
