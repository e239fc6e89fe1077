// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replays the steps of a load.
 *
 * Of each CPU the next event is known: the step under way ends, an interrupt arrives, or
 * the task's work is done.  The earliest event of all CPUs comes next; at equal times
 * that of the lower CPU number.  If nothing can go on (a recording whose events were lost
 * need not make sense), the task that is furthest behind need not wait.
 */
#include "load/loop.h"

#include <errno.h>
#include <stdlib.h>

#include "load/pending.h"
#include "load/priv.h"
#include "load/turns.h"

enum phase {
	PHASE_NEXT,		/* the next task step is to be looked at */
	PHASE_BEFORE,		/* works, before it waits */
	PHASE_WAIT,		/* for a step */
	PHASE_BETWEEN,		/* works, after it has waited for a step and before it pauses */
	PHASE_SLEEP,		/* until .until_ns */
	PHASE_AFTER,		/* works, after it has waited */
	PHASE_SLOT,		/* for one of its mappings to end */
	PHASE_DONE,
};

struct cpu {
	uint64_t now_ns;	/* what it did is known until then */
	uint32_t *tasks;	/* its task steps */
	uint32_t nr_tasks, at;
	struct pending_heap interrupts;	/* that will arrive or have */
	uint32_t running;	/* the step under way, NO_STEP */
	uint32_t mapped;	/* the task's map, until the device has its request; NO_STEP */
	uint64_t request_left_ns;	/* of the work until then */
	bool flushing;		/* a flush of no step is under way */
	uint64_t until_ns;	/* it ends; PHASE_SLEEP: it wakes, in .wake_ns */
	uint64_t wake_ns;
	double left_ns;		/* of the work of the phase */
	double debt_ns;		/* work that is not there in this configuration */
	double busy_ns, flush_ns, arrivals_ns;	/* of time; it waited for work that comes by a clock */
	enum phase phase;
};

struct loop {
	const struct ir_load *load;
	const struct ir_loop_config *cfg;
	struct cpu *cpus;
	struct turns turns;
	uint64_t *done;		/* by step: when it ended, 0: not yet */
	uint64_t *start;	/* may be NULL */
	uint32_t *live;		/* by stream: mappings */
	uint64_t server_ns;	/* the hypervisor is free then */
	struct ir_loop_result *result;
	bool no_memory;
};

static void *alloc_array(struct loop *l, size_t n, size_t size)
{
	void *room = calloc(n + 1, size);

	l->no_memory |= !room;
	return room;
}

static void push_interrupt(struct loop *l, struct cpu *c, uint64_t time_ns, uint32_t step, uint32_t other)
{
	l->no_memory |= ir_pending_push(&c->interrupts, (struct pending){ time_ns, step, other }) != 0;
}

/*
 * Durations of steps.
 */

/* Events that were recorded with the step and the work before it, without those in flushes. */
static double tracing_of(const struct loop *l, const struct step *s)
{
	if (!l->cfg->untraced)
		return 0;
	return s->probes * l->cfg->event_ns +
		s->tracepoints * (double)l->load->info.tracepoint_cost_ns;
}

static double less_or_zero(double x, double y)
{
	return x > y ? x - y : 0;
}

/* One event of a flush is in its recorded time. */
static double recorded_flush(const struct loop *l, double ns)
{
	return l->cfg->untraced ? less_or_zero(ns, l->cfg->event_ns) : ns;
}

static double price_of_flush(const struct loop *l, bool global, uint32_t pages)
{
	const struct ir_load *load = l->load;
	const struct ir_loop_config *cfg = l->cfg;
	double event = cfg->untraced ? 0 : cfg->event_ns, ns;

	if (global && cfg->all_priced)
		return cfg->all_ns + event;
	if (cfg->priced)
		return cfg->base_ns + cfg->page_ns * pages + event;
	if (global && load->info.global_ns)
		return recorded_flush(l, (double)load->info.global_ns);
	if (!load->info.flushes)
		return cfg->base_ns + cfg->page_ns * pages + event;
	ns = recorded_flush(l, (double)load->info.flush_ns);
	return ns + cfg->page_ns * ((double)pages - (double)load->mean_pages) > 0 ?
		ns + cfg->page_ns * ((double)pages - (double)load->mean_pages) : ns;
}

