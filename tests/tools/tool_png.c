// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tool_png FILE.png RRGGBB...: how many pixels of a screenshot are about of each
 * colour, and how many of none of them, in one line.  8 bits, RGB or RGBA, not
 * interlaced: what browsers write.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define MAX_COLORS 16
#define MAX_SIDE 20000

static void die(const char *why)
{
	fprintf(stderr, "tool_png: %s\n", why);
	exit(1);
}

static uint32_t be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint8_t *read_file(const char *path, size_t *size)
{
	FILE *in = fopen(path, "rb");
	size_t room = 64 << 20;
	uint8_t *data = malloc(room);

	if (!in || !data)
		die("cannot read it");
	*size = fread(data, 1, room, in);
	fclose(in);
	return data;
}

static uint8_t paeth(uint8_t a, uint8_t b, uint8_t c)
{
	int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);

	return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/* Undo a row's filter; @above is the finished row above it. */
static void unfilter(uint8_t kind, uint8_t *row, const uint8_t *above, size_t len, size_t step)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t a = i >= step ? row[i - step] : 0, b = above[i];
		uint8_t c = i >= step ? above[i - step] : 0;
		const uint8_t guess[] = { 0, a, b, (uint8_t)((a + b) / 2), paeth(a, b, c) };

		if (kind > 4)
			die("an unknown filter");
		row[i] = (uint8_t)(row[i] + guess[kind]);
	}
}

static int is_near(const uint8_t *pixel, uint32_t color)
{
	for (int k = 0; k < 3; k++)
		if (abs(pixel[k] - (int)(color >> (16 - 8 * k) & 255)) > 12)
			return 0;
	return 1;
}

int main(int argc, char **argv)
{
	uint64_t count[MAX_COLORS] = { 0 }, other = 0;
	size_t size, packed_len = 0, width, height, step;
	uint8_t *data, *packed, *raw, *blank;
	int colors = argc - 2;
	uLongf raw_len;

	if (argc < 2 || colors > MAX_COLORS)
		die("usage: tool_png FILE.png RRGGBB...");
	data = read_file(argv[1], &size);
	if (size < 33 || memcmp(data, "\x89PNG\r\n\x1a\n", 8))
		die("not a PNG");
	width = be32(data + 16);
	height = be32(data + 20);
	step = data[25] == 6 ? 4 : 3;
	if (data[24] != 8 || (data[25] != 2 && data[25] != 6) || data[28] || !width || !height ||
	    width > MAX_SIDE || height > MAX_SIDE)
		die("an unusual PNG");
	packed = malloc(size);
	for (size_t at = 8; packed && at + 12 <= size; ) {
		size_t len = be32(data + at);

		if (len > size - at - 12)
			die("it is cut");
		if (!memcmp(data + at + 4, "IDAT", 4)) {
			memcpy(packed + packed_len, data + at + 8, len);
			packed_len += len;
		}
		at += len + 12;
	}
	raw_len = (uLongf)(height * (width * step + 1));
	raw = malloc(raw_len);
	blank = calloc(width, step);
	if (!packed || !raw || !blank || uncompress(raw, &raw_len, packed, (uLong)packed_len) != Z_OK ||
	    raw_len != height * (width * step + 1))
		die("it cannot be unpacked");
	for (size_t y = 0; y < height; y++) {
		uint8_t *row = raw + y * (width * step + 1);

		unfilter(row[0], row + 1, y ? row + 1 - (width * step + 1) : blank, width * step, step);
		for (size_t x = 0; x < width; x++) {
			int found = 0;

			for (int c = 0; c < colors; c++) {
				int near = is_near(row + 1 + x * step,
						   (uint32_t)strtoul(argv[c + 2], NULL, 16));

				count[c] += (uint64_t)near;
				found |= near;
			}
			other += !found;
		}
	}
	for (int c = 0; c < colors; c++)
		printf("%llu ", (unsigned long long)count[c]);
	printf("%llu\n", (unsigned long long)other);
	free(data);
	free(packed);
	free(raw);
	free(blank);
	return 0;
}
