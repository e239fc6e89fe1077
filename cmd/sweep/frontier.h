/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cost against exposure, over queue sizes and timeouts: sweep --frontier. */
#ifndef CMD_SWEEP_FRONTIER_H
#define CMD_SWEEP_FRONTIER_H

#include "io/output.h"
#include "sweep/priv.h"

/**
 * frontier_text - replay every strategy with every queue, and show what nothing beats
 * @sweep: its recording is open
 *
 * Returns the text for free(); NULL with @rc a negative errno and @err set.
 */
char *frontier_text(const struct sweep *sweep, const struct output *out, int *rc,
		    struct ir_error *err);

/** frontier_stored_text - that of a report, whose combinations are not replayed; NULL: no memory */
char *frontier_stored_text(const struct sweep *sweep, const struct ir_report *report, const struct output *out);

#endif
