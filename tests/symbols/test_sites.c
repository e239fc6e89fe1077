// SPDX-License-Identifier: GPL-2.0-or-later
/* Call sites: call chains out of recordings of every kind. */
#include "symbols/sites_util.h"

static void perf_with_kallsyms(void **state)
{
	struct ir_recording *rec;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		make_recording(i ? &chains_big : &chains_little);
		rec = open_sites(file_kallsyms);
		assert_sites(rec);
		assert_string_equal(ir_recording_info(rec)->sites->symbols, file_kallsyms);
		ir_recording_close(rec);
	}
}

/* Operations that are read from the file again have the same sites. */
static void sites_of_operations(void **state)
{
	(void)state;
	make_recording(&chains_little);
	for (size_t keep = 0; keep < 2; keep++) {
		struct ir_recording_options options = {
			.sites = true, .kallsyms = file_kallsyms, .spool_memory = keep ? 3 : 0,
		};
		struct ir_error err;
		struct ir_recording *rec = open_with(&options, &err);
		unsigned int counts[IR_SITES_FIRST + 2] = { 0 };
		struct ir_op op;

		assert_non_null(rec);
		while (ir_recording_read(rec, &op, 1, &err) == 1)
			if (op.kind == IR_OP_MAP)
				counts[op.site]++;
		assert_int_equal(counts[IR_SITE_UNKNOWN], 1);
		assert_int_equal(counts[IR_SITES_FIRST], 6);
		assert_int_equal(counts[IR_SITES_FIRST + 1], 2);
		ir_recording_close(rec);
	}
}

static void not_asked_for(void **state)
{
	struct ir_recording_options options = { .sites = false };
	struct ir_recording *rec;
	struct ir_error err;
	struct ir_op op;

	(void)state;
	make_recording(&chains_little);
	rec = open_with(&options, &err);
	assert_non_null(rec);
	assert_null(ir_recording_info(rec)->sites);
	while (ir_recording_read(rec, &op, 1, &err) == 1)
		assert_int_equal(op.site, 0);
	ir_recording_close(rec);
}

/* Modules are told by the recording itself, so that the right frame is found nevertheless. */
static void without_symbols(void **state)
{
	const struct ir_site_table *t;
	struct ir_recording *rec;
	char name[32];

	(void)state;
	make_recording(&chains_little);
	rec = open_sites(NULL);
	t = ir_recording_info(rec)->sites;
	snprintf(name, sizeof(name), "0x%" PRIx64, MODULE + MOVED + NVME_PREP + 0x20);
	assert_site(&t->sites[IR_SITES_FIRST], name, "nvme", 6);
	assert_string_equal(t->sites[IR_SITES_FIRST + 1].driver, "vmlinux");
	assert_null(t->symbols);
	assert_non_null(strstr(t->hint, "--kallsyms"));
	ir_recording_close(rec);
}

/* A probe is at the first address of its function, which none precedes in that. */
static void probe_at_entry(void **state)
{
	static const uint64_t entry[] = {
		CONTEXT_KERNEL, KERNEL + MOVED + DMA_MAP, MODULE + MOVED + NVME_PREP + 0x20,
	};
	const struct ir_site_table *t;
	struct ir_recording *rec;
	size_t data;

	(void)state;
	data = begin_file(&file, &chains_little);
	put_mmap("[kernel.kallsyms]_text", KERNEL + MOVED, 0x100000, KERNEL + MOVED);
	put_mmap("[nvme]", MODULE + MOVED, 0x1000, 0);
	put_chain(&chains_little, 1000000000, false, 0, entry, NR(entry));
	end_file(&file, data);
	write_file(path, file.data, file.len);
	rec = open_sites(file_kallsyms);
	t = ir_recording_info(rec)->sites;
	assert_site(&t->sites[IR_SITES_FIRST], "nvme_prep_rq+0x20", "nvme", 1);
	assert_string_equal(t->sites[IR_SITES_FIRST].frames[0].symbol, "dma_map_page_attrs");
	assert_int_equal(t->sites[IR_SITES_FIRST].frames[0].offset, 0);
	ir_recording_close(rec);
}

/* ---- trace.dat ---- */

