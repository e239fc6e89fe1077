/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parameters of a replay by their names, as options and manifests spell them:
 * "queue-size", or a key of the hypervisor, "entry-limit".  Values are texts in
 * the options' own syntax, so that there is one parser for each.
 *
 * To add a parameter: its option, and a line in parameters[] of parameter.c.
 */
#ifndef CMD_PARAMETER_H
#define CMD_PARAMETER_H

#include <iommu-replay/error.h>
#include <iommu-replay/replay.h>
#include <stdbool.h>

/* A range longer than this is a mistake. */
#define RANGE_MAX_VALUES 100000

struct parameter {
	const char *name;
	const char *old_name;	/* accepted, not shown; NULL: none */
	bool numeric;		/* a range of it makes sense */
	bool of_hypervisor;	/* a key of --hypervisor; else an option of its own */
	uint64_t min, max;	/* of a range; inclusive */
	uint64_t unit;		/* what values are multiples of */
	uint64_t time_ns;	/* a time, which may be written with a unit: what its numbers count; 0: none */
};

/* All of them; ends with a NULL name. */
extern const struct parameter parameters[];

/** parameter_find - by name, @len bytes; NULL with @err set */
const struct parameter *parameter_find(const char *name, size_t len, struct ir_error *err);
/** parameter_find_numeric - the same, only those that a range makes sense of */
const struct parameter *parameter_find_numeric(const char *name, size_t len, struct ir_error *err);
/**
 * parameter_set - give a configuration a value
 * @config: has its hypervisor
 *
 * Returns 0, or -EINVAL with @err set.
 */
int parameter_set(const struct parameter *parameter, struct ir_config *config, const char *text,
		  struct ir_error *err);
/** parameter_set_number - the same for a number */
int parameter_set_number(const struct parameter *parameter, struct ir_config *config,
			 uint64_t value, struct ir_error *err);

/* Values of a parameter, ascending. */
struct range {
	uint64_t *values;	/* for free() */
	size_t n;
	bool by_factor;		/* each so many times the one before */
};

/**
 * range_parse - FROM:TO[:STEP|:xFACTOR]
 *
 * FROM and TO are always among the values.  Without a step there are at most 17.
 * Returns 0, or a negative errno with @err set.
 */
int range_parse(const struct parameter *parameter, const char *text, struct range *range,
		struct ir_error *err);

#endif
