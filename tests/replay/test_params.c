// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parameters: the kernel's and the hypervisors' defaults, what a recording tells,
 * what the user gave, and where each value came from.
 */
#include <errno.h>

#include "test_util.h"
#include "replay/params.h"

#define GIB	(UINT64_C(1) << 30)

static struct ir_config config(const char *strategy, const char *hypervisor)
{
	struct ir_config c = {
		.strategy = ir_strategy_find(strategy),
		.hypervisor = ir_hypervisor_find(hypervisor),
	};

	assert_non_null(c.strategy);
	assert_non_null(c.hypervisor);
	return c;
}

static struct ir_effective resolve(const struct ir_config *c, const struct ir_recording_info *info)
{
	static const struct ir_recording_info nothing;
	struct ir_effective par;

	memset(&par, 0xff, sizeof(par));	/* every value must be set */
	ir_params_resolve(c, info ? info : &nothing, &par);
	return par;
}

/* Shadowed: one queue of 32768 and a second; else a queue per CPU of 256 and 10 ms. */
static void test_queue_defaults(void **state)
{
	static const char *const queued[] = {
		"lazy-ignore", "fq-flush", "sync-map-retry", "map-inline",
	};
	static const char *const shadowing[] = { "kvm", "kvm-aperture", "zvm" };

	(void)state;
	for (size_t s = 0; s < 4; s++) {
		struct ir_config c = config(queued[s], "lpar");
		struct ir_effective par = resolve(&c, NULL);

		assert_int_equal(par.queue, IR_QUEUE_PER_CPU);
		assert_int_equal(par.queue_size, 256);
		assert_int_equal(par.queue_timeout_ms, 10);
		assert_int_equal(par.hypervisor.tlb_refresh, 0);
		for (size_t h = 0; h < 3; h++) {
			c = config(queued[s], shadowing[h]);
			par = resolve(&c, NULL);
			assert_int_equal(par.queue, IR_QUEUE_SINGLE);
			assert_int_equal(par.queue_size, 32768);
			assert_int_equal(par.queue_timeout_ms, 1000);
			assert_int_equal(par.hypervisor.tlb_refresh, 1);
			assert_int_equal(par.from.queue, IR_FROM_DEFAULT);
			assert_int_equal(par.from.queue_size, IR_FROM_DEFAULT);
			assert_int_equal(par.from.queue_timeout, IR_FROM_DEFAULT);
			assert_int_equal(par.from.tlb_refresh, IR_FROM_DEFAULT);
		}
	}
}

/* Strategies without a flush queue have none, whatever is asked for. */
static void test_no_queue(void **state)
{
	static const char *const names[] = {
		"strict", "driver-lazy", "legacy", "legacy-strict", "null",
	};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct ir_config c = config(names[i], "kvm");
		struct ir_effective par = resolve(&c, NULL);

		assert_int_equal(par.queue, IR_QUEUE_NONE);
		c.params.queue = IR_QUEUE_PER_CPU;
		par = resolve(&c, NULL);
		assert_int_equal(par.queue, IR_QUEUE_NONE);
	}
}

/* The bare IOMMU API knows no queue, and uses the recorded addresses wherever they lie. */
static void test_iommu_api(void **state)
{
	struct ir_config c = config("sync-map-retry", "kvm");
	struct ir_effective par;

	(void)state;
	c.params.api = IR_API_IOMMU;
	par = resolve(&c, NULL);
	assert_int_equal(par.api, IR_API_IOMMU);
	assert_int_equal(par.queue, IR_QUEUE_NONE);
	assert_int_equal(par.aperture_start, 0);
	assert_true(par.aperture >= UINT64_C(1) << 52);
}

/* The queue follows tlb_refresh, not the hypervisor's name. */
static void test_queue_follows_tlb_refresh(void **state)
{
	struct ir_config c = config("sync-map-retry", "lpar");
	struct ir_effective par;

	(void)state;
	c.params.hypervisor.tlb_refresh = 1;
	c.params.has_tlb_refresh = true;
	par = resolve(&c, NULL);
	assert_int_equal(par.queue, IR_QUEUE_SINGLE);
	assert_int_equal(par.from.tlb_refresh, IR_FROM_USER);
	c = config("sync-map-retry", "kvm");
	c.params.hypervisor.tlb_refresh = 0;
	c.params.has_tlb_refresh = true;
	par = resolve(&c, NULL);
	assert_int_equal(par.queue, IR_QUEUE_PER_CPU);
	assert_int_equal(par.queue_size, 256);
}

