// SPDX-License-Identifier: GPL-2.0-or-later
#include <math.h>
#include <stdlib.h>

#include "base/timer.h"
#include "recording/timers.h"

#define MIN_SAMPLES	3
#define PHASES		64	/* tried for each candidate */
#define CLEARLY_MORE	2	/* timers */

/* kernel/Kconfig.hz, Linux 6.12; of equal ones the first is taken. */
static const uint32_t candidates[] = { 250, 100, 1000, 300 };

/* drivers/iommu/dma-iommu.c, Linux 6.12: IOVA_SINGLE_FQ_TIMEOUT, IOVA_DEFAULT_FQ_TIMEOUT */
static const uint32_t timeouts_ms[] = { 1000, 10 };

void ir_timers_armed(struct ir_timer_samples *s, uint64_t time_ns)
{
	if (!s->armed_ns)
		s->armed_ns = time_ns;
}

static bool make_room(struct ir_timer_samples *s)
{
	uint32_t room = s->room ? s->room * 2 : IR_TIMER_ESTIMATED;
	struct ir_timer_sample *grown;

	if (s->n < s->room)
		return true;
	grown = s->n < IR_TIMER_SAMPLES ? realloc(s->at, room * sizeof(*grown)) : NULL;
	s->no_memory |= s->n < IR_TIMER_SAMPLES && !grown;
	s->left_out += s->n == IR_TIMER_SAMPLES;
	if (!grown)
		return false;
	s->at = grown;
	s->room = room;
	return true;
}

void ir_timers_fired(struct ir_timer_samples *s, uint64_t time_ns)
{
	if (s->armed_ns && make_room(s))
		s->at[s->n++] = (struct ir_timer_sample){ s->armed_ns, time_ns, s->unsure, s->device };
	ir_timers_gone(s);
}

void ir_timers_lost(struct ir_timer_samples *s)
{
	s->unsure = s->armed_ns;
}

void ir_timers_gone(struct ir_timer_samples *s)
{
	s->armed_ns = 0;
	s->unsure = false;
}

void ir_timers_free(struct ir_timer_samples *s)
{
	free(s->at);
	*s = (struct ir_timer_samples){ .at = NULL };
}

/* How many samples estimates are from. */
static uint32_t nr_estimated(const struct ir_timer_samples *s)
{
	return s->n < IR_TIMER_ESTIMATED ? s->n : IR_TIMER_ESTIMATED;
}

/*
 * The longest of the kernel's timeouts that is not much longer than most delays seen.  With several
 * CPUs a delay may seem too short: an unmap whose event came before the timer's may arm the timer
 * again, but waits for the queue's lock until the timer has flushed.
 */
static uint32_t timeout_of(const struct ir_timer_samples *s)
{
	for (unsigned int i = 0; i < sizeof(timeouts_ms) / sizeof(timeouts_ms[0]); i++) {
		uint32_t longer = 0;

		for (uint32_t k = 0; k < nr_estimated(s); k++)
			longer += s->at[k].fired_ns - s->at[k].armed_ns >=
				timeouts_ms[i] * UINT64_C(1000000) / 4 * 3;
		if (longer * 2 > nr_estimated(s))
			return timeouts_ms[i];
	}
	return 0;
}

struct fit {
	uint32_t close;		/* timers that fired within a quarter of the wheel's granularity */
	double late_ns;		/* mean lateness of these */
	double early_ns;	/* how much too early the earliest of these was */
};

static double lateness_of(const struct ir_timer_samples *s, uint32_t k, uint32_t ms, uint32_t hz,
			  uint64_t phase)
{
	return (double)s->at[k].fired_ns -
		(double)ir_timer_expiry(s->at[k].armed_ns, ms, hz, phase);
}

/* By so much a phase that fits may be too late. */
static double early_ns(uint32_t hz)
{
	return 1e9 / hz / 8;
}

/* The same for all candidates: a quarter of the finest granularity among them. */
static double close_window(uint32_t ms)
{
	double window = 0;

	for (unsigned int i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
		double grain = (double)ir_timer_grain(ms, candidates[i]) / 4;

		if (!i || grain < window)
			window = grain;
	}
	return window;
}

