/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strategies and hypervisors of a recording, where the command line leaves them open. */
#ifndef CMD_SUIT_H
#define CMD_SUIT_H

#include "base/cmd.h"

/** default_hypervisor - that of a machine like the recorded one */
const struct ir_hypervisor *default_hypervisor(const struct ir_recording_info *info,
					       const struct ir_iommu *iommu);
/**
 * settings_suit - the same settings, for one recording
 * @info: NULL: of s390, to look for contradictions before there is a recording
 *
 * "all" leaves out the strategies of other IOMMUs; without --hypervisor it is that of the
 * recorded machine.  Free @own with settings_suit_free().  0 or -ENOMEM.
 */
int settings_suit(const struct settings *settings, const struct ir_recording_info *info,
		  struct settings *own);
void settings_suit_free(struct settings *own);

#endif
