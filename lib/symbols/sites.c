// SPDX-License-Identifier: GPL-2.0-or-later
#include "symbols/sites.h"
#include "symbols/plumbing.h"

#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A table with all that it consists of. */
struct table {
	struct ir_site_table table;
	struct ir_site *sites;
	struct ir_frame *frames;
	void *strings;		/* tsearch(): each once */
	unsigned int refs;
	bool no_memory;
};

/* A chain on its way to a site. */
struct placed {
	uint32_t chain;
	uint32_t caller;	/* the call site, counted from the innermost frame */
	uint64_t key;		/* its address or name */
	uint64_t mappings;
};

int ir_chain_count(struct ir_chain_totals *totals, const struct ir_op *op)
{
	struct ir_chain_total *t;

	if (op->site >= totals->nr) {
		uint32_t nr = totals->nr ? totals->nr : 64;

		while (nr <= op->site)
			nr *= 2;
		t = reallocarray(totals->list, nr, sizeof(*t));
		if (!t)
			return -ENOMEM;
		memset(t + totals->nr, 0, (nr - totals->nr) * sizeof(*t));
		totals->list = t;
		totals->nr = nr;
	}
	t = &totals->list[op->site];
	if (op->kind == IR_OP_MAP) {
		t->mappings++;
		t->pages += op->pages;
	}
	t->failed += op->kind == IR_OP_FAILED_MAP || op->flags & IR_OPF_FAILED;
	return 0;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* A copy that the table owns; NULL stays NULL. */
static const char *copy_string(struct table *t, const char *text)
{
	char *copy, **node;

	if (!text)
		return NULL;
	node = tfind(text, &t->strings, compare_strings);
	if (node)
		return *node;
	copy = strdup(text);
	node = copy ? tsearch(copy, &t->strings, compare_strings) : NULL;
	if (!node) {
		free(copy);
		t->no_memory = true;
		return NULL;
	}
	return *node;
}

const struct ir_site_table *ir_site_table_ref(const struct ir_site_table *table)
{
	if (table)
		((struct table *)(uintptr_t)table)->refs++;
	return table;
}

void ir_site_table_unref(const struct ir_site_table *table)
{
	struct table *t = (struct table *)(uintptr_t)table;

	if (!t || --t->refs)
		return;
	tdestroy(t->strings, free);
	free(t->sites);
	free(t->frames);
	free(t);
}

/*
 * Frames.
 */

static const struct ir_kernel_range *range_of(const struct ir_chains *chains, uint64_t address)
{
	for (uint32_t i = 0; i < chains->nr_ranges; i++)
		if (address >= chains->ranges[i].start && address < chains->ranges[i].end)
			return &chains->ranges[i];
	return NULL;
}

/*
 * An address to which a call returns may be the next function's first, where the
 * called one does not return: what is before it belongs to the caller.  The innermost
 * frame is where the event was, which for a probe is a function's first address.
 */
static bool find_symbol(const struct ir_symbols *syms, uint64_t address, bool innermost,
			struct ir_symbol *symbol)
{
	const uint64_t back = !innermost;

	if (address < back || !ir_symbols_find(syms, address - back, symbol))
		return false;
	symbol->offset += back;
	return true;
}

/* Frame @nr of a chain, as far as is known; driver: of the module, or "vmlinux". */
static struct ir_frame frame_of(const struct ir_chains *chains, const struct ir_symbols *syms,
				const struct ir_chain *chain, uint32_t nr, const char **driver)
{
	const uint64_t value = chains->frames[chain->first + nr];
	struct ir_frame frame = { .address = value };
	const struct ir_kernel_range *range;
	struct ir_symbol symbol;
	bool known;

	*driver = NULL;
	if (chains->named) {
		const struct ir_chain_name *name = &chains->names[value];

		frame = (struct ir_frame){ name->address, name->symbol, name->module, name->offset };
		if (name->module)
			*driver = name->module;
		else if (name->has_origin)
			*driver = "vmlinux";
		if (name->symbol && (*driver || !ir_symbols_find_name(syms, name->symbol, &symbol)))
			return frame;
		if (name->symbol) {
			frame.module = symbol.module;
			*driver = symbol.module ? symbol.module : "vmlinux";
			return frame;
		}
	}
	known = find_symbol(syms, frame.address, !nr, &symbol);
	range = range_of(chains, frame.address);
	/* A module that the recording names is right. */
	if (known && range && range->module &&
	    (!symbol.module || strcmp(symbol.module, range->module) != 0))
		known = false;
	if (known) {
		frame.symbol = symbol.name;
		frame.module = symbol.module;
		frame.offset = symbol.offset;
	} else if (range) {
		frame.module = range->module;
	}
	if (known || range)
		*driver = frame.module ? frame.module : "vmlinux";
	return frame;
}

/*
 * The call site: the innermost frame that is no plumbing, which a module never is.
 * Without names that leaves the modules; without these either, it is what made
 * the event.  A frame without a name that called the DMA API is of a module that
 * the symbols do not have.  A chain that is all plumbing was cut: its outermost
 * frame is nearest.
 */
static uint32_t find_caller(const struct ir_chains *chains, const struct ir_symbols *syms,
			    const struct ir_chain *chain)
{
	bool named = false, mapping = false;
	const char *driver;

	for (uint32_t i = 0; i < chain->nr; i++) {
		struct ir_frame frame = frame_of(chains, syms, chain, i, &driver);

		if (frame.module || (frame.symbol ? !ir_is_plumbing(frame.symbol) : mapping))
			return i;
		named |= frame.symbol != NULL;
		mapping = frame.symbol && ir_is_mapping(frame.symbol);
	}
	return named ? chain->nr - 1 : 0;
}

/*
 * The table.
 */

static int compare_placed(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->mappings != y->mappings)
		return x->mappings > y->mappings ? -1 : 1;
	return x->chain < y->chain ? -1 : x->chain > y->chain;
}

