// SPDX-License-Identifier: GPL-2.0-or-later
#include "render/frontier.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/texts.h"
#include "render/cells.h"
#include "render/sweep_words.h"
#include "report/columns.h"

static bool is_identity(const struct frontier *f, size_t i)
{
	return !strcmp(f->configs[i].strategy->name, "identity");
}

uint64_t frontier_flushes(const struct frontier *f, size_t i)
{
	return f->results[i].rpcit.total;
}

double frontier_exposure(const struct frontier *f, size_t i)
{
	return is_identity(f, i) ? HUGE_VAL : f->results[i].exposure.page_seconds;
}

static bool has_queue(const struct frontier *f, size_t i)
{
	return f->results[i].parameters.queue != IR_QUEUE_NONE;
}

size_t frontier_twin(const struct frontier *f, size_t i, size_t from)
{
	const struct ir_result *r = &f->results[i];

	for (; from < f->n; from++) {
		const struct ir_result *o = &f->results[from];

		if (from != i && f->host[from] == f->host[i] &&
		    frontier_flushes(f, from) == frontier_flushes(f, i) && !sweep_failures(o) &&
		    !(frontier_exposure(f, from) < frontier_exposure(f, i)) &&
		    !(frontier_exposure(f, from) > frontier_exposure(f, i)) &&
		    has_queue(f, from) == has_queue(f, i) &&
		    (!has_queue(f, i) || (o->parameters.queue_size == r->parameters.queue_size &&
					  o->parameters.queue_timeout_ms == r->parameters.queue_timeout_ms)))
			break;
	}
	return from;
}

struct ir_short frontier_queue(const struct frontier *f, size_t i, enum ir_typography typography)
{
	const struct ir_effective *p = &f->results[i].parameters;
	struct ir_short text = { "" };

	if (has_queue(f, i))
		snprintf(text.s, sizeof(text.s), "%.16s slots, %.16s%sms", ir_count_text(p->queue_size).s,
			 ir_count_text(p->queue_timeout_ms).s, typography == IR_PLAIN ? " " : "\xc2\xa0");
	return text;
}

/* Of hypervisor @h, without identity; f->n: there is none. */
struct ends {
	size_t fewest;	/* with the fewest flushes */
	size_t least;	/* with the least exposure */
};

static struct ends ends_of(const struct frontier *f, size_t h)
{
	struct ends ends = { f->n, f->n };

	for (size_t k = 0; k < f->nr_best; k++) {
		size_t i = f->best[k];

		if (f->host[i] != h || is_identity(f, i))
			continue;
		if (ends.fewest == f->n)
			ends.fewest = i;
		ends.least = i;
	}
	return ends;
}

size_t frontier_pick(const struct frontier *f, size_t h)
{
	struct ends ends = ends_of(f, h);
	size_t pick = ends.fewest;

	for (size_t k = 0; k < f->nr_best && ends.fewest < f->n; k++) {
		size_t i = f->best[k];

		if (f->host[i] == h && !is_identity(f, i) &&
		    10 * (frontier_flushes(f, i) - frontier_flushes(f, ends.fewest)) <=
			    frontier_flushes(f, ends.least) - frontier_flushes(f, ends.fewest))
			pick = i;
	}
	return pick;
}

static void write_name(FILE *out, const struct frontier *f, size_t i, enum ir_typography typography)
{
	struct ir_short queue = frontier_queue(f, i, typography);
	const char *separator = " (identical here: ";
	size_t twins = 0;

	fprintf(out, "%c%s%c", IR_MARK_NAME, f->configs[i].strategy->name, IR_MARK_END);
	for (size_t t = frontier_twin(f, i, 0); t < f->n; t = frontier_twin(f, i, t + 1))
		twins++;
	for (size_t t = frontier_twin(f, i, 0); t < f->n && twins <= 2; t = frontier_twin(f, i, t + 1)) {
		fprintf(out, "%s%s", separator, f->configs[t].strategy->name);
		separator = ", ";
	}
	if (twins > 2)
		fprintf(out, " (and %s identical here)", ir_count_word(twins).s);
	else
		fputs(twins ? ")" : "", out);
	if (*queue.s)
		fprintf(out, " with %s", queue.s);
}

struct ir_short frontier_page_seconds(double value)
{
	struct ir_short text;
	char real[IR_REAL_TEXT];

	if (value >= 1000)
		return ir_count_text((uint64_t)(value + .5));
	snprintf(text.s, sizeof(text.s), "%.40s", ir_real_text(real, sizeof(real), value, 3));
	return text;
}

