// SPDX-License-Identifier: GPL-2.0-or-later
/* The entries of the recorded machine's host whenever an RPCIT reported insufficient resources. */
#include "test_util.h"
#include "recording/entries.h"

#define PAGE(n)	((uint64_t)(n) << IR_PAGE_SHIFT)

static struct ir_entries e;
static struct ir_op last;	/* it is entered when the time of the next one is known */
static bool has_last;

static int begin(void **state)
{
	(void)state;
	e = (struct ir_entries){ .list = NULL };
	has_last = false;
	return 0;
}

static int end(void **state)
{
	(void)state;
	ir_entries_free(&e);
	return 0;
}

static void enter_last(uint64_t next_ns)
{
	if (has_last)
		assert_int_equal(ir_entries_op(&e, &last, next_ns), 0);
	has_last = false;
}

static void op(struct ir_op op)
{
	enter_last(op.time_ns);
	last = op;
	has_last = true;
}

static void finish(void)
{
	enter_last(0);
	assert_int_equal(ir_entries_end(&e), 0);
}

/* Its RPCIT takes 10 ns. */
static void map_at(uint64_t ns, uint16_t device, uint32_t mapping, uint32_t pages, uint8_t flags)
{
	op((struct ir_op){ .kind = IR_OP_MAP, .time_ns = ns, .rpcit_ns = 10, .device = device,
			   .mapping = mapping, .pages = pages, .flags = flags, .retry_ns = 20 });
}

static void unmap_at(uint64_t ns, uint16_t device, uint32_t mapping, uint32_t pages)
{
	op((struct ir_op){ .kind = IR_OP_UNMAP, .time_ns = ns, .device = device,
			   .mapping = mapping, .pages = pages });
}

static void timer_at(uint64_t ns, uint16_t device)
{
	op((struct ir_op){ .kind = IR_OP_FLUSH_TIMER, .time_ns = ns, .rpcit_ns = 50,
			   .device = device });
}

static void assert_held(const struct ir_held_pages *held, int64_t live, int64_t min, int64_t max)
{
	assert_int_equal(held->live, live);
	assert_int_equal(held->min, min);
	assert_int_equal(held->max, max);
}

/* Mapped pages, and those unmapped and not flushed. */
static void test_lazy_pages_are_held(void **state)
{
	(void)state;
	map_at(100, 1, 0, 4, 0);
	map_at(200, 1, 1, 2, 0);
	unmap_at(300, 1, 0, 4);
	map_at(400, 1, 2, 1, IR_OPF_ENOMEM);
	finish();
	assert_int_equal(e.nr, 1);
	assert_int_equal(e.list[0].pages, 1);
	assert_int_equal(e.list[0].device, 1);
	assert_int_equal(e.list[0].time_ns, 410);
	assert_false(e.list[0].flushed);
	assert_held(&e.list[0].own, 2, 6, 6);
	assert_held(&e.list[0].all, 2, 6, 6);
}

/* The retry of a shortage flushes, and so does the timer. */
static void test_flushes(void **state)
{
	(void)state;
	map_at(100, 1, 0, 4, 0);
	unmap_at(200, 1, 0, 4);
	map_at(300, 1, 1, 1, IR_OPF_ENOMEM);	/* its retry is done at 330 */
	map_at(400, 1, 2, 1, IR_OPF_ENOMEM);
	unmap_at(500, 1, 2, 1);
	timer_at(600, 1);			/* done at 650 */
	map_at(700, 1, 3, 1, IR_OPF_ENOMEM);
	finish();
	assert_int_equal(e.nr, 3);
	assert_held(&e.list[0].own, 0, 4, 4);
	assert_held(&e.list[1].own, 1, 1, 1);
	assert_true(e.list[1].flushed);
	assert_held(&e.list[2].own, 1, 1, 1);
}

/* Unmapped while a flush is under way: it may have come too late for that. */
static void test_unmapped_during_a_flush(void **state)
{
	(void)state;
	map_at(100, 1, 0, 4, 0);
	map_at(200, 1, 1, 8, 0);
	unmap_at(290, 1, 1, 8);
	timer_at(300, 1);
	unmap_at(310, 1, 0, 4);
	map_at(320, 1, 2, 1, IR_OPF_ENOMEM);	/* during it: the 8 are held, perhaps */
	map_at(500, 1, 3, 1, IR_OPF_ENOMEM);
	finish();
	assert_held(&e.list[0].own, 0, 0, 12);
	assert_held(&e.list[1].own, 1, 1, 1);
}

