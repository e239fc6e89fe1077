// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The assembler, continued: the former s390 API, gaps, filters, timers, numbers,
 * the window's bound, and random recordings whose operations are known.
 */
#include "assemble/assemble_util.h"

static void s390_call(struct feed *f, enum ir_event_kind kind)
{
	event(f, (struct ir_event){ .kind = (uint16_t)kind, .size = 4096 });
}

/* s390_update_trans: flag 0x400 is ZPCI_PTE_INVALID (arch/s390/include/asm/pci_dma.h, 6.1). */
static void update_trans(struct feed *f, uint64_t page, uint64_t pages, bool valid)
{
	struct ir_event ev = range(IR_EV_S390_UPDATE_TRANS, page, pages);

	ev.ret = valid ? 0 : 0x400;
	event(f, ev);
}

/* Next-fit puts one mapping right behind the other; s390_map_page keeps them apart. */
static void test_legacy_pages(void **state)
{
	struct feed *f = feed_new(LEGACY, state);

	s390_call(f, IR_EV_S390_MAP_PAGE);
	update_trans(f, 100, 1, true);
	s390_call(f, IR_EV_S390_MAP_PAGE);
	update_trans(f, 101, 2, true);
	s390_call(f, IR_EV_S390_UNMAP_PAGE);
	update_trans(f, 100, 1, false);
	s390_call(f, IR_EV_S390_UNMAP_PAGE);
	update_trans(f, 101, 2, false);
	no_damage(f);
	finish(f, "M0 100+1/1 M1 101+2/1 U0 100+1 U1 101+2");
}

/* One s390_map_sg_one is one address range and one RPCIT, of several update_trans. */
static void test_legacy_list(void **state)
{
	struct feed *f = feed_new(LEGACY, state);

	s390_call(f, IR_EV_S390_MAP_PAGE);
	update_trans(f, 100, 1, true);
	update_trans(f, 101, 3, true);
	s390_call(f, IR_EV_S390_MAP_PAGE);
	update_trans(f, 104, 1, true);
	s390_call(f, IR_EV_S390_UNMAP_PAGE);
	update_trans(f, 100, 4, false);
	s390_call(f, IR_EV_S390_UNMAP_PAGE);
	update_trans(f, 104, 1, false);
	no_damage(f);
	finish(f, "M0 100+4/2 S 101+3 M1 104+1/1 U0 100+4 U1 104+1");
}

/* Invalidated without s390_unmap_page: the map undid itself. */
static void test_legacy_failed_map(void **state)
{
	struct feed *f = feed_new(LEGACY, state);

	s390_call(f, IR_EV_S390_MAP_PAGE);
	update_trans(f, 100, 2, true);
	update_trans(f, 100, 2, false);
	s390_call(f, IR_EV_S390_MAP_PAGE);
	update_trans(f, 102, 2, true);
	s390_call(f, IR_EV_S390_UNMAP_PAGE);
	update_trans(f, 102, 2, false);
	no_damage(f);
	finish(f, "MF 100+2/1 M0 102+2/1 U0 102+2");
}

/*
 * Without results a failed map shows that its last RPCIT ran short: that of the map, in strict
 * mode, or in lazy mode the global one after it, too.
 */
static void test_legacy_shortages(void **state)
{
	struct feed *f = feed_new(LEGACY | KIND(IR_EV_RPCIT), state);
	struct ir_recorded_rpcit sum;
	uint64_t start, size;

	s390_call(f, IR_EV_S390_MAP_PAGE);
	update_trans(f, 100, 2, true);
	rpcit_only(f, 100, 2);
	update_trans(f, 100, 2, false);
	s390_call(f, IR_EV_S390_MAP_PAGE);
	update_trans(f, 102, 2, true);
	rpcit_only(f, 102, 2);
	rpcit_only(f, 0, 1000000);
	update_trans(f, 102, 2, false);
	no_damage(f);
	ir_assembler_end(f->a);
	take(f);
	ir_assembler_rpcit(f->a, &sum, &start, &size);
	assert_int_equal(sum.insufficient, 3);
	assert_true(f->last_map.flags & IR_OPF_ENOMEM);
	finish(f, "MF 100+2/1 MF 102+2/1");
}

