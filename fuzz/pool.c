// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Big blocks for the fuzzers.  A reader allocates tables and buffers of some
 * hundred KiB for however small a file; ASan maps and unmaps each of them with
 * its shadow, which takes ten times as long as reading the file.  So these are
 * kept and handed out again, poisoned where they are not in use, and one that
 * is still in use after an input is a leak.
 *
 * The linker sends the library's calls here (--wrap, see the Makefile).  What
 * other libraries allocate stays with ASan.
 */
#include <pthread.h>
#include <sanitizer/allocator_interface.h>
#include <sanitizer/asan_interface.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "fuzz.h"

#define BIG	((size_t)32 << 10)
#define KEEP	((size_t)16 << 20)	/* larger ones are rare: ASan's own */
#define SLOTS	64
#define ALIGN	((size_t)4096)
#define MAX_SECONDS 10	/* of CPU time for one input */

void *__real_malloc(size_t size);
void __real_free(void *ptr);
void *__real_calloc(size_t nr, size_t size);
void *__real_realloc(void *ptr, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
int __real_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void *__wrap_malloc(size_t size);
void __wrap_free(void *ptr);
void *__wrap_calloc(size_t nr, size_t size);
void *__wrap_realloc(void *ptr, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);
int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct slot {
	unsigned char *block;
	size_t room;
	size_t size;		/* in use; 0: free */
};

static struct slot slots[SLOTS];
static uintptr_t lowest = UINTPTR_MAX, highest;	/* where blocks are: ASan keeps sizes apart */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* A free block of about that size, or a slot without any; NULL: all are in use. */
static struct slot *find_free(size_t size)
{
	struct slot *empty = NULL, *best = NULL;

	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *s = &slots[i];

		if (!s->block)
			empty = empty ? empty : s;
		else if (!s->size && s->room >= size && s->room / 4 <= size &&
			 (!best || s->room < best->room))
			best = s;
	}
	return best ? best : empty;
}

static void *take(size_t size)
{
	struct slot *s;

	pthread_mutex_lock(&lock);
	s = find_free(size);
	if (s && !s->block) {
		s->room = (size + size / 2 + ALIGN - 1) / ALIGN * ALIGN;
		s->block = __real_aligned_alloc(ALIGN, s->room);
		if (!s->block)
			s = NULL;
		else if ((uintptr_t)s->block < lowest)
			__atomic_store_n(&lowest, (uintptr_t)s->block, __ATOMIC_RELAXED);
		if (s && (uintptr_t)s->block > highest)
			__atomic_store_n(&highest, (uintptr_t)s->block, __ATOMIC_RELAXED);
	}
	if (s) {
		s->size = size;
		__asan_unpoison_memory_region(s->block, size);
		__asan_poison_memory_region(s->block + size, s->room - size);
	}
	pthread_mutex_unlock(&lock);
	return s ? s->block : __real_aligned_alloc(ALIGN, (size + ALIGN - 1) / ALIGN * ALIGN);
}

/* Its size, or 0: not one of ours.  If @release, it is free now. */
static size_t look_up(void *ptr, bool release)
{
	size_t size = 0;

	if ((uintptr_t)ptr < __atomic_load_n(&lowest, __ATOMIC_RELAXED) ||
	    (uintptr_t)ptr > __atomic_load_n(&highest, __ATOMIC_RELAXED))
		return 0;
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < SLOTS && !size; i++) {
		struct slot *s = &slots[i];

		if (s->block != ptr || !s->size)
			continue;
		size = s->size;
		if (release) {
			s->size = 0;
			__asan_poison_memory_region(s->block, s->room);
		}
	}
	pthread_mutex_unlock(&lock);
	return size;
}

static bool is_big(size_t size)
{
	return size >= BIG && size <= KEEP;
}

void *__wrap_malloc(size_t size)
{
	return is_big(size) ? take(size) : __real_malloc(size);
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
	return is_big(size) && align <= ALIGN ? take(size) : __real_aligned_alloc(align, size);
}

void __wrap_free(void *ptr)
{
	if (ptr && !look_up(ptr, true))
		__real_free(ptr);
}

void *__wrap_calloc(size_t nr, size_t size)
{
	size_t bytes;
	void *ptr;

	if (__builtin_mul_overflow(nr, size, &bytes) || !is_big(bytes))
		return __real_calloc(nr, size);
	ptr = take(bytes);
	return ptr ? memset(ptr, 0, bytes) : NULL;
}

void *__wrap_realloc(void *ptr, size_t size)
{
	size_t old = ptr ? look_up(ptr, false) : 0;
	void *moved;

	if (!old && !is_big(size))
		return __real_realloc(ptr, size);
	if (!old && ptr)
		old = __sanitizer_get_allocated_size(ptr);
	moved = __wrap_malloc(size);
	if (!moved)
		return NULL;
	if (ptr)
		memcpy(moved, ptr, old < size ? old : size);
	__wrap_free(ptr);
	return moved;
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* A limit of CPU time: libFuzzer's -timeout is by the clock on the wall, and the machine does other things. */
int __wrap_LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	double begin = cpu_seconds();
	int rc = __real_LLVMFuzzerTestOneInput(data, size);

	fuzz_check(cpu_seconds() - begin < MAX_SECONDS, "an input took more than 10 s of CPU time");
	for (size_t i = 0; i < SLOTS; i++)
		fuzz_check(!slots[i].size, "a big block was not freed");
	return rc;
}
