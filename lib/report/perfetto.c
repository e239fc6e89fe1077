// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Timelines as trace events: the JSON that Chrome's about:tracing had, and
 * Perfetto still opens ("Trace Event Format").  Each result is a process: its
 * tracks are counters, failed maps are instants on their CPU's thread.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/columns.h"
#include "base/json.h"
#include "base/memory.h"
#include "verdict/verdict.h"

struct trace {
	FILE *out;
	bool begun;
	size_t pid;
};

/* Writes the start of an event; its members and a closing brace follow. */
static void begin_event(struct trace *t, const char *phase, const char *name)
{
	fprintf(t->out, "%s\n{\"ph\":\"%s\",\"name\":\"%s\",\"pid\":%zu", t->begun ? "," : "", phase,
		name, t->pid);
	t->begun = true;
}

/* Microseconds, with what is smaller behind the point. */
static void write_time(const struct trace *t, uint64_t ns)
{
	fprintf(t->out, ",\"ts\":%" PRIu64 ".%03" PRIu64, ns / 1000, ns % 1000);
}

static void write_text(FILE *out, const char *text)
{
	char *clean = ir_text_utf8(text), *quoted;
	json_t *string = clean ? json_string(clean) : NULL;

	quoted = string ? ir_json_dump(string, JSON_ENCODE_ANY) : NULL;
	if (quoted)
		fputs(quoted, out);
	else
		ir_memory_fail(out);
	free(quoted);
	json_decref(string);
	free(clean);
}

/* Whether another result has the same strategy and hypervisor, so that only its limits differ. */
static bool has_namesake(const struct ir_report_entry *entry, size_t result)
{
	const struct ir_config *a = &entry->configs[result];

	for (size_t i = 0; i < entry->nr_results; i++) {
		const struct ir_config *b = &entry->configs[i];

		if (i != result && !strcmp(a->strategy->name, b->strategy->name) &&
		    !strcmp(a->hypervisor->name, b->hypervisor->name))
			return true;
	}
	return false;
}

/* "strict on kvm, trace.dat", with the limits if they tell it from another one. */
static char *process_name(const struct ir_report_entry *entry, size_t result)
{
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);

	if (!out)
		return NULL;
	fprintf(out, "%s on ", entry->configs[result].strategy->name);
	if (has_namesake(entry, result))
		ir_host_words(entry, result, out);
	else
		fputs(entry->configs[result].hypervisor->name, out);
	fprintf(out, ", %s", basename(entry->info->file));
	return ir_memory_close(&memory);
}

static void name_process(struct trace *t, const struct ir_report_entry *entry, size_t result)
{
	char *name = process_name(entry, result);

	if (!name) {
		ir_memory_fail(t->out);
		return;
	}
	begin_event(t, "M", "process_name");
	fputs(",\"args\":{\"name\":", t->out);
	write_text(t->out, name);
	fputs("}}", t->out);
	begin_event(t, "M", "process_sort_index");
	fprintf(t->out, ",\"args\":{\"sort_index\":%zu}}", t->pid);
	free(name);
}

/* Lowest and highest value, where they change, and once more at the end. */
static void write_track(struct trace *t, const struct ir_timeline *timeline, enum ir_track track)
{
	const struct ir_timeline_bucket *b = timeline->buckets, *last = NULL;

	for (size_t i = 0; i < timeline->nr_buckets; i++, b++) {
		if (last && last->min[track] == b->min[track] && last->max[track] == b->max[track] &&
		    i + 1 < timeline->nr_buckets)
			continue;
		last = b;
		begin_event(t, "C", ir_track_name(track));
		write_time(t, timeline->start_ns + i * timeline->bucket_ns);
		fprintf(t->out, ",\"args\":{\"max\":%" PRIu64 ",\"min\":%" PRIu64 "}}",
			b->max[track], b->min[track]);
	}
}

static bool same_counts(const struct ir_timeline_bucket *a, const struct ir_timeline_bucket *b)
{
	return a && a->insufficient == b->insufficient &&
		!memcmp(a->rpcit, b->rpcit, sizeof(a->rpcit));
}

