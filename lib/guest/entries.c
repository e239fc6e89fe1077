// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Entries of the host's limit that are not pages: leaves of the guest's page table of any
 * power of two, or the powers of two of requests.
 *
 * All entries of a mapping come with its sync, in the order of their addresses, and go
 * with the flush after its unmap.  So a number for each mapping suffices, and which
 * pages were refused is in the I/O page table.
 */
#include "guest/guest.h"
#include "iommu/cover.h"

/* Pages of the first entry of a piece; @left: of its call of map_pages, pages to come. */
static uint64_t first_entry_pages(enum ir_entry_unit unit, uint64_t pfn, uint64_t frame, uint64_t pages,
				  uint64_t *left)
{
	uint64_t n;

	if (unit == IR_ENTRY_LEAF)
		return ir_leaf_first(pfn, frame, pages);
	if (!*left)
		*left = ir_map_request(pfn, frame, pages);
	n = ir_pow2_first(pfn, pfn + *left - 1);
	*left -= n;
	return n;
}

void ir_entries_take(struct ir_domain *d, struct ir_serving *s)
{
	struct ir_guest *g = d->guest;
	uint64_t pfn = s->pfn, asked = 0, refused_from = UINT64_MAX, n;

	for (uint32_t i = 0; i < s->nr; i++) {
		uint64_t frame = s->segs[i].paddr >> IR_PAGE_SHIFT, pages = s->segs[i].pages, left = 0;

		for (; pages; pages -= n, pfn += n, frame += n) {
			n = first_entry_pages(g->par.iommu->entry, pfn, frame, pages, &left);
			asked++;
			if (g->cfg.hypervisor->take(d->hv, 1))
				s->taken++;
			else if (refused_from == UINT64_MAX)
				refused_from = pfn;
		}
	}
	d->entries += s->taken;
	g->entries += s->taken;
	ir_raise_peak(d->entries, &d->res.entries.peak);
	ir_raise_peak(g->entries, &g->res.entries.peak);
	ir_count(d, entries.refused, asked - s->taken);
	if (refused_from != UINT64_MAX)
		ir_iopt_refuse(d->iopt, refused_from, pfn - 1);
}

void ir_entries_unmapped(struct ir_domain *d, uint32_t taken)
{
	d->lazy_entries += taken;
	if (d->guest->par.iommu->requests)	/* an UNMAP request is served before later MAPs */
		ir_entries_flushed(d);
}

void ir_entries_flushed(struct ir_domain *d)
{
	struct ir_guest *g = d->guest;

	d->entries -= d->lazy_entries;
	g->entries -= d->lazy_entries;
	g->cfg.hypervisor->give(d->hv, d->lazy_entries);
	d->lazy_entries = 0;
}

static void count_requests(struct ir_domain *d, enum ir_cause cause, uint64_t n)
{
	ir_count(d, invalidations.total, n);
	ir_count(d, invalidations.by_cause[cause], n);
	ir_count(d, invalidations.by_kind[IR_INVALIDATION_REQUEST], n);
}

uint32_t ir_requests_map(struct ir_domain *d, uint64_t pfn, const struct ir_segment *seg)
{
	struct ir_serving serving = { .segs = seg, .pfn = pfn, .nr = 1 };

	count_requests(d, IR_CAUSE_SYNC_MAP,
		       ir_map_requests(pfn, seg->paddr >> IR_PAGE_SHIFT, seg->pages));
	if (ir_entries_counted(d->guest))
		ir_entries_take(d, &serving);
	return serving.taken;
}

/*
 * viommu_del_mappings(), drivers/iommu/virtio-iommu.c, Linux 6.12: all mappings that begin in
 * the range, as a whole; iommu_unmap() goes on behind the last of them.
 */
uint32_t ir_requests_of_unmap(uint64_t pfn, const struct ir_segment *segs, uint32_t nr)
{
	uint64_t at = pfn, end = pfn, left = 0, size;	/* @end: of the pages that are asked for */
	uint32_t n = 0;

	for (uint32_t i = 0; i < nr; i++)
		left += segs[i].pages;
	for (uint32_t i = 0; i < nr; i++) {
		uint64_t frame = segs[i].paddr >> IR_PAGE_SHIFT;

		for (uint64_t pages = segs[i].pages; pages; pages -= size, frame += size) {
			if (at >= end) {
				end = at + ir_map_request(at, at, left);
				n++;
			}
			size = ir_map_request(at, frame, pages);
			at += size;
			left -= size;
		}
	}
	return n;
}

void ir_requests_unmap(struct ir_domain *d, uint64_t pfn, uint64_t pages, uint32_t requests)
{
	count_requests(d, IR_CAUSE_SYNC, requests ? requests : ir_map_requests(pfn, pfn, pages));
}

void ir_guest_count_unbacked(struct ir_domain *d, uint64_t pfn, uint64_t pages)
{
	const struct ir_strategy *st = d->guest->cfg.strategy;
	uint64_t last = pfn + pages - 1, n;

	/* A strategy that never refreshes anything is not asked about it. */
	if ((!st->map_pages && !st->iotlb_sync_map) || !d->guest->cfg.hypervisor->shadows)
		return;
	n = ir_iopt_left_out(d->iopt, pfn, last);
	if (!n)
		return;
	ir_count(d, maps.unbacked, 1);
	ir_count(d, maps.unbacked_pages, n);
	if (ir_guest_site(d->guest))
		ir_guest_site(d->guest)->unbacked++;
	ir_guest_note_failure(d, IR_FAILURE_UNBACKED, n);
}
