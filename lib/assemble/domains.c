// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "assemble/domains.h"

void ir_domains_unmap(struct ir_domain_survey *s, uint16_t device, uint64_t time_ns)
{
	if (device >= IR_DOMAIN_DEVICES) {
		s->left_out += device != IR_DOMAIN_UNKNOWN;
		s->unknown += device == IR_DOMAIN_UNKNOWN;
		return;
	}
	s->now[device].unmaps++;
	if (!s->now[device].rest++)
		s->now[device].rest_ns = time_ns;
}

void ir_domains_sync(struct ir_domain_survey *s, uint16_t device)
{
	if (device >= IR_DOMAIN_DEVICES || !s->now[device].rest)
		return;
	s->now[device].syncs++;
	s->now[device].rest = 0;
	s->now[device].flushed = false;
}

void ir_domains_flush(struct ir_domain_survey *s, uint16_t device)
{
	for (unsigned int i = 0; i < IR_DOMAIN_DEVICES; i++)
		if ((!device || i == device) && s->now[i].rest)
			s->now[i].flushed = true;
}

void ir_domains_time_out(struct ir_domain_survey *s, uint16_t device)
{
	if (device >= IR_DOMAIN_DEVICES)
		return;
	s->now[device].emptied = s->now[device].unmaps;
	s->now[device].timed_out = true;
}

bool ir_domains_queue_fills(const struct ir_domain_survey *s)
{
	if (s->left_out)
		return true;
	for (unsigned int i = 0; i < IR_DOMAIN_DEVICES; i++)
		if (s->now[i].unmaps && (!s->now[i].timed_out ||
					 s->now[i].unmaps - s->now[i].emptied + s->unknown >= IR_DOMAIN_QUEUE))
			return true;
	return false;
}

static void add_type(struct ir_domain_survey *s, uint16_t device, uint64_t time_ns, bool strict)
{
	if (s->nr < IR_DOMAIN_TYPES)
		s->type[s->nr++] = (struct ir_domain_type){ time_ns, device, strict };
	else
		s->left_out++;
}

/* A domain without unmaps has no type: none is kept for it. */
static void decide_type(struct ir_domain_survey *s, uint16_t device)
{
	uint64_t unmaps = s->now[device].unmaps, syncs = s->now[device].syncs;
	bool queue_came = s->now[device].flushed;
	bool strict;

	if (!unmaps)
		return;
	if (queue_came)
		unmaps -= s->now[device].rest;
	strict = syncs && syncs * 2 > unmaps;
	add_type(s, device, s->now[device].begin_ns, strict);
	if (strict && queue_came)
		add_type(s, device, s->now[device].rest_ns, false);
}

void ir_domains_end(struct ir_domain_survey *s, uint16_t device, uint64_t time_ns)
{
	if (device >= IR_DOMAIN_DEVICES)
		return;
	decide_type(s, device);
	s->now[device].unmaps = s->now[device].syncs = s->now[device].rest = s->now[device].emptied = 0;
	s->now[device].flushed = s->now[device].timed_out = false;
	s->now[device].begin_ns = time_ns;
}

static int by_time(const void *a, const void *b)
{
	const struct ir_domain_type *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return x->device < y->device ? -1 : x->device > y->device;
}

bool ir_domains_finish(struct ir_domain_survey *s)
{
	bool strict = false, queue = false;

	for (unsigned int i = 0; i < IR_DOMAIN_DEVICES; i++)
		decide_type(s, (uint16_t)i);
	qsort(s->type, s->nr, sizeof(s->type[0]), by_time);
	for (size_t i = 0; i < s->nr; i++) {
		strict |= s->type[i].strict;
		queue |= !s->type[i].strict;
	}
	return strict && queue;
}
