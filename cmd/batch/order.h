/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts the lines of a finished batch into the order of its cells. */
#ifndef CMD_BATCH_ORDER_H
#define CMD_BATCH_ORDER_H

#include "batch/plan.h"
#include "batch/results.h"

struct cell_order {
	const struct plan *plan;
	struct results *results;
	size_t first, end;	/* the cells */
	const size_t *line;	/* of each, in @results */
};

/**
 * order_put - rewrite the file in the order of cells, unless it has that order already
 *
 * Returns 0 or a negative errno with @err set.
 */
int order_put(const struct cell_order *order, struct ir_error *err);

#endif
