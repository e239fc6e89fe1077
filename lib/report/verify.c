// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The figures of a verification: what was predicted, what was recorded, and
 * where the two part.
 */
#include "report/columns.h"

#include <string.h>

static struct ir_value null_value(void)
{
	return (struct ir_value){ .type = IR_VALUE_NULL };
}

static struct ir_value count_value(uint64_t count)
{
	return (struct ir_value){ .type = IR_VALUE_COUNT, .count = count };
}

static struct ir_value truth_value(bool truth)
{
	return (struct ir_value){ .type = IR_VALUE_TRUTH, .truth = truth };
}

static struct ir_value text_value(const char *text)
{
	if (!text)
		return null_value();
	return (struct ir_value){ .type = IR_VALUE_TEXT, .text = text };
}

static const struct ir_verify *verify_of(const struct ir_report_entry *entry, size_t result)
{
	return &entry->verify[result].verify;
}

static struct ir_value known_count(uint64_t count)
{
	return count == IR_NOT_KNOWN ? null_value() : count_value(count);
}

/* @arg: which total */
static struct ir_value predicted(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	return known_count(ir_verify_value(&verify_of(entry, result)->predicted, (unsigned int)arg));
}

static struct ir_value recorded(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	return known_count(ir_verify_value(&verify_of(entry, result)->recorded, (unsigned int)arg));
}

static struct ir_value equal(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)arg;
	return truth_value(entry->verify[result].equal);
}

/* Of struct ir_fit at offset @arg; low is above high where nothing fits. */
static struct ir_value fitted(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_fit *fit = &entry->verify[result].fit;

	if (!fit->tried || !fit->shortages)
		return null_value();
	return count_value(*(const uint64_t *)(const void *)((const char *)fit + arg));
}

static struct ir_value fit_shortages(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_fit *fit = &entry->verify[result].fit;

	(void)arg;
	return fit->tried ? count_value(fit->shortages) : null_value();
}

/* Of struct ir_fit at offset @arg, of 32 bits. */
static struct ir_value fit_places(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_fit *fit = &entry->verify[result].fit;

	if (!fit->tried || !fit->shortages)
		return null_value();
	return count_value(*(const uint32_t *)(const void *)((const char *)fit + arg));
}

/* Null where that makes no difference. */
static struct ir_value timers(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)arg;
	return entry->verify[result].timers_explain ? truth_value(true) : null_value();
}

static struct ir_value times(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)arg;
	return entry->verify[result].times_explain ? truth_value(true) : null_value();
}

/* Fields of struct ir_verify at offset @arg. */

static struct ir_value verify_u64(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	return count_value(*(const uint64_t *)(const void *)
			   ((const char *)verify_of(entry, result) + arg));
}

static struct ir_value same_sequence(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)arg;
	return truth_value(verify_of(entry, result)->same_sequence);
}

/* The first difference; @arg: what of it. */

enum part {
	TIME, CPU, IN_QUEUE,
	GLOBAL, IOVA, PAGES, INSUFFICIENT,
	KIND, MAPPING, FAILED, INTERRUPT,
};

static struct ir_value difference(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_verify *v = verify_of(entry, result);
	const struct ir_verify_rpcit *r = v->want.present ? &v->want : &v->got;

	if (v->same_sequence)
		return (struct ir_value){ .type = IR_VALUE_ABSENT };
	switch ((enum part)arg) {
	case TIME:
		return count_value(r->time_ns);
	case CPU:
		return count_value(r->cpu);
	default:
		return truth_value(v->difference_in_queue);
	}
}

static struct ir_value rpcit_value(const struct ir_verify_rpcit *r, size_t arg)
{
	if (!r->present)
		return (struct ir_value){ .type = IR_VALUE_ABSENT };
	switch ((enum part)arg) {
	case TIME:
		return count_value(r->time_ns);
	case CPU:
		return count_value(r->cpu);
	case GLOBAL:
		return truth_value(r->global);
	case IOVA:
		return count_value(r->iova);
	case PAGES:
		return count_value(r->pages);
	default:
		return truth_value(r->insufficient);
	}
}

static struct ir_value want(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	return rpcit_value(&verify_of(entry, result)->want, arg);
}

static struct ir_value got(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	return rpcit_value(&verify_of(entry, result)->got, arg);
}

