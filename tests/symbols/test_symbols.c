// SPDX-License-Identifier: GPL-2.0-or-later
/* Symbols: of files that are given, and whether they belong to the recording. */
#include "symbols/sites_util.h"

#include <errno.h>
#include <sys/stat.h>
#include <zlib.h>

static void fails_with(const struct ir_recording_options *options, const char *words,
		       const char *more)
{
	struct ir_error err;
	struct ir_recording *rec = open_with(options, &err);

	assert_null(rec);
	if (!strstr(err.text, words) || !strstr(err.text, more))
		fail_msg("%s", err.text);
}

static void of_another_boot(void **state)
{
	struct ir_recording_options options = { .sites = true, .kallsyms = file_other };

	(void)state;
	make_recording(&chains_little);
	fails_with(&options, "_text is at 0x3ffe0000000", "was at 0x3ffe1234000");
}

/* The kernel did not move, but its modules did. */
static void of_another_boot_by_module(void **state)
{
	struct ir_recording_options options = { .sites = true, .kallsyms = file_other };
	size_t data;

	(void)state;
	data = begin_file(&file, &chains_little);
	put_mmap("[kernel.kallsyms]_text", KERNEL, 0x100000, KERNEL);
	put_mmap("[nvme]", MODULE + MOVED, 0x1000, 0);
	put_chain(&chains_little, 1000000000, false, 0, chain_prep, NR(chain_prep));
	end_file(&file, data);
	write_file(path, file.data, file.len);
	fails_with(&options, "nvme is at 0x3ff80000000", "was at 0x3ff81234000");
}

static void bad_symbol_files(void **state)
{
	struct ir_recording_options options = { .sites = true };
	char name[64];

	(void)state;
	make_recording(&chains_little);
	options.kallsyms = path;
	fails_with(&options, "address type name", path);
	options.kallsyms = "/nonexistent";
	fails_with(&options, "cannot open", "/nonexistent");
	snprintf(name, sizeof(name), "%s/zero", dir);
	write_file(name, "0000000000000000 T _text\n0000000000000000 T f\n", 46);
	options.kallsyms = name;
	fails_with(&options, "all addresses are zero", "as root");
	options.kallsyms = NULL;
	options.vmlinux = file_kallsyms;
	fails_with(&options, "not an ELF file", file_kallsyms);
	options.vmlinux = NULL;
	options.modules = "/nonexistent";
	fails_with(&options, "/nonexistent", "cannot read");
	snprintf(name, sizeof(name), "%s/empty", dir);
	assert_int_equal(mkdir(name, 0700), 0);
	options.modules = name;
	fails_with(&options, "has no .ko file", name);
}

/* vmlinux is linked at 16 MiB; the recording says where its _text was. */
static void relocated_vmlinux(void **state)
{
	struct ir_recording_options options = {
		.sites = true, .vmlinux = file_vmlinux, .modules = dir,
	};
	struct ir_recording *rec;
	struct ir_error err;

	(void)state;
	if (!have_elf)
		skip();
	for (unsigned int i = 0; i < 2; i++) {
		make_recording(i ? &chains_big : &chains_little);
		rec = open_with(&options, &err);
		if (!rec)
			fail_msg("%s", err.text);
		assert_sites(rec);
		ir_recording_close(rec);
	}
}

static void pack(const char *from, const char *to)
{
	static char bytes[1 << 20];
	FILE *in = fopen(from, "rb");
	gzFile out = gzopen(to, "wb");
	size_t len = in ? fread(bytes, 1, sizeof(bytes), in) : 0;

	assert_true(len && out && gzwrite(out, bytes, (unsigned int)len) == (int)len);
	fclose(in);
	gzclose(out);
}

/* Distributions compress modules. */
static void packed_files(void **state)
{
	char packed[96], module[128], vmlinux[128];
	struct ir_recording_options options = { .sites = true, .vmlinux = vmlinux, .modules = packed };
	struct ir_recording *rec;
	struct ir_error err;

	(void)state;
	if (!have_elf)
		skip();
	snprintf(packed, sizeof(packed), "%s/packed", dir);
	snprintf(module, sizeof(module), "%s/nvme.ko.gz", packed);
	snprintf(vmlinux, sizeof(vmlinux), "%s/vmlinux.any", packed);
	assert_false(mkdir(packed, 0700));
	pack(file_module, module);
	pack(file_vmlinux, vmlinux);
	make_recording(&chains_little);
	rec = open_with(&options, &err);
	if (!rec)
		fail_msg("%s", err.text);
	assert_sites(rec);
	ir_recording_close(rec);
}

