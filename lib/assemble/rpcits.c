// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "assemble/rpcits.h"

/*
 * Over all mappings and more: an aperture is larger than what was used of it, or
 * there would be no room for the next mapping.
 */
static bool covers_all(const struct ir_rpcits *r, uint64_t addr, uint64_t size)
{
	uint64_t mask = IR_PAGE_SIZE - 1;

	if (!r->highest || ((addr | size) & mask) || addr + size < addr)
		return false;
	return addr <= r->lowest && addr + size - 1 >= r->highest &&
	       size > r->highest - r->lowest + 1;
}

/*
 * A free entry, or NULL.  Entries whose range does not cover all mappings, and so never
 * will, are reused.
 */
static struct ir_rpcit_range *new_range(struct ir_rpcits *r)
{
	unsigned int n = 0;

	if (r->nr_ranges == IR_RPCIT_RANGES) {
		for (unsigned int i = 0; i < r->nr_ranges; i++)
			if (covers_all(r, r->ranges[i].addr, r->ranges[i].size))
				r->ranges[n++] = r->ranges[i];
		r->nr_ranges = n;
	}
	return r->nr_ranges < IR_RPCIT_RANGES ? &r->ranges[r->nr_ranges++] : NULL;
}

bool ir_rpcits_unmatched(struct ir_rpcits *r, uint64_t addr, uint64_t size, bool counted)
{
	struct ir_rpcit_range *range;

	for (unsigned int i = 0; i < r->nr_ranges; i++)
		if (r->ranges[i].addr == addr && r->ranges[i].size == size) {
			r->ranges[i].count += counted;
			return covers_all(r, addr, size);
		}
	range = r->highest && !covers_all(r, addr, size) ? NULL : new_range(r);
	if (range)
		*range = (struct ir_rpcit_range){ addr, size, counted };
	return covers_all(r, addr, size);
}

void ir_rpcits_result(struct ir_rpcits *r, int64_t ret)
{
	r->has_results = true;
	if (ret == -ENOMEM)
		r->insufficient++;
	else if (ret)
		r->failed++;
}

void ir_rpcits_sum_up(const struct ir_rpcits *r, struct ir_recorded_rpcit *sum,
		      uint64_t *start, uint64_t *size)
{
	const struct ir_rpcit_range *global = NULL;

	for (unsigned int i = 0; i < r->nr_ranges; i++)
		if (covers_all(r, r->ranges[i].addr, r->ranges[i].size) &&
		    (!global || r->ranges[i].size > global->size))
			global = &r->ranges[i];
	*start = global ? global->addr : 0;
	*size = global ? global->size : 0;
	*sum = (struct ir_recorded_rpcit){
		.present = r->total != 0,
		.total = r->total,
		.global = global ? global->count : 0,
		.ranged = r->total - (global ? global->count : 0),
		.insufficient = r->insufficient,
		.failed = r->failed,
		.sync = r->sync,
		.has_results = r->has_results,
	};
}
