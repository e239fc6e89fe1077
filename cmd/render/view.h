/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * View: what tables show of a report, in words and cells.
 *
 * The terminal's tables, Markdown and web pages differ in layout, not in content: all
 * take it from here.  Figures come from the columns that have a title
 * (lib/report/columns.h).
 */
#ifndef CMD_VIEW_H
#define CMD_VIEW_H

#include <iommu-replay/report.h>
#include <stdbool.h>
#include <stddef.h>

#include "render/view_hypervisor.h"
#include "render/view_line.h"

/** view_recording - the recording, in a few lines */
void view_recording(const struct ir_report_entry *entry, view_line emit, void *arg);
/** view_incomplete - that something is missing, and how much if that is known */
void view_incomplete(const struct ir_recording_info *info, view_line emit, void *arg);
/** view_no_mapping - that there is nothing to replay, and why */
void view_no_mapping(const struct ir_recording_info *info, view_line emit, void *arg);
/** view_origin - how the recording was recognised, and what it shows of the machine */
void view_origin(const struct ir_report_entry *entry, view_line emit, void *arg);
/**
 * view_device - whose share of the results @of has: a line, as a heading
 * @of: as from ir_report_device_entry()
 * @whole: what it is a share of
 * @first: the first result of the group
 */
void view_device(const struct ir_report_entry *whole, const struct ir_report_entry *of, size_t first,
		 const char *name, view_line emit, void *arg);
/** view_notes - what limits the figures; always how complete the input was */
void view_notes(const struct ir_report_entry *entry, view_line emit, void *arg);

/**
 * view_cell - a figure as people read it
 *
 * Zero is "-".  Returns how to draw it.
 */
enum view_mark view_cell(const struct ir_report_entry *entry, size_t result, size_t column,
			 char *text, size_t size);

#endif
