/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are no recordings, but often given for one: archives, traces of other
 * programs.  To add one: a line in a table of foreign.c.
 */
#ifndef IR_INPUT_FOREIGN_H
#define IR_INPUT_FOREIGN_H

#include <stddef.h>

/** ir_foreign_container - the same, but only by its first bytes: what follows may well be text */
const char *ir_foreign_container(const unsigned char *start, size_t len);
/**
 * ir_foreign - what a file is that no reader recognises, and what to do
 * @start: its first @len bytes
 *
 * Returns "is a zip archive; ...", NULL if that is not known.
 */
const char *ir_foreign(const unsigned char *start, size_t len);
/** ir_foreign_front - how many bytes of something else stand in front of a binary recording; 0: none */
size_t ir_foreign_front(const unsigned char *start, size_t len);

#endif
