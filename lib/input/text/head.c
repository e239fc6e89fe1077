// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What all events begin with.
 *
 *             fio-242     [001] d.h..    12.309078: map: ...	kernel
 *     fio-242     1d.h..    12.309078: map: ...		kernel and trace-cmd -l
 *     fio-242     1-0x9    12.309078: map: ...		trace-cmd -l -R
 * lab:              fio-237   [000]    19.955205: map: ...	trace-cmd
 *             fio     282 [002]    17.269728:   iommu:map: ...	perf
 *
 * trace_print_context() and trace_print_lat_context() of
 * kernel/trace/trace_output.c, Linux 6.12; print_event() of trace-cmd 3.1
 * tracecmd/trace-read.c; perf_sample__fprintf_start() of
 * tools/perf/builtin-script.c, Linux 6.1.
 *
 * A task may have given itself any name of 15 bytes, "[000] 1.0: map:" too.  So
 * the place where the last line had its CPU is tried first, then every place
 * where all of it would fit: the one where the kernel puts it wins, or the first
 * that an event name follows.
 */
#include "input/text/priv.h"

#define NS_PER_SEC	UINT64_C(1000000000)
#define MAX_SECONDS	UINT64_C(9000000000)	/* 2^63 ns */
#define SEARCH		192	/* names of instances may stand in front */
#define COMM_WIDTH	16	/* "%16s-%-7d [%03d]": the task name is never longer */
#define COMM_SHORT	8	/* "%8.8s-%-7d %3d" */
#define MAX_NAME	128

