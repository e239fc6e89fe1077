// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The holders of a fault's page: recordings as text in, mappings with their times, tasks,
 * directions and functions out.
 */
#include "test_util.h"
#include "test_path.h"

#include <inttypes.h>
#include <stdio.h>

#include <iommu-replay/faults.h>

#include "faults/pages.h"

#define S	UINT64_C(1000000000)

struct found {
	struct ir_recording *rec;
	struct ir_faults *faults;
};

static FILE *out;
static char log_path[sizeof(path) + 4];

/* Lines of ftrace; times in us after 10 s. */
static void head(const char *task, unsigned int cpu, unsigned int us, const char *event)
{
	fprintf(out, "%16s [%03u] ..... 10.%06u: %s: ", task, cpu, us, event);
}

static void put_map(const char *task, unsigned int cpu, unsigned int us, uint64_t iova, unsigned int size)
{
	head(task, cpu, us, "map");
	fprintf(out, "IOMMU: iova=0x%016" PRIx64 " - 0x%016" PRIx64 " paddr=0x%016" PRIx64 " size=%u\n", iova,
		iova + size, iova + (UINT64_C(1) << 40), size);
}

static void put_unmap(const char *task, unsigned int cpu, unsigned int us, uint64_t iova, unsigned int size)
{
	head(task, cpu, us, "unmap");
	fprintf(out, "IOMMU: iova=0x%016" PRIx64 " - 0x%016" PRIx64 " size=%u unmapped_size=%u\n", iova,
		iova + size, size, size);
}

static void dma(const char *event, unsigned int cpu, unsigned int us, const char *device, const char *direction,
		uint64_t iova, unsigned int size)
{
	head("fio-213", cpu, us, event);
	fprintf(out, "%s dir=%s dma_addr=%" PRIx64 " size=%u phys_addr=89fa000 attrs=\n", device, direction, iova, size);
}

static void fault(unsigned int us, const char *device, uint64_t iova, bool write)
{
	head("irq/24-AMD-Vi-59", 2, us, "io_page_fault");
	fprintf(out, "IOMMU:pci %s iova=0x%016" PRIx64 " flags=0x%04x\n", device, iova, write);
}

static void line(unsigned int us, const char *event, const char *text)
{
	head("poke-211", 1, us, event);
	fprintf(out, "%s\n", text);
}

#define DEV "0000:00:10.0"

static void begin(void)
{
	out = fopen(path, "w");
	assert_non_null(out);
	fputs("cpus=3\n", out);
}

static struct found find(const char *log)
{
	struct ir_fault_options options = { .log = NULL };
	struct ir_error err = { "" };
	struct found found;

	assert_int_equal(fclose(out), 0);
	if (log) {
		FILE *file = fopen(log_path, "w");

		assert_non_null(file);
		fputs(log, file);
		assert_int_equal(fclose(file), 0);
		options.log = log_path;
	}
	found.rec = ir_recording_open(path, NULL, &err);
	if (!found.rec)
		fail_msg("%s", err.text);
	found.faults = ir_faults_find(found.rec, log ? &options : NULL, &err);
	if (!found.faults)
		fail_msg("%s", err.text);
	return found;
}

static void end(struct found *found)
{
	ir_faults_free(found->faults);
	ir_recording_close(found->rec);
}

static const struct ir_fault_mapping *mapping_of(const struct found *found, size_t i, enum ir_fault_kind kind)
{
	const struct ir_fault *f = &found->faults->faults[i];

	assert_true(i < found->faults->nr);
	if (f->kind != kind || (kind != IR_FAULT_NEVER_MAPPED && !f->mapping))
		fail_msg("fault %zu: %s", i, f->verdict);
	return f->mapping;
}

