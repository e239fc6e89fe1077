/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Callbacks that several strategies share, as in drivers/iommu/s390-iommu.c, Linux 6.12. */
#ifndef IR_STRATEGY_COMMON_H
#define IR_STRATEGY_COMMON_H

#include <iommu-replay/op.h>
#include <iommu-replay/strategy.h>

/* Others do the same until an RPCIT fails. */
extern const struct ir_strategy ir_strict, ir_sync_map_retry;

/* RPCIT over the range; on insufficient resources one global RPCIT, whose result counts. */
int ir_retry_sync_map(struct ir_domain *domain, uint64_t iova, uint64_t size);
/* RPCIT over what was gathered. */
void ir_ranged_sync(struct ir_domain *domain, const struct ir_gather *gather);
/* Global RPCIT. */
void ir_global_flush(struct ir_domain *domain, enum ir_cause cause);

#endif
