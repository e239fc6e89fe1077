// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Comparison of reports, where it depends on how many rows there are.  The rest is
 * tested by the program's compare.sh.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <iommu-replay/compare.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notes_are_for_groups_up_to_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
