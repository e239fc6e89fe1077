// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * list: what can be chosen, and which events are understood.
 *
 * Each list is collected once, as JSON, and shown as that or as a table.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "message.h"
#include "names.h"
#include "output.h"
#include "render.h"
#include "trace/known_events.h"

#define MAX_COLUMNS 6

const struct choice list_formats[] = {
	{ "table", FORMAT_TABLE },
	{ "json", FORMAT_JSON },
	{ NULL, 0 },
};

static json_t *list_strategies(const struct settings *settings)
{
	json_t *list = json_array();

	(void)settings;
	for (size_t i = 0; ir_strategies[i]; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}",
			"name", ir_strategies[i]->name,
			"origin", ir_strategies[i]->origin,
			"summary", ir_strategies[i]->summary));
	return list;
}

/* A limit's default: a number, null for no limit; a key that is missing is not taken. */
static void add_limit(json_t *parameters, const char *name, bool has, uint64_t limit)
{
	if (has)
		json_object_set_new(parameters, name,
				    limit ? json_integer((json_int_t)limit) : json_null());
}

static json_t *list_hypervisors(const struct settings *settings)
{
	json_t *list = json_array();

	(void)settings;
	for (size_t i = 0; ir_hypervisors[i]; i++) {
		const struct ir_hypervisor *hv = ir_hypervisors[i];
		json_t *parameters = json_object();

		add_limit(parameters, "entry-limit", hv->has_entry_limit,
			  hv->defaults.entry_limit);
		add_limit(parameters, "pinned-limit", hv->has_pinned_limit,
			  hv->defaults.pinned_limit);
		json_object_set_new(parameters, "tlb-refresh",
				    json_integer(hv->defaults.tlb_refresh));
		json_array_append_new(list, json_pack("{s:s, s:o, s:s, s:s}",
			"name", hv->name, "parameters", parameters,
			"origin", hv->origin, "summary", hv->summary));
	}
	return list;
}

/* What an event is, with its condition: "unmap when flags & 0x400". */
static json_t *event_is(const struct ir_known_event *event)
{
	return json_sprintf("%s%s%s%s%s", event->is, event->when ? " when " : "",
			    event->when ? event->when : "", event->entry ? ", entry " : "",
			    event->entry ? event->entry : "");
}

static int add_event(void *list, const struct ir_known_event *event)
{
	return json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s, s:s}",
		"system", event->system, "name", event->event, "is", event_is(event),
		"fields", event->fields, "meaning", event->meaning));
}

static json_t *list_events(const struct settings *settings)
{
	struct ir_events *events = NULL;
	struct ir_error err = { "" };
	json_t *list = json_array();

	if (settings->events) {
		events = ir_events_load(settings->events, &err);
		if (!events) {
			message("%s", err.text);
			json_decref(list);
			return NULL;
		}
	}
	if (ir_known_events(events, add_event, list)) {
		message("out of memory");
		json_decref(list);
		list = NULL;
	}
	ir_events_free(events);
	return list;
}

static const struct list {
	const char *name;
	json_t *(*collect)(const struct settings *settings);	/* NULL: it said why */
	const char *columns[MAX_COLUMNS];	/* keys, which are titles, too */
	const char *origin;			/* key that is shown below the last column */
} lists[] = {
	{ "strategies", list_strategies, { "name", "summary" }, "origin" },
	{ "hypervisors", list_hypervisors, { "name", "parameters", "summary" }, "origin" },
	{ "events", list_events, { "system", "name", "is", "meaning" }, "fields" },
	{ .name = NULL },
};

static const char *list_name(const void *arg, size_t i)
{
	(void)arg;
	return lists[i].name;
}

/* "entry-limit=65535 tlb-refresh=1"; texts as they are, @origin in a line of its own. */
static char *cell_text(const json_t *value, const json_t *origin)
{
	const char *key;
	json_t *member;
	char *text = NULL;
	size_t size;
	FILE *out;

	if (json_is_string(origin))
		return asprintf(&text, "%s\n[%s]", json_string_value(value),
				json_string_value(origin)) < 0 ? NULL : text;
	if (json_is_string(value))
		return strdup(json_string_value(value));
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	json_object_foreach((json_t *)(uintptr_t)value, key, member) {
		fprintf(out, "%s%s=", ftell(out) ? " " : "", key);
		if (json_is_integer(member))
			fprintf(out, "%lld", (long long)json_integer_value(member));
		else
			fputs("unlimited", out);
	}
	fclose(out);
	return text;
}

static int print_list(const struct canvas *canvas, const struct list *list, json_t *items)
{
	struct plain_column columns[MAX_COLUMNS];
	size_t rows = json_array_size(items), nr = 0;
	char **cells;
	int rc = 0;

	while (nr < MAX_COLUMNS && list->columns[nr]) {
		columns[nr] = (struct plain_column){ .title = list->columns[nr] };
		nr++;
	}
	cells = calloc(rows * nr + 1, sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	for (size_t i = 0; i < rows * nr; i++) {
		json_t *item = json_array_get(items, i / nr);
		bool last = i % nr == nr - 1;

		cells[i] = cell_text(json_object_get(item, list->columns[i % nr]),
				     last && list->origin ? json_object_get(item, list->origin) :
				     NULL);
		if (!cells[i])
			rc = -ENOMEM;
	}
	if (!rc)
		rc = print_plain(canvas, columns, nr, (const char *const *)cells, rows);
	for (size_t i = 0; i < rows * nr; i++)
		free(cells[i]);
	free(cells);
	return rc;
}

/* The whole list as text; for free(), NULL: no memory. */
static char *list_text(const struct settings *settings, const struct list *list, json_t *items,
		       const struct output *out)
{
	char *text = NULL;
	size_t size = 0;
	struct canvas canvas = {
		.out = open_memstream(&text, &size),
		.width = output_width(out),
		.color = output_color(out, settings->color),
	};
	json_t *document = json_pack("{s:O}", list->name, items);
	int rc = -1;

	if (canvas.out && document && settings->format == FORMAT_JSON) {
		rc = json_dumpf(document, canvas.out, JSON_INDENT(2));
		fputc('\n', canvas.out);
	} else if (canvas.out && document) {
		rc = print_list(&canvas, list, items);
	}
	json_decref(document);
	if (!canvas.out || fclose(canvas.out) || rc) {
		free(text);
		return NULL;
	}
	return text;
}

int cmd_list(const struct settings *settings)
{
	const char *name = settings->operands[0];
	const struct list *list = lists;
	struct ir_error err = { "" };
	struct output out;
	json_t *items;
	char *text;
	int rc;

	while (list->name && strcmp(list->name, name))
		list++;
	if (!list->name) {
		name_unknown(&err, "list", name, strlen(name), list_name, NULL);
		message("%s", err.text);
		return STATUS_USAGE;
	}
	items = list->collect(settings);
	if (!items)
		return STATUS_ERROR;
	rc = output_open(&out, settings->output, NULL, 0, &err);
	if (rc) {
		json_decref(items);
		message("%s", err.text);
		return STATUS_ERROR;
	}
	text = list_text(settings, list, items, &out);
	json_decref(items);
	if (!text) {
		output_abort(&out);
		message("out of memory");
		return STATUS_ERROR;
	}
	output_write(&out, text);
	free(text);
	rc = output_commit(&out, &err);
	if (rc && rc != -EPIPE)
		message("%s", err.text);
	return rc ? STATUS_ERROR : STATUS_DONE;
}
