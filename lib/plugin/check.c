// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Is what a plug-in has complete, and are its names free?  Names are typed in
 * lists with commas, after colons and before equals signs.
 */
#include "plugin/plugin.h"

#include <errno.h>
#include <string.h>

#define MAX_NAME 40

static bool good_name(const char *name)
{
	size_t len = name ? strlen(name) : 0;

	return len && len <= MAX_NAME && name[0] != '-' &&
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

/* A line for people: nothing that moves a cursor. */
static bool good_line(const char *text)
{
	for (; text && *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return text;
}

static int check_texts(const struct ir_loaded *loaded, const char *what, const char *name,
		       const char *summary, const char *origin, struct ir_error *err)
{
	if (!good_name(name))
		return ir_error_set(err, -EINVAL, "%s: a %s is named \"%.60s\"; names are 1 to %d small "
				    "letters, digits and dashes", loaded->file, what,
				    name ? name : "", MAX_NAME);
	if (!good_line(summary) || !good_line(origin))
		return ir_error_set(err, -EINVAL, "%s: %s %s has no %s of one line", loaded->file,
				    what, name, good_line(summary) ? "origin" : "summary");
	return 0;
}

static int name_taken(const struct ir_loaded *loaded, const char *what, const char *name,
		      const struct ir_plugin_info *by, struct ir_error *err)
{
	return ir_error_set(err, -EEXIST, "%s: the name of %s %s is taken by %s", loaded->file, what,
			    name, by == &loaded->info ? "another one of this plug-in" :
			    by ? by->file : "a built-in one");
}

static int check_strategy(const struct ir_registry *registry, const struct ir_loaded *loaded,
			  size_t i, struct ir_error *err)
{
	const struct ir_strategy *st = loaded->strategies[i], *other;
	int rc = check_texts(loaded, "strategy", st->name, st->summary, st->origin, err);

	if (rc)
		return rc;
	if (!strcmp(st->name, "all"))
		return ir_error_set(err, -EINVAL, "%s: a strategy cannot be named \"all\"",
				    loaded->file);
	if (st->unmap > IR_UNMAP_DIRECT || st->dma_api > IR_DMA_S390)
		return ir_error_set(err, -EINVAL, "%s: strategy %s: no such %s", loaded->file,
				    st->name, st->unmap > IR_UNMAP_DIRECT ? "unmap mode" :
				    "DMA API");
	other = ir_registry_strategy(registry, st->name);
	for (size_t k = 0; k < i && !other; k++)
		if (!strcmp(loaded->strategies[k]->name, st->name))
			other = loaded->strategies[k];
	if (other)
		return name_taken(loaded, "strategy", st->name, other->plugin, err);
	if (st->unmap == IR_UNMAP_QUEUED && !st->flush_iotlb_all)
		return ir_error_set(err, -EINVAL, "%s: strategy %s has no callback \"flush_iotlb_all\": "
				    "what it queues would be used again without a flush; for that there "
				    "is IR_UNMAP_DIRECT", loaded->file, st->name);
	return 0;
}

static int check_own(const struct ir_loaded *loaded, const struct ir_hypervisor *hv,
		     struct ir_error *err)
{
	static const char *const common[] = {
		"entry-limit", "pinned-limit", "tlb-refresh", "share", "backend",
	};
	const struct ir_hypervisor_param *own;

	for (size_t i = 0; (own = ir_hypervisor_own(hv, i)); i++) {
		bool twice = false;

		if (!good_name(own->name) || !good_line(own->summary))
			return ir_error_set(err, -EINVAL, "%s: hypervisor %s: parameter \"%.60s\" %s",
					    loaded->file, hv->name, own->name,
					    good_name(own->name) ? "has no summary of one line" :
					    "is no name: small letters, digits and dashes");
		for (size_t k = 0; k < sizeof(common) / sizeof(common[0]); k++)
			twice = twice || !strcmp(own->name, common[k]);
		for (size_t k = 0; k < i; k++)
			twice = twice || !strcmp(own->name, hv->own[k].name);
		if (twice)
			return ir_error_set(err, -EEXIST, "%s: hypervisor %s: the name of parameter %s "
					    "is taken", loaded->file, hv->name, own->name);
		if (own->min > own->value || own->value > own->max)
			return ir_error_set(err, -EINVAL, "%s: hypervisor %s: the default of parameter "
					    "%s is out of its own range", loaded->file, hv->name,
					    own->name);
	}
	return 0;
}

static int check_hypervisor(const struct ir_registry *registry, const struct ir_loaded *loaded,
			    size_t i, struct ir_error *err)
{
	const struct ir_hypervisor *hv = loaded->hypervisors[i], *other;
	int rc = check_texts(loaded, "hypervisor", hv->name, hv->summary, hv->origin, err);
	const char *missing;

	if (rc)
		return rc;
	missing = !hv->open ? "open" : !hv->close ? "close" : !hv->rpcit ? "rpcit" :
		!hv->available ? "available" : hv->take && !hv->give ? "give" : NULL;
	if (missing)
		return ir_error_set(err, -EINVAL, "%s: hypervisor %s has no callback \"%s\"",
				    loaded->file, hv->name, missing);
	if (hv->defaults.tlb_refresh != 0 && hv->defaults.tlb_refresh != 1)
		return ir_error_set(err, -EINVAL, "%s: hypervisor %s: the default of tlb_refresh is "
				    "neither 0 nor 1", loaded->file, hv->name);
	if (hv->share > IR_SHARE_GUEST)
		return ir_error_set(err, -EINVAL, "%s: hypervisor %s: no such share of limits",
				    loaded->file, hv->name);
	other = ir_registry_hypervisor(registry, hv->name);
	for (size_t k = 0; k < i && !other; k++)
		if (!strcmp(loaded->hypervisors[k]->name, hv->name))
			other = loaded->hypervisors[k];
	if (other)
		return name_taken(loaded, "hypervisor", hv->name, other->plugin, err);
	return check_own(loaded, hv, err);
}

int ir_loaded_check(const struct ir_registry *registry, const struct ir_loaded *loaded,
		    struct ir_error *err)
{
	int rc = 0;

	if (!loaded->strategies[0] && !loaded->hypervisors[0])
		return ir_error_set(err, -EINVAL, "%s: the plug-in has no strategy and no hypervisor",
				    loaded->file);
	for (size_t i = 0; loaded->strategies[i] && !rc; i++)
		rc = check_strategy(registry, loaded, i, err);
	for (size_t i = 0; loaded->hypervisors[i] && !rc; i++)
		rc = check_hypervisor(registry, loaded, i, err);
	return rc;
}
