// SPDX-License-Identifier: GPL-2.0-or-later
/* The parts that commands share: numbers, times, names that were mistyped, places in JSON, shares that are missing, messages. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include <unistd.h>

#include "base/cmd.h"
#include "base/fingerprint.h"
#include "base/message.h"
#include "base/names.h"
#include "base/number.h"
#include "base/place.h"
#include "base/share.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define LONG "1234567890123456789012345678901234567890123456789012345678901234567890"

static void test_numbers_are_decimal_or_hexadecimal_and_have_units(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} numbers[] = {
		{ "0", 0 }, { "7", 7 }, { "007", 7 }, { "0x1f", 31 }, { "0XaB", 171 }, { "0xABCDEF", 0xabcdef },
		{ "1k", 1 << 10 }, { "2K", 2 << 10 }, { "3m", 3 << 20 }, { "4M", 4 << 20 },
		{ "1g", 1 << 30 }, { "1G", 1 << 30 }, { "1t", UINT64_C(1) << 40 }, { "5T", UINT64_C(5) << 40 },
		{ "0x10K", 16 << 10 }, { "18446744073709551615", UINT64_MAX },
		{ "0xffffffffffffffff", UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		const char *text = numbers[i].text;
		uint64_t value = 12345;

		assert_int_equal(parse_number("n", text, strlen(text), 0, UINT64_MAX, &value, NULL), 0);
		assert_true(value == numbers[i].value);
	}
}

static void test_wrong_numbers_are_named_with_what_is_right(void **state)
{
	static const struct {
		const char *text;
		uint64_t min, max;
		const char *why;
	} wrong[] = {
		{ "", 0, 9, "n: \"\" is not a number (decimal or 0x, then K, M, G or T)" },
		{ "0x", 0, 9, "n: \"0x\" is not a number (decimal or 0x, then K, M, G or T)" },
		{ "0xg", 0, 9, "n: \"0xg\" is not a number (decimal or 0x, then K, M, G or T)" },
		{ "0y1", 0, 9, "n: \"0y1\" is not a number (decimal or 0x, then K, M, G or T)" },
		{ "-1", 0, 9, "n: \"-1\" is not a number (decimal or 0x, then K, M, G or T)" },
		{ " 1", 0, 9, "n: \" 1\" is not a number (decimal or 0x, then K, M, G or T)" },
		{ "1z", 0, 9, "n: \"1z\" is not a number (decimal or 0x, then K, M, G or T)" },
		{ "1KB", 0, 9, "n: \"1KB\" is not a number (decimal or 0x, then K, M, G or T)" },
		{ "af", 0, 9, "n: \"af\" is not a number (decimal or 0x, then K, M, G or T)" },
		{ "AF", 0, 9, "n: \"AF\" is not a number (decimal or 0x, then K, M, G or T)" },
		{ "0", 1, 9, "n: 0 is out of range (1 to 9)" },
		{ "10", 1, 9, "n: 10 is out of range (1 to 9)" },
		{ "18446744073709551616", 0, 9, "n: 18446744073709551616 is out of range (0 to 9)" },
		{ "28446744073709551615", 0, UINT64_MAX, "n: 28446744073709551615 is out of range (0 to 2^64 - 1)" },
		{ "99999999T", 3, UINT64_MAX, "n: 99999999T is out of range (3 to 2^64 - 1)" },
		{ LONG, 0, 9, "n: 123456789012345678901234567890123456789012345678901234567890 is out of range (0 to 9)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct ir_error err = { "" };
		uint64_t value = 12345;

		assert_true(parse_number("n", wrong[i].text, strlen(wrong[i].text), wrong[i].min, wrong[i].max,
					 &value, &err) < 0);
		assert_string_equal(err.text, wrong[i].why);
		assert_true(value == 12345);
	}
}

#define MS UINT64_C(1000000)

static void test_times_have_the_unit_of_the_option_or_their_own(void **state)
{
	static const struct {
		const char *text;
		uint64_t unit_ns, value;
	} times[] = {
		{ "15", 1, 15 }, { "15ns", 1, 15 }, { "2us", 1, 2000 }, { "3ms", 1, 3 * MS }, { "1s", 1, 1000 * MS },
		{ "10", MS, 10 }, { "10ms", MS, 10 }, { "2s", MS, 2000 }, { "5000us", MS, 5 }, { "1K", MS, 1024 },
		{ "2.1us", 1, 2100 }, { "1.5s", MS, 1500 }, { "0.010s", MS, 10 }, { "2.0", 1, 2 }, { "1.500000000000s", MS, 1500 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		const char *text = times[i].text;
		uint64_t value = 12345;

		assert_int_equal(parse_time("t", text, strlen(text), times[i].unit_ns, 0, 5000 * MS, &value, NULL), 0);
		assert_true(value == times[i].value);
	}
}

static void test_wrong_times_are_named_with_what_is_right(void **state)
{
	static const struct {
		const char *text;
		uint64_t unit_ns;
		const char *why;
	} wrong[] = {
		{ "5min", MS, "t: \"5min\" is not a time (a number, then ns, us, ms or s)" },
		{ "ms", MS, "t: \"ms\" is not a time (a number, then ns, us, ms or s)" },
		{ "5m s", MS, "t: \"5m s\" is not a time (a number, then ns, us, ms or s)" },
		{ "5m", MS, "t: \"5m\" is not a time (a number, then ns, us, ms or s)" },
		{ "2.ms", MS, "t: \"2.ms\" is not a time (a number, then ns, us, ms or s)" },
		{ ".5ms", MS, "t: \".5ms\" is not a time (a number, then ns, us, ms or s)" },
		{ "2.1.1ms", MS, "t: \"2.1.1ms\" is not a time (a number, then ns, us, ms or s)" },
		{ "2.1K", MS, "t: \"2.1K\" is not a time (a number, then ns, us, ms or s)" },
		{ "2.5", MS, "t: 2.5 is no whole number of milliseconds" },
		{ "0.0025s", MS, "t: 0.0025s is no whole number of milliseconds" },
		{ "2.5ns", 1, "t: 2.5ns is no whole number of nanoseconds" },
		{ "2.0000000001s", 1, "t: 2.0000000001s is no whole number of nanoseconds" },
		{ "18446744073.9s", 1, "t: 18446744073.9s is out of range (2ns to 100ns)" },
		{ "100.1ms", MS, "t: 100.1ms is out of range (2ms to 100ms)" },
		{ "2500us", MS, "t: 2500us is no whole number of milliseconds" },
		{ "2500ns", 1000, "t: 2500ns is no whole number of units" },
		{ "1ms", MS, "t: 1ms is out of range (2ms to 100ms)" },
		{ "101ms", MS, "t: 101ms is out of range (2ms to 100ms)" },
		{ "99999999999999999999s", MS, "t: 99999999999999999999 is out of range (0 to 2^64 - 1)" },
		{ "99999999999s", MS, "t: 99999999999s is out of range (2ms to 100ms)" },
		{ "1", MS, "t: 1 is out of range (2 to 100)" },
		{ "", MS, "t: \"\" is not a number (decimal or 0x, then K, M, G or T)" },
		{ LONG "min", MS, "t: \"123456789012345678901234567890123456789012345678901234567890\" is not a time "
		  "(a number, then ns, us, ms or s)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct ir_error err = { "" };
		uint64_t value = 12345;

		assert_true(parse_time("t", wrong[i].text, strlen(wrong[i].text), wrong[i].unit_ns, 2, 100, &value,
				       &err) < 0);
		assert_string_equal(err.text, wrong[i].why);
		assert_true(value == 12345);
	}
}

static void test_times_in_nanoseconds(void **state)
{
	struct ir_error err = { "" };
	uint64_t ns = 12345;

	(void)state;
	assert_int_equal(parse_time_ns("t", "2.1:", 3, 1000 * MS, 0, UINT64_MAX, &ns, NULL), 0);
	assert_true(ns == 2100 * MS);
	assert_int_equal(parse_time_ns("t", "0.25us", 6, 0, 250, 250, &ns, NULL), 0);
	assert_true(ns == 250);
	assert_true(parse_time_ns("t", "5", 1, 0, 0, UINT64_MAX, &ns, &err) < 0);
	assert_string_equal(err.text, "t: \"5\" is not a time (a number, then ns, us, ms or s)");
	assert_true(parse_time_ns("t", "250ns", 5, 0, 251, 300, &ns, &err) < 0);
	assert_string_equal(err.text, "t: 250ns is out of range (251ns to 300ns)");
	assert_true(ns == 250);
	/* Limits that nobody meets are left out. */
	assert_true(parse_time_ns("t", "9s", 2, 0, 0, 8000000001, &ns, &err) < 0);
	assert_string_equal(err.text, "t: 9s is out of range (0s to 8000000001ns)");
	assert_true(parse_time_ns("t", "9s", 2, 0, UINT64_C(1) << 61, UINT64_C(1) << 62, &ns, &err) < 0);
	assert_string_equal(err.text, "t: 9s is out of range");
}