/* Two CPUs map and unmap at once: each mapping has the names of its own CPU's events. */
static void test_two_cpus(void **state)
{
	const struct ir_fault_mapping *m;
	struct found found;

	(void)state;
	begin();
	put_map("fio-213", 0, 100, 0x100000, 8192);
	put_map("tar-214", 1, 101, 0x102000, 4096);
	dma("dma_map_page", 1, 102, DEV, "FROM_DEVICE", 0x102000, 4096);
	dma("dma_map_page", 0, 103, DEV, "TO_DEVICE", 0x100000, 8192);
	put_unmap("kworker-3", 1, 2500, 0x102000, 4096);
	dma("dma_unmap_page", 1, 2501, DEV, "FROM_DEVICE", 0x102000, 4096);
	put_unmap("fio-213", 0, 2510, 0x100000, 8192);
	dma("dma_unmap_page", 0, 2511, DEV, "TO_DEVICE", 0x100000, 8192);
	fault(2600, DEV, 0x101008, false);
	fault(2700, DEV, 0x102010, true);
	found = find(NULL);
	m = mapping_of(&found, 0, IR_FAULT_UNMAPPED);
	assert_string_equal(m->mapped_by.task, "fio");
	assert_string_equal(m->unmapped_by.task, "fio");
	assert_string_equal(m->direction, "TO_DEVICE");
	assert_int_equal(m->whole_iova, 0x100000);
	assert_int_equal(m->whole_size, 8192);
	assert_int_equal(m->mapped_ns, 10 * S + 100000);
	assert_int_equal(m->unmapped_ns, 10 * S + 2510000);
	m = mapping_of(&found, 1, IR_FAULT_UNMAPPED);
	assert_string_equal(m->mapped_by.task, "tar");
	assert_string_equal(m->unmapped_by.task, "kworker");
	assert_string_equal(m->mapped_by.function, "dma_map_page");
	assert_string_equal(m->unmapped_by.function, "dma_unmap_page");
	assert_int_equal(m->mapped_by.cpu, 1);
	assert_int_equal(found.faults->events, 2);
	end(&found);
}

/* Coherent memory can be read and written. */
static void test_coherent(void **state)
{
	const struct ir_fault_mapping *m;
	struct found found;

	(void)state;
	begin();
	put_map("fio-213", 0, 100, 0x100000, 4096);
	head("fio-213", 0, 101, "dma_alloc");
	fputs(DEV " dma_addr=100000 size=4096 virt_addr=0xff2085a5bc681000 flags=GFP_ATOMIC attrs=\n", out);
	put_unmap("fio-213", 0, 2500, 0x100000, 4096);
	fault(2700, DEV, 0x100008, true);
	found = find(NULL);
	m = mapping_of(&found, 0, IR_FAULT_UNMAPPED);
	assert_string_equal(m->direction, "BIDIRECTIONAL");
	assert_string_equal(m->mapped_by.function, "dma_alloc");
	assert_null(m->unmapped_by.function);
	end(&found);
}

/* dma_unmap_sg comes before its unmap, on the same CPU, of the same task; another task's is not. */
static void test_unmap_sg(void **state)
{
	static const struct { const char *task; const char *function; } rows[] = {
		{ "fio-213", "dma_unmap_sg" }, { "tar-9", NULL },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct ir_fault_mapping *m;
		struct found found;

		begin();
		put_map("fio-213", 0, 100, 0x100000, 4096);
		dma("dma_map_page", 0, 101, DEV, "FROM_DEVICE", 0x100000, 4096);
		head("fio-213", 0, 2499, "dma_unmap_sg");
		fputs(DEV " dir=FROM_DEVICE phys_addrs={0x89fa000} attrs=\n", out);
		put_unmap(rows[i].task, 0, 2500, 0x100000, 4096);
		fault(2700, DEV, 0x100008, true);
		found = find(NULL);
		m = mapping_of(&found, 0, IR_FAULT_UNMAPPED);
		if (rows[i].function)
			assert_string_equal(m->unmapped_by.function, rows[i].function);
		else
			assert_null(m->unmapped_by.function);
		end(&found);
	}
}

