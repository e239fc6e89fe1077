// SPDX-License-Identifier: GPL-2.0-or-later
#include "verdict/fold.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/numbers.h"

/* Two results whose parameters differ in nothing but the queue. */
static bool same_group(const struct ir_report_entry *entry, size_t a, size_t b)
{
	const struct ir_effective *x = &entry->results[a].parameters;
	const struct ir_effective *y = &entry->results[b].parameters;

	return entry->configs[a].hypervisor == entry->configs[b].hypervisor &&
		x->hypervisor.entry_limit == y->hypervisor.entry_limit &&
		x->hypervisor.pinned_limit == y->hypervisor.pinned_limit &&
		x->hypervisor.tlb_refresh == y->hypervisor.tlb_refresh &&
		x->share == y->share && x->limits_differ == y->limits_differ &&
		x->backend == y->backend && x->latency == y->latency &&
		!memcmp(x->hypervisor.own, y->hypervisor.own, sizeof(x->hypervisor.own)) &&
		x->aperture == y->aperture && x->aperture_start == y->aperture_start &&
		x->initial_pages == y->initial_pages && x->cpus == y->cpus && x->hz == y->hz &&
		x->timer_phase_ns == y->timer_phase_ns && x->timer_late_ns == y->timer_late_ns &&
		x->api == y->api && x->timer == y->timer &&
		x->rpcit_base_ns == y->rpcit_base_ns && x->rpcit_page_ns == y->rpcit_page_ns;
}

size_t ir_group_end(const struct ir_report_entry *entry, size_t first)
{
	size_t end = first + 1;

	while (end < entry->nr_results && same_group(entry, first, end))
		end++;
	return end;
}

uint64_t ir_row_failures(const struct ir_result *result)
{
	return result->maps.iova_exhausted + result->maps.map_failed + result->maps.unbacked;
}

bool ir_row_exposed(const struct ir_row *row)
{
	return row->result->exposure.pages || row->result->exposure.reachable_at_end;
}

uint64_t ir_active_ns(const struct ir_recording_info *info)
{
	if (info->last_operation_ns > info->start_ns)
		return info->last_operation_ns - info->start_ns;
	return info->duration_ns;
}

unsigned int ir_strategy_rank(const struct ir_strategy *strategy)
{
	static const char *const order[] = {
		"sync-map-retry", "lazy", "strict", "legacy", "legacy-strict", "fq-flush",
		"map-inline", "driver-lazy", "lazy-ignore",
	};
	const unsigned int n = sizeof(order) / sizeof(order[0]);

	for (unsigned int i = 0; i < n && !strategy->plugin; i++)
		if (!strcmp(order[i], strategy->name))
			return i;
	return n;
}

static unsigned int strategy_rank(const struct ir_report_entry *entry, size_t result)
{
	return ir_strategy_rank(entry->configs[result].strategy);
}

/* The same in the digits that are shown. */
static bool same_real(double a, double b)
{
	return a <= b * 1.0005 && b <= a * 1.0005;
}

static bool same_exposure(const struct ir_result *x, const struct ir_result *y)
{
	return x->exposure.pages == y->exposure.pages && x->exposure.p50_ns == y->exposure.p50_ns &&
		x->exposure.p99_ns == y->exposure.p99_ns && x->exposure.max_ns == y->exposure.max_ns &&
		x->exposure.reachable_at_end == y->exposure.reachable_at_end &&
		x->exposure.reachable_p50 == y->exposure.reachable_p50 &&
		x->exposure.reachable_p99 == y->exposure.reachable_p99 &&
		x->exposure.reused_pages == y->exposure.reused_pages &&
		same_real(x->exposure.page_seconds, y->exposure.page_seconds) &&
		same_real(x->exposure.writable_page_seconds, y->exposure.writable_page_seconds) &&
		same_real(x->exposure.reused_page_seconds, y->exposure.reused_page_seconds);
}

/* Two results are one row if they differ in IOVA pages and queue depth at most. */
static bool same_result(const struct ir_report_entry *entry, size_t x, size_t y)
{
	const struct ir_result *a = &entry->results[x], *b = &entry->results[y];

	return entry->configs[x].strategy->identity == entry->configs[y].strategy->identity &&
		!memcmp(&a->rpcit, &b->rpcit, sizeof(a->rpcit)) &&
		!memcmp(&a->maps, &b->maps, sizeof(a->maps)) &&
		same_exposure(a, b) &&
		a->peaks.live_pages == b->peaks.live_pages &&
		a->peaks.lazy_pages == b->peaks.lazy_pages &&
		a->peaks.host_pages == b->peaks.host_pages;
}

