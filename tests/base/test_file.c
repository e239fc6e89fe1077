// SPDX-License-Identifier: GPL-2.0-or-later
/* Input files, the errors of opening them, damage counters, device names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include "base/bytes.h"
#include "input/open.h"

static char path[] = "/tmp/test_file.XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 || write(fd, "0123456789", 10) != 10 || close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void test_read(void **state)
{
	struct ir_error err = { "" };
	struct ir_file *file = ir_file_open(path, &err);
	char buf[16];

	(void)state;
	assert_non_null(file);
	assert_int_equal(ir_file_size(file), 10);
	assert_string_equal(ir_file_path(file), path);
	assert_int_equal(ir_file_read(file, 2, buf, 3), 3);
	assert_memory_equal(buf, "234", 3);
	assert_int_equal(ir_file_read(file, 8, buf, sizeof(buf)), 2);
	assert_int_equal(ir_file_read(file, 10, buf, 1), 0);
	assert_int_equal(ir_file_read(file, UINT64_MAX, buf, 1), 0);
	ir_file_close(file);
	ir_file_close(NULL);
}

/* A pipe cannot seek: it is copied, and can be read anywhere after that. */
static void test_pipe(void **state)
{
	struct ir_error err = { "" };
	struct ir_file *file;
	int fds[2], saved = dup(STDIN_FILENO);
	char buf[4];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "abcdef", 6), 6);
	close(fds[1]);
	dup2(fds[0], STDIN_FILENO);
	close(fds[0]);
	file = ir_file_open("-", &err);
	dup2(saved, STDIN_FILENO);
	close(saved);
	assert_non_null(file);
	assert_int_equal(ir_file_size(file), 6);
	assert_int_equal(ir_file_read(file, 4, buf, 4), 2);
	assert_int_equal(ir_file_read(file, 0, buf, 4), 4);
	assert_memory_equal(buf, "abcd", 4);
	ir_file_close(file);
}

/* Files of procfs and tracefs have the size 0, whatever they contain. */
static void test_no_size(void **state)
{
	struct ir_error err = { "" };
	struct ir_file *file = ir_file_open("/proc/version", &err);
	char buf[6];

	(void)state;
	assert_non_null(file);
	assert_true(ir_file_size(file) > 14);
	assert_int_equal(ir_file_read(file, 6, buf, 6), 6);
	assert_memory_equal(buf, "versio", 6);
	ir_file_close(file);
}

/* What is compressed, or was converted by mail, may be large: to read it can be stopped. */
static void test_interrupted(void **state)
{
	static const char gzip[] = "\x1f\x8b\x08\0\0\0\0\0\0\3\x33\xe4\2\0\x53\xfc\x51\x67\2\0\0\0";	/* "1\n" */
	static const char mail[] = "\xef\xbb\xbf" "1\n";
	static const struct { const char *bytes; size_t len; } rows[] = {
		{ gzip, sizeof(gzip) - 1 }, { mail, sizeof(mail) - 1 },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct ir_error err = { "" };
		char name[] = "/tmp/test_file.XXXXXX";
		volatile int interrupted = 0;
		struct ir_file *log;
		int fd = mkstemp(name);

		assert_true(fd >= 0);
		assert_int_equal(write(fd, rows[i].bytes, rows[i].len), (ssize_t)rows[i].len);
		close(fd);
		log = ir_open_log(name, &interrupted, &err);
		assert_non_null(log);
		assert_int_equal(ir_file_size(log), 2);
		assert_int_equal(ir_file_cut(log), 0);
		ir_file_close(log);
		interrupted = 1;
		assert_null(ir_open_log(name, &interrupted, &err));
		assert_string_equal(err.text, "interrupted");
		unlink(name);
	}
}

static void expect_error(const char *name, const char *text)
{
	struct ir_error err = { "" };

	assert_null(ir_file_open(name, &err));
	assert_non_null(strstr(err.text, name));
	assert_non_null(strstr(err.text, text));
	assert_null(strchr(err.text, '\n'));
}

