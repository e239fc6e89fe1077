// SPDX-License-Identifier: GPL-2.0-or-later
/* Memory that is freed all at once: a list of blocks. */
#include "faults/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK	65536u
#define ALIGN	(_Alignof(max_align_t))

struct ir_arena_block {
	struct ir_arena_block *next;
	max_align_t data[];
};

void *ir_arena_alloc(struct ir_arena *arena, size_t size)
{
	size_t rounded = (size + ALIGN - 1) / ALIGN * ALIGN;
	void *memory;

	if (!arena->blocks || arena->size - arena->used < rounded) {
		size_t room = rounded > BLOCK ? rounded : BLOCK;
		struct ir_arena_block *block = malloc(sizeof(*block) + room);

		if (!block) {
			arena->no_memory = true;
			return NULL;
		}
		block->next = arena->blocks;
		arena->blocks = block;
		arena->size = room;
		arena->used = 0;
	}
	memory = (char *)arena->blocks->data + arena->used;
	arena->used += rounded;
	memset(memory, 0, rounded);
	return memory;
}

const char *ir_arena_print(struct ir_arena *arena, const char *fmt, ...)
{
	char text[1024], *copy;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (len < 0)
		return "";
	if ((size_t)len >= sizeof(text))
		len = sizeof(text) - 1;
	copy = ir_arena_alloc(arena, (size_t)len + 1);
	if (!copy)
		return "";
	memcpy(copy, text, (size_t)len);
	return copy;
}

void ir_arena_release(struct ir_arena *arena)
{
	while (arena->blocks) {
		struct ir_arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
	*arena = (struct ir_arena){ .blocks = NULL };
}
