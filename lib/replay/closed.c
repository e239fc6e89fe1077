// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A strategy's flushes decide when operations happen, and when they happen decides a
 * little about flushes (timers of queues, shortages).  So each configuration is replayed
 * twice: at the recorded times, for its flushes, and at the times that follow from these.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "load/predict.h"
#include "replay/closed.h"
#include "replay/engine.h"
#include "replay/params.h"
#include "guest/timeline.h"

#define BLOCK_OPS	65536	/* after so many the flag of an interruption is looked at */

struct closed {
	const struct ir_round *round;
	const struct ir_recording_info *info;
	const struct ir_replay_options *options;
	struct ir_budget *budget;
	const struct ir_op *ops;	/* at the recorded times */
	uint32_t *numbers;
	size_t nr_ops;
	size_t next, done;		/* configurations of the round: begun, ended */
	pthread_mutex_t lock;
	struct ir_error *err;
	int rc;				/* of the first that failed */
};

/* One replay. */
struct run {
	const struct ir_config *config;
	const struct ir_recording_info *info;
	const struct ir_op *ops;
	const uint32_t *numbers;
	size_t nr;
	struct ir_site_result *sites;
	struct ir_timeline *timeline;
	struct ir_explanation *explanation;
	struct ir_result *result, *devices;
	bool *failed;			/* set if an RPCIT failed */
};

static int run_ops(const struct closed *c, const struct run *r, struct ir_flush_log *log,
		   struct ir_error *err)
{
	struct ir_engine *e = ir_engine_new(r->config, r->info, r->sites, r->timeline, c->budget);
	int rc = 0;

	if (!e)
		return ir_error_set(err, -ENOMEM, "out of memory");
	ir_engine_interrupts(e, c->options->interrupted);
	ir_engine_watch_flushes(e, ir_flush_log_add, log);
	if (r->explanation)
		ir_engine_explain(e, r->explanation);
	for (size_t at = 0; at < r->nr && !rc; at += BLOCK_OPS) {
		size_t n = r->nr - at < BLOCK_OPS ? r->nr - at : BLOCK_OPS;

		if (c->options->interrupted && *c->options->interrupted)
			rc = ir_error_set(err, -EINTR, "interrupted");
		else
			ir_engine_run_numbered(e, r->ops + at, r->numbers + at, n);
	}
	if (!rc)
		rc = ir_engine_finish(e, r->result, r->devices, err);
	*r->failed |= ir_engine_ran_short(e);
	if (!rc && log->no_memory)
		rc = ir_error_set(err, -ENOMEM, "out of memory");
	ir_engine_free(e);
	return rc;
}

static int new_timeline(const struct closed *c, size_t i, const struct ir_recording_info *info,
			struct run *r, struct ir_error *err)
{
	if (!c->options->timelines)
		return 0;
	c->options->timelines[i] = r->timeline = ir_timeline_new(info->start_ns, info->duration_ns);
	return r->timeline ? 0 : ir_error_set(err, -ENOMEM, "out of memory");
}

/* Sets @err, of what a load returned. */
static int load_failed(int rc, struct ir_error *err)
{
	return ir_error_set(err, rc, "%s", rc == -EINTR ? "interrupted" : "out of memory");
}

/* Everything that was asked for is watched in the last replay of a configuration. */
static int last_run(const struct closed *c, size_t i, struct run *r, struct ir_flush_log *log,
		    struct ir_error *err)
{
	const struct ir_replay_options *o = c->options;
	int rc = new_timeline(c, i, r->info, r, err);

	r->config = &c->round->configs[i];
	r->result = &c->round->results[i];
	r->sites = o->sites && c->info->sites ? o->sites + i * c->info->sites->nr : NULL;
	r->explanation = o->explanations ? &o->explanations[i] : NULL;
	r->devices = o->devices ? o->devices + i * c->info->nr_devices : NULL;
	return rc ? rc : run_ops(c, r, log, err);
}

