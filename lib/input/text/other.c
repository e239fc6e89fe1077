// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines that are no events: headers, lost events, stacks, and text of other origin.
 *
 * print_trace_header(), print_event_info() and print_trace_line() of
 * kernel/trace/trace.c, Linux 6.12; trace-cmd 3.1 tracecmd/trace-read.c; perf's
 * util/header.c and util/event.c of Linux 6.1.
 */
#include "input/text/priv.h"

static const char *find_text(const char *p, const char *end, const char *what)
{
	return memmem(p, (size_t)(end - p), what, strlen(what));
}

/* A number up to whatever comes behind it. */
static const char *parse_digits(const char *p, const char *end, uint64_t *value)
{
	const char *start = p;

	for (*value = 0; p < end && text_is_digit(*p); p++) {
		if (p - start == 19)
			return NULL;
		*value = *value * 10 + (uint64_t)(*p - '0');
	}
	return p == start ? NULL : p;
}

/* entries-in-buffer/entries-written: 10/25   #P:4 */
static enum text_other parse_entries(const char *p, const char *end, struct text_numbers *n)
{
	uint64_t cpus;

	p = parse_digits(text_skip_spaces(p, end), end, &n->a);
	if (!p || p == end || *p != '/')
		return TEXT_OTHER_BAD_ENTRIES;
	p = parse_digits(p + 1, end, &n->b);
	if (!p || n->b < n->a)
		return TEXT_OTHER_BAD_ENTRIES;
	p = find_text(p, end, "#P:");
	if (p && parse_digits(p + 3, end, &cpus) && cpus <= TEXT_MAX_CPUS)
		n->c = (uint32_t)cpus;
	return TEXT_OTHER_ENTRIES;
}

static enum text_other parse_comment(const struct text_span *line, struct text_numbers *n)
{
	static const char in_buffer[] = "entries-in-buffer/entries-written:";
	static const char online[] = "# nrcpus online : ";
	uint64_t cpus;
	const char *p;

	if (text_begins(line, "# tracer: "))
		return TEXT_OTHER_TRACER;
	p = find_text(line->start, line->end, in_buffer);
	if (p)
		return parse_entries(p + sizeof(in_buffer) - 1, line->end, n);
	if (text_begins(line, online) &&
	    parse_digits(line->start + sizeof(online) - 1, line->end, &cpus) == line->end &&
	    cpus <= TEXT_MAX_CPUS) {
		n->c = (uint32_t)cpus;
		return TEXT_OTHER_PERF;
	}
	if (text_begins(line, "# captured on") || text_begins(line, "# os release : ") ||
	    text_begins(line, "# arch : ") || text_begins(line, "# perf version : "))
		return TEXT_OTHER_PERF;
	return TEXT_OTHER_NOTHING;
}

/*
 * "CPU:3 [LOST 1234 EVENTS]" of the kernel, "CPU:3 [1234 EVENTS DROPPED]" of
 * trace-cmd, both also without the number.  The name of an instance may stand
 * in front.
 */
static bool is_lost(const struct text_span *line, struct text_numbers *n)
{
	const char *end = line->end, *p = find_text(line->start, end, "CPU:");
	const char *words;
	uint64_t value;

	p = p ? parse_digits(p + 4, end, &value) : NULL;
	if (!p || value >= TEXT_MAX_CPUS || end - p < 3 || memcmp(p, " [", 2) != 0 ||
	    end[-1] != ']')
		return false;
	words = p + 2;
	p = find_text(words, end, "EVENTS");
	if (!p)
		return false;
	n->c = (uint32_t)value;
	if (end - words > 5 && !memcmp(words, "LOST ", 5))
		words += 5;
	if (parse_digits(words, p, &value))
		n->a = value;
	return true;
}

/* "LOST 5 events!" of perf trace. */
static bool is_lost_of_perf(const struct text_span *line, struct text_numbers *n)
{
	const char *p;

	if (!text_begins(line, "LOST "))
		return false;
	p = parse_digits(line->start + 5, line->end, &n->a);
	return p && line->end - p >= 7 && !memcmp(p, " events", 7);
}

/* Whether flags or a time may begin at @p. */
static bool is_column(const char *p, const char *end)
{
	p = text_skip_spaces(p, end);
	if (p == end || text_is_digit(*p))
		return true;
	if (!strchr(".dDbX", *p))
		return false;
	while (p < end && *p != ' ' && strchr(".dDbXNLBnplhHszZS#0123456789acef", *p))
		p++;
	return p == end || *p == ' ';
}

