/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes and checks values of columns; for their getters and setters. */
#ifndef IR_REPORT_COLUMNS_VALUE_H
#define IR_REPORT_COLUMNS_VALUE_H

#include "report/columns.h"

static inline struct ir_value count_value(uint64_t count)
{
	return (struct ir_value){ .type = IR_VALUE_COUNT, .count = count };
}

static inline struct ir_value text_value(const char *text)
{
	if (!text)
		return (struct ir_value){ .type = IR_VALUE_NULL };
	return (struct ir_value){ .type = IR_VALUE_TEXT, .text = text };
}

static inline struct ir_value real_value(double real)
{
	return (struct ir_value){ .type = IR_VALUE_REAL, .real = real };
}

/* Zero stands for "not known" or "no limit" here. */
static inline struct ir_value count_or_null(uint64_t count)
{
	return count ? count_value(count) : (struct ir_value){ .type = IR_VALUE_NULL };
}

#define FIELD(type, base, offset) (*(const type *)(const void *)((const char *)(base) + (offset)))

#define PUT(type, base, offset) (*(type *)(void *)((char *)(base) + (offset)))

static inline bool is_true(struct ir_value value)
{
	return value.type == IR_VALUE_TRUTH && value.truth;
}

static inline bool is_count(struct ir_value value, uint64_t max)
{
	return value.type == IR_VALUE_COUNT && value.count <= max;
}

static inline bool is_null(struct ir_value value)
{
	return value.type == IR_VALUE_NULL;
}

#endif
