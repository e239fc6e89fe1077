// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Several devices: whose is what, devices that come and go, and what each of them
 * has of the results.
 */
#include "assemble/assemble_util.h"
#include "guest/actors.h"

#include <iommu-replay/recording.h>

#define COMES_AND_GOES	(KIND(IR_EV_DEVICE_ATTACH) | KIND(IR_EV_DEVICE_DETACH))

static void attach(struct feed *f, uint16_t device)
{
	event(f, (struct ir_event){ .kind = IR_EV_DEVICE_ATTACH, .device = device });
}

static void detach(struct feed *f, uint16_t device)
{
	event(f, (struct ir_event){ .kind = IR_EV_DEVICE_DETACH, .device = device });
}

static void rpcit_of(struct feed *f, uint64_t fn, uint64_t page, uint64_t pages)
{
	struct ir_event ev = range(IR_EV_RPCIT, page, pages);

	ev.aux = fn;
	event(f, ev);
	rpcit_ret(f, 0);
}

/*
 * The assembler.
 */

/* Mappings end with the domain, whatever comes later at their place is another one. */
static void test_detach_ends_mappings(void **state)
{
	struct feed *f = feed_new(PROBES | COMES_AND_GOES, state);

	map_at(f, 100, 2);
	rpcit(f, 100, 2, 0);
	map_at(f, 200, 1);
	rpcit(f, 200, 1, 0);
	detach(f, 1);
	attach(f, 1);
	map_at(f, 100, 2);
	rpcit(f, 100, 2, 0);
	unmap_at(f, 100, 2);
	unmap_at(f, 200, 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_OVERLAPPING_MAPS), 0);
	assert_int_equal(damage_of(f, IR_DAMAGE_UNKNOWN_UNMAPS), 1);
	/* Both numbers are free again; attaching what has no mapping is no news. */
	finish(f, "M0 100+2/1 M1 200+1/1 other@1 M1 100+2/1 U1 100+2 U? 200+1");
}

/* A mapping that is under way belongs to the old domain, too. */
static void test_detach_under_way(void **state)
{
	struct feed *f = feed_new(PROBES | COMES_AND_GOES, state);

	map_at(f, 100, 1);
	detach(f, 1);
	map_at(f, 101, 1);
	rpcit(f, 101, 1, 0);
	unmap_at(f, 101, 1);
	finish(f, "M0 100+1/1 other@1 M0 101+1/1 U0 101+1");
}

/* Only the mappings of that device. */
static void test_detach_one_of_several(void **state)
{
	struct ir_assembler_config config = { .seen_kinds = NAMES | COMES_AND_GOES, .several = true };
	struct feed *f = feed_with(config, state);

	for (uint16_t device = 1; device <= 2; device++) {
		map_at(f, 100, 1);
		dma_event(f, IR_EV_DMA_MAP, device, 100, 1);
	}
	detach(f, 1);
	unmap_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 2, 100, 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_AMBIGUOUS_DEVICES), 0);
	finish(f, "M0 100+1/1@1 M1 100+1/1@2 other@1 U1 100+1@2");
}

/* The name comes after the RPCIT: later RPCITs of that function are known by it. */
static void test_function_learned(void **state)
{
	struct ir_assembler_config config = { .seen_kinds = PROBES | NAMES, .several = true };
	struct feed *f = feed_with(config, state);

	map_at(f, 100, 1);
	rpcit_of(f, 7, 100, 1);
	dma_event(f, IR_EV_DMA_MAP, 2, 100, 1);
	map_at(f, 200, 1);
	rpcit_of(f, 7, 200, 1);
	/* only the first one came too early */
	assert_int_equal(ir_assembler_unattributed(f->a), 1);
	finish(f, "M0 100+1/1@2 M1 200+1/1@2");
}

static uint16_t name_function(void *arg, enum ir_owner_kind kind, uint64_t fn)
{
	(void)arg;
	return kind == IR_OWNER_FUNCTION ? (uint16_t)fn : 0;
}