static void test_errors(void **state)
{
	(void)state;
	expect_error("/tmp", "directory");
	expect_error("/nonexistent/trace.dat", "No such file");
	expect_error("/dev/null", "device");
}

static void assert_unrecognised(const char *bytes, size_t len, const char *says)
{
	char other[] = "/tmp/test_file.XXXXXX";
	struct ir_error err = { "" };
	struct ir_damage damage = { { 0 } };
	struct ir_file *file;
	int fd = mkstemp(other);

	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
	file = ir_file_open(other, &err);
	assert_non_null(file);
	assert_null(ir_reader_open(file, &damage, &err));
	if (!strstr(err.text, says))
		fail_msg("\"%s\"", err.text);
	ir_file_close(file);
	unlink(other);
}

/* A file of another kind: the message says what it begins with, or what was looked for in a text. */
static void test_unrecognised(void **state)
{
	(void)state;
	assert_unrecognised("0123\0\1\2\3\0\0\0\0", 12, "30 31 32 33");
	assert_unrecognised("0123456789", 10, "/sys/kernel/tracing/trace, trace-cmd report and perf script");
}

static void test_error_line(void **state)
{
	struct ir_error err;

	(void)state;
	assert_int_equal(ir_error_set(&err, -5, "a\nb%d", 1), -5);
	assert_string_equal(err.text, "a?b1");
	assert_int_equal(ir_error_set(NULL, -7, "x"), -7);
}

static void test_damage(void **state)
{
	struct ir_damage damage = { { 0 } };

	(void)state;
	assert_true(ir_damage_complete(&damage));
	damage.count[IR_DAMAGE_REPAIRED_CHUNKS] = 3;	/* nothing is missing */
	assert_true(ir_damage_complete(&damage));
	damage.count[IR_DAMAGE_LOST_EVENTS] = 1;
	assert_false(ir_damage_complete(&damage));
	assert_string_equal(ir_damage_name(IR_DAMAGE_LOST_EVENTS), "lost_events");
	assert_int_equal(ir_damage_severity(IR_DAMAGE_LOST_EVENTS), IR_SEVERITY_LOSS);
	assert_non_null(strchr(ir_damage_meaning(IR_DAMAGE_LOST_EVENTS), ' '));
}

static void test_bytes(void **state)
{
	static const unsigned char b[] = { 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa, 0xf9, 0xf8 };

	(void)state;
	assert_int_equal(ir_load16(b, false), 0xfeff);
	assert_int_equal(ir_load16(b, true), 0xfffe);
	assert_int_equal(ir_load32(b, true), 0xfffefdfc);
	assert_true(ir_le64(b) == UINT64_C(0xf8f9fafbfcfdfeff));
	assert_true(ir_load_int(b, 1, true, true) == (uint64_t)-1);
	assert_true(ir_load_int(b, 2, true, true) == (uint64_t)-2);
	assert_true(ir_load_uint(b, 4, true) == 0xfffefdfc);
}

/* Many names, so that the table grows, with and without a terminator. */
static void test_devices(void **state)
{
	struct ir_reader rd;
	char name[32];
	unsigned int i, round;

	(void)state;
	memset(&rd, 0, sizeof(rd));
	rd.info.devices = calloc(1, sizeof(*rd.info.devices));
	rd.info.nr_devices = 1;
	for (round = 0; round < 2; round++) {
		for (i = 1; i <= 1000; i++) {
			int len = snprintf(name, sizeof(name), "0000:%02x:00.0", i);

			assert_int_equal(ir_reader_device(&rd, name, (size_t)len + round), i);
		}
	}
	assert_int_equal(rd.info.nr_devices, 1001);
	assert_int_equal(ir_reader_device(&rd, "0000:01", 7), 1001);	/* only a prefix of one */
	assert_int_equal(ir_reader_device(&rd, "", 1), 0);
	assert_int_equal(ir_reader_device(&rd, "a\nb", 3), 0);
	for (i = 0; i < rd.info.nr_devices; i++)
		free(rd.info.devices[i]);
	free(rd.info.devices);
	free(rd.device_hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_no_size),
		cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_unrecognised),
		cmocka_unit_test(test_error_line),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_devices),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
