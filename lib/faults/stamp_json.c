// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Logs in JSON: dmesg -J, journalctl -o json and json-pretty.
 *
 * An entry is an object on one line, or on several with one member on each:
 *
 *   {"MESSAGE":"pci ...","_SOURCE_MONOTONIC_TIMESTAMP":"8983737","__REALTIME_TIMESTAMP":"1764378652123456"}
 *
 *   {
 *      "pri": 3,
 *      "time":     8.983737,
 *      "msg": "pci ..."
 *   },{
 *
 * Fields of the journal: systemd.journal-fields(7); times are in microseconds.
 */
#include "faults/stamp.h"
#include "faults/stamp_json.h"

#include <stdlib.h>

#include "base/json.h"

#define NS_PER_US	1000u
#define MAX_SECONDS	9e9	/* 2^63 ns */

static const char *const text_keys[] = { "MESSAGE", "msg" };

static void take_message(struct ir_log_entry *entry, const json_t *value)
{
	size_t len = json_string_length(value);

	entry->has_message = true;
	entry->len = len < sizeof(entry->message) ? len : sizeof(entry->message);
	memcpy(entry->message, json_string_value(value), entry->len);
}

/* A time of the journal; the kernel's own is the better one. */
static void take_microseconds(struct ir_log_entry *entry, const char *text, enum ir_stamp stamp)
{
	char *end;
	unsigned long long us = strtoull(text, &end, 10);

	if (stamp <= entry->stamp || end == text || *end || us > (uint64_t)(MAX_SECONDS * 1e6))
		return;
	entry->time_ns = us * NS_PER_US;
	entry->stamp = stamp;
}

/* A time of dmesg: of the kernel, or as --time-format or -T writes it. */
static void take_time(struct ir_log_entry *entry, const json_t *value)
{
	double seconds = json_number_value(value);
	struct ir_log_line line = { .coarse_ns = 0 };
	const char *text = json_string_value(value);

	if (text && ir_stamp_wall(text, text + json_string_length(value), &line)) {
		entry->time_ns = line.time_ns;
		entry->coarse_ns = line.coarse_ns;
		entry->stamp = line.stamp;
	} else if (json_is_number(value) && seconds >= 0 && seconds < MAX_SECONDS) {
		entry->time_ns = (uint64_t)(seconds * 1e6 + 0.5) * NS_PER_US;
		entry->stamp = IR_STAMP_KERNEL;
	}
}

static void take_members(struct ir_log_entry *entry, const json_t *object)
{
	const char *kernel = json_string_value(json_object_get(object, "_SOURCE_MONOTONIC_TIMESTAMP"));
	const char *wall = json_string_value(json_object_get(object, "__REALTIME_TIMESTAMP"));
	const json_t *time = json_object_get(object, "time");

	for (size_t i = 0; i < sizeof(text_keys) / sizeof(text_keys[0]); i++) {
		const json_t *message = json_object_get(object, text_keys[i]);

		if (json_is_string(message))
			take_message(entry, message);
	}
	if (kernel)
		take_microseconds(entry, kernel, IR_STAMP_KERNEL);
	if (wall)
		take_microseconds(entry, wall, IR_STAMP_WALL);
	if (time)
		take_time(entry, time);
}

static bool take_object(struct ir_log_parser *parser, const char *text, size_t len)
{
	json_error_t why;
	json_t *object = ir_json_load(text, len, &why);
	bool is_object = json_is_object(object);

	if (is_object)
		take_members(&parser->entry, object);
	else
		parser->no_memory |= !object && !strcmp(why.text, "out of memory");
	json_decref(object);
	return is_object;
}

/* A line with one member: as an object of its own; false: it was cut. */
static bool take_member(struct ir_log_parser *parser, const char *p, const char *end)
{
	size_t len = (size_t)(end - p);
	char *object = malloc(len + 2);
	bool whole;

	if (!object) {
		parser->no_memory = true;
		return true;
	}
	object[0] = '{';
	memcpy(object + 1, p, len);
	object[len + 1] = '}';
	whole = take_object(parser, object, len + 2) || parser->no_memory;
	free(object);
	return whole;
}

static enum ir_json finish_entry(struct ir_log_parser *parser, struct ir_log_line *line)
{
	struct ir_log_entry *entry = &parser->entry;
	bool has_message = entry->has_message;

	/* The text stays until the next member. */
	line->message = (struct ir_log_text){ entry->message, entry->message + entry->len };
	line->time_ns = entry->time_ns;
	line->coarse_ns = entry->coarse_ns;
	line->stamp = entry->stamp;
	entry->has_message = false;
	entry->stamp = IR_STAMP_NONE;
	entry->coarse_ns = 0;
	return has_message ? IR_JSON_ENTRY : IR_JSON_PART;
}

/* Whether a member of these is at @p: others are many, and need not be parsed. */
static bool is_known(const char *p, const char *end)
{
	static const char *const keys[] = {
		"\"MESSAGE\"", "\"msg\"", "\"time\"", "\"_SOURCE_MONOTONIC_TIMESTAMP\"",
		"\"__REALTIME_TIMESTAMP\"",
	};
	const struct ir_log_text text = { p, end };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (ir_log_begins(&text, keys[i]))
			return true;
	return false;
}

enum ir_json ir_stamp_json(struct ir_log_parser *parser, struct ir_log_line *line)
{
	const char *p = line->message.p, *end = line->message.end;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	if (p == end)
		return IR_JSON_NONE;
	if (*p == '{' && end[-1] == '}' && end - p > 2)
		return take_object(parser, p, (size_t)(end - p)) ? finish_entry(parser, line) :
			parser->no_memory ? IR_JSON_PART : IR_JSON_NONE;
	if (*p == '}')
		return finish_entry(parser, line);
	if (*p != '"' || !is_known(p, end))
		return IR_JSON_NONE;
	if (end[-1] == ',')
		end--;
	return take_member(parser, p, end) ? IR_JSON_PART : IR_JSON_NONE;
}
