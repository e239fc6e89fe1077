// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rewrite a perf.data file so that an older perf reads it: its attributes cut
 * to the 128 bytes that perf of Linux 5.15 to 6.2 knows.  Newer ones write 136,
 * and older ones refuse what is longer, although the rest is zero.
 *
 *	tool_perf128 IN OUT
 *
 * A pipe's recording, or one that needs no change, is copied as it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/bytes.h"

#define KNOWN	128u
#define SECTION	16u

static void store64(unsigned char *p, uint64_t v, bool big)
{
	v = ir_load64(&v, big);
	memcpy(p, &v, sizeof(v));
}

static void store32(unsigned char *p, uint32_t v, bool big)
{
	v = ir_load32(&v, big);
	memcpy(p, &v, sizeof(v));
}

/* The attributes' section is at the same place and becomes shorter. */
static int shorten(unsigned char *data, size_t len)
{
	bool big = !memcmp(data, "2ELIFREP", 8);
	uint64_t entry = ir_load64(data + 16, big);
	uint64_t pos = ir_load64(data + 24, big), size = ir_load64(data + 32, big), i;

	if (entry < KNOWN + SECTION || entry > 4096 || pos > len || size > len - pos)
		return 1;
	for (i = 0; i < size / entry; i++) {
		unsigned char *from = data + pos + i * entry;
		unsigned char *to = data + pos + i * (KNOWN + SECTION);

		memmove(to, from, KNOWN);
		memmove(to + KNOWN, from + entry - SECTION, SECTION);
		store32(to + 4, KNOWN, big);
	}
	store64(data + 16, KNOWN + SECTION, big);
	store64(data + 32, i * (KNOWN + SECTION), big);
	return 0;
}

int main(int argc, char **argv)
{
	FILE *in = argc == 3 ? fopen(argv[1], "rb") : NULL, *out;
	unsigned char *data;
	size_t len;

	if (!in || fseek(in, 0, SEEK_END))
		return 2;
	len = (size_t)ftell(in);
	rewind(in);
	data = malloc(len + 1);
	if (!data || len < 104 || fread(data, 1, len, in) != len)
		return 2;
	fclose(in);
	if (memcmp(data + 8, "\x10\0\0\0\0\0\0", 8) != 0 && memcmp(data + 8, "\0\0\0\0\0\0\0\x10", 8) != 0 &&
	    shorten(data, len))
		return 2;
	out = fopen(argv[2], "wb");
	if (!out || fwrite(data, 1, len, out) != len || fclose(out))
		return 2;
	free(data);
	return 0;
}
