/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frees memory of which its owner has a pointer to constant data, as kfree() of Linux does. */
#ifndef IR_FREE_H
#define IR_FREE_H

#include <stdint.h>
#include <stdlib.h>

/** ir_free - free @memory, which malloc() returned to the caller; NULL is fine */
static inline void ir_free(const void *memory)
{
	free((void *)(uintptr_t)memory);
}

#endif
