// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The figures of a recording: their keys, where they are found, and how they are
 * read again.
 */
#include "report/columns_value.h"

/* The recording: fields of struct ir_recording_info at offset @arg. */

static struct ir_value info_text(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)result;
	return text_value(FIELD(char *, entry->info, arg));
}

static struct ir_value info_u64(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)result;
	return count_value(FIELD(uint64_t, entry->info, arg));
}

static struct ir_value info_u32(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)result;
	return count_value(FIELD(uint32_t, entry->info, arg));
}

static struct ir_value info_truth(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)result;
	return (struct ir_value){ .type = IR_VALUE_TRUTH, .truth = FIELD(bool, entry->info, arg) };
}

static struct ir_value info_rpcit(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	if (!entry->info->rpcit.present)
		return (struct ir_value){ .type = IR_VALUE_ABSENT };
	return info_u64(entry, result, arg);
}

/* Without return values nobody knows how many failed. */
static struct ir_value info_rpcit_result(const struct ir_report_entry *entry, size_t result,
					 size_t arg)
{
	if (entry->info->rpcit.present && !entry->info->rpcit.has_results)
		return (struct ir_value){ .type = IR_VALUE_NULL };
	return info_rpcit(entry, result, arg);
}

static struct ir_value info_flushes(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	if (!entry->info->flushes.present)
		return (struct ir_value){ .type = IR_VALUE_ABSENT };
	return info_u64(entry, result, arg);
}

static struct ir_value info_hz(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)result;
	(void)arg;
	return count_or_null(entry->info->machine.hz);
}

static struct ir_value info_timer_phase(const struct ir_report_entry *entry, size_t result,
					size_t arg)
{
	if (!entry->info->machine.has_timer_phase)
		return (struct ir_value){ .type = IR_VALUE_NULL };
	return info_u64(entry, result, arg);
}

static struct ir_value info_timer_late(const struct ir_report_entry *entry, size_t result,
				       size_t arg)
{
	if (!entry->info->machine.has_timer_late)
		return (struct ir_value){ .type = IR_VALUE_NULL };
	return info_u64(entry, result, arg);
}

static struct ir_value info_latency(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	if (!entry->info->machine.rpcit_base_ns)
		return (struct ir_value){ .type = IR_VALUE_NULL };
	return info_u64(entry, result, arg);
}

static struct ir_value info_global(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)result;
	(void)arg;
	return count_or_null(entry->info->machine.rpcit_global_ns);
}

static struct ir_value info_aperture(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	if (!entry->info->machine.aperture_size)
		return (struct ir_value){ .type = IR_VALUE_NULL };
	return info_u64(entry, result, arg);
}

static struct ir_value info_marker(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	if (!entry->info->machine.has_marker)
		return (struct ir_value){ .type = IR_VALUE_NULL };
	return info_u64(entry, result, arg);
}

/* Without a window its times are no values. */
static struct ir_value info_window(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)result;
	if (!entry->info->window_to_ns)
		return (struct ir_value){ .type = IR_VALUE_NULL };
	return count_value(FIELD(uint64_t, entry->info, arg));
}

static struct ir_value info_last(const struct ir_report_entry *entry, size_t result, size_t arg)
{
	(void)result;
	(void)arg;
	return count_or_null(entry->info->last_operation_ns);
}

/* The other way round; false: a value that cannot be. */

static bool put_info_text(const struct ir_entry_fields *to, size_t result, size_t arg,
			  struct ir_value value)
{
	(void)result;
	PUT(const char *, to->info, arg) = value.type == IR_VALUE_TEXT ? value.text : NULL;
	return value.type == IR_VALUE_TEXT || is_null(value);
}

static bool put_info_u64(const struct ir_entry_fields *to, size_t result, size_t arg,
			 struct ir_value value)
{
	(void)result;
	PUT(uint64_t, to->info, arg) = is_null(value) ? 0 : value.count;
	return is_count(value, UINT64_MAX);
}

/* For what may be unknown. */
static bool put_info_known(const struct ir_entry_fields *to, size_t result, size_t arg,
			   struct ir_value value)
{
	return is_null(value) || put_info_u64(to, result, arg, value);
}

static bool put_info_u32(const struct ir_entry_fields *to, size_t result, size_t arg,
			 struct ir_value value)
{
	(void)result;
	PUT(uint32_t, to->info, arg) = (uint32_t)value.count;
	return is_count(value, UINT32_MAX);
}

static bool put_info_truth(const struct ir_entry_fields *to, size_t result, size_t arg,
			   struct ir_value value)
{
	(void)result;
	PUT(bool, to->info, arg) = is_true(value);
	return value.type == IR_VALUE_TRUTH;
}

static bool put_info_rpcit(const struct ir_entry_fields *to, size_t result, size_t arg,
			   struct ir_value value)
{
	to->info->rpcit.present = true;
	return put_info_u64(to, result, arg, value);
}

static bool put_info_rpcit_result(const struct ir_entry_fields *to, size_t result, size_t arg,
				  struct ir_value value)
{
	to->info->rpcit.has_results = !is_null(value);
	return is_null(value) || put_info_rpcit(to, result, arg, value);
}

static bool put_info_flushes(const struct ir_entry_fields *to, size_t result, size_t arg,
			     struct ir_value value)
{
	to->info->flushes.present = true;
	return put_info_u64(to, result, arg, value);
}

