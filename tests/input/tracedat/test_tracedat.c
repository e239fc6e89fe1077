// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * trace.dat files made by hand: the order of events of several CPUs and buffer
 * instances, losses and damage, markers.
 */
#include "tracedat_util.h"

#include <unistd.h>

#include <iommu-replay/recording.h>
#include "input/open.h"
#include "test_path.h"

#define MAX_EVENTS 64

static struct ir_recording *open_file(struct tracedat_file *f)
{
	struct ir_error err;
	struct ir_recording *rec;

	tracedat_write(f, path);
	rec = ir_recording_open(path, NULL, &err);
	if (!rec)
		fail_msg("%s", err.text);
	return rec;
}

/* All events, as the reader gives them. */
struct events {
	struct ir_event ev[MAX_EVENTS];
	size_t nr;
	struct ir_damage damage;
};

static bool same_event(const struct ir_event *a, const struct ir_event *b)
{
	return a->time_ns == b->time_ns && a->kind == b->kind && a->cpu == b->cpu && a->pid == b->pid &&
		a->flags == b->flags && a->addr == b->addr && a->size == b->size && a->paddr == b->paddr &&
		a->aux == b->aux && a->ret == b->ret;
}

/* Blocks of any size have the same events, and damage is counted once. */
static void assert_blocks(struct ir_file *file, const struct events *all, int max)
{
	struct ir_damage damage = { .count = { 0 } };
	struct ir_error err;
	struct ir_reader *rd = ir_reader_open(file, &damage, &err);
	struct ir_event evs[8];
	size_t nr = 0;
	int n;

	assert_non_null(rd);
	while ((n = ir_reader_next_block(rd, evs, max, &err)) > 0) {
		assert_true(n <= max);
		for (int i = 0; i < n; i++, nr++) {
			assert_true(nr < all->nr && same_event(&evs[i], &all->ev[nr]));
			/* Its text lasts until the next call only. */
			assert_true(evs[i].kind != IR_EV_MARKER || i == n - 1);
		}
	}
	assert_int_equal(n, 0);
	assert_int_equal(ir_reader_next_block(rd, evs, max, &err), 0);
	assert_int_equal(nr, all->nr);
	assert_memory_equal(&damage, &all->damage, sizeof(damage));
	ir_reader_close(rd);
}

static void read_events(struct tracedat_file *f, struct events *all)
{
	struct ir_error err;
	struct ir_file *file;
	struct ir_reader *rd;
	int rc;

	*all = (struct events){ .nr = 0 };
	tracedat_write(f, path);
	file = ir_file_open(path, &err);
	assert_non_null(file);
	rd = ir_reader_open(file, &all->damage, &err);
	if (!rd)
		fail_msg("%s", err.text);
	while ((rc = ir_reader_next(rd, &all->ev[all->nr], &err)) > 0) {
		all->nr++;
		assert_true(all->nr < MAX_EVENTS);
	}
	assert_int_equal(rc, 0);
	/* At its end a reader stays there, and counts nothing again. */
	assert_int_equal(ir_reader_next(rd, &all->ev[all->nr], &err), 0);
	ir_reader_close(rd);
	for (int max = 1; max <= 8; max++)
		assert_blocks(file, all, max);
	ir_file_close(file);
}

static void assert_event(const struct events *all, size_t i, enum ir_event_kind kind,
			 uint64_t time_ns)
{
	assert_true(i < all->nr);
	assert_int_equal(all->ev[i].kind, kind);
	assert_int_equal(all->ev[i].time_ns, time_ns);
}

/*
 * At equal times a CPU keeps its order in the file, and a lower CPU number, in an
 * earlier buffer instance, comes first (recording.h).
 */
