// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The plots of one result: static ones, and what the script makes its own from.
 */
#include "page/html_plots.h"

#include <inttypes.h>
#include <math.h>

#include "report/chart.h"
#include "report/markup.h"
#include "render/view.h"

#define MAX_POINTS (IR_TIMELINE_BUCKETS + 1)	/* the end is one, too */

/* Colours by meaning, the same in page.js. */
enum {
	COLOR_HOST = 0, COLOR_LAZY = 1, COLOR_LIVE = 2, COLOR_QUEUE = 3, COLOR_FAILED = 6,
};

static const char *const track_titles[IR_TRACKS] = {
	[IR_TRACK_HOST_PAGES] = "host pages",
	[IR_TRACK_LIVE_PAGES] = "live pages",
	[IR_TRACK_LAZY_PAGES] = "lazily unmapped pages",
	[IR_TRACK_QUEUE_ENTRIES] = "queued unmaps",
};

static const char *const cause_titles[IR_CAUSES] = {
	[IR_CAUSE_SYNC_MAP] = "sync-map", [IR_CAUSE_SYNC] = "sync",
	[IR_CAUSE_QUEUE_FULL] = "queue full", [IR_CAUSE_QUEUE_TIMEOUT] = "queue timer",
	[IR_CAUSE_RETRY] = "retry", [IR_CAUSE_WRAP] = "wrap",
};

/* RPCITs of single mappings come in crowds, those of whole queues one by one. */
static bool comes_alone(enum ir_cause cause)
{
	return cause != IR_CAUSE_SYNC_MAP && cause != IR_CAUSE_SYNC;
}

static uint64_t failures_in(const struct ir_timeline_bucket *b)
{
	uint64_t n = 0;

	for (int i = 0; i < IR_FAILURES; i++)
		n += b->failures[i];
	return n;
}

static uint64_t all_of(const struct ir_timeline *t, enum ir_cause cause)
{
	uint64_t n = 0;

	for (size_t i = 0; i < t->nr_buckets; i++)
		n += t->buckets[i].rpcit[cause];
	return n;
}

/* What a result's host pages are held against, 0: nothing. */
static uint64_t limit_of(const struct ir_report_entry *entry, size_t result)
{
	uint64_t devices, limit = view_host_limit(entry, result, &devices);

	return limit > UINT64_MAX / devices ? UINT64_MAX : limit * devices;
}

static const char *limit_name(const struct ir_report_entry *entry, size_t result)
{
	return entry->results[result].parameters.hypervisor.entry_limit ? "entry limit" :
		"pinned limit";
}

static double time_of(const struct ir_timeline *t, size_t bucket)
{
	return (double)t->bucket_ns * (double)bucket;
}

/* Lowest and highest value of each bucket, and where the last one ends. */
static size_t track_points(const struct ir_timeline *t, enum ir_track track,
			   struct ir_chart_point *points)
{
	struct ir_chart_point end = { .x = time_of(t, t->nr_buckets) };

	for (size_t i = 0; i < t->nr_buckets; i++) {
		end.y = (double)t->buckets[i].max[track];
		end.low = (double)t->buckets[i].min[track];
		points[i] = end;
		points[i].x = time_of(t, i);
	}
	points[t->nr_buckets] = end;
	return t->nr_buckets + 1;
}

/* How many RPCITs a bucket has, as an area, or as dots where there are any. */
static size_t rpcit_points(const struct ir_timeline *t, enum ir_cause cause,
			   struct ir_chart_point *points)
{
	size_t n = 0;

	for (size_t i = 0; i < t->nr_buckets; i++) {
		double count = (double)t->buckets[i].rpcit[cause];

		if (!comes_alone(cause))
			points[n++] = (struct ir_chart_point){ .x = time_of(t, i), .y = count };
		else if (count > 0)
			points[n++] = (struct ir_chart_point){
				.x = time_of(t, i) + (double)t->bucket_ns / 2, .y = count,
			};
	}
	if (!comes_alone(cause))
		points[n++] = (struct ir_chart_point){ .x = time_of(t, t->nr_buckets) };
	return n;
}

/* A cross in each bucket that has failures, as high as the host's pages are then. */
static size_t failure_points(const struct ir_timeline *t, struct ir_chart_point *points)
{
	size_t n = 0;

	for (size_t i = 0; i < t->nr_buckets; i++)
		if (failures_in(&t->buckets[i]))
			points[n++] = (struct ir_chart_point){
				.x = time_of(t, i) + (double)t->bucket_ns / 2,
				.y = (double)t->buckets[i].max[IR_TRACK_HOST_PAGES],
			};
	return n;
}

static void figure(FILE *out, const char *plot, const struct ir_chart *chart)
{
	fprintf(out, "<figure data-plot=\"%s\">\n", plot);
	ir_chart_svg(out, chart);
	fputs("</figure>\n", out);
}

static void nothing(FILE *out, const char *title, const char *why)
{
	fprintf(out, "<figure><p class=\"name\">%s</p><p class=\"none\">%s</p></figure>\n", title,
		why);
}

