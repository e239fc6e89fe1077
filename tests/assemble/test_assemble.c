// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The assembler on sequences of events made by hand.  Which events belong to one
 * call of the DMA API: drivers/iommu/dma-iommu.c and iommu.c, Linux 6.12, and the
 * model's section 2; of the former s390 API: arch/s390/pci/pci_dma.c, Linux 6.1.
 */
#include "assemble/assemble_util.h"

/* One iotlb_sync_map, so one RPCIT, over the whole scatter list: that closes it. */
static void test_list_closed_by_rpcit(void **state)
{
	struct feed *f = feed_new(PROBES, state);

	map_at(f, 100, 1);
	map_at(f, 101, 2);
	map_at(f, 103, 1);
	rpcit(f, 100, 4, 0);
	map_at(f, 104, 1);	/* adjacent, but after the RPCIT: the next mapping */
	map_at(f, 105, 1);
	rpcit(f, 104, 2, 0);
	unmap_at(f, 100, 4);
	unmap_at(f, 104, 2);
	no_damage(f);
	finish(f, "M0 100+4/3 S 101+2 S 103+1 M1 104+2/2 S 105+1 U0 100+4 U1 104+2");
}

/* The fields of an operation beside the page numbers. */
static void test_fields(void **state)
{
	struct feed *f = feed_new(PROBES, state);

	f->cpu = 3;
	f->flags = IR_EVF_IRQ;
	map_at(f, 100, 1);	/* at 1 us */
	map_at(f, 101, 2);
	rpcit(f, 100, 3, 0);	/* at 3 us */
	ir_assembler_end(f->a);
	take(f);
	assert_int_equal(f->last_map.time_ns, 1000);
	assert_int_equal(f->last_map.sync_ns, 2000);
	assert_int_equal(f->last_map.cpu, 3);
	assert_int_equal(f->last_map.iova, 100 << 12);
	assert_int_equal(f->last_map.paddr, 5100 << 12);
	assert_int_equal(f->last_map.seg_pages, 1);
	assert_int_equal(f->last_segment.paddr, 5101 << 12);
	assert_int_equal(f->last_segment.seg_pages, 2);
	assert_int_equal(f->last_segment.iova, 101 << 12);
	finish(f, "M0 100+3/2! S 101+2!");
}

/* dma:dma_map_sg names the first address and the size. */
static void test_list_closed_by_dma_event(void **state)
{
	struct feed *f = feed_new(NAMES, state);

	map_at(f, 100, 1);
	map_at(f, 101, 1);
	map_at(f, 102, 1);
	dma_event(f, IR_EV_DMA_MAP_SG, 1, 100, 3);
	map_at(f, 103, 1);
	dma_event(f, IR_EV_DMA_MAP, 1, 103, 1);
	unmap_at(f, 103, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 1, 103, 1);
	dma_event(f, IR_EV_DMA_UNMAP_SG, 1, 0, 0);
	unmap_at(f, 100, 3);
	no_damage(f);
	finish(f, "M0 100+3/3@1 S 101+1@1 S 102+1@1 M1 103+1/1@1 U1 103+1@1 U0 100+3@1");
}

/* Nothing but the unmap, which is in one piece, tells that it was one mapping. */
static void test_list_closed_by_unmap(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	map_at(f, 100, 1);
	map_at(f, 101, 1);
	map_at(f, 102, 1);
	map_at(f, 300, 1);	/* somewhere else: the list is over, but is it one? */
	unmap_at(f, 300, 1);
	unmap_at(f, 100, 3);
	no_damage(f);
	finish(f, "M0 100+3/3 S 101+1 S 102+1 M1 300+1/1 U1 300+1 U0 100+3");
}

/* Two mappings side by side, told apart by their unmaps alone, in either order. */
static void test_neighbours_split_by_unmaps(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	map_at(f, 100, 1);
	map_at(f, 101, 1);
	unmap_at(f, 100, 1);
	unmap_at(f, 101, 1);
	no_damage(f);
	finish(f, "M0 100+1/1 M1 101+1/1 U0 100+1 U1 101+1");

	f = feed_new(PLAIN, state);
	map_at(f, 100, 1);
	map_at(f, 101, 1);
	unmap_at(f, 101, 1);
	unmap_at(f, 100, 1);
	no_damage(f);
	finish(f, "M0 100+1/1 M1 101+1/1 U1 101+1 U0 100+1");
}

/* The same when something else was mapped in between, so that nobody waits any more. */
static void test_neighbours_split_late(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	map_at(f, 100, 1);
	map_at(f, 101, 1);
	map_at(f, 102, 1);
	map_at(f, 500, 1);
	unmap_at(f, 500, 1);
	unmap_at(f, 101, 1);
	unmap_at(f, 102, 1);
	unmap_at(f, 100, 1);
	no_damage(f);
	finish(f, "M0 100+1/1 M1 101+1/1 M2 102+1/1 M3 500+1/1 "
		  "U3 500+1 U1 101+1 U2 102+1 U0 100+1");
}

