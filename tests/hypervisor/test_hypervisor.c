// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hypervisors on page tables made by hand.  kvm: hw/s390x/s390-pci-inst.c,
 * rpcit_service_call() and s390_pci_update_iotlb(), QEMU 10.0.  zvm: status 4
 * of arch/s390/pci/pci_insn.c, Linux 6.12.
 */
#include "test_util.h"

#define ALL	UINT64_C(1000)	/* the last page of a "global" RPCIT here */

struct host {
	const struct ir_hypervisor *hv;
	void *priv;
	struct ir_iopt_totals *t;
	struct ir_iopt *iopt[2];	/* two devices of one guest */
};

static struct host make(const char *name, uint64_t limit)
{
	struct host h = { .hv = ir_hypervisor_find(name), .t = calloc(1, sizeof(*h.t)) };
	struct ir_hypervisor_params params = { 0 };

	assert_non_null(h.hv);
	assert_non_null(h.t);
	if (h.hv->has_entry_limit)
		params.entry_limit = limit;
	if (h.hv->has_pinned_limit)
		params.pinned_limit = limit;
	h.priv = h.hv->open(&params);
	assert_non_null(h.priv);
	for (unsigned int i = 0; i < 2; i++) {
		h.iopt[i] = ir_iopt_new(h.t, h.hv->shadows);
		assert_non_null(h.iopt[i]);
	}
	return h;
}

static void destroy(struct host h)
{
	h.hv->close(h.priv);
	ir_iopt_free(h.iopt[0]);
	ir_iopt_free(h.iopt[1]);
	ir_exposure_free(&h.t->exposure);
	free(h.t);
}

static enum ir_rpcit_status rpcit(struct host h, uint64_t first, uint64_t last)
{
	return h.hv->rpcit(h.priv, h.iopt[0], first, last);
}

static uint64_t left(struct host h)
{
	return h.hv->available(h.priv);
}

/* The two that run QEMU's code behave alike; only the guest's aperture differs. */
static const char *const qemu[] = { "kvm", "kvm-aperture" };
#define FOR_QEMU(name)	for (const char *const *name = qemu; name < qemu + 2; name++)

/*
 * QEMU looks at what is left after the walk, not at what it had to leave out: so
 * with 3 allowed, mapping 3 reports insufficient resources, and maps all of them.
 */
static void test_exactly_the_last_entry(void **state)
{
	(void)state;
	FOR_QEMU(name) {
		struct host h = make(*name, 3);

		ir_iopt_map(h.iopt[0], 10, 2, 0);
		assert_int_equal(rpcit(h, 10, 11), IR_RPCIT_OK);
		assert_int_equal(left(h), 1);
		ir_iopt_map(h.iopt[0], 12, 1, 0);
		assert_int_equal(rpcit(h, 12, 12), IR_RPCIT_INSUFFICIENT);
		assert_int_equal(left(h), 0);
		assert_int_equal(ir_iopt_count_stale(h.iopt[0], 0, ALL).valid, 0);
		/* even with nothing to do: avail is still 0 after the walk */
		assert_int_equal(rpcit(h, 500, 600), IR_RPCIT_INSUFFICIENT);
		ir_iopt_unmap(h.iopt[0], 11, 1);
		assert_int_equal(rpcit(h, 11, 11), IR_RPCIT_OK);
		assert_int_equal(left(h), 1);
		destroy(h);
	}
}

/*
 * 1 left; pages 10 and 11 are to be mapped, 20 has become invalid behind them.
 * First walk: 10 takes the last entry, 11 is left out, 20 gives one back.
 * Second walk: 11 takes it.  Everything is mapped, nothing is left: status 16.
 */
static void test_second_walk(void **state)
{
	(void)state;
	FOR_QEMU(name) {
		struct host h = make(*name, 2);

		ir_iopt_map(h.iopt[0], 20, 1, 0);
		assert_int_equal(rpcit(h, 0, ALL), IR_RPCIT_OK);
		ir_iopt_unmap(h.iopt[0], 20, 1);
		ir_iopt_map(h.iopt[0], 10, 2, 0);
		assert_int_equal(rpcit(h, 0, ALL), IR_RPCIT_INSUFFICIENT);
		assert_int_equal(left(h), 0);
		assert_int_equal(ir_iopt_next_stale(h.iopt[0], 0, ALL), UINT64_MAX);
		destroy(h);
	}
}

