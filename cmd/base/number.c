// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers on the command line.  strtoull() would accept signs, spaces and octal
 * numbers, which are errors here.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

#define MAX_SHOWN_NS (UINT64_C(1000000) * 1000000000)	/* larger limits are no help in a message */

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

static unsigned int unit_shift(char c)
{
	switch (c) {
	case 'K': case 'k':
		return 10;
	case 'M': case 'm':
		return 20;
	case 'G': case 'g':
		return 30;
	case 'T': case 't':
		return 40;
	default:
		return 0;
	}
}

int parse_number(const char *what, const char *text, size_t len, uint64_t min, uint64_t max,
		 uint64_t *value, struct ir_error *err)
{
	int shown = (int)(len > 60 ? 60 : len);
	unsigned int base = 10, shift;
	uint64_t number = 0;
	size_t i = 0;

	if (len > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		i = 2;
	}
	if (i == len || digit_value(text[i]) >= (int)base)
		goto malformed;
	for (; i < len && digit_value(text[i]) < (int)base; i++)
		if (__builtin_mul_overflow(number, (uint64_t)base, &number) ||
		    __builtin_add_overflow(number, (uint64_t)digit_value(text[i]), &number))
			goto range;
	shift = i < len ? unit_shift(text[i]) : 0;
	if (shift)
		i++;
	if (i != len)
		goto malformed;
	if (number > UINT64_MAX >> shift)
		goto range;
	number <<= shift;
	if (number < min || number > max)
		goto range;
	*value = number;
	return 0;

malformed:
	return ir_error_set(err, -EINVAL,
			    "%s: \"%.*s\" is not a number (decimal or 0x, then K, M, G or T)",
			    what, shown, text);
range:
	if (max == UINT64_MAX)
		return ir_error_set(err, -EINVAL,
				    "%s: %.*s is out of range (%" PRIu64 " to 2^64 - 1)",
				    what, shown, text, min);
	return ir_error_set(err, -EINVAL, "%s: %.*s is out of range (%" PRIu64 " to %" PRIu64 ")",
			    what, shown, text, min, max);
}

/* The decimal digits that @text begins with, of its first @len characters. */
static size_t count_digits(const char *text, size_t len)
{
	size_t digits = 0;

	while (digits < len && text[digits] >= '0' && text[digits] <= '9')
		digits++;
	return digits;
}

static const struct { const char *name; uint64_t ns; } units[] = {
	{ "s", 1000000000 }, { "ms", 1000000 }, { "us", 1000 }, { "ns", 1 },
};

/* The nanoseconds of the unit @text of @len characters; 0 if it is none. */
static uint64_t time_unit(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (len == strlen(units[i].name) && !memcmp(text, units[i].name, len))
			return units[i].ns;
	return 0;
}

/* "10ms": in the largest unit of which it is a whole number. */
static void write_time(char *text, size_t size, uint64_t ns)
{
	size_t i = 0;

	while (ns % units[i].ns)
		i++;
	snprintf(text, size, "%" PRIu64 "%s", ns / units[i].ns, units[i].name);
}

static int time_range(const char *what, const char *text, size_t len, uint64_t min_ns, uint64_t max_ns,
		      struct ir_error *err)
{
	int shown = (int)(len > 60 ? 60 : len);
	char min[24], max[24];

	if (max_ns > MAX_SHOWN_NS)
		return ir_error_set(err, -EINVAL, "%s: %.*s is out of range", what, shown, text);
	write_time(min, sizeof(min), min_ns);
	write_time(max, sizeof(max), max_ns);
	return ir_error_set(err, -EINVAL, "%s: %.*s is out of range (%s to %s)", what, shown, text, min, max);
}

int parse_time_ns(const char *what, const char *text, size_t len, uint64_t unit_ns, uint64_t min_ns,
		  uint64_t max_ns, uint64_t *ns, struct ir_error *err)
{
	size_t whole = count_digits(text, len), end = whole;
	int shown = (int)(len > 60 ? 60 : len);
	uint64_t scale, number, part = 0;

	if (whole && whole < len && text[whole] == '.') {
		end += 1 + count_digits(text + whole + 1, len - whole - 1);
		if (end == whole + 1)
			goto malformed;
	}
	scale = end == len ? unit_ns : time_unit(text + end, len - end);
	if (!whole || !scale)
		goto malformed;
	if (parse_number(what, text, whole, 0, UINT64_MAX, &number, err))
		return -EINVAL;
	/* All units are powers of ten. */
	for (size_t i = whole + 1, digit_ns = scale; i < end; i++) {
		digit_ns /= 10;
		if (!digit_ns && text[i] != '0')
			return ir_error_set(err, -EINVAL, "%s: %.*s is no whole number of nanoseconds",
					    what, shown, text);
		part += (uint64_t)(text[i] - '0') * digit_ns;
	}
	if (__builtin_mul_overflow(number, scale, &number) ||
	    __builtin_add_overflow(number, part, &number) || number < min_ns || number > max_ns)
		return time_range(what, text, len, min_ns, max_ns, err);
	*ns = number;
	return 0;

malformed:
	return ir_error_set(err, -EINVAL,
			    "%s: \"%.*s\" is not a time (a number, then ns, us, ms or s)", what, shown,
			    text);
}

int parse_time(const char *what, const char *text, size_t len, uint64_t unit_ns, uint64_t min,
	       uint64_t max, uint64_t *value, struct ir_error *err)
{
	int shown = (int)(len > 60 ? 60 : len);
	uint64_t ns;

	/* "5m" is no number here: it could mean milliseconds or minutes, not 5 * 2^20. */
	if (len == count_digits(text, len) ||
	    (text[len - 1] != 'm' && !parse_number(what, text, len, 0, UINT64_MAX, &ns, NULL)))
		return parse_number(what, text, len, min, max, value, err);
	if (parse_time_ns(what, text, len, unit_ns, min * unit_ns, max * unit_ns, &ns, err))
		return -EINVAL;
	if (ns % unit_ns)
		return ir_error_set(err, -EINVAL, "%s: %.*s is no whole number of %s", what, shown,
				    text, unit_ns == 1000000 ? "milliseconds" : "units");
	*value = ns / unit_ns;
	return 0;
}
