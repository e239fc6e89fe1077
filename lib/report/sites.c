// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/sites.h"

#include <stdlib.h>
#include <string.h>

#define ROW(type, offset) (*(const type *)(const void *)((const char *)row + (offset)))

static struct ir_value row_text(const struct ir_site_row *row, size_t arg)
{
	const char *text = ROW(char *, arg);

	return (struct ir_value){ .type = text ? IR_VALUE_TEXT : IR_VALUE_NULL, .text = text };
}

static struct ir_value row_count(const struct ir_site_row *row, size_t arg)
{
	return (struct ir_value){ .type = IR_VALUE_COUNT, .count = ROW(uint64_t, arg) };
}

static struct ir_value row_real(const struct ir_site_row *row, size_t arg)
{
	return (struct ir_value){ .type = IR_VALUE_REAL, .real = ROW(double, arg) };
}

#define AT(field) offsetof(struct ir_site_row, field)
#define END { NULL, NULL, NULL, 0, IR_UNIT_NONE }

const struct ir_site_figure ir_site_recorded[] = {
	{ "mappings", "maps", row_count, AT(mappings), IR_UNIT_NONE },
	{ "pages", "pages", row_count, AT(pages), IR_UNIT_NONE },
	{ "failed", "failed", row_count, AT(failed), IR_UNIT_FAILURES },
	{ "driver", "driver", row_text, AT(driver), IR_UNIT_NONE },
	{ "site", "call site", row_text, AT(name), IR_UNIT_NONE },
	END,
};

const struct ir_site_figure ir_site_replayed[] = {
	{ "rpcit.total", "RPCITs", row_count, AT(replayed.rpcits), IR_UNIT_NONE },
	{ "rpcit.insufficient", "no-res", row_count, AT(replayed.insufficient), IR_UNIT_NONE },
	{ "maps.attempted", "maps", row_count, AT(replayed.mappings), IR_UNIT_NONE },
	{ "maps.attempted_pages", "pages", row_count, AT(replayed.pages), IR_UNIT_NONE },
	{ "maps.iova_exhausted", "no-iova", row_count, AT(replayed.iova_exhausted),
	  IR_UNIT_FAILURES },
	{ "maps.map_failed", "failed", row_count, AT(replayed.map_failed), IR_UNIT_FAILURES },
	{ "maps.unbacked", "unbacked", row_count, AT(replayed.unbacked), IR_UNIT_FAILURES },
	{ "exposure.pages", NULL, row_count, AT(replayed.exposed_pages), IR_UNIT_NONE },
	{ "exposure.page_seconds", "exposed page-s", row_real, AT(replayed.exposed_page_seconds),
	  IR_UNIT_NONE },
	{ "exposure.max_ns", "max", row_count, AT(replayed.exposed_max_ns), IR_UNIT_NS },
	{ "driver", "driver", row_text, AT(driver), IR_UNIT_NONE },
	{ "site", "call site", row_text, AT(name), IR_UNIT_NONE },
	END,
};

bool ir_site_put(const struct ir_site_figure *figure, struct ir_site_row *row,
		 struct ir_value value)
{
	char *at = (char *)row + figure->arg;

	if (figure->get == row_count) {
		*(uint64_t *)(void *)at = value.count;
		return value.type == IR_VALUE_COUNT;
	}
	if (figure->get == row_real) {
		*(double *)(void *)at = value.type == IR_VALUE_COUNT ? (double)value.count : value.real;
		return value.type == IR_VALUE_COUNT || value.type == IR_VALUE_REAL;
	}
	/* Names are not for figures. */
	return value.type == IR_VALUE_TEXT || value.type == IR_VALUE_NULL;
}

void ir_site_add(struct ir_site_row *to, const struct ir_site_row *row)
{
	const struct ir_site_result *r = &row->replayed;
	struct ir_site_result *sum = &to->replayed;

	to->sites += row->sites;
	to->mappings += row->mappings;
	to->pages += row->pages;
	to->failed += row->failed;
	sum->mappings += r->mappings;
	sum->pages += r->pages;
	sum->rpcits += r->rpcits;
	sum->insufficient += r->insufficient;
	sum->iova_exhausted += r->iova_exhausted;
	sum->map_failed += r->map_failed;
	sum->unbacked += r->unbacked;
	sum->exposed_pages += r->exposed_pages;
	sum->exposed_page_seconds += r->exposed_page_seconds;
	if (r->exposed_max_ns > sum->exposed_max_ns)
		sum->exposed_max_ns = r->exposed_max_ns;
}

static bool is_empty(const struct ir_site_row *row, bool replayed)
{
	if (!replayed)
		return !row->mappings && !row->failed;
	return !row->replayed.mappings && !row->replayed.rpcits && !row->replayed.exposed_pages;
}

static int compare_counts(uint64_t a, uint64_t b)
{
	return a > b ? -1 : a < b;
}

static int compare_rows(const void *a, const void *b)
{
	const struct ir_site_row *x = a, *y = b;
	int rc = compare_counts(x->replayed.rpcits, y->replayed.rpcits);

	if (!rc)
		rc = compare_counts(x->replayed.mappings, y->replayed.mappings);
	if (!rc)
		rc = compare_counts(x->mappings, y->mappings);
	if (!rc)
		rc = compare_counts(x->failed, y->failed);
	if (!rc)
		rc = strcmp(x->name, y->name);
	/* Two addresses may have the same name. */
	if (!rc && x->site && y->site)
		rc = x->site < y->site ? -1 : x->site > y->site;
	return rc;
}

static struct ir_site_row row_of(const struct ir_report_entry *entry, size_t result, size_t site)
{
	const struct ir_site_table *table = entry->info->sites;
	const struct ir_site *s = &table->sites[site];
	struct ir_site_row row = {
		.name = s->name, .driver = s->driver, .site = s, .sites = 1,
		.mappings = s->mappings, .pages = s->pages, .failed = s->failed,
	};

	if (result != IR_RECORDING_ROWS && entry->sites)
		row.replayed = entry->sites[result * table->nr + site];
	return row;
}

/* A row without a driver keeps the name that gives the reason. */
static void add_to_driver(struct ir_site_row *rows, size_t *nr, const struct ir_site_row *row)
{
	const char *name = row->driver ? row->driver :
		row->site->frames ? "(unknown)" : row->name;
	size_t i = 0;

	while (i < *nr && strcmp(rows[i].name, name) != 0)
		i++;
	if (i == *nr)
		rows[(*nr)++] = (struct ir_site_row){ .name = name, .driver = row->driver };
	ir_site_add(&rows[i], row);
}

struct ir_site_row *ir_site_rows(const struct ir_report_entry *entry, size_t result,
				 enum ir_site_grouping grouping, size_t *nr)
{
	size_t sites = entry->info->sites ? entry->info->sites->nr : 0;
	struct ir_site_row *rows = calloc(sites + 1, sizeof(*rows));

	*nr = 0;
	for (size_t i = 0; rows && i < sites; i++) {
		struct ir_site_row row = row_of(entry, result, i);

		if (is_empty(&row, result != IR_RECORDING_ROWS))
			continue;
		if (grouping == IR_BY_DRIVER)
			add_to_driver(rows, nr, &row);
		else
			rows[(*nr)++] = row;
	}
	if (rows)
		qsort(rows, *nr, sizeof(*rows), compare_rows);
	return rows;
}
