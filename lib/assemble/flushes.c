// SPDX-License-Identifier: GPL-2.0-or-later
/* RPCITs: finds the mapping or the unmap that each is for. */
#include <errno.h>
#include <string.h>

#include "assemble/priv.h"

/* How many functions the RPCITs so far were for: with one, there is one domain. */
static void count_fn(struct ir_assembler *a, uint64_t fn)
{
	if (a->nr_functions && a->first_fn == fn)
		return;
	a->nr_functions += a->nr_functions < 2;
	if (a->nr_functions == 1)
		a->first_fn = fn;
}

static uint16_t device_of_fn(struct ir_assembler *a, uint64_t fn)
{
	struct ir_owner *w = ir_owner_find(&a->owners, IR_OWNER_FUNCTION, fn);

	if (!w)
		return 0;
	if (!w->device && a->cfg.name_function)
		w->device = a->cfg.name_function(a->cfg.name_arg, IR_OWNER_FUNCTION, fn);
	return w->device;
}

bool ir_asm_flush_selected(struct ir_assembler *a, uint16_t device)
{
	if (!a->cfg.several)
		return true;
	a->unattributed += !device;
	return !a->cfg.filter || device == a->cfg.device;
}

/* Whether the event's range is that of the slot's mapping. */
static bool is_mapping(struct ir_assembler *a, const struct slot *s, const struct ir_event *ev)
{
	const struct rec *head = rec(a, s->head);

	return head->iova == ev->addr && live_of(a, head->live)->pages << IR_PAGE_SHIFT == ev->size;
}

uint64_t ir_asm_record_timer(struct ir_assembler *a, const struct ir_event *ev, uint16_t device)
{
	uint64_t number = ir_asm_record(a, ev, REC_TIMER);

	rec(a, number)->iova = ev->kind == IR_EV_FQ_TIMEOUT ? ev->aux : 0;
	rec(a, number)->device = device;
	return number;
}

/* The result of @q was seen or was lost: records that waited for it may leave. */
static void end_rpcit(struct ir_assembler *a, const struct rpcit *q)
{
	if (in_window(a, q->record))
		rec(a, q->record)->held = false;
	if (in_window(a, q->head) && rec(a, q->head)->kind == REC_TIMER)
		rec(a, q->head)->held = false;
}

void ir_asm_forget_rpcits(struct ir_assembler *a, struct cpu *c)
{
	while (c->nested)
		end_rpcit(a, &c->rpcit[--c->nested]);
}

/* Add the RPCIT to those under way, and to the window if RPCITs become operations. */
static struct rpcit *begin_rpcit(struct ir_assembler *a, struct cpu *c, const struct slot *s,
				 const struct ir_event *ev, uint16_t device, bool counted)
{
	uint64_t pages = ev->size >> IR_PAGE_SHIFT, number = NONE;
	struct rpcit *q;

	if (a->cfg.rpcits) {
		number = ir_asm_record(a, ev, REC_RPCIT);
		rec(a, number)->pages = pages < UINT32_MAX ? pages : UINT32_MAX;
		rec(a, number)->held = has_events(a, IR_EV_RPCIT_RET);
		rec(a, number)->device = device;
	}
	if (c->nested == NESTED) {	/* results were lost: forget the oldest */
		end_rpcit(a, &c->rpcit[0]);
		memmove(&c->rpcit[0], &c->rpcit[1], (NESTED - 1) * sizeof(c->rpcit[0]));
		c->nested--;
	}
	q = &c->rpcit[c->nested++];
	*q = (struct rpcit){
		.record = number, .head = NONE, .time_ns = ev->time_ns, .pages = pages,
		.events = c->events, .counted = counted, .slot = (uint8_t)(s - c->slot),
	};
	return q;
}

static void flag_rpcit(struct ir_assembler *a, const struct rpcit *q, uint8_t flags)
{
	if (in_window(a, q->record))
		rec(a, q->record)->flags |= flags;
}

void ir_asm_queue_flushed(struct ir_assembler *a, uint16_t device)
{
	ir_domains_flush(&a->domains, a->cfg.several ? device : 0);
}

/* Takes an unmap's unknown device from the RPCIT; if it has none, only where no dma:* event is still to come. */
static void resolve_by_fn(struct ir_assembler *a, struct slot *s, uint16_t device)
{
	if (device || !has_events(a, IR_EV_DMA_UNMAP))
		ir_asm_resolve_unmap(a, s, device);
}

bool ir_asm_match_unmap_flush(struct ir_assembler *a, struct slot *s, const struct ir_event *ev,
			      uint16_t device, bool counted)
{
	if (!s->unmap_size || s->unmap_iova != ev->addr || s->unmap_size != ev->size)
		return false;
	s->unmap_size = 0;
	ir_asm_settle_undone(a, s, false);
	a->rpcits.sync += counted;
	if (ev->kind == IR_EV_RPCIT)
		resolve_by_fn(a, s, device);
	else if (ev->aux && ir_asm_unmap_waits(a, s))
		resolve_by_fn(a, s, ir_owner_device(&a->owners, IR_OWNER_DOMAIN, ev->aux));
	if (ir_asm_unmap_waits(a, s)) {
		s->held_synced = true;
		s->held_domain = ev->kind == IR_EV_RPCIT ? 0 : ev->aux;
		return true;
	}
	if (ev->kind != IR_EV_RPCIT && ev->aux)
		ir_owner_set_device(&a->owners, IR_OWNER_DOMAIN, ev->aux, s->unmapped);
	if (s->unmap_state != UNMAP_UNDID)
		ir_domains_sync(&a->domains, ir_asm_domain(a, s->unmapped));
	return true;
}

