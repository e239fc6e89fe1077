// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The loop of a load, and how steps are cut: operations and events made by hand, one CPU
 * or two, and times that are known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "events/event.h"
#include "load/priv.h"
#include "load/loop.h"
#include "load/predict.h"
#include "load/recorded.h"

#define US	UINT64_C(1000)
#define FLUSH	(20 * US)
#define START	(1000 * US)

struct scene {
	struct ir_load load;
	struct activity events[4096];
	size_t nr;
	uint32_t pid;
};

static struct scene *scene_new(void)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->load.ops = calloc(1024, sizeof(*s->load.ops));
	s->pid = 7;
	return s;
}

static void scene_free(struct scene *s)
{
	free(s->load.ops);
	free(s->load.steps);
	free(s->load.step_of);
	free(s->load.streams);
	free(s);
}

static void event(struct scene *s, uint64_t ns, unsigned int cpu, enum ir_event_kind kind, bool irq,
		  uint64_t iova)
{
	s->events[s->nr++] = (struct activity){
		.time_ns = ns, .cpu = (uint16_t)cpu, .kind = (uint8_t)kind, .irq = irq, .pid = s->pid,
		.addr = iova,
	};
}

static void idle(struct scene *s, uint64_t from_ns, uint64_t to_ns)
{
	event(s, from_ns, 0, IR_EV_SWITCH, false, 0);
	s->events[s->nr - 1].aux = 0;
	event(s, to_ns, 0, IR_EV_SWITCH, false, 0);
	s->events[s->nr - 1].pid = 0;
	s->events[s->nr - 1].aux = s->pid;
}

/* An operation, with a flush of @flush ns, 0: none. */
static void op(struct scene *s, uint64_t ns, unsigned int cpu, enum ir_op_kind kind, uint32_t mapping,
	       uint64_t flush)
{
	bool irq = kind == IR_OP_UNMAP;
	uint64_t iova = (uint64_t)(mapping + 1) << IR_PAGE_SHIFT;

	s->load.ops[s->load.nr_ops++] = (struct ir_op){
		.time_ns = ns, .iova = iova, .pages = 1, .segments = 1, .mapping = mapping,
		.cpu = (uint16_t)cpu, .kind = (uint8_t)kind, .flags = irq ? IR_OPF_IRQ : 0,
	};
	event(s, ns, cpu, irq ? IR_EV_UNMAP : IR_EV_MAP, irq, iova);
	if (!flush)
		return;
	event(s, ns, cpu, IR_EV_RPCIT, irq, iova);
	event(s, ns + flush, cpu, IR_EV_RPCIT_RET, irq, iova);
}

static int by_time(const void *x, const void *y)
{
	const struct activity *a = x, *b = y;

	return (a->time_ns > b->time_ns) - (a->time_ns < b->time_ns);
}

/* Stable for what tests have: events of one time stay in order, as qsort() of glibc merges. */
static void cut(struct scene *s, bool idle_known)
{
	s->load.info.idle_known = idle_known;
	qsort(s->events, s->nr, sizeof(s->events[0]), by_time);
	assert_int_equal(ir_load_steps(&s->load, s->events, s->nr, true), 0);
	assert_int_equal(ir_load_streams(&s->load), 0);
}

/* One request at a time, of a device that takes 80 us; 30 us of work in between. */
static struct scene *one_at_a_time(unsigned int requests, uint64_t unmap_flush)
{
	struct scene *s = scene_new();
	uint64_t now = START;

	for (unsigned int i = 0; i < requests; i++) {
		op(s, now, 0, IR_OP_MAP, 0, FLUSH);
		now += FLUSH + 10 * US;
		event(s, now, 0, IR_EV_SWITCH, false, 0);
		op(s, now + 70 * US, 0, IR_OP_UNMAP, 0, unmap_flush);
		now += 70 * US + unmap_flush + 5 * US;
		event(s, now, 0, IR_EV_SWITCH, false, 0);
		s->events[s->nr - 1].pid = 0;
		s->events[s->nr - 1].aux = 7;
		now += 15 * US;
	}
	cut(s, true);
	return s;
}

static uint64_t duration(const struct scene *s, const struct ir_loop_config *cfg,
			 struct ir_loop_result *result)
{
	assert_int_equal(ir_loop_run(&s->load, cfg, NULL, NULL, result), 0);
	return result->end_ns - s->load.first_ns;
}

static void recorded_flushes_take_as_long(void **state)
{
	struct scene *s = one_at_a_time(100, 0);
	struct ir_loop_result result;

	(void)state;
	assert_int_equal(s->load.nr_steps, 200);
	assert_int_equal(s->load.info.flush_ns, FLUSH);
	assert_int_equal(duration(s, &(struct ir_loop_config){ .flushes = NULL }, &result),
			 s->load.last_ns - s->load.first_ns);
	assert_int_equal(result.clock_waits, 0);
	/* The task waits for each completion. */
	assert_int_equal(result.idle_waits, 99 * 70 * US);
	scene_free(s);
}

