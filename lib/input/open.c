// SPDX-License-Identifier: GPL-2.0-or-later
/* Recognises the format of a recording and opens its reader. */
#include "base/seed.h"
#include "input/open.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/decompress.h"
#include "base/unpack.h"
#include "input/foreign.h"
#include "input/text/text.h"
#include "input/text/transport.h"
#include "input/perfdata/perfdata.h"
#include "input/tracedat/tracedat.h"

static const struct ir_reader_ops *const readers[] = {
	&ir_tracedat_ops,
	&ir_perfdata_ops,
	&ir_text_ops,
};

#define NR_READERS (sizeof(readers) / sizeof(readers[0]))
#define MAX_FRONT (UINT64_C(64) << 20)	/* of a text: bytes before its first event */
#define MIN_TEXT 4u	/* bytes: less may be the beginning of anything */
#define FRONT_OVERLAP 1024u	/* of the blocks in which they are looked through */

const struct ir_reader_ops *ir_reader_at(size_t i)
{
	return i < NR_READERS ? readers[i] : NULL;
}

static const struct ir_reader_ops *highest_bid(const unsigned char *start, size_t len)
{
	const struct ir_reader_ops *best = NULL;
	int best_bid = 0;
	size_t i;

	/* To look through binary data for text would take most of the time that a small recording needs. */
	for (i = 0; i < NR_READERS && best_bid < IR_READER_CERTAIN; i++) {
		int bid = readers[i]->bid(start, len);

		if (bid > best_bid) {
			best_bid = bid;
			best = readers[i];
		}
	}
	return best;
}

/* "trace.dat, perf.data": what an unrecognised file was compared with. */
static void list_readers(char *buf, size_t size)
{
	size_t used = 0, i;

	buf[0] = '\0';
	for (i = 0; i < NR_READERS && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? ", " : "",
					 readers[i]->name);
}

static bool is_text(const unsigned char *start, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (start[i] < ' ' && (!start[i] || !strchr("\t\n\r\f\v\033", start[i])))
			return false;
	return len > MIN_TEXT;
}

static void not_a_recording(const struct ir_file *file, const unsigned char *start, size_t len,
			    struct ir_error *err)
{
	const char *tool = ir_packed_by(start, len);
	size_t front = ir_foreign_front(start, len);
	char names[128];

	if (tool) {
		ir_error_set(err, -EINVAL,
			     "%s: is compressed by %s; unpack it: %s -dc FILE | iommu-replay COMMAND -",
			     ir_file_path(file), tool, tool);
		return;
	}
	if (ir_foreign(start, len)) {
		ir_error_set(err, -EINVAL, "%s: %s", ir_file_path(file), ir_foreign(start, len));
		return;
	}
	list_readers(names, sizeof(names));
	if (front) {
		ir_error_set(err, -EINVAL,
			     "%s: has %zu bytes in front of a recording; cut them off: tail -c +%zu FILE | iommu-replay COMMAND -",
			     ir_file_path(file), front, front + 1);
		return;
	}
	if (is_text(start, len)) {
		ir_error_set(err, -EINVAL,
			     "%s: not a recording: a text in which no line has an event behind a task, a CPU and a time, as in /sys/kernel/tracing/trace, trace-cmd report and perf script",
			     ir_file_path(file));
		return;
	}
	ir_error_set(err, -EINVAL,
		     "%s: not a recording: starts with %02x %02x %02x %02x, looked for: %s",
		     ir_file_path(file), start[0], len > 1 ? start[1] : 0,
		     len > 2 ? start[2] : 0, len > 3 ? start[3] : 0, names);
}

/*
 * A text may have much in front of its events, as the log of a machine's start.  Not
 * all of a large file is looked through.
 */
static const struct ir_reader_ops *search_text(struct ir_file *file, const unsigned char *start,
					       size_t len)
{
	bool text = len == IR_READER_PEEK && !memchr(start, '\0', len);
	unsigned char *buf = text ? malloc(IR_READER_PEEK) : NULL;
	uint64_t pos = len;
	int bid = 0;

	while (buf && len == IR_READER_PEEK && pos < MAX_FRONT && !bid) {
		ssize_t got = ir_file_read(file, pos - FRONT_OVERLAP, buf, IR_READER_PEEK);
		const unsigned char *line = got > 0 ? memchr(buf, '\n', (size_t)got) : NULL;

		if (!line)
			break;
		len = (size_t)got;
		bid = ir_text_ops.bid(line, len - (size_t)(line - buf));
		pos += len - FRONT_OVERLAP;
	}
	free(buf);
	return bid ? &ir_text_ops : NULL;
}

