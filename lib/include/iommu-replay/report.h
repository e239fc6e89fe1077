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
#include <iommu-replay/verify.h>

#define IR_REPORT_SCHEMA "iommu-replay-report/1"

/* A result that was held against the recording, and how it came about. */
struct ir_report_verify {
	struct ir_verify verify;
	bool equal;			/* as far as the tolerance asks for it */
	uint64_t tolerance;
	double tolerance_percent;
	const char *strategy_from;	/* "user", "manifest", "recording" or "default" */
	const char *hypervisor_from;
	const char *manifest;		/* NULL: none was used */
	bool has_operation;
	struct ir_op operation;		/* the one that the first difference belongs to */
};

/* One recording and what its configurations gave; all pointers are the caller's. */
struct ir_report_entry {
	const struct ir_recording_info *info;
	const struct ir_config *configs;
	const struct ir_result *results;
	size_t nr_results;	/* 0: no replay was asked for (info) */
	const struct ir_report_verify *verify;	/* of each result; NULL: not verified */
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
