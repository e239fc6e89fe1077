// SPDX-License-Identifier: GPL-2.0-or-later
#include "render/around.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK		1024
#define AROUND_OPS	12		/* maps and unmaps shown before, and after */
#define MAX_ROWS	256		/* before, after, and predicted: as many at most */
#define LANES		65536		/* as many CPUs or devices as an operation can name */

/* The side of the first difference by which it is looked for. */
static const struct ir_verify_rpcit *difference_anchor(const struct ir_verify *v)
{
	return v->want.present ? &v->want : &v->got;
}

static bool is_operation(const struct ir_op *op)
{
	return op->kind == IR_OP_MAP || op->kind == IR_OP_UNMAP || op->kind == IR_OP_FAILED_MAP;
}

static bool is_anchor(const struct ir_verify *v, const struct ir_op *op)
{
	const struct ir_verify_rpcit *a = difference_anchor(v);

	if (!v->want.present)
		return op->time_ns > a->time_ns;
	return op->kind == IR_OP_RPCIT && op->time_ns == a->time_ns && op->cpu == a->cpu &&
		op->iova == a->iova && op->pages == a->pages;
}

/* Call @see for every operation until it returns false. */
static int visit_ops(struct ir_recording *rec, bool (*visit)(void *arg, const struct ir_op *op), void *arg,
		     struct ir_error *err)
{
	struct ir_op *ops = calloc(BLOCK, sizeof(*ops));
	bool more = true;
	ssize_t n = 0;
	int rc;

	if (!ops)
		return ir_error_set(err, -ENOMEM, "out of memory");
	rc = ir_recording_rewind(rec, err);
	while (!rc && more && (n = ir_recording_read(rec, ops, BLOCK, err)) > 0)
		for (ssize_t i = 0; i < n && more; i++)
			more = visit(arg, &ops[i]);
	free(ops);
	return rc ? rc : n < 0 ? (int)n : 0;
}

struct owner {
	struct ir_report_verify *report;
	struct ir_op last;		/* on the difference's CPU */
	struct ir_op covered;		/* the last one there with the RPCIT's own address */
	bool has_last, has_covered;
};

static bool visit_for_owner(void *arg, const struct ir_op *op)
{
	struct owner *o = arg;
	const struct ir_verify *v = &o->report->verify;
	const struct ir_verify_rpcit *a = difference_anchor(v);

	if (is_anchor(v, op) || op->time_ns > a->time_ns)
		return false;
	if (!is_operation(op) || op->cpu != a->cpu)
		return true;
	o->last = *op;
	o->has_last = true;
	/* Operations of an interrupt in between have other addresses. */
	if (!a->global && v->want.present && op->iova == a->iova) {
		o->covered = *op;
		o->has_covered = true;
	}
	return true;
}

int around_operation(struct ir_recording *rec, struct ir_report_verify *report,
		     struct ir_error *err)
{
	struct owner o = { .report = report };
	int rc;

	if (report->verify.same_sequence || report->verify.difference_in_queue)
		return 0;
	rc = visit_ops(rec, visit_for_owner, &o, err);
	report->has_operation = !rc && (o.has_last || o.has_covered);
	report->operation = o.has_covered ? o.covered : o.last;
	return rc;
}

struct collector {
	const struct ir_verify *v;
	struct around_row *rows;	/* a ring until the difference is reached */
	size_t nr;
	size_t ops;			/* operations among them; once it is reached: since then */
	bool reached;
	/* How many RPCITs of each CPU, and flushes of each device, there were before. */
	uint64_t *recorded, *predicted;
	struct around_row *more;	/* predicted ones */
	size_t nr_more;
	uint64_t from_ns, to_ns;
	uint64_t order;
};

static uint64_t *lane_counter(uint64_t *counters, bool flush, uint32_t number)
{
	return &counters[(flush ? LANES : 0) + number % LANES];
}

static void drop_first(struct collector *c)
{
	c->ops -= c->rows[0].is_op;
	memmove(c->rows, c->rows + 1, --c->nr * sizeof(*c->rows));
}

static bool visit_for_rows(void *arg, const struct ir_op *op)
{
	struct collector *c = arg;
	struct around_row row = {
		.time_ns = op->time_ns, .cpu = op->cpu, .device = op->device,
		.order = c->order++, .is_op = is_operation(op), .op = *op,
	};
	bool here = !c->reached && is_anchor(c->v, op);

	if (op->kind == IR_OP_RPCIT) {
		row.flush = op->flags & IR_OPF_QUEUE;
		row.number = (*lane_counter(c->recorded, row.flush, row.flush ? op->device : op->cpu))++;
		row.recorded = (struct ir_verify_rpcit){
			.present = true, .time_ns = op->time_ns, .cpu = op->cpu,
			.global = op->flags & IR_OPF_GLOBAL, .iova = op->iova, .pages = op->pages,
			.insufficient = op->flags & IR_OPF_ENOMEM,
		};
		row.difference = here && c->v->want.present;
	} else if (!row.is_op && !here) {
		return true;
	}
	if (here) {
		c->reached = true;
		c->ops = 0;
	}
	if (!row.is_op && !row.recorded.present)
		return true;
	if (c->reached && row.is_op && c->ops == AROUND_OPS)
		return false;
	if (!c->reached && c->nr == MAX_ROWS)
		drop_first(c);
	c->rows[c->nr++] = row;
	c->ops += row.is_op;
	/* Begin with an operation. */
	while (!c->reached && (c->ops > AROUND_OPS || (c->ops == AROUND_OPS && !c->rows[0].is_op)))
		drop_first(c);
	return c->nr < 2 * MAX_ROWS;
}

