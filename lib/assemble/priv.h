/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the assembler: the window of records, and the state of each CPU.
 *
 *   dispatch.c  gives each event to its handler
 *   fast.c      the common case of map, RPCIT and unmap, in few instructions
 *   mappings.c  groups pieces into mappings
 *   pieces.c    finds pieces of a mapping, cuts it apart
 *   unmaps.c    matches unmaps to mappings
 *   flushes.c   RPCITs and other flushes find what they are for
 *   detach.c    devices that come and go
 *   leave.c     records leave the window, as operations
 *
 * A mapping under way is held by the slot of its CPU and context until evidence
 * shows that it is complete (see assemble.h).  check.c has the invariants.
 */
#ifndef IR_TRACE_ASSEMBLE_PRIV_H
#define IR_TRACE_ASSEMBLE_PRIV_H

#include <assert.h>
#include <string.h>

#include "base/bitmap.h"
#include "assemble/assemble.h"
#include "assemble/frees.h"
#include "assemble/latency.h"
#include "assemble/live.h"
#include "assemble/rpcits.h"

#define WINDOW		(UINT64_C(1) << 16)	/* records; a power of two */
#define MAX_PAGES	(UINT64_C(1) << 28)	/* of one mapping: 1 TiB, the memory of a large guest; more is a damaged event */
#define MAX_ADJACENT	(UINT64_C(1) << 22)	/* of maps side by side that become one mapping: 16 GiB */
#define MAX_ALIKE	64			/* mappings at one IOVA that are looked at */
#define UNCERTAIN	64			/* mappings that are not in the index of them yet */
#define MAPPED_BYTES	5120			/* of the pages of a device, if they are near each other */
#define NESTED		8			/* RPCITs under way on one CPU: interrupts nest */
#define NONE		UINT64_MAX

enum rec_kind { REC_SEGMENT, REC_UNMAP, REC_FAILED, REC_TIMER, REC_LOST, REC_RPCIT, REC_DETACH, REC_FREE,
		REC_NOTHING };

/*
 * One record of the window: a piece of a mapping, or something else in time order.  It has two
 * cache lines of its own: finding one is a shift, not a multiplication.
 */
struct rec {
	_Alignas(128)
	uint64_t time_ns;
	uint64_t iova;
	uint64_t paddr;
	uint64_t pages;
	uint64_t next;		/* REC_SEGMENT: the next piece, NONE */
	uint32_t live;
	uint32_t pieces;	/* first piece: how many; 0: not a first piece */
	uint64_t sync_time_ns;	/* first piece: its RPCIT; a timer: its flush; 0 unknown */
	uint64_t rpcit_ns;	/* first piece, timer: how long its RPCIT took, 0 unknown */
	uint64_t retry_ns;	/* first piece: how long its retry's took, 0 unknown or none */
	uint64_t last_time_ns;	/* first piece: when the last piece came */
	uint64_t fn;		/* first piece: of its RPCIT, or the domain of its sync; 0 unknown */
	uint32_t site;		/* number of a call chain, 0: none */
	uint16_t cpu;
	uint16_t device;
	uint8_t kind;
	uint8_t flags;		/* of the operation */
	bool held;		/* its outcome is not known yet */
	bool certain;		/* first piece: there was evidence for where it ends */
	bool named;		/* first piece: its own event has the device */
	bool called;		/* first piece: a dma:* event was of it */
	/*
	 * Within the mapping: the piece's number, how many records before it the last
	 * piece is, and how many one further back, so that a piece is found in O(log n)
	 * from the mapping's end (see find_piece_of()).
	 */
	uint32_t index;
	union {
		uint32_t back;
		uint32_t noted;	/* first piece: how many uncertain mappings there were before */
	};
	union {
		uint32_t jump;	/* 0: none */
		uint32_t reach;	/* first piece: how many records behind it the last piece is */
	};
};

