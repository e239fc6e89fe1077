// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf.data: the form of a file and that of a pipe, call chains and counters,
 * compressed records, rounds, lost events.
 */
#include "input/perfdata/test_perfdata.h"

static void check_forms(const struct kind *k)
{
	for (unsigned int pipe = 0; pipe < 2; pipe++) {
		size_t data = 0;

		if (pipe)
			begin_pipe(&file, k);
		else
			data = begin_file(&file, k);
		put_sample(&file, k, 1, 200, true, 0x2000, 3);
		put_sample(&file, k, 0, 100, false, 0x1000, 0);
		put_round(&file);
		if (!pipe)
			end_file(&file, data);
		read_back();
		assert_int_equal(res.status, 0);
		assert_intact();
		assert_int_equal(res.nr, 2);
		assert_event(0, 100, 0, false, 0x1000);
		assert_event(1, 200, 1, true, 0x2000);
		assert_int_equal(res.maps, 1);
		assert_int_equal(res.unmaps, 1);
		assert_int_equal(res.cpus, 3);
		assert_string_equal(res.format, pipe ? "perf.data (pipe)" : "perf.data (file)");
		assert_string_equal(res.kernel, "6.12.1-test");
		assert_string_equal(res.arch, "s390x");
	}
}

/* Attributes of all sizes there were and will be, samples with everything in them. */
static void test_forms(void **state)
{
	static const uint32_t sizes[] = { 64, 72, 80, 96, 104, 112, 120, 128, 136, 144, 512 };
	struct kind k = usual_little;

	(void)state;
	for (int big = 0; big < 2; big++) {
		k.big = big;
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			k.attr_size = sizes[i];
			check_forms(&k);
		}
		k.attr_size = 136;
		k.sample_type = ALL;
		for (k.read_format = 0; k.read_format < 32; k.read_format++)
			check_forms(&k);
		k.sample_type = ALL & ~(uint64_t)IDENTIFIER;	/* told apart by ID */
		check_forms(&k);
		k.sample_type = USUAL;
	}
}

/* Each attribute says for itself what is in its samples; only the id has one place in all. */
static void test_mixed_samples(void **state)
{
	static const uint64_t types[] = {
		USUAL | CHAIN, USUAL | ADDR | STREAM, USUAL & ~(uint64_t)(IP | PERIOD),
		USUAL | READ | CHAIN,
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(types) / sizeof(types[0]); i++) {
		struct kind maps = i & 1 ? usual_big : usual_little, unmaps = maps;
		size_t data = begin_file(&file, &maps);

		unmaps.sample_type = types[i / 2];
		set64(&file, data - (unmaps.attr_size + 16) + 24, unmaps.sample_type);
		for (uint64_t n = 0; n < 8; n++)
			put_sample(&file, n & 1 ? &unmaps : &maps, 1, 100 + n, n & 1, n / 2 << 12, n);
		put_round(&file);
		end_file(&file, data);
		read_back();
		assert_intact();
		assert_int_equal(res.nr, 8);
		for (uint64_t n = 0; n < 8; n++)
			assert_event(n, 100 + n, 1, n & 1, n / 2 << 12);
	}
}

/* perf record --switch-output: one recording in several files, each with all it needs. */
static void test_switched_output(void **state)
{
	(void)state;
	for (uint64_t part = 0; part < 3; part++) {
		const struct kind *k = part & 1 ? &usual_big : &usual_little;
		size_t data = begin_file(&file, k);

		end_record(&file, begin_record(&file, 82));	/* FINISHED_INIT */
		for (uint64_t n = 0; n < 4; n++)
			put_sample(&file, k, (uint32_t)n & 1, 1000 * part + n + 1, part & 1, n << 12, 0);
		put_round(&file);
		end_file(&file, data);
		read_back();
		assert_intact();
		assert_int_equal(res.status, 0);
		assert_int_equal(res.nr, 4);
		for (uint64_t n = 0; n < 4; n++)
			assert_event(n, 1000 * part + n + 1, (uint32_t)n & 1, part & 1, n << 12);
	}
}