/*
 * A timer is never early (but for the moment between the unmap's event and its
 * queueing), and now and then a stalled machine makes it very late.  The first
 * sample is left out: what armed that timer may have been before the recording.
 */
static struct fit fit_phase(const struct ir_timer_samples *s, uint32_t ms, uint32_t hz, uint64_t phase)
{
	double window = close_window(ms), early = early_ns(hz);
	struct fit f = { 0 };

	for (uint32_t k = 1; k < nr_estimated(s); k++) {
		double late = lateness_of(s, k, ms, hz, phase);

		if (late < -early || late >= window)
			continue;
		f.close++;
		f.late_ns += late;
		f.early_ns = fmax(f.early_ns, -late);
	}
	if (f.close)
		f.late_ns /= f.close;
	return f;
}

/*
 * More is not lateness: a timer that fired in between was not recorded.  Where all are, a busy host
 * held it up for so long.
 */
static double max_late_ns(const struct ir_timer_samples *s)
{
	return s->all_recorded ? INFINITY : 1e9;
}

struct lateness {
	double mean;
	double rest;	/* mean time after a jiffy */
};

/*
 * Where all timers are late by different times: no timer is early, which only some phases agree with.  Of these
 * the one with which timers are the least late, or that with the fewest that are early.
 */
static uint64_t least_late_phase(const struct ir_timer_samples *s, uint32_t ms, uint32_t hz)
{
	uint64_t grain = ir_timer_grain(ms, hz), best = 0;
	uint32_t fewest = UINT32_MAX;
	double least = 0;

	for (unsigned int p = 0; p < PHASES; p++) {
		uint32_t early = 0;
		double sum = 0;

		for (uint32_t k = 1; k < nr_estimated(s); k++) {
			double late = lateness_of(s, k, ms, hz, grain * p / PHASES);

			early += late < 0;
			sum += late;
		}
		if (early > fewest || (early == fewest && sum >= least))
			continue;
		fewest = early;
		least = sum;
		best = grain * p / PHASES;
	}
	return best;
}

/* Of the timers that are not as late as if one had been missed. */
static struct lateness mean_lateness(const struct ir_timer_samples *s, uint32_t ms, uint32_t hz, uint64_t phase)
{
	double most = s->all_recorded ? INFINITY : fmin(ms * 1e7, max_late_ns(s));
	struct lateness l = { 0 };
	uint32_t n = 0;

	for (uint32_t k = 1; k < nr_estimated(s); k++) {
		double late = lateness_of(s, k, ms, hz, phase);

		if (late > most)
			continue;
		l.mean += late;
		l.rest += late > 0 ? fmod(late, 1e9 / hz) : 0;
		n++;
	}
	if (n) {
		l.mean /= n;
		l.rest /= n;
	}
	return l;
}

/*
 * Only where the wheel is coarser than a jiffy do firing times show how long that
 * is, and only if they fit no other length as well: of a few, some fit any by chance.
 * Returns the lateness.
 */
static double estimate_hz(const struct ir_timer_samples *s, uint32_t ms, uint32_t known_hz,
			struct ir_timer_estimate *est)
{
	struct fit best = { 0 };
	uint64_t shift;
	uint32_t closest[sizeof(candidates) / sizeof(candidates[0])] = { 0 };