/* The same, but the RPCIT does not cover the invalid entry: 11 stays out. */
static void test_ranged_frees_only_its_range(void **state)
{
	(void)state;
	FOR_QEMU(name) {
		struct host h = make(*name, 2);

		ir_iopt_map(h.iopt[0], 20, 1, 0);
		rpcit(h, 0, ALL);
		ir_iopt_unmap(h.iopt[0], 20, 1);
		ir_iopt_map(h.iopt[0], 10, 2, 0);
		assert_int_equal(rpcit(h, 10, 11), IR_RPCIT_INSUFFICIENT);
		assert_int_equal(ir_iopt_count_stale(h.iopt[0], 10, 11).valid, 1);
		assert_true(ir_iopt_shadow(h.iopt[0], 20) != 0);
		assert_true(ir_iopt_shadow(h.iopt[0], 10) != 0);
		assert_int_equal(ir_iopt_shadow(h.iopt[0], 11), 0);
		destroy(h);
	}
}

/*
 * An IOVA used again without an RPCIT in between: QEMU replaces the old entry
 * and takes a new one off the allowance, without giving the old one back.
 */
static void test_replaced_entry_leaks(void **state)
{
	(void)state;
	FOR_QEMU(name) {
		struct host h = make(*name, 5);

		ir_iopt_map(h.iopt[0], 10, 1, 0x1000);
		rpcit(h, 10, 10);
		assert_int_equal(left(h), 4);
		ir_iopt_unmap(h.iopt[0], 10, 1);
		ir_iopt_map(h.iopt[0], 10, 1, 0x2000);
		assert_int_equal(rpcit(h, 10, 10), IR_RPCIT_OK);
		assert_int_equal(left(h), 3);
		assert_int_equal(h.t->shadow_pages, 1);
		/* the very same page again is "identical in the shadow": nothing happens */
		ir_iopt_unmap(h.iopt[0], 10, 1);
		ir_iopt_map(h.iopt[0], 10, 1, 0x2000);
		rpcit(h, 10, 10);
		assert_int_equal(left(h), 3);
		/* gone for good: with nothing mapped there are 4, not 5 */
		ir_iopt_unmap(h.iopt[0], 10, 1);
		rpcit(h, 0, ALL);
		assert_int_equal(left(h), 4);
		assert_int_equal(h.t->shadow_pages, 0);
		destroy(h);
	}
}

/* A replacement is a new mapping to QEMU: with none left the old page stays reachable. */
static void test_replacing_with_none_left(void **state)
{
	struct host h = make("kvm", 1);

	(void)state;
	ir_iopt_map(h.iopt[0], 10, 1, 0x1000);
	assert_int_equal(rpcit(h, 10, 10), IR_RPCIT_INSUFFICIENT);
	ir_iopt_unmap(h.iopt[0], 10, 1);
	ir_iopt_map(h.iopt[0], 10, 1, 0x2000);
	assert_int_equal(rpcit(h, 0, ALL), IR_RPCIT_INSUFFICIENT);
	assert_int_equal(ir_iopt_count_stale(h.iopt[0], 10, 10).valid, 1);
	destroy(h);
}

/* vfio's limit belongs to the container, which all devices of the guest share. */
static void test_devices_share_the_limit(void **state)
{
	(void)state;
	FOR_QEMU(name) {
		struct host h = make(*name, 4);

		ir_iopt_map(h.iopt[0], 10, 3, 0x1000);
		assert_int_equal(rpcit(h, 10, 12), IR_RPCIT_OK);
		ir_iopt_map(h.iopt[1], 10, 2, 0x1000);
		assert_int_equal(h.hv->rpcit(h.priv, h.iopt[1], 0, ALL), IR_RPCIT_INSUFFICIENT);
		assert_int_equal(ir_iopt_count_stale(h.iopt[1], 10, 11).valid, 1);
		/* an RPCIT for one device does not look at the other one's table */
		ir_iopt_unmap(h.iopt[0], 10, 3);
		assert_int_equal(h.hv->rpcit(h.priv, h.iopt[1], 0, ALL), IR_RPCIT_INSUFFICIENT);
		assert_int_equal(rpcit(h, 0, ALL), IR_RPCIT_OK);
		assert_int_equal(left(h), 3);
		assert_int_equal(h.hv->rpcit(h.priv, h.iopt[1], 0, ALL), IR_RPCIT_OK);
		assert_int_equal(left(h), 2);
		destroy(h);
	}
}

/* QEMU without a limit from vfio (an emulated device, or an old kernel) never runs out. */
static void test_no_limit(void **state)
{
	static const char *const names[] = { "kvm", "kvm-aperture", "zvm" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct host h = make(names[i], 0);

		ir_iopt_map(h.iopt[0], 0, 900, 0x1000);
		assert_int_equal(rpcit(h, 0, ALL), IR_RPCIT_OK);
		ir_iopt_map(h.iopt[0], 0, 900, 0x2000);
		assert_int_equal(rpcit(h, 0, ALL), IR_RPCIT_OK);
		assert_int_equal(ir_iopt_next_stale(h.iopt[0], 0, ALL), UINT64_MAX);
		assert_int_equal(left(h), UINT64_MAX);
		destroy(h);
	}
}

