/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An axis of a chart: which values it has room for, where each of them is, and
 * which of them are named.
 */
#ifndef IR_REPORT_CHART_AXIS_H
#define IR_REPORT_CHART_AXIS_H

#include <stdbool.h>
#include <stddef.h>

enum ir_chart_scale {
	IR_CHART_LINEAR,
	IR_CHART_LOG2,		/* ticks at powers of two, */
	IR_CHART_LOG10,		/* and of ten */
};

/* How an axis names its values. */
enum ir_chart_unit {
	IR_CHART_NUMBER,
	IR_CHART_NS,		/* values are nanoseconds, shown with a fitting unit */
};

struct ir_chart_axis {
	const char *label;	/* NULL: none */
	enum ir_chart_scale scale;
	enum ir_chart_unit unit;
	bool has_range;		/* else from the points; a linear y axis includes 0 */
	double min, max;
};

#define IR_CHART_MAX_TICKS 24

struct ir_chart_ruler {
	enum ir_chart_scale scale;
	enum ir_chart_unit unit;
	double min, max;	/* min < max; above 0 if the scale is logarithmic */
	bool has_zero;		/* logarithmic: zero has its own place before min */
	double from, to;	/* where the axis begins and ends, in the picture */
	double ticks[IR_CHART_MAX_TICKS];
	size_t nr_ticks;
};

/** ir_chart_ruler_begin - no values yet */
void ir_chart_ruler_begin(struct ir_chart_ruler *ruler, const struct ir_chart_axis *axis);
/** ir_chart_ruler_include - make room for a value, unless the range was given */
void ir_chart_ruler_include(struct ir_chart_ruler *ruler, const struct ir_chart_axis *axis,
			    double value);
/**
 * ir_chart_ruler_finish - all values are known
 * @whole: begin and end at a tick
 * @nr: about so many ticks
 */
void ir_chart_ruler_finish(struct ir_chart_ruler *ruler, const struct ir_chart_axis *axis,
			   bool whole, unsigned int nr);
/** ir_chart_ruler_at - where a value is in the picture; at an end if it is beyond that */
double ir_chart_ruler_at(const struct ir_chart_ruler *ruler, double value);
/** ir_chart_ruler_name - what to write at a tick; returns @buf */
const char *ir_chart_ruler_name(const struct ir_chart_ruler *ruler, double tick, char *buf,
				size_t size);
/** ir_chart_number - a figure as the axes show it ("1.5 s", "20k"); returns @buf */
const char *ir_chart_number(char *buf, size_t size, double value, enum ir_chart_unit unit);

#endif
