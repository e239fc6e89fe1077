// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/reuse.h"

#include <stdlib.h>

#include "base/seed.h"

#define LEAST_BITS 10

static size_t home_slot(const struct ir_reuse *r, uint64_t page)
{
	return ir_seed_hash(r->seed, page, r->bits);
}

/* The page's slot, or the free one where it would be. */
static struct ir_reuse_page *find_slot(const struct ir_reuse *r, uint64_t page)
{
	size_t i = home_slot(r, page);

	while (r->slots[i].page && r->slots[i].page != page + 1)
		i = (i + 1) & (r->nr_slots - 1);
	return &r->slots[i];
}

static bool grow_table(struct ir_reuse *r)
{
	struct ir_reuse more = *r;

	more.bits = r->nr_slots ? r->bits + 1 : LEAST_BITS;
	more.nr_slots = (size_t)1 << more.bits;
	if (!r->nr_slots)
		more.seed = ir_seed();
	more.slots = calloc(more.nr_slots, sizeof(*more.slots));
	if (!more.slots) {
		r->failed = true;
		return false;
	}
	for (size_t i = 0; i < r->nr_slots; i++)
		if (r->slots[i].page)
			*find_slot(&more, r->slots[i].page - 1) = r->slots[i];
	free(r->slots);
	*r = more;
	return true;
}

/* Close the gap, so that what was put behind it is still found. */
static void remove_slot(struct ir_reuse *r, struct ir_reuse_page *slot)
{
	size_t gap = (size_t)(slot - r->slots), i = gap;

	for (;;) {
		size_t at;

		i = (i + 1) & (r->nr_slots - 1);
		if (!r->slots[i].page)
			break;
		at = home_slot(r, r->slots[i].page - 1);
		/* Its place is at the gap or before it. */
		if (((i - at) & (r->nr_slots - 1)) >= ((i - gap) & (r->nr_slots - 1))) {
			r->slots[gap] = r->slots[i];
			gap = i;
		}
	}
	r->slots[gap].page = 0;
	r->nr--;
}

static void update_page_ns(struct ir_reuse *r, uint64_t now_ns)
{
	if (now_ns <= r->last_ns)
		return;
	r->page_ns += (double)r->reused_now * (double)(now_ns - r->last_ns);
	r->last_ns = now_ns;
}

void ir_reuse_note_stale(struct ir_reuse *r, uint64_t page)
{
	struct ir_reuse_page *slot;

	if (2 * r->nr >= r->nr_slots && !grow_table(r))
		return;
	slot = find_slot(r, page);
	if (!slot->page) {
		*slot = (struct ir_reuse_page){ .page = page + 1 };
		r->nr++;
	}
	slot->stale++;
	slot->waiting++;
}

void ir_reuse_use(struct ir_reuse *r, uint64_t page, uint64_t now_ns)
{
	struct ir_reuse_page *slot = r->nr ? find_slot(r, page) : NULL;

	if (!slot || !slot->page)
		return;
	slot->used_ns = now_ns;
	if (!slot->waiting)
		return;
	update_page_ns(r, now_ns);
	r->reused_now += slot->waiting;
	slot->waiting = 0;
}

void ir_reuse_end(struct ir_reuse *r, uint64_t page, uint64_t since_ns, uint64_t now_ns)
{
	struct ir_reuse_page *slot = r->nr ? find_slot(r, page) : NULL;

	if (!slot || !slot->page)
		return;
	/* At equal times those that are counted as reused go first. */
	if (slot->stale > slot->waiting && (slot->used_ns >= since_ns || !slot->waiting)) {
		update_page_ns(r, now_ns);
		r->reused_now--;
		r->pages += now_ns > slot->used_ns;
	} else {
		slot->waiting--;
	}
	if (!--slot->stale)
		remove_slot(r, slot);
}

void ir_reuse_free(struct ir_reuse *r)
{
	free(r->slots);
	*r = (struct ir_reuse){ .slots = NULL };
}
