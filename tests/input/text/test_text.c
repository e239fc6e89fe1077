// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Texts made by hand: every form of line that kernels and tools print, odd task
 * names, and lines that are damaged.  What is expected is what is written there.
 */
#include "input/text/text_util.h"

static void test_heads(void **state)
{
	const uint16_t none = IR_EVF_NO_CONTEXT, irq = IR_EVF_IRQ;
	const uint64_t us = 12309078000, ns = 12309078123;

	(void)state;
	check_head(HEAD MAP "\n", us, 242, 1, 0);
	check_head("             fio-242     [001] d.h..    12.309078: " MAP "\n", us, 242, 1, irq);
	check_head("             fio-242     [001] dNs2.    12.309078: " MAP "\n", us, 242, 1, irq);
	check_head("             fio-242     [001] ..H1     12.309078: " MAP "\n", us, 242, 1, irq);
	check_head("             fio-242     [001] d.z..    12.309078: " MAP "\n", us, 242, 1, irq);
	check_head("             fio-242     [001] d.Z..    12.309078: " MAP "\n", us, 242, 1, irq);
	check_head("             fio-242     [001] dn.1.    12.309078: " MAP "\n", us, 242, 1, 0);
	check_head("             fio-242     [001]    12.309078: " MAP "\r\n", us, 242, 1, none);
	/* record-tgid */
	check_head("             fio-242     (    240) [001] d.h..    12.309078: " MAP "\n", us, 242, 1, irq);
	check_head("             fio-242     (-------) [001]    12.309078: " MAP "\n", us, 242, 1, none);
	/* trace-cmd: plain, -t, -l, of an instance, --ts-diff */
	check_head("             fio-242   [001]    12.309078: map:                  IOMMU: iova=0x000000017ffa0000 - 0x000000017ffb0000 paddr=0x000000000a44f000 size=65536\n",
		   us, 242, 1, none);
	check_head("             fio-242   [001]    12.309078123: " MAP "\n", ns, 242, 1, none);
	check_head("     fio-242     1d.h1.    12.309078: " MAP "\n", us, 242, 1, irq);
	check_head("     fio-242   113.....    12.309078123: " MAP "\n", ns, 242, 113, 0);
	check_head("lab:              fio-242   [001]    12.309078: " MAP "\n", us, 242, 1, none);
	check_head("lab:      fio-242     1...1.    12.309078: " MAP "\n", us, 242, 1, 0);
	check_head("             fio-242   [001]    12.309078: (+291)   " MAP "\n", us, 242, 1, none);
	/* the kernel's latency format */
	check_head("     fio-242     1d.h1.   12us+: " MAP "\n", 12000, 242, 1, irq);
	check_head("     fio-242     1.....   12us : " MAP "\n", 12000, 242, 1, 0);
	/* perf script, with a period, with --ns, with the process */
	check_head("             fio     242 [001]    12.309078:   iommu:" MAP "\n", us, 242, 1, none);
	check_head("fio   242 [001]    12.309078123:          1 iommu:" MAP " \n", ns, 242, 1, none);
	check_head("fio   240/242   [001]    12.309078:  iommu:" MAP "\n", us, 242, 1, none);
	check_head("fio 242 [8191] 12.309078: iommu:" MAP "\n", us, 242, 8191, none);
}

static void test_clocks(void **state)
{
	struct result r = read_text("             fio-242     [001] .....   1234567: " MAP "\n");

	(void)state;
	assert_int_equal(r.ev[0].time_ns, 1234567);
	assert_string_equal(r.clock, "counter");
	check_head("    x-1 [000] 5.5: " MAP "\n", 5500000000, 1, 0, IR_EVF_NO_CONTEXT);
	check_head("    x-1 [000] 9000000000.0: " MAP "\n", UINT64_C(9000000000) * 1000000000, 1, 0,
		   IR_EVF_NO_CONTEXT);
	bad("    x-1 [000] 99999999999999999999.0: " MAP "\n");
	bad("    x-1 [000] 1.0000000001: " MAP "\n");
	bad(HEAD "\n");
	/* A clock has a unit or it has none. */
	bad("             fio-242     [001] .....    123309078: " MAP "\n");
}

static void test_names_of_tasks(void **state)
{
	static const char *const names[] = {
		"          <idle>", "    kworker/0:1H", "     Web Content", "           a-b-c",
		"         [a] [b]", "    x-1 [0] 1.0:", "  x-1 [0] 1: a: ", "  x-1     2....1", "           (sd) ",
		"       x [000] 1", "             ...", "          -1-2-3", "                ", "  a: b: c: d=e:f",
		"           #name", "          cpus=1", "           <...>", "     migration/0", "0123456789012345",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char line[256];

		snprintf(line, sizeof(line), "%s-77      [003] ..s..     1.000002: " MAP "\n", names[i]);
		check_head(line, 1000002000, 77, 3, IR_EVF_IRQ);
		snprintf(line, sizeof(line), "%s-77      [003]     1.000002: " MAP "\n", names[i]);
		check_head(line, 1000002000, 77, 3, IR_EVF_NO_CONTEXT);
	}
	check_head("x 1 [0] 1.0: b  77 [003]     1.000002: iommu:" MAP "\n", 1000002000, 77, 3,
		   IR_EVF_NO_CONTEXT);
	check_head("Web Content  77 [003]     1.000002: iommu:" MAP "\n", 1000002000, 77, 3,
		   IR_EVF_NO_CONTEXT);
	/* After a line of another width. */
	struct result r = read_text("fio 1 [0] 1.0: iommu:" MAP "\n" HEAD MAP "\n"
				    "     fio-242     1d.h1.    13.0: " MAP "\n" HEAD MAP "\n");
	assert_int_equal(r.nr, 4);
	assert_int_equal(all_damage(&r), 0);
}

