// SPDX-License-Identifier: GPL-2.0-or-later
/* RPCITs, and what other IOMMUs have for them: which mapping or unmap they are for. */
#include <errno.h>
#include <string.h>

#include "trace/assemble_priv.h"

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
		w->device = a->cfg.name_function(a->cfg.name_arg, fn);
	return w->device;
}

/* Is what belongs to this device asked for?  0: not known whose it is. */
static bool wanted(struct ir_assembler *a, uint16_t device)
{
	if (!a->cfg.several)
		return true;
	a->unattributed += !device;
	return !a->cfg.filter || device == a->cfg.device;
}

static bool is_mapping(struct ir_assembler *a, const struct slot *s, uint64_t addr, uint64_t size)
{
	return in_window(a, s->head) && rec(a, s->head)->iova == addr &&
	       live_of(a, rec(a, s->head)->live)->pages << IR_PAGE_SHIFT == size;
}

void ir_asm_timer(struct ir_assembler *a, const struct ir_event *ev, uint16_t device)
{
	uint64_t number = ir_asm_record(a, ev, REC_TIMER);

	rec(a, number)->iova = ev->kind == IR_EV_FQ_TIMEOUT ? ev->aux : 0;
	rec(a, number)->device = device;
}

/* Make the RPCIT an operation, if that is wanted; its result is still to come. */
static void rpcit_record(struct ir_assembler *a, struct cpu *c, const struct slot *s,
			 const struct ir_event *ev, bool counted)
{
	uint64_t number = NONE;

	if (a->cfg.rpcits) {
		uint64_t pages = ev->size >> IR_PAGE_SHIFT;

		number = ir_asm_record(a, ev, REC_RPCIT);
		rec(a, number)->pages = pages < UINT32_MAX ? pages : UINT32_MAX;
		rec(a, number)->held = records(a, IR_EV_RPCIT_RET);
		rec(a, number)->device = device_of_fn(a, ev->aux);
	}
	if (c->nested == NESTED) {	/* results were lost: forget the oldest */
		if (in_window(a, c->rpcit[0].record))
			rec(a, c->rpcit[0].record)->held = false;
		memmove(&c->rpcit[0], &c->rpcit[1], (NESTED - 1) * sizeof(c->rpcit[0]));
		c->nested--;
	}
	c->rpcit[c->nested].record = number;
	c->rpcit[c->nested].head = NONE;
	c->rpcit[c->nested].time_ns = ev->time_ns;
	c->rpcit[c->nested].pages = ev->size >> IR_PAGE_SHIFT;
	c->rpcit[c->nested].global = false;
	c->rpcit[c->nested].counted = counted;
	c->rpcit[c->nested++].slot = (uint8_t)(s - c->slot);
}

static void flag_rpcit(struct ir_assembler *a, struct cpu *c, uint8_t flags)
{
	uint64_t number = c->rpcit[c->nested - 1].record;

	c->rpcit[c->nested - 1].global |= (flags & IR_OPF_GLOBAL) != 0;

	if (in_window(a, number))
		rec(a, number)->flags |= flags;
}

static void queue_flushed(struct ir_assembler *a, uint16_t device)
{
	ir_domains_flush(&a->domains, a->cfg.several ? device : 0);
}

/* An unmap whose device is not known: the RPCIT tells, if no dma:* event is still to come. */
static void resolve_by_fn(struct ir_assembler *a, struct slot *s, uint16_t device)
{
	if (device || !records(a, IR_EV_DMA_UNMAP))
		ir_asm_resolve_unmap(a, s, device);
}

/* A flush of exactly what was just unmapped: whose that was is known by now. */
static bool own_flush(struct ir_assembler *a, struct slot *s, const struct ir_event *ev, bool counted)
{
	if (!s->unmap_size || s->unmap_iova != ev->addr || s->unmap_size != ev->size)
		return false;
	s->unmap_size = 0;
	a->rpcits.sync += counted;
	if (ev->kind == IR_EV_RPCIT)
		resolve_by_fn(a, s, device_of_fn(a, ev->aux));
	else
		ir_owner_learn(&a->owners, IR_OWNER_DOMAIN, ev->aux, s->unmapped);
	if (!s->undone)
		ir_domains_sync(&a->domains, ir_asm_domain(a, s->unmapped));
	return true;
}

/* The RPCIT of the mapping under way, or of the one just unmapped. */
static bool ranged_rpcit(struct ir_assembler *a, struct cpu *c, struct slot *s,
			 const struct ir_event *ev)
{
	if (in_window(a, s->head) && !s->synced) {
		struct rec *tail = rec(a, s->tail);

		/* The RPCIT of an earlier piece may have been missed by the probe. */
		if (!is_mapping(a, s, ev->addr, ev->size) && rec(a, s->head)->pieces > 1 &&
		    tail->iova + (tail->pages << IR_PAGE_SHIFT) == ev->addr + ev->size)
			ir_asm_split(a, s, ev->addr);
	}
	if (is_mapping(a, s, ev->addr, ev->size) && !s->synced) {
		struct rec *head = rec(a, s->head);

		head->certain = true;
		head->sync_time_ns = ev->time_ns;
		c->rpcit[c->nested - 1].head = s->head;
		s->joinable = false;
		s->synced = true;
		head->fn = ev->aux;
		if (head->device)
			ir_owner_learn(&a->owners, IR_OWNER_FUNCTION, ev->aux, head->device);
		else
			ir_asm_name_device(a, head, device_of_fn(a, ev->aux));
		if (s->zdev)
			ir_owner_learn(&a->owners, IR_OWNER_ZDEV, s->zdev, head->device);
		return true;
	}
	return own_flush(a, s, ev, c->rpcit[c->nested - 1].counted);
}

