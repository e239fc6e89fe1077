// SPDX-License-Identifier: GPL-2.0-or-later
/* Text recordings: recognising and opening, and from lines to events. */
#include "input/text/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "symbols/chains.h"
#include "input/text/priv.h"

#define MAX_VALUE 128	/* of perf's header */

struct text {
	struct ir_reader *rd;
	struct text_file file;
	struct text_columns columns;
	struct text_names names;
	struct text_payload payload;
	struct text_window window;
	struct ir_event pending[TEXT_PENDING];	/* gaps: the next event tells when */
	uint32_t nr_pending;
	uint32_t last_cpu;
	uint64_t last_time;	/* of the last line that had one */
	uint64_t told_lost;	/* by lines of their own */
	uint64_t in_buffer, written;	/* as the headers have it */
	uint64_t lines, line_bytes;	/* of events */
	bool counter;		/* times have no unit */
	struct {		/* of perf's lines, for telling what its times are */
		uint64_t first, last, least, most;
		uint32_t nr, back;	/* lines; those that are earlier than the one before */
		bool told;
	} times;
	bool in_stack;		/* the last line was of a call chain */
	size_t tabs;		/* before a line, that only indent the text */
	struct {		/* the chain that is being read, if chains are wanted */
		struct ir_event ev;	/* IR_EV_STACK */
		uint64_t frames[IR_CHAIN_DEPTH + 1];
		uint32_t nr;
		bool open;
		bool user;	/* the kernel's part is over */
	} stack;
	bool passed_over[TEXT_MAX_CPUS];	/* the CPU's last event: a chain behind it is not the last wanted one's */
	bool ended;

	char marker_text[TEXT_MAX_LINE + 1];
};

static void damage(struct text *t, enum ir_damage_kind kind, uint64_t n)
{
	t->rd->damage->count[kind] += n;
}

/*
 * Somebody may have indented the text with tabs; perf does so with call chains,
 * which have one more than the event in front of them.
 */
static char *skip_tabs(const struct text_span *line, size_t max)
{
	char *p = line->start;

	while (p < line->end && *p == '\t' && (size_t)(p - line->start) < max)
		p++;
	return p;
}

/*
 * Recognising.
 */

#define BID_EVENT	64	/* PID, CPU, time and name are where they belong */
#define BID_HEADER	48	/* "# tracer: nop", "cpus=4" on the first line */

/* What the first lines say of the whole. */
struct survey {
	struct text_columns columns;
	enum text_style style;
	bool tracer, cpus, perf;
	bool counter;
};

static void survey_line(struct survey *sv, struct text_span *line, bool first)
{
	struct text_numbers n;
	struct text_head head;
	const char *rest;

	if (ir_text_head(line->start, line->end, &sv->columns, &head)) {
		rest = head.rest;
		if (sv->style || !ir_text_name(&rest, line->end))
			return;
		sv->style = (enum text_style)head.style;
		sv->counter = head.counter;
		return;
	}
	line->start = skip_tabs(line, SIZE_MAX);
	switch (ir_text_other(line, &n)) {
	case TEXT_OTHER_TRACER:
	case TEXT_OTHER_ENTRIES:
		sv->tracer = true;
		break;
	case TEXT_OTHER_PERF:
		sv->perf = true;
		break;
	case TEXT_OTHER_CPUS:
		sv->cpus |= first;
		break;
	default:
		break;
	}
}

static void survey(struct survey *sv, char *start, size_t len)
{
	struct text_span line = { start, start };
	char *end = start + len;
	bool first = true;

	memset(sv, 0, sizeof(*sv));
	while (line.start < end) {
		char *newline = memchr(line.start, '\n', (size_t)(end - line.start));

		line.end = newline ? newline : end;
		if (line.end > line.start && line.end[-1] == '\r')
			line.end--;
		survey_line(sv, &line, first);
		first &= line.end == line.start;
		line.start = newline ? newline + 1 : end;
	}
}

