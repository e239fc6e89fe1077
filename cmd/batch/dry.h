/* SPDX-License-Identifier: GPL-2.0-or-later */
/* batch --dry-run: the cells, time and size of a batch. */
#ifndef CMD_DRY_H
#define CMD_DRY_H

#include "batch/plan.h"

/**
 * batch_dry_run - print cells, time and size of a plan
 * @first, @end: the cells of the shard
 *
 * The smallest recording is opened and replayed once, for the time.  Returns the exit
 * status: that of an error if a recording is missing.
 */
int batch_dry_run(const struct settings *settings, const struct plan *plan, size_t first, size_t end);

#endif
