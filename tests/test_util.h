/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by unit tests: cmocka in the right order, a random number
 * generator with a fixed seed, and a simulated guest without a recording.
 */
#ifndef IR_TESTS_TEST_UTIL_H
#define IR_TESTS_TEST_UTIL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "guest/guest.h"

#define MS	UINT64_C(1000000)
#define SEC	(1000 * MS)

/* The same sequence on every machine (xorshift64); *@state must not be 0. */
static inline uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static inline uint64_t random_below(uint64_t *state, uint64_t n)
{
	return (next_random(state) >> 11) % n;
}

/*
 * Guests.  The aperture is [START, LAST] in page frames; a fresh allocator hands
 * out LAST first, then what lies below (top-down first fit).
 */
#define START		(UINT64_C(1) << 20)
#define APERTURE_PAGES	(UINT64_C(1) << 24)
#define LAST		(START + APERTURE_PAGES - 1)

/*
 * Tests number their mappings as they like, the guest gives out numbers of its own.
 * A test has few guests at a time.
 */
#define TEST_MAPPINGS	4096
#define TEST_GUESTS	4

struct test_numbers {
	const struct ir_guest *guest;
	uint32_t number[TEST_MAPPINGS];
};

static inline uint32_t *number_in(const struct ir_guest *g, uint32_t mapping)
{
	static struct test_numbers all[TEST_GUESTS];
	static unsigned int last;

	assert_true(mapping < TEST_MAPPINGS);
	for (unsigned int i = 0; i < TEST_GUESTS; i++)
		if (all[i].guest == g)
			return &all[i].number[mapping];
	last = (last + 1) % TEST_GUESTS;
	all[last].guest = g;
	return &all[last].number[mapping];
}

/* The guest's number for a new mapping. */
static inline uint32_t new_number(struct ir_guest *g, uint32_t mapping)
{
	if (mapping == IR_NO_MAPPING)
		return IR_NO_MAPPING;
	return *number_in(g, mapping) = ir_guest_new_number(g);
}

/* A guest of kvm as Linux 6.7 has it: one queue, no timer rounding to think of. */
static inline struct ir_effective kvm_par(uint64_t entry_limit)
{
	return (struct ir_effective){
		.hypervisor = { .entry_limit = entry_limit, .tlb_refresh = 1 },
		.share = IR_SHARE_GUEST,
		.queue = IR_QUEUE_SINGLE,
		.queue_size = 32768,
		.queue_timeout_ms = 1000,
		.aperture_start = START << IR_PAGE_SHIFT,
		.aperture = APERTURE_PAGES << IR_PAGE_SHIFT,
		.cpus = 1,
		.hz = 100,
	};
}

static inline struct ir_effective lpar_par(void)
{
	struct ir_effective par = kvm_par(0);

	par.hypervisor.tlb_refresh = 0;
	par.queue = IR_QUEUE_PER_CPU;
	par.queue_size = 256;
	par.queue_timeout_ms = 10;
	return par;
}

static inline struct ir_guest *guest_on(const char *hypervisor, const char *strategy,
					struct ir_effective par)
{
	struct ir_guest_config cfg = {
		.strategy = ir_strategy_find(strategy),
		.hypervisor = ir_hypervisor_find(hypervisor),
		.par = &par,
	};
	struct ir_guest *g;

	assert_non_null(cfg.strategy);
	assert_non_null(cfg.hypervisor);
	g = ir_guest_new(&cfg);
	assert_non_null(g);
	return g;
}

/* One physically contiguous buffer; every mapping number has memory of its own. */
static inline void map_on(struct ir_guest *g, uint16_t device, uint32_t mapping, uint64_t pages)
{
	struct ir_segment seg = { .paddr = ((uint64_t)mapping + 1) << 32, .pages = pages };
	struct ir_op op = { .kind = IR_OP_MAP, .mapping = new_number(g, mapping),
			    .device = device };

	ir_guest_map(g, &op, op.mapping, &seg, 1);
}

static inline void map(struct ir_guest *g, uint32_t mapping, uint64_t pages)
{
	map_on(g, 0, mapping, pages);
}

static inline void map_fixed(struct ir_guest *g, uint32_t mapping, uint64_t pfn, uint64_t pages)
{
	struct ir_segment seg = { .paddr = ((uint64_t)mapping + 1) << 32, .pages = pages };
	struct ir_op op = { .kind = IR_OP_MAP, .mapping = new_number(g, mapping),
			    .iova = pfn << IR_PAGE_SHIFT };

	ir_guest_map(g, &op, op.mapping, &seg, 1);
}

