// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Axes of charts.
 */
#include "report/chart_axis.h"

#include <math.h>
#include <stdio.h>

/* How much of a logarithmic axis zero takes. */
#define ZERO_SHARE 0.08

void ir_chart_ruler_begin(struct ir_chart_ruler *ruler, const struct ir_chart_axis *axis)
{
	*ruler = (struct ir_chart_ruler){ .scale = axis->scale, .unit = axis->unit,
					  .min = INFINITY, .max = -INFINITY };
	if (!axis->has_range)
		return;
	ir_chart_ruler_include(ruler, &(struct ir_chart_axis){ .scale = axis->scale }, axis->min);
	ir_chart_ruler_include(ruler, &(struct ir_chart_axis){ .scale = axis->scale }, axis->max);
}

void ir_chart_ruler_include(struct ir_chart_ruler *ruler, const struct ir_chart_axis *axis,
			    double value)
{
	if (axis->has_range || !isfinite(value))
		return;
	if (ruler->scale != IR_CHART_LINEAR && value <= 0) {
		ruler->has_zero = true;
		return;
	}
	ruler->min = fmin(ruler->min, value);
	ruler->max = fmax(ruler->max, value);
}

/* 1, 2 or 5 times a power of ten, at least @least. */
static double nice_step(double least)
{
	double power = pow(10, floor(log10(least)));

	for (int i = 0; i < 3; i++) {
		static const double steps[] = { 1, 2, 5 };

		if (power * steps[i] >= least * (1 - 1e-9))
			return power * steps[i];
	}
	return power * 10;
}

static void add_tick(struct ir_chart_ruler *ruler, double tick)
{
	if (ruler->nr_ticks < IR_CHART_MAX_TICKS)
		ruler->ticks[ruler->nr_ticks++] = tick;
}

static void linear_ticks(struct ir_chart_ruler *ruler, bool whole, unsigned int nr)
{
	double step = nice_step((ruler->max - ruler->min) / nr);
	double first;

	/* Half a page is none. */
	if (ruler->unit == IR_CHART_NUMBER && ruler->max - ruler->min >= 1)
		step = fmax(step, 1);
	if (whole) {
		ruler->min = floor(ruler->min / step + 1e-9) * step;
		ruler->max = ceil(ruler->max / step - 1e-9) * step;
	}
	first = ceil(ruler->min / step - 1e-9);
	for (unsigned int i = 0; (first + i) * step <= ruler->max + step * 1e-9 &&
	     i < IR_CHART_MAX_TICKS; i++)
		add_tick(ruler, (first + i) * step);
}

static void log_ticks(struct ir_chart_ruler *ruler, bool whole, unsigned int nr)
{
	double base = ruler->scale == IR_CHART_LOG2 ? 2 : 10;
	double low = log(ruler->min) / log(base), high = log(ruler->max) / log(base);
	double step, first;

	if (whole) {
		low = floor(low + 1e-9);
		high = ceil(high - 1e-9);
		ruler->min = pow(base, low);
		ruler->max = pow(base, high);
	}
	step = fmax(1, ceil((high - low) / nr));
	first = ceil(low - 1e-9);
	for (double at = first; at <= high + 1e-9 && ruler->nr_ticks < IR_CHART_MAX_TICKS; at += step) {
		add_tick(ruler, pow(base, at));
		/* With two or three decades there is room for more. */
		if (base > 2 && high - low < 2.5 && pow(base, at) * 2 <= ruler->max)
			add_tick(ruler, pow(base, at) * 2);
		if (base > 2 && high - low < 2.5 && pow(base, at) * 5 <= ruler->max)
			add_tick(ruler, pow(base, at) * 5);
	}
}

void ir_chart_ruler_finish(struct ir_chart_ruler *ruler, const struct ir_chart_axis *axis,
			   bool whole, unsigned int nr)
{
	bool linear = ruler->scale == IR_CHART_LINEAR;

	if (ruler->min > ruler->max)
		ruler->min = ruler->max = 1;
	if (linear && whole && !axis->has_range)
		ruler->min = fmin(ruler->min, 0);
	if (ruler->min >= ruler->max)
		ruler->max = linear ? ruler->min + fmax(1, fabs(ruler->min) * 1e-3) : ruler->min * 2;
	if (nr < 2)
		nr = 2;
	if (nr > IR_CHART_MAX_TICKS / 2)
		nr = IR_CHART_MAX_TICKS / 2;
	if (linear)
		linear_ticks(ruler, whole && !axis->has_range, nr);
	else
		log_ticks(ruler, whole && !axis->has_range, nr);
}

double ir_chart_ruler_at(const struct ir_chart_ruler *ruler, double value)
{
	double share, zero = ruler->has_zero ? ZERO_SHARE : 0;

	if (ruler->scale == IR_CHART_LINEAR)
		share = (value - ruler->min) / (ruler->max - ruler->min);
	else if (value <= 0)
		share = 0;
	else
		share = zero + (1 - zero) * fmax(0, log(value / ruler->min) /
						    log(ruler->max / ruler->min));
	share = fmin(1, fmax(0, share));
	return ruler->from + share * (ruler->to - ruler->from);
}

static const char *scaled(char *buf, size_t size, double value, double factor, const char *unit)
{
	snprintf(buf, size, "%.4g%s", value / factor, unit);
	return buf;
}

const char *ir_chart_number(char *buf, size_t size, double value, enum ir_chart_unit unit)
{
	static const struct {
		double factor;
		const char *number, *ns;
	} scales[] = {
		{ 1e9, "G", " s" }, { 1e6, "M", " ms" }, { 1e3, "k", " \302\265s" },
	};
	bool ns = unit == IR_CHART_NS;
	/* Four digits are easily read. */
	double least = ns ? 1 : 10;

	if (value == 0)
		return scaled(buf, size, 0, 1, "");
	for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++)
		if (fabs(value) >= scales[i].factor * least * (1 - 1e-9))
			return scaled(buf, size, value, scales[i].factor,
				      ns ? scales[i].ns : scales[i].number);
	return scaled(buf, size, value, 1, ns ? " ns" : "");
}

const char *ir_chart_ruler_name(const struct ir_chart_ruler *ruler, double tick, char *buf,
				size_t size)
{
	if (ruler->scale != IR_CHART_LOG2 || ruler->unit != IR_CHART_NUMBER || tick < 10000)
		return ir_chart_number(buf, size, tick, ruler->unit);
	if (tick < 1 << 20)
		return scaled(buf, size, tick, 1 << 10, "Ki");
	if (tick < 1 << 30)
		return scaled(buf, size, tick, 1 << 20, "Mi");
	return scaled(buf, size, tick, 1 << 30, "Gi");
}
