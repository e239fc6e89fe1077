/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors: functions return a negative errno (or NULL) and, where the caller
 * gave them a struct ir_error, one line that says what was wrong and what to
 * do about it.  The struct belongs to the caller; nothing in it needs freeing.
 */
#ifndef IOMMU_REPLAY_ERROR_H
#define IOMMU_REPLAY_ERROR_H

struct ir_error {
	char text[512];	/* of the last failure: one line, no newline; a function that succeeds leaves it as it was */
};

/**
 * ir_error_set - write the message of an error
 * @err: where to write it; may be NULL
 * @code: the negative errno to return
 * @fmt: printf format of the line
 *
 * Returns @code, so that "return ir_error_set(err, -EINVAL, ...)" reads well.
 */
int ir_error_set(struct ir_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
