// SPDX-License-Identifier: GPL-2.0-or-later
/* Events are sorted out here, operations leave here. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace/assemble_priv.h"

uint64_t ir_assembler_evidence(void)
{
	static const enum ir_event_kind kinds[] = {
		IR_EV_DMA_MAP, IR_EV_DMA_UNMAP, IR_EV_RPCIT, IR_EV_RPCIT_RET, IR_EV_FQ_TIMEOUT,
		IR_EV_FLUSH_ALL, IR_EV_S390_UPDATE_TRANS, IR_EV_S390_UNMAP_PAGE,
	};
	uint64_t mask = 0;

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		mask |= UINT64_C(1) << kinds[i];
	return mask;
}

struct ir_assembler *ir_assembler_new(const struct ir_assembler_config *config)
{
	struct ir_assembler *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->cfg = *config;
	a->emit = NONE;
	if (config->owners)
		a->owners = *config->owners;
	a->window = malloc(WINDOW * sizeof(*a->window));
	if (!a->window) {
		free(a);
		return NULL;
	}
	return a;
}

void ir_assembler_free(struct ir_assembler *a)
{
	if (!a)
		return;
	for (uint32_t i = 0; i < a->nr_mapped; i++)
		ir_bitmap_free(a->mapped[i]);
	free(a->mapped);
	free(a->seen);
	ir_live_clear(&a->live);
	free(a->free_numbers);
	free(a->cpus);
	free(a->window);
	free(a);
}

/*
 * Call chains.
 */

/* An event's chain may come next: keep what it belongs to. */
static void await_stack(struct ir_assembler *a, struct slot *s, uint64_t number)
{
	if (!a->cfg.sites || rec(a, number)->site)
		return;
	s->await = number;
	s->await_holds = !rec(a, number)->held;
	rec(a, number)->held = true;
}

static void end_await(struct ir_assembler *a, struct slot *s)
{
	if (s->await_holds && in_window(a, s->await))
		rec(a, s->await)->held = false;
	s->await_holds = false;
	s->await = NONE;
}

static void stack_event(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	if (in_window(a, s->await) && !rec(a, s->await)->site)
		rec(a, s->await)->site = ev->site;
	end_await(a, s);
}

/*
 * dma:* events.
 */

static void name_device(struct ir_assembler *a, struct rec *head, uint16_t device)
{
	if (!device || head->named)
		return;
	head->device = device;
	live_of(a, head->live)->device = device;
}

/* The suspect has ended, and not by its own unmap: it was concluded to be an old mapping. */
static bool ended_otherwise(struct ir_assembler *a, const struct slot *s)
{
	uint32_t live = rec(a, s->suspect)->live;

	return live_of(a, live)->ended && rec(a, s->unmap)->live != live;
}

static void failed_map(struct ir_assembler *a, struct slot *s, const struct ir_event *ev,
		       uint64_t pages)
{
	uint64_t number;

	if (s->failed) {	/* it confirms what is known */
		s->failed = false;
		return;
	}
	if (in_window(a, s->suspect) && in_window(a, s->unmap) && !ended_otherwise(a, s)) {
		uint64_t head = s->suspect;

		name_device(a, rec(a, head), ev->device);
		ir_asm_fail(a, head);
		rec(a, s->unmap)->kind = REC_NOTHING;
		rec(a, s->unmap)->pages = 0;
		ir_asm_unsuspect(a, s);
		ir_asm_release(a, s);
		return;
	}
	ir_asm_release(a, s);
	number = ir_asm_record(a, ev, REC_FAILED);
	rec(a, number)->iova = 0;
	rec(a, number)->device = ev->device;
	rec(a, number)->pages = pages ? pages : 1;
	await_stack(a, s, number);
	if (!pages)
		damage(a, IR_DAMAGE_UNSIZED_FAILURES);
}

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

