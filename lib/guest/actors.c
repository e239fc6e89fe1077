// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "guest/actors.h"
#include "base/call.h"

#if defined(__SANITIZE_ADDRESS__)
#define FIBERS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define FIBERS 1
#endif
#endif
#ifdef FIBERS
#include <sanitizer/common_interface_defs.h>
#endif

#define STACK_SIZE	(128 * 1024)
#define GUARD_SIZE	(64 * 1024)	/* below a stack: touching it is a fault */

/* Work that waits for its CPU, with copies of its operation and its pieces. */
struct queued {
	struct queued *next;
	struct ir_work work;
	struct ir_op op;
	uint32_t room;
	struct ir_segment segs[];
};

struct ir_actor {
	struct ir_actors *actors;
	unsigned int cpu;
	uint32_t site;			/* for whom it works, while others run */
	bool busy;
	ucontext_t context;
	char *stack;
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
	ucontext_t engine;
	struct ir_actor **heap;		/* sleeping, the first to wake on top */
	uint32_t nr_heap, room_heap;
	uint64_t order;
	struct queued *spare;
#ifdef FIBERS
	void *fake_stack;		/* of the engine */
	const void *engine_stack;
	size_t engine_size;
#endif
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

void ir_actors_free(struct ir_guest *g)
{
	struct ir_actors *a = g->actors;

	if (!a)
		return;
	for (uint32_t i = 0; i < a->nr; i++) {
		if (!a->all[i])
			continue;
		free_queue(a->all[i]->first);
		munmap(a->all[i]->stack - GUARD_SIZE, GUARD_SIZE + STACK_SIZE);
		free(a->all[i]);
	}
	free_queue(a->spare);
	free(a->all);
	free(a->heap);
	free(a);
	g->actors = NULL;
}

/*
 * The heap of sleepers.
 */

static bool earlier(const struct ir_actor *x, const struct ir_actor *y)
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
	for (; i && earlier(actor, a->heap[(i - 1) / 2]); i = (i - 1) / 2)
		a->heap[i] = a->heap[(i - 1) / 2];
	a->heap[i] = actor;
}

static struct ir_actor *heap_pop(struct ir_actors *a)
{
	struct ir_actor *top = a->heap[0], *moved = a->heap[--a->nr_heap];
	uint32_t i = 0, child;

	for (; (child = 2 * i + 1) < a->nr_heap; i = child) {
		if (child + 1 < a->nr_heap && earlier(a->heap[child + 1], a->heap[child]))
			child++;
		if (!earlier(a->heap[child], moved))
			break;
		a->heap[i] = a->heap[child];
	}
	a->heap[i] = moved;
	return top;
}

/*
 * Switching.  The sanitizer must be told about stacks.
 */

static void to_engine(struct ir_actors *a)
{
	struct ir_actor *self = a->running;
#ifdef FIBERS
	void *fake = NULL;
#endif

	self->site = a->guest->sites.site;
	if (a->guest->guard)
		ir_calls_suspend(&self->calls);
#ifdef FIBERS
	__sanitizer_start_switch_fiber(&fake, a->engine_stack, a->engine_size);
#endif
	a->running = NULL;
	swapcontext(&self->context, &a->engine);
#ifdef FIBERS
	__sanitizer_finish_switch_fiber(fake, &a->engine_stack, &a->engine_size);
#endif
}

static void to_actor(struct ir_actors *a, struct ir_actor *actor)
{
#ifdef FIBERS
	__sanitizer_start_switch_fiber(&a->fake_stack, actor->stack, STACK_SIZE);
#endif
	a->running = actor;
	if (a->guest->guard)
		ir_calls_resume(&actor->calls, actor->stack - GUARD_SIZE, GUARD_SIZE);
	a->guest->cpu = actor->cpu;
	a->guest->sites.site = actor->site;
	swapcontext(&a->engine, &actor->context);
#ifdef FIBERS
	__sanitizer_finish_switch_fiber(a->fake_stack, NULL, NULL);
#endif
}

