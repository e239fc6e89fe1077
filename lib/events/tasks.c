// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of tasks by their PIDs: a hash table with open addressing. */
#include "events/tasks.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define MAX_TASKS	(1u << 22)	/* PID_MAX_LIMIT, include/linux/threads.h */

void ir_tasks_init(struct ir_tasks *tasks)
{
	*tasks = (struct ir_tasks){ .slots = NULL };
	if (getrandom(&tasks->seed, sizeof(tasks->seed), GRND_NONBLOCK) < 0)
		tasks->seed = (uintptr_t)tasks;
}

void ir_tasks_release(struct ir_tasks *tasks)
{
	free(tasks->slots);
	*tasks = (struct ir_tasks){ .slots = NULL };
}

static struct ir_task *find_slot(const struct ir_tasks *tasks, uint32_t pid)
{
	uint64_t h = (pid ^ tasks->seed) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i;

	h = (h ^ h >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
	i = (size_t)(h >> 32) & (tasks->nr_slots - 1);
	while (tasks->slots[i].name[0] && tasks->slots[i].pid != pid)
		i = (i + 1) & (tasks->nr_slots - 1);
	return &tasks->slots[i];
}

static bool grow_table(struct ir_tasks *tasks)
{
	struct ir_tasks more = *tasks;

	more.nr_slots = tasks->nr_slots ? 2 * tasks->nr_slots : 64;
	more.slots = calloc(more.nr_slots, sizeof(*more.slots));
	if (!more.slots) {
		tasks->no_memory = true;
		return false;
	}
	for (size_t i = 0; i < tasks->nr_slots; i++)
		if (tasks->slots[i].name[0])
			*find_slot(&more, tasks->slots[i].pid) = tasks->slots[i];
	free(tasks->slots);
	*tasks = more;
	return true;
}

void ir_tasks_add(struct ir_tasks *tasks, uint32_t pid, const char *name, size_t len)
{
	struct ir_task *task;

	len = strnlen(name, len < IR_TASK_NAME ? len : IR_TASK_NAME - 1);
	/* ftrace has "<...>" for a task whose name it has lost. */
	if (!len || (len == 5 && !memcmp(name, "<...>", 5)) || tasks->nr == MAX_TASKS)
		return;
	if (2 * tasks->nr >= tasks->nr_slots && !grow_table(tasks))
		return;
	task = find_slot(tasks, pid);
	if (task->name[0])
		return;
	task->pid = pid;
	for (size_t i = 0; i < len; i++)
		task->name[i] = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
	tasks->nr++;
}

void ir_tasks_list(struct ir_tasks *tasks, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text)), *p = text;
		uint64_t pid = 0;

		if (!stop)
			stop = end;
		for (; p < stop && *p >= '0' && *p <= '9' && pid <= UINT32_MAX; p++)
			pid = pid * 10 + (uint64_t)(*p - '0');
		if (p > text && p < stop && *p == ' ' && pid <= UINT32_MAX)
			ir_tasks_add(tasks, (uint32_t)pid, p + 1, (size_t)(stop - p - 1));
		text = stop + 1;
	}
	/* The idle tasks of all CPUs share a PID, and ftrace prints their name itself. */
	ir_tasks_add(tasks, 0, "<idle>", 6);
}

const char *ir_tasks_name(const struct ir_tasks *tasks, uint32_t pid)
{
	const struct ir_task *task = tasks->nr_slots ? find_slot(tasks, pid) : NULL;

	return task && task->name[0] ? task->name : NULL;
}
