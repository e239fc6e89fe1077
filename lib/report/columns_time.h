/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Getters and setters of the columns of struct ir_time. */
#ifndef IR_REPORT_COLUMNS_TIME_H
#define IR_REPORT_COLUMNS_TIME_H

#include "report/columns.h"

/*
 * @arg: offset in struct ir_result.  Absent: flush times are not known (time_), the load
 * was not replayed (closed_), or what tracing costs is not known (untraced_).
 */
struct ir_value time_u64(const struct ir_report_entry *entry, size_t result, size_t arg);
struct ir_value time_real(const struct ir_report_entry *entry, size_t result, size_t arg);
struct ir_value time_cpu(const struct ir_report_entry *entry, size_t result, size_t arg);
struct ir_value closed_u64(const struct ir_report_entry *entry, size_t result, size_t arg);
struct ir_value closed_real(const struct ir_report_entry *entry, size_t result, size_t arg);
struct ir_value closed_truth(const struct ir_report_entry *entry, size_t result, size_t arg);
struct ir_value closed_bottleneck(const struct ir_report_entry *entry, size_t result, size_t arg);
struct ir_value untraced_real(const struct ir_report_entry *entry, size_t result, size_t arg);

bool put_time_u64(const struct ir_entry_fields *to, size_t result, size_t arg, struct ir_value value);
bool put_time_real(const struct ir_entry_fields *to, size_t result, size_t arg, struct ir_value value);
bool put_time_cpu(const struct ir_entry_fields *to, size_t result, size_t arg, struct ir_value value);
bool put_closed_u64(const struct ir_entry_fields *to, size_t result, size_t arg, struct ir_value value);
bool put_closed_real(const struct ir_entry_fields *to, size_t result, size_t arg, struct ir_value value);
bool put_closed_truth(const struct ir_entry_fields *to, size_t result, size_t arg, struct ir_value value);
bool put_closed_bottleneck(const struct ir_entry_fields *to, size_t result, size_t arg,
			   struct ir_value value);
bool put_untraced_real(const struct ir_entry_fields *to, size_t result, size_t arg,
		       struct ir_value value);

#define G_TIME "throughput"

#define TIME(getter, key, field) \
	{ "time." key, NULL, NULL, getter, offsetof(struct ir_result, time.field), IR_UNIT_NONE, \
	  IR_COLUMN_VALUE, put_##getter, IR_SHOWN_ALWAYS }
#define THROUGHPUT(getter, key, field) \
	TIME(getter, key ".low", field.low), \
	TIME(getter, key ".high", field.high), \
	TIME(getter, key ".operations_per_second", field.per_second), \
	TIME(getter, key ".recorded_operations_per_second", field.recorded_per_second)

/* In the order of the report. */
#define IR_TIME_COLUMNS \
	TIME(time_u64, "flush_ns", flush_ns), \
	TIME(time_real, "flush_share", flush_share), \
	{ "time.cpu_ns_per_operation", "CPU/op", G_TIME, time_cpu, \
	  offsetof(struct ir_result, time.cpu_ns), IR_UNIT_NS, IR_COLUMN_VALUE, put_time_cpu, \
	  IR_SHOWN_CLOSED }, \
	TIME(time_u64, "by_cause.sync_map", by_cause[IR_CAUSE_SYNC_MAP]), \
	TIME(time_u64, "by_cause.sync", by_cause[IR_CAUSE_SYNC]), \
	TIME(time_u64, "by_cause.queue_full", by_cause[IR_CAUSE_QUEUE_FULL]), \
	TIME(time_u64, "by_cause.queue_timeout", by_cause[IR_CAUSE_QUEUE_TIMEOUT]), \
	TIME(time_u64, "by_cause.retry", by_cause[IR_CAUSE_RETRY]), \
	TIME(time_u64, "by_cause.wrap", by_cause[IR_CAUSE_WRAP]), \
	{ "time.throughput.ratio", "of recorded", G_TIME, closed_real, \
	  offsetof(struct ir_result, time.throughput.ratio), IR_UNIT_RATIO, IR_COLUMN_VALUE, \
	  put_closed_real, IR_SHOWN_CLOSED }, \
	THROUGHPUT(closed_real, "throughput", throughput), \
	TIME(closed_bottleneck, "throughput.bottleneck", bottleneck), \
	TIME(closed_truth, "throughput.idle_known", idle_known), \
	TIME(untraced_real, "throughput.untraced.ratio", untraced.ratio), \
	THROUGHPUT(untraced_real, "throughput.untraced", untraced), \
	TIME(closed_u64, "latency.p50_ns", p50_ns), \
	TIME(closed_u64, "latency.p99_ns", p99_ns), \
	TIME(closed_u64, "latency.recorded_p50_ns", recorded_p50_ns), \
	TIME(closed_u64, "latency.recorded_p99_ns", recorded_p99_ns), \
	TIME(closed_truth, "assumptions.device_times_as_recorded", assumptions.device_times), \
	TIME(closed_truth, "assumptions.no_iotlb_misses", assumptions.no_iotlb_misses), \
	TIME(closed_truth, "assumptions.idle_time_unknown", assumptions.idle_unknown), \
	TIME(closed_truth, "assumptions.event_cost_unknown", assumptions.event_cost_unknown), \
	TIME(closed_truth, "assumptions.tracepoint_cost_half_of_event_cost", \
	     assumptions.tracepoint_cost_guessed), \
	TIME(closed_truth, "assumptions.arrivals_as_recorded", assumptions.peers_do_not_adapt), \
	TIME(closed_truth, "assumptions.hypervisor_serialises", assumptions.serialised), \
	TIME(closed_truth, "assumptions.global_flush_costs_as_ranged", assumptions.price_from_ranged)

#endif