static int predict_config(const struct closed *c, size_t i, struct ir_error *err)
{
	const struct ir_load *load = c->options->load;
	struct ir_config quiet = c->round->configs[i];
	bool serialises = quiet.hypervisor->serialises;
	struct ir_result *first = calloc(1, sizeof(*first)), *result = &c->round->results[i];
	struct ir_retimed at = { .ops = NULL };
	struct ir_flush_log log = { .load = NULL };
	struct run r = {
		.config = &quiet, .info = c->info, .ops = c->ops, .numbers = c->numbers,
		.nr = c->nr_ops, .result = first, .failed = &c->round->failed[i],
	};
	int rc = first && !ir_flush_log_init(&log, load) ? 0 :
		ir_error_set(err, -ENOMEM, "out of memory");

	quiet.observer = NULL;
	/* Without the duration of a flush every strategy would cost the same. */
	if (!rc && quiet.params.latency != IR_LATENCY_GIVEN && !ir_load_info(load)->flush_ns)
		rc = ir_error_set(err, -ENODATA, "--load closed: no duration of a flush was recorded "
				  "(rpcit and rpcit_ret, or flush-return of --events, have it); "
				  "give --flush-latency");
	if (!rc && quiet.params.devices > 1)
		rc = ir_error_set(err, -EINVAL, "a load is that of the recorded devices; leave out --devices");
	if (!rc)
		rc = c->options->recorded_times ? last_run(c, i, &r, &log, err) : run_ops(c, &r, &log, err);
	if (!rc && !c->options->recorded_times) {
		rc = ir_load_retime(load, &log, &first->parameters, serialises, c->info, &at);
		ir_flush_log_release(&log);
		if (!rc && ir_flush_log_init(&log, load))
			rc = -ENOMEM;
		if (rc)
			load_failed(rc, err);
		r.info = &at.info;
		r.ops = at.ops;
		r.numbers = at.numbers;
		r.nr = at.nr;
		if (!rc)
			rc = last_run(c, i, &r, &log, err);
		ir_retimed_release(&at);	/* a prediction takes as much memory again */
	}
	if (!rc) {
		rc = ir_load_predict(load, &log, &result->parameters, serialises, &result->time);
		if (rc)
			load_failed(rc, err);
	}
	if (!rc)
		ir_time_flushes(c->info, load, ir_load_elapsed(load, &result->time),
				ir_load_cpus(load), result);
	ir_flush_log_release(&log);
	free(first);
	return rc;
}

static void *worker_thread(void *arg)
{
	struct closed *c = arg;
	struct ir_error err = { "" };

	pthread_mutex_lock(&c->lock);
	while (c->next < c->round->n && !c->rc) {
		size_t i = c->round->which[c->next++];
		int rc;

		pthread_mutex_unlock(&c->lock);
		rc = predict_config(c, i, &err);
		pthread_mutex_lock(&c->lock);
		c->done++;
		if (rc && !c->rc) {
			c->rc = rc;
			*c->err = err;
		} else {
			ir_round_progress(c->round, c->done, c->round->n);
		}
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void run_threads(struct closed *c, unsigned int threads)
{
	pthread_t *workers = calloc((size_t)threads + 1, sizeof(*workers));
	unsigned int started = 0;

	/* This thread works, too, so that replays do not depend on the others. */
	while (workers && started + 1 < threads &&
	       !pthread_create(&workers[started], NULL, worker_thread, c))
		started++;
	worker_thread(c);
	for (unsigned int i = 0; i < started; i++)
		pthread_join(workers[i], NULL);
	free(workers);
}

int ir_replay_closed(const struct ir_round *round, struct ir_budget *budget, unsigned int threads,
		     struct ir_error *err)
{
	struct closed c = {
		.round = round, .info = round->info, .options = round->options, .budget = budget,
		.lock = PTHREAD_MUTEX_INITIALIZER, .err = err,
	};

	c.rc = ir_load_ops(c.options->load, &c.ops, &c.numbers, &c.nr_ops);
	if (c.rc)
		return ir_error_set(err, c.rc, "out of memory");
	run_threads(&c, threads);
	free(c.numbers);
	return c.rc;
}
