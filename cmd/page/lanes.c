// SPDX-License-Identifier: GPL-2.0-or-later
#include "page/lanes.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/markup.h"

#define HEIGHT 64
#define WORKLOAD_HEIGHT 40
#define HEADROOM 1.06

static const struct ir_timeline *timeline_of(const struct ir_rows *rows, const struct ir_row *row)
{
	return rows->entry->timelines ? rows->entry->timelines[row->members[0]] : NULL;
}

static uint64_t failures_in(const struct ir_timeline_bucket *b)
{
	uint64_t n = 0;

	for (int i = 0; i < IR_FAILURES; i++)
		n += b->failures[i];
	return n;
}

static uint64_t events_in(const struct ir_timeline_bucket *b)
{
	uint64_t n = failures_in(b);

	for (int i = 0; i < IR_CAUSES; i++)
		n += b->rpcit[i];
	return n;
}

/* Pages that devices reach: the shadow; without one, mapped and not yet flushed pages. */
static uint64_t host_in(const struct ir_timeline_bucket *b)
{
	return b->max[IR_TRACK_HOST_PAGES] ? b->max[IR_TRACK_HOST_PAGES] :
		b->max[IR_TRACK_LIVE_PAGES] + b->max[IR_TRACK_LAZY_PAGES];
}

static uint64_t live_in(const struct ir_timeline_bucket *b)
{
	return b->max[IR_TRACK_LIVE_PAGES];
}

static uint64_t maps_in(const struct ir_timeline_bucket *b)
{
	return b->maps;
}

static uint64_t queued_in(const struct ir_timeline_bucket *b)
{
	return b->max[IR_TRACK_QUEUE_ENTRIES];
}

typedef uint64_t (*figure)(const struct ir_timeline_bucket *b);

static uint64_t peak_of(const struct ir_timeline *t, figure get)
{
	uint64_t peak = 0;

	for (size_t i = 0; i < t->nr_buckets; i++)
		if (get(&t->buckets[i]) > peak)
			peak = get(&t->buckets[i]);
	return peak;
}

/* Shared by all lanes of a course. */
struct course {
	FILE *out;
	const struct ir_rows *rows;
	const struct ir_timeline *longest;
	size_t shown;		/* buckets */
	bool cropped;
};

/* The buckets up to the last flush or failure of any row, if that leaves out more than a tenth. */
static void crop_course(struct course *c)
{
	size_t last = 0;

	for (size_t r = 0; r < c->rows->nr; r++) {
		const struct ir_timeline *t = timeline_of(c->rows, &c->rows->row[r]);

		if (t->nr_buckets > c->longest->nr_buckets)
			c->longest = t;
		for (size_t i = 0; i < t->nr_buckets; i++)
			if ((events_in(&t->buckets[i]) || t->buckets[i].maps) && i > last)
				last = i;
	}
	c->shown = c->longest->nr_buckets;
	last += 1 + (last + 1) / 50;
	if (last < c->shown && (c->shown - last) * 10 > c->shown) {
		c->shown = last;
		c->cropped = true;
	}
}

/* As steps; the picture is a unit wide for each bucket. */
static void draw_area(const struct course *c, const struct ir_timeline *t, figure get, double height,
		      double scale, const char *class)
{
	double last = -1;

	fprintf(c->out, "<path class=\"%s\" d=\"M0 %.0f", class, height);
	for (size_t i = 0; i < c->shown; i++) {
		double y = height - (i < t->nr_buckets ? (double)get(&t->buckets[i]) * scale : 0);

		if (fabs(y - last) >= 0.05)
			fprintf(c->out, "H%zuV%.4g", i, y);
		last = y;
	}
	fprintf(c->out, "H%zuV%.0fZ\"/>", c->shown, height);
}

/* About eight ticks: 1, 2, 2.5 or 5 times a power of ten seconds. */
static double tick_step(double seconds)
{
	static const double factors[] = { 1, 2, 2.5, 5, 10 };
	double unit = pow(10, floor(log10(seconds / 8)));
	size_t i = 0;

	while (i + 1 < sizeof(factors) / sizeof(factors[0]) && seconds / (unit * factors[i]) > 8.5)
		i++;
	return unit * factors[i];
}

static double shown_seconds(const struct course *c)
{
	return (double)c->shown * (double)c->longest->bucket_ns / 1e9;
}

