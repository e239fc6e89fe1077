/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sweep that a JSON report has, as its command had it. */
#ifndef CMD_SWEEP_STORED_H
#define CMD_SWEEP_STORED_H

#include "render/sweep.h"

/* All of it belongs to the report. */
struct stored_sweep {
	struct sweep sweep;
	struct settings settings;	/* the sweep's: those of the command that wrote the report */
	bool is_frontier;		/* there is no more than these, and the report: frontier_stored_text() */
};

/** stored_sweep_is - whether @report is one of sweep, with a curve, answers or a frontier */
bool stored_sweep_is(const struct ir_report *report);
/**
 * stored_sweep_read - what the renderers of sweep show
 * @settings: of the command that shows it
 *
 * Returns 0, -ENOMEM, or -EINVAL if the sweep does not belong to the results beside it; @err is set.
 * stored_sweep_free() in any case.
 */
int stored_sweep_read(struct stored_sweep *stored, const struct settings *settings,
		      const struct ir_report *report, struct ir_error *err);
void stored_sweep_free(struct stored_sweep *stored);

#endif
