// SPDX-License-Identifier: GPL-2.0-or-later
/* Pieces become mappings, and unmaps find theirs. */
#include <stdlib.h>
#include <string.h>

#include "assemble/priv.h"

#define MAX_CPUS	65536			/* struct ir_op has 16 bits */
#define MAX_ALIKE	64			/* mappings at one IOVA that are looked at */

/*
 * "Nothing else in between, microseconds apart": the longest time between a map
 * and an unmap that may be taken for a failed map by its shape alone.  Two
 * RPCITs lie between them, which wait 1 us each time the hypervisor is busy
 * (ZPCI_INSN_BUSY_DELAY, arch/s390/pci/pci_insn.c, Linux 6.12).
 */
#define SHAPE_NS	UINT64_C(1000000)

struct cpu *ir_asm_new_cpu(struct ir_assembler *a, uint32_t number)
{
	uint32_t nr = number + 1;
	struct cpu *grown;

	if (number >= MAX_CPUS)
		return NULL;
	grown = realloc(a->cpus, nr * sizeof(*grown));
	if (!grown) {
		a->no_memory = true;
		return NULL;
	}
	for (uint32_t i = a->nr_cpus; i < nr; i++) {
		grown[i] = (struct cpu){ 0 };
		for (unsigned int s = 0; s < 2; s++)
			grown[i].slot[s].head = grown[i].slot[s].begun =
				grown[i].slot[s].unmap = grown[i].slot[s].suspect =
				grown[i].slot[s].await = NONE;
	}
	a->cpus = grown;
	a->nr_cpus = nr;
	return &a->cpus[number];
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
		struct ir_bitmap **grown = realloc(a->mapped, nr * sizeof(struct ir_bitmap *));

		if (!grown)
			return NULL;
		for (uint32_t i = a->nr_mapped; i < nr; i++)
			grown[i] = NULL;
		a->mapped = grown;
		a->nr_mapped = nr;
	}
	a->mapped[device] = ir_bitmap_new(UINT64_C(1) << (64 - IR_PAGE_SHIFT));
	return a->mapped[device];
}

static struct ir_bitmap *mapped_of(struct ir_assembler *a, uint16_t device)
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
	struct ir_bitmap *map = mapped_of(a, l->device);
	uint64_t first = l->iova >> IR_PAGE_SHIFT;

	if (map && ir_bitmap_assign(map, first, first + l->pages - 1, false))
		a->no_memory = true;
}

/*
 * The unmap of an older mapping at the same place was lost: end it now.  Other
 * records may have come since the new mapping began, and operations stay in order.
 */
static void end_lost(struct ir_assembler *a, const struct rec *head)
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

/* The device maps: it has a domain.  Before anything is known it has one, too. */
static void note_attached(struct ir_assembler *a, uint16_t device)
{
	device = ir_asm_domain(a, device);
	if (device < a->nr_seen)
		a->seen[device].attached = true;
}

static void note_overlap(struct ir_assembler *a, struct rec *head)
{
	struct ir_live *l = live_of(a, head->live);
	struct ir_bitmap *map = mapped_of(a, l->device);
	uint64_t first = l->iova >> IR_PAGE_SHIFT, last = first + l->pages - 1;

	if (l->ended || !map)
		return;
	if (ir_bitmap_any(map, first, last)) {
		damage(a, IR_DAMAGE_OVERLAPPING_MAPS);
		/* In one domain that cannot be: an unmap is missing. */
		if (a->lost || l->device || a->nr_functions == 1)
			end_lost(a, head);
	}
	note_attached(a, l->device);
	if (ir_bitmap_assign(map, first, last, true))
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

		if (!head->device && records(a, IR_EV_DMA_MAP) && !(head->flags & IR_OPF_FAILED))
			damage(a, IR_DAMAGE_UNNAMED_MAPS);
		head->held = false;
		if (!(head->flags & IR_OPF_FAILED))
			note_overlap(a, head);
	}
	s->head = NONE;
	s->joinable = s->synced = s->retried = s->answered = false;
	s->ret = 0;
}

void ir_asm_name_device(struct ir_assembler *a, struct rec *head, uint16_t device)
{
	if (!device || head->named)
		return;
	head->device = device;
	live_of(a, head->live)->device = device;
}

/* An unmap that came right after its map was an ordinary one after all. */
void ir_asm_unsuspect(struct ir_assembler *a, struct slot *s)
{
	if (s->suspect == NONE)
		return;
	if (in_window(a, s->suspect))
		rec(a, s->suspect)->held = false;
	if (in_window(a, s->unmap))
		rec(a, s->unmap)->held = false;
	s->suspect = NONE;
}

