// SPDX-License-Identifier: GPL-2.0-or-later
/* Loads a shared object and copies its strategies and hypervisors, after checks of its ABI. */
#include "plugin/plugin.h"

#include "base/call.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <iommu-replay/report.h>
#include <link.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_STRUCT 4096		/* no struct of a plug-in will ever be larger */

/*
 * The size of a hypervisor in ABI 1.  Versions between 0.1.0 and 0.2.0 had that number and
 * a larger struct, with a member more in its parameters.
 */
#define ABI_1_HYPERVISOR offsetof(struct ir_hypervisor, take)

static int no_memory(struct ir_error *err)
{
	return ir_error_set(err, -ENOMEM, "out of memory");
}

/*
 * A struct of @size bytes as the plug-in knows it, into one of @own bytes: what
 * it lacks is zero, and what this library does not know has to be
 * (copy_struct_from_user(), include/linux/uaccess.h, Linux 6.12).
 */
static int copy_struct(void *to, size_t own, const void *from, size_t size)
{
	const char *bytes = from;

	if (size > MAX_STRUCT)
		return -E2BIG;
	for (size_t i = own; i < size; i++)
		if (bytes[i])
			return -E2BIG;
	memset(to, 0, own);
	memcpy(to, from, size < own ? size : own);
	return 0;
}

static int too_new(const struct ir_loaded *loaded, const char *what, struct ir_error *err)
{
	return ir_error_set(err, -E2BIG, "%s: %s uses something that iommu-replay %s does not have "
			    "yet; compile the plug-in against its headers", loaded->file, what,
			    ir_version());
}

static int copy_strategies(struct ir_loaded *loaded, const struct ir_plugin *plugin,
			   struct ir_error *err)
{
	size_t n = ir_list_length(plugin->strategies);

	loaded->strategies = calloc(n + 1, sizeof(struct ir_strategy *));
	if (!loaded->strategies)
		return no_memory(err);
	for (size_t i = 0; i < n; i++) {
		struct ir_strategy *copy = loaded->strategies[i] = malloc(sizeof(*copy));

		if (!copy)
			return no_memory(err);
		if (copy_struct(copy, sizeof(*copy), plugin->strategies[i], plugin->strategy_size))
			return too_new(loaded, "a strategy", err);
		copy->plugin = &loaded->info;
	}
	return 0;
}

/* The table of a hypervisor's own parameters, so that its lines have this library's size. */
static int copy_own(struct ir_loaded *loaded, struct ir_hypervisor *hv, size_t size,
		    struct ir_error *err)
{
	const char *from = (const char *)hv->own;
	struct ir_hypervisor_param *own;

	if (!from)
		return 0;
	own = calloc(IR_HYPERVISOR_OWN + 1, sizeof(*own));
	hv->own = own;
	if (!own)
		return no_memory(err);
	for (size_t i = 0; ; i++, from += size) {
		struct ir_hypervisor_param one;

		if (copy_struct(&one, sizeof(one), from, size))
			return too_new(loaded, "a hypervisor's parameter", err);
		if (!one.name)
			return 0;
		if (i == IR_HYPERVISOR_OWN)
			return ir_error_set(err, -EINVAL, "%s: a hypervisor has more than %d "
					    "parameters of its own", loaded->file,
					    IR_HYPERVISOR_OWN);
		own[i] = one;
	}
}

static int copy_hypervisors(struct ir_loaded *loaded, const struct ir_plugin *plugin,
			    struct ir_error *err)
{
	size_t n = ir_list_length(plugin->hypervisors);

	loaded->hypervisors = calloc(n + 1, sizeof(struct ir_hypervisor *));
	if (!loaded->hypervisors)
		return no_memory(err);
	for (size_t i = 0; i < n; i++) {
		struct ir_hypervisor *copy = malloc(sizeof(*copy));
		int rc;

		if (!copy)
			return no_memory(err);
		if (copy_struct(copy, sizeof(*copy), plugin->hypervisors[i],
				plugin->hypervisor_size)) {
			free(copy);
			return too_new(loaded, "a hypervisor", err);
		}
		loaded->hypervisors[i] = copy;
		copy->plugin = &loaded->info;
		rc = copy_own(loaded, copy, plugin->param_size, err);
		if (rc)
			return rc;
	}
	return 0;
}