/* Estimated: as recorded ones took, each, and for the pages that ranged ones covered. */
static uint64_t flush_time(const struct ir_recording_info *info, const struct ir_result *r)
{
	double ns = (double)r->rpcit.total * (double)info->machine.rpcit_base_ns, pages = 0;

	if (r->rpcit.by_cause[IR_CAUSE_SYNC_MAP])
		pages += (double)info->ops.map_pages;
	if (r->rpcit.by_cause[IR_CAUSE_SYNC])
		pages += (double)info->ops.unmap_pages;
	return (uint64_t)(ns + (double)info->machine.rpcit_page_ns * pages);
}

static bool exceeds_percent(uint64_t pages, unsigned int percent, uint64_t all)
{
	return (double)pages * 100 > (double)all * percent;
}

struct ir_cut ir_cut_of(const struct ir_result *r)
{
	uint64_t left = r->exposure.reachable_at_end;

	return (struct ir_cut){
		.p50 = exceeds_percent(left, 50, r->exposure.pages),
		.p99 = exceeds_percent(left, 1, r->exposure.pages), .max = left,
	};
}

static void fill_row(struct ir_row *row, const struct ir_report_entry *entry, size_t result)
{
	const struct ir_result *r = &entry->results[result];
	row->result = r;
	row->flushes = r->rpcit.total;
	row->failures = ir_row_failures(r);
	row->flush_ns = r->time.known ? r->time.flush_ns :
		entry->info->machine.rpcit_base_ns ? flush_time(entry->info, r) : 0;
	row->cut = ir_cut_of(r);
	row->identity = entry->configs[result].strategy->identity;
}

enum ir_durations ir_durations_of(const struct ir_rows *rows)
{
	const struct ir_result *r = rows->row[0].result;

	if (r->time.known && (r->parameters.latency == IR_LATENCY_GIVEN || r->parameters.has_all))
		return IR_DURATIONS_GIVEN;
	if (r->time.closed || !rows->entry->info->machine.rpcit_base_ns)
		return IR_DURATIONS_OF_EACH;
	return IR_DURATIONS_FITTED;
}

static bool same_queue(const struct ir_report_entry *entry, size_t a, size_t b)
{
	const struct ir_effective *x = &entry->results[a].parameters, *y = &entry->results[b].parameters;

	return x->queue == y->queue && (x->queue == IR_QUEUE_NONE ||
		(x->queue_size == y->queue_size && x->queue_timeout_ms == y->queue_timeout_ms));
}

static bool same_strategy(const struct ir_report_entry *entry, size_t a, size_t b)
{
	return !strcmp(entry->configs[a].strategy->name, entry->configs[b].strategy->name);
}

size_t ir_strategies_of(const struct ir_report_entry *entry, size_t first, size_t end)
{
	size_t nr = 0;

	for (size_t i = first; i < end; i++) {
		size_t before = first;

		while (before < i && !same_strategy(entry, before, i))
			before++;
		nr += before == i;
	}
	return nr;
}

const char *ir_members_noun(const struct ir_rows *rows)
{
	return ir_strategies_of(rows->entry, rows->first, rows->end) < rows->nr_members ?
		"combinations of strategy and queue" : "strategies";
}

/* Whether the result repeats a member of the row. */
static bool is_repeated(const struct ir_report_entry *entry, const struct ir_row *row, size_t result)
{
	for (size_t m = 0; m < row->nr_members; m++)
		if (same_strategy(entry, row->members[m], result) && same_queue(entry, row->members[m], result))
			return true;
	return false;
}

/* Add a result: at the end, or before those that are there again. */
static void add_member(const struct ir_report_entry *entry, struct ir_row *row, size_t result)
{
	bool again = is_repeated(entry, row, result);

	row->members[row->nr_results++] = result;
	if (again)
		return;
	row->members[row->nr_results - 1] = row->members[row->nr_members];
	row->members[row->nr_members++] = result;
}

