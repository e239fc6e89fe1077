/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seeds of hash tables that a recording can fill, so that a recording cannot be made
 * whose keys all collide.  No result may depend on a seed.
 */
#ifndef IR_BASE_SEED_H
#define IR_BASE_SEED_H

#include <stdint.h>

/** ir_seed - an odd number that another run does not have */
uint64_t ir_seed(void);

/**
 * ir_seed_hash - @bits bits, 1 to 32, that depend on all of @key
 *
 * Keys that follow each other, as pages do, must not lie side by side: with one multiplication
 * they do for some seeds, and a table that looks at the next slot gets long runs.
 */
static inline uint32_t ir_seed_hash(uint64_t seed, uint64_t key, unsigned int bits)
{
	uint64_t mixed = key * seed;

	return (uint32_t)(((mixed ^ mixed >> 32) * seed) >> (64 - bits));
}

#endif