static struct ir_chart_axis time_axis(const struct ir_timeline *t)
{
	return (struct ir_chart_axis){
		.label = "time since the recording's start", .unit = IR_CHART_NS,
		.has_range = true, .min = 0, .max = time_of(t, t->nr_buckets),
	};
}

static void plot_pages(FILE *out, const struct ir_report_entry *entry, size_t result)
{
	static const enum ir_track tracks[] = {
		IR_TRACK_HOST_PAGES, IR_TRACK_LAZY_PAGES, IR_TRACK_LIVE_PAGES,
	};
	static const unsigned int colors[] = { COLOR_HOST, COLOR_LAZY, COLOR_LIVE };
	const struct ir_timeline *t = entry->timelines[result];
	struct ir_chart_point points[3][MAX_POINTS], failed[IR_TIMELINE_BUCKETS];
	struct ir_chart_series series[4];
	char name[64], limit[64];
	const struct ir_chart_rule rule = { (double)limit_of(entry, result), limit };
	size_t n = 0;

	for (; n < 3; n++)
		series[n] = (struct ir_chart_series){
			track_titles[tracks[n]], IR_CHART_BAND, colors[n], points[n],
			track_points(t, tracks[n], points[n]),
		};
	/* An area that the others are seen before. */
	for (size_t i = 0; i < series[0].nr_points; i++)
		points[0][i].low = 0;
	if (t->failed) {
		snprintf(name, sizeof(name), "failed maps (%" PRIu64 " in all)", t->failed);
		series[n++] = (struct ir_chart_series){
			name, IR_CHART_MARKS, COLOR_FAILED, failed, failure_points(t, failed),
		};
	}
	snprintf(limit, sizeof(limit), "%s %" PRIu64, limit_name(entry, result),
		 limit_of(entry, result));
	figure(out, "pages", &(struct ir_chart){
		.title = "Pages", .height = 300, .x = time_axis(t), .y = { .label = "pages" },
		.series = series, .nr_series = n, .rules = &rule,
		.nr_rules = limit_of(entry, result) != 0, .embedded = true,
	});
}

static void plot_queue(FILE *out, const struct ir_timeline *t)
{
	uint64_t top = 0;
	struct ir_chart_point points[MAX_POINTS];
	const struct ir_chart_series series = {
		NULL, IR_CHART_BAND, COLOR_QUEUE, points,
		track_points(t, IR_TRACK_QUEUE_ENTRIES, points),
	};

	for (size_t i = 0; i < t->nr_buckets; i++)
		if (t->buckets[i].max[IR_TRACK_QUEUE_ENTRIES] > top)
			top = t->buckets[i].max[IR_TRACK_QUEUE_ENTRIES];
	if (!top) {
		nothing(out, "Flush queue", "nothing is queued");
		return;
	}
	figure(out, "queue", &(struct ir_chart){
		.title = "Flush queue", .height = 180, .x = time_axis(t),
		.y = { .label = "queued unmaps" },
		.series = &series, .nr_series = 1, .embedded = true,
	});
}

/* "8.01 ms" */
static const char *short_time(char *buf, size_t size, double ns)
{
	double unit = pow(10, floor(log10(ns)) - 2);

	return ir_chart_number(buf, size, round(ns / unit) * unit, IR_CHART_NS);
}

static void plot_rpcits(FILE *out, const struct ir_timeline *t)
{
	struct ir_chart_point points[IR_CAUSES][MAX_POINTS];
	struct ir_chart_series series[IR_CAUSES];
	char per[32], label[64];
	size_t n = 0;

	for (int i = 0; i < IR_CAUSES; i++) {
		if (!all_of(t, (enum ir_cause)i))
			continue;
		series[n] = (struct ir_chart_series){
			cause_titles[i], comes_alone((enum ir_cause)i) ? IR_CHART_DOTS : IR_CHART_BAND,
			(unsigned int)i, points[n], rpcit_points(t, (enum ir_cause)i, points[n]),
		};
		n++;
	}
	snprintf(label, sizeof(label), "RPCITs in %s",
		 short_time(per, sizeof(per), (double)t->bucket_ns));
	figure(out, "rpcits", &(struct ir_chart){
		.title = "RPCITs by cause", .height = 220, .x = time_axis(t),
		.y = { .label = label, .scale = IR_CHART_LOG10 },
		.series = series, .nr_series = n, .embedded = true,
	});
}

static void plot_histogram(FILE *out, const uint64_t *buckets, const char *plot,
			   const struct ir_chart *like)
{
	struct ir_chart_point points[IR_HISTOGRAM_BUCKETS + 1];
	struct ir_chart_series series = { NULL, IR_CHART_BAND, COLOR_HOST, points, 0 };
	struct ir_chart chart = *like;
	unsigned int first = 0, end = IR_HISTOGRAM_BUCKETS;

	while (first < end && !buckets[first])
		first++;
	while (end > first && !buckets[end - 1])
		end--;
	for (unsigned int i = first; i < end; i++)
		points[series.nr_points++] = (struct ir_chart_point){
			.x = ldexp(1, (int)i), .y = (double)buckets[i],
		};
	if (first == end) {
		nothing(out, like->title, "none");
		return;
	}
	points[series.nr_points++] = (struct ir_chart_point){ .x = ldexp(1, (int)end) };
	chart.series = &series;
	chart.nr_series = 1;
	chart.width = 480;
	chart.height = 220;
	chart.embedded = true;
	figure(out, plot, &chart);
}

