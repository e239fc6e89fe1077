// SPDX-License-Identifier: GPL-2.0-or-later
/* Parses the values of options, and of parameters in them, into the settings. */
#include "options/option_values.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/number.h"
#include "io/crash.h"
#include "io/output.h"

static void *settings_field(struct settings *settings, const struct option_spec *spec)
{
	return (char *)settings + spec->offset;
}

int option_parse_u64(struct settings *settings, const struct option_spec *spec, const char *arg,
		     struct ir_error *err)
{
	return parse_number(spec->name, arg, strlen(arg), spec->min, spec->max,
			    settings_field(settings, spec), err);
}

int option_parse_u32(struct settings *settings, const struct option_spec *spec, const char *arg,
		     struct ir_error *err)
{
	uint64_t value;
	uint32_t *to = settings_field(settings, spec);
	int rc = parse_number(spec->name, arg, strlen(arg), spec->min, spec->max, &value, err);

	if (!rc)
		*to = (uint32_t)value;
	return rc;
}

int option_parse_ms(struct settings *settings, const struct option_spec *spec, const char *arg,
		    struct ir_error *err)
{
	uint64_t value;
	uint32_t *to = settings_field(settings, spec);
	int rc = parse_time(spec->name, arg, strlen(arg), 1000000, spec->min, spec->max, &value, err);

	if (!rc)
		*to = (uint32_t)value;
	return rc;
}

/* One end of a window, in nanoseconds; a number without a unit is seconds. */
static int window_time(const struct option_spec *spec, const char *text, size_t len, uint64_t *ns,
		       struct ir_error *err)
{
	return parse_time_ns(spec->name, text, len, 1000000000, 0, IR_WINDOW_OPEN, ns, err);
}

int option_parse_window(struct settings *settings, const struct option_spec *spec, const char *arg,
			struct ir_error *err)
{
	const char *colon = strchr(arg, ':');
	int rc = 0;

	if (!colon)
		return ir_error_set(err, -EINVAL, "%s: \"%.60s\" is not FROM:TO, such as 2s:5s",
				    spec->name, arg);
	settings->window_from_ns = 0;
	settings->window_to_ns = IR_WINDOW_OPEN;
	if (colon > arg)
		rc = window_time(spec, arg, (size_t)(colon - arg), &settings->window_from_ns, err);
	if (!rc && colon[1])
		rc = window_time(spec, colon + 1, strlen(colon + 1), &settings->window_to_ns, err);
	if (!rc && settings->window_from_ns >= settings->window_to_ns)
		return ir_error_set(err, -EINVAL, "%s: %.60s ends before it begins", spec->name, arg);
	return rc;
}

int option_parse_initial_pages(struct settings *settings, const struct option_spec *spec,
			       const char *arg, struct ir_error *err)
{
	settings->params.has_initial_pages = true;
	return option_parse_u64(settings, spec, arg, err);
}

int option_parse_text(struct settings *settings, const struct option_spec *spec, const char *arg,
		      struct ir_error *err)
{
	const char **to = settings_field(settings, spec);

	if (!*arg)
		return ir_error_set(err, -EINVAL, "%s: a name is missing", spec->name);
	*to = arg;
	return 0;
}

int option_parse_texts(struct settings *settings, const struct option_spec *spec, const char *arg,
		       struct ir_error *err)
{
	struct texts *to = settings_field(settings, spec);
	const char **grown = reallocarray(to->text, to->nr + 1, sizeof(*grown));

	if (!grown)
		return ir_error_set(err, -ENOMEM, "out of memory");
	to->text = grown;
	grown[to->nr++] = arg;
	return 0;
}

/* A number and its unit, in nanoseconds. */
int option_parse_time(struct settings *settings, const struct option_spec *spec, const char *arg,
		      struct ir_error *err)
{
	return parse_time_ns(spec->name, arg, strlen(arg), 0, spec->min, spec->max,
			     settings_field(settings, spec), err);
}

int option_parse_flag(struct settings *settings, const struct option_spec *spec, const char *arg,
		      struct ir_error *err)
{
	bool *to = settings_field(settings, spec);

	(void)arg;
	(void)err;
	*to = true;
	return 0;
}

