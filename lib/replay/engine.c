// SPDX-License-Identifier: GPL-2.0-or-later
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "guest/guest.h"
#include "guest/actors.h"
#include "guest/guard.h"
#include "iommu/s390.h"
#include "replay/copies.h"
#include "replay/engine.h"
#include "replay/limit.h"
#include "replay/params.h"
#include "replay/preload.h"

/* From so many pages on the flag of an interruption is checked before each operation: 1 GiB takes 5 ms. */
#define SLOW_PAGES 512

struct ir_engine {
	struct ir_guest *guest;
	const struct ir_recording_info *info;
	uint64_t *limits;		/* inferred ones, by device; NULL: all have the same */
	struct ir_initial initial;	/* if there are such limits: what they were inferred with */
	uint64_t end_ns;		/* of the recording */
	/*
	 * An operation may still wait for its CPU when its mapping's number is
	 * used again, so the guest has numbers of its own.
	 */
	uint32_t *guest_number;		/* by mapping number */
	uint32_t max_mappings;
	const struct ir_op *at, *end;	/* of the block that is being replayed */
	struct ir_copies *copies;	/* of the recording's devices; NULL: they are there once */
	uint32_t nr_copies;
	struct ir_op map;		/* the mapping whose pieces are coming */
	struct ir_segment *segs;
	uint32_t nr_segs, room_segs;
	const struct ir_op *next;	/* the next operation, if has_next; its pieces may be in segs */
	struct ir_op copy;		/* it, where it is of a device that is there several times */
	uint32_t next_number;		/* its number, if operations have some */
	uint32_t map_number;		/* of the mapping whose pieces are coming */
	const struct ir_op *begin;	/* of the block */
	const uint32_t *numbers;	/* of its operations; NULL: they have none */
	bool has_next;
	bool simple;			/* operations are there once and without numbers, and there is no plug-in */
	bool finishing;			/* no more operations come */
	bool recorded_types;		/* of domains: they count */
	bool stopped;			/* no memory, or a plug-in's fault: the result is void */
	const volatile int *interrupted;
#ifdef IR_DEBUG
	struct ir_engine *general;	/* runs the same without what is for plain replays only */
#endif
};

static int no_memory(struct ir_error *err)
{
	return ir_error_set(err, -ENOMEM, "out of memory while replaying, or over 64 GiB mapped at once");
}

/* "6.12.107+deb13-s390x"; a kernel that is not known is a new one. */
static bool before_linux_6_7(const struct ir_recording_info *info)
{
	unsigned long major, minor = 0;
	char *end;

	if (!info->kernel)
		return false;
	major = strtoul(info->kernel, &end, 10);
	if (*end == '.')
		minor = strtoul(end + 1, NULL, 10);
	return major < 6 || (major == 6 && minor < 7);
}

/* How many commands a flush of everything is. */
static uint64_t commands_of_everything(const struct ir_effective *par,
				       const struct ir_recording_info *info)
{
	bool cut = par->iommu->cuts_everything && par->hypervisor.tlb_refresh > 0;

	return cut && before_linux_6_7(info) ? par->iommu->cuts_everything : 1;
}

/* The limits that recorded shortages show; false: no memory. */
static bool infer_limits(struct ir_engine *e, const struct ir_config *config,
			 const struct ir_effective *par)
{
	const struct ir_recording_info *info = e->info;

	if (!par->limits_differ)
		return true;
	e->initial = ir_limit_initial(info, par->initial_pages);
	e->limits = malloc(info->nr_devices * e->nr_copies * sizeof(*e->limits));
	for (size_t i = 0; e->limits && i < info->nr_devices * e->nr_copies; i++)
		e->limits[i] = ir_limit_of_device(info, &e->initial,
						  (uint16_t)(i % info->nr_devices),
						  par->hypervisor.entry_limit,
						  config->hypervisor->defaults.entry_limit);
	return e->limits;
}

