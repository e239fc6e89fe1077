// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Comparison of reports: conditions, rows that are missing or ambiguous, and what
 * depends on how many rows there are.  The rest is tested by the program's compare.sh.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "report/compare/priv.h"

/* A note on a missing row is given for groups of so many rows, and no more (compare_match.c). */
#define MAX_GROUP 1000u

/* A report of one recording with a result for each entry limit: @first, and so many from 20000 on. */
static struct ir_compare_report *report(const char *name, unsigned int first, unsigned int more)
{
	struct ir_compare_report *got;
	struct ir_error err = { "" };
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	fputs("{\"schema\": \"iommu-replay-report/1\", \"tool\": {\"version\": \"1\"}, "
	      "\"recordings\": [{\"recording\": {\"file\": \"a.dat\"}, \"results\": [", out);
	for (unsigned int i = 0; i <= more; i++)
		fprintf(out, "%s{\"strategy\": \"strict\", \"hypervisor\": \"kvm\", "
			"\"parameters\": {\"entry_limit\": %u}, \"rpcit\": {\"total\": 5}}",
			i ? ", " : "", i ? 20000 + i : first);
	fputs("]}]}", out);
	assert_int_equal(fclose(out), 0);
	got = ir_compare_read(name, text, len, &err);
	if (!got)
		fail_msg("%s", err.text);
	free(text);
	return got;
}

/* The note on the result with @limit, which the new report has with @now instead. */
static void assert_note(unsigned int limit, unsigned int now, unsigned int more, const char *want)
{
	struct ir_compare_report *baseline = report("old", limit, more);
	struct ir_compare_report *news = report("new", now, more);
	const struct ir_compare_options options = { .nr_conditions = 0 };
	struct ir_comparison comparison;
	struct ir_error err = { "" };
	unsigned int missing = 0;

	assert_int_equal(ir_compare(baseline, news, &options, &comparison, &err), 0);
	assert_int_equal(comparison.rows, more);
	for (size_t i = 0; i < comparison.nr_differences; i++) {
		const struct ir_difference *d = &comparison.differences[i];

		if (d->kind != IR_DIFFERENCE_MISSING_ROW)
			continue;
		missing++;
		if (want)
			assert_string_equal(d->note, want);
		else
			assert_null(d->note);
	}
	assert_int_equal(missing, 1);
	ir_comparison_free(&comparison);
	ir_compare_report_free(baseline);
	ir_compare_report_free(news);
}

/*
 * The note names the only result of the group that is left over.  That needs a
 * look at all of them: with more than MAX_GROUP there is no note, wherever the
 * missing one would be among them.
 */
static void test_notes_are_for_groups_up_to_a_bound(void **state)
{
	(void)state;
	assert_note(10000, 50000, 0, "entry_limit was 10000 and is 50000");
	assert_note(10000, 50000, MAX_GROUP - 1, "entry_limit was 10000 and is 50000");
	assert_note(20500, 50000, 20, "entry_limit was 20500 and is 50000");
	assert_note(90000, 50000, MAX_GROUP - 1, "entry_limit was 90000 and is 50000");
	assert_note(90000, 15000, MAX_GROUP - 1, "entry_limit was 90000 and is 15000");
	assert_note(10000, 50000, MAX_GROUP, NULL);
	assert_note(10000, 15000, MAX_GROUP, NULL);
	assert_note(30000, 50000, MAX_GROUP, NULL);
	assert_note(90000, 50000, MAX_GROUP, NULL);
	assert_note(90000, 15000, MAX_GROUP + 1, NULL);
}

/* With a baseline of 200: does the condition fail for a new value of @value? */
static bool fails(const char *text, int64_t value)
{
	struct ir_condition condition;
	struct ir_error err = { "" };

	if (ir_condition_parse(text, &condition, &err))
		fail_msg("%s", err.text);
	return ir_condition_fails(&condition,
				  (struct ir_figure){ .type = IR_FIGURE_INTEGER, .integer = 200 },
				  (struct ir_figure){ .type = IR_FIGURE_INTEGER, .integer = value });
}

