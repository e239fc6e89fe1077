// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plug-in is checked before it is used: each thing that may be wrong with a
 * strategy, a hypervisor or its parameters has its message.
 */
#include "test_util.h"

#include <stdio.h>

#include "plugin/plugin.h"

static void *open_it(const struct ir_hypervisor_params *params)
{
	(void)params;
	return NULL;
}

static void close_it(void *hv)
{
	(void)hv;
}

static enum ir_rpcit_status rpcit(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	(void)hv;
	(void)iopt;
	(void)first;
	(void)last;
	return 0;
}

static uint64_t left_over(const void *hv)
{
	(void)hv;
	return 0;
}

static uint64_t take_some(void *hv, uint64_t n)
{
	(void)hv;
	return n;
}

static void give_back(void *hv, uint64_t n)
{
	(void)hv;
	(void)n;
}

static void flush_all(struct ir_domain *domain, enum ir_cause cause)
{
	(void)domain;
	(void)cause;
}

/* A plug-in of up to two strategies and hypervisors. */
struct plugin {
	struct ir_strategy strategies[2];
	struct ir_hypervisor hypervisors[2];
	struct ir_strategy *strategy_list[3];
	struct ir_hypervisor *hypervisor_list[3];
	struct ir_hypervisor_param own[3];
	struct ir_loaded loaded;
};

static const struct ir_strategy good_strategy = {
	.name = "mine", .summary = "s", .origin = "o", .unmap = IR_UNMAP_DIRECT,
};
static const struct ir_hypervisor good_hypervisor = {
	.name = "my-host", .summary = "s", .origin = "o", .open = open_it, .close = close_it, .rpcit = rpcit, .available = left_over,
};

static void begin(struct plugin *p, size_t strategies, size_t hypervisors)
{
	static char file[] = "p.so";

	memset(p, 0, sizeof(*p));
	for (size_t i = 0; i < 2; i++) {
		p->strategies[i] = good_strategy;
		p->hypervisors[i] = good_hypervisor;
		p->strategies[i].plugin = p->hypervisors[i].plugin = &p->loaded.info;
	}
	for (size_t i = 0; i < strategies; i++)
		p->strategy_list[i] = &p->strategies[i];
	for (size_t i = 0; i < hypervisors; i++)
		p->hypervisor_list[i] = &p->hypervisors[i];
	p->loaded.file = file;
	p->loaded.strategies = p->strategy_list;
	p->loaded.hypervisors = p->hypervisor_list;
}

static void assert_check(struct plugin *p, const char *says)
{
	struct ir_registry *registry = ir_registry_new();
	struct ir_error err = { "" };
	int rc;

	assert_non_null(registry);
	rc = ir_loaded_check(registry, &p->loaded, &err);
	if (says ? !rc || strcmp(err.text, says) != 0 : rc)
		fail_msg("%d: \"%s\"", rc, err.text);
	ir_registry_free(registry);
}

static void test_good(void **state)
{
	struct plugin p;

	(void)state;
	begin(&p, 1, 1);
	assert_check(&p, NULL);
	begin(&p, 0, 1);
	p.hypervisors[0].take = take_some;
	p.hypervisors[0].give = give_back;
	p.hypervisors[0].own = p.own;
	p.own[0] = (struct ir_hypervisor_param){ .name = "reserve", .summary = "s", .min = 1, .value = 1, .max = 1 };
	p.own[1] = (struct ir_hypervisor_param){ .name = "x-2", .summary = "s", .max = 9 };
	assert_check(&p, NULL);
	begin(&p, 1, 0);
	p.strategies[0].unmap = IR_UNMAP_QUEUED;
	p.strategies[0].flush_iotlb_all = flush_all;
	assert_check(&p, NULL);
	begin(&p, 0, 0);
	assert_check(&p, "p.so: the plug-in has no strategy and no hypervisor");
}

