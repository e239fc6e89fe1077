// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The assembler: what tells mappings apart, what ends them, and what an RPCIT or
 * a flush is for, where that is decided by a single condition.
 */
#include "assemble_util.h"
#include "assemble/rpcits.h"

#define FLUSHES	(PLAIN | KIND(IR_EV_FLUSH_ALL) | KIND(IR_EV_FQ_FLUSH) | KIND(IR_EV_TLB_SYNC))

/* Neighbours that one CPU maps for two tasks are two mappings. */
static void test_pieces_are_of_one_task(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	map_at(f, 100, 1);
	f->pid = 200;
	map_at(f, 101, 1);
	f->pid = 100;
	map_at(f, 102, 1);
	no_damage(f);
	finish(f, "M0 100+1/1 M1 101+1/1 M2 102+1/1");
}

/* They are not of one mapping either if one was made in an interrupt. */
static void test_pieces_are_of_one_context(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	map_at(f, 100, 1);
	f->flags = IR_EVF_IRQ;
	map_at(f, 101, 1);
	no_damage(f);
	finish(f, "M0 100+1/1 M1 101+1/1!");
}

/* Two unmaps of three pages end a mapping of six: the second one takes what remained. */
static void test_partial_unmaps_end_a_mapping(void **state)
{
	struct feed *f = feed_new(PROBES, state);

	map_at(f, 100, 6);
	rpcit(f, 100, 6, 0);
	unmap_at(f, 100, 3);
	unmap_at(f, 100, 3);
	map_at(f, 100, 6);
	rpcit(f, 100, 6, 0);
	assert_int_equal(damage_of(f, IR_DAMAGE_PARTIAL_UNMAPS), 2);
	assert_int_equal(damage_of(f, IR_DAMAGE_OVERLAPPING_MAPS), 0);
	finish(f, "M0 100+6/1 U0 100+3 M0 100+6/1");
}

/* Three of four pages do not. */
static void test_partial_unmaps_leave_a_mapping(void **state)
{
	struct feed *f = feed_new(PROBES, state);

	map_at(f, 100, 4);
	rpcit(f, 100, 4, 0);
	unmap_at(f, 100, 3);
	unmap_at(f, 100, 4);
	assert_int_equal(damage_of(f, IR_DAMAGE_PARTIAL_UNMAPS), 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_UNKNOWN_UNMAPS), 0);
	finish(f, "M0 100+4/1 U0 100+4");
}

/*
 * Adjacent mappings of two CPUs are one mapping if an unmap goes across; then
 * all pages of both remain to be unmapped.
 */
static void test_all_pages_remain_after_a_join(void **state)
{
	struct feed *f = feed_new(PLAIN, state);

	map_at(f, 100, 2);
	f->cpu = 1;
	map_at(f, 102, 4);
	unmap_at(f, 100, 5);	/* across, and less than both */
	unmap_at(f, 100, 3);	/* 6 remain, 3 are left */
	unmap_at(f, 100, 3);
	map_at(f, 100, 6);
	assert_int_equal(damage_of(f, IR_DAMAGE_PARTIAL_UNMAPS), 3);
	assert_int_equal(damage_of(f, IR_DAMAGE_UNKNOWN_PAGES), 5);
	finish(f, "M0 100+6/2 S 102+4 U? 100+5 U0 100+3 M0 100+6/1");
}

static void flush_of(struct feed *f, enum ir_event_kind kind, uint64_t domain)
{
	event(f, (struct ir_event){ .kind = (uint16_t)kind, .aux = domain });
}

static void unmap_of(struct feed *f, uint16_t device, uint64_t page)
{
	struct ir_event ev = range(IR_EV_UNMAP, page, 1);

	ev.device = device;
	event(f, ev);
}

static uint16_t owner(const struct feed *f, uint64_t domain)
{
	struct ir_owners owners = *ir_assembler_owners(f->a);
	const struct ir_owner *w = ir_owner_find(&owners, IR_OWNER_DOMAIN, domain);

	return w ? w->device : 0;
}

/*
 * A queue that is full is flushed by the unmap that found it so: the domain
 * belongs to the device of that unmap, if nothing came between them.
 */
