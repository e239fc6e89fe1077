// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stored reports of which one member is missing or another value: each is refused in one line that
 * begins with the file's name, or is read; what was read can be written, as JSON that is read
 * again, and compared with the report that it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <iommu-replay/compare.h>
#include <iommu-replay/registry.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/columns.h"
#include "report/json.h"
#include "verdict/verdict.h"

#define NAME	"r.json"
#define MEMBERS	2	/* of an array, from its begin, that are changed */

/*
 * The damage that is done to a member.
 */

static json_t *large(void)
{
	return json_integer(INT64_MAX);
}

static json_t *text(void)
{
	return json_string("another text");
}

static json_t *minus(void)
{
	return json_integer(-1);
}

static json_t *list_of_null(void)
{
	json_t *list = json_array();

	json_array_append_new(list, json_null());
	return list;
}

static json_t *(*const values[])(void) = {
	NULL,	/* it is missing */
	minus, large, text, list_of_null, json_object,
};

#define VALUES (sizeof(values) / sizeof(values[0]))

static unsigned int refused, taken;

static void check_refused(const struct ir_error *err, const char *where)
{
	if (strncmp(err->text, NAME, strlen(NAME)) != 0 || strchr(err->text, '\n') ||
	    strlen(err->text) < sizeof(NAME) + 8)
		fail_msg("%s: \"%s\"", where, err->text);
	refused++;
}

static char *written(const char *document, const char *where)
{
	struct ir_error err = { "" };
	struct ir_report *report = ir_report_read(NAME, document, strlen(document), &err);
	const struct ir_report_entry *entries;
	char *again, *csv, *words;
	size_t n;

	if (!report) {
		check_refused(&err, where);
		return NULL;
	}
	entries = ir_report_entries(report, &n);
	again = ir_report_json(entries, n);
	csv = ir_report_csv(entries, n);
	words = ir_verdict_document(entries, n);
	if (!again || !csv || !words)
		fail_msg("%s: cannot be written", where);
	free(csv);
	free(words);
	ir_report_free(report);
	return again;
}

static void compare(const char *base, const char *document, const char *where)
{
	const struct ir_compare_options options = { .conditions = NULL };
	struct ir_compare_report *baseline, *news;
	struct ir_comparison comparison;
	struct ir_error err = { "" };

	baseline = ir_compare_read("base.json", base, strlen(base), &err);
	assert_non_null(baseline);
	news = ir_compare_read(NAME, document, strlen(document), &err);
	if (!news) {
		check_refused(&err, where);
	} else if (ir_compare(baseline, news, &options, &comparison, &err)) {
		if (!err.text[0])
			fail_msg("%s: cannot be compared, and no word why", where);
	} else {
		assert_true(comparison.failed <= comparison.nr_differences);
		ir_comparison_free(&comparison);
	}
	ir_compare_report_free(news);
	ir_compare_report_free(baseline);
}

static void try_document(const json_t *root, const char *base, bool whole, const char *where)
{
	char *document = json_dumps(root, JSON_COMPACT), *first, *second;

	assert_non_null(document);
	first = written(document, where);
	if (first && !whole) {
		taken++;
	} else if (first) {
		second = written(first, where);
		if (!second)
			fail_msg("%s: what was written cannot be read", where);
		free(second);
		taken++;
	}
	if (whole)
		compare(base, document, where);
	free(first);
	free(document);
}

/* Changes each member below @json, one at a time; @where is its path. */
static void change_members(const json_t *root, json_t *json, const char *base, const char *where);

/* As tests/run has it: every fourth change is enough. */
static bool is_left_out(void)
{
	static unsigned int changes;

	return getenv("FEWER") && changes++ % 4;
}

static void change(const json_t *root, json_t *in, const char *key, size_t index, json_t *was, const char *base,
		   const char *where)
{
	for (size_t v = 0; v < VALUES; v++) {
		json_t *value;

		/* A number in place of an object or a list is as wrong as a text. */
		if ((values[v] == minus || values[v] == large) && (json_is_object(was) || json_is_array(was)))
			continue;
		if (is_left_out())
			continue;
		value = values[v] ? values[v]() : NULL;
		json_incref(was);
		if (key && value)
			json_object_set_new(in, key, value);
		else if (key)
			json_object_del(in, key);
		else if (value)
			json_array_set_new(in, index, value);
		else
			json_array_remove(in, index);
		try_document(root, base, v % 3 == 0, where);
		if (key)
			json_object_set_new(in, key, was);
		else if (value)
			json_array_set_new(in, index, was);
		else
			json_array_insert_new(in, index, was);
	}
	change_members(root, was, base, where);
}

