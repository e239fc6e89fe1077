// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "recording/entries.h"

/*
 * An address so far below the last one is behind a wrap of the bitmap; several CPUs
 * that map at once are not that far apart.
 */
#define WRAP (UINT64_C(64) << 20)

/* NULL: no memory. */
static struct ir_entries_device *device_of(struct ir_entries *e, uint16_t device)
{
	size_t nr = (size_t)device + 1;
	struct ir_entries_device *grown;

	if (device < e->nr_devices)
		return &e->devices[device];
	grown = realloc(e->devices, nr * sizeof(*grown));
	if (!grown)
		return NULL;
	memset(grown + e->nr_devices, 0, (nr - e->nr_devices) * sizeof(*grown));
	e->devices = grown;
	e->nr_devices = nr;
	return &grown[device];
}

/* Mappings whose device no event names count for each device. */
static bool is_for_device(uint16_t device, size_t other)
{
	return !device || !other || device == other;
}

static int64_t going_of(const struct ir_entries_device *d)
{
	int64_t pages = 0;

	for (unsigned int i = 0; i < d->nr_going; i++)
		pages += d->going[i].pages;
	return pages;
}

static void add_held(struct ir_held_pages *held, const struct ir_entries_device *d)
{
	held->live += d->live;
	held->min += d->live + d->lazy;
	held->max += d->live + d->lazy + d->unsure + going_of(d);
}

/* What RPCITs under way on other CPUs mapped may be held already, and is until it is undone. */
static int64_t under_way(const struct ir_entries_late *l, const struct ir_entries_late *late, uint64_t now_ns)
{
	if (l->issued_ns > now_ns || l->order == late->order || l->order == late->order + 1)
		return 0;
	return l->stays ? l->pages : l->undone;
}

/* What is held at @now_ns, without what @late maps. */
static void hold_now(const struct ir_entries *e, const struct ir_entries_late *late, uint64_t now_ns,
		     struct ir_held_pages *all, struct ir_held_pages *own)
{
	*all = *own = (struct ir_held_pages){ 0 };
	for (size_t i = 0; i < e->nr_devices; i++) {
		add_held(all, &e->devices[i]);
		if (is_for_device(late->device, i))
			add_held(own, &e->devices[i]);
	}
	for (unsigned int i = 0; i < e->nr_late; i++) {
		const struct ir_entries_late *l = &e->late[i];
		int64_t pages = under_way(l, late, now_ns);

		all->max += pages;
		if (is_for_device(late->device, l->device))
			own->max += pages;
	}
	for (unsigned int i = 0; i < e->nr_undo; i++) {
		all->max += e->undo[i].pages;
		if (is_for_device(late->device, e->undo[i].device))
			own->max += e->undo[i].pages;
	}
}

static void widen(struct ir_held_pages *held, const struct ir_held_pages *now, bool seen)
{
	held->live = now->live;
	if (!seen || now->min < held->min)
		held->min = now->min;
	if (!seen || now->max > held->max)
		held->max = now->max;
}

/* The host ran short at some time between the beginning of the RPCIT and its end. */
static void see(const struct ir_entries *e, struct ir_entries_late *late, uint64_t now_ns)
{
	struct ir_held_pages all, own;

	if (late->issued_ns > now_ns)
		return;
	hold_now(e, late, now_ns, &all, &own);
	widen(&late->all, &all, late->seen);
	widen(&late->own, &own, late->seen);
	late->seen = true;
}

static void see_all(struct ir_entries *e, uint64_t now_ns)
{
	for (unsigned int i = 0; i < e->nr_late; i++)
		if (e->late[i].ran_short)
			see(e, &e->late[i], now_ns);
}

