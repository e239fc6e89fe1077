// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a sweep gave, in each format.  For programs: a report of all cells, with the
 * question and the answers beside it.
 */
#include <inttypes.h>
#include <jansson.h>

#include "base/memory.h"
#include "io/output.h"
#include "render/render.h"
#include "report/json.h"
#include "report/json_count.h"
#include "sweep/priv.h"

static char *text_for_people(const struct sweep *sweep, const struct output *to)
{
	struct canvas canvas = {
		.width = output_width(to), .color = output_color(to, sweep->settings->color),
	};
	struct drawing drawing = {
		.canvas = &canvas, .emit = print_line, .arg = &canvas, .table = print_plain,
	};
	struct ir_memory memory;

	canvas.out = ir_memory_open(&memory);
	if (!canvas.out)
		return NULL;
	if (sweep->settings->format == FORMAT_MD) {
		fputs("## Sweep\n\n", canvas.out);
		drawing.emit = markdown_item;
		drawing.arg = canvas.out;
		drawing.table = markdown_table;
	}
	if (sweep_draw(sweep, &drawing))
		ir_memory_spoil(canvas.out);
	return ir_memory_close(&memory);
}

static const char *answer_name(enum answer answer)
{
	static const char *const names[] = {
		[ANSWER_FOUND] = "found", [ANSWER_NONE] = "none", [ANSWER_NO_EFFECT] = "no-effect",
	};

	return names[answer];
}

static json_t *json_probe(const struct search *search, size_t i)
{
	const struct probe *probe = &search->probes[i];

	return json_pack("{s:o, s:o, s:o}", "value", ir_json_count(probe->value),
			 "failures", ir_json_count(sweep_failures(&probe->result)),
			 "rpcits", ir_json_count(probe->result.rpcit.total));
}

static json_t *json_answer(const struct search *search)
{
	bool found = search->answer == ANSWER_FOUND;

	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:I, s:o, s:I}",
			 "strategy", search->config.strategy->name,
			 "hypervisor", search->config.hypervisor->name,
			 "answer", answer_name(search->answer),
			 "smallest", found ? json_probe(search, search->found) : json_null(),
			 "one_less", found && !search->smallest ?
			 json_probe(search, search->found - 1) : json_null(),
			 "largest_tried", json_probe(search, search->nr_probes - 1),
			 "monotonic", !search->exceptions,
			 "larger_that_fail", (json_int_t)search->exceptions,
			 "holds_from", found ? ir_json_count(search->holds_from) : json_null(),
			 "replays", (json_int_t)search->nr_probes);
}

static json_t *json_vary(const struct sweep *sweep)
{
	json_t *values = json_array();
	int rc = 0;

	for (size_t i = 0; i < sweep->range.n; i++)
		rc |= json_array_append_new(values, ir_json_count(sweep->range.values[i]));
	if (rc) {
		json_decref(values);
		return NULL;
	}
	return json_pack("{s:s, s:o}", "parameter", sweep->varied->name, "values", values);
}

static json_t *json_find(const struct sweep *sweep)
{
	const struct settings *settings = sweep->settings;
	json_t *answers = json_array();
	int rc = 0;

	for (size_t i = 0; i < sweep->nr_searches; i++)
		rc |= json_array_append_new(answers, json_answer(&sweep->searches[i]));
	if (rc) {
		json_decref(answers);
		return NULL;
	}
	return json_pack("{s:s, s:o, s:o, s:o}", "parameter", sweep->sought->name,
			 "max_failures", ir_json_count(settings->max_failures),
			 "max_rpcits", settings->has_max_rpcits ?
			 ir_json_count(settings->max_rpcits) : json_null(),
			 "answers", answers);
}

static char *json_text(const struct sweep *sweep)
{
	struct sweep_rows rows = { .n = 0 };
	json_t *document = NULL, *question;
	char *text = NULL;

	if (!sweep_rows_make(sweep, &rows))
		document = ir_json_document(&rows.entry, 1);
	sweep_rows_free(&rows);
	question = json_pack("{s:o, s:o}", "vary", sweep->varied ? json_vary(sweep) : json_null(),
			     "find", sweep->sought ? json_find(sweep) : json_null());
	if (!document)
		json_decref(question);
	else if (!json_object_set_new(document, "sweep", question))
		text = ir_json_text(document);
	json_decref(document);
	return text;
}

static void csv_probe(FILE *out, const struct search *search, bool known, size_t i)
{
	if (known)
		fprintf(out, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64, search->probes[i].value,
			sweep_failures(&search->probes[i].result),
			search->probes[i].result.rpcit.total);
	else
		fputs(",,,", out);
}

static char *csv_answers(const struct sweep *sweep)
{
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);

	if (!out)
		return NULL;
	fputs("strategy,hypervisor,parameter,answer,smallest.value,smallest.failures,"
	      "smallest.rpcits,one_less.value,one_less.failures,one_less.rpcits,"
	      "larger_that_fail,holds_from,replays\n", out);
	for (size_t i = 0; i < sweep->nr_searches; i++) {
		const struct search *search = &sweep->searches[i];
		bool found = search->answer == ANSWER_FOUND;

		fprintf(out, "%s,%s,%s,%s", search->config.strategy->name,
			search->config.hypervisor->name, sweep->sought->name,
			answer_name(search->answer));
		csv_probe(out, search, found, search->found);
		csv_probe(out, search, found && !search->smallest, search->found - 1);
		fprintf(out, ",%zu,", search->exceptions);
		if (found)
			fprintf(out, "%" PRIu64, search->holds_from);
		fprintf(out, ",%zu\n", search->nr_probes);
	}
	return ir_memory_close(&memory);
}

static char *csv_curve(const struct sweep *sweep)
{
	struct ir_report_entry entry = {
		.info = sweep->info, .configs = sweep->configs, .results = sweep->results,
		.nr_results = sweep->nr_cells,
	};

	return ir_report_csv(&entry, 1);
}

char *sweep_text(const struct sweep *sweep, const struct output *out)
{
	switch ((enum format)sweep->settings->format) {
	case FORMAT_JSON:
		return json_text(sweep);
	case FORMAT_CSV:
		return sweep->varied ? csv_curve(sweep) : csv_answers(sweep);
	case FORMAT_HTML:
		return sweep_html(sweep);
	case FORMAT_MD:
	case FORMAT_TABLE:
	case FORMAT_TEXT:
	case FORMAT_LINES:
		break;
	}
	return text_for_people(sweep, out);
}
