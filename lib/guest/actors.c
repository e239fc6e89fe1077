// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CPUs that run at the same time, on fibers.
 *
 * One fiber is the engine: it takes what comes next, an operation, a timer or an
 * actor that wakes.  An operation runs on the engine's own fiber.  Where its actor has
 * to wait, the fiber keeps that actor's stack and another fiber becomes the engine.
 * So an operation during which nothing else happens costs no switch.
 *
 * Invariants:
 *   - a fiber is the running one, idle (it waits for something to start), parked
 *     (stopped in ir_actors_resume(), it can go on as the engine), or held by an actor
 *     that waits;
 *   - a parked fiber holds no operation: the engine's loop calls ir_actors_resume() at
 *     its top, and looks at its state anew after that.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/actors.h"
#include "guest/fiber.h"

/* Work that waits for its CPU, with copies of its operation and its pieces. */
struct queued {
	struct queued *next;
	struct ir_work work;
	struct ir_op op;
	uint32_t room;
	struct ir_segment segs[];
};

int ir_actors_new(struct ir_guest *g)
{
	struct ir_actors *a = calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	a->guest = g;
	g->actors = a;
	return 0;
}

static void free_queue(struct queued *q)
{
	while (q) {
		struct queued *next = q->next;

		free(q);
		q = next;
	}
}

static void free_fibers(struct ir_fiber *f)
{
	while (f) {
		struct ir_fiber *next = f->next;

		ir_fiber_free(f);
		f = next;
	}
}

void ir_actors_free(struct ir_guest *g)
{
	struct ir_actors *a = g->actors;

	if (!a)
		return;
	for (uint32_t i = 0; i < a->nr; i++) {
		if (!a->all[i])
			continue;
		free_queue(a->all[i]->first);
		if (a->all[i]->fiber)
			ir_calls_forget(&a->all[i]->calls);
		ir_fiber_free(a->all[i]->fiber);
		free(a->all[i]);
	}
	ir_fiber_free(a->current);
	free_fibers(a->idle);
	free_fibers(a->parked);
	free_queue(a->spare);
	free(a->all);
	free(a->heap);
	free(a);
	g->actors = NULL;
	g->next_wake_ns = UINT64_MAX;
}

/*
 * The heap of sleepers: it has room for all actors.
 */

static bool wakes_before(const struct ir_actor *x, const struct ir_actor *y)
{
	return x->wake_ns != y->wake_ns ? x->wake_ns < y->wake_ns : x->wake_order < y->wake_order;
}

static void heap_push(struct ir_actors *a, struct ir_actor *actor)
{
	uint32_t i = a->nr_heap;

	actor->wake_order = a->order++;
	a->nr_heap++;
	for (; i && wakes_before(actor, a->heap[(i - 1) / 2]); i = (i - 1) / 2)
		a->heap[i] = a->heap[(i - 1) / 2];
	a->heap[i] = actor;
	a->guest->next_wake_ns = a->heap[0]->wake_ns;
}

static struct ir_actor *heap_pop(struct ir_actors *a)
{
	struct ir_actor *top = a->heap[0], *moved = a->heap[--a->nr_heap];
	uint32_t i = 0, child;

	for (; (child = 2 * i + 1) < a->nr_heap; i = child) {
		if (child + 1 < a->nr_heap && wakes_before(a->heap[child + 1], a->heap[child]))
			child++;
		if (!wakes_before(a->heap[child], moved))
			break;
		a->heap[i] = a->heap[child];
	}
	a->heap[i] = moved;
	a->guest->next_wake_ns = a->nr_heap ? a->heap[0]->wake_ns : UINT64_MAX;
	return top;
}

/*
 * Fibers.
 */

static void fiber_push(struct ir_fiber **list, struct ir_fiber *f)
{
	f->next = *list;
	*list = f;
}

static struct ir_fiber *fiber_pop(struct ir_fiber **list)
{
	struct ir_fiber *f = *list;

	if (f) {
		*list = f->next;
		f->next = NULL;
	}
	return f;
}

/* Switches to @to; returns when this fiber is switched to again. */
static void switch_to(struct ir_actors *a, struct ir_fiber *to)
{
	struct ir_fiber *from = a->current;

	a->current = to;
	ir_fiber_switch(from, to);
}

