// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupts of a load: their time, and the device's without waiting; steps made by hand, times in us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "load/priv.h"

#define US	1000u
#define MOST	256	/* steps */

struct scene {
	struct ir_load load;
	struct step steps[MOST];
};

static struct scene *scene_new(void)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->load.steps = s->steps;
	s->load.cpus = 1;
	return s;
}

static struct step *add(struct scene *s, enum ir_op_kind kind, uint64_t start, uint64_t end)
{
	struct step *step = &s->steps[s->load.nr_steps++];

	assert_true(s->load.nr_steps <= MOST);
	*step = (struct step){
		.start_ns = start * US, .end_ns = end * US, .kind = (uint8_t)kind, .irq = kind == IR_OP_UNMAP,
		.follower = NO_STEP, .last = NO_STEP, .cause = NO_STEP, .host = NO_STEP, .map = NO_STEP,
		.stream = NO_STEP, .arrival = kind == IR_OP_UNMAP ? ARRIVES_BY_CLOCK : ARRIVES_IN_TURN,
		.during = DURING_BEFORE,
	};
	return step;
}

/* A map, and its unmap by an interrupt when the device has taken so long. */
static struct step *add_pair(struct scene *s, uint64_t start, uint64_t device)
{
	struct step *map = add(s, IR_OP_MAP, start, start + 20);
	struct step *unmap = add(s, IR_OP_UNMAP, start + 20 + device, start + 20 + device);

	map->map = (uint32_t)(unmap - s->steps);
	unmap->map = (uint32_t)(map - s->steps);
	unmap->arrival = ARRIVES_FROM_DEVICE;
	unmap->device_ns = (int64_t)device * US;
	return unmap;
}

/* A map with an interrupt of 30 us behind it, which comes @after and delays its request or does not. */
static struct step *add_interrupted(struct scene *s, uint64_t start, uint64_t after, uint64_t delay)
{
	struct step *map = add(s, IR_OP_MAP, start, start + 20), *unmap;

	add(s, IR_OP_UNMAP, start + 20 + after, start + 20 + after)->own_ns = 30 * US;
	unmap = add(s, IR_OP_UNMAP, start + 320 + delay, start + 320 + delay);
	map->map = (uint32_t)(unmap - s->steps);
	unmap->map = (uint32_t)(map - s->steps);
	unmap->arrival = ARRIVES_FROM_DEVICE;
	unmap->device_ns = (int64_t)(300 + delay) * US;
	return unmap;
}

/* Maps of 4 us, and one that takes 20 us more because an interrupt came into it. */
static struct step *add_host(struct scene *s)
{
	struct step *host;

	for (unsigned int i = 0; i < 10; i++) {
		struct step *map = add(s, IR_OP_MAP, 1000 + i * 100, 1024 + i * 100);

		map->ranged = 1;
		map->own_ns = 4 * US;
	}
	host = add(s, IR_OP_MAP, 3000, 3050);
	host->ranged = 1;
	host->interrupts = 1;
	host->own_ns = 24 * US;
	return host;
}

/* The request is behind the latest interrupt that delayed it, and the delay is no device's time. */
static void test_interrupts_delay_requests(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	for (unsigned int i = 0; i < 40; i++)
		add_interrupted(s, 1000 + i * 1000, i % 4 == 0 ? 3 : 9 + i, i % 4 == 0 ? 30 : 0);
	assert_int_equal(ir_load_interrupts(&s->load), 0);
	assert_int_equal(s->load.request_ns, 3 * US);
	for (uint32_t i = 2; i < s->load.nr_steps; i += 3)
		assert_int_equal(s->steps[i].device_ns, 297 * US);
	free(s);
}

