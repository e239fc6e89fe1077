// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The possible verdicts of a fault: holders of its page in, a kind and a sentence out.
 *
 * The report comes at 100 ms, and the access was at most 1 ms before it.
 */
#include "test_util.h"

#include <stdio.h>

#include "faults/result.h"

#define US	UINT64_C(1000)
#define T	(100 * MS)
#define AGO(us)	(T - (us) * US)
#define ADDRESS	UINT64_C(0x10010)
#define SLOT_10	1	/* numbers of devices, in info and in names */
#define SLOT_20	2
#define SLOT_10_1 3
#define SID	4

static const char *const devices[] = { NULL, "0000:00:10.0", "0000:00:20.0", "0000:00:10.1" };
static const char *const names[] = { "0000:00:10.0", "0000:00:20.0", "0000:00:10.1", "sid 0x81" };

/* A holder of the page; what is not given: of device SLOT_10, direction not recorded. */
#define HELD(from, to, way) \
	{ .iova = 0x10000, .size = 4096, .whole_iova = 0x10000, .whole_size = 4096, \
	  .mapped_ns = (from), .unmapped_ns = (to), .device = SLOT_10, .segments = 1, .direction = (way) }
#define FLUSHED(end, flush) \
	{ .iova = 0x10000, .size = 4096, .whole_iova = 0x10000, .whole_size = 4096, .mapped_ns = 10 * MS, \
	  .unmapped_ns = (end), .flushed_ns = (flush), .device = SLOT_10, .segments = 1, .direction = BOTH }
#define BOTH	IR_DMA_BIDIRECTIONAL
#define TO	IR_DMA_TO_DEVICE
#define FROM	IR_DMA_FROM_DEVICE

struct expected {
	const char *name;
	struct report report;		/* the address and the time are set */
	struct ir_holder holders[3];	/* newest first; segments 0: no more */
	const char *arch, *kernel;
	bool cut;			/* there were more holders */
	bool incomplete;
	bool grouped;			/* the devices are in groups of their own */
	bool few;			/* the recording has one device */
	enum ir_fault_kind kind;
	const char *verdict;
};

#define WRITE	.access = IR_ACCESS_WRITE
#define READ	.access = IR_ACCESS_READ
#define LIVE_FOR "uncertain: the address was mapped for this access during the 1.00 ms before the report"
#define WRONG(access, of) "wrong direction: " access " of a live mapping that is " of \
			  " (mapped on CPU 0): faults under every strategy"