static void test_a_flush_right_behind_an_unmap_tells_its_domain(void **state)
{
	struct feed *f = feed_with((struct ir_assembler_config){
		.seen_kinds = FLUSHES, .several = true }, state);

	unmap_of(f, 1, 100);
	flush_of(f, IR_EV_FLUSH_ALL, 0xa);
	assert_int_equal(owner(f, 0xa), 1);
	/* The queue's event and the driver's one behind the other are one flush. */
	unmap_of(f, 2, 200);
	flush_of(f, IR_EV_FQ_FLUSH, 0xb);
	flush_of(f, IR_EV_FLUSH_ALL, 0xb);
	assert_int_equal(owner(f, 0xb), 2);
	/* Something else came between them. */
	unmap_of(f, 3, 300);
	map_at(f, 400, 1);
	flush_of(f, IR_EV_FLUSH_ALL, 0xc);
	assert_int_equal(owner(f, 0xc), 0);
	/* The flush of a timer that interrupts an unmap is no evidence either. */
	unmap_of(f, 3, 500);
	event(f, (struct ir_event){ .kind = IR_EV_FQ_TIMEOUT, .aux = 0x77 });
	flush_of(f, IR_EV_FLUSH_ALL, 0xd);
	assert_int_equal(owner(f, 0xd), 0);
	finish(f, "U? 100+1@1 U? 200+1@2 U? 300+1@3 M0 400+1/1 U? 500+1@3 T");
}

/*
 * A mapping waits for its dma_map event, its RPCIT has succeeded.  A global RPCIT
 * is no retry then but flushes a queue, whose timer has fired.
 */
static void test_a_global_rpcit_behind_a_success_is_no_retry(void **state)
{
	struct feed *f = feed_new(PROBES | NAMES, state);

	map_at(f, 100, 2);
	rpcit(f, 100, 2, 0);
	rpcit_global(f, 0);
	dma_event(f, IR_EV_DMA_MAP, 1, 100, 2);
	no_damage(f);
	finish(f, "M0 100+2/1@1 T");
}

/* Behind a failure it is one. */
static void test_a_global_rpcit_behind_a_failure_is_a_retry(void **state)
{
	struct feed *f = feed_new(PROBES | NAMES, state);

	map_at(f, 100, 2);
	rpcit(f, 100, 2, -ENOMEM);
	rpcit_global(f, 0);
	dma_event(f, IR_EV_DMA_MAP, 1, 100, 2);
	no_damage(f);
	finish(f, "M0 100+2/1@1");
}

/* An attempt fails, its retry too, and it is unmapped. */
static void fail_at(struct feed *f, uint64_t page, uint64_t pages)
{
	map_at(f, page, pages);
	rpcit(f, page, pages, -ENOMEM);
	rpcit_global(f, -ENOMEM);
	unmap_at(f, page, pages);
}

/* iommu_map() flushes what it undoes; dma_iova_destroy() leaves that to the queue. */
static void test_how_a_failed_map_was_undone(void **state)
{
	struct feed *f = feed_new(PROBES, state);

	fail_at(f, 100, 2);
	rpcit(f, 100, 2, 0);
	fail_at(f, 200, 4);
	map_at(f, 300, 1);
	rpcit(f, 300, 1, 0);
	fail_at(f, 400, 4);
	unmap_at(f, 300, 1);
	fail_at(f, 500, 4);
	no_damage(f);
	finish(f, "MF 100+2/1 MF 200+4/1+ M0 300+1/1 MF 400+4/1+ U0 300+1 MF 500+4/1");
}

/* Events were lost: how it was undone is not known, and nothing waits for it any more. */
static void test_lost_behind_a_failed_map(void **state)
{
	struct feed *f = feed_new(PROBES, state);

	fail_at(f, 100, 2);
	event(f, (struct ir_event){ .kind = IR_EV_LOST });
	f->cpu = 1;
	map_at(f, 300, 1);
	rpcit(f, 300, 1, 0);
	if (!f->late)
		assert_string_equal(f->text, "MF 100+2/1 L M0 300+1/1");
	finish(f, "MF 100+2/1 L M0 300+1/1");
}

