// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reports, read again: every column comes back, and what cannot be is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <iommu-replay/registry.h>
#include <stdlib.h>
#include <string.h>

#include "report/columns.h"
#include "report/json.h"

static const struct ir_event_total events[] = { { "iommu:map", 5 }, { "iommu:unmap", 4 } };
static const char *const devices[] = { NULL, "0000:00:00.0", "0000:00:01.0" };

static struct ir_recording_info info;
static struct ir_config config;
static struct ir_result result;
static struct ir_report_verify verify;
static struct ir_report_entry entry;

/* Every byte another one, as far as a value is a number. */
static void fill(void *at, size_t size)
{
	unsigned char *bytes = at;

	for (size_t i = 0; i < size; i += 8)
		for (size_t k = 0; k < 2 && i + k < size; k++)
			bytes[i + k] = (unsigned char)(i / 8 + 1 + k);
}

/* Everything known, nothing damaged. */
static int setup(void **state)
{
	(void)state;
	info = (struct ir_recording_info){
		.file = "dir/a.dat", .format = "f", .why = "w", .byte_order = "big",
		.kernel = "6.12", .arch = "s390x", .clock = "mono", .cpus = 2,
		.start_ns = UINT64_C(1) << 60, .duration_ns = 77,
		.events = events, .nr_events = 2, .devices = devices, .nr_devices = 3,
		.max_live_pages = 12, .complete = true,
		.rpcit = { true, 1, 2, 3, 4, 5, 6, true }, .flushes = { true, 7, 8, 9, 10, 11 },
		.machine = {
			.aperture_start = 4096, .aperture_size = 8192, .mapped_pages = 3,
			.unmapped_pages = 1, .has_marker = true, .hz = 100, .timer_phase_ns = 5,
			.has_timer_phase = true, .timer_late_ns = 6, .has_timer_late = true,
			.rpcit_base_ns = 700, .rpcit_page_ns = 8, .s390_dma_api = true,
		},
	};
	fill(&info.ops, sizeof(info.ops));
	fill(&info.damage, sizeof(info.damage));
	config = (struct ir_config){
		.strategy = ir_strategy_find("fq-flush"), .hypervisor = ir_hypervisor_find("kvm"),
		.params.timer = IR_TIMER_RECORDED, .params.api = IR_API_IOMMU,
	};
	memset(&result, 0, sizeof(result));
	fill(&result, sizeof(result));
	/* No other byte is one. */
	result.lower_bound = result.exposure.has_directions = result.exposure.has_sizes = true;
	result.parameters = (struct ir_effective){
		.hypervisor = { .entry_limit = 8192, .pinned_limit = 5, .tlb_refresh = 1 }, .queue = IR_QUEUE_PER_CPU, .queue_size = 256,
		.queue_timeout_ms = 10, .aperture_start = 4096, .aperture = 1 << 20,
		.initial_pages = 3, .initial_lazy_pages = 4, .cpus = 2, .hz = 250,
		.timer_phase_ns = 9, .timer_late_ns = 10, .api = IR_API_IOMMU,
		.timer = IR_TIMER_SIMULATED, .timer_missing = true,
		.rpcit_base_ns = 11, .rpcit_page_ns = 12,
		.from = { .queue = IR_FROM_USER, .cpus = IR_FROM_RECORDING },
	};
	result.time = (struct ir_time){
		.known = true, .flush_ns = 5, .flush_share = 0.25, .by_cause = { 1, 2, 3 },
		.closed = true, .cpu_ns = 6, .p50_ns = 7, .p99_ns = 8, .recorded_p50_ns = 9,
		.recorded_p99_ns = 10, .bottleneck = IR_BOTTLENECK_HYPERVISOR, .idle_known = true,
		.throughput = { 0.5, 0.25, 0.75, 100, 200 }, .has_untraced = true,
		.untraced = { 0.625, 0.5, 0.75, 125, 200 }, .event_cost_ns = 11,
		.assumptions = { .device_times = true, .serialised = true },
	};
	result.exposure.page_seconds = 0.1 + 0.2;
	memset(&verify, 0, sizeof(verify));
	fill(&verify.verify.predicted, sizeof(verify.verify.predicted));
	verify.verify.recorded.queue_full = IR_NOT_KNOWN;
	verify.verify.comparable = true;
	verify.verify.difference_in_queue = true;
	verify.verify.want = (struct ir_verify_rpcit){ true, 1, 2, true, 3, 4, true };
	verify.verify.compared = 55;
	verify.tolerance_percent = 0.25;
	verify.strategy_from = "user";
	verify.hypervisor_from = "manifest";
	verify.manifest = "m.json";
	verify.has_operation = true;
	verify.operation = (struct ir_op){
		.kind = IR_OP_UNMAP, .flags = IR_OPF_IRQ, .time_ns = 5, .iova = 4096, .pages = 2, .mapping = IR_NO_MAPPING,
	};
	entry = (struct ir_report_entry){
		.info = &info, .configs = &config, .results = &result, .nr_results = 1,
		.verify = &verify,
	};
	return 0;
}

