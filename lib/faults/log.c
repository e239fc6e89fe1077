// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of the kernel's log: what stands in front of the message, and which
 * driver's message it is.
 *
 *   [    8.983737] pci ...			dmesg
 *   [    8.983737][   T58] pci ...		with CONFIG_PRINTK_CALLER
 *   <3>[    8.983737] pci ...			with the level, as /proc/kmsg
 *   kern  :err   : [    8.983737] pci ...	dmesg -x
 *   [Sun Nov 29 01:10:52 2026] pci ...		dmesg -T
 *   [  +0.000012] pci ...			dmesg -d: since the line before
 *   Nov 29 01:10:52 host kernel: pci ...	journalctl, syslog; also with the kernel's stamp
 *   2026-11-29T01:10:52.123456+00:00 host kernel: pci ...
 */
#include "faults/log.h"

#include <stdio.h>
#include <time.h>

#define NS_PER_SEC	UINT64_C(1000000000)
#define MAX_SECONDS	UINT64_C(9000000000)	/* 2^63 ns */
#define SEARCH		160u			/* how far into a line a stamp is looked for */

static const struct ir_log_format *const formats[IR_LOG_FORMATS] = {
	&ir_log_amd,
	&ir_log_vtd,
	&ir_log_smmuv3,
	&ir_log_smmu,
	&ir_log_virtio,
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_spaces(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

/* Up to 10 digits. */
static const char *parse_number(const char *p, const char *end, uint64_t *value)
{
	const char *start = p;

	for (*value = 0; p < end && is_digit(*p) && p - start < 10; p++)
		*value = *value * 10 + (uint64_t)(*p - '0');
	return p == start ? NULL : p;
}

/* "8.983737": seconds with a fraction of 1 to 9 digits. */
static const char *parse_seconds(const char *p, const char *end, uint64_t *ns)
{
	uint64_t scale = NS_PER_SEC, fraction = 0, whole;
	const char *start;

	p = parse_number(p, end, &whole);
	if (!p || p == end || *p != '.' || whole > MAX_SECONDS)
		return NULL;
	for (start = ++p; p < end && is_digit(*p) && scale > 1; p++) {
		scale /= 10;
		fraction += (uint64_t)(*p - '0') * scale;
	}
	*ns = whole * NS_PER_SEC + fraction;
	return p == start ? NULL : p;
}

/* "[    8.983737]" or "[  +0.000012]" at @p. */
static const char *kernel_stamp(struct ir_log_parser *parser, const char *p, const char *end,
				uint64_t *ns)
{
	bool relative;

	p = skip_spaces(p + 1, end);
	relative = p < end && *p == '+';
	if (relative)
		p++;
	p = parse_seconds(p, end, ns);
	if (!p || p == end || *p != ']')
		return NULL;
	if (relative)
		*ns = parser->last_ns + *ns < parser->last_ns ? parser->last_ns
							      : parser->last_ns + *ns;
	return p + 1;
}

/* "[   T58]" or "[    C0]": who printed it. */
static const char *skip_caller(const char *p, const char *end)
{
	const char *q = p;
	uint64_t id;

	if (q == end || *q++ != '[')
		return p;
	q = skip_spaces(q, end);
	if (q == end || (*q != 'T' && *q != 'C'))
		return p;
	q = parse_number(q + 1, end, &id);
	return q && q < end && *q == ']' ? q + 1 : p;
}

static const char *two_digits(const char *p, const char *end, int *value)
{
	if (end - p < 2 || (!is_digit(p[0]) && p[0] != ' ') || !is_digit(p[1]))
		return NULL;
	*value = (p[0] == ' ' ? 0 : (p[0] - '0') * 10) + p[1] - '0';
	return p + 2;
}

/* "01:10:52", and a fraction perhaps. */
static const char *clock_time(const char *p, const char *end, struct tm *tm, uint64_t *fraction)
{
	uint64_t scale = NS_PER_SEC;

	*fraction = 0;
	p = two_digits(p, end, &tm->tm_hour);
	p = p && p < end && *p == ':' ? two_digits(p + 1, end, &tm->tm_min) : NULL;
	p = p && p < end && *p == ':' ? two_digits(p + 1, end, &tm->tm_sec) : NULL;
	if (!p || p == end || (*p != '.' && *p != ','))
		return p;
	for (p++; p < end && is_digit(*p); p++) {
		scale /= 10;
		*fraction += (uint64_t)(*p - '0') * scale;
	}
	return p;
}

/* "Nov 29 ", at @p; a line has no year, and two of them are only compared. */
static const char *month_day(const char *p, const char *end, struct tm *tm)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (end - p < 7)
		return NULL;
	for (tm->tm_mon = 0; tm->tm_mon < 12; tm->tm_mon++)
		if (!memcmp(p, months + 3 * tm->tm_mon, 3))
			break;
	if (tm->tm_mon == 12 || p[3] != ' ')
		return NULL;
	p = two_digits(p + 4, end, &tm->tm_mday);
	return p && p < end && *p == ' ' ? p + 1 : NULL;
}

/* "2026-11-29T" at @p. */
static const char *iso_date(const char *p, const char *end, struct tm *tm)
{
	uint64_t year;
	int month = 0;

	p = parse_number(p, end, &year);
	if (!p || year < 1970 || year > 9999 || p == end || *p != '-')
		return NULL;
	p = two_digits(p + 1, end, &month);
	p = p && p < end && *p == '-' ? two_digits(p + 1, end, &tm->tm_mday) : NULL;
	tm->tm_year = (int)year - 1900;
	tm->tm_mon = month - 1;
	return p && p < end && (*p == 'T' || *p == ' ') ? p + 1 : NULL;
}

/* Any of the forms with a date, at @p. */
static const char *wall_stamp(const char *p, const char *end, struct ir_log_line *line)
{
	struct tm tm = { .tm_year = 100, .tm_mday = 1 };
	const char *time_at = iso_date(p, end, &tm);
	uint64_t fraction;
	time_t t;

	if (!time_at)
		time_at = month_day(p, end, &tm);
	if (!time_at && end - p > 4 && p[3] == ' ')	/* the day of the week */
		time_at = month_day(p + 4, end, &tm);
	p = time_at ? clock_time(time_at, end, &tm, &fraction) : NULL;
	if (!p)
		return NULL;
	t = timegm(&tm);
	if (t < 0 || (uint64_t)t > MAX_SECONDS)
		return NULL;
	line->time_ns = (uint64_t)t * NS_PER_SEC + fraction;
	line->stamp = IR_STAMP_WALL;
	line->second_only = !fraction;
	return p;
}

/* Behind "kernel: ", if that is there. */
static const char *skip_host(const char *p, const char *end)
{
	const struct ir_log_text text = { p, end };
	const char *behind = ir_log_find(&text, " kernel: ");

	return behind ? behind : p;
}

void ir_log_split(struct ir_log_parser *parser, const char *text, size_t len,
		  struct ir_log_line *line)
{
	const char *end, *p, *q = NULL;

	while (len && (text[len - 1] == '\r' || text[len - 1] == ' ' || text[len - 1] == '\n'))
		len--;
	end = text + len;
	*line = (struct ir_log_line){ .message = { text, end }, .stamp = IR_STAMP_NONE };
	for (p = text; p < end && p - text < SEARCH; p++) {
		if (*p != '[')
			continue;
		q = kernel_stamp(parser, p, end, &line->time_ns);
		if (q)
			break;
	}
	if (q) {
		line->stamp = IR_STAMP_KERNEL;
		parser->last_ns = line->time_ns;
		q = skip_spaces(skip_caller(q, end), end);
		line->message.p = skip_host(q, end);
		return;
	}
	p = skip_spaces(text, end);
	q = wall_stamp(p < end && *p == '[' ? p + 1 : p, end, line);
	if (q) {
		parser->last_ns = line->time_ns;
		/* "[Sun Nov 29 01:10:52 2026] " ends with the year. */
		if (*p == '[' && (p = memchr(q, ']', (size_t)(end - q))))
			q = p + 1;
		line->message.p = skip_host(skip_spaces(q, end), end);
		return;
	}
	line->time_ns = parser->last_ns;
	line->message.p = skip_host(text, end);
}

/* "dmar_fault: 12 callbacks suppressed": lines that are missing from the log. */
static bool is_suppression(const struct ir_log_text *text, uint64_t *count)
{
	const char *behind = ir_log_find(text, " callbacks suppressed"), *p;

	if (!behind)
		return false;
	p = behind - sizeof(" callbacks suppressed") + 1;
	while (p > text->p && is_digit(p[-1]))
		p--;
	return parse_number(p, behind, count) != NULL;
}

/* Of those functions that print faults. */
static bool is_about_faults(const struct ir_log_text *text)
{
	static const char *const words[] = {
		"amd_iommu", "dmar_fault", "arm_smmu", "viommu", "iommu",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (ir_log_find(text, words[i]))
			return true;
	return false;
}

unsigned int ir_log_parse(struct ir_log_parser *parser, const struct ir_log_line *line,
			  struct ir_log_fault *faults)
{
	unsigned int n = 0;
	uint64_t count;

	if (is_suppression(&line->message, &count) && is_about_faults(&line->message)) {
		parser->suppressed += count;
		return 0;
	}
	for (unsigned int i = 0; i < IR_LOG_FORMATS; i++) {
		switch (formats[i]->line(&parser->state[i], line, &faults[n])) {
		case IR_LOG_FAULT:
			faults[n++].iommu = formats[i]->name;
			break;
		case IR_LOG_BAD:
			parser->bad++;
			break;
		case IR_LOG_TAKEN:
		case IR_LOG_NOTHING:
			break;
		}
	}
	return n;
}

unsigned int ir_log_finish(struct ir_log_parser *parser, struct ir_log_fault *faults)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < IR_LOG_FORMATS; i++)
		if (formats[i]->finish && formats[i]->finish(&parser->state[i], &faults[n]))
			faults[n++].iommu = formats[i]->name;
	return n;
}

