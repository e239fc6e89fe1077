// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Timelines: what buckets keep when they become fewer, and how they are written
 * and read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/timeline.h"
#include "report/timeline.h"

#define START UINT64_C(1000000)

static void values_at(struct ir_timeline *t, uint64_t since, uint64_t host, uint64_t lazy)
{
	const uint64_t values[IR_TRACKS] = {
		[IR_TRACK_HOST_PAGES] = host, [IR_TRACK_LAZY_PAGES] = lazy,
	};

	ir_timeline_values(t, START + since, values);
}

static void lowest_and_highest(void **state)
{
	struct ir_timeline *t = ir_timeline_new(START, IR_TIMELINE_BUCKETS * 10 - 1);

	(void)state;
	assert_int_equal(t->bucket_ns, 10);
	values_at(t, 0, 7, 0);
	assert_int_equal(t->buckets[0].min[IR_TRACK_HOST_PAGES], 7);
	values_at(t, 5, 3, 0);
	values_at(t, 9, 9, 4);
	values_at(t, 35, 1, 0);
	assert_int_equal(t->nr_buckets, 4);
	assert_int_equal(t->buckets[0].min[IR_TRACK_HOST_PAGES], 3);
	assert_int_equal(t->buckets[0].max[IR_TRACK_HOST_PAGES], 9);
	/* Nothing happened: as before. */
	assert_int_equal(t->buckets[1].min[IR_TRACK_HOST_PAGES], 9);
	assert_int_equal(t->buckets[2].max[IR_TRACK_LAZY_PAGES], 4);
	/* A bucket begins with what was. */
	assert_int_equal(t->buckets[3].max[IR_TRACK_HOST_PAGES], 9);
	assert_int_equal(t->buckets[3].min[IR_TRACK_HOST_PAGES], 1);
	assert_int_equal(t->last[IR_TRACK_HOST_PAGES], 1);
	ir_timeline_free(t);
}

/* However long it becomes: sums and extremes stay. */
static void any_length(void **state)
{
	struct ir_timeline *t = ir_timeline_new(START, 0);
	uint64_t rpcits = 0, insufficient = 0, n = 0, top = 0;

	(void)state;
	assert_int_equal(t->bucket_ns, 1);
	for (uint64_t at = 0; at < UINT64_C(100000000000); at += 1 + at / 7, n++) {
		values_at(t, at, 100 + n % 5, 0);
		ir_timeline_rpcit(t, START + at, n % 2 ? IR_CAUSE_SYNC : IR_CAUSE_RETRY,
				  n % 3 ? 0 : -ENOMEM);
		assert_true(t->nr_buckets <= IR_TIMELINE_BUCKETS);
		assert_int_equal(at / t->bucket_ns, t->nr_buckets - 1);
	}
	for (size_t i = 0; i < t->nr_buckets; i++) {
		rpcits += t->buckets[i].rpcit[IR_CAUSE_SYNC] + t->buckets[i].rpcit[IR_CAUSE_RETRY];
		insufficient += t->buckets[i].insufficient;
		assert_true(t->buckets[i].min[IR_TRACK_HOST_PAGES] >= 100);
		if (t->buckets[i].max[IR_TRACK_HOST_PAGES] > top)
			top = t->buckets[i].max[IR_TRACK_HOST_PAGES];
	}
	assert_int_equal(rpcits, n);
	assert_int_equal(insufficient, (n + 2) / 3);
	assert_int_equal(top, 104);
	ir_timeline_free(t);
}

