/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are read as a whole: reports.
 */
#ifndef CMD_FILE_H
#define CMD_FILE_H

#include <stddef.h>

/**
 * file_read - all of a file, or of standard input
 * @path: "-" for standard input
 * @max: more bytes than that are an error
 * @what: what it is read as, for that error: "a report"
 * @size: set
 *
 * Returns the text for free(), without a terminator; NULL: the error was said.
 * Ends the program if it was interrupted.
 */
char *file_read(const char *path, size_t max, const char *what, size_t *size);

#endif
