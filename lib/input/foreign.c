// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files that are no recordings: by their first bytes, which the formats' own
 * descriptions give, or by words that stand in them.
 */
#include "input/foreign.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define UNPACK(what, command) \
	"is " what "; unpack it: " command " | iommu-replay COMMAND -"

static const struct {
	size_t at, len;
	const char *magic, *advice;
} magics[] = {
	{ 0, 4, "PK\3\4", UNPACK("a zip archive", "unzip -p FILE") },
	{ 0, 4, "PK\5\6", "is an empty zip archive" },
	{ 257, 5, "ustar", UNPACK("a tar archive", "tar -xOf FILE NAME") },
	{ 0, 6, "7z\xbc\xaf\x27\x1c", UNPACK("a 7z archive", "7z e -so FILE") },
	{ 0, 6, "Rar!\x1a\7", UNPACK("a RAR archive", "unrar p -inul FILE") },
	{ 0, 4, "LZIP", UNPACK("compressed by lzip", "lzip -dc FILE") },
	{ 0, 2, "\x1f\x9d", UNPACK("compressed by compress", "gzip -dc FILE") },
	{ 0, 5, "\x5d\0\0\x80\0", UNPACK("compressed by lzma", "xz -dc --format=lzma FILE") },
	{ 0, 4, "\x02\x21\x4c\x18", UNPACK("compressed by lz4", "lz4 -dc FILE") },
	{ 0, 4, "\x89LZO", UNPACK("compressed by lzop", "lzop -dc FILE") },
	{ 0, 6, "070701", UNPACK("a cpio archive", "cpio -i --to-stdout <FILE") },
	{ 0, 6, "070707", UNPACK("a cpio archive", "cpio -i --to-stdout <FILE") },
	{ 0, 2, "\xc7\x71", UNPACK("a cpio archive", "cpio -i --to-stdout <FILE") },
	{ 0, 8, "!<arch>\n", "is an ar archive or a Debian package; unpack it" },
	{ 0, 5, "b0VIM", "is a swap file of vim; let vim -r FILE write the text that it was made of" },
	{ 0, 4, "\x7f" "ELF", "is a program or a library; give the recording" },
	{ 0, 5, "%PDF-", "is a PDF document; save its text: pdftotext -layout FILE - | iommu-replay COMMAND -" },
	{ 0, 5, "{\\rtf", "is a rich text document; save it as plain text" },
	{ 0, 4, "\xc1\x1f\xfc\xc1", "is a CTF trace (LTTng, perf data convert), which is not read; print it with babeltrace2, or record with trace-cmd or perf" },
	{ 0, 4, "\xc1\xfc\x1f\xc1", "is a CTF trace (LTTng, perf data convert), which is not read; print it with babeltrace2, or record with trace-cmd or perf" },
	{ 0, 15, "SQLite format 3", "is an SQLite database; give the recording that it was made of" },
	{ 8, 4, "DUCK", "is a DuckDB database, as systing writes; record with trace-cmd or perf" },
	{ 0, 4, "\xd4\xc3\xb2\xa1", "is a capture of network packets" },
	{ 0, 4, "\x0a\x0d\x0d\x0a", "is a capture of network packets" },
	{ 0, 4, "\0\0\xfe\xff", UNPACK("text in UTF-32", "iconv -f UTF-32 -t UTF-8 FILE") },
	{ 0, 4, "\xff\xfe\0\0", UNPACK("text in UTF-32", "iconv -f UTF-32 -t UTF-8 FILE") },
};

#define BPF "is output of bpftrace or of a tool like it, whose lines are as its script says; record with trace-cmd or perf"
#define FAULTS "is a kernel's log with faults of an IOMMU; iommu-replay faults --log FILE RECORDING says whose memory that was"

#define PERF_JSON "\"linux-perf-json-version\""
#define JSON "is JSON; \"iommu-replay report\" reads reports; if it holds a text, print that: jq -r"

