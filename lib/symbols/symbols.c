// SPDX-License-Identifier: GPL-2.0-or-later
#include "symbols/symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/decompress.h"
#include "base/unpack.h"
#include "symbols/elf.h"
#include "symbols/kallsyms.h"

#define MAX_FILE	((size_t)256 << 20)
#define FIRST_READ	((size_t)1 << 20)
#define MAX_OFFSET	(UINT64_C(1) << 24)	/* no function is so large: the address is in none */

static bool find_in(const struct ir_symbol_table *t, uint64_t address, struct ir_symbol *symbol)
{
	size_t low = 0, high = t->nr;
	const struct ir_symbol_entry *e;

	if (address < t->start || (t->end && address >= t->end))
		return false;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->list[mid].address <= address)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return false;
	e = &t->list[low - 1];
	if (!e->name || address - e->address >= (e->size ? e->size : MAX_OFFSET))
		return false;
	symbol->name = t->text + e->name;
	symbol->module = e->module ? t->text + e->module : NULL;
	symbol->offset = address - e->address;
	return true;
}

bool ir_symbols_find(const struct ir_symbols *syms, uint64_t address, struct ir_symbol *symbol)
{
	for (size_t i = 0; i < syms->nr; i++)
		if (find_in(&syms->tables[i], address, symbol))
			return true;
	return false;
}

/*
 * By name: for texts, each of whose frames has one.
 */

static int compare_names(const void *a, const void *b, void *table)
{
	const struct ir_symbol_table *t = table;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int order = strcmp(t->text + t->list[x].name, t->text + t->list[y].name);

	if (!order)
		order = strcmp(t->text + t->list[x].module, t->text + t->list[y].module);
	return order ? order : (x > y) - (x < y);
}

static int index_names(struct ir_symbol_table *t)
{
	t->by_name = reallocarray(NULL, t->nr + 1, sizeof(*t->by_name));
	if (!t->by_name)
		return -ENOMEM;
	for (size_t i = 0; i < t->nr; i++)
		t->by_name[i] = (uint32_t)i;
	qsort_r(t->by_name, t->nr, sizeof(*t->by_name), compare_names, t);
	return 0;
}

/* The place in the order of names at which functions of a name begin, or @end. */
static size_t place_of_name(const struct ir_symbol_table *t, const char *name, bool end)
{
	size_t low = 0, high = t->by_name ? t->nr : 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(t->text + t->list[t->by_name[mid]].name, name) < (end ? 1 : 0))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Of several functions of one name the first; NULL: there is none, or they are of different modules. */
static const struct ir_symbol_entry *find_name_in(const struct ir_symbol_table *t, const char *name)
{
	size_t begin = place_of_name(t, name, false), end = place_of_name(t, name, true);
	const struct ir_symbol_entry *first, *last;

	if (begin == end)
		return NULL;
	first = &t->list[t->by_name[begin]];
	last = &t->list[t->by_name[end - 1]];
	return strcmp(t->text + first->module, t->text + last->module) ? NULL : first;
}

bool ir_symbols_find_name(const struct ir_symbols *syms, const char *name,
			  struct ir_symbol *symbol)
{
	for (size_t i = 0; i < syms->nr; i++) {
		const struct ir_symbol_table *t = &syms->tables[i];
		const struct ir_symbol_entry *e = find_name_in(t, name);

		if (!e)
			continue;
		symbol->name = t->text + e->name;
		symbol->module = e->module ? t->text + e->module : NULL;
		symbol->offset = 0;
		return true;
	}
	return false;
}

/* Move all of a table, or, if modules are of another boot, the kernel's part. */
static void shift_table(struct ir_symbol_table *t, uint64_t by, bool kernel_only)
{
	size_t used = 0;

	for (size_t i = 0; i < t->nr; i++) {
		if (kernel_only && t->list[i].module)
			continue;
		t->list[used] = t->list[i];
		t->list[used++].address += by;
	}
	t->nr = used;
	if (t->end) {
		t->start += by;
		t->end += by;
	}
	t->text_symbol += t->text_symbol ? by : 0;
	t->stext_symbol += t->stext_symbol ? by : 0;
}

/*
 * Files.
 */

