// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads functions and build ids of vmlinux and modules, with libelf. */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/unpack.h"
#include "symbols/elf.h"

#define MAX_SECTIONS 65536u

struct ir_elf {
	int fd;
	Elf *elf;
	GElf_Ehdr head;
	bool big;
};

void ir_elf_close(struct ir_elf *e)
{
	if (!e)
		return;
	if (e->elf)
		elf_end(e->elf);
	close(e->fd);
	free(e);
}

/* Why it cannot be read. */
static void not_elf(const char *path, int code, struct ir_error *err)
{
	if (code == ENOMEM)
		ir_error_set(err, -ENOMEM, "%s: out of memory", path);
	else
		ir_error_set(err, -EINVAL, "%s: not an ELF file (vmlinuz is not vmlinux)", path);
}

struct ir_elf *ir_elf_open(const char *path, struct ir_error *err)
{
	struct ir_elf *e = calloc(1, sizeof(*e));

	if (!e) {
		ir_error_set(err, -ENOMEM, "%s: out of memory", path);
		return NULL;
	}
	e->fd = ir_unpacked_open(path, err);
	if (e->fd < 0) {
		free(e);
		return NULL;
	}
	errno = 0;	/* so that errors of libelf differ from those of the system */
	if (elf_version(EV_CURRENT) != EV_NONE)
		e->elf = elf_begin(e->fd, ELF_C_READ, NULL);
	if (!e->elf || elf_kind(e->elf) != ELF_K_ELF || !gelf_getehdr(e->elf, &e->head)) {
		not_elf(path, errno, err);
		ir_elf_close(e);
		return NULL;
	}
	e->big = e->head.e_ident[EI_DATA] == ELFDATA2MSB;
	return e;
}

struct ir_build_id ir_notes_build_id(const unsigned char *notes, size_t len, bool big)
{
	struct ir_build_id id = { .len = 0 };
	size_t at = 0;

	while (len - at >= 12) {
		uint64_t name = ir_load32(notes + at, big), desc = ir_load32(notes + at + 4, big);
		uint64_t data = at + 12 + ((name + 3) & ~UINT64_C(3));
		uint64_t next = data + ((desc + 3) & ~UINT64_C(3));

		if (data > len || desc > len - data)
			break;
		if (ir_load32(notes + at + 8, big) == NT_GNU_BUILD_ID && name == 4 &&
		    !memcmp(notes + at + 12, "GNU", 4) && desc && desc <= IR_BUILD_ID_MAX) {
			id.len = (uint8_t)desc;
			memcpy(id.id, notes + data, desc);
			break;
		}
		if (next > len)
			break;
		at = (size_t)next;
	}
	return id;
}

int ir_elf_build_id(struct ir_elf *e, struct ir_build_id *id)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	id->len = 0;
	errno = 0;
	while (!id->len && (scn = elf_nextscn(e->elf, scn))) {
		Elf_Data *data;

		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_NOTE)
			continue;
		data = elf_rawdata(scn, NULL);
		if (data && data->d_buf)
			*id = ir_notes_build_id(data->d_buf, data->d_size, e->big);
	}
	return errno == ENOMEM ? -ENOMEM : 0;
}

/*
 * The place of each section of a module: those with code stand in the order of the
 * file, from .text on, without the ones that are freed after init (layout_sections()
 * of kernel/module/main.c, Linux 6.12).  UINT64_MAX: not among them.  NULL: there
 * are no sections, or no memory (errno is ENOMEM).
 */