/* Without names: what is unmapped at a place that both use, its RPCIT tells. */
static void test_functions_without_names(void **state)
{
	struct ir_assembler_config config = {
		.seen_kinds = PROBES, .several = true, .name_function = name_function,
	};
	struct feed *f = feed_with(config, state);

	map_at(f, 100, 1);
	rpcit_of(f, 3, 100, 1);
	map_at(f, 100, 1);
	rpcit_of(f, 4, 100, 1);
	unmap_at(f, 100, 1);
	rpcit_of(f, 4, 100, 1);
	unmap_at(f, 100, 1);
	rpcit_of(f, 3, 100, 1);
	no_damage(f);
	assert_int_equal(ir_assembler_unattributed(f->a), 0);
	finish(f, "M0 100+1/1@3 M1 100+1/1@4 U1 100+1@4 U0 100+1@3");
}

/* Nothing tells: one of them, and that is counted. */
static void test_functions_lazy(void **state)
{
	struct ir_assembler_config config = {
		.seen_kinds = PROBES, .several = true, .name_function = name_function,
	};
	struct feed *f = feed_with(config, state);

	map_at(f, 100, 1);
	rpcit_of(f, 3, 100, 1);
	map_at(f, 100, 1);
	rpcit_of(f, 4, 100, 1);
	unmap_at(f, 100, 1);
	map_at(f, 300, 1);
	rpcit_of(f, 3, 300, 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_AMBIGUOUS_DEVICES), 1);
	ir_assembler_free(f->a);
	free(f);
}

/* The event that names an unmap comes after it, also where its map was not recorded. */
static void test_unknown_unmap_is_named(void **state)
{
	struct ir_assembler_config config = { .seen_kinds = NAMES, .several = true };
	struct feed *f = feed_with(config, state);

	unmap_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 2, 100, 1);
	unmap_at(f, 101, 1);	/* nothing names this one */
	unmap_at(f, 102, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 1, 102, 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_UNKNOWN_UNMAPS), 3);
	assert_int_equal(damage_of(f, IR_DAMAGE_UNKNOWN_PAGES), 3);
	finish(f, "U? 100+1@2 U? 101+1 U? 102+1@1");
}

/* dma_free comes before its unmap; at another place it says nothing of that. */
static void test_free_names_the_next_unmap(void **state)
{
	struct ir_assembler_config config = { .seen_kinds = NAMES, .several = true };
	struct feed *f = feed_with(config, state);

	for (uint16_t device = 1; device <= 2; device++) {
		map_at(f, 200, 1);
		dma_event(f, IR_EV_DMA_MAP, device, 200, 1);
	}
	dma_event(f, IR_EV_DMA_UNMAP, 2, 100, 4);
	unmap_at(f, 100, 4);
	dma_event(f, IR_EV_DMA_UNMAP, 2, 200, 1);
	unmap_at(f, 200, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 2, 300, 1);
	unmap_at(f, 301, 1);
	unmap_at(f, 300, 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_AMBIGUOUS_DEVICES), 0);
	/* Only the devices' own count: no unmap is of one that is not looked at. */
	assert_int_equal(ir_assembler_domains(f->a)->left_out, 0);
	finish(f, "M0 200+1/1@1 M1 200+1/1@2 U? 100+4@2 U1 200+1@2 U? 301+1 U? 300+1");
}

/* The one that came behind an unmap is of that unmap, also if the next one is at the same place. */
static void test_page_names_the_last_unmap(void **state)
{
	struct ir_assembler_config config = { .seen_kinds = NAMES, .several = true };
	struct feed *f = feed_with(config, state);

	unmap_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 1, 100, 1);
	unmap_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 2, 100, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 1, 100, 1);	/* dma_free */
	unmap_at(f, 100, 1);
	finish(f, "U? 100+1@1 U? 100+1@2 U? 100+1@1");
}

