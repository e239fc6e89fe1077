// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of a log that mail programs and terminals broke. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "faults/split.h"
#include "faults/wrapped.h"

/* Hands on what is held, once @line does not go on. */
static bool hold(struct ir_log_wrapped *held, struct ir_log_parser *parser, const char *text)
{
	const struct ir_log_text raw = { text, text + strlen(text) };
	struct ir_log_line line;

	assert_true(ir_log_split(parser, text, strlen(text), &line));
	if (ir_log_continue(held, &line, &raw))
		return false;
	ir_log_hold(held, &line, &raw);
	return true;
}

/* @expected: the lines that @lines may be, as far as a mail program broke them, each with | at its end */
static void joined(const char *const *lines, unsigned int nr, const char *expected)
{
	struct ir_log_wrapped *held = calloc(1, sizeof(*held)), *before = calloc(1, sizeof(*before));
	struct ir_log_parser parser = { .last_ns = 0 };
	struct ir_log_line line[IR_LOG_MAX_PARTS];
	char got[8192] = "";

	assert_non_null(held);
	assert_non_null(before);
	for (unsigned int i = 0; i <= nr; i++) {
		*before = *held;
		if (i < nr && !hold(held, &parser, lines[i]))
			continue;
		if (ir_log_held_lines(before, IR_LOG_JOINED, line))
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%.*s|",
				 (int)(line->message.end - line->message.p), line->message.p);
	}
	assert_string_equal(got, expected);
	free(held);
	free(before);
}

static void wrapped(void **state)
{
#define TEXT "pci 0000:00:10.1: AMD-Vi: Event logged [IO_PAGE_FAULT"
#define BROKEN "[    8.342884] " TEXT
#define PART "domain=0x0003 address=0x12345678 flags=0x0020] and more of it"
	static const char *const amd[] = { BROKEN, "domain=0x0003", "[    9.000000] x" };
	static const char *const quoted[] = { "> " BROKEN, ">> domain=0x0003", "> | address=0x1" };
	/* The word would have found room. */
	static const char *const narrow[] = { "[    8.342884] pci 0000:00:10.1: AMD-Vi: Event", "logged" };
	static const char *const fits[] = { "[    8.342884] pci 0000:00:10.1: AMD-Vi: Event", "logged logged", "" };
	static const char *const just[] = { "[    8.342884] pci 0000:00:10.1: AMD-Vi: Event", "logged12345678 x" };
	static const char *const undated[] = { "pci 0000:00:10.1: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x3", "address=0x1" };
	static const char *const blank[] = { BROKEN, "", "domain=0x0003" };
	static const char *const many[] = { BROKEN, PART, PART, PART, "behind" };

	(void)state;
	joined(amd, 3, TEXT " domain=0x0003|x|");
	joined(quoted, 2, TEXT " domain=0x0003|");
	joined(quoted, 3, TEXT " domain=0x0003|> | address=0x1|");
	joined(narrow, 2, "pci 0000:00:10.1: AMD-Vi: Event|logged|");
	joined(fits, 2, "pci 0000:00:10.1: AMD-Vi: Event|logged logged|");
	joined(just, 2, "pci 0000:00:10.1: AMD-Vi: Event logged12345678 x|");
	joined(undated, 2, "pci 0000:00:10.1: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x3|address=0x1|");
	joined(blank, 3, TEXT "||domain=0x0003|");
	joined(many, 5, TEXT " " PART " " PART " " PART "|behind|");
}

/* The form in which @lines, of which all may be one, say most: its lines, each with | at its end. */
static void best(const char *const *lines, unsigned int nr, const char *before, const char *expected)
{
	struct ir_log_wrapped *held = calloc(1, sizeof(*held));
	struct ir_log_parser parser = { .last_ns = 0 };
	struct ir_log_line line[IR_LOG_MAX_PARTS];
	struct ir_log_fault faults[IR_LOG_FORMATS];
	unsigned int n;
	char got[1024] = "";

	assert_non_null(held);
	if (before) {
		ir_log_split(&parser, before, strlen(before), line);
		ir_log_parse(&parser, line, faults);
	}
	for (unsigned int i = 0; i < nr; i++)
		assert_int_equal(hold(held, &parser, lines[i]), !i);
	n = ir_log_held_lines(held, ir_log_best_form(held, &parser), line);
	for (unsigned int i = 0; i < n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%.*s|",
			 (int)(line[i].message.end - line[i].message.p), line[i].message.p);
	assert_string_equal(got, expected);
	free(held);
}

