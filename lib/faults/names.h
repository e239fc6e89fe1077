/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names with numbers: each different name is kept once.  Number 0 is no name.
 */
#ifndef IR_FAULTS_NAMES_H
#define IR_FAULTS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ir_names {
	char **list;		/* list[0] is NULL */
	size_t nr;		/* 0: not even number 0 yet */
	uint32_t *slots;	/* hash table of numbers, at most half full; 0: free */
	size_t nr_slots;
	uint64_t seed;		/* names come from files: their slots cannot be foreseen */
	bool no_memory;
};

void ir_names_init(struct ir_names *names);
void ir_names_release(struct ir_names *names);
/**
 * ir_names_number - the number of a name, new or known
 * @name: @len bytes, not terminated, not trusted; unprintable ones become '?'
 *
 * 0 if it is empty, longer than 255 bytes, or one too many; without memory, too, which
 * sets .no_memory.
 */
uint32_t ir_names_number(struct ir_names *names, const char *name, size_t len);
/** ir_names_find - the number of a known name, 0 */
uint32_t ir_names_find(const struct ir_names *names, const char *name, size_t len);

static inline const char *ir_names_text(const struct ir_names *names, uint32_t number)
{
	return number && number < names->nr ? names->list[number] : NULL;
}

#endif
