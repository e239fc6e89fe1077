// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/timer.h"

/* kernel/time/timer.c, Linux 6.12: 64 buckets a level, each level 8 times as coarse. */
#define LEVEL_BUCKETS	64
#define LEVEL_SHIFT	3
#define LEVELS		9

static uint64_t tick_ns(uint32_t hz)
{
	return UINT64_C(1000000000) / hz;
}

/* msecs_to_jiffies() */
static uint64_t jiffies_of(uint32_t ms, uint32_t hz)
{
	return ((uint64_t)ms * hz + 999) / 1000;
}

static unsigned int grain_shift(uint64_t delta)
{
	unsigned int level = 0;

	while (level < LEVELS - 1 &&
	       delta >= (uint64_t)(LEVEL_BUCKETS - 1) << (level * LEVEL_SHIFT))
		level++;
	return level * LEVEL_SHIFT;
}

uint64_t ir_timer_grain(uint32_t ms, uint32_t hz)
{
	return tick_ns(hz) << grain_shift(jiffies_of(ms, hz));
}

uint64_t ir_timer_expiry(uint64_t now_ns, uint32_t ms, uint32_t hz, uint64_t phase_ns)
{
	uint64_t delta = jiffies_of(ms, hz), grain = ir_timer_grain(ms, hz);
	unsigned int shift = grain_shift(delta);
	uint64_t base = phase_ns % grain;
	/* Jiffies are counted from one granule before base, which may lie before time 0. */
	uint64_t jiffies = (now_ns + grain - base) / tick_ns(hz);

	return base + ((jiffies + delta) >> shift) * grain;
}
