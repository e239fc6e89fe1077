// SPDX-License-Identifier: GPL-2.0-or-later
/* A sweep as results of a report: the curve, and what proves the answers. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "render/sweep.h"

static bool in_curve(const struct sweep *sweep, uint64_t value)
{
	for (size_t i = 0; i < sweep->range.n && sweep->varied == sweep->sought; i++)
		if (sweep->range.values[i] == value)
			return true;
	return false;
}

static void add_proof(const struct sweep *sweep, const struct search *search, const struct probe *probe,
		      struct sweep_rows *rows)
{
	struct ir_error err;
	struct ir_config config = search->config;

	if (in_curve(sweep, probe->value))
		return;
	/* The hypervisor of a stored one may not be known here: then its result alone has the value. */
	parameter_set_number(sweep->sought, &config, probe->value, &err);
	rows->configs[rows->n] = config;
	rows->results[rows->n++] = probe->result;
}

int sweep_rows_make(const struct sweep *sweep, struct sweep_rows *rows)
{
	size_t room = sweep->nr_cells + 2 * sweep->nr_searches + 1;

	rows->n = sweep->nr_cells;
	rows->configs = calloc(room, sizeof(*rows->configs));
	rows->results = calloc(room, sizeof(*rows->results));
	if (!rows->configs || !rows->results)
		return -ENOMEM;
	if (rows->n) {
		memcpy(rows->configs, sweep->configs, rows->n * sizeof(*rows->configs));
		memcpy(rows->results, sweep->results, rows->n * sizeof(*rows->results));
	}
	for (size_t i = 0; i < sweep->nr_searches; i++) {
		const struct search *search = &sweep->searches[i];

		if (search->answer != ANSWER_FOUND) {
			add_proof(sweep, search, search->largest, rows);
			continue;
		}
		add_proof(sweep, search, search->smallest, rows);
		if (search->one_less)
			add_proof(sweep, search, search->one_less, rows);
	}
	rows->entry = (struct ir_report_entry){
		.info = sweep->info, .configs = rows->configs, .results = rows->results,
		.nr_results = rows->n, .origin = &sweep->origin.report,
	};
	return 0;
}

void sweep_rows_free(struct sweep_rows *rows)
{
	free(rows->configs);
	free(rows->results);
}
