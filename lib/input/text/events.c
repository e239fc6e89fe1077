// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text: from lines to events.
 *
 * A line is an event, a piece of a call chain, or something that other.c
 * knows.  What cannot be read goes through one of three functions, so that
 * nothing is left out silently: count_bad_line(), which counts damage, count_foreign_line(),
 * which counts what is no event, and form_line(), for lines of other tools.
 *
 * A line of which the payload is not complete may have been broken by a mail
 * program: it is put together with those behind it (join.c) until it can be read,
 * and only then.
 */
#include <errno.h>
#include <stdlib.h>

#include "symbols/chains.h"
#include "events/tasks.h"
#include "input/text/priv.h"

#define MIN_INDENT	4	/* blanks in front of a frame that has lost its tab */
#define MIN_ADDRESS	8	/* digits of a frame's address */

static void count_damage(struct text *t, enum ir_damage_kind kind, uint64_t n)
{
	t->rd->damage->count[kind] += n;
}

/*
 * Lost events.
 */

static void push_event(struct text *t, const struct ir_event *ev)
{
	if (!ir_text_window_push(&t->window, ev))
		count_damage(t, IR_DAMAGE_TIME_BACKWARDS, 1);
}

/* They were lost before the event that comes now. */
static void push_pending(struct text *t, uint64_t time)
{
	for (uint32_t i = 0; i < t->nr_pending; i++) {
		t->pending[i].time_ns = time;
		push_event(t, &t->pending[i]);
	}
	t->nr_pending = 0;
}