/* A flush that begins at @at, on a CPU; returns its end. */
static double serve_flush(struct loop *l, double at, double takes)
{
	double begin = at;

	if (l->cfg->serialised && (double)l->server_ns > begin)
		begin = (double)l->server_ns;
	l->server_ns = (uint64_t)(begin + takes);
	l->result->server_ns += (uint64_t)takes;
	l->result->flush_ns += (uint64_t)takes;
	return begin + takes;
}

/* How long flush number @i of a step takes; the pages are those of all of its kind. */
static double flush_takes(const struct loop *l, const struct step *s,
			  const struct ir_step_flushes *f, unsigned int i)
{
	bool global = i >= f->ranged;
	unsigned int nr = global ? i - f->ranged : i, was = global ? s->global : s->ranged;
	double sum = global ? s->global_ns : s->ranged_ns;

	if (!global && s->hidden) {
		if (!nr)	/* it is in what the CPU worked */
			return 0;
		nr--;
	}
	if (nr < was && sum > 0 && !l->cfg->priced && !(global && l->cfg->all_priced))
		return recorded_flush(l, sum / was);
	if (global)
		return price_of_flush(l, true, nr ? 0 : f->global_pages);
	return price_of_flush(l, false, nr ? 1 : f->pages);
}

/*
 * When a step that begins at @begin_ns ends.  Flushes that were recorded take as long as
 * they did; for others there is a price, and what tracing them costs.
 */
static uint64_t end_of_step(struct loop *l, struct cpu *c, uint32_t number, uint64_t begin_ns)
{
	const struct step *s = &l->load->steps[number];
	const struct ir_loop_config *cfg = l->cfg;
	struct ir_step_flushes f = { .ranged = (uint8_t)(s->ranged + s->hidden), .global = s->global };
	double event = cfg->untraced ? 0 : cfg->event_ns, at, own, waited = 0;
	int more;

	if (cfg->flushes)
		f = cfg->flushes[number];
	/* Further flushes are traced, and more code runs; those that are missing are not. */
	more = (int)f.ranged + f.global - s->ranged - s->hidden - s->global;
	own = s->own_ns + more * (event + cfg->extra_ns) - tracing_of(l, s);
	if (s->hidden && !f.ranged)
		own -= price_of_flush(l, false, 1);
	if (own < 0) {
		c->debt_ns -= own;
		own = 0;
	}
	at = (double)begin_ns + own;
	for (unsigned int i = 0; i < (unsigned int)f.ranged + f.global; i++) {
		double takes = flush_takes(l, s, &f, i), end = takes > 0 ? serve_flush(l, at, takes) : at;

		waited += end - at - takes;
		c->flush_ns += takes;
		at = end;
	}
	c->busy_ns += at - (double)begin_ns - waited;
	if (waited > 0)		/* of long times the difference may be rounded below that */
		l->result->waited_ns += (uint64_t)waited;
	return (uint64_t)(at + 0.5);
}

static uint64_t arrival_ns(const struct step *s, uint64_t from_ns)
{
	if (s->device_ns < 0 && (uint64_t)-s->device_ns > from_ns)
		return 0;
	return from_ns + (uint64_t)s->device_ns;
}

/* Work of the next task step, and of the ones that tracing or a flush less saved. */
static double pay_debt(struct cpu *c, double ns)
{
	double left = less_or_zero(ns, c->debt_ns);

	c->debt_ns = less_or_zero(c->debt_ns, ns);
	return left;
}

static const struct step *task_step(const struct loop *l, const struct cpu *c)
{
	return &l->load->steps[c->tasks[c->at]];
}

/* Idle time is not known, and the step is taken to come by a clock. */
static bool is_clocked(const struct loop *l, const struct step *s)
{
	if (l->load->info.idle_known || s->stream == NO_STEP || s->last == NO_STEP ||
	    l->cfg->clocked == IR_CLOCKED_NONE)
		return false;
	return s->is_open ||
		(l->cfg->clocked == IR_CLOCKED_ALL && l->load->streams[s->stream].is_alone);
}

/* The task pauses for as long as recorded, whenever that is. */
static bool pauses(const struct loop *l, const struct step *s)
{
	return l->load->info.idle_known && s->wait == WAIT_CLOCK &&
		(!s->is_open || (s->may_rest && l->cfg->clocked == IR_CLOCKED_NONE));
}

