// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Texts as they come from the field: other columns, other tools, lines that were
 * broken on the way, and text around the events.  What counts as damage, what is
 * only noted, and what is refused with a sentence that helps.
 */
#include "input/text/text_util.h"

/* Flags of PREEMPT_RT and RHEL 9: a letter more in front of the one that says "interrupt". */
static void test_flags(void **state)
{
	static const char header[] = "# tracer: nop\n#\n"
		"#                                _-------=> irqs-off/BH-disabled\n"
		"#                               / _------=> need-resched\n"
		"#                              | / _-----=> need-resched-lazy\n"
		"#                              || / _----=> hardirq/softirq\n"
		"#                              ||| / _---=> preempt-depth\n"
		"#                              |||| / _--=> preempt-lazy-depth\n"
		"#                              ||||| / _-=> migrate-disable\n"
		"#                              |||||| /     delay\n"
		"#           TASK-PID     CPU#  |||||||  TIMESTAMP  FUNCTION\n";
	static const struct {
		const char *flags;
		uint16_t context;
	} lines[] = {
		{ "d..h1..", IR_EVF_IRQ }, { "d.Lh4..", IR_EVF_IRQ }, { "d.L.4..", 0 },
		{ ".......", 0 }, { "dN.s211", IR_EVF_IRQ }, { "..L..1.", 0 },
		{ "d..Z1..", IR_EVF_IRQ }, { "d.LH11.", IR_EVF_IRQ },
	};
	char text[2048];

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(text, sizeof(text), "%s             fio-242     [001] %s    12.309078: " MAP "\n",
			 i & 1 ? header : "", lines[i / 2].flags);
		check_head(text, 12309078000, 242, 1, lines[i / 2].context);
		snprintf(text, sizeof(text), "%s     fio-242     1%s    12.309078: " MAP "\n",
			 i & 1 ? header : "", lines[i / 2].flags);
		check_head(text, 12309078000, 242, 1, lines[i / 2].context);
	}
	/* The kernel's own columns, and those of libtraceevent with a lock depth. */
	check_head("             fio-242     [001] d.h...    12.309078: " MAP "\n", 12309078000, 242, 1,
		   IR_EVF_IRQ);
	check_head("             fio-242     [001] DNs2.    12.309078: " MAP "\n", 12309078000, 242, 1,
		   IR_EVF_IRQ);
	/* A letter that is not known is no damage, but says nothing. */
	struct result r = read_text("             fio-242     [001] d.q1.    12.309078: " MAP "\n");
	assert_int_equal(r.nr, 1);
	assert_int_equal(r.ev[0].flags, IR_EVF_NO_CONTEXT);
	assert_int_equal(all_damage(&r), 0);
	assert_int_equal(r.damage.count[IR_DAMAGE_UNKNOWN_FLAGS], 1);
	/* trace-cmd 3.3 report -R */
	check_head("             fio-242   [001]-0x9    12.309078: " MAP "\n", 12309078000, 242, 1,
		   IR_EVF_IRQ);
	check_head("             fio-242   [001]-0x0    12.309078123: (+291)   " MAP "\n", 12309078123, 242,
		   1, 0);
}

static void test_columns(void **state)
{
	static const char *const behind[] = {
		"ffffffff97a1b0c4 iommu_map+0x114 ([kernel.kallsyms])", "3ff805a2c10 iommu_map",
		"iommu_map+0x114", "iommu_map", "ffffffff97a1b0c4", "               0", "/user.slice",
		"ffffffff97a1b0c4 iommu_map.llvm.1234+0x114 ([kernel.kallsyms]) bytes=1",
	};
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
		snprintf(text, sizeof(text), "fio 242 [001] 12.309078: iommu:" MAP " %s\n", behind[i]);
		check_head(text, 12309078000, 242, 1, IR_EVF_NO_CONTEXT);
	}
	check_head("fio 242 [001] K 12.309078: iommu:" MAP "\n", 12309078000, 242, 1, IR_EVF_NO_CONTEXT);
	check_head("fio 242 [001] KHE 12.309078: iommu:" MAP "\n", 12309078000, 242, 1, IR_EVF_NO_CONTEXT);
	check_head("fio 242 [001] 2026-11-29 01:10:53.123456 12.309078: iommu:" MAP "\n", 12309078000, 242,
		   1, IR_EVF_NO_CONTEXT);
	check_head("             fio [001]    12.309078: iommu:" MAP "\n", 12309078000, 0, 1,
		   IR_EVF_NO_CONTEXT);
	check_head("242 [001]    12.309078: iommu:" MAP "\n", 12309078000, 242, 1, IR_EVF_NO_CONTEXT);
	check_head(HEAD MAP "\t\n", 12309078000, 242, 1, 0);
	check_head(HEAD MAP "\t\r\r\n", 12309078000, 242, 1, 0);
	/* Without a name, which the payload tells. */
	check_head("fio 242 [001] 12.309078: IOMMU: iova=0x000000017ffa0000 - 0x000000017ffb0000 paddr=0x000000000a44f000 size=65536\n",
		   12309078000, 242, 1, IR_EVF_NO_CONTEXT);
	assert_int_equal(one("fio 242 [001] 1.0: IOMMU: iova=0x1000 - 0x2000 size=4096 unmapped_size=4096\n").kind,
			 IR_EV_UNMAP);
	/* Of which it does not: damage, and what to do. */
	bad("fio 242 [001] 13.0: 0001:00:00.0 dir=TO_DEVICE dma_addr=1000 size=4096 attrs=\n");
	/* A number that fell apart is no column. */
	bad("fio 242 [001] 13.0: dma:dma_unmap_page: d dma_addr=1000 size=40 96\n");
	bad("fio 242 [001] 13.0: iommu:" MAP " [002]\n");
}

