// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/json_count.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *ir_json_count(uint64_t count)
{
	char digits[24];

	if (count <= INT64_MAX)
		return json_integer((json_int_t)count);
	snprintf(digits, sizeof(digits), "%" PRIu64, count);
	return json_string(digits);
}

/* Only the digits that ir_json_count() writes are a count: no sign, space or leading zero. */
static bool read_digits(const char *text, uint64_t *count)
{
	size_t len = strlen(text);

	if (len < 19 || len > 20 || strspn(text, "0123456789") != len || *text == '0')
		return false;
	errno = 0;
	*count = strtoull(text, NULL, 10);
	return !errno && *count > INT64_MAX;
}

bool ir_json_read_count(const json_t *json, uint64_t *count)
{
	*count = 0;
	if (json_is_string(json))
		return read_digits(json_string_value(json), count);
	if (!json_is_integer(json) || json_integer_value(json) < 0)
		return false;
	*count = (uint64_t)json_integer_value(json);
	return true;
}

json_t *ir_json_real(double real)
{
	if (!isfinite(real))
		return json_null();
	/* All integers up to this one are doubles. */
	if (fabs(real) <= 0x1p53 && real == trunc(real))
		return json_integer((json_int_t)real);
	return json_real(real);
}
