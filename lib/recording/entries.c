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

/* Whatever no event names the device of is counted for each. */
static bool concerns(uint16_t device, size_t other)
{
	return !device || !other || device == other;
}

static void add_held(struct ir_held_pages *held, const struct ir_entries_device *d)
{
	held->live += d->live;
	held->min += d->live + d->lazy;
	held->max += d->live + d->lazy + d->unsure + d->going;
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
		.flushed = e->devices[late->device].flushed,
	};
	for (size_t i = 0; i < e->nr_devices; i++) {
		add_held(&s->all, &e->devices[i]);
		if (concerns(late->device, i))
			add_held(&s->own, &e->devices[i]);
	}
	/* RPCITs under way on other CPUs may be done on the host already. */
	for (unsigned int i = 0; i < e->nr_late; i++) {
		const struct ir_entries_late *l = &e->late[i];

		if (!l->stays || l->issued_ns > late->time_ns)
			continue;
		s->all.max += l->pages;
		if (concerns(late->device, l->device))
			s->own.max += l->pages;
	}
	return 0;
}

static void flush_begins(struct ir_entries *e, uint16_t device)
{
	for (size_t i = 0; i < e->nr_devices; i++) {
		struct ir_entries_device *d = &e->devices[i];

		if (!concerns(device, i))
			continue;
		d->going += d->lazy + d->unsure;
		d->lazy = d->unsure = 0;
		d->flushes++;
	}
}

static void flush_ends(struct ir_entries *e, uint16_t device)
{
	for (size_t i = 0; i < e->nr_devices; i++) {
		struct ir_entries_device *d = &e->devices[i];

		if (!concerns(device, i))
			continue;
		d->going = 0;
		d->flushed = true;
		d->flushes -= d->flushes != 0;
	}
}

/* The late one at @i is done. */
static int settle(struct ir_entries *e, unsigned int i)
{
	struct ir_entries_late late = e->late[i];
	struct ir_entries_device *d = device_of(e, late.device);
	int rc = 0;

	if (!d)
		return -ENOMEM;
	e->late[i] = e->late[--e->nr_late];
	if (!late.pages) {
		flush_ends(e, late.device);
		return 0;
	}
	if (late.ran_short) {	/* it is tried again after a flush */
		rc = note_shortage(e, &late);
		flush_begins(e, late.device);
	}
	if (late.stays)
		d->live += late.pages;
	if (!late.ran_short && d->live + d->lazy > d->most)
		d->most = d->live + d->lazy;
	return rc;
}

static bool is_before(const struct ir_entries_late *x, const struct ir_entries_late *y)
{
	return x->time_ns != y->time_ns ? x->time_ns < y->time_ns : x->order < y->order;
}

/* All that is done by then; at least one if there is no room for more. */
static int settle_until(struct ir_entries *e, uint64_t until_ns)
{
	int rc = 0;

	while (!rc && e->nr_late) {
		unsigned int first = 0;

		for (unsigned int i = 1; i < e->nr_late; i++)
			if (is_before(&e->late[i], &e->late[first]))
				first = i;
		if (e->late[first].time_ns > until_ns && e->nr_late < IR_ENTRIES_LATE)
			break;
		rc = settle(e, first);
	}
	return rc;
}

static int add_late(struct ir_entries *e, struct ir_entries_late late)
{
	int rc = settle_until(e, late.issued_ns);

	late.order = e->order++;
	if (!rc)
		e->late[e->nr_late++] = late;
	return rc;
}

static int map(struct ir_entries *e, const struct ir_op *op)
{
	struct ir_entries_device *d = device_of(e, op->device);
	struct ir_entries_late late = {
		.issued_ns = op->time_ns + op->sync_ns,
		.time_ns = op->time_ns + op->sync_ns + op->rpcit_ns,
		.pages = op->pages, .mapping = op->mapping, .device = op->device,
		.ran_short = op->flags & IR_OPF_ENOMEM, .stays = !(op->flags & IR_OPF_FAILED),
	};
	int rc;

	if (!d)
		return -ENOMEM;
	if (e->next_fit && op->iova + WRAP < d->last_iova) {
		flush_begins(e, op->device);
		flush_ends(e, op->device);
	}
	d->last_iova = op->iova;
	rc = add_late(e, late);
	if (!rc && late.ran_short)
		rc = add_late(e, (struct ir_entries_late){
			.issued_ns = op->time_ns, .time_ns = late.time_ns + op->retry_ns,
			.device = op->device,
		});
	return rc;
}

static int unmap(struct ir_entries *e, const struct ir_op *op)
{
	struct ir_entries_device *d;
	int rc = 0;

	if (op->flags & IR_OPF_FAILED)
		return 0;
	/* Its RPCIT is done, whatever was recorded of that. */
	for (unsigned int i = 0; i < e->nr_late && op->mapping != IR_NO_MAPPING; i++) {
		if (!e->late[i].pages || !e->late[i].stays || e->late[i].mapping != op->mapping)
			continue;
		rc = settle(e, i);
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

int ir_entries_op(struct ir_entries *e, const struct ir_op *op)
{
	struct ir_entries_device *d;
	int rc = settle_until(e, op->time_ns);

	if (rc)
		return rc;
	switch (op->kind) {
	case IR_OP_MAP:
		return map(e, op);
	case IR_OP_UNMAP:
		return unmap(e, op);
	case IR_OP_FLUSH_TIMER:
		flush_begins(e, op->device);
		return add_late(e, (struct ir_entries_late){
			.issued_ns = op->time_ns, .time_ns = op->time_ns + op->rpcit_ns,
			.device = op->device,
		});
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

static void add_found(struct ir_held_pages *held, int64_t pages)
{
	held->live += pages;
	held->min += pages;
	held->max += pages;
}

int ir_entries_end(struct ir_entries *e)
{
	int rc = settle_until(e, UINT64_MAX);

	for (size_t i = 0; i < e->nr; i++) {
		struct ir_recorded_shortage *s = &e->list[i];

		for (size_t j = 0; j < e->nr_devices; j++) {
			add_found(&s->all, e->devices[j].found);
			if (concerns(s->device, j))
				add_found(&s->own, e->devices[j].found);
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
