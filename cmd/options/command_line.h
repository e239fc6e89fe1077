/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line as a report has it: options by their long names, operands as they
 * were given.  Options that do not change the report (output file, format, threads,
 * progress, colours) are left out, so that equal reports stay equal.
 */
#ifndef CMD_COMMAND_LINE_H
#define CMD_COMMAND_LINE_H

#include "base/memory.h"
#include "options/option_spec.h"

struct command_line {
	struct ir_memory memory;
	FILE *out;
};

/** command_line_begin - command_line_end() fails if there is no memory */
void command_line_begin(struct command_line *line, const struct command *command);
/** command_line_option - one more option; @arg: NULL if it takes none */
void command_line_option(struct command_line *line, const struct option_spec *spec, const char *arg);
/** command_line_end - the operands; settings->command_line is for free(); false: no memory */
bool command_line_end(struct command_line *line, struct settings *settings);

#endif