/* Two buckets become one with the lower minimum and the higher maximum of them, whichever is first. */
static void extremes_of_halved_buckets(void **state)
{
	struct ir_timeline *t = ir_timeline_new(START, IR_TIMELINE_BUCKETS * 10 - 1);

	(void)state;
	values_at(t, 0, 50, 5);
	values_at(t, 11, 10, 5);	/* the second one of its pair has the minimum, */
	values_at(t, 12, 60, 5);
	values_at(t, 21, 20, 7);	/* and here the first one */
	values_at(t, 22, 70, 5);
	values_at(t, 31, 60, 5);
	values_at(t, IR_TIMELINE_BUCKETS * 10, 60, 5);
	assert_int_equal(t->bucket_ns, 20);
	assert_int_equal(t->buckets[0].min[IR_TRACK_HOST_PAGES], 10);
	assert_int_equal(t->buckets[0].max[IR_TRACK_HOST_PAGES], 60);
	assert_int_equal(t->buckets[1].min[IR_TRACK_HOST_PAGES], 20);
	assert_int_equal(t->buckets[1].max[IR_TRACK_HOST_PAGES], 70);
	assert_int_equal(t->buckets[1].max[IR_TRACK_LAZY_PAGES], 7);
	assert_int_equal(t->buckets[2].min[IR_TRACK_HOST_PAGES], 60);
	ir_timeline_free(t);
}

/* Of an odd number of buckets the last one stays as it is. */
static void the_last_bucket_alone(void **state)
{
	struct ir_timeline *t = ir_timeline_new(START, IR_TIMELINE_BUCKETS * 10 - 1);

	(void)state;
	values_at(t, 0, 50, 5);
	values_at(t, 41, 7, 5);
	assert_int_equal(t->nr_buckets, 5);
	ir_timeline_rpcit(t, START + 42, IR_CAUSE_SYNC, 0);
	values_at(t, IR_TIMELINE_BUCKETS * 10, 50, 5);
	assert_int_equal(t->buckets[2].min[IR_TRACK_HOST_PAGES], 7);
	assert_int_equal(t->buckets[2].max[IR_TRACK_HOST_PAGES], 50);
	assert_int_equal(t->buckets[2].rpcit[IR_CAUSE_SYNC], 1);
	assert_int_equal(t->buckets[3].min[IR_TRACK_HOST_PAGES], 7);
	ir_timeline_free(t);
}

static void far_apart(void **state)
{
	struct ir_timeline *t = ir_timeline_new(0, 0);
	const uint64_t values[IR_TRACKS] = { 1, 2, 3, 4 };

	(void)state;
	ir_timeline_values(t, 0, values);
	ir_timeline_values(t, UINT64_MAX, values);
	assert_true(t->nr_buckets <= IR_TIMELINE_BUCKETS);
	assert_int_equal(t->buckets[t->nr_buckets - 1].max[IR_TRACK_QUEUE_ENTRIES], 4);
	ir_timeline_free(t);
}

static struct ir_timeline *with_failures(unsigned int n)
{
	struct ir_timeline *t = ir_timeline_new(START, 1000000);

	values_at(t, 0, 1, 1);
	for (unsigned int i = 0; i < n; i++)
		ir_timeline_failure(t, &(struct ir_timeline_failure){
			.time_ns = START + i * 1000, .pages = 2, .cpu = 3, .device = 1,
			.kind = i % 2 ? IR_FAILURE_UNBACKED : IR_FAILURE_MAP_FAILED,
		});
	for (uint64_t pages = 1; pages < 9; pages++)
		ir_timeline_map(t, 0, pages);
	t->exposure[10] = 5;
	return t;
}

static void failures_are_bounded(void **state)
{
	struct ir_timeline *t = with_failures(1000);
	uint64_t n = 0;

	(void)state;
	assert_int_equal(t->nr_failures, IR_TIMELINE_FAILURES);
	assert_int_equal(t->failed, 1000);
	for (size_t i = 0; i < t->nr_buckets; i++)
		for (int kind = 0; kind < IR_FAILURES; kind++)
			n += t->buckets[i].failures[kind];
	assert_int_equal(n, 1000);
	ir_timeline_free(t);
}

static void histogram_buckets(void **state)
{
	(void)state;
	assert_int_equal(ir_histogram_bucket(0), 0);
	assert_int_equal(ir_histogram_bucket(1), 0);
	assert_int_equal(ir_histogram_bucket(2), 1);
	assert_int_equal(ir_histogram_bucket(3), 1);
	assert_int_equal(ir_histogram_bucket(4), 2);
	assert_int_equal(ir_histogram_bucket(UINT64_MAX), 63);
}

