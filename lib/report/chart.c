// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Charts as SVG.
 *
 * From above: title, legend, the plot with its ticks, the label of the x axis.
 * How wide a text is nobody knows before it is shown: it is estimated from its
 * characters.
 */
#include "report/chart.h"

#include <math.h>
#include <string.h>

#include "report/chart_axis.h"
#include "report/markup.h"

#define WIDTH		760
#define HEIGHT		260
#define LEFT		62	/* for the ticks' names and the label of y */
#define RIGHT		16
#define BOTTOM		40
#define LINE_HEIGHT	17
#define CHAR_WIDTH	6.3
#define MAX_DOTS	100	/* with more points than that a line says it all */

struct picture {
	FILE *out;
	const struct ir_chart *chart;
	double width, height;
	double left, right, top, bottom;	/* of the plot */
	struct ir_chart_ruler x, y;
};

void ir_chart_css(FILE *out)
{
	/*
	 * Okabe and Ito's colours for all eyes, the lightest of them made darker
	 * on light ground, and the darkest lighter on dark ground.
	 */
	static const char *const light[IR_CHART_COLORS] = {
		"#0072b2", "#d55e00", "#009e73", "#b2578f",
		"#c98500", "#3a9bd0", "#555555", "#8a8a00",
	}, *const dark[IR_CHART_COLORS] = {
		"#4aa8e8", "#f08040", "#20c090", "#d98bb8",
		"#e6a820", "#8cd0f5", "#bbbbbb", "#d6d060",
	};

	fputs(".irc{font:11px system-ui,sans-serif;fill:#333}"
	      ".irc .t{font-size:13px;font-weight:600}.irc .g{stroke:#8888;stroke-width:.4}"
	      ".irc .a{stroke:#888;fill:none}.irc .m{fill:#666}"
	      ".irc .l{fill:none;stroke-width:1.6;stroke-linejoin:round}"
	      ".irc .b{fill-opacity:.3;stroke-width:1;stroke-linejoin:round}"
	      ".irc .r{stroke:#333;stroke-dasharray:6 3;fill:none}"
	      ".irc .x{fill:none;stroke-width:1.8}.irc .bg{fill:#fff}", out);
	for (int i = 0; i < IR_CHART_COLORS; i++)
		fprintf(out, ".irc .s%d{stroke:%s}.irc .f%d{fill:%s}", i, light[i], i, light[i]);
	fputs("@media(prefers-color-scheme:dark){.irc{fill:#ddd}.irc .m{fill:#aaa}"
	      ".irc .r{stroke:#ddd}.irc .bg{fill:#16181c}", out);
	for (int i = 0; i < IR_CHART_COLORS; i++)
		fprintf(out, ".irc .s%d{stroke:%s}.irc .f%d{fill:%s}", i, dark[i], i, dark[i]);
	fputs("}", out);
}

/* Dashes tell series apart where colours do not. */
static const char *dashes(unsigned int color)
{
	static const char *const list[IR_CHART_COLORS] = {
		"", "", "", "", "7 2", "2 2", "7 2 2 2", "4 3",
	};

	return list[color % IR_CHART_COLORS];
}

static double text_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return (double)n * CHAR_WIDTH;
}

static void text_at(FILE *out, double x, double y, const char *attributes, const char *text)
{
	fprintf(out, "<text x='%.1f' y='%.1f'%s>", x, y, attributes);
	ir_markup_text(out, text);
	fputs("</text>\n", out);
}

static void cross_at(FILE *out, double x, double y, unsigned int color)
{
	fprintf(out, "<path class='x s%u' d='M%.1f %.1fl7 7m0 -7l-7 7'/>\n", color % IR_CHART_COLORS,
		x - 3.5, y - 3.5);
}

/* The legend */

static void legend_sample(struct picture *p, const struct ir_chart_series *series, double x,
			  double y)
{
	unsigned int color = series->color % IR_CHART_COLORS;

	switch (series->style) {
	case IR_CHART_BAND:
		fprintf(p->out, "<rect class='b s%u f%u' x='%.1f' y='%.1f' width='18' height='8'/>\n",
			color, color, x, y - 8);
		break;
	case IR_CHART_DOTS:
		fprintf(p->out, "<circle class='f%u' cx='%.1f' cy='%.1f' r='2.6'/>\n", color, x + 9,
			y - 4);
		break;
	case IR_CHART_MARKS:
		cross_at(p->out, x + 9, y - 4, color);
		break;
	case IR_CHART_LINE:
	case IR_CHART_STEP:
		fprintf(p->out, "<path class='l s%u' stroke-dasharray='%s' d='M%.1f %.1fh18'/>\n",
			color, dashes(color), x, y - 4);
		break;
	}
}