static struct ir_engine *new_engine(const struct ir_config *config, const struct ir_recording_info *info,
				    struct ir_site_result *sites, struct ir_timeline *timeline,
				    struct ir_budget *budget)
{
	struct ir_engine *e = calloc(1, sizeof(*e));
	struct ir_effective par;
	struct ir_guest_config cfg = {
		.strategy = config->strategy,
		.hypervisor = config->hypervisor,
		.par = &par,
		/* Linux 6.7 brought the depot without a bound. */
		.depot = before_linux_6_7(info) ? IR_IOVA_DEPOT_FIXED : IR_IOVA_DEPOT_TRIMMED,
		.observer = config->observer,
		.sites = sites,
		.timeline = timeline,
		.recorded_devices = (uint32_t)info->nr_devices,
		.budget = budget,
	};

	if (!e)
		return NULL;
	ir_params_resolve(config, info, &par);
	/* s390 sets forcedac; other PCI devices first try below 4 GiB, if the aperture begins there. */
	cfg.dma32_first = !ir_iommu_is_s390(par.iommu) && par.aperture_start < UINT64_C(1) << 32;
	cfg.everything = commands_of_everything(&par, info);
	if (par.from.timer_late == IR_FROM_RECORDING) {
		cfg.stalls = info->machine.stalls;
		cfg.nr_stalls = info->machine.nr_stalls;
	}
	e->info = info;
	e->nr_copies = par.devices;
	if (infer_limits(e, config, &par)) {
		cfg.limits = e->limits;
		e->guest = ir_guest_new(&cfg);
	}
	e->recorded_types = config->params.recorded_types;
	e->max_mappings = info->max_mappings;
	e->max_mappings *= e->nr_copies;
	e->guest_number = malloc(((size_t)e->max_mappings + 1) * sizeof(*e->guest_number));
	for (size_t i = 0; e->guest_number && i <= e->max_mappings; i++)
		e->guest_number[i] = IR_NO_MAPPING;	/* an unmap of it is none */
	if (e->nr_copies > 1)
		e->copies = ir_copies_new(info, e->nr_copies);
	if (!e->guest || !e->guest_number || (e->nr_copies > 1 && !e->copies)) {
		ir_engine_free(e);
		return NULL;
	}
	ir_engine_interrupts(e, NULL);
	e->guest->op = IR_NO_OP;
	e->guest->now_ns = info->start_ns;
	ir_guest_start(e->guest, info->start_ns);
	e->guest->by_free = info->page_frees;
	e->end_ns = info->start_ns + info->duration_ns + (e->nr_copies - 1) * IR_COPY_SHIFT_NS;
	/*
	 * Recorded without results: when an RPCIT was issued is known all the same.  Where a
	 * shortage is not told, which entries are refused depends on the order of the syncs.
	 */
	if (config->hypervisor->refuses || par.rpcit_base_ns || par.rpcit_page_ns || par.latency == IR_LATENCY_RECORDED)
		e->stopped = ir_actors_new(e->guest) != 0;
	for (uint32_t i = 0; i < e->nr_copies && !config->strategy->identity; i++)
		ir_preload(e->guest, info, i);
	ir_guest_begin_timeline(e->guest);
	return e;
}

/*
 * Debug builds compare plain replays with an engine that takes all operations for what most are not.
 */
#ifdef IR_DEBUG
static void general_new(struct ir_engine *e, const struct ir_config *config,
			const struct ir_recording_info *info)
{
	if (!e || e->guest->guard || config->observer)
		return;
	e->general = new_engine(config, info, NULL, NULL, NULL);
	if (e->general)
		e->general->guest->general = true;
}

/* Of a copy of the operations, which are gone afterwards: nothing may read them then. */
static void general_run(struct ir_engine *e, const struct ir_op *ops, const uint32_t *numbers, size_t n)
{
	struct ir_op *copy = e->general && e->guest->plain && n ? malloc(n * sizeof(*copy)) : NULL;

	if (copy) {
		memcpy(copy, ops, n * sizeof(*copy));
		ir_engine_run_numbered(e->general, copy, numbers, n);
		memset(copy, 0xff, n * sizeof(*copy));
		free(copy);
	} else if (n) {		/* it is not compared */
		ir_engine_free(e->general);
		e->general = NULL;
	}
}