static const struct expected table[] = {
	{ "nothing had the page", .kind = IR_FAULT_NEVER_MAPPED, .verdict = "never mapped in the recording" },
	{ "nothing had the page, in a recording that lost events", .incomplete = true,
	  .kind = IR_FAULT_NEVER_MAPPED, .verdict = "never mapped in the recording, which is incomplete" },

	/* After an unmap. */
	{ "unmapped just before", .holders = { HELD(10 * MS, AGO(500), BOTH) }, .kind = IR_FAULT_UNMAPPED,
	  .verdict = "use after unmap: 500 us after the unmap on CPU 0; strict: faults, lazy: reachable for up to 10.0 ms" },
	{ "a queue of s390 keeps it for longer", .holders = { HELD(10 * MS, AGO(5000), BOTH) }, .arch = "s390x",
	  .kind = IR_FAULT_UNMAPPED,
	  .verdict = "use after unmap: 5.00 ms after the unmap on CPU 0; strict: faults, lazy: reachable for up to 1.00 s" },
	{ "unmapped long before", .holders = { HELD(10 * MS, AGO(50000), BOTH) }, .arch = "x86_64",
	  .kind = IR_FAULT_UNMAPPED,
	  .verdict = "use after unmap: 50.0 ms after the unmap on CPU 0; faults under every strategy, lazy ones flush within 10.0 ms" },
	{ "it was flushed since", .holders = { FLUSHED(AGO(5), AGO(2)) },
	  .kind = IR_FAULT_UNMAPPED,
	  .verdict = "use after unmap: 5.00 us after the unmap on CPU 0, and flushed since: faults under every strategy" },
	{ "a flush after the access is too late", .holders = { FLUSHED(AGO(5), T + 1000) },
	  .kind = IR_FAULT_UNMAPPED,
	  .verdict = "use after unmap: 5.00 us after the unmap on CPU 0; strict: faults, lazy: reachable for up to 10.0 ms" },
	{ "mapped before the recording", .kind = IR_FAULT_UNMAPPED,
	  .holders = { { .iova = 0x10000, .size = 4096, .whole_iova = 0x10000, .whole_size = 4096,
			 .unmapped_ns = AGO(500), .segments = 1, .direction = -1, .before = true } },
	  .verdict = "use after unmap: 500 us after the unmap on CPU 0; strict: faults, lazy: reachable for up to 10.0 ms" },
	{ "mapped again when the access cannot have been any more",
	  .holders = { HELD(AGO(300), LIVE, BOTH), HELD(10 * MS, AGO(5000), BOTH) }, .kind = IR_FAULT_UNMAPPED,
	  .verdict = "use after unmap: 5.00 ms after the unmap on CPU 0; strict: faults, lazy: reachable for up to 10.0 ms" },
	{ "not mapped until after the access", .holders = { HELD(AGO(300), LIVE, BOTH) },
	  .kind = IR_FAULT_NEVER_MAPPED, .verdict = "never mapped in the recording" },
	{ "a direction that is not recorded explains nothing if an unmap does", .report = { WRITE },
	  .holders = { HELD(AGO(300), LIVE, -1), HELD(10 * MS, AGO(500), -1) }, .kind = IR_FAULT_UNMAPPED,
	  .verdict = "use after unmap: 500 us after the unmap on CPU 0; strict: faults, lazy: reachable for up to 10.0 ms" },

	/* Directions, and which IOMMU denies what. */
	{ "written, mapped to be read", .report = { WRITE }, .holders = { HELD(10 * MS, LIVE, TO) },
	  .kind = IR_FAULT_WRONG_DIRECTION, .verdict = WRONG("write", "TO_DEVICE") },
	{ "read, as it was mapped for", .report = { READ }, .holders = { HELD(10 * MS, LIVE, TO) },
	  .kind = IR_FAULT_UNCERTAIN, .verdict = LIVE_FOR },
	{ "written, as it was mapped for", .report = { WRITE }, .holders = { HELD(10 * MS, LIVE, FROM) },
	  .kind = IR_FAULT_UNCERTAIN, .verdict = LIVE_FOR },
	{ "no direction is another one", .report = { WRITE }, .holders = { HELD(10 * MS, LIVE, IR_DMA_NONE) },
	  .kind = IR_FAULT_WRONG_DIRECTION, .verdict = WRONG("write", "NONE") },
	{ "the direction is not recorded", .report = { WRITE }, .holders = { HELD(10 * MS, LIVE, -1) },
	  .kind = IR_FAULT_WRONG_DIRECTION, .verdict = WRONG("write", "for the other direction") },
	{ "the access is not recorded", .holders = { HELD(10 * MS, LIVE, TO) },
	  .kind = IR_FAULT_WRONG_DIRECTION, .verdict = WRONG("access", "TO_DEVICE") },
	{ "both directions deny nothing", .holders = { HELD(10 * MS, LIVE, BOTH) }, .kind = IR_FAULT_UNCERTAIN,
	  .verdict = LIVE_FOR },
	{ "AMD denies reads", .report = { READ, .iommu = "amd" }, .holders = { HELD(10 * MS, LIVE, FROM) },
	  .kind = IR_FAULT_WRONG_DIRECTION, .verdict = WRONG("read", "FROM_DEVICE") },
	{ "virtio-iommu denies reads", .report = { READ, .iommu = "virtio" },
	  .holders = { HELD(10 * MS, LIVE, FROM) }, .kind = IR_FAULT_WRONG_DIRECTION,
	  .verdict = WRONG("read", "FROM_DEVICE") },
	{ "an SMMU does not", .report = { READ, .iommu = "smmuv3" }, .holders = { HELD(10 * MS, LIVE, FROM) },
	  .kind = IR_FAULT_UNCERTAIN, .verdict = LIVE_FOR },
	{ "VT-d does not in Linux 6.12", .report = { READ, .iommu = "vtd" }, .kernel = "6.12.117+deb13-amd64",
	  .holders = { HELD(10 * MS, LIVE, FROM) }, .kind = IR_FAULT_UNCERTAIN, .verdict = LIVE_FOR },
	{ "VT-d does in Linux 6.19", .report = { READ, .iommu = "vtd" }, .kernel = "6.19.0",
	  .holders = { HELD(10 * MS, LIVE, FROM) }, .kind = IR_FAULT_WRONG_DIRECTION,
	  .verdict = WRONG("read", "FROM_DEVICE") },
	{ "VT-d does in Linux 7", .report = { READ, .iommu = "vtd" }, .kernel = "7.2",
	  .holders = { HELD(10 * MS, LIVE, FROM) }, .kind = IR_FAULT_WRONG_DIRECTION,
	  .verdict = WRONG("read", "FROM_DEVICE") },
	{ "VT-d may, if the kernel is not recorded", .report = { READ, .iommu = "vtd" },
	  .holders = { HELD(10 * MS, LIVE, FROM) }, .kind = IR_FAULT_WRONG_DIRECTION,
	  .verdict = WRONG("read", "FROM_DEVICE") },
	{ "VT-d may, if the kernel has no version", .report = { READ, .iommu = "vtd" }, .kernel = "next",
	  .holders = { HELD(10 * MS, LIVE, FROM), HELD(10 * MS, AGO(900), FROM) }, .kind = IR_FAULT_WRONG_DIRECTION,
	  .verdict = WRONG("read", "FROM_DEVICE") },
	{ "a version out of all bounds is none", .report = { READ, .iommu = "vtd" }, .kernel = "6.1000",
	  .holders = { HELD(10 * MS, LIVE, FROM) }, .kind = IR_FAULT_WRONG_DIRECTION,
	  .verdict = WRONG("read", "FROM_DEVICE") },
	{ "the event on x86 is AMD's", .report = { READ }, .arch = "x86_64",
	  .holders = { HELD(10 * MS, LIVE, FROM) }, .kind = IR_FAULT_WRONG_DIRECTION,
	  .verdict = WRONG("read", "FROM_DEVICE") },
	{ "the event on 32 bits is AMD's", .report = { READ }, .arch = "i686",
	  .holders = { HELD(10 * MS, LIVE, FROM) }, .kind = IR_FAULT_WRONG_DIRECTION,
	  .verdict = WRONG("read", "FROM_DEVICE") },
	{ "s390 denies no reads", .report = { READ }, .arch = "s390x", .holders = { HELD(10 * MS, LIVE, FROM) },
	  .kind = IR_FAULT_UNCERTAIN, .verdict = LIVE_FOR },
	{ "others may", .report = { READ }, .arch = "aarch64", .holders = { HELD(10 * MS, LIVE, FROM) },
	  .kind = IR_FAULT_WRONG_DIRECTION, .verdict = WRONG("read", "FROM_DEVICE") },

	/* The report itself decides. */
	{ "an entry that is not there is no wrong direction", .report = { WRITE, .entry = IR_ENTRY_NOT_PRESENT },
	  .holders = { HELD(10 * MS, LIVE, TO) }, .kind = IR_FAULT_UNCERTAIN, .verdict = LIVE_FOR },
	{ "an entry without permission is no unmap", .report = { WRITE, .entry = IR_ENTRY_NOT_PERMITTED },
	  .holders = { HELD(10 * MS, AGO(500), TO) }, .kind = IR_FAULT_WRONG_DIRECTION,
	  .verdict = WRONG("write", "TO_DEVICE") },
	{ "an entry without permission was mapped", .report = { WRITE, .entry = IR_ENTRY_NOT_PERMITTED },
	  .kind = IR_FAULT_UNCERTAIN, .verdict = LIVE_FOR },
	{ "an entry without permission, direction not recorded", .report = { WRITE, .entry = IR_ENTRY_NOT_PERMITTED },
	  .holders = { HELD(10 * MS, LIVE, -1) }, .kind = IR_FAULT_WRONG_DIRECTION,
	  .verdict = WRONG("write", "for the other direction") },

	/* Several explanations. */
	{ "mapped again for the other direction", .report = { WRITE },
	  .holders = { HELD(AGO(300), LIVE, TO), HELD(10 * MS, AGO(500), BOTH) }, .kind = IR_FAULT_UNCERTAIN,
	  .verdict = "uncertain: 2 explanations, likely first: live (mapped on CPU 0), TO_DEVICE; or "
		     "unmapped 500 us before the report (the unmap on CPU 0), and mapped again 300 us before it" },
	{ "not there, and then of the other direction", .report = { WRITE }, .holders = { HELD(AGO(300), LIVE, TO) },
	  .kind = IR_FAULT_UNCERTAIN,
	  .verdict = "uncertain: 2 explanations, likely first: live (mapped on CPU 0), TO_DEVICE; or "
		     "not mapped until 300 us before the report" },
	{ "of the other direction, and unmapped since", .report = { WRITE }, .holders = { HELD(10 * MS, AGO(500), TO) },
	  .kind = IR_FAULT_UNCERTAIN,
	  .verdict = "uncertain: 2 explanations, likely first: unmapped 500 us before the report (the unmap on CPU 0); or "
		     "live (mapped on CPU 0), TO_DEVICE, and unmapped since" },
	{ "three explanations", .report = { WRITE },
	  .holders = { HELD(AGO(100), LIVE, TO), HELD(AGO(400), AGO(200), BOTH), HELD(10 * MS, AGO(700), BOTH) },
	  .kind = IR_FAULT_UNCERTAIN,
	  .verdict = "uncertain: 3 explanations, likely first: live (mapped on CPU 0), TO_DEVICE; or "
		     "unmapped 200 us before the report (the unmap on CPU 0), and mapped again 100 us before it; ..." },
	{ "older holders that were not kept are no proof", .cut = true,
	  .holders = { HELD(AGO(300), AGO(200), BOTH) }, .kind = IR_FAULT_UNMAPPED,
	  .verdict = "use after unmap: 200 us after the unmap on CPU 0; strict: faults, lazy: reachable for up to 10.0 ms" },
	{ "a clock that is off by more than the delay", .report = { .error_ns = 2 * MS },
	  .holders = { HELD(AGO(1900), LIVE, BOTH), HELD(10 * MS, AGO(2500), BOTH) }, .kind = IR_FAULT_UNMAPPED,
	  .verdict = "use after unmap: 2.50 ms after the unmap on CPU 0; strict: faults, lazy: reachable for up to 10.0 ms" },

	/* Domains. */
	{ "a device that may not share the domain", .report = { .device = SLOT_20 },
	  .holders = { HELD(10 * MS, AGO(500), BOTH) }, .kind = IR_FAULT_UNCERTAIN,
	  .verdict = "uncertain: 2 explanations, likely first: unmapped 500 us before the report (the unmap on CPU 0); or "
		     "of another domain, if 0000:00:20.0 and 0000:00:10.0 are not in one group (--group tells)" },
	{ "functions of a slot share one", .report = { .device = SLOT_10_1 },
	  .holders = { HELD(10 * MS, AGO(500), BOTH) }, .kind = IR_FAULT_UNMAPPED,
	  .verdict = "use after unmap: 500 us after the unmap on CPU 0; strict: faults, lazy: reachable for up to 10.0 ms" },
	{ "all share one if the recording has no other device", .report = { .device = SLOT_20 }, .few = true,
	  .holders = { { .iova = 0x10000, .size = 4096, .whole_iova = 0x10000, .whole_size = 4096, .mapped_ns = 10 * MS,
			 .unmapped_ns = AGO(500), .segments = 1 } }, .kind = IR_FAULT_UNMAPPED,
	  .verdict = "use after unmap: 500 us after the unmap on CPU 0; strict: faults, lazy: reachable for up to 10.0 ms" },
	{ "a stream may be any of several devices", .report = { .device = SID },
	  .holders = { HELD(10 * MS, AGO(500), BOTH) }, .kind = IR_FAULT_UNCERTAIN,
	  .verdict = "uncertain: 2 explanations, likely first: unmapped 500 us before the report (the unmap on CPU 0); or "
		     "of another domain, if sid 0x81 and 0000:00:10.0 are not in one group (--group tells)" },
	{ "groups tell domains apart: live", .report = { .device = SLOT_20 }, .grouped = true,
	  .holders = { HELD(10 * MS, LIVE, BOTH) }, .kind = IR_FAULT_OTHER_DOMAIN,
	  .verdict = "other domain: 0000:00:10.0 had the address, and 0000:00:20.0 does not share its domain: there it was never mapped" },
	{ "groups tell domains apart: unmapped", .report = { .device = SLOT_20 }, .grouped = true,
	  .holders = { HELD(10 * MS, AGO(500), BOTH), HELD(9 * MS, 10 * MS, BOTH) }, .kind = IR_FAULT_OTHER_DOMAIN,
	  .verdict = "other domain: 0000:00:10.0 had the address until its unmap, and 0000:00:20.0 does not share its domain: there it was never mapped" },
	{ "mapped for the access all the time: of another domain", .report = { .device = SLOT_20 },
	  .holders = { HELD(10 * MS, LIVE, BOTH) }, .kind = IR_FAULT_OTHER_DOMAIN,
	  .verdict = "other domain: 0000:00:10.0 had the address, and 0000:00:20.0 does not share its domain: there it was never mapped" },
};

