// SPDX-License-Identifier: GPL-2.0-or-later
/* Groups iommu:map events into mappings, and marks the pages of live ones. */
#include <stdlib.h>
#include <string.h>

#include "assemble/priv.h"

#define MAX_CPUS	65536			/* struct ir_op has 16 bits */

struct cpu *ir_asm_new_cpu(struct ir_assembler *a, uint32_t number)
{
	uint32_t nr = number + 1 > 2 * a->nr_cpus ? number + 1 : 2 * a->nr_cpus;
	struct cpu *grown;

	if (number >= MAX_CPUS)
		return NULL;
	grown = realloc(a->cpus, nr * sizeof(*grown));
	if (!grown) {
		a->no_memory = true;
		return NULL;
	}
	for (uint32_t i = a->nr_cpus; i < nr; i++) {
		grown[i] = (struct cpu){ .timer_record = NONE };
		for (unsigned int s = 0; s < 2; s++)
			grown[i].slot[s].head = grown[i].slot[s].begun =
				grown[i].slot[s].unmap = grown[i].slot[s].suspect =
				grown[i].slot[s].undone =
				grown[i].slot[s].await = NONE;
	}
	a->cpus = grown;
	a->nr_cpus = nr;
	return &a->cpus[number];
}

/* Adds the event's slot to the list of those that have something under way. */
static void list_open_slot(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	if (s->open)
		return;
	if (a->nr_open == a->room_open) {
		uint32_t room = a->room_open ? a->room_open * 2 : 16;
		uint32_t *grown = realloc(a->open, room * sizeof(*grown));

		if (!grown) {
			a->no_memory = true;
			return;
		}
		a->open = grown;
		a->room_open = room;
	}
	s->open = true;
	a->open[a->nr_open++] = 2 * ev->cpu + (ev->flags & IR_EVF_IRQ);
}

/* The slot that a mapping is still under way in, or NULL. */
struct slot *ir_asm_holder(struct ir_assembler *a, uint64_t head)
{
	struct cpu *c = ir_asm_cpu(a, rec(a, head)->cpu);

	for (unsigned int i = 0; c && i < 2; i++)
		if (c->slot[i].head == head)
			return &c->slot[i];
	return NULL;
}

void ir_asm_release_holder(struct ir_assembler *a, uint64_t head)
{
	struct slot *s = ir_asm_holder(a, head);

	if (s)
		ir_asm_release(a, s);
}

static void fill_record(struct rec *r, const struct ir_event *ev, enum rec_kind kind)
{
	*r = (struct rec){
		.time_ns = ev->time_ns,
		.last_time_ns = ev->time_ns,
		.iova = ev->addr & ~(IR_PAGE_SIZE - 1),
		.paddr = ev->paddr,
		.next = NONE,
		.site = ev->site,
		.live = IR_LIVE_NONE,
		.cpu = (uint16_t)ev->cpu,
		.kind = (uint8_t)kind,
		.flags = ev->flags & IR_EVF_IRQ ? IR_OPF_IRQ : 0,
	};
}

uint64_t ir_asm_record(struct ir_assembler *a, const struct ir_event *ev, enum rec_kind kind)
{
	uint64_t number = a->end++;

	fill_record(rec(a, number), ev, kind);
	return number;
}

/* The pages of [addr, addr + size), rounded out; 0 if that makes no sense. */
uint64_t ir_asm_pages(uint64_t addr, uint64_t size)
{
	uint64_t first = addr >> IR_PAGE_SHIFT, last;

	if (!size || addr + (size - 1) < addr)
		return 0;
	last = (addr + (size - 1)) >> IR_PAGE_SHIFT;
	return last - first + 1 <= MAX_PAGES ? last - first + 1 : 0;
}

/*
 * Pages of live mappings, for overlaps.
 */

static struct ir_bitmap *new_mapped(struct ir_assembler *a, uint16_t device)
{
	uint32_t nr = (uint32_t)device + 1;

	if (nr > a->nr_mapped) {
		if (nr < 2 * a->nr_mapped)
			nr = 2 * a->nr_mapped;
		struct ir_bitmap **grown = realloc(a->mapped, nr * sizeof(struct ir_bitmap *));

		if (!grown)
			return NULL;
		for (uint32_t i = a->nr_mapped; i < nr; i++)
			grown[i] = NULL;
		a->mapped = grown;
		a->nr_mapped = nr;
	}
	a->mapped[device] = ir_bitmap_new(UINT64_C(1) << (64 - IR_PAGE_SHIFT));
	a->nr_bitmaps += a->mapped[device] != NULL;
	return a->mapped[device];
}

struct ir_bitmap *ir_asm_mapped(struct ir_assembler *a, uint16_t device)
{
	struct ir_bitmap *map = device < a->nr_mapped ? a->mapped[device] : NULL;

