/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws verdicts and the lines that explain them. */
#ifndef CMD_WORDS_H
#define CMD_WORDS_H

#include "render/render.h"
#include "verdict/verdict.h"

/** draw_words - the lines that explain the verdict of a group of results */
void draw_words(const struct drawing *d, const struct ir_rows *rows);
/** draw_verdict - each group's verdict, as the end of a recording's table; 0 or -ENOMEM */
int draw_verdict(const struct drawing *d, const struct ir_report_entry *entry);
/** draw_verdict_all - the verdict over several recordings, if they are alike; 0 or -ENOMEM */
int draw_verdict_all(const struct drawing *d, const struct ir_report_entry *entries, size_t n);

#endif
