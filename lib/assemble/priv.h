/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the assembler: the window of records, and what each CPU is doing.
 *
 *   dispatch.c  gives each event to its handler
 *   mappings.c  groups pieces into mappings
 *   pieces.c    finds pieces of a mapping, cuts it apart
 *   unmaps.c    matches unmaps to mappings
 *   flushes.c   RPCITs and other flushes find what they are for
 *   detach.c    devices that come and go
 *   leave.c     records leave the window, as operations
 *
 * A mapping under way is held by the slot of its CPU and context until evidence
 * says that it is complete (see assemble.h).
 */
#ifndef IR_TRACE_ASSEMBLE_PRIV_H
#define IR_TRACE_ASSEMBLE_PRIV_H

#include "base/bitmap.h"
#include "assemble/assemble.h"
#include "assemble/latency.h"
#include "assemble/live.h"
#include "assemble/rpcits.h"

#define WINDOW		(UINT64_C(1) << 16)	/* records; a power of two */
#define MAX_PAGES	(UINT64_C(1) << 22)	/* of one mapping: 16 GiB; more is a damaged event */
#define MAX_ALIKE	64			/* mappings at one IOVA that are looked at */
#define UNCERTAIN	64			/* mappings that are not in the index of them yet */
#define MAPPED_BYTES	5120			/* of the pages of a device, if they are near each other */
#define NESTED		8			/* RPCITs under way on one CPU: interrupts nest */
#define NONE		UINT64_MAX

enum rec_kind { REC_SEGMENT, REC_UNMAP, REC_FAILED, REC_TIMER, REC_LOST, REC_RPCIT, REC_DETACH,
		REC_NOTHING };

