/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's shadow table with vfio's limit: what kvm and kvm-aperture have in common. */
#ifndef IR_HYPERVISOR_SHADOW_H
#define IR_HYPERVISOR_SHADOW_H

#include <iommu-replay/hypervisor.h>

void *ir_shadow_open(const struct ir_hypervisor_params *params);
void ir_shadow_close(void *hv);
enum ir_rpcit_status ir_shadow_rpcit(void *hv, struct ir_iopt *iopt, uint64_t first, uint64_t last);
uint64_t ir_shadow_available(const void *hv);
uint64_t *ir_shadow_room(void *hv);
void ir_shadow_disable(void *hv, struct ir_iopt *iopt);

#endif