static void assert_hint(const struct choice *known, const char *name, const char *expected)
{
	struct ir_error err = { "" };

	assert_true(name_unknown(&err, "word", name, strlen(name), choice_name, known) < 0);
	assert_string_equal(err.text, expected);
}

static void test_mistyped_names_are_answered_with_the_nearest(void **state)
{
	static const struct choice few[] = { { "strict", 0 }, { "lazy", 1 }, { "passthrough", 2 }, { NULL, 0 } };
	static const struct choice many[] = {
		{ "alpha", 0 }, { "beta", 1 }, { "gamma", 2 }, { "delta", 3 }, { "epsilon", 4 }, { "zeta", 5 },
		{ "a-name-of-more-than-forty-characters-is-no-typo", 6 }, { NULL, 0 },
	};
	static const struct choice lengthy[] = {
		{ "a-name-of-more-than-forty-characters-is-no-typo", 0 },
		{ "and-another-one-that-is-cut-where-it-is-shown-as-well", 1 }, { NULL, 0 },
	};
	static const struct choice none[] = { { NULL, 0 } };

	(void)state;
	assert_hint(few, "STRICT", "unknown word \"STRICT\", did you mean \"strict\"?");
	assert_hint(few, "stirct", "unknown word \"stirct\", did you mean \"strict\"?");
	assert_hint(few, "lzy", "unknown word \"lzy\", did you mean \"lazy\"?");
	assert_hint(few, "lazyy", "unknown word \"lazyy\", did you mean \"lazy\"?");
	assert_hint(few, "pass", "unknown word \"pass\", did you mean \"passthrough\"?");
	assert_hint(few, "pasthrouhg", "unknown word \"pasthrouhg\", did you mean \"passthrough\"?");
	assert_hint(few, "x", "unknown word \"x\"; known: strict, lazy, passthrough");
	assert_hint(many, "thetaaaaa", "unknown word \"thetaaaaa\"; the nearest: beta, zeta, alpha");
	assert_hint(lengthy, LONG, "unknown word \"123456789012345678901234567890123456789012345678901234567890\"; "
		    "known: a-name-of-more-than-forty-characters-is-, and-another-one-that-is-cut-where-it-is-");
	assert_hint(none, "x", "unknown word \"x\"; known: ");
}

