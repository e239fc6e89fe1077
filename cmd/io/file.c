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

#include "base/message.h"
#include "io/input.h"

char *file_read(const char *path, size_t max, const char *what, size_t *size)
{
	bool standard = !strcmp(path, "-");
	FILE *in = standard ? stdin : fopen(path, "r");
	const char *why = NULL;
	char *text = NULL;
	size_t used = 0, room = 1 << 16;
	bool too_large = false;
	int code = 0;

	if (*interrupts_flag())
		interrupts_end();
	if (!in) {
		message("%s: %s", path, strerror(errno));
		return NULL;
	}
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
	*size = used;
	if (!why && !too_large)
		return text;
	free(text);
	if (too_large)
		message("%s: too large for %s", standard ? "standard input" : path, what);
	else
		message("%s: %s", standard ? "standard input" : path, why);
	return NULL;
}