/* A scatter list of @nr pieces of one page each, nowhere adjacent. */
static inline void map_pieces(struct ir_guest *g, uint32_t mapping, uint32_t nr)
{
	struct ir_op op = { .kind = IR_OP_MAP, .mapping = new_number(g, mapping) };
	struct ir_segment segs[16];

	assert_true(nr <= 16);
	for (uint32_t i = 0; i < nr; i++)
		segs[i] = (struct ir_segment){
			.paddr = (((uint64_t)mapping + 1) << 32) + ((uint64_t)i << 20), .pages = 1,
		};
	ir_guest_map(g, &op, op.mapping, segs, nr);
}

static inline void unmap(struct ir_guest *g, uint32_t mapping)
{
	ir_guest_unmap(g, *number_in(g, mapping));
}

/* Mapped before the recording began. */
static inline void preload(struct ir_guest *g, uint32_t mapping, uint64_t pages)
{
	ir_guest_preload(g, 0, new_number(g, mapping), pages, 0);
}

/* Valid in the guest's table; in the hypervisor's shadow; mappings still allowed. */
static inline bool guest_has(struct ir_guest *g, uint64_t pfn)
{
	return ir_iopt_guest(g->domains[0]->iopt, pfn) != 0;
}

static inline bool shadow_has(struct ir_guest *g, uint64_t pfn)
{
	return ir_iopt_shadow(g->domains[0]->iopt, pfn) != 0;
}

/* Entries left of the limit that all devices share. */
static inline uint64_t available(const struct ir_guest *g)
{
	return g->cfg.hypervisor->available(g->hv);
}

/* IOVA space held by mappings and queues of device 0, in pages. */
static inline uint64_t iova_pages(const struct ir_guest *g)
{
	return g->domains[0]->iova_pages;
}

/* The guest's results so far, as to counters: devices count. */
static inline const struct ir_result *counted(const struct ir_guest *g)
{
	ir_guest_sum_up((struct ir_guest *)g);
	return &g->res;
}

/* RPCITs by cause; every one has exactly one cause, and is global or ranged. */
struct rpcits {
	uint64_t sync_map, sync, full, timeout, retry, wrap;
};

static inline void assert_rpcits(const struct ir_guest *g, struct rpcits want)
{
	const uint64_t *by = counted(g)->rpcit.by_cause;

	assert_int_equal(by[IR_CAUSE_SYNC_MAP], want.sync_map);
	assert_int_equal(by[IR_CAUSE_SYNC], want.sync);
	assert_int_equal(by[IR_CAUSE_QUEUE_FULL], want.full);
	assert_int_equal(by[IR_CAUSE_QUEUE_TIMEOUT], want.timeout);
	assert_int_equal(by[IR_CAUSE_RETRY], want.retry);
	assert_int_equal(by[IR_CAUSE_WRAP], want.wrap);
	assert_int_equal(counted(g)->rpcit.ranged, want.sync_map + want.sync);
	assert_int_equal(counted(g)->rpcit.global, want.full + want.timeout + want.retry + want.wrap);
	assert_int_equal(counted(g)->rpcit.total, counted(g)->rpcit.ranged + counted(g)->rpcit.global);
}

struct kernel_counters {
	uint64_t mapped, unmapped, global, sync_map, sync;
};

static inline void assert_kernel(const struct ir_guest *g, struct kernel_counters want)
{
	assert_int_equal(counted(g)->kernel.mapped_pages, want.mapped);
	assert_int_equal(counted(g)->kernel.unmapped_pages, want.unmapped);
	assert_int_equal(counted(g)->kernel.global_rpcits, want.global);
	assert_int_equal(counted(g)->kernel.sync_map_rpcits, want.sync_map);
	assert_int_equal(counted(g)->kernel.sync_rpcits, want.sync);
}

struct map_counts {
	uint64_t attempted, succeeded, iova_exhausted, map_failed, unbacked, unbacked_pages;
};

static inline void assert_maps(const struct ir_guest *g, struct map_counts want)
{
	assert_int_equal(counted(g)->maps.attempted, want.attempted);
	assert_int_equal(counted(g)->maps.succeeded, want.succeeded);
	assert_int_equal(counted(g)->maps.iova_exhausted, want.iova_exhausted);
	assert_int_equal(counted(g)->maps.map_failed, want.map_failed);
	assert_int_equal(counted(g)->maps.unbacked, want.unbacked);
	assert_int_equal(counted(g)->maps.unbacked_pages, want.unbacked_pages);
}

#endif
