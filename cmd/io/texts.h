/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that are composed in memory; without memory the program ends with exit_no_memory(). */
#ifndef CMD_TEXTS_H
#define CMD_TEXTS_H

#include <stdio.h>

#include "base/memory.h"

/** text_begin - as ir_memory_open(), but never NULL */
FILE *text_begin(struct ir_memory *memory);
/** text_end - as ir_memory_close(), for free(), but never NULL */
char *text_end(struct ir_memory *memory);
/** text_format - as asprintf(): for free(), and never NULL */
char *text_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** memory_checked - what calloc() and the like returned; never NULL */
void *memory_checked(void *memory);
/** text_checked - what a function made, which has NULL for no memory */
char *text_checked(char *text);
/** text_clean - a name from a recording, made harmless for a terminal; for free(), NULL for NULL alone */
char *text_clean(const char *text);

#endif
