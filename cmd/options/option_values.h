/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parsers of options' values, one for each type of value. */
#ifndef CMD_OPTION_VALUES_H
#define CMD_OPTION_VALUES_H

#include "options/option_spec.h"

/*
 * One value of an option, into struct settings.  -EINVAL, with a message that
 * begins with the option's name, or -ENOMEM.
 */
int option_parse_u64(struct settings *settings, const struct option_spec *spec, const char *arg,
		     struct ir_error *err);
int option_parse_u32(struct settings *settings, const struct option_spec *spec, const char *arg,
		     struct ir_error *err);
int option_parse_ms(struct settings *settings, const struct option_spec *spec, const char *arg,
		    struct ir_error *err);
int option_parse_window(struct settings *settings, const struct option_spec *spec, const char *arg,
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
int option_parse_all_latency(struct settings *settings, const struct option_spec *spec,
			     const char *arg, struct ir_error *err);
int option_parse_iommu(struct settings *settings, const struct option_spec *spec, const char *arg,
		       struct ir_error *err);
int option_parse_plugin(struct settings *settings, const struct option_spec *spec, const char *arg,
			struct ir_error *err);
int option_parse_strategy(struct settings *settings, const struct option_spec *spec, const char *arg,
			  struct ir_error *err);
int option_parse_hypervisor(struct settings *settings, const struct option_spec *spec, const char *arg,
			    struct ir_error *err);
int option_parse_load(struct settings *settings, const struct option_spec *spec, const char *arg,
		      struct ir_error *err);
int option_parse_event_cost(struct settings *settings, const struct option_spec *spec,
			    const char *arg, struct ir_error *err);
int option_parse_latency(struct settings *settings, const struct option_spec *spec, const char *arg,
			 struct ir_error *err);
int option_parse_time(struct settings *settings, const struct option_spec *spec, const char *arg,
		      struct ir_error *err);
int option_parse_tolerance(struct settings *settings, const struct option_spec *spec, const char *arg,
			   struct ir_error *err);

/** option_choices - the names that an option takes for this command */
const struct choice *option_choices(const struct option_spec *spec, const struct command *command);

/** options_hypervisor_parameter - set a parameter as the key of this name of --hypervisor would */
int options_hypervisor_parameter(struct ir_config *config, const char *name, const char *text,
				 struct ir_error *err);

#endif
