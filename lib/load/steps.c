// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cuts the time between operations, each CPU's events in time order, into work, idle time,
 * interrupts, and flushes with their share of waiting for other CPUs.
 *
 * An interrupt's time is not its task's: .irq_total of a CPU adds up the time of
 * interrupt steps, so that the difference of two of its values is what to take off.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "events/event.h"
#include "load/priv.h"

#define NESTED	8		/* flushes under way on one CPU */
#define GLOBALS	1024		/* flushes of everything whose median counts */
#define WINDOWS	16		/* parts of a recording whose throughputs are compared */

struct flush {
	uint32_t step;		/* NO_STEP: of none */
	uint64_t time_ns, irq_total;
	uint64_t service_ns, waited_ns;	/* until then, if .served */
	bool served;
	bool disturbed;		/* an interrupt came before its end was recorded */
	bool global;
};

struct cpu {
	uint32_t *list;		/* its steps, by time */
	uint32_t nr, at;
	uint32_t cur[2];	/* the last step, of the task and of an interrupt */
	uint64_t irq_total;
	uint64_t step_irq[2];	/* irq_total when those began */
	uint64_t gap_ns, gap_irq;	/* the gap began */
	uint64_t gap_idle;	/* idle time in it, so far */
	bool waited;
	struct step wait;	/* .before_ns, .wake_ns, .cause, .tail_ns, .wait_ns, .between_ns, .wait of the last wait */
	uint64_t wake_irq;
	uint64_t idle_ns, idle_irq;	/* it is idle since then; 0: it is not */
	uint32_t idle_live;		/* .live then */
	uint64_t entry_ns;		/* it is idle, and the last interrupt came then; 0: none did */
	uint64_t entries;		/* time of interrupts in it, before their steps */
	uint32_t last_unmap;	/* of a mapping that was made here */
	uint64_t unmap_irq;	/* irq_total then */
	uint32_t live;		/* mappings that were made here and will be unmapped */
	bool burst;		/* nothing but interrupts since the last interrupt step */
	bool entered;		/* an interrupt was recorded since then */
	unsigned int nr_flushes;
	struct flush flush[NESTED];
	uint16_t probes, tracepoints;	/* events since the last step of the task or an interrupt */
	uint64_t idle_pending;		/* idle time since then */
};

struct builder {
	struct ir_load *load;
	struct cpu *cpus;
	uint32_t nr_cpus;
	uint64_t server_ns;	/* the last flush ended */
	double flush_ns, flush_pages;	/* sums over undisturbed ones */
	uint64_t nr_flushes;
	uint64_t globals[GLOBALS];	/* the first ones */
	size_t nr_globals;
	uint64_t path_ns, nr_paths;
	bool returns, flush_returns;	/* durations of RPCITs, of other flushes, were recorded */
	bool interrupts;		/* those without a step were */
};

static bool is_step(const struct ir_op *op)
{
	return op->kind == IR_OP_MAP || op->kind == IR_OP_UNMAP || op->kind == IR_OP_FAILED_MAP ||
		op->kind == IR_OP_FLUSH_TIMER;
}