/* Two lists of two side by side: the unmaps say 2 + 2. */
static void test_two_lists_side_by_side(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	for (uint64_t page = 100; page < 104; page++)
		map_at(f, page, 1);
	unmap_at(f, 102, 2);
	unmap_at(f, 100, 2);
	no_damage(f);
	finish(f, "M0 100+2/2 S 101+1 M1 102+2/2 S 103+1 U1 102+2 U0 100+2");
}

/* The probe missed the RPCIT of 100; the one over 101 alone shows that 100 was not part. */
static void test_first_rpcit_missing(void **state)
{
	struct feed *f = feed_new(PROBES, state);

	map_at(f, 100, 1);
	map_at(f, 101, 1);
	map_at(f, 102, 1);
	rpcit(f, 101, 2, 0);
	unmap_at(f, 100, 1);
	unmap_at(f, 101, 2);
	no_damage(f);
	finish(f, "M0 100+1/1 M1 101+2/2 S 102+1 U0 100+1 U1 101+2");
}

/* Interrupts between the pieces: their unmaps and mappings are not part of the list. */
static void test_interrupt_between_pieces(void **state)
{
	struct feed *f = feed_new(PROBES, state);

	map_at(f, 50, 1);
	rpcit(f, 50, 1, 0);
	map_at(f, 100, 1);
	f->flags = IR_EVF_IRQ;
	unmap_at(f, 50, 1);
	map_at(f, 101, 1);	/* adjacent, but another context */
	rpcit(f, 101, 1, 0);
	f->flags = 0;
	unmap_at(f, 101, 1);	/* (a task may end what an interrupt began) */
	map_at(f, 101, 1);
	rpcit(f, 100, 2, 0);
	unmap_at(f, 100, 2);
	no_damage(f);
	finish(f, "M0 50+1/1 M1 100+2/2 S 101+1 U0 50+1! M0 101+1/1! U0 101+1 U1 100+2");
}

/* Another task's piece on the same CPU, and another CPU's, do not belong to it either. */
static void test_other_task_and_cpu(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	map_at(f, 100, 1);
	f->pid = 200;
	map_at(f, 101, 1);
	f->cpu = 1;
	map_at(f, 102, 1);
	unmap_at(f, 102, 1);
	unmap_at(f, 101, 1);
	unmap_at(f, 100, 1);
	no_damage(f);
	finish(f, "M0 100+1/1 M1 101+1/1 M2 102+1/1 U2 102+1 U1 101+1 U0 100+1");
}

/*
 * Out of resources: RPCIT and the global one both return -ENOMEM, iommu_unmap
 * follows in the same call and its iotlb_sync.  One failed attempt; the retry is
 * not a timer.
 */
static void test_failed_map_by_results(void **state)
{
	struct ir_recorded_rpcit sum;
	uint64_t start, size;
	struct feed *f = feed_new(PROBES, state);

	map_at(f, 100, 1);
	map_at(f, 101, 1);
	rpcit(f, 100, 2, -ENOMEM);
	rpcit_global(f, -ENOMEM);
	unmap_at(f, 100, 2);
	rpcit(f, 100, 2, 0);
	map_at(f, 100, 1);	/* the address went straight back: the next one gets it */
	rpcit(f, 100, 1, 0);
	unmap_at(f, 100, 1);
	ir_assembler_end(f->a);
	take(f);
	assert_int_equal(ir_assembler_totals(f->a)->map, 2);
	assert_int_equal(ir_assembler_totals(f->a)->map_pages, 3);
	assert_int_equal(ir_assembler_totals(f->a)->segments, 3);
	assert_int_equal(ir_assembler_totals(f->a)->unmap, 2);
	assert_int_equal(ir_assembler_totals(f->a)->unmap_pages, 3);
	assert_int_equal(ir_assembler_totals(f->a)->failed_map, 1);
	ir_assembler_rpcit(f->a, &sum, &start, &size);
	assert_true(sum.present);
	assert_int_equal(sum.total, 4);
	assert_int_equal(sum.global, 1);
	assert_int_equal(sum.ranged, 3);
	assert_int_equal(sum.insufficient, 2);
	assert_int_equal(start, 0);
	assert_int_equal(size, UINT64_C(1000000) << 12);
	no_damage(f);
	finish(f, "MF 100+2/2 S 101+1 M0 100+1/1 U0 100+1");
}

