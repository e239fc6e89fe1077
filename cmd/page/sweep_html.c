// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A sweep as a page: its question and the answer, the smallest value of each strategy, a
 * panel for each course of flushes and of exposure, all values, the recording.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "page/svg.h"
#include "render/sweep_words.h"
#include "report/markup.h"

#define PANEL_HEIGHT 130
#define NONE_BAND 24.0		/* of a panel, in per cent */

/* Groups strategies whose curves are the same in a picture or in the table. */
struct courses {
	const struct sweep *sweep;
	size_t h;
	size_t *order;		/* strategies, by the rank of their names */
	size_t *leader;		/* of each strategy: the first one in that order that is like it */
};

static const struct ir_result *cell_of(const struct sweep *sweep, size_t h, size_t v, size_t s)
{
	return &sweep->results[(h * sweep->range.n + v) * sweep->settings->nr_strategies + s];
}

/* Alike wherever neither fails, at half of the values at least; both fail at the same ones. */
static bool same_course(const struct courses *c, size_t a, size_t b, bool everywhere)
{
	size_t same = 0;

	for (size_t v = 0; v < c->sweep->range.n; v++) {
		const struct ir_result *x = cell_of(c->sweep, c->h, v, a), *y = cell_of(c->sweep, c->h, v, b);
		bool fails = sweep_failures(x);

		if (fails != (sweep_failures(y) > 0))
			return false;
		if (fails && !everywhere)
			continue;
		/* Of a failing one the table has the failures alone. */
		if (fails ? sweep_failures(x) != sweep_failures(y) :
		    x->rpcit.total != y->rpcit.total || x->exposure.p99_ns != y->exposure.p99_ns)
			return false;
		same++;
	}
	return 2 * same >= c->sweep->range.n;
}

static void fold_courses(struct courses *c, bool everywhere)
{
	for (size_t i = 0; i < c->sweep->settings->nr_strategies; i++) {
		size_t s = c->order[i];

		c->leader[s] = s;
		for (size_t k = 0; k < i; k++) {
			size_t other = c->order[k];

			if (c->leader[other] != other || !same_course(c, other, s, everywhere))
				continue;
			c->leader[s] = other;
			break;
		}
	}
}

