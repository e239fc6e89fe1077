// SPDX-License-Identifier: GPL-2.0-or-later
/* Which CPU has the next event: the same one as if all were looked at. */
#include "test_util.h"
#include "load/turns.h"

static uint32_t first_of_all(const struct turns *t)
{
	uint32_t first = 0;

	for (uint32_t i = 1; i < t->n; i++)
		if (t->next_ns[i] < t->next_ns[first])
			first = i;
	return first;
}

static void test_first(void **state)
{
	uint64_t seed = 3;
	struct turns t;

	(void)state;
	for (uint32_t n = 1; n < 40; n++) {
		assert_int_equal(turns_init(&t, n), 0);
		assert_int_equal(turns_first(&t), 0);
		for (unsigned int i = 0; i < 2000; i++) {
			uint64_t ns = random_below(&seed, 20);

			turns_set(&t, (uint32_t)random_below(&seed, n), ns ? ns - 1 : NO_TURN);
			assert_int_equal(turns_first(&t), first_of_all(&t));
		}
		turns_release(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
