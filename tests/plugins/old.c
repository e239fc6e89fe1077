// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plug-in of ABI 1: a strategy that does what sync-map-retry does, and a hypervisor that
 * does what kvm does with a limit.  "slack" is how many entries are left when it reports a
 * shortage.
 */
#include "abi1.h"

#include <errno.h>
#include <stdlib.h>

struct count {
	uint64_t maps;
};

static int old_sync_map(struct ir_domain *domain, uint64_t iova, uint64_t size)
{
	struct count *count = ir_domain_priv(domain);
	int rc;

	count->maps++;
	if (!ir_tlb_refresh(domain))
		return 0;
	rc = ir_rpcit(domain, iova, size, IR_CAUSE_SYNC_MAP);
	return rc == -ENOMEM ? ir_rpcit_global(domain, IR_CAUSE_RETRY) : rc;
}

static void old_sync(struct ir_domain *domain, const struct ir_gather *gather)
{
	ir_rpcit(domain, gather->start, gather->end - gather->start + 1, IR_CAUSE_SYNC);
}

static void old_flush(struct ir_domain *domain, enum ir_cause cause)
{
	ir_rpcit_global(domain, cause);
}

static const struct ir_strategy old_retry = {
	.name = "old-retry", .summary = "as sync-map-retry", .origin = "a test",
	.unmap = IR_UNMAP_QUEUED, .domain_size = sizeof(struct count),
	.iotlb_sync_map = old_sync_map, .iotlb_sync = old_sync, .flush_iotlb_all = old_flush,
};

struct old {
	uint64_t avail, slack;
};

static void *old_open(const struct ir_hypervisor_params *params)
{
	struct old *old = malloc(sizeof(*old));

	if (old)
		*old = (struct old){ params->entry_limit, params->own[0] };
	return old;
}

static enum ir_rpcit_status old_rpcit(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last)
{
	struct old *old = hv;
	bool again;

	do {
		uint64_t pfn = ir_iopt_next_stale(iopt, first, last);

		again = false;
		while (pfn != UINT64_MAX) {
			if (!ir_iopt_guest(iopt, pfn) || old->avail) {
				old->avail += ir_iopt_guest(iopt, pfn) ? UINT64_MAX : 1;
				ir_iopt_refresh(iopt, pfn);
			} else {
				again = true;
			}
			pfn = pfn < last ? ir_iopt_next_stale(iopt, pfn + 1, last) : UINT64_MAX;
		}
	} while (again && old->avail);
	return old->avail <= old->slack ? IR_RPCIT_INSUFFICIENT : IR_RPCIT_OK;
}

static uint64_t old_available(const void *hv)
{
	return ((const struct old *)hv)->avail;
}

static const struct ir_hypervisor_param own[] = {
	{ "slack", "entries left at a shortage", 0, 1000, 0 },
	{ .name = NULL },
};

static const struct ir_hypervisor old_kvm = {
	.name = "old-kvm", .summary = "as kvm", .origin = "a test",
	.defaults = { .entry_limit = 65535, .tlb_refresh = 1 },
	.has_entry_limit = true, .serialises = true, .shadows = true, .own = own,
	.open = old_open, .close = free, .rpcit = old_rpcit, .available = old_available,
};

static const struct ir_strategy *const strategies[] = { &old_retry, NULL };
static const struct ir_hypervisor *const hypervisors[] = { &old_kvm, NULL };

const struct ir_plugin ir_plugin = {
	.abi = 1, .size = sizeof(struct ir_plugin), .strategy_size = sizeof(struct ir_strategy),
	.hypervisor_size = sizeof(struct ir_hypervisor), .param_size = sizeof(struct ir_hypervisor_param),
	.version = "0.9", .strategies = strategies, .hypervisors = hypervisors,
};
