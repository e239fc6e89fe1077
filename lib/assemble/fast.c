// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The common case, in a quarter of the general path's instructions (80 an event instead of 350):
 *
 *   iommu:map of one piece, RPCIT over it, its result 0       on one CPU in one context
 *   iommu:unmap of a whole mapping                            with nothing else under way
 *
 * Each function below does what the general one named above it does then, or returns FAST_NOT and
 * has changed nothing; the general path takes the event in that case.  Builds with -DIR_DEBUG run a
 * second assembler without this file and compare all operations (ir_asm_compare()).
 *
 * If a map, its RPCIT and the result follow each other and the window is empty, all three are taken
 * at once (fast_whole_map()): no record is made.
 *
 * Preconditions, for the recording (ir_asm_fast_kinds()):
 *  - no filter, one device, no call chains, no names for functions; RPCITs are no operations;
 *  - it has results of RPCITs, and nothing that names devices or comes from the former DMA API.
 *
 * For each event:
 *  - no unmap of its slot waits for a name or is suspected to end a failed map;
 *  - a map finds its slot in MAP_NONE; its RPCIT is the first event behind it in that slot that
 *    MAP_PIECES has an arrow for, and is issued while no other RPCIT of the CPU is under way;
 *  - the mapping overlaps no other one, and the bitmap of mapped pages has it in the word used last;
 *  - an unmapped mapping has left the window, which is empty.
 */
#include "assemble/priv.h"
#include "base/likely.h"

#define KIND(kind) (UINT64_C(1) << IR_EV_##kind)

uint64_t ir_asm_fast_kinds(const struct ir_assembler_config *cfg)
{
	const uint64_t names = KIND(DMA_MAP) | KIND(DMA_MAP_SG) | KIND(DMA_UNMAP) | KIND(DMA_UNMAP_SG) |
		KIND(S390_UPDATE_TRANS) | KIND(S390_MAP_PAGE) | KIND(S390_UNMAP_PAGE) | KIND(PAGE_FREE);

	if (cfg->filter || cfg->several || cfg->sites || cfg->rpcits || cfg->name_function ||
	    cfg->seen_kinds & names || !(cfg->seen_kinds & KIND(RPCIT_RET)))
		return 0;
	return KIND(MAP) | KIND(UNMAP) | KIND(RPCIT) | KIND(RPCIT_RET);
}

enum fast {
	FAST_NOT,	/* nothing was changed: the event is for the general path */
	FAST_TAKEN,
	FAST_OP,	/* and it made an operation, which is older than the window */
};

/* Of whole pages, without a name: a mapping's event, or its unmap's. */
static inline bool is_plain(const struct ir_event *ev)
{
	return !((ev->addr | ev->size) & (IR_PAGE_SIZE - 1)) && !ev->device &&
		ev->size - 1 < MAX_PAGES << IR_PAGE_SHIFT && ev->addr + (ev->size - 1) >= ev->addr &&
		!(ev->flags & IR_EVF_WHOLE);
}

/* Nothing else in the event's slot waits for it; the caller checks the rest. */
static inline void count_event(struct cpu *c, struct slot *s)
{
	c->events++;
	s->just_unmapped = false;
}

/* ir_live_add() of what is no list of a device's; IR_LIVE_NONE: there is no free entry. */
static inline uint32_t add_live(struct ir_live_table *t, uint64_t iova, uint64_t pages, uint64_t head)
{
	uint32_t i = t->free;

	if (t->count == t->used || t->first_of)
		return IR_LIVE_NONE;
	t->free = t->pool[i].next;
	t->count++;
	t->pool[i] = (struct ir_live){ .iova = iova, .pages = pages, .remaining = pages, .head = head };
	ir_live_link(t, i);
	return i;
}

