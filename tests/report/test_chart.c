// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Charts: where values are on an axis, and what is in the picture.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/chart.h"
#include "report/chart_axis.h"

static struct ir_chart_ruler ruler(const struct ir_chart_axis *axis, const double *values, size_t n,
				   bool whole)
{
	struct ir_chart_ruler r;

	ir_chart_ruler_begin(&r, axis);
	for (size_t i = 0; i < n; i++)
		ir_chart_ruler_include(&r, axis, values[i]);
	r.from = 0;
	r.to = 100;
	ir_chart_ruler_finish(&r, axis, whole, 5);
	return r;
}

static void near(double a, double b)
{
	assert_true(fabs(a - b) < 1e-6 * fmax(1, fabs(b)));
}

static void linear_axis(void **state)
{
	const struct ir_chart_axis axis = { .label = NULL };
	struct ir_chart_ruler r = ruler(&axis, (double[]){ 3, 8191 }, 2, true);

	(void)state;
	near(r.min, 0);
	near(r.max, 10000);
	near(ir_chart_ruler_at(&r, 5000), 50);
	near(ir_chart_ruler_at(&r, -1), 0);
	near(ir_chart_ruler_at(&r, 1e9), 100);
	assert_int_equal(r.nr_ticks, 6);
	near(r.ticks[1], 2000);

	/* An axis along which time goes begins and ends with the recording. */
	r = ruler(&axis, (double[]){ 3, 97 }, 2, false);
	near(r.min, 3);
	near(r.max, 97);
	near(r.ticks[0], 20);
}

/* With a product that is not rounded the picture is another one where a machine can do that. */
static void rounded_alike_on_all_machines(void **state)
{
	const struct ir_chart_ruler r = { .scale = IR_CHART_LINEAR, .max = 97, .from = 140, .to = 24 };

	(void)state;
	for (int i = 0; i <= 97; i++) {
		volatile double share = i / 97.0, product = share * -116;

		assert_true(ir_chart_ruler_at(&r, i) == 140 + product);
	}
}

static void counts_have_no_halves(void **state)
{
	const struct ir_chart_axis axis = { .label = NULL };
	struct ir_chart_ruler r = ruler(&axis, (double[]){ 0, 2 }, 2, true);

	(void)state;
	assert_int_equal(r.nr_ticks, 3);
	near(r.ticks[1], 1);
}

static void log_axis(void **state)
{
	const struct ir_chart_axis two = { .scale = IR_CHART_LOG2 }, ten = { .scale = IR_CHART_LOG10 };
	struct ir_chart_ruler r = ruler(&two, (double[]){ 64, 65536 }, 2, false);

	(void)state;
	near(ir_chart_ruler_at(&r, 64), 0);
	near(ir_chart_ruler_at(&r, 2048), 50);
	assert_false(r.has_zero);
	near(r.ticks[0], 64);
	near(r.ticks[1], 256);

	r = ruler(&ten, (double[]){ 0, 15, 90000 }, 3, true);
	assert_true(r.has_zero);
	near(r.min, 10);
	near(r.max, 100000);
	near(ir_chart_ruler_at(&r, 0), 0);
	assert_true(ir_chart_ruler_at(&r, 10) > 1);
	near(ir_chart_ruler_at(&r, 100000), 100);
}

static void nothing_to_show(void **state)
{
	static const struct ir_chart_axis axes[] = {
		{ .scale = IR_CHART_LINEAR }, { .scale = IR_CHART_LOG2 }, { .scale = IR_CHART_LOG10 },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct ir_chart_ruler r = ruler(&axes[i], (double[]){ NAN, INFINITY }, 2, i & 1);

		assert_true(r.min < r.max);
		assert_true(isfinite(ir_chart_ruler_at(&r, 0)));
		r = ruler(&axes[i], (double[]){ 7 }, 1, true);
		assert_true(r.min < r.max);
		r = ruler(&axes[i], (double[]){ 0 }, 1, true);
		assert_true(isfinite(ir_chart_ruler_at(&r, 0)));
		r = ruler(&axes[i], (double[]){ 1e300, 1e-300 }, 2, true);
		assert_true(r.nr_ticks <= IR_CHART_MAX_TICKS);
	}
}