/* What compressed texts keep of their lines is no text. */
static bool is_packed(const unsigned char *start, size_t len)
{
	return ir_packed_by(start, len) || ir_foreign_container(start, len);
}

/* The first bytes, and what no reader should know of: what the file went through on its way. */
static ssize_t read_front(struct ir_file *file, unsigned char *start, struct ir_error *err)
{
	ssize_t len = ir_file_read(file, 0, start, IR_READER_PEEK);
	const struct ir_reader_ops *ops;
	int rc = 0;

	if (len < 0)
		return ir_error_set(err, (int)len, "%s: cannot read: %s", ir_file_path(file),
				    strerror((int)-len));
	rc = ir_unpack(file, start, (size_t)len, err);
	if (rc > 0)
		len = ir_file_read(file, 0, start, IR_READER_PEEK);
	if (rc < 0 || len < 0)
		return rc < 0 ? rc : len;
	if (is_packed(start, (size_t)len))
		return len;
	rc = 0;
	ops = highest_bid(start, (size_t)len);
	if (!ops || ops == &ir_text_ops)
		rc = ir_transport_undo(file, start, (size_t)len, err);
	return rc < 0 ? rc : rc ? ir_file_read(file, 0, start, IR_READER_PEEK) : len;
}

/*
 * Another recording behind the end of this one, as "cat A B" makes it.  Other bytes there are no
 * loss: nothing leads to them.
 */
static void count_appended(struct ir_reader *rd)
{
	uint64_t size = ir_file_size(rd->file), pos = rd->end;
	unsigned char *buf = pos && pos < size ? malloc(IR_READER_PEEK) : NULL;
	size_t front = 0;

	if (pos && pos < size && !buf)
		ir_file_fail(rd->file, -ENOMEM);
	/* The last byte of this one is in front of the other at least. */
	while (buf && pos < size && !front) {
		ssize_t got = ir_file_read(rd->file, pos - 1, buf, IR_READER_PEEK);

		if (got <= 0)
			break;
		front = ir_foreign_front(buf, (size_t)got);
		if (front)
			rd->damage->count[IR_DAMAGE_APPENDED] += size - (pos - 1 + front);
		pos += IR_READER_PEEK - FRONT_OVERLAP;
	}
	free(buf);
}

static const struct ir_reader_ops *find_ops(struct ir_file *file, struct ir_error *err)
{
	const struct ir_reader_ops *ops = NULL;
	unsigned char *start;
	ssize_t len;

	start = calloc(1, IR_READER_PEEK);
	if (!start) {
		ir_error_set(err, -ENOMEM, "%s: out of memory", ir_file_path(file));
		return NULL;
	}
	len = read_front(file, start, err);
	if (len > 0 && !is_packed(start, (size_t)len))
		ops = highest_bid(start, (size_t)len);
	if (ops == &ir_text_ops && ir_foreign_front(start, (size_t)len))
		ops = NULL;
	if (len > 0 && !ops && (ir_file_note(file) || !ir_foreign(start, (size_t)len)) &&
	    !ir_foreign_front(start, (size_t)len))
		ops = search_text(file, start, (size_t)len);
	if (!len)
		ir_error_set(err, -EINVAL, "%s: %s; record again", ir_file_path(file),
			     ir_file_cut(file) ? "nothing of it can be unpacked" : "the file is empty");
	else if (len > 0 && !ops)
		not_a_recording(file, start, (size_t)len, err);
	free(start);
	return ops;
}

/* A log in JSON is read as it is. */
static bool is_packed_log(const unsigned char *start, size_t len)
{
	return is_packed(start, len) && *start != '{';
}

struct ir_file *ir_open_log(const char *path, const volatile int *interrupted, struct ir_error *err)
{
	struct ir_file *file = ir_file_open_watched(path, &(struct ir_file_watch){ .interrupted = interrupted }, err);
	unsigned char *start = file ? calloc(1, IR_READER_PEEK) : NULL;
	ssize_t len = start ? read_front(file, start, err) : -ENOMEM;

