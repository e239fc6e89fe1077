/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures within text: bars, ranges, and cost against exposure.
 *
 * In drawings with text x is in per cent of the width and fonts are in pixels, so that a
 * narrow page shrinks the picture and not the text.
 */
#ifndef CMD_SVG_H
#define CMD_SVG_H

#include "page/html.h"

/* A logarithmic axis over whole decades of nanoseconds, or of anything else. */
struct log_axis {
	int from, to;		/* exponents of ten; equal: nothing is on it */
	bool is_time;
};

/* Labels of dots that do not cover each other; in pixels of the width that they are placed for. */
struct svg_box {
	double left, top, right, bottom;
};

struct svg_labels {
	double width, height;
	struct svg_box taken[192];	/* dots and labels */
	size_t nr;
};

/* Scales that all pictures of a page share, so that they can be compared. */
struct scales {
	uint64_t most_flushes;
	struct log_axis exposure;
};

/** scales_begin - nothing was seen yet */
void scales_begin(struct scales *scales);
/** scales_include - widen them for rows; a floor of 1 us for exposures */
void scales_include(struct scales *scales, const struct ir_rows *rows);
/** log_axis_include - widen the axis for a value; 0 is not on it */
void log_axis_include(struct log_axis *axis, double value);
/** log_axis_at - where a value is, in per cent */
double log_axis_at(const struct log_axis *axis, double value);
/** log_axis_step - decades between labels, so that there are at most five */
int log_axis_step(const struct log_axis *axis);
/** log_axis_name - the label of 10^@exponent */
struct ir_short log_axis_name(const struct log_axis *axis, int exponent);
/** svg_ticks - the labels of an axis as HTML */
void svg_ticks(FILE *out, const struct log_axis *axis);

/** svg_round_up - at least @value, and three times a round number */
double svg_round_up(double value);
/** svg_take_dot - no label covers this place; @x in per cent, @y in pixels */
void svg_take_dot(struct svg_labels *labels, double x, double y);
/** svg_label - write a label beside a dot; false: it has no room there */
bool svg_label(struct svg_labels *labels, FILE *out, double x, double y, const char *class, const char *text);

/** svg_bar - flushes by cause */
void svg_bar(FILE *out, const struct ir_result *result, uint64_t most);
/** svg_range - exposure: median, 99th percentile, maximum */
void svg_range(FILE *out, const struct log_axis *axis, const struct ir_row *row);
/** svg_cost - cost against exposure, as a figure; nothing if no row exposes anything */
void svg_cost(FILE *out, const struct scales *scales, const struct ir_rows *rows);

#endif
