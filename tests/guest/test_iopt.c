// SPDX-License-Identifier: GPL-2.0-or-later
/* The I/O page table and its shadow: by hand, and against a plain array. */
#include "test_util.h"

struct table {
	struct ir_iopt_totals *t;
	struct ir_iopt *iopt;
};

static struct table make(bool shadows)
{
	struct table tab = { .t = calloc(1, sizeof(struct ir_iopt_totals)) };

	assert_non_null(tab.t);
	tab.iopt = ir_iopt_new(tab.t, shadows);
	assert_non_null(tab.iopt);
	return tab;
}

static void destroy(struct table tab)
{
	assert_false(tab.t->failed);
	ir_iopt_free(tab.iopt);
	ir_exposure_free(&tab.t->exposure);
	free(tab.t);
}

static void refresh_all(struct table tab)
{
	for (uint64_t pfn = ir_iopt_next_stale(tab.iopt, 0, UINT64_MAX - 1); pfn != UINT64_MAX;
	     pfn = ir_iopt_next_stale(tab.iopt, pfn + 1, UINT64_MAX - 1))
		ir_iopt_refresh(tab.iopt, pfn);
}

static void assert_counts(struct table tab, uint64_t live, uint64_t lazy, uint64_t shadow)
{
	assert_int_equal(tab.t->live_pages, live);
	assert_int_equal(tab.t->lazy_pages, lazy);
	assert_int_equal(tab.t->shadow_pages, shadow);
}

/* Stale pages come in ascending order, across leaves and wherever the walk starts. */
static void test_stale_order(void **state)
{
	/* neighbours in a leaf, of two leaves, and far apart; the last page an IOVA can have */
	static const uint64_t pfns[] = {
		0, 1, 63, 64, 4095, 4096, UINT64_C(1) << 20, (UINT64_C(1) << 30) + 5,
		(UINT64_C(1) << 52) - 1,
	};
	const size_t n = sizeof(pfns) / sizeof(pfns[0]);
	struct table tab = make(true);

	(void)state;
	assert_int_equal(ir_iopt_next_stale(tab.iopt, 0, UINT64_MAX - 1), UINT64_MAX);
	for (size_t i = 0; i < n; i++)
		ir_iopt_map(tab.iopt, pfns[n - 1 - i], 1, (i + 1) << 12);
	for (size_t i = 0; i < n; i++) {
		uint64_t from = i ? pfns[i - 1] + 1 : 0;

		assert_int_equal(ir_iopt_next_stale(tab.iopt, from, UINT64_MAX - 1), pfns[i]);
		assert_int_equal(ir_iopt_next_stale(tab.iopt, pfns[i], pfns[i]), pfns[i]);
		if (from < pfns[i])	/* the range ends before it */
			assert_int_equal(ir_iopt_next_stale(tab.iopt, from, pfns[i] - 1),
					 UINT64_MAX);
	}
	ir_iopt_refresh(tab.iopt, 64);
	assert_int_equal(ir_iopt_next_stale(tab.iopt, 64, UINT64_MAX - 1), 4095);
	refresh_all(tab);
	assert_int_equal(ir_iopt_next_stale(tab.iopt, 0, UINT64_MAX - 1), UINT64_MAX);
	assert_counts(tab, n, 0, n);
	assert_int_equal(ir_iopt_changes(tab.iopt), n);
	destroy(tab);
}

static void test_counts_and_peaks(void **state)
{
	struct table tab = make(true);

	(void)state;
	ir_iopt_map(tab.iopt, 100, 10, 0x1000);
	assert_counts(tab, 10, 0, 0);
	ir_iopt_unmap(tab.iopt, 100, 4);	/* never refreshed: the device never saw them */
	assert_counts(tab, 6, 0, 0);
	refresh_all(tab);
	assert_counts(tab, 6, 0, 6);
	ir_iopt_unmap(tab.iopt, 100, 10);	/* four of them are invalid already */
	assert_counts(tab, 0, 6, 6);
	ir_iopt_map(tab.iopt, 105, 2, 0x900000);	/* the shadow still has the old ones */
	assert_counts(tab, 2, 4, 6);
	ir_iopt_refresh(tab.iopt, 105);
	assert_counts(tab, 2, 4, 6);
	refresh_all(tab);
	assert_counts(tab, 2, 0, 2);
	ir_iopt_unmap(tab.iopt, 105, 2);
	refresh_all(tab);
	assert_counts(tab, 0, 0, 0);
	assert_int_equal(tab.t->peak_live_pages, 10);
	assert_int_equal(tab.t->peak_shadow_pages, 6);
	destroy(tab);
}

