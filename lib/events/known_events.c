// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The events that recordings are read for.
 *
 * Facts: include/trace/events/iommu.h and include/trace/events/dma.h, Linux
 * 6.12 and 7.2.  Probes are what rules_builtin.c says.
 */
#include "events/known_events.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "events/formats.h"
#include "events/rules.h"

static const struct {
	const char *system, *name, *meaning;
} own[] = {
	{ "iommu", "map", "a physically contiguous piece became valid in the I/O page table" },
	{ "iommu", "unmap", "a range became invalid; ends a mapping, or undoes a failed one" },
	{ "iommu", "attach_device_to_domain", "a device has a new domain: its mappings end" },
	{ "iommu", "detach_device_from_domain", "a device is gone: its mappings end" },
	{ "iommu", "add_device_to_group", "a device is there, and has a new domain" },
	{ "iommu", "remove_device_from_group", "a device is gone: its mappings end" },

	{ "dma", "dma_map_page",
	  "one mapping of one piece; tells device and failure (dma_addr ~0)" },
	{ "dma", "dma_map_phys", "the same, in newer kernels (7.2)" },
	{ "dma", "dma_map_resource", "the same, for device memory" },
	{ "dma", "dma_map_sg", "one mapping of several pieces: a scatter list" },
	{ "dma", "dma_map_sg_err", "a scatter list that could not be mapped" },
	{ "dma", "dma_alloc", "coherent memory: a mapping that lives long" },
	{ "dma", "dma_alloc_pages", "the same" },
	{ "dma", "dma_alloc_sgt", "the same, of several pieces" },
	{ "dma", "dma_alloc_sgt_err", "the same, which failed" },
	{ "dma", "dma_unmap_page", "the driver gave a mapping back" },
	{ "dma", "dma_unmap_phys", "the same, in newer kernels (7.2)" },
	{ "dma", "dma_unmap_resource", "the same, for device memory" },
	{ "dma", "dma_unmap_sg", "the same, for a scatter list; has no DMA address" },
	{ "dma", "dma_free", "coherent memory given back" },
	{ "dma", "dma_free_pages", "the same" },
	{ "dma", "dma_free_sgt", "the same" },

	{ "iommu", "io_page_fault", "a device was denied an access; see iommu-replay-faults(1)" },
	{ "printk", "console", "a line of the kernel's log, for the faults in it" },

	{ "ftrace", "kernel_stack", "call chain of the event before it: who asked for a mapping" },
	{ "ftrace", "print", "markers: the kernel's counters at both ends of a measured window" },
};

/* What an events file would say; scatter lists and markers are beyond it. */
static const char *kind_name(enum ir_event_kind kind)
{
	for (const struct ir_rule_kind *k = ir_rule_kinds(); k->name; k++)
		if (k->kind == kind && !k->flags && kind != IR_EV_KINDS)
			return k->name;
	return "";
}

static int each_own(int (*show)(void *arg, const struct ir_known_event *event), void *arg)
{
	int rc = 0;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]) && !rc; i++) {
		struct ir_known_event event = {
			.event = own[i].name, .system = own[i].system, .meaning = own[i].meaning,
		};
		char fields[192];

		event.is = kind_name(ir_formats_own(own[i].system, own[i].name, fields,
						    sizeof(fields)));
		event.fields = fields;
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
		rc = each_own(show, arg);
	for (size_t i = rules ? rules->nr_user : 0; !rc && i < rules->nr_groups; i++)
		rc = each_rule(&rules->groups[i], show, arg);
	ir_events_free(builtin);
	return rc;
}
