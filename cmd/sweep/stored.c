// SPDX-License-Identifier: GPL-2.0-or-later
#include "sweep/stored.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report/json.h"
#include "report/json_count.h"
#include "sweep/priv.h"

#define SHOWN 3	/* values of a search: the smallest, the one below it and the largest */

/* A report's results: the curve, then what proves the answers.  Nothing in it is trusted. */
struct reading {
	struct stored_sweep *to;
	const struct ir_report_entry *from;
	const json_t *vary, *find;	/* NULL: there is none */
	const json_t *answers;		/* of find */
	size_t nr_strategies, nr_hypervisors;
	size_t next;			/* the next result that proves an answer */
};

static const json_t *object_of(const json_t *json, const char *key)
{
	const json_t *object = json_object_get(json, key);

	return json_is_object(object) ? object : NULL;
}

static uint64_t count_of(const json_t *json, const char *key)
{
	uint64_t count = 0;

	return ir_json_read_count(json_object_get(json, key), &count) ? count : 0;
}

bool stored_sweep_is(const struct ir_report *report)
{
	const json_t *sweep = object_of(ir_report_root(report), "sweep");

	return object_of(sweep, "vary") || object_of(sweep, "find") || json_is_array(json_object_get(sweep, "frontier"));
}

static int no_memory(struct ir_error *err)
{
	return ir_error_set(err, -ENOMEM, "out of memory");
}

static int unfit(struct ir_error *err, const char *what)
{
	return ir_error_set(err, -EINVAL, "its member \"sweep\" does not fit its results: %s", what);
}

static const struct parameter *parameter_of(const json_t *json, struct ir_error *err)
{
	const char *name = json_string_value(json_object_get(json, "parameter"));

	if (!name) {
		unfit(err, "it names no parameter");
		return NULL;
	}
	return parameter_find_numeric(name, strlen(name), err);
}

/* In the order of the command: of its answers, or of its results if it has none. */
static const char *strategy_name(const struct reading *r, size_t i)
{
	const char *name = r->find ? json_string_value(json_object_get(json_array_get(r->answers, i), "strategy")) :
		r->from->configs[i].strategy->name;

	return name ? name : "";
}

/* How many strategies and hypervisors there are: each strategy is repeated with the next hypervisor, or value. */
static int count_pairs(struct reading *r, struct ir_error *err)
{
	size_t n = r->find ? json_array_size(r->answers) : r->from->nr_results, values = r->to->sweep.range.n;

	r->nr_strategies = 1;
	while (r->nr_strategies < n && strcmp(strategy_name(r, r->nr_strategies), strategy_name(r, 0)) != 0)
		r->nr_strategies++;
	r->nr_hypervisors = n / r->nr_strategies / (r->find ? 1 : values);
	if (!r->nr_hypervisors || n != r->nr_strategies * r->nr_hypervisors * (r->find ? 1 : values))
		return unfit(err, "there are more or fewer of these");
	return 0;
}

static int read_values(struct reading *r, struct ir_error *err)
{
	struct sweep *sweep = &r->to->sweep;
	const json_t *values = json_object_get(r->vary, "values"), *value;
	size_t i;

	sweep->varied = parameter_of(r->vary, err);
	if (!sweep->varied)
		return -EINVAL;
	sweep->range.n = json_array_size(values);
	sweep->range.by_factor = json_is_true(json_object_get(r->vary, "by_factor"));
	sweep->range.values = calloc(sweep->range.n + 1, sizeof(*sweep->range.values));
	if (!sweep->range.values)
		return no_memory(err);
	json_array_foreach(values, i, value)
		if (!ir_json_read_count(value, &sweep->range.values[i]))
			return unfit(err, "a value is no number");
	return sweep->range.n ? 0 : unfit(err, "it has no values");
}

/* Hypervisor by hypervisor, value by value, strategy by strategy. */
static int read_curve(struct reading *r, struct ir_error *err)
{
	struct sweep *sweep = &r->to->sweep;

	sweep->nr_cells = r->nr_hypervisors * r->nr_strategies * sweep->range.n;
	if (sweep->nr_cells > r->from->nr_results)
		return unfit(err, "there are fewer of these");
	sweep->configs = calloc(sweep->nr_cells + 1, sizeof(*sweep->configs));
	sweep->results = calloc(sweep->nr_cells + 1, sizeof(*sweep->results));
	if (!sweep->configs || !sweep->results)
		return no_memory(err);
	for (size_t i = 0; i < sweep->nr_cells; i++) {
		sweep->configs[i] = r->from->configs[i];
		sweep->results[i] = r->from->results[i];
		if (strcmp(sweep->configs[i].strategy->name, strategy_name(r, i % r->nr_strategies)) != 0)
			return unfit(err, "strategies are in another order");
	}
	r->next = sweep->nr_cells;
	return 0;
}

