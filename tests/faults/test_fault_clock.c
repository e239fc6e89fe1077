// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The log's clock and the recording's; reports of one fault that become one; groups.
 *
 * The recording is from 1 s to 3 s on its clock.
 */
#include "test_util.h"

#include <stdio.h>

#include "faults/find.h"

#define BEGUN	(1000 * MS)
#define ENDED	(3000 * MS)

struct scene {
	struct ir_recording_info info;
	struct ir_fault_options options;
	struct ir_error err;
	struct finding f;
};

static void begin(struct scene *s, const char *clock)
{
	memset(s, 0, sizeof(*s));
	s->info.clock = clock;
	s->f = (struct finding){ .info = &s->info, .options = &s->options, .err = &s->err,
				 .start_ns = BEGUN, .end_ns = ENDED, .stamp = IR_STAMP_KERNEL };
	ir_names_init(&s->f.names);
}

static void end(struct scene *s)
{
	ir_names_release(&s->f.names);
	free(s->f.groups.list);
	free(s->f.reports.list);
	free(s->f.log.list);
	free(s->f.trace_marks.list);
	free(s->f.log_marks.list);
	free(s->f.anchors.list);
}

static void put(void *list, size_t nr, const void *what, size_t size)
{
	char **at = list;

	*at = realloc(*at, (nr + 1) * size);
	assert_non_null(*at);
	memcpy(*at + nr * size, what, size);
}

static struct report *put_report(struct reports *to, struct report report)
{
	put(&to->list, to->nr++, &report, sizeof(report));
	return &to->list[to->nr - 1];
}

static void put_mark(struct marks *to, uint64_t hash, uint64_t time_ns)
{
	put(&to->list, to->nr++, &(struct mark){ hash, time_ns, 0 }, sizeof(struct mark));
}

static void put_anchor(struct anchors *to, uint64_t log_ns, uint64_t trace_ns)
{
	put(&to->list, to->nr++, &(struct anchor){ log_ns, trace_ns, 0 }, sizeof(struct anchor));
}

static uint32_t name(struct scene *s, const char *text)
{
	return ir_names_number(&s->f.names, text, strlen(text));
}

static void in_log(struct scene *s, uint64_t time_ns, uint64_t address)
{
	put_report(&s->f.log, (struct report){ .time_ns = time_ns, .address = address,
					       .sources = IR_FAULT_LOG, .stamp = s->f.stamp });
}

/* Nothing in both: the name of the recording's clock decides, and the error says how well. */
static void test_names_of_clocks(void **state)
{
	static const struct {
		const char *clock;
		enum ir_stamp stamp;
		enum ir_stamp line;
		uint64_t time_ns, error_ns;
		const char *says;
	} rows[] = {
		{ "local", IR_STAMP_KERNEL, IR_STAMP_KERNEL, 2000 * MS, MS, "it is the recording's" },
		{ "global", IR_STAMP_KERNEL, IR_STAMP_KERNEL, 2000 * MS, MS, "it is the recording's" },
		{ "perf", IR_STAMP_KERNEL, IR_STAMP_KERNEL, 2000 * MS, MS, "it is the recording's" },
		{ "mono", IR_STAMP_KERNEL, IR_STAMP_KERNEL, 1500 * MS, 500 * MS, "not aligned: nothing is in both" },
		{ NULL, IR_STAMP_KERNEL, IR_STAMP_KERNEL, 1500 * MS, 500 * MS, "not aligned: nothing is in both" },
		{ "local", IR_STAMP_KERNEL, IR_STAMP_NONE, 2000 * MS, 1000 * MS + 1, "unknown: nothing is in both" },
		{ "local", IR_STAMP_WALL, IR_STAMP_WALL, 2000 * MS, 1000 * MS + 1, "unknown: nothing is in both" },
		{ "local", IR_STAMP_NONE, IR_STAMP_NONE, 2000 * MS, 1000 * MS + 1, "unknown: nothing is in both" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene s;

		begin(&s, rows[i].clock);
		s.f.stamp = rows[i].stamp;
		in_log(&s, 2000 * MS, 0x1000);
		s.f.log.list[0].stamp = rows[i].line;
		assert_int_equal(ir_clock_align(&s.f), 0);
		assert_int_equal(s.f.log.list[0].time_ns, rows[i].time_ns);
		assert_int_equal(s.f.log.list[0].error_ns, rows[i].error_ns);
		assert_int_equal(s.f.clock_error_ns, rows[i].error_ns);
		assert_string_equal(s.f.clock, rows[i].says);
		end(&s);
	}
}

static void test_before_the_boot(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "mono");
	in_log(&s, 100 * MS, 0x1000);	/* no clock is that far back */
	assert_int_equal(ir_clock_align(&s.f), 0);
	assert_int_equal(s.f.log.list[0].time_ns, 0);
	end(&s);
	begin(&s, "mono");
	assert_int_equal(ir_clock_align(&s.f), 0);	/* no log at all */
	assert_null(s.f.clock);
	end(&s);
}

