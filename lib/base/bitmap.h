/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sparse bitmap: a radix tree of 64-way nodes in which a subtree that is all
 * zeros or all ones takes no memory.  Setting, clearing and finding are
 * logarithmic in its size, so an aperture of terabytes costs nothing.  Looking for
 * room is so too, but for the leaves of 4096 bits that turn out to have too little:
 * each is looked at once, and again after bits of it were cleared or for a smaller size.
 */
#ifndef IR_GUEST_BITMAP_H
#define IR_GUEST_BITMAP_H

#include <stdbool.h>
#include <stdint.h>

#define IR_BITMAP_NONE UINT64_MAX

struct ir_bitmap;

/** ir_bitmap_new - @bits bits (1 to 2^60), all clear; NULL: no memory */
struct ir_bitmap *ir_bitmap_new(uint64_t bits);
void ir_bitmap_free(struct ir_bitmap *map);
/** ir_bitmap_set, ir_bitmap_clear - set or clear [first, last]; 0 or -ENOMEM (then unchanged in parts) */
int ir_bitmap_set(struct ir_bitmap *map, uint64_t first, uint64_t last);
int ir_bitmap_clear(struct ir_bitmap *map, uint64_t first, uint64_t last);
static inline int ir_bitmap_assign(struct ir_bitmap *map, uint64_t first, uint64_t last, bool value)
{
	return value ? ir_bitmap_set(map, first, last) : ir_bitmap_clear(map, first, last);
}
/**
 * ir_bitmap_claim - set [first, last] if all of it is clear, where that is cheap
 *
 * False: nothing was set, as a bit was set already, or it is not all in the word used last.
 */
bool ir_bitmap_claim(struct ir_bitmap *map, uint64_t first, uint64_t last);
/** ir_bitmap_next - the first bit at or after @from that is @value, or IR_BITMAP_NONE */
uint64_t ir_bitmap_next(const struct ir_bitmap *map, uint64_t from, bool value);
/** ir_bitmap_next_set, ir_bitmap_next_clear - the same, for one value */
static inline uint64_t ir_bitmap_next_set(const struct ir_bitmap *map, uint64_t from)
{
	return ir_bitmap_next(map, from, true);
}
static inline uint64_t ir_bitmap_next_clear(const struct ir_bitmap *map, uint64_t from)
{
	return ir_bitmap_next(map, from, false);
}
/**
 * ir_bitmap_fit - the highest place in [first, last] at which @size clear bits begin
 * @last: last + size - 1 is a bit of the map
 * @size: at least 1; the place is aligned to it, rounded up to a power of two
 *
 * Returns the place, or IR_BITMAP_NONE.
 */
uint64_t ir_bitmap_fit(struct ir_bitmap *map, uint64_t first, uint64_t last, uint64_t size);
/**
 * ir_bitmap_run - the first place at or after @from at which @size clear bits begin
 * @size: at least 1; the place is not aligned
 *
 * Returns the place, or IR_BITMAP_NONE.
 */
uint64_t ir_bitmap_run(struct ir_bitmap *map, uint64_t from, uint64_t size);
/** ir_bitmap_any - whether a bit of [first, last] is set; last < UINT64_MAX */
bool ir_bitmap_any(const struct ir_bitmap *map, uint64_t first, uint64_t last);

#endif
