// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Flushes of IOMMUs other than s390's: finds the mapping or the unmap that each is for, and
 * takes what is for neither for a flush of the queue, by its timer or because it was full.
 *
 * One flush may be recorded several times: by a probe on the driver's callback, by a tracepoint
 * of the driver, and as the command itself.  The last of these that the recording has counts.
 */
#include "assemble/priv.h"
#include "iommu/cover.h"

/*
 * The unmap that finds a queue full flushes it.  Without events of the timer, a flush that
 * comes later than this after an unmap is attributed to the timer.
 */
#define FULL_NS	UINT64_C(200000)

/* The recording has an event nearer to the command for the same flush. */
static bool has_nearer_event(const struct ir_assembler *a, enum ir_event_kind kind)
{
	switch (kind) {
	case IR_EV_FQ_FLUSH:
		return has_events(a, IR_EV_FLUSH_ALL) || has_events(a, IR_EV_TAG_ALL) ||
			has_events(a, IR_EV_COMMAND_ALL);
	case IR_EV_FLUSH_ALL:
		return has_events(a, IR_EV_TAG_ALL) || has_events(a, IR_EV_COMMAND_ALL);
	case IR_EV_TAG_ALL:
		return has_events(a, IR_EV_COMMAND_ALL);
	case IR_EV_TLB_SYNC:
		return has_events(a, IR_EV_TAG_RANGE) || has_events(a, IR_EV_COMMAND);
	case IR_EV_TAG_RANGE:
	case IR_EV_MAP_FLUSH:
	case IR_EV_MAP_PIECE:
		return has_events(a, IR_EV_COMMAND);
	default:
		return false;
	}
}

/* The event is a flush of this range; a command may be for an aligned block around it. */
static bool event_covers_range(const struct ir_event *ev, uint64_t addr, uint64_t size)
{
	uint64_t first = addr >> IR_PAGE_SHIFT, last = (addr + size - 1) >> IR_PAGE_SHIFT;
	struct ir_cover block;

	if (!size || (ev->addr == addr && ev->size == size))
		return size != 0;
	if (ev->kind != IR_EV_COMMAND)
		return false;
	block = ir_cover_block(first, last);
	return block.first << IR_PAGE_SHIFT == ev->addr &&
		(block.last - block.first + 1) << IR_PAGE_SHIFT == ev->size;
}

static bool flushes_mapping(struct ir_assembler *a, const struct slot *s, const struct ir_event *ev)
{
	const struct rec *head = rec(a, s->head);

	return event_covers_range(ev, head->iova, live_of(a, head->live)->pages << IR_PAGE_SHIFT);
}

static uint16_t device_of_domain(struct ir_assembler *a, uint64_t domain)
{
	struct ir_owner *w = ir_owner_find(&a->owners, IR_OWNER_DOMAIN, domain);

	if (!w)
		return 0;
	w->maps = true;
	if (!w->device && a->cfg.name_function)
		w->device = a->cfg.name_function(a->cfg.name_arg, IR_OWNER_DOMAIN, domain);
	return w->device;
}

/* The sync of the mapping under way, in *@own with its range; false: it is for something else. */
static bool match_map_flush(struct ir_assembler *a, struct slot *s, const struct ir_event *ev,
			    struct ir_event *own)
{
	const struct rec *tail;
	struct rec *head;