static struct ir_value operation(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_op *op = &entry->verify[result].operation;

	if (!entry->verify[result].has_operation)
		return (struct ir_value){ .type = IR_VALUE_ABSENT };
	switch ((enum part)arg) {
	case KIND:
		return text_value(ir_op_kind_name((enum ir_op_kind)op->kind));
	case TIME:
		return count_value(op->time_ns);
	case IOVA:
		return count_value(op->iova);
	case PAGES:
		return count_value(op->pages);
	case FAILED:
		return truth_value(op->flags & IR_OPF_FAILED);
	case INTERRUPT:
		return truth_value(op->flags & IR_OPF_IRQ);
	default:
		return op->mapping == IR_NO_MAPPING ? null_value() : count_value(op->mapping);
	}
}

/* Fields of struct ir_report_verify at offset @arg. */

static struct ir_value report_text(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	return text_value(*(const char *const *)(const void *)
			  ((const char *)&entry->verify[result] + arg));
}

static struct ir_value tolerance(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)arg;
	return count_value(entry->verify[result].tolerance);
}

static struct ir_value percent(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)arg;
	return (struct ir_value){
		.type = IR_VALUE_REAL, .real = entry->verify[result].tolerance_percent,
	};
}

#define VALUE(k, getter, a, h)	{ .key = k, .get = getter, .arg = a, .help = h }
#define OF_VERIFY(k, field, h)	VALUE(k, verify_u64, offsetof(struct ir_verify, field), h)
#define FITTED(k, field, h)	VALUE("fit.entry_limit." k, fitted, offsetof(struct ir_fit, field), h)
#define PLACES(k, field, h)	VALUE("fit.entry_limit." k, fit_places, offsetof(struct ir_fit, field), h)
#define OF_REPORT(k, field, h)	VALUE(k, report_text, offsetof(struct ir_report_verify, field), h)
#define TOTALS(k, getter, flushes, failed, queue) \
	VALUE(k ".total", getter, 0, flushes), VALUE(k ".global", getter, 1, flushes), \
	VALUE(k ".ranged", getter, 2, flushes), VALUE(k ".insufficient", getter, 3, flushes), \
	VALUE(k ".map_failed", getter, 4, failed), VALUE(k ".iova_exhausted", getter, 5, failed), \
	VALUE(k ".queue_full", getter, 6, queue), VALUE(k ".queue_timeout", getter, 7, queue)
#define RPCIT(k, getter, h) \
	VALUE(k ".time_ns", getter, TIME, h), VALUE(k ".cpu", getter, CPU, h), \
	VALUE(k ".global", getter, GLOBAL, h), VALUE(k ".iova", getter, IOVA, h), \
	VALUE(k ".pages", getter, PAGES, h), VALUE(k ".insufficient", getter, INSUFFICIENT, h)
#define OPERATION(k, part, h)	VALUE("first_difference.operation." k, operation, part, h)

#define RECORDED "the same for the recorded machine; null if not recorded"
#define FULL "smallest and largest entry limit with which the host is full where most of the " \
	"recorded RPCITs reported it"
#define AT "insufficient RPCITs with the limits low and high"
#define AGREE "recorded RPCITs for which these limits are right, and how many were compared"
#define FIT \
	"smallest and largest entry limit with which as many RPCITs report insufficient resources " \
	"as recorded; if low is above high there is none, and both are the closest; null without " \
	"`--fit`"
#define TOLERANCE "tolerance as a number and in per cent; the larger one is used"
#define WHERE \
	"time and CPU of the first difference, from the recorded RPCIT if there is one, otherwise " \
	"from the predicted one; null if there is no difference"
#define BELONGS \
	"operation of this RPCIT, as iommu-replay-ops(1) prints it; null if there is none"
#define CHOSEN "source: `user`, `manifest`, `recording` or `default`"

_Static_assert(IR_VERIFY_TOTALS == 8, "a total has no column");

