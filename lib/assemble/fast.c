// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The common case, in a quarter of the general path's instructions (80 an event instead of 350):
 *
 *   iommu:map of one piece, RPCIT over it, its result 0, dma_map_*       on one CPU in one context
 *   dma_unmap_sg, iommu:unmap of a whole mapping, dma_unmap_*            with nothing else under way
 *
 * A recording may have no RPCITs, or no dma:* events, but not neither.  Each function below does what
 * the general one named above it does then, or returns FAST_NOT and has changed nothing that this would
 * not; the general path takes the event in that case.  Builds with -DIR_DEBUG run a second assembler
 * without this file and compare all operations (ir_asm_compare()).
 *
 * If the events of a map follow each other and the window is empty, all are taken at once
 * (fast_whole_map()): no record is made.
 *
 * Preconditions, for the recording (ir_asm_fast_kinds()):
 *  - no filter, no call chains, no names for functions; RPCITs are no operations;
 *  - RPCITs have results; several devices have dma:* events;
 *  - nothing comes from the former DMA API, and no event is of freed memory.
 *
 * For each event:
 *  - no unmap of its slot waits for a name or is suspected to end a failed map;
 *  - a map finds its slot in MAP_NONE; its RPCIT is the first event behind it in that slot that
 *    MAP_PIECES has an arrow for, and is issued while no other RPCIT of the CPU is under way;
 *  - the mapping overlaps no other one, and the bitmap of mapped pages has it in the word used last;
 *  - an unmapped mapping is the only one at its IOVA, and has left the window, which is empty.
 */
#include "assemble/priv.h"
#include "base/likely.h"

#define KIND(kind) (UINT64_C(1) << IR_EV_##kind)