static bool same_rpcit(const struct ir_verify_rpcit *a, const struct ir_rpcit *b)
{
	return a->time_ns == b->time_ns && a->cpu == b->cpu && a->global == b->global &&
		a->iova == b->iova;
}

/* Whether the CPU began another operation in between. */
static bool began_other_op(const struct collector *c, uint32_t cpu, uint64_t from_ns, uint64_t to_ns)
{
	for (size_t i = 0; i < c->nr; i++)
		if (c->rows[i].is_op && c->rows[i].cpu == cpu && c->rows[i].time_ns > from_ns &&
		    c->rows[i].time_ns <= to_ns)
			return true;
	return false;
}

static bool same_operation(const struct collector *c, const struct around_row *row,
			   const struct ir_rpcit *p)
{
	uint64_t from = row->time_ns < p->time_ns ? row->time_ns : p->time_ns;
	uint64_t to = row->time_ns < p->time_ns ? p->time_ns : row->time_ns;

	return !began_other_op(c, row->cpu, from, to);
}

/* Whether this recorded RPCIT may be the counterpart of this predicted one. */
static bool may_be_counterpart(const struct collector *c, const struct around_row *row,
			       const struct ir_rpcit *p, uint64_t number)
{
	if (row->is_op || row->predicted.present)
		return false;
	if (row->time_ns < difference_anchor(c->v)->time_ns)
		return row->number == number;
	/* Numbers are shifted after the difference; what belongs to the same operation is not. */
	return row->time_ns >= p->time_ns && row->recorded.global == p->global &&
		row->recorded.pages == p->size >> IR_PAGE_SHIFT &&
		!began_other_op(c, row->cpu, p->time_ns, row->time_ns);
}

static void on_predicted(void *arg, const struct ir_rpcit *p)
{
	struct collector *c = arg;
	bool flush = p->cause == IR_CAUSE_QUEUE_FULL || p->cause == IR_CAUSE_QUEUE_TIMEOUT;
	uint64_t number = (*lane_counter(c->predicted, flush, flush ? p->device : p->cpu))++;
	struct around_row row = {
		.time_ns = p->time_ns, .cpu = p->cpu, .device = p->device, .flush = flush,
		.number = number, .order = UINT64_MAX,
		.predicted = {
			.present = true, .time_ns = p->time_ns, .cpu = p->cpu,
			.global = p->global, .iova = p->iova, .pages = p->size >> IR_PAGE_SHIFT,
			.insufficient = p->result == -ENOMEM,
		},
	};

	row.difference = c->v->got.present && same_rpcit(&c->v->got, p);
	for (size_t i = 0; i < c->nr; i++) {
		struct around_row *r = &c->rows[i];

		if (r->flush != flush || (flush ? r->device != p->device : r->cpu != p->cpu))
			continue;
		if (row.difference && r->difference && !flush && !same_operation(c, r, p)) {
			/* One side has one more: the difference is that one, the earlier. */
			*(p->time_ns < r->time_ns ? &r->difference : &row.difference) = false;
		}
		if (!(row.difference && r->difference) && !may_be_counterpart(c, r, p, number))
			continue;
		r->predicted = row.predicted;
		r->difference |= row.difference;
		return;
	}
	if (row.difference || (p->time_ns >= c->from_ns && p->time_ns <= c->to_ns)) {
		if (c->nr_more < MAX_ROWS)
			c->more[c->nr_more++] = row;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct around_row *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int collect_rows(struct ir_recording *rec, const struct ir_config *config, struct collector *c,
			const volatile int *interrupted, struct ir_error *err)
{
	struct ir_observer observer = { .rpcit = on_predicted, .arg = c };
	struct ir_replay_options options = { .jobs = 1, .interrupted = interrupted };
	struct ir_config watched = *config;
	struct ir_result unused;
	int rc = visit_ops(rec, visit_for_rows, c, err);

	if (rc)
		return rc;
	c->from_ns = c->nr ? c->rows[0].time_ns : 0;
	c->to_ns = c->nr ? c->rows[c->nr - 1].time_ns : UINT64_MAX;
	watched.observer = &observer;
	return ir_replay(rec, &watched, 1, &options, &unused, err);
}

int around_rows(struct ir_recording *rec, const struct ir_config *config,
		const struct ir_verify *verify, const volatile int *interrupted, struct around *around,
		struct ir_error *err)
{
	struct collector c = {
		.v = verify,
		.rows = calloc(3 * MAX_ROWS, sizeof(*c.rows)),
		.more = calloc(MAX_ROWS, sizeof(*c.more)),
		.recorded = calloc(2 * LANES, sizeof(*c.recorded)),
		.predicted = calloc(2 * LANES, sizeof(*c.predicted)),
	};
	int rc;

	*around = (struct around){ .rows = NULL };
	if (!c.rows || !c.more || !c.recorded || !c.predicted)
		rc = ir_error_set(err, -ENOMEM, "out of memory");
	else
		rc = collect_rows(rec, config, &c, interrupted, err);
	if (!rc) {
		memcpy(c.rows + c.nr, c.more, c.nr_more * sizeof(*c.rows));
		c.nr += c.nr_more;
		qsort(c.rows, c.nr, sizeof(*c.rows), by_time);
		*around = (struct around){ .rows = c.rows, .nr = c.nr };
		c.rows = NULL;
	}
	free(c.rows);
	free(c.more);
	free(c.recorded);
	free(c.predicted);
	return rc;
}
