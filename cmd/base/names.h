/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that people type: a wrong one is answered with the one that was meant,
 * else with the three nearest, or all if they are four.
 */
#ifndef CMD_NAMES_H
#define CMD_NAMES_H

#include <iommu-replay/error.h>
#include <stddef.h>

/**
 * name_unknown - the message for a name that is not known
 * @err: where to write it
 * @what: "strategy"
 * @name: what was typed, @len bytes
 * @known: the known name number @i, NULL after the last
 *
 * Returns -EINVAL.
 */
int name_unknown(struct ir_error *err, const char *what, const char *name, size_t len,
		 const char *(*known)(const void *arg, size_t i), const void *arg);

/** choice_name - for name_unknown() over a list of struct choice */
const char *choice_name(const void *choices, size_t i);

#endif