/* The event of a failed dma_map_* is of an attempt that was not linked, if a probe missed its flush. */
static void test_a_failed_dma_map_is_not_linked(void **state)
{
	struct feed *f = feed_new(PROBES | NAMES, state);

	fail_at(f, 100, 2);
	dma_map_failed(f, 1, 0x5000, 8192);
	fail_at(f, 200, 2);
	dma_event(f, IR_EV_DMA_UNMAP, 1, 900, 1);
	fail_at(f, 300, 2);
	map_at(f, 400, 1);
	rpcit(f, 400, 1, 0);
	dma_event(f, IR_EV_DMA_MAP, 1, 400, 1);
	finish(f, "MF 100+2/1 MF 200+2/1+ MF 300+2/1+ M0 400+1/1@1");
}

/* Linux 6.18 and later have dma_map_phys: a mapping without an event of the DMA API was linked. */
static void test_linked_mappings(void **state)
{
	struct feed *f = feed_new(PLAIN | KIND(IR_EV_DMA_MAP), state);

	map_at(f, 100, 4);
	map_at(f, 200, 1);
	f->flags = IR_DMA_PHYS << IR_EVF_FUNCTION_SHIFT;
	dma_event(f, IR_EV_DMA_MAP, 1, 200, 1);
	f->flags = 0;
	map_at(f, 300, 4);
	map_at(f, 304, 4);
	map_at(f, 400, 1);
	f->flags = IR_DMA_PHYS << IR_EVF_FUNCTION_SHIFT;
	dma_event(f, IR_EV_DMA_MAP, 1, 400, 1);
	finish(f, "M0 100+4/1 M1 200+1/1@1 M2 300+8/2+ S 304+4 M3 400+1/1@1");
}

/*
 * Device 2 has a mapping at page 100.  A CPU maps and unmaps page 100 at once: that
 * was perhaps a failed map, and whose the unmap is, is not known yet.  Then another
 * mapping at that place shows that the first one had ended, and its unmap been
 * lost.  The failed dma_map event that follows tells of another attempt.
 */
static void test_what_ended_otherwise_has_not_failed(void **state)
{
	struct feed *f = feed_with((struct ir_assembler_config){
		.seen_kinds = NAMES, .several = true }, state);

	f->cpu = 3;
	event(f, (struct ir_event){ .kind = IR_EV_LOST });
	map_at(f, 100, 2);
	map_at(f, 300, 1);	/* nothing names the mapping before it */
	dma_event(f, IR_EV_DMA_MAP, 2, 300, 1);
	map_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_MAP, 2, 100, 1);
	f->cpu = 0;
	map_at(f, 100, 1);
	unmap_at(f, 100, 1);
	f->cpu = 1;
	map_at(f, 100, 1);
	map_at(f, 400, 1);
	dma_event(f, IR_EV_DMA_MAP, 2, 400, 1);
	f->cpu = 0;
	dma_map_failed(f, 2, 0x5000, 4096);
	finish(f, "L M0 100+2/1 M1 300+1/1@2 M2 100+1/1@2 M3 100+1/1 U2 100+1@2 M2 100+1/1 "
	       "Ui3 100+1 Ui0 100+2 M0 400+1/1@2 F 1@2");
}

/*
 * An aperture is larger than what was used of it: an RPCIT over exactly the range
 * of all mappings is one of a mapping.
 */
static void test_an_aperture_is_more_than_the_used_range(void **state)
{
	struct ir_recorded_rpcit sum;
	struct ir_rpcits r = { 0 };
	uint64_t start, size;

	(void)state;
	ir_rpcits_note_mapping(&r, 0x10000, 0x2000);
	ir_rpcits_note_mapping(&r, 0x14000, 0x1000);
	r.total = 4;
	assert_false(ir_rpcits_unmatched(&r, 0x10000, 0x5000, true));
	assert_false(ir_rpcits_unmatched(&r, 0x11000, 0x9000, true));
	ir_rpcits_sum_up(&r, &sum, &start, &size);
	assert_int_equal(sum.global, 0);
	assert_int_equal(size, 0);
	assert_true(ir_rpcits_unmatched(&r, 0x10000, 0x6000, true));
	assert_true(ir_rpcits_unmatched(&r, 0x10000, 0x6000, true));
	ir_rpcits_sum_up(&r, &sum, &start, &size);
	assert_int_equal(sum.global, 2);
	assert_int_equal(sum.ranged, 2);
	assert_int_equal(start, 0x10000);
	assert_int_equal(size, 0x6000);
	/* A page more of a mapping, and it is not the aperture any more. */
	ir_rpcits_note_mapping(&r, 0x15000, 0x1000);
	ir_rpcits_sum_up(&r, &sum, &start, &size);
	assert_int_equal(sum.global, 0);
}

