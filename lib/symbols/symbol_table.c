// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables of symbols: filled in any order, then sorted by address. */
#include "symbols/symbol_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void ir_symbol_table_clear(struct ir_symbol_table *t)
{
	free(t->list);
	free(t->by_name);
	free(t->text);
	free(t->origin);
	*t = (struct ir_symbol_table){ .list = NULL };
}

uint32_t ir_symbol_text(struct ir_symbol_table *t, const char *text, size_t len)
{
	size_t want = t->text_len + len + 2, room = t->text_room ? t->text_room : 65536;
	uint32_t at;
	char *grown;

	if (want > UINT32_MAX)
		return 0;
	if (want > t->text_room) {
		while (room < want)
			room *= 2;
		grown = realloc(t->text, room);
		if (!grown)
			return 0;
		t->text = grown;
		t->text_room = room;
	}
	if (!t->text_len)
		t->text[t->text_len++] = '\0';
	at = (uint32_t)t->text_len;
	memcpy(t->text + at, text, len);
	t->text[at + len] = '\0';
	t->text_len += len + 1;
	return at;
}

int ir_symbol_add(struct ir_symbol_table *t, const struct ir_symbol_entry *entry)
{
	if (t->nr == t->room) {
		size_t room = t->room ? t->room * 2 : 4096;
		struct ir_symbol_entry *grown = reallocarray(t->list, room, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		t->list = grown;
		t->room = room;
	}
	t->list[t->nr++] = *entry;
	return 0;
}

/* Global before local, then fewer underscores in front. */
uint32_t ir_symbol_rank(const char *name, size_t len, bool global)
{
	uint32_t rank = global ? 0 : 1000;

	for (size_t i = 0; i < len && i < 100 && name[i] == '_'; i++)
		rank++;
	return rank;
}

static int compare_entries(const void *a, const void *b)
{
	const struct ir_symbol_entry *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;	/* first in the file */
}

void ir_symbol_sort(struct ir_symbol_table *t)
{
	size_t used = 0;

	if (t->nr)
		qsort(t->list, t->nr, sizeof(*t->list), compare_entries);
	for (size_t i = 0; i < t->nr; i++)
		if (!used || t->list[used - 1].address != t->list[i].address)
			t->list[used++] = t->list[i];
	t->nr = used;
}