static const char json[] =
	" \n{ \"a\": 1,\n"				/* line 2 */
	"  \"list\": [ 10, \"x]\\\"}\",\n"		/* 3 */
	"    { \"c\": { \"d\": [ [ ], {} ] },\n"	/* 4 */
	"      \"cc\": true }, -1.5e3\n"		/* 5 */
	"  ],\n"
	"  \"empty\": [],\n"				/* 7 */
	"  \"last\"\n: null }\n";			/* 8 */

static void test_places_in_json_have_a_line_and_a_name(void **state)
{
	static const struct {
		const char *way[5];	/* keys; numbers are places in lists */
		int line;
		const char *name;
	} places[] = {
		{ { NULL }, 2, "" },
		{ { "a" }, 2, "a" },
		{ { "list" }, 3, "list" },
		{ { "list", "0" }, 3, "list[0]" },
		{ { "list", "1" }, 3, "list[1]" },
		{ { "list", "2" }, 4, "list[2]" },
		{ { "list", "2", "c", "d", "1" }, 4, "list[2].c.d[1]" },
		{ { "list", "2", "cc" }, 5, "list[2].cc" },
		{ { "list", "3" }, 5, "list[3]" },
		{ { "last" }, 8, "last" },
		/* A path that is not there is where it would be. */
		{ { "list", "4" }, 3, "list[4]" },
		{ { "empty", "0" }, 7, "empty[0]" },
		{ { "list", "2", "x" }, 4, "list[2].x" },
		{ { "lis" }, 2, "lis" },
	};
	char name[100];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct place place = { .n = 0 };

		for (size_t j = 0; j < 5 && places[i].way[j]; j++) {
			const char *step = places[i].way[j];

			place = *step >= '0' && *step <= '9' ? place_index(place, (size_t)atoi(step)) :
				place_key(place, step);
		}
		assert_int_equal(place_line(json, &place), places[i].line);
		place_name(&place, name, sizeof(name));
		assert_string_equal(name, places[i].name);
	}
}

