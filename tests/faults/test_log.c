// SPDX-License-Identifier: GPL-2.0-or-later
/* The reader of kernel logs: every driver's messages, behind every kind of prefix. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <string.h>

#include "faults/log.h"

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

	ir_log_split(&r->parser, text, strlen(text), &line);
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
		{ "[  +0.000012] text", IR_STAMP_KERNEL, 8983749000 },
		{ "kern  :err   : [    9.5] text", IR_STAMP_KERNEL, 9500000000 },
		{ "Nov 29 01:10:52 host kernel: [    9.5] text", IR_STAMP_KERNEL, 9500000000 },
		{ "1970-01-01T00:00:10.25+00:00 host kernel: text\r", IR_STAMP_WALL, 10250000000 },
		{ "[Thu Jan  1 00:00:10 1970] text", IR_STAMP_WALL, 946684810000000000 },
		{ "text", IR_STAMP_NONE, 946684810000000000 },
	};
	struct ir_log_parser parser = { .last_ns = 0 };
	struct ir_log_line line;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ir_log_split(&parser, lines[i].line, strlen(lines[i].line), &line);
		assert_int_equal(line.stamp, lines[i].stamp);
		assert_int_equal(line.time_ns, lines[i].time_ns);
		assert_int_equal(line.message.end - line.message.p, 4);
		assert_memory_equal(line.message.p, "text", 4);
	}
	/* More than nanoseconds can say is no stamp. */
	ir_log_split(&parser, "[9100000000.5] text", 19, &line);
	assert_int_equal(line.stamp, IR_STAMP_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amd),
		cmocka_unit_test(vtd),
		cmocka_unit_test(smmuv3),
		cmocka_unit_test(others),
		cmocka_unit_test(prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
