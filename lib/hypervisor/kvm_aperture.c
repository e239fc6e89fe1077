// SPDX-License-Identifier: GPL-2.0-or-later
/* As kvm, and the guest is given an aperture of no more pages than the limit. */
#include "hypervisor/shadow.h"

const struct ir_hypervisor ir_kvm_aperture = {
	.name = "kvm-aperture",
	.summary = "as kvm, with an aperture of as many pages as the limit: IOVAs run out instead",
	.origin = "QEMU, hw/s390x/s390-pci-vfio.c: the aperture restriction",
	.defaults = { .entry_limit = 65535, .tlb_refresh = 1 },
	.has_entry_limit = true,
	.limits_aperture = true,
	.serialises = true,	/* QEMU holds its big lock */
	.shadows = true,
	.has_backend = true,
	.open = ir_shadow_open,
	.close = ir_shadow_close,
	.rpcit = ir_shadow_rpcit,
	.available = ir_shadow_available,
	.room = ir_shadow_room,
	.disable = ir_shadow_disable,
};
