// SPDX-License-Identifier: GPL-2.0-or-later
/* The lines that explain a verdict. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "verdict/priv.h"
#include "verdict/try_next.h"

static const char *number_space(const struct ir_verdict_text *s)
{
	return s->typography == IR_TYPESET ? "\xc2\xa0" : " ";
}

static bool same_count(const struct ir_rows *rows, size_t n, enum ir_cause cause)
{
	for (size_t i = 1; i < n; i++)
		if (rows->row[i].result->rpcit.by_cause[cause] !=
		    rows->row[0].result->rpcit.by_cause[cause])
			return false;
	return true;
}

/* The names of all members: "a", "a and b", "a, b and c". */
static void write_members(const struct ir_verdict_text *s, const struct ir_row *row, const char *between)
{
	for (size_t i = 0; i < row->nr_members; i++) {
		if (i)
			fputs(between ? between : i + 1 == row->nr_members ? " and " : ", ", s->out);
		ir_write_name(s, row, i);
	}
}

/* Each kind of failure that a row has. */
static void write_failures_of(const struct ir_verdict_text *s, const struct ir_row *row)
{
	const struct ir_result *r = row->result;
	double all = (double)s->rows->attempted;
	const char *separator = " ";

	ir_write_name(s, row, 0);
	if (r->maps.map_failed) {
		fprintf(s->out, "%sfails %s (%s)", separator, ir_count_text(r->maps.map_failed).s,
			ir_share_text((double)r->maps.map_failed, all).s);
		separator = ", ";
	}
	if (r->maps.iova_exhausted) {
		fprintf(s->out, "%sfinds no address for %s (%s)", separator,
			ir_count_text(r->maps.iova_exhausted).s,
			ir_share_text((double)r->maps.iova_exhausted, all).s);
		separator = ", ";
	}
	if (r->maps.unbacked)
		fprintf(s->out, "%sleaves %s unbacked (%s)", separator, ir_count_text(r->maps.unbacked).s,
			ir_share_text((double)r->maps.unbacked, all).s);
}

static void write_failures(const struct ir_verdict_text *s)
{
	const struct ir_rows *rows = s->rows;
	uint64_t replayed = rows->row[0].result->replayed_failures;

	if (rows->nr_safe == rows->nr && rows->attempted == 1)
		fputs("None: the only map succeeds with every strategy.", s->out);
	else if (rows->nr_safe == rows->nr)
		fprintf(s->out, "None: all %s maps succeed with every strategy.",
			ir_count_text(rows->attempted).s);
	else
		fprintf(s->out, "Of %s maps, ", ir_count_text(rows->attempted).s);
	for (size_t i = rows->nr; i > rows->nr_safe; i--) {
		write_failures_of(s, &rows->row[i - 1]);
		fputs(i - 1 > rows->nr_safe ? "; " : ".", s->out);
	}
	if (replayed)
		fprintf(s->out, " %s attempt%s that failed on the recorded machine %s.",
			ir_count_text(replayed).s, ir_plural(replayed),
			replayed == 1 ? "is replayed as an attempt" : "are replayed as attempts");
}

/* Whether any of the first @n rows has flushes of everything, and they take longer than others. */
static bool has_global(const struct ir_rows *rows, size_t n)
{
	const struct ir_recorded_machine *machine = &rows->entry->info->machine;

	if (machine->rpcit_global_ns <= machine->rpcit_base_ns + machine->rpcit_base_ns / 10)
		return false;
	for (size_t i = 0; i < n; i++)
		if (rows->row[i].result->rpcit.global)
			return true;
	return false;
}

/* @named: writes the strategies, too, as more flushes do not take more time. */
static void write_time_of(const struct ir_verdict_text *s, const struct ir_row *row, bool named)
{
	if (row->flush_ns)
		ir_write_time(s, row->flush_ns);
	else
		fputs("none", s->out);
	if (!named)
		return;
	fputs(" (", s->out);
	ir_write_name(s, row, 0);
	fputc(')', s->out);
}