/* Equal entries are not stale: there is nothing for an RPCIT to do. */
static void test_same_page_again(void **state)
{
	struct table tab = make(true);

	(void)state;
	ir_iopt_map(tab.iopt, 7, 1, 0x5000);
	refresh_all(tab);
	ir_iopt_unmap(tab.iopt, 7, 1);
	assert_int_equal(ir_iopt_next_stale(tab.iopt, 0, 100), 7);
	ir_iopt_map(tab.iopt, 7, 1, 0x5000);
	assert_int_equal(ir_iopt_next_stale(tab.iopt, 0, 100), UINT64_MAX);
	assert_counts(tab, 1, 0, 1);
	ir_iopt_map(tab.iopt, 7, 1, 0x6000);
	assert_int_equal(ir_iopt_next_stale(tab.iopt, 0, 100), 7);
	assert_true(ir_iopt_guest(tab.iopt, 7) != ir_iopt_shadow(tab.iopt, 7));
	ir_iopt_refresh(tab.iopt, 7);
	assert_true(ir_iopt_guest(tab.iopt, 7) == ir_iopt_shadow(tab.iopt, 7));
	destroy(tab);
}

/* Unbacked: valid in the guest, and the shadow has nothing or something else. */
static void test_unbacked(void **state)
{
	struct table tab = make(true);

	(void)state;
	ir_iopt_map(tab.iopt, 60, 10, 0x100000);
	assert_int_equal(ir_iopt_count_stale(tab.iopt, 60, 69).valid, 10);
	assert_int_equal(ir_iopt_count_stale(tab.iopt, 64, 64).valid, 1);
	assert_int_equal(ir_iopt_count_stale(tab.iopt, 0, 59).valid, 0);
	for (uint64_t pfn = 60; pfn < 68; pfn++)
		ir_iopt_refresh(tab.iopt, pfn);
	assert_int_equal(ir_iopt_count_stale(tab.iopt, 60, 69).valid, 2);
	ir_iopt_unmap(tab.iopt, 61, 1);		/* stale, but nobody uses it */
	assert_int_equal(ir_iopt_count_stale(tab.iopt, 60, 69).valid, 2);
	destroy(tab);
}

/* Exposure lasts from the unmap to the refresh; within one instant there is none. */
static void test_exposure(void **state)
{
	struct table tab = make(true);
	struct ir_exposure *e = &tab.t->exposure;

	(void)state;
	tab.t->now_ns = 1000;
	ir_iopt_map(tab.iopt, 5, 2, 0x1000);
	refresh_all(tab);
	ir_iopt_unmap(tab.iopt, 5, 1);
	refresh_all(tab);		/* strict: 0 ns */
	assert_int_equal(e->pages, 0);
	ir_iopt_unmap(tab.iopt, 6, 1);
	tab.t->now_ns = 1300;
	refresh_all(tab);
	assert_int_equal(e->pages, 1);
	assert_int_equal(e->max_ns, 300);
	assert_true(e->page_ns == 300);
	/* what the device never had cannot be exposed */
	ir_iopt_map(tab.iopt, 5, 1, 0x1000);
	ir_iopt_unmap(tab.iopt, 5, 1);
	tab.t->now_ns = 5000;
	refresh_all(tab);
	ir_iopt_end_exposures(tab.iopt);
	assert_int_equal(e->pages, 1);
	destroy(tab);
}

/* Time 0 is a time like any other. */
static void test_exposure_from_time_zero(void **state)
{
	struct table tab = make(true);

	(void)state;
	ir_iopt_map(tab.iopt, 5, 1, 0x1000);
	refresh_all(tab);
	ir_iopt_unmap(tab.iopt, 5, 1);
	tab.t->now_ns = 40;
	refresh_all(tab);
	assert_int_equal(tab.t->exposure.pages, 1);
	assert_int_equal(tab.t->exposure.max_ns, 40);
	destroy(tab);
}

/*
 * The IOVA is used again before any refresh: the device goes on reaching the old
 * page, until the refresh replaces it.  The page is not lazy any more (its entry
 * is valid), but it is exposed.
 */