/*
 * The mapping that a CPU is making in one context.  Behind each arrow: the event, and the
 * function that takes the step.  An event that fits no arrow leaves the state as it is.
 *
 *                 s390_map_page                     iommu:map, adjacent
 *                 ir_asm_begin_map()                    ir_asm_map()
 *                    |                                 .--.
 *                    v          iommu:map              v  |
 *      .------> MAP_NONE ----------------------> MAP_PIECES ---.
 *      |             |    the whole mapping in         |       |  RPCIT over exactly the pieces
 *      |             '--> one event: MAP_WHOLE ----------------+  map_rpcit()
 *      |                                               |       v
 *      |                                               |   MAP_SYNC ---- result: error ----> MAP_SHORT <--.
 *      | ir_asm_release():                             |       |         ir_asm_rpcit_ret()      |        |
 *      | dma:dma_map_*, another                        |       | result: success                 |        |
 *      | iommu:map, lost events,                       |       v                 global RPCIT:   |        |
 *      | a detach, the end                             |   MAP_SYNCED            retry_rpcit()   |        |
 *      |                                               |       ^                                 v        |
 *      '--------------- from every state               |       '------- result: success --- MAP_RETRY ----'
 *                                                      |                                  result: error
 *                                                      '--> split by a later event: see pieces.c
 *
 * If the recording has no results of RPCITs, a global one in MAP_SYNC leads to MAP_RETRY.
 * If it has no dma:* events, MAP_SYNCED is left at once for MAP_NONE: nothing more comes.
 *
 * The meaning of an unmap of the same range by the same task that follows at once, in each state:
 *   MAP_SHORT             the map failed and is undone: one failed attempt
 *   MAP_RETRY             without recorded results: the same; with them: an ordinary unmap
 *   MAP_SYNC, MAP_SYNCED  an ordinary unmap
 *   MAP_PIECES, _WHOLE    undoes_map() decides by the other evidence that the recording
 *                         has; if only the shape is left, it counts "assumed failures"
 */
enum map_state {
	MAP_NONE,	/* no mapping is under way; slot.head is NONE */
	MAP_PIECES,	/* an adjacent piece of the same task joins it */
	MAP_WHOLE,	/* no piece joins it */
	MAP_SYNC,	/* its RPCIT was issued; where it ends is certain */
	MAP_SYNCED,	/* its RPCIT, or the retry, succeeded */
	MAP_SHORT,	/* its RPCIT, or the retry, failed */
	MAP_RETRY,	/* a global RPCIT was issued for it */
};

/*
 * The last unmap of a CPU in one context.
 *
 *   UNMAP_NONE --iommu:unmap--> UNMAP_DONE      its mapping and device are known, or never will be
 *                           \--> UNMAP_UNNAMED   held: dma_unmap_* or the RPCIT may name the device;
 *                           |                   ir_asm_resolve_unmap() --> UNMAP_DONE
 *                           |--> UNMAP_SUSPECT   held with its mapping: came right behind the map; a
 *                           |                   failed dma_map event makes both one failed attempt,
 *                           |                   any other event (ir_asm_confirm_unmap()) --> UNMAP_DONE
 *                           '--> UNMAP_UNDID     was the end of a failed attempt; a dma_map event
 *                                               with an error confirms it --> UNMAP_DONE.
 *                                               Held while undone: iommu_map() flushes at once what it
 *                                               undoes and its caller has a dma_map event, dma_iova_destroy()
 *                                               queues it (drivers/iommu/dma-iommu.c, Linux 7.2)
 */
enum unmap_state { UNMAP_NONE, UNMAP_DONE, UNMAP_UNNAMED, UNMAP_SUSPECT, UNMAP_UNDID };

/* Possible reasons for a flush of everything.  Any other event in the slot ends them. */
enum {
	RECENT_UNMAP = 1,	/* an unmap; of an interrupt, an event of the task ends that, too */
	RECENT_QUEUE = 2,	/* the queue called to flush */
	RECENT_DRIVER = 4,	/* the driver was called for that, or for something else */
	RECENT_ENTRY = 8,	/* the IOMMU's entry of a device changed: the next flush is for that */
};