	if (!map)
		map = new_mapped(a, device);
	if (!map)
		a->no_memory = true;
	return map;
}

void ir_asm_mark_free(struct ir_assembler *a, const struct ir_live *l)
{
	struct ir_bitmap *map = ir_asm_mapped(a, l->device);
	uint64_t first = l->iova >> IR_PAGE_SHIFT;

	if (map && ir_bitmap_clear(map, first, first + l->pages - 1))
		a->no_memory = true;
}

/*
 * Unmaps of mappings.
 */

uint32_t ir_asm_find_mapping(struct ir_assembler *a, const struct slot *s, uint32_t first,
			     uint64_t before, uint64_t pages, bool *ambiguous)
{
	uint32_t best = IR_LIVE_NONE;
	unsigned int seen = 0;

	*ambiguous = false;
	for (uint32_t i = first; i != IR_LIVE_NONE && seen < MAX_ALIKE;
	     i = ir_live_find_next(&a->live, i), seen++) {
		const struct ir_live *l = live_of(a, i);

		if (!l->emitted && l->head > before)
			continue;
		if (s->unmap_device && l->device == s->unmap_device)
			return i;
		if (s->unmap_device && l->device)
			continue;
		if (best == IR_LIVE_NONE) {
			best = i;
		} else if ((l->pages == pages) != (live_of(a, best)->pages == pages)) {
			if (l->pages == pages)
				best = i;
		} else {
			*ambiguous |= l->device != live_of(a, best)->device;
			/* Of equal ones the oldest: mappings of one kind end in turn. */
			if (l->device == live_of(a, best)->device)
				best = i;
		}
	}
	return best;
}

void ir_asm_end_mapping(struct ir_assembler *a, struct slot *s, uint64_t number, uint32_t i)
{
	struct ir_live *l = live_of(a, i);
	struct rec *r = rec(a, number);

	ir_live_end(&a->live, i);
	r->live = i;
	r->device = l->device;
	s->unmapped = l->device;
	if (!l->emitted) {
		rec(a, l->head)->certain = true;
		if (s->suspect == l->head)
			r->held = true;
		else
			ir_asm_release_holder(a, l->head);
	}
	ir_asm_mark_free(a, live_of(a, i));
}

/* Then an unknown mapping was made since, or ended with its domain. */
static bool was_detached(const struct ir_assembler *a, uint16_t device)
{
	uint16_t index = ir_asm_domain(a, device);

	if (index == IR_DOMAIN_UNKNOWN)
		return a->detached;
	return index < a->nr_seen && a->seen[index].detached;
}

void ir_asm_mark_unknown(struct ir_assembler *a, uint64_t number, uint16_t device)
{
	struct rec *r = rec(a, number);

	r->device = device;
	if (was_detached(a, device))
		r->flags |= IR_OPF_FAILED;
	count_damage(a, IR_DAMAGE_UNKNOWN_UNMAPS);
	a->cfg.damage->count[IR_DAMAGE_UNKNOWN_PAGES] += r->pages;
}

/* Counts an unmap that was held, and its flush. */
static void count_held_unmap(struct ir_assembler *a, const struct slot *s, uint16_t device, uint64_t time_ns)
{
	uint16_t domain = ir_asm_domain(a, device);

	ir_domains_unmap(&a->domains, domain, time_ns);
	if (!s->held_synced)
		return;
	ir_domains_sync(&a->domains, domain);
	if (s->held_domain)
		ir_owner_set_device(&a->owners, IR_OWNER_DOMAIN, s->held_domain, device);
}

void ir_asm_match_held_unmap(struct ir_assembler *a, struct slot *s, uint16_t device)
{
	struct slot hint = { .suspect = NONE };
	bool ambiguous;
	struct rec *r = rec(a, s->unmap);
	uint32_t i;

	r->held = false;
	s->unmap_state = UNMAP_DONE;
	/* Scatter lists of dma_iova_link() get no name, but their flush has a domain. */
	if (!device && s->held_synced && s->held_domain)
		device = ir_owner_device(&a->owners, IR_OWNER_DOMAIN, s->held_domain);
	hint.unmap_device = device;
	i = ir_asm_find_mapping(a, &hint, ir_live_find(&a->live, r->iova), s->unmap, r->pages, &ambiguous);
	if (i == IR_LIVE_NONE) {
		s->unmapped = device;
		ir_asm_mark_unknown(a, s->unmap, device);
		count_held_unmap(a, s, device, r->time_ns);
		return;
	}
	if (ambiguous)
		count_damage(a, IR_DAMAGE_AMBIGUOUS_DEVICES);
	if (live_of(a, i)->pages != r->pages)
		count_damage(a, IR_DAMAGE_PARTIAL_UNMAPS);
	if (live_of(a, i)->remaining > r->pages) {
		live_of(a, i)->remaining -= r->pages;
		r->kind = REC_NOTHING;
	} else {
		ir_asm_end_mapping(a, s, s->unmap, i);
	}
	count_held_unmap(a, s, r->device, r->time_ns);
}

