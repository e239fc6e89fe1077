/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Actors: CPUs that run at the same time.  An RPCIT keeps its CPU busy; while
 * it lasts, other CPUs go on.  Each CPU is two actors, task and interrupt, and
 * an actor has a stack of its own, so that strategies stay straight-line code.
 *
 * Without actors (an RPCIT takes no time) everything here does nothing.
 */
#ifndef IR_REPLAY_ACTORS_H
#define IR_REPLAY_ACTORS_H

#include <stdbool.h>
#include <stdint.h>

struct ir_guest;

/* A lock of the guest's, held while its holder may wait for an RPCIT. */
struct ir_lock {
	bool held;
};

/** ir_actors_new - let the guest's RPCITs take time; 0 or -ENOMEM */
int ir_actors_new(struct ir_guest *g);
void ir_actors_free(struct ir_guest *g);
/** ir_actors_wait - the running actor goes on at @until_ns; others run meanwhile */
void ir_actors_wait(struct ir_guest *g, uint64_t until_ns);
/** ir_lock_take - wait until the lock is free, and take it */
void ir_lock_take(struct ir_guest *g, struct ir_lock *lock);
void ir_lock_drop(struct ir_guest *g, struct ir_lock *lock);

#endif