/* ir_asm_map() */
static inline enum fast fast_map(struct ir_assembler *a, struct cpu *c, struct slot *s,
				 const struct ir_event *ev)
{
	uint64_t pages = ev->size >> IR_PAGE_SHIFT, number;
	uint32_t live;

	if (s->map_state != MAP_NONE || s->begun != NONE || !s->open || !is_plain(ev))
		return FAST_NOT;
	ir_asm_restart(a);
	if (unlikely(!has_room_behind(a, 1)))	/* records leave then, whatever they wait for */
		return FAST_NOT;
	number = a->end;
	live = add_live(&a->live, ev->addr, pages, number);
	if (live == IR_LIVE_NONE)
		return FAST_NOT;
	count_event(c, s);
	s->announced = false;
	s->zdev = 0;
	ir_rpcits_note_mapping(&a->rpcits, ev->addr, ev->size);
	*rec(a, number) = (struct rec){
		.time_ns = ev->time_ns, .last_time_ns = ev->time_ns,
		.iova = ev->addr, .paddr = ev->paddr, .pages = pages,
		.next = NONE, .live = live, .pieces = 1, .site = ev->site, .cpu = (uint16_t)ev->cpu,
		.kind = REC_SEGMENT, .flags = ev->flags & IR_EVF_IRQ ? IR_OPF_IRQ : 0, .held = true,
	};
	a->end++;
	s->head = s->tail = number;
	s->pid = ev->pid;
	s->map_state = MAP_PIECES;
	return FAST_TAKEN;
}

/* The function's owner is the one found last, and no device's. */
static inline bool is_known_function(const struct ir_assembler *a, uint64_t fn)
{
	const struct ir_owner *w = &a->owners.owner[a->owners.last];

	return a->nr_functions && a->first_fn == fn && a->owners.last < a->owners.nr && w->key == fn &&
		w->kind == IR_OWNER_FUNCTION && !w->device;
}

/* ir_asm_rpcit() */
static inline enum fast fast_rpcit(struct ir_assembler *a, struct cpu *c, struct slot *s,
				   const struct ir_event *ev)
{
	struct rec *head = rec(a, s->head);

	if (s->map_state != MAP_PIECES || c->nested || !in_window(a, s->head) || s->zdev ||
	    head->device || head->pieces != 1 || head->iova != ev->addr ||
	    head->pages << IR_PAGE_SHIFT != ev->size || live_of(a, head->live)->pages != head->pages ||
	    !is_known_function(a, ev->aux))
		return FAST_NOT;
	count_event(c, s);
	a->rpcits.total++;
	c->nested = 1;
	c->rpcit[0] = (struct rpcit){
		.record = NONE, .head = s->head, .time_ns = ev->time_ns, .pages = head->pages,
		.events = c->events, .step = MAP_SYNC, .counted = true, .slot = (uint8_t)(s - c->slot),
	};
	head->certain = true;
	head->sync_time_ns = ev->time_ns;
	head->fn = ev->aux;
	s->map_state = MAP_SYNC;
	return FAST_TAKEN;
}

static inline void count_map(struct ir_assembler *a, struct ir_live *l)
{
	l->emitted = true;
	l->number = a->nr_free ? a->free_numbers[--a->nr_free] : a->max_mappings++;
	a->totals.map++;
	a->totals.map_pages += l->pages;
	a->totals.segments++;
}

/* emit_map(): the first record leaves the window. */
static inline void fast_emit_map(struct ir_assembler *a, const struct rec *r, struct ir_live *l,
				 struct ir_op *op)
{
	a->first++;
	count_map(a, l);
	*op = (struct ir_op){
		.time_ns = r->time_ns, .iova = r->iova, .paddr = r->paddr,
		.pages = (uint32_t)l->pages, .seg_pages = (uint32_t)l->pages, .segments = 1,
		.mapping = l->number, .sync_ns = ir_asm_duration(r->sync_time_ns - r->time_ns),
		.rpcit_ns = ir_asm_duration(r->rpcit_ns), .site = r->site,
		.cpu = r->cpu, .kind = IR_OP_MAP, .flags = r->flags,
	};
}

