// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the part of a line that all events begin with.
 *
 *             fio-242     [001] d.h..    12.309078: map: ...	kernel
 *     fio-242     1d.h..    12.309078: map: ...		kernel and trace-cmd -l
 *     fio-242     1-0x9    12.309078: map: ...		trace-cmd -l -R
 *             fio-242   [001]-0x9  12.309078: map: ...	trace-cmd 3.3 -R
 * lab:              fio-237   [000]    19.955205: map: ...	trace-cmd
 *             fio     282 [002]    17.269728:   iommu:map: ...	perf
 *             fio     282 [002] K  17.269728:   iommu:map: ...	perf -F +misc
 * [002]    17.269728:   iommu:map: ...				perf -F cpu,time,event,trace
 *   12.309078 |   1)    fio-242     |               |  /\* map: ... *\/	function_graph
 *    309078 us |   1)    fio-242     |               |  /\* map: ... *\/	and with funcgraph-reltime
 *
 * trace_print_context() and trace_print_lat_context() of
 * kernel/trace/trace_output.c, print_graph_comment() of
 * kernel/trace/trace_functions_graph.c, Linux 6.12; print_event() of trace-cmd 3.1
 * tracecmd/trace-read.c; perf_sample__fprintf_start() of
 * tools/perf/builtin-script.c, Linux 6.12.
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
#define MAX_MISC	4	/* letters that perf script -F +misc prints for a sample */

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
		return NULL;	/* no tool pads with zeros: it lost its x */
	for (; p < end && text_is_digit(*p); p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (p - start >= 19 && v > (UINT64_MAX - digit) / 10)
			return NULL;
		v = v * 10 + digit;
	}
	*value = v;
	return p;
}

static const char *parse_sign_number(const char *p, const char *end, bool hex, uint64_t *value)
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

const char *ir_text_number(const char *p, const char *end, uint64_t *value)
{
	return parse_sign_number(p, end, false, value);
}