static void sync_map(struct feed *f, uint64_t domain, uint64_t page, uint64_t pages)
{
	struct ir_event ev = range(IR_EV_SYNC_MAP, page, pages);

	ev.aux = domain;
	event(f, ev);
}

/* dma_iova_link() has no dma:* event: the domain of its sync, known from other maps, names the device. */
static void test_domain_names_the_map(void **state)
{
	struct ir_assembler_config config = { .seen_kinds = NAMES | KIND(IR_EV_SYNC_MAP), .several = true };
	struct feed *f = feed_with(config, state);

	map_at(f, 100, 1);
	sync_map(f, 0x77, 100, 1);
	dma_event(f, IR_EV_DMA_MAP, 2, 100, 1);
	map_at(f, 200, 1);
	map_at(f, 201, 1);
	sync_map(f, 0x77, 200, 2);
	unmap_at(f, 200, 2);
	map_at(f, 300, 1);
	sync_map(f, 0x88, 300, 1);	/* no other map of this domain */
	unmap_at(f, 300, 1);
	assert_int_equal(ir_owner_device((struct ir_owners *)ir_assembler_owners(f->a), IR_OWNER_DOMAIN, 0x77), 2);
	ir_assembler_end(f->a);
	assert_int_equal(damage_of(f, IR_DAMAGE_UNNAMED_MAPS), 1);
	finish(f, "M0 100+1/1@2 M1 200+2/2@2 S 201+1@2 U1 200+2@2 M1 300+1/1 U1 300+1");
}

/* If there are unmaps of unknown mappings, one of the same size waits for its name, too. */
static void test_unknown_unmap_of_the_same_size(void **state)
{
	struct ir_assembler_config config = { .seen_kinds = NAMES, .several = true, .unknown = true };
	struct feed *f = feed_with(config, state);

	map_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_MAP, 1, 100, 1);
	unmap_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 2, 100, 1);
	unmap_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 1, 100, 1);
	map_at(f, 200, 1);
	dma_event(f, IR_EV_DMA_MAP, 1, 200, 1);
	unmap_at(f, 200, 1);	/* its name was lost */
	finish(f, "M0 100+1/1@1 U? 100+1@2 U0 100+1@1 M0 200+1/1@1 U0 200+1@1");
}

/* Nor has its unmap: of two mappings at one place its flush's domain tells which one ends, at once. */
static void test_domain_names_the_unmap(void **state)
{
	struct ir_assembler_config config = {
		.seen_kinds = NAMES | KIND(IR_EV_SYNC_MAP) | KIND(IR_EV_TLB_SYNC), .several = true,
	};
	struct feed *f = feed_with(config, state);
	struct ir_event flush = range(IR_EV_TLB_SYNC, 100, 2);

	map_at(f, 300, 1);
	sync_map(f, 0x88, 300, 1);
	dma_event(f, IR_EV_DMA_MAP, 2, 300, 1);
	map_at(f, 100, 2);
	sync_map(f, 0x77, 100, 2);
	dma_event(f, IR_EV_DMA_MAP, 1, 100, 2);
	map_at(f, 100, 2);
	sync_map(f, 0x88, 100, 2);
	f->flags = IR_EVF_IRQ;
	unmap_at(f, 100, 2);
	flush.aux = 0x88;
	event(f, flush);
	f->flags = 0;
	map_at(f, 100, 2);	/* nothing else came in the interrupt's context */
	sync_map(f, 0x88, 100, 2);
	no_damage(f);
	finish(f, "M0 300+1/1@2 M1 100+2/1@1 M2 100+2/1@2 U2 100+2@2! M2 100+2/1@2");
}