/* An actor's life: do what has queued up, then sleep. */
static void live(unsigned int high, unsigned int low)
{
	struct ir_actor *self = (struct ir_actor *)((uintptr_t)((uint64_t)high << 32 | low));
	struct ir_actors *a = self->actors;
#ifdef FIBERS
	__sanitizer_finish_switch_fiber(NULL, &a->engine_stack, &a->engine_size);
#endif
	for (;;) {
		while (self->first) {
			struct queued *q = self->first;

			a->guest->cpu = self->cpu;
			q->work.run(a->guest, &q->work);
			self->first = q->next;
			q->next = a->spare;
			a->spare = q;
		}
		self->busy = false;
		to_engine(a);
	}
}

static void prepare(struct ir_actor *actor)
{
	uint64_t self = (uintptr_t)actor;

	getcontext(&actor->context);
	actor->context.uc_stack.ss_sp = actor->stack;
	actor->context.uc_stack.ss_size = STACK_SIZE;
	makecontext(&actor->context, (void (*)(void))live, 2, (unsigned int)(self >> 32),
		    (unsigned int)self);
}

/* NULL: no memory. */
static char *stack_new(void)
{
	char *low = mmap(NULL, GUARD_SIZE + STACK_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (low == MAP_FAILED)
		return NULL;
	if (mprotect(low, GUARD_SIZE, PROT_NONE)) {
		munmap(low, GUARD_SIZE + STACK_SIZE);
		return NULL;
	}
	return low + GUARD_SIZE;
}

static struct ir_actor *actor_new(struct ir_actors *a, unsigned int cpu)
{
	struct ir_actor *actor = calloc(1, sizeof(*actor));

	if (!actor)
		return NULL;
	actor->actors = a;
	actor->cpu = cpu;
	actor->stack = stack_new();
	if (!actor->stack) {
		free(actor);
		return NULL;
	}
	prepare(actor);
	return actor;
}

static struct ir_actor *actor_of(struct ir_actors *a, unsigned int cpu, bool irq)
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
	if (!a->all[i])
		a->all[i] = actor_new(a, cpu);
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
	q->work.segs = q->segs;
	if (actor->first)
		actor->last->next = q;
	else
		actor->first = q;
	actor->last = q;
	return true;
}

void ir_actors_enqueue(struct ir_guest *g, unsigned int cpu, bool irq, const struct ir_work *work)
{
	struct ir_actors *a = g->actors;
	struct ir_actor *actor = actor_of(a, cpu, irq);

	if (!actor || !enqueue(a, actor, work)) {
		g->totals.failed = true;
		return;
	}
	if (actor->busy)
		return;
	actor->busy = true;
	to_actor(a, actor);
}

void ir_actors_sleep(struct ir_guest *g, uint64_t until_ns)
{
	struct ir_actors *a = g->actors;

	if (!a->running)
		return;
	a->running->wake_ns = until_ns;
	heap_push(a, a->running);
	to_engine(a);
}

uint64_t ir_actors_next_wake(const struct ir_guest *g)
{
	const struct ir_actors *a = g->actors;

	return a->nr_heap ? a->heap[0]->wake_ns : UINT64_MAX;
}

void ir_actors_resume(struct ir_guest *g)
{
	struct ir_actor *actor = heap_pop(g->actors);

	g->now_ns = actor->wake_ns;
	to_actor(g->actors, actor);
}

void ir_actors_lock(struct ir_guest *g, struct ir_lock *lock)
{
	struct ir_actors *a = g->actors;
	struct ir_actor **last;

	if (!lock->held) {
		lock->held = true;
		return;
	}
	for (last = &lock->waiting; *last; last = &(*last)->next_waiting)
		;
	*last = a->running;
	a->running->next_waiting = NULL;
	to_engine(a);		/* the lock is handed over */
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