static const char *const devices[] = { NULL, "0000:00:00.0" };
static const struct ir_recording_info info = { .devices = devices, .nr_devices = 2 };

static json_t *written(unsigned int failures)
{
	struct ir_timeline *t = with_failures(failures);
	json_t *result = json_object();

	assert_int_equal(ir_timeline_write(result, t, &info), 0);
	ir_timeline_free(t);
	return result;
}

static void there_and_back(void **state)
{
	json_t *result = written(300), *again = json_object();
	struct ir_timeline *t;
	struct ir_error err = { "" };

	(void)state;
	assert_int_equal(ir_timeline_read(result, &info, &t, &err), 0);
	assert_non_null(t);
	assert_int_equal(t->failed, 300);
	assert_int_equal(t->failures[0].device, 1);
	assert_int_equal(ir_timeline_write(again, t, &info), 0);
	assert_true(json_equal(result, again));
	assert_int_equal(json_array_size(json_object_get(json_object_get(result, "histograms"),
							 "map_pages")), 4);
	ir_timeline_free(t);
	json_decref(result);
	json_decref(again);
}

/* refused PATH VALUE: a member that is wrong is an error that names it */
static void refused(const char *name, const char *member, json_t *value, const char *says)
{
	json_t *result = written(3), *in = json_object_get(result, "timeline");
	struct ir_timeline *t;
	struct ir_error err = { "" };

	if (name && !strcmp(name, "histograms"))
		in = json_object_get(result, name);
	else if (name)
		in = json_object_get(in, name);
	assert_int_equal(json_object_set_new(in, member, value), 0);
	assert_int_equal(ir_timeline_read(result, &info, &t, &err), -EINVAL);
	if (!strstr(err.text, says))
		fail_msg("\"%s\" does not say \"%s\"", err.text, says);
	ir_timeline_free(t);
	json_decref(result);
}

static void wrong_members(void **state)
{
	(void)state;
	refused(NULL, "buckets", json_integer(0), "buckets");
	refused(NULL, "buckets", json_integer(IR_TIMELINE_BUCKETS + 1), "buckets");
	refused(NULL, "buckets", json_integer(2), "timeline.host_pages.min is not a list of 2");
	refused(NULL, "bucket_ns", json_integer(0), "bucket_ns");
	refused(NULL, "start_ns", json_integer(-1), "start_ns");
	refused(NULL, "lazy_pages", json_null(), "timeline.lazy_pages.min");
	refused("rpcit", "retry", json_array(), "timeline.rpcit.retry");
	refused("rpcit", "sync", json_pack("[i,s,i]", 0, "x", 0), "timeline.rpcit.sync[1]");
	refused("failures", "total", json_real(1.5), "timeline.failures.total");
	refused("failures", "first", json_pack("[{}]"), "timeline.failures.first[0]");
	refused("failures", "first", json_pack("[{s:i,s:i,s:i,s:s}]", "time_ns", 1, "pages", 1,
					       "cpu", 1, "kind", "none"), "first[0]");
	refused("histograms", "map_pages", json_true(), "histograms.map_pages is not a list");
	refused("histograms", "exposure_ns", json_pack("[{s:i}]", "from", 1),
		"histograms.exposure_ns[0]");
}

static void none(void **state)
{
	json_t *result = json_object();
	struct ir_timeline *t;
	struct ir_error err = { "" };

	(void)state;
	assert_int_equal(ir_timeline_read(result, &info, &t, &err), 0);
	assert_null(t);
	json_decref(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lowest_and_highest),
		cmocka_unit_test(any_length),
		cmocka_unit_test(extremes_of_halved_buckets),
		cmocka_unit_test(the_last_bucket_alone),
		cmocka_unit_test(far_apart),
		cmocka_unit_test(failures_are_bounded),
		cmocka_unit_test(histogram_buckets),
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(wrong_members),
		cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
