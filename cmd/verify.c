// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verify: replay with what the recorded machine had, and compare with what it did.
 *
 * A parameter comes from the user, else from the recording, else from a manifest,
 * else it is a default.  The library does not know manifests: what they say and
 * the recording does not is handed over as if it was given.
 */
#include "render/verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cmd.h"
#include "formats/document.h"
#include "io/input.h"
#include "base/message.h"
#include "options/suit.h"

static void choose_strategy(const struct settings *settings, const struct ir_recording_info *info,
			    struct verified *v)
{
	v->report.strategy_from = "user";
	if (settings->nr_strategies) {
		v->config.strategy = settings->strategies[0];
	} else if (v->machine.strategy) {
		v->config.strategy = v->machine.strategy;
		v->report.strategy_from = "manifest";
	} else {
		v->config.strategy = ir_verify_guess(info);
		v->report.strategy_from = "recording";
	}
}

static void choose_hypervisor(const struct settings *settings,
			      const struct ir_recording_info *info, struct verified *v)
{
	struct ir_params *p = &v->config.params;

	v->report.hypervisor_from = "user";
	if (settings->nr_hypervisors) {
		hypervisor_apply(&settings->hypervisors[0], &v->config);
	} else if (v->machine.hypervisor) {
		v->config.hypervisor = v->machine.hypervisor;
		v->report.hypervisor_from = "manifest";
	} else {
		v->config.hypervisor = default_hypervisor(info, settings->params.iommu ?
				settings->params.iommu : ir_iommu_recorded(info, NULL));
		v->report.hypervisor_from = "default";
	}
	if (!p->has_entry_limit && v->machine.has_entry_limit &&
	    v->config.hypervisor->has_entry_limit) {
		p->hypervisor.entry_limit = v->machine.entry_limit;
		p->has_entry_limit = true;
	}
	if (!p->has_share && v->machine.entry_limit_shared) {
		p->has_share = true;
		p->share = IR_SHARE_GUEST;
	}
}

/*
 * Whether the marker has the pages mapped before.  With several devices it may have the
 * counters of one PCI function alone, and does not name it: then a manifest is preferred,
 * unless --device selects one.
 */
static bool marker_suffices(const struct ir_recording_info *info)
{
	return info->machine.has_marker && (info->nr_devices <= 2 || info->device);
}

/* Defaults for what neither the user nor the recording gives. */
static void fill_from_manifest(const struct machine *m, const struct ir_recording_info *info,
			       struct ir_params *p)
{
	if (!p->aperture && !info->machine.aperture_size)
		p->aperture = m->aperture;
	if (!p->has_initial_pages && m->has_initial_pages && !marker_suffices(info)) {
		p->has_initial_pages = true;
		p->initial_pages = m->initial_pages;
	}
	if (!p->cpus && !info->cpus)
		p->cpus = (uint32_t)m->cpus;
	if (!p->hz && !info->machine.hz)
		p->hz = (uint32_t)m->hz;
	if (p->queue == IR_QUEUE_DEFAULT)
		p->queue = m->queue;
	if (!p->queue_size)
		p->queue_size = (uint32_t)m->queue_size;
	if (!p->queue_timeout_ms)
		p->queue_timeout_ms = (uint32_t)m->queue_timeout_ms;
}

static int configure_replay(const struct settings *settings, const struct input *input, const char *path,
			    struct verified *v)
{
	struct ir_error err = { "" };

