// SPDX-License-Identifier: GPL-2.0-or-later
/* The reader of kernel logs: every driver's messages, behind every kind of prefix. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "faults/split.h"

struct read {
	struct ir_log_parser parser;
	struct ir_log_fault faults[16];
	unsigned int nr;
};

static void feed(struct read *r, const char *text)
{
	struct ir_log_fault faults[IR_LOG_FORMATS];
	struct ir_log_line line;
	unsigned int n;

	if (!ir_log_split(&r->parser, text, strlen(text), &line))
		return;
	n = ir_log_parse(&r->parser, &line, faults);
	for (unsigned int i = 0; i < n && r->nr < 16; i++)
		r->faults[r->nr++] = faults[i];
}

static void finish(struct read *r)
{
	r->nr += ir_log_finish(&r->parser, r->faults + r->nr);
}

static void expect(const struct ir_log_fault *f, const char *iommu, const char *device,
		   uint64_t address, enum ir_fault_access access, enum ir_fault_entry entry)
{
	assert_string_equal(f->iommu, iommu);
	assert_string_equal(f->device, device);
	assert_int_equal(f->address, address);
	assert_int_equal(f->access, access);
	assert_int_equal(f->entry, entry);
}

static void amd(void **state)
{
	struct read r = { .nr = 0 };

	(void)state;
	feed(&r, "[    8.983737] pci 0000:00:10.1: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0003 address=0x12345678 flags=0x0020]");
	feed(&r, "AMD-Vi: Event logged [IO_PAGE_FAULT device=0a:00.0 domain=0x001d address=0x000000000637c000 flags=0x0050]");
	feed(&r, "pci 0000:00:10.1: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0003 address=0xfee00000 flags=0x0008]");
	feed(&r, "pci 0000:00:10.1: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0003 address=0x flags=0x0000]");
	assert_int_equal(r.nr, 2);	/* an interrupt is no access to memory */
	assert_int_equal(r.parser.bad, 1);
	assert_int_equal(r.faults[0].time_ns, 8983737000);
	expect(&r.faults[0], "amd", "0000:00:10.1", 0x12345678, IR_ACCESS_WRITE,
	       IR_ENTRY_NOT_PRESENT);
	expect(&r.faults[1], "amd", "0000:0a:00.0", 0x637c000, IR_ACCESS_READ,
	       IR_ENTRY_NOT_PERMITTED);
}

static void vtd(void **state)
{
	struct read r = { .nr = 0 };

	(void)state;
	feed(&r, "[ 1.5] DMAR: DRHD: handling fault status reg 2");
	feed(&r, "[ 1.6] DMAR: [DMA Write NO_PASID] Request device [00:10.1] fault addr 0x12345000 [fault reason 0x05] PTE Write access is not set");
	feed(&r, "[ 9.0] DMAR: [DMA Read PASID 0x1f] Request device [0001:00:10.1] fault addr 0x7fff000 [fault reason 0x06]");
	feed(&r, "DMAR:[DMA Write] Request device [02:00.0] fault addr ffb79000 ");
	feed(&r, "DMAR: [INTR-REMAP] Request device [f0:1f.7] fault index 0x10 [fault reason 0x25]");
	assert_int_equal(r.nr, 3);
	assert_int_equal(r.faults[0].time_ns, 1500000000);	/* when the driver began to look */
	assert_int_equal(r.faults[1].time_ns, 9000000000);
	assert_true(r.faults[0].page_only);
	expect(&r.faults[0], "vtd", "0000:00:10.1", 0x12345000, IR_ACCESS_WRITE, IR_ENTRY_UNKNOWN);
	expect(&r.faults[1], "vtd", "0001:00:10.1", 0x7fff000, IR_ACCESS_READ, IR_ENTRY_UNKNOWN);
	expect(&r.faults[2], "vtd", "0000:02:00.0", 0xffb79000, IR_ACCESS_WRITE, IR_ENTRY_UNKNOWN);
}

#define SMMU "[ 3.25] arm-smmu-v3 9050000.smmuv3: "

static void words(struct read *r, const char *id)
{
	char line[128];

	snprintf(line, sizeof(line), SMMU "event 0x%s received:", id);
	feed(r, line);
	snprintf(line, sizeof(line), SMMU "\t0x00000081000000%s", id);
	feed(r, line);
	feed(r, SMMU "\t0x0000020800000000");
	feed(r, SMMU "\t0x00000000ffe59bd0");
	feed(r, SMMU "\t0x0000000000000000");
}

