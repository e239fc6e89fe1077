/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that is freed all at once. */
#ifndef IR_FAULTS_ARENA_H
#define IR_FAULTS_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct ir_arena_block;

struct ir_arena {
	struct ir_arena_block *blocks;
	size_t used, size;		/* of the first one */
	bool no_memory;			/* for anything that was asked for */
};

/** ir_arena_alloc - @size zeroed bytes, aligned for any object; NULL: no memory */
void *ir_arena_alloc(struct ir_arena *arena, size_t size);
/** ir_arena_print - a text; "" without memory */
const char *ir_arena_print(struct ir_arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void ir_arena_release(struct ir_arena *arena);

#endif
