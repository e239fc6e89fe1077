// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The frontier: of all strategies, with each of some queue sizes and timeouts, those
 * that no other one beats in both, flushes and exposure.  strict is at one end, where
 * nothing is exposed; identity, which is never flushed and where everything is, at the
 * other.  Combinations whose maps fail are left out.
 */
#include "sweep/frontier.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/renderers.h"
#include "render/cells.h"
#include "report/columns.h"
#include "report/json.h"
#include "report/json_count.h"
#include "verdict/numbers.h"

static const uint32_t sizes[] = { 16, 64, 256, 1024, 4096, 32768 };
static const uint32_t timeouts_ms[] = { 1, 4, 10, 100, 1000 };

#define SIZES	(sizeof(sizes) / sizeof(sizes[0]))
#define TIMEOUTS (sizeof(timeouts_ms) / sizeof(timeouts_ms[0]))

struct frontier {
	const struct sweep *sweep;
	struct ir_config *configs;
	struct ir_result *results;
	size_t n;
	size_t *best;		/* cells that nothing beats, the fewest flushes first */
	size_t nr_best, failing;
};

static void add(struct frontier *f, const struct ir_config *config)
{
	f->configs[f->n++] = *config;
}

static bool is_identity(const struct ir_config *c)
{
	return !strcmp(c->strategy->name, "identity");
}

static void add_strategy(struct frontier *f, const struct ir_config *config)
{
	struct ir_config c = *config;

	if (c.strategy->unmap != IR_UNMAP_QUEUED || c.strategy->dma_api == IR_DMA_S390 ||
	    c.params.api == IR_API_IOMMU || is_identity(config)) {
		add(f, config);
		return;
	}
	for (size_t s = 0; s < SIZES; s++) {
		for (size_t t = 0; t < TIMEOUTS; t++) {
			c.params.queue_size = sizes[s];
			c.params.queue_timeout_ms = timeouts_ms[t];
			add(f, &c);
		}
	}
}

static int make_cells(struct frontier *f)
{
	const struct settings *s = f->sweep->settings;
	size_t most = s->nr_hypervisors * (s->nr_strategies + 1) * SIZES * TIMEOUTS;
	const struct ir_strategy *identity = ir_strategy_find("identity");

	f->configs = calloc(most, sizeof(*f->configs));
	f->results = calloc(most, sizeof(*f->results));
	f->best = calloc(most, sizeof(*f->best));
	if (!f->configs || !f->results || !f->best)
		return -ENOMEM;
	for (size_t h = 0; h < s->nr_hypervisors; h++) {
		struct ir_config config = sweep_config(s, h, 0);

		config.strategy = identity;
		if (identity)
			add(f, &config);
		for (size_t i = 0; i < s->nr_strategies; i++) {
			config = sweep_config(s, h, i);
			if (config.strategy != identity)
				add_strategy(f, &config);
		}
	}
	return 0;
}

/* Page-seconds; identity has all memory exposed, which is more than any number. */
static double exposure(const struct frontier *f, size_t i)
{
	return is_identity(&f->configs[i]) ? HUGE_VAL : f->results[i].exposure.page_seconds;
}

static uint64_t flushes(const struct frontier *f, size_t i)
{
	return f->results[i].rpcit.total;
}

/* In one of them better, in the other not worse; of equals the first one. */
static bool beats(const struct frontier *f, size_t a, size_t b)
{
	uint64_t fa = flushes(f, a), fb = flushes(f, b);
	double ea = exposure(f, a), eb = exposure(f, b);

	if (f->configs[a].hypervisor != f->configs[b].hypervisor || fa > fb || ea > eb)
		return false;
	return fa < fb || ea < eb || a < b;
}

static void find_best(struct frontier *f)
{
	for (size_t i = 0; i < f->n; i++) {
		bool beaten = sweep_failures(&f->results[i]);

		f->failing += beaten;
		/* The end of the frontier is shown in any case. */
		for (size_t j = 0; j < f->n && !beaten && !is_identity(&f->configs[i]); j++)
			beaten = j != i && !sweep_failures(&f->results[j]) && beats(f, j, i);
		if (beaten)
			continue;
		/* Into its place: fewest flushes first. */
		for (size_t k = f->nr_best++; ; k--) {
			if (!k || flushes(f, f->best[k - 1]) <= flushes(f, i)) {
				f->best[k] = i;
				break;
			}
			f->best[k] = f->best[k - 1];
		}
	}
}

/* Other strategies that come to the same with the same queue; and the hypervisor if there are several. */
static void same_cell(struct cells *cells, const struct frontier *f, size_t i)
{
	const struct ir_result *r = &f->results[i];
	char text[160] = "";
	size_t used = 0;

	if (f->sweep->settings->nr_hypervisors > 1)
		used = (size_t)snprintf(text, sizeof(text), "%s; ", f->configs[i].hypervisor->name);
	for (size_t j = 0; j < f->n && used < sizeof(text); j++) {
		const struct ir_result *o = &f->results[j];

		if (j == i || f->configs[j].hypervisor != f->configs[i].hypervisor ||
		    flushes(f, j) != flushes(f, i) || sweep_failures(o) ||
		    exposure(f, j) < exposure(f, i) || exposure(f, j) > exposure(f, i) ||
		    o->parameters.queue_size != r->parameters.queue_size ||
		    o->parameters.queue_timeout_ms != r->parameters.queue_timeout_ms)
			continue;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "= %s ",
					 f->configs[j].strategy->name);
	}
	cell(cells, "%s", text);
}