static void test_iommu(void **state)
{
	struct ir_event ev = one(HEAD UNMAP "\n");
	struct result r;

	(void)state;
	assert_int_equal(ev.kind, IR_EV_UNMAP);
	assert_int_equal(ev.addr, 0x17ffa0000);
	assert_int_equal(ev.size, 65536);
	ev = one(HEAD "unmap: IOMMU: iova=0x0000000000000000 - 0x0000000000002000 size=8192 unmapped_size=4096\n");
	assert_int_equal(ev.size, 4096);
	/* trace-cmd -R, and the kernel's option fields */
	ev = one(HEAD "map:      iova=0x17ff80000 paddr=0x7fea000 size=4096\n");
	assert_int_equal(ev.paddr, 0x7fea000);
	ev = one(HEAD "unmap: iova=0x17ff80000 (6442254336) size=0x2000 (8192) unmapped_size=0x2000 (8192)\n");
	assert_int_equal(ev.size, 8192);
	r = read_text(HEAD "attach_device_to_domain: IOMMU: device=0001:00:00.0\n"
		      HEAD "add_device_to_group: IOMMU: groupID=3 device=0002:00:00.0\n"
		      HEAD "iommu:detach_device_from_domain: IOMMU: device=0001:00:00.0\n"
		      HEAD "remove_device_from_group: IOMMU: groupID=3 device=0002:00:00.0\n");
	assert_int_equal(r.nr, 4);
	assert_int_equal(all_damage(&r), 0);
	assert_int_equal(r.ev[0].kind, IR_EV_DEVICE_ATTACH);
	assert_int_equal(r.ev[2].kind, IR_EV_DEVICE_DETACH);
	assert_string_equal(r.device[0], "0001:00:00.0");
	assert_string_equal(r.device[1], "0002:00:00.0");
	assert_int_equal(r.ev[0].device, r.ev[2].device);
	assert_string_equal(r.counts, "iommu:add_device_to_group=1 iommu:attach_device_to_domain=1 "
			    "iommu:detach_device_from_domain=1 iommu:remove_device_from_group=1 ");
}

static void test_dma(void **state)
{
	struct ir_event ev = one(HEAD "dma_map_page: 0001:00:00.0 dir=FROM_DEVICE dma_addr=1001d9000 size=4096 phys_addr=7e58000 attrs=\n");

	(void)state;
	assert_int_equal(ev.kind, IR_EV_DMA_MAP);
	assert_int_equal(ev.addr, 0x1001d9000);
	assert_int_equal(ev.paddr, 0x7e58000);
	assert_int_equal(ev.size, 4096);
	assert_int_equal(ev.device, 1);
	ev = one(HEAD "dma_map_phys: d dir=TO_DEVICE dma_addr=ffffffffffffffff size=512 phys_addr=10 attrs=NO_WARN|MMIO\n");
	assert_true(ev.addr == UINT64_MAX);
	assert_int_equal(ev.paddr, 0x10);
	ev = one(HEAD "dma:dma_unmap_page: d dir=FROM_DEVICE dma_addr=1001d9000 size=4096 attrs=\n");
	assert_int_equal(ev.kind, IR_EV_DMA_UNMAP);
	assert_int_equal(ev.addr, 0x1001d9000);
	ev = one(HEAD "dma_unmap_phys: device=d addr=10 size=16 dir=2 attrs=0x0\n");
	assert_int_equal(ev.addr, 0x10);
	assert_int_equal(ev.size, 16);
	ev = one(HEAD "dma_alloc: d dir=BIDIRECTIONAL dma_addr=ffff0000 size=8192 virt_addr=00000000a1b2c3d4 flags=GFP_KERNEL|__GFP_ZERO attrs=\n");
	assert_int_equal(ev.kind, IR_EV_DMA_MAP);
	assert_int_equal(ev.addr, 0xffff0000);
	ev = one(HEAD "dma_alloc: d dma_addr=0 size=8192 virt_addr=0000000000000000 flags=GFP_KERNEL attrs=\n");
	assert_true(ev.addr == UINT64_MAX);
	ev = one(HEAD "dma_alloc_pages: d dma_addr=0 size=8192 virt_addr=(null) flags=GFP_KERNEL attrs=\n");
	assert_true(ev.addr == UINT64_MAX);
	ev = one(HEAD "dma_alloc_pages: d dma_addr=1000 size=8192 virt_addr=(____ptrval____) flags=GFP_KERNEL attrs=\n");
	assert_int_equal(ev.addr, 0x1000);
	ev = one(HEAD "dma_alloc_sgt_err: d dir=NONE dma_addr=0 size=8192 virt_addr=0 flags=GFP_KERNEL attrs=\n");
	assert_true(ev.addr == UINT64_MAX);
	ev = one(HEAD "dma_alloc_sgt: d dir=NONE dma_addr=5000 size=8192 phys_addrs={0x7000,0x9000} flags=GFP_KERNEL attrs=\n");
	assert_int_equal(ev.addr, 0x5000);
	assert_int_equal(ev.paddr, 0x7000);
	ev = one(HEAD "dma_free: d dma_addr=ffff0000 size=8192 virt_addr=00000000a1b2c3d4 attrs=\n");
	assert_int_equal(ev.kind, IR_EV_DMA_UNMAP);
	ev = one(HEAD "dma_free_sgt: d dir=NONE dma_addr=5000 size=8192 phys_addrs={0x7000,0x9000}\n");
	assert_int_equal(ev.addr, 0x5000);
}

