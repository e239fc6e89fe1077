// SPDX-License-Identifier: GPL-2.0-or-later
/* Dispatches each event to its handler by kind, CPU and context. */
#include <errno.h>
#include <stdlib.h>

#include "assemble/priv.h"

#define MAX_FREE_ORDER 21	/* of pages: 4 GiB; kernels free at most 4 MiB at a time */

uint64_t ir_assembler_evidence(void)
{
	static const enum ir_event_kind kinds[] = {
		IR_EV_DMA_MAP, IR_EV_DMA_UNMAP, IR_EV_RPCIT, IR_EV_RPCIT_RET, IR_EV_FQ_TIMEOUT,
		IR_EV_FLUSH_ALL, IR_EV_S390_UPDATE_TRANS, IR_EV_S390_UNMAP_PAGE,
		IR_EV_TAG_RANGE, IR_EV_TAG_ALL, IR_EV_COMMAND, IR_EV_COMMAND_ALL,
		IR_EV_PAGE_FREE,
	};
	uint64_t mask = 0;

	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		mask |= UINT64_C(1) << kinds[i];
	return mask;
}

static struct ir_assembler *new_assembler(const struct ir_assembler_config *config)
{
	struct ir_assembler *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->cfg = *config;
	if (config->seen_kinds >> IR_EV_PAGE_FREE & 1)
		a->frees = calloc(1, sizeof(*a->frees));
	a->emit = NONE;
	a->fast_kinds = ir_asm_fast_kinds(config);
	if (config->owners)
		a->owners = *config->owners;
	a->window = aligned_alloc(_Alignof(struct rec), WINDOW * sizeof(*a->window));
	if (!a->window || (config->seen_kinds >> IR_EV_PAGE_FREE & 1 && !a->frees)) {
		ir_assembler_free(a);
		return NULL;
	}
	return a;
}

struct ir_assembler *ir_assembler_new(const struct ir_assembler_config *config)
{
	struct ir_assembler *a = new_assembler(config);

#ifdef IR_DEBUG
	if (a && a->fast_kinds) {
		struct ir_assembler_config slow = *config;

		slow.damage = &a->slow_damage;
		a->slow = new_assembler(&slow);
		if (a->slow)
			a->slow->fast_kinds = 0;
	}
#endif
	return a;
}

void ir_assembler_free(struct ir_assembler *a)
{
	if (!a)
		return;
#ifdef IR_DEBUG
	ir_assembler_free(a->slow);
#endif
	for (uint32_t i = 0; i < a->nr_mapped; i++)
		ir_bitmap_free(a->mapped[i]);
	free(a->mapped);
	free(a->frees);
	ir_bitmap_free(a->starts);
	free(a->seen);
	free(a->open);
	free(a->gone);
	ir_live_clear(&a->live);
	free(a->free_numbers);
	free(a->cpus);
	free(a->window);
	free(a);
}

/*
 * Call chains.
 */

/* The next event may be the call chain of record @number: hold it until then. */
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