static bool put_info_hz(const struct ir_entry_fields *to, size_t result, size_t arg,
			struct ir_value value)
{
	(void)result;
	(void)arg;
	to->info->machine.hz = is_null(value) ? 0 : (uint32_t)value.count;
	return is_null(value) || is_count(value, UINT32_MAX);
}

static bool put_info_timer_phase(const struct ir_entry_fields *to, size_t result, size_t arg,
				 struct ir_value value)
{
	to->info->machine.has_timer_phase = !is_null(value);
	return put_info_known(to, result, arg, value);
}

static bool put_info_timer_late(const struct ir_entry_fields *to, size_t result, size_t arg,
				struct ir_value value)
{
	to->info->machine.has_timer_late = !is_null(value);
	return put_info_known(to, result, arg, value);
}

static bool put_info_marker(const struct ir_entry_fields *to, size_t result, size_t arg,
			    struct ir_value value)
{
	to->info->machine.has_marker = !is_null(value);
	return put_info_known(to, result, arg, value);
}

#define INFO_PUT(key, getter, setter, field) \
	{ key, NULL, NULL, getter, offsetof(struct ir_recording_info, field), IR_UNIT_NONE, \
	  IR_COLUMN_VALUE, setter, IR_SHOWN_ALWAYS }
#define INFO(key, getter, field) INFO_PUT(key, getter, put_##getter, field)
#define DAMAGE(id, severity, name, meaning) INFO("damage." name, info_u64, damage.count[id]),

const struct ir_column ir_recording_columns[] = {
	INFO("file",			info_text,	file),
	INFO("format",			info_text,	format),
	INFO("recognised_by",		info_text,	why),
	INFO("byte_order",		info_text,	byte_order),
	INFO("kernel",			info_text,	kernel),
	INFO("arch",			info_text,	arch),
	INFO("cpus",			info_u32,	cpus),
	INFO("clock",			info_text,	clock),
	INFO("start_ns",		info_u64,	start_ns),
	INFO("duration_ns",		info_u64,	duration_ns),
	INFO_PUT("window_from_ns",	info_window,	put_info_known, window_from_ns),
	INFO_PUT("window_to_ns",	info_window,	put_info_known, window_to_ns),
	INFO_PUT("last_operation_ns",	info_last,	put_info_known, last_operation_ns),
	INFO("nothing_to_replay",	info_text,	hint),
	INFO("events_file",		info_text,	events_file),
	INFO("user_events",		info_u64,	user_events),
	{ .key = "devices",		.kind = IR_COLUMN_DEVICES },
	{ .key = "events",		.kind = IR_COLUMN_EVENTS },
	INFO("operations.map",		info_u64,	ops.map),
	INFO("operations.map_pages",	info_u64,	ops.map_pages),
	INFO("operations.segments",	info_u64,	ops.segments),
	INFO("operations.unmap",	info_u64,	ops.unmap),
	INFO("operations.unmap_pages",	info_u64,	ops.unmap_pages),
	INFO("operations.failed_map",	info_u64,	ops.failed_map),
	INFO("max_live_pages",		info_u64,	max_live_pages),
	INFO("recorded_rpcit.total",	info_rpcit,	rpcit.total),
	INFO("recorded_rpcit.global",	info_rpcit,	rpcit.global),
	INFO("recorded_rpcit.ranged",	info_rpcit,	rpcit.ranged),
	INFO("recorded_rpcit.insufficient", info_rpcit_result, rpcit.insufficient),
	INFO("recorded_rpcit.failed",	info_rpcit_result, rpcit.failed),
	INFO("recorded_rpcit.sync",	info_rpcit,	rpcit.sync),
	INFO("recorded_flushes.queue_full", info_flushes, flushes.queue_full),
	INFO("recorded_flushes.queue_timeout", info_flushes, flushes.queue_timeout),
	INFO("recorded_flushes.range",	info_flushes,	flushes.range),
	INFO("recorded_flushes.map",	info_flushes,	flushes.map),
	INFO_PUT("machine.aperture_start",	info_aperture, put_info_known,	machine.aperture_start),
	INFO_PUT("machine.aperture",	info_aperture, put_info_known,	machine.aperture_size),
	INFO("machine.mapped_pages",	info_marker,	machine.mapped_pages),
	INFO("machine.unmapped_pages",	info_marker,	machine.unmapped_pages),
	{ .key = "machine.hz",		.get = info_hz, .put = put_info_hz },
	INFO("machine.timer_phase_ns",	info_timer_phase, machine.timer_phase_ns),
	INFO("machine.timer_late_ns",	info_timer_late, machine.timer_late_ns),
	INFO_PUT("machine.rpcit_base_ns",	info_latency, put_info_known,	machine.rpcit_base_ns),
	INFO_PUT("machine.rpcit_page_ns",	info_latency, put_info_known,	machine.rpcit_page_ns),
	INFO_PUT("machine.rpcit_global_ns", info_global, put_info_known, machine.rpcit_global_ns),
	INFO("machine.s390_dma_api",	info_truth,	machine.s390_dma_api),
	INFO("machine.domain_types_vary", info_truth,	types_vary),
	IR_DAMAGE_LIST(DAMAGE)
	INFO("complete",		info_truth,	complete),
	{ .key = NULL },
};