/* A strict domain's flush comes between an unmap and its name: it waits for that, and the flush counts. */
static void test_flush_before_the_name(void **state)
{
	struct ir_assembler_config config = { .seen_kinds = NAMES | KIND(IR_EV_TLB_SYNC), .several = true };
	struct feed *f = feed_with(config, state);
	struct ir_event ev = range(IR_EV_TLB_SYNC, 100, 1);

	for (uint16_t device = 1; device <= 2; device++) {
		map_at(f, 100, 1);
		dma_event(f, IR_EV_DMA_MAP, device, 100, 1);
	}
	ev.aux = 77;
	unmap_at(f, 100, 1);
	event(f, ev);
	dma_event(f, IR_EV_DMA_UNMAP, 2, 100, 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_AMBIGUOUS_DEVICES), 0);
	assert_int_equal(ir_assembler_domains(f->a)->now[2].unmaps, 1);
	assert_int_equal(ir_assembler_domains(f->a)->now[2].syncs, 1);
	assert_int_equal(ir_owner_device((struct ir_owners *)ir_assembler_owners(f->a), IR_OWNER_DOMAIN, 77), 2);
	finish(f, "M0 100+1/1@1 M1 100+1/1@2 U1 100+1@2");
}

/* A flush that names no domain is of its timer's: two timers' flushes are not of one domain. */
static void test_timers_name_flushes(void **state)
{
	struct ir_assembler_config config = {
		.seen_kinds = NAMES | KIND(IR_EV_FQ_TIMEOUT) | KIND(IR_EV_COMMAND_ALL), .several = true,
	};
	struct feed *f = feed_with(config, state);
	const struct ir_owners *owners;

	for (uint64_t timer = 0x1000; timer <= 0x2000; timer += 0x1000) {
		event(f, (struct ir_event){ .kind = IR_EV_FQ_TIMEOUT, .aux = timer });
		event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL });
	}
	event(f, (struct ir_event){ .kind = IR_EV_COMMAND_ALL });
	owners = ir_assembler_owners(f->a);
	assert_int_equal(owners->nr, 2);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(owners->owner[i].kind, IR_OWNER_DOMAIN);
		assert_int_equal(owners->owner[i].timer, owners->owner[i].key);
	}
	ir_assembler_free(f->a);
	free(f);
}

/* Former s390 DMA API: the function's structure names the device, also of an unknown unmap. */
static void test_zdev_names_the_unmap(void **state)
{
	struct ir_owners *owners = calloc(1, sizeof(*owners));
	struct ir_event ev = range(IR_EV_S390_UPDATE_TRANS, 100, 1);
	struct ir_assembler_config config = { .seen_kinds = LEGACY, .several = true, .owners = owners };
	struct feed *f;

	assert_non_null(owners);
	ir_owner_set_device(owners, IR_OWNER_ZDEV, 7, 2);
	f = feed_with(config, state);
	ev.ret = 0x400;		/* ZPCI_PTE_INVALID */
	ev.aux = 7;
	event(f, ev);
	assert_int_equal(ir_assembler_domains(f->a)->now[2].unmaps, 1);
	assert_int_equal(ir_assembler_domains(f->a)->left_out, 0);
	finish(f, "U? 100+1@2");
	free(owners);
}

/* Mappings from before the recording, at the place of another device's: size or name tells. */
static void test_unknown_unmap_of_other_device(void **state)
{
	struct ir_assembler_config config = { .seen_kinds = NAMES, .several = true };
	struct feed *f = feed_with(config, state);

	map_at(f, 100, 3);
	dma_event(f, IR_EV_DMA_MAP, 1, 100, 3);
	unmap_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 2, 100, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 2, 100, 3);	/* dma_free: before its unmap */
	unmap_at(f, 100, 3);
	unmap_at(f, 100, 3);
	dma_event(f, IR_EV_DMA_UNMAP, 1, 100, 3);
	assert_int_equal(damage_of(f, IR_DAMAGE_UNKNOWN_UNMAPS), 2);
	assert_int_equal(damage_of(f, IR_DAMAGE_PARTIAL_UNMAPS), 0);
	finish(f, "M0 100+3/1@1 U? 100+1@2 U? 100+3@2 U0 100+3@1");
}

/* Of its own device such an unmap is a part. */
static void test_partial_unmap_is_named(void **state)
{
	struct ir_assembler_config config = { .seen_kinds = NAMES, .several = true };
	struct feed *f = feed_with(config, state);

	map_at(f, 100, 3);
	dma_event(f, IR_EV_DMA_MAP, 1, 100, 3);
	unmap_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_UNMAP, 1, 100, 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_PARTIAL_UNMAPS), 1);
	assert_int_equal(damage_of(f, IR_DAMAGE_UNKNOWN_UNMAPS), 0);
	finish(f, "M0 100+3/1@1");
}