/* The next flush is sure to have it, but while that one lasts it is held. */
static void test_unmapped_between_flushes(void **state)
{
	(void)state;
	map_at(100, 1, 0, 4, 0);
	timer_at(200, 1);
	unmap_at(210, 1, 0, 4);
	timer_at(240, 1);			/* both are under way */
	map_at(241, 1, 1, 1, IR_OPF_ENOMEM);	/* the first one is done at 250 */
	timer_at(400, 1);
	map_at(410, 1, 2, 1, IR_OPF_ENOMEM);
	finish();
	assert_held(&e.list[0].own, 0, 0, 4);
	assert_held(&e.list[1].own, 1, 1, 1);
}

/* A flush that lasts longer than one that began after it. */
static void test_long_flush(void **state)
{
	(void)state;
	map_at(100, 1, 0, 4, 0);
	unmap_at(150, 1, 0, 4);
	op((struct ir_op){ .kind = IR_OP_FLUSH_TIMER, .time_ns = 200, .rpcit_ns = 500, .device = 1 });
	timer_at(210, 1);			/* done at 260 */
	map_at(270, 1, 1, 1, IR_OPF_ENOMEM);
	finish();
	assert_held(&e.list[0].own, 0, 0, 0);
}

/* More at once than are told apart: what they flush may be held until the last of them is done. */
static void test_many_flushes(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < IR_ENTRIES_FLUSHES + 2; i++) {
		map_at(100 * i, 1, i, 4, 0);
		unmap_at(100 * i + 50, 1, i, 4);
		op((struct ir_op){ .kind = IR_OP_FLUSH_TIMER, .time_ns = 100 * i + 60, .rpcit_ns = 2000, .device = 1 });
	}
	map_at(2780, 1, 100, 1, IR_OPF_ENOMEM);	/* the eighth was done at 2760, the ninth is at 2860 */
	map_at(3500, 1, 101, 1, IR_OPF_ENOMEM);
	finish();
	assert_held(&e.list[0].own, 0, 0, 4 * 3);
	assert_held(&e.list[1].own, 1, 1, 1);
}

/* The host ran short before the end of the RPCIT is seen, when a flush had not been done yet. */
static void test_long_shortage(void **state)
{
	(void)state;
	map_at(100, 1, 0, 4, 0);
	map_at(120, 1, 1, 8, 0);
	unmap_at(150, 1, 0, 4);
	op((struct ir_op){ .kind = IR_OP_MAP, .time_ns = 200, .rpcit_ns = 1000, .device = 1, .mapping = 2,
			   .pages = 2, .flags = IR_OPF_ENOMEM });
	timer_at(300, 1);
	map_at(400, 1, 3, 2, 0);
	finish();
	assert_held(&e.list[0].own, 10, 8, 12);
}

/* A second flush begins while the first one lasts: what came in between goes with it. */
static void test_flush_within_a_flush(void **state)
{
	(void)state;
	map_at(100, 1, 0, 4, 0);
	timer_at(200, 1);
	unmap_at(210, 1, 0, 4);
	timer_at(220, 1);
	map_at(225, 1, 1, 1, IR_OPF_ENOMEM);
	finish();
	assert_held(&e.list[0].own, 0, 0, 4);
}

/* A mapping that another CPU makes at that moment may be held already. */
static void test_under_way_elsewhere(void **state)
{
	(void)state;
	map_at(100, 1, 0, 1, IR_OPF_ENOMEM);
	map_at(105, 1, 1, 16, 0);
	map_at(108, 2, 2, 32, 0);
	map_at(111, 1, 3, 64, 0);		/* issued when that was done */
	finish();
	assert_held(&e.list[0].own, 0, 0, 16);
	assert_held(&e.list[0].all, 0, 0, 48);
}

/* A device holds nothing of another one's; what has no name may be anybody's. */
static void test_devices(void **state)
{
	(void)state;
	map_at(100, 1, 0, 4, 0);
	map_at(200, 2, 1, 8, 0);
	map_at(300, 0, 2, 16, 0);
	map_at(400, 1, 3, 1, IR_OPF_ENOMEM);
	unmap_at(500, 2, 1, 8);
	timer_at(600, 1);			/* not of device 2 */
	map_at(700, 2, 4, 1, IR_OPF_ENOMEM);
	finish();
	assert_held(&e.list[0].own, 20, 20, 20);
	assert_held(&e.list[0].all, 28, 28, 28);
	assert_held(&e.list[1].own, 16, 24, 24);
	assert_held(&e.list[1].all, 21, 29, 29);
}

