// SPDX-License-Identifier: GPL-2.0-or-later
/* The search of the I/O page table for stale pages. */
#include "guest/iopt_priv.h"

static inline uint64_t ways_with(const struct inner *in, unsigned int kinds)
{
	uint64_t ways = 0;

	for (unsigned int k = 0; k < KINDS; k++)
		if (kinds >> k & 1)
			ways |= in->kind[k];
	return ways;
}

/* The first leaf or block of these kinds below @in, by way of one of @ways. */
static void first_below(struct inner *in, unsigned int height, uint64_t ways, unsigned int kinds,
			struct spot *s)
{
	for (;; height--) {
		*s = (struct spot){ .in = in, .height = height, .way = lowest_bit(ways) };
		if (in->block & bit_of(s->way))
			return;
		if (height == 1) {
			s->leaf = (struct leaf *)in->way[s->way].node;
			return;
		}
		in = (struct inner *)in->way[s->way].node;
		ways = ways_with(in, kinds);
	}
}

/* The first one behind the way that leads to @pfn, of @in and all above it. */
static bool seek_behind(struct inner *in, unsigned int height, uint64_t pfn, unsigned int kinds,
			struct spot *s)
{
	for (; in; in = in->n.parent, height++) {
		uint64_t ways = ways_with(in, kinds) & (~UINT64_C(1) << way_of(pfn, height));

		if (ways) {
			first_below(in, height, ways, kinds, s);
			return true;
		}
	}
	return false;
}

bool ir_iopt_seek(struct ir_iopt *iopt, uint64_t pfn, unsigned int kinds, struct spot *s)
{
	struct inner *in = iopt->top;
	unsigned int height = iopt->top_height;
	uint64_t ways;

	if (!in)
		return false;
	ir_iopt_update_kinds(iopt);
	if (!node_covers(in, height, pfn)) {
		ways = pfn < in->n.first ? ways_with(in, kinds) : 0;
		if (ways)
			first_below(in, height, ways, kinds, s);
		return ways;
	}
	for (;; height--) {
		*s = (struct spot){ .in = in, .height = height, .way = way_of(pfn, height) };
		if (!(ways_with(in, kinds) & bit_of(s->way)))
			return seek_behind(in, height, pfn, kinds, s);
		if (in->block & bit_of(s->way))
			return true;
		if (height == 1)
			break;
		in = (struct inner *)in->way[s->way].node;
	}
	s->leaf = (struct leaf *)in->way[s->way].node;
	if (leaf_stale(s->leaf, kinds) >> pfn % WAYS)
		return true;
	return seek_behind(in, 1, pfn, kinds, s);
}

bool ir_iopt_seek_behind_last(struct ir_iopt *iopt, unsigned int kinds, struct spot *s)
{
	ir_iopt_sync_before(iopt);
	return seek_behind(iopt->last->n.parent, 1, iopt->last->n.first, kinds, s);
}
