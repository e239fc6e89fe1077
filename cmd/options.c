// SPDX-License-Identifier: GPL-2.0-or-later
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "output.h"

#define HELP_WIDTH 80	/* at most: longer lines are hard to read */

/* getopt's values of options: above all letters. */
#define FIRST_ID 256

struct option_spec {
	int letter;			/* 0: none */
	const char *name;		/* with its dashes */
	const char *arg;		/* NULL: takes none; "": the names in choices */
	const char *help;
	unsigned int commands;		/* enum command_bit */
	int (*parse)(struct settings *settings, const struct option_spec *spec, const char *arg,
		     struct ir_error *err);
	size_t offset;			/* in struct settings */
	uint64_t min, max;
	const struct choice *choices;	/* NULL with arg "": the command's formats */
	bool first;			/* parsed before all others, wherever it stands */
};

static const struct choice queue_choices[] = {
	{ "single", IR_QUEUE_SINGLE },
	{ "per-cpu", IR_QUEUE_PER_CPU },
	{ "none", IR_QUEUE_NONE },
	{ NULL, 0 },
};

static const struct choice api_choices[] = {
	{ "dma", IR_API_DMA },
	{ "iommu", IR_API_IOMMU },
	{ NULL, 0 },
};

static const struct choice timer_choices[] = {
	{ "simulated", IR_TIMER_SIMULATED },
	{ "recorded", IR_TIMER_RECORDED },
	{ NULL, 0 },
};

static const struct choice find_choices[] = {
	{ "min-entry-limit", FIND_ENTRY_LIMIT },
	{ "min-pinned-limit", FIND_PINNED_LIMIT },
	{ "min-aperture", FIND_APERTURE },
	{ "min-queue-size", FIND_QUEUE_SIZE },
	{ NULL, 0 },
};

static const struct choice when_choices[] = {
	{ "auto", WHEN_AUTO },
	{ "always", WHEN_ALWAYS },
	{ "never", WHEN_NEVER },
	{ NULL, 0 },
};

static void *field(struct settings *settings, const struct option_spec *spec)
{
	return (char *)settings + spec->offset;
}

static int parse_u64(struct settings *settings, const struct option_spec *spec, const char *arg,
		     struct ir_error *err)
{
	return parse_number(spec->name, arg, strlen(arg), spec->min, spec->max,
			    field(settings, spec), err);
}

static int parse_u32(struct settings *settings, const struct option_spec *spec, const char *arg,
		     struct ir_error *err)
{
	uint64_t value;
	uint32_t *to = field(settings, spec);
	int rc = parse_number(spec->name, arg, strlen(arg), spec->min, spec->max, &value, err);

	if (!rc)
		*to = (uint32_t)value;
	return rc;
}

static int parse_initial_pages(struct settings *settings, const struct option_spec *spec,
			       const char *arg, struct ir_error *err)
{
	settings->params.has_initial_pages = true;
	return parse_u64(settings, spec, arg, err);
}

static int parse_text(struct settings *settings, const struct option_spec *spec, const char *arg,
		      struct ir_error *err)
{
	const char **to = field(settings, spec);

	if (!*arg)
		return ir_error_set(err, -EINVAL, "%s: a name is missing", spec->name);
	*to = arg;
	return 0;
}

static int parse_texts(struct settings *settings, const struct option_spec *spec, const char *arg,
		       struct ir_error *err)
{
	struct texts *to = field(settings, spec);
	const char **grown = reallocarray(to->text, to->nr + 1, sizeof(*grown));

	if (!grown)
		return ir_error_set(err, -ENOMEM, "out of memory");
	to->text = grown;
	grown[to->nr++] = arg;
	return 0;
}

static int parse_flag(struct settings *settings, const struct option_spec *spec, const char *arg,
		      struct ir_error *err)
{
	bool *to = field(settings, spec);

	(void)arg;
	(void)err;
	*to = true;
	return 0;
}