static void failed_map(struct ir_assembler *a, struct slot *s, const struct ir_event *ev,
		       uint64_t pages)
{
	uint64_t number;

	if (s->unmap_state == UNMAP_UNDID) {	/* it confirms what is known */
		ir_asm_settle_undone(a, s, false);
		s->unmap_state = UNMAP_DONE;
		return;
	}
	if (in_window(a, s->suspect) && in_window(a, s->unmap)) {
		uint64_t head = s->suspect;

		ir_asm_name_device(a, rec(a, head), ev->device);
		ir_asm_fail_map(a, head);
		rec(a, s->unmap)->kind = REC_NOTHING;
		rec(a, s->unmap)->pages = 0;
		ir_asm_confirm_unmap(a, s);
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
		count_damage(a, IR_DAMAGE_UNSIZED_FAILURES);
}

static void dma_map_event(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	uint64_t iova = ev->addr & ~(IR_PAGE_SIZE - 1);
	struct rec *head;
	uint64_t number;

	a->maps_phys |= ir_event_function(ev->flags) == IR_DMA_PHYS;
	if (ev->addr == UINT64_MAX) {
		failed_map(a, s, ev, ir_asm_pages(ev->paddr & (IR_PAGE_SIZE - 1), ev->size));
		return;
	}
	if (ev->kind == IR_EV_DMA_MAP_SG_ERR) {
		failed_map(a, s, ev, 0);
		return;
	}
	ir_asm_confirm_unmap(a, s);
	ir_asm_forget_undone(a, s);
	if (!in_window(a, s->head))
		return;
	/* The pieces before the one that the event names are a mapping of their own. */
	if (rec(a, s->head)->iova != iova && !ir_asm_split(a, s, iova))
		return;
	number = s->head;
	head = rec(a, number);
	ir_asm_name_device(a, head, ev->device);
	if (head->fn)
		ir_owner_set_device(&a->owners, has_events(a, IR_EV_RPCIT) ? IR_OWNER_FUNCTION : IR_OWNER_DOMAIN,
				    head->fn, ev->device);
	if (!head->site)
		head->site = ev->site;
	head->called = true;
	if (ev->ret == IR_DMA_TO_DEVICE)
		head->flags |= IR_OPF_READ_ONLY;
	head->certain |= ev->size && ir_asm_pages(ev->addr, ev->size) == live_of(a, head->live)->pages;
	ir_asm_release(a, s);
	await_stack(a, s, number);
}

/*
 * A failed attempt by a rule of an events file.  A mapping that was made at this
 * place just before, in the same context, was the attempt.
 */
static void map_failed_event(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	if (ev->addr != UINT64_MAX && in_window(a, s->head) && s->pid == ev->pid &&
	    rec(a, s->head)->iova == (ev->addr & ~(IR_PAGE_SIZE - 1)) &&
	    !live_of(a, rec(a, s->head)->live)->ended) {
		ir_asm_confirm_unmap(a, s);
		ir_asm_name_device(a, rec(a, s->head), ev->device);
		ir_asm_fail_map(a, s->head);
		ir_asm_release(a, s);
		return;
	}
	failed_map(a, s, ev, ir_asm_pages(ev->paddr & (IR_PAGE_SIZE - 1), ev->size));
}

/*
 * dma_unmap_page and its like come behind their unmap, dma_free and its like before theirs: one at
 * another place than the last unmap, or behind the one that named it, is of the next unmap.
 */
static void dma_unmap_event(struct ir_assembler *a, struct slot *s, const struct ir_event *ev)
{
	uint64_t iova = ev->addr & ~(IR_PAGE_SIZE - 1);
	bool behind = !s->unmap_named && s->unmap_state != UNMAP_NONE &&
		(s->unmap_iova & ~(IR_PAGE_SIZE - 1)) == iova;

	ir_asm_confirm_unmap(a, s);
	if (ev->kind == IR_EV_DMA_UNMAP_SG) {
		s->unmap_device = ev->device;
		return;
	}
	if (in_window(a, s->unmap) && rec(a, s->unmap)->iova == iova)
		ir_asm_resolve_unmap(a, s, ev->device);
	if (behind) {
		s->unmap_named = true;
	} else {
		s->freed_device = ev->device;
		s->freed_iova = iova;
	}
}

/*
 * Dispatch.
 */

static void lost_event(struct ir_assembler *a, struct cpu *c, const struct ir_event *ev)
{
	a->lost = true;
	ir_asm_record(a, ev, REC_LOST);
	for (unsigned int i = 0; c && i < 2; i++) {
		ir_asm_confirm_unmap(a, &c->slot[i]);
		ir_asm_resolve_unmap(a, &c->slot[i], 0);
		ir_asm_release(a, &c->slot[i]);
		ir_asm_settle_undone(a, &c->slot[i], false);
		c->slot[i].unmap_state = UNMAP_NONE;
		c->slot[i].announced = false;
		c->slot[i].recent &= RECENT_UNMAP;
		c->slot[i].unmap_device = c->slot[i].freed_device = 0;
		if (in_window(a, c->slot[i].begun))
			rec(a, c->slot[i].begun)->held = false;
		c->slot[i].begun = NONE;
		end_await(a, &c->slot[i]);
	}
	if (c) {
		ir_asm_forget_rpcits(a, c);
		ir_asm_forget_timer(a, c);
	}
}

/* An unmap is flushed, on its own, before the event that names it. */
static bool may_precede_name(uint16_t kind)
{
	return kind == IR_EV_DMA_UNMAP || kind == IR_EV_RPCIT || kind == IR_EV_RPCIT_RET || kind == IR_EV_TLB_SYNC ||
		kind == IR_EV_TAG_RANGE || kind == IR_EV_COMMAND;
}

/* The RECENT_* that remain behind the event, which was counted. */
static uint8_t remains_recent(const struct cpu *c, const struct slot *s, const struct ir_event *ev)
{
	uint8_t remains = 0;

	if (ev->kind == IR_EV_COMMAND || ev->kind == IR_EV_COMMAND_ALL)
		remains |= RECENT_ENTRY;
	if (ir_asm_is_whole(ev))
		remains |= RECENT_QUEUE | RECENT_DRIVER;
	/* An event of the task shows that the interrupt has ended. */
	if (ir_asm_is_whole(ev) && (s == c->slot || c->events == s->events + 1))
		remains |= RECENT_UNMAP;
	return remains;
}

/* An event of a CPU in one context.  Not inlined: the compiler would compute @s again for each use. */
__attribute__((noinline))
static void slot_event(struct ir_assembler *a, struct cpu *c, struct slot *s,
		       const struct ir_event *ev)
{
	if (ev->kind == IR_EV_STACK) {
		stack_event(a, s, ev);
		return;
	}
	c->events++;
	if (s->await != NONE)
		end_await(a, s);
	if (s->recent)
		s->recent &= remains_recent(c, s, ev);
	s->events = c->events;
	if (s->unmap_state == UNMAP_UNNAMED && !may_precede_name(ev->kind))
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
		ir_asm_begin_map(a, s, ev);
		break;
	case IR_EV_S390_UNMAP_PAGE:
		s->announced = true;
		break;
	case IR_EV_RPCIT:
		ir_asm_rpcit(a, c, s, ev);
		break;
	case IR_EV_RPCIT_RET:
		ir_asm_rpcit_ret(a, c, ev);
		break;
	case IR_EV_FQ_TIMEOUT:
		ir_asm_timer_fired(a, c, ev);
		break;
	case IR_EV_FQ_FLUSH:
	case IR_EV_FLUSH_ALL:
	case IR_EV_TLB_SYNC:
	case IR_EV_SYNC_MAP:
	case IR_EV_MAP_FLUSH:
	case IR_EV_MAP_PIECE:
	case IR_EV_TAG_RANGE:
	case IR_EV_TAG_ALL:
	case IR_EV_COMMAND:
	case IR_EV_COMMAND_ALL:
		ir_asm_flush(a, c, s, ev);
		break;
	case IR_EV_DEVICE_ATTACH:
	case IR_EV_DEVICE_DETACH:
		ir_asm_detach(a, ev);
		break;
	default:
		break;
	}
}