/* Mapped before the recording began. */
static void test_unknown_unmap(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	unmap_at(f, 77, 2);
	map_at(f, 100, 1);
	unmap_at(f, 500, 3);
	unmap_at(f, 100, 1);
	unmap_at(f, 100, 1);	/* it was unmapped already */
	assert_int_equal(damage_of(f, IR_DAMAGE_UNKNOWN_UNMAPS), 3);
	assert_int_equal(damage_of(f, IR_DAMAGE_UNKNOWN_PAGES), 6);
	finish(f, "U? 77+2 M0 100+1/1 U? 500+3 U0 100+1 U? 100+1");
}

/* Events were lost, and page 100 is mapped again: its unmap was among them. */
static void test_implied_unmap(void **state)
{
	struct feed *f = feed_new(PROBES, state);
	const char *first, *second;

	map_at(f, 100, 1);
	rpcit(f, 100, 1, 0);
	event(f, (struct ir_event){ .kind = IR_EV_LOST, .size = 12 });
	map_at(f, 100, 1);
	rpcit(f, 100, 1, 0);
	unmap_at(f, 100, 1);
	ir_assembler_end(f->a);
	take(f);
	assert_int_equal(damage_of(f, IR_DAMAGE_OVERLAPPING_MAPS), 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_UNKNOWN_UNMAPS), 0);
	/* what was not recorded is not in the totals */
	assert_int_equal(ir_assembler_totals(f->a)->unmap, 1);
	first = strstr(f->text, "Ui0 100+1");
	second = strstr(f->text, "U1 100+1");
	assert_non_null(first);
	assert_non_null(second);
	assert_true(first < second);
	assert_memory_equal(f->text, "M0 100+1/1 L ", 13);
	ir_assembler_free(f->a);
	free(f);
}

/*
 * The same in a recording of iommu:* events alone.  The unmap after the new
 * mapping is that one's, not the lost one's, and so on with the next.
 */
static void test_implied_unmap_without_probes(void **state)
{
	struct feed *f = feed_new(PLAIN, state);
	unsigned int unmaps = 0;

	map_at(f, 100, 1);
	event(f, (struct ir_event){ .kind = IR_EV_LOST, .size = 12 });
	map_at(f, 100, 1);
	unmap_at(f, 100, 1);
	map_at(f, 100, 1);
	unmap_at(f, 100, 1);
	ir_assembler_end(f->a);
	take(f);
	for (const char *at = f->text; (at = strchr(at, 'U')); at++)
		unmaps++;
	assert_int_equal(unmaps, 3);	/* nothing stays live for ever */
	assert_non_null(strstr(f->text, "Ui0 100+1"));
	assert_int_equal(damage_of(f, IR_DAMAGE_OVERLAPPING_MAPS), 1);
	ir_assembler_free(f->a);
	free(f);
}

/* Without names there may be several domains: both are live, the older one ends first. */
static void test_overlapping(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	map_at(f, 100, 1);
	map_at(f, 100, 1);
	map_at(f, 900, 1);
	unmap_at(f, 100, 1);
	unmap_at(f, 100, 1);
	unmap_at(f, 900, 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_OVERLAPPING_MAPS), 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_UNKNOWN_UNMAPS), 0);
	finish(f, "M0 100+1/1 M1 100+1/1 M2 900+1/1 U0 100+1 U1 100+1 U2 900+1");
}

/*
 * An unmap whose CPU had no event since, and so may still get a name, is of the device that maps
 * the place again.
 */
