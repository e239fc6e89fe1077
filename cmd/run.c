// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run: every recording through every strategy and hypervisor.
 */
#include <errno.h>
#include <inttypes.h>
#include <iommu-replay/faults.h>
#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "formats/document.h"
#include "io/input.h"
#include "options/suit.h"
#include "base/message.h"

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

/* One hypervisor after the other, each with all strategies.  NULL: the error was printed. */
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
		for (size_t s = 0; s < settings->nr_strategies; s++, i++) {
			configs[i].strategy = settings->strategies[s];
			configs[i].params = settings->params;
			hypervisor_apply(&settings->hypervisors[h], &configs[i]);
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

/* The watch of each replay for the recorded faults; all NULL: there are none. */
struct watching {
	struct ir_faults *faults;
	struct ir_fault_watch **watches;
	struct ir_config *configs;	/* the same, with their observers */
	size_t n;
};

static void watching_free(struct watching *w)
{
	for (size_t i = 0; w->watches && i < w->n; i++)
		ir_fault_watch_free(w->watches[i]);
	free(w->watches);
	free(w->configs);
	ir_faults_free(w->faults);
	*w = (struct watching){ .faults = NULL };
}

/* Whether the recording can show faults. */
static bool has_faults(const struct ir_recording_info *info)
{
	static const char *const events[] = { "io_page_fault", "console" };

	for (size_t i = 0; i < info->nr_events; i++) {
		const char *colon = strchr(info->events[i].name, ':');
		const char *name = colon ? colon + 1 : info->events[i].name;

		if (!strcmp(name, events[0]) || !strcmp(name, events[1]))
			return true;
	}
	return false;
}

/* Find the faults, and watch for them.  Returns the exit status so far. */
static int watch_faults(const struct settings *settings, const struct input *input,
			const struct ir_config *configs, size_t n, struct watching *w)
{
	const struct ir_fault_options options = {
		.log = settings->log, .groups = settings->groups.text,
		.nr_groups = settings->groups.nr, .interrupted = interrupts_flag(),
	};
	struct ir_error err = { "" };

	if (!settings->log && !has_faults(input->info)) {
		input_check_groups(input, settings, NULL);
		return STATUS_DONE;
	}
	w->n = n;
	w->faults = ir_faults_find(input->rec, &options, &err);
	w->watches = calloc(n, sizeof(struct ir_fault_watch *));
	w->configs = calloc(n, sizeof(*w->configs));
	for (size_t i = 0; w->faults && w->watches && w->configs && i < n; i++) {
		w->watches[i] = ir_fault_watch_new(w->faults, input->info);
		if (!w->watches[i])
			break;
		w->configs[i] = configs[i];
		w->configs[i].observer = ir_fault_watch_observer(w->watches[i]);
	}
	if (w->faults && w->watches && w->configs && w->watches[n - 1]) {
		input_check_log(settings, w->faults);
		input_check_groups(input, settings, w->faults);
		return STATUS_DONE;
	}
	watching_free(w);
	if (*interrupts_flag())
		return STATUS_INTERRUPTED;
	message("%s", err.text[0] ? err.text : "out of memory");
	return STATUS_ERROR;
}

/* The faults that each replay hides and shows, if there are any; 0, or -ENOMEM with @err set. */
static int fault_exposures(const struct watching *w, const struct ir_fault_exposure **exposure,
			   struct ir_error *err)
{
	struct ir_fault_exposure *all;

	if (!w->faults || !w->faults->nr)
		return 0;
	all = calloc(w->n, sizeof(*all));
	if (!all)
		return ir_error_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < w->n; i++)
		ir_fault_watch_result(w->watches[i], &all[i]);
	*exposure = all;
	return 0;
}