#define ROWS (sizeof(table) / sizeof(table[0]))

/* The steps before the verdict leave this behind. */
struct scene {
	struct ir_recording_info info;
	struct ir_fault_options options;
	struct finding f;
	struct ir_holders h;
	struct ir_held held[4];
	struct ir_holder holders[24];
	struct ir_holder *list[24];
	struct report reports[4];
	uint32_t device_names[4];
	struct result result;
};

static void begin(struct scene *s, size_t reports)
{
	memset(s, 0, sizeof(*s));
	s->info = (struct ir_recording_info){ .devices = devices, .nr_devices = 4, .complete = true };
	s->f = (struct finding){ .info = &s->info, .options = &s->options,
				 .reports = { .list = s->reports, .nr = reports } };
	ir_names_init(&s->f.names);
	ir_names_init(&s->result.names);
	ir_tasks_init(&s->f.tasks);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(ir_names_number(&s->f.names, names[i], 64), i + 1);
	for (uint32_t i = 1; i < 4; i++)
		s->device_names[i] = i;
	s->h = (struct ir_holders){ .f = &s->f, .held = s->held, .device_names = s->device_names };
	for (size_t i = 0; i < 24; i++)
		s->list[i] = &s->holders[i];
	for (size_t i = 0; i < reports; i++) {
		s->reports[i] = (struct report){ .time_ns = T, .address = ADDRESS };
		s->held[i].holders = s->list;
	}
}