/* The retry helps: an ordinary mapping, even if its unmap comes at once. */
static void test_retry_succeeds(void **state)
{
	struct feed *f = feed_new(PROBES, state);

	map_at(f, 100, 1);
	rpcit(f, 100, 1, -ENOMEM);
	rpcit_global(f, 0);
	unmap_at(f, 100, 1);
	no_damage(f);
	finish(f, "M0 100+1/1 U0 100+1");
}

/* Without results a global RPCIT after the mapping's own, and the unmap, prove it. */
static void test_failed_map_without_results(void **state)
{
	struct feed *f = feed_new(PLAIN | KIND(IR_EV_RPCIT), state);

	map_at(f, 100, 1);
	rpcit_only(f, 100, 1);
	rpcit_only(f, 0, 1000000);
	unmap_at(f, 100, 1);
	rpcit_only(f, 100, 1);
	map_at(f, 100, 1);	/* this one is plain */
	rpcit_only(f, 100, 1);
	unmap_at(f, 100, 1);
	no_damage(f);
	finish(f, "MF 100+1/1 M0 100+1/1 U0 100+1");
}

/* A dma_map event with dma_addr ~0 after map and unmap proves the failure. */
static void test_failed_map_by_dma_event(void **state)
{
	struct feed *f = feed_new(NAMES, state);

	map_at(f, 100, 2);
	unmap_at(f, 100, 2);
	dma_map_failed(f, 1, 0x5000, 0x2000);
	map_at(f, 100, 2);
	dma_event(f, IR_EV_DMA_MAP, 1, 100, 2);
	unmap_at(f, 100, 2);
	dma_event(f, IR_EV_DMA_UNMAP, 1, 100, 2);
	no_damage(f);
	finish(f, "MF 100+2/1@1 M0 100+2/1@1 U0 100+2@1");
}

/* dma_map_sg_err proves it for a list. */
static void test_failed_list_by_dma_event(void **state)
{
	struct feed *f = feed_new(NAMES | KIND(IR_EV_DMA_MAP_SG_ERR), state);

	map_at(f, 100, 1);
	map_at(f, 101, 1);
	unmap_at(f, 100, 2);
	dma_map_sg_failed(f, 2);
	no_damage(f);
	finish(f, "MF 100+2/2@2 S 101+1@2");
}

/* Results and a dma event: one failure, told twice. */
static void test_failed_map_told_twice(void **state)
{
	struct feed *f = feed_new(PROBES | NAMES, state);

	map_at(f, 100, 1);
	rpcit(f, 100, 1, -ENOMEM);
	rpcit_global(f, -ENOMEM);
	unmap_at(f, 100, 1);
	rpcit(f, 100, 1, 0);
	dma_map_failed(f, 1, 0, 0x1000);
	ir_assembler_end(f->a);
	take(f);
	assert_int_equal(ir_assembler_totals(f->a)->failed_map, 1);
	assert_int_equal(ir_assembler_totals(f->a)->map, 1);
	finish(f, "MF 100+1/1");
}

/* Mapped and unmapped at once, and no failure is told: an ordinary mapping without a name. */
static void test_quick_unmap_is_no_failure(void **state)
{
	struct feed *f = feed_new(NAMES, state);

	map_at(f, 100, 1);
	unmap_at(f, 100, 1);
	map_at(f, 200, 1);
	dma_event(f, IR_EV_DMA_MAP, 1, 200, 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_UNNAMED_MAPS), 1);
	finish(f, "M0 100+1/1 U0 100+1 M0 200+1/1@1");
}

/* By shape alone: on s390, iommu events only, the same task, microseconds apart. */
static void test_failed_map_by_shape(void **state)
{
	struct ir_assembler_config s390 = { .seen_kinds = PLAIN, .s390 = true };
	struct feed *f = feed_with(s390, state);

	map_at(f, 100, 1);
	unmap_at(f, 100, 1);
	map_at(f, 200, 1);
	f->time_ns += 50 * MS;	/* too long for a call that failed */
	unmap_at(f, 200, 1);
	map_at(f, 300, 1);
	f->pid = 200;		/* someone else's unmap */
	unmap_at(f, 300, 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_ASSUMED_FAILURES), 1);
	finish(f, "MF 100+1/1 M0 200+1/1 U0 200+1 M0 300+1/1 U0 300+1");

	/* elsewhere maps do not fail for lack of host resources */
	f = feed_new(PLAIN, state);
	map_at(f, 100, 1);
	unmap_at(f, 100, 1);
	no_damage(f);
	finish(f, "M0 100+1/1 U0 100+1");
}

