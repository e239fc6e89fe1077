// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files of rules with one mistake each: which message; names of tasks; events of VT-d whose
 * fields have several meanings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <iommu-replay/events.h>

#include "events/kernel_events.h"
#include "events/tasks.h"

#define MAP "\"event\": \"a:b\", \"is\": \"map\""
#define FIELDS "\"fields\": { \"iova\": \"i\", \"size\": \"s\", \"paddr\": \"p\" }"

static void test_mistakes(void **state)
{
	static const struct { const char *text, *says; } rows[] = {
		{ "{", "f: line 1, column 1: string or '}' expected near end of file" },
		{ "[]", "f: must be an object: { \"events\": [ ... ] }" },
		{ "{\"a\": 1, \"a\": 2}", "f: line 1, column 12: duplicate object key near '\"a\"'" },
		{ "{\"evens\": []}", "f: unknown key \"evens\"; known: schema, comment, page-size, events" },
		{ "{\"schema\": 1}", "f: schema: must be \"iommu-replay-events/1\"" },
		{ "{\"schema\": \"iommu-replay-events/2\"}", "f: schema: must be \"iommu-replay-events/1\"" },
		{ "{\"page-size\": 0}", "f: page-size: must be a power of two, in bytes" },
		{ "{\"page-size\": 12288}", "f: page-size: must be a power of two, in bytes" },
		{ "{\"page-size\": \"4k\"}", "f: page-size: must be a power of two, in bytes" },
		{ "{\"page-size\": 1152921504606846976}", "f: page-size: must be a power of two, in bytes" },
		{ "{}", "f: \"events\" must be an array with at least one event" },
		{ "{\"events\": []}", "f: \"events\" must be an array with at least one event" },
		{ "{\"events\": {}}", "f: \"events\" must be an array with at least one event" },
#define EVENT(members) "{\"events\": [{" members "}]}"
		{ "{\"events\": [1]}", "f: events[0]: must be an object, such as { \"event\": \"kprobes:my_map\", ... }" },
		{ EVENT(""), "f: events[0]: \"event\" is missing: which event, such as \"kprobes:my_map\"" },
		{ EVENT("\"event\": 1"), "f: events[0]: event: must be a string" },
		{ EVENT("\"event\": \"\""), "f: events[0]: event: must be a string that is not empty" },
		{ EVENT("\"event\": \"a:b\""), "f: events[0] (a:b): \"is\" is missing: what the event is, such as \"map\"" },
		{ EVENT("\"event\": \"a:b\", \"is\": 1"), "f: events[0] (a:b): is: must be a string" },
		{ EVENT("\"event\": \"a:b\", \"is\": \"mapp\""), "f: events[0] (a:b): is: \"mapp\" is unknown; known: " },
		{ EVENT("\"event\": \"a b\", \"is\": \"ignore\""), "f: events[0] (a b): \"a b\" is no event: SYSTEM:NAME or NAME, * for any characters" },
		{ EVENT("\"event\": \":b\", \"is\": \"ignore\""), "f: events[0] (:b): \":b\" is no event" },
		{ EVENT("\"event\": \"a:\", \"is\": \"ignore\""), "f: events[0] (a:): \"a:\" is no event" },
		{ EVENT(MAP ", \"wen\": \"1\", " FIELDS), "f: events[0] (a:b): unknown key \"wen\"; known: event, is, when, entry, fields, units, "
		  "page-size, hex, device-name, comment" },
		{ EVENT(MAP ", \"when\": [], " FIELDS), "f: events[0] (a:b): when: must be a string" },
		{ EVENT(MAP ", \"entry\": 5, " FIELDS), "f: events[0] (a:b): entry: must be a string" },
		{ EVENT(MAP ", \"device-name\": null, " FIELDS), "f: events[0] (a:b): device-name: must be a string" },
		{ EVENT(MAP ", \"page-size\": 3, " FIELDS), "f: events[0] (a:b): page-size: must be a power of two, in bytes" },
		{ EVENT(MAP ", \"fields\": []"), "f: events[0] (a:b): fields: must be an object, such as { \"iova\": \"addr\" }" },
		{ EVENT(MAP ", \"fields\": { \"iova\": 1 }"), "f: events[0] (a:b): fields: iova: must be a string, such as \"addr\" or \"pfn << 12\"" },
		{ EVENT(MAP ", \"fields\": { \"a\": \"a\", \"b\": \"b\", \"c\": \"c\", \"d\": \"d\", \"e\": \"e\", \"f\": \"f\", \"g\": \"g\", \"h\": \"h\", "
			"\"i\": \"i\", \"j\": \"j\", \"k\": \"k\" }"), "f: events[0] (a:b): fields: more than " },
		{ EVENT(MAP ", \"fields\": { \"iovo\": \"i\" }"), "f: events[0] (a:b): fields: map has no \"iovo\"; it has: iova, " },
		{ EVENT("\"event\": \"a:b\", \"is\": \"ignore\", \"fields\": { \"iova\": \"i\" }"), "f: events[0] (a:b): fields: ignore has no \"iova\"; "
		  "it has: none" },
		{ EVENT(MAP ", \"fields\": { \"size\": \"s\" }"), "f: events[0] (a:b): fields: map needs \"iova\"" },
		{ EVENT(MAP ", \"fields\": { \"iova\": \"i +\", \"size\": \"s\", \"paddr\": \"p\" }"), "f: events[0] (a:b): " },
		{ EVENT(MAP ", \"fields\": { \"iova\": \"1x\", \"size\": \"s\", \"paddr\": \"p\" }"), "f: events[0] (a:b): " },
		{ EVENT(MAP ", \"fields\": { \"iova\": \"entry.i\", \"size\": \"s\", \"paddr\": \"p\" }"), "f: events[0] (a:b): " },
		{ EVENT(MAP ", \"when\": \"(i\", " FIELDS), "f: events[0] (a:b): when: " },
		{ EVENT(MAP ", \"units\": [], " FIELDS), "f: events[0] (a:b): units: must be an object, such as { \"size\": \"pages\" }" },
		{ EVENT(MAP ", \"units\": { \"prot\": \"pages\" }, " FIELDS), "f: events[0] (a:b): units: \"prot\" is not in fields" },
		{ EVENT(MAP ", \"units\": { \"size\": \"kB\" }, " FIELDS), "f: events[0] (a:b): units: size: must be \"bytes\" or \"pages\"" },
		{ EVENT(MAP ", \"units\": { \"size\": 4096 }, " FIELDS), "f: events[0] (a:b): units: size: must be \"bytes\" or \"pages\"" },
		{ EVENT("\"event\": \"a:b\", \"is\": \"dma-map\", \"units\": { \"device\": \"pages\" }, \"fields\": { \"device\": \"d\", \"iova\": \"i\", "
			"\"size\": \"s\" }"), "f: events[0] (a:b): units: \"device\" has none" },
		{ EVENT("\"event\": \"a:b\", \"is\": \"iova-free\", \"units\": { \"pages\": \"pages\" }, \"fields\": { \"pfn\": \"p\", "
			"\"pages\": \"n\" }"), "f: events[0] (a:b): units: \"pages\" has none" },
		{ EVENT("\"event\": \"a:b\", \"is\": \"rpcit\", \"units\": { \"fn\": \"pages\" }, \"fields\": { \"addr\": \"a\", "
			"\"size\": \"n\", \"fn\": \"f\" }"), "f: events[0] (a:b): units: \"fn\" has none" },
		{ EVENT(MAP ", \"device-name\": \"n\\u00e4h\", " FIELDS), "f: events[0] (a:b): device-name: must consist of printable ASCII" },
		{ EVENT("\"event\": \"a:b\", \"is\": \"dma-map\", \"fields\": { \"device\": \"d e\", \"iova\": \"i\", \"size\": \"s\" }"),
		  "f: events[0] (a:b): device: \"d e\" is not the name of a field" },
		{ EVENT("\"event\": \"a:b\", \"is\": \"dma-map\", \"fields\": { \"device\": \"\", \"iova\": \"i\", \"size\": \"s\" }"),
		  "f: events[0] (a:b): device: \"\" is not the name of a field" },
		{ EVENT("\"event\": \"a:b\", \"is\": \"dma-map\", \"fields\": { \"device\": \"entry.d\", \"iova\": \"i\", \"size\": \"s\" }"),
		  "f: events[0] (a:b): device: the key \"entry\" is missing" },
		{ EVENT("\"event\": \"a:b\", \"is\": \"ignore\", \"device-name\": \"0000:00:10.0\""), "f: events[0] (a:b): device-name: ignore has no device" },
		{ EVENT(MAP ", \"hex\": \"i\", " FIELDS), "f: events[0] (a:b): hex: must be an array of fields, such as [ \"addr\" ]" },
		{ EVENT(MAP ", \"hex\": [ 1 ], " FIELDS), "f: events[0] (a:b): hex: must be an array of fields, such as [ \"addr\" ]" },
		{ EVENT(MAP ", \"hex\": [ \"other\" ], " FIELDS), "f: events[0] (a:b): hex: " },
		{ "{\"events\": [{" MAP ", " FIELDS "}, {" MAP ", \"is\": \"map\"}]}", "f: line 1, column " },
		{ "{\"events\": [{" MAP ", " FIELDS "}, 5]}", "f: events[1]: must be an object" },
		{ EVENT("\"event\": \"a\\u0001b\", \"is\": \"map\""), "f: events[0] (a?b): " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ir_error err = { "" };
		struct ir_events *ev = ir_events_parse(rows[i].text, strlen(rows[i].text), "f", &err);

		if (ev)
			fail_msg("%s: is taken", rows[i].text);
		if (strncmp(err.text, rows[i].says, strlen(rows[i].says)) != 0)
			fail_msg("%s: \"%s\"", rows[i].text, err.text);
		for (const char *p = err.text; *p; p++)
			assert_true((unsigned char)*p >= ' ');
	}
}

/* Without a place for the message the answer is the same. */
static void test_no_message(void **state)
{
	(void)state;
	assert_null(ir_events_parse("{", 1, "f", NULL));
	assert_null(ir_events_load("/nonexistent", NULL));
}

/* Valid files: units, page sizes, comments, names of devices. */
static void test_right(void **state)
{
	static const char *const rows[] = {
		EVENT(MAP ", " FIELDS),
		"{\"schema\": \"iommu-replay-events/1\", \"comment\": 5, \"page-size\": 65536, \"events\": [{" MAP ", \"units\": { \"size\": \"pages\", "
		"\"iova\": \"bytes\" }, \"page-size\": 4096, \"hex\": [ \"i\", \"p\" ], \"comment\": [], " FIELDS "}]}",
		EVENT("\"event\": \"b*\", \"is\": \"ignore\""),
		EVENT("\"event\": \"a:b\", \"is\": \"dma-map\", \"device-name\": \"0000:00:10.0\", \"fields\": { \"iova\": \"i\", \"size\": \"s\" }"),
		EVENT(MAP ", \"when\": \"i >= 4096 && s != 0 || !p\", " FIELDS),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ir_error err = { "" };
		struct ir_events *ev = ir_events_parse(rows[i], strlen(rows[i]), "f", &err);

		if (!ev)
			fail_msg("%s", err.text);
		assert_string_equal(ir_events_path(ev), "f");
		ir_events_free(ev);
	}
}

static void test_tasks(void **state)
{
	static const char list[] = "7 fio\n8 a b\n\n9\n10 \nx y\n4294967296 large\n99999999999999999999 larger\n7 other\n11 <...>\n12 a\tb\x7f\n"
		"13 a-name-that-is-too-long\n4294967295 last";
	struct ir_tasks tasks;

	(void)state;
	ir_tasks_init(&tasks);
	assert_null(ir_tasks_name(&tasks, 7));
	ir_tasks_list(&tasks, list, sizeof(list) - 1);
	assert_string_equal(ir_tasks_name(&tasks, 7), "fio");	/* the first name is kept */
	assert_string_equal(ir_tasks_name(&tasks, 8), "a b");
	assert_string_equal(ir_tasks_name(&tasks, 12), "a?b?");
	assert_string_equal(ir_tasks_name(&tasks, 13), "a-name-that-is-");
	assert_string_equal(ir_tasks_name(&tasks, UINT32_MAX), "last");
	assert_string_equal(ir_tasks_name(&tasks, 0), "<idle>");
	for (uint32_t pid = 9; pid <= 11; pid++)
		assert_null(ir_tasks_name(&tasks, pid));
	for (uint32_t i = 0; i < 1000; i++)	/* grows */
		ir_tasks_add(&tasks, 100000 + 64 * i, "many", 4);
	for (uint32_t i = 0; i < 1000; i++)
		assert_string_equal(ir_tasks_name(&tasks, 100000 + 64 * i), "many");
	assert_string_equal(ir_tasks_name(&tasks, 7), "fio");
	ir_tasks_release(&tasks);
}

/* qi_submit: which commands flush what. */
static void test_qi(void **state)
{
	static const struct { uint64_t aux, addr; enum ir_event_kind kind; uint64_t iova, size; } rows[] = {
		{ 2 | 3 << 4, 0xf7700000, IR_EV_COMMAND, 0xf7700000, 4096 },	/* pages from an address on */
		{ 2 | 3 << 4, 0xf7700000 | 4, IR_EV_COMMAND, 0xf7700000, 65536 },
		{ 6 | 3 << 4, 0xf7700000 | 52, IR_EV_COMMAND, 0xf7700000, 0 },	/* more than there is */
		{ 2 | 2 << 4, 0, IR_EV_COMMAND_ALL, 0, 0 },
		{ 2 | 2 << 4, 0x1000, IR_EV_COMMAND, 0x1000, 4096 },
		{ 3 | 3 << 4, 0xf7700000, IR_EV_COMMAND, 0xf7700000, 0 },	/* of a device's own TLB */
		{ 1 | 3 << 4, 0, IR_EV_COMMAND, 0, 0 },				/* of a device's entry */
		{ 7 | 1 << 4, 0, IR_EV_COMMAND, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ir_event ev = { .kind = IR_EV_COMMAND, .aux = rows[i].aux | UINT64_C(0x1234) << 16, .addr = rows[i].addr };

		ir_finish_qi(&ev);
		assert_int_equal(ev.kind, rows[i].kind);
		assert_int_equal(ev.size, rows[i].size);
		assert_int_equal(ev.ret, (rows[i].aux & 15) == 1 || (rows[i].aux & 15) == 7);
		assert_int_equal(ev.aux, 0x1234);	/* the domain */
		if (rows[i].kind == IR_EV_COMMAND)
			assert_int_equal(ev.addr, rows[i].iova);
	}
}

/* cache_tag_flush_*: the last byte becomes a size; all of a domain is no range. */
static void test_tags(void **state)
{
	static const struct { enum ir_event_kind kind; int64_t type; uint64_t addr, last; enum ir_event_kind becomes; uint64_t size; } rows[] = {
		{ IR_EV_TAG_RANGE, 0, 0x1000, 0x1fff, IR_EV_TAG_RANGE, 4096 },
		{ IR_EV_TAG_RANGE, 2, 0x1000, 0x2fff, IR_EV_TAG_RANGE, 8192 },
		{ IR_EV_TAG_RANGE, 0, 0x2000, 0x1fff, IR_EV_TAG_RANGE, 0 },
		{ IR_EV_TAG_RANGE, 0, 0, UINT64_MAX, IR_EV_TAG_ALL, UINT64_MAX },
		{ IR_EV_TAG_RANGE, 1, 0x1000, 0x1fff, IR_EV_COMMAND, 0 },
		{ IR_EV_TAG_ALL, 3, 0, 0, IR_EV_COMMAND, 0 },
		{ IR_EV_TAG_ALL, 0, 0, 7, IR_EV_TAG_ALL, 7 },
		{ IR_EV_MAP_FLUSH, 0, 0, UINT64_MAX - 1, IR_EV_MAP_FLUSH, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ir_event ev = { .kind = (uint16_t)rows[i].kind, .ret = rows[i].type, .addr = rows[i].addr, .size = rows[i].last };

		ir_finish_tag(&ev);
		if (ev.kind != rows[i].becomes || ev.size != rows[i].size || (ev.kind == IR_EV_COMMAND && ev.ret))
			fail_msg("%zu: kind %d, size %llu", i, (int)ev.kind, (unsigned long long)ev.size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_no_message),
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_tasks),
		cmocka_unit_test(test_qi),
		cmocka_unit_test(test_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
