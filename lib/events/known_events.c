// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists the events that recordings are read for: those of kernel_events.c, and all rules. */
#include "events/known_events.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "events/kernel_events.h"
#include "events/rules.h"

/* The word of an events file for this kind; "": events files have none (scatter lists, markers). */
static const char *kind_name(enum ir_event_kind kind)
{
	for (const struct ir_rule_kind *k = ir_rule_kinds(); k->name; k++)
		if (k->kind == kind && !k->flags && kind != IR_EV_KINDS)
			return k->name;
	return "";
}

/* "iova, paddr, size" */
static void list_event_fields(const struct ir_event_spec *spec, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < IR_EVENT_FIELDS && spec->fields[i].name && used < size; i++)
		if (spec->fields[i].in_format != IR_ABSENT)
			used += (size_t)snprintf(text + used, size - used, "%s%s",
						 used ? ", " : "", spec->fields[i].name);
}

static int each_kernel_event(int (*show)(void *arg, const struct ir_known_event *event), void *arg)
{
	const struct ir_event_spec *spec;
	int rc = 0;

	for (unsigned int i = 0; !rc && (spec = ir_event_spec_at(i)); i++) {
		char fields[192];
		struct ir_known_event event = {
			.event = spec->name, .system = spec->system, .is = kind_name(spec->kind),
			.fields = fields, .meaning = spec->meaning,
		};

		if (!spec->meaning)
			continue;
		list_event_fields(spec, fields, sizeof(fields));
		rc = show(arg, &event);
	}
	return rc;
}

/* "iova=dma_addr size=end - start + 1 (pages)" */
static void list_fields(const struct ir_rule_text *rule, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < IR_RULE_ROLES && rule->fields[i].role && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s=%s%s", i ? ", " : "",
					 rule->fields[i].role, rule->fields[i].value,
					 rule->fields[i].unit ? " (pages)" : "");
	if (rule->device_name && used < size)
		snprintf(text + used, size - used, "%sdevice is %s", used ? ", " : "",
			 rule->device_name);
}

static int each_rule(const struct ir_rule_group *g,
		     int (*show)(void *arg, const struct ir_known_event *event), void *arg)
{
	int rc = 0;

	for (size_t i = 0; i < g->nr_rules && !rc; i++) {
		const struct ir_rule *rule = &g->rules[i];
		struct ir_known_event event = {
			.event = g->name, .system = strcmp(g->system, "*") ? g->system : "probe",
			.is = rule->kind->name, .when = rule->text.when, .entry = rule->text.entry,
			.meaning = rule->text.meaning ? rule->text.meaning : rule->kind->meaning,
		};
		char fields[512];

		list_fields(&rule->text, fields, sizeof(fields));
		event.fields = fields;
		rc = show(arg, &event);
	}
	return rc;
}

int ir_known_events(const struct ir_events *events,
		    int (*show)(void *arg, const struct ir_known_event *event), void *arg)
{
	struct ir_events *builtin = events ? NULL : ir_rules_builtin();
	const struct ir_events *rules = events ? events : builtin;
	int rc = rules ? 0 : -ENOMEM;

	for (size_t i = 0; !rc && i < rules->nr_user; i++)
		rc = each_rule(&rules->groups[i], show, arg);
	if (!rc)
		rc = each_kernel_event(show, arg);
	for (size_t i = rules ? rules->nr_user : 0; !rc && i < rules->nr_groups; i++)
		rc = each_rule(&rules->groups[i], show, arg);
	ir_events_free(builtin);
	return rc;
}