	if (s->map_state == MAP_NONE || !in_window(a, s->head))
		return false;
	if (!flushes_mapping(a, s, ev)) {
		tail = rec(a, s->tail);
		/* The sync of an earlier one may have been missed by the probe. */
		if (rec(a, s->head)->pieces > 1 &&
		    tail->iova + (tail->pages << IR_PAGE_SHIFT) == ev->addr + ev->size)
			ir_asm_split(a, s, ev->addr);
		if (!flushes_mapping(a, s, ev))
			return false;
	}
	head = rec(a, s->head);
	if (own->kind == IR_EV_COMMAND && s->map_state == MAP_SYNCED)
		return false;	/* the same range again: an unmap's */
	head->certain = true;
	if (ev->kind != IR_EV_COMMAND && ev->aux) {
		head->fn = ev->aux;
		ir_asm_name_device(a, head, device_of_domain(a, ev->aux));
	}
	if (ev->kind == IR_EV_COMMAND || !head->sync_time_ns)
		head->sync_time_ns = ev->time_ns;
	if (s->map_state != MAP_SYNCED)
		s->map_state = ev->kind == IR_EV_COMMAND ? MAP_SYNCED : MAP_SYNC;
	own->addr = head->iova;
	own->size = live_of(a, head->live)->pages << IR_PAGE_SHIFT;
	own->device = head->device;
	return true;
}

/* The first piece of the flush of the mapping under way; the others are for nothing else. */
static bool match_first_piece(struct ir_assembler *a, struct slot *s, struct ir_event *own)
{
	struct rec *head;

	if (s->map_state == MAP_NONE || s->map_state == MAP_SYNCED || !in_window(a, s->head))
		return false;
	head = rec(a, s->head);
	if (head->iova != own->addr)
		return false;
	head->certain = true;	/* no segment comes after the first flush */
	s->map_state = MAP_SYNCED;
	own->size = live_of(a, head->live)->pages << IR_PAGE_SHIFT;
	own->device = head->device;
	return true;
}

/* Whether this is the flush of the last unmap; *@own becomes that unmap's range. */
static bool match_last_unmap(struct ir_assembler *a, struct slot *s, struct ir_event *own)
{
	/* virtio-iommu gathers nothing, and struct iommu_iotlb_gather begins at ~0 then. */
	bool empty = own->kind == IR_EV_TLB_SYNC && own->addr == UINT64_MAX;

	if (!s->unmap_size || (!empty && !event_covers_range(own, s->unmap_iova, s->unmap_size)))
		return false;
	own->addr = s->unmap_iova;
	own->size = s->unmap_size;
	own->device = s->unmapped;
	return ir_asm_match_unmap_flush(a, s, own, 0, true);
}

void ir_asm_forget_timer(struct ir_assembler *a, struct cpu *c)
{
	if (in_window(a, c->timer_record) && rec(a, c->timer_record)->kind == REC_TIMER)
		rec(a, c->timer_record)->held = false;
	c->timer_record = NONE;
}

void ir_asm_timer_fired(struct ir_assembler *a, struct cpu *c, const struct ir_event *ev)
{
	ir_asm_forget_timer(a, c);
	c->timer_record = ir_asm_record_timer(a, ev, 0);
	rec(a, c->timer_record)->held = has_events(a, IR_EV_COMMAND_ALL) || has_events(a, IR_EV_TAG_ALL) ||
		has_events(a, IR_EV_FLUSH_ALL);
	c->timed_out = true;
	c->timer = ev->aux;
}

/* The flush of the timer, of this domain: the CPU may have been held up in between. */
static void end_timer_flush(struct ir_assembler *a, struct cpu *c, const struct ir_event *ev,
			    const struct ir_owner *domain)
{
	if (in_window(a, c->timer_record) && rec(a, c->timer_record)->kind == REC_TIMER) {
		rec(a, c->timer_record)->sync_time_ns = ev->time_ns;
		if (domain && !domain->from_timer)
			rec(a, c->timer_record)->device = domain->device;
	}
	ir_asm_forget_timer(a, c);
}

/* An interrupt in a probe's handler: no probe was hit in it, but this tracepoint. */
static bool all_were_missed(const struct ir_assembler *a, const struct slot *s, const struct ir_event *ev)
{
	return !(ev->flags & IR_EVF_PROBE) && !(s->recent & (RECENT_QUEUE | RECENT_DRIVER)) &&
		(has_events(a, IR_EV_FQ_FLUSH) || has_events(a, IR_EV_FLUSH_ALL));
}

