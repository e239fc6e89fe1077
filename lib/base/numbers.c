// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/numbers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* U+00A0 and U+00B5. */
#define NO_BREAK "\xc2\xa0"
#define MICRO "\xc2\xb5s"

struct ir_short ir_count_text(uint64_t count)
{
	struct ir_short text;
	char digits[24];
	size_t len, to = 0;

	snprintf(digits, sizeof(digits), "%" PRIu64, count);
	len = strlen(digits);
	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			text.s[to++] = ',';
		text.s[to++] = digits[i];
	}
	text.s[to] = '\0';
	return text;
}

struct ir_short ir_rate_text(double rate)
{
	struct ir_short text;

	if (rate >= 0 && rate < 1e18)
		return ir_count_text((uint64_t)(rate + 0.5));
	snprintf(text.s, sizeof(text.s), "%.3g", rate);
	return text;
}

struct ir_short ir_count_word(uint64_t count)
{
	static const char *const words[] = {
		"none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
		"eleven", "twelve",
	};
	struct ir_short text;

	if (count >= sizeof(words) / sizeof(words[0]))
		return ir_count_text(count);
	snprintf(text.s, sizeof(text.s), "%s", words[count]);
	return text;
}

struct ir_short ir_time_text(uint64_t ns, enum ir_typography typography)
{
	static const struct {
		double ns;
		const char *plain, *typeset;
	} units[] = {
		{ 1, "ns", "ns" }, { 1e3, "us", MICRO }, { 1e6, "ms", "ms" }, { 1e9, "s", "s" },
	};
	const char *blank = typography == IR_TYPESET ? NO_BREAK : " ";
	struct ir_short text;
	size_t unit = 0;
	double value;

	/* A value that rounds to 1000 gets the next unit. */
	while (unit < 3 && (double)ns >= units[unit + 1].ns * 0.9995)
		unit++;
	value = (double)ns / units[unit].ns;
	if (value >= 9999.5)
		snprintf(text.s, sizeof(text.s), "%.30s%s%s", ir_count_text((uint64_t)(value + .5)).s, blank,
			 typography == IR_TYPESET ? units[unit].typeset : units[unit].plain);
	else
		snprintf(text.s, sizeof(text.s), "%.*f%s%s",
			 unit == 0 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value, blank,
			 typography == IR_TYPESET ? units[unit].typeset : units[unit].plain);
	return text;
}

struct ir_short ir_share_text(double part, double whole)
{
	double percent = whole > 0 ? 100 * part / whole : 0;
	struct ir_short text;

	if (!(percent > 0))
		strcpy(text.s, "0%");
	else if (percent < 0.1)
		strcpy(text.s, "<0.1%");
	else if (percent < 9.95)
		snprintf(text.s, sizeof(text.s), "%.1f%%", percent);
	else if (percent > 99 && percent < 100)
		strcpy(text.s, ">99%");
	else
		snprintf(text.s, sizeof(text.s), "%.0f%%", percent);
	return text;
}

struct ir_short ir_ratio_text(double ratio)
{
	struct ir_short text;

	if (ratio < 9999.5)
		snprintf(text.s, sizeof(text.s), "%.*f", ratio < 1.995 ? 2 : ratio < 9.95 ? 1 : 0, ratio);
	else
		text = ir_count_text((uint64_t)(ratio + .5));
	return text;
}

struct ir_short ir_bytes_text(uint64_t bytes, enum ir_typography typography)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	unsigned int unit = 0;
	struct ir_short text;

	while (bytes && !(bytes & 1023) && unit < 4) {
		bytes >>= 10;
		unit++;
	}
	snprintf(text.s, sizeof(text.s), "%.30s%s%s", ir_count_text(bytes).s,
		 typography == IR_TYPESET ? NO_BREAK : " ", units[unit]);
	return text;
}
