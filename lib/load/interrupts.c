// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An interrupt takes more time than its step does: its handler's way there, and what
 * follows.  In a recording that is in the work that it came into, which is where another
 * strategy's interrupts need not come.  Here it becomes a part of the interrupt step.
 */
#include <errno.h>
#include <stdlib.h>

#include "load/priv.h"

#define FEW	8	/* interrupts that have to agree */

static void add_time(struct step *s, uint64_t ns)
{
	uint64_t room = UINT32_MAX - s->own_ns;
	uint32_t part = (uint32_t)(ns < room ? ns : room);

	s->own_ns += part;
	s->around_ns += part;
}

static uint64_t take_up_to(uint64_t *from_ns, uint64_t ns)
{
	uint64_t part = *from_ns < ns ? *from_ns : ns;

	*from_ns -= part;
	return part;
}

/*
 * Steps that an interrupt came into are longer than others of their kind by so much, which
 * goes to the interrupt's step.  Returns the mean; 0: there are none.
 */
static uint64_t move_interrupt_time(struct ir_load *load)
{
	uint64_t usual[IR_OP_RPCIT + 1] = { 0 }, n[IR_OP_RPCIT + 1] = { 0 }, all = 0, taken = 0;

	for (uint32_t i = 0; i < load->nr_steps; i++) {
		const struct step *s = &load->steps[i];

		if (!s->disturbed && !s->interrupts && s->ranged) {
			usual[s->kind] += s->own_ns;
			n[s->kind]++;
		}
	}
	for (unsigned int i = 0; i <= IR_OP_RPCIT; i++)
		usual[i] = n[i] ? usual[i] / n[i] : UINT64_MAX;
	for (uint32_t i = 0; i < load->nr_steps; i++) {
		struct step *s = &load->steps[i];
		const struct step *host = s->host != NO_STEP ? &load->steps[s->host] : NULL;
		uint64_t more;

		if (!host || host->own_ns <= usual[host->kind])
			continue;
		more = (host->own_ns - usual[host->kind]) / host->interrupts;
		add_time(s, more);
		all += more;
		taken++;
	}
	for (uint32_t i = 0; i < load->nr_steps; i++) {
		struct step *s = &load->steps[i];

		if (s->interrupts && s->own_ns > usual[s->kind])
			s->own_ns = (uint32_t)usual[s->kind];
	}
	return taken ? all / taken : 0;
}

/* From an interrupt's entry to its step; less is known from those in idle time. */
static uint64_t usual_entry(const struct ir_load *load)
{
	uint64_t sum = 0, n = 0;

	if (load->entry_ns)
		return load->entry_ns;
	for (uint32_t i = 0; i < load->nr_steps; i++) {
		const struct step *s = &load->steps[i];

		if (s->kind == IR_OP_FLUSH_TIMER)
			continue;
		sum += s->entry_ns;
		n += s->entry_ns != 0;
	}
	return n ? sum / n : 0;
}

/*
 * An interrupt in idle time: the way there was idle time's, the way back is in what the
 * task that it woke did until it ran.
 */
static void add_idle_time(struct step *s, uint32_t number, struct step *task, uint64_t around, uint64_t entry)
{
	uint64_t behind = around > entry ? around - entry : 0;

	add_time(s, entry);
	if (task && task->wait == WAIT_STEP && task->cause == number) {
		behind = take_up_to(&task->after_ns, behind < task->tail_ns ? behind : task->tail_ns);
	} else if (task && s->woke) {	/* the task, which went on to wait for something else */
		behind = take_up_to(&task->before_ns, behind);
		if (task->wait == WAIT_CLOCK && task->cause == number)
			take_up_to(&task->between_ns, behind);
	}
	add_time(s, behind);
}

/* An interrupt in the work before a wait. */
static void add_work_time(struct step *s, uint32_t number, struct step *task, uint64_t around, uint64_t entry)
{
	if (task->wait == WAIT_CLOCK && task->cause == number && around > entry)
		take_up_to(&task->between_ns, around - entry);
	add_time(s, take_up_to(&task->before_ns, around));
}

/* Sets the last step of each CPU to none. */
static void clear_last_steps(const struct ir_load *load, uint32_t *steps)
{
	for (uint32_t i = 0; i < load->cpus; i++)
		steps[i] = NO_STEP;
}

/* Interrupts right behind another one had to wait for it. */
static void mark_late(struct ir_load *load, uint32_t *last, uint64_t around)
{
	for (uint32_t i = 0; i < load->nr_steps; i++) {
		struct step *s = &load->steps[i];
		const struct step *prev = last[s->cpu] != NO_STEP ? &load->steps[last[s->cpu]] : NULL;

		if (!s->irq)
			continue;
		if (prev && !s->late_ns && s->start_ns >= prev->end_ns && s->start_ns - prev->end_ns <= around)
			s->late_ns = (uint32_t)(s->start_ns - prev->start_ns);
		last[s->cpu] = i;
	}
}

/* The median of devices' times whose interrupts need not wait; < 0: -ENOMEM. */
static int64_t usual_device_time(const struct ir_load *load)
{
	uint64_t *times = malloc(((size_t)load->nr_steps + 1) * sizeof(*times));
	int64_t usual;
	size_t n = 0;

	if (!times)
		return -ENOMEM;
	for (uint32_t i = 0; i < load->nr_steps; i++) {
		const struct step *s = &load->steps[i];

		if (s->arrival == ARRIVES_FROM_DEVICE && !s->late_ns && s->device_ns > 0)
			times[n++] = (uint64_t)s->device_ns;
	}
	qsort(times, n, sizeof(*times), ir_compare_ns);
	usual = n ? (int64_t)times[n / 2] : 0;
	free(times);
	return usual;
}