static int text_bid(const unsigned char *start, size_t len)
{
	struct survey sv;

	/* Not written to: spans are only not const for those who own the bytes. */
	survey(&sv, (char *)(uintptr_t)start, len);
	if (sv.style)
		return BID_EVENT;
	return sv.tracer || sv.cpus || sv.perf ? BID_HEADER : 0;
}

/*
 * Opening.
 */

static void describe(struct ir_reader_info *info, const struct survey *sv)
{
	if (sv->tracer) {
		info->format = "ftrace text";
		info->why = "begins with \"# tracer:\"";
	} else if (sv->cpus) {
		info->format = "trace-cmd report text";
		info->why = "begins with \"cpus=\"";
	} else if (sv->perf) {
		info->format = "perf script text";
		info->why = "begins with the header of perf";
	} else if (sv->style == TEXT_STYLE_PERF) {
		info->format = "perf script text";
		info->why = "has lines of task PID [CPU] time: event:";
	} else if (sv->style == TEXT_STYLE_LATENCY) {
		info->format = "ftrace text";
		info->why = "has lines of task-PID CPU flags time: event:";
	} else {
		info->format = "ftrace text";
		info->why = "has lines of task-PID [CPU] time: event:";
	}
}

static int take_value(char **where, const struct text_span *line, const char *key)
{
	struct text_span value = ir_text_perf_header(line, key);
	size_t len = text_len(&value);

	if (*where || !len)
		return 0;
	*where = strndup(value.start, len < MAX_VALUE ? len : MAX_VALUE);
	return *where ? 0 : -ENOMEM;
}

/* An architecture that has only one byte order. */
static enum text_order order_of(const char *arch)
{
	if (!arch)
		return TEXT_ORDER_UNKNOWN;
	return !strncmp(arch, "s390", 4) ? TEXT_ORDER_BIG :
	       !strcmp(arch, "x86_64") ? TEXT_ORDER_LITTLE : TEXT_ORDER_UNKNOWN;
}

/*
 * What stands in front of the first event is needed at once: whether the
 * machine is an s390.  The lines are read again as the first ones.
 */
static int read_start(struct text *t)
{
	struct ir_reader_info *info = &t->rd->info;
	struct text_file *tf = &t->file;
	struct text_span line = { NULL, NULL };
	struct survey sv;
	int rc = ir_text_file_line(tf, &line);

	if (rc < 0)
		return rc;
	tf->pos = 0;
	survey(&sv, tf->buf, tf->len < IR_READER_PEEK ? tf->len : IR_READER_PEEK);
	describe(info, &sv);
	if (sv.counter) {
		info->clock = strdup("counter");
		if (!info->clock)
			return -ENOMEM;
	}
	while (sv.perf && (rc = ir_text_file_line(tf, &line)) == 1) {
		line.start = skip_tabs(&line, SIZE_MAX);
		if (line.start < line.end && *line.start != '#')
			break;
		rc = take_value(&info->kernel, &line, "os release");
		if (!rc)
			rc = take_value(&info->arch, &line, "arch");
		if (rc)
			return rc;
	}
	t->payload.order = order_of(info->arch);
	tf->offset = 0;
	tf->pos = tf->len = 0;
	tf->at_end = tf->cut = false;
	tf->overlong = 0;
	return rc < 0 ? rc : 0;
}

static int open_parts(struct text *t)
{
	int rc = ir_text_file_init(&t->file, t->rd->file);

	if (!rc)
		rc = ir_text_names_init(&t->names, t->rd);
	if (!rc)
		rc = ir_text_window_init(&t->window);
	return rc ? rc : read_start(t);
}

static int text_open(struct ir_reader *rd, struct ir_error *err)
{
	struct text *t = calloc(1, sizeof(*t));
	int rc;

	if (!t)
		return ir_error_set(err, -ENOMEM, "%s: out of memory", ir_file_path(rd->file));
	rd->priv = t;
	t->rd = t->payload.rd = rd;
	t->tabs = SIZE_MAX;	/* there is no call chain in front of the first event */
	rc = open_parts(t);
	if (rc)
		return ir_error_set(err, rc, "%s: cannot read: %s", ir_file_path(rd->file),
				    strerror(-rc));
	return 0;
}

