// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text that others wrote, made fit for documents.
 */
#include "report/columns.h"

#include <stdlib.h>
#include <string.h>

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
