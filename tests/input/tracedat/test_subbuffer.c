// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sub-buffers made by hand, in both byte orders and word sizes.  What is
 * expected follows from kernel/trace/ring_buffer.c and
 * include/linux/ring_buffer.h of Linux 6.12, as the comments say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include "input/tracedat/subbuffer.h"

#define PAGE 256u

struct page {
	unsigned char bytes[PAGE];
	struct ir_subbuf_layout lay;
	size_t used;		/* of the data area */
};

static void put(struct page *pg, size_t at, uint64_t value, unsigned int size)
{
	unsigned int i;

	for (i = 0; i < size; i++) {
		unsigned int shift = pg->lay.big ? (size - 1 - i) * 8 : i * 8;

		pg->bytes[at + i] = (unsigned char)(value >> shift);
	}
}

static void begin(struct page *pg, bool big, unsigned int long_size, uint64_t time)
{
	memset(pg, 0xee, sizeof(*pg));	/* what is not committed is not zero either */
	ir_subbuf_default(&pg->lay, big, long_size, PAGE);
	pg->used = 0;
	put(pg, 0, time, 8);
}

static void add_word(struct page *pg, uint32_t word)
{
	put(pg, pg->lay.data_offset + pg->used, word, 4);
	pg->used += 4;
}

/*
 * type_len is the first bit field: the low bits of a little-endian word, the top
 * ones of a big-endian one.
 */
static void add_head(struct page *pg, uint32_t type, uint32_t delta)
{
	add_word(pg, pg->lay.big ? type << 27 | delta : delta << 5 | type);
}

static void commit(struct page *pg, uint64_t flags)
{
	put(pg, 8, pg->used | flags, pg->lay.commit_size);
}

static enum ir_subbuf_missed start(struct ir_subbuf *sb, const struct page *pg)
{
	return ir_subbuf_start(sb, &pg->lay, pg->bytes, PAGE);
}

/* Four variants: the whole test runs on each. */
typedef void (*variant_test)(bool big, unsigned int long_size);

static void on_all(variant_test test)
{
	test(false, 8);
	test(true, 8);
	test(false, 4);
	test(true, 4);
}

/*
 * Records of 4 and 8 bytes with deltas 5 and 7 behind time 1000.  The length of
 * a small record is type_len * 4, its data begins right behind the word; times
 * add up: 1005, 1012.
 */
static void small(bool big, unsigned int long_size)
{
	struct ir_subbuf sb;
	struct page pg;

	begin(&pg, big, long_size, 1000);
	add_head(&pg, 1, 5);
	add_word(&pg, 0x11223344);
	add_head(&pg, 2, 7);
	add_word(&pg, 1);
	add_word(&pg, 2);
	commit(&pg, 0);

	assert_int_equal(start(&sb, &pg), IR_SUBBUF_COMPLETE);
	assert_int_equal(sb.time, 1000);
	assert_true(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.time, 1005);
	assert_int_equal(sb.rec_len, 4);
	assert_int_equal(ir_load32(sb.rec, big), 0x11223344);
	assert_true(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.time, 1012);
	assert_int_equal(sb.rec_len, 8);
	assert_int_equal(ir_load32(sb.rec + 4, big), 2);
	assert_false(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.corrupt, 0);
}

static void test_small(void **state)
{
	(void)state;
	on_all(small);
}

/*
 * type_len 0: the next word is the length, itself included, so 12 there means
 * 8 bytes of data.  The record behind it begins 4 + 12 bytes after its head.
 */
