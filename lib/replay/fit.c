// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the entry limit with which a replay has as many shortages as were recorded: repeats replays
 * with several limits at once until the smallest ones with so many, and with fewer, are found.
 */
#include <errno.h>
#include <stdlib.h>

#include <iommu-replay/fit.h>
#include "replay/limit.h"
#include "replay/params.h"

/* Replays at once: each costs memory, and more of them read the recording less often. */
#define AT_ONCE 7

struct search {
	struct ir_recording *rec;
	const struct ir_config *config;
	const struct ir_replay_options *options;
	struct ir_effective par;	/* if no limit was given */
	struct ir_result *results;	/* AT_ONCE */
	struct ir_error *err;
};

/* Replay with @n limits; 0 or a negative errno. */
static int try_limits(const struct search *s, const uint64_t *limits, size_t n)
{
	struct ir_config configs[AT_ONCE];

	for (size_t i = 0; i < n; i++) {
		configs[i] = *s->config;
		configs[i].observer = NULL;
		configs[i].params.has_entry_limit = true;
		configs[i].params.hypervisor.entry_limit = limits[i];
		configs[i].params.has_share = true;
		configs[i].params.share = s->par.share;
	}
	return ir_replay(s->rec, configs, n, &(struct ir_replay_options){
		.jobs = s->options ? s->options->jobs : 0,
		.interrupted = s->options ? s->options->interrupted : NULL,
	}, s->results, s->err);
}

/*
 * The smallest limit above @below and up to @enough with at most @most shortages; with
 * @enough there are so few.  *shortages: with that one.
 */
static int smallest_limit(const struct search *s, uint64_t below, uint64_t enough, uint64_t most,
			  uint64_t *limit, uint64_t *shortages)
{
	uint64_t limits[AT_ONCE];
	int rc;

	while (enough - below > 1) {
		uint64_t between = enough - below - 1;
		size_t n = between < AT_ONCE ? (size_t)between : AT_ONCE;

		for (size_t i = 0; i < n; i++)
			limits[i] = below + (between + 1) * (i + 1) / (n + 1);
		rc = try_limits(s, limits, n);
		if (rc)
			return rc;
		for (size_t i = 0; i < n; i++) {
			if (s->results[i].rpcit.insufficient <= most) {
				enough = limits[i];
				break;
			}
			below = limits[i];
		}
	}
	*limit = enough;
	rc = try_limits(s, &enough, 1);
	*shortages = s->results[0].rpcit.insufficient;
	return rc;
}

static int fit_shortages(const struct search *s, struct ir_fit *fit)
{
	uint64_t unlimited = 0, enough, unused;
	int rc = try_limits(s, &unlimited, 1);

	if (rc)
		return rc;
	/* An RPCIT that takes the last entry reports a shortage; retries do not add to the entries held. */
	enough = s->results[0].peaks.host_pages + 1;
	rc = smallest_limit(s, 0, enough, fit->shortages, &fit->low, &fit->at_low);
	if (!rc)
		rc = smallest_limit(s, 0, enough, fit->shortages - 1, &fit->high, &unused);
	if (rc)
		return rc;
	fit->high--;
	fit->at_high = fit->at_low;
	if (fit->high && fit->high < fit->low) {
		rc = try_limits(s, &fit->high, 1);
		fit->at_high = s->results[0].rpcit.insufficient;
	}
	return rc;
}

static void fit_places(const struct search *s, struct ir_fit *fit)
{
	const struct ir_recording_info *info = ir_recording_info(s->rec);
	const struct ir_initial initial = ir_limit_initial(info, s->par.initial_pages);
	struct ir_limit limit = ir_limit_infer(info, &initial, s->par.share, 0);

	fit->place_low = limit.low;
	fit->place_high = limit.high;
	fit->agree = limit.agree;
	fit->places = limit.shortages;
}

/*
 * Maps that fail make shortages rise with the limit here and there, so that a search for
 * their number can miss the limit that the places show.
 */
static int try_places(const struct search *s, struct ir_fit *fit)
{
	uint64_t limit = fit->place_low + (fit->place_high - fit->place_low + 1) / 2;
	int rc;

	if (fit->low <= fit->high || !fit->place_low)
		return 0;
	rc = try_limits(s, &limit, 1);
	if (!rc && s->results[0].rpcit.insufficient == fit->shortages) {
		fit->low = fit->high = limit;
		fit->at_low = fit->at_high = fit->shortages;
	}
	return rc;
}

int ir_fit_limit(struct ir_recording *rec, const struct ir_config *config,
		 const struct ir_replay_options *options, struct ir_fit *result,
		 struct ir_error *err)
{
	struct search s = {
		.rec = rec, .config = config, .options = options, .err = err,
		.results = calloc(AT_ONCE, sizeof(*s.results)),
	};
	struct ir_config unlimited = *config;
	int rc = 0;

	unlimited.params.has_entry_limit = false;
	ir_params_resolve(&unlimited, ir_recording_info(rec), &s.par);
	*result = (struct ir_fit){
		.tried = true, .shortages = ir_recording_info(rec)->rpcit.insufficient,
	};
	if (!s.results)
		return ir_error_set(err, -ENOMEM, "out of memory");
	if (!config->hypervisor->has_entry_limit)
		rc = ir_error_set(err, -EINVAL, "hypervisor %s has no entry limit",
				  config->hypervisor->name);
	else if (result->shortages)
		rc = fit_shortages(&s, result);
	if (!rc && result->shortages) {
		fit_places(&s, result);
		rc = try_places(&s, result);
	}
	free(s.results);
	return rc;
}
