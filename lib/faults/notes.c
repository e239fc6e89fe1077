// SPDX-License-Identifier: GPL-2.0-or-later
/* Adds facts from events to holders: the caller, the direction, the function. */
#include "faults/holders_priv.h"

#include <errno.h>
#include <stdlib.h>

static void note_map(struct ir_holder *holder, const struct note *note)
{
	for (; holder; holder = holder->older)
		if (!holder->map_known && holder->iova == note->addr &&
		    holder->map_cpu == note->cpu && holder->mapped_ns <= note->time_ns &&
		    !holder->before)
			break;
	if (!holder)
		return;
	holder->mapped_ns = note->time_ns;
	holder->map_pid = note->pid;
	holder->map_known = true;
}

static void note_unmap(struct ir_holder *holder, const struct note *note)
{
	for (; holder; holder = holder->older)
		if (!holder->unmap_known && holder->unmapped_ns == note->time_ns &&
		    holder->unmap_cpu == note->cpu && !holder->implied && !holder->detached)
			break;
	if (!holder)
		return;
	holder->unmap_pid = note->pid;
	holder->unmap_function = note->function;
	holder->unmap_known = true;
}

static void note_dma_map(struct ir_holders *h, struct ir_holder *holder, const struct note *note)
{
	for (; holder; holder = holder->older)
		if (!holder->map_function && holder->whole_iova == note->addr &&
		    holder->map_cpu == note->cpu && holder->mapped_ns <= note->time_ns &&
		    (holder->device == note->device || !holder->device) && !holder->before)
			break;
	if (!holder)
		return;
	holder->map_function = note->function;
	holder->direction = note->direction;
	if (!holder->device && note->device) {
		holder->device = note->device;
		ir_holder_list(h, holder);
	}
	/* Coherent memory has no direction of its own. */
	if (holder->direction < 0 && note->function >= IR_DMA_ALLOC)
		holder->direction = IR_DMA_BIDIRECTIONAL;
}

static void note_dma_unmap(struct ir_holder *holder, const struct note *note)
{
	for (; holder; holder = holder->older)
		if (!holder->unmap_function && holder->unmapped_ns <= note->time_ns &&
		    holder->unmap_cpu == note->cpu && holder->whole_iova == note->addr &&
		    !holder->detached &&
		    (holder->device == note->device || !holder->device))
			break;
	if (!holder)
		return;
	holder->unmap_function = note->function;
	if (holder->direction < 0)
		holder->direction = note->direction;
}

static void apply_note(struct ir_holders *h, const struct note *note)
{
	uint64_t first = note->addr >> IR_PAGE_SHIFT;
	uint64_t last = (note->addr + (note->size - 1)) >> IR_PAGE_SHIFT;

	for (size_t at = ir_pages_first(&h->pages, first, last);
	     at < h->pages.nr && h->pages.list[at].pfn <= last; at++) {
		struct ir_holder *holder = h->pages.list[at].newest;

		switch (note->kind) {
		case IR_EV_MAP:
			note_map(holder, note);
			break;
		case IR_EV_UNMAP:
			note_unmap(holder, note);
			break;
		case IR_EV_DMA_MAP:
		case IR_EV_DMA_MAP_SG:
			note_dma_map(h, holder, note);
			break;
		default:
			note_dma_unmap(holder, note);
		}
	}
}

void ir_notes_apply(struct ir_holders *h, uint64_t time_ns)
{
	struct ir_holders_work *w = h->work;

	while (w->nr_notes && w->notes[w->at_note].time_ns < time_ns) {
		apply_note(h, &w->notes[w->at_note++]);
		w->nr_notes--;
	}
	if (!w->nr_notes)
		w->at_note = 0;
}

static struct note *new_note(struct ir_holders_work *w)
{
	if (w->at_note + w->nr_notes == w->room_notes && w->at_note > w->room_notes / 2) {
		memmove(w->notes, w->notes + w->at_note, w->nr_notes * sizeof(*w->notes));
		w->at_note = 0;
	}
	if (w->at_note + w->nr_notes == w->room_notes) {
		size_t room = w->room_notes ? 2 * w->room_notes : 1024;
		struct note *notes = reallocarray(w->notes, room, sizeof(*notes));

		if (!notes) {
			w->no_memory = true;
			return NULL;
		}
		w->notes = notes;
		w->room_notes = room;
	}
	return &w->notes[w->at_note + w->nr_notes++];
}

/*
 * Events.
 */

static struct cpu_state *state_of(struct ir_holders_work *w, uint32_t cpu)
{
	if (cpu >= w->nr_cpus && cpu < 65536) {
		struct cpu_state *cpus = reallocarray(w->cpus, cpu + 1, sizeof(*cpus));

		if (!cpus) {
			w->no_memory = true;
			return NULL;
		}
		memset(cpus + w->nr_cpus, 0, (cpu + 1 - w->nr_cpus) * sizeof(*cpus));
		w->cpus = cpus;
		w->nr_cpus = cpu + 1;
	}
	return cpu < w->nr_cpus ? &w->cpus[cpu] : NULL;
}

static void add_note(struct ir_holders *h, const struct ir_event *ev, uint64_t addr,
		     uint8_t function)
{
	uint64_t first = addr >> IR_PAGE_SHIFT, size = ev->size ? ev->size : 1, last;
	struct note *note;

	if (addr + (size - 1) < addr)
		return;
	last = (addr + (size - 1)) >> IR_PAGE_SHIFT;
	if (ir_pages_first(&h->pages, first, last) == IR_PAGES_NONE)
		return;
	note = new_note(h->work);
	if (note)
		*note = (struct note){
			.time_ns = ev->time_ns, .addr = first << IR_PAGE_SHIFT,
			.size = (last - first + 1) << IR_PAGE_SHIFT, .pid = ev->pid,
			.cpu = (uint16_t)ev->cpu, .device = ev->device, .kind = ev->kind,
			.function = function,
			.direction = ev->ret >= 0 && ev->ret <= IR_DMA_NONE ? (int8_t)ev->ret : -1,
		};
}

int ir_notes_event(void *arg, const struct ir_event *ev)
{
	struct ir_holders *h = arg;
	struct cpu_state *cpu;
	uint8_t function = (uint8_t)ir_event_function(ev->flags);

	switch (ev->kind) {
	case IR_EV_DMA_UNMAP_SG:
		cpu = state_of(h->work, ev->cpu);
		if (cpu)
			*cpu = (struct cpu_state){ ev->pid, true };
		break;
	case IR_EV_UNMAP:
		cpu = ev->cpu < h->work->nr_cpus ? &h->work->cpus[ev->cpu] : NULL;
		if (cpu && cpu->unmap_sg && cpu->pid == ev->pid) {
			cpu->unmap_sg = false;
			function = IR_DMA_SG;
		}
		add_note(h, ev, ev->addr, function);
		break;
	case IR_EV_DMA_MAP:
	case IR_EV_DMA_MAP_SG:
		if (ev->addr == UINT64_MAX)
			break;
		add_note(h, ev, ev->addr, function);
		break;
	case IR_EV_MAP:
	case IR_EV_DMA_UNMAP:
		add_note(h, ev, ev->addr, function);
		break;
	default:
		break;
	}
	return h->work->no_memory ? -ENOMEM : 0;
}
