// SPDX-License-Identifier: GPL-2.0-or-later
/* Compressed data: intact, cut at each byte, damaged, and larger than the room for it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <cmocka.h>

#include "base/decompress.h"

#define PLAIN 3000u

struct data {
	unsigned char plain[PLAIN], packed[2 * PLAIN], out[PLAIN + 16];
	size_t len;
	struct ir_decompressor dec;
};

/* The frame or stream, and 7 bytes behind it that do not belong to it. */
static struct data *make(enum ir_compression kind)
{
	struct data *d = calloc(1, sizeof(*d));
	uLongf len = sizeof(d->packed) - 16;
	unsigned int seed = 1;

	assert_non_null(d);
	for (size_t i = 0; i < PLAIN; i++) {
		seed = seed * 1103515245 + 12345;
		d->plain[i] = (unsigned char)(i % 3 ? i / 50 : seed >> 16);
	}
	if (kind == IR_COMPRESSION_ZSTD) {
		d->len = ZSTD_compress(d->packed, len, d->plain, PLAIN, 3);
		assert_false(ZSTD_isError(d->len));
	} else {
		assert_int_equal(compress(d->packed, &len, d->plain, PLAIN), Z_OK);
		d->len = len;
	}
	memset(d->packed + d->len, 0x55, 7);
	assert_int_equal(ir_decompressor_init(&d->dec, kind), 0);
	return d;
}

static int unpack(struct data *d, size_t in, size_t room, size_t *used, size_t *made)
{
	return ir_decompress(&d->dec, d->packed, in, d->out, room, used, made);
}

static void destroy(struct data *d)
{
	ir_decompressor_release(&d->dec);
	ir_decompressor_release(&d->dec);	/* once more is fine */
	free(d);
}

static const enum ir_compression kinds[] = { IR_COMPRESSION_ZLIB, IR_COMPRESSION_ZSTD };

/* Bytes behind the stream are not read; a decompressor is used repeatedly, also after errors. */
static void test_intact(void **state)
{
	size_t used, made;

	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct data *d = make(kinds[k]);

		for (unsigned int i = 0; i < 3; i++) {
			assert_int_equal(unpack(d, d->len + 7, sizeof(d->out), &used, &made), 0);
			assert_int_equal(used, d->len);
			assert_int_equal(made, PLAIN);
			assert_memory_equal(d->out, d->plain, PLAIN);
			assert_int_not_equal(unpack(d, d->len / 2, sizeof(d->out), &used, &made), 0);
		}
		destroy(d);
	}
}

static void test_too_large(void **state)
{
	size_t used, made;

	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct data *d = make(kinds[k]);

		assert_int_equal(unpack(d, d->len, PLAIN, &used, &made), 0);
		assert_int_equal(unpack(d, d->len, PLAIN - 1, &used, &made), -E2BIG);
		assert_int_equal(unpack(d, d->len, 1, &used, &made), -E2BIG);
		destroy(d);
	}
}

/* A frame that does not tell its size is tried: whether it fits shows then. */
static void test_frame_without_a_size(void **state)
{
	struct data *d = make(IR_COMPRESSION_ZSTD);
	ZSTD_CCtx *ctx = ZSTD_createCCtx();
	size_t used, made;

	(void)state;
	assert_non_null(ctx);
	ZSTD_CCtx_setParameter(ctx, ZSTD_c_contentSizeFlag, 0);
	d->len = ZSTD_compress2(ctx, d->packed, sizeof(d->packed), d->plain, PLAIN);
	ZSTD_freeCCtx(ctx);
	assert_false(ZSTD_isError(d->len));
	assert_int_equal(ZSTD_getFrameContentSize(d->packed, d->len), ZSTD_CONTENTSIZE_UNKNOWN);
	assert_int_equal(unpack(d, d->len, PLAIN, &used, &made), 0);
	assert_int_equal(made, PLAIN);
	assert_int_equal(unpack(d, d->len, PLAIN - 1, &used, &made), -E2BIG);
	destroy(d);
}

static void test_cut(void **state)
{
	size_t used, made;

	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct data *d = make(kinds[k]);

		for (size_t len = 0; len < d->len; len++)
			assert_int_equal(unpack(d, len, sizeof(d->out), &used, &made), -EBADMSG);
		destroy(d);
	}
}

/* One bit: refused, or at least never more than there is room for. */
static void test_damaged(void **state)
{
	unsigned int refused = 0, tried = 0;
	size_t used, made;

	(void)state;
	for (unsigned int k = 0; k < 2; k++) {
		struct data *d = make(kinds[k]);

		for (size_t bit = 0; bit < 8 * d->len; bit += 3, tried++) {
			int rc;

			d->packed[bit / 8] ^= (unsigned char)(1u << bit % 8);
			rc = unpack(d, d->len, sizeof(d->out), &used, &made);
			assert_true(rc == 0 || rc == -EBADMSG || rc == -E2BIG);
			assert_true(rc || (made <= sizeof(d->out) && used <= d->len));
			refused += rc != 0;
			d->packed[bit / 8] ^= (unsigned char)(1u << bit % 8);
		}
		destroy(d);
	}
	assert_true(refused > tried / 2);
}

static void test_kinds_without_a_state(void **state)
{
	struct ir_decompressor dec;
	char out[4];
	size_t used, made;

	(void)state;
	for (int kind = IR_COMPRESSION_NONE; kind <= IR_COMPRESSION_UNKNOWN; kind += 3) {
		assert_int_equal(ir_decompressor_init(&dec, (enum ir_compression)kind), 0);
		assert_int_equal(ir_decompress(&dec, "abc", 3, out, 4, &used, &made), -EBADMSG);
		assert_int_equal(used + made, 0);
		ir_decompressor_release(&dec);
	}
}

static void test_packed_by(void **state)
{
	(void)state;
	assert_string_equal(ir_packed_by("\x1f\x8b\x08", 3), "gzip");
	assert_null(ir_packed_by("\x1f\x8b\x08", 2));
	assert_string_equal(ir_packed_by("\xfd" "7zXZ\0", 6), "xz");
	assert_string_equal(ir_packed_by("\x28\xb5\x2f\xfd", 4), "zstd");
	assert_string_equal(ir_packed_by("BZh9", 4), "bzip2");
	assert_string_equal(ir_packed_by("\x04\x22\x4d\x18", 4), "lz4");
	assert_null(ir_packed_by("\x17\x08\x44", 3));
	assert_null(ir_packed_by("", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_intact),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_frame_without_a_size),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_kinds_without_a_state),
		cmocka_unit_test(test_packed_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
