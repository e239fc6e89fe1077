// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text in front of a kernel message: the time, and who logged it.
 *
 *   [    8.983737] pci ...			dmesg
 *   [    8.983737][   T58] pci ...		with CONFIG_PRINTK_CALLER
 *   <3>[    8.983737] pci ...			with the level, as /proc/kmsg
 *   kern  :err   : [    8.983737] pci ...	dmesg -x
 *   [    8.983737 <    0.000012>] pci ...	dmesg -d
 *   [<    0.000012>] pci ...			dmesg --time-format delta: since the line before
 *   [Sun Nov 29 01:10:52 2026] pci ...		dmesg -T; also with -d or -x
 *   [Nov29 01:10] pci ...			dmesg -e, the first line of a minute
 *   [  +0.000012] pci ...			dmesg -e: since the line before
 *   Nov 29 01:10:52 host kernel: pci ...	journalctl, syslog; also with the kernel's stamp
 *   2026-11-29T01:10:52.123456+00:00 host kernel: pci ...
 *   Sun 2026-11-29 01:10:52 UTC host kernel: pci ...	journalctl -o short-full
 *   1764378652.123456 host kernel: pci ...	journalctl -o short-unix
 *   <3>1 2026-11-29T01:10:52.123456Z host kernel - - - pci ...	RFC 5424
 */
#include "faults/stamp.h"

#include <time.h>

#define NS_PER_SEC	UINT64_C(1000000000)
#define MAX_SECONDS	UINT64_C(9000000000)	/* 2^63 ns */
#define MIN_UNIX	UINT64_C(100000000)	/* 1973; no machine is up for so many seconds */
#define APART		(3600 * NS_PER_SEC)	/* more than the lines between two of dmesg -e with a time */
#define SEARCH		160u			/* how far into a line a stamp is looked for */

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

/* "> ", "| > ": how mail programs mark what they quote. */
static const char *skip_quote(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '>' || *p == '|'))
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

/* "<    0.000012>" at @p: how long after the line before. */
static const char *parse_delta(const char *p, const char *end, uint64_t *ns)
{
	p = p < end && *p == '<' ? parse_seconds(skip_spaces(p + 1, end), end, ns) : NULL;
	return p && p < end && *p == '>' ? p + 1 : NULL;
}

/* "[    8.983737]", "[    8.983737 <    0.000012>]" at @p. */
static const char *kernel_stamp(const char *p, const char *end, struct ir_log_line *line)
{
	const char *delta;
	uint64_t ignored;

	p = parse_seconds(skip_spaces(p + 1, end), end, &line->time_ns);
	if (!p)
		return NULL;
	delta = parse_delta(skip_spaces(p, end), end, &ignored);
	p = delta ? delta : p;
	line->stamp = IR_STAMP_KERNEL;
	return p < end && *p == ']' ? p + 1 : NULL;
}

/*
 * "[  +0.000012]" or "[<    0.000012>]" at @p.  The sum of these is a time since a line
 * whose own is known to the minute, or not at all.
 */
static const char *relative_stamp(struct ir_log_parser *parser, const char *p, const char *end,
				  struct ir_log_line *line)
{
	uint64_t delta;

	p = skip_spaces(p + 1, end);
	if (p < end && *p == '+')
		p = parse_seconds(p + 1, end, &delta);
	else
		p = parse_delta(p, end, &delta);
	if (!p || p == end || *p != ']')
		return NULL;
	line->time_ns = parser->last_ns + delta < parser->last_ns ? parser->last_ns :
								    parser->last_ns + delta;
	line->stamp = IR_STAMP_SINCE;
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

/* "Nov" at @p: behind it. */
static const char *month(const char *p, const char *end, struct tm *tm)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (end - p < 3)
		return NULL;
	for (tm->tm_mon = 0; tm->tm_mon < 12; tm->tm_mon++)
		if (!memcmp(p, months + 3 * tm->tm_mon, 3))
			return p + 3;
	return NULL;
}