static struct ir_report *read_text(const char *text)
{
	struct ir_error err = { "" };
	struct ir_report *report = ir_report_read("r.json", text, strlen(text), &err);

	if (!report)
		fail_msg("%s", err.text);
	return report;
}

/* Written, read, and written again from what was read. */
static void there_and_back(const struct ir_report_entry *given)
{
	char *text = ir_report_json(given, 1), *again, *document, *csv, *csv_again;
	struct ir_report *report = read_text(text);
	size_t n;
	const struct ir_report_entry *entries = ir_report_entries(report, &n);

	assert_int_equal(n, 1);
	again = ir_report_json(entries, n);
	document = ir_report_document(report);
	csv = ir_report_csv(given, 1);
	csv_again = ir_report_csv(entries, n);
	assert_string_equal(text, again);
	assert_string_equal(text, document);
	assert_string_equal(csv, csv_again);
	if (given->nr_results)
		assert_int_equal(entries->results[0].parameters.timer_missing,
				 given->results[0].parameters.timer_missing);
	assert_int_equal(entries->info->machine.has_marker, given->info->machine.has_marker);
	free(text);
	free(again);
	free(document);
	free(csv);
	free(csv_again);
	ir_report_free(report);
}

static void everything_known(void **state)
{
	(void)state;
	there_and_back(&entry);
}

static void nothing_known(void **state)
{
	(void)state;
	info = (struct ir_recording_info){ .file = "", .devices = devices, .nr_devices = 1 };
	memset(&result, 0, sizeof(result));
	result.parameters.queue = IR_QUEUE_NONE;
	config.params = (struct ir_params){ .queue = IR_QUEUE_DEFAULT };
	memset(&verify, 0, sizeof(verify));
	verify.verify.same_sequence = true;
	there_and_back(&entry);
	info.rpcit.present = true;	/* without results */
	there_and_back(&entry);
}

static void strange_names(void **state)
{
	struct ir_strategy strategy = { .name = "of-a-plug-in" };
	struct ir_hypervisor hypervisor = { .name = "of-a-plug-in" };
	struct ir_config configs[2] = { config, config };
	struct ir_result results[2] = { result, result };
	struct ir_report_entry two = {
		.info = &info, .configs = configs, .results = results, .nr_results = 2,
	};
	char *text;
	struct ir_report *report;
	const struct ir_report_entry *entries;
	size_t n;

	(void)state;
	for (int i = 0; i < 2; i++) {
		configs[i].strategy = &strategy;
		configs[i].hypervisor = &hypervisor;
	}
	text = ir_report_json(&two, 1);
	report = read_text(text);
	entries = ir_report_entries(report, &n);
	assert_string_equal(entries->configs[0].strategy->name, "of-a-plug-in");
	/* Equal names are the same thing: groups of results are found by it. */
	assert_ptr_equal(entries->configs[0].hypervisor, entries->configs[1].hypervisor);
	assert_null(entries->verify);
	free(text);
	ir_report_free(report);
}

/* Shares of devices: one does nothing in one result, and one has no name. */
static void devices_shares(void **state)
{
	struct ir_result results[2] = { result, result }, shares[6] = { 0 };
	struct ir_config configs[2] = { config, config };
	struct ir_report_entry two = {
		.info = &info, .configs = configs, .results = results, .nr_results = 2,
		.devices = shares,
	};

	(void)state;
	for (size_t i = 0; i < 6; i++)
		shares[i].parameters = result.parameters;
	shares[2].rpcit.total = shares[2].maps.attempted = 7;
	shares[2].lower_bound = true;
	shares[2].lower_bound_ns = 99;
	shares[3].maps.attempted = 1;
	shares[5] = result;
	there_and_back(&two);
	/* The same name twice: names may differ in broken bytes only. */
	info.devices = (const char *const[]){ NULL, "d", "d" };
	there_and_back(&two);
}