/* Whether the queue's timer issued this flush of everything. */
static bool is_timer_flush(struct ir_assembler *a, struct cpu *c, const struct slot *s,
			   const struct ir_event *ev, uint16_t device)
{
	bool probed = has_events(a, IR_EV_FQ_TIMEOUT);

	if (c->timed_out)
		return true;
	if (s->recent & RECENT_UNMAP && (probed || ev->time_ns - s->unmap_ns < FULL_NS) &&
	    !(all_were_missed(a, s, ev) && !ir_domains_queue_fills(&a->domains)))
		return false;
	if (!probed && ev->kind != IR_EV_COMMAND_ALL && ev->kind != IR_EV_TAG_ALL)
		return false;
	ir_asm_record_timer(a, ev, device);	/* its event was missed, or is not recorded */
	return true;
}

static void record_flush(struct ir_assembler *a, const struct ir_event *ev, uint16_t device)
{
	bool whole = ir_asm_is_whole(ev);
	uint64_t number = ir_asm_record(a, ev, REC_RPCIT);

	rec(a, number)->device = device;
	rec(a, number)->flags |= whole ? IR_OPF_GLOBAL | IR_OPF_QUEUE : 0;
	rec(a, number)->pages = whole ? 0 : ir_asm_pages(ev->addr, ev->size);
	if (whole)
		rec(a, number)->iova = 0;
}

/* By the domain's address, or that of its queue's timer; NULL if both are unknown: then it is no domain. */
static struct ir_owner *owner_of_flush(struct ir_assembler *a, uint64_t key)
{
	return key ? ir_owner_find(&a->owners, IR_OWNER_DOMAIN, key) : NULL;
}

/*
 * Something else than a queue called the driver, or a function in it: a device gets another domain.
 * An interrupt in a probe's handler lets the probes of all these calls be missed, not those of the
 * first ones alone.  But the compiler may have put a queue's call into the unmap.
 */
static bool is_of_no_queue(const struct ir_assembler *a, const struct cpu *c, const struct slot *s,
			   const struct ir_event *ev)
{
	bool probe = ev->flags & IR_EVF_PROBE && ev->kind != IR_EV_FQ_FLUSH;

	if (c->timed_out || (s->recent & RECENT_UNMAP && ev->time_ns - s->unmap_ns < FULL_NS))
		return false;
	return (has_events(a, IR_EV_FQ_FLUSH) && !(s->recent & RECENT_QUEUE) && (s->recent & RECENT_DRIVER || probe)) ||
		(has_events(a, IR_EV_FLUSH_ALL) && !(s->recent & RECENT_DRIVER) && probe);
}

/* The device left its domain, and has mapped nothing in another one so far. */
static bool is_detached(struct ir_assembler *a, uint16_t device)
{
	uint16_t index = ir_asm_domain(a, device);

	return device && index < a->nr_seen && a->seen[index].detached && !a->seen[index].attached;
}

