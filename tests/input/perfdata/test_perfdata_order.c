// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The queue that brings samples of perf.data into order, against one that sorts
 * all there is again at each round: random buffers and rounds, times that are
 * changed afterwards, events that wait while others come.
 */
#include "test_util.h"
#include "input/perfdata/priv.h"

#define MAX_EVENTS 40000

/* The expected content of the queue, by the order of adding. */
struct event {
	uint64_t time;
	uint32_t nr, len;
};

static struct event waiting[MAX_EVENTS], out[MAX_EVENTS];
static size_t nr_waiting, nr_out, next_out;
static uint32_t nr_added;
static uint64_t limit;
static struct pd_queue queue;

static uint32_t roll(uint32_t n)
{
	static uint64_t state = 1;

	return (uint32_t)random_below(&state, n);
}

static int compare(const void *a, const void *b)
{
	const struct event *l = a, *r = b;

	if (l->time != r->time)
		return l->time < r->time ? -1 : 1;
	return l->nr < r->nr ? -1 : l->nr > r->nr;
}

static void start(void)
{
	memset(&queue, 0, sizeof(queue));
	nr_waiting = nr_out = next_out = 0;
	nr_added = 0;
	limit = 0;
}

static void add(uint64_t time, uint32_t len)
{
	struct pd_entry *e = pd_queue_add(&queue, time, len);

	assert_non_null(e);
	assert_true(nr_added < MAX_EVENTS);
	e->len = len ? len : nr_added;
	e->site = nr_added;
	e->cpu = 0;
	e->wanted = len != 0;
	if (len)
		memset(queue.bytes + e->pos, (int)(nr_added & 0xff), len);
	waiting[nr_waiting++] = (struct event){ time, nr_added++, len };
}

/* Entries up to @until, at least @nr of them, and all of one time. */
static void let_go(uint64_t until, size_t nr)
{
	size_t n = 0;

	qsort(waiting, nr_waiting, sizeof(*waiting), compare);
	while (n < nr_waiting && waiting[n].time <= until &&
	       (n < nr || waiting[n].time == waiting[n - 1].time))
		out[nr_out++] = waiting[n++];
	nr_waiting -= n;
	memmove(waiting, waiting + n, nr_waiting * sizeof(*waiting));
	qsort(out + next_out, nr_out - next_out, sizeof(*out), compare);
}

static void end_round(void)
{
	uint64_t latest = limit;

	for (size_t i = 0; i < nr_waiting; i++)
		if (waiting[i].time > latest)
			latest = waiting[i].time;
	let_go(limit, SIZE_MAX);
	limit = latest;
	assert_int_equal(pd_queue_round(&queue), 0);
}

static void take_all(void)
{
	const struct pd_entry *e;

	while ((e = pd_queue_next(&queue))) {
		const struct event *want = &out[next_out++];

		assert_true(next_out <= nr_out);
		assert_int_equal(e->site, want->nr);
		assert_int_equal(e->time, want->time);
		assert_int_equal(e->len, want->len ? want->len : want->nr);
		for (uint32_t i = 0; i < want->len; i++)
			assert_int_equal(queue.bytes[e->pos + i], want->nr & 0xff);
	}
	assert_int_equal(next_out, nr_out);
}

static void finish(void)
{
	take_all();
	let_go(UINT64_MAX, SIZE_MAX);
	assert_int_equal(pd_queue_end(&queue), 0);
	take_all();
	assert_int_equal(next_out, nr_added);
	assert_int_equal(nr_waiting, 0);
	pd_queue_release(&queue);
}

/* Buffers of some CPUs, each rising from about where the round begins. */
static void add_buffers(uint64_t base, unsigned int cpus, unsigned int each)
{
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		uint64_t time = base + roll(100);

		for (unsigned int i = roll(each + 1); i; i--) {
			time += roll(4);
			add(time, roll(20) ? 8 + roll(80) : 0);
		}
	}
}

static void test_rounds(void **state)
{
	(void)state;
	for (unsigned int trial = 0; trial < 60; trial++) {
		unsigned int cpus = 1 + roll(9), each = 1 + roll(trial % 3 ? 30 : 200);

		start();
		for (uint64_t round = 0; round < 20; round++) {
			add_buffers(1000 + round * 50, cpus, each);
			end_round();
			if (roll(4))	/* or they wait for one more round */
				take_all();
		}
		finish();
	}
}

/* In a queue that is too big the earlier half goes out, and all that are as late as its last. */
static void test_relieve(void **state)
{
	(void)state;
	for (unsigned int trial = 0; trial < 20; trial++) {
		start();
		for (uint64_t i = 0; i < 8; i++) {
			add_buffers(1000 + roll(300), 4, 100);
			let_go(UINT64_MAX, (nr_waiting + 1) / 2);
			assert_int_equal(pd_queue_relieve(&queue), 0);
			take_all();
		}
		finish();
	}
}

/* A time that turns out to be wrong is put right where it is, until something went out. */
static void test_change(void **state)
{
	struct pd_place place, late;
	struct pd_entry *e;

	(void)state;
	start();
	for (uint64_t i = 0; i < 50; i++)
		add(1000 + i, 40);
	add(UINT64_C(1) << 60, 40);
	place = pd_queue_last(&queue);
	for (uint64_t i = 0; i < 5000; i++)
		add(1000 + i, 40);
	e = pd_queue_at(&queue, &place);
	assert_non_null(e);
	assert_int_equal(e->site, 50);
	pd_queue_change(&queue, e, 1010);
	waiting[50].time = 1010;
	add(7000, 40);
	late = pd_queue_last(&queue);
	end_round();
	assert_null(pd_queue_at(&queue, &place));
	assert_null(pd_queue_at(&queue, &late));
	take_all();
	finish();
}

/* A few times that are years off do not end a round. */
static void test_strays(void **state)
{
	(void)state;
	start();
	for (uint64_t i = 0; i < 100; i++)
		add(1000 + i, 40);
	for (uint64_t i = 1; i <= 3; i++)
		add(i << 50, 40);
	assert_int_equal(pd_queue_round(&queue), 0);
	assert_int_equal(queue.limit, 1099);
	take_all();
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_relieve),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_strays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
