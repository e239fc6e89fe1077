// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines that hold what events hold, but are none.
 *
 * Each form of another tool has a function that knows its lines and a sentence
 * that says what to do; to add one: both, and a line in forms[].  What makes a
 * payload unmistakable is here, too.
 *
 * perf_sample__fprintf_start() of tools/perf/builtin-script.c and
 * trace__event_handler() of tools/perf/builtin-trace.c, Linux 6.12; pr_debug() of
 * drivers/iommu/iommu.c, Linux 6.12; output_printk() of kernel/trace/trace.c, Linux
 * 6.12, which prints events without CPU and task.
 */
#include "input/text/priv.h"

static const char *find_text(const char *p, const char *end, const char *what)
{
	return memmem(p, (size_t)(end - p), what, strlen(what));
}

static bool contains(const struct text_span *text, const char *what)
{
	return find_text(text->start, text->end, what) != NULL;
}

static const char *skip_digits(const char *p, const char *end)
{
	while (p < end && text_is_digit(*p))
		p++;
	return p;
}

/* Whether an event's name begins at @p, with a period in front of it perhaps. */
static bool is_name(const char *p, const char *end)
{
	return p < end && ir_text_name(&p, end);
}

/* "tar   611    71.250000: iommu:map:" */
static bool is_no_cpu(const struct text_span *line)
{
	const char *dot = line->start, *end = line->end;

	while ((dot = memchr(dot, '.', (size_t)(end - dot)))) {
		const char *stop = skip_digits(dot + 1, end), *p = dot++;

		if (stop - dot < 6 || stop == end || *stop != ':')
			continue;
		while (p > line->start && text_is_digit(p[-1]))
			p--;
		if (p == dot - 1 || p == line->start || p[-1] != ' ')
			continue;
		while (p > line->start && p[-1] == ' ')
			p--;
		if (p > line->start && text_is_digit(p[-1]) &&
		    is_name(text_skip_spaces(stop + 1, end), end))
			return true;
	}
	return false;
}

/* "2026-11-30 01:02:03.250001: " of -F +tod, if that is at @p */
static const char *skip_date(const char *p, const char *end)
{
	const char *stop = p;

	while (stop < end && (text_is_digit(*stop) || strchr("-:. ", *stop)))
		stop++;
	return stop - p > 20 && p[4] == '-' && p[10] == ' ' ? stop : p;
}

/* "tar   611 [002] iommu:map: IOMMU:" */
static bool is_no_time(const struct text_span *line)
{
	const char *p = line->start, *end = line->end;

	while ((p = memchr(p, '[', (size_t)(end - p)))) {
		const char *stop = skip_digits(++p, end);

		if (stop - p < 3 || end - stop < 2 || *stop != ']' || p - line->start < 2 || p[-2] != ' ')
			continue;
		stop = skip_date(text_skip_spaces(stop + 1, end), end);
		if (stop < end && !text_is_digit(*stop) && is_name(stop, end) &&
		    contains(&(struct text_span){ stop, line->end }, ": IOMMU: "))
			return true;
	}
	return false;
}

/* "     0.000 tar/611 iommu:map(iova: 4151312384, ...", of old ones "0.000 iommu:map:IOMMU: iova" */
static bool is_perf_trace(const struct text_span *line)
{
	const char *p = text_skip_spaces(line->start, line->end), *dot = skip_digits(p, line->end);
	const char *stop, *name;

	if (dot == p || dot == line->end || *dot != '.')
		return false;
	stop = skip_digits(dot + 1, line->end);
	if (stop - dot != 4 || stop == line->end || *stop != ' ')
		return false;
	name = find_text(stop, line->end, " iommu:");
	if (!name)
		name = find_text(stop, line->end, " dma:");
	return name && (find_text(name, line->end, "(") || find_text(name, line->end, ":IOMMU:"));
}

/* The kernel's comment without the columns in front that a replay needs. */
static bool is_graph(const struct text_span *line)
{
	const char *p = find_text(line->start, line->end, "/* ");

	if (!p)
		return false;
	p += 3;
	return is_name(p, line->end) && ir_text_is_ours(&(struct text_span){
		p, line->end });
}