static void put_text(const char *text)
{
	put64(&file, strlen(text));
	put(&file, text, strlen(text));
}

static const char common_fields[] =
	"format:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n";

static void put_event_format(const char *name, int id, const char *fields)
{
	char text[1024];

	snprintf(text, sizeof(text), "name: %s\nID: %d\n%s%s\nprint fmt: \"\"\n", name, id,
		 common_fields, fields);
	put_text(text);
}

enum { STACK_ID = 4, OTHER_ID = 77 };

static void put_ring_record(const void *data, size_t len, unsigned int delta)
{
	uint32_t type = (uint32_t)len / 4;

	assert_true(len % 4 == 0 && type <= 28);
	put32(&file, file.big ? type << 27 | delta : type | delta << 5);
	put(&file, data, len);
}

/* The body of a record, in the file's byte order. */
static size_t body(unsigned char *to, uint16_t id, unsigned int flags, const uint64_t *words, size_t nr)
{
	struct out o = { .big = file.big };

	put16(&o, id);
	put(&o, flags ? "\x10" : "\0", 1);
	put(&o, "\0", 1);
	put32(&o, 55);
	for (size_t i = 0; i < nr; i++)
		put64(&o, words[i]);
	memcpy(to, o.data, o.len);
	return o.len;
}

static void put_ring_map(uint64_t iova, unsigned int flags)
{
	const uint64_t words[] = { iova, 0x5000, 4096 };
	unsigned char data[128];

	put_ring_record(data, body(data, MAP_ID, flags, words, 3), 1000);
}

/* An event that nobody wants. */
static void put_ring_other(void)
{
	unsigned char data[128];

	put_ring_record(data, body(data, OTHER_ID, 0, NULL, 0), 10);
}

static void put_ring_stack(unsigned int flags, uint64_t first, uint64_t second, uint64_t third)
{
	uint64_t words[] = { 0, KERNEL + MOVED + TRACEITER + 8, KERNEL + MOVED + DMA_MAP + 8, first,
			     second, third };
	unsigned char data[128];

	words[0] = file.big ? (uint64_t)5 << 32 : 5;	/* int size, and padding */
	put_ring_record(data, body(data, STACK_ID, flags, words, 6), 10);
}

/* Version 6, one CPU, with the symbols of the boot. */
static void make_tracedat(bool big)
{
	size_t table, page, page_size = 4096, n;
	char text[2048];

	file.len = 0;
	file.big = big;
	put(&file, "\x17\x08\x44tracing6", 12);
	put(&file, big ? "\1\10" : "\0\10", 2);
	put32(&file, (uint32_t)page_size);
	put(&file, "header_page", 12);
	put_text("\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		 "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
		 "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
		 "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n");
	put(&file, "header_event", 13);
	put_text("");
	put32(&file, 1);
	put_event_format("kernel_stack", STACK_ID,
			 "\tfield:int size;\toffset:8;\tsize:4;\tsigned:1;\n"
			 "\tfield:unsigned long caller[8];\toffset:16;\tsize:64;\tsigned:0;\n");
	put32(&file, 1);
	put(&file, "iommu", 6);
	put32(&file, 1);
	put_event_format("map", MAP_ID,
			 "\tfield:u64 iova;\toffset:8;\tsize:8;\tsigned:0;\n"
			 "\tfield:u64 paddr;\toffset:16;\tsize:8;\tsigned:0;\n"
			 "\tfield:size_t size;\toffset:24;\tsize:8;\tsigned:0;\n");
	n = kallsyms_text(text, sizeof(text), MOVED);
	put32(&file, (uint32_t)n);
	put(&file, text, n);
	put32(&file, 0);
	put64(&file, 0);
	put32(&file, 1);
	put(&file, "options  ", 10);
	put16(&file, 0);
	put(&file, "flyrecord", 10);
	table = file.len;
	put64(&file, 0);
	put64(&file, page_size);
	while (file.len % page_size)
		put(&file, "", 1);
	page = file.len;
	set64(&file, table, page);
	put64(&file, 1000000000);
	put64(&file, 0);
	put_ring_map(0x1000, 0);
	put_ring_stack(0, MODULE + MOVED + NVME_PREP + 0x20, MODULE + MOVED + NVME_QUEUE + 0x30,
		       KERNEL + MOVED + SUBMIT + 4);
	put_ring_map(0x3000, 0);
	/* An interrupt came before the chain could be written, and has one of its own. */
	put_ring_map(0x5000, 1);
	put_ring_stack(1, KERNEL + MOVED + SUBMIT + 0x10, UINT64_MAX, 0);
	put_ring_stack(0, MODULE + MOVED + NVME_PREP + 0x20, UINT64_MAX, 0);
	put_ring_map(0x7000, 0);		/* has none: that behind it is another event's */
	put_ring_other();
	put_ring_stack(0, MODULE + MOVED + NVME_QUEUE + 0x30, UINT64_MAX, 0);
	set64(&file, page + 8, file.len - page - 16);
	while (file.len < page + page_size)
		put(&file, "", 1);
	write_file(path, file.data, file.len);
}

