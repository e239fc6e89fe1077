// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a sweep gave.  For people: a table for each figure, values down and
 * strategies across, and the answers with their proofs.  For programs: a report
 * of all cells, with the question and the answers beside it.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/cells.h"
#include "base/names.h"
#include "io/output.h"
#include "render/render.h"
#include "report/columns.h"
#include "report/json.h"
#include "base/memory.h"
#include "sweep/sweep.h"
#include "render/view.h"

#define FAILURES "failures"
#define CELL 32

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* Figures. */

static bool is_figure(const struct ir_column *column)
{
	return column->kind == IR_COLUMN_VALUE && column->get && strcmp(column->key, "strategy") &&
		strcmp(column->key, "hypervisor") && strncmp(column->key, "parameters.", 11);
}

static const struct ir_column *find_figure(const char *key)
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

		if (strcmp(key, FAILURES) && !find_figure(key))
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
	const struct ir_column *column = find_figure(key);
	struct ir_value value;

	*is_time = column && strlen(key) > 3 && !strcmp(key + strlen(key) - 3, "_ns");
	if (!column)
		return (double)sweep_failures(&sweep->results[cell]);
	value = ir_column_value(column, &entry, cell);
	return value.type == IR_VALUE_COUNT ? (double)value.count :
		value.type == IR_VALUE_REAL ? value.real : NAN;
}

/* Returns how to draw it. */
static enum view_mark figure_text(const struct ir_report_entry *entry, size_t result,
				  const char *key, char *text, size_t size)
{
	const struct ir_column *column = find_figure(key);
	struct ir_value value;
	uint64_t failures;

	if (!column) {
		failures = sweep_failures(&entry->results[result]);
		snprintf(text, size, failures ? "%" PRIu64 : "-", failures);
		return failures ? VIEW_BAD : VIEW_PLAIN;
	}
	value = ir_column_value(column, entry, result);
	if (value.type == IR_VALUE_REAL) {
		snprintf(text, size, "%.6g", value.real);
		return VIEW_PLAIN;
	}
	return view_cell(entry, result, (size_t)(column - ir_result_columns), text, size);
}

/* Bytes are easier to read with their unit; so is nothing else. */
static void value_text(const struct parameter *parameter, uint64_t value, char *text, size_t size)
{
	if (parameter->unit == IR_PAGE_SIZE)
		view_bytes(text, size, value);
	else
		snprintf(text, size, "%" PRIu64, value);
}

/* Entries: the curve, and what proves the answers. */

struct rows {
	struct ir_config *configs;
	struct ir_result *results;
	size_t n;
	struct ir_report_entry entry;
};

static bool in_curve(const struct sweep *sweep, uint64_t value)
{
	for (size_t i = 0; i < sweep->range.n && sweep->varied == sweep->sought; i++)
		if (sweep->range.values[i] == value)
			return true;
	return false;
}

static void add_proof(const struct sweep *sweep, const struct search *search, size_t probe,
		      struct rows *rows)
{
	struct ir_error err;
	struct ir_config config = search->config;

	if (in_curve(sweep, search->probes[probe].value) ||
	    parameter_set_number(sweep->sought, &config, search->probes[probe].value, &err))
		return;
	rows->configs[rows->n] = config;
	rows->results[rows->n++] = search->probes[probe].result;
}

static int make_rows(const struct sweep *sweep, struct rows *rows)
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
			add_proof(sweep, search, search->nr_probes - 1, rows);
			continue;
		}
		add_proof(sweep, search, search->found, rows);
		if (!search->smallest)
			add_proof(sweep, search, search->found - 1, rows);
	}
	rows->entry = (struct ir_report_entry){
		.info = sweep->info, .configs = rows->configs, .results = rows->results,
		.nr_results = rows->n,
	};
	return 0;
}

static void free_rows(struct rows *rows)
{
	free(rows->configs);
	free(rows->results);
}

/* For people. */

