// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many configurations at once: the operations are read once, in blocks that all
 * configurations share.  A thread that is free takes the configuration that is
 * furthest behind through its next block.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/guest.h"
#include "load/predict.h"
#include "replay/closed.h"
#include "replay/engine.h"
#include "replay/params.h"
#include "replay/round.h"
#include "guest/timeline.h"

#define BLOCK_OPS	4096
#define BLOCKS		8	/* in flight */

struct block {
	struct ir_op ops[BLOCK_OPS];
	size_t n;
};

/* A configuration. */
struct task {
	struct ir_engine *engine;
	size_t config;			/* its number */
	uint64_t next;			/* block */
	bool running;			/* some thread has it */
	bool over;			/* enough is known of it */
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied;
	struct block *blocks;
	unsigned int nr_blocks;
	uint64_t produced;		/* blocks filled so far */
	bool ended;
	const struct ir_round *round;
	struct task *tasks;
	size_t nr_tasks, nr_over;
	unsigned int nr_threads;	/* 0: who reads the operations replays them, too */
	struct ir_budget budget;	/* of memory, for all configurations */
};

static size_t devices_of(const struct ir_recording_info *info)
{
	return info->nr_devices > 2 ? info->nr_devices - 1 : 1;
}

/* The least memory that the configurations need (iommu-replay-promises(7)). */
static uint64_t least_memory(const struct ir_config *configs, size_t n,
			     const struct ir_recording_info *info)
{
	uint64_t need = 0;

	for (size_t i = 0; i < n; i++) {
		struct ir_effective par;

		ir_params_resolve(&configs[i], info, &par);
		need += par.devices * (devices_of(info) * (IR_DEVICE_BYTES + IR_TABLE_BYTES) +
				       (uint64_t)info->max_mappings * IR_MAPPING_BYTES +
				       (info->max_live_entries + par.initial_pages) * IR_ENTRY_BYTES);
	}
	return need;
}

static int too_large_error(const char *takes, const struct ir_recording_info *info, size_t n,
			   uint64_t need, struct ir_error *err)
{
	char bytes[32], limit[32];

	ir_budget_text(bytes, sizeof(bytes), need);
	ir_budget_text(limit, sizeof(limit), info->max_memory);
	return ir_error_set(err, -E2BIG, "the replay %s %s of memory, for %zu device%s and %"
			    PRIu64 " pages mapped at a time in %zu configuration%s, and --max-memory is %s;"
			    " fewer strategies or hypervisors at once, or --device, need less",
			    takes, bytes, devices_of(info), devices_of(info) == 1 ? "" : "s", info->max_live_pages, n,
			    n == 1 ? "" : "s", limit);
}

/* More than expected is mapped at a time: pages that strategies have not flushed, too. */
static int over_budget_error(const struct pool *p, struct ir_error *err)
{
	return too_large_error("needs more than", p->round->info, p->round->nr_configs, p->budget.limit, err);
}

static bool interrupted(const struct pool *p)
{
	const struct ir_replay_options *o = p->round->options;

	return o && o->interrupted && *o->interrupted;
}

/* The configuration furthest behind, of those that no thread runs and that have blocks to do. */
static struct task *next_task(struct pool *p)
{
	struct task *best = NULL;

	for (size_t i = 0; i < p->nr_tasks; i++) {
		struct task *t = &p->tasks[i];

		if (!t->running && t->next < p->produced && (!best || t->next < best->next))
			best = t;
	}
	return best;
}

/* The task's next block; true: with it enough is known. */
static bool run_block(const struct pool *p, struct task *t)
{
	const uint64_t *most = p->round->options ? p->round->options->most_failures : NULL;
	const struct block *b = &p->blocks[t->next % p->nr_blocks];

	if (t->over)
		return false;
	ir_engine_run(t->engine, b->ops, b->n);
	t->over = most && ir_engine_failures(t->engine) > *most;
	return t->over;
}

static void *worker_thread(void *arg)
{
	struct pool *p = arg;
	struct task *t;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		bool over;

		while (!(t = next_task(p)) && !p->ended)
			pthread_cond_wait(&p->filled, &p->lock);
		if (!t || interrupted(p))
			break;
		t->running = true;
		pthread_mutex_unlock(&p->lock);
		over = run_block(p, t);
		pthread_mutex_lock(&p->lock);
		t->running = false;
		t->next++;
		p->nr_over += over;
		pthread_cond_signal(&p->emptied);
	}
	/* After an interruption nothing empties the blocks any more. */
	pthread_cond_signal(&p->emptied);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static uint64_t slowest_task(const struct pool *p)
{
	uint64_t min = UINT64_MAX;

	for (size_t i = 0; i < p->nr_tasks; i++)
		if (p->tasks[i].next < min)
			min = p->tasks[i].next;
	return min;
}

/* A block that is not used any more; after an interruption any block.  NULL: no task needs one. */
static struct block *block_to_fill(struct pool *p)
{
	bool needed;

