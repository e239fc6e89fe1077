// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/input.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <iommu-replay/faults.h>
#include <iommu-replay/report.h>

#include "base/message.h"
#include "base/share.h"
#include "io/output.h"
#include "base/memory.h"
#include "base/free.h"

/* A signal handler has nowhere else to write to. */
static volatile int interrupted;

static void on_signal(int signal)
{
	(void)signal;
	/* The second time the user means it. */
	if (interrupted) {
		output_unlink_temp();
		_exit(STATUS_INTERRUPTED);
	}
	interrupted = 1;
}

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

#define NR_SIGNALS (sizeof(signals) / sizeof(signals[0]))

/* Written by interrupts_catch() alone. */
static bool ignored[NR_SIGNALS];

void interrupts_keep(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	for (size_t i = 0; i < NR_SIGNALS; i++)
		if (!ignored[i])
			sigaction(signals[i], &action, NULL);
}

void interrupts_catch(void)
{
	struct sigaction old;

	/* A signal that nohup or a shell script's & ignores stays ignored. */
	for (size_t i = 0; i < NR_SIGNALS; i++)
		ignored[i] = !sigaction(signals[i], NULL, &old) && old.sa_handler == SIG_IGN;
	interrupts_keep();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);	/* a limit of a file's size is a write error, too */
}

const volatile int *interrupts_flag(void)
{
	return &interrupted;
}

void interrupts_end(void)
{
	message("interrupted");
	output_unlink_temp();
	exit(STATUS_INTERRUPTED);
}

static void __attribute__((noreturn)) end_interrupted(const struct input *input)
{
	if (input->stop)
		input->stop(input->stop_arg);
	interrupts_end();
}

static void on_reading(void *arg, uint64_t done, uint64_t total)
{
	const struct input *reading = arg;
	char label[48];

	if (interrupted)
		end_interrupted(reading);
	snprintf(label, sizeof(label), "reading %s", basename(reading->path));
	progress_show(label, done, total);
}

/* "lost_events 12, truncated 1; 12 of 96 events lost" */
static char *damage_list(const struct ir_recording_info *info)
{
	const struct ir_damage *damage = &info->damage;
	struct ir_memory memory;
	FILE *out = ir_memory_open(&memory);
	const char *separator = "";

	if (!out)
		return NULL;
	for (int kind = 0; kind < IR_DAMAGE_KINDS; kind++) {
		enum ir_damage_kind k = (enum ir_damage_kind)kind;

		if (!damage->count[kind] || ir_damage_severity(k) == IR_SEVERITY_INFO)
			continue;
		fprintf(out, "%s%s %" PRIu64, separator, ir_damage_name(k), damage->count[kind]);
		separator = ", ";
	}
	share_missing(info, "; ", out);
	return ir_memory_close(&memory);
}

/* A file that names nothing of what was recorded is not the one that was meant. */
static void check_events(const struct input *input, const struct settings *settings,
			 const char *path)
{
	if (settings->events && !input->info->user_events && !settings->quiet)
		message("warning: %s has no event that %s names; \"info %s\" lists its events",
			path, settings->events, path);
}

/* A replay with recorded durations needs some; verify compares what there is. */
static int check_latency(const struct input *input, const struct settings *settings)
{
	if (settings->params.latency != IR_LATENCY_RECORDED || input->info->machine.rpcit_base_ns ||
	    !(settings->command->bit & (IN_RUN | IN_SWEEP)))
		return STATUS_DONE;
	message("%s: --flush-latency recorded: no duration of an RPCIT was recorded (rpcit and rpcit_ret have it); "
		"give a time, or auto", input->path);
	return STATUS_ERROR;
}

int input_open(struct input *input, const struct settings *settings, const char *path,
	       void (*stop)(void *arg), void *stop_arg)
{
	struct ir_recording_options options = {
		.device = settings->device,
		.progress = on_reading,
		.progress_arg = input,
		.rpcits = settings->command->bit & (IN_VERIFY | IN_FAULTS),
		.survey_only = settings->command->bit & (IN_INFO | IN_FAULTS),
		.sites = settings->sites,
		.window_from_ns = settings->window_from_ns,
		.window_to_ns = settings->window_to_ns,
		.tasks = settings->by == BY_COMM,
		.vmlinux = settings->vmlinux,
		.modules = settings->modules,
		.kallsyms = settings->kallsyms,
		.max_memory = settings->max_memory,
	};
	struct ir_error err = { "" };
	int status = STATUS_DONE;
	char *list;

	*input = (struct input){ .path = path, .stop = stop, .stop_arg = stop_arg };
	if (settings->events)
		options.events = input->events = ir_events_load(settings->events, &err);
	if (!settings->events || input->events)
		input->rec = ir_recording_open(path, &options, &err);
	progress_clear();
	if (!input->rec) {
		/* The signal ended a system call, which failed. */
		if (interrupted)
			end_interrupted(input);
		message("%s", err.text);
		input_close(input);
		return STATUS_ERROR;
	}
	input->info = ir_recording_info(input->rec);
	if (check_latency(input, settings))
		return STATUS_ERROR;
	check_events(input, settings, path);
	if (settings->verbose)
		message("%s: %s, %" PRIu64 " maps, %" PRIu64 " unmaps", path, input->info->format,
			input->info->ops.map, input->info->ops.unmap);
	if (input->info->complete)
		return STATUS_DONE;
	list = damage_list(input->info);
	if (settings->strict_input) {
		message("%s: incomplete (--strict-input): %s", path, list ? list : "");
		status = STATUS_INCOMPLETE;
	} else if (!settings->quiet) {
		message("warning: %s: incomplete: %s", path, list ? list : "");
	}
	free(list);
	return status;
}