/* All of a file, which may be a pipe, or compressed; NULL with @err set. */
static char *read_all(const char *path, size_t *len, struct ir_error *err)
{
	int fd = ir_unpacked_open(path, err);
	size_t room = FIRST_READ;
	char *text = NULL, *grown;
	ssize_t got = 1;

	*len = 0;
	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	while (got > 0) {
		if (!text || *len == room) {
			room *= text ? 2 : 1;
			grown = room <= MAX_FILE ? realloc(text, room) : NULL;
			if (!grown) {
				errno = room <= MAX_FILE ? ENOMEM : EFBIG;
				got = -1;
				break;
			}
			text = grown;
		}
		got = read(fd, text + *len, room - *len);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			*len += (size_t)got;
	}
	if (got < 0) {
		ir_error_set(err, -errno, "%s: cannot read: %s", path, strerror(errno));
		free(text);
		text = NULL;
	}
	close(fd);
	return text;
}

#define HEX_ID (2 * IR_BUILD_ID_MAX + 1)

static const char *hex_id(char *out, const struct ir_build_id *id)
{
	for (unsigned int i = 0; i < id->len; i++)
		snprintf(out + (size_t)2 * i, 3, "%02x", id->id[i]);
	out[(size_t)2 * id->len] = '\0';
	return out;
}

static bool same_id(const struct ir_build_id *a, const struct ir_build_id *b)
{
	return a->len == b->len && !memcmp(a->id, b->id, a->len);
}

/* Both known and different is an error. */
static int check_id(const char *path, const struct ir_build_id *file,
		    const struct ir_build_id *recorded, const char *what, struct ir_error *err)
{
	char a[HEX_ID], b[HEX_ID];

	if (!file->len || !recorded || !recorded->len || same_id(file, recorded))
		return 0;
	return ir_error_set(err, -EINVAL,
			    "%s: has build id %s, but that of the recorded %s is %s; give the file of that build",
			    path, hex_id(a, file), what, hex_id(b, recorded));
}

static struct ir_symbol_table *new_table(struct ir_symbols *syms, const char *origin)
{
	struct ir_symbol_table *grown = reallocarray(syms->tables, syms->nr + 1, sizeof(*grown));
	char *copy = strdup(origin);

	if (grown)
		syms->tables = grown;
	if (!grown || !copy || syms->nr >= IR_SYMBOL_TABLES_MAX) {
		free(copy);
		return NULL;
	}
	grown[syms->nr] = (struct ir_symbol_table){ .origin = copy };
	return &grown[syms->nr++];
}

static void drop_table(struct ir_symbols *syms)
{
	ir_symbol_table_clear(&syms->tables[--syms->nr]);
}

static int no_memory(const char *path, struct ir_error *err)
{
	return ir_error_set(err, -ENOMEM, "%s: out of memory", path);
}

/*
 * The addresses of the recorded kernel.
 */

struct start {
	const char *symbol;
	uint64_t address;	/* 0: not known */
};

/* The table's address of a symbol at the beginning of the kernel. */
static uint64_t start_symbol_address(const struct ir_symbol_table *t, const char *symbol)
{
	return !strcmp(symbol, "_stext") ? t->stext_symbol : t->text_symbol;
}

static struct start start_of_table(const struct ir_symbol_table *t)
{
	if (t->text_symbol)
		return (struct start){ "_text", t->text_symbol };
	return (struct start){ "_stext", t->stext_symbol };
}

static struct start recorded_start(const struct ir_chains *chains)
{
	return (struct start){ chains->start_symbol, chains->start_address };
}

static const struct ir_kernel_range *range_of_module(const struct ir_chains *chains,
						     const char *module)
{
	for (uint32_t i = 0; i < chains->nr_ranges; i++)
		if (chains->ranges[i].module && !strcmp(chains->ranges[i].module, module))
			return &chains->ranges[i];
	return NULL;
}

#define CHECKED_MODULES 512u	/* those that are looked for; Debian loads some 100 */

/* Whether a function of the module lies in @range; *@here: the address of the first one. */
static bool module_fits(const struct ir_symbol_table *t, const struct ir_kernel_range *range, uint64_t *here)
{
	bool seen = false, is_it = false;
	uint32_t module = 0;

	/* Functions of a module mostly stand together, and have its name in common. */
	for (size_t i = 0; i < t->nr; i++) {
		const struct ir_symbol_entry *e = &t->list[i];

		if (e->module != module) {
			module = e->module;
			is_it = module && !strcmp(t->text + module, range->module);
		}
		if (!is_it || !e->name)
			continue;
		if (e->address >= range->start && e->address < range->end)
			return true;
		if (!seen)
			*here = e->address;
		seen = true;
	}
	return !seen;
}