/* Makes a step for each operation that takes time; a mapping and its unmap refer to each other. */
static int make_steps(struct builder *b)
{
	struct ir_load *load = b->load;
	uint32_t max_mapping = 0, *map_of;
	size_t n = 0;

	for (size_t i = 0; i < load->nr_ops; i++) {
		const struct ir_op *op = &load->ops[i];

		n += is_step(op);
		if (op->mapping != IR_NO_MAPPING && op->mapping >= max_mapping)
			max_mapping = op->mapping + 1;
	}
	if (n >= NO_STEP)
		return -E2BIG;
	load->steps = calloc(n + 1, sizeof(*load->steps));
	load->step_of = malloc((load->nr_ops + 1) * sizeof(*load->step_of));
	map_of = malloc(((size_t)max_mapping + 1) * sizeof(*map_of));
	if (!load->steps || !load->step_of || !map_of) {
		free(map_of);
		return -ENOMEM;
	}
	memset(map_of, 0xff, ((size_t)max_mapping + 1) * sizeof(*map_of));
	for (size_t i = 0; i < load->nr_ops; i++) {
		const struct ir_op *op = &load->ops[i];
		struct step *s = &load->steps[load->nr_steps];

		load->step_of[i] = is_step(op) ? load->nr_steps : NO_STEP;
		if (op->kind == IR_OP_INITIAL && op->mapping != IR_NO_MAPPING)
			map_of[op->mapping] = NO_STEP;
		if (op->kind == IR_OP_SEGMENT && load->nr_steps && op->time_ns > s[-1].end_ns)
			s[-1].end_ns = op->time_ns;
		if (!is_step(op))
			continue;
		*s = (struct step){
			.start_ns = op->time_ns, .end_ns = op->time_ns, .last = NO_STEP,
			.follower = NO_STEP, .host = NO_STEP, .cause = NO_STEP, .map = NO_STEP, .stream = NO_STEP, .op = (uint32_t)i,
			.cpu = op->cpu, .kind = op->kind, .irq = op->flags & IR_OPF_IRQ,
		};
		if (op->kind == IR_OP_MAP)
			load->maps++;
		if (op->mapping != IR_NO_MAPPING && op->kind == IR_OP_MAP) {
			map_of[op->mapping] = load->nr_steps;
		} else if (op->mapping != IR_NO_MAPPING && op->kind == IR_OP_UNMAP) {
			s->map = map_of[op->mapping];
			if (s->map != NO_STEP)
				load->steps[s->map].map = load->nr_steps;
			map_of[op->mapping] = NO_STEP;
		}
		load->nr_steps++;
	}
	free(map_of);
	return 0;
}

static int make_cpus(struct builder *b)
{
	const struct ir_load *load = b->load;

	for (uint32_t i = 0; i < load->nr_steps; i++)
		if (load->steps[i].cpu >= b->nr_cpus)
			b->nr_cpus = load->steps[i].cpu + 1u;
	b->cpus = calloc((size_t)b->nr_cpus + 1, sizeof(*b->cpus));
	if (!b->cpus)
		return -ENOMEM;
	for (uint32_t i = 0; i < load->nr_steps; i++)
		b->cpus[load->steps[i].cpu].nr++;
	for (uint32_t i = 0; i < b->nr_cpus; i++) {
		struct cpu *c = &b->cpus[i];

		c->list = malloc(((size_t)c->nr + 1) * sizeof(*c->list));
		if (!c->list)
			return -ENOMEM;
		c->nr = 0;
		c->cur[0] = c->cur[1] = c->last_unmap = NO_STEP;
		c->gap_ns = load->first_ns;
	}
	for (uint32_t i = 0; i < load->nr_steps; i++) {
		struct cpu *c = &b->cpus[load->steps[i].cpu];

		c->list[c->nr++] = i;
	}
	return 0;
}

/* The time of a CPU's task between @from and now, without interrupts; never negative. */
static uint64_t task_ns(uint64_t from, uint64_t to, uint64_t irq)
{
	return to > from + irq ? to - from - irq : 0;
}

static uint32_t saturate_ns(uint64_t ns)
{
	return ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
}

static void begin_gap(struct cpu *c, uint64_t now_ns)
{
	c->gap_ns = now_ns;
	c->gap_irq = c->irq_total;
	c->gap_idle = 0;
	c->waited = false;
}

/* The time from the task's last step to this one. */
static void end_gap(const struct builder *b, struct cpu *c, struct step *s)
{
	uint64_t now = s->start_ns, gap = task_ns(c->gap_ns, now, c->irq_total - c->gap_irq);

	s->before_ns = gap;
	if (c->waited) {
		s->before_ns = c->wait.before_ns;
		s->wake_ns = c->wait.wake_ns;
		s->wait_ns = c->wait.wait_ns;
		s->tail_ns = c->wait.tail_ns;
		s->between_ns = c->wait.between_ns;
		s->cause = c->wait.cause;
		s->wait = c->wait.wait;
		s->after_ns = task_ns(s->wake_ns, now, c->irq_total - c->wake_irq) + s->tail_ns;
	}
	if (c->last_unmap != NO_STEP && b->load->steps[c->last_unmap].start_ns >= c->gap_ns) {
		s->last = c->last_unmap;
		s->after_last_ns = task_ns(b->load->steps[s->last].end_ns, now, c->irq_total - c->unmap_irq);
		if (s->after_last_ns > gap)
			s->after_last_ns = gap;
	}
}