const char *ir_log_hex(const char *p, const char *end, uint64_t *value)
{
	const char *start;

	if (end - p > 2 && p[0] == '0' && (p[1] | 0x20) == 'x')
		p += 2;
	for (*value = 0, start = p; p < end; p++) {
		char c = (char)(*p | 0x20);

		if (is_digit(*p))
			*value = *value << 4 | (uint64_t)(*p - '0');
		else if (c >= 'a' && c <= 'f')
			*value = *value << 4 | (uint64_t)(c - 'a' + 10);
		else
			break;
		if (p - start == 16)
			return NULL;
	}
	return p == start ? NULL : p;
}

bool ir_log_value(const struct ir_log_text *text, const char *key, uint64_t *value)
{
	const char *p = ir_log_find(text, key);

	p = p ? ir_log_hex(p, text->end, value) : NULL;
	/* A number that is followed by other characters was damaged. */
	return p && (p == text->end || !((*p >= '0' && *p <= '9') || ((*p | 0x20) >= 'a' &&
								    (*p | 0x20) <= 'z')));
}

const char *ir_log_pci(const char *p, const char *end, char device[64])
{
	uint64_t part[4] = { 0 };
	unsigned int n = 0, first;

	for (; n < 4; n++) {
		p = ir_log_hex(p, end, &part[n]);
		if (!p || p == end || (*p != ':' && *p != '.'))
			break;
		if (*p++ == '.') {
			n++;
			break;
		}
	}
	if (!p || n < 2 || n > 3 || p[-1] != '.')
		return NULL;
	p = ir_log_hex(p, end, &part[n]);
	first = n == 3;
	if (!p || part[0] > 0xffffffff || part[first] > 0xff || part[first + 1] > 0x1f ||
	    part[first + 2] > 7)
		return NULL;
	snprintf(device, 64, "%04x:%02x:%02x.%x", first ? (unsigned int)part[0] : 0,
		 (unsigned int)part[first], (unsigned int)part[first + 1],
		 (unsigned int)part[first + 2]);
	return p;
}

bool ir_log_begins(const struct ir_log_text *text, const char *words)
{
	size_t len = strlen(words);

	return (size_t)(text->end - text->p) >= len && !memcmp(text->p, words, len);
}
