// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recordings through the public handle: what is found in them, reading again, one
 * device of several, losses, and files that cannot be read.
 */
#include "input/tracedat/tracedat_util.h"
#include "test_path.h"

#include <inttypes.h>
#include <unistd.h>

#include <iommu-replay/recording.h>

static struct ir_recording *open_with(const struct ir_recording_options *options)
{
	struct ir_error err = { "" };
	struct ir_recording *rec = ir_recording_open(path, options, &err);

	if (!rec)
		fail_msg("%s", err.text);
	return rec;
}

static void assert_refused(const struct ir_recording_options *options, const char *says)
{
	struct ir_error err = { "" };

	assert_null(ir_recording_open(path, options, &err));
	if (!strstr(err.text, path) || !strstr(err.text, says))
		fail_msg("\"%s\" does not say \"%s\"", err.text, says);
}

/* @pairs times a map and its unmap, a microsecond each. */
static void write_pairs(unsigned int pairs)
{
	struct tracedat_file f = { .cpus = 1 };

	for (unsigned int i = 0; i < pairs; i++) {
		if (i % 40 == 0)
			page_begin(&f, 0, 1000 + UINT64_C(2000) * i);
		put_map(&f, i % 40 ? 1000 : 0, 0x100000 + UINT64_C(0x2000) * (i % 7), 1);
		put_unmap(&f, 1000, 0x100000 + UINT64_C(0x2000) * (i % 7), 1);
	}
	tracedat_write(&f, path);
}

static uint64_t read_all(struct ir_recording *rec, uint64_t *sum)
{
	struct ir_error err = { "" };
	struct ir_op ops[37];
	uint64_t n = 0;
	ssize_t got;

	*sum = 0;
	while ((got = ir_recording_read(rec, ops, 37, &err)) > 0)
		for (ssize_t i = 0; i < got; i++, n++)
			*sum = *sum * 31 + ops[i].time_ns + ops[i].iova + ops[i].kind + ops[i].mapping;
	assert_int_equal(got, 0);
	return n;
}

/* The operations are the same as often as they are read, from memory and from a file. */
static void test_reading_again(void **state)
{
	const struct ir_recording_options in_file = { .spool_memory = 1 };
	struct ir_error err;
	uint64_t first = 0, sum;

	(void)state;
	write_pairs(20000);
	for (unsigned int i = 0; i < 2; i++) {
		struct ir_recording *rec = open_with(i ? &in_file : NULL);

		assert_int_equal(ir_recording_info(rec)->ops.map, 20000);
		assert_int_equal(read_all(rec, &sum), 40000);
		first = first ? first : sum;
		assert_int_equal(sum, first);
		assert_int_equal(ir_recording_read(rec, &(struct ir_op){ 0 }, 1, &err), 0);
		assert_int_equal(ir_recording_rewind(rec, &err), 0);
		assert_int_equal(read_all(rec, &sum), 40000);
		assert_int_equal(sum, first);
		ir_recording_close(rec);
	}
}

/* If operations cannot be kept, the message names the directory and what to set. */
static void test_no_room_for_operations(void **state)
{
	const struct ir_recording_options in_file = { .spool_memory = 1 };

	(void)state;
	write_pairs(20000);
	setenv("TMPDIR", "/nonexistent/directory", 1);
	assert_refused(&in_file, "cannot keep its operations in a temporary file in "
		       "/nonexistent/directory: No such file or directory; set TMPDIR");
	unsetenv("TMPDIR");
}

/* Only the survey is wanted: all is known, and there are no operations. */
static void test_survey_only(void **state)
{
	const struct ir_recording_options options = { .survey_only = true };
	const struct ir_recording_info *info;
	struct ir_recording *rec;
	struct ir_error err;
	uint64_t sum;

	(void)state;
	write_pairs(10);
	rec = open_with(&options);
	info = ir_recording_info(rec);
	assert_int_equal(info->ops.map, 10);
	assert_int_equal(info->ops.unmap_pages, 10);
	assert_int_equal(info->start_ns, 1000);
	assert_int_equal(info->duration_ns, 19000);
	assert_int_equal(info->max_live_pages, 1);
	assert_true(info->complete);
	assert_null(info->devices_lost);
	assert_string_equal(info->file, path);
	assert_string_equal(info->kernel, "6.12.1");
	assert_string_equal(info->arch, "x86_64");
	assert_string_equal(info->byte_order, "little");
	assert_int_equal(read_all(rec, &sum), 0);
	assert_int_equal(ir_recording_rewind(rec, &err), 0);
	ir_recording_close(rec);
}

/* A device that nothing names has no operations; the message says which are named. */
static void test_a_device_that_is_not_there(void **state)
{
	const struct ir_recording_options options = { .device = "0001:00:00.0" };

	(void)state;
	write_pairs(3);
	assert_refused(&options, "no operation of device 0001:00:00.0; it names: none");
}

