// SPDX-License-Identifier: GPL-2.0-or-later
/* Recognising recordings, and what all readers share: device names. */
#include "input/reader.h"
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/decompress.h"
#include "input/text/text.h"
#include "input/perfdata/perfdata.h"
#include "input/tracedat/tracedat.h"

static const struct ir_reader_ops *const readers[] = {
	&ir_tracedat_ops,
	&ir_perfdata_ops,
	&ir_text_ops,
};

#define NR_READERS (sizeof(readers) / sizeof(readers[0]))
#define MAX_DEVICES 65535

static const struct ir_reader_ops *recognise(const unsigned char *start, size_t len)
{
	const struct ir_reader_ops *best = NULL;
	int best_bid = 0;
	size_t i;

	for (i = 0; i < NR_READERS; i++) {
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

static void not_a_recording(const struct ir_file *file, const unsigned char *start, size_t len,
			    struct ir_error *err)
{
	const char *tool = ir_packed_by(start, len);
	char names[128];

	if (tool) {
		ir_error_set(err, -EINVAL,
			     "%s: is compressed by %s; unpack it: %s -dc FILE | iommu-replay COMMAND -",
			     ir_file_path(file), tool, tool);
		return;
	}
	list_readers(names, sizeof(names));
	ir_error_set(err, -EINVAL,
		     "%s: not a recording: starts with %02x %02x %02x %02x, looked for: %s",
		     ir_file_path(file), start[0], len > 1 ? start[1] : 0,
		     len > 2 ? start[2] : 0, len > 3 ? start[3] : 0, names);
}

static const struct ir_reader_ops *find_ops(struct ir_file *file, struct ir_error *err)
{
	const struct ir_reader_ops *ops;
	unsigned char *start;
	ssize_t len;

	start = malloc(IR_READER_PEEK);
	if (!start) {
		ir_error_set(err, -ENOMEM, "%s: out of memory", ir_file_path(file));
		return NULL;
	}
	len = ir_file_read(file, 0, start, IR_READER_PEEK);
	ops = len > 0 ? recognise(start, (size_t)len) : NULL;
	if (len < 0)
		ir_error_set(err, (int)len, "%s: cannot read: %s", ir_file_path(file),
			     strerror((int)-len));
	else if (!len)
		ir_error_set(err, -EINVAL, "%s: the file is empty; record again", ir_file_path(file));
	else if (!ops)
		not_a_recording(file, start, (size_t)len, err);
	free(start);
	return ops;
}

static int complained(const struct ir_reader *rd, struct ir_error *err)
{
	return rd->complaint.text[0] ? ir_error_set(err, -EINVAL, "%s", rd->complaint.text) : 0;
}

/* What this machine could not do is no damage of the recording, and no end of it. */
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
	rd->events = events;
	rd->chains = options->chains;
	rd->info.nr_devices = 1;
	failed = ops->open(rd, err);
	if (check_file(file, err) || failed || complained(rd, err)) {
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

int ir_reader_next_special(struct ir_reader *rd, int rc, struct ir_event *ev, struct ir_error *err)
{
	for (; rc == 1; rc = rd->ops->next(rd, ev, err)) {
		if (ev->kind == IR_EV_LOST)
			ir_calls_lost(rd->calls, ev->cpu);
		if (ev->kind <= IR_EV_KINDS || ir_rules_apply(rd, ev))
			break;
	}
	if (rc == 0) {
		ir_calls_finish(rd);
		rc = check_file(rd->file, err);
	}
	return rc ? rc : complained(rd, err);
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

static uint32_t hash_name(const char *name, size_t len)
{
	uint32_t hash = 2166136261u;	/* FNV-1a */
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)name[i]) * 16777619u;
	return hash ^ (hash >> 15);
}

/* The slot of a name, or the free one where it belongs. */
static size_t find_slot(const struct ir_reader *rd, const char *name, size_t len)
{
	size_t slot = hash_name(name, len) & (rd->device_slots - 1);
	uint16_t nr;

	while ((nr = rd->device_hash[slot])) {
		const char *known = rd->info.devices[nr];

		if (!strncmp(known, name, len) && !known[len])
			break;
		slot = (slot + 1) & (rd->device_slots - 1);
	}
	return slot;
}

/* Keep the table at most half full. */
static int grow_hash(struct ir_reader *rd)
{
	size_t slots = rd->device_slots ? rd->device_slots * 2 : 16;
	uint16_t *old = rd->device_hash;
	size_t i;

	rd->device_hash = calloc(slots, sizeof(*rd->device_hash));
	if (!rd->device_hash) {
		rd->device_hash = old;
		return -ENOMEM;
	}
	free(old);
	rd->device_slots = slots;
	for (i = 1; i < rd->info.nr_devices; i++) {
		const char *name = rd->info.devices[i];

		rd->device_hash[find_slot(rd, name, strlen(name))] = (uint16_t)i;
	}
	return 0;
}

/* Names get printed; one with other bytes is out of a damaged event. */
static bool is_printable(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (name[i] < ' ' || name[i] > '~')
			return false;
	return true;
}

static uint16_t remember(struct ir_reader *rd, uint16_t nr, size_t len)
{
	rd->last_device = nr;
	rd->last_device_len = len;
	return nr;
}

uint16_t ir_reader_device(struct ir_reader *rd, const char *name, size_t len)
{
	size_t nr = rd->info.nr_devices;
	char **devices;
	size_t slot;

	/* With the terminator, which the name has if it comes from ftrace. */
	if (rd->last_device && rd->last_device_len < len &&
	    !memcmp(name, rd->info.devices[rd->last_device], rd->last_device_len + 1))
		return rd->last_device;
	len = strnlen(name, len);
	if (!len)
		return 0;
	if (nr * 2 >= rd->device_slots && grow_hash(rd))
		goto no_memory;
	slot = find_slot(rd, name, len);
	if (rd->device_hash[slot])
		return remember(rd, rd->device_hash[slot], len);
	if (nr > MAX_DEVICES || !is_printable(name, len))
		return 0;
	devices = realloc(rd->info.devices, (nr + 1) * sizeof(*devices));
	if (!devices)
		goto no_memory;
	rd->info.devices = devices;
	devices[nr] = strndup(name, len);
	if (!devices[nr])
		goto no_memory;
	rd->device_hash[slot] = (uint16_t)nr;
	rd->info.nr_devices++;
	return remember(rd, (uint16_t)nr, len);
no_memory:
	ir_file_fail(rd->file, -ENOMEM);
	return 0;
}

uint16_t ir_reader_device_number(struct ir_reader *rd, uint64_t number)
{
	char name[20];

	snprintf(name, sizeof(name), "0x%" PRIx64, number);
	return ir_reader_device(rd, name, sizeof(name));
}

void ir_reader_complain(struct ir_reader *rd, const struct ir_rule_group *g, const char *event,
			const char *field, const char *has)
{
	if (!g->user || rd->complaint.text[0])
		return;
	ir_error_set(&rd->complaint, -EINVAL, "%s: %s: %s has no field \"%s\"; it has: %s",
		     ir_events_path(rd->events), ir_file_path(rd->file), event, field, has);
}

void ir_reader_complain_text(struct ir_reader *rd, const struct ir_rule_group *g,
			     const char *event, const char *needs)
{
	if (!g->user || rd->complaint.text[0])
		return;
	ir_error_set(&rd->complaint, -EINVAL,
		     "%s: %s: no line of %s has what is needed, each with a number: %s",
		     ir_events_path(rd->events), ir_file_path(rd->file), event, needs);
}