/* Mapped before the recording, unmapped in it: faults before and after its unmap are its own. */
static void test_before(void **state)
{
	const struct ir_fault_mapping *m;
	struct found found;

	(void)state;
	begin();
	put_map("fio-213", 0, 100, 0x200000, 4096);
	fault(300, DEV, 0x100008, true);
	fault(310, DEV, 0x100018, true);
	put_unmap("fio-213", 0, 500, 0x100000, 4096);
	fault(600, DEV, 0x100028, true);
	found = find(NULL);
	assert_int_equal(found.faults->nr, 3);
	m = mapping_of(&found, 2, IR_FAULT_UNMAPPED);
	assert_true(m->is_before);
	assert_int_equal(m->mapped_ns, 0);
	for (size_t i = 0; i < 2; i++)	/* it was mapped then: only its direction can have been wrong */
		assert_true(mapping_of(&found, i, IR_FAULT_WRONG_DIRECTION)->is_before);
	end(&found);
}

/* The page in front of the first one is none; neighbours are mappings that end or begin there. */
static void test_edges(void **state)
{
	struct found found;

	(void)state;
	begin();
	put_map("fio-213", 0, 100, 0x1000, 4096);
	put_map("fio-213", 0, 110, 0x300000, 3 * 4096);
	put_map("fio-213", 0, 120, 0x305000, 4096);
	fault(2500, DEV, 0x10, true);
	fault(2600, DEV, 0x303010, true);	/* behind the end of the second */
	fault(2700, DEV, 0x304ff0, true);	/* in front of the third */
	fault(2800, DEV, 0x2ff000, true);	/* in front of the second */
	put_unmap("fio-213", 0, 3000, 0x300000, 3 * 4096);
	fault(4000, DEV, 0x303018, true);	/* it is not mapped any more */
	found = find(NULL);
	assert_int_equal(found.faults->nr, 5);
	assert_int_equal(found.faults->faults[0].side, IR_SIDE_UNDERRUN);
	assert_int_equal(found.faults->faults[1].side, IR_SIDE_OVERRUN);
	assert_int_equal(found.faults->faults[1].neighbour->whole_iova, 0x300000);
	assert_int_equal(found.faults->faults[2].side, IR_SIDE_UNDERRUN);
	assert_int_equal(found.faults->faults[3].side, IR_SIDE_UNDERRUN);
	assert_int_equal(found.faults->faults[4].side, IR_SIDE_NONE);
	end(&found);
}

/* A domain that ended took its mappings with it. */
static void test_detached(void **state)
{
	const struct ir_fault_mapping *m;
	struct found found;

	(void)state;
	begin();
	put_map("fio-213", 0, 100, 0x100000, 4096);
	dma("dma_map_page", 0, 101, DEV, "FROM_DEVICE", 0x100000, 4096);
	line(2500, "detach_device_from_domain", "IOMMU: device=" DEV);
	fault(2600, DEV, 0x100008, true);
	put_map("fio-213", 0, 2800, 0x200000, 4096);
	dma("dma_map_page", 0, 2801, DEV, "FROM_DEVICE", 0x200000, 4096);
	put_unmap("fio-213", 0, 3900, 0x200000, 4096);
	found = find(NULL);
	m = mapping_of(&found, 0, IR_FAULT_UNMAPPED);
	assert_int_equal(m->unmapped_ns, 10 * S + 2500000);
	assert_string_equal(m->unmapped_by.function, "detach");
	end(&found);

	/* Another domain that ends later is not the one that the mapping was in. */
	begin();
	put_map("fio-213", 0, 100, 0x100000, 4096);
	dma("dma_map_page", 0, 101, DEV, "FROM_DEVICE", 0x100000, 4096);
	line(12500, "detach_device_from_domain", "IOMMU: device=" DEV);
	line(12600, "attach_device_to_domain", "IOMMU: device=" DEV);
	put_map("fio-213", 0, 12700, 0x200000, 4096);
	dma("dma_map_page", 0, 12701, DEV, "FROM_DEVICE", 0x200000, 4096);
	fault(25000, DEV, 0x100008, true);
	line(32500, "detach_device_from_domain", "IOMMU: device=" DEV);
	line(32600, "attach_device_to_domain", "IOMMU: device=" DEV);
	fault(45000, DEV, 0x100008, true);
	put_map("fio-213", 0, 46000, 0x300000, 4096);
	found = find(NULL);
	for (size_t i = 0; i < 2; i++) {
		m = mapping_of(&found, i, IR_FAULT_UNMAPPED);
		assert_int_equal(m->unmapped_ns, 10 * S + 12500000);
	}
	end(&found);
}

