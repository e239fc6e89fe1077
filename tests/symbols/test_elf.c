// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ELF files made by hand: which symbols are functions, where the sections of a module
 * lie, build ids, and files that are damaged.
 */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "symbols/elf.h"
#include "test_path.h"

#define MAX_SYMBOLS	16
#define TEXT_AT		UINT64_C(0x3ff80000000)	/* where the module's .text was loaded */

enum { S_NULL, S_DATA, S_TEXT, S_INIT, S_MORE, S_NOTE, S_SYMTAB, S_STRTAB, S_NAMES, SECTIONS };

static const char section_names[] =
	"\0.data\0.text\0.init.text\0.text.more\0.note.gnu.build-id\0.symtab\0.strtab\0.shstrtab";

/* A file of 64 bits, little-endian; what a test makes wrong it changes before writing. */
struct file {
	Elf64_Ehdr head;
	unsigned char note[32];
	Elf64_Sym symbols[MAX_SYMBOLS];
	char strings[512];
	char names[sizeof(section_names)];
	Elf64_Shdr sections[SECTIONS];
	size_t nr_symbols, strings_len;
};

static uint32_t name_at(const char *name)
{
	for (size_t i = 0; i < sizeof(section_names); i += strlen(section_names + i) + 1)
		if (!strcmp(section_names + i, name))
			return (uint32_t)i;
	fail_msg("%s", name);
	return 0;
}

static Elf64_Shdr section(const char *name, uint32_t type, uint64_t flags, size_t at, uint64_t size)
{
	return (Elf64_Shdr){ .sh_name = name_at(name), .sh_type = type, .sh_flags = flags,
			     .sh_offset = at, .sh_size = size, .sh_addralign = 1 };
}

static void add(struct file *f, const char *name, unsigned char info, uint16_t where, uint64_t value,
		uint64_t size)
{
	assert_true(f->nr_symbols < MAX_SYMBOLS);
	f->symbols[f->nr_symbols++] = (Elf64_Sym){
		.st_name = (uint32_t)f->strings_len, .st_info = info, .st_shndx = where,
		.st_value = value, .st_size = size,
	};
	strcpy(f->strings + f->strings_len, name);
	f->strings_len += strlen(name) + 1;
}

static void add_function(struct file *f, const char *name, uint16_t where, uint64_t value)
{
	add(f, name, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), where, value, 16);
}

static void begin(struct file *f, uint16_t type)
{
	static const uint32_t note[3] = { 4, 4, NT_GNU_BUILD_ID };
	const uint64_t code = SHF_ALLOC | SHF_EXECINSTR;

	memset(f, 0, sizeof(*f));
	memcpy(f->head.e_ident, ELFMAG "\2\1\1", 7);
	f->head.e_type = type;
	f->head.e_machine = EM_X86_64;
	f->head.e_version = EV_CURRENT;
	f->head.e_ehsize = sizeof(f->head);
	f->head.e_shoff = offsetof(struct file, sections);
	f->head.e_shentsize = sizeof(Elf64_Shdr);
	f->head.e_shnum = SECTIONS;
	f->head.e_shstrndx = S_NAMES;
	memcpy(f->note, note, sizeof(note));
	memcpy(f->note + 12, "GNU\0\1\2\3\4", 8);
	memcpy(f->names, section_names, sizeof(section_names));
	f->sections[S_DATA] = section(".data", SHT_NOBITS, SHF_ALLOC, 0, 64);
	f->sections[S_TEXT] = section(".text", SHT_NOBITS, code, 0, 100);
	f->sections[S_INIT] = section(".init.text", SHT_NOBITS, code, 0, 100);
	f->sections[S_MORE] = section(".text.more", SHT_NOBITS, code, 0, 100);
	f->sections[S_MORE].sh_addralign = 64;
	f->sections[S_NOTE] = section(".note.gnu.build-id", SHT_NOTE, SHF_ALLOC,
				      offsetof(struct file, note), 20);
	f->sections[S_SYMTAB] = section(".symtab", SHT_SYMTAB, 0, offsetof(struct file, symbols), 0);
	f->sections[S_SYMTAB].sh_entsize = sizeof(Elf64_Sym);
	f->sections[S_SYMTAB].sh_link = S_STRTAB;
	f->sections[S_STRTAB] = section(".strtab", SHT_STRTAB, 0, offsetof(struct file, strings),
					sizeof(f->strings));
	f->sections[S_NAMES] = section(".shstrtab", SHT_STRTAB, 0, offsetof(struct file, names),
				       sizeof(f->names));
	f->strings_len = 1;
	add(f, "", 0, 0, 0, 0);
}

static struct ir_elf *write_and_open(struct file *f)
{
	struct ir_error err = { "" };
	struct ir_elf *e;
	FILE *out = fopen(path, "wb");