/*
 * A module that was somewhere else; NULL: there is none.  Modules move at each boot,
 * even where the kernel does not.
 */
static const struct ir_kernel_range *moved_module(const struct ir_symbol_table *t,
						  const struct ir_chains *chains, uint64_t *here)
{
	for (uint32_t i = 0; i < chains->nr_ranges && i < CHECKED_MODULES; i++)
		if (chains->ranges[i].module && !module_fits(t, &chains->ranges[i], here))
			return &chains->ranges[i];
	return NULL;
}

static int check_boot(const struct ir_symbol_table *t, struct start recorded,
		      const struct ir_chains *chains, struct ir_error *err)
{
	uint64_t here = recorded.address ? start_symbol_address(t, recorded.symbol) : 0;
	const struct ir_kernel_range *range = NULL;
	const char *what = recorded.symbol;
	uint64_t there = recorded.address;

	if (!here || here == recorded.address) {
		range = moved_module(t, chains, &here);
		if (!range)
			return 0;
		what = range->module;
		there = range->start;
	}
	return ir_error_set(err, -EINVAL,
			    "%s: is of another boot or kernel: %s is at 0x%" PRIx64
			    " in it, and was at 0x%" PRIx64
			    " in the recording; copy /proc/kallsyms while recording, as root",
			    t->origin, what, here, there);
}

/*
 * The sources.
 */

static int parse_text(struct ir_symbols *syms, const char *origin, const char *text, size_t len)
{
	struct ir_symbol_table *t = new_table(syms, origin);
	int rc = t ? ir_kallsyms_parse(t, text, len) : -ENOMEM;

	if (t && rc)
		drop_table(syms);
	return rc;
}

static int add_kallsyms(struct ir_symbols *syms, const char *path, struct start recorded,
			const struct ir_chains *chains, struct ir_error *err)
{
	size_t len;
	char *text = read_all(path, &len, err);
	const char *tool;
	int rc;

	if (!text)
		return -EIO;
	tool = ir_packed_by(text, len);	/* of a pipe; others are unpacked by now */
	rc = tool ? -EINVAL : parse_text(syms, path, text, len);
	free(text);
	if (tool)
		return ir_error_set(err, rc, "%s: is compressed by %s; unpack it: %s -dc FILE >UNPACKED, and give that",
				    path, tool, tool);
	if (rc == -EACCES)
		return ir_error_set(err, rc,
				    "%s: all addresses are zero; copy /proc/kallsyms as root", path);
	if (rc == -ENODATA)
		return ir_error_set(err, rc,
				    "%s: has no line of \"address type name\"; it is to be a copy of /proc/kallsyms",
				    path);
	if (rc)
		return no_memory(path, err);
	return check_boot(&syms->tables[syms->nr - 1], recorded, chains, err);
}

/* Kernels are moved at boot (KASLR): the address of their first symbol shows by how much. */
static int place_vmlinux(struct ir_symbol_table *t, struct start recorded,
			 const struct ir_chains *chains, struct ir_error *err)
{
	uint64_t linked = recorded.address ? start_symbol_address(t, recorded.symbol) : 0;

	if (linked) {
		shift_table(t, recorded.address - linked, false);
		return 0;
	}
	/* It has not moved if what was called lies within. */
	if (!chains->nr_frames || chains->named ||
	    (chains->frames[0] >= t->start && chains->frames[0] < t->end))
		return 0;
	return ir_error_set(err, -EINVAL,
			    "%s: the recording does not have the address of the kernel, and it was not the one of this file; give --kallsyms, too",
			    t->origin);
}

static int add_vmlinux(struct ir_symbols *syms, const char *path, struct start recorded,
		       const struct ir_chains *chains, struct ir_error *err)
{
	struct ir_elf *elf = ir_elf_open(path, err);
	struct ir_symbol_table *t;
	struct ir_build_id id;
	int rc;

	if (!elf)
		return -EINVAL;
	rc = ir_elf_build_id(elf, &id) ? no_memory(path, err) :
					 check_id(path, &id, &chains->build_id, "kernel", err);
	if (!rc) {
		t = new_table(syms, path);
		rc = t ? ir_elf_symbols(elf, t, NULL, 0) : -ENOMEM;
		if (rc == -ENOMEM)
			no_memory(path, err);
		else if (rc)
			ir_error_set(err, rc, "%s: has no symbols of functions: it was stripped",
				     path);
		else
			rc = place_vmlinux(t, recorded, chains, err);
	}
	ir_elf_close(elf);
	return rc;
}