const struct ir_column ir_verify_columns[] = {
	TOTALS("predicted", predicted, "predicted RPCITs; on other IOMMUs flushes",
	       "predicted failed maps", "predicted flushes of the queue, by cause"),
	TOTALS("recorded", recorded, RECORDED, RECORDED, RECORDED),
	VALUE("equal", equal, 0, "whether all known totals agree within the tolerance"),
	VALUE("equal_with_recorded_timers", timers, 0,
	      "true if they would only agree with `--timer recorded`; otherwise null"),
	VALUE("equal_with_recorded_times", times, 0,
	      "true if they would only agree with `--timer recorded` and `--flush-latency recorded`; "
	      "otherwise null"),
	OF_VERIFY("missed", missed, "minimum number of RPCITs that the probe missed, from the "
	       "kernel's counters"),
	VALUE("tolerance", tolerance, 0, TOLERANCE),
	VALUE("tolerance_percent", percent, 0, TOLERANCE),
	VALUE("fit.entry_limit.shortages", fit_shortages, 0,
	      "RPCITs that reported insufficient resources when recorded; 0: nothing to fit; null without `--fit`"),
	FITTED("low", low, FIT),
	FITTED("high", high, FIT),
	FITTED("at_low", at_low, AT),
	FITTED("at_high", at_high, AT),
	FITTED("place_low", place_low, FULL),
	FITTED("place_high", place_high, FULL),
	PLACES("agree", agree, AGREE),
	PLACES("places", places, AGREE),
	OF_VERIFY("sequence.compared", compared,
		  "RPCITs that were compared one by one, including the first difference"),
	VALUE("sequence.same", same_sequence, 0, "whether there is no first difference"),
	OF_VERIFY("iova.compared", iovas, "mappings with a recorded IOVA"),
	OF_VERIFY("iova.equal", iovas_equal, "mappings with the same IOVA in the replay"),
	VALUE("first_difference.time_ns", difference, TIME, WHERE),
	VALUE("first_difference.cpu", difference, CPU, WHERE),
	VALUE("first_difference.in_queue", difference, IN_QUEUE,
	      "true if it is a flush of the queue, false if it is an RPCIT of a CPU"),
	RPCIT("first_difference.recorded", want, "the recorded RPCIT; null if there is none"),
	RPCIT("first_difference.predicted", got, "the predicted RPCIT; null if there is none"),
	OPERATION("kind", KIND, BELONGS),
	OPERATION("time_ns", TIME, BELONGS),
	OPERATION("iova", IOVA, BELONGS),
	OPERATION("pages", PAGES, BELONGS),
	OPERATION("mapping", MAPPING, BELONGS),
	OPERATION("failed", FAILED, "whether it failed on the recorded machine"),
	OPERATION("interrupt", INTERRUPT, "whether it was in an interrupt"),
	OF_REPORT("sources.strategy", strategy_from, CHOSEN),
	OF_REPORT("sources.hypervisor", hypervisor_from, CHOSEN),
	OF_REPORT("sources.manifest", manifest, "file of the manifest; null if no manifest lists "
	       "the recording"),
	{ .key = NULL },
};

/* The other way round, as in columns_result.c. */

static bool is_true(struct ir_value value)
{
	return value.type == IR_VALUE_TRUTH && value.truth;
}

static bool is_count(struct ir_value value, uint64_t max)
{
	return value.type == IR_VALUE_COUNT && value.count <= max;
}

static bool is_text(struct ir_value value)
{
	return value.type == IR_VALUE_TEXT || value.type == IR_VALUE_NULL;
}

static bool put_total(struct ir_verify_totals *totals, size_t which, struct ir_value value)
{
	uint64_t *const values[IR_VERIFY_TOTALS] = {
		&totals->total, &totals->global, &totals->ranged, &totals->insufficient,
		&totals->map_failed, &totals->iova_exhausted, &totals->queue_full,
		&totals->queue_timeout,
	};

	*values[which] = value.type == IR_VALUE_NULL ? IR_NOT_KNOWN : value.count;
	return value.type == IR_VALUE_NULL || is_count(value, UINT64_MAX);
}

static bool put_side(struct ir_verify_rpcit *r, size_t arg, struct ir_value value)
{
	r->present = true;
	switch ((enum part)arg) {
	case TIME:
		r->time_ns = value.count;
		return is_count(value, UINT64_MAX);
	case CPU:
		r->cpu = (uint32_t)value.count;
		return is_count(value, UINT32_MAX);
	case GLOBAL:
		r->global = is_true(value);
		return value.type == IR_VALUE_TRUTH;
	case IOVA:
		r->iova = value.count;
		return is_count(value, UINT64_MAX);
	case PAGES:
		r->pages = value.count;
		return is_count(value, UINT64_MAX);
	default:
		r->insufficient = is_true(value);
		return value.type == IR_VALUE_TRUTH;
	}
}

