// SPDX-License-Identifier: GPL-2.0-or-later
/* Configurations of a plan, and its cells: their configurations and fingerprints. */
#include <errno.h>
#include <iommu-replay/report.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "iommu/s390.h"
#include "batch/plan.h"
#include "options/suit.h"

int plan_config(const struct plan *plan, size_t cell, const struct ir_recording_info *info,
		struct ir_config *config, struct ir_error *err)
{
	const struct plan_recording *recording = &plan->recordings[cell / plan->nr_configs];
	const struct plan_config *c = &plan->configs[cell % plan->nr_configs];
	const struct ir_iommu *iommu = ir_iommu_recorded(info, NULL);
	int rc = 0;

	*config = c->config;
	if (!ir_iommu_is_s390(iommu))
		config->strategy = c->elsewhere;
	if (!config->strategy)
		return 1;
	if (c->default_hypervisor)
		config->hypervisor = default_hypervisor(info, iommu);
	if (config->hypervisor != c->config.hypervisor && ir_config_check(config, NULL))
		return 1;
	if (c->error)
		return ir_error_set(err, -EINVAL, "%s", c->error);
	for (size_t i = 0; i < recording->settings.n && !rc; i++)
		rc = parameter_set(recording->settings.item[i].parameter, config,
				   recording->settings.item[i].text, err);
	return rc ? rc : ir_config_check(config, err);
}

int plan_fingerprint(const struct plan *plan, size_t cell, const char *input,
		     char digest[FINGERPRINT_SIZE])
{
	const struct plan_recording *recording = &plan->recordings[cell / plan->nr_configs];
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);
	char *text;

	if (!out)
		return -ENOMEM;
	fprintf(out, "%s\n%s\n%s\n%s\n%s\n", ir_version(), input, plan->settings_digest, recording->name,
		plan->configs[cell % plan->nr_configs].name);
	for (size_t i = 0; i < recording->settings.n; i++)
		fprintf(out, "%s=%s\n", recording->settings.item[i].parameter->name,
			recording->settings.item[i].text);
	text = ir_memory_close(&memory);
	if (!text)
		return -ENOMEM;
	fingerprint_text(text, memory.len, digest);
	free(text);
	return 0;
}