/* The event that the task waits for; if that is not known, the last unmap. */
static uint32_t cause_of(const struct loop *l, const struct step *s)
{
	if (l->load->info.idle_known)
		return s->wait == WAIT_STEP || pauses(l, s) ? s->cause : NO_STEP;
	if (is_clocked(l, s))
		return s->last;
	return l->cfg->as_idle_as_can_be ? s->last : NO_STEP;
}

/*
 * A task that keeps several mappings live waits when as many are live as it can have, and
 * goes on when there are fewer: whether it had to wait is not that of the recorded step.
 */
static const struct stream *counted_stream(const struct loop *l, const struct step *s)
{
	const struct stream *st = s->stream != NO_STEP ? &l->load->streams[s->stream] : NULL;

	if (!l->load->info.idle_known || !st || !st->counts || s->irq || s->wait == WAIT_CLOCK)
		return NULL;
	if (s->wait == WAIT_STEP && l->load->steps[l->load->steps[s->cause].map].stream != s->stream)
		return NULL;
	return st;
}

static bool is_full(const struct loop *l, const struct step *s, const struct stream *st)
{
	return l->live[s->stream] > (s->wait == WAIT_STEP ? s->live : st->most - 1);
}

/* Work that is left when there is no need to wait, and when there was. */
static double work_after_wait(const struct step *s, const struct stream *st, bool waited)
{
	if (s->wait == WAIT_STEP)
		return waited ? (double)s->after_ns : less_or_zero((double)st->gap_ns, (double)s->before_ns);
	return waited ? (double)st->awake_ns : less_or_zero((double)s->before_ns, (double)st->asleep_ns);
}

static double work_before_wait(const struct loop *l, const struct step *s)
{
	const struct stream *st = counted_stream(l, s);

	if (is_clocked(l, s))
		return 0;
	if (st && s->wait == WAIT_NONE && st->asleep_ns < s->before_ns)
		return (double)st->asleep_ns;
	if (pauses(l, s))
		return less_or_zero((double)s->before_ns, (double)s->between_ns);
	return !l->load->info.idle_known && l->cfg->as_idle_as_can_be ? 0 : (double)s->before_ns;
}

static double work_after(const struct loop *l, const struct step *s)
{
	if (l->load->info.idle_known)
		return (double)s->after_ns;
	if (!l->cfg->as_idle_as_can_be || is_clocked(l, s))
		return 0;
	return s->last != NO_STEP ? (double)s->after_last_ns : (double)s->before_ns;
}

static void begin_after(struct loop *l, struct cpu *c)
{
	c->phase = PHASE_AFTER;
	c->left_ns = pay_debt(c, work_after(l, task_step(l, c)));
}

static void begin_rest(struct loop *l, struct cpu *c, const struct stream *st, bool waited)
{
	c->phase = PHASE_AFTER;
	c->left_ns = pay_debt(c, work_after_wait(task_step(l, c), st, waited));
}

/* The work before the wait is done: wait, if there is still something to wait for. */
static void begin_wait(struct loop *l, struct cpu *c)
{
	const struct step *s = task_step(l, c);
	const struct stream *st = counted_stream(l, s);
	uint32_t cause = cause_of(l, s);

	if (st) {
		if (is_full(l, s, st))
			c->phase = PHASE_WAIT;
		else
			begin_rest(l, c, st, c->phase == PHASE_WAIT);
		return;
	}
	if (cause != NO_STEP && !l->done[cause]) {
		c->phase = PHASE_WAIT;
		return;
	}
	if (pauses(l, s)) {
		c->phase = PHASE_BETWEEN;
		c->left_ns = pay_debt(c, (double)s->between_ns);
	} else if (is_clocked(l, s) || (l->load->info.idle_known && s->wait == WAIT_CLOCK)) {
		c->phase = PHASE_SLEEP;
		c->wake_ns = l->load->info.idle_known ? s->wake_ns : s->start_ns;
	} else {
		begin_after(l, c);
	}
}

static void begin_task(struct loop *l, struct cpu *c)
{
	if (c->at == c->nr_tasks) {
		c->phase = PHASE_DONE;
		return;
	}
	c->phase = PHASE_BEFORE;
	c->left_ns = pay_debt(c, work_before_wait(l, task_step(l, c)));
}

/* It is among those of its stream that are mapped at a time. */
static bool takes_slot(const struct loop *l, const struct step *s)
{
	return s->stream != NO_STEP && s->kind == IR_OP_MAP &&
		!(l->load->ops[s->op].flags & IR_OPF_FAILED);
}