/* Lines that are in both, once each, beat all else; the error is how far the offsets are apart. */
static void test_lines_in_both(void **state)
{
	static const struct { uint64_t log_ns, time_ns, error_ns; } rows[] = {
		{ 2100 * MS, 1900 * MS, 200000 },		/* the very line */
		{ 2200 * MS, 2000 * MS, 200000 + MS },		/* between two: their difference */
		{ 2000 * MS, 1800 * MS, 200000 + MS },		/* before the first: the spread */
		{ 2900 * MS, 2701 * MS, 200000 + MS },		/* after the last */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene s;

		begin(&s, "mono");
		put_anchor(&s.f.anchors, 2100 * MS, 1);	/* a monotonic line, which is worth less */
		/* The log is 200 ms ahead, later 199 ms. */
		put_mark(&s.f.log_marks, 7, 2100 * MS);
		put_mark(&s.f.trace_marks, 7, 1900 * MS);
		put_mark(&s.f.log_marks, 9, 2500 * MS);
		put_mark(&s.f.trace_marks, 9, 2301 * MS);
		/* Twice in one of them: which one is meant is not known. */
		put_mark(&s.f.trace_marks, 8, 1100 * MS);
		put_mark(&s.f.trace_marks, 8, 1200 * MS);
		put_mark(&s.f.log_marks, 8, 2400 * MS);
		/* In one of them only. */
		put_mark(&s.f.log_marks, 3, 2450 * MS);
		put_mark(&s.f.trace_marks, 4, 1100 * MS);
		in_log(&s, rows[i].log_ns, 0x1000);
		assert_int_equal(ir_clock_align(&s.f), 0);
		assert_string_equal(s.f.clock, "by lines that are in both");
		assert_int_equal(s.f.log.list[0].time_ns, rows[i].time_ns);
		assert_int_equal(s.f.log.list[0].error_ns, rows[i].error_ns);
		end(&s);
	}
}

static void test_monotonic_lines(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "mono");
	put_anchor(&s.f.anchors, 2500 * MS, 2300 * MS);
	put_anchor(&s.f.anchors, 2100 * MS, 1900 * MS);
	in_log(&s, 2200 * MS, 0x1000);
	assert_int_equal(ir_clock_align(&s.f), 0);
	assert_string_equal(s.f.clock, "by lines with the monotonic clock");
	assert_int_equal(s.f.log.list[0].time_ns, 2000 * MS);
	assert_int_equal(s.f.log.list[0].error_ns, 200000);
	end(&s);
	/* A recording that does not name its clock may have the log's. */
	begin(&s, NULL);
	put_anchor(&s.f.anchors, 2100 * MS, 1900 * MS);
	in_log(&s, 2100 * MS, 0x1000);
	assert_int_equal(ir_clock_align(&s.f), 0);
	assert_string_equal(s.f.clock, "by lines with the monotonic clock, if that is the recording's");
	assert_int_equal(s.f.log.list[0].error_ns, 200000 + 200 * MS);
	end(&s);
}

static void event(struct scene *s, uint64_t time_ns, uint64_t address, enum ir_fault_access access)
{
	put_report(&s->f.reports, (struct report){ .time_ns = time_ns, .address = address,
						   .sources = IR_FAULT_EVENT, .access = (uint8_t)access });
}

