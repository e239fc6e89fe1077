// SPDX-License-Identifier: GPL-2.0-or-later
/* Pages of interest: a sorted list and a hash table of blocks. */
#include "faults/pages.h"

#include <errno.h>
#include <stdlib.h>

#define BLOCK_SHIFT	4
#define FEW_BLOCKS	64u	/* beyond, the list is searched instead */

static int by_number(const void *a, const void *b)
{
	const uint64_t *l = a, *r = b;

	return (*l > *r) - (*l < *r);
}

static size_t slot_of(const struct ir_pages *pages, uint64_t block)
{
	uint64_t h = (block ^ pages->seed) * UINT64_C(0x9e3779b97f4a7c15);

	h = (h ^ h >> 32) * UINT64_C(0xbf58476d1ce4e5b9);
	return (size_t)(h >> 32) & (pages->nr_slots - 1);
}

/* The slot of a block, or the free one where it belongs. */
static uint32_t *find_block(const struct ir_pages *pages, uint64_t block)
{
	size_t i = slot_of(pages, block);

	while (pages->slots[i] && pages->list[pages->slots[i] - 1].pfn >> BLOCK_SHIFT != block)
		i = (i + 1) & (pages->nr_slots - 1);
	return &pages->slots[i];
}

int ir_pages_make(struct ir_pages *pages, uint64_t *pfns, size_t nr, uint64_t seed)
{
	size_t used = 0;

	*pages = (struct ir_pages){ .seed = seed };
	if (nr)
		qsort(pfns, nr, sizeof(*pfns), by_number);
	for (size_t i = 0; i < nr; i++)
		if (!used || pfns[used - 1] != pfns[i])
			pfns[used++] = pfns[i];
	pages->nr_slots = 64;
	while (pages->nr_slots < 2 * used)
		pages->nr_slots *= 2;
	pages->list = calloc(used + 1, sizeof(*pages->list));
	pages->slots = calloc(pages->nr_slots, sizeof(*pages->slots));
	if (!pages->list || !pages->slots)
		return -ENOMEM;
	for (size_t i = 0; i < used; i++) {
		uint32_t *slot;

		pages->list[i].pfn = pfns[i];
		pages->nr = i + 1;
		slot = find_block(pages, pfns[i] >> BLOCK_SHIFT);
		if (!*slot)
			*slot = (uint32_t)i + 1;
	}
	return 0;
}

void ir_pages_release(struct ir_pages *pages)
{
	free(pages->list);
	free(pages->slots);
	*pages = (struct ir_pages){ .list = NULL };
}

static size_t lower_bound(const struct ir_pages *pages, uint64_t first)
{
	size_t low = 0, high = pages->nr;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (pages->list[mid].pfn < first)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t ir_pages_first(const struct ir_pages *pages, uint64_t first, uint64_t last)
{
	uint64_t block = first >> BLOCK_SHIFT, end = last >> BLOCK_SHIFT;
	size_t at;

	if (end - block >= FEW_BLOCKS) {
		at = lower_bound(pages, first);
		return at < pages->nr && pages->list[at].pfn <= last ? at : IR_PAGES_NONE;
	}
	for (; block <= end; block++) {
		uint32_t slot = *find_block(pages, block);

		if (!slot)
			continue;
		for (at = slot - 1; at < pages->nr && pages->list[at].pfn < first; at++)
			;
		if (at < pages->nr && pages->list[at].pfn <= last)
			return at;
		if (at < pages->nr && pages->list[at].pfn > last)
			return IR_PAGES_NONE;
	}
	return IR_PAGES_NONE;
}
