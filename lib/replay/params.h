/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parameters: the user's, the recording's, and the kernel's defaults. */
#ifndef IR_REPLAY_PARAMS_H
#define IR_REPLAY_PARAMS_H

#include <iommu-replay/replay.h>

/** ir_params_resolve - every value that a replay uses, and where it came from */
void ir_params_resolve(const struct ir_config *config, const struct ir_recording_info *info,
		       struct ir_effective *par);

/** ir_params_usual_timeout - queue and timeout are those that Linux has on such a machine */
bool ir_params_usual_timeout(const struct ir_effective *par);

#endif
