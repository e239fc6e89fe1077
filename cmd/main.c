// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program's entry: finds the command, parses its options, runs it.
 */
#include <errno.h>
#include <fcntl.h>
#include <iommu-replay/report.h>
#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "io/crash.h"
#include "io/input.h"
#include "io/kind.h"
#include "base/message.h"
#include "base/names.h"
#include "options/options.h"
#include "io/output.h"
#include "formats/renderers.h"

const struct command commands[] = {
	{ "run", cmd_run, "Replay recordings and report the cost of each flush strategy",
	  "RECORDING...", IN_RUN, 0, report_formats },
	{ "info", cmd_info, "Show the contents of a recording and whether it is complete",
	  "RECORDING...", IN_INFO, 0, info_formats },
	{ "ops", cmd_ops, "Print the operations of a recording, one on each line",
	  "RECORDING", IN_OPS, 1, ops_formats },
	{ "verify", cmd_verify, "Compare the predicted flushes of a machine with its recorded ones",
	  "RECORDING...", IN_VERIFY, 0, verify_formats },
	{ "faults", cmd_faults, "Show which mapping held the address of each recorded IOMMU fault",
	  "RECORDING", IN_FAULTS, 1, faults_formats },
	{ "sweep", cmd_sweep, "Vary a parameter, or find the smallest value without failures",
	  "RECORDING", IN_SWEEP, 1, sweep_formats },
	{ "batch", cmd_batch, "Replay the recordings of a manifest in parallel, with resume",
	  "MANIFEST|RECORDING...", IN_BATCH, 0, batch_formats },
	{ "merge", cmd_merge, "Join the results of a divided batch",
	  "RESULTS...", IN_MERGE, 0, merge_formats },
	{ "compare", cmd_compare, "Compare a report with a baseline and fail if it changed",
	  "BASELINE NEW", IN_COMPARE, 2, compare_formats },
	{ "report", cmd_report, "Convert a JSON report to a table, CSV, Markdown or a web page",
	  "REPORT.json", IN_REPORT, 1, report_formats },
	{ "list", cmd_list, "List strategies, hypervisors, IOMMUs, trace events, readers or figures",
	  "strategies|hypervisors|iommus|events|readers|figures", IN_LIST, 1, list_formats },
	{ .name = NULL },
};

static const char *command_name(const void *arg, size_t i)
{
	(void)arg;
	return commands[i].name;
}

static void print_help(FILE *out)
{
	fputs("usage: " PROGRAM " COMMAND [options] ...\n"
	      "\nReplay recorded DMA mappings against IOMMU flush strategies.\n\ncommands:\n", out);
	for (const struct command *command = commands; command->name; command++)
		fprintf(out, "  %-10s%s\n", command->name, command->summary);
	fputs("\n" PROGRAM " help COMMAND shows the options of a command.\n\noptions:\n"
	      "  -h, --help     Show this help; after a command, its options.\n"
	      "  -V, --version  Show the version.\n"
	      "\nTry: " PROGRAM " run RECORDING\nSee " PROGRAM "(1).\n", out);
}

/* Help and version are output like any other: a full disk shows. */
static int finish_stdout(void)
{
	struct ir_error err = { "" };
	struct output out;

	if (output_open(&out, NULL, NULL, 0, &err) || output_commit(&out, &err)) {
		message("%s", err.text);
		return STATUS_ERROR;
	}
	return STATUS_DONE;
}

static int run_command(const struct command *command, int argc, char **argv)
{
	struct ir_error err = { "" };
	struct settings settings;
	int status;

	switch (options_parse(command, commands, argc, argv, &settings, &err)) {
	case OPTIONS_HELP:
		options_help(stdout, command);
		status = finish_stdout();
		break;
	case OPTIONS_VERSION:
		printf(PROGRAM " %s\n", ir_version());
		status = finish_stdout();
		break;
	case OPTIONS_WRONG:
		message("%s", err.text);
		fprintf(stderr, "Try '" PROGRAM " %s --help'.\n", command->name);
		status = STATUS_USAGE;
		break;
	case OPTIONS_FAILED:
		message("%s", err.text);
		status = STATUS_ERROR;
		break;
	case OPTIONS_OK:
	default:
		progress_set(settings.quiet ? WHEN_NEVER : settings.progress);
		status = command->run(&settings);
		progress_clear();
	}
	options_free(&settings);
	return status;
}

/*
 * Standard descriptors that are closed would be given to the next file that is
 * opened, and messages or reports would end up in it.  Writing to standard
 * output stays an error.
 */
static void hold_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
			(void)!open("/dev/null", fd == 2 ? O_WRONLY : O_RDONLY);
}

/*
 * Without memory jansson may leave out characters of a number silently: of a
 * word it reads, keys it writes.
 */
static void *json_memory(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		exit_no_memory();
	return memory;
}

static const struct command *find_command(const char *name)
{
	const struct command *command = commands;

	while (command->name && strcmp(command->name, name))
		command++;
	return command->name ? command : NULL;
}

static int wrong_command(const char *name)
{
	static const struct choice options[] = { { "--help", 0 }, { "--version", 0 }, { NULL, 0 } };
	const char *meant = kind_command(name);
	struct ir_error err = { "" };

	if (meant) {
		message("%s is a file, and a command comes first; try: " PROGRAM " %s %s", name, meant,
			name);
		return STATUS_USAGE;
	}
	if (name[0] == '-') {
		name_unknown(&err, "option", name, strlen(name), choice_name, options);
		message("%s; all others come after a command", err.text);
	} else {
		name_unknown(&err, "command", name, strlen(name), command_name, NULL);
		message("%s", err.text);
	}
	fputs("Try '" PROGRAM " --help'.\n", stderr);
	return STATUS_USAGE;
}

/* "help", "help COMMAND" */
static int help_command(int argc, char **argv)
{
	const struct command *command;

	if (argc > 2) {
		message("help: too many operands; it takes one COMMAND");
		return STATUS_USAGE;
	}
	if (argc < 2 || !strcmp(argv[1], "help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "--help")) {
		print_help(stdout);
		return finish_stdout();
	}
	command = find_command(argv[1]);
	if (!command)
		return wrong_command(argv[1]);
	options_help(stdout, command);
	return finish_stdout();
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	const struct command *command;

	hold_standard_descriptors();
	renderers_init();
	setlocale(LC_CTYPE, "");
	interrupts_catch();
	crash_catch();
	json_set_alloc_funcs(json_memory, free);
	if (!name) {
		print_help(stderr);
		return STATUS_USAGE;
	}
	if (!strcmp(name, "-h") || !strcmp(name, "--help")) {
		print_help(stdout);
		return finish_stdout();
	}
	if (!strcmp(name, "-V") || !strcmp(name, "--version")) {
		printf(PROGRAM " %s\n", ir_version());
		return finish_stdout();
	}
	if (!strcmp(name, "help"))
		return help_command(argc - 1, argv + 1);
	command = find_command(name);
	return command ? run_command(command, argc - 1, argv + 1) : wrong_command(name);
}
