// SPDX-License-Identifier: GPL-2.0-or-later
#include "batch/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "render/cells.h"
#include "verdict/verdict.h"
#include "base/numbers.h"

#define MOST_STRATEGIES 32

/* Totals of a strategy's results, of all recordings or of one. */
struct sum {
	const char *strategy;
	size_t results;
	size_t failing;			/* results with a map that fails or is unbacked */
	uint64_t least, most;		/* flushes of a result */
	uint64_t flushes;		/* of all of them */
	uint64_t longest_ns;		/* exposure.p99_ns at most */
	bool longest_cut;		/* which would be longer if the recording were */
	size_t closed;			/* results with throughput */
	double slowest, fastest;	/* of these: throughput.ratio */
	uint64_t least_cpu_ns, most_cpu_ns;	/* and CPU time of an operation */
};

struct sums {
	struct sum list[MOST_STRATEGIES];
	size_t n;
	struct sum others;		/* of the strategies beyond these */
};

static bool has_failures(const struct ir_result *r)
{
	return r->maps.iova_exhausted || r->maps.map_failed || r->maps.unbacked;
}

static struct sum *sum_of(struct sums *sums, const char *strategy)
{
	size_t i = 0;

	while (i < sums->n && strcmp(sums->list[i].strategy, strategy))
		i++;
	if (i == MOST_STRATEGIES)
		return NULL;
	if (i == sums->n)
		sums->list[sums->n++] = (struct sum){ .strategy = strategy, .least = UINT64_MAX };
	return &sums->list[i];
}

static void add_time(struct sum *s, const struct ir_time *t)
{
	if (!t->closed)
		return;
	if (!s->closed || t->throughput.ratio < s->slowest)
		s->slowest = t->throughput.ratio;
	if (!s->closed || t->throughput.ratio > s->fastest)
		s->fastest = t->throughput.ratio;
	if (!s->closed || t->cpu_ns < s->least_cpu_ns)
		s->least_cpu_ns = t->cpu_ns;
	if (!s->closed || t->cpu_ns > s->most_cpu_ns)
		s->most_cpu_ns = t->cpu_ns;
	s->closed++;
}

static void add_entry(struct sums *sums, const struct ir_report_entry *entry)
{
	for (size_t i = 0; i < entry->nr_results; i++) {
		const struct ir_result *r = &entry->results[i];
		struct sum *s = sum_of(sums, entry->configs[i].strategy->name);
		uint64_t flushes = r->rpcit.total;

		if (!s)
			s = &sums->others;
		s->results++;
		s->failing += has_failures(r);
		s->flushes += flushes;
		if (flushes < s->least)
			s->least = flushes;
		if (flushes > s->most)
			s->most = flushes;
		if (r->exposure.p99_ns > s->longest_ns)
			s->longest_cut = false;
		if (r->exposure.p99_ns >= s->longest_ns) {
			s->longest_ns = r->exposure.p99_ns;
			s->longest_cut |= ir_cut_of(r).p99;
		}
		add_time(s, &r->time);
	}
}

/* From and to, where these differ. */
static void time_cells(struct cells *cells, const struct sum *s)
{
	if (!s->closed)
		cell(cells, "-");
	else if (s->fastest - s->slowest < 0.0005)
		cell(cells, "%.3f", s->slowest);
	else
		cell(cells, "%.3f-%.3f", s->slowest, s->fastest);
	if (!s->closed)
		cell(cells, "-");
	else if (s->least_cpu_ns == s->most_cpu_ns)
		cell(cells, "%s", ir_time_text(s->least_cpu_ns, IR_PLAIN).s);
	else
		cell(cells, "%s-%s", ir_time_text(s->least_cpu_ns, IR_PLAIN).s,
		     ir_time_text(s->most_cpu_ns, IR_PLAIN).s);
}

