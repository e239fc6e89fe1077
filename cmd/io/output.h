/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Output: where a report goes.
 *
 * A file appears complete or not at all: the report is written to a file without
 * a name in the same directory (O_TMPFILE), which gets the name when it is on the
 * disk.  However the program ends, nothing is left behind.  Where a file has to be
 * replaced, the new one has another name for the moment before the rename, with
 * all signals blocked that can be.  On a file system without O_TMPFILE it has that
 * other name all the time, and whatever ends the program removes it, SIGKILL
 * excepted.
 *
 * Devices, pipes and the program's own standard output are written directly.
 * Nothing counts as written before output_commit() said so: a full disk is an error.
 */
#ifndef CMD_OUTPUT_H
#define CMD_OUTPUT_H

#include <iommu-replay/error.h>
#include <stdbool.h>
#include <stdio.h>

struct output {
	FILE *stream;
	const char *name;	/* for messages */
	char *target;		/* the file that is to appear; NULL: written directly */
	char *temp;		/* its name meanwhile; NULL: it has none */
	int error;		/* errno of the first write that failed; 0: none */
};

/**
 * output_keep_standard - the program's standard output is its reports' alone from now on
 *
 * Output of other code, plug-ins above all, goes to standard error.
 */
void output_keep_standard(void);
/**
 * output_open - open the destination of a report
 * @path: NULL or "-" for standard output
 * @inputs: files that must not be written over, @nr_inputs of them
 *
 * Returns 0 or a negative errno with @err set (-EINVAL: wrong usage).
 */
int output_open(struct output *out, const char *path, char *const *inputs, size_t nr_inputs,
		struct ir_error *err);
/** output_check - false if writing to the stream failed; to be called soon after it did */
bool output_check(struct output *out);
/** output_write - write a text, all of it; output_commit() reports errors */
void output_write(struct output *out, const char *text);
/**
 * output_commit - finish
 *
 * Returns 0 or a negative errno with @err set; -EPIPE if the reader has gone.
 * @out is closed either way.
 */
int output_commit(struct output *out, struct ir_error *err);
/**
 * output_finish - write @text, which is freed, and finish; NULL: there was no memory for it
 *
 * Returns STATUS_DONE, or STATUS_ERROR with the error printed, unless a reader needed no more.
 */
int output_finish(struct output *out, char *text);
/** output_abort - leave nothing behind */
void output_abort(struct output *out);
/** output_unlink_temp - remove an unfinished file; safe in a signal handler */
void output_unlink_temp(void);

/** output_width - columns to fit tables into */
size_t output_width(const struct output *out);
/** output_color - whether to colour; @when is enum when */
bool output_color(const struct output *out, int when);

/** exit_no_memory - the end, where there is no way to return an error; no file is left behind */
void exit_no_memory(void) __attribute__((noreturn));

#endif
