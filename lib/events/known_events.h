/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of known events, for `iommu-replay list events`: the trace events that a recording
 * is read for, their meaning, and the fields that are used.  Events of other names are counted
 * and otherwise ignored.
 */
#ifndef IR_TRACE_KNOWN_EVENTS_H
#define IR_TRACE_KNOWN_EVENTS_H

struct ir_events;

struct ir_known_event {
	const char *system;	/* "iommu"; "probe": kprobes, fprobes or any other group */
	const char *event;	/* "map" */
	const char *is;		/* what an events file would call it, "" if it cannot */
	const char *when;	/* on which condition; NULL: always */
	const char *entry;	/* of a return: the event of its entry */
	const char *fields;	/* "iova, paddr, size", "addr=addr, size=range" */
	const char *meaning;	/* one line */
};

/**
 * ir_known_events - show all of them, those of an events file first
 * @events: NULL: without one
 * @show: called for each; something else than 0 ends it
 *
 * Returns what @show did, or -ENOMEM.
 */
int ir_known_events(const struct ir_events *events,
		    int (*show)(void *arg, const struct ir_known_event *event), void *arg);

#endif