static const struct ir_fault *judge(struct scene *s)
{
	assert_int_equal(ir_verdict_all(&s->result, &s->f, &s->h), 0);
	assert_int_equal(ir_summary(&s->result, &s->f), 0);
	assert_int_equal(s->result.faults.nr, s->f.reports.nr);
	return s->result.faults.faults;
}

static void end(struct scene *s)
{
	ir_names_release(&s->f.names);
	ir_names_release(&s->result.names);
	ir_tasks_release(&s->f.tasks);
	ir_arena_release(&s->result.arena);
	free(s->f.groups.list);
	free(s->result.list);
}

static void group(struct scene *s, const char *line)
{
	const struct ir_log_text text = { line, line + strlen(line) };

	ir_groups_line(&s->f, &text);
	ir_groups_finish(&s->f);
}

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const struct expected *row = &table[i];
		const struct ir_fault *fault;
		struct scene s;

		begin(&s, 1);
		s.info.arch = row->arch;
		s.info.kernel = row->kernel;
		s.info.complete = !row->incomplete;
		if (row->few)
			s.info.nr_devices = 1;
		if (row->grouped) {
			group(&s, "iommu-replay: group 1: 0000:00:10.0");
			group(&s, "iommu-replay: group 2: 0000:00:20.0");
		}
		s.reports[0] = row->report;
		s.reports[0].time_ns = T;
		s.reports[0].address = ADDRESS;
		for (; s.held[0].nr < 3 && row->holders[s.held[0].nr].segments; s.held[0].nr++)
			s.holders[s.held[0].nr] = row->holders[s.held[0].nr];
		s.held[0].cut = row->cut;
		fault = judge(&s);
		if (fault->kind != row->kind || strcmp(fault->verdict, row->verdict) != 0)
			fail_msg("%s: %s: \"%s\"", row->name, ir_fault_kind_name(fault->kind),
				 fault->verdict);
		assert_int_equal(fault->mapping != NULL, fault->kind != IR_FAULT_UNCERTAIN &&
				 fault->kind != IR_FAULT_NEVER_MAPPED);
		assert_int_equal(s.result.faults.by_kind[row->kind], 1);
		end(&s);
	}
}

