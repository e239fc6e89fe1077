// SPDX-License-Identifier: GPL-2.0-or-later
#include "page/svg.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/markup.h"

#define UNITS 1000.0		/* of a bar */
#define LEAST 7.0		/* of a cause that is not zero */
#define LARGE_SHARE 0.16	/* of the cost picture: "none" */
#define COST_HEIGHT 190.0
#define COST_WIDTH 270.0	/* for which labels are placed; the picture is wider */

void scales_begin(struct scales *scales)
{
	*scales = (struct scales){ .exposure = { 0, 0, true } };
}

void log_axis_include(struct log_axis *axis, double value)
{
	int from, to;

	if (!(value > 0))
		return;
	from = (int)floor(log10(value) + 1e-9);
	to = (int)ceil(log10(value) - 1e-9);
	to += to == from;
	if (axis->from == axis->to) {
		axis->from = from;
		axis->to = to;
	}
	if (from < axis->from)
		axis->from = from;
	if (to > axis->to)
		axis->to = to;
}

double log_axis_at(const struct log_axis *axis, double value)
{
	double at = axis->to > axis->from && value > 0 ?
		100 * (log10(value) - axis->from) / (axis->to - axis->from) : 0;

	return at < 0 ? 0 : at > 100 ? 100 : at;
}

int log_axis_step(const struct log_axis *axis)
{
	return (axis->to - axis->from + 3) / 4;
}

struct ir_short log_axis_name(const struct log_axis *axis, int exponent)
{
	static const char *const units[] = { "ns", "\xc2\xb5s", "ms", "s" };
	struct ir_short text;

	if (!axis->is_time && exponent < 0) {
		snprintf(text.s, sizeof(text.s), "%.*f", -exponent, pow(10, exponent));
		return text;
	}
	if (!axis->is_time)
		return ir_count_text((uint64_t)(pow(10, exponent) + .5));
	if (exponent > 11)
		snprintf(text.s, sizeof(text.s), "%.30s\xc2\xa0s",
			 ir_count_text((uint64_t)(pow(10, exponent - 9) + .5)).s);
	else
		snprintf(text.s, sizeof(text.s), "%.0f\xc2\xa0%s", pow(10, exponent % 3),
			 units[exponent / 3]);
	return text;
}

void scales_include(struct scales *scales, const struct ir_rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++) {
		const struct ir_row *row = &rows->row[i];

		if (row->flushes > scales->most_flushes)
			scales->most_flushes = row->flushes;
		if (!row->result->exposure.max_ns)
			continue;
		log_axis_include(&scales->exposure, fmax((double)row->result->exposure.p50_ns, 1000));
		log_axis_include(&scales->exposure, fmax((double)row->result->exposure.max_ns, 1000));
	}
}

void svg_ticks(FILE *out, const struct log_axis *axis)
{
	fputs("<span class=\"ticks\">", out);
	for (int e = axis->from; e <= axis->to && axis->to > axis->from; e += log_axis_step(axis)) {
		double at = 100.0 * (e - axis->from) / (axis->to - axis->from);

		fprintf(out, "<span%s style=\"left:%.1f%%\">%s</span>", at > 99 ? " class=\"at-end\"" : "", at,
			log_axis_name(axis, e).s);
	}
	fputs("</span>", out);
}

void svg_bar(FILE *out, const struct ir_result *result, uint64_t most)
{
	double width[IR_CAUSES], x = 0;
	size_t largest = 0;

	for (size_t i = 0; i < IR_CAUSES; i++) {
		width[i] = most ? UNITS * (double)result->rpcit.by_cause[i] / (double)most : 0;
		if (width[i] > width[largest])
			largest = i;
	}
	for (size_t i = 0; i < IR_CAUSES; i++) {
		if (!(width[i] > 0) || width[i] >= LEAST || i == largest)
			continue;
		width[largest] = fmax(width[largest] - (LEAST - width[i]), LEAST);
		width[i] = LEAST;
	}
	fputs("<svg viewBox=\"0 0 1000 14\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
	      "<rect class=\"track\" width=\"1000\" height=\"14\"/>", out);
	for (size_t i = 0; i < IR_CAUSES; i++) {
		if (!(width[i] > 0))
			continue;
		fprintf(out, "<rect class=\"part %s\" x=\"%.1f\" width=\"%.1f\" height=\"14\"><title>%s: %s"
			"</title></rect>", ir_cause_name((enum ir_cause)i), x, fmax(width[i] - 1.5, 1),
			html_cause_word((enum ir_cause)i), ir_count_text(result->rpcit.by_cause[i]).s);
		x += width[i];
	}
	fputs("</svg>", out);
}

static void axis_grid(FILE *out, const struct log_axis *axis, const char *y1, const char *y2)
{
	for (int e = axis->from; e <= axis->to && axis->to > axis->from; e += log_axis_step(axis)) {
		double at = 100.0 * (e - axis->from) / (axis->to - axis->from);

		fprintf(out, "<line class=\"grid\" x1=\"%.1f%%\" x2=\"%.1f%%\" y1=\"%s\" y2=\"%s\"/>", at, at, y1,
			y2);
	}
}