/* How many in each bucket. */
static void write_rpcits(struct trace *t, const struct ir_timeline *timeline)
{
	const struct ir_timeline_bucket *b = timeline->buckets, *last = NULL;

	for (size_t i = 0; i < timeline->nr_buckets; i++, b++) {
		if (same_counts(last, b) && i + 1 < timeline->nr_buckets)
			continue;
		last = b;
		begin_event(t, "C", "rpcit");
		write_time(t, timeline->start_ns + i * timeline->bucket_ns);
		fputs(",\"args\":{", t->out);
		for (int c = 0; c < IR_CAUSES; c++)
			fprintf(t->out, "\"%s\":%" PRIu64 ",", ir_cause_name((enum ir_cause)c),
				b->rpcit[c]);
		fprintf(t->out, "\"insufficient\":%" PRIu64 "}}", b->insufficient);
	}
}

static void name_cpus(struct trace *t, const struct ir_timeline *timeline)
{
	const struct ir_timeline_failure *f = timeline->failures;

	for (size_t i = 0, k; i < timeline->nr_failures; i++) {
		for (k = 0; f[k].cpu != f[i].cpu; k++)
			;
		if (k < i)
			continue;
		begin_event(t, "M", "thread_name");
		fprintf(t->out, ",\"tid\":%" PRIu64 ",\"args\":{\"name\":\"CPU %" PRIu32 "\"}}",
			(uint64_t)f[i].cpu + 1, f[i].cpu);
	}
}

static void write_failures(struct trace *t, const struct ir_timeline *timeline)
{
	for (size_t i = 0; i < timeline->nr_failures; i++) {
		const struct ir_timeline_failure *f = &timeline->failures[i];

		begin_event(t, "i", ir_failure_name(f->kind));
		write_time(t, f->time_ns);
		fprintf(t->out, ",\"tid\":%" PRIu64 ",\"s\":\"t\",\"args\":{\"pages\":%" PRIu64
			",\"cpu\":%" PRIu32 "}}", (uint64_t)f->cpu + 1, f->pages, f->cpu);
	}
}

/* How many failures of a bucket are not listed. */
static uint64_t not_listed(const struct ir_timeline *t, size_t bucket, enum ir_failure kind)
{
	uint64_t begin = t->start_ns + bucket * t->bucket_ns, n = t->buckets[bucket].failures[kind];

	for (size_t i = 0; n && i < t->nr_failures; i++)
		n -= t->failures[i].kind == kind && t->failures[i].time_ns >= begin &&
			t->failures[i].time_ns - begin < t->bucket_ns;
	return n;
}

/* Failures that are not listed are known by their bucket. */
static void write_more_failures(struct trace *t, const struct ir_timeline *timeline)
{
	if (timeline->nr_failures == timeline->failed)
		return;
	for (size_t i = 0; i < timeline->nr_buckets; i++) {
		uint64_t begin = timeline->start_ns + i * timeline->bucket_ns;

		for (int kind = 0; kind < IR_FAILURES; kind++) {
			uint64_t maps = not_listed(timeline, i, (enum ir_failure)kind);

			if (!maps)
				continue;
			begin_event(t, "i", ir_failure_name((enum ir_failure)kind));
			write_time(t, begin);
			fprintf(t->out, ",\"tid\":0,\"s\":\"p\",\"args\":{\"maps_until_ns\":%" PRIu64
				",\"maps\":%" PRIu64 "}}", begin + timeline->bucket_ns, maps);
		}
	}
}

static void write_result(struct trace *t, const struct ir_report_entry *entry, size_t result)
{
	const struct ir_timeline *timeline = entry->timelines[result];

	t->pid++;
	name_process(t, entry, result);
	for (int i = 0; i < IR_TRACKS; i++)
		write_track(t, timeline, (enum ir_track)i);
	write_rpcits(t, timeline);
	name_cpus(t, timeline);
	write_failures(t, timeline);
	write_more_failures(t, timeline);
}

void ir_report_perfetto(FILE *out, const struct ir_report_entry *entries, size_t n)
{
	struct trace t = { .out = out };

	fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[", out);
	for (size_t e = 0; e < n; e++)
		for (size_t r = 0; entries[e].timelines && r < entries[e].nr_results; r++)
			write_result(&t, &entries[e], r);
	fputs("\n]}\n", out);
}
