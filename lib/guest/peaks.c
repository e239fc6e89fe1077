// SPDX-License-Identifier: GPL-2.0-or-later
/* Keeps the peaks of a guest's counters, and adds their values and failures to its timeline. */
#include "guest/explain.h"
#include "guest/timeline.h"

void ir_guest_note_values(struct ir_guest *g)
{
	uint64_t values[IR_TRACKS];

	values[IR_TRACK_HOST_PAGES] = g->totals.shadow_pages;
	values[IR_TRACK_LIVE_PAGES] = g->totals.live_pages;
	values[IR_TRACK_LAZY_PAGES] = g->totals.lazy_pages;
	values[IR_TRACK_QUEUE_ENTRIES] = g->queue_entries;
	ir_timeline_values(g->cfg.timeline, g->now_ns, values);
}

void ir_guest_begin_timeline(struct ir_guest *g)
{
	if (!g->cfg.timeline || g->now_ns > g->start_ns)
		return;
	ir_timeline_restart(g->cfg.timeline);
	ir_guest_note_values(g);
}

void ir_guest_note_failure(const struct ir_domain *d, enum ir_failure kind, uint64_t pages)
{
	static const enum ir_shortage_kind shortages[] = {
		[IR_FAILURE_IOVA_EXHAUSTED] = IR_SHORTAGE_IOVA,
		[IR_FAILURE_MAP_FAILED] = IR_SHORTAGE_FAILED,
		[IR_FAILURE_UNBACKED] = IR_SHORTAGE_UNBACKED,
	};
	const struct ir_guest *g = d->guest;

	if (g->cfg.explanation)
		ir_explain_shortage(d, shortages[kind], pages);
	if (g->cfg.timeline)
		ir_timeline_failure(g->cfg.timeline, &(struct ir_timeline_failure){
			.time_ns = g->now_ns, .pages = pages, .cpu = g->cpu, .device = d->device,
			.kind = kind,
		});
}

/* The other domains have no more than at the last look. */
void ir_guest_note_all_peaks(struct ir_guest *g)
{
	struct ir_domain *d;

	while ((d = g->grown)) {
		g->grown = d->next_grown;
		d->grown = false;
		if (d->priv)
			ir_guest_update_peaks(d);
	}
	ir_guest_sample(g);
}