static void test_exposure_over_reuse(void **state)
{
	struct table tab = make(true);

	(void)state;
	ir_iopt_map(tab.iopt, 5, 1, 0x1000);
	refresh_all(tab);
	tab.t->now_ns = 100;
	ir_iopt_unmap(tab.iopt, 5, 1);
	tab.t->now_ns = 150;
	ir_iopt_map(tab.iopt, 5, 1, 0x9000);
	assert_counts(tab, 1, 0, 1);
	tab.t->now_ns = 180;
	ir_iopt_unmap(tab.iopt, 5, 1);		/* still the first page's exposure */
	assert_counts(tab, 0, 1, 1);
	assert_int_equal(tab.t->exposure.pages, 0);
	tab.t->now_ns = 400;
	refresh_all(tab);
	assert_int_equal(tab.t->exposure.pages, 1);
	assert_int_equal(tab.t->exposure.max_ns, 300);
	destroy(tab);
}

/* The same page at the same IOVA again: from then on the device may reach it. */
static void test_exposure_ends_with_same_page(void **state)
{
	struct table tab = make(true);

	(void)state;
	ir_iopt_map(tab.iopt, 5, 1, 0x1000);
	refresh_all(tab);
	tab.t->now_ns = 100;
	ir_iopt_unmap(tab.iopt, 5, 1);
	tab.t->now_ns = 130;
	ir_iopt_map(tab.iopt, 5, 1, 0x1000);
	assert_int_equal(tab.t->exposure.pages, 1);
	assert_int_equal(tab.t->exposure.max_ns, 30);
	tab.t->now_ns = 900;
	refresh_all(tab);
	ir_iopt_end_exposures(tab.iopt);
	assert_int_equal(tab.t->exposure.pages, 1);
	destroy(tab);
}

/* The recording ends: what is exposed counts until then, once. */
static void test_end_exposures(void **state)
{
	struct table tab = make(true);

	(void)state;
	ir_iopt_map(tab.iopt, 10, 100, 0x1000);
	refresh_all(tab);
	tab.t->now_ns = 50;
	ir_iopt_unmap(tab.iopt, 20, 70);
	tab.t->now_ns = 60;
	ir_iopt_end_exposures(tab.iopt);
	ir_iopt_end_exposures(tab.iopt);
	assert_int_equal(tab.t->exposure.pages, 70);
	assert_int_equal(tab.t->exposure.max_ns, 10);
	assert_true(tab.t->exposure.page_ns == 700);
	destroy(tab);
}

/* Without a shadow the device walks the guest's table: nothing to wait for after a map. */
static void test_without_shadow(void **state)
{
	struct table tab = make(false);

	(void)state;
	ir_iopt_map(tab.iopt, 5, 3, 0x1000);
	assert_int_equal(ir_iopt_next_stale(tab.iopt, 0, 100), UINT64_MAX);
	assert_counts(tab, 3, 0, 0);
	ir_iopt_unmap(tab.iopt, 5, 3);		/* its TLB may still have them */
	assert_counts(tab, 0, 3, 0);
	tab.t->now_ns = 9;
	refresh_all(tab);
	assert_counts(tab, 0, 0, 0);
	assert_int_equal(tab.t->exposure.pages, 3);
	assert_int_equal(tab.t->peak_shadow_pages, 0);

	/* A new entry at the same place does not end what the TLB has of the old one. */
	ir_iopt_map(tab.iopt, 5, 1, 0x1000);
	ir_iopt_unmap(tab.iopt, 5, 1);
	tab.t->now_ns = 20;
	ir_iopt_map(tab.iopt, 5, 1, 0x2000);
	assert_int_equal(tab.t->exposure.pages, 3);
	tab.t->now_ns = 30;
	refresh_all(tab);
	assert_int_equal(tab.t->exposure.pages, 4);
	assert_int_equal(tab.t->exposure.max_ns, 30 - 9);
	assert_counts(tab, 1, 0, 0);
	destroy(tab);
}

/*
 * Nodes that become empty are taken out and used again for other places: what
 * was in them before must not shine through.
 */
