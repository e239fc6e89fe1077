/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports: finished results, rendered.
 *
 * A report is one JSON document (schema iommu-replay-report/1, documented in
 * iommu-replay-report(5)); CSV and Markdown are the same figures in other
 * clothes.  The table for a terminal is the program's business, not the
 * library's.
 */
#ifndef IOMMU_REPLAY_REPORT_H
#define IOMMU_REPLAY_REPORT_H

#include <stddef.h>
#include <iommu-replay/replay.h>

#define IR_REPORT_SCHEMA "iommu-replay-report/1"

/* One recording and what its configurations gave; all pointers are the caller's. */
struct ir_report_entry {
	const struct ir_recording_info *info;
	const struct ir_config *configs;
	const struct ir_result *results;
	size_t nr_results;	/* 0: no replay was asked for (info) */
};

/**
 * ir_report_json - the document as text
 *
 * Returns a string for free(), NULL if there is no memory.
 */
char *ir_report_json(const struct ir_report_entry *entries, size_t n);
/** ir_report_csv - a header line, then one line a result; for free(), NULL: no memory */
char *ir_report_csv(const struct ir_report_entry *entries, size_t n);

/** ir_version - "0.1.0" */
const char *ir_version(void);

#endif