/* Calls of plug-ins go on on the running fiber, or begin there. */
static void resume_calls(const struct ir_actors *a, const struct ir_calls *calls)
{
	if (a->guest->guard)
		ir_calls_resume(calls, (const char *)a->current->stack - ir_fiber_guard_size(),
				ir_fiber_guard_size());
}

static void suspend_calls(const struct ir_actors *a, struct ir_calls *calls)
{
	if (a->guest->guard)
		ir_calls_suspend(calls);
}

void ir_actor_begin_calls(const struct ir_actors *a, struct ir_actor *actor)
{
	actor->calls.depth = 0;
	resume_calls(a, &actor->calls);
}

void ir_actor_end_calls(const struct ir_actors *a, struct ir_actor *actor)
{
	suspend_calls(a, &actor->calls);
}

void ir_actor_run_queued(struct ir_actors *a, struct ir_actor *actor)
{
	while (actor->first) {
		struct queued *q = actor->first;

		a->guest->cpu = actor->cpu;
		a->guest->op = IR_NO_OP;
		q->work.run(a->guest, &q->work);
		actor->first = q->next;
		q->next = a->spare;
		a->spare = q;
	}
}

/* On the running fiber. */
static void run_actor(struct ir_actors *a, struct ir_actor *actor)
{
	ir_actor_occupy(a, actor);
	ir_actor_release(a, actor);
}

/* The main function of a fiber: runs the actor it was woken for, if any, then the engine. */
static void fiber_main(void *arg)
{
	struct ir_actors *a = arg;

	for (;;) {
		struct ir_actor *actor = a->start;
		struct ir_fiber *to;

		a->start = NULL;
		if (actor)
			run_actor(a, actor);
		/* If it did not have to wait, who started it goes on; else the engine that resumed it. */
		to = a->spawner ? a->spawner : fiber_pop(&a->parked);
		a->spawner = NULL;
		if (to) {
			fiber_push(&a->idle, a->current);
			switch_to(a, to);
			continue;
		}
		a->engine(a->engine_arg);
		ir_fiber_switch(a->current, &a->thread);
	}
}

static struct ir_fiber *idle_fiber(struct ir_actors *a)
{
	struct ir_fiber *f = fiber_pop(&a->idle);

	if (!f)
		f = ir_fiber_new(fiber_main, a);
	if (!f)
		a->guest->totals.failed = true;
	return f;
}

void ir_actors_engine(struct ir_guest *g, void (*engine)(void *arg), void *arg)
{
	struct ir_actors *a = g->actors;

	a->engine = engine;
	a->engine_arg = arg;
	if (!a->current)
		a->current = idle_fiber(a);
	if (!a->current)
		return;
	ir_fiber_thread(&a->thread);
	ir_fiber_switch(&a->thread, a->current);
}

/* Blocks the running actor: the fiber that started it continues, else another one as the engine. */
static void block_actor(struct ir_actors *a)
{
	struct ir_actor *self = a->running;
	struct ir_guest *g = a->guest;
	struct ir_fiber *to = a->spawner;

	a->spawner = NULL;
	if (!to)
		to = fiber_pop(&a->parked);
	if (!to)
		to = idle_fiber(a);
	if (!to)
		return;		/* the result is void: ir_guest_failed() */
	self->site = g->sites.site;
	self->recorded = g->recorded;
	self->op = g->op;
	self->fiber = a->current;
	a->running = NULL;
	suspend_calls(a, &self->calls);
	switch_to(a, to);
	self->fiber = NULL;
	a->running = self;
	resume_calls(a, &self->calls);
	g->cpu = self->cpu;
	g->sites.site = self->site;
	g->recorded = self->recorded;
	g->op = self->op;
}

static bool make_room(struct ir_actors *a, uint32_t nr)
{
	struct ir_actor **grown = realloc(a->heap, nr * sizeof(struct ir_actor *));

	if (!grown)
		return false;
	a->heap = grown;
	grown = realloc(a->all, nr * sizeof(struct ir_actor *));
	if (!grown)
		return false;
	for (uint32_t k = a->nr; k < nr; k++)
		grown[k] = NULL;
	a->all = grown;
	a->nr = nr;
	return true;
}

