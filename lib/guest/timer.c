// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/timer.h"

/* kernel/time/timer.c, Linux 6.12: 64 buckets a level, each level 8 times as coarse. */
#define LEVEL_BUCKETS	64
#define LEVEL_SHIFT	3
#define LEVELS		9

uint64_t ir_timer_expiry(uint64_t now_ns, uint32_t ms, uint32_t hz)
{
	uint64_t tick_ns = UINT64_C(1000000000) / hz;
	uint64_t delta = ((uint64_t)ms * hz + 999) / 1000;
	uint64_t expires = now_ns / tick_ns + delta;
	unsigned int level = 0;

	while (level < LEVELS - 1 &&
	       delta >= (uint64_t)(LEVEL_BUCKETS - 1) << (level * LEVEL_SHIFT))
		level++;
	expires = ((expires >> (level * LEVEL_SHIFT)) + 1) << (level * LEVEL_SHIFT);
	return expires * tick_ns;
}
