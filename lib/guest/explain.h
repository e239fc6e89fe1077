/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the holders of the entries when the guest runs short; see iommu-replay/explain.h. */
#ifndef IR_GUEST_EXPLAIN_H
#define IR_GUEST_EXPLAIN_H

#include <iommu-replay/explain.h>
#include "guest/guest.h"

/**
 * ir_explain_shortage - a mapping of so many pages met a shortage, which has not been dealt with
 *
 * Costs as much as there are mappings and lazily unmapped pages; after
 * EXPLAIN_WORK of these in all, shortages are counted only.
 */
void ir_explain_shortage(const struct ir_domain *d, enum ir_shortage_kind kind, uint64_t pages);
/** ir_explain_finish - put the holders of all shortages in order */
void ir_explain_finish(struct ir_explanation *x);

#endif