static void test_overlapping_a_waiting_unmap(void **state)
{
	struct ir_assembler_config config = { .seen_kinds = NAMES, .several = true, .unknown = true };
	struct feed *f = feed_with(config, state);

	map_at(f, 100, 2);
	dma_event(f, IR_EV_DMA_MAP, 1, 100, 2);
	unmap_at(f, 100, 2);
	f->cpu = 1;
	map_at(f, 101, 1);
	dma_event(f, IR_EV_DMA_MAP, 2, 101, 1);	/* there nothing was unmapped */
	map_at(f, 100, 2);
	dma_event(f, IR_EV_DMA_MAP, 1, 100, 2);
	no_damage(f);
	finish(f, "M0 100+2/1@1 U0 100+2@1 M0 101+1/1@2 M1 100+2/1@1");
}

/* So is one of more than what is mapped again, and it does not end that. */
static void test_overlapping_the_end_of_a_waiting_unmap(void **state)
{
	struct ir_assembler_config config = { .seen_kinds = NAMES, .several = true, .unknown = true };
	struct feed *f = feed_with(config, state);

	map_at(f, 100, 4);
	dma_event(f, IR_EV_DMA_MAP, 1, 100, 4);
	unmap_at(f, 100, 4);
	f->cpu = 1;
	map_at(f, 104, 1);
	dma_event(f, IR_EV_DMA_MAP, 1, 104, 1);
	map_at(f, 103, 1);
	dma_event(f, IR_EV_DMA_MAP, 1, 103, 1);
	no_damage(f);
	finish(f, "M0 100+4/1@1 U0 100+4@1 M0 104+1/1@1 M1 103+1/1@1");
}

/* Of two mappings at one address the one of the unmap's size ends. */
static void test_overlapping_sizes(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	map_at(f, 100, 4);
	map_at(f, 100, 2);
	unmap_at(f, 100, 4);
	unmap_at(f, 100, 2);
	assert_int_equal(damage_of(f, IR_DAMAGE_OVERLAPPING_MAPS), 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_PARTIAL_UNMAPS), 0);
	finish(f, "M0 100+4/1 M1 100+2/1 U0 100+4 U1 100+2");
}

/* A part of one piece is unmapped: the mapping lives on until the rest is, too. */
static void test_partial_unmap(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	map_at(f, 100, 8);
	map_at(f, 900, 1);
	unmap_at(f, 100, 3);
	unmap_at(f, 900, 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_PARTIAL_UNMAPS), 1);
	ir_assembler_end(f->a);
	take(f);
	assert_int_equal(ir_assembler_totals(f->a)->unmap_pages, 4);
	finish(f, "M0 100+8/1 M1 900+1/1 U1 900+1");
}

/* Only one device's operations; numbers are dense among them; gaps concern everyone. */
static void test_device_filter(void **state)
{
	struct feed *f = feed_with((struct ir_assembler_config){
		.seen_kinds = NAMES, .filter = true, .device = 2 }, state);

	for (uint64_t page = 100; page < 200; page += 20) {
		map_at(f, page, 1);
		dma_event(f, IR_EV_DMA_MAP, 1, page, 1);
		map_at(f, page, 2);
		dma_event(f, IR_EV_DMA_MAP, 2, page, 2);
	}
	event(f, (struct ir_event){ .kind = IR_EV_LOST });
	dma_map_failed(f, 1, 0, 0x1000);
	dma_map_failed(f, 2, 0, 0x1000);
	unmap_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 1, 100, 1);
	unmap_at(f, 100, 2);
	dma_event(f, IR_EV_DMA_UNMAP, 2, 100, 2);
	ir_assembler_end(f->a);
	take(f);
	assert_int_equal(ir_assembler_max_mappings(f->a), 5);
	assert_int_equal(ir_assembler_totals(f->a)->map, 5);
	assert_int_equal(ir_assembler_totals(f->a)->map_pages, 10);
	finish(f, "M0 100+2/1@2 M1 120+2/1@2 M2 140+2/1@2 M3 160+2/1@2 M4 180+2/1@2 "
		  "L F 1@2 U0 100+2@2");
}

/* A global RPCIT that is nobody's retry: the flush queue's timer. */
static void test_global_rpcit_is_timer(void **state)
{
	struct feed *f = feed_new(PROBES, state);

	map_at(f, 100, 1);
	rpcit(f, 100, 1, 0);
	unmap_at(f, 100, 1);
	rpcit_global(f, 0);
	no_damage(f);
	finish(f, "M0 100+1/1 U0 100+1 T");
}

