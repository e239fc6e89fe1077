/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Input: opening recordings on behalf of a command, with progress, warnings
 * about their condition, and interruption.
 */
#ifndef CMD_INPUT_H
#define CMD_INPUT_H

#include "base/cmd.h"

struct ir_faults;

/** interrupts_catch - SIGINT and SIGTERM set a flag; a closed pipe is a write error */
void interrupts_catch(void);
/** interrupts_keep - install the handlers again, as code of a plug-in may have replaced them */
void interrupts_keep(void);
/** interrupts_end - end the program with the message and the status of an interrupt */
void interrupts_end(void) __attribute__((noreturn));
/** interrupts_flag - non-zero after SIGINT or SIGTERM */
const volatile int *interrupts_flag(void);

struct input {
	struct ir_recording *rec;
	struct ir_events *events;
	const struct ir_recording_info *info;
	struct ir_load *load;	/* input_load(); NULL: none */
	/* For progress, as long as the recording is open: an input stays where it is. */
	const char *path;
	void (*stop)(void *arg);
	void *stop_arg;
};

/**
 * input_open - open a recording; prints what is wrong with it
 * @stop: called, if the user interrupts while the recording is read; must not
 *        return.  NULL: the program ends.
 *
 * Returns STATUS_DONE, STATUS_ERROR, or with --strict-input STATUS_INCOMPLETE:
 * the recording is open then, too.
 */
int input_open(struct input *input, const struct settings *settings, const char *path,
	       void (*stop)(void *arg), void *stop_arg);
/**
 * input_load - with --load closed: read the recording's facts about time, to input->load
 *
 * Returns STATUS_DONE, or STATUS_ERROR or STATUS_INTERRUPTED after a message.
 */
int input_load(struct input *input, const struct settings *settings);
/**
 * input_check_groups - warn of a device of --group that neither the recording nor a fault names
 * @faults: NULL: the recording has none, and no log was given
 */
void input_check_groups(const struct input *input, const struct settings *settings,
			const struct ir_faults *faults);
/** input_check_log - warn if no line of --log has a time */
void input_check_log(const struct settings *settings, const struct ir_faults *faults);
/** input_new_load - as input_load(), of any recording; NULL with @err set */
struct ir_load *input_new_load(struct ir_recording *rec, const struct settings *settings,
			       struct ir_error *err);
void input_close(struct input *input);
/**
 * input_devices - room for the shares of the recording's devices in @n results
 *
 * *@devices is for free(); NULL if the recording names no devices, or more than
 * IR_REPORT_DEVICES.  Returns STATUS_DONE, or STATUS_ERROR (no memory) after a message.
 */
int input_devices(const struct input *input, size_t n, struct ir_result **devices);

/** input_keep - a copy of @info that outlives its recording; NULL: no memory */
struct ir_recording_info *input_keep(const struct ir_recording_info *info);
void input_keep_free(struct ir_recording_info *info);

/** worst_status - the exit status of a program whose steps ended with @a and @b */
int worst_status(int a, int b);

#endif