/* Faults that are in both: the offset at which most lines find their event. */
static void test_faults_in_both(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "mono");
	for (uint64_t i = 0; i < 5; i++) {
		event(&s, BEGUN + i * 300 * MS, 0x1000 * (i % 3), IR_ACCESS_UNKNOWN);
		in_log(&s, BEGUN + i * 300 * MS + 77 * MS, 0x1000 * (i % 3) + 8);	/* of the page */
	}
	in_log(&s, BEGUN + 5000 * MS, 0x9000);		/* in the log alone */
	assert_int_equal(ir_clock_align(&s.f), 0);
	assert_string_equal(s.f.clock, "by faults that are in both");
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(s.f.log.list[i].time_ns, BEGUN + i * 300 * MS);
	assert_int_equal(s.f.anchors.nr, 5);
	assert_int_equal(s.f.log.list[5].time_ns, BEGUN + 4923 * MS);
	end(&s);
	/* An access of another kind is another fault. */
	begin(&s, "local");
	event(&s, BEGUN, 0x1000, IR_ACCESS_READ);
	in_log(&s, BEGUN + 77 * MS, 0x1000);
	s.f.log.list[0].access = IR_ACCESS_WRITE;
	assert_int_equal(ir_clock_align(&s.f), 0);
	assert_string_equal(s.f.clock, "it is the recording's");
	end(&s);
}

/* Of two offsets with as many votes the likelier is taken: printk's clock begins first, then the smaller. */
static void test_likely_offsets(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "mono");
	event(&s, BEGUN, 0x1000, IR_ACCESS_UNKNOWN);
	event(&s, BEGUN + 2000 * MS, 0x1000, IR_ACCESS_UNKNOWN);
	in_log(&s, BEGUN + 500 * MS, 0x1000);	/* 500 ms ahead, or 1,500 ms behind */
	assert_int_equal(ir_clock_align(&s.f), 0);
	assert_int_equal(s.f.log.list[0].time_ns, BEGUN);
	end(&s);
	begin(&s, "mono");
	s.f.stamp = IR_STAMP_WALL;
	event(&s, BEGUN, 0x1000, IR_ACCESS_UNKNOWN);
	event(&s, BEGUN + 2000 * MS, 0x1000, IR_ACCESS_UNKNOWN);
	in_log(&s, BEGUN + 1800 * MS, 0x1000);	/* 1,800 ms ahead, or 200 ms behind */
	assert_int_equal(ir_clock_align(&s.f), 0);
	assert_int_equal(s.f.log.list[0].time_ns, BEGUN + 2000 * MS);
	end(&s);
}

/*
 * Merging.
 */

struct pair {
	const char *name;
	struct report event, line;
	const char *event_device, *line_device;
	size_t faults;
};

#define AT(ms) .time_ns = BEGUN + (ms) * MS
#define EVENT .sources = IR_FAULT_EVENT
#define LOG .sources = IR_FAULT_LOG