/* A device that goes has its entry in the IOMMU flushed, as a whole: no queue is. */
static void test_the_flush_behind_a_detach_is_of_no_queue(void **state)
{
	struct ir_owners owners = { .nr = 0 };
	struct ir_assembler_config config = {
		.seen_kinds = NAMES | KIND(IR_EV_COMMAND_ALL) | KIND(IR_EV_DEVICE_DETACH), .owners = &owners,
	};
	struct ir_recorded_flushes flushes;
	struct feed *f;

	ir_owner_set_device(&owners, IR_OWNER_DOMAIN, 5, 2);
	f = feed_with(config, state);
	map_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_MAP, 2, 100, 1);
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL, .aux = 5 });
	event(f, (struct ir_event){ .kind = IR_EV_DEVICE_DETACH, .device = 2 });
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL, .aux = 5 });
	ir_assembler_end(f->a);
	ir_assembler_flushes(f->a, &flushes);
	assert_int_equal(flushes.queue_full + flushes.queue_timeout, 1);
	take(f);
	ir_assembler_free(f->a);
	free(f);
}

/* So has one that changes: the command right behind that of the entry. */
static void test_the_flush_behind_a_changed_entry_is_of_no_queue(void **state)
{
	struct ir_assembler_config config = { .seen_kinds = PLAIN | KIND(IR_EV_COMMAND) | KIND(IR_EV_COMMAND_ALL) };
	struct feed *f = feed_with(config, state);
	struct ir_recorded_flushes flushes;

	for (unsigned int i = 0; i < 2; i++) {
		map_at(f, 100, 1);
		unmap_at(f, 100, 1);
		f->time_ns += 10000000;
		event(f, (struct ir_event){ .kind = IR_EV_COMMAND, .aux = 5, .ret = 1 });
		event(f, (struct ir_event){ .kind = IR_EV_COMMAND });	/* a wait */
		event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL, .aux = 5 });
	}
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL, .aux = 5 });
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND, .aux = 5, .ret = 1 });
	unmap_at(f, 200, 1);
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL, .aux = 5 });
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND, .aux = 5, .ret = 1 });
	event(f, (struct ir_event){ .kind = IR_EV_LOST });	/* perhaps the entry's flush */
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL, .aux = 5 });
	ir_assembler_end(f->a);
	ir_assembler_flushes(f->a, &flushes);
	assert_int_equal(flushes.queue_timeout, 2);
	assert_int_equal(flushes.queue_full, 1);
	take(f);
	ir_assembler_free(f->a);
	free(f);
}

/* The domain of a driver's call is the one that mappings name; that of its command is a number. */
static void test_a_call_names_the_domain_of_its_command(void **state)
{
	struct ir_assembler_config config = {
		.seen_kinds = NAMES | KIND(IR_EV_SYNC_MAP) | KIND(IR_EV_FQ_TIMEOUT) | KIND(IR_EV_FLUSH_ALL) |
			KIND(IR_EV_COMMAND_ALL),
		.several = true,
	};
	struct feed *f = feed_with(config, state);
	struct ir_op op;

	for (uint16_t device = 1; device <= 2; device++) {
		map_at(f, 100, 1);
		sync_map(f, 0x70 + device, 100, 1);
		dma_event(f, IR_EV_DMA_MAP, device, 100, 1);
	}
	for (uint16_t device = 1; device <= 2; device++) {
		event(f, (struct ir_event){ .kind = IR_EV_FQ_TIMEOUT, .aux = 0x1000 * device });
		event(f, (struct ir_event){ .kind = IR_EV_FLUSH_ALL, .aux = 0x70 + device });
		event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL, .aux = 5 });	/* of two IOMMUs */
	}
	assert_int_equal(ir_assembler_unattributed(f->a), 0);
	event(f, (struct ir_event){ .kind = IR_EV_FLUSH_ALL, .aux = 0x71 });	/* it had nothing to flush */
	event(f, (struct ir_event){ .kind = IR_EV_FQ_TIMEOUT, .aux = 0x3000 });
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL, .aux = 6 });
	assert_int_equal(ir_assembler_unattributed(f->a), 1);
	event(f, (struct ir_event){ .kind = IR_EV_FLUSH_ALL, .aux = 0x71 });
	for (uint64_t page = 300; page < 304; page++) {
		map_at(f, page, 1);
		dma_event(f, IR_EV_DMA_MAP, 1, page, 1);
	}
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL, .aux = 6 });
	assert_int_equal(ir_assembler_unattributed(f->a), 2);
	ir_assembler_end(f->a);
	while (ir_assembler_next(f->a, &op))	/* a timer is the device's whose domain it flushes */
		if (op.kind == IR_OP_FLUSH_TIMER)
			assert_int_equal(op.device, op.iova <= 0x2000 ? op.iova / 0x1000 : 0);
	ir_assembler_free(f->a);
	free(f);
}