static void smmuv3(void **state)
{
	struct read r = { .nr = 0 };

	(void)state;
	words(&r, "10");
	words(&r, "13");
	/* The same fault again, decoded. */
	feed(&r, SMMU "event: F_PERMISSION client: 0000:00:10.1 sid: 0x81 ssid: 0x0 iova: 0xffe59bd0 ipa: 0x0");
	feed(&r, SMMU "unpriv data read s1 \"Input address caused fault\" stag: 0x0");
	/* Only decoded. */
	feed(&r, SMMU "event: F_TRANSLATION client: (unassigned sid) sid: 0x90 ssid: 0x0 iova: 0x1000 ipa: 0x0");
	feed(&r, SMMU "event 0x02 received:");
	finish(&r);
	assert_int_equal(r.nr, 3);
	expect(&r.faults[0], "smmuv3", "sid 0x81", 0xffe59bd0, IR_ACCESS_READ, IR_ENTRY_NOT_PRESENT);
	expect(&r.faults[1], "smmuv3", "0000:00:10.1", 0xffe59bd0, IR_ACCESS_READ,
	       IR_ENTRY_NOT_PERMITTED);
	expect(&r.faults[2], "smmuv3", "sid 0x90", 0x1000, IR_ACCESS_UNKNOWN, IR_ENTRY_NOT_PRESENT);
}

static void others(void **state)
{
	struct read r = { .nr = 0 };

	(void)state;
	feed(&r, "[  116.882012][    C0] arm-smmu 15000000.iommu: Unhandled context fault: fsr=0x402, iova=0xffeff000, fsynr=0x3d0013, cbfrsynra=0x1004, cb=33");
	feed(&r, "<3>[ 2.5] virtio_iommu virtio0: page fault from EP 129 at 0x12345678 [W]");
	feed(&r, "[ 2.5] virtio_iommu virtio0: domain fault from EP 129");
	feed(&r, "[ 9.1] amd_iommu_report_page_fault: 12 callbacks suppressed");
	assert_int_equal(r.nr, 2);
	expect(&r.faults[0], "smmu", "sid 0x1004", 0xffeff000, IR_ACCESS_WRITE, IR_ENTRY_NOT_PRESENT);
	expect(&r.faults[1], "virtio", "sid 0x81", 0x12345678, IR_ACCESS_WRITE, IR_ENTRY_UNKNOWN);
	assert_int_equal(r.parser.suppressed, 12);
}