static bool has_slot(const struct loop *l, const struct step *s)
{
	return !takes_slot(l, s) || l->live[s->stream] < l->load->streams[s->stream].most;
}

static uint64_t task_event(const struct loop *l, const struct cpu *c)
{
	switch (c->phase) {
	case PHASE_BEFORE:
	case PHASE_BETWEEN:
	case PHASE_AFTER:
		return c->now_ns + (uint64_t)(c->left_ns + 0.5);
	case PHASE_SLEEP:
		return c->wake_ns > c->now_ns ? c->wake_ns : c->now_ns;
	case PHASE_WAIT: {
		const struct step *s = task_step(l, c);
		const struct stream *st = counted_stream(l, s);
		uint32_t cause = cause_of(l, s);

		if (st)
			return is_full(l, s, st) ? UINT64_MAX : c->now_ns;
		return !l->done[cause] ? UINT64_MAX :
			l->done[cause] > c->now_ns ? l->done[cause] : c->now_ns;
	}
	case PHASE_SLOT:
		return has_slot(l, task_step(l, c)) ? c->now_ns : UINT64_MAX;
	case PHASE_NEXT:
		return c->now_ns;
	default:
		return UINT64_MAX;
	}
}

/* The device gets the request of the task's map when the task has worked so long. */
static uint64_t request_event(const struct cpu *c)
{
	return c->mapped != NO_STEP ? c->now_ns + c->request_left_ns : UINT64_MAX;
}

static uint64_t interrupt_event(const struct cpu *c)
{
	if (!c->interrupts.nr)
		return UINT64_MAX;
	return c->interrupts.list[0].time_ns > c->now_ns ? c->interrupts.list[0].time_ns : c->now_ns;
}

static uint64_t next_event(const struct loop *l, const struct cpu *c)
{
	uint64_t task, interrupt, request, next;

	if (c->running != NO_STEP || c->flushing)
		return c->until_ns;
	task = task_event(l, c);
	interrupt = interrupt_event(c);
	request = request_event(c);
	next = task < interrupt ? task : interrupt;
	return request < next ? request : next;
}

static void find_next_event(struct loop *l, const struct cpu *c)
{
	turns_set(&l->turns, (uint32_t)(c - l->cpus), next_event(l, c));
}

/* The device has the request of a map, and its interrupt will come. */
static void begin_request(struct loop *l, uint32_t map, uint64_t now_ns)
{
	uint32_t unmap = l->load->steps[map].map;
	struct cpu *c = &l->cpus[l->load->steps[unmap].cpu];

	push_interrupt(l, c, arrival_ns(&l->load->steps[unmap], now_ns), unmap, 0);
	find_next_event(l, c);
}

/* The task goes on to its next step at the latest when it has made its request. */
static void end_request(struct loop *l, struct cpu *c)
{
	uint32_t map = c->mapped;

	if (map == NO_STEP)
		return;
	c->mapped = NO_STEP;
	begin_request(l, map, c->now_ns + c->request_left_ns);
}

static void begin_step(struct loop *l, struct cpu *c, uint32_t number)
{
	const struct step *s = &l->load->steps[number];

	if (!s->irq)
		end_request(l, c);
	c->running = number;
	if (l->start)
		l->start[number] = c->now_ns + s->entry_ns;
	if (takes_slot(l, s))
		l->live[s->stream]++;
	c->until_ns = end_of_step(l, c, number, c->now_ns);
}

static void end_step(struct loop *l, struct cpu *c)
{
	uint32_t number = c->running;
	const struct step *s = &l->load->steps[number];
	struct cpu *other;

	c->running = NO_STEP;
	c->now_ns = c->until_ns;
	l->done[number] = c->now_ns ? c->now_ns : 1;
	if (c->now_ns > l->result->end_ns && s->kind != IR_OP_FLUSH_TIMER)
		l->result->end_ns = c->now_ns;
	if (s->irq) {
		if (s->follower != NO_STEP)
			push_interrupt(l, c, arrival_ns(&l->load->steps[s->follower], c->now_ns),
				       s->follower, 0);
	} else {
		c->at++;
		c->phase = PHASE_NEXT;
	}
	if (s->map == NO_STEP)
		return;
	other = &l->cpus[l->load->steps[s->map].cpu];
	if (s->kind == IR_OP_UNMAP) {
		l->live[l->load->steps[s->map].stream] -= l->live[l->load->steps[s->map].stream] != 0;
	} else if (l->load->steps[s->map].arrival == ARRIVES_FROM_DEVICE) {
		if (s->irq) {
			begin_request(l, number, c->now_ns);
		} else {
			c->mapped = number;
			c->request_left_ns = l->load->request_ns;
		}
	}
	if (other != c)
		find_next_event(l, other);
}