/* With a probe on the timer itself, that one counts, and the RPCIT does not. */
static void test_timer_event(void **state)
{
	struct feed *f = feed_new(PROBES | KIND(IR_EV_FQ_TIMEOUT), state);

	map_at(f, 100, 1);
	rpcit(f, 100, 1, 0);
	unmap_at(f, 100, 1);
	event(f, (struct ir_event){ .kind = IR_EV_FQ_TIMEOUT });
	rpcit_global(f, 0);
	no_damage(f);
	finish(f, "M0 100+1/1 U0 100+1 T");
}

/* The timer on another CPU does not end a list that is being mapped. */
static void test_timer_meanwhile(void **state)
{
	struct feed *f = feed_new(PROBES, state);

	map_at(f, 100, 1);
	f->cpu = 1;
	f->flags = IR_EVF_IRQ;
	rpcit_global(f, 0);
	f->cpu = 0;
	f->flags = 0;
	map_at(f, 101, 1);
	rpcit(f, 100, 2, 0);
	unmap_at(f, 100, 2);
	no_damage(f);
	finish(f, "M0 100+2/2 S 101+1 T! U0 100+2");
}

/* An RPCIT on the same CPU in an interrupt, between the task's RPCIT and its result. */
static void test_nested_rpcits(void **state)
{
	struct feed *f = feed_new(PROBES, state);

	map_at(f, 100, 1);
	rpcit_only(f, 100, 1);
	f->flags = IR_EVF_IRQ;
	map_at(f, 200, 1);
	rpcit_only(f, 200, 1);
	rpcit_ret(f, 0);	/* the interrupt's */
	f->flags = 0;
	rpcit_ret(f, -ENOMEM);	/* the task's */
	rpcit_global(f, -ENOMEM);
	unmap_at(f, 100, 1);
	rpcit(f, 100, 1, 0);
	unmap_at(f, 200, 1);
	no_damage(f);
	finish(f, "MF 100+1/1 M0 200+1/1! U0 200+1");
}

/* Numbers are dense and used again. */
static void test_numbers(void **state)
{
	struct feed *f = feed_new(PROBES, state);

	for (uint64_t page = 100; page < 600; page += 100) {
		map_at(f, page, 1);
		rpcit(f, page, 1, 0);
	}
	unmap_at(f, 200, 1);
	map_at(f, 700, 1);
	rpcit(f, 700, 1, 0);
	for (unsigned int i = 0; i < 10; i++) {
		map_at(f, 800, 1);
		rpcit(f, 800, 1, 0);
		unmap_at(f, 800, 1);
	}
	ir_assembler_end(f->a);
	take(f);
	assert_int_equal(ir_assembler_max_mappings(f->a), 6);
	assert_memory_equal(f->text, "M0 100+1/1 M1 200+1/1 M2 300+1/1 M3 400+1/1 M4 500+1/1 "
			    "U1 200+1 M1 700+1/1 M5 800+1/1 U5 800+1 M5 800+1/1", 100);
	ir_assembler_free(f->a);
	free(f);
}

/* Impossible values are counted and left out; an unmap of nothing is no event at all. */
static void test_bad_events(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	map_at(f, 100, 0);
	event(f, (struct ir_event){ .kind = IR_EV_MAP, .addr = UINT64_MAX - 4095, .size = 8192 });
	event(f, (struct ir_event){ .kind = IR_EV_MAP, .addr = 0, .size = UINT64_MAX });
	event(f, (struct ir_event){ .kind = IR_EV_UNMAP, .addr = 8192, .size = UINT64_MAX });
	assert_int_equal(damage_of(f, IR_DAMAGE_BAD_EVENTS), 4);
	unmap_at(f, 100, 0);
	assert_int_equal(damage_of(f, IR_DAMAGE_BAD_EVENTS), 4);
	f->cpu = 65536;
	map_at(f, 100, 1);
	f->cpu = UINT32_MAX;
	map_at(f, 100, 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_BAD_EVENTS), 6);
	f->cpu = 65535;
	map_at(f, 300, 1);
	finish(f, "M0 300+1/1");
}

