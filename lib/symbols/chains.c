// SPDX-License-Identifier: GPL-2.0-or-later
#include "symbols/chains.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/seed.h"

#define MODULE_NAME 64u			/* MODULE_NAME_LEN is 56; include/linux/module.h, Linux 6.12 */
#define MAX_KALLSYMS ((size_t)64 << 20)	/* 8 MiB in Linux 6.12 of Debian */

struct ir_chains *ir_chains_new(void)
{
	struct ir_chains *c = calloc(1, sizeof(*c));

	if (c)
		c->seed = ir_seed();
	return c;
}

void ir_chains_free(struct ir_chains *c)
{
	if (!c)
		return;
	for (uint32_t i = 0; i < c->nr_names; i++) {
		free(c->names[i].symbol);
		free(c->names[i].module);
	}
	for (uint32_t i = 0; i < c->nr_ranges; i++)
		free(c->ranges[i].module);
	free(c->names);
	free(c->name_hash.slots);
	free(c->list);
	free(c->frames);
	free(c->chain_hash.slots);
	free(c->kallsyms);
	free(c->ranges);
	for (uint32_t i = 0; i < c->nr_ids; i++)
		free(c->ids[i].module);
	free(c->ids);
	free(c);
}

/* Room for one more of @size bytes in a list of @nr; NULL: no memory. */
static void *grow_list(struct ir_chains *c, void *list, uint32_t nr, uint32_t more, uint32_t *room,
		       size_t size)
{
	uint32_t want = *room ? *room : 64;
	void *grown;

	if (list && nr + more <= *room)
		return list;
	while (want < nr + more)
		want *= 2;
	grown = reallocarray(list, want, size);
	if (!grown) {
		c->no_memory = true;
		return NULL;
	}
	*room = want;
	return grown;
}

/*
 * Both hashes: open, at most half full.
 */

static uint64_t hash_mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ (hash >> 29);
}

static uint64_t hash_frames(const struct ir_chains *c, const uint64_t *frames, size_t nr)
{
	uint64_t hash = hash_mix(c->seed, nr);

	for (size_t i = 0; i < nr; i++)
		hash = hash_mix(hash, frames[i]);
	return hash;
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = hash_mix(hash, (unsigned char)*text);
	return hash;
}

static uint64_t hash_name(const struct ir_chains *c, const struct ir_chain_name *n)
{
	return hash_text(hash_text(hash_mix(hash_mix(c->seed, n->offset), n->address), n->symbol), n->module);
}

static uint64_t hash_chain_nr(const struct ir_chains *c, uint32_t nr)
{
	return hash_frames(c, c->frames + c->list[nr].first, c->list[nr].nr);
}

static uint64_t hash_name_nr(const struct ir_chains *c, uint32_t nr)
{
	return hash_name(c, &c->names[nr]);
}

static void put_slot(struct ir_hash *h, uint64_t hash, uint32_t nr)
{
	uint32_t slot = (uint32_t)hash & (h->size - 1);

	while (h->slots[slot])
		slot = (slot + 1) & (h->size - 1);
	h->slots[slot] = nr;
}

/* Room for one more than @nr numbers, [0] being none. */
static bool hash_room(struct ir_chains *c, struct ir_hash *h, uint32_t nr,
		      uint64_t (*hash)(const struct ir_chains *c, uint32_t nr))
{
	struct ir_hash grown = { .size = h->size ? h->size * 2 : 256 };

	if (h->size && nr < h->size / 2)
		return true;
	grown.slots = calloc(grown.size, sizeof(*grown.slots));
	if (!grown.slots) {
		c->no_memory = true;
		return false;
	}
	for (uint32_t i = 1; i < nr; i++)
		put_slot(&grown, hash(c, i), i);
	free(h->slots);
	*h = grown;
	return true;
}

/*
 * Chains.
 */

