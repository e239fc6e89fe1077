/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules: what events of probes mean.  The built-in ones and those of an events
 * file (iommu-replay-events(5)) are the same thing from two places.
 *
 *   expr.c           conditions and values: "flags & 0x400"
 *   rules_kinds.c    what an event can be, and what must be known of it then
 *   rules.c          from the text of rules to groups of them
 *   rules_builtin.c  the built-in ones
 *   rules_json.c     events files
 *   rules_apply.c    from values to events; calls and their returns
 *
 * All rules for one event make a group.  A reader looks for the group of each
 * event type once, when it reads its format (or, in a text, its name), finds
 * the group's fields there, and then puts their values into value[] of struct
 * ir_event, for each event.  If the group has a single rule that needs no more than
 * these values, the event is ready (direct).  Else its kind is the number of the group
 * above IR_EV_KINDS, and ir_reader_next_block(), which gets all events in time order, makes an
 * event of it or drops it, for all formats alike.
 *
 * To add a built-in rule: a line in rules_builtin.c.  To add something that an
 * event can be: a kind in event.h and a line in rules_kinds.c.
 */
#ifndef IR_TRACE_RULES_H
#define IR_TRACE_RULES_H

#include <iommu-replay/events.h>
#include <stdbool.h>
#include <stdint.h>
#include "events/event.h"
#include "events/expr.h"
#include "events/rules_kinds.h"

struct ir_reader;

#define IR_RULE_PATTERN	128	/* characters of an event's name */

/* One rule as a person writes it.  Built-in rules are written so, too. */
struct ir_rule_text {
	const char *event;		/* "kprobes:rpcit", "rpcit", "kprobes:my_*" */
	const char *is;			/* a kind's name */
	const char *when;		/* NULL: always */
	const char *entry;		/* event of the call's entry; NULL: not a return */
	const char *device_name;	/* the device is always this one */
	const char *meaning;		/* one line; built-in rules have it */
	struct {
		const char *role, *value;
		uint64_t unit;		/* the value counts pieces of so many bytes; 0: bytes */
	} fields[IR_RULE_ROLES];
};

enum ir_rule_device { IR_DEVICE_NONE, IR_DEVICE_FIELD, IR_DEVICE_ENTRY, IR_DEVICE_NAMED };

struct ir_rule_field {
	char *name;
	bool optional;
	bool hex;			/* texts print it in hexadecimal without 0x */
	uint8_t slot;			/* its value goes to value[slot] */
};

struct ir_rule {
	struct ir_rule_text text;	/* strings are the rule's own */
	const struct ir_rule_kind *kind;
	struct ir_expr *when;
	struct ir_expr *roles[IR_EVENT_VALUES];
	uint64_t unit[IR_EVENT_VALUES];	/* 0: 1 */
	bool in_place;			/* all roles are where the fields were put */
	enum ir_rule_device device;
};

struct ir_rule_group {
	char *event;			/* as written */
	char system[IR_RULE_PATTERN];	/* "*": any */
	char name[IR_RULE_PATTERN];
	struct ir_rule_field fields[IR_EVENT_VALUES];
	unsigned int nr_fields;
	char *device;			/* field with the name of the device, NULL */
	struct ir_rule *rules;		/* the first one whose condition holds decides */
	size_t nr_rules;
	size_t entry;			/* group of the entry events + 1, 0: these are no returns */
	bool is_entry;			/* values are kept for the return */
	bool user;			/* out of a file */
	uint16_t kind;			/* what a reader makes of the event; IR_EV_KINDS: nothing */
	uint64_t kinds;			/* bits of all that it may become */
};

struct ir_events {
	char *path;			/* NULL: built-in ones only */
	struct ir_rule_group *groups;	/* those of the file first */
	size_t nr_groups;
	size_t nr_user;
};

/** ir_rules_builtin - the built-in rules alone; NULL: no memory */
struct ir_events *ir_rules_builtin(void);
/** ir_rules_new - without any rule; @path NULL: built-in ones only.  NULL: no memory */
struct ir_events *ir_rules_new(const char *path);
/**
 * ir_rules_add - one more rule
 *
 * 0, or a negative errno with @err set, its message without the name of the
 * file.  @text is copied.
 */
int ir_rules_add(struct ir_events *ev, const struct ir_rule_text *text, struct ir_error *err);
/** ir_rules_hex - texts print this field of an event in hexadecimal without 0x */
int ir_rules_hex(struct ir_events *ev, const char *event, const char *field, struct ir_error *err);
/** ir_rules_finish - all rules were added: give the fields their places */
void ir_rules_finish(struct ir_events *ev);
/** ir_rules_add_builtin - rules_builtin.c: add them behind those of a file; 0 or -ENOMEM */
int ir_rules_add_builtin(struct ir_events *ev);

/**
 * ir_rules_find_user - the group of an event that an events file names, or NULL
 * @system: NULL: not known, as in a text
 */
const struct ir_rule_group *ir_rules_find_user(const struct ir_events *ev, const char *system,
					       const char *name);
/** ir_rules_find_builtin - the same for built-in rules */
const struct ir_rule_group *ir_rules_find_builtin(const struct ir_events *ev, const char *system,
						  const char *name);

/* Calls under way: the entry has some of the values of an event, and the return the others. */
struct ir_calls;

/**
 * ir_rules_apply - make an event of the values that a reader has read
 * @ev: its kind is above IR_EV_KINDS
 *
 * Returns false if there is nothing to make of it, or by now.
 */
bool ir_rules_apply(struct ir_reader *rd, struct ir_event *ev);
/** ir_calls_lost - events of this CPU were lost: do not take one call for another */
void ir_calls_lost(struct ir_calls *calls, uint32_t cpu);
/** ir_calls_finish - count what has no return */
void ir_calls_finish(struct ir_reader *rd);
void ir_calls_free(struct ir_calls *calls);

#endif