static int replay_configs(struct document *doc, const struct input *input, const char *path,
			  const struct ir_config *configs, size_t n)
{
	const struct settings *settings = doc->settings;
	const struct ir_site_table *table = input->info->sites;
	bool timeline = settings->timeline || settings->perfetto || renderer_of(settings)->timelines;
	struct ir_result *results = calloc(n, sizeof(*results)), *devices = NULL;
	struct ir_site_result *sites = table ? calloc(n * table->nr, sizeof(*sites)) : NULL;
	struct ir_timeline **timelines = timeline ? calloc(n, sizeof(*timelines)) : NULL;
	bool failed = input_devices(input, n, &devices) != STATUS_DONE;
	struct ir_explanation *explanations = settings->explain ? calloc(n, sizeof(*explanations)) :
		NULL;
	struct ir_report_entry entry = {
		.info = input->info, .configs = configs, .results = results, .nr_results = n,
		.devices = devices, .sites = sites, .timelines = timelines,
		.explanations = explanations,
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
		.explanations = explanations,
		.load = input->load,
	};
	struct watching watching = { .faults = NULL };
	struct ir_error err = { "" };
	int rc;

	if (failed || !results || (table && !sites) || (timeline && !timelines) ||
	    (settings->explain && !explanations)) {
		document_free_results(&entry);
		if (!failed)
			message("out of memory");
		return STATUS_ERROR;
	}
	rc = watch_faults(settings, input, configs, n, &watching);
	if (rc != STATUS_DONE) {
		document_free_results(&entry);
		return rc;
	}
	rc = ir_replay(input->rec, watching.configs ? watching.configs : configs, n, &options,
		       results, &err);
	progress_clear();
	if (!settings->sites_requested) {
		free(sites);
		entry.sites = NULL;
	}
	if (!rc)
		rc = fault_exposures(&watching, &entry.fault_exposure, &err);
	watching_free(&watching);
	if (!rc)
		return document_add(doc, &entry);
	document_free_results(&entry);
	if (rc == -EINTR)
		return STATUS_INTERRUPTED;
	message("%s: %s", path, err.text);
	return STATUS_ERROR;
}

/* Uses the strategies and the hypervisor of the recorded machine where none were given. */
static int run_configs(struct document *doc, const struct input *input, const char *path,
		       struct ir_config **configs)
{
	struct settings own;
	int status = STATUS_DONE;

	if (settings_suit(doc->settings, input->info, &own)) {
		message("out of memory");
		return STATUS_ERROR;
	}
	*configs = make_configs(&own, &status);
	if (*configs)
		status = replay_configs(doc, input, path, *configs,
					own.nr_strategies * own.nr_hypervisors);
	settings_suit_free(&own);
	return status;
}

/* @configs: what the document refers to, for free() behind it */
static int run_one(struct document *doc, const char *path, struct ir_config **configs)
{
	struct input input;
	int status = input_open(&input, doc->settings, path, document_interrupted, doc);

	if (status == STATUS_DONE)
		status = input_load(&input, doc->settings);
	if (status == STATUS_DONE)
		status = run_configs(doc, &input, path, configs);
	input_close(&input);
	return status;
}

int cmd_run(const struct settings *settings)
{
	int status = STATUS_DONE;
	/* Contradictions, before any recording is read. */
	struct ir_config *checked = make_configs(settings, &status), **configs;
	struct document doc;

	free(checked);
	if (status)
		return status;
	configs = calloc(settings->nr_operands, sizeof(struct ir_config *));
	if (!configs) {
		message("out of memory");
		return STATUS_ERROR;
	}
	status = document_open(&doc, settings);
	if (status) {
		free(configs);
		return status;
	}
	doc.render = renderer_of(settings)->report;
	for (size_t i = 0; i < settings->nr_operands && status != STATUS_INTERRUPTED; i++) {
		if (*interrupts_flag())
			status = STATUS_INTERRUPTED;
		else
			status = worst_status(status, run_one(&doc, settings->operands[i], &configs[i]));
	}
	if (status == STATUS_INTERRUPTED)
		message("interrupted; %zu of %zu recordings were finished", doc.n,
			settings->nr_operands);
	status = document_finish(&doc, status);
	for (size_t i = 0; i < settings->nr_operands; i++)
		free(configs[i]);
	free(configs);
	return status;
}
