// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The registry: lists of what was built in and of copies of what plug-ins have,
 * so that a plug-in's structs may be shorter or longer than this library's.
 */
#include "plugin/plugin.h"

#include "base/call.h"
#include "base/free.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The built-in ones: a plug-in that need not be loaded. */
static const struct ir_plugin builtin = {
	IR_PLUGIN_HEAD,
	.strategies = ir_strategies,
	.hypervisors = ir_hypervisors,
};

/* @list with @more at its end; NULL: no memory, and @list is unchanged. */
static void *appended(void *list, const void *more)
{
	size_t old = ir_list_length(list), new = ir_list_length(more);
	void **grown = reallocarray(list, old + new + 1, sizeof(*grown));

	if (!grown)
		return NULL;
	if (new)
		memcpy(grown + old, more, new * sizeof(*grown));
	grown[old + new] = NULL;
	return grown;
}

int ir_registry_add(struct ir_registry *registry, const struct ir_plugin *plugin)
{
	void *strategies, *hypervisors;

	strategies = appended(registry->strategies, plugin->strategies);
	if (!strategies)
		return -ENOMEM;
	registry->strategies = strategies;
	hypervisors = appended(registry->hypervisors, plugin->hypervisors);
	if (!hypervisors)
		return -ENOMEM;
	registry->hypervisors = hypervisors;
	return 0;
}

struct ir_registry *ir_registry_new(void)
{
	struct ir_registry *registry = calloc(1, sizeof(*registry));

	if (registry && ir_registry_add(registry, &builtin)) {
		ir_registry_free(registry);
		return NULL;
	}
	return registry;
}

/* Its destructors run. */
static void unload(struct ir_loaded *loaded)
{
	struct ir_plugin_info info = { .file = loaded->file };
	bool begun;

	if (!loaded->handle)
		return;
	begun = ir_call_begin(&(struct ir_call){ .plugin = &info, .callback = "while it is unloaded" });
	dlclose(loaded->handle);
	if (begun)
		ir_call_end();
}

void ir_loaded_free(struct ir_loaded *loaded)
{
	for (size_t i = 0; loaded->strategies && loaded->strategies[i]; i++)
		free(loaded->strategies[i]);
	for (size_t i = 0; loaded->hypervisors && loaded->hypervisors[i]; i++) {
		ir_free(loaded->hypervisors[i]->own);
		free(loaded->hypervisors[i]);
	}
	free(loaded->strategies);
	free(loaded->hypervisors);
	unload(loaded);
	free(loaded->version);
	free(loaded->file);
	free(loaded);
}

void ir_registry_free(struct ir_registry *registry)
{
	struct ir_loaded *loaded, *next;

	if (!registry)
		return;
	for (loaded = registry->loaded; loaded; loaded = next) {
		next = loaded->next;
		ir_loaded_free(loaded);
	}
	free(registry->strategies);
	free(registry->hypervisors);
	free(registry);
}

const struct ir_strategy *const *ir_registry_strategies(const struct ir_registry *registry)
{
	return registry->strategies;
}

const struct ir_hypervisor *const *ir_registry_hypervisors(const struct ir_registry *registry)
{
	return registry->hypervisors;
}

const struct ir_strategy *ir_registry_strategy(const struct ir_registry *registry,
					       const char *name)
{
	for (const struct ir_strategy *const *st = registry->strategies; *st; st++)
		if (!strcmp((*st)->name, name))
			return *st;
	return NULL;
}

const struct ir_hypervisor *ir_registry_hypervisor(const struct ir_registry *registry,
						   const char *name)
{
	for (const struct ir_hypervisor *const *hv = registry->hypervisors; *hv; hv++)
		if (!strcmp((*hv)->name, name))
			return *hv;
	return NULL;
}