static void test_user_queue(void **state)
{
	struct ir_config c = config("sync-map-retry", "kvm");
	struct ir_effective par;

	(void)state;
	c.params.queue = IR_QUEUE_PER_CPU;
	par = resolve(&c, NULL);
	assert_int_equal(par.queue, IR_QUEUE_PER_CPU);
	assert_int_equal(par.from.queue, IR_FROM_USER);
	assert_int_equal(par.queue_size, 256);		/* what that type of queue has */
	assert_int_equal(par.queue_timeout_ms, 10);
	assert_int_equal(par.from.queue_size, IR_FROM_DEFAULT);
	c.params.queue_size = 64;
	c.params.queue_timeout_ms = 7;
	par = resolve(&c, NULL);
	assert_int_equal(par.queue_size, 64);
	assert_int_equal(par.queue_timeout_ms, 7);
	assert_int_equal(par.from.queue_size, IR_FROM_USER);
	assert_int_equal(par.from.queue_timeout, IR_FROM_USER);
	c.params.queue = IR_QUEUE_NONE;
	par = resolve(&c, NULL);
	assert_int_equal(par.queue, IR_QUEUE_NONE);
	assert_int_equal(par.from.queue, IR_FROM_USER);
}

/* Limits: 65535 by default under QEMU, none for z/VM; a given 0 means none. */
static void test_limits(void **state)
{
	struct ir_config c = config("strict", "kvm");
	struct ir_effective par = resolve(&c, NULL);

	(void)state;
	assert_int_equal(par.hypervisor.entry_limit, 65535);
	assert_int_equal(par.from.entry_limit, IR_FROM_DEFAULT);
	c.params.has_entry_limit = true;
	par = resolve(&c, NULL);
	assert_int_equal(par.hypervisor.entry_limit, 0);
	assert_int_equal(par.from.entry_limit, IR_FROM_USER);
	c.params.hypervisor.entry_limit = 9;
	par = resolve(&c, NULL);
	assert_int_equal(par.hypervisor.entry_limit, 9);

	c = config("strict", "zvm");
	par = resolve(&c, NULL);
	assert_int_equal(par.hypervisor.pinned_limit, 0);
	assert_int_equal(par.hypervisor.entry_limit, 0);
	c.params.has_pinned_limit = true;
	c.params.hypervisor.pinned_limit = 77;
	par = resolve(&c, NULL);
	assert_int_equal(par.hypervisor.pinned_limit, 77);
	assert_int_equal(par.from.pinned_limit, IR_FROM_USER);
}

/* From the user, else from the recording's global RPCITs, else what the machine has. */
static void test_aperture(void **state)
{
	struct ir_recording_info info = { .arch = "s390x" };
	struct ir_config c = config("strict", "kvm");
	struct ir_effective par = resolve(&c, &info);

	(void)state;
	assert_int_equal(par.aperture_start, 4 * GIB);	/* QEMU's ZPCI_SDMA_ADDR */
	assert_int_equal(par.aperture_start + par.aperture, UINT64_C(1) << 42);
	assert_int_equal(par.from.aperture, IR_FROM_DEFAULT);

	info.machine.aperture_start = 8 * GIB;
	info.machine.aperture_size = 2 * GIB;
	par = resolve(&c, &info);
	assert_int_equal(par.aperture_start, 8 * GIB);
	assert_int_equal(par.aperture, 2 * GIB);
	assert_int_equal(par.from.aperture, IR_FROM_RECORDING);

	c.params.aperture = GIB + 5000;		/* whole pages only */
	par = resolve(&c, &info);
	assert_int_equal(par.aperture_start, 8 * GIB);
	assert_int_equal(par.aperture, GIB + 4096);
	assert_int_equal(par.from.aperture, IR_FROM_USER);
}

/* Not s390: addresses from below 4 GiB, page 0 excepted. */
static void test_aperture_elsewhere(void **state)
{
	struct ir_recording_info info = { .arch = "x86_64" };
	struct ir_config c = config("strict", "kvm");
	struct ir_effective par = resolve(&c, &info);

	(void)state;
	assert_int_equal(par.aperture_start, 4096);
	assert_int_equal(par.aperture_start + par.aperture, UINT64_C(1) << 48);
}