	if (file && !start)
		ir_error_set(err, -ENOMEM, "%s: out of memory", path);
	if (len > 0 && is_packed_log(start, (size_t)len)) {
		struct ir_error advice;
		char *pipe;

		not_a_recording(file, start, (size_t)len, &advice);
		pipe = strstr(advice.text, " | ");	/* to a command that reads recordings */
		if (pipe)
			*pipe = '\0';
		len = ir_error_set(err, -EINVAL, "%s", advice.text);
	}
	free(start);
	if (len >= 0)
		return file;
	if (file)
		ir_file_close(file);
	return NULL;
}

static int complaint_error(const struct ir_reader *rd, struct ir_error *err)
{
	return rd->complaint.text[0] ? ir_error_set(err, -EINVAL, "%s", rd->complaint.text) : 0;
}

/* An error of this machine is no damage of the recording, and not its end. */
static int check_file(const struct ir_file *file, struct ir_error *err)
{
	int code = ir_file_error(file);

	if (code == -ENOMEM)
		return ir_error_set(err, code, "%s: out of memory", ir_file_path(file));
	if (code)
		return ir_error_set(err, code, "%s: cannot read: %s", ir_file_path(file),
				    strerror(-code));
	return 0;
}

struct ir_reader *ir_reader_open_with(struct ir_file *file, const struct ir_reader_options *options,
				      struct ir_damage *damage, struct ir_error *err)
{
	const struct ir_reader_ops *ops = find_ops(file, err);
	const struct ir_events *events = options->events;
	struct ir_reader *rd;
	int failed;

	if (!ops)
		return NULL;
	rd = calloc(1, sizeof(*rd));
	if (rd)
		rd->info.devices = calloc(1, sizeof(*rd->info.devices));
	if (rd && !events)
		events = rd->builtin = ir_rules_builtin();
	if (!rd || !rd->info.devices || !events) {
		if (rd) {
			ir_events_free(rd->builtin);
			free(rd->info.devices);
		}
		free(rd);
		ir_error_set(err, -ENOMEM, "%s: out of memory", ir_file_path(file));
		return NULL;
	}
	rd->ops = ops;
	rd->file = file;
	rd->damage = damage;
	damage->count[IR_DAMAGE_TRUNCATED] += ir_file_cut(file);
	rd->seed = ir_seed();
	rd->events = events;
	rd->chains = options->chains;
	rd->tasks = options->tasks;
	rd->faults = options->faults;
	rd->idle = options->idle;
	rd->info.nr_devices = 1;
	failed = ops->open(rd, err);
	if (!failed)
		count_appended(rd);
	if (check_file(file, err) || failed || complaint_error(rd, err)) {
		ir_reader_close(rd);
		return NULL;
	}
	return rd;
}

struct ir_reader *ir_reader_open(struct ir_file *file, struct ir_damage *damage,
				 struct ir_error *err)
{
	const struct ir_reader_options none = { 0 };

	return ir_reader_open_with(file, &none, damage, err);
}

int ir_reader_end_block(struct ir_reader *rd, int n, struct ir_event *evs, int max,
			struct ir_error *err)
{
	while (n > 0) {
		struct ir_event *last = &evs[n - 1];

		if (last->kind == IR_EV_LOST)
			ir_calls_lost(rd->calls, last->cpu);
		if (last->kind <= IR_EV_KINDS || ir_rules_apply(rd, last) || --n)
			break;
		n = rd->ops->next_block(rd, evs, max, err);
	}
	for (int i = n; i-- > 0 && evs[i].time_ns > IR_TIME_MAX; ) {
		evs[i].time_ns = IR_TIME_MAX;
		rd->damage->count[IR_DAMAGE_BAD_EVENTS]++;
	}
	if (!n) {
		ir_calls_finish(rd);
		n = check_file(rd->file, err);
	}
	return n ? n : complaint_error(rd, err);
}

void ir_reader_close(struct ir_reader *rd)
{
	size_t i;

	if (!rd)
		return;
	rd->ops->close(rd);
	for (i = 0; i < rd->info.nr_devices; i++)
		free(rd->info.devices[i]);
	for (i = 0; i < rd->info.nr_events; i++)
		free(rd->info.events[i].name);
	ir_calls_free(rd->calls);
	ir_events_free(rd->builtin);
	free(rd->info.devices);
	free(rd->info.events);
	free(rd->info.kernel);
	free(rd->info.arch);
	free(rd->info.clock);
	free(rd->device_hash);
	free(rd);
}