static void test_node_reuse(void **state)
{
	struct table tab = make(true);
	uint64_t seed = 3;

	(void)state;
	for (unsigned int i = 0; i < 5000; i++) {
		uint64_t pfn = random_below(&seed, UINT64_C(1) << 52);
		uint64_t pages = 1 + random_below(&seed, 200);

		ir_iopt_map(tab.iopt, pfn, pages, (uint64_t)i << 32);
		assert_int_equal(ir_iopt_guest(tab.iopt, pfn + pages), 0);
		assert_int_equal(ir_iopt_shadow(tab.iopt, pfn), 0);
		assert_int_equal(ir_iopt_next_stale(tab.iopt, 0, UINT64_MAX - 1), pfn);
		if (i % 2) {
			refresh_all(tab);
			assert_counts(tab, pages, 0, pages);
		}
		ir_iopt_unmap(tab.iopt, pfn, pages);
		refresh_all(tab);
		assert_counts(tab, 0, 0, 0);
		assert_int_equal(ir_iopt_guest(tab.iopt, pfn), 0);
		assert_int_equal(ir_iopt_next_stale(tab.iopt, 0, UINT64_MAX - 1), UINT64_MAX);
	}
	destroy(tab);
}

/*
 * The same as plain arrays, page by page.
 */

#define N 700

struct model {
	uint64_t guest[N], shadow[N];
	uint64_t since[N];	/* the device's entry is outdated since; UINT64_MAX: it is not */
	uint64_t exposed_pages, exposed_ns;
};

static void model_end(struct model *m, uint64_t pfn, uint64_t now)
{
	if (m->since[pfn] != UINT64_MAX && now > m->since[pfn]) {
		m->exposed_pages++;
		m->exposed_ns += now - m->since[pfn];
	}
	m->since[pfn] = UINT64_MAX;
}

static void model_check(const struct model *m, struct table tab, uint64_t base)
{
	uint64_t live = 0, lazy = 0, shadow = 0, unbacked = 0, stale = UINT64_MAX;

	for (uint64_t i = N; i-- > 0;) {
		live += m->guest[i] != 0;
		shadow += m->shadow[i] != 0;
		lazy += !m->guest[i] && m->shadow[i];
		unbacked += m->guest[i] && m->guest[i] != m->shadow[i];
		if (m->guest[i] != m->shadow[i])
			stale = base + i;
		assert_int_equal(ir_iopt_next_stale(tab.iopt, base + i, base + N - 1), stale);
		assert_int_equal(ir_iopt_guest(tab.iopt, base + i) != 0, m->guest[i] != 0);
		assert_int_equal(ir_iopt_shadow(tab.iopt, base + i) != 0, m->shadow[i] != 0);
	}
	assert_counts(tab, live, lazy, shadow);
	assert_int_equal(ir_iopt_count_stale(tab.iopt, base, base + N - 1).valid, unbacked);
	assert_int_equal(tab.t->exposure.pages, m->exposed_pages);
	assert_true(tab.t->exposure.page_ns == (double)m->exposed_ns);
}

static void test_random(void **state)
{
	const uint64_t base = (UINT64_C(1) << 32) - 300;	/* across a border of inner nodes */
	struct model *m = calloc(1, sizeof(*m));
	struct table tab = make(true);
	uint64_t seed = 4, now = 0;

	(void)state;
	assert_non_null(m);
	for (uint64_t i = 0; i < N; i++)
		m->since[i] = UINT64_MAX;
	for (unsigned int step = 0; step < 20000; step++) {
		uint64_t first = random_below(&seed, N), len = 1 + random_below(&seed, 80);
		uint64_t last = first + len - 1 < N ? first + len - 1 : N - 1;
		uint64_t paddr = random_below(&seed, 3) << 24;	/* often the same again */

		tab.t->now_ns = now += random_below(&seed, 3);
		switch (random_below(&seed, 3)) {
		case 0:
			ir_iopt_map(tab.iopt, base + first, last - first + 1,
				    paddr + (first << 12));
			for (uint64_t i = first; i <= last; i++) {
				m->guest[i] = paddr + (i << 12) + 1;
				if (m->guest[i] == m->shadow[i])
					model_end(m, i, now);
			}
			break;
		case 1:
			ir_iopt_unmap(tab.iopt, base + first, last - first + 1);
			for (uint64_t i = first; i <= last; i++) {
				if (m->guest[i] && m->shadow[i] && m->since[i] == UINT64_MAX)
					m->since[i] = now;
				m->guest[i] = 0;
			}
			break;
		default:
			for (uint64_t i = first; i <= last; i++) {
				ir_iopt_refresh(tab.iopt, base + i);
				if (m->guest[i] != m->shadow[i])
					model_end(m, i, now);
				m->shadow[i] = m->guest[i];
			}
		}
		if (step % 64 == 0)
			model_check(m, tab, base);
	}
	model_check(m, tab, base);
	destroy(tab);
	free(m);
}