/* The CPU's task worked, or waited, until @until_ns. */
static void advance_task(struct loop *l, struct cpu *c, uint64_t until_ns)
{
	double ns = (double)(until_ns - c->now_ns);

	c->request_left_ns -= until_ns - c->now_ns < c->request_left_ns ?
		until_ns - c->now_ns : c->request_left_ns;
	if (c->phase == PHASE_BEFORE || c->phase == PHASE_BETWEEN || c->phase == PHASE_AFTER) {
		c->busy_ns += ns < c->left_ns ? ns : c->left_ns;
		c->left_ns = less_or_zero(c->left_ns, ns);
	} else if (c->phase == PHASE_WAIT || c->phase == PHASE_SLOT) {
		l->result->idle_waits += until_ns - c->now_ns;
	} else if (c->phase == PHASE_SLEEP) {
		l->result->clock_waits += until_ns - c->now_ns;
		c->arrivals_ns += pauses(l, task_step(l, c)) ? 0 : ns;
	}
	c->now_ns = until_ns;
}

static void begin_interrupt(struct loop *l, struct cpu *c)
{
	struct pending p = ir_pending_pop(&c->interrupts);
	double at;

	if (p.step != NO_STEP) {
		begin_step(l, c, p.step);
		return;
	}
	at = (double)c->now_ns;
	c->flushing = true;
	c->until_ns = (uint64_t)serve_flush(l, at, price_of_flush(l, true, l->cfg->others[p.other].pages));
	c->busy_ns += (double)(c->until_ns - c->now_ns);
}

/* Ends the task's phase and begins its next one. */
static void begin_next_phase(struct loop *l, struct cpu *c)
{
	switch (c->phase) {
	case PHASE_NEXT:
		begin_task(l, c);
		break;
	case PHASE_BEFORE:
	case PHASE_WAIT:
		begin_wait(l, c);
		break;
	case PHASE_BETWEEN:
		c->phase = PHASE_SLEEP;
		c->wake_ns = c->now_ns + task_step(l, c)->wait_ns;
		break;
	case PHASE_SLEEP:
		begin_after(l, c);
		break;
	case PHASE_AFTER:
		if (!has_slot(l, task_step(l, c))) {
			c->phase = PHASE_SLOT;
			break;
		}
		begin_step(l, c, c->tasks[c->at]);
		break;
	case PHASE_SLOT:
		begin_step(l, c, c->tasks[c->at]);
		break;
	case PHASE_DONE:
		break;
	}
}

static void run_cpu(struct loop *l, struct cpu *c, uint64_t now)
{
	if (c->running != NO_STEP) {
		end_step(l, c);
	} else if (c->flushing) {
		c->flushing = false;
		c->now_ns = c->until_ns;
	} else if (interrupt_event(c) <= now) {
		advance_task(l, c, now);
		begin_interrupt(l, c);
	} else if (request_event(c) <= now) {
		advance_task(l, c, now);
		end_request(l, c);
	} else {
		advance_task(l, c, now);
		begin_next_phase(l, c);
	}
	find_next_event(l, c);
}

static void find_next_events(struct loop *l)
{
	for (uint32_t i = 0; i < l->load->cpus; i++)
		find_next_event(l, &l->cpus[i]);
}

/* No CPU can continue: ends the wait of the one that waits longest. */
static struct cpu *unblock_longest(struct loop *l)
{
	struct cpu *first = NULL;

	for (uint32_t i = 0; i < l->load->cpus; i++) {
		struct cpu *c = &l->cpus[i];

		if (c->running == NO_STEP && !c->flushing &&
		    (c->phase == PHASE_WAIT || c->phase == PHASE_SLOT) &&
		    (!first || c->tasks[c->at] < first->tasks[first->at]))
			first = c;
	}
	if (!first)
		return NULL;
	if (first->phase == PHASE_SLOT)
		l->live[task_step(l, first)->stream]--;
	else
		begin_after(l, first);
	find_next_event(l, first);
	return first;
}