/* Each comparison at its border: below, at and above the number. */
static void test_borders_of_conditions(void **state)
{
	static const struct {
		const char *text;
		int64_t at;
		bool below, equal, above;
	} cases[] = {
		{ "a>10", 10, false, false, true }, { "a>=10", 10, false, true, true },
		{ "a<10", 10, true, false, false }, { "a<=10", 10, true, true, false },
		{ "a==10", 10, false, true, false }, { "a=10", 10, false, true, false },
		{ "a!=10", 10, true, false, true },
		/* changes, and shares of the baseline in per cent */
		{ "a>+5", 205, false, false, true }, { "a>=-5", 195, false, true, true },
		{ "a>", 200, false, false, true }, { "a!=", 200, true, false, true },
		{ "a>+5%", 210, false, false, true }, { "a<=-0.5%", 199, true, true, false },
		{ "a>1K", 1024, false, false, true }, { "a<0x10", 16, true, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (fails(cases[i].text, cases[i].at - 1) != cases[i].below ||
		    fails(cases[i].text, cases[i].at) != cases[i].equal ||
		    fails(cases[i].text, cases[i].at + 1) != cases[i].above)
			fail_msg("%s", cases[i].text);
	}
}

static struct ir_compare_report *read_results(const char *results)
{
	struct ir_error err = { "" };
	struct ir_compare_report *got;
	char text[1024];

	snprintf(text, sizeof(text), "{\"schema\": \"iommu-replay-report/1\", \"tool\": "
		 "{\"version\": \"1\"}, \"recordings\": [{\"recording\": {\"file\": \"a.dat\"}, "
		 "\"results\": [%s]}]}", results);
	got = ir_compare_read("r.json", text, strlen(text), &err);
	if (!got)
		fail_msg("%s", err.text);
	return got;
}

#define RESULT(strategy, total) "{\"strategy\": \"" strategy "\", \"hypervisor\": \"kvm\", " \
	"\"parameters\": {\"hz\": 100}, \"rpcit\": {\"total\": " total "}}"

/* Without options every change fails. */
static void test_no_options(void **state)
{
	struct ir_compare_report *baseline = read_results(RESULT("strict", "5"));
	struct ir_compare_report *news = read_results(RESULT("strict", "6"));
	struct ir_comparison comparison;
	struct ir_error err;

	(void)state;
	assert_int_equal(ir_compare(baseline, news, NULL, &comparison, &err), 0);
	assert_int_equal(comparison.failed, 1);
	ir_comparison_free(&comparison);
	ir_compare_report_free(baseline);
	ir_compare_report_free(news);
}

/* A result that the new report lacks fails, unless that is allowed. */
static void test_missing_rows(void **state)
{
	(void)state;
	for (int allowed = 0; allowed < 2; allowed++) {
		struct ir_compare_report *baseline =
			read_results(RESULT("strict", "5") ", " RESULT("legacy", "6"));
		struct ir_compare_report *news = read_results(RESULT("strict", "5"));
		const struct ir_compare_options options = { .allow_missing = allowed };
		struct ir_comparison comparison;
		struct ir_error err;

		assert_int_equal(ir_compare(baseline, news, &options, &comparison, &err), 0);
		assert_int_equal(comparison.nr_differences, 1);
		assert_int_equal(comparison.differences[0].kind, IR_DIFFERENCE_MISSING_ROW);
		assert_string_equal(comparison.differences[0].strategy, "legacy");
		assert_int_equal(comparison.failed, !allowed);
		ir_comparison_free(&comparison);
		ir_compare_report_free(baseline);
		ir_compare_report_free(news);
	}
}

/* A result twice is one if its figures are the same, and else there is no telling. */
static void test_ambiguous_rows(void **state)
{
	static const struct {
		const char *results;
		int rc;
	} cases[] = {
		{ RESULT("strict", "5") ", " RESULT("strict", "5"), 0 },
		{ RESULT("strict", "5") ", " RESULT("strict", "6"), -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct ir_compare_report *baseline = read_results(cases[i].results);
		struct ir_compare_report *news = read_results(RESULT("strict", "5"));
		const struct ir_compare_options options = { .nr_conditions = 0 };
		struct ir_comparison comparison;
		struct ir_error err = { "" };

		assert_int_equal(ir_compare(baseline, news, &options, &comparison, &err),
				 cases[i].rc);
		assert_int_equal(strstr(err.text, "ambiguous") != NULL, cases[i].rc != 0);
		ir_comparison_free(&comparison);
		ir_compare_report_free(baseline);
		ir_compare_report_free(news);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_borders_of_conditions),
		cmocka_unit_test(test_no_options),
		cmocka_unit_test(test_missing_rows),
		cmocka_unit_test(test_ambiguous_rows),
		cmocka_unit_test(test_notes_are_for_groups_up_to_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