static void ftrace_stacks(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		const struct ir_recording_info *info;
		const struct ir_site_table *t;
		struct ir_recording *rec;

		make_tracedat(i);
		rec = open_sites(NULL);
		info = ir_recording_info(rec);
		t = info->sites;
		assert_true(info->complete);
		assert_int_equal(info->ops.map, 4);
		assert_int_equal(t->nr, IR_SITES_FIRST + 2);
		assert_site(&t->sites[IR_SITE_UNKNOWN], "(unknown)", NULL, 1);
		assert_site(&t->sites[IR_SITES_FIRST], "nvme_prep_rq+0x20", "nvme", 2);
		assert_site(&t->sites[IR_SITES_FIRST + 1], "submit_bio+0x10", "vmlinux", 1);
		assert_int_equal(t->sites[IR_SITES_FIRST].chains, 2);
		assert_string_equal(t->symbols, "the recording");
		ir_recording_close(rec);
	}
}

/* A duration, damage and operations are the same whether chains are wanted or not. */
static void chains_change_nothing(void **state)
{
	struct ir_recording_options options = { .sites = false };
	struct ir_recording *with, *without;
	struct ir_error err;

	(void)state;
	make_tracedat(true);
	with = open_sites(NULL);
	without = open_with(&options, &err);
	assert_non_null(without);
	assert_int_equal(ir_recording_info(with)->duration_ns, ir_recording_info(without)->duration_ns);
	assert_int_equal(ir_recording_info(with)->start_ns, ir_recording_info(without)->start_ns);
	assert_memory_equal(&ir_recording_info(with)->damage, &ir_recording_info(without)->damage,
			    sizeof(struct ir_damage));
	assert_memory_equal(&ir_recording_info(with)->ops, &ir_recording_info(without)->ops,
			    sizeof(struct ir_op_totals));
	ir_recording_close(with);
	ir_recording_close(without);
}

/* ---- text ---- */

static const char perf_text[] =
	"fio     262 [000]    14.677318:   iommu:map: IOMMU: iova=0x0000000000001000 - 0x0000000000002000 paddr=0x000000000a19e000 size=4096\n"
	"\t     3ffff06c798 __traceiter_map+0x58 ([kernel.kallsyms])\n"
	"\t     3fffe9ea6b2 dma_map_page_attrs+0x262 ([kernel.kallsyms])\n"
	"\t     3ff7e841f42 nvme_map_data+0x12 (inlined)\n"
	"\t     3ff7e841f42 nvme_prep_rq.part.0+0x4e2 (/lib/modules/6.12/kernel/drivers/nvme/host/nvme.ko.xz)\n"
	"\t     3ff97022ce2 syscall+0x22 (/lib/libc.so.6)\n"
	"\n"
	"fio     262 [000]    14.677400:   iommu:map: IOMMU: iova=0x0000000000003000 - 0x0000000000004000 paddr=0x000000000a19e000 size=4096\n"
	"\t     3ffff06c798 __traceiter_map+0x58 ([kernel.kallsyms])\n"
	"\t     3fffee97226 submit_bio+0x10 ([kernel.kallsyms])\n"
	"\n"
	"fio     262 [000]    14.677500:   iommu:map: IOMMU: iova=0x0000000000005000 - 0x0000000000006000 paddr=0x000000000a19e000 size=4096\n";