/* "2/8" */
int option_parse_shard(struct settings *settings, const struct option_spec *spec, const char *arg,
		       struct ir_error *err)
{
	const char *slash = strchrnul(arg, '/');
	uint64_t shard, shards;
	int rc;

	if (!*slash)
		return ir_error_set(err, -EINVAL, "%s: \"%.60s\" is not I/N, such as 1/4", spec->name,
				    arg);
	rc = parse_number(spec->name, slash + 1, strlen(slash + 1), 1, spec->max, &shards, err);
	if (!rc)
		rc = parse_number(spec->name, arg, (size_t)(slash - arg), 1, shards, &shard, err);
	if (rc)
		return rc;
	settings->shard = (uint32_t)shard;
	settings->shards = (uint32_t)shards;
	return 0;
}

int option_parse_max_rpcits(struct settings *settings, const struct option_spec *spec,
			    const char *arg, struct ir_error *err)
{
	settings->has_max_rpcits = true;
	return option_parse_u64(settings, spec, arg, err);
}

/* The name of an option, without its dashes, or of a parameter in a file, which has none. */
static const char *plain_name(const struct option_spec *spec)
{
	return spec->name + (spec->name[0] == '-' ? 2 : 0);
}

/* "--by: unknown value ..."; of a parameter in a file, whose place the caller has: "unknown queue ..." */
static int unknown_value(const struct option_spec *spec, const char *arg,
			 const char *(*known)(const void *arg, size_t i), const void *of, struct ir_error *err)
{
	struct ir_error what = { "" };
	int rc;

	if (spec->name[0] != '-')
		return name_unknown(err, spec->name, arg, strlen(arg), known, of);
	rc = name_unknown(&what, "value", arg, strlen(arg), known, of);
	ir_error_set(err, rc, "%s: %.400s", spec->name, what.text);
	return rc;
}

const struct choice *option_choices(const struct option_spec *spec,
					 const struct command *command)
{
	return spec->choices ? spec->choices : command->formats;
}

int option_parse_choice(struct settings *settings, const struct option_spec *spec, const char *arg,
			struct ir_error *err)
{
	const struct choice *choices = option_choices(spec, settings->command);

	for (size_t i = 0; choices[i].name; i++) {
		if (!strcmp(choices[i].name, arg)) {
			memcpy(settings_field(settings, spec), &choices[i].value, sizeof(int));
			return 0;
		}
	}
	return unknown_value(spec, arg, choice_name, choices, err);
}

static const char *strategy_name(const void *arg, size_t i)
{
	const struct ir_strategy *const *list = ir_registry_strategies(arg);

	return list[i] ? list[i]->name : NULL;
}

static const char *hypervisor_name(const void *arg, size_t i)
{
	const struct ir_hypervisor *const *list = ir_registry_hypervisors(arg);

	return list[i] ? list[i]->name : NULL;
}

static const char *iommu_name(const void *arg, size_t i)
{
	(void)arg;
	return ir_iommus[i] ? ir_iommus[i]->name : NULL;
}

int option_parse_iommu(struct settings *settings, const struct option_spec *spec, const char *arg,
		       struct ir_error *err)
{
	settings->params.iommu = ir_iommu_find(arg);
	if (!settings->params.iommu)
		return unknown_value(spec, arg, iommu_name, NULL, err);
	return 0;
}

int option_parse_plugin(struct settings *settings, const struct option_spec *spec, const char *arg,
			struct ir_error *err)
{
	if (!*arg)
		return ir_error_set(err, -EINVAL, "%s: a file is missing", spec->name);
	if (!settings->plugins++) {
		output_keep_standard();
		if (crash_watch())
			return ir_error_set(err, -EAGAIN, "cannot start a thread to watch plug-ins");
	}
	return ir_registry_load(settings->registry, arg, err);
}

static int add_strategy(struct settings *settings, const struct ir_strategy *strategy,
			struct ir_error *err)
{
	const struct ir_strategy **grown;

	for (size_t i = 0; i < settings->nr_strategies; i++)
		if (settings->strategies[i] == strategy)
			return 0;
	grown = reallocarray(settings->strategies, settings->nr_strategies + 1, sizeof(*grown));
	if (!grown)
		return ir_error_set(err, -ENOMEM, "out of memory");
	settings->strategies = grown;
	grown[settings->nr_strategies++] = strategy;
	return 0;
}

