// SPDX-License-Identifier: GPL-2.0-or-later
/* Limits of mappings that fit the shortages of recordings made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <iommu-replay/fit.h>
#include "test_path.h"

static FILE *out;
static unsigned int us;

static void event(const char *name, uint64_t page, uint64_t pages)
{
	fprintf(out, "  fio-100     [000] .....   100.%06u: %s: IOMMU: iova=0x%016llx - 0x%016llx %s\n",
		us++, name, (unsigned long long)page << 12, (unsigned long long)(page + pages) << 12,
		strcmp(name, "map") ? "size=4096 unmapped_size=4096" : "paddr=0x0000000040000000 size=4096");
}

static void rpcit(uint64_t page, uint64_t pages, bool enough)
{
	fprintf(out, "  fio-100     [000] .....   100.%06u: rpcit: (zpci_refresh_trans+0x0/0x100) "
		"fn=0x7 addr=0x%llx range=0x%llx\n", us++, (unsigned long long)page << 12,
		(unsigned long long)pages << 12);
	fprintf(out, "  fio-100     [000] .....   100.%06u: rpcit_ret: (fff <- zpci_refresh_trans) ret=%d\n",
		us++, enough ? 0 : -12);
}

/*
 * One page is mapped and unmapped lazily again and again; the host holds @limit of them
 * and its retry makes room for all (@limit 0: it has none).
 */
static void make(unsigned int limit, unsigned int maps)
{
	unsigned int held = 0;

	out = fopen(path, "w");
	assert_non_null(out);
	fputs("# tracer: nop\n#\n", out);
	us = 0;
	for (unsigned int i = 0; i < maps; i++) {
		uint64_t page = 0x180000 - 1 - i;
		bool enough = !limit || ++held < limit;

		event("map", page, 1);
		rpcit(page, 1, enough);
		if (!enough) {
			rpcit(0x100000, 0x80000, true);
			held = 1;
		}
		event("unmap", page, 1);
	}
	assert_int_equal(fclose(out), 0);
}

static int fit_on(const char *hypervisor, uint64_t given, struct ir_fit *fit, struct ir_error *err)
{
	struct ir_config config = {
		.strategy = ir_strategy_find("sync-map-retry"),
		.hypervisor = ir_hypervisor_find(hypervisor),
	};
	struct ir_recording *rec = ir_recording_open(path, NULL, err);
	int rc;

	if (!rec)
		fail_msg("%s", err->text);
	config.params.has_entry_limit = given != 0;
	config.params.hypervisor.entry_limit = given;
	rc = ir_fit_limit(rec, &config, NULL, fit, err);
	ir_recording_close(rec);
	return rc;
}

/* Each limit gives another number of shortages: one fits. */
static void test_one_fits(void **state)
{
	struct ir_error err = { "" };
	struct ir_fit fit;

	(void)state;
	make(11, 200);
	assert_int_equal(fit_on("kvm", 0, &fit, &err), 0);
	assert_true(fit.tried);
	assert_int_equal(fit.shortages, 19);
	assert_int_equal(fit.low, 11);
	assert_int_equal(fit.high, 11);
	assert_int_equal(fit.at_low, 19);
	assert_int_equal(fit.at_high, 19);
	assert_int_equal(fit.place_low, 11);
	assert_int_equal(fit.place_high, 11);
	assert_int_equal(fit.agree, 19);
	assert_int_equal(fit.places, 19);
}

/* Few shortages: several limits give their number, their places show one. */
static void test_several_fit(void **state)
{
	struct ir_error err = { "" };
	struct ir_fit fit;

	(void)state;
	make(70, 200);
	assert_int_equal(fit_on("kvm", 0, &fit, &err), 0);
	assert_int_equal(fit.shortages, 2);
	/* Every (n - 1)th of 200 runs short, the first one after n. */
	assert_int_equal(fit.low, 68);
	assert_int_equal(fit.high, 100);
	assert_int_equal(fit.place_low, 70);
	assert_int_equal(fit.place_high, 70);
}

/* A limit that was given is not what is asked for. */
static void test_given(void **state)
{
	struct ir_error err = { "" };
	struct ir_fit fit;

	(void)state;
	make(11, 200);
	assert_int_equal(fit_on("kvm", 50, &fit, &err), 0);
	assert_int_equal(fit.low, 11);
	assert_int_equal(fit.place_low, 11);
}

static void test_no_shortage(void **state)
{
	struct ir_error err = { "" };
	struct ir_fit fit;

	(void)state;
	make(0, 50);
	assert_int_equal(fit_on("kvm", 0, &fit, &err), 0);
	assert_true(fit.tried);
	assert_int_equal(fit.shortages, 0);
	assert_int_equal(fit.low, 0);
}

static void test_no_limit_to_fit(void **state)
{
	struct ir_error err = { "" };
	struct ir_fit fit;

	(void)state;
	make(11, 50);
	assert_int_equal(fit_on("zvm", 0, &fit, &err), -EINVAL);
	assert_string_equal(err.text, "hypervisor zvm has no entry limit");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_fits),
		cmocka_unit_test(test_several_fit),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_no_shortage),
		cmocka_unit_test(test_no_limit_to_fit),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