static void begin_plot(const struct course *c, int height)
{
	double seconds = shown_seconds(c), step = tick_step(seconds);

	fprintf(c->out, "<div class=\"plot\"><svg class=\"zoomed\" viewBox=\"0 0 %zu %d\" height=\"%d\" "
		"preserveAspectRatio=\"none\" aria-hidden=\"true\"><path class=\"grid\" d=\"", c->shown, height,
		height);
	for (int i = 1; i * step < seconds; i++)
		fprintf(c->out, "M%.1f 0V%d", i * step / seconds * (double)c->shown, height);
	fputs("\"/>", c->out);
}

static void end_plot(const struct course *c)
{
	fputs("</svg><div class=\"cursor\"></div></div>\n", c->out);
}

static void scale_and_readout(const struct course *c, uint64_t peak)
{
	fprintf(c->out, "<div class=\"scale\"><span>%s</span><span>0</span></div>\n", ir_count_text(peak).s);
}

/* A tick for each bucket with at least one. */
static void draw_strip(const struct course *c, const struct ir_timeline *t, int cause, const char *class,
		       const char *name, uint64_t count)
{
	fprintf(c->out, "<div class=\"strip-name%s\"><i class=\"swatch %s\"></i>%s %s</div>\n<div class=\"strip %s\">"
		"<svg class=\"zoomed\" viewBox=\"0 0 %zu 11\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path d=\"",
		cause < 0 ? " bad" : "", class, name, ir_count_text(count).s, class, c->shown);
	for (size_t i = 0; i < t->nr_buckets && i < c->shown; i++)
		if (cause < 0 ? failures_in(&t->buckets[i]) : t->buckets[i].rpcit[cause])
			fprintf(c->out, "M%zu.5 0V11", i);
	fputs("\"/></svg></div>\n", c->out);
}

/* As the columns of a page are called. */
static const char *const failures[IR_FAILURES] = {
	[IR_FAILURE_IOVA_EXHAUSTED] = "no address",
	[IR_FAILURE_MAP_FAILED] = "failed",
	[IR_FAILURE_UNBACKED] = "unbacked",
};

static void draw_strips(const struct course *c, const struct ir_row *row, const struct ir_timeline *t)
{
	const uint64_t counts[IR_FAILURES] = {
		[IR_FAILURE_IOVA_EXHAUSTED] = row->result->maps.iova_exhausted,
		[IR_FAILURE_MAP_FAILED] = row->result->maps.map_failed,
		[IR_FAILURE_UNBACKED] = row->result->maps.unbacked,
	};
	const char *name = "failures";

	for (int i = 0; i < IR_CAUSES; i++)
		if (i != IR_CAUSE_SYNC_MAP && row->result->rpcit.by_cause[i])
			draw_strip(c, t, i, ir_cause_name((enum ir_cause)i),
				   i == IR_CAUSE_SYNC ? "unmap" : html_cause_word((enum ir_cause)i),
				   row->result->rpcit.by_cause[i]);
	for (size_t i = 0; i < IR_FAILURES; i++)
		if (counts[i] == row->failures)
			name = failures[i];
	if (row->failures)
		draw_strip(c, t, -1, "failed", name, row->failures);
}

static void draw_workload(const struct course *c)
{
	const struct ir_timeline *t = timeline_of(c->rows, &c->rows->row[0]);
	uint64_t peak = peak_of(t, maps_in);

	if (!peak)
		return;
	fputs("<div class=\"lane\"><div class=\"lane-name\">Workload<small>maps, as recorded</small></div>\n", c->out);
	fprintf(c->out, "<div class=\"readout\">%s map%s, at most %s in %s</div>\n",
		ir_count_text(c->rows->attempted).s, c->rows->attempted == 1 ? "" : "s", ir_count_text(peak).s,
		ir_time_text(t->bucket_ns, IR_TYPESET).s);
	scale_and_readout(c, peak);
	begin_plot(c, WORKLOAD_HEIGHT);
	draw_area(c, t, maps_in, WORKLOAD_HEIGHT, WORKLOAD_HEIGHT / (HEADROOM * (double)peak), "area-live");
	end_plot(c);
	fputs("</div>\n", c->out);
}

static void write_limit_note(const struct course *c, uint64_t limit, uint64_t peak)
{
	if (limit && (double)limit <= 1.25 * (double)peak)
		fprintf(c->out, "<small>dashed: limit %s</small>", ir_count_text(limit).s);
	else if (limit && peak)
		fprintf(c->out, "<small>limit %s: %s times the peak</small>", ir_count_text(limit).s,
			ir_ratio_text((double)limit / (double)peak).s);
}

