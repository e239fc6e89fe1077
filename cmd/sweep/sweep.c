// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sweep: what a parameter does, and how much of it is enough.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/numbers.h"
#include "io/input.h"
#include "options/check.h"
#include "base/message.h"
#include "options/suit.h"
#include "io/output.h"
#include "formats/renderers.h"
#include "sweep/frontier.h"
#include "sweep/priv.h"

#define MANY_REPLAYS 1000

static int wrong_usage(const struct settings *settings, const char *text)
{
	message("%s", text);
	fprintf(stderr, "Try '" PROGRAM " %s --help'.\n", settings->command->name);
	return STATUS_USAGE;
}

/* "entry-limit=64:65535:x2" */
static int parse_vary(struct sweep *sweep, struct ir_error *err)
{
	const char *text = sweep->settings->vary, *equals = strchrnul(text, '=');
	int rc;

	sweep->varied = parameter_find_numeric(text, (size_t)(equals - text), err);
	if (!sweep->varied)
		return -EINVAL;
	if (!*equals)
		return ir_error_set(err, -EINVAL, "--vary %s: the range is missing: %s=FROM:TO",
				    text, text);
	rc = range_parse(sweep->varied, equals + 1, &sweep->range, err);
	return rc;
}

static int make_cells(struct sweep *sweep, struct ir_error *err)
{
	const struct settings *settings = sweep->settings;
	size_t i = 0;
	int rc = 0;

	sweep->nr_cells = settings->nr_hypervisors * settings->nr_strategies * sweep->range.n;
	sweep->configs = calloc(sweep->nr_cells, sizeof(*sweep->configs));
	sweep->results = calloc(sweep->nr_cells, sizeof(*sweep->results));
	if (!sweep->configs || !sweep->results)
		return ir_error_set(err, -ENOMEM, "out of memory");
	for (size_t h = 0; h < settings->nr_hypervisors; h++) {
		for (size_t v = 0; v < sweep->range.n; v++) {
			for (size_t s = 0; s < settings->nr_strategies && !rc; s++, i++) {
				sweep->configs[i] = sweep_config(settings, h, s);
				rc = parameter_set_number(sweep->varied, &sweep->configs[i],
							  sweep->range.values[v], err);
				if (!rc)
					rc = parameters_check(&sweep->configs[i].params, err);
				if (!rc)
					rc = ir_config_check(&sweep->configs[i], err);
			}
		}
	}
	return rc;
}

static const struct parameter *sought_parameter(int find)
{
	static const char *const names[] = {
		[FIND_ENTRY_LIMIT] = "entry-limit", [FIND_PINNED_LIMIT] = "pinned-limit",
		[FIND_APERTURE] = "aperture", [FIND_QUEUE_SIZE] = "queue-size",
	};

	return parameter_find_numeric(names[find], strlen(names[find]), NULL);
}

int sweep_find_of(const struct parameter *sought)
{
	int find = FIND_QUEUE_SIZE;

	while (find != FIND_NOTHING && sought_parameter(find) != sought)
		find--;
	return find;
}

static int make_searches(struct sweep *sweep, struct ir_error *err)
{
	const struct settings *settings = sweep->settings;
	int rc = 0;

	sweep->sought = sought_parameter(settings->find);
	sweep->nr_searches = settings->nr_hypervisors * settings->nr_strategies;
	sweep->searches = calloc(sweep->nr_searches, sizeof(*sweep->searches));
	if (!sweep->searches)
		return ir_error_set(err, -ENOMEM, "out of memory");
	for (size_t i = 0; i < sweep->nr_searches && !rc; i++) {
		struct search *search = &sweep->searches[i];
		struct ir_config try;

		search->sweep = sweep;
		search->config = sweep_config(settings, i / settings->nr_strategies,
					      i % settings->nr_strategies);
		try = search->config;
		rc = parameter_set_number(sweep->sought, &try, sweep->sought->min, err);
		if (!rc)
			rc = parameters_check(&try.params, err);
		if (!rc)
			rc = ir_config_check(&try, err);
	}
	return rc;
}

/* Checks the options and makes the cells before anything is read.  Returns the exit status so far. */
static int check_question(struct sweep *sweep)
{
	const struct settings *settings = sweep->settings;
	struct ir_error err = { "" };
	int rc = 0;

	if (settings->frontier && (settings->vary || settings->find != FIND_NOTHING))
		return wrong_usage(settings, "sweep: --frontier stands alone, without --vary and --find");
	if (settings->frontier && (settings->params.queue_size || settings->params.queue_timeout_ms ||
				   settings->params.queue == IR_QUEUE_NONE))
		return wrong_usage(settings, "sweep: --frontier varies the size and timeout of the queue");
	if (!settings->vary && settings->find == FIND_NOTHING && !settings->frontier)
		return wrong_usage(settings, "sweep: nothing to do; give --vary KEY=FROM:TO, or --find, or --frontier");
	if (settings->find == FIND_NOTHING && (settings->max_failures || settings->has_max_rpcits))
		return wrong_usage(settings, "sweep: --max-failures and --max-rpcits need --find");
	if (!settings->vary && settings->figures.nr)
		return wrong_usage(settings, "sweep: --figure needs --vary");
	if (settings->vary && settings->find != FIND_NOTHING && renderer_of(settings)->one_table)
		return wrong_usage(settings, "sweep: this format has room for one table: give --vary or --find");
	rc = sweep_figures_check(settings, &err);
	if (!rc && settings->vary)
		rc = parse_vary(sweep, &err);
	if (!rc && settings->vary)
		rc = make_cells(sweep, &err);
	if (!rc && settings->find != FIND_NOTHING)
		rc = make_searches(sweep, &err);
	if (rc == -ENOMEM) {
		message("%s", err.text);
		return STATUS_ERROR;
	}
	return rc ? wrong_usage(settings, err.text) : STATUS_DONE;
}