/* The durations of a flush by which the time was estimated: of the first @n rows. */
static void write_durations(const struct ir_verdict_text *s, size_t n)
{
	const struct ir_recorded_machine *machine = &s->rows->entry->info->machine;

	switch (ir_durations_of(s->rows)) {
	case IR_DURATIONS_GIVEN:
		fputs(" With the durations given, that is ", s->out);
		return;
	case IR_DURATIONS_OF_EACH:
		fputs(" As recorded, that is ", s->out);
		return;
	case IR_DURATIONS_FITTED:
		break;
	}
	fprintf(s->out, " At %s each%s", ir_time_text(machine->rpcit_base_ns, s->typography).s,
		machine->rpcit_page_ns ? " and more with their pages" : "");
	if (has_global(s->rows, n))
		fprintf(s->out, ", or %s over everything",
			ir_time_text(machine->rpcit_global_ns, s->typography).s);
	fputs(", as recorded, that is ", s->out);
}

/* Of the first @n rows; @fewest and @most by their number of flushes. */
static void write_time_of_flushes(const struct ir_verdict_text *s, size_t n, const struct ir_row *fewest,
				  const struct ir_row *most_of)
{
	const struct ir_recording_info *info = s->rows->entry->info;
	double run = (double)ir_active_ns(info) * (info->cpus ? info->cpus : 1);
	const struct ir_row *least = s->rows->row, *most = s->rows->row;
	bool named;

	for (size_t i = 1; i < n; i++) {
		if (s->rows->row[i].flush_ns < least->flush_ns)
			least = &s->rows->row[i];
		if (s->rows->row[i].flush_ns > most->flush_ns)
			most = &s->rows->row[i];
	}
	if (most->flush_ns == least->flush_ns)
		most = least;
	named = most != least && (least->flushes != fewest->flushes || most->flushes != most_of->flushes);
	if (!s->rows->timed) {
		fputs(" How long flushes took was not recorded.", s->out);
		return;
	}
	write_durations(s, n);
	write_time_of(s, least, named);
	if (most != least) {
		fputs(" to ", s->out);
		write_time_of(s, most, named);
	}
	fprintf(s->out, ", or %s", ir_share_text((double)least->flush_ns, run).s);
	if (most != least)
		fprintf(s->out, " to %s", ir_share_text((double)most->flush_ns, run).s);
	fputs(" of the ", s->out);
	ir_write_time(s, ir_active_ns(info));
	fprintf(s->out, " with DMA%s%s (estimated).", info->cpus > 1 ? " of " : "",
		info->cpus > 1 ? "each CPU" : "");
}

/* Tables of IOMMUs other than s390's count commands, which reports of older versions lack; of the first @n rows. */
static void write_commands(const struct ir_verdict_text *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct ir_result *result = s->rows->row[i].result;

		if (!result->invalidations.total || result->invalidations.total == s->rows->row[i].flushes)
			continue;
		fprintf(s->out, " The tables count %s; a flush takes any number of them.",
			result->invalidations.by_kind[IR_INVALIDATION_REQUEST] ? "requests" : "commands");
		return;
	}
}

static void write_flushes(const struct ir_verdict_text *s)
{
	const struct ir_rows *rows = s->rows;
	size_t n = rows->nr_safe ? rows->nr_safe : rows->nr;
	const struct ir_row *least = rows->row, *most = rows->row;
	uint64_t map = rows->row[0].result->rpcit.by_cause[IR_CAUSE_SYNC_MAP];

	for (size_t i = 1; i < n; i++) {
		if (rows->row[i].flushes < least->flushes)
			least = &rows->row[i];
		if (rows->row[i].flushes > most->flushes)
			most = &rows->row[i];
	}
	if (least->flushes == most->flushes) {
		fprintf(s->out, "%s with ", least->flushes ? ir_count_text(least->flushes).s : "None");
		if (n == 1 && rows->nr_members > 1)
			ir_write_name(s, least, 0);
		else
			fputs(n > 1 ? "each" : "this strategy", s->out);
		fputc('.', s->out);
		most = least;
	} else {
		fprintf(s->out, "From %s (", least->flushes ? ir_count_text(least->flushes).s : "none");
		ir_write_name(s, least, 0);
		fprintf(s->out, ") to %s (", ir_count_text(most->flushes).s);
		ir_write_name(s, most, 0);
		fprintf(s->out, ")%s.", n < rows->nr ? " among those without failures" : "");
	}
	if (map && n > 1 && same_count(rows, n, IR_CAUSE_SYNC_MAP))
		fprintf(s->out, " %s of them follow%s the same for all.",
			ir_count_text(map).s, map == 1 ? "s a map and is" : " a map and are");
	write_commands(s, n);
	if (most->flushes)
		write_time_of_flushes(s, n, least, most);
}

