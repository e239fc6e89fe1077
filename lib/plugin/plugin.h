/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of a registry.
 *
 *   registry.c  the lists
 *   load.c      a shared object: finding its struct ir_plugin, copying what it has
 *   check.c     whether that is complete, and its names are free
 */
#ifndef IR_PLUGIN_PLUGIN_H
#define IR_PLUGIN_PLUGIN_H

#include <iommu-replay/plugin.h>
#include <iommu-replay/registry.h>

/* One that was loaded, and copies of what it has; unloaded when it is freed. */
struct ir_loaded {
	struct ir_loaded *next;
	void *handle;
	char *file;
	char *version;
	struct ir_plugin_info info;
	struct ir_strategy **strategies;	/* both end with NULL */
	struct ir_hypervisor **hypervisors;
};

struct ir_registry {
	const struct ir_strategy **strategies;	/* both end with NULL */
	const struct ir_hypervisor **hypervisors;
	struct ir_loaded *loaded;		/* the last one first */
};

/** ir_registry_add - append a plug-in's lists; 0 or -ENOMEM, then some may have been added */
int ir_registry_add(struct ir_registry *registry, const struct ir_plugin *plugin);
void ir_loaded_free(struct ir_loaded *loaded);
/** ir_loaded_check - 0, or -EINVAL with @err set: something is incomplete, or a name is taken */
int ir_loaded_check(const struct ir_registry *registry, const struct ir_loaded *loaded,
		    struct ir_error *err);

/** ir_list_length - how many pointers are in a list that ends with NULL; 0 for NULL */
static inline size_t ir_list_length(const void *list)
{
	const void *const *entries = list;
	size_t n = 0;

	while (entries && entries[n])
		n++;
	return n;
}

#endif
