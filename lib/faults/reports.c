// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reports of faults: trace events of the recording, and lines of the kernel's log,
 * in the recording or in a file beside it.
 */
#include "faults/find.h"

#include <errno.h>
#include <stdlib.h>

#include "faults/split.h"
#include "faults/wrapped.h"
#include "input/open.h"
#include "recording/pass.h"

#define MAX_MARKS	(1u << 18)

static int add_report(struct reports *reports, const struct report *report)
{
	if (reports->nr == IR_FAULTS_MAX) {
		reports->beyond++;
		return 0;
	}
	if (reports->nr == reports->room) {
		size_t room = reports->room ? 2 * reports->room : 256;
		struct report *list = reallocarray(reports->list, room, sizeof(*list));

		if (!list)
			return -ENOMEM;
		reports->list = list;
		reports->room = room;
	}
	reports->list[reports->nr++] = *report;
	return 0;
}

static int add_mark(struct finding *f, struct marks *marks, const struct ir_log_line *line)
{
	const struct ir_log_text *text = &line->message;
	uint64_t hash = f->names.seed;

	if (text->p == text->end || marks->nr == MAX_MARKS)
		return 0;
	for (const char *p = text->p; p < text->end; p++)
		hash = (hash ^ (unsigned char)*p) * UINT64_C(0x100000001b3);
	if (marks->nr == marks->room) {
		size_t room = marks->room ? 2 * marks->room : 256;
		struct mark *list = reallocarray(marks->list, room, sizeof(*list));

		if (!list)
			return -ENOMEM;
		marks->list = list;
		marks->room = room;
	}
	marks->list[marks->nr++] = (struct mark){ hash, line->time_ns, line->boot };
	return 0;
}

static int add_log_faults(struct finding *f, struct reports *reports, enum ir_fault_source source,
			  const struct ir_log_fault *faults, unsigned int n)
{
	int rc = 0;

	for (unsigned int i = 0; i < n && !rc; i++) {
		const struct ir_log_fault *fault = &faults[i];

		rc = add_report(reports, &(struct report){
			.time_ns = fault->time_ns + fault->coarse_ns / 2, .coarse_ns = fault->coarse_ns,
			.address = fault->address, .iommu = fault->iommu,
			.device = ir_names_number(&f->names, fault->device, sizeof(fault->device)),
			.sources = (uint8_t)source, .access = (uint8_t)fault->access,
			.entry = (uint8_t)fault->entry, .page_only = fault->page_only,
			.line_ns = fault->line_ns, .stamp = fault->stamp, .boot = fault->boot,
		});
	}
	return rc;
}

/* A line of the log, wherever it was found. */
static int parse_fault_line(struct finding *f, struct ir_log_parser *parser,
			    const struct ir_log_line *line, struct reports *reports,
			    enum ir_fault_source source)
{
	struct ir_log_fault faults[IR_LOG_FORMATS];
	unsigned int n = ir_log_parse(parser, line, faults);

	ir_groups_line(f, &line->message);
	return add_log_faults(f, reports, source, faults, n);
}

/*
 * The recording.
 */

struct first_pass {
	struct finding *f;
	struct ir_log_parser parser;
};

