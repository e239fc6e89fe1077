/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel with symbols, call chains through it, and perf.data recordings with them:
 * what the tests of call sites share.
 */
#ifndef IR_TESTS_SITES_UTIL_H
#define IR_TESTS_SITES_UTIL_H

#include "input/perfdata/test_perfdata.h"

#include <inttypes.h>
#include <stdlib.h>

#include <iommu-replay/replay.h>
#include "symbols/chains.h"
#include "symbols/sites.h"
#include "symbols/kallsyms.h"
#include "symbols/plumbing.h"
#include "symbols/symbols.h"

/*
 * A kernel of four functions and a module of two, as kallsyms has them, and chains
 * through them.  _text is at KERNEL + the boot's offset.
 */
#define KERNEL	UINT64_C(0x3ffe0000000)
#define MODULE	UINT64_C(0x3ff80000000)
#define MOVED	UINT64_C(0x1234000)		/* by the boot that was recorded */

enum { TRACEITER = 0x1000, IOMMU_MAP = 0x2000, DMA_MAP = 0x3000, SUBMIT = 0x4000,
       NVME_PREP = 0x0, NVME_QUEUE = 0x800 };

static char dir[] = "/tmp/test_sites.XXXXXX";
static char file_kallsyms[64], file_other[64], file_vmlinux[64], file_module[64], file_notes[64];

static inline void write_file(const char *name, const void *data, size_t len)
{
	FILE *f = fopen(name, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static inline size_t kallsyms_text(char *text, size_t size, uint64_t by)
{
	return (size_t)snprintf(text, size,
		"%016" PRIx64 " T _text\n"
		"%016" PRIx64 " T _stext\n"
		"%016" PRIx64 " T __traceiter_map\n"
		"%016" PRIx64 " t __iommu_map\n"
		"%016" PRIx64 " T dma_map_page_attrs\n"
		"%016" PRIx64 " d some_data\n"
		"%016" PRIx64 " T submit_bio\n"
		"%016" PRIx64 " t nvme_prep_rq\t[nvme]\n"
		"%016" PRIx64 " t nvme_queue_rqs\t[nvme]\n",
		KERNEL + by, KERNEL + by, KERNEL + by + TRACEITER, KERNEL + by + IOMMU_MAP,
		KERNEL + by + DMA_MAP, KERNEL + by + DMA_MAP + 8, KERNEL + by + SUBMIT,
		MODULE + by + NVME_PREP, MODULE + by + NVME_QUEUE);
}

static const unsigned char build_id[20] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
					    17, 18, 19, 20 };
#define BUILD_ID_TEXT "0102030405060708090a0b0c0d0e0f1011121314"

/* ELF files by the compiler at hand; what is in them no machine would run. */
static inline bool compile(const char *source, const char *arguments, const char *output)
{
	char command[512], name[64];

	snprintf(name, sizeof(name), "%s/source.S", dir);
	write_file(name, source, strlen(source));
	snprintf(command, sizeof(command), "${CC:-cc} -nostdlib %s -o %s %s 2>/dev/null", arguments,
		 output, name);
	return !system(command);
}

#define FUNCTION(name, at) \
	".org " at "\n.globl " name "\n.type " name ", %function\n" name ":\n.skip 64, 0\n" \
	".size " name ", 64\n"

static bool have_elf;

static inline void make_elf(void)
{
	static const char kernel[] =
		".section .text, \"ax\", %progbits\n.globl _text\n_text:\n"
		FUNCTION("__traceiter_map", "0x1000") FUNCTION("__iommu_map", "0x2000")
		FUNCTION("dma_map_page_attrs", "0x3000") FUNCTION("submit_bio", "0x4000");
	static const char module[] =
		".section .init.text, \"ax\", %progbits\n.skip 128, 0\n"
		".section .text, \"ax\", %progbits\n"
		FUNCTION("nvme_prep_rq", "0x0") FUNCTION("nvme_queue_rqs", "0x800")
		".section .note.gnu.build-id, \"a\", %note\n"
		".long 4, 4, 3\n.asciz \"GNU\"\n.byte 1, 2, 3, 4\n";
	char text[128];

	snprintf(text, sizeof(text),
		 "-static -no-pie -Wl,-Ttext=0x1000000 -Wl,-e,_text -Wl,--build-id=0x" BUILD_ID_TEXT);
	have_elf = compile(kernel, text, file_vmlinux) && compile(module, "-c", file_module);
}

static inline int set_up(void **state)
{
	char text[2048];
	unsigned char notes[36] = { 0 };
	uint32_t head[3] = { 4, 20, 3 };

	if (make_path(state) || !mkdtemp(dir))
		return -1;
	snprintf(file_kallsyms, sizeof(file_kallsyms), "%s/kallsyms", dir);
	snprintf(file_other, sizeof(file_other), "%s/other", dir);
	snprintf(file_vmlinux, sizeof(file_vmlinux), "%s/vmlinux", dir);
	snprintf(file_module, sizeof(file_module), "%s/nvme.ko", dir);
	snprintf(file_notes, sizeof(file_notes), "%s/notes", dir);
	write_file(file_kallsyms, text, kallsyms_text(text, sizeof(text), MOVED));
	write_file(file_other, text, kallsyms_text(text, sizeof(text), 0));
	memcpy(notes, head, sizeof(head));
	memcpy(notes + 12, "GNU", 4);
	memcpy(notes + 16, build_id, sizeof(build_id));
	write_file(file_notes, notes, sizeof(notes));
	make_elf();
	return 0;
}

static inline int tear_down(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command) | remove_path(state);
}

