/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The assembler: takes events in time order, returns operations in time order.
 *
 * The events of one DMA API call come from one CPU and one context (task or interrupt).
 * In brackets: missing where a probe or event is not recorded, or does not exist in that
 * kernel.  The order is that of Linux 6.12's drivers/iommu/dma-iommu.c.
 *
 *   map    = [ s390_map_page ] segment+ [ sync ] [ undo ] [ name ]
 *   segment = iommu:map | s390_update_trans         one for each physically contiguous piece
 *   sync   = RPCIT over all segments, [ result ], [ retry ]
 *   retry  = global RPCIT, [ result ]                after a result with an error
 *   undo   = iommu:unmap over all segments, [ RPCIT over them, [ result ] ]
 *   name   = dma:dma_map_*                           IOVA and device; an error after undo
 *
 *   unmap  = [ dma:dma_unmap_sg | s390_unmap_page ] iommu:unmap [ RPCIT over it, [ result ] ]
 *            [ dma:dma_unmap_page ]
 *
 * priv.h has the states of this grammar, one pair for each CPU and context, with the event
 * and the function behind each step, and what the next event means in each state.
 *
 * Nothing marks the end of a mapping's segments if neither RPCIT nor name is recorded, and
 * an interrupt's unmap may split pieces that adjacency grouped.  Therefore operations pass
 * through a window: one leaves it when its outcome is certain, or when the window is full;
 * then the most likely reading is used, and a damage counter counts it.  Evidence for where a
 * mapping ends, strongest first:
 *   - an RPCIT over exactly the segments so far, on the same CPU and in the same context;
 *   - a dma:* event that names the IOVA (and the device);
 *   - an unmap of a part, at a segment's border, splits a mapping; an unmap of several joins them;
 *   - else adjacent segments from one CPU, context and task are one mapping.
 *
 * A device that is attached to a domain, or leaves its group, has no mappings any more: those
 * it had end there.
 *
 * Memory is bounded by the window and the live mappings.  Cost: O(log n) an event.
 */
#ifndef IR_TRACE_ASSEMBLE_H
#define IR_TRACE_ASSEMBLE_H

#include <stddef.h>
#include <iommu-replay/damage.h>
#include <iommu-replay/op.h>
#include <iommu-replay/recording.h>
#include "assemble/domains.h"
#include "events/event.h"
#include "assemble/owners.h"

struct ir_assembler;

struct ir_assembler_config {
	struct ir_damage *damage;	/* counted here; stays the caller's */
	uint64_t seen_kinds;		/* bits of enum ir_event_kind that the recording has */
	bool s390;			/* recorded on s390x: maps can fail there */
	bool rpcits;			/* recorded RPCITs become operations */
	bool sites;			/* call chains may come as events of their own */
	bool filter;			/* only operations of @device, and only its RPCITs are counted */
	uint16_t device;
	bool several;			/* several devices: an unnamed mapping is not attributed */
	bool unknown;			/* some unmaps are of mappings from before the recording */
	/*
	 * Owners found by an earlier pass, or NULL.  Where no event names devices and RPCITs
	 * are for several functions, @name_function makes a device for each function; likewise for
	 * each domain whose maps no event names.
	 */
	const struct ir_owners *owners;
	/* NULL: functions and domains get no names. */
	uint16_t (*name_function)(void *arg, enum ir_owner_kind kind, uint64_t key);
	void *name_arg;
};

/** ir_assembler_evidence - bits of the kinds of events whose presence changes the meaning of others */
uint64_t ir_assembler_evidence(void);
/** ir_assembler_new - NULL: no memory */
struct ir_assembler *ir_assembler_new(const struct ir_assembler_config *config);
void ir_assembler_free(struct ir_assembler *a);
/**
 * ir_assembler_events - take events, in time order, and give the operations that they make certain
 * @at: the first one; moved behind those that were taken
 * @ops: room for @max operations
 *
 * It ends at @end, when the room is used up, or at an operation that is not a piece, map or unmap:
 * with these the caller may look at what else the assembler knows by then.  To be called again
 * until it returns 0; else it returns how many operations these are, or -ENOMEM.
 */
int ir_assembler_events(struct ir_assembler *a, const struct ir_event **at, const struct ir_event *end,
			struct ir_op *ops, int max);
/** ir_assembler_event - take one event; ir_assembler_next() has its operations; 0 or -ENOMEM */
int ir_assembler_event(struct ir_assembler *a, const struct ir_event *ev);
/**
 * ir_assembler_check - NULL, or the invariant that does not hold for the states of a CPU; O(1)
 *
 * For tests; builds with -DIR_DEBUG assert it after each event.
 */
const char *ir_assembler_check(struct ir_assembler *a, uint32_t cpu);
/** ir_assembler_end - no more events: everything in the window may leave */
void ir_assembler_end(struct ir_assembler *a);
/* The members of an operation without what pads it, to compare two of them. */
#define IR_OP_BYTES (offsetof(struct ir_op, flags) + sizeof(uint8_t))
/** ir_assembler_next - the next operation that is certain; false: none yet */
bool ir_assembler_next(struct ir_assembler *a, struct ir_op *op);

/** ir_assembler_totals - counts of what has left the window */
const struct ir_op_totals *ir_assembler_totals(const struct ir_assembler *a);
/** ir_assembler_max_mappings - all assigned mapping numbers are below this */
uint32_t ir_assembler_max_mappings(const struct ir_assembler *a);
/** ir_assembler_memory - bytes in use for live mappings, and for each device and CPU seen */
uint64_t ir_assembler_memory(const struct ir_assembler *a);
/** ir_assembler_rpcit - recorded RPCITs, and the aperture if a global one was among them */
void ir_assembler_rpcit(const struct ir_assembler *a, struct ir_recorded_rpcit *rpcit,
			uint64_t *aperture_start, uint64_t *aperture_size);
/** ir_assembler_latency - fill in how long recorded RPCITs took: m->rpcit_*_ns */
void ir_assembler_latency(struct ir_assembler *a, struct ir_recorded_machine *m);
/** ir_assembler_flushes - recorded flushes of another IOMMU */
void ir_assembler_flushes(const struct ir_assembler *a, struct ir_recorded_flushes *flushes);

/** ir_assembler_owners - the devices of functions and domains, as far as known */
const struct ir_owners *ir_assembler_owners(const struct ir_assembler *a);
/** ir_assembler_unattributed - RPCITs and flushes whose device is not known */
uint64_t ir_assembler_unattributed(const struct ir_assembler *a);
/** ir_assembler_domains - the types of the devices' domains, so far; stays the assembler's */
struct ir_domain_survey *ir_assembler_domains(struct ir_assembler *a);

#endif
