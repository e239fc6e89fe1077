// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The shadow of the I/O page table at its limits, against the same page by page
 * over plain arrays: mappings of one page and of thousands, each kind of
 * hypervisor, and what the table counts on the way.
 */
#include <stdio.h>

#include "test_util.h"

#define N	(3 * 4096 + 200)	/* pages: blocks of two sizes fit in */
#define BASE	((UINT64_C(1) << 32) - 4096)	/* across a border of inner nodes */

struct model {
	uint64_t guest[N], shadow[N];
	uint64_t since[N];	/* exposed since; UINT64_MAX: it is not */
	uint64_t now;
	uint64_t limit;		/* 0: none */
	uint64_t held;		/* zvm: pinned pages; kvm: entries taken, leaks included */
	bool zvm;
	bool shadows;
	uint64_t shadow_pages, peak_shadow, live, peak_live, lazy;
	uint64_t exposed_pages, exposed_max;
	double exposed_ns;
};

static void end_exposure(struct model *m, uint64_t i)
{
	uint64_t ns = m->now - m->since[i];

	if (m->since[i] != UINT64_MAX && ns) {
		m->exposed_pages++;
		m->exposed_ns += (double)ns;
		if (ns > m->exposed_max)
			m->exposed_max = ns;
	}
	m->since[i] = UINT64_MAX;
}

static void refresh(struct model *m, uint64_t i)
{
	m->lazy -= !m->guest[i];
	if (m->shadows)
		m->shadow_pages += (uint64_t)(m->guest[i] != 0) - (m->shadow[i] != 0);
	if (m->shadow_pages > m->peak_shadow)
		m->peak_shadow = m->shadow_pages;
	end_exposure(m, i);
	m->shadow[i] = m->guest[i];
}

static void model_map(struct model *m, uint64_t first, uint64_t n, uint64_t paddr)
{
	for (uint64_t i = first; i < first + n; i++, paddr += 4096) {
		if (!m->guest[i]) {
			m->live++;
			m->lazy -= m->shadow[i] != 0;
		}
		m->guest[i] = paddr | 1;
		if (m->guest[i] == m->shadow[i])
			end_exposure(m, i);
		if (!m->shadows && !m->shadow[i])
			m->shadow[i] = m->guest[i];
	}
	if (m->live > m->peak_live)
		m->peak_live = m->live;
}

static void model_unmap(struct model *m, uint64_t first, uint64_t n)
{
	for (uint64_t i = first; i < first + n; i++) {
		if (!m->guest[i])
			continue;
		m->live--;
		m->guest[i] = 0;
		if (!m->shadow[i])
			continue;
		m->lazy++;
		if (m->since[i] == UINT64_MAX)
			m->since[i] = m->now;
	}
}

/* Whether a page takes an entry, gives one back, or neither. */
static int takes(const struct model *m, uint64_t i)
{
	if (!m->guest[i])
		return -1;
	return m->zvm ? !m->shadow[i] : 1;
}

/* Section 5.1 of the model, and 5.3 for z/VM. */
static enum ir_rpcit_status rpcit(struct model *m, uint64_t first, uint64_t last)
{
	bool left_out;

	do {
		left_out = false;
		for (uint64_t i = first; i <= last; i++) {
			int n = takes(m, i);

			if (m->guest[i] == m->shadow[i])
				continue;
			if (n > 0 && m->limit && m->held == m->limit) {
				left_out = true;
				continue;
			}
			m->held += (uint64_t)n;
			refresh(m, i);
		}
	} while (left_out && m->held < m->limit);
	if (m->zvm)
		return left_out ? IR_RPCIT_INSUFFICIENT_PINNED : IR_RPCIT_OK;
	return m->limit && m->held == m->limit ? IR_RPCIT_INSUFFICIENT : IR_RPCIT_OK;
}

struct host {
	const struct ir_hypervisor *hv;
	void *priv;
	struct ir_iopt_totals *t;
	struct ir_iopt *iopt;
	struct model *m;
};

static struct host make(const char *name, uint64_t limit)
{
	struct host h = { .hv = ir_hypervisor_find(name) };
	struct ir_hypervisor_params params = { 0 };

