// SPDX-License-Identifier: GPL-2.0-or-later
/* The list of IOMMUs, and which of them a recording is of. */
#include <string.h>

#include <iommu-replay/iommu.h>
#include <iommu-replay/recording.h>
#include <iommu-replay/sites.h>

extern const struct ir_iommu ir_iommu_s390, ir_iommu_vtd, ir_iommu_amd, ir_iommu_smmuv3,
	ir_iommu_smmuv3_granule, ir_iommu_virtio;

const struct ir_iommu *const ir_iommus[] = {
	&ir_iommu_s390, &ir_iommu_vtd, &ir_iommu_amd, &ir_iommu_smmuv3, &ir_iommu_smmuv3_granule,
	&ir_iommu_virtio, NULL
};

const struct ir_iommu *ir_iommu_find(const char *name)
{
	for (const struct ir_iommu *const *iommu = ir_iommus; *iommu; iommu++)
		if (!strcmp((*iommu)->name, name))
			return *iommu;
	return NULL;
}

const char *ir_invalidation_kind_name(enum ir_invalidation_kind kind)
{
	static const char *const names[IR_INVALIDATION_KINDS] = {
		"page", "range", "domain", "all", "request",
	};

	return (unsigned int)kind < IR_INVALIDATION_KINDS ? names[kind] : "unknown";
}

const char *ir_entry_unit_name(enum ir_entry_unit unit)
{
	static const char *const names[] = { "page", "leaf", "request" };

	return names[unit];
}

/*
 * Beginnings of what belongs to one driver alone: names of its tracepoints, of probes in
 * it and of its functions in call chains.
 */
static const struct { const char *start; const struct ir_iommu *iommu; } marks[] = {
	{ "viommu_", &ir_iommu_virtio },
	{ "virtio_iommu", &ir_iommu_virtio },
	{ "amd_iommu", &ir_iommu_amd },
	{ "amd_flush", &ir_iommu_amd },
	{ "amd_sync", &ir_iommu_amd },
	{ "arm_smmu", &ir_iommu_smmuv3 },
	{ "smmu_", &ir_iommu_smmuv3 },
	{ "intel_iommu", &ir_iommu_vtd },
	{ "intel_flush", &ir_iommu_vtd },
	{ "intel_tlb_sync", &ir_iommu_vtd },
	{ "intel_sync_map", &ir_iommu_vtd },
	{ "qi_submit", &ir_iommu_vtd },
	{ "cache_tag_flush", &ir_iommu_vtd },
};

static const struct ir_iommu *by_mark(const char *name)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (!strncmp(name, marks[i].start, strlen(marks[i].start)))
			return marks[i].iommu;
	return NULL;
}

static const struct ir_iommu *by_event(const struct ir_recording_info *info)
{
	const struct ir_iommu *iommu = NULL;

	for (size_t i = 0; i < info->nr_events && !iommu; i++) {
		const char *colon = strchr(info->events[i].name, ':');

		if (info->events[i].count)
			iommu = by_mark(colon ? colon + 1 : info->events[i].name);
	}
	return iommu;
}

/* The first function of a driver in the recorded call chains, if they were read. */
static const struct ir_iommu *by_site(const struct ir_recording_info *info)
{
	const struct ir_iommu *iommu = NULL;

	for (size_t i = 0; info->sites && i < info->sites->nr && !iommu; i++)
		for (uint32_t k = 0; k < info->sites->sites[i].nr_frames && !iommu; k++)
			if (info->sites->sites[i].frames[k].symbol)
				iommu = by_mark(info->sites->sites[i].frames[k].symbol);
	return iommu;
}

static bool is_arch(const struct ir_recording_info *info, const char *start)
{
	return info->arch && !strncmp(info->arch, start, strlen(start));
}

const struct ir_iommu *ir_iommu_recorded(const struct ir_recording_info *info, const char **why)
{
	const struct ir_iommu *iommu = by_event(info);
	const char *from = "its events";

	if (!iommu) {
		iommu = by_site(info);
		from = iommu ? "its call chains" : from;
	}
	if (is_arch(info, "s390")) {
		iommu = &ir_iommu_s390;
		from = "its architecture";
	} else if (info->rpcit.present || info->machine.s390_dma_api) {
		iommu = &ir_iommu_s390;
	} else if (!iommu && (is_arch(info, "aarch64") || is_arch(info, "arm"))) {
		iommu = &ir_iommu_smmuv3;
		from = "a guess from its architecture";
	} else if (!iommu && info->arch) {
		iommu = &ir_iommu_vtd;
		from = "a guess from its architecture";
	} else if (!iommu) {
		iommu = &ir_iommu_s390;
		from = "a guess";
	}
	if (why)
		*why = from;
	return iommu;
}