	for (unsigned int i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
		uint64_t grain = ir_timer_grain(ms, candidates[i]);

		if (grain == UINT64_C(1000000000) / candidates[i] ||
		    (known_hz && known_hz != candidates[i]))
			continue;
		for (unsigned int p = 0; p < PHASES; p++) {
			struct fit f = fit_phase(s, ms, candidates[i], grain * p / PHASES);

			if (f.close > closest[i])
				closest[i] = f.close;
			if (f.close * 5 <= (nr_estimated(s) - 1) * 3 || f.close < best.close ||
			    (f.close == best.close && f.late_ns >= best.late_ns))
				continue;
			best = f;
			est->hz = candidates[i];
			est->phase_ns = grain * p / PHASES;
		}
	}
	for (unsigned int i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
		if (candidates[i] != est->hz && closest[i] && closest[i] + CLEARLY_MORE > best.close)
			*est = (struct ir_timer_estimate){ 0 };
	if (!est->hz)
		return 0;
	/* The phases that were tried are some 100 us apart: jiffies begin so much earlier that none was early. */
	shift = best.early_ns > 0 ? (uint64_t)best.early_ns + 1 : 0;
	est->phase_ns += ir_timer_grain(ms, est->hz) - shift;
	est->phase_ns %= ir_timer_grain(ms, est->hz);
	return best.late_ns + (double)shift;
}

struct ir_timer_estimate ir_timers_estimate(const struct ir_timer_samples *s, uint32_t known_hz,
					    uint32_t default_hz)
{
	struct ir_timer_estimate est = { 0 };
	uint32_t ms = timeout_of(s);
	struct lateness late = { 0 };

	if (!ms || s->n < MIN_SAMPLES + 1)
		return est;
	late.mean = estimate_hz(s, ms, known_hz, &est);
	est.phase_known = est.hz;
	if (!est.hz && !known_hz) {
		late.mean = estimate_hz(s, ms, default_hz, &est);
		est.phase_known = est.hz;
		est.hz = 0;
	}
	if (!est.phase_known) {
		est.phase_ns = least_late_phase(s, ms, known_hz ? known_hz : default_hz);
		late = mean_lateness(s, ms, known_hz ? known_hz : default_hz, est.phase_ns);
	}
	est.late_known = true;
	est.late_ns = late.mean > 0 ? (uint64_t)late.mean : 0;
	est.rest_ns = !est.phase_known && late.rest < late.mean ? (uint64_t)late.rest : est.late_ns;
	return est;
}

/* It may have fired where events were lost, at @expiry_ns or later, and been armed again. */
static bool fired_unseen(const struct ir_timer_sample *t, uint64_t expiry_ns, uint32_t ms, uint32_t hz,
			 uint64_t phase)
{
	return t->unsure && (double)t->fired_ns + early_ns(hz) >=
		(double)ir_timer_expiry(expiry_ns, ms, hz, phase);
}

size_t ir_timers_stalls(const struct ir_timer_samples *s, const struct ir_timer_estimate *est, uint32_t hz,
			struct ir_stall *stalls)
{
	uint64_t phase = est->phase_ns;
	uint32_t ms = timeout_of(s);
	size_t n = 0;

