// SPDX-License-Identifier: GPL-2.0-or-later
/* Replays all combinations of a frontier, and finds those that are on it. */
#include "sweep/frontier.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "formats/renderers.h"
#include "render/frontier.h"
#include "report/columns.h"
#include "report/json.h"
#include "report/json_count.h"

static const uint32_t sizes[] = { 16, 64, 256, 1024, 4096, 32768 };
static const uint32_t timeouts_ms[] = { 1, 4, 10, 100, 1000 };

#define SIZES	(sizeof(sizes) / sizeof(sizes[0]))
#define TIMEOUTS (sizeof(timeouts_ms) / sizeof(timeouts_ms[0]))

static void add_cell(struct frontier *f, size_t h, const struct ir_config *config)
{
	f->host[f->n] = h;
	f->configs[f->n++] = *config;
}

static bool is_identity(const struct ir_config *c)
{
	return !strcmp(c->strategy->name, "identity");
}

static void add_strategy(struct frontier *f, size_t h, const struct ir_config *config)
{
	struct ir_config c = *config;

	if (c.strategy->unmap != IR_UNMAP_QUEUED || c.strategy->dma_api == IR_DMA_S390 ||
	    c.params.api == IR_API_IOMMU) {
		add_cell(f, h, config);
		return;
	}
	for (size_t s = 0; s < SIZES; s++) {
		for (size_t t = 0; t < TIMEOUTS; t++) {
			c.params.queue_size = sizes[s];
			c.params.queue_timeout_ms = timeouts_ms[t];
			add_cell(f, h, &c);
		}
	}
}

static int make_room(struct frontier *f, size_t most)
{
	f->configs = calloc(most, sizeof(*f->configs));
	f->results = calloc(most, sizeof(*f->results));
	f->host = calloc(most, sizeof(*f->host));
	f->best = calloc(most, sizeof(*f->best));
	return f->configs && f->results && f->host && f->best ? 0 : -ENOMEM;
}

static void free_room(struct frontier *f)
{
	free(f->configs);
	free(f->results);
	free(f->host);
	free(f->best);
}

static int make_cells(struct frontier *f)
{
	const struct settings *s = f->sweep->settings;
	const struct ir_strategy *identity = ir_strategy_find("identity");

	if (make_room(f, s->nr_hypervisors * (s->nr_strategies + 1) * SIZES * TIMEOUTS))
		return -ENOMEM;
	for (size_t h = 0; h < s->nr_hypervisors; h++) {
		struct ir_config config = sweep_config(s, h, 0);

		config.strategy = identity;
		add_cell(f, h, &config);
		for (size_t i = 0; i < s->nr_strategies; i++) {
			config = sweep_config(s, h, i);
			if (config.strategy != identity)
				add_strategy(f, h, &config);
		}
	}
	return 0;
}

/* In one of them better, in the other not worse; of equals what kernels do, else the first one. */
static bool dominates(const struct frontier *f, size_t a, size_t b)
{
	uint64_t fa = frontier_flushes(f, a), fb = frontier_flushes(f, b);
	double ea = frontier_exposure(f, a), eb = frontier_exposure(f, b);
	unsigned int ra = ir_strategy_rank(f->configs[a].strategy), rb = ir_strategy_rank(f->configs[b].strategy);

	if (f->host[a] != f->host[b] || fa > fb || ea > eb)
		return false;
	return fa < fb || ea < eb || ra < rb || (ra == rb && a < b);
}

static void find_best(struct frontier *f)
{
	for (size_t i = 0; i < f->n; i++) {
		bool beaten = sweep_failures(&f->results[i]);

		f->failing += beaten;
		/* The end of the frontier is shown in any case. */
		for (size_t j = 0; j < f->n && !beaten && !is_identity(&f->configs[i]); j++)
			beaten = j != i && !sweep_failures(&f->results[j]) && dominates(f, j, i);
		if (beaten)
			continue;
		/* Into its place: fewest flushes first. */
		for (size_t k = f->nr_best++; ; k--) {
			if (!k || frontier_flushes(f, f->best[k - 1]) <= frontier_flushes(f, i)) {
				f->best[k] = i;
				break;
			}
			f->best[k] = f->best[k - 1];
		}
	}
}

