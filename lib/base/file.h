/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Input files: all bytes of a recording come through here.  Reads never run
 * past the end, a short file and an I/O error are different results, and every number
 * is loaded with its byte order named.
 */
#ifndef IR_TRACE_FILE_H
#define IR_TRACE_FILE_H

#include <iommu-replay/error.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ir_file;

#define IR_FILE_STDIN "standard input"	/* its name for messages and in reports */

/**
 * ir_file_open - open a recording for reading
 * @path: the file, or "-" for standard input.  What cannot seek, or has no size, as the files
 *        of tracefs, is copied to an unlinked temporary file.
 */
struct ir_file *ir_file_open(const char *path, struct ir_error *err);
/* Zero: nothing. */
struct ir_file_watch {
	/*
	 * Is called every now and then while the file is copied, now or later by those who unpack
	 * and convert it: bytes done, and in all, 0: not known.  It may not return.
	 */
	void (*progress)(void *arg, uint64_t done, uint64_t total);
	void *arg;
	const volatile int *interrupted;	/* stop to copy, unpack and convert when it becomes non-zero */
};

/** ir_file_open_watched - the same, watched; it fails if it is interrupted */
struct ir_file *ir_file_open_watched(const char *path, const struct ir_file_watch *watch,
				     struct ir_error *err);
/** ir_file_interrupted - those who copy it are to stop: -EINTR with @err set, or 0 */
int ir_file_interrupted(const struct ir_file *file, struct ir_error *err);
/** ir_file_progress - call that, if there is one */
void ir_file_progress(const struct ir_file *file, uint64_t done, uint64_t total);
void ir_file_close(struct ir_file *file);
/** ir_file_path - the name for messages; lives as long as the file */
const char *ir_file_path(const struct ir_file *file);
uint64_t ir_file_size(const struct ir_file *file);
/**
 * ir_file_replace - from now on the file is another one, of @size bytes
 * @fd: is the file's from now on
 * @note: what was done to it, a static string; NULL: nothing
 */
void ir_file_replace(struct ir_file *file, int fd, uint64_t size, const char *note);
/** ir_file_take - its descriptor, which is the caller's now, at its first byte; the file can but be closed */
int ir_file_take(struct ir_file *file);
/** ir_file_note - what was done to it, NULL: nothing */
const char *ir_file_note(const struct ir_file *file);
/** ir_file_set_cut - it was unpacked, and so many bytes could not be: at least 1 if it ends early */
void ir_file_set_cut(struct ir_file *file, uint64_t bytes);
/** ir_file_cut - the same; 0: it is whole, or was not unpacked */
uint64_t ir_file_cut(const struct ir_file *file);
/** ir_file_bytes_read - how much was read since it was opened, for progress */
uint64_t ir_file_bytes_read(const struct ir_file *file);
/**
 * ir_file_read - read up to @len bytes at @offset
 *
 * Returns how many there were (fewer than @len only at the end of the file), or
 * a negative errno.
 */
ssize_t ir_file_read(struct ir_file *file, uint64_t offset, void *buf, size_t len);
/**
 * ir_file_fail - note that this machine failed, and not the recording
 * @code: negative errno; the first one is kept
 *
 * ir_file_read() records its own errors.  Code that has no memory for a part of a
 * recording, and cannot return an error, calls this: the part must not count as damaged or
 * missing.
 */
void ir_file_fail(struct ir_file *file, int code);
/** ir_file_error - what was noted, 0: nothing */
int ir_file_error(const struct ir_file *file);

#endif