static int draw(const struct frontier *f, const struct drawing *d)
{
	static const struct plain_column columns[] = {
		{ "strategy", false }, { "queue size", true }, { "timeout", true }, { "flushes", true },
		{ "exposed page-s", true }, { "p99", true }, { "reused pages", true }, { "", false },
	};
	struct cells cells;
	char real[IR_REAL_TEXT];
	int rc;

	say(d, "frontier", VIEW_PLAIN, "%zu of %zu combinations of strategy, queue size and timeout are "
	    "not beaten in both, flushes and exposure; in %zu maps fail", f->nr_best, f->n, f->failing);
	fputc('\n', d->canvas->out);
	cells_init(&cells, 8, f->nr_best);
	for (size_t k = 0; k < f->nr_best; k++) {
		size_t i = f->best[k];
		const struct ir_result *r = &f->results[i];
		bool queue = r->parameters.queue != IR_QUEUE_NONE, all = is_identity(&f->configs[i]);

		cell(&cells, "%s", f->configs[i].strategy->name);
		cell(&cells, queue ? "%u" : "-", r->parameters.queue_size);
		cell(&cells, queue ? "%u ms" : "-", r->parameters.queue_timeout_ms);
		cell(&cells, "%s", ir_count_text(flushes(f, i)).s);
		cell(&cells, "%s", all ? "all memory" :
		     ir_real_text(real, sizeof(real), r->exposure.page_seconds, 4));
		cell(&cells, "%s", all ? "always" : r->exposure.p99_ns ?
		     ir_time_text(r->exposure.p99_ns, IR_PLAIN).s : "-");
		cell(&cells, "%s", all ? "all" : ir_count_text(r->exposure.reused_pages).s);
		same_cell(&cells, f, i);
	}
	rc = cells_draw(&cells, d, columns);
	return rc;
}

static json_t *json_points(const struct frontier *f)
{
	json_t *list = json_array();
	int rc = 0;

	for (size_t k = 0; k < f->nr_best; k++) {
		size_t i = f->best[k];
		const struct ir_result *r = &f->results[i];
		bool queue = r->parameters.queue != IR_QUEUE_NONE, all = is_identity(&f->configs[i]);

		rc |= json_array_append_new(list, json_pack(
			"{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:I}",
			"strategy", f->configs[i].strategy->name,
			"hypervisor", f->configs[i].hypervisor->name,
			"queue_size", queue ? ir_json_count(r->parameters.queue_size) : json_null(),
			"queue_timeout_ms", queue ? ir_json_count(r->parameters.queue_timeout_ms) :
			json_null(), "flushes", ir_json_count(flushes(f, i)),
			"page_seconds", all ? json_null() : json_real(r->exposure.page_seconds),
			"p99_ns", all ? json_null() : ir_json_count(r->exposure.p99_ns),
			"result", (json_int_t)i));
	}
	if (!rc)
		return list;
	json_decref(list);
	return NULL;
}

static struct ir_report_entry all_cells(const struct frontier *f)
{
	return (struct ir_report_entry){
		.info = f->sweep->info, .configs = f->configs, .results = f->results,
		.nr_results = f->n,
	};
}

static char *json_text(const struct frontier *f)
{
	struct ir_report_entry entry = all_cells(f);
	json_t *document = ir_json_document(&entry, 1);
	json_t *sweep = json_pack("{s:n, s:n, s:o}", "vary", "find", "frontier", json_points(f));
	char *text = NULL;

	if (document && !json_object_set_new(document, "sweep", sweep))
		text = ir_json_text(document);
	json_decref(document);
	return text;
}

/* In CSV and as a page all of them are shown. */
static char *render(const struct frontier *f, const struct output *out)
{
	const struct renderer *renderer = renderer_of(f->sweep->settings);
	struct ir_report_entry entry = all_cells(f);
	struct rendering r;
	int rc;

	if (!strcmp(renderer->name, "json"))
		return json_text(f);
	if (!rendering_begin(&r, f->sweep->settings, out))
		return NULL;
	if (renderer->drawing) {
		struct drawing drawing = renderer->drawing(&r.canvas);

		rc = draw(f, &drawing);
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
		*rc = sweep_replay(sweep, f.configs, f.n, f.results, err);
	if (!*rc) {
		find_best(&f);
		text = render(&f, out);
		if (!text)
			*rc = ir_error_set(err, -ENOMEM, "out of memory");
	}
	free(f.configs);
	free(f.results);
	free(f.best);
	return text;
}