/* The first flush after its unmap ended what a device could reach, and one before it did not. */
static void test_flushed(void **state)
{
	const struct ir_fault_mapping *m;
	struct found found;

	(void)state;
	begin();
	put_map("fio-213", 0, 100, 0x100000, 4096);
	dma("dma_map_page", 0, 101, DEV, "FROM_DEVICE", 0x100000, 4096);
	line(2400, "qi_submit", "iotlb_inv dmar1: 0x300e2 0x0 0x0 0x0");
	put_unmap("fio-213", 0, 2500, 0x100000, 4096);
	dma("dma_unmap_page", 0, 2501, DEV, "FROM_DEVICE", 0x100000, 4096);
	fault(2700, DEV, 0x100008, true);
	line(3000, "qi_submit", "iotlb_inv dmar1: 0x300e2 0x0 0x0 0x0");
	line(3500, "qi_submit", "iotlb_inv dmar1: 0x300e2 0x0 0x0 0x0");
	fault(3600, DEV, 0x100008, true);
	put_map("fio-213", 0, 4000, 0x300000, 4096);
	dma("dma_map_page", 0, 4001, DEV, "FROM_DEVICE", 0x300000, 4096);
	found = find(NULL);
	for (size_t i = 0; i < 2; i++) {
		m = mapping_of(&found, i, IR_FAULT_UNMAPPED);
		assert_int_equal(m->flushed_ns, 10 * S + 3000000);
	}
	assert_null(strstr(found.faults->faults[0].verdict, "flushed since"));
	assert_non_null(strstr(found.faults->faults[1].verdict, "flushed since"));
	end(&found);
}

/* Of 200 mappings of a page the one before the fault is found, and more than are kept are no proof of none. */
static void test_many(void **state)
{
	const struct ir_fault_mapping *m;
	struct found found;

	(void)state;
	begin();
	for (unsigned int i = 0; i < 200; i++) {
		put_map("fio-213", 0, 100 + 40 * i, 0x100000, 4096);
		put_unmap("fio-213", 0, 120 + 40 * i, 0x100000, 4096);
	}
	fault(100 + 40 * 200, DEV, 0x100008, true);
	for (unsigned int i = 0; i < 200; i++) {	/* long after: what no fault needs is forgotten */
		put_map("fio-213", 0, 50000 + 400 * i, 0x100000, 4096);
		put_unmap("fio-213", 0, 50020 + 400 * i, 0x100000, 4096);
	}
	fault(50000 + 400 * 200 + 2000, DEV, 0x100010, true);
	found = find(NULL);
	assert_int_equal(found.faults->nr, 2);
	assert_int_equal(found.faults->faults[0].kind, IR_FAULT_UNCERTAIN);
	assert_int_equal(found.faults->faults[0].nr_candidates, 8);
	m = mapping_of(&found, 1, IR_FAULT_UNMAPPED);
	assert_int_equal(m->mapped_ns, 10 * S + (50000 + 400 * 199) * 1000);
	end(&found);
}

/* A large unmap is looked through by its pages of interest only; what fails is no mapping. */
static void test_large(void **state)
{
	struct found found;

	(void)state;
	begin();
	put_map("fio-213", 0, 100, 0x10000000, 0x10000000);
	put_unmap("fio-213", 0, 2500, 0x10000000, 0x10000000);
	put_map("fio-213", 0, 2600, 0x40000000, 0x10000000);	/* none of these pages matters */
	put_unmap("fio-213", 0, 2700, 0x40000000, 0x10000000);
	fault(2800, DEV, 0x18001008, true);
	fault(2900, DEV, UINT64_C(0xffffffffffff0000), true);
	found = find(NULL);
	assert_int_equal(found.faults->nr, 2);
	assert_int_equal(mapping_of(&found, 0, IR_FAULT_UNMAPPED)->whole_size, 0x10000000);
	mapping_of(&found, 1, IR_FAULT_NEVER_MAPPED);
	end(&found);
}