/* An unmap of what was mapped before: an operation of its own, before all others. */
static void test_mappings_from_before(void **state)
{
	struct tracedat_file f = { .cpus = 1 };
	struct ir_recording *rec;
	struct ir_error err;
	struct ir_op ops[8];

	(void)state;
	page_begin(&f, 0, 1000);
	put_map(&f, 0, 0x100000, 1);
	put_unmap(&f, 10, 0x800000, 3);
	put_unmap(&f, 10, 0x100000, 1);
	put_unmap(&f, 10, 0x900000, 2);
	tracedat_write(&f, path);
	rec = open_with(NULL);
	assert_int_equal(ir_recording_info(rec)->damage.count[IR_DAMAGE_UNKNOWN_UNMAPS], 2);
	assert_int_equal(ir_recording_info(rec)->damage.count[IR_DAMAGE_UNKNOWN_PAGES], 5);
	assert_int_equal(ir_recording_info(rec)->max_mappings, 3);
	for (unsigned int round = 0; round < 2; round++) {
		assert_int_equal(ir_recording_read(rec, ops, 1, &err), 1);	/* one by one, */
		assert_int_equal(ir_recording_read(rec, ops + 1, 7, &err), 5);	/* and the rest */
		assert_int_equal(ops[0].kind, IR_OP_INITIAL);
		assert_int_equal(ops[0].iova, 0x800000);
		assert_int_equal(ops[0].pages, 3);
		assert_int_equal(ops[0].time_ns, 1000);
		assert_int_equal(ops[1].kind, IR_OP_INITIAL);
		assert_int_equal(ops[1].iova, 0x900000);
		assert_int_equal(ops[2].kind, IR_OP_MAP);
		assert_int_equal(ops[3].kind, IR_OP_UNMAP);
		/* Each unmap has the number of the mapping that was given for it. */
		assert_int_equal(ops[3].mapping, ops[0].mapping);
		assert_int_equal(ops[4].mapping, ops[2].mapping);
		assert_int_equal(ops[5].mapping, ops[1].mapping);
		assert_int_equal(ir_recording_rewind(rec, &err), 0);
	}
	ir_recording_close(rec);
}

/* After a loss an unknown unmap is of a mapping whose map was lost, not of one from before. */
static void test_unknown_unmaps_behind_a_loss(void **state)
{
	struct tracedat_file f = { .cpus = 1 };
	const struct ir_recording_info *info;
	struct ir_recording *rec;
	struct ir_error err;
	struct ir_op ops[8];

	(void)state;
	page_begin(&f, 0, 1000);
	put_map(&f, 0, 0x100000, 1);
	page_begin(&f, 0, 5000);
	put_unmap(&f, 10, 0x800000, 3);
	page_missed(&f, 4);
	tracedat_write(&f, path);
	rec = open_with(NULL);
	info = ir_recording_info(rec);
	assert_false(info->complete);
	assert_int_equal(info->lost_ns, 5000);
	assert_non_null(info->devices_lost);
	assert_true(info->devices_lost[0]);
	assert_int_equal(ir_recording_read(rec, ops, 8, &err), 3);
	assert_int_equal(ops[0].kind, IR_OP_MAP);
	assert_int_equal(ops[1].kind, IR_OP_LOST);
	assert_int_equal(ops[2].kind, IR_OP_UNMAP);
	assert_int_equal(ops[2].mapping, IR_NO_MAPPING);
	ir_recording_close(rec);
}

static void write_short_map(FILE *out, unsigned int us, unsigned int page, bool enough)
{
	fprintf(out, "  a-1 [000] 2.%06u: map: IOMMU: iova=0x%x000 - 0x%x000 paddr=0x40000000 size=4096\n"
		"  a-1 [000] 2.%06u: rpcit: (f) fn=0x7 addr=0x%x000 range=0x1000\n"
		"  a-1 [000] 2.%06u: rpcit_ret: (f <- f) ret=%d\n", us, page, page + 1, us + 1, page, us + 2,
		enough ? 0 : -12);
	if (!enough)
		fprintf(out, "  a-1 [000] 2.%06u: rpcit: (f) fn=0x7 addr=0x100000000 range=0x80000000\n"
			"  a-1 [000] 2.%06u: rpcit_ret: (f <- f) ret=0\n", us + 3, us + 4);
}

/* What the host held is known until events are lost, and so are the shortages. */
static void test_shortages_before_a_loss(void **state)
{
	const struct ir_recorded_machine *m;
	struct ir_recording *rec;
	FILE *out;

	(void)state;
	out = fopen(path, "w");
	assert_non_null(out);
	fputs("# tracer: nop\n#\n", out);
	write_short_map(out, 0, 0x100100, true);
	write_short_map(out, 10, 0x100101, false);
	fputs("CPU:0 [LOST 4 EVENTS]\n", out);
	write_short_map(out, 20, 0x100102, false);
	assert_int_equal(fclose(out), 0);
	rec = open_with(NULL);
	m = &ir_recording_info(rec)->machine;
	assert_int_equal(ir_recording_info(rec)->lost_ns, UINT64_C(2000020000));
	assert_int_equal(m->nr_shortages, 1);
	assert_int_equal(m->shortages[0].own.min, 1);
	assert_null(m->held_pages);
	ir_recording_close(rec);
}