/* The curve has the results of its values; what else proves an answer follows behind it. */
static size_t result_of(struct reading *r, size_t pair, uint64_t value)
{
	const struct sweep *sweep = &r->to->sweep;
	size_t h = pair / r->nr_strategies;

	for (size_t v = 0; v < sweep->range.n && sweep->varied == sweep->sought; v++)
		if (sweep->range.values[v] == value)
			return (h * sweep->range.n + v) * r->nr_strategies + pair % r->nr_strategies;
	return r->next++;
}

/* A value that was tried, and its result; NULL: there is none. */
static struct probe *add_probe(struct reading *r, struct search *search, size_t pair, const json_t *json)
{
	struct probe *probe = &search->probes[search->nr_probes];
	size_t i;

	if (!json_is_object(json))
		return NULL;
	probe->value = count_of(json, "value");
	if (probe->value < search->sweep->sought->min || probe->value > search->sweep->sought->max)
		return NULL;
	i = result_of(r, pair, probe->value);
	if (i >= r->from->nr_results)
		return NULL;
	search->config = r->from->configs[i];
	probe->result = r->from->results[i];
	search->nr_probes++;
	return probe;
}

/* Of the largest value there is no more than this, where smaller ones suffice. */
static struct probe *add_largest(struct search *search, const json_t *json)
{
	struct probe *probe = &search->probes[search->nr_probes++];

	*probe = (struct probe){ .value = count_of(json, "value"), .result = search->smallest->result };
	memset(&probe->result.maps, 0, sizeof(probe->result.maps));
	probe->result.maps.map_failed = count_of(json, "failures");
	probe->result.rpcit.total = count_of(json, "rpcits");
	return probe;
}

static bool answer_is(const json_t *answer, const char *text)
{
	const char *is = json_string_value(json_object_get(answer, "answer"));

	return is && !strcmp(is, text);
}

static int read_answer(struct reading *r, size_t pair, const json_t *answer, struct ir_error *err)
{
	struct search *search = &r->to->sweep.searches[pair];
	const char *strategy = json_string_value(json_object_get(answer, "strategy"));
	const json_t *largest = json_object_get(answer, "largest_tried");

	search->sweep = &r->to->sweep;
	search->probes = calloc(SHOWN, sizeof(*search->probes));
	if (!search->probes)
		return no_memory(err);
	search->answer = answer_is(answer, "found") ? ANSWER_FOUND :
		answer_is(answer, "none") ? ANSWER_NONE : ANSWER_NO_EFFECT;
	search->replays = count_of(answer, "replays");
	search->exceptions = count_of(answer, "larger_that_fail");
	search->last_exception = count_of(answer, "largest_that_fails");
	search->holds_from = count_of(answer, "holds_from");
	if (search->answer == ANSWER_FOUND) {
		search->smallest = add_probe(r, search, pair, json_object_get(answer, "smallest"));
		if (search->smallest)
			search->one_less = add_probe(r, search, pair, json_object_get(answer, "one_less"));
		search->largest = search->smallest ? add_largest(search, largest) : NULL;
	} else {
		search->largest = add_probe(r, search, pair, largest);
	}
	if (!search->largest || !strategy || strcmp(strategy, search->config.strategy->name) != 0)
		return unfit(err, "an answer has no result");
	return 0;
}

static int read_answers(struct reading *r, struct ir_error *err)
{
	struct sweep *sweep = &r->to->sweep;
	struct settings *settings = &r->to->settings;
	const json_t *answer;
	size_t i;

	settings->max_failures = count_of(r->find, "max_failures");
	settings->has_max_rpcits = !json_is_null(json_object_get(r->find, "max_rpcits"));
	settings->max_rpcits = count_of(r->find, "max_rpcits");
	sweep->nr_searches = json_array_size(r->answers);
	sweep->searches = calloc(sweep->nr_searches + 1, sizeof(*sweep->searches));
	if (!sweep->searches)
		return no_memory(err);
	json_array_foreach(r->answers, i, answer) {
		int rc = read_answer(r, i, answer, err);

		if (rc)
			return rc;
	}
	return r->next == r->from->nr_results ? 0 : unfit(err, "there are more of these");
}

static int read_question(struct reading *r, struct ir_error *err)
{
	struct sweep *sweep = &r->to->sweep;
	int rc = 0;

	if (r->vary)
		rc = read_values(r, err);
	if (rc || !r->find)
		return rc;
	r->answers = json_object_get(r->find, "answers");
	sweep->sought = parameter_of(r->find, err);
	r->to->settings.find = sweep_find_of(sweep->sought);
	return sweep->sought && r->to->settings.find != FIND_NOTHING ? 0 : unfit(err, "it seeks something else");
}

