// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "replay/limit.h"

/* More shortages than these do not make it more certain. */
#define RANGES 512

/* How many unmapped pages the queue had when the recording began is not known. */
#define UNBOUNDED (INT64_MAX / 2)

/* low < limit <= high */
struct range {
	int64_t low, high;
};

static uint64_t found_of(const struct ir_recording_info *info, size_t device)
{
	return info->machine.found_of ? info->machine.found_of[device] : 0;
}

/* So many pages raise every device to this number of pages, or to what it has if that is more. */
static uint64_t pages_up_to(const struct ir_recording_info *info, uint64_t level)
{
	uint64_t pages = 0;

	for (size_t d = 1; d < info->nr_devices; d++)
		pages += level > found_of(info, d) ? level - found_of(info, d) : 0;
	return pages;
}

/* The largest one that @pages suffice for. */
static uint64_t common_level(const struct ir_recording_info *info, uint64_t pages)
{
	uint64_t low = 0, high = pages + info->machine.found_pages;

	while (low < high) {
		uint64_t level = low + (high - low + 1) / 2;

		if (pages_up_to(info, level) <= pages)
			low = level;
		else
			high = level - 1;
	}
	return low;
}

static uint64_t unknown_pages(const struct ir_recording_info *info, uint64_t initial_pages)
{
	uint64_t found = info->machine.found_pages;

	return initial_pages > found ? initial_pages - found : 0;
}

struct ir_initial ir_limit_initial(const struct ir_recording_info *info, uint64_t initial_pages)
{
	struct ir_initial initial = { .unknown = unknown_pages(info, initial_pages) };
	uint64_t rest;

	if (!ir_limit_several(info))
		return initial;
	initial.level = common_level(info, initial.unknown);
	rest = initial.unknown - pages_up_to(info, initial.level);
	for (size_t d = 1; d < info->nr_devices && rest; d++) {
		if (found_of(info, d) > initial.level)
			continue;
		initial.more = (uint16_t)d;
		rest--;
	}
	return initial;
}

uint64_t ir_limit_initial_of(const struct ir_recording_info *info, const struct ir_initial *initial,
			     uint16_t device)
{
	if (!ir_limit_several(info))
		return initial->unknown;
	if (!device || found_of(info, device) > initial->level)
		return 0;
	return initial->level - found_of(info, device) + (device <= initial->more);
}

/* The same with one limit for each device, or for all. */
static int64_t unknown_initial(const struct ir_recording_info *info, const struct ir_initial *initial,
			       enum ir_share share, uint16_t device)
{
	return (int64_t)(share == IR_SHARE_DEVICE ? ir_limit_initial_of(info, initial, device) : initial->unknown);
}

/* Pages unmapped before the recording may have been held until the first flush. */
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
	else if (!s->flushed && info->machine.queued_before)
		r.high = UNBOUNDED;
	if (!s->flushed)
		r.high += (int64_t)unmapped_before(info);
	return r;
}

/* How many shortages a device has; those of the first @end, where they were not counted. */
static uint32_t count_of(const struct ir_recorded_machine *m, uint16_t device, size_t end)
{
	uint32_t n = 0;

	if (m->shortages_of)
		return m->shortages_of[device];
	for (size_t i = 0; i < end; i++)
		n += m->shortages[i].device == device;
	return n;
}

static uint16_t device_with_most_shortages(const struct ir_recorded_machine *m)
{
	uint16_t device = 0;
	uint32_t most = 0;

	for (size_t i = 0; i < m->nr_shortages; i++) {
		uint32_t n = count_of(m, m->shortages[i].device, m->nr_shortages);

		if (n > most) {
			most = n;
			device = m->shortages[i].device;
		}
	}
	return device;
}

/* A stretch that is as good as the best so far: not one that @held refutes, else the lower one. */
static bool is_better(const struct ir_limit *limit, int64_t low, int64_t high, int64_t held)
{
	bool refuted = high < held, best_refuted = (int64_t)limit->high < held;

	return refuted != best_refuted ? best_refuted : (uint64_t)low < limit->low;
}

/*
 * The first stretch that most ranges cover; it begins behind a low end.
 * @held: so many pages were held without a shortage
 */
static void most_common_range(const struct range *ranges, uint32_t n, int64_t held, struct ir_limit *limit)
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
		if (agree < limit->agree || (agree == limit->agree && !is_better(limit, at, end, held)))
			continue;
		limit->agree = agree;
		limit->low = (uint64_t)at;
		limit->high = (uint64_t)end;
	}
}

struct ir_limit ir_limit_infer(const struct ir_recording_info *info, const struct ir_initial *initial,
			       enum ir_share share, uint16_t device)
{
	const struct ir_recorded_machine *m = &info->machine;
	struct ir_limit limit = { .shortages = 0 };
	struct range ranges[RANGES];
	int64_t unknown, held;
	uint32_t n = 0;