static void length_word(bool big, unsigned int long_size)
{
	struct ir_subbuf sb;
	struct page pg;

	begin(&pg, big, long_size, 0);
	add_head(&pg, 0, 3);
	add_word(&pg, 12);
	add_word(&pg, 0xa);
	add_word(&pg, 0xb);
	add_head(&pg, 1, 0);
	add_word(&pg, 0xc);
	commit(&pg, 0);

	start(&sb, &pg);
	assert_true(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.rec_len, 8);
	assert_int_equal(ir_load32(sb.rec, big), 0xa);
	assert_int_equal(sb.time, 3);
	assert_true(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(ir_load32(sb.rec, big), 0xc);
	assert_int_equal(sb.time, 3);
	assert_false(ir_subbuf_next(&sb, sb.big));
}

static void test_length_word(void **state)
{
	(void)state;
	on_all(length_word);
}

/*
 * TIME_EXTEND (30) adds (next word << 27) + delta; TIME_STAMP (31) sets the
 * time to the same sum.  Neither is a record.
 */
static void times(bool big, unsigned int long_size)
{
	struct ir_subbuf sb;
	struct page pg;

	begin(&pg, big, long_size, 100);
	add_head(&pg, 30, 1);
	add_word(&pg, 2);		/* 100 + 2 * 2^27 + 1 */
	add_head(&pg, 1, 10);
	add_word(&pg, 0);
	add_head(&pg, 31, 9);
	add_word(&pg, 4);		/* 4 * 2^27 + 9 */
	add_head(&pg, 1, 1);
	add_word(&pg, 0);
	commit(&pg, 0);

	start(&sb, &pg);
	assert_true(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.time, 100 + 2 * (1u << 27) + 1 + 10);
	assert_true(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.time, 4 * (1u << 27) + 9 + 1);
	assert_false(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.corrupt, 0);
}

static void test_times(void **state)
{
	(void)state;
	on_all(times);
}

/*
 * A time stamp has 59 bits.  The upper five come from the time before it, and
 * one more is carried if the stamp would otherwise be earlier (rb_fix_abs_ts()).
 */
static void test_stamp_top(void **state)
{
	uint64_t top = UINT64_C(3) << 59;
	struct ir_subbuf sb;
	struct page pg;

	(void)state;
	begin(&pg, true, 8, top + 50);
	add_head(&pg, 31, 60);
	add_word(&pg, 0);
	add_head(&pg, 1, 0);
	add_word(&pg, 0);
	add_head(&pg, 31, 5);
	add_word(&pg, 0);
	add_head(&pg, 1, 0);
	add_word(&pg, 0);
	commit(&pg, 0);

	start(&sb, &pg);
	assert_true(ir_subbuf_next(&sb, sb.big));
	assert_true(sb.time == top + 60);
	assert_true(ir_subbuf_next(&sb, sb.big));
	assert_true(sb.time == (UINT64_C(4) << 59) + 5);
}

/*
 * Padding with a delta is a discarded record: its length is in the next word,
 * its delta counts.  Padding without a delta fills the rest.
 */
static void padding(bool big, unsigned int long_size)
{
	struct ir_subbuf sb;
	struct page pg;

	begin(&pg, big, long_size, 0);
	add_head(&pg, 29, 6);
	add_word(&pg, 8);		/* this word and one more */
	add_word(&pg, 0xdead);
	add_head(&pg, 1, 1);
	add_word(&pg, 0xf);
	add_head(&pg, 29, 0);
	add_word(&pg, 0xdead);
	add_word(&pg, 0xdead);
	commit(&pg, 0);

	start(&sb, &pg);
	assert_true(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(ir_load32(sb.rec, big), 0xf);
	assert_int_equal(sb.time, 7);
	assert_false(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.corrupt, 0);
}

static void test_padding(void **state)
{
	(void)state;
	on_all(padding);
}

/*
 * RB_MISSED_EVENTS (bit 31) says that events before are gone; with
 * RB_MISSED_STORED (bit 30) their number is behind the records, in a long.  Both
 * are added to a 64-bit commit as ints, so its upper half is all ones.
 */
static void missed(bool big, unsigned int long_size)
{
	uint64_t high = long_size == 8 ? UINT64_C(0xffffffff00000000) : 0;
	struct ir_subbuf sb;
	struct page pg;

	begin(&pg, big, long_size, 9);
	add_head(&pg, 1, 1);
	add_word(&pg, 0xf);
	put(&pg, pg.lay.data_offset + pg.used, 77, long_size);
	commit(&pg, high | UINT64_C(0xc0000000));
	assert_int_equal(start(&sb, &pg), IR_SUBBUF_MISSED);
	assert_int_equal(sb.missed, 77);
	assert_true(ir_subbuf_next(&sb, sb.big));
	assert_false(ir_subbuf_next(&sb, sb.big));

	commit(&pg, high | UINT64_C(0x80000000));
	assert_int_equal(start(&sb, &pg), IR_SUBBUF_MISSED);
	assert_int_equal(sb.missed, 0);
	assert_true(ir_subbuf_next(&sb, sb.big));
}

static void test_missed(void **state)
{
	(void)state;
	on_all(missed);
}

/* Impossible records: each is given up, and the bytes are counted. */
static void test_corrupt(void **state)
{
	struct ir_subbuf sb;
	struct page pg;

	(void)state;
	/* More committed than a sub-buffer has: all of its data area is out. */
	begin(&pg, true, 8, 0);
	pg.used = PAGE;
	commit(&pg, 0);
	start(&sb, &pg);
	assert_false(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.corrupt, PAGE - 16);

	/* A record of 28 * 4 bytes where 4 are committed: 8 bytes are left. */
	begin(&pg, false, 8, 0);
	add_head(&pg, 28, 0);
	add_word(&pg, 0);
	commit(&pg, 0);
	start(&sb, &pg);
	assert_false(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.corrupt, 8);

	/* A length word below its own size and data, and one beyond the end. */
	begin(&pg, true, 8, 0);
	add_head(&pg, 0, 0);
	add_word(&pg, 4);
	add_word(&pg, 0);
	commit(&pg, 0);
	start(&sb, &pg);
	assert_false(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.corrupt, 12);
	put(&pg, 20, 0xfffffff0, 4);
	start(&sb, &pg);
	assert_false(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.corrupt, 12);

	/* Padding of no length would never end. */
	begin(&pg, false, 4, 0);
	add_head(&pg, 29, 1);
	add_word(&pg, 0);
	commit(&pg, 0);
	start(&sb, &pg);
	assert_false(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.corrupt, 8);
}

/* A time behind the next sub-buffer's cannot be, and one that runs over neither. */
static void test_limit(void **state)
{
	struct ir_subbuf sb;
	struct page pg;

	(void)state;
	begin(&pg, true, 8, 100);
	add_head(&pg, 30, 0);
	add_word(&pg, 0xffffffff);
	add_head(&pg, 1, 0);
	add_word(&pg, 0);
	commit(&pg, 0);
	start(&sb, &pg);
	sb.limit = 200;
	assert_true(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.time, 200);
	assert_int_equal(sb.beyond, 1);

	begin(&pg, true, 8, IR_SUBBUF_LAST_TIME);
	add_head(&pg, 30, 0);
	add_word(&pg, 0xffffffff);
	add_head(&pg, 1, 0);
	add_word(&pg, 0);
	commit(&pg, 0);
	start(&sb, &pg);
	assert_true(ir_subbuf_next(&sb, sb.big));
	assert_true(sb.time == IR_SUBBUF_LAST_TIME);
}

/*
 * A sub-buffer of which the file has only the first bytes: the whole records
 * among them are read, the one in the cut is neither read nor called corrupt.
 */
static void test_cut(void **state)
{
	struct ir_subbuf sb;
	struct page pg;

	(void)state;
	begin(&pg, false, 8, 0);
	add_head(&pg, 1, 0);
	add_word(&pg, 1);
	add_head(&pg, 2, 0);
	add_word(&pg, 2);
	add_word(&pg, 3);
	commit(&pg, 0);
	ir_subbuf_start(&sb, &pg.lay, pg.bytes, 16 + 16);
	assert_int_equal(sb.cut, 4);
	assert_true(ir_subbuf_next(&sb, sb.big));
	assert_false(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.corrupt, 0);

	ir_subbuf_start(&sb, &pg.lay, pg.bytes, 7);	/* not even a header */
	assert_false(ir_subbuf_next(&sb, sb.big));
	assert_int_equal(sb.corrupt, 7);
}

/* events/header_page of a 32-bit kernel: data begins at 12. */
static void test_layout(void **state)
{
	static const char text[] =
		"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		"\tfield: local_t commit;\toffset:8;\tsize:4;\tsigned:1;\n"
		"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
		"\tfield: char data;\toffset:12;\tsize:16372;\tsigned:0;\n";
	struct ir_subbuf_layout lay;

	(void)state;
	ir_subbuf_default(&lay, true, 8, 4096);
	assert_int_equal(lay.data_offset, 16);
	assert_true(ir_subbuf_parse_layout(&lay, text, sizeof(text) - 1));
	assert_int_equal(lay.data_offset, 12);
	assert_int_equal(lay.commit_size, 4);
	assert_int_equal(lay.size, 16384);
	/* Without its last line it says too little, and changes nothing. */
	ir_subbuf_default(&lay, true, 8, 4096);
	assert_false(ir_subbuf_parse_layout(&lay, text, 150));
	assert_int_equal(lay.commit_size, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_length_word),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_stamp_top),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_missed),
		cmocka_unit_test(test_corrupt),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
