// SPDX-License-Identifier: GPL-2.0-or-later
#include "replay/copies.h"

#include <stdlib.h>
#include <string.h>

#define TRIM 4096	/* operations that all copies have had, before they are dropped */

struct ir_copies {
	struct ir_op *line;	/* those that not all copies have had */
	size_t nr, room;
	size_t *at;		/* of each copy: its next one in the line */
	uint32_t n;
	uint32_t pieces;	/* that copy @of still has to give of its mapping */
	uint32_t of;
	uint32_t devices, mappings;	/* of one copy */
};

struct ir_copies *ir_copies_new(const struct ir_recording_info *info, uint32_t n)
{
	struct ir_copies *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->n = n;
	c->devices = (uint32_t)info->nr_devices;
	c->mappings = info->max_mappings;
	c->at = calloc(n, sizeof(*c->at));
	if (c->at)
		return c;
	free(c);
	return NULL;
}

void ir_copies_free(struct ir_copies *c)
{
	if (!c)
		return;
	free(c->line);
	free(c->at);
	free(c);
}

/* The last copy is the one that is furthest behind. */
static void drop_consumed(struct ir_copies *c)
{
	size_t had = c->at[c->n - 1];

	if (had < TRIM)
		return;
	memmove(c->line, c->line + had, (c->nr - had) * sizeof(*c->line));
	c->nr -= had;
	for (uint32_t i = 0; i < c->n; i++)
		c->at[i] -= had;
}

bool ir_copies_add(struct ir_copies *c, const struct ir_op *ops, size_t n)
{
	drop_consumed(c);
	if (c->nr + n > c->room) {
		size_t room = 2 * c->room > c->nr + n ? 2 * c->room : c->nr + n;
		struct ir_op *grown = reallocarray(c->line, room, sizeof(*grown));

		if (!grown)
			return false;
		c->line = grown;
		c->room = room;
	}
	memcpy(c->line + c->nr, ops, n * sizeof(*ops));
	c->nr += n;
	return true;
}

/* The next copy: the first of those at the same time. */
static uint32_t earliest_copy(const struct ir_copies *c)
{
	uint32_t best = c->n;
	uint64_t time = UINT64_MAX;

	for (uint32_t i = 0; i < c->n; i++) {
		uint64_t at = c->at[i] < c->nr ?
			c->line[c->at[i]].time_ns + i * IR_COPY_SHIFT_NS : UINT64_MAX;

		if (at < time) {
			time = at;
			best = i;
		}
	}
	return best;
}

/* Such an operation is of no device, and comes once. */
static bool is_for_all_copies(const struct ir_op *op)
{
	return op->kind == IR_OP_LOST || op->kind == IR_OP_RPCIT || op->kind == IR_OP_PAGE_FREE;
}

bool ir_copies_next(struct ir_copies *c, bool last, struct ir_op *op)
{
	for (;;) {
		uint32_t i = c->pieces ? c->of : earliest_copy(c);

		/* The first copy is ahead: what it has next is not known. */
		if (i == c->n || c->at[i] == c->nr || (!last && c->at[0] == c->nr))
			return false;
		*op = c->line[c->at[i]++];
		if (i && is_for_all_copies(op))
			continue;
		if (c->pieces)
			c->pieces--;
		else if (op->segments > 1 && (op->kind == IR_OP_MAP || op->kind == IR_OP_FAILED_MAP))
			c->pieces = op->segments - 1;
		c->of = i;
		op->time_ns += i * IR_COPY_SHIFT_NS;
		op->device = (uint16_t)(op->device + i * c->devices);
		if (op->mapping != IR_NO_MAPPING)
			op->mapping += i * c->mappings;
		return true;
	}
}