static void change_members(const json_t *root, json_t *json, const char *base, const char *where)
{
	char path[512];
	json_t *member;

	if (json_is_object(json)) {
		json_t *before = json_copy(json);	/* members that are set again move */
		const char *key;

		json_object_foreach(before, key, member) {
			snprintf(path, sizeof(path), "%s.%s", where, key);
			change(root, json, key, 0, member, base, path);
		}
		json_decref(before);
	} else {
		for (size_t i = 0; i < json_array_size(json) && i < MEMBERS; i++) {
			snprintf(path, sizeof(path), "%s[%zu]", where, i);
			change(root, json, NULL, i, json_array_get(json, i), base, path);
		}
	}
}

/*
 * The documents.
 */

static void change_all(const char *document)
{
	json_t *root = json_loads(document, 0, NULL);
	char *base;

	assert_non_null(root);
	json_object_del(root, "digest");
	base = json_dumps(root, JSON_COMPACT);
	refused = taken = 0;
	change_members(root, root, base, "report");
	free(base);
	json_decref(root);
	assert_true(refused > 50);
	assert_true(taken > 50);
}

static void stored(void **state)
{
	static char document[1 << 16];
	FILE *in = fopen(*state, "r");
	size_t len;

	if (!in)
		fail_msg("%s: cannot open", (const char *)*state);
	len = fread(document, 1, sizeof(document) - 1, in);
	document[len] = '\0';
	fclose(in);
	change_all(document);
}

static const char *const devices[] = { NULL, "0000:00:10.0", "0000:00:10.1" };
static const struct ir_frame frames[] = { { 0x1000, "dma_map_page", NULL, 0x10 }, { 0x2000, "nvme_map", "nvme", 4 } };
static const struct ir_site sites[] = {
	[IR_SITE_UNKNOWN] = { .name = "(unknown)", .mappings = 2, .pages = 3 },
	[IR_SITE_TIMER] = { .name = "(flush timer)" },
	{ "nvme_map+0x4", "nvme", "nvme_map", 0x2000, 1, frames, 2, 1, 5, 6, 1 },
};
static const struct ir_site_table table = { sites, 3, false, "somewhere", "record more" };
static const struct ir_event_total events[] = { { "iommu:map", 5 } };

static const struct ir_fault_mapping mappings[] = {
	{ .iova = 0x1000, .size = 0x1000, .whole_iova = 0x1000, .whole_size = 0x2000, .segments = 2, .site = 2,
	  .device = "0000:00:10.0", .direction = "TO_DEVICE", .mapped_ns = 5, .unmapped_ns = 9, .flushed_ns = 9,
	  .mapped_by = { "fio", "dma_map_page", 7, 1 }, .unmapped_by = { "fio", "dma_unmap_page", 7, 1 } },
	{ .iova = 0x3000, .size = 0x1000, .whole_iova = 0x3000, .whole_size = 0x1000, .segments = 1, .is_before = true },
};
static const struct ir_fault_candidate candidates[] = {
	{ IR_FAULT_UNMAPPED, &mappings[0], 3, "unmapped" }, { IR_FAULT_NEVER_MAPPED, NULL, 4, "not mapped" },
};
static const struct ir_fault faults_list[] = {
	{ .time_ns = 20, .uncertainty_ns = 3, .sources = IR_FAULT_EVENT | IR_FAULT_LOG, .device = "0000:00:10.1",
	  .iommu = "amd", .address = 0x1008, .access = IR_ACCESS_WRITE, .entry = IR_ENTRY_NOT_PRESENT,
	  .kind = IR_FAULT_UNMAPPED, .mapping = &mappings[0], .side = IR_SIDE_OVERRUN, .neighbour = &mappings[1],
	  .verdict = "use after unmap" },
	{ .time_ns = 30, .sources = IR_FAULT_CONSOLE, .page_only = true, .address = 0x5000, .access = IR_ACCESS_READ,
	  .entry = IR_ENTRY_NOT_PERMITTED, .kind = IR_FAULT_UNCERTAIN, .candidates = candidates, .nr_candidates = 2,
	  .side = IR_SIDE_UNDERRUN, .neighbour = &mappings[0], .verdict = "uncertain" },
};
static const struct ir_fault_count by_device[] = { { "0000:00:10.1", 1 } };
static const struct ir_fault_count by_site[] = { { "nvme_map+0x4", 1 } };
static const struct ir_faults faults = {
	.faults = faults_list, .nr = 2, .by_kind = { [IR_FAULT_UNMAPPED] = 1, [IR_FAULT_UNCERTAIN] = 1 },
	.by_device = by_device, .nr_devices = 1, .by_site = by_site, .nr_sites = 1, .events = 1, .console_lines = 1,
	.log_lines = 2, .outside = 3, .suppressed = 4, .may_be_missing = true, .log_given = true, .log_cut = 9, .bad_lines = 5, .delay_ns = 6,
	.clock = "by lines that are in both", .clock_error_ns = 7, .unexamined = 8,
};