static void general_finish(struct ir_engine *e)
{
	const size_t from = offsetof(struct ir_result, rpcit);
	struct ir_error err = { "" };
	struct ir_result result;

	if (!e->general || ir_engine_finish(e->general, &result, NULL, &err))
		return;
	assert(!memcmp((const char *)&e->guest->res + from, (const char *)&e->general->guest->res + from,
		       sizeof(result) - from));
	for (uint32_t i = 0; i < e->guest->nr_domains; i++) {
		const struct ir_domain *d = e->guest->domains[i], *same = e->general->guest->domains[i];

		assert(!d == !same);
		assert(!d || !memcmp((const char *)&d->res + from, (const char *)&same->res + from,
				     sizeof(result) - from));
	}
}

static void general_interrupts(struct ir_engine *e, const volatile int *interrupted)
{
	if (e->general)
		e->general->interrupted = interrupted;
}

static void general_free(struct ir_engine *e)
{
	ir_engine_free(e->general);
}
#else
#define general_new(e, config, info)		((void)0)
#define general_run(e, ops, numbers, n)		((void)0)
#define general_finish(e)			((void)0)
#define general_interrupts(e, interrupted)	((void)0)
#define general_free(e)				((void)0)
#endif

struct ir_engine *ir_engine_new(const struct ir_config *config, const struct ir_recording_info *info,
				struct ir_site_result *sites, struct ir_timeline *timeline,
				struct ir_budget *budget)
{
	struct ir_engine *e = new_engine(config, info, sites, timeline, budget);

	if (e && !sites && !timeline)
		general_new(e, config, info);
	return e;
}

void ir_engine_watch_flushes(struct ir_engine *e, ir_engine_flushed flushed, void *arg)
{
	e->guest->cfg.flushed = flushed;
	e->guest->cfg.flushed_arg = arg;
}

void ir_engine_interrupts(struct ir_engine *e, const volatile int *interrupted)
{
	e->interrupted = interrupted;
	general_interrupts(e, interrupted);
	if (e->guest->guard)
		ir_guard_set_stop(e->guest->guard, &e->stopped, interrupted);
}

void ir_engine_explain(struct ir_engine *e, struct ir_explanation *x)
{
	e->guest->cfg.explanation = x;
}

bool ir_engine_ran_short(const struct ir_engine *e)
{
	return e->guest->ran_short;
}

uint64_t ir_engine_failures(struct ir_engine *e)
{
	const struct ir_result *r = &e->guest->res;

	ir_guest_sum_up(e->guest);
	return r->maps.iova_exhausted + r->maps.map_failed + r->maps.unbacked;
}

void ir_engine_free(struct ir_engine *e)
{
	if (!e)
		return;
	general_free(e);
	if (e->guest)
		ir_actors_free(e->guest);
	ir_guest_free(e->guest);
	free(e->guest_number);
	free(e->limits);
	ir_copies_free(e->copies);
	free(e->segs);
	free(e);
}

/* The next thing to happen: a timer, or an actor whose RPCIT is done. */
__attribute__((noinline))
static void run_next_due(struct ir_guest *g)
{
	uint64_t timer_ns = ir_guest_timer_ns(g);

	if (ir_actors_next_ns(g) <= timer_ns) {
		ir_actors_resume(g);
		return;
	}
	if (timer_ns > g->now_ns)
		g->now_ns = timer_ns;
	ir_guest_timers(g);
}

/* Whether a timer or an actor is due at @until_ns or before. */
static inline bool is_due(const struct ir_guest *g, uint64_t until_ns)
{
	return ir_guest_timer_ns(g) <= until_ns || ir_actors_next_ns(g) <= until_ns;
}

static bool is_map(const struct ir_op *op)
{
	return op->kind == IR_OP_MAP || op->kind == IR_OP_FAILED_MAP;
}

/* The mapping has several pieces: the others are operations behind this one. */
static bool has_pieces(const struct ir_op *op)
{
	return op->segments > 1 && is_map(op);
}