static bool ends_with(const char *name, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && !memcmp(name + len - n, end, n);
}

/* "nvme.ko", "nvme.ko.xz", "nvme.ko.debug": which of the recorded modules that is; NULL: none. */
static const struct ir_kernel_range *range_of_file(const struct ir_chains *chains, const char *name)
{
	static const char *const packed[] = { ".gz", ".xz", ".zst" };
	size_t len = strlen(name);
	char module[64];

	for (size_t i = 0; i < 3; i++)
		if (ends_with(name, len, packed[i]))
			len -= strlen(packed[i]);
	if (!ends_with(name, len, ".ko") && !ends_with(name, len, ".ko.debug"))
		return NULL;
	if (!ir_module_name(module, name, len))
		return NULL;
	return range_of_module(chains, module);
}

static int add_module(struct ir_symbols *syms, const char *path, const struct ir_chains *chains,
		      const struct ir_kernel_range *range, struct ir_error *err)
{
	struct ir_elf *elf = ir_elf_open(path, err);
	struct ir_symbol_table *t;
	struct ir_build_id id;
	int rc;

	if (!elf)
		return -EINVAL;
	rc = ir_elf_build_id(elf, &id) ? no_memory(path, err) :
					 check_id(path, &id, ir_chains_module_id(chains, range->module), "module", err);
	if (!rc) {
		t = new_table(syms, path);
		rc = t ? ir_elf_symbols(elf, t, range->module, range->start) : -ENOMEM;
		if (rc == -ENODATA) {	/* stripped: its debug file may follow */
			drop_table(syms);
			rc = 0;
		} else if (rc) {
			no_memory(path, err);
		} else {
			t->start = range->start;
			t->end = range->end;
		}
	}
	ir_elf_close(elf);
	return rc;
}

static int add_modules(struct ir_symbols *syms, const char *dir, const struct ir_chains *chains,
		       struct ir_error *err)
{
	char *paths[] = { (char *)(uintptr_t)dir, NULL };
	const struct ir_kernel_range *range;
	size_t before = syms->nr, seen = 0;
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;
	int rc = 0;

	if (!fts)
		return ir_error_set(err, -errno, "%s: cannot read: %s", dir, strerror(errno));
	while (!rc && (entry = fts_read(fts))) {
		if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
		    (entry->fts_info == FTS_NS && !entry->fts_level)) {
			rc = ir_error_set(err, -entry->fts_errno, "%s: cannot read: %s",
					  entry->fts_path, strerror(entry->fts_errno));
		} else if (entry->fts_info == FTS_F && strstr(entry->fts_name, ".ko")) {
			seen++;
			range = range_of_file(chains, entry->fts_name);
			if (range)
				rc = add_module(syms, entry->fts_path, chains, range, err);
		}
	}
	fts_close(fts);
	if (!rc && !chains->nr_ranges && !chains->named)
		return ir_error_set(err, -EINVAL,
				    "%s: the recording does not have the addresses of its modules; give --kallsyms instead",
				    dir);
	if (!rc && syms->nr == before && !chains->named)
		return ir_error_set(err, -ENOENT,
				    "%s: has no .ko file with symbols of a module that was loaded (%zu files ending in .ko or .ko.*)",
				    dir, seen);
	return rc;
}

