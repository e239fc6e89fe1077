/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Symbols from the text of /proc/kallsyms. */
#ifndef IR_SYMBOLS_KALLSYMS_H
#define IR_SYMBOLS_KALLSYMS_H

#include "symbols/symbol_table.h"

/**
 * ir_kallsyms_parse - functions from the text of /proc/kallsyms
 *
 * 0, -ENOMEM, -ENODATA: there is not one function, -EACCES: all addresses are zero,
 * as the kernel shows them to users without rights.
 */
int ir_kallsyms_parse(struct ir_symbol_table *t, const char *text, size_t len);

#endif