static bool is_interrupted(const struct ir_load *load)
{
	return load->interrupted && *load->interrupted;
}

static void run_events(struct loop *l)
{
	for (;;) {
		uint32_t next = turns_first(&l->turns);
		uint64_t now = l->turns.next_ns[next];

		if (now != NO_TURN) {
			run_cpu(l, &l->cpus[next], now);
		} else if (!unblock_longest(l)) {
			find_next_events(l);
			if (l->turns.next_ns[turns_first(&l->turns)] == NO_TURN)
				return;
		}
		if (l->no_memory || is_interrupted(l->load))
			return;
	}
}

/* When an interrupt that comes by a clock begins. */
static uint64_t interrupt_entry(const struct step *s)
{
	return s->start_ns > s->entry_ns ? s->start_ns - s->entry_ns : 0;
}

/* With flushes given, timers are among .others, and not as recorded. */
static bool is_replayed(const struct loop *l, const struct step *s)
{
	return s->kind != IR_OP_FLUSH_TIMER || !l->cfg->flushes;
}

static void prepare_cpus(struct loop *l)
{
	const struct ir_load *load = l->load;

	for (uint32_t i = 0; i < load->nr_steps && !l->no_memory; i++) {
		struct cpu *c = &l->cpus[load->steps[i].cpu];

		c->nr_tasks += !load->steps[i].irq;
	}
	for (uint32_t i = 0; i < load->cpus && !l->no_memory; i++) {
		struct cpu *c = &l->cpus[i];

		c->tasks = alloc_array(l, c->nr_tasks, sizeof(*c->tasks));
		c->nr_tasks = 0;
		c->running = c->mapped = NO_STEP;
		c->now_ns = load->first_ns;
	}
	for (uint32_t i = 0; i < load->nr_steps && !l->no_memory; i++) {
		struct cpu *c = &l->cpus[load->steps[i].cpu];

		if (!load->steps[i].irq)
			c->tasks[c->nr_tasks++] = i;
		else if (load->steps[i].arrival == ARRIVES_BY_CLOCK && is_replayed(l, &load->steps[i]))
			push_interrupt(l, c, interrupt_entry(&load->steps[i]), i, 0);
	}
	for (uint32_t i = 0; i < l->cfg->nr_others && !l->no_memory; i++) {
		const struct ir_other_flush *o = &l->cfg->others[i];

		if (o->cpu < load->cpus)
			push_interrupt(l, &l->cpus[o->cpu], o->time_ns, NO_STEP, i);
	}
	if (!l->no_memory)
		find_next_events(l);
}

int ir_loop_run(const struct ir_load *load, const struct ir_loop_config *config,
		uint64_t *start_ns, uint64_t *done_ns, struct ir_loop_result *result)
{
	struct loop l = { .load = load, .cfg = config, .start = start_ns, .result = result };

	*result = (struct ir_loop_result){ .end_ns = load->first_ns };
	l.done = done_ns ? done_ns : alloc_array(&l, load->nr_steps, sizeof(*l.done));
	for (uint32_t i = 0; done_ns && i < load->nr_steps; i++)
		done_ns[i] = 0;
	l.cpus = alloc_array(&l, load->cpus, sizeof(*l.cpus));
	l.no_memory |= turns_init(&l.turns, load->cpus) != 0;
	l.live = alloc_array(&l, load->nr_streams, sizeof(*l.live));
	if (!l.no_memory)
		prepare_cpus(&l);
	if (!l.no_memory)
		run_events(&l);
	for (uint32_t i = 0; l.cpus && i < load->cpus; i++) {
		struct cpu *c = &l.cpus[i];

		result->cpu_ns += (uint64_t)c->busy_ns;
		if ((uint64_t)c->busy_ns > result->busy_ns) {
			result->busy_ns = (uint64_t)c->busy_ns;
			result->busy_flush_ns = (uint64_t)c->flush_ns;
			result->busy_arrivals_ns = (uint64_t)c->arrivals_ns;
		}
		free(c->tasks);
		free(c->interrupts.list);
	}
	free(l.cpus);
	turns_release(&l.turns);
	free(l.live);
	if (!done_ns)
		free(l.done);
	if (is_interrupted(load))
		return -EINTR;
	return l.no_memory ? -ENOMEM : 0;
}
