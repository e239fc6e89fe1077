// SPDX-License-Identifier: GPL-2.0-or-later
/* Limits that recorded shortages show: each device's own, or one for all of them. */
#include "test_util.h"
#include "replay/limit.h"

#define MOST 64

static struct ir_recorded_shortage list[MOST];
static int64_t held[4];
static const char *const names[4] = { NULL, "a", "b", "c" };

/* A recording of so many devices. */
static struct ir_recording_info recording(size_t devices)
{
	memset(held, 0, sizeof(held));
	return (struct ir_recording_info){
		.devices = names, .nr_devices = devices + 1,
		.machine = { .shortages = list, .held_pages = held },
	};
}

/* A mapping of @pages that ran short; so much was held of its device, and of the others. */
static void add(struct ir_recording_info *info, uint16_t device, uint32_t pages, int64_t own,
		int64_t others)
{
	assert_true(info->machine.nr_shortages < MOST);
	list[info->machine.nr_shortages++] = (struct ir_recorded_shortage){
		.pages = pages, .device = device, .flushed = true,
		.own = { .live = own / 2, .min = own, .max = own },
		.all = { .live = own / 2, .min = own + others, .max = own + others },
	};
}

static struct ir_limits compare(const struct ir_recording_info *info, uint64_t initial)
{
	struct ir_limits limits;

	ir_limit_compare(info, initial, &limits);
	return limits;
}

static struct ir_limit infer(const struct ir_recording_info *info, uint64_t pages, uint16_t device)
{
	const struct ir_initial initial = ir_limit_initial(info, pages);

	return ir_limit_infer(info, &initial, IR_SHARE_DEVICE, device);
}

static uint64_t limit_of(const struct ir_recording_info *info, uint64_t pages, uint16_t device, uint64_t others,
			 uint64_t otherwise)
{
	const struct ir_initial initial = ir_limit_initial(info, pages);

	return ir_limit_of_device(info, &initial, device, others, otherwise);
}

static void test_no_shortage_shows_no_limit(void **state)
{
	struct ir_recording_info info = recording(1);
	struct ir_limit limit = infer(&info, 10, 0);

	(void)state;
	assert_int_equal(limit.low, 0);
	assert_int_equal(limit.shortages, 0);
	assert_int_equal(compare(&info, 10).share, IR_SHARE_DEVICE);
	assert_false(compare(&info, 10).compared);
}

/* The host was full within the mapping: after its first page at the earliest. */
static void test_a_shortage_is_a_range(void **state)
{
	struct ir_recording_info info = recording(1);
	struct ir_limit limit;

	(void)state;
	add(&info, 1, 8, 100, 0);
	limit = infer(&info, 0, 0);
	assert_int_equal(limit.low, 101);
	assert_int_equal(limit.high, 108);
	assert_int_equal(ir_limit_value(&limit), 105);
	/* Pages mapped before are held, too. */
	limit = infer(&info, 24, 0);
	assert_int_equal(limit.low, 125);
	assert_int_equal(limit.high, 132);
	/* But not twice, if it is among what is held. */
	info.machine.found_pages = 20;
	limit = infer(&info, 24, 0);
	assert_int_equal(limit.low, 105);
}

/* Ranges meet in fewer values; what disagrees with most does not count. */
static void test_ranges_meet(void **state)
{
	struct ir_recording_info info = recording(1);
	struct ir_limit limit;

	(void)state;
	add(&info, 1, 10, 100, 0);	/* 101 to 110 */
	add(&info, 1, 10, 105, 0);	/* 106 to 115 */
	add(&info, 1, 1, 300, 0);	/* 301 */
	add(&info, 1, 3, 106, 0);	/* 107 to 109 */
	limit = infer(&info, 0, 0);
	assert_int_equal(limit.low, 107);
	assert_int_equal(limit.high, 109);
	assert_int_equal(limit.agree, 3);
	assert_int_equal(limit.shortages, 4);
}

/* Of several stretches that are as good the lowest is taken. */
static void test_lowest_of_equals(void **state)
{
	struct ir_recording_info info = recording(1);

	(void)state;
	add(&info, 1, 1, 300, 0);
	add(&info, 1, 1, 100, 0);
	add(&info, 1, 1, 200, 0);
	assert_int_equal(infer(&info, 0, 0).low, 101);
}