static void test_scatter_lists(void **state)
{
	struct ir_event ev;
	struct result r;

	(void)state;
	ev = one(HEAD "dma_map_sg: d dir=TO_DEVICE nents=3/3 ents=2/2 dma_addrs={0x17feb0010,0x17fec0000} sizes={0x1000,0x8000} phys_addrs={0x1000,0x2000,0x3000} attrs=\n");
	assert_int_equal(ev.kind, IR_EV_DMA_MAP_SG);
	assert_int_equal(ev.addr, 0x17feb0010);
	assert_int_equal(ev.size, 0x2000 + 0x8000);
	assert_int_equal(ev.aux, 2);
	ev = one(HEAD "dma_map_sg: d dir=TO_DEVICE dma_addrs={0x1000} sizes={0x800} phys_addrs={0x1000} attrs=\n");
	assert_int_equal(ev.size, 0x1000);
	assert_int_equal(ev.aux, 1);
	ev = one(HEAD "dma_map_sg: d dir=TO_DEVICE nents=128/300 ents=1/130 [TRUNCATED] dma_addrs={0x1000} sizes={0x800} phys_addrs={0x1000} attrs=\n");
	assert_int_equal(ev.size, 0);
	assert_int_equal(ev.aux, 130);
	ev = one(HEAD "dma_map_sg_err: d dir=TO_DEVICE dma_addrs={0x1000,0x2000,0x3000} err=-12 attrs=\n");
	assert_int_equal(ev.kind, IR_EV_DMA_MAP_SG_ERR);
	assert_int_equal(ev.aux, 3);
	assert_int_equal(ev.ret, -12);
	ev = one(HEAD "dma_unmap_sg: d dir=TO_DEVICE phys_addrs={0x1000} attrs=\n");
	assert_int_equal(ev.kind, IR_EV_DMA_UNMAP_SG);
	assert_int_equal(ev.device, 1);
#define SG(addr, len) HEAD "dma_map_sg: [FAILED TO PARSE] device=d full_nents=1 full_ents=1 truncated=0 " \
	"phys_addrs=ARRAY[" addr "] dma_addrs=ARRAY[" addr "] lengths=ARRAY[" len "] dir=1 attrs=0x100\n"
#define BIG SG("00, 00, 00, 01, 7f, eb, 10, 00", "00, 00, 80, 00")
#define LITTLE SG("00, 10, eb, 7f, 01, 00, 00, 00", "00, 80, 00, 00")
#define EITHER SG("00, 00, 00, 01, 01, 00, 00, 00", "00, 80, 00, 00")
	r = read_text(BIG EITHER);
	assert_int_equal(all_damage(&r), 0);
	assert_string_equal(r.order, "big");
	assert_int_equal(r.ev[0].addr, 0x17feb1000);
	assert_int_equal(r.ev[0].size, 0x8000);
	assert_int_equal(r.ev[0].aux, 1);
	assert_int_equal(r.ev[1].addr, 0x101000000);
	r = read_text(LITTLE EITHER);
	assert_string_equal(r.order, "little");
	assert_int_equal(r.ev[0].addr, 0x17feb1000);
	assert_int_equal(r.ev[0].size, 0x8000);
	assert_int_equal(r.ev[1].addr, 0x101000000);
	r = read_text(EITHER);	/* not known: not told */
	assert_int_equal(all_damage(&r), 0);
	assert_string_equal(r.order, "");
	assert_int_equal(r.ev[0].size, 0);
	assert_int_equal(r.ev[0].aux, 1);
	r = read_text(BIG LITTLE);	/* cannot be both */
	assert_int_equal(r.nr, 1);
	assert_int_equal(r.damage.count[IR_DAMAGE_BAD_EVENTS], 1);
	bad(SG("ff, 00, 00, 01, 7f, eb, 00, ff", "00, 00, 80, 00"));
	bad(SG("00, 00, 00, 01, 7f, eb, 10", "00, 00, 80, 00"));
	bad(SG("00, 00, 00, 01, 7f, eb, 10, 00", "00, 00, 80, 00, 00, 00, 80, 00"));
	bad(SG("00, 00, 00, 01, 7f, eb, 10, 0x", "00, 00, 80, 00"));
}

