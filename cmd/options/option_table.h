/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options: what they are (option_table.c), and how their values are read (option_values.c). */
#ifndef OPTION_TABLE_H
#define OPTION_TABLE_H

#include "options/options.h"

struct option_spec {
	int letter;			/* 0: none */
	const char *name;		/* with its dashes */
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

/*
 * One value of an option, into struct settings.  -EINVAL, with a message that
 * begins with the option's name, or -ENOMEM.
 */
int option_parse_u64(struct settings *settings, const struct option_spec *spec, const char *arg,
		     struct ir_error *err);
int option_parse_u32(struct settings *settings, const struct option_spec *spec, const char *arg,
		     struct ir_error *err);
int option_parse_initial_pages(struct settings *settings, const struct option_spec *spec, const char *arg,
			       struct ir_error *err);
int option_parse_text(struct settings *settings, const struct option_spec *spec, const char *arg,
		      struct ir_error *err);
int option_parse_texts(struct settings *settings, const struct option_spec *spec, const char *arg,
		       struct ir_error *err);
int option_parse_flag(struct settings *settings, const struct option_spec *spec, const char *arg,
		      struct ir_error *err);
int option_parse_shard(struct settings *settings, const struct option_spec *spec, const char *arg,
		       struct ir_error *err);
int option_parse_max_rpcits(struct settings *settings, const struct option_spec *spec, const char *arg,
			    struct ir_error *err);
int option_parse_choice(struct settings *settings, const struct option_spec *spec, const char *arg,
			struct ir_error *err);
int option_parse_plugin(struct settings *settings, const struct option_spec *spec, const char *arg,
			struct ir_error *err);
int option_parse_strategy(struct settings *settings, const struct option_spec *spec, const char *arg,
			  struct ir_error *err);
int option_parse_hypervisor(struct settings *settings, const struct option_spec *spec, const char *arg,
			    struct ir_error *err);
int option_parse_latency(struct settings *settings, const struct option_spec *spec, const char *arg,
			 struct ir_error *err);
int option_parse_tolerance(struct settings *settings, const struct option_spec *spec, const char *arg,
			   struct ir_error *err);

/** option_choices - the names that an option takes for this command */
const struct choice *option_choices(const struct option_spec *spec, const struct command *command);

#endif