struct ir_actor *ir_actor_new(struct ir_actors *a, unsigned int cpu, bool irq)
{
	uint32_t i = 2 * cpu + irq;

	if (i >= a->nr && !make_room(a, 2 * cpu + 2))
		return NULL;
	a->all[i] = calloc(1, sizeof(*a->all[i]));
	if (a->all[i])
		a->all[i]->cpu = cpu;
	return a->all[i];
}

static bool enqueue(struct ir_actors *a, struct ir_actor *actor, const struct ir_work *work)
{
	struct queued *q = a->spare, *grown;

	if (q)
		a->spare = q->next;
	if (!q || q->room < work->nr_segs) {
		uint32_t room = work->nr_segs ? work->nr_segs : 1;

		grown = realloc(q, sizeof(*q) + room * sizeof(q->segs[0]));
		if (!grown) {
			free(q);
			return false;
		}
		q = grown;
		q->room = room;
	}
	q->next = NULL;
	q->work = *work;
	if (work->op) {
		q->op = *work->op;
		q->work.op = &q->op;
	}
	if (work->nr_segs)
		memcpy(q->segs, work->segs, work->nr_segs * sizeof(q->segs[0]));
	q->work.segs = work->nr_segs ? q->segs : NULL;
	if (actor->first)
		actor->last->next = q;
	else
		actor->first = q;
	actor->last = q;
	return true;
}

/* On a fiber of its own: the running one is in the middle of something. */
static void start_on_new_fiber(struct ir_actors *a, struct ir_actor *actor)
{
	struct ir_fiber *to = idle_fiber(a);

	if (!to)
		return;
	a->start = actor;
	a->spawner = a->current;
	switch_to(a, to);
}

void ir_actors_enqueue(struct ir_guest *g, unsigned int cpu, bool irq, const struct ir_work *work)
{
	struct ir_actors *a = g->actors;
	struct ir_actor *actor = ir_actor_of(a, cpu, irq);

	if (!actor || !enqueue(a, actor, work)) {
		a->guest->totals.failed = true;
		return;
	}
	if (actor->busy)
		return;
	if (work->op)
		run_actor(a, actor);
	else
		start_on_new_fiber(a, actor);
}

/* The operation has to wait: now its CPU is busy.  False: no memory, the result is void. */
static bool name_running(struct ir_actors *a)
{
	struct ir_guest *g = a->guest;
	struct ir_actor *actor = ir_actor_of(a, g->cpu, g->irq);

	if (!actor) {
		g->totals.failed = true;
		return false;
	}
	actor->busy = true;
	a->running = actor;
	return true;
}

void ir_actors_sleep(struct ir_guest *g, uint64_t until_ns)
{
	struct ir_actors *a = g->actors;

	if (!a->running || (a->running == &a->unnamed && !name_running(a)))
		return;
	a->running->wake_ns = until_ns;
	heap_push(a, a->running);
	block_actor(a);
}

void ir_actors_resume(struct ir_guest *g)
{
	struct ir_actors *a = g->actors;
	struct ir_actor *actor = heap_pop(a);

	g->now_ns = actor->wake_ns;
	if (!actor->fiber)	/* no memory: it could not wait, and has gone on */
		return;
	fiber_push(&a->parked, a->current);
	switch_to(a, actor->fiber);
}

void ir_actors_lock(struct ir_guest *g, struct ir_lock *lock)
{
	struct ir_actors *a = g->actors;

	if (!lock->held) {
		lock->held = true;
		return;
	}
	if (lock->waiting)
		lock->last->next_waiting = a->running;
	else
		lock->waiting = a->running;
	lock->last = a->running;
	a->running->next_waiting = NULL;
	block_actor(a);		/* the lock is handed over */
}

void ir_actors_unlock(struct ir_guest *g, struct ir_lock *lock)
{
	struct ir_actors *a = g->actors;
	struct ir_actor *next = lock->waiting;

	if (!next) {
		lock->held = false;
		return;
	}
	lock->waiting = next->next_waiting;
	next->wake_ns = g->now_ns;
	heap_push(a, next);
}