/* As options/fields prints them: both forms of each number, a byte in brackets, lists as bytes. */
static void test_fields(void **state)
{
	struct result r = read_text(HEAD "rpcit_ret: __probe_func=0x3fffe93e098 (4398022647960) ret=0xfffffff4 (-12)\n"
		HEAD "dma_map_sg: device=0001:00:00.0 full_nents=0x2 (2) full_ents=0x1 (1) truncated=(0) "
		"phys_addrs=00,00,00,00,07,de,b0,00,00,00,00,00,08,23,10,00 dma_addrs=00,00,00,01,7f,b8,00,00 "
		"lengths=00,01,10,00 dir=0x1 (1) attrs=0x100 (256)\n"
		HEAD "dma_unmap_sg: device=0001:00:00.0 addrs=00,00,00,00,07,de,b0,00 dir=0x1 (1) attrs=0x0 (0)\n"
		HEAD "rpcit: __probe_ip=0x3fffe93e098 (4398022647960) fn=0x8002000000000000 (-9222809086901354496) "
		"addr=0x17ff60000 (6441795584) range=0x11000 (69632)\n");

	(void)state;
	assert_int_equal(all_damage(&r), 0);
	assert_int_equal(r.nr, 4);
	assert_int_equal(r.ev[0].ret, -12);
	assert_int_equal(r.ev[1].addr, 0x17fb80000);
	assert_int_equal(r.ev[1].size, 0x11000);
	assert_int_equal(r.ev[1].aux, 1);
	assert_int_equal(r.ev[2].kind, IR_EV_DMA_UNMAP_SG);
	assert_true(r.ev[3].aux == UINT64_C(0x8002000000000000));
	assert_int_equal(r.ev[3].size, 0x11000);
	r = read_text(HEAD "dma_map_sg: device=d full_nents=0x1 (1) full_ents=0x1 (1) truncated=(1) phys_addrs=00,00,00,01,7f,eb,10,00 "
		      "dma_addrs=00,00,00,01,7f,eb,10,00 lengths=00,00,80,00 dir=0x1 (1) attrs=0x0 (0)\n");
	assert_int_equal(r.ev[0].size, 0);
	bad(HEAD "dma_map_sg: device=d full_nents=0x1 (1) full_ents=0x1 (1) truncated=(0) phys_addrs=00,00,00,01,7f,eb,10,0 "
	    "dma_addrs=00,00,00,01,7f,eb,10,00 lengths=00,00,80,00 dir=0x1 (1) attrs=0x0 (0)\n");
	bad(HEAD "rpcit: fn=0x1 (1) addr=(x) range=0x1000 (4096)\n");
}