static const struct ir_frame frames[] = {
	{ 0xffffffff81000000, "dma_map_page_attrs", NULL, 0x10 },
	{ 0x3ff7e841f42, "nvme_prep_rq", "nvme", 0x4e2 },
	{ 0x3ff7e841f43, NULL, "nvme", 0 },
};

/* Ranked as the rows are: by mappings, then by name. */
static const struct ir_site sites[] = {
	[IR_SITE_UNKNOWN] = { .name = "(unknown)", .mappings = 2, .pages = 3 },
	[IR_SITE_TIMER] = { .name = "(flush timer)" },
	{ "a+0x1", "nvme", "a", 0x3ff7e841f43, 1, frames + 2, 1, 0, 5, 6, 1 },
	{ "z+0x1", "nvme", "z", 0x3ff7e841f42, 2, frames, 2, 1, 5, 6, 1 },
	{ "0xffffffff81000000", NULL, NULL, 0xffffffff81000000, 1, frames, 1, 0, 4, 4, 0 },
};
static const struct ir_site_table table = { sites, 5, false, "somewhere", "record more" };

static void call_sites(void **state)
{
	struct ir_result results[2] = { result, result };
	struct ir_config configs[2] = { config, config };
	struct ir_site_result of_sites[10] = { 0 };
	struct ir_report_entry two = {
		.info = &info, .configs = configs, .results = results, .nr_results = 2,
		.sites = of_sites,
	};
	const struct ir_report_entry *entries;
	struct ir_report *report;
	char *text;
	size_t n;

	(void)state;
	info.sites = &table;
	fill(&of_sites[0], sizeof(of_sites[0]));
	of_sites[0].exposed_page_seconds = 0.1;
	of_sites[1].rpcits = 5;
	of_sites[3] = of_sites[2] = of_sites[0];
	of_sites[9].mappings = 3;
	there_and_back(&two);
	text = ir_report_json(&two, 1);
	report = read_text(text);
	entries = ir_report_entries(report, &n);
	assert_int_equal(entries->info->sites->nr, 5);
	for (size_t i = 0; i < 5; i++) {
		const struct ir_site *site = &entries->info->sites->sites[i];

		assert_string_equal(site->name, sites[i].name);
		assert_int_equal(site->nr_frames, sites[i].nr_frames);
		assert_int_equal(!site->frames, !sites[i].frames);
		assert_memory_equal(&entries->sites[i], &of_sites[i], sizeof(of_sites[i]));
	}
	free(text);
	ir_report_free(report);
	/* A recording alone. */
	two.nr_results = 0;
	two.sites = NULL;
	there_and_back(&two);
}

static const struct ir_plugin_info plugin = { "./p.so", "1.0", 1 };
static const struct ir_hypervisor_param own[] = {
	{ "reserve", "s", 0, 9, 1 }, { "b", "s", 0, 9, 1 }, { NULL, NULL, 0, 0, 0 },
};

static void plug_ins(void **state)
{
	const struct ir_strategy strategy = { .name = "strict", .plugin = &plugin };
	const struct ir_hypervisor hypervisor = { .name = "mine", .own = own, .plugin = &plugin };
	struct ir_config configs[2] = { config, config };
	struct ir_result results[2] = { result, result };
	struct ir_report_entry two = {
		.info = &info, .configs = configs, .results = results, .nr_results = 2,
	};
	const struct ir_report_entry *entries;
	struct ir_report *report;
	char *text;
	size_t n;

	(void)state;
	configs[1].strategy = &strategy;
	configs[0].hypervisor = configs[1].hypervisor = &hypervisor;
	results[0].parameters.hypervisor.own[1] = 5;
	results[0].parameters.from.own[1] = IR_FROM_USER;
	there_and_back(&two);
	text = ir_report_json(&two, 1);
	report = read_text(text);
	entries = ir_report_entries(report, &n);
	assert_ptr_equal(entries->configs[0].strategy, config.strategy);
	/* The name of a built-in one does not make it that. */
	assert_ptr_not_equal(entries->configs[1].strategy, ir_strategy_find("strict"));
	assert_ptr_equal(entries->configs[1].strategy->plugin, entries->configs[1].hypervisor->plugin);
	assert_ptr_equal(entries->configs[0].hypervisor, entries->configs[1].hypervisor);
	free(text);
	ir_report_free(report);
}

