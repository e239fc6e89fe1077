// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "replay/limit.h"

/* More shortages than these do not make it more certain. */
#define RANGES 512

/* low < limit <= high */
struct range {
	int64_t low, high;
};

/* How much of what was mapped before, and that no event tells of, is this device's. */
static int64_t unknown_initial(const struct ir_recording_info *info, uint64_t initial_pages,
			       enum ir_share share)
{
	uint64_t found = info->machine.found_pages;
	uint64_t unknown = initial_pages > found ? initial_pages - found : 0;

	/* As the engine shares them out. */
	if (share == IR_SHARE_DEVICE && info->nr_devices > 2)
		unknown /= info->nr_devices - 1;
	return (int64_t)unknown;
}

/* What had been unmapped before the recording may have been held until the first flush. */
static uint64_t unmapped_before(const struct ir_recording_info *info)
{
	return info->machine.s390_dma_api && !ir_recorded_strict(info) ? info->machine.unmapped_pages : 0;
}

static struct range range_of(const struct ir_recording_info *info,
			     const struct ir_recorded_shortage *s, enum ir_share share,
			     int64_t initial)
{
	const struct ir_held_pages *held = share == IR_SHARE_GUEST ? &s->all : &s->own;
	struct range r = {
		.low = initial + held->min, .high = initial + held->max + s->pages,
	};

	if (ir_recorded_strict(info))	/* nothing is held lazily */
		r = (struct range){ initial + held->live, initial + held->live + s->pages };
	if (!s->flushed)
		r.high += (int64_t)unmapped_before(info);
	return r;
}

static uint16_t most_short(const struct ir_recorded_machine *m)
{
	uint16_t device = 0;
	size_t most = 0;

	for (size_t i = 0; i < m->nr_shortages; i++) {
		size_t n = 0;

		if (i && m->shortages[i].device == device)
			continue;
		for (size_t j = 0; j < m->nr_shortages; j++)
			n += m->shortages[j].device == m->shortages[i].device;
		if (n > most) {
			most = n;
			device = m->shortages[i].device;
		}
	}
	return device;
}

/* The first stretch that most ranges cover; it begins behind a low end. */
static void intersect(const struct range *ranges, uint32_t n, struct ir_limit *limit)
{
	for (uint32_t i = 0; i < n; i++) {
		int64_t at = ranges[i].low + 1, end = ranges[i].high;
		uint32_t agree = 0;

		if (at < 1)
			continue;
		for (uint32_t j = 0; j < n; j++) {
			if (at <= ranges[j].low || at > ranges[j].high)
				continue;
			agree++;
			if (ranges[j].high < end)
				end = ranges[j].high;
		}
		if (agree < limit->agree || (agree == limit->agree && (uint64_t)at >= limit->low))
			continue;
		limit->agree = agree;
		limit->low = (uint64_t)at;
		limit->high = (uint64_t)end;
	}
}

struct ir_limit ir_limit_infer(const struct ir_recording_info *info, uint64_t initial_pages,
			       enum ir_share share, uint16_t device)
{
	const struct ir_recorded_machine *m = &info->machine;
	int64_t initial = unknown_initial(info, initial_pages, share);
	struct ir_limit limit = { .shortages = 0 };
	struct range ranges[RANGES];
	uint32_t n = 0;

	if (share == IR_SHARE_DEVICE && !device)
		device = most_short(m);
	for (size_t i = 0; i < m->nr_shortages; i++) {
		if (share == IR_SHARE_DEVICE && m->shortages[i].device != device)
			continue;
		limit.shortages++;
		if (n < RANGES)
			ranges[n++] = range_of(info, &m->shortages[i], share, initial);
	}
	intersect(ranges, n, &limit);
	return limit;
}

uint64_t ir_limit_initial_lazy(const struct ir_recording_info *info, uint64_t initial_pages,
			       uint64_t limit)
{
	const struct ir_recorded_machine *m = &info->machine;
	struct ir_limit shown = ir_limit_infer(info, initial_pages, IR_SHARE_GUEST, 0);
	uint64_t most = unmapped_before(info), room, lazy;

	if (m->nr_shortages && !m->shortages[0].flushed && shown.low) {
		/* With them the recorded host was full at the first shortage. */
		struct range r = range_of(info, &m->shortages[0], IR_SHARE_GUEST,
					  unknown_initial(info, initial_pages, IR_SHARE_GUEST));
		int64_t full = (int64_t)ir_limit_value(&shown) - (r.high - (int64_t)most);

		full += m->shortages[0].pages / 2;
		lazy = full > 0 ? (uint64_t)full : 0;
		most = lazy < most ? lazy : most;
	} else if (m->nr_shortages || (limit && initial_pages + most + info->max_live_pages > limit)) {
		/* They did not fit: the host ran short before, and all were flushed then. */
		most = 0;
	}
	room = limit > initial_pages ? limit - initial_pages : 0;
	return limit && most > room ? room : most;
}