/* The state of one CPU in one context (task or interrupt). */
struct slot {
	uint64_t head;		/* first piece of the mapping under way, NONE */
	uint64_t tail;		/* its last piece */
	uint64_t begun;		/* a record kept for the mapping that is about to begin, NONE */
	uint64_t zdev;		/* former s390 DMA API: of the mapping under way, 0: not known */
	uint64_t unmap;		/* the last unmap's record, NONE */
	uint64_t unmap_iova;	/* of the last unmap, as recorded */
	uint64_t unmap_size;	/* 0: its flush was seen */
	uint64_t unmap_ns;	/* when */
	uint64_t events;	/* of its CPU, at the last unmap or at a later event of the slot */
	uint64_t freed_iova;	/* of the next unmap, if freed_device */
	uint64_t held_domain;	/* UNMAP_UNNAMED: of its flush, 0: not known */
	uint64_t flushed_domain;	/* RECENT_DRIVER: it was called to flush this, and the command comes; 0: not known */
	uint64_t suspect;	/* UNMAP_SUSPECT: the head of its mapping, else NONE */
	uint64_t undone;	/* UNMAP_UNDID: the attempt, held until it is known how it was undone, else NONE */
	uint64_t await;		/* the record whose call chain may come now, NONE */
	uint32_t pid;		/* of the mapping under way */
	uint16_t unmap_device;	/* dma_unmap_sg was seen: the next unmap is this device's */
	uint16_t unmapped;	/* the device of the last unmap, if unmap_size */
	uint16_t freed_device;	/* dma_free was seen: the next unmap, if at freed_iova, is this device's */
	uint8_t map_state;	/* enum map_state */
	uint8_t unmap_state;	/* enum unmap_state */
	bool announced;		/* s390_unmap_page was seen: an unmap follows */
	uint8_t recent;		/* RECENT_*: what the last events but flushes show */
	bool held_synced;	/* UNMAP_UNNAMED: its flush was seen */
	bool unmap_named;	/* an event behind the last unmap was of this unmap */
	bool await_holds;	/* the record is held for its call chain only */
	bool open;		/* is in the assembler's list of those with something under way */
};

struct rpcit {
	uint64_t record;	/* REC_RPCIT, NONE */
	uint64_t head;		/* the mapping or the timer's flush it is for, NONE */
	uint64_t time_ns;
	uint64_t pages;
	uint64_t events;	/* of its CPU when it was issued */
	bool global;
	uint8_t step;		/* MAP_SYNC, MAP_RETRY: the mapping's state that its result ends, else MAP_NONE */
	bool counted;		/* its device is one that the caller selected */
	uint8_t slot;
};

struct cpu {
	struct slot slot[2];	/* task, interrupt */
	struct rpcit rpcit[NESTED];	/* under way */
	unsigned int nested;
	uint64_t events;		/* seen on this CPU */
	bool timed_out;			/* the queue's timer fired: the next flush is its */
	uint64_t timer;			/* the queue's address, 0: not known */
	uint64_t timer_record;		/* held until its flush is seen */
};

struct ir_assembler {
	struct ir_assembler_config cfg;
	struct rec *window;
	uint64_t first, end;		/* record numbers in the window; they rise, some are left out */
	uint64_t emit;			/* piece to emit next within the first record's mapping, NONE */
	uint16_t emit_device;		/* of that mapping */
	uint64_t fast_kinds;		/* kinds of events that go to ir_asm_fast() */
#ifdef IR_DEBUG
	struct ir_assembler *slow;	/* takes the same events without the fast path */
	struct ir_damage slow_damage;
#endif
	bool ended;
	bool lost;			/* events were lost: unmaps may be missing */
	struct cpu *cpus;
	uint32_t nr_cpus;
	struct ir_live_table live;
	struct ir_frees *frees;		/* NULL: the recording has no events of freed memory */
	struct ir_bitmap **mapped;	/* pages of live mappings, by device */
	uint32_t nr_mapped;
	uint32_t nr_bitmaps;		/* of these there are */
	uint32_t *free_numbers;
	uint32_t nr_free, room_free;
	uint32_t max_mappings;
	struct ir_owners owners;
	struct ir_domain_survey domains;
	struct {
		bool attached;		/* it mapped something since its last detach */
		bool detached;		/* it was detached before */
	} *seen;			/* by device */
	uint32_t nr_seen;
	bool detached;			/* any of them was */
	uint32_t *open;			/* slots that may have something under way, 2 * CPU + context */
	uint32_t nr_open, room_open;
	uint32_t *gone;			/* mappings that detaches in the window ended, in their order */
	uint32_t first_gone, nr_gone, room_gone;
	uint64_t unattributed;		/* RPCITs and flushes */
	uint64_t first_fn;
	unsigned int nr_functions;	/* 0, 1, or 2 and more */
	/*
	 * The first pages of mappings that may be several, or were assumed to be one: pages,
	 * counted from the top, so that the next one is the one below.  A few that are
	 * in the window are not in there yet: they rarely have to be found.
	 */
	struct ir_bitmap *starts;
	uint64_t uncertain[UNCERTAIN];
	unsigned int nr_uncertain;
	uint32_t noted;
	struct ir_rpcits rpcits;
	struct ir_latency latency;
	struct ir_recorded_flushes flushes;
	bool maps_phys;			/* dma_map_phys was seen: 6.18 and later, drivers may link */
	bool probed;			/* flushes come from probes, not from tracepoints alone */
	struct ir_op_totals totals;
	bool no_memory;
};