/*
 * A probe may miss the queue's timer.  The flush right behind an unmap is of a full queue all the
 * same, but not if the task had an event since the interrupt's unmap.
 */
static void test_a_flush_behind_an_unmap_of_an_interrupt_that_ended(void **state)
{
	struct ir_assembler_config config = {
		.seen_kinds = PLAIN | KIND(IR_EV_FQ_TIMEOUT) | KIND(IR_EV_FQ_FLUSH) | KIND(IR_EV_COMMAND_ALL),
	};
	struct feed *f = feed_with(config, state);
	struct ir_recorded_flushes flushes;

	for (unsigned int ended = 0; ended < 2; ended++) {
		map_at(f, 100, 1);
		map_at(f, 200, 1);
		map_at(f, 900, 1);
		f->flags = IR_EVF_IRQ;
		unmap_at(f, 100, 1);
		f->flags = 0;
		if (ended)
			map_at(f, 100, 1);
		f->flags = IR_EVF_IRQ;
		event(f, (struct ir_event){ .kind = IR_EV_FQ_FLUSH });
		event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL, .aux = 5 });
		ir_assembler_flushes(f->a, &flushes);
		assert_int_equal(flushes.queue_full, 1);
		assert_int_equal(flushes.queue_timeout, ended);
		f->flags = 0;
		unmap_at(f, 200, 1);
		unmap_at(f, 900, 1);
	}
	unmap_at(f, 100, 1);	/* of the task, interrupted */
	f->flags = IR_EVF_IRQ;
	map_at(f, 300, 1);
	unmap_at(f, 300, 1);
	f->flags = 0;
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL, .aux = 5 });
	ir_assembler_flushes(f->a, &flushes);
	assert_int_equal(flushes.queue_full, 2);
	ir_assembler_end(f->a);
	take(f);
	ir_assembler_free(f->a);
	free(f);
}

static void assert_flushes(struct feed *f, uint64_t full, uint64_t timeout)
{
	struct ir_recorded_flushes flushes;

	ir_assembler_flushes(f->a, &flushes);
	assert_int_equal(flushes.queue_full, full);
	assert_int_equal(flushes.queue_timeout, timeout);
}

static void map_and_unmap(struct feed *f)
{
	map_at(f, 100, 1);
	unmap_at(f, 100, 1);
}

static void finish_any(struct feed *f)
{
	ir_assembler_end(f->a);
	take(f);
	ir_assembler_free(f->a);
	free(f);
}

/* A domain that a device gets is flushed, too: the driver is called, and no queue called it. */
static void test_calls_of_no_queue(void **state)
{
	static const struct ir_event call = { .kind = IR_EV_FLUSH_ALL, .aux = 7 };
	struct ir_assembler_config config = {
		.seen_kinds = PLAIN | KIND(IR_EV_FQ_TIMEOUT) | KIND(IR_EV_FQ_FLUSH) | KIND(IR_EV_FLUSH_ALL),
	};
	struct feed *f = feed_with(config, state);

	f->flags = IR_EVF_PROBE;
	map_and_unmap(f);
	event(f, (struct ir_event){ .kind = IR_EV_FQ_TIMEOUT });
	event(f, (struct ir_event){ .kind = IR_EV_FQ_FLUSH });
	event(f, call);
	assert_flushes(f, 0, 1);
	event(f, call);
	assert_flushes(f, 0, 1);
	map_and_unmap(f);
	event(f, (struct ir_event){ .kind = IR_EV_FQ_FLUSH });
	event(f, call);
	assert_flushes(f, 1, 1);
	f->time_ns += 1000000;
	event(f, call);
	assert_flushes(f, 1, 1);
	map_and_unmap(f);
	event(f, call);		/* the compiler put the queue's call into the unmap */
	assert_flushes(f, 2, 1);
	finish_any(f);
}