/* Cut the mapping in two before the piece at @iova; returns the second one's head, or NONE. */
static uint64_t split(struct ir_assembler *a, uint64_t head, uint64_t iova)
{
	struct rec *h = rec(a, head), *prev = h;
	uint64_t at = h->next, pages = h->pages;
	uint32_t pieces = 1, second;

	while (at != NONE && rec(a, at)->iova != iova) {
		prev = rec(a, at);
		pages += prev->pages;
		pieces++;
		at = prev->next;
	}
	if (at == NONE)
		return NONE;
	second = ir_live_add(&a->live, iova, live_of(a, h->live)->pages - pages);
	if (second == IR_LIVE_NONE) {
		a->no_memory = true;
		return NONE;
	}
	live_of(a, h->live)->pages = live_of(a, h->live)->remaining = pages;
	live_of(a, second)->head = at;
	live_of(a, second)->device = h->device;
	prev->next = NONE;
	rec(a, at)->live = second;
	rec(a, at)->pieces = h->pieces - pieces;
	rec(a, at)->last_time_ns = h->last_time_ns;
	rec(a, at)->sync_time_ns = h->sync_time_ns;
	rec(a, at)->held = h->held;
	rec(a, at)->certain = h->certain;
	rec(a, at)->device = h->device;
	rec(a, at)->named = h->named;
	rec(a, at)->fn = h->fn;
	h->last_time_ns = prev->time_ns;
	h->sync_time_ns = 0;
	h->pieces = pieces;
	h->certain = true;
	h->held = false;
	return at;
}

/* As split(), when the slot's mapping is the one: the slot keeps the second part. */
bool ir_asm_split(struct ir_assembler *a, struct slot *s, uint64_t iova)
{
	uint64_t head = s->head, second = split(a, head, iova);

	if (second == NONE)
		return false;
	note_overlap(a, rec(a, head));
	s->head = second;
	return true;
}

/* A mapping of several pieces without evidence that they belong together. */
static bool uncertain(struct ir_assembler *a, uint64_t head)
{
	return in_window(a, head) && rec(a, head)->pieces > 1 && !rec(a, head)->certain &&
		!live_of(a, rec(a, head)->live)->ended;
}

static void note_uncertain(struct ir_assembler *a, uint64_t head)
{
	unsigned int n = 0;

	if (a->nr_uncertain == UNCERTAIN) {
		for (unsigned int i = 0; i < UNCERTAIN; i++)
			if (uncertain(a, a->uncertain[i]))
				a->uncertain[n++] = a->uncertain[i];
		a->nr_uncertain = n;
	}
	if (a->nr_uncertain < UNCERTAIN)
		a->uncertain[a->nr_uncertain++] = head;
}