/* ---- perf.data ---- */

#define CONTEXT_KERNEL	((uint64_t)-128)
#define CONTEXT_USER	((uint64_t)-512)

static const struct kind chains_little = { false, 136, USUAL | CHAIN, 4, 1 };
static const struct kind chains_big = { true, 136, USUAL | CHAIN, 4, 1 };

/* A mapping or unmapping of a page with a chain; like put_sample(), but not in an interrupt. */
static inline void put_chain(const struct kind *k, uint64_t time, bool unmap, uint64_t iova,
		      const uint64_t *chain, uint64_t nr)
{
	size_t at = begin_record(&file, 9);

	put64(&file, unmap ? UNMAP_EVENT : MAP_EVENT);
	put64(&file, 0xdead);
	put64(&file, 0);
	put64(&file, time);
	put32(&file, 0);
	put32(&file, 0);
	put64(&file, k->period);
	put64(&file, nr);
	for (uint64_t i = 0; i < nr; i++)
		put64(&file, chain[i]);
	put32(&file, 36);
	put16(&file, unmap ? UNMAP_ID : MAP_ID);
	put(&file, "\0", 2);
	put32(&file, 1000);
	put64(&file, iova);
	put64(&file, unmap ? 4096 : 0x5000);
	put64(&file, 4096);
	put32(&file, 0);
	end_record(&file, at);
}

static inline void put_name(const char *name, size_t room)
{
	size_t len = strlen(name) + 1;

	put(&file, name, len);
	for (; len < room; len++)
		put(&file, "", 1);
}

static inline void put_mmap(const char *name, uint64_t start, uint64_t size, uint64_t offset)
{
	size_t at = begin_record(&file, 1);

	set16(&file, at + 4, 1);
	put32(&file, UINT32_MAX);
	put32(&file, 0);
	put64(&file, start);
	put64(&file, size);
	put64(&file, offset);
	put_name(name, 48);
	end_record(&file, at);
}

static inline void put_build_id(const char *name, const unsigned char *id)
{
	size_t at = begin_record(&file, 67);

	set16(&file, at + 4, 1);
	put32(&file, UINT32_MAX);
	put(&file, id, 20);
	put32(&file, 0);
	put_name(name, 36);
	end_record(&file, at);
}

