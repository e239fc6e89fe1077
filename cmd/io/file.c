// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files that are read as a whole.
 */
#include "io/file.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <iommu-replay/error.h>

#include "base/decompress.h"
#include "base/message.h"
#include "base/unpack.h"
#include "io/input.h"

/* Compressed or not. */
static FILE *open_file(const char *path)
{
	struct ir_error err = { "" };
	int fd = ir_unpacked_open(path, &err);
	FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;

	if (fd < 0)
		message("%s", err.text);
	else if (!in)
		message("%s: %s", path, strerror(errno));
	if (fd >= 0 && !in)
		close(fd);
	return in;
}

char *file_read(const char *path, size_t max, const char *what, size_t *size)
{
	bool standard = !strcmp(path, "-");
	FILE *in = standard ? stdin : open_file(path);
	const char *why = NULL, *tool;
	char *text = NULL;
	size_t used = 0, room = 1 << 16;
	bool too_large = false;
	int code = 0;

	if (*interrupts_flag())
		interrupts_end();
	if (!in)
		return NULL;
	do {
		char *grown = realloc(text, room *= 2);

		if (!grown) {
			why = "out of memory";
			break;
		}
		text = grown;
		errno = 0;
		used += fread(text + used, 1, room - used, in);
		code = errno;
	} while (used == room && used <= max && !*interrupts_flag());
	if (*interrupts_flag())
		interrupts_end();
	if (!why && ferror(in))
		why = strerror(code ? code : EIO);
	else if (!why && used > max)
		too_large = true;
	if (!standard)
		fclose(in);
	/* Of a pipe; others are unpacked by now. */
	tool = why || too_large ? NULL : ir_packed_by(text, used);
	if (!why && !too_large && !tool) {
		*size = used;
		return text;
	}
	free(text);
	if (tool)
		message("%s: is compressed by %s; unpack it: %s -dc FILE | iommu-replay COMMAND -",
			standard ? "standard input" : path, tool, tool);
	else if (too_large)
		message("%s: too large for %s", standard ? "standard input" : path, what);
	else
		message("%s: %s", standard ? "standard input" : path, why);
	return NULL;
}
