// SPDX-License-Identifier: GPL-2.0-or-later
#include "options/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/names.h"
#include "options/command_line.h"
#include "options/option_values.h"
#include "options/check.h"
#include "io/output.h"

#define HELP_WIDTH 80	/* at most: longer lines are hard to read */

/* getopt's values of options: above all letters. */
#define FIRST_ID 256

/* The long name of the @i-th option that a command takes. */
static const char *option_name(const void *arg, size_t i)
{
	const struct command *command = arg;

	for (size_t o = 0; o < nr_options; o++)
		if ((option_table[o].commands & command->bit) && !i--)
			return option_table[o].name;
	return NULL;
}

int options_replay(struct settings *settings, const char *name, const char *text,
		   struct ir_error *err)
{
	struct option_spec spec;

	for (size_t o = 0; o < nr_options; o++) {
		if (strcmp(option_table[o].name + 2, name) != 0 || !(option_table[o].commands & IN_SWEEP))
			continue;
		spec = option_table[o];
		spec.name = name;	/* for messages: the sweep's parameter, not the option */
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
	for (size_t o = 0; o < nr_options; o++) {
		const struct option_spec *spec = &option_table[o];

		if ((spec->commands & command->bit) &&
		    (id == FIRST_ID + (int)o || (spec->letter && id == spec->letter)))
			return spec;
	}
	return NULL;
}

/* The option string of getopt_long(); ":" first, so that its two errors differ. */
static void getopt_tables(const struct command *command, char *letters, struct option *longs)
{
	*letters++ = ':';
	for (size_t o = 0; o < nr_options; o++) {
		const struct option_spec *spec = &option_table[o];

		if (!(spec->commands & command->bit))
			continue;
		*longs++ = (struct option){
			.name = spec->name + 2,
			.has_arg = spec->arg ? required_argument : no_argument,
			.val = FIRST_ID + (int)o,
		};
		if (spec->old_name) {
			longs[0] = longs[-1];
			longs++->name = spec->old_name + 2;
		}
		if (spec->letter) {
			*letters++ = (char)spec->letter;
			if (spec->arg)
				*letters++ = ':';
		}
	}
	*letters = '\0';
	*longs = (struct option){ .name = NULL };
}

/* @word is an option of other commands: names them.  Returns whether it is. */
static bool is_elsewhere(const struct command *command, const struct command *all, const char *word,
			 struct ir_error *err)
{
	size_t len = strcspn(word, "="), used = 0;
	unsigned int bits = 0;
	char list[160] = "";

	for (size_t o = 0; o < nr_options; o++)
		if (strlen(option_table[o].name) == len && !strncmp(option_table[o].name, word, len))
			bits |= option_table[o].commands;
	if (!bits)
		return false;
	for (const struct command *other = all; other->name; other++)
		if ((bits & other->bit) && used < sizeof(list))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "",
						 other->name);
	ir_error_set(err, -EINVAL, "%s has no option %.*s; these commands have it: %s", command->name, (int)len,
		     word, list);
	return true;
}

static void write_argument(FILE *out, const struct option_spec *spec, const struct command *command)
{
	fputs(spec->arg, out);
	if (*spec->arg)
		return;
	for (const struct choice *c = option_choices(spec, command); c->name; c++)
		fprintf(out, "%s%s", c == option_choices(spec, command) ? "" : "|", c->name);
}

static int no_argument_error(const struct option_spec *spec, const struct command *command, struct ir_error *err)
{
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);
	char *text = NULL;

	if (out) {
		write_argument(out, spec, command);
		text = ir_memory_close(&memory);
	}
	if (!text)
		return ir_error_set(err, -ENOMEM, "out of memory");
	ir_error_set(err, -EINVAL, "option %s needs an argument: %.200s", spec->name, text);
	free(text);
	return -EINVAL;
}