/*
 * A device whose interrupt had to wait took less time than until then: as long as it
 * took otherwise, if that is possible.
 */
static void subtract_lateness(struct ir_load *load, int64_t usual)
{
	for (uint32_t i = 0; i < load->nr_steps; i++) {
		struct step *s = &load->steps[i];

		if (s->arrival != ARRIVES_FROM_DEVICE || !s->late_ns || s->device_ns <= usual)
			continue;
		s->device_ns = s->device_ns - s->late_ns > usual ? s->device_ns - s->late_ns : usual;
	}
}

/* An interrupt that came behind a map, and whether it delayed that one's request. */
struct delay {
	uint64_t after_ns;	/* of work */
	uint64_t took_ns;
	uint32_t unmap;		/* of the map */
	bool delayed;
};

static int compare_delays(const void *x, const void *y)
{
	const struct delay *a = x, *b = y;

	return (a->after_ns > b->after_ns) - (a->after_ns < b->after_ns);
}

/* Within half of it. */
static bool is_near(int64_t excess, uint64_t took)
{
	return excess > (int64_t)took / 2 && excess < (int64_t)took * 3 / 2;
}

/* The first interrupt behind each map; @last has room for a step of each CPU. */
static size_t find_delays(const struct ir_load *load, uint32_t *last, int64_t usual,
			  struct delay *delays)
{
	size_t n = 0;

	for (uint32_t i = 0; i < load->nr_steps; i++) {
		const struct step *s = &load->steps[i], *unmap;
		const struct step *map = last[s->cpu] != NO_STEP ? &load->steps[last[s->cpu]] : NULL;

		if (!s->irq) {
			last[s->cpu] = s->kind == IR_OP_MAP && s->map != NO_STEP ? i : NO_STEP;
			continue;
		}
		if (!map || s->start_ns < map->end_ns + s->entry_ns)
			continue;
		last[s->cpu] = NO_STEP;
		unmap = &load->steps[map->map];
		if (unmap->arrival != ARRIVES_FROM_DEVICE || unmap->late_ns)
			continue;
		delays[n] = (struct delay){
			.after_ns = s->start_ns - s->entry_ns - map->end_ns, .unmap = map->map,
			.took_ns = (uint64_t)s->own_ns + s->ranged_ns + s->global_ns + s->waited_ns,
		};
		delays[n].delayed = is_near(unmap->device_ns - usual, delays[n].took_ns);
		n++;
	}
	return n;
}

/*
 * The device gets a request some work after the map: interrupts that come before delay it,
 * those that come later do not.  The limit that three of four agree with is that work's
 * time, if there is one; what delayed requests is then no part of the device's time.
 */
static int find_requests(struct ir_load *load, uint32_t *last, int64_t usual)
{
	struct delay *delays = malloc(((size_t)load->nr_steps + 1) * sizeof(*delays));
	int64_t sum = 0, most = 0;
	size_t n, within = 0;

	if (!delays)
		return -ENOMEM;
	n = find_delays(load, last, usual, delays);
	qsort(delays, n, sizeof(*delays), compare_delays);
	for (size_t i = 0; i < n; i++) {
		sum += delays[i].delayed ? 1 : -1;
		if (sum > most) {
			most = sum;
			within = i + 1;
		}
	}
	if (most < FEW || most * 2 < (int64_t)within)	/* devices vary as much by themselves */
		within = 0;
	if (within)
		load->request_ns = delays[within - 1].after_ns;
	for (uint32_t i = 0; i < load->nr_steps; i++) {
		struct step *s = &load->steps[i];

		if (s->arrival == ARRIVES_FROM_DEVICE && !load->steps[s->map].irq)
			s->device_ns -= (int64_t)load->request_ns;
	}
	for (size_t i = 0; i < within; i++)
		if (delays[i].delayed)
			load->steps[delays[i].unmap].device_ns -= (int64_t)delays[i].took_ns;
	free(delays);
	return 0;
}

int ir_load_interrupts(struct ir_load *load)
{
	uint64_t around = move_interrupt_time(load), entry = usual_entry(load);
	uint32_t *next = malloc(((size_t)load->cpus + 1) * sizeof(*next));
	int64_t usual;
	int rc;

	if (!next)
		return -ENOMEM;
	clear_last_steps(load, next);
	mark_late(load, next, around);
	clear_last_steps(load, next);
	/* Backwards: the task's step behind each interrupt has the work that this came into. */
	for (uint32_t i = load->nr_steps; i-- > 0; ) {
		struct step *s = &load->steps[i], *task;

		if (!s->irq)
			next[s->cpu] = i;
		if (s->kind == IR_OP_FLUSH_TIMER)
			s->entry_ns = 0;
		if (!s->irq || s->kind == IR_OP_FLUSH_TIMER || s->joins)
			continue;
		task = next[s->cpu] != NO_STEP ? &load->steps[next[s->cpu]] : NULL;
		if (s->during == DURING_IDLE)
			add_idle_time(s, i, task, around, entry);
		else if (s->during == DURING_AFTER && task && s->start_ns >= task->wake_ns)
			add_time(s, take_up_to(&task->after_ns, around));
		else if (s->during != DURING_STEP && task)	/* perhaps behind another wait than the last one */
			add_work_time(s, i, task, around, entry);
		s->entry_ns = (uint32_t)(entry < s->around_ns ? entry : s->around_ns);
		s->device_ns -= s->entry_ns;
	}
	usual = usual_device_time(load);
	clear_last_steps(load, next);
	rc = usual < 0 ? (int)usual : find_requests(load, next, usual);
	free(next);
	if (!rc)
		subtract_lateness(load, usual - (int64_t)load->request_ns);
	return rc;
}