/* Functions of ELF files have an end; what is behind it is not theirs. */
static void behind_a_function(void **state)
{
	static const uint64_t chain[] = {
		CONTEXT_KERNEL, KERNEL + MOVED + DMA_MAP + 8, MODULE + MOVED + NVME_PREP + 0x100,
	};
	struct ir_recording_options options = { .sites = true, .modules = dir };
	const struct ir_site *site;
	struct ir_recording *rec;
	struct ir_error err;
	size_t data;
	char name[32];

	(void)state;
	if (!have_elf)
		skip();
	data = begin_file(&file, &chains_little);
	put_mmap("[nvme]", MODULE + MOVED, 0x1000, 0);
	put_chain(&chains_little, 1000000000, false, 0, chain, NR(chain));
	end_file(&file, data);
	write_file(path, file.data, file.len);
	rec = open_with(&options, &err);
	if (!rec)
		fail_msg("%s", err.text);
	snprintf(name, sizeof(name), "0x%" PRIx64, chain[2]);
	site = &ir_recording_info(rec)->sites->sites[IR_SITES_FIRST];
	assert_site(site, name, "nvme", 1);
	ir_recording_close(rec);
}

static void wrong_build_id(void **state)
{
	struct ir_recording_options options = { .sites = true, .vmlinux = file_vmlinux };
	unsigned char other[20];
	size_t data;

	(void)state;
	if (!have_elf)
		skip();
	memset(other, 0xab, sizeof(other));
	data = begin_file(&file, &chains_little);
	put_build_id("[kernel.kallsyms]", other);
	put_chain(&chains_little, 1000000000, false, 0, chain_prep, NR(chain_prep));
	end_file(&file, data);
	write_file(path, file.data, file.len);
	fails_with(&options, BUILD_ID_TEXT, "abababababababababababababababababababab");
}

/* It may be told before the module is. */
static void wrong_build_id_of_a_module(void **state)
{
	struct ir_recording_options options = { .sites = true, .modules = dir };
	unsigned char other[20];
	size_t data;

	(void)state;
	if (!have_elf)
		skip();
	memset(other, 0xab, sizeof(other));
	data = begin_file(&file, &chains_little);
	put_build_id("/lib/modules/6.12/kernel/drivers/nvme/host/nvme.ko.xz", other);
	put_mmap("[nvme]", MODULE + MOVED, 0x1000, 0);
	put_chain(&chains_little, 1000000000, false, 0, chain_prep, NR(chain_prep));
	end_file(&file, data);
	write_file(path, file.data, file.len);
	fails_with(&options, "has build id 01020304, but that of the recorded module is abab", "nvme.ko");
}

static void unplaced_vmlinux(void **state)
{
	struct ir_recording_options options = { .sites = true, .vmlinux = file_vmlinux };
	size_t data;

	(void)state;
	if (!have_elf)
		skip();
	data = begin_file(&file, &chains_little);
	put_chain(&chains_little, 1000000000, false, 0, chain_prep, NR(chain_prep));
	end_file(&file, data);
	write_file(path, file.data, file.len);
	fails_with(&options, "does not have the address of the kernel", "--kallsyms");
	/* With kallsyms it is known. */
	options.kallsyms = file_kallsyms;
	ir_recording_close(open_with(&options, &(struct ir_error){ "" }));
}

/* ---- the running kernel ---- */

static void running_kernel(void **state)
{
	struct ir_symbol_sources sources = {
		.running_kallsyms = file_kallsyms, .running_notes = file_notes,
	};
	struct ir_build_id id = { .len = 20 };
	struct ir_chains *c = ir_chains_new();
	struct ir_symbols syms;
	struct ir_symbol symbol;
	struct ir_error err = { "" };

	(void)state;
	assert_non_null(c);
	/* Nothing is known of the recorded one. */
	assert_int_equal(ir_symbols_open(&syms, &sources, c, &err), 0);
	assert_int_equal(syms.nr, 0);
	ir_symbols_close(&syms);
	/* It is another one. */
	memset(id.id, 7, sizeof(id.id));
	ir_chains_build_id(c, "[kernel.kallsyms]", 17, &id);
	assert_int_equal(ir_symbols_open(&syms, &sources, c, &err), 0);
	assert_int_equal(syms.nr, 0);
	ir_symbols_close(&syms);
	/* It is the same. */
	memcpy(id.id, build_id, sizeof(id.id));
	ir_chains_build_id(c, "[kernel.kallsyms]", 17, &id);
	assert_int_equal(ir_symbols_open(&syms, &sources, c, &err), 0);
	assert_int_equal(syms.nr, 1);
	assert_true(ir_symbols_find(&syms, MODULE + MOVED + 1, &symbol));
	assert_string_equal(symbol.module, "nvme");
	ir_symbols_close(&syms);
	/* The same build, booted anew: the kernel's functions moved, modules are anywhere. */
	ir_chains_start(c, "[kernel.kallsyms]_text", 23, KERNEL);
	assert_int_equal(ir_symbols_open(&syms, &sources, c, &err), 0);
	assert_true(ir_symbols_find(&syms, KERNEL + DMA_MAP + 1, &symbol));
	assert_string_equal(symbol.name, "dma_map_page_attrs");
	assert_false(ir_symbols_find(&syms, MODULE + 1, &symbol));
	ir_symbols_close(&syms);
	ir_chains_free(c);
}

