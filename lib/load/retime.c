// SPDX-License-Identifier: GPL-2.0-or-later
/* Logs of flushes, and operations at the times that follow from them. */
#include <errno.h>
#include <stdlib.h>

#include "load/predict.h"
#include "load/priv.h"

int ir_flush_log_init(struct ir_flush_log *log, const struct ir_load *load)
{
	*log = (struct ir_flush_log){
		.load = load, .steps = calloc((size_t)load->nr_steps + 1, sizeof(*log->steps)),
	};
	return log->steps ? 0 : -ENOMEM;
}

void ir_flush_log_release(struct ir_flush_log *log)
{
	free(log->steps);
	free(log->others);
	*log = (struct ir_flush_log){ .load = NULL };
}

static void add_other(struct ir_flush_log *log, const struct ir_rpcit *rpcit, uint32_t changed)
{
	if (log->nr_others == log->room_others) {
		uint32_t room = log->room_others ? 2 * log->room_others : 64;
		struct ir_other_flush *grown = realloc(log->others, room * sizeof(*grown));

		if (!grown) {
			log->no_memory = true;
			return;
		}
		log->others = grown;
		log->room_others = room;
	}
	log->others[log->nr_others++] = (struct ir_other_flush){
		.time_ns = rpcit->time_ns, .pages = changed, .cpu = (uint16_t)rpcit->cpu,
	};
}

void ir_flush_log_add(void *arg, uint32_t number, const struct ir_rpcit *rpcit, uint64_t changed)
{
	struct ir_flush_log *log = arg;
	uint32_t pages = changed < UINT32_MAX ? (uint32_t)changed : UINT32_MAX;
	uint32_t step = number < log->load->nr_ops ? log->load->step_of[number] : NO_STEP;
	struct ir_step_flushes *f;
	uint32_t *of_kind;
	uint8_t *n;

	if (step == NO_STEP) {
		add_other(log, rpcit, pages);
		return;
	}
	f = &log->steps[step];
	n = rpcit->global ? &f->global : &f->ranged;
	if (*n < UINT8_MAX)
		(*n)++;
	of_kind = rpcit->global ? &f->global_pages : &f->pages;
	if (*of_kind <= UINT32_MAX - pages)
		*of_kind += pages;
}

int ir_load_ops(const struct ir_load *load, const struct ir_op **ops, uint32_t **numbers, size_t *n)
{
	uint32_t *list = malloc((load->nr_ops + 1) * sizeof(*list));

	for (size_t i = 0; list && i < load->nr_ops; i++)
		list[i] = (uint32_t)i;
	*ops = load->ops;
	*numbers = list;
	*n = load->nr_ops;
	return list ? 0 : -ENOMEM;
}

uint64_t ir_load_elapsed(const struct ir_load *load, const struct ir_time *time)
{
	double ns = (double)(load->last_ns - load->first_ns);

	return time->throughput.ratio > 0 ? (uint64_t)(ns / time->throughput.ratio) : (uint64_t)ns;
}

uint32_t ir_load_cpus(const struct ir_load *load)
{
	return load->busy_cpus;
}

/* An operation with its segments, which stay behind it. */
struct group {
	uint64_t time_ns;
	uint32_t first, nr;
};

static int compare_groups(const void *x, const void *y)
{
	const struct group *a = x, *b = y;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	return (a->first > b->first) - (a->first < b->first);
}

/* When a step begins; 0: not known.  No unmap begins before its map. */
static uint64_t begin_of(const struct ir_load *load, const uint64_t *start, uint32_t step)
{
	const struct step *s = &load->steps[step];

	if (s->kind == IR_OP_UNMAP && s->map != NO_STEP && start[s->map] > start[step])
		return start[s->map];
	return start[step];
}