/* A flush is served when those before it are; it was done at @now_ns. */
static void serve_flush(struct builder *b, struct flush *f, uint64_t now_ns)
{
	uint64_t begin = f->time_ns > b->server_ns ? f->time_ns : b->server_ns;

	if (begin > now_ns)
		begin = now_ns;
	f->service_ns = now_ns - begin;
	f->waited_ns = begin - f->time_ns;
	f->served = true;
	if (now_ns > b->server_ns)
		b->server_ns = now_ns;
}

static void set_host(struct builder *b, struct step *irq, uint32_t host)
{
	struct step *s = &b->load->steps[host];

	if (s->irq || irq->joins)
		return;
	irq->host = host;
	if (s->interrupts < UINT8_MAX)
		s->interrupts++;
}

static void begin_interrupt(struct builder *b, struct cpu *c, struct step *s)
{
	struct step *prev = c->burst && c->cur[1] != NO_STEP ? &b->load->steps[c->cur[1]] : NULL;
	const struct step *map = s->map != NO_STEP && s->kind == IR_OP_UNMAP ?
		&b->load->steps[s->map] : NULL;

	s->irq = true;
	if (c->idle_ns && c->entry_ns) {
		s->entry_ns = saturate_ns(s->start_ns - c->entry_ns);
		c->entries += s->entry_ns;
	}
	s->joins = c->burst && b->interrupts && !c->entered;
	c->entry_ns = 0;
	c->entered = false;
	s->during = c->nr_flushes ? DURING_STEP : c->idle_ns ? DURING_IDLE :
		c->waited ? DURING_AFTER : DURING_BEFORE;
	if (map) {
		s->arrival = ARRIVES_FROM_DEVICE;
		s->device_ns = (int64_t)(s->start_ns - map->end_ns);
	} else if (prev && prev->kind != IR_OP_FLUSH_TIMER && s->kind != IR_OP_FLUSH_TIMER) {
		s->arrival = ARRIVES_BEHIND;
		s->device_ns = (int64_t)(s->start_ns - prev->end_ns);
		prev->follower = (uint32_t)(s - b->load->steps);
	} else {
		s->arrival = ARRIVES_BY_CLOCK;
	}
	if (c->nr_flushes && c->flush[c->nr_flushes - 1].step != NO_STEP)
		set_host(b, s, c->flush[c->nr_flushes - 1].step);
	if (c->nr_flushes)
		s->late_ns = saturate_ns(s->start_ns - c->flush[c->nr_flushes - 1].time_ns);
	for (unsigned int i = 0; i < c->nr_flushes; i++) {
		if (!c->flush[i].served)
			serve_flush(b, &c->flush[i], s->start_ns);
		c->flush[i].disturbed = true;
	}
	c->burst = true;
}

static void begin_step(struct builder *b, struct cpu *c, uint32_t number, const struct activity *a)
{
	struct step *s = &b->load->steps[number];

	s->pid = a->pid;
	/* A thread that unmaps what another task mapped works like an interrupt. */
	s->thread = !s->irq && s->kind == IR_OP_UNMAP && s->map != NO_STEP &&
		b->load->steps[s->map].pid != s->pid;
	s->probes = c->probes;
	s->tracepoints = c->tracepoints;
	c->probes = c->tracepoints = 0;
	b->load->idle_ns += c->idle_pending;
	c->idle_pending = 0;
	if (s->irq || s->thread || s->kind == IR_OP_FLUSH_TIMER) {
		begin_interrupt(b, c, s);
	} else {
		end_gap(b, c, s);
		c->burst = false;
	}
	c->cur[s->irq] = number;
	c->step_irq[s->irq] = c->irq_total;
	if (!s->irq)
		begin_gap(c, s->start_ns);
	else if (s->end_ns > s->start_ns)
		c->irq_total += s->end_ns - s->start_ns;
	if (s->kind == IR_OP_MAP && s->map != NO_STEP)
		c->live++;
	if (s->kind == IR_OP_UNMAP && s->map != NO_STEP) {
		struct cpu *home = &b->cpus[b->load->steps[s->map].cpu];

		home->live--;
		home->last_unmap = number;
		home->unmap_irq = home->irq_total;
	}
}