static void test_order_at_equal_times(void **state)
{
	static const uint64_t want[] = { 0x10, 0x11, 0x12, 0x20, 0x21, 0x30, 0x31, 0x40, 0x50 };
	struct tracedat_file f = { .cpus = 2, .instance = true };
	struct ir_recording *rec;
	struct ir_op ops[16];
	struct ir_error err;

	(void)state;
	page_begin(&f, 3, 2000);	/* the instance's CPU 1 */
	put_map(&f, 0, 0x40 << 12, 1);
	page_begin(&f, 2, 2000);
	put_map(&f, 0, 0x30 << 12, 1);
	put_map(&f, 0, 0x31 << 12, 1);
	page_begin(&f, 1, 2000);
	put_map(&f, 0, 0x20 << 12, 1);
	put_map(&f, 0, 0x21 << 12, 1);
	put_map(&f, 1000, 0x50 << 12, 1);
	page_begin(&f, 0, 1999);
	put_map(&f, 1, 0x10 << 12, 1);
	put_map(&f, 0, 0x11 << 12, 1);
	page_begin(&f, 0, 2000);
	put_map(&f, 0, 0x12 << 12, 1);
	rec = open_file(&f);
	/* Neighbours on one CPU are pieces of one mapping, one behind the other. */
	for (size_t n = 0; n < sizeof(want) / sizeof(want[0]); n++) {
		assert_int_equal(ir_recording_read(rec, ops, 1, &err), 1);
		assert_int_equal(ops[0].iova >> 12, want[n]);
		assert_int_equal(ops[0].time_ns, n < 8 ? 2000 : 3000);
	}
	assert_int_equal(ir_recording_read(rec, ops, 1, &err), 0);
	ir_recording_close(rec);
}

/* The same with many CPUs, each of which has several events at each time. */
static void test_order_of_many_cpus(void **state)
{
	struct tracedat_file f = { .cpus = 7 };
	struct events all;
	size_t n = 0;

	(void)state;
	for (unsigned int cpu = 7; cpu-- > 0;) {
		page_begin(&f, cpu, 1000);
		for (unsigned int i = 0; i < 8; i++)
			put_map(&f, i % 2 ? 0 : 10, (UINT64_C(1) << 24) * (cpu + 1) + 2 * i * 4096, 1);
	}
	read_events(&f, &all);
	assert_int_equal(all.nr, 56);
	for (unsigned int step = 0; step < 4; step++)
		for (unsigned int cpu = 0; cpu < 7; cpu++)
			for (unsigned int i = 0; i < 2; i++, n++) {
				assert_event(&all, n, IR_EV_MAP, 1010 + 10 * step);
				assert_int_equal(all.ev[n].cpu, cpu);
				assert_int_equal(all.ev[n].addr & 0xffffff, 2 * (2 * step + i) * 4096);
			}
}

