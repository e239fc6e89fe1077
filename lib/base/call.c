// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/call.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

#define SIGNAL_STACK (64 * 1024)

/*
 * Threads that have run code of a plug-in.  Only the thread itself writes its calls;
 * others read depth and ids, which are atomic.  A record stays if its thread ended
 * within a call, so that it is seen.
 */
struct thread {
	struct thread *next;
	struct ir_calls calls;
	const char *guard;		/* below the stack of the actor that runs; NULL: none */
	size_t guard_size;
	void *signal_stack;		/* NULL: it has another one */
	uint64_t number, count;		/* ids are made of these */
	uint64_t begun;			/* calls that were not within another one */
	unsigned int waiting;		/* actors whose calls are suspended */
	/* Of ir_calls_watch(). */
	uint64_t seen[IR_CALL_DEPTH], seen_begun;
	unsigned int times[IR_CALL_DEPTH], busy;
};

static struct {
	pthread_mutex_t lock;
	pthread_once_t once;
	pthread_key_t key;
	struct thread *threads;
	uint64_t number;
} all = { .lock = PTHREAD_MUTEX_INITIALIZER, .once = PTHREAD_ONCE_INIT };

static _Thread_local struct thread *self;

/*
 * An actor may go on in another thread than the one it stopped in.  Not inlined, so that
 * no compiler keeps the address of "self" over that.
 */
__attribute__((noinline))
static struct thread *this_thread(void)
{
	return self;
}

static void drop_signal_stack(const struct thread *t)
{
	stack_t off = { .ss_flags = SS_DISABLE };

	if (!t->signal_stack)
		return;
	sigaltstack(&off, NULL);
	munmap(t->signal_stack, SIGNAL_STACK);
}

static void unregister_thread(void *arg)
{
	struct thread *t = arg, **link = &all.threads;

	drop_signal_stack(t);
	t->signal_stack = NULL;
	if (t->calls.depth)
		return;
	pthread_mutex_lock(&all.lock);
	while (*link != t)
		link = &(*link)->next;
	*link = t->next;
	pthread_mutex_unlock(&all.lock);
	free(t);
}

static void make_key(void)
{
	pthread_key_create(&all.key, unregister_thread);
}

/* A handler cannot run on a stack that has overflowed. */
static void install_signal_stack(struct thread *t)
{
	stack_t stack;

	if (sigaltstack(NULL, &stack) || !(stack.ss_flags & SS_DISABLE))
		return;
	stack = (stack_t){ .ss_size = SIGNAL_STACK };
	stack.ss_sp = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack.ss_sp == MAP_FAILED)
		return;
	if (sigaltstack(&stack, NULL))
		munmap(stack.ss_sp, SIGNAL_STACK);
	else
		t->signal_stack = stack.ss_sp;
}

__attribute__((noinline))
static struct thread *register_thread(void)
{
	struct thread *t = calloc(1, sizeof(*t));

	pthread_once(&all.once, make_key);
	if (!t || pthread_setspecific(all.key, t)) {
		free(t);
		return NULL;
	}
	install_signal_stack(t);
	pthread_mutex_lock(&all.lock);
	t->number = ++all.number << 40;
	t->next = all.threads;
	all.threads = t;
	pthread_mutex_unlock(&all.lock);
	self = t;
	return t;
}

static void set_depth(struct thread *t, unsigned int depth)
{
	__atomic_store_n(&t->calls.depth, depth, __ATOMIC_RELEASE);
}

static void set_level(struct thread *t, unsigned int i, const struct ir_call *call, uint64_t id)
{
	struct ir_call *level = &t->calls.level[i];

	level->plugin = call->plugin;
	level->kind = call->kind;
	level->name = call->name;
	level->callback = call->callback;
	__atomic_store_n(&level->id, id, __ATOMIC_RELEASE);
}

bool ir_call_begin(const struct ir_call *call)
{
	struct thread *t = this_thread();

	if (!t)
		t = register_thread();
	if (!t || t->calls.depth == IR_CALL_DEPTH)
		return false;
	if (!t->calls.depth)
		__atomic_store_n(&t->begun, t->begun + 1, __ATOMIC_RELEASE);
	set_level(t, t->calls.depth, call, t->number + ++t->count);
	set_depth(t, t->calls.depth + 1);
	return true;
}

void ir_call_end(void)
{
	struct thread *t = this_thread();

	set_depth(t, t->calls.depth - 1);
}

