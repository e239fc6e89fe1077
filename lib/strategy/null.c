// SPDX-License-Identifier: GPL-2.0-or-later
/* Flushes nothing: to test the replay, and to time it. */
#include "strategy/common.h"

const struct ir_strategy ir_null = {
	.name = "null",
	.summary = "no RPCIT at all; counts operations, to test and time the replay itself",
	.origin = "this program",
	.unmap = IR_UNMAP_DIRECT,
	.not_in_all = true,
};