static int compare_sites(const void *a, const void *b)
{
	const struct ir_site *x = a, *y = b;
	int rc;

	if (x->mappings != y->mappings)
		return x->mappings > y->mappings ? -1 : 1;
	if (x->failed != y->failed)
		return x->failed > y->failed ? -1 : 1;
	rc = strcmp(x->name, y->name);
	return rc ? rc : x->address < y->address ? -1 : x->address > y->address;
}

/* Link-time optimization by clang adds a number, another one in each build: "f.llvm.4711". */
static int symbol_length(const char *symbol)
{
	static const char suffix[] = ".llvm.";
	const char *at = strstr(symbol, suffix);
	const char *digits = at ? at + sizeof(suffix) - 1 : "";

	if (at && at > symbol && !digits[strspn(digits, "0123456789")])
		return (int)(at - symbol);
	return (int)strlen(symbol);
}

static const char *copy_symbol(struct table *t, const char *symbol)
{
	char text[600];

	if (!symbol)
		return NULL;
	snprintf(text, sizeof(text), "%.*s", symbol_length(symbol), symbol);
	return copy_string(t, text);
}

static const char *site_name(struct table *t, const struct ir_frame *frame)
{
	char text[640];

	if (!frame->symbol)
		snprintf(text, sizeof(text), "0x%" PRIx64, frame->address);
	else if (frame->offset)
		snprintf(text, sizeof(text), "%s+0x%" PRIx64, frame->symbol, frame->offset);
	else
		snprintf(text, sizeof(text), "%s", frame->symbol);
	return copy_string(t, text);
}

static struct placed *place_all(const struct ir_chains *chains, const struct ir_symbols *syms,
				const struct ir_chain_totals *totals, size_t *nr)
{
	uint32_t end = totals->nr < chains->nr ? totals->nr : chains->nr;
	struct placed *list = calloc((size_t)end + 1, sizeof(*list));

	*nr = 0;
	for (uint32_t i = 1; list && i < end; i++) {
		const struct ir_chain_total *total = &totals->list[i];
		struct placed *p = &list[*nr];

		if (!total->mappings && !total->failed)
			continue;
		p->chain = i;
		p->caller = find_caller(chains, syms, &chains->list[i]);
		p->key = chains->frames[chains->list[i].first + p->caller];
		p->mappings = total->mappings;
		(*nr)++;
	}
	if (list)
		qsort(list, *nr, sizeof(*list), compare_placed);
	return list;
}

/* The frames of the site's first chain, which most mappings have. */
static void show_chain(struct table *t, struct ir_site *site, const struct placed *p,
		       const struct ir_chains *chains, const struct ir_symbols *syms,
		       struct ir_frame *frames)
{
	const struct ir_chain *chain = &chains->list[p->chain];
	const char *driver;

	for (uint32_t i = 0; i < chain->nr; i++) {
		frames[i] = frame_of(chains, syms, chain, i, &driver);
		frames[i].symbol = copy_symbol(t, frames[i].symbol);
		frames[i].module = copy_string(t, frames[i].module);
		if (i == p->caller)
			site->driver = copy_string(t, driver);
	}
	site->frames = frames;
	site->nr_frames = chain->nr;
	site->caller = p->caller;
	site->function = frames[p->caller].symbol;
	site->address = frames[p->caller].address;
	site->name = site_name(t, &frames[p->caller]);
}

