// SPDX-License-Identifier: GPL-2.0-or-later
/* Matches each unmap to a live mapping; an unmap of another size splits or joins mappings. */
#include "assemble/priv.h"

/*
 * "Nothing else in between, microseconds apart": the longest time between a map
 * and an unmap that may be taken for a failed map by its shape alone.  Two
 * RPCITs lie between them, which wait 1 us each time the hypervisor is busy
 * (ZPCI_INSN_BUSY_DELAY, arch/s390/pci/pci_insn.c, Linux 6.12).
 */
#define SHAPE_NS	UINT64_C(1000000)

/* Whether the map failed, given that the slot holds the mapping that @ev unmaps in the same context. */
static bool undoes_map(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	const struct rec *head = rec(a, s->head);

	if (s->pid != ev->pid)
		return false;
	if (has_events(a, IR_EV_RPCIT_RET) && s->map_state >= MAP_SYNC)
		return s->map_state == MAP_SHORT;
	if (has_events(a, IR_EV_S390_UPDATE_TRANS))
		return has_events(a, IR_EV_S390_UNMAP_PAGE) && !s->announced;
	if (s->map_state >= MAP_SYNC)
		return s->map_state == MAP_RETRY;
	if (has_events(a, IR_EV_DMA_MAP)) {
		/* The dma_map event that follows decides. */
		s->suspect = s->head;
		s->unmap_state = UNMAP_SUSPECT;
		return false;
	}
	if (!a->cfg.s390 || has_events(a, IR_EV_RPCIT) || ev->flags & IR_EVF_NO_CONTEXT ||
	    ev->time_ns - head->last_time_ns > SHAPE_NS)
		return false;
	count_damage(a, IR_DAMAGE_ASSUMED_FAILURES);
	return true;
}

void ir_asm_fail_map(struct ir_assembler *a, uint64_t head)
{
	struct rec *r = rec(a, head);

	r->flags |= IR_OPF_FAILED;
	r->certain = true;
	if (!live_of(a, r->live)->ended)
		ir_live_end(&a->live, r->live);
}

/* As ir_asm_cut(), wherever the mapping is under way. */
static uint64_t split_held(struct ir_assembler *a, uint64_t head, uint64_t iova)
{
	struct slot *h = ir_asm_holder(a, head);
	uint64_t second = ir_asm_cut(a, head, iova);

	if (h && second != NONE) {
		ir_asm_note_overlap(a, rec(a, head));
		h->head = second;
	}
	return second;
}

/* Cut an uncertain mapping before the piece at @iova; IR_LIVE_NONE: there is none. */
static uint32_t cut_piece(struct ir_assembler *a, uint64_t head, uint64_t iova)
{
	uint64_t second = split_held(a, head, iova);

	if (second == NONE)
		return IR_LIVE_NONE;
	rec(a, head)->certain = rec(a, head)->pieces < 2;
	if (rec(a, second)->pieces > 1)
		ir_asm_note_uncertain(a, second);
	return rec(a, second)->live;
}

/*
 * A mapping that was taken for a later piece of another one; IR_LIVE_NONE: there is
 * none.  If several may have it, of that which became uncertain first.
 */
static uint32_t find_piece(struct ir_assembler *a, uint64_t iova)
{
	uint32_t found[MAX_ALIKE], i = IR_LIVE_NONE;
	unsigned int n = ir_asm_find_around(a, iova >> IR_PAGE_SHIFT, found);

	while (n && i == IR_LIVE_NONE) {
		unsigned int first = n;

		for (unsigned int k = 0; k < n; k++) {
			const struct ir_live *l = live_of(a, found[k]);

			if (!l->emitted && l->iova != iova && ir_asm_uncertain(a, l->head) &&
			    (first == n || rec(a, l->head)->noted <
			     rec(a, live_of(a, found[first])->head)->noted))
				first = k;
		}
		if (first == n)
			break;
		i = cut_piece(a, live_of(a, found[first])->head, iova);
		found[first] = found[--n];
	}
	return i;
}