void ir_calls_suspend(struct ir_calls *calls)
{
	struct thread *t = this_thread();

	calls->depth = 0;
	if (!t)
		return;
	*calls = t->calls;
	t->guard = NULL;
	if (calls->depth)
		__atomic_add_fetch(&t->waiting, 1, __ATOMIC_RELEASE);
	set_depth(t, 0);
}

void ir_calls_resume(const struct ir_calls *calls, const void *guard, size_t guard_size)
{
	struct thread *t = this_thread();

	if (!t)
		t = register_thread();
	if (!t)
		return;
	t->guard_size = guard_size;
	t->guard = guard;
	for (unsigned int i = 0; i < calls->depth; i++)
		set_level(t, i, &calls->level[i], calls->level[i].id);
	set_depth(t, calls->depth);
	if (calls->depth)
		ir_calls_forget(calls);
}

void ir_calls_forget(const struct ir_calls *calls)
{
	struct thread *t = this_thread();

	if (t && calls->depth && __atomic_load_n(&t->waiting, __ATOMIC_ACQUIRE))
		__atomic_sub_fetch(&t->waiting, 1, __ATOMIC_RELEASE);
}

const struct ir_call *ir_call_now(void)
{
	const struct thread *t = this_thread();

	return t && t->calls.depth ? &t->calls.level[t->calls.depth - 1] : NULL;
}

bool ir_call_stack_end(const void *address)
{
	const struct thread *t = this_thread();
	const char *at = address;

	return t && t->guard && at >= t->guard && at < t->guard + t->guard_size;
}

/* Nothing of @from may move a cursor: a file's name may be anything. */
static size_t append(char *text, size_t size, size_t len, const char *from)
{
	for (; *from && len + 1 < size; from++)
		text[len++] = (unsigned char)*from < ' ' || *from == 0x7f ? '?' : *from;
	text[len] = '\0';
	return len;
}

void ir_call_describe(const struct ir_call *call, char *text, size_t size)
{
	size_t len = append(text, size, 0, "plug-in ");

	len = append(text, size, len, call->plugin ? call->plugin->file : "?");
	len = append(text, size, len, ", ");
	if (call->kind) {
		len = append(text, size, len, call->kind);
		len = append(text, size, len, " ");
		len = append(text, size, len, call->name);
		len = append(text, size, len, ", callback ");
	}
	append(text, size, len, call->callback);
}

/* A call runs, or waits for another actor's turn to end. */
static bool is_under_way(const struct thread *t)
{
	return __atomic_load_n(&t->calls.depth, __ATOMIC_ACQUIRE) ||
		__atomic_load_n(&t->waiting, __ATOMIC_ACQUIRE);
}

/*
 * The number of a call that does not return, -1: there is none.  That is the innermost
 * one that was seen more than @times times; or the outermost one, if calls were seen so
 * often while none was begun: actors whose calls never return take turns.
 */
static int find_hanging(struct thread *t, unsigned int times)
{
	unsigned int depth = __atomic_load_n(&t->calls.depth, __ATOMIC_ACQUIRE);
	uint64_t begun = __atomic_load_n(&t->begun, __ATOMIC_ACQUIRE);
	int stalled = -1;

	t->busy = begun == t->seen_begun ? t->busy + is_under_way(t) : 0;
	t->seen_begun = begun;
	if (t->busy > times)
		stalled = 0;

	for (unsigned int i = 0; i < IR_CALL_DEPTH; i++) {
		uint64_t id = i < depth ?
			__atomic_load_n(&t->calls.level[i].id, __ATOMIC_ACQUIRE) : 0;

		t->times[i] = id && id == t->seen[i] ? t->times[i] + 1 : 0;
		t->seen[i] = id;
		if (t->times[i] > times)
			stalled = (int)i;
	}
	return stalled;
}

bool ir_calls_watch(unsigned int times, struct ir_call *call)
{
	bool found = false;

	pthread_mutex_lock(&all.lock);
	for (struct thread *t = all.threads; t && !found; t = t->next) {
		int i = find_hanging(t, times);

		found = i >= 0;
		if (found)
			*call = t->calls.level[i];
	}
	pthread_mutex_unlock(&all.lock);
	return found;
}

bool ir_calls_any(struct ir_call *call)
{
	bool found = false;

	pthread_mutex_lock(&all.lock);
	for (struct thread *t = all.threads; t && !found; t = t->next) {
		found = is_under_way(t);
		if (found)
			*call = t->calls.level[0];
	}
	pthread_mutex_unlock(&all.lock);
	return found;
}