	if (manifest_look_up(settings->manifest, path, &v->machine, &err)) {
		message("%s", err.text);
		return STATUS_ERROR;
	}
	v->config.params = settings->params;
	v->config.params.recorded_types = true;
	choose_strategy(settings, input->info, v);
	choose_hypervisor(settings, input->info, v);
	fill_from_manifest(&v->machine, input->info, &v->config.params);
	v->report.manifest = v->machine.manifest;
	if (ir_config_check(&v->config, &err)) {
		message("%s", err.text);
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

/* Whether the totals would agree with the timers as they were, and such durations of flushes. */
static int try_recorded(struct ir_recording *rec, const struct verified *v, enum ir_latency_mode latency,
			bool *agree, struct ir_error *err)
{
	struct ir_config config = v->config;
	struct ir_verify verify;
	struct ir_result *result = calloc(1, sizeof(*result));
	int rc;

	if (!result)
		return ir_error_set(err, -ENOMEM, "out of memory");
	config.params.timer = IR_TIMER_RECORDED;
	config.params.latency = latency;
	rc = ir_verify(rec, &config, &(struct ir_replay_options){
		.interrupted = interrupts_flag(),
	}, result, &verify, err);
	*agree = !rc && ir_verify_equal(&verify, v->report.tolerance, v->report.tolerance_percent);
	free(result);
	return rc;
}

/*
 * When a timer fires, and how long a flush takes, depends on what else the host does, which
 * no model foresees: would the totals agree with the times as they were?
 */
static int explain_difference(struct ir_recording *rec, struct verified *v, struct ir_error *err)
{
	const struct ir_recorded_machine *m = &ir_recording_info(rec)->machine;
	const struct ir_params *p = &v->config.params;
	int rc = 0;

	if (p->timer != IR_TIMER_RECORDED && m->timer_flushes)
		rc = try_recorded(rec, v, p->latency, &v->report.timers_explain, err);
	if (!rc && !v->report.timers_explain && p->latency != IR_LATENCY_RECORDED &&
	    (m->rpcit_base_ns || m->rpcit_page_ns))
		rc = try_recorded(rec, v, IR_LATENCY_RECORDED, &v->report.times_explain, err);
	return rc;
}

static int compare_flushes(const struct settings *settings, struct ir_recording *rec,
			   struct verified *v, struct ir_result *result, struct ir_result *devices,
			   struct ir_error *err)
{
	struct ir_report_verify *report = &v->report;
	int rc = ir_verify(rec, &v->config, &(struct ir_replay_options){
		.devices = devices, .interrupted = interrupts_flag(),
	}, result, &report->verify, err);

	if (rc)
		return rc;
	report->tolerance = settings->tolerance;
	report->tolerance_percent = settings->tolerance_percent;
	/*
	 * The totals decide.  The RPCITs one by one show where to look: what
	 * happened on two CPUs at once, or in an interrupt, may have had another
	 * order without any other consequence.
	 */
	report->equal = ir_verify_equal(&report->verify, report->tolerance,
					report->tolerance_percent);
	rc = report->equal ? 0 : explain_difference(rec, v, err);
	if (!rc && settings->fit == FIT_ENTRY_LIMIT)
		rc = ir_fit_limit(rec, &v->config, &(struct ir_replay_options){
			.jobs = settings->jobs, .interrupted = interrupts_flag(),
		}, &report->fit, err);
	if (!rc)
		rc = around_operation(rec, report, err);
	if (!rc && settings->verbose && !report->verify.same_sequence)
		rc = around_rows(rec, &v->config, &report->verify, interrupts_flag(), &v->around, err);
	return rc;
}

/* The time that the recorded mode takes, at the recorded times. */
static int predict_time(const struct settings *settings, const struct input *input,
			const struct ir_config *config, struct ir_result *result, struct ir_error *err)
{
	struct ir_result *timed = calloc(1, sizeof(*timed));
	int rc = timed ? ir_replay(input->rec, config, 1, &(struct ir_replay_options){
		.jobs = settings->jobs, .interrupted = interrupts_flag(), .load = input->load,
		.recorded_times = true,
	}, timed, err) : ir_error_set(err, -ENOMEM, "out of memory");

	if (!rc)
		result->time = timed->time;
	free(timed);
	return rc;
}

static int verify_recording(struct document *doc, const struct input *input, const char *path,
			    struct verified *v)
{
	struct ir_result *result = calloc(1, sizeof(*result));
	struct ir_result *devices = NULL;
	struct ir_error err = { "" };
	int status, rc;

	if (!result) {
		message("out of memory");
		return STATUS_ERROR;
	}
	if (input_devices(input, 1, &devices)) {
		free(result);
		return STATUS_ERROR;
	}
	rc = compare_flushes(doc->settings, input->rec, v, result, devices, &err);
	if (!rc && input->load)
		rc = predict_time(doc->settings, input, &v->config, result, &err);
	if (rc) {
		free(result);
		free(devices);
		if (rc == -EINTR)
			return STATUS_INTERRUPTED;
		message("%s: %s", path, err.text);
		return STATUS_ERROR;
	}
	status = document_add(doc, &(struct ir_report_entry){
		.info = input->info, .configs = &v->config,
		.results = result, .nr_results = 1, .verify = &v->report, .devices = devices,
	});
	return status == STATUS_DONE && !v->report.equal ? STATUS_GATE : status;
}

/* Whether the recording has flushes to compare with, for the selected operations. */
static bool is_verifiable(const struct settings *settings, const struct ir_recording_info *info,
			  const char *path)
{
	/* 0: the option is not given. */
	if (settings->window_to_ns && !info->ops.map && !info->ops.failed_map)
		message("%s: nothing to verify: it has no mappings in this --time-window; \"info\" without "
			"it shows how long the recording is", path);
	else if (!info->rpcit.present && !info->flushes.present)
		message("%s: nothing to verify: it has neither RPCITs nor flushes; record them "
			"with probes (iommu-replay list events)", path);
	else if (!info->ops.map && !info->ops.failed_map)
		message("%s: nothing to verify: it has no mappings; record iommu:map and "
			"iommu:unmap", path);
	else if (settings->device && info->nr_devices > 2 && !info->rpcits_by_device)
		message("%s: not all recorded %s can be told apart by device; verify without "
			"--device", path, info->rpcit.present ? "RPCITs" : "flushes");
	else
		return true;
	return false;
}

static int verify_one(struct document *doc, const char *path, struct verified *v)
{
	struct input input;
	int status = input_open(&input, doc->settings, path, document_interrupted, doc);

	if (status == STATUS_DONE && !is_verifiable(doc->settings, input.info, path))
		status = STATUS_ERROR;
	if (status == STATUS_DONE)
		status = configure_replay(doc->settings, &input, path, v);
	if (status == STATUS_DONE)
		status = input_load(&input, doc->settings);
	if (status == STATUS_DONE)
		status = verify_recording(doc, &input, path, v);
	input_close(&input);
	return status;
}

int cmd_verify(const struct settings *settings)
{
	struct verified *all = calloc(settings->nr_operands, sizeof(*all));
	struct document doc;
	int status = STATUS_ERROR;

	if (!all) {
		message("out of memory");
		return status;
	}
	status = document_open(&doc, settings);
	if (status) {
		free(all);
		return status;
	}
	doc.render = renderer_of(settings)->verify;
	for (size_t i = 0; i < settings->nr_operands && status != STATUS_INTERRUPTED; i++) {
		if (*interrupts_flag())
			status = STATUS_INTERRUPTED;
		else
			status = worst_status(status, verify_one(&doc, settings->operands[i], &all[i]));
	}
	if (status == STATUS_INTERRUPTED)
		message("interrupted; %zu of %zu recordings were finished", doc.n,
			settings->nr_operands);
	status = document_finish(&doc, status);
	for (size_t i = 0; i < settings->nr_operands; i++) {
		manifest_done(&all[i].machine);
		free(all[i].around.rows);
	}
	free(all);
	return status;
}