static void names_of_numbers(void **state)
{
	static const struct {
		double value;
		enum ir_chart_unit unit;
		const char *name;
	} cases[] = {
		{ 0, IR_CHART_NUMBER, "0" }, { 8192, IR_CHART_NUMBER, "8192" },
		{ 20000, IR_CHART_NUMBER, "20k" }, { 1.5e7, IR_CHART_NUMBER, "15M" },
		{ 0, IR_CHART_NS, "0" }, { 500, IR_CHART_NS, "500 ns" },
		{ 1500000, IR_CHART_NS, "1.5 ms" }, { 2e10, IR_CHART_NS, "20 s" },
		{ 1000, IR_CHART_NS, "1 \302\265s" },
	};
	const struct ir_chart_ruler two = { .scale = IR_CHART_LOG2 };
	char buf[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(ir_chart_number(buf, sizeof(buf), cases[i].value,
						    cases[i].unit), cases[i].name);
	assert_string_equal(ir_chart_ruler_name(&two, 65536, buf, sizeof(buf)), "64Ki");
	assert_string_equal(ir_chart_ruler_name(&two, 8192, buf, sizeof(buf)), "8192");
}

static char *svg(const struct ir_chart *chart)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	ir_chart_svg(out, chart);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(strncmp(text, "<svg ", 5), 0);
	assert_string_equal(text + size - 7, "</svg>\n");
	return text;
}

static size_t occurrences(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

static void picture(void **state)
{
	static const struct ir_chart_point line[] = {
		{ .x = 64, .y = 0, .failed = true }, { .x = 128, .y = 40 }, { .x = 256, .y = NAN },
		{ .x = 512, .y = 20 }, { .x = 1024, .y = 10 },
	}, band[] = {
		{ .x = 64, .y = 4, .low = 2 }, { .x = 512, .y = 9, .low = 3 }, { .x = 1024 },
	};
	static const struct ir_chart_series series[] = {
		{ "a <b> & 'c'", IR_CHART_LINE, 0, line, 5 },
		{ "band", IR_CHART_BAND, 9, band, 3 },
		{ NULL, IR_CHART_MARKS, 1, band, 1 },
	};
	static const struct ir_chart_rule limit = { 50, "limit" };
	struct ir_chart chart = {
		.title = "one \"title\"\n\xff", .x = { .label = "entry-limit", .scale = IR_CHART_LOG2 },
		.y = { .label = "RPCITs" }, .series = series, .nr_series = 3,
		.rules = &limit, .nr_rules = 1, .failed = "maps failed",
	};
	char *text = svg(&chart);

	(void)state;
	assert_non_null(strstr(text, "a &lt;b&gt; &amp; &#39;c&#39;</text>"));
	assert_non_null(strstr(text, "one &quot;title&quot; \xef\xbf\xbd</text>"));
	assert_non_null(strstr(text, ">limit</text>"));
	assert_non_null(strstr(text, ">maps failed</text>"));
	assert_non_null(strstr(text, "at 64, maps failed</title>"));
	assert_non_null(strstr(text, "<title> at 64</title>"));
	assert_int_equal(occurrences(text, "<circle"), 3);
	/* A failed point, a mark, and two in the legend: its own and the crosses'. */
	assert_int_equal(occurrences(text, "class='x "), 3);
	assert_int_equal(occurrences(text, "<style>"), 1);
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf'"));
	assert_null(strstr(text, "<script"));
	free(text);

	chart.embedded = true;
	text = svg(&chart);
	assert_int_equal(occurrences(text, "<style>"), 0);
	free(text);
}

/* The outline of a band, with what does not change left out. */
static void band_outline(void **state)
{
	static const struct ir_chart_point points[] = {
		{ .x = 0, .y = 4, .low = 0 }, { .x = 1, .y = 4, .low = 0 },
		{ .x = 2, .y = 8, .low = 4 }, { .x = 3, .y = 8, .low = 4 }, { .x = 4 },
	};
	static const struct ir_chart_series series = { NULL, IR_CHART_BAND, 0, points, 5 };
	/* A plot of 400 x 200 pixels from (62, 12) on. */
	char *text = svg(&(struct ir_chart){
		.series = &series, .nr_series = 1, .width = 62 + 400 + 16, .height = 12 + 200 + 40,
		.y = { .has_range = true, .min = 0, .max = 8 },
	});

	(void)state;
	assert_non_null(strstr(text, "d='M62.0 112.0H262.0V12.0H462.0V112.0H262.0V212.0H62.0Z'"));
	free(text);
}

static void empty_picture(void **state)
{
	char *text = svg(&(struct ir_chart){ .width = 10, .height = 10 });

	(void)state;
	assert_null(strstr(text, "nan"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linear_axis),
		cmocka_unit_test(rounded_alike_on_all_machines),
		cmocka_unit_test(counts_have_no_halves),
		cmocka_unit_test(log_axis),
		cmocka_unit_test(nothing_to_show),
		cmocka_unit_test(names_of_numbers),
		cmocka_unit_test(picture),
		cmocka_unit_test(band_outline),
		cmocka_unit_test(empty_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
