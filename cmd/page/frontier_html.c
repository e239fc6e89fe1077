// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A frontier as a page: its question and the answer, a picture of cost against exposure
 * with all combinations, the table of those that nothing beats, all of them, the
 * recording.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "page/svg.h"
#include "render/sweep_words.h"
#include "report/markup.h"

#define HEIGHT 300.0
#define LABEL_WIDTH 270.0	/* for which labels are placed; the picture is wider */
#define BAND 14.0		/* of the width, in per cent: "none" at the left, "all memory" at the right */

struct picture {
	FILE *out;
	const struct frontier *f;
	size_t h;
	struct log_axis axis;		/* of page-seconds */
	double top;			/* flushes at the upper end */
	struct svg_labels labels;
};

static double x_of(const struct picture *p, size_t i)
{
	double value = frontier_exposure(p->f, i);

	if (!(value > 0))
		return BAND / 2;
	if (isinf(value))
		return 100 - BAND / 2;
	return BAND + (100 - 2 * BAND) * log_axis_at(&p->axis, value) / 100;
}

static double y_of(const struct picture *p, size_t i)
{
	return HEIGHT * (1 - (double)frontier_flushes(p->f, i) / p->top);
}

static bool is_best(const struct frontier *f, size_t i)
{
	for (size_t k = 0; k < f->nr_best; k++)
		if (f->best[k] == i)
			return true;
	return false;
}

static void draw_axes(const struct picture *p)
{
	fprintf(p->out, "<rect class=\"band\" width=\"%.0f%%\" height=\"%.0f\"/><rect class=\"band\" x=\"%.0f%%\" "
		"width=\"%.0f%%\" height=\"%.0f\"/>", BAND, HEIGHT, 100 - BAND, BAND, HEIGHT);
	for (int i = 0; i <= 3; i++) {
		double y = HEIGHT * (1 - i / 3.0);

		fprintf(p->out, "<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>"
			"<text x=\"0\" dx=\"-6\" y=\"%.1f\" dy=\"4\" text-anchor=\"end\">%s</text>", y, y, y,
			ir_count_text((uint64_t)(p->top * i / 3 + .5)).s);
	}
	fprintf(p->out, "<text x=\"%.1f%%\" y=\"%.0f\" dy=\"16\" text-anchor=\"middle\">none</text>"
		"<text x=\"%.1f%%\" y=\"%.0f\" dy=\"16\" text-anchor=\"middle\">all</text>",
		BAND / 2, HEIGHT, 100 - BAND / 2, HEIGHT);
	for (int e = p->axis.from; e <= p->axis.to && p->axis.to > p->axis.from; e += log_axis_step(&p->axis)) {
		double x = BAND + (100 - 2 * BAND) * (e - p->axis.from) / (p->axis.to - p->axis.from);

		fprintf(p->out, "<line class=\"grid\" x1=\"%.1f%%\" x2=\"%.1f%%\" y1=\"0\" y2=\"%.0f\"/>", x, x, HEIGHT);
		/* The ends are beside "none" and "all". */
		if (e > p->axis.from && e < p->axis.to)
			fprintf(p->out, "<text x=\"%.1f%%\" y=\"%.0f\" dy=\"16\" text-anchor=\"middle\">%s</text>", x,
				HEIGHT, log_axis_name(&p->axis, e).s);
	}
}

/* The points between which nothing is better: as steps, as any point between two of them is beaten. */
static void draw_steps(const struct picture *p)
{
	bool first = true;

	fprintf(p->out, "<svg viewBox=\"0 0 100 %.0f\" preserveAspectRatio=\"none\" width=\"100%%\" height=\"%.0f\">"
		"<path class=\"steps\" d=\"", HEIGHT, HEIGHT);
	for (size_t k = 0; k < p->f->nr_best; k++) {
		size_t i = p->f->best[k];

		if (p->f->host[i] != p->h)
			continue;
		if (first)
			fprintf(p->out, "M%.2f %.1f", x_of(p, i), y_of(p, i));
		else
			fprintf(p->out, "V%.1fH%.2f", y_of(p, i), x_of(p, i));
		first = false;
	}
	fputs("\"/></svg>", p->out);
}

