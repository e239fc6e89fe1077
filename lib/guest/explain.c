// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/explain.h"

#include <stdlib.h>
#include <string.h>

#include "guest/mapping.h"

#define EXPLAIN_WORK (UINT64_C(1) << 25)	/* mappings and pages that are looked at in all */

/* The holders of one moment, and where what is seen is added. */
struct holders {
	struct ir_entry_holder *list;
	size_t nr, last;
	uint64_t now_ns;
	uint64_t live_pages, lazy_pages;
	uint16_t device;	/* whose table is gone through */
};

const char *ir_shortage_kind_name(enum ir_shortage_kind kind)
{
	static const char *const names[] = {
		[IR_SHORTAGE_RESOURCES] = "insufficient",
		[IR_SHORTAGE_IOVA] = "iova_exhausted",
		[IR_SHORTAGE_FAILED] = "map_failed",
		[IR_SHORTAGE_UNBACKED] = "unbacked",
	};

	return names[kind];
}

uint64_t ir_explanation_total(const struct ir_explanation *x)
{
	uint64_t total = 0;

	for (int kind = 0; kind < IR_SHORTAGE_KINDS; kind++)
		total += x->count[kind];
	return total;
}

static bool same_holder(const struct ir_entry_holder *a, const struct ir_entry_holder *b)
{
	return a->device == b->device && a->site == b->site && a->lazy == b->lazy;
}

/* Add what @h holds to the list, whose last place takes what is too much. */
static void merge_holder(struct ir_entry_holder *list, size_t *nr, size_t *last,
			 const struct ir_entry_holder *h)
{
	struct ir_entry_holder *to;
	size_t i = *last;

	if (i >= *nr || !same_holder(&list[i], h))
		for (i = 0; i < *nr && !same_holder(&list[i], h); i++)
			;
	if (i == *nr) {
		if (*nr == IR_EXPLAIN_HOLDERS)
			return;
		list[(*nr)++] = (struct ir_entry_holder){
			.device = h->device, .site = h->site, .lazy = h->lazy,
		};
	}
	*last = i;
	to = &list[i];
	to->pages += h->pages;
	to->page_ns += h->page_ns;
	if (h->oldest_ns > to->oldest_ns)
		to->oldest_ns = h->oldest_ns;
}

static void add_pages(struct holders *hs, uint32_t site, bool lazy, uint64_t pages, uint64_t since_ns)
{
	uint64_t age = hs->now_ns > since_ns ? hs->now_ns - since_ns : 0;

	if (lazy)
		hs->lazy_pages += pages;
	else
		hs->live_pages += pages;
	merge_holder(hs->list, &hs->nr, &hs->last, &(struct ir_entry_holder){
		.device = hs->device, .site = site, .lazy = lazy, .pages = pages,
		.oldest_ns = age, .page_ns = (double)age * (double)pages,
	});
}

static void add_lazy_pages(void *arg, uint32_t site, uint64_t pages, uint64_t since_ns)
{
	add_pages(arg, site, true, pages, since_ns);
}

/* A copy of a device (--devices) counts as the recorded one: it has no name of its own. */
static uint16_t recorded_device(const struct ir_guest *g, uint16_t device)
{
	return g->cfg.recorded_devices ? (uint16_t)(device % g->cfg.recorded_devices) : device;
}

/* The entries that the mappings of one device hold, or of all (NULL). */
static uint64_t collect_holders(const struct ir_guest *g, const struct ir_domain *only, struct holders *hs)
{
	uint64_t held = 0;

	for (uint32_t i = 0; i < g->nr_maps; i++) {
		const struct ir_mapping *m = &g->maps[i];

		if (m->state != MAP_LIVE || (only && m->device != only->device) ||
		    m->epoch != g->domains[m->device]->epoch)
			continue;
		hs->device = recorded_device(g, m->device);
		add_pages(hs, m->site, false, m->pages, g->map_since[i]);
	}
	for (uint32_t i = 0; i < g->nr_domains; i++) {
		const struct ir_domain *d = g->domains[i];

		if (!d || (only && d != only))
			continue;
		hs->device = recorded_device(g, d->device);
		ir_iopt_visit_exposed(d->iopt, add_lazy_pages, hs);
		held += g->cfg.hypervisor->shadows ? d->totals.shadow_pages : d->totals.live_pages;
	}
	return held;
}

static int by_pages(const void *a, const void *b)
{
	const struct ir_entry_holder *x = a, *y = b;

	if (x->pages != y->pages)
		return x->pages > y->pages ? -1 : 1;
	if (x->device != y->device)
		return x->device < y->device ? -1 : 1;
	if (x->site != y->site)
		return x->site < y->site ? -1 : 1;
	return (int)x->lazy - (int)y->lazy;
}

/* The shortage as one of all, and on its own if it is among the first. */
static void add_shortage(struct ir_explanation *x, struct ir_shortage *s, const struct holders *hs)
{
	size_t last = 0;

	x->examined++;
	x->live_pages += s->live_pages;
	x->lazy_pages += s->lazy_pages;
	x->other_pages += s->other_pages;
	for (size_t i = 0; i < hs->nr; i++)
		merge_holder(x->holders, &x->nr_holders, &last, &hs->list[i]);
	if (x->nr_moments == IR_EXPLAIN_MOMENTS)
		return;
	qsort(hs->list, hs->nr, sizeof(*hs->list), by_pages);
	s->nr_holders = (uint8_t)(hs->nr < IR_MOMENT_HOLDERS ? hs->nr : IR_MOMENT_HOLDERS);
	memcpy(s->holders, hs->list, s->nr_holders * sizeof(*hs->list));
	x->moments[x->nr_moments++] = *s;
}

void ir_explain_shortage(const struct ir_domain *d, enum ir_shortage_kind kind, uint64_t pages)
{
	struct ir_guest *g = d->guest;
	struct ir_explanation *x = g->cfg.explanation;
	/* IOVAs are the device's own, entries may be shared. */
	bool whole = g->par.share == IR_SHARE_GUEST && kind != IR_SHORTAGE_IOVA;
	struct ir_entry_holder list[IR_EXPLAIN_HOLDERS];
	struct holders hs = { .list = list, .now_ns = g->now_ns };
	struct ir_shortage s = {
		.time_ns = g->now_ns, .pages = pages, .device = recorded_device(g, d->device), .site = g->sites.site,
		.kind = (uint8_t)kind,
	};
	uint64_t held, seen;

	if (!ir_explanation_total(x))
		x->first_ns = g->now_ns;
	x->count[kind]++;
	x->last_ns = g->now_ns;
	if (g->explained > EXPLAIN_WORK)
		return;
	held = collect_holders(g, whole ? NULL : d, &hs);
	g->explained += g->nr_maps + hs.lazy_pages;
	s.live_pages = hs.live_pages;
	s.lazy_pages = hs.lazy_pages;
	seen = hs.live_pages + (g->cfg.hypervisor->shadows ? hs.lazy_pages : 0);
	s.other_pages = held > seen ? held - seen : 0;
	add_shortage(x, &s, &hs);
}

void ir_explain_finish(struct ir_explanation *x)
{
	qsort(x->holders, x->nr_holders, sizeof(*x->holders), by_pages);
}
