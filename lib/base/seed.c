// SPDX-License-Identifier: GPL-2.0-or-later
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/seed.h"

uint64_t ir_seed(void)
{
	struct timespec now = { 0 };
	uint64_t seed;

	/* Early in the boot of a machine there may be none. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed)) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		seed = ((uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec ^
			(uint64_t)getpid() << 16) * UINT64_C(0x9e3779b97f4a7c15);
	}
	return seed | 1;
}