/* The second mapping is the first one that the short path could take: its RPCIT is of a known function. */
static void test_rpcit_over_a_part(void **state)
{
	struct feed *f = feed_new(PROBES, state);

	map_at(f, 100, 2);
	rpcit(f, 100, 2, 0);
	map_at(f, 200, 2);
	rpcit(f, 200, 1, 0);
	map_at(f, 300, 2);
	rpcit(f, 300, 2, 0);
	unmap_at(f, 200, 2);
	finish(f, "M0 100+2/1 M1 200+2/1 M2 300+2/1 U1 200+2");
}

/* No IOVA: dma_map says ~0 and there was no iommu:map.  The size includes the offset. */
static void test_iova_exhausted(void **state)
{
	struct feed *f = feed_new(NAMES, state);

	dma_map_failed(f, 1, 0xfff, 2);
	dma_map_failed(f, 2, 0x3000, 0x4000);
	no_damage(f);
	dma_map_sg_failed(f, 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_UNSIZED_FAILURES), 1);
	ir_assembler_end(f->a);
	take(f);
	assert_int_equal(ir_assembler_totals(f->a)->failed_map, 3);
	assert_int_equal(ir_assembler_totals(f->a)->map, 0);
	finish(f, "F 2@1 F 4@2 F 1@1");
}

/* After a failure without an IOVA the mapping under way is untouched. */
static void test_iova_exhausted_after_mapping(void **state)
{
	struct feed *f = feed_new(NAMES, state);

	map_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_MAP, 1, 100, 1);
	dma_map_failed(f, 1, 0, 0x1000);
	unmap_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 1, 100, 1);
	no_damage(f);
	finish(f, "M0 100+1/1@1 F 1@1 U0 100+1@1");
}

/* Two devices use the same IOVA; dma_unmap_page follows its unmap, dma_unmap_sg precedes it. */
static void test_two_devices(void **state)
{
	struct feed *f = feed_new(NAMES, state);

	for (uint16_t device = 1; device <= 2; device++) {
		map_at(f, 100, 1);
		dma_event(f, IR_EV_DMA_MAP, device, 100, 1);
	}
	unmap_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 2, 100, 1);
	unmap_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 1, 100, 1);
	for (uint16_t device = 1; device <= 2; device++) {
		map_at(f, 200, 3);
		dma_event(f, IR_EV_DMA_MAP_SG, device, 200, 3);
	}
	dma_event(f, IR_EV_DMA_UNMAP_SG, 1, 0, 0);
	unmap_at(f, 200, 3);
	dma_event(f, IR_EV_DMA_UNMAP_SG, 2, 0, 0);
	unmap_at(f, 200, 3);
	no_damage(f);
	/* numbers are used again: which of the free ones is the assembler's choice */
	finish(f, "M0 100+1/1@1 M1 100+1/1@2 U1 100+1@2 U0 100+1@1 "
		  "M0 200+3/1@1 M1 200+3/1@2 U0 200+3@1 U1 200+3@2");
}

/* Nothing names the device: a guess, and it is counted. */
static void test_ambiguous_device(void **state)
{
	struct feed *f = feed_new(NAMES, state);

	for (uint16_t device = 1; device <= 2; device++) {
		map_at(f, 100, 1);
		dma_event(f, IR_EV_DMA_MAP, device, 100, 1);
	}
	unmap_at(f, 100, 1);
	map_at(f, 900, 1);
	dma_event(f, IR_EV_DMA_MAP, 1, 900, 1);
	ir_assembler_end(f->a);
	take(f);
	assert_int_equal(damage_of(f, IR_DAMAGE_AMBIGUOUS_DEVICES), 1);
	assert_int_equal(ir_assembler_totals(f->a)->unmap, 1);
	ir_assembler_free(f->a);
	free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_list_closed_by_rpcit),
		BOTH(test_fields),
		BOTH(test_list_closed_by_dma_event),
		BOTH(test_list_closed_by_unmap),
		BOTH(test_neighbours_split_by_unmaps),
		BOTH(test_neighbours_split_late),
		BOTH(test_two_lists_side_by_side),
		BOTH(test_first_rpcit_missing),
		BOTH(test_interrupt_between_pieces),
		BOTH(test_other_task_and_cpu),
		BOTH(test_failed_map_by_results),
		BOTH(test_retry_succeeds),
		BOTH(test_failed_map_without_results),
		BOTH(test_failed_map_by_dma_event),
		BOTH(test_failed_list_by_dma_event),
		BOTH(test_failed_map_told_twice),
		BOTH(test_quick_unmap_is_no_failure),
		BOTH(test_failed_map_by_shape),
		cmocka_unit_test(test_rpcit_over_a_part),
		BOTH(test_iova_exhausted),
		BOTH(test_iova_exhausted_after_mapping),
		BOTH(test_two_devices),
		BOTH(test_ambiguous_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
