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
struct ir_value untraced_u64(const struct ir_report_entry *entry, size_t result, size_t arg);

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
bool put_untraced_u64(const struct ir_entry_fields *to, size_t result, size_t arg, struct ir_value value);

#endif
