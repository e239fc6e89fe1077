// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compares the RPCITs or flushes of a replay with the recorded ones: totals, the sequence on each CPU
 * and of each queue, and IOVAs.  An RPCIT waits in its lane until its counterpart comes.
 */
#include <errno.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include <iommu-replay/verify.h>
#include "iommu/s390.h"

/*
 * So many may wait for their counterpart, of all CPUs together: 4 MiB.  If one side is
 * so far ahead the sequences differ, and which RPCIT has been waiting longest is known.
 */
#define MAX_WAITING	65536

/* RPCITs of one CPU, or flushes of queues, that wait for their counterpart. */
struct lane {
	struct ir_verify_rpcit *waiting;
	uint32_t first, count, room;	/* a ring; room is a power of two */
	bool recorded;			/* which side they are from */
};

struct lanes {
	struct lane *lane;
	uint32_t nr;
};

struct checker {
	struct ir_verify *v;
	struct lanes cpus, queues;
	bool by_result;		/* results are comparable */
	bool by_size;		/* ranges are comparable */
	bool no_maps;		/* flushes after mapping were not recorded */
	uint32_t waiting;	/* in all lanes */
	bool no_memory;
};

static const char *const keys[IR_VERIFY_TOTALS] = {
	"total", "global", "ranged", "insufficient", "map_failed", "iova_exhausted",
	"queue_full", "queue_timeout",
};

const char *ir_verify_key(unsigned int n)
{
	return keys[n];
}

uint64_t ir_verify_value(const struct ir_verify_totals *t, unsigned int n)
{
	const uint64_t values[IR_VERIFY_TOTALS] = {
		t->total, t->global, t->ranged, t->insufficient, t->map_failed, t->iova_exhausted,
		t->queue_full, t->queue_timeout,
	};

	return values[n];
}

static struct lane *get_lane(struct checker *c, struct lanes *lanes, uint32_t i)
{
	if (i >= lanes->nr) {
		struct lane *grown = realloc(lanes->lane, (i + 1) * sizeof(*grown));

		if (!grown) {
			c->no_memory = true;
			return NULL;
		}
		memset(grown + lanes->nr, 0, (i + 1 - lanes->nr) * sizeof(*grown));
		lanes->lane = grown;
		lanes->nr = i + 1;
	}
	return &lanes->lane[i];
}

static void lanes_free(struct lanes *lanes)
{
	for (uint32_t i = 0; i < lanes->nr; i++)
		free(lanes->lane[i].waiting);
	free(lanes->lane);
}

static bool lane_push(struct lane *l, const struct ir_verify_rpcit *r)
{
	if (l->count == l->room) {
		uint32_t room = l->room ? l->room * 2 : 64;
		struct ir_verify_rpcit *grown = malloc(room * sizeof(*grown));

		if (!grown)
			return false;
		for (uint32_t i = 0; i < l->count; i++)
			grown[i] = l->waiting[(l->first + i) & (l->room - 1)];
		free(l->waiting);
		l->waiting = grown;
		l->room = room;
		l->first = 0;
	}
	l->waiting[(l->first + l->count++) & (l->room - 1)] = *r;
	return true;
}

static bool same_rpcit(const struct checker *c, const struct ir_verify_rpcit *x,
		       const struct ir_verify_rpcit *y)
{
	if (x->global != y->global)
		return false;
	if (!x->global && c->by_size && x->pages != y->pages)
		return false;
	return !c->by_result || x->insufficient == y->insufficient;
}

static void set_difference(struct checker *c, const struct ir_verify_rpcit *recorded,
			   const struct ir_verify_rpcit *predicted, bool queue)
{
	struct ir_verify *v = c->v;

	if (!v->same_sequence)
		return;
	v->same_sequence = false;
	v->difference_in_queue = queue;
	if (recorded)
		v->want = *recorded;
	if (predicted)
		v->got = *predicted;
}