/* The flush of an unknown unmap counts for its device, whether the function's name is known by then or not. */
static void test_unknown_unmap_is_synced(void **state)
{
	for (int known = 0; known < 2; known++) {
		struct ir_owners owners = { .nr = 0 };
		struct ir_assembler_config config = {
			.seen_kinds = NAMES | PROBES, .several = true, .owners = &owners,
		};
		struct feed *f;

		if (known)
			ir_owner_set_device(&owners, IR_OWNER_FUNCTION, 7, 2);
		f = feed_with(config, state);
		unmap_at(f, 100, 1);
		rpcit(f, 100, 1, 0);
		dma_event(f, IR_EV_DMA_UNMAP, 2, 100, 1);
		assert_int_equal(ir_assembler_domains(f->a)->now[2].unmaps, 1);
		assert_int_equal(ir_assembler_domains(f->a)->now[2].syncs, 1);
		finish(f, "U? 100+1@2");
	}
}

static void update_trans(struct feed *f, uint64_t zdev, uint64_t page, uint64_t pages, bool valid)
{
	struct ir_event ev = range(IR_EV_S390_UPDATE_TRANS, page, pages);

	ev.ret = valid ? 0 : 0x400;
	ev.aux = zdev;
	event(f, ev);
}

/* An interrupt ends another device's mapping at the same place while a list is being mapped. */
static void test_unmap_of_other_zdev(void **state)
{
	struct ir_owners *owners = calloc(1, sizeof(*owners));
	struct ir_assembler_config config = {
		.seen_kinds = LEGACY | KIND(IR_EV_RPCIT), .several = true, .owners = owners,
	};
	struct feed *f;

	assert_non_null(owners);
	ir_owner_set_device(owners, IR_OWNER_ZDEV, 8, 1);
	ir_owner_set_device(owners, IR_OWNER_ZDEV, 7, 2);
	ir_owner_set_device(owners, IR_OWNER_FUNCTION, 7, 2);
	ir_owner_set_device(owners, IR_OWNER_FUNCTION, 8, 1);
	f = feed_with(config, state);
	event(f, (struct ir_event){ .kind = IR_EV_S390_MAP_PAGE, .size = 3 * 4096 });
	update_trans(f, 8, 100, 3, true);
	event(f, (struct ir_event){ .kind = IR_EV_RPCIT, .aux = 8, .addr = 100 << IR_PAGE_SHIFT,
				    .size = 3 << IR_PAGE_SHIFT });
	event(f, (struct ir_event){ .kind = IR_EV_S390_MAP_PAGE, .size = 2 * 4096 });
	update_trans(f, 7, 100, 1, true);
	f->flags = IR_EVF_IRQ;
	event(f, (struct ir_event){ .kind = IR_EV_S390_UNMAP_PAGE, .addr = 100 << IR_PAGE_SHIFT,
				    .size = 3 << IR_PAGE_SHIFT });
	update_trans(f, 8, 100, 3, false);
	f->flags = 0;
	update_trans(f, 7, 101, 1, true);
	rpcit_only(f, 100, 2);
	event(f, (struct ir_event){ .kind = IR_EV_S390_UNMAP_PAGE, .addr = 100 << IR_PAGE_SHIFT,
				    .size = 2 << IR_PAGE_SHIFT });
	update_trans(f, 7, 100, 2, false);
	no_damage(f);
	finish(f, "M0 100+3/1@1 M1 100+2/2@2 S 101+1@2 U0 100+3@1! U1 100+2@2");
	free(owners);
}

/* With a filter, an unmap that was lost still ends its mapping. */
static void test_filter_lost_unmap(void **state)
{
	struct ir_assembler_config config = {
		.seen_kinds = NAMES, .several = true, .filter = true, .device = 2,
	};
	struct feed *f = feed_with(config, state);

	map_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_MAP, 2, 100, 1);
	map_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_MAP, 1, 100, 1);
	map_at(f, 100, 1);
	dma_event(f, IR_EV_DMA_MAP, 2, 100, 1);
	finish(f, "M0 100+1/1@2 M1 100+1/1@2 Ui0 100+1@2");
}