/* But one below that much was held without a shortage. */
static void test_not_what_was_held(void **state)
{
	struct ir_recording_info info = recording(2);

	(void)state;
	add(&info, 2, 1, 16, 160);	/* while a flush was under way */
	add(&info, 2, 8, 421, 160);
	add(&info, 2, 8, 600, 160);
	assert_int_equal(infer(&info, 0, 2).low, 17);
	held[2] = 421;
	assert_int_equal(infer(&info, 0, 2).low, 422);
	assert_int_equal(infer(&info, 0, 2).high, 429);
	assert_int_equal(infer(&info, 88, 2).low, 422 + 44);
	/* More shortages speak against all that was held, which may have been flushed already. */
	add(&info, 2, 1, 16, 160);
	assert_int_equal(infer(&info, 0, 2).low, 17);
}

/* In a strict domain nothing is held but what is mapped. */
static void test_strict(void **state)
{
	struct ir_recording_info info = recording(1);
	struct ir_limit limit;

	(void)state;
	add(&info, 1, 1, 100, 0);
	info.ops.unmap = 10;
	info.rpcit.present = true;
	info.rpcit.sync = 10;
	limit = infer(&info, 0, 0);
	assert_int_equal(limit.low, 51);
	assert_int_equal(limit.high, 51);
}

/* So many pages are of each device, as the replay has it, and the limit is inferred with. */
static void assert_shares(const struct ir_recording_info *info, uint64_t initial, uint64_t a, uint64_t b,
			  uint64_t c)
{
	const struct ir_initial in = ir_limit_initial(info, initial);
	uint64_t wanted[4] = { 0, a, b, c };

	for (uint16_t d = 0; d < 4; d++) {
		assert_int_equal(ir_limit_initial_of(info, &in, d), wanted[d]);
		if (d)
			assert_int_equal(infer(info, initial, d).low, 101 + wanted[d]);
	}
}

/* Devices have equally many; if they cannot be divided, the first ones have one more. */
static void test_shares(void **state)
{
	struct ir_recording_info info = recording(3);
	uint64_t found[4] = { 0 };
	struct ir_initial in;

	(void)state;
	for (uint16_t d = 1; d <= 3; d++)
		add(&info, d, 1, 100, 0);
	assert_shares(&info, 0, 0, 0, 0);
	assert_shares(&info, 9, 3, 3, 3);
	assert_shares(&info, 11, 4, 4, 3);
	info.machine.found_of = found;
	assert_shares(&info, 11, 4, 4, 3);
	/* The pages that the recording unmaps are included, as far as they allow. */
	info.machine.found_pages = found[2] = 2;
	assert_shares(&info, 11, 4, 2, 3);
	assert_shares(&info, 3, 1, 0, 0);
	assert_shares(&info, 2, 0, 0, 0);
	assert_shares(&info, 1, 0, 0, 0);
	found[2] = found[3] = 10;
	info.machine.found_pages = 20;
	assert_shares(&info, 27, 7, 0, 0);
	assert_shares(&info, 32, 11, 1, 0);
	found[1] = 10;
	found[2] = found[3] = 0;
	info.machine.found_pages = 10;
	assert_shares(&info, 13, 0, 2, 1);
	/* A selected one has them all. */
	info.device = 2;
	in = ir_limit_initial(&info, 27);
	assert_int_equal(ir_limit_initial_of(&info, &in, 2), 17);
}

static void test_each_device_has_its_own(void **state)
{
	struct ir_recording_info info = recording(2);
	struct ir_limits limits;

	(void)state;
	for (int i = 0; i < 10; i++) {
		add(&info, 1, 1, 299, 17 * i);
		add(&info, 2, 1, 499, 13 * i);
	}
	add(&info, 2, 1, 499, 200);
	limits = compare(&info, 0);
	assert_true(limits.compared);
	assert_int_equal(limits.share, IR_SHARE_DEVICE);
	assert_true(limits.differ);
	assert_int_equal(limits.own.agree, 21);
	assert_int_equal(limits.own.shortages, 21);
	/* Of the one with most shortages. */
	assert_int_equal(ir_limit_value(&limits.own), 500);
	assert_true(limits.all.agree < 11);
	assert_int_equal(limit_of(&info, 0, 1, 500, 65535), 300);
	assert_int_equal(limit_of(&info, 0, 2, 500, 65535), 500);
	/* Equal shares of what was mapped before. */
	assert_int_equal(limit_of(&info, 20, 1, 500, 65535), 310);
	/* All of it, if that device was asked for. */
	info.device = 1;
	assert_int_equal(limit_of(&info, 20, 1, 500, 65535), 320);
	assert_false(compare(&info, 20).compared);
}