/* z/VM: the limit is on pinned pages, reaching it is fine, exceeding it is status 4. */
static void test_zvm_limit(void **state)
{
	struct host h = make("zvm", 3);

	(void)state;
	ir_iopt_map(h.iopt[0], 10, 3, 0x1000);
	assert_int_equal(rpcit(h, 10, 12), IR_RPCIT_OK);
	assert_int_equal(left(h), 0);
	ir_iopt_map(h.iopt[0], 13, 1, 0x8000);
	assert_int_equal(rpcit(h, 13, 13), IR_RPCIT_INSUFFICIENT_PINNED);
	assert_int_equal(ir_iopt_count_stale(h.iopt[0], 0, ALL).valid, 1);
	/* an RPCIT that has nothing to pin does not exceed anything */
	assert_int_equal(rpcit(h, 500, 600), IR_RPCIT_OK);
	/* what the same walk frees further on may be used */
	ir_iopt_unmap(h.iopt[0], 10, 1);
	ir_iopt_map(h.iopt[0], 5, 1, 0x9000);
	ir_iopt_unmap(h.iopt[0], 13, 1);
	assert_int_equal(rpcit(h, 0, ALL), IR_RPCIT_OK);
	assert_int_equal(left(h), 0);
	assert_int_equal(ir_iopt_next_stale(h.iopt[0], 0, ALL), UINT64_MAX);
	destroy(h);
}

/* Replacing unpins the old page: no leak, and it is possible at the limit. */
static void test_zvm_replaces(void **state)
{
	struct host h = make("zvm", 2);

	(void)state;
	ir_iopt_map(h.iopt[0], 10, 2, 0x1000);
	rpcit(h, 10, 11);
	for (uint64_t i = 2; i < 10; i++) {
		ir_iopt_unmap(h.iopt[0], 10, 2);
		ir_iopt_map(h.iopt[0], 10, 2, i << 20);
		assert_int_equal(rpcit(h, 10, 11), IR_RPCIT_OK);
		assert_int_equal(left(h), 0);
	}
	ir_iopt_unmap(h.iopt[0], 10, 2);
	rpcit(h, 0, ALL);
	assert_int_equal(left(h), 2);
	destroy(h);
}

/* Unmapped and flushed pages are pinned no more, far from the limit, too. */
static void test_zvm_unpins(void **state)
{
	struct host h = make("zvm", 10);

	(void)state;
	for (uint64_t i = 0; i < 50; i++) {
		ir_iopt_map(h.iopt[0], i, 1, i << 20);
		assert_int_equal(rpcit(h, i, i), IR_RPCIT_OK);
		assert_int_equal(left(h), 9);
		ir_iopt_unmap(h.iopt[0], i, 1);
		assert_int_equal(rpcit(h, i, i), IR_RPCIT_OK);
		assert_int_equal(left(h), 10);
	}
	destroy(h);
}

/* One page pinned through two IOVAs counts twice, on one device or on two. */
static void test_zvm_counts_each_iova(void **state)
{
	struct host h = make("zvm", 2);

	(void)state;
	ir_iopt_map(h.iopt[0], 10, 1, 0x1000);
	ir_iopt_map(h.iopt[0], 20, 1, 0x1000);
	assert_int_equal(rpcit(h, 0, ALL), IR_RPCIT_OK);
	assert_int_equal(left(h), 0);
	ir_iopt_map(h.iopt[1], 10, 1, 0x1000);
	assert_int_equal(h.hv->rpcit(h.priv, h.iopt[1], 0, ALL), IR_RPCIT_INSUFFICIENT_PINNED);
	destroy(h);
}

/* A machine-level hypervisor has no resources of ours to run out of. */
static void test_lpar(void **state)
{
	struct host h = make("lpar", 0);

	(void)state;
	assert_false(h.hv->shadows);
	ir_iopt_map(h.iopt[0], 0, 900, 0x1000);
	assert_int_equal(rpcit(h, 0, ALL), IR_RPCIT_OK);
	assert_int_equal(left(h), UINT64_MAX);
	ir_iopt_unmap(h.iopt[0], 0, 900);
	assert_int_equal(h.t->lazy_pages, 900);
	assert_int_equal(rpcit(h, 100, 199), IR_RPCIT_OK);
	assert_int_equal(h.t->lazy_pages, 800);
	assert_int_equal(rpcit(h, 0, ALL), IR_RPCIT_OK);
	assert_int_equal(h.t->lazy_pages, 0);
	assert_int_equal(h.t->peak_shadow_pages, 0);
	destroy(h);
}

