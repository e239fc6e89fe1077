// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads events files (JSON) into rules. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "events/rules.h"

#define MAX_FILE	((size_t)1 << 20)
#define SCHEMA		"iommu-replay-events/1"
#define MAX_PAGE	(UINT64_C(1) << 32)
#define DEFAULT_PAGE	4096

/* One entry of "events", on its way to a rule. */
struct item {
	struct ir_events *ev;
	const char *name;		/* of the file */
	size_t nr;
	const char *event;		/* NULL: not known yet */
	uint64_t page_size;
	struct ir_error *err;
};

static int event_error(const struct item *it, const char *what)
{
	if (it->event)
		return ir_error_set(it->err, -EINVAL, "%s: events[%zu] (%.80s): %s", it->name, it->nr,
				    it->event, what);
	return ir_error_set(it->err, -EINVAL, "%s: events[%zu]: %s", it->name, it->nr, what);
}

__attribute__((format(printf, 2, 3)))
static int event_errorf(const struct item *it, const char *fmt, ...)
{
	char what[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	return event_error(it, what);
}

/* "a, b, c" */
static void list_keys(const char *const *keys, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; keys[i] && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", keys[i]);
}

/* The first key of @object that is not one of @keys; NULL: there is none. */
static const char *unknown_key(json_t *object, const char *const *keys)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		size_t i = 0;

		while (keys[i] && strcmp(keys[i], key))
			i++;
		if (!keys[i])
			return key;
	}
	return NULL;
}

static bool is_page_size(const json_t *value, uint64_t *size)
{
	if (!json_is_integer(value) || json_integer_value(value) < 1)
		return false;
	*size = (uint64_t)json_integer_value(value);
	return *size <= MAX_PAGE && !(*size & (*size - 1));
}

/* A string, or NULL if the key is missing; *rc: -EINVAL if it is something else. */
static const char *get_string(const struct item *it, json_t *object, const char *key, int *rc)
{
	json_t *value = json_object_get(object, key);

	if (value && !*rc && (!json_is_string(value) || !*json_string_value(value)))
		*rc = event_errorf(it, "%s: must be a string%s", key,
				   json_is_string(value) ? " that is not empty" : "");
	return json_string_value(value);
}

static int fill_fields(const struct item *it, json_t *fields, struct ir_rule_text *text)
{
	const char *role;
	unsigned int nr = 0;
	json_t *value;

	if (fields && !json_is_object(fields))
		return event_error(it, "fields: must be an object, such as { \"iova\": \"addr\" }");
	json_object_foreach(fields, role, value) {
		if (nr == IR_RULE_ROLES)
			return event_errorf(it, "fields: more than %d", IR_RULE_ROLES);
		if (!json_is_string(value))
			return event_errorf(it, "fields: %.40s: must be a string, such as "
					    "\"addr\" or \"pfn << 12\"", role);
		text->fields[nr].role = role;
		text->fields[nr++].value = json_string_value(value);
	}
	return 0;
}

/* Others are numbers of pages, or no addresses. */
static bool has_unit(const char *role)
{
	return !strcmp(role, "iova") || !strcmp(role, "addr") || !strcmp(role, "size") ||
		!strcmp(role, "paddr");
}

static int fill_units(const struct item *it, json_t *units, struct ir_rule_text *text)
{
	const char *role, *unit;
	json_t *value;

	if (units && !json_is_object(units))
		return event_error(it, "units: must be an object, such as { \"size\": \"pages\" }");
	json_object_foreach(units, role, value) {
		unsigned int i = 0;

		while (i < IR_RULE_ROLES && text->fields[i].role && strcmp(text->fields[i].role, role))
			i++;
		if (i == IR_RULE_ROLES || !text->fields[i].role)
			return event_errorf(it, "units: \"%.40s\" is not in fields", role);
		if (!has_unit(role))
			return event_errorf(it, "units: \"%s\" has none", role);
		unit = json_string_value(value);
		if (!unit || (strcmp(unit, "bytes") && strcmp(unit, "pages")))
			return event_errorf(it, "units: %.40s: must be \"bytes\" or \"pages\"", role);
		text->fields[i].unit = !strcmp(unit, "pages") ? it->page_size : 0;
	}
	return 0;
}

static int mark_hex(struct item *it, json_t *object)
{
	json_t *hex = json_object_get(object, "hex"), *value;
	struct ir_error why = { "" };
	size_t i;

	it->event = json_string_value(json_object_get(object, "event"));

	if (hex && !json_is_array(hex))
		return event_error(it, "hex: must be an array of fields, such as [ \"addr\" ]");
	json_array_foreach(hex, i, value) {
		if (!json_is_string(value))
			return event_error(it, "hex: must be an array of fields, such as [ \"addr\" ]");
		if (ir_rules_hex(it->ev, it->event, json_string_value(value), &why))
			return event_error(it, why.text);
	}
	return 0;
}

