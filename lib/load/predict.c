// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The figures of one configuration: its steps replayed with its flushes, against the same
 * steps with the recorded ones, so that what the loop does not get right of the recorded
 * machine is no part of the ratio.
 */
#include <errno.h>
#include <stdlib.h>

#include "load/predict.h"
#include "load/priv.h"
#include "load/recorded.h"

/*
 * Two boots of one machine differ by as much, if nothing else does: with one CPU, and
 * with several, in real time (iommu-replay-throughput(7)).
 */
#define REPEATABLE	0.01
#define REPEATABLE_CPUS	0.05

struct prediction {
	const struct ir_load *load;
	struct ir_loop_config cfg;
	uint64_t *start, *done;		/* of the likely variant */
	struct ir_loop_result result;	/* likewise */
	double likely;			/* ratio */
	double low, high;
	uint64_t self_server_ns;	/* of the hypervisor, with the recorded flushes */
	double self;			/* duration of the recorded steps in the loop */
	int rc;
};

struct ir_loop_config ir_loop_config_of(const struct ir_load *load, const struct ir_flush_log *log,
					const struct ir_effective *par, bool serialises)
{
	return (struct ir_loop_config){
		.flushes = log->steps, .others = log->others, .nr_others = log->nr_others,
		.serialised = serialises && par->cpus > 1,
		.priced = par->latency == IR_LATENCY_GIVEN,
		.all_priced = par->has_all, .all_ns = (double)par->all_ns,
		.base_ns = (double)par->rpcit_base_ns, .page_ns = (double)par->rpcit_page_ns,
		.event_ns = (double)load->info.event_cost_ns,
	};
}

/* How long the steps took; without memory, or interrupted, p->rc is set, and the result is 1. */
static double duration_of(struct prediction *p, int rc, const struct ir_loop_result *result)
{
	if (rc)
		p->rc = rc;
	if (rc || result->end_ns <= p->load->first_ns)
		return 1;
	return (double)(result->end_ns - p->load->first_ns);
}

/* With the flushes as recorded. */
static double recorded_duration(struct prediction *p, const struct ir_loop_config *cfg,
				struct ir_loop_result *result)
{
	int rc = ir_loop_run_recorded(p->load, cfg, result);

	return duration_of(p, rc, result);
}

static double replay_duration(struct prediction *p, const struct ir_loop_config *cfg, uint64_t *start,
			      uint64_t *done, struct ir_loop_result *result)
{
	int rc = ir_loop_run(p->load, cfg, start, done, result);

	return duration_of(p, rc, result);
}

static double ratio_of(struct prediction *p, const struct ir_loop_config *cfg)
{
	struct ir_loop_result result;
	double self = recorded_duration(p, cfg, &result);

	return self / replay_duration(p, cfg, NULL, NULL, &result);
}

static void widen_bounds(struct prediction *p, double ratio)
{
	if (ratio < p->low)
		p->low = ratio;
	if (ratio > p->high)
		p->high = ratio;
}

/* CPUs may have worked, or waited for completions or for a clock: the recording does not show which. */
static void widen_by_idle_time(struct prediction *p)
{
	struct ir_loop_config cfg = p->cfg;

	cfg.as_idle_as_can_be = true;
	widen_bounds(p, ratio_of(p, &cfg));
	cfg.as_idle_as_can_be = false;
	cfg.clocked = IR_CLOCKED_ALL;
	widen_bounds(p, ratio_of(p, &cfg));
	cfg.clocked = IR_CLOCKED_NONE;
	widen_bounds(p, ratio_of(p, &cfg));
	cfg.clocked = IR_CLOCKED_LIKELY;
	cfg.extra_ns = (double)p->load->path_ns;
	widen_bounds(p, ratio_of(p, &cfg));
}

static void find_bounds(struct prediction *p)
{
	const struct ir_load *load = p->load;
	struct ir_loop_config cfg = p->cfg;
	double least = load->busy_cpus > 1 ? REPEATABLE_CPUS : REPEATABLE;
	/* The whole of it is known then: its parts need not be alike. */
	double spread = load->info.idle_known && load->busy_cpus == 1 ? 0 : load->unsteady;

	p->low = p->high = p->likely;
	if (!load->info.event_cost_known && load->least_flush_ns) {
		cfg.event_ns = (double)load->least_flush_ns;
		widen_bounds(p, ratio_of(p, &cfg));
	}
	if (!load->info.idle_known)
		widen_by_idle_time(p);
	if (load->may_rest) {
		cfg = p->cfg;
		cfg.clocked = IR_CLOCKED_NONE;
		widen_bounds(p, ratio_of(p, &cfg));
	}
	/* CPU time may include waiting for the hypervisor: then the hypervisor's time decides. */
	if (p->cfg.serialised && p->result.server_ns)
		widen_bounds(p, (double)p->self_server_ns / (double)p->result.server_ns);
	if (spread < least)
		spread = least;
	p->low *= spread < 1 ? 1 - spread : 0;
	p->high *= 1 + spread;
}