static int compare_counts(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_exposure(const void *a, const void *b)
{
	const struct ir_row *x = a, *y = b;
	int order = compare_counts(x->result->exposure.p99_ns, y->result->exposure.p99_ns);

	if (!order)
		order = compare_counts(x->result->exposure.max_ns, y->result->exposure.max_ns);
	if (!order)
		order = compare_counts(x->flushes, y->flushes);
	return order ? order : compare_counts(x->members[0], y->members[0]);
}

static int by_failures(const void *a, const void *b)
{
	const struct ir_row *x = a, *y = b;
	int order = (x->failures != 0) - (y->failures != 0);

	if (!order)
		order = compare_counts(x->failures, y->failures);
	if (!order)
		order = compare_counts(x->flushes, y->flushes);
	return order ? order : compare_counts(x->members[0], y->members[0]);
}

static void sort_rows(struct ir_rows *rows)
{
	/* First all without failures, by their flushes. */
	qsort(rows->row, rows->nr, sizeof(*rows->row), by_failures);
	while (rows->nr_safe < rows->nr && !rows->row[rows->nr_safe].failures)
		rows->nr_safe++;
	for (size_t from = 0, to; from < rows->nr_safe; from = to) {
		for (to = from + 1; to < rows->nr_safe; to++)
			if ((rows->row[to].flushes - rows->row[from].flushes) * 100 > rows->attempted)
				break;
		qsort(rows->row + from, to - from, sizeof(*rows->row), by_exposure);
	}
}

/* Results by the rank of their names; those of one rank stay as they are. */
static void rank_results(const struct ir_report_entry *entry, size_t *order, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		size_t result = order[i], at = i;

		while (at && strategy_rank(entry, order[at - 1]) > strategy_rank(entry, result)) {
			order[at] = order[at - 1];
			at--;
		}
		order[at] = result;
	}
}

int ir_rows_make(struct ir_rows *rows, const struct ir_report_entry *entry, size_t first, size_t end)
{
	size_t n = end - first, used = 0;
	size_t *order = calloc(n + 1, sizeof(*order));
	bool *taken = calloc(n + 1, sizeof(*taken));

	*rows = (struct ir_rows){
		.entry = entry, .first = first, .end = end,
		.row = calloc(n + 1, sizeof(*rows->row)),
		.members = calloc(n + 1, sizeof(*rows->members)),
	};
	if (!order || !taken || !rows->row || !rows->members) {
		free(order);
		free(taken);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		order[i] = first + i;
		if (entry->results[first + i].maps.attempted > rows->attempted)
			rows->attempted = entry->results[first + i].maps.attempted;
	}
	rank_results(entry, order, n);
	for (size_t i = 0; i < n; i++) {
		struct ir_row *row = &rows->row[rows->nr];

		if (taken[i])
			continue;
		row->members = rows->members + used;
		for (size_t k = i; k < n; k++) {
			if (taken[k] || !same_result(entry, order[i], order[k]))
				continue;
			taken[k] = true;
			add_member(entry, row, order[k]);
		}
		used += row->nr_results;
		rows->nr_members += row->nr_members;
		fill_row(row, entry, order[i]);
		rows->timed |= entry->info->machine.rpcit_base_ns || row->result->time.known;
		rows->nr++;
	}
	sort_rows(rows);
	free(order);
	free(taken);
	return 0;
}

void ir_rows_free(struct ir_rows *rows)
{
	free(rows->row);
	free(rows->members);
	*rows = (struct ir_rows){ .nr = 0 };
}

/* The queue parameters in which a result differs from others of its strategy among the rows. */
struct rivals {
	bool type, size, timeout;
};

static struct rivals find_rivals(const struct ir_rows *rows, size_t result)
{
	const struct ir_effective *p = &rows->entry->results[result].parameters;
	struct rivals rivals = { .type = false };

	for (size_t i = rows->first; i < rows->end; i++) {
		const struct ir_effective *q = &rows->entry->results[i].parameters;

		if (!same_strategy(rows->entry, i, result) || same_queue(rows->entry, i, result))
			continue;
		rivals.type |= p->queue != q->queue;
		rivals.size |= p->queue_size != q->queue_size;
		rivals.timeout |= p->queue_timeout_ms != q->queue_timeout_ms;
	}
	return rivals;
}

static void write_row_name(FILE *out, const struct ir_rows *rows, size_t result)
{
	const struct ir_effective *p = &rows->entry->results[result].parameters;
	struct rivals rivals = find_rivals(rows, result);
	const char *separator = " (";

	fputs(rows->entry->configs[result].strategy->name, out);
	if (p->queue == IR_QUEUE_NONE) {
		fputs(rivals.type ? " (no queue)" : "", out);
		return;
	}
	if (rivals.type) {
		fprintf(out, "%s%s", separator, ir_queue_type_name(p->queue));
		separator = ", ";
	}
	if (rivals.size) {
		fprintf(out, "%s%s slots", separator, ir_count_text(p->queue_size).s);
		separator = ", ";
	}
	if (rivals.timeout) {
		fprintf(out, "%s%s ms", separator, ir_count_text(p->queue_timeout_ms).s);
		separator = ", ";
	}
	fputs(*separator == ',' ? ")" : "", out);
}

char *ir_row_name(const struct ir_rows *rows, const struct ir_row *row, size_t member)
{
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);
	char *name, *clean;

	if (!out)
		return NULL;
	write_row_name(out, rows, row->members[member]);
	name = ir_memory_close(&memory);
	clean = name ? ir_text_clean(name) : NULL;
	free(name);
	return clean;
}