/* The running kernel's, if it is the recorded one; that there are none is no error. */
static int add_running(struct ir_symbols *syms, const struct ir_symbol_sources *sources,
		       const struct ir_chains *chains, struct start recorded)
{
	struct ir_error ignored = { "" };
	struct ir_symbol_table *t;
	struct ir_build_id id;
	uint64_t here, by = 0;
	char *text;
	size_t len;
	int rc;

	if (!sources->running_notes || !sources->running_kallsyms || !chains->build_id.len)
		return 0;
	text = read_all(sources->running_notes, &len, &ignored);
	if (!text)
		return errno == ENOMEM ? -ENOMEM : 0;
	id = ir_notes_build_id((unsigned char *)text, len, IR_HOST_BIG);
	free(text);
	if (!id.len || !same_id(&id, &chains->build_id))
		return 0;
	text = read_all(sources->running_kallsyms, &len, &ignored);
	if (!text)
		return errno == ENOMEM ? -ENOMEM : 0;
	rc = parse_text(syms, "the running kernel", text, len);
	free(text);
	if (rc)
		return rc == -ENOMEM ? rc : 0;
	t = &syms->tables[syms->nr - 1];
	/* The same build, but perhaps another boot: then its modules are elsewhere. */
	if (recorded.address && start_symbol_address(t, recorded.symbol))
		by = recorded.address - start_symbol_address(t, recorded.symbol);
	if (by || moved_module(t, chains, &here))
		shift_table(t, by, true);
	return 0;
}

static int add_recorded(struct ir_symbols *syms, const struct ir_chains *chains, struct ir_error *err)
{
	int rc;

	if (!chains->kallsyms)
		return 0;
	rc = parse_text(syms, "the recording", chains->kallsyms, chains->kallsyms_len);
	return rc == -ENOMEM ? no_memory("the recording", err) : 0;
}

/* The files that were given go in front of what was put in already. */
static void move_to_front(struct ir_symbols *syms, size_t from)
{
	struct ir_symbol_table moved;

	for (size_t i = from, to = 0; i < syms->nr; i++, to++) {
		moved = syms->tables[i];
		memmove(&syms->tables[to + 1], &syms->tables[to],
			(i - to) * sizeof(*syms->tables));
		syms->tables[to] = moved;
	}
}

static int open_all(struct ir_symbols *syms, const struct ir_symbol_sources *sources,
		    const struct ir_chains *chains, struct ir_error *err)
{
	struct start recorded = recorded_start(chains);
	size_t from;
	int rc = add_recorded(syms, chains, err);

	if (!rc && !recorded.address && syms->nr)
		recorded = start_of_table(&syms->tables[0]);
	from = syms->nr;
	if (!rc && sources->kallsyms) {
		rc = add_kallsyms(syms, sources->kallsyms, recorded, chains, err);
		move_to_front(syms, from);
	}
	if (!rc && !recorded.address && syms->nr)
		recorded = start_of_table(&syms->tables[0]);
	from = syms->nr;
	if (!rc && sources->vmlinux)
		rc = add_vmlinux(syms, sources->vmlinux, recorded, chains, err);
	if (!rc && sources->modules)
		rc = add_modules(syms, sources->modules, chains, err);
	move_to_front(syms, from);
	if (!rc && !chains->kallsyms && !sources->kallsyms &&
	    add_running(syms, sources, chains, recorded))
		rc = no_memory("the running kernel's symbols", err);
	return rc;
}

/* "a, b and 3 more" */
static char *describe_origins(const struct ir_symbols *syms)
{
	char *text = NULL;
	int rc = -1;

	if (syms->nr == 1)
		rc = asprintf(&text, "%s", syms->tables[0].origin);
	else if (syms->nr == 2)
		rc = asprintf(&text, "%s, %s", syms->tables[0].origin, syms->tables[1].origin);
	else if (syms->nr)
		rc = asprintf(&text, "%s, %s and %zu more", syms->tables[0].origin,
			      syms->tables[1].origin, syms->nr - 2);
	return rc < 0 ? NULL : text;
}

int ir_symbols_open(struct ir_symbols *syms, const struct ir_symbol_sources *sources,
		    const struct ir_chains *chains, struct ir_error *err)
{
	int rc;

	*syms = (struct ir_symbols){ .tables = NULL };
	rc = open_all(syms, sources, chains, err);
	for (size_t i = 0; !rc && chains->named && i < syms->nr; i++)
		if (index_names(&syms->tables[i]))
			rc = no_memory(syms->tables[i].origin, err);
	if (rc) {
		ir_symbols_close(syms);
		return rc;
	}
	syms->origin = describe_origins(syms);
	return 0;
}

void ir_symbols_close(struct ir_symbols *syms)
{
	for (size_t i = 0; i < syms->nr; i++)
		ir_symbol_table_clear(&syms->tables[i]);
	free(syms->tables);
	free(syms->origin);
	*syms = (struct ir_symbols){ .tables = NULL };
}