/* The earliest that waits in these lanes, if it is earlier than *@first. */
static bool find_earliest(const struct lanes *lanes, const struct ir_verify_rpcit **first, bool *recorded)
{
	bool found = false;

	for (uint32_t i = 0; i < lanes->nr; i++) {
		const struct lane *l = &lanes->lane[i];

		if (!l->count || (*first && l->waiting[l->first].time_ns >= (*first)->time_ns))
			continue;
		*first = &l->waiting[l->first];
		*recorded = l->recorded;
		found = true;
	}
	return found;
}

/*
 * An RPCIT without a counterpart is a difference, too: the earliest one on a CPU, as that belongs to
 * an operation; a flush of the queue only if there is none.
 */
static void find_unmatched_in(struct checker *c, const struct lanes *lanes, bool queue)
{
	const struct ir_verify_rpcit *first = NULL;
	bool recorded = false;

	if (find_earliest(lanes, &first, &recorded))
		set_difference(c, recorded ? first : NULL, recorded ? NULL : first, queue);
}

static void find_unmatched(struct checker *c)
{
	find_unmatched_in(c, &c->cpus, false);
	find_unmatched_in(c, &c->queues, true);
}

static void match_or_queue(struct checker *c, const struct ir_verify_rpcit *r, bool recorded, bool queue,
			   uint32_t number)
{
	struct lane *l;

	if (!c->v->same_sequence)
		return;
	l = get_lane(c, queue ? &c->queues : &c->cpus, number);
	if (!l)
		return;
	if (l->count && l->recorded != recorded) {
		const struct ir_verify_rpcit *other = &l->waiting[l->first];

		c->v->compared++;
		if (!same_rpcit(c, r, other))
			set_difference(c, recorded ? r : other, recorded ? other : r, queue);
		l->first = (l->first + 1) & (l->room - 1);
		l->count--;
		c->waiting--;
		return;
	}
	if (c->waiting == MAX_WAITING) {
		find_unmatched(c);
		return;
	}
	l->recorded = recorded;
	c->waiting++;
	if (!lane_push(l, r))
		c->no_memory = true;
}

static void on_predicted(void *arg, const struct ir_rpcit *p)
{
	struct checker *c = arg;
	bool queue = p->cause == IR_CAUSE_QUEUE_FULL || p->cause == IR_CAUSE_QUEUE_TIMEOUT;
	struct ir_verify_rpcit r = {
		.present = true, .time_ns = p->time_ns, .cpu = p->cpu, .global = p->global,
		.iova = p->iova, .pages = p->size >> IR_PAGE_SHIFT,
		.insufficient = p->result == -ENOMEM,
	};

	if (!c->no_maps || p->cause != IR_CAUSE_SYNC_MAP)
		match_or_queue(c, &r, false, queue, queue ? 0 : p->cpu);
}

static void on_recorded(void *arg, const struct ir_op *op)
{
	bool queue = op->flags & IR_OPF_QUEUE;
	struct ir_verify_rpcit r = {
		.present = true, .time_ns = op->time_ns, .cpu = op->cpu,
		.global = op->flags & IR_OPF_GLOBAL, .iova = op->iova, .pages = op->pages,
		.insufficient = op->flags & IR_OPF_ENOMEM,
	};

	match_or_queue(arg, &r, true, queue, queue ? 0 : op->cpu);
}

static void on_mapped(void *arg, const struct ir_op *op, uint64_t iova)
{
	struct checker *c = arg;

	if (!op->iova)
		return;
	c->v->iovas++;
	c->v->iovas_equal += op->iova == iova;
}

static void recorded_totals(const struct ir_recording_info *info, struct ir_verify_totals *t)
{
	const struct ir_recorded_rpcit *r = &info->rpcit;
	const struct ir_recorded_flushes *f = &info->flushes;

	for (unsigned int i = 0; i < sizeof(*t) / sizeof(uint64_t); i++)
		((uint64_t *)t)[i] = IR_NOT_KNOWN;
	if (r->present) {
		t->total = r->total;
		t->global = r->global;
		t->ranged = r->ranged;
		if (r->has_results || r->insufficient)
			t->insufficient = r->insufficient;
	} else if (f->present) {
		t->queue_full = f->queue_full;
		t->queue_timeout = f->queue_timeout;
		t->global = f->queue_full + f->queue_timeout;
		t->ranged = f->range + f->map;
		t->total = t->global + t->ranged;
	}
	t->map_failed = info->ops.undone_map;
	t->iova_exhausted = info->ops.failed_map - info->ops.undone_map;
}

