/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much memory may be used: a limit, and what was taken of it.  What is counted is
 * what grows with devices, mappings and pages; several threads may share a budget.
 */
#ifndef IR_BASE_BUDGET_H
#define IR_BASE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IR_MALLOC_BYTES	16	/* that malloc() takes for itself, each time */

struct ir_budget {
	uint64_t limit;		/* bytes; 0: none */
	uint64_t used;
};

/** ir_budget_default - three quarters of what the machine, or a limit of this process, allows */
uint64_t ir_budget_default(void);
/** ir_budget_text - "1.5 GiB" */
void ir_budget_text(char *text, size_t size, uint64_t bytes);

/** ir_budget_take - count so many bytes more; false: that is more than the limit */
static inline bool ir_budget_take(struct ir_budget *b, uint64_t bytes)
{
	return !b || __atomic_add_fetch(&b->used, bytes, __ATOMIC_RELAXED) <= b->limit || !b->limit;
}

/** ir_budget_give - and so many less */
static inline void ir_budget_give(struct ir_budget *b, uint64_t bytes)
{
	if (b)
		__atomic_sub_fetch(&b->used, bytes, __ATOMIC_RELAXED);
}

/** ir_budget_exceeded - whether more was taken than the limit */
static inline bool ir_budget_exceeded(const struct ir_budget *b)
{
	return b && b->limit && __atomic_load_n(&b->used, __ATOMIC_RELAXED) > b->limit;
}

#endif
