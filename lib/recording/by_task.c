// SPDX-License-Identifier: GPL-2.0-or-later
#include "recording/by_task.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* An interrupt's mappings are not attributed to the task that it interrupted. */
#define INTERRUPT UINT64_MAX

void ir_by_task_event(struct ir_recording *rec, struct ir_event *ev)
{
	uint64_t pid = ev->flags & IR_EVF_IRQ ? INTERRUPT : ev->pid;

	if (ev->kind != IR_EV_LOST)
		ev->site = ir_chains_add(rec->chains, &pid, 1, &rec->info.damage);
}

int ir_by_task_name(struct ir_recording *rec)
{
	struct ir_chains *c = rec->chains;

	for (uint32_t i = 1; i < c->nr; i++) {
		uint64_t *frame = &c->frames[c->list[i].first];
		const char *known = *frame == INTERRUPT ? "(interrupt)" :
			ir_tasks_name(&rec->tasks, (uint32_t)*frame);
		char text[32];

		snprintf(text, sizeof(text), "PID %" PRIu32, (uint32_t)*frame);
		*frame = ir_chains_name(c, &(struct ir_chain_name){
			.symbol = known ? (char *)(uintptr_t)known : text,
		});
	}
	c->named = c->tasks = true;
	return c->no_memory || rec->tasks.no_memory ? -ENOMEM : 0;
}
