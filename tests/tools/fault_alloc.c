// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A library to preload: the allocation number FAULT_AT fails, whoever asks for
 * it, and the next ones succeed again.  Threads are counted as allocations, as
 * they take memory, too.  See faults.py, which runs programs with it.
 *
 *	FAULT_AT=N	the first is 1; 0 or not set: none fails
 *	FAULT_COUNT=FD	how many there were is written to this descriptor at the end
 *	FAULT_SHOW=1	the call that fails shows its stack
 *
 * Nothing fails within tep_parse_event(): libtraceevent 1.7.1 compares tokens
 * that it could not allocate.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static unsigned long fault_at, calls;
static bool ready, show;
static _Thread_local unsigned int spared;	/* in a library that does not bear it */

/* The next library's function of this name. */
#define NEXT(type, name) __extension__ ((type)dlsym(RTLD_NEXT, name))

static void report(void)
{
	const char *fd = getenv("FAULT_COUNT");

	if (fd)
		dprintf(atoi(fd), "%lu\n", calls);
}

/* Nothing counts before main() is near: what the dynamic linker needs is not ours. */
static __attribute__((constructor)) void start(void)
{
	const char *at = getenv("FAULT_AT");
	void *stack[1];

	fault_at = at ? strtoul(at, NULL, 10) : 0;
	show = getenv("FAULT_SHOW");
	if (show)	/* loads a library, the first time */
		backtrace(stack, 1);
	atexit(report);
	ready = true;
}

static bool fails(void)
{
	void *stack[64];

	if (!ready || spared || __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) != fault_at)
		return false;
	if (show) {
		ready = false;
		backtrace_symbols_fd(stack, backtrace(stack, 64), STDERR_FILENO);
		ready = true;
	}
	errno = ENOMEM;
	return true;
}

EXPORT void *malloc(size_t size)
{
	static void *(*next)(size_t);

	if (fails())
		return NULL;
	if (!next)
		next = NEXT(void *(*)(size_t), "malloc");
	return next(size);
}

/* dlsym() itself may ask for some before its own calloc() is known. */
static void *early_calloc(size_t size)
{
	static char room[4096] __attribute__((aligned(16)));
	static size_t used;
	void *ptr = room + used;

	used += (size + 15) & ~(size_t)15;
	return used <= sizeof(room) ? ptr : NULL;
}

EXPORT void *calloc(size_t nr, size_t size)
{
	static void *(*next)(size_t, size_t);
	static bool looking;

	if (fails())
		return NULL;
	if (!next && looking)
		return early_calloc(nr * size);
	if (!next) {
		looking = true;
		next = NEXT(void *(*)(size_t, size_t), "calloc");
	}
	return next(nr, size);
}

EXPORT void *realloc(void *ptr, size_t size)
{
	static void *(*next)(void *, size_t);

	if (fails())
		return NULL;
	if (!next)
		next = NEXT(void *(*)(void *, size_t), "realloc");
	return next(ptr, size);
}

EXPORT int posix_memalign(void **ptr, size_t align, size_t size)
{
	static int (*next)(void **, size_t, size_t);

	if (fails())
		return ENOMEM;
	if (!next)
		next = NEXT(int (*)(void **, size_t, size_t), "posix_memalign");
	return next(ptr, align, size);
}

EXPORT void *aligned_alloc(size_t align, size_t size)
{
	static void *(*next)(size_t, size_t);

	if (fails())
		return NULL;
	if (!next)
		next = NEXT(void *(*)(size_t, size_t), "aligned_alloc");
	return next(align, size);
}

EXPORT void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	static void *(*next)(void *, size_t, int, int, int, off_t);

	if (fails())
		return MAP_FAILED;
	if (!next)
		next = NEXT(void *(*)(void *, size_t, int, int, int, off_t), "mmap");
	return next(addr, len, prot, flags, fd, offset);
}

EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
			  void *arg)
{
	static int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

	if (fails())
		return EAGAIN;
	if (!next)
		next = NEXT(int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *),
			    "pthread_create");
	return next(thread, attr, run, arg);
}

struct tep_handle;
int tep_parse_event(struct tep_handle *tep, const char *text, unsigned long len, const char *system);

EXPORT int tep_parse_event(struct tep_handle *tep, const char *text, unsigned long len,
			   const char *system)
{
	static int (*next)(struct tep_handle *, const char *, unsigned long, const char *);
	int rc;

	if (!next)
		next = NEXT(int (*)(struct tep_handle *, const char *, unsigned long, const char *),
			    "tep_parse_event");
	spared++;
	rc = next(tep, text, len, system);
	spared--;
	return rc;
}