static int wrong_option(const struct command *command, const struct command *all, int result,
			const char *word, struct ir_error *err)
{
	const struct option_spec *spec = find_option(command, optopt);
	char letter[3] = { '-', (char)optopt, '\0' };

	if (result == ':')
		return no_argument_error(spec, command, err);
	if (spec)
		return ir_error_set(err, -EINVAL, "option %s takes no argument", spec->name);
	if (optopt)
		return name_unknown(err, "option", letter, 2, option_name, command);
	if (is_elsewhere(command, all, word, err))
		return -EINVAL;
	return name_unknown(err, "option", word, strcspn(word, "="), option_name, command);
}

static int set_defaults(struct settings *settings, struct ir_error *err)
{
	bool default_hypervisor = !settings->nr_hypervisors;
	int rc = 0;

	if (!(settings->command->bit & (IN_RUN | IN_SWEEP)))
		return 0;
	if (!settings->nr_strategies)
		rc = option_parse_strategy(settings, &option_table[0], "all", err);
	if (!rc && !settings->nr_hypervisors)
		rc = option_parse_hypervisor(settings, &option_table[1], "kvm", err);
	settings->default_hypervisor = default_hypervisor;
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
	const struct ir_config any = {
		.strategy = ir_strategies[0], .hypervisor = ir_hypervisors[0],
		.params = settings->params,
	};

	/* Checks that do not depend on strategy and hypervisor, before a recording is opened. */
	if (settings->command->bit & IN_REPLAY &&
	    (ir_config_check(&any, err) || parameters_check(&settings->params, err)))
		return -EINVAL;
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
 * Options that give others more to choose from, such as --plugin, are parsed first,
 * once all words are known to be options and help is not requested.
 */
static int parse_first(struct settings *settings, const struct command *all, int argc, char **argv,
		       const char *letters, const struct option *longs, struct ir_error *err)
{
	int result, rc = 0;

	for (int pass = 0; pass < 2; pass++) {
		optind = 0;
		opterr = 0;
		while (!rc && (result = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
			const struct option_spec *spec = find_option(settings->command, result);

			if (result == '?' || result == ':')
				return wrong_option(settings->command, all, result, argv[optind - 1],
						    err);
			if (!spec->parse)
				return 0;
			if (pass && spec->first)
				rc = spec->parse(settings, spec, optarg, err);
		}
	}
	return rc;
}

/* Symbols are used for call sites only. */
static int check_symbols(const struct settings *settings, struct ir_error *err)
{
	if (settings->sites && settings->by != BY_COMM)
		return 0;
	if (!settings->vmlinux && !settings->modules && !settings->kallsyms)
		return 0;
	return ir_error_set(err, -EINVAL, "--vmlinux, --modules and --kallsyms go with %s only",
			    settings->command->bit == IN_INFO ? "--sites" : "--by-site");
}

/* By what results are divided, from the two options for it. */
static int choose_by(struct settings *settings, struct ir_error *err)
{
	if (settings->sites && (settings->by == BY_COMM || settings->by == BY_DEVICE))
		return ir_error_set(err, -EINVAL, "--by and %s contradict each other",
				    settings->command->bit == IN_INFO ? "--sites" : "--by-site");
	if (settings->by != BY_NOTHING && settings->by != BY_DEVICE)
		settings->sites = true;
	settings->sites_requested = settings->sites;
	if (settings->explain && !settings->sites) {
		settings->sites = true;
		settings->by = BY_COMM;
	}
	return 0;
}

/* Whether another one adds to what was given, instead of contradicting it. */
static bool may_repeat(const struct option_spec *spec)
{
	return spec->parse == option_parse_strategy || spec->parse == option_parse_hypervisor ||
		spec->parse == option_parse_plugin || spec->parse == option_parse_texts;
}

/* @given: the argument of each option so far; the last one of several would hide the others. */
static int check_repeated(const struct option_spec *spec, const char *arg, const char **given,
			  struct ir_error *err)
{
	const char **before = &given[spec - option_table];

	if (!spec->arg || may_repeat(spec))
		return 0;
	if (*before && strcmp(*before, arg))
		return ir_error_set(err, -EINVAL, "%s is given twice, as \"%.100s\" and as \"%.100s\"", spec->name,
				    *before, arg);
	*before = arg;
	return 0;
}

/* The cost of an event is part of the time that only --load closed has; auto would do nothing, either. */
static int check_event_cost(const struct settings *settings, const char *const *given, struct ir_error *err)
{
	for (size_t o = 0; o < nr_options && !settings->closed; o++)
		if (given[o] && option_table[o].parse == option_parse_event_cost)
			return ir_error_set(err, -EINVAL, "%s goes with --load closed only", option_table[o].name);
	return 0;
}

static int check_messages(const struct settings *settings, struct ir_error *err)
{
	if (settings->quiet && settings->verbose)
		return ir_error_set(err, -EINVAL, "--quiet and --verbose contradict each other");
	return 0;
}

static enum options_outcome outcome_of(int rc)
{
	return !rc ? OPTIONS_OK : rc == -ENOMEM ? OPTIONS_FAILED : OPTIONS_WRONG;
}

enum options_outcome options_parse(const struct command *command, const struct command *all, int argc,
				   char **argv, struct settings *settings, struct ir_error *err)
{
	struct option longs[2 * MAX_OPTIONS + 1];
	char letters[2 * MAX_OPTIONS + 2];
	enum options_outcome found = OPTIONS_OK;
	const char *given[MAX_OPTIONS] = { NULL };
	struct command_line line;
	int result, rc;

	*settings = (struct settings){
		.command = command,
		.format = command->formats[0].value,
		.registry = ir_registry_new(),
	};
	if (!settings->registry) {
		ir_error_set(err, -ENOMEM, "out of memory");
		return OPTIONS_FAILED;
	}
	getopt_tables(command, letters, longs);
	rc = parse_first(settings, all, argc, argv, letters, longs, err);
	if (rc)
		return outcome_of(rc);
	optind = 0;	/* glibc: restart, with the permutation of arguments */
	opterr = 0;
	command_line_begin(&line, command);
	for (;;) {
		const struct option_spec *spec;

		result = getopt_long(argc, argv, letters, longs, NULL);
		if (result == -1)
			break;
		spec = find_option(command, result);	/* parse_first() found all of them */
		if (spec->letter == 'h')
			found = OPTIONS_HELP;
		else if (spec->letter == 'V')
			found = OPTIONS_VERSION;
		else if (!spec->first)
			rc = check_repeated(spec, optarg, given, err);
		if (!rc && spec->parse && !spec->first)
			rc = spec->parse(settings, spec, optarg, err);
		if (rc || found != OPTIONS_OK)
			break;
		command_line_option(&line, spec, spec->arg ? optarg : NULL);
	}
	settings->operands = argv + optind;
	settings->nr_operands = (size_t)(argc - optind);
	if (!command_line_end(&line, settings) && !rc)
		rc = ir_error_set(err, -ENOMEM, "out of memory");
	if (rc || found != OPTIONS_OK)
		return rc ? outcome_of(rc) : found;
	if (choose_by(settings, err) || check_operands(settings, err) || check_machine(settings, err) ||
	    check_symbols(settings, err) || check_messages(settings, err) ||
	    check_event_cost(settings, given, err))
		return OPTIONS_WRONG;
	return outcome_of(set_defaults(settings, err));
}

void options_free(struct settings *settings)
{
	free(settings->strategies);
	free(settings->hypervisors);
	free(settings->fail_if.text);
	free(settings->groups.text);
	free(settings->ignore.text);
	ir_registry_free(settings->registry);
	free(settings->figures.text);
	free(settings->command_line);
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
	for (size_t o = 0; o < nr_options; o++) {
		const struct option_spec *spec = &option_table[o];

		if (!(spec->commands & command->bit))
			continue;
		if (spec->letter)
			fprintf(out, "  -%c, %s", spec->letter, spec->name);
		else
			fprintf(out, "      %s", spec->name);
		if (spec->arg) {
			fputc(' ', out);
			write_argument(out, spec, command);
		}
		fputc('\n', out);
		write_wrapped(out, spec->help, 10, width);
	}
	fprintf(out, "\nNumbers: decimal or 0x, then K, M, G or T (powers of 1024).\n"
		"See %s-%s(1).\n", PROGRAM, command->name);
}
