// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 1024

/* Always with room for a terminator. */
static ssize_t cookie_write(void *cookie, const char *bytes, size_t len)
{
	struct ir_memory *memory = cookie;
	size_t room = memory->room ? memory->room : FIRST_ROOM;
	char *grown;

	while (room - memory->len <= len)
		room *= 2;
	if (room != memory->room) {
		grown = realloc(memory->text, room);
		if (!grown)
			return 0;	/* which is how a cookie's stream fails */
		memory->text = grown;
		memory->room = room;
	}
	memcpy(memory->text + memory->len, bytes, len);
	memory->len += len;
	return (ssize_t)len;
}

/* For ftell() alone. */
static int cookie_seek(void *cookie, off64_t *offset, int whence)
{
	const struct ir_memory *memory = cookie;

	if (whence != SEEK_CUR || *offset)
		return -1;
	*offset = (off64_t)memory->len;
	return 0;
}

FILE *ir_memory_open(struct ir_memory *memory)
{
	const cookie_io_functions_t functions = { .write = cookie_write, .seek = cookie_seek };

	*memory = (struct ir_memory){ .out = NULL };
	memory->out = fopencookie(memory, "w", functions);
	return memory->out;
}

char *ir_memory_close(struct ir_memory *memory)
{
	bool failed = !memory->out;

	if (memory->out) {
		failed = fflush(memory->out) || ferror(memory->out);
		failed |= fclose(memory->out) != 0;
		memory->out = NULL;
	}
	/* Nothing was written: an empty text is one, too. */
	if (!failed && !memory->text)
		memory->text = malloc(1);
	if (failed || !memory->text) {
		free(memory->text);
		memory->text = NULL;
		return NULL;
	}
	memory->text[memory->len] = '\0';
	return memory->text;
}

void ir_memory_fail(FILE *out)
{
	/* Reading sets the error indicator, as the stream is not open for that. */
	(void)fgetc(out);
	errno = ENOMEM;
}