static int handle_event(void *arg, const struct ir_event *ev)
{
	struct first_pass *pass = arg;
	struct finding *f = pass->f;
	struct ir_log_line line = { .time_ns = ev->time_ns, .stamp = IR_STAMP_TRACE };
	int rc = 0;

	if (ev->time_ns > f->end_ns)
		f->end_ns = ev->time_ns;
	if (ev->time_ns < f->start_ns)
		f->start_ns = ev->time_ns;
	switch (ev->kind) {
	case IR_EV_IO_FAULT:
		f->nr_events++;
		return add_report(&f->reports, &(struct report){
			.time_ns = ev->time_ns, .address = ev->addr, .sources = IR_FAULT_EVENT,
			.device = ir_names_number(&f->names, ev->text, strlen(ev->text)),
			/* IOMMU_FAULT_READ 0, IOMMU_FAULT_WRITE 1: include/linux/iommu.h */
			.access = ev->aux & 1 ? IR_ACCESS_WRITE : IR_ACCESS_READ,
		});
	case IR_EV_CONSOLE:
		f->nr_console++;
		/* Before Linux 6.0 it has the stamp in front, which is not the recording's. */
		if (!ir_log_split(&f->parser, ev->text, strlen(ev->text), &line))
			return f->parser.no_memory ? -ENOMEM : 0;
		line.time_ns = ev->time_ns;
		line.coarse_ns = 0;
		line.stamp = IR_STAMP_TRACE;
		rc = parse_fault_line(f, &pass->parser, &line, &f->reports, IR_FAULT_CONSOLE);
		break;
	case IR_EV_MARKER:
		line.message.p = ev->text;
		line.message.end = ev->text + strlen(ev->text);
		ir_groups_line(f, &line.message);
		break;
	default:
		return 0;
	}
	return rc ? rc : add_mark(f, &f->trace_marks, &line);
}

static int ignore_op(void *arg, const struct ir_op *op)
{
	(void)arg;
	(void)op;
	return 0;
}

static int read_recording(struct finding *f)
{
	struct first_pass first = { .f = f };
	const struct ir_pass pass = {
		.faults = IR_FAULTS_ONLY, .event = handle_event, .op = ignore_op, .arg = &first,
	};
	struct ir_log_fault faults[IR_LOG_FORMATS];
	int rc = ir_recording_pass(f->rec, &pass, f->err);

	if (!rc)
		rc = add_log_faults(f, &f->reports, IR_FAULT_CONSOLE, faults,
				    ir_log_finish(&first.parser, faults));
	f->bad_lines += first.parser.bad;
	f->suppressed += first.parser.suppressed;
	return rc;
}

/*
 * The log.
 */

/* "... monotonic=8694596151": what CLOCK_MONOTONIC was when the line was written. */
static int parse_monotonic(struct finding *f, const struct ir_log_line *line)
{
	const char *p = ir_log_find(&line->message, "monotonic=");
	uint64_t ns = 0;

	if (!p || p == line->message.end || line->stamp < IR_STAMP_WALL || line->coarse_ns ||
	    (f->info->clock && strcmp(f->info->clock, "mono")))
		return 0;
	for (; p < line->message.end && *p >= '0' && *p <= '9' && ns < UINT64_MAX / 20; p++)
		ns = ns * 10 + (uint64_t)(*p - '0');
	if (f->anchors.nr == MAX_MARKS || !ns)
		return 0;
	return ir_clock_anchor(&f->anchors, &(struct anchor){ line->time_ns, ns, line->boot });
}

/* Most lines have the best stamp that any line has; points of others would be on another clock. */
static void note_stamp(struct finding *f, enum ir_stamp stamp)
{
	if (stamp <= f->stamp)
		return;
	f->stamp = stamp;
	f->log_marks.nr = f->anchors.nr = 0;
}

static int take_line(struct finding *f, const struct ir_log_line *line)
{
	int rc = parse_fault_line(f, &f->parser, line, &f->log, IR_FAULT_LOG);

	if (rc || line->stamp == IR_STAMP_NONE || line->stamp != f->stamp)
		return rc;
	rc = parse_monotonic(f, line);
	return rc || line->coarse_ns ? rc : add_mark(f, &f->log_marks, line);
}

/* The line that is held is complete. */
static int take_held(struct finding *f)
{
	struct ir_log_wrapped *held = f->held;
	enum ir_log_form form = ir_log_best_form(held, &f->parser);
	struct ir_log_line lines[IR_LOG_MAX_PARTS];
	unsigned int n = ir_log_held_lines(held, form, lines);
	bool joined = n < held->parts;
	int rc = 0;

	for (unsigned int i = 0; i < n && !rc; i++)
		rc = take_line(f, &lines[i]);
	/* What is behind it may be of a program; the recording has the line without that. */
	if (!rc && joined && lines[0].stamp == f->stamp && !lines[0].coarse_ns) {
		ir_log_held_lines(held, IR_LOG_SEPARATE, lines);
		rc = add_mark(f, &f->log_marks, &lines[0]);
	}
	held->parts = 0;
	return rc;
}