static bool has_failed(const struct ir_chart *chart)
{
	for (size_t i = 0; i < chart->nr_series; i++)
		for (size_t k = 0; k < chart->series[i].nr_points; k++)
			if (chart->series[i].points[k].failed)
				return true;
	return false;
}

/* One entry, on a new line if this one is full. */
static double legend_entry(struct picture *p, const struct ir_chart_series *series,
			   const char *name, double x, double *y, bool draw)
{
	double width = 24 + text_width(name) + 14;

	if (x > p->left && x + width > p->width - RIGHT) {
		x = p->left;
		*y += LINE_HEIGHT;
	}
	if (draw) {
		legend_sample(p, series, x, *y);
		text_at(p->out, x + 23, *y, "", name);
	}
	return x + width;
}

/* Returns where the next line would be. */
static double legend(struct picture *p, double y, bool draw)
{
	static const struct ir_chart_series cross = { .style = IR_CHART_MARKS, .color = 6 };
	const struct ir_chart *chart = p->chart;
	double x = p->left;

	for (size_t i = 0; i < chart->nr_series; i++)
		if (chart->series[i].name)
			x = legend_entry(p, &chart->series[i], chart->series[i].name, x, &y, draw);
	if (has_failed(chart))
		x = legend_entry(p, &cross, chart->failed ? chart->failed : "failed", x, &y, draw);
	return x > p->left ? y + LINE_HEIGHT : y;
}

/* Axes */

static void find_ranges(struct picture *p)
{
	const struct ir_chart *chart = p->chart;

	ir_chart_ruler_begin(&p->x, &chart->x);
	ir_chart_ruler_begin(&p->y, &chart->y);
	for (size_t i = 0; i < chart->nr_series; i++) {
		const struct ir_chart_series *series = &chart->series[i];

		for (size_t k = 0; k < series->nr_points; k++) {
			const struct ir_chart_point *point = &series->points[k];

			ir_chart_ruler_include(&p->x, &chart->x, point->x);
			ir_chart_ruler_include(&p->y, &chart->y, point->y);
			if (series->style == IR_CHART_BAND)
				ir_chart_ruler_include(&p->y, &chart->y, point->low);
		}
	}
	for (size_t i = 0; i < chart->nr_rules; i++)
		ir_chart_ruler_include(&p->y, &chart->y, chart->rules[i].y);
	p->x.from = p->left;
	p->x.to = p->right;
	p->y.from = p->bottom;
	p->y.to = p->top;
	ir_chart_ruler_finish(&p->x, &chart->x, false, (unsigned int)((p->right - p->left) / 70));
	ir_chart_ruler_finish(&p->y, &chart->y, true, (unsigned int)((p->bottom - p->top) / 36));
}

static void x_tick(struct picture *p, double tick, const char *name)
{
	double at = ir_chart_ruler_at(&p->x, tick);

	fprintf(p->out, "<path class='g' d='M%.1f %.1fV%.1f'/>\n", at, p->top, p->bottom);
	text_at(p->out, at, p->bottom + 14, " text-anchor='middle'", name);
}

static void y_tick(struct picture *p, double tick, const char *name)
{
	double at = ir_chart_ruler_at(&p->y, tick);

	fprintf(p->out, "<path class='g' d='M%.1f %.1fH%.1f'/>\n", p->left, at, p->right);
	text_at(p->out, p->left - 6, at + 4, " text-anchor='end'", name);
}