static void kallsyms_lines(void **state)
{
	static const char text[] =
		"ffffffff81000000 T _text\n"
		"ffffffff81000000 t local_alias\n"
		"ffffffff81000000 T __x64_alias\n"
		"ffffffff81001000 T second\r\n"
		"short\nzzz T x\nffffffff8100200000000 T too_long\n\n"
		"ffffffff81003000 T third";
	struct ir_symbol_table t = { .list = NULL };

	(void)state;
	assert_int_equal(ir_kallsyms_parse(&t, text, strlen(text)), 0);
	assert_int_equal(t.nr, 3);
	assert_string_equal(t.text + t.list[0].name, "_text");
	assert_string_equal(t.text + t.list[1].name, "second");	/* without the carriage return */
	assert_string_equal(t.text + t.list[2].name, "third");
	assert_int_equal(t.text_symbol, UINT64_C(0xffffffff81000000));
	ir_symbol_table_clear(&t);
	assert_int_equal(ir_kallsyms_parse(&t, "", 0), -ENODATA);
	ir_symbol_table_clear(&t);
}

/* Addresses behind the data of a module are not of its last function; lines may end with a carriage return. */
static void behind_a_module(void **state)
{
	static const char text[] =
		"ffffffff81000000 T _text\r\n"
		"ffffffffc0001000 t last\t[first]\r\n"
		"ffffffffc0002000 d data\t[first]\r\n";
	static const struct { uint64_t address; const char *name; } rows[] = {
		{ 0xffffffffc0001ff0, "last" }, { 0xffffffffc0002000, NULL }, { 0xffffffffc0009000, NULL },
	};
	struct ir_symbols syms;
	struct ir_symbol_sources sources = { .kallsyms = path };
	struct ir_chains *c = ir_chains_new();
	struct ir_symbol symbol;
	struct ir_error err;

	(void)state;
	write_file(path, text, sizeof(text) - 1);
	assert_int_equal(ir_symbols_open(&syms, &sources, c, &err), 0);
	for (size_t i = 0; i < NR(rows); i++) {
		assert_int_equal(ir_symbols_find(&syms, rows[i].address, &symbol), rows[i].name != NULL);
		if (rows[i].name) {
			assert_string_equal(symbol.name, rows[i].name);
			assert_string_equal(symbol.module, "first");
		}
	}
	ir_symbols_close(&syms);
	ir_chains_free(c);
}

/* A name that several modules have does not say which one it is. */
static void one_name_in_two_modules(void **state)
{
	static const char text[] =
		"ffffffff81000000 T _text\n"
		"ffffffff81001000 t both\nffffffff81002000 t both\n"
		"ffffffffc0001000 t probe\t[first]\n"
		"ffffffffc0003000 t probe\t[second]\n"
		"ffffffffc0004000 t only\t[second]\n";
	struct ir_symbols syms;
	struct ir_symbol_sources sources = { .kallsyms = path };
	struct ir_chains *c = ir_chains_new();
	struct ir_symbol symbol;
	struct ir_error err;

	(void)state;
	c->named = true;
	write_file(path, text, sizeof(text) - 1);
	assert_int_equal(ir_symbols_open(&syms, &sources, c, &err), 0);
	assert_false(ir_symbols_find_name(&syms, "probe", &symbol));
	assert_true(ir_symbols_find_name(&syms, "only", &symbol));
	assert_string_equal(symbol.module, "second");
	assert_true(ir_symbols_find_name(&syms, "both", &symbol));
	assert_null(symbol.module);
	ir_symbols_close(&syms);
	ir_chains_free(c);
}

/* Of any bytes, nothing is read outside of them. */
static void kallsyms_garbage(void **state)
{
	uint64_t random = 1;
	char text[2048], *copy;
	size_t len = kallsyms_text(text, sizeof(text), 0);

	(void)state;
	for (unsigned int round = 0; round < 20000; round++) {
		struct ir_symbol_table t = { .list = NULL };
		size_t n = 1 + (size_t)random_below(&random, len);

		copy = malloc(n);	/* the end of what may be read */
		assert_non_null(copy);
		memcpy(copy, text, n);
		for (unsigned int i = 0; i < 4; i++)
			copy[random_below(&random, n)] = (char)next_random(&random);
		ir_kallsyms_parse(&t, copy, n);
		ir_symbol_table_clear(&t);
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_another_boot),
		cmocka_unit_test(of_another_boot_by_module),
		cmocka_unit_test(bad_symbol_files),
		cmocka_unit_test(relocated_vmlinux),
		cmocka_unit_test(packed_files),
		cmocka_unit_test(behind_a_function),
		cmocka_unit_test(wrong_build_id),
		cmocka_unit_test(wrong_build_id_of_a_module),
		cmocka_unit_test(unplaced_vmlinux),
		cmocka_unit_test(running_kernel),
		cmocka_unit_test(kallsyms_lines),
		cmocka_unit_test(behind_a_module),
		cmocka_unit_test(one_name_in_two_modules),
		cmocka_unit_test(kallsyms_garbage),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
