// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries that vfio refuses: random maps, unmaps and flushes, against plain arrays. */
#include "test_util.h"

#define N	(2 * 4096 + 100)	/* pages: blocks of two sizes fit in */
#define BASE	UINT64_C(0xff000)

enum { ABSENT, HELD, REFUSED };

struct model {
	bool valid[N];
	uint8_t host[N];	/* what QEMU remembers, and whether the host has it */
	uint64_t avail, refused;
};

/* QEMU walks the range in its order and asks for what it does not know yet. */
static void model_flush(struct model *m, uint64_t first, uint64_t last)
{
	for (uint64_t i = first; i <= last; i++) {
		if (!m->valid[i] && m->host[i] != ABSENT) {
			m->avail += m->host[i] == HELD;
			m->host[i] = ABSENT;
		} else if (m->valid[i] && m->host[i] == ABSENT) {
			m->host[i] = m->avail ? HELD : REFUSED;
			m->refused += !m->avail;
			m->avail -= m->avail != 0;
		}
	}
}

static void assert_same(struct ir_iopt *iopt, const struct ir_hypervisor *vfio, const void *hv,
			const struct model *m)
{
	assert_int_equal(vfio->available(hv), m->avail);
	for (uint64_t i = 0; i < N; i++)
		assert_int_equal(ir_iopt_shadow(iopt, BASE + i) != 0, m->host[i] == HELD);
}

/* The count of a range is that of its pages, one by one: valid, not in the shadow, not stale. */
static void assert_refused_in(struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	uint64_t n = 0;

	for (uint64_t pfn = first; pfn <= last; pfn++)
		n += ir_iopt_guest(iopt, pfn) && !ir_iopt_shadow(iopt, pfn) &&
			ir_iopt_next_stale(iopt, pfn, pfn) == UINT64_MAX;
	assert_int_equal(ir_iopt_refused_in(iopt, first, last), n);
}

static void test_refused(void **state)
{
	const struct ir_hypervisor *vfio = ir_hypervisor_find("vfio");
	static struct model m;
	uint32_t seed = 7;

	(void)state;
	for (uint64_t limit = 50; limit < 6000; limit *= 10) {
		struct ir_hypervisor_params params = { .entry_limit = limit };
		struct ir_iopt_totals totals = { .now_ns = 1 };
		struct ir_iopt *iopt = ir_iopt_new(&totals, true);
		void *hv = vfio->open(&params);
		uint64_t refused = 0;

		m = (struct model){ .avail = limit };
		for (int step = 0; step < 400; step++) {
			uint64_t n, first;

			seed = seed * 1103515245 + 12345;
			n = (seed >> 16) % 5 ? 1 + (seed >> 8) % 40 : 1 + (seed >> 8) % 5000;
			first = (seed >> 4) % (N - n);
			switch ((seed >> 20) % 3) {
			case 0:	/* no map over a live one */
				for (uint64_t i = first; i < first + n; i++)
					if (m.valid[i])
						n = i - first;
				if (n)
					ir_iopt_map(iopt, BASE + first, n, (BASE + first) << 12);
				for (uint64_t i = first; i < first + n; i++)
					m.valid[i] = true;
				break;
			case 1:
				ir_iopt_unmap(iopt, BASE + first, n);
				for (uint64_t i = first; i < first + n; i++)
					m.valid[i] = false;
				break;
			}
			/* Before an address is used again it is flushed. */
			assert_int_equal(vfio->rpcit(hv, iopt, BASE + first, BASE + first + n - !!n),
					 IR_RPCIT_OK);
			refused += ir_iopt_refuse(iopt, BASE + first, BASE + first + n - !!n);
			model_flush(&m, first, first + n - !!n);
			assert_refused_in(iopt, BASE + first, BASE + first + 100 + n / 2);
		}
		assert_int_equal(refused, m.refused);
		assert_true(limit > 500 || refused > 0);
		assert_same(iopt, vfio, hv, &m);
		assert_int_equal(vfio->rpcit(hv, iopt, BASE, BASE + N - 1), IR_RPCIT_OK);
		ir_iopt_refuse(iopt, BASE, BASE + N - 1);
		model_flush(&m, 0, N - 1);
		assert_same(iopt, vfio, hv, &m);
		ir_iopt_clear(iopt);
		assert_int_equal(ir_iopt_refused(iopt), 0);
		vfio->rpcit(hv, iopt, BASE, BASE + N - 1);
		assert_int_equal(vfio->available(hv), limit);
		vfio->close(hv);
		ir_iopt_free(iopt);
		ir_exposure_free(&totals.exposure);
	}
}

/* Leaves and requests: so many are taken as there is room for. */
static void test_take(void **state)
{
	const struct ir_hypervisor *vfio = ir_hypervisor_find("vfio");
	struct ir_hypervisor_params params = { .entry_limit = 5 };
	void *hv = vfio->open(&params);

	(void)state;
	assert_int_equal(vfio->take(hv, 3), 3);
	assert_int_equal(vfio->take(hv, 3), 2);
	assert_int_equal(vfio->take(hv, 1), 0);
	vfio->give(hv, 4);
	assert_int_equal(vfio->available(hv), 4);
	vfio->close(hv);
	params.entry_limit = 0;
	hv = vfio->open(&params);
	assert_int_equal(vfio->take(hv, 3), 3);
	assert_int_equal(vfio->available(hv), UINT64_MAX);
	vfio->close(hv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