/* kvm-aperture: end_dma = start_dma + entry limit pages - 1, and never more than there was. */
static void test_aperture_of_the_limit(void **state)
{
	struct ir_config c = config("strict", "kvm-aperture");
	struct ir_effective par = resolve(&c, NULL);

	(void)state;
	assert_int_equal(par.aperture, UINT64_C(65535) * 4096);
	c.params.has_entry_limit = true;
	c.params.hypervisor.entry_limit = 100;
	par = resolve(&c, NULL);
	assert_int_equal(par.aperture, 100 * 4096);
	c.params.aperture = 50 * 4096;
	par = resolve(&c, NULL);
	assert_int_equal(par.aperture, 50 * 4096);
	c.params.aperture = 200 * 4096;
	par = resolve(&c, NULL);
	assert_int_equal(par.aperture, 100 * 4096);
	c.params.hypervisor.entry_limit = 0;	/* none: nothing to restrict */
	par = resolve(&c, NULL);
	assert_int_equal(par.aperture, 200 * 4096);
}

/* mapped - unmapped pages at the start; those that the recording unmaps are among them. */
static void test_initial_pages(void **state)
{
	struct ir_recording_info info = { 0 };
	struct ir_config c = config("strict", "kvm");
	struct ir_effective par = resolve(&c, &info);

	(void)state;
	assert_int_equal(par.initial_pages, 0);
	assert_int_equal(par.from.initial_pages, IR_FROM_DEFAULT);
	info.machine.has_marker = true;
	info.machine.mapped_pages = 1000;
	info.machine.unmapped_pages = 700;
	info.machine.found_pages = 120;
	par = resolve(&c, &info);
	assert_int_equal(par.initial_pages, 300);
	assert_int_equal(par.from.initial_pages, IR_FROM_RECORDING);
	info.machine.found_pages = 301;	/* the marker is of another moment, or wrong */
	par = resolve(&c, &info);
	assert_int_equal(par.initial_pages, 301);
	assert_int_equal(par.from.initial_pages, IR_FROM_RECORDING);
	info.machine.found_pages = 10;
	c.params.has_initial_pages = true;
	c.params.initial_pages = 12;
	par = resolve(&c, &info);
	assert_int_equal(par.initial_pages, 12);
	assert_int_equal(par.from.initial_pages, IR_FROM_USER);
	c.params.initial_pages = 0;	/* fewer than the recording unmaps */
	par = resolve(&c, &info);
	assert_int_equal(par.initial_pages, 10);
	assert_int_equal(par.from.initial_pages, IR_FROM_RECORDING);
}

/* A marker is text in a recording: what it says may be impossible. */
static void test_initial_pages_of_a_bad_marker(void **state)
{
	struct ir_recording_info info = { 0 };
	struct ir_config c = config("strict", "kvm");

	(void)state;
	info.machine.has_marker = true;
	info.machine.mapped_pages = 5;
	info.machine.unmapped_pages = 6;
	assert_int_equal(resolve(&c, &info).initial_pages, 0);
}

static void test_cpus_and_hz(void **state)
{
	struct ir_recording_info info = { .arch = "s390x" };
	struct ir_config c = config("strict", "kvm");
	struct ir_effective par = resolve(&c, &info);

	(void)state;
	assert_int_equal(par.cpus, 1);
	assert_int_equal(par.from.cpus, IR_FROM_DEFAULT);
	assert_int_equal(par.hz, 100);
	info.arch = "x86_64";
	info.cpus = 16;
	par = resolve(&c, &info);
	assert_int_equal(par.cpus, 16);
	assert_int_equal(par.from.cpus, IR_FROM_RECORDING);
	assert_int_equal(par.hz, 250);
	assert_int_equal(par.from.hz, IR_FROM_DEFAULT);
	c.params.cpus = 3;
	c.params.hz = 1000;
	par = resolve(&c, &info);
	assert_int_equal(par.cpus, 3);
	assert_int_equal(par.from.cpus, IR_FROM_USER);
	assert_int_equal(par.hz, 1000);
	assert_int_equal(par.from.hz, IR_FROM_USER);
}

