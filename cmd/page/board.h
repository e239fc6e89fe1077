/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of a page: the strategies compared, all figures, recordings and strategies. */
#ifndef CMD_BOARD_H
#define CMD_BOARD_H

#include "page/svg.h"

/** board_compared - one row for each distinct result, with its pictures */
void board_compared(FILE *out, const struct ir_rows *rows, const struct scales *scales);
/** board_key - the legend of the pictures in it */
void board_key(FILE *out, const struct ir_rows *rows);
/** board_figures - all columns that are not zero throughout */
void board_figures(FILE *out, const struct ir_rows *rows);
/** board_glossary - what the columns mean, folded */
void board_glossary(FILE *out, const struct ir_report_entry *entry);
/**
 * board_matrix - recordings down, strategies across
 * @rows: of each recording, all with the same strategies
 * @entries: the first of all recordings of the page; the one of @entries[i] is #ri
 * @begin: of the names of recordings, ir_names_begin()
 */
int board_matrix(FILE *out, const struct ir_rows *rows, size_t n, const struct ir_report_entry *entries,
		 size_t begin);

#endif
