// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Strategies and hypervisors of a report.  Those of plug-ins, and of other versions,
 * have a name, parameters of their own and where they were from, and nothing else.
 * There is one of each, so that equal ones are the same thing.
 */
#include "report/read_priv.h"
#include "report/json_count.h"

#include <errno.h>
#include <iommu-replay/registry.h>
#include <stdlib.h>
#include <string.h>

#define MAX_STRANGERS 1024	/* far more than any real report has */

struct plugin {
	struct plugin *next;
	struct ir_plugin_info info;
};

struct stranger {
	struct stranger *next;
	struct ir_strategy strategy;
	struct ir_hypervisor hypervisor;
	struct ir_hypervisor_param own[IR_HYPERVISOR_OWN + 1];
};

struct ir_read_names {
	struct stranger *strangers;
	struct plugin *plugins;
	size_t nr;
};

static int no_memory(struct ir_error *err)
{
	return ir_error_set(err, -ENOMEM, "out of memory");
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static int too_many(struct ir_error *err)
{
	return ir_error_set(err, -EINVAL, "more than %d strategies, hypervisors and plug-ins that are "
			    "not known here", MAX_STRANGERS);
}

static int find_plugin(struct ir_read_names *names, const struct ir_plugin_info *told,
		       const struct ir_plugin_info **plugin, struct ir_error *err)
{
	struct plugin *p;

	for (p = names->plugins; p; p = p->next)
		if (same_text(p->info.file, told->file) && p->info.abi == told->abi &&
		    same_text(p->info.version, told->version))
			break;
	if (!p) {
		if (names->nr++ == MAX_STRANGERS)
			return too_many(err);
		p = calloc(1, sizeof(*p));
		if (!p)
			return no_memory(err);
		p->info = *told;
		p->next = names->plugins;
		names->plugins = p;
	}
	*plugin = &p->info;
	return 0;
}

/* The plug-in of a result under @key; NULL: it is built in. */
static int read_plugin(struct ir_read_names *names, const json_t *result, const char *key,
		       const struct ir_plugin_info **plugin, struct ir_error *err)
{
	const json_t *json = ir_read_member(result, key);
	const json_t *version = json_object_get(json, "version");
	struct ir_plugin_info told = {
		.file = json_string_value(json_object_get(json, "file")),
		.version = json_string_value(version),
	};
	uint64_t abi = 0;

	*plugin = NULL;
	if (!json || json_is_null(json))
		return 0;
	if (!told.file || (version && !json_is_null(version) && !told.version) ||
	    !ir_json_read_count(json_object_get(json, "abi"), &abi) || abi > UINT32_MAX)
		return ir_error_set(err, -EINVAL, "%s has a value that it cannot have", key);
	told.abi = (uint32_t)abi;
	return find_plugin(names, &told, plugin, err);
}

/* Whether the parameters have the same names, in the same order. */
static bool same_own(const struct stranger *s, json_t *own)
{
	const char *name;
	json_t *value;
	size_t i = 0;

	json_object_foreach(own, name, value)
		if (!same_text(s->own[i++].name, name))
			return false;
	return !s->own[i].name;
}

static int find_stranger(struct ir_read_names *names, const char *name,
			 const struct ir_plugin_info *plugin, json_t *own,
			 const struct stranger **found, struct ir_error *err)
{
	struct stranger *s;
	const char *key;
	json_t *value;
	size_t i = 0;

	for (s = names->strangers; s; s = s->next) {
		if (s->strategy.plugin == plugin && !strcmp(s->strategy.name, name) &&
		    same_own(s, own)) {
			*found = s;
			return 0;
		}
	}
	if (names->nr++ == MAX_STRANGERS)
		return too_many(err);
	s = calloc(1, sizeof(*s));
	if (!s)
		return no_memory(err);
	s->strategy.name = s->hypervisor.name = name;
	s->strategy.plugin = s->hypervisor.plugin = plugin;
	s->hypervisor.own = s->own;
	json_object_foreach(own, key, value)
		s->own[i++] = (struct ir_hypervisor_param){ .name = key, .max = UINT64_MAX };
	s->next = names->strangers;
	names->strangers = s;
	*found = s;
	return 0;
}

static int read_strategy(struct ir_read_names *names, const json_t *result,
			 struct ir_config *config, struct ir_error *err)
{
	const char *name = json_string_value(json_object_get(result, "strategy"));
	const struct ir_plugin_info *plugin;
	const struct stranger *s;
	int rc = read_plugin(names, result, "parameters.sources.strategy_plugin", &plugin, err);

	if (rc)
		return rc;
	config->strategy = plugin ? NULL : ir_strategy_find(name);
	if (config->strategy)
		return 0;
	rc = find_stranger(names, name, plugin, NULL, &s, err);
	if (!rc)
		config->strategy = &s->strategy;
	return rc;
}

/* Values of the parameters of its own, and where they came from. */
static int read_own(json_t *own, const json_t *sources, struct ir_effective *par,
		    struct ir_error *err)
{
	const char *name;
	json_t *value;
	size_t i = 0;

	json_object_foreach(own, name, value) {
		const char *from = json_string_value(json_object_get(sources, name));
		int source = from ? -1 : IR_FROM_DEFAULT;

		for (int k = 0; from && k <= IR_FROM_USER; k++)
			if (!strcmp(from, ir_source_name((enum ir_source)k)))
				source = k;
		if (source < 0 || !ir_json_read_count(value, &par->hypervisor.own[i]))
			return ir_error_set(err, -EINVAL, "parameters.own.%.60s, or where it is from, "
					    "has a value that it cannot have", name);
		par->from.own[i++] = (enum ir_source)source;
	}
	return 0;
}

static int read_hypervisor(struct ir_read_names *names, const json_t *result,
			   struct ir_config *config, struct ir_effective *par, struct ir_error *err)
{
	const char *name = json_string_value(json_object_get(result, "hypervisor"));
	json_t *own = ir_read_member(result, "parameters.own");
	const struct ir_plugin_info *plugin;
	const struct stranger *s;
	int rc = read_plugin(names, result, "parameters.sources.hypervisor_plugin", &plugin, err);

	if (rc)
		return rc;
	if (own && !json_is_object(own))
		return ir_error_set(err, -EINVAL, "parameters.own has a value that it cannot have");
	if (json_object_size(own) > IR_HYPERVISOR_OWN)
		return ir_error_set(err, -EINVAL, "parameters.own has more than %d members",
				    IR_HYPERVISOR_OWN);
	config->hypervisor = plugin || json_object_size(own) ? NULL : ir_hypervisor_find(name);
	if (config->hypervisor)
		return 0;
	rc = find_stranger(names, name, plugin, own, &s, err);
	if (rc)
		return rc;
	config->hypervisor = &s->hypervisor;
	return read_own(own, ir_read_member(result, "parameters.sources.own"), par, err);
}

int ir_read_names(struct ir_read_names **names, const json_t *result, struct ir_config *config,
		  struct ir_effective *parameters, struct ir_error *err)
{
	int rc;

	if (!*names)
		*names = calloc(1, sizeof(**names));
	if (!*names)
		return no_memory(err);
	rc = read_strategy(*names, result, config, err);
	return rc ? rc : read_hypervisor(*names, result, config, parameters, err);
}

void ir_read_names_free(struct ir_read_names *names)
{
	if (!names)
		return;
	while (names->strangers) {
		struct stranger *next = names->strangers->next;

		free(names->strangers);
		names->strangers = next;
	}
	while (names->plugins) {
		struct plugin *next = names->plugins->next;

		free(names->plugins);
		names->plugins = next;
	}
	free(names);
}