static void test_graph(void **state)
{
	const uint16_t none = IR_EVF_NO_CONTEXT;

	(void)state;
	check_head("   12.309078 |   1)    fio-242     |               |    /* " MAP " */\n", 12309078000, 242,
		   1, none);
	check_head("   12.309078 |   1)    fio-242     |  d..1. |               |    /* " MAP " */\n",
		   12309078000, 242, 1, none);
	check_head("   12.309078 |   1)               |    /* " MAP " */\n", 12309078000, 0, 1, none);
	check_head("> [   13.000000]    12.309078 | 113)   0.911 us    |  /* " MAP " */\n", 12309078000, 0,
		   113, none);
}

/* Lines that are no events, and no damage. */
static void test_foreign(void **state)
{
	static const char *const lines[] = {
		"[   72.010000] CPU: 2 UID: 0 PID: 611 Comm: tar Not tainted 6.12.0 #7\n",
		"[   72.010000][  T611] RIP: 0010:iommu_map+0x12/0x30 [1]\n",
		"<6>[   72.010000] nvme 0000:05:00.0: [Firmware Bug]: 12.5\n",
		"Nov 29 01:10:53 host kernel: [   72.010000] Modules linked in: nvme\n",
		"[   72.010000] ---------------------------------\n",
		" 2)   0.911 us    |  iommu_map();\n", " 2)               |  }\n",
		" 2)    tar-611    =>    <idle>-0\n",
		HEAD "#1      inner/outer(us):   11/12    ts:1581527483.343962693 count:6\n",
		HEAD "1000000        190  99.98100        9     18      0   1007     18      1\n",
		HEAD "  8,0    Q   W 0 + 8 [fio]\n", HEAD "no name here\n",
		"On Sunday he wrote:\n", "-- \n",
	};
	char text[1024];
	struct result r;

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(lines) / sizeof(lines[0]); i++) {
		/* With its newline and, as the last line, without. */
		snprintf(text, sizeof(text), HEAD MAP "\n%s%s", i & 1 ? "\n" : "", lines[i / 2]);
		text[strlen(text) - (i & 1)] = '\0';
		r = read_text(text);
		if (all_damage(&r) || r.damage.count[IR_DAMAGE_FOREIGN_LINES] != 1)
			print_message("%s", text);
		assert_int_equal(r.nr, 1);
		assert_int_equal(all_damage(&r), 0);
		assert_int_equal(r.damage.count[IR_DAMAGE_FOREIGN_LINES], 1);
	}
	/* Last lines without a newline. */
	r = read_text(HEAD MAP "\n" HEAD "sched_waking: comm=tar pid=611 prio=120 target_cpu=002");
	assert_int_equal(all_damage(&r), 0);
	r = read_text(HEAD MAP "\n" HEAD "dma_map_page: d dir=NONE dma_addr=1000 size=4096 phys_addr=1000 attrs=");
	assert_int_equal(all_damage(&r), 0);
	r = read_text(HEAD MAP "\n" HEAD "<stack trace>\n => iommu_map\n => dma_map");
	assert_int_equal(all_damage(&r), 0);
	r = read_text(HEAD MAP "\n# the end");
	assert_int_equal(all_damage(&r), 0);
}

