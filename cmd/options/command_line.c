// SPDX-License-Identifier: GPL-2.0-or-later
#include "options/command_line.h"

#include <string.h>

#include "verdict/verdict.h"

/* Whether an option changes the report's content, not only its place or the messages. */
static bool is_reproduced(const struct option_spec *spec)
{
	static const char *const others[] = {
		"--output", "--format", "--jobs", "--quiet", "--verbose", "--color", "--progress", "--max-memory",
		"--perfetto",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (!strcmp(spec->name, others[i]))
			return false;
	return true;
}

void command_line_begin(struct command_line *line, const struct command *command)
{
	line->out = ir_memory_open(&line->memory);
	if (line->out)
		fprintf(line->out, "%s %s", PROGRAM, command->name);
}

void command_line_option(struct command_line *line, const struct option_spec *spec, const char *arg)
{
	if (!line->out || !is_reproduced(spec))
		return;
	fprintf(line->out, " %s", spec->name);
	if (!arg)
		return;
	fputc(' ', line->out);
	ir_write_shell(line->out, arg);
}

bool command_line_end(struct command_line *line, struct settings *settings)
{
	if (!line->out)
		return false;
	for (size_t i = 0; i < settings->nr_operands; i++) {
		fputc(' ', line->out);
		ir_write_operand(line->out, settings->operands[i]);
	}
	settings->command_line = ir_memory_close(&line->memory);
	return settings->command_line;
}
