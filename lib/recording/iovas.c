// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/iova_order.h"
#include "recording/iovas.h"

/* The orders that this CPU's magazines had no more of; NULL without memory. */
static uint8_t *orders_of(struct ir_iova_survey *s, uint32_t cpu)
{
	if (cpu >= s->nr_cpus) {
		uint8_t *grown = realloc(s->to_tree, cpu + 1);

		if (!grown)
			return NULL;
		memset(grown + s->nr_cpus, 0, cpu + 1 - s->nr_cpus);
		s->to_tree = grown;
		s->nr_cpus = cpu + 1;
	}
	return &s->to_tree[cpu];
}

/* With too many, only a lower bound of their number is known. */
static void stop_counting(struct ir_iova_survey *s)
{
	s->off = true;
	s->left_out = IR_START_IOVAS + 1;
}

static int note_first(struct ir_iova_survey *s, const struct ir_op *op, uint64_t first,
		       uint64_t pages)
{
	uint8_t bit = (uint8_t)(1u << ir_iova_order(pages)), *orders = orders_of(s, op->cpu);

	if (!orders)
		return -ENOMEM;
	if (s->nr_free == IR_START_IOVAS) {
		stop_counting(s);
		return 0;
	}
	/* The first one from the tree is the first one below all others. */
	if (s->lowest_seen && first < s->lowest_seen && !s->lowest) {
		s->lowest = first;
		s->end_of_lowest = first + pages;
	}
	if (s->lowest && first < s->lowest_seen) {
		*orders |= bit;
		return 0;
	}
	/* A gap that the recording itself left between ranges from the tree. */
	if (s->lowest && first < s->end_of_lowest)
		return 0;
	s->free[s->nr_free++] = (struct ir_start_iova){
		.pfn = first, .pages = (uint32_t)pages, .cpu = op->cpu,
		.in_magazine = ir_iova_order(pages) < IR_IOVA_ORDERS && !(*orders & bit),
	};
	return 0;
}

/* The pages of a range that were not allocated before were free from the start. */
static int note_gaps(struct ir_iova_survey *s, const struct ir_op *op, uint64_t first,
		     uint64_t pages)
{
	uint64_t end = first + pages, pfn = first;

	while ((pfn = ir_bitmap_next_clear(s->seen, pfn)) < end) {
		/* Below the first range from the tree all was. */
		if (!s->lowest || pfn >= s->end_of_lowest) {
			if (s->nr_free == IR_START_IOVAS) {
				stop_counting(s);
				return 0;
			}
			s->free[s->nr_free++] = (struct ir_start_iova){
				.pfn = pfn, .pages = 1, .cpu = op->cpu,
			};
		}
		if (ir_bitmap_set(s->seen, pfn, pfn))
			return -ENOMEM;
		pfn++;
	}
	return 0;
}

int ir_iovas_map(struct ir_iova_survey *s, const struct ir_op *op)
{
	uint64_t first = op->iova >> IR_PAGE_SHIFT, pages = ir_iova_round(op->pages);
	uint64_t *known = &s->known[first % IR_KNOWN_IOVAS];
	int rc;

	if (s->off || !first || *known == first)
		return 0;
	if (!s->seen)
		s->seen = ir_bitmap_new(UINT64_C(1) << (64 - IR_PAGE_SHIFT));
	if (!s->seen)
		return -ENOMEM;
	if (ir_bitmap_any(s->seen, first, first + pages - 1)) {
		if (ir_bitmap_any(s->seen, first, first))
			*known = first;
		/* Used before; or a range of the tree that joins used pages and gaps. */
		return note_gaps(s, op, first, pages);
	}
	rc = note_first(s, op, first, pages);
	if (rc)
		return rc;
	if (!s->lowest_seen || first < s->lowest_seen)
		s->lowest_seen = first;
	if (first + pages <= UINT64_C(1) << (64 - IR_PAGE_SHIFT))
		return ir_bitmap_set(s->seen, first, first + pages - 1);
	s->off = true;
	return 0;
}

uint64_t ir_iovas_taken(const struct ir_iova_survey *s)
{
	if (s->off)
		return 0;
	return s->lowest ? s->end_of_lowest : s->lowest_seen;
}

void ir_iovas_clear(struct ir_iova_survey *s)
{
	ir_bitmap_free(s->seen);
	free(s->to_tree);
	s->seen = NULL;
	s->to_tree = NULL;
}