static void test_the_same_for_each(void **state)
{
	struct ir_recording_info info = recording(2);

	(void)state;
	for (int i = 0; i < 10; i++) {
		add(&info, 1, 1, 299, 17 * i);
		add(&info, 2, 1, 299, 13 * i);
	}
	assert_int_equal(compare(&info, 0).share, IR_SHARE_DEVICE);
	assert_false(compare(&info, 0).differ);
}

/* A device that never ran short has what the others have, if that can be. */
static void test_never_short(void **state)
{
	struct ir_recording_info info = recording(3);

	(void)state;
	add(&info, 1, 1, 299, 0);
	held[2] = 299;
	held[3] = 100;
	assert_int_equal(limit_of(&info, 0, 2, 300, 65535), 300);
	assert_false(compare(&info, 0).differ);
	held[2] = 300;
	assert_int_equal(limit_of(&info, 0, 2, 300, 65535), 65535);
	assert_true(compare(&info, 0).differ);
	/* With its share of what was mapped before. */
	held[2] = 295;
	assert_int_equal(limit_of(&info, 12, 2, 300, 65535), 300);
	assert_int_equal(limit_of(&info, 15, 2, 300, 65535), 65535);
	/* A device without a name has the limit of the others. */
	assert_int_equal(limit_of(&info, 0, 0, 300, 65535), 300);
	info.machine.held_pages = NULL;
	assert_int_equal(limit_of(&info, 0, 2, 300, 65535), 300);
}

static void test_shared(void **state)
{
	struct ir_recording_info info = recording(2);
	struct ir_limits limits;

	(void)state;
	for (int i = 0; i < 10; i++) {
		add(&info, 1, 1, 17 * i, 511 - 17 * i);
		add(&info, 2, 1, 13 * i, 511 - 13 * i);
	}
	limits = compare(&info, 88);
	assert_int_equal(limits.share, IR_SHARE_GUEST);
	assert_int_equal(ir_limit_value(&limits.all), 600);
	assert_int_equal(limits.all.agree, 20);
	assert_true(limits.own.agree < 5);
}

/* If both explain them it is each device's own, as vfio has it. */
static void test_both_fit(void **state)
{
	struct ir_recording_info info = recording(2);
	struct ir_limits limits;

	(void)state;
	for (int i = 0; i < 20; i++)
		add(&info, 1, 1, 299, 5);
	limits = compare(&info, 0);
	assert_int_equal(limits.share, IR_SHARE_DEVICE);
	assert_int_equal(limits.own.agree, 20);
	assert_int_equal(limits.all.agree, 20);
	assert_int_equal(ir_limit_value(&limits.all), 305);
	/* A tenth of them may be due to chance. */
	add(&info, 1, 1, 290, 14);
	add(&info, 1, 1, 280, 24);
	assert_int_equal(compare(&info, 0).share, IR_SHARE_DEVICE);
	add(&info, 1, 1, 270, 34);
	assert_int_equal(compare(&info, 0).share, IR_SHARE_GUEST);
}

/* Two limits that differ need two shortages to show them: one for all explains more. */
static void test_one_is_simpler(void **state)
{
	struct ir_recording_info info = recording(2);
	struct ir_limits limits;

	(void)state;
	for (int i = 0; i < 5; i++)
		add(&info, 1, 3, 304, 307);
	add(&info, 2, 8, 404, 205);
	limits = compare(&info, 0);
	assert_int_equal(limits.own.agree, 6);
	assert_int_equal(limits.all.agree, 6);
	assert_true(limits.differ);
	assert_int_equal(limits.share, IR_SHARE_GUEST);
	assert_int_equal(limits.all.low, 612);
	/* Not if that leaves one unexplained. */
	for (int i = 0; i < 14; i++)
		add(&info, 2, 8, 404, i ? 205 : 300);
	limits = compare(&info, 0);
	assert_int_equal(limits.own.agree, 20);
	assert_int_equal(limits.all.agree, 19);
	assert_int_equal(limits.share, IR_SHARE_DEVICE);
}