/* Mapping @j, right behind mapping @i, is a part of it. */
static bool join_mappings(struct ir_assembler *a, uint32_t i, uint32_t j)
{
	struct ir_live *l = live_of(a, i), *k = live_of(a, j);
	struct rec *head, *second;
	uint64_t tail;

	if (l->emitted || k->emitted || l->device != k->device)
		return false;
	head = rec(a, l->head);
	second = rec(a, k->head);
	tail = l->head + head->reach;
	if (k->head < l->head || head->certain || second->certain)
		return false;
	ir_asm_release_holder(a, l->head);
	ir_asm_release_holder(a, k->head);
	for (uint64_t at = k->head; at != NONE; tail = at, at = rec(a, at)->next)
		ir_asm_add_piece(a, l->head, tail, at);
	head->pieces += second->pieces;
	head->last_time_ns = second->last_time_ns;
	second->pieces = 0;
	l->pages += k->pages;
	l->remaining = l->pages;
	ir_live_free(&a->live, j);
	return true;
}

/* An unmap of the first @pages of mapping @i; false if it cannot be cut there. */
static bool unmap_part_held(struct ir_assembler *a, struct slot *s, const struct ir_event *ev,
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
		ir_asm_note_uncertain(a, second);
	}
	number = ir_asm_record(a, ev, REC_UNMAP);
	rec(a, number)->pages = pages;
	ir_asm_end_mapping(a, s, number, i);
	return true;
}

/*
 * A mapping that was put together by adjacency alone, left the window so, and has all
 * these pages, which are still mapped; IR_LIVE_NONE: there is none.
 */
static uint32_t find_assumed(struct ir_assembler *a, uint64_t iova, uint64_t pages)
{
	uint32_t found[MAX_ALIKE];
	uint64_t pfn = iova >> IR_PAGE_SHIFT;
	unsigned int n = ir_asm_find_around(a, pfn, found);

	for (unsigned int k = 0; k < n; k++) {
		const struct ir_live *l = live_of(a, found[k]);
		const struct ir_bitmap *map = ir_asm_mapped(a, l->device);

		if (l->assumed && l->remaining >= pages && map && ir_bitmap_any(map, pfn, pfn) &&
		    pfn + pages <= (l->iova >> IR_PAGE_SHIFT) + l->pages)
			return found[k];
	}
	return IR_LIVE_NONE;
}

/* Some pages of a mapping that has left the window: it ends when all of them have. */
static void unmap_part_emitted(struct ir_assembler *a, struct slot *s, const struct ir_event *ev,
			       uint32_t i, uint64_t pages)
{
	struct ir_live *l = live_of(a, i);
	uint64_t number, first = ev->addr >> IR_PAGE_SHIFT;
	struct ir_bitmap *map = ir_asm_mapped(a, l->device);

	count_damage(a, IR_DAMAGE_PARTIAL_UNMAPS);
	if (l->assumed && map && ir_bitmap_clear(map, first, first + pages - 1))
		a->no_memory = true;
	if (l->remaining > pages) {
		l->remaining -= pages;
		number = ir_asm_record(a, ev, REC_NOTHING);
		rec(a, number)->pages = pages;
		return;
	}
	number = ir_asm_record(a, ev, REC_UNMAP);
	rec(a, number)->pages = pages;
	ir_asm_end_mapping(a, s, number, i);
}

/* An unmap of @pages that begins with mapping @i and is less than it. */
static void unmap_part(struct ir_assembler *a, struct slot *s, const struct ir_event *ev,
		       uint32_t i, uint64_t pages)
{
	if (!unmap_part_held(a, s, ev, i, pages))
		unmap_part_emitted(a, s, ev, i, pages);
}

static uint64_t record_unmap(struct ir_assembler *a, const struct ir_event *ev, uint64_t iova,
			     uint64_t pages)
{
	uint64_t number = ir_asm_record(a, ev, REC_UNMAP);

	rec(a, number)->iova = iova;
	rec(a, number)->pages = pages;
	return number;
}

/* The event that names the device of an unmap (dma_unmap_page, or its RPCIT) comes after it. */
static bool may_be_named(const struct ir_assembler *a)
{
	return has_events(a, IR_EV_DMA_UNMAP) || has_events(a, IR_EV_RPCIT);
}

