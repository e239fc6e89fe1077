/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols: from a kernel address to a function.
 *
 *   symbols.c   which sources there are, in which order, and whether they fit
 *   kallsyms.c  the text of /proc/kallsyms
 *   elf.c       vmlinux and modules, through libelf; build ids
 *
 * Sources, the first one that has an address wins: the vmlinux and the modules
 * that were given, the kallsyms that was given, the recording's own kallsyms, and
 * the running kernel's if its build id is the recording's.  What does not belong
 * to the recorded boot is an error, never a wrong name.
 */
#ifndef IR_TRACE_SYMBOLS_H
#define IR_TRACE_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <iommu-replay/error.h>
#include "symbols/chains.h"

struct ir_symbol_entry {
	uint64_t address;
	uint32_t name;		/* in the table's text */
	uint32_t module;	/* the same; 0: the kernel itself */
	uint32_t rank;		/* of several at one address the lowest is shown */
	uint32_t size;		/* bytes; 0: up to the next one, for all that is known */
};

/* One source; its entries rise, no two at one address. */
struct ir_symbol_table {
	struct ir_symbol_entry *list;
	size_t nr, room;
	uint32_t *by_name;	/* indices in the order of names; NULL: nobody asks for these */
	char *text;		/* text[0] is an empty string */
	size_t text_len, text_room;
	uint64_t start, end;	/* addresses from start up to end are in it; end 0: no limit */
	uint64_t text_symbol;	/* address of _text, 0: it has none */
	uint64_t stext_symbol;	/* and of _stext */
	char *origin;		/* the file */
};

#define IR_SYMBOL_TABLES_MAX 1024u

struct ir_symbols {
	struct ir_symbol_table *tables;	/* in the order in which they are asked */
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
 * ir_symbols_find_name - a function by its name; false: there is none
 *
 * For recordings whose frames are names (ir_chains.named).
 */
bool ir_symbols_find_name(const struct ir_symbols *syms, const char *name,
			  struct ir_symbol *symbol);

/* symbols.c, for the others */

/** ir_symbol_text - append a string; its place, 0: no memory */
uint32_t ir_symbol_text(struct ir_symbol_table *t, const char *text, size_t len);
/** ir_symbol_add - one more entry in any order; 0 or -ENOMEM */
int ir_symbol_add(struct ir_symbol_table *t, const struct ir_symbol_entry *entry);
/** ir_symbol_sort - when all are there */
void ir_symbol_sort(struct ir_symbol_table *t);
/** ir_symbol_rank - of a name: those that people know come first */
uint32_t ir_symbol_rank(const char *name, size_t len, bool global);
void ir_symbol_table_clear(struct ir_symbol_table *t);

/* kallsyms.c */

/**
 * ir_kallsyms_parse - functions from the text of /proc/kallsyms
 *
 * 0, -ENOMEM, -ENODATA: there is not one function, -EACCES: all addresses are zero,
 * as the kernel shows them to users without rights.
 */
int ir_kallsyms_parse(struct ir_symbol_table *t, const char *text, size_t len);

/* elf.c */

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
