// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run: every recording through every strategy and hypervisor.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "render/document.h"
#include "io/input.h"
#include "base/message.h"

const struct choice run_formats[] = {
	{ "table", FORMAT_TABLE },
	{ "json", FORMAT_JSON },
	{ "csv", FORMAT_CSV },
	{ "md", FORMAT_MD },
	{ "html", FORMAT_HTML },
	{ NULL, 0 },
};

struct replaying {
	const char *path;
};

static void on_replaying(void *arg, uint64_t done, uint64_t total)
{
	const struct replaying *replaying = arg;
	char label[48];

	snprintf(label, sizeof(label), "replaying %s", basename(replaying->path));
	progress_show(label, done, total);
}

/* One hypervisor after the other, each with all strategies.  NULL: the error was said. */
static struct ir_config *make_configs(const struct settings *settings, int *status)
{
	size_t n = settings->nr_strategies * settings->nr_hypervisors, i = 0;
	struct ir_config *configs = calloc(n, sizeof(*configs));
	struct ir_error err = { "" };

	if (!configs) {
		message("out of memory");
		*status = STATUS_ERROR;
		return NULL;
	}
	for (size_t h = 0; h < settings->nr_hypervisors; h++) {
		const struct hypervisor_choice *choice = &settings->hypervisors[h];

		for (size_t s = 0; s < settings->nr_strategies; s++, i++) {
			configs[i].strategy = settings->strategies[s];
			configs[i].hypervisor = choice->hypervisor;
			configs[i].params = settings->params;
			configs[i].params.hypervisor = choice->params;
			configs[i].params.has_entry_limit = choice->has_entry_limit;
			configs[i].params.has_pinned_limit = choice->has_pinned_limit;
			configs[i].params.has_tlb_refresh = choice->has_tlb_refresh;
			if (ir_config_check(&configs[i], &err)) {
				message("%s", err.text);
				free(configs);
				*status = STATUS_USAGE;
				return NULL;
			}
		}
	}
	return configs;
}

static int replay(struct document *doc, const struct input *input, const char *path,
		  const struct ir_config *configs, size_t n)
{
	const struct settings *settings = doc->settings;
	const struct ir_site_table *table = input->info->sites;
	bool timeline = settings->timeline || settings->perfetto || settings->format == FORMAT_HTML;
	struct ir_result *results = calloc(n, sizeof(*results)), *devices = NULL;
	struct ir_site_result *sites = table ? calloc(n * table->nr, sizeof(*sites)) : NULL;
	struct ir_timeline **timelines = timeline ? calloc(n, sizeof(*timelines)) : NULL;
	bool failed = input_devices(input, n, &devices) != STATUS_DONE;
	struct ir_report_entry entry = {
		.info = input->info, .configs = configs, .results = results, .nr_results = n,
		.devices = devices, .sites = sites, .timelines = timelines,
	};
	struct replaying replaying = { .path = path };
	struct ir_replay_options options = {
		.jobs = settings->jobs,
		.progress = on_replaying,
		.progress_arg = &replaying,
		.interrupted = interrupts_flag(),
		.devices = devices,
		.sites = sites,
		.timelines = timelines,
	};
	struct ir_error err = { "" };
	int rc;

	if (failed || !results || (table && !sites) || (timeline && !timelines)) {
		document_free_results(&entry);
		if (!failed)
			message("out of memory");
		return STATUS_ERROR;
	}
	rc = ir_replay(input->rec, configs, n, &options, results, &err);
	progress_clear();
	if (!rc)
		return document_add(doc, &entry);
	document_free_results(&entry);
	if (rc == -EINTR)
		return STATUS_INTERRUPTED;
	message("%s: %s", path, err.text);
	return STATUS_ERROR;
}

static int run_one(struct document *doc, const char *path, const struct ir_config *configs,
		   size_t n)
{
	struct input input;
	int status = input_open(&input, doc->settings, path, document_interrupted, doc);

	if (status == STATUS_DONE)
		status = replay(doc, &input, path, configs, n);
	input_close(&input);
	return status;
}

int cmd_run(const struct settings *settings)
{
	size_t n = settings->nr_strategies * settings->nr_hypervisors;
	int status = STATUS_DONE;
	struct ir_config *configs = make_configs(settings, &status);
	struct document doc;

	if (!configs)
		return status;
	status = document_open(&doc, settings);
	if (status) {
		free(configs);
		return status;
	}
	doc.table = render_table;
	for (size_t i = 0; i < settings->nr_operands && status != STATUS_INTERRUPTED; i++) {
		if (*interrupts_flag())
			status = STATUS_INTERRUPTED;
		else
			status = worse(status, run_one(&doc, settings->operands[i], configs, n));
	}
	if (status == STATUS_INTERRUPTED)
		message("interrupted; %zu of %zu recordings were finished", doc.n,
			settings->nr_operands);
	status = document_finish(&doc, status);
	free(configs);
	return status;
}
