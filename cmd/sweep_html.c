// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A sweep as a page: the curves as pictures, then what the table says.  One
 * file, no scripts, nothing from the network.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/chart.h"
#include "report/markup.h"
#include "sweep.h"
#include "view.h"

static void html_item(void *arg, const char *label, const char *text, enum view_mark mark)
{
	FILE *out = arg;

	label += strspn(label, " ");
	fputs(mark == VIEW_BAD ? "<p class=\"bad\"><b>" : "<p><b>", out);
	ir_markup_text(out, label);
	fputs("</b> ", out);
	ir_markup_text(out, text);
	fputs("</p>\n", out);
}

static void html_cell(FILE *out, const char *element, bool right, const char *text)
{
	fprintf(out, "<%s%s>", element, right ? " class=\"n\"" : "");
	ir_markup_text(out, text);
	fprintf(out, "</%s>", element);
}

static int html_table(const struct canvas *canvas, const struct plain_column *columns,
		      size_t nr_columns, const char *const *cells, size_t rows)
{
	FILE *out = canvas->out;

	fputs("<div class=\"wide\"><table>\n<thead><tr>", out);
	for (size_t i = 0; i < nr_columns; i++)
		html_cell(out, "th", columns[i].right, columns[i].title);
	fputs("</tr></thead>\n<tbody>\n", out);
	for (size_t r = 0; r < rows; r++) {
		fputs("<tr>", out);
		for (size_t i = 0; i < nr_columns; i++)
			html_cell(out, "td", columns[i].right, cells[r * nr_columns + i]);
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

static void write_head(const struct sweep *sweep, FILE *out)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<title>sweep: ", out);
	ir_markup_text(out, sweep->info->file);
	fputs("</title>\n<style>\n"
	      ":root { color-scheme: light dark; }\n"
	      "body { font: 15px/1.45 system-ui, sans-serif; max-width: 60em; margin: 1.5em auto;"
	      " padding: 0 1em; }\n"
	      "h1 { font-size: 1.4em; } p { margin: 0.3em 0; } figure { margin: 1.2em 0; }\n"
	      "p b { display: inline-block; min-width: 6.5em; font-weight: 600; }\n"
	      ".bad { color: #b00020; } .wide { overflow-x: auto; margin: 0.8em 0 1.2em; }\n"
	      "table { border-collapse: collapse; font-variant-numeric: tabular-nums; }\n"
	      "th, td { padding: 0.15em 0.6em; border-bottom: 1px solid #8884; text-align: left; }\n"
	      "th.n, td.n { text-align: right; }\n", out);
	ir_chart_css(out);
	fputs("</style>\n</head>\n<body>\n<h1>Sweep</h1>\n", out);
}

char *sweep_html(const struct sweep *sweep)
{
	struct canvas canvas = { .width = 120 };
	struct drawing drawing = {
		.canvas = &canvas, .emit = html_item, .table = html_table,
	};
	char *text = NULL;
	size_t size;
	int rc = 0;

	canvas.out = open_memstream(&text, &size);
	if (!canvas.out)
		return NULL;
	drawing.arg = canvas.out;
	write_head(sweep, canvas.out);
	for (size_t h = 0; sweep->varied && h < sweep->settings->nr_hypervisors; h++)
		for (size_t f = 0; f < sweep_nr_figures(sweep) && !rc; f++)
			rc = write_chart(sweep, canvas.out, h, sweep_figure(sweep, f));
	if (!rc)
		rc = sweep_draw(sweep, &drawing);
	fputs("</body>\n</html>\n", canvas.out);
	if (!fclose(canvas.out) && !rc)
		return text;
	free(text);
	return NULL;
}