void ir_asm_rpcit(struct ir_assembler *a, struct cpu *c, struct slot *s,
		  const struct ir_event *ev)
{
	bool counted = wanted(a, device_of_fn(a, ev->aux));

	a->rpcits.total += counted;
	count_fn(a, ev->aux);
	rpcit_record(a, c, s, ev, counted);
	s->answered = false;
	if (ranged_rpcit(a, c, s, ev))
		return;
	resolve_by_fn(a, s, 0);
	if (!ir_rpcits_unmatched(&a->rpcits, ev->addr, ev->size, counted))
		return;
	flag_rpcit(a, c, IR_OPF_GLOBAL);
	if (s->synced && (!records(a, IR_EV_RPCIT_RET) || s->ret < 0)) {
		/* Without results, a global RPCIT here says that the ranged one failed. */
		if (!records(a, IR_EV_RPCIT_RET))
			a->rpcits.insufficient += counted;
		s->retried = true;
	} else if (!records(a, IR_EV_S390_UPDATE_TRANS)) {
		flag_rpcit(a, c, IR_OPF_QUEUE);
		queue_flushed(a, device_of_fn(a, ev->aux));
		if (!records(a, IR_EV_FQ_TIMEOUT))
			ir_asm_timer(a, ev, device_of_fn(a, ev->aux));
	}
}

void ir_asm_rpcit_ret(struct ir_assembler *a, struct cpu *c, const struct ir_event *ev)
{
	struct slot *s;

	if (!c->nested || c->rpcit[c->nested - 1].counted)
		ir_rpcits_result(&a->rpcits, ev->ret);
	if (!c->nested)
		return;
	flag_rpcit(a, c, ev->ret == -ENOMEM ? IR_OPF_ENOMEM : ev->ret ? IR_OPF_EIO : 0);
	c->nested--;
	if (in_window(a, c->rpcit[c->nested].record))
		rec(a, c->rpcit[c->nested].record)->held = false;
	if (in_window(a, c->rpcit[c->nested].head))
		rec(a, c->rpcit[c->nested].head)->rpcit_ns =
			ev->time_ns - c->rpcit[c->nested].time_ns;
	if (!c->rpcit[c->nested].global)
		ir_latency_add(&a->latency, c->rpcit[c->nested].pages,
			       ev->time_ns - c->rpcit[c->nested].time_ns);
	s = &c->slot[c->rpcit[c->nested].slot];
	s->answered = true;
	s->ret = ev->ret;
	/* With dma:* events the device's name is still to come. */
	if (s->synced && !ev->ret && !records(a, IR_EV_DMA_MAP))
		ir_asm_release(a, s);
}


void ir_asm_flush(struct ir_assembler *a, struct cpu *c, struct slot *s,
		  const struct ir_event *ev)
{
	bool whole = ev->kind != IR_EV_TLB_SYNC, counted;
	struct ir_owner *w;
	uint64_t number;

	if (ev->kind == IR_EV_FQ_FLUSH && records(a, IR_EV_FLUSH_ALL))
		return;		/* the driver's own event tells the same */
	if (!whole)
		own_flush(a, s, ev, true);
	/* A queue that is full is flushed by the unmap that found it so. */
	else if (!c->timed_out && s->just_unmapped)
		ir_owner_learn(&a->owners, IR_OWNER_DOMAIN, ev->aux, s->unmapped);
	w = ir_owner_find(&a->owners, IR_OWNER_DOMAIN, ev->aux);
	if (w && whole && c->timed_out)
		w->timer = c->timer;
	counted = wanted(a, w ? w->device : 0);
	if (whole)
		queue_flushed(a, w ? w->device : 0);
	a->flushes.present = true;
	if (!whole)
		a->flushes.range += counted;
	else if (c->timed_out)
		a->flushes.queue_timeout += counted;
	else
		a->flushes.queue_full += counted;
	c->timed_out &= !whole;
	if (!a->cfg.rpcits)
		return;
	number = ir_asm_record(a, ev, REC_RPCIT);
	rec(a, number)->device = w ? w->device : 0;
	rec(a, number)->flags |= whole ? IR_OPF_GLOBAL | IR_OPF_QUEUE : 0;
	rec(a, number)->pages = whole ? 0 : ir_asm_pages(ev->addr, ev->size);
	if (whole)
		rec(a, number)->iova = 0;
}
