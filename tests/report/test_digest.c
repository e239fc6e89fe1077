// SPDX-License-Identifier: GPL-2.0-or-later
/* Digests of what is stored, and counts that no integer of JSON has room for. */
#include "test_util.h"
#include "report/json.h"
#include "report/json_count.h"

#include <math.h>

static void digests_hold_the_content(void **state)
{
	json_t *object = json_pack("{s:i, s:[f, s], s:s}", "b", 2, "a", 0.1, "x", "digest", "");

	(void)state;
	assert_int_equal(ir_json_seal_check(object), IR_SEAL_BROKEN);
	assert_int_equal(ir_json_seal(object), 0);
	assert_int_equal(ir_json_seal_check(object), IR_SEAL_GOOD);
	json_object_set_new(object, "b", json_integer(3));
	assert_int_equal(ir_json_seal_check(object), IR_SEAL_BROKEN);
	json_object_del(object, "digest");
	assert_int_equal(ir_json_seal_check(object), IR_SEAL_NONE);
	json_decref(object);
}

static void large_counts_are_exact(void **state)
{
	static const uint64_t counts[] = {
		0, 1, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX - 4095, UINT64_MAX,
	};
	static const char *const wrong[] = {
		"", "0", "9223372036854775807", "18446744073709551616", "-9223372036854775809",
		"09223372036854775808", "9223372036854775808 ", "99999999999999999999",
	};
	uint64_t again;

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		json_t *json = ir_json_count(counts[i]);

		assert_int_equal(json_is_integer(json), counts[i] <= INT64_MAX);
		assert_true(ir_json_read_count(json, &again) && again == counts[i]);
		json_decref(json);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json_t *json = json_string(wrong[i]);

		assert_false(ir_json_read_count(json, &again));
		json_decref(json);
	}
}

/* jq, JavaScript and others write 0.0 as 0: the digest is that of the same number. */
static void whole_reals_are_integers(void **state)
{
	static const double whole[] = { 0, -0.0, 1, -3, 1e15, 0x1p53 }, others[] = { 0.5, -1.5, 0x1p54, 1e300 };
	json_t *json;

	(void)state;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++) {
		json = ir_json_real(whole[i]);
		assert_true(json_is_integer(json) && (double)json_integer_value(json) == whole[i]);
		json_decref(json);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		json = ir_json_real(others[i]);
		assert_true(json_is_real(json) && json_real_value(json) == others[i]);
		json_decref(json);
	}
	json = ir_json_real(HUGE_VAL);
	assert_true(json_is_null(json));
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_hold_the_content),
		cmocka_unit_test(large_counts_are_exact),
		cmocka_unit_test(whole_reals_are_integers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