/* ir_asm_rpcit_ret(): the mapping is complete. */
static inline enum fast fast_rpcit_ret(struct ir_assembler *a, struct cpu *c, struct slot *s,
				       const struct ir_event *ev, struct ir_op *op)
{
	const struct rpcit *q = &c->rpcit[0];
	struct rec *head = rec(a, s->head);
	uint64_t first = head->iova >> IR_PAGE_SHIFT, number = s->head;
	struct ir_live *l;

	if (c->nested != 1 || q->step != MAP_SYNC || s->map_state != MAP_SYNC || ev->ret ||
	    q->head != number || &c->slot[q->slot] != s || !in_window(a, number) || head->pieces != 1 ||
	    head->flags & ~IR_OPF_IRQ || head->device || !a->nr_mapped || !a->mapped[0])
		return FAST_NOT;
	l = live_of(a, head->live);
	if (l->ended || l->device || !ir_bitmap_claim(a->mapped[0], first, first + l->pages - 1))
		return FAST_NOT;
	count_event(c, s);
	a->rpcits.has_results = true;
	head->rpcit_ns = ev->time_ns - q->time_ns;
	head->held = false;
	if (c->events == q->events + 1)
		ir_latency_add(&a->latency, q->pages, head->rpcit_ns);
	if (a->nr_seen)
		a->seen[0].attached = true;
	c->nested = 0;
	s->head = NONE;
	s->map_state = MAP_NONE;
	if (a->first != number || a->emit != NONE)
		return FAST_TAKEN;
	fast_emit_map(a, head, l, op);
	return FAST_OP;
}

/* ir_asm_unmap(), and the operation that it becomes: it needs no record. */
static inline enum fast fast_unmap(struct ir_assembler *a, struct cpu *c, struct slot *s,
				   const struct ir_event *ev, struct ir_op *op)
{
	uint32_t i;
	struct ir_live *l;

	if (unlikely(a->first != a->end || s->map_state != MAP_NONE || s->unmap_device || !is_plain(ev)))
		return FAST_NOT;
	i = ir_live_find(&a->live, ev->addr);
	if (unlikely(i == IR_LIVE_NONE || ir_live_find_next(&a->live, i) != IR_LIVE_NONE))
		return FAST_NOT;
	l = live_of(a, i);
	if (unlikely(!l->emitted || l->pages << IR_PAGE_SHIFT != ev->size || l->device ||
		     a->nr_free == a->room_free))
		return FAST_NOT;
	count_event(c, s);
	s->just_unmapped = true;
	s->announced = false;
	s->unmap_state = UNMAP_DONE;
	s->unmap = NONE;
	s->unmap_iova = ev->addr;
	s->unmap_size = ev->size;
	s->unmap_ns = ev->time_ns;
	s->unmapped = 0;
	ir_rpcits_note_mapping(&a->rpcits, ev->addr, ev->size);
	ir_domains_unmap(&a->domains, 0, ev->time_ns);
	ir_asm_mark_free(a, l);
	a->totals.unmap++;
	a->totals.unmap_pages += l->pages;
	a->free_numbers[a->nr_free++] = l->number;
	*op = (struct ir_op){
		.time_ns = ev->time_ns, .iova = ev->addr, .paddr = ev->paddr,
		.pages = (uint32_t)l->pages, .mapping = l->number, .cpu = (uint16_t)ev->cpu,
		.kind = IR_OP_UNMAP, .flags = ev->flags & IR_EVF_IRQ ? IR_OPF_IRQ : 0,
	};
	ir_live_free(&a->live, i);
	return FAST_OP;
}

/* Three events are a map, its RPCIT and the result 0, of one CPU in one context. */
static inline bool is_whole_map(const struct ir_assembler *a, const struct ir_event *ev)
{
	const struct ir_event *rpcit = ev + 1, *ret = ev + 2;

	return rpcit->kind == IR_EV_RPCIT && ret->kind == IR_EV_RPCIT_RET &&
		rpcit->cpu == ev->cpu && ret->cpu == ev->cpu &&
		!(((rpcit->flags ^ ev->flags) | (ret->flags ^ ev->flags)) & IR_EVF_IRQ) &&
		rpcit->addr == ev->addr && rpcit->size == ev->size && !ret->ret &&
		is_known_function(a, rpcit->aux);
}