static inline void count_damage(struct ir_assembler *a, enum ir_damage_kind kind)
{
	a->cfg.damage->count[kind]++;
}

static inline struct rec *rec(struct ir_assembler *a, uint64_t number)
{
	return &a->window[number & (WINDOW - 1)];
}

static inline bool in_window(const struct ir_assembler *a, uint64_t number)
{
	return number - a->first < a->end - a->first;	/* NONE is far behind it */
}

static inline struct ir_live *live_of(struct ir_assembler *a, uint32_t index)
{
	return &a->live.pool[index];
}

static inline bool has_events(const struct ir_assembler *a, enum ir_event_kind kind)
{
	return a->cfg.seen_kinds >> kind & 1;
}

/* The window must always have room for the records of one event; here, with @more records in it. */
static inline bool has_room_behind(const struct ir_assembler *a, uint64_t more)
{
	return a->end + more - a->first < WINDOW - 64;
}

static inline bool has_room(const struct ir_assembler *a)
{
	return has_room_behind(a, 0);
}

/*
 * Debug builds: the assembler without the fast path makes this operation, too; NULL: neither has one.
 * It has taken the same events.
 */
static inline void ir_asm_compare(struct ir_assembler *a, const struct ir_op *op)
{
#ifdef IR_DEBUG
	struct ir_op same;
	bool is;

	if (!a->slow)
		return;
	is = ir_assembler_next(a->slow, &same);
	if (a->no_memory || a->slow->no_memory)
		return;
	assert(is == (op != NULL) && (!op || !memcmp(op, &same, IR_OP_BYTES)));
	assert(!memcmp(&a->totals, &a->slow->totals, sizeof(a->totals)));
#else
	(void)a;
	(void)op;
#endif
}

/* Whether there is a first record, and it may leave the window. */
static inline bool ir_asm_may_leave(struct ir_assembler *a)
{
	const struct rec *r;

	if (a->first == a->end)
		return false;
	r = rec(a, a->first);
	if (a->ended || !has_room(a))
		return true;
	return !r->held && (r->kind != REC_SEGMENT || r->pieces < 2 || r->certain);
}

/* fast.c */

/* The kinds of events that it takes, as bits: none in recordings that it is not for. */
uint64_t ir_asm_fast_kinds(const struct ir_assembler_config *cfg);
/*
 * Take the events from *@at on up to one that is for the general path, and make at most @max operations of
 * them.  All operations that were certain before have been taken.  Returns how many these are.  Records that
 * may leave the window meanwhile stay until it is called again, and never fill it.
 */
int ir_asm_fast(struct ir_assembler *a, const struct ir_event **at, const struct ir_event *end,
		struct ir_op *ops, int max);
/* Debug builds: the events were taken, and the assembler that has no fast path takes them, too. */
static inline void ir_asm_check(struct ir_assembler *a, const struct ir_event *ev, const struct ir_event *end)
{
#ifdef IR_DEBUG
	for (; ev < end; ev++) {
		assert(a->no_memory || !ir_assembler_check(a, ev->cpu));
		if (a->slow)
			ir_assembler_event(a->slow, ev);
	}
#else
	(void)a;
	(void)ev;
	(void)end;
#endif
}

/* If the window is empty: continue at its first place, which is in the cache. */
static inline void ir_asm_restart(struct ir_assembler *a)
{
	if (a->first == a->end)
		a->first = a->end = (a->end + WINDOW - 1) / WINDOW * WINDOW;
}

/* A duration of an operation in ns; 0 (not known) if it is over 4 s, which is damage. */
static inline uint32_t ir_asm_duration(uint64_t ns)
{
	return ns < UINT32_MAX ? (uint32_t)ns : 0;
}

/* mappings.c */

