/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Temporary files, for what is too large for memory. */
#ifndef IR_TRACE_TEMP_H
#define IR_TRACE_TEMP_H

#include <stddef.h>

/**
 * ir_temp_dir - where temporary files go: $TMPDIR, or /var/tmp
 *
 * hier(7): /var/tmp is the place for large ones; /tmp is often memory.
 */
const char *ir_temp_dir(void);
/** ir_temp_open - a file without a name, to be closed by the caller; a negative errno */
int ir_temp_open(void);
/** ir_temp_write - append all of it; 0 or a negative errno */
int ir_temp_write(int fd, const void *buf, size_t len);

#endif