/* An operation that is no step keeps its distance from the step before it. */
static uint32_t make_groups(const struct ir_load *load, const uint64_t *start, struct group *groups)
{
	int64_t shift = 0;
	uint32_t n = 0;

	for (uint32_t i = 0; i < load->nr_ops; i++) {
		const struct ir_op *op = &load->ops[i];
		uint32_t step = load->step_of[i];
		uint64_t begin = step != NO_STEP ? begin_of(load, start, step) : 0;

		if (op->kind == IR_OP_SEGMENT && n) {
			groups[n - 1].nr++;
			continue;
		}
		/* The timers of the recorded machine stay where they were. */
		if (begin)
			shift = (int64_t)(begin - op->time_ns);
		groups[n++] = (struct group){ op->time_ns + (uint64_t)shift, i, 1 };
	}
	return n;
}

/* A number that was used again may now begin before its last use has ended. */
static int renumber_mappings(struct ir_retimed *r, const struct ir_load *load)
{
	uint32_t *number = malloc((load->nr_ops + 1) * sizeof(*number)), next = 0;
	uint32_t max = 0, *now;

	for (size_t i = 0; i < load->nr_ops; i++)
		if (load->ops[i].mapping != IR_NO_MAPPING && load->ops[i].mapping >= max)
			max = load->ops[i].mapping + 1;
	now = calloc((size_t)max + 1, sizeof(*now));
	if (!number || !now) {
		free(number);
		free(now);
		return -ENOMEM;
	}
	for (size_t i = 0; i < load->nr_ops; i++) {
		const struct ir_op *op = &load->ops[i];

		number[i] = op->mapping;
		if (op->mapping == IR_NO_MAPPING)
			continue;
		if (op->kind != IR_OP_UNMAP && op->kind != IR_OP_SEGMENT)
			now[op->mapping] = next++;
		number[i] = now[op->mapping];
	}
	for (size_t i = 0; i < r->nr; i++)
		r->ops[i].mapping = number[r->numbers[i]];
	r->info.max_mappings = next;
	free(number);
	free(now);
	return 0;
}

static int fill_ops(struct ir_retimed *r, const struct ir_load *load, const uint64_t *start)
{
	struct group *groups = malloc((load->nr_ops + 1) * sizeof(*groups));
	uint32_t n;

	r->ops = malloc((load->nr_ops + 1) * sizeof(*r->ops));
	r->numbers = malloc((load->nr_ops + 1) * sizeof(*r->numbers));
	if (!groups || !r->ops || !r->numbers) {
		free(groups);
		return -ENOMEM;
	}
	n = make_groups(load, start, groups);
	qsort(groups, n, sizeof(*groups), compare_groups);
	for (uint32_t i = 0; i < n; i++) {
		const struct ir_op *first = &load->ops[groups[i].first];

		for (uint32_t k = 0; k < groups[i].nr; k++, r->nr++) {
			r->numbers[r->nr] = groups[i].first + k;
			r->ops[r->nr] = first[k];
			r->ops[r->nr].time_ns += groups[i].time_ns - first->time_ns;
		}
	}
	free(groups);
	return renumber_mappings(r, load);
}

int ir_load_retime(const struct ir_load *load, const struct ir_flush_log *log,
		   const struct ir_effective *par, bool serialises,
		   const struct ir_recording_info *info, struct ir_retimed *retimed)
{
	struct ir_loop_config cfg = ir_loop_config_of(load, log, par, serialises);
	uint64_t *start = calloc((size_t)load->nr_steps + 1, sizeof(*start));
	struct ir_loop_result result;
	int rc = start ? ir_loop_run(load, &cfg, start, NULL, &result) : -ENOMEM;

	*retimed = (struct ir_retimed){ .info = *info };
	if (!rc)
		rc = fill_ops(retimed, load, start);
	if (!rc)
		retimed->info.duration_ns += result.end_ns - load->last_ns;
	free(start);
	return rc;
}

void ir_retimed_release(struct ir_retimed *retimed)
{
	free(retimed->ops);
	free(retimed->numbers);
	*retimed = (struct ir_retimed){ .ops = NULL };
}