static void list_failures(FILE *out, const struct ir_report_entry *entry,
			  const struct ir_timeline *t)
{
	if (!t->failed)
		return;
	fprintf(out, "<details><summary>%" PRIu64 " failed map%s%s</summary>\n"
		"<table><thead><tr><th>time [s]</th><th>failure</th><th>pages</th><th>CPU</th>"
		"<th>device</th></tr></thead>\n<tbody>\n", t->failed, t->failed == 1 ? "" : "s",
		t->failed > t->nr_failures ? ", the first of them" : "");
	for (size_t i = 0; i < t->nr_failures; i++) {
		const struct ir_timeline_failure *f = &t->failures[i];
		const char *device = f->device < entry->info->nr_devices ?
			entry->info->devices[f->device] : NULL;
		uint64_t since = f->time_ns > t->start_ns ? f->time_ns - t->start_ns : 0;

		fprintf(out, "<tr><td>%" PRIu64 ".%09" PRIu64 "</td><td>%s</td><td>%" PRIu64
			"</td><td>%" PRIu32 "</td><td>", since / 1000000000, since % 1000000000,
			ir_failure_name(f->kind), f->pages, f->cpu);
		ir_markup_text(out, device ? device : "-");
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table></details>\n", out);
}

void html_plots(FILE *out, const struct ir_report_entry *entry, size_t result)
{
	const struct ir_timeline *t = entry->timelines ? entry->timelines[result] : NULL;

	if (!t)
		return;
	plot_pages(out, entry, result);
	plot_queue(out, t);
	plot_rpcits(out, t);
	fputs("<div class=\"pair\">\n", out);
	plot_histogram(out, t->exposure, "exposure", &(struct ir_chart){
		.title = "Exposure of unmapped pages",
		.x = { .label = "within the device's reach for", .scale = IR_CHART_LOG10,
		       .unit = IR_CHART_NS },
		.y = { .label = "pages" },
	});
	plot_histogram(out, t->map_pages, "sizes", &(struct ir_chart){
		.title = "Sizes of maps", .x = { .label = "pages", .scale = IR_CHART_LOG2 },
		.y = { .label = "maps" },
	});
	fputs("</div>\n", out);
	list_failures(out, entry, t);
}

/* Data */

static void write_list(FILE *out, const char *name, const struct ir_timeline *t,
		       uint64_t (*get)(const struct ir_timeline_bucket *b, int i), int i)
{
	fprintf(out, "\"%s\":[", name);
	for (size_t k = 0; k < t->nr_buckets; k++)
		fprintf(out, "%s%" PRIu64, k ? "," : "", get(&t->buckets[k], i));
	fputs("],", out);
}

static uint64_t get_min(const struct ir_timeline_bucket *b, int i)
{
	return b->min[i];
}

static uint64_t get_max(const struct ir_timeline_bucket *b, int i)
{
	return b->max[i];
}

static uint64_t get_rpcit(const struct ir_timeline_bucket *b, int i)
{
	return b->rpcit[i];
}

static uint64_t get_failures(const struct ir_timeline_bucket *b, int i)
{
	(void)i;
	return failures_in(b);
}

static void write_buckets(FILE *out, const char *name, const uint64_t *buckets)
{
	fprintf(out, "\"%s\":[", name);
	for (int i = 0; i < IR_HISTOGRAM_BUCKETS; i++)
		fprintf(out, "%s%" PRIu64, i ? "," : "", buckets[i]);
	fputc(']', out);
}

void html_plot_data(FILE *out, const struct ir_report_entry *entry, size_t result)
{
	const struct ir_timeline *t = entry->timelines[result];
	char name[64];

	fprintf(out, "\"limit\":%" PRIu64 ",\"limitName\":\"%s\",\"bucket\":%" PRIu64 ",",
		limit_of(entry, result), limit_name(entry, result), t->bucket_ns);
	for (int i = 0; i < IR_TRACKS; i++) {
		snprintf(name, sizeof(name), "%s_min", ir_track_name((enum ir_track)i));
		write_list(out, name, t, get_min, i);
		snprintf(name, sizeof(name), "%s_max", ir_track_name((enum ir_track)i));
		write_list(out, name, t, get_max, i);
	}
	for (int i = 0; i < IR_CAUSES; i++)
		if (all_of(t, (enum ir_cause)i))
			write_list(out, ir_cause_name((enum ir_cause)i), t, get_rpcit, i);
	write_list(out, "failures", t, get_failures, 0);
	write_buckets(out, "exposure", t->exposure);
	fputc(',', out);
	write_buckets(out, "sizes", t->map_pages);
}