static void test_probes(void **state)
{
	struct ir_event ev = one(HEAD "rpcit: (zpci_refresh_trans+0x0/0x1d0) fn=0x8002000000000000 addr=0x17ffa0000 range=0x10000\n");

	(void)state;
	assert_int_equal(ev.kind, IR_EV_RPCIT);
	assert_true(ev.aux == UINT64_C(0x8002000000000000));
	assert_int_equal(ev.addr, 0x17ffa0000);
	assert_int_equal(ev.size, 0x10000);
	ev = one(HEAD "rpcit_ret: (s390_iommu_iotlb_sync_map+0x9c/0xf0 <- zpci_refresh_trans) ret=-12\n");
	assert_int_equal(ev.kind, IR_EV_RPCIT_RET);
	assert_int_equal(ev.ret, -12);
	ev = one("fio 262 [000] 14.677318:  probe:rpcit_ret: (3fffe93e098 <- 3ffff073274) ret=0\n");
	assert_int_equal(ev.ret, 0);
	ev = one(HEAD "s390_map_page: (s390_dma_map_pages+0x6/0x258) dev=0x783d0d0 page=0x372003a8140 offset=0x1010 size=0x1000 dir=1\n");
	assert_int_equal(ev.kind, IR_EV_S390_MAP_PAGE);
	assert_int_equal(ev.aux, 0x783d0d0);
	assert_int_equal(ev.size, 0x1010);
	ev = one(HEAD "s390_map_sg_one: (x) dev=0x1 sg=0x686e000 size=0x10000 handle=0x686e010 dir=2\n");
	assert_int_equal(ev.size, 0x10000);
	ev = one(HEAD "s390_unmap_page: (13d51e) dev=0x78050d0 dma_addr=0x100024000 size=0x1000 dir=2\n");
	assert_int_equal(ev.addr, 0x100024000);
	ev = one(HEAD "s390_update_trans: (13cfa6) zdev=0x736ac00 pa=0x68a3000 dma_addr=0x100024000 size=0x1000 flags=0x400\n");
	assert_int_equal(ev.aux, 0x736ac00);
	assert_int_equal(ev.paddr, 0x68a3000);
	assert_int_equal(ev.ret, 0x400);
	ev = one(HEAD "fq_timeout: (fq_flush_timeout+0x4/0xd0) timer=0xff48660400cef0a0\n");
	assert_int_equal(ev.kind, IR_EV_FQ_TIMEOUT);
	assert_true(ev.aux == UINT64_C(0xff48660400cef0a0));
	ev = one(HEAD "fq_timeout: (fq_flush_timeout+0x4/0xd0)\n");
	assert_int_equal(ev.aux, 0);
	ev = one(HEAD "fq_flush: (fq_flush_iotlb+0x0/0x40) cookie=0xff48660400cef000\n");
	assert_int_equal(ev.kind, IR_EV_FQ_FLUSH);
	ev = one(HEAD "intel_flush_all: (x) domain=0xff48660400cef6a0\n");
	assert_int_equal(ev.kind, IR_EV_FLUSH_ALL);
	ev = one(HEAD "intel_tlb_sync: (x) domain=0xff start=0xffeab000 end=0xffeabfff pgsize=0x1000 queued=0\n");
	assert_int_equal(ev.addr, 0xffeab000);
	assert_int_equal(ev.size, 0x1000);
	ev = one(HEAD "iova_alloc: (x) iovad=0x5 pages=16 limit_pfn=0xfffff\n");
	assert_int_equal(ev.size, 16);
	assert_int_equal(ev.addr, 0xfffff);
	ev = one(HEAD "iova_alloc_ret: (x <- y) pfn=0xffff0\n");
	assert_int_equal(ev.addr, 0xffff0);
	ev = one(HEAD "iova_free: (x) iovad=0x5 pfn=0xffff0 pages=0x10\n");
	assert_int_equal(ev.size, 16);
}

static void test_markers(void **state)
{
	struct result r = read_text(HEAD "tracing_mark_write: lab: a=1 [000] 1.0: b\n"
				    HEAD "print:                0x265962: Mapped_pages=56 \n"
				    HEAD "print: tracing_mark_write: x\n"
				    HEAD "ftrace:print: ip=0x3fffea7a2c2 buf=y z\n"
				    HEAD "print: 0x265962:\n");

	(void)state;
	assert_int_equal(all_damage(&r), 0);
	assert_int_equal(r.nr, 5);
	assert_string_equal(r.text[0], "lab: a=1 [000] 1.0: b");
	assert_string_equal(r.text[1], "Mapped_pages=56 ");
	assert_string_equal(r.text[2], "x");
	assert_string_equal(r.text[3], "y z");
	assert_string_equal(r.text[4], "");
	assert_int_equal(r.ev[1].size, 0);
	assert_string_equal(r.counts, "ftrace:print=4 tracing_mark_write=1 ");
}

static void test_lost(void **state)
{
	struct result r = read_text(HEAD MAP "\n" "CPU:3 [LOST 1234 EVENTS]\n"
				    "             fio-242     [003] .....    12.5: " UNMAP "\n"
				    "CPU:0 [EVENTS DROPPED]\n" "lab: CPU:2 [7 EVENTS DROPPED]\n"
				    "CPU:1 [LOST EVENTS]\n" "LOST 5 events!\n"
				    "x 1 [4] 13.0: PERF_RECORD_LOST lost 9\n"
				    "x 1 [4] 13.5: PERF_RECORD_COMM: x:1/1\n"
				    "x 1 [4] 14.0: sched:sched_switch: a ==> b\n");

	(void)state;
	assert_int_equal(r.nr, 8);
	assert_int_equal(r.damage.count[IR_DAMAGE_LOST_EVENTS], 1234 + 7 + 5 + 9);
	assert_int_equal(r.damage.count[IR_DAMAGE_LOST_GAPS], 2);
	assert_int_equal(all_damage(&r), 1234 + 7 + 5 + 9 + 2);
	assert_int_equal(r.ev[1].kind, IR_EV_LOST);
	assert_int_equal(r.ev[1].cpu, 3);
	assert_int_equal(r.ev[1].size, 1234);
	assert_int_equal(r.ev[1].time_ns, 12500000000);	/* before what comes next */
	assert_int_equal(r.ev[2].kind, IR_EV_UNMAP);
	assert_int_equal(r.ev[3].cpu, 0);
	assert_int_equal(r.ev[3].size, 0);
	assert_int_equal(r.ev[3].time_ns, 13000000000);
	assert_int_equal(r.ev[4].cpu, 2);
	assert_int_equal(r.ev[7].cpu, 4);
	assert_int_equal(r.ev[7].time_ns, 13500000000);
	assert_string_equal(r.counts, "iommu:map=1 iommu:unmap=1 sched:sched_switch=1 ");
}