static void test_latency(void **state)
{
	struct ir_config c = config("strict", "kvm");
	struct ir_recording_info info = {
		.arch = "s390x", .cpus = 2,
		.machine = { .rpcit_base_ns = 700, .rpcit_page_ns = 8 },
	};
	struct ir_effective par;

	(void)state;
	par = resolve(&c, NULL);
	assert_int_equal(par.rpcit_base_ns, 0);
	assert_int_equal(par.from.rpcit_latency, IR_FROM_DEFAULT);
	par = resolve(&c, &info);
	assert_int_equal(par.rpcit_base_ns, 700);
	assert_int_equal(par.rpcit_page_ns, 8);
	assert_int_equal(par.from.rpcit_latency, IR_FROM_RECORDING);
	info.cpus = 1;	/* nothing is concurrent */
	par = resolve(&c, &info);
	assert_int_equal(par.rpcit_base_ns, 0);
	assert_int_equal(par.from.rpcit_latency, IR_FROM_DEFAULT);
	c.params.latency = IR_LATENCY_RECORDED;
	par = resolve(&c, &info);
	assert_int_equal(par.rpcit_base_ns, 700);
	assert_int_equal(par.from.rpcit_latency, IR_FROM_RECORDING);
	c.params.latency = IR_LATENCY_GIVEN;
	c.params.rpcit_base_ns = 5;
	c.params.rpcit_page_ns = 6;
	par = resolve(&c, &info);
	assert_int_equal(par.rpcit_base_ns, 5);
	assert_int_equal(par.rpcit_page_ns, 6);
	assert_int_equal(par.from.rpcit_latency, IR_FROM_USER);
}

static void test_share_and_backend(void **state)
{
	struct ir_config c = config("strict", "kvm");
	struct ir_effective par = resolve(&c, NULL);

	(void)state;
	assert_int_equal(par.share, IR_SHARE_DEVICE);
	assert_int_equal(par.from.share, IR_FROM_DEFAULT);
	assert_int_equal(par.hypervisor.entry_limit, 65535);
	c.params.has_share = true;
	c.params.share = IR_SHARE_GUEST;
	c.params.backend = IR_BACKEND_IOMMUFD;
	par = resolve(&c, NULL);
	assert_int_equal(par.share, IR_SHARE_GUEST);
	assert_int_equal(par.from.share, IR_FROM_USER);
	assert_int_equal(par.hypervisor.entry_limit, 0);
	assert_int_equal(ir_config_check(&c, NULL), 0);
	c.params.has_entry_limit = true;	/* which nothing counts */
	c.params.hypervisor.entry_limit = 5;
	assert_int_equal(ir_config_check(&c, NULL), -EINVAL);
	c = config("strict", "zvm");
	assert_int_equal(resolve(&c, NULL).share, IR_SHARE_GUEST);
	c.params.backend = IR_BACKEND_IOMMUFD;
	assert_int_equal(ir_config_check(&c, NULL), -EINVAL);
}

static void assert_bad(const struct ir_config *c)
{
	struct ir_error err = { "" };

	assert_int_equal(ir_config_check(c, &err), -EINVAL);
	assert_true(err.text[0] != '\0');
	assert_null(strchr(err.text, '\n'));
	assert_int_equal(ir_config_check(c, NULL), -EINVAL);
}

static void test_check(void **state)
{
	struct ir_config good = config("sync-map-retry", "kvm"), c;
	struct ir_error err = { "" };

	(void)state;
	assert_int_equal(ir_config_check(&good, &err), 0);
	for (const struct ir_strategy *const *st = ir_strategies; *st; st++)
		for (const struct ir_hypervisor *const *hv = ir_hypervisors; *hv; hv++) {
			c = config((*st)->name, (*hv)->name);
			assert_int_equal(ir_config_check(&c, &err), 0);
		}

	c = good;
	c.params.queue_size = 1;	/* a ring of 1 holds 0 */
	assert_bad(&c);
	c.params.queue_size = 2;
	assert_int_equal(ir_config_check(&c, &err), 0);
	c = good;
	c.params.aperture = 4095;
	assert_bad(&c);
	c.params.aperture = 4096;
	assert_int_equal(ir_config_check(&c, &err), 0);
	c.params.aperture = UINT64_MAX;
	assert_bad(&c);
	c = good;
	c.params.cpus = 65537;
	assert_bad(&c);
	c = good;
	c.params.hz = 10001;
	assert_bad(&c);
	/* a limit that the hypervisor does not have is a misunderstanding */
	c = good;
	c.params.has_pinned_limit = true;
	c.params.hypervisor.pinned_limit = 5;
	assert_bad(&c);
	c = config("strict", "zvm");
	c.params.has_entry_limit = true;
	c.params.hypervisor.entry_limit = 5;
	assert_bad(&c);
	c = config("strict", "lpar");
	c.params.has_entry_limit = true;
	c.params.hypervisor.entry_limit = 5;
	assert_bad(&c);
}

