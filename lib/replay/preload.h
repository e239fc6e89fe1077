/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pages that were mapped before the recording began. */
#ifndef IR_REPLAY_PRELOAD_H
#define IR_REPLAY_PRELOAD_H

#include <iommu-replay/recording.h>
#include "guest/guest.h"

/** ir_preload - map those of the recording's devices, of copy number @copy of them (struct ir_copies) */
void ir_preload(struct ir_guest *g, const struct ir_recording_info *info, uint32_t copy);

#endif
