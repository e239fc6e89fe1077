// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The results of verify, for people: on a terminal and in Markdown.
 *
 * Both show the same lines and the same two tables, of totals and of what
 * happened around the first difference; they differ in how these are drawn.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/cells.h"
#include "io/texts.h"
#include "base/text.h"
#include "render/verify.h"
#include "render/view.h"
#include "verdict/verdict.h"
#include "base/numbers.h"

static const char *from_words(const char *from)
{
	static const struct {
		const char *from, *words;
	} known[] = {
		{ "user", "as given" },
		{ "recording", "a guess from the recording" },
		{ "default", "the usual one of such a machine" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (from && !strcmp(known[i].from, from))
			return known[i].words;
	return from ? "from the manifest" : "source not recorded";
}

static void draw_settings(const struct drawing *d, const struct ir_report_entry *entry)
{
	const struct ir_report_verify *r = entry->verify;
	const char *strategy = entry->configs->strategy->name;
	const char *hypervisor = entry->configs->hypervisor->name;

	draw_line(d, "strategy", VIEW_PLAIN, "%s, %s; hypervisor %s, %s", strategy,
		  from_words(r->strategy_from), hypervisor, from_words(r->hypervisor_from));
	if (r->manifest)
		draw_line(d, "manifest", VIEW_PLAIN,
			  "%s; what it says and neither options nor the recording do was used, and "
			  "is marked as the user's", r->manifest);
}

static int draw_totals(const struct drawing *d, const struct ir_verify *v)
{
	static const struct plain_column columns[] = {
		{ "", false }, { "predicted", true }, { "recorded", true },
		{ "difference", true },
	};
	struct cells cells;

	cells_init(&cells, 4, IR_VERIFY_TOTALS);
	for (unsigned int i = 0; i < IR_VERIFY_TOTALS; i++) {
		uint64_t got = ir_verify_value(&v->predicted, i);
		uint64_t want = ir_verify_value(&v->recorded, i);

		if (want == IR_NOT_KNOWN || got == IR_NOT_KNOWN)
			continue;
		cell(&cells, "%s", ir_verify_key(i));
		cell(&cells, "%s", ir_count_text(got).s);
		cell(&cells, "%s", ir_count_text(want).s);
		if (got == want)
			cell(&cells, "-");
		else
			cell(&cells, "%c%s", got > want ? '+' : '-',
			     ir_count_text(got > want ? got - want : want - got).s);
	}
	return cells_draw(&cells, d, columns);
}

/* The word for RPCITs in a recording of another IOMMU. */
static const char *flush_word(const struct ir_report_entry *entry)
{
	return entry->info->rpcit.present ? "RPCIT" : "flush";
}

static const char *flushes_word(const struct ir_report_entry *entry)
{
	return entry->info->rpcit.present ? "RPCITs" : "flushes";
}

static char *rpcit_text(const struct ir_verify_rpcit *r)
{
	const char *result = r->insufficient ? ", insufficient" : "";

	if (!r->present)
		return text_format("none");
	if (r->global)
		return text_format("global%s", result);
	return text_format("%" PRIu64 " page%s at 0x%" PRIx64 "%s", r->pages, ir_plural(r->pages), r->iova, result);
}

static void draw_side(const struct drawing *d, const char *label, const struct ir_verify_rpcit *r)
{
	char *text = rpcit_text(r);

	if (r->present)
		draw_line(d, label, VIEW_PLAIN, "%s; at %" PRIu64 ".%09" PRIu64 " s on CPU %u", text,
			  r->time_ns / 1000000000, r->time_ns % 1000000000, r->cpu);
	else
		draw_line(d, label, VIEW_PLAIN, "%s", text);
	free(text);
}

static char *operation_text(const struct ir_op *op)
{
	const char *kind = op->flags & IR_OPF_FAILED ? "map that fails" :
		ir_op_kind_name((enum ir_op_kind)op->kind);
	const char *where = op->flags & IR_OPF_IRQ ? " (interrupt)" : "";

	if (op->kind == IR_OP_FAILED_MAP)
		return text_format("%s, %u page%s%s", kind, op->pages, ir_plural(op->pages), where);
	return text_format("%s, %u page%s at 0x%" PRIx64 "%s", kind, op->pages, ir_plural(op->pages), op->iova, where);
}

static void draw_difference(const struct drawing *d, const struct ir_report_entry *entry)
{
	const struct ir_verify *v = &entry->verify->verify;
	const struct ir_verify_rpcit *r = v->want.present ? &v->want : &v->got;
	uint64_t alike = v->compared - (v->compared && v->want.present && v->got.present);
	char *op = entry->verify->has_operation && !v->difference_in_queue ?
		operation_text(&entry->verify->operation) : NULL;

	draw_line(d, "sequence", VIEW_NOTE, "%s %s were alike; then the first difference, at %"
		  PRIu64 ".%09" PRIu64 " s on CPU %u, %s%s", ir_count_text(alike).s, flushes_word(entry),
		  r->time_ns / 1000000000, r->time_ns % 1000000000, r->cpu,
		  v->difference_in_queue ? "a flush of the queue" : op ? "which belongs to: " :
		  "belonging to no known operation", op ? op : "");
	free(op);
	draw_side(d, "  recorded", &v->want);
	draw_side(d, "  predicted", &v->got);
}

static void draw_sequence(const struct drawing *d, const struct ir_report_entry *entry)
{
	const struct ir_verify *v = &entry->verify->verify;

	if (v->same_sequence)
		draw_line(d, "sequence", VIEW_PLAIN, "%s %s compared one by one, all alike",
			  ir_count_text(v->compared).s, flushes_word(entry));
	else
		draw_difference(d, entry);
	if (v->iovas)
		draw_line(d, "IOVAs", VIEW_PLAIN, "%s of %s (%s) were allocated as recorded",
			  ir_count_text(v->iovas_equal).s, ir_count_text(v->iovas).s,
			  ir_share_text((double)v->iovas_equal, (double)v->iovas).s);
}

static void row_rpcit(struct cells *cells, const struct ir_verify_rpcit *r)
{
	char *text = r->present ? rpcit_text(r) : text_format("-");

	cell(cells, "%s", text);
	free(text);
}

/* A figure that equals the recorded one has no mark. */
static void row_predicted(struct cells *cells, const struct ir_report_entry *entry,
			  const struct around_row *row)
{
	const struct ir_verify_rpcit *r = &row->recorded, *p = &row->predicted;
	bool results = entry->info->rpcit.has_results;

	if (!r->present || !p->present || r->global != p->global ||
	    (!r->global && r->pages != p->pages) ||
	    (results && r->insufficient != p->insufficient))
		row_rpcit(cells, p);
	else if (r->global || r->iova == p->iova)
		cell(cells, "alike");
	else
		cell(cells, "alike, at 0x%" PRIx64, p->iova);
}

static void draw_row(struct cells *cells, const struct ir_report_entry *entry,
		     const struct around_row *row)
{
	char *op = row->is_op ? operation_text(&row->op) : NULL;

	cell(cells, "%s", row->difference ? ">" : "");
	cell(cells, "%" PRIu64 ".%09" PRIu64, row->time_ns / 1000000000,
	     row->time_ns % 1000000000);
	cell(cells, "%u", row->cpu);
	if (row->is_op) {
		cell(cells, "%s", op);
		cell(cells, "%s", "");
		cell(cells, "%s", "");
	} else {
		cell(cells, "  %s%s", row->flush ? "queue: " : "", flush_word(entry));
		row_rpcit(cells, &row->recorded);
		row_predicted(cells, entry, row);
	}
	free(op);
}

static int draw_around(const struct drawing *d, const struct ir_report_entry *entry,
		       const struct around *around)
{
	static const struct plain_column columns[] = {
		{ "", false }, { "time", true }, { "CPU", true }, { "operation", false },
		{ "recorded", false }, { "predicted", false },
	};
	struct cells cells;

	cells_init(&cells, 6, around->nr);
	for (size_t i = 0; i < around->nr; i++)
		draw_row(&cells, entry, &around->rows[i]);
	return cells_draw(&cells, d, columns);
}

/* By how much the @i-th total is off, as a share of the recorded one; below 0: it is not. */
static double share_off(const struct ir_verify *v, unsigned int i)
{
	uint64_t got = ir_verify_value(&v->predicted, i), want = ir_verify_value(&v->recorded, i);
	uint64_t off = got > want ? got - want : want - got;

	if (want == IR_NOT_KNOWN || got == IR_NOT_KNOWN || !off)
		return -1;
	return 100.0 * (double)off / (double)(want ? want : 1);
}

/* "insufficient by 12% (6 of 50)" */
static int share_text(const struct ir_verify *v, unsigned int i, char *text, size_t room)
{
	uint64_t got = ir_verify_value(&v->predicted, i), want = ir_verify_value(&v->recorded, i);
	uint64_t off = got > want ? got - want : want - got;
	char share[48];

	if (!want)
		return snprintf(text, room, "%s by %" PRIu64 ", none recorded", ir_verify_key(i),
				off);
	return snprintf(text, room, "%s by %s%% (%s of %s)", ir_verify_key(i),
			ir_real_text(share, sizeof(share), share_off(v, i), 2), ir_count_text(off).s,
			ir_count_text(want).s);
}

/* The total, and what of the rest is off most. */
static void differences_text(const struct ir_verify *v, char *text, size_t room)
{
	unsigned int worst = 1;
	int len = 0;

	for (unsigned int i = 2; i < IR_VERIFY_TOTALS; i++)
		if (share_off(v, i) > share_off(v, worst))
			worst = i;
	*text = '\0';
	if (share_off(v, 0) >= 0)
		len = share_text(v, 0, text, room);
	if (share_off(v, worst) >= 0)
		share_text(v, worst, text + len + snprintf(text + len, room - (size_t)len, "%s",
							   len ? ", " : ""),
			   room - (size_t)len - (len ? 2 : 0));
}

static void draw_missed(const struct drawing *d, const struct ir_report_entry *entry)
{
	const struct ir_verify *v = &entry->verify->verify;
	uint64_t counted = entry->info->machine.counted_rpcits;

	if (!v->missed || v->recorded.total == IR_NOT_KNOWN)
		return;
	if (!entry->info->rpcit.present) {
		draw_line(d, "", VIEW_NOTE,
			  "the recording's probe missed %" PRIu64 " flush%s (%.2f%%): as many "
			  "maps and unmaps have none, where nearly all others have one", v->missed,
			  v->missed == 1 ? "" : "es",
			  100.0 * (double)v->missed / (double)(v->missed + v->recorded.total));
		return;
	}
	draw_line(d, "", VIEW_NOTE, "the recording's probe missed %" PRIu64 " RPCIT%s or more (%.2f%%): "
		  "by the kernel's counters there were %" PRIu64 ", retries not counted", v->missed,
		  ir_plural(v->missed),
		  100.0 * (double)v->missed / (double)counted, counted);
}

static void draw_verdict(const struct drawing *d, const struct ir_report_entry *entry)
{
	const struct ir_report_verify *r = entry->verify;
	char tolerance[64] = "", off[256];

	if (r->tolerance_percent > 0)
		snprintf(tolerance, sizeof(tolerance), "(tolerance %g%%)",
			 r->tolerance_percent);
	else if (r->tolerance)
		snprintf(tolerance, sizeof(tolerance), "(tolerance %" PRIu64 ")",
			 r->tolerance);
	if (r->equal) {
		draw_line(d, "verdict", VIEW_PLAIN, "equal totals%s%s%s", *tolerance ? " " : "", tolerance,
			  r->verify.same_sequence ? ", equal sequence" :
			  ", but another sequence: see the first difference");
	} else {
		differences_text(&r->verify, off, sizeof(off));
		draw_line(d, "verdict", VIEW_BAD, "totals differ%s%s: %s", *tolerance ? " " : "",
			  tolerance, off);
	}
	if (!r->equal && r->timers_explain)
		draw_line(d, "", VIEW_NOTE, "only the timers' jitter explains it: equal with --timer "
			  "recorded");
	if (!r->equal && r->times_explain)
		draw_line(d, "", VIEW_NOTE, "only the times of flushes explain it: equal with --timer recorded "
			  "--flush-latency recorded");
	draw_missed(d, entry);
	if (!r->equal && !entry->info->complete)
		draw_line(d, "", VIEW_NOTE, "what the recording lacks may be the reason");
}

static void draw_fit(const struct drawing *d, const struct ir_report_verify *r)
{
	const struct ir_fit *fit = &r->fit;

	if (!fit->tried)
		return;
	if (!fit->shortages) {
		draw_line(d, "fit", VIEW_PLAIN, "nothing to fit: no recorded RPCIT reported insufficient "
			  "resources");
		return;
	}
	if (fit->low <= fit->high)
		draw_line(d, "fit", VIEW_PLAIN, "entry limit %" PRIu64 " to %" PRIu64 ": %" PRIu64
			  " RPCIT%s insufficient, as recorded", fit->low, fit->high, fit->shortages,
			  ir_plural(fit->shortages));
	else if (fit->at_high < fit->shortages)	/* of an older report, which does not have it */
		draw_line(d, "fit", VIEW_NOTE, "no entry limit has %" PRIu64 " RPCIT%s insufficient, as recorded; "
			  "%" PRIu64 " and %" PRIu64 " come closest", fit->shortages, ir_plural(fit->shortages),
			  fit->high, fit->low);
	else
		draw_line(d, "fit", VIEW_NOTE, "no entry limit has %" PRIu64 " RPCIT%s insufficient, as "
			  "recorded: %" PRIu64 " has %" PRIu64 ", %" PRIu64 " has %" PRIu64,
			  fit->shortages, ir_plural(fit->shortages), fit->high, fit->at_high, fit->low,
			  fit->at_low);
	if (fit->places)
		draw_line(d, "", VIEW_PLAIN, "entry limit %" PRIu64 " to %" PRIu64 ": the host was full at "
			  "the places of %u of %u", fit->place_low, fit->place_high, fit->agree,
			  fit->places);
}

int draw_verified(const struct drawing *d, const struct ir_report_entry *entry)
{
	const struct verified *verified = (const void *)entry->verify;
	FILE *out = d->canvas->out;
	int rc;

	view_recording(entry, d->emit, d->arg);
	view_hypervisor(entry, 0, 1, d->emit, d->arg);
	draw_settings(d, entry);
	fputc('\n', out);
	rc = draw_totals(d, &entry->verify->verify);
	fputc('\n', out);
	draw_sequence(d, entry);
	if (!rc && verified->around.nr) {
		fputc('\n', out);
		rc = draw_around(d, entry, &verified->around);
		fputc('\n', out);
	}
	draw_fit(d, entry->verify);
	draw_verdict(d, entry);
	view_notes(entry, d->emit, d->arg);
	return rc;
}

int draw_verify(const struct drawing *d, const struct ir_report_entry *entry)
{
	int rc = draw_verified(d, entry);
	char *words = ir_verdict_verify(entry);

	d->emit(d->arg, "in words", words, entry->verify->equal ? VIEW_PLAIN : VIEW_BAD);
	free(words);
	return rc;
}
