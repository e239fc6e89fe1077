// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conditions on figures: "rpcit.total>+5%".
 *
 * Numbers are kept as a fraction of whole numbers, and compared after
 * multiplying out: 5 % more than 100 is 105, whatever binary fractions make of
 * 0.05.
 */
#include "report/compare/priv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FRACTION 6		/* digits */
#define MAX_DIGITS 15		/* of a number with a fraction */

static int condition_error(const char *text, const char *at, const char *expected, struct ir_error *err)
{
	if (!*at)
		return ir_error_set(err, -EINVAL, "\"%.100s\": %s, but it ends there", text,
				    expected);
	return ir_error_set(err, -EINVAL, "\"%.100s\": column %zu: %s, not \"%.40s\"", text,
			    (size_t)(at - text) + 1, expected, at);
}

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

static const char *parse_op(const char *at, enum ir_condition_op *op)
{
	static const struct {
		const char *name;
		enum ir_condition_op op;
	} known[] = {	/* longer ones first */
		{ ">=", IR_CONDITION_GE }, { "<=", IR_CONDITION_LE }, { "==", IR_CONDITION_EQ },
		{ "!=", IR_CONDITION_NE }, { ">", IR_CONDITION_GT }, { "<", IR_CONDITION_LT },
		{ "=", IR_CONDITION_EQ },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!strncmp(at, known[i].name, strlen(known[i].name))) {
			*op = known[i].op;
			return at + strlen(known[i].name);
		}
	}
	return NULL;
}

/* A whole number: decimal or 0x, then K, M, G or T.  NULL: it is none, or too large. */
static const char *parse_whole(const char *at, uint64_t *number)
{
	static const char units[] = "KMGTkmgt";
	bool hex = at[0] == '0' && (at[1] == 'x' || at[1] == 'X');
	const char *digits = at + 2 * hex, *unit;
	size_t n = strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789");
	unsigned int shift;
	char *end;

	if (!n)
		return NULL;
	errno = 0;
	*number = strtoull(digits, &end, hex ? 16 : 10);
	unit = *end ? strchr(units, *end) : NULL;
	shift = unit ? 10 * (unsigned int)((unit - units) % 4 + 1) : 0;
	if (errno || *number > UINT64_MAX >> shift)
		return NULL;
	*number <<= shift;
	return end + (shift > 0);
}

/* Digits, a point, digits. */
static const char *parse_fraction(const char *at, struct ir_condition *condition)
{
	size_t whole = strspn(at, "0123456789"), part = strspn(at + whole + 1, "0123456789");

	if (!part || part > MAX_FRACTION || whole + part > MAX_DIGITS)
		return NULL;
	condition->number = 0;
	for (size_t i = 0; i < whole + 1 + part; i++)
		if (i != whole)
			condition->number = 10 * condition->number + (uint64_t)(at[i] - '0');
	while (part--)
		condition->scale *= 10;
	return at + whole + 1 + strspn(at + whole + 1, "0123456789");
}

/* A decimal number with a unit of time, of a figure in nanoseconds.  NULL: it is none. */
static const char *parse_time(const char *at, struct ir_condition *condition)
{
	static const struct { const char *name; uint64_t ns; } units[] = {
		{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 },
	};
	size_t key = strlen(condition->key), digits = strspn(at, "0123456789"), len = digits;
	struct ir_condition time = *condition;

	if (key < 3 || strcmp(condition->key + key - 3, "_ns") != 0 || !digits || digits > MAX_DIGITS)
		return NULL;
	if (at[len] == '.')
		len += 1 + strspn(at + len + 1, "0123456789");
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t unit = strlen(units[i].name);

		if (strncmp(at + len, units[i].name, unit) != 0)
			continue;
		if (len == digits)
			time.number = strtoull(at, NULL, 10);
		else if (!parse_fraction(at, &time))
			return NULL;
		if (__builtin_mul_overflow(time.number, units[i].ns, &time.number))
			return NULL;
		*condition = time;
		return at + len + unit;
	}
	return NULL;
}

static int parse_number(const char *text, const char *at, struct ir_condition *condition,
			struct ir_error *err)
{
	size_t digits = strspn(at, "0123456789");
	const char *end = parse_time(at, condition);

	if (!end)
		end = digits && at[digits] == '.' ? parse_fraction(at, condition) :
			parse_whole(at, &condition->number);
	if (!end)
		return condition_error(text, at, "a number is expected (64 bits; decimal with up to 6 "
				       "digits after the point, or 0x; then K, M, G or T)", err);
	at = skip_blanks(end);
	if (*at == '%') {
		if (condition->of == IR_CONDITION_VALUE)
			return condition_error(text, at, "a share is of the baseline and needs a sign (+5%)",
					       err);
		condition->of = IR_CONDITION_SHARE;
		at = skip_blanks(at + 1);
	}
	return *at ? condition_error(text, at, "the end is expected", err) : 0;
}

int ir_condition_parse(const char *text, struct ir_condition *condition, struct ir_error *err)
{
	const char *at = skip_blanks(text), *op;
	size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-");

	*condition = (struct ir_condition){ .text = text, .scale = 1 };
	if (!len || len >= sizeof(condition->key))
		return condition_error(text, at, "the key of a figure is expected (rpcit.total)", err);
	memcpy(condition->key, at, len);
	at = skip_blanks(at + len);
	op = parse_op(at, &condition->op);
	if (!op)
		return condition_error(text, at, "a comparison is expected (>, >=, <, <=, == or !=)", err);
	at = skip_blanks(op);
	if (!*at) {
		condition->of = IR_CONDITION_CHANGE;
		return 0;
	}
	if (*at == '+' || *at == '-') {
		condition->of = IR_CONDITION_CHANGE;
		condition->negative = *at == '-';
		at++;
	}
	return parse_number(text, at, condition, err);
}

/* An integer of 64 bits is kept exactly where that is wider than double: on all usual machines. */
static long double value_of(struct ir_figure figure)
{
	return figure.type == IR_FIGURE_REAL ? (long double)figure.real :
		(long double)figure.integer;
}

bool ir_condition_fails(const struct ir_condition *condition, struct ir_figure baseline,
			struct ir_figure value)
{
	long double number = (long double)condition->number, left = value_of(value);

	if (condition->negative)
		number = -number;
	if (condition->of != IR_CONDITION_VALUE) {
		if (baseline.type == IR_FIGURE_NONE)
			return false;
		left -= value_of(baseline);
	}
	left *= (long double)condition->scale;
	/* Of zero, no change is 0 %, and any other one more than any share. */
	if (condition->of == IR_CONDITION_SHARE && (fabsl(value_of(baseline)) > 0 || fabsl(left) > 0)) {
		left *= 100;
		number *= fabsl(value_of(baseline));
	}
	switch (condition->op) {
	case IR_CONDITION_GT:
		return left > number;
	case IR_CONDITION_GE:
		return left >= number;
	case IR_CONDITION_LT:
		return left < number;
	case IR_CONDITION_LE:
		return left <= number;
	case IR_CONDITION_EQ:
		return !(left < number || left > number);
	case IR_CONDITION_NE:
		return left < number || left > number;
	}
	return true;
}
