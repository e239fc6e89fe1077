// SPDX-License-Identifier: GPL-2.0-or-later
/* Budgets of memory, and files for what is too large for it. */
#include <errno.h>
#include <stdio.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test_util.h"
#include "base/budget.h"
#include "base/temp.h"

static void test_take_and_give(void **state)
{
	struct ir_budget b = { .limit = 100 }, unlimited = { 0 };

	(void)state;
	assert_true(ir_budget_take(&b, 100));
	assert_false(ir_budget_exceeded(&b));
	assert_false(ir_budget_take(&b, 1));
	assert_true(ir_budget_exceeded(&b));
	ir_budget_give(&b, 1);
	assert_false(ir_budget_exceeded(&b));
	assert_int_equal(b.used, 100);
	assert_true(ir_budget_take(&unlimited, UINT64_MAX / 2));
	assert_false(ir_budget_exceeded(&unlimited));
	/* Without a budget nothing is counted. */
	assert_true(ir_budget_take(NULL, UINT64_MAX));
	ir_budget_give(NULL, 1);
	assert_false(ir_budget_exceeded(NULL));
}

static void test_text(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} known[] = {
		{ 0, "0 bytes" }, { 1023, "1023 bytes" }, { 1024, "1.0 KiB" }, { 1536, "1.5 KiB" },
		{ 100 << 10, "100 KiB" }, { UINT64_C(3) << 30, "3.0 GiB" },
		{ UINT64_C(1) << 63, "8.0 EiB" },
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		ir_budget_text(text, sizeof(text), known[i].bytes);
		assert_string_equal(text, known[i].text);
	}
}

/* Limit 0 is that of the address space, 1 that of data. */
static int get_limit(size_t i, struct rlimit *limit)
{
	return i ? getrlimit(RLIMIT_DATA, limit) : getrlimit(RLIMIT_AS, limit);
}

static int set_limit(size_t i, const struct rlimit *limit)
{
	return i ? setrlimit(RLIMIT_DATA, limit) : setrlimit(RLIMIT_AS, limit);
}

/* The machine's memory, unless a limit of the process is lower. */
static void test_default(void **state)
{
	uint64_t all = ir_budget_default();

	(void)state;
	assert_true(all > 0 && all < UINT64_MAX / 4 * 3);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	skip();		/* they need address space without a limit */
#endif
	for (size_t i = 0; i < 2; i++) {
		struct rlimit before, lower;

		assert_int_equal(get_limit(i, &before), 0);
		lower = before;
		lower.rlim_cur = all / 2;
		if (set_limit(i, &lower))
			skip();
		assert_int_equal(ir_budget_default(), all / 2 / 4 * 3);
		assert_int_equal(set_limit(i, &before), 0);
	}
	assert_int_equal(ir_budget_default(), all);
}

static void test_temporary_files(void **state)
{
	char text[8] = "";
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(unsetenv("TMPDIR"), 0);
	assert_string_equal(ir_temp_dir(), "/var/tmp");
	assert_int_equal(setenv("TMPDIR", "", 1), 0);
	assert_string_equal(ir_temp_dir(), "/var/tmp");
	assert_int_equal(setenv("TMPDIR", "/tmp", 1), 0);
	assert_string_equal(ir_temp_dir(), "/tmp");
	fd = ir_temp_open();
	assert_true(fd >= 0);
	assert_int_equal(ir_temp_write(fd, "abc", 3), 0);
	assert_int_equal(ir_temp_write(fd, "", 0), 0);
	assert_int_equal(ir_temp_write(fd, "def", 3), 0);
	assert_int_equal(pread(fd, text, sizeof(text), 0), 6);
	assert_string_equal(text, "abcdef");
	/* It has no name. */
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_nlink, 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(setenv("TMPDIR", "/nonexistent", 1), 0);
	assert_int_equal(ir_temp_open(), -ENOENT);
	fd = open("/dev/full", O_WRONLY);
	if (fd >= 0) {
		assert_int_equal(ir_temp_write(fd, "abc", 3), -ENOSPC);
		assert_int_equal(close(fd), 0);
	}
	assert_int_equal(ir_temp_write(-1, "abc", 3), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take_and_give),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_default),
		cmocka_unit_test(test_temporary_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