/* Memory that was mapped, and the freeing of it. */
static void memory_event(struct ir_assembler *a, const struct ir_event *ev)
{
	uint64_t pages = ev->aux < MAX_FREE_ORDER ? UINT64_C(1) << ev->aux : 0, number;

	if (ev->kind != IR_EV_PAGE_FREE) {
		ir_frees_note_mapped(a->frees, ev->paddr >> IR_PAGE_SHIFT, ev->size >> IR_PAGE_SHIFT);
		return;
	}
	if (!pages || ev->addr >> (64 - IR_PAGE_SHIFT) || !ir_frees_was_mapped(a->frees, ev->addr, pages))
		return;
	number = ir_asm_record(a, ev, REC_FREE);
	rec(a, number)->paddr = ev->addr << IR_PAGE_SHIFT;
	rec(a, number)->pages = pages;
}

__attribute__((noinline))
static void general_event(struct ir_assembler *a, const struct ir_event *ev)
{
	struct cpu *c;

	if (ev->kind == IR_EV_FLUSH_RET)	/* of times alone, which operations do not need */
		return;
	c = ir_asm_cpu(a, ev->cpu);
	ir_asm_restart(a);
	if (a->frees && (ev->kind == IR_EV_PAGE_FREE || ev->kind == IR_EV_MAP ||
			 ev->kind == IR_EV_S390_UPDATE_TRANS))
		memory_event(a, ev);
	if (ev->kind == IR_EV_LOST)
		lost_event(a, c, ev);
	else if (ev->kind == IR_EV_PAGE_FREE)
		;	/* it does not show what the CPU is doing */
	else if (c)
		slot_event(a, c, &c->slot[ev->flags & IR_EVF_IRQ], ev);
	else if (!a->no_memory)
		count_damage(a, IR_DAMAGE_BAD_EVENTS);
}