/*
 * The peak of shadow pages is what there was on the way, page by page: what is
 * taken out first makes room, what is taken out last does not.
 */
static void test_peak_of_host_pages(void **state)
{
	struct table tab = make(true);

	(void)state;
	ir_iopt_map(tab.iopt, 10, 3, 0x1000);
	refresh_all(tab);
	assert_int_equal(tab.t->peak_shadow_pages, 3);
	ir_iopt_unmap(tab.iopt, 10, 2);
	ir_iopt_map(tab.iopt, 20, 2, 0x8000);
	ir_iopt_refresh_range(tab.iopt, 0, 1000);	/* -2, then +2 */
	assert_int_equal(tab.t->shadow_pages, 3);
	assert_int_equal(tab.t->peak_shadow_pages, 3);
	ir_iopt_unmap(tab.iopt, 20, 2);
	ir_iopt_map(tab.iopt, 5, 2, 0x10000);
	ir_iopt_refresh_range(tab.iopt, 0, 1000);	/* +2, then -2 */
	assert_int_equal(tab.t->shadow_pages, 3);
	assert_int_equal(tab.t->peak_shadow_pages, 5);
	/* A page that is replaced is the same one of them. */
	ir_iopt_unmap(tab.iopt, 5, 2);
	ir_iopt_map(tab.iopt, 5, 2, 0x20000);
	ir_iopt_unmap(tab.iopt, 12, 1);
	ir_iopt_map(tab.iopt, 40, 2, 0x30000);
	ir_iopt_refresh_range(tab.iopt, 0, 1000);	/* -1, then +2 */
	assert_int_equal(tab.t->shadow_pages, 4);
	assert_int_equal(tab.t->peak_shadow_pages, 5);
	ir_iopt_map(tab.iopt, 100, 2, 0x40000);
	assert_int_equal(tab.t->peak_shadow_pages, 5);	/* not before its RPCIT */
	refresh_all(tab);
	assert_int_equal(tab.t->peak_shadow_pages, 6);
	destroy(tab);
}

/* Devices have peaks of their own, the whole guest's is of all together. */
static void test_peaks_of_devices_and_of_the_whole(void **state)
{
	struct table one = make(true), two = make(true);
	struct ir_iopt_totals whole = { 0 };

	(void)state;
	one.t->whole = two.t->whole = &whole;
	ir_iopt_map(one.iopt, 10, 4, 0x1000);
	refresh_all(one);
	ir_iopt_map(two.iopt, 10, 3, 0x1000);
	refresh_all(two);
	ir_iopt_unmap(one.iopt, 10, 4);
	refresh_all(one);
	ir_iopt_map(two.iopt, 20, 2, 0x1000);
	refresh_all(two);
	assert_int_equal(one.t->peak_shadow_pages, 4);
	assert_int_equal(two.t->peak_shadow_pages, 5);
	assert_int_equal(whole.peak_shadow_pages, 7);
	assert_int_equal(whole.shadow_pages, 5);
	assert_int_equal(whole.peak_live_pages, 7);
	assert_int_equal(whole.live_pages, 5);
	destroy(one);
	destroy(two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stale_order),
		cmocka_unit_test(test_counts_and_peaks),
		cmocka_unit_test(test_peak_of_host_pages),
		cmocka_unit_test(test_peaks_of_devices_and_of_the_whole),
		cmocka_unit_test(test_same_page_again),
		cmocka_unit_test(test_unbacked),
		cmocka_unit_test(test_exposure),
		cmocka_unit_test(test_exposure_from_time_zero),
		cmocka_unit_test(test_exposure_over_reuse),
		cmocka_unit_test(test_exposure_ends_with_same_page),
		cmocka_unit_test(test_end_exposures),
		cmocka_unit_test(test_without_shadow),
		cmocka_unit_test(test_node_reuse),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