static void test_strategies(void **state)
{
	struct plugin p;

	(void)state;
#define STRATEGY(change, says) do { \
		begin(&p, 1, 0); \
		p.strategies[0].change; \
		assert_check(&p, says); \
	} while (0)
	STRATEGY(name = NULL, "p.so: a strategy is named \"\"; names are 1 to 40 small letters, digits and dashes");
	STRATEGY(name = "a-name-that-has-more-than-forty-letters-1234",
		 "p.so: a strategy is named \"a-name-that-has-more-than-forty-letters-1234\"; names are 1 to 40 small letters, digits and dashes");
	STRATEGY(summary = NULL, "p.so: strategy mine has no summary of one line");
	STRATEGY(origin = "a\033[2J", "p.so: strategy mine has no origin of one line");
	STRATEGY(name = "all", "p.so: a strategy cannot be named \"all\"");
	STRATEGY(unmap = (enum ir_unmap_mode)(IR_UNMAP_DIRECT + 1), "p.so: strategy mine: no such unmap mode");
	STRATEGY(dma_api = (enum ir_dma_api)(IR_DMA_S390 + 1), "p.so: strategy mine: no such DMA API");
	STRATEGY(unmap = IR_UNMAP_QUEUED, "p.so: strategy mine has no callback \"flush_iotlb_all\": what it queues would be used again "
		 "without a flush; for that there is IR_UNMAP_DIRECT");
	STRATEGY(name = "strict", "p.so: the name of strategy strict is taken by a built-in one");
	begin(&p, 2, 0);
	assert_check(&p, "p.so: the name of strategy mine is taken by another one of this plug-in");
}

static void test_hypervisors(void **state)
{
	struct plugin p;

	(void)state;
#define HYPERVISOR(change, says) do { \
		begin(&p, 0, 1); \
		p.hypervisors[0].change; \
		assert_check(&p, says); \
	} while (0)
	HYPERVISOR(open = NULL, "p.so: hypervisor my-host has no callback \"open\"");
	HYPERVISOR(close = NULL, "p.so: hypervisor my-host has no callback \"close\"");
	HYPERVISOR(rpcit = NULL, "p.so: hypervisor my-host has no callback \"rpcit\"");
	HYPERVISOR(available = NULL, "p.so: hypervisor my-host has no callback \"available\"");
	HYPERVISOR(take = take_some, "p.so: hypervisor my-host has no callback \"give\"");
	HYPERVISOR(defaults.tlb_refresh = 2, "p.so: hypervisor my-host: the default of tlb_refresh is neither 0 nor 1");
	HYPERVISOR(share = (enum ir_share)(IR_SHARE_GUEST + 1), "p.so: hypervisor my-host: no such share of limits");
	HYPERVISOR(name = "kvm", "p.so: the name of hypervisor kvm is taken by a built-in one");
	begin(&p, 0, 2);
	assert_check(&p, "p.so: the name of hypervisor my-host is taken by another one of this plug-in");
}

static void test_parameters(void **state)
{
	static const struct { struct ir_hypervisor_param own[2]; const char *says; } rows[] = {
		{ { { .name = "Reserve", .summary = "s" } },
		  "p.so: hypervisor my-host: parameter \"Reserve\" is no name: small letters, digits and dashes" },
		{ { { .name = "", .summary = "s" } },
		  "p.so: hypervisor my-host: parameter \"\" is no name: small letters, digits and dashes" },
		{ { { .name = "-x", .summary = "s" } },
		  "p.so: hypervisor my-host: parameter \"-x\" is no name: small letters, digits and dashes" },
		{ { { .name = "reserve" } }, "p.so: hypervisor my-host: parameter \"reserve\" has no summary of one line" },
		{ { { .name = "reserve", .summary = "a\nb" } }, "p.so: hypervisor my-host: parameter \"reserve\" has no summary of one line" },
		{ { { .name = "reserve", .summary = "a\x7f" } }, "p.so: hypervisor my-host: parameter \"reserve\" has no summary of one line" },
		{ { { .name = "share", .summary = "s" } }, "p.so: hypervisor my-host: the name of parameter share is taken" },
		{ { { .name = "a", .summary = "s" }, { .name = "a", .summary = "s" } },
		  "p.so: hypervisor my-host: the name of parameter a is taken" },
		{ { { .name = "a", .summary = "s", .min = 1 } },
		  "p.so: hypervisor my-host: the default of parameter a is out of its own range" },
		{ { { .name = "a", .summary = "s", .value = 2, .max = 1 } },
		  "p.so: hypervisor my-host: the default of parameter a is out of its own range" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct plugin p;

		begin(&p, 0, 1);
		p.hypervisors[0].own = p.own;
		memcpy(p.own, rows[i].own, sizeof(rows[i].own));
		assert_check(&p, rows[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_strategies),
		cmocka_unit_test(test_hypervisors),
		cmocka_unit_test(test_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
