// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The figures of time of a result.  Its objects are null where nothing is known: all of it
 * without durations of flushes, throughput and what belongs to it unless the load was
 * replayed, what is without tracing if its cost is not known.
 */
#include "report/columns_time.h"

#include <string.h>

#include "report/columns_value.h"

static const struct ir_value absent = { .type = IR_VALUE_ABSENT };

struct ir_value time_u64(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_result *r = &entry->results[result];

	return r->time.known ? count_value(FIELD(uint64_t, r, arg)) : absent;
}

struct ir_value time_real(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_result *r = &entry->results[result];

	return r->time.known ? real_value(FIELD(double, r, arg)) : absent;
}

struct ir_value time_cpu(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_result *r = &entry->results[result];

	if (r->time.known && !r->time.closed)
		return (struct ir_value){ .type = IR_VALUE_NULL };
	return time_u64(entry, result, arg);
}

struct ir_value closed_u64(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_result *r = &entry->results[result];

	return r->time.closed ? count_value(FIELD(uint64_t, r, arg)) : absent;
}

struct ir_value closed_real(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_result *r = &entry->results[result];

	return r->time.closed ? real_value(FIELD(double, r, arg)) : absent;
}

struct ir_value closed_truth(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_result *r = &entry->results[result];

	if (!r->time.closed)
		return absent;
	return (struct ir_value){ .type = IR_VALUE_TRUTH, .truth = FIELD(bool, r, arg) };
}

struct ir_value closed_bottleneck(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_result *r = &entry->results[result];

	(void)arg;
	return r->time.closed ? text_value(ir_bottleneck_name(r->time.bottleneck)) : absent;
}

struct ir_value untraced_real(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_result *r = &entry->results[result];

	return r->time.closed && r->time.has_untraced ? real_value(FIELD(double, r, arg)) : absent;
}

struct ir_value untraced_u64(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	const struct ir_result *r = &entry->results[result];

	return r->time.closed && r->time.has_untraced ? count_value(FIELD(uint64_t, r, arg)) : absent;
}

/* The other way round: what is not null is known. */

static bool put_u64(const struct ir_entry_fields *to, size_t result, size_t arg,
		    struct ir_value value)
{
	PUT(uint64_t, &to->results[result], arg) = value.count;
	return is_count(value, UINT64_MAX);
}

static bool put_real(const struct ir_entry_fields *to, size_t result, size_t arg,
		     struct ir_value value)
{
	PUT(double, &to->results[result], arg) =
		value.type == IR_VALUE_COUNT ? (double)value.count : value.real;
	return value.type == IR_VALUE_REAL || value.type == IR_VALUE_COUNT;
}

bool put_time_u64(const struct ir_entry_fields *to, size_t result, size_t arg, struct ir_value value)
{
	to->results[result].time.known |= !is_null(value);
	return is_null(value) || put_u64(to, result, arg, value);
}

bool put_time_real(const struct ir_entry_fields *to, size_t result, size_t arg, struct ir_value value)
{
	to->results[result].time.known |= !is_null(value);
	return is_null(value) || put_real(to, result, arg, value);
}

bool put_time_cpu(const struct ir_entry_fields *to, size_t result, size_t arg, struct ir_value value)
{
	return is_null(value) || put_u64(to, result, arg, value);
}

bool put_closed_u64(const struct ir_entry_fields *to, size_t result, size_t arg, struct ir_value value)
{
	return is_null(value) || put_u64(to, result, arg, value);
}

bool put_closed_real(const struct ir_entry_fields *to, size_t result, size_t arg, struct ir_value value)
{
	to->results[result].time.closed |= !is_null(value);
	return is_null(value) || put_real(to, result, arg, value);
}

bool put_closed_truth(const struct ir_entry_fields *to, size_t result, size_t arg,
		      struct ir_value value)
{
	PUT(bool, &to->results[result], arg) = is_true(value);
	return is_null(value) || value.type == IR_VALUE_TRUTH;
}

bool put_closed_bottleneck(const struct ir_entry_fields *to, size_t result, size_t arg,
			   struct ir_value value)
{
	struct ir_time *time = &to->results[result].time;

	(void)arg;
	time->bottleneck = IR_BOTTLENECK_NONE;
	for (int i = IR_BOTTLENECK_NONE + 1; value.type == IR_VALUE_TEXT && i < IR_BOTTLENECKS; i++)
		if (!strcmp(value.text, ir_bottleneck_name((enum ir_bottleneck)i)))
			time->bottleneck = (enum ir_bottleneck)i;
	return is_null(value) || time->bottleneck != IR_BOTTLENECK_NONE;
}

bool put_untraced_real(const struct ir_entry_fields *to, size_t result, size_t arg,
		       struct ir_value value)
{
	to->results[result].time.has_untraced |= !is_null(value);
	return is_null(value) || put_real(to, result, arg, value);
}

bool put_untraced_u64(const struct ir_entry_fields *to, size_t result, size_t arg, struct ir_value value)
{
	return is_null(value) || put_u64(to, result, arg, value);
}
