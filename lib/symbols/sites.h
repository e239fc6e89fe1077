/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From call chains to call sites, when a recording was surveyed. */
#ifndef IR_TRACE_SITES_H
#define IR_TRACE_SITES_H

#include <iommu-replay/op.h>
#include <iommu-replay/sites.h>
#include "symbols/chains.h"
#include "symbols/symbols.h"

/* Totals of the operations with one call chain. */
struct ir_chain_total {
	uint64_t mappings;
	uint64_t pages;
	uint64_t failed;
	uint32_t site;		/* once there is a table */
};

struct ir_chain_totals {
	struct ir_chain_total *list;	/* by chain; [0]: those without */
	uint32_t nr;
};

/** ir_chain_count - add an operation; 0 or -ENOMEM */
int ir_chain_count(struct ir_chain_totals *totals, const struct ir_op *op);
/**
 * ir_sites_build - put chains with the same call site together, and rank them
 *
 * Fills in the site of each total.  Returns NULL: no memory.
 */
const struct ir_site_table *ir_sites_build(const struct ir_chains *chains,
					   const struct ir_symbols *syms,
					   struct ir_chain_totals *totals);

#endif