	assert_non_null(out);
	f->sections[S_SYMTAB].sh_size = f->nr_symbols * sizeof(Elf64_Sym);
	assert_int_equal(fwrite(f, sizeof(*f), 1, out), 1);
	assert_int_equal(fclose(out), 0);
	e = ir_elf_open(path, &err);
	if (!e)
		fail_msg("%s", err.text);
	return e;
}

/* The result of ir_elf_symbols(); @want: "name=address ...", in the order of addresses. */
static void assert_symbols(struct file *f, const char *module, int rc, const char *want)
{
	struct ir_symbol_table t = { .nr = 0 };
	struct ir_elf *e = write_and_open(f);
	char got[512] = "";
	size_t len = 0;

	assert_int_equal(ir_elf_symbols(e, &t, module, module ? TEXT_AT : 0), rc);
	for (size_t i = 0; i < t.nr; i++)
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%s=%llx", i ? " " : "",
					t.text + t.list[i].name,
					(unsigned long long)t.list[i].address);
	assert_string_equal(got, want);
	ir_symbol_table_clear(&t);
	ir_elf_close(e);
}

/* Functions, and labels without a type; not data, not what is elsewhere, no local labels. */
static void test_which_symbols_are_functions(void **state)
{
	const unsigned char notype = ELF64_ST_INFO(STB_LOCAL, STT_NOTYPE);
	struct file f;

	(void)state;
	begin(&f, ET_EXEC);
	add_function(&f, "second", S_TEXT, 0x1040);
	add_function(&f, "first", S_TEXT, 0x1000);
	add(&f, "label", notype, S_TEXT, 0x1080, 0);
	add(&f, "$x", notype, S_TEXT, 0x1090, 0);
	add(&f, ".L7", notype, S_TEXT, 0x1094, 0);
	add(&f, ".text_of", notype, S_TEXT, 0x1098, 0);
	add(&f, "data", ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), S_TEXT, 0x10a0, 8);
	add_function(&f, "variable", S_DATA, 0x2000);
	add_function(&f, "elsewhere", SHN_UNDEF, 0x3000);
	add_function(&f, "absolute", SHN_ABS, 0x3000);
	add_function(&f, "nowhere", 200, 0x3000);
	add_function(&f, "", S_TEXT, 0x1100);
	assert_symbols(&f, NULL, 0, "first=1000 second=1040 label=1080 .text_of=1098");
}

/* Sections with code stand one behind the other from .text on; those of init are gone. */
static void test_where_the_sections_of_a_module_lie(void **state)
{
	struct file f;

	(void)state;
	begin(&f, ET_REL);
	add_function(&f, "main", S_TEXT, 0x10);
	add_function(&f, "more", S_MORE, 0x4);
	add_function(&f, "init_module", S_INIT, 0);
	/* .text has 100 bytes, .text.more begins at the next multiple of 64 */
	assert_symbols(&f, "nvme", 0, "main=3ff80000010 more=3ff80000084");
	/* an alignment that is none counts for nothing */
	begin(&f, ET_REL);
	f.sections[S_MORE].sh_addralign = 48;
	add_function(&f, "more", S_MORE, 0x4);
	assert_symbols(&f, "nvme", 0, "more=3ff80000068");
}

/* _text and _stext tell how far the kernel was moved; a function's size, how far it goes. */
static void test_what_a_kernel_begins_with(void **state)
{
	struct ir_symbol_table t = { .nr = 0 };
	struct ir_elf *e;
	struct file f;

	(void)state;
	begin(&f, ET_EXEC);
	add(&f, "_text", 0, S_TEXT, 0x1000, 0);
	add(&f, "_stext", 0, S_TEXT, 0x1200, 0);
	add_function(&f, "last", S_TEXT, 0x1300);
	f.symbols[f.nr_symbols - 1].st_size = 0x50;
	add(&f, "huge", ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), S_TEXT, 0x1100, UINT64_C(1) << 33);
	e = write_and_open(&f);
	assert_int_equal(ir_elf_symbols(e, &t, NULL, 0), 0);
	assert_int_equal(t.text_symbol, 0x1000);
	assert_int_equal(t.stext_symbol, 0x1200);
	assert_int_equal(t.nr, 4);
	assert_int_equal(t.start, 0x1000);
	assert_int_equal(t.list[1].size, 0);	/* does not fit: not known */
	assert_int_equal(t.list[3].size, 0x50);
	ir_symbol_table_clear(&t);
	ir_elf_close(e);
}