/*
 * Types of domains.
 */

static struct ir_domain_survey *survey_new(void)
{
	struct ir_domain_survey *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	return s;
}

static void unmaps(struct ir_domain_survey *s, uint64_t *now, unsigned int n, bool strict)
{
	while (n--) {
		ir_domains_unmap(s, 1, ++*now);
		if (strict)
			ir_domains_sync(s, 1);
	}
}

static void test_types(void **state)
{
	struct ir_domain_survey *s = survey_new();
	uint64_t now = 0;

	(void)state;
	unmaps(s, &now, 50, false);		/* 1 to 50 */
	ir_domains_flush(s, 1);
	ir_domains_end(s, 1, ++now);		/* 51 */
	unmaps(s, &now, 50, true);		/* 52 to 101 */
	unmaps(s, &now, 50, false);		/* from 102 on */
	ir_domains_flush(s, 0);
	ir_domains_end(s, 1, now);
	ir_domains_end(s, 1, ++now);		/* a domain without unmaps */
	unmaps(s, &now, 5, true);
	assert_true(ir_domains_finish(s));
	assert_int_equal(s->nr, 4);
	assert_false(s->type[0].strict);
	assert_true(s->type[1].strict);
	assert_int_equal(s->type[1].time_ns, 51);
	assert_false(s->type[2].strict);
	assert_int_equal(s->type[2].time_ns, 102);
	assert_true(s->type[3].strict);
	free(s);
}

/* Probes miss some flushes: without a flush of a queue there is no queue. */
static void test_types_missed(void **state)
{
	struct ir_domain_survey *s = survey_new();
	uint64_t now = 0;

	(void)state;
	unmaps(s, &now, 50, true);
	unmaps(s, &now, 3, false);
	unmaps(s, &now, 50, true);
	unmaps(s, &now, 3, false);
	assert_false(ir_domains_finish(s));
	assert_int_equal(s->nr, 1);
	assert_true(s->type[0].strict);
	free(s);
}

/* Of devices beyond the last one that is looked at they are counted, of unknown ones not. */
static void test_types_left_out(void **state)
{
	struct ir_domain_survey *s = survey_new();

	(void)state;
	ir_domains_unmap(s, IR_DOMAIN_UNKNOWN, 1);
	assert_int_equal(s->left_out, 0);
	ir_domains_unmap(s, IR_DOMAIN_DEVICES, 1);
	assert_int_equal(s->left_out, 1);
	free(s);
}

/*
 * The guest.
 */

static struct ir_guest *two_devices(const char *strategy, uint64_t limit)
{
	return guest_on("kvm", strategy, kvm_par(limit));
}

/* Queued IOVAs are freed, nothing is flushed, and the next domain begins empty. */
static void test_guest_detach(void **state)
{
	struct ir_guest *g = two_devices("sync-map-retry", 0);

	(void)state;
	for (uint32_t i = 0; i < 10; i++)
		map_on(g, 1, i, 1);
	map_on(g, 2, 20, 1);
	for (uint32_t i = 0; i < 5; i++)
		unmap(g, i);
	assert_int_equal(g->totals.lazy_pages, 5);
	g->now_ns += 1000;
	ir_guest_detach(g, 1);
	assert_int_equal(g->totals.live_pages, 1);
	assert_int_equal(g->totals.lazy_pages, 0);
	assert_int_equal(g->totals.shadow_pages, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 11 });
	ir_guest_detach(g, 1);		/* once is enough */
	ir_guest_detach(g, 9);		/* what never was does not matter */
	/* The timer that the unmaps armed is gone, too. */
	g->now_ns += UINT64_C(5000000000);
	ir_guest_timers(g);
	assert_rpcits(g, (struct rpcits){ .sync_map = 11 });
	map_on(g, 1, 30, 3);
	assert_int_equal(g->domains[1]->totals.live_pages, 3);
	ir_guest_finish(g);
	/* All ten were exposed: live ones as long as the device is told to stop at once, not at all. */
	assert_int_equal(g->res.exposure.max_ns, 1000);
	assert_int_equal(g->res.exposure.pages, 5);
	assert_false(ir_guest_failed(g));
	ir_guest_free(g);
}

