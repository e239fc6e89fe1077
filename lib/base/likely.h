/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way that a condition mostly goes, as in the kernel (include/linux/compiler.h): the compiler
 * lays out that way without jumps, and does not save space there.
 *
 * For paths that most events or operations take, and only where it was measured.
 */
#ifndef IR_BASE_LIKELY_H
#define IR_BASE_LIKELY_H

#define likely(condition)	__builtin_expect(!!(condition), 1)
#define unlikely(condition)	__builtin_expect(!!(condition), 0)

#endif
