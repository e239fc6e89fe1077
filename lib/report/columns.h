/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Columns: the one description of the figures of a report.
 *
 * Every renderer walks these tables: JSON nests the keys at their dots, CSV
 * makes one column of each, tables on a terminal and in Markdown show those
 * that have a title, under their group's heading.  A getter reads a value from the
 * finished results each time; nothing is cached.
 *
 * To add a figure to all reports: one line in figures_result.h; scripts/man-figures then
 * writes it to iommu-replay-report(5).  A new getter needs a counterpart, put_ and its
 * name, which stores the value when a report is read.
 */
#ifndef IR_REPORT_COLUMNS_H
#define IR_REPORT_COLUMNS_H

#include "base/text.h"
#include <iommu-replay/report.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ir_value_type {
	IR_VALUE_NULL,		/* not known, or there is no such limit */
	IR_VALUE_ABSENT,	/* the whole object that holds the key does not exist */
	IR_VALUE_TEXT,
	IR_VALUE_COUNT,
	IR_VALUE_REAL,
	IR_VALUE_TRUTH,
};

struct ir_value {
	enum ir_value_type type;
	union {
		const char *text;	/* valid as long as the entry is */
		uint64_t count;
		double real;
		bool truth;
	};
};

/* How a number is best shown to people. */
enum ir_unit {
	IR_UNIT_NONE,
	IR_UNIT_NS,		/* a duration */
	IR_UNIT_HOST_PAGES,	/* to be seen against the hypervisor's limit */
	IR_UNIT_FAILURES,	/* better zero */
	IR_UNIT_RATIO,		/* of throughputs, with its bounds */
};

enum ir_column_kind {
	IR_COLUMN_VALUE,
	IR_COLUMN_EVENTS,	/* an object of names and counts; no value of its own */
	IR_COLUMN_DEVICES,	/* a list of names; no value of its own */
	IR_COLUMN_OWN,		/* an object: the hypervisor's own parameters */
	IR_COLUMN_OWN_SOURCES,	/* and where they came from */
};

/* On which IOMMU tables show a column that has a title. */
enum ir_column_where {
	IR_SHOWN_ALWAYS,
	IR_SHOWN_ON_S390,
	IR_SHOWN_ELSEWHERE,
	IR_SHOWN_CLOSED,	/* if a load was replayed */
};

struct ir_entry_fields;

struct ir_column {
	const char *key;	/* "rpcit.by_cause.sync_map" */
	const char *title;	/* heading in tables; NULL: not in tables */
	const char *word;	/* heading on web pages, in words; NULL: as in tables */
	const char *help;	/* what it means, in a line; names between backquotes */
	const char *group;	/* heading over several columns; NULL: none */
	/* @result: which of the entry's results; 0 for columns of the recording */
	struct ir_value (*get)(const struct ir_report_entry *entry, size_t result, size_t arg);
	size_t arg;
	enum ir_unit unit;
	enum ir_column_kind kind;
	/*
	 * The inverse of @get, for reports that are read again; false: not a value of this
	 * column.  NULL: see ir_verify_column_put(), or the kind has no value of its own.
	 */
	bool (*put)(const struct ir_entry_fields *to, size_t result, size_t arg,
		    struct ir_value value);
	enum ir_column_where where;
};

/* Of the recording, of each result, and of each verified one; all end with a NULL key. */
extern const struct ir_column ir_recording_columns[];
extern const struct ir_column ir_result_columns[];
extern const struct ir_column ir_verify_columns[];

/** ir_report_iommu - the IOMMU of an entry's results, that of the recorded machine without any */
const struct ir_iommu *ir_report_iommu(const struct ir_report_entry *entry);
/** ir_column_shown - tables of this entry show the column */
bool ir_column_shown(const struct ir_column *column, const struct ir_report_entry *entry);
/** ir_column_of_device - devices have a share in this figure */
bool ir_column_of_device(const struct ir_column *column);
/** ir_column_value - the value of one column */
static inline struct ir_value ir_column_value(const struct ir_column *column,
					      const struct ir_report_entry *entry, size_t result)
{
	return column->get(entry, result, column->arg);
}

/** ir_column_own - the @i-th member of such an object, its name in @name; false: no more */
bool ir_column_own(const struct ir_column *column, const struct ir_report_entry *entry,
		   size_t result, size_t i, const char **name, struct ir_value *value);
/* A recording and its results that are being read from a report. */
struct ir_entry_fields {
	struct ir_recording_info *info;
	struct ir_config *configs;
	struct ir_result *results;
	struct ir_report_verify *verify;
};

/**
 * ir_column_put - the inverse of a column's value
 * @value: not absent; a text must live as long as the entry
 *
 * Names of strategies and hypervisors, events and devices are not for columns.
 * Returns false if the column has no such value.
 */
static inline bool ir_column_put(const struct ir_column *column, const struct ir_entry_fields *to,
				 size_t result, struct ir_value value)
{
	return column->put && column->put(to, result, column->arg, value);
}
/** ir_verify_column_put - the same for ir_verify_columns */
bool ir_verify_column_put(const struct ir_column *column, const struct ir_entry_fields *to,
			  size_t result, struct ir_value value);

#endif
