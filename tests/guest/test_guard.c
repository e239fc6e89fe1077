// SPDX-License-Identifier: GPL-2.0-or-later
/* The guard of a guest with plug-ins, and the calls of a thread, without a plug-in's file. */
#include "test_util.h"
#include "base/call.h"
#include "guest/guard.h"

static const struct ir_plugin_info info = { .file = "test.so" };
static enum ir_rpcit_status status;
static int result;
static uint64_t iova, size, first_seen, last_seen;
static enum ir_cause cause;
static bool use_memory;
static int memory_at;
static bool keep;

static int sync_map(struct ir_domain *domain, uint64_t at, uint64_t bytes)
{
	if (use_memory)
		((char *)ir_domain_priv(domain))[memory_at] = 1;
	ir_rpcit(domain, size ? iova : at, size ? size : bytes, cause);
	return result;
}

static void flush_all(struct ir_domain *domain, enum ir_cause why)
{
	ir_queue_flush(domain, why);
}

static enum ir_rpcit_status rpcit(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	(void)hv;
	first_seen = first;
	last_seen = last;
	if (!keep)
		ir_iopt_refresh_range(iopt, first, last);
	return status;
}

static void *open_it(const struct ir_hypervisor_params *params)
{
	(void)params;
	return &status;
}

static void close_it(void *hv)
{
	assert_ptr_equal(hv, &status);
}

static uint64_t no_limit(const void *hv)
{
	(void)hv;
	return UINT64_MAX;
}

static const struct ir_strategy strategy = {
	.name = "s", .unmap = IR_UNMAP_STRICT, .iotlb_sync_map = sync_map, .domain_size = 24,
	.flush_iotlb_all = flush_all, .plugin = &info,
};
static const struct ir_hypervisor hypervisor = {
	.name = "h", .shadows = true, .open = open_it, .close = close_it, .rpcit = rpcit,
	.available = no_limit, .plugin = &info,
};

static struct ir_guest *guest(void)
{
	struct ir_effective par = kvm_par(0);
	struct ir_guest *g = ir_guest_new(&(struct ir_guest_config){
		.strategy = &strategy, .hypervisor = &hypervisor, .par = &par,
	});

	assert_non_null(g);
	return g;
}

static int setup(void **state)
{
	(void)state;
	status = IR_RPCIT_OK;
	result = 0;
	size = 0;
	cause = IR_CAUSE_SYNC_MAP;
	use_memory = false;
	keep = false;
	return 0;
}

/* One mapping, with which the guest gets this fault; NULL: none. */
static void faults(const char *text)
{
	struct ir_guest *g = guest();
	bool stop = false;

	ir_guard_set_stop(g->guard, &stop, NULL);
	map_on(g, 0, 0, 1);
	if (text)
		assert_string_equal(ir_guard_fault(g->guard), text);
	else
		assert_null(ir_guard_fault(g->guard));
	assert_int_equal(stop, text != NULL);
	ir_guest_free(g);
	assert_null(ir_call_now());
}

#define S "plug-in test.so, strategy s, callback iotlb_sync_map: "

static void results_are_checked(void **state)
{
	(void)state;
	faults(NULL);
	result = -4095;
	faults(NULL);
	result = -4096;
	faults(S "returned -4096, which is neither 0 nor a negative errno");
	result = 1;
	faults(S "returned 1, which is neither 0 nor a negative errno");
	result = 0;
	status = IR_RPCIT_ERROR;
	faults(NULL);
	status = (enum ir_rpcit_status)(IR_RPCIT_ERROR + 1);
	faults("plug-in test.so, hypervisor h, callback rpcit: returned 4, which is no status of an "
	       "RPCIT");
}

static void causes_are_checked(void **state)
{
	(void)state;
	cause = (enum ir_cause)(IR_CAUSES - 1);
	faults(NULL);
	cause = IR_CAUSES;
	faults(S "called ir_rpcit() with 6, which is no cause");
}

