/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mappings by the task that ran when they were made, in the place of call sites: a chain
 * is a PID while the recording is read, and the task's name once all names are known.
 */
#ifndef IR_RECORDING_BY_TASK_H
#define IR_RECORDING_BY_TASK_H

#include "recording/priv.h"

/** ir_by_task_event - the event's site is its task; without memory the chains say so */
void ir_by_task_event(struct ir_recording *rec, struct ir_event *ev);
/** ir_by_task_name - PIDs become names; 0 or -ENOMEM */
int ir_by_task_name(struct ir_recording *rec);

#endif
