// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line that a verdict suggests next: its options, and how the shell reads its words. */
#include "verdict/verdict_util.h"

#include <stdio.h>
#include <iommu-replay/registry.h>

static void test_try_next(void **state)
{
	struct table *t = table();

	(void)state;
	t->kvm.name = "my host";
	limits(&add(t, "strict", 2000, 5, 0, 0, 0)->parameters, 0, 100);
	t->results[0].parameters.aperture = 1 << 20;
	t->results[0].parameters.from.aperture = IR_FROM_USER;
	assert_line(t, IR_PLAIN, "Try next", "How many pinned pages are enough? iommu-replay sweep --find min-pinned-limit --vary "
		    "pinned-limit=64:65535:x2 --hypervisor 'my host' --aperture 1048576 dir/a.dat");
	/* Half of the limit is near enough. */
	t->results[0].maps.map_failed = 0;
	t->results[0].peaks.host_pages = 50;
	assert_line(t, IR_PLAIN, "Try next", "How many pinned pages are enough? iommu-replay sweep --find min-pinned-limit --vary "
		    "pinned-limit=64:65535:x2 --hypervisor 'my host' --aperture 1048576 dir/a.dat");
	t->results[0].maps.iova_exhausted = 1;
	assert_line(t, IR_PLAIN, "Try next", "How much address space is enough? iommu-replay sweep --find min-aperture "
		    "--hypervisor 'my host' dir/a.dat");
	free(t);
}

/* The suggested command line has the options of the user, but for those that the command varies. */
static void test_try_next_repeats_what_was_given(void **state)
{
	struct table *t = table();
	struct ir_effective *p = &add(t, "fq-flush", 2000, 5, 0, 0, 0)->parameters;

	(void)state;
	limits(p, 100, 0);
	p->from.entry_limit = p->from.share = p->from.tlb_refresh = p->from.backend = IR_FROM_USER;
	p->hypervisor.tlb_refresh = 1;
	p->share = IR_SHARE_GUEST;
	p->backend = IR_BACKEND_TYPE1;
	p->queue = IR_QUEUE_PER_CPU;
	p->queue_size = 64;
	p->queue_timeout_ms = 20;
	p->initial_pages = 24;
	p->cpus = 2;
	p->hz = 250;
	p->devices = 3;
	p->from.queue = p->from.queue_size = p->from.queue_timeout = p->from.initial_pages = IR_FROM_USER;
	p->from.cpus = p->from.hz = p->from.devices = IR_FROM_USER;
	assert_line(t, IR_PLAIN, "Try next", "How many host mappings are enough? iommu-replay sweep --find min-entry-limit "
		    "--vary entry-limit=64:65535:x2 --hypervisor kvm:tlb-refresh=1,share=guest,backend=type1 --queue per-cpu "
		    "--queue-size 64 --queue-timeout 20 --initial-pages 24 --cpus 2 --hz 250 --devices 3 dir/a.dat");
	t->results[0].maps.map_failed = 0;
	t->info.rpcit.present = true;
	t->info.device_name = "it's";
	t->info.window_from_ns = 2100000000;
	t->info.window_to_ns = IR_WINDOW_OPEN;
	t->info.events_file = "my.json";
	*p = (struct ir_effective){ .api = IR_API_IOMMU, .timer = IR_TIMER_RECORDED, .queue = IR_QUEUE_NONE,
		.rpcit_base_ns = 5000, .has_all = true, .all_base_ns = 7000, .all_page_ns = 3, .devices = 3,
		.from = { .rpcit_latency = IR_FROM_USER, .all_latency = IR_FROM_USER, .devices = IR_FROM_USER } };
	assert_line(t, IR_PLAIN, "Try next", "How far can the model be trusted? iommu-replay verify --api iommu --timer recorded "
		    "--flush-latency 5000 --flush-all-latency 7000+3 --device 'it'\\''s' --time-window 2.1s: --events my.json "
		    "dir/a.dat");
	t->info.window_from_ns = 0;
	t->info.window_to_ns = 5000000001;
	p->from.rpcit_latency = p->from.all_latency = IR_FROM_DEFAULT;
	p->latency = IR_LATENCY_RECORDED;
	assert_line(t, IR_PLAIN, "Try next", "How far can the model be trusted? iommu-replay verify --api iommu --timer recorded "
		    "--flush-latency recorded --device 'it'\\''s' --time-window :5.000000001s --events my.json dir/a.dat");
	t->results[0].time.closed = true;
	*p = (struct ir_effective){ .queue = IR_QUEUE_NONE };
	t->info.window_to_ns = 0;
	t->info.device_name = t->info.events_file = NULL;
	assert_line(t, IR_PLAIN, "Try next", "How far can the model be trusted? iommu-replay verify --load closed dir/a.dat");
	t->results[0].time.event_cost_ns = 5600;
	assert_line(t, IR_PLAIN, "Try next", "How far can the model be trusted? iommu-replay verify --load closed dir/a.dat");
	t->results[0].time.assumptions.event_cost_as_given = true;
	assert_line(t, IR_PLAIN, "Try next",
		    "How far can the model be trusted? iommu-replay verify --load closed --event-cost 5600ns dir/a.dat");
	free(t);
}

