// SPDX-License-Identifier: GPL-2.0-or-later
/* Parses and prints JSON; without memory the result is NULL, never a part of the JSON. */
#include "base/json.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct source {
	const char *text;
	size_t left;
	bool no_memory;
};

/*
 * jansson (2.14) drops the bytes of a token that it has no memory for and goes on, so that
 * another text is read; a number resets errno.  Therefore it gets one byte at a time.
 */
static size_t next_byte(void *to, size_t size, void *arg)
{
	struct source *source = arg;

	(void)size;
	source->no_memory |= errno == ENOMEM;
	if (!source->left || source->no_memory)
		return 0;
	*(char *)to = *source->text++;
	source->left--;
	return 1;
}

json_t *ir_json_load(const char *text, size_t len, json_error_t *why)
{
	static const char mark[] = "\xef\xbb\xbf";	/* editors of other systems put it in front */
	size_t skip = len >= 3 && !memcmp(text, mark, 3) ? 3 : 0;
	struct source source = { .text = text + skip, .left = len - skip };
	json_t *root;

	errno = 0;
	root = json_load_callback(next_byte, &source, JSON_REJECT_DUPLICATES, why);
	if (source.no_memory || errno == ENOMEM) {
		json_decref(root);
		why->line = why->column = 1;
		snprintf(why->text, sizeof(why->text), "out of memory");
		return NULL;
	}
	return root;
}

struct text {
	char *text;
	size_t len, room;
	bool no_memory;
};

/* Without memory for a key jansson (2.14) goes on behind it: a failure is remembered. */
static int append_part(const char *part, size_t len, void *arg)
{
	struct text *to = arg;

	if (!to->no_memory && to->room - to->len <= len) {
		size_t room = 2 * (to->len + len) + 64;
		char *text = realloc(to->text, room);

		to->no_memory = !text;
		to->text = text ? text : to->text;
		to->room = text ? room : to->room;
	}
	if (to->no_memory)
		return -1;
	memcpy(to->text + to->len, part, len);
	to->len += len;
	to->text[to->len] = '\0';
	return 0;
}

char *ir_json_dump(const json_t *json, size_t flags)
{
	struct text to = { .text = NULL };

	if (!json_dump_callback(json, append_part, &to, flags) && !to.no_memory)
		return to.text;
	free(to.text);
	return NULL;
}
