// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers on the command line.  strtoull() would accept signs, spaces and octal
 * numbers, which are errors here.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/number.h"

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

int parse_time(const char *what, const char *text, size_t len, uint64_t unit_ns, uint64_t min,
	       uint64_t max, uint64_t *value, struct ir_error *err)
{
	static const struct { const char *name; uint64_t ns; } units[] = {
		{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 },
	};
	size_t digits = strspn(text, "0123456789");
	int shown = (int)(len > 60 ? 60 : len);

	for (size_t i = 0; digits && digits < len && i < sizeof(units) / sizeof(units[0]); i++) {
		size_t unit = strlen(units[i].name);
		uint64_t ns, number;

		if (len - digits != unit || memcmp(text + digits, units[i].name, unit))
			continue;
		if (parse_number(what, text, digits, 0, UINT64_MAX, &number, err))
			return -EINVAL;
		if (__builtin_mul_overflow(number, units[i].ns, &ns) || ns > max * unit_ns ||
		    ns < min * unit_ns)
			return ir_error_set(err, -EINVAL, "%s: %.*s is out of range", what, shown, text);
		if (ns % unit_ns)
			return ir_error_set(err, -EINVAL, "%s: %.*s is no whole number of %s", what,
					    shown, text, unit_ns == 1000000 ? "milliseconds" : "units");
		*value = ns / unit_ns;
		return 0;
	}
	if (len == digits || !parse_number(what, text, len, min, max, value, NULL))
		return parse_number(what, text, len, min, max, value, err);
	return ir_error_set(err, -EINVAL,
			    "%s: \"%.*s\" is not a time (a number, then ns, us, ms or s)", what, shown,
			    text);
}
