/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much of a recording is missing, as a share of it. */
#ifndef CMD_SHARE_H
#define CMD_SHARE_H

#include <stdio.h>
#include <iommu-replay/recording.h>

/**
 * share_missing - print "74,113 of 81,408 events lost, 2 damaged"
 *
 * Prints nothing, not even @before, if no event is known to be missing.
 */
void share_missing(const struct ir_recording_info *info, const char *before, FILE *out);

#endif
