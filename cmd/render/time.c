// SPDX-License-Identifier: GPL-2.0-or-later
/* Draws throughput in tables: cells, bottlenecks, and the assumptions of the prediction. */
#include "render/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/numbers.h"
#include "io/texts.h"
#include "report/columns.h"

enum view_mark view_ratio_cell(const struct ir_report_entry *entry, size_t result,
			       struct ir_value value, char *text, size_t size)
{
	const struct ir_throughput *t = &entry->results[result].time.throughput;

	if (value.type != IR_VALUE_REAL)
		return VIEW_PLAIN;
	if (t->high - t->low < 0.0005)
		snprintf(text, size, "%.3f", value.real);
	else
		snprintf(text, size, "%.3f (%.2f-%.2f)", value.real, t->low, t->high);
	return VIEW_PLAIN;
}

static bool is_limited(const struct ir_report_entry *entry, size_t result, enum ir_bottleneck bottleneck)
{
	return entry->results[result].time.closed && entry->results[result].time.bottleneck == bottleneck;
}

/* "strict, legacy": those results that have this bottleneck; false: none has. */
static bool list_limited(const struct ir_report_entry *entry, enum ir_bottleneck bottleneck, FILE *out)
{
	bool any = false;

	for (size_t i = 0; i < entry->nr_results; i++) {
		size_t k = 0;

		if (!is_limited(entry, i, bottleneck))
			continue;
		/* A strategy may have several results: it is named once. */
		while (k < i && !(entry->configs[k].strategy == entry->configs[i].strategy &&
				  is_limited(entry, k, bottleneck)))
			k++;
		if (k == i)
			fprintf(out, "%s%s", any ? ", " : "", entry->configs[i].strategy->name);
		any = true;
	}
	return any;
}

static void note_bottlenecks(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	for (int b = IR_BOTTLENECK_NONE + 1; b < IR_BOTTLENECKS; b++) {
		static const char *const what[IR_BOTTLENECKS] = {
			[IR_BOTTLENECK_CPU] = "CPUs", [IR_BOTTLENECK_HYPERVISOR] = "the hypervisor",
			[IR_BOTTLENECK_DEVICE] = "the device",
			[IR_BOTTLENECK_WORKLOAD] = "the workload's own rate",
		};
		struct ir_memory memory;
		FILE *out = text_begin(&memory);
		char *text, *clean;
		bool any;

		fprintf(out, "%s: ", what[b]);
		any = list_limited(entry, (enum ir_bottleneck)b, out);
		text = text_end(&memory);
		clean = text_clean(text);
		if (any)
			emit(arg, "limited by", clean, VIEW_PLAIN);
		free(clean);
		free(text);
	}
}

/* Each assumption that was used; the first two always are. */
static void list_assumptions(const struct ir_time *t, FILE *out)
{
	const struct ir_time_assumptions *a = &t->assumptions;

	fputs("devices take as long as recorded, tasks stay on their CPUs, IOTLB misses cost nothing",
	      out);
	if (a->idle_unknown)
		fputs("; the recording does not have the times when CPUs were idle: the ratio takes them for busy, "
		      "the bounds have both (record-dma --time)", out);
	if (a->event_cost_unknown)
		fputs("; what tracing cost is not known: the ratio takes it for nothing, the bounds "
		      "for up to a flush (--event-cost)", out);
	if (a->event_cost_as_given)
		fprintf(out, "; an event of a probe costs %s, as given", ir_time_text(t->event_cost_ns, IR_PLAIN).s);
	if (a->tracepoint_cost_guessed)
		fputs("; an event of the kernel's own costs half of a probe's", out);
	if (a->peers_do_not_adapt)
		fputs("; work that came by a clock comes as recorded", out);
	if (a->serialised)
		fputs("; the hypervisor serves one flush at a time", out);
	if (a->price_from_ranged)
		fputs("; a flush of everything costs what one of a range does, in the bounds as well (--flush-all-latency)", out);
}

void view_time(const struct ir_report_entry *entry, view_line emit, void *arg)
{
	const struct ir_time *first = NULL;
	struct ir_memory memory;
	char *text;
	FILE *out;

	for (size_t i = 0; i < entry->nr_results && !first; i++)
		if (entry->results[i].time.closed)
			first = &entry->results[i].time;
	if (!first)
		return;
	out = text_begin(&memory);
	fprintf(out, "%s operations a second were recorded (the replay of the recorded flushes: %.3f of that); "
		"ratios are of the same work, traced like it",
		ir_rate_text(first->throughput.recorded_per_second).s, first->replayed);
	text = text_end(&memory);
	emit(arg, "throughput", text, VIEW_PLAIN);
	free(text);
	note_bottlenecks(entry, emit, arg);
	out = text_begin(&memory);
	list_assumptions(first, out);
	text = text_end(&memory);
	emit(arg, "assumed", text, VIEW_NOTE);
	free(text);
}
