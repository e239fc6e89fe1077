/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fibers: stacks that one thread switches between.
 *
 * A fiber runs its function, which never returns, from the first switch to it on.  The
 * thread's own stack is a fiber without a stack of its own.  Below each stack lies
 * a guard: touching it is a fault.  The sanitizers are informed of each switch.
 */
#ifndef IR_GUEST_FIBER_H
#define IR_GUEST_FIBER_H

#include <stdbool.h>
#include <stddef.h>
#include <ucontext.h>

#define IR_FIBER_STACK	((size_t)128 * 1024)	/* bytes; what a strategy's callbacks may use */

struct ir_fiber {
	ucontext_t context;
	const void *stack;	/* its lowest byte */
	size_t size;		/* bytes */
	bool thread;		/* the thread's own stack; where that is only a sanitizer must know */
	void *fake_stack;	/* of AddressSanitizer */
	void *tsan;		/* of ThreadSanitizer */
	struct ir_fiber *next;	/* the caller's */
};

/**
 * ir_fiber_new - a fiber that calls @run(@arg) when it is first switched to
 *
 * Returns NULL without memory.  @run must not return.
 */
struct ir_fiber *ir_fiber_new(void (*run)(void *arg), void *arg);
/** ir_fiber_free - a fiber that is not running, wherever it stopped */
void ir_fiber_free(struct ir_fiber *f);
/** ir_fiber_guard_size - bytes below a stack that nothing may touch */
size_t ir_fiber_guard_size(void);
/** ir_fiber_thread - let @f stand for the calling thread's own stack */
void ir_fiber_thread(struct ir_fiber *f);
/** ir_fiber_switch - stop @from, which runs, and switch to @to; returns when @from runs again */
void ir_fiber_switch(struct ir_fiber *from, struct ir_fiber *to);

#endif