/* "2/8" */
static int parse_shard(struct settings *settings, const struct option_spec *spec, const char *arg,
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

static int parse_max_rpcits(struct settings *settings, const struct option_spec *spec,
			    const char *arg, struct ir_error *err)
{
	settings->has_max_rpcits = true;
	return parse_u64(settings, spec, arg, err);
}

static const struct choice *spec_choices(const struct option_spec *spec,
					 const struct command *command)
{
	return spec->choices ? spec->choices : command->formats;
}

static int parse_choice(struct settings *settings, const struct option_spec *spec, const char *arg,
			struct ir_error *err)
{
	const struct choice *choices = spec_choices(spec, settings->command);

	for (size_t i = 0; choices[i].name; i++) {
		if (!strcmp(choices[i].name, arg)) {
			memcpy(field(settings, spec), &choices[i].value, sizeof(int));
			return 0;
		}
	}
	return name_unknown(err, spec->name + 2, arg, strlen(arg), choice_name, choices);
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

static int parse_plugin(struct settings *settings, const struct option_spec *spec, const char *arg,
			struct ir_error *err)
{
	if (!*arg)
		return ir_error_set(err, -EINVAL, "%s: a file is missing", spec->name);
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

static int parse_strategy(struct settings *settings, const struct option_spec *spec,
			  const char *arg, struct ir_error *err)
{
	const struct ir_strategy *const *known = ir_registry_strategies(settings->registry);
	const char *end;
	int rc = 0;

	for (; !rc; arg = end + 1) {
		size_t i = 0;

		end = strchrnul(arg, ',');
		if ((size_t)(end - arg) == strlen("all") && !strncmp(arg, "all", 3)) {
			for (i = 0; !rc && known[i]; i++)
				if (!known[i]->not_in_all)
					rc = add_strategy(settings, known[i], err);
		} else {
			while (known[i] && (strlen(known[i]->name) != (size_t)(end - arg) ||
					    strncmp(known[i]->name, arg, (size_t)(end - arg))))
				i++;
			if (!known[i])
				return name_unknown(err, spec->name + 2, arg, (size_t)(end - arg),
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
};

static const struct choice hypervisor_keys[] = {
	{ "entry-limit", KEY_ENTRY_LIMIT },
	{ "pinned-limit", KEY_PINNED_LIMIT },
	{ "tlb-refresh", KEY_TLB_REFRESH },
	{ NULL, 0 },
};

/* The @i-th key that this hypervisor takes. */
static const char *hypervisor_key_name(const void *arg, size_t i)
{
	const struct ir_hypervisor *hv = arg;

	for (const struct choice *key = hypervisor_keys; key->name; key++) {
		if ((key->value == KEY_ENTRY_LIMIT && !hv->has_entry_limit) ||
		    (key->value == KEY_PINNED_LIMIT && !hv->has_pinned_limit))
			continue;
		if (!i--)
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

/* One KEY=VALUE, @len bytes. */
static int parse_hypervisor_key(struct hypervisor_choice *choice, const char *text, size_t len,
				struct ir_error *err)
{
	const char *equals = memchr(text, '=', len), *value, *name;
	size_t key_len, value_len, i = 0;
	uint64_t number;
	int rc;

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
		return ir_error_set(err, -EINVAL, "%s needs a value: %s=N", name, name);
	value = equals + 1;
	value_len = len - key_len - 1;
	if (!strcmp(name, "tlb-refresh")) {
		rc = parse_number(name, value, value_len, 0, 1, &number, err);
		if (!rc)
			choice->params.tlb_refresh = (int)number;
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
	return parse_own_key(choice, name, value, value_len, err);
}

static int parse_hypervisor(struct settings *settings, const struct option_spec *spec,
			    const char *arg, struct ir_error *err)
{
	const struct ir_hypervisor *const *known = ir_registry_hypervisors(settings->registry);
	struct hypervisor_choice choice = { .params.tlb_refresh = -1 }, *grown;
	const char *end = strchrnul(arg, ':');
	size_t len = (size_t)(end - arg);
	int rc;

	for (size_t i = 0; known[i] && !choice.hypervisor; i++)
		if (strlen(known[i]->name) == len && !strncmp(known[i]->name, arg, len))
			choice.hypervisor = known[i];
	if (!choice.hypervisor)
		return name_unknown(err, spec->name + 2, arg, len, hypervisor_name,
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

static int parse_latency(struct settings *settings, const struct option_spec *spec,
			 const char *arg, struct ir_error *err)
{
	struct ir_params *params = &settings->params;
	const char *plus = strchrnul(arg, '+');
	int rc;

	params->rpcit_base_ns = 0;
	params->rpcit_page_ns = 0;
	params->rpcit_recorded = !strcmp(arg, "recorded");
	params->has_rpcit_latency = !params->rpcit_recorded;
	if (params->rpcit_recorded)
		return 0;
	/* An hour: longer than any replay can mean, short enough to add up. */
	rc = parse_number(spec->name, arg, (size_t)(plus - arg), 0, spec->max,
			  &params->rpcit_base_ns, err);
	if (!rc && *plus)
		rc = parse_number(spec->name, plus + 1, strlen(plus + 1), 0, spec->max,
				  &params->rpcit_page_ns, err);
	return rc;
}

int options_hypervisor_parameter(struct ir_config *config, const char *name, const char *text,
				 struct ir_error *err)
{
	struct hypervisor_choice choice = {
		.hypervisor = config->hypervisor, .params = config->params.hypervisor,
		.has_entry_limit = config->params.has_entry_limit,
		.has_pinned_limit = config->params.has_pinned_limit,
	};
	char pair[128];
	int rc, n = snprintf(pair, sizeof(pair), "%s=%s", name, text);

	if (n < 0 || (size_t)n >= sizeof(pair))
		return ir_error_set(err, -EINVAL, "%s: \"%.60s\" is not a number", name, text);
	rc = parse_hypervisor_key(&choice, pair, (size_t)n, err);
	config->params.hypervisor = choice.params;
	config->params.has_entry_limit = choice.has_entry_limit;
	config->params.has_pinned_limit = choice.has_pinned_limit;
	return rc;
}

static int parse_tolerance(struct settings *settings, const struct option_spec *spec,
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

#define AT(field) .offset = offsetof(struct settings, field)

static const struct option_spec options[] = {
	{ 0, "--strategy", "NAME[,NAME...]|all",
	  "Flush strategies to replay; \"iommu-replay list strategies\" shows them. "
	  "Default: all, which leaves out null.",
	  IN_RUN | IN_SWEEP, .parse = parse_strategy },
	{ 0, "--hypervisor", "NAME[:KEY=VALUE,...]",
	  "Hypervisor to replay against, default kvm; may be repeated. Keys: entry-limit, "
	  "pinned-limit (0: no limit), tlb-refresh=0|1, as far as it takes them.",
	  IN_RUN | IN_SWEEP, .parse = parse_hypervisor },
	{ 0, "--strategy", "NAME",
	  "Strategy of the recorded machine. Default: as a manifest says, else as the recording "
	  "shows.",
	  IN_VERIFY, .parse = parse_strategy },
	{ 0, "--hypervisor", "NAME[:KEY=VALUE,...]",
	  "Hypervisor of the recorded machine. Default: as a manifest says, else kvm for s390x "
	  "and lpar for others. Keys: entry-limit, pinned-limit (0: no limit), tlb-refresh=0|1, "
	  "as far as it takes them.",
	  IN_VERIFY, .parse = parse_hypervisor },
	{ 0, "--plugin", "FILE.so",
	  "Load more strategies and hypervisors from a plug-in, whose code then runs in this "
	  "program; may be repeated.",
	  IN_REPLAY | IN_BATCH | IN_LIST, .parse = parse_plugin, .first = true },
	{ 0, "--manifest", "FILE|none",
	  "What machines the recordings are from. Default: a manifest.json beside a recording, "
	  "or one directory up, that lists it.",
	  IN_VERIFY, parse_text, AT(manifest) },
	{ 0, "--tolerance", "N|P%",
	  "How far each total may be off, as a number or a share of the recorded one. Default: 0.",
	  IN_VERIFY, .parse = parse_tolerance },
	{ 0, "--queue", "",
	  "Flush queue. Default: single where an RPCIT is needed after mapping, else per-cpu.",
	  IN_REPLAY, parse_choice, AT(params.queue), .choices = queue_choices },
	{ 0, "--queue-size", "N",
	  "Slots of a flush queue; it holds one less. Default: 32768 if single, 256 if per-cpu.",
	  IN_REPLAY, parse_u32, AT(params.queue_size), .min = 2, .max = 1 << 24 },
	{ 0, "--queue-timeout", "MS",
	  "Timeout of the flush queue in milliseconds. Default: 1000 if single, 10 if per-cpu.",
	  IN_REPLAY, parse_u32, AT(params.queue_timeout_ms), .min = 1, .max = 86400000 },
	{ 0, "--aperture", "SIZE",
	  "DMA aperture in bytes. Default: as the recording tells, else as large as the "
	  "IOMMU allows.",
	  IN_REPLAY, parse_u64, AT(params.aperture), .min = IR_PAGE_SIZE, .max = UINT64_C(1) << 52 },
	{ 0, "--initial-pages", "N",
	  "Pages that were mapped before the recording began and stay mapped. Default: as the "
	  "recording tells, else 0.",
	  IN_REPLAY, parse_initial_pages, AT(params.initial_pages), .min = 0, .max = UINT64_MAX },
	{ 0, "--cpus", "N",
	  "Possible CPUs of the recorded machine. Default: as the recording tells.",
	  IN_REPLAY, parse_u32, AT(params.cpus), .min = 1, .max = 65536 },
	{ 0, "--hz", "N",
	  "Jiffies a second of the recorded machine. Default: as the recording tells, else 100 "
	  "on s390x and 250 elsewhere.",
	  IN_REPLAY, parse_u32, AT(params.hz), .min = 1, .max = 10000 },
	{ 0, "--api", "",
	  "What the operations are: DMA API calls (default), or IOMMU API calls with the IOVAs "
	  "of the recording.",
	  IN_REPLAY, parse_choice, AT(params.api), .choices = api_choices },
	{ 0, "--device", "NAME",
	  "Only the operations of this device.",
	  IN_INPUT | IN_BATCH, parse_text, AT(device) },
	{ 0, "--events", "FILE.json",
	  "What trace events mean that are not known by their name; see iommu-replay-events(5).",
	  IN_INPUT | IN_BATCH | IN_LIST, parse_text, AT(events) },
	{ 0, "--by-site", NULL,
	  "Also tell the results by call site and by driver. The recording needs call chains.",
	  IN_RUN, parse_flag, AT(sites) },
	{ 0, "--sites", NULL,
	  "Show who made the mappings: call sites and drivers. The recording needs call chains.",
	  IN_INFO, parse_flag, AT(sites) },
	{ 0, "--vmlinux", "FILE",
	  "For call sites: the recorded kernel, an ELF file with symbols.",
	  IN_RUN | IN_INFO, parse_text, AT(vmlinux) },
	{ 0, "--modules", "DIR",
	  "For call sites: a directory with the recorded kernel's modules (.ko, .ko.debug).",
	  IN_RUN | IN_INFO, parse_text, AT(modules) },
	{ 0, "--kallsyms", "FILE",
	  "For call sites: a copy of /proc/kallsyms, made while recording. Default: the "
	  "recording's own, else that of the running kernel if it is the recorded one.",
	  IN_RUN | IN_INFO, parse_text, AT(kallsyms) },
	{ 0, "--timer", "",
	  "Flush-queue timer: simulated (default), or fired when the recording's own flushes "
	  "by timer happened.",
	  IN_REPLAY, parse_choice, AT(params.timer), .choices = timer_choices },
	{ 0, "--rpcit-latency", "NS[+NS_PER_PAGE]|recorded|0",
	  "How long an RPCIT keeps its CPU busy, in nanoseconds, or as the recorded ones did; 0 "
	  "replays strictly serially.",
	  IN_REPLAY, parse_latency, .max = UINT64_C(3600000000000) },
	{ 0, "--timeline", NULL,
	  "Have the course of each replay in the JSON report, too: pages, queues, RPCITs and "
	  "failures over time, and histograms. HTML has it always.",
	  IN_RUN, parse_flag, AT(timeline) },
	{ 0, "--perfetto", "FILE",
	  "Write the course of each replay to FILE as trace events that Perfetto opens "
	  "(ui.perfetto.dev).",
	  IN_RUN, parse_text, AT(perfetto) },
	{ 0, "--vary", "KEY=FROM:TO[:STEP|:xFACTOR]",
	  "Replay with each value of this parameter from FROM to TO, STEP apart or each FACTOR "
	  "times the one before. Keys: entry-limit, pinned-limit, tlb-refresh, queue-size, "
	  "queue-timeout, aperture, initial-pages, cpus, hz, rpcit-latency.",
	  IN_SWEEP, parse_text, AT(vary) },
	{ 0, "--find", "",
	  "Find the smallest value with which a strategy has no failure, or as few as "
	  "--max-failures and --max-rpcits allow.",
	  IN_SWEEP, parse_choice, AT(find), .choices = find_choices },
	{ 0, "--max-failures", "N",
	  "With --find: failed and unbacked maps that are allowed. Default: 0.",
	  IN_SWEEP, parse_u64, AT(max_failures), .max = UINT64_MAX },
	{ 0, "--max-rpcits", "N",
	  "With --find: RPCITs that are allowed. Default: any number.",
	  IN_SWEEP, parse_max_rpcits, AT(max_rpcits), .max = UINT64_MAX },
	{ 0, "--figure", "KEY",
	  "Figure to show over the varied parameter, by its key in the JSON report, or "
	  "failures. May be repeated. Default: rpcit.total and failures.",
	  IN_SWEEP, parse_texts, AT(figures) },
	{ 0, "--fail-if", "EXPR",
	  "Fail if this is true of any row: KEY OP [[+|-]N[%]], such as \"rpcit.total>+5%\" or "
	  "\"maps.map_failed>0\"; OP is > >= < <= == or !=. May be repeated. Default: any change "
	  "fails.",
	  IN_COMPARE, parse_texts, AT(fail_if) },
	{ 0, "--ignore", "KEY[,KEY...]",
	  "Figures or groups of them that may change, or parameters that may differ between rows "
	  "which belong together. May be repeated.",
	  IN_COMPARE, parse_texts, AT(ignore) },
	{ 0, "--allow-missing", NULL,
	  "Rows and figures that only BASELINE has are reported, but do not fail.",
	  IN_COMPARE, parse_flag, AT(allow_missing) },
	{ 0, "--allow-missing", NULL,
	  "Write what there is, even if results of the batch are missing.",
	  IN_MERGE, parse_flag, AT(allow_missing) },
	{ 'o', "--output", "FILE",
	  "Where the results go, a line each as they are finished. Needed.",
	  IN_BATCH, parse_text, AT(output) },
	{ 0, "--resume", NULL,
	  "Go on with FILE: what is done and unchanged is not replayed again.",
	  IN_BATCH, parse_flag, AT(resume) },
	{ 0, "--shard", "I/N",
	  "Only the I-th of N parts, which are as equal as can be; merge puts them together.",
	  IN_BATCH, .parse = parse_shard, .max = 1 << 20 },
	{ 'f', "--format", "",
	  "How to write the report; the first is the default.",
	  IN_ALL & ~IN_BATCH, parse_choice, AT(format) },
	{ 'o', "--output", "FILE",
	  "Write the report to FILE, which appears complete or not at all.",
	  IN_ALL & ~IN_BATCH, parse_text, AT(output) },
	{ 'j', "--jobs", "N",
	  "Threads. Default: one for each processor.",
	  IN_REPLAY | IN_BATCH, parse_u32, AT(jobs), .min = 1, .max = 4096 },
	{ 0, "--strict-input", NULL,
	  "Any loss or damage in a recording is an error: exit status 4.",
	  IN_INPUT, parse_flag, AT(strict_input) },
	{ 0, "--strict-input", NULL,
	  "Loss or damage in a recording makes its cells fail.",
	  IN_BATCH, parse_flag, AT(strict_input) },
	{ 'q', "--quiet", NULL,
	  "No progress and no warnings on standard error; errors only.",
	  IN_INPUT | IN_BATCH, parse_flag, AT(quiet) },
	{ 'v', "--verbose", NULL,
	  "Say on standard error what is being done.",
	  IN_INPUT & ~IN_VERIFY, parse_flag, AT(verbose) },
	{ 'v', "--verbose", NULL,
	  "Show the operations around the first difference, and say on standard error what is "
	  "being done.",
	  IN_VERIFY, parse_flag, AT(verbose) },
	{ 'v', "--verbose", NULL,
	  "Show all call sites, and the chains through them.",
	  IN_REPORT, parse_flag, AT(verbose) },
	{ 0, "--color", "",
	  "Colours in tables: auto is on a terminal, unless NO_COLOR is set.",
	  IN_REPLAY | IN_INFO | IN_LIST | IN_COMPARE | IN_REPORT, parse_choice, AT(color), .choices = when_choices },
	{ 0, "--progress", "",
	  "Progress on standard error: auto is when that is a terminal.",
	  IN_INPUT | IN_BATCH, parse_choice, AT(progress), .choices = when_choices },
	{ 'h', "--help", NULL, "Show this help.", IN_ALL, .parse = NULL },
	{ 'V', "--version", NULL, "Show the version.", IN_ALL, .parse = NULL },
};

#define NR_OPTIONS (sizeof(options) / sizeof(options[0]))

/* The long name of the @i-th option that a command takes. */
static const char *option_name(const void *arg, size_t i)
{
	const struct command *command = arg;

	for (size_t o = 0; o < NR_OPTIONS; o++)
		if ((options[o].commands & command->bit) && !i--)
			return options[o].name;
	return NULL;
}

int options_replay(struct settings *settings, const char *name, const char *text,
		   struct ir_error *err)
{
	struct option_spec spec;

	for (size_t o = 0; o < NR_OPTIONS; o++) {
		if (strcmp(options[o].name + 2, name) || !(options[o].commands & IN_SWEEP))
			continue;
		spec = options[o];
		spec.name = name;	/* whoever asks may not have typed an option */
		/* These skip the dashes. */
		if (spec.parse == parse_choice || spec.parse == parse_strategy ||
		    spec.parse == parse_hypervisor)
			spec.name = options[o].name;
		return spec.parse(settings, &spec, text, err);
	}
	return ir_error_set(err, -EINVAL, "unknown parameter \"%.60s\"", name);
}

int options_parameter(struct ir_params *params, const char *name, const char *text,
		      struct ir_error *err)
{
	struct settings settings = { .params = *params };
	int rc = options_replay(&settings, name, text, err);

	*params = settings.params;
	return rc;
}

static const struct option_spec *find_option(const struct command *command, int id)
{
	for (size_t o = 0; o < NR_OPTIONS; o++)
		if ((options[o].commands & command->bit) &&
		    (id == FIRST_ID + (int)o || (options[o].letter && id == options[o].letter)))
			return &options[o];
	return NULL;
}

/* What getopt_long() wants; ":" first, so that it tells the two errors apart. */
static void getopt_tables(const struct command *command, char *letters, struct option *longs)
{
	*letters++ = ':';
	for (size_t o = 0; o < NR_OPTIONS; o++) {
		if (!(options[o].commands & command->bit))
			continue;
		*longs++ = (struct option){
			.name = options[o].name + 2,
			.has_arg = options[o].arg ? required_argument : no_argument,
			.val = FIRST_ID + (int)o,
		};
		if (options[o].letter) {
			*letters++ = (char)options[o].letter;
			if (options[o].arg)
				*letters++ = ':';
		}
	}
	*letters = '\0';
	*longs = (struct option){ .name = NULL };
}

static int wrong_option(const struct command *command, int result, const char *word,
			struct ir_error *err)
{
	const struct option_spec *spec = find_option(command, optopt);
	char letter[3] = { '-', (char)optopt, '\0' };

	if (result == ':')
		return ir_error_set(err, -EINVAL, "option %s needs an argument: %s",
				    spec ? spec->name : "?", spec ? spec->arg : "");
	if (spec)
		return ir_error_set(err, -EINVAL, "option %s takes no argument", spec->name);
	if (optopt)
		return name_unknown(err, "option", letter, 2, option_name, command);
	return name_unknown(err, "option", word, strcspn(word, "="), option_name, command);
}

static int defaults(struct settings *settings, struct ir_error *err)
{
	int rc = 0;

	if (!(settings->command->bit & (IN_RUN | IN_SWEEP)))
		return 0;
	if (!settings->nr_strategies)
		rc = parse_strategy(settings, &options[0], "all", err);
	if (!rc && !settings->nr_hypervisors)
		rc = parse_hypervisor(settings, &options[1], "kvm", err);
	return rc;
}

static int check_operands(const struct settings *settings, struct ir_error *err)
{
	const struct command *command = settings->command;

	if (settings->nr_operands < (command->bit == IN_COMPARE ? 2 : 1))
		return ir_error_set(err, -EINVAL, "%s: missing %s", command->name,
				    command->operands);
	if (command->max_operands && settings->nr_operands > (size_t)command->max_operands)
		return ir_error_set(err, -EINVAL, "%s: too many operands; it takes %s",
				    command->name, command->operands);
	return 0;
}

/* A recorded machine had one of each. */
static int check_machine(const struct settings *settings, struct ir_error *err)
{
	if (settings->command->bit != IN_VERIFY)
		return 0;
	if (settings->nr_strategies > 1)
		return ir_error_set(err, -EINVAL,
				    "--strategy: a recorded machine has one; use run to compare several");
	if (settings->nr_hypervisors > 1)
		return ir_error_set(err, -EINVAL,
				    "--hypervisor: a recorded machine has one; use run to compare several");
	return 0;
}

/*
 * Options that give others more to choose from; once it is known that all are
 * options, and that not only help is wanted.
 */
static int parse_first(struct settings *settings, int argc, char **argv, const char *letters,
		       const struct option *longs, struct ir_error *err)
{
	int result, rc = 0;

	for (int pass = 0; pass < 2; pass++) {
		optind = 0;
		opterr = 0;
		while (!rc && (result = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
			const struct option_spec *spec = find_option(settings->command, result);

			if (result == '?' || result == ':')
				return wrong_option(settings->command, result, argv[optind - 1],
						    err);
			if (!spec->parse)
				return 0;
			if (pass && spec->first)
				rc = spec->parse(settings, spec, optarg, err);
		}
	}
	return rc;
}

/* Symbols name call sites and nothing else. */
static int check_symbols(const struct settings *settings, struct ir_error *err)
{
	if (settings->sites || (!settings->vmlinux && !settings->modules && !settings->kallsyms))
		return 0;
	return ir_error_set(err, -EINVAL, "--vmlinux, --modules and --kallsyms go with %s only",
			    settings->command->bit == IN_INFO ? "--sites" : "--by-site");
}

static enum options_outcome outcome(int rc)
{
	return !rc ? OPTIONS_OK : rc == -ENOMEM ? OPTIONS_FAILED : OPTIONS_WRONG;
}

enum options_outcome options_parse(const struct command *command, int argc, char **argv,
				   struct settings *settings, struct ir_error *err)
{
	struct option longs[NR_OPTIONS + 1];
	char letters[2 * NR_OPTIONS + 2];
	int result, rc;

	*settings = (struct settings){
		.command = command,
		.format = command->formats[0].value,
		.params.hypervisor.tlb_refresh = -1,
		.registry = ir_registry_new(),
	};
	if (!settings->registry) {
		ir_error_set(err, -ENOMEM, "out of memory");
		return OPTIONS_FAILED;
	}
	getopt_tables(command, letters, longs);
	rc = parse_first(settings, argc, argv, letters, longs, err);
	if (rc)
		return outcome(rc);
	optind = 0;	/* glibc: start anew, with the permutation of arguments */
	opterr = 0;
	for (;;) {
		const struct option_spec *spec;

		result = getopt_long(argc, argv, letters, longs, NULL);
		if (result == -1)
			break;
		spec = find_option(command, result);
		if (!spec)	/* cannot be: parse_first() found all of them */
			return OPTIONS_WRONG;
		if (spec->letter == 'h')
			return OPTIONS_HELP;
		if (spec->letter == 'V')
			return OPTIONS_VERSION;
		rc = spec->first ? 0 : spec->parse(settings, spec, optarg, err);
		if (rc)
			return outcome(rc);
	}
	settings->operands = argv + optind;
	settings->nr_operands = (size_t)(argc - optind);
	if (check_operands(settings, err) || check_machine(settings, err) ||
	    check_symbols(settings, err))
		return OPTIONS_WRONG;
	return outcome(defaults(settings, err));
}

void options_free(struct settings *settings)
{
	free(settings->strategies);
	free(settings->hypervisors);
	free(settings->fail_if.text);
	free(settings->ignore.text);
	ir_registry_free(settings->registry);
	free(settings->figures.text);
}

/* @text, wrapped, each line after the first one indented. */
static void write_wrapped(FILE *out, const char *text, int indent, int width)
{
	int at = indent;

	fprintf(out, "%*s", indent, "");
	while (*text) {
		int len = (int)strcspn(text, " ");

		if (at > indent && at + 1 + len > width) {
			fprintf(out, "\n%*s", indent, "");
			at = indent;
		} else if (at > indent) {
			fputc(' ', out);
			at++;
		}
		fwrite(text, 1, (size_t)len, out);
		at += len;
		text += len + (text[len] == ' ');
	}
	fputc('\n', out);
}

void options_help(FILE *out, const struct command *command)
{
	const struct output terminal = { .stream = out };
	size_t columns = output_width(&terminal);
	int width = columns < HELP_WIDTH ? (int)columns : HELP_WIDTH;

	fprintf(out, "usage: " PROGRAM " %s [options] %s\n\n%s.\n\noptions:\n", command->name,
		command->operands, command->summary);
	for (size_t o = 0; o < NR_OPTIONS; o++) {
		const struct option_spec *spec = &options[o];

		if (!(spec->commands & command->bit))
			continue;
		if (spec->letter)
			fprintf(out, "  -%c, %s", spec->letter, spec->name);
		else
			fprintf(out, "      %s", spec->name);
		if (spec->arg)
			fprintf(out, " %s", spec->arg);
		if (spec->arg && !*spec->arg) {
			const struct choice *choices = spec_choices(spec, command);

			for (size_t i = 0; choices[i].name; i++)
				fprintf(out, "%s%s", i ? "|" : "", choices[i].name);
		}
		fputc('\n', out);
		write_wrapped(out, spec->help, 10, width);
	}
	fprintf(out, "\nNumbers: decimal or 0x, then K, M or G (powers of 1024).\n"
		"See %s-%s(1).\n", PROGRAM, command->name);
}