static void axes(struct picture *p)
{
	const struct ir_chart *chart = p->chart;
	char name[32], place[96];

	for (size_t i = 0; i < p->x.nr_ticks; i++)
		x_tick(p, p->x.ticks[i], ir_chart_ruler_name(&p->x, p->x.ticks[i], name, sizeof(name)));
	if (p->x.has_zero)
		x_tick(p, 0, "0");
	for (size_t i = 0; i < p->y.nr_ticks; i++)
		y_tick(p, p->y.ticks[i], ir_chart_ruler_name(&p->y, p->y.ticks[i], name, sizeof(name)));
	if (p->y.has_zero)
		y_tick(p, 0, "0");
	fprintf(p->out, "<path class='a' d='M%.1f %.1fV%.1fH%.1f'/>\n", p->left, p->top, p->bottom,
		p->right);
	if (chart->x.label)
		text_at(p->out, (p->left + p->right) / 2, p->height - 8,
			" class='m' text-anchor='middle'", chart->x.label);
	if (chart->y.label) {
		snprintf(place, sizeof(place),
			 " class='m' text-anchor='middle' transform='rotate(-90 12 %.1f)'",
			 (p->top + p->bottom) / 2);
		text_at(p->out, 12, (p->top + p->bottom) / 2, place, chart->y.label);
	}
}

static void rules(struct picture *p)
{
	for (size_t i = 0; i < p->chart->nr_rules; i++) {
		const struct ir_chart_rule *rule = &p->chart->rules[i];
		double at = ir_chart_ruler_at(&p->y, rule->y);

		fprintf(p->out, "<path class='r' d='M%.1f %.1fH%.1f'/>\n", p->left, at, p->right);
		if (rule->label)
			text_at(p->out, p->right - 4, at - 4, " text-anchor='end'", rule->label);
	}
}

/* Series */

static void draw_line(struct picture *p, const struct ir_chart_series *series)
{
	unsigned int color = series->color % IR_CHART_COLORS;
	bool pen_down = false;

	fprintf(p->out, "<path class='l s%u' stroke-dasharray='%s' d='", color, dashes(color));
	for (size_t i = 0; i < series->nr_points; i++) {
		const struct ir_chart_point *point = &series->points[i];
		double x = ir_chart_ruler_at(&p->x, point->x);
		double y = ir_chart_ruler_at(&p->y, point->y);

		if (!isfinite(point->y) || !isfinite(point->x))
			pen_down = false;
		else if (!pen_down)
			fprintf(p->out, "M%.1f %.1f", x, y), pen_down = true;
		else if (series->style == IR_CHART_STEP)
			fprintf(p->out, "H%.1fV%.1f", x, y);
		else
			fprintf(p->out, "L%.1f %.1f", x, y);
	}
	fputs("'/>\n", p->out);
}

static bool usable(const struct ir_chart_point *point)
{
	return isfinite(point->x) && isfinite(point->y) && isfinite(point->low);
}

static bool differ(double a, double b)
{
	return a < b || a > b;
}

/* One unbroken stretch: along the upper side, and back along the lower one. */
static void draw_stretch(struct picture *p, const struct ir_chart_point *points, size_t n)
{
	fprintf(p->out, "M%.1f %.1f", ir_chart_ruler_at(&p->x, points[0].x),
		ir_chart_ruler_at(&p->y, points[0].y));
	for (size_t i = 1; i < n; i++) {
		if (i + 1 < n && !differ(points[i].y, points[i - 1].y))
			continue;
		fprintf(p->out, "H%.1f", ir_chart_ruler_at(&p->x, points[i].x));
		if (i + 1 < n)
			fprintf(p->out, "V%.1f", ir_chart_ruler_at(&p->y, points[i].y));
	}
	for (size_t i = n - 1; i-- > 0;) {
		if (i + 2 == n || differ(points[i].low, points[i + 1].low))
			fprintf(p->out, "V%.1f", ir_chart_ruler_at(&p->y, points[i].low));
		if (!i || differ(points[i].low, points[i - 1].low))
			fprintf(p->out, "H%.1f", ir_chart_ruler_at(&p->x, points[i].x));
	}
	fputc('Z', p->out);
}

static void draw_band(struct picture *p, const struct ir_chart_series *series)
{
	unsigned int color = series->color % IR_CHART_COLORS;
	size_t begin = 0;

	fprintf(p->out, "<path class='b s%u f%u' d='", color, color);
	for (size_t i = 0; i <= series->nr_points; i++) {
		if (i < series->nr_points && usable(&series->points[i]))
			continue;
		if (i - begin >= 2)
			draw_stretch(p, series->points + begin, i - begin);
		begin = i + 1;
	}
	fputs("'/>\n", p->out);
}