/* Only what the user gave tells one hypervisor from another. */
static struct hypervisor_choice choice_of(const struct ir_config *config, const struct ir_effective *p)
{
	struct hypervisor_choice choice = {
		.hypervisor = config->hypervisor, .params = p->hypervisor, .share = p->share,
		.has_entry_limit = p->from.entry_limit == IR_FROM_USER && p->backend != IR_BACKEND_IOMMUFD,
		.has_pinned_limit = p->from.pinned_limit == IR_FROM_USER,
		.has_tlb_refresh = p->from.tlb_refresh == IR_FROM_USER,
		.has_share = p->from.share == IR_FROM_USER,
		.backend = p->from.backend == IR_FROM_USER ? p->backend : IR_BACKEND_DEFAULT,
	};

	for (size_t i = 0; i < IR_HYPERVISOR_OWN; i++)
		if (p->from.own[i] != IR_FROM_USER)
			choice.params.own[i] = 0;
	return choice;
}

static int read_lists(struct reading *r, struct ir_error *err)
{
	const struct sweep *sweep = &r->to->sweep;
	struct settings *settings = &r->to->settings;
	const struct ir_effective *first = &r->from->results->parameters;

	settings->strategies = calloc(r->nr_strategies, sizeof(*settings->strategies));
	settings->hypervisors = calloc(r->nr_hypervisors, sizeof(*settings->hypervisors));
	if (!settings->strategies || !settings->hypervisors)
		return no_memory(err);
	settings->nr_strategies = r->nr_strategies;
	settings->nr_hypervisors = r->nr_hypervisors;
	settings->closed = r->from->results->time.closed;
	settings->params.iommu = first->from.iommu == IR_FROM_USER ? first->iommu : NULL;
	for (size_t s = 0; s < r->nr_strategies; s++)
		settings->strategies[s] = r->vary ? sweep->configs[s].strategy : sweep->searches[s].config.strategy;
	for (size_t h = 0; h < r->nr_hypervisors; h++) {
		size_t i = h * r->nr_strategies;

		settings->hypervisors[h] = r->vary ?
			choice_of(&sweep->configs[i * sweep->range.n], &sweep->results[i * sweep->range.n].parameters) :
			choice_of(&sweep->searches[i].config, &sweep->searches[i].largest->result.parameters);
	}
	return 0;
}

/* Each hypervisor's combinations begin with identity. */
static int read_frontier(struct reading *r, struct ir_error *err)
{
	struct settings *settings = &r->to->settings;

	settings->hypervisors = calloc(r->from->nr_results, sizeof(*settings->hypervisors));
	if (!settings->hypervisors)
		return no_memory(err);
	settings->nr_hypervisors = 0;
	for (size_t i = 0; i < r->from->nr_results; i++)
		if (!strcmp(r->from->configs[i].strategy->name, "identity"))
			settings->hypervisors[settings->nr_hypervisors++] =
				choice_of(&r->from->configs[i], &r->from->results[i].parameters);
		else if (!settings->nr_hypervisors)
			return unfit(err, "the first of these is not of identity");
	return 0;
}

int stored_sweep_read(struct stored_sweep *stored, const struct settings *settings,
		      const struct ir_report *report, struct ir_error *err)
{
	const json_t *sweep = object_of(ir_report_root(report), "sweep");
	struct reading r = { .to = stored, .vary = object_of(sweep, "vary"), .find = object_of(sweep, "find") };
	size_t n;
	int rc;

	r.from = ir_report_entries(report, &n);
	*stored = (struct stored_sweep){ .settings = *settings };
	stored->settings.strategies = NULL;
	stored->settings.hypervisors = NULL;
	stored->sweep.settings = &stored->settings;
	if (n != 1 || !r.from->nr_results)
		return unfit(err, "there is not one recording with results");
	stored->sweep.info = r.from->info;
	stored->sweep.path = r.from->info->file;
	stored->sweep.origin.report = *r.from->origin;
	stored->is_frontier = !r.vary && !r.find;
	if (stored->is_frontier)
		return read_frontier(&r, err);
	rc = read_question(&r, err);
	if (!rc)
		rc = count_pairs(&r, err);
	if (!rc && r.vary)
		rc = read_curve(&r, err);
	if (!rc && r.find)
		rc = read_answers(&r, err);
	return rc ? rc : read_lists(&r, err);
}

void stored_sweep_free(struct stored_sweep *stored)
{
	struct sweep *sweep = &stored->sweep;

	for (size_t i = 0; i < sweep->nr_searches && sweep->searches; i++)
		free(sweep->searches[i].probes);
	free(sweep->searches);
	free(sweep->configs);
	free(sweep->results);
	free(sweep->range.values);
	free(stored->settings.strategies);
	free(stored->settings.hypervisors);
}
