// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replays of a load with its recorded flushes.  They are the same for all configurations, apart
 * from what the key below has: each is made once, for whichever needs it first.
 */
#include "load/recorded.h"

#include <pthread.h>
#include <stdlib.h>

#include "load/priv.h"

#define KEPT 64	/* the bounds of a configuration take seven at most, a sweep of durations has more of them */

struct ir_recorded_loops {
	pthread_mutex_t lock;
	struct {
		struct ir_loop_config cfg;
		struct ir_loop_result result;
	} run[KEPT];
	unsigned int nr, next;		/* the one to be replaced next if there are KEPT */
};

struct ir_recorded_loops *ir_recorded_loops_new(void)
{
	struct ir_recorded_loops *loops = calloc(1, sizeof(*loops));

	if (loops)
		pthread_mutex_init(&loops->lock, NULL);
	return loops;
}

void ir_recorded_loops_free(struct ir_recorded_loops *loops)
{
	if (loops)
		pthread_mutex_destroy(&loops->lock);
	free(loops);
}

static struct ir_loop_config as_recorded(const struct ir_loop_config *cfg)
{
	struct ir_loop_config recorded = *cfg;

	recorded.flushes = NULL;
	recorded.others = NULL;
	recorded.nr_others = 0;
	recorded.priced = recorded.all_priced = false;
	recorded.all_ns = recorded.extra_ns = 0;
	return recorded;
}

static bool same_ns(double x, double y)
{
	return x <= y && x >= y;
}

static bool is_same(const struct ir_loop_config *x, const struct ir_loop_config *y)
{
	return x->serialised == y->serialised && x->untraced == y->untraced &&
		x->as_idle_as_can_be == y->as_idle_as_can_be && x->clocked == y->clocked &&
		same_ns(x->event_ns, y->event_ns) && same_ns(x->base_ns, y->base_ns) &&
		same_ns(x->page_ns, y->page_ns);
}

/* With the lock held: others that need the same wait for it, instead of making it again. */
static int run_once(const struct ir_load *load, const struct ir_loop_config *cfg, struct ir_loop_result *result)
{
	struct ir_recorded_loops *loops = load->recorded;
	unsigned int i = loops->nr < KEPT ? loops->nr : loops->next;
	int rc;

	for (unsigned int k = 0; k < loops->nr; k++) {
		if (!is_same(&loops->run[k].cfg, cfg))
			continue;
		*result = loops->run[k].result;
		return 0;
	}
	rc = ir_loop_run(load, cfg, NULL, NULL, result);
	if (rc)
		return rc;
	loops->run[i].cfg = *cfg;
	loops->run[i].result = *result;
	loops->next = (i + 1) % KEPT;
	loops->nr += loops->nr < KEPT;
	return 0;
}

int ir_loop_run_recorded(const struct ir_load *load, const struct ir_loop_config *config,
			 struct ir_loop_result *result)
{
	struct ir_loop_config cfg = as_recorded(config);
	int rc;

	pthread_mutex_lock(&load->recorded->lock);
	rc = run_once(load, &cfg, result);
	pthread_mutex_unlock(&load->recorded->lock);
	return rc;
}