static void write_title(const struct picture *p, size_t i)
{
	struct ir_short queue = frontier_queue(p->f, i, IR_TYPESET);
	double value = frontier_exposure(p->f, i);
	uint64_t failures = sweep_failures(&p->f->results[i]);

	fputs("<title>", p->out);
	ir_markup_text(p->out, p->f->configs[i].strategy->name);
	fprintf(p->out, "%s%s: %s flush%s, ", *queue.s ? ", " : "", queue.s,
		ir_count_text(frontier_flushes(p->f, i)).s, frontier_flushes(p->f, i) == 1 ? "" : "es");
	if (isinf(value))
		fputs("all memory reachable", p->out);
	else
		fprintf(p->out, "%s page-seconds", frontier_page_seconds(value).s);
	if (failures)
		fprintf(p->out, "; %s map%s", ir_count_text(failures).s, failures == 1 ? " fails" : "s fail");
	fputs("</title>", p->out);
}

static void draw_point(const struct picture *p, size_t i)
{
	if (sweep_failures(&p->f->results[i])) {
		fprintf(p->out, "<text class=\"cross\" x=\"%.2f%%\" y=\"%.1f\" dy=\"5\" text-anchor=\"middle\">"
			"\xe2\x9c\x95", x_of(p, i), y_of(p, i));
		write_title(p, i);
		fputs("</text>", p->out);
		return;
	}
	fprintf(p->out, "<circle class=\"%s\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"%s\">", is_best(p->f, i) ? "dot" : "beaten",
		x_of(p, i), y_of(p, i), is_best(p->f, i) ? "5.5" : "3");
	write_title(p, i);
	fputs("</circle>", p->out);
}

/* "strict +1", or with the queue if this is the compromise and there is room for it. */
static void draw_label(struct picture *p, size_t i, bool queue)
{
	char *name = ir_text_clean(p->f->configs[i].strategy->name), text[3][160], more[24] = "";
	struct ir_short slots = frontier_queue(p->f, i, IR_TYPESET);
	size_t twins = 0;

	for (size_t t = frontier_twin(p->f, i, 0); t < p->f->n; t = frontier_twin(p->f, i, t + 1))
		twins++;
	if (twins)
		snprintf(more, sizeof(more), " +%zu", twins);
	snprintf(text[0], sizeof(text[0]), "%.60s%s, %s", name ? name : "", more, slots.s);
	snprintf(text[1], sizeof(text[1]), "%.60s, %s", name ? name : "", slots.s);
	snprintf(text[2], sizeof(text[2]), "%.60s%s", name ? name : "", more);
	for (size_t k = queue && *slots.s ? 0 : 2; k < 3; k++)
		if (svg_label(&p->labels, p->out, x_of(p, i), y_of(p, i), "dot-name", text[k]))
			break;
	free(name);
}

/* The compromise first, then each strategy where it is first on the frontier. */
static void draw_labels(struct picture *p)
{
	size_t pick = frontier_pick(p->f, p->h);

	for (size_t k = 0; k < p->f->nr_best; k++)
		if (p->f->host[p->f->best[k]] == p->h)
			svg_take_dot(&p->labels, x_of(p, p->f->best[k]), y_of(p, p->f->best[k]));
	if (pick < p->f->n)
		draw_label(p, pick, true);
	for (size_t k = 0; k < p->f->nr_best; k++) {
		size_t i = p->f->best[k];
		bool named = p->f->host[i] != p->h || i == pick ||
			(pick < p->f->n && p->f->configs[i].strategy == p->f->configs[pick].strategy);

		for (size_t before = 0; before < k && !named; before++)
			named = p->f->host[p->f->best[before]] == p->h &&
				p->f->configs[p->f->best[before]].strategy == p->f->configs[i].strategy;
		if (!named)
			draw_label(p, i, false);
	}
}