uint64_t ir_asm_fast_kinds(const struct ir_assembler_config *cfg)
{
	const uint64_t names = KIND(DMA_MAP) | KIND(DMA_MAP_SG) | KIND(DMA_UNMAP) | KIND(DMA_UNMAP_SG),
		rpcits = KIND(RPCIT) | KIND(RPCIT_RET), seen = cfg->seen_kinds;
	uint64_t kinds = KIND(MAP) | KIND(UNMAP);

	if (cfg->filter || cfg->sites || cfg->rpcits || cfg->name_function ||
	    seen & (KIND(S390_UPDATE_TRANS) | KIND(S390_MAP_PAGE) | KIND(S390_UNMAP_PAGE) | KIND(PAGE_FREE)))
		return 0;
	if (seen & KIND(RPCIT_RET))
		kinds |= rpcits;
	if (seen & KIND(DMA_MAP))
		kinds |= names;
	else if (seen & names || cfg->several || !(seen & KIND(RPCIT_RET)))
		return 0;
	/* The name of an unmap may tell another device than the mapping that is known there. */
	return cfg->several && cfg->unknown ? kinds & ~KIND(UNMAP) : kinds;
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
	s->recent = 0;
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

/* The device of a function, as the general path would find it; false: it does more than that. */
static inline bool known_function(struct ir_assembler *a, uint64_t fn, uint16_t *device)
{
	const struct ir_owner *w;

	if (a->nr_functions < 2 && (!a->nr_functions || a->first_fn != fn))
		return false;
	w = ir_owner_find(&a->owners, IR_OWNER_FUNCTION, fn);
	if (!w || (w->device ? a->live.first_of != NULL : a->cfg.several))
		return false;
	*device = w->device;
	return true;
}

/* ir_asm_rpcit() */
static inline enum fast fast_rpcit(struct ir_assembler *a, struct cpu *c, struct slot *s,
				   const struct ir_event *ev)
{
	struct rec *head = rec(a, s->head);
	uint16_t device;

	if (s->map_state != MAP_PIECES || c->nested || !in_window(a, s->head) || s->zdev ||
	    head->device || head->pieces != 1 || head->iova != ev->addr ||
	    head->pages << IR_PAGE_SHIFT != ev->size || live_of(a, head->live)->pages != head->pages ||
	    live_of(a, head->live)->ended || !known_function(a, ev->aux, &device))
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
	head->device = live_of(a, head->live)->device = device;
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
	uint64_t sync = r->sync_time_ns ? r->sync_time_ns : r->last_time_ns;

	a->first++;
	count_map(a, l);
	*op = (struct ir_op){
		.time_ns = r->time_ns, .iova = r->iova, .paddr = r->paddr,
		.pages = (uint32_t)l->pages, .seg_pages = (uint32_t)r->pages, .segments = 1,
		.mapping = l->number, .sync_ns = ir_asm_duration(sync - r->time_ns),
		.rpcit_ns = ir_asm_duration(r->rpcit_ns), .retry_ns = ir_asm_duration(r->retry_ns),
		.site = r->site, .cpu = r->cpu, .device = r->device, .kind = IR_OP_MAP, .flags = r->flags,
	};
}

/* The pages of a device's mapping are taken, as ir_asm_note_overlap() does where none overlaps. */
static inline bool claim_pages(struct ir_assembler *a, uint16_t device, uint64_t iova, uint64_t pages)
{
	uint64_t first = iova >> IR_PAGE_SHIFT;
	uint16_t domain = ir_asm_domain(a, device);

	if (device >= a->nr_mapped || !a->mapped[device] ||
	    !ir_bitmap_claim(a->mapped[device], first, first + pages - 1))
		return false;
	if (domain < a->nr_seen)
		a->seen[domain].attached = true;
	return true;
}

/* ir_asm_release(), of a mapping whose pages were claimed. */
static inline enum fast fast_release(struct ir_assembler *a, struct slot *s, struct rec *head,
				     struct ir_op *op)
{
	uint64_t number = s->head;

	head->held = false;
	s->head = NONE;
	s->map_state = MAP_NONE;
	if (a->first != number || a->emit != NONE)
		return FAST_TAKEN;
	fast_emit_map(a, head, live_of(a, head->live), op);
	return FAST_OP;
}

/* ir_asm_rpcit_ret(): the mapping is complete, but for its name if it has one. */
static inline enum fast fast_rpcit_ret(struct ir_assembler *a, struct cpu *c, struct slot *s, bool named,
				       const struct ir_event *ev, struct ir_op *op)
{
	const struct rpcit *q = &c->rpcit[0];
	struct rec *head = rec(a, s->head);

	if (c->nested != 1 || q->step != MAP_SYNC || s->map_state != MAP_SYNC || ev->ret ||
	    q->head != s->head || &c->slot[q->slot] != s || !in_window(a, s->head) || head->pieces != 1 ||
	    head->flags & ~IR_OPF_IRQ || live_of(a, head->live)->ended ||
	    (!named && !claim_pages(a, head->device, head->iova, live_of(a, head->live)->pages)))
		return FAST_NOT;
	count_event(c, s);
	a->rpcits.has_results = true;
	head->rpcit_ns = ev->time_ns - q->time_ns;
	if (c->events == q->events + 1)
		ir_latency_add(&a->latency, q->pages, head->rpcit_ns);
	c->nested = 0;
	if (!named)
		return fast_release(a, s, head, op);
	s->map_state = MAP_SYNCED;
	return FAST_TAKEN;
}

/* The event that names the mapping at @iova. */
static inline bool names_mapping(const struct ir_event *ev, uint64_t iova)
{
	return ev->device && ev->addr != UINT64_MAX && (ev->addr & ~(IR_PAGE_SIZE - 1)) == iova;
}

/* dma_map_event() */
static inline enum fast fast_dma_map(struct ir_assembler *a, struct cpu *c, struct slot *s,
				     const struct ir_event *ev, struct ir_op *op)
{
	struct rec *head = rec(a, s->head);
	struct ir_live *l;

	if ((s->map_state != MAP_PIECES && s->map_state != MAP_SYNCED) || !in_window(a, s->head) ||
	    !names_mapping(ev, head->iova) || head->pieces != 1 || head->named || a->live.first_of ||
	    (ev->site && !head->site))
		return FAST_NOT;
	l = live_of(a, head->live);
	if (l->ended || !claim_pages(a, ev->device, l->iova, l->pages))
		return FAST_NOT;
	count_event(c, s);
	a->maps_phys |= ir_event_function(ev->flags) == IR_DMA_PHYS;
	head->device = l->device = ev->device;
	if (head->fn)
		ir_owner_set_device(&a->owners, has_events(a, IR_EV_RPCIT) ? IR_OWNER_FUNCTION : IR_OWNER_DOMAIN,
				    head->fn, ev->device);
	head->called = true;
	head->certain |= ev->size && ir_asm_pages(ev->addr, ev->size) == l->pages;
	if (ev->ret == IR_DMA_TO_DEVICE)
		head->flags |= IR_OPF_READ_ONLY;
	return fast_release(a, s, head, op);
}

/* dma_unmap_event() */
static inline enum fast fast_dma_unmap(struct cpu *c, struct slot *s, const struct ir_event *ev)
{
	uint64_t iova = ev->addr & ~(IR_PAGE_SIZE - 1);

	count_event(c, s);
	if (ev->kind == IR_EV_DMA_UNMAP_SG) {
		s->unmap_device = ev->device;
	} else if (!s->unmap_named && s->unmap_state == UNMAP_DONE &&
		   (s->unmap_iova & ~(IR_PAGE_SIZE - 1)) == iova) {
		s->unmap_named = true;
	} else {
		s->freed_device = ev->device;
		s->freed_iova = iova;
	}
	return FAST_TAKEN;
}

/* ir_asm_unmap(), and the operation that it becomes: it needs no record. */
__attribute__((always_inline))
static inline enum fast fast_unmap(struct ir_assembler *a, struct cpu *c, struct slot *s,
				   const struct ir_event *ev, struct ir_op *op)
{
	uint32_t i;
	struct ir_live *l;

	if (unlikely(a->first != a->end || s->map_state != MAP_NONE || s->freed_device || !is_plain(ev)))
		return FAST_NOT;
	i = ir_live_find(&a->live, ev->addr);
	if (unlikely(i == IR_LIVE_NONE || ir_live_find_next(&a->live, i) != IR_LIVE_NONE))
		return FAST_NOT;
	l = live_of(a, i);
	if (unlikely(!l->emitted || l->pages << IR_PAGE_SHIFT != ev->size ||
		     (s->unmap_device && s->unmap_device != l->device) || a->nr_free == a->room_free))
		return FAST_NOT;
	count_event(c, s);
	s->events = c->events;
	s->recent = RECENT_UNMAP;
	s->announced = s->unmap_named = false;
	s->unmap_state = UNMAP_DONE;
	s->unmap = NONE;
	s->unmap_iova = ev->addr;
	s->unmap_size = ev->size;
	s->unmap_ns = ev->time_ns;
	s->unmapped = l->device;
	s->unmap_device = 0;
	ir_rpcits_note_mapping(&a->rpcits, ev->addr, ev->size);
	ir_domains_unmap(&a->domains, ir_asm_domain(a, l->device), ev->time_ns);
	ir_asm_mark_free(a, l);
	a->totals.unmap++;
	a->totals.unmap_pages += l->pages;
	a->free_numbers[a->nr_free++] = l->number;
	*op = (struct ir_op){
		.time_ns = ev->time_ns, .iova = ev->addr, .paddr = ev->paddr,
		.pages = (uint32_t)l->pages, .mapping = l->number, .cpu = (uint16_t)ev->cpu,
		.device = l->device, .kind = IR_OP_UNMAP, .flags = ev->flags & IR_EVF_IRQ ? IR_OPF_IRQ : 0,
	};
	ir_live_free(&a->live, i);
	return FAST_OP;
}

static inline bool same_slot(const struct ir_event *a, const struct ir_event *b)
{
	return a->cpu == b->cpu && !((a->flags ^ b->flags) & IR_EVF_IRQ);
}

/* Whether an RPCIT with the result 0 is of map @ev, and of a function that is known: @device. */
static inline bool is_own_rpcit(struct ir_assembler *a, const struct ir_event *ev, const struct ir_event *rpcit,
				uint16_t *device)
{
	const struct ir_event *ret = rpcit + 1;

	return ret->kind == IR_EV_RPCIT_RET && same_slot(ev, rpcit) && same_slot(ev, ret) &&
		rpcit->addr == ev->addr && rpcit->size == ev->size && !ret->ret &&
		known_function(a, rpcit->aux, device);
}

static inline bool is_own_name(const struct ir_event *ev, const struct ir_event *name)
{
	return (name->kind == IR_EV_DMA_MAP || name->kind == IR_EV_DMA_MAP_SG) && same_slot(ev, name) &&
		names_mapping(name, ev->addr) && (ev->site || !name->site);
}

/*
 * fast_map(), fast_rpcit(), fast_rpcit_ret() and fast_dma_map() at once.  Returns the event behind them;
 * NULL: they do not follow each other, or there is more to do.
 */
__attribute__((always_inline))
static inline const struct ir_event *fast_whole_map(struct ir_assembler *a, struct cpu *c, struct slot *s,
						    bool rpcits, bool named, const struct ir_event *ev,
						    const struct ir_event *end, struct ir_op *op)
{
	const struct ir_event *at = ev + 1, *rpcit = NULL, *name = NULL;
	uint64_t pages = ev->size >> IR_PAGE_SHIFT, took = 0;
	uint16_t device = 0;
	struct ir_live *l;
	uint32_t live;

	if (rpcits && end - at >= 2 && at->kind == IR_EV_RPCIT) {
		rpcit = at;
		at += 2;
	}
	if (named ? at == end || !is_own_name(ev, at) : !rpcit)
		return NULL;
	if (named)
		name = at++;
	if (unlikely(a->first != a->end || s->map_state != MAP_NONE || s->begun != NONE || !s->open ||
		     c->nested || !is_plain(ev) || a->live.count == a->live.used || a->live.first_of ||
		     (rpcit && !is_own_rpcit(a, ev, rpcit, &device))))
		return NULL;
	if (name)
		device = name->device;
	if (unlikely(!claim_pages(a, device, ev->addr, pages)))
		return NULL;
	live = add_live(&a->live, ev->addr, pages, a->end);
	l = live_of(a, live);
	l->device = device;
	a->first = ++a->end;
	c->events += (uint64_t)(at - ev);
	s->recent = 0;
	s->announced = false;
	s->zdev = 0;
	s->pid = ev->pid;
	ir_rpcits_note_mapping(&a->rpcits, ev->addr, ev->size);
	if (rpcit) {
		a->rpcits.total++;
		a->rpcits.has_results = true;
		took = rpcit[1].time_ns - rpcit->time_ns;
		ir_latency_add(&a->latency, pages, took);
	}
	if (rpcit && name && rpcit->aux)
		ir_owner_set_device(&a->owners, IR_OWNER_FUNCTION, rpcit->aux, device);
	if (name)
		a->maps_phys |= ir_event_function(name->flags) == IR_DMA_PHYS;
	count_map(a, l);
	*op = (struct ir_op){
		.time_ns = ev->time_ns, .iova = ev->addr, .paddr = ev->paddr,
		.pages = (uint32_t)pages, .seg_pages = (uint32_t)pages, .segments = 1, .mapping = l->number,
		.sync_ns = rpcit ? ir_asm_duration(rpcit->time_ns - ev->time_ns) : 0,
		.rpcit_ns = ir_asm_duration(took), .site = ev->site, .cpu = (uint16_t)ev->cpu,
		.device = device, .kind = IR_OP_MAP, .flags = ev->flags & IR_EVF_IRQ ? IR_OPF_IRQ : 0,
	};
	if (name && name->ret == IR_DMA_TO_DEVICE)
		op->flags |= IR_OPF_READ_ONLY;
	return at;
}

/* One event, of those that are taken one by one. */
static inline enum fast fast_event(struct ir_assembler *a, struct cpu *c, struct slot *s, bool named,
				   const struct ir_event *ev, struct ir_op *op)
{
	switch (ev->kind) {
	case IR_EV_MAP:
		return fast_map(a, c, s, ev);
	case IR_EV_RPCIT:
		return fast_rpcit(a, c, s, ev);
	case IR_EV_RPCIT_RET:
		return fast_rpcit_ret(a, c, s, named, ev, op);
	case IR_EV_DMA_MAP:
	case IR_EV_DMA_MAP_SG:
		return fast_dma_map(a, c, s, ev, op);
	case IR_EV_DMA_UNMAP:
	case IR_EV_DMA_UNMAP_SG:
		return fast_dma_unmap(c, s, ev);
	default:
		return FAST_NOT;
	}
}

/* ir_asm_fast(), of a recording with or without RPCITs and dma:* events: there is one of each. */
__attribute__((always_inline))
static inline int fast_events(struct ir_assembler *a, bool rpcits, bool named, const struct ir_event **at,
			      const struct ir_event *end, struct ir_op *ops, int max)
{
	const struct ir_event *ev = *at, *next, *whole;
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
		} else if (ev->kind == IR_EV_MAP &&
			   (whole = fast_whole_map(a, c, s, rpcits, named, ev, end, &ops[n]))) {
			fast = FAST_OP;
			next = whole;
		} else {
			fast = fast_event(a, c, s, named, ev, &ops[n]);
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

int ir_asm_fast(struct ir_assembler *a, const struct ir_event **at, const struct ir_event *end,
		struct ir_op *ops, int max)
{
	if (!(a->fast_kinds & KIND(DMA_MAP)))
		return fast_events(a, true, false, at, end, ops, max);
	if (a->fast_kinds & KIND(RPCIT))
		return fast_events(a, true, true, at, end, ops, max);
	return fast_events(a, false, true, at, end, ops, max);
}