static void further_flushes_are_waited_for(void **state)
{
	struct scene *s = one_at_a_time(100, 0);
	struct ir_step_flushes *flushes = calloc(s->load.nr_steps, sizeof(*flushes));
	struct ir_loop_result result;
	uint64_t was = s->load.last_ns - s->load.first_ns;

	(void)state;
	for (uint32_t i = 0; i < s->load.nr_steps; i++)
		flushes[i].ranged = 1;
	assert_int_equal(duration(s, &(struct ir_loop_config){ .flushes = flushes }, &result),
			 was + 100 * FLUSH);
	/* And each is traced. */
	assert_int_equal(duration(s, &(struct ir_loop_config){ .flushes = flushes, .event_ns = 3000 },
				  &result), was + 100 * (FLUSH + 3 * US));
	/* A price is that of all. */
	assert_int_equal(duration(s, &(struct ir_loop_config){
		.flushes = flushes, .priced = true, .base_ns = 1000 }, &result),
			 was - 100 * FLUSH + 200 * US);
	free(flushes);
	scene_free(s);
}

/* The flush of everything of a retry takes longer by the pages that it changes, and no longer by others'. */
static void a_retry_takes_the_time_of_its_pages(void **state)
{
	static const struct ir_rpcit ranged = { .global = false }, global = { .global = true };
	struct scene *s = one_at_a_time(100, 0);
	struct ir_flush_log log;
	struct ir_loop_result result;
	uint64_t was = s->load.last_ns - s->load.first_ns;

	(void)state;
	assert_int_equal(ir_flush_log_init(&log, &s->load), 0);
	for (uint32_t i = 0; i < s->load.nr_steps; i++)
		if (s->load.steps[i].kind == IR_OP_MAP)
			ir_flush_log_add(&log, s->load.steps[i].op, &ranged, 1);
	assert_int_equal(duration(s, &(struct ir_loop_config){ .flushes = log.steps, .page_ns = 1000 }, &result), was);
	ir_flush_log_add(&log, s->load.steps[20].op, &global, 11);
	assert_int_equal(duration(s, &(struct ir_loop_config){ .flushes = log.steps, .page_ns = 1000 }, &result),
			 was + FLUSH + 10 * US);
	/* The price of all flushes is that of one page, and of the retry's. */
	assert_int_equal(duration(s, &(struct ir_loop_config){
		.flushes = log.steps, .priced = true, .base_ns = FLUSH - US, .page_ns = 1000 }, &result),
			 was + FLUSH + 10 * US);
	ir_flush_log_release(&log);
	scene_free(s);
}

static void missing_flushes_save_their_time(void **state)
{
	struct scene *s = one_at_a_time(100, FLUSH);
	struct ir_step_flushes *flushes = calloc(s->load.nr_steps, sizeof(*flushes));
	struct ir_loop_result result;
	uint64_t was = s->load.last_ns - s->load.first_ns;

	(void)state;
	for (uint32_t i = 0; i < s->load.nr_steps; i++)
		flushes[i].ranged = s->load.steps[i].kind == IR_OP_MAP;
	assert_int_equal(duration(s, &(struct ir_loop_config){ .flushes = flushes }, &result),
			 was - 100 * FLUSH);
	free(flushes);
	scene_free(s);
}

/* Maps every 500 us, whatever the device does: a timer's interrupt wakes the task. */
static void a_clock_is_kept(void **state)
{
	struct scene *s = scene_new();
	struct ir_step_flushes *flushes;
	struct ir_loop_result result;
	uint64_t now = START;

	(void)state;
	for (unsigned int i = 0; i < 50; i++, now += 500 * US) {
		op(s, now, 0, IR_OP_MAP, 0, FLUSH);
		idle(s, now + 30 * US, now + 490 * US);
		event(s, now + 95 * US, 0, IR_EV_INTERRUPT, true, 0);
		op(s, now + 100 * US, 0, IR_OP_UNMAP, 0, 0);
		event(s, now + 488 * US, 0, IR_EV_INTERRUPT, true, 0);
	}
	cut(s, true);
	assert_true(s->load.streams[0].is_open);
	flushes = calloc(s->load.nr_steps, sizeof(*flushes));
	for (uint32_t i = 0; i < s->load.nr_steps; i++)
		flushes[i].ranged = 1;
	assert_int_equal(duration(s, &(struct ir_loop_config){ .flushes = flushes }, &result),
			 s->load.last_ns - s->load.first_ns + FLUSH);	/* the last unmap's */
	assert_true(result.clock_waits > result.idle_waits);
	/* From the interrupt to the unmap the CPU was not idle, nor from the timer's to the wake. */
	assert_int_equal(s->load.steps[1].entry_ns, 5 * US);
	assert_int_equal(s->load.steps[2].wake_ns, START + 488 * US);
	free(flushes);
	scene_free(s);
}