static void write_exposures(const struct ir_verdict_text *s)
{
	const struct ir_rows *rows = s->rows;
	size_t n = rows->nr_safe ? rows->nr_safe : rows->nr, exposed = 0, said = 0;
	const struct ir_row *identity = NULL;
	uint64_t last = 0;

	for (size_t i = 0; i < n; i++) {
		exposed += ir_row_exposed(&rows->row[i]);
		if (rows->row[i].identity)
			identity = &rows->row[i];
		if (rows->row[i].identity || ir_row_exposed(&rows->row[i]))
			continue;
		fputs(said++ ? ", " : "None with ", s->out);
		write_members(s, &rows->row[i], NULL);
	}
	/* By p99, ascending; rows of the same one in their order. */
	for (size_t done = 0; done < exposed; ) {
		uint64_t next = UINT64_MAX;

		for (size_t i = 0; i < n; i++) {
			uint64_t p99 = rows->row[i].result->exposure.p99_ns;

			if (ir_row_exposed(&rows->row[i]) && (!done || p99 > last) && p99 < next)
				next = p99;
		}
		if (next == UINT64_MAX)
			break;
		for (size_t i = 0; i < n; i++) {
			const struct ir_row *row = &rows->row[i];

			if (!ir_row_exposed(row) || row->result->exposure.p99_ns != next)
				continue;
			fputs(said++ ? "; " : "", s->out);
			ir_write_p99(s, row);
			fputs(" with ", s->out);
			ir_write_name(s, row, 0);
			done++;
		}
		last = next;
	}
	if (exposed)
		fputs(" (99th percentile of the time that a page stays reachable after its unmap)", s->out);
	fputs(said ? "." : "", s->out);
	if (identity) {
		fputs(said ? " With " : "With ", s->out);
		write_members(s, identity, NULL);
		fputs(", a device can reach all memory at any time.", s->out);
	}
	said = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t left = rows->row[i].result->exposure.reachable_at_end;

		if (!left)
			continue;
		fprintf(s->out, "%s%s%spage%s with ", said++ ? ", " : " Still reachable when the recording ends: ",
			ir_count_text(left).s, number_space(s), ir_plural(left));
		ir_write_name(s, &rows->row[i], 0);
	}
	if (said)
		fputc('.', s->out);
}

static bool has_twins(const struct ir_rows *rows)
{
	for (size_t i = 0; i < rows->nr; i++)
		if (rows->row[i].nr_members > 1)
			return true;
	return false;
}

static void write_identical(const struct ir_verdict_text *s)
{
	const char *separator = "";

	for (size_t i = 0; i < s->rows->nr; i++) {
		if (s->rows->row[i].nr_members < 2)
			continue;
		fputs(separator, s->out);
		write_members(s, &s->rows->row[i], " = ");
		separator = "; ";
	}
	fputs(". Each is one row.", s->out);
}

/* Whether this row has the counts of the recorded machine. */
static bool as_recorded(const struct ir_recorded_rpcit *recorded, const struct ir_row *row)
{
	const struct ir_result *r = row->result;

	return r->rpcit.total == recorded->total && r->rpcit.global == recorded->global &&
		(!recorded->has_results || r->rpcit.insufficient == recorded->insufficient);
}

