// SPDX-License-Identifier: GPL-2.0-or-later
#include "assemble/frees.h"

static uint32_t bit_of(uint64_t page)
{
	return (uint32_t)(page * UINT64_C(0x9e3779b97f4a7c15) >> 32) % IR_FREES_BITS;
}

void ir_frees_note_mapped(struct ir_frees *f, uint64_t page, uint64_t pages)
{
	for (uint64_t i = 0; i < pages && i < IR_FREES_BITS; i++)
		f->bits[bit_of(page + i) / 64] |= UINT64_C(1) << bit_of(page + i) % 64;
}

bool ir_frees_was_mapped(const struct ir_frees *f, uint64_t page, uint64_t pages)
{
	for (uint64_t i = 0; i < pages; i++)
		if (f->bits[bit_of(page + i) / 64] >> bit_of(page + i) % 64 & 1)
			return true;
	return false;
}