/*
 * A list on CPU 0 that never ends keeps everything behind it waiting, but not
 * without bound: the window holds 65536 records, then the likely reading must do.
 */
static void test_window_is_bounded(void **state)
{
	struct feed *f = feed_new(PLAIN, state);
	uint64_t before;

	map_at(f, 100, 1);
	map_at(f, 101, 1);
	f->cpu = 1;
	for (unsigned int i = 0; i < 40000; i++) {
		map_at(f, 500, 1);
		unmap_at(f, 500, 1);
	}
	assert_int_equal(damage_of(f, IR_DAMAGE_ASSUMED_GROUPS), 1);
	assert_memory_equal(f->text, "M0 100+2/2 S 101+1 M1 500+1/1 U1 500+1 ", 39);
	before = ir_assembler_totals(f->a)->map;
	assert_true(before > 10000);
	f->len = 0;
	/* an unmap of half of it cannot cut it any more */
	f->cpu = 0;
	unmap_at(f, 100, 1);
	unmap_at(f, 101, 1);
	ir_assembler_end(f->a);
	take(f);
	assert_int_equal(ir_assembler_totals(f->a)->map, 40001);
	assert_int_equal(ir_assembler_totals(f->a)->map_pages, 40002);
	assert_int_equal(ir_assembler_totals(f->a)->unmap_pages, 40002);
	assert_int_equal(ir_assembler_max_mappings(f->a), 2);
	ir_assembler_free(f->a);
	free(f);
}

/* The same with a single list longer than the window. */
static void test_list_longer_than_the_window(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	for (uint64_t page = 0; page < 200000; page++)
		map_at(f, 1000 + page, 1);
	ir_assembler_end(f->a);
	take(f);
	assert_int_equal(ir_assembler_totals(f->a)->map_pages, 200000);
	assert_int_equal(ir_assembler_totals(f->a)->segments, 200000);
	assert_true(ir_assembler_totals(f->a)->map <= 4);
	assert_true(damage_of(f, IR_DAMAGE_ASSUMED_GROUPS) >= 1);
	ir_assembler_free(f->a);
	free(f);
}

/* Of two mappings at one place the oldest ends first, also where the table grew meanwhile. */
static void test_oldest_of_many(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	map_at(f, 100, 1);
	map_at(f, 200, 1);
	map_at(f, 300, 1);
	unmap_at(f, 100, 1);
	map_at(f, 400, 1);
	map_at(f, 200, 1);	/* in the place of the first one */
	for (uint64_t page = 0; page < 2000; page++)
		map_at(f, 1000 + 2 * page, 1);
	ir_assembler_end(f->a);
	take(f);
	f->len = 0;
	unmap_at(f, 200, 1);
	unmap_at(f, 200, 1);
	finish(f, "U1 200+1 U3 200+1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_legacy_pages),
		BOTH(test_legacy_list),
		BOTH(test_legacy_failed_map),
		BOTH(test_legacy_shortages),
		BOTH(test_unknown_unmap),
		BOTH(test_implied_unmap),
		BOTH(test_implied_unmap_without_probes),
		BOTH(test_overlapping),
		BOTH(test_overlapping_a_waiting_unmap),
		BOTH(test_overlapping_the_end_of_a_waiting_unmap),
		BOTH(test_overlapping_sizes),
		BOTH(test_partial_unmap),
		BOTH(test_device_filter),
		BOTH(test_global_rpcit_is_timer),
		BOTH(test_timer_event),
		BOTH(test_timer_meanwhile),
		BOTH(test_nested_rpcits),
		BOTH(test_numbers),
		cmocka_unit_test(test_oldest_of_many),
		BOTH(test_bad_events),
		cmocka_unit_test(test_window_is_bounded),
		cmocka_unit_test(test_list_longer_than_the_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