static void draw_lane(const struct course *c, const struct ir_row *row)
{
	const struct ir_timeline *t = timeline_of(c->rows, row);
	uint64_t peak = peak_of(t, host_in), limit = ir_limit_of(c->rows->entry, row->members[0]);
	uint64_t lazy = row->result->peaks.lazy_pages;
	double scale = HEIGHT / (HEADROOM * (double)(peak ? peak : 1));

	fputs("<div class=\"lane\"><div class=\"lane-name\">", c->out);
	html_row_name(c->out, c->rows, row);
	write_limit_note(c, limit, peak);
	fprintf(c->out, "</div>\n<div class=\"readout\">peak %s %s, %s unmapped and still reachable</div>\n",
		ir_count_text(peak).s, row->result->peaks.host_pages ? "in host" : "within reach", lazy ? ir_count_text(lazy).s : "none");
	scale_and_readout(c, peak);
	begin_plot(c, HEIGHT);
	draw_area(c, t, host_in, HEIGHT, scale, "area-host");
	draw_area(c, t, live_in, HEIGHT, scale, "area-live");
	if (limit && (double)limit <= 1.25 * (double)peak)
		fprintf(c->out, "<path class=\"limit-line\" d=\"M0 %.1fH%zu\"/>",
			fmax(HEIGHT - (double)limit * scale, 1), c->shown);
	end_plot(c);
	draw_strips(c, row, t);
	fputs("</div>\n", c->out);
}

static void draw_time_axis(const struct course *c)
{
	double seconds = shown_seconds(c), step = tick_step(seconds);
	int digits = 0;

	/* As many as the step has: that of a course of microseconds begins at the sixth. */
	while (digits < 10 && fabs(step * pow(10, digits) - round(step * pow(10, digits))) > 1e-3 * step * pow(10, digits))
		digits++;
	fputs("<div class=\"lane axis\"><div class=\"lane-name\"></div><div class=\"plot ticks\">", c->out);
	for (int i = 0; i * step <= seconds; i++)
		fprintf(c->out, "<span%s style=\"left:%.2f%%\">%.*f\xc2\xa0s</span>",
			i * step > 0.95 * seconds ? " class=\"at-end\"" : "", 100 * i * step / seconds,
			digits, i * step);
	fputs("</div></div>\n", c->out);
}

static void write_not_drawn(const struct course *c)
{
	uint64_t from = c->shown * c->longest->bucket_ns, to = c->longest->nr_buckets * c->longest->bucket_ns;
	size_t said = 0;

	if (!c->cropped)
		return;
	fprintf(c->out, "<p class=\"note\">Not drawn: %s to %s, in which nothing happens",
		ir_time_text(from, IR_TYPESET).s, ir_time_text(to, IR_TYPESET).s);
	for (size_t i = 0; i < c->rows->nr; i++) {
		const struct ir_row *row = &c->rows->row[i];
		char *name = ir_row_name(c->rows, row, 0);

		if (row->result->exposure.reachable_at_end) {
			fprintf(c->out, "%s%s with <b>", said++ ? " and " : "; pages still reachable all that time: ",
				ir_count_text(row->result->exposure.reachable_at_end).s);
			ir_markup_text(c->out, name);
			fputs("</b>", c->out);
		}
		free(name);
	}
	fputs(".</p>\n", c->out);
}

static void write_list(FILE *out, const char *key, const struct ir_timeline *t, size_t n, figure get)
{
	fprintf(out, "\"%s\":[", key);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s%" PRIu64, i ? "," : "", i < t->nr_buckets ? get(&t->buckets[i]) : 0);
	fputc(']', out);
}

static uint64_t lazy_in(const struct ir_timeline_bucket *b)
{
	return b->max[IR_TRACK_LAZY_PAGES];
}