void svg_range(FILE *out, const struct log_axis *axis, const struct ir_row *row)
{
	const struct ir_result *r = row->result;
	double p50 = log_axis_at(axis, (double)r->exposure.p50_ns);
	double p99 = log_axis_at(axis, (double)r->exposure.p99_ns);
	double max = log_axis_at(axis, (double)r->exposure.max_ns);

	if (!r->exposure.max_ns)
		return;
	fputs("<svg class=\"range\" width=\"100%\" height=\"18\" aria-hidden=\"true\">", out);
	axis_grid(out, axis, "0", "18");
	fprintf(out, "<line class=\"thin-line\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"9\" y2=\"9\"/>", p99, max);
	if (row->cut.max)
		fprintf(out, "<text class=\"arrow\" x=\"%.2f%%\" y=\"13\" dx=\"-3\">\xe2\x96\xb8</text>", max);
	else
		fprintf(out, "<line class=\"thin-line\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"4\" y2=\"14\"/>", max, max);
	fprintf(out, "<line class=\"wide-line\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"9\" y2=\"9\"/>"
		"<circle class=\"ring\" cx=\"%.2f%%\" cy=\"9\" r=\"4.5\"/></svg>", p50, p99, p50);
}

double svg_round_up(double value)
{
	static const double factors[] = { 1.5, 3, 6, 7.5, 9, 12, 15 };
	double unit = value > 1 ? pow(10, floor(log10(value))) : 1;
	size_t i = 0;

	while (i + 1 < sizeof(factors) / sizeof(factors[0]) && value > factors[i] * unit)
		i++;
	return fmax(factors[i] * unit, 3);
}

static bool is_free(const struct svg_labels *labels, const struct svg_box *box)
{
	if (box->left < -4 || box->right > labels->width + 8 || box->top < -8 || box->bottom > labels->height + 2)
		return false;
	for (size_t i = 0; i < labels->nr; i++)
		if (box->left < labels->taken[i].right && box->right > labels->taken[i].left &&
		    box->top < labels->taken[i].bottom && box->bottom > labels->taken[i].top)
			return false;
	return true;
}

static void take_box(struct svg_labels *labels, struct svg_box box)
{
	if (labels->nr < sizeof(labels->taken) / sizeof(labels->taken[0]))
		labels->taken[labels->nr++] = box;
}

void svg_take_dot(struct svg_labels *labels, double x, double y)
{
	x *= labels->width / 100;
	take_box(labels, (struct svg_box){ x - 6, y - 6, x + 6, y + 6 });
}

/* Try ten places for a label; without a free one it has none, and its dot a title. */
bool svg_label(struct svg_labels *labels, FILE *out, double x, double y, const char *class, const char *text)
{
	static const struct {
		double dx, dy;
		int anchor;		/* -1: it ends there, 0: it is centred, 1: it begins there */
	} places[] = {
		{ 9, 4, 1 }, { -9, 4, -1 }, { 0, -10, 0 }, { 0, 19, 0 }, { 6, -10, -1 }, { 6, 19, -1 },
		{ -6, -10, 1 }, { -6, 19, 1 }, { 6, -24, -1 }, { 6, 33, -1 },
	};
	static const char *const anchors[] = { "end", "middle", "start" };
	double width = 0, at = x * labels->width / 100;

	/* Continuation bytes of UTF-8 have no width. */
	for (const char *c = text; *c; c++)
		width += (*c & 0xc0) == 0x80 ? 0 : 6.6;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		double left = at + places[i].dx - (places[i].anchor < 0 ? width :
						    places[i].anchor ? 0 : width / 2);
		struct svg_box box = { left, y + places[i].dy - 11, left + width, y + places[i].dy + 3 };

		if (!is_free(labels, &box))
			continue;
		take_box(labels, box);
		fprintf(out, "<text class=\"%s\" x=\"%.2f%%\" y=\"%.1f\" dx=\"%.0f\" dy=\"%.0f\" text-anchor=\"%s\">",
			class, x, y, places[i].dx, places[i].dy, anchors[places[i].anchor + 1]);
		ir_markup_text(out, text);
		fputs("</text>", out);
		return true;
	}
	return false;
}

/* Cost against exposure. */

struct cost {
	FILE *out;
	const struct ir_rows *rows;
	struct log_axis axis;		/* of p99 */
	double top;			/* flushes at the upper end */
	struct svg_labels labels;
};

static double cost_x(const struct cost *c, const struct ir_row *row)
{
	double none = 100 * LARGE_SHARE;

	if (!row->result->exposure.p99_ns)
		return none / 2;
	return none + (100 - none) * log_axis_at(&c->axis, (double)row->result->exposure.p99_ns) / 100;
}

static double cost_y(const struct cost *c, const struct ir_row *row)
{
	return COST_HEIGHT * (1 - (double)row->flushes / c->top);
}

