// SPDX-License-Identifier: GPL-2.0-or-later
/* Handles attach and detach events: a device's mappings end with its domain. */
#include <stdlib.h>
#include <string.h>

#include "assemble/priv.h"

static bool belongs_to_device(const struct ir_assembler *a, uint16_t of, uint16_t device)
{
	return of == device || (!of && !a->cfg.several);
}

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* In the order in which they began, which does not depend on when operations were taken. */
static int by_head(const void *a, const void *b, void *assembler)
{
	uint64_t x = live_of(assembler, *(const uint32_t *)a)->head;
	uint64_t y = live_of(assembler, *(const uint32_t *)b)->head;

	return x < y ? -1 : x > y;
}

/* Complete the device's mappings under way.  Idle slots leave the list. */
static void release_devices(struct ir_assembler *a, uint16_t device)
{
	uint32_t n = 0;

	if (a->nr_open > 1)
		qsort(a->open, a->nr_open, sizeof(*a->open), by_number);
	for (uint32_t i = 0; i < a->nr_open; i++) {
		struct slot *s = &a->cpus[a->open[i] / 2].slot[a->open[i] % 2];

		/* A mapping that is about to begin belongs to the new domain. */
		if (in_window(a, s->begun))
			rec(a, s->begun)->held = false;
		s->begun = NONE;
		if (in_window(a, s->head) && belongs_to_device(a, rec(a, s->head)->device, device)) {
			ir_asm_confirm_unmap(a, s);
			ir_asm_release(a, s);
		}
		s->open = s->head != NONE;
		if (s->open)
			a->open[n++] = a->open[i];
	}
	a->nr_open = n;
}

static bool was_attached(struct ir_assembler *a, uint16_t index)
{
	if (index >= a->nr_seen) {
		uint32_t nr = 2 * ((uint32_t)index + 1);
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

/* Note that mapping @i ended with its domain; false: no memory. */
static bool add_gone(struct ir_assembler *a, uint32_t i)
{
	if (a->nr_gone == a->room_gone) {
		uint32_t room = a->room_gone ? a->room_gone * 2 : 256;
		uint32_t *grown = realloc(a->gone, room * sizeof(*grown));

		if (!grown)
			return false;
		a->gone = grown;
		a->room_gone = room;
	}
	a->gone[a->nr_gone++] = i;
	return true;
}

/* Remove entries that have left the window, once they are half of the list. */
static void trim_gone(struct ir_assembler *a)
{
	uint32_t left = a->nr_gone - a->first_gone;

	if (a->first_gone < left)
		return;
	if (left)
		memmove(a->gone, a->gone + a->first_gone, left * sizeof(*a->gone));
	a->first_gone = 0;
	a->nr_gone = left;
}

/* Ends the device's live mappings, which its domain had. */
static void end_mappings(struct ir_assembler *a, uint16_t device)
{
	bool failed = false;
	uint32_t next;

	for (uint32_t i = ir_live_first_of_device(&a->live, device, &failed); i != IR_LIVE_NONE; i = next) {
		struct ir_live *l = live_of(a, i);

		next = l->next_of;
		ir_asm_mark_free(a, l);
		ir_live_end(&a->live, i);
		l->gone = true;
		if (!l->emitted)
			rec(a, l->head)->certain = true;
		failed |= !add_gone(a, i);
	}
	a->no_memory |= failed;
}

void ir_asm_detach(struct ir_assembler *a, const struct ir_event *ev)
{
	uint16_t index = ir_asm_domain(a, ev->device);
	uint64_t number;
	uint32_t had;

	release_devices(a, ev->device);
	ir_domains_end(&a->domains, index, ev->time_ns);
	if (!was_attached(a, index))
		return;
	a->seen[index].attached = false;
	a->seen[index].detached = a->detached = true;
	trim_gone(a);
	had = a->nr_gone;
	end_mappings(a, ev->device);
	if (!a->cfg.several && ev->device)
		end_mappings(a, 0);
	if (a->nr_gone > had + 1)
		qsort_r(a->gone + had, a->nr_gone - had, sizeof(*a->gone), by_head, a);
	number = ir_asm_record(a, ev, REC_DETACH);
	rec(a, number)->iova = 0;
	rec(a, number)->pages = a->nr_gone - had;
	rec(a, number)->device = ev->device;
}