/* Writes the values that the page's script shows under the pointer. */
static void write_data(const struct course *c)
{
	const struct ir_timeline *first = timeline_of(c->rows, &c->rows->row[0]);
	const char *separator = "";

	fprintf(c->out, "<script type=\"application/json\">{\"buckets\":%zu,\"bucket_ns\":%" PRIu64 ",\"lanes\":[",
		c->shown, c->longest->bucket_ns);
	if (peak_of(first, maps_in)) {
		fputc('{', c->out);
		write_list(c->out, "maps", first, c->shown, maps_in);
		fputc('}', c->out);
		separator = ",";
	}
	for (size_t i = 0; i < c->rows->nr; i++) {
		fprintf(c->out, "%s{", separator);
		write_list(c->out, "host", timeline_of(c->rows, &c->rows->row[i]), c->shown, host_in);
		fputc(',', c->out);
		write_list(c->out, "lazy", timeline_of(c->rows, &c->rows->row[i]), c->shown, lazy_in);
		fputc('}', c->out);
		separator = ",";
	}
	fputs("]}</script>\n", c->out);
}

void lanes_course(FILE *out, const struct ir_rows *rows)
{
	struct course c = { .out = out, .rows = rows };

	if (!rows->nr || !timeline_of(rows, &rows->row[0])) {
		fputs("<p class=\"note\">The report was made without --timeline: there is no course.</p>\n", out);
		return;
	}
	c.longest = timeline_of(rows, &rows->row[0]);
	crop_course(&c);
	fputs("<p class=\"key\"><span><i class=\"swatch live\"></i>mapped by the guest</span> "
	      "<span><i class=\"swatch exposed\"></i>unmapped, still reachable in the host</span> "
	      "<span>- - - limit of the host</span> <span>\xe2\x94\x82 a flush</span> "
	      "<span><b class=\"cross\">\xe2\x9c\x95</b> a map fails</span> "
	      "<span>Each row has its own height: see the peak at its left.</span></p>\n", out);
	fprintf(out, "<div class=\"course%s\">\n", c.cropped ? " cropped" : "");
	draw_workload(&c);
	for (size_t i = 0; i < rows->nr; i++)
		draw_lane(&c, &rows->row[i]);
	draw_time_axis(&c);
	write_data(&c);
	fputs("</div>\n", out);
	write_not_drawn(&c);
	fprintf(out, "<p class=\"note script\">Point at the plots for the highest values of each %s; drag to zoom all of "
		"them, double-click for everything.</p>\n", ir_time_text(c.longest->bucket_ns, IR_TYPESET).s);
}

/* Folded blocks. */

static void draw_histogram(FILE *out, const struct ir_timeline *t)
{
	uint64_t tallest = 0;
	int first = IR_HISTOGRAM_BUCKETS, last = 0;

	for (int i = 0; i < IR_HISTOGRAM_BUCKETS; i++) {
		if (!t->exposure[i])
			continue;
		first = i < first ? i : first;
		last = i;
		if (t->exposure[i] > tallest)
			tallest = t->exposure[i];
	}
	fputs("<svg class=\"histogram\" width=\"100%\" height=\"70\" role=\"img\" aria-label=\"Distribution of exposure\">",
	      out);
	for (int i = first; i <= last; i++) {
		double width = 100.0 / (last - first + 1), height = 100 * (double)t->exposure[i] / (double)tallest;

		if (t->exposure[i])
			fprintf(out, "<rect x=\"%.2f%%\" width=\"%.2f%%\" y=\"%.1f%%\" height=\"%.1f%%\"><title>%s to %s: "
				"%s page%s</title></rect>", (i - first) * width, width * 0.9, 100 - height, height,
				ir_time_text(UINT64_C(1) << i, IR_TYPESET).s,
				ir_time_text((UINT64_C(2) << i) - 1, IR_TYPESET).s,
				ir_count_text(t->exposure[i]).s, t->exposure[i] == 1 ? "" : "s");
	}
	fprintf(out, "<text x=\"0\" y=\"100%%\" dy=\"15\">%s</text><text x=\"100%%\" y=\"100%%\" dy=\"15\" text-anchor=\"end\">"
		"%s</text></svg>", ir_time_text(UINT64_C(1) << first, IR_TYPESET).s,
		ir_time_text((UINT64_C(2) << last) - 1, IR_TYPESET).s);
}

static uint64_t exposed_pages(const struct ir_timeline *t)
{
	uint64_t pages = 0;

	for (int i = 0; i < IR_HISTOGRAM_BUCKETS; i++)
		pages += t->exposure[i];
	return pages;
}

