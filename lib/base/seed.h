/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seeds of hash tables that a recording can fill: whoever made the recording must
 * not know where its keys go.  No result may depend on a seed.
 */
#ifndef IR_BASE_SEED_H
#define IR_BASE_SEED_H

#include <stdint.h>

/** ir_seed - an odd number that another run does not have */
uint64_t ir_seed(void);

/** ir_seed_hash - the upper @bits bits of @key times the seed: 1 to 32 */
static inline uint32_t ir_seed_hash(uint64_t seed, uint64_t key, unsigned int bits)
{
	return (uint32_t)((key * seed) >> (64 - bits));
}

#endif
