// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text that others wrote, made fit for documents.
 */
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_DECIMALS 20

const char *ir_real_text(char *text, size_t size, double value, int digits)
{
	double magnitude = fabs(value);
	int decimals = magnitude > 0 && isfinite(value) ? digits - 1 - (int)floor(log10(magnitude)) : 0;
	size_t len;

	decimals = decimals < 0 ? 0 : decimals > MOST_DECIMALS ? MOST_DECIMALS : decimals;
	snprintf(text, size, "%.*f", decimals, value);
	len = strlen(text);
	if (decimals && strchr(text, '.')) {
		while (text[len - 1] == '0')
			len--;
		len -= text[len - 1] == '.';
		text[len] = '\0';
	}
	return text;
}

/*
 * Length of the UTF-8 sequence at @text, 0 if there is none (RFC 3629: no
 * overlong forms, no surrogates, nothing above U+10FFFF).
 */
static size_t sequence_length(const unsigned char *text)
{
	size_t len, i;

	if (text[0] < 0x80)
		return 1;
	if (text[0] >= 0xc2 && text[0] <= 0xdf)
		len = 2;
	else if (text[0] >= 0xe0 && text[0] <= 0xef)
		len = 3;
	else if (text[0] >= 0xf0 && text[0] <= 0xf4)
		len = 4;
	else
		return 0;
	for (i = 1; i < len; i++)
		if ((text[i] & 0xc0) != 0x80)	/* stops at the terminator, too */
			return 0;
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return len;
}

char *ir_text_utf8(const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";
	const unsigned char *in = (const unsigned char *)text;
	size_t room = strlen(text) * 3 + 1, len;
	char *clean = malloc(room), *out = clean;

	if (!clean)
		return NULL;
	while (*in) {
		len = sequence_length(in);
		if (len) {
			memcpy(out, in, len);
			out += len;
			in += len;
		} else {
			memcpy(out, replacement, 3);
			out += 3;
			in++;
		}
	}
	*out = '\0';
	return clean;
}

char *ir_text_clean(const char *text)
{
	char *clean = ir_text_utf8(text ? text : "");

	if (!clean)
		return NULL;
	for (unsigned char *c = (unsigned char *)clean; *c; c++) {
		if (*c < 0x20 || *c == 0x7f)
			*c = '?';
		/* U+0080 to U+009F are controls, too. */
		if (c[0] == 0xc2 && c[1] < 0xa0)
			c[1] = 0xbf;	/* an inverted question mark */
	}
	return clean;
}