/* The kernel's own text, with and without offsets, and trace-cmd's. */
static const char ftrace_text[] =
	"# tracer: nop\n#\n"
	"             fio-262     [000] .....    14.677318: map: IOMMU: iova=0x0000000000001000 - 0x0000000000002000 paddr=0x000000000a19e000 size=4096\n"
	"             fio-262     [000] .....    14.677319: <stack trace>\n"
	" => __traceiter_map+0x58/0x80\n"
	" => dma_map_page_attrs+0x262/0x400\n"
	" => nvme_prep_rq.part.0+0x4e2/0x900 [nvme]\n"
	" => submit_bio+0x10/0x90\n"
	"             fio-262     [000] .....    14.677400: map: IOMMU: iova=0x0000000000003000 - 0x0000000000004000 paddr=0x000000000a19e000 size=4096\n"
	"             fio-262     [000] .....    14.677401: kernel_stack:         <stack trace >\n"
	"=> __traceiter_map (ffffffff83200000)\n"
	"=> submit_bio (ffffffff83300000)\n"
	"             fio-262     [000] .....    14.677500: map: IOMMU: iova=0x0000000000005000 - 0x0000000000006000 paddr=0x000000000a19e000 size=4096\n"
	"             fio-262     [000] .....    14.677600: sched_switch: not of interest\n"
	"             fio-262     [000] .....    14.677601: <stack trace>\n"
	" => nvme_queue_rqs+0x58/0x80 [nvme]\n"
	"             fio-262     [001] .....    14.677602: <stack trace>\n"
	" => nvme_queue_rqs+0x58/0x80 [nvme]\n";

static void text_chains(void **state)
{
	const struct ir_site_table *t;
	struct ir_recording *rec;

	(void)state;
	write_file(path, perf_text, strlen(perf_text));
	rec = open_sites(NULL);
	t = ir_recording_info(rec)->sites;
	assert_true(ir_recording_info(rec)->complete);
	assert_int_equal(t->nr, IR_SITES_FIRST + 2);
	assert_int_equal(t->sites[IR_SITE_UNKNOWN].mappings, 1);
	assert_site(&t->sites[IR_SITES_FIRST], "nvme_prep_rq.part.0+0x4e2", "nvme", 1);
	assert_int_equal(t->sites[IR_SITES_FIRST].nr_frames, 3);
	assert_site(&t->sites[IR_SITES_FIRST + 1], "submit_bio+0x10", "vmlinux", 1);
	ir_recording_close(rec);

	write_file(path, ftrace_text, strlen(ftrace_text));
	rec = open_sites(NULL);
	t = ir_recording_info(rec)->sites;
	assert_true(ir_recording_info(rec)->complete);
	assert_int_equal(t->nr, IR_SITES_FIRST + 2);
	assert_int_equal(t->sites[IR_SITE_UNKNOWN].mappings, 1);
	assert_site(&t->sites[IR_SITES_FIRST], "nvme_prep_rq.part.0+0x4e2", "nvme", 1);
	assert_site(&t->sites[IR_SITES_FIRST + 1], "submit_bio", NULL, 1);
	ir_recording_close(rec);

	/* Symbols say that it is no module's. */
	rec = open_sites(file_kallsyms);
	t = ir_recording_info(rec)->sites;
	assert_site(&t->sites[IR_SITES_FIRST + 1], "submit_bio", "vmlinux", 1);
	ir_recording_close(rec);
}

/* A module without symbols called the DMA API; a trampoline of tracing did not. */
static void without_a_name(void **state)
{
	static const char text[] =
		"fio     262 [000]    14.677318:   iommu:map: IOMMU: iova=0x0000000000001000 - 0x0000000000002000 paddr=0x000000000a19e000 size=4096\n"
		"\tffffffff81001000 kprobe_ftrace_handler+0x58 ([kernel.kallsyms])\n"
		"\tffffffffc0770000 [unknown] ([unknown])\n"
		"\tffffffff81003000 dma_map_page_attrs+0x262 ([kernel.kallsyms])\n"
		"\tffffffffc0123456 [unknown] ([unknown])\n"
		"\tffffffff81005000 submit_bio+0x10 ([kernel.kallsyms])\n"
		"\t    7f97022ce2 [unknown] ([unknown])\n"
		"\tffffffff81006000 not_of_the_kernel+0x10 ([kernel.kallsyms])\n\n";
	const struct ir_site_table *t;
	struct ir_recording *rec;

	(void)state;
	write_file(path, text, strlen(text));
	rec = open_sites(NULL);
	t = ir_recording_info(rec)->sites;
	assert_site(&t->sites[IR_SITES_FIRST], "0xffffffffc0123456", NULL, 1);
	assert_int_equal(t->sites[IR_SITES_FIRST].nr_frames, 5);
	ir_recording_close(rec);
}

