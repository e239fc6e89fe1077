/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results of one recording under one hypervisor, equal ones folded to one row, in the
 * order in which every table, page and verdict shows them.
 *
 * Rows without failed maps come first: least flushes first, where totals within 1% of
 * the number of maps count as equal and the exposure decides.  Rows with failures follow,
 * fewest first.
 */
#ifndef IR_VERDICT_FOLD_H
#define IR_VERDICT_FOLD_H

#include <iommu-replay/report.h>
#include <stdbool.h>

/* Figures that the recording's end cuts off are lower bounds. */
struct ir_cut {
	bool p50, p99, max;
};

struct ir_row {
	const struct ir_result *result;	/* of the first member; all others are equal */
	size_t *members;		/* indices into the entry's results, by rank of their names */
	size_t nr_members;		/* with names of their own; behind them results of the same strategy and queue */
	size_t nr_results;		/* with those */
	uint64_t flushes;
	uint64_t failures;
	uint64_t flush_ns;		/* estimated time of all flushes, if that is known */
	struct ir_cut cut;
	bool identity;			/* a device reaches all memory, which its exposure does not include */
};

struct ir_rows {
	const struct ir_report_entry *entry;
	size_t first, end;		/* results */
	struct ir_row *row;
	size_t nr, nr_safe;		/* the first nr_safe rows have no failures */
	size_t nr_members;		/* of all rows */
	uint64_t attempted;		/* maps */
	bool timed;			/* it is known how long flushes take */
	size_t *members;		/* of all rows */
};

/** ir_group_end - the end of the results that share @first's hypervisor and parameters but for the queue */
size_t ir_group_end(const struct ir_report_entry *entry, size_t first);
/** ir_rows_make - 0 or -ENOMEM; ir_rows_free() in any case */
int ir_rows_make(struct ir_rows *rows, const struct ir_report_entry *entry, size_t first, size_t end);
void ir_rows_free(struct ir_rows *rows);

/* The source of the durations behind the time of flushes, if rows->timed. */
enum ir_durations {
	IR_DURATIONS_FITTED,	/* struct ir_recorded_machine: rpcit_base_ns, which is not 0, and the other two */
	IR_DURATIONS_OF_EACH,	/* recorded, but not these three: --load closed has averages of its own */
	IR_DURATIONS_GIVEN,	/* by the user, at least one of them */
};

/** ir_durations_of - the source of the durations of flushes in all rows */
enum ir_durations ir_durations_of(const struct ir_rows *rows);

/** ir_strategy_rank - what kernels do comes before what was proposed; names that are not known last */
unsigned int ir_strategy_rank(const struct ir_strategy *strategy);
/** ir_cut_of - what of a result's exposure the recording's end cuts off */
struct ir_cut ir_cut_of(const struct ir_result *result);
/** ir_row_failures - maps without an IOVA, failed ones and unbacked ones of a result */
uint64_t ir_row_failures(const struct ir_result *result);
/** ir_row_exposed - whether a device could reach any unmapped page that the exposure includes */
bool ir_row_exposed(const struct ir_row *row);
/**
 * ir_row_name - the name of a row's @member-th result, for free(); NULL: no memory
 *
 * The strategy; with its queue if another result of the rows has the same strategy.
 * Control characters of a plug-in's name are replaced.
 */
char *ir_row_name(const struct ir_rows *rows, const struct ir_row *row, size_t member);
/** ir_strategies_of - how many strategies the results from @first on up to @end have */
size_t ir_strategies_of(const struct ir_report_entry *entry, size_t first, size_t end);
/** ir_members_noun - what the members of all rows are: "strategies", unless one is there with several queues */
const char *ir_members_noun(const struct ir_rows *rows);
/** ir_active_ns - time from the first operation to the last one; of old reports the whole recording */
uint64_t ir_active_ns(const struct ir_recording_info *info);
/**
 * ir_limit_each - the limit of a result's host pages for each of some devices; 0: no limit
 * @devices: how many devices have that limit each, at least 1: limits that differ are added up, and 1
 */
uint64_t ir_limit_each(const struct ir_report_entry *entry, size_t result, uint64_t *devices);
/** ir_limit_of - what a result's host pages are limited to, all devices together; 0: no limit */
uint64_t ir_limit_of(const struct ir_report_entry *entry, size_t result);

#endif
