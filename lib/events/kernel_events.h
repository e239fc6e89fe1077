/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one table of the kernel's own trace events that a recording is read for: what each
 * means, its fields in the event's format (trace.dat, perf.data) and their keys and number
 * bases in texts.  Both decoders (formats.c, input/text/payload.c) and `list events` use it.
 *
 * Probes and events of other names are rules instead (rules.h).
 *
 * To add an event of the kernel: a kind in event.h, and a line in kernel_events.c.
 */
#ifndef IR_EVENTS_KERNEL_EVENTS_H
#define IR_EVENTS_KERNEL_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include "events/event.h"

/* The member that takes a field's value before the event is complete. */
enum ir_slot {
	/* Numbers: as in value[] of struct ir_event. */
	IR_SLOT_ADDR, IR_SLOT_SIZE, IR_SLOT_PADDR, IR_SLOT_AUX, IR_SLOT_RET,
	IR_SLOT_EXTRA,		/* one more number that the event kind needs */
	IR_SLOT_NUMBERS = IR_EVENT_VALUES,
	IR_SLOT_END = IR_SLOT_NUMBERS,	/* only of texts: the number behind "iova=... - " */
	/* Data of variable size. */
	IR_SLOT_DEVICE,		/* name of a device */
	IR_SLOT_LIST, IR_SLOT_LENGTHS, IR_SLOT_OTHERS,	/* arrays */
	IR_SLOT_STRING,
	IR_SLOT_TEXT,		/* the rest of the record */
	IR_SLOT_CALLERS,	/* the same, of words */
	IR_NR_SLOTS
};

/* How a text prints a number. */
enum ir_base {
	IR_BASE_AUTO,		/* with 0x, or decimal */
	IR_BASE_HEX,		/* hexadecimal without 0x, if it is the kernel's own form */
	IR_BASE_POINTER,	/* as IR_BASE_HEX, or a word: (null) */
	IR_BASE_OF,		/* "1/4": the second number */
	IR_BASE_DIRECTION,	/* TO_DEVICE, or its number */
};

/* The step after the fields are read. */
enum ir_finish {
	IR_FINISH_NONE,
	IR_FINISH_RANGE,	/* texts: both ends and the size must agree */
	IR_FINISH_UNMAP,	/* texts: the same, if all of it was unmapped */
	IR_FINISH_ALLOC,	/* no memory: addr becomes ~0 */
	IR_FINISH_FAILED,	/* addr becomes ~0 */
	IR_FINISH_ALLOC_SGT,	/* paddr is the list's first address */
	IR_FINISH_SG,		/* addr, size and aux from the lists */
	IR_FINISH_SG_ERR,	/* aux from the list */
	IR_FINISH_MARKER, IR_FINISH_CONSOLE, IR_FINISH_FAULT, IR_FINISH_STACK,
	IR_FINISH_QI,		/* ir_finish_qi() */
	IR_FINISH_TAG,		/* ir_finish_tag() */
	IR_FINISH_SWITCH,	/* texts print both tasks in several ways */
};

enum ir_need { IR_ABSENT, IR_OPTIONAL, IR_NEEDED };

struct ir_field_spec {
	const char *name;	/* of the field and its key; NULL: no more fields */
	uint8_t slot;		/* enum ir_slot */
	uint8_t base;		/* enum ir_base */
	uint8_t in_format;	/* enum ir_need: in the event's format */
	uint8_t in_text;	/* enum ir_need: as key=value in texts */
};

#define IR_EVENT_FIELDS 10

/* The recordings that have the event. */
enum ir_event_where { IR_IN_FORMATS = 1, IR_IN_TEXTS = 2, IR_EVERYWHERE = 3 };

struct ir_event_spec {
	const char *system;	/* NULL: any */
	const char *name;
	enum ir_event_kind kind;
	enum ir_finish finish;
	enum ir_event_where where;
	bool device_first;	/* texts print the device in front of all fields, without a key */
	struct ir_field_spec fields[IR_EVENT_FIELDS];
	const char *meaning;	/* one line, for people; NULL: not listed */
};

/**
 * ir_finish_qi - an invalidation descriptor of VT-d: aux = its first word, addr = its second
 *
 * Becomes IR_EV_COMMAND or IR_EV_COMMAND_ALL; one that is for something else than the IOTLB
 * has no size.
 */
void ir_finish_qi(struct ir_event *ev);
/**
 * ir_finish_tag - a flush of VT-d's cache tags: addr and size are the first and the last byte,
 * ret the tag's type; one that is not for the IOTLB has no size
 */
void ir_finish_tag(struct ir_event *ev);
/** ir_event_spec - find an event; @system NULL: of any; NULL: there is no such event there */
const struct ir_event_spec *ir_event_spec(const char *system, const char *name,
					  enum ir_event_where where);
/** ir_event_spec_at - event number @i of the table; NULL: no more */
const struct ir_event_spec *ir_event_spec_at(unsigned int i);

#endif