	if (share == IR_SHARE_DEVICE && !device)
		device = device_with_most_shortages(m);
	unknown = unknown_initial(info, initial, share, device);
	held = share == IR_SHARE_DEVICE && m->held_pages ? m->held_pages[device] + unknown : 0;
	if (share == IR_SHARE_DEVICE && !count_of(m, device, m->nr_shortages))
		return limit;
	for (size_t i = 0; i < m->nr_shortages; i++) {
		if (share == IR_SHARE_DEVICE && m->shortages[i].device != device)
			continue;
		limit.shortages++;
		if (n < RANGES)
			ranges[n++] = range_of(info, &m->shortages[i], share, unknown);
	}
	most_common_range(ranges, n, held, &limit);
	if (limit.high >= UNBOUNDED) {	/* at least that, and more than was held without a shortage */
		if (held >= (int64_t)limit.low)
			limit.low = (uint64_t)held + 1;
		limit.high = limit.low;
	}
	return limit;
}

/* Whether one of the shortages before @i has the same device. */
static bool is_repeated_device(const struct ir_recorded_machine *m, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (m->shortages[j].device == m->shortages[i].device)
			return true;
	return false;
}

/* Every device has a limit of its own; @nr devices had shortages. */
static struct ir_limit own_limits(const struct ir_recording_info *info, const struct ir_initial *initial,
				  bool *differ, uint32_t *nr)
{
	const struct ir_recorded_machine *m = &info->machine;
	struct ir_limit all = ir_limit_infer(info, initial, IR_SHARE_DEVICE, 0);
	uint64_t value = ir_limit_value(&all);

	*differ = false;
	*nr = 0;
	if (!ir_limit_several(info))
		return all;
	all.agree = all.shortages = 0;
	for (size_t i = 0; i < m->nr_shortages; i++) {
		struct ir_limit own;

		if (is_repeated_device(m, i))
			continue;
		own = ir_limit_infer(info, initial, IR_SHARE_DEVICE, m->shortages[i].device);
		++*nr;
		all.agree += own.agree;
		all.shortages += own.shortages;
		*differ |= ir_limit_value(&own) != value;
	}
	for (uint16_t d = 1; m->held_pages && d < info->nr_devices; d++)
		*differ |= ir_limit_of_device(info, initial, d, value, UINT64_MAX) == UINT64_MAX;
	return all;
}

/* A shortage whose RPCIT has no device cannot be attributed. */
static bool all_have_device(const struct ir_recorded_machine *m)
{
	for (size_t i = 0; i < m->nr_shortages; i++)
		if (!m->shortages[i].device)
			return false;
	return true;
}

/*
 * Whether one limit for all explains the shortages, and limits of @nr devices less.  A tenth may be off
 * by what other CPUs did at that moment.  Limits that differ explain one shortage each in any case.
 */
static bool is_shared(const struct ir_limits *limits, uint32_t nr)
{
	uint32_t tenth = limits->all.shortages / 10, missed = limits->all.shortages - limits->all.agree;

	if (missed > tenth)
		return false;
	return limits->own.shortages - limits->own.agree > missed + tenth ||
		(limits->differ && nr > 1 && limits->all.agree + nr > limits->own.agree + 1);
}

void ir_limit_compare(const struct ir_recording_info *info, uint64_t initial_pages,
		      struct ir_limits *limits)
{
	const struct ir_initial initial = ir_limit_initial(info, initial_pages);
	uint32_t nr;

	*limits = (struct ir_limits){ .share = IR_SHARE_DEVICE };
	limits->own = own_limits(info, &initial, &limits->differ, &nr);
	limits->all = ir_limit_infer(info, &initial, IR_SHARE_GUEST, 0);
	if (!ir_limit_several(info) || !all_have_device(&info->machine))
		return;
	limits->compared = true;
	if (is_shared(limits, nr))
		limits->share = IR_SHARE_GUEST;
}

uint64_t ir_limit_of_device(const struct ir_recording_info *info, const struct ir_initial *initial,
			    uint16_t device, uint64_t others, uint64_t otherwise)
{
	const struct ir_recorded_machine *m = &info->machine;
	struct ir_limit own = { .shortages = 0 };

	if (device)
		own = ir_limit_infer(info, initial, IR_SHARE_DEVICE, device);
	if (own.low)
		return ir_limit_value(&own);
	if (!device || !m->held_pages ||
	    m->held_pages[device] + unknown_initial(info, initial, IR_SHARE_DEVICE, device) <
	    (int64_t)others)
		return others;
	return otherwise;
}

uint64_t ir_limit_initial_lazy(const struct ir_recording_info *info, uint64_t initial_pages,
			       uint64_t limit)
{
	const struct ir_recorded_machine *m = &info->machine;
	const struct ir_initial initial = ir_limit_initial(info, initial_pages);
	struct ir_limit shown = ir_limit_infer(info, &initial, IR_SHARE_GUEST, 0);
	uint64_t most = unmapped_before(info), room, lazy;

	if (m->nr_shortages && !m->shortages[0].flushed && shown.low) {
		/* With them the recorded host was full at the first shortage. */
		struct range r = range_of(info, &m->shortages[0], IR_SHARE_GUEST,
					  unknown_initial(info, &initial, IR_SHARE_GUEST, 0));
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
