// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads the events and operations of a recording that a load is made of. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/budget.h"
#include "events/event.h"
#include "load/priv.h"
#include "load/recorded.h"
#include "recording/pass.h"

#define BLOCK_OPS	1024
#define IDLE_BITS	UINT32_C(0xffffffff)	/* PWR_EVENT_EXIT, include/trace/events/power.h, Linux 6.12 */

struct collect {
	struct ir_load *load;
	const struct ir_recording_info *info;
	const struct ir_load_options *options;
	struct activity *events;
	size_t nr, room;
	uint64_t left;		/* bytes that may still be taken */
	bool switches, idles;	/* sched:sched_switch, power:cpu_idle were seen */
	uint64_t probe_ns, tracepoint_ns;	/* by a marker; 0: none */
};

const char *ir_bottleneck_name(enum ir_bottleneck bottleneck)
{
	static const char *const names[IR_BOTTLENECKS] = {
		[IR_BOTTLENECK_CPU] = "cpu", [IR_BOTTLENECK_HYPERVISOR] = "hypervisor",
		[IR_BOTTLENECK_DEVICE] = "device", [IR_BOTTLENECK_WORKLOAD] = "workload",
	};

	return names[bottleneck];
}

/* Room for one more; -E2BIG: there may be no more. */
static int reserve_one(struct collect *c, void *list, size_t nr, size_t *room, size_t size)
{
	size_t more = *room ? *room : 4096;
	void *grown, *old;

	if (nr < *room)
		return 0;
	if (more * size > c->left)
		return -E2BIG;
	memcpy(&old, list, sizeof(old));
	grown = realloc(old, (*room + more) * size);
	if (!grown)
		return -ENOMEM;
	memcpy(list, &grown, sizeof(grown));
	c->left -= more * size;
	*room += more;
	return 0;
}

/* Reads the costs that record-dma measured: "... event_cost_ns=5600 tracepoint_cost_ns=2700". */
static void read_marker(struct collect *c, const char *text)
{
	static const char probe[] = " event_cost_ns=", tracepoint[] = " tracepoint_cost_ns=";
	const char *at = strstr(text, probe);

	if (at)
		c->probe_ns = strtoull(at + sizeof(probe) - 1, NULL, 10);
	at = strstr(text, tracepoint);
	if (at)
		c->tracepoint_ns = strtoull(at + sizeof(tracepoint) - 1, NULL, 10);
}

static bool is_interrupted(const struct collect *c)
{
	return c->options->interrupted && *c->options->interrupted;
}

static int collect_event(void *arg, const struct ir_event *ev)
{
	struct collect *c = arg;
	struct activity *a;
	int rc;

	if (is_interrupted(c))
		return -EINTR;
	switch (ev->kind) {
	case IR_EV_MARKER:
		read_marker(c, ev->text);
		return 0;
	case IR_EV_LOST:
	case IR_EV_STACK:
	case IR_EV_DEVICE_ATTACH:
	case IR_EV_DEVICE_DETACH:
		return 0;
	default:
		break;
	}
	if (ev->cpu > UINT16_MAX)
		return 0;
	rc = reserve_one(c, &c->events, c->nr, &c->room, sizeof(*c->events));
	if (rc)
		return rc;
	a = &c->events[c->nr++];
	*a = (struct activity){
		.time_ns = ev->time_ns, .pid = ev->pid, .cpu = (uint16_t)ev->cpu,
		.kind = (uint8_t)ev->kind, .irq = ev->flags & IR_EVF_IRQ,
	};
	if (ev->kind == IR_EV_SWITCH) {
		c->switches = true;
		a->pid = (uint32_t)ev->addr;
		a->aux = (uint32_t)ev->aux;
	} else if (ev->kind == IR_EV_IDLE) {
		c->idles = true;
		a->aux = (uint32_t)ev->aux != IDLE_BITS;
	} else if (ev->kind == IR_EV_FLUSH_ALL) {
		a->global = true;
	} else if (ev->kind == IR_EV_RPCIT) {
		a->addr = ev->addr;
		a->global = c->info->machine.aperture_size &&
			ev->size == c->info->machine.aperture_size;
	}
	return 0;
}

static int ignore_op(void *arg, const struct ir_op *op)
{
	(void)arg;
	(void)op;
	return 0;
}