static void dma_map_event(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	uint64_t iova = ev->addr & ~(IR_PAGE_SIZE - 1);
	struct rec *head;
	uint64_t number;

	if (ev->addr == UINT64_MAX) {
		failed_map(a, s, ev, ir_asm_pages(ev->paddr & (IR_PAGE_SIZE - 1), ev->size));
		return;
	}
	if (ev->kind == IR_EV_DMA_MAP_SG_ERR) {
		failed_map(a, s, ev, 0);
		return;
	}
	ir_asm_unsuspect(a, s);
	s->failed = false;
	if (!in_window(a, s->head))
		return;
	/* What came before the piece it names was a mapping of its own. */
	if (rec(a, s->head)->iova != iova && !ir_asm_split(a, s, iova))
		return;
	number = s->head;
	head = rec(a, number);
	name_device(a, head, ev->device);
	if (head->fn)
		ir_owner_learn(&a->owners, IR_OWNER_FUNCTION, head->fn, ev->device);
	if (!head->site)
		head->site = ev->site;
	head->certain |= ev->size && ir_asm_pages(ev->addr, ev->size) == live_of(a, head->live)->pages;
	ir_asm_release(a, s);
	await_stack(a, s, number);
}

/*
 * An attempt that an events file tells of.  A mapping that was made at this
 * place just before, in the same context, was the attempt.
 */
static void map_failed_event(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	if (ev->addr != UINT64_MAX && in_window(a, s->head) && s->pid == ev->pid &&
	    rec(a, s->head)->iova == (ev->addr & ~(IR_PAGE_SIZE - 1)) &&
	    !live_of(a, rec(a, s->head)->live)->ended) {
		ir_asm_unsuspect(a, s);
		name_device(a, rec(a, s->head), ev->device);
		ir_asm_fail(a, s->head);
		ir_asm_release(a, s);
		return;
	}
	failed_map(a, s, ev, ir_asm_pages(ev->paddr & (IR_PAGE_SIZE - 1), ev->size));
}

static void dma_unmap_event(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	ir_asm_unsuspect(a, s);
	if (ev->kind == IR_EV_DMA_UNMAP_SG)
		s->unmap_device = ev->device;
	else if (in_window(a, s->unmap) &&
		 rec(a, s->unmap)->iova == (ev->addr & ~(IR_PAGE_SIZE - 1)))
		ir_asm_resolve_unmap(a, s, ev->device);
}

/*
 * RPCITs.
 */

static bool is_mapping(struct ir_assembler *a, const struct slot *s, uint64_t addr, uint64_t size)
{
	return in_window(a, s->head) && rec(a, s->head)->iova == addr &&
	       live_of(a, rec(a, s->head)->live)->pages << IR_PAGE_SHIFT == size;
}

static void timer_record(struct ir_assembler *a, const struct ir_event *ev, uint16_t device)
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
			name_device(a, head, device_of_fn(a, ev->aux));
		if (s->zdev)
			ir_owner_learn(&a->owners, IR_OWNER_ZDEV, s->zdev, head->device);
		return true;
	}
	return own_flush(a, s, ev, c->rpcit[c->nested - 1].counted);
}

static void rpcit_event(struct ir_assembler *a, struct cpu *c, struct slot *s,
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
			timer_record(a, ev, device_of_fn(a, ev->aux));
	}
}

static void rpcit_ret_event(struct ir_assembler *a, struct cpu *c, const struct ir_event *ev)
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