/* As ir_asm_cpu(), for one that was not seen before. */
struct cpu *ir_asm_new_cpu(struct ir_assembler *a, uint32_t number);
/* The CPU's state; NULL: a number that cannot be, or no memory. */
static inline struct cpu *ir_asm_cpu(struct ir_assembler *a, uint32_t number)
{
	return number < a->nr_cpus ? &a->cpus[number] : ir_asm_new_cpu(a, number);
}
uint64_t ir_asm_record(struct ir_assembler *a, const struct ir_event *ev, enum rec_kind kind);
/* The pages of [addr, addr + size), rounded out; 0 if that makes no sense. */
uint64_t ir_asm_pages(uint64_t addr, uint64_t size);
/* The next event may be the call chain of record @number. */
static inline void ir_asm_await(const struct ir_assembler *a, struct slot *s, uint64_t number)
{
	if (a->cfg.sites)
		s->await = number;
}
/* Nothing more is expected for the slot's mapping; it may leave the window. */
void ir_asm_release(struct ir_assembler *a, struct slot *s);
/* The slot that a mapping is still under way in, or NULL. */
struct slot *ir_asm_holder(struct ir_assembler *a, uint64_t head);
/* The slot that holds this mapping need not wait any more. */
void ir_asm_release_holder(struct ir_assembler *a, uint64_t head);
/* An unmap that came right after its map was an ordinary one after all. */
void ir_asm_confirm_unmap(struct ir_assembler *a, struct slot *s);
/* How the failed attempt was undone is known: it may leave the window. */
static inline void ir_asm_settle_undone(struct ir_assembler *a, struct slot *s, bool linked)
{
	if (in_window(a, s->undone)) {
		rec(a, s->undone)->held = false;
		rec(a, s->undone)->flags |= linked ? IR_OPF_LINKED : 0;
	}
	s->undone = NONE;
}
/* A map or a dma:* event of another mapping came: nothing confirms the undone one any more. */
static inline void ir_asm_forget_undone(struct ir_assembler *a, struct slot *s)
{
	if (s->unmap_state != UNMAP_UNDID)
		return;
	/* Neither its own flush nor an event of a failed dma_map_* came. */
	ir_asm_settle_undone(a, s, !has_events(a, IR_EV_S390_UPDATE_TRANS) &&
			     (has_events(a, IR_EV_RPCIT) || a->maps_phys));
	s->unmap_state = UNMAP_DONE;
}
/* The slot's mapping was two: the first one is complete, the slot keeps the one from @iova. */
bool ir_asm_split(struct ir_assembler *a, struct slot *s, uint64_t iova);
/* The call that makes a mapping was recorded; its pieces follow. */
void ir_asm_begin_map(struct ir_assembler *a, struct slot *s, const struct ir_event *ev);
void ir_asm_map(struct ir_assembler *a, struct slot *s, const struct ir_event *ev);
void ir_asm_unmap(struct ir_assembler *a, struct slot *s, const struct ir_event *ev);
/* The last unmap's device is not known yet. */
static inline bool ir_asm_unmap_waits(struct ir_assembler *a, const struct slot *s)
{
	return s->unmap_state == UNMAP_UNNAMED && in_window(a, s->unmap) && rec(a, s->unmap)->held &&
		rec(a, s->unmap)->live == IR_LIVE_NONE;
}
/*
 * Of the mappings at this IOVA that began before record @before, finds the one of the right size, and the
 * right device if known; IR_LIVE_NONE: all are other devices'.
 */
uint32_t ir_asm_find_mapping(struct ir_assembler *a, const struct slot *s, uint32_t first,
			     uint64_t before, uint64_t pages, bool *ambiguous);