/* ---- by themselves ---- */

static void chains_are_kept_once(void **state)
{
	struct ir_chains *c = ir_chains_new();
	struct ir_damage damage = { 0 };
	uint64_t frames[IR_CHAIN_DEPTH + 1];
	uint32_t first;

	(void)state;
	assert_non_null(c);
	for (unsigned int i = 0; i < NR(frames); i++)
		frames[i] = 1000 + i;
	assert_int_equal(ir_chains_add(c, frames, 0, &damage), 0);
	first = ir_chains_add(c, frames, 5, &damage);
	assert_int_not_equal(first, 0);
	assert_int_equal(ir_chains_add(c, frames, 5, &damage), first);
	assert_int_not_equal(ir_chains_add(c, frames, 6, &damage), first);
	assert_int_equal(damage.count[IR_DAMAGE_CUT_CHAINS], 0);
	first = ir_chains_add(c, frames, IR_CHAIN_DEPTH, &damage);
	assert_int_equal(ir_chains_add(c, frames, IR_CHAIN_DEPTH + 1, &damage), first);
	assert_int_equal(damage.count[IR_DAMAGE_CUT_CHAINS], 1);
	for (uint64_t i = 0; i < IR_CHAINS_MAX + 10; i++)
		ir_chains_add(c, &i, 1, &damage);
	assert_int_equal(c->nr, IR_CHAINS_MAX);
	assert_int_equal(damage.count[IR_DAMAGE_DROPPED_CHAINS], 14);
	assert_int_equal(ir_chains_add(c, frames, IR_CHAIN_DEPTH, &damage), first);
	ir_chains_free(c);
}

static void plumbing(void **state)
{
	static const char *const yes[] = {
		"__traceiter_map", "trace_event_raw_event_map", "perf_trace_map", "__iommu_map",
		"iommu_map", "iommu_dma_map_sg", "dma_map_page_attrs", "__dma_map_sg_attrs",
		"dma_map_sgtable", "dma_alloc_attrs", "dmam_alloc_attrs", "dma_pool_alloc",
		"s390_dma_map_pages", "__s390_dma_map_sg", "__dma_update_trans", "intel_iommu_map_pages",
		"blk_rq_dma_map_iter_start", "blk_dma_map_iter_start", "dma_iova_link", "kprobe_ftrace_handler",
		"iommu_map_nosync", "zpci_refresh_trans",
	};
	static const char *const no[] = {
		"nvme_prep_rq.part.0", "nvme_map_data", "submit_bio", "scsi_dma_map", "iommufd_ioctl",
		"vfio_iommu_type1_ioctl", "mlx5e_xmit", "virtqueue_add_split", "dmaengine_submit",
		"page_pool_dma_map", "tracing_read", "blk_mq_flush_plug_list",
	};

	(void)state;
	for (size_t i = 0; i < NR(yes); i++)
		if (!ir_is_plumbing(yes[i]))
			fail_msg("%s is plumbing", yes[i]);
	for (size_t i = 0; i < NR(no); i++)
		if (ir_is_plumbing(no[i]))
			fail_msg("%s is not plumbing", no[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(perf_with_kallsyms),
		cmocka_unit_test(sites_of_operations),
		cmocka_unit_test(not_asked_for),
		cmocka_unit_test(without_symbols),
		cmocka_unit_test(probe_at_entry),
		cmocka_unit_test(ftrace_stacks),
		cmocka_unit_test(chains_change_nothing),
		cmocka_unit_test(text_chains),
		cmocka_unit_test(without_a_name),
		cmocka_unit_test(chains_are_kept_once),
		cmocka_unit_test(plumbing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