/* Nothing happened while perf recorded; or it wrote the header and no more. */
static void test_header_only(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		const struct kind *k = big ? &usual_big : &usual_little;
		size_t data = begin_file(&file, k);

		end_record(&file, begin_record(&file, 82));	/* FINISHED_INIT */
		end_file(&file, data);
		read_back();
		assert_intact();
		assert_int_equal(res.status, 0);
		assert_int_equal(res.nr, 0);
		assert_string_equal(res.kernel, "6.12.1-test");
		begin_pipe(&file, k);
		read_back();
		assert_intact();
		assert_int_equal(res.status, 0);
		assert_int_equal(res.nr, 0);
		/* No size of the data is what a perf leaves that was killed. */
		data = begin_file(&file, k);
		end_file(&file, data);
		read_back();
		assert_int_equal(res.status, 0);
		assert_true(res.damage.count[IR_DAMAGE_BAD_SECTIONS] > 0);
		begin_file(&file, k);
		file.len = 104;
		read_back();
		assert_int_equal(res.status, -1);
		file.len = 16;
		read_back();
		assert_int_equal(res.status, -1);
	}
}

/* Losses before the first event wait while a buffer full of them comes. */
static void test_early_gap(void **state)
{
	enum { MANY = 3000 };

	(void)state;
	begin_pipe(&file, &usual_little);
	for (int i = 0; i < 24; i++)
		put(&file, "\xff", 1);
	put_round(&file);
	for (uint64_t i = 0; i < MANY; i++)
		put_sample(&file, &usual_little, 0, 100 + i, false, i << 12, 0);
	put_round(&file);
	read_back();
	assert_damage(IR_DAMAGE_CORRUPT_BYTES, 24);
	assert_int_equal(res.nr, MANY + 1);
	assert_int_equal(res.ev[0].kind, IR_EV_LOST);
	for (uint64_t i = 0; i < MANY; i++)
		assert_event(i + 1, 100 + i, 0, false, i << 12);
}

/* Two rounds overlap: what comes late in the second is not later than the first one's end. */
static void test_rounds(void **state)
{
	const struct kind *k = &usual_big;
	size_t data = begin_file(&file, k);

	(void)state;
	put_sample(&file, k, 0, 10, false, 0x10000, 0);
	put_sample(&file, k, 0, 30, false, 0x30000, 0);
	put_sample(&file, k, 1, 20, false, 0x20000, 0);
	put_sample(&file, k, 1, 30, false, 0x31000, 0);	/* at equal times, the file's order */
	put_round(&file);
	put_sample(&file, k, 0, 40, false, 0x40000, 0);
	put_sample(&file, k, 2, 25, false, 0x25000, 0);
	put_sample(&file, k, 2, 30, false, 0x32000, 0);
	put_round(&file);
	put_round(&file);
	put_sample(&file, k, 1, 50, false, 0x50000, 0);
	put_round(&file);
	end_file(&file, data);
	read_back();
	assert_intact();
	assert_int_equal(res.nr, 8);
	assert_event(0, 10, 0, false, 0x10000);
	assert_event(1, 20, 1, false, 0x20000);
	assert_event(2, 25, 2, false, 0x25000);
	assert_event(3, 30, 0, false, 0x30000);
	assert_event(4, 30, 1, false, 0x31000);
	assert_event(5, 30, 2, false, 0x32000);
	assert_event(6, 40, 0, false, 0x40000);
	assert_event(7, 50, 1, false, 0x50000);
}

/* An event that comes too late, against perf's promise, gets the time of the one before it. */
static void test_late(void **state)
{
	const struct kind *k = &usual_little;
	size_t data = begin_file(&file, k);

	(void)state;
	for (uint64_t i = 1; i <= 4; i++) {
		put_sample(&file, k, 0, i * 100, false, i << 12, 0);
		put_round(&file);
	}
	put_sample(&file, k, 1, 150, false, 0x9000, 0);
	end_file(&file, data);
	read_back();
	assert_damage(IR_DAMAGE_TIME_BACKWARDS, 1);
	assert_int_equal(res.nr, 5);
	assert_event(2, 300, 0, false, 0x3000);
	assert_event(3, 300, 1, false, 0x9000);
	assert_event(4, 400, 0, false, 0x4000);
}

