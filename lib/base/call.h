/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls: which code of a plug-in each thread runs now.
 *
 * A thread registers a call of a plug-in's code before it begins and removes it after it
 * returned.  Calls nest: a strategy's callback issues an RPCIT, which a hypervisor's
 * callback performs.  Signal handlers, exit handlers and the watchdog for calls
 * that never return read this; it is the library's only global state.
 */
#ifndef IR_BASE_CALL_H
#define IR_BASE_CALL_H

#include <iommu-replay/registry.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IR_CALL_DEPTH 8		/* calls within calls; deeper ones never end */

struct ir_call {
	const struct ir_plugin_info *plugin;
	const char *kind;	/* "strategy" or "hypervisor"; NULL: the plug-in as a whole */
	const char *name;
	const char *callback;	/* or what is done with the plug-in as a whole */
	uint64_t id;		/* no two calls have the same */
};

/* The calls of a thread, or of an actor that does not run now; the innermost last. */
struct ir_calls {
	unsigned int depth;
	struct ir_call level[IR_CALL_DEPTH];
};

/**
 * ir_call_begin - code of a plug-in is about to run in this thread
 * @call: its id is set here; texts must live as long as the call
 *
 * The first call of a thread gives it a stack for signal handlers, if it has none.
 * False: there are IR_CALL_DEPTH calls already, or no memory; there is nothing to end.
 */
bool ir_call_begin(const struct ir_call *call);
/** ir_call_end - the innermost one has returned */
void ir_call_end(void);

/** ir_calls_suspend - the calls of this thread stop for a while: they are moved to @calls */
void ir_calls_suspend(struct ir_calls *calls);
/**
 * ir_calls_resume - the calls of @calls go on in this thread
 * @guard: @guard_size bytes below their stack that nothing may touch
 */
void ir_calls_resume(const struct ir_calls *calls, const void *guard, size_t guard_size);

/** ir_calls_forget - suspended calls of this thread will not go on */
void ir_calls_forget(const struct ir_calls *calls);

/** ir_call_now - the innermost call of this thread, NULL: none; safe in a signal handler */
const struct ir_call *ir_call_now(void);
/** ir_call_stack_end - whether @address lies behind the end of this thread's stack; likewise */
bool ir_call_stack_end(const void *address);
/**
 * ir_call_describe - "plug-in FILE, strategy NAME, callback X", what does not fit cut off;
 * safe in a signal handler
 */
void ir_call_describe(const struct ir_call *call, char *text, size_t size);

/**
 * ir_calls_watch - look at the calls of all threads; to be called at regular intervals
 * @times: how often in succession a call may be seen
 *
 * Returns true if one was seen more often, with the innermost such one in @call.  Calls
 * of actors that take turns are one call.
 */
bool ir_calls_watch(unsigned int times, struct ir_call *call);
/** ir_calls_any - whether any thread runs code of a plug-in; if so, which in @call */
bool ir_calls_any(struct ir_call *call);

#endif
