/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of events that a rule may make, with the fields that each needs. */
#ifndef IR_EVENTS_RULES_KINDS_H
#define IR_EVENTS_RULES_KINDS_H

#include <stdint.h>
#include "events/event.h"

#define IR_RULE_ROLES	8	/* of one kind */

struct ir_rule_kind {
	const char *name;		/* "map-part" */
	uint16_t kind;			/* enum ir_event_kind; IR_EV_KINDS: nothing */
	uint16_t flags;			/* IR_EVF_* */
	const char *roles[IR_RULE_ROLES];	/* with "?" in front: need not be known */
	uint64_t addr;			/* where that is not known */
	int64_t ret;
	const char *meaning;
};

/** ir_rule_kinds - all of them; ends with a NULL name */
const struct ir_rule_kind *ir_rule_kinds(void);

enum { IR_ROLE_DEVICE = IR_EVENT_VALUES };

/** ir_rule_role - index in value[] of what is called so, IR_ROLE_DEVICE, or -1 */
int ir_rule_role(const char *name);

#endif