/* Digits of hexadecimal numbers, plus one; 0: none. */
static const uint8_t hex_digits[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8,
	['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15,
	['f'] = 16, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

static const char *hex_number(const char *p, const char *end, uint64_t *value)
{
	uint64_t v = 0;
	uint8_t digit;

	for (; p < end && (digit = hex_digits[(unsigned char)*p]); p++) {
		if (v >> 60)
			return NULL;
		v = v << 4 | (digit - 1u);
	}
	*value = v;
	return p;
}

static const char *decimal_number(const char *p, const char *end, uint64_t *value)
{
	const char *start = p;
	uint64_t v = 0;

	if (end - p > 1 && p[0] == '0' && text_is_digit(p[1]))
		return NULL;	/* nobody pads with zeros: it lost its x */
	for (; p < end && text_is_digit(*p); p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (p - start >= 19 && v > (UINT64_MAX - digit) / 10)
			return NULL;
		v = v * 10 + digit;
	}
	*value = v;
	return p;
}

const char *ir_text_number(const char *p, const char *end, bool hex, uint64_t *value)
{
	bool negative = p < end && *p == '-';
	const char *start;

	if (negative)
		p++;
	if (end - p > 2 && p[0] == '0' && (p[1] | 0x20) == 'x') {
		hex = true;
		p += 2;
	}
	start = p;
	p = hex ? hex_number(p, end, value) : decimal_number(p, end, value);
	if (!p || p == start || (p < end && *p != ' '))
		return NULL;
	if (negative)
		*value = -*value;
	return p;
}

/* Up to 10 digits: enough for PIDs and CPUs. */
static const char *small_number(const char *p, const char *end, uint32_t *value)
{
	const char *start = p;
	uint64_t v = 0;

	while (p < end && p - start < 10 && text_is_digit(*p))
		v = v * 10 + (uint64_t)(*p++ - '0');
	if (p == start || v > UINT32_MAX)
		return NULL;
	*value = (uint32_t)v;
	return p;
}

/* "12.345678", "12.345678901", or without a dot "12us", "1234": a counter. */
static const char *parse_time(const char *p, const char *end, struct text_head *head)
{
	const char *start = p;
	uint64_t v = 0, scale = NS_PER_SEC;

	for (; p < end && text_is_digit(*p); p++) {
		if (p - start == 19)
			return NULL;
		v = v * 10 + (uint64_t)(*p - '0');
	}
	if (p == start || p == end)
		return NULL;
	if (*p != '.') {
		head->counter = *p == ':';
		head->time_ns = v;
		if (head->counter)
			return p;
		if (end - p < 4 || p[0] != 'u' || p[1] != 's' || v > INT64_MAX / 1000)
			return NULL;
		head->time_ns = v * 1000;
		return p + 3;	/* a mark for long delays, or a space */
	}
	if (v > MAX_SECONDS)
		return NULL;
	head->time_ns = v * NS_PER_SEC;
	start = ++p;
	for (v = 0; p < end && text_is_digit(*p); p++) {
		if (scale == 1)
			return NULL;
		v = v * 10 + (uint64_t)(*p - '0');
		scale /= 10;
	}
	head->time_ns += v * scale;
	return p == start ? NULL : p;
}

/*
 * irqs-off, need-resched, hardirq/softirq, preempt-depth, and in newer kernels
 * migrate-disable.  trace_print_lat_fmt(): in an interrupt are h, s, H, and with
 * an NMI z, Z.
 */
static const char *parse_flags(const char *p, const char *end, struct text_head *head)
{
	const char *start = p;

	while (p < end && *p > ' ' && *p <= '~' && p - start < 8)
		p++;
	if (p - start < 4 || p == end || *p != ' ' || text_is_digit(*start))
		return NULL;
	switch (start[2]) {
	case 'h': case 's': case 'H': case 'z': case 'Z':
		head->flags = IR_EVF_IRQ;
		return p;
	case '.':
		head->flags = 0;
		return p;
	default:
		return NULL;
	}
}

/* The bits of common_flags themselves, "-0x9": trace_flag_type, include/linux/trace_events.h, Linux 6.12. */
static const char *parse_raw_flags(const char *p, const char *end, struct text_head *head)
{
	uint64_t bits;

	if (end - p < 4 || p[0] != '-')
		return NULL;
	p = ir_text_number(p + 1, end, false, &bits);
	if (!p || p == end || bits > UINT8_MAX)
		return NULL;
	head->flags = bits & (0x08 | 0x10 | 0x40) ? IR_EVF_IRQ : 0;	/* HARDIRQ, SOFTIRQ, NMI */
	return p;
}

/* The time with its colon, and what trace-cmd --ts-diff puts behind it. */
static bool finish(const char *p, const char *end, struct text_head *head)
{
	p = parse_time(text_skip_spaces(p, end), end, head);
	if (!p || p == end || *p++ != ':' || (p < end && *p != ' '))
		return false;
	p = text_skip_spaces(p, end);
	if (end - p > 2 && p[0] == '(' && p[1] == '+') {
		const char *q = p + 2;

		while (q < end && text_is_digit(*q))
			q++;
		if (q < end && *q == ')')
			p = text_skip_spaces(q + 1, end);
	}
	head->rest = p;
	return true;
}

/* "(  242) " or "(-------) ", of the option record-tgid, in front of @p. */
static const char *back_over_tgid(const char *line, const char *p)
{
	const char *q = p;

	if (q == line || *--q != ')')
		return p;
	while (q > line && (text_is_digit(q[-1]) || q[-1] == ' ' || q[-1] == '-'))
		q--;
	if (q == line || *--q != '(')
		return p;
	while (q > line && q[-1] == ' ')
		q--;
	return q;
}

/* The PID in front of "[CPU]" at @at. */
static bool parse_pid(const char *line, const char *at, struct text_head *head)
{
	const char *end = at, *p;

	while (end > line && end[-1] == ' ')
		end--;
	if (end == at)
		return false;
	end = back_over_tgid(line, end);
	for (p = end; p > line && text_is_digit(p[-1]);)
		p--;
	if (p == line || small_number(p, end, &head->pid) != end)
		return false;
	p--;
	head->style = *p == '-' ? TEXT_STYLE_FTRACE : TEXT_STYLE_PERF;
	return *p == '-' || *p == ' ' || *p == '/';
}

/* "[CPU]" is at @at. */
static bool parse_bracket(const char *line, const char *end, const char *at, struct text_head *head)
{
	const char *p, *flags;

	p = small_number(at + 1, end, &head->cpu);
	if (!p || end - p < 2 || p[0] != ']' || p[1] != ' ' || head->cpu >= TEXT_MAX_CPUS)
		return false;
	if (!parse_pid(line, at, head))
		return false;
	p = text_skip_spaces(p + 1, end);
	head->flags = IR_EVF_NO_CONTEXT;
	flags = parse_flags(p, end, head);
	head->at = (uint32_t)(at - line);
	return finish(flags ? flags : p, end, head);
}

/* "-PID CPUflags" or "-PID CPU-0xflags", with the dash at @at. */
static bool parse_latency(const char *line, const char *end, const char *at, struct text_head *head)
{
	const char *p = small_number(at + 1, end, &head->pid);

	if (!p || p == end || *p != ' ')
		return false;
	p = small_number(text_skip_spaces(p, end), end, &head->cpu);
	if (!p || head->cpu >= TEXT_MAX_CPUS)
		return false;
	p = p < end && *p == '-' ? parse_raw_flags(p, end, head) : parse_flags(p, end, head);
	head->style = TEXT_STYLE_LATENCY;
	head->at = (uint32_t)(at - line);
	return p && finish(p, end, head);
}

static bool try_at(const char *line, const char *end, size_t at, bool latency,
		   struct text_head *head)
{
	if ((size_t)(end - line) <= at || line[at] != (latency ? '-' : '['))
		return false;
	return latency ? parse_latency(line, end, line + at, head) :
			 parse_bracket(line, end, line + at, head);
}

/* Whether the task name is as wide as the kernel makes it. */
static bool is_in_place(const char *line, const struct text_head *head)
{
	const char *p = line + COMM_WIDTH;

	switch (head->style) {
	case TEXT_STYLE_LATENCY:
		return head->at == COMM_SHORT;
	case TEXT_STYLE_FTRACE:
		if (head->at <= COMM_WIDTH + 1 || *p++ != '-')
			return false;
		while (text_is_digit(*p))
			p++;
		return *text_skip_spaces(p, line + head->at) == '[' || *p == ' ';
	default:
		return false;
	}
}

static bool is_name_char(char c)
{
	return text_is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	       c == '_' || c == ':' || c == '-' || c == '.' || c == '/' || c == '@' ||
	       c == ',' || c == '=';
}

/*
 * "map:", "iommu:map:", with perf's period in front perhaps.  It ends at the
 * colon before a space; events of perf may have more colons.
 */
const char *ir_text_name(const char **rest, const char *end)
{
	const char *p = *rest, *q = p;

	while (q < end && text_is_digit(*q))
		q++;
	if (q > p && q < end && *q == ' ')
		p = text_skip_spaces(q, end);
	*rest = p;
	for (q = p; q < end && is_name_char(*q) && q - p < MAX_NAME; q++)
		if (*q == ':' && q > p && (q + 1 == end || q[1] == ' '))
			return q;
	return NULL;
}

/* How much speaks for this place. */
static int rank(const char *line, const char *end, const struct text_head *head)
{
	const char *rest = head->rest;

	if (is_in_place(line, head))
		return 3;
	return ir_text_name(&rest, end) ? 2 : 1;
}

/* Every place where it could be. */
static bool search(const char *line, const char *end, struct text_head *head)
{
	size_t len = (size_t)(end - line);
	int best = 0;

	if (len > SEARCH)
		len = SEARCH;
	for (size_t i = 0; i < len && best < 3; i++) {
		struct text_head other = { 0 };
		int r;

		if ((line[i] != '[' && line[i] != '-') ||
		    !try_at(line, end, i, line[i] == '-', &other))
			continue;
		r = rank(line, end, &other);
		if (r > best)
			*head = other;
		best = r > best ? r : best;
	}
	return best > 0;
}

bool ir_text_head(const char *line, const char *end, struct text_columns *cols,
		  struct text_head *head)
{
	head->counter = false;
	if (cols->style && try_at(line, end, cols->at, cols->style == TEXT_STYLE_LATENCY, head))
		return true;
	if (!search(line, end, head))
		return false;
	cols->at = head->at;
	cols->style = head->style;
	return true;
}