/* " 242     [001] d..", the bracket at @p; the line may end within it. */
static bool is_cpu(const char *start, const char *p, const char *end, bool in_log)
{
	const char *q = p + 1;

	while (q < end && text_is_digit(*q))
		q++;
	if (q - p <= 3 || (q < end && *q != ']') || p == start || p[-1] != ' ' ||
	    (q < end && !is_column(q + 1, end)) || (in_log && end - q < 2))
		return false;
	while (p > start && p[-1] == ' ')
		p--;
	return p > start && (text_is_digit(p[-1]) || p[-1] == ')');
}

/* "12.345678: map:", with the dot at @p; the line may end within the name.  Others write times, too. */
static bool is_time(const char *start, const char *p, const char *end)
{
	const char *q = p + 1;

	while (q < end && text_is_digit(*q))
		q++;
	if (p == start || !text_is_digit(p[-1]) || q - p <= 6 || q == end || *q != ':')
		return false;
	q = text_skip_spaces(q + 1, end);
	return !memchr(q, ' ', (size_t)(end - q)) || ir_text_name(&q, end);
}

/* Marks that only events have: a CPU in brackets, a time with its colon, an IOVA. */
static bool was_event(const struct text_span *line)
{
	struct text_span rest = ir_text_behind_log(line);

	for (const char *p = rest.start; p < rest.end; p++)
		if ((*p == '[' && is_cpu(rest.start, p, rest.end, rest.start != line->start)) ||
		    (*p == '.' && is_time(rest.start, p, rest.end)))
			return true;
	return ir_text_is_ours(line);
}

void ir_text_unquote(struct text_span *line)
{
	const char *start = text_skip_spaces(line->start, line->end);

	/* A cell of a table, a string in a list, code in Markdown. */
	if (line->end - start > 3 && (*start == '"' || *start == '`') &&
	    (line->end[-1] == *start || (line->end[-1] == ',' && line->end[-2] == *start))) {
		line->end -= line->end[-1] == ',' ? 2 : 1;
		line->start = start + 1;
	}
	while (line->start < line->end && (*line->start == '>' || *line->start == '|')) {
		line->start++;
		/* One blank belongs to the mark; those behind it may be the text's. */
		if (line->start < line->end && *line->start == ' ')
			line->start++;
	}
}

/* Markers may have several lines, in any language: control bytes are what text has not. */
static bool is_garbage(const struct text_span *line)
{
	for (const char *p = line->start; p < line->end; p++)
		if (((unsigned char)*p < ' ' && *p != '\t') || *p == 0x7f)
			return true;
	return false;
}

enum text_other ir_text_other(const struct text_span *line, struct text_numbers *n)
{
	uint64_t cpus;

	n->a = n->b = 0;
	n->c = UINT32_MAX;
	/* perf indents call chains with a tab, the kernel begins their lines with => */
	if (line->start == line->end || *line->start == '\t' || text_begins(line, " => "))
		return TEXT_OTHER_NOTHING;
	if (*line->start == '#')
		return parse_comment(line, n);
	if (text_begins(line, "cpus=") &&
	    parse_digits(line->start + 5, line->end, &cpus) == line->end && cpus <= TEXT_MAX_CPUS) {
		n->c = (uint32_t)cpus;
		return TEXT_OTHER_CPUS;
	}
	if (is_lost(line, n) || is_lost_of_perf(line, n))
		return TEXT_OTHER_LOST;
	if (is_garbage(line))
		return TEXT_OTHER_GARBAGE;
	return was_event(line) ? TEXT_OTHER_BROKEN : TEXT_OTHER_FOREIGN;
}

struct text_span ir_text_perf_header(const struct text_span *line, const char *key)
{
	size_t len = strlen(key);
	struct text_span value = { line->end, line->end };

	if (text_len(line) < len + 5 || memcmp(line->start, "# ", 2) != 0 ||
	    memcmp(line->start + 2, key, len) != 0 || memcmp(line->start + 2 + len, " : ", 3) != 0)
		return value;
	value.start = line->start + len + 5;
	for (const char *p = value.start; p < value.end; p++)
		if (*p < ' ' || *p > '~')
			value.start = value.end;
	return value;
}

uint64_t ir_text_perf_lost(const char *p, const char *end)
{
	const char *at = find_text(p, end, " lost ");
	uint64_t value;

	return at && parse_digits(at + 6, end, &value) ? value : 0;
}
