// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An idea for s390-iommu, as a plug-in: learn how many pages the hypervisor has
 * room for, and flush before they are used up.
 *
 * sync-map-retry waits until RPCIT reports insufficient resources.  This strategy
 * remembers how many pages were mapped since the last flush when that happened,
 * and from then on flushes its queue when it comes near.  Fewer maps see a
 * shortage; the price is a few flushes more.
 */
#include <errno.h>
#include <iommu-replay/plugin.h>

/* State that a patch would add to struct zpci_dev. */
struct low_water {
	uint64_t mapped;	/* pages, since the last flush of everything */
	uint64_t room;		/* so many were too many; 0: never yet */
};

static void flush_all(struct ir_domain *domain, enum ir_cause cause)
{
	struct low_water *lw = ir_domain_priv(domain);

	if (!ir_rpcit_global(domain, cause))
		lw->mapped = 0;
}

static int sync_map(struct ir_domain *domain, uint64_t iova, uint64_t size)
{
	struct low_water *lw = ir_domain_priv(domain);
	uint64_t pages = size >> IR_PAGE_SHIFT;
	int rc;

	if (!ir_tlb_refresh(domain))
		return 0;
	/* An eighth is kept back: other devices use the same room. */
	if (lw->room && lw->mapped + pages > lw->room - lw->room / 8)
		ir_queue_flush(domain, IR_CAUSE_QUEUE_FULL);
	lw->mapped += pages;
	rc = ir_rpcit(domain, iova, size, IR_CAUSE_SYNC_MAP);
	if (rc != -ENOMEM)
		return rc;
	lw->room = lw->mapped;
	rc = ir_rpcit_global(domain, IR_CAUSE_RETRY);
	if (!rc)
		lw->mapped = 0;
	return rc;
}

static void sync_unmapped(struct ir_domain *domain, const struct ir_gather *gather)
{
	ir_rpcit(domain, gather->start, gather->end - gather->start + 1, IR_CAUSE_SYNC);
}

static const struct ir_strategy low_water = {
	.name = "low-water",
	.summary = "as sync-map-retry, but flushes when the room found before is nearly used up",
	.origin = "example of iommu-replay-plugin(7)",
	.unmap = IR_UNMAP_QUEUED,
	.domain_size = sizeof(struct low_water),
	.iotlb_sync_map = sync_map,
	.iotlb_sync = sync_unmapped,
	.flush_iotlb_all = flush_all,
};

static const struct ir_strategy *const strategies[] = { &low_water, NULL };

const struct ir_plugin ir_plugin = {
	IR_PLUGIN_HEAD,
	.version = "1.0",
	.strategies = strategies,
};
