// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A sweep's results for people: a table for each figure, values down and
 * strategies across, and the answers with their proofs.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "io/texts.h"
#include "render/cells.h"
#include "render/render.h"
#include "report/columns.h"
#include "render/sweep.h"
#include "render/view.h"
#include "render/sweep_words.h"
#include "base/numbers.h"

#define CELL 48

/* run shows these with the limit, which may be that of each of several devices. */
static bool has_limit(const char *key)
{
	return !strcmp(key, "peaks.host_pages") || !strcmp(key, "entries.peak");
}

/* Returns how to draw it. */
static enum view_mark figure_text(const struct ir_report_entry *entry, size_t result,
				  const char *key, char *text, size_t size)
{
	const struct ir_column *column = sweep_find_figure(key);
	struct ir_value value;
	uint64_t failures;

	if (!column) {
		failures = sweep_failures(&entry->results[result]);
		snprintf(text, size, "%s", failures ? ir_count_text(failures).s : "-");
		return failures ? VIEW_BAD : VIEW_PLAIN;
	}
	value = ir_column_value(column, entry, result);
	if (value.type == IR_VALUE_REAL) {
		if (!strncmp(key, "time.throughput.", strlen("time.throughput.")))
			snprintf(text, size, "%.3f", value.real);
		else
			ir_real_text(text, size, value.real, 6);
		return VIEW_PLAIN;
	}
	if (!strncmp(key, "time.", strlen("time.")) && cell_is_time(key) && value.type == IR_VALUE_COUNT) {
		snprintf(text, size, "%s", value.count ? ir_time_text(value.count, IR_PLAIN).s : "-");
		return VIEW_PLAIN;
	}
	if (has_limit(key) && value.type == IR_VALUE_COUNT) {
		snprintf(text, size, "%s", value.count ? ir_count_text(value.count).s : "-");
		return VIEW_PLAIN;
	}
	return view_cell(entry, result, (size_t)(column - ir_result_columns), text, size);
}

/* Only bytes get a unit. */
static void value_text(const struct parameter *parameter, uint64_t value, char *text, size_t size)
{
	if (parameter->unit == IR_PAGE_SIZE)
		snprintf(text, size, "%s", ir_bytes_text(value, IR_PLAIN).s);
	else
		snprintf(text, size, "%s", ir_count_text(value).s);
}

