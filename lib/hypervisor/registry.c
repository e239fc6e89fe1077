// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of hypervisors, in the order of reports, and how one is found by its name. */
#include <string.h>

#include <iommu-replay/hypervisor.h>

extern const struct ir_hypervisor ir_kvm, ir_kvm_aperture, ir_zvm, ir_lpar, ir_vfio,
	ir_hardware;

const struct ir_hypervisor *const ir_hypervisors[] = {
	&ir_kvm, &ir_kvm_aperture, &ir_zvm, &ir_lpar, &ir_vfio, &ir_hardware, NULL
};

const struct ir_hypervisor_param *ir_hypervisor_own(const struct ir_hypervisor *hypervisor,
						    size_t i)
{
	return hypervisor->own && hypervisor->own[i].name ? &hypervisor->own[i] : NULL;
}

const struct ir_hypervisor *ir_hypervisor_find(const char *name)
{
	for (const struct ir_hypervisor *const *hv = ir_hypervisors; *hv; hv++)
		if (!strcmp((*hv)->name, name))
			return *hv;
	return NULL;
}