static json_t *json_points(const struct frontier *f)
{
	json_t *list = json_array();

	for (size_t k = 0; k < f->nr_best; k++) {
		size_t i = f->best[k];
		const struct ir_result *r = &f->results[i];
		bool queue = r->parameters.queue != IR_QUEUE_NONE, all = is_identity(&f->configs[i]);

		json_array_append_new(list, json_pack(
			"{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:I}",
			"strategy", f->configs[i].strategy->name,
			"hypervisor", f->configs[i].hypervisor->name,
			"queue_size", queue ? ir_json_count(r->parameters.queue_size) : json_null(),
			"queue_timeout_ms", queue ? ir_json_count(r->parameters.queue_timeout_ms) :
			json_null(), "flushes", ir_json_count(frontier_flushes(f, i)),
			"page_seconds", all ? json_null() : ir_json_real(r->exposure.page_seconds),
			"p99_ns", all ? json_null() : ir_json_count(r->exposure.p99_ns),
			"result", (json_int_t)i));
	}
	return list;
}

static struct ir_report_entry all_cells(const struct frontier *f)
{
	return (struct ir_report_entry){
		.info = f->sweep->info, .configs = f->configs, .results = f->results,
		.nr_results = f->n, .origin = &f->sweep->origin.report,
	};
}

static char *json_text(const struct frontier *f)
{
	struct ir_report_entry entry = all_cells(f);
	json_t *document = ir_json_document(&entry, 1);
	char *text;

	if (!document)
		return NULL;
	json_object_set_new(document, "sweep", json_pack("{s:n, s:n, s:o}", "vary", "find", "frontier", json_points(f)));
	text = ir_json_text(document);
	json_decref(document);
	return text;
}

/* CSV has all of them. */
static char *render_frontier(const struct frontier *f, const struct output *out)
{
	const struct renderer *renderer = renderer_of(f->sweep->settings);
	struct ir_report_entry entry = all_cells(f);
	struct rendering r;
	int rc;

	if (!strcmp(renderer->name, "json"))
		return f->report ? ir_report_document(f->report) : json_text(f);
	if (!rendering_begin(&r, f->sweep->settings, out))
		return NULL;
	if (renderer->drawing) {
		struct drawing drawing = renderer->drawing(&r.canvas);

		rc = frontier_draw(f, &drawing);
	} else if (renderer->frontier) {
		rc = renderer->frontier(&r.canvas, f);
	} else {
		rc = renderer->report(&r.canvas, &entry, 1);
	}
	return rendering_end(&r, rc);
}

char *frontier_text(const struct sweep *sweep, const struct output *out, int *rc,
		    struct ir_error *err)
{
	struct frontier f = { .sweep = sweep };
	char *text = NULL;

	*rc = make_cells(&f);
	if (*rc)
		ir_error_set(err, *rc, "out of memory");
	else
		*rc = sweep_replay(sweep, f.configs, f.n, NULL, f.results, err);
	if (!*rc) {
		find_best(&f);
		text = render_frontier(&f, out);
		if (!text)
			*rc = ir_error_set(err, -ENOMEM, "out of memory");
	}
	free_room(&f);
	return text;
}

char *frontier_stored_text(const struct sweep *sweep, const struct ir_report *report, const struct output *out)
{
	struct frontier f = { .sweep = sweep, .report = report };
	size_t n, host = 0;
	const struct ir_report_entry *entry = ir_report_entries(report, &n);
	char *text = NULL;

	if (!make_room(&f, entry->nr_results)) {
		for (size_t i = 0; i < entry->nr_results; i++) {
			host += i && is_identity(&entry->configs[i]);
			add_cell(&f, host, &entry->configs[i]);
			f.results[i] = entry->results[i];
		}
		find_best(&f);
		text = render_frontier(&f, out);
	}
	free_room(&f);
	return text;
}