/*
 * Lost events.
 */

static void push(struct text *t, const struct ir_event *ev)
{
	if (!ir_text_window_push(&t->window, ev))
		damage(t, IR_DAMAGE_TIME_BACKWARDS, 1);
}

/* They were lost before the event that comes now. */
static void push_pending(struct text *t, uint64_t time)
{
	for (uint32_t i = 0; i < t->nr_pending; i++) {
		t->pending[i].time_ns = time;
		push(t, &t->pending[i]);
	}
	t->nr_pending = 0;
}

static void lost(struct text *t, uint64_t count, uint32_t cpu)
{
	if (count)
		damage(t, IR_DAMAGE_LOST_EVENTS, count);
	else
		damage(t, IR_DAMAGE_LOST_GAPS, 1);
	t->told_lost += count;
	if (t->nr_pending == TEXT_PENDING)	/* no event between them: one gap */
		return;
	t->pending[t->nr_pending++] = (struct ir_event){
		.kind = IR_EV_LOST, .flags = IR_EVF_NO_CONTEXT, .size = count, .cpu = cpu,
	};
}

/*
 * Call chains: each becomes an event of its own, behind the one it belongs to.
 */

static void end_stack(struct text *t)
{
	if (!t->stack.open)
		return;
	t->stack.open = false;
	t->stack.ev.site = ir_chains_add(t->rd->chains, t->stack.frames, t->stack.nr,
					 t->rd->damage);
	/* One that comes too late was counted with its event. */
	if (t->stack.ev.site)
		ir_text_window_push(&t->window, &t->stack.ev);
}

/* Lines that may follow this one, of perf or, behind an event of its own, of ftrace. */
static void begin_stack(struct text *t, const struct text_head *head)
{
	if (!t->rd->chains || t->passed_over[head->cpu])
		return;
	t->stack.ev = (struct ir_event){
		.kind = IR_EV_STACK, .time_ns = head->time_ns, .cpu = head->cpu,
		.pid = head->pid, .flags = head->flags,
	};
	t->stack.nr = 0;
	t->stack.open = true;
	t->stack.user = false;
}

static void stack_line(struct text *t, const struct text_span *line)
{
	enum text_frame kind;
	uint64_t frame;

	if (!t->stack.open || t->stack.user || t->stack.nr > IR_CHAIN_DEPTH)
		return;
	kind = *line->start == '\t' ? ir_text_frame_perf(t->rd->chains, line, &frame) :
				     ir_text_frame_ftrace(t->rd->chains, line, &frame);
	if (kind == TEXT_FRAME_USER)
		t->stack.user = true;
	else if (kind == TEXT_FRAME_KERNEL)
		t->stack.frames[t->stack.nr++] = frame;
}

/*
 * Lines.
 */

static void saw_cpus(struct text *t, uint32_t cpus)
{
	if (cpus > t->rd->info.cpus)
		t->rd->info.cpus = cpus;
}

/* What is not whole at the end of the file was cut off there; else it is broken. */
static void bad_line(struct text *t)
{
	damage(t, t->file.cut ? IR_DAMAGE_TRUNCATED : IR_DAMAGE_BAD_EVENTS, 1);
}