/* Names of a plug-in need it, and its hypervisors have parameters of their own. */
static void test_try_next_loads_plugins(void **state)
{
	static const struct ir_plugin_info warn = { .file = "./my warn.so" }, low = { .file = "low.so" };
	static const struct ir_hypervisor_param own[] = {
		{ .name = "reserve" }, { .name = "spare" }, { .name = "first" }, { .name = NULL },
	};
	struct table *t = table();
	struct ir_effective *p;

	(void)state;
	t->kvm.name = "kvm-warn";
	t->kvm.plugin = &warn;
	t->kvm.own = own;
	t->info.rpcit.present = true;
	p = &add(t, "strict", 2000, 0, 0, 0, 0)->parameters;
	p->hypervisor.own[0] = 100;
	p->hypervisor.own[1] = 3;
	p->from.own[0] = p->from.own[2] = IR_FROM_USER;
	assert_line(t, IR_PLAIN, "Try next", "How far can the model be trusted? iommu-replay verify --plugin './my warn.so' "
		    "--hypervisor kvm-warn:reserve=100,first=0 dir/a.dat");
	add(t, "low-water", 2000, 0, 0, 0, 0);
	add(t, "low-water-2", 2000, 0, 0, 0, 0);
	add(t, "warn-too", 2000, 0, 0, 0, 0);
	t->strategies[1].plugin = t->strategies[2].plugin = &low;
	t->strategies[3].plugin = &warn;
	t->info.file = "standard input";
	assert_line(t, IR_PLAIN, "Try next", "How far can the model be trusted? iommu-replay verify --plugin './my warn.so' "
		    "--plugin low.so --hypervisor kvm-warn:reserve=100,first=0 -");
	t->kvm.plugin = &low;
	t->kvm.own = NULL;
	assert_line(t, IR_PLAIN, "Try next", "How far can the model be trusted? iommu-replay verify --plugin low.so "
		    "--plugin './my warn.so' --hypervisor kvm-warn -");
	t->info.complete = false;
	assert_line(t, IR_PLAIN, "Try next", "Record again, with larger buffers: parts of the recording are lost or damaged. "
		    "iommu-replay info -");
	free(t);
}

static void test_shell(void **state)
{
	static const struct { const char *word, *written; } rows[] = {
		{ "a/b-c_1.dat", "a/b-c_1.dat" }, { "", "''" }, { "a b", "'a b'" }, { "it's", "'it'\\''s'" }, { "$(x)", "'$(x)'" },
		{ "a\tb", "$'a\\011b'" }, { "it's\n\\", "$'it\\'s\\012\\\\'" }, { "\xff\xfe", "$'\\377\\376'" },
		{ "\xc3\xa9 b", "'\xc3\xa9 b'" }, { "\xc2\x85", "$'\\302\\205'" }, { "-x", "-x" },
		{ "=ls", "'=ls'" }, { "a=b", "a=b" },
	}, operands[] = {
		{ "-", "-" }, { "", "''" }, { "-x", "./-x" }, { "--a b", "'./--a b'" }, { "a-", "a-" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[64] = "";
		FILE *out = fmemopen(text, sizeof(text), "w");

		assert_non_null(out);
		ir_write_shell(out, rows[i].word);
		fclose(out);
		assert_string_equal(text, rows[i].written);
	}
	for (size_t i = 0; i < sizeof(operands) / sizeof(operands[0]); i++) {
		char text[64] = "";
		FILE *out = fmemopen(text, sizeof(text), "w");

		assert_non_null(out);
		ir_write_operand(out, operands[i].word);
		fclose(out);
		assert_string_equal(text, operands[i].written);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_try_next),
		cmocka_unit_test(test_try_next_repeats_what_was_given),
		cmocka_unit_test(test_try_next_loads_plugins),
		cmocka_unit_test(test_shell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
