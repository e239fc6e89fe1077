// SPDX-License-Identifier: GPL-2.0-or-later
/* Text recordings: recognising, opening, and handing out events in time order. */
#include "input/text/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "symbols/chains.h"
#include "input/text/priv.h"

#define MAX_VALUE 128	/* of perf's header */

static void count_damage(struct text *t, enum ir_damage_kind kind, uint64_t n)
{
	t->rd->damage->count[kind] += n;
}

/*
 * Recognising.
 */

#define BID_EVENT	64	/* PID, CPU, time and name are where they belong */
#define BID_FORM	32	/* payloads of events, in lines of other tools */
#define BID_HEADER	48	/* "# tracer: nop", "cpus=4" on the first line */

/* Facts about the whole text from its first lines. */
struct survey {
	struct text_columns columns;
	struct text_wrap wrap;
	enum text_style style;
	bool tracer, cpus, perf;
	bool form;		/* lines of another tool that hold the same facts */
	bool counter;
};

static void survey_line(struct survey *sv, struct text_span *line, bool first)
{
	struct text_numbers n;
	struct text_head head;
	const char *rest;

	bool event;

	while (line->end > line->start && (line->end[-1] == '\t' || line->end[-1] == '\r'))
		line->end--;
	ir_text_unquote(line);
	event = ir_text_head(line->start, line->end, &sv->columns, &head);
	ir_text_wrap_note(&sv->wrap, line, event);
	if (event) {
		rest = head.rest;
		if (!ir_text_name(&rest, line->end) &&
		    !ir_text_known_unnamed(&(struct text_span){ rest, line->end })) {
			/* The name may be in the next line. */
			sv->form = sv->form || rest == line->end || ir_text_is_ours(line);
			return;
		}
		if (sv->style)
			return;
		sv->style = (enum text_style)head.style;
		sv->counter = head.counter;
		return;
	}
	line->start = ir_text_skip_tabs(line, SIZE_MAX);
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
	case TEXT_OTHER_FOREIGN:
	case TEXT_OTHER_BROKEN:
		sv->form = sv->form || ir_text_form(line);
		break;
	default:
		break;
	}
}

static void survey_lines(struct survey *sv, const char *start, size_t len)
{
	struct text_span line = { start, start };
	const char *end = start + len;
	bool first = true;

	memset(sv, 0, sizeof(*sv));
	while (line.start < end) {
		const char *newline = memchr(line.start, '\n', (size_t)(end - line.start));

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

	survey_lines(&sv, (const char *)start, len);
	if (sv.style)
		return BID_EVENT;
	if (sv.tracer || sv.cpus || sv.perf)
		return BID_HEADER;
	return sv.form ? BID_FORM : 0;
}

/*
 * Opening.
 */

/* Much may stand in front of the first event; the lines are read again. */
static int survey_on(struct text *t, struct survey *sv)
{
	struct text_span line = { NULL, NULL };
	int rc = 1;

	while (rc == 1 && !sv->style && !sv->tracer && !sv->cpus && !sv->perf && !sv->form) {
		rc = ir_text_file_line(&t->file, &line);
		if (rc == 1)
			survey_line(sv, &line, false);
	}
	return rc;
}

static void fill_reader_info(struct ir_reader_info *info, const struct survey *sv)
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
	} else if (sv->style == TEXT_STYLE_GRAPH) {
		info->format = "ftrace text";
		info->why = "has lines of time | CPU) task-PID | /* event: */";
	} else if (sv->style == TEXT_STYLE_NONE) {
		info->format = "text";
		info->why = "has lines of other tools with mappings";
	} else if (sv->style == TEXT_STYLE_LATENCY) {
		info->format = "ftrace text";
		info->why = "has lines of task-PID CPU flags time: event:";
	} else {
		info->format = "ftrace text";
		info->why = "has lines of task-PID [CPU] time: event:";
	}
}