static const struct pair pairs[] = {
	{ "the same fault", { AT(5), EVENT, .address = 0x1008 }, { AT(6), LOG, .address = 0x1008 },
	  "0000:00:10.1", "0000:00:10.1", 1 },
	{ "a line before its event", { AT(9), EVENT, .address = 0x1008 }, { AT(6), LOG, .address = 0x1008 },
	  NULL, NULL, 1 },
	{ "a line that is too late", { AT(5), EVENT, .address = 0x1008 }, { AT(16), LOG, .address = 0x1008 },
	  NULL, NULL, 2 },
	{ "unless its time is as uncertain", { AT(5), EVENT, .address = 0x1008 },
	  { AT(16), LOG, .address = 0x1008, .error_ns = 2 * MS }, NULL, NULL, 1 },
	{ "another address of the page", { AT(5), EVENT, .address = 0x1008 }, { AT(6), LOG, .address = 0x1010 },
	  NULL, NULL, 2 },
	{ "a driver that prints the page only", { AT(5), EVENT, .address = 0x1008 },
	  { AT(6), LOG, .address = 0x1000, .page_only = true }, NULL, NULL, 1 },
	{ "another page", { AT(5), EVENT, .address = 0x1008 },
	  { AT(6), LOG, .address = 0x2000, .page_only = true }, NULL, NULL, 2 },
	{ "another access", { AT(5), EVENT, .address = 0x1008, .access = IR_ACCESS_READ },
	  { AT(6), LOG, .address = 0x1008, .access = IR_ACCESS_WRITE }, NULL, NULL, 2 },
	{ "the access is known of one", { AT(5), EVENT, .address = 0x1008, .access = IR_ACCESS_READ },
	  { AT(6), LOG, .address = 0x1008 }, NULL, NULL, 1 },
	{ "another entry", { AT(5), EVENT, .address = 0x1008, .entry = IR_ENTRY_NOT_PRESENT },
	  { AT(6), LOG, .address = 0x1008, .entry = IR_ENTRY_NOT_PERMITTED }, NULL, NULL, 2 },
	{ "the entry is known of one", { AT(5), EVENT, .address = 0x1008 },
	  { AT(6), LOG, .address = 0x1008, .entry = IR_ENTRY_NOT_PERMITTED }, NULL, NULL, 1 },
	{ "another device", { AT(5), EVENT, .address = 0x1008 }, { AT(6), LOG, .address = 0x1008 },
	  "0000:00:10.1", "0000:00:10.0", 2 },
	{ "a stream may be any device", { AT(5), EVENT, .address = 0x1008 }, { AT(6), LOG, .address = 0x1008 },
	  "0000:00:10.1", "sid 0x9999", 1 },
	{ "a stream that is another device", { AT(5), EVENT, .address = 0x1008 }, { AT(6), LOG, .address = 0x1008 },
	  "0000:00:10.1", "sid 0x80", 2 },
	{ "a stream that is the device", { AT(5), EVENT, .address = 0x1008 }, { AT(6), LOG, .address = 0x1008 },
	  "0000:00:10.1", "sid 0x81", 1 },
	{ "two lines of one log", { AT(5), LOG, .address = 0x1008 }, { AT(6), LOG, .address = 0x1008 },
	  NULL, NULL, 2 },
	{ "the line as an event, too", { AT(5), .sources = IR_FAULT_CONSOLE, .address = 0x1008 },
	  { AT(6), LOG, .address = 0x1008 }, NULL, NULL, 1 },
};

static void test_merge(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct pair *p = &pairs[i];
		struct report *event, *line;
		const struct report *into;
		struct scene s;

		begin(&s, "mono");
		name(&s, "0000:00:10.0");
		event = put_report(&s.f.reports, p->event);
		line = put_report(&s.f.log, p->line);
		event->device = p->event_device ? name(&s, p->event_device) : 0;
		line->device = p->line_device ? name(&s, p->line_device) : 0;
		assert_int_equal(ir_merge(&s.f), 0);
		if (s.f.reports.nr != p->faults)
			fail_msg("%s: %zu faults", p->name, s.f.reports.nr);
		into = &s.f.reports.list[0];
		if (p->faults == 1) {	/* the time and the address of the event, and all that is known */
			assert_int_equal(into->time_ns, p->event.time_ns);
			assert_int_equal(into->address, 0x1008);
			assert_false(into->page_only);
			assert_int_equal(into->sources, p->event.sources | p->line.sources);
			assert_int_equal(into->access, p->event.access | p->line.access);
			assert_int_equal(into->entry, p->event.entry | p->line.entry);
		}
		end(&s);
	}
}

/* A merged fault has members of both reports. */
static void test_join(void **state)
{
	const struct report *into;
	struct scene s;

	(void)state;
	begin(&s, "mono");
	put_report(&s.f.reports, (struct report){ AT(5), .sources = IR_FAULT_CONSOLE, .address = 0x1000,
						  .page_only = true, .iommu = "vtd" });
	put_report(&s.f.reports, (struct report){ AT(6), EVENT, .address = 0x1008, .access = IR_ACCESS_WRITE,
						  .device = name(&s, "0000:00:10.1") });
	put_report(&s.f.log, (struct report){ AT(7), LOG, .address = 0x1000, .page_only = true,
					      .device = name(&s, "0000:00:10.1") });
	assert_int_equal(ir_merge(&s.f), 0);
	assert_int_equal(s.f.reports.nr, 1);
	into = &s.f.reports.list[0];
	assert_int_equal(into->sources, IR_FAULT_EVENT | IR_FAULT_CONSOLE | IR_FAULT_LOG);
	assert_string_equal(into->iommu, "vtd");
	assert_int_equal(into->address, 0x1008);
	assert_int_equal(into->access, IR_ACCESS_WRITE);
	assert_string_equal(ir_names_text(&s.f.names, into->device), "0000:00:10.1");
	end(&s);
	/* A line with the address beats the page. */
	begin(&s, "mono");
	put_report(&s.f.reports, (struct report){ AT(6), .sources = IR_FAULT_CONSOLE, .address = 0x1000,
						  .page_only = true });
	put_report(&s.f.log, (struct report){ AT(7), LOG, .address = 0x1008,
					      .device = name(&s, "0000:00:10.1") });
	assert_int_equal(ir_merge(&s.f), 0);
	assert_int_equal(s.f.reports.nr, 1);
	assert_int_equal(s.f.reports.list[0].address, 0x1008);
	assert_false(s.f.reports.list[0].page_only);
	end(&s);
}