/* The document with one more or another member, "recordings.0.results.0" and so on. */
static char *changed(const char *path, const char *key, json_t *value)
{
	char *text = ir_report_json(&entry, 1), part[32], *new_text;
	json_t *root = json_loads(text, 0, NULL), *in = root;

	while (*path) {
		size_t len = strcspn(path, ".");

		memcpy(part, path, len);
		part[len] = '\0';
		in = json_is_array(in) ? json_array_get(in, (size_t)atoi(part)) :
			json_object_get(in, part);
		assert_non_null(in);
		path += len + (path[len] == '.');
	}
	assert_int_equal(json_object_set_new(in, key, value), 0);
	new_text = ir_json_text(root);
	json_decref(root);
	free(text);
	return new_text;
}

static void unknown_members(void **state)
{
	char *text = changed("recordings.0.results.0", "new_thing", json_pack("[{s:i}]", "a", 1));
	struct ir_report *report = read_text(text);
	char *again = ir_report_document(report);

	(void)state;
	assert_string_equal(text, again);
	free(text);
	free(again);
	ir_report_free(report);
}

static void missing_members(void **state)
{
	char *text = changed("recordings.0.results.0", "maps", json_object());
	struct ir_report *report = read_text(text);
	size_t n;

	(void)state;
	assert_int_equal(ir_report_entries(report, &n)->results[0].maps.attempted, 0);
	free(text);
	ir_report_free(report);
}

static void refused(const char *path, const char *key, json_t *value, const char *says)
{
	char *text = changed(path, key, value);
	struct ir_error err = { "" };

	assert_null(ir_report_read("r.json", text, strlen(text), &err));
	if (strncmp(err.text, "r.json: ", 8) || !strstr(err.text, says))
		fail_msg("\"%s\" does not say \"%s\"", err.text, says);
	free(text);
}

#define RECORDING "recordings.0.recording"
#define RESULT "recordings.0.results.0"

static void wrong_members(void **state)
{
	(void)state;
	refused("", "schema", json_string("other/1"), "schema");
	refused("", "recordings", json_null(), "recordings");
	refused(RECORDING, "file", json_null(), "file");
	refused(RECORDING, "cpus", json_integer(UINT32_MAX + INT64_C(1)),
		"recordings[0].recording: cpus");
	refused(RECORDING, "start_ns", json_string("0"), "start_ns");
	refused(RECORDING, "duration_ns", json_integer(-1), "duration_ns");
	refused(RECORDING, "complete", json_integer(1), "complete");
	refused(RECORDING, "complete", json_array(), "complete");
	refused(RECORDING ".machine", "hz", json_object(), "machine.hz");
	refused(RECORDING, "events", json_pack("{s:s}", "a", "b"), "events");
	refused(RECORDING, "devices", json_pack("[i]", 1), "devices[0]");
	refused(RECORDING ".recorded_rpcit", "total", json_null(), "recorded_rpcit.total");
	refused(RESULT, "strategy", json_integer(1), "strategy");
	refused(RESULT ".parameters", "queue", json_string("ring"),
		"recordings[0].results[0]: parameters.queue");
	refused(RESULT ".parameters", "tlb_refresh", json_integer(2), "tlb_refresh");
	refused(RESULT ".parameters.sources", "queue", json_string("moon"), "sources.queue");
	refused(RESULT ".rpcit", "total", json_real(0.5), "rpcit.total");
	refused(RESULT ".exposure", "page_seconds", json_true(), "exposure.page_seconds");
	refused(RESULT ".verify", "equal", json_integer(1), "equal");
	refused(RESULT ".verify.predicted", "total", json_string("1"), "predicted.total");
	refused(RESULT ".verify.first_difference.operation", "kind", json_string("?"), "kind");
	refused(RESULT ".verify.first_difference.operation", "failed", json_integer(1), "failed");
	refused(RESULT, "timeline", json_object(), "timeline");
}