static void wrapped_or_not(void **state)
{
#define HOST "2026-11-29T01:10:52.123456+00:00 storage.example.org kernel: "
#define SMMU3 "arm-smmu-v3 9050000.smmuv3: "
#define ONE_WORD SMMU3 "\t0x0000008100000010"
#define VTD "DMAR: [DMA Read NO_PASID] Request device [00:10.1] fault addr "
#define LONG " [fault reason 0x06] PTE Read access is not set, and this is more"
#define SYSTEMD "[  OK  ] Started Session 3 of user root."
	static const struct {
		const char *before, *lines[3], *expected;
	} rows[] = {
		/* A console has lines of programs between those of the kernel. */
		{ HOST SMMU3 "event 0x10 received:", { HOST ONE_WORD, SYSTEMD }, ONE_WORD "|" SYSTEMD "|" },
		{ NULL, { HOST VTD "0x1000 [fault reason 0x06]", SYSTEMD }, VTD "0x1000 [fault reason 0x06] " SYSTEMD "|" },
		/* Faults without a time, behind another one, and behind what its driver said first. */
		{ NULL, { HOST VTD "0x1000 [fault", VTD "0x2000 [fault" }, VTD "0x1000 [fault|" VTD "0x2000 [fault|" },
		{ NULL, { HOST "DMAR: DRHD: handling fault status reg 2", VTD "0x2000 [fault" },
		  "DMAR: DRHD: handling fault status reg 2|" VTD "0x2000 [fault|" },
		/* Terminals break lines in the middle of a word, or at a blank. */
		{ NULL, { HOST VTD "0x1", "000 [fault" }, VTD "0x1000 [fault|" },
		{ NULL, { HOST VTD "0x1000000", "000 [fault" }, VTD "0x1000000000 [fault|" },
		{ NULL, { HOST VTD "0x1", "000" LONG, "of it" }, VTD "0x1000" LONG "of it|" },
		{ NULL, { HOST VTD "0x1", "000" LONG " ", "of it" }, VTD "0x1000" LONG " of it|" },
		{ NULL, { HOST VTD "0x1", "000" LONG " \r", "of it\r" }, VTD "0x1000" LONG " of it|" },
		{ NULL, { HOST VTD "0x1", "000" LONG, " of it" }, VTD "0x1000" LONG " of it|" },
		{ NULL, { HOST TEXT " domain=0x3 address=0x12", "34 flags=0x0020]" }, TEXT " domain=0x3 address=0x1234 flags=0x0020]|" },
		{ NULL, { HOST TEXT " address=0x12 flags=0x00", "20]" }, TEXT " address=0x12 flags=0x0020]|" },
		{ NULL, { HOST "pci 0000:00:1", "0.1: AMD-Vi: Event logged [IO_PAGE_FAULT address=0x1 flags=0x0020]" },
		  "pci 0000:00:10.1: AMD-Vi: Event logged [IO_PAGE_FAULT address=0x1 flags=0x0020]|" },
		{ NULL, { HOST "virtio_iommu virtio0: page fault from EP 12", "9 at 0x1234 [W]" },
		  "virtio_iommu virtio0: page fault from EP 129 at 0x1234 [W]|" },
		{ NULL, { HOST "arm-smmu 1.iommu: Unhandled context fault: fsr=0x402, iova=0xff", "ef, fsynr=0x3d0013, cb=33" },
		  "arm-smmu 1.iommu: Unhandled context fault: fsr=0x402, iova=0xffef, fsynr=0x3d0013, cb=33|" },
		{ NULL, { HOST SMMU3 "event 0x1", "0 received:" }, SMMU3 "event 0x10 received:|" },
		{ NULL, { HOST VTD "0", "x1000 [fault" }, VTD "0x1000 [fault|" },
		{ HOST SMMU3 "event 0x10 received:", { HOST SMMU3 "\t0x00000", "08100000010" }, ONE_WORD "|" },
		/* Together by a blank they would look like a fault that cannot be read. */
		{ NULL, { HOST "DMAR: another message about [DMA", "remapping" }, "DMAR: another message about [DMAremapping|" },
		/* The first part alone would be another fault. */
		{ HOST SMMU3 "event: F_TRANSLATION client: 0000:00:10.1 sid: 0x81 ssid: 0x0 iova: 0x12345 ipa: 0x0",
		  { HOST SMMU3 "event: F_TRANSLATION client: 0000:00:10.1 sid: 0x81 ssid: 0x0 iova: 0x12", "345 ipa: 0x0" },
		  SMMU3 "event: F_TRANSLATION client: 0000:00:10.1 sid: 0x81 ssid: 0x0 iova: 0x12345 ipa: 0x0|" },
		{ NULL, { HOST SMMU3 "event: F_TRANSLATION client: 0000:00:", "10.1 sid: 0x81 ssid: 0x0 iova: 0x12345 ipa: 0x0" },
		  SMMU3 "event: F_TRANSLATION client: 0000:00:10.1 sid: 0x81 ssid: 0x0 iova: 0x12345 ipa: 0x0|" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		best(rows[i].lines, rows[i].lines[2] ? 3 : 2, rows[i].before, rows[i].expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrapped),
		cmocka_unit_test(wrapped_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
