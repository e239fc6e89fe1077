/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The assembler: events in, operations out.
 *
 * One DMA mapping may be many iommu:map events, and which ones belong together
 * is told by what follows: the RPCIT over the range, a dma:* event, or at last
 * the unmap.  So operations pass through a window: one leaves it when its
 * outcome is certain, or when the window is full and the likely reading (and a
 * damage counter) must do.  Memory is bounded by the window and the live
 * mappings.
 *
 * What counts as evidence, strongest first:
 *   - an RPCIT over exactly the pieces so far, on the same CPU and in the same
 *     context, closes a mapping (s390: one iotlb_sync_map per mapping);
 *   - a dma:* event that names the IOVA closes it and names its device;
 *   - an unmap of a part at a piece's border splits it, an unmap of several
 *     joins them;
 *   - else adjacent pieces from one CPU and context are one mapping.
 * A map whose RPCIT and retry failed and whose unmap follows in the same context
 * is one failed attempt.
 *
 * A device that is attached to a domain, or leaves its group, has no mappings any
 * more: those it had end there.
 */
#ifndef IR_TRACE_ASSEMBLE_H
#define IR_TRACE_ASSEMBLE_H

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
	bool sites;			/* call chains may be told by events of their own */
	bool filter;			/* only operations of @device, and only its RPCITs are counted */
	uint16_t device;
	bool several;			/* devices are named: what has no name may be anybody's */
	/*
	 * What an earlier pass has learned; NULL: nothing.  Where nothing names devices
	 * and RPCITs are for several functions, @name_function gives them names.
	 */
	const struct ir_owners *owners;
	uint16_t (*name_function)(void *arg, uint64_t fn);	/* NULL: they stay without */
	void *name_arg;
};

/** ir_assembler_evidence - the kinds of events whose presence changes what others mean */
uint64_t ir_assembler_evidence(void);
/** ir_assembler_new - NULL: no memory */
struct ir_assembler *ir_assembler_new(const struct ir_assembler_config *config);
void ir_assembler_free(struct ir_assembler *a);
/** ir_assembler_event - take one event, in time order; 1: operations may be certain now, 0, or -ENOMEM */
int ir_assembler_event(struct ir_assembler *a, const struct ir_event *ev);
/** ir_assembler_end - no more events: everything in the window may leave */
void ir_assembler_end(struct ir_assembler *a);
/** ir_assembler_next - the next operation that is certain; false: none yet */
bool ir_assembler_next(struct ir_assembler *a, struct ir_op *op);

/** ir_assembler_totals - counts of what has left the window */
const struct ir_op_totals *ir_assembler_totals(const struct ir_assembler *a);
/** ir_assembler_max_mappings - mapping numbers handed out are below this */
uint32_t ir_assembler_max_mappings(const struct ir_assembler *a);
/** ir_assembler_memory - bytes for what is live, and for each device and CPU seen */
uint64_t ir_assembler_memory(const struct ir_assembler *a);
/** ir_assembler_rpcit - recorded RPCITs, and the aperture if a global one was among them */
void ir_assembler_rpcit(const struct ir_assembler *a, struct ir_recorded_rpcit *rpcit,
			uint64_t *aperture_start, uint64_t *aperture_size);
/** ir_assembler_latency - fill in how long recorded RPCITs took: m->rpcit_*_ns */
void ir_assembler_latency(struct ir_assembler *a, struct ir_recorded_machine *m);
/** ir_assembler_flushes - recorded flushes of another IOMMU */
void ir_assembler_flushes(const struct ir_assembler *a, struct ir_recorded_flushes *flushes);

/** ir_assembler_owners - whose the functions and domains of RPCITs and flushes are */
const struct ir_owners *ir_assembler_owners(const struct ir_assembler *a);
/** ir_assembler_unattributed - RPCITs and flushes whose device is not known */
uint64_t ir_assembler_unattributed(const struct ir_assembler *a);
/** ir_assembler_domains - the types of the devices' domains, so far; stays the assembler's */
struct ir_domain_survey *ir_assembler_domains(struct ir_assembler *a);

#endif