static void describe_point(struct picture *p, const struct ir_chart_series *series,
			   const struct ir_chart_point *point)
{
	char x[32], y[32];

	fputs("<title>", p->out);
	if (series->name)
		ir_markup_text(p->out, series->name);
	snprintf(x, sizeof(x), "%.15g", point->x);
	snprintf(y, sizeof(y), "%.15g", point->y);
	if (p->chart->x.unit == IR_CHART_NS)
		ir_chart_number(x, sizeof(x), point->x, IR_CHART_NS);
	if (p->chart->y.unit == IR_CHART_NS)
		ir_chart_number(y, sizeof(y), point->y, IR_CHART_NS);
	if (series->style == IR_CHART_MARKS) {
		fprintf(p->out, "%s at %s</title>", series->name ? "," : "", x);
		return;
	}
	fprintf(p->out, "%s%s at %s%s%s</title>", series->name ? ": " : "", y, x,
		point->failed ? ", " : "",
		!point->failed ? "" : p->chart->failed ? p->chart->failed : "failed");
}

/* What can be pointed at: dots of a line, crosses. */
static void draw_points(struct picture *p, const struct ir_chart_series *series)
{
	bool dots = series->style == IR_CHART_DOTS ||
		(series->style == IR_CHART_LINE && series->nr_points <= MAX_DOTS);
	unsigned int color = series->color % IR_CHART_COLORS;

	for (size_t i = 0; i < series->nr_points; i++) {
		const struct ir_chart_point *point = &series->points[i];
		bool cross = point->failed || series->style == IR_CHART_MARKS;

		if (!isfinite(point->x) || !isfinite(point->y) || !(cross || dots))
			continue;
		fputs("<g>", p->out);
		describe_point(p, series, point);
		if (cross)
			cross_at(p->out, ir_chart_ruler_at(&p->x, point->x),
				 ir_chart_ruler_at(&p->y, point->y), color);
		else
			fprintf(p->out, "<circle class='f%u' cx='%.1f' cy='%.1f' r='2.6'/>", color,
				ir_chart_ruler_at(&p->x, point->x),
				ir_chart_ruler_at(&p->y, point->y));
		fputs("</g>\n", p->out);
	}
}

static void head(struct picture *p)
{
	const struct ir_chart *chart = p->chart;

	fprintf(p->out, "<svg xmlns='http://www.w3.org/2000/svg' class='irc' role='img' "
		"viewBox='0 0 %.0f %.0f' width='%.0f' height='%.0f' aria-label='", p->width,
		p->height, p->width, p->height);
	ir_markup_text(p->out, chart->title ? chart->title : "chart");
	fputs("'>\n", p->out);
	if (!chart->embedded) {
		fputs("<style>", p->out);
		ir_chart_css(p->out);
		fputs("</style>\n", p->out);
	}
	if (chart->description) {
		fputs("<desc>", p->out);
		ir_markup_text(p->out, chart->description);
		fputs("</desc>\n", p->out);
	}
	fprintf(p->out, "<rect class='bg' width='%.0f' height='%.0f'/>\n", p->width, p->height);
}

void ir_chart_svg(FILE *out, const struct ir_chart *chart)
{
	struct picture p = {
		.out = out, .chart = chart,
		.width = chart->width ? chart->width : WIDTH,
		.height = chart->height ? chart->height : HEIGHT,
		.left = LEFT,
	};
	double first = chart->title ? 20 + LINE_HEIGHT : 16;

	p.right = fmax(p.width - RIGHT, p.left + 20);
	p.top = legend(&p, first, false) - 4;
	p.bottom = fmax(p.height - BOTTOM, p.top + 20);
	find_ranges(&p);
	head(&p);
	if (chart->title)
		text_at(out, p.left, 18, " class='t'", chart->title);
	legend(&p, first, true);
	axes(&p);
	for (size_t i = 0; i < chart->nr_series; i++) {
		const struct ir_chart_series *series = &chart->series[i];

		if (series->style == IR_CHART_BAND)
			draw_band(&p, series);
		else if (series->style == IR_CHART_LINE || series->style == IR_CHART_STEP)
			draw_line(&p, series);
	}
	rules(&p);
	for (size_t i = 0; i < chart->nr_series; i++)
		draw_points(&p, &chart->series[i]);
	fputs("</svg>\n", out);
}
