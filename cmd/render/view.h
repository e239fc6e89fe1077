/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * View: what tables show of a report, in words and cells, whoever draws them.
 *
 * The terminal's tables and the Markdown ones differ in how they look, not in
 * what they say: both ask here.  Figures come from the columns that have a
 * title (lib/report/columns.h).
 */
#ifndef CMD_VIEW_H
#define CMD_VIEW_H

#include <iommu-replay/report.h>
#include <stdbool.h>
#include <stddef.h>

enum view_mark {
	VIEW_PLAIN,
	VIEW_LIMIT,	/* a limit was reached */
	VIEW_BAD,	/* a failure, or incomplete input */
	VIEW_NOTE,
};

/* A line "label  text"; @text is valid during the call only; NULL: there was no memory for it. */
typedef void (*view_line)(void *arg, const char *label, const char *text, enum view_mark mark);

/** view_recording - the recording, in a few lines */
void view_recording(const struct ir_report_entry *entry, view_line emit, void *arg);
/** view_incomplete - that something is missing, and how much if that is known */
void view_incomplete(const struct ir_recording_info *info, view_line emit, void *arg);
/** view_no_mapping - that there is nothing to replay, and why */
void view_no_mapping(const struct ir_recording_info *info, view_line emit, void *arg);
/** view_origin - how the recording was recognised, and what it has to say about the machine */
void view_origin(const struct ir_report_entry *entry, view_line emit, void *arg);
/** view_hypervisor - the hypervisor and the parameters that a group of results shares */
void view_hypervisor(const struct ir_report_entry *entry, size_t first, size_t end,
		     view_line emit, void *arg);
/** view_group_end - the end of the group that begins at result @first */
size_t view_group_end(const struct ir_report_entry *entry, size_t first);
/**
 * view_device - whose share of the results @of has: a line, as a heading
 * @of: as from ir_report_device_entry()
 */
void view_device(const struct ir_report_entry *of, const char *name, view_line emit, void *arg);
/** view_notes - what a reader of the figures must know; always says how complete the input was */
void view_notes(const struct ir_report_entry *entry, view_line emit, void *arg);

/**
 * view_host_limit - what a result's host pages are limited to, 0: nothing
 * @devices: how many devices have that limit each, at least 1
 */
uint64_t view_host_limit(const struct ir_report_entry *entry, size_t result, uint64_t *devices);
/**
 * view_cell - a figure as people read it
 *
 * Zero is "-".  Returns how to draw it.
 */
enum view_mark view_cell(const struct ir_report_entry *entry, size_t result, size_t column,
			 char *text, size_t size);

/** view_duration - 1.02s, 289ms: three digits and a unit */
void view_duration(char *text, size_t size, uint64_t ns);
/** view_bytes - 2147483648 as "2G" */
void view_bytes(char *text, size_t size, uint64_t bytes);
/** view_clean - a name from a recording, made harmless for a terminal; for free() or NULL */
char *view_clean(const char *text);

#endif
