// SPDX-License-Identifier: GPL-2.0-or-later
/* The figures that a sweep shows: those of a report, and "failures". */
#include <math.h>
#include <string.h>

#include "base/names.h"
#include "report/columns.h"
#include "render/sweep.h"

#define FAILURES "failures"

uint64_t sweep_failures(const struct ir_result *result)
{
	return result->maps.iova_exhausted + result->maps.map_failed + result->maps.unbacked;
}

static bool is_figure(const struct ir_column *column)
{
	return column->kind == IR_COLUMN_VALUE && column->get && strcmp(column->key, "strategy") &&
		strcmp(column->key, "hypervisor") && strncmp(column->key, "parameters.", 11);
}

const struct ir_column *sweep_find_figure(const char *key)
{
	for (const struct ir_column *column = ir_result_columns; column->key; column++)
		if (is_figure(column) && !strcmp(column->key, key))
			return column;
	return NULL;
}

static const char *figure_name(const void *arg, size_t i)
{
	(void)arg;
	if (!i--)
		return FAILURES;
	for (const struct ir_column *column = ir_result_columns; column->key; column++)
		if (is_figure(column) && !i--)
			return column->key;
	return NULL;
}

int sweep_figures_check(const struct settings *settings, struct ir_error *err)
{
	for (size_t i = 0; i < settings->figures.nr; i++) {
		const char *key = settings->figures.text[i];

		if (strcmp(key, FAILURES) && !sweep_find_figure(key))
			return name_unknown(err, "figure", key, strlen(key), figure_name, NULL);
	}
	return 0;
}

size_t sweep_nr_figures(const struct sweep *sweep)
{
	return sweep->settings->figures.nr ? sweep->settings->figures.nr : 2;
}

const char *sweep_figure(const struct sweep *sweep, size_t i)
{
	static const char *const usual[] = { "rpcit.total", FAILURES };

	return sweep->settings->figures.nr ? sweep->settings->figures.text[i] : usual[i];
}

double sweep_figure_value(const struct sweep *sweep, size_t cell, const char *key, bool *is_time)
{
	const struct ir_report_entry entry = {
		.info = sweep->info, .configs = sweep->configs, .results = sweep->results,
		.nr_results = sweep->nr_cells,
	};
	const struct ir_column *column = sweep_find_figure(key);
	struct ir_value value;

	*is_time = column && strlen(key) > 3 && !strcmp(key + strlen(key) - 3, "_ns");
	if (!column)
		return (double)sweep_failures(&sweep->results[cell]);
	value = ir_column_value(column, &entry, cell);
	return value.type == IR_VALUE_COUNT ? (double)value.count :
		value.type == IR_VALUE_REAL ? value.real : NAN;
}

const char *sweep_figure_words(const char *key)
{
	if (!strcmp(key, FAILURES))
		return "failures: maps that failed or are unbacked";
	return strcmp(key, "rpcit.total") ? key : "rpcit.total: RPCITs issued";
}
