/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses numbers with units, and times, from the command line and manifests. */
#ifndef CMD_NUMBER_H
#define CMD_NUMBER_H

#include <iommu-replay/error.h>
#include <stddef.h>
#include <stdint.h>

/**
 * parse_number - a whole number: decimal or 0x, then K, M, G or T (powers of 1024)
 *
 * @min and @max are inclusive.  Returns 0, or -EINVAL with @err set.
 */
int parse_number(const char *what, const char *text, size_t len, uint64_t min, uint64_t max,
		 uint64_t *value, struct ir_error *err);
/**
 * parse_time_ns - a time in nanoseconds: a decimal number such as 2 or 2.1, and its unit, ns, us, ms or s
 * @unit_ns: the unit of a number without one, in nanoseconds; 0: a unit is required
 *
 * @min_ns and @max_ns are inclusive.  Returns 0, or -EINVAL with @err set.
 */
int parse_time_ns(const char *what, const char *text, size_t len, uint64_t unit_ns, uint64_t min_ns,
		  uint64_t max_ns, uint64_t *ns, struct ir_error *err);
/**
 * parse_time - a time as a whole number of units: as parse_time_ns(), or as parse_number() without a unit
 * @unit_ns: what a number without a unit, @min, @max and @value count, in nanoseconds
 */
int parse_time(const char *what, const char *text, size_t len, uint64_t unit_ns, uint64_t min,
	       uint64_t max, uint64_t *value, struct ir_error *err);

#endif