/* Of several lines that may be of an event the nearest one is; the others are faults of their own. */
static void test_nearest(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "mono");
	for (uint64_t i = 0; i < 3; i++)
		put_report(&s.f.reports, (struct report){ AT(10 + 4 * i), EVENT, .address = 0x1008 });
	put_report(&s.f.log, (struct report){ AT(15), LOG, .address = 0x1008 });
	put_report(&s.f.log, (struct report){ AT(15), LOG, .address = 0x1008 });
	assert_int_equal(ir_merge(&s.f), 0);
	assert_int_equal(s.f.reports.nr, 3);
	assert_int_equal(s.f.reports.list[0].sources, IR_FAULT_EVENT);
	assert_int_equal(s.f.reports.list[1].sources, IR_FAULT_EVENT | IR_FAULT_LOG);
	assert_int_equal(s.f.reports.list[2].sources, IR_FAULT_EVENT | IR_FAULT_LOG);
	end(&s);
}

/* Two devices of one number: the stream stays what it is. */
static void test_streams(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "mono");
	name(&s, "0000:00:10.1");
	name(&s, "0001:00:10.1");
	name(&s, "not a device");
	put_report(&s.f.log, (struct report){ AT(5), LOG, .address = 0x1008, .device = name(&s, "sid 0x81") });
	put_report(&s.f.log, (struct report){ AT(50), LOG, .address = 0x1008, .device = name(&s, "sid 0x81") });
	assert_int_equal(ir_merge(&s.f), 0);
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(ir_names_text(&s.f.names, s.f.reports.list[i].device), "sid 0x81");
	end(&s);
}

