// SPDX-License-Identifier: GPL-2.0-or-later
#include "iommu/s390.h"
#include "options/suit.h"

#include <errno.h>
#include <stdlib.h>

const struct ir_hypervisor *default_hypervisor(const struct ir_recording_info *info,
					       const struct ir_iommu *iommu)
{
	if (ir_iommu_is_s390(iommu))
		return ir_hypervisor_find("kvm");
	return ir_hypervisor_find(info->flushes.map || iommu->requests ? "vfio" : "hardware");
}

int settings_suit(const struct settings *settings, const struct ir_recording_info *info,
		  struct settings *own)
{
	const struct ir_iommu *iommu = settings->params.iommu;

	if (!iommu)
		iommu = info ? ir_iommu_recorded(info, NULL) : ir_iommu_find("s390");
	*own = *settings;
	own->strategies = calloc(settings->nr_strategies, sizeof(*own->strategies));
	own->hypervisors = calloc(settings->nr_hypervisors, sizeof(*own->hypervisors));
	if (!own->strategies || !own->hypervisors) {
		settings_suit_free(own);
		return -ENOMEM;
	}
	own->nr_strategies = 0;
	for (size_t i = 0; i < settings->nr_strategies; i++) {
		const struct ir_strategy *st = settings->strategies[i];

		if (settings->all_strategies && (ir_iommu_is_s390(iommu) ? st->not_s390 : st->s390_only))
			continue;
		own->strategies[own->nr_strategies++] = st;
	}
	for (size_t i = 0; i < settings->nr_hypervisors; i++)
		own->hypervisors[i] = settings->hypervisors[i];
	if (settings->default_hypervisor && info)
		own->hypervisors[0].hypervisor = default_hypervisor(info, iommu);
	return 0;
}

void settings_suit_free(struct settings *own)
{
	free(own->strategies);
	free(own->hypervisors);
	own->strategies = NULL;
	own->hypervisors = NULL;
}
