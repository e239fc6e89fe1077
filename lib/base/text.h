/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that others wrote, made fit for documents and terminals. */
#ifndef IR_BASE_TEXT_H
#define IR_BASE_TEXT_H

#include <stddef.h>
#include <stdio.h>

/**
 * ir_text_utf8 - text from a recording, made valid UTF-8
 *
 * Names in a recording may be any bytes: those that are not UTF-8 become U+FFFD.
 * Returns a string for free(), NULL: no memory.
 */
char *ir_text_utf8(const char *text);
#define IR_REAL_TEXT 48	/* room for a real number's text */

/**
 * ir_real_text - a number with @digits significant digits, never with an exponent
 *
 * Zeros at the end of a fraction are left out.  Numbers whose digits do not fit are
 * cut to @size.  Returns @text.
 */
const char *ir_real_text(char *text, size_t size, double value, int digits);
/**
 * ir_csv_text - a text as a field of CSV
 *
 * Quoted as RFC 4180 says.  One that begins with = + - @ tab, carriage return or an
 * apostrophe has an apostrophe before it, so that no spreadsheet takes it for a
 * formula; "-" alone has none.
 */
void ir_csv_text(FILE *out, const char *text);
/**
 * ir_text_clean - the same, without control characters
 *
 * Returns a string for free(), NULL: no memory.
 */
char *ir_text_clean(const char *text);

#endif