/*
 * The unmap of an older mapping at the same place was lost: end it now.  Other
 * records may have come since the new mapping began, and operations stay in order.
 */
static void end_overlapped(struct ir_assembler *a, const struct rec *head)
{
	uint64_t now = rec(a, a->end - 1)->time_ns;
	unsigned int seen = 0;

	for (uint32_t i = ir_live_find(&a->live, live_of(a, head->live)->iova), next;
	     i != IR_LIVE_NONE && seen < MAX_ALIKE; i = next, seen++) {
		struct ir_event ev = { .time_ns = now, .cpu = head->cpu };
		struct ir_live *l = live_of(a, i);
		uint64_t number;

		next = ir_live_find_next(&a->live, i);
		if (i == head->live || l->device != live_of(a, head->live)->device ||
		    a->end - a->first >= WINDOW)
			continue;
		ev.addr = l->iova;
		number = ir_asm_record(a, &ev, REC_UNMAP);
		rec(a, number)->flags |= IR_OPF_IMPLIED;
		rec(a, number)->live = i;
		rec(a, number)->pages = l->pages;
		ir_live_end(&a->live, i);
		if (!l->emitted) {	/* nothing is added to it or cut off any more */
			rec(a, l->head)->certain = true;
			ir_asm_release_holder(a, l->head);
		}
	}
}

/* Marks a device that maps as attached to a domain.  It also counts as attached before its first event. */
static void note_attached(struct ir_assembler *a, uint16_t device)
{
	device = ir_asm_domain(a, device);
	if (device < a->nr_seen)
		a->seen[device].attached = true;
}

/*
 * An unmap of a part of this range that waits for the name of its device is of this device, which mapped
 * it again: unmaps of dma_iova_link() have no name, and their CPU may have had no event since.
 */
static void resolve_waiting_unmaps(struct ir_assembler *a, uint64_t first, uint64_t last, uint16_t device)
{
	for (uint32_t i = 0; i < 2 * a->nr_cpus; i++) {
		struct slot *s = &a->cpus[i / 2].slot[i % 2];
		uint64_t page, pages;

		if (!ir_asm_unmap_waits(a, s))
			continue;
		page = rec(a, s->unmap)->iova >> IR_PAGE_SHIFT;
		pages = rec(a, s->unmap)->pages;
		if (page <= last && page + pages > first)
			ir_asm_resolve_unmap(a, s, device);
	}
}

void ir_asm_note_overlap(struct ir_assembler *a, struct rec *head)
{
	struct ir_live *l = live_of(a, head->live);
	struct ir_bitmap *map = ir_asm_mapped(a, l->device);
	uint64_t first = l->iova >> IR_PAGE_SHIFT, last = first + l->pages - 1;

	if (l->ended || !map)
		return;
	if (l->device && ir_bitmap_any(map, first, last))
		resolve_waiting_unmaps(a, first, last, l->device);
	if (ir_bitmap_any(map, first, last)) {
		count_damage(a, IR_DAMAGE_OVERLAPPING_MAPS);
		/* Live mappings of one domain never overlap: an unmap is missing. */
		if (a->lost || l->device || a->nr_functions == 1)
			end_overlapped(a, head);
	}
	note_attached(a, l->device);
	if (ir_bitmap_set(map, first, last))
		a->no_memory = true;
}

/*
 * Mappings under way.
 */

/* Nothing more is expected for the slot's mapping; it may leave the window. */
void ir_asm_release(struct ir_assembler *a, struct slot *s)
{
	if (in_window(a, s->head)) {
		struct rec *head = rec(a, s->head);

		if (!head->device && has_events(a, IR_EV_DMA_MAP) && !(head->flags & IR_OPF_FAILED))
			count_damage(a, IR_DAMAGE_UNNAMED_MAPS);
		head->held = false;
		if (a->maps_phys && !head->called && !(head->flags & IR_OPF_FAILED))
			head->flags |= IR_OPF_LINKED;
		if (!(head->flags & IR_OPF_FAILED))
			ir_asm_note_overlap(a, head);
	}
	s->head = NONE;
	s->map_state = MAP_NONE;
}

void ir_asm_name_device(struct ir_assembler *a, struct rec *head, uint16_t device)
{
	if (!device || head->named)
		return;
	head->device = device;
	if (!ir_live_set_device(&a->live, head->live, device))
		a->no_memory = true;
}

