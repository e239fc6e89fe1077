// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A sweep as a page: the curves as pictures, then what the table says.  One
 * file, no scripts, nothing from the network.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "page/html.h"
#include "report/chart.h"
#include "report/markup.h"
#include "render/sweep.h"
#include "render/view.h"

/* Lists here are of one item each: tables stand between them. */
static void sweep_item(void *arg, const char *label, const char *text, enum view_mark mark)
{
	FILE *out = arg;

	fputs("<dl>\n", out);
	html_item(out, label, text, mark);
	fputs("</dl>\n", out);
}

static void sweep_cell(FILE *out, const char *element, bool right, const char *text)
{
	fprintf(out, "<%s%s>", element, right ? "" : " class=\"text\"");
	ir_markup_text(out, text);
	fprintf(out, "</%s>", element);
}

static int sweep_table(const struct canvas *canvas, const struct plain_column *columns,
		      size_t nr_columns, const char *const *cells, size_t rows)
{
	FILE *out = canvas->out;

	fputs("<div class=\"wide\"><table class=\"sweep\">\n<thead><tr>", out);
	for (size_t i = 0; i < nr_columns; i++)
		sweep_cell(out, "th", columns[i].right, columns[i].title);
	fputs("</tr></thead>\n<tbody>\n", out);
	for (size_t r = 0; r < rows; r++) {
		fputs("<tr>", out);
		for (size_t i = 0; i < nr_columns; i++)
			sweep_cell(out, "td", columns[i].right, cells[r * nr_columns + i]);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
	return 0;
}

/* Figures far apart are on one picture only if their axis is logarithmic. */
static enum ir_chart_scale y_scale(const struct ir_chart_point *points, size_t n)
{
	double min = INFINITY, max = 0;

	for (size_t i = 0; i < n; i++) {
		if (!isfinite(points[i].y) || !(points[i].y > 0))
			continue;
		min = fmin(min, points[i].y);
		max = fmax(max, points[i].y);
	}
	return max > 100 * min ? IR_CHART_LOG10 : IR_CHART_LINEAR;
}

/* One curve for each strategy; a replay that has failures is a cross. */
static int write_chart(const struct sweep *sweep, FILE *out, size_t hypervisor, const char *key)
{
	size_t lines = sweep->settings->nr_strategies, n = sweep->range.n, first;
	struct ir_chart_point *points = calloc(lines * n, sizeof(*points));
	struct ir_chart_series *series = calloc(lines, sizeof(*series));
	char title[160];
	bool is_time = false;
	struct ir_chart chart = {
		.title = title, .height = 340, .nr_series = lines, .series = series,
		.x = { .label = sweep->varied->name,
		       .scale = sweep->range.by_factor ? IR_CHART_LOG2 : IR_CHART_LINEAR },
		.failed = "maps fail or are unbacked", .embedded = true,
	};

	if (!points || !series) {
		free(points);
		free(series);
		return -ENOMEM;
	}
	first = hypervisor * n * lines;
	for (size_t s = 0; s < lines; s++) {
		for (size_t v = 0; v < n; v++) {
			size_t cell = first + v * lines + s;

			points[s * n + v] = (struct ir_chart_point){
				.x = (double)sweep->range.values[v],
				.y = sweep_figure_value(sweep, cell, key, &is_time),
				.failed = sweep_failures(&sweep->results[cell]),
			};
		}
		series[s] = (struct ir_chart_series){
			.name = sweep->settings->strategies[s]->name, .style = IR_CHART_LINE,
			.color = (unsigned int)(s % IR_CHART_COLORS), .points = &points[s * n],
			.nr_points = n,
		};
	}
	snprintf(title, sizeof(title), "%s over %s, %s", key, sweep->varied->name,
		 sweep->configs[first].hypervisor->name);
	chart.y = (struct ir_chart_axis){
		.label = key, .scale = y_scale(points, lines * n),
		.unit = is_time ? IR_CHART_NS : IR_CHART_NUMBER,
	};
	fputs("<figure>\n", out);
	ir_chart_svg(out, &chart);
	fputs("</figure>\n", out);
	free(points);
	free(series);
	return 0;
}

int sweep_html(const struct canvas *canvas, const struct sweep *sweep)
{
	struct drawing drawing = {
		.canvas = canvas, .emit = sweep_item, .arg = canvas->out, .table = sweep_table,
	};
	int rc = 0;

	html_begin(canvas->out, sweep->info->file);
	for (size_t h = 0; sweep->varied && h < sweep->settings->nr_hypervisors; h++)
		for (size_t f = 0; f < sweep_nr_figures(sweep) && !rc; f++)
			rc = write_chart(sweep, canvas->out, h, sweep_figure(sweep, f));
	if (!rc)
		rc = sweep_draw(sweep, &drawing);
	html_end(canvas->out);
	return rc;
}