static void write_exposure(FILE *out, const struct frontier *f, size_t i)
{
	double value = frontier_exposure(f, i);

	if (value > 0)
		fprintf(out, "%s page-seconds", frontier_page_seconds(value).s);
	else
		fputs("nothing", out);
}

/* Fewer flushes take longer if more of them are of everything: then the times of both are named. */
static void write_price(FILE *out, const struct frontier *f, size_t i, size_t other, enum ir_typography typography)
{
	const struct ir_time *a = &f->results[i].time, *b = &f->results[other].time;
	bool fewer = frontier_flushes(f, i) < frontier_flushes(f, other);

	fprintf(out, ", for %s flush%s", ir_count_text(frontier_flushes(f, i)).s,
		frontier_flushes(f, i) == 1 ? "" : "es");
	if (a->known && b->known && (fewer ? a->flush_ns > b->flush_ns : a->flush_ns < b->flush_ns))
		fprintf(out, ", which take %s, those of %c%s%c %s", ir_time_text(a->flush_ns, typography).s,
			IR_MARK_NAME, f->configs[other].strategy->name, IR_MARK_END,
			ir_time_text(b->flush_ns, typography).s);
	fputc('.', out);
}

static void write_ends(FILE *out, const struct frontier *f, size_t h, enum ir_typography typography)
{
	size_t fewest = ends_of(f, h).fewest, least = ends_of(f, h).least, pick = frontier_pick(f, h);

	write_name(out, f, fewest, typography);
	if (frontier_flushes(f, fewest))
		fprintf(out, " flushes least (%s time%s)", ir_count_text(frontier_flushes(f, fewest)).s,
			frontier_flushes(f, fewest) == 1 ? "" : "s");
	else
		fputs(" needs no flush", out);
	if (fewest == least) {
		fputs(", and nothing exposes less: it leaves ", out);
		write_exposure(out, f, fewest);
		fputs(" reachable.", out);
		return;
	}
	fputs(", and leaves ", out);
	write_exposure(out, f, fewest);
	fputs(" of unmapped pages reachable; ", out);
	write_name(out, f, least, typography);
	fputs(" leaves ", out);
	write_exposure(out, f, least);
	write_price(out, f, least, fewest, typography);
	if (pick == fewest || pick == least)
		return;
	fputs(" With a tenth of these additional flushes or less, ", out);
	write_name(out, f, pick, typography);
	fputs(" leaves ", out);
	write_exposure(out, f, pick);
	write_price(out, f, pick, least, typography);
}

char *frontier_verdict(const struct frontier *f, size_t h, enum ir_typography typography)
{
	struct ir_memory memory;
	FILE *out = text_begin(&memory);

	if (!f->sweep->info->complete)
		fprintf(out, "%cIncomplete: figures may be too low.%c ", IR_MARK_BAD, IR_MARK_END);
	if (f->sweep->settings->nr_hypervisors > 1) {
		fputs("On ", out);
		sweep_host(out, f->sweep, h);
		fputs(": ", out);
	}
	if (!f->sweep->info->ops.map)
		fprintf(out, "%c%s%c", IR_MARK_BAD, ir_no_maps_words(f->sweep->info), IR_MARK_END);
	else if (ends_of(f, h).fewest == f->n)
		fprintf(out, "%cMaps fail with all strategies and queues.%c", IR_MARK_BAD, IR_MARK_END);
	else
		write_ends(out, f, h, typography);
	return text_end(&memory);
}

void frontier_words(const struct frontier *f, size_t h, ir_words_line emit, void *arg)
{
	size_t pick = frontier_pick(f, h);
	struct ir_memory memory;
	FILE *out;
	char *text;

	if (pick == f->n || !f->sweep->info->ops.map)
		return;
	out = text_begin(&memory);
	fprintf(out, "Its other figures, beside those of strict: %ciommu-replay run --strategy strict", IR_MARK_CODE);
	if (strcmp(f->configs[pick].strategy->name, "strict"))
		fprintf(out, ",%s", f->configs[pick].strategy->name);
	ir_write_plugins(out, &f->configs[pick], 1);
	if (has_queue(f, pick))
		fprintf(out, " --queue-size %u --queue-timeout %u", f->results[pick].parameters.queue_size,
			f->results[pick].parameters.queue_timeout_ms);
	ir_write_given(out, f->sweep->info, f->configs[pick].hypervisor, &f->results[pick].parameters,
		       &f->results[pick].time, IR_WITHOUT_SIZE | IR_WITHOUT_TIMEOUT);
	fputc(' ', out);
	ir_write_operand(out, f->sweep->path);
	fputc(IR_MARK_END, out);
	text = text_end(&memory);
	emit(arg, "Try next", text);
	free(text);
}