static void list_failures(FILE *out, const struct ir_rows *rows, const struct ir_timeline *t)
{
	const struct ir_recording_info *info = rows->entry->info;

	fputs("<table class=\"plain\"><thead><tr><th>time</th><th class=\"text\">what</th><th>pages</th><th>CPU</th>"
	      "<th class=\"text\">device</th></tr></thead>\n<tbody>", out);
	for (size_t i = 0; i < t->nr_failures && i < 8; i++) {
		const struct ir_timeline_failure *f = &t->failures[i];
		const char *device = f->device < info->nr_devices ? info->devices[f->device] : NULL;
		uint64_t since = f->time_ns > t->start_ns ? f->time_ns - t->start_ns : 0;

		fprintf(out, "<tr><td>%" PRIu64 ".%06" PRIu64 "\xc2\xa0s</td><td class=\"text\">%s</td><td>%s</td><td>%"
			PRIu32 "</td><td class=\"text\">", since / 1000000000, since / 1000 % 1000000,
			failures[f->kind], ir_count_text(f->pages).s, f->cpu);
		ir_markup_text(out, device ? device : "\xe2\x80\x93");
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table>\n", out);
}

static void write_caption(FILE *out, const struct ir_rows *rows, const struct ir_row *row)
{
	char *name = ir_row_name(rows, row, 0);

	fputs("<figure><figcaption><b>", out);
	ir_markup_text(out, name);
	fputs("</b> ", out);
	free(name);
}

static void fold_exposure(FILE *out, const struct ir_rows *rows)
{
	html_begin_details(out, "How long pages stayed reachable: distribution");
	fputs("<div class=\"panels broad\">\n", out);
	for (size_t i = 0; i < rows->nr; i++) {
		const struct ir_timeline *t = timeline_of(rows, &rows->row[i]);

		if (!exposed_pages(t))
			continue;
		write_caption(out, rows, &rows->row[i]);
		fprintf(out, "%s page%s</figcaption>", ir_count_text(exposed_pages(t)).s,
			exposed_pages(t) == 1 ? "" : "s");
		draw_histogram(out, t);
		fputs("</figure>\n", out);
	}
	fputs("</div></details>\n", out);
}

static void fold_queue(FILE *out, const struct ir_rows *rows)
{
	html_begin_details(out, "Depth of the flush queue");
	fputs("<div class=\"panels broad\">\n", out);
	for (size_t i = 0; i < rows->nr; i++) {
		const struct ir_timeline *t = timeline_of(rows, &rows->row[i]);
		struct course c = { .out = out, .rows = rows, .longest = t, .shown = t->nr_buckets };
		uint64_t peak = peak_of(t, queued_in);

		if (!peak)
			continue;
		write_caption(out, rows, &rows->row[i]);
		fprintf(out, "at most %s queued unmap%s</figcaption><svg viewBox=\"0 0 %zu 50\" width=\"100%%\" height=\"50\" "
			"preserveAspectRatio=\"none\" aria-hidden=\"true\">", ir_count_text(peak).s, peak == 1 ? "" : "s", c.shown);
		draw_area(&c, t, queued_in, 50, 50 / (HEADROOM * (double)peak), "area-host");
		fputs("</svg></figure>\n", out);
	}
	fputs("</div></details>\n", out);
}

static void fold_failures(FILE *out, const struct ir_rows *rows)
{
	html_begin_details(out, "First failed maps");
	fputs("<div class=\"panels broad\">\n", out);
	for (size_t i = rows->nr_safe; i < rows->nr; i++) {
		const struct ir_timeline *t = timeline_of(rows, &rows->row[i]);

		write_caption(out, rows, &rows->row[i]);
		fprintf(out, "first %zu of %s</figcaption><div class=\"wide\" tabindex=\"0\">",
			t->nr_failures < 8 ? t->nr_failures : 8, ir_count_text(rows->row[i].failures).s);
		list_failures(out, rows, t);
		fputs("</div></figure>\n", out);
	}
	fputs("</div></details>\n", out);
}

void lanes_folded(FILE *out, const struct ir_rows *rows)
{
	bool exposed = false, queued = false;

	if (!rows->nr || !timeline_of(rows, &rows->row[0]))
		return;
	for (size_t i = 0; i < rows->nr; i++) {
		exposed |= exposed_pages(timeline_of(rows, &rows->row[i])) > 0;
		queued |= peak_of(timeline_of(rows, &rows->row[i]), queued_in) > 0;
	}
	if (exposed)
		fold_exposure(out, rows);
	if (queued)
		fold_queue(out, rows);
	if (rows->nr_safe < rows->nr)
		fold_failures(out, rows);
}
