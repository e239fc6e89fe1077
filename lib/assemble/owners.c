// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>

#include "assemble/owners.h"

static bool owner_matches(const struct ir_owner *w, enum ir_owner_kind kind, uint64_t key)
{
	return w->key == key && w->kind == kind;
}

struct ir_owner *ir_owner_find(struct ir_owners *o, enum ir_owner_kind kind, uint64_t key)
{
	if (o->last < o->nr && owner_matches(&o->owner[o->last], kind, key))
		return &o->owner[o->last];
	for (unsigned int i = 0; i < o->nr; i++)
		if (owner_matches(&o->owner[i], kind, key))
			return &o->owner[o->last = i];
	if (o->nr == IR_OWNERS) {
		o->full = true;
		return NULL;
	}
	o->owner[o->nr] = (struct ir_owner){ .key = key, .kind = (uint8_t)kind };
	return &o->owner[o->last = o->nr++];
}

uint16_t ir_owner_device(struct ir_owners *o, enum ir_owner_kind kind, uint64_t key)
{
	const struct ir_owner *w = ir_owner_find(o, kind, key);

	return w ? w->device : 0;
}

void ir_owner_set_device(struct ir_owners *o, enum ir_owner_kind kind, uint64_t key, uint16_t device)
{
	struct ir_owner *w = device ? ir_owner_find(o, kind, key) : NULL;

	if (!w)
		return;
	w->device = device;
	w->from_timer = false;
}

unsigned int ir_owners_count(const struct ir_owners *o, enum ir_owner_kind kind)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < o->nr; i++)
		n += o->owner[i].kind == kind;
	return n;
}

bool ir_owners_equal(const struct ir_owners *a, const struct ir_owners *b)
{
	if (a->nr != b->nr)
		return false;
	for (unsigned int i = 0; i < a->nr; i++)
		if (!owner_matches(&a->owner[i], (enum ir_owner_kind)b->owner[i].kind, b->owner[i].key) ||
		    a->owner[i].device != b->owner[i].device)
			return false;
	return true;
}
