/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Markup: text that others wrote, put into HTML and SVG.
 */
#ifndef IR_REPORT_MARKUP_H
#define IR_REPORT_MARKUP_H

#include <stdio.h>

/**
 * ir_markup_text - write a text so that it is nothing but text, in attributes too
 *
 * Bytes that are not UTF-8 become U+FFFD, as do characters that XML does not allow.
 * NULL, or no memory, spoils the stream (ir_memory_fail()).
 */
void ir_markup_text(FILE *out, const char *text);

#endif