static void other_line(struct text *t, const struct text_span *line)
{
	struct text_numbers n;
	enum text_other what = ir_text_other(line, &n);

	if (t->file.cut && what != TEXT_OTHER_LOST) {
		damage(t, IR_DAMAGE_TRUNCATED, 1);
		return;
	}
	switch (what) {
	case TEXT_OTHER_ENTRIES:
		t->in_buffer += n.a;
		t->written += n.b;
		if (n.c != UINT32_MAX)
			saw_cpus(t, n.c);
		break;
	case TEXT_OTHER_CPUS:
	case TEXT_OTHER_PERF:
		if (n.c != UINT32_MAX)
			saw_cpus(t, n.c);
		break;
	case TEXT_OTHER_BAD_ENTRIES:
		damage(t, IR_DAMAGE_BAD_SECTIONS, 1);
		break;
	case TEXT_OTHER_LOST:
		lost(t, n.a, n.c == UINT32_MAX ? t->last_cpu : n.c);
		break;
	case TEXT_OTHER_BROKEN:
		damage(t, IR_DAMAGE_BAD_EVENTS, 1);
		t->lines++;
		break;
	case TEXT_OTHER_GARBAGE:
		damage(t, IR_DAMAGE_CORRUPT_BYTES, text_len(line));
		t->lines++;
		break;
	default:
		break;
	}
}

/* "blk_finish_plug <-__submit_bio" */
static bool is_function(const char *p, const char *end)
{
	const char *space = memchr(p, ' ', (size_t)(end - p));

	return space && end - space > 3 && !memcmp(space, " <-", 3);
}

/* Events that are printed without their name. */
static void unnamed(struct text *t, const char *rest, const char *end,
		    const struct text_head *head)
{
	struct text_span text = { (char *)(uintptr_t)rest, (char *)(uintptr_t)end };
	struct text_name *name = NULL;
	const char *known = NULL;

	if (text_begins(&text, "PERF_RECORD_LOST")) {
		lost(t, ir_text_perf_lost(rest, end), head->cpu);
		return;
	}
	if (text_begins(&text, "PERF_RECORD_"))
		return;
	if (text_begins(&text, "<stack trace>"))
		begin_stack(t, head);
	else
		t->passed_over[head->cpu] = true;
	if (text_begins(&text, "<stack trace>"))
		known = "ftrace:kernel_stack";
	else if (text_begins(&text, "<user stack trace>"))
		known = "ftrace:user_stack";
	else if (text_begins(&text, "# "))
		known = "ftrace:raw_data";
	else if (text_begins(&text, "sys_"))	/* sys_read(fd: 3, ...), sys_read -> 0x1 */
		known = "syscalls";
	else if (is_function(rest, end))
		known = "ftrace:function";
	if (known)
		name = ir_text_names_get(&t->names, known, strlen(known));
	if (name)
		name->count++;
	else
		bad_line(t);
}

static void wanted_event(struct text *t, struct text_name *name, struct text_span text,
			 const struct text_head *head)
{
	struct ir_event ev;
	enum text_result result;

	memset(&ev, 0, sizeof(ev));
	ev.time_ns = head->time_ns;
	ev.cpu = head->cpu;
	ev.pid = head->pid;
	ev.flags = head->flags;
	result = ir_text_payload(&t->payload, name->spec, text, &ev);
	if (result == TEXT_BAD || (result == TEXT_OPEN_END && t->file.cut)) {
		bad_line(t);
		return;
	}
	name->good++;
	/* Of these the last number is checked; of others only what was needed is known to be whole. */
	if (t->file.cut && ev.kind != IR_EV_MAP && ev.kind != IR_EV_UNMAP)
		damage(t, IR_DAMAGE_TRUNCATED, 1);
	/* A marker waits as its place in the file. */
	if (ev.kind == IR_EV_MARKER) {
		ev.paddr = ir_text_file_offset(&t->file, ev.text);
		ev.text = NULL;
	}
	if (ev.kind < IR_EV_KINDS)
		t->rd->info.seen_kinds |= UINT64_C(1) << ev.kind;
	push(t, &ev);
}

static void note_time(struct text *t, uint64_t time)
{
	if (!t->times.nr++)
		t->times.first = t->times.least = time;
	else
		t->times.back += time < t->times.last;
	t->times.last = time;
	if (time < t->times.least)
		t->times.least = time;
	if (time > t->times.most)
		t->times.most = time;
}

