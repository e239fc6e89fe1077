// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verdict of a run in words: which strategies fail maps, which one to take, and what less
 * exposure costs.
 */
#include "verdict/priv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void ir_write_name(const struct ir_verdict_text *s, const struct ir_row *row, size_t member)
{
	char *name = ir_row_name(s->rows, row, member);

	if (!name)
		ir_memory_fail(s->out);
	else
		fprintf(s->out, "%c%s%c", IR_MARK_NAME, name, IR_MARK_END);
	free(name);
}

void ir_write_time(const struct ir_verdict_text *s, uint64_t ns)
{
	fputs(ir_time_text(ns, s->typography).s, s->out);
}

void ir_write_p99(const struct ir_verdict_text *s, const struct ir_row *row)
{
	if (row->cut.p99)
		fputs(s->typography == IR_TYPESET ? "\xe2\x89\xa5\xc2\xa0" : ">= ", s->out);
	ir_write_time(s, row->result->exposure.p99_ns);
}

/* "sync-map-retry (identical here: fq-flush, map-inline)" */
static void write_row(const struct ir_verdict_text *s, const struct ir_row *row)
{
	size_t twins = row->nr_members - 1;

	ir_write_name(s, row, 0);
	if (!twins)
		return;
	if (twins > 2) {
		fprintf(s->out, " (and %s identical here)", ir_count_word(twins).s);
		return;
	}
	fputs(" (identical here: ", s->out);
	for (size_t i = 1; i <= twins; i++) {
		char *name = ir_row_name(s->rows, row, i);

		if (!name)
			ir_memory_fail(s->out);
		fprintf(s->out, "%s%s", i > 1 ? ", " : "", name ? name : "");
		free(name);
	}
	fputc(')', s->out);
}

/* Least flushes but for 1% of the maps, then least exposure. */
const struct ir_row *ir_recommended_row(const struct ir_rows *rows)
{
	/* Rows are sorted by this. */
	return rows->nr_safe ? &rows->row[0] : NULL;
}

/* How many rows without failures have fewer flushes, and how many have as many: itself among them. */
static size_t count_flushing(const struct ir_rows *rows, const struct ir_row *row, size_t *alike)
{
	size_t fewer = 0;

	*alike = 0;
	for (size_t i = 0; i < rows->nr_safe; i++) {
		fewer += rows->row[i].flushes < row->flushes;
		*alike += rows->row[i].flushes == row->flushes;
	}
	return fewer;
}

/* The row that exposes least: none at all for the least flushes, else the least p99.  NULL: each exposes all. */
static const struct ir_row *least_exposed_row(const struct ir_rows *rows)
{
	const struct ir_row *tight = NULL;

	for (size_t i = 0; i < rows->nr_safe; i++)
		if (!rows->row[i].identity && !ir_row_exposed(&rows->row[i]) &&
		    (!tight || rows->row[i].flushes < tight->flushes))
			tight = &rows->row[i];
	for (size_t i = 0; i < rows->nr_safe && (!tight || ir_row_exposed(tight)); i++)
		if (!rows->row[i].identity &&
		    (!tight || rows->row[i].result->exposure.p99_ns < tight->result->exposure.p99_ns))
			tight = &rows->row[i];
	return tight;
}

/* Of two strategies one. */
static void write_only_failing(const struct ir_verdict_text *s)
{
	char *name = ir_row_name(s->rows, &s->rows->row[s->rows->nr_safe], 0);

	fprintf(s->out, "%c%s fails maps.%c ", IR_MARK_BAD, name ? name : "", IR_MARK_END);
	if (!name)
		ir_memory_fail(s->out);
	free(name);
}

static void write_failing(const struct ir_verdict_text *s)
{
	const struct ir_rows *rows = s->rows;
	size_t all = rows->nr_members, failing = 0;
	char word[48];

	for (size_t i = rows->nr_safe; i < rows->nr; i++)
		failing += rows->row[i].nr_members;
	if (!failing) {
		if (all == 1)
			fprintf(s->out, "%cNo map fails.%c ", IR_MARK_STRONG, IR_MARK_END);
		else
			fprintf(s->out, "%cNo strategy fails a map.%c ", IR_MARK_STRONG, IR_MARK_END);
		return;
	}
	snprintf(word, sizeof(word), "%s", ir_count_word(failing).s);
	word[0] = (char)toupper((unsigned char)word[0]);
	if (failing == all && all == 1)
		fprintf(s->out, "%cMaps fail.%c ", IR_MARK_BAD, IR_MARK_END);
	else if (failing == all && all == 2)
		fprintf(s->out, "%cBoth %s fail maps.%c ", IR_MARK_BAD, ir_members_noun(rows), IR_MARK_END);
	else if (all == 2)
		write_only_failing(s);
	else if (failing == all)
		fprintf(s->out, "%cAll %s %s fail maps.%c ", IR_MARK_BAD, ir_count_word(all).s,
			ir_members_noun(rows), IR_MARK_END);
	else
		fprintf(s->out, "%c%s of %s %s fail%s maps.%c Of the others, ", IR_MARK_BAD, word,
			ir_count_word(all).s, ir_members_noun(rows), failing == 1 ? "s" : "", IR_MARK_END);
}

static void write_cost(const struct ir_verdict_text *s, const struct ir_row *pick)
{
	const struct ir_rows *rows = s->rows;
	size_t alike, fewer = count_flushing(rows, pick, &alike);

	write_row(s, pick);
	if (!pick->flushes)
		fputs(" needs no flush", s->out);
	else if (rows->nr_safe == 1)
		fprintf(s->out, " flushes %s time%s", ir_count_text(pick->flushes).s,
			ir_plural(pick->flushes));
	else if (!fewer && alike == 1)
		fputs(" flushes least", s->out);
	else
		fprintf(s->out, " flushes %sas little as any (%s time%s)", fewer ? "about " : "",
			ir_count_text(pick->flushes).s, ir_plural(pick->flushes));
}