static void test_many(void **state)
{
	const struct kind *k = &usual_little;
	uint64_t seed = 5, times[4] = { 1000, 1000, 1000, 1000 };
	size_t data = begin_file(&file, k), n = 0;

	(void)state;
	for (unsigned int round = 0; round < 20; round++) {
		for (uint32_t cpu = 0; cpu < 4; cpu++)
			for (unsigned int i = 0; i < 40; i++, n++) {
				times[cpu] += random_below(&seed, 100);
				put_sample(&file, k, cpu, times[cpu], i & 1, times[cpu], 0);
			}
		put_round(&file);
		for (uint32_t cpu = 0; cpu < 4; cpu++)	/* no CPU falls behind by a round */
			times[cpu] = 1000 + (round + 1) * 4000;
	}
	end_file(&file, data);
	read_back();
	assert_intact();
	assert_int_equal(res.nr, n);
	for (size_t i = 0; i < n; i++) {
		assert_true(!i || res.ev[i - 1].time_ns <= res.ev[i].time_ns);
		assert_int_equal(res.ev[i].addr, res.ev[i].time_ns);
	}
}

static void test_compressed(void **state)
{
	static const size_t pieces[] = { 1000, 96, 50, 1 << 20 };

	(void)state;
	for (unsigned int t = 0; t < 4; t++) {
		const struct kind *k = t & 1 ? &usual_big : &usual_little;

		make_plain(k, 1000);
		for (size_t p = 0; p < 4; p++) {
			size_t data = begin_file(&file, k);

			compress_into(&file, &plain, t & 2 ? 83 : 81, pieces[p]);
			put_round(&file);
			end_file(&file, data);
			read_back();
			assert_intact();
			assert_int_equal(res.nr, 1000);
			for (unsigned int i = 0; i < 1000; i++)
				assert_event(i, 100 + i, 0, i & 1, (uint64_t)i << 12);
			assert_string_equal(res.format, "perf.data (file, zstd)");
		}
	}
}

/* A few bytes that expand to many, and do not take memory. */
static void test_expanding(void **state)
{
	const struct kind *k = &usual_little;
	size_t data = begin_file(&file, k);

	(void)state;
	plain.len = 0;
	plain.big = k->big;
	for (unsigned int i = 0; i < 1 << 20; i += 8)	/* records of nothing */
		put_round(&plain);
	compress_into(&file, &plain, 81, 1 << 20);
	assert_true(file.len < 2000);
	put_sample(&file, k, 0, 5, false, 0, 0);
	end_file(&file, data);
	read_back();
	assert_intact();
	assert_int_equal(res.nr, 1);
}

/*
 * perf of Linux 6.16 lets the 16 bits overflow that hold the padded size, and
 * leaves out the padding.
 */
static void test_compressed2_overflow(void **state)
{
	const struct kind *k = &usual_little;
	size_t data, at, frame;
	static unsigned char packed[1 << 17];

	(void)state;
	make_plain(k, 10);
	frame = ZSTD_compress(packed, sizeof(packed), plain.data, plain.len, 1);
	assert_false(ZSTD_isError(frame));
	for (size_t len = 65510; len <= 65519; len++) {
		data = begin_file(&file, k);
		at = begin_record(&file, 83);
		put64(&file, len);
		put(&file, packed, frame);
		/* Filled up with a frame to be skipped. */
		put32(&file, 0x184d2a50);
		put32(&file, (uint32_t)(len - frame - 8));
		while (file.len < at + 16 + len)
			put(&file, "\1", 1);
		if (16 + len <= 65528)
			while ((file.len - at) % 8)
				put(&file, "", 1);
		set16(&file, at + 6, (uint16_t)((16 + len + 7) & ~(size_t)7));
		put_sample(&file, k, 0, 1000, false, 0, 0);
		put_round(&file);
		end_file(&file, data);
		read_back();
		assert_intact();
		assert_int_equal(res.nr, 11);
	}
}

