/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The symbols of one source: a kallsyms text, a vmlinux, a module. */
#ifndef IR_SYMBOLS_SYMBOL_TABLE_H
#define IR_SYMBOLS_SYMBOL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ir_symbol_entry {
	uint64_t address;
	uint32_t name;		/* in the table's text; 0: no function is here */
	uint32_t module;	/* the same; 0: the kernel itself */
	uint32_t rank;		/* of several at one address the lowest is shown */
	uint32_t size;		/* bytes; 0: up to the next one, for all that is known */
};

/* One source; its entries rise, no two at one address. */
struct ir_symbol_table {
	struct ir_symbol_entry *list;
	size_t nr, room;
	uint32_t *by_name;	/* indices in the order of names; NULL: not requested */
	char *text;		/* text[0] is an empty string */
	size_t text_len, text_room;
	uint64_t start, end;	/* addresses from start up to end are in it; end 0: no limit */
	uint64_t text_symbol;	/* address of _text, 0: it has none */
	uint64_t stext_symbol;	/* and of _stext */
	char *origin;		/* the file */
};

/** ir_symbol_text - append a string; its place, 0: no memory */
uint32_t ir_symbol_text(struct ir_symbol_table *t, const char *text, size_t len);
/** ir_symbol_add - one more entry in any order; 0 or -ENOMEM */
int ir_symbol_add(struct ir_symbol_table *t, const struct ir_symbol_entry *entry);
/** ir_symbol_sort - when all are there */
void ir_symbol_sort(struct ir_symbol_table *t);
/** ir_symbol_rank - of a name: global and plain ones come first */
uint32_t ir_symbol_rank(const char *name, size_t len, bool global);
void ir_symbol_table_clear(struct ir_symbol_table *t);

#endif
