/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The type that each device's domain had on the recorded machine: strict (DMA)
 * or with a flush queue (DMA-FQ).  No event has the type, but flushes show it: a strict
 * domain flushes every unmap on its own, one with a queue flushes the queue.
 *
 * A domain's type changes only from strict to queue while it exists: the queue is
 * brought up without taking the domain down (iommu_group_store_type(),
 * drivers/iommu/iommu.c, Linux 6.12).  The other way needs a new domain, which an
 * attach event shows.  So each domain has one type, or a strict beginning and a
 * rest with a queue; the rest begins with the first unmap after the last one
 * that was flushed on its own, and counts only if a flush of a queue followed.
 */
#ifndef IR_TRACE_DOMAINS_H
#define IR_TRACE_DOMAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IR_DOMAIN_DEVICES	256	/* that are looked at */
#define IR_DOMAIN_UNKNOWN	UINT16_MAX	/* which device it is */
#define IR_DOMAIN_TYPES		4096	/* stretches of time that are kept */
#define IR_DOMAIN_QUEUE		255	/* unmaps that a CPU's queue holds: IOVA_DEFAULT_FQ_SIZE, drivers/iommu/dma-iommu.c */

/* From this time on. */
struct ir_domain_type {
	uint64_t time_ns;
	uint16_t device;
	bool strict;
};

struct ir_domain_survey {
	struct {
		uint64_t begin_ns;
		uint64_t unmaps;	/* in this domain */
		uint64_t syncs;		/* of these, flushed on their own */
		uint64_t rest;		/* unmaps since the last of those */
		uint64_t rest_ns;	/* when the first of them was */
		uint64_t emptied;	/* how many of the unmaps came before the timer last emptied the queues */
		bool flushed;		/* a queue was flushed since */
		bool timed_out;		/* the timer emptied the queues: before that they may have held any number */
	} now[IR_DOMAIN_DEVICES];
	struct ir_domain_type type[IR_DOMAIN_TYPES];
	size_t nr;
	uint64_t left_out;	/* unmaps of further devices, and further stretches */
	uint64_t unknown;	/* unmaps of unknown devices */
};

/** ir_domains_unmap - count an unmap of the device; one of an unknown device is of no domain */
void ir_domains_unmap(struct ir_domain_survey *s, uint16_t device, uint64_t time_ns);
/** ir_domains_sync - the last unmap of the device was flushed on its own */
void ir_domains_sync(struct ir_domain_survey *s, uint16_t device);
/** ir_domains_flush - a queue of the device (0: not known) was flushed */
void ir_domains_flush(struct ir_domain_survey *s, uint16_t device);
/** ir_domains_time_out - the timer of the device's queues emptied them */
void ir_domains_time_out(struct ir_domain_survey *s, uint16_t device);
/** ir_domains_queue_fills - whether the queue of some CPU may be full, as far as unmaps show */
bool ir_domains_queue_fills(const struct ir_domain_survey *s);
/** ir_domains_end - the device's domain ends */
void ir_domains_end(struct ir_domain_survey *s, uint16_t device, uint64_t time_ns);
/**
 * ir_domains_finish - no more events
 *
 * s->type is sorted by time then.  Returns true if there were domains of both
 * types, or one that changed.
 */
bool ir_domains_finish(struct ir_domain_survey *s);

#endif
