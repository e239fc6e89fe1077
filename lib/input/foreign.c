// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files that are no recordings: by their first bytes, which the formats' own
 * descriptions give, or by words that stand in them.
 */
#include "input/foreign.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define UNPACK(what, command) \
	"is " what "; unpack it: " command " | iommu-replay COMMAND -"

static const struct {
	size_t at, len;
	const char *magic, *advice;
} magics[] = {
	{ 0, 4, "PK\3\4", UNPACK("a zip archive", "unzip -p FILE") },
	{ 257, 5, "ustar", UNPACK("a tar archive", "tar -xOf FILE NAME") },
	{ 0, 6, "7z\xbc\xaf\x27\x1c", UNPACK("a 7z archive", "7z e -so FILE") },
	{ 0, 6, "Rar!\x1a\7", UNPACK("a RAR archive", "unrar p -inul FILE") },
	{ 0, 4, "LZIP", UNPACK("compressed by lzip", "lzip -dc FILE") },
	{ 0, 2, "\x1f\x9d", UNPACK("compressed by compress", "gzip -dc FILE") },
	{ 0, 5, "\x5d\0\0\x80\0", UNPACK("compressed by lzma", "xz -dc --format=lzma FILE") },
	{ 0, 4, "\x89LZO", UNPACK("compressed by lzop", "lzop -dc FILE") },
	{ 0, 6, "070701", UNPACK("a cpio archive", "cpio -i --to-stdout <FILE") },
	{ 0, 8, "!<arch>\n", "is an ar archive or a Debian package; unpack it" },
	{ 0, 4, "\x7f" "ELF", "is a program or a library; give the recording" },
	{ 0, 5, "%PDF-", "is a PDF document; save its text: pdftotext -layout FILE - | iommu-replay COMMAND -" },
	{ 0, 4, "\xc1\x1f\xfc\xc1", "is a CTF trace (LTTng, perf data convert), which is not read; print it with babeltrace2, or record with trace-cmd or perf" },
	{ 0, 4, "\xc1\xfc\x1f\xc1", "is a CTF trace (LTTng, perf data convert), which is not read; print it with babeltrace2, or record with trace-cmd or perf" },
	{ 0, 15, "SQLite format 3", "is an SQLite database; give the recording that it was made of" },
	{ 8, 4, "DUCK", "is a DuckDB database, as systing writes; record with trace-cmd or perf" },
	{ 0, 4, "\xd4\xc3\xb2\xa1", "is a capture of network packets" },
	{ 0, 4, "\x0a\x0d\x0d\x0a", "is a capture of network packets" },
	{ 0, 4, "\0\0\xfe\xff", UNPACK("text in UTF-32", "iconv -f UTF-32 -t UTF-8 FILE") },
	{ 0, 4, "\xff\xfe\0\0", UNPACK("text in UTF-32", "iconv -f UTF-32 -t UTF-8 FILE") },
};

/* Text: these words anywhere in the first bytes, or at the start of them. */
static const struct {
	const char *words;
	bool at_start;
	const char *advice;
} texts[] = {
	{ "Attaching ", true, "is output of bpftrace, whose lines are as its script says; record with trace-cmd or perf" },
	{ "Attached ", true, "is output of bpftrace, whose lines are as its script says; record with trace-cmd or perf" },
	{ "<!DOCTYPE", true, "is an HTML page; save the text, or the attachment that it shows" },
	{ "<html", true, "is an HTML page; save the text, or the attachment that it shows" },
	{ "\"traceEvents\"", false, "is a trace in JSON for a viewer, without DMA addresses; give the recording that it was made of" },
	{ "{", true, "is JSON; \"iommu-replay report\" reads reports" },
	{ "begin 644 ", false, "has an attachment in uuencode; unpack it: uudecode -o - FILE | iommu-replay COMMAND -" },
	{ "Content-Transfer-Encoding: base64", false, "is mail with an attachment in base64; save the attachment: munpack FILE" },
};

/* Perfetto, systing: packets, each with tag 1 and a length in front (trace.proto). */
static bool is_perfetto(const unsigned char *p, size_t len)
{
	size_t pos = 0, packets = 0;

	while (pos < len && p[pos] == 0x0a) {
		uint64_t size = 0;
		unsigned int shift = 0;

		for (pos++; pos < len && shift < 35; shift += 7) {
			size |= (uint64_t)(p[pos] & 0x7f) << shift;
			if (!(p[pos++] & 0x80))
				break;
		}
		if (!size || size > UINT32_MAX)
			return false;
		packets++;
		if (size >= len - pos)
			return packets > 2;
		pos += size;
	}
	return packets > 2 && pos == len;
}

const char *ir_foreign_container(const unsigned char *start, size_t len)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (len >= magics[i].at + magics[i].len &&
		    !memcmp(start + magics[i].at, magics[i].magic, magics[i].len))
			return magics[i].advice;
	return NULL;
}

const char *ir_foreign(const unsigned char *start, size_t len)
{
	const char *container = ir_foreign_container(start, len);

	if (container)
		return container;
	if (is_perfetto(start, len))
		return "is a trace of Perfetto or systing, which is not read; record with trace-cmd or perf";
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t n = strlen(texts[i].words);

		if (texts[i].at_start ? len >= n && !memcmp(start, texts[i].words, n) :
		    memmem(start, len, texts[i].words, n) != NULL)
			return texts[i].advice;
	}
	return NULL;
}
