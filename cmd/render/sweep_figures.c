// SPDX-License-Identifier: GPL-2.0-or-later
/* The figures that a sweep shows: those of a report, and "failures". */
#include <string.h>

#include "base/names.h"
#include "iommu/s390.h"
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
	return sweep->settings->figures.nr ? sweep->settings->figures.nr : sweep->settings->closed ? 3 : 2;
}

const char *sweep_figure(const struct sweep *sweep, size_t i)
{
	static const char *const usual[] = { "rpcit.total", FAILURES, "time.throughput.ratio" };

	return sweep->settings->figures.nr ? sweep->settings->figures.text[i] : usual[i];
}

const char *sweep_flushes(const struct sweep *sweep)
{
	const struct ir_iommu *iommu = sweep->settings->params.iommu;

	if (!iommu)
		iommu = ir_iommu_recorded(sweep->info, NULL);
	return ir_iommu_is_s390(iommu) ? "RPCITs" : "flushes";
}

const char *sweep_figure_words(const struct sweep *sweep, const char *key)
{
	if (!strcmp(key, FAILURES))
		return "failures: maps that failed or are unbacked";
	if (!strcmp(key, "time.throughput.ratio"))
		return "time.throughput.ratio: throughput, of the recorded one; run shows its bounds";
	if (strcmp(key, "rpcit.total") != 0)
		return key;
	return strcmp(sweep_flushes(sweep), "RPCITs") ? "rpcit.total: flushes" : "rpcit.total: RPCITs issued";
}

/* The share of the time in which the hypervisor serves flushes, one after the other. */
static double busy_share(const struct sweep *sweep, const struct ir_result *r)
{
	const struct ir_recorded_machine *m = &sweep->info->machine;
	bool own = r->parameters.rpcit_base_ns;
	uint64_t base = own ? r->parameters.rpcit_base_ns : m->rpcit_base_ns;
	uint64_t page = own ? r->parameters.rpcit_page_ns : m->rpcit_page_ns;

	if (r->time.known && sweep->info->duration_ns)
		return (double)r->time.flush_ns / (double)sweep->info->duration_ns;
	if (!base || !sweep->info->duration_ns)
		return -1;
	return ((double)r->rpcit.total * (double)base +
		(double)(r->kernel.mapped_pages + r->kernel.unmapped_pages) * (double)page) /
		(double)sweep->info->duration_ns;
}

static void first_of(uint64_t *first, uint64_t value, bool is)
{
	if (is && !*first)
		*first = value;
}

struct sweep_fits sweep_fits(const struct sweep *sweep, size_t h, size_t s)
{
	struct sweep_fits fits = { .busy = -1 };

	for (size_t v = 0; v < sweep->range.n; v++) {
		const struct ir_result *r = &sweep->results[(h * sweep->range.n + v) *
							    sweep->settings->nr_strategies + s];
		uint64_t value = sweep->range.values[v];

		fits.busy = busy_share(sweep, r);
		first_of(&fits.failing, value, sweep_failures(r));
		first_of(&fits.short_of_entries, value, r->rpcit.insufficient || r->entries.refused);
		first_of(&fits.queue_full, value, r->rpcit.by_cause[IR_CAUSE_QUEUE_FULL]);
		first_of(&fits.hypervisor_busy, value, fits.busy >= SWEEP_BUSY);
		if (!fits.failing)
			fits.fit = value;
	}
	return fits;
}