/* Next to a live mapping: how many bytes behind its end, or in front of it. */
static void test_neighbours(void **state)
{
	struct ir_holder front = { .iova = 0xf000, .whole_iova = 0xe000, .whole_size = 0x2000,
				   .unmapped_ns = LIVE, .map_cpu = 3, .map_function = IR_DMA_PAGE };
	struct ir_holder behind = { .iova = 0x11000, .whole_iova = 0x11000, .whole_size = 0x1000,
				    .unmapped_ns = LIVE };
	const struct ir_fault *fault;
	struct scene s;

	(void)state;
	begin(&s, 3);
	s.held[0].in_front = &front;
	s.held[0].behind = &behind;
	s.held[1].behind = &behind;
	fault = judge(&s);
	assert_int_equal(fault[0].side, IR_SIDE_OVERRUN);
	assert_string_equal(fault[0].verdict, "never mapped in the recording; 16 bytes behind the end of a live "
			    "mapping (dma_map_page on CPU 3): an overrun?");
	assert_int_equal(fault[1].side, IR_SIDE_UNDERRUN);
	assert_string_equal(fault[1].verdict, "never mapped in the recording; 4080 bytes in front of a live "
			    "mapping (mapped on CPU 0): an underrun?");
	assert_int_equal(fault[2].side, IR_SIDE_NONE);
	assert_null(fault[2].neighbour);
	end(&s);
}