/* A log beside the recording: which of its lines tell the clock, and which say nothing of it. */
static void test_log_lines(void **state)
{
#define DMAR(s) "[ " s "] DMAR: [DMA Write NO_PASID] Request device [00:10.0] fault addr 0x100000 [fault reason 0x05]\n"
	static const struct { const char *log, *clock; size_t nr; } rows[] = {
		{ "[ 12.000000] clock check: monotonic=10000000000\n" DMAR("12.000700"),
		  "by lines with the monotonic clock, if that is the recording's", 1 },
		{ "[ 12.000000] clock check: monotonic=\n" DMAR("10.000700"), "not aligned: nothing is in both", 1 },
		{ "[ 12.000000] clock check: monotonic=x\n" DMAR("10.000700"), "not aligned: nothing is in both", 1 },
		{ "clock check: monotonic=10000000000\n" DMAR("10.000700"), "not aligned: nothing is in both", 1 },
		{ "Nov 29 01:10:52 host kernel: monotonic=10000000000\nNov 29 01:10:52 host kernel: " DMAR("10.000700"),
		  "not aligned: nothing is in both", 1 },
		{ "[ 12.000000] hello\n" DMAR("12.000800"), "by lines that are in both", 1 },
		{ "DMAR: [DMA Write NO_PASID] Request device [00:10.0] fault addr 0x100000 [fault reason 0x05]",
		  "unknown: nothing is in both", 1 },
		{ "[ 12.000000] hello\n", NULL, 0 },
		{ "", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct found found;

		begin();
		put_map("fio-213", 0, 100, 0x100000, 4096);
		put_unmap("fio-213", 0, 500, 0x100000, 4096);
		line(600, "console", "hello");
		line(610, "console", "");
		line(620, "console", "[    9.5] iommu-replay: group 1: 0000:00:10.0");
		put_map("fio-213", 0, 990, 0x300000, 4096);
		found = find(rows[i].log);
		assert_int_equal(found.faults->nr, rows[i].nr);
		assert_int_equal(found.faults->log_lines, rows[i].nr);
		assert_int_equal(found.faults->console_lines, 3);
		assert_int_equal(found.faults->may_be_missing, 1);
		if (rows[i].clock ? !found.faults->clock || strcmp(found.faults->clock, rows[i].clock) != 0 :
				    found.faults->clock != NULL)
			fail_msg("%zu: %s", i, found.faults->clock);
		end(&found);
	}
}

/* A line that is longer than any is cut; those behind it are read. */
static void test_long_lines(void **state)
{
	char *log = malloc(200000);
	struct found found;

	(void)state;
	assert_non_null(log);
	memset(log, 'x', 200000);
	memcpy(log, DMAR("10.000700"), sizeof(DMAR("10.000700")) - 2);
	strcpy(log + 150000, "\n" DMAR("10.000900"));
	begin();
	put_map("fio-213", 0, 100, 0x100000, 4096);
	put_unmap("fio-213", 0, 500, 0x100000, 4096);
	found = find(log);
	assert_int_equal(found.faults->nr, 2);
	end(&found);
	memset(log, 'x', 199999);	/* one line without an end */
	log[199999] = '\0';
	begin();
	put_map("fio-213", 0, 100, 0x100000, 4096);
	found = find(log);
	assert_int_equal(found.faults->nr, 0);
	end(&found);
	free(log);
}

/* A log that cannot be read is an error. */
static void test_no_log(void **state)
{
	static const struct { const char *log, *says; } rows[] = {
		{ "/nonexistent/log", "/nonexistent/log: cannot open: No such file or directory; check the name" },
		{ "/", "/: is a directory; name a file in it" },
	};

	(void)state;
	begin();
	put_map("fio-213", 0, 100, 0x100000, 4096);
	fclose(out);
	for (size_t i = 0; i < 2; i++) {
		const struct ir_fault_options options = { .log = rows[i].log };
		struct ir_error err = { "" };
		struct ir_recording *rec = ir_recording_open(path, NULL, &err);

		assert_non_null(rec);
		assert_null(ir_faults_find(rec, &options, &err));
		assert_string_equal(err.text, rows[i].says);
		ir_recording_close(rec);
	}
}

/* Pages of interest are found in ranges of any size. */
static void test_pages(void **state)
{
	uint64_t random = 9;

	(void)state;
	for (unsigned int round = 0; round < 200; round++) {
		uint64_t pfns[200], sorted[200];
		size_t nr = random_below(&random, 200);
		struct ir_pages pages;

		for (size_t i = 0; i < nr; i++)
			sorted[i] = pfns[i] = random_below(&random, round % 2 ? 300 : 100000);
		assert_int_equal(ir_pages_make(&pages, pfns, nr, next_random(&random)), 0);
		for (unsigned int k = 0; k < 50; k++) {
			uint64_t first = random_below(&random, round % 2 ? 300 : 100000);
			uint64_t last = first + random_below(&random, k % 2 ? 20 : 3000), want = UINT64_MAX;
			size_t at = ir_pages_first(&pages, first, last);

			for (size_t i = 0; i < nr; i++)
				if (sorted[i] >= first && sorted[i] <= last && sorted[i] < want)
					want = sorted[i];
			assert_int_equal(at == IR_PAGES_NONE ? UINT64_MAX : pages.list[at].pfn, want);
		}
		ir_pages_release(&pages);
	}
}

/* Names are for messages and documents; of several sources the most precise one is named. */
static void test_names(void **state)
{
	(void)state;
	assert_string_equal(ir_fault_kind_name(IR_FAULT_NEVER_MAPPED), "never_mapped");
	assert_string_equal(ir_fault_kind_name(IR_FAULT_KINDS), "uncertain");
	assert_string_equal(ir_fault_access_name(IR_ACCESS_READ), "read");
	assert_string_equal(ir_fault_access_name(IR_ACCESS_WRITE), "write");
	assert_null(ir_fault_access_name(IR_ACCESS_UNKNOWN));
	assert_string_equal(ir_fault_source_name(IR_FAULT_LOG | IR_FAULT_CONSOLE), "console");
	assert_string_equal(ir_fault_source_name(IR_FAULT_LOG | IR_FAULT_EVENT), "event");
	assert_string_equal(ir_fault_source_name(IR_FAULT_LOG), "log");
	ir_faults_free(NULL);
	ir_fault_watch_free(NULL);
}

/* A flush between the unmap and the fault shows a fault that a replay would have hidden. */
static void test_exposure(void **state)
{
	static const struct { const char *strategy; uint64_t shown, hidden, undecided; } rows[] = {
		{ "strict", 3, 0, 1 }, { "lazy", 2, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct ir_config config = {
			.strategy = ir_strategy_find(rows[i].strategy), .hypervisor = ir_hypervisor_find("hardware"),
		};
		struct ir_fault_exposure exposure;
		struct ir_result result = { 0 };
		struct ir_fault_watch *watch;
		struct ir_error err = { "" };
		struct found found;

		begin();
		put_map("fio-213", 0, 100, 0x100000, 4096);
		dma("dma_map_page", 0, 101, DEV, "FROM_DEVICE", 0x100000, 4096);
		put_unmap("fio-213", 0, 2500, 0x100000, 4096);
		dma("dma_unmap_page", 0, 2501, DEV, "FROM_DEVICE", 0x100000, 4096);
		fault(2700, DEV, 0x100008, true);	/* 200 us after its unmap */
		fault(2800, DEV, 0x900008, true);	/* never mapped */
		put_unmap("fio-213", 0, 2900, 0x200000, 4096);	/* mapped before the recording */
		fault(3000, DEV, 0x200008, true);
		put_map("fio-213", 0, 50000, 0x300000, 4096);
		dma("dma_map_page", 0, 50001, DEV, "FROM_DEVICE", 0x300000, 4096);
		put_unmap("fio-213", 0, 50500, 0x300000, 4096);
		dma("dma_unmap_page", 0, 50501, DEV, "FROM_DEVICE", 0x300000, 4096);
		fault(90500, DEV, 0x300008, true);	/* 40 ms after its unmap */
		put_map("fio-213", 0, 95000, 0x400000, 4096);
		dma("dma_map_page", 0, 95001, DEV, "FROM_DEVICE", 0x400000, 4096);
		put_unmap("fio-213", 0, 99500, 0x400000, 4096);
		dma("dma_unmap_page", 0, 99501, DEV, "FROM_DEVICE", 0x400000, 4096);
		found = find(NULL);
		assert_int_equal(found.faults->nr, 4);
		watch = ir_fault_watch_new(found.faults, ir_recording_info(found.rec));
		assert_non_null(watch);
		config.observer = ir_fault_watch_observer(watch);
		if (ir_replay(found.rec, &config, 1, NULL, &result, &err))
			fail_msg("%s", err.text);
		ir_fault_watch_result(watch, &exposure);
		assert_int_equal(exposure.shown, rows[i].shown);
		assert_int_equal(exposure.hidden, rows[i].hidden);
		assert_int_equal(exposure.undecided, rows[i].undecided);
		ir_fault_watch_free(watch);
		end(&found);
	}
}

static int make_paths(void **state)
{
	int rc = make_path(state);

	snprintf(log_path, sizeof(log_path), "%s.log", path);
	return rc;
}

static int remove_paths(void **state)
{
	unlink(log_path);
	return remove_path(state);
}

/* Faults of one page share its flush; each piece, and each mapping of one IOVA, has its own place. */
static void test_exposure_of_pages(void **state)
{
	struct ir_config config = {
		.strategy = ir_strategy_find("lazy"), .hypervisor = ir_hypervisor_find("hardware"),
	};
	struct ir_fault_exposure exposure;
	struct ir_result result = { 0 };
	struct ir_fault_watch *watch;
	struct ir_error err = { "" };
	struct found found;

	(void)state;
	begin();
	for (unsigned int i = 0; i < 3; i++) {
		unsigned int us = 100 + i * 200000;

		put_map("fio-213", 0, us, 0x100000, 4096);
		head("fio-213", 0, us + 10, "map");
		fprintf(out, "IOMMU: iova=0x101000 - 0x102000 paddr=0x7f000 size=4096\n");
		dma("dma_map_page", 0, us + 11, DEV, "FROM_DEVICE", 0x100000, 8192);
		put_unmap("fio-213", 0, us + 2500, 0x100000, 8192);
		dma("dma_unmap_page", 0, us + 2501, DEV, "FROM_DEVICE", 0x100000, 8192);
		fault(us + 2700, DEV, 0x101008, true);
		fault(us + 2710, DEV, 0x101010, true);
		fault(us + 2720, DEV, 0x100010, true);
		put_map("fio-213", 0, us + 50000, 0x300000, 4096);
		dma("dma_map_page", 0, us + 50001, DEV, "FROM_DEVICE", 0x300000, 4096);
		put_unmap("fio-213", 0, us + 50500, 0x300000, 4096);
		dma("dma_unmap_page", 0, us + 50501, DEV, "FROM_DEVICE", 0x300000, 4096);
		fault(us + 90000, DEV, 0x101010, true);	/* flushed by then */
	}
	put_map("fio-213", 0, 700000, 0x400000, 4096);
	dma("dma_map_page", 0, 700001, DEV, "FROM_DEVICE", 0x400000, 4096);
	found = find(NULL);
	assert_int_equal(found.faults->by_kind[IR_FAULT_UNMAPPED], 12);
	watch = ir_fault_watch_new(found.faults, ir_recording_info(found.rec));
	assert_non_null(watch);
	config.observer = ir_fault_watch_observer(watch);
	if (ir_replay(found.rec, &config, 1, NULL, &result, &err))
		fail_msg("%s", err.text);
	ir_fault_watch_result(watch, &exposure);
	assert_int_equal(exposure.hidden, 9);
	assert_int_equal(exposure.shown, 3);
	assert_int_equal(exposure.undecided, 0);
	ir_fault_watch_free(watch);
	end(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_cpus),
		cmocka_unit_test(test_coherent),
		cmocka_unit_test(test_unmap_sg),
		cmocka_unit_test(test_before),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_detached),
		cmocka_unit_test(test_flushed),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_log_lines),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_no_log),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_exposure),
		cmocka_unit_test(test_exposure_of_pages),
	};

	return cmocka_run_group_tests(tests, make_paths, remove_paths);
}