/* Section 5.1 of the model, page by page over a plain array. */
#define N 120

struct qemu_model {
	uint64_t guest[N], shadow[N];
	uint64_t avail;
};

static enum ir_rpcit_status model_rpcit(struct qemu_model *m, uint64_t first, uint64_t last)
{
	bool again;

	do {
		again = false;
		for (uint64_t i = first; i <= last; i++) {
			if (!m->guest[i]) {
				m->avail += m->shadow[i] != 0;
				m->shadow[i] = 0;
			} else if (m->guest[i] == m->shadow[i]) {
				continue;
			} else if (!m->avail) {
				again = true;
			} else {
				m->avail--;
				m->shadow[i] = m->guest[i];
			}
		}
	} while (again && m->avail);
	return m->avail ? IR_RPCIT_OK : IR_RPCIT_INSUFFICIENT;
}

static void test_kvm_random(void **state)
{
	uint64_t seed = 8;

	(void)state;
	for (unsigned int round = 0; round < 20; round++) {
		struct qemu_model m = { .avail = 20 + 10 * round };
		struct host h = make("kvm", m.avail);

		for (unsigned int step = 0; step < 500; step++) {
			uint64_t first = random_below(&seed, N);
			uint64_t last = first + random_below(&seed, N - first);
			uint64_t paddr = random_below(&seed, 2) << 24;

			switch (random_below(&seed, 4)) {
			case 0:
				ir_iopt_map(h.iopt[0], first, last - first + 1,
					    paddr + (first << 12));
				for (uint64_t i = first; i <= last; i++)
					m.guest[i] = paddr + (i << 12) + 1;
				break;
			case 1:
				ir_iopt_unmap(h.iopt[0], first, last - first + 1);
				memset(&m.guest[first], 0, (last - first + 1) * sizeof(m.guest[0]));
				break;
			default:
				assert_int_equal(rpcit(h, first, last),
						 model_rpcit(&m, first, last));
			}
			assert_int_equal(left(h), m.avail);
			for (uint64_t i = 0; i < N; i++) {
				assert_int_equal(ir_iopt_shadow(h.iopt[0], i) != 0,
						 m.shadow[i] != 0);
				assert_int_equal(ir_iopt_guest(h.iopt[0], i) ==
						 ir_iopt_shadow(h.iopt[0], i),
						 m.guest[i] == m.shadow[i]);
			}
		}
		destroy(h);
	}
}

/* The defaults of each hypervisor, and the parameters that it takes. */
static void test_registry(void **state)
{
	const struct ir_hypervisor *kvm = ir_hypervisor_find("kvm");
	const struct ir_hypervisor *aperture = ir_hypervisor_find("kvm-aperture");
	const struct ir_hypervisor *zvm = ir_hypervisor_find("zvm");
	const struct ir_hypervisor *lpar = ir_hypervisor_find("lpar");

	(void)state;
	assert_null(ir_hypervisor_find("vmware"));
	assert_null(ir_hypervisor_find(""));
	assert_int_equal(kvm->defaults.entry_limit, 65535);
	assert_int_equal(aperture->defaults.entry_limit, 65535);
	assert_int_equal(zvm->defaults.pinned_limit, 0);
	assert_true(kvm->defaults.tlb_refresh && aperture->defaults.tlb_refresh &&
		    zvm->defaults.tlb_refresh);
	assert_false(lpar->defaults.tlb_refresh);
	assert_true(aperture->limits_aperture);
	assert_false(kvm->limits_aperture || zvm->limits_aperture || lpar->limits_aperture);
	assert_true(kvm->has_entry_limit && aperture->has_entry_limit && zvm->has_pinned_limit);
	assert_false(zvm->has_entry_limit || lpar->has_entry_limit || lpar->has_pinned_limit);
	for (const struct ir_hypervisor *const *hv = ir_hypervisors; *hv; hv++) {
		assert_ptr_equal(ir_hypervisor_find((*hv)->name), *hv);
		assert_non_null((*hv)->summary);
		assert_non_null((*hv)->origin);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exactly_the_last_entry),
		cmocka_unit_test(test_second_walk),
		cmocka_unit_test(test_ranged_frees_only_its_range),
		cmocka_unit_test(test_replaced_entry_leaks),
		cmocka_unit_test(test_replacing_with_none_left),
		cmocka_unit_test(test_devices_share_the_limit),
		cmocka_unit_test(test_no_limit),
		cmocka_unit_test(test_zvm_limit),
		cmocka_unit_test(test_zvm_replaces),
		cmocka_unit_test(test_zvm_unpins),
		cmocka_unit_test(test_zvm_counts_each_iova),
		cmocka_unit_test(test_lpar),
		cmocka_unit_test(test_kvm_random),
		cmocka_unit_test(test_registry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
