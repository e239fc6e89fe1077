// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Call sites, read again: the table from the recording's rows, the results from
 * theirs.  Drivers are sums of both, and not read.
 */
#include "report/read_priv.h"
#include "report/json_count.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/sites.h"

static int wrong_member(struct ir_error *err, const char *key)
{
	return ir_error_set(err, -EINVAL, "%s has a value that it cannot have", key);
}

/* A text, or NULL for null and what is not there; false: something else. */
static bool read_text(const json_t *json, const char **text)
{
	*text = json_string_value(json);
	return *text || !json || json_is_null(json);
}

/* "0x3ff7e841f42", or null. */
static bool read_address(const json_t *json, uint64_t *address)
{
	const char *text;
	char *end;

	*address = 0;
	if (!read_text(json, &text) || !text)
		return !text && (!json || json_is_null(json));
	if (strncmp(text, "0x", 2) || strspn(text + 2, "0123456789abcdef") != strlen(text + 2))
		return false;
	errno = 0;
	*address = strtoull(text + 2, &end, 16);
	return !errno && end > text + 2;
}

/* Missing members are zero. */
static bool read_small(const json_t *json, uint32_t *count)
{
	uint64_t value = 0;

	if (json && (!ir_json_read_count(json, &value) || value > UINT32_MAX))
		return false;
	*count = (uint32_t)value;
	return true;
}

static bool read_frame(const json_t *json, struct ir_frame *frame)
{
	return json_is_object(json) && read_text(json_object_get(json, "function"), &frame->symbol) &&
		read_text(json_object_get(json, "module"), &frame->module) &&
		read_address(json_object_get(json, "address"), &frame->address) &&
		ir_json_read_count(json_object_get(json, "offset"), &frame->offset);
}

/* The frames go to *@frames, which moves behind them. */
static int read_site(const json_t *row, struct ir_site *site, struct ir_frame **frames,
		     struct ir_error *err)
{
	const json_t *list = json_object_get(row, "frames"), *json;
	const struct {
		const char *key;
		uint64_t *count;
	} counts[] = {
		{ "mappings", &site->mappings }, { "pages", &site->pages },
		{ "failed", &site->failed },
	};
	size_t i;

	site->frames = *frames;
	site->nr_frames = (uint32_t)json_array_size(list);
	if (!read_text(json_object_get(row, "site"), &site->name) || !site->name)
		return wrong_member(err, "site");
	if (!read_text(json_object_get(row, "driver"), &site->driver))
		return wrong_member(err, "driver");
	if (!read_text(json_object_get(row, "function"), &site->function))
		return wrong_member(err, "function");
	if (!read_address(json_object_get(row, "address"), &site->address))
		return wrong_member(err, "address");
	if (!read_small(json_object_get(row, "chains"), &site->chains))
		return wrong_member(err, "chains");
	if (!read_small(json_object_get(row, "caller"), &site->caller))
		return wrong_member(err, "caller");
	for (i = 0; i < 3; i++)
		if (!ir_json_read_count(json_object_get(row, counts[i].key), counts[i].count))
			return wrong_member(err, counts[i].key);
	json_array_foreach(list, i, json)
		if (!read_frame(json, (*frames)++))
			return wrong_member(err, "frames");
	if (site->caller && site->caller >= site->nr_frames)
		return wrong_member(err, "caller");
	return 0;
}

static size_t count_frames(const json_t *rows)
{
	const json_t *row;
	size_t i, n = 0;

	json_array_foreach(rows, i, row)
		n += json_array_size(json_object_get(row, "frames"));
	return n;
}

static int read_rows(struct ir_read_entry *e, const json_t *rows, struct ir_error *err)
{
	struct ir_frame *frames = e->frames;
	struct ir_error why = { "" };
	struct ir_site *next = &e->sites[IR_SITES_FIRST];
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) {
		struct ir_site site = { .name = NULL };
		int rc = read_site(row, &site, &frames, &why);

		if (rc)
			return ir_error_set(err, rc, "sites[%zu]: %.400s", i, why.text);
		if (!site.nr_frames && !strcmp(site.name, e->sites[IR_SITE_UNKNOWN].name)) {
			site.frames = NULL;
			e->sites[IR_SITE_UNKNOWN] = site;
		} else {
			*next++ = site;
		}
	}
	e->table.nr = (size_t)(next - e->sites);
	return 0;
}

