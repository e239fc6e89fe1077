/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by verdicts and the lines that explain them. */
#ifndef IR_VERDICT_PRIV_H
#define IR_VERDICT_PRIV_H

#include "verdict/verdict.h"

/* A text that is being written. */
struct ir_verdict_text {
	FILE *out;
	const struct ir_rows *rows;
	enum ir_typography typography;
};

/** ir_write_name - the name of a row's member, marked */
void ir_write_name(const struct ir_verdict_text *s, const struct ir_row *row, size_t member);
/** ir_write_time - a duration */
void ir_write_time(const struct ir_verdict_text *s, uint64_t ns);
/** ir_write_p99 - the 99th percentile of the exposure; ">= 1.02 s" if the recording ends before */
void ir_write_p99(const struct ir_verdict_text *s, const struct ir_row *row);
/** ir_recommended_row - the row that a verdict recommends; NULL: none is without failures */
const struct ir_row *ir_recommended_row(const struct ir_rows *rows);
#endif
