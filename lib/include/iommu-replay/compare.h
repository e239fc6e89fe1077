/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Comparison of two reports: what changed from a baseline, and whether it may.
 *
 * A report has a row for each recording, with what was found in it, and one for
 * each result.  Rows of the two reports belong together if they are of the same
 * recording, strategy, hypervisor and effective parameters; where a parameter
 * came from does not matter, nor does one that only one of the reports knows.
 *
 * A recording is named by its file, without directories.  If a report has several
 * files of one name, as many parent directories are added as make the names differ.
 * Two rows of one report that still match each other, but with different figures,
 * are an error: their counterparts in the other report are not known.
 *
 * Figures are all numbers of a row, true and false being 1 and 0; those of devices
 * are called "devices.NAME.rpcit.total"; NAME is "-" for operations without a device.
 * Lists are not compared: call sites, whose names depend on the symbols, and
 * timelines.  Replays are deterministic, so any change of a figure fails.  If
 * conditions were given, a change fails only where one of them is true.
 */
#ifndef IOMMU_REPLAY_COMPARE_H
#define IOMMU_REPLAY_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <iommu-replay/error.h>

#define IR_COMPARE_MAX_CONDITIONS 64

/* A report that was read. */
struct ir_compare_report;

/**
 * ir_compare_read - read a JSON report
 * @name: for messages
 * @text: @len bytes; not kept
 *
 * Returns NULL with @err set if it is not a report of schema IR_REPORT_SCHEMA, or
 * its digest is wrong.
 */
struct ir_compare_report *ir_compare_read(const char *name, const char *text, size_t len,
					  struct ir_error *err);
void ir_compare_report_free(struct ir_compare_report *report);
/** ir_compare_has_digest - false: as ir_report_has_digest() */
bool ir_compare_has_digest(const struct ir_compare_report *report);
/** ir_compare_version - of the program that wrote the report; NULL: not recorded */
const char *ir_compare_version(const struct ir_compare_report *report);
/** ir_compare_key - the key of the @i-th figure of any row, NULL after the last */
const char *ir_compare_key(const struct ir_compare_report *report, size_t i);
/** ir_compare_parameter - the @i-th parameter, "parameters.hz", NULL after the last */
const char *ir_compare_parameter(const struct ir_compare_report *report, size_t i);
/** ir_compare_covers - whether @name is @key, or a group that it is in ("rpcit") */
bool ir_compare_covers(const char *name, const char *key);

enum ir_condition_op {
	IR_CONDITION_GT,
	IR_CONDITION_GE,
	IR_CONDITION_LT,
	IR_CONDITION_LE,
	IR_CONDITION_EQ,
	IR_CONDITION_NE,
};

enum ir_condition_of {
	IR_CONDITION_VALUE,	/* the new value */
	IR_CONDITION_CHANGE,	/* new value minus baseline */
	IR_CONDITION_SHARE,	/* the same in per cent of the baseline */
};

/* A figure fails if the condition is true. */
struct ir_condition {
	const char *text;	/* as it was given */
	char key[128];		/* a figure or a group of them */
	enum ir_condition_op op;
	enum ir_condition_of of;
	bool negative;
	uint64_t number;	/* divided by */
	uint64_t scale;		/* a power of ten */
};

/**
 * ir_condition_parse - KEY OP [N | +N[%] | -N[%]]
 * @text: must outlive @condition
 *
 * OP is one of > >= < <= == = !=.  With a sign N is a change, with % in per cent of
 * the baseline; without N, the new value is compared with the baseline.  For a key
 * that ends in _ns, N can have a unit of time.  The key is not checked: ir_compare()
 * does that.  Returns 0, or -EINVAL with @err set.
 */
int ir_condition_parse(const char *text, struct ir_condition *condition, struct ir_error *err);

struct ir_compare_options {
	const struct ir_condition *conditions;	/* none: every change fails */
	size_t nr_conditions;			/* up to IR_COMPARE_MAX_CONDITIONS */
	const char *const *ignored;		/* figures, groups and parameters to leave out */
	size_t nr_ignored;
	bool allow_missing;	/* rows and figures that the new report lacks do not fail */
};

enum ir_difference_kind {
	IR_DIFFERENCE_CHANGED,		/* a figure has another value */
	IR_DIFFERENCE_SAME,		/* the value is the same, but a condition is true */
	IR_DIFFERENCE_MISSING_FIGURE,	/* in the baseline only */
	IR_DIFFERENCE_NEW_FIGURE,	/* in the new report only */
	IR_DIFFERENCE_MISSING_ROW,
	IR_DIFFERENCE_NEW_ROW,
};

struct ir_figure {
	enum { IR_FIGURE_NONE, IR_FIGURE_INTEGER, IR_FIGURE_REAL } type;
	union {
		int64_t integer;
		double real;
	};
};

/* Texts live as long as the two reports and the comparison. */
struct ir_difference {
	enum ir_difference_kind kind;
	const char *recording;
	const char *strategy;		/* NULL: the row is the recording's own */
	const char *hypervisor;		/* likewise */
	const char *parameters;		/* those in which rows differ, "entry_limit=64"; or "" */
	const char *key;		/* NULL for rows */
	struct ir_figure baseline;
	struct ir_figure value;
	char *note;			/* of a missing row: what differs in the nearest; or NULL */
	bool failed;
	uint64_t conditions;		/* which of them failed, a bit each */
};

struct ir_comparison {
	size_t recordings;		/* that both reports have */
	size_t rows;			/* results that both have */
	size_t figures;			/* compared in these */
	size_t ignored;			/* figures that were not */
	size_t failed;			/* differences that failed */
	size_t nr_differences;
	struct ir_difference *differences;	/* in the order of the baseline, then the new */
	char *unmatched;	/* parameters that one report alone has, ", " between; or NULL */
	bool disjoint;		/* no result is common, but one of them has some; or no recording is, either */
};

/**
 * ir_compare - compare two reports
 * @options: NULL: every change fails
 *
 * Returns 0 also if a difference failed, or a negative errno with @err set if the
 * reports cannot be compared.  In both cases the caller passes @comparison to
 * ir_comparison_free() before it frees the reports.
 */
int ir_compare(struct ir_compare_report *baseline, struct ir_compare_report *news,
	       const struct ir_compare_options *options, struct ir_comparison *comparison,
	       struct ir_error *err);
void ir_comparison_free(struct ir_comparison *comparison);

#endif