static void wrong_parts(void **state)
{
	json_t *many = json_object();

	(void)state;
	refused(RESULT, "devices", json_pack("[{s:s}]", "device", "x"), "devices[0]: \"device\"");
	refused(RESULT, "devices", json_pack("[{s:n},{s:s,s:{s:i}}]", "device", "device",
					     "0000:00:01.0", "rpcit", "total", -1),
		"results[0]: devices[1]: rpcit.total");
	refused(RESULT, "devices", json_pack("[{s:s},{s:s}]", "device", "0000:00:01.0", "device",
					     "0000:00:01.0"), "devices[1]");
	refused(RECORDING, "sites", json_pack("[i]", 1), "sites[0]: site");
	refused(RECORDING, "sites", json_pack("[{s:s,s:i,s:i,s:i,s:s}]", "site", "a", "mappings", 1,
					      "pages", 1, "failed", 0, "address", "0xg"), "address");
	refused(RECORDING, "sites", json_pack("[{s:s,s:i,s:i,s:i,s:i}]", "site", "a", "mappings", 1,
					      "pages", 1, "failed", 0, "caller", 1), "caller");
	refused(RECORDING, "sites", json_pack("[{s:s,s:i,s:i}]", "site", "a", "mappings", 1, "pages",
					      1), "failed");
	refused(RECORDING, "sites", json_pack("[{s:s,s:i,s:i,s:i,s:[i]}]", "site", "a", "mappings",
					      1, "pages", 1, "failed", 0, "frames", 1), "frames");
	refused(RESULT ".parameters", "own", json_pack("{s:s}", "a", "1"), "parameters.own.a");
	refused(RESULT ".parameters", "own", json_pack("[i]", 1), "parameters.own");
	for (int i = 0; i < 9; i++)
		json_object_set_new(many, (char[]){ (char)('a' + i), 0 }, json_integer(1));
	refused(RESULT ".parameters", "own", many, "more than 8");
	refused(RESULT ".parameters.sources", "strategy_plugin", json_pack("{s:i}", "file", 1),
		"sources.strategy_plugin");
	refused(RESULT ".parameters.sources", "hypervisor_plugin", json_pack("{s:s}", "file", "f"),
		"sources.hypervisor_plugin");
}

/* A group of figures of another type would else read as zeros. */
static void wrong_outlines(void **state)
{
	(void)state;
	refused(RECORDING, "operations", json_integer(1), "operations.map has a value that it cannot have");
	refused(RECORDING, "recorded_rpcit", json_true(), "recorded_rpcit.");
	refused(RECORDING, "machine", json_array(), "machine.");
	refused(RECORDING, "events", json_array(), "recording: events is not an object");
	refused(RECORDING, "devices", json_string("0000:00:01.0"), "recording: devices is not a list");
	refused(RECORDING, "sites", json_object(), "recording: sites is not a list");
	refused(RESULT, "rpcit", json_string("many"), "recordings[0].results[0]: rpcit.total");
	refused(RESULT ".rpcit", "by_cause", json_integer(0), "rpcit.by_cause.");
	refused(RESULT ".parameters", "sources", json_string("user"), "parameters.sources.");
	refused(RESULT, "devices", json_object(), "results[0]: devices is not a list");
	refused(RESULT, "verify", json_array(), "results[0]: verify is not an object");
	refused(RESULT ".verify", "predicted", json_integer(1), "predicted.");
	refused(RESULT, "timeline", json_string("x"), "results[0]: timeline is not an object");
	refused(RESULT, "shortages", json_array(), "results[0]: shortages is not an object");
	refused(RESULT, "sites", json_integer(1), "results[0]: sites is not a list");
}

/* Call sites of a result that the recording does not have. */
static void wrong_sites(void **state)
{
	struct ir_error err = { "" };
	char *text, *again;
	json_t *root, *results;

	(void)state;
	info.sites = &table;
	text = ir_report_json(&entry, 1);
	root = json_loads(text, 0, NULL);
	free(text);
	results = json_object_get(json_array_get(json_object_get(root, "recordings"), 0), "results");
	json_object_set_new(json_array_get(results, 0), "sites",
			    json_pack("[{s:s,s:n}]", "site", "a+0x1", "address"));
	again = ir_json_text(root);
	assert_null(ir_report_read("r.json", again, strlen(again), &err));
	if (!strstr(err.text, "results[0]: sites[0]: \"a+0x1\" is none of recording.sites"))
		fail_msg("%s", err.text);
	free(again);
	json_decref(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(everything_known, setup),
		cmocka_unit_test_setup(nothing_known, setup),
		cmocka_unit_test_setup(strange_names, setup),
		cmocka_unit_test_setup(devices_shares, setup),
		cmocka_unit_test_setup(call_sites, setup),
		cmocka_unit_test_setup(plug_ins, setup),
		cmocka_unit_test_setup(wrong_parts, setup),
		cmocka_unit_test_setup(wrong_outlines, setup),
		cmocka_unit_test_setup(wrong_sites, setup),
		cmocka_unit_test_setup(unknown_members, setup),
		cmocka_unit_test_setup(missing_members, setup),
		cmocka_unit_test_setup(wrong_members, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
