/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timer wheel: when a timer of so many milliseconds really fires. */
#ifndef IR_GUEST_TIMER_H
#define IR_GUEST_TIMER_H

#include <stdint.h>

/**
 * ir_timer_expiry - when mod_timer(jiffies + msecs_to_jiffies(ms)) fires
 * @now_ns: time of the call
 * @ms: the delay
 * @hz: jiffies a second
 *
 * The wheel never fires early: it rounds up to the granularity of the level
 * that holds the delay (kernel/time/timer.c, Linux 6.12).  Jiffies are taken to
 * begin at time 0 of the clock; where they begin on a real machine differs from
 * boot to boot and is not in a recording.
 */
uint64_t ir_timer_expiry(uint64_t now_ns, uint32_t ms, uint32_t hz);

#endif