/* Keep the unmap in the window until its device is named or cannot be named any more. */
static void hold_unmap(struct ir_assembler *a, struct slot *s, uint64_t number)
{
	rec(a, number)->held = true;
	s->unmap = number;
	s->suspect = NONE;
	s->held_synced = false;
	s->unmap_state = UNMAP_UNNAMED;
}

static void unknown_unmap(struct ir_assembler *a, struct slot *s, const struct ir_event *ev,
			  uint64_t iova, uint64_t pages)
{
	uint64_t number = record_unmap(a, ev, iova, pages);

	if (a->cfg.several && !s->unmap_device && may_be_named(a))
		hold_unmap(a, s, number);
	else
		ir_asm_mark_unknown(a, number, s->unmap_device);
}

/* An unmap of @pages that begins with mapping @i and is more than it. */
static void unmap_several(struct ir_assembler *a, struct slot *s, const struct ir_event *ev,
			  uint32_t i, uint64_t pages)
{
	uint64_t at = ev->addr & ~(IR_PAGE_SIZE - 1), end = at + (pages << IR_PAGE_SHIFT);
	uint64_t number;
	uint32_t next;

	while (live_of(a, i)->pages < pages) {
		next = ir_live_find(&a->live, at + (live_of(a, i)->pages << IR_PAGE_SHIFT));
		if (next == IR_LIVE_NONE || !join_mappings(a, i, next))
			break;
	}
	if (live_of(a, i)->pages != pages)
		count_damage(a, IR_DAMAGE_PARTIAL_UNMAPS);
	while (i != IR_LIVE_NONE && has_room(a)) {
		uint64_t len = live_of(a, i)->pages << IR_PAGE_SHIFT;

		if (len > end - at)
			break;
		number = ir_asm_record(a, ev, REC_UNMAP);
		rec(a, number)->iova = at;
		rec(a, number)->pages = live_of(a, i)->pages;
		ir_asm_end_mapping(a, s, number, i);
		at += len;
		i = at < end ? ir_live_find(&a->live, at) : IR_LIVE_NONE;
	}
	if (at < end)
		ir_asm_mark_unknown(a, record_unmap(a, ev, at, (end - at) >> IR_PAGE_SHIFT), 0);
}

/* Whether the mapping under way in @h is of another device than the unmap in @s, as far as both are known. */
static bool of_other_device(struct ir_assembler *a, const struct slot *s, const struct slot *h)
{
	uint16_t device = rec(a, h->head)->device;

	if (!device && h->zdev)
		device = ir_owner_device(&a->owners, IR_OWNER_ZDEV, h->zdev);
	return device && s->unmap_device && device != s->unmap_device;
}

/*
 * Two mappings are at one place, and the newer one is under way, but no more evidence can
 * come: it is complete now.  So the lost unmap of the older one is noticed before this
 * unmap is matched with it.
 */
static void release_newest(struct ir_assembler *a, const struct slot *s, uint32_t i)
{
	struct slot *h;

	if (live_of(a, i)->emitted || has_events(a, IR_EV_DMA_MAP))
		return;
	h = ir_asm_holder(a, live_of(a, i)->head);
	if (h && h->map_state < MAP_SYNC && !of_other_device(a, s, h))
		ir_asm_release(a, h);
}

/* Keeps the range of the slot's last unmap, which its flush and later events are compared with. */
static inline void set_last_unmap(struct ir_assembler *a, struct slot *s,
				  const struct ir_event *ev)
{
	if (ev->device)
		s->unmap_device = ev->device;
	else if (s->freed_device && s->freed_iova == (ev->addr & ~(IR_PAGE_SIZE - 1)))
		s->unmap_device = s->freed_device;
	if (ev->kind == IR_EV_S390_UPDATE_TRANS && !s->unmap_device)
		s->unmap_device = ir_owner_device(&a->owners, IR_OWNER_ZDEV, ev->aux);
	s->freed_device = 0;
	s->unmap_named = false;
	s->unmap_iova = ev->addr;
	s->unmap_size = ev->size;
	s->unmapped = s->unmap_device;
	s->unmap_state = UNMAP_DONE;
	s->recent |= RECENT_UNMAP;
	s->unmap_ns = ev->time_ns;
}

