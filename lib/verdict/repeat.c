// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The options that the user gave, for a command line that is suggested: without them
 * it would replay something else.  Options that only change the output are not among them.
 */
#include <inttypes.h>
#include <string.h>

#include <iommu-replay/registry.h>

#include "base/file.h"
#include "verdict/verdict.h"

static bool is_given(enum ir_source source)
{
	return source == IR_FROM_USER;
}

/* "2.1s": exactly, as --time-window takes it. */
static void write_seconds(FILE *out, uint64_t ns)
{
	char part[16];
	size_t len;

	fprintf(out, "%" PRIu64, ns / 1000000000);
	len = (size_t)snprintf(part, sizeof(part), ".%09" PRIu64, ns % 1000000000);
	while (part[len - 1] == '0')
		len--;
	fprintf(out, "%.*ss", len > 1 ? (int)len : 0, part);
}

static void write_recording(FILE *out, const struct ir_recording_info *info)
{
	if (info->device_name) {
		fputs(" --device ", out);
		ir_write_shell(out, info->device_name);
	}
	if (info->window_to_ns) {
		fputs(" --time-window ", out);
		if (info->window_from_ns)
			write_seconds(out, info->window_from_ns);
		fputc(':', out);
		if (info->window_to_ns < IR_WINDOW_OPEN)
			write_seconds(out, info->window_to_ns);
	}
	if (info->events_file) {
		fputs(" --events ", out);
		ir_write_shell(out, info->events_file);
	}
}

static void write_hypervisor(FILE *out, const struct ir_hypervisor *hypervisor, const struct ir_effective *p,
			     unsigned int without)
{
	const bool counts = p->backend != IR_BACKEND_IOMMUFD;
	const struct {
		const char *key;
		bool given;
		uint64_t value;
		const char *name;	/* instead of the value */
	} keys[] = {
		{ "entry-limit", is_given(p->from.entry_limit) && counts && !(without & IR_WITHOUT_LIMIT),
		  p->hypervisor.entry_limit, NULL },
		{ "pinned-limit", is_given(p->from.pinned_limit) && !(without & IR_WITHOUT_LIMIT),
		  p->hypervisor.pinned_limit, NULL },
		{ "tlb-refresh", is_given(p->from.tlb_refresh), p->hypervisor.tlb_refresh > 0, NULL },
		{ "share", is_given(p->from.share), 0, ir_share_name(p->share) },
		{ "backend", is_given(p->from.backend), 0, ir_backend_name(p->backend) },
	};
	const struct ir_hypervisor_param *own;
	const char *separator = ":";
	bool named = strcmp(hypervisor->name, "kvm");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		named |= keys[i].given;
	if (!named)
		return;
	fputs(" --hypervisor ", out);
	ir_write_shell(out, hypervisor->name);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!keys[i].given)
			continue;
		if (keys[i].name)
			fprintf(out, "%s%s=%s", separator, keys[i].key, keys[i].name);
		else
			fprintf(out, "%s%s=%" PRIu64, separator, keys[i].key, keys[i].value);
		separator = ",";
	}
	for (size_t i = 0; (own = ir_hypervisor_own(hypervisor, i)); i++) {
		if (!is_given(p->from.own[i]))
			continue;
		fputs(separator, out);
		ir_write_shell(out, own->name);	/* a report may have any text there */
		fprintf(out, "=%" PRIu64, p->hypervisor.own[i]);
		separator = ",";
	}
}

static void write_latency(FILE *out, const char *option, uint64_t base_ns, uint64_t page_ns)
{
	fprintf(out, " --%s %" PRIu64, option, base_ns);
	if (page_ns)
		fprintf(out, "+%" PRIu64, page_ns);
}

static void write_machine(FILE *out, const struct ir_effective *p, unsigned int without)
{
	const struct {
		const char *option;
		bool given;
		uint64_t value;
	} numbers[] = {
		{ "queue-size", is_given(p->from.queue_size) && !(without & IR_WITHOUT_SIZE), p->queue_size },
		{ "queue-timeout", is_given(p->from.queue_timeout) && !(without & IR_WITHOUT_TIMEOUT),
		  p->queue_timeout_ms },
		{ "aperture", is_given(p->from.aperture) && !(without & IR_WITHOUT_APERTURE), p->aperture },
		{ "initial-pages", is_given(p->from.initial_pages), p->initial_pages },
		{ "cpus", is_given(p->from.cpus), p->cpus },
		{ "hz", is_given(p->from.hz), p->hz },
		{ "devices", is_given(p->from.devices) && !(without & IR_WITHOUT_DEVICES), p->devices },
	};

	if (is_given(p->from.iommu) && p->iommu)
		fprintf(out, " --iommu %s", p->iommu->name);
	if (is_given(p->from.queue))
		fprintf(out, " --queue %s", ir_queue_type_name(p->queue));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].given)
			fprintf(out, " --%s %" PRIu64, numbers[i].option, numbers[i].value);
	if (p->api == IR_API_IOMMU)
		fputs(" --api iommu", out);
	if (p->timer == IR_TIMER_RECORDED)
		fputs(" --timer recorded", out);
	if (is_given(p->from.rpcit_latency))
		write_latency(out, "flush-latency", p->rpcit_base_ns, p->rpcit_page_ns);
	else if (p->latency == IR_LATENCY_RECORDED)
		fputs(" --flush-latency recorded", out);
	if (is_given(p->from.all_latency))
		write_latency(out, "flush-all-latency", p->all_base_ns, p->all_page_ns);
}

static void write_load(FILE *out, const struct ir_time *time)
{
	if (!time->closed)
		return;
	fputs(" --load closed", out);
	if (time->assumptions.event_cost_as_given)
		fprintf(out, " --event-cost %" PRIu64 "ns", time->event_cost_ns);
}

void ir_write_given(FILE *out, const struct ir_recording_info *info, const struct ir_hypervisor *hypervisor,
		    const struct ir_effective *parameters, const struct ir_time *time, unsigned int without)
{
	write_hypervisor(out, hypervisor, parameters, without);
	write_machine(out, parameters, without);
	write_recording(out, info);
	write_load(out, time);
}

static void write_plugin(FILE *out, const struct ir_plugin_info *plugin)
{
	fputs(" --plugin ", out);
	ir_write_shell(out, plugin->file);
}

void ir_write_plugins(FILE *out, const struct ir_config *configs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct ir_plugin_info *strategy = configs[i].strategy->plugin;
		const struct ir_plugin_info *hypervisor = configs[i].hypervisor->plugin;

		for (size_t k = 0; k < i; k++) {
			if (configs[k].strategy->plugin == strategy || configs[k].hypervisor->plugin == strategy)
				strategy = NULL;
			if (configs[k].strategy->plugin == hypervisor || configs[k].hypervisor->plugin == hypervisor)
				hypervisor = NULL;
		}
		if (strategy)
			write_plugin(out, strategy);
		if (hypervisor && hypervisor != configs[i].strategy->plugin)
			write_plugin(out, hypervisor);
	}
}

void ir_write_file(FILE *out, const struct ir_recording_info *info)
{
	ir_write_operand(out, strcmp(info->file, IR_FILE_STDIN) ? info->file : "-");
}
