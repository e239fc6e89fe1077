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
#include "base/call.h"
#include "guest/fiber.h"
#include "guest/guest.h"

/* Something a CPU does that may have to wait for the CPU: what it points to is copied. */
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

struct ir_actor {
	unsigned int cpu;
	uint32_t site;			/* the call site it works for, while others run */
	struct ir_recorded_times recorded;	/* guest->recorded, while others run */
	uint32_t op;			/* guest->op, while others run */
	bool busy;
	struct ir_fiber *fiber;		/* while it waits */
	struct ir_calls calls;		/* of plug-ins, while others run */
	struct queued *first, *last;	/* what it does, in order */
	struct ir_actor *next_waiting;	/* for the same lock */
	uint64_t wake_ns, wake_order;	/* in the heap */
};

struct ir_actors {
	struct ir_guest *guest;
	struct ir_actor **all;		/* 2 * cpu + irq; NULL until used */
	uint32_t nr;
	struct ir_actor *running;	/* NULL: the engine; &unnamed: that of guest->cpu and guest->irq */
	struct ir_actor unnamed;	/* of an operation that has not had to wait so far */
	struct ir_actor **heap;		/* sleeping, the first to wake on top; room for all */
	uint32_t nr_heap;
	uint64_t order;
	struct queued *spare;
	struct ir_fiber thread;
	struct ir_fiber *current;	/* runs, or goes on in the next ir_actors_engine() */
	struct ir_fiber *idle, *parked;
	struct ir_fiber *spawner;	/* waits until the actor that it started waits or is done */
	struct ir_actor *start;		/* for the fiber that is switched to; NULL: be the engine */
	void (*engine)(void *arg);
	void *engine_arg;
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
void ir_actors_lock(struct ir_guest *g, struct ir_lock *lock);
void ir_actors_unlock(struct ir_guest *g, struct ir_lock *lock);

/* The first work of a CPU, in tasks or in interrupts; NULL: no memory. */
struct ir_actor *ir_actor_new(struct ir_actors *a, unsigned int cpu, bool irq);
/* Run the work that waits for the actor's CPU, one after the other. */
void ir_actor_run_queued(struct ir_actors *a, struct ir_actor *actor);
/* With plug-ins: their calls begin on the running fiber, and end. */
void ir_actor_begin_calls(const struct ir_actors *a, struct ir_actor *actor);
void ir_actor_end_calls(const struct ir_actors *a, struct ir_actor *actor);

static inline struct ir_actor *ir_actor_of(struct ir_actors *a, unsigned int cpu, bool irq)
{
	uint32_t i = 2 * cpu + irq;

	return i < a->nr && a->all[i] ? a->all[i] : ir_actor_new(a, cpu, irq);
}

static inline void ir_actor_occupy(struct ir_actors *a, struct ir_actor *actor)
{
	struct ir_guest *g = a->guest;

	actor->busy = true;
	a->running = actor;
	g->cpu = actor->cpu;
	g->op = IR_NO_OP;
	if (g->guard)
		ir_actor_begin_calls(a, actor);
}

/* Does first what waits for the actor's CPU. */
static inline void ir_actor_release(struct ir_actors *a, struct ir_actor *actor)
{
	if (actor->first)
		ir_actor_run_queued(a, actor);
	actor->busy = false;
	a->running = NULL;
	if (a->guest->guard)
		ir_actor_end_calls(a, actor);
}

/* ir_actors_begin() where nobody waits, so that no CPU is busy, and where there is no plug-in. */
static inline void ir_actors_begin_alone(struct ir_guest *g, unsigned int cpu, bool irq)
{
	g->cpu = cpu;
	g->irq = irq;
	if (g->actors)
		g->actors->running = &g->actors->unnamed;
}

/**
 * ir_actors_begin - let a CPU begin an operation now; false: it is busy, ir_actors_run() lets it wait
 *
 * The caller does the operation, on the engine's fiber, and calls ir_actors_end().  Whenever the
 * operation waits, the engine goes on on another fiber: what the engine holds changes meanwhile.
 */
static inline bool ir_actors_begin(struct ir_guest *g, unsigned int cpu, bool irq)
{
	struct ir_actor *actor;

	if (!g->actors || (g->next_wake_ns == UINT64_MAX && !g->guard)) {
		ir_actors_begin_alone(g, cpu, irq);
		return true;
	}
	g->cpu = cpu;
	actor = ir_actor_of(g->actors, cpu, irq);
	if (!actor || actor->busy)
		return false;
	ir_actor_occupy(g->actors, actor);
	return true;
}

/**
 * ir_actors_end - the operation is done; what waited for its CPU is done, too, before this returns
 *
 * True: the engine may have gone on meanwhile.
 */
static inline bool ir_actors_end(struct ir_guest *g)
{
	struct ir_actors *a = g->actors;

	if (!a)
		return false;
	if (a->running == &a->unnamed) {
		a->running = NULL;
		return false;
	}
	ir_actor_release(a, a->running);
	return true;
}

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

/* Nothing happens before @until_ns but what the running actor does. */
static inline bool ir_actors_alone(const struct ir_guest *g, uint64_t until_ns)
{
	return g->actors->running && until_ns <= g->next_op_ns && until_ns <= ir_guest_timer_ns(g) &&
		until_ns < g->next_wake_ns && !g->actors->spawner;
}

/** ir_actors_wait - the running actor continues at @until_ns; others run meanwhile */
static inline void ir_actors_wait(struct ir_guest *g, uint64_t until_ns)
{
	if (!g->actors || until_ns <= g->now_ns)
		return;
	if (ir_actors_alone(g, until_ns))
		g->now_ns = until_ns;
	else
		ir_actors_sleep(g, until_ns);
}

/** ir_actors_next_ns - the time at which the next waiting actor continues, UINT64_MAX: none waits */
static inline uint64_t ir_actors_next_ns(const struct ir_guest *g)
{
	return g->next_wake_ns;
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
