/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Actors: CPUs that run at the same time.  An RPCIT keeps its CPU busy; while
 * it lasts, other CPUs go on.  Each CPU is two actors, task and interrupt.  An
 * actor that waits keeps its stack, so that strategies stay straight-line code.
 *
 * Time alone decides what happens next: of two things at the same time,
 * the one that was asked for first.
 *
 * Without actors (an RPCIT takes no time) work is done at once, waiting does
 * nothing, and every lock is free.
 */
#ifndef IR_REPLAY_ACTORS_H
#define IR_REPLAY_ACTORS_H

#include <stdbool.h>
#include <stdint.h>

#include <iommu-replay/op.h>
#include "guest/guest.h"

struct ir_actor;

/*
 * Something a CPU does.  With actors it may have to wait for its CPU: what it points to is
 * copied then.  An operation with one piece that begins at once is not: it lies on the
 * stack of who calls ir_actors_run(), which the actor keeps while it waits.
 */
struct ir_work {
	void (*run)(struct ir_guest *g, const struct ir_work *work);
	const struct ir_op *op;		/* an operation; NULL: a timer's work */
	const struct ir_segment *segs;
	uint32_t nr_segs;
	uint32_t number;		/* of the operation, for ir_guest.op */
	uint32_t mapping;		/* the guest's number of the operation's mapping */
	struct ir_domain *domain;
	uint32_t rpcit_ns;		/* a timer: how long its recorded RPCIT took, 0: not known, */
	uint32_t sync_ns;		/* and how much later it was */
};

/* A lock of the guest's, held while its holder may wait for an RPCIT. */
struct ir_lock {
	bool held;
	struct ir_actor *waiting;	/* first in line, */
	struct ir_actor *last;		/* and last, if there is a first */
};

/** ir_actors_new - let the guest's RPCITs take time; 0 or -ENOMEM */
int ir_actors_new(struct ir_guest *g);
void ir_actors_free(struct ir_guest *g);

/**
 * ir_actors_engine - have the engine run where actors can wait
 * @engine: takes what comes next until there is no more for now, then returns
 *
 * Returns when @engine has.  Meanwhile several fibers may run @engine in turn: it may
 * call ir_actors_resume() only where it keeps nothing on its stack, and it must look
 * at its state anew after each call of ir_actors_run() and ir_actors_resume().
 */
void ir_actors_engine(struct ir_guest *g, void (*engine)(void *arg), void *arg);

/* The same, if there are actors. */
void ir_actors_enqueue(struct ir_guest *g, unsigned int cpu, bool irq, const struct ir_work *work);
void ir_actors_sleep(struct ir_guest *g, uint64_t until_ns);
uint64_t ir_actors_next_wake(const struct ir_guest *g);
void ir_actors_lock(struct ir_guest *g, struct ir_lock *lock);
void ir_actors_unlock(struct ir_guest *g, struct ir_lock *lock);

/** ir_actors_run - let a CPU do something now, or as soon as it is free */
static inline void ir_actors_run(struct ir_guest *g, unsigned int cpu, bool irq,
				 const struct ir_work *work)
{
	if (g->actors) {
		ir_actors_enqueue(g, cpu, irq, work);
		return;
	}
	g->cpu = cpu;
	work->run(g, work);
}

/** ir_actors_wait - the running actor continues at @until_ns; others run meanwhile */
static inline void ir_actors_wait(struct ir_guest *g, uint64_t until_ns)
{
	if (g->actors && until_ns > g->now_ns)
		ir_actors_sleep(g, until_ns);
}

/** ir_actors_next_ns - the time at which the next waiting actor continues, UINT64_MAX: none waits */
static inline uint64_t ir_actors_next_ns(const struct ir_guest *g)
{
	return g->actors ? ir_actors_next_wake(g) : UINT64_MAX;
}

/** ir_actors_resume - let that actor go on; g->now_ns is its time */
void ir_actors_resume(struct ir_guest *g);

/** ir_lock_take - wait until the lock is free, and take it */
static inline void ir_lock_take(struct ir_guest *g, struct ir_lock *lock)
{
	if (g->actors)
		ir_actors_lock(g, lock);
}

static inline void ir_lock_drop(struct ir_guest *g, struct ir_lock *lock)
{
	if (g->actors)
		ir_actors_unlock(g, lock);
}

#endif