/* Two CPUs that do nothing but flush: they wait for each other. */
static void the_hypervisor_serves_one_at_a_time(void **state)
{
	struct scene *s = scene_new();
	struct ir_loop_result result;

	(void)state;
	for (unsigned int i = 0; i < 50; i++)
		for (unsigned int cpu = 0; cpu < 2; cpu++)
			op(s, START + 20 * US * i + 100 * cpu, cpu, IR_OP_MAP, 2 * i + cpu, FLUSH - US);
	cut(s, false);
	/* Recorded, each waited for the other CPU's, so that a flush itself took half as long. */
	assert_true(s->load.info.flush_ns < FLUSH);
	assert_int_equal(duration(s, &(struct ir_loop_config){
		.priced = true, .base_ns = FLUSH, .serialised = true }, &result) / (100 * FLUSH), 1);
	assert_true(result.waited_ns > 40 * FLUSH);
	assert_true(duration(s, &(struct ir_loop_config){ .priced = true, .base_ns = FLUSH }, &result) <
		    60 * FLUSH);
	scene_free(s);
}

/* Nothing ends although operations are missing: an unmap that waits for nothing, a map without end. */
static void what_makes_no_sense_ends(void **state)
{
	struct scene *s = scene_new();
	struct ir_loop_result result;

	(void)state;
	op(s, START, 0, IR_OP_UNMAP, 900, 0);
	for (unsigned int i = 0; i < 20; i++) {
		op(s, START + 10 * US * (i + 1), 0, IR_OP_MAP, i, 0);
		idle(s, START + 10 * US * (i + 1) + US, START + 10 * US * (i + 1) + 2 * US);
	}
	event(s, START + 500 * US, 0, IR_EV_RPCIT_RET, false, 0);
	cut(s, true);
	assert_true(duration(s, &(struct ir_loop_config){ .as_idle_as_can_be = true }, &result) > 0);
	scene_free(s);
}

/* Idle times are not known: of two CPUs one maps by a clock, the other one now and then. */
static struct scene *two_cpus(void)
{
	struct scene *s = scene_new();
	uint64_t now[2] = { START, START };

	for (unsigned int i = 0; i < 40; i++) {
		for (unsigned int cpu = 0; cpu < 2; cpu++) {
			s->pid = 7 + cpu;
			op(s, now[cpu], cpu, IR_OP_MAP, 2 * i + cpu, i % 4 ? FLUSH : 0);
			op(s, now[cpu] + 100 * US, cpu, IR_OP_UNMAP, 2 * i + cpu, i % 3 ? FLUSH : 0);
			now[cpu] += cpu ? 300 * US : (130 + i * 37 % 190) * US;
		}
	}
	cut(s, false);
	for (uint32_t i = 0; i < s->load.nr_steps; i++)
		s->load.steps[i].probes = 1;
	return s;
}

/* With the recorded flushes a replay depends on nothing of a configuration but this, and is not that of another. */
static void recorded_flushes_are_replayed_once(void **state)
{
	static const struct ir_loop_config variants[] = {
		{ .event_ns = 2000 }, { .event_ns = 2000, .serialised = true },
		{ .event_ns = 2000, .as_idle_as_can_be = true },
		{ .event_ns = 2000, .clocked = IR_CLOCKED_ALL },
		{ .event_ns = 2000, .clocked = IR_CLOCKED_NONE },
		{ .event_ns = 2000, .untraced = true }, { .event_ns = 3000, .untraced = true },
	};
	enum { NR = sizeof(variants) / sizeof(variants[0]) };
	struct scene *s = two_cpus();
	struct ir_step_flushes *flushes = calloc(s->load.nr_steps, sizeof(*flushes));
	struct ir_loop_result own[NR], result;

	(void)state;
	s->load.recorded = ir_recorded_loops_new();
	for (unsigned int i = 0; i < NR; i++)
		duration(s, &variants[i], &own[i]);
	for (unsigned int i = 0; i < 3 * NR; i++) {
		struct ir_loop_config cfg = variants[i % NR];

		cfg.flushes = flushes;	/* not used */
		cfg.priced = cfg.all_priced = true;
		cfg.all_ns = cfg.extra_ns = 1000 * i;
		assert_int_equal(ir_loop_run_recorded(&s->load, &cfg, &result), 0);
		assert_memory_equal(&result, &own[i % NR], sizeof(result));
	}
	for (unsigned int i = 1; i < NR; i++)
		if (!memcmp(&own[i], &own[0], sizeof(own[0])))
			fail_msg("variant %u shows nothing", i);
	ir_recorded_loops_free(s->load.recorded);
	free(flushes);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_flushes_take_as_long),
		cmocka_unit_test(further_flushes_are_waited_for),
		cmocka_unit_test(a_retry_takes_the_time_of_its_pages),
		cmocka_unit_test(missing_flushes_save_their_time),
		cmocka_unit_test(a_clock_is_kept),
		cmocka_unit_test(the_hypervisor_serves_one_at_a_time),
		cmocka_unit_test(what_makes_no_sense_ends),
		cmocka_unit_test(recorded_flushes_are_replayed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
