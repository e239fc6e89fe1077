/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Infers facts about the machine from recorded flush-queue timers: how many jiffies a
 * second it had, where they begin on the recording's clock, and how late its
 * timers fire.  A recording contains none of these, but the times between an unmap that
 * arms a timer and the timer's flush depend on all of them.
 */
#ifndef IR_TRACE_TIMERS_H
#define IR_TRACE_TIMERS_H

#include <stdbool.h>
#include <stdint.h>
#include <iommu-replay/recording.h>

#define IR_TIMER_SAMPLES	65536	/* that are kept */
#define IR_TIMER_ESTIMATED	512	/* of these, the first ones show how long a jiffy is */

struct ir_timer_sample {
	uint64_t armed_ns, fired_ns;
	bool unsure;		/* events were lost in between */
	uint16_t device;	/* 0: not known, or there is but one */
};

struct ir_timer_samples {
	bool no_memory;		/* for all of them */
	bool all_recorded;	/* other evidence shows that no timer's flush was missed */
	uint64_t armed_ns;	/* by the first unmap since the timer fired; 0: not armed */
	bool unsure;		/* events were lost since */
	uint16_t device;
	struct ir_timer_sample *at;	/* in the order in which they fired */
	uint32_t n, room;
	uint64_t left_out;	/* beyond IR_TIMER_SAMPLES */
};

struct ir_timer_estimate {
	uint32_t hz;		/* 0: the samples do not decide */
	uint64_t phase_ns;	/* jiffies begin at this time, modulo the wheel's granularity, */
	bool phase_known;	/* with .hz, or with the default if the samples do not decide; else one that agrees */
	uint64_t late_ns;	/* mean time from a timer's expiry to its flush */
	uint64_t rest_ns;	/* mean of what that is longer than whole jiffies: timers run at a tick */
	bool late_known;
};

#define IR_TIMER_OWNERS 32	/* timers and devices that are kept apart */

/*
 * Finds the device of a timer.  A recording names timers by their address and unmaps by
 * their device.  A timer that fires was armed by an unmap of its device at least
 * the queue's timeout ago; after a few times only one device fits.
 */
struct ir_timer_owners {
	uint64_t armed_ns[IR_TIMER_OWNERS];	/* by device: as in struct ir_timer_samples */
	bool unsure[IR_TIMER_OWNERS];		/* likewise */
	bool fired[IR_TIMER_OWNERS];		/* by device: at least once */
	struct ir_timer_samples samples;	/* of all devices, each without its first one */
	uint64_t timer[IR_TIMER_OWNERS];
	uint64_t first_ns[IR_TIMER_OWNERS], last_ns[IR_TIMER_OWNERS];	/* by timer: when it fired */
	uint32_t votes[IR_TIMER_OWNERS][IR_TIMER_OWNERS];	/* by timer and device */
	unsigned int nr_timers;
	uint64_t left_out;	/* firings of further timers, and unmaps of further devices */
};

/** ir_timer_owners_unmap - a device queued an unmap */
void ir_timer_owners_unmap(struct ir_timer_owners *o, uint16_t device, uint64_t time_ns);
/** ir_timer_owners_lost - events were lost */
void ir_timer_owners_lost(struct ir_timer_owners *o);
/** ir_timer_owners_gone - the device's queue is gone, and its timer */
void ir_timer_owners_gone(struct ir_timer_owners *o, uint16_t device);
/**
 * ir_timer_owners_synced - the device's unmaps before @rest_ns (0: all) were flushed on their own
 *
 * They were not queued, and armed no timer.
 */
void ir_timer_owners_synced(struct ir_timer_owners *o, uint16_t device, uint64_t rest_ns);
/**
 * ir_timer_owners_fired - a timer fired
 * @timer: its address, 0: not recorded
 * @device: whose it is, if other events tell, else 0: one that fits
 */
void ir_timer_owners_fired(struct ir_timer_owners *o, uint64_t timer, uint16_t device, uint64_t time_ns);
/**
 * ir_timer_owner - the device that a timer most likely belongs to, 0: not known
 *
 * A device's queue has one timer: of two that fire in turn it has the one that fits it more often.
 */
uint16_t ir_timer_owner(const struct ir_timer_owners *o, uint64_t timer);

/** ir_timers_armed - an unmap was queued */
void ir_timers_armed(struct ir_timer_samples *s, uint64_t time_ns);
/** ir_timers_fired - the timer flushed the queue */
void ir_timers_fired(struct ir_timer_samples *s, uint64_t time_ns);
/** ir_timers_lost - events were lost */
void ir_timers_lost(struct ir_timer_samples *s);
/** ir_timers_gone - the queue is gone, and its timer */
void ir_timers_gone(struct ir_timer_samples *s);
void ir_timers_free(struct ir_timer_samples *s);
/**
 * ir_timers_estimate - estimate jiffies and lateness from the samples
 * @known_hz: jiffies a second that the kernel was built with; 0: estimated from the samples
 * @default_hz: used for phase and lateness if neither is known
 */
struct ir_timer_estimate ir_timers_estimate(const struct ir_timer_samples *s, uint32_t known_hz,
					    uint32_t default_hz);
/**
 * ir_timers_stalls - when the machine ran no timers
 * @est: the samples' estimate; @hz: jiffies a second
 * @stalls: room for as many as there are samples
 *
 * Returns how many there are.  Timers that may have fired unseen show none.  A timer that is taken for
 * another device's would make a false one: the timers that fired meanwhile cut it off.
 */
size_t ir_timers_stalls(const struct ir_timer_samples *s, const struct ir_timer_estimate *est, uint32_t hz,
			struct ir_stall *stalls);

#endif