static void write_recorded(const struct ir_verdict_text *s)
{
	const struct ir_recorded_rpcit *r = &s->rows->entry->info->rpcit;
	size_t like = 0, said = 0;

	/* Flushes may be among what was lost. */
	fprintf(s->out, "%s %s flush%s, %s of them over everything",
		s->rows->entry->info->complete ? "The machine itself issued" : "The incomplete recording has",
		ir_count_text(r->total).s, r->total == 1 ? "" : "es",
		r->global ? ir_count_text(r->global).s : "none");
	if (r->has_results)
		fprintf(s->out, ", and %s ran out of resources",
			r->insufficient ? ir_count_text(r->insufficient).s : "none");
	for (size_t i = 0; i < s->rows->nr; i++)
		if (as_recorded(r, &s->rows->row[i]))
			like += s->rows->row[i].nr_members;
	if (!like) {
		fputs(". No strategy has the same counts under these parameters.", s->out);
		return;
	}
	fputs(", as predicted for ", s->out);
	for (size_t i = 0; i < s->rows->nr; i++) {
		for (size_t m = 0; m < s->rows->row[i].nr_members; m++) {
			if (!as_recorded(r, &s->rows->row[i]))
				break;
			fputs(!said ? "" : said + 1 == like ? " and " : ", ", s->out);
			ir_write_name(s, &s->rows->row[i], m);
			said++;
		}
	}
	fputc('.', s->out);
}

/* The work in the same time, from the least to the most. */
static void write_throughput(const struct ir_verdict_text *s)
{
	const struct ir_rows *rows = s->rows;
	size_t n = rows->nr_safe ? rows->nr_safe : rows->nr;
	const struct ir_row *least = rows->row, *most = rows->row;

	for (size_t i = 1; i < n; i++) {
		double ratio = rows->row[i].result->time.throughput.ratio;

		if (ratio < least->result->time.throughput.ratio)
			least = &rows->row[i];
		if (ratio > most->result->time.throughput.ratio)
			most = &rows->row[i];
	}
	for (size_t i = 0; i < (least == most ? 1u : 2u); i++) {
		const struct ir_throughput *t = &(i ? most : least)->result->time.throughput;

		fprintf(s->out, "%s%.2f (%.2f to %.2f) of the recorded one with ", i ? "; " : "", t->ratio,
			t->low, t->high);
		ir_write_name(s, i ? most : least, 0);
	}
	fprintf(s->out, ". %s operations a second were recorded.",
		ir_rate_text(least->result->time.throughput.recorded_per_second).s);
}

static void emit_section(const struct ir_rows *rows, enum ir_typography typography, const char *label,
			 void (*write_section)(const struct ir_verdict_text *s), ir_words_line emit,
			 void *arg)
{
	struct ir_memory memory;
	const struct ir_verdict_text s = {
		.out = ir_memory_open(&memory), .rows = rows, .typography = typography,
	};
	char *text = NULL;

	if (s.out) {
		write_section(&s);
		text = ir_memory_close(&memory);
	}
	emit(arg, label, text);
	free(text);
}

void ir_words(const struct ir_rows *rows, enum ir_typography typography, ir_words_line emit, void *arg)
{
	if (!rows->nr || !rows->attempted)
		return;
	emit_section(rows, typography, "Failures", write_failures, emit, arg);
	emit_section(rows, typography, "Flushes", write_flushes, emit, arg);
	if (rows->row[0].result->time.closed)
		emit_section(rows, typography, "Throughput", write_throughput, emit, arg);
	emit_section(rows, typography, "Exposure", write_exposures, emit, arg);
	if (has_twins(rows))
		emit_section(rows, typography, "Identical here", write_identical, emit, arg);
	if (rows->entry->info->rpcit.present)
		emit_section(rows, typography, "As recorded", write_recorded, emit, arg);
	emit_section(rows, typography, "Try next", ir_write_try_next, emit, arg);
}