static void count_lost(struct text *t, uint64_t count, uint32_t cpu)
{
	if (count)
		count_damage(t, IR_DAMAGE_LOST_EVENTS, count);
	else
		count_damage(t, IR_DAMAGE_LOST_GAPS, 1);
	t->reported_lost += count;
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

static void stack_line(struct text *t, const struct text_span *line, bool caller)
{
	enum text_frame kind;
	uint64_t frame;

	if (t->stack.user || t->stack.nr > IR_CHAIN_DEPTH)
		return;
	kind = caller ? ir_text_frame_ftrace(t->rd->chains, line, &frame) :
			ir_text_frame_perf(t->rd->chains, line, &frame);
	if (kind == TEXT_FRAME_USER)
		t->stack.user = true;
	else if (kind == TEXT_FRAME_KERNEL)
		t->stack.frames[t->stack.nr++] = frame;
}

/*
 * Lines that cannot be read.
 */

/* An incomplete line at the end of the file was cut off there; any other is damaged. */
static void count_bad_line(struct text *t)
{
	count_damage(t, t->cut ? IR_DAMAGE_TRUNCATED : IR_DAMAGE_BAD_EVENTS, 1);
}

static void count_foreign_line(struct text *t)
{
	t->head_len = 0;
	count_damage(t, IR_DAMAGE_FOREIGN_LINES, 1);
}

/* A kernel's log may have events once more; what else has their payload is one. */
static void form_line(struct text *t, enum text_form form, const struct text_span *line)
{
	t->forms[form]++;
	if (form != TEXT_FORM_PRINTK && ir_text_is_ours(line))
		t->unread++;	/* what it counts as is known at the end */
	else
		count_foreign_line(t);
}

static void note_cpus(struct text *t, uint32_t cpus)
{
	if (cpus > t->rd->info.cpus)
		t->rd->info.cpus = cpus;
}

/* A terminal waits behind "root@host:~# ", and less behind "(END)". */
static bool is_prompt(const struct text_span *line)
{
	char last = text_trim(line->start, line->end)[-1];

	return last == '$' || last == '#' || last == '%' || last == '>' || last == ')';
}

/*
 * The file ends within a line that is no event.  It was the beginning of one if it
 * is too short for what events have in front, and directly behind one.
 */
static bool is_beginning(const struct text *t, const struct text_span *line)
{
	return t->cut && text_len(line) < t->head_len && line->start < line->end &&
		*line->start != '[' && *line->start != '#' && *line->start != '\t' && !is_prompt(line);
}

/*
 * Files below per_cpu/ have the numbers of all CPUs in their headers: one after another they have the lines
 * that the first one promised.
 */
static void count_entries(struct text *t, uint64_t in_buffer, uint64_t written)
{
	if (t->header.written && in_buffer == t->header.in_buffer && written == t->header.written &&
	    t->lines - t->header.from_line < in_buffer)
		return;
	t->header.in_buffer = in_buffer;
	t->header.written = written;
	t->header.from_line = t->lines;
	t->in_buffer += in_buffer;
	t->written += written;
}

static void other_line(struct text *t, const struct text_span *line)
{
	struct text_numbers n;
	enum text_other what = ir_text_other(line, &n);
	enum text_form form = TEXT_FORM_NONE;

	if (what == TEXT_OTHER_FOREIGN || what == TEXT_OTHER_BROKEN)
		form = ir_text_form(line);
	switch (what) {
	case TEXT_OTHER_ENTRIES:
		count_entries(t, n.a, n.b);
		if (n.c != UINT32_MAX)
			note_cpus(t, n.c);
		break;
	case TEXT_OTHER_CPUS:
	case TEXT_OTHER_PERF:
		if (n.c != UINT32_MAX)
			note_cpus(t, n.c);
		break;
	case TEXT_OTHER_BAD_ENTRIES:
		count_damage(t, t->cut ? IR_DAMAGE_TRUNCATED : IR_DAMAGE_BAD_SECTIONS, 1);
		break;
	case TEXT_OTHER_LOST:
		count_lost(t, n.a, n.c == UINT32_MAX ? t->last_cpu : n.c);
		break;
	case TEXT_OTHER_GARBAGE:
		count_damage(t, IR_DAMAGE_CORRUPT_BYTES, text_len(line));
		t->lines++;
		break;
	case TEXT_OTHER_BROKEN:
		if (form) {
			form_line(t, form, line);
			break;
		}
		count_bad_line(t);
		t->lines++;
		break;
	case TEXT_OTHER_FOREIGN:
		if (form)
			form_line(t, form, line);
		else if (is_beginning(t, line))
			count_bad_line(t);
		else
			count_foreign_line(t);
		break;
	default:
		if (*line->start != '#')
			break;
		ir_text_flags_header(line, &t->columns);
		/* Many lines in one, or a remark. */
		form = ir_text_is_ours(line) ? ir_text_form(line) : TEXT_FORM_NONE;
		if (form)
			form_line(t, form, line);
		break;
	}
}

/* "blk_finish_plug <-__submit_bio", with arguments in front of the arrow perhaps */
static bool is_function(const char *p, const char *end)
{
	const char *arrow = memmem(p, (size_t)(end - p), " <-", 3);

	return arrow && end - arrow > 3 && arrow[3] != ' ';
}

/* Whether a name that cannot be read, or none, stands in front of a payload. */
static bool was_named(const struct text_span *text)
{
	const char *stop = memchr(text->start, ' ', text_len(text));

	if (!stop)
		stop = text->end;
	return stop > text->start && stop[-1] == ':' && !memchr(text->start, '(', (size_t)(stop - text->start));
}

/* Events that are printed without their name. */
const char *ir_text_known_unnamed(const struct text_span *text)
{
	static const struct {
		const char *begins, *name;
	} known[] = {
		{ "<stack trace>", "ftrace:kernel_stack" },
		{ "<user stack trace>", "ftrace:user_stack" },
		{ "# ", "ftrace:raw_data" },
		{ "sys_", "syscalls" },	/* sys_read(fd: 3, ...), sys_read -> 0x1 */
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (text_begins(text, known[i].begins))
			return known[i].name;
	return is_function(text->start, text->end) ? "ftrace:function" : NULL;
}

/* From the first to the last event, whatever they are; markers are written when people want. */
static void note_span(struct text *t, uint64_t time)
{
	struct ir_reader_info *info = &t->rd->info;

	if (!info->last_ns || time < info->first_ns)
		info->first_ns = time;
	if (time > info->last_ns)
		info->last_ns = time;
}

static void count_unnamed(struct text *t, const char *rest, const char *end,
			  const struct text_head *head)
{
	struct text_span text = { rest, end };
	struct text_name *name = NULL;
	const char *known;

	if (text_begins(&text, "PERF_RECORD_LOST")) {
		count_lost(t, ir_text_perf_lost(rest, end), head->cpu);
		return;
	}
	if (text_begins(&text, "PERF_RECORD_"))
		return;
	if (text_begins(&text, "<stack trace>"))
		begin_stack(t, head);
	else
		t->passed_over[head->cpu] = true;
	known = ir_text_known_unnamed(&text);
	if (known)
		name = ir_text_names_get(&t->names, known, strlen(known));
	if (name) {
		name->count++;
		note_span(t, head->time_ns);
	} else if (rest == end || ir_text_is_ours(&text)) {
		t->forms[TEXT_FORM_NO_NAME] += rest < end;
		count_bad_line(t);
	} else if (was_named(&text) || (t->cut && !memchr(rest, ' ', (size_t)(end - rest)))) {
		count_bad_line(t);
	} else {
		count_foreign_line(t);
	}
}

/*
 * Events.
 */

static void queue_event(struct text *t, struct text_name *name, struct ir_event *ev,
			enum text_result result)
{
	name->good++;
	t->good++;
	if (t->cut && result == TEXT_FRAGMENT)
		count_damage(t, IR_DAMAGE_TRUNCATED, 1);
	/* A marker waits as its place in the file; where it was in two, there is none. */
	if (text_has_text(ev)) {
		if (ir_text_is_joined(t, ev->text))
			return;
		ev->paddr = ir_text_file_offset(&t->file, ev->text);
		ev->text = NULL;
	}
	if (ev->kind < IR_EV_KINDS)
		t->rd->info.seen_kinds |= UINT64_C(1) << ev->kind;
	push_event(t, ev);
}

static enum text_result read_payload(struct text *t, const struct text_name *name,
				     struct text_span text, const struct text_head *head,
				     struct ir_event *ev)
{
	enum text_result result;

	memset(ev, 0, sizeof(*ev));
	ev->time_ns = head->time_ns;
	ev->cpu = head->cpu;
	ev->pid = head->pid;
	ev->flags = head->flags;
	t->payload.columns = head->style == TEXT_STYLE_PERF;
	result = ir_text_payload(&t->payload, name->spec, text, ev);
	return result == TEXT_OPEN_END && t->cut && ev->kind != IR_EV_MARKER ? TEXT_BAD : result;
}

/* Its payload could not be read as it is: 0, or negative errno. */
static int join_event(struct text *t, struct text_name *name, struct text_span text,
		      const struct text_head *head, struct ir_event *ev)
{
	enum text_result result = TEXT_BAD;
	bool none = head->style == TEXT_STYLE_PERF && !memchr(text.start, '=', text_len(&text));
	bool escaped = memmem(text.start, text_len(&text), "\\n", 2) != NULL;
	bool cut = t->cut;
	int rc = 0;

	for (unsigned int i = 0; !cut && i < TEXT_MAX_JOINED && result == TEXT_BAD; i++) {
		rc = ir_text_join_next(t, &text);
		if (rc <= 0)
			break;
		result = read_payload(t, name, text, head, ev);
	}
	if (result == TEXT_BAD) {
		t->forms[TEXT_FORM_NO_TRACE] += none;
		t->forms[TEXT_FORM_ESCAPED] += escaped;
		t->cut = cut;
		count_bad_line(t);
		return rc < 0 ? rc : 0;
	}
	count_damage(t, IR_DAMAGE_JOINED_LINES, 1);
	queue_event(t, name, ev, result);
	return 0;
}

/* perf script without -g but with -F +ip,+sym has the call site behind the payload. */
static void add_tail_frame(struct text *t, const char *end)
{
	struct text_span tail = { t->payload.tail, end };
	uint64_t frame;

	if (t->stack.open && ir_text_frame_perf(t->rd->chains, &tail, &frame) == TEXT_FRAME_KERNEL)
		t->stack.frames[t->stack.nr++] = frame;
}

static int wanted_event(struct text *t, struct text_name *name, struct text_span text,
			const struct text_head *head)
{
	struct ir_event ev;
	enum text_result result = read_payload(t, name, text, head, &ev);

	if (result == TEXT_BAD)
		return join_event(t, name, text, head, &ev);
	queue_event(t, name, &ev, result);
	if (t->payload.tail)
		add_tail_frame(t, text.end);
	return 0;
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

/* Takes the CPU, time and task of a line; false: it is damaged. */
static bool note_line(struct text *t, const struct text_span *line, const struct text_head *head)
{
	/* A clock has a unit or it has none: a time without its dot is damaged. */
	if (!t->lines)
		t->counter = head->counter;
	t->lines++;
	t->line_bytes += text_len(line) + 1;
	t->head_len = (size_t)(head->rest - line->start);
	if (head->counter != t->counter) {
		count_bad_line(t);
		return false;
	}
	t->last_cpu = head->cpu;
	t->last_time = head->time_ns;
	note_cpus(t, head->cpu + 1);
	if (head->odd_flags)
		count_damage(t, IR_DAMAGE_UNKNOWN_FLAGS, 1);
	if (t->nr_pending)
		push_pending(t, head->time_ns);
	return true;
}

/* A name, or what stands in its place: the event is known by its payload then. */
static struct text_name *name_of(struct text *t, const char *name, const char *colon,
				 const struct text_span *line)
{
	static const char prefix[] = "IOMMU";	/* of the payload */
	struct text_span payload = { name, line->end };
	const char *guess = NULL;

	if ((size_t)(colon - name) == sizeof(prefix) - 1 && text_begins(&payload, "IOMMU: "))
		guess = ir_text_guess(&payload);
	return guess ? ir_text_names_get(&t->names, guess, strlen(guess)) :
		ir_text_names_get(&t->names, name, (size_t)(colon - name));
}

/* A line that ends behind its time: the name is in the next one, which belongs to it then. */
static int join_head(struct text *t, struct text_span *line, const char **rest)
{
	size_t at = (size_t)(text_trim(line->start, *rest) - line->start);
	int rc;

	if (t->cut)
		return 0;
	rc = ir_text_join_next(t, line);
	if (rc < 0)
		return rc;
	*rest = line->start + at;
	if (rc)
		*rest = text_skip_spaces(*rest, line->end);
	count_damage(t, IR_DAMAGE_JOINED_LINES, (uint64_t)rc);
	return 0;
}

static int named_event(struct text *t, struct text_name *name, struct text_span text,
		       const struct text_head *head)
{
	name->count++;
	if (!name->marker)
		note_span(t, head->time_ns);
	if (head->style != TEXT_STYLE_PERF && text_begins(&text, "<stack trace")) {
		begin_stack(t, head);
		return 0;
	}
	t->passed_over[head->cpu] = !name->spec;
	if (head->style == TEXT_STYLE_PERF)
		begin_stack(t, head);
	if (name->spec)
		return wanted_event(t, name, text, head);
	/* No other event has this in it: the name is what is damaged. */
	if (!name->ignored && text_begins(&text, "IOMMU: iova="))
		count_bad_line(t);
	return 0;
}

/* A name stands right in front of its PID, in a column that all names fit into. */
static void note_task(struct text *t, const char *line, const struct text_head *head)
{
	size_t width = head->style == TEXT_STYLE_LATENCY ? 8 : IR_TASK_NAME - 1;
	const char *end = head->task, *start;

	while (end > line && end[-1] == ' ')
		end--;
	start = (size_t)(end - line) > width ? end - width : line;
	start = text_skip_spaces(start, end);
	ir_tasks_add(t->rd->tasks, head->pid, start, (size_t)(end - start));
}

static bool ends_comment(const struct text_span *line)
{
	return text_len(line) > 3 && !memcmp(line->end - 3, " */", 3);
}

/* An event of function_graph ends with its comment, which may be in several lines: 1, 0, or negative errno. */
static int end_comment(struct text *t, struct text_span *line, const char **rest)
{
	size_t at = (size_t)(*rest - line->start);
	int rc = 1;

	line->end = text_trim(line->start, line->end);
	for (unsigned int i = 0; rc == 1 && i < TEXT_MAX_JOINED && !t->cut && !ends_comment(line); i++) {
		rc = ir_text_join_next(t, line);
		*rest = line->start + at;
		if (!i && rc == 1)
			count_damage(t, IR_DAMAGE_JOINED_LINES, 1);
	}
	if (rc == 1 && !ends_comment(line))
		rc = 0;
	if (rc == 1)
		line->end -= 3;
	return rc;
}

static int event_line(struct text *t, struct text_span *line, const struct text_head *head)
{
	static const char lost_blank[] = ":IOMMU";
	const char *rest = head->rest, *colon;
	struct text_name *name;
	struct text_span text;
	int rc = 0;

	if (!note_line(t, line, head))
		return 0;
	count_damage(t, IR_DAMAGE_JOINED_LINES, t->unwrapped);
	if (t->rd->tasks && head->task)
		note_task(t, line->start, head);
	if (head->style == TEXT_STYLE_GRAPH) {
		rc = end_comment(t, line, &rest);
		if (!rc)
			count_bad_line(t);
		if (rc <= 0)
			return rc;
		rc = 0;
	} else if (rest == line->end) {
		rc = join_head(t, line, &rest);
	}
	if (rc)
		return rc;
	colon = ir_text_name(&rest, line->end);
	/* The blank in front of the payload may have been lost. */
	if (colon && colon - rest > (ptrdiff_t)sizeof(lost_blank) - 1 &&
	    !memcmp(colon - (sizeof(lost_blank) - 1), lost_blank, sizeof(lost_blank) - 1))
		colon -= sizeof(lost_blank) - 1;
	if (!colon || (*rest == 'P' && line->end - rest > 12 && !memcmp(rest, "PERF_RECORD_", 12))) {
		count_unnamed(t, rest, line->end, head);
		return 0;
	}
	if (head->style == TEXT_STYLE_PERF)
		note_time(t, head->time_ns);
	name = name_of(t, rest, colon, line);
	if (!name) {
		count_bad_line(t);
		return 0;
	}
	text.start = line->start + (text_skip_spaces(colon + 1, line->end) - line->start);
	text.end = line->end;
	return named_event(t, name, text, head);
}

/*
 * From the file.
 */

static bool is_event(struct text *t, struct text_span *line, struct text_head *head)
{
	const char *start = ir_text_skip_tabs(line, SIZE_MAX);

	if (start == line->end || !ir_text_head(start, line->end, &t->columns, head))
		return false;
	t->tabs = head->style == TEXT_STYLE_PERF ? (size_t)(start - line->start) : SIZE_MAX;
	line->start = start;
	return true;
}

/* " => function" */
static bool is_caller(struct text_span *line)
{
	const char *start = ir_text_skip_tabs(line, SIZE_MAX);
	const char *p = text_skip_spaces(start, line->end);

	if (line->end - p <= 3 || memcmp(p, "=> ", 3) != 0)
		return false;
	line->start = start;
	return true;
}

/* A line of perf's call chains; what the text went through may have made blanks of the tab. */
static bool is_frame(const struct text *t, const struct text_span *line)
{
	const char *p = text_skip_spaces(line->start, line->end), *start = p;

	if (line->start < line->end && *line->start == '\t')
		return true;
	if (t->columns.style != TEXT_STYLE_PERF || p - line->start < MIN_INDENT)
		return false;
	while (p < line->end && (text_is_digit(*p) || (*p >= 'a' && *p <= 'f')))
		p++;
	return p - start >= MIN_ADDRESS && p < line->end && *p == ' ';
}

int ir_text_read_line(struct text *t)
{
	struct text_span line = { NULL, NULL };
	struct text_head head;
	int rc = ir_text_next_line(t, &line);
	bool event, caller, frame;

	if (rc < 0)
		return rc;
	if (!rc) {
		end_stack(t);
		t->ended = true;
		push_pending(t, t->last_time);
		return 0;
	}
	while (line.end > line.start && (line.end[-1] == '\t' || line.end[-1] == '\r'))
		line.end--;
	if (line.start < line.end && (strchr(">|", *line.start) || strchr("\"`,", line.end[-1])))
		ir_text_unquote(&line);
	event = is_event(t, &line, &head);
	if (!event)
		line.start = ir_text_skip_tabs(&line, t->tabs);
	caller = !event && is_caller(&line);
	frame = !event && !caller && is_frame(t, &line);
	if (t->stack.open && (frame || caller)) {
		stack_line(t, &line, caller);
		return 0;
	}
	end_stack(t);
	if (event)
		return event_line(t, &line, &head);
	if (line.start == line.end)
		t->head_len = 0;
	else if (!frame)
		other_line(t, &line);
	return 0;
}