static const uint64_t chain_prep[] = {
	CONTEXT_KERNEL, KERNEL + MOVED + TRACEITER + 8, KERNEL + MOVED + IOMMU_MAP + 8,
	KERNEL + MOVED + DMA_MAP + 8, MODULE + MOVED + NVME_PREP + 0x20,
	MODULE + MOVED + NVME_QUEUE + 0x30, KERNEL + MOVED + SUBMIT + 4,
	CONTEXT_USER, 0x7fff1234, 0x7fff5678,
};
static const uint64_t chain_other_path[] = {
	CONTEXT_KERNEL, KERNEL + MOVED + TRACEITER + 8, KERNEL + MOVED + DMA_MAP + 8,
	MODULE + MOVED + NVME_PREP + 0x20, KERNEL + MOVED + SUBMIT + 0x10,
};
static const uint64_t chain_submit[] = {
	CONTEXT_KERNEL, KERNEL + MOVED + TRACEITER + 8, KERNEL + MOVED + DMA_MAP + 8,
	KERNEL + MOVED + SUBMIT + 0x10,
};
#define NR(list) (sizeof(list) / sizeof((list)[0]))

/* 6 mappings by nvme through two paths, 2 by submit_bio, 1 of nobody; two stay. */
static inline void make_recording(const struct kind *k)
{
	size_t data = begin_file(&file, k);
	uint64_t time = 1000000000;

	put_mmap("[kernel.kallsyms]_text", KERNEL + MOVED, 0x100000, KERNEL + MOVED);
	put_mmap("[nvme]", MODULE + MOVED, 0x1000, 0);
	put_build_id("[kernel.kallsyms]", build_id);
	for (uint64_t i = 0; i < 9; i++)
		put_chain(k, time += 1000000, false, i << 13,
			  i < 4 ? chain_prep : i < 6 ? chain_other_path : chain_submit,
			  i < 4 ? NR(chain_prep) : i < 6 ? NR(chain_other_path) :
			  i < 8 ? NR(chain_submit) : 0);
	for (uint64_t i = 0; i < 7; i++)
		put_chain(k, time += 1000000, true, i << 13, NULL, 0);
	put_chain(k, time += 1000000, true, 77 << 12, NULL, 0);	/* from before */
	put_round(&file);
	end_file(&file, data);
	write_file(path, file.data, file.len);
}

static inline struct ir_recording *open_with(const struct ir_recording_options *options, struct ir_error *err)
{
	err->text[0] = '\0';
	return ir_recording_open(path, options, err);
}

static inline struct ir_recording *open_sites(const char *kallsyms)
{
	struct ir_recording_options options = { .sites = true, .kallsyms = kallsyms };
	struct ir_error err;
	struct ir_recording *rec = open_with(&options, &err);

	if (!rec)
		fail_msg("%s", err.text);
	return rec;
}

static inline void assert_site(const struct ir_site *s, const char *name, const char *driver,
			uint64_t mappings)
{
	assert_string_equal(s->name, name);
	if (driver)
		assert_string_equal(s->driver, driver);
	else
		assert_null(s->driver);
	assert_int_equal(s->mappings, mappings);
	assert_int_equal(s->pages, mappings);
}

static inline void assert_sites(const struct ir_recording *rec)
{
	const struct ir_site_table *t = ir_recording_info(rec)->sites;

	assert_int_equal(t->nr, IR_SITES_FIRST + 2);
	assert_site(&t->sites[IR_SITE_UNKNOWN], "(unknown)", NULL, 1);
	assert_site(&t->sites[IR_SITES_FIRST], "nvme_prep_rq+0x20", "nvme", 6);
	assert_site(&t->sites[IR_SITES_FIRST + 1], "submit_bio+0x10", "vmlinux", 2);
	assert_int_equal(t->sites[IR_SITES_FIRST].chains, 2);
	assert_int_equal(t->sites[IR_SITES_FIRST].nr_frames, 6);	/* the kernel's part */
	assert_int_equal(t->sites[IR_SITES_FIRST].caller, 3);
	assert_string_equal(t->sites[IR_SITES_FIRST].frames[4].symbol, "nvme_queue_rqs");
	assert_null(t->hint);
}

#endif
