/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as people read them, the same in tables, Markdown, HTML and verdicts.
 *
 * Plain texts are ASCII.  Typeset ones are UTF-8, with no-break spaces before units.
 */
#ifndef IR_BASE_NUMBERS_H
#define IR_BASE_NUMBERS_H

#include <stdint.h>

enum ir_typography {
	IR_PLAIN,
	IR_TYPESET,
};

/* A short text that needs no free(). */
struct ir_short {
	char s[48];
};

/** ir_count_text - 25019 as "25,019" */
struct ir_short ir_count_text(uint64_t count);
/** ir_rate_text - 25018.7 as "25,019"; what no machine reaches, or is below 0, as "1e+300" */
struct ir_short ir_rate_text(double rate);
/** ir_count_word - up to twelve as a word, "three"; more as ir_count_text() */
struct ir_short ir_count_word(uint64_t count);
/** ir_time_text - nanoseconds with three significant digits: "931 ms", "1.02 s" */
struct ir_short ir_time_text(uint64_t ns, enum ir_typography typography);
/**
 * ir_share_text - "2.8%", "25%", "<0.1%", ">99%"
 *
 * Never 0% or 100% for a part that is not none or all; @whole 0: "0%".
 */
struct ir_short ir_share_text(double part, double whole);
/** ir_ratio_text - two decimals below 2, one below 10, else none */
struct ir_short ir_ratio_text(double ratio);
/** ir_bytes_text - "2 GiB" if that is whole, else bytes */
struct ir_short ir_bytes_text(uint64_t bytes, enum ir_typography typography);
/** ir_plural - "s" unless @n is one */
static inline const char *ir_plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

#endif