/* fast_map(), fast_rpcit() and fast_rpcit_ret() at once. */
static inline bool fast_whole_map(struct ir_assembler *a, struct cpu *c, struct slot *s,
				  const struct ir_event *ev, struct ir_op *op)
{
	uint64_t pages = ev->size >> IR_PAGE_SHIFT, first = ev->addr >> IR_PAGE_SHIFT, took;
	struct ir_live *l;
	uint32_t live;

	if (unlikely(a->first != a->end || s->map_state != MAP_NONE || s->begun != NONE || !s->open ||
		     c->nested || !a->nr_mapped || !a->mapped[0] || !is_plain(ev) ||
		     !is_whole_map(a, ev) || a->live.count == a->live.used || a->live.first_of ||
		     !ir_bitmap_claim(a->mapped[0], first, first + pages - 1)))
		return false;
	live = add_live(&a->live, ev->addr, pages, a->end);
	l = live_of(a, live);
	a->first = ++a->end;
	c->events += 3;
	s->just_unmapped = s->announced = false;
	s->zdev = 0;
	s->pid = ev->pid;
	ir_rpcits_note_mapping(&a->rpcits, ev->addr, ev->size);
	a->rpcits.total++;
	a->rpcits.has_results = true;
	took = ev[2].time_ns - ev[1].time_ns;
	ir_latency_add(&a->latency, pages, took);
	if (a->nr_seen)
		a->seen[0].attached = true;
	count_map(a, l);
	*op = (struct ir_op){
		.time_ns = ev->time_ns, .iova = ev->addr, .paddr = ev->paddr,
		.pages = (uint32_t)pages, .seg_pages = (uint32_t)pages, .segments = 1,
		.mapping = l->number, .sync_ns = ir_asm_duration(ev[1].time_ns - ev->time_ns),
		.rpcit_ns = ir_asm_duration(took), .site = ev->site, .cpu = (uint16_t)ev->cpu,
		.kind = IR_OP_MAP, .flags = ev->flags & IR_EVF_IRQ ? IR_OPF_IRQ : 0,
	};
	return true;
}

/* One event, of those that are taken one by one. */
static enum fast fast_event(struct ir_assembler *a, struct cpu *c, struct slot *s,
			    const struct ir_event *ev, struct ir_op *op)
{
	switch (ev->kind) {
	case IR_EV_MAP:
		return fast_map(a, c, s, ev);
	case IR_EV_RPCIT:
		return fast_rpcit(a, c, s, ev);
	case IR_EV_RPCIT_RET:
		return fast_rpcit_ret(a, c, s, ev, op);
	default:
		return FAST_NOT;
	}
}

int ir_asm_fast(struct ir_assembler *a, const struct ir_event **at, const struct ir_event *end,
		struct ir_op *ops, int max)
{
	const struct ir_event *ev = *at, *next;
	int n = 0;

	for (; ev < end && n < max; ev = next) {
		enum fast fast;
		struct cpu *c;
		struct slot *s;

		if (unlikely(!(a->fast_kinds >> ev->kind & 1) || ev->cpu >= a->nr_cpus))
			break;
		c = &a->cpus[ev->cpu];
		s = &c->slot[ev->flags & IR_EVF_IRQ];
		if (unlikely(s->unmap_state > UNMAP_DONE))
			break;
		next = ev + 1;
		if (ev->kind == IR_EV_UNMAP) {
			fast = fast_unmap(a, c, s, ev, &ops[n]);
		} else if (ev->kind == IR_EV_MAP && end - ev >= 3 && fast_whole_map(a, c, s, ev, &ops[n])) {
			fast = FAST_OP;
			next = ev + 3;
		} else {
			fast = fast_event(a, c, s, ev, &ops[n]);
		}
		if (unlikely(fast == FAST_NOT))
			break;
		ir_asm_check(a, ev, next);
		if (fast == FAST_OP)
			ir_asm_compare(a, &ops[n++]);
	}
	*at = ev;
	return n;
}