int option_parse_strategy(struct settings *settings, const struct option_spec *spec,
			  const char *arg, struct ir_error *err)
{
	const struct ir_strategy *const *known = ir_registry_strategies(settings->registry);
	const char *end;
	int rc = 0;

	for (; !rc; arg = end + 1) {
		size_t i = 0;

		end = strchrnul(arg, ',');
		if ((size_t)(end - arg) == strlen("all") && !strncmp(arg, "all", 3)) {
			settings->all_strategies = true;
			for (i = 0; !rc && known[i]; i++)
				if (!known[i]->not_in_all)
					rc = add_strategy(settings, known[i], err);
		} else {
			while (known[i] && (strlen(known[i]->name) != (size_t)(end - arg) ||
					    strncmp(known[i]->name, arg, (size_t)(end - arg))))
				i++;
			if (!known[i])
				return name_unknown(err, plain_name(spec), arg, (size_t)(end - arg),
						    strategy_name, settings->registry);
			rc = add_strategy(settings, known[i], err);
		}
		if (!*end)
			break;
	}
	return rc;
}

enum hypervisor_key {
	KEY_ENTRY_LIMIT,
	KEY_PINNED_LIMIT,
	KEY_TLB_REFRESH,
	KEY_SHARE,
	KEY_BACKEND,
};

static const struct choice hypervisor_keys[] = {
	{ "entry-limit", KEY_ENTRY_LIMIT },
	{ "pinned-limit", KEY_PINNED_LIMIT },
	{ "tlb-refresh", KEY_TLB_REFRESH },
	{ "share", KEY_SHARE },
	{ "backend", KEY_BACKEND },
	{ NULL, 0 },
};

static const struct choice share_choices[] = {
	{ "device", IR_SHARE_DEVICE },
	{ "guest", IR_SHARE_GUEST },
	{ NULL, 0 },
};

static const struct choice backend_choices[] = {
	{ "type1", IR_BACKEND_TYPE1 },
	{ "iommufd", IR_BACKEND_IOMMUFD },
	{ NULL, 0 },
};

static bool takes_key(const struct ir_hypervisor *hv, int key)
{
	switch (key) {
	case KEY_ENTRY_LIMIT:
		return hv->has_entry_limit;
	case KEY_PINNED_LIMIT:
		return hv->has_pinned_limit;
	case KEY_SHARE:
		return hv->has_entry_limit || hv->has_pinned_limit;
	case KEY_BACKEND:
		return hv->has_backend;
	default:
		return true;
	}
}

/* The @i-th key that this hypervisor takes. */
static const char *hypervisor_key_name(const void *arg, size_t i)
{
	const struct ir_hypervisor *hv = arg;

	for (const struct choice *key = hypervisor_keys; key->name; key++) {
		if (takes_key(hv, key->value) && !i--)
			return key->name;
	}
	return ir_hypervisor_own(hv, i) ? hv->own[i].name : NULL;
}

static int parse_own_key(struct hypervisor_choice *choice, const char *name, const char *value,
			 size_t len, struct ir_error *err)
{
	const struct ir_hypervisor_param *own = choice->hypervisor->own;
	size_t i = 0;

	while (strcmp(own[i].name, name))
		i++;
	choice->params.own_given |= 1u << i;
	return parse_number(name, value, len, own[i].min, own[i].max, &choice->params.own[i], err);
}

/* A value that is one of several names, @len bytes; 0 or -EINVAL with @err set. */
static int parse_key_choice(const struct choice *choices, const char *key, const char *value,
			    size_t len, int *to, struct ir_error *err)
{
	for (size_t i = 0; choices[i].name; i++) {
		if (strlen(choices[i].name) == len && !strncmp(choices[i].name, value, len)) {
			*to = choices[i].value;
			return 0;
		}
	}
	return name_unknown(err, key, value, len, choice_name, choices);
}

/* Remember that a key was given; -EINVAL with @err set if it had been. */
static int mark_key_given(struct hypervisor_choice *choice, size_t i, const char *name,
			  struct ir_error *err)
{
	if (choice->given & 1u << i)
		return ir_error_set(err, -EINVAL, "hypervisor %s: %s is given twice",
				    choice->hypervisor->name, name);
	choice->given |= 1u << i;
	return 0;
}