static void flush_all_event(struct ir_assembler *a, struct cpu *c, struct slot *s,
			    const struct ir_event *ev)
{
	struct ir_owner *w;
	uint16_t device;
	bool counted;

	if (s->recent & RECENT_ENTRY) {		/* domain_context_clear_one() and its like, drivers/iommu/intel */
		s->recent &= (uint8_t)~RECENT_ENTRY;
		return;
	}
	if (is_of_no_queue(a, c, s, ev))
		return;
	if (!c->timed_out && s->recent & RECENT_UNMAP && ev->aux)
		ir_owner_set_device(&a->owners, IR_OWNER_DOMAIN, ev->aux, s->unmapped);
	w = s->recent & RECENT_DRIVER && s->flushed_domain ? owner_of_flush(a, s->flushed_domain) : NULL;
	s->flushed_domain = 0;
	if (w && w->device && ev->aux && !w->from_timer)	/* for a command whose call is missed */
		ir_owner_set_device(&a->owners, IR_OWNER_DOMAIN, ev->aux, w->device);
	if (!w || !w->device)
		w = owner_of_flush(a, ev->aux || !c->timed_out ? ev->aux : c->timer);
	if (w && c->timed_out)
		w->timer = c->timer;
	device = w ? w->device : 0;
	if (c->timed_out) {
		end_timer_flush(a, c, ev, w);
		ir_domains_time_out(&a->domains, ir_asm_domain(a, device));
	} else if (is_detached(a, device)) {	/* of the device's entry in the IOMMU, not of a queue */
		return;
	}
	counted = ir_asm_flush_selected(a, device);
	ir_asm_queue_flushed(a, device);
	if (is_timer_flush(a, c, s, ev, device))
		a->flushes.queue_timeout += counted;
	else
		a->flushes.queue_full += counted;
	c->timed_out = false;
	if (a->cfg.rpcits)
		record_flush(a, ev, device);
}

void ir_asm_flush(struct ir_assembler *a, struct cpu *c, struct slot *s,
		  const struct ir_event *ev)
{
	struct ir_event own = *ev;
	bool mapped = false, counted;
	struct ir_owner *w;

	if (ev->kind == IR_EV_COMMAND && !ev->size) {
		s->recent |= ev->ret ? RECENT_ENTRY : 0;
		return;
	}
	if (ev->kind == IR_EV_SYNC_MAP || ev->kind == IR_EV_MAP_FLUSH || ev->kind == IR_EV_COMMAND)
		mapped = match_map_flush(a, s, ev, &own);
	if (ev->kind == IR_EV_MAP_PIECE)
		mapped = match_first_piece(a, s, &own);
	if (ev->kind == IR_EV_FQ_FLUSH) {
		s->recent |= RECENT_QUEUE;
		s->recent &= (uint8_t)~RECENT_DRIVER;
	}
	if (ev->kind == IR_EV_FLUSH_ALL) {
		if (s->recent & RECENT_DRIVER)	/* a second call, which no queue made */
			s->recent &= (uint8_t)~RECENT_QUEUE;
		s->recent |= RECENT_DRIVER;
		s->flushed_domain = has_nearer_event(a, IR_EV_FLUSH_ALL) ? ev->aux : 0;
	}
	if (ev->kind == IR_EV_SYNC_MAP || has_nearer_event(a, ev->kind) ||
	    (ev->kind == IR_EV_MAP_PIECE && !mapped))
		return;
	a->flushes.present = true;
	a->probed |= (ev->flags & IR_EVF_PROBE) != 0;
	if (ir_asm_is_whole(ev)) {
		flush_all_event(a, c, s, ev);
		return;
	}
	if (!mapped)
		match_last_unmap(a, s, &own);
	w = owner_of_flush(a, ev->aux);
	if (!own.device && w)
		own.device = w->device;
	counted = ir_asm_flush_selected(a, own.device);
	if (mapped || ev->kind == IR_EV_MAP_FLUSH)
		a->flushes.map += counted;
	else
		a->flushes.range += counted;
	if (a->cfg.rpcits)
		record_flush(a, &own, own.device);
}

/*
 * The number missing of @all, if nearly all are there: a kprobe misses up to 3 % of its hits,
 * when an interrupt comes within another probe's handler.  Tracepoints miss none.
 */
static uint64_t count_missed(uint64_t all, uint64_t seen)
{
	return seen < all && (all - seen) * 100 <= all * 3 ? all - seen : 0;
}

void ir_asm_flushes(const struct ir_assembler *a, struct ir_recorded_flushes *flushes)
{
	*flushes = a->flushes;
	if (a->probed)
		flushes->missed = count_missed(a->totals.map, flushes->map) +
			count_missed(a->totals.unmap, flushes->range);
}