	assert_non_null(h.hv);
	*(h.hv->has_entry_limit ? &params.entry_limit : &params.pinned_limit) = limit;
	h.t = calloc(1, sizeof(*h.t));
	h.m = calloc(1, sizeof(*h.m));
	assert_non_null(h.t);
	assert_non_null(h.m);
	h.iopt = ir_iopt_new(h.t, h.hv->shadows);
	h.priv = h.hv->open(&params);
	assert_non_null(h.iopt);
	assert_non_null(h.priv);
	h.m->limit = limit;
	h.m->zvm = h.hv->has_pinned_limit;
	h.m->shadows = h.hv->shadows;
	for (uint64_t i = 0; i < N; i++)
		h.m->since[i] = UINT64_MAX;
	return h;
}

static void destroy(struct host h)
{
	assert_false(h.t->failed);
	h.hv->close(h.priv);
	ir_iopt_free(h.iopt);
	ir_exposure_free(&h.t->exposure);
	free(h.t);
	free(h.m);
}

static void check_totals(struct host h)
{
	const struct model *m = h.m;

	assert_int_equal(h.t->live_pages, m->live);
	assert_int_equal(h.t->lazy_pages, m->lazy);
	assert_int_equal(h.t->peak_live_pages, m->peak_live);
	assert_int_equal(h.t->shadow_pages, m->shadow_pages);
	assert_int_equal(h.t->peak_shadow_pages, m->peak_shadow);
	assert_int_equal(h.t->exposure.pages, m->exposed_pages);
	assert_int_equal(h.t->exposure.max_ns, m->exposed_max);
	assert_true(h.t->exposure.page_ns == m->exposed_ns);
	if (m->limit)
		assert_int_equal(h.hv->available(h.priv), m->limit - m->held);
}

static unsigned int kind_of(const struct model *m, uint64_t i)
{
	if (m->guest[i] == m->shadow[i])
		return 0;
	if (!m->guest[i])
		return IR_STALE_INVALID;
	return m->shadow[i] ? IR_STALE_REPLACED : IR_STALE_FRESH;
}

static void check_pages(struct host h)
{
	const struct model *m = h.m;
	struct ir_iopt_stale want = { 0 }, got;
	uint64_t next[8];

	for (unsigned int k = 0; k < 8; k++)
		next[k] = UINT64_MAX;
	for (uint64_t i = N; i-- > 0;) {
		unsigned int kind = kind_of(m, i);

		assert_int_equal(ir_iopt_guest(h.iopt, BASE + i), m->guest[i]);
		assert_int_equal(ir_iopt_shadow(h.iopt, BASE + i), m->shadow[i]);
		want.fresh += kind == IR_STALE_FRESH;
		want.valid += kind == IR_STALE_FRESH || kind == IR_STALE_REPLACED;
		want.invalid += kind == IR_STALE_INVALID;
		for (unsigned int k = 1; k < 8; k++) {
			if (kind & k)
				next[k] = BASE + i;
			if (i % 61 == 0)
				assert_int_equal(ir_iopt_next_stale_of(h.iopt, BASE + i,
								       BASE + N - 1, k), next[k]);
		}
	}
	got = ir_iopt_count_stale(h.iopt, BASE, BASE + N - 1);
	assert_int_equal(got.fresh, want.fresh);
	assert_int_equal(got.valid, want.valid);
	assert_int_equal(got.invalid, want.invalid);
	assert_int_equal(ir_iopt_guest(h.iopt, BASE - 1), 0);
	assert_int_equal(ir_iopt_guest(h.iopt, BASE + N), 0);
}

/* One page, some, whole leaves, or what may be a block. */
static void random_range(uint64_t *seed, uint64_t *first, uint64_t *n)
{
	static const uint64_t most[] = { 1, 80, 700, 5000, N };
	uint64_t kind = random_below(seed, 5);

	*first = random_below(seed, N);
	*n = 1 + random_below(seed, most[kind]);
	if (random_below(seed, 2)) {
		*first -= *first % (kind > 2 ? 4096 : 64);
		*n += 63 - (*n + 63) % 64;
	}
	if (*n > N - *first)
		*n = N - *first;
}