static void ranges_are_clamped(void **state)
{
	(void)state;
	iova = 0;
	size = UINT64_MAX;
	faults(NULL);
	assert_true(first_seen == START && last_seen == START + APERTURE_PAGES - 1);
	iova = (START + 5) << IR_PAGE_SHIFT;
	size = UINT64_C(1) << 60;
	faults(NULL);
	assert_true(first_seen == START + 5 && last_seen == START + APERTURE_PAGES - 1);
	iova = 0;
	size = IR_PAGE_SIZE;
	first_seen = 0;
	faults(NULL);
	assert_true(first_seen == 0);
	iova = 1;
	size = UINT64_MAX;
	faults(NULL);
	iova = 2;
	faults(S "called ir_rpcit() with 18446744073709551615 bytes from 0x2 on, which are more than "
	       "there are addresses");
}

static void memory_has_canaries(void **state)
{
	(void)state;
	use_memory = true;
	memory_at = 23;
	faults(NULL);
	for (memory_at = 24; memory_at < 24 + 64; memory_at += 63)
		faults(S "wrote behind the 24 bytes of its domain_size");
	for (memory_at = -1; memory_at >= -64; memory_at -= 63)
		faults(S "wrote before the 24 bytes of its domain_size");
}

static void a_device_that_goes_has_no_shadow(void **state)
{
	struct ir_guest *g = guest();

	(void)state;
	map_on(g, 0, 0, 3);
	ir_guest_detach(g, 0);
	assert_true(first_seen == START && last_seen == START + APERTURE_PAGES - 1);
	assert_null(ir_guard_fault(g->guard));
	map_on(g, 0, 1, 3);
	keep = true;
	ir_guest_detach(g, 0);
	assert_string_equal(ir_guard_fault(g->guard), "plug-in test.so, hypervisor h, callback rpcit: "
			    "left 3 pages in the shadow of a device that was switched off");
	ir_guest_free(g);
}

static void calls_have_a_depth(void **state)
{
	struct ir_guest *g = guest();

	(void)state;
	map_on(g, 0, 0, 1);
	ir_queue_flush(g->domains[0], IR_CAUSE_RETRY);
	assert_string_equal(ir_guard_fault(g->guard), "plug-in test.so, strategy s, callback "
			    "flush_iotlb_all: calls itself by way of the library more than 8 deep");
	assert_null(ir_call_now());
	ir_guest_free(g);
}

static void calls_that_last_are_seen(void **state)
{
	const struct ir_call outer = { .plugin = &info, .callback = "outer" },
		inner = { .plugin = &info, .callback = "inner" };
	struct ir_calls away;
	struct ir_call seen;

	(void)state;
	assert_true(ir_call_begin(&outer));
	assert_true(ir_call_begin(&inner));
	for (int i = 0; i < 3; i++)
		assert_false(ir_calls_watch(2, &seen));
	assert_true(ir_calls_watch(2, &seen));
	assert_string_equal(seen.callback, "inner");
	/* The outer one goes on while others begin within it. */
	for (int i = 0; i < 5; i++) {
		ir_call_end();
		assert_true(ir_call_begin(&inner));
	}
	assert_true(ir_calls_watch(2, &seen));
	assert_string_equal(seen.callback, "outer");
	/* Nothing runs while it is suspended, but a call is under way. */
	ir_calls_suspend(&away);
	assert_null(ir_call_now());
	assert_true(ir_calls_any(&seen));
	ir_calls_resume(&away, NULL, 0);
	assert_string_equal(ir_call_now()->callback, "inner");
	ir_call_end();
	ir_call_end();
	assert_false(ir_calls_any(&seen));
	/* A new one has all the time again. */
	assert_true(ir_call_begin(&outer));
	assert_false(ir_calls_watch(2, &seen));
	ir_call_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(results_are_checked, setup),
		cmocka_unit_test_setup(causes_are_checked, setup),
		cmocka_unit_test_setup(ranges_are_clamped, setup),
		cmocka_unit_test_setup(memory_has_canaries, setup),
		cmocka_unit_test_setup(a_device_that_goes_has_no_shadow, setup),
		cmocka_unit_test_setup(calls_have_a_depth, setup),
		cmocka_unit_test_setup(calls_that_last_are_seen, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
