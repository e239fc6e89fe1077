/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols: from a kernel address to a function.
 *
 *   symbols.c       which sources there are, in which order, and whether they fit
 *   symbol_table.c  what one source has
 *   kallsyms.c      the text of /proc/kallsyms
 *   elf.c           vmlinux and modules, through libelf; build ids
 *
 * Sources, the first one that has an address wins: the vmlinux and the modules
 * that were given, the kallsyms that was given, the recording's own kallsyms, and
 * the running kernel's if its build id is the recording's.  What does not belong
 * to the recorded boot is an error, never a wrong name.
 */
#ifndef IR_SYMBOLS_SYMBOLS_H
#define IR_SYMBOLS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <iommu-replay/error.h>
#include "symbols/chains.h"
#include "symbols/symbol_table.h"

#define IR_SYMBOL_TABLES_MAX 1024u

struct ir_symbols {
	struct ir_symbol_table *tables;	/* in the order in which they are searched */
	size_t nr;
	char *origin;		/* for people: "kallsyms of the recording" */
};

/* Files; NULL: not given, or not to be looked at. */
struct ir_symbol_sources {
	const char *vmlinux;
	const char *modules;		/* a directory */
	const char *kallsyms;
	const char *running_kallsyms;	/* /proc/kallsyms */
	const char *running_notes;	/* /sys/kernel/notes */
};

struct ir_symbol {
	const char *name;
	const char *module;	/* NULL: the kernel itself */
	uint64_t offset;	/* into the function */
};

/**
 * ir_symbols_open - what there is for a recording
 *
 * 0 with @syms filled, which may be empty; a negative errno with @err set if a
 * file that was given cannot be read, or is not the recorded kernel's.
 */
int ir_symbols_open(struct ir_symbols *syms, const struct ir_symbol_sources *sources,
		    const struct ir_chains *chains, struct ir_error *err);
void ir_symbols_close(struct ir_symbols *syms);
/** ir_symbols_find - the function that @address is in; names stay the table's */
bool ir_symbols_find(const struct ir_symbols *syms, uint64_t address, struct ir_symbol *symbol);
/**
 * ir_symbols_find_name - a function by its name; false: there is none, or it is not known in which module
 *
 * For recordings whose frames are names (ir_chains.named).
 */
bool ir_symbols_find_name(const struct ir_symbols *syms, const char *name,
			  struct ir_symbol *symbol);

#endif
