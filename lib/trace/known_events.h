/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Known events: which trace events a recording is read for, and what each is
 * good for.  Reference for people and for `iommu-replay list events`; events
 * of other names are counted and otherwise left alone.
 *
 * To add an event: a kind in event.h, a line in known_events.c, and its fields
 * in the readers.
 */
#ifndef IR_TRACE_KNOWN_EVENTS_H
#define IR_TRACE_KNOWN_EVENTS_H

struct ir_known_event {
	const char *system;	/* "iommu"; "probe": kprobes, fprobes or any other group */
	const char *name;	/* "map" */
	const char *meaning;	/* one line */
};

/** ir_known_events - all of them; ends with a NULL name */
const struct ir_known_event *ir_known_events(void);

#endif