/* The first piece of a mapping that has several, or one more of them; true: it is the last one. */
__attribute__((noinline))
static bool gather_piece(struct ir_engine *e, const struct ir_op *op, uint32_t number)
{
	if (is_map(op)) {
		e->map = *op;
		e->map_number = number;
		e->nr_segs = 0;
	}
	if (e->nr_segs == e->room_segs) {
		uint32_t room = e->room_segs ? e->room_segs * 2 : 64;
		struct ir_segment *grown = realloc(e->segs, room * sizeof(*grown));

		if (!grown) {
			e->stopped = true;
			return false;
		}
		e->segs = grown;
		e->room_segs = room;
	}
	e->segs[e->nr_segs++] = (struct ir_segment){
		op->paddr, op->seg_pages, op->time_ns - e->map.time_ns,
	};
	return e->nr_segs == e->map.segments;
}

static inline void map_or_unmap(struct ir_guest *g, const struct ir_op *op, uint32_t mapping,
				const struct ir_segment *segs, uint32_t nr, uint32_t number)
{
	g->op = number;
	if (op->kind == IR_OP_UNMAP)
		ir_guest_unmap(g, mapping);
	else
		ir_guest_map(g, op, mapping, segs, nr);
	g->op = IR_NO_OP;
}

static void run_waiting(struct ir_guest *g, const struct ir_work *work)
{
	map_or_unmap(g, work->op, work->mapping, work->segs, work->nr_segs, work->number);
}

/* At once, if its CPU is free and all of it is in @op; else copied. */
static inline void run_map_or_unmap(struct ir_guest *g, const struct ir_op *op, uint32_t mapping,
				    const struct ir_segment *segs, uint32_t nr, uint32_t number)
{
	unsigned int cpu = ir_guest_cpu(g, op->cpu);
	bool irq = op->flags & IR_OPF_IRQ;

	if ((!segs || !g->actors) && ir_actors_begin(g, cpu, irq)) {
		map_or_unmap(g, op, mapping, segs, nr, number);
		ir_actors_end(g);
		return;
	}
	ir_actors_run(g, cpu, irq, &(struct ir_work){
		.run = run_waiting, .op = op, .segs = segs, .nr_segs = nr, .number = number,
		.mapping = mapping,
	});
}

/*
 * The guest's number of the operation's mapping.  The mapping has it until its unmap, which may come behind
 * the detach that ended it, if the recording is damaged or a load moves it; or until the next mapping has
 * its place, where no unmap comes.
 */
static inline uint32_t number_of(struct ir_engine *e, const struct ir_op *op)
{
	uint32_t *place, number;

	if (op->mapping >= e->max_mappings)
		return op->mapping;
	place = &e->guest_number[op->mapping];
	number = *place;
	if (op->kind == IR_OP_UNMAP) {
		*place = IR_NO_MAPPING;
		return number;
	}
	if (number != IR_NO_MAPPING)
		ir_guest_drop_number(e->guest, number);
	return *place = ir_guest_new_number(e->guest);
}

static void flush_timer(struct ir_engine *e, const struct ir_op *op)
{
	/* The device of each copy that has no name is the first one: what is not known may be any other, too. */
	uint32_t nr = (uint32_t)e->info->nr_devices;

	if (e->guest->par.timer == IR_TIMER_RECORDED || ir_params_usual_timeout(&e->guest->par))
		ir_guest_flush_timer(e->guest, op->device, op->device % nr ? 1 : nr, op->rpcit_ns, op->sync_ns);
}

/* One operation; if it is a map, with all its pieces. */
static inline void perform_op(struct ir_engine *e, const struct ir_op *op, const struct ir_segment *segs,
			      uint32_t nr, uint32_t number)
{
	struct ir_guest *g = e->guest;
	uint32_t mapping;

	mapping = number_of(e, op);
	switch (op->kind) {
	case IR_OP_UNMAP:
	case IR_OP_MAP:
	case IR_OP_FAILED_MAP:
		run_map_or_unmap(g, op, mapping, segs, nr, number);
		break;
	case IR_OP_INITIAL:
		ir_guest_preload(g, op->device, mapping, op->pages, op->iova);
		ir_guest_begin_timeline(g);
		break;
	case IR_OP_FLUSH_TIMER:
		flush_timer(e, op);
		break;
	case IR_OP_DETACH:
		ir_guest_detach(g, op->device);
		break;
	case IR_OP_DOMAIN_TYPE:
		if (e->recorded_types)
			ir_guest_domain_type(g, op->device, op->flags & IR_OPF_STRICT);
		break;
	case IR_OP_PAGE_FREE:
		ir_reuse_use_all(&g->reuse, op->paddr >> IR_PAGE_SHIFT, op->pages, g->now_ns);
		break;
	case IR_OP_RPCIT:
		if (g->cfg.observer && g->cfg.observer->recorded)
			g->cfg.observer->recorded(g->cfg.observer->arg, op);
		break;
	default:
		break;
	}
}