static bool put_kind(struct ir_op *op, struct ir_value value)
{
	for (int i = 0; value.type == IR_VALUE_TEXT && i <= IR_OP_RPCIT; i++) {
		const char *name = ir_op_kind_name((enum ir_op_kind)i);

		op->kind = (uint8_t)i;
		if (!strcmp(name, value.text))
			return true;
	}
	return false;
}

static bool put_operation(struct ir_report_verify *v, size_t arg, struct ir_value value)
{
	struct ir_op *op = &v->operation;

	v->has_operation = true;
	switch ((enum part)arg) {
	case KIND:
		return put_kind(op, value);
	case TIME:
		op->time_ns = value.count;
		return is_count(value, UINT64_MAX);
	case IOVA:
		op->iova = value.count;
		return is_count(value, UINT64_MAX);
	case PAGES:
		op->pages = (uint32_t)value.count;
		return is_count(value, UINT32_MAX);
	case FAILED:
	case INTERRUPT:
		if (is_true(value))
			op->flags |= arg == FAILED ? IR_OPF_FAILED : IR_OPF_IRQ;
		return value.type == IR_VALUE_TRUTH;
	default:
		op->mapping = value.type == IR_VALUE_NULL ? IR_NO_MAPPING : (uint32_t)value.count;
		return value.type == IR_VALUE_NULL || is_count(value, UINT32_MAX);
	}
}

/* Older versions wrote no shortages with their limits: there were those that were recorded. */
static bool put_fit(struct ir_report_verify *v, const struct ir_column *column, struct ir_value value)
{
	void *to = (char *)&v->fit + column->arg;

	if (value.type == IR_VALUE_NULL)
		return true;
	v->fit.tried = true;
	if (column->get == fit_shortages)
		v->fit.shortages = value.count;
	else if (column->get == fitted)
		*(uint64_t *)to = value.count;
	else
		*(uint32_t *)to = (uint32_t)value.count;
	if (column->get == fitted && !v->fit.shortages)
		v->fit.shortages = v->verify.recorded.insufficient;
	return is_count(value, column->get == fit_places ? UINT32_MAX : UINT64_MAX);
}

bool ir_verify_column_put(const struct ir_column *column, const struct ir_entry_fields *to,
			  size_t result, struct ir_value value)
{
	struct ir_report_verify *v = &to->verify[result];

	if (column->get == predicted)
		return put_total(&v->verify.predicted, column->arg, value);
	if (column->get == recorded)
		return put_total(&v->verify.recorded, column->arg, value);
	if (column->get == equal || column->get == same_sequence) {
		*(column->get == equal ? &v->equal : &v->verify.same_sequence) = is_true(value);
		return value.type == IR_VALUE_TRUTH;
	}
	if (column->get == fit_shortages || column->get == fitted || column->get == fit_places)
		return put_fit(v, column, value);
	if (column->get == timers || column->get == times) {
		*(column->get == timers ? &v->timers_explain : &v->times_explain) = is_true(value);
		return value.type == IR_VALUE_TRUTH || value.type == IR_VALUE_NULL;
	}
	if (column->get == verify_u64) {
		*(uint64_t *)(void *)((char *)&v->verify + column->arg) = value.count;
		return is_count(value, UINT64_MAX);
	}
	if (column->get == tolerance) {
		v->tolerance = value.count;
		return is_count(value, UINT64_MAX);
	}
	if (column->get == percent) {
		v->tolerance_percent = value.type == IR_VALUE_COUNT ? (double)value.count : value.real;
		return value.type == IR_VALUE_REAL || value.type == IR_VALUE_COUNT;
	}
	if (column->get == difference) {
		/* Time and CPU are those of the RPCITs themselves. */
		if (column->arg == IN_QUEUE)
			v->verify.difference_in_queue = is_true(value);
		return value.type == IR_VALUE_TRUTH || column->arg != IN_QUEUE;
	}
	if (column->get == want)
		return put_side(&v->verify.want, column->arg, value);
	if (column->get == got)
		return put_side(&v->verify.got, column->arg, value);
	if (column->get == operation)
		return put_operation(v, column->arg, value);
	if (column->get == report_text) {
		*(const char **)(void *)((char *)v + column->arg) =
			value.type == IR_VALUE_TEXT ? value.text : NULL;
		return is_text(value);
	}
	return false;
}