static void test_headers(void **state)
{
	struct result r = read_text("# tracer: nop\n#\n# entries-in-buffer/entries-written: 2/25   #P:4\n#\n"
				    "#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION\n"
				    "##### CPU 1 buffer started ####\n" HEAD MAP "\n"
				    "CPU:1 [LOST 3 EVENTS]\n" HEAD UNMAP "\n");

	(void)state;
	assert_string_equal(r.format, "ftrace text");
	assert_int_equal(r.cpus, 4);
	assert_int_equal(r.damage.count[IR_DAMAGE_LOST_EVENTS], 23);	/* the 3 are among them */
	assert_int_equal(all_damage(&r), 23);
	r = read_text("# entries-in-buffer/entries-written: 2/2   #P:4\n" HEAD MAP "\n");
	assert_true(r.damage.count[IR_DAMAGE_TRUNCATED] > 0);
	/* Of each CPU: the header has the numbers of all. */
#define ENTRIES "# entries-in-buffer/entries-written: 3/3   #P:4\n"
	r = read_text(ENTRIES HEAD MAP "\n" HEAD MAP "\n" ENTRIES ENTRIES HEAD MAP "\n");
	assert_int_equal(all_damage(&r), 0);
	r = read_text(ENTRIES HEAD MAP "\n" HEAD MAP "\n" HEAD MAP "\n" ENTRIES HEAD MAP "\n");
	assert_int_not_equal(r.damage.count[IR_DAMAGE_TRUNCATED], 0);
	r = read_text(ENTRIES HEAD MAP "\n" "# entries-in-buffer/entries-written: 3/4   #P:4\n" HEAD MAP "\n");
	assert_int_not_equal(r.damage.count[IR_DAMAGE_TRUNCATED], 0);
	assert_int_equal(r.damage.count[IR_DAMAGE_LOST_EVENTS], 1);
	r = read_text("# entries-in-buffer/entries-written: 2/1   #P:4\n" HEAD MAP "\n");
	assert_int_equal(r.damage.count[IR_DAMAGE_BAD_SECTIONS], 1);
	/* All of that with tabs in front. */
	r = read_text("\t# tracer: nop\n\t# entries-in-buffer/entries-written: 3/25   #P:4\n"
		      "\t\t" HEAD MAP "\n\tCPU:1 [LOST 3 EVENTS]\n"
		      "\t             fio-242     [001\n\t" HEAD UNMAP "\n\t\n");
	assert_string_equal(r.format, "ftrace text");
	assert_int_equal(r.cpus, 4);
	assert_int_equal(r.nr, 3);
	assert_int_equal(r.damage.count[IR_DAMAGE_LOST_EVENTS], 22);
	assert_int_equal(r.damage.count[IR_DAMAGE_BAD_EVENTS], 1);
	assert_int_equal(all_damage(&r), 23);
	r = read_text("cpus=128\n" HEAD MAP "\n");
	assert_string_equal(r.format, "trace-cmd report text");
	assert_int_equal(r.cpus, 128);
	assert_int_equal(all_damage(&r), 0);
	r = read_text("# ========\n# captured on    : Sun Nov 22 16:11:48 2026\n# os release : 6.12.107+deb13-s390x\n"
		      "# arch : s390x\n# nrcpus online : 6\n# ========\n#\nfio 1 [0] 1.0: iommu:" MAP "\n");
	assert_string_equal(r.format, "perf script text");
	assert_string_equal(r.arch, "s390x");
	assert_string_equal(r.kernel, "6.12.107+deb13-s390x");
	assert_string_equal(r.order, "big");
	assert_int_equal(r.cpus, 6);
	assert_int_equal(r.nr, 1);
	r = read_text("# tracer: nop\n#\n");
	assert_true(r.recognised);
	assert_int_equal(r.nr, 0);
}

static void test_other_lines(void **state)
{
	struct result r = read_text("fio     262 [000]    14.677318:   iommu:" MAP "\n"
				    "\t     3ffff06c798 __traceiter_map+0x58 ([kernel.kallsyms])\n"
				    "\t     3ff97022ce2 [unknown] [001] 1.0: map: (/lib/libc.so.6)\n\n"
				    HEAD "<stack trace>\n => iommu_map\n => dma_map\n"
				    HEAD "blk_finish_plug <-__submit_bio\n"
				    HEAD "function: blk_finish_plug <-- __submit_bio\n"
				    HEAD "sys_read(fd: 3, buf: 7ff, count: 1)\n" HEAD "sys_read -> 0x1\n"
				    HEAD "dma_sync_single_for_cpu: d dir=NONE dma_addr=10 size=4\n"
				    HEAD "tracing_mark_write: first\nsecond line of it\n");

	(void)state;
	assert_int_equal(all_damage(&r), 0);
	assert_int_equal(r.nr, 2);
	assert_string_equal(r.counts, "dma_sync_single_for_cpu=1 ftrace:function=1 ftrace:kernel_stack=1 "
			    "function=1 iommu:map=1 syscalls=2 tracing_mark_write=1 ");
}

