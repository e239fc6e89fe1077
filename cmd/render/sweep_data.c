// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A sweep's results for programs: a report of all cells, with the question and the
 * answers beside it.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report/json.h"
#include "report/json_count.h"
#include "render/sweep_words.h"

static const char *answer_name(enum answer answer)
{
	static const char *const names[] = {
		[ANSWER_FOUND] = "found", [ANSWER_NONE] = "none", [ANSWER_NO_EFFECT] = "no-effect",
	};

	return names[answer];
}

static json_t *json_probe(const struct probe *probe)
{
	return json_pack("{s:o, s:o, s:o}", "value", ir_json_count(probe->value),
			 "failures", ir_json_count(sweep_failures(&probe->result)),
			 "rpcits", ir_json_count(probe->result.rpcit.total));
}

static json_t *json_answer(const struct search *search)
{
	bool found = search->answer == ANSWER_FOUND;

	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:I, s:o, s:o, s:I}",
			 "strategy", search->config.strategy->name,
			 "hypervisor", search->config.hypervisor->name,
			 "answer", answer_name(search->answer),
			 "smallest", found ? json_probe(search->smallest) : json_null(),
			 "one_less", search->one_less ? json_probe(search->one_less) : json_null(),
			 "largest_tried", json_probe(search->largest),
			 "monotonic", !search->exceptions,
			 "larger_that_fail", (json_int_t)search->exceptions,
			 "largest_that_fails", search->exceptions ? ir_json_count(search->last_exception) : json_null(),
			 "holds_from", found && search->holds_from ? ir_json_count(search->holds_from) : json_null(),
			 "replays", (json_int_t)search->replays);
}

static json_t *number_or_null(uint64_t n)
{
	return n ? ir_json_count(n) : json_null();
}

/* How many times the devices fit, strategy by strategy. */
static json_t *json_fits(const struct sweep *sweep)
{
	const struct settings *settings = sweep->settings;
	json_t *list = json_array();

	for (size_t i = 0; i < settings->nr_hypervisors * settings->nr_strategies; i++) {
		size_t h = i / settings->nr_strategies, s = i % settings->nr_strategies;
		struct sweep_fits fits = sweep_fits(sweep, h, s);

		json_array_append_new(list, json_pack(
			"{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}",
			"strategy", settings->strategies[s]->name,
			"hypervisor", settings->hypervisors[h].hypervisor->name,
			"fit", ir_json_count(fits.fit), "failing", number_or_null(fits.failing),
			"short_of_entries", number_or_null(fits.short_of_entries),
			"queue_full", number_or_null(fits.queue_full),
			"hypervisor_busy", number_or_null(fits.hypervisor_busy),
			"busy", fits.busy < 0 ? json_null() : ir_json_real(fits.busy)));
	}
	return list;
}

static json_t *json_vary(const struct sweep *sweep)
{
	json_t *values = json_array();
	json_t *vary = json_pack("{s:s, s:o, s:b}", "parameter", sweep->varied->name, "values", values,
				 "by_factor", sweep->range.by_factor);

	for (size_t i = 0; i < sweep->range.n; i++)
		json_array_append_new(values, ir_json_count(sweep->range.values[i]));
	if (!strcmp(sweep->varied->name, "devices"))
		json_object_set_new(vary, "devices", json_fits(sweep));
	return vary;
}

static json_t *json_find(const struct sweep *sweep)
{
	const struct settings *settings = sweep->settings;
	json_t *answers = json_array();

	for (size_t i = 0; i < sweep->nr_searches; i++)
		json_array_append_new(answers, json_answer(&sweep->searches[i]));
	return json_pack("{s:s, s:o, s:o, s:o}", "parameter", sweep->sought->name,
			 "max_failures", ir_json_count(settings->max_failures),
			 "max_rpcits", settings->has_max_rpcits ?
			 ir_json_count(settings->max_rpcits) : json_null(),
			 "answers", answers);
}

/* The verdict of a run does not apply to cells. */
static char *sealed_text(const struct sweep *sweep, json_t *document, const char *verdict)
{
	json_t *recording = json_array_get(json_object_get(document, "recordings"), 0);

	json_object_del(recording, "verdict");
	json_object_set_new(document, "sweep", json_pack("{s:o, s:o}",
		"vary", sweep->varied ? json_vary(sweep) : json_null(),
		"find", sweep->sought ? json_find(sweep) : json_null()));
	json_object_set_new(document, "verdict", json_string(verdict));
	return ir_json_text(document);
}

static char *document_text(const struct sweep *sweep)
{
	struct sweep_rows rows = { .n = 0 };
	char *verdict = sweep_verdict_plain(sweep), *text = NULL;
	json_t *document = NULL;

	if (!sweep_rows_make(sweep, &rows))
		document = ir_json_document(&rows.entry, 1);
	sweep_rows_free(&rows);
	if (document)
		text = sealed_text(sweep, document, verdict);
	json_decref(document);
	free(verdict);
	return text;
}

int sweep_json(const struct canvas *canvas, const struct sweep *sweep)
{
	char *text = canvas->report ? ir_report_document(canvas->report) : document_text(sweep);

	if (!text)
		return -ENOMEM;
	fputs(text, canvas->out);
	free(text);
	return 0;
}

static void csv_probe(FILE *out, const struct probe *probe)
{
	if (probe)
		fprintf(out, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, probe->value, sweep_failures(&probe->result),
			probe->result.rpcit.total);
	else
		fputs(",,,", out);
}

static void csv_answers(FILE *out, const struct sweep *sweep)
{
	fputs("strategy,hypervisor,parameter,answer,smallest.value,smallest.failures,"
	      "smallest.rpcits,one_less.value,one_less.failures,one_less.rpcits,"
	      "larger_that_fail,holds_from,replays\n", out);
	for (size_t i = 0; i < sweep->nr_searches; i++) {
		const struct search *search = &sweep->searches[i];
		bool found = search->answer == ANSWER_FOUND;

		fprintf(out, "%s,%s,%s,%s", search->config.strategy->name,
			search->config.hypervisor->name, sweep->sought->name,
			answer_name(search->answer));
		csv_probe(out, search->smallest);
		csv_probe(out, search->one_less);
		fprintf(out, ",%zu,", search->exceptions);
		if (found && search->holds_from)
			fprintf(out, "%" PRIu64, search->holds_from);
		fprintf(out, ",%zu\n", search->replays);
	}
}

int sweep_csv(const struct canvas *canvas, const struct sweep *sweep)
{
	struct ir_report_entry entry = {
		.info = sweep->info, .configs = sweep->configs, .results = sweep->results,
		.nr_results = sweep->nr_cells,
	};
	char *text;

	if (!sweep->varied) {
		csv_answers(canvas->out, sweep);
		return 0;
	}
	text = ir_report_csv(&entry, 1);
	if (!text)
		return -ENOMEM;
	fputs(text, canvas->out);
	free(text);
	return 0;
}
