// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * list: what can be chosen, which events are understood, which figures there are.
 *
 * Each list is collected once, as JSON, and shown as that or as a table.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "base/message.h"
#include "base/names.h"
#include "io/json_text.h"
#include "io/output.h"
#include "render/render.h"
#include "report/columns.h"
#include "report/json_count.h"
#include "base/memory.h"
#include "events/known_events.h"
#include "input/open.h"

#define MAX_COLUMNS 6

const struct choice list_formats[] = {
	{ "table", FORMAT_TABLE },
	{ "json", FORMAT_JSON },
	{ NULL, 0 },
};

/* A key "plugin" for what is not built in. */
static void add_plugin(json_t *item, const struct ir_plugin_info *plugin)
{
	if (plugin)
		json_object_set_new(item, "plugin", json_pack("{s:o, s:o, s:i}",
			"file", json_text(plugin->file),
			"version", json_text(plugin->version),
			"abi", (int)plugin->abi));
}

static json_t *list_strategies(const struct settings *settings)
{
	const struct ir_strategy *const *known = ir_registry_strategies(settings->registry);
	json_t *list = json_array();

	for (size_t i = 0; known[i]; i++) {
		json_t *item = json_pack("{s:s, s:o, s:o}", "name", known[i]->name,
					 "origin", json_text(known[i]->origin),
					 "summary", json_text(known[i]->summary));

		add_plugin(item, known[i]->plugin);
		json_array_append_new(list, item);
	}
	return list;
}

/* A limit's default: a number, null for no limit; a key that is missing is not taken. */
static void add_limit(json_t *parameters, const char *name, bool has, uint64_t limit)
{
	if (has)
		json_object_set_new(parameters, name,
				    limit ? ir_json_count(limit) : json_null());
}

/* Adds a hypervisor's own parameters: the defaults among the others; returns their meanings. */
static json_t *add_own(json_t *parameters, const struct ir_hypervisor *hv)
{
	const struct ir_hypervisor_param *own;
	json_t *meanings = json_object();

	for (size_t i = 0; (own = ir_hypervisor_own(hv, i)); i++) {
		json_object_set_new(parameters, own->name, ir_json_count(own->value));
		json_object_set_new(meanings, own->name, json_text(own->summary));
	}
	return meanings;
}

static json_t *list_hypervisors(const struct settings *settings)
{
	const struct ir_hypervisor *const *known = ir_registry_hypervisors(settings->registry);
	json_t *list = json_array();

	for (size_t i = 0; known[i]; i++) {
		const struct ir_hypervisor *hv = known[i];
		json_t *parameters = json_object(), *meanings, *item;

		add_limit(parameters, "entry-limit", hv->has_entry_limit,
			  hv->defaults.entry_limit);
		add_limit(parameters, "pinned-limit", hv->has_pinned_limit,
			  hv->defaults.pinned_limit);
		json_object_set_new(parameters, "tlb-refresh",
				    json_integer(hv->defaults.tlb_refresh));
		if (hv->has_entry_limit || hv->has_pinned_limit)
			json_object_set_new(parameters, "share",
					    json_text(ir_share_name(hv->share)));
		if (hv->has_backend)
			json_object_set_new(parameters, "backend",
					    json_text(ir_backend_name(IR_BACKEND_TYPE1)));
		meanings = add_own(parameters, hv);
		item = json_pack("{s:s, s:o, s:o, s:o}", "name", hv->name,
				 "parameters", parameters, "origin", json_text(hv->origin),
				 "summary", json_text(hv->summary));
		if (json_object_size(meanings))
			json_object_set(item, "meanings", meanings);
		json_decref(meanings);
		add_plugin(item, hv->plugin);
		json_array_append_new(list, item);
	}
	return list;
}

/* "lazy", or "lazy, strict" if the kernel takes others with a shadow. */
static json_t *domains_by_default(const struct ir_iommu *iommu)
{
	const char *plain = iommu->strict ? "strict" : "lazy";
	const char *shadowed = iommu->strict_shadowed ? "strict" : "lazy";
	bool same = iommu->strict == iommu->strict_shadowed;

	return json_sprintf("%s%s%s", plain, same ? "" : ", ", same ? "" : shadowed);
}

static json_t *list_iommus(const struct settings *settings)
{
	json_t *list = json_array();

	(void)settings;
	for (size_t i = 0; ir_iommus[i]; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o, s:o, s:s}",
			"name", ir_iommus[i]->name, "title", ir_iommus[i]->title,
			"entry", ir_entry_unit_name(ir_iommus[i]->entry),
			"domains", domains_by_default(ir_iommus[i]),
			"origin", json_text(ir_iommus[i]->origin), "summary", ir_iommus[i]->summary));
	return list;
}