	pthread_mutex_lock(&p->lock);
	while (p->produced - slowest_task(p) == p->nr_blocks && !interrupted(p))
		pthread_cond_wait(&p->emptied, &p->lock);
	needed = p->nr_over < p->nr_tasks;
	pthread_mutex_unlock(&p->lock);
	return needed ? &p->blocks[p->produced % p->nr_blocks] : NULL;
}

static void block_filled(struct pool *p, bool ended)
{
	pthread_mutex_lock(&p->lock);
	if (ended)
		p->ended = true;
	else
		p->produced++;
	pthread_cond_broadcast(&p->filled);
	pthread_mutex_unlock(&p->lock);
}

static uint64_t count_ops(const struct ir_recording_info *info)
{
	return info->ops.segments + info->ops.unmap + info->ops.failed_map;
}

static void run_in_this_thread(struct pool *p)
{
	for (size_t i = 0; i < p->nr_tasks && !interrupted(p); i++) {
		p->nr_over += run_block(p, &p->tasks[i]);
		p->tasks[i].next++;
	}
}

/* Read all operations; what is done with a block is up to the threads, if there are any. */
static int read_blocks(struct pool *p, struct ir_recording *rec, struct ir_error *err)
{
	uint64_t done = 0, total = count_ops(ir_recording_info(rec));

	for (;;) {
		struct block *b = block_to_fill(p);
		ssize_t n;

		if (interrupted(p))
			return ir_error_set(err, -EINTR, "interrupted");
		if (ir_budget_exceeded(&p->budget))
			return over_budget_error(p, err);
		if (!b)
			return 0;
		n = ir_recording_read(rec, b->ops, BLOCK_OPS, err);
		if (n <= 0)
			return (int)n;
		b->n = (size_t)n;
		block_filled(p, false);
		if (!p->nr_threads)
			run_in_this_thread(p);
		done += (uint64_t)n;
		ir_round_progress(p->round, done, total);
	}
}

static unsigned int thread_count(const struct ir_replay_options *options, size_t n)
{
	unsigned int jobs = options ? options->jobs : 0;
	long online;

	if (!jobs) {
		online = sysconf(_SC_NPROCESSORS_ONLN);
		jobs = online > 0 ? (unsigned int)online : 1;
	}
	if (jobs > n)
		jobs = (unsigned int)n;
	return jobs > 1 ? jobs : 0;
}

static int run_pool(struct pool *p, struct ir_recording *rec, struct ir_error *err)
{
	pthread_t *workers = calloc((size_t)p->nr_threads + 1, sizeof(*workers));
	unsigned int started = 0;
	int rc = 0;

	if (!workers)
		return ir_error_set(err, -ENOMEM, "out of memory");
	for (; started < p->nr_threads; started++) {
		rc = pthread_create(&workers[started], NULL, worker_thread, p);
		if (rc) {
			rc = ir_error_set(err, -rc, "cannot start a thread: %s; try --jobs 1",
					  strerror(rc));
			break;
		}
	}
	if (!rc)
		rc = read_blocks(p, rec, err);
	block_filled(p, true);
	for (unsigned int i = 0; i < started; i++)
		pthread_join(workers[i], NULL);
	free(workers);
	/* The threads may have left blocks that were read before. */
	if (!rc && started && interrupted(p))
		rc = ir_error_set(err, -EINTR, "interrupted");
	return rc;
}

static int collect_results(struct pool *p, struct ir_error *err)
{
	const struct ir_round *r = p->round;
	struct ir_result *devices = r->options ? r->options->devices : NULL;
	int rc = 0;

	for (size_t i = 0; i < p->nr_tasks && !rc; i++) {
		const struct task *t = &p->tasks[i];
		struct ir_result *result = &r->results[t->config];

		rc = ir_engine_finish(t->engine, result,
				      devices ? devices + t->config * r->info->nr_devices : NULL, err);
		if (!rc)
			ir_time_flushes(r->info, NULL, r->info->duration_ns, result->parameters.cpus,
					result);
		r->failed[t->config] = ir_engine_ran_short(t->engine);
	}
	if (rc && ir_budget_exceeded(&p->budget))
		rc = over_budget_error(p, err);
	return rc;
}

/* The engine of a configuration; NULL: no memory. */
static struct ir_engine *new_engine(struct pool *p, size_t config)
{
	const struct ir_round *r = p->round;
	const struct ir_replay_options *o = r->options;
	struct ir_site_result *sites = o && o->sites && r->info->sites ?
		o->sites + config * r->info->sites->nr : NULL;
	struct ir_timeline *timeline = NULL;
	struct ir_engine *e;

	if (o && o->timelines) {
		timeline = o->timelines[config] = ir_timeline_new(r->info->start_ns, r->info->duration_ns);
		if (!timeline)
			return NULL;
	}
	e = ir_engine_new(&r->configs[config], r->info, sites, timeline, &p->budget);
	if (!e || !o)
		return e;
	ir_engine_interrupts(e, o->interrupted);
	if (o->explanations)
		ir_engine_explain(e, &o->explanations[config]);
	return e;
}