/* How many strategies from @first on fit beside the values; other formats have any width. */
static size_t strategies_that_fit(const struct sweep *sweep, const struct drawing *d, size_t first)
{
	const struct settings *settings = sweep->settings;
	size_t width = strlen(sweep->varied->name), n = 0;

	if (settings->format != FORMAT_TABLE)
		return settings->nr_strategies - first;
	for (; first + n < settings->nr_strategies; n++) {
		size_t len = strlen(settings->strategies[first + n]->name);

		width += 2 + (len > 9 ? len : 9);
		if (n && width > d->canvas->width)
			break;
	}
	return n;
}

static int draw_part(const struct sweep *sweep, const struct drawing *d, size_t hypervisor,
		     const char *key, size_t first, size_t n)
{
	const struct ir_report_entry entry = {
		.info = sweep->info, .configs = sweep->configs, .results = sweep->results,
		.nr_results = sweep->nr_cells,
	};
	size_t nr_strategies = sweep->settings->nr_strategies;
	struct plain_column *columns = calloc(n + 1, sizeof(*columns));
	struct cells cells;
	char text[CELL];
	int rc;

	if (!columns)
		return -ENOMEM;
	columns[0] = (struct plain_column){ sweep->varied->name, true };
	for (size_t s = 0; s < n; s++)
		columns[s + 1] = (struct plain_column){
			sweep->settings->strategies[first + s]->name, true };
	cells_init(&cells, n + 1, sweep->range.n);
	for (size_t v = 0; v < sweep->range.n; v++) {
		value_text(sweep->varied, sweep->range.values[v], text, sizeof(text));
		cell(&cells, "%s", text);
		for (size_t s = first; s < first + n; s++) {
			size_t i = (hypervisor * sweep->range.n + v) * nr_strategies + s;

			figure_text(&entry, i, key, text, sizeof(text));
			cell(&cells, "%s", text);
		}
	}
	fputc('\n', d->canvas->out);
	rc = cells_draw(&cells, d, columns);
	free(columns);
	return rc;
}

const char *sweep_figure_words(const char *key)
{
	if (!strcmp(key, FAILURES))
		return "failures: maps that failed or are unbacked";
	return strcmp(key, "rpcit.total") ? key : "rpcit.total: RPCITs issued";
}

static int draw_curve(const struct sweep *sweep, const struct drawing *d,
		      const struct ir_report_entry *entry)
{
	const struct settings *settings = sweep->settings;
	size_t per_hypervisor = settings->nr_strategies * sweep->range.n;
	int rc = 0;

	for (size_t h = 0; h < settings->nr_hypervisors && !rc; h++) {
		if (h)
			fputc('\n', d->canvas->out);
		view_hypervisor(entry, h * per_hypervisor, h * per_hypervisor + settings->nr_strategies,
				d->emit, d->arg);
		say(d, "varied", VIEW_PLAIN, "%s, %zu value%s; the line above has the first",
		    sweep->varied->name, sweep->range.n, plural(sweep->range.n));
		for (size_t f = 0; f < sweep_nr_figures(sweep) && !rc; f++) {
			const char *key = sweep_figure(sweep, f);

			fputc('\n', d->canvas->out);
			say(d, "figure", VIEW_PLAIN, "%s", sweep_figure_words(key));
			for (size_t s = 0, n; s < settings->nr_strategies && !rc; s += n) {
				n = strategies_that_fit(sweep, d, s);
				rc = draw_part(sweep, d, h, key, s, n);
			}
		}
	}
	return rc;
}

static void probe_cells(struct cells *cells, const struct sweep *sweep, const struct probe *probe)
{
	char text[CELL];

	value_text(sweep->sought, probe->value, text, sizeof(text));
	cell(cells, "%s", text);
	cell(cells, "%" PRIu64, sweep_failures(&probe->result));
	cell(cells, "%" PRIu64, probe->result.rpcit.total);
}

static void no_probe_cells(struct cells *cells, const char *why)
{
	cell(cells, "%s", why);
	cell(cells, "-");
	cell(cells, "-");
}