/* Record @number, the slot's last unmap, is that of mapping @i. */
void ir_asm_end_mapping(struct ir_assembler *a, struct slot *s, uint64_t number, uint32_t i);
/* No mapping is known that record @number unmaps; @device: 0 if it is not known. */
void ir_asm_mark_unknown(struct ir_assembler *a, uint64_t number, uint16_t device);
/* The name of the device of an unmap that waited for it is known, or there is none. */
void ir_asm_match_held_unmap(struct ir_assembler *a, struct slot *s, uint16_t device);
/* An unmap waited for the name of its device; 0: there is none. */
static inline void ir_asm_resolve_unmap(struct ir_assembler *a, struct slot *s, uint16_t device)
{
	if (ir_asm_unmap_waits(a, s))
		ir_asm_match_held_unmap(a, s, device);
}
/* Set the device of the mapping at @head, unless its own event has one. */
void ir_asm_name_device(struct ir_assembler *a, struct rec *head, uint16_t device);
/* The device has no domain any more, or a new one. */
void ir_asm_detach(struct ir_assembler *a, const struct ir_event *ev);
/* The index of a device's domain in ir_domain_survey: with one device there is one domain. */
static inline uint16_t ir_asm_domain(const struct ir_assembler *a, uint16_t device)
{
	if (!a->cfg.several)
		return 0;
	return device ? device : IR_DOMAIN_UNKNOWN;
}
/* The mapping at @head is complete: damage, if some of its pages are mapped already. */
void ir_asm_note_overlap(struct ir_assembler *a, struct rec *head);
/* The pages of a device's live mappings; NULL: no memory. */
struct ir_bitmap *ir_asm_mapped(struct ir_assembler *a, uint16_t device);
/* The pages of a mapping are free again. */
void ir_asm_mark_free(struct ir_assembler *a, const struct ir_live *l);
/* The map at @head was undone: one failed attempt. */
void ir_asm_fail_map(struct ir_assembler *a, uint64_t head);

/* pieces.c */

/* Record @number is a further piece, behind @tail, of the mapping at @head. */
void ir_asm_add_piece(struct ir_assembler *a, uint64_t head, uint64_t tail, uint64_t number);
/* Cut the mapping in two before the piece at @iova; returns the second one's head, or NONE. */
uint64_t ir_asm_cut(struct ir_assembler *a, uint64_t head, uint64_t iova);
/* A mapping in the window of several pieces without evidence that they belong together. */
bool ir_asm_uncertain(struct ir_assembler *a, uint64_t head);
/* The mapping has become such a one. */
void ir_asm_note_uncertain(struct ir_assembler *a, uint64_t head);
/* It is emitted as one. */
void ir_asm_note_assumed(struct ir_assembler *a, struct ir_live *l);
/*
 * Uncertain mappings, and those emitted as one, that have this page: at most MAX_ALIKE,
 * to @found.  Each device may have one there.
 */
unsigned int ir_asm_find_around(struct ir_assembler *a, uint64_t pfn, uint32_t *found);

/* flushes.c */

/* A flush of everything in a domain. */
static inline bool ir_asm_is_whole(const struct ir_event *ev)
{
	return ev->kind == IR_EV_FQ_FLUSH || ev->kind == IR_EV_FLUSH_ALL || ev->kind == IR_EV_TAG_ALL ||
		ev->kind == IR_EV_COMMAND_ALL;
}


void ir_asm_rpcit(struct ir_assembler *a, struct cpu *c, struct slot *s, const struct ir_event *ev);
void ir_asm_rpcit_ret(struct ir_assembler *a, struct cpu *c, const struct ir_event *ev);
/* Whether flushes of @device (0: not known) are counted. */
bool ir_asm_flush_selected(struct ir_assembler *a, uint16_t device);
/* The queue of @device was flushed. */
void ir_asm_queue_flushed(struct ir_assembler *a, uint16_t device);
/* A flush of exactly the last unmap's range: its device is that of the unmap. */
bool ir_asm_match_unmap_flush(struct ir_assembler *a, struct slot *s, const struct ir_event *ev,
			      uint16_t device, bool counted);

/* commands.c */

/* Flushes of another IOMMU: the whole domain (queue), what was mapped, or what was unmapped. */
void ir_asm_flush(struct ir_assembler *a, struct cpu *c, struct slot *s, const struct ir_event *ev);
/* The queue's timer fired; its flush is still to come. */
void ir_asm_timer_fired(struct ir_assembler *a, struct cpu *c, const struct ir_event *ev);
/* Its flush will not be seen. */
void ir_asm_forget_timer(struct ir_assembler *a, struct cpu *c);
/* The recorded flushes, and how many of them probes must have missed. */
void ir_asm_flushes(const struct ir_assembler *a, struct ir_recorded_flushes *flushes);

/* The results of the RPCITs under way on this CPU will not be seen. */
void ir_asm_forget_rpcits(struct ir_assembler *a, struct cpu *c);
/* The queue's timer fired; returns its record. */
uint64_t ir_asm_record_timer(struct ir_assembler *a, const struct ir_event *ev, uint16_t device);

#endif