static void test_joined(void **state)
{
	static const char *const lines[] = {
		HEAD "map: IOMMU:\niova=0x1000 - 0x2000 paddr=0x5000 size=4096\n",
		HEAD "map: IOMMU: iova=0x1000 -\n0x2000 paddr=0x5000\nsize=4096\n",
		HEAD "map:\nIOMMU: iova=0x1000 - 0x2000 paddr=0x5000 size=4096\n",
		HEAD "\nmap: IOMMU: iova=0x1000 - 0x2000 paddr=0x5000 size=4096\n",
		"> " HEAD "map: IOMMU: iova=0x1000 - 0x2000\n> paddr=0x5000 size=4096\n",
		">> " HEAD "map: IOMMU: iova=0x1000 - 0x2000\n> > paddr=0x5000 size=4096\n",
		"> " HEAD "map: IOMMU: iova=0x1000 - 0x2000\npaddr=0x5000 size=4096\n",
	};
	struct result r;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char text[1024];

		snprintf(text, sizeof(text), "%s%s", lines[i], HEAD UNMAP "\n");
		r = read_text(text);
		if (r.nr != 2 || all_damage(&r))
			print_message("%s", text);
		assert_int_equal(r.nr, 2);
		assert_int_equal(all_damage(&r), 0);
		assert_int_equal(r.damage.count[IR_DAMAGE_JOINED_LINES], 1);
		assert_int_equal(r.ev[0].addr, 0x1000);
		assert_int_equal(r.ev[0].size, 4096);
	}
	/* Words that libtraceevent prints in place of a device's name are none. */
	r = read_text(HEAD "dma_unmap_sg: [FAILED\nTO PARSE] device=d addrs=ARRAY[00, 00,\n00, 01] dir=1 attrs=0x0\n" HEAD UNMAP "\n");
	assert_int_equal(r.nr, 2);
	assert_int_equal(all_damage(&r) + r.damage.count[IR_DAMAGE_FOREIGN_LINES], 0);
	assert_string_equal(r.device[0], "d");
	assert_int_equal(r.nr_devices, 2);
	/* A line that stays incomplete is one damaged event, and the next line is read. */
	r = read_text(HEAD "map: IOMMU: iova=0x1000 - 0x2000 paddr=0x5000\n" HEAD UNMAP "\n");
	assert_int_equal(r.nr, 1);
	assert_int_equal(all_damage(&r), 1);
	r = read_text(HEAD "map: IOMMU: iova=0x1000 - 0x2000 paddr=0x5000\nsize=8192\n" HEAD UNMAP "\n");
	assert_int_equal(r.nr, 1);
	assert_int_equal(all_damage(&r), 1);
	r = read_text(HEAD "map: IOMMU: iova=0x1000 - 0x2000 paddr=0x5000\nCPU:1 [LOST 3 EVENTS]\n" HEAD UNMAP "\n");
	assert_int_equal(r.nr, 2);
	assert_int_equal(r.damage.count[IR_DAMAGE_LOST_EVENTS], 3);
}

/* Lines of other tools: what to print instead. */
static void test_forms(void **state)
{
	static const struct {
		const char *text, *advice;
	} forms[] = {
		{ "             tar   611    71.250000: iommu:" MAP "\n", "-F +cpu" },
		{ "tar   611/612    71.250000:  1 cycles:  ffff x+0x1\n", "-F +cpu" },
		{ "# captured on : x\ntar   611    71.250000: iommu:" MAP "\n", "-F +cpu" },
		{ "             tar   611 [002] iommu:" MAP "\n", "-F +time" },
		{ "     0.000 tar/611 iommu:map(iova: 4151312384, paddr: 1090519040, size: 4096)\n", "perf trace" },
		{ "     0.000 (         ): tar/611 iommu:map(iova: 4151312384)\n", "perf trace" },
		{ "[   71.250000] iommu: map: iova 0xf7700000 pa 0x0000000041000000 size 0x1000\n", "debug messages" },
		{ "[   71.250000] iommu: unmapped: iova 0xf7700000 size 0x1000\n", "debug messages" },
		{ "[   71.250000] " MAP "\n", "tp_printk" },
		{ "[   71.250000][  T611] " MAP "\n", "tp_printk" },
		{ " 2)    tar-611     |               |    /* " MAP " */\n", "funcgraph-abstime" },
		{ "fio 242 [001] 13.0: 0001:00:00.0 dir=TO_DEVICE dma_addr=1000 size=4096 attrs=\n", "-F +event" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct result r = read_text(forms[i].text);

		if (r.failed != -ENOTSUP || !strstr(last_error, forms[i].advice))
			print_message("%s%s\n", forms[i].text, last_error);
		assert_true(r.recognised);
		assert_int_equal(r.failed, -ENOTSUP);
		assert_non_null(strstr(last_error, forms[i].advice));
	}
	/* Among events that can be read they are events that are damaged, or only text. */
	bad("             tar   611    71.250000: iommu:" MAP "\n");
	assert_int_equal(one(HEAD MAP "\n[   71.250000] " MAP "\n").kind, IR_EV_MAP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_graph),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_joined),
		cmocka_unit_test(test_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