/* Reads the next operation with all its pieces; false: the block has no more. */
static inline bool fetch_op(struct ir_engine *e)
{
	while (e->copies ? ir_copies_next(e->copies, e->finishing, &e->copy) : e->at < e->end) {
		const struct ir_op *op = e->copies ? &e->copy : e->at++;
		uint32_t number = e->numbers ? e->numbers[op - e->begin] : IR_NO_OP;

		if (op->kind == IR_OP_SEGMENT || has_pieces(op)) {
			if (!gather_piece(e, op, number))
				continue;
			op = &e->map;
			number = e->map_number;
		}
		e->next = op;
		e->next_number = number;
		e->has_next = true;
		return true;
	}
	return false;
}

/*
 * Runs everything that happens before the next operation, or the end.  A detach waits for all that
 * is under way, as the kernel does.
 */
static inline bool is_due_before_op(const struct ir_engine *e)
{
	const struct ir_guest *g = e->guest;

	if (!e->has_next)
		return is_due(g, e->end_ns) || ir_actors_next_ns(g) != UINT64_MAX;
	return is_due(g, e->next->time_ns) ||
		(e->next->kind == IR_OP_DETACH && ir_actors_next_ns(g) != UINT64_MAX);
}

static inline void run_next_op(struct ir_engine *e)
{
	bool pieces = has_pieces(e->next);

	perform_op(e, e->next, pieces ? e->segs : NULL, pieces ? e->nr_segs : 0, e->next_number);
}

/* A map of one piece or an unmap, of a few pages. */
static inline bool is_simple(const struct ir_op *op)
{
	return (op->kind == IR_OP_MAP || op->kind == IR_OP_UNMAP) && op->segments <= 1 &&
		op->pages < SLOW_PAGES;
}

/*
 * Most operations are simple, nothing is due before them, and nothing waits.  Runs these, up to the
 * first one that is not so, or that had to wait: what comes then is for run_block().
 */
static inline void run_simple_ops(struct ir_engine *e)
{
	struct ir_guest *g = e->guest;

	for (const struct ir_op *op = e->at, *end = e->end; op < end; op++) {
		if (!is_simple(op) || op->time_ns >= ir_guest_timer_ns(g) ||
		    ir_actors_next_ns(g) != UINT64_MAX)
			return;
		ir_actors_begin_alone(g, ir_guest_cpu(g, op->cpu), op->flags & IR_OPF_IRQ);
		if (op->time_ns > g->now_ns)
			g->now_ns = op->time_ns;
		g->next_op_ns = op + 1 < end ? op[1].time_ns : 0;
		e->at = op + 1;
		if (op->kind == IR_OP_UNMAP)
			ir_guest_unmap(g, number_of(e, op));
		else
			ir_guest_map(g, op, number_of(e, op), NULL, 0);
		if (ir_actors_end(g))
			return;
	}
}

/*
 * Replays the block.  With actors several fibers run this, in turn: between two of
 * them nothing is kept but what is in @arg.
 */