/* QEMU does not count as available again what its shadow loses with a device. */
static void test_guest_detach_limit(void **state)
{
	struct ir_guest *g = two_devices("sync-map-retry", 100);

	(void)state;
	map_on(g, 1, 0, 30);
	map_on(g, 2, 1, 30);
	assert_int_equal(available(g), 40);
	ir_guest_detach(g, 1);
	assert_int_equal(available(g), 40);
	assert_int_equal(g->totals.shadow_pages, 30);
	ir_guest_free(g);

	g = guest_on("zvm", "sync-map-retry", kvm_par(0));
	map_on(g, 1, 0, 30);
	ir_guest_detach(g, 1);
	assert_int_equal(g->totals.shadow_pages, 0);
	ir_guest_free(g);
}

/* Each device has a limit of its own, unless they share one. */
static void test_guest_share(void **state)
{
	struct ir_effective par = kvm_par(40);
	struct ir_guest *g;

	(void)state;
	g = guest_on("kvm", "sync-map-retry", par);
	map_on(g, 1, 0, 30);
	map_on(g, 2, 1, 30);
	assert_int_equal(counted(g)->maps.map_failed, 1);
	ir_guest_free(g);

	par.share = IR_SHARE_DEVICE;
	g = guest_on("kvm", "sync-map-retry", par);
	map_on(g, 1, 0, 30);
	map_on(g, 2, 1, 30);
	assert_int_equal(counted(g)->rpcit.insufficient, 0);
	map_on(g, 2, 2, 30);
	assert_int_equal(counted(g)->maps.map_failed, 1);
	/* Entries that a device loses with its domain count for its own limit alone. */
	ir_guest_detach(g, 2);
	map_on(g, 1, 3, 9);
	assert_int_equal(counted(g)->maps.map_failed, 1);
	map_on(g, 2, 4, 10);
	assert_int_equal(counted(g)->maps.map_failed, 2);
	ir_guest_free(g);
}

/* A strict domain under a lazy strategy; then it gets its queue. */
static void test_guest_type(void **state)
{
	struct ir_guest *g = two_devices("sync-map-retry", 0);

	(void)state;
	ir_guest_domain_type(g, 1, true);
	for (uint32_t i = 0; i < 4; i++)
		map_on(g, 1, i, 1);
	unmap(g, 0);
	unmap(g, 1);
	assert_rpcits(g, (struct rpcits){ .sync_map = 4, .sync = 2 });
	ir_guest_domain_type(g, 1, false);
	unmap(g, 2);
	assert_rpcits(g, (struct rpcits){ .sync_map = 4, .sync = 2 });
	assert_int_equal(g->totals.lazy_pages, 1);
	/* The next domain is what the strategy says. */
	ir_guest_domain_type(g, 1, true);
	ir_guest_detach(g, 1);
	map_on(g, 1, 10, 1);
	unmap(g, 10);
	assert_rpcits(g, (struct rpcits){ .sync_map = 5, .sync = 2 });
	ir_guest_free(g);
}

/* The sum of a counter over all devices; @offset: in struct ir_result. */
static uint64_t sum_at(const struct ir_guest *g, size_t offset)
{
	struct ir_result share;
	uint64_t sum = 0, value;

	for (uint16_t d = 0; d < 4; d++) {
		ir_guest_device_result(g, d, &share);
		memcpy(&value, (const char *)&share + offset, sizeof(value));
		sum += value;
	}
	return sum;
}

#define SUM(g, counter) sum_at(g, offsetof(struct ir_result, counter))
#define ASSERT_SUM(g, counter) assert_int_equal(SUM(g, counter), (g)->res.counter)

static void random_work(struct ir_guest *g, uint64_t seed)
{
	bool live[200] = { false };

	for (unsigned int i = 0; i < 4000; i++) {
		uint32_t m = (uint32_t)random_below(&seed, 200);

		g->now_ns += random_below(&seed, 3000000);
		if (ir_guest_timer_ns(g) <= g->now_ns)
			ir_guest_timers(g);
		if (live[m])
			unmap(g, m);
		else
			map_on(g, (uint16_t)(m % 4), m, 1 + random_below(&seed, 8));
		live[m] = !live[m];
	}
}

