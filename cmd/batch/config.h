/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One configuration of a batch: a strategy, a hypervisor, and a value of each parameter. */
#ifndef CMD_BATCH_CONFIG_H
#define CMD_BATCH_CONFIG_H

#include "base/cmd.h"
#include "options/parameter.h"

/* A parameter's value, as it was written. */
struct setting {
	const struct parameter *parameter;
	char *text;
};

/* A parameter and its values. */
struct axis {
	const struct parameter *parameter;
	char **texts;
	size_t n;
};

struct plan_config {
	struct ir_config config;
	bool default_hypervisor;	/* none was given: it is that of a machine like the recorded */
	/* The strategy for recordings of other IOMMUs than s390's; NULL: there is none. */
	const struct ir_strategy *elsewhere;
	char *hypervisor;		/* "kvm:entry-limit=2048", as it was written */
	struct setting *settings;	/* as many as the plan has axes; texts are the axes' */
	char *name;			/* all of it in one line, for people and fingerprints */
	char *error;			/* it contradicts itself; or NULL */
};

/**
 * plan_config_make - one configuration
 * @combination: of the axes' values; the last axis changes fastest
 *
 * c->elsewhere and c->default_hypervisor are the caller's to set.
 * c->error is set if it contradicts itself.
 */
void plan_config_make(const struct axis *axes, size_t nr_axes, const struct hypervisor_choice *choice,
		     const char *written, const struct ir_strategy *strategy, size_t combination,
		     struct plan_config *c);
void plan_config_free(struct plan_config *c);

#endif
