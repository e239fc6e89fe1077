/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of tasks by their PIDs, as a recording has them.
 *
 * The first name of a PID stays, unless it is only a place holder: a task's name
 * may change while it is recorded, and the table has no times.
 */
#ifndef IR_EVENTS_TASKS_H
#define IR_EVENTS_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IR_TASK_NAME	16	/* TASK_COMM_LEN, include/linux/sched.h */

struct ir_task {
	uint32_t pid;
	char name[IR_TASK_NAME];	/* terminated and printable; "" in free slots */
};

struct ir_tasks {
	struct ir_task *slots;		/* a hash table, at most half full */
	size_t nr_slots;		/* a power of two */
	size_t nr;
	uint64_t seed;			/* where a PID has its slot cannot be foreseen */
	bool no_memory;
};

/** ir_tasks_init - empty; ir_tasks_release() frees it */
void ir_tasks_init(struct ir_tasks *tasks);
void ir_tasks_release(struct ir_tasks *tasks);
/** ir_tasks_add - @len bytes of a name, not terminated, not trusted */
void ir_tasks_add(struct ir_tasks *tasks, uint32_t pid, const char *name, size_t len);
/** ir_tasks_list - lines "PID NAME", as the saved_cmdlines of ftrace */
void ir_tasks_list(struct ir_tasks *tasks, const char *text, size_t len);
/** ir_tasks_name - the name, NULL if it is not known; valid until the next one is added */
const char *ir_tasks_name(const struct ir_tasks *tasks, uint32_t pid);

#endif