/*
 * perf script prints events in order of time, so that no line is earlier than the
 * one before, unless one was damaged.  With --deltatime, times since the event
 * before, 0 for the first one, many are: perf_sample__fprintf_start() of
 * tools/perf/builtin-script.c, Linux 6.1.  Texts of several CPUs, or recordings, put
 * one behind the other go back, too, but by little of the time since the machine began.
 */
static bool has_differences(const struct text *t)
{
	return t->times.back >= (t->times.first ? 4 : 2) && t->times.back >= t->times.nr / 8 &&
		t->times.least < t->times.most / 2;
}

static void event_line(struct text *t, const struct text_span *line, const struct text_head *head)
{
	const char *rest = head->rest, *colon = ir_text_name(&rest, line->end);
	struct text_name *name;
	struct text_span text;

	/* A clock has a unit or it has none: a time without its dot is damaged. */
	if (!t->lines)
		t->counter = head->counter;
	t->lines++;
	t->line_bytes += text_len(line) + 1;
	if (head->counter != t->counter) {
		bad_line(t);
		return;
	}
	t->last_cpu = head->cpu;
	t->last_time = head->time_ns;
	saw_cpus(t, head->cpu + 1);
	if (t->nr_pending)
		push_pending(t, head->time_ns);
	if (!colon || (*rest == 'P' && line->end - rest > 12 && !memcmp(rest, "PERF_RECORD_", 12))) {
		unnamed(t, rest, line->end, head);
		return;
	}
	if (head->style == TEXT_STYLE_PERF)
		note_time(t, head->time_ns);
	name = ir_text_names_get(&t->names, rest, (size_t)(colon - rest));
	if (!name) {
		bad_line(t);
		return;
	}
	name->count++;
	text.start = line->start + (text_skip_spaces(colon + 1, line->end) - line->start);
	text.end = line->end;
	if (head->style != TEXT_STYLE_PERF && text_begins(&text, "<stack trace")) {
		begin_stack(t, head);
		return;
	}
	t->passed_over[head->cpu] = !name->spec;
	if (head->style == TEXT_STYLE_PERF)
		begin_stack(t, head);
	if (!name->spec) {
		/* No other event has this in it: the name is what is damaged. */
		if (t->file.cut || (!name->ignored && text_begins(&text, "IOMMU: iova=")))
			bad_line(t);
		return;
	}
	wanted_event(t, name, text, head);
}

/*
 * The end.
 */

/* An events file that fits no line of an event: nobody wants that counted as damage. */
static void check_user_events(struct text *t)
{
	for (uint32_t i = 0; i < t->names.nr; i++) {
		const struct text_name *name = &t->names.list[i];
		const struct ir_rule_group *g = name->group;
		char needs[256] = "";
		size_t used = 0;

		if (!g || name->good)
			continue;
		for (unsigned int f = 0; f < g->nr_fields && used < sizeof(needs); f++)
			used += (size_t)snprintf(needs + used, sizeof(needs) - used, "%s%s=",
						 f ? ", " : "", g->fields[f].name);
		if (g->device && used < sizeof(needs))
			snprintf(needs + used, sizeof(needs) - used, "%s%s=", used ? ", " : "",
				 g->device);
		ir_reader_complain_text(t->rd, g, name->key, needs);
	}
}

static int finish(struct text *t)
{
	check_user_events(t);
	t->ended = true;
	push_pending(t, t->last_time);
	damage(t, IR_DAMAGE_CORRUPT_BYTES, t->file.overlong);
	if (t->in_stack && !t->file.cut)	/* perf ends each with an empty line */
		damage(t, IR_DAMAGE_TRUNCATED, 1);
	/* The header counts what was overwritten, lines tell of some of it again. */
	if (t->written - t->in_buffer > t->told_lost)
		damage(t, IR_DAMAGE_LOST_EVENTS, t->written - t->in_buffer - t->told_lost);
	/* It also promises lines; what they would take is known from the others. */
	if (t->in_buffer > t->lines + t->told_lost) {
		uint64_t missing = t->in_buffer - t->lines - t->told_lost;
		uint64_t mean = t->lines ? t->line_bytes / t->lines : 1;

		damage(t, IR_DAMAGE_TRUNCATED,
		       missing > INT64_MAX / (mean + 1) ? INT64_MAX : missing * (mean ? mean : 1));
	}
	if (t->payload.order != TEXT_ORDER_UNKNOWN)
		t->rd->info.byte_order = t->payload.order == TEXT_ORDER_BIG ? "big" : "little";
	return ir_text_names_finish(&t->names, &t->rd->info);
}