static void test_order(void **state)
{
	enum { EVENTS = 3 * 32768 };
	size_t used = 0, size = EVENTS * 128;
	char *text = malloc(size);
	struct result r = read_text("a-1 [0] 3.0: rpcit_ret: ret=1\n" "a-1 [0] 2.0: rpcit_ret: ret=2\n"
				    "a-1 [1] 3.0: rpcit_ret: ret=3\n" "a-1 [0] 1.0: rpcit_ret: ret=4\n"
				    "a-1 [1] 2.0: rpcit_ret: ret=5\n");

	(void)state;
	assert_int_equal(all_damage(&r), 0);
	assert_int_equal(r.ev[0].ret, 4);
	assert_int_equal(r.ev[1].ret, 2);	/* of equal times the one that stands first */
	assert_int_equal(r.ev[2].ret, 5);
	assert_int_equal(r.ev[3].ret, 1);
	assert_int_equal(r.ev[4].ret, 3);
	/* Within the window: each block of 1000 backwards. */
	for (unsigned int i = 0; i < EVENTS; i++)
		used += (size_t)snprintf(text + used, size - used, "a-1 [0] 9.%09u: rpcit_ret: ret=1\n",
					 i / 1000 * 1000 + 999 - i % 1000);
	r = read_bytes(text, used);
	assert_int_equal(r.nr, EVENTS);
	assert_int_equal(all_damage(&r), 0);
	assert_int_equal(r.disorder, 0);
	/* Beyond it: late ones are counted, and nothing goes back in time. */
	used += (size_t)snprintf(text + used, size - used, "a-1 [0] 1.0: rpcit_ret: ret=1\n");
	r = read_bytes(text, used);
	assert_int_equal(r.nr, EVENTS + 1);
	assert_int_equal(r.damage.count[IR_DAMAGE_TIME_BACKWARDS], 1);
	assert_int_equal(r.disorder, 0);
	free(text);
}

#define PERF(time) "fio 282 [002] " time ": iommu:unmap: IOMMU: iova=0x1000 - 0x2000 size=4096 unmapped_size=4096\n"

/* perf script --deltatime prints no times; with --reltime they begin at 0. */
static void test_perf_times(void **state)
{
	struct result r;

	(void)state;
	r = read_text(PERF("0.000000") PERF("0.000762") PERF("0.000002") PERF("0.000352")
		      PERF("0.000001"));
	assert_int_equal(r.failed, -ENOTSUP);
	assert_non_null(strstr(last_error, "without --deltatime"));
	/* Without its beginning. */
	r = read_text(PERF("0.000762") PERF("0.000002") PERF("0.000352") PERF("0.000001")
		      PERF("0.000352") PERF("0.000001") PERF("0.000352") PERF("0.000001"));
	assert_int_equal(r.failed, -ENOTSUP);
	r = read_text(PERF("0.000000") PERF("0.000762") PERF("0.000764") PERF("0.000764"));
	assert_int_equal(all_damage(&r), 0);
	assert_int_equal(r.nr, 4);
	assert_int_equal(r.ev[2].time_ns, 764000);
	/* Texts of several CPUs, one behind the other, have real times, too. */
	r = read_text(PERF("7.000100") PERF("7.000762") PERF("7.000100") PERF("7.000764")
		      PERF("7.000102") PERF("7.000762") PERF("7.000100") PERF("7.000764")
		      PERF("7.000102") PERF("7.000762"));
	assert_int_equal(r.failed, 0);
	assert_int_equal(r.nr, 10);
	/* One line that is damaged is no sign of that. */
	r = read_text(PERF("7.000000") PERF("7.000762") PERF("1.000764") PERF("7.000764"));
	assert_int_equal(all_damage(&r), 0);
	assert_int_equal(r.nr, 4);
}