int ir_assembler_event(struct ir_assembler *a, const struct ir_event *ev)
{
	general_event(a, ev);
	ir_asm_check(a, ev, ev + 1);
	return a->no_memory ? -ENOMEM : 0;
}

/* Take the operations that may leave the window, from number *@n on; true: the last one ends the block. */
static bool take_ops(struct ir_assembler *a, struct ir_op *ops, int max, int *n)
{
	while (*n < max && (a->emit != NONE || ir_asm_may_leave(a)) && ir_assembler_next(a, &ops[*n]))
		if (ops[(*n)++].kind > IR_OP_UNMAP)
			return true;
	return false;
}

int ir_assembler_events(struct ir_assembler *a, const struct ir_event **at, const struct ir_event *end,
			struct ir_op *ops, int max)
{
	int n = 0;

	while (!take_ops(a, ops, max, &n) && *at < end && n < max && !a->no_memory) {
		if (a->fast_kinds)
			n += ir_asm_fast(a, at, end, ops + n, max - n);
		if (*at == end || n == max)
			break;
		general_event(a, *at);
		ir_asm_check(a, *at, *at + 1);
		++*at;
	}
	return a->no_memory ? -ENOMEM : n;
}

void ir_assembler_end(struct ir_assembler *a)
{
	for (uint32_t i = 0; i < a->nr_cpus; i++) {
		ir_asm_forget_timer(a, &a->cpus[i]);
		for (unsigned int k = 0; k < 2; k++) {
			ir_asm_confirm_unmap(a, &a->cpus[i].slot[k]);
			ir_asm_resolve_unmap(a, &a->cpus[i].slot[k], 0);
			ir_asm_release(a, &a->cpus[i].slot[k]);
		}
	}
	a->ended = true;
#ifdef IR_DEBUG
	if (a->slow)
		ir_assembler_end(a->slow);
#endif
}

const struct ir_op_totals *ir_assembler_totals(const struct ir_assembler *a)
{
	return &a->totals;
}

uint32_t ir_assembler_max_mappings(const struct ir_assembler *a)
{
	return a->max_mappings;
}

uint64_t ir_assembler_memory(const struct ir_assembler *a)
{
	return WINDOW * sizeof(struct rec) + (uint64_t)a->nr_cpus * sizeof(struct cpu) +
		(uint64_t)a->live.room * (sizeof(struct ir_live) + 2 * sizeof(uint32_t)) +
		(uint64_t)a->nr_bitmaps * MAPPED_BYTES;
}

void ir_assembler_rpcit(const struct ir_assembler *a, struct ir_recorded_rpcit *rpcit,
			uint64_t *aperture_start, uint64_t *aperture_size)
{
	ir_rpcits_sum_up(&a->rpcits, rpcit, aperture_start, aperture_size);
}

void ir_assembler_latency(struct ir_assembler *a, struct ir_recorded_machine *m)
{
	ir_latency_fit(&a->latency, &m->rpcit_base_ns, &m->rpcit_page_ns);
	m->rpcit_global_ns = ir_latency_global(&a->latency);
}

void ir_assembler_flushes(const struct ir_assembler *a, struct ir_recorded_flushes *flushes)
{
	ir_asm_flushes(a, flushes);
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