static int replay_error(const struct sweep *sweep, int rc, const struct ir_error *err)
{
	if (rc == -EINTR)
		message("interrupted");
	else
		message("%s: %s", sweep->path, err->text);
	return rc == -EINTR ? STATUS_INTERRUPTED : STATUS_ERROR;
}

/* Instead of a curve or answers: what no other combination beats. */
static int write_frontier(const struct sweep *sweep, struct output *out)
{
	struct ir_error err = { "" };
	int rc;
	char *text = frontier_text(sweep, out, &rc, &err);

	if (text)
		return output_finish(out, text);
	output_abort(out);
	return replay_error(sweep, rc, &err);
}

/* Without a terminal there is no progress to show that this takes long. */
static void announce_replays(const struct sweep *sweep)
{
	const struct settings *settings = sweep->settings;
	char hypervisors[64] = "";

	if (sweep->nr_cells < MANY_REPLAYS || settings->quiet)
		return;
	if (settings->nr_hypervisors > 1)
		snprintf(hypervisors, sizeof(hypervisors), ", %zu hypervisors", settings->nr_hypervisors);
	message("%s: %s replays: %s value%s of %s, %zu strateg%s%s", sweep->path, ir_count_text(sweep->nr_cells).s,
		ir_count_text(sweep->range.n).s, ir_plural(sweep->range.n), sweep->varied->name,
		settings->nr_strategies, settings->nr_strategies == 1 ? "y" : "ies", hypervisors);
}

static int replay_cells(struct sweep *sweep)
{
	struct ir_error err = { "" };
	int rc;

	announce_replays(sweep);
	rc = sweep_replay(sweep, sweep->configs, sweep->nr_cells, NULL, sweep->results, &err);
	if (!rc && sweep->sought)
		rc = find_all(sweep, &err);
	return rc ? replay_error(sweep, rc, &err) : STATUS_DONE;
}

/* If no value suffices for a strategy, the exit status shows it to scripts. */
static int exit_status_of(const struct sweep *sweep)
{
	for (size_t i = 0; i < sweep->nr_searches; i++)
		if (sweep->searches[i].answer == ANSWER_NONE)
			return STATUS_GATE;
	return STATUS_DONE;
}

static int write_out(const struct sweep *sweep, struct output *out)
{
	struct rendering r;
	char *text = NULL;
	int status;

	if (rendering_begin(&r, sweep->settings, out))
		text = rendering_end(&r, renderer_of(sweep->settings)->sweep(&r.canvas, sweep));
	status = output_finish(out, text);
	return status ? status : exit_status_of(sweep);
}

/* Takes from the recording what the options left open: the answer may have other rows then. */
static int suit_recording(struct sweep *sweep, struct settings *own)
{
	struct ir_error err = { "" };
	int rc = settings_suit(sweep->settings, sweep->info, own);

	if (rc) {
		message("out of memory");
		return STATUS_ERROR;
	}
	sweep->settings = own;
	free(sweep->configs);
	free(sweep->results);
	free(sweep->searches);
	sweep->configs = NULL;
	sweep->results = NULL;
	sweep->searches = NULL;
	sweep->nr_searches = 0;
	if (sweep->varied)
		rc = make_cells(sweep, &err);
	if (!rc && own->find != FIND_NOTHING)
		rc = make_searches(sweep, &err);
	if (rc == -EINVAL && own->default_hypervisor) {
		message("%s: the recording is taken as one without a hypervisor (%s), which has no such limit; "
			"with one: --hypervisor vfio, or kvm", sweep->path, own->hypervisors[0].hypervisor->name);
		return STATUS_USAGE;
	}
	if (rc == -ENOMEM) {
		message("%s", err.text);
		return STATUS_ERROR;
	}
	return rc ? wrong_usage(own, err.text) : STATUS_DONE;
}

static int sweep_recording(struct sweep *sweep, struct output *out)
{
	struct settings own = *sweep->settings;
	struct input input;
	int status = input_open(&input, sweep->settings, sweep->path, NULL, NULL);

	own.strategies = NULL;
	own.hypervisors = NULL;
	sweep->rec = input.rec;
	sweep->info = input.info;
	if (status == STATUS_DONE)
		status = suit_recording(sweep, &own);
	if (status == STATUS_DONE)
		status = input_load(&input, sweep->settings);
	sweep->load = input.load;
	if (status == STATUS_DONE && own.frontier) {
		status = write_frontier(sweep, out);
	} else {
		if (status == STATUS_DONE)
			status = replay_cells(sweep);
		if (status == STATUS_DONE)
			status = write_out(sweep, out);
		else
			output_abort(out);
	}
	settings_suit_free(&own);
	input_close(&input);
	return status;
}

static void sweep_free(struct sweep *sweep)
{
	for (size_t i = 0; i < sweep->nr_searches && sweep->searches; i++)
		free(sweep->searches[i].probes);
	free(sweep->searches);
	free(sweep->configs);
	free(sweep->results);
	free(sweep->range.values);
}

int cmd_sweep(const struct settings *settings)
{
	struct sweep sweep = { .settings = settings, .path = settings->operands[0] };
	int status = check_question(&sweep), rc;
	struct ir_error err = { "" };
	struct output out;

	origin_make(&sweep.origin, settings);
	if (status == STATUS_DONE) {
		rc = output_open(&out, settings->output, settings->operands, settings->nr_operands,
				 &err);
		if (rc) {
			message("%s", err.text);
			status = rc == -EINVAL ? STATUS_USAGE : STATUS_ERROR;
		} else {
			status = sweep_recording(&sweep, &out);
		}
	}
	sweep_free(&sweep);
	return status;
}