/* The mapping has what was recorded of it: who, where, which way, when. */
static void test_mapping(void **state)
{
	const struct ir_fault_mapping *m;
	const struct ir_fault *fault;
	struct scene s;

	(void)state;
	begin(&s, 1);
	s.reports[0].device = SLOT_10_1;
	ir_tasks_add(&s.f.tasks, 213, "fio", 3);
	s.holders[0] = (struct ir_holder){
		.iova = 0x10000, .size = 0x1000, .whole_iova = 0xf000, .whole_size = 0x3000, .segments = 2,
		.mapped_ns = 10 * MS, .unmapped_ns = AGO(500), .flushed_ns = AGO(400), .device = SLOT_10,
		.direction = FROM, .map_known = true, .map_pid = 213, .map_cpu = 1, .unmap_known = true,
		.unmap_pid = 213, .unmap_cpu = 2, .map_function = IR_DMA_SG, .unmap_function = IR_DMA_SG,
	};
	s.held[0].nr = 1;
	fault = judge(&s);
	m = fault->mapping;
	assert_non_null(m);
	assert_string_equal(fault->verdict, "use after unmap: 500 us after dma_unmap_sg by fio on CPU 2, and flushed since: "
			    "faults under every strategy");
	assert_string_equal(fault->device, "0000:00:10.1");
	assert_int_equal(m->iova, 0x10000);
	assert_int_equal(m->whole_iova, 0xf000);
	assert_int_equal(m->whole_size, 0x3000);
	assert_string_equal(m->device, "0000:00:10.0");
	assert_string_equal(m->direction, "FROM_DEVICE");
	assert_string_equal(m->mapped_by.task, "fio");
	assert_string_equal(m->mapped_by.function, "dma_map_sg");
	assert_int_equal(m->mapped_by.cpu, 1);
	assert_int_equal(m->unmapped_by.cpu, 2);
	assert_int_equal(m->flushed_ns, AGO(400));
	assert_int_equal(fault->uncertainty_ns, MS);
	end(&s);
}

/* A page that was mapped again so long before the report proves that reports are that late. */
static void test_delay(void **state)
{
	static const struct { uint64_t again, given, delay; } rows[] = {
		{ 200, 0, MS },		/* less than is assumed anyhow */
		{ 3000, 0, 6 * MS },	/* twice what is proven */
		{ 8000, 0, 10 * MS },	/* at most */
		{ 3000, 2 * MS, 2 * MS },	/* the user's */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct scene s;

		begin(&s, 1);
		s.options.delay_ns = rows[i].given;
		s.holders[0] = (struct ir_holder)HELD(AGO(rows[i].again), LIVE, BOTH);
		s.holders[1] = (struct ir_holder)HELD(10 * MS, AGO(9000), BOTH);
		s.held[0].nr = 2;
		assert_int_equal(judge(&s)->uncertainty_ns, rows[i].delay);
		assert_int_equal(s.result.faults.delay_ns, rows[i].delay);
		end(&s);
	}
}