static uint32_t find_chain(const struct ir_chains *c, uint64_t hash, const uint64_t *frames,
			   size_t nr)
{
	uint32_t slot, found;

	if (!c->chain_hash.size)
		return 0;
	for (slot = (uint32_t)hash & (c->chain_hash.size - 1); (found = c->chain_hash.slots[slot]);
	     slot = (slot + 1) & (c->chain_hash.size - 1))
		if (c->list[found].nr == nr &&
		    !memcmp(c->frames + c->list[found].first, frames, nr * sizeof(*frames)))
			break;
	return found;
}

static uint32_t add_chain(struct ir_chains *c, uint64_t hash, const uint64_t *frames, size_t nr)
{
	struct ir_chain *list;
	uint64_t *pool;

	list = grow_list(c, c->list, c->nr, 2, &c->room, sizeof(*list));
	if (!list)
		return 0;
	c->list = list;
	if (!c->nr)
		c->list[c->nr++] = (struct ir_chain){ 0 };
	pool = grow_list(c, c->frames, c->nr_frames, (uint32_t)nr, &c->room_frames, sizeof(*pool));
	if (!pool)
		return 0;
	c->frames = pool;
	if (!hash_room(c, &c->chain_hash, c->nr, hash_chain_nr))
		return 0;
	memcpy(c->frames + c->nr_frames, frames, nr * sizeof(*frames));
	c->list[c->nr] = (struct ir_chain){ c->nr_frames, (uint32_t)nr };
	c->nr_frames += (uint32_t)nr;
	put_slot(&c->chain_hash, hash, c->nr);
	return c->nr++;
}

uint32_t ir_chains_add(struct ir_chains *c, const uint64_t *frames, size_t nr,
		       struct ir_damage *damage)
{
	uint64_t hash;
	uint32_t found;

	if (!nr)
		return 0;
	if (nr > IR_CHAIN_DEPTH) {
		damage->count[IR_DAMAGE_CUT_CHAINS]++;
		nr = IR_CHAIN_DEPTH;
	}
	hash = hash_frames(c, frames, nr);
	found = find_chain(c, hash, frames, nr);
	if (found)
		return found;
	if (c->nr >= IR_CHAINS_MAX) {
		damage->count[IR_DAMAGE_DROPPED_CHAINS]++;
		return 0;
	}
	return add_chain(c, hash, frames, nr);
}

/*
 * Names.
 */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same_name(const struct ir_chain_name *a, const struct ir_chain_name *b)
{
	return a->offset == b->offset && a->address == b->address &&
	       a->has_offset == b->has_offset && a->has_origin == b->has_origin && same_text(a->symbol, b->symbol) &&
	       same_text(a->module, b->module);
}

static char *copy_of(struct ir_chains *c, const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	c->no_memory |= text && !copy;
	return copy;
}

uint64_t ir_chains_name(struct ir_chains *c, const struct ir_chain_name *name)
{
	uint64_t hash = hash_name(c, name);
	struct ir_chain_name *grown;
	uint32_t slot, found;

	c->named = true;
	if (c->name_hash.size)
		for (slot = (uint32_t)hash & (c->name_hash.size - 1);
		     (found = c->name_hash.slots[slot]);
		     slot = (slot + 1) & (c->name_hash.size - 1))
			if (same_name(&c->names[found], name))
				return found;
	if (c->nr_names >= IR_NAMES_MAX)
		return 0;
	grown = grow_list(c, c->names, c->nr_names, 2, &c->room_names, sizeof(*grown));
	if (!grown)
		return 0;
	c->names = grown;
	if (!c->nr_names)
		c->names[c->nr_names++] = (struct ir_chain_name){ .symbol = NULL };
	if (!hash_room(c, &c->name_hash, c->nr_names, hash_name_nr))
		return 0;
	grown = &c->names[c->nr_names];
	*grown = *name;
	grown->symbol = copy_of(c, name->symbol);
	grown->module = copy_of(c, name->module);
	put_slot(&c->name_hash, hash, c->nr_names);
	return c->nr_names++;
}