static void test_lost(void **state)
{
	for (int big = 0; big < 2; big++) {
		const struct kind *k = big ? &usual_big : &usual_little;
		size_t data = begin_file(&file, k);

		(void)state;
		put_sample(&file, k, 0, 100, false, 0x1000, 0);
		put_lost(&file, 2, 7, 150, 2);
		put_sample(&file, k, 0, 200, true, 0x1000, 0);
		put_round(&file);
		put_lost(&file, 13, 5, 0, 1);	/* 5 of the 7 */
		put_lost(&file, 13, 6, 0, 3);	/* 4 more */
		end_file(&file, data);
		read_back();
		assert_damage(IR_DAMAGE_LOST_EVENTS, 11);
		assert_int_equal(res.nr, 4);
		assert_int_equal(res.ev[1].kind, IR_EV_LOST);
		assert_int_equal(res.ev[1].time_ns, 150);
		assert_int_equal(res.ev[1].cpu, 2);
		assert_int_equal(res.ev[1].size, 7);
		assert_int_equal(res.ev[3].kind, IR_EV_LOST);
		assert_int_equal(res.ev[3].time_ns, 200);
		assert_int_equal(res.ev[3].cpu, 3);
		assert_int_equal(res.ev[3].size, 4);
	}
}

/* Until when the recording went on, if the last process ended after the last event. */
static void test_exit(void **state)
{
	for (int big = 0; big < 2; big++) {
		const struct kind *k = big ? &usual_big : &usual_little;
		size_t data = begin_file(&file, k);

		(void)state;
		put_exit(&file, 90);
		put_sample(&file, k, 0, 100, false, 0x1000, 0);
		put_exit(&file, 5000);
		put_exit(&file, 4000);
		put_exit(&file, UINT64_MAX);	/* damage */
		end_record(&file, begin_record(&file, 4));	/* without its fields */
		end_file(&file, data);
		read_back();
		assert_intact();
		assert_int_equal(res.nr, 1);
		assert_int_equal(res.end_ns, 5000);
	}
}

/* Filtered out by a program in the kernel: nobody wanted these. */
static void test_lost_filter(void **state)
{
	const struct kind *k = &usual_little;
	size_t data = begin_file(&file, k), at = file.len;

	(void)state;
	put_lost(&file, 13, 5, 0, 1);
	set16(&file, at + 4, 1 << 15);
	put_sample(&file, k, 0, 100, false, 0x1000, 0);
	end_file(&file, data);
	read_back();
	assert_intact();
	assert_int_equal(res.nr, 1);
}

/* With -c 10 one sample stands for ten events. */
static void test_period(void **state)
{
	struct kind k = usual_little;
	size_t data;

	(void)state;
	k.period = 10;
	data = begin_file(&file, &k);
	put_sample(&file, &k, 0, 100, false, 0x1000, 0);
	put_sample(&file, &k, 0, 200, false, 0x2000, 0);
	end_file(&file, data);
	read_back();
	assert_damage(IR_DAMAGE_LOST_EVENTS, 18);
	assert_int_equal(res.nr, 4);
	assert_int_equal(res.ev[2].kind, IR_EV_LOST);
	assert_int_equal(res.ev[2].size, 9);
}

/* Without -a a command's events begin when it is executed, and are those of its tasks alone. */
static void test_tasks(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		const struct kind *k = big ? &usual_big : &usual_little;
		size_t data = begin_file(&file, k);
		const unsigned int all = 18, exec = 12;
		uint64_t flags = big ? UINT64_C(1) << (63 - all) | UINT64_C(1) << (63 - exec) : 1 << all | 1 << exec;

		put_sample(&file, k, 0, 100, false, 0x1000, 0);
		set64(&file, 104 + 64 + 40, flags);	/* of the first */
		end_file(&file, data);
		read_back();
		assert_damage(IR_DAMAGE_TASK_EVENTS, 1);
		assert_int_equal(res.nr, 1);
	}
}

/* In a group that is read as a whole only the leader is recorded. */
static void test_counted(void **state)
{
	size_t data = begin_file(&file, &usual_big);

	(void)state;
	put_sample(&file, &usual_big, 0, 100, false, 0x1000, 0);
	set64(&file, 104 + 64 + 136 + 16 + 16, 0);	/* period of the second */
	end_file(&file, data);
	read_back();
	assert_damage(IR_DAMAGE_LOST_GAPS, 1);
	assert_int_equal(res.nr, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_mixed_samples),
		cmocka_unit_test(test_switched_output),
		cmocka_unit_test(test_header_only),
		cmocka_unit_test(test_early_gap),
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_expanding),
		cmocka_unit_test(test_compressed2_overflow),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_exit),
		cmocka_unit_test(test_lost_filter),
		cmocka_unit_test(test_period),
		cmocka_unit_test(test_tasks),
		cmocka_unit_test(test_counted),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