static int note_shortage(struct ir_entries *e, const struct ir_entries_late *late)
{
	struct ir_recorded_shortage *s;

	if (e->nr == IR_SHORTAGES)
		return 0;
	if (e->nr == e->room) {
		size_t room = e->room ? e->room * 2 : 64;
		struct ir_recorded_shortage *grown = realloc(e->list, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		e->list = grown;
		e->room = room;
	}
	s = &e->list[e->nr++];
	*s = (struct ir_recorded_shortage){
		.time_ns = late->time_ns, .pages = late->pages, .device = late->device,
		.flushed = e->devices[late->device].flushed, .all = late->all, .own = late->own,
	};
	return 0;
}

/* @flush: the order of its end */
static void begin_flush_of(struct ir_entries_device *d, uint64_t flush)
{
	int64_t pages = d->lazy + d->unsure;

	d->lazy = d->unsure = 0;
	d->flushes++;
	if (!pages && !d->nr_going)
		return;
	if (d->nr_going < IR_ENTRIES_FLUSHES)
		d->going[d->nr_going++].pages = 0;
	d->going[d->nr_going - 1].pages += pages;
	d->going[d->nr_going - 1].flush = flush;
}

static void begin_flush(struct ir_entries *e, uint16_t device, uint64_t flush)
{
	for (size_t i = 0; i < e->nr_devices; i++)
		if (is_for_device(device, i))
			begin_flush_of(&e->devices[i], flush);
}

/* What was unmapped before it began is gone; the rest perhaps only with a later flush. */
static void end_flush_of(struct ir_entries_device *d, uint64_t flush)
{
	for (unsigned int i = 0; i < d->nr_going; i++) {
		if (d->going[i].flush != flush)
			continue;
		d->nr_going -= i + 1;
		memmove(d->going, d->going + i + 1, d->nr_going * sizeof(d->going[0]));
	}
	d->flushed = true;
	d->flushes -= d->flushes != 0;
}

static void end_flush(struct ir_entries *e, uint16_t device, uint64_t flush)
{
	for (size_t i = 0; i < e->nr_devices; i++)
		if (is_for_device(device, i))
			end_flush_of(&e->devices[i], flush);
}

static bool is_before(const struct ir_entries_late *x, const struct ir_entries_late *y)
{
	return x->time_ns != y->time_ns ? x->time_ns < y->time_ns : x->order < y->order;
}

static unsigned int first_late(const struct ir_entries *e)
{
	unsigned int first = 0;

	for (unsigned int i = 1; i < e->nr_late; i++)
		if (is_before(&e->late[i], &e->late[first]))
			first = i;
	return first;
}

static void update_next_ns(struct ir_entries *e)
{
	e->next_ns = e->nr_late == IR_ENTRIES_LATE ? 0 :
		e->nr_late ? e->late[first_late(e)].time_ns : UINT64_MAX;
}

static void count_map(struct ir_entries_device *d, uint32_t pages, bool stays, bool ran_short)
{
	if (stays)
		d->live += pages;
	if (!ran_short && d->live + d->lazy > d->most)
		d->most = d->live + d->lazy;
}

/* Applies the late flush or mapping at @i, and removes it. */
static int finish_late(struct ir_entries *e, unsigned int i)
{
	struct ir_entries_device *d = device_of(e, e->late[i].device);
	struct ir_entries_late late;
	int rc = 0;

	if (!d)
		return -ENOMEM;
	if (e->nr_short)
		see_all(e, e->late[i].time_ns);
	late = e->late[i];
	e->late[i] = e->late[--e->nr_late];
	if (!late.pages) {
		end_flush(e, late.device, late.order);
		if (late.undone && e->nr_undo < IR_ENTRIES_LATE)
			e->undo[e->nr_undo++] = (struct ir_entries_undo){ late.undone, late.device, late.cpu };
		return 0;
	}
	if (late.ran_short) {	/* it is tried again after a flush */
		e->nr_short--;
		rc = note_shortage(e, &late);
		begin_flush(e, late.device, late.order + 1);
	}
	count_map(d, late.pages, late.stays, late.ran_short);
	if (late.queued)	/* the walks of both RPCITs took as many of its pages as there was room for */
		d->unsure += late.pages;
	return rc;
}

/* Applies all late ones up to @until_ns; at least one if the list is full. */
static int finish_all_late(struct ir_entries *e, uint64_t until_ns)
{
	int rc = 0;

	while (!rc && e->nr_late) {
		unsigned int first = first_late(e);

		if (e->late[first].time_ns > until_ns && e->nr_late < IR_ENTRIES_LATE)
			break;
		rc = finish_late(e, first);
	}
	update_next_ns(e);
	return rc;
}

/* One mapping is late in most cases, of a device that is known: that needs 20 instructions, not 60. */
static inline int finish_late_until(struct ir_entries *e, uint64_t until_ns)
{
	const struct ir_entries_late *late = &e->late[0];

	if (e->next_ns > until_ns)
		return 0;
	if (e->nr_late != 1 || late->time_ns > until_ns || !late->pages || late->ran_short ||
	    late->device >= e->nr_devices)
		return finish_all_late(e, until_ns);
	count_map(&e->devices[late->device], late->pages, late->stays, false);
	e->nr_late = 0;
	e->next_ns = UINT64_MAX;
	return 0;
}

/* There is room: finish_late_until() was called.  The caller fills in the rest. */
static inline struct ir_entries_late *new_late(struct ir_entries *e, uint64_t time_ns)
{
	struct ir_entries_late *late = &e->late[e->nr_late++];

	late->time_ns = time_ns;
	late->order = e->order++;
	if (time_ns < e->next_ns)
		e->next_ns = time_ns;
	if (e->nr_late == IR_ENTRIES_LATE)
		e->next_ns = 0;
	return late;
}

/* A flush of all that is unmapped, from @begin_ns to @end_ns. */
static int add_flush(struct ir_entries *e, const struct ir_op *op, uint64_t begin_ns, uint64_t end_ns)
{
	int rc = finish_late_until(e, begin_ns);
	struct ir_entries_late *late;

	if (rc)
		return rc;
	late = new_late(e, end_ns);
	late->issued_ns = begin_ns;
	late->pages = late->mapping = late->undone = 0;
	late->device = op->device;
	late->ran_short = late->stays = late->queued = false;
	late->cpu = op->cpu;
	if (op->kind == IR_OP_MAP && (op->flags & (IR_OPF_FAILED | IR_OPF_LINKED)) == IR_OPF_FAILED)
		late->undone = op->pages;
	return 0;
}

static int map_op(struct ir_entries *e, const struct ir_op *op, uint64_t next_ns)
{
	struct ir_entries_device *d = device_of(e, op->device);
	struct ir_entries_late *late;
	uint64_t issued = op->time_ns + op->sync_ns, done = issued + op->rpcit_ns;
	int rc;

	if (!d)
		return -ENOMEM;
	if (e->next_fit && op->iova + WRAP < d->last_iova) {
		begin_flush(e, op->device, e->order);
		end_flush(e, op->device, e->order);
	}
	d->last_iova = op->iova;
	rc = finish_late_until(e, issued);
	if (rc)
		return rc;
	if (!e->nr_late && done <= next_ns && !(op->flags & IR_OPF_ENOMEM)) {	/* as soon as it would be needed */
		count_map(d, op->pages, !(op->flags & IR_OPF_FAILED), false);
		return 0;
	}
	late = new_late(e, done);	/* filled in place: a copy costs 14 instructions */
	late->issued_ns = issued;
	late->pages = op->pages;
	late->mapping = op->mapping;
	late->device = op->device;
	late->ran_short = op->flags & IR_OPF_ENOMEM;
	late->stays = !(op->flags & IR_OPF_FAILED);
	late->queued = late->ran_short && !late->stays && op->flags & IR_OPF_LINKED;
	late->undone = late->queued ? op->pages : 0;
	late->seen = false;
	e->nr_short += late->ran_short;
	return late->ran_short ? add_flush(e, op, op->time_ns, done + op->retry_ns) : 0;
}

static int unmap_op(struct ir_entries *e, const struct ir_op *op)
{
	struct ir_entries_device *d;
	int rc = 0;

	if (op->flags & IR_OPF_FAILED)
		return 0;
	/* Its RPCIT is done, even if its end was not recorded. */
	for (unsigned int i = 0; i < e->nr_late && op->mapping != IR_NO_MAPPING; i++) {
		if (!e->late[i].pages || !e->late[i].stays || e->late[i].mapping != op->mapping)
			continue;
		rc = finish_late(e, i);
		update_next_ns(e);
		break;
	}
	d = device_of(e, op->device);
	if (!d)
		return -ENOMEM;
	d->live -= op->pages;
	if (d->flushes)
		d->unsure += op->pages;
	else
		d->lazy += op->pages;
	if (op->mapping == IR_NO_MAPPING)
		d->found += op->pages;
	return rc;
}

/* The CPU that does @op has undone what it had to. */
static void end_undo(struct ir_entries *e, const struct ir_op *op)
{
	unsigned int kept = 0;

	if (op->flags & IR_OPF_IRQ || (op->kind != IR_OP_MAP && op->kind != IR_OP_UNMAP))
		return;
	for (unsigned int i = 0; i < e->nr_undo; i++)
		if (e->undo[i].cpu != op->cpu)
			e->undo[kept++] = e->undo[i];
	e->nr_undo = kept;
}

int ir_entries_op(struct ir_entries *e, const struct ir_op *op, uint64_t next_ns)
{
	struct ir_entries_device *d;
	int rc = finish_late_until(e, op->time_ns);

	if (rc)
		return rc;
	if (e->nr_undo)
		end_undo(e, op);
	switch (op->kind) {
	case IR_OP_MAP:
		return map_op(e, op, next_ns);
	case IR_OP_UNMAP:
		return unmap_op(e, op);
	case IR_OP_FLUSH_TIMER:
		begin_flush(e, op->device, e->order);
		return add_flush(e, op, op->time_ns, op->time_ns + op->rpcit_ns);
	case IR_OP_DETACH:
		d = device_of(e, op->device);
		if (!d)
			return -ENOMEM;
		*d = (struct ir_entries_device){ .found = d->found, .most = d->most, .flushed = true };
		return 0;
	default:
		return 0;
	}
}

static void add_found_pages(struct ir_held_pages *held, int64_t pages)
{
	held->live += pages;
	held->min += pages;
	held->max += pages;
}

int ir_entries_end(struct ir_entries *e)
{
	int rc = finish_all_late(e, UINT64_MAX);

	for (size_t i = 0; i < e->nr; i++) {
		struct ir_recorded_shortage *s = &e->list[i];

		for (size_t j = 0; j < e->nr_devices; j++) {
			add_found_pages(&s->all, e->devices[j].found);
			if (is_for_device(s->device, j))
				add_found_pages(&s->own, e->devices[j].found);
		}
	}
	return rc;
}

void ir_entries_free(struct ir_entries *e)
{
	free(e->devices);
	free(e->list);
	*e = (struct ir_entries){ .list = NULL };
}