static int read_ops(struct collect *c, struct ir_recording *rec, struct ir_error *err)
{
	struct ir_load *load = c->load;
	struct ir_op block[BLOCK_OPS];
	ssize_t n;
	int rc = ir_recording_rewind(rec, err);

	while (!rc && (n = ir_recording_read(rec, block, BLOCK_OPS, err)) != 0) {
		if (n < 0)
			return (int)n;
		if (is_interrupted(c))
			return -EINTR;
		for (ssize_t i = 0; i < n; i++) {
			rc = reserve_one(c, &load->ops, load->nr_ops, &load->room_ops, sizeof(*load->ops));
			if (rc)
				return rc;
			load->ops[load->nr_ops++] = block[i];
		}
	}
	return rc;
}

static void set_costs(struct collect *c)
{
	struct ir_load_info *info = &c->load->info;

	info->event_cost_known = c->options->event_cost_given || c->probe_ns;
	info->event_cost_recorded = !c->options->event_cost_given && c->probe_ns;
	info->event_cost_ns = c->options->event_cost_given ? c->options->event_cost_ns : c->probe_ns;
	if (c->tracepoint_ns && !c->options->event_cost_given)
		info->tracepoint_cost_ns = c->tracepoint_ns;
	else	/* between nothing and a probe's, whose handler commits the same event */
		info->tracepoint_cost_ns = info->event_cost_ns / 2;
	c->load->tracepoint_known = c->tracepoint_ns && !c->options->event_cost_given;
}

static int collect_activity(struct collect *c, struct ir_recording *rec, struct ir_error *err)
{
	const struct ir_pass pass = {
		.idle = true, .event = collect_event, .op = ignore_op, .arg = c,
	};
	int rc = ir_recording_pass(rec, &pass, err);

	if (!rc)
		rc = read_ops(c, rec, err);
	if (rc)
		return rc;
	c->load->info.idle_known = c->switches || c->idles;
	set_costs(c);
	rc = ir_load_steps(c->load, c->events, c->nr, c->switches);
	if (!rc && is_interrupted(c))
		rc = -EINTR;
	if (!rc && c->load->info.idle_known)
		rc = ir_load_interrupts(c->load);
	if (!rc && is_interrupted(c))
		rc = -EINTR;
	return rc ? rc : ir_load_streams(c->load);
}

static int load_error(const struct collect *c, int rc, struct ir_error *err)
{
	char limit[32];

	if (rc == -E2BIG && err && !err->text[0]) {
		ir_budget_text(limit, sizeof(limit), c->info->max_memory);
		ir_error_set(err, rc, "the load of %s needs more than %s of memory (--max-memory)",
			     c->info->file, limit);
	} else if (rc == -ENOMEM) {
		ir_error_set(err, rc, "out of memory");
	} else if (rc == -EINTR) {
		ir_error_set(err, rc, "interrupted");
	} else if (rc == -ENODATA) {
		ir_error_set(err, rc, "%s: no %s, so no load", c->info->file,
			     c->load->maps ? "time between operations" : "mapping");
	}
	return rc;
}

struct ir_load *ir_load_new(struct ir_recording *rec, const struct ir_load_options *options,
			    struct ir_error *err)
{
	const struct ir_load_options none = { 0 };
	struct collect c = {
		.load = calloc(1, sizeof(*c.load)), .info = ir_recording_info(rec),
		.options = options ? options : &none, .left = ir_recording_info(rec)->max_memory,
	};
	int rc;

	if (c.load) {
		c.load->interrupted = c.options->interrupted;
		c.load->recorded = ir_recorded_loops_new();
	}
	rc = c.load && c.load->recorded ? 0 : -ENOMEM;
	if (err)
		err->text[0] = '\0';
	if (!rc)
		rc = collect_activity(&c, rec, err);
	if (!rc && (!c.load->maps || c.load->last_ns <= c.load->first_ns))
		rc = -ENODATA;
	free(c.events);
	if (!rc)
		return c.load;
	load_error(&c, rc, err);
	ir_load_free(c.load);
	return NULL;
}

void ir_load_free(struct ir_load *load)
{
	if (!load)
		return;
	free(load->ops);
	free(load->steps);
	free(load->step_of);
	free(load->streams);
	ir_recorded_loops_free(load->recorded);
	free(load);
}

const struct ir_load_info *ir_load_info(const struct ir_load *load)
{
	return &load->info;
}
