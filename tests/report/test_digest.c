// SPDX-License-Identifier: GPL-2.0-or-later
/* Digests of what is stored, and counts that no integer of JSON has room for. */
#include "test_util.h"
#include "report/json.h"
#include "report/json_count.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_hold_the_content),
		cmocka_unit_test(large_counts_are_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
