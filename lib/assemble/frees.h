/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A filter of freed pages: passes those that were mapped for DMA, and few others that
 * share a bit with them.  Its size is fixed, however long the recording is.
 */
#ifndef IR_ASSEMBLE_FREES_H
#define IR_ASSEMBLE_FREES_H

#include <stdbool.h>
#include <stdint.h>

#define IR_FREES_BITS (UINT32_C(1) << 20)

struct ir_frees {
	uint64_t bits[IR_FREES_BITS / 64];
};

/** ir_frees_note_mapped - @pages of memory from the one numbered @page on were mapped */
void ir_frees_note_mapped(struct ir_frees *f, uint64_t page, uint64_t pages);
/** ir_frees_was_mapped - whether one of these pages may have been mapped */
bool ir_frees_was_mapped(const struct ir_frees *f, uint64_t page, uint64_t pages);

#endif