static void prefixes(void **state)
{
	static const struct {
		const char *line;
		enum ir_stamp stamp;
		uint64_t time_ns;
	} lines[] = {
		{ "[    8.983737] text", IR_STAMP_KERNEL, 8983737000 },
		{ "[    8.983737][   T58] text", IR_STAMP_KERNEL, 8983737000 },
		{ "[  +0.000012] text", IR_STAMP_SINCE, 8983749000 },
		{ "kern  :err   : [    9.5] text", IR_STAMP_KERNEL, 9500000000 },
		{ "Nov 29 01:10:52 host kernel: [    9.5] text", IR_STAMP_KERNEL, 9500000000 },
		{ "1970-01-01T00:00:10.25+00:00 host kernel: text\r", IR_STAMP_WALL, 10250000000 },
		{ "[Thu Jan  1 00:00:10 1970] text", IR_STAMP_WALL, 946684810000000000 },
		{ "text", IR_STAMP_NONE, 946684810000000000 },
		{ "kern  :err   : [Thu Jan  1 00:00:11 1970 <    1.000000>] text", IR_STAMP_WALL, 946684811000000000 },
		{ "[    8.5 <    0.000012>] text", IR_STAMP_KERNEL, 8500000000 },
		{ "[<    0.000012>] text", IR_STAMP_SINCE, 8500012000 },
		{ "[Nov29 01:10] text", IR_STAMP_SINCE, 3608500012000 },
		{ "[Nov 9 01:10] text", IR_STAMP_SINCE, 7208500012000 },
		{ "[  +0.000012] text", IR_STAMP_SINCE, 7208500024000 },
		{ "1970-01-01T02:00:10,250000+02:00 text", IR_STAMP_WALL, 10250000000 },
		{ "1970-01-01T00:00:10.25-0130 host kernel: text", IR_STAMP_WALL, 5410250000000 },
		{ "Thu 1970-01-01 00:00:10 UTC host kernel: text", IR_STAMP_WALL, 10000000000 },
		{ "1764378652.123456 host kernel: text", IR_STAMP_WALL, 1764378652123456000 },
		{ "<3>Jan  1 00:00:10 host kernel: text", IR_STAMP_WALL, 946684810000000000 },
		{ "<3>1 1970-01-01T00:00:10.25Z host kernel - - - text", IR_STAMP_WALL, 10250000000 },
		{ "<3>1 1970-01-01T00:00:10.25Z host kernel - - [a b=\"\\]\"][c] text", IR_STAMP_WALL, 10250000000 },
		{ "{\"__REALTIME_TIMESTAMP\":\"10250000\",\"MESSAGE\":\"text\",\"_PID\":\"1\"}", IR_STAMP_WALL, 10250000000 },
		{ "{\"MESSAGE\":\"text\",\"_SOURCE_MONOTONIC_TIMESTAMP\":\"9000001\",\"__REALTIME_TIMESTAMP\":\"5\"}",
		  IR_STAMP_KERNEL, 9000001000 },
		{ "{\"MESSAGE\":\"text\"}", IR_STAMP_NONE, 9000001000 },
	};
	struct ir_log_parser parser = { .last_ns = 0 };
	struct ir_log_line line;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_true(ir_log_split(&parser, lines[i].line, strlen(lines[i].line), &line));
		if (line.stamp != lines[i].stamp || line.time_ns != lines[i].time_ns)
			fail_msg("\"%s\": %d, %llu", lines[i].line, (int)line.stamp, (unsigned long long)line.time_ns);
		if (line.message.end - line.message.p != 4)
			fail_msg("\"%s\": %.*s", lines[i].line, (int)(line.message.end - line.message.p), line.message.p);
		assert_memory_equal(line.message.p, "text", 4);
	}
	/* More than nanoseconds can say is no stamp. */
	ir_log_split(&parser, "[9100000000.5] text", 19, &line);
	assert_int_equal(line.stamp, IR_STAMP_NONE);
}

/* JSON with one member on a line: an entry is complete where its object ends. */
static void json_lines(void **state)
{
	static const char *const dmesg[] = {
		"{", "   \"dmesg\": [", "      {", "         \"pri\": 3,", "         \"time\":     8.983737,",
		"         \"msg\": \"DMAR: [DMA Write] Request device [00:10.1] fault addr 0x1000\"", "      },{",
		"         \"time\": \"1970-01-01T00:00:10,250000+00:00\",",
		"         \"msg\": \"DMAR: [DMA Read] Request device [00:10.1] fault addr 0x2000\"", "      }", "   ]", "}",
	};
	static const char *const journal[] = {
		"{", "\t\"MESSAGE\" : \"DMAR: [DMA Write] Request device [00:10.1] fault addr 0x3000\",",
		"\t\"_SOURCE_MONOTONIC_TIMESTAMP\" : \"9000001\"", "}",
		"{", "\t\"MESSAGE\" : \"DMAR: [DMA Write] Request device [00:10.1] fault", "}",	/* torn */
		"{\"MESSAGE\":\"DMAR: [DMA Write] Request device [00:10.1] fault addr 0x40",
		"{\"__REALTIME_TIMESTAMP\":\"5\"}",	/* no time of the next one */
		"{\"MESSAGE\":\"DMAR: [DMA Write] Request device [00:10.1] fault addr 0x5000\"}",
	};
	struct read r = { .nr = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(dmesg) / sizeof(dmesg[0]); i++)
		feed(&r, dmesg[i]);
	for (size_t i = 0; i < sizeof(journal) / sizeof(journal[0]); i++)
		feed(&r, journal[i]);
	assert_int_equal(r.nr, 4);
	assert_int_equal(r.parser.bad, 2);
	assert_int_equal(r.faults[3].stamp, IR_STAMP_NONE);
	assert_int_equal(r.faults[0].time_ns, 8983737000);
	assert_int_equal(r.faults[1].time_ns, 10250000000);
	expect(&r.faults[1], "vtd", "0000:00:10.1", 0x2000, IR_ACCESS_READ, IR_ENTRY_UNKNOWN);
	assert_int_equal(r.faults[2].time_ns, 9000001000);
	assert_int_equal(r.faults[2].stamp, IR_STAMP_KERNEL);
}