/* An unmap that came right after its map was an ordinary one after all. */
void ir_asm_confirm_unmap(struct ir_assembler *a, struct slot *s)
{
	if (s->unmap_state != UNMAP_SUSPECT)
		return;
	if (in_window(a, s->suspect))
		rec(a, s->suspect)->held = false;
	if (in_window(a, s->unmap))
		rec(a, s->unmap)->held = false;
	s->suspect = NONE;
	s->unmap_state = UNMAP_DONE;
}

/* As ir_asm_cut(), when the slot's mapping is the one: the slot keeps the second part. */
bool ir_asm_split(struct ir_assembler *a, struct slot *s, uint64_t iova)
{
	uint64_t head = s->head, second = ir_asm_cut(a, head, iova);

	if (second == NONE)
		return false;
	ir_asm_note_overlap(a, rec(a, head));
	s->head = second;
	return true;
}

static bool is_adjacent(struct ir_assembler *a, const struct slot *s, const struct ir_event *ev)
{
	const struct rec *tail;

	if (s->map_state != MAP_PIECES || !in_window(a, s->head) || s->pid != ev->pid ||
	    ev->flags & IR_EVF_WHOLE || (ev->device && rec(a, s->head)->device != ev->device))
		return false;
	tail = rec(a, s->tail);
	return tail->iova + (tail->pages << IR_PAGE_SHIFT) == ev->addr &&
	       live_of(a, rec(a, s->head)->live)->pages + ir_asm_pages(ev->addr, ev->size) <= MAX_ADJACENT;
}

/*
 * The first piece's record.  Where the call itself was recorded, the mapping
 * began then: the IOVA was allocated before the page table was touched.
 */
static uint64_t begin_mapping(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	uint64_t number = s->begun, begun_ns;
	uint32_t site;

	s->begun = NONE;
	if (!in_window(a, number) || rec(a, number)->kind != REC_NOTHING)
		return ir_asm_record(a, ev, REC_SEGMENT);
	begun_ns = rec(a, number)->time_ns;
	site = rec(a, number)->site;
	fill_record(rec(a, number), ev, REC_SEGMENT);
	rec(a, number)->time_ns = begun_ns;
	if (site)
		rec(a, number)->site = site;
	return number;
}

void ir_asm_begin_map(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	ir_asm_release(a, s);
	ir_asm_forget_undone(a, s);
	if (in_window(a, s->begun))
		rec(a, s->begun)->held = false;
	list_open_slot(a, s, ev);
	s->begun = ir_asm_record(a, ev, REC_NOTHING);
	rec(a, s->begun)->held = true;
	ir_asm_await(a, s, s->begun);
}

void ir_asm_map(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	uint64_t pages = ir_asm_pages(ev->addr, ev->size), number;
	struct rec *r;

	ir_asm_confirm_unmap(a, s);
	ir_asm_forget_undone(a, s);
	s->announced = false;
	if (!pages) {
		count_damage(a, IR_DAMAGE_BAD_EVENTS);
		return;
	}
	ir_rpcits_note_mapping(&a->rpcits, ev->addr, ev->size);
	s->zdev = ev->kind == IR_EV_S390_UPDATE_TRANS ? ev->aux : 0;
	if (is_adjacent(a, s, ev)) {
		struct rec *head = rec(a, s->head);

		number = ir_asm_record(a, ev, REC_SEGMENT);
		rec(a, number)->pages = pages;
		ir_asm_add_piece(a, s->head, s->tail, number);
		s->tail = number;
		ir_asm_await(a, s, number);
		if (head->pieces++ == 1)
			ir_asm_note_uncertain(a, s->head);
		head->last_time_ns = ev->time_ns;
		live_of(a, head->live)->pages += pages;
		live_of(a, head->live)->remaining += pages;
		return;
	}
	ir_asm_release(a, s);
	number = begin_mapping(a, s, ev);
	r = rec(a, number);
	r->pages = pages;
	r->pieces = 1;
	r->held = true;
	r->live = ir_live_add(&a->live, r->iova, pages);
	if (r->live == IR_LIVE_NONE) {
		a->no_memory = true;
		r->kind = REC_NOTHING;
		return;
	}
	live_of(a, r->live)->head = number;
	r->device = ev->device;
	if (ev->device && !ir_live_set_device(&a->live, r->live, ev->device))
		a->no_memory = true;
	list_open_slot(a, s, ev);
	r->named = ev->device != 0;
	s->head = s->tail = number;
	ir_asm_await(a, s, number);
	s->pid = ev->pid;
	s->map_state = ev->flags & IR_EVF_WHOLE ? MAP_WHOLE : MAP_PIECES;
	r->certain = s->map_state == MAP_WHOLE;
}