/* Nothing but the ABI number may be read before it was found to be this one. */
static int copy_plugin(struct ir_loaded *loaded, struct ir_error *err)
{
	const uint32_t *abi = dlsym(loaded->handle, "ir_plugin");
	struct ir_plugin plugin;
	int rc;

	if (!abi)
		return ir_error_set(err, -EINVAL, "%s: not a plug-in of iommu-replay: it has no symbol "
				    "\"ir_plugin\" (iommu-replay-plugin(7))", loaded->file);
	if (*abi < IR_PLUGIN_ABI_OLDEST || *abi > IR_PLUGIN_ABI)
		return ir_error_set(err, -EINVAL, "%s: made for plug-in ABI %u; iommu-replay %s has %d "
				    "and serves %d: compile it against its headers", loaded->file,
				    *abi, ir_version(), IR_PLUGIN_ABI, IR_PLUGIN_ABI_OLDEST);
	if (copy_struct(&plugin, sizeof(plugin), abi, ((const struct ir_plugin *)abi)->size))
		return too_new(loaded, "the plug-in", err);
	if (plugin.abi == 1 && plugin.hypervisors && plugin.hypervisor_size > ABI_1_HYPERVISOR)
		return ir_error_set(err, -EINVAL, "%s: made for a plug-in ABI that development versions "
				    "of iommu-replay 0.2.0 had; compile it against the headers of %s",
				    loaded->file, ir_version());
	if (plugin.version) {
		loaded->version = strdup(plugin.version);
		if (!loaded->version)
			return no_memory(err);
	}
	loaded->info = (struct ir_plugin_info){
		.file = loaded->file, .version = loaded->version, .abi = plugin.abi,
	};
	rc = copy_strategies(loaded, &plugin, err);
	return rc ? rc : copy_hypervisors(loaded, &plugin, err);
}

/* Whether all parts that are mapped of an object of this machine lie within its @size bytes. */
static bool is_whole(int fd, uint64_t size)
{
	ElfW(Ehdr) head;
	ElfW(Phdr) part;

	/* The loader refuses other files. */
	if (pread(fd, &head, sizeof(head), 0) != sizeof(head) ||
	    memcmp(head.e_ident, ELFMAG, SELFMAG) || head.e_phentsize != sizeof(part))
		return true;
	for (unsigned int i = 0; i < head.e_phnum; i++) {
		off_t at = (off_t)(head.e_phoff + i * sizeof(part));

		if (at < 0 || pread(fd, &part, sizeof(part), at) != sizeof(part))
			return false;
		if (part.p_type == PT_LOAD &&
		    (part.p_offset > size || part.p_filesz > size - part.p_offset))
			return false;
	}
	return true;
}

/* The loader would wait for a pipe, and crash over a file that ends too early. */
static int check_file(const struct ir_loaded *loaded, const char *path, struct ir_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc = 0;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		rc = ir_error_set(err, -errno, "%s: %s", loaded->file, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		rc = ir_error_set(err, -EINVAL, "%s: not a plug-in: not a regular file",
				  loaded->file);
	else if (!is_whole(fd, (uint64_t)st.st_size))
		rc = ir_error_set(err, -EINVAL, "%s: cannot load the plug-in: the file is cut off",
				  loaded->file);
	if (fd >= 0)
		close(fd);
	return rc;
}

/*
 * RTLD_NOW: a function that does not exist is an error now, not in the middle of
 * a replay.  The path is made absolute so that the loader does not look for it
 * elsewhere.
 */
static int open_object(struct ir_loaded *loaded, struct ir_error *err)
{
	char *path = realpath(loaded->file, NULL);
	int rc = path ? 0 : ir_error_set(err, -errno, "%s: %s", loaded->file, strerror(errno));

	if (!rc)
		rc = check_file(loaded, path, err);
	if (!rc)
		loaded->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!rc && !loaded->handle)
		rc = ir_error_set(err, -EINVAL, "cannot load the plug-in: %s", dlerror());
	free(path);
	return rc;
}

static int load_plugin(struct ir_registry *registry, const char *path, struct ir_error *err)
{
	struct ir_loaded *loaded = calloc(1, sizeof(*loaded));
	struct ir_plugin lists = { .abi = IR_PLUGIN_ABI };
	int rc;

	if (!loaded)
		return no_memory(err);
	loaded->file = strdup(path);
	rc = loaded->file ? open_object(loaded, err) : no_memory(err);
	if (!rc)
		rc = copy_plugin(loaded, err);
	if (!rc)
		rc = ir_loaded_check(registry, loaded, err);
	if (rc) {
		ir_loaded_free(loaded);
		return rc;
	}
	/* From here on the registry refers to it. */
	loaded->next = registry->loaded;
	registry->loaded = loaded;
	lists.strategies = (const struct ir_strategy *const *)loaded->strategies;
	lists.hypervisors = (const struct ir_hypervisor *const *)loaded->hypervisors;
	return ir_registry_add(registry, &lists) ? no_memory(err) : 0;
}

/* Its constructors run, and its lists may be anything. */
int ir_registry_load(struct ir_registry *registry, const char *path, struct ir_error *err)
{
	struct ir_plugin_info info = { .file = path };
	int rc;

	if (!ir_call_begin(&(struct ir_call){ .plugin = &info, .callback = "while it is loaded" }))
		return no_memory(err);
	rc = load_plugin(registry, path, err);
	ir_call_end();
	return rc;
}