/* What was held before its RPCIT was issued is no bound. */
static void test_flush_before_the_rpcit(void **state)
{
	(void)state;
	map_at(100, 1, 0, 4, 0);
	unmap_at(150, 1, 0, 4);
	op((struct ir_op){ .kind = IR_OP_MAP, .time_ns = 200, .sync_ns = 100, .rpcit_ns = 10, .device = 1,
			   .mapping = 1, .pages = 1, .retry_ns = 20, .flags = IR_OPF_ENOMEM });
	timer_at(210, 1);			/* done at 260 */
	map_at(400, 1, 2, 1, 0);
	finish();
	assert_held(&e.list[0].own, 0, 0, 0);
}

/* Failed for good: it is undone, and takes nothing. */
static void test_undone(void **state)
{
	(void)state;
	map_at(100, 1, IR_NO_MAPPING, 4, IR_OPF_ENOMEM | IR_OPF_FAILED);
	op((struct ir_op){ .kind = IR_OP_UNMAP, .time_ns = 150, .device = 1, .pages = 4,
			   .mapping = IR_NO_MAPPING, .flags = IR_OPF_FAILED });
	map_at(200, 1, 1, 1, IR_OPF_ENOMEM);
	finish();
	assert_int_equal(e.nr, 2);
	assert_held(&e.list[1].own, 0, 0, 0);
	assert_int_equal(e.devices[1].found, 0);
}

/* Until it is undone, that is until its CPU does something else, the walks' pages of it are held. */
static void test_undone_later(void **state)
{
	(void)state;
	map_at(100, 1, IR_NO_MAPPING, 4, IR_OPF_ENOMEM | IR_OPF_FAILED);	/* its retry is done at 130 */
	for (uint32_t i = 0; i < 4; i++)
		op((struct ir_op){ .kind = IR_OP_MAP, .time_ns = 105 + 50 * i, .rpcit_ns = 10, .device = 1,
				   .mapping = i, .pages = 1, .cpu = i < 2, .retry_ns = 20,
				   .flags = IR_OPF_ENOMEM | (i == 2 ? IR_OPF_IRQ : 0) });
	map_at(300, 1, 4, 1, IR_OPF_ENOMEM);
	map_at(350, 2, 5, 1, IR_OPF_ENOMEM);
	finish();
	assert_int_equal(e.nr, 7);
	assert_held(&e.list[0].own, 0, 0, 1);		/* it is none of its own */
	assert_held(&e.list[1].own, 0, 0, 4);		/* during the retry, */
	assert_held(&e.list[2].own, 1, 1, 5);		/* behind it, */
	assert_held(&e.list[2].all, 1, 1, 5);
	assert_held(&e.list[3].own, 2, 2, 6);		/* in an interrupt */
	assert_held(&e.list[4].own, 3, 3, 3);
	assert_held(&e.list[6].own, 0, 0, 0);
}

/* Pages of a mapping that fails are held while it tries. */
static void test_undone_by_queue_during(void **state)
{
	(void)state;
	map_at(100, 1, IR_NO_MAPPING, 4, IR_OPF_ENOMEM | IR_OPF_FAILED | IR_OPF_LINKED);
	op((struct ir_op){ .kind = IR_OP_MAP, .time_ns = 105, .rpcit_ns = 1, .device = 1, .pages = 1,
			   .mapping = 1, .flags = IR_OPF_ENOMEM });
	finish();
	assert_held(&e.list[0].own, 0, 0, 4);
}

/* Undone through the queue: what the walks took of it stays until the next flush. */
static void test_undone_by_queue(void **state)
{
	(void)state;
	map_at(100, 1, IR_NO_MAPPING, 4, IR_OPF_ENOMEM | IR_OPF_FAILED | IR_OPF_LINKED);
	map_at(200, 1, 1, 1, IR_OPF_ENOMEM);
	map_at(300, 1, 2, 1, IR_OPF_ENOMEM);
	finish();
	assert_int_equal(e.nr, 3);
	assert_held(&e.list[1].own, 0, 0, 4);
	assert_held(&e.list[2].own, 1, 1, 1);
}

/* A mapping that failed for another reason took nothing, whatever else is late at that time. */
static void test_undone_without_shortage(void **state)
{
	(void)state;
	map_at(100, 1, 0, 1, 0);
	map_at(105, 1, IR_NO_MAPPING, 4, IR_OPF_FAILED | IR_OPF_LINKED);
	map_at(200, 1, IR_NO_MAPPING, 4, IR_OPF_FAILED | IR_OPF_LINKED);
	map_at(300, 1, 1, 1, IR_OPF_ENOMEM);
	finish();
	assert_int_equal(e.nr, 1);
	assert_held(&e.list[0].own, 1, 1, 1);
}

