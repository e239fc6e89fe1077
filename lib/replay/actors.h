/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Actors: CPUs that run at the same time.  An RPCIT keeps its CPU busy; while
 * it lasts, other CPUs go on.  Each CPU is two actors, task and interrupt, and
 * an actor has a stack of its own, so that strategies stay straight-line code.
 *
 * What happens next is decided by time alone: of two things at the same time,
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

struct ir_actor;
struct ir_domain;
struct ir_guest;
struct ir_segment;

/* Something a CPU does. */
struct ir_work {
	void (*run)(struct ir_guest *g, const struct ir_work *work);
	struct ir_op op;
	const struct ir_segment *segs;	/* copied when the work has to wait for its CPU */
	uint32_t nr_segs;
	struct ir_domain *domain;
};

/* A lock of the guest's, held while its holder may wait for an RPCIT. */
struct ir_lock {
	bool held;
	struct ir_actor *waiting;	/* first in line */
};

/** ir_actors_new - let the guest's RPCITs take time; 0 or -ENOMEM */
int ir_actors_new(struct ir_guest *g);
void ir_actors_free(struct ir_guest *g);
/** ir_actors_do - have a CPU do something now, or as soon as it is free */
void ir_actors_do(struct ir_guest *g, unsigned int cpu, bool irq, const struct ir_work *work);
/** ir_actors_wait - the running actor goes on at @until_ns; others run meanwhile */
void ir_actors_wait(struct ir_guest *g, uint64_t until_ns);
/** ir_actors_next_ns - when the next waiting actor goes on, UINT64_MAX: none waits */
uint64_t ir_actors_next_ns(const struct ir_guest *g);
/** ir_actors_resume - let that actor go on; g->now_ns is its time */
void ir_actors_resume(struct ir_guest *g);
/** ir_lock_take - wait until the lock is free, and take it */
void ir_lock_take(struct ir_guest *g, struct ir_lock *lock);
void ir_lock_drop(struct ir_guest *g, struct ir_lock *lock);

#endif