static void run_block(void *arg)
{
	struct ir_engine *e = arg;
	struct ir_guest *g = e->guest;

	while (!e->stopped) {
		if (e->simple && !e->has_next)
			run_simple_ops(e);
		if (!e->has_next && !fetch_op(e) && !e->finishing)
			return;
		if (is_due_before_op(e)) {
			g->next_op_ns = e->has_next ? e->next->time_ns : UINT64_MAX;
			run_next_due(g);
			continue;
		}
		if (!e->has_next)
			return;
		if (e->next->pages >= SLOW_PAGES && e->interrupted && *e->interrupted) {
			e->stopped = true;
			return;
		}
		if (e->next->time_ns > g->now_ns)
			g->now_ns = e->next->time_ns;
		/* The operation behind the block is not known: it may come at once. */
		g->next_op_ns = e->at < e->end ? e->at->time_ns : 0;
		e->has_next = false;
		run_next_op(e);
	}
}

static void replay_block(struct ir_engine *e)
{
	ir_guest_look(e->guest);
	if (e->guest->actors)
		ir_actors_engine(e->guest, run_block, e);
	else
		run_block(e);
}

void ir_engine_run(struct ir_engine *e, const struct ir_op *ops, size_t n)
{
	ir_engine_run_numbered(e, ops, NULL, n);
}

void ir_engine_run_numbered(struct ir_engine *e, const struct ir_op *ops, const uint32_t *numbers,
			    size_t n)
{
	e->begin = e->at = ops;
	e->numbers = numbers;
	e->end = ops + n;
	e->simple = !e->copies && !numbers && !e->guest->guard;
	if (e->copies) {
		e->stopped |= !ir_copies_add(e->copies, ops, n);
		e->at = e->end;
	}
	replay_block(e);
	general_run(e, ops, numbers, n);
}

/* Lost events are missing in the counts of every device that was there then, or came later. */
static void mark_bounds(const struct ir_recording_info *info, uint16_t device,
			struct ir_result *res)
{
	res->lower_bound = info->devices_lost && info->devices_lost[device];
	res->lower_bound_ns = res->lower_bound ? info->lost_ns : 0;
}

/* The parameters that are the device's own. */
static void device_parameters(const struct ir_engine *e, uint16_t device, struct ir_effective *par)
{
	struct ir_limit limit;

	if (!e->limits)
		return;
	limit = ir_limit_infer(e->info, &e->initial, IR_SHARE_DEVICE, device);
	par->hypervisor.entry_limit = e->limits[device];
	par->limit_agree = device ? limit.agree : 0;
	par->limit_shortages = device ? limit.shortages : 0;
}

/* The error that ended the replay, or 0. */
static int stop_reason(const struct ir_engine *e, struct ir_error *err)
{
	const char *fault = ir_guard_fault(e->guest->guard);

	if (fault)
		return ir_error_set(err, -EPROTO, "%s", fault);
	if (ir_guest_failed(e->guest))
		return no_memory(err);
	if (!e->stopped)
		return 0;
	if (e->interrupted && *e->interrupted)
		return ir_error_set(err, -EINTR, "interrupted");
	return no_memory(err);
}

int ir_engine_finish(struct ir_engine *e, struct ir_result *result, struct ir_result *devices,
		     struct ir_error *err)
{
	struct ir_guest *g = e->guest;
	int rc = stop_reason(e, err);

	if (rc)
		return rc;
	e->at = e->end = NULL;
	e->finishing = true;
	replay_block(e);
	if (e->end_ns > g->now_ns)
		g->now_ns = e->end_ns;
	g->res.overrun_ns = g->now_ns > e->end_ns ? g->now_ns - e->end_ns : 0;
	ir_guest_finish(g);
	rc = stop_reason(e, err);
	if (rc)
		return rc;
	g->res.exposure.subpage_bytes = e->info->subpage_bytes;
	g->res.exposure.has_sizes = e->info->dma_sized;
	g->res.exposure.has_directions = e->info->dma_directions;
	general_finish(e);
	*result = g->res;
	result->lower_bound = !e->info->complete;
	result->lower_bound_ns = result->lower_bound ? e->info->lost_ns : 0;
	for (size_t i = 0; devices && i < e->info->nr_devices; i++) {
		ir_guest_device_result(g, (uint16_t)i, &devices[i]);
		devices[i].exposure.has_directions = e->info->dma_directions;
		mark_bounds(e->info, (uint16_t)i, &devices[i]);
		device_parameters(e, (uint16_t)i, &devices[i].parameters);
	}
	return 0;
}
