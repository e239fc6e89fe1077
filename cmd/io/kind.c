// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/kind.h"

#include <iommu-replay/damage.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "input/open.h"

#define FRONT 4096

/* A JSON document of this program; NULL: the file begins otherwise. */
static const char *json_command(const char *path)
{
	char front[FRONT + 1];
	FILE *in = fopen(path, "r");
	size_t len = in ? fread(front, 1, FRONT, in) : 0;
	const char *at;

	if (in)
		fclose(in);
	front[len] = '\0';
	at = front + strspn(front, " \t\r\n");
	if (*at != '{')
		return NULL;
	if (strstr(at, "\"iommu-replay-report/"))
		return "report";
	/* People and other programs read the output of compare, sweep and the like. */
	if (strstr(at, "\"iommu-replay-") && !strstr(at, "\"iommu-replay-manifest/"))
		return NULL;
	return strstr(at, "\"recordings\"") ? "batch" : NULL;
}

static bool is_recording(const char *path)
{
	struct ir_damage damage = { .count = { 0 } };
	struct ir_error err = { "" };
	struct ir_file *file = ir_file_open(path, &err);
	struct ir_reader *reader = file ? ir_reader_open(file, &damage, &err) : NULL;
	bool is = reader != NULL;

	ir_reader_close(reader);
	ir_file_close(file);
	return is;
}

const char *kind_command(const char *path)
{
	struct stat st;
	const char *command;

	/* Reading from a pipe would wait, as would /sys/kernel/tracing/trace_pipe, whose size is 0. */
	if (stat(path, &st) || !S_ISREG(st.st_mode) || !st.st_size)
		return NULL;
	command = json_command(path);
	return command ? command : is_recording(path) ? "run" : NULL;
}