static struct ir_throughput make_throughput(const struct ir_load *load, double ratio, double low,
					    double high, double recorded_ns)
{
	double recorded = (double)load->maps * 1e9 / recorded_ns;

	return (struct ir_throughput){
		.ratio = ratio, .low = low, .high = high,
		.per_second = recorded * ratio, .recorded_per_second = recorded,
	};
}

static void predict_untraced(struct prediction *p, struct ir_time *time)
{
	struct ir_loop_config cfg = p->cfg;
	struct ir_loop_result result;
	double self, ratio, truth = (double)(p->load->last_ns - p->load->first_ns);

	time->has_untraced = p->load->info.event_cost_known;
	if (!time->has_untraced)
		return;
	time->event_cost_ns = p->load->info.event_cost_ns;
	cfg.untraced = true;
	self = recorded_duration(p, &cfg, &result);
	ratio = self / replay_duration(p, &cfg, NULL, NULL, &result);
	/* The loop's duration, corrected by what it missed of the recorded one. */
	time->untraced = make_throughput(p->load, ratio, ratio * p->low / p->likely,
					 ratio * p->high / p->likely, self * truth / p->self);
}

/* From a mapping's begin to the end of its unmap, without what follows in that one's interrupt. */
static uint64_t mapping_latency(const struct prediction *p, uint32_t map)
{
	uint32_t unmap = p->load->steps[map].map;
	uint64_t ns = p->done[unmap] - p->start[map];
	uint64_t behind = p->load->steps[unmap].around_ns - p->load->steps[unmap].entry_ns;

	return ns > behind ? ns - behind : 0;
}

static int compare_latencies(const struct prediction *p, struct ir_time *time)
{
	const struct ir_load *load = p->load;
	uint64_t *then = malloc((load->maps + 1) * sizeof(*then));
	uint64_t *now = malloc((load->maps + 1) * sizeof(*now));
	size_t n = 0;

	for (uint32_t i = 0; then && now && i < load->nr_steps; i++) {
		const struct step *s = &load->steps[i];

		if (s->kind != IR_OP_MAP || s->map == NO_STEP || !p->done[s->map])
			continue;
		then[n] = load->steps[s->map].end_ns - s->start_ns;
		now[n++] = mapping_latency(p, i);
	}
	if (then && now && n) {
		qsort(then, n, sizeof(*then), ir_compare_ns);
		qsort(now, n, sizeof(*now), ir_compare_ns);
		time->recorded_p50_ns = then[n / 2];
		time->recorded_p99_ns = then[n * 99 / 100];
		time->p50_ns = now[n / 2];
		time->p99_ns = now[n * 99 / 100];
	}
	free(then);
	free(now);
	return then && now ? 0 : -ENOMEM;
}

/*
 * The resource that is used most; if CPUs wait for completions, it is the device.  Work that
 * comes by a clock comes neither sooner nor later: a CPU that waits for it could do more.
 */
static enum ir_bottleneck find_bottleneck(const struct prediction *p, double ns)
{
	const struct ir_loop_result *r = &p->result;
	double cpus = p->load->busy_cpus ? p->load->busy_cpus : 1;
	/* Flushes that the hypervisor serves one at a time are its time, not the CPUs'. */
	double server = p->cfg.serialised ? (double)r->server_ns / ns : 0;
	double cpu = (double)(r->busy_ns - (p->cfg.serialised ? r->busy_flush_ns : 0)) / ns;
	double device = (double)r->idle_waits / ns / cpus;
	double clock = (double)r->clock_waits / ns / cpus;

	if ((double)r->busy_arrivals_ns / ns > REPEATABLE && clock > device)
		return IR_BOTTLENECK_WORKLOAD;
	if (clock > cpu && clock > server && clock > device)
		return IR_BOTTLENECK_WORKLOAD;
	if (device > cpu && device > server)
		return IR_BOTTLENECK_DEVICE;
	return server > cpu ? IR_BOTTLENECK_HYPERVISOR : IR_BOTTLENECK_CPU;
}