static void draw_picture(FILE *out, const struct frontier *f, size_t h)
{
	struct picture p = {
		.out = out, .f = f, .h = h, .labels = { .width = LABEL_WIDTH, .height = HEIGHT },
	};
	uint64_t most = 0;

	for (size_t i = 0; i < f->n; i++) {
		if (f->host[i] != h)
			continue;
		if (frontier_flushes(f, i) > most)
			most = frontier_flushes(f, i);
		if (!isinf(frontier_exposure(f, i)))
			log_axis_include(&p.axis, frontier_exposure(f, i));
	}
	p.top = svg_round_up(1.1 * (double)most);
	fputs("<figure><figcaption>Flushes (up) and page-seconds of exposure (right): unmapped pages that a device still "
	      "reaches, times how long. Towards the lower left is better.</figcaption>\n", out);
	fprintf(out, "<div class=\"frontier\"><svg width=\"100%%\" height=\"%.0f\" role=\"img\" "
		"aria-label=\"Cost against exposure of all combinations\">", HEIGHT);
	draw_axes(&p);
	draw_steps(&p);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < f->n; i++)
			if (f->host[i] == h && is_best(f, i) == (pass > 0))
				draw_point(&p, i);
	draw_labels(&p);
	fputs("</svg></div><p class=\"key\"><span><svg width=\"11\" height=\"11\" aria-hidden=\"true\"><circle class=\"dot\" cx=\"5.5\" cy=\"5.5\" "
	      "r=\"5\"/></svg> nothing beats it</span> <span><svg width=\"11\" height=\"11\" aria-hidden=\"true\"><circle class=\"beaten\" cx=\"5.5\" "
	      "cy=\"5.5\" r=\"3\"/></svg> another one is better in both</span> <span><b class=\"cross\">\xe2\x9c\x95</b> maps fail"
	      "</span> <span>+n: strategies that come to the same</span></p></figure>\n", out);
}

int frontier_html(const struct canvas *canvas, const struct frontier *f)
{
	static const struct html_link links[] = {
		{ "picture", "Cost against exposure" }, { "frontier", "The frontier" }, { "about", "Recording" },
		{ NULL, NULL },
	};
	const struct drawing drawing = { canvas, html_line, canvas->out, html_table };
	const struct sweep *sweep = f->sweep;
	FILE *out = canvas->out;
	int rc = 0;

	html_begin(out, "What does less exposure cost?", links);
	fputs("<p class=\"facts-line\">", out);
	html_name(out, sweep->info->file);
	fprintf(out, ": %s combinations of strategy, queue size and timeout, %s map%s", ir_count_text(f->n).s,
		ir_count_text(sweep->info->ops.map).s, sweep->info->ops.map == 1 ? "" : "s");
	if (f->failing)
		fprintf(out, "; <span class=\"bad\">maps fail with %s of them</span>", ir_count_text(f->failing).s);
	fputs("</p>\n", out);
	for (size_t h = 0; h < sweep->settings->nr_hypervisors; h++) {
		char *text = frontier_verdict(f, h, IR_TYPESET);

		fputs("<p class=\"lead\">", out);
		html_marked(out, text);
		fputs("</p>\n<dl>\n", out);
		frontier_words(f, h, html_words, out);
		fputs("</dl>\n", out);
		free(text);
	}
	for (size_t h = 0; h < sweep->settings->nr_hypervisors && sweep->info->ops.map; h++) {
		fprintf(out, "<h2%s>Cost against exposure", h ? "" : " id=\"picture\"");
		if (sweep->settings->nr_hypervisors > 1) {
			fputs(" on ", out);
			html_host(out, sweep, h);
		}
		fputs("</h2>\n", out);
		draw_picture(out, f, h);
	}
	fputs("<h2 id=\"frontier\">The frontier</h2>\n<p class=\"note\">Combinations that no other one beats in both, flushes "
	      "and page-seconds; fewest flushes first.</p>\n", out);
	rc = frontier_table(f, FRONTIER_ALONE, &drawing);
	html_begin_details(out, "All combinations");
	if (!rc)
		rc = frontier_table(f, FRONTIER_ALL, &drawing);
	fputs("</details>\n<h2 id=\"about\">Recording and replay</h2>\n<dl>\n", out);
	html_sweep_about(out, sweep);
	fputs("</dl>\n", out);
	html_end(out);
	return rc;
}
