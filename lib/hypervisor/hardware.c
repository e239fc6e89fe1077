// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine itself, or a machine-level hypervisor: the device walks the guest's table, and a
 * flush is for its TLB alone.  lpar is the name that this had on s390.
 */
#include <stdlib.h>

#include <iommu-replay/hypervisor.h>

static void *hardware_open(const struct ir_hypervisor_params *params)
{
	(void)params;
	return malloc(1);
}

static enum ir_rpcit_status hardware_rpcit(void *hv, struct ir_iopt *iopt, uint64_t first,
				       uint64_t last)
{
	(void)hv;
	ir_iopt_refresh_range(iopt, first, last);
	return IR_RPCIT_OK;
}

static uint64_t hardware_available(const void *hv)
{
	(void)hv;
	return UINT64_MAX;
}

const struct ir_hypervisor ir_hardware = {
	.name = "hardware",
	.summary = "no shadow; a flush never fails, and is not needed after mapping",
	.origin = "drivers/iommu/intel/iommu.c, drivers/iommu/amd/iommu.c, Linux 6.12: no caching mode, no NpCache",
	.defaults = { .tlb_refresh = 0 },
	.open = hardware_open,
	.close = free,
	.rpcit = hardware_rpcit,
	.available = hardware_available,
};

const struct ir_hypervisor ir_lpar = {
	.name = "lpar",
	.summary = "no shadow; an RPCIT only flushes, never fails, and is not needed after mapping",
	.origin = "arch/s390/pci/pci_clp.c, Linux 6.12: tlb_refresh is 0",
	.defaults = { .tlb_refresh = 0 },
	.open = hardware_open,
	.close = free,
	.rpcit = hardware_rpcit,
	.available = hardware_available,
};
