// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An interrupt takes more time than its step does: its handler's way there, and what
 * follows.  In a recording that is in the work that it came into, which is where another
 * strategy's interrupts need not come.  Here it becomes a part of the interrupt step.
 */
#include <errno.h>
#include <stdlib.h>

#include "load/priv.h"

static void give(struct step *s, uint64_t ns)
{
	uint64_t room = UINT32_MAX - s->own_ns;
	uint32_t part = (uint32_t)(ns < room ? ns : room);

	s->own_ns += part;
	s->around_ns += part;
}

/*
 * Steps that an interrupt came into are longer than others of their kind by so much, which
 * goes to the interrupt's step.  Returns the mean; 0: there are none.
 */
static uint64_t take_from_steps(struct ir_load *load)
{
	uint64_t sum[IR_OP_RPCIT + 1] = { 0 }, n[IR_OP_RPCIT + 1] = { 0 }, all = 0, taken = 0;

	for (uint32_t i = 0; i < load->nr_steps; i++) {
		const struct step *s = &load->steps[i];

		if (!s->disturbed && s->ranged) {
			sum[s->kind] += s->own_ns;
			n[s->kind]++;
		}
	}
	for (uint32_t i = 0; i < load->nr_steps; i++) {
		struct step *s = &load->steps[i];
		uint64_t usual = n[s->kind] ? sum[s->kind] / n[s->kind] : UINT64_MAX;

		if (!s->disturbed || s->irq || s->own_ns <= usual)
			continue;
		give(&load->steps[s->disturber], s->own_ns - usual);
		all += s->own_ns - usual;
		taken++;
		s->own_ns = (uint32_t)usual;
	}
	return taken ? all / taken : 0;
}

static uint64_t take(uint64_t *from_ns, uint64_t ns)
{
	uint64_t part = *from_ns < ns ? *from_ns : ns;

	*from_ns -= part;
	return part;
}

int ir_load_interrupts(struct ir_load *load)
{
	uint64_t around = take_from_steps(load);
	uint32_t *next = malloc(((size_t)load->cpus + 1) * sizeof(*next));

	if (!next)
		return -ENOMEM;
	for (uint32_t i = 0; i < load->cpus; i++)
		next[i] = NO_STEP;
	/* Backwards: the task's step behind each interrupt has the work that this came into. */
	for (uint32_t i = load->nr_steps; i-- > 0; ) {
		struct step *s = &load->steps[i], *task;

		if (!s->irq)
			next[s->cpu] = i;
		if (!s->irq || s->kind == IR_OP_FLUSH_TIMER || next[s->cpu] == NO_STEP)
			continue;
		task = &load->steps[next[s->cpu]];
		if (s->during == DURING_BEFORE)
			give(s, take(&task->before_ns, around));
		else if (s->during == DURING_AFTER)
			give(s, take(&task->after_ns, around));
	}
	free(next);
	return 0;
}