/* The step that began with this event, if one did. */
static void match_step(struct builder *b, struct cpu *c, const struct activity *a)
{
	while (c->at < c->nr) {
		uint32_t number = c->list[c->at];
		const struct step *s = &b->load->steps[number];

		if (s->start_ns > a->time_ns)
			return;
		c->at++;
		begin_step(b, c, number, a);
		if (s->start_ns == a->time_ns)
			return;
	}
}

static uint32_t step_of_flush(const struct builder *b, const struct cpu *c, const struct activity *a)
{
	const struct step *steps = b->load->steps;
	bool irq = a->irq || (c->cur[1] != NO_STEP && steps[c->cur[1]].thread &&
			      steps[c->cur[1]].pid == a->pid);
	uint32_t number = c->cur[irq];

	if (number == NO_STEP)
		return NO_STEP;
	if (a->global || a->kind != IR_EV_RPCIT || steps[number].kind == IR_OP_FLUSH_TIMER)
		return number;
	return b->load->ops[steps[number].op].iova == a->addr ? number : NO_STEP;
}

static void begin_flush(struct builder *b, struct cpu *c, const struct activity *a)
{
	struct flush *f;
	struct step *s, *irq = c->cur[1] != NO_STEP ? &b->load->steps[c->cur[1]] : NULL;

	if (c->nr_flushes == NESTED)
		c->nr_flushes = 0;	/* their returns were lost */
	f = &c->flush[c->nr_flushes++];
	*f = (struct flush){
		.step = step_of_flush(b, c, a), .time_ns = a->time_ns, .irq_total = c->irq_total,
		.global = a->global,
	};
	if (f->step == NO_STEP)
		return;
	s = &b->load->steps[f->step];
	if (!s->irq && irq && irq->start_ns > s->start_ns && irq->during == DURING_BEFORE) {
		irq->during = DURING_STEP;
		set_host(b, irq, f->step);
	}
	if (s->kind == IR_OP_MAP && !s->ranged) {
		b->path_ns += a->time_ns - s->start_ns;
		b->nr_paths++;
	}
}

static void add_flush(struct builder *b, const struct flush *f)
{
	uint64_t service = f->service_ns;

	if (f->global && service && b->nr_globals < GLOBALS)
		b->globals[b->nr_globals++] = service;
	if (f->disturbed || !service || f->global)
		return;
	b->flush_ns += (double)service;
	b->flush_pages += b->load->ops[b->load->steps[f->step].op].pages;
	b->nr_flushes++;
	if (!b->load->least_flush_ns || service < b->load->least_flush_ns)
		b->load->least_flush_ns = service;
}

/* An interrupt that came before this was recorded ran when the flush was done. */
static void end_flush(struct builder *b, struct cpu *c, const struct activity *a)
{
	struct flush *f = c->nr_flushes ? &c->flush[--c->nr_flushes] : NULL;
	struct step *s;

	if (!f)
		return;
	if (!f->served)
		serve_flush(b, f, a->time_ns);
	if (f->step == NO_STEP)
		return;
	s = &b->load->steps[f->step];
	s->disturbed |= f->disturbed;
	if (s->irq)
		c->irq_total += a->time_ns - s->end_ns;
	s->end_ns = a->time_ns;
	/* All but the flush and its waiting: filled in with what was before it. */
	s->own_ns = saturate_ns(task_ns(s->start_ns, s->end_ns, s->irq ? 0 : c->irq_total - c->step_irq[0]));
	if (f->global) {
		s->global++;
		s->global_ns = saturate_ns(s->global_ns + f->service_ns);
	} else {
		s->ranged++;
		s->ranged_ns = saturate_ns(s->ranged_ns + f->service_ns);
	}
	s->waited_ns = saturate_ns(s->waited_ns + f->waited_ns);
	add_flush(b, f);
	if (s->kind == IR_OP_UNMAP && s->map != NO_STEP) {
		struct cpu *home = &b->cpus[b->load->steps[s->map].cpu];

		if (home->last_unmap == f->step)
			home->unmap_irq = home->irq_total;
	}
	if (!s->irq)
		begin_gap(c, s->end_ns);
}