/* Lost events that a sub-buffer and the CPU's statistics report are counted once. */
static void test_lost_events_are_counted_once(void **state)
{
	static const struct {
		const char *cpustat;
		uint64_t in_page, want;
	} cases[] = {
		{ NULL, 5, 5 },
		{ "CPU: 0\nentries: 9\noverrun: 5\ncommit overrun: 0\ndropped events: 0\n", 5, 5 },
		/* Two were overwritten before the first sub-buffer. */
		{ "CPU: 0\nentries: 9\noverrun: 4\ncommit overrun: 1\ndropped events: 2\n", 5, 7 },
		{ "CPU: 0\nentries: 9\noverrun: 3\ncommit overrun: 0\ndropped events: 0\n", 0, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tracedat_file f = { .cpus = 1, .cpustat = cases[i].cpustat };
		struct events all;

		page_begin(&f, 0, 1000);
		put_map(&f, 0, 0x100000, 1);
		page_begin(&f, 0, 2000);
		put_unmap(&f, 10, 0x100000, 1);
		if (cases[i].in_page)
			page_missed(&f, cases[i].in_page);
		read_events(&f, &all);
		assert_int_equal(all.damage.count[IR_DAMAGE_LOST_EVENTS], cases[i].want);
		assert_int_equal(all.nr, cases[i].in_page ? 3 : 2);
		if (!cases[i].in_page)
			continue;
		assert_event(&all, 1, IR_EV_LOST, 2000);
		assert_int_equal(all.ev[1].size, cases[i].in_page);
		assert_event(&all, 2, IR_EV_UNMAP, 2010);
	}
}

/* Lost, and nothing tells how many: a gap, not a number. */
static void test_a_gap_of_unknown_size(void **state)
{
	struct tracedat_file f = { .cpus = 1 };
	struct events all;

	(void)state;
	page_begin(&f, 0, 1000);
	put_map(&f, 0, 0x100000, 1);
	page_missed(&f, 0);
	read_events(&f, &all);
	assert_int_equal(all.damage.count[IR_DAMAGE_LOST_EVENTS], 0);
	assert_int_equal(all.damage.count[IR_DAMAGE_LOST_GAPS], 1);
	assert_event(&all, 0, IR_EV_LOST, 1000);
	assert_int_equal(all.ev[0].size, 0);
}

/*
 * Behind bytes that were skipped events are missing: a marker says so, before the
 * next event, and knows no number, whatever was counted before.
 */
static void test_a_lost_marker_behind_skipped_bytes(void **state)
{
	struct tracedat_file f = { .cpus = 1 };
	struct events all;

	(void)state;
	page_begin(&f, 0, 1000);
	put_map(&f, 0, 0x100000, 1);
	page_missed(&f, 5);
	page_begin(&f, 0, 2000);
	page_damaged(&f);
	page_begin(&f, 0, 3000);
	put_unmap(&f, 10, 0x100000, 1);
	page_begin(&f, 0, 4000);
	put_map(&f, 10, 0x200000, 1);
	read_events(&f, &all);
	assert_int_equal(all.nr, 5);
	assert_event(&all, 0, IR_EV_LOST, 1000);
	assert_int_equal(all.ev[0].size, 5);
	assert_event(&all, 1, IR_EV_MAP, 1000);
	assert_event(&all, 2, IR_EV_LOST, 3000);
	assert_int_equal(all.ev[2].size, 0);
	assert_event(&all, 3, IR_EV_UNMAP, 3010);
	assert_event(&all, 4, IR_EV_MAP, 4010);
	assert_int_equal(all.damage.count[IR_DAMAGE_LOST_EVENTS], 5);
	assert_int_equal(all.damage.count[IR_DAMAGE_CORRUPT_BYTES], TD_PAGE - TD_DATA);
}

/* Events were lost before a sub-buffer that follows skipped bytes: one marker, with the number. */
static void test_a_counted_loss_behind_skipped_bytes(void **state)
{
	struct tracedat_file f = { .cpus = 1 };
	struct events all;

	(void)state;
	page_begin(&f, 0, 1000);
	page_damaged(&f);
	page_begin(&f, 0, 2000);
	put_map(&f, 0, 0x100000, 1);
	page_missed(&f, 7);
	read_events(&f, &all);
	assert_int_equal(all.nr, 2);
	assert_event(&all, 0, IR_EV_LOST, 2000);
	assert_int_equal(all.ev[0].size, 7);
	assert_event(&all, 1, IR_EV_MAP, 2000);
}

/* Nothing comes behind what is missing at the end: a marker says so, once. */
static void test_a_lost_marker_at_the_end(void **state)
{
	struct tracedat_file f = { .cpus = 1, .cut = TD_PAGE / 2 };
	struct events all;

	(void)state;
	page_begin(&f, 0, 1000);
	put_map(&f, 0, 0x100000, 1);
	page_begin(&f, 0, 2000);
	for (unsigned int i = 0; i < 100; i++)
		put_map(&f, 1, 0x200000 + 0x2000 * i, 1);
	read_events(&f, &all);
	assert_true(all.nr > 2);
	assert_event(&all, 0, IR_EV_MAP, 1000);
	assert_int_equal(all.ev[all.nr - 1].kind, IR_EV_LOST);
	for (size_t i = 0; i + 1 < all.nr; i++)
		assert_int_equal(all.ev[i].kind, IR_EV_MAP);
	assert_int_equal(all.damage.count[IR_DAMAGE_TRUNCATED], TD_PAGE / 2);
}

/*
 * A sub-buffer's time that goes back, or that is later than the next sub-buffer's,
 * comes from damaged bytes.  The last time that was right takes its place: events
 * of other CPUs are not dragged along.
 */
static void test_the_last_good_time_replaces_a_suspect_one(void **state)
{
	static const uint64_t suspects[] = { 400, 500000000, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(suspects) / sizeof(suspects[0]); i++) {
		struct tracedat_file f = { .cpus = 1 };
		struct events all;

		page_begin(&f, 0, 1000);
		put_map(&f, 50, 0x100000, 1);
		page_begin(&f, 0, suspects[i]);
		put_unmap(&f, 7, 0x100000, 1);
		page_begin(&f, 0, 3000);
		put_map(&f, 0, 0x100000, 1);
		read_events(&f, &all);
		assert_int_equal(all.nr, 3);
		assert_event(&all, 0, IR_EV_MAP, 1050);
		assert_event(&all, 1, IR_EV_UNMAP, 1057);
		assert_event(&all, 2, IR_EV_MAP, 3000);
		assert_int_equal(all.damage.count[IR_DAMAGE_TIME_BACKWARDS], 1);
	}
}

/* Recording scripts write the kernel's counters at the beginning; what was mapped before that is not from before. */
static void test_the_first_marker_counts(void **state)
{
	static const char text[] = "lab before Mapped_pages=40 Unmapped_pages=15";

	(void)state;
	for (unsigned int late = 0; late < 2; late++) {
		struct tracedat_file f = { .cpus = 1 };
		const struct ir_recorded_machine *m;
		struct ir_recording *rec;

		page_begin(&f, 0, 1000);
		if (!late) {
			put_marker(&f, 0, text);
			/* A second one does not change anything. */
			put_marker(&f, 0, "lab again Mapped_pages=99 Unmapped_pages=98");
		}
		put_map(&f, 50, 0x100000, 1);
		put_marker(&f, 0, late ? text : "lab after Mapped_pages=99 Unmapped_pages=98");
		rec = open_file(&f);
		m = &ir_recording_info(rec)->machine;
		assert_true(m->has_marker);
		assert_int_equal(m->mapped_pages, late ? 39 : 40);
		assert_int_equal(m->unmapped_pages, 15);
		assert_int_equal(ir_recording_info(rec)->start_ns, 1050);
		ir_recording_close(rec);
	}
}

/* Counters that cannot be are no marker. */
static void test_markers_without_sense(void **state)
{
	static const char *const texts[] = {
		"Mapped_pages=40", "Unmapped_pages=15", "Mapped_pages= Unmapped_pages=15",
		"Mapped_pages=40 Unmapped_pages=41", "Mapped_pages=x Unmapped_pages=0",
		"Mapped_pages=1048577 Unmapped_pages=0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct tracedat_file f = { .cpus = 1 };
		struct ir_recording *rec;

		page_begin(&f, 0, 1000);
		put_marker(&f, 0, texts[i]);
		put_map(&f, 50, 0x100000, 1);
		rec = open_file(&f);
		assert_false(ir_recording_info(rec)->machine.has_marker);
		ir_recording_close(rec);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_at_equal_times),
		cmocka_unit_test(test_order_of_many_cpus),
		cmocka_unit_test(test_lost_events_are_counted_once),
		cmocka_unit_test(test_a_gap_of_unknown_size),
		cmocka_unit_test(test_a_lost_marker_behind_skipped_bytes),
		cmocka_unit_test(test_a_counted_loss_behind_skipped_bytes),
		cmocka_unit_test(test_a_lost_marker_at_the_end),
		cmocka_unit_test(test_the_last_good_time_replaces_a_suspect_one),
		cmocka_unit_test(test_the_first_marker_counts),
		cmocka_unit_test(test_markers_without_sense),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
