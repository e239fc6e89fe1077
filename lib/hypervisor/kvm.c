// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QEMU with vfio, the interception model: hw/s390x/s390-pci-inst.c,
 * rpcit_service_call() and s390_pci_update_iotlb(), QEMU 10.0.
 *
 * The limit is vfio_iommu_type1's, per container.  Each zPCI device has a container
 * of its own, as it has an address space of its own (s390_pci_get_iommu(),
 * hw/s390x/s390-pci-bus.c; vfio_container_connect(), hw/vfio/container-legacy.c,
 * QEMU 10.2), so that each device has its own limit.
 */
#include "hypervisor/shadow.h"

const struct ir_hypervisor ir_kvm = {
	.name = "kvm",
	.summary = "shadow table; a limit of mappings for each device",
	.origin = "QEMU 10.0, hw/s390x/s390-pci-inst.c; vfio_iommu_type1 dma_entry_limit",
	/* U16_MAX: drivers/vfio/vfio_iommu_type1.c, Linux 6.12 */
	.defaults = { .entry_limit = 65535, .tlb_refresh = 1 },
	.has_entry_limit = true,
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