static void write_exposure(const struct ir_verdict_text *s, const struct ir_row *pick)
{
	const struct ir_result *r = pick->result;

	if (pick->identity) {
		fputs(", but a device can reach all memory at any time", s->out);
		return;
	}
	if (!ir_row_exposed(pick)) {
		fputs(", and leaves no unmapped page reachable.", s->out);
		return;
	}
	if (pick->cut.p99) {
		fprintf(s->out, ", and leaves %s page%s reachable until the recording ends",
			ir_count_text(r->exposure.reachable_at_end).s,
			ir_plural(r->exposure.reachable_at_end));
	} else if (!pick->cut.max && r->exposure.max_ns / 3 <= r->exposure.p99_ns) {
		fputs(", and unmapped pages stay reachable for at most ", s->out);
		ir_write_time(s, r->exposure.max_ns);
	} else {
		fputs("; 99% of unmapped pages are out of reach within ", s->out);
		ir_write_time(s, r->exposure.p99_ns);
		fputs(", the last ", s->out);
		if (pick->cut.max) {
			fputs("not before the recording ends", s->out);
		} else {
			fputs("after ", s->out);
			ir_write_time(s, r->exposure.max_ns);
		}
	}
}

/* How much of the other's work gets done, if that was predicted. */
static void write_work(const struct ir_verdict_text *s, const struct ir_row *pick, const struct ir_row *tight)
{
	const struct ir_time *a = &pick->result->time, *b = &tight->result->time;

	if (a->closed && b->closed && a->throughput.ratio > 0)
		fprintf(s->out, " and %s of the throughput",
			ir_share_text(b->throughput.ratio, a->throughput.ratio).s);
}

/* The cost of less exposure, if another row has less. */
static void write_least_exposed(const struct ir_verdict_text *s, const struct ir_row *pick,
				const struct ir_row *tight)
{
	double ratio = pick->flushes ? (double)tight->flushes / (double)pick->flushes : 0;

	if (!tight || tight == pick ||
	    (!pick->identity && ir_row_exposed(tight) &&
	     tight->result->exposure.p99_ns > pick->result->exposure.p99_ns / 2)) {
		fputc('.', s->out);
		return;
	}
	fputs("; ", s->out);
	write_row(s, tight);
	if (!ir_row_exposed(tight)) {
		fputs(pick->identity ? " leaves no unmapped page reachable" : " leaves none reachable", s->out);
	} else if (pick->identity) {
		fputs(" leaves unmapped pages reachable for ", s->out);
		ir_write_p99(s, tight);
		fputs(" (99th percentile)", s->out);
	} else {
		fputs(" cuts the 99th percentile from ", s->out);
		ir_write_p99(s, pick);
		fputs(" to ", s->out);
		ir_write_p99(s, tight);
	}
	if (!pick->flushes && tight->flushes)
		fprintf(s->out, ", for %s flush%s", ir_count_text(tight->flushes).s,
			tight->flushes == 1 ? "" : "es");
	else if (ratio >= 1.95 && ratio <= 2.05)
		fputs(", for twice the flushes", s->out);
	else if (pick->flushes)
		fprintf(s->out, ", for %s times the flushes", ir_ratio_text(ratio).s);
	write_work(s, pick, tight);
	if (s->rows->timed && tight->flush_ns < pick->flush_ns) {
		fputs(", which take ", s->out);
		ir_write_time(s, tight->flush_ns);
		fputs(" instead of ", s->out);
		ir_write_time(s, pick->flush_ns);
	}
	fputc('.', s->out);
}

const char *ir_no_maps_words(const struct ir_recording_info *info)
{
	return info->window_to_ns ? "There are no maps in this part of the recording." : "The recording has no maps.";
}

static void write_verdict(const struct ir_verdict_text *s)
{
	const struct ir_rows *rows = s->rows;
	const struct ir_row *pick = ir_recommended_row(rows);
	bool alone = rows->nr > 1 && rows->row[0].failures < rows->row[1].failures;

	if (!rows->entry->info->complete)
		fprintf(s->out, "%cIncomplete: figures may be too low.%c ", IR_MARK_BAD, IR_MARK_END);
	if (!rows->attempted) {
		fprintf(s->out, "%c%s%c", IR_MARK_BAD, ir_no_maps_words(rows->entry->info), IR_MARK_END);
		return;
	}
	write_failing(s);
	if (pick) {
		write_cost(s, pick);
		write_exposure(s, pick);
		if (pick->identity || ir_row_exposed(pick))
			write_least_exposed(s, pick, least_exposed_row(rows));
		return;
	}
	write_row(s, &rows->row[0]);
	fprintf(s->out, " fails %s%s of %s%s.", alone ? "fewest: " : "", ir_count_text(rows->row[0].failures).s,
		ir_count_text(rows->attempted).s, rows->nr > 1 && !alone ? ", none fails fewer" : "");
}

char *ir_verdict(const struct ir_rows *rows, enum ir_typography typography)
{
	struct ir_memory memory;
	const struct ir_verdict_text s = {
		.out = ir_memory_open(&memory), .rows = rows, .typography = typography,
	};

	if (!s.out)
		return NULL;
	write_verdict(&s);
	return ir_memory_close(&memory);
}

char *ir_marked_plain(char *text)
{
	char *to = text;

	for (const char *from = text; from && *from; from++)
		if ((unsigned char)*from > IR_MARK_CODE)
			*to++ = *from;
	if (to)
		*to = '\0';
	return text;
}
