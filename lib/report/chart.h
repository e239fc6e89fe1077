/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Charts: pictures of figures as SVG, without scripts.
 *
 * A chart is described and then written in one go; it keeps nothing and
 * allocates nothing.  Its colours are safe for the colour-blind, and follow the
 * reader's light or dark scheme; series differ by their dashes, too.  The axes'
 * ranges follow from the points unless they are given.
 *
 * On a logarithmic axis zero has a place of its own beside the smallest value.
 */
#ifndef IR_REPORT_CHART_H
#define IR_REPORT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "report/chart_axis.h"

#define IR_CHART_COLORS 8	/* a ninth series begins with the first colour again */

enum ir_chart_style {
	IR_CHART_LINE,		/* from point to point, each with its own dot if they are few */
	IR_CHART_STEP,		/* a point's value holds until the next point */
	IR_CHART_BAND,		/* as a step, filled from low to y: areas, histograms */
	IR_CHART_DOTS,		/* nothing but a dot at each point */
	IR_CHART_MARKS,		/* nothing but a cross at each point: failures */
};

struct ir_chart_point {
	double x;
	double y;		/* not finite: there is no value, the line is broken */
	double low;		/* IR_CHART_BAND: the other side */
	bool failed;		/* a cross instead of a dot */
};

struct ir_chart_series {
	const char *name;	/* for the legend; NULL: not in it */
	enum ir_chart_style style;
	unsigned int color;	/* 0 to IR_CHART_COLORS - 1 */
	/* Sorted by x.  The last of a step or band only ends it. */
	const struct ir_chart_point *points;
	size_t nr_points;
};

/* A dashed line across the chart, for a limit. */
struct ir_chart_rule {
	double y;
	const char *label;	/* NULL: none */
};

struct ir_chart {
	const char *title;
	const char *description;	/* for those who do not see it; NULL: the title says it all */
	unsigned int width, height;	/* 0: 760 x 260 */
	struct ir_chart_axis x, y;
	const struct ir_chart_series *series;
	size_t nr_series;
	const struct ir_chart_rule *rules;	/* take part in the range of y */
	size_t nr_rules;
	const char *failed;	/* what a cross means, for the legend; NULL: "failed" */
	bool embedded;		/* in a page that has ir_chart_css() once for all charts */
};

/** ir_chart_svg - write a chart as one <svg> element; errors are the stream's */
void ir_chart_svg(FILE *out, const struct ir_chart *chart);
/** ir_chart_css - the rules that all charts share, without a <style> element */
void ir_chart_css(FILE *out);

#endif