static void answer_cells(struct cells *cells, const struct sweep *sweep,
			 const struct search *search)
{
	const struct probe *largest;
	char from[CELL], last[CELL];

	cell(cells, "%s", search->config.strategy->name);
	switch (search->answer) {
	case ANSWER_NO_EFFECT:
		no_probe_cells(cells, "any");
		no_probe_cells(cells, "-");
		cell(cells, "%zu", search->nr_probes);
		cell(cells, "has no queue");
		return;
	case ANSWER_NONE:
		largest = &search->probes[search->nr_probes - 1];
		value_text(sweep->sought, largest->value, last, sizeof(last));
		no_probe_cells(cells, "none");
		no_probe_cells(cells, "-");
		cell(cells, "%zu", search->nr_probes);
		cell(cells, "none that was tried suffices; %s, the largest: failures %" PRIu64
		     ", RPCITs %" PRIu64, last, sweep_failures(&largest->result),
		     largest->result.rpcit.total);
		return;
	case ANSWER_FOUND:
		break;
	}
	probe_cells(cells, sweep, &search->probes[search->found]);
	if (search->smallest)
		no_probe_cells(cells, "-");
	else
		probe_cells(cells, sweep, &search->probes[search->found - 1]);
	cell(cells, "%zu", search->nr_probes);
	value_text(sweep->sought, search->holds_from, from, sizeof(from));
	if (search->exceptions) {
		value_text(sweep->sought, search->probes[search->last_exception].value, last,
			   sizeof(last));
		cell(cells, "not monotonic: %zu larger one%s tried do%s not suffice, up to %s; all "
		     "tried from %s on do", search->exceptions, plural(search->exceptions),
		     search->exceptions == 1 ? "es" : "", last, from);
	} else if (search->smallest) {
		cell(cells, "the smallest value there is");
	} else {
		cell(cells, "all larger ones tried suffice");
	}
}

static int draw_answers(const struct sweep *sweep, const struct drawing *d)
{
	static const struct plain_column columns[] = {
		{ "strategy", false }, { "smallest", true }, { "failures", true },
		{ "RPCITs", true }, { "one less", true }, { "failures", true }, { "RPCITs", true },
		{ "replays", true }, { "", false },
	};
	const struct settings *settings = sweep->settings;
	int rc = 0;

	for (size_t h = 0; h < settings->nr_hypervisors && !rc; h++) {
		const struct search *first = &sweep->searches[h * settings->nr_strategies];
		struct cells cells;
		char unit[48] = "";

		if (sweep->nr_cells || h)
			fputc('\n', d->canvas->out);
		if (sweep->sought->unit > 1)
			snprintf(unit, sizeof(unit), "; one less is a page less");
		say(d, "hypervisor", VIEW_PLAIN, "%s", first->config.hypervisor->name);
		if (settings->has_max_rpcits)
			say(d, "sought", VIEW_PLAIN, "smallest %s with at most %" PRIu64 " failure%s "
			    "and %" PRIu64 " RPCITs%s", sweep->sought->name, settings->max_failures,
			    plural(settings->max_failures), settings->max_rpcits, unit);
		else
			say(d, "sought", VIEW_PLAIN, "smallest %s with at most %" PRIu64 " failure%s%s",
			    sweep->sought->name, settings->max_failures,
			    plural(settings->max_failures), unit);
		fputc('\n', d->canvas->out);
		cells_init(&cells, 9, settings->nr_strategies);
		for (size_t s = 0; s < settings->nr_strategies; s++)
			answer_cells(&cells, sweep, &first[s]);
		rc = cells_draw(&cells, d, columns);
	}
	return rc;
}

int sweep_draw(const struct sweep *sweep, const struct drawing *d)
{
	struct rows rows = { .n = 0 };
	int rc = make_rows(sweep, &rows);

	if (!rc) {
		view_recording(&rows.entry, d->emit, d->arg);
		if (sweep->varied)
			rc = draw_curve(sweep, d, &rows.entry);
		if (!rc && sweep->sought)
			rc = draw_answers(sweep, d);
		fputc('\n', d->canvas->out);
		view_notes(&rows.entry, d->emit, d->arg);
	}
	free_rows(&rows);
	return rc;
}

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

/* For programs. */

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
	struct rows rows = { .n = 0 };
	json_t *document = NULL, *question;
	char *text = NULL;

	if (!make_rows(sweep, &rows))
		document = ir_json_document(&rows.entry, 1);
	free_rows(&rows);
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
