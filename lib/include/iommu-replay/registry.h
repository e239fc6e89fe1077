/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registries: the strategies and hypervisors that can be chosen by name, those
 * that are built in first, then those of plug-ins in the order of loading.
 *
 * A registry is its owner's; there is none for the whole process.  It may be
 * read by several threads while no plug-in is being loaded.
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

/** ir_registry_new - with what is built in; NULL: no memory */
struct ir_registry *ir_registry_new(void);
/**
 * ir_registry_free - unload all plug-ins
 *
 * Configurations with what they brought, and results of these, must not be used
 * any more.
 */
void ir_registry_free(struct ir_registry *registry);
/**
 * ir_registry_load - load a plug-in: its code runs in this process
 * @path: a shared object; never looked for in other places
 *
 * It finds the library's functions in the process; a program that got the
 * library by dlopen() must have asked for RTLD_GLOBAL.
 *
 * Everything that it brings is checked before any of it is registered.  Returns
 * 0, or a negative errno with @err set: the file cannot be loaded or is no
 * plug-in, its ABI is another one, something is incomplete, or a name is taken.
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