int ir_read_sites(struct ir_read_entry *e, const json_t *recording, struct ir_error *err)
{
	const json_t *rows = json_object_get(recording, "sites");
	const json_t *by = json_object_get(recording, "sites_by");

	if (!json_is_array(rows))
		return 0;
	e->sites = calloc(json_array_size(rows) + IR_SITES_FIRST, sizeof(*e->sites));
	e->frames = calloc(count_frames(rows) + 1, sizeof(*e->frames));
	if (!e->sites || !e->frames)
		return ir_error_set(err, -ENOMEM, "out of memory");
	e->sites[IR_SITE_UNKNOWN].name = "(unknown)";
	e->sites[IR_SITE_TIMER].name = "(flush timer)";
	e->table.sites = e->sites;
	e->info.sites = &e->table;
	e->table.tasks = json_is_string(by) && !strcmp(json_string_value(by), "comm");
	if (!read_text(json_object_get(recording, "symbols"), &e->table.symbols))
		return wrong_member(err, "symbols");
	if (!read_text(json_object_get(recording, "hint"), &e->table.hint))
		return wrong_member(err, "hint");
	return read_rows(e, rows, err);
}

/* Results. */

/* A site is known by its address, and where there are none by its name. */
static int by_place(const void *a, const void *b)
{
	const struct ir_site *x = *(const struct ir_site *const *)a;
	const struct ir_site *y = *(const struct ir_site *const *)b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return strcmp(x->name, y->name);
}

struct index {
	const struct ir_site **list;
	size_t nr;
};

static int make_index(struct index *index, const struct ir_site_table *table)
{
	index->list = calloc(table->nr, sizeof(*index->list));
	index->nr = table->nr;
	if (!index->list)
		return -ENOMEM;
	for (size_t i = 0; i < table->nr; i++)
		index->list[i] = &table->sites[i];
	qsort(index->list, index->nr, sizeof(*index->list), by_place);
	return 0;
}

static bool put_figure(const struct ir_site_figure *figure, struct ir_site_row *row,
		       const json_t *member)
{
	struct ir_value value;

	return !member || (ir_read_value(member, &value) && ir_site_put(figure, row, value));
}

static int read_row(struct ir_read_entry *e, const struct index *index, const json_t *json,
		    size_t result, struct ir_error *err)
{
	struct ir_site key = { .name = json_string_value(json_object_get(json, "site")) };
	const struct ir_site *wanted = &key, **found;
	struct ir_site_row row = { .name = NULL };

	if (!key.name)
		return wrong_member(err, "site");
	if (!read_address(json_object_get(json, "address"), &key.address))
		return wrong_member(err, "address");
	found = bsearch(&wanted, index->list, index->nr, sizeof(*index->list), by_place);
	if (!found)
		return ir_error_set(err, -EINVAL, "\"%.100s\" is none of recording.sites", key.name);
	for (const struct ir_site_figure *figure = ir_site_replayed; figure->key; figure++)
		if (!put_figure(figure, &row, ir_read_member(json, figure->key)))
			return wrong_member(err, figure->key);
	e->site_results[result * e->table.nr + (size_t)(*found - e->sites)] = row.replayed;
	return 0;
}

static int read_all(struct ir_read_entry *e, const struct index *index, const json_t *results,
		    struct ir_error *err)
{
	const json_t *result, *row;
	struct ir_error why = { "" };
	size_t i, k;

	json_array_foreach(results, i, result) {
		json_array_foreach(json_object_get(result, "sites"), k, row) {
			int rc = read_row(e, index, row, i, &why);

			if (rc)
				return ir_error_set(err, rc, "results[%zu]: sites[%zu]: %.350s", i, k,
						    why.text);
		}
	}
	return 0;
}

int ir_read_site_results(struct ir_read_entry *e, const json_t *results, struct ir_error *err)
{
	size_t n = json_array_size(results), i;
	const json_t *result;
	struct index index;
	int rc;

	if (!e->info.sites || !n)
		return 0;
	json_array_foreach(results, i, result)
		if (!json_is_array(json_object_get(result, "sites")))
			return 0;
	if (n > 16 * IR_READ_MAX_SHARES / e->table.nr)
		return ir_error_set(err, -EINVAL, "results: too many of them for %zu sites",
				    e->table.nr);
	e->site_results = calloc(n * e->table.nr, sizeof(*e->site_results));
	if (!e->site_results || make_index(&index, &e->table))
		return ir_error_set(err, -ENOMEM, "out of memory");
	e->entry.sites = e->site_results;
	rc = read_all(e, &index, results, err);
	free(index.list);
	return rc;
}
