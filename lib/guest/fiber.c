// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/fiber.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#if defined(__has_feature)
#define HAS_FEATURE(feature) __has_feature(feature)
#else
#define HAS_FEATURE(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || HAS_FEATURE(address_sanitizer)
#include <dlfcn.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#define ASAN 1
#else
#define ASAN 0
#endif
#if defined(__SANITIZE_THREAD__) || HAS_FEATURE(thread_sanitizer)
#include <sanitizer/tsan_interface.h>
#define TSAN 1
#else
#define TSAN 0
#endif

#define GUARD	((size_t)64 * 1024)	/* larger than the frame of most functions */

size_t ir_fiber_guard_size(void)
{
	return GUARD;
}

struct start {
	struct ir_fiber fiber;
	void (*run)(void *arg);
	void *arg;
	struct ir_fiber *from;	/* of the switch under way; per fiber that is switched to */
};

/*
 * AddressSanitizer's own swapcontext() prints a warning about stacks, which it is told
 * about here.  So the C library's is called.
 */
static void swap_context(ucontext_t *from, const ucontext_t *to)
{
#if ASAN
	static int (*libc_swap)(ucontext_t *from, const ucontext_t *to);

	if (!libc_swap) {
		void *libc;

		__lsan_disable();	/* the loader keeps memory of its own */
		libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
		__lsan_enable();
		if (libc)
			*(void **)&libc_swap = dlsym(libc, "swapcontext");
	}
	if (libc_swap) {
		libc_swap(from, to);
		return;
	}
#endif
	swapcontext(from, to);
}

/* After a switch to @self. */
static void finish_switch(struct ir_fiber *self, struct ir_fiber *from)
{
#if ASAN
	const void *stack;
	size_t size;

	__sanitizer_finish_switch_fiber(self->fake_stack, &stack, &size);
	if (from && from->thread) {
		from->stack = stack;
		from->size = size;
	}
#else
	(void)self;
	(void)from;
#endif
}

/* makecontext() passes ints only. */
static void fiber_entry(unsigned int high, unsigned int low)
{
	struct start *s = (struct start *)((uintptr_t)((uint64_t)high << 32 | low));

	finish_switch(&s->fiber, s->from);
	s->run(s->arg);
	abort();
}

static void make_context(struct start *s)
{
	uint64_t self = (uintptr_t)s;

	getcontext(&s->fiber.context);
	s->fiber.context.uc_stack.ss_sp = (void *)(uintptr_t)s->fiber.stack;
	s->fiber.context.uc_stack.ss_size = s->fiber.size;
	makecontext(&s->fiber.context, (void (*)(void))fiber_entry, 2, (unsigned int)(self >> 32),
		    (unsigned int)self);
}

struct ir_fiber *ir_fiber_new(void (*run)(void *arg), void *arg)
{
	struct start *s = calloc(1, sizeof(*s));
	char *map;

	if (!s)
		return NULL;
	map = mmap(NULL, IR_FIBER_STACK + GUARD, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map == MAP_FAILED || mprotect(map, GUARD, PROT_NONE)) {
		if (map != MAP_FAILED)
			munmap(map, IR_FIBER_STACK + GUARD);
		free(s);
		return NULL;
	}
#if ASAN
	__asan_unpoison_memory_region(map + GUARD, IR_FIBER_STACK);	/* of an earlier one */
#endif
	s->run = run;
	s->arg = arg;
	s->fiber.stack = map + GUARD;
	s->fiber.size = IR_FIBER_STACK;
#if TSAN
	s->fiber.tsan = __tsan_create_fiber(0);
#endif
	make_context(s);
	return &s->fiber;
}

void ir_fiber_free(struct ir_fiber *f)
{
	if (!f)
		return;
#if TSAN
	__tsan_destroy_fiber(f->tsan);
#endif
	munmap((char *)(uintptr_t)f->stack - GUARD, f->size + GUARD);
	free(f);	/* the first member of struct start */
}

void ir_fiber_thread(struct ir_fiber *f)
{
	*f = (struct ir_fiber){ .thread = true };
#if TSAN
	f->tsan = __tsan_get_current_fiber();
#endif
}

void ir_fiber_switch(struct ir_fiber *from, struct ir_fiber *to)
{
	if (!to->thread)
		((struct start *)to)->from = from;
#if ASAN
	__sanitizer_start_switch_fiber(&from->fake_stack, to->stack, to->size);
#endif
#if TSAN
	__tsan_switch_to_fiber(to->tsan, 0);
#endif
	swap_context(&from->context, &to->context);
	finish_switch(from, from->thread ? NULL : ((struct start *)from)->from);
}
