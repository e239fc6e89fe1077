// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The renderers of reports: what is null, what is quoted, names that are not UTF-8.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/columns.h"

static const struct ir_event_total events[] = {
	{ "iommu:map", 5 }, { "bad\xff", 1 }, { "bad\xfe", 2 },
};
static const char *const devices[] = { NULL, "0000:00:00.0" };

static struct ir_recording_info info;
static struct ir_config config;
static struct ir_result result;
static struct ir_report_entry entry;

static int setup(void **state)
{
	(void)state;
	info = (struct ir_recording_info){
		.file = "a \"file\", with\nall", .format = "f", .why = "w", .byte_order = "big",
		.events = events, .nr_events = 3, .devices = devices, .nr_devices = 2,
		.start_ns = UINT64_MAX,
	};
	config = (struct ir_config){
		.strategy = ir_strategy_find("strict"), .hypervisor = ir_hypervisor_find("lpar"),
	};
	result = (struct ir_result){
		.parameters.queue = IR_QUEUE_NONE, .exposure.page_seconds = 0.5,
		.parameters.aperture = 4096,
	};
	entry = (struct ir_report_entry){
		.info = &info, .configs = &config, .results = &result, .nr_results = 1,
	};
	return 0;
}

/* A member of a document by its path, "recordings.0.results.0.rpcit". */
static json_t *member(json_t *json, const char *path)
{
	char part[64];

	while (json && *path) {
		size_t len = strcspn(path, ".");

		assert_true(len < sizeof(part));
		memcpy(part, path, len);
		part[len] = '\0';
		json = json_is_array(json) ? json_array_get(json, (size_t)atoi(part)) :
			json_object_get(json, part);
		path += len + (path[len] == '.');
	}
	return json;
}

static json_t *document(void)
{
	char *text = ir_report_json(&entry, 1);
	json_t *json;

	assert_non_null(text);
	assert_int_equal(text[strlen(text) - 1], '\n');
	json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	free(text);
	return json;
}

#define RECORDING "recordings.0.recording."
#define RESULT "recordings.0.results.0."

static void json_has_nulls_for_what_is_not_there(void **state)
{
	json_t *json = document();

	(void)state;
	assert_true(json_is_null(member(json, RECORDING "kernel")));
	assert_true(json_is_null(member(json, RECORDING "recorded_rpcit")));
	assert_true(json_is_null(member(json, RECORDING "machine.aperture")));
	assert_true(json_is_null(member(json, RESULT "parameters.entry_limit")));
	assert_true(json_is_null(member(json, RESULT "parameters.queue_size")));
	json_decref(json);
	info.rpcit.present = true;
	json = document();
	assert_true(json_is_integer(member(json, RECORDING "recorded_rpcit.total")));
	json_decref(json);
}

static void json_survives_broken_names(void **state)
{
	json_t *json = document();

	(void)state;
	/* Both broken names read the same: nothing of their counts is lost. */
	assert_int_equal(json_object_size(member(json, RECORDING "events")), 2);
	assert_int_equal(json_integer_value(json_object_get(member(json, RECORDING "events"),
							    "bad\xef\xbf\xbd")), 3);
	assert_string_equal(json_string_value(member(json, RECORDING "devices.0")),
			    "0000:00:00.0");
	json_decref(json);
}

static void json_has_numbers_of_the_right_kind(void **state)
{
	json_t *json = document();

	(void)state;
	assert_true(json_is_real(member(json, RESULT "exposure.page_seconds")));
	assert_true(json_is_integer(member(json, RESULT "exposure.max_ns")));
	/* Above INT64_MAX a text of digits. */
	assert_string_equal(json_string_value(member(json, RECORDING "start_ns")),
			    "18446744073709551615");
	json_decref(json);
	result.exposure.page_seconds = (double)NAN;
	json = document();
	assert_true(json_is_null(member(json, RESULT "exposure.page_seconds")));
	json_decref(json);
}

static void json_keeps_the_order_of_keys(void **state)
{
	char *text = ir_report_json(&entry, 1), *at = text;
	static const char *const keys[] = {
		"schema", "tool", "recordings", "file", "format", "events", "operations",
		"recorded_rpcit", "damage", "lost_events", "complete", "results", "strategy",
		"hypervisor", "parameters", "rpcit", "kernel_counters", "maps", "peaks",
		"exposure",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char key[64];

		snprintf(key, sizeof(key), "\"%s\":", keys[i]);
		at = strstr(at, key);
		assert_non_null(at);
	}
	free(text);
}

static void json_without_entries_is_a_document(void **state)
{
	char *text = ir_report_json(NULL, 0);
	json_t *json = json_loads(text, 0, NULL);

	(void)state;
	assert_int_equal(json_array_size(member(json, "recordings")), 0);
	assert_string_equal(json_string_value(member(json, "schema")), IR_REPORT_SCHEMA);
	json_decref(json);
	free(text);
}

static void csv_quotes(void **state)
{
	char *text = ir_report_csv(&entry, 1), *line = strchr(text, '\n');
	const char *start = "\n\"a \"\"file\"\", with\nall\",f,w,big,,";

	(void)state;
	assert_memory_equal(line, start, strlen(start));
	free(text);
}

/* The header and one line; returns how many fields each has. */
static size_t csv_fields(void)
{
	size_t header = 1, fields = 1;
	char *text = ir_report_csv(&entry, 1), *c;

	assert_non_null(text);
	for (c = text; *c != '\n'; c++)
		header += *c == ',';
	for (c++; *c != '\n'; c++)
		fields += *c == ',';
	assert_int_equal(c[1], '\0');
	assert_int_equal(header, fields);
	free(text);
	return fields;
}

static void csv_has_a_field_for_each_column(void **state)
{
	size_t fields;

	(void)state;
	info.file = "plain";
	fields = csv_fields();
	/* Without a result the recording alone. */
	entry.nr_results = 0;
	assert_true(csv_fields() < fields);
}

static void utf8_is_made_valid(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "plain", "plain" },
		{ "\xc3\xa4", "\xc3\xa4" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ "\xc3", "\xef\xbf\xbd" },					/* cut */
		{ "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd" },			/* overlong */
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },	/* surrogate */
		{ "\xf5x", "\xef\xbf\xbdx" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *clean = ir_text_utf8(cases[i].from);

		assert_string_equal(clean, cases[i].to);
		free(clean);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(json_has_nulls_for_what_is_not_there, setup),
		cmocka_unit_test_setup(json_survives_broken_names, setup),
		cmocka_unit_test_setup(json_has_numbers_of_the_right_kind, setup),
		cmocka_unit_test_setup(json_keeps_the_order_of_keys, setup),
		cmocka_unit_test_setup(json_without_entries_is_a_document, setup),
		cmocka_unit_test_setup(csv_quotes, setup),
		cmocka_unit_test_setup(csv_has_a_field_for_each_column, setup),
		cmocka_unit_test(utf8_is_made_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