static void add_total(struct ir_site *site, const struct ir_chain_total *total)
{
	site->mappings += total->mappings;
	site->pages += total->pages;
	site->failed += total->failed;
}

/* Sites in the order of their keys; a chain's total remembers the address of its site's chain. */
static size_t fill_sites(struct table *t, const struct placed *list, size_t nr,
			 const struct ir_chains *chains, const struct ir_symbols *syms,
			 struct ir_chain_totals *totals)
{
	struct ir_frame *frames = t->frames;
	size_t used = IR_SITES_FIRST;

	for (size_t i = 0; i < nr && !t->no_memory; i++) {
		struct ir_site *site = &t->sites[used];

		if (i && list[i].key == list[i - 1].key) {
			site--;
		} else {
			show_chain(t, site, &list[i], chains, syms, frames);
			frames += site->nr_frames;
			used++;
		}
		site->chains++;
		add_total(site, &totals->list[list[i].chain]);
	}
	return used;
}

/* The site that each chain ended up in, now that they are in order. */
static int number_chains(const struct table *t, const struct placed *list, size_t nr,
			 const struct ir_chains *chains, struct ir_chain_totals *totals)
{
	/* Sites are found again by the place of their frames, which rise with the keys. */
	uint32_t *by_frames;
	size_t first = 0, group = 0, groups = t->table.nr - IR_SITES_FIRST;

	by_frames = calloc(chains->nr_frames + 1, sizeof(*by_frames));
	if (!by_frames)
		return -ENOMEM;
	for (size_t i = 0; i < groups; i++)
		by_frames[t->sites[IR_SITES_FIRST + i].frames - t->frames] =
			(uint32_t)(IR_SITES_FIRST + i);
	for (size_t i = 0; i < nr; i++) {
		if (i && list[i].key != list[i - 1].key) {
			group += chains->list[list[first].chain].nr;
			first = i;
		}
		totals->list[list[i].chain].site = by_frames[group];
	}
	free(by_frames);
	return 0;
}

static const char *hint_of(const struct table *t, const struct ir_chains *chains,
			   const struct ir_symbols *syms)
{
	if (chains->tasks)
		return NULL;
	if (t->table.nr == IR_SITES_FIRST)
		return "no mapping has a call chain; record with perf record -g, or with trace-cmd record -T";
	if (!chains->named && !syms->nr)
		return "there are no symbols: give --kallsyms, a copy of /proc/kallsyms made as root while recording, or --vmlinux and --modules";
	for (size_t i = IR_SITES_FIRST; i < t->table.nr; i++)
		if (!t->sites[i].function)
			return "some addresses have no symbol: give --kallsyms, a copy of /proc/kallsyms made as root while recording";
	return NULL;
}

static int build_table(struct table *t, const struct ir_chains *chains, const struct ir_symbols *syms,
		       struct ir_chain_totals *totals)
{
	size_t nr;
	struct placed *list = place_all(chains, syms, totals, &nr);
	int rc = -ENOMEM;

	t->sites = calloc(nr + IR_SITES_FIRST, sizeof(*t->sites));
	t->frames = calloc((size_t)chains->nr_frames + 1, sizeof(*t->frames));
	if (!list || !t->sites || !t->frames)
		goto out;
	t->sites[IR_SITE_UNKNOWN].name = copy_string(t, "(unknown)");
	t->sites[IR_SITE_TIMER].name = copy_string(t, "(flush timer)");
	if (totals->nr) {
		add_total(&t->sites[IR_SITE_UNKNOWN], &totals->list[0]);
		totals->list[0].site = IR_SITE_UNKNOWN;
	}
	t->table.nr = fill_sites(t, list, nr, chains, syms, totals);
	t->table.sites = t->sites;
	if (t->no_memory)
		goto out;
	qsort(t->sites + IR_SITES_FIRST, t->table.nr - IR_SITES_FIRST, sizeof(*t->sites),
	      compare_sites);
	rc = number_chains(t, list, nr, chains, totals);
	t->table.tasks = chains->tasks;
	t->table.symbols = chains->tasks ? NULL :
		copy_string(t, chains->named ? "the recording's text" : syms->origin);
	t->table.hint = copy_string(t, hint_of(t, chains, syms));
	if (t->no_memory)
		rc = -ENOMEM;
out:
	free(list);
	return rc;
}

const struct ir_site_table *ir_sites_build(const struct ir_chains *chains,
					   const struct ir_symbols *syms,
					   struct ir_chain_totals *totals)
{
	struct table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->refs = 1;
	if (build_table(t, chains, syms, totals)) {
		ir_site_table_unref(&t->table);
		return NULL;
	}
	return &t->table;
}