/* "Nov 29 ", at @p; a line has no year, and two of them are only compared. */
static const char *month_day(const char *p, const char *end, struct tm *tm)
{
	p = month(p, end, tm);
	p = p && p < end && *p == ' ' ? two_digits(p + 1, end, &tm->tm_mday) : NULL;
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

/* "Z", "+01:00", "+0100", "+01" at @p: in seconds east of Greenwich; @p: there is none. */
static const char *zone(const char *p, const char *end, int64_t *seconds)
{
	int hours = 0, minutes = 0;
	const char *q, *r;

	*seconds = 0;
	if (p < end && *p == 'Z')
		return p + 1;
	if (p == end || (*p != '+' && *p != '-'))
		return p;
	q = two_digits(p + 1, end, &hours);
	if (!q)
		return p;
	r = two_digits(q + (q < end && *q == ':'), end, &minutes);
	*seconds = (hours * 60 + minutes) * (*p == '-' ? -60 : 60);
	return r ? r : q;
}

/* Any of the forms with a date, at @p. */
const char *ir_stamp_wall(const char *p, const char *end, struct ir_log_line *line)
{
	struct tm tm = { .tm_year = 100, .tm_mday = 1 };
	const char *time_at = iso_date(p, end, &tm);
	uint64_t fraction;
	int64_t east;
	time_t t;

	/* The day of the week may be in front. */
	if (!time_at && end - p > 4 && p[3] == ' ' && !is_digit(*p))
		time_at = iso_date(p + 4, end, &tm);
	if (!time_at)
		time_at = month_day(p, end, &tm);
	if (!time_at && end - p > 4 && p[3] == ' ')
		time_at = month_day(p + 4, end, &tm);
	p = time_at ? clock_time(time_at, end, &tm, &fraction) : NULL;
	if (!p)
		return NULL;
	p = zone(p, end, &east);
	t = timegm(&tm) - east;
	if (t < 0 || (uint64_t)t > MAX_SECONDS)
		return NULL;
	line->time_ns = (uint64_t)t * NS_PER_SEC + fraction;
	line->stamp = IR_STAMP_WALL;
	line->coarse_ns = fraction ? 0 : NS_PER_SEC;
	return p;
}

/* "1764378652.123456 " at @p. */
static const char *unix_stamp(const char *p, const char *end, struct ir_log_line *line)
{
	p = parse_seconds(p, end, &line->time_ns);
	if (!p || line->time_ns < MIN_UNIX * NS_PER_SEC || p == end || *p != ' ')
		return NULL;
	line->stamp = IR_STAMP_WALL;
	return p;
}

/* "Nov29 01:10" or "Nov 9 01:10" from @p to @end. */
static bool is_minute(const char *p, const char *end)
{
	struct tm tm;

	p = month(p, end, &tm);
	p = p ? two_digits(p, end, &tm.tm_mday) : NULL;
	p = p && p < end && *p == ' ' ? two_digits(p + 1, end, &tm.tm_hour) : NULL;
	p = p && p < end && *p == ':' ? two_digits(p + 1, end, &tm.tm_min) : NULL;
	return p == end;
}

/* "[Sun Nov 29 01:10:52 2026]", "[Nov29 01:10]" at @p. */
static const char *bracketed_stamp(const struct ir_log_parser *parser, const char *p, const char *end,
				   struct ir_log_line *line)
{
	const char *close = memchr(p, ']', (size_t)(end - p));
	const char *q = ir_stamp_wall(p + 1, close ? close : end, line);

	if (q)
		return close ? close + 1 : q;
	if (!close || !is_minute(p + 1, close))
		return NULL;
	/* Its distance from the line before is not known. */
	line->time_ns = parser->last_ns + APART;
	line->stamp = IR_STAMP_SINCE;
	return close + 1;
}

/* "kern  :err   : " at @p. */
static const char *skip_level(const char *p, const char *end)
{
	const char *q = p;

	for (unsigned int word = 0; word < 2; word++) {
		const char *begun = q;

		while (q < end && ((*q >= 'a' && *q <= 'z') || is_digit(*q)))
			q++;
		if (q == begun)
			return p;
		q = skip_spaces(q, end);
		if (q == end || *q++ != ':')
			return p;
	}
	return skip_spaces(q, end);
}

/* "<3>" at @p, and the version of RFC 5424 perhaps. */
static const char *skip_priority(const char *p, const char *end, bool *rfc5424)
{
	uint64_t priority;
	const char *q = p < end && *p == '<' ? parse_number(p + 1, end, &priority) : NULL;

	*rfc5424 = false;
	if (!q || q == end || *q != '>')
		return p;
	q++;
	*rfc5424 = end - q > 2 && q[0] == '1' && q[1] == ' ';
	return *rfc5424 ? q + 2 : q;
}

/* Behind the host, the program, its number, the kind of message, and the structured data. */
static const char *skip_rfc5424(const char *p, const char *end)
{
	for (unsigned int field = 0; field < 4 && p; field++) {
		p = skip_spaces(p, end);
		p = memchr(p, ' ', (size_t)(end - p));
	}
	if (!p)
		return end;
	p = skip_spaces(p, end);
	while (p < end && *p == '[') {
		while (p < end && *p != ']')
			p += *p == '\\' && end - p > 1 ? 2 : 1;
		p += p < end;
	}
	return skip_spaces(p < end && *p == '-' ? p + 1 : p, end);
}

/* Behind "kernel: ", if that is there. */
static const char *skip_host(const char *p, const char *end)
{
	const struct ir_log_text text = { p, end };
	const char *behind = ir_log_find(&text, " kernel: ");

	return behind ? behind : p;
}

/* A stamp in brackets, wherever the line has it: behind it, NULL: there is none. */
static const char *find_kernel_stamp(struct ir_log_parser *parser, struct ir_log_line *line)
{
	const char *end = line->message.end, *q = NULL;

	for (const char *p = line->message.p; !q && p < end && p - line->message.p < SEARCH; p++) {
		if (*p != '[')
			continue;
		q = kernel_stamp(p, end, line);
		if (!q)
			q = relative_stamp(parser, p, end, line);
	}
	return q;
}

/* A stamp that the line begins with: what is behind it and behind the host. */
static const char *first_stamp(const struct ir_log_parser *parser, struct ir_log_line *line)
{
	const char *end = line->message.end, *p = skip_quote(line->message.p, end), *q;
	bool rfc5424;

	p = skip_level(skip_priority(p, end, &rfc5424), end);
	if (p < end && *p == '[') {
		q = bracketed_stamp(parser, p, end, line);
	} else {
		q = ir_stamp_wall(p, end, line);
		if (!q)
			q = unix_stamp(p, end, line);
	}
	if (!q)
		return NULL;
	q = skip_spaces(q, end);
	return rfc5424 ? skip_rfc5424(q, end) : skip_host(q, end);
}

void ir_stamp_text(struct ir_log_parser *parser, struct ir_log_line *line)
{
	const struct ir_log_text text = line->message;
	const char *behind = find_kernel_stamp(parser, line);

	if (behind) {
		line->message.p = skip_host(skip_spaces(skip_caller(behind, text.end), text.end), text.end);
		return;
	}
	*line = (struct ir_log_line){ .message = text, .stamp = IR_STAMP_NONE };
	behind = first_stamp(parser, line);
	line->message.p = behind ? behind : skip_host(text.p, text.end);
}