/*
 * The kernel's symbols and modules, as far as they are in the recording.
 */

bool ir_kernel_name(const char *name, size_t len)
{
	static const char kernel[] = "[kernel.kallsyms]";

	len = strnlen(name, len);
	return len >= sizeof(kernel) - 1 && !memcmp(name, kernel, sizeof(kernel) - 1);
}

static bool is_module_char(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
	       ch == '_' || ch == '-';
}

bool ir_module_name(char *out, const char *name, size_t len)
{
	const char *slash, *end;
	size_t n = 0;

	len = strnlen(name, len);
	end = name + len;
	if (len > 2 && *name == '[' && end[-1] == ']') {
		name++;
		end--;
	} else {
		slash = memrchr(name, '/', len);
		if (slash)
			name = slash + 1;
		slash = memmem(name, (size_t)(end - name), ".ko", 3);
		if (!slash)
			return false;
		end = slash;
	}
	for (; name < end && n < MODULE_NAME - 1 && is_module_char(*name); name++)
		out[n++] = *name == '-' ? '_' : *name;
	out[n] = '\0';
	return n && name == end;
}

void ir_chains_kallsyms(struct ir_chains *c, const void *text, size_t len)
{
	if (c->complete || c->kallsyms || !len || len > MAX_KALLSYMS)
		return;
	c->kallsyms = malloc(len + 1);
	if (!c->kallsyms) {
		c->no_memory = true;
		return;
	}
	memcpy(c->kallsyms, text, len);
	c->kallsyms[len] = '\0';
	c->kallsyms_len = len;
}

void ir_chains_range(struct ir_chains *c, const char *name, size_t len, uint64_t start,
		     uint64_t size, const struct ir_build_id *id)
{
	struct ir_kernel_range *grown, range = { .start = start, .end = start + size };
	char module[MODULE_NAME] = "";

	if (c->complete || !size || range.end < start || c->nr_ranges >= IR_RANGES_MAX)
		return;
	if (!ir_kernel_name(name, len) && !ir_module_name(module, name, len))
		return;
	grown = grow_list(c, c->ranges, c->nr_ranges, 1, &c->room_ranges, sizeof(*grown));
	if (!grown)
		return;
	c->ranges = grown;
	range.module = *module ? copy_of(c, module) : NULL;
	c->ranges[c->nr_ranges++] = range;
	if (id)
		ir_chains_build_id(c, name, len, id);
}

void ir_chains_start(struct ir_chains *c, const char *name, size_t len, uint64_t address)
{
	const char *symbol;

	if (c->complete || *c->start_symbol || !address || !ir_kernel_name(name, len))
		return;
	len = strnlen(name, len);
	symbol = memchr(name, ']', len);
	if (!symbol || name + len - symbol > (ptrdiff_t)sizeof(c->start_symbol))
		return;
	memcpy(c->start_symbol, symbol + 1, (size_t)(name + len - symbol - 1));
	c->start_address = address;
}

void ir_chains_build_id(struct ir_chains *c, const char *name, size_t len,
			const struct ir_build_id *id)
{
	struct ir_module_id *grown;
	char module[MODULE_NAME];

	if (c->complete)
		return;
	if (ir_kernel_name(name, len)) {
		c->build_id = *id;
		return;
	}
	if (!ir_module_name(module, name, len) || c->nr_ids >= IR_RANGES_MAX)
		return;
	grown = grow_list(c, c->ids, c->nr_ids, 1, &c->room_ids, sizeof(*grown));
	if (!grown)
		return;
	c->ids = grown;
	grown[c->nr_ids].module = copy_of(c, module);
	grown[c->nr_ids].id = *id;
	c->nr_ids += grown[c->nr_ids].module != NULL;
}

const struct ir_build_id *ir_chains_module_id(const struct ir_chains *c, const char *module)
{
	for (uint32_t i = 0; i < c->nr_ids; i++)
		if (!strcmp(c->ids[i].module, module))
			return &c->ids[i].id;
	return NULL;
}