/* The kind of an event with its condition: "unmap when flags & 0x400". */
static json_t *event_kind_text(const struct ir_known_event *event)
{
	return json_sprintf("%s%s%s%s%s", event->is, event->when ? " when " : "",
			    event->when ? event->when : "", event->entry ? ", entry " : "",
			    event->entry ? event->entry : "");
}

static int add_event(void *list, const struct ir_known_event *event)
{
	return json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:s, s:s}",
		"system", event->system, "name", event->event, "is", event_kind_text(event),
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

static json_t *list_readers(const struct settings *settings)
{
	const struct ir_reader_ops *ops;
	json_t *list = json_array();

	(void)settings;
	for (size_t i = 0; (ops = ir_reader_at(i)); i++)
		json_array_append_new(list, json_pack("{s:s, s:o}", "name", ops->name,
						      "summary", json_text(ops->summary)));
	return list;
}

static void add_figures(json_t *list, const char *of, const struct ir_column *columns)
{
	for (const struct ir_column *c = columns; c->key; c++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o, s:o}",
			"of", of, "name", c->key, "heading", json_text(c->title),
			"group", json_text(c->group), "meaning", json_text(c->help)));
}

static json_t *list_figures(const struct settings *settings)
{
	json_t *list = json_array();

	(void)settings;
	add_figures(list, "recording", ir_recording_columns);
	add_figures(list, "result", ir_result_columns);
	add_figures(list, "verify", ir_verify_columns);
	return list;
}

static const struct list {
	const char *name;
	json_t *(*collect)(const struct settings *settings);	/* NULL: it printed the reason */
	const char *columns[MAX_COLUMNS];	/* keys, which are titles, too */
} lists[] = {
	{ "strategies", list_strategies, { "name", "summary" } },
	{ "hypervisors", list_hypervisors, { "name", "parameters", "summary" } },
	{ "iommus", list_iommus, { "name", "title", "entry", "domains", "summary" } },
	{ "events", list_events, { "system", "name", "meaning" } },
	{ "readers", list_readers, { "name", "summary" } },
	{ "figures", list_figures, { "of", "name", "heading", "meaning" } },
	{ .name = NULL },
};

static const char *list_name(const void *arg, size_t i)
{
	(void)arg;
	return lists[i].name;
}

/* Further facts about an item, as lines of its last column. */
static void print_details(FILE *out, const json_t *item)
{
	const json_t *origin = json_object_get(item, "origin");
	const json_t *fields = json_object_get(item, "fields");
	const json_t *file = json_object_get(json_object_get(item, "plugin"), "file");
	const char *key;
	json_t *meaning;

	json_object_foreach(json_object_get(item, "meanings"), key, meaning)
		fprintf(out, "\n%s: %s", key, json_string_value(meaning));
	if (origin)
		fprintf(out, "\n[%s]", json_string_value(origin));
	if (fields)
		fprintf(out, "\n[%s: %s]", json_string_value(json_object_get(item, "is")),
			json_string_value(fields));
	if (file)
		fprintf(out, "\n[plug-in %s]", json_string_value(file));
}

/* "entry-limit=65535 tlb-refresh=1"; texts as they are.  @last: with the details. */
static char *cell_text(const json_t *item, const char *column, bool last)
{
	json_t *value = json_object_get(item, column);
	const char *key;
	json_t *member;
	uint64_t count;
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);

	if (!out)
		return NULL;
	if (json_is_string(value))
		fputs(json_string_value(value), out);
	json_object_foreach(value, key, member) {
		fprintf(out, "%s%s=", ftell(out) ? " " : "", key);
		if (json_is_string(member))
			fputs(json_string_value(member), out);
		else if (ir_json_read_count(member, &count))
			fprintf(out, "%" PRIu64, count);
		else
			fputs("unlimited", out);
	}
	if (last)
		print_details(out, item);
	return ir_memory_close(&memory);
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
		cells[i] = cell_text(json_array_get(items, i / nr), list->columns[i % nr],
				     i % nr == nr - 1);
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
	struct ir_memory memory;
	struct canvas canvas = {
		.out = ir_memory_open(&memory),
		.width = output_width(out),
		.color = output_color(out, settings->color),
	};
	json_t *document;

	if (!canvas.out)
		return NULL;
	if (settings->format == FORMAT_JSON) {
		document = json_pack("{s:O}", list->name, items);
		json_dumpf(document, canvas.out, JSON_INDENT(2));
		fputc('\n', canvas.out);
		json_decref(document);
	} else if (print_list(&canvas, list, items)) {
		ir_memory_fail(canvas.out);
	}
	return ir_memory_close(&memory);
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
	return output_finish(&out, text);
}
