// SPDX-License-Identifier: GPL-2.0-or-later
/* The verdict of a verification in words: how far off the prediction is, and why. */
#include <string.h>

#include "base/memory.h"
#include "verdict/priv.h"

/* Keys of totals in words. */
static const char *const total_words[IR_VERIFY_TOTALS] = {
	"flushes in all", "over everything", "over a range", "out of resources", "maps failed",
	"maps without an address", "because the queue was full", "by the timer",
};

static double absolute_difference(uint64_t predicted, uint64_t recorded)
{
	double difference = (double)predicted - (double)recorded;

	return (difference < 0 ? -difference : difference);
}

/* The total of RPCITs; of machines that only count flushes by cause, their sum. */
static void sum_totals(const struct ir_verify *v, uint64_t *predicted, uint64_t *recorded)
{
	*predicted = v->predicted.total;
	*recorded = v->recorded.total;
	if (*recorded != IR_NOT_KNOWN && *predicted != IR_NOT_KNOWN)
		return;
	*predicted = *recorded = 0;
	for (unsigned int i = 1; i < IR_VERIFY_TOTALS; i++) {
		uint64_t got = ir_verify_value(&v->predicted, i);
		uint64_t want = ir_verify_value(&v->recorded, i);

		if (got == IR_NOT_KNOWN || want == IR_NOT_KNOWN || i == IR_VERIFY_MAP_FAILED ||
		    i == IR_VERIFY_IOVA_EXHAUSTED)
			continue;
		*predicted += got;
		*recorded += want;
	}
}

static void write_parts(FILE *out, const struct ir_verify *v)
{
	const char *separator = " (";

	for (unsigned int i = 1; i < IR_VERIFY_TOTALS; i++) {
		uint64_t got = ir_verify_value(&v->predicted, i);
		uint64_t want = ir_verify_value(&v->recorded, i);

		if (got == IR_NOT_KNOWN || want == IR_NOT_KNOWN || got == want)
			continue;
		fprintf(out, "%s%s: %s instead of %s", separator, total_words[i], ir_count_text(got).s,
			ir_count_text(want).s);
		separator = ", ";
	}
	fputs(*separator == ',' ? ")" : "", out);
}

/* Limits that explain nine of ten recorded shortages. */
static bool limits_agree(const struct ir_effective *p)
{
	return p->from.entry_limit == IR_FROM_RECORDING && p->limit_shortages &&
		p->limit_agree >= p->limit_shortages - p->limit_shortages / 10;
}

static void write_reason(FILE *out, const struct ir_report_entry *entry)
{
	const struct ir_report_verify *r = entry->verify;
	const struct ir_verify *v = &r->verify;
	const struct ir_effective *p = &entry->results[0].parameters;
	uint64_t limit = p->hypervisor.entry_limit ? p->hypervisor.entry_limit : p->hypervisor.pinned_limit;
	bool shortages_differ = v->recorded.insufficient != IR_NOT_KNOWN &&
		v->recorded.insufficient != v->predicted.insufficient;

	if (r->timers_explain)
		fputs(" The reason is when the machine's timers fired: with --timer recorded all totals "
		      "agree.", out);
	else if (r->times_explain)
		fputs(" The reason is when the machine's flushes began and ended: with --timer recorded "
		      "--flush-latency recorded all totals agree.", out);
	else if (!entry->info->complete)
		fputs(" Parts of the recording are lost or damaged, which may be the reason.", out);
	else if (r->verify.missed)
		fprintf(out, " The kernel counted %s flush%s more than the recording has: its probe missed "
			"them.", ir_count_text(r->verify.missed).s, r->verify.missed == 1 ? "" : "es");
	else if (shortages_differ && p->cpus > 1 && limits_agree(p))
		fputs(" The shortages differ, although the limit agrees with nearly all of them: in which order the flushes "
		      "of several CPUs reached the host is not recorded.", out);
	else if (shortages_differ && p->limits_differ)
		fputs(" The shortages differ: the devices' limits may be others (--device, --fit entry-limit).", out);
	else if (shortages_differ && limit)
		fprintf(out, " The shortages differ: the host's limit may be another one than %s "
			"(--fit entry-limit)%s.", ir_count_text(limit).s, p->cpus > 1 ?
			", or the flushes of several CPUs reached the host in another order, which is not recorded" : "");
	else if (r->strategy_from && !strcmp(r->strategy_from, "recording"))
		fputs(" The strategy is a guess from the recording: the machine may have had another one.", out);
	else
		fputs(" The first difference shows where the model and the machine part.", out);
}

static void write_verified(FILE *out, const struct ir_report_entry *entry)
{
	const struct ir_report_verify *r = entry->verify;
	uint64_t predicted, recorded;

	sum_totals(&r->verify, &predicted, &recorded);
	if (r->equal && predicted == recorded) {
		fprintf(out, "%cThe model agrees with the machine:%c %s flush%s, as recorded",
			IR_MARK_STRONG, IR_MARK_END, ir_count_text(recorded).s,
			recorded == 1 ? "" : "es");
	} else if (r->equal) {
		fprintf(out, "%cWithin the tolerance:%c %s flush%s predicted, %s recorded (%s off)",
			IR_MARK_STRONG, IR_MARK_END, ir_count_text(predicted).s,
			predicted == 1 ? "" : "es", ir_count_text(recorded).s,
			ir_share_text(absolute_difference(predicted, recorded), (double)recorded).s);
		write_parts(out, &r->verify);
	} else if (predicted == recorded) {
		fprintf(out, "%cThe model predicts as many flushes as were recorded, %s, but they differ%c", IR_MARK_BAD,
			ir_count_text(recorded).s, IR_MARK_END);
		write_parts(out, &r->verify);
	} else {
		fprintf(out, "%cThe model is off by %s of the flushes:%c %s flush%s predicted, %s recorded",
			IR_MARK_BAD,
			recorded ? ir_share_text(absolute_difference(predicted, recorded), (double)recorded).s :
			ir_count_text(predicted).s, IR_MARK_END, ir_count_text(predicted).s,
			predicted == 1 ? "" : "es", ir_count_text(recorded).s);
		write_parts(out, &r->verify);
	}
	if (!r->equal) {
		fputc('.', out);
		write_reason(out, entry);
	} else if (r->verify.same_sequence) {
		fputs(", in the same order.", out);
	} else {
		fputs(", but in another order: see the first difference.", out);
	}
}

char *ir_verdict_verify(const struct ir_report_entry *entry)
{
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);

	if (!out)
		return NULL;
	write_verified(out, entry);
	return ir_memory_close(&memory);
}
