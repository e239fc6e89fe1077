/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Internals of the comparison: reports as rows, matching of rows, conditions.
 */
#ifndef IR_REPORT_COMPARE_H
#define IR_REPORT_COMPARE_H

#include <iommu-replay/compare.h>
#include <jansson.h>

#include "report/json.h"

struct ir_compare_row {
	json_t *recording;	/* its description */
	json_t *result;		/* NULL: the row is the recording's own */
	char *path;			/* of the recording, without "." and double slashes */
	/* Known when two reports are compared: */
	char *name;			/* the end of the path, long enough to be unique */
	char *identity;			/* rows of the same identity belong together */
	char *label;			/* see ir_difference.parameters */
	bool done;			/* has its counterpart */
};

struct ir_compare_report {
	char *name;
	json_t *root;
	enum ir_seal seal;
	struct ir_compare_row *rows;
	size_t nr_rows;
	json_t *keys;			/* an object: figures of all rows, in their order */
	json_t *parameters;		/* likewise, with "parameters." */
	const char **key_names;		/* the same as lists that end with NULL */
	const char **parameter_names;
};

/**
 * ir_compare_figures - the figures of a row, as an object of numbers and keys
 *
 * Returns NULL with @err set if they are none of a report, or there is no memory.
 */
json_t *ir_compare_figures(const struct ir_compare_row *row, struct ir_error *err);

/**
 * ir_compare_match - give the rows of two reports their names and identities
 * @sorted_a, @sorted_b: the rows, sorted by identity; for free(), or NULL
 *
 * Rows that are a repetition of another one in the same report become done.
 * Returns 0, or a negative errno with @err set.
 */
int ir_compare_match(struct ir_compare_report *a, struct ir_compare_report *b,
		     const struct ir_compare_options *options, struct ir_compare_row ***sorted_a,
		     struct ir_compare_row ***sorted_b, struct ir_error *err);
/** ir_compare_find - the row of the same identity in the other report's rows, or NULL */
struct ir_compare_row *ir_compare_find(struct ir_compare_row **sorted, size_t n,
				       const struct ir_compare_row *row);
/**
 * ir_compare_unmatched_note - what other parameters a missing row may have now
 * @note: for free(); NULL: nothing is known
 *
 * 0 or -ENOMEM.
 */
int ir_compare_unmatched_note(const struct ir_compare_report *report, struct ir_compare_row *const *sorted,
			      size_t n, const struct ir_compare_row *row,
			      const struct ir_compare_options *options, char **note);

/** ir_condition_fails - not for a figure that is missing in the new report */
bool ir_condition_fails(const struct ir_condition *condition, struct ir_figure baseline,
			struct ir_figure value);

/** ir_compare_is_evidence - whether a parameter only names the source of others; rows match without it */
bool ir_compare_is_evidence(const char *name);

#endif
