// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices that come and go: their mappings end with their domains. */
#include <stdlib.h>

#include "assemble/priv.h"

static bool is_devices(const struct ir_assembler *a, uint16_t of, uint16_t device)
{
	return of == device || (!of && !a->cfg.several);
}

/* What is under way on the CPUs is complete. */
static void release_devices(struct ir_assembler *a, uint16_t device)
{
	for (uint32_t i = 0; i < a->nr_cpus; i++)
		for (unsigned int k = 0; k < 2; k++) {
			struct slot *s = &a->cpus[i].slot[k];

			/* What is about to begin does so in the new domain. */
			if (in_window(a, s->begun))
				rec(a, s->begun)->held = false;
			s->begun = NONE;
			if (!in_window(a, s->head) ||
			    !is_devices(a, rec(a, s->head)->device, device))
				continue;
			ir_asm_unsuspect(a, s);
			ir_asm_release(a, s);
		}
}

static bool was_attached(struct ir_assembler *a, uint16_t index)
{
	if (index >= a->nr_seen) {
		uint32_t nr = (uint32_t)index + 1;
		void *grown = realloc(a->seen, nr * sizeof(*a->seen));

		if (!grown) {
			a->no_memory = true;
			return false;
		}
		a->seen = grown;
		for (; a->nr_seen < nr; a->nr_seen++) {
			a->seen[a->nr_seen].attached = true;
			a->seen[a->nr_seen].detached = false;
		}
	}
	return a->seen[index].attached;
}

void ir_asm_detach(struct ir_assembler *a, const struct ir_event *ev)
{
	uint16_t index = ir_asm_domain(a, ev->device);
	uint64_t number;

	release_devices(a, ev->device);
	ir_domains_end(&a->domains, index, ev->time_ns);
	if (!was_attached(a, index))
		return;
	a->seen[index].attached = false;
	a->seen[index].detached = a->detached = true;
	for (uint32_t i = 0; i < a->live.used; i++) {
		struct ir_live *l = live_of(a, i);

		if (l->ended || !is_devices(a, l->device, ev->device))
			continue;
		ir_asm_mark_free(a, l);
		ir_live_end(&a->live, i);
		l->gone = true;
		if (!l->emitted)
			rec(a, l->head)->certain = true;
	}
	number = ir_asm_record(a, ev, REC_DETACH);
	rec(a, number)->iova = 0;
	rec(a, number)->device = ev->device;
}