static void test_a_place_that_is_too_deep_or_long_is_cut(void **state)
{
	struct place place = { .n = 0 };
	char name[20];

	(void)state;
	for (size_t i = 0; i < PLACE_DEPTH; i++)
		place = place_key(place, "abcdef");
	place = place_index(place_key(place, "no"), 7);
	assert_int_equal(place.n, PLACE_DEPTH);
	place_name(&place, name, sizeof(name));
	assert_string_equal(name, "abcdef.abcdef.abcde");
}

static void test_what_is_missing_is_a_share_of_all_events(void **state)
{
	static const struct {
		uint64_t lost, bad, seen[2];
		const char *text;
	} shares[] = {
		{ 0, 0, { 10, 20 }, "" },
		{ 12, 0, { 34, 50 }, ": 12 of 96 events lost" },
		{ 74113, 2, { 7000, 295 }, ": 74,113 of 81,408 events lost, 2 damaged" },
		{ 0, 3, { 1000, 2000 }, ": 3 of 3,000 events damaged" },
		{ 1234567, 0, { 0, 0 }, ": 1,234,567 of 1,234,567 events lost" },
		/* Damage of records that no event's name is known of is no share of anything. */
		{ 0, 31, { 10, 20 }, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shares); i++) {
		const struct ir_event_total events[] = {
			{ "iommu:map", shares[i].seen[0] }, { "iommu:unmap", shares[i].seen[1] },
		};
		struct ir_recording_info info = { .events = events, .nr_events = 2 };
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);

		assert_non_null(out);
		info.damage.count[IR_DAMAGE_LOST_EVENTS] = shares[i].lost;
		info.damage.count[IR_DAMAGE_BAD_EVENTS] = shares[i].bad;
		share_missing(&info, ": ", out);
		assert_int_equal(fclose(out), 0);
		assert_string_equal(text, shares[i].text);
		free(text);
	}
}

/* Standard error goes to @fd; returns what it was. */
static int redirect(int fd)
{
	int was = dup(STDERR_FILENO);

	assert_true(was >= 0);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	return was;
}

static void restore(int was)
{
	fflush(stderr);
	assert_true(dup2(was, STDERR_FILENO) >= 0);
	close(was);
}

/* The text of a temporary file, which is empty after that. */
static size_t drain(int fd, char *text, size_t size)
{
	ssize_t n = pread(fd, text, size - 1, 0);

	assert_true(n >= 0);
	text[n] = '\0';
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return (size_t)n;
}

static int temporary(void)
{
	FILE *file = tmpfile();
	int fd;

	assert_non_null(file);
	fd = dup(fileno(file));
	fclose(file);
	assert_true(fd >= 0);
	return fd;
}

static void test_messages_are_one_line_of_any_length_without_controls(void **state)
{
	static const size_t lengths[] = { 0, 1, 1021, 1022, 1023, 1024, 5000 };
	char name[5001], text[6000];
	int fd = temporary();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		int was = redirect(fd);

		memset(name, 'x', lengths[i]);
		name[lengths[i]] = '\0';
		message("<%s>", name);
		restore(was);
		assert_int_equal(drain(fd, text, sizeof(text)), strlen("iommu-replay: <>\n") + lengths[i]);
		assert_int_equal(strspn(text + 15, "x"), lengths[i]);
		assert_string_equal(text + 15 + lengths[i], ">\n");
	}
	int was = redirect(fd);

	message("a\tb\nc\033[31m \177 \xc3\xa4");
	restore(was);
	drain(fd, text, sizeof(text));
	assert_string_equal(text, "iommu-replay: a?b?c?[31m ? \xc3\xa4\n");
	close(fd);
}

/* Shown at all only after some time: until then, or for @tries. */
static size_t show_progress(int fd, const char *label, uint64_t total, unsigned int tries, char *text, size_t size)
{
	size_t n = 0;
	int was = redirect(fd);

	while (!n && tries--) {
		progress_show(label, 250000, total);
		n = drain(fd, text, size);
	}
	restore(was);
	return n;
}

#define PATIENCE 100000000