static bool is_named(const struct input *input, const struct ir_faults *faults, const char *name, size_t len)
{
	for (size_t i = 0; i < input->info->nr_devices; i++) {
		const char *device = input->info->devices[i];

		if (device && strlen(device) == len && !strncmp(device, name, len))
			return true;
	}
	for (size_t i = 0; i < faults->nr_devices; i++)
		if (strlen(faults->by_device[i].name) == len && !strncmp(faults->by_device[i].name, name, len))
			return true;
	return false;
}

void input_check_log(const struct settings *settings, const struct ir_faults *faults)
{
	if (faults->undated && !settings->quiet)
		message("warning: %s: no line has a time as dmesg, journalctl and syslog write it; is it a "
			"kernel's log?", settings->log);
}

void input_check_groups(const struct input *input, const struct settings *settings,
			const struct ir_faults *faults)
{
	if (settings->quiet)
		return;
	if (settings->groups.nr && !faults) {
		message("warning: %s: --group changes nothing: the recording has no faults, and no --log is given",
			input->path);
		return;
	}
	for (size_t i = 0; i < settings->groups.nr; i++) {
		const char *at = settings->groups.text[i];

		for (size_t len; *at; at += len + (at[len] == ',')) {
			len = strcspn(at, ",");
			if (len && !is_named(input, faults, at, len))
				message("warning: %s: --group: no mapping and no fault is of a device %.*s",
					input->path, len > 60 ? 60 : (int)len, at);
		}
	}
}

int input_devices(const struct input *input, size_t n, struct ir_result **devices)
{
	size_t nr = input->info->nr_devices;

	*devices = NULL;
	if (nr < 2 || nr > IR_REPORT_DEVICES)
		return STATUS_DONE;
	*devices = calloc(n * nr, sizeof(**devices));
	if (*devices)
		return STATUS_DONE;
	message("out of memory");
	return STATUS_ERROR;
}

struct ir_load *input_new_load(struct ir_recording *rec, const struct settings *settings,
			       struct ir_error *err)
{
	const struct ir_load_options options = {
		.event_cost_given = settings->has_event_cost,
		.event_cost_ns = settings->event_cost_ns, .interrupted = &interrupted,
	};

	return ir_load_new(rec, &options, err);
}

int input_load(struct input *input, const struct settings *settings)
{
	struct ir_error err = { "" };

	if (!settings->closed)
		return STATUS_DONE;
	input->load = input_new_load(input->rec, settings, &err);
	progress_clear();
	if (input->load)
		return STATUS_DONE;
	if (interrupted)
		return STATUS_INTERRUPTED;
	message("%s", err.text);
	return STATUS_ERROR;
}

void input_close(struct input *input)
{
	ir_load_free(input->load);
	if (input->rec)
		ir_recording_close(input->rec);
	ir_events_free(input->events);
	*input = (struct input){ .rec = NULL };
}

static char *copy_text(const char *text, bool *failed)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		*failed = true;
	return copy;
}

struct ir_recording_info *input_keep(const struct ir_recording_info *info)
{
	struct ir_recording_info *copy = malloc(sizeof(*copy));
	struct ir_event_total *events = calloc(info->nr_events + 1, sizeof(*events));
	char **devices = calloc(info->nr_devices + 1, sizeof(*devices));
	bool failed = false;

	if (!copy || !events || !devices) {
		free(copy);
		free(events);
		free(devices);
		return NULL;
	}
	*copy = *info;
	copy->machine.reused = NULL;	/* of interest to replays only */
	copy->devices_lost = NULL;
	ir_site_table_ref(copy->sites);
	copy->file = copy_text(info->file, &failed);
	copy->format = copy_text(info->format, &failed);
	copy->why = copy_text(info->why, &failed);
	copy->byte_order = copy_text(info->byte_order, &failed);
	copy->kernel = copy_text(info->kernel, &failed);
	copy->arch = copy_text(info->arch, &failed);
	copy->clock = copy_text(info->clock, &failed);
	copy->hint = copy_text(info->hint, &failed);
	copy->events_file = copy_text(info->events_file, &failed);
	copy->device_name = copy_text(info->device_name, &failed);
	for (size_t i = 0; i < info->nr_events; i++) {
		events[i].name = copy_text(info->events[i].name, &failed);
		events[i].count = info->events[i].count;
	}
	for (size_t i = 0; i < info->nr_devices; i++)
		devices[i] = copy_text(info->devices[i], &failed);
	copy->events = events;
	copy->devices = (const char *const *)devices;
	if (failed) {
		input_keep_free(copy);
		return NULL;
	}
	return copy;
}

static void free_text(const char *text)
{
	ir_free(text);
}

void input_keep_free(struct ir_recording_info *info)
{
	if (!info)
		return;
	free_text(info->file);
	free_text(info->format);
	free_text(info->why);
	free_text(info->byte_order);
	free_text(info->kernel);
	free_text(info->arch);
	free_text(info->clock);
	free_text(info->hint);
	free_text(info->events_file);
	free_text(info->device_name);
	for (size_t i = 0; i < info->nr_events; i++)
		free_text(info->events[i].name);
	for (size_t i = 0; i < info->nr_devices; i++)
		free_text(info->devices[i]);
	ir_site_table_unref(info->sites);
	ir_free(info->events);
	ir_free(info->devices);
	free(info);
}

int worst_status(int a, int b)
{
	static const int order[] = {
		STATUS_INTERRUPTED, STATUS_USAGE, STATUS_ERROR, STATUS_INCOMPLETE, STATUS_GATE,
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return STATUS_DONE;
}
