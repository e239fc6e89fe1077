/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timer wheel: when a timer of so many milliseconds really fires. */
#ifndef IR_GUEST_TIMER_H
#define IR_GUEST_TIMER_H

#include <stdint.h>

/**
 * ir_timer_expiry - when mod_timer(jiffies + msecs_to_jiffies(ms)) expires
 * @now_ns: time of the call
 * @ms: the delay
 * @hz: jiffies a second
 * @phase_ns: a time at which the number of jiffies is a multiple of all the
 *            wheel's granularities; it differs from boot to boot
 *
 * The wheel never fires early: it rounds up to the granularity of the level
 * that holds the delay (kernel/time/timer.c, Linux 6.12).
 */
uint64_t ir_timer_expiry(uint64_t now_ns, uint32_t ms, uint32_t hz, uint64_t phase_ns);
/** ir_timer_grain - that granularity, in ns */
uint64_t ir_timer_grain(uint32_t ms, uint32_t hz);

#endif