/* Counts of devices add up to the whole, peaks are at least the largest and at most the sum. */
static void test_sums(void **state)
{
	(void)state;
	for (const struct ir_strategy *const *s = ir_strategies; *s; s++) {
		struct ir_guest *g = two_devices((*s)->name, 300);

		random_work(g, 42);
		ir_guest_finish(g);
		assert_true(counted(g)->maps.attempted > 1000);
		for (unsigned int i = 0; i < IR_CAUSES; i++)
			assert_int_equal(sum_at(g, offsetof(struct ir_result, rpcit.by_cause) +
						i * sizeof(uint64_t)), counted(g)->rpcit.by_cause[i]);
		ASSERT_SUM(g, rpcit.total);
		ASSERT_SUM(g, rpcit.insufficient);
		ASSERT_SUM(g, rpcit.global);
		ASSERT_SUM(g, rpcit.ranged);
		ASSERT_SUM(g, kernel.mapped_pages);
		ASSERT_SUM(g, kernel.unmapped_pages);
		ASSERT_SUM(g, kernel.global_rpcits);
		ASSERT_SUM(g, kernel.sync_map_rpcits);
		ASSERT_SUM(g, kernel.sync_rpcits);
		ASSERT_SUM(g, maps.attempted);
		ASSERT_SUM(g, maps.succeeded);
		ASSERT_SUM(g, maps.iova_exhausted);
		ASSERT_SUM(g, maps.map_failed);
		ASSERT_SUM(g, maps.unbacked);
		ASSERT_SUM(g, maps.unbacked_pages);
		ASSERT_SUM(g, replayed_failures);
		ASSERT_SUM(g, skipped_unmaps);
		ASSERT_SUM(g, exposure.pages);
		assert_true(SUM(g, peaks.live_pages) >= g->res.peaks.live_pages);
		assert_true(SUM(g, peaks.host_pages) >= g->res.peaks.host_pages);
		assert_true(SUM(g, peaks.lazy_pages) >= g->res.peaks.lazy_pages);
		assert_true(SUM(g, peaks.iova_pages) >= g->res.peaks.iova_pages);
		for (uint16_t d = 0; d < 4; d++) {
			struct ir_result r;

			ir_guest_device_result(g, d, &r);
			/* With an identity domain nothing is mapped. */
			assert_true((*s)->identity || r.peaks.live_pages);
			assert_true(r.peaks.live_pages <= g->res.peaks.live_pages);
			assert_true(r.peaks.host_pages <= g->res.peaks.host_pages);
			assert_true(r.peaks.queue_depth <= g->res.peaks.queue_depth);
			assert_true(r.exposure.max_ns <= g->res.exposure.max_ns);
		}
		assert_false(ir_guest_failed(g));
		ir_guest_free(g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_detach_ends_mappings),
		BOTH(test_detach_under_way),
		BOTH(test_detach_one_of_several),
		BOTH(test_function_learned),
		BOTH(test_functions_without_names),
		BOTH(test_functions_lazy),
		BOTH(test_unknown_unmap_is_named),
		BOTH(test_free_names_the_next_unmap),
		BOTH(test_page_names_the_last_unmap),
		BOTH(test_flush_before_the_name),
		BOTH(test_timers_name_flushes),
		BOTH(test_zdev_names_the_unmap),
		BOTH(test_unmap_of_other_zdev),
		BOTH(test_unknown_unmap_of_other_device),
		BOTH(test_partial_unmap_is_named),
		BOTH(test_unknown_unmap_is_synced),
		BOTH(test_filter_lost_unmap),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_types_missed),
		cmocka_unit_test(test_types_left_out),
		cmocka_unit_test(test_guest_detach),
		cmocka_unit_test(test_guest_detach_limit),
		cmocka_unit_test(test_guest_share),
		cmocka_unit_test(test_guest_type),
		cmocka_unit_test(test_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