/* The RPCIT of the mapping under way; false: it is for something else. */
static bool map_rpcit(struct ir_assembler *a, struct slot *s, const struct ir_event *ev,
		      struct rpcit *q, uint16_t device)
{
	const struct rec *tail;
	struct rec *head;

	if ((s->map_state != MAP_PIECES && s->map_state != MAP_WHOLE) || !in_window(a, s->head))
		return false;
	if (!is_mapping(a, s, ev)) {
		tail = rec(a, s->tail);
		/* The RPCIT of an earlier piece may have been missed by the probe. */
		if (rec(a, s->head)->pieces > 1 &&
		    tail->iova + (tail->pages << IR_PAGE_SHIFT) == ev->addr + ev->size)
			ir_asm_split(a, s, ev->addr);
		if (!is_mapping(a, s, ev))
			return false;
	}
	head = rec(a, s->head);
	head->certain = true;
	head->sync_time_ns = ev->time_ns;
	head->fn = ev->aux;
	q->head = s->head;
	q->step = s->map_state = MAP_SYNC;
	if (head->device)
		ir_owner_set_device(&a->owners, IR_OWNER_FUNCTION, ev->aux, head->device);
	else
		ir_asm_name_device(a, head, device);
	if (s->zdev)
		ir_owner_set_device(&a->owners, IR_OWNER_ZDEV, s->zdev, head->device);
	return true;
}

/* A global RPCIT that was issued because that of the mapping under way failed. */
static bool retry_rpcit(struct ir_assembler *a, struct slot *s, struct rpcit *q)
{
	if (has_events(a, IR_EV_RPCIT_RET) ? s->map_state != MAP_SHORT
					: s->map_state != MAP_SYNC && s->map_state != MAP_RETRY)
		return false;
	rec(a, s->head)->flags |= IR_OPF_ENOMEM;
	q->head = s->head;
	q->step = s->map_state = MAP_RETRY;
	return true;
}

void ir_asm_rpcit(struct ir_assembler *a, struct cpu *c, struct slot *s,
		  const struct ir_event *ev)
{
	uint16_t device = device_of_fn(a, ev->aux);
	bool counted = ir_asm_flush_selected(a, device);
	struct rpcit *q = begin_rpcit(a, c, s, ev, device, counted);

	a->rpcits.total += counted;
	count_fn(a, ev->aux);
	if (map_rpcit(a, s, ev, q, device) || ir_asm_match_unmap_flush(a, s, ev, device, counted))
		return;
	resolve_by_fn(a, s, 0);
	if (!ir_rpcits_unmatched(&a->rpcits, ev->addr, ev->size, counted))
		return;
	q->global = true;
	flag_rpcit(a, q, IR_OPF_GLOBAL);
	if (retry_rpcit(a, s, q)) {
		/* Without results, a global RPCIT here means that the ranged one failed. */
		if (!has_events(a, IR_EV_RPCIT_RET))
			a->rpcits.insufficient += counted;
	} else if (!has_events(a, IR_EV_S390_UPDATE_TRANS)) {
		flag_rpcit(a, q, IR_OPF_QUEUE);
		ir_asm_queue_flushed(a, device);
		if (!has_events(a, IR_EV_FQ_TIMEOUT)) {
			q->head = ir_asm_record_timer(a, ev, device);
			rec(a, q->head)->held = has_events(a, IR_EV_RPCIT_RET);
		}
	}
}

void ir_asm_rpcit_ret(struct ir_assembler *a, struct cpu *c, const struct ir_event *ev)
{
	const struct rpcit *q = c->nested ? &c->rpcit[--c->nested] : NULL;
	uint64_t took;
	struct slot *s;

	if (!q || q->counted)
		ir_rpcits_result(&a->rpcits, ev->ret);
	if (!q)
		return;
	took = ev->time_ns - q->time_ns;
	flag_rpcit(a, q, ev->ret == -ENOMEM ? IR_OPF_ENOMEM : ev->ret ? IR_OPF_EIO : 0);
	if (in_window(a, q->head) && q->step != MAP_RETRY && ev->ret == -ENOMEM)
		rec(a, q->head)->flags |= IR_OPF_ENOMEM;
	if (in_window(a, q->head))
		*(q->step == MAP_RETRY ? &rec(a, q->head)->retry_ns : &rec(a, q->head)->rpcit_ns) = took;
	end_rpcit(a, q);
	/* An interrupt whose events came in between made it longer. */
	if (c->events == q->events + 1)
		ir_latency_add(&a->latency, q->global ? IR_LATENCY_GLOBAL : q->pages, took);
	s = &c->slot[q->slot];
	if (q->step == MAP_NONE || q->step != s->map_state)
		return;
	s->map_state = ev->ret ? MAP_SHORT : MAP_SYNCED;
	/* With dma:* events the device's name is still to come. */
	if (s->map_state == MAP_SYNCED && !has_events(a, IR_EV_DMA_MAP))
		ir_asm_release(a, s);
}