/* If neither explains them nothing speaks for a shared one. */
static void test_neither_fits(void **state)
{
	struct ir_recording_info info = recording(2);

	(void)state;
	for (int i = 0; i < 20; i++)
		add(&info, 1, 1, 17 * i, i < 12 ? 511 - 17 * i : 900 + 5 * i);
	assert_int_equal(compare(&info, 0).all.agree, 12);
	assert_int_equal(compare(&info, 0).share, IR_SHARE_DEVICE);
}

/* Of whom a shortage is must be known. */
static void test_nameless(void **state)
{
	struct ir_recording_info info = recording(2);

	(void)state;
	for (int i = 0; i < 10; i++)
		add(&info, i == 3 ? 0 : 1, 1, 17 * i, 511 - 17 * i);
	assert_false(compare(&info, 0).compared);
	assert_int_equal(compare(&info, 0).share, IR_SHARE_DEVICE);
}

/* The former DMA API: what was unmapped before may still be held. */
static void test_initial_lazy(void **state)
{
	struct ir_recording_info info = recording(1);

	(void)state;
	info.machine.s390_dma_api = true;
	info.machine.unmapped_pages = 1000;
	info.max_live_pages = 50;
	/* Nothing ran short: all of it fits, or none does. */
	assert_int_equal(ir_limit_initial_lazy(&info, 20, 0), 1000);
	assert_int_equal(ir_limit_initial_lazy(&info, 20, 1070), 1000);
	assert_int_equal(ir_limit_initial_lazy(&info, 20, 1069), 0);
	/* The first shortage came after a flush: what others show tells nothing. */
	add(&info, 1, 1, 400, 0);
	assert_int_equal(ir_limit_initial_lazy(&info, 20, 0), 0);
	/* It came before: the host was full then. */
	for (int i = 0; i < 3; i++)
		add(&info, 1, 1, 479, 0);
	list[0].flushed = false;
	assert_int_equal(ir_limit_initial_lazy(&info, 20, 0), 79);
	/* In the middle of that mapping. */
	list[0].pages = 9;
	assert_int_equal(ir_limit_initial_lazy(&info, 20, 0), 75);
	list[0].pages = 1;
	/* Never more than there is room for. */
	assert_int_equal(ir_limit_initial_lazy(&info, 20, 60), 40);
	assert_int_equal(ir_limit_initial_lazy(&info, 20, 10), 0);
	info.machine.unmapped_pages = 30;
	assert_int_equal(ir_limit_initial_lazy(&info, 20, 0), 30);
}

/*
 * The queue's timer was running when the recording began: how many unmapped pages the host held until
 * the first flush is not known, so that a shortage before it shows no more than that there was no less.
 */
static void test_queued_before(void **state)
{
	struct ir_recording_info info = recording(1);
	struct ir_limit limit;

	(void)state;
	add(&info, 1, 2, 100, 0);
	list[0].flushed = false;
	assert_int_equal(infer(&info, 20, 1).high, 122);
	info.machine.queued_before = true;
	limit = infer(&info, 20, 1);
	assert_int_equal(limit.low, 121);
	assert_int_equal(limit.high, 121);
	held[1] = 300;
	limit = infer(&info, 20, 1);
	assert_int_equal(limit.low, 321);
	assert_int_equal(limit.high, 321);
	/* Behind a flush all is known, and the first one agrees. */
	add(&info, 1, 2, 400, 0);
	limit = infer(&info, 20, 1);
	assert_int_equal(limit.low, 421);
	assert_int_equal(limit.high, 422);
	assert_int_equal(limit.agree, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queued_before),
		cmocka_unit_test(test_no_shortage_shows_no_limit),
		cmocka_unit_test(test_a_shortage_is_a_range),
		cmocka_unit_test(test_ranges_meet),
		cmocka_unit_test(test_lowest_of_equals),
		cmocka_unit_test(test_not_what_was_held),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_each_device_has_its_own),
		cmocka_unit_test(test_the_same_for_each),
		cmocka_unit_test(test_never_short),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_both_fit),
		cmocka_unit_test(test_one_is_simpler),
		cmocka_unit_test(test_neither_fits),
		cmocka_unit_test(test_nameless),
		cmocka_unit_test(test_initial_lazy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