static bool adjacent(struct ir_assembler *a, const struct slot *s, const struct ir_event *ev)
{
	const struct rec *tail;

	if (!s->joinable || !in_window(a, s->head) || s->pid != ev->pid ||
	    ev->flags & IR_EVF_WHOLE || (ev->device && rec(a, s->head)->device != ev->device))
		return false;
	tail = rec(a, s->tail);
	return tail->iova + (tail->pages << IR_PAGE_SHIFT) == ev->addr &&
	       live_of(a, rec(a, s->head)->live)->pages + ir_asm_pages(ev->addr, ev->size) <= MAX_PAGES;
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

void ir_asm_begin(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	ir_asm_release(a, s);
	s->failed = false;
	if (in_window(a, s->begun))
		rec(a, s->begun)->held = false;
	s->begun = ir_asm_record(a, ev, REC_NOTHING);
	rec(a, s->begun)->held = true;
	ir_asm_await(a, s, s->begun);
}

void ir_asm_map(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	uint64_t pages = ir_asm_pages(ev->addr, ev->size), number;
	struct rec *r;

	ir_asm_unsuspect(a, s);
	s->failed = s->announced = false;
	if (!pages) {
		damage(a, IR_DAMAGE_BAD_EVENTS);
		return;
	}
	ir_rpcits_saw_mapping(&a->rpcits, ev->addr, ev->size);
	s->zdev = ev->kind == IR_EV_S390_UPDATE_TRANS ? ev->aux : 0;
	if (adjacent(a, s, ev)) {
		struct rec *head = rec(a, s->head);

		number = ir_asm_record(a, ev, REC_SEGMENT);
		rec(a, number)->pages = pages;
		rec(a, s->tail)->next = number;
		s->tail = number;
		ir_asm_await(a, s, number);
		if (head->pieces++ == 1)
			note_uncertain(a, s->head);
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
	live_of(a, r->live)->device = r->device = ev->device;
	r->named = ev->device != 0;
	s->head = s->tail = number;
	ir_asm_await(a, s, number);
	s->pid = ev->pid;
	s->joinable = !(ev->flags & IR_EVF_WHOLE);
	r->certain = !s->joinable;
}

/*
 * Unmaps.
 */

/* The slot holds the mapping that @ev unmaps in the same context: did the map fail? */
static bool undone(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	const struct rec *head = rec(a, s->head);

	if (s->pid != ev->pid)
		return false;
	if (records(a, IR_EV_RPCIT_RET) && s->synced)
		return s->answered && s->ret < 0;
	if (records(a, IR_EV_S390_UPDATE_TRANS))
		return records(a, IR_EV_S390_UNMAP_PAGE) && !s->announced;
	if (s->synced)
		return s->retried;
	if (records(a, IR_EV_DMA_MAP)) {
		/* The dma_map event that follows will tell. */
		s->suspect = s->head;
		return false;
	}
	if (!a->cfg.s390 || records(a, IR_EV_RPCIT) || ev->flags & IR_EVF_NO_CONTEXT ||
	    ev->time_ns - head->last_time_ns > SHAPE_NS)
		return false;
	damage(a, IR_DAMAGE_ASSUMED_FAILURES);
	return true;
}

void ir_asm_fail(struct ir_assembler *a, uint64_t head)
{
	struct rec *r = rec(a, head);

	r->flags |= IR_OPF_FAILED;
	r->certain = true;
	if (!live_of(a, r->live)->ended)
		ir_live_end(&a->live, r->live);
}

/* The slot that a mapping is still under way in, or NULL. */
static struct slot *holder(struct ir_assembler *a, uint64_t head)
{
	struct cpu *c = ir_asm_cpu(a, rec(a, head)->cpu);

	for (unsigned int i = 0; c && i < 2; i++)
		if (c->slot[i].head == head)
			return &c->slot[i];
	return NULL;
}

void ir_asm_release_holder(struct ir_assembler *a, uint64_t head)
{
	struct slot *s = holder(a, head);

	if (s)
		ir_asm_release(a, s);
}

/*
 * Which of the mappings at this IOVA that began before record @before: the one
 * of the right size, and the right device if known.
 */
static uint32_t find_mapping(struct ir_assembler *a, const struct slot *s, uint32_t first,
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

/* As split(), wherever the mapping is under way. */
static uint64_t split_held(struct ir_assembler *a, uint64_t head, uint64_t iova)
{
	struct slot *h = holder(a, head);
	uint64_t second = split(a, head, iova);

	if (h && second != NONE) {
		note_overlap(a, rec(a, head));
		h->head = second;
	}
	return second;
}

/* A mapping that was taken for a later piece of another one; IR_LIVE_NONE: there is none. */
static uint32_t find_piece(struct ir_assembler *a, uint64_t iova)
{
	unsigned int n = 0;
	uint32_t found = IR_LIVE_NONE;
	uint64_t extra = NONE;

	for (unsigned int i = 0; i < a->nr_uncertain; i++) {
		uint64_t head = a->uncertain[i], second;
		const struct ir_live *l;

		if (!uncertain(a, head))
			continue;
		a->uncertain[n++] = head;
		l = live_of(a, rec(a, head)->live);
		if (found != IR_LIVE_NONE || iova <= l->iova ||
		    iova >= l->iova + (l->pages << IR_PAGE_SHIFT))
			continue;
		second = split_held(a, head, iova);
		if (second == NONE)
			continue;
		found = rec(a, second)->live;
		rec(a, head)->certain = rec(a, head)->pieces < 2;
		if (rec(a, second)->pieces > 1)
			extra = second;
	}
	a->nr_uncertain = n;
	if (extra != NONE)
		note_uncertain(a, extra);
	return found;
}

static void end_mapping(struct ir_assembler *a, struct slot *s, uint64_t number, uint32_t i)
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

/* Mapping @j, right behind mapping @i, is a part of it. */
static bool join(struct ir_assembler *a, uint32_t i, uint32_t j)
{
	struct ir_live *l = live_of(a, i), *k = live_of(a, j);
	struct rec *head, *tail, *second;

	if (l->emitted || k->emitted || l->device != k->device)
		return false;
	head = tail = rec(a, l->head);
	second = rec(a, k->head);
	while (tail->next != NONE)
		tail = rec(a, tail->next);
	if (k->head < l->head || head->certain || second->certain)
		return false;
	ir_asm_release_holder(a, l->head);
	ir_asm_release_holder(a, k->head);
	tail->next = k->head;
	head->pieces += second->pieces;
	head->last_time_ns = second->last_time_ns;
	second->pieces = 0;
	l->pages += k->pages;
	l->remaining = l->pages;
	ir_live_drop(&a->live, j);
	return true;
}

/* An unmap of the first @pages of mapping @i; false if it cannot be cut there. */
static bool unmap_part(struct ir_assembler *a, struct slot *s, const struct ir_event *ev,
		       uint32_t i, uint64_t pages)
{
	const struct ir_live *l = live_of(a, i);
	uint64_t second, number;

	if (l->emitted)
		return false;
	second = split_held(a, l->head, l->iova + (pages << IR_PAGE_SHIFT));
	if (second == NONE)
		return false;
	if (rec(a, second)->pieces > 1) {
		rec(a, second)->certain = false;
		note_uncertain(a, second);
	}
	number = ir_asm_record(a, ev, REC_UNMAP);
	rec(a, number)->pages = pages;
	end_mapping(a, s, number, i);
	return true;
}

/* An unmap of @pages that begins with mapping @i and is less than it. */
static void unmap_less(struct ir_assembler *a, struct slot *s, const struct ir_event *ev,
		       uint32_t i, uint64_t pages)
{
	struct ir_live *l = live_of(a, i);
	uint64_t number;

	if (unmap_part(a, s, ev, i, pages))
		return;
	damage(a, IR_DAMAGE_PARTIAL_UNMAPS);
	l = live_of(a, i);
	if (l->remaining > pages) {
		l->remaining -= pages;
		number = ir_asm_record(a, ev, REC_NOTHING);
		rec(a, number)->pages = pages;
		return;
	}
	number = ir_asm_record(a, ev, REC_UNMAP);
	rec(a, number)->pages = pages;
	end_mapping(a, s, number, i);
}

/* Then an unknown mapping was made since, or ended with its domain. */
static bool was_detached(const struct ir_assembler *a, uint16_t device)
{
	uint16_t index = ir_asm_domain(a, device);

	if (index == IR_DOMAIN_DEVICES)
		return a->detached;
	return index < a->nr_seen && a->seen[index].detached;
}

static void unknown_unmap(struct ir_assembler *a, const struct ir_event *ev, uint64_t iova,
			  uint64_t pages, uint16_t device)
{
	uint64_t number = ir_asm_record(a, ev, REC_UNMAP);

	rec(a, number)->iova = iova;
	rec(a, number)->pages = pages;
	rec(a, number)->device = device;
	if (was_detached(a, device))
		rec(a, number)->flags |= IR_OPF_FAILED;
	damage(a, IR_DAMAGE_UNKNOWN_UNMAPS);
	a->cfg.damage->count[IR_DAMAGE_UNKNOWN_PAGES] += pages;
}

/* An unmap of @pages that begins with mapping @i and is more than it. */
static void unmap_more(struct ir_assembler *a, struct slot *s, const struct ir_event *ev,
		       uint32_t i, uint64_t pages)
{
	uint64_t at = ev->addr & ~(IR_PAGE_SIZE - 1), end = at + (pages << IR_PAGE_SHIFT);
	uint64_t number;
	uint32_t next;

	while (live_of(a, i)->pages < pages) {
		next = ir_live_find(&a->live, at + (live_of(a, i)->pages << IR_PAGE_SHIFT));
		if (next == IR_LIVE_NONE || !join(a, i, next))
			break;
	}
	if (live_of(a, i)->pages != pages)
		damage(a, IR_DAMAGE_PARTIAL_UNMAPS);
	while (i != IR_LIVE_NONE && has_room(a)) {
		uint64_t len = live_of(a, i)->pages << IR_PAGE_SHIFT;

		if (len > end - at)
			break;
		number = ir_asm_record(a, ev, REC_UNMAP);
		rec(a, number)->iova = at;
		rec(a, number)->pages = live_of(a, i)->pages;
		end_mapping(a, s, number, i);
		at += len;
		i = at < end ? ir_live_find(&a->live, at) : IR_LIVE_NONE;
	}
	if (at < end)
		unknown_unmap(a, ev, at, (end - at) >> IR_PAGE_SHIFT, 0);
}

/*
 * Two mappings at one place, and the newer one still under way without any
 * evidence to come: it is complete now, so that a lost unmap shows before this
 * one is taken for it.
 */
static void release_newest(struct ir_assembler *a, uint32_t i)
{
	struct slot *h;

	if (live_of(a, i)->emitted || records(a, IR_EV_DMA_MAP))
		return;
	h = holder(a, live_of(a, i)->head);
	if (h && !h->synced)
		ir_asm_release(a, h);
}

static void unmap(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	uint64_t pages = ir_asm_pages(ev->addr, ev->size), iova = ev->addr & ~(IR_PAGE_SIZE - 1);
	uint64_t number;
	bool ambiguous = false;
	uint32_t i;

	ir_asm_unsuspect(a, s);
	if (!pages) {
		/* iommu_unmap() found nothing to unmap */
		if (ev->size)
			damage(a, IR_DAMAGE_BAD_EVENTS);
		return;
	}
	ir_rpcits_saw_mapping(&a->rpcits, ev->addr, ev->size);
	if (ev->device)
		s->unmap_device = ev->device;
	s->unmap_iova = ev->addr;
	s->unmap_size = ev->size;
	s->unmapped = s->unmap_device;
	s->undone = false;
	s->just_unmapped = true;
	if (ev->kind == IR_EV_S390_UPDATE_TRANS && !s->unmap_device)
		s->unmap_device = ir_owner_device(&a->owners, IR_OWNER_ZDEV, ev->aux);
	i = ir_live_find(&a->live, iova);
	if (i == IR_LIVE_NONE) {
		i = find_piece(a, iova);
	} else if (ir_live_find_next(&a->live, i) != IR_LIVE_NONE) {
		release_newest(a, i);
		i = find_mapping(a, s, i, a->end, pages, &ambiguous);
	}
	if (i != IR_LIVE_NONE && in_window(a, s->head) && rec(a, s->head)->live == i &&
	    live_of(a, i)->pages == pages && undone(a, s, ev)) {
		ir_asm_fail(a, s->head);
		ir_asm_release(a, s);
		s->failed = s->undone = true;
		s->announced = false;
		s->unmap = NONE;
		s->unmap_waits = false;
		s->unmap_device = 0;
		return;
	}
	s->announced = s->failed = false;
	s->unmap = NONE;
	s->unmap_waits = false;
	if (i == IR_LIVE_NONE) {
		unknown_unmap(a, ev, iova, pages, s->unmap_device);
		s->unmap_device = 0;
		return;
	}
	if (live_of(a, i)->pages != pages) {
		(live_of(a, i)->pages > pages ? unmap_less : unmap_more)(a, s, ev, i, pages);
		s->unmap_device = 0;
		return;
	}
	number = ir_asm_record(a, ev, REC_UNMAP);
	rec(a, number)->pages = pages;
	s->unmap = number;
	if (ambiguous && (records(a, IR_EV_DMA_UNMAP) || records(a, IR_EV_RPCIT))) {
		rec(a, number)->held = true;	/* dma_unmap_page will tell, or its RPCIT */
		s->unmap_waits = true;
	} else {
		if (ambiguous)
			damage(a, IR_DAMAGE_AMBIGUOUS_DEVICES);
		end_mapping(a, s, number, i);
	}
	s->unmap_device = 0;
}

void ir_asm_unmap(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	s->unmap_size = 0;
	unmap(a, s, ev);
	if (s->unmap_size && !s->undone && !ir_asm_unmap_waits(a, s))
		ir_domains_unmap(&a->domains, ir_asm_domain(a, s->unmapped), ev->time_ns);
}

/* The name of its device is known, or there is none. */
void ir_asm_settle_unmap(struct ir_assembler *a, struct slot *s, uint16_t device)
{
	struct slot hint = { .unmap_device = device, .suspect = NONE };
	bool ambiguous;
	struct rec *r = rec(a, s->unmap);
	uint32_t i;

	r->held = false;
	i = find_mapping(a, &hint, ir_live_find(&a->live, r->iova), s->unmap, r->pages, &ambiguous);
	if (i == IR_LIVE_NONE) {
		damage(a, IR_DAMAGE_UNKNOWN_UNMAPS);
		a->cfg.damage->count[IR_DAMAGE_UNKNOWN_PAGES] += r->pages;
		return;
	}
	if (ambiguous)
		damage(a, IR_DAMAGE_AMBIGUOUS_DEVICES);
	end_mapping(a, s, s->unmap, i);
	ir_domains_unmap(&a->domains, ir_asm_domain(a, r->device), r->time_ns);
}