static void note_assumptions(const struct prediction *p, struct ir_time *time)
{
	const struct ir_load *load = p->load;

	time->idle_known = load->info.idle_known;
	time->assumptions = (struct ir_time_assumptions){
		.device_times = true, .no_iotlb_misses = true,
		.idle_unknown = !load->info.idle_known,
		.event_cost_unknown = !load->info.event_cost_known,
		.event_cost_as_given = load->info.event_cost_known && !load->info.event_cost_recorded,
		.tracepoint_cost_guessed = load->info.event_cost_known && !load->tracepoint_known,
		.peers_do_not_adapt = load->info.open_streams != 0,
		.serialised = p->cfg.serialised,
		.price_from_ranged = !p->cfg.priced && !p->cfg.all_priced && !load->info.global_ns,
	};
}

int ir_load_predict(const struct ir_load *load, const struct ir_flush_log *log,
		    const struct ir_effective *par, bool serialises, struct ir_time *time)
{
	struct prediction p = {
		.load = load, .cfg = ir_loop_config_of(load, log, par, serialises),
		.start = calloc((size_t)load->nr_steps + 1, sizeof(*p.start)),
		.done = calloc((size_t)load->nr_steps + 1, sizeof(*p.done)),
	};
	struct ir_loop_result result;
	double ns;

	if (!p.start || !p.done)
		p.rc = -ENOMEM;
	if (!p.rc) {
		p.self = recorded_duration(&p, &p.cfg, &result);
		p.self_server_ns = result.server_ns;
		ns = replay_duration(&p, &p.cfg, p.start, p.done, &p.result);
		p.likely = p.self / ns;
		find_bounds(&p);
		time->closed = true;
		time->throughput = make_throughput(load, p.likely, p.low, p.high,
						   (double)(load->last_ns - load->first_ns));
		time->replayed = (double)(load->last_ns - load->first_ns) / p.self;
		time->cpu_ns = (p.result.cpu_ns + p.result.waited_ns) / load->maps;
		time->bottleneck = find_bottleneck(&p, ns);
		note_assumptions(&p, time);
		predict_untraced(&p, time);
	}
	if (!p.rc)
		p.rc = compare_latencies(&p, time);
	free(p.start);
	free(p.done);
	return p.rc;
}

/* A flush of everything, and one of a range without its pages; false: not known. */
static bool flush_prices(const struct ir_recording_info *info, const struct ir_load *load,
			 const struct ir_effective *par, uint64_t *ranged, uint64_t *page, uint64_t *global)
{
	uint64_t event = load && load->info.event_cost_known ? load->info.event_cost_ns : 0;

	if (par->latency == IR_LATENCY_GIVEN) {
		*ranged = *global = par->rpcit_base_ns;
		*page = par->rpcit_page_ns;
		if (par->has_all)
			*global = par->all_ns;
		return true;
	}
	*ranged = load && load->info.flush_ns ? load->info.flush_ns : info->machine.rpcit_base_ns;
	*page = info->machine.rpcit_page_ns;
	*global = load && load->info.global_ns ? load->info.global_ns : info->machine.rpcit_global_ns;
	if (par->has_all)
		*global = par->all_ns + event;
	if (!*ranged && !*page && !par->has_all)
		return false;
	if (!*global)
		*global = *ranged;
	*ranged = *ranged > event ? *ranged - event : 0;
	*global = *global > event ? *global - event : 0;
	return true;
}

void ir_time_flushes(const struct ir_recording_info *info, const struct ir_load *load,
		     uint64_t elapsed_ns, uint32_t cpus, struct ir_result *result)
{
	const struct ir_effective *par = &result->parameters;
	struct ir_time *t = &result->time;
	uint64_t ranged, page, global;

	t->known = flush_prices(info, load, par, &ranged, &page, &global);
	if (!t->known)
		return;
	for (unsigned int i = 0; i < IR_CAUSES; i++) {
		bool is_ranged = i == IR_CAUSE_SYNC_MAP || i == IR_CAUSE_SYNC;

		t->by_cause[i] = result->rpcit.by_cause[i] * (is_ranged ? ranged : global);
	}
	if (t->by_cause[IR_CAUSE_SYNC_MAP])
		t->by_cause[IR_CAUSE_SYNC_MAP] += result->kernel.mapped_pages * page;
	if (t->by_cause[IR_CAUSE_SYNC])
		t->by_cause[IR_CAUSE_SYNC] += result->kernel.unmapped_pages * page;
	t->flush_ns = 0;
	for (unsigned int i = 0; i < IR_CAUSES; i++)
		t->flush_ns += t->by_cause[i];
	if (elapsed_ns && cpus)
		t->flush_share = (double)t->flush_ns / (double)elapsed_ns / cpus;
}