/* A report with a rough time, or of an entry without permission, proves no delay. */
static void test_no_delay(void **state)
{
	struct scene s;

	(void)state;
	begin(&s, 2);
	s.holders[0] = (struct ir_holder)HELD(AGO(3000), LIVE, BOTH);
	s.holders[1] = (struct ir_holder)HELD(10 * MS, AGO(9000), BOTH);
	s.held[0].nr = s.held[1].nr = 2;
	s.reports[0].error_ns = 2 * MS;
	s.reports[1].entry = IR_ENTRY_NOT_PERMITTED;
	judge(&s);
	assert_int_equal(s.result.faults.delay_ns, MS);
	end(&s);
}

/* A fault that proves its device to be in another domain decides the device's other faults, too. */
static void test_proven_domains(void **state)
{
	const struct ir_fault *fault;
	struct scene s;

	(void)state;
	begin(&s, 3);
	s.holders[0] = (struct ir_holder)HELD(10 * MS, LIVE, BOTH);
	s.holders[1] = (struct ir_holder)HELD(10 * MS, AGO(500), BOTH);
	s.reports[0].device = s.reports[1].device = s.reports[2].device = SLOT_20;
	s.held[0].nr = s.held[1].nr = s.held[2].nr = 1;
	s.held[1].holders = s.held[2].holders = &s.list[1];
	fault = judge(&s);
	for (int i = 0; i < 3; i++)
		assert_int_equal(fault[i].kind, IR_FAULT_OTHER_DOMAIN);
	assert_int_equal(s.result.faults.by_kind[IR_FAULT_OTHER_DOMAIN], 3);
	end(&s);
}

/* More explanations than are listed are still not certain. */
static void test_many(void **state)
{
	const struct ir_fault *fault;
	struct scene s;

	(void)state;
	begin(&s, 1);
	for (unsigned int i = 0; i < 24; i++)
		s.holders[i] = (struct ir_holder)HELD(AGO(20 * i + 25), AGO(20 * i + 15), BOTH);
	s.held[0].nr = 24;
	s.held[0].cut = true;
	fault = judge(&s);
	assert_int_equal(fault->kind, IR_FAULT_UNCERTAIN);
	assert_int_equal(fault->nr_candidates, 16);
	assert_int_equal(fault->candidates[0].kind, IR_FAULT_UNMAPPED);
	assert_int_equal(fault->candidates[0].before_ns, 0);
	assert_int_equal(fault->candidates[15].before_ns, 305 * US);
	end(&s);
}

/* The most faults first; names tell who mapped: the call site, else the function and the task. */
static void test_summary(void **state)
{
	static const struct ir_site sites[] = {
		{ .name = "?" }, { .name = "?" }, { .name = "nvme_map+0x4" },
	};
	static const struct ir_site_table site_table = { .sites = sites, .nr = 3 };
	static const char *const wanted[] = {
		"dma_map_page", "dma_map_page by fio", "mapped by fio", "nvme_map+0x4",
	};
	const struct ir_faults *faults;
	struct scene s;

	(void)state;
	begin(&s, 4);
	s.info.sites = &site_table;
	ir_tasks_add(&s.f.tasks, 213, "fio", 3);
	for (uint32_t i = 0; i < 4; i++) {
		s.holders[i] = (struct ir_holder)HELD(10 * MS, AGO(500), BOTH);
		s.held[i].holders = &s.list[i];
		s.held[i].nr = 1;
		s.reports[i].device = i ? SLOT_10_1 : SLOT_10;
	}
	s.holders[0].site = 2;
	s.holders[1].map_known = s.holders[2].map_known = true;
	s.holders[1].map_pid = s.holders[2].map_pid = 213;
	s.holders[1].map_function = s.holders[3].map_function = IR_DMA_PAGE;
	judge(&s);
	faults = &s.result.faults;
	assert_int_equal(faults->nr_devices, 2);
	assert_string_equal(faults->by_device[0].name, "0000:00:10.1");
	assert_int_equal(faults->by_device[0].count, 3);
	assert_int_equal(faults->by_device[1].count, 1);
	assert_int_equal(faults->nr_sites, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(faults->by_site[i].name, wanted[i]);
		assert_int_equal(faults->by_site[i].count, 1);
	}
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_neighbours),
		cmocka_unit_test(test_mapping),
		cmocka_unit_test(test_delay),
		cmocka_unit_test(test_no_delay),
		cmocka_unit_test(test_proven_domains),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_summary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