/* A flush without a duration belongs to the operation that began last. */
static void count_untimed_flush(const struct builder *b, const struct cpu *c, const struct activity *a)
{
	struct step *s = c->cur[a->irq] != NO_STEP ? &b->load->steps[c->cur[a->irq]] : NULL;

	if (s && s->kind != IR_OP_FLUSH_TIMER)
		s->hidden = true;
}

static void begin_idle(struct cpu *c, uint64_t now_ns)
{
	if (c->idle_ns)
		return;
	c->idle_ns = now_ns;
	c->idle_irq = c->irq_total;
	c->idle_live = c->live;
	c->entry_ns = c->entries = 0;
	c->burst = false;
}

/*
 * A wait for a clock, perhaps for the same one as that before it, which something else came
 * into.  A task with no mapping live may have waited for the last one to end, too.
 */
static void find_pause(const struct builder *b, struct cpu *c, const struct step *before)
{
	const struct step *last = c->last_unmap != NO_STEP ? &b->load->steps[c->last_unmap] : NULL;

	if (before->wait == WAIT_CLOCK) {
		c->wait.cause = before->cause;
		c->wait.between_ns = before->between_ns;
		c->wait.wait_ns += before->wait_ns;
	} else if (last && !c->idle_live && last->start_ns >= c->gap_ns && last->end_ns <= c->idle_ns) {
		c->wait.cause = c->last_unmap;
		c->wait.between_ns = task_ns(last->end_ns, c->idle_ns, c->idle_irq - c->unmap_irq);
	}
}

static void end_idle(struct builder *b, struct cpu *c, uint64_t now_ns)
{
	const struct step *steps = b->load->steps;
	struct step before = c->waited ? c->wait : (struct step){ .wait = WAIT_NONE };
	uint64_t begin = c->idle_ns > c->gap_ns ? c->idle_ns : c->gap_ns, end = now_ns, idle;

	if (!c->idle_ns)
		return;
	/* Idle time before the first step is no part of the load. */
	if (now_ns <= c->gap_ns) {
		c->idle_ns = 0;
		return;
	}
	idle = task_ns(begin, now_ns, c->irq_total - c->idle_irq + c->entries);
	c->wait = (struct step){
		.before_ns = c->idle_ns < c->gap_ns ? 0 :
			task_ns(c->gap_ns, c->idle_ns, c->idle_irq - c->gap_irq + c->gap_idle),
		.wake_ns = now_ns, .wait = WAIT_CLOCK, .cause = NO_STEP,
	};
	/* Unless another interrupt came after the completion: that woke the task. */
	if (c->last_unmap != NO_STEP && steps[c->last_unmap].start_ns > c->idle_ns &&
	    steps[c->last_unmap].end_ns <= now_ns && !c->entry_ns) {
		c->wait.wait = WAIT_STEP;
		b->load->steps[c->last_unmap].woke = true;
		c->wait.cause = c->last_unmap;
		c->wait.tail_ns = now_ns - steps[c->last_unmap].end_ns;
		idle = idle > c->wait.tail_ns ? idle - c->wait.tail_ns : 0;
		end -= c->wait.tail_ns;
	}
	/* Nothing but an interrupt without a step, a timer's, can have woken the task. */
	if (c->wait.wait == WAIT_CLOCK && c->entry_ns) {
		idle = idle > now_ns - c->entry_ns ? idle - (now_ns - c->entry_ns) : 0;
		c->wait.wake_ns = end = c->entry_ns;
	}
	c->wait.wait_ns = end > begin ? end - begin : 0;	/* a clock does not stop for interrupts */
	if (c->wait.wait == WAIT_CLOCK)
		find_pause(b, c, &before);
	c->waited = true;
	c->wake_irq = c->irq_total;
	c->gap_idle += idle;
	if (now_ns > b->load->first_ns)
		c->idle_pending += idle < now_ns - b->load->first_ns ? idle : now_ns - b->load->first_ns;
	c->idle_ns = 0;
}