static bool is_event(struct text *t, struct text_span *line, struct text_head *head)
{
	char *start = skip_tabs(line, SIZE_MAX);

	if (start == line->end || !ir_text_head(start, line->end, &t->columns, head))
		return false;
	t->tabs = head->style == TEXT_STYLE_PERF ? (size_t)(start - line->start) : SIZE_MAX;
	line->start = start;
	return true;
}

/* " => function" */
static bool is_caller(struct text_span *line)
{
	char *start = skip_tabs(line, SIZE_MAX);
	const char *p = text_skip_spaces(start, line->end);

	if (line->end - p <= 3 || memcmp(p, "=> ", 3) != 0)
		return false;
	line->start = start;
	return true;
}

static int read_line(struct text *t)
{
	struct text_span line = { NULL, NULL };
	struct text_head head;
	int rc = ir_text_file_line(&t->file, &line);
	bool event, caller;

	if (rc < 0)
		return rc;
	if (!rc) {
		end_stack(t);
		return finish(t);
	}
	event = is_event(t, &line, &head);
	if (!event)
		line.start = skip_tabs(&line, t->tabs);
	caller = !event && is_caller(&line);
	t->in_stack = !event && !caller && line.start < line.end && *line.start == '\t';
	if (t->stack.open) {
		if (t->in_stack || caller) {
			stack_line(t, &line);
			damage(t, IR_DAMAGE_TRUNCATED, t->file.cut);
			return 0;
		}
		end_stack(t);
	}
	if (event)
		event_line(t, &line, &head);
	else
		other_line(t, &line);
	return 0;
}

/* The text of a marker, trimmed as the kernel's newline is in other formats. */
static int fetch_marker(struct text *t, struct ir_event *ev)
{
	ssize_t n = ir_file_read(t->rd->file, ev->paddr, t->marker_text, (size_t)ev->size);

	if (n < 0)
		return (int)n;
	t->marker_text[n] = '\0';
	ev->text = t->marker_text;
	ev->paddr = ev->size = 0;
	return 0;
}

static int text_next(struct ir_reader *rd, struct ir_event *ev, struct ir_error *err)
{
	struct text *t = rd->priv;
	int rc = 0;

	/* Room for the event of a line, the gaps in front of it, and the chain before that. */
	while (!rc && !t->ended &&
	       ir_text_window_room(&t->window) > TEXT_PENDING + 1)
		rc = read_line(t);
	if (!rc && !t->times.told && has_differences(t))
		return ir_error_set(err, -ENOTSUP,
				    "%s: its times go back and forth as those of perf script --deltatime do, which count from the event before; print it again without --deltatime",
				    ir_file_path(rd->file));
	t->times.told = true;
	if (!rc && !ir_text_window_pop(&t->window, ev))
		return 0;
	if (!rc && ev->kind == IR_EV_MARKER)
		rc = fetch_marker(t, ev);
	if (rc)
		return ir_error_set(err, rc, "%s: cannot read: %s", ir_file_path(rd->file),
				    strerror(-rc));
	return 1;
}

static void text_close(struct ir_reader *rd)
{
	struct text *t = rd->priv;

	if (!t)
		return;
	ir_text_file_release(&t->file);
	ir_text_names_release(&t->names);
	ir_text_window_release(&t->window);
	free(t);
	rd->info.format = NULL;
	rd->priv = NULL;
}

const struct ir_reader_ops ir_text_ops = {
	.name	= "text",
	.bid	= text_bid,
	.open	= text_open,
	.next	= text_next,
	.close	= text_close,
};
