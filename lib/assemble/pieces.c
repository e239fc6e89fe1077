// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pieces of a mapping in the window: found by IOVA, cut apart, joined; and an
 * index of the mappings whose pieces may belong to several.
 */
#include "assemble/priv.h"

/*
 * Piece @number of a mapping comes behind piece @tail.  Where it jumps to follows from
 * where the pieces before it do, so that the jumps of a mapping are a skew-binary list:
 * a jump is as long as the two before it, or it goes to the last piece.  Jumps may lead
 * to before @head, where the mapping was cut; those do not count.
 */
void ir_asm_add_piece(struct ir_assembler *a, uint64_t head, uint64_t tail, uint64_t number)
{
	struct rec *r = rec(a, number), *t = rec(a, tail);
	uint64_t to = tail, last, further;

	t->next = number;
	r->index = t->index + 1;
	r->back = (uint32_t)(number - tail);
	last = tail - t->jump;
	if (tail != head && t->jump && last > head && last < tail) {
		further = last - rec(a, last)->jump;
		if (rec(a, last)->jump && further >= head && further < last &&
		    t->index - rec(a, last)->index == rec(a, last)->index - rec(a, further)->index)
			to = further;
	}
	r->jump = (uint32_t)(number - to);
	rec(a, head)->reach = (uint32_t)(number - head);
}

/* The last piece of the mapping that begins at or before @iova; O(log n). */
static uint64_t find_piece_of(struct ir_assembler *a, uint64_t head, uint64_t iova)
{
	uint64_t at = head + rec(a, head)->reach;

	while (at > head && rec(a, at)->iova > iova) {
		uint64_t to = at - rec(a, at)->jump;

		if (to <= head || to >= at || rec(a, to)->iova < iova)
			to = at - rec(a, at)->back;
		at = to;
	}
	return at;
}

/* Cut the mapping in two before the piece at @iova; returns the second one's head, or NONE. */
uint64_t ir_asm_cut(struct ir_assembler *a, uint64_t head, uint64_t iova)
{
	uint64_t at = find_piece_of(a, head, iova), tail = head + rec(a, head)->reach, pages;
	struct rec *h = rec(a, head), *prev;
	uint32_t pieces, second;

	if (at == head || rec(a, at)->iova != iova)
		return NONE;
	prev = rec(a, at - rec(a, at)->back);
	pages = (iova - h->iova) >> IR_PAGE_SHIFT;
	pieces = rec(a, at)->index - h->index;
	second = ir_live_add(&a->live, iova, live_of(a, h->live)->pages - pages);
	if (second == IR_LIVE_NONE) {
		a->no_memory = true;
		return NONE;
	}
	live_of(a, h->live)->pages = live_of(a, h->live)->remaining = pages;
	live_of(a, second)->head = at;
	if (!ir_live_set_device(&a->live, second, h->device))
		a->no_memory = true;
	h->reach = (uint32_t)(at - rec(a, at)->back - head);
	rec(a, at)->reach = (uint32_t)(tail - at);
	prev->next = NONE;
	rec(a, at)->live = second;
	rec(a, at)->pieces = h->pieces - pieces;
	rec(a, at)->last_time_ns = h->last_time_ns;
	rec(a, at)->sync_time_ns = h->sync_time_ns;
	rec(a, at)->held = h->held;
	rec(a, at)->certain = h->certain;
	rec(a, at)->device = h->device;
	rec(a, at)->named = h->named;
	rec(a, at)->fn = h->fn;
	h->last_time_ns = prev->time_ns;
	h->sync_time_ns = 0;
	h->pieces = pieces;
	h->certain = true;
	h->held = false;
	return at;
}

/* A mapping of several pieces without evidence that they belong together. */
bool ir_asm_uncertain(struct ir_assembler *a, uint64_t head)
{
	return in_window(a, head) && rec(a, head)->pieces > 1 && !rec(a, head)->certain &&
		!live_of(a, rec(a, head)->live)->ended;
}

/*
 * The index of uncertain and of assumed mappings: where they begin.  What is not one
 * of these any more leaves it when it is met.
 */

#define LAST_PFN	((UINT64_C(1) << (64 - IR_PAGE_SHIFT)) - 1)

static void mark_start(struct ir_assembler *a, uint64_t bit, bool value)
{
	if (!a->starts)
		a->starts = ir_bitmap_new(LAST_PFN + 1);
	if (!a->starts || ir_bitmap_assign(a->starts, bit, bit, value))
		a->no_memory = true;
}

void ir_asm_note_assumed(struct ir_assembler *a, struct ir_live *l)
{
	l->assumed = true;
	mark_start(a, LAST_PFN - (l->iova >> IR_PAGE_SHIFT), true);
}

static void index_uncertain(struct ir_assembler *a)
{
	for (unsigned int i = 0; i < a->nr_uncertain; i++)
		if (ir_asm_uncertain(a, a->uncertain[i]))
			mark_start(a, LAST_PFN - (rec(a, a->uncertain[i])->iova >> IR_PAGE_SHIFT),
				   true);
	a->nr_uncertain = 0;
}

void ir_asm_note_uncertain(struct ir_assembler *a, uint64_t head)
{
	if (a->nr_uncertain == UNCERTAIN)
		index_uncertain(a);
	rec(a, head)->noted = a->noted++;
	a->uncertain[a->nr_uncertain++] = head;
}

/* Add the mappings that begin at this page and are uncertain or assumed; false: there are none. */
static bool add_uncertain_at(struct ir_assembler *a, uint64_t first, uint64_t pfn, uint32_t *found,
			     unsigned int *n)
{
	unsigned int seen = 0;
	bool any = false;

	for (uint32_t i = ir_live_find(&a->live, first << IR_PAGE_SHIFT);
	     i != IR_LIVE_NONE && seen < MAX_ALIKE; i = ir_live_find_next(&a->live, i), seen++) {
		const struct ir_live *l = live_of(a, i);

		if (!l->assumed && (l->emitted || !ir_asm_uncertain(a, l->head)))
			continue;
		any = true;
		if (pfn - first < l->pages && *n < MAX_ALIKE)
			found[(*n)++] = i;
	}
	return any;
}

/* Uncertain and assumed mappings that have this page; a few devices may have one each. */
unsigned int ir_asm_find_around(struct ir_assembler *a, uint64_t pfn, uint32_t *found)
{
	unsigned int n = 0, seen = 0;
	uint64_t bit;

	index_uncertain(a);
	if (!a->starts)
		return 0;
	for (bit = ir_bitmap_next_set(a->starts, LAST_PFN - pfn);
	     bit != IR_BITMAP_NONE && seen < MAX_ALIKE && bit - (LAST_PFN - pfn) < MAX_PAGES;
	     bit = ir_bitmap_next_set(a->starts, bit + 1)) {
		if (add_uncertain_at(a, LAST_PFN - bit, pfn, found, &n))
			seen++;
		else
			mark_start(a, bit, false);
	}
	return n;
}