const char *ir_text_hex(const char *p, const char *end, uint64_t *value)
{
	return parse_sign_number(p, end, true, value);
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
 * Columns of flags, as the header of a text names them.  Kernels differ in which
 * ones they print: print_func_help_header_irq() of kernel/trace/trace.c and
 * trace_print_lat_fmt() of kernel/trace/trace_output.c.
 *
 *	d.h1		up to 5.12
 *	d.h1.		5.13 and later, with migrate-disable
 *	d.Lh1..		PREEMPT_RT before 6.13, RHEL 9: with the two columns for lazy
 */
static const struct {
	const char *name;
	enum text_flag_column {
		COLUMN_OTHER, COLUMN_CPU, COLUMN_FIRST, COLUMN_CONTEXT,
	} column;
} flag_columns[] = {
	{ "CPU#", COLUMN_CPU },			/* the latency format has it in front of the flags */
	{ "irqs-off", COLUMN_FIRST },
	{ "hardirq/softirq", COLUMN_CONTEXT },
};

/* The meaning of a letter in the column hardirq/softirq; others: see struct text_head. */
static const uint16_t context_letters[256] = {
	['h'] = IR_EVF_IRQ, ['s'] = IR_EVF_IRQ, ['H'] = IR_EVF_IRQ,
	['z'] = IR_EVF_IRQ, ['Z'] = IR_EVF_IRQ,	/* in an NMI */
	['.'] = 0,
};

#define MIN_FLAGS	4
#define CONTEXT_COLUMN	2	/* without need-resched-lazy in front of it */
#define CONTEXT_LAZY	3	/* with it */

void ir_text_flags_header(const struct text_span *line, struct text_columns *cols)
{
	const char *name = memmem(line->start, text_len(line), "=> ", 3);
	enum text_flag_column column = COLUMN_OTHER;
	struct text_span rest;

	if (!name || name[-1] != '-')
		return;
	rest = (struct text_span){ name + 3, line->end };
	for (size_t i = 0; i < sizeof(flag_columns) / sizeof(flag_columns[0]); i++)
		if (text_begins(&rest, flag_columns[i].name))
			column = flag_columns[i].column;
	if (column == COLUMN_CPU || column == COLUMN_FIRST)
		cols->nr_flags = cols->context = 0;
	if (column == COLUMN_CPU || cols->nr_flags == UINT8_MAX)
		return;
	if (column == COLUMN_CONTEXT)
		cols->context = cols->nr_flags;
	cols->nr_flags++;
}

static bool is_irq(char letter)
{
	return context_letters[(unsigned char)letter] != 0;
}

/*
 * In an interrupt or not, as the flags say it.  Without a header, or with one that
 * has another number of columns, the letters decide: none of those of
 * hardirq/softirq comes in the column on its left or on its right.
 */
static void parse_context(const char *flags, size_t nr, const struct text_columns *cols,
			  struct text_head *head)
{
	bool by_header = cols->context && cols->nr_flags == nr;
	char letter = flags[by_header ? cols->context : CONTEXT_COLUMN];

	if (!by_header && nr > MIN_FLAGS &&
	    (letter == 'L' || (letter == '.' && is_irq(flags[CONTEXT_LAZY]))))
		letter = flags[CONTEXT_LAZY];
	head->flags = context_letters[(unsigned char)letter];
	head->odd_flags = !head->flags && letter != '.';
	if (head->odd_flags)
		head->flags = IR_EVF_NO_CONTEXT;
}

static const char *parse_flags(const char *p, const char *end, const struct text_columns *cols,
			       struct text_head *head)
{
	const char *start = p;

	while (p < end && *p > ' ' && *p <= '~' && p - start <= TEXT_MAX_FLAGS)
		p++;
	if (p - start < MIN_FLAGS || p - start > TEXT_MAX_FLAGS || p == end || *p != ' ' ||
	    text_is_digit(*start))
		return NULL;
	parse_context(start, (size_t)(p - start), cols, head);
	return p;
}

/* The bits of common_flags themselves, "-0x9": trace_flag_type, include/linux/trace_events.h, Linux 6.12. */
static const char *parse_raw_flags(const char *p, const char *end, struct text_head *head)
{
	uint64_t bits;

	if (end - p < 4 || p[0] != '-')
		return NULL;
	p = ir_text_number(p + 1, end, &bits);
	if (!p || p == end || bits > UINT8_MAX)
		return NULL;
	head->flags = bits & (0x08 | 0x10 | 0x40) ? IR_EVF_IRQ : 0;	/* HARDIRQ, SOFTIRQ, NMI */
	return p;
}

/* The time with its colon, and what trace-cmd --ts-diff puts behind it. */
static bool parse_time_column(const char *p, const char *end, struct text_head *head)
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

/* The PID in front of "[CPU]" at @at; perf script -F -tid prints none. */
static bool parse_pid(const char *line, const char *at, struct text_head *head)
{
	const char *end = at, *p;

	head->style = TEXT_STYLE_PERF;
	head->pid = 0;
	head->task = NULL;
	if (at == line)
		return true;
	while (end > line && end[-1] == ' ')
		end--;
	if (end == at)
		return false;
	end = back_over_tgid(line, end);
	for (p = end; p > line && text_is_digit(p[-1]);)
		p--;
	head->task = line;
	if (p == end)
		return at - line <= COMM_WIDTH + 2;
	if (small_number(p, end, &head->pid) != end)
		return false;
	if (p-- == line)
		return true;
	head->task = p;
	head->style = *p == '-' ? TEXT_STYLE_FTRACE : TEXT_STYLE_PERF;
	if (*p != ':')
		return *p == '-' || *p == ' ' || *p == '/';
	/* A name alone: perf calls a task ":262" if it does not know more; "kworker/u8:2". */
	head->pid = 0;
	head->task = end;
	return at - line <= COMM_WIDTH + 2;
}

/* Columns that perf script prints between CPU and time: "KH" of +misc, date and time of +tod. */
static const char *skip_perf_columns(const char *p, const char *end)
{
	for (unsigned int i = 0; i < 3; i++) {
		const char *start = p = text_skip_spaces(p, end);
		bool letters = p < end && !text_is_digit(*p), mark = letters;

		while (p < end && (letters ? (*p | 0x20) >= 'a' && (*p | 0x20) <= 'z' :
				   text_is_digit(*p) || *p == '-' || *p == ':' || *p == '.')) {
			mark |= *p == '-' || *p == ':';
			p++;
		}
		/* The time is the one that ends with a colon. */
		if (p == start || p == end || *p != ' ' || !mark || p[-1] == ':' ||
		    (letters && p - start > MAX_MISC))
			return start;
	}
	return p;
}

/* "[CPU]", "[CPU] flags" or "[CPU]-0xflags" is at @at. */
static bool parse_bracket(const char *line, const char *end, const char *at,
			  const struct text_columns *cols, struct text_head *head)
{
	const char *p, *flags;

	p = small_number(at + 1, end, &head->cpu);
	if (!p || end - p < 2 || p[0] != ']' || (p[1] != ' ' && p[1] != '-') ||
	    head->cpu >= TEXT_MAX_CPUS)
		return false;
	if (!parse_pid(line, at, head))
		return false;
	head->at = (uint32_t)(at - line);
	if (*++p == '-') {
		p = parse_raw_flags(p, end, head);
		return p && parse_time_column(p, end, head);
	}
	p = text_skip_spaces(p, end);
	head->flags = IR_EVF_NO_CONTEXT;
	flags = parse_flags(p, end, cols, head);
	if (parse_time_column(flags ? flags : p, end, head))
		return true;
	head->flags = IR_EVF_NO_CONTEXT;
	head->odd_flags = false;
	return head->style == TEXT_STYLE_PERF && parse_time_column(skip_perf_columns(p, end), end, head);
}

/* "-PID CPUflags" or "-PID CPU-0xflags", with the dash at @at. */
static bool parse_latency(const char *line, const char *end, const char *at,
			  const struct text_columns *cols, struct text_head *head)
{
	const char *p = small_number(at + 1, end, &head->pid);

	if (!p || p == end || *p != ' ')
		return false;
	p = small_number(text_skip_spaces(p, end), end, &head->cpu);
	if (!p || head->cpu >= TEXT_MAX_CPUS)
		return false;
	p = p < end && *p == '-' ? parse_raw_flags(p, end, head) :
				   parse_flags(p, end, cols, head);
	head->style = TEXT_STYLE_LATENCY;
	head->task = at;
	head->at = (uint32_t)(at - line);
	return p && parse_time_column(p, end, head);
}

/* Only a '-' or a '[' begins what lines are known by. */
static bool parse_head_at(const char *line, const char *end, size_t at, const struct text_columns *cols,
			  struct text_head *head)
{
	head->odd_flags = false;
	if (line[at] == '-')
		return parse_latency(line, end, line + at, cols, head);
	return line[at] == '[' && parse_bracket(line, end, line + at, cols, head);
}

/* "-611" in front of a bar. */
static uint32_t graph_pid(const char *p, const char *end)
{
	uint32_t pid;

	for (; p < end && *p != '|'; p++) {
		const char *q = *p == '-' ? small_number(p + 1, end, &pid) : NULL;

		if (q && q < end && *q == ' ' && *text_skip_spaces(q, end - 1) == '|')
			return pid;
	}
	return 0;
}

/* "12.309078" of funcgraph-abstime, "309078 us" of funcgraph-reltime, in front of the blanks at @p. */
static const char *parse_graph_time(const char *line, const char *p, const char *bar,
				    struct text_head *head)
{
	bool us = p - line > 3 && !memcmp(p - 3, " us", 3);
	uint32_t value = 0;

	if (us)
		p -= 3;
	while (p > line && (text_is_digit(p[-1]) || (!us && p[-1] == '.')))
		p--;
	if (!us)
		return parse_time(p, bar, head);
	p = small_number(p, bar, &value);
	head->time_ns = UINT64_C(1000) * value;
	return p && bar - p > 3 ? p + 3 : NULL;
}

/*
 * A comment of function_graph, which is how it prints events.  The task is there
 * with funcgraph-proc only; its place is not that of a CPU in others' lines.
 */
static bool parse_graph(const char *line, const char *end, struct text_head *head)
{
	const char *comment = memmem(line, (size_t)(end - line), "/* ", 3);
	const char *p = line, *bar;

	/* Something may stand in front, as that a kernel log has; the end may be in the next line. */
	if (!comment || end - comment < 7)
		return false;
	bar = memchr(line, '|', (size_t)(comment - line));
	if (!bar)
		return false;
	for (p = bar; p > line && p[-1] == ' ';)
		p--;
	p = parse_graph_time(line, p, bar, head);
	if (!p || *text_skip_spaces(p, bar + 1) != '|' || head->counter)
		return false;
	p = small_number(text_skip_spaces(bar + 1, comment), comment, &head->cpu);
	if (!p || *p != ')' || head->cpu >= TEXT_MAX_CPUS)
		return false;
	head->pid = graph_pid(p, comment);
	head->task = NULL;
	head->flags = IR_EVF_NO_CONTEXT;
	head->odd_flags = false;
	head->at = 0;
	head->style = TEXT_STYLE_GRAPH;
	head->rest = comment + 3;
	return true;
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

/* Ranks a place of the head in a line: 3 is the most likely. */
static int rank_head(const char *line, const char *end, const struct text_head *head)
{
	const char *rest = head->rest;

	if (is_in_place(line, head))
		return 3;
	return ir_text_name(&rest, end) ? 2 : 1;
}

/* Parses the head at every place where it may be, and keeps the most likely one. */
static bool search_head(const char *line, const char *end, const struct text_columns *cols,
			struct text_head *head)
{
	size_t len = (size_t)(end - line);
	int best = 0;

	if (len > SEARCH)
		len = SEARCH;
	for (size_t i = 0; i < len && best < 3; i++) {
		struct text_head other = { 0 };
		int r;

		if ((line[i] != '[' && line[i] != '-') || !parse_head_at(line, end, i, cols, &other))
			continue;
		r = rank_head(line, end, &other);
		if (r > best)
			*head = other;
		best = r > best ? r : best;
	}
	return best > 0 || parse_graph(line, end, head);
}

bool ir_text_head(const char *line, const char *end, struct text_columns *cols,
		  struct text_head *head)
{
	head->counter = false;
	if (cols->style && (size_t)(end - line) > cols->at &&
	    parse_head_at(line, end, cols->at, cols, head) &&
	    head->style == cols->style)
		return true;
	if (!search_head(line, end, cols, head))
		return false;
	cols->at = head->at;
	cols->style = head->style;
	return true;
}
