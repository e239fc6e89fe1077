/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Results of a batch: a file of JSON lines, one for each cell, as
 * iommu-replay-batch(1) describes them.
 *
 * Lines are appended as cells are finished, each in one piece.  What a crash
 * left of a last line is cut off when the file is opened again; nothing else
 * in a file is ever changed in place.  A file that has everything is put into
 * the canonical order by writing another and renaming it.
 *
 * Each line has a digest (report/json.h).  A line whose digest is wrong is damaged
 * and not used.  A line without one was written by an older version: it can be
 * read, and a batch that is resumed does its cell again.
 */
#ifndef CMD_RESULTS_H
#define CMD_RESULTS_H

#include <iommu-replay/error.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/fingerprint.h"

#define RESULTS_SCHEMA "iommu-replay-batch/1"

struct result_line {
	off_t offset;
	size_t length;		/* with its newline */
	uint64_t cell;
	uint64_t cells;		/* of the whole batch */
	char batch[FINGERPRINT_SIZE];
	char fingerprint[FINGERPRINT_SIZE];
	bool done;		/* the replay succeeded, or there is none to be done */
	bool left_out;		/* a machine like the recorded one has no such configuration */
	bool verified;		/* it has a digest, which is right */
	bool as_written;	/* byte by byte as results_line() writes it */
};

struct results {
	const char *path;
	int fd;
	off_t end;
	struct result_line *lines;
	size_t nr_lines, room;
	size_t damaged;		/* lines that cannot be used, and were left out */
	size_t first_damaged;	/* the first of them, counted from 1 */
	size_t recognised;	/* lines that begin as ours do, damaged or not */
	size_t unverified;	/* lines without a digest */
	bool torn;		/* the last line was incomplete, and cut off */
	size_t *by_fingerprint;	/* the lines that were there when it was opened */
	size_t nr_sorted;
};

/**
 * results_open - open a file to append to, alone
 * @resume: it may have lines
 *
 * Returns 0, or a negative errno with @err set: -EEXIST if it has lines and may
 * not, -EINVAL if what it has is something else.
 */
int results_open(struct results *results, const char *path, bool resume, struct ir_error *err);
/** results_read - open a file of lines to read only */
int results_read(struct results *results, const char *path, struct ir_error *err);
void results_close(struct results *results);
/**
 * results_find - the last verified line with this fingerprint whose replay succeeded
 *
 * False: there is none.
 */
bool results_find(const struct results *results, const char *fingerprint, size_t *line);
/**
 * results_append - one line more
 * @text: @len bytes, ending in a newline
 *
 * Returns 0, or a negative errno with @err set: nothing of it is in the file then.
 */
int results_append(struct results *results, const char *text, size_t len, struct ir_error *err);
/** results_sync - have everything on the disk; 0 or a negative errno with @err set */
int results_sync(struct results *results, struct ir_error *err);
/** results_text - a line as results_line() writes it, for free(); NULL with @err set */
char *results_text(const struct results *results, size_t line, struct ir_error *err);

/** results_line - seal an object; its text, with a newline; for free(), NULL: no memory */
char *results_line(json_t *object, size_t *len);

#endif
