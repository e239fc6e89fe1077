// SPDX-License-Identifier: GPL-2.0-or-later
#include "replay/preload.h"

#include "replay/limit.h"

/* Pages from before the recording, of a device. */
struct initial {
	uint64_t live;
	uint64_t lazy;		/* unmapped, but not flushed; */
	uint64_t flushed;	/* these were flushed, too */
};

/*
 * Maps the pages from before the recording one by one: how they were mapped is not
 * known.
 *
 * If the recording shows which pages had been unmapped again, those are.  The
 * others are given single pages here and there: no mapping of the recording
 * found room in them, or it would have told.
 */
static void preload_device(struct ir_guest *g, uint16_t device, struct initial n, const bool *reused)
{
	uint64_t end = g->par.aperture_start + g->par.aperture, told = 0;

	for (uint64_t i = 0; reused && i < n.live + n.lazy; i++)
		told += reused[i];
	for (uint64_t i = 0; n.live || n.lazy; i++) {
		bool known = told && reused[i];
		bool room;

		if (n.lazy && (!n.live || known || (n.lazy > told && i % 2))) {
			room = n.flushed ? ir_guest_preload_flushed(g, device)
					 : ir_guest_preload_lazy(g, device);
			n.lazy--;
			n.flushed -= n.flushed != 0;
			told -= known;
		} else {
			room = ir_guest_preload(g, device, IR_NO_MAPPING, 1,
						end - ((i + 1) << IR_PAGE_SHIFT));
			n.live -= n.live != 0;
		}
		if (!room) {	/* the report says how many there really are */
			g->par.initial_pages -= n.live + 1;
			g->par.initial_lazy_pages -= n.lazy - n.flushed;
			break;
		}
	}
}

/* The @i-th of @n equal parts, from 0 on; the first ones have one more. */
static uint64_t equal_part(uint64_t pages, size_t i, size_t n)
{
	return pages / n + (i < pages % n);
}

void ir_preload(struct ir_guest *g, const struct ir_recording_info *info, uint32_t copy)
{
	/* Pages that the recording unmaps are operations of their own. */
	uint64_t live = g->par.initial_pages - info->machine.found_pages;
	uint64_t flushed = g->par.initial_flushed_pages, lazy = g->par.initial_lazy_pages;
	const struct ir_initial initial = ir_limit_initial(info, g->par.initial_pages);
	size_t base = copy * info->nr_devices, first = 1, n = info->nr_devices - 1;
	bool single = info->device || info->nr_devices <= 2;

	if (single) {
		first = info->device ? info->device : info->nr_devices - 1;
		n = 1;
	}
	if (info->nr_devices <= 2 &&
	    ir_guest_preload_start(g, (uint16_t)(base + first), &info->machine, live))
		return;
	if (!(live | lazy | flushed))
		return;
	for (size_t i = 0; i < n; i++) {
		struct initial part = {
			.live = ir_limit_initial_of(info, &initial, (uint16_t)(first + i)), .flushed = equal_part(flushed, i, n),
		};

		part.lazy = equal_part(lazy, i, n) + part.flushed;
		preload_device(g, (uint16_t)(base + first + i), part,
			       live + lazy + flushed == info->machine.mapped_pages && single ?
			       info->machine.reused : NULL);
	}
}
