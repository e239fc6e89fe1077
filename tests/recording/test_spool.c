// SPDX-License-Identifier: GPL-2.0-or-later
/* Operations come back from the spool unchanged, from memory and from a file. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include "recording/spool.h"

#define OPS 200000u

static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return *state >> 33 | *state << 31;
}

/* A number of any length. */
static uint64_t wild(uint64_t *state)
{
	return next_random(state) >> next_random(state) % 64;
}

static void usual_op(uint64_t *state, const struct ir_op *before, struct ir_op *op)
{
	bool map = next_random(state) & 1;

	*op = (struct ir_op){
		.time_ns = before->time_ns + wild(state) % 100000, .kind = map ? IR_OP_MAP : IR_OP_UNMAP,
		.iova = (UINT64_C(1) << 40) + (next_random(state) & 0xffff) * IR_PAGE_SIZE,
		.pages = 1, .mapping = (uint32_t)wild(state) % 4096, .cpu = (uint16_t)(wild(state) % 4),
	};
	if (map) {
		op->paddr = (next_random(state) & 0xfffff) * IR_PAGE_SIZE;
		op->segments = op->seg_pages = 1;
		op->sync_ns = 2000;
		op->rpcit_ns = (uint32_t)wild(state);
		op->site = (uint32_t)wild(state) % 3;
	}
}

/* Near the one before, with every bit of all other fields. */
static void near_op(uint64_t *state, const struct ir_op *before, struct ir_op *op)
{
	usual_op(state, before, op);
	op->kind = (uint8_t)(next_random(state) % 16);
	op->flags = (uint8_t)next_random(state);
	op->cpu = (uint16_t)next_random(state);
	op->device = (uint16_t)next_random(state);
	op->mapping = (uint32_t)next_random(state);
	op->pages = (uint32_t)wild(state);
	op->seg_pages = next_random(state) & 1 ? op->pages : (uint32_t)wild(state);
	op->segments = (uint32_t)wild(state) % 4;
	op->paddr = (wild(state) & UINT32_MAX) * IR_PAGE_SIZE;
	op->sync_ns = (uint32_t)wild(state);
}

/* Every bit of every field. */
static void wild_op(uint64_t *state, struct ir_op *op)
{
	*op = (struct ir_op){
		.time_ns = wild(state), .iova = wild(state), .paddr = wild(state),
		.pages = (uint32_t)wild(state), .seg_pages = (uint32_t)wild(state),
		.segments = (uint32_t)wild(state), .mapping = (uint32_t)wild(state),
		.sync_ns = (uint32_t)wild(state), .rpcit_ns = (uint32_t)wild(state),
		.site = (uint32_t)wild(state),
		.cpu = (uint16_t)wild(state), .device = (uint16_t)wild(state),
		.kind = (uint8_t)(wild(state) % 8), .flags = (uint8_t)wild(state),
	};
}

static void make_op(uint64_t *state, const struct ir_op *before, struct ir_op *op)
{
	switch (next_random(state) % 16) {
	case 0:
		wild_op(state, op);
		break;
	case 1: case 2: case 3: case 4:
		near_op(state, before, op);
		break;
	default:
		usual_op(state, before, op);
	}
}

/* Field by field: what lies between them means nothing. */
static void assert_same(const struct ir_op *got, const struct ir_op *want)
{
	assert_int_equal(got->time_ns, want->time_ns);
	assert_int_equal(got->iova, want->iova);
	assert_int_equal(got->paddr, want->paddr);
	assert_int_equal(got->pages, want->pages);
	assert_int_equal(got->seg_pages, want->seg_pages);
	assert_int_equal(got->segments, want->segments);
	assert_int_equal(got->mapping, want->mapping);
	assert_int_equal(got->sync_ns, want->sync_ns);
	assert_int_equal(got->rpcit_ns, want->rpcit_ns);
	assert_int_equal(got->site, want->site);
	assert_int_equal(got->cpu, want->cpu);
	assert_int_equal(got->device, want->device);
	assert_int_equal(got->kind, want->kind);
	assert_int_equal(got->flags, want->flags);
}

static void round_trip(size_t memory)
{
	struct ir_spool *sp = ir_spool_new(memory);
	struct ir_op op = { 0 }, got[37];
	uint64_t state = 1;

	assert_non_null(sp);
	for (unsigned int i = 0; i < OPS; i++) {
		make_op(&state, &op, &op);
		assert_int_equal(ir_spool_add(sp, &op, 1), 0);
	}
	for (unsigned int round = 0; round < 2; round++) {
		unsigned int seen = 0;
		ssize_t n;

		op = (struct ir_op){ 0 };
		state = 1;
		assert_int_equal(ir_spool_rewind(sp), 0);
		while ((n = ir_spool_read(sp, got, 37)) > 0) {
			for (ssize_t i = 0; i < n; i++, seen++) {
				make_op(&state, &op, &op);
				assert_same(&got[i], &op);
			}
		}
		assert_int_equal(n, 0);
		assert_int_equal(seen, OPS);
	}
	ir_spool_free(sp);
}

static void test_memory(void **state)
{
	(void)state;
	round_trip((size_t)64 << 20);
}

static void test_file(void **state)
{
	(void)state;
	round_trip(1);
}

static void test_empty(void **state)
{
	struct ir_spool *sp = ir_spool_new(1);
	struct ir_op op;

	(void)state;
	assert_non_null(sp);
	assert_int_equal(ir_spool_rewind(sp), 0);
	assert_int_equal(ir_spool_read(sp, &op, 1), 0);
	ir_spool_free(sp);
}

static void test_no_directory(void **state)
{
	struct ir_spool *sp = ir_spool_new(1);
	struct ir_op op = { 0 };
	int rc = 0;

	(void)state;
	setenv("TMPDIR", "/nowhere", 1);
	for (unsigned int i = 0; i < OPS && !rc; i++)
		rc = ir_spool_add(sp, &op, 1);
	assert_int_equal(rc, -ENOENT);
	unsetenv("TMPDIR");
	ir_spool_free(sp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_no_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
