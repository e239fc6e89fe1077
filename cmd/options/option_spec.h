/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options: what they are (option_table.c), and how their values are read (option_values.h). */
#ifndef CMD_OPTION_SPEC_H
#define CMD_OPTION_SPEC_H

#include <iommu-replay/error.h>

#include "base/cmd.h"

struct option_spec {
	int letter;			/* 0: none */
	const char *name;		/* with its dashes */
	const char *old_name;		/* accepted, not shown; NULL: none */
	const char *arg;		/* NULL: takes none; "": the names in choices */
	const char *help;
	unsigned int commands;		/* enum command_bit */
	int (*parse)(struct settings *settings, const struct option_spec *spec, const char *arg,
		     struct ir_error *err);
	size_t offset;			/* in struct settings */
	uint64_t min, max;
	const struct choice *choices;	/* NULL with arg "": the command's formats */
	bool first;			/* parsed before all others, wherever it stands */
};

#define MAX_OPTIONS 128

extern const struct option_spec option_table[];
extern const size_t nr_options;	/* at most MAX_OPTIONS */

#endif
