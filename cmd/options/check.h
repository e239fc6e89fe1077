/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Contradictions between options. */
#ifndef CMD_CHECK_H
#define CMD_CHECK_H

#include <iommu-replay/error.h>
#include <iommu-replay/replay.h>

/**
 * parameters_check - whether parameters contradict each other
 *
 * Parameters of a manifest's machine are exempt: a queue of a type has a size even if a
 * domain has no queue.  Returns 0, or -EINVAL with @err set.
 */
int parameters_check(const struct ir_params *params, struct ir_error *err);

#endif
