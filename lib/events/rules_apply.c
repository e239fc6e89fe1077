// SPDX-License-Identifier: GPL-2.0-or-later
/* Applies rules: turns the values of a user's event into an event, and pairs calls with their returns. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "events/reader.h"
#include "events/rules.h"

#define MAX_CALLS 256	/* under way at a time; more: their returns were not recorded */

struct call {
	uint64_t value[IR_EVENT_VALUES];
	const struct ir_rule_group *group;	/* of the entry */
	uint32_t pid, cpu;
	uint16_t device;
	bool outlived;		/* a later call of this task has returned */
};

struct ir_calls {
	unsigned int nr;
	struct call call[MAX_CALLS];
};

static void count_unpaired(struct ir_reader *rd)
{
	rd->damage->count[IR_DAMAGE_UNPAIRED_CALLS]++;
}

/*
 * A function returns in the task that called it, on whatever CPU; what interrupts
 * a task has its number, too, and returns first.  The idle tasks of all CPUs have
 * one number, and none of them moves.
 */
static bool same_task(const struct call *c, const struct ir_event *ev)
{
	return c->pid == ev->pid && (c->pid || c->cpu == ev->cpu);
}

static void drop_call(struct ir_calls *calls, unsigned int i)
{
	memmove(&calls->call[i], &calls->call[i + 1], (--calls->nr - i) * sizeof(calls->call[0]));
}

static void begin_call(struct ir_reader *rd, const struct ir_rule_group *g, const struct ir_event *ev)
{
	struct ir_calls *calls = rd->calls;
	struct call *c;

	if (!calls)
		calls = rd->calls = calloc(1, sizeof(*calls));
	if (!calls) {
		ir_file_fail(rd->file, -ENOMEM);
		return;
	}
	if (calls->nr == MAX_CALLS) {
		drop_call(calls, 0);
		count_unpaired(rd);
	}
	c = &calls->call[calls->nr++];
	*c = (struct call){ .group = g, .pid = ev->pid, .cpu = ev->cpu, .device = ev->device };
	memcpy(c->value, ev->value, sizeof(c->value));
}

/* The innermost call of this function under way in the task; taken out. */
static bool end_call(struct ir_reader *rd, const struct ir_rule_group *entry,
		     const struct ir_event *ev, struct call *found)
{
	struct ir_calls *calls = rd->calls;
	unsigned int i = calls ? calls->nr : 0;

	while (i && (calls->call[i - 1].group != entry || !same_task(&calls->call[i - 1], ev)))
		i--;
	if (!i) {
		count_unpaired(rd);
		return false;
	}
	*found = calls->call[--i];
	drop_call(calls, i);
	while (i--)
		calls->call[i].outlived |= same_task(&calls->call[i], ev);
	return true;
}

void ir_calls_lost(struct ir_calls *calls, uint32_t cpu)
{
	for (unsigned int i = calls ? calls->nr : 0; i; i--)
		if (calls->call[i - 1].cpu == cpu)
			drop_call(calls, i - 1);
}

/* Calls that were under way when the recording ended are nothing unusual. */
void ir_calls_finish(struct ir_reader *rd)
{
	struct ir_calls *calls = rd->calls;

	for (unsigned int i = 0; calls && i < calls->nr; i++)
		if (calls->call[i].outlived)
			count_unpaired(rd);
	if (calls)
		calls->nr = 0;
}

void ir_calls_free(struct ir_calls *calls)
{
	free(calls);
}

static uint16_t device_of(struct ir_reader *rd, const struct ir_rule *rule,
			  const struct ir_event *ev, const struct call *call)
{
	switch (rule->device) {
	case IR_DEVICE_FIELD:
		return ev->device;
	case IR_DEVICE_ENTRY:
		return call->device;
	case IR_DEVICE_NAMED:
		return ir_reader_device(rd, rule->text.device_name,
					strlen(rule->text.device_name) + 1);
	default:
		return 0;
	}
}

static void move_values(const struct ir_rule *rule, struct ir_event *ev, const uint64_t *entry)
{
	uint64_t value[IR_EVENT_VALUES] = { rule->kind->addr };

	for (unsigned int role = 0; role < IR_EVENT_VALUES; role++) {
		if (!rule->roles[role])
			continue;
		value[role] = ir_expr_value(rule->roles[role], ev->value, entry);
		if (rule->unit[role])
			value[role] *= rule->unit[role];
	}
	memcpy(ev->value, value, sizeof(value));
}

static bool convert_event(struct ir_reader *rd, const struct ir_rule *rule, struct ir_event *ev,
			  const struct call *call)
{
	if (rule->kind->kind == IR_EV_KINDS)
		return false;
	if (!rule->in_place)
		move_values(rule, ev, call ? call->value : NULL);
	ev->device = device_of(rd, rule, ev, call);
	ev->kind = rule->kind->kind;
	ev->flags |= rule->kind->flags;
	if (rule->kind->ret)
		ev->ret = rule->kind->ret;
	ev->text = NULL;
	/* The end of a range before its start; an unmap of nothing happens. */
	if ((int64_t)ev->size >= (ev->kind == IR_EV_TLB_SYNC))
		return true;
	rd->damage->count[IR_DAMAGE_BAD_EVENTS]++;
	return false;
}

bool ir_rules_apply(struct ir_reader *rd, struct ir_event *ev)
{
	const struct ir_rule_group *g = &rd->events->groups[ev->kind - IR_EV_KINDS - 1];
	struct call call, *entry = NULL;

	if (g->entry) {
		if (!end_call(rd, &rd->events->groups[g->entry - 1], ev, &call))
			return false;
		entry = &call;
	}
	if (g->is_entry)
		begin_call(rd, g, ev);
	for (size_t i = 0; i < g->nr_rules; i++) {
		const struct ir_rule *rule = &g->rules[i];

		if (!rule->when ||
		    ir_expr_value(rule->when, ev->value, entry ? entry->value : NULL))
			return convert_event(rd, rule, ev, entry);
	}
	return false;
}