/* Flushes of another IOMMU: the whole domain (queue), or what was unmapped. */
static void flush_event(struct ir_assembler *a, struct cpu *c, struct slot *s,
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

/*
 * Everything together.
 */

static void lost_event(struct ir_assembler *a, const struct ir_event *ev)
{
	struct cpu *c = ir_asm_cpu(a, ev->cpu);

	a->lost = true;
	ir_asm_record(a, ev, REC_LOST);
	for (unsigned int i = 0; c && i < 2; i++) {
		ir_asm_unsuspect(a, &c->slot[i]);
		ir_asm_resolve_unmap(a, &c->slot[i], 0);
		ir_asm_release(a, &c->slot[i]);
		c->slot[i].failed = c->slot[i].announced = false;
		c->slot[i].unmap_device = 0;
		if (in_window(a, c->slot[i].begun))
			rec(a, c->slot[i].begun)->held = false;
		c->slot[i].begun = NONE;
		end_await(a, &c->slot[i]);
	}
	if (c)
		c->nested = 0;
}

int ir_assembler_event(struct ir_assembler *a, const struct ir_event *ev)
{
	struct cpu *c;
	struct slot *s;

	if (ev->kind == IR_EV_LOST) {
		lost_event(a, ev);
		return a->no_memory ? -ENOMEM : 0;
	}
	c = ir_asm_cpu(a, ev->cpu);
	if (!c) {
		if (!a->no_memory)
			damage(a, IR_DAMAGE_BAD_EVENTS);
		return a->no_memory ? -ENOMEM : 0;
	}
	s = &c->slot[ev->flags & IR_EVF_IRQ ? 1 : 0];
	if (ev->kind == IR_EV_STACK) {
		stack_event(a, s, ev);
		return 0;
	}
	if (s->await != NONE)
		end_await(a, s);
	if (s->just_unmapped)
		s->just_unmapped = ev->kind == IR_EV_FQ_FLUSH || ev->kind == IR_EV_FLUSH_ALL;
	if (ev->kind != IR_EV_DMA_UNMAP && ev->kind != IR_EV_RPCIT && ev->kind != IR_EV_RPCIT_RET)
		ir_asm_resolve_unmap(a, s, 0);
	switch (ev->kind) {
	case IR_EV_S390_UPDATE_TRANS:
		if (ev->ret & 0x400)	/* ZPCI_PTE_INVALID */
			ir_asm_unmap(a, s, ev);
		else
			ir_asm_map(a, s, ev);
		break;
	case IR_EV_MAP:
		ir_asm_map(a, s, ev);
		break;
	case IR_EV_UNMAP:
		ir_asm_unmap(a, s, ev);
		break;
	case IR_EV_MAP_FAILED:
		map_failed_event(a, s, ev);
		break;
	case IR_EV_DMA_MAP:
	case IR_EV_DMA_MAP_SG:
	case IR_EV_DMA_MAP_SG_ERR:
		dma_map_event(a, s, ev);
		break;
	case IR_EV_DMA_UNMAP:
	case IR_EV_DMA_UNMAP_SG:
		dma_unmap_event(a, s, ev);
		break;
	case IR_EV_S390_MAP_PAGE:
		ir_asm_begin(a, s, ev);
		break;
	case IR_EV_S390_UNMAP_PAGE:
		s->announced = true;
		break;
	case IR_EV_RPCIT:
		rpcit_event(a, c, s, ev);
		break;
	case IR_EV_RPCIT_RET:
		rpcit_ret_event(a, c, ev);
		break;
	case IR_EV_FQ_TIMEOUT:
		timer_record(a, ev, 0);
		c->timed_out = true;
		c->timer = ev->aux;
		break;
	case IR_EV_FQ_FLUSH:
	case IR_EV_FLUSH_ALL:
	case IR_EV_TLB_SYNC:
		flush_event(a, c, s, ev);
		break;
	case IR_EV_DEVICE_ATTACH:
	case IR_EV_DEVICE_DETACH:
		ir_asm_detach(a, ev);
		break;
	default:
		break;
	}
	return a->no_memory ? -ENOMEM : 0;
}

void ir_assembler_end(struct ir_assembler *a)
{
	for (uint32_t i = 0; i < a->nr_cpus; i++)
		for (unsigned int k = 0; k < 2; k++) {
			ir_asm_unsuspect(a, &a->cpus[i].slot[k]);
			ir_asm_resolve_unmap(a, &a->cpus[i].slot[k], 0);
			ir_asm_release(a, &a->cpus[i].slot[k]);
		}
	a->ended = true;
}

static uint32_t take_number(struct ir_assembler *a)
{
	return a->nr_free ? a->free_numbers[--a->nr_free] : a->max_mappings++;
}

static void give_number(struct ir_assembler *a, uint32_t number)
{
	if (a->nr_free == a->room_free) {
		uint32_t room = a->room_free ? a->room_free * 2 : 1024;
		uint32_t *grown = realloc(a->free_numbers, room * sizeof(*grown));

		if (!grown) {
			a->no_memory = true;
			return;
		}
		a->free_numbers = grown;
		a->room_free = room;
	}
	a->free_numbers[a->nr_free++] = number;
}

static bool filtered(const struct ir_assembler *a, uint16_t device)
{
	return a->cfg.filter && device != a->cfg.device && (device || a->cfg.several);
}

/* As an operation has it; what is longer than 4 s is no duration but damage: not known. */
static uint32_t duration(uint64_t ns)
{
	return ns < UINT32_MAX ? (uint32_t)ns : 0;
}

static void emit_map(struct ir_assembler *a, const struct rec *r, struct ir_op *op)
{
	struct ir_live *l = live_of(a, r->live);
	uint64_t sync = r->sync_time_ns ? r->sync_time_ns : r->last_time_ns;
	bool failed = (r->flags & IR_OPF_FAILED) != 0;

	op->kind = IR_OP_MAP;
	op->pages = (uint32_t)l->pages;
	op->seg_pages = (uint32_t)r->pages;
	op->segments = r->pieces;
	op->sync_ns = duration(sync - r->time_ns);
	op->rpcit_ns = duration(r->rpcit_ns);
	a->totals.map++;
	a->totals.map_pages += l->pages;
	a->totals.segments += r->pieces;
	if (failed) {
		a->totals.failed_map++;
		a->totals.undone_map++;
		a->totals.unmap++;
		a->totals.unmap_pages += l->pages;
		ir_live_drop(&a->live, r->live);
		return;
	}
	op->mapping = l->number = take_number(a);
	l->emitted = true;
}

static void emit_unmap(struct ir_assembler *a, const struct rec *r, struct ir_op *op)
{
	op->kind = IR_OP_UNMAP;
	op->pages = (uint32_t)r->pages;
	if (!(r->flags & IR_OPF_IMPLIED)) {
		a->totals.unmap++;
		a->totals.unmap_pages += r->pages;
	}
	if (r->live == IR_LIVE_NONE)
		return;
	op->mapping = live_of(a, r->live)->number;
	op->device = live_of(a, r->live)->device;
	give_number(a, op->mapping);
	ir_live_drop(&a->live, r->live);
}

/* Mappings that ended with their domain. */
static void forget_gone(struct ir_assembler *a, uint64_t detach, uint16_t device)
{
	for (uint32_t i = 0; i < a->live.used; i++) {
		struct ir_live *l = live_of(a, i);

		if (!l->gone || l->head > detach || (l->device != device && l->device))
			continue;
		if (l->emitted && !filtered(a, l->device))
			give_number(a, l->number);
		ir_live_drop(&a->live, i);
	}
}

/* A mapping that the device filter leaves out still has to be followed to its end. */
static bool skip_filtered(struct ir_assembler *a, const struct rec *r)
{
	bool whose = r->device || (r->kind != REC_TIMER && r->kind != REC_RPCIT);
	/* The mapping may have got its name after its unmap was put down. */
	bool mapped = r->kind == REC_UNMAP && r->live != IR_LIVE_NONE;
	uint16_t device = mapped ? live_of(a, r->live)->device : r->device;

	if (!filtered(a, device) || r->kind == REC_LOST || !whose ||
	    (r->kind == REC_DETACH && !a->cfg.several))
		return false;
	if (r->kind == REC_DETACH)
		forget_gone(a, a->first - 1, r->device);
	if (r->kind == REC_UNMAP && r->live != IR_LIVE_NONE)
		ir_live_drop(&a->live, r->live);
	if (r->kind == REC_SEGMENT && r->pieces) {
		if (r->flags & IR_OPF_FAILED)
			ir_live_drop(&a->live, r->live);
		else
			live_of(a, r->live)->emitted = true;
	}
	return true;
}

static bool may_leave(struct ir_assembler *a, struct rec *r)
{
	if (a->ended || !has_room(a))
		return true;
	if (r->held)
		return false;
	return r->kind != REC_SEGMENT || r->pieces < 2 || r->certain;
}

/* One record leaves; true if it became an operation. */
static bool leave(struct ir_assembler *a, struct rec *r, struct ir_op *op)
{
	*op = (struct ir_op){
		.time_ns = r->time_ns, .iova = r->iova, .paddr = r->paddr,
		.mapping = IR_NO_MAPPING, .cpu = r->cpu, .device = r->device, .flags = r->flags,
	};
	if (r->kind == REC_SEGMENT || r->kind == REC_FAILED)
		op->site = r->site;
	if (skip_filtered(a, r))
		return false;
	switch (r->kind) {
	case REC_SEGMENT:
		if (!r->pieces)
			return false;
		if (r->pieces > 1 && !r->certain)
			damage(a, IR_DAMAGE_ASSUMED_GROUPS);
		emit_map(a, r, op);
		a->emit = r->next;
		a->emit_device = r->device;
		return true;
	case REC_UNMAP:
		emit_unmap(a, r, op);
		return true;
	case REC_FAILED:
		op->kind = IR_OP_FAILED_MAP;
		op->pages = op->seg_pages = (uint32_t)r->pages;
		op->segments = 1;
		a->totals.failed_map++;
		return true;
	case REC_TIMER:
		op->kind = IR_OP_FLUSH_TIMER;
		return true;
	case REC_LOST:
		op->kind = IR_OP_LOST;
		return true;
	case REC_DETACH:
		op->kind = IR_OP_DETACH;
		forget_gone(a, a->first - 1, r->device);
		return true;
	case REC_RPCIT:
		op->kind = IR_OP_RPCIT;
		op->pages = op->seg_pages = (uint32_t)r->pages;
		return true;
	default:
		a->totals.unmap += r->pages != 0;
		a->totals.unmap_pages += r->pages;
		return false;
	}
}

static void emit_segment(struct ir_assembler *a, struct ir_op *op)
{
	const struct rec *r = rec(a, a->emit);

	*op = (struct ir_op){
		.time_ns = r->time_ns, .iova = r->iova, .paddr = r->paddr,
		.seg_pages = (uint32_t)r->pages, .mapping = IR_NO_MAPPING,
		.cpu = r->cpu, .device = a->emit_device, .kind = IR_OP_SEGMENT, .flags = r->flags,
	};
	a->emit = r->next;
}

__attribute__((noinline))
static bool next_op(struct ir_assembler *a, struct ir_op *op)
{
	if (a->emit != NONE) {
		emit_segment(a, op);
		return true;
	}
	while (a->first < a->end) {
		struct rec *r = rec(a, a->first);

		if (!may_leave(a, r))
			return false;
		/* Pieces behind the first stay in the window until they have been emitted. */
		if (r->held && r->kind == REC_SEGMENT)
			ir_asm_release_holder(a, a->first);
		a->first++;
		if (leave(a, r, op))
			return true;
	}
	return false;
}

/* Asked after every event, and mostly there is nothing. */
bool ir_assembler_next(struct ir_assembler *a, struct ir_op *op)
{
	if (a->emit == NONE && (a->first == a->end || !may_leave(a, rec(a, a->first))))
		return false;
	return next_op(a, op);
}

const struct ir_op_totals *ir_assembler_totals(const struct ir_assembler *a)
{
	return &a->totals;
}

uint32_t ir_assembler_max_mappings(const struct ir_assembler *a)
{
	return a->max_mappings;
}

void ir_assembler_rpcit(const struct ir_assembler *a, struct ir_recorded_rpcit *rpcit,
			uint64_t *aperture_start, uint64_t *aperture_size)
{
	ir_rpcits_sum_up(&a->rpcits, rpcit, aperture_start, aperture_size);
}

void ir_assembler_latency(struct ir_assembler *a, uint64_t *base_ns, uint64_t *page_ns)
{
	ir_latency_fit(&a->latency, base_ns, page_ns);
}

void ir_assembler_flushes(const struct ir_assembler *a, struct ir_recorded_flushes *flushes)
{
	*flushes = a->flushes;
}

const struct ir_owners *ir_assembler_owners(const struct ir_assembler *a)
{
	return &a->owners;
}

uint64_t ir_assembler_unattributed(const struct ir_assembler *a)
{
	return a->unattributed;
}

struct ir_domain_survey *ir_assembler_domains(struct ir_assembler *a)
{
	return &a->domains;
}
