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

/* Without return values it is not known how many failed. */
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

#define INFO_PUT(key_, getter, setter, field, help_) \
	{ .key = key_, .get = getter, .put = setter, .arg = offsetof(struct ir_recording_info, field), \
	  .help = help_ }
#define INFO(key, getter, field, help) INFO_PUT(key, getter, put_##getter, field, help)
#define DAMAGE(id, severity, name, meaning) \
	INFO("damage." name, info_u64, damage.count[id], "counters; see `Damage` below"),
#define WINDOW \
	"with `--time-window`: the part of the recording that was read, in nanoseconds after the " \
	"first event; else null"
#define APERTURE "aperture in bytes, from the first recorded global RPCIT; null without one"
#define MARKER "counters of the kernel before the recording, from a marker; null without one"

/* .help: as in figures_result.h. */
const struct ir_column ir_recording_columns[] = {
	INFO("file", info_text, file, "name of the file, as given"),
	INFO("format", info_text, format, "format and its version"),
	INFO("recognised_by", info_text, why, "reason why the format was recognised"),
	INFO("byte_order", info_text, byte_order, "`big` or `little`"),
	INFO("kernel", info_text, kernel, "release of the kernel; null if not recorded"),
	INFO("arch", info_text, arch, "architecture; null if not recorded"),
	INFO("cpus", info_u32, cpus, "recorded CPUs"),
	INFO("clock", info_text, clock, "clock of the times; null if not recorded"),
	INFO("start_ns", info_u64, start_ns,
	     "time of the first event that a replay uses; without operations, of the first event "
	     "that is not a marker"),
	INFO("duration_ns", info_u64, duration_ns,
	     "time from there to the last such event; in perf.data to the last end of a process, if "
	     "that is later"),
	INFO_PUT("window_from_ns", info_window, put_info_known, window_from_ns, WINDOW),
	INFO_PUT("window_to_ns", info_window, put_info_known, window_to_ns, WINDOW),
	INFO_PUT("last_operation_ns", info_last, put_info_known, last_operation_ns,
	     "time of the last map, unmap or failed map; null if there is none or an older version "
	     "wrote the report"),
	INFO("nothing_to_replay", info_text, hint,
	     "reason why the recording has no operation, and a remedy; null if it has one"),
	INFO("events_file", info_text, events_file, "file of `--events`; null if not given"),
	INFO("user_events", info_u64, user_events, "number of types of recorded events in that file"),
	INFO("device", info_text, device_name,
	     "device of `--device`, whose operations are the only ones that were used; null: all devices"),
	{ .key = "devices", .kind = IR_COLUMN_DEVICES, .help = "list of device names" },
	{ .key = "events", .kind = IR_COLUMN_EVENTS, .help =
	  "object with the number of events of each name, including events that are not used" },
	INFO("operations.map", info_u64, ops.map,
	     "mappings that were made, including those that were undone; each would be one sync-map "
	     "RPCIT"),
	INFO("operations.map_pages", info_u64, ops.map_pages, "their pages"),
	INFO("operations.segments", info_u64, ops.segments, "their physically contiguous segments"),
	INFO("operations.unmap", info_u64, ops.unmap, "unmaps"),
	INFO("operations.unmap_pages", info_u64, ops.unmap_pages, "their pages"),
	INFO("operations.failed_map", info_u64, ops.failed_map,
	     "maps that failed on the recorded machine: undone, or without an IOVA"),
	INFO("max_live_pages", info_u64, max_live_pages, "peak of mapped pages"),
	INFO("recorded_rpcit.total", info_rpcit, rpcit.total,
	     "RPCITs in the recording; `recorded_rpcit` is null if it has none"),
	INFO("recorded_rpcit.global", info_rpcit, rpcit.global, "RPCITs for the whole aperture"),
	INFO("recorded_rpcit.ranged", info_rpcit, rpcit.ranged, "RPCITs for a range"),
	INFO("recorded_rpcit.insufficient", info_rpcit_result, rpcit.insufficient,
	     "RPCITs that reported insufficient resources; null if results were not recorded"),
	INFO("recorded_rpcit.failed", info_rpcit_result, rpcit.failed,
	     "RPCITs that reported another error; null if results were not recorded"),
	INFO("recorded_rpcit.sync", info_rpcit, rpcit.sync, "RPCITs for exactly the range of the "
	     "previous unmap"),
	INFO("recorded_flushes.queue_full", info_flushes, flushes.queue_full,
	     "on other IOMMUs than that of s390: flushes of a domain because a queue was full; "
	     "`recorded_flushes` is null if the recording has no flushes"),
	INFO("recorded_flushes.queue_timeout", info_flushes, flushes.queue_timeout,
	     "flushes of a domain because the timer of a queue expired"),
	INFO("recorded_flushes.range", info_flushes, flushes.range, "flushes of a range after an "
	     "unmap"),
	INFO("recorded_flushes.map", info_flushes, flushes.map, "flushes after a map"),
	INFO_PUT("machine.aperture_start", info_aperture, put_info_known, machine.aperture_start, APERTURE),
	INFO_PUT("machine.aperture", info_aperture, put_info_known, machine.aperture_size, APERTURE),
	INFO("machine.mapped_pages", info_marker, machine.mapped_pages, MARKER),
	INFO("machine.unmapped_pages", info_marker, machine.unmapped_pages, MARKER),
	{ .key = "machine.hz", .get = info_hz, .put = put_info_hz, .help =
	  "jiffies a second; null if the recording does not show it" },
	INFO("machine.timer_phase_ns", info_timer_phase, machine.timer_phase_ns,
	     "time of the start of a jiffy on the clock, from timers of flush queues; null if not "
	     "known"),
	INFO("machine.timer_late_ns", info_timer_late, machine.timer_late_ns,
	     "mean time from the expiry of a timer to its flush; null if not known"),
	INFO_PUT("machine.rpcit_base_ns", info_latency, put_info_known, machine.rpcit_base_ns,
	     "duration of recorded RPCITs, without their pages: a fit of those during which their "
	     "CPU had no other event; null if not recorded"),
	INFO_PUT("machine.rpcit_page_ns", info_latency, put_info_known, machine.rpcit_page_ns,
	     "additional duration for each page of their ranges; null if not recorded"),
	INFO_PUT("machine.rpcit_global_ns", info_global, put_info_known, machine.rpcit_global_ns,
	     "median duration of such RPCITs for the whole aperture; null if not recorded"),
	INFO("machine.s390_dma_api", info_truth, machine.s390_dma_api,
	     "whether the machine used the former DMA API of s390"),
	INFO("machine.domain_types_vary", info_truth, types_vary,
	     "whether domains were strict (type DMA, each unmap is flushed) at some times, and had "
	     "a queue (DMA-FQ) at others"),
	IR_DAMAGE_LIST(DAMAGE)
	INFO("complete", info_truth, complete, "whether all counters of loss and corruption, and of "
	     "limits, are zero"),
	{ .key = NULL },
};
