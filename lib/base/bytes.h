/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads of numbers out of recordings.  The byte order is always named: either
 * in the function, or as the recording's (@big).  No alignment is needed; the
 * caller has checked that the bytes are there.
 */
#ifndef IR_TRACE_BYTES_H
#define IR_TRACE_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define IR_HOST_BIG true
#else
#define IR_HOST_BIG false
#endif

static inline uint16_t ir_load16(const void *p, bool big)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return big == IR_HOST_BIG ? v : __builtin_bswap16(v);
}

static inline uint32_t ir_load32(const void *p, bool big)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return big == IR_HOST_BIG ? v : __builtin_bswap32(v);
}

static inline uint64_t ir_load64(const void *p, bool big)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return big == IR_HOST_BIG ? v : __builtin_bswap64(v);
}

static inline uint64_t ir_le64(const void *p)
{
	return ir_load64(p, false);
}

static inline uint64_t ir_be64(const void *p)
{
	return ir_load64(p, true);
}

/*
 * A signed or unsigned integer of @size 1, 2, 4 or 8, widened to 64 bits.  Most
 * are of 8: that comes first, and without a jump table.
 */
static inline uint64_t ir_load_int(const void *p, unsigned int size, bool is_signed, bool big)
{
	if (__builtin_expect(size == 8, 1))
		return ir_load64(p, big);
	if (size == 4)
		return is_signed ? (uint64_t)(int64_t)(int32_t)ir_load32(p, big)
				 : ir_load32(p, big);
	if (size == 2)
		return is_signed ? (uint64_t)(int64_t)(int16_t)ir_load16(p, big)
				 : ir_load16(p, big);
	return is_signed ? (uint64_t)(int64_t)*(const int8_t *)p : *(const uint8_t *)p;
}

static inline uint64_t ir_load_uint(const void *p, unsigned int size, bool big)
{
	return ir_load_int(p, size, false, big);
}

#endif
