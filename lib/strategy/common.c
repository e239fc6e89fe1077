// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "strategy/common.h"

int ir_retry_sync_map(struct ir_domain *domain, uint64_t iova, uint64_t size)
{
	int rc;

	if (!ir_tlb_refresh(domain))
		return 0;
	rc = ir_rpcit(domain, iova, size, IR_CAUSE_SYNC_MAP);
	if (rc == -ENOMEM)
		rc = ir_rpcit_global(domain, IR_CAUSE_RETRY);
	return rc;
}

void ir_ranged_sync(struct ir_domain *domain, const struct ir_gather *gather)
{
	ir_rpcit(domain, gather->start, gather->end - gather->start + 1, IR_CAUSE_SYNC);
}

void ir_global_flush(struct ir_domain *domain, enum ir_cause cause)
{
	ir_rpcit_global(domain, cause);
}
