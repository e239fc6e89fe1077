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

#include "base/call.h"
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
	struct ir_actor *running;	/* NULL: the engine */
	struct ir_actor **heap;		/* sleeping, the first to wake on top */
	uint32_t nr_heap, room_heap;
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
}

/*
 * The heap of sleepers.
 */

static bool wakes_before(const struct ir_actor *x, const struct ir_actor *y)
{
	return x->wake_ns != y->wake_ns ? x->wake_ns < y->wake_ns : x->wake_order < y->wake_order;
}

static void heap_push(struct ir_actors *a, struct ir_actor *actor)
{
	uint32_t i = a->nr_heap;

	if (a->nr_heap == a->room_heap) {
		uint32_t room = a->room_heap ? a->room_heap * 2 : 16;
		struct ir_actor **grown = realloc(a->heap, room * sizeof(struct ir_actor *));

		if (!grown) {
			a->guest->totals.failed = true;
			return;
		}
		a->heap = grown;
		a->room_heap = room;
	}
	actor->wake_order = a->order++;
	a->nr_heap++;
	for (; i && wakes_before(actor, a->heap[(i - 1) / 2]); i = (i - 1) / 2)
		a->heap[i] = a->heap[(i - 1) / 2];
	a->heap[i] = actor;
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

static void run_work(struct ir_actors *a, struct ir_actor *actor, const struct ir_work *work)
{
	a->running = actor;
	a->guest->cpu = actor->cpu;
	a->guest->op = IR_NO_OP;
	work->run(a->guest, work);
}

/* Operations that wait for the actor's CPU, one after the other. */
__attribute__((noinline))
static void run_queued(struct ir_actors *a, struct ir_actor *actor)
{
	while (actor->first) {
		struct queued *q = actor->first;

		run_work(a, actor, &q->work);
		actor->first = q->next;
		q->next = a->spare;
		a->spare = q;
	}
}

/* Runs @now, if there is one, and the work that waits for the actor's CPU, on the running fiber. */
static inline void run_actor(struct ir_actors *a, struct ir_actor *actor, const struct ir_work *now)
{
	actor->busy = true;
	actor->calls.depth = 0;
	resume_calls(a, &actor->calls);
	if (now)
		run_work(a, actor, now);
	if (actor->first)
		run_queued(a, actor);
	actor->busy = false;
	a->running = NULL;
	suspend_calls(a, &actor->calls);
}

/* The main function of a fiber: runs the actor it was woken for, if any, then the engine. */
static void fiber_main(void *arg)
{
	struct ir_actors *a = arg;

	for (;;) {
		struct ir_actor *actor = a->start;

		a->start = NULL;
		if (actor)
			run_actor(a, actor, NULL);
		if (a->spawner) {	/* it did not have to wait */
			struct ir_fiber *to = a->spawner;

			a->spawner = NULL;
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

/* The first work of a CPU, in tasks or in interrupts; NULL: no memory. */
__attribute__((noinline))
static struct ir_actor *new_actor(struct ir_actors *a, unsigned int cpu, bool irq)
{
	uint32_t i = 2 * cpu + irq;

	if (i >= a->nr) {
		uint32_t nr = 2 * cpu + 2;
		struct ir_actor **grown = realloc(a->all, nr * sizeof(struct ir_actor *));

		if (!grown)
			return NULL;
		for (uint32_t k = a->nr; k < nr; k++)
			grown[k] = NULL;
		a->all = grown;
		a->nr = nr;
	}
	a->all[i] = calloc(1, sizeof(*a->all[i]));
	if (a->all[i])
		a->all[i]->cpu = cpu;
	return a->all[i];
}

static inline struct ir_actor *actor_of(struct ir_actors *a, unsigned int cpu, bool irq)
{
	uint32_t i = 2 * cpu + irq;

	return i < a->nr && a->all[i] ? a->all[i] : new_actor(a, cpu, irq);
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
	q->work.segs = q->segs;
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

/* Work that may not begin at once, or that has more than lies on the caller's stack. */
__attribute__((noinline))
static void start_copied_work(struct ir_actors *a, struct ir_actor *actor, const struct ir_work *work)
{
	if (!actor || !enqueue(a, actor, work)) {
		a->guest->totals.failed = true;
		return;
	}
	if (actor->busy)
		return;
	if (work->op)
		run_actor(a, actor, NULL);
	else
		start_on_new_fiber(a, actor);
}

void ir_actors_enqueue(struct ir_guest *g, unsigned int cpu, bool irq, const struct ir_work *work)
{
	struct ir_actors *a = g->actors;
	struct ir_actor *actor = actor_of(a, cpu, irq);

	if (actor && !actor->busy && work->op && work->nr_segs <= 1)
		run_actor(a, actor, work);
	else
		start_copied_work(a, actor, work);
}

/* Nothing happens before @until_ns but what the running actor does. */
static bool is_alone(const struct ir_actors *a, uint64_t until_ns)
{
	return until_ns <= a->guest->next_op_ns && until_ns <= ir_guest_timer_ns(a->guest) &&
		!a->spawner && (!a->nr_heap || a->heap[0]->wake_ns > until_ns);
}

void ir_actors_sleep(struct ir_guest *g, uint64_t until_ns)
{
	struct ir_actors *a = g->actors;

	if (!a->running)
		return;
	if (is_alone(a, until_ns)) {
		g->now_ns = until_ns;
		return;
	}
	a->running->wake_ns = until_ns;
	heap_push(a, a->running);
	block_actor(a);
}

uint64_t ir_actors_next_wake(const struct ir_guest *g)
{
	const struct ir_actors *a = g->actors;

	return a->nr_heap ? a->heap[0]->wake_ns : UINT64_MAX;
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