	for (uint32_t k = 0; est->late_known && k < s->n; k++) {
		uint64_t expiry = ir_timer_expiry(s->at[k].armed_ns, ms, hz, phase), from = expiry;
		uint64_t fired = s->at[k].fired_ns;

		if (fired_unseen(&s->at[k], expiry, ms, hz, phase))
			continue;
		if (k && from < s->at[k - 1].fired_ns)
			from = s->at[k - 1].fired_ns;
		if (from >= fired || (double)(fired - from) >= max_late_ns(s))
			continue;
		if ((double)(fired - expiry) >= max_late_ns(s))
			expiry = from;
		stalls[n++] = (struct ir_stall){ from, fired, s->at[k].device, expiry };
	}
	return n;
}

void ir_timer_owners_unmap(struct ir_timer_owners *o, uint16_t device, uint64_t time_ns)
{
	if (device >= IR_TIMER_OWNERS)
		o->left_out++;
	else if (!o->armed_ns[device])
		o->armed_ns[device] = time_ns;
}

void ir_timer_owners_lost(struct ir_timer_owners *o)
{
	for (uint16_t d = 0; d < IR_TIMER_OWNERS; d++)
		o->unsure[d] = o->armed_ns[d];
}

void ir_timer_owners_gone(struct ir_timer_owners *o, uint16_t device)
{
	if (device < IR_TIMER_OWNERS) {
		o->armed_ns[device] = 0;
		o->unsure[device] = false;
	}
}

void ir_timer_owners_synced(struct ir_timer_owners *o, uint16_t device, uint64_t rest_ns)
{
	if (device < IR_TIMER_OWNERS && o->armed_ns[device] && (!rest_ns || o->armed_ns[device] < rest_ns))
		o->armed_ns[device] = rest_ns;
}

static unsigned int timer_index(const struct ir_timer_owners *o, uint64_t timer)
{
	unsigned int i = 0;

	while (i < o->nr_timers && o->timer[i] != timer)
		i++;
	return i;
}

/* By how many of its firings another timer is the device's. */
static uint32_t votes_elsewhere(const struct ir_timer_owners *o, unsigned int timer, uint16_t device)
{
	uint32_t most = 0;

	for (unsigned int i = 0; i < o->nr_timers; i++)
		if (i != timer && o->votes[i][device] > most)
			most = o->votes[i][device];
	return most;
}

/*
 * Whether @device is rather the timer's than @other: it has more votes; or as many, and fewer of
 * another timer, as each device has one queue with one timer; or it waits longer.
 */
static bool fits_better(const struct ir_timer_owners *o, unsigned int timer, uint16_t device, uint16_t other)
{
	uint32_t elsewhere = votes_elsewhere(o, timer, device);
	uint32_t elsewhere_other = votes_elsewhere(o, timer, other);

	if (o->votes[timer][device] != o->votes[timer][other])
		return o->votes[timer][device] > o->votes[timer][other];
	if (elsewhere != elsewhere_other)
		return elsewhere < elsewhere_other;
	return o->armed_ns[device] < o->armed_ns[other];
}

/* The device that is armed for long enough at @time_ns and fits best; 0: none. */
static uint16_t waiting_device(const struct ir_timer_owners *o, unsigned int timer, uint64_t time_ns)
{
	uint64_t shortest = timeouts_ms[1] * UINT64_C(1000000);
	uint16_t best = 0;

	for (uint16_t d = 1; d < IR_TIMER_OWNERS; d++) {
		uint64_t armed = o->armed_ns[d];

		if (!armed || armed > time_ns || time_ns - armed < shortest)
			continue;
		if (!best || fits_better(o, timer, d, best))
			best = d;
	}
	return best;
}

/* The device with most votes; 0: none. */
static uint16_t voted_device(const struct ir_timer_owners *o, unsigned int timer)
{
	uint16_t best = 0;

	for (uint16_t d = 1; d < IR_TIMER_OWNERS; d++)
		if (o->votes[timer][d] > (best ? o->votes[timer][best] : 0))
			best = d;
	return best;
}

/* The first timer of a device may have been armed before the recording: it is no sample. */
static void sample_device(struct ir_timer_owners *o, uint16_t device, uint64_t time_ns)
{
	if (!device || device >= IR_TIMER_OWNERS)
		return;
	if (o->fired[device]) {
		o->samples.armed_ns = o->armed_ns[device];
		o->samples.unsure = o->unsure[device];
		o->samples.device = device;
		ir_timers_fired(&o->samples, time_ns);
	}
	o->fired[device] = true;
	ir_timer_owners_gone(o, device);
}

void ir_timer_owners_fired(struct ir_timer_owners *o, uint64_t timer, uint16_t device, uint64_t time_ns)
{
	unsigned int i = timer_index(o, timer);

	if (timer && i == IR_TIMER_OWNERS)
		o->left_out++;
	if (timer && i < IR_TIMER_OWNERS) {
		if (i == o->nr_timers) {
			o->timer[o->nr_timers++] = timer;
			o->first_ns[i] = time_ns;
		}
		o->last_ns[i] = time_ns;
		if (!device)
			device = waiting_device(o, i, time_ns);
		if (device && device < IR_TIMER_OWNERS)
			o->votes[i][device]++;
	}
	sample_device(o, device, time_ns);
}

/* Whether the device has another timer in the same time: not that of a domain which came before or after. */
static bool has_other_timer(const struct ir_timer_owners *o, uint16_t device, unsigned int timer)
{
	for (unsigned int i = 0; i < o->nr_timers; i++) {
		uint32_t votes = o->votes[i][device], own = o->votes[timer][device];

		if (i != timer && (votes > own || (votes == own && i < timer)) && voted_device(o, i) == device &&
		    o->first_ns[i] <= o->last_ns[timer] && o->first_ns[timer] <= o->last_ns[i])
			return true;
	}
	return false;
}

uint16_t ir_timer_owner(const struct ir_timer_owners *o, uint64_t timer)
{
	unsigned int i = timer_index(o, timer);
	uint16_t device = i < o->nr_timers ? voted_device(o, i) : 0;

	return device && has_other_timer(o, device, i) ? 0 : device;
}
