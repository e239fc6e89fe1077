/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registries: the strategies and hypervisors that can be chosen by name.  Built-in
 * ones come first, then those of plug-ins in the order of loading.
 *
 * A registry belongs to the caller that made it; there is no global one.  Several
 * threads may read it while no plug-in is being loaded.
 */
#ifndef IOMMU_REPLAY_REGISTRY_H
#define IOMMU_REPLAY_REGISTRY_H

#include <iommu-replay/error.h>
#include <iommu-replay/hypervisor.h>
#include <iommu-replay/strategy.h>
#include <stdint.h>

struct ir_registry;

/* The plug-in that a strategy or hypervisor was loaded from: their member plugin. */
struct ir_plugin_info {
	const char *file;	/* as it was given */
	const char *version;	/* the plug-in's own; NULL: it has none */
	uint32_t abi;
};

/** ir_registry_new - a registry of the built-in ones; NULL: no memory */
struct ir_registry *ir_registry_new(void);
/**
 * ir_registry_free - unload all plug-ins
 *
 * Afterwards, configurations with their strategies or hypervisors, and the results of
 * these, must not be used.
 */
void ir_registry_free(struct ir_registry *registry);
/**
 * ir_registry_load - load a plug-in: its code runs in this process
 * @path: a shared object; never looked for in other places
 *
 * The plug-in finds the library's functions in the process; a program that loads the
 * library by dlopen() must use RTLD_GLOBAL.
 *
 * All its strategies and hypervisors are checked before any is registered.  Returns
 * 0, or a negative errno with @err set: the file cannot be loaded or is no plug-in,
 * its ABI is not supported, something is incomplete, or a name is already used.
 */
int ir_registry_load(struct ir_registry *registry, const char *path, struct ir_error *err);
/** ir_registry_strategies - all of them; ends with NULL; valid until the next load */
const struct ir_strategy *const *ir_registry_strategies(const struct ir_registry *registry);
/** ir_registry_hypervisors - likewise */
const struct ir_hypervisor *const *ir_registry_hypervisors(const struct ir_registry *registry);
/** ir_registry_strategy - by name, or NULL; valid until ir_registry_free() */
const struct ir_strategy *ir_registry_strategy(const struct ir_registry *registry,
					       const char *name);
/** ir_registry_hypervisor - likewise */
const struct ir_hypervisor *ir_registry_hypervisor(const struct ir_registry *registry,
						   const char *name);

#endif