/* The strategies with the same results, and the hypervisor if there are several. */
static void same_cell(struct cells *cells, const struct frontier *f, size_t i)
{
	struct ir_memory memory;
	FILE *out = text_begin(&memory);
	const char *separator = "";
	char *text;

	if (f->sweep->settings->nr_hypervisors > 1) {
		fputs("on ", out);
		sweep_host(out, f->sweep, f->host[i]);
		separator = "; ";
	}
	for (size_t t = frontier_twin(f, i, 0); t < f->n; t = frontier_twin(f, i, t + 1)) {
		fprintf(out, "%s%s", separator, f->configs[t].strategy->name);
		separator = ", ";
	}
	text = text_end(&memory);
	cell(cells, "%s", *text ? text : "-");
	free(text);
}

static void row_of(struct cells *cells, const struct frontier *f, size_t i)
{
	const struct ir_result *r = &f->results[i];
	bool queue = has_queue(f, i), every = is_identity(f, i);

	cell(cells, "%s", f->configs[i].strategy->name);
	cell(cells, queue ? "%s" : "-", ir_count_text(r->parameters.queue_size).s);
	cell(cells, queue ? "%s ms" : "-", ir_count_text(r->parameters.queue_timeout_ms).s);
	cell(cells, "%s", ir_count_text(frontier_flushes(f, i)).s);
	cell(cells, "%s", every ? "all memory" : r->exposure.page_seconds > 0 ?
	     frontier_page_seconds(r->exposure.page_seconds).s : "-");
	if (every || !r->exposure.p99_ns)
		cell(cells, "%s", every ? "always" : "-");
	else
		cell(cells, "%s%s", ir_cut_of(r).p99 ? ">=" : "", ir_time_text(r->exposure.p99_ns, IR_PLAIN).s);
	cell(cells, every ? "all" : r->exposure.reused_pages ? "%s" : "-", ir_count_text(r->exposure.reused_pages).s);
}

int frontier_table(const struct frontier *f, enum frontier_rows rows, const struct drawing *d)
{
	const bool all = rows == FRONTIER_ALL;
	const struct plain_column columns[] = {
		{ "strategy", false }, { "queue size", true }, { "timeout", true }, { "flushes", true },
		{ "exposed page-s", true }, { "p99", true }, { "reused pages", true },
		{ all ? "failed maps" : "the same as", all },
	};
	struct cells cells;
	size_t n = all ? f->n : f->nr_best;

	cells_init(&cells, sizeof(columns) / sizeof(columns[0]), n);
	for (size_t k = 0; k < n; k++) {
		size_t i = all ? k : f->best[k];
		uint64_t failures = sweep_failures(&f->results[i]);

		row_of(&cells, f, i);
		if (all)
			cell(&cells, failures ? "%s" : "-", ir_count_text(failures).s);
		else
			same_cell(&cells, f, i);
	}
	return cells_draw(&cells, d, columns);
}

static void emit_line(void *arg, const char *label, const char *text)
{
	const struct drawing *d = arg;

	(void)label;
	d->emit(d->arg, "try next", text, VIEW_PLAIN);
}

int frontier_draw(const struct frontier *f, const struct drawing *d)
{
	int rc;

	draw_line(d, "frontier", VIEW_PLAIN, "%zu of %zu combinations of strategy, queue size and timeout %s "
		  "not beaten in both, flushes and exposure%s", f->nr_best, f->n, f->nr_best == 1 ? "is" : "are",
		  f->failing ? "" : "; no map fails in any");
	if (f->failing)
		draw_line(d, "failures", VIEW_BAD, "maps fail with %zu of the combinations, which %s left out", f->failing,
			  f->failing == 1 ? "is" : "are");
	fputc('\n', d->canvas->out);
	rc = frontier_table(f, FRONTIER_ALONE, d);
	fputc('\n', d->canvas->out);
	for (size_t h = 0; h < f->sweep->settings->nr_hypervisors && !rc; h++) {
		char *text = frontier_verdict(f, h, IR_PLAIN);

		if (!text)
			return -ENOMEM;
		frontier_words(f, h, emit_line, (void *)(uintptr_t)d);
		d->emit(d->arg, "verdict", text, VIEW_PLAIN);
		free(text);
	}
	return rc;
}