/* Strategies sorted by @key, those of one key as they are. */
static void sort_strategies(const struct sweep *sweep, size_t h, size_t *order,
			    uint64_t (*key)(const struct sweep *sweep, size_t h, size_t s))
{
	for (size_t i = 0; i < sweep->settings->nr_strategies; i++) {
		size_t at = i;

		for (; at && key(sweep, h, order[at - 1]) > key(sweep, h, i); at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

static uint64_t rank_key(const struct sweep *sweep, size_t h, size_t s)
{
	(void)h;
	return ir_strategy_rank(sweep->settings->strategies[s]);
}

static uint64_t need_key(const struct sweep *sweep, size_t h, size_t s)
{
	struct sweep_need need = sweep_need(sweep, h, s);

	return need.kind == SWEEP_NEED_VALUE ? need.value : need.kind == SWEEP_NEED_ANY ? 0 : UINT64_MAX;
}

/* A strategy and those that are like it. */
static void course_name(FILE *out, const struct courses *c, size_t s)
{
	size_t twins = 0;

	fputs("<b>", out);
	ir_markup_text(out, c->sweep->settings->strategies[s]->name);
	fputs("</b>", out);
	for (size_t i = 0; i < c->sweep->settings->nr_strategies; i++) {
		size_t k = c->order[i];

		if (c->leader[k] != s || k == s)
			continue;
		fputs(twins++ ? ", " : " <small>= ", out);
		ir_markup_text(out, c->sweep->settings->strategies[k]->name);
	}
	fputs(twins ? "</small>" : "", out);
}

/* The x axis: the values themselves if each is so many times the one before. */
static double x_at(const struct sweep *sweep, uint64_t value)
{
	double first = (double)sweep->range.values[0], last = (double)sweep->range.values[sweep->range.n - 1];
	double v = (double)value, at;

	if (!(last > first))
		return 50;
	if (sweep->range.by_factor && first > 0)
		at = 100 * log(v / first) / log(last / first);
	else
		at = 100 * (v - first) / (last - first);
	return at < 0 ? 0 : at > 100 ? 100 : at;
}

static struct ir_short value_text(const struct parameter *parameter, uint64_t value)
{
	return parameter->unit == IR_PAGE_SIZE ? ir_bytes_text(value, IR_TYPESET) : ir_count_text(value);
}

static void x_ticks(FILE *out, const struct sweep *sweep)
{
	size_t step = (sweep->range.n + 3) / 4;

	fputs("<span class=\"ticks\">", out);
	for (size_t v = 0; v < sweep->range.n; v += step) {
		bool last = v + step >= sweep->range.n;
		uint64_t value = sweep->range.values[last ? sweep->range.n - 1 : v];
		double at = x_at(sweep, value);

		fprintf(out, "<span%s style=\"left:%.1f%%\">%s</span>", at > 95 ? " class=\"at-end\"" : "", at,
			value_text(sweep->varied, value).s);
	}
	fputs("</span>", out);
}

/* The smallest value that suffices. */

static void need_row(FILE *out, const struct sweep *sweep, size_t h, size_t s)
{
	const struct parameter *asked = sweep->sought ? sweep->sought : sweep->varied;
	bool drawn = sweep->varied == asked;
	struct sweep_need need = sweep_need(sweep, h, s);

	fputs("<tr><th scope=\"row\"><b>", out);
	ir_markup_text(out, sweep->settings->strategies[s]->name);
	fputs("</b></th><td data-label=\"Fails / is fine\"><div>", out);
	if (drawn && need.kind != SWEEP_NEED_ANY) {
		double at = need.kind == SWEEP_NEED_VALUE ? x_at(sweep, need.value) : 100;

		fprintf(out, "<svg class=\"range\" width=\"100%%\" height=\"22\" aria-hidden=\"true\"><line class=\"failing\" "
			"x1=\"0\" x2=\"%.2f%%\" y1=\"11\" y2=\"11\"/>", at);
		if (need.kind == SWEEP_NEED_VALUE)
			fprintf(out, "<line class=\"fine\" x1=\"%.2f%%\" x2=\"100%%\" y1=\"11\" y2=\"11\"/><circle class=\"dot\" "
				"cx=\"%.2f%%\" cy=\"11\" r=\"5.5\"/>", at, at);
		fputs("</svg>", out);
	}
	fputs("</div></td><td class=\"right c-time\" data-label=\"Smallest\"><b>", out);
	fputs(need.kind == SWEEP_NEED_VALUE ? value_text(asked, need.value).s :
	      need.kind == SWEEP_NEED_ANY ? "any" : "none tried", out);
	fprintf(out, "</b></td><td class=\"right c-time\" data-label=\"Flushes\">%s</td></tr>\n",
		need.result ? ir_count_text(need.result->rpcit.total).s : "\xe2\x80\x93");
}

static int write_needs(FILE *out, const struct sweep *sweep, size_t h)
{
	const struct parameter *asked = sweep->sought ? sweep->sought : sweep->varied;

	size_t *order = calloc(sweep->settings->nr_strategies + 1, sizeof(*order));

	if (!order)
		return -ENOMEM;
	if (!strcmp(asked->name, "devices")) {
		free(order);
		return 0;
	}
	sort_strategies(sweep, h, order, need_key);
	fprintf(out, "<h2%s>Smallest number without failed maps: %s</h2>\n<table class=\"board need\"><thead><tr>"
		"<th>Strategy</th><th class=\"c-flushes\">Maps fail below, none from here on", h ? "" : " id=\"need\"",
		sweep_unit_words(asked));
	if (sweep->varied == asked)
		x_ticks(out, sweep);
	fputs("</th><th class=\"right c-time\">Smallest</th><th class=\"right c-time\">Flushes</th></tr></thead>\n<tbody>\n",
	      out);
	for (size_t s = 0; s < sweep->settings->nr_strategies; s++)
		need_row(out, sweep, h, order[s]);
	free(order);
	fputs("</tbody></table>\n<p class=\"key\"><span><svg width=\"30\" height=\"11\" aria-hidden=\"true\"><line class=\"failing\" x1=\"0\" x2=\"30\" "
	      "y1=\"6\" y2=\"6\"/></svg> maps fail</span> <span><svg width=\"30\" height=\"11\" aria-hidden=\"true\"><line class=\"fine\" x1=\"0\" "
	      "x2=\"30\" y1=\"6\" y2=\"6\"/></svg> none fails</span> <span><svg width=\"11\" height=\"11\" aria-hidden=\"true\"><circle class=\"dot\" "
	      "cx=\"5.5\" cy=\"5.5\" r=\"5\"/></svg> smallest value without failures</span></p>\n", out);
	return 0;
}

/* Courses. */

typedef double (*course_figure)(const struct ir_result *result);

/* Else all courses would look flat. */
static double beyond_maps(const struct ir_result *r)
{
	return (double)(r->rpcit.total - r->rpcit.by_cause[IR_CAUSE_SYNC_MAP]);
}

static double p99_exposure(const struct ir_result *r)
{
	return (double)r->exposure.p99_ns;
}

static double y_at(const struct log_axis *axis, double value)
{
	if (!(value > 0))
		return 100 - NONE_BAND / 2;
	return (100 - NONE_BAND) * (1 - log_axis_at(axis, value) / 100);
}

static void course_path(FILE *out, const struct courses *c, size_t s, course_figure get,
			const struct log_axis *axis, const char *class)
{
	fprintf(out, "<path class=\"%s\" d=\"", class);
	for (size_t v = 0; v < c->sweep->range.n; v++)
		fprintf(out, "%c%.2f %.2f", v ? 'L' : 'M', x_at(c->sweep, c->sweep->range.values[v]),
			y_at(axis, get(cell_of(c->sweep, c->h, v, s))));
	fputs("\"/>", out);
}

static void course_points(FILE *out, const struct courses *c, size_t s, course_figure get,
			  const struct log_axis *axis)
{
	for (size_t v = 0; v < c->sweep->range.n; v++) {
		const struct ir_result *r = cell_of(c->sweep, c->h, v, s);
		uint64_t failures = sweep_failures(r), value = (uint64_t)get(r);
		double x = x_at(c->sweep, c->sweep->range.values[v]), y = y_at(axis, get(r));

		if (failures)
			fprintf(out, "<text class=\"cross\" x=\"%.1f%%\" y=\"%.1f%%\" dy=\"5\" text-anchor=\"middle\">"
				"\xe2\x9c\x95<title>", x, y);
		else
			fprintf(out, "<circle class=\"dot\" cx=\"%.1f%%\" cy=\"%.1f%%\" r=\"3\"><title>", x, y);
		ir_markup_text(out, sweep_value_words(c->sweep->varied, c->sweep->range.values[v]).s);
		fprintf(out, ": %s", !value ? "none" : axis->is_time ? ir_time_text(value, IR_TYPESET).s :
			ir_count_text(value).s);
		if (failures)
			fprintf(out, "; %s map%s", ir_count_text(failures).s, failures == 1 ? " fails" : "s fail");
		fprintf(out, "</title></%s>", failures ? "text" : "circle");
	}
}

static void draw_panel(FILE *out, const struct courses *c, size_t s, course_figure get,
		       const struct log_axis *axis)
{
	const struct sweep *sweep = c->sweep;

	fputs("<figure><figcaption>", out);
	course_name(out, c, s);
	fprintf(out, "</figcaption><div class=\"panel-plot\"><svg width=\"100%%\" height=\"%d\" role=\"img\" aria-label=\"Course\">"
		"<rect class=\"band\" width=\"100%%\" y=\"%.0f%%\" height=\"%.0f%%\"/>", PANEL_HEIGHT, 100 - NONE_BAND,
		NONE_BAND);
	for (int e = axis->from; e <= axis->to; e += log_axis_step(axis)) {
		double y = y_at(axis, pow(10, e));

		fprintf(out, "<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%.1f%%\" y2=\"%.1f%%\"/><text x=\"0\" dx=\"-6\" "
			"y=\"%.1f%%\" dy=\"4\" text-anchor=\"end\">%s</text>", y, y, y, log_axis_name(axis, e).s);
	}
	fprintf(out, "<text x=\"0\" dx=\"-6\" y=\"%.0f%%\" dy=\"4\" text-anchor=\"end\">none</text>"
		"<svg viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" width=\"100%%\" height=\"100%%\">",
		100 - NONE_BAND / 2);
	for (size_t k = 0; k < sweep->settings->nr_strategies; k++)
		if (c->leader[k] == k && k != s)
			course_path(out, c, k, get, axis, "course-other");
	course_path(out, c, s, get, axis, "course-this");
	fputs("</svg>", out);
	course_points(out, c, s, get, axis);
	fprintf(out, "<text x=\"0\" y=\"100%%\" dy=\"15\">%s</text><text x=\"100%%\" y=\"100%%\" dy=\"15\" text-anchor=\"end\">%s"
		"</text></svg></div></figure>\n", value_text(sweep->varied, sweep->range.values[0]).s,
		value_text(sweep->varied, sweep->range.values[sweep->range.n - 1]).s);
}

static void write_courses(FILE *out, const struct courses *c, const char *id, const char *title,
			  course_figure get, bool is_time)
{
	const struct sweep *sweep = c->sweep;
	struct log_axis axis = { 0, 0, is_time };

	for (size_t v = 0; v < sweep->range.n; v++)
		for (size_t s = 0; s < sweep->settings->nr_strategies; s++)
			log_axis_include(&axis, fmax(get(cell_of(sweep, c->h, v, s)), is_time &&
				get(cell_of(sweep, c->h, v, s)) > 0 ? 1000 : 0));
	if (axis.from == axis.to)
		return;
	fprintf(out, "<h2%s%s%s>%s</h2>\n<p class=\"key\"><span><svg width=\"30\" height=\"11\" aria-hidden=\"true\"><line x1=\"0\" x2=\"30\" y1=\"6\" "
		"y2=\"6\" class=\"course-this\"/></svg> this strategy</span> <span><svg width=\"30\" height=\"11\" aria-hidden=\"true\"><line x1=\"0\" "
		"x2=\"30\" y1=\"6\" y2=\"6\" class=\"course-other\"/></svg> the others</span> <span><b class=\"cross\">\xe2\x9c\x95</b> "
		"maps fail</span> <span>\xe2\x86\x92 %s (<code>%s</code>)</span></p>\n<div class=\"panels\">\n",
		c->h ? "" : " id=\"", c->h ? "" : id, c->h ? "" : "\"", title, sweep_unit_words(sweep->varied),
		sweep->varied->name);
	for (size_t i = 0; i < sweep->settings->nr_strategies; i++)
		if (c->leader[c->order[i]] == c->order[i])
			draw_panel(out, c, c->order[i], get, &axis);
	fputs("</div>\n", out);
}

/* All values: flushes over p99, or failures. */

static void value_cell(FILE *out, const struct ir_result *r)
{
	uint64_t failures = sweep_failures(r);
	struct ir_cut cut = ir_cut_of(r);

	if (failures) {
		fprintf(out, "<td class=\"bad\">\xe2\x9c\x95 %s</td>", ir_count_text(failures).s);
		return;
	}
	fprintf(out, "<td>%s<br><small>%s%s</small></td>", r->rpcit.total ? ir_count_text(r->rpcit.total).s :
		"\xe2\x80\x93", cut.p99 ? "\xe2\x89\xa5\xc2\xa0" : "",
		r->exposure.p99_ns ? ir_time_text(r->exposure.p99_ns, IR_TYPESET).s : "\xe2\x80\x93");
}

static void write_values(FILE *out, struct courses *c)
{
	const struct sweep *sweep = c->sweep;

	fold_courses(c, true);
	fprintf(out, "<h2%s>All values</h2>\n<p class=\"note\">Flushes, and below them the 99th percentile of exposure; "
		"\xe2\x9c\x95 failed maps; \xe2\x80\x93 none.</p>\n<div class=\"wide\" tabindex=\"0\"><table class=\"full\"><thead><tr>"
		"<th>%s</th>", c->h ? "" : " id=\"values\"", sweep_unit_words(sweep->varied));
	for (size_t i = 0; i < sweep->settings->nr_strategies; i++) {
		size_t s = c->order[i];

		if (c->leader[s] != s)
			continue;
		fputs("<th>", out);
		course_name(out, c, s);
		fputs("</th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
	for (size_t v = 0; v < sweep->range.n; v++) {
		fprintf(out, "<tr><th scope=\"row\">%s</th>",
			value_text(sweep->varied, sweep->range.values[v]).s);
		for (size_t i = 0; i < sweep->settings->nr_strategies; i++)
			if (c->leader[c->order[i]] == c->order[i])
				value_cell(out, cell_of(sweep, c->h, v, c->order[i]));
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static int write_curve(FILE *out, const struct sweep *sweep, size_t h)
{
	size_t n = sweep->settings->nr_strategies;
	struct courses c = { sweep, h, calloc(n + 1, sizeof(*c.order)), calloc(n + 1, sizeof(*c.leader)) };

	if (!c.leader || !c.order) {
		free(c.leader);
		free(c.order);
		return -ENOMEM;
	}
	sort_strategies(sweep, h, c.order, rank_key);
	fold_courses(&c, false);
	write_courses(out, &c, "flushes", "Flushes beyond the one that each map needs", beyond_maps, false);
	write_courses(out, &c, "exposure", "How long unmapped pages stay reachable (99th percentile)", p99_exposure, true);
	write_values(out, &c);
	free(c.order);
	free(c.leader);
	return 0;
}

void html_host(FILE *out, const struct sweep *sweep, size_t h)
{
	struct ir_memory memory;
	FILE *host = ir_memory_open(&memory);
	char *text;

	if (host)
		sweep_host(host, sweep, h);
	text = ir_memory_close(&memory);
	ir_markup_text(out, text);
	free(text);
}

void html_sweep_about(FILE *out, const struct sweep *sweep)
{
	const struct ir_report_entry entry = { .info = sweep->info };

	view_recording(&entry, html_item, out);
	view_notes(&entry, html_item, out);
	if (sweep->origin.report.command_line) {
		fputs("<dt>command</dt><dd><code class=\"command\">", out);
		ir_markup_text(out, sweep->origin.report.command_line);
		fputs("</code></dd>\n", out);
	}
	fprintf(out, "<dt>made by</dt><dd>iommu-replay %s", ir_version());
	if (sweep->origin.report.date) {
		fputs(", ", out);
		ir_markup_text(out, sweep->origin.report.date);
	}
	fputs("</dd>\n", out);
}

static int write_about(const struct canvas *canvas, const struct sweep *sweep)
{
	const struct drawing drawing = { canvas, html_line, canvas->out, html_table };
	FILE *out = canvas->out;
	int rc;

	fputs("<h2 id=\"about\">Recording and replay</h2>\n<details><summary>Searches, and figures as the text table has them"
	      "</summary><div>\n", out);
	rc = sweep_draw(sweep, &drawing);
	fputs("</div></details>\n<dl>\n", out);
	html_sweep_about(out, sweep);
	fputs("</dl>\n", out);
	return rc;
}

int sweep_html(const struct canvas *canvas, const struct sweep *sweep)
{
	static const struct html_link links[] = {
		{ "need", "Smallest" }, { "flushes", "Flushes" }, { "exposure", "Exposure" },
		{ "values", "All values" }, { "about", "Recording" }, { NULL, NULL },
	};
	const struct settings *settings = sweep->settings;
	FILE *out = canvas->out;
	char question[80];
	int rc = 0;

	html_begin(out, sweep_question(sweep, question, sizeof(question)), sweep->varied ? links : links + 4);
	fputs("<p class=\"facts-line\">", out);
	html_name(out, sweep->info->file);
	fprintf(out, ": %s strateg%s, %s map%s</p>\n", ir_count_word(settings->nr_strategies).s,
		settings->nr_strategies == 1 ? "y" : "ies", ir_count_text(sweep->info->ops.map).s,
		sweep->info->ops.map == 1 ? "" : "s");
	for (size_t h = 0; h < settings->nr_hypervisors; h++) {
		char *text = sweep_verdict(sweep, h);

		fputs("<p class=\"lead\">", out);
		html_marked(out, text);
		fputs("</p>\n<dl>\n", out);
		sweep_words(sweep, h, html_words, out);
		fputs("</dl>\n", out);
		free(text);
	}
	for (size_t h = 0; h < settings->nr_hypervisors && !rc; h++) {
		if (settings->nr_hypervisors > 1) {
			fputs("<h2>On ", out);
			html_host(out, sweep, h);
			fputs("</h2>\n", out);
		}
		rc = write_needs(out, sweep, h);
		if (!rc && sweep->varied)
			rc = write_curve(out, sweep, h);
	}
	if (!rc)
		rc = write_about(canvas, sweep);
	html_end(out);
	return rc;
}