static int parse_log_line(struct finding *f, const char *text, size_t len)
{
	const struct ir_log_text raw = { text, text + len };
	struct ir_log_line line;
	int rc;

	f->nr_lines++;
	if (!ir_log_split(&f->parser, text, len, &line))
		return f->parser.no_memory ? -ENOMEM : 0;
	if (ir_log_continue(f->held, &line, &raw))
		return 0;
	rc = take_held(f);
	note_stamp(f, line.stamp);
	ir_log_hold(f->held, &line, &raw);
	return rc;
}

static bool is_interrupted(const struct finding *f)
{
	return f->options->interrupted && *f->options->interrupted;
}

/* Lines out of a fixed buffer; what is longer than any line of a log is cut. */
static int read_lines(struct finding *f, struct ir_file *in, char *buf)
{
	uint64_t at = 0;
	size_t have = 0;
	bool cut = false;
	ssize_t n = 0;
	int rc = 0;

	while (!rc && !is_interrupted(f) && (n = ir_file_read(in, at, buf + have, IR_LOG_MAX_LINE - have)) > 0) {
		char *start = buf, *stop;

		at += (uint64_t)n;
		have += (size_t)n;
		while (!rc && (stop = memchr(start, '\n', have))) {
			if (!cut)
				rc = parse_log_line(f, start, (size_t)(stop - start));
			cut = false;
			have -= (size_t)(stop + 1 - start);
			start = stop + 1;
		}
		if (start == buf && have == IR_LOG_MAX_LINE) {
			if (!rc && !cut)
				rc = parse_log_line(f, buf, have);
			cut = true;
			have = 0;
		}
		memmove(buf, start, have);
	}
	if (n < 0)
		return ir_error_set(f->err, (int)n, "%s: cannot read: %s", ir_file_path(in), strerror((int)-n));
	if (!rc && have && !cut)
		rc = parse_log_line(f, buf, have);
	if (!rc)
		rc = take_held(f);
	return is_interrupted(f) ? ir_error_set(f->err, -EINTR, "interrupted") : rc;
}

static int read_log(struct finding *f)
{
	struct ir_file *in = ir_open_log(f->options->log, f->options->interrupted, f->err);
	char *buf = malloc(IR_LOG_MAX_LINE);
	struct ir_log_fault faults[IR_LOG_FORMATS];
	int rc = in ? 0 : -EINVAL;

	f->held = calloc(1, sizeof(*f->held));
	if (!rc)
		rc = buf && f->held ? read_lines(f, in, buf) : -ENOMEM;
	if (!rc)
		rc = add_log_faults(f, &f->log, IR_FAULT_LOG, faults,
				    ir_log_finish(&f->parser, faults));
	if (in) {
		f->log_cut = ir_file_cut(in);
		ir_file_close(in);
	}
	free(buf);
	free(f->held);
	f->nr_log = f->log.nr;
	f->bad_lines += f->parser.bad;
	f->suppressed += f->parser.suppressed;
	return rc;
}

int ir_reports_read(struct finding *f)
{
	int rc = read_recording(f);

	f->parser = (struct ir_log_parser){ .last_ns = 0 };
	if (!rc && f->options->log)
		rc = read_log(f);
	if (f->names.no_memory)
		rc = -ENOMEM;
	return rc;
}

static int by_time(const void *a, const void *b)
{
	const struct report *l = a, *r = b;

	if (l->time_ns != r->time_ns)
		return l->time_ns < r->time_ns ? -1 : 1;
	if (l->address != r->address)
		return l->address < r->address ? -1 : 1;
	if (l->device != r->device)
		return l->device < r->device ? -1 : 1;
	return (l->sources > r->sources) - (l->sources < r->sources);
}

void ir_reports_sort(struct reports *reports)
{
	if (reports->nr)
		qsort(reports->list, reports->nr, sizeof(*reports->list), by_time);
}