static bool is_probe(uint8_t kind)
{
	switch (kind) {
	case IR_EV_RPCIT:
	case IR_EV_FQ_TIMEOUT:
	case IR_EV_FQ_FLUSH:
	case IR_EV_FLUSH_ALL:
	case IR_EV_TLB_SYNC:
	case IR_EV_S390_MAP_PAGE:
	case IR_EV_S390_UNMAP_PAGE:
	case IR_EV_S390_UPDATE_TRANS:
	case IR_EV_IOVA_ALLOC:
	case IR_EV_IOVA_ALLOC_RET:
	case IR_EV_IOVA_FREE:
		return true;
	default:
		return false;
	}
}

/*
 * Events since the last step began are put down with the next one.  Of a flush's two
 * events the half before and the half behind are in its recorded time: one counts there.
 */
static void count_event(struct cpu *c, uint8_t kind)
{
	uint16_t *n = is_probe(kind) ? &c->probes : &c->tracepoints;

	if (kind == IR_EV_RPCIT_RET || kind == IR_EV_FLUSH_RET)
		return;
	if (*n < UINT16_MAX)
		(*n)++;
}

static void handle_activity(struct builder *b, const struct activity *a, bool switches)
{
	struct cpu *c = &b->cpus[a->cpu];

	count_event(c, a->kind);
	switch (a->kind) {
	case IR_EV_SWITCH:
		if (!a->pid)
			end_idle(b, c, a->time_ns);
		if (!a->aux)
			begin_idle(c, a->time_ns);
		return;
	case IR_EV_INTERRUPT:
		c->entered = true;
		if (c->idle_ns)
			c->entry_ns = a->time_ns;
		return;
	case IR_EV_IDLE:
		if (switches)
			return;
		if (a->aux)
			begin_idle(c, a->time_ns);
		else
			end_idle(b, c, a->time_ns);
		return;
	default:
		break;
	}
	match_step(b, c, a);
	if (b->flush_returns && (a->kind == IR_EV_TLB_SYNC || a->kind == IR_EV_MAP_FLUSH ||
				 a->kind == IR_EV_FLUSH_ALL))
		begin_flush(b, c, a);
	else if (a->kind == IR_EV_TLB_SYNC || a->kind == IR_EV_TAG_RANGE || a->kind == IR_EV_MAP_FLUSH ||
	    (a->kind == IR_EV_RPCIT && !b->returns && !a->global))
		count_untimed_flush(b, c, a);
	else if (a->kind == IR_EV_RPCIT)
		begin_flush(b, c, a);
	else if (a->kind == IR_EV_RPCIT_RET || a->kind == IR_EV_FLUSH_RET)
		end_flush(b, c, a);
}

int ir_compare_ns(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;

	return (a > b) - (a < b);
}

/*
 * Without recorded interrupts: a completion within idle time need not be what ended it.  A
 * task that waited for one runs at once: one that takes much longer than the quickest was
 * woken by something else.
 */
static int drop_doubtful_wakes(struct ir_load *load)
{
	uint64_t *tails = malloc(((size_t)load->nr_steps + 1) * sizeof(*tails)), most;
	size_t n = 0;

	if (!tails)
		return -ENOMEM;
	for (uint32_t i = 0; i < load->nr_steps; i++)
		if (load->steps[i].wait == WAIT_STEP)
			tails[n++] = load->steps[i].tail_ns;
	qsort(tails, n, sizeof(*tails), ir_compare_ns);
	most = n ? 4 * tails[n / 20] : 0;
	free(tails);
	for (uint32_t i = 0; i < load->nr_steps; i++) {
		struct step *s = &load->steps[i];

		if (s->wait != WAIT_STEP || s->tail_ns <= most)
			continue;
		load->steps[s->cause].woke = false;
		s->wait = WAIT_CLOCK;
		s->cause = NO_STEP;
		s->after_ns -= s->tail_ns;
		s->wait_ns += s->tail_ns;
	}
	return 0;
}