/* Mapped before the recording and unmapped in it: held from its start on. */
static void test_found(void **state)
{
	(void)state;
	map_at(100, 1, 0, 1, IR_OPF_ENOMEM);
	unmap_at(200, 1, IR_NO_MAPPING, 5);
	map_at(300, 1, 1, 1, IR_OPF_ENOMEM);
	finish();
	assert_held(&e.list[0].own, 5, 5, 5);
	assert_held(&e.list[1].own, 1, 6, 6);
	assert_int_equal(e.devices[1].found, 5);
}

/* A mapping that is unmapped has been mapped, however long its RPCIT seems to last. */
static void test_unmapped_before_it_is_done(void **state)
{
	(void)state;
	op((struct ir_op){ .kind = IR_OP_MAP, .time_ns = 100, .rpcit_ns = 1000, .device = 1,
			   .mapping = 0, .pages = 4 });
	unmap_at(200, 1, 0, 4);
	map_at(300, 1, 1, 1, IR_OPF_ENOMEM);
	finish();
	assert_held(&e.list[0].own, 0, 4, 4);
}

/* A device that goes takes all with it. */
static void test_detach(void **state)
{
	(void)state;
	map_at(100, 1, 0, 4, 0);
	op((struct ir_op){ .kind = IR_OP_DETACH, .time_ns = 200, .device = 1 });
	map_at(300, 1, 1, 1, IR_OPF_ENOMEM);
	finish();
	assert_held(&e.list[0].own, 0, 0, 0);
	assert_true(e.list[0].flushed);
	assert_int_equal(e.devices[1].most, 4);
}

/* The former DMA API: addresses that begin again are behind a flush. */
static void test_next_fit(void **state)
{
	(void)state;
	e.next_fit = true;
	op((struct ir_op){ .kind = IR_OP_MAP, .time_ns = 100, .iova = PAGE(100000), .pages = 4 });
	unmap_at(200, 0, 0, 4);
	op((struct ir_op){ .kind = IR_OP_MAP, .time_ns = 300, .iova = PAGE(99000), .pages = 1,
			   .mapping = 1, .flags = IR_OPF_ENOMEM });	/* another CPU's */
	unmap_at(400, 0, 1, 1);
	op((struct ir_op){ .kind = IR_OP_MAP, .time_ns = 500, .iova = PAGE(16), .pages = 1,
			   .mapping = 2, .flags = IR_OPF_ENOMEM });
	finish();
	assert_held(&e.list[0].own, 0, 4, 4);
	assert_held(&e.list[1].own, 0, 0, 0);
}

/* The most that was held while nothing ran short. */
static void test_most(void **state)
{
	(void)state;
	map_at(100, 1, 0, 4, 0);
	unmap_at(200, 1, 0, 4);
	map_at(300, 1, 1, 3, 0);
	map_at(400, 1, 2, 7, IR_OPF_ENOMEM);
	timer_at(500, 1);
	unmap_at(600, 1, 2, 7);
	timer_at(700, 1);
	map_at(800, 1, 3, 1, 0);
	finish();
	assert_int_equal(e.devices[1].most, 7);
}

/* More effects than there is room for take place early, in their order. */
static void test_many_late(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 2 * IR_ENTRIES_LATE; i++)
		op((struct ir_op){ .kind = IR_OP_MAP, .time_ns = 100 + i, .rpcit_ns = 100000,
				   .mapping = i, .pages = 1 });
	enter_last(0);
	assert_int_equal(e.devices[0].live, IR_ENTRIES_LATE);
	finish();
	assert_int_equal(e.devices[0].live, 2 * IR_ENTRIES_LATE);
}

/* The first ones are kept. */
static void test_many_shortages(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < IR_SHORTAGES + 5; i++)
		map_at(1000 * i, 1, i, 1, IR_OPF_ENOMEM);
	finish();
	assert_int_equal(e.nr, IR_SHORTAGES);
	assert_int_equal(e.list[IR_SHORTAGES - 1].own.live, IR_SHORTAGES - 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_lazy_pages_are_held),
		TEST(test_flushes),
		TEST(test_unmapped_during_a_flush),
		TEST(test_unmapped_between_flushes),
		TEST(test_long_flush),
		TEST(test_many_flushes),
		TEST(test_long_shortage),
		TEST(test_flush_within_a_flush),
		TEST(test_under_way_elsewhere),
		TEST(test_devices),
		TEST(test_flush_before_the_rpcit),
		TEST(test_undone),
		TEST(test_undone_later),
		TEST(test_undone_by_queue),
		TEST(test_undone_by_queue_during),
		TEST(test_undone_without_shortage),
		TEST(test_found),
		TEST(test_unmapped_before_it_is_done),
		TEST(test_detach),
		TEST(test_next_fit),
		TEST(test_most),
		TEST(test_many_late),
		TEST(test_many_shortages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