/* replay.h: all but strategy and hypervisor may be zero. */
static void test_zero_is_the_default(void **state)
{
	struct ir_config zero = { .strategy = NULL };
	struct ir_effective par;
	struct ir_error err = { "" };

	(void)state;
	assert_int_equal(ir_config_check(&zero, &err), -EINVAL);
	assert_string_equal(err.text, "a configuration has no strategy");
	zero.strategy = ir_strategy_find("sync-map-retry");
	assert_int_equal(ir_config_check(&zero, &err), -EINVAL);
	zero.hypervisor = ir_hypervisor_find("kvm");
	assert_int_equal(ir_config_check(&zero, &err), 0);
	par = resolve(&zero, NULL);
	assert_int_equal(par.hypervisor.tlb_refresh, 1);
	assert_int_equal(par.from.tlb_refresh, IR_FROM_DEFAULT);
	assert_int_equal(par.queue, IR_QUEUE_SINGLE);
	zero.params.has_tlb_refresh = true;
	assert_int_equal(resolve(&zero, NULL).hypervisor.tlb_refresh, 0);
	zero.params.hypervisor.tlb_refresh = 2;
	assert_int_equal(ir_config_check(&zero, &err), -EINVAL);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(ir_source_name(IR_FROM_DEFAULT), "default");
	assert_string_equal(ir_source_name(IR_FROM_RECORDING), "recording");
	assert_string_equal(ir_source_name(IR_FROM_USER), "user");
	assert_string_equal(ir_queue_type_name(IR_QUEUE_SINGLE), "single");
	assert_string_equal(ir_queue_type_name(IR_QUEUE_PER_CPU), "per-cpu");
	for (int cause = 0; cause < IR_CAUSES; cause++)
		assert_non_null(ir_cause_name((enum ir_cause)cause));
	assert_null(ir_strategy_find("nonsense"));
}

/* Parameters that one hypervisor alone has: defaults, bounds, and what is not its own. */
static void test_own_parameters(void **state)
{
	static const struct ir_hypervisor_param own[] = {
		{ "first", "s", 1, 9, 5 }, { "second", "s", 0, 100, 50 }, { .name = NULL },
	};
	struct ir_hypervisor hv = *ir_hypervisor_find("kvm");
	struct ir_recording_info info = { 0 };
	struct ir_effective par;
	struct ir_config c = {
		.strategy = ir_strategy_find("strict"), .hypervisor = &hv,
	};

	(void)state;
	hv.own = own;
	c.params.hypervisor.own[0] = 7;		/* not given: means nothing */
	c.params.hypervisor.own[1] = 0;
	c.params.hypervisor.own_given = 1 << 1;
	assert_int_equal(ir_config_check(&c, NULL), 0);
	ir_params_resolve(&c, &info, &par);
	assert_int_equal(par.hypervisor.own[0], 5);
	assert_int_equal(par.from.own[0], IR_FROM_DEFAULT);
	assert_int_equal(par.hypervisor.own[1], 0);
	assert_int_equal(par.from.own[1], IR_FROM_USER);
	c.params.hypervisor.own[1] = 101;
	assert_int_equal(ir_config_check(&c, NULL), -EINVAL);
	c.params.hypervisor.own[1] = 100;
	assert_int_equal(ir_config_check(&c, NULL), 0);
	c.params.hypervisor.own_given |= 1 << 2;
	assert_int_equal(ir_config_check(&c, NULL), -EINVAL);
	c.hypervisor = ir_hypervisor_find("kvm");
	assert_int_equal(ir_config_check(&c, NULL), -EINVAL);
	assert_null(ir_hypervisor_own(c.hypervisor, 0));
	assert_string_equal(ir_hypervisor_own(&hv, 1)->name, "second");
	assert_null(ir_hypervisor_own(&hv, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_queue_defaults),
		cmocka_unit_test(test_no_queue),
		cmocka_unit_test(test_iommu_api),
		cmocka_unit_test(test_queue_follows_tlb_refresh),
		cmocka_unit_test(test_user_queue),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_aperture),
		cmocka_unit_test(test_aperture_elsewhere),
		cmocka_unit_test(test_aperture_of_the_limit),
		cmocka_unit_test(test_initial_pages),
		cmocka_unit_test(test_initial_pages_of_a_bad_marker),
		cmocka_unit_test(test_cpus_and_hz),
		cmocka_unit_test(test_latency),
		cmocka_unit_test(test_share_and_backend),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_zero_is_the_default),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_own_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