static struct ir_explanation explanation = {
	.count = { 2, 1, 0, 1 }, .first_ns = 5, .last_ns = 9, .examined = 2, .live_pages = 4, .lazy_pages = 6,
	.other_pages = 2, .nr_holders = 2, .nr_moments = 1,
	.holders = { { .device = 1, .site = 2, .lazy = true, .pages = 4, .oldest_ns = 8, .page_ns = 20 },
		     { .device = 2, .pages = 2, .oldest_ns = 8, .page_ns = 10 } },
	.moments = { { .time_ns = 5, .pages = 1, .live_pages = 2, .lazy_pages = 3, .other_pages = 1, .device = 1, .site = 2,
		       .kind = IR_SHORTAGE_IOVA, .nr_holders = 1,
		       .holders = { { .device = 1, .site = 2, .lazy = true, .pages = 2, .oldest_ns = 8, .page_ns = 9 } } } },
};

/* A report with faults, shortages, call sites and shares of devices. */
static void made(void **state)
{
	const struct ir_recording_info info = {
		.file = "a.dat", .format = "f", .why = "w", .byte_order = "big", .kernel = "6.12", .arch = "s390x",
		.clock = "mono", .cpus = 2, .start_ns = 1, .duration_ns = 77, .events = events, .nr_events = 1,
		.devices = devices, .nr_devices = 3, .complete = true, .sites = &table,
	};
	const struct ir_config config = {
		.strategy = ir_strategy_find("fq-flush"), .hypervisor = ir_hypervisor_find("kvm"),
	};
	const struct ir_result result = {
		.parameters = { .hypervisor = { .entry_limit = 8192, .tlb_refresh = 1 }, .queue = IR_QUEUE_PER_CPU,
				.queue_size = 256, .queue_timeout_ms = 10, .aperture_start = 4096, .aperture = 1 << 20,
				.cpus = 2, .hz = 250 },
		.rpcit = { .total = 9, .global = 3, .ranged = 6 }, .maps = { .attempted = 5, .succeeded = 4, .map_failed = 1 },
		.time = { .known = true, .flush_ns = 5, .flush_share = .25, .closed = true, .cpu_ns = 6, .p50_ns = 7,
			  .p99_ns = 8, .bottleneck = IR_BOTTLENECK_CPU, .idle_known = true,
			  .throughput = { .5, .25, .75, 100, 200 } },
	};
	struct ir_result shares[3] = { result, result, result };
	const struct ir_site_result site_results[3] = { { .mappings = 1 }, { .rpcits = 2 }, { .mappings = 3, .pages = 4 } };
	static struct ir_timeline timeline = {
		.start_ns = 1, .bucket_ns = 10, .nr_buckets = 2, .nr_failures = 1, .failed = 1,
		.failures = { { .time_ns = 3, .pages = 1, .cpu = 0, .device = 1, .kind = IR_FAILURE_MAP_FAILED } },
		.map_pages = { 1, 2 }, .exposure = { 0, 3 },
	};
	struct ir_timeline *timelines[] = { &timeline };
	const struct ir_fault_exposure exposure = { 1, 2, 3 };
	const struct ir_report_origin origin = { "iommu-replay run a.dat", "2026-11-28T23:51Z" };
	const struct ir_report_entry entry = {
		.info = &info, .configs = &config, .results = &result, .nr_results = 1, .devices = shares,
		.sites = site_results, .timelines = timelines, .explanations = &explanation, .faults = &faults,
		.fault_exposure = &exposure, .origin = &origin,
	};
	char *document = ir_report_json(&entry, 1);

	(void)state;
	assert_non_null(document);
	change_all(document);
	free(document);
}

int main(void)
{
	static char verify[] = "fuzz/corpus/report/verify";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made),
		cmocka_unit_test_prestate(stored, verify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
