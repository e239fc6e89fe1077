// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "guest/percpu.h"

static bool grow(struct ir_percpu *p, uint32_t cpus)
{
	size_t chunks = cpus / IR_PERCPU_CHUNK, had = p->cpus / IR_PERCPU_CHUNK;
	unsigned char **chunk = realloc(p->chunk, chunks * sizeof(*chunk));
	uint64_t *set;

	if (!chunk)
		return false;
	p->chunk = chunk;
	set = realloc(p->set, cpus / 64 * sizeof(*set));
	if (!set)
		return false;
	p->set = set;
	for (size_t i = had; i < chunks; i++)
		chunk[i] = NULL;
	memset(set + p->cpus / 64, 0, (cpus - p->cpus) / 64 * sizeof(*set));
	p->cpus = cpus;
	return true;
}

void *ir_percpu_make(struct ir_percpu *p, uint32_t cpu)
{
	unsigned char **chunk;

	if (cpu >= p->cpus && !grow(p, cpu / 64 * 64 + 64))
		return NULL;
	chunk = &p->chunk[cpu / IR_PERCPU_CHUNK];
	if (!*chunk)
		*chunk = calloc(IR_PERCPU_CHUNK, p->size);
	return *chunk ? *chunk + cpu % IR_PERCPU_CHUNK * p->size : NULL;
}

void ir_percpu_free(struct ir_percpu *p)
{
	for (uint32_t i = 0; i < p->cpus / IR_PERCPU_CHUNK; i++)
		free(p->chunk[i]);
	free(p->chunk);
	free(p->set);
	p->chunk = NULL;
	p->set = NULL;
	p->cpus = 0;
}

uint32_t ir_percpu_next(const struct ir_percpu *p, uint32_t cpu)
{
	uint64_t word;

	for (uint32_t i = cpu / 64; i < p->cpus / 64; i++) {
		word = p->set[i];
		if (i == cpu / 64)
			word &= ~UINT64_C(0) << cpu % 64;
		if (word)
			return i * 64 + (uint32_t)__builtin_ctzll(word);
	}
	return UINT32_MAX;
}