/* "iommu: map: iova 0xf7700000 pa 0x0000000041000000 size 0x1000" */
static bool is_dyndbg(const struct text_span *line)
{
	return contains(line, "map: iova 0x") || contains(line, "mapping: iova 0x") ||
		contains(line, "unmapped: iova 0x") || contains(line, "unmap this: iova 0x");
}

/* "# tracer: nop\n#\n..." with the letters \ and n, as strings of JSON and of C have them */
static bool is_escaped(const struct text_span *line)
{
	return contains(line, "\\n") && ir_text_is_ours(line);
}

/* "[   71.250000] map: IOMMU: iova=0x..." */
static bool is_printk(const struct text_span *line)
{
	struct text_span rest = ir_text_behind_log(line);
	const char *p = text_skip_spaces(rest.start, rest.end);

	return rest.start != line->start && is_name(p, rest.end) && ir_text_is_ours(&rest);
}

static const struct {
	bool (*is)(const struct text_span *line);
	const char *advice;
} forms[TEXT_FORMS] = {
	[TEXT_FORM_ESCAPED] = { is_escaped,
		"has \\n in place of the ends of lines; turn it into a text: printf '%b' \"$(cat FILE)\" | iommu-replay COMMAND -" },
	[TEXT_FORM_PRINTK] = { is_printk,
		"has events in a kernel's log (tp_printk), without CPU and task; take them from /sys/kernel/tracing/trace" },
	[TEXT_FORM_DYNDBG] = { is_dyndbg,
		"has debug messages of the kernel's iommu.c, without CPU and task; record the events iommu:map and iommu:unmap" },
	[TEXT_FORM_TRACE] = { is_perf_trace,
		"is output of perf trace, which has no CPU; record with perf record -a -e iommu:map -e iommu:unmap" },
	[TEXT_FORM_GRAPH] = { is_graph,
		"has events as comments of function_graph, without time or CPU; set the options funcgraph-abstime and funcgraph-cpu, or the tracer nop" },
	[TEXT_FORM_NO_CPU] = { is_no_cpu,
		"is text of perf script without the CPU; print it again with perf script -F +cpu (recorded with perf record -a)" },
	[TEXT_FORM_NO_NAME] = { NULL,
		"is text of perf script without names of events; print it again with perf script -F +event" },
	[TEXT_FORM_NO_TRACE] = { NULL,
		"is text of perf script without the fields of its events; print it again with perf script -F +trace" },
	[TEXT_FORM_NO_TIME] = { is_no_time,
		"is text of perf script without the time; print it again with perf script -F +time" },
	[TEXT_FORM_UNKNOWN] = { ir_text_is_ours,
		"has events of mappings, but not with task, CPU and time in front of them; take them from /sys/kernel/tracing/trace, trace-cmd report or perf script" },
};

enum text_form ir_text_form(const struct text_span *line)
{
	/* The last one is for lines that no other one matches. */
	for (int i = TEXT_FORM_NONE + 1; i < TEXT_FORMS; i++)
		if (forms[i].is && forms[i].is(line))
			return (enum text_form)i;
	return TEXT_FORM_NONE;
}

const char *ir_text_form_advice(enum text_form form)
{
	return forms[form].advice;
}

bool ir_text_is_ours(const struct text_span *text)
{
	if (contains(text, "IOMMU: iova=0x"))
		return true;
	/* Otherwise two keys: people write one of them in what they say about events. */
	if (contains(text, " iova=0x") || text_begins(text, "iova=0x"))
		return contains(text, "size=") || contains(text, " paddr=") || contains(text, " flags=");
	return (contains(text, " dma_addr=") && contains(text, " size=")) ||
		(contains(text, " dma_addrs=") && contains(text, " sizes="));
}

/* Payloads that only one event has: keys that are there, and one that is not. */
static const struct {
	const char *has[3], *not, *event;
} payloads[] = {
	{ { "IOMMU: iova=", " paddr=", " size=" }, " unmapped_size=", "iommu:map" },
	{ { "IOMMU: iova=", " size=", " unmapped_size=" }, " paddr=", "iommu:unmap" },
};

const char *ir_text_guess(const struct text_span *text)
{
	for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		bool all = !contains(text, payloads[i].not);

		for (size_t k = 0; k < 3; k++)
			all = all && contains(text, payloads[i].has[k]);
		if (all)
			return payloads[i].event;
	}
	return NULL;
}
