/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The meaning of results in sentences: a verdict, and lines that explain it.
 *
 * Pure functions of finished results.  Texts have marks (enum ir_mark) around names
 * and what is important; ir_marked_plain() removes them.
 */
#ifndef IR_VERDICT_VERDICT_H
#define IR_VERDICT_VERDICT_H

#include <stdio.h>

#include "verdict/fold.h"
#include "base/numbers.h"

/* Characters that begin a part of a text; all end with IR_MARK_END, none is in another. */
enum ir_mark {
	IR_MARK_END = 1,
	IR_MARK_NAME,		/* of a strategy */
	IR_MARK_BAD,		/* a bad message */
	IR_MARK_STRONG,		/* another one */
	IR_MARK_CODE,		/* a command line */
};

/**
 * ir_verdict - the verdict of rows, at most three clauses
 *
 * A marked text for free(); NULL: no memory.
 */
char *ir_verdict(const struct ir_rows *rows, enum ir_typography typography);
/**
 * ir_verdict_several - of several recordings together
 * @rows: of each one, all with the same strategies
 *
 * A marked text for free(); NULL: no memory.
 */
char *ir_verdict_several(const struct ir_rows *rows, size_t n, enum ir_typography typography);
/**
 * ir_verdict_entry - verdicts of all hypervisors of a recording, or of what was verified, without marks
 *
 * Each has its hypervisor before it if there are several.  "" without results.  For free();
 * NULL: no memory.
 */
char *ir_verdict_entry(const struct ir_report_entry *entry);
/** ir_verdict_verify - how far a verified prediction is off, and why: a marked text as above */
char *ir_verdict_verify(const struct ir_report_entry *entry);
/** ir_verdict_alike - several recordings, all with the same strategies under one hypervisor */
bool ir_verdict_alike(const struct ir_report_entry *entries, size_t n);
/**
 * ir_names_begin - where the names of recordings begin in those of their files
 *
 * IR_NAME_ONLY: behind all directories.  If files in several directories have the same name: behind
 * the directory that all files are in.
 */
size_t ir_names_begin(const struct ir_report_entry *entries, size_t n);
#define IR_NAME_ONLY SIZE_MAX
/** ir_recording_name - the part of a file's name that begins there */
const char *ir_recording_name(const char *file, size_t begin);
/** ir_verdict_document - of a whole report, without marks; for free(), NULL: no memory */
char *ir_verdict_document(const struct ir_report_entry *entries, size_t n);

/* A line of ir_words(); @text is marked and valid during the call, NULL: no memory for it. */
typedef void (*ir_words_line)(void *arg, const char *label, const char *text);
/** ir_words - Failures, Flushes, Exposure, Identical here, As recorded, Try next */
void ir_words(const struct ir_rows *rows, enum ir_typography typography, ir_words_line emit, void *arg);

/**
 * ir_result_label - a name that only this result of its entry has
 *
 * The strategy; its hypervisor and its queue if these differ.  For free(); NULL: no memory.
 */
char *ir_result_label(const struct ir_report_entry *entry, size_t result);
/** ir_host_words - "kvm with 2,048 host mappings"; differs if two groups of results differ */
void ir_host_words(const struct ir_report_entry *entry, size_t result, FILE *out);
/** ir_host_text - the same; for free(), NULL: no memory */
char *ir_host_text(const struct ir_report_entry *entry, size_t result);
/** ir_same_host - whether ir_host_words() gives the same text for two results */
bool ir_same_host(const struct ir_report_entry *entry, size_t a, size_t b);
/** ir_marked_plain - a marked text without its marks, in place; NULL is fine */
char *ir_marked_plain(char *text);
/** ir_no_maps_words - the verdict of a recording, or of a part of it, without maps */
const char *ir_no_maps_words(const struct ir_recording_info *info);
/** ir_write_shell - a word of a command line, in quotes if it needs them */
void ir_write_shell(FILE *out, const char *word);
/** ir_write_operand - the name of a file, which is not taken for an option; "-" is standard input */
void ir_write_operand(FILE *out, const char *name);

/* Options that ir_write_given() leaves out, because the command line has its own, or does not take them. */
enum ir_without {
	IR_WITHOUT_LIMIT = 1,		/* entry-limit and pinned-limit */
	IR_WITHOUT_SIZE = 2,		/* --queue-size */
	IR_WITHOUT_TIMEOUT = 4,		/* --queue-timeout */
	IR_WITHOUT_APERTURE = 8,
	IR_WITHOUT_DEVICES = 16,
};

/**
 * ir_write_given - a blank and an option for each parameter of a replay that the user gave
 * @parameters: of a result; only those of a strategy with a queue have all parameters of queues
 * @time: of the same load; without a closed one its options are left out
 * @without: several of enum ir_without
 */
void ir_write_given(FILE *out, const struct ir_recording_info *info, const struct ir_hypervisor *hypervisor,
		    const struct ir_effective *parameters, const struct ir_time *time, unsigned int without);
/** ir_write_plugins - a blank and --plugin for each plug-in that @n configurations use */
void ir_write_plugins(FILE *out, const struct ir_config *configs, size_t n);
/** ir_write_file - the name of a recording, "-" if it came from standard input */
void ir_write_file(FILE *out, const struct ir_recording_info *info);

#endif