/* One KEY=VALUE, @len bytes. */
static int parse_hypervisor_key(struct hypervisor_choice *choice, const char *text, size_t len,
				struct ir_error *err)
{
	const char *equals = memchr(text, '=', len), *value, *name;
	size_t key_len, value_len, i = 0;
	uint64_t number;
	int rc, picked = 0;

	key_len = equals ? (size_t)(equals - text) : len;
	while ((name = hypervisor_key_name(choice->hypervisor, i++)))
		if (strlen(name) == key_len && !strncmp(name, text, key_len))
			break;
	if (!name) {
		char what[64];

		snprintf(what, sizeof(what), "parameter of hypervisor %s",
			 choice->hypervisor->name);
		return name_unknown(err, what, text, key_len, hypervisor_key_name,
				    choice->hypervisor);
	}
	if (!equals)
		return ir_error_set(err, -EINVAL, "%s needs a value: %s=VALUE", name, name);
	if (mark_key_given(choice, i, name, err))
		return -EINVAL;
	value = equals + 1;
	value_len = len - key_len - 1;
	if (!strcmp(name, "tlb-refresh")) {
		rc = parse_number(name, value, value_len, 0, 1, &number, err);
		if (!rc) {
			choice->params.tlb_refresh = (int)number;
			choice->has_tlb_refresh = true;
		}
		return rc;
	}
	if (!strcmp(name, "entry-limit")) {
		choice->has_entry_limit = true;
		return parse_number(name, value, value_len, 0, UINT64_MAX,
				    &choice->params.entry_limit, err);
	}
	if (!strcmp(name, "pinned-limit")) {
		choice->has_pinned_limit = true;
		return parse_number(name, value, value_len, 0, UINT64_MAX,
				    &choice->params.pinned_limit, err);
	}
	if (!strcmp(name, "share")) {
		rc = parse_key_choice(share_choices, name, value, value_len, &picked, err);
		choice->has_share = true;
		choice->share = (enum ir_share)picked;
		return rc;
	}
	if (!strcmp(name, "backend")) {
		rc = parse_key_choice(backend_choices, name, value, value_len, &picked, err);
		choice->backend = (enum ir_backend)picked;
		return rc;
	}
	return parse_own_key(choice, name, value, value_len, err);
}

int option_parse_hypervisor(struct settings *settings, const struct option_spec *spec,
			    const char *arg, struct ir_error *err)
{
	const struct ir_hypervisor *const *known = ir_registry_hypervisors(settings->registry);
	struct hypervisor_choice choice = { .hypervisor = NULL }, *grown;
	const char *end = strchrnul(arg, ':');
	size_t len = (size_t)(end - arg);
	int rc;

	for (size_t i = 0; known[i] && !choice.hypervisor; i++)
		if (strlen(known[i]->name) == len && !strncmp(known[i]->name, arg, len))
			choice.hypervisor = known[i];
	if (!choice.hypervisor)
		return name_unknown(err, plain_name(spec), arg, len, hypervisor_name,
				    settings->registry);
	while (*end) {
		arg = end + 1;
		end = strchrnul(arg, ',');
		rc = parse_hypervisor_key(&choice, arg, (size_t)(end - arg), err);
		if (rc)
			return rc;
	}
	grown = reallocarray(settings->hypervisors, settings->nr_hypervisors + 1, sizeof(*grown));
	if (!grown)
		return ir_error_set(err, -ENOMEM, "out of memory");
	settings->hypervisors = grown;
	grown[settings->nr_hypervisors++] = choice;
	return 0;
}

int option_parse_load(struct settings *settings, const struct option_spec *spec, const char *arg,
		      struct ir_error *err)
{
	static const struct choice loads[] = { { "open", false }, { "closed", true }, { NULL, 0 } };

	for (size_t i = 0; loads[i].name; i++) {
		if (!strcmp(loads[i].name, arg)) {
			settings->closed = loads[i].value;
			return 0;
		}
	}
	return unknown_value(spec, arg, choice_name, loads, err);
}