static int parse_value(char **where, const struct text_span *line, const char *key)
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
 * The lines in front of the first event are needed at once: whether the
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
	survey_lines(&sv, tf->buf, tf->len < IR_READER_PEEK ? tf->len : IR_READER_PEEK);
	rc = survey_on(t, &sv);
	if (rc < 0)
		return rc;
	fill_reader_info(info, &sv);
	t->wrap = ir_text_wrap_width(&sv.wrap);
	if (ir_file_note(t->rd->file)) {
		snprintf(t->why, sizeof(t->why), "%s; %s", info->why, ir_file_note(t->rd->file));
		info->why = t->why;
	}
	if (sv.counter) {
		info->clock = strdup("counter");
		if (!info->clock)
			return -ENOMEM;
	}
	while (sv.perf && (rc = ir_text_file_line(tf, &line)) == 1) {
		ir_text_unquote(&line);
		line.start = ir_text_skip_tabs(&line, SIZE_MAX);
		if (line.start < line.end && *line.start != '#')
			break;
		rc = parse_value(&info->kernel, &line, "os release");
		if (!rc)
			rc = parse_value(&info->arch, &line, "arch");
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

/*
 * The end.
 */

/* Lines that no rule of an events file fits are reported, not counted as damage. */
static void check_user_events(struct text *t)
{
	for (uint32_t i = 0; i < t->names.nr; i++) {
		const struct text_name *name = &t->names.list[i];
		const struct ir_rule_group *g = name->group;
		char needs[512];
		size_t used;

		if (!g || name->good)
			continue;
		used = (size_t)snprintf(needs, sizeof(needs), "no line of %.80s has what is needed: ", name->key);
		for (unsigned int f = 0; f < g->nr_fields && used < sizeof(needs); f++)
			used += (size_t)snprintf(needs + used, sizeof(needs) - used, "%s%s=",
						 f ? ", " : "", g->fields[f].name);
		if (g->nr_fields && used < sizeof(needs))
			used += (size_t)snprintf(needs + used, sizeof(needs) - used, " with a number");
		if (g->device && used < sizeof(needs))
			snprintf(needs + used, sizeof(needs) - used, "%s%s=", g->nr_fields ? "; " : "",
				 g->device);
		ir_reader_unfit_event(t->rd, g, needs);
	}
}

/* Lines of other tools: which of them, if there is nothing else that a replay could use. */
static int check_forms(struct text *t, struct ir_error *err)
{
	enum text_form most = TEXT_FORM_NONE;

	if (t->good) {	/* then they are missing among the others */
		count_damage(t, IR_DAMAGE_BAD_EVENTS, t->unread);
		return 0;
	}
	for (int i = TEXT_FORM_NONE + 1; i < TEXT_FORMS; i++)
		if (t->forms[i] > t->forms[most])
			most = (enum text_form)i;
	if (!most)
		return 0;
	if (!t->names.nr)
		return ir_error_set(err, -ENOTSUP, "%s: %s", ir_file_path(t->rd->file),
				    ir_text_form_advice(most));
	count_damage(t, IR_DAMAGE_FOREIGN_LINES, t->unread);
	t->rd->info.hint = ir_text_form_advice(most);
	return 0;
}

static int finish_reading(struct text *t, struct ir_error *err)
{
	int rc = check_forms(t, err);

	if (rc)
		return rc;
	check_user_events(t);
	count_damage(t, IR_DAMAGE_CORRUPT_BYTES, t->file.overlong);
	/* The header counts overwritten events; lines report some of them again. */
	if (t->written - t->in_buffer > t->reported_lost)
		count_damage(t, IR_DAMAGE_LOST_EVENTS, t->written - t->in_buffer - t->reported_lost);
	/* It also promises lines; what they would take is known from the others. */
	if (t->in_buffer > t->lines + t->reported_lost) {
		uint64_t missing = t->in_buffer - t->lines - t->reported_lost;
		uint64_t mean = t->lines ? t->line_bytes / t->lines : 1;

		count_damage(t, IR_DAMAGE_TRUNCATED,
			     missing > INT64_MAX / (mean + 1) ? INT64_MAX : missing * (mean ? mean : 1));
	}
	if (t->payload.order != TEXT_ORDER_UNKNOWN)
		t->rd->info.byte_order = t->payload.order == TEXT_ORDER_BIG ? "big" : "little";
	rc = ir_text_names_finish(&t->names, &t->rd->info);
	return rc ? ir_error_set(err, rc, "%s: out of memory", ir_file_path(t->rd->file)) : 0;
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

static int next_event(struct text *t, struct ir_event *ev, struct ir_error *err)
{
	int rc = 0;

	/* Room for the event of a line, the gaps in front of it, and the chain before that. */
	while (!rc && !t->ended &&
	       ir_text_window_room(&t->window) > TEXT_PENDING + 1)
		rc = ir_text_read_line(t);
	if (!rc && t->ended && !t->finished) {
		t->finished = true;
		rc = finish_reading(t, err);
		if (rc)
			return rc;
	}
	if (!rc && !t->times.checked && has_differences(t))
		return ir_error_set(err, -ENOTSUP,
				    "%s: its times go back and forth as those of perf script --deltatime do, which count from the event before; print it again without --deltatime",
				    ir_file_path(t->rd->file));
	t->times.checked = true;
	if (!rc && !ir_text_window_pop(&t->window, ev))
		return 0;
	if (!rc && text_has_text(ev))
		rc = fetch_marker(t, ev);
	if (rc)
		return ir_error_set(err, rc, "%s: cannot read: %s", ir_file_path(t->rd->file),
				    strerror(-rc));
	return 1;
}

static int text_next_block(struct ir_reader *rd, struct ir_event *evs, int max, struct ir_error *err)
{
	struct text *t = rd->priv;
	int n = 0, rc = t->failed;

	while (!rc && n < max) {
		rc = next_event(t, &evs[n], &t->failure);
		if (rc <= 0)
			break;
		rc = 0;
		if (evs[n].kind >= IR_EV_KINDS || evs[n].kind == IR_EV_LOST || text_has_text(&evs[n]))
			return n + 1;
		n++;
	}
	/* A failure comes behind the events before it. */
	t->failed = rc;
	if (n)
		return n;
	if (rc)
		*err = t->failure;
	return rc;
}

static void text_close(struct ir_reader *rd)
{
	struct text *t = rd->priv;

	if (!t)
		return;
	ir_text_file_release(&t->file);
	ir_text_names_release(&t->names);
	ir_text_window_release(&t->window);
	free(t->joined);
	free(t);
	rd->info.format = NULL;
	rd->priv = NULL;
}

const struct ir_reader_ops ir_text_ops = {
	.name	= "text",
	.summary = "trace files of the kernel, output of trace-cmd report and perf script",
	.bid	= text_bid,
	.open	= text_open,
	.next_block = text_next_block,
	.close	= text_close,
};