static void test_broken(void **state)
{
	(void)state;
	bad(HEAD "map: IOMMU: iova=0x000000017ffa0000 - 0x000000017ffb0000 paddr=0x000000000a44f000\n");
	bad(HEAD "map: IOMMU: iova=0x000000017ffa0000 - 0x000000017ffb0000 paddr=0x000000000a44f000 size=65537\n");
	bad(HEAD "map: IOMMU: iova=0x000000017ffg0000 - 0x000000017ffb0000 paddr=0x000000000a44f000 size=65536\n");
	bad(HEAD "map: IOMMU: iova=0x000000017ff 0000 - 0x000000017ffb0000 paddr=0x000000000a44f000 size=65536\n");
	bad(HEAD "map: IOMMU: iova=0x1000000017ffa0000 - 0x000000017ffb0000 paddr=0x000000000a44f000 size=65536\n");
	bad(HEAD "map: IOMMU: paddr=0x000000000a44f000 size=65536\n");
	bad(HEAD "mbp: IOMMU: iova=0x000000017ffa0000 - 0x000000017ffb0000 paddr=0x000000000a44f000 size=65536\n");
	bad(HEAD MAP " size=65536\n");
	bad(HEAD MAP " " HEAD MAP "\n");
	bad(HEAD "fq_timeout: (x) " HEAD "fq_timeout: (x)\n");
	bad(HEAD "rpcit_ret: (x <- y) ret=\n");
	bad(HEAD "rpcit_ret: (x <- y) ret=0400000\n");
	bad(HEAD "rpcit_ret: (x <- y) ret=99999999999999999999\n");
	bad(HEAD "intel_tlb_sync: (x) domain=0xff start=0x2000 end=0x1fff\n");
	bad(HEAD "dma_map_page: dir=FROM_DEVICE dma_addr=1001d9000 size=4096 phys_addr=7e58000 attrs=\n");
	bad(HEAD "dma_unmap_page: d dir=FROM_DEVICE size=4096 attrs=\n");
	bad(HEAD "rpcit]ret: (x <- y) ret=0\n");
	bad("             fio-242     [001x .....    12.309078: " MAP "\n");
	bad("             fio-242     [99999] .....    12.309078: " MAP "\n");
	/* char has no sign on s390x */
	bad("             fio-242     [001] .\xff...    12.309078: " MAP "\n");
	bad("             fio-242     [001] .....    12.309078; " MAP "\n");
	bad("             fio-99999999999 [001] .....    12.309078: " MAP "\n");
}

static void test_garbage(void **state)
{
	static const char bytes[] = HEAD MAP "\n\x01\x02\x00\xff\xfe\n" HEAD UNMAP "\n";
	size_t size = 200000, used = 0;
	char *text = malloc(size + 1000);
	struct result r = read_bytes(bytes, sizeof(bytes) - 1);

	(void)state;
	assert_int_equal(r.nr, 2);
	assert_int_equal(r.damage.count[IR_DAMAGE_CORRUPT_BYTES], 5);
	/* A line that is too long, between good ones, and one without an end. */
	used += (size_t)sprintf(text, HEAD MAP "\n");
	memset(text + used, 'x', size);
	used += size;
	used += (size_t)sprintf(text + used, "\n" HEAD UNMAP "\n");
	r = read_bytes(text, used);
	assert_int_equal(r.nr, 2);
	assert_int_equal(r.damage.count[IR_DAMAGE_CORRUPT_BYTES], size + 1);
	r = read_bytes(text, size);
	assert_int_equal(r.nr, 1);
	assert_true(r.damage.count[IR_DAMAGE_CORRUPT_BYTES] > 0);
	free(text);
}

static void test_cut(void **state)
{
	static const char text[] = HEAD MAP "\n" HEAD "rpcit: (x) fn=0x8 addr=0x17ffa0000 range=0x10000";
	static const char perf[] = "fio 1 [0] 1.0: iommu:" MAP "\n\t  3ffff06c798 x+0x58 (y)\n";
	struct result r;

	(void)state;
	/* Digits may be missing at the very end: only a newline says that none are. */
	for (size_t len = sizeof(HEAD MAP) + 1; len < sizeof(text); len++) {
		r = read_bytes(text, len);
		assert_int_equal(r.nr, 1);
		assert_int_equal(r.damage.count[IR_DAMAGE_TRUNCATED], 1);
		assert_int_equal(all_damage(&r), 1);
	}
	/* Ends and size agree: this is whole. */
	r = read_text(HEAD UNMAP);
	assert_int_equal(r.nr, 1);
	assert_int_equal(all_damage(&r), 0);
	r = read_bytes(HEAD UNMAP, sizeof(HEAD UNMAP) - 2);
	assert_int_equal(r.nr, 0);
	assert_int_equal(r.damage.count[IR_DAMAGE_TRUNCATED], 1);
	/* All that is needed is there, but the line is not whole. */
	r = read_text(HEAD "dma_map_page: d dir=NONE dma_addr=1000 size=4096 phys_addr=1000 att");
	assert_int_equal(r.nr, 1);
	assert_int_equal(r.damage.count[IR_DAMAGE_TRUNCATED], 1);
	/* perf ends a call chain with an empty line, editors take it away. */
	r = read_text(perf);
	assert_int_equal(all_damage(&r), 0);
}

static void test_not_ours(void **state)
{
	static const char *const texts[] = {
		"hello world\n", "\n\n", "[   12.345678] usb 1-1: new device\n", "#!/bin/sh\n# tracer\necho\n",
		"{\"a\": [0]}\n", "fio: (g=0): rw=randread\ncpus=2\n", "\177ELF\x02\x01\x01",
		"12:00:00.123 [1] INFO: started\n", "Nov 22 16:11:00 host fio[242]: 1.0: started\n",
		"a-1 [0] 1.0: no event\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(read_text(texts[i]).recognised);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_names_of_tasks),
		cmocka_unit_test(test_iommu),
		cmocka_unit_test(test_dma),
		cmocka_unit_test(test_scatter_lists),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_probes),
		cmocka_unit_test(test_markers),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_other_lines),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_perf_times),
		cmocka_unit_test(test_broken),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
