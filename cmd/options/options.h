/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options: one table, from which the list for getopt_long() and --help are made.  Each
 * line has the commands that take the option, the parser of its argument and the place of
 * its value.
 *
 * To add an option: a line in option_table.c, and in the manual pages
 * of the commands that take it (a test compares the two).
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <iommu-replay/error.h>
#include <stdio.h>

#include "base/cmd.h"

enum options_outcome {
	OPTIONS_OK,
	OPTIONS_HELP,		/* -h was given */
	OPTIONS_VERSION,
	OPTIONS_WRONG,		/* wrong usage; @err has the reason */
	OPTIONS_FAILED,		/* no memory; @err has a message */
};

/**
 * options_parse - read the arguments of a command
 * @all: the commands, with a NULL name behind the last: an option of others is an error that names them
 * @argv: the command's name, then its arguments; is permuted
 * @settings: filled; pass it to options_free(), also after an error
 */
enum options_outcome options_parse(const struct command *command, const struct command *all, int argc,
				   char **argv, struct settings *settings, struct ir_error *err);
void options_free(struct settings *settings);
/** options_help - usage, summary and all options of a command */
void options_help(FILE *out, const struct command *command);

/**
 * options_parameter - set a parameter as the option of this name would
 * @name: without dashes
 *
 * Returns 0, or -EINVAL with @err set.
 */
int options_parameter(struct ir_params *params, const char *name, const char *text,
		      struct ir_error *err);
/** options_replay - set an option of run, such as "strategy", in settings that no command line made */
int options_replay(struct settings *settings, const char *name, const char *text,
		   struct ir_error *err);

#endif
