/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stream that writes into memory.  open_memstream() of glibc drops text
 * without memory, and only some functions report that; this stream returns the whole
 * text at the end, or nothing.
 */
#ifndef IR_MEMORY_H
#define IR_MEMORY_H

#include <stddef.h>
#include <stdio.h>

struct ir_memory {
	FILE *out;
	char *text;
	size_t len, room;
};

/** ir_memory_open - begin with an empty text; returns the stream, NULL: no memory */
FILE *ir_memory_open(struct ir_memory *memory);
/**
 * ir_memory_close - end the stream
 *
 * Returns the text for free(), or NULL if anything of it is missing, if it was
 * spoiled, or never opened.
 */
char *ir_memory_close(struct ir_memory *memory);
/**
 * ir_memory_fail - something that belongs into the text could not be made
 *
 * For any stream that is written to: from now on it has an error.
 */
void ir_memory_fail(FILE *out);

#endif