static int add_item(struct item *it, json_t *object)
{
	static const char *const keys[] = {
		"event", "is", "when", "entry", "fields", "units", "page-size", "hex", "device-name",
		"comment", NULL
	};
	struct ir_rule_text text = { .event = NULL };
	struct ir_error why = { "" };
	const char *key;
	char all[160];
	int rc = 0;

	if (!json_is_object(object))
		return event_error(it, "must be an object, such as { \"event\": \"kprobes:my_map\", ... }");
	it->event = text.event = get_string(it, object, "event", &rc);
	key = unknown_key(object, keys);
	list_keys(keys, all, sizeof(all));
	if (key)
		return event_errorf(it, "unknown key \"%.40s\"; known: %s", key, all);
	text.is = get_string(it, object, "is", &rc);
	text.when = get_string(it, object, "when", &rc);
	text.entry = get_string(it, object, "entry", &rc);
	text.device_name = get_string(it, object, "device-name", &rc);
	if (!rc && !text.event)
		rc = event_error(it, "\"event\" is missing: which event, such as \"kprobes:my_map\"");
	if (!rc && !text.is)
		rc = event_error(it, "\"is\" is missing: what the event is, such as \"map\"");
	if (!rc && json_object_get(object, "page-size") &&
	    !is_page_size(json_object_get(object, "page-size"), &it->page_size))
		rc = event_error(it, "page-size: must be a power of two, in bytes");
	if (!rc)
		rc = fill_fields(it, json_object_get(object, "fields"), &text);
	if (!rc)
		rc = fill_units(it, json_object_get(object, "units"), &text);
	if (rc)
		return rc;
	rc = ir_rules_add(it->ev, &text, &why);
	return rc ? event_error(it, why.text) : 0;
}

static int add_items(struct ir_events *ev, json_t *root, const char *name, struct ir_error *err)
{
	static const char *const keys[] = { "schema", "comment", "page-size", "events", NULL };
	struct item it = { .ev = ev, .name = name, .page_size = DEFAULT_PAGE, .err = err };
	json_t *events = json_object_get(root, "events"), *value;
	const char *key;
	int rc = 0;

	if (!json_is_object(root))
		return ir_error_set(err, -EINVAL, "%s: must be an object: { \"events\": [ ... ] }", name);
	key = unknown_key(root, keys);
	if (key)
		return ir_error_set(err, -EINVAL,
				    "%s: unknown key \"%.40s\"; known: schema, comment, page-size, events",
				    name, key);
	value = json_object_get(root, "schema");
	if (value && (!json_is_string(value) || strcmp(json_string_value(value), SCHEMA)))
		return ir_error_set(err, -EINVAL, "%s: schema: must be \"" SCHEMA "\"", name);
	value = json_object_get(root, "page-size");
	if (value && !is_page_size(value, &it.page_size))
		return ir_error_set(err, -EINVAL, "%s: page-size: must be a power of two, in bytes",
				    name);
	if (!json_is_array(events) || !json_array_size(events))
		return ir_error_set(err, -EINVAL, "%s: \"events\" must be an array with at least one event",
				    name);
	json_array_foreach(events, it.nr, value) {
		const uint64_t page_size = it.page_size;

		it.event = NULL;
		rc = add_item(&it, value);
		if (rc)
			return rc;
		it.page_size = page_size;
	}
	/* Rules behind it may be those that use a field. */
	json_array_foreach(events, it.nr, value) {
		rc = mark_hex(&it, value);
		if (rc)
			return rc;
	}
	return 0;
}

/* Text from the file may have any bytes. */
static void clean_message(struct ir_error *err)
{
	for (char *p = err ? err->text : ""; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
}

struct ir_events *ir_events_parse(const char *text, size_t size, const char *name,
				  struct ir_error *err)
{
	json_error_t why;
	struct ir_events *ev;
	json_t *root = ir_json_load(text, size, &why);
	int rc;

	if (!root) {
		ir_error_set(err, -EINVAL, "%s: line %d, column %d: %s", name, why.line, why.column,
			     why.text);
		clean_message(err);
		return NULL;
	}
	ev = ir_rules_new(name);
	rc = ev ? add_items(ev, root, name, err) :
		  ir_error_set(err, -ENOMEM, "%s: out of memory", name);
	json_decref(root);
	if (!rc && ir_rules_add_builtin(ev))
		rc = ir_error_set(err, -ENOMEM, "%s: out of memory", name);
	if (rc) {
		clean_message(err);
		ir_events_free(ev);
		return NULL;
	}
	ir_rules_finish(ev);
	return ev;
}

struct ir_events *ir_events_load(const char *path, struct ir_error *err)
{
	struct ir_file *file = ir_file_open(path, err);
	struct ir_events *ev = NULL;
	char *text;
	ssize_t len;

	if (!file)
		return NULL;
	text = malloc(MAX_FILE + 1);
	len = text ? ir_file_read(file, 0, text, MAX_FILE + 1) : -ENOMEM;
	if (len < 0)
		ir_error_set(err, (int)len, "%s: cannot read: %s", path, strerror((int)-len));
	else if ((size_t)len > MAX_FILE)
		ir_error_set(err, -EFBIG, "%s: no events file: longer than 1 MiB", path);
	else
		ev = ir_events_parse(text, (size_t)len, path, err);
	free(text);
	ir_file_close(file);
	return ev;
}
