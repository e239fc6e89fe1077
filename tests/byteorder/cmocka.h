/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of cmocka as byteorder.sh needs: a compiler for another machine comes
 * with a C library, and no other.
 */
#ifndef IR_TESTS_BYTEORDER_CMOCKA_H
#define IR_TESTS_BYTEORDER_CMOCKA_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
	const char *name;
	void (*run)(void **state);
};

#define cmocka_unit_test(test)		{ #test, test }
#define assert_true(yes)		expect(yes, #yes, __FILE__, __LINE__)
#define assert_false(no)		assert_true(!(no))
#define assert_non_null(p)		assert_true((p) != NULL)
#define assert_null(p)			assert_true((p) == NULL)
#define assert_int_equal(a, b)		assert_true((a) == (b))
#define assert_string_equal(a, b)	assert_true(!strcmp(a, b))
#define assert_memory_equal(a, b, len)	assert_true(!memcmp(a, b, len))

static inline void expect(int yes, const char *what, const char *file, int line)
{
	if (yes)
		return;
	fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
	exit(1);
}

#define cmocka_run_group_tests(tests, setup, teardown) \
	run_tests(tests, sizeof(tests) / sizeof((tests)[0]))

static inline int run_tests(const struct CMUnitTest *tests, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		fprintf(stderr, "%s\n", tests[i].name);
		tests[i].run(NULL);
	}
	return 0;
}

#endif
