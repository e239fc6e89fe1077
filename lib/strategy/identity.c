// SPDX-License-Identifier: GPL-2.0-or-later
/* Domain type identity (iommu.passthrough=1): no page table, and all memory is reachable. */
#include <iommu-replay/strategy.h>

const struct ir_strategy ir_identity = {
	.name = "identity",
	.summary = "no translation: nothing is flushed, and the device reaches all memory at all times",
	.origin = "Linux 6.12, domain type identity",
	.unmap = IR_UNMAP_DIRECT,
	.not_in_all = true,
	.identity = true,
};