/* How much the throughput of parts of the recording differs: two standard errors. */
static double rate_error(const struct ir_load *load)
{
	double n[WINDOWS] = { 0 }, mean = (double)load->maps / WINDOWS, sum = 0;
	double span = (double)(load->last_ns - load->first_ns);

	for (uint32_t i = 0; i < load->nr_steps && span > 0; i++) {
		const struct step *s = &load->steps[i];
		size_t at = (size_t)((double)(s->start_ns - load->first_ns) * WINDOWS / span);

		if (s->kind == IR_OP_MAP)
			n[at < WINDOWS ? at : WINDOWS - 1]++;
	}
	for (size_t i = 0; i < WINDOWS; i++)
		sum += (n[i] - mean) * (n[i] - mean);
	/* The variance of the mean of WINDOWS values; 2 of its roots. */
	sum /= (double)(WINDOWS - 1) * WINDOWS;
	return mean > 0 ? sqrt(4 * sum) / mean : 0;
}

static void fill_load_info(struct builder *b)
{
	struct ir_load *load = b->load;
	uint64_t entries = 0;

	load->info.flushes = b->nr_flushes + b->nr_globals;
	qsort(b->globals, b->nr_globals, sizeof(b->globals[0]), ir_compare_ns);
	if (b->nr_globals)
		load->info.global_ns = b->globals[b->nr_globals / 2];
	if (b->nr_flushes) {
		load->info.flush_ns = (uint64_t)(b->flush_ns / (double)b->nr_flushes + 0.5);
		load->mean_pages = (uint64_t)(b->flush_pages / (double)b->nr_flushes + 0.5);
	}
	for (uint32_t i = 0; i < load->nr_steps; i++) {
		struct step *s = &load->steps[i];
		uint64_t flushes, most = s->ranged * load->info.flush_ns;

		/* In a disturbed one is what led to the interrupt, too: that is its CPU's work. */
		if (s->disturbed && most && s->ranged_ns > most) {
			load->entry_ns += s->ranged_ns - most;
			entries++;
			s->ranged_ns = (uint32_t)most;
		}
		flushes = (uint64_t)s->ranged_ns + s->global_ns + s->waited_ns;
		if (s->own_ns < flushes)
			s->own_ns = 0;
		else
			s->own_ns -= (uint32_t)flushes;
		if (!s->ranged && !s->global)
			s->own_ns = saturate_ns(s->end_ns - s->start_ns);
		if (s->end_ns > load->last_ns && s->kind != IR_OP_FLUSH_TIMER)
			load->last_ns = s->end_ns;
	}
	for (uint32_t i = 0; i < b->nr_cpus; i++)
		load->busy_cpus += b->cpus[i].nr != 0;
	load->cpus = (uint16_t)b->nr_cpus;
	if (entries)
		load->entry_ns /= entries;
	if (b->nr_paths)
		load->path_ns = b->path_ns / b->nr_paths;
	if (load->last_ns > load->first_ns)
		load->info.recorded_per_second =
			(double)load->maps * 1e9 / (double)(load->last_ns - load->first_ns);
	load->unsteady = rate_error(load);
}

int ir_load_steps(struct ir_load *load, const struct activity *events, size_t n, bool switches)
{
	struct builder b = { .load = load };
	int rc = make_steps(&b);

	if (!rc && load->nr_steps)
		load->first_ns = load->steps[0].start_ns;
	if (!rc)
		rc = make_cpus(&b);
	for (size_t i = 0; i < n; i++) {
		b.returns |= events[i].kind == IR_EV_RPCIT_RET;
		b.flush_returns |= events[i].kind == IR_EV_FLUSH_RET;
		b.interrupts |= events[i].kind == IR_EV_INTERRUPT;
	}
	for (size_t i = 0; i < n && !rc; i++)
		if (events[i].cpu < b.nr_cpus)
			handle_activity(&b, &events[i], switches);
	if (!rc) {
		fill_load_info(&b);
		rc = b.interrupts ? 0 : drop_doubtful_wakes(load);
	}
	for (uint32_t i = 0; b.cpus && i < b.nr_cpus; i++)
		free(b.cpus[i].list);
	free(b.cpus);
	return rc;
}
