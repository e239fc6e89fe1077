// SPDX-License-Identifier: GPL-2.0-or-later
#include "batch/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/texts.h"
#include "options/check.h"

static char *config_name(size_t nr_axes, const struct plan_config *c)
{
	struct ir_memory memory;
	FILE *out = text_begin(&memory);

	fprintf(out, "%s %s", c->config.strategy->name, c->hypervisor);
	for (size_t i = 0; i < nr_axes; i++)
		fprintf(out, " %s=%s", c->settings[i].parameter->name, c->settings[i].text);
	return text_end(&memory);
}

/* The value of each axis that the @combination-th has; the last axis changes fastest. */
static void select_values(const struct axis *axes, size_t nr_axes, size_t combination,
			  struct setting *settings)
{
	for (size_t i = nr_axes; i-- > 0; ) {
		const struct axis *axis = &axes[i];

		settings[i].parameter = axis->parameter;
		settings[i].text = axis->texts[combination % axis->n];
		combination /= axis->n;
	}
}

void plan_config_make(const struct axis *axes, size_t nr_axes, const struct hypervisor_choice *choice,
		      const char *written, const struct ir_strategy *strategy, size_t combination,
		      struct plan_config *c)
{
	struct ir_error why = { "" };
	int rc = 0;

	c->config = (struct ir_config){ .strategy = strategy };
	hypervisor_apply(choice, &c->config);
	c->hypervisor = text_checked(strdup(written));
	c->settings = memory_checked(calloc(nr_axes + 1, sizeof(*c->settings)));
	select_values(axes, nr_axes, combination, c->settings);
	c->name = config_name(nr_axes, c);
	for (size_t i = 0; i < nr_axes && !rc; i++)
		rc = parameter_set(c->settings[i].parameter, &c->config, c->settings[i].text, &why);
	if (!rc)
		rc = parameters_check(&c->config.params, &why);
	if (!rc)
		rc = ir_config_check(&c->config, &why);
	if (rc)
		c->error = text_checked(strdup(why.text));
}

void plan_config_free(struct plan_config *c)
{
	free(c->hypervisor);
	free(c->settings);
	free(c->name);
	free(c->error);
}