/* A decimal fraction is allowed: "5.6us". */
int option_parse_event_cost(struct settings *settings, const struct option_spec *spec,
			    const char *arg, struct ir_error *err)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
	size_t digits = strspn(arg, "0123456789"), len = digits;
	double ns = -1;

	settings->has_event_cost = strcmp(arg, "auto") != 0;
	if (!settings->has_event_cost)
		return 0;
	if (arg[len] == '.')
		len += 1 + strspn(arg + len + 1, "0123456789");
	for (size_t u = 0; digits && u < sizeof(units) / sizeof(units[0]); u++)
		if (!strcmp(arg + len, units[u].unit))
			ns = strtod(arg, NULL) * units[u].ns;
	if (!strcmp(arg, "0"))
		ns = 0;
	if (ns < 0)
		return ir_error_set(err, -EINVAL, "%s: \"%.60s\" is neither a time (5.6us) nor auto",
				    spec->name, arg);
	if (ns > (double)spec->max)
		return ir_error_set(err, -EINVAL, "%s: \"%.60s\" is too long; at most 1s", spec->name, arg);
	settings->event_cost_ns = (uint64_t)(ns + 0.5);
	return 0;
}

int option_parse_latency(struct settings *settings, const struct option_spec *spec,
			 const char *arg, struct ir_error *err)
{
	static const char *const modes[] = {
		[IR_LATENCY_AUTO] = "auto", [IR_LATENCY_RECORDED] = "recorded",
	};
	struct ir_params *params = &settings->params;
	const char *plus = strchrnul(arg, '+');
	int rc;

	params->rpcit_base_ns = 0;
	params->rpcit_page_ns = 0;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		params->latency = (enum ir_latency_mode)i;
		if (!strcmp(arg, modes[i]))
			return 0;
	}
	params->latency = IR_LATENCY_GIVEN;
	/* An hour: longer than any replay can mean, short enough to add up. */
	rc = parse_time(spec->name, arg, (size_t)(plus - arg), 1, 0, spec->max,
			&params->rpcit_base_ns, err);
	if (!rc && *plus)
		rc = parse_time(spec->name, plus + 1, strlen(plus + 1), 1, 0, spec->max,
				&params->rpcit_page_ns, err);
	return rc;
}

int option_parse_all_latency(struct settings *settings, const struct option_spec *spec,
			     const char *arg, struct ir_error *err)
{
	struct ir_params *params = &settings->params;
	const char *plus = strchrnul(arg, '+');
	int rc;

	params->has_all = true;
	params->all_page_ns = 0;
	rc = parse_time(spec->name, arg, (size_t)(plus - arg), 1, 0, spec->max,
			&params->all_base_ns, err);
	if (!rc && *plus)
		rc = parse_time(spec->name, plus + 1, strlen(plus + 1), 1, 0, spec->max,
				&params->all_page_ns, err);
	return rc;
}

int options_hypervisor_parameter(struct ir_config *config, const char *name, const char *text,
				 struct ir_error *err)
{
	struct hypervisor_choice choice = {
		.hypervisor = config->hypervisor, .params = config->params.hypervisor,
		.has_entry_limit = config->params.has_entry_limit,
		.has_pinned_limit = config->params.has_pinned_limit,
		.has_tlb_refresh = config->params.has_tlb_refresh,
		.has_share = config->params.has_share, .share = config->params.share,
		.backend = config->params.backend,
	};
	char pair[128];
	int rc, n = snprintf(pair, sizeof(pair), "%s=%s", name, text);

	if (n < 0 || (size_t)n >= sizeof(pair))
		return ir_error_set(err, -EINVAL, "%s: \"%.60s\" is not a number", name, text);
	rc = parse_hypervisor_key(&choice, pair, (size_t)n, err);
	hypervisor_apply(&choice, config);
	return rc;
}

int option_parse_tolerance(struct settings *settings, const struct option_spec *spec,
			   const char *arg, struct ir_error *err)
{
	size_t len = strlen(arg), digits = strspn(arg, "0123456789");

	settings->tolerance = 0;
	settings->tolerance_percent = 0;
	if (!len || arg[len - 1] != '%')
		return parse_number(spec->name, arg, len, 0, UINT64_MAX, &settings->tolerance,
				    err);
	if (arg[digits] == '.' && digits)
		digits += 1 + strspn(arg + digits + 1, "0123456789");
	if (!digits || digits != len - 1 || digits > 12)
		return ir_error_set(err, -EINVAL, "%s: \"%.60s\" is not a share (0.1%%)",
				    spec->name, arg);
	settings->tolerance_percent = strtod(arg, NULL);
	return 0;
}