static void step(struct host h, uint64_t *seed)
{
	uint64_t first, n, paddr = (1 + random_below(seed, 3)) << 40;

	random_range(seed, &first, &n);
	h.t->now_ns = h.m->now += random_below(seed, 3);
	switch (random_below(seed, 7)) {
	case 0:
	case 1:
	case 2:
		ir_iopt_map(h.iopt, BASE + first, n, paddr + (first << 12));
		model_map(h.m, first, n, paddr + (first << 12));
		break;
	case 3:
	case 4:
		ir_iopt_unmap(h.iopt, BASE + first, n);
		model_unmap(h.m, first, n);
		break;
	default:
		if (random_below(seed, 4) == 0) {	/* global */
			first = 0;
			n = N;
		}
		assert_int_equal(h.hv->rpcit(h.priv, h.iopt, BASE + first, BASE + first + n - 1),
				 rpcit(h.m, first, first + n - 1));
	}
}

/* The guest switches translation off; kvm does not give the entries back. */
static void clear(struct host h)
{
	ir_iopt_clear(h.iopt);
	model_unmap(h.m, 0, N);
	check_totals(h);
	if (h.hv->disable) {
		h.hv->disable(h.priv, h.iopt);
		for (uint64_t i = 0; i < N; i++)
			if (h.m->shadow[i])
				refresh(h.m, i);
	} else {
		h.hv->rpcit(h.priv, h.iopt, 0, UINT64_MAX - 1);
		rpcit(h.m, 0, N - 1);
	}
	assert_int_equal(ir_iopt_next_stale(h.iopt, 0, UINT64_MAX - 1), UINT64_MAX);
}

static void run(const char *name, uint64_t limit, uint64_t seed)
{
	struct host h = make(name, limit);

	for (unsigned int i = 0; i < 1200; i++) {
		step(h, &seed);
		check_totals(h);
		if (i % 40 == 39)
			check_pages(h);
		if (i % 500 == 499)
			clear(h);
	}
	h.t->now_ns = h.m->now += 5;
	ir_iopt_end_exposures(h.iopt);
	for (uint64_t i = 0; i < N; i++)
		end_exposure(h.m, i);
	check_totals(h);
	destroy(h);
}

static void test_kvm(void **state)
{
	static const uint64_t limits[] = { 1, 63, 500, 4096, 6000, 0 };

	(void)state;
	for (unsigned int i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		run(i % 2 ? "kvm" : "kvm-aperture", limits[i], 11 + i);
}

static void test_zvm(void **state)
{
	static const uint64_t limits[] = { 1, 64, 700, 4097, 9000, 0 };

	(void)state;
	for (unsigned int i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		run("zvm", limits[i], 31 + i);
}

static void test_lpar(void **state)
{
	(void)state;
	run("lpar", 0, 51);
	run("lpar", 0, 52);
}

/* Mappings as large as they can be, anywhere: a page costs nothing. */
static void test_huge(void **state)
{
	const uint64_t far[] = { 1, (UINT64_C(1) << 40) + 64, (UINT64_C(1) << 51) + 4095 };
	const uint64_t pages = UINT64_C(1) << 38;	/* 1 PiB */
	struct host h = make("kvm", 0);
	uint64_t live = 0;

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		ir_iopt_map(h.iopt, far[i], pages, UINT64_C(1) << 50);
		live += pages;
		assert_int_equal(ir_iopt_guest(h.iopt, far[i] + pages - 1),
				 (UINT64_C(1) << 50) + ((pages - 1) << 12) + 1);
		assert_int_equal(ir_iopt_guest(h.iopt, far[i] + pages), 0);
	}
	assert_int_equal(h.t->live_pages, live);
	assert_int_equal(h.hv->rpcit(h.priv, h.iopt, 0, UINT64_MAX - 1), IR_RPCIT_OK);
	assert_int_equal(h.t->shadow_pages, live);
	h.t->now_ns = 7;
	ir_iopt_unmap(h.iopt, 0, UINT64_C(1) << 52);
	assert_int_equal(h.t->lazy_pages, live);
	h.t->now_ns = 9;
	assert_int_equal(h.hv->rpcit(h.priv, h.iopt, 0, UINT64_MAX - 1), IR_RPCIT_OK);
	assert_int_equal(h.t->shadow_pages, 0);
	assert_int_equal(h.t->exposure.pages, live);
	destroy(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kvm),
		cmocka_unit_test(test_zvm),
		cmocka_unit_test(test_lpar),
		cmocka_unit_test(test_huge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
