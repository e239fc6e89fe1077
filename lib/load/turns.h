/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of many CPUs has the next event: a tree of comparisons, of which the ones above a CPU are
 * made again when its time changes.  At equal times it is the CPU with the lower number.
 */
#ifndef IR_LOAD_TURNS_H
#define IR_LOAD_TURNS_H

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#define NO_TURN	UINT64_MAX	/* nothing will happen */

struct turns {
	uint32_t n;
	uint64_t *next_ns;	/* by CPU */
	uint32_t *first;	/* [n + CPU] is that CPU, [i] the first one of [2 i] and [2 i + 1] */
};

static inline uint32_t turns_earlier(const struct turns *t, uint32_t a, uint32_t b)
{
	uint64_t x = t->next_ns[a], y = t->next_ns[b];

	return x < y || (x == y && a < b) ? a : b;
}

/** turns_init - of @n CPUs, at least 1, without a turn; 0 or -ENOMEM.  turns_release() frees it in either case */
static inline int turns_init(struct turns *t, uint32_t n)
{
	*t = (struct turns){ n, calloc(n, sizeof(*t->next_ns)), calloc(2 * (size_t)n, sizeof(*t->first)) };
	if (!t->next_ns || !t->first)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		t->next_ns[i] = NO_TURN;
		t->first[n + i] = i;
	}
	for (uint32_t i = n - 1; i; i--)
		t->first[i] = turns_earlier(t, t->first[2 * i], t->first[2 * i + 1]);
	return 0;
}

static inline void turns_release(struct turns *t)
{
	free(t->next_ns);
	free(t->first);
}

/** turns_set - the next event of a CPU; O(log n) */
static inline void turns_set(struct turns *t, uint32_t cpu, uint64_t ns)
{
	if (ns == t->next_ns[cpu])
		return;
	t->next_ns[cpu] = ns;
	for (uint32_t i = (t->n + cpu) / 2; i; i /= 2)
		t->first[i] = turns_earlier(t, t->first[2 * i], t->first[2 * i + 1]);
}

/** turns_first - the CPU whose turn it is; its time may be NO_TURN */
static inline uint32_t turns_first(const struct turns *t)
{
	return t->first[1];
}

#endif
