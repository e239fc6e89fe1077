// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes operations of the records that leave the window, in time order. */
#include <stdlib.h>

#include "assemble/priv.h"

static uint32_t alloc_number(struct ir_assembler *a)
{
	return a->nr_free ? a->free_numbers[--a->nr_free] : a->max_mappings++;
}

static void free_number(struct ir_assembler *a, uint32_t number)
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

static bool is_filtered_out(const struct ir_assembler *a, uint16_t device)
{
	return a->cfg.filter && device != a->cfg.device && (device || a->cfg.several);
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
	op->sync_ns = ir_asm_duration(sync - r->time_ns);
	op->rpcit_ns = ir_asm_duration(r->rpcit_ns);
	op->retry_ns = ir_asm_duration(r->retry_ns);
	a->totals.map++;
	a->totals.map_pages += l->pages;
	a->totals.segments += r->pieces;
	if (r->pieces > 1 && !r->certain && !l->ended)
		ir_asm_note_assumed(a, l);
	if (failed) {
		/* Without results: it failed because its last RPCIT did. */
		if ((r->flags & IR_OPF_ENOMEM) && !has_events(a, IR_EV_RPCIT_RET))
			a->rpcits.insufficient++;
		a->totals.failed_map++;
		a->totals.undone_map++;
		a->totals.unmap++;
		a->totals.unmap_pages += l->pages;
		ir_live_free(&a->live, r->live);
		return;
	}
	op->mapping = l->number = alloc_number(a);
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
	free_number(a, op->mapping);
	ir_live_free(&a->live, r->live);
}

/* Drop the @n mappings that ended with their domain at record @detach. */
static void forget_gone(struct ir_assembler *a, uint64_t detach, uint64_t n)
{
	for (; n; n--) {
		uint32_t i = a->gone[a->first_gone++];
		struct ir_live *l = live_of(a, i);

		if (!l->gone || l->head > detach)	/* it was a failed map after all */
			continue;
		if (l->emitted && !is_filtered_out(a, l->device))
			free_number(a, l->number);
		ir_live_free(&a->live, i);
	}
}

/* Whether the device filter leaves the record out; its mapping is followed to its end all the same. */
static bool skip_filtered(struct ir_assembler *a, const struct rec *r)
{
	bool whose = r->device || (r->kind != REC_TIMER && r->kind != REC_RPCIT && r->kind != REC_FREE);
	/* The mapping may have got its name after its unmap was put down. */
	bool mapped = r->kind == REC_UNMAP && r->live != IR_LIVE_NONE;
	uint16_t device = mapped ? live_of(a, r->live)->device : r->device;

	if (!is_filtered_out(a, device) || r->kind == REC_LOST || !whose ||
	    (r->kind == REC_DETACH && !a->cfg.several))
		return false;
	if (r->kind == REC_DETACH)
		forget_gone(a, a->first - 1, r->pages);
	if (r->kind == REC_UNMAP && r->live != IR_LIVE_NONE)
		ir_live_free(&a->live, r->live);
	if (r->kind == REC_SEGMENT && r->pieces) {
		if (r->flags & IR_OPF_FAILED)
			ir_live_free(&a->live, r->live);
		else
			live_of(a, r->live)->emitted = true;
	}
	return true;
}

/* Makes an operation of the first record, which leaves the window; false: it is none. */
static bool record_to_op(struct ir_assembler *a, struct rec *r, struct ir_op *op)
{
	*op = (struct ir_op){
		.time_ns = r->time_ns, .iova = r->iova, .paddr = r->paddr,
		.mapping = IR_NO_MAPPING, .cpu = r->cpu, .device = r->device, .flags = r->flags,
	};
	if (r->kind == REC_SEGMENT || r->kind == REC_FAILED)
		op->site = r->site;
	if (a->cfg.filter && skip_filtered(a, r))
		return false;
	switch (r->kind) {
	case REC_SEGMENT:
		if (!r->pieces)
			return false;
		if (r->pieces > 1 && !r->certain)
			count_damage(a, IR_DAMAGE_ASSUMED_GROUPS);
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
		op->rpcit_ns = ir_asm_duration(r->rpcit_ns);
		op->sync_ns = r->sync_time_ns ? ir_asm_duration(r->sync_time_ns - r->time_ns) : 0;
		return true;
	case REC_FREE:
		op->kind = IR_OP_PAGE_FREE;
		op->pages = op->seg_pages = (uint32_t)r->pages;
		op->iova = 0;
		return true;
	case REC_LOST:
		op->kind = IR_OP_LOST;
		return true;
	case REC_DETACH:
		op->kind = IR_OP_DETACH;
		forget_gone(a, a->first - 1, r->pages);
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

static bool next_op(struct ir_assembler *a, struct ir_op *op)
{
	if (a->emit != NONE) {
		emit_segment(a, op);
		return true;
	}
	while (ir_asm_may_leave(a)) {
		struct rec *r = rec(a, a->first);

		/* Pieces behind the first stay in the window until they have been emitted. */
		if (r->held && r->kind == REC_SEGMENT)
			ir_asm_release_holder(a, a->first);
		a->first++;
		if (record_to_op(a, r, op))
			return true;
	}
	return false;
}

bool ir_assembler_next(struct ir_assembler *a, struct ir_op *op)
{
	bool is = next_op(a, op);

	ir_asm_compare(a, is ? op : NULL);
	return is;
}