/* A device's mapping, and its timer; behind each microsecond number. */
static void write_timer(FILE *out, unsigned int device, uint64_t map_us, uint64_t fire_us)
{
	fprintf(out, "  a-1 [000] 2.%06" PRIu64 ": map: IOMMU: iova=0x%x000 - 0x%x000 paddr=0x40000000 size=4096\n"
		"  a-1 [000] 2.%06" PRIu64 ": dma_map_page: %04x:00:00.0 dir=TO_DEVICE dma_addr=%x000 size=4096 "
		"phys_addr=40000000 attrs=\n", map_us, 0x100 + device, 0x101 + device, map_us, device, 0x100 + device);
	fprintf(out, "  a-1 [000] 2.%06" PRIu64 ": unmap: IOMMU: iova=0x%x000 - 0x%x000 size=4096 unmapped_size=4096\n"
		"  a-1 [000] 2.%06" PRIu64 ": dma_unmap_page: %04x:00:00.0 dir=TO_DEVICE dma_addr=%x000 size=4096 attrs=\n",
		map_us + 1, 0x100 + device, 0x101 + device, map_us + 1, device, 0x100 + device);
	fprintf(out, "  a-1 [000] 2.%06" PRIu64 ": fq_timeout: (0) timer=0xb%u\n"
		"  a-1 [000] 2.%06" PRIu64 ": smmu_flush_all: (0) domain=0xa%u\n", fire_us, device, fire_us + 1, device);
}

/* Timers of the other device are left out, though the last pass alone knows whose they are: no block is empty. */
static void test_timers_of_another_device(void **state)
{
	const struct ir_recording_options options = { .device = "0002:00:00.0" };
	unsigned int timers = 0, unmaps = 0;
	struct ir_recording *rec;
	struct ir_error err;
	struct ir_op op;
	FILE *out = fopen(path, "w");

	(void)state;
	assert_non_null(out);
	fputs("cpus=1\n", out);
	for (unsigned int i = 0; i < 20; i++) {
		write_timer(out, 1, 40000 * i, 40000 * i + 15000);
		if (i % 2)
			write_timer(out, 2, 40000 * i + 20000, 40000 * i + 35000);
	}
	fclose(out);
	rec = open_with(&options);
	while (ir_recording_read(rec, &op, 1, &err) == 1) {
		timers += op.kind == IR_OP_FLUSH_TIMER;
		unmaps += op.kind == IR_OP_UNMAP;
	}
	assert_int_equal(unmaps, 10);
	assert_int_equal(timers, 10);
	ir_recording_close(rec);
}

static void test_other_files(void **state)
{
	struct ir_error err = { "" };
	FILE *out;

	(void)state;
	assert_null(ir_recording_open("/nonexistent/trace.dat", NULL, &err));
	assert_non_null(strstr(err.text, "/nonexistent/trace.dat"));
	assert_null(ir_recording_open("/", NULL, &err));
	assert_non_null(strstr(err.text, "is a directory"));
	out = fopen(path, "wb");
	assert_non_null(out);
	assert_int_equal(fclose(out), 0);
	assert_refused(NULL, "");
	ir_recording_close(NULL);
}

struct progress {
	unsigned int calls;
	uint64_t done, total;
};

static void on_progress(void *arg, uint64_t done, uint64_t total)
{
	struct progress *p = arg;

	assert_true(done >= p->done && done <= total);
	p->calls++;
	p->done = done;
	p->total = total;
}

/* Now and then it is told how far reading is; in bytes, never backwards. */
static void test_progress(void **state)
{
	struct progress p = { 0 };
	const struct ir_recording_options options = {
		.progress = on_progress, .progress_arg = &p,
	};

	(void)state;
	write_pairs(100000);
	ir_recording_close(open_with(&options));
	assert_true(p.calls >= 3);
	assert_true(p.total > 100000 * 72);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading_again),
		cmocka_unit_test(test_no_room_for_operations),
		cmocka_unit_test(test_survey_only),
		cmocka_unit_test(test_a_device_that_is_not_there),
		cmocka_unit_test(test_mappings_from_before),
		cmocka_unit_test(test_unknown_unmaps_behind_a_loss),
		cmocka_unit_test(test_shortages_before_a_loss),
		cmocka_unit_test(test_timers_of_another_device),
		cmocka_unit_test(test_other_files),
		cmocka_unit_test(test_progress),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
