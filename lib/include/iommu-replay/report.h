/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports: results as JSON or CSV, and JSON reports read back.
 *
 * A report is one JSON document (schema iommu-replay-report/1, documented in
 * iommu-replay-report(5)); CSV has the same figures.  The program, not the
 * library, writes tables, Markdown and HTML.
 */
#ifndef IOMMU_REPLAY_REPORT_H
#define IOMMU_REPLAY_REPORT_H

#include <stddef.h>
#include <stdio.h>
#include <iommu-replay/faults.h>
#include <iommu-replay/replay.h>
#include <iommu-replay/fit.h>
#include <iommu-replay/verify.h>
#include <iommu-replay/timeline.h>

#define IR_REPORT_SCHEMA "iommu-replay-report/1"

/* A result that was compared with the recording. */
struct ir_report_verify {
	struct ir_verify verify;
	bool equal;			/* within the tolerance */
	uint64_t tolerance;
	double tolerance_percent;
	/* Not equal, but would be with the recorded timers. */
	bool timers_explain;
	bool times_explain;		/* not with them alone, but with the recorded durations of flushes, too */
	struct ir_fit fit;
	const char *strategy_from;	/* "user", "manifest", "recording" or "default" */
	const char *hypervisor_from;
	const char *manifest;		/* NULL: none was used */
	bool has_operation;
	struct ir_op operation;		/* the one that the first difference belongs to */
};

/* How and when a report was made. */
struct ir_report_origin {
	const char *command_line;	/* without what does not change the report; NULL: not recorded */
	const char *date;		/* "2026-11-28T23:51Z"; NULL: not recorded */
};

/* One recording and the results of its configurations; the caller owns all pointers. */
struct ir_report_entry {
	const struct ir_recording_info *info;
	const struct ir_config *configs;
	const struct ir_result *results;
	size_t nr_results;	/* 0: nothing was replayed (info) */
	const struct ir_report_verify *verify;	/* of each result; NULL: not verified */
	/* As struct ir_replay_options has them: info->nr_devices for each result; NULL: none. */
	const struct ir_result *devices;
	/* As struct ir_replay_options has them; NULL: no results by call site. */
	const struct ir_site_result *sites;
	struct ir_timeline *const *timelines;	/* of each result; NULL: not collected */
	const struct ir_explanation *explanations;	/* of each result; NULL: not requested */
	const struct ir_faults *faults;	/* of the recording; NULL: not looked for */
	/* How many of them each result would have hidden or shown; NULL: not requested. */
	const struct ir_fault_exposure *fault_exposure;
	const struct ir_report_origin *origin;	/* of the whole report; NULL: not recorded */
};

/* With more devices than this, figures of each are left out. */
#define IR_REPORT_DEVICES 1024

/**
 * ir_report_json - the document as text
 *
 * Returns a string for free(), NULL if there is no memory.
 */
char *ir_report_json(const struct ir_report_entry *entries, size_t n);
/**
 * ir_report_csv - a header line, then one line a result; without results, a recording
 *
 * If the first one has call sites, each of these lines comes once for each site.
 * For free(), NULL: no memory.
 */
char *ir_report_csv(const struct ir_report_entry *entries, size_t n);

/**
 * ir_report_device - the next device that has figures of its own
 * @device: the first number to look at; 0 counts as 1
 *
 * Returns its number, or 0 if there is no further one, or if the recording names no device.
 * Devices without operations are left out.  Operations without a device come last, as
 * number info->nr_devices.
 */
size_t ir_report_device(const struct ir_report_entry *entry, size_t device);
/**
 * ir_report_device_entry - the entry with a device's share in the place of each result
 * @device: as from ir_report_device()
 *
 * The caller frees @of->results with free(); @entry owns the rest.  0 or -ENOMEM.
 */
int ir_report_device_entry(const struct ir_report_entry *entry, size_t device,
			   struct ir_report_entry *of);
/** ir_report_device_name - its name; NULL: it has none */
const char *ir_report_device_name(const struct ir_report_entry *entry, size_t device);
/**
 * ir_report_perfetto - the timelines as trace events for Perfetto, in JSON
 *
 * Write errors are left in the stream (ferror()).  Entries without timelines add
 * nothing.
 */
void ir_report_perfetto(FILE *out, const struct ir_report_entry *entries, size_t n);

/* A report that was read. */
struct ir_report;

#define IR_REPORT_MAX_SIZE (128 << 20)	/* bytes of a report: thousands of results */

/**
 * ir_report_read - a document of ir_report_json(), of this or another version
 * @name: for messages
 * @text, @len: the document; at most IR_REPORT_MAX_SIZE bytes are sensible
 *
 * Unknown members are kept for ir_report_document() and otherwise ignored; missing
 * ones are zero.  Unknown strategies and hypervisors have only a name, the plug-in
 * that they were from, if any, and the names of their own parameters.
 * Returns NULL with @err set, also if the document's digest is wrong.
 */
struct ir_report *ir_report_read(const char *name, const char *text, size_t len,
				 struct ir_error *err);
void ir_report_free(struct ir_report *report);
/**
 * ir_report_entries - as they were given to ir_report_json()
 *
 * Valid until ir_report_free(), call sites included: ir_site_table_ref() must not be
 * used on them.
 */
const struct ir_report_entry *ir_report_entries(const struct ir_report *report, size_t *n);
/**
 * ir_report_has_digest - whether the report has a digest, which was checked
 *
 * False: an older version, without digests, wrote it.  Damage in such a report is
 * found only if it makes the report unreadable.
 */
bool ir_report_has_digest(const struct ir_report *report);
/** ir_report_document - the whole document again, as text for free(); NULL: no memory */
char *ir_report_document(const struct ir_report *report);

/** ir_version - "0.2.0" */
const char *ir_version(void);

#endif
