// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts of others: what is UTF-8 stays, what is not becomes U+FFFD, and controls become marks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <iommu-replay/damage.h>
#include "base/text.h"

#define BAD "\xef\xbf\xbd"

static void assert_utf8(const char *text, const char *expected)
{
	char *clean = ir_text_utf8(text);

	assert_string_equal(clean, expected);
	free(clean);
}

static void assert_clean(const char *text, const char *expected)
{
	char *clean = ir_text_clean(text);

	assert_string_equal(clean, expected);
	free(clean);
}

static void test_valid_sequences_stay(void **state)
{
	static const char *const valid[] = {
		"", "nvme", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
		"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", ("a\xe2\x82\xac" "b"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++)
		assert_utf8(valid[i], valid[i]);
}

/* Each byte for itself, so that the text behind a broken sequence stays. */
static void test_invalid_bytes_are_replaced(void **state)
{
	(void)state;
	assert_utf8("\x80", BAD);			/* a continuation alone */
	assert_utf8("\xc0\xaf", BAD BAD);		/* overlong */
	assert_utf8("\xe0\x9f\xbf", BAD BAD BAD);
	assert_utf8("\xf0\x8f\xbf\xbf", BAD BAD BAD BAD);
	assert_utf8("\xed\xa0\x80", BAD BAD BAD);	/* a surrogate */
	assert_utf8("\xf4\x90\x80\x80", BAD BAD BAD BAD);	/* above U+10FFFF */
	assert_utf8("\xf5x", BAD "x");
	assert_utf8("\xe2\x82", BAD BAD);		/* cut */
	assert_utf8("\xe2x", BAD "x");
}

static void test_controls_are_marks(void **state)
{
	(void)state;
	assert_clean("a\tb\x7f", "a?b?");
	assert_clean("\x1b[31m", "?[31m");
	assert_clean("\xc2\x9b" "31m", "\xc2\xbf" "31m");
	assert_clean("\xc2\xa0", "\xc2\xa0");
	assert_clean(NULL, "");
}

static void assert_real(double value, int digits, const char *expected)
{
	char text[IR_REAL_TEXT];

	assert_string_equal(ir_real_text(text, sizeof(text), value, digits), expected);
}

static void test_real_numbers_have_their_digits(void **state)
{
	(void)state;
	assert_real(0, 3, "0");
	assert_real(1.5, 3, "1.5");
	assert_real(2, 3, "2");
	assert_real(123456, 3, "123456");
	assert_real(0.001234, 2, "0.0012");
	assert_real(1e-30, 3, "0");
}

/* A kind of damage that this version does not know, as a plug-in's or a newer caller's. */
static void test_unknown_damage_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(ir_damage_name(IR_DAMAGE_KINDS), "unknown");
	assert_non_null(strstr(ir_damage_meaning(IR_DAMAGE_KINDS), "unknown"));
	assert_non_null(ir_severity_name(ir_damage_severity(IR_DAMAGE_KINDS)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid_sequences_stay),
		cmocka_unit_test(test_invalid_bytes_are_replaced),
		cmocka_unit_test(test_controls_are_marks),
		cmocka_unit_test(test_real_numbers_have_their_digits),
		cmocka_unit_test(test_unknown_damage_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
