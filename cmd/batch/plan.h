/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plans: the cells that a manifest makes a batch replay.
 *
 * A cell is one recording with one configuration; cells are numbered recording
 * by recording, and of each recording hypervisor by hypervisor, then by the
 * values of the parameters in their order in the manifest, then strategy by
 * strategy.  This is the canonical order of results.
 *
 * Cells are laid out before a recording is read.  Without "strategies" there are as many
 * as s390 has; the n-th cell of a recording of another IOMMU is the n-th of its strategies,
 * and the cells behind the last are left out.
 *
 * To add a key of manifests: a line in the list of keys of its object, and in
 * iommu-replay-manifest(5).
 */
#ifndef CMD_PLAN_H
#define CMD_PLAN_H

#include <iommu-replay/error.h>
#include <iommu-replay/registry.h>
#include <iommu-replay/replay.h>

#include "base/fingerprint.h"
#include "batch/config.h"

#define MANIFEST_SCHEMA "iommu-replay-manifest/1"

struct settings_list {
	struct setting *item;
	size_t n;
};

struct plan_recording {
	char *name;			/* as in the manifest, or as its pattern found it */
	char *path;			/* to open */
	struct settings_list settings;	/* its own, over those of the cells */
};

struct plan {
	struct plan_recording *recordings;
	size_t nr_recordings;
	struct plan_config *configs;
	size_t nr_configs;
	size_t left_out;	/* configurations that contradict themselves, of which there are no cells */
	struct axis *axes;
	size_t nr_axes;
	char *settings_digest;		/* what else results depend on */
	char digest[FINGERPRINT_SIZE];	/* of all that it asks for, and the program's version */
};

struct settings;

/**
 * plan_settings_digest - the text of plan_read()'s @digest: options and files, these by their content
 *
 * For free(); NULL with @err set.
 */
char *plan_settings_digest(const struct settings *settings, struct ir_error *err);
/**
 * plan_read - read a manifest, or take recordings as one that lists nothing else would
 * @operands: one manifest, or @n recordings
 * @registry: where its strategies and hypervisors are known; outlives the plan
 * @digest: the options and files that results depend on besides
 * @plan: to be passed to plan_free(), also after an error
 *
 * Returns 0, or a negative errno with @err set.
 */
int plan_read(char *const *operands, size_t n, struct ir_registry *registry, const char *digest, struct plan *plan,
	      struct ir_error *err);
void plan_free(struct plan *plan);
/** plan_cells - how many there are */
static inline size_t plan_cells(const struct plan *plan)
{
	return plan->nr_recordings * plan->nr_configs;
}
/**
 * plan_config - the configuration of a cell, with the strategy and the hypervisor of the
 * recorded machine where the manifest names none
 * @info: of the cell's recording
 *
 * Returns 0; 1 if a machine like the recorded one has no such configuration; or -EINVAL
 * with @err set if it contradicts itself.
 */
int plan_config(const struct plan *plan, size_t cell, const struct ir_recording_info *info,
		struct ir_config *config, struct ir_error *err);
/**
 * plan_fingerprint - of a cell
 * @input: of the recording's content
 *
 * Returns 0 or -ENOMEM.
 */
int plan_fingerprint(const struct plan *plan, size_t cell, const char *input,
		     char digest[FINGERPRINT_SIZE]);

#endif