static int draw_strategies(const struct drawing *d, const struct sums *sums)
{
	static const struct plain_column columns[] = {
		{ "strategy", false }, { "results", true }, { "with failed maps", true },
		{ "flushes of all", true }, { "longest p99 exposure", true },
		{ "of recorded", true }, { "CPU/op", true },	/* with --load closed */
	};
	bool closed = false;
	struct cells cells;

	for (size_t i = 0; i < sums->n; i++)
		closed |= sums->list[i].closed != 0;
	cells_init(&cells, closed ? 7 : 5, sums->n);
	for (size_t i = 0; i < sums->n; i++) {
		const struct sum *s = &sums->list[i];

		cell(&cells, "%s", s->strategy);
		cell(&cells, "%zu", s->results);
		cell(&cells, s->failing ? "%zu" : "-", s->failing);
		cell(&cells, "%s", ir_count_text(s->flushes).s);
		cell(&cells, "%s%s", s->longest_cut ? ">=" : "",
		     s->longest_ns ? ir_time_text(s->longest_ns, IR_PLAIN).s : "-");
		if (closed)
			time_cells(&cells, s);
	}
	fputc('\n', d->canvas->out);
	return cells_draw(&cells, d, columns);
}

static void pivot_cell(struct cells *cells, const struct sum *s)
{
	/* Without a blank, at which a narrow table would wrap. */
	const char *mark = s && s->failing ? "!" : "";

	if (!s || !s->results)
		cell(cells, "-");
	else if (s->least == s->most)
		cell(cells, "%s%s", ir_count_text(s->least).s, mark);
	else
		cell(cells, "%s-%s%s", ir_count_text(s->least).s, ir_count_text(s->most).s, mark);
}

/* Recordings against strategies: flushes, and where maps fail. */
static int draw_pivot(const struct drawing *d, const struct merged *m, struct sums *sums)
{
	struct plain_column columns[MOST_STRATEGIES + 1] = { { "recording", false } };
	size_t begin = ir_names_begin(m->entries, m->n);
	char *names[MOST_STRATEGIES];
	struct cells cells;
	int rc;

	for (size_t s = 0; s < sums->n; s++) {
		names[s] = text_clean(sums->list[s].strategy);
		columns[s + 1] = (struct plain_column){ names[s], true };
	}
	cells_init(&cells, sums->n + 1, m->n);
	for (size_t e = 0; e < m->n; e++) {
		struct sums own = { .n = 0 };

		add_entry(&own, &m->entries[e]);
		cell(&cells, "%s", ir_recording_name(m->entries[e].info->file, begin));
		for (size_t s = 0; s < sums->n; s++)
			pivot_cell(&cells, sum_of(&own, sums->list[s].strategy));
	}
	fputc('\n', d->canvas->out);
	rc = cells_draw(&cells, d, columns);
	for (size_t s = 0; s < sums->n; s++)
		free(names[s]);
	if (!rc)
		draw_line(d, "", VIEW_PLAIN, "flushes, from and to where there are several configurations; "
			  "!: maps fail or are unbacked in one of them");
	return rc;
}

int batch_summary(const struct drawing *d, const struct merged *m)
{
	struct sums sums = { .n = 0 };
	size_t results, failing;
	char left_out[48] = "";
	int rc;

	for (size_t e = 0; e < m->n; e++)
		add_entry(&sums, &m->entries[e]);
	if (m->left_out)
		snprintf(left_out, sizeof(left_out), ", %zu left out", m->left_out);
	results = sums.others.results;
	failing = sums.others.failing;
	for (size_t s = 0; s < sums.n; s++) {
		results += sums.list[s].results;
		failing += sums.list[s].failing;
	}
	draw_line(d, "batch", m->failed || m->missing ? VIEW_BAD : VIEW_PLAIN,
		  "%zu cell%s: %zu done, %zu failed, %zu missing%s; %zu recording%s", m->cells,
		  m->cells == 1 ? "" : "s", m->cells - m->failed - m->missing - m->left_out, m->failed,
		  m->missing, left_out, m->n, m->n == 1 ? "" : "s");
	draw_line(d, "failures", failing ? VIEW_BAD : VIEW_PLAIN, "maps fail or are unbacked in %zu of %zu results",
		  failing, results);
	if (sums.others.results)
		draw_line(d, "note", VIEW_NOTE, "the tables have the first %d strategies; %zu result%s of others %s not in them",
			  MOST_STRATEGIES, sums.others.results, sums.others.results == 1 ? "" : "s",
			  sums.others.results == 1 ? "is" : "are");
	rc = draw_strategies(d, &sums);
	return rc ? rc : draw_pivot(d, m, &sums);
}
