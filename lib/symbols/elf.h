/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols and build ids from vmlinux and modules. */
#ifndef IR_SYMBOLS_ELF_H
#define IR_SYMBOLS_ELF_H

#include <iommu-replay/error.h>
#include "symbols/chains.h"
#include "symbols/symbol_table.h"

struct ir_elf;

/** ir_elf_open - NULL with @err set */
struct ir_elf *ir_elf_open(const char *path, struct ir_error *err);
void ir_elf_close(struct ir_elf *elf);
/** ir_elf_build_id - .len is 0 if it has none; 0 or -ENOMEM */
int ir_elf_build_id(struct ir_elf *elf, struct ir_build_id *id);
/**
 * ir_elf_symbols - the functions of an executable, at their own addresses, or of a
 * module, from @text on; @module: its name, NULL: the kernel.  0, -ENOMEM or -ENODATA.
 */
int ir_elf_symbols(struct ir_elf *elf, struct ir_symbol_table *t, const char *module,
		   uint64_t text);
/** ir_notes_build_id - from the bytes of notes; .len is 0 if it is not there */
struct ir_build_id ir_notes_build_id(const unsigned char *notes, size_t len, bool big);

#endif