/* Faults of a log from before or after the recording are counted, not examined. */
static void test_outside(void **state)
{
	static const struct { uint64_t time_ns, error_ns; bool outside; } rows[] = {
		{ BEGUN - 9 * MS, 0, false }, { BEGUN - 11 * MS, 0, true },
		{ BEGUN - 11 * MS, 2 * MS, false }, { ENDED + 9 * MS, 0, false },
		{ ENDED + 11 * MS, 0, true }, { ENDED + 11 * MS, 2 * MS, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene s;

		begin(&s, "mono");
		put_report(&s.f.log, (struct report){ .time_ns = rows[i].time_ns, LOG, .address = 0x1008,
						      .error_ns = rows[i].error_ns });
		assert_int_equal(ir_merge(&s.f), 0);
		assert_int_equal(s.f.outside, rows[i].outside);
		assert_int_equal(s.f.reports.nr, !rows[i].outside);
		end(&s);
	}
}

/* In the order of time, then of addresses, devices and sources. */
static void test_sort(void **state)
{
	struct report list[] = {
		{ .time_ns = 2, .address = 1 }, { .time_ns = 1, .address = 2, .device = 2 },
		{ .time_ns = 1, .address = 2, .device = 1, .sources = 4 }, { .time_ns = 1, .address = 1 },
		{ .time_ns = 1, .address = 2, .device = 1, .sources = 1 }, { .time_ns = 0, .address = 3 },
	};
	/* Their times, addresses, devices and sources. */
	static const unsigned int order[] = { 300, 1100, 1211, 1214, 1220, 2100 };
	struct reports reports = { .list = list, .nr = 6 }, none = { .list = NULL };

	(void)state;
	ir_reports_sort(&none);
	ir_reports_sort(&reports);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(list[i].time_ns * 1000 + list[i].address * 100 + list[i].device * 10 +
				 list[i].sources, order[i]);
}

/*
 * Groups.
 */

static void line(struct scene *s, const char *text)
{
	const struct ir_log_text t = { text, text + strlen(text) };

	ir_groups_line(&s->f, &t);
}

static void test_groups(void **state)
{
	static const char *const given[] = { "0000:00:10.0,,0000:00:11.0,", "0000:00:12.0" };
	static const char *const ignored[] = {
		"", "pci 0000:00:13.0: Adding to iommu group ", "pci 0000:00:13.0: Adding to iommu group 1234567890",
		"pci 0000:00:13.0: Adding to iommu group x", "iommu-replay: group", "iommu-replay: group 5",
		"iommu-replay: group 5 0000:00:13.0", "iommu-replay: group : 0000:00:13.0", ": Adding to iommu group 2",
	};
	static const struct { const char *a, *b; enum relation relation; } rows[] = {
		{ "0000:00:10.0", "0000:00:11.0", RELATION_SAME },	/* the user says so, whatever a log says */
		{ "0000:00:10.0", "0000:00:12.0", RELATION_OTHER },
		{ "0000:00:14.0", "0000:00:14.1", RELATION_SAME },
		{ "0000:00:15.0", "0000:00:15.1", RELATION_SAME },
		{ "0000:00:14.0", "0000:00:15.0", RELATION_OTHER },
		{ "0000:00:13.0", "0000:00:14.0", RELATION_UNKNOWN },
		{ "0000:00:14.0", "0000:00:13.0", RELATION_UNKNOWN },
		{ "0000:00:13.0", "0000:00:13.0", RELATION_SAME },
	};
	struct scene s;

	(void)state;
	begin(&s, "mono");
	s.options.groups = given;
	s.options.nr_groups = 2;
	assert_int_equal(ir_groups_options(&s.f), 0);
	line(&s, "pci 0000:00:14.0: Adding to iommu group 3");
	line(&s, "0000:00:14.1: Adding to iommu group 3");
	line(&s, "pci 0000:00:10.0: Adding to iommu group 7");
	line(&s, "pci 0000:00:10.0: Adding to iommu group 8");
	line(&s, "iommu-replay: group 4:  0000:00:15.0   0000:00:15.1 ");
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		line(&s, ignored[i]);
	ir_groups_finish(&s.f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(ir_groups_relation(&s.f, name(&s, rows[i].a), name(&s, rows[i].b)),
				 rows[i].relation);
	end(&s);
}

static void test_groups_without_names(void **state)
{
	static const char *const given[] = { ",," };
	struct scene s;

	(void)state;
	begin(&s, "mono");
	s.options.groups = given;
	s.options.nr_groups = 1;
	assert_true(ir_groups_options(&s.f) < 0);
	assert_string_equal(s.err.text, "--group needs names of devices, with commas between them");
	end(&s);
}

/* Names are numbered in their order; what cannot be printed is replaced, what is too long has none. */
static void test_names(void **state)
{
	char text[400];
	struct scene s;
	uint32_t number;

	(void)state;
	begin(&s, "mono");
	assert_int_equal(ir_names_find(&s.f.names, "a", 1), 0);
	assert_int_equal(name(&s, ""), 0);
	number = name(&s, "a\tb\x7f");
	assert_string_equal(ir_names_text(&s.f.names, number), "a?b?");
	assert_int_equal(name(&s, "a?b?"), number);
	assert_int_equal(ir_names_find(&s.f.names, "a?b?", 4), number);
	assert_int_equal(ir_names_find(&s.f.names, "a?b", 3), 0);
	assert_int_equal(ir_names_find(&s.f.names, "", 0), 0);
	memset(text, 'x', sizeof(text));
	text[256] = '\0';
	assert_int_equal(name(&s, text), 0);
	assert_int_equal(ir_names_find(&s.f.names, text, 256), 0);
	text[255] = '\0';
	assert_true(name(&s, text) > number);
	for (unsigned int i = 0; i < 66000; i++) {
		snprintf(text, sizeof(text), "n%u", i);
		number = name(&s, text);
		assert_int_equal(number, i < 65533 ? i + 3 : 0);	/* no more than that */
	}
	assert_int_equal(ir_names_find(&s.f.names, "n65000", 6), 65003);
	end(&s);
}

/* Of a time without a fraction the error is the second; what is found by it is no better. */
static void test_coarse(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "mono");
	s.f.stamp = IR_STAMP_WALL;
	put_report(&s.f.reports, (struct report){ .time_ns = 2300 * MS, .address = 0x1000, .sources = IR_FAULT_EVENT });
	put_report(&s.f.reports, (struct report){ .time_ns = 2900 * MS, .address = 0x2000, .sources = IR_FAULT_EVENT });
	for (uint64_t i = 1; i <= 2; i++) {
		in_log(&s, 9500 * MS, i * 0x1000);	/* the middle of the second */
		s.f.log.list[i - 1].coarse_ns = 1000 * MS;
	}
	assert_int_equal(ir_clock_align(&s.f), 0);
	assert_string_equal(s.f.clock, "by faults that are in both");
	for (size_t i = 0; i < 2; i++)
		assert_true(s.f.log.list[i].error_ns >= 1000 * MS);
	assert_int_equal(ir_merge(&s.f), 0);
	assert_int_equal(s.f.reports.nr, 2);
	end(&s);
}

/* A log of several boots: the one that has lines of the recording, else the last one. */
static void test_boots(void **state)
{
	for (uint32_t recorded = 0; recorded < 4; recorded++) {
		struct scene s;

		(void)state;
		begin(&s, "mono");
		s.f.parser.boot = 2;
		put_mark(&s.f.trace_marks, 1, 1500 * MS);
		for (uint32_t boot = 0; boot < 3; boot++) {
			/* In each boot there is a line that the others have, too. */
			put_mark(&s.f.log_marks, 7, 100 * MS);
			s.f.log_marks.list[s.f.log_marks.nr - 1].boot = boot;
			if (boot == recorded) {
				put_mark(&s.f.log_marks, 1, 1600 * MS);
				s.f.log_marks.list[s.f.log_marks.nr - 1].boot = boot;
			}
			in_log(&s, 2000 * MS, 0x1000 * (boot + 1));
			s.f.log.list[boot].boot = boot;
		}
		assert_int_equal(ir_clock_align(&s.f), 0);
		assert_int_equal(s.f.log.nr, 1);
		assert_int_equal(s.f.log.list[0].boot, recorded < 3 ? recorded : 2);
		assert_int_equal(s.f.log.list[0].time_ns, (recorded < 3 ? 1900 : 1500) * MS);
		assert_int_equal(s.f.outside, 2);
		end(&s);
	}
}

/* A line that the log has twice is one fault, and can be in both; two lines of one time are two. */
static void test_copies(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "mono");
	put_mark(&s.f.trace_marks, 1, 1500 * MS);
	put_mark(&s.f.log_marks, 1, 1600 * MS);
	put_mark(&s.f.log_marks, 1, 1600 * MS);
	for (uint64_t i = 0; i < 4; i++) {
		in_log(&s, 2000 * MS, 0x1000);
		s.f.log.list[i].line_ns = 2000 * MS + i / 2;
	}
	assert_int_equal(ir_clock_align(&s.f), 0);
	assert_string_equal(s.f.clock, "by lines that are in both");
	assert_int_equal(s.f.log.nr, 2);
	end(&s);
}