/* Tables that are damaged have no symbols, or fewer. */
static void test_damaged_tables(void **state)
{
	struct file f;

	(void)state;
	begin(&f, ET_EXEC);
	assert_symbols(&f, NULL, -ENODATA, "");
	add_function(&f, "first", S_TEXT, 0x1000);
	add_function(&f, "second", S_TEXT, 0x2000);
	f.sections[S_SYMTAB].sh_entsize = 0;
	assert_symbols(&f, NULL, -ENODATA, "");
	f.sections[S_SYMTAB].sh_entsize = sizeof(Elf64_Sym);
	f.symbols[1].st_name = 100000;
	assert_symbols(&f, NULL, 0, "second=2000");
	f.sections[S_SYMTAB].sh_link = S_TEXT;
	assert_symbols(&f, NULL, -ENODATA, "");
	f.sections[S_SYMTAB].sh_link = S_STRTAB;
	f.sections[S_TEXT].sh_name = 100000;
	assert_symbols(&f, NULL, -ENODATA, "");
	f.sections[S_TEXT].sh_name = name_at(".text");
	f.head.e_shstrndx = 77;
	assert_symbols(&f, NULL, -ENODATA, "");
	f.head.e_shstrndx = S_NAMES;
	f.head.e_shnum = 0;
	f.head.e_shoff = 0;
	assert_symbols(&f, NULL, -ENODATA, "");
}

static void assert_build_id(struct file *f, unsigned int len)
{
	struct ir_elf *e = write_and_open(f);
	struct ir_build_id id;

	assert_int_equal(ir_elf_build_id(e, &id), 0);
	assert_int_equal(id.len, len);
	if (len)
		assert_memory_equal(id.id, "\1\2\3\4", len);
	ir_elf_close(e);
}

static void test_build_id_of_a_file(void **state)
{
	struct file f;

	(void)state;
	begin(&f, ET_EXEC);
	assert_build_id(&f, 4);
	f.note[12] = 'g';
	assert_build_id(&f, 0);
	f.note[12] = 'G';
	f.sections[S_NOTE].sh_size = 0;
	assert_build_id(&f, 0);
	f.sections[S_NOTE].sh_size = UINT64_C(1) << 40;
	assert_build_id(&f, 0);
	f.sections[S_NOTE].sh_type = SHT_PROGBITS;
	assert_build_id(&f, 0);
}

static unsigned int notes_id(const uint32_t *words, size_t len)
{
	return ir_notes_build_id((const unsigned char *)words, len, false).len;
}

/* Notes one behind the other; no size is believed that leads out of them. */
static void test_notes(void **state)
{
	uint32_t gnu, notes[] = {
		5, 6, 1, 0x6f6f6f6f, 0x6f, 1, 2,		/* 5 bytes of name, 6 of data, padded */
		4, 4, NT_GNU_BUILD_ID, 0, 0x04030201,
	};

	(void)state;
	memcpy(&gnu, "GNU", 4);
	notes[10] = gnu;
	assert_int_equal(notes_id(notes, sizeof(notes)), 4);
	for (size_t len = 0; len < sizeof(notes); len++)
		assert_int_equal(notes_id(notes, len), 0);
	notes[8] = 0;				/* an id of no bytes, */
	assert_int_equal(notes_id(notes, sizeof(notes)), 0);
	notes[8] = UINT32_MAX;			/* and of too many */
	assert_int_equal(notes_id(notes, sizeof(notes)), 0);
	notes[8] = 4;
	notes[0] = UINT32_MAX - 2;
	assert_int_equal(notes_id(notes, sizeof(notes)), 0);
	notes[0] = 5;
	notes[1] = UINT32_MAX;
	assert_int_equal(notes_id(notes, sizeof(notes)), 0);
	notes[1] = 6;
	notes[9] = 1;				/* another kind of note */
	assert_int_equal(notes_id(notes, sizeof(notes)), 0);
}

static void assert_refused(const char *content, size_t len, const char *says)
{
	struct ir_error err = { "" };
	FILE *out = fopen(path, "wb");

	assert_non_null(out);
	assert_int_equal(fwrite(content, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
	assert_null(ir_elf_open(path, &err));
	if (!strstr(err.text, says) || !strstr(err.text, path))
		fail_msg("\"%s\" does not say \"%s\"", err.text, says);
}

/* A file that is no kernel gets a message with its kind and what to do. */
static void test_other_files(void **state)
{
	struct ir_error err = { "" };

	(void)state;
	assert_refused("", 0, "not an ELF file");
	assert_refused("MZ and more", 11, "not an ELF file (vmlinuz is not vmlinux)");
	assert_refused("\x1f\x8b\x08\0\0\0\0\0\0", 9, "is cut or damaged");
	assert_refused("\x28\xb5\x2f\xfd\0\0\0\0", 8, "is cut or damaged");
	assert_refused("BZh91AY&SY", 10, "is compressed by bzip2; unpack it");
	assert_refused(ELFMAG "\2\1\1", 7, "not an ELF file");
	assert_null(ir_elf_open("/nonexistent/vmlinux", &err));
	assert_non_null(strstr(err.text, "/nonexistent/vmlinux: cannot open: No such file"));
	ir_elf_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which_symbols_are_functions),
		cmocka_unit_test(test_where_the_sections_of_a_module_lie),
		cmocka_unit_test(test_what_a_kernel_begins_with),
		cmocka_unit_test(test_damaged_tables),
		cmocka_unit_test(test_build_id_of_a_file),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_other_files),
	};

	return cmocka_run_group_tests(tests, make_path, remove_path);
}