static void predicted_totals(const struct ir_result *res, bool no_maps, struct ir_verify_totals *t)
{
	uint64_t maps = no_maps ? res->rpcit.by_cause[IR_CAUSE_SYNC_MAP] : 0;

	*t = (struct ir_verify_totals){
		.total = res->rpcit.total - maps,
		.global = res->rpcit.global,
		.ranged = res->rpcit.ranged - maps,
		.insufficient = res->rpcit.insufficient,
		.map_failed = res->maps.map_failed,
		.iova_exhausted = res->maps.iova_exhausted,
		.queue_full = res->rpcit.by_cause[IR_CAUSE_QUEUE_FULL],
		.queue_timeout = res->rpcit.by_cause[IR_CAUSE_QUEUE_TIMEOUT],
	};
}

int ir_verify(struct ir_recording *rec, const struct ir_config *config,
	      const struct ir_replay_options *options, struct ir_result *result,
	      struct ir_verify *verify, struct ir_error *err)
{
	const struct ir_recording_info *info = ir_recording_info(rec);
	struct checker c = {
		.v = verify,
		.by_result = info->rpcit.has_results,
		.by_size = true,
		.no_maps = info->flushes.present && !info->flushes.map,
	};
	struct ir_observer observer = {
		.rpcit = on_predicted, .recorded = on_recorded, .mapped = on_mapped, .arg = &c,
	};
	struct ir_config watched = *config;
	int rc;

	*verify = (struct ir_verify){
		.comparable = info->rpcit.present || info->flushes.present,
		.same_sequence = true,
	};
	watched.observer = &observer;
	rc = ir_replay(rec, &watched, 1, &(struct ir_replay_options){
		.jobs = 1, .devices = options ? options->devices : NULL,
		.interrupted = options ? options->interrupted : NULL,
	}, result, err);
	if (!rc && c.no_memory)
		rc = ir_error_set(err, -ENOMEM, "out of memory while comparing");
	if (!rc && verify->comparable) {
		find_unmatched(&c);
	}
	recorded_totals(info, &verify->recorded);
	/* The kernel's counters may be those of all devices. */
	if (info->rpcit.present && (!info->device || info->nr_devices <= 2) &&
	    info->machine.counted_rpcits > info->rpcit.total)
		verify->missed = info->machine.counted_rpcits - info->rpcit.total;
	if (info->flushes.present)
		verify->missed = info->flushes.missed;
	predicted_totals(result, c.no_maps, &verify->predicted);
	lanes_free(&c.cpus);
	lanes_free(&c.queues);
	return rc;
}

bool ir_verify_equal(const struct ir_verify *verify, uint64_t tolerance, double percent)
{
	for (unsigned int i = 0; i < IR_VERIFY_TOTALS; i++) {
		uint64_t want = ir_verify_value(&verify->recorded, i);
		uint64_t got = ir_verify_value(&verify->predicted, i);
		uint64_t off = want > got ? want - got : got - want;

		if (want == IR_NOT_KNOWN || off <= tolerance)
			continue;
		/* The results of maps are left out: they are events of their own. */
		if (i < IR_VERIFY_FLUSHES && got > want && off <= verify->missed + tolerance)
			continue;
		/* 0.57 % of 10,000 are 57, although no double is 0.57. */
		if ((double)off > (double)want * percent / 100 * (1 + 4 * DBL_EPSILON))
			return false;
	}
	return true;
}

const struct ir_strategy *ir_verify_guess(const struct ir_recording_info *info)
{
	bool strict = ir_recorded_strict(info);

	if (info->machine.s390_dma_api)
		return ir_strategy_find(strict ? "legacy-strict" : "legacy");
	/* With a queue, strict domains can be followed, too. */
	if (strict && !info->types_vary)
		return ir_strategy_find("strict");
	return ir_strategy_find(ir_iommu_is_s390(ir_iommu_recorded(info, NULL)) ?
					  "sync-map-retry" : "lazy");
}