/* Times since an earlier line: known near a line that is in both. */
static void test_since(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, "local");
	s.f.stamp = IR_STAMP_SINCE;
	put_mark(&s.f.trace_marks, 1, 1500 * MS);
	put_mark(&s.f.trace_marks, 2, 2500 * MS);
	put_mark(&s.f.log_marks, 1, 100 * MS);
	put_mark(&s.f.log_marks, 2, 3600 * 1000 * MS);
	in_log(&s, 200 * MS, 0x1000);
	in_log(&s, 90 * 1000 * MS, 0x1000);
	in_log(&s, 3600 * 1000 * MS - 100 * MS, 0x1000);
	assert_int_equal(ir_clock_align(&s.f), 0);
	assert_int_equal(s.f.log.list[0].time_ns, 1600 * MS);
	assert_true(s.f.log.list[0].error_ns < 2 * MS);
	assert_int_equal(s.f.log.list[1].time_ns, 2000 * MS);
	assert_int_equal(s.f.log.list[1].error_ns, 1000 * MS + 1);
	assert_int_equal(s.f.log.list[2].time_ns, 2400 * MS);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_coarse),
		cmocka_unit_test(test_boots),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_names_of_clocks),
		cmocka_unit_test(test_before_the_boot),
		cmocka_unit_test(test_lines_in_both),
		cmocka_unit_test(test_monotonic_lines),
		cmocka_unit_test(test_faults_in_both),
		cmocka_unit_test(test_likely_offsets),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_groups_without_names),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
