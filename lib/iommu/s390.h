/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recognises the IOMMU of s390, whose commands are RPCITs: they have strategies and columns of their own. */
#ifndef IR_IOMMU_S390_H
#define IR_IOMMU_S390_H

#include <iommu-replay/iommu.h>

bool ir_iommu_is_s390(const struct ir_iommu *iommu);

#endif