static void test_progress_is_a_line_that_messages_wipe_away(void **state)
{
	char text[200];
	int fd = temporary(), was;

	(void)state;
	progress_set(WHEN_ALWAYS);
	/* Short runs show nothing. */
	assert_int_equal(show_progress(fd, "reading a", 1000000, 1, text, sizeof(text)), 0);
	assert_true(show_progress(fd, "reading \033a", 1000000, PATIENCE, text, sizeof(text)) > 0);
	assert_string_equal(text, "\r\033[Kreading ?a: 25%");
	was = redirect(fd);
	message("done");
	message("really");
	restore(was);
	drain(fd, text, sizeof(text));
	assert_string_equal(text, "\r\033[Kiommu-replay: done\niommu-replay: really\n");
	/* Of a pipe nobody knows how much there is. */
	assert_true(show_progress(fd, "reading -", 0, PATIENCE, text, sizeof(text)) > 0);
	assert_string_equal(text, "\r\033[Kreading -: 0.2M");
	was = redirect(fd);
	progress_clear();
	progress_clear();
	restore(was);
	drain(fd, text, sizeof(text));
	assert_string_equal(text, "\r\033[K");
	progress_set(WHEN_NEVER);
	assert_int_equal(show_progress(fd, "x", 1, 1000, text, sizeof(text)), 0);
	close(fd);
}

static uint64_t milliseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Whether progress is shown to standard error on @fd within some time, which passes if it is not. */
static bool is_shown(int fd, int answer, unsigned int ms)
{
	char text[200];
	int was = redirect(fd);
	uint64_t start;
	ssize_t n = -1;

	progress_set(WHEN_AUTO);
	start = milliseconds();
	while (n <= 0 && milliseconds() < start + ms) {
		progress_show("x", 1, 1);
		n = read(answer, text, sizeof(text));
	}
	progress_clear();
	restore(was);
	return n > 0;
}

static void test_progress_is_shown_on_terminals_only_unless_asked_for(void **state)
{
	static const struct {
		const char *term;
		bool shown;
	} terminals[] = { { NULL, false }, { "", false }, { "xterm", true } };
	int front = posix_openpt(O_RDWR | O_NOCTTY), back, pipes[2];

	(void)state;
	if (front < 0 || grantpt(front) || unlockpt(front))
		skip();
	back = open(ptsname(front), O_RDWR | O_NOCTTY);
	assert_true(back >= 0);
	assert_int_equal(fcntl(front, F_SETFL, O_NONBLOCK), 0);
	for (size_t i = 0; i < ARRAY_SIZE(terminals); i++) {
		if (terminals[i].term)
			setenv("TERM", terminals[i].term, 1);
		else
			unsetenv("TERM");
		assert_int_equal(is_shown(back, front, terminals[i].shown ? 60000 : 400), terminals[i].shown);
	}
	assert_int_equal(pipe2(pipes, O_NONBLOCK), 0);
	assert_false(is_shown(pipes[1], pipes[0], 400));
	close(front);
	close(back);
	close(pipes[0]);
	close(pipes[1]);
}

static void test_fingerprints_are_of_files_and_nothing_else(void **state)
{
	static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	char digest[FINGERPRINT_SIZE], path[] = "/tmp/test_base.XXXXXX";
	struct ir_error err = { "" };
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "abc", 3), 3);
	assert_int_equal(fingerprint_file(path, digest, &err), 0);
	assert_string_equal(digest, abc);
	fingerprint_text("abc", 3, digest);
	assert_string_equal(digest, abc);
	unlink(path);
	assert_true(fingerprint_file(path, digest, &err) < 0);
	assert_non_null(strstr(err.text, "No such file"));
	assert_true(fingerprint_file("/tmp", digest, &err) < 0);
	assert_string_equal(err.text, "/tmp: not a regular file");
	assert_true(fingerprint_file("/dev/zero", digest, NULL) < 0);
	/* A regular file that cannot be read at its beginning. */
	assert_true(fingerprint_file("/proc/self/mem", digest, &err) < 0);
	assert_string_equal(err.text, "/proc/self/mem: Input/output error");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_are_decimal_or_hexadecimal_and_have_units),
		cmocka_unit_test(test_wrong_numbers_are_named_with_what_is_right),
		cmocka_unit_test(test_times_have_the_unit_of_the_option_or_their_own),
		cmocka_unit_test(test_wrong_times_are_named_with_what_is_right),
		cmocka_unit_test(test_times_in_nanoseconds),
		cmocka_unit_test(test_mistyped_names_are_answered_with_the_nearest),
		cmocka_unit_test(test_places_in_json_have_a_line_and_a_name),
		cmocka_unit_test(test_a_place_that_is_too_deep_or_long_is_cut),
		cmocka_unit_test(test_what_is_missing_is_a_share_of_all_events),
		cmocka_unit_test(test_messages_are_one_line_of_any_length_without_controls),
		cmocka_unit_test(test_progress_is_a_line_that_messages_wipe_away),
		cmocka_unit_test(test_progress_is_shown_on_terminals_only_unless_asked_for),
		cmocka_unit_test(test_fingerprints_are_of_files_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