/*
 * Whether the unmap may be of an unknown mapping of another device at the same place, which its
 * name will tell.  The DMA API unmaps mappings as a whole, so that another size is a sign of that.
 */
static bool may_be_of_other(struct ir_assembler *a, const struct slot *s, const struct ir_live *l, uint64_t pages)
{
	return a->cfg.several && (a->cfg.unknown || l->pages != pages) && !s->unmap_device && l->device &&
	       (l->emitted ? !l->assumed : rec(a, l->head)->certain) && has_events(a, IR_EV_DMA_UNMAP);
}

static void unmap_event(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	uint64_t pages = ir_asm_pages(ev->addr, ev->size), iova = ev->addr & ~(IR_PAGE_SIZE - 1);
	uint64_t number;
	bool ambiguous = false;
	uint32_t i;

	ir_asm_confirm_unmap(a, s);
	ir_asm_forget_undone(a, s);
	if (!pages) {
		/* iommu_unmap() found nothing to unmap; a probe is not of such calls, its rule lacks a field */
		if (ev->size || ev->flags & IR_EVF_PROBE)
			count_damage(a, IR_DAMAGE_BAD_EVENTS);
		return;
	}
	ir_rpcits_note_mapping(&a->rpcits, ev->addr, ev->size);
	set_last_unmap(a, s, ev);
	i = ir_live_find(&a->live, iova);
	if (i == IR_LIVE_NONE) {
		i = find_piece(a, iova);
	} else if (a->cfg.several || ir_live_find_next(&a->live, i) != IR_LIVE_NONE) {
		if (ir_live_find_next(&a->live, i) != IR_LIVE_NONE)
			release_newest(a, s, i);
		i = ir_asm_find_mapping(a, s, i, a->end, pages, &ambiguous);
	}
	if (i != IR_LIVE_NONE && in_window(a, s->head) && rec(a, s->head)->live == i &&
	    live_of(a, i)->pages == pages && undoes_map(a, s, ev)) {
		/* Nothing but its RPCIT, whose result was not recorded, lets a map fail. */
		if (s->map_state == MAP_SYNC)
			rec(a, s->head)->flags |= IR_OPF_ENOMEM;
		ir_asm_fail_map(a, s->head);
		s->undone = s->head;
		ir_asm_release(a, s);
		rec(a, s->undone)->held = true;
		s->unmap_state = UNMAP_UNDID;
		s->announced = false;
		s->unmap = NONE;
		s->unmap_device = 0;
		return;
	}
	s->announced = false;
	s->unmap = NONE;
	if (i == IR_LIVE_NONE) {
		i = find_assumed(a, iova, pages);
		if (i == IR_LIVE_NONE)
			unknown_unmap(a, s, ev, iova, pages);
		else
			unmap_part_emitted(a, s, ev, i, pages);
		s->unmap_device = 0;
		return;
	}
	if (may_be_of_other(a, s, live_of(a, i), pages)) {
		hold_unmap(a, s, record_unmap(a, ev, iova, pages));
		return;
	}
	if (live_of(a, i)->pages != pages) {
		(live_of(a, i)->pages > pages ? unmap_part : unmap_several)(a, s, ev, i, pages);
		s->unmap_device = 0;
		return;
	}
	number = ir_asm_record(a, ev, REC_UNMAP);
	rec(a, number)->pages = pages;
	s->unmap = number;
	if (ambiguous && may_be_named(a)) {
		hold_unmap(a, s, number);
	} else {
		if (ambiguous)
			count_damage(a, IR_DAMAGE_AMBIGUOUS_DEVICES);
		ir_asm_end_mapping(a, s, number, i);
	}
	s->unmap_device = 0;
}

void ir_asm_unmap(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	s->unmap_size = 0;
	unmap_event(a, s, ev);
	if (s->unmap_size && s->unmap_state != UNMAP_UNDID && !ir_asm_unmap_waits(a, s))
		ir_domains_unmap(&a->domains, ir_asm_domain(a, s->unmapped), ev->time_ns);
}