/* How many strategies from @first on fit beside the values; other formats have any width. */
static size_t strategies_that_fit(const struct sweep *sweep, const struct drawing *d, size_t first)
{
	const struct settings *settings = sweep->settings;
	size_t width = strlen(sweep->varied->name), n = 0;

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

/* 0 stands for never. */
static void write_from(FILE *out, const char *what, uint64_t from)
{
	if (from)
		fprintf(out, "; %s from %" PRIu64 " on", what, from);
}

/* How many times the devices fit with a strategy, and what gets in the way first; NULL: no memory. */
static char *fits_text(const struct sweep *sweep, size_t h, size_t s)
{
	uint64_t most = sweep->range.values[sweep->range.n - 1];
	struct sweep_fits fits = sweep_fits(sweep, h, s);
	struct ir_memory memory;
	FILE *out = text_begin(&memory);

	if (!fits.failing)
		fprintf(out, "%" PRIu64 " or more fit, no map fails", most);
	else if (fits.fit)
		fprintf(out, "%" PRIu64 " fit%s; maps fail with %" PRIu64, fits.fit, fits.fit == 1 ? "s" : "",
			fits.failing);
	else
		fprintf(out, "maps fail already with %" PRIu64, fits.failing);
	write_from(out, "entries run short", fits.short_of_entries);
	write_from(out, "a queue is full", fits.queue_full);
	write_from(out, "the hypervisor is busy", fits.hypervisor_busy);
	if (fits.busy > 1)
		fprintf(out, "; flushes would take %s times the time there is with %" PRIu64,
			ir_ratio_text(fits.busy).s, most);
	else if (fits.busy >= 0)
		fprintf(out, "; flushes take %s of the time with %" PRIu64, ir_share_text(fits.busy, 1).s, most);
	return text_end(&memory);
}

/* A line for all strategies that have the same text as @s, unless an earlier one has. */
static void draw_fits_of(const struct sweep *sweep, const struct drawing *d, size_t h, char *const *texts, size_t s)
{
	size_t n = sweep->settings->nr_strategies;
	struct ir_memory memory;
	FILE *out;
	char *names;

	for (size_t i = 0; i < s; i++)
		if (!strcmp(texts[i], texts[s]))
			return;
	out = text_begin(&memory);
	for (size_t i = s; i < n; i++)
		if (!strcmp(texts[i], texts[s]))
			fprintf(out, "%s%s", i > s ? ", " : "", sweep->settings->strategies[i]->name);
	names = text_end(&memory);
	draw_line(d, s ? "" : "devices", sweep_fits(sweep, h, s).fit ? VIEW_PLAIN : VIEW_BAD,
		  "%s: %s", names, texts[s]);
	free(names);
}

static int draw_fits(const struct sweep *sweep, const struct drawing *d, size_t h)
{
	size_t n = sweep->settings->nr_strategies;
	char **texts = calloc(n + 1, sizeof(char *));

	if (!texts)
		return -ENOMEM;
	for (size_t s = 0; s < n; s++)
		texts[s] = fits_text(sweep, h, s);
	for (size_t s = 0; s < n; s++)
		draw_fits_of(sweep, d, h, texts, s);
	for (size_t s = 0; s < n; s++)
		free(texts[s]);
	free((void *)texts);
	return 0;
}

/* 0: alike, or one of them fails maps, and so does less than the other. */
static int compare_throughput(const struct ir_result *x, const struct ir_result *y)
{
	double a = x->time.throughput.ratio, b = y->time.throughput.ratio;

	return sweep_failures(x) + sweep_failures(y) ? 0 : (a > b) - (a < b);
}

static bool bounds_meet(const struct ir_result *x, const struct ir_result *y)
{
	const struct ir_throughput *a = &x->time.throughput, *b = &y->time.throughput;

	return a->low <= b->high && b->low <= a->high;
}

/* Strategies @s and @t change places between these two values; @row: the results of the first value. */
static void draw_crossing(const struct sweep *sweep, const struct drawing *d, const struct ir_result *row,
			  size_t s, size_t t, size_t last, size_t v)
{
	size_t nr = sweep->settings->nr_strategies;
	const struct ir_result *before = row + last * nr, *behind = row + v * nr;
	bool ahead = compare_throughput(&before[s], &before[t]) > 0;
	bool unsure = bounds_meet(&before[s], &before[t]) || bounds_meet(&behind[s], &behind[t]);
	char from[CELL], to[CELL];

	value_text(sweep->varied, sweep->range.values[last], from, sizeof(from));
	value_text(sweep->varied, sweep->range.values[v], to, sizeof(to));
	draw_line(d, "crossing", VIEW_PLAIN, "%s is faster than %s up to %s, slower from %s on%s",
		  sweep->settings->strategies[ahead ? s : t]->name, sweep->settings->strategies[ahead ? t : s]->name,
		  from, to, unsure ? ", by less than the bounds of their throughput" : "");
}

/* Between which values two strategies change places in throughput, hypervisor @h. */
static void draw_crossings(const struct sweep *sweep, const struct drawing *d, size_t h)
{
	size_t nr = sweep->settings->nr_strategies;
	const struct ir_result *row = sweep->results + h * sweep->range.n * nr;

	for (size_t s = 0; s < nr; s++) {
		for (size_t t = s + 1; t < nr; t++) {
			int sign = 0;
			size_t last = 0;

			for (size_t v = 0; v < sweep->range.n; v++) {
				int now = compare_throughput(&row[v * nr + s], &row[v * nr + t]);

				if (now && sign && now != sign)
					draw_crossing(sweep, d, row, s, t, last, v);
				sign = now ? now : sign;
				last = now ? v : last;
			}
		}
	}
}

static int draw_curve(const struct sweep *sweep, const struct drawing *d,
		      const struct ir_report_entry *entry)
{
	const struct settings *settings = sweep->settings;
	size_t per_hypervisor = settings->nr_strategies * sweep->range.n;
	char unit[40];
	int rc = 0;

	for (size_t h = 0; h < settings->nr_hypervisors && !rc; h++) {
		if (h)
			fputc('\n', d->canvas->out);
		view_hypervisor(entry, h * per_hypervisor, h * per_hypervisor + settings->nr_strategies,
				d->emit, d->arg);
		snprintf(unit, sizeof(unit), " (%s)", sweep_unit_words(sweep->varied));
		draw_line(d, "varied", VIEW_PLAIN, "%s%s, %zu value%s; the line above has the first",
			  sweep->varied->name, sweep->varied->time_ns ? unit : "", sweep->range.n,
			  ir_plural(sweep->range.n));
		for (size_t f = 0; f < sweep_nr_figures(sweep) && !rc; f++) {
			const char *key = sweep_figure(sweep, f);

			fputc('\n', d->canvas->out);
			draw_line(d, "figure", VIEW_PLAIN, "%s", sweep_figure_words(sweep, key));
			for (size_t s = 0, n; s < settings->nr_strategies && !rc; s += n) {
				n = strategies_that_fit(sweep, d, s);
				rc = draw_part(sweep, d, h, key, s, n);
			}
		}
		if (!rc && !strcmp(sweep->varied->name, "devices")) {
			fputc('\n', d->canvas->out);
			rc = draw_fits(sweep, d, h);
		}
		if (settings->closed)
			draw_crossings(sweep, d, h);
	}
	return rc;
}

static void probe_cells(struct cells *cells, const struct sweep *sweep, const struct probe *probe)
{
	char text[CELL];

	value_text(sweep->sought, probe->value, text, sizeof(text));
	cell(cells, "%s", text);
	cell(cells, sweep_failures(&probe->result) ? "%s" : "-", ir_count_text(sweep_failures(&probe->result)).s);
	cell(cells, "%s", ir_count_text(probe->result.rpcit.total).s);
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
	const struct probe *largest = search->largest;
	char from[CELL], last[CELL + 48];

	cell(cells, "%s", search->config.strategy->name);
	switch (search->answer) {
	case ANSWER_NO_EFFECT:
		no_probe_cells(cells, "any");
		no_probe_cells(cells, "-");
		cell(cells, "%zu", search->replays);
		cell(cells, "has no queue");
		return;
	case ANSWER_NONE:
		value_text(sweep->sought, largest->value, from, sizeof(from));
		no_probe_cells(cells, "none");
		no_probe_cells(cells, "-");
		cell(cells, "%zu", search->replays);
		if (largest->result.parameters.queue == IR_QUEUE_NONE &&
		    sweep->settings->find == FIND_QUEUE_SIZE)
			snprintf(last, sizeof(last), "has no queue");
		else
			snprintf(last, sizeof(last), "none that was tried suffices; %s, the largest", from);
		cell(cells, "%s: failures %s, %s %s", last, ir_count_text(sweep_failures(&largest->result)).s,
		     sweep_flushes(sweep), ir_count_text(largest->result.rpcit.total).s);
		return;
	case ANSWER_FOUND:
		break;
	}
	probe_cells(cells, sweep, search->smallest);
	if (search->one_less)
		probe_cells(cells, sweep, search->one_less);
	else
		no_probe_cells(cells, "-");
	cell(cells, "%zu", search->replays);
	value_text(sweep->sought, search->holds_from, from, sizeof(from));
	if (search->exceptions) {
		value_text(sweep->sought, search->last_exception, last, sizeof(last));
		cell(cells, "not monotonic: %zu larger one%s tried do%s not suffice, up to %s%s%s%s",
		     search->exceptions, ir_plural(search->exceptions), search->exceptions == 1 ? "es" : "",
		     last, search->holds_from ? "; all tried from " : ", the largest",
		     search->holds_from ? from : "", search->holds_from ? " on do" : "");
	} else if (search->one_less) {
		cell(cells, "every larger value tried also works");
	} else {
		cell(cells, "the smallest value there is");
	}
}

static void draw_host(const struct drawing *d, const struct sweep *sweep, size_t h)
{
	struct ir_memory memory;
	FILE *out = text_begin(&memory);
	char *text;

	sweep_host(out, sweep, h);
	text = text_end(&memory);
	d->emit(d->arg, "hypervisor", text, VIEW_PLAIN);
	free(text);
}

static int draw_answers(const struct sweep *sweep, const struct drawing *d)
{
	const char *title = sweep_flushes(sweep);
	const struct plain_column columns[] = {
		{ "strategy", false }, { "smallest", true }, { "failures", true },
		{ title, true }, { "one less", true }, { "failures", true }, { title, true },
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
		draw_host(d, sweep, h);
		if (settings->has_max_rpcits)
			draw_line(d, "sought", VIEW_PLAIN, "smallest %s with at most %s failure%s and %s %s%s",
				  sweep->sought->name, ir_count_text(settings->max_failures).s,
				  ir_plural(settings->max_failures), ir_count_text(settings->max_rpcits).s,
				  title, unit);
		else
			draw_line(d, "sought", VIEW_PLAIN, "smallest %s with at most %s failure%s%s",
				  sweep->sought->name, ir_count_text(settings->max_failures).s,
				  ir_plural(settings->max_failures), unit);
		fputc('\n', d->canvas->out);
		cells_init(&cells, 9, settings->nr_strategies);
		for (size_t s = 0; s < settings->nr_strategies; s++)
			answer_cells(&cells, sweep, &first[s]);
		rc = cells_draw(&cells, d, columns);
	}
	return rc;
}

static void emit_line(void *arg, const char *label, const char *text)
{
	const struct drawing *d = arg;

	d->emit(d->arg, !strcmp(label, "Try next") ? "try next" : "on the host", text, VIEW_PLAIN);
}

static void draw_verdicts(const struct sweep *sweep, const struct drawing *d)
{
	for (size_t h = 0; h < sweep->settings->nr_hypervisors; h++) {
		char *text = sweep_verdict(sweep, h);

		sweep_words(sweep, h, emit_line, (void *)(uintptr_t)d);
		d->emit(d->arg, "verdict", text, VIEW_PLAIN);
		free(text);
	}
}

int sweep_draw(const struct sweep *sweep, const struct drawing *d)
{
	struct sweep_rows rows = { .n = 0 };
	int rc = sweep_rows_make(sweep, &rows);

	if (!rc) {
		view_recording(&rows.entry, d->emit, d->arg);
		if (sweep->varied)
			rc = draw_curve(sweep, d, &rows.entry);
		if (!rc && sweep->sought)
			rc = draw_answers(sweep, d);
		fputc('\n', d->canvas->out);
		view_notes(&rows.entry, d->emit, d->arg);
		draw_verdicts(sweep, d);
	}
	sweep_rows_free(&rows);
	return rc;
}