/* Text: these words anywhere in the first bytes, or at the start of them. */
static const struct {
	const char *words;
	bool at_start;
	const char *advice;
} texts[] = {
	{ "Attaching ", true, BPF },
	{ "Attached ", true, BPF },
	{ "<!DOCTYPE", true, "is an HTML page; save the text, or the attachment that it shows" },
	{ "<html", true, "is an HTML page; save the text, or the attachment that it shows" },
	{ "@", true, BPF },
	{ "Hit Ctrl-C to end", false, BPF },
	{ "ftrace_events {", false, "is a trace of Perfetto as text, which is not read; record with trace-cmd or perf" },
	{ "}, { iova = ", false, "is text of babeltrace, which is not read; record with trace-cmd or perf" },
	{ "{ cpu_id = ", false, "is text of babeltrace, which is not read; record with trace-cmd or perf" },
	{ "DMAR: [DMA ", false, FAULTS },
	{ "IO_PAGE_FAULT", false, FAULTS },
	{ "\"traceEvents\"", false, "is a trace in JSON for a viewer, without DMA addresses; give the recording that it was made of" },
	{ PERF_JSON, false, "is JSON of perf data convert, which is not read; give the perf.data that it was made of" },
	{ "{", true, JSON },
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

/* The first header of an archive by an old tar, which has only its sum to be known by. */
static bool is_old_tar(const unsigned char *p, size_t len)
{
	char digits[9] = "";
	unsigned long sum = 0;
	char *end;

	if (len < 512 || !p[0] || p[99])
		return false;
	memcpy(digits, p + 148, 8);
	for (size_t i = 0; i < 512; i++)
		sum += i >= 148 && i < 156 ? ' ' : p[i];
	return isdigit((unsigned char)digits[strspn(digits, " ")]) && strtoul(digits, &end, 8) == sum;
}

/* "00000000: 2320 7472" of xxd, "00000000  23 20 74 72" of hexdump -C, "0000000 20230" of od */
static bool is_hexdump(const unsigned char *p, size_t len)
{
	size_t zeros = 0, digits = 0, i;

	while (zeros < len && p[zeros] == '0')
		zeros++;
	i = zeros + (zeros < len && p[zeros] == ':');
	if (zeros < 7 || zeros > 8 || i == len || p[i] != ' ')
		return false;
	for (; i < len && p[i] != '\n' && digits < 8; i++) {
		if (isxdigit(p[i]))
			digits++;
		else if (p[i] != ' ')
			return false;
	}
	return digits == 8;
}

/* The first line of a .cast file: {"version": 2, "width": 80, ... */
static bool is_asciinema(const unsigned char *p, size_t len)
{
	const unsigned char *stop = memchr(p, '\n', len);
	size_t line;

	if (!stop || *p != '{')
		return false;
	line = (size_t)(stop - p);
	return memmem(p, line, "\"version\"", 9) &&
		(memmem(p, line, "\"width\"", 7) || memmem(p, line, "\"term\"", 6));
}

/* An object for each line, as docker logs and journalctl -o json have them, or one around all. */
static bool is_json(const unsigned char *p, size_t len)
{
	size_t i = 1;

	while (i < len && i < 16 && strchr(" \t\r\n", p[i]) && p[i])
		i++;
	return len > i && p[0] == '{' && p[i] == '"' && !memmem(p, len, "\"traceEvents\"", 13) &&
		!memmem(p, len, PERF_JSON, sizeof(PERF_JSON) - 1);
}

#define MIN_BASE64 60u	/* mail has 76 digits a line, PEM 64 */

/* Lines of the same length that hold nothing but digits of base64. */
static bool is_base64(const unsigned char *p, size_t len)
{
	const unsigned char *stop = memchr(p, '\n', len), *end = p + len;
	size_t line = stop ? (size_t)(stop - p) : 0, lines = 0;

	if (line && p[line - 1] == '\r')
		line--;
	for (; stop && line >= MIN_BASE64 && line % 4 == 0; lines++) {
		size_t n = (size_t)(stop - p);

		n -= n && p[n - 1] == '\r';
		for (size_t i = 0; i < n; i++)
			if (!isalnum(p[i]) && !strchr("+/=", p[i]))
				return false;
		if (n != line)	/* the last one may be shorter */
			break;
		p = stop + 1;
		stop = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
	}
	return lines >= 2;
}

static const struct {
	bool (*is)(const unsigned char *start, size_t len);
	const char *advice;
} forms[] = {
	{ is_old_tar, UNPACK("a tar archive", "tar -xOf FILE NAME") },
	{ is_hexdump, "is a dump of a file's bytes; give that file, or turn the dump back if xxd printed it: xxd -r FILE | iommu-replay COMMAND -" },
	{ is_asciinema, "is a terminal session by asciinema; print it: asciinema cat FILE | iommu-replay COMMAND -" },
	{ is_json, JSON },
};

size_t ir_foreign_front(const unsigned char *start, size_t len)
{
	static const struct {
		const char *bytes;
		size_t len;
	} beginnings[] = {
		{ "\x17\x08\x44tracing", 10 },
		{ "PERFILE2\x68\0\0\0\0\0\0\0", 16 }, { "PERFILE2\x10\0\0\0\0\0\0\0", 16 },
		{ "2ELIFREP\0\0\0\0\0\0\0\x68", 16 }, { "2ELIFREP\0\0\0\0\0\0\0\x10", 16 },
	};

	const unsigned char *first = NULL;

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		const unsigned char *at = memmem(start, len, beginnings[i].bytes, beginnings[i].len);

		if (at && (!first || at < first))
			first = at;
	}
	return first ? (size_t)(first - start) : 0;
}

const char *ir_foreign_container(const unsigned char *start, size_t len)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (len >= magics[i].at + magics[i].len &&
		    !memcmp(start + magics[i].at, magics[i].magic, magics[i].len))
			return magics[i].advice;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].is(start, len))
			return forms[i].advice;
	return NULL;
}

const char *ir_foreign(const unsigned char *start, size_t len)
{
	const char *container = ir_foreign_container(start, len);

	if (container)
		return container;
	if (is_base64(start, len))
		return "has nothing but digits of base64; decode it: base64 -d FILE | iommu-replay COMMAND -";
	if (is_perfetto(start, len))
		return "is a trace of Perfetto or systing, which is not read; record with trace-cmd or perf";
	while (len && (*start == '\n' || *start == '\r')) {
		start++;
		len--;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t n = strlen(texts[i].words);

		if (texts[i].at_start ? len >= n && !memcmp(start, texts[i].words, n) :
		    memmem(start, len, texts[i].words, n) != NULL)
			return texts[i].advice;
	}
	return NULL;
}
