/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Things that each possible CPU of a guest may have, made when the CPU first needs
 * its own: a machine may have thousands of CPUs, a device is mostly used by few.
 *
 * Beside them a set of CPUs, of which only the user knows what it means.
 */
#ifndef IR_GUEST_PERCPU_H
#define IR_GUEST_PERCPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IR_PERCPU_CHUNK	4	/* made at a time */

struct ir_percpu {
	size_t size;		/* of one */
	unsigned char **chunk;	/* NULL: not used yet */
	uint64_t *set;
	uint32_t cpus;		/* that there is room for; a multiple of 64 */
};

/** ir_percpu_make - a CPU's own, all zero, in a chunk that does not exist; NULL: no memory */
void *ir_percpu_make(struct ir_percpu *p, uint32_t cpu);
void ir_percpu_free(struct ir_percpu *p);
/** ir_percpu_next - the first CPU of the set from @cpu on, UINT32_MAX: none */
uint32_t ir_percpu_next(const struct ir_percpu *p, uint32_t cpu);

/** ir_percpu_find - a CPU's own; NULL: it has none */
static inline void *ir_percpu_find(const struct ir_percpu *p, uint32_t cpu)
{
	unsigned char *chunk = cpu < p->cpus ? p->chunk[cpu / IR_PERCPU_CHUNK] : NULL;

	return chunk ? chunk + cpu % IR_PERCPU_CHUNK * p->size : NULL;
}

/** ir_percpu_get - a CPU's own, all zero at first; NULL: no memory */
static inline void *ir_percpu_get(struct ir_percpu *p, uint32_t cpu)
{
	void *own = ir_percpu_find(p, cpu);

	return own ? own : ir_percpu_make(p, cpu);
}

/** ir_percpu_add - take a CPU that has its own into the set, */
static inline void ir_percpu_add(struct ir_percpu *p, uint32_t cpu)
{
	p->set[cpu / 64] |= UINT64_C(1) << cpu % 64;
}

/** ir_percpu_remove - and out of it */
static inline void ir_percpu_remove(struct ir_percpu *p, uint32_t cpu)
{
	p->set[cpu / 64] &= ~(UINT64_C(1) << cpu % 64);
}

#endif
