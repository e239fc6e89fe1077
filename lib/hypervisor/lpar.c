// SPDX-License-Identifier: GPL-2.0-or-later
/* A machine-level hypervisor: the device walks the guest's table, an RPCIT flushes its TLB. */
#include <stdlib.h>

#include <iommu-replay/hypervisor.h>

static void *lpar_open(const struct ir_hypervisor_params *params)
{
	(void)params;
	return malloc(1);
}

static enum ir_rpcit_status lpar_rpcit(void *hv, struct ir_iopt *iopt, uint64_t first,
				       uint64_t last)
{
	(void)hv;
	ir_iopt_refresh_range(iopt, first, last);
	return IR_RPCIT_OK;
}

static uint64_t lpar_available(const void *hv)
{
	(void)hv;
	return UINT64_MAX;
}

const struct ir_hypervisor ir_lpar = {
	.name = "lpar",
	.summary = "no shadow; an RPCIT is a plain flush, never fails, and is not needed after mapping",
	.origin = "arch/s390/pci/pci_clp.c, Linux 6.12: tlb_refresh is 0",
	.defaults = { .tlb_refresh = 0 },
	.open = lpar_open,
	.close = free,
	.rpcit = lpar_rpcit,
	.available = lpar_available,
};