static void cost_point(struct cost *c, const struct ir_row *row)
{
	double x = cost_x(c, row), y = cost_y(c, row);
	char *name = ir_row_name(c->rows, row, 0), *text = NULL;
	char more[32] = "";

	if (!name)
		ir_memory_fail(c->out);
	if (row->nr_members > 1)
		snprintf(more, sizeof(more), " +%zu", row->nr_members - 1);
	if (row->failures)
		fprintf(c->out, "<text class=\"cross\" x=\"%.2f%%\" y=\"%.1f\" dy=\"5\" text-anchor=\"middle\">"
			"\xe2\x9c\x95<title>", x, y);
	else
		fprintf(c->out, "<circle class=\"dot\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"5.5\"><title>", x, y);
	if (name) {
		ir_markup_text(c->out, name);
		fprintf(c->out, ": %s flush%s, p99 %s", ir_count_text(row->flushes).s,
			row->flushes == 1 ? "" : "es", row->result->exposure.p99_ns ? ir_time_text(row->result->exposure.p99_ns,
								    IR_TYPESET).s : "none");
	}
	fprintf(c->out, "</title></%s>", row->failures ? "text" : "circle");
	if (name && asprintf(&text, "%s%s%s", name, more, row->cut.p99 ? " \xe2\x96\xb8" : "") < 0) {
		ir_memory_fail(c->out);
	} else if (name) {
		svg_label(&c->labels, c->out, x, y, row->failures ? "cross-name" : "dot-name", text);
		free(text);
	}
	free(name);
}

static void cost_axes(const struct cost *c)
{
	double none = 100 * LARGE_SHARE;

	fprintf(c->out, "<rect class=\"band\" width=\"%.0f%%\" height=\"%.0f\"/>", none, COST_HEIGHT);
	for (int i = 0; i <= 3; i++) {
		double y = COST_HEIGHT * (1 - i / 3.0);

		fprintf(c->out, "<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>"
			"<text x=\"0\" dx=\"-6\" y=\"%.1f\" dy=\"4\" text-anchor=\"end\">%s</text>", y, y, y,
			ir_count_text((uint64_t)(c->top * i / 3 + .5)).s);
	}
	fprintf(c->out, "<text x=\"%.1f%%\" y=\"%.0f\" dy=\"16\" text-anchor=\"middle\">none</text>", none / 2,
		COST_HEIGHT);
	for (int e = c->axis.from; e <= c->axis.to; e += log_axis_step(&c->axis)) {
		double x = none + (100 - none) * (e - c->axis.from) / (c->axis.to - c->axis.from);

		if (e == c->axis.from)
			continue;	/* beside "none" */
		fprintf(c->out, "<line class=\"grid\" x1=\"%.1f%%\" x2=\"%.1f%%\" y1=\"0\" y2=\"%.0f\"/>"
			"<text x=\"%.1f%%\" y=\"%.0f\" dy=\"16\" text-anchor=\"%s\">%s</text>", x, x, COST_HEIGHT,
			x, COST_HEIGHT, x > 99 ? "end" : "middle", log_axis_name(&c->axis, e).s);
	}
}

void svg_cost(FILE *out, const struct scales *scales, const struct ir_rows *rows)
{
	struct cost c = {
		.out = out, .rows = rows, .axis = { 0, 0, true },
		.top = svg_round_up(1.1 * (double)scales->most_flushes),
		.labels = { .width = COST_WIDTH, .height = COST_HEIGHT },
	};

	for (size_t i = 0; i < rows->nr; i++)
		log_axis_include(&c.axis, fmax((double)rows->row[i].result->exposure.p99_ns,
					       rows->row[i].result->exposure.p99_ns ? 1000 : 0));
	if (c.axis.from == c.axis.to)
		return;
	fputs("<figure><figcaption><b>Cost against exposure</b>: flushes (up) and 99th percentile of exposure "
	      "(right). Towards the lower left is better.</figcaption>\n", out);
	fprintf(out, "<div style=\"padding:10px 12px 24px 54px\"><svg width=\"100%%\" height=\"%.0f\" role=\"img\" "
		"aria-label=\"Cost against exposure\">", COST_HEIGHT);
	cost_axes(&c);
	for (size_t i = 0; i < rows->nr; i++)
		svg_take_dot(&c.labels, cost_x(&c, &rows->row[i]), cost_y(&c, &rows->row[i]));
	for (size_t i = 0; i < rows->nr; i++)
		cost_point(&c, &rows->row[i]);
	fputs("</svg></div><p class=\"key\"><span><svg width=\"11\" height=\"11\" aria-hidden=\"true\"><circle class=\"dot\" cx=\"5.5\" cy=\"5.5\" "
	      "r=\"5\"/></svg> no map fails</span> <span><b class=\"cross\">\xe2\x9c\x95</b> maps fail</span> "
	      "<span>+n: identical ones</span></p></figure>\n", out);
}