/* Nor did one if its callback was not reached; a tracepoint is hit where an interrupt let all probes be missed. */
static void test_commands_of_no_queue(void **state)
{
	struct ir_assembler_config config = {
		.seen_kinds = PLAIN | KIND(IR_EV_FQ_TIMEOUT) | KIND(IR_EV_FLUSH_ALL) | KIND(IR_EV_COMMAND_ALL),
	};
	struct feed *f = feed_with(config, state);

	f->flags = IR_EVF_PROBE;
	map_and_unmap(f);
	event(f, (struct ir_event){ .kind = IR_EV_FQ_TIMEOUT });
	event(f, (struct ir_event){ .kind = IR_EV_FLUSH_ALL, .aux = 7 });
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL });
	assert_flushes(f, 0, 1);
	map_and_unmap(f);
	map_at(f, 100, 1);
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL });
	assert_flushes(f, 0, 1);
	f->flags = 0;
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL });
	assert_flushes(f, 0, 2);
	finish_any(f);
}

/* All probes of a flush were missed, right behind an unmap: of a full queue only if one may be full. */
static void test_a_flush_whose_probes_were_missed(void **state)
{
	struct ir_assembler_config config = {
		.seen_kinds = PLAIN | KIND(IR_EV_FQ_TIMEOUT) | KIND(IR_EV_FLUSH_ALL) | KIND(IR_EV_COMMAND_ALL),
	};
	struct feed *f = feed_with(config, state);

	map_and_unmap(f);
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL });	/* what was queued before is not known */
	assert_flushes(f, 1, 0);
	event(f, (struct ir_event){ .kind = IR_EV_FQ_TIMEOUT });
	event(f, (struct ir_event){ .kind = IR_EV_FLUSH_ALL });
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL });
	assert_flushes(f, 1, 1);
	for (unsigned int i = 1; i < IR_DOMAIN_QUEUE; i++)
		map_and_unmap(f);
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL });
	assert_flushes(f, 1, 2);
	map_and_unmap(f);
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL });
	assert_flushes(f, 2, 2);
	event(f, (struct ir_event){ .kind = IR_EV_FQ_TIMEOUT });
	event(f, (struct ir_event){ .kind = IR_EV_FLUSH_ALL });
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL });
	map_and_unmap(f);
	event(f, (struct ir_event){ .kind = IR_EV_FLUSH_ALL });		/* not missed */
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL });
	assert_flushes(f, 3, 3);
	finish_any(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_pieces_are_of_one_task),
		BOTH(test_pieces_are_of_one_context),
		BOTH(test_partial_unmaps_end_a_mapping),
		BOTH(test_partial_unmaps_leave_a_mapping),
		BOTH(test_all_pages_remain_after_a_join),
		BOTH(test_a_flush_right_behind_an_unmap_tells_its_domain),
		BOTH(test_a_global_rpcit_behind_a_success_is_no_retry),
		BOTH(test_a_global_rpcit_behind_a_failure_is_a_retry),
		BOTH(test_how_a_failed_map_was_undone),
		BOTH(test_lost_behind_a_failed_map),
		BOTH(test_a_failed_dma_map_is_not_linked),
		BOTH(test_linked_mappings),
		BOTH(test_what_ended_otherwise_has_not_failed),
		cmocka_unit_test(test_an_aperture_is_more_than_the_used_range),
		BOTH(test_domain_names_the_map),
		BOTH(test_unknown_unmap_of_the_same_size),
		BOTH(test_domain_names_the_unmap),
		BOTH(test_the_flush_behind_a_detach_is_of_no_queue),
		BOTH(test_the_flush_behind_a_changed_entry_is_of_no_queue),
		BOTH(test_a_call_names_the_domain_of_its_command),
		BOTH(test_calls_of_no_queue),
		BOTH(test_commands_of_no_queue),
		BOTH(test_a_flush_whose_probes_were_missed),
		BOTH(test_a_flush_behind_an_unmap_of_an_interrupt_that_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
