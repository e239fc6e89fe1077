/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hypervisor, and the parameters that results share. */
#ifndef CMD_VIEW_HYPERVISOR_H
#define CMD_VIEW_HYPERVISOR_H

#include <iommu-replay/report.h>

#include "render/view_line.h"

/** view_hypervisor - the hypervisor and the parameters that a group of results shares */
void view_hypervisor(const struct ir_report_entry *entry, size_t first, size_t end,
		     view_line emit, void *arg);
/** view_aperture - "2 GiB from 4 GiB on", "from 4 KiB to 256 TiB" */
void view_aperture(FILE *out, uint64_t start, uint64_t size);

#endif