static uint64_t *place_sections(struct ir_elf *e, uint64_t text, size_t *nr)
{
	size_t count, names;
	uint64_t *base, at = text;
	bool begun = false;
	Elf_Scn *scn = NULL;
	GElf_Shdr sh;

	if (elf_getshdrnum(e->elf, &count) || count > MAX_SECTIONS ||
	    elf_getshdrstrndx(e->elf, &names))
		return NULL;
	base = malloc((count + 1) * sizeof(*base));
	for (size_t i = 0; base && i <= count; i++)
		base[i] = UINT64_MAX;
	while (base && (scn = elf_nextscn(e->elf, scn))) {
		const char *name = gelf_getshdr(scn, &sh) ? elf_strptr(e->elf, names, sh.sh_name) : NULL;

		if (!name || !(sh.sh_flags & SHF_EXECINSTR) || !(sh.sh_flags & SHF_ALLOC))
			continue;
		if (e->head.e_type != ET_REL) {
			base[elf_ndxscn(scn)] = 0;	/* symbols have addresses */
			continue;
		}
		begun |= !strcmp(name, ".text");
		if (!begun || !strncmp(name, ".init", 5))
			continue;
		if (sh.sh_addralign > 1 && !(sh.sh_addralign & (sh.sh_addralign - 1)))
			at = (at + sh.sh_addralign - 1) & ~(sh.sh_addralign - 1);
		base[elf_ndxscn(scn)] = at;
		at += sh.sh_size;
	}
	*nr = count;
	return base;
}

static void note_start(struct ir_symbol_table *t, const char *name, uint64_t address)
{
	if (!strcmp(name, "_text"))
		t->text_symbol = address;
	else if (!strcmp(name, "_stext"))
		t->stext_symbol = address;
}

static int add_symbol(struct ir_symbol_table *t, const GElf_Sym *sym, const char *name,
		      uint32_t module, uint64_t base)
{
	struct ir_symbol_entry entry = { .address = base + sym->st_value, .module = module };
	size_t len = strlen(name);

	entry.name = ir_symbol_text(t, name, len);
	entry.rank = ir_symbol_rank(name, len, GELF_ST_BIND(sym->st_info) == STB_GLOBAL);
	entry.size = sym->st_size <= UINT32_MAX ? (uint32_t)sym->st_size : 0;
	if (!entry.name || ir_symbol_add(t, &entry))
		return -ENOMEM;
	if (entry.address + sym->st_size > t->end)
		t->end = entry.address + sym->st_size;
	return 0;
}

static int add_symbols(struct ir_elf *e, Elf_Scn *scn, const GElf_Shdr *sh,
		       struct ir_symbol_table *t, uint32_t module, const uint64_t *base, size_t nr)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	int rc = 0;

	if (!data || !sh->sh_entsize)
		return 0;
	for (size_t i = 0; !rc && i < sh->sh_size / sh->sh_entsize && i <= INT32_MAX; i++) {
		const char *name;
		GElf_Sym sym;
		int type;

		if (!gelf_getsym(data, (int)i, &sym))
			break;
		name = elf_strptr(e->elf, sh->sh_link, sym.st_name);
		type = GELF_ST_TYPE(sym.st_info);
		if (!name || !*name)
			continue;
		if (e->head.e_type != ET_REL)
			note_start(t, name, sym.st_value);
		if (name[0] == '$' || (name[0] == '.' && name[1] == 'L') ||
		    (type != STT_FUNC && type != STT_NOTYPE) || sym.st_shndx == SHN_UNDEF ||
		    sym.st_shndx >= nr || base[sym.st_shndx] == UINT64_MAX)
			continue;
		rc = add_symbol(t, &sym, name, module, base[sym.st_shndx]);
	}
	return rc;
}

int ir_elf_symbols(struct ir_elf *e, struct ir_symbol_table *t, const char *module, uint64_t text)
{
	uint32_t module_text = 0;
	Elf_Scn *scn = NULL;
	uint64_t *base;
	GElf_Shdr sh;
	size_t nr;
	int rc = 0;

	if (module) {
		module_text = ir_symbol_text(t, module, strlen(module));
		if (!module_text)
			return -ENOMEM;
	}
	errno = 0;
	base = place_sections(e, text, &nr);
	if (!base)
		return errno == ENOMEM ? -ENOMEM : -ENODATA;
	while (!rc && (scn = elf_nextscn(e->elf, scn)))
		if (gelf_getshdr(scn, &sh) && sh.sh_type == SHT_SYMTAB)
			rc = add_symbols(e, scn, &sh, t, module_text, base, nr);
	free(base);
	/* Without memory libelf has no sections and no names. */
	if (!rc && errno == ENOMEM)
		rc = -ENOMEM;
	ir_symbol_sort(t);
	if (!rc && !t->nr)
		rc = -ENODATA;
	if (t->nr)
		t->start = t->list[0].address;
	return rc;
}