/* Lines with one thing missing or damaged: a fault with less known, none, or one that cannot be read. */
static void damaged(void **state)
{
	static const struct {
		const char *line;
		unsigned int faults, bad;
		const char *device;
		enum ir_fault_access access;
		enum ir_fault_entry entry;
	} rows[] = {
#define AMD "AMD-Vi: Event logged [IO_PAGE_FAULT "
		{ AMD "domain=0x0003 address=0x1000 flags=0x0010]", 1, 0, "", IR_ACCESS_READ, IR_ENTRY_UNKNOWN },
		{ "mlx5_core: " AMD "domain=0x0003 address=0x1000 flags=0x0020]", 1, 0, "", IR_ACCESS_WRITE,
		  IR_ENTRY_NOT_PRESENT },
		{ AMD "device=zz domain=0x0003 address=0x1000 flags=0x0000]", 1, 0, "", IR_ACCESS_READ,
		  IR_ENTRY_NOT_PRESENT },
		{ AMD "domain=0x0003 address=0x1000 flags=]", 0, 1, "", 0, 0 },
		{ AMD "domain=0x0003 address=0x1000g flags=0x0000]", 0, 1, "", 0, 0 },
		{ AMD "domain=0x0003 address=0x12345678123456789 flags=0x0000]", 0, 1, "", 0, 0 },
		{ AMD "domain=0x0003", 0, 1, "", 0, 0 },
		{ "AMD-Vi: Event logged [ILLEGAL_DEV_TABLE_ENTRY device=00:10.0]", 0, 0, "", 0, 0 },
#define VTD "DMAR: [DMA Write] Request device [00:10.1] "
		{ VTD "fault addr 1000", 1, 0, "0000:00:10.1", IR_ACCESS_WRITE, IR_ENTRY_UNKNOWN },
		{ "DMAR: [DMA Read] Request device [00:10.1] fault addr 1000", 1, 0, "0000:00:10.1", IR_ACCESS_READ,
		  IR_ENTRY_UNKNOWN },
		{ VTD "fault addr ", 0, 1, "", 0, 0 },
		{ VTD "fault index 10", 0, 1, "", 0, 0 },
		{ "DMAR: [DMA Write] Request device [0:10] fault addr 1000", 0, 1, "", 0, 0 },
		{ "DMAR: [DMA Write] Request device [0:1:2:3:4.5] fault addr 1000", 0, 1, "", 0, 0 },
		{ "DMAR: [DMA Write] Request device [00:20.1] fault addr 1000", 0, 1, "", 0, 0 },
		{ "DMAR: [DMA Write] Request device [00:10.8] fault addr 1000", 0, 1, "", 0, 0 },
		{ "DMAR: [DMA Write] Request device [100:10.1] fault addr 1000", 0, 1, "", 0, 0 },
		{ "DMAR: [DMA Write] Request device [100000000:00:10.1] fault addr 1000", 0, 1, "", 0, 0 },
		{ "DMAR: [DMA Write] Request device [ffffffff:00:10.1] fault addr 1000", 1, 0, "ffffffff:00:10.1",
		  IR_ACCESS_WRITE, IR_ENTRY_UNKNOWN },
#define SMMU2 "arm-smmu 1.iommu: Unhandled context fault: "
		{ SMMU2 "fsr=0x8, iova=0x1000, fsynr=0x0, cb=3", 1, 0, "", IR_ACCESS_READ, IR_ENTRY_NOT_PERMITTED },
		{ SMMU2 "fsr=0x0, iova=0x1000, fsynr=0x10, cbfrsynra=0x10080, cb=3", 1, 0, "sid 0x80",
		  IR_ACCESS_WRITE, IR_ENTRY_UNKNOWN },
		{ SMMU2 "fsr=, iova=0x1000, fsynr=0x0", 0, 1, "", 0, 0 },
		{ SMMU2 "fsr=0x2, iova=, fsynr=0x0", 0, 1, "", 0, 0 },
		{ SMMU2 "fsr=0x2, iova=0x1000", 0, 1, "", 0, 0 },
#define VIRTIO "virtio_iommu virtio0: page fault from EP "
		{ VIRTIO "129 at 0x1000 [R]", 1, 0, "sid 0x81", IR_ACCESS_READ, IR_ENTRY_UNKNOWN },
		{ VIRTIO "129 at 0x1000 [RW]", 1, 0, "sid 0x81", IR_ACCESS_WRITE, IR_ENTRY_UNKNOWN },
		{ VIRTIO "129 at 0x1000 []", 1, 0, "sid 0x81", IR_ACCESS_UNKNOWN, IR_ENTRY_UNKNOWN },
		{ VIRTIO "129 at 0x1000 [", 1, 0, "sid 0x81", IR_ACCESS_UNKNOWN, IR_ENTRY_UNKNOWN },
		{ VIRTIO "129 at 0x1000", 1, 0, "sid 0x81", IR_ACCESS_UNKNOWN, IR_ENTRY_UNKNOWN },
		{ VIRTIO "129 at 0xy", 0, 1, "", 0, 0 },
		{ VIRTIO "129", 0, 0, "", 0, 0 },
		{ VIRTIO ": at 0x1000", 0, 1, "", 0, 0 },
		{ VIRTIO "x at 0x1000", 0, 1, "", 0, 0 },
		{ "nobody: page fault from EP 129 at 0x1000", 0, 0, "", 0, 0 },
#define SMMU3 "arm-smmu-v3 9050000.smmuv3: "
		{ SMMU3 "event: F_ACCESS client: (unassigned sid) sid: 0x90 ssid: 0x0 iova: 0x1000 ipa: 0x0", 1, 0, "sid 0x90",
		  IR_ACCESS_UNKNOWN, IR_ENTRY_UNKNOWN },
		{ SMMU3 "event: F_PERMISSION client: platform-dev sid: 0x90 ssid: 0x0 iova: 0x1000 ipa: 0x0", 1, 0, "platform-dev",
		  IR_ACCESS_UNKNOWN, IR_ENTRY_NOT_PERMITTED },
		{ SMMU3 "event: F_TRANSLATION sid: 0x90 ssid: 0x0 iova: 0x1000 ipa: 0x0", 1, 0, "sid 0x90", IR_ACCESS_UNKNOWN,
		  IR_ENTRY_NOT_PRESENT },
		{ SMMU3 "event: F_TRANSLATION client: x", 0, 0, "", 0, 0 },
		{ SMMU3 "event: F_TRANSLATION client: x iova: 0x1000 ipa: 0x0", 0, 1, "", 0, 0 },
		{ SMMU3 "event: F_TRANSLATION client: x sid: 0x90 iova: none", 0, 1, "", 0, 0 },
		{ SMMU3 "event 0x10", 0, 1, "", 0, 0 },
		{ SMMU3 "event 0xy received:", 0, 1, "", 0, 0 },
		{ SMMU3 "\t0x0000020800000000", 0, 0, "", 0, 0 },	/* of no event */
		{ "arm-smmu-v3 ", 0, 0, "", 0, 0 },
		{ "arm-smmu-v3 9050000.smmuv3:", 0, 0, "", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct read r = { .nr = 0 };

		feed(&r, rows[i].line);
		finish(&r);
		if (r.nr != rows[i].faults || r.parser.bad != rows[i].bad)
			fail_msg("\"%s\": %u faults, %u bad", rows[i].line, r.nr, (unsigned int)r.parser.bad);
		if (!r.nr)
			continue;
		assert_string_equal(r.faults[0].device, rows[i].device);
		assert_int_equal(r.faults[0].address, 0x1000);
		assert_int_equal(r.faults[0].access, rows[i].access);
		assert_int_equal(r.faults[0].entry, rows[i].entry);
	}
}

/* An event of an SMMU in several lines: which of them belong together. */
static void smmuv3_lines(void **state)
{
#define WORD(digits) SMMU "\t0x" digits
	static const char event[] = SMMU "event 0x10 received:";
	static const char *const words[] = { WORD("0000008100000010"), WORD("0000020800000000"), WORD("0000000000001000") };
	static const struct {
		const char *lines[3];	/* behind the words */
		unsigned int nr;	/* faults */
		enum ir_fault_access access;
	} rows[] = {
		{ { NULL }, 1, IR_ACCESS_READ },
		{ { WORD("0000000000000000") }, 1, IR_ACCESS_READ },
		{ { SMMU "unpriv data write s1 \"x\"" }, 1, IR_ACCESS_WRITE },
		{ { SMMU "unpriv data fetch s1 \"x\"" }, 1, IR_ACCESS_READ },	/* as the words say */
		{ { WORD("12"), WORD("000000000000000z"), SMMU "something else" }, 1, IR_ACCESS_READ },
		{ { "another line", event }, 1, IR_ACCESS_READ },	/* the second one has no address */
		{ { SMMU "event: F_TRANSLATION client: x sid: 0x81 iova: 0x1000 ipa: 0x0" }, 1, IR_ACCESS_READ },
		{ { SMMU "event: F_TRANSLATION client: x sid: 0x81 iova: 0x2000 ipa: 0x0" }, 2, IR_ACCESS_READ },
		{ { "[ 9.5] arm-smmu-v3 9050000.smmuv3: event: F_TRANSLATION client: x sid: 0x81 iova: 0x1000 ipa: 0x0" }, 2,
		  IR_ACCESS_READ },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct read r = { .nr = 0 };

		feed(&r, event);
		for (size_t k = 0; k < 3; k++)
			feed(&r, words[k]);
		for (size_t k = 0; k < 3 && rows[i].lines[k]; k++)
			feed(&r, rows[i].lines[k]);
		finish(&r);
		if (r.nr != rows[i].nr || r.faults[0].access != rows[i].access)
			fail_msg("%zu: %u faults, access %d", i, r.nr, r.faults[0].access);
		assert_int_equal(r.faults[0].address, 0x1000);
		assert_int_equal(r.faults[0].entry, IR_ENTRY_NOT_PRESENT);
	}
}

/* Of an event whose words are cut off the address is not known: it is no fault. */
static void smmuv3_cut(void **state)
{
	struct read r = { .nr = 0 };

	(void)state;
	feed(&r, SMMU "event 0x10 received:");
	feed(&r, SMMU "\t0x0000008100000010");
	feed(&r, SMMU "unpriv data write s1 \"x\"");
	finish(&r);
	assert_int_equal(r.nr, 0);
	assert_int_equal(r.parser.bad, 0);
}

/* A line that is cut has no more than the whole one, and no other stamp. */
static void cut(void **state)
{
	static const struct { const char *line; uint64_t time_ns; } lines[] = {
		{ "[    8.983737][   T58] pci 0000:00:10.1: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0003 address=0x12345678 flags=0x0020]",
		  8983737000 },
		{ "1970-01-01T00:00:10.25+00:00 host kernel: DMAR: [DMA Read NO_PASID] Request device [00:10.1] fault addr 0x12345000", 10250000000 },
		{ "Jan  1 00:00:11 host kernel: virtio_iommu virtio0: page fault from EP 129 at 0x12345678 [W]", 946684811000000000 },
		{ "[Thu Jan  1 00:00:12 1970] arm-smmu 15000000.iommu: Unhandled context fault: fsr=0x402, iova=0xffeff000, fsynr=0x3d0013, cb=33",
		  946684812000000000 },
		{ "[ 3.25] arm-smmu-v3 9050000.smmuv3: event: F_PERMISSION client: 0000:00:10.1 sid: 0x81 ssid: 0x0 iova: 0xffe59bd0 ipa: 0x0",
		  3250000000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		size_t len = strlen(lines[i].line);
		struct read whole = { .nr = 0 };

		feed(&whole, lines[i].line);
		finish(&whole);
		assert_int_equal(whole.nr, 1);
		for (size_t n = 0; n < len; n++) {
			struct ir_log_fault faults[IR_LOG_FORMATS];
			struct ir_log_parser parser = { .last_ns = 0 };
			struct ir_log_line line;
			char *text = strndup(lines[i].line, n);	/* nothing behind it may be read */
			unsigned int nr;

			assert_non_null(text);
			nr = ir_log_split(&parser, text, n, &line) ? ir_log_parse(&parser, &line, faults) : 0;
			nr += ir_log_finish(&parser, faults + nr);
			assert_true(nr <= 1);
			if (nr) {
				assert_true(faults[0].address <= whole.faults[0].address);
				assert_int_equal(line.time_ns, lines[i].time_ns);
				assert_memory_equal(faults[0].device, whole.faults[0].device,
						    strlen(faults[0].device));
			}
			free(text);
		}
	}
}

/* Texts that look like a stamp, and are none. */
static void no_stamps(void **state)
{
	static const char *const lines[] = {
		"[", "[ ]", "[12] text", "[12.] text", "[12.5 text", "[.5] text", "[x.5] text", "[9000000001.5] text",
		"Nov29 01:10:52 host", "Nox 29 01:10:52 host", "Nov 2x 01:10:52 host", "Nov 29x01:10:52 host",
		"Nov 29 1:10:52 host", "Nov 29 01-10:52 host", "Nov 29 01:10-52 host", "Nov 29 01:10", "Nov 29 ",
		"2026-11-29 ", "2026-11", "2026-11-2", "2026-11-29", "2026-11-29x01:10:52", "2026/11/29 01:10:52",
		"1969-11-29T01:10:52", "99999-11-29T01:10:52", "2026-xx-29T01:10:52", "2400-01-01T00:00:00", "Sun Nov",
	};
	struct ir_log_parser parser = { .last_ns = 7 };
	struct ir_log_line line;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ir_log_split(&parser, lines[i], strlen(lines[i]), &line);
		if (line.stamp != IR_STAMP_NONE || line.time_ns != 7)
			fail_msg("\"%s\" has a stamp", lines[i]);
	}
}

/* Stamps that are written in rarer ways, and callers that are none. */
static void rare_stamps(void **state)
{
	static const struct { const char *line; uint64_t time_ns; const char *message; } lines[] = {
		{ "[    8.1234567891] text", 0, NULL },		/* ten digits of a fraction are none */
		{ "[\t8.123456789] text", 8123456789, "text" },
		{ "[ 8.5][ X58] text", 8500000000, "[ X58] text" },
		{ "[ 8.5][ T] text", 8500000000, "[ T] text" },
		{ "[ 8.5][ T5 text", 8500000000, "[ T5 text" },
		{ "[ 8.5][ T5", 8500000000, "[ T5" },
		{ "[ 8.5][ ", 8500000000, "[" },
		{ "[ 8.5][ C12] text", 8500000000, "text" },
		{ "[x] [ 8.5] text", 8500000000, "text" },
		{ "1970-01-01 00:00:10,5 text", 10500000000, "text" },
		{ "1970-01-01T00:00:10.1234567899 text", 10123456789, "text" },
		{ "[1970-01-01T00:00:10] text", 10000000000, "text" },
		{ "[1970-01-01T00:00:10 text", 10000000000, "text" },
		{ "\t1970-01-01T00:00:10 text\n", 10000000000, "text" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct ir_log_parser parser = { .last_ns = 0 };
		struct ir_log_line line;
		size_t len = strlen(lines[i].line);

		ir_log_split(&parser, lines[i].line, len, &line);
		if (line.time_ns != lines[i].time_ns)
			fail_msg("\"%s\": %llu", lines[i].line, (unsigned long long)line.time_ns);
		if (lines[i].message)
			assert_memory_equal(line.message.p, lines[i].message, strlen(lines[i].message));
	}
}

/* Lines of two SMMUs between each other; an event whose words are cut is counted. */
static void smmuv3_units(void **state)
{
	static const char *const lines[] = {
		"arm-smmu-v3 1.smmuv3: event 0x10 received:", "arm-smmu-v3 1.smmuv3: \t0x0000001100000010",
		"arm-smmu-v3 2.smmuv3: event 0x13 received:", "arm-smmu-v3 1.smmuv3: \t0x0000020800000000",
		"arm-smmu-v3 2.smmuv3: \t0x0000002200000013", "arm-smmu-v3 2.smmuv3: \t0x0000020000000000",
		"arm-smmu-v3 1.smmuv3: \t0x0000000000001000", "arm-smmu-v3 2.smmuv3: \t0x0000000000002000",
		"arm-smmu-v3 2.smmuv3: \t0x0000000000000000", "arm-smmu-v3 1.smmuv3: \t0x0000000000000000",
		"arm-smmu-v3 3.smmuv3: event 0x10 received:", "arm-smmu-v3 3.smmuv3: \t0x0000003300000010",
		"arm-smmu-v3 3.smmuv3: event 0x10 received:",
	};
	struct read r = { .nr = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		feed(&r, lines[i]);
	assert_int_equal(r.parser.bad, 1);
	finish(&r);
	assert_int_equal(r.nr, 2);
	expect(&r.faults[0], "smmuv3", "sid 0x11", 0x1000, IR_ACCESS_READ, IR_ENTRY_NOT_PRESENT);
	expect(&r.faults[1], "smmuv3", "sid 0x22", 0x2000, IR_ACCESS_WRITE, IR_ENTRY_NOT_PERMITTED);
}

/* How many lines the kernel left out, if they were about faults. */
static void suppressed(void **state)
{
	static const struct { const char *line; uint64_t nr; } rows[] = {
		{ "dmar_fault: 12 callbacks suppressed", 12 }, { "arm_smmu_context_fault: 7 callbacks suppressed", 7 },
		{ "viommu_fault_handler: 3 callbacks suppressed", 3 }, { "5 callbacks suppressed", 0 },
		{ "net_ratelimit: 9 callbacks suppressed", 0 }, { "dmar_fault: callbacks suppressed", 0 },
		{ " callbacks suppressed", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct read r = { .nr = 0 };

		feed(&r, rows[i].line);
		assert_int_equal(r.nr, 0);
		assert_int_equal(r.parser.suppressed, rows[i].nr);
	}
}

/* What is behind a fault, and numbers that were broken. */
static void behind(void **state)
{
#define TEXT "pci 0000:00:10.1: AMD-Vi: Event logged [IO_PAGE_FAULT"
#define FAULT_ADDR "DMAR: [DMA Read NO_PASID] Request device [00:10.1] fault addr "
	static const struct {
		const char *line;
		unsigned int nr, bad;
		enum ir_fault_access access;
	} rows[] = {
		{ "virtio_iommu virtio0: page fault from EP 129 at 0x1234 [R] Welcome", 1, 0, IR_ACCESS_READ },
		{ "virtio_iommu virtio0: page fault from EP 12 9 at 0x1234 [R]", 0, 1, IR_ACCESS_UNKNOWN },
		{ "virtio_iommu virtio0: page fault from EP 129 at 0x12 34 [R]", 0, 1, IR_ACCESS_UNKNOWN },
		{ TEXT " address=0x12 34 flags=0x0020]", 0, 1, IR_ACCESS_UNKNOWN },
		{ TEXT " address=0x12 flags=0x00 20]", 0, 1, IR_ACCESS_UNKNOWN },
		{ FAULT_ADDR "0x1000 000 [fault", 0, 1, IR_ACCESS_UNKNOWN },
		{ FAULT_ADDR "0x1000 DMAR:[fault reason 06]", 1, 0, IR_ACCESS_READ },
		{ "arm-smmu 1.iommu: Unhandled context fault: fsr=0x402, iova=0xff ef, fsynr=0x13, cb=33", 0, 1, IR_ACCESS_UNKNOWN },
		{ "arm-smmu 1.iommu: Unhandled context fault: fsr=0x402, iova=0xff, fsynr=0x1 3, cb=33", 0, 1, IR_ACCESS_UNKNOWN },
		{ "arm-smmu 1.iommu: Unhandled context fault: fsr=0x402, iova=0xff, fsynr=0x13, cbfrsynra=0x10 04, cb=33", 0, 1, IR_ACCESS_UNKNOWN },
		{ "arm-smmu-v3 9050000.smmuv3: event: F_TRANSLATION client: 0000:00: 10.1 sid: 0x81 ssid: 0x0 iova: 0x12345 ipa: 0x0", 0, 1, IR_ACCESS_UNKNOWN },
		{ "arm-smmu-v3 9050000.smmuv3: event: F_TRANSLATION client: 0000:00:10.1 sid: 0x81 ssid: 0x0 iova: 0x12 345 ipa: 0x0", 0, 1, IR_ACCESS_UNKNOWN },
	};
	struct read amd = { .nr = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct read r = { .nr = 0 };

		feed(&r, rows[i].line);
		finish(&r);
		assert_int_equal(r.nr, rows[i].nr);
		assert_int_equal(r.parser.bad, rows[i].bad);
		assert_int_equal(r.nr ? r.faults[0].access : IR_ACCESS_UNKNOWN, rows[i].access);
	}
	feed(&amd, TEXT " address=0x12 flags=0x0020] device=0000:01:02.3");
	assert_int_equal(amd.nr, 1);
	assert_string_equal(amd.faults[0].device, "0000:00:10.1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amd),
		cmocka_unit_test(vtd),
		cmocka_unit_test(smmuv3),
		cmocka_unit_test(others),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(json_lines),
		cmocka_unit_test(damaged),
		cmocka_unit_test(smmuv3_lines),
		cmocka_unit_test(smmuv3_cut),
		cmocka_unit_test(smmuv3_units),
		cmocka_unit_test(cut),
		cmocka_unit_test(no_stamps),
		cmocka_unit_test(rare_stamps),
		cmocka_unit_test(suppressed),
		cmocka_unit_test(behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