/* One record of the window: a piece of a mapping, or something else in time order. */
struct rec {
	uint64_t time_ns;
	uint64_t iova;
	uint64_t paddr;
	uint64_t pages;
	uint64_t next;		/* REC_SEGMENT: the next piece, NONE */
	uint32_t live;
	uint32_t pieces;	/* first piece: how many; 0: not a first piece */
	uint64_t sync_time_ns;	/* first piece: its RPCIT, 0 unknown */
	uint64_t rpcit_ns;	/* first piece, timer: how long its RPCIT took, 0 unknown */
	uint64_t retry_ns;	/* first piece: how long its retry's took, 0 unknown or none */
	uint64_t last_time_ns;	/* first piece: when the last piece came */
	uint64_t fn;		/* first piece: of its RPCIT, 0 unknown */
	uint32_t site;		/* number of a call chain, 0: none */
	uint16_t cpu;
	uint16_t device;
	uint8_t kind;
	uint8_t flags;		/* of the operation */
	bool held;		/* its outcome is not known yet */
	bool certain;		/* first piece: there was evidence for where it ends */
	bool named;		/* first piece: its own event told the device */
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

/* What one CPU is doing in one context (task or interrupt). */
struct slot {
	uint64_t head;		/* first piece of the mapping under way, NONE */
	uint64_t tail;
	uint64_t begun;		/* a record kept for the mapping that is about to begin, NONE */
	uint32_t pid;
	bool joinable;		/* an adjacent piece would belong to it */
	bool synced;		/* its RPCIT was seen */
	bool retried;		/* and a global one after it */
	bool answered;		/* the last RPCIT's result was seen */
	int64_t ret;
	bool announced;		/* s390_unmap_page was seen: an unmap follows */
	bool failed;		/* an attempt was just undone: a dma_map event may confirm it */
	uint16_t unmap_device;	/* dma_unmap_sg was seen: the next unmap is this device's */
	uint64_t unmap;		/* the last unmap's record, NONE */
	bool unmap_waits;	/* until it is told whose that was */
	uint64_t unmap_iova;
	uint64_t unmap_size;
	uint64_t suspect;	/* head of a mapping whose unmap came at once, NONE */
	uint64_t zdev;		/* former s390 DMA API: of the mapping under way, 0: not told */
	uint16_t unmapped;	/* the device of what was just unmapped, if unmap_size */
	bool undone;		/* what was just unmapped was a failed map */
	bool just_unmapped;	/* and nothing came since */
	uint64_t await;		/* the record whose call chain may come now, NONE */
	bool await_holds;	/* that is what it is held for */
	bool open;		/* is in the assembler's list of those with something under way */
};

struct rpcit {
	uint64_t record;	/* REC_RPCIT, NONE */
	uint64_t head;		/* the mapping or the timer's flush it is for, NONE */
	uint64_t time_ns;
	uint64_t pages;
	uint64_t events;	/* of its CPU when it was issued */
	bool global;
	bool retry;		/* of the RPCIT of its mapping */
	bool counted;		/* it is one of those that are asked for */
	uint8_t slot;
};

struct cpu {
	struct slot slot[2];	/* task, interrupt */
	struct rpcit rpcit[NESTED];	/* under way */
	unsigned int nested;
	uint64_t events;		/* seen on this CPU */
	bool timed_out;			/* the queue's timer fired: the next flush is its */
	uint64_t timer;			/* which one, 0: not told */
};

struct ir_assembler {
	struct ir_assembler_config cfg;
	struct rec *window;
	uint64_t first, end;		/* record numbers in the window; they rise, some are left out */
	uint64_t emit;			/* piece to emit next within the first record's mapping, NONE */
	uint16_t emit_device;		/* of that mapping */
	bool ended;
	bool lost;			/* events were lost: unmaps may be missing */
	struct cpu *cpus;
	uint32_t nr_cpus;
	struct ir_live_table live;
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
	 * Where mappings begin that may be several, or were assumed to be one: pages,
	 * counted from the top, so that the next one is the one below.  A few that are
	 * in the window are not in there yet: mostly nobody asks.
	 */
	struct ir_bitmap *starts;
	uint64_t uncertain[UNCERTAIN];
	unsigned int nr_uncertain;
	uint32_t noted;
	struct ir_rpcits rpcits;
	struct ir_latency latency;
	struct ir_recorded_flushes flushes;
	struct ir_op_totals totals;
	bool no_memory;
};

static inline void damage(struct ir_assembler *a, enum ir_damage_kind kind)
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

static inline bool records(const struct ir_assembler *a, enum ir_event_kind kind)
{
	return a->cfg.seen_kinds >> kind & 1;
}

/* The window must always have room for the records of one event. */
static inline bool has_room(const struct ir_assembler *a)
{
	return a->end - a->first < WINDOW - 64;
}

/* Whether there is a first record, and it may leave the window. */
static inline bool ir_asm_may_leave(struct ir_assembler *a)
{
	const struct rec *r = rec(a, a->first);

	if (a->first == a->end)
		return false;
	if (a->ended || !has_room(a))
		return true;
	return !r->held && (r->kind != REC_SEGMENT || r->pieces < 2 || r->certain);
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
/* The call chain of record @number may be told by the next event. */
static inline void ir_asm_await(const struct ir_assembler *a, struct slot *s, uint64_t number)
{
	if (a->cfg.sites)
		s->await = number;
}
/* Nothing more is expected for the slot's mapping; it may leave the window. */
void ir_asm_release(struct ir_assembler *a, struct slot *s);
/* Something is under way in the slot of the event. */
void ir_asm_note_open(struct ir_assembler *a, struct slot *s, const struct ir_event *ev);
/* The slot that a mapping is still under way in, or NULL. */
struct slot *ir_asm_holder(struct ir_assembler *a, uint64_t head);
/* The slot that holds this mapping need not wait any more. */
void ir_asm_release_holder(struct ir_assembler *a, uint64_t head);
/* An unmap that came right after its map was an ordinary one after all. */
void ir_asm_unsuspect(struct ir_assembler *a, struct slot *s);
/* The slot's mapping was two: the first one is complete, the slot keeps the one from @iova. */
bool ir_asm_split(struct ir_assembler *a, struct slot *s, uint64_t iova);
/* The call that makes a mapping was recorded; its pieces follow. */
void ir_asm_begin(struct ir_assembler *a, struct slot *s, const struct ir_event *ev);
void ir_asm_map(struct ir_assembler *a, struct slot *s, const struct ir_event *ev);
void ir_asm_unmap(struct ir_assembler *a, struct slot *s, const struct ir_event *ev);
/* The last unmap's device is not known yet. */
static inline bool ir_asm_unmap_waits(struct ir_assembler *a, const struct slot *s)
{
	return s->unmap_waits && in_window(a, s->unmap) && rec(a, s->unmap)->held &&
		rec(a, s->unmap)->live == IR_LIVE_NONE;
}
void ir_asm_settle_unmap(struct ir_assembler *a, struct slot *s, uint16_t device);
/* An unmap waited for the name of its device; 0: there is none. */
static inline void ir_asm_resolve_unmap(struct ir_assembler *a, struct slot *s, uint16_t device)
{
	if (ir_asm_unmap_waits(a, s))
		ir_asm_settle_unmap(a, s, device);
}
/* The mapping's device is known now, unless its own event told. */
void ir_asm_name_device(struct ir_assembler *a, struct rec *head, uint16_t device);
/* The device has no domain any more, or a new one. */
void ir_asm_detach(struct ir_assembler *a, const struct ir_event *ev);
/* Where the domain of a device is counted: without several of them there is one. */
static inline uint16_t ir_asm_domain(const struct ir_assembler *a, uint16_t device)
{
	if (!a->cfg.several)
		return 0;
	return device ? device : IR_DOMAIN_DEVICES;	/* anybody's: not counted */
}
/* The mapping at @head is complete: damage, if some of its pages are mapped already. */
void ir_asm_note_overlap(struct ir_assembler *a, struct rec *head);
/* The pages of a device's live mappings; NULL: no memory. */
struct ir_bitmap *ir_asm_mapped(struct ir_assembler *a, uint16_t device);
/* The pages of a mapping are free again. */
void ir_asm_mark_free(struct ir_assembler *a, const struct ir_live *l);
/* The map at @head was undone: one failed attempt. */
void ir_asm_fail(struct ir_assembler *a, uint64_t head);

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

void ir_asm_rpcit(struct ir_assembler *a, struct cpu *c, struct slot *s, const struct ir_event *ev);
void ir_asm_rpcit_ret(struct ir_assembler *a, struct cpu *c, const struct ir_event *ev);
/* Flushes of another IOMMU: the whole domain (queue), or what was unmapped. */
void ir_asm_flush(struct ir_assembler *a, struct cpu *c, struct slot *s, const struct ir_event *ev);
/* The results of the RPCITs under way on this CPU will not be seen. */
void ir_asm_forget_rpcits(struct ir_assembler *a, struct cpu *c);
/* The queue's timer fired; returns its record. */
uint64_t ir_asm_timer(struct ir_assembler *a, const struct ir_event *ev, uint16_t device);

#endif