/* A device that varies as much by itself delays no request; nor do too few interrupts. */
static void test_chance_delays_nothing(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	/* Three of five would do for more than FEW. */
	for (unsigned int i = 0; i < 45; i++)
		add_interrupted(s, 1000 + i * 1000, 3 + i, i % 5 < 3 ? 30 : 0);
	for (unsigned int i = 0; i < 30; i++)
		add_pair(s, 100000 + i * 1000, 300);
	assert_int_equal(ir_load_interrupts(&s->load), 0);
	assert_int_equal(s->load.request_ns, 0);
	assert_int_equal(s->steps[2].device_ns, 330 * US);
	free(s);

	s = scene_new();
	for (unsigned int i = 0; i < 40; i++)
		add_interrupted(s, 1000 + i * 1000, i < 7 ? 3 : 9, i < 7 ? 30 : 0);
	assert_int_equal(ir_load_interrupts(&s->load), 0);
	assert_int_equal(s->load.request_ns, 0);
	free(s);
}

/* A device took as long as it does otherwise, or as long as its interrupt waited less. */
static void test_waiting_is_no_device_time(void **state)
{
	struct scene *s = scene_new();
	struct step *little, *much, *fast;

	(void)state;
	for (unsigned int i = 0; i < 10; i++)
		add_pair(s, 1000 + i * 1000, 300);
	little = add_pair(s, 20000, 315);
	much = add_pair(s, 21000, 350);
	fast = add_pair(s, 22000, 290);
	little->late_ns = much->late_ns = fast->late_ns = 20 * US;
	assert_int_equal(ir_load_interrupts(&s->load), 0);
	assert_int_equal(little->device_ns, 300 * US);
	assert_int_equal(much->device_ns, 330 * US);
	assert_int_equal(fast->device_ns, 290 * US);
	free(s);
}

/* By maps that an interrupt came into: 20 us around its step, 5 of them before it. */
static void test_an_interrupt_costs_the_same_in_idle_time(void **state)
{
	struct scene *s = scene_new();
	struct step *irq, *idle, *host, *task;

	(void)state;
	host = add_host(s);
	irq = add(s, IR_OP_UNMAP, 3010, 3010);
	irq->host = (uint32_t)(host - s->steps);
	irq->during = DURING_STEP;
	idle = add(s, IR_OP_UNMAP, 4000, 4000);
	idle->arrival = ARRIVES_FROM_DEVICE;
	idle->map = 0;
	idle->device_ns = 400 * US;
	idle->during = DURING_IDLE;
	idle->entry_ns = 5 * US;
	task = add(s, IR_OP_MAP, 4060, 4084);
	task->wait = WAIT_STEP;
	task->cause = (uint32_t)(idle - s->steps);
	task->tail_ns = 18 * US;
	task->after_ns = 50 * US;
	assert_int_equal(ir_load_interrupts(&s->load), 0);
	assert_int_equal(host->own_ns, 4 * US);
	assert_int_equal(irq->own_ns, 20 * US);
	assert_int_equal(idle->own_ns, 20 * US);
	assert_int_equal(idle->entry_ns, 5 * US);
	assert_int_equal(idle->device_ns, 395 * US);
	assert_int_equal(task->after_ns, 35 * US);
	free(s);
}

/* Two unmaps of one interrupt: the way there and back is taken once. */
static void test_unmaps_of_one_interrupt(void **state)
{
	struct scene *s = scene_new();
	struct step *first, *second, *host, *task;

	(void)state;
	host = add_host(s);
	first = add(s, IR_OP_UNMAP, 3010, 3010);
	first->host = (uint32_t)(host - s->steps);
	first->during = DURING_STEP;
	second = add(s, IR_OP_UNMAP, 3011, 3011);
	second->joins = true;
	task = add(s, IR_OP_MAP, 3100, 3124);
	task->before_ns = 50 * US;
	assert_int_equal(ir_load_interrupts(&s->load), 0);
	assert_int_equal(first->own_ns, 20 * US);
	assert_int_equal(second->own_ns, 0);
	assert_int_equal(task->before_ns, 50 * US);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interrupts_delay_requests),
		cmocka_unit_test(test_chance_delays_nothing),
		cmocka_unit_test(test_waiting_is_no_device_time),
		cmocka_unit_test(test_an_interrupt_costs_the_same_in_idle_time),
		cmocka_unit_test(test_unmaps_of_one_interrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
