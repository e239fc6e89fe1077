/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Without memory: each allocation of the library fails, one at a time; of those with the same
 * callers the first and the last.  A call then reports that memory is out, or its result is what
 * it is without that.
 *
 * The linker sends the library's allocations here (--wrap, see the Makefile); those within
 * other libraries do not fail, but for jansson's.
 */
#ifndef IR_TESTS_NO_MEMORY_H
#define IR_TESTS_NO_MEMORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <execinfo.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <iommu-replay/error.h>

#define DEPTH	4		/* callers that tell allocations apart */
#define SITES	4096u		/* of them, a power of two */

/*
 * Allocations.
 */

/* Allocations with the same callers. */
struct site {
	uint64_t callers;
	unsigned long nr, first, last;
};

static struct site callers_table[SITES];
static bool noting;
static unsigned long calls, fail_at;

static struct site *site_here(void)
{
	void *stack[DEPTH + 2];
	int depth = backtrace(stack, DEPTH + 2);
	uint64_t callers = 1;
	size_t i;

	for (int k = 2; k < depth; k++)
		callers = (callers ^ (uintptr_t)stack[k]) * UINT64_C(0x100000001b3);
	for (i = callers % SITES; callers_table[i].nr && callers_table[i].callers != callers;)
		i = (i + 1) % SITES;
	callers_table[i].callers = callers;
	return &callers_table[i];
}

/* Whether the allocation that is asked for fails. */
static bool fails(void)
{
	calls++;
	if (noting) {
		struct site *site;

		noting = false;
		site = site_here();
		noting = true;
		if (!site->nr++)
			site->first = calls;
		site->last = calls;
	}
	if (calls != fail_at)
		return false;
	errno = ENOMEM;
	return true;
}

#define WRAPPED(type, name, parameters, arguments) \
	type __real_##name parameters; \
	type __wrap_##name parameters; \
	__attribute__((used)) type __wrap_##name parameters \
	{ \
		return fails() ? NULL : __real_##name arguments; \
	}

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */
WRAPPED(void *, malloc, (size_t size), (size))
WRAPPED(void *, calloc, (size_t nr, size_t size), (nr, size))
WRAPPED(void *, realloc, (void *old, size_t size), (old, size))
WRAPPED(void *, reallocarray, (void *old, size_t nr, size_t size), (old, nr, size))
WRAPPED(char *, strdup, (const char *text), (text))
WRAPPED(char *, strndup, (const char *text, size_t size), (text, size))
WRAPPED(FILE *, open_memstream, (char **text, size_t *size), (text, size))
/* NOLINTEND(bugprone-reserved-identifier) */

/*
 * Calls.  Each writes what came of it to @out; 0, or a negative errno with @err set.
 */

struct call {
	const char *name;
	int (*make)(const char *argument, FILE *out, struct ir_error *err);
	const char *argument;
};

/*
 * All allocations of a call fail, one at a time.
 */

static int outcome(const struct call *call, unsigned long at, char **text, struct ir_error *err)
{
	size_t len;
	FILE *out = __real_open_memstream(text, &len);
	int rc;

	assert_non_null(out);
	err->text[0] = '\0';
	calls = 0;
	fail_at = at;
	noting = !at;
	rc = call->make(call->argument, out, err);
	noting = false;
	fail_at = 0;
	fclose(out);
	return rc;
}

static void fail_one(const struct call *call, unsigned long at, const char *want)
{
	struct ir_error err;
	char *got;
	int rc = outcome(call, at, &got, &err);

	if (rc && err.text[0] && !strstr(err.text, "memory"))
		fail_msg("allocation %lu: \"%s\"", at, err.text);
	if (!rc && strcmp(got, want) != 0)
		fail_msg("allocation %lu changes the result", at);
	free(got);
}

static void all_fail(void **state)
{
	const struct call *call = *state;
	struct ir_error err;
	char *want;

	memset(callers_table, 0, sizeof(callers_table));
	assert_int_equal(outcome(call, 0, &want, &err), 0);
	assert_true(calls > 0);
	for (size_t i = 0; i < SITES; i++) {
		const struct site *site = &callers_table[i];

		if (site->nr)
			fail_one(call, site->first, want);
		if (site->nr > 1)
			fail_one(call, site->last, want);
	}
	free(want);
}

static void *json_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

/* Each of @list, up to 64, is a test. */
static int all_calls(struct call *list, size_t nr)
{
	struct CMUnitTest tests[64] = { 0 };

	assert_true(nr <= 64);
	json_set_alloc_funcs(json_malloc, free);
	for (size_t i = 0; i < nr; i++)
		tests[i] = (struct CMUnitTest){ .name = list[i].name, .test_func = all_fail,
						.initial_state = &list[i] };
	return _cmocka_run_group_tests("without memory", tests, nr, NULL, NULL);
}

#endif