/* Devices and mappings of all copies have numbers. */
static int check_copies(const struct ir_config *config, const struct ir_recording_info *info,
			struct ir_error *err)
{
	uint64_t copies = config->params.devices;

	if (copies * info->nr_devices <= UINT16_MAX && copies * info->max_mappings < UINT32_MAX)
		return 0;
	return ir_error_set(err, -E2BIG, "the recording's %zu devices %" PRIu64
			    " times are more than can be told apart", devices_of(info), copies);
}

/* QEMU refuses vfio there: what is mapped would not be known. */
static int check_iommu(const struct ir_config *config, const struct ir_recording_info *info,
		       struct ir_error *err)
{
	const struct ir_iommu *iommu = config->params.iommu ? config->params.iommu :
		ir_iommu_recorded(info, NULL);

	if (!config->hypervisor->refuses || iommu->flushes_maps)
		return 0;
	return ir_error_set(err, -EINVAL, "hypervisor %s: it cannot follow %s, where maps are not flushed",
			    config->hypervisor->name, iommu->title);
}

static int replay_open(struct pool *p, struct ir_recording *rec, struct ir_error *err)
{
	const struct ir_round *r = p->round;
	int rc = 0;

	p->nr_blocks = p->nr_threads ? BLOCKS : 1;	/* one stays in the cache */
	p->blocks = calloc(p->nr_blocks, sizeof(*p->blocks));
	p->tasks = calloc(p->nr_tasks, sizeof(*p->tasks));
	if (!p->blocks || !p->tasks)
		rc = -ENOMEM;
	for (size_t i = 0; i < p->nr_tasks && !rc; i++) {
		p->tasks[i].config = r->which[i];
		p->tasks[i].engine = new_engine(p, r->which[i]);
		if (!p->tasks[i].engine)
			rc = -ENOMEM;
	}
	if (rc && ir_budget_exceeded(&p->budget))
		rc = over_budget_error(p, err);
	else if (rc)
		ir_error_set(err, rc, "out of memory");
	else
		rc = run_pool(p, rec, err);
	if (!rc)
		rc = collect_results(p, err);
	for (size_t i = 0; i < p->nr_tasks && p->tasks; i++)
		ir_engine_free(p->tasks[i].engine);
	free(p->tasks);
	free(p->blocks);
	return rc;
}

/* Replays what is to be done in this round. */
static int replay_round(const struct ir_round *r, struct ir_recording *rec, struct ir_error *err)
{
	struct pool p = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.filled = PTHREAD_COND_INITIALIZER,
		.emptied = PTHREAD_COND_INITIALIZER,
		.round = r,
		.nr_tasks = r->n,
		.nr_threads = thread_count(r->options, r->n),
		.budget = { .limit = r->info->max_memory },
	};
	int rc = ir_recording_rewind(rec, err);

	if (rc)
		return rc;
	if (!r->options || !r->options->load)
		return replay_open(&p, rec, err);
	rc = ir_replay_closed(r, &p.budget, p.nr_threads, err);
	return rc && ir_budget_exceeded(&p.budget) ? over_budget_error(&p, err) : rc;
}

static int check_round(const struct ir_round *r, struct ir_error *err)
{
	uint64_t need;
	int rc = 0;

	for (size_t i = 0; i < r->nr_configs && !rc; i++)
		rc = ir_config_check(&r->configs[i], err);
	for (size_t i = 0; i < r->nr_configs && !rc; i++)
		rc = check_copies(&r->configs[i], r->info, err);
	for (size_t i = 0; i < r->nr_configs && !rc; i++)
		rc = check_iommu(&r->configs[i], r->info, err);
	if (rc)
		return rc;
	need = least_memory(r->configs, r->nr_configs, r->info);
	return need > r->info->max_memory ? too_large_error("needs", r->info, r->nr_configs, need, err) : 0;
}

int ir_replay(struct ir_recording *rec, const struct ir_config *configs, size_t n,
	      const struct ir_replay_options *options, struct ir_result *results,
	      struct ir_error *err)
{
	struct ir_round r = {
		.info = ir_recording_info(rec), .configs = configs, .nr_configs = n,
		.options = options, .results = results,
	};
	int rc, left;

	if (!n)
		return 0;
	rc = check_round(&r, err);
	if (rc)
		return rc;
	/* With a thread for each configuration a second round would only make it longer. */
	left = ir_round_init(&r, thread_count(options, n) < n);
	while (left > 0 && !rc) {
		rc = replay_round(&r, rec, err);
		if (!rc)
			left = ir_round_next(&r);
	}
	ir_round_release(&r);
	return left < 0 ? ir_error_set(err, left, "out of memory") : rc;
}
